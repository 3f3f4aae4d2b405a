"""What a provider says of its own limits in the headers of a reply, made into a rate.

A header names a limit, what is left of it, and when all of it will be there again; it does not say
for how long the limit is. Where the bucket refills steadily, that follows from the three; where it
is filled at once at the end of a window, a guess made early in the window is too low, so the
highest one counts. Either way nothing is risked: what is left bounds what is sent.
"""

import math

from copygen.engine.limiter import RateLimiter

WINDOWS_S = (1.0, 60.0, 3600.0, 86_400.0)
"""The windows there are: limits per second, minute, hour and day."""
LONGEST_RESET_S = 3600.0
"""A reset is cut off there, and then says nothing of the window."""
CHANGED = 0.05
"""A rate that differs by less is the same one."""


def rate_of(limit: float | None, remaining: float | None, reset_s: float | None) -> float | None:
    """The rate per second at which a limit refills; None when it cannot be told."""
    if not limit or remaining is None or not reset_s or reset_s >= LONGEST_RESET_S:
        return None
    used = limit - remaining
    if used < 1:
        return None
    implied_s = reset_s * limit / used
    window_s = min(WINDOWS_S, key=lambda window: abs(math.log(implied_s / window)))
    return limit / window_s


class Hearsay:
    """One limit as the headers tell it, and the limiter that keeps to it."""

    def __init__(self, kept: float) -> None:
        """`kept` is the share of the rate that is used."""
        self._kept = kept
        self.rate_per_s: float | None = None

    def heed(
        self,
        limiter: RateLimiter | None,
        now: float,
        said: tuple[float | None, float | None, float | None],
        underway: float,
    ) -> RateLimiter | None:
        """The limiter after a reply that said `(limit, remaining, reset_s)`.

        `underway` is what was sent after that reply's request and is not counted in `remaining`.
        """
        limit, remaining, _ = said
        rate = rate_of(*said)
        if rate is not None:
            rate = max(rate * self._kept, self.rate_per_s or 0.0)
            if self.rate_per_s is None or rate > self.rate_per_s * (1 + CHANGED):
                self.rate_per_s = rate
                limiter = limiter or RateLimiter(rate)
                limiter.rate_per_s = rate
        if limiter is not None and self.rate_per_s is not None and limit and remaining is not None:
            # One less: a bucket that is empty lets the next one through, too.
            limiter.know(now, max(0.0, remaining - underway) - 1.0, limit)
        return limiter
