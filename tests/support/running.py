"""copygen as its users run it: as a process, against a server in another process."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.platforms import interpreter

ROOT = Path(__file__).parents[2]
COMMAND = [*interpreter(), "-m", "copygen"]
KEYS = ("HOLYSHEEP_API_KEY", "OPENAI_API_KEY", "COPYGEN_CONFIG", "NO_COLOR", "FORCE_COLOR")


def environment(folder: Path, **more: str) -> dict[str, str]:
    """This process's environment without keys and settings of whoever runs the tests."""
    plain = {name: value for name, value in os.environ.items() if name not in KEYS}
    plain |= {"PYTHONPATH": str(ROOT), "HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return plain | {"COLUMNS": "100"} | more


def untraced(env: Mapping[str, str]) -> dict[str, str]:
    """`env` for a process whose memory or processor time is measured: coverage keeps out of it."""
    return {name: value for name, value in env.items() if name != "COVERAGE_PROCESS_CONFIG"}


def copygen(
    *args: object,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a copygen command in `cwd` to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, args)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        env=environment(cwd, **(env or {})),
        timeout=100,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )


def start(*args: object, cwd: Path, **kwargs: Any) -> subprocess.Popen[bytes]:
    """Start a copygen command and leave it running."""
    return subprocess.Popen([*COMMAND, *map(str, args)], cwd=cwd, env=environment(cwd), **kwargs)


@contextmanager
def simulated(*flags: object) -> Iterator[str]:
    """A simulated provider in a process of its own; yields its base URL."""
    server = subprocess.Popen(
        [*COMMAND, "simulate", "--port", "0", *map(str, flags)],
        stdout=subprocess.PIPE,
        env=environment(ROOT / "tests"),
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline().decode()
        yield line.split(" at ", 1)[1].split(" ", 1)[0].strip()
    finally:
        server.terminate()
        server.communicate(timeout=30)


def records(path: Path) -> list[dict[str, Any]]:
    """The records of a results file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
