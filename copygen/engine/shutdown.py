"""How a run is told to end: everything that waits can be woken, nothing on the wire is cut.

`Halt.now` stops new work: sleepers wake and raise `Halted`, requests in flight go on to their
end. Only `Halt.cancel` gives those up, too.
"""

import asyncio
import math
from collections.abc import Callable

from copygen.errors import CopygenError


class LeftForLater(Exception):
    """This prompt is left for the next run. Raised where it waits; nothing of it is on the wire."""


class Halted(LeftForLater):
    """Because the run is ending."""


class Alarm:
    """Wakes the one task that sleeps on it."""

    def __init__(self) -> None:
        self._future: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake the sleeper, if there is one."""
        if self._future is not None and not self._future.done():
            self._future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds`, or until it rings."""
        loop = asyncio.get_running_loop()
        self._future = loop.create_future()
        timer = loop.call_later(seconds, self.ring) if seconds < math.inf else None
        try:
            await self._future
        finally:
            self._future = None
            if timer:
                timer.cancel()


class Halt:
    """The end of a run, once it is called for."""

    def __init__(self) -> None:
        self.called = False
        self.cancelled = False
        self.error: CopygenError | None = None
        """Why, when it is not the user's wish."""
        self._sleeping: set[Alarm] = set()
        self._on_call: list[Callable[[], None]] = []
        self._on_cancel: list[Callable[[], None]] = []

    def now(self, error: CopygenError | None = None) -> None:
        """Begin no new work. The first error given stays the reason."""
        self.error = self.error or error
        if self.called:
            return
        self.called = True
        for call in self._on_call:
            call()
        for alarm in tuple(self._sleeping):
            alarm.ring()

    def cancel(self) -> None:
        """Give up what is in flight as well."""
        self.now()
        self.cancelled = True
        for call in self._on_cancel:
            call()

    def on_call(self, call: Callable[[], None]) -> None:
        """`call` is made once, when the run is halted or cancelled."""
        self._on_call.append(call)

    def on_cancel(self, call: Callable[[], None]) -> None:
        """`call` is made when the run is cancelled."""
        self._on_cancel.append(call)

    async def pause(self, seconds: float, alarm: Alarm | None = None) -> None:
        """Sleep for `seconds` or until `alarm` rings. Raises Halted if the run is ending."""
        self.check()
        if seconds <= 0:
            return
        alarm = alarm or Alarm()
        self._sleeping.add(alarm)
        try:
            await alarm.sleep(seconds)
        finally:
            self._sleeping.discard(alarm)
        self.check()

    def check(self) -> None:
        """Raise Halted if the run is ending."""
        if self.called:
            raise Halted
