"""Request slots: at most so many requests on the wire as `Concurrency` allows, whoever sends them.

A prompt that waits (for a retry, its turn, or a sick provider) gives its slot back, and comes
before new prompts when it is ready to go on.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from copygen.engine.concurrency import Concurrency


class Slots:
    """The slots of one run. Their number is the limit of the moment, and may fall below what is
    in use: then those that come back are kept back.
    """

    def __init__(self, concurrency: Concurrency, on_free: Callable[[], None]) -> None:
        """`on_free` is called when a slot comes free and nobody who waits wants it."""
        self._concurrency = concurrency
        self._in_use = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._on_free = on_free

    @property
    def capacity(self) -> int:
        """How many there are at this moment."""
        return self._concurrency.limit

    @property
    def wanted(self) -> bool:
        """Whether a worker between two prompts should let its slot go: somebody who already has a
        prompt waits for one, or there are too many in use.
        """
        return bool(self._waiting) or self._in_use > self._concurrency.limit

    def take(self) -> "Slot | None":
        """A free slot for a new prompt, unless a waiting one wants it."""
        if self._waiting or self._in_use >= self._concurrency.limit:
            return None
        self._in_use += 1
        return Slot(self)

    def give_back(self) -> None:
        """Hand one slot to the longest waiting, or free it."""
        self._in_use -= 1
        self.hand_out()

    def hand_out(self) -> None:
        """Let go on who can; to be called when the limit has changed."""
        while self._waiting and self._in_use < self._concurrency.limit:
            waiter = self._waiting.popleft()
            if not waiter.done():
                self._in_use += 1
                waiter.set_result(None)
        if not self._waiting and self._in_use < self._concurrency.limit:
            self._on_free()

    async def wait(self) -> None:
        """Take one slot, in order of asking."""
        if not self._waiting and self._in_use < self._concurrency.limit:
            self._in_use += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.give_back()
            raise


class Slot:
    """One worker's hold on a slot; it may be let go and taken again."""

    def __init__(self, slots: Slots) -> None:
        self._slots = slots
        self.held = True

    def release(self) -> None:
        """Let it go; harmless when not held."""
        if self.held:
            self.held = False
            self._slots.give_back()

    async def acquire(self) -> None:
        """Take one again; harmless when held."""
        if not self.held:
            await self._slots.wait()
            self.held = True
