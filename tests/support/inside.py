"""copygen in this process: for tests where the process is not the point. A tenth of the time."""

import asyncio
import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from copygen.cli.app import execute
from copygen.simulator import SimulatorProfile, simulator
from copygen.system import set_encodings, stop_signals
from tests.support.running import environment


def copygen(
    *args: object,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    encoding: str = "utf-8",
) -> subprocess.CompletedProcess[str]:
    """Carry out a copygen command in `cwd`, to its end; as `running.copygen`, without a process.

    `encoding` is that of its output; what it cannot express is left out of what is returned.
    """
    words = [str(arg) for arg in args]
    with ExitStack() as stack:
        out, err, given = (stack.enter_context(tempfile.TemporaryFile()) for _ in range(3))
        given.write(stdin)
        given.seek(0)
        stack.enter_context(_signals_restored())
        patched = stack.enter_context(pytest.MonkeyPatch.context())
        wanted = environment(cwd, **(env or {}))
        for name in os.environ.keys() - wanted.keys():
            patched.delenv(name)
        for name, value in wanted.items():
            patched.setenv(name, value)
        patched.chdir(cwd)
        patched.setattr(sys, "argv", ["copygen", *words])
        for name, stream in (("stdin", given), ("stdout", out), ("stderr", err)):
            text = io.TextIOWrapper(stream, encoding, write_through=name == "stderr")
            stack.callback(text.detach)
            patched.setattr(sys, name, text)
        set_encodings()
        code = execute(words)
        sys.stdout.flush()
        names = (sys.stdout.encoding, sys.stderr.encoding)  # data is UTF-8 whatever was asked
        told = [_content(s).decode(n, "replace") for s, n in zip((out, err), names, strict=True)]
    return subprocess.CompletedProcess(words, code, *told)


def _content(stream: object) -> bytes:
    assert isinstance(stream, io.BufferedIOBase | io.BufferedRandom)
    stream.seek(0)
    return stream.read()


@contextmanager
def _signals_restored() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in stop_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def simulated(*flags: object) -> Iterator[str]:
    """A simulated provider on a thread of this process, with the flags of `copygen simulate`."""
    words = [str(flag) for flag in flags]
    given: dict[str, object] = {}
    while words:
        name = words.pop(0).removeprefix("--").replace("-", "_")
        given[name] = True if not words or words[0].startswith("--") else words.pop(0)
    started: Future[tuple[str, Callable[[], None]]] = Future()

    async def serve() -> None:
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        async with simulator(SimulatorProfile.model_validate(given)) as base_url:
            started.set_result((base_url, lambda: loop.call_soon_threadsafe(done.set) and None))
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    base_url, stop = started.result(30)
    try:
        yield base_url
    finally:
        stop()
        thread.join(30)
