"""One prompt to its result, in four steps: complete it, ask until its text is fit, send with
retries, send once. When to send is for `admission` to say, what a failure leads to for `retry`,
what a reply means for the provider.
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx

from copygen.config import ProviderConfig, RetrySettings
from copygen.config.prices import OUTPUT_CAPS, most_output
from copygen.engine.admission import LocalAdmission, Permit, Slot
from copygen.engine.budget import CostGuard
from copygen.engine.clock import Deadlines, RunClock
from copygen.engine.control import Start
from copygen.engine.gate import ModelGate
from copygen.engine.retry import RULES, Action, AttemptState, Retrier, may_be_billed
from copygen.engine.shutdown import LeftForNextRun, Shutdown
from copygen.errors import ProviderDown, ProviderRefused
from copygen.models import (
    ApiError,
    Completion,
    ErrorInfo,
    InputFault,
    Kind,
    Prompt,
    Result,
    Status,
    Traffic,
    Usage,
)
from copygen.prompts.tokens import tokens_of_bytes
from copygen.providers.pricing import PriceBook
from copygen.providers.ratelimits import RateLimits, limits_from
from copygen.providers.reply import CHECK_BASE_URL
from copygen.providers.wire import Provider
from copygen.transport.errors import failure
from copygen.transport.http import exchange_over

if TYPE_CHECKING:  # a run without rules does without the checks
    from copygen.engine.reask import Reasking, ReaskLoop, ReaskResult

MAX_ADAPTATIONS = 3
"""Parameters that one attempt may drop or rename because the model does not take them."""
LOOK_EVERY_S, LOOK_AGAIN_S = 0.1, 10.0
"""Between looks at what headers say of limits: where they say something, and where they do not."""
FIRST_LOOKS = 20
"""Replies looked at before the second of the two: a refusal may be without them."""
NOTHING_SAID = RateLimits()


@dataclass(slots=True)
class Meter:
    """Counts what goes over the wire; `reading()` is for others to keep."""

    requests: int = 0
    retries: int = 0
    rate_limited: int = 0
    timeouts: int = 0
    possibly_billed: int = 0

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
class ClientConfig:
    """How a client sends."""

    retry: RetrySettings
    timeout_s: float
    """Deadline of one attempt."""
    prompt_timeout_s: float
    """No retry of a prompt begins later than this after its start."""
    on_failure: Callable[[ApiError], None]
    """Hears of every failed attempt, retried or not."""
    rng: random.Random
    wall_clock: Callable[[], datetime]
    """The time of day, UTC; all else runs on the run's clock."""
    reasking: "Reasking | None" = None
    """What holds texts against the rules of the run; None: every text is taken as it is."""


