"""Admission: a request slot, a start time, two breakers and the money, taken together.

    async with admission.enter(state, tokens, reservation) as permit:
        permit.answer = await exchange(...)

Each of the four goes stale while another is waited for, so all are taken in one loop, right before
sending, and whoever has to wait holds none of them. On leaving, the attempt is one event that goes
to everything that learns from it (`copygen.engine.control`).
"""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self, TypeVar

from copygen.config import BreakerSettings
from copygen.engine.budget import CostGuard, Reservation
from copygen.engine.control import Finished, Start
from copygen.engine.control.breaker import (
    BreakerState,
    Call,
    CircuitBreaker,
    RetryBudget,
    Transition,
    Verdict,
)
from copygen.engine.control.pacing import Pacer
from copygen.engine.gate import ModelGate, Waiter, down
from copygen.engine.retry import AttemptState, verdict_on
from copygen.engine.shutdown import Shutdown
from copygen.errors import ProviderDown
from copygen.models import ApiError, Completion, Kind

if TYPE_CHECKING:
    from copygen.engine.pipeline import Slots

TICK_S = 1.0
"""Between two looks at whether the loop goes on."""
STOPPED_S = 1.0
"""A loop that comes this much too late stood still: the process was stopped, or something held
it. Less is a busy machine."""

# What a verdict on a call says about the host alone, and about the model alone.
OF_HOST: Final = {
    Verdict.TIMEOUT: Verdict.NEUTRAL,
    Verdict.FAILURE: Verdict.SUCCESS,
    Verdict.OVERLOADED: Verdict.SUCCESS,
    Verdict.REFUSED: Verdict.SUCCESS,
}
OF_MODEL: Final = {Verdict.NO_CONNECTION: Verdict.NEUTRAL}
OF_ROW: Final = frozenset({Verdict.FAILURE, Verdict.TIMEOUT, Verdict.OVERLOADED})
"""Verdicts that may be the row's own fault."""

FEW_LEFT: Final = 20
"""So few prompts that were never tried do not make a run end as "provider down"."""
TAKEN_IN_A_ROW: Final = 16
"""Prompts for a model in trouble that are taken in a row; further ones lie twice as far apart
each, so that a few dozen faulty rows in a row are soon passed."""
FREE_OVERLOADS: Final = 10
"""Answers "full" per prompt that use up no attempt while others are answered."""
TOLD_OVERLOADS: Final = 2
"""Of those, the ones that slow pace and concurrency down: a faulty row's others are its own."""
LATELY_S: Final = 10.0
"""An answer not older than this, or than three usual ones take, shows that a model is well."""
JUST_NOW_S: Final = 1.0
"""An answer not older than this and two usual ones: the model is being full, not away."""
LATENCY_SMOOTHING: Final = 0.05
_FOR_MONEY: Final = -1.0
"""What `LocalAdmission._try_start` returns where only money is missing."""


@dataclass(slots=True, eq=False)
class Permit:
    """Permission to send one request; set `answer` to its outcome before leaving the block."""

    _admission: "LocalAdmission"
    state: AttemptState
    tokens: float
    """Reserved with the pacer; 0 when tokens are not paced."""
    reservation: Reservation | None
    """The money for it; None without a limit."""
    answer: Completion | ApiError | None = None
    start: Start = field(init=False)
    ended_at: float = field(init=False)
    model_call: Call = field(init=False)
    host_call: Call = field(init=False)

    def __aenter__(self) -> Awaitable[Self]:
        # No coroutine of its own: every request passes here.
        return self._admission.admit(self)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._admission.finish(self)


AnyPermit = TypeVar("AnyPermit", bound=Permit)


