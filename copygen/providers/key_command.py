"""Asking another program, such as a password manager, for a key."""

import subprocess
import threading
import time
from collections.abc import Sequence
from typing import IO, Final

from copygen import system
from copygen.errors import ConfigError
from copygen.providers.decode import clip, plain
from copygen.providers.redact import Redactor, Secret

LIMIT_S: Final = 30.0
_KEPT_BYTES: Final = 16 * 1024
"""Of each stream; what comes after is read, so that the command can end, and dropped."""
_LONGEST_COMPLAINT: Final = 160


def key_from_command(command: Sequence[str], *, limit_s: float = LIMIT_S) -> str:
    """The first line the command writes to standard output, without white space around it.

    No shell, nothing on standard input, `limit_s` seconds at most. What it writes to standard
    error is shown only when it fails: one short line of it, redacted. Raises ConfigError when
    it cannot be run, fails, takes too long or says nothing.
    """
    name = command[0]
    out, err, code = _run(command, limit_s)
    first = out.decode("utf-8", "replace").partition("\n")[0].strip()
    if code is None:
        raise ConfigError(f"the key_command '{name}' did not end within {limit_s:g} s.")
    if code:
        said = _complaint(err, first)
        how = f"was ended by signal {-code}" if code < 0 else f"failed with code {code}"
        raise ConfigError(f"the key_command '{name}' {how}{said}.")
    if not first:
        raise ConfigError(
            f"the key_command '{name}' gave no key: the first line of its output should be the key."
        )
    return first


def _run(command: Sequence[str], limit_s: float) -> tuple[bytes, bytes, int | None]:
    """Standard output, standard error and exit code; the code is None when time ran out."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the user's own settings name the program
            [system.program(command[0]), *command[1:]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
    except OSError as exc:
        raise ConfigError(
            f"the key_command '{command[0]}' cannot be run: {exc.strerror or exc}."
        ) from exc
    assert process.stdout is not None
    assert process.stderr is not None
    end = time.monotonic() + limit_s
    streams = (_Drain(process.stdout), _Drain(process.stderr))
    for drain in streams:
        drain.join(max(0.0, end - time.monotonic()))
    in_time = not any(drain.is_alive() for drain in streams)
    try:
        code = process.wait(max(0.0, end - time.monotonic()) if in_time else 0)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return b"", b"", None
    return bytes(streams[0].kept), bytes(streams[1].kept), code


class _Drain(threading.Thread):
    """Reads a pipe to its end, which may be long after the command's: a process that the command
    started may hold it. Windows has no `select` for pipes.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self._stream = stream
        self.start()

    def run(self) -> None:
        """Keep the beginning, drop the rest."""
        with self._stream:
            while piece := self._stream.read(65536):
                self.kept.extend(piece[: _KEPT_BYTES - len(self.kept)])


def _complaint(err: bytes, first: str) -> str:
    # A command that fails late may have printed the key, and may repeat it in what it complains.
    redactor = Redactor([Secret(first)])
    said = redactor.redact(plain(err.decode("utf-8", "replace")))
    return f": {clip(said, _LONGEST_COMPLAINT).rstrip('.')}" if said else ""
