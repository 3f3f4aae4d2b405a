"""The record of a prompt, from what happened to it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from copygen.config import ProviderConfig
from copygen.models import (
    ApiError,
    Completion,
    ErrorInfo,
    InputFault,
    Kind,
    Prompt,
    Result,
    Status,
    Usage,
)
from copygen.providers.pricing import cost_of

if TYPE_CHECKING:
    from copygen.engine.admission import Slot
    from copygen.engine.reasking import Outcome  # a run without rules does without the checks


@dataclass(slots=True)
class AttemptState:
    """What has happened to one prompt so far. Times are seconds of the run's clock."""

    began_s: float
    slot: "Slot"
    """The request slot of its worker; held only while a request is on the wire."""
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
    doubtful: int = 0
    """Attempts that may have been billed, nobody says how much."""
    overran: bool = False
    """Whether a reply has more tokens than its request allowed."""

    def pay(self, completion: Completion, output_cap: int | None) -> None:
        """Take in a reply to a request that allowed so many output tokens."""
        self.paid.append(completion)
        usage = completion.usage
        if output_cap is not None and usage is not None and usage.output_tokens > output_cap:
            self.overran = True

    def count_failure(self, *, ambiguous: bool, excused: bool) -> None:
        """An attempt failed; `excused` when it used up none, for it was not the prompt's turn to
        fail: told to come later, or sent to see whether anybody is there.
        """
        self.ambiguous += ambiguous
        self.waits += excused
        self.failures += not excused

    @property
    def spent(self) -> bool:
        """Whether it cost, or may have cost, something."""
        return self.on_the_wire or bool(self.paid)


def result_of(
    prompt: Prompt,
    answer: Completion | ApiError,
    state: AttemptState,
    config: ProviderConfig,
    *,
    now_s: float,
    created_at: datetime,
    outcome: "Outcome | None" = None,
) -> Result:
    """The terminal record. `usage` and `cost_usd` cover every reply the prompt got.

    `outcome` is what came of a text that was judged: it stands even if the last answer is an
    error, for that was the answer to a request to better it.
    """
    error = answer if isinstance(answer, ApiError) and outcome is None else None
    completion = answer.completion if isinstance(answer, ApiError) else answer
    if outcome is not None:
        completion = outcome.completion
        state.latency_s = outcome.latency_s
    cost_usd, cost_note = _bill(state, config, prompt.model, created_at)
    return Result(
        id=prompt.id,
        key=prompt.key,
        status=outcome.status if outcome else _status(error),
        text=outcome.reading.text if outcome else completion.text or None if completion else None,
        input=prompt.input,
        provider=config.name,
        model=prompt.model,
        finish_reason=completion.finish_reason if completion else None,
        usage=_total_usage(state.paid),
        cost_usd=cost_usd,
        cost_note=cost_note,
        latency_ms=_latency_ms(completion, state),
        total_ms=(now_s - state.began_s) * 1000,
        attempts=state.attempts,
        error=_told(error, outcome),
        created_at=created_at,
        data=outcome.reading.data or None if outcome else None,
        violations=outcome.reading.violations if outcome else (),
        reasks=outcome.reasks if outcome else 0,
        reasoning=completion.reasoning if completion else None,
        notes=completion.notes if completion else (),
        answered_by=completion.model if completion else None,
    )


def _told(error: ApiError | None, outcome: "Outcome | None") -> ErrorInfo | None:
    if outcome is not None:
        return outcome.error
    return ErrorInfo(error.kind, error.message, error.status) if error else None


def result_of_fault(fault: InputFault, config: ProviderConfig, created_at: datetime) -> Result:
    """The record of a row that could not become a prompt."""
    return Result(
        id=fault.id,
        key="",
        status=Status.FAILED,
        text=None,
        input=fault.input,
        provider=config.name,
        model="",
        finish_reason=None,
        usage=None,
        cost_usd=Decimal(0),
        cost_note="nothing was sent",
        latency_ms=None,
        total_ms=0.0,
        attempts=0,
        error=ErrorInfo(Kind.INPUT, f"{fault.source}: {fault.message}"),
        created_at=created_at,
    )


def _latency_ms(completion: Completion | None, state: AttemptState) -> float | None:
    if completion is None or state.latency_s is None:
        return None
    return state.latency_s * 1000


def _status(error: ApiError | None) -> Status:
    if error is None:
        return Status.OK
    if error.kind is Kind.CANCELLED:
        return Status.CANCELLED
    if error.kind is Kind.TRUNCATED and error.completion and error.completion.text.strip():
        return Status.REJECTED
    return Status.FAILED


OVERRAN = "more output was charged than max_tokens allows"
DOUBTFUL = "an attempt that failed may have been billed as well"


def _bill(
    state: AttemptState, config: ProviderConfig, model: str, at: datetime
) -> tuple[Decimal | None, str | None]:
    if not state.attempts:
        return Decimal(0), "nothing was sent"
    if not state.paid:
        return None, "no reply, so nothing to price"
    costs = [cost_of(completion, config, model, at) for completion in state.paid]
    unknown = next((cost for cost in costs if cost.usd is None), None)
    if unknown is not None:
        return None, unknown.note
    notes = [cost.note for cost in costs if cost.note][:1]
    notes += [OVERRAN] * state.overran + [DOUBTFUL] * (state.doubtful > 0)
    total_usd = sum((cost.usd for cost in costs if cost.usd is not None), Decimal(0))
    return total_usd, "; ".join(notes) or None


def _total_usage(paid: list[Completion]) -> Usage | None:
    counted = [completion.usage for completion in paid if completion.usage]
    if len(counted) < 2:
        return counted[0] if counted else None
    return Usage(
        sum(usage.input_tokens for usage in counted),
        sum(usage.output_tokens for usage in counted),
        sum(usage.cached_tokens for usage in counted),
        sum(usage.cache_write_tokens for usage in counted),
        sum(usage.reasoning_tokens for usage in counted),
    )
