"""A process that has copygen imported and forks runs of it: each then starts in milliseconds.

    python tests/support/rel_zygote.py

Asked by a line of JSON on its standard input, it answers with one on its standard output:

    {"args": [...], "cwd": "...", "env": {...}, "limit_bytes": 1000}  →  the process id
    {"poll": id}  →  null, or the exit code as `subprocess` gives it

A forked run takes the whole command line way, from `copygen.cli.main` to the end of the
interpreter. Only its imports have been made.
"""

import importlib
import json
import os
import pkgutil
import resource
import sys
from typing import Any

import copygen
from copygen.cli import main

for module in pkgutil.walk_packages(copygen.__path__, "copygen."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)


def _serve() -> dict[str, Any] | None:
    """Answer until the input ends; in a child: what it was asked to run."""
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    while line := requests.readline():
        request = json.loads(line)
        if "poll" in request:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        elif (answer := os.fork()) == 0:
            requests.close()
            return request
        os.write(1, json.dumps(answer).encode() + b"\n")
    return None


def _become(args: list[str], cwd: str, env: dict[str, str], limit_bytes: int | None) -> None:
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    stderr = os.open("stderr", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd, target in ((nothing, 0), (nothing, 1), (stderr, 2)):
        os.dup2(fd, target)
    if limit_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, resource.RLIM_INFINITY))
    sys.argv = ["copygen", *args]


if __name__ == "__main__" and (job := _serve()) is not None:
    _become(**job)
    main()
