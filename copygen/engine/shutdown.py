"""How a run is told to end: everything that waits can be woken, nothing on the wire is cut.

`Shutdown.now` stops new work: sleepers wake and raise `ShuttingDown`, requests in flight go on to
their end. Only `Shutdown.cancel` gives those up, too.
"""

import asyncio
import math
from collections.abc import Callable

from copygen.errors import CopygenError


class LeftForNextRun(Exception):
    """This prompt is left for the next run. Raised where it waits; nothing of it is on the wire."""


class ShuttingDown(LeftForNextRun):
    """A prompt is left for the next run because this one is ending."""


class Wakeup:
    """Wakes the one task that sleeps on it."""

    def __init__(self) -> None:
        self._future: asyncio.Future[None] | None = None

    def set(self) -> None:
        """Wake the sleeper, if there is one."""
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Sleep for `seconds`, or until `set` is called."""
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        # No timer for those who wait to be woken: a thousand in a queue would be a thousand timers.
        timer = loop.call_later(seconds, self.set) if seconds < math.inf else None
        try:
            await self._future
        finally:
            self._future = None
            if timer:
                timer.cancel()


class Shutdown:
    """The end of a run, once it is called for."""

    def __init__(self) -> None:
        self.called = False
        self.cancelled = False
        self.error: CopygenError | None = None
        """The cause; None when the user asked for it."""
        self._sleeping: set[Wakeup] = set()
        self._on_call: list[Callable[[], None]] = []
        self._on_cancel: list[Callable[[], None]] = []

    def now(self, error: CopygenError | None = None) -> None:
        """Begin no new work. The first error given stays the reason."""
        # The first cause is the true one; what comes after is often its consequence.
        self.error = self.error or error
        if self.called:
            return
        # Set before anybody is told: a caller that asks `called` in turn must not begin anew.
        self.called = True
        for call in self._on_call:
            call()
        # A copy: whoever wakes takes itself out of the set.
        for wakeup in tuple(self._sleeping):
            wakeup.set()

    def cancel(self) -> None:
        """Give up what is in flight as well."""
        # New work ends first, else a worker that is cancelled would make room for another.
        self.now()
        self.cancelled = True
        for call in self._on_cancel:
            call()

    def on_call(self, call: Callable[[], None]) -> None:
        """`call` is made once, when the run is stopped or cancelled."""
        self._on_call.append(call)

    def on_cancel(self, call: Callable[[], None]) -> None:
        """`call` is made when the run is cancelled."""
        self._on_cancel.append(call)

    async def pause(self, seconds: float, wakeup: Wakeup | None = None) -> None:
        """Sleep `seconds`, or until `wakeup` is set. Raises ShuttingDown if the run is ending."""
        # Asked before and after: no new work for who comes late, none for who was asleep.
        self.check()
        if seconds <= 0:
            return
        wakeup = wakeup or Wakeup()
        self._sleeping.add(wakeup)
        try:
            await wakeup.wait(seconds)
        finally:
            self._sleeping.discard(wakeup)
        self.check()

    def check(self) -> None:
        """Raise ShuttingDown if the run is ending."""
        if self.called:
            raise ShuttingDown
