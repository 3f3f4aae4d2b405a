import asyncio
import random

import pytest

from copygen.config import BreakerSettings, Settings
from copygen.engine.admission import LocalAdmission, RunClock
from copygen.engine.budget import CostGuard
from copygen.engine.control.breaker import RetryBudget
from copygen.engine.control.concurrency import Concurrency
from copygen.engine.control.pacing import Pacer
from copygen.engine.pipeline import Slot, Slots
from copygen.engine.retry import AttemptState
from copygen.engine.shutdown import Shutdown
from tests.support.fakes import CONFIG
from tests.support.virtual_loop import run_virtual


def admission(pacer: Pacer) -> LocalAdmission:
    shutdown = Shutdown()
    return LocalAdmission(
        "host",
        pacer,
        Slots(Concurrency(10, 10, adaptive=False)),
        RetryBudget(Settings().retry, 10),
        CostGuard(CONFIG, Settings(), shutdown),
        BreakerSettings(),
        random.Random(0),
        shutdown,
        RunClock(),
        lambda _change: None,
    )


def slot_of(subject: LocalAdmission) -> Slot:
    slot = subject.slots.take()
    assert slot is not None
    return slot


def test_a_newcomer_takes_no_start_time_from_a_queue() -> None:
    """In the moment between a head's leaving and the next one's waking the queue has no head."""
    starts: list[tuple[str, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        subject = admission(Pacer(60, None))

        async def send(name: str, times: int = 1) -> None:
            for _ in range(times):
                state = AttemptState(0.0, slot_of(subject), subject.gate_of("m"))
                async with subject.enter(state, 0.0, None):
                    starts.append((name, loop.time()))
                state.slot.release()

        await asyncio.gather(send("a", 4), send("b"), send("c"))

    run_virtual(main())
    assert [name for name, _ in starts] == ["a", "a", "b", "c", "a", "a"]
    assert [at for _, at in starts] == pytest.approx([0, 0.95, 1.95, 2.95, 3.95, 4.95], abs=0.01)
