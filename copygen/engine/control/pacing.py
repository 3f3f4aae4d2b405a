"""The pace of a run at one provider: told, or learned from 429s. Pure rules; `now` is an argument.

The learning rests on the observation that at the moment of a
refusal the provider's own bucket is empty. What was accepted between two refusals is what flowed
in between, less what the bucket could not hold; what was accepted in any shorter time up to a
refusal is at most a full bucket more than flowed in. Both bound the refill rate from below, and
the best bound is exact if the bucket was full or empty at its beginning. So:

* without a limit told and without a 429, nothing is paced;
* a refusal before anything was accepted measures nothing: it holds for as long as the provider
  asks, and then all begins afresh with what concurrency gives;
* a refusal sets the pace to the best bound, and holds everything for as long as the provider asks;
* what the provider says of its limits in its headers is believed, and saves the refusals;
* while the pace binds, each start makes it a little faster: quickly before the first measurement
  is in, slowly after it, and the slower the more often it has been measured; faster again the
  longer nothing is refused, because the limit may have been raised.

Requests that were on the wire when the pace was cut belong to the same episode: they tell nothing
new and cut nothing again.

Some providers refuse a share of requests at any pace, and a pace that each of those cuts would end
near nothing. So when refusals keep coming, `RateProbe` tries a faster pace, and believes
what it sees.
"""

import math
from collections import deque
from collections.abc import Sequence

from copygen.engine.control import Finished, Start
from copygen.providers.ratelimits import RateLimits

KEPT = 0.97
"""Share of a measured rate that is used (a bucket at 97 % was refused nothing in simulation)."""
CUT = 0.9
"""What a refusal leaves of the pace when too little was accepted since the last to measure."""
DOUBLING = 0.7
"""Bucketfuls of starts in which an unmeasured pace doubles: a full bucket hides as many."""
FASTEST_GROWTH = 0.17
"""Of an unmeasured pace, per start, however small the bucket is."""
GROWTH_CUT = 0.125
"""What is left of that after each measurement."""
LEAST_GROWTH = 0.0002
PATIENCE = 200
"""Starts without a refusal after which growth doubles."""
CAUTION_PER_S = 20.0
"""How much more slowly a measured pace grows for each second that a refusal costs."""
COSTLY = 10.0
"""Caution from which on one measurement is enough: where each refusal holds everything for whole
seconds, looking for the last few per cent costs more than they bring."""
LATELY_S = 4.0
"""What a first estimate looks at, where the time before was longer and quieter."""
TOKENS_SMOOTHING = 0.05
"""Weight of the latest reply in the average of tokens."""
HISTORY = 2000
"""Starts since the last refusal that a measurement looks at."""
FEWEST = 10
"""Requests a bound must rest on."""
SUSPICIOUS_REFUSALS = 4
SUSPICIOUS_STARTS = 400
"""So many refusals in so many starts at a measured pace are more than a limit explains."""
TRIAL_STARTS = 100
TRIAL_RAISE = 3.0
"""A trial takes so many starts at so many times the pace."""
TRIAL_FAILS_AT = 0.1
"""The share of refusals that shows that the pace does matter; at least twice the share before."""
TRIALS = 3
"""How many trials may fail in one run: each costs a few refusals."""
FASTEST_PER_S = 1e6
"""A learned pace never grows past what no machine sends, so that it stays a finite number."""
SLOWEST_PER_S = 0.05
"""A learned pace never falls below one request in twenty seconds."""
LONGEST_HOLD_S = 3.0
"""After refusals that measured nothing, where the provider does not say how long to wait."""
RECOVERY_S = 2.0
CRAWL_PER_S = 1.0
"""An unmeasured pace below this doubles in `RECOVERY_S` at least, however few starts that is; and
so does a faster one where each refusal costs whole seconds: the wait was the dearest part."""

BURST_S = 0.05
"""How far starts may run ahead of an even pace: enough to make up for late timers."""
WINDOWS_S = (1.0, 60.0, 3600.0, 86_400.0)
"""The windows there are: limits per second, minute, hour and day."""
LONGEST_RESET_S = 3600.0
"""A reset is cut off there, and then says nothing of the window."""
CHANGED = 0.05
"""A rate that differs by less is the same one."""


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
        # An estimate may be far off: nothing is held up for longer than any provider's window.
        cost_s = min(cost / self.rate_per_s, 60.0)
        self._empty_at = max(now, self._empty_at) + cost_s
        return start - now

    def settle(self, reserved: float, used: float) -> None:
        """Correct an earlier reservation once the real cost is known."""
        self._empty_at += (min(used, reserved + 60 * self.rate_per_s) - reserved) / self.rate_per_s

    def set_level(self, now: float, level: float, capacity: float) -> None:
        """The bucket holds `level` of `capacity` now: whoever keeps it has said so."""
        self._burst_s = capacity / self.rate_per_s
        self._empty_at = now + (capacity - level) / self.rate_per_s

    def hold_until(self, until: float) -> None:
        """Nothing starts before `until`; what waits then goes at the usual pace, not at once."""
        self._empty_at = max(self._empty_at, until + self._burst_s)


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


