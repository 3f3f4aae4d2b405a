"""An event loop whose clock jumps to the next timer: minutes of waiting take milliseconds."""

import asyncio
import heapq
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class Deadlock(RuntimeError):
    """Nothing is ready and no timer is set: the code under test can never finish."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`loop.time()` and `asyncio.sleep` without the waiting.

    The clock ticks a nanosecond per turn, so code that polls until time has passed
    cannot hang on a clock that stands still.
    """

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now

    def _run_once(self) -> None:
        loop: Any = self
        self._now += 1e-9
        while loop._scheduled and loop._scheduled[0]._cancelled:
            handle = heapq.heappop(loop._scheduled)
            handle._scheduled = False
            loop._timer_cancelled_count -= 1
        if not loop._ready and not loop._stopping:
            if not loop._scheduled:
                raise Deadlock("no task is ready and no timer is set")
            self._now = max(self._now, loop._scheduled[0]._when)
        super()._run_once()  # type: ignore[misc]  # private, but the only seam asyncio has


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` to its end in virtual time and return what it returns."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
