"""Workers over one shared source: the only place that decides how much goes on at a time.

A worker starts with a slot, takes one prompt after another, and keeps its slot as long as nobody
who already has a prompt wants it. When a prompt has to wait, its slot comes free and a further
worker may use it, up to `IN_PROGRESS_PER_SLOT` prompts under way for each slot. So there is no task
per row, the source is read no further than needed, and a finished worker makes room at once.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

from copygen.engine.admission import LocalAdmission
from copygen.engine.control.concurrency import Concurrency
from copygen.engine.gate import SUSPECT_SHARE
from copygen.engine.retry import RefusalFilter
from copygen.engine.shutdown import LeftForNextRun, Shutdown
from copygen.errors import CopygenError, UsageError
from copygen.models import InputFault, Prompt, Result

Entry = Prompt | InputFault

SKIPS_PER_TURN = 500
"""Finished prompts passed over before the event loop gets a turn (about 10 ms)."""
READ_AHEAD = 16
"""Entries a stream's thread may hold ready."""


Choice = Callable[[Entry], bool]
"""Whether an entry is meant."""


class PromptQueue(Protocol):
    """A source of entries for many workers."""

    async def next(self, postpone: Choice | None = None) -> Entry | None:
        """The next entry; None once there is no more.

        Entries for which `postpone` is true come at the end, where the source can be read again.
        """
        ...

    def close(self) -> None:
        """Release the source; `next` then returns None."""
        ...


class FileQueue:
    """Entries of a source that does not block and can be read again, such as a file.

    What is put off is remembered as a number per entry, and met again in a second reading.
    """

    def __init__(self, read: Callable[[], Iterator[Entry]], skip: Choice | None = None) -> None:
        """`read` begins a reading; entries for which `skip` is true are passed over."""
        self._read = read
        self._entries = read()
        self._skip = skip
        self._postponed: set[int] = set()
        self._again = False
        self._closed = False

    async def next(self, postpone: Choice | None = None) -> Entry | None:
        """The next entry that is neither skipped nor put off."""
        while not self._closed:
            # A resumed run passes over rows at about 20 µs each: without a turn for the loop in
            # between, replies in flight would wait for a million of them.
            for _ in range(SKIPS_PER_TURN):
                entry = next(self._entries, None)
                if entry is None:
                    if not self._postponed or self._again:
                        return None
                    self._read_again()
                elif self._again:
                    if hash(entry.id) in self._postponed:
                        return entry
                elif self._skip is not None and self._skip(entry):
                    continue
                elif postpone is not None and postpone(entry):
                    # A number, not the entry: a million rows of one dead model stay small.
                    self._postponed.add(hash(entry.id))
                else:
                    return entry
            await asyncio.sleep(0)
        return None

    def close(self) -> None:
        """End the reading."""
        self._closed = True
        _close(self._entries)

    def _read_again(self) -> None:
        self._again = True
        _close(self._entries)
        self._entries = self._read()


class IteratorQueue:
    """Entries of an iterator that does not block and cannot be begun again."""

    def __init__(self, entries: Iterator[Entry], skip: Choice | None = None) -> None:
        """Entries for which `skip` is true are passed over."""
        self._entries = entries
        self._skip = skip
        self._closed = False

    async def next(self, postpone: Choice | None = None) -> Entry | None:  # noqa: ARG002  # see PromptQueue
        """The next entry that is not skipped; none is put off."""
        while not self._closed:
            for _ in range(SKIPS_PER_TURN):
                entry = next(self._entries, None)
                if entry is None or self._skip is None or not self._skip(entry):
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


class StreamQueue:
    """Entries of an iterator that may block, such as standard input's.

    The iterator runs in a daemon thread, so that one blocked in a read holds up neither the
    event loop nor the end of the process.
    """

    def __init__(self, entries: Iterator[Entry], skip: Choice | None = None) -> None:
        """Entries for which `skip` is true, asked on the event loop, are passed over."""
        self._skip = skip
        self._loop = asyncio.get_running_loop()
        # Not bounded itself, for `put_nowait` from another thread has nobody to wait: the semaphore
        # is what keeps the reader from running ahead.
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

    async def next(self, postpone: Choice | None = None) -> Entry | None:  # noqa: ARG002  # see PromptQueue
        """The next entry that is not skipped; none is put off. Raises what reading raised."""
        while not self._closed:
            entry = await self._ready.get()
            self._room.release()
            if isinstance(entry, Exception):
                raise entry
            if entry is None:
                # The end is one item, and there are many workers.
                self._ready.put_nowait(None)  # for the next worker that asks
                return None
            if self._skip is None or not self._skip(entry):
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
        except Exception as error:  # noqa: BLE001  # carried to the loop, raised by next()
            last = error
        self._hand_over(last)

    def _hand_over(self, entry: Entry | Exception | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._ready.put_nowait, entry)
        except RuntimeError:
            self._closed = True  # the loop has ended; nobody waits for this any more


