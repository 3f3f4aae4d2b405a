"""The ledger: the results file as output and as the memory of what is done.

What it promises:

- A result is in the file when `append` returns, as one whole line, and survives `kill -9` from
  then on. A power cut loses at most the last second or so (`FsyncPolicy`).
- One run writes at a time. The file is repaired when it is opened, and at most one record per id
  is left when it is closed.
- When the file can no longer be written, every result still goes somewhere: see
  `copygen.results.rescue`.
"""

import asyncio
import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from copygen import system
from copygen.documents import files
from copygen.errors import ResultsError
from copygen.models import Result, Status
from copygen.results.record import encode
from copygen.results.recovery import Recovered, compacted, recover, start_over
from copygen.results.rescue import Rescue, Unwritable, rescue_path
from copygen.results.resume import Latest, Precedence
from copygen.results.sink import Sink
from copygen.results.storage import (
    COPY_BYTES,
    WriterLock,
    acquire,
    check_place,
    network_filesystem,
    reason,
    reported,
)

MAX_UNSYNCED_BYTES = 32 * 1024 * 1024
"""So much is written without a sync at the most; more is synced by the `append` that passes it."""


_Heard = Callable[[Exception | None], None]
"""Hears what writing raised, if anything."""


class FsyncPolicy(StrEnum):
    """When results are forced to the disk. All of them survive the death of the process."""

    AUTO = "auto"
    """About once a second while results come in, and at the end."""
    ALWAYS = "always"
    """Before `append` returns, and before a result counts as done."""
    NEVER = "never"
    """When the operating system likes."""


