"""Request slots: at most `capacity` requests on the wire, whoever sends them.

A prompt that waits (for a retry, its turn, or a sick provider) gives its slot back, and comes
before new prompts when it is ready to go on.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Slots:
    """The slots of one run."""

    def __init__(self, capacity: int, on_free: Callable[[], None]) -> None:
        """`on_free` is called when a slot comes free and nobody who waits wants it."""
        self.capacity = capacity
        self.free = capacity
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._on_free = on_free

    def widen(self) -> None:
        """Add a slot."""
        self.capacity += 1
        self.give_back()

    @property
    def wanted(self) -> bool:
        """Whether somebody who already has a prompt waits for a slot."""
        return bool(self._waiting)

    def take(self) -> "Slot | None":
        """A free slot for a new prompt, unless a waiting one wants it."""
        if self.free == 0 or self._waiting:
            return None
        self.free -= 1
        return Slot(self)

    def give_back(self) -> None:
        """Hand one slot to the longest waiting, or free it."""
        while self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self.free += 1
        self._on_free()

    async def wait(self) -> None:
        """Take one slot, in order of asking."""
        if self.free and not self._waiting:
            self.free -= 1
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
