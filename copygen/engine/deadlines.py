"""Deadlines of many requests that may all take equally long: one timer for all of them.

`asyncio.timeout` sets a timer for each, which costs a prompt a tenth of all its CPU. Since those
that began first are due first, one timer for the oldest is enough.
"""

import asyncio
import math
from types import TracebackType
from typing import Self

from copygen.engine.clock import RunClock

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
