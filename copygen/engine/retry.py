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
from copygen.engine.control.breaker import Verdict
from copygen.engine.outcome import AttemptState
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
    Kind.RATE_LIMITED: Rule(Action.WAIT, Verdict.REFUSED),
    Kind.CONNECTION: Rule(Action.WAIT, Verdict.NO_CONNECTION),
    Kind.TIMEOUT: Rule(Action.RETRY, Verdict.TIMEOUT, possibly_billed=True, ambiguous=True),
    Kind.INTERRUPTED: Rule(Action.RETRY, Verdict.FAILURE, possibly_billed=True, ambiguous=True),
    Kind.SERVER: Rule(Action.RETRY, Verdict.FAILURE),
    Kind.BAD_REPLY: Rule(Action.RETRY, Verdict.FAILURE, possibly_billed=True),
    Kind.EMPTY: Rule(Action.RETRY, Verdict.SUCCESS, possibly_billed=True),
    Kind.TRUNCATED: Rule(Action.FAIL, Verdict.SUCCESS),
    Kind.CONTENT_FILTER: Rule(Action.FAIL, Verdict.SUCCESS, possibly_billed=True),
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


def may_be_billed(error: ApiError) -> bool:
    """Whether the provider may charge for an attempt that failed so, without saying how much."""
    return error.possibly_billed or RULES[error.kind].possibly_billed


Answer = TypeVar("Answer")


THROTTLED_BASE_S = 0.1
"""The base after a 429: the whole run was slowed down for it already."""


def backoff_s(n: int, base_s: float, cap_s: float, rng: random.Random) -> float:
    """Full jitter before retry number `n` (1-based): U(0, min(cap, base * 2^(n-1)))."""
    return rng.uniform(0.0, min(cap_s, base_s * 2.0 ** min(n - 1, 60)))


FULL = frozenset({503, 529})
"""Statuses by which a provider says that it has too much to do."""


def verdict_on(error: ApiError) -> Verdict:
    """What a failed attempt tells the circuit breaker."""
    if error.final:
        return Verdict.SUCCESS
    if error.kind is Kind.SERVER and error.status in FULL:
        return Verdict.OVERLOADED
    return RULES[error.kind].verdict


class Retrier:
    """How one prompt is sent again, by tenacity: what is worth it, how long to wait, when to stop.

    What has happened so far is in the prompt's `AttemptState`.
    """

    def __init__(
        self,
        settings: RetrySettings,
        rng: random.Random,
        state: AttemptState,
        time_left_s: Callable[[], float] = lambda: math.inf,
    ) -> None:
        """`time_left_s` says how long the prompt may still take."""
        self._settings = settings
        self._rng = rng
        self._state = state
        self._time_left_s = time_left_s

    async def again(
        self,
        error: ApiError,
        attempt: Callable[[], Awaitable[Answer | ApiError]],
        pause: Callable[[float], Awaitable[None]],
    ) -> Answer | ApiError:
        """Pause and call `attempt` until it answers or retrying ends; the last outcome.

        `error` is what the first attempt came to, which the caller made: most prompts need no
        more. Whatever `attempt` or `pause` raises passes through.
        """
        first: list[ApiError] = [error]

        async def next_outcome() -> Answer | ApiError:
            return first.pop() if first else await attempt()

        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_result(_is_worth_another),
            wait=self._wait_s,
            stop=self._is_spent,
            sleep=pause,
            retry_error_callback=_last_outcome,
        )
        result: Answer | ApiError = await retrying(next_outcome)
        return result

    def _wait_s(self, attempted: tenacity.RetryCallState) -> float:
        error, rules = _error_of(attempted), self._settings
        throttled = error.kind is Kind.RATE_LIMITED
        base_s = min(THROTTLED_BASE_S, rules.base_s) if throttled else rules.base_s
        cap_s, asked_s = rules.cap_s, error.retry_after_s or 0.0
        if throttled and asked_s:
            # It said when: jitter keeps prompts apart, and need not grow past what was asked.
            cap_s = min(cap_s, max(1.0, asked_s))
        n = max(1, self._state.failures + self._state.waits)
        return asked_s + backoff_s(n, base_s, cap_s, self._rng)

    def _is_spent(self, attempted: tenacity.RetryCallState) -> bool:
        return (
            self._state.failures >= self._settings.max_attempts
            or self._state.ambiguous > self._settings.max_ambiguous
            or attempted.upcoming_sleep > self._time_left_s()
        )


def _is_worth_another(outcome: object) -> bool:
    return (
        isinstance(outcome, ApiError)
        and not outcome.final
        and RULES[outcome.kind].action in (Action.RETRY, Action.WAIT)
    )


def _last_outcome(state: tenacity.RetryCallState) -> object:
    assert state.outcome is not None
    return state.outcome.result()


def _error_of(state: tenacity.RetryCallState) -> ApiError:
    outcome = _last_outcome(state)
    assert isinstance(outcome, ApiError)
    return outcome
