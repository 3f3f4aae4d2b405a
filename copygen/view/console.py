"""The console people look at: standard error, and nothing that takes a run down with it."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from typing import IO, TextIO, cast

from rich.console import Console


class LastingStream:
    """A text stream that goes silent when its reader is gone.

    A terminal that was closed or a `2>&1 | head` must not end a run whose prompts are being
    paid for; rich on its own would exit the process.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop the text when nobody can read it any more."""
        if self._stream is not None and not self._stream.closed:
            with self._lasting():
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, unless the reader is gone."""
        if self._stream is not None and not self._stream.closed:
            with self._lasting():
                self._stream.flush()

    def isatty(self) -> bool:
        """Say whether a person is likely to watch."""
        return self._stream is not None and not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor; OSError when there is none."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        """What the stream writes characters as."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @contextlib.contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            pass  # a full pipe that does not block: this frame is lost, the next may fit
        except OSError:
            self._stream = None


def data_stream(stream: TextIO | None) -> LastingStream:
    """A stream for data: UTF-8 whatever the encoding for people is; half a surrogate is escaped
    as JSON has it.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return LastingStream(stream)


def open_console(stream: TextIO | None, environ: Mapping[str, str]) -> Console:
    """Return a console on `stream`, as a rule `sys.stderr`; None is a console nobody sees.

    Honours NO_COLOR, FORCE_COLOR, TERM and COLUMNS of `environ`. Markup, emoji codes and
    highlighting are off: everything printed is a `Text` or built of them.
    """
    return Console(
        file=cast("IO[str]", LastingStream(stream)),
        markup=False,
        emoji=False,
        highlight=False,
        _environ=environ,
    )