class RunClock:
    """Seconds that this process was there for: the event loop's time without what it missed.

    A process that was stopped (Ctrl-Z, a laptop's lid, a reader that held it up) must not count
    that time against a server. The loop's own clock goes on meanwhile; this one does not.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._missed_s = 0.0
        self._due_s = self._loop.time() + TICK_S
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds, monotonic."""
        return self._loop.time() - self._missed_s

    def start(self) -> None:
        """Watch the loop until `stop`."""
        # A clock that begins, or begins again, has missed nothing.
        if self._timer is None:
            self._due_s = self._loop.time() + TICK_S
        self.look()
        self._timer = self._loop.call_at(self._due_s, self.start)

    def stop(self) -> None:
        """Stop watching the loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def look(self) -> None:
        """Take out what the loop missed since the last look; whoever judges a deadline asks first,
        since after a stop every timer is due at once, in no useful order.
        """
        now = self._loop.time()
        late_s = now - self._due_s
        # Less is a busy machine, whose time is the server's, too: deadlines have to hold on it.
        if self._timer is not None and late_s > STOPPED_S:
            self._missed_s += late_s
        if late_s >= 0:
            self._due_s = now + TICK_S


class Admission(Protocol):
    """Decides when requests go out. `LocalAdmission` decides for one process; another may lease
    starts and money from somewhere that serves many.
    """

    def enter(self, state: AttemptState, tokens: float, reservation: Reservation | None) -> Permit:
        """A permit for one request, to be used in an `async with`.

        Entering waits as long as needed. It raises LeftForNextRun when the prompt is not to be sent
        in this run any more.
        """


class LocalAdmission:
    """Every request of a run passes here before it is sent, and again when it has ended."""

    def __init__(
        self,
        host: str,
        pacer: Pacer,
        slots: "Slots",
        retry_budget: RetryBudget,
        cost_guard: CostGuard,
        settings: BreakerSettings,
        rng: random.Random,
        shutdown: Shutdown,
        clock: RunClock,
        on_transition: Callable[[Transition], None],
    ) -> None:
        self.pacer = pacer
        self.concurrency = slots.concurrency
        self.slots = slots
        self.openings = 0
        self.in_flight = 0
        self.source_has_ended = False
        """Whether no prompt is left that is not under way."""
        self._host = CircuitBreaker(host, settings, rng)
        self._host_error: ApiError | None = None
        self._gates: dict[str, ModelGate] = {}
        self._retry_budget = retry_budget
        self._cost_guard = cost_guard
        self._settings = settings
        self._rng = rng
        self._shutdown = shutdown
        self._on_transition = on_transition
        self._now = clock.now
        self.queued = 0
        """Prompts in the queues of all models."""
        self._latency_s = 0.0
        """Of answers, lately, on average."""

    def enter(self, state: AttemptState, tokens: float, reservation: Reservation | None) -> Permit:
        """A permit for one request. See `Admission`."""
        return Permit(self, state, tokens, reservation)

    def gate_of(self, model: str) -> ModelGate:
        """The gate of a model."""
        gate = self._gates.get(model)
        if gate is None:
            name = f"{model} at {self._host.name}"
            gate = self._gates[model] = ModelGate(
                CircuitBreaker(name, self._settings, self._rng), self.slots
            )
        return gate

    async def admit(self, permit: AnyPermit) -> AnyPermit:
        """Wait until the request may go out; its slot, calls and money are then taken.

        While it waits it holds no slot and no money: prompts for a sick model must not keep those
        for a healthy one off the wire. Raises LeftForNextRun when it is not to be sent any more.
        """
        state, gate = permit.state, permit.state.gate
        # The budget is a share of prompts, so each earns once: earning by the request would let
        # retries pay for retries.
        if not state.attempts:
            self._retry_budget.earn()
        else:
            self._pay_for_retry(permit)
        # The slot first: with it in hand the other three are taken in one turn of the event loop,
        # so none of them goes stale.
        if not state.slot.at_hand:
            await state.slot.acquire(suspect=state.suspect)
        wait_s = 0.0
        # Who slipped in past a queue would take a start time to its end and waste it.
        if not gate.queue:
            if self._shutdown.called or gate.given_up is not None:
                self._shutdown.check()
                gate.check()
            now = self._now()
            wait_s = self.pacer.reserve(now, permit.tokens)
            if not wait_s:
                wait_s = self._try_start(permit, now)
                if not wait_s:
                    return permit
                wait_s = min(wait_s, 0.0)  # the start time was used up: the queue gives another
        # A slot that is held while something else is waited for is lost to healthy models: a dead
        # one of two once cost its neighbour 1 268 of 2 000 rows.
        state.slot.release()
        left_s: float | None = wait_s
        while left_s is not None:
            left_s = await self._wait_in_queue(permit, left_s)
        return permit

    def finish(self, permit: Permit) -> None:
        """The request has ended: one event for all who learn from it."""
        # Everything below runs in one turn of the event loop: no other attempt sees half of it.
        self.in_flight -= 1
        now = permit.ended_at = self._now()
        answer, state, gate = permit.answer, permit.state, permit.state.gate
        # Money before anything that wakes others: who is woken may need what this attempt gives
        # back.
        if permit.reservation is not None:
            self._cost_guard.settle(permit.reservation, answer, sent=True)
        state.was_overload = False
        # Read before it is set anew below: the breaker asks for the failure before this one.
        verdict, failed_before_at = Verdict.NEUTRAL, state.failed_at
        if isinstance(answer, Completion):
            latency_s = now - permit.start.at
            self._latency_s += LATENCY_SMOOTHING * (latency_s - self._latency_s)
            # A text that came too late is used, and still counts against its model: who waits for
            # the next one needs to know.
            slow_s = self._settings.slow_call_s
            verdict = Verdict.FAILURE if slow_s and latency_s > slow_s else Verdict.SUCCESS
        elif answer is not None:
            verdict = verdict_on(answer)
        if verdict is Verdict.SUCCESS and isinstance(answer, Completion):
            # What nearly every attempt comes to is said without an event: it is a tenth cheaper.
            # Also where tokens are not paced: their average is what a limit that a header tells
            # later is held against.
            if (usage := answer.usage) is not None:
                self.pacer.settle(permit.tokens, usage.input_tokens + usage.output_tokens)
            # A number that was given and is reached stays as it is.
            if not self.concurrency.is_final:
                rate_per_s = self.pacer.rate_per_s if self.concurrency.adaptive else None
                self.concurrency.answered(now, permit.start.at, rate_per_s)
        else:
            self._learn_from_failure(permit, verdict, now)
        # Only who waits in a queue awaits it, and nearly always nobody does.
        awaited = self.queued > 0 and (
            self._host.is_suspicious
            or gate.breaker.is_suspicious
            or permit.model_call.is_probe
            or permit.host_call.is_probe
        )
        # Looked up only for what is no success: hashing enums is a call of Python each.
        of_host = of_model = verdict
        if verdict is not Verdict.SUCCESS:
            of_host = OF_HOST.get(verdict, verdict)
            of_model = OF_MODEL.get(verdict, verdict)
        host_change = self._host.record(permit.host_call, of_host, now)
        model_change = gate.breaker.record(permit.model_call, of_model, now, failed_before_at)
        if host_change is not None:
            self._report(host_change)
            awaited = True
        if model_change is not None:
            self._report(model_change)
            awaited = True
            if model_change.after is BreakerState.CLOSED:
                # Another prompt showed that the model is well while these were waiting, so what it
                # was in trouble with may be one of them: they go after the others.
                for waiter in gate.queue:
                    gate.suspect(waiter.state)
        if awaited:
            # All of them, for the host's breaker keeps the heads of every model asleep.
            for each in self._gates.values():
                each.wake_head()
        # Refusals trip no breaker, so nobody else would notice that there is nothing but refusals.
        if verdict is Verdict.REFUSED and self._is_past_patience(gate.breaker, now):
            self._give_up(gate, now)

    def trip(self, gate: ModelGate, reason: str) -> None:
        """Open the breaker of a model for a reason found elsewhere."""
        if transition := gate.breaker.trip(reason, self._now()):
            self._report(transition)
            gate.wake_head()

    def patience_s(self, gate: ModelGate) -> float:
        """How much longer to wait for a model that does not answer. Raises LeftForNextRun when it
        was given up.
        """
        gate.check()
        return self._patience_of_s(gate)

    def passes_over(self, model: str) -> bool:
        """Whether the next prompt for that model is better taken later."""
        gate = self._gates.get(model)
        return (
            gate is not None
            and bool(gate.queue)
            # While the host is down all models wait alike, and to read on would only fill memory.
            and self._host.state is BreakerState.CLOSED
            and gate.passes_over(max(TAKEN_IN_A_ROW, self.concurrency.limit))
        )

    def suspects_under_way(self) -> int:
        """Suspects under way: few of them have a slot."""
        return sum(gate.suspects for gate in self._gates.values())

    def sickest(self) -> tuple[BreakerState, float]:
        """The state of the sickest breaker and the seconds until its next probe."""
        now = self._now()
        breakers = [self._host, *(gate.breaker for gate in self._gates.values())]
        order = (BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN)
        sickest = max(breakers, key=lambda breaker: order.index(breaker.state))
        return sickest.state, sickest.wait_s(now)

    def held_s(self) -> float:
        """Seconds for which the provider has asked to be sent nothing."""
        return self.pacer.held_s(self._now())

    def given_up(self) -> ProviderDown | None:
        """Why the prompts of some model were left, if any were."""
        return next((gate.given_up for gate in self._gates.values() if gate.given_up), None)

    async def _wait_in_queue(self, permit: Permit, wait_s: float) -> float | None:
        """Wait in the queue of the model, and in that for money if need be. None once everything is
        taken, else the seconds until the start time with which to stand in the queue again.

        The head takes a start time, sleeps until it has come, and takes the rest then.
        """
        state, gate = permit.state, permit.state.gate
        waiter = Waiter(state)
        # Joined before the first await: whoever comes next must see the queue and not pass it.
        gate.join(waiter)
        self.queued += 1
        try:
            while wait_s >= 0:
                # Only the head takes a start time. Were each to take one, those behind a row that
                # waits would let theirs pass unused, and the pace would fall below what was
                # allowed.
                while not gate.is_head(waiter):
                    await self._shutdown.pause(math.inf, waiter.wakeup)
                    gate.check()
                await self._shutdown.pause(wait_s or self.pacer.reserve(self._now(), permit.tokens))
                # The start time may pass while a slot is waited for; it is kept, for the pace it
                # belongs to is an average.
                await state.slot.acquire(suspect=state.suspect)
                self._shutdown.check()
                gate.check()
                now = self._now()
                # A refusal may have forbidden every start since the pacer was asked.
                wait_s = self.pacer.held_s(now) or self._try_start(permit, now)
                if not wait_s:
                    return None
                state.slot.release()
                # Woken early by an answer in flight, or at the latest when patience with the model
                # ends.
                if wait_s > 0:
                    await self._shutdown.pause(
                        min(wait_s, self._patience_of_s(gate)), waiter.wakeup
                    )
                    gate.check()
                    # Who goes first may be another by now: one that has never failed may have come.
                    wait_s = 0.0
                    gate.choose_head()
        # Left on every way out, a cancelled one, too: a head that is gone would stop its whole
        # queue.
        finally:
            self.queued -= 1
            gate.leave(waiter)
        # Outside the queue: its head would hold up the whole model, and money has a queue of its
        # own.
        return await self._wait_for_money(permit)

    async def _wait_for_money(self, permit: Permit) -> float | None:
        """Wait until it could pay, and go if everything else is there at that moment; else the
        money is given back. Returns what `_wait_in_queue` does.
        """
        reservation, slot = permit.reservation, permit.state.slot
        assert reservation is not None
        # Without slot and start time: what others need while this one waits for them to settle.
        await self._cost_guard.wait_for_room(reservation)
        wait_s = 0.0
        if slot.take_now():
            # Past the queue: it has stood in one already.
            wait_s = self.pacer.reserve(self._now(), permit.tokens)
            if not wait_s and not self._try_start(permit, self._now(), has_reservation=True):
                return None
            slot.release()
        # Given back, since money that is held while the breaker or the pace is waited for is kept
        # from everybody else.
        self._cost_guard.settle(reservation, None, sent=False)
        return wait_s

    def _try_start(self, permit: Permit, now: float, *, has_reservation: bool = False) -> float:
        """Everything at once, or nothing and the seconds to wait; below 0: for money."""
        # From the widest to the narrowest, and each is told again when a later one says no: a probe
        # that is not sent must leave its place to another.
        host = self._host.admit(now)
        if not isinstance(host, Call):
            return host
        model = permit.state.gate.breaker.admit(now)
        if not isinstance(model, Call):
            self._host.record(host, Verdict.NEUTRAL, now)
            return model
        # Money last: whoever waits for anything else must not keep it from others.
        if (
            permit.reservation is not None
            and not has_reservation
            and not self._cost_guard.try_reserve(permit.reservation)
        ):
            self._host.record(host, Verdict.NEUTRAL, now)
            permit.state.gate.breaker.record(model, Verdict.NEUTRAL, now)
            return _FOR_MONEY
        permit.host_call, permit.model_call = host, model
        permit.start = self.pacer.started(now)
        self.in_flight += 1
        # A number that was given is not measured by, so nobody needs to count.
        if self.concurrency.adaptive:
            self.concurrency.sent(now, self.in_flight)
        return 0.0

    def _pay_for_retry(self, permit: Permit) -> None:
        state = permit.state
        # "Full" beside answers is a matter of pace: paying for it would trip the breaker of a
        # server that is merely busy.
        if state.repeats and not state.was_overload and not self._retry_budget.spend():
            self.trip(permit.state.gate, "too many requests had to be repeated")

    def _is_well(self, gate: ModelGate, now: float) -> bool:
        """Whether the model answers others at this time, as far as can be known."""
        lately_s = max(LATELY_S, 3 * self._latency_s)
        # In doubt it is: while others are on their way nothing is known yet.
        return gate.breaker.answered_within_s(now) <= lately_s or self.in_flight > 0

    def _learn_from_failure(self, permit: Permit, verdict: Verdict, now: float) -> None:
        """Tell pace and concurrency of an attempt that did not go as usual, and whose fault it may
        be.
        """
        answer, state, gate = permit.answer, permit.state, permit.state.gate
        if verdict is Verdict.OVERLOADED and self._is_well(gate, now):
            state.overloads += 1
            state.was_overload = state.overloads <= FREE_OVERLOADS
        # Before `failed_at` is set: a first timeout counts for concurrency, a row's second does
        # not.
        self._update_pace_and_concurrency(permit, verdict, now)
        if verdict in OF_ROW:
            gate.suspect(state)
            state.failed_at = now
        if isinstance(answer, ApiError) and verdict is not Verdict.SUCCESS:
            self._remember_error(gate, answer)

    def _update_pace_and_concurrency(self, permit: Permit, verdict: Verdict, now: float) -> None:
        answer, state = permit.answer, permit.state
        completion = answer.completion if isinstance(answer, ApiError) else answer
        usage = completion.usage if completion is not None else None
        refused = verdict is Verdict.REFUSED
        if state.was_overload and state.overloads <= TOLD_OVERLOADS:
            # In an outage, too, calls are on their way for a while: those are no answers.
            breaker = permit.state.gate.breaker
            just_now_s = JUST_NOW_S + 2 * self._latency_s
            refused = not breaker.has_answered or breaker.answered_within_s(now) <= just_now_s
        event = Finished(
            permit.start,
            now,
            in_flight=self.in_flight,
            answered=answer is not None and not isinstance(answer, ApiError),
            refused=refused,
            # A row that times out again is slow itself.
            timed_out=verdict is Verdict.TIMEOUT and state.failed_at is None,
            retry_after_s=answer.retry_after_s if isinstance(answer, ApiError) else None,
            reserved_tokens=permit.tokens,
            used_tokens=None if usage is None else usage.input_tokens + usage.output_tokens,
        )
        self.pacer.finished(event)
        self.concurrency.finished(event, self.pacer.rate_per_s)

    def _patience_of_s(self, gate: ModelGate) -> float:
        """How much longer to wait for it. Raises LeftForNextRun when that is over."""
        now = self._now()
        give_up_s = self._settings.give_up_after_s
        host_left_s = give_up_s - self._host.down_for_s(now)
        # The host before the model: with it every model is down, and one message is enough.
        if host_left_s <= 0:
            self._shutdown.now(down(self._host.name, self._host.down_for_s(now), self._host_error))
            self._shutdown.check()
        breaker = gate.breaker
        # No patience with a model that the rows decide on: they end by their own attempts.
        if breaker.is_left_to_rows:
            return host_left_s
        down_s = breaker.down_for_s(now)
        # Ten faulty rows at the end of a table once ended a run with code 5 as "provider down".
        if down_s and self._is_for_rows_to_tell(gate):
            # Few that were never tried are waited for with more patience than none.
            tail_s = give_up_s
            if not gate.unsuspected:
                # One longest cool-down: a real outage has had its probe by then.
                tail_s = min(self._settings.cooldown_cap_s, give_up_s / 2)
            if down_s < tail_s:
                return min(host_left_s, tail_s - down_s)
            if transition := breaker.leave_to_rows(now):
                self._report(transition)
            return host_left_s
        if down_s >= give_up_s:
            # What it asked to wait is waited for; the next answer then decides.
            if held_s := self.pacer.held_s(now):
                return held_s
            self._give_up(gate, now)
            gate.check()
        return min(host_left_s, give_up_s - down_s)

    def _is_for_rows_to_tell(self, gate: ModelGate) -> bool:
        """Whether nothing is left for a model that has answered but suspects and a few others."""
        refused = gate.last_error is not None and gate.last_error.kind is Kind.RATE_LIMITED
        # Not before the source has ended: a row still to be read may be the one that tells.
        few_left = self.source_has_ended and gate.unsuspected <= FEW_LEFT
        return few_left and gate.breaker.has_answered and not refused

    def _is_past_patience(self, breaker: CircuitBreaker, now: float) -> bool:
        return breaker.down_for_s(now) >= self._settings.give_up_after_s

    def _give_up(self, gate: ModelGate, now: float) -> None:
        """Leave the prompts of this model for the next run; those of others go on."""
        if gate.given_up is None:
            breaker = gate.breaker
            gate.given_up = down(breaker.name, breaker.down_for_s(now), gate.last_error)
            # All at once, and each leaves its queue by raising: no row of a dead model is kept in
            # memory.
            for waiter in gate.queue:
                waiter.wakeup.set()

    def _remember_error(self, gate: ModelGate, error: ApiError) -> None:
        if error.kind is Kind.CONNECTION:
            self._host_error = error
        else:
            gate.last_error = error

    def _report(self, transition: Transition) -> None:
        self.openings += transition.after is BreakerState.OPEN
        if transition.after is BreakerState.CLOSED:
            # It was emptied by the outage that is over now; who comes after must not pay for that.
            self._retry_budget.refill()
        self._on_transition(transition)
