"""Where the workers get their prompts: one shared source, read no further ahead than needed."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from copygen.errors import UsageError
from copygen.models import InputFault, Prompt

Entry = Prompt | InputFault

SKIPS_PER_TURN = 500
"""Finished prompts passed over before the event loop gets a turn (about 10 ms)."""
READ_AHEAD = 16
"""Entries a stream's thread may hold ready."""


def never(_entry: Entry) -> bool:
    """No entry at all."""
    return False


class Feed(Protocol):
    """A source of entries for many workers."""

    async def take(self, defer: Callable[[Entry], bool] = never) -> Entry | None:
        """The next entry; None once there is no more.

        Entries for which `defer` is true come at the end, where the source can be read again.
        """
        ...

    def close(self) -> None:
        """Release the source; `take` then returns None."""
        ...


class IteratorFeed:
    """Entries of a source that does not block and can be read again, such as a file.

    What is put off is remembered as a number per entry, and met again in a second reading.
    """

    def __init__(
        self, read: Callable[[], Iterator[Entry]], skip: Callable[[Entry], bool] = never
    ) -> None:
        """`read` begins a reading; entries for which `skip` is true are passed over."""
        self._read = read
        self._entries = read()
        self._skip = skip
        self._deferred: set[int] = set()
        self._again = False
        self._closed = False

    async def take(self, defer: Callable[[Entry], bool] = never) -> Entry | None:
        """The next entry that is neither skipped nor put off."""
        while not self._closed:
            for _ in range(SKIPS_PER_TURN):
                entry = next(self._entries, None)
                if entry is None:
                    if not self._deferred or self._again:
                        return None
                    self._read_again()
                elif self._is_next(entry, defer):
                    return entry
            await asyncio.sleep(0)
        return None

    def close(self) -> None:
        """End the reading."""
        self._closed = True
        _close(self._entries)

    def _is_next(self, entry: Entry, defer: Callable[[Entry], bool]) -> bool:
        if self._again:
            return hash(entry.id) in self._deferred
        if self._skip(entry):
            return False
        if defer(entry):
            self._deferred.add(hash(entry.id))
            return False
        return True

    def _read_again(self) -> None:
        self._again = True
        _close(self._entries)
        self._entries = self._read()


class OnceFeed:
    """Entries of an iterator that does not block and cannot be begun again."""

    def __init__(self, entries: Iterator[Entry], skip: Callable[[Entry], bool] = never) -> None:
        """Entries for which `skip` is true are passed over."""
        self._entries = entries
        self._skip = skip
        self._closed = False

    async def take(self, defer: Callable[[Entry], bool] = never) -> Entry | None:  # noqa: ARG002  # see Feed
        """The next entry that is not skipped; none is put off."""
        while not self._closed:
            for _ in range(SKIPS_PER_TURN):
                entry = next(self._entries, None)
                if entry is None or not self._skip(entry):
                    return entry
            await asyncio.sleep(0)
        return None

    def close(self) -> None:
        """End the reading."""
        self._closed = True
        _close(self._entries)


def _close(entries: Iterator[Entry]) -> None:
    if close := getattr(entries, "close", None):
        close()


class ThreadFeed:
    """Entries of an iterator that may block, such as standard input's.

    The iterator runs in a daemon thread, so that one blocked in a read holds up neither the
    event loop nor the end of the process.
    """

    def __init__(self, entries: Iterator[Entry], skip: Callable[[Entry], bool] = never) -> None:
        """Entries for which `skip` is true, asked on the event loop, are passed over."""
        self._skip = skip
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Queue[Entry | Exception | None] = asyncio.Queue()
        self._room = threading.Semaphore(READ_AHEAD)
        self._closed = False
        reader = threading.Thread(
            target=self._read, args=(entries,), name="copygen-input", daemon=True
        )
        try:
            reader.start()
        except RuntimeError as exc:
            raise UsageError(
                "this process may start no thread, and a stream of prompts is read in one: raise "
                "the limit (ulimit -u), or give the prompts in a file."
            ) from exc

    async def take(self, defer: Callable[[Entry], bool] = never) -> Entry | None:  # noqa: ARG002  # see Feed
        """The next entry that is not skipped; none is put off. Raises what reading raised."""
        while not self._closed:
            entry = await self._ready.get()
            self._room.release()
            if isinstance(entry, Exception):
                raise entry
            if entry is None:
                self._ready.put_nowait(None)  # for the next worker that asks
                return None
            if not self._skip(entry):
                return entry
        return None

    def close(self) -> None:
        """Wake whoever waits; the thread ends at its next entry."""
        self._closed = True
        self._room.release()
        self._ready.put_nowait(None)

    def _read(self, entries: Iterator[Entry]) -> None:
        last: Exception | None = None
        try:
            for entry in entries:
                self._room.acquire()
                if self._closed:
                    return
                self._hand_over(entry)
        except Exception as error:  # noqa: BLE001  # carried to the loop, raised by take()
            last = error
        self._hand_over(last)

    def _hand_over(self, entry: Entry | Exception | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ready.put_nowait, entry)
        except RuntimeError:
            self._closed = True  # the loop has ended; nobody waits for this any more
