"""A text that breaks a rule goes back to the model with what is wrong, a few times at most.

Every further request takes the way of the first: the caller sends it through budget, pacer,
breaker and retries, and counts what it cost.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from copygen.config import ProviderConfig
from copygen.config.prices import MAX_ENLARGEMENTS
from copygen.engine.retry import AttemptState
from copygen.models import ApiError, Completion, ErrorInfo, Kind, Message, Prompt, Status
from copygen.quality.acceptance import (
    WHOLE,
    Acceptance,
    OnViolation,
    PromptRef,
    ReAsk,
    Review,
    better,
)
from copygen.quality.checker import TextToCheck
from copygen.quality.revision import Revision

_MOST_TOGETHER: Final = 16
"""Answers that are looked at in one turn of the loop: with more it is held up longer, for next to
nothing."""
Send: TypeAlias = Callable[[Prompt, AttemptState], Awaitable[Completion | ApiError]]
"""Sends a prompt until it is answered or given up; raises when the run ends meanwhile."""


class ReaskResult(NamedTuple):
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


class AnswersTogether:
    """Has the answers that came at the same time looked at together, which takes less time."""

    def __init__(self, acceptance: Acceptance) -> None:
        self._acceptance = acceptance
        self._waiting: list[tuple[TextToCheck, asyncio.Future[None]]] = []

    async def prepare(self, answer: str, prompt: PromptRef) -> None:
        """Return when the answer was looked at with those that are there by now: at once.

        Answers with fields have several texts each, and are looked at by themselves.
        """
        if self._acceptance.fields:
            return
        text, rules = answer.strip(), self._acceptance.channel
        given = TextToCheck(text, prompt.item, rules, {WHOLE: [text]}, prompt.asked)
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._prepare_some)
        looked_at: asyncio.Future[None] = loop.create_future()
        self._waiting.append((given, looked_at))
        await looked_at

    def _prepare_some(self) -> None:
        some, self._waiting = self._waiting[:_MOST_TOGETHER], self._waiting[_MOST_TOGETHER:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._prepare_some)
        # A fault of copygen's comes up again where the answer is read, and is told there.
        with contextlib.suppress(Exception):
            self._acceptance.checker.prepare([text for text, _ in some])
        for _, looked_at in some:
            if not looked_at.done():
                looked_at.set_result(None)


class ReaskLoop:
    """One prompt: the conversation, and the best version of its text so far."""

    def __init__(
        self,
        acceptance: Acceptance,
        config: ProviderConfig,
        together: AnswersTogether,
        prompt: Prompt,
        revision: Revision | None = None,
    ) -> None:
        """With a `revision` the conversation goes on from the answer that a person rejected."""
        if acceptance.checker.by_language:
            acceptance.checker.expect(prompt.input)
        self._acceptance = acceptance
        self._together = together
        self._revision = revision
        self._config = config
        self._prompt_ref = PromptRef(prompt.input, prompt.id, prompt.messages)
        self._prompt = prompt if revision is None else revision.added_to(prompt)
        self._enlargements = 0
        self._reasks = 0
        self._best: tuple[Review, Completion, float | None] | None = None

    async def run(
        self, send: Send, time_left_s: Callable[[AttemptState], float], state: AttemptState
    ) -> Completion | ApiError:
        """Ask, judge and ask again; the last answer, whatever it was.

        An answer that is cut off is asked for again with a larger cap. Whatever `send` raises
        passes through. `result` is what it came to, then as well.
        """
        latest: Review | None = None
        asked: ReAsk | None = None
        if self._revision is not None:
            latest, asked = self._left_of(self._revision)
        while True:
            answer = await send(self._prompt, state)
            if isinstance(answer, ApiError):
                # Not a re-ask: a text that is cut off cannot be judged, so its fault is not the
                # text's.
                larger = self._larger_cap() if answer.kind is Kind.TRUNCATED else None
                if larger is None or time_left_s(state) <= 0:
                    return answer
                self._enlargements += 1
                self._prompt = replace(self._prompt, max_output_tokens=larger)
                continue
            try:
                await self._together.prepare(answer.text, self._prompt_ref)
            finally:
                # When it is cancelled meanwhile, too: the text was paid for.
                latest = self._acceptance.read(answer.text, self._prompt_ref, latest, asked)
                if self._best is None or better(latest.candidate, self._best[0].candidate):
                    # Kept although another may come: the next may be worse, cost more than is
                    # left, or never be answered.
                    self._best = latest, answer, state.latency_s
            asked_enough = self._reasks >= self._acceptance.policy.reasks
            if asked_enough or latest.accepted or time_left_s(state) <= 0:
                return answer
            # In the same conversation, with what was measured: of 2 000 prompts with 40 % faults,
            # 99 % fit after two of these.
            asked = self._acceptance.again(latest, self._prompt_ref.item)
            self._reasks += 1
            turn = (Message("assistant", answer.text), Message("user", asked.message))
            self._prompt = replace(self._prompt, messages=(*self._prompt.messages, *turn))

    def result(self) -> ReaskResult | None:
        """What came of it; None when there is no text to judge. To be asked for once."""
        if self._acceptance.variants > 1:
            self._acceptance.end(self._prompt_ref.prompt_id)
        if self._best is None:
            return None
        review, completion, latency_s = self._best
        how = self._acceptance.policy.on_violation
        fit = review.accepted
        if not fit and how is OnViolation.TRIM:
            shorter = self._acceptance.trimmed(review, self._prompt_ref)
            fit = shorter.accepted
            review = shorter if fit else review
        fit = fit or how is OnViolation.KEEP
        # Only now: a text that is not published must not make the next one a repetition.
        if fit:
            self._acceptance.accept(review, self._prompt_ref)
        failure = None if fit else review.failure
        if failure is not None:
            error = ErrorInfo(*failure)
            return ReaskResult(Status.FAILED, review, completion, latency_s, self._reasks, error)
        status = Status.OK if fit else Status.REJECTED
        return ReaskResult(status, review, completion, latency_s, self._reasks)

    def _left_of(self, revision: Revision) -> tuple[Review, ReAsk]:
        """What a revision leaves of the answer that a person rejected, and what it asks for."""
        asked = revision.asked
        earlier = self._acceptance.read(revision.answer, self._prompt_ref, None, None)
        left = {name: one for name, one in (earlier.data or {}).items() if name not in asked.fields}
        return earlier._replace(data=left), asked

    def _larger_cap(self) -> int | None:
        """Twice the cap on output tokens, as far as the model goes; None when that is no more."""
        cap = self._prompt.max_output_tokens
        if cap is None or self._enlargements >= MAX_ENLARGEMENTS:
            return None
        model = self._config.model(self._prompt.model)
        most = model.max_output_tokens if model else None
        # Doubled, not set to the most: what the text needs is unknown, and the limit on cost
        # reserves all of it.
        doubled = 2 * cap if most is None else min(2 * cap, most)
        return doubled if doubled > cap else None
