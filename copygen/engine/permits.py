"""Leave to send: the pacer and the breakers, taken together.

A request needs a start time from the pacer and a permit from two breakers: one for the host
(connections) and one for the model on it (everything else). Either goes stale while the other
is waited for, so all are taken in one loop, right before sending.

Who has to wait stands in the line of its model. Only the head of a line sleeps; everybody
behind it waits for its turn. So prompts go in order, and an opening wakes one, not a thousand.
"""

import asyncio
import random
from collections.abc import Callable
from typing import NamedTuple

from copygen.config import BreakerSettings
from copygen.engine.breaker import CircuitBreaker, Permit, State, Transition, Verdict
from copygen.engine.halt import Alarm, Halt
from copygen.engine.pacer import Pacer, Start
from copygen.engine.slots import Slot
from copygen.errors import ProviderDown

# What a verdict on a call says about the host alone, and about the model alone.
OF_HOST = {Verdict.TIMEOUT: Verdict.NEUTRAL, Verdict.FAILURE: Verdict.SUCCESS}
OF_MODEL = {Verdict.NO_CONNECTION: Verdict.NEUTRAL}


class Lane:
    """The breaker of one model, and the line of those who wait for it."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self.breaker = breaker
        self.line = asyncio.Lock()
        self.waiting = 0
        """Prompts in the line, its head included."""
        self.alarm = Alarm()


class Leave(NamedTuple):
    """Leave to send one request: hand it back with `Permits.record`."""

    lane: Lane
    host: Permit
    model: Permit
    start: Start
    tokens: float
    """Tokens reserved with the pacer; 0 when tokens are not paced."""


class Permits:
    """Every request of a run passes here before it is sent, and again when it has ended."""

    def __init__(
        self,
        host: str,
        pacer: Pacer,
        settings: BreakerSettings,
        rng: random.Random,
        halt: Halt,
        on_transition: Callable[[Transition], None],
    ) -> None:
        self.pacer = pacer
        self.openings = 0
        self._settings = settings
        self._rng = rng
        self._halt = halt
        self._on_transition = on_transition
        self._host = CircuitBreaker(host, settings, rng)
        self._lanes: dict[str, Lane] = {}
        self._now = asyncio.get_running_loop().time

    async def obtain(self, model: str, tokens: float, slot: Slot) -> Leave:
        """Leave to send now; on return the caller holds its slot.

        While it waits it holds none: prompts for a sick model must not keep those for a
        healthy one off the wire. Raises ProviderDown past `give_up_after_s`, Halted when the
        run is ending.
        """
        await slot.acquire()
        lane = self._lanes.get(model) or self._open_lane(model)
        wait_s = 0.0
        # Not `line.locked()`: between a head's leaving and the next one's waking it is not, and
        # who slipped in then would take a start time to the end of the line and waste it.
        if not lane.waiting:
            self._halt.check()
            wait_s = self.pacer.reserve(self._now(), tokens)
            taken = wait_s or self._take(lane, tokens)
            if isinstance(taken, Leave):
                return taken
        slot.release()
        lane.waiting += 1
        try:
            async with lane.line:
                return await self._at_head_of_line(lane, tokens, slot, wait_s)
        finally:
            lane.waiting -= 1

    def record(self, leave: Leave, verdict: Verdict) -> None:
        """Give leave back with what the call showed."""
        now = self._now()
        awaited = self._host.is_suspicious or leave.lane.breaker.is_suspicious
        of_host = of_model = verdict
        if verdict is not Verdict.SUCCESS:
            of_host = OF_HOST.get(verdict, verdict)
            of_model = OF_MODEL.get(verdict, verdict)
        host_change = self._host.record(leave.host, of_host, now)
        model_change = leave.lane.breaker.record(leave.model, of_model, now)
        for transition in (host_change, model_change):
            if transition is not None:
                self._tell(transition)
                awaited = True
        if awaited or leave.host.is_probe or leave.model.is_probe:
            for lane in self._lanes.values():
                lane.alarm.ring()

    def trip(self, model: str, reason: str) -> None:
        """Open the breaker of a model for a reason found elsewhere."""
        lane = self._lanes[model]
        if transition := lane.breaker.trip(reason, self._now()):
            self._tell(transition)
            lane.alarm.ring()

    def patience_s(self, model: str) -> float:
        """How much longer to wait for a model that does not answer. Raises ProviderDown."""
        return self._patience_of_s(self._lanes[model])

    def is_crowded(self, model: str, enough: int) -> bool:
        """Whether the model is not served now and `enough` prompts wait for it already."""
        lane = self._lanes.get(model)
        return (
            lane is not None
            and lane.waiting >= enough
            and (lane.breaker.state is not State.CLOSED or lane.breaker.is_suspicious)
            and self._host.state is State.CLOSED
        )

    def worst(self) -> tuple[State, float]:
        """The state of the sickest breaker and the seconds until its next probe."""
        now = self._now()
        breakers = [self._host, *(lane.breaker for lane in self._lanes.values())]
        order = (State.CLOSED, State.HALF_OPEN, State.OPEN)
        sickest = max(breakers, key=lambda breaker: order.index(breaker.state))
        return sickest.state, sickest.wait_s(now)

    async def _at_head_of_line(self, lane: Lane, tokens: float, slot: Slot, wait_s: float) -> Leave:
        if not wait_s:
            wait_s = self.pacer.reserve(self._now(), tokens)
        while True:
            await self._halt.pause(wait_s)
            await slot.acquire()
            self._halt.check()
            taken = self._take(lane, tokens)
            if isinstance(taken, Leave):
                return taken
            slot.release()
            await self._halt.pause(min(taken, self._patience_of_s(lane)), lane.alarm)
            wait_s = self.pacer.reserve(self._now(), tokens)

    def _take(self, lane: Lane, tokens: float) -> Leave | float:
        """Permits from both breakers, or from neither and the seconds to wait."""
        now = self._now()
        if held_s := self.pacer.held_s(now):
            return held_s
        host = self._host.admit(now)
        if not isinstance(host, Permit):
            return host
        model = lane.breaker.admit(now)
        if not isinstance(model, Permit):
            self._host.record(host, Verdict.NEUTRAL, now)
            return model
        return Leave(lane, host, model, self.pacer.started(now), tokens)

    def _patience_of_s(self, lane: Lane) -> float:
        now = self._now()
        down_s = max(self._host.down_for_s(now), lane.breaker.down_for_s(now))
        left_s = self._settings.give_up_after_s - down_s
        if left_s <= 0:
            raise ProviderDown(
                f"{self._host.name} has not answered for {down_s:.0f} s, so the run ends here. "
                "What is done is kept: run the same command again later to go on."
            )
        return left_s

    def _tell(self, transition: Transition) -> None:
        self.openings += transition.after is State.OPEN
        self._on_transition(transition)

    def _open_lane(self, model: str) -> Lane:
        name = f"{model} at {self._host.name}"
        lane = Lane(CircuitBreaker(name, self._settings, self._rng))
        self._lanes[model] = lane
        return lane