class Slots:
    """Request slots of one run: as many as `Concurrency` allows at this moment. That may fall
    below what is in use: then those that come back are kept back.
    """

    def __init__(self, concurrency: Concurrency) -> None:
        self.concurrency = concurrency
        self._in_use = 0
        self._suspects_in_use = 0
        """Of those in use, by prompts that failed before."""
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._suspects_waiting: deque[asyncio.Future[None]] = deque()
        self.on_free: Callable[[], None] = lambda: None
        """Called when a slot comes free and nobody who waits wants it."""

    @property
    def wanted(self) -> bool:
        """Whether a worker between two prompts should let its slot go: somebody who already has a
        prompt waits for one, or there are too many in use.
        """
        return (
            bool(self._waiting)
            or self._in_use > self.concurrency.limit
            or (bool(self._suspects_waiting) and self._suspects_have_share)
        )

    @property
    def has_room_for_suspect(self) -> bool:
        """Whether a suspect would get one at once."""
        return self._has_free and not self._waiting and self._suspects_have_share

    @property
    def _suspects_have_share(self) -> bool:
        return self._suspects_in_use < max(1, self.concurrency.limit // SUSPECT_SHARE)

    @property
    def _has_free(self) -> bool:
        return self._in_use < self.concurrency.limit

    def take(self) -> "Slot | None":
        """A free slot for a new prompt, unless a waiting one wants it."""
        # A prompt that is under way is nearer to its result than one that is not read yet.
        if (
            self._waiting
            or not self._has_free
            or (self._suspects_waiting and self._suspects_have_share)
        ):
            return None
        self._in_use += 1
        return Slot(self)

    def give_back(self, *, suspect: bool) -> None:
        """Hand one slot to the longest waiting, or free it."""
        self._in_use -= 1
        self._suspects_in_use -= suspect
        self.hand_out()

    def hand_out(self) -> None:
        """Let those go on who can; to be called when the limit has changed."""
        # In this order: prompts under way, suspects up to their share, new prompts, then suspects
        # again. Forty rows that hang at the head of a table once held all slots for every deadline
        # in turn.
        while self._has_free and self._waiting:
            self._hand_to(self._waiting.popleft(), suspect=False)
        while self._has_free and self._suspects_waiting and self._suspects_have_share:
            self._hand_to(self._suspects_waiting.popleft(), suspect=True)
        if self._has_free:
            self.on_free()
        # What no new prompt took is theirs, too.
        while self._has_free and self._suspects_waiting:
            self._hand_to(self._suspects_waiting.popleft(), suspect=True)

    async def wait(self, *, suspect: bool) -> None:
        """Take one slot, in order of asking."""
        if self._has_free and not self._waiting:
            self._in_use += 1
            self._suspects_in_use += suspect
            return
        waiting = self._suspects_waiting if suspect else self._waiting
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            # Cancelled in the moment between being handed a slot and waking: the slot would be
            # lost.
            if waiter.done() and not waiter.cancelled():
                self.give_back(suspect=suspect)
            raise

    def take_now(self, *, suspect: bool) -> bool:
        """Take one slot if nobody has to be waited for."""
        if self._waiting or not self._has_free:
            return False
        self._in_use += 1
        self._suspects_in_use += suspect
        return True

    def end_suspicion(self) -> None:
        """A slot that a suspect used is a new one's now."""
        self._suspects_in_use -= 1

    def _hand_to(self, waiter: asyncio.Future[None], *, suspect: bool) -> None:
        # One that was cancelled while it waited is still in the queue, since taking it out there
        # would cost a search.
        if not waiter.done():
            self._in_use += 1
            self._suspects_in_use += suspect
            waiter.set_result(None)


class Slot:
    """One worker's slot; it may be let go and taken again."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self._as_suspect = False
        self.held = True
        self.at_hand = True
        """Whether it is held, and not as one of the few of suspects."""

    def release(self) -> None:
        """Let it go; harmless when not held."""
        if self.held:
            self.held = self.at_hand = False
            suspect, self._as_suspect = self._as_suspect, False
            self._slots.give_back(suspect=suspect)

    async def acquire(self, *, suspect: bool = False) -> None:
        """Take one again; harmless when held. `suspect`: for one that failed before."""
        if not self.held:
            await self._slots.wait(suspect=suspect)
            self.held = True
            self._as_suspect = suspect
            self.at_hand = not suspect
        elif self._as_suspect and not suspect:
            self._as_suspect = False
            self.at_hand = True
            self._slots.end_suspicion()

    def take_now(self) -> bool:
        """Take one again if that needs no waiting."""
        if not self.held:
            self.held = self.at_hand = self._slots.take_now(suspect=False)
        return self.held


IN_PROGRESS_PER_SLOT = 4
"""Prompts under way per request slot, those that wait to be retried included."""
FEWEST_IN_PROGRESS = 100
"""So many may be under way however few slots there are: a few dozen faulty rows in a row must not
keep the next good one from being read."""
MOST_SUSPECTS = 1000
"""Suspects (`AttemptState.suspect`) that do not count among those: few of them have a slot."""

Emit = Callable[[Result], Awaitable[None] | None]
"""Takes a result; what it returns, if anything, is over once the result is safe."""

Work = Callable[[Entry, Slot], Awaitable[Result | None]]
"""Brings one entry to its result; None when the run ended first. Raises ShuttingDown likewise."""


class Pipeline:
    """One run of many prompts through bounded workers."""

    def __init__(
        self,
        queue: PromptQueue,
        work: Work,
        emit: Emit,
        shutdown: Shutdown,
        admission: LocalAdmission,
        refusals: RefusalFilter,
    ) -> None:
        """`emit` is called with each result as it comes, from the event loop; its worker begins
        nothing new before the result is safe. `refusals` may hold the first ones back.

        As many requests are on the wire as `admission` allows, through which `work` sends them.
        """
        self._queue = queue
        self._work = work
        self._emit = emit
        self._shutdown = shutdown
        self._refusals = refusals
        self._exhausted = False
        self._workers: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup
        self._admission = admission
        self._limit = admission.concurrency.limit
        self._slots = admission.slots
        # The slots know when one is free and the pipeline what to do with it: no task polls.
        self._slots.on_free = self._start_workers
        self.in_progress = 0

    async def run(self) -> None:
        """Work until the source is empty or the run is stopped.

        A CopygenError from `work`, `emit` or the source stops the run: what is in flight still
        ends and is emitted. A bug in any of them cancels everything and is raised as it is.
        """
        self._shutdown.on_call(self._queue.close)
        self._shutdown.on_cancel(self._cancel_workers)
        try:
            async with asyncio.TaskGroup() as self._group:
                self._start_workers()
            await self._emit_all(self._refusals.flush())
        except BaseExceptionGroup as bugs:
            # The group wraps what a worker raised; who called needs the bug as it was.
            raise bugs.exceptions[0] from None
        finally:
            self._queue.close()

    def _start_workers(self) -> None:
        limit = max(self._admission.concurrency.limit * IN_PROGRESS_PER_SLOT, FEWEST_IN_PROGRESS)
        while not self._exhausted and not self._shutdown.called:
            working = len(self._workers)
            if (
                working >= limit
                and working - min(self._admission.suspects_under_way(), MOST_SUSPECTS) >= limit
            ):
                return
            slot = self._slots.take()
            if slot is None:
                return
            worker = self._group.create_task(self._run_worker(slot))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _run_worker(self, slot: Slot) -> None:
        try:
            while not self._shutdown.called and not self._slots.wanted:
                # Only a model that has prompts waiting may have others taken before its own.
                postpone = self._postpone if self._admission.queued else None
                entry = await self._queue.next(postpone)
                if entry is None:
                    self._exhausted = self._admission.source_has_ended = True
                    return
                self.in_progress += 1
                try:
                    result = await self._work(entry, slot)
                except LeftForNextRun:
                    result = None
                finally:
                    self.in_progress -= 1
                # The result is safe before the next prompt begins: a kill must not cost more than
                # what was in flight.
                if result is not None:
                    # Concurrency changes its limit when it hears of an attempt, and knows nobody it
                    # could tell.
                    if self._limit != self._admission.concurrency.limit:
                        self._limit = self._admission.concurrency.limit
                        self._slots.hand_out()
                    if not self._refusals.is_open:
                        await self._emit_all(self._refusals.push(result))
                    elif (safe := self._emit(result)) is not None:
                        await safe
                if not slot.at_hand:
                    await slot.acquire()
        except CopygenError as error:
            self._shutdown.now(error)
        except BaseException:
            self._exhausted = True  # nobody is hired into a group that is being cancelled
            raise
        finally:
            slot.release()

    async def _emit_all(self, results: Sequence[Result]) -> None:
        if self._refusals.error is not None:
            self._shutdown.now(self._refusals.error)
        for result in results:
            if (safe := self._emit(result)) is not None:
                await safe

    def _postpone(self, entry: Entry) -> bool:
        return isinstance(entry, Prompt) and self._admission.passes_over(entry.model)

    def _cancel_workers(self) -> None:
        for worker in tuple(self._workers):
            worker.cancel()
