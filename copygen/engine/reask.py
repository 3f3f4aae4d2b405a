"""A text that breaks a rule goes back to the model with what is wrong, a few times at most.

Every further request takes the way of the first: the caller sends it through budget, pacer,
breaker and retries, and counts what it cost.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from copygen.config.prices import MAX_ENLARGEMENTS
from copygen.models import ApiError, Completion, ErrorInfo, Kind, Message, Prompt, Status
from copygen.quality.acceptance import Acceptance, OnViolation, PromptRef, ReAsk, Review, better

Ask: TypeAlias = Callable[[Prompt], Awaitable[Completion | ApiError]]
"""Sends a prompt until it is answered or given up; raises when the run ends meanwhile."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one prompt's requests are sent."""

    ask: Ask
    may_ask: Callable[[], bool]
    """Whether the prompt has time left for one more request."""
    latency_s: Callable[[], float | None]
    """Of the latest answer."""


@dataclass(frozen=True, slots=True)
class ReaskResult:
    """What came of a prompt whose text was judged."""

    status: Status
    review: Review
    completion: Completion
    """The reply the text is from."""
    latency_s: float | None
    """Of that reply."""
    reasks: int
    error: ErrorInfo | None = None
    """Why there is no text, where what there is says so: a refusal."""


class Reasking:
    """Holds the texts of one run against its acceptance, and has them corrected."""

    def __init__(
        self, acceptance: Acceptance, max_output_tokens: Callable[[str], int | None]
    ) -> None:
        """`max_output_tokens` says how much a model can write at most, if that is known."""
        self.acceptance = acceptance
        self._max_output_tokens = max_output_tokens

    def of(self, prompt: Prompt) -> "ReaskLoop":
        """The way of one prompt."""
        return ReaskLoop(self.acceptance, prompt, self._max_output_tokens(prompt.model))


class ReaskLoop:
    """One prompt: the conversation, and the best version of its text so far."""

    def __init__(self, acceptance: Acceptance, prompt: Prompt, cap: int | None) -> None:
        self._acceptance = acceptance
        self._prompt_ref = PromptRef(prompt.input, prompt.id, prompt.messages)
        self._prompt = prompt
        self._cap = cap
        self._enlargements = 0
        self._reasks = 0
        self._best: tuple[Review, Completion, float | None] | None = None

    async def until_fit(self, way: Way) -> Completion | ApiError:
        """Ask, judge and ask again; the last answer, whatever it was.

        Whatever `way.ask` raises passes through. `outcome` is what it came to, then as well.
        """
        latest: Review | None = None
        asked: ReAsk | None = None
        while True:
            answer = await self._ask_whole(way)
            if isinstance(answer, ApiError):
                return answer
            latest = self._take(answer, latest, asked, way.latency_s())
            if (
                latest.accepted
                or self._reasks >= self._acceptance.policy.reasks
                or not way.may_ask()
            ):
                return answer
            asked = self._acceptance.again(latest, self._prompt_ref.item)
            self._reasks += 1
            self._prompt = _continued(self._prompt, answer.text, asked.message)

    def result(self) -> ReaskResult | None:
        """What came of it; None when there is no text to judge. To be asked for once."""
        self._acceptance.end(self._prompt_ref.prompt_id)
        if self._best is None:
            return None
        review, completion, latency_s = self._best
        how = self._acceptance.policy.on_violation
        if not review.accepted and how is OnViolation.TRIM:
            shorter = self._acceptance.trimmed(review, self._prompt_ref)
            review = shorter if shorter.accepted else review
        fit = review.accepted or how is OnViolation.KEEP
        if fit:
            self._acceptance.accept(review, self._prompt_ref)
        failure = None if fit else review.failure
        if failure is not None:
            error = ErrorInfo(*failure)
            return ReaskResult(Status.FAILED, review, completion, latency_s, self._reasks, error)
        status = Status.OK if fit else Status.REJECTED
        return ReaskResult(status, review, completion, latency_s, self._reasks)

    async def _ask_whole(self, way: Way) -> Completion | ApiError:
        """Ask, with a larger cap on the output as long as the answer is cut off by it."""
        while True:
            answer = await way.ask(self._prompt)
            if not isinstance(answer, ApiError) or answer.kind is not Kind.TRUNCATED:
                return answer
            larger = self._larger(self._prompt.max_output_tokens)
            if larger is None or not way.may_ask():
                return answer
            self._enlargements += 1
            self._prompt = replace(self._prompt, max_output_tokens=larger)

    def _larger(self, cap: int | None) -> int | None:
        """Twice the cap on output tokens, as far as the model goes; None when that is no more."""
        if cap is None or self._enlargements >= MAX_ENLARGEMENTS:
            return None
        doubled = 2 * cap if self._cap is None else min(2 * cap, self._cap)
        return doubled if doubled > cap else None

    def _take(
        self,
        answer: Completion,
        earlier: Review | None,
        asked: ReAsk | None,
        latency_s: float | None,
    ) -> Review:
        review = self._acceptance.read(answer.text, self._prompt_ref, earlier, asked)
        if self._best is None or better(review.candidate, self._best[0].candidate):
            self._best = review, answer, latency_s
        return review


def _continued(prompt: Prompt, said: str, message: str) -> Prompt:
    turn = (Message("assistant", said), Message("user", message))
    return replace(prompt, messages=(*prompt.messages, *turn))
