"""When the next request may start. Pure rules; `now` is an argument, nothing here waits.

`RateLimiter` is GCRA (the generic cell rate algorithm): it keeps the one moment at which the
bucket would be empty again and hands out start times in order of asking. Nobody polls, nobody
is overtaken, and `cost` makes requests per minute and tokens per minute two instances of one
class. `copygen.engine.pacer` puts the two together.
"""

import math

BURST_S = 0.05
"""How far starts may run ahead of an even pace: enough to make up for late timers."""


class RateLimiter:
    """Start times no denser than `rate_per_s`, with `burst_s` of slack; FIFO by construction."""

    def __init__(self, rate_per_s: float, *, burst_s: float = BURST_S) -> None:
        self.rate_per_s = rate_per_s
        self._burst_s = burst_s
        self._empty_at = -math.inf

    def reserve(self, now: float, cost: float = 1.0) -> float:
        """Take `cost` and return the seconds to wait before using it.

        A cost above one minute's worth is taken as one minute's worth: nothing waits forever.
        """
        start = max(now, self._empty_at - self._burst_s)
        cost_s = min(cost / self.rate_per_s, 60.0)
        self._empty_at = max(now, self._empty_at) + cost_s
        return start - now

    def settle(self, reserved: float, used: float) -> None:
        """Correct an earlier reservation once the real cost is known."""
        self._empty_at += (min(used, reserved + 60 * self.rate_per_s) - reserved) / self.rate_per_s

    def know(self, now: float, level: float, capacity: float) -> None:
        """The bucket holds `level` of `capacity` now: whoever keeps it has said so."""
        self._burst_s = capacity / self.rate_per_s
        self._empty_at = now + (capacity - level) / self.rate_per_s

    def hold(self, until: float) -> None:
        """Nothing starts before `until`; what waits then goes at the usual pace, not at once."""
        self._empty_at = max(self._empty_at, until + self._burst_s)
