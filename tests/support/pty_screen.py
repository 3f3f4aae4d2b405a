"""Run a command on a real pseudo-terminal and see what a person would have seen."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import tempfile
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyte

COLUMNS = 80
ROWS = 24
REDRAW = b"\r\x1b[2K"
"""How a redraw in place begins: back to the first column, erase the line."""


@dataclass(frozen=True)
class Screen:
    """A terminal's memory after some output: scrolled-off lines first, trailing blanks cut."""

    lines: tuple[str, ...]
    cursor: tuple[int, int]
    """0-based row on the visible part, and column."""
    cursor_visible: bool
    title: str
    """The window title, which only an escape sequence sets."""

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True)
class PtyRun:
    """A finished command: its exit code, all it wrote to the terminal, and its stdout."""

    exit_code: int
    output: bytes
    """Every byte that reached the terminal."""
    stdout: bytes
    """What went to standard output when that was not the terminal, else nothing."""
    columns: int
    rows: int

    def screen(self) -> Screen:
        """The screen when the command had ended."""
        return replay(self.output, columns=self.columns, rows=self.rows)

    def frames(self) -> list[Screen]:
        """The screen just before each redraw: what stood there between two updates."""
        terminal = _Terminal(self.columns, self.rows)
        first, *redraws = self.output.split(REDRAW)
        terminal.feed(first)
        frames = []
        for redraw in redraws:
            frames.append(terminal.screen())
            terminal.feed(REDRAW + redraw)
        return frames


def replay(output: bytes, *, columns: int = COLUMNS, rows: int = ROWS) -> Screen:
    """Interpret terminal output from its first byte on an empty screen."""
    terminal = _Terminal(columns, rows)
    terminal.feed(output)
    return terminal.screen()


class _Terminal:
    """pyte's interpreter, with the lines that scrolled off."""

    def __init__(self, columns: int, rows: int) -> None:
        self._screen = pyte.HistoryScreen(columns, rows, history=10_000)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, output: bytes) -> None:
        self._stream.feed(output)

    def screen(self) -> Screen:
        screen = self._screen
        above = [
            "".join(row[column].data for column in range(screen.columns))
            for row in screen.history.top
        ]
        lines = [line.rstrip() for line in (*above, *screen.display)]
        while lines and not lines[-1]:
            lines.pop()
        return Screen(
            lines=tuple(lines),
            cursor=(screen.cursor.y, screen.cursor.x),
            cursor_visible=not screen.cursor.hidden,
            title=screen.title,
        )


def run_on_pty(
    argv: Sequence[str],
    *,
    columns: int = COLUMNS,
    rows: int = ROWS,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdout_apart: bool = False,
    timeout_s: float = 30.0,
) -> PtyRun:
    """Run `argv` with stdin, stderr and, unless `stdout_apart`, stdout on a new terminal.

    The environment is exactly `env` (default: PATH, TERM=xterm-256color and UTF-8), so that the
    machine's own NO_COLOR or COLUMNS cannot decide a test. TimeoutError after `timeout_s`, with
    the process killed.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with tempfile.TemporaryFile() as apart, os.fdopen(master, "rb", buffering=0):
        process = subprocess.Popen(
            list(argv),
            stdin=slave,
            stdout=apart if stdout_apart else slave,
            stderr=slave,
            cwd=cwd,
            env=dict(env if env is not None else terminal_env()),
            start_new_session=True,
        )
        os.close(slave)
        try:
            output = _read_all(master, time.monotonic() + timeout_s)
            exit_code = process.wait(timeout_s)
        finally:
            process.kill()
            process.wait()
        apart.seek(0)
        return PtyRun(exit_code, output, apart.read(), columns, rows)


def terminal_env(**extra: str) -> dict[str, str]:
    """The environment of a modern terminal, plus `extra`."""
    base = {"PATH": os.environ.get("PATH", ""), "TERM": "xterm-256color", "PYTHONUTF8": "1"}
    return base | extra


def _read_all(master: int, deadline: float) -> bytes:
    """Read until every holder of the other end has closed it."""
    chunks: list[bytes] = []
    while True:
        ready, _, _ = select.select([master], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            raise TimeoutError(f"the command is still running; so far: {b''.join(chunks)!r}")
        try:
            chunk = os.read(master, 65536)
        except OSError:  # EIO is how Linux says that the terminal has no user left
            return b"".join(chunks)
        if not chunk:
            return b"".join(chunks)
        chunks.append(chunk)
