"""The time of a run: a clock that stops while the process does, and deadlines by it.

One timer serves all deadlines: `asyncio.timeout` sets one for each, which costs a prompt a tenth of
all its CPU. Since those that began first are due first, one for the oldest is enough.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Final, Self

TICK_S = 1.0
"""Between two looks at whether the loop goes on."""
STOPPED_S = 1.0
"""A loop that comes this much too late stood still: the process was stopped, or something held
it. Less is a busy machine."""


utc_now: Final[Callable[[], datetime]] = partial(datetime.now, UTC)
"""The time of day, UTC. No function of its own: every prompt asks three times."""


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
        # A clock that begins, or begins again, has missed nothing.
        if self._timer is None:
            self._due_s = self._loop.time() + TICK_S
        self.look()
        self._timer = self._loop.call_at(self._due_s, self.start)

    def stop(self) -> None:
        """Stop watching the loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self) -> None:
        """Take out what the loop missed since the last look; whoever judges a deadline asks first,
        since after a stop every timer is due at once, in no useful order.
        """
        now = self._loop.time()
        late_s = now - self._due_s
        # Less is a busy machine, whose time is the server's, too: deadlines have to hold on it.
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
        self.limit_s = limit_s
        self.clock = clock
        self.loop = asyncio.get_running_loop()
        self.running: dict[Deadline, None] = {}
        """In order of beginning."""
        self.timer: asyncio.TimerHandle | None = None

    def judge(self, due_s: float) -> None:
        """End what is past its time. `due_s` is when the loop was to call this: a timer that was
        held up itself first lets arrived replies be read.
        """
        self.clock.look()
        if self.loop.time() > due_s + LATE_S:
            # uvloop runs timers that are due before it looks at sockets, so a reply that lies there
            # would be judged as late. Once only: `inf` is never late again.
            self.timer = self.loop.call_later(GRACE_S, self.judge, math.inf)
            return
        self.timer = None
        now = self.clock.now()
        for deadline in self.running:
            # Cancelled, but its task has not run yet: it leaves the dictionary by itself.
            if deadline.expired:
                continue
            # In order of beginning, and all take equally long: after the first that is not due none
            # is.
            if deadline.due_s > now:
                left_s = deadline.due_s - now
                self.timer = self.loop.call_later(left_s, self.judge, self.loop.time() + left_s)
                return
            deadline.expire()


@dataclass(slots=True, eq=False)
class Deadline:
    """A deadline for the body of a `with` statement in the current task.

    When it passes the body is cancelled, and the statement raises TimeoutError: just as
    `asyncio.timeout` would.
    """

    _deadlines: Deadlines
    due_s: float = 0.0
    expired: bool = False
    _task: "asyncio.Task[object]" = field(init=False)
    _cancelling: int = 0

    def expire(self) -> None:
        """Cancel the body."""
        self.expired = True
        self._task.cancel()

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        # A cancellation that was there before is its own affair, and no deadline's.
        self._cancelling = task.cancelling()
        deadlines = self._deadlines
        self.due_s = deadlines.clock.now() + deadlines.limit_s
        deadlines.running[self] = None
        if deadlines.timer is None:
            loop, limit_s = deadlines.loop, deadlines.limit_s
            deadlines.timer = loop.call_later(limit_s, deadlines.judge, loop.time() + limit_s)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        deadlines = self._deadlines
        del deadlines.running[self]
        # With nothing in flight a timer would wake an idle process, or keep a loop in tests going.
        if not deadlines.running and deadlines.timer is not None:
            deadlines.timer.cancel()
            deadlines.timer = None
        # Somebody else cancelled the task at the same moment: that wins, or Ctrl-C would be taken
        # for a timeout and be sent again.
        if not self.expired or self._task.uncancel() > self._cancelling:
            return
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            raise TimeoutError from error
