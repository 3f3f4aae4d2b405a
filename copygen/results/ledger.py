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
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from enum import StrEnum
from itertools import chain
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from copygen import system
from copygen.errors import ResultsError
from copygen.models import Result, Status
from copygen.results.record import encode
from copygen.results.recovery import Recovered, compacted, recover, start_over
from copygen.results.rescue import Rescue, Unwritable, rescue_path
from copygen.results.resume import Latest, Precedence
from copygen.results.storage import (
    AppendFile,
    WriterLock,
    acquire,
    check_place,
    network_filesystem,
    reason,
    reported,
)

MAX_UNSYNCED_BYTES = 32 * 1024 * 1024
"""So much is written without a sync at the most; more is synced by the `append` that passes it."""


class FsyncPolicy(StrEnum):
    """When results are forced to the disk. All of them survive the death of the process."""

    AUTO = "auto"
    """About once a second while results come in, and at the end."""
    ALWAYS = "always"
    """Before `append` returns; blocks the event loop for the time of an fsync."""
    NEVER = "never"
    """When the operating system likes."""


class Ledger:
    """A results file, open for this run only. Made by `open`; a context manager that closes it.

    `append`, `status_of` and `close` belong to the thread of the event loop.
    """

    may_block = False

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
        self._notes = list(recovered.notes)
        self._latest = recovered.latest
        self._lock = lock
        self._fsync = fsync
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
        fsync: FsyncPolicy = FsyncPolicy.AUTO,
        template: str | None = None,
        last_resort: BinaryIO | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> Self:
        """Lock, repair and read the results file at `path`, or create it.

        `fresh` sets an earlier file aside as `<name>.1`, `.2`, ... first. `template` is the name
        of the template whose texts these are, for the records. `last_resort` takes
        results when no file does (standard error unless given). `now` dates the lock.

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
            recovered = start_over(path) if fresh else recover(path)
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
        if self.failed is None:
            self._append(lines)
        else:
            self._rescue.write(lambda: (lines,))
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

    def _append(self, lines: bytes) -> None:
        try:
            self._file.append(lines)
        except OSError as exc:
            self._give_up(exc, (*self._take_unsynced(), lines))
            return
        if self._fsync is not FsyncPolicy.NEVER:
            self._unsynced.append(lines)
            self._unsynced_bytes += len(lines)
        if self._fsync is FsyncPolicy.ALWAYS or self._unsynced_bytes > MAX_UNSYNCED_BYTES:
            self._sync()

    async def _flush(self) -> None:
        if not self._unsynced:
            self._check_place()
            return
        batch = self._take_unsynced()
        try:
            await self._sync_elsewhere()
        except OSError as exc:
            self._give_up(exc, (*batch, *self._take_unsynced()))
        except asyncio.CancelledError:
            # The thread goes on, but nobody will hear how it ends: `close` syncs again.
            self._unsynced = batch + self._unsynced
            raise

    async def _sync_elsewhere(self) -> None:
        """Sync in a thread of our own, or here where none can be started. Raises OSError."""
        loop = asyncio.get_running_loop()
        try:
            # Not the loop's own executor: it needs one more thread to end.
            syncing = loop.run_in_executor(self._syncer, self._file.sync)
        except RuntimeError:
            self._file.sync()
        else:
            await syncing

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
