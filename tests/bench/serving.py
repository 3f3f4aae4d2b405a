"""The server from the suite's side: start it, ask what it saw, see how fast it can be."""

import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.machine import cores, pinned
from tests.bench.server import Counts
from tests.bench.wording import KEY, body

SERVER = Path(__file__).with_name("server.py")
WRK_SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {key}"
wrk.body = [[{body}]]
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that is up."""

    port: int

    @property
    def base_url(self) -> str:
        """What copygen calls the base URL."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def url(self) -> str:
        """The address that requests go to."""
        return f"{self.base_url}/chat/completions"

    def counts(self) -> Counts:
        """What it saw since the last reset."""
        return Counts(**self._control("GET", "/counts"))

    def reset(self) -> None:
        """Have it forget that, and begin with a full bucket."""
        self._control("POST", "/reset")

    def _control(self, method: str, path: str) -> dict[str, Any]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - ours
            counts: dict[str, Any] = json.load(reply)
        return counts


@contextlib.contextmanager
def serving(*flags: object) -> Iterator[Server]:
    """A server in a process of its own, on a core of its own where there is one."""
    core = cores()
    with pinned(core[1] if core else None):
        process = subprocess.Popen(
            [sys.executable, str(SERVER), *map(str, flags)], stdout=subprocess.PIPE
        )
    try:
        assert process.stdout is not None
        yield Server(int(process.stdout.readline()))
    finally:
        process.terminate()
        process.communicate(timeout=30)


def wrk_per_s(server: Server, concurrency: int, seconds: int) -> float | None:
    """Requests per second that wrk, a load generator in C, gets out of it; None without wrk."""
    wrk = shutil.which("wrk")
    if wrk is None:
        return None
    row = {"language": "Thai", "name": "Praewa scarf", "price": 390, "notes": "By hand."}
    core = cores()
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_SCRIPT.format(key=KEY, body=json.dumps(body(row))))
        script.flush()
        command = [wrk, "-t1", f"-c{concurrency}", f"-d{seconds}s", "-s", script.name, server.url]
        with pinned(core[0] if core else None):
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", said)
    if found is None or "Non-2xx" in said:
        raise RuntimeError(f"wrk and the server do not understand each other:\n{said}")
    return float(found[1])
