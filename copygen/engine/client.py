"""One prompt to its result, in four steps: complete it, send with retries, send once, exchange.

With rules for its text, `ReaskLoop` stands between the first two. When to send is for `admission`
to say, what a failure leads to for `retry`, what a reply means for the provider.
"""

import asyncio
import math
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

import httpx

from copygen.config import ProviderConfig, RetrySettings
from copygen.engine.admission import LocalAdmission, Permit, RunClock
from copygen.engine.budget import CostGuard
from copygen.engine.control import Start
from copygen.engine.pipeline import Slot
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
from copygen.providers.pricing import PriceBook, most_output
from copygen.providers.ratelimits import RateLimits, limits_from
from copygen.providers.redact import Secret
from copygen.providers.reply import CHECK_BASE_URL
from copygen.providers.wire import Provider
from copygen.transport.errors import failure
from copygen.transport.http import exchange_over

if TYPE_CHECKING:  # a run without rules does without the checks
    from copygen.engine.reask import ReaskLoop, ReaskResult
    from copygen.quality.revision import Revision

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
    """Deadlines, retry settings and callbacks of a client."""

    retry: RetrySettings
    timeout_s: float
    """Deadline of one attempt."""
    prompt_timeout_s: float
    """No retry of a prompt begins later than this after its start."""
    on_failure: Callable[[ApiError], None]
    """Called with every failed attempt, retried or not."""
    rng: random.Random
    wall_clock: Callable[[], datetime]
    """The time of day, UTC; all else runs on the run's clock."""
    reask_loop: "Callable[[Prompt, Revision | None], ReaskLoop] | None" = None
    """Holds the texts of one prompt against the rules; None: every text is taken as it is."""
    revision_of: "Callable[[Prompt], Revision | None] | None" = None
    """What a reviewer said of the earlier text of a prompt; None: nobody has reviewed any."""


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
        gate = self._admission.gate_of(entry.model)
        state = AttemptState(self._now(), slot, gate)
        revision = self._options.revision_of(entry) if self._options.revision_of else None
        reask_loop = self._options.reask_loop(entry, revision) if self._options.reask_loop else None
        # Counted by its gate from here to the end, re-asks and waits included: whether only
        # suspects are left decides how a model is given up.
        gate.under_way += 1
        try:
            if reask_loop is None:
                sent = entry if revision is None else revision.added_to(entry)
                answer = await self._send_with_retries(sent, state)
            else:
                answer = await reask_loop.run(self._send_with_retries, self._time_left_s, state)
        except (asyncio.CancelledError, LeftForNextRun) as end:
            if isinstance(end, asyncio.CancelledError) and not self._shutdown.cancelled:
                raise
            answer = self._cancelled(entry, state)
        # Caught here and not in the pipeline: what this prompt has cost by now must still be
        # recorded.
        except ProviderDown as down:
            self._shutdown.now(down)
            answer = self._cancelled(entry, state)
        finally:
            gate.under_way -= 1
            gate.suspects -= state.suspect
        if isinstance(answer, ApiError) and RULES[answer.kind].action is Action.STOP:
            # A lone 401 or 403 ends the run: no later prompt can do better, and each would be
            # refused alike.
            message = f"{self._config.name} refused: {answer.message}"
            self._shutdown.now(ProviderRefused(message, answer))
            answer = self._cancelled(entry, state)
        # A text in hand was paid for: it stands, whatever became of the request to better it.
        reask_result = reask_loop.result() if reask_loop else None
        cancelled = isinstance(answer, ApiError) and answer.kind is Kind.CANCELLED
        # Nothing was sent that may cost: as if it had never been begun, so the next run takes it.
        if cancelled and not state.was_paid_for:
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

    async def _send_with_retries(
        self, prompt: Prompt, state: AttemptState
    ) -> Completion | ApiError:
        """Send until it is answered or given up."""
        # A prompt asked again for a better text has its attempts again.
        state.failures = state.ambiguous = state.waits = 0
        # Read before sending: another prompt may have renewed it by the time the refusal is here.
        key = self._provider.key
        answer = await self._send_once(prompt, state)
        if isinstance(answer, Completion):
            return answer

        async def attempt() -> Completion | ApiError:
            key = self._provider.key
            return await self._adapted(await self._send_once(prompt, state), key, prompt, state)

        async def pause(seconds: float) -> None:
            # Never longer than there is patience with the model: it may be given up meanwhile.
            state.slot.release()
            until_s = self._now() + seconds
            while (left_s := until_s - self._now()) > 0:
                await self._shutdown.pause(min(left_s, self._admission.patience_s(state.gate)))

        answer = await self._adapted(answer, key, prompt, state)
        if isinstance(answer, Completion):
            return answer
        time_left_s = partial(self._time_left_s, state)
        retrier = Retrier(self._options.retry, self._options.rng, state, time_left_s)
        return await retrier.again(answer, attempt, pause)

    async def _adapted(
        self,
        answer: Completion | ApiError,
        key: Secret | None,
        prompt: Prompt,
        state: AttemptState,
    ) -> Completion | ApiError:
        """Send again with another key, or by the parameters that the model takes.

        `answer` is what a request that carried `key` came to; returned as it is where neither
        helps.
        """
        if isinstance(answer, ApiError) and answer.kind is Kind.AUTH and answer.status == 401:
            # Once per attempt: a new key that is refused as well is no expired one.
            if not await self._provider.renew_key(key):
                return answer
            answer = await self._send_once(prompt, state)
        # One refusal names one parameter, so a model that takes none of three needs three; more
        # would be a server that refuses whatever it gets.
        for _ in range(MAX_ADAPTATIONS):
            if not isinstance(answer, ApiError) or answer.kind is not Kind.UNSUPPORTED_PARAMETER:
                break
            if not self._provider.adapt(answer, prompt):
                return self._provider.advised(answer)
            answer = await self._send_once(prompt, state)
        return answer

    async def _send_once(self, prompt: Prompt, state: AttemptState) -> Completion | ApiError:
        """Send one request when it may go out, and count what it came to."""
        # Made anew for each attempt: what was learned of the model's parameters meanwhile is in it.
        request = self._provider.request(prompt)
        size_bytes = len(request.content)
        guard = self._cost_guard
        reservation = guard.reservation_for(prompt, size_bytes) if guard.limited else None
        if isinstance(reservation, ApiError):
            return reservation
        cap, tokens = most_output(prompt), 0.0
        if self._admission.pacer.paces_tokens:
            tokens = tokens_of_bytes(size_bytes) + float(cap or 0)
        async with self._admission.enter(state, tokens, reservation) as permit:
            state.sent_bytes = size_bytes
            state.attempts += 1
            state.on_the_wire = True
            self.meter.requests += 1
            self.meter.retries += state.repeats
            # Only now: a signature or a token may be too old after a long wait.
            unsigned = await self._provider.authorize(request, self._options.wall_clock())
            answer = permit.answer = unsigned or await self._exchange(request, prompt, permit.start)
        # After the permit is back. An attempt that is cancelled does not come here and stays "on
        # the wire": it may be billed.
        state.on_the_wire = state.repeats = False
        state.latency_s = permit.ended_at - permit.start.at
        completion = answer.completion if isinstance(answer, ApiError) else answer
        # Also of an error: a text that was cut off or filtered is charged for.
        if completion is not None:
            state.paid.append(completion)
            usage = completion.usage
            if cap is not None and usage is not None and usage.output_tokens > cap:
                state.overran = True
        if isinstance(answer, ApiError):
            self._count_failure(answer, permit, prompt)
        else:
            self._has_texts = True
        return answer

    async def _exchange(
        self, request: httpx.Request, prompt: Prompt, start: Start
    ) -> Completion | ApiError:
        """Send a request that may go out now, and read its reply before the deadline."""
        try:
            with Deadline(self._deadlines):
                reply = await self._exchange_http(request)
        except TimeoutError:
            timeout_s = self._options.timeout_s
            return ApiError(Kind.TIMEOUT, f"no complete answer within {timeout_s:g} s")
        except httpx.TransportError as error:
            return failure(error)
        # Limits change by the minute: looking at fifteen headers of each reply would be a waste.
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

    def _count_failure(self, error: ApiError, permit: Permit, prompt: Prompt) -> None:
        """Count a failed attempt. Raises ProviderDown when the provider asks to come back only
        after longer than a run waits.
        """
        state, rule = permit.state, RULES[error.kind]
        # A failure that says what it used is charged for that, and no doubt is left.
        if error.completion is None and may_be_billed(error):
            self._count_possibly_billed(prompt, state)
        self.meter.rate_limited += error.kind is Kind.RATE_LIMITED
        self.meter.timeouts += error.kind is Kind.TIMEOUT
        state.repeats = rule.action is Action.RETRY
        # A probe is sent for all prompts of its model: its failure is not its own.
        is_probe = permit.model_call.is_probe or permit.host_call.is_probe
        excused = rule.action is Action.WAIT or is_probe or state.was_overload
        state.count_failure(ambiguous=rule.ambiguous, excused=excused)
        self._options.on_failure(error)
        # Counted first: the summary of a run that ends here must know of this request, too.
        if (error.retry_after_s or 0) > self._options.retry.max_retry_after_s:
            raise ProviderDown(
                f"{self._config.name} asks to wait {error.retry_after_s:,.0f} s "
                f"({error.message}). What is done is kept: run the same command again then."
            )

    def _time_left_s(self, state: AttemptState) -> float:
        """Seconds in which another request of a prompt may begin."""
        return state.began_s + self._options.prompt_timeout_s - self._now()

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
    latency_s, status = state.latency_s, Status.OK
    info = ErrorInfo(error.kind, error.message, error.status) if error else None
    if reask_result is not None:
        completion, latency_s = reask_result.completion, reask_result.latency_s
        status, info = reask_result.status, reask_result.error
    elif error is not None:
        status = _status(error)
    text = completion.text or None if completion else None
    cost_usd, cost_note = _bill(state, prices, prompt.model, created_at)
    usages = [paid.usage for paid in state.paid if paid.usage]
    latency_ms = None if completion is None or latency_s is None else latency_s * 1000
    return Result(
        id=prompt.id,
        key=prompt.key,
        status=status,
        text=reask_result.review.text if reask_result else text,
        input=prompt.input if prompt.recorded is None else prompt.recorded,
        provider=prices.provider.name,
        model=prompt.model,
        finish_reason=completion.finish_reason if completion else None,
        usage=_total_usage(usages) if len(usages) > 1 else usages[0] if usages else None,
        cost_usd=cost_usd,
        cost_note=cost_note,
        latency_ms=latency_ms,
        total_ms=(now_s - state.began_s) * 1000,
        attempts=state.attempts,
        error=info,
        created_at=created_at,
        data=reask_result.review.data or None if reask_result else None,
        violations=reask_result.review.violations if reask_result else (),
        reasks=reask_result.reasks if reask_result else 0,
        reasoning=completion.reasoning if completion else None,
        notes=completion.notes if completion else (),
        answered_by=completion.model if completion else None,
        line=prompt.source.line,
        row=prompt.row,
    )


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
        line=fault.source.line,
        row=fault.row,
    )


