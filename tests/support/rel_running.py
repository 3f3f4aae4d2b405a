"""copygen and its provider as processes, for tests that kill, interrupt and starve them."""

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support.running import COMMAND, environment, untraced

SERVER = Path(__file__).with_name("counting_server.py")
ZYGOTE = Path(__file__).with_name("rel_zygote.py")
CONCURRENCY = 16
_waiting = threading.Event()


@dataclass(frozen=True)
class Counted:
    """The server's own ledger."""

    received: Counter[str]
    answered: Counter[str]
    requests: int
    open: int
    charged: tuple[int, int] = (0, 0)
    """Input and output tokens."""


class CountingServer:
    """A `counting_server` process."""

    def __init__(self, *flags: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), *map(str, flags)],
            env=untraced(os.environ),
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self.base_url = f"http://127.0.0.1:{self.port}/v1"
        self.to = ("-p", "simulator", "--base-url", self.base_url)

    def ledger(self) -> Counted:
        """What it has counted so far."""
        return self._ask("GET", "/ledger")

    def settled(self) -> Counted:
        """What it has counted once every client's connection has ended."""
        while (counted := self.ledger()).open:
            pause(0.005)
        return counted

    def reset(self) -> None:
        """Have it forget what it counted."""
        self._ask("POST", "/reset")

    def behave(self, **settings: object) -> None:
        """Change latency, jitter, faults."""
        self._ask("POST", "/settings", json.dumps(settings))

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, method: str, path: str, body: str = "") -> Counted:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body)
            told = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return Counted(
            Counter(told["received"]),
            Counter(told["answered"]),
            told["requests"],
            told["open"],
            tuple(told["charged"]),
        )


@contextmanager
def counting(*flags: object) -> Iterator[CountingServer]:
    """A counting server in a process of its own."""
    server = CountingServer(*flags)
    try:
        yield server
    finally:
        server.stop()


def start(
    *args: object, cwd: Path, within: Sequence[str] = (), **more: Any
) -> subprocess.Popen[bytes]:
    """Start a copygen command from nothing, by way of another command if one is given.

    Its standard error goes to `cwd`/stderr, its temporary files to `cwd`/tmp if there is one.
    """
    with (cwd / "stderr").open("wb") as stderr:
        return subprocess.Popen(
            [*within, *COMMAND, *map(str, args)],
            cwd=cwd,
            env=untraced(environment(cwd, TMPDIR=str(cwd / "tmp"))),
            **{"stderr": stderr, "stdin": subprocess.DEVNULL, **more},
        )


class Process(Protocol):
    """What a test does with a command under way."""

    pid: int

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, sig: int) -> None: ...


class Zygote:
    """Starts copygen commands in milliseconds; see `rel_zygote`. May be shared by threads."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(ZYGOTE)],
            env=untraced(environment(ZYGOTE.parent)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._busy = threading.Lock()

    def start(self, *args: object, cwd: Path, limit_bytes: int | None = None) -> "Forked":
        """As the function of this name; no file of the command can grow past `limit_bytes`.

        Temporary files go to `cwd`/tmp, if there is one.
        """
        env = untraced(environment(cwd, TMPDIR=str(cwd / "tmp")))
        job = {"args": list(map(str, args)), "cwd": str(cwd), "env": env}
        return Forked(self, self.ask(job | {"limit_bytes": limit_bytes}))

    def ask(self, request: object) -> Any:
        """Its answer to one request."""
        asked, answers = self._process.stdin, self._process.stdout
        assert asked
        assert answers
        with self._busy:
            asked.write(json.dumps(request).encode() + b"\n")
            asked.flush()
            return json.loads(answers.readline())

    def stop(self) -> None:
        """End it."""
        self._process.communicate(timeout=30)


class Forked:
    """A command started by a zygote."""

    def __init__(self, zygote: Zygote, pid: int) -> None:
        self.pid = pid
        self._zygote = zygote
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""
        if self._code is None:
            self._code = self._zygote.ask({"poll": self.pid})
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code, once it has ended."""
        deadline = time.monotonic() + (timeout or 60)
        while (code := self.poll()) is None:
            assert time.monotonic() < deadline, "it does not end"
            pause(0.003)
        return code

    def send_signal(self, sig: int) -> None:
        """Send it a signal, unless it is known to have ended."""
        if self._code is None:
            os.kill(self.pid, sig)


@contextmanager
def killed_at_the_end(process: Process) -> Iterator[Process]:
    """The process, which does not outlive the body."""
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def said(cwd: Path) -> str:
    """What the latest command in `cwd` wrote to standard error."""
    return (cwd / "stderr").read_bytes().decode()


def pause(seconds: float) -> None:
    """Let another process go on for a while."""
    _waiting.wait(seconds)


def until(true: Callable[[], object], process: Process, every_s: float = 0.002) -> bool:
    """Wait until something is true; False when the process ends before. At most 60 s."""
    deadline = time.monotonic() + 60
    while not true():
        if process.poll() is not None:
            return False
        assert time.monotonic() < deadline, "it never came true"
        pause(every_s)
    return True


def interrupt(process: Process, cwd: Path, times: int = 1) -> None:
    """Press Ctrl-C in a run in `cwd`, each time once the one before has been heard."""
    for number in range(times):
        if number:
            assert until(lambda: "stopping: " in said(cwd), process), said(cwd)
        process.send_signal(signal.SIGINT)


def handlers_set(process: Process) -> bool:
    """Whether the process has taken its signals over: Python alone leaves SIGTERM as it is."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return False
    caught = next((line for line in status.splitlines() if line.startswith("SigCgt:")), "SigCgt: 0")
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def write_prompts(path: Path, texts: Mapping[str, str]) -> None:
    """A JSONL prompt file of ids and texts."""
    with path.open("w") as file:
        file.writelines(json.dumps({"id": i, "prompt": text}) + "\n" for i, text in texts.items())


def prompts(count: int, tag: str, rng: random.Random, longest: int = 400) -> dict[str, str]:
    """`count` ids and texts, all different, of very different lengths."""
    return {
        f"i{n}": f"{tag}-{n} " + "x" * rng.choice([0, longest // 20, rng.randint(0, longest)])
        for n in range(count)
    }


def first_word(text: str) -> str:
    """What the server knows a prompt by."""
    return text.split(" ", 1)[0]


@dataclass(frozen=True)
class Lines:
    """A file of JSON lines as it stands at a moment."""

    whole: tuple[dict[str, Any], ...]
    """The records, in file order."""
    corrupt: int
    """Lines in the middle that are no records."""
    fragment: bytes
    """What a kill left of a line at the end."""


def read_lines(path: Path) -> Lines:
    """Read a results file as its users' programs do, knowing nothing of copygen."""
    content = path.read_bytes() if path.exists() else b""
    *lines, last = content.split(b"\n")
    if last and (record := _record(last)):
        return Lines((*_records(lines), record), _corrupt(lines), b"")
    return Lines(tuple(_records(lines)), _corrupt(lines), last)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "id" in value else None


def _records(lines: list[bytes]) -> list[dict[str, Any]]:
    return [record for line in lines if (record := _record(line))]


def _corrupt(lines: list[bytes]) -> int:
    return sum(_record(line) is None for line in lines)


def note_figure(test: str, **figures: object) -> None:
    """Print what a test measured, and add it to the file named by COPYGEN_FIGURES."""
    line = json.dumps({"test": test, **figures})
    sys.stdout.write(line + "\n")
    if path := os.environ.get("COPYGEN_FIGURES"):
        with Path(path).open("a") as file:
            file.write(line + "\n")
