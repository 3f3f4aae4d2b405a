"""The circuit breaker: when to stop sending, when to try again. Pure rules; `now` is an argument.

    closed ──(a trip rule holds)──▶ open ──(cool-down over)──▶ half-open ──(success)──▶ closed
                                     ▲                             │
                                     └──(failure: cool-down doubles)┘

What "the provider is down" means
---------------------------------

*By cause.* No connection says something about the host and nothing about a model. A timeout, a
5xx or a broken reply says something about the model and nothing about the host. A 429 says that
the provider is there, and is nobody's failure; but a provider that says nothing else for
`give_up_after_s` is as good as down. A 503 or 529 beside calls that succeed says that it is full,
which is for pace and concurrency to answer; beside none it is a failure. A connection that was
spoiled while it was idle is none of these: nothing was sent on it.

*By model.* Each model has a breaker and a clock of its own, and so has the host. A model that is
given up costs its own rows; the others go on.

*By row.* A row that fails again although somebody was answered since it failed before is faulty
itself, and says nothing about the provider. While nobody was answered, nothing tells a faulty row
from a provider that is down but a row that has never failed: so those are the probes as long as
there are any, the furthest from the trouble first. Rows that waited while one of those showed the
model to be well are suspects as those are that failed: they come after the others. Where nothing
but suspects is left of a model that has answered in this run, an outage cannot be told from the
last rows being faulty: after one longest cool-down they are tried as often as any row, and fail by
themselves (`leave_to_rows`). So no row holds the others back, and a run never ends as "provider
down" because of rows that cannot be answered.

When it trips
-------------

Closed trips when any of these holds (numbers in `BreakerSettings`):

* `timeouts_in_a_row` timeouts with no success between them;
* `connection_failures_in_a_row` failures to connect with no success between them;
* at least `failure_share` of the last `window` finished calls failed, `min_calls` at least.

The last calls are those that began last: stragglers that time out when everything else is done
are not what the provider is like now.

"No success between them" looks at when a call *began*: a failure proves nothing when a call that
began no earlier succeeded. A thousand calls started together whose ten stragglers time out in the
same instant are slow calls, not an outage.

A few failures in a row are a suspicion: nobody is admitted then until the answers that are still
on their way have confirmed it or cleared it up, so that little is sent into an outage. "Full" is
counted only once they are all here and none of them was a success.

Open admits nobody. Half-open admits exactly one call, the probe. A probe that is cancelled or
rate limited says nothing and gives its place back. After a probe succeeds, starts are spaced
further apart at first and double every second, so that a service that just came back is not
met by everybody at once.

Every transition begins a new generation; an answer to a call admitted in an older one changes
no state. Time is seconds of one monotonic clock.
"""

import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from copygen.config import BreakerSettings, RetrySettings

SLOW_START_S = 5.0
"""After closing, how long starts are spaced; the pace doubles every second from RAMP_PER_S."""
RAMP_PER_S = 4.0
"""Starts per second right after closing."""
SUSPICIOUS = 10
"""Failures of any kind in a row after which the answers on their way are waited for."""
PROBES_BEFORE_GIVING_UP = 5
"""A cool-down is at most this part of `give_up_after_s`: nobody is given up on one probe's word."""
INSTANT_S = 1e-6
"""Less than this is now: a wait must never be too short to move a clock made of floats."""


