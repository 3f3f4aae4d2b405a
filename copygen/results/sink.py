"""Where results go: the face every sink shows, how they get there, and standard output."""

import asyncio
import os
import queue
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
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

_Heard = Callable[[Exception | None], None]
"""Hears what writing raised, if anything."""


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
        """Whether `append` may take as long as somebody else likes, such as a pipe's reader; it is
        then called in a thread.
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


class TurnWriter:
    """Writes the results that end in one turn of the event loop with one `append`.

    A write for each would cost a prompt a tenth of all its CPU. Whoever brings a result waits for
    its future before beginning anything new, so that a kill never costs more than what was in
    flight. Where nobody takes the results away, it waits until `release` is called.

    A sink that may block is written to in a thread, one `append` after another: a reader that is
    slow holds back those who wait for their futures, and never the event loop. A file is written
    in the loop: handing it over would cost a prompt at `-c 1` more than the write does.
    """

    def __init__(
        self,
        sink: Sink,
        on_written: Callable[[Sequence[Result]], bool],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """`on_written` hears of every result, also of those that went to a rescue file, after
        `on_failure` has heard why; it says whether there is room for more. Both are called on the
        event loop.
        """
        self._sink = sink
        self._on_written = on_written
        self._on_failure = on_failure
        self._loop = asyncio.get_running_loop()
        self._thread = _WriterThread(sink, self._loop) if sink.may_block else None
        self._ended: list[Result] = []
        """Not yet handed over for writing."""
        self._unwritten: list[asyncio.Future[None]] = []
        """Their futures."""
        self._waiting: list[asyncio.Future[None]] = []
        """Of results that are written, until there is room for more."""
        self._is_writing = False
        """Whether the thread has some."""
        self._on_idle: asyncio.Future[None] | None = None

    def write(self, result: Result) -> "asyncio.Future[None]":
        """Take a result; the future is done when it is written and there is room for more."""
        safe = self._loop.create_future()
        self._unwritten.append(safe)
        self._ended.append(result)
        if len(self._ended) == 1 and not self._is_writing:
            self._loop.call_soon(self._flush)
        return safe

    async def drain(self) -> None:
        """Wait until everything that has ended is written; nothing may be written after it."""
        self._flush()
        while self._is_writing:
            self._on_idle = self._loop.create_future()
            await self._on_idle
        if self._thread is not None:
            self._thread.end()

    def release(self) -> None:
        """Let those go on who wait and whose results are written."""
        waiting, self._waiting = self._waiting, []
        for safe in waiting:
            if not safe.done():
                safe.set_result(None)

    def _flush(self) -> None:
        """Write what has ended."""
        if self._is_writing or not self._ended:
            return
        ended, self._ended = self._ended, []
        futures, self._unwritten = self._unwritten, []

        def written(error: Exception | None) -> None:
            self._waiting += futures
            self._hear(ended, error)

        # On disk before anything else looks at them: they may have been paid for.
        if self._thread is None:
            written(_append(self._sink, ended))
            return

        def back_on_the_loop(error: Exception | None) -> None:
            self._is_writing = False
            written(error)
            self._flush()
            if self._on_idle is not None and not self._on_idle.done():
                self._on_idle.set_result(None)

        self._is_writing = True
        self._thread.write(ended, back_on_the_loop)

    def _hear(self, ended: Sequence[Result], error: Exception | None) -> None:
        """Tell what came of writing; nobody is above a callback, so who listens hears of bugs."""
        if error is not None:
            self._on_failure(error)
        has_room = True
        try:
            has_room = self._on_written(ended)
        except Exception as bug:  # noqa: BLE001  # see above
            self._on_failure(bug)
        if has_room:
            self.release()


def _append(sink: Sink, results: Sequence[Result]) -> Exception | None:
    """Write them; what it raised, if anything."""
    try:
        sink.append(*results)
    except Exception as error:  # noqa: BLE001  # handed to who listens to the writer
        return error
    return None


class _WriterThread:
    """Calls a sink that may block. A daemon: one that is blocked for ever must not hold up the end
    of the process. It holds one batch at a time, for its writer hands over the next only then.
    """

    def __init__(self, sink: Sink, loop: asyncio.AbstractEventLoop) -> None:
        self._sink = sink
        self._loop = loop
        self._batches: queue.SimpleQueue[tuple[Sequence[Result], _Heard] | None]
        self._batches = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="copygen-output", daemon=True)
        self._is_there = False
        """Whether it has been started."""

    def write(self, results: Sequence[Result], then: "_Heard") -> None:
        """Write them, and call `then` on the event loop with what was raised, if anything."""
        if not self._is_there:
            try:
                self._thread.start()
            except RuntimeError:  # no thread may be started here: written late beats not written
                self._loop.call_soon(then, _append(self._sink, results))
                return
            self._is_there = True
        self._batches.put((results, then))

    def end(self) -> None:
        """Have the thread end once it has written what it was given."""
        self._batches.put(None)

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            results, then = batch
            error = _append(self._sink, results)
            try:
                self._loop.call_soon_threadsafe(then, error)
            except RuntimeError:
                return  # the loop has ended; nobody waits for this any more


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