class Ledger:
    """A results file, open for this run only. Made by `open`; a context manager that closes it.

    `status_of` and `close` belong to the thread of the event loop. So does `append` unless it
    `may_block`; then it may run in another thread, one call at a time.
    """

    def __init__(
        self,
        path: Path,
        lock: WriterLock,
        recovered: Recovered,
        fsync: FsyncPolicy,
        rescue: Rescue,
        template: str | None = None,
    ) -> None:
        """Takes over a file that `recover` has made whole. Raises OSError."""
        self.path = path
        """The file itself: absolute, symbolic links resolved."""
        self.earlier: Mapping[Status, int] = MappingProxyType(recovered.latest.counts)
        """Results of earlier runs by status, counting the latest per id."""
        self.failed: ResultsError | None = None
        """Why the file can no longer be written, once it cannot."""
        self.earlier_path = recovered.aside or path
        """Where the results of earlier runs are."""
        self._notes = list(recovered.notes)
        self._latest = recovered.latest
        self._lock = lock
        self._fsync = fsync
        self.may_block = fsync is FsyncPolicy.ALWAYS
        """A disk takes as long as it likes for an fsync, and one that hangs never ends."""
        self._appending = threading.Lock()
        """Held by `append`, and by what must not come between its write and its sync."""
        self._template = template
        self._rescue = rescue
        self._file = AppendFile(path)
        self._unsynced: list[bytes] = []  # lost if the next fsync fails, so kept until it has not
        self._unsynced_bytes = 0
        self._syncer = ThreadPoolExecutor(1, "copygen-sync")
        self._obsolete = False
        self._raised = False
        self._closed = False

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        fresh: bool = False,
        keeps: Callable[[str], bool] | None = None,
        fsync: FsyncPolicy = FsyncPolicy.AUTO,
        template: str | None = None,
        last_resort: BinaryIO | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Lock, repair and read the results file at `path`, or create it.

        `fresh` sets an earlier file aside as `<name>.1`, `.2`, ... first, but for the texts of the
        ids that it `keeps`. `template` is the name of the template whose texts these are, for the
        records. `last_resort` takes results when no file does (standard error unless given). `now`
        dates the lock.

        Raises LedgerLocked when another run writes the file, and ResultsError when it cannot be
        read or written or is no results file; both before anything is changed.
        """
        with reported(path, "look at it"):
            path = check_place(path)
        with reported(path, "lock it"):
            lock = acquire(path, now())
        try:
            with reported(path, "lock it"):
                lock.take()
            recovered = start_over(path, keeps) if fresh else recover(path)
            with reported(path, "lock it"):
                lock.take()  # it may be another file by now
            rescue = Rescue(path.name, rescue_path(path), last_resort)
            with reported(path, "open it for writing"):
                ledger = cls(path, lock, recovered, fsync, rescue, template)
        except BaseException:
            lock.release()
            raise
        ledger._warn_of_network()
        return ledger

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know about the file so far, one sentence each."""
        return tuple(self._notes)

    @property
    def rescued(self) -> tuple[str, ...]:
        """Where results went instead, once `failed`."""
        return tuple(self._rescue.places)

    @property
    def latest(self) -> Latest:
        """The latest record of every id, of earlier runs and of this one."""
        return self._latest

    def status_of(self, id_: str, *keys: str) -> Status | None:
        """Status of the latest record of `id_` if it was made with one of these keys, else None.

        A prompt is settled when this is one of `copygen.results.resume.DONE`.
        """
        return self._latest.status_of(id_, *keys)

    def append(self, *results: Result) -> None:
        """Write one result, or several that ended together, with one `write`.

        Raises ResultsError once, when the file turns out not to take any more; these results and
        all later ones are then in the places named by `rescued`.
        """
        lines = b"".join([encode(result, self._template) for result in results])
        with self._appending:
            if self.failed is not None:
                self._rescue.write(lambda: (lines,))
            else:
                try:
                    self._file.append(lines)
                except OSError as exc:
                    self._give_up(exc, (*self._take_unsynced(), lines))
                else:
                    if self._fsync is not FsyncPolicy.NEVER:
                        self._unsynced.append(lines)
                        self._unsynced_bytes += len(lines)
                    if self.may_block or self._unsynced_bytes > MAX_UNSYNCED_BYTES:
                        self._sync()
            if self.failed is not None:
                self._raise_once()
        for result in results:
            if self._latest.add(result.id, result.key, result.status) is not Precedence.FIRST:
                self._obsolete = True

    async def flush_forever(self, interval_s: float = 1.0) -> None:
        """Every `interval_s` seconds force new results to the disk, in another thread.

        Also notices a file that was deleted, replaced or cut short. Returns when the file has
        failed (see `failed`; the next `append` raises it), never raises itself; cancel it at
        the end of the run.
        """
        while self.failed is None:
            await asyncio.sleep(interval_s)
            await self._flush()

    def close(self) -> None:
        """Force everything to the disk, move superseded records out, and let go of the file.

        Raises ResultsError when that fails, unless `append` has raised it. Closing twice does
        nothing.
        """
        if self._closed:
            return
        self._closed = True
        try:
            with self._appending:
                if self.failed is None:
                    self._sync()
            self._syncer.shutdown(wait=False, cancel_futures=True)
            with reported(self.path, "close it"):
                self._file.close()
            self._rescue.close()
            if self._obsolete and self.failed is None:
                self._notes.append(compacted(self.path))
        finally:
            self._lock.release()
        self._raise_once()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    async def _flush(self) -> None:
        if self.may_block:  # so may a look at its disk; and all that is written is synced
            await self._elsewhere(self._look)
            return
        if not self._unsynced:
            self._check_place()
            return
        batch = self._take_unsynced()
        try:
            await self._elsewhere(self._file.sync)
        except OSError as exc:
            self._give_up(exc, (*batch, *self._take_unsynced()))
        except asyncio.CancelledError:
            # The thread goes on, but nobody will hear how it ends: `close` syncs again.
            self._unsynced = batch + self._unsynced
            raise

    async def _elsewhere(self, work: Callable[[], None]) -> None:
        """Work in a thread of our own, or here where none can be started. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            # Not the loop's own executor: it needs one more thread to end.
            working = loop.run_in_executor(self._syncer, work)
        except RuntimeError:
            work()
        else:
            await working

    def _look(self) -> None:
        # What is being written looks for itself; and a thread that waits for a disk that hangs
        # would hold up the end of the process.
        if not self._appending.acquire(blocking=False):
            return
        try:
            if self.failed is None:
                self._check_place()
        finally:
            self._appending.release()

    def _take_unsynced(self) -> list[bytes]:
        taken, self._unsynced, self._unsynced_bytes = self._unsynced, [], 0
        return taken

    def _sync(self) -> None:
        if not self._unsynced:
            self._check_place()
            return
        batch = self._take_unsynced()
        try:
            self._file.sync()
        except OSError as exc:
            self._give_up(exc, batch)

    def _check_place(self) -> None:
        try:
            self._file.check_place()
        except OSError as exc:
            self._give_up(exc, ())

    def _give_up(self, cause: OSError, unsaved: Iterable[bytes]) -> None:
        """Rescue what the file does not safely hold; from here on it is left alone."""
        unsaved = tuple(unsaved)
        # Of a file without a name, all results would go with our descriptor, not only the last.
        whole = self._file.content if self._file.unlinked else tuple
        # What could not be taken back must not be joined with what is appended by hand.
        end = (b"\n",) if self._file.torn else ()
        self._rescue.write(lambda: chain(whole(), end, unsaved))
        if self.failed is None:
            self.failed = Unwritable(str(self.path), reason(cause), self._rescue)
            self.failed.__cause__ = cause

    def _raise_once(self) -> None:
        if self.failed is not None and not self._raised:
            self._raised = True
            raise self.failed

    def _warn_of_network(self) -> None:
        kind = network_filesystem(self.path, system.network_mounts(self.path))
        if kind is not None:
            self._notes.append(
                f"{self.path} is on a network file system ({kind}), where locks may not hold: "
                "make sure that no other machine writes it"
            )


class Displaced(OSError):
    """The file under our descriptor is no longer the whole file at its path."""


class AppendFile:
    """A file that only grows, by whole lines, and that notices when it goes wrong.

    `append` and `close` take turns; `sync` may run in another thread. After a failed `sync`
    nothing is written or synced again: the kernel may have dropped the pages it could not write
    and would report success the next time.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, which exists, for appending. Raises OSError."""
        self._path = path
        self._fd = files.open_own(path, files.RESULTS, os.O_RDWR | os.O_APPEND, sole=False)
        self._end = os.fstat(self._fd).st_size
        self._failure: OSError | None = None
        self.torn = False
        """Part of a line that could not be taken back is at the end."""
        self._syncing = threading.Lock()

    def append(self, lines: bytes) -> None:
        """Write `lines` with one `write`; on failure take back what part of them was written.

        Raises OSError: the file then holds nothing of them, unless taking it back failed too,
        which leaves a torn tail.
        """
        if self._failure is not None:
            raise self._failure
        written = 0
        try:
            while written < len(lines):
                written += os.write(self._fd, lines[written:] if written else lines)
        except OSError as exc:
            self._failure = exc
            self._take_back(written)
            raise
        self._end += written

    def sync(self) -> None:
        """Have the disk hold all that was appended, and check that the file is still in place.

        Raises OSError, and `Displaced` when somebody deleted, replaced or shortened the file.
        """
        with self._syncing:
            if self._failure is not None:
                raise self._failure
            try:
                end = self._end
                system.sync(self._fd)
                self._check_place(end)
            except OSError as exc:
                self._failure = exc
                raise

    def check_place(self) -> None:
        """Raise `Displaced` when somebody deleted, replaced or shortened the file."""
        try:
            self._check_place(self._end)
        except OSError as exc:
            self._failure = exc
            raise

    @property
    def unlinked(self) -> bool:
        """Whether no name leads to the file any more: it ends with our descriptor."""
        return os.fstat(self._fd).st_nlink == 0

    def content(self) -> Iterator[bytes]:
        """All that is in the file, in pieces, as far as it can be read."""
        offset = 0
        with suppress(OSError):
            while piece := system.read_at(self._fd, COPY_BYTES, offset):
                yield piece
                offset += len(piece)

    def close(self) -> None:
        """Close the descriptor once no `sync` runs. Does not sync."""
        with self._syncing:
            os.close(self._fd)

    def _take_back(self, written: int) -> None:
        # Only when the partial line is the end of the file: never cut what somebody else wrote.
        self.torn = written > 0
        with suppress(OSError):
            if os.fstat(self._fd).st_size == self._end + written:
                os.ftruncate(self._fd, self._end)
                self.torn = False

    def _check_place(self, end: int) -> None:
        ours = os.fstat(self._fd)
        if ours.st_nlink == 0:
            raise Displaced("it was deleted or replaced while the run was going on")
        try:
            there = system.file_id_at(self._path)
        except FileNotFoundError as exc:
            raise Displaced("it was moved away while the run was going on") from exc
        if there != system.file_id(self._fd):
            raise Displaced("it was moved away and another file is in its place")
        if ours.st_size < end:
            raise Displaced("somebody cut it short while the run was going on")


class TurnWriter:
    """Writes the results that end in one turn of the event loop with one `append`.

    A write for each would cost a prompt a tenth of all its CPU. Whoever brings a result waits for
    its future before beginning anything new, so that a kill never costs more than what was in
    flight. Where nobody takes the results away, it waits until `release` is called.

    A sink that may block is written to in a thread, one `append` after another: a reader or a disk
    that is slow holds back those who wait for their futures, and never the event loop. A file that
    need not be synced is written in the loop: handing it over would cost a prompt at `-c 1` more
    than the write does.
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
        """Write what has ended: on disk before anything else looks at it, it may be paid for."""
        if self._is_writing or not self._ended:
            return
        ended, self._ended = self._ended, []
        futures, self._unwritten = self._unwritten, []
        if self._thread is not None:
            self._is_writing = True
            self._thread.write(ended, lambda error: self._back(ended, futures, error))
            return
        error = None
        try:
            self._sink.append(*ended)
        except Exception as exc:  # noqa: BLE001  # handed to who listens to the writer
            error = exc
        self._settle(ended, futures, error)

    def _back(
        self,
        ended: Sequence[Result],
        futures: "list[asyncio.Future[None]]",
        error: Exception | None,
    ) -> None:
        """Go on after the thread has written, or failed to."""
        self._is_writing = False
        self._settle(ended, futures, error)
        self._flush()
        if self._on_idle is not None and not self._on_idle.done():
            self._on_idle.set_result(None)

    def _settle(
        self,
        ended: Sequence[Result],
        futures: "list[asyncio.Future[None]]",
        error: Exception | None,
    ) -> None:
        """Tell what came of writing; nobody is above a callback, so who listens hears of bugs."""
        self._waiting += futures
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
        """End the thread, which has written all that it was given."""
        self._batches.put(None)
        if self._is_there:
            self._thread.join()  # it is idle, so at once: what it wrote to is closed next

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            results, then = batch
            error = _append(self._sink, results)
            try:
                self._loop.call_soon_threadsafe(then, error)
            except RuntimeError:
                return  # the loop has ended; nobody waits for this any more
