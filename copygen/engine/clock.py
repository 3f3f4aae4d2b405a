"""The time of a run: a clock that stops while the process does, and deadlines by it.

One timer serves all deadlines: `asyncio.timeout` sets one for each, which costs a prompt a tenth of
all its CPU. Since those that began first are due first, one for the oldest is enough.
"""

import asyncio
import math
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

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


LATE_S = 0.01
"""A timer that comes later than this was held up: what arrived meanwhile is read first."""
GRACE_S = 0.05
"""For that reading. libuv runs timers before it looks at sockets, asyncio after."""


class Deadlines:
    """Deadlines `limit_s` seconds after each beginning, by a clock that stops while this process
    is stopped: its own lateness is not the server's.
    """

    def __init__(self, limit_s: float, clock: RunClock) -> None:
        self._limit_s = limit_s
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._running: dict[Deadline, None] = {}  # in order of beginning
        self._timer: asyncio.TimerHandle | None = None

    def one(self) -> "Deadline":
        """A deadline for the body of a `with` statement in the current task.

        When it passes the body is cancelled, and the statement raises TimeoutError: just as
        `asyncio.timeout` would.
        """
        return Deadline(self)

    def begin(self, deadline: "Deadline") -> None:
        """Watch it from now on."""
        deadline.due_s = self._clock.now() + self._limit_s
        self._running[deadline] = None
        if self._timer is None:
            self._look_in(self._limit_s)

    def end(self, deadline: "Deadline") -> None:
        """Watch it no longer."""
        del self._running[deadline]
        if not self._running and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_in(self, seconds: float, *, finally_: bool = False) -> None:
        due_s = math.inf if finally_ else self._loop.time() + seconds
        self._timer = self._loop.call_later(seconds, self._expire, due_s)

    def _expire(self, due_s: float) -> None:
        """Judge what is due; a timer that was held up itself first lets arrived replies be read."""
        self._clock.look()
        if self._loop.time() > due_s + LATE_S:
            self._look_in(GRACE_S, finally_=True)
            return
        self._timer = None
        now = self._clock.now()
        for deadline in self._running:
            if deadline.expired:
                continue
            if deadline.due_s > now:
                self._look_in(deadline.due_s - now)
                return
            deadline.expire()


class Deadline:
    """One of them. Made by `Deadlines.one`."""

    __slots__ = ("_cancelling", "_deadlines", "_task", "due_s", "expired")

    def __init__(self, deadlines: Deadlines) -> None:
        self.due_s = 0.0
        self.expired = False
        self._deadlines = deadlines

    def expire(self) -> None:
        """Cancel the body."""
        self.expired = True
        self._task.cancel()

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        self._cancelling = task.cancelling()
        self._deadlines.begin(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._deadlines.end(self)
        if not self.expired or self._task.uncancel() > self._cancelling:
            return
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            raise TimeoutError from error
