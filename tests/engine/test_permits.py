import asyncio
import random

import pytest

from copygen.config import BreakerSettings
from copygen.engine.concurrency import Concurrency
from copygen.engine.halt import Halt
from copygen.engine.pacer import Pacer
from copygen.engine.permits import Permits
from copygen.engine.slots import Slot, Slots
from tests.support.virtual_loop import run_virtual


def slot_of(slots: Slots) -> Slot:
    slot = slots.take()
    assert slot is not None
    return slot


def test_who_comes_between_two_in_line_takes_no_start_time_from_them() -> None:
    """In the moment between a head's leaving and the next one's waking nobody holds the line."""
    starts: list[tuple[str, float]] = []

    async def main() -> None:
        loop = asyncio.get_running_loop()
        slots = Slots(Concurrency(10, 10, adaptive=False), lambda: None)
        rules = BreakerSettings()
        permits = Permits(
            "host", Pacer(60, None), rules, random.Random(0), Halt(), lambda _change: None
        )

        async def send(name: str, times: int = 1) -> None:
            for _ in range(times):
                await permits.obtain("m", 0.0, slot_of(slots))
                starts.append((name, loop.time()))

        await asyncio.gather(send("a", 4), send("b"), send("c"))

    run_virtual(main())
    assert [name for name, _ in starts] == ["a", "a", "b", "c", "a", "a"]
    assert [at for _, at in starts] == pytest.approx([0, 0.95, 1.95, 2.95, 3.95, 4.95], abs=0.01)