class Client:
    """Brings prompts to their results, any number at a time."""

    def __init__(
        self,
        config: ProviderConfig,
        provider: Provider,
        transport: httpx.AsyncBaseTransport,
        admission: LocalAdmission,
        cost_guard: CostGuard,
        shutdown: Shutdown,
        clock: RunClock,
        options: ClientConfig,
    ) -> None:
        self.meter = Meter()
        self._config = config
        self._prices = PriceBook(config)
        self._provider = provider
        self._exchange_http = exchange_over(transport)
        self._admission = admission
        self._cost_guard = cost_guard
        self._shutdown = shutdown
        self._options = options
        self._now = clock.now
        self._deadlines = Deadlines(options.timeout_s, clock)
        self._look_at = -math.inf
        """When to look at a reply's headers next."""
        self._looks = 0
        """At headers that said nothing."""
        self._has_texts = False
        """Whether this address has answered with a text in this run."""

    async def complete(self, entry: Prompt | InputFault, slot: Slot) -> Result | None:
        """The result of one prompt; None when the run ends before it has one.

        An expected failure is a result. An answer no later prompt can better ends the run with
        ProviderRefused, a provider that stays down with ProviderDown; a prompt that was paid for
        by then ends as cancelled, any other is left for the next run.
        """
        if isinstance(entry, InputFault):
            return result_of_fault(entry, self._config, self._options.wall_clock())
        state = AttemptState(self._now(), slot)
        reasking = self._options.reasking
        reask_loop = reasking.of(entry) if reasking else None
        gate = self._admission.gate_of(entry.model)
        gate.begin()
        try:
            if reask_loop is None:
                answer = await self._send_with_retries(entry, state)
            else:
                answer = await self._ask_until_fit(reask_loop, state)
        except (asyncio.CancelledError, LeftForNextRun) as end:
            if isinstance(end, asyncio.CancelledError) and not self._shutdown.cancelled:
                raise
            answer = self._cancelled(entry, state)
        except ProviderDown as down:
            self._shutdown.now(down)
            answer = self._cancelled(entry, state)
        finally:
            gate.end(state)
        if isinstance(answer, ApiError) and RULES[answer.kind].action is Action.STOP:
            message = f"{self._config.name} refused: {answer.message}"
            self._shutdown.now(ProviderRefused(message, answer))
            answer = self._cancelled(entry, state)
        # A text in hand was paid for: it stands, whatever became of the request to better it.
        reask_result = reask_loop.result() if reask_loop else None
        if (
            isinstance(answer, ApiError)
            and answer.kind is Kind.CANCELLED
            and not state.was_paid_for
        ):
            return None
        return result_of(
            entry,
            answer,
            state,
            self._prices,
            now_s=self._now(),
            created_at=self._options.wall_clock(),
            reask_result=reask_result,
        )

    async def _ask_until_fit(
        self, reask_loop: "ReaskLoop", state: AttemptState
    ) -> Completion | ApiError:
        from copygen.engine.reask import Way

        def may_ask() -> bool:
            return self._now() < state.began_s + self._options.prompt_timeout_s

        def ask(prompt: Prompt) -> Awaitable[Completion | ApiError]:
            return self._send_with_retries(prompt, state)

        return await reask_loop.until_fit(Way(ask, may_ask, lambda: state.latency_s))

    async def _send_with_retries(
        self, prompt: Prompt, state: AttemptState
    ) -> Completion | ApiError:
        """Send until it is answered or given up."""
        # A prompt asked again for a better text has its attempts again.
        state.failures = state.ambiguous = state.waits = 0
        answer = await self._send_adapted(prompt, state)
        if isinstance(answer, Completion):
            return answer
        gate = self._admission.gate_of(prompt.model)

        async def pause(seconds: float) -> None:
            state.slot.release()
            await self._pause(gate, seconds)

        def time_left_s() -> float:
            return state.began_s + self._options.prompt_timeout_s - self._now()

        retrier = Retrier(self._options.retry, self._options.rng, state, time_left_s)
        return await retrier.again(answer, lambda: self._send_adapted(prompt, state), pause)

    async def _pause(self, gate: ModelGate, seconds: float) -> None:
        """Sleep that long, but no longer than there is patience with the model."""
        until_s = self._now() + seconds
        while (left_s := until_s - self._now()) > 0:
            await self._shutdown.pause(min(left_s, self._admission.patience_s(gate)))

    async def _send_adapted(self, prompt: Prompt, state: AttemptState) -> Completion | ApiError:
        key = self._provider.key
        answer = await self._send_once(prompt, state)
        if isinstance(answer, ApiError) and answer.kind is Kind.AUTH and answer.status == 401:
            if not await self._provider.renew_key(key):
                return answer
            answer = await self._send_once(prompt, state)
        for _ in range(MAX_ADAPTATIONS):
            if not isinstance(answer, ApiError) or answer.kind is not Kind.UNSUPPORTED_PARAMETER:
                break
            if not self._provider.adapt(answer, prompt):
                return _with_way_out(answer)
            answer = await self._send_once(prompt, state)
        return answer

    async def _send_once(self, prompt: Prompt, state: AttemptState) -> Completion | ApiError:
        request = self._provider.request(prompt)
        size_bytes = len(request.content)
        reservation = (
            self._cost_guard.reservation_for(prompt, size_bytes)
            if self._cost_guard.limited
            else None
        )
        if isinstance(reservation, ApiError):
            return reservation
        tokens = self._estimate_tokens(size_bytes, prompt)
        async with self._admission.enter(prompt.model, state, tokens, reservation) as permit:
            self._count_out(state, size_bytes)
            # Only now: a signature or a token may be too old after a long wait.
            unsigned = await self._provider.authorize(request, self._options.wall_clock())
            answer = permit.answer = unsigned or await self._exchange(request, prompt, permit.start)
        self._count_in(permit, answer, prompt, state)
        return answer

    async def _exchange(
        self, request: httpx.Request, prompt: Prompt, start: Start
    ) -> Completion | ApiError:
        try:
            with self._deadlines.one():
                reply = await self._exchange_http(request)
        except TimeoutError:
            return ApiError(
                Kind.TIMEOUT, f"no complete answer within {self._options.timeout_s:g} s"
            )
        except httpx.TransportError as error:
            return failure(error)
        if self._now() >= self._look_at:
            self._learn_limits(reply.headers, start)
        answer = self._provider.parse(
            reply.status, reply.headers, reply.body, self._options.wall_clock(), prompt
        )
        if isinstance(answer, ApiError) and answer.kind is Kind.WRONG_URL and self._has_texts:
            return _as_server_error(answer)
        return answer

    def _learn_limits(self, headers: Mapping[str, str], start: Start) -> None:
        """Have the pacer know what the provider says of its limits, not more often than needed."""
        now = self._now()
        limits = limits_from(headers, self._options.wall_clock())
        if limits == NOTHING_SAID:
            self._looks += 1
            # A refusal may come without them where an answer has them.
            self._look_at = now + (LOOK_AGAIN_S if self._looks > FIRST_LOOKS else 0.0)
            return
        self._look_at = now + LOOK_EVERY_S
        self._admission.pacer.update_from_headers(now, limits, start)

    def _estimate_tokens(self, size_bytes: int, prompt: Prompt) -> float:
        if not self._admission.pacer.paces_tokens:
            return 0.0
        return tokens_of_bytes(size_bytes) + float(most_output(prompt) or 0)

    def _count_out(self, state: AttemptState, sent_bytes: int) -> None:
        state.sent_bytes = sent_bytes
        state.attempts += 1
        state.on_the_wire = True
        self.meter.requests += 1
        self.meter.retries += state.repeats

    def _count_in(
        self,
        permit: Permit,
        answer: Completion | ApiError,
        prompt: Prompt,
        state: AttemptState,
    ) -> None:
        state.on_the_wire = False
        state.latency_s = permit.ended_at - permit.start.at
        state.repeats = False
        completion = answer.completion if isinstance(answer, ApiError) else answer
        if completion is not None:
            state.pay(completion, most_output(prompt))
        if isinstance(answer, Completion):
            self._has_texts = True
            return
        rule = RULES[answer.kind]
        if completion is None and may_be_billed(answer):
            self._count_possibly_billed(prompt, state)
        self.meter.rate_limited += answer.kind is Kind.RATE_LIMITED
        self.meter.timeouts += answer.kind is Kind.TIMEOUT
        state.repeats = rule.action is Action.RETRY
        # A probe is sent for all prompts of its model: its failure is not its own.
        excused = rule.action is Action.WAIT or permit.is_probe or state.was_overload
        state.count_failure(ambiguous=rule.ambiguous, excused=excused)
        self._options.on_failure(answer)
        if (answer.retry_after_s or 0) > self._options.retry.max_retry_after_s:
            raise ProviderDown(
                f"{self._config.name} asks to wait {answer.retry_after_s:,.0f} s "
                f"({answer.message}). What is done is kept: run the same command again then."
            )

    def _count_possibly_billed(self, prompt: Prompt, state: AttemptState) -> None:
        self.meter.possibly_billed += 1
        state.possibly_billed += 1
        self._cost_guard.count_possibly_billed(prompt, state.sent_bytes)

    def _cancelled(self, prompt: Prompt, state: AttemptState) -> ApiError:
        """What is said of a prompt that cost, or may have cost, and has no result yet."""
        if not state.on_the_wire:
            return ApiError(Kind.CANCELLED, "the run ended before it could be sent again")
        self._count_possibly_billed(prompt, state)
        return ApiError(Kind.CANCELLED, "cancelled in flight; it may have been billed")


