"""Which failures are sent again, how long they wait, and what they say about the provider.

Everything that follows from a `Kind` is the table `RULES`; nothing else in copygen decides by
kind. This is the only retry layer: the transport retries nothing. It is also the only file that
knows tenacity.
"""

import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

import tenacity

from copygen.config import RetrySettings
from copygen.engine.breaker import Verdict
from copygen.models import ApiError, Kind


class Action(Enum):
    """What a failed attempt leads to."""

    RETRY = "retry"
    """Send again after a backoff; uses up an attempt."""
    WAIT = "wait"
    """Send again later; uses up no attempt, because the provider did nothing for this one."""
    FAIL = "fail"
    """This prompt ends here; the next ones may do better."""
    STOP = "stop"
    """No later prompt can do better: the run ends."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What follows from one kind of failure."""

    action: Action
    verdict: Verdict
    """What it tells the circuit breaker."""
    possibly_billed: bool = False
    """The provider had the request, so it may charge for it."""
    ambiguous: bool = False
    """Nobody knows whether the provider did the work: resent at most `max_ambiguous` times."""


RULES: dict[Kind, Rule] = {
    Kind.RATE_LIMITED: Rule(Action.WAIT, Verdict.NEUTRAL),
    Kind.CONNECTION: Rule(Action.WAIT, Verdict.NO_CONNECTION),
    Kind.TIMEOUT: Rule(Action.RETRY, Verdict.TIMEOUT, possibly_billed=True, ambiguous=True),
    Kind.INTERRUPTED: Rule(Action.RETRY, Verdict.FAILURE, possibly_billed=True, ambiguous=True),
    Kind.SERVER: Rule(Action.RETRY, Verdict.FAILURE),
    Kind.BAD_REPLY: Rule(Action.RETRY, Verdict.FAILURE, possibly_billed=True),
    Kind.EMPTY: Rule(Action.RETRY, Verdict.SUCCESS, possibly_billed=True),
    Kind.TRUNCATED: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.CONTENT_FILTER: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.REFUSAL: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.INVALID_REQUEST: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.UNSUPPORTED_PARAMETER: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.TOO_LARGE: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.INPUT: Rule(Action.FAIL, Verdict.NEUTRAL),
    Kind.CANCELLED: Rule(Action.FAIL, Verdict.NEUTRAL, possibly_billed=True),
    Kind.AUTH: Rule(Action.STOP, Verdict.SUCCESS),
    Kind.BILLING: Rule(Action.STOP, Verdict.SUCCESS),
    Kind.PERMISSION: Rule(Action.STOP, Verdict.SUCCESS),
    Kind.MODEL_NOT_FOUND: Rule(Action.STOP, Verdict.SUCCESS),
    Kind.WRONG_URL: Rule(Action.STOP, Verdict.SUCCESS),
    Kind.TLS: Rule(Action.STOP, Verdict.NEUTRAL),
}

Answer = TypeVar("Answer")


THROTTLED_BASE_S = 0.1
"""The base after a 429: the whole run was slowed down for it already."""


def backoff_s(n: int, base_s: float, cap_s: float, rng: random.Random) -> float:
    """Full jitter before retry number `n` (1-based): U(0, min(cap, base * 2^(n-1)))."""
    return rng.uniform(0.0, min(cap_s, base_s * 2.0 ** min(n - 1, 60)))


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


class Persistence:
    """How one prompt is tried again: tenacity's loop with our own count, stop and wait.

    One instance per prompt in trouble, never shared: it counts.
    """

    def __init__(
        self,
        settings: RetrySettings,
        rng: random.Random,
        pause: Callable[[float], Awaitable[None]],
        time_left_s: Callable[[], float] = lambda: math.inf,
        was_probe: Callable[[], bool] = lambda: False,
    ) -> None:
        """`time_left_s` says how long the prompt may still take, `was_probe` whether the last
        attempt was a breaker's probe: one that fails uses up no attempt of its prompt.
        """
        self._settings = settings
        self._rng = rng
        self._pause = pause
        self._time_left_s = time_left_s
        self._was_probe = was_probe
        self._failures = 0
        self._ambiguous = 0
        self._waits = 0

    async def retry(
        self, error: ApiError, attempt: Callable[[], Awaitable[Answer | ApiError]]
    ) -> Answer | ApiError:
        """Wait and call `attempt` until it answers or retrying ends; the last outcome.

        `error` is the failure of the first attempt, made by the caller: most prompts never
        need this loop. Whatever `attempt` or `pause` raises passes through.
        """
        outcomes: list[ApiError] = [error]

        async def next_outcome() -> Answer | ApiError:
            return outcomes.pop() if outcomes else await attempt()

        loop = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_result(self._is_worth_another),
            # tenacity calls these three in this order.
            after=self._count,
            wait=self._wait_s,
            stop=self._is_spent,
            sleep=self._pause,
            retry_error_callback=_last_outcome,
        )
        result: Answer | ApiError = await loop(next_outcome)
        return result

    @staticmethod
    def _is_worth_another(outcome: object) -> bool:
        return (
            isinstance(outcome, ApiError)
            and not outcome.final
            and RULES[outcome.kind].action in (Action.RETRY, Action.WAIT)
        )

    def _count(self, state: tenacity.RetryCallState) -> None:
        rule = RULES[_error_of(state).kind]
        self._ambiguous += rule.ambiguous
        if rule.action is Action.WAIT or self._was_probe():
            self._waits += 1
        else:
            self._failures += 1

    def _wait_s(self, state: tenacity.RetryCallState) -> float:
        error, rules = _error_of(state), self._settings
        throttled = error.kind is Kind.RATE_LIMITED
        base_s = min(THROTTLED_BASE_S, rules.base_s) if throttled else rules.base_s
        n = self._failures + self._waits
        return (error.retry_after_s or 0.0) + backoff_s(n, base_s, rules.cap_s, self._rng)

    def _is_spent(self, state: tenacity.RetryCallState) -> bool:
        return (
            self._failures >= self._settings.max_attempts
            or self._ambiguous > self._settings.max_ambiguous
            or state.upcoming_sleep > self._time_left_s()
        )


def _last_outcome(state: tenacity.RetryCallState) -> object:
    assert state.outcome is not None
    return state.outcome.result()


def _error_of(state: tenacity.RetryCallState) -> ApiError:
    outcome = _last_outcome(state)
    assert isinstance(outcome, ApiError)
    return outcome
