"""One prompt to its result: permit, send, understand, send again if that helps, price, record.

Reads as a prompt's way through copygen. Everything it decides is delegated: when to send to
`permits`, what a failure means to `retry`, what a reply means to the provider.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx

from copygen.config import ProviderConfig, RetrySettings
from copygen.engine.breaker import Verdict
from copygen.engine.concurrency import Concurrency
from copygen.engine.deadlines import Deadlines
from copygen.engine.halt import Halt, Halted
from copygen.engine.outcome import Story, result_of, result_of_fault
from copygen.engine.pacer import Start
from copygen.engine.permits import Leave, Permits
from copygen.engine.purse import Purse
from copygen.engine.retry import RULES, Action, Persistence, RetryBudget
from copygen.engine.slots import Slot
from copygen.errors import ProviderDown, ProviderRefused
from copygen.models import ApiError, Completion, InputFault, Kind, Prompt, Result, Traffic
from copygen.providers.protocol import Provider
from copygen.providers.ratelimits import RateLimits, limits_from
from copygen.providers.transport import failure

if TYPE_CHECKING:  # a run without rules does without the checks
    from copygen.engine.reasking import Correction, Reasking

MAX_ADAPTATIONS = 3
"""Parameters that one attempt may drop or rename because the model does not take them."""
HEED_EVERY_S, LOOK_AGAIN_S = 0.1, 10.0
"""Between looks at what headers say of limits: where they say something, and where they do not."""
UNSAID = RateLimits()
BYTES_PER_TOKEN = 4
"""Of a request's UTF-8, on average over languages; what is paced by it is settled afterwards."""


