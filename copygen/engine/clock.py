"""The clocks of a run: the wall clock for dates, and one that stops while the process does."""

import asyncio
from datetime import UTC, datetime

TICK_S = 1.0
"""Between two looks at whether the loop goes on."""
STOPPED_S = 1.0
"""A loop that comes this much too late stood still: the process was stopped, or something held
it. Less is a busy machine."""


def utc_now() -> datetime:
    """The time of day, UTC."""
    return datetime.now(UTC)


class RunClock:
    """Seconds that this process was there for: the event loop's time without what it missed.

    A process that was stopped (Ctrl-Z, a laptop's lid, a reader that held it up) must not count
    that time against a server. The loop's own clock goes on meanwhile; this one does not.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._missed_s = 0.0
        self._due_s = self._loop.time() + TICK_S
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds, monotonic."""
        return self._loop.time() - self._missed_s

    def start(self) -> None:
        """Watch the loop until `stop`."""
        if self._timer is None:
            self._due_s = self._loop.time() + TICK_S
        self.look()
        self._timer = self._loop.call_at(self._due_s, self.start)

    def stop(self) -> None:
        """Watch it no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self) -> None:
        """Take out what the loop missed since the last look; whoever judges a deadline asks first,
        since after a stop every timer is due at once, in no useful order.
        """
        now = self._loop.time()
        late_s = now - self._due_s
        if self._timer is not None and late_s > STOPPED_S:
            self._missed_s += late_s
        if late_s >= 0:
            self._due_s = now + TICK_S