def _status(error: ApiError) -> Status:
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
    # The first is enough: replies to one prompt are noted for the same reason.
    notes = [cost.note for cost in costs if cost.note][:1]
    notes += [OVERRAN] * state.overran + [POSSIBLY_BILLED] * (state.possibly_billed > 0)
    total_usd = sum((cost.usd for cost in costs if cost.usd is not None), Decimal(0))
    return total_usd, "; ".join(notes) or None


def _total_usage(usages: list[Usage]) -> Usage:
    return Usage(
        sum(usage.input_tokens for usage in usages),
        sum(usage.output_tokens for usage in usages),
        sum(usage.cached_tokens for usage in usages),
        sum(usage.cache_write_tokens for usage in usages),
        sum(usage.reasoning_tokens for usage in usages),
    )


# One timer serves all deadlines: `asyncio.timeout` sets one for each, which costs a prompt a tenth
# of all its CPU. Since those that began first are due first, one for the oldest is enough.

LATE_S = 0.01
"""A timer that comes later than this was held up: what arrived meanwhile is read first."""
GRACE_S = 0.05
"""For that reading. libuv runs timers before it looks at sockets, asyncio after."""


class Deadlines:
    """Deadlines `limit_s` seconds after each beginning, by a clock that stops while this process
    is stopped: its own lateness is not the server's.
    """

    def __init__(self, limit_s: float, clock: RunClock) -> None:
        self.limit_s = limit_s
        self.clock = clock
        self.loop = asyncio.get_running_loop()
        self.running: dict[Deadline, None] = {}
        """In order of beginning."""
        self.timer: asyncio.TimerHandle | None = None

    def judge(self, due_s: float) -> None:
        """End what is past its time. `due_s` is when the loop was to call this: a timer that was
        held up itself first lets arrived replies be read.
        """
        self.clock.look()
        if self.loop.time() > due_s + LATE_S:
            # uvloop runs timers that are due before it looks at sockets, so a reply that lies there
            # would be judged as late. Once only: `inf` is never late again.
            self.timer = self.loop.call_later(GRACE_S, self.judge, math.inf)
            return
        self.timer = None
        now = self.clock.now()
        for deadline in self.running:
            # Cancelled, but its task has not run yet: it leaves the dictionary by itself.
            if deadline.expired:
                continue
            # In order of beginning, and all take equally long: after the first that is not due none
            # is.
            if deadline.due_s > now:
                left_s = deadline.due_s - now
                self.timer = self.loop.call_later(left_s, self.judge, self.loop.time() + left_s)
                return
            deadline.expire()