@dataclass(slots=True)
class Meter:
    """Counts what goes over the wire; `reading()` is for others to keep."""

    requests: int = 0
    retries: int = 0
    rate_limited: int = 0
    possibly_billed: int = 0
    in_flight: int = 0

    def reading(self, breaker_openings: int, possibly_billed_usd: Decimal | None) -> Traffic:
        """The counts so far."""
        return Traffic(
            self.requests,
            self.retries,
            self.rate_limited,
            breaker_openings,
            self.possibly_billed,
            possibly_billed_usd,
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """How a client sends."""

    retry: RetrySettings
    budget: RetryBudget
    concurrency: Concurrency
    """Hears of every request and its end."""
    purse: Purse
    timeout_s: float
    """Deadline of one attempt."""
    prompt_timeout_s: float
    """No retry of a prompt begins later than this after its start."""
    slow_call_s: float
    """A slower call counts as a failure of the provider."""
    on_failure: Callable[[ApiError], None]
    """Hears of every failed attempt, retried or not."""
    rng: random.Random
    clock: Callable[[], datetime]
    """The wall time, UTC; all else runs on the event loop's time."""
    reasking: "Reasking | None" = None
    """What holds texts against the rules of the run; None: every text is taken as it is."""


class Client:
    """Brings prompts to their results, any number at a time."""

    def __init__(
        self,
        config: ProviderConfig,
        provider: Provider,
        transport: httpx.AsyncBaseTransport,
        permits: Permits,
        halt: Halt,
        terms: Terms,
    ) -> None:
        self.meter = Meter()
        self._config = config
        self._provider = provider
        self._transport = transport
        self._permits = permits
        self._halt = halt
        self._terms = terms
        self._now = asyncio.get_running_loop().time
        self._deadlines = Deadlines(terms.timeout_s)
        self._heed_at = -math.inf
        """When to look at a reply's headers next."""

    async def complete(self, entry: Prompt | InputFault, slot: Slot) -> Result | None:
        """The result of one prompt; None when the run ends before it has one.

        An expected failure is a result. An answer no later prompt can better halts the run with
        ProviderRefused, a provider that stays down with ProviderDown; a prompt that was paid for
        by then ends as cancelled, any other is left for the next run.
        """
        if isinstance(entry, InputFault):
            return result_of_fault(entry, self._config, self._terms.clock())
        story = Story(began_s=self._now())
        reasking = self._terms.reasking
        correction = reasking.of(entry) if reasking else None
        try:
            if correction is None:
                answer = await self._until_answered(entry, slot, story)
            else:
                answer = await self._until_fit(correction, slot, story)
        except (asyncio.CancelledError, Halted) as end:
            if isinstance(end, asyncio.CancelledError) and not self._halt.cancelled:
                raise
            answer = self._cut_short(entry, story)
        except ProviderDown as down:
            self._halt.now(down)
            answer = self._cut_short(entry, story)
        if isinstance(answer, ApiError) and RULES[answer.kind].action is Action.STOP:
            message = f"{self._config.name} refused: {answer.message}"
            self._halt.now(ProviderRefused(message, answer))
            answer = self._cut_short(entry, story)
        # A text in hand was paid for: it stands, whatever became of the request to better it.
        outcome = correction.outcome() if correction else None
        if isinstance(answer, ApiError) and answer.kind is Kind.CANCELLED and not story.spent:
            return None
        return result_of(
            entry,
            answer,
            story,
            self._config,
            now_s=self._now(),
            created_at=self._terms.clock(),
            outcome=outcome,
        )

    def _cut_short(self, prompt: Prompt, story: Story) -> ApiError:
        """What is said of a prompt that cost, or may have cost, and has no result yet."""
        if not story.on_the_wire:
            return ApiError(Kind.CANCELLED, "the run ended before it could be sent again")
        self._count_doubt(prompt, story)
        return ApiError(Kind.CANCELLED, "cancelled in flight; it may have been billed")

    async def _until_fit(
        self, correction: "Correction", slot: Slot, story: Story
    ) -> Completion | ApiError:
        def may_ask() -> bool:
            return self._now() < story.began_s + self._terms.prompt_timeout_s

        from copygen.engine.reasking import Way

        def ask(prompt: Prompt) -> Awaitable[Completion | ApiError]:
            return self._until_answered(prompt, slot, story)

        return await correction.until_fit(Way(ask, may_ask, lambda: story.latency_s))

    async def _until_answered(
        self, prompt: Prompt, slot: Slot, story: Story
    ) -> Completion | ApiError:
        answer = await self._attempt(prompt, slot, story)
        if isinstance(answer, Completion):
            return answer

        async def pause(seconds: float) -> None:
            slot.release()
            await self._halt.pause(min(seconds, self._permits.patience_s(prompt.model)))

        def time_left_s() -> float:
            return story.began_s + self._terms.prompt_timeout_s - self._now()

        persistence = Persistence(
            self._terms.retry, self._terms.rng, pause, time_left_s, lambda: story.was_probe
        )
        return await persistence.retry(answer, lambda: self._attempt(prompt, slot, story))

    async def _attempt(self, prompt: Prompt, slot: Slot, story: Story) -> Completion | ApiError:
        answer = await self._send(prompt, slot, story)
        for _ in range(MAX_ADAPTATIONS):
            if not isinstance(answer, ApiError) or answer.kind is not Kind.UNSUPPORTED_PARAMETER:
                break
            if not self._provider.adapt(answer, prompt.model):
                break
            answer = await self._send(prompt, slot, story)
        return answer

    async def _send(self, prompt: Prompt, slot: Slot, story: Story) -> Completion | ApiError:
        request = self._provider.request(prompt)
        purse = self._terms.purse
        if not purse.limited:
            return await self._send_request(request, prompt, slot, story)
        hold = await purse.hold(prompt, len(request.content), slot)
        if isinstance(hold, ApiError):
            return hold
        attempts = story.attempts
        answer: Completion | ApiError | None = None
        try:
            answer = await self._send_request(request, prompt, slot, story)
        finally:
            purse.settle(hold, answer, sent=story.attempts > attempts)
        return answer

    async def _send_request(
        self, request: httpx.Request, prompt: Prompt, slot: Slot, story: Story
    ) -> Completion | ApiError:
        self._pay_for_retry(prompt, story)
        tokens = self._estimate_tokens(request, prompt)
        leave = await self._permits.obtain(prompt.model, tokens, slot)
        self._count_out(story, len(request.content))
        answer: Completion | ApiError | None = None
        try:
            answer = await self._exchange(request, prompt, leave.start)
        finally:
            self.meter.in_flight -= 1
            self._settle(leave, answer)
        story.on_the_wire = False
        story.was_probe = leave.model.is_probe or leave.host.is_probe
        story.latency_s = self._now() - leave.model.began_at
        self._count_in(answer, prompt, story)
        return answer

    async def _exchange(
        self, request: httpx.Request, prompt: Prompt, start: Start
    ) -> Completion | ApiError:
        try:
            with self._deadlines.one():
                response = await self._transport.handle_async_request(request)
                body = await response.aread()
        except TimeoutError:
            return ApiError(Kind.TIMEOUT, f"no complete answer within {self._terms.timeout_s:g} s")
        except httpx.TransportError as error:
            return failure(error)
        if self._now() >= self._heed_at:
            self._heed(response.headers, start)
        return self._provider.parse(
            response.status_code, response.headers, body, self._terms.clock(), prompt
        )

    def _heed(self, headers: Mapping[str, str], start: Start) -> None:
        """Have the pacer know what the provider says of its limits, not more often than needed."""
        now = self._now()
        limits = limits_from(headers, self._terms.clock())
        if limits == UNSAID:
            self._heed_at = now + LOOK_AGAIN_S
            return
        self._heed_at = now + HEED_EVERY_S
        self._permits.pacer.heed(now, limits, start)

    def _pay_for_retry(self, prompt: Prompt, story: Story) -> None:
        budget = self._terms.budget
        if not story.attempts:
            budget.earn()
        elif story.repeats and not budget.spend():
            self._permits.trip(prompt.model, "too many requests had to be repeated")

    def _estimate_tokens(self, request: httpx.Request, prompt: Prompt) -> float:
        if not self._permits.pacer.paces_tokens:
            return 0.0
        limit = prompt.params.get("max_completion_tokens") or prompt.params.get("max_tokens") or 0
        return len(request.content) / BYTES_PER_TOKEN + float(limit)

    def _count_out(self, story: Story, sent_bytes: int) -> None:
        story.sent_bytes = sent_bytes
        story.attempts += 1
        story.on_the_wire = True
        self.meter.requests += 1
        self.meter.in_flight += 1
        self.meter.retries += story.repeats
        self._terms.concurrency.sent(self._now(), self.meter.in_flight)

    def _count_in(self, answer: Completion | ApiError, prompt: Prompt, story: Story) -> None:
        story.repeats = False
        if isinstance(answer, Completion):
            story.paid.append(answer)
            return
        rule = RULES[answer.kind]
        if answer.completion is not None:
            story.paid.append(answer.completion)
        elif rule.possibly_billed:
            self._count_doubt(prompt, story)
        self._terms.on_failure(answer)
        if (answer.retry_after_s or 0) > self._terms.retry.max_retry_after_s:
            raise ProviderDown(
                f"{self._config.name} asks to wait {answer.retry_after_s:,.0f} s "
                f"({answer.message}). What is done is kept: run the same command again then."
            )
        self.meter.rate_limited += answer.kind is Kind.RATE_LIMITED
        story.repeats = rule.action is Action.RETRY

    def _count_doubt(self, prompt: Prompt, story: Story) -> None:
        self.meter.possibly_billed += 1
        self._terms.purse.doubt(prompt, story.sent_bytes)

    def _settle(self, leave: Leave, answer: Completion | ApiError | None) -> None:
        """Tell the breakers and the pacer; None means the attempt was cut short."""
        now = self._now()
        pacer = self._permits.pacer
        completion = answer.completion if isinstance(answer, ApiError) else answer
        if completion and completion.usage:
            pacer.settle(
                leave.tokens, completion.usage.input_tokens + completion.usage.output_tokens
            )
        if answer is None:
            verdict = Verdict.NEUTRAL
        elif isinstance(answer, Completion):
            slow = now - leave.model.began_at > self._terms.slow_call_s
            verdict = Verdict.FAILURE if slow else Verdict.SUCCESS
            self._terms.concurrency.answered(now, leave.start.at, pacer.rate_per_s)
        else:
            verdict = Verdict.SUCCESS if answer.final else RULES[answer.kind].verdict
            if answer.kind is Kind.TIMEOUT:
                self._terms.concurrency.refused(now, leave.start.at, self.meter.in_flight)
            if answer.kind is Kind.RATE_LIMITED:
                pacer.rate_limited(now, leave.start, answer.retry_after_s)
                self._terms.concurrency.refused(now, leave.start.at, self.meter.in_flight)
        self._permits.record(leave, verdict)