class BreakerState(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class Verdict(Enum):
    """What one finished call says about the service."""

    SUCCESS = "success"
    """It answered: also with an error that is about this request only."""
    FAILURE = "failure"
    TIMEOUT = "timeout"
    NO_CONNECTION = "no connection"
    OVERLOADED = "full"
    """503 and 529: a failure unless others are answered at the same time."""
    REFUSED = "refused for now"
    """429: it is there, but answers nothing."""
    NEUTRAL = "neutral"
    """Nothing either way: cancelled by us."""


_FAILED = {
    Verdict.FAILURE: "failed, too",
    Verdict.TIMEOUT: "timed out, too",
    Verdict.NO_CONNECTION: "did not get through either",
    Verdict.OVERLOADED: "was told that it is full",
}
NO_FAILURES = frozenset({Verdict.NEUTRAL, Verdict.REFUSED})


class Call(NamedTuple):
    """One request a breaker admitted; hand it back with `record`, whatever happens."""

    generation: int
    began_at: float
    is_probe: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, for people to read."""

    name: str
    before: BreakerState
    after: BreakerState
    reason: str
    wait_s: float
    """Seconds until the next probe; 0 unless it opened."""


class CircuitBreaker:
    """One breaker for one thing that can fail as a whole: a host, or a model on it."""

    def __init__(self, name: str, settings: BreakerSettings, rng: random.Random) -> None:
        self.name = name
        self.state = BreakerState.CLOSED
        self._settings = settings
        self._rng = rng
        self._generation = 0
        self._recent_began_at: list[float] = []
        self._recent_failed: list[bool] = []
        self._recent_failures = 0
        self._timeouts = 0
        self._no_connections = 0
        self._failures_in_a_row = 0
        self._first_failed_began_at = math.inf
        self._in_flight = 0
        self._last_success_began_at = -math.inf
        self._overloaded_began_at: list[float] = []
        """"Full" answers not counted yet: a success that is still on its way would forgive them."""
        self._answered_at = -math.inf
        self._unanswered_since: float | None = None
        self._left_to_rows = False
        self._open_until = 0.0
        self._openings_in_a_row = 0
        self._probing = False
        self._closed_at: float | None = None
        self._starts_since_closing = 0

    def admit(self, now: float) -> Call | float:
        """A call, or the seconds to wait before asking again.

        `math.inf` means: until the next call now in flight has been recorded.
        """
        if self.state is BreakerState.CLOSED:
            # Cheapest first: nearly always nothing has failed.
            if self._failures_in_a_row and self._in_flight and self.is_suspicious:
                return math.inf
            wait_s = self._slow_start_wait_s(now) if self._closed_at is not None else 0.0
            if wait_s:
                return wait_s
            self._in_flight += 1
            return Call(self._generation, now, is_probe=False)
        if self.state is BreakerState.OPEN and now < self._open_until - INSTANT_S:
            return self._open_until - now
        if self.state is BreakerState.OPEN:
            self._enter(BreakerState.HALF_OPEN)
        if self._probing:
            return math.inf
        self._probing = True
        return Call(self._generation, now, is_probe=True)

    def record(
        self, call: Call, verdict: Verdict, now: float, failed_before_at: float | None = None
    ) -> Transition | None:
        """Take a call back with what it showed; the transition it caused, if any.

        `failed_before_at` says when an earlier call for the same row failed, if one did.
        """
        # Before the generation is looked at: an answer is an answer, however late, and who waits to
        # give up must hear of it.
        if verdict is Verdict.SUCCESS:
            self._answered_at = now
            self._unanswered_since = None
            self._left_to_rows = False
        elif verdict is not Verdict.NEUTRAL and self._unanswered_since is None:
            self._unanswered_since = now
        # Sent before the last change of state: it is the outage that was, and not what is now.
        if call.generation != self._generation:
            return None
        if call.is_probe:
            return self._record_probe(call, verdict, now)
        self._in_flight -= 1
        if verdict is Verdict.SUCCESS:
            began_at = call.began_at
            self._remember(began_at, failed=False)
            if self._overloaded_began_at:
                self._overloaded_began_at.clear()
            if began_at > self._last_success_began_at:
                self._last_success_began_at = began_at
            self._timeouts = self._no_connections = 0
            if began_at >= self._first_failed_began_at:
                self._failures_in_a_row = 0
        elif verdict not in NO_FAILURES and not self.is_of_row(failed_before_at):
            self._count_failure(call.began_at, verdict)
        else:
            verdict = Verdict.NEUTRAL
        if not self._in_flight and self._overloaded_began_at:
            self._remember_overloads()
        if verdict is Verdict.NEUTRAL or (
            not self._recent_failures and not self._failures_in_a_row
        ):
            return None  # what nearly every call comes to
        reason = self._why_trip()
        return self._open(reason, now) if reason else None

    def trip(self, reason: str, now: float) -> Transition | None:
        """Open for a reason found elsewhere; None unless it was closed."""
        if self.state is not BreakerState.CLOSED or self._left_to_rows:
            return None
        return self._open(reason, now)

    def leave_to_rows(self, now: float) -> Transition | None:
        """Let the rows that are left use their attempts: no row is left that could tell whether
        it is them or the provider. None if it was closed already.
        """
        self._left_to_rows = True
        if self.state is BreakerState.CLOSED:
            return None
        return self._close(now, now, "only prompts that failed before are left")

    def is_of_row(self, failed_before_at: float | None) -> bool:
        """Whether a failure is its row's own: somebody was answered since it failed before."""
        return failed_before_at is not None and self._answered_at > failed_before_at

    @property
    def is_left_to_rows(self) -> bool:
        """Whether failures no longer say anything about the provider."""
        return self._left_to_rows

    @property
    def has_answered(self) -> bool:
        """Whether any call ever succeeded."""
        return self._answered_at > -math.inf

    @property
    def is_suspicious(self) -> bool:
        """Whether it is closed, but may not be for long."""
        return (
            self.state is BreakerState.CLOSED
            and self._failures_in_a_row >= SUSPICIOUS
            and not self._left_to_rows
        )

    def answered_within_s(self, now: float) -> float:
        """Seconds since the last success ended; inf if there was none."""
        return now - self._answered_at

    def wait_s(self, now: float) -> float:
        """Seconds until the next probe may be sent; 0 unless open."""
        return max(0.0, self._open_until - now) if self.state is BreakerState.OPEN else 0.0

    def down_for_s(self, now: float) -> float:
        """Seconds since the first call without an answer after the last success, whatever came
        instead of one; 0 if there was none.
        """
        return 0.0 if self._unanswered_since is None else now - self._unanswered_since

    def _record_probe(self, call: Call, verdict: Verdict, now: float) -> Transition | None:
        self._probing = False
        if verdict in NO_FAILURES:
            return None
        if verdict is Verdict.SUCCESS:
            return self._close(call.began_at, now, "the probe succeeded")
        return self._open(f"a single request to see whether it is back {_FAILED[verdict]}", now)

    def _remember_overloads(self) -> None:
        for began_at in self._overloaded_began_at:
            self._remember(began_at, failed=True)
        self._overloaded_began_at.clear()

    def _count_failure(self, began_at: float, verdict: Verdict) -> None:
        if verdict is Verdict.OVERLOADED:
            self._overloaded_began_at.append(began_at)
        else:
            self._remember(began_at, failed=True)
        # Began later than the last success: only such a failure breaks the row of answers.
        if began_at > self._last_success_began_at:
            if not self._failures_in_a_row:
                self._first_failed_began_at = began_at
            self._failures_in_a_row += 1
            self._timeouts += verdict is Verdict.TIMEOUT
            self._no_connections += verdict is Verdict.NO_CONNECTION

    def _remember(self, began_at: float, *, failed: bool) -> None:
        # Sorted by beginning, not by end: slow calls end last and say what was, so stragglers of a
        # finished table must not fill the window.
        place = bisect_right(self._recent_began_at, began_at)
        self._recent_began_at.insert(place, began_at)
        self._recent_failed.insert(place, failed)
        self._recent_failures += failed
        if len(self._recent_failed) > self._settings.window:
            del self._recent_began_at[0]
            self._recent_failures -= self._recent_failed.pop(0)

    def _why_trip(self) -> str | None:
        if self._left_to_rows:
            return None
        rules = self._settings
        if self._timeouts >= rules.timeouts_in_a_row:
            return f"{self._timeouts} timeouts in a row"
        if self._no_connections >= rules.connection_failures_in_a_row:
            return f"{self._no_connections} failed connections in a row"
        calls = len(self._recent_failed)
        if calls >= rules.min_calls and self._recent_failures >= rules.failure_share * calls:
            return f"{self._recent_failures} of the last {calls} calls failed"
        return None

    def _open(self, reason: str, now: float) -> Transition:
        rules = self._settings
        # With a small `give_up_after_s` the doubling cool-downs would else end in giving up after a
        # single probe.
        longest_s = min(rules.cooldown_cap_s, rules.give_up_after_s / PROBES_BEFORE_GIVING_UP)
        cooldown_s = min(longest_s, rules.cooldown_s * 2.0**self._openings_in_a_row)
        # Several runs that lost the same provider must not probe it in the same second.
        cooldown_s *= 1 + self._rng.uniform(-rules.jitter, rules.jitter)
        self._openings_in_a_row = min(self._openings_in_a_row + 1, 30)
        self._open_until = now + cooldown_s
        before = self._enter(BreakerState.OPEN)
        return Transition(self.name, before, BreakerState.OPEN, reason, cooldown_s)

    def _close(self, began_at: float, now: float, reason: str) -> Transition:
        self._recent_began_at.clear()
        self._recent_failed.clear()
        self._recent_failures = self._timeouts = self._no_connections = 0
        self._overloaded_began_at.clear()
        self._failures_in_a_row = 0
        self._openings_in_a_row = 0
        # As if nothing had come before: failures of calls that began before the probe prove
        # nothing.
        self._last_success_began_at = began_at
        self._closed_at = now
        self._starts_since_closing = 0
        before = self._enter(BreakerState.CLOSED)
        return Transition(self.name, before, BreakerState.CLOSED, reason, 0.0)

    def _enter(self, state: BreakerState) -> BreakerState:
        before, self.state = self.state, state
        self._generation += 1
        self._in_flight = 0
        self._probing = False
        return before

    def _slow_start_wait_s(self, now: float) -> float:
        """Start number k goes log2(1 + k ln 2 / RAMP) seconds after closing: a doubling pace."""
        assert self._closed_at is not None
        since_s = now - self._closed_at
        if since_s >= SLOW_START_S:
            self._closed_at = None
            return 0.0
        due_s = math.log2(1 + self._starts_since_closing * math.log(2) / RAMP_PER_S)
        if since_s < due_s - INSTANT_S:
            return due_s - since_s
        self._starts_since_closing += 1
        return 0.0


class RetryBudget:
    """Bounds the retries of a whole run, so that a provider in trouble is not sent five times
    the traffic: at most `budget_share` per prompt, on top of a reserve.

    An empty budget fails no prompt: it is for the breaker to stop the traffic, after which the
    reserve is full again. (The share is Finagle's idea; theirs is 20 %. With 20 % of requests
    failing, honest retries need 25 %.)
    """

    def __init__(self, settings: RetrySettings, concurrency: int) -> None:
        self._share = settings.budget_share
        self._reserve = float(settings.budget_reserve + concurrency)
        self._left = self._reserve

    def earn(self) -> None:
        """A prompt was sent for the first time."""
        self._left = min(self._left + self._share, 10 * self._reserve)

    def spend(self) -> bool:
        """Pay for one retry; False when there is nothing left."""
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def refill(self) -> None:
        """The provider is back: begin again with the reserve."""
        self._left = max(self._left, self._reserve)
