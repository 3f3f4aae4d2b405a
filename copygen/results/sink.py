"""Where results go: the face that every sink shows, none, and standard output."""

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import BinaryIO, Protocol

from copygen import system
from copygen.errors import CopygenError, ExitCode, ResultsError
from copygen.models import Result, Status
from copygen.results.record import encode
from copygen.results.rescue import Rescue, Unwritable
from copygen.results.resume import Latest
from copygen.results.storage import reason


class OutputClosed(CopygenError):
    """The reader of standard output has enough (`| head`): stop quietly."""

    exit_code = ExitCode.OK


class Sink(Protocol):
    """Takes every result as it ends. `Ledger`, `StdoutSink` and `NoSink` are sinks."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know about the output so far, one sentence each."""

    @property
    def may_block(self) -> bool:
        """Whether `append` may take as long as somebody else likes, such as a pipe's reader or a
        disk; it is then called in a thread.
        """

    @property
    def earlier(self) -> Mapping[Status, int]:
        """Results of earlier runs by status, counting the latest per id."""

    @property
    def latest(self) -> Latest | None:
        """What earlier runs have left in the output; None where nothing is remembered."""

    @property
    def failed(self) -> ResultsError | None:
        """Why the output can no longer be written, once it cannot."""

    @property
    def rescued(self) -> tuple[str, ...]:
        """Where results went instead, once `failed`."""

    def append(self, *results: Result) -> None:
        """Write results that ended together. Raises once when the output fails; takes every
        result even then.
        """

    async def flush_forever(self, interval_s: float = 1.0) -> None:
        """Run beside the work; returns when there is nothing (more) to do. Never raises."""

    def close(self) -> None:
        """Finish the output. Closing twice does nothing."""


class NoSink:
    """For results that go to the caller alone."""

    may_block = False
    notes: tuple[str, ...] = ()
    earlier: Mapping[Status, int] = MappingProxyType({})
    latest: Latest | None = None
    failed: ResultsError | None = None
    rescued: tuple[str, ...] = ()

    def append(self, *results: Result) -> None:
        """Keep nothing."""

    async def flush_forever(self, interval_s: float = 1.0) -> None:
        """Return at once."""

    def close(self) -> None:
        """Do nothing."""


class StdoutSink:
    """Results as lines on a stream; it remembers nothing, so every prompt runs.

    Lines are written whole and at once. A reader that goes away raises `OutputClosed` from the
    next `append`, once; later results are counted in `dropped`. Any other failure raises
    ResultsError, once, and that result and all later ones go to a rescue file.
    """

    may_block = True
    notes: tuple[str, ...] = ()
    earlier: Mapping[Status, int] = MappingProxyType({})
    latest: Latest | None = None

    def __init__(self, stream: BinaryIO, *, last_resort: BinaryIO | None = None) -> None:
        """`stream` is binary, as `sys.stdout.buffer`; `last_resort` is standard error if None."""
        stream.flush()
        # Past the buffer: what a failed write leaves in it would be tried again at exit.
        self._raw: BinaryIO = getattr(stream, "raw", stream)
        self._rescue = Rescue("copygen", None, last_resort)
        self.failed: ResultsError | None = None
        self.closed_early = False
        """The reader went away."""
        self.dropped = 0
        """Results that ended after the reader had gone."""

    @property
    def rescued(self) -> tuple[str, ...]:
        """Where results went instead, once `failed`."""
        return tuple(self._rescue.places)

    def append(self, *results: Result) -> None:
        """Write results that ended together; raises OutputClosed or ResultsError, each once."""
        lines = b"".join([encode(result) for result in results])
        if self.failed is not None:
            self._rescue.write(lambda: (lines,))
            return
        if not self.closed_early:
            self._write(lines, len(results))
        else:
            self.dropped += len(results)

    async def flush_forever(self, interval_s: float = 1.0) -> None:
        """Return at once: every line is flushed as it is written."""

    def close(self) -> None:
        """Leave the stream, which is not ours, as it is."""
        self._rescue.close()

    def _write(self, lines: bytes, count: int) -> None:
        try:
            _write_whole(self._raw, lines)
        except OSError as exc:
            self.closed_early = True
            self.dropped += count
            raise OutputClosed("standard output was closed by its reader") from exc
        except _WriteCutShort as cut:
            rest = _unwritten(self._raw, lines, cut.written_bytes)
            self._rescue.write(lambda: (rest,))
            self.failed = Unwritable("standard output", reason(cut.cause), self._rescue)
            raise self.failed from cut.cause


class _WriteCutShort(Exception):
    """A write failed after some of it."""

    def __init__(self, cause: OSError, written_bytes: int) -> None:
        self.cause = cause
        self.written_bytes = written_bytes


def _write_whole(raw: BinaryIO, lines: bytes) -> None:
    """Write all of them. Raises OSError when the reader is gone, and _WriteCutShort."""
    view = memoryview(lines)
    try:
        while view:
            # None: a pipe that some other process made non-blocking is full
            written: int | None = raw.write(view)
            if written is None:
                system.wait_writable(raw.fileno())
            else:
                view = view[written:]
        raw.flush()
    except OSError as exc:
        if system.reader_gone(exc):
            raise
        raise _WriteCutShort(exc, len(lines) - len(view)) from exc


def _unwritten(raw: BinaryIO, lines: bytes, written: int) -> bytes:
    """The lines that are not whole in the stream, such that they can be appended to it.

    The torn part of the first of them is taken back where it can be, and else ended.
    """
    start = lines.rfind(b"\n", 0, written) + 1
    torn = written > start and not _taken_back(raw, written - start)
    return b"\n" * torn + lines[start:]


def _taken_back(raw: BinaryIO, count: int) -> bool:
    """Whether the last `count` bytes could be cut off again: of a file whose end is still ours."""
    with suppress(OSError):
        number = raw.fileno()
        status = os.fstat(number)
        if stat.S_ISREG(status.st_mode) and os.lseek(number, 0, os.SEEK_CUR) == status.st_size:
            os.ftruncate(number, status.st_size - count)
            os.lseek(number, 0, os.SEEK_END)
            return True
    return False
