"""Workers over one shared source: the only place that decides how much goes on at a time.

A worker is born with a slot, takes one prompt after another, and keeps its slot as long as
nobody who already has a prompt wants it. When a prompt has to wait, its slot comes free and a
further worker may use it, up to `in_progress_max` prompts under way. So there is no task per
row, the source is read no further than needed, and a finished worker makes room at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from copygen.engine.admission import LocalAdmission, Slot
from copygen.engine.feed import Entry, Feed
from copygen.engine.halt import Halt, LeftForLater
from copygen.engine.refusals import FirstRefusals
from copygen.errors import CopygenError
from copygen.models import Prompt, Result

IN_PROGRESS_PER_SLOT = 4
"""Prompts under way per request slot, those that wait to be retried included."""
FEWEST_IN_PROGRESS = 100
"""So many may be under way however few slots there are: a few dozen faulty rows in a row must not
keep the next good one from being read."""
MOST_PARKED = 1000
"""Suspects (`AttemptState.suspect`) that do not count among those: few of them have a slot."""

Emit = Callable[[Result], Awaitable[None] | None]
"""Takes a result; what it returns, if anything, is over once the result is safe."""

Work = Callable[[Entry, Slot], Awaitable[Result | None]]
"""Brings one entry to its result; None when the run ended first. Raises Halted likewise."""


class Pipeline:
    """One run of many prompts through bounded workers."""

    def __init__(
        self,
        feed: Feed,
        work: Work,
        emit: Emit,
        halt: Halt,
        admission: LocalAdmission,
        refusals: FirstRefusals,
    ) -> None:
        """`emit` is called with each result as it comes, from the event loop; its worker begins
        nothing new before the result is safe. `refusals` may hold the first ones back.

        As many requests are on the wire as `admission` allows, through which `work` sends them.
        """
        self._feed = feed
        self._work = work
        self._emit = emit
        self._halt = halt
        self._refusals = refusals
        self._exhausted = False
        self._workers: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup
        self._admission = admission
        self._limit = admission.concurrency.limit
        self._slots = admission.slots
        self._slots.on_free = self._hire
        self.in_progress = 0

    async def run(self) -> None:
        """Work until the source is empty or the run is halted.

        A CopygenError from `work`, `emit` or the source halts the run: what is in flight still
        ends and is emitted. A bug in any of them cancels everything and is raised as it is.
        """
        self._halt.on_call(self._feed.close)
        self._halt.on_cancel(self._cancel_workers)
        try:
            async with asyncio.TaskGroup() as self._group:
                self._hire()
            await self._emit_all(self._refusals.at_end())
        except BaseExceptionGroup as bugs:
            raise bugs.exceptions[0] from None
        finally:
            self._feed.close()

    def _hire(self) -> None:
        limit = max(self._admission.concurrency.limit * IN_PROGRESS_PER_SLOT, FEWEST_IN_PROGRESS)
        while not self._exhausted and not self._halt.called:
            working = len(self._workers)
            if working >= limit and working - min(self._admission.parked(), MOST_PARKED) >= limit:
                return
            slot = self._slots.take()
            if slot is None:
                return
            worker = self._group.create_task(self._work_on(slot))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    async def _work_on(self, slot: Slot) -> None:
        try:
            while not self._halt.called and not self._slots.wanted:
                entry = await self._feed.take(self._defer)
                if entry is None:
                    self._exhausted = self._admission.source_has_ended = True
                    return
                await self._bring_to_end(entry, slot)
                await slot.acquire()
        except CopygenError as error:
            self._halt.now(error)
        except BaseException:
            self._exhausted = True  # nobody is hired into a group that is being cancelled
            raise
        finally:
            slot.release()

    async def _bring_to_end(self, entry: Entry, slot: Slot) -> None:
        self.in_progress += 1
        try:
            result = await self._work(entry, slot)
        except LeftForLater:
            return
        finally:
            self.in_progress -= 1
        if result is None:
            return
        if self._limit != self._admission.concurrency.limit:
            self._limit = self._admission.concurrency.limit
            self._slots.hand_out()
        if not self._refusals.settled:
            await self._emit_all(self._refusals.passed(result))
        elif (safe := self._emit(result)) is not None:
            await safe

    async def _emit_all(self, results: Sequence[Result]) -> None:
        if self._refusals.error is not None:
            self._halt.now(self._refusals.error)
        for result in results:
            if (safe := self._emit(result)) is not None:
                await safe

    def _defer(self, entry: Entry) -> bool:
        return isinstance(entry, Prompt) and self._admission.passes_over(entry.model)

    def _cancel_workers(self) -> None:
        for worker in tuple(self._workers):
            worker.cancel()