def _as_server_error(error: ApiError) -> ApiError:
    """A web page, a redirect or a 404 from an address that answers: a gateway's bad moment.

    Whether it is this row's or everybody's, the breaker finds out.
    """
    message = error.message.removesuffix(CHECK_BASE_URL).rstrip()
    return replace(error, kind=Kind.SERVER, message=message)


def _with_way_out(error: ApiError) -> ApiError:
    """A refusal that nothing can be changed for, with what the user can do about it."""
    if error.parameter not in OUTPUT_CAPS:
        return error
    return replace(
        error,
        message=f"{error.message} The limit on output tokens is never left out of a request: set "
        "it in the prompt file by the name this model takes.",
    )


def result_of(
    prompt: Prompt,
    answer: Completion | ApiError,
    state: AttemptState,
    prices: PriceBook,
    *,
    now_s: float,
    created_at: datetime,
    reask_result: "ReaskResult | None" = None,
) -> Result:
    """The terminal record. `usage` and `cost_usd` cover every reply the prompt got.

    `reask_result` is what came of a text that was judged: it stands even if the last answer is an
    error, for that was the answer to a request to better it.
    """
    error = answer if isinstance(answer, ApiError) and reask_result is None else None
    completion = answer.completion if isinstance(answer, ApiError) else answer
    if reask_result is not None:
        completion = reask_result.completion
        state.latency_s = reask_result.latency_s
    cost_usd, cost_note = _bill(state, prices, prompt.model, created_at)
    return Result(
        id=prompt.id,
        key=prompt.key,
        status=reask_result.status if reask_result else _status(error),
        text=reask_result.review.text
        if reask_result
        else completion.text or None
        if completion
        else None,
        input=prompt.input,
        provider=prices.provider.name,
        model=prompt.model,
        finish_reason=completion.finish_reason if completion else None,
        usage=_total_usage(state.paid),
        cost_usd=cost_usd,
        cost_note=cost_note,
        latency_ms=_latency_ms(completion, state),
        total_ms=(now_s - state.began_s) * 1000,
        attempts=state.attempts,
        error=_error_of_result(error, reask_result),
        created_at=created_at,
        data=reask_result.review.data or None if reask_result else None,
        violations=reask_result.review.violations if reask_result else (),
        reasks=reask_result.reasks if reask_result else 0,
        reasoning=completion.reasoning if completion else None,
        notes=completion.notes if completion else (),
        answered_by=completion.model if completion else None,
    )


def _error_of_result(
    error: ApiError | None, reask_result: "ReaskResult | None"
) -> ErrorInfo | None:
    if reask_result is not None:
        return reask_result.error
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
POSSIBLY_BILLED = "an attempt that failed may have been billed as well"


def _bill(
    state: AttemptState, prices: PriceBook, model: str, at: datetime
) -> tuple[Decimal | None, str | None]:
    if not state.attempts:
        return Decimal(0), "nothing was sent"
    if not state.paid:
        return None, "no reply, so nothing to price"
    costs = [prices.cost(completion, model, at) for completion in state.paid]
    unknown = next((cost for cost in costs if cost.usd is None), None)
    if unknown is not None:
        return None, unknown.note
    notes = [cost.note for cost in costs if cost.note][:1]
    notes += [OVERRAN] * state.overran + [POSSIBLY_BILLED] * (state.possibly_billed > 0)
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
