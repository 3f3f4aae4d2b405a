"""When the next request may start. Pure rules; `now` is an argument, nothing here waits.

`RateLimiter` is GCRA (the generic cell rate algorithm): it keeps the one moment at which the
bucket would be empty again and hands out start times in order of asking. Nobody polls, nobody
is overtaken, and `cost` makes requests per minute and tokens per minute two instances of one
class.

`Pacer` puts both together and learns from 429s: one cut of the rate per episode, then a slow
way back up. Where no limit is known it starts unlimited and takes its first rate from what the
provider accepted before the first 429.
"""

import math
from collections import deque

BURST_S = 0.05
"""How far starts may run ahead of an even pace: enough to make up for late timers."""
CUT = 0.8
"""What a 429 episode leaves of the rate (simulated best of 0.5 ... 0.9)."""
EPISODE_S = 2.0
"""429s within this time of a cut belong to the same episode."""
CREEP_PER_S = 0.01
"""Share of the rate won back per second without a 429."""
MEASURE_S = 2.0
"""The time over which the accepted rate is measured."""
SLOWEST_PER_S = 0.05
"""A learned rate never falls below one request in twenty seconds."""


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

    def hold(self, until: float) -> None:
        """Nothing starts before `until`; what waits then goes at the usual pace, not at once."""
        self._empty_at = max(self._empty_at, until + self._burst_s)


class Pacer:
    """The pace of one key at one provider: requests and tokens, told or learned."""

    def __init__(self, rpm: float | None, tpm: float | None) -> None:
        self._told_per_s = rpm / 60 if rpm else None
        self._requests = RateLimiter(self._told_per_s) if self._told_per_s else None
        # Providers refill tokens continuously and allow a few seconds' worth at once.
        self._tokens = RateLimiter(tpm / 60, burst_s=1.0) if tpm else None
        self._accepted: deque[float] = deque()
        self._held_until = -math.inf
        self._episode_until = -math.inf
        self._crept_at = math.inf

    @property
    def rate_per_s(self) -> float | None:
        """Requests per second now allowed; None while unlimited."""
        return self._requests.rate_per_s if self._requests else None

    @property
    def paces_tokens(self) -> bool:
        """Whether token costs matter, so that nobody estimates them for nothing."""
        return self._tokens is not None

    def reserve(self, now: float, tokens: float = 0.0) -> float:
        """Seconds to wait before one request of `tokens` estimated tokens may start."""
        wait_s = self.held_s(now)
        if self._requests:
            self._creep(now)
            wait_s = max(wait_s, self._requests.reserve(now))
        if self._tokens and tokens:
            wait_s = max(wait_s, self._tokens.reserve(now, tokens))
        return wait_s

    def held_s(self, now: float) -> float:
        """Seconds for which a Retry-After still forbids every start."""
        held_s = self._held_until - now
        return held_s if held_s > 1e-6 else 0.0

    def settle(self, reserved_tokens: float, used_tokens: float) -> None:
        """Replace an estimate with what the provider counted."""
        if self._tokens and reserved_tokens:
            self._tokens.settle(reserved_tokens, used_tokens)

    def accepted(self, now: float) -> None:
        """The provider took a request; measures the pace it allows."""
        recent = self._accepted
        recent.append(now)
        while recent[0] < now - MEASURE_S:
            recent.popleft()

    def rate_limited(self, now: float, retry_after_s: float | None) -> None:
        """A 429: hold everything for `retry_after_s`, and cut the rate once per episode."""
        if retry_after_s:
            self._held_until = max(self._held_until, now + retry_after_s)
        if now >= self._episode_until:
            self._cut(now)
            self._episode_until = max(now, self._held_until) + EPISODE_S
        if self._requests:
            self._requests.hold(self._held_until)

    def _cut(self, now: float) -> None:
        current = self._requests.rate_per_s if self._requests else math.inf
        rate_per_s = max(SLOWEST_PER_S, CUT * min(current, self._measured_per_s(now)))
        if self._requests:
            self._requests.rate_per_s = rate_per_s
        else:
            self._requests = RateLimiter(rate_per_s)
        self._crept_at = max(now, self._held_until)

    def _measured_per_s(self, now: float) -> float:
        recent = self._accepted
        span_s = now - recent[0] if recent else 0.0
        return len(recent) / max(span_s, 1.0) if recent else 1.0

    def _creep(self, now: float) -> None:
        assert self._requests is not None
        told_per_s = self._told_per_s or math.inf
        if now > self._crept_at and self._requests.rate_per_s < told_per_s:
            grown_per_s = self._requests.rate_per_s * (1 + CREEP_PER_S) ** (now - self._crept_at)
            self._requests.rate_per_s = min(told_per_s, grown_per_s)
            self._crept_at = now
