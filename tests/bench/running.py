"""One process from start to end, and what it took: CPU, wall time, memory."""

import contextlib
import fcntl
import os
import struct
import subprocess
import tempfile
import termios
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.machine import cores, pinned
from tests.bench.wording import KEY
from tests.support.running import environment, untraced

LONGEST_S = 1800.0
SAMPLE_S = 0.25
ROWS, COLUMNS = 30, 100


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process took. Other processes it started are counted in."""

    began_s: float
    """`time.monotonic()` right before it was started."""
    wall_s: float
    cpu_s: float
    """User and system."""
    peak_mb: float
    exit_code: int
    errors: str
    """What it wrote to standard error, its end."""
    samples_mb: tuple[float, ...] = field(default=(), repr=False)
    """Resident memory while it ran, every `SAMPLE_S`; only when asked for."""


def run(
    command: Sequence[str], folder: Path, *, terminal: bool = False, sampled: bool = False
) -> Usage:
    """Run `command` on the client's core. With `terminal`, its standard error is one.

    Peak memory is the kernel's figure, which is never below that of the process that starts
    another: this one has to stay small, and loads nothing that draws while it measures.
    """
    core = cores()
    env = untraced(environment(folder, OPENAI_API_KEY=KEY, TERM="xterm-256color"))
    samples: list[float] = []
    with tempfile.TemporaryFile() as log, _stderr(log.fileno(), terminal=terminal) as stderr:
        began_s = time.monotonic()
        with pinned(core[0] if core else None):
            process = subprocess.Popen(
                command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=stderr
            )
        with _watched(process, samples if sampled else None):
            _pid, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began_s
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        errors = log.read()[-2000:].decode(errors="replace")
    return Usage(
        began_s=began_s,
        wall_s=wall_s,
        cpu_s=used.ru_utime + used.ru_stime,
        peak_mb=used.ru_maxrss * 1024 / 1e6,  # Linux counts in KiB
        exit_code=process.returncode,
        errors=errors,
        samples_mb=tuple(samples),
    )


@contextlib.contextmanager
def _stderr(log: int, *, terminal: bool) -> Iterator[int]:
    if not terminal:
        yield log
        return
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    reader = threading.Thread(target=_copy, args=(ours, log))
    reader.start()
    try:
        yield theirs
    finally:
        os.close(theirs)
        reader.join()
        os.close(ours)


def _copy(terminal: int, log: int) -> None:
    # EIO is how a terminal says that nobody holds its other end any more.
    with contextlib.suppress(OSError):
        while data := os.read(terminal, 65536):
            os.write(log, data)


@contextlib.contextmanager
def _watched(process: subprocess.Popen[bytes], samples: list[float] | None) -> Iterator[None]:
    """Kill it when it takes too long, and sample its memory if there is a list for that."""
    ended = threading.Event()

    def watch() -> None:
        patience_s = SAMPLE_S if samples is not None else LONGEST_S
        give_up_s = time.monotonic() + LONGEST_S
        while not ended.wait(patience_s):
            if time.monotonic() > give_up_s:
                process.kill()
                return
            if samples is not None:
                samples.append(_resident_mb(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _resident_mb(pid: int) -> float:
    with contextlib.suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0