@dataclass(slots=True, eq=False)
class Deadline:
    """A deadline for the body of a `with` statement in the current task.

    When it passes the body is cancelled, and the statement raises TimeoutError: just as
    `asyncio.timeout` would.
    """

    _deadlines: Deadlines
    due_s: float = 0.0
    expired: bool = False
    _task: "asyncio.Task[object]" = field(init=False)
    _cancelling: int = 0

    def expire(self) -> None:
        """Cancel the body."""
        self.expired = True
        self._task.cancel()

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None
        self._task = task
        # A cancellation that was there before is its own affair, and no deadline's.
        self._cancelling = task.cancelling()
        deadlines = self._deadlines
        self.due_s = deadlines.clock.now() + deadlines.limit_s
        deadlines.running[self] = None
        if deadlines.timer is None:
            loop, limit_s = deadlines.loop, deadlines.limit_s
            deadlines.timer = loop.call_later(limit_s, deadlines.judge, loop.time() + limit_s)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        deadlines = self._deadlines
        del deadlines.running[self]
        # With nothing in flight a timer would wake an idle process, or keep a loop in tests going.
        if not deadlines.running and deadlines.timer is not None:
            deadlines.timer.cancel()
            deadlines.timer = None
        # Somebody else cancelled the task at the same moment: that wins, or Ctrl-C would be taken
        # for a timeout and be sent again.
        if not self.expired or self._task.uncancel() > self._cancelling:
            return
        if kind is not None and issubclass(kind, asyncio.CancelledError):
            raise TimeoutError from error
