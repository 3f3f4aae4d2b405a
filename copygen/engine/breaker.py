"""The circuit breaker: when to stop sending, when to try again. Pure rules; `now` is an argument.

    closed ──(a trip rule holds)──▶ open ──(cool-down over)──▶ half-open ──(success)──▶ closed
                                     ▲                             │
                                     └──(failure: cool-down doubles)┘

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
on their way have confirmed it or cleared it up, so that little is sent into an outage.

Open admits nobody. Half-open admits exactly one call, the probe. A probe that is cancelled or
rate limited says nothing and gives its place back. After a probe succeeds, starts are spaced
further apart at first and double every second, so that a service that just came back is not
met by everybody at once.

Every transition begins a new generation; an answer to a call admitted in an older one changes
nothing. Time is seconds of one monotonic clock.
"""

import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import NamedTuple

from copygen.config import BreakerSettings

SLOW_START_S = 5.0
"""After closing, how long starts are spaced; the pace doubles every second from RAMP_PER_S."""
RAMP_PER_S = 4.0
"""Starts per second right after closing."""
SUSPICIOUS = 10
"""Failures of any kind in a row after which the answers on their way are waited for."""
INSTANT_S = 1e-6
"""Less than this is now: a wait must never be too short to move a clock made of floats."""


class State(StrEnum):
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
    NEUTRAL = "neutral"
    """Nothing either way: rate limited, or cancelled by us."""


class Permit(NamedTuple):
    """Leave to send one request; hand it back with `record`, whatever happens."""

    generation: int
    began_at: float
    is_probe: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, for people to read."""

    name: str
    before: State
    after: State
    reason: str
    wait_s: float
    """Seconds until the next probe; 0 unless it opened."""


class CircuitBreaker:
    """One breaker for one thing that can fail as a whole: a host, or a model on it."""

    def __init__(self, name: str, settings: BreakerSettings, rng: random.Random) -> None:
        self.name = name
        self.state = State.CLOSED
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
        self._failing_since: float | None = None
        self._open_until = 0.0
        self._openings_in_a_row = 0
        self._probing = False
        self._closed_at: float | None = None
        self._starts_since_closing = 0

    def admit(self, now: float) -> Permit | float:
        """A permit, or the seconds to wait before asking again.

        `math.inf` means: until the next call now in flight has been recorded.
        """
        if self.state is State.CLOSED:
            if self.is_suspicious and self._in_flight:
                return math.inf
            wait_s = self._slow_start_wait_s(now) if self._closed_at is not None else 0.0
            if wait_s:
                return wait_s
            self._in_flight += 1
            return Permit(self._generation, now, is_probe=False)
        if self.state is State.OPEN and now < self._open_until - INSTANT_S:
            return self._open_until - now
        if self.state is State.OPEN:
            self._enter(State.HALF_OPEN)
        if self._probing:
            return math.inf
        self._probing = True
        return Permit(self._generation, now, is_probe=True)

    def record(self, permit: Permit, verdict: Verdict, now: float) -> Transition | None:
        """Take a permit back with what its call showed; the transition it caused, if any."""
        if permit.generation != self._generation:
            return None
        if permit.is_probe:
            return self._record_probe(permit, verdict, now)
        return self._record_call(permit, verdict, now)

    def trip(self, reason: str, now: float) -> Transition | None:
        """Open for a reason found elsewhere; None unless it was closed."""
        return self._open(reason, now) if self.state is State.CLOSED else None

    @property
    def is_suspicious(self) -> bool:
        """Whether it is closed, but may not be for long."""
        return self.state is State.CLOSED and self._failures_in_a_row >= SUSPICIOUS

    def wait_s(self, now: float) -> float:
        """Seconds until the next probe may be sent; 0 unless open."""
        return max(0.0, self._open_until - now) if self.state is State.OPEN else 0.0

    def down_for_s(self, now: float) -> float:
        """Seconds since the first failure after the last success; 0 if there was none."""
        return 0.0 if self._failing_since is None else now - self._failing_since

    def _record_probe(self, permit: Permit, verdict: Verdict, now: float) -> Transition | None:
        self._probing = False
        if verdict is Verdict.NEUTRAL:
            return None
        if verdict is Verdict.SUCCESS:
            return self._close(permit.began_at, now)
        return self._open(f"the probe failed ({verdict.value})", now)

    def _record_call(self, permit: Permit, verdict: Verdict, now: float) -> Transition | None:
        self._in_flight -= 1
        if verdict is Verdict.NEUTRAL:
            return None
        failed = verdict is not Verdict.SUCCESS
        self._remember(permit.began_at, failed=failed)
        if self._failing_since is None and failed:
            self._failing_since = now
        if not failed:
            self._last_success_began_at = max(self._last_success_began_at, permit.began_at)
            self._timeouts = self._no_connections = 0
            self._failing_since = None
            if permit.began_at >= self._first_failed_began_at:
                self._failures_in_a_row = 0
        elif permit.began_at > self._last_success_began_at:
            if not self._failures_in_a_row:
                self._first_failed_began_at = permit.began_at
            self._failures_in_a_row += 1
            self._timeouts += verdict is Verdict.TIMEOUT
            self._no_connections += verdict is Verdict.NO_CONNECTION
        reason = self._why_trip()
        return self._open(reason, now) if reason else None

    def _remember(self, began_at: float, *, failed: bool) -> None:
        place = bisect_right(self._recent_began_at, began_at)
        self._recent_began_at.insert(place, began_at)
        self._recent_failed.insert(place, failed)
        self._recent_failures += failed
        if len(self._recent_failed) > self._settings.window:
            del self._recent_began_at[0]
            self._recent_failures -= self._recent_failed.pop(0)

    def _why_trip(self) -> str | None:
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
        cooldown_s = min(rules.cooldown_cap_s, rules.cooldown_s * 2.0**self._openings_in_a_row)
        cooldown_s *= 1 + self._rng.uniform(-rules.jitter, rules.jitter)
        self._openings_in_a_row = min(self._openings_in_a_row + 1, 30)
        self._open_until = now + cooldown_s
        before = self._enter(State.OPEN)
        return Transition(self.name, before, State.OPEN, reason, cooldown_s)

    def _close(self, began_at: float, now: float) -> Transition:
        self._recent_began_at.clear()
        self._recent_failed.clear()
        self._recent_failures = self._timeouts = self._no_connections = 0
        self._failures_in_a_row = 0
        self._openings_in_a_row = 0
        self._failing_since = None
        self._last_success_began_at = began_at
        self._closed_at = now
        self._starts_since_closing = 0
        before = self._enter(State.CLOSED)
        return Transition(self.name, before, State.CLOSED, "the probe succeeded", 0.0)

    def _enter(self, state: State) -> State:
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