class HeaderRateLimit:
    """One limit as the headers tell it, and the limiter that keeps to it."""

    def __init__(self, kept: float) -> None:
        """`kept` is the share of the rate that is used."""
        self._kept = kept
        self.rate_per_s: float | None = None

    def update_from_headers(
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
            limiter.set_level(now, max(0.0, remaining - underway) - 1.0, limit)
        return limiter


class RateProbe:
    """Whether refusals have to do with the pace at all; found out by trying a faster one."""

    def __init__(self) -> None:
        self._starts = 0
        self._refusals = 0
        self._proven_per_s: float | None = None
        """The pace to go back to when a trial fails; None while there is none."""
        self._trials_left = TRIALS
        self._fails_at = TRIAL_FAILS_AT

    @property
    def is_on_trial(self) -> bool:
        """Whether refusals are to cut nothing now."""
        return self._proven_per_s is not None

    def started(self, rate_per_s: float) -> float:
        """The pace after one more start."""
        self._starts += 1
        if self.is_on_trial and self._starts >= TRIAL_STARTS:
            return self._raise(rate_per_s)
        return rate_per_s

    def refused(self, rate_per_s: float) -> float:
        """The pace after one more refusal."""
        self._refusals += 1
        if self._proven_per_s is not None:
            if self._refusals >= self._fails_at * max(TRIAL_STARTS, self._starts):
                rate_per_s, self._proven_per_s = self._proven_per_s, None
                self._starts = self._refusals = 0
        elif self._refusals >= SUSPICIOUS_REFUSALS:
            if self._starts <= SUSPICIOUS_STARTS and self._trials_left:
                self._trials_left -= 1
                self._fails_at = max(TRIAL_FAILS_AT, min(0.6, 2 * self._refusals / self._starts))
                return self._raise(rate_per_s)
            self._starts = self._refusals = 0
        return rate_per_s

    def _raise(self, rate_per_s: float) -> float:
        self._proven_per_s = rate_per_s
        self._starts = self._refusals = 0
        return rate_per_s * TRIAL_RAISE


class Pacer:
    """The pace of one key at one provider: requests and tokens, told or learned."""

    def __init__(self, rpm: float | None, tpm: float | None) -> None:
        self._told_per_s = rpm / 60 if rpm else math.inf
        self._requests = RateLimiter(self._told_per_s) if rpm else None
        # Providers refill tokens continuously and allow a few seconds' worth at once.
        self._tokens = RateLimiter(tpm / 60, burst_s=1.0) if tpm else None
        self.paces_tokens = self._tokens is not None
        """Whether token costs matter, so that nobody estimates them for nothing."""
        self._request_headers = HeaderRateLimit(KEPT) if not rpm else None
        self._token_headers = HeaderRateLimit(KEPT) if not tpm else None
        self._tokens_each = 0.0
        """What a request has used lately, on average."""
        self._starts = 0
        self._mark: Start | None = None
        """The refusal that began the last episode; at first the very first start."""
        self._refused_since_mark = 0
        self._held_since_mark_s = 0.0
        self._reacted_at = -math.inf
        self._held_until = -math.inf
        self._growth = FASTEST_GROWTH
        self._is_measured = False
        self._nothing_in_a_row = 0
        """Refusals since the last that measured anything."""
        self._caution = 1.0
        self._first_burst: tuple[int, float] | None = None
        """Requests accepted before the first refusal, and in how many seconds."""
        self._history: deque[float] = deque(maxlen=HISTORY)
        self._since_refusal = 0
        self._sped_up_at = -math.inf
        self._rate_probe = RateProbe()

    @property
    def rate_per_s(self) -> float | None:
        """Requests per second now allowed; None while unlimited."""
        return self._requests.rate_per_s if self._requests else None

    def reserve(self, now: float, tokens: float = 0.0) -> float:
        """Seconds to wait before one request of `tokens` estimated tokens may start."""
        wait_s = self.held_s(now) if self._held_until > now else 0.0
        if self._requests:
            paced_s = self._requests.reserve(now)
            if paced_s > 0:
                self._speed_up(self._requests, now)
            wait_s = max(wait_s, paced_s)
        if self._tokens and tokens:
            wait_s = max(wait_s, self._tokens.reserve(now, tokens))
        return wait_s

    def held_s(self, now: float) -> float:
        """Seconds for which a Retry-After still forbids every start."""
        held_s = self._held_until - now
        return held_s if held_s > 1e-6 else 0.0

    def started(self, now: float) -> Start:
        """A request goes out now; keep what this returns for `rate_limited`."""
        # Numbered, so that what was sent after a reply can be told from what the reply's headers
        # count.
        self._starts += 1
        start = Start(now, self._starts)
        self._mark = self._mark or start
        self._history.append(now)
        if self._requests:
            self._pace_at(self._rate_probe.started(self._requests.rate_per_s))
        return start

    def update_from_headers(self, now: float, limits: RateLimits, start: Start) -> None:
        """The reply to the request that went out at `start` said this of the key's limits.

        Of a limit that was told by the user nothing is changed.
        """
        underway = self._starts - start.number
        if self._request_headers is not None:
            said = (limits.requests_limit, limits.requests_remaining, limits.requests_reset_s)
            self._requests = self._request_headers.update_from_headers(
                self._requests, now, said, underway
            )
            if self._request_headers.rate_per_s and math.isinf(self._told_per_s):
                # As good as measured: after a refusal it need not be sought from far away.
                self._growth, self._is_measured = LEAST_GROWTH, True
            self._told_per_s = self._request_headers.rate_per_s or math.inf
        if self._token_headers is not None:
            said = (limits.tokens_limit, limits.tokens_remaining, limits.tokens_reset_s)
            in_tokens = underway * self._tokens_each
            self._tokens = self._token_headers.update_from_headers(
                self._tokens, now, said, in_tokens
            )
            self.paces_tokens = self._tokens is not None

    def finished(self, event: Finished) -> None:
        """A request has ended."""
        if event.used_tokens is not None:
            self.settle(event.reserved_tokens, event.used_tokens)
        if event.refused:
            self.rate_limited(event.at, event.start, event.retry_after_s)

    def settle(self, reserved_tokens: float, used_tokens: float) -> None:
        """Replace an estimate with what the provider counted."""
        self._tokens_each += TOKENS_SMOOTHING * (used_tokens - self._tokens_each)
        if self._tokens and reserved_tokens:
            self._tokens.settle(reserved_tokens, used_tokens)

    def rate_limited(self, now: float, start: Start, retry_after_s: float | None) -> None:
        """The request that went out at `start` was refused: hold, and learn."""
        if self._rate_probe.is_on_trial and self._requests:
            self._pace_at(self._rate_probe.refused(self._requests.rate_per_s))
        elif start.at > self._reacted_at:
            self._reacted_at = now
            # A refusal before anything was accepted once set the pace to one request in twenty
            # seconds, from which 300 rows took 142 s; holding and beginning afresh takes 2.7 s.
            if self._accepted_before(start) < 1:
                retry_after_s = retry_after_s or self._start_afresh()
            else:
                self._learn(start)
                self._nothing_in_a_row = 0
                # Under a limit that is known there is no faster pace to try; else cuts alone may
                # have led to a crawl.
                if self._requests and math.isinf(self._told_per_s) and self._may_be_no_rate:
                    self._pace_at(self._rate_probe.refused(self._requests.rate_per_s))
        if self._mark is not None and start.number >= self._mark.number:
            self._refused_since_mark += 1
        if retry_after_s:
            longer_s = now + retry_after_s - max(now, self._held_until)
            self._held_since_mark_s += max(0.0, longer_s)
            self._held_until = max(self._held_until, now + retry_after_s)
            self._caution = 1.0 + CAUTION_PER_S * retry_after_s
        # The bucket is empty now, so what waits goes one by one and not as a burst into the next
        # refusal.
        if self._requests:
            self._requests.hold_until(max(now, self._held_until))

    def _pace_at(self, rate_per_s: float) -> None:
        assert self._requests is not None
        self._requests.rate_per_s = min(self._told_per_s, rate_per_s, FASTEST_PER_S)

    @property
    def _may_be_no_rate(self) -> bool:
        rate_per_s = self.rate_per_s or math.inf
        return self._is_measured or rate_per_s < CRAWL_PER_S

    def _accepted_before(self, start: Start) -> int:
        mark = self._mark or start
        return start.number - mark.number - self._refused_since_mark

    def _start_afresh(self) -> float:
        """Nothing was accepted since the last refusal, so there is nothing to measure: the window
        was used up by others. Seconds to hold everything where the provider does not say.
        """
        self._nothing_in_a_row += 1
        self._mark = None
        self._refused_since_mark = 0
        self._held_since_mark_s = 0.0
        self._history.clear()
        return min(LONGEST_HOLD_S, 2.0 ** (self._nothing_in_a_row - 1))

    def _learn(self, start: Start) -> None:
        mark = self._mark or start
        accepted = self._accepted_before(start)
        elapsed_s = start.at - mark.at
        self._since_refusal = 0
        if self._requests is None:
            self._begin_pacing(accepted, elapsed_s, start.at)
        elif accepted < FEWEST:
            self._requests.rate_per_s = max(SLOWEST_PER_S, CUT * self._requests.rate_per_s)
            return
        else:
            self._take_measure(self._requests, accepted, elapsed_s, start)
        self._mark = start
        self._refused_since_mark = 0
        self._held_since_mark_s = 0.0
        self._history.clear()

    def _begin_pacing(self, accepted: int, elapsed_s: float, at: float) -> None:
        # In less than a second it is mostly the bucket that was accepted, and little is known of
        # the rate; its growth will find it.
        if elapsed_s < 1:
            # Kept for the next measurement, which takes the bucket out of what was accepted.
            self._first_burst = (accepted, elapsed_s)
        # A run that began slowly was refused for what it does now.
        lately = sum(at - LATELY_S < one <= at for one in self._history) - 1
        accepted_per_s = max(accepted / max(elapsed_s, 1.0), lately / max(LATELY_S, 1.0))
        rate_per_s = max(SLOWEST_PER_S, KEPT * accepted_per_s)
        self._requests = RateLimiter(min(self._told_per_s, rate_per_s))
        doubling_starts = DOUBLING * max(1, accepted)
        self._growth = min(FASTEST_GROWTH, math.log(2) / doubling_starts)

    def _take_measure(
        self, limiter: RateLimiter, accepted: int, elapsed_s: float, start: Start
    ) -> None:
        bound_per_s = accepted / max(elapsed_s, 1e-3)
        if self._first_burst:
            recent = [at for at in self._history if at <= start.at]
            for _ in range(3):  # a better bound makes the bucket smaller, and that the bound better
                bucket = max(1.0, self._first_burst[0] - bound_per_s * self._first_burst[1])
                bound_per_s = max(bound_per_s, best_bound_per_s(recent, bucket))
                if self._held_since_mark_s:
                    # While everything was held the bucket filled; that did not flow since.
                    active_s = max(elapsed_s - self._held_since_mark_s, 1e-3)
                    bound_per_s = max(bound_per_s, (accepted - bucket) / active_s)
        limiter.rate_per_s = max(SLOWEST_PER_S, KEPT * min(limiter.rate_per_s, bound_per_s))
        # Each refusal holds everything for whole seconds there: an untold 200/s took 12.9 s with a
        # second measurement and takes 12.0 to 12.4 s without.
        if self._caution > COSTLY:
            self._growth = LEAST_GROWTH
        else:
            self._growth = max(LEAST_GROWTH, self._growth * GROWTH_CUT)
        self._is_measured = True

    def _speed_up(self, limiter: RateLimiter, now: float) -> None:
        since_s, self._sped_up_at = now - self._sped_up_at, now
        if limiter.rate_per_s >= self._told_per_s:
            return
        self._since_refusal += 1
        growth = self._growth
        if self._is_measured:
            # Faster again the longer nothing is refused: a limit may be raised in mid-run.
            growth *= 2.0 ** min(self._since_refusal / (PATIENCE * self._caution), 8.0)
            growth = min(growth / self._caution, 0.05)
        elif limiter.rate_per_s < CRAWL_PER_S or self._caution > COSTLY:
            growth = max(growth, 2.0 ** (min(since_s, RECOVERY_S) / RECOVERY_S) - 1)
        limiter.rate_per_s = min(self._told_per_s, limiter.rate_per_s * (1 + growth))


def best_bound_per_s(starts: Sequence[float], bucket: float) -> float:
    """The highest rate that accepted `starts` prove, up to a refusal right after the last.

    In the time since start number i, n - i requests were accepted, of which at most `bucket` had
    been saved up before.
    """
    best = 0.0
    for older in range(len(starts)):
        flowed = len(starts) - older - bucket
        if flowed < FEWEST:
            break
        best = max(best, flowed / max(starts[-1] - starts[older], 1e-3))
    return best
