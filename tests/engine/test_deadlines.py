"""Deadlines behave as `asyncio.timeout`, whatever else ends a request."""

import asyncio

import pytest

from copygen.engine.admission import RunClock
from copygen.engine.client import Deadline, Deadlines
from tests.support.virtual_loop import VirtualLoop, run_virtual


async def _sleep(deadlines: Deadlines, seconds: float) -> str:
    began_s = asyncio.get_running_loop().time()
    try:
        with Deadline(deadlines):
            await asyncio.sleep(seconds)
    except TimeoutError:
        return f"timeout after {asyncio.get_running_loop().time() - began_s:.1f} s"
    return "done"


def test_a_body_that_takes_longer_ends_with_timeout_at_its_own_time() -> None:
    async def main() -> None:
        deadlines = Deadlines(10.0, RunClock())
        bodies = []
        for begun_after_s in (0, 3, 3, 4):
            await asyncio.sleep(begun_after_s)
            bodies.append(asyncio.ensure_future(_sleep(deadlines, 60)))
        assert await asyncio.gather(*bodies) == ["timeout after 10.0 s"] * 4

    run_virtual(main())


def test_bodies_that_end_in_time_are_left_alone_and_leave_no_timer() -> None:
    async def main() -> None:
        deadlines = Deadlines(10.0, RunClock())
        seconds = (1, 20, 9, 30, 2)
        bodies = [_sleep(deadlines, one) for one in seconds]
        ends = await asyncio.gather(*bodies)
        assert ends == ["done", "timeout after 10.0 s", "done", "timeout after 10.0 s", "done"]
        loop = asyncio.get_running_loop()
        assert loop.time() < 11
        assert all(timer._cancelled for timer in loop._scheduled)  # type: ignore[attr-defined]  # the loop's own list

    run_virtual(main())


def test_a_cancelled_body_is_cancelled_and_not_timed_out() -> None:
    async def main() -> None:
        body = asyncio.ensure_future(_sleep(Deadlines(10.0, RunClock()), 60))
        await asyncio.sleep(5)
        body.cancel()
        with pytest.raises(asyncio.CancelledError):
            await body

    run_virtual(main())


def test_a_cancellation_at_the_moment_of_the_deadline_wins() -> None:
    """Who asked for the end of the run must not be told of a timeout instead."""

    async def main() -> None:
        body = asyncio.ensure_future(_sleep(Deadlines(10.0, RunClock()), 60))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_at(10.0, body.cancel)
        with pytest.raises(asyncio.CancelledError):
            await body

    run_virtual(main())


def test_other_errors_pass_through() -> None:
    async def main() -> None:
        with pytest.raises(ZeroDivisionError), Deadline(Deadlines(10.0, RunClock())):
            raise ZeroDivisionError

    run_virtual(main())


def test_inside_an_outer_timeout_each_keeps_its_own() -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await _sleep(Deadlines(10.0, RunClock()), 60)
        assert await _sleep(Deadlines(1.0, RunClock()), 60) == "timeout after 1.0 s"

    run_virtual(main())


class Stopped(VirtualLoop):
    """A loop whose process can be stopped: its clock goes on, nothing else does."""

    def stand_still(self, seconds: float) -> None:
        self._now += seconds


@pytest.mark.parametrize("stopped_s", [0.5, 20.0, 3600.0])
def test_12A14_a_process_that_was_stopped_reads_what_arrived_and_blames_nobody(
    stopped_s: float,
) -> None:
    """Stopped at 9 of 10 seconds; the reply lies in the socket when it goes on."""

    async def main() -> str:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Stopped)
        clock = RunClock()
        clock.start()
        reply: asyncio.Future[None] = loop.create_future()
        loop.call_at(9.6, lambda: loop.call_soon(reply.set_result, None))
        loop.call_at(9.0, loop.stand_still, stopped_s)
        try:
            with Deadline(Deadlines(10.0, clock)):
                await reply
        except TimeoutError:
            return "timeout"
        finally:
            clock.stop()
        return "answered"

    with asyncio.Runner(loop_factory=Stopped) as runner:
        assert runner.run(main()) == "answered"


def test_12A14_the_time_a_process_was_stopped_is_taken_out_of_its_clock() -> None:
    async def main() -> tuple[float, float]:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Stopped)
        clock = RunClock()
        clock.start()
        loop.call_at(5.0, loop.stand_still, 1000.0)
        await asyncio.sleep(5.5)
        await asyncio.sleep(2)
        clock.stop()
        return loop.time(), clock.now()

    with asyncio.Runner(loop_factory=Stopped) as runner:
        by_loop, by_clock = runner.run(main())
    assert by_loop > 1000
    assert by_clock < 12
