"""Which failures are sent again, how long they wait, and what they say about the provider.

Everything that follows from a `Kind` is the table `RULES`; nothing else in copygen decides by
kind. This is the only retry layer: the transport retries nothing. It is also the only file that
knows tenacity.
"""

import math
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeVar

import tenacity

from copygen.config import RetrySettings
from copygen.engine.control.breaker import Verdict
from copygen.errors import ProviderRefused
from copygen.models import ApiError, Completion, ErrorInfo, Kind, Result
from copygen.results.stats import alike

if TYPE_CHECKING:
    from copygen.engine.gate import ModelGate
    from copygen.engine.pipeline import Slot


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
class RetryRule:
    """What follows from one kind of failure."""

    action: Action
    verdict: Verdict
    """What it tells the circuit breaker."""
    possibly_billed: bool = False
    """The provider had the request, so it may charge for it."""
    ambiguous: bool = False
    """Nobody knows whether the provider did the work: resent at most `max_ambiguous` times."""


RULES: dict[Kind, RetryRule] = {
    Kind.RATE_LIMITED: RetryRule(Action.WAIT, Verdict.REFUSED),
    Kind.CONNECTION: RetryRule(Action.WAIT, Verdict.NO_CONNECTION),
    Kind.TIMEOUT: RetryRule(Action.RETRY, Verdict.TIMEOUT, possibly_billed=True, ambiguous=True),
    Kind.INTERRUPTED: RetryRule(
        Action.RETRY, Verdict.FAILURE, possibly_billed=True, ambiguous=True
    ),
    Kind.SERVER: RetryRule(Action.RETRY, Verdict.FAILURE),
    Kind.BAD_REPLY: RetryRule(Action.RETRY, Verdict.FAILURE, possibly_billed=True),
    Kind.EMPTY: RetryRule(Action.RETRY, Verdict.SUCCESS, possibly_billed=True),
    Kind.TRUNCATED: RetryRule(Action.FAIL, Verdict.SUCCESS),
    Kind.CONTENT_FILTER: RetryRule(Action.FAIL, Verdict.SUCCESS, possibly_billed=True),
    Kind.REFUSAL: RetryRule(Action.FAIL, Verdict.SUCCESS),
    Kind.INVALID_REQUEST: RetryRule(Action.FAIL, Verdict.SUCCESS),
    Kind.UNSUPPORTED_PARAMETER: RetryRule(Action.FAIL, Verdict.SUCCESS),
    Kind.TOO_LARGE: RetryRule(Action.FAIL, Verdict.SUCCESS),
    Kind.INPUT: RetryRule(Action.FAIL, Verdict.NEUTRAL),
    Kind.CANCELLED: RetryRule(Action.FAIL, Verdict.NEUTRAL, possibly_billed=True),
    Kind.AUTH: RetryRule(Action.STOP, Verdict.SUCCESS),
    Kind.BILLING: RetryRule(Action.STOP, Verdict.SUCCESS),
    Kind.PERMISSION: RetryRule(Action.STOP, Verdict.SUCCESS),
    Kind.MODEL_NOT_FOUND: RetryRule(Action.STOP, Verdict.SUCCESS),
    Kind.WRONG_URL: RetryRule(Action.STOP, Verdict.SUCCESS),
    Kind.TLS: RetryRule(Action.STOP, Verdict.NEUTRAL),
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
    # 503 and 529 say that there are too many requests, where 500 says that one went wrong.
    if error.kind is Kind.SERVER and error.status in FULL:
        return Verdict.OVERLOADED
    return RULES[error.kind].verdict


@dataclass(slots=True)
class AttemptState:
    """What has happened to one prompt so far. Times are seconds of the run's clock."""

    began_s: float
    slot: "Slot"
    """The request slot of its worker; held only while a request is on the wire."""
    gate: "ModelGate"
    """Of its model."""
    attempts: int = 0
    """Requests sent."""
    failures: int = 0
    """Attempts used up, of those it may have."""
    ambiguous: int = 0
    """Failures that may have been billed."""
    waits: int = 0
    """Failures that used up no attempt."""
    overloads: int = 0
    """Times it was told that the provider was full while others were answered."""
    failed_at: float | None = None
    """When it last failed in a way that may be its own fault."""
    suspect: bool = False
    """Whether it may be what its model is in trouble with: it failed before, or waited while the
    model was in trouble and another prompt showed that it is well."""
    latency_s: float | None = None
    """Of the latest attempt."""
    repeats: bool = False
    """Whether the next request repeats one that failed, rather than one told to wait."""
    was_overload: bool = False
    """Whether the latest attempt met a provider that was full, but well."""
    sent_bytes: int = 0
    """The body of the latest request."""
    on_the_wire: bool = False
    paid: list[Completion] = field(default_factory=list)
    """Every reply it got, usable or not."""
    possibly_billed: int = 0
    """Attempts that may have been billed, nobody says how much."""
    overran: bool = False
    """Whether a reply has more tokens than its request allowed."""

    def count_failure(self, *, ambiguous: bool, excused: bool) -> None:
        """An attempt failed; `excused` when it used up none, for it was not the prompt's turn to
        fail: told to come later, or sent to see whether anybody is there.
        """
        self.ambiguous += ambiguous
        self.waits += excused
        self.failures += not excused

    @property
    def was_paid_for(self) -> bool:
        """Whether it cost, or may have cost, something."""
        return self.on_the_wire or bool(self.paid)


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
        # tenacity makes the first call itself; this one has been made, so that the usual prompt
        # needs neither closures nor a retry state.
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
        # Jitter comes on top of what was asked, never below it: a request before that time is
        # refused for sure.
        cap_s, asked_s = rules.cap_s, error.retry_after_s or 0.0
        if throttled and asked_s:
            # It said when: jitter keeps prompts apart, and need not grow past what was asked.
            cap_s = min(cap_s, max(1.0, asked_s))
        n = max(1, self._state.failures + self._state.waits)
        return asked_s + backoff_s(n, base_s, cap_s, self._rng)

    def _is_spent(self, attempted: tenacity.RetryCallState) -> bool:
        return (
            # A wait uses up no attempt but time: `time_left_s` is what bounds it.
            self._state.failures >= self._settings.max_attempts
            # Each of these may have been billed: a second text for one prompt is money, not safety.
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


ENOUGH: Final = 20
"""Refusals that end a run which has seen nothing else. They cost nothing and are not recorded, so
many can be waited for: as many faulty rows at the head of a table do not stop the others."""
ENOUGH_AT_END: Final = 3
"""The same for a run that has no more rows to try."""
_OF_ALL_ROWS: Final = frozenset({Kind.INVALID_REQUEST, Kind.UNSUPPORTED_PARAMETER, Kind.TOO_LARGE})

_Cause = tuple[Kind, int | None, str]


@dataclass(slots=True)
class RefusalFilter:
    """The results of one run pass through here as long as it has seen nothing but one refusal.

    The net below the table of known errors: `copygen.providers.classification` knows many words for
    "no credit", "bad key" and "no such model", and will always lack some. An unknown one looks like
    a request that is wrong by itself, and a table of them would end as `failed`, row by row. So the
    first refusals are held back until a text, or any other outcome, shows that they are about their
    own rows. When there is nothing but the same refusal, the run is stopped with its words, and its
    rows stay as they were. Refusals that depend on the row by their kind (a content filter, a model
    that declines) are never taken for one about all rows.

    `proven` says that earlier runs got texts into the same results: then a few rows that are
    left and refused alike are taken for faulty rows.
    """

    provider: str
    proven: bool = False
    is_open: bool = False
    """Whether something else was seen: from then on every result passes."""
    error: ProviderRefused | None = None
    """Why the run has to end."""
    _held: list[Result] = field(default_factory=list)
    _cause: _Cause | None = None

    def push(self, result: Result) -> Sequence[Result]:
        """The results that may be recorded, now that this one has ended."""
        if self.is_open:
            return (result,)
        cause = _cause_of(result)
        # Faulty rows before the first request would else make a run believe that it has seen
        # answers.
        if result.error is not None and result.error.kind is Kind.INPUT:
            return (result,)  # nothing was sent: it shows nothing
        # Two different refusals are about their rows: what holds for all rows sounds alike.
        if cause is None or self._cause not in (None, cause):
            self.is_open = True
            held, self._held = self._held, []
            return (*held, result)
        self._cause = cause
        self._held.append(result)
        if len(self._held) >= ENOUGH:
            self._refuse()
        return ()

    def flush(self) -> Sequence[Result]:
        """The results still held that may be recorded, now that no more rows are left."""
        # A run that got texts before is known to be set up rightly: three faulty rows that are left
        # over are just that.
        if self.error is None and not self.proven and len(self._held) >= ENOUGH_AT_END:
            self._refuse()
        if self.error is not None:
            return ()
        held, self._held = self._held, []
        return held

    def _refuse(self) -> None:
        error = self._held[0].error
        assert error is not None
        if self.error is None:
            self.error = _refusal(self.provider, len(self._held), error)


def _cause_of(result: Result) -> _Cause | None:
    """What a refusal is compared by; None for a result that is no unpaid refusal."""
    error = result.error
    if error is None or error.kind not in _OF_ALL_ROWS or result.usage or result.text:
        return None
    return error.kind, error.status, alike(error.message)


def _refusal(provider: str, count: int, error: ErrorInfo) -> ProviderRefused:
    words = (
        f"{provider} refused the first {count} prompts alike and answered none: {error.message} "
        "They are not recorded as failed: correct what it says, then run the same command again."
    )
    return ProviderRefused(words, ApiError(error.kind, error.message, error.status))
