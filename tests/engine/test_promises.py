"""Promises of the engine that no other file proves, each under its id."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import httpx
import pytest

from copygen.config import BreakerSettings, RetrySettings, Settings
from copygen.engine.control.breaker import BreakerState
from copygen.errors import ProviderDown, ProviderRefused
from copygen.models import Status
from tests.support import fakes
from tests.support.fakes import Run, prompt, prompts
from tests.support.virtual_loop import run_virtual


def refuse_until(until_s: float) -> object:
    async def provider(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.04)
        if asyncio.get_running_loop().time() < until_s:
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=b"text")

    return provider


@pytest.mark.parametrize(("asked_s", "ends"), [(901, True), (899, False)])
def test_R4_a_wait_that_is_too_long_ends_the_run_and_fails_no_row(
    asked_s: float, ends: bool
) -> None:
    answers = iter([429])

    def provider(_: httpx.Request) -> httpx.Response:
        status = next(answers, 200)
        return httpx.Response(status, headers={"retry-after": str(asked_s)}, content=b"x")

    async def main() -> Run:
        retry = RetrySettings(max_retry_after_s=900)
        return await Run(provider, settings=Settings(concurrency=1, retry=retry)).over(prompts(3))

    run = run_virtual(main())
    assert isinstance(run.error, ProviderDown) is ends
    assert [result.status for result in run.results] == [Status.OK] * (0 if ends else 3)
    if ends:
        assert "901 s" in str(run.error)


def test_B5_steps_of_the_wall_clock_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def timeline(step: timedelta) -> list[float]:
        wall = datetime(2026, 1, 1, tzinfo=UTC)
        ended: list[float] = []

        async def main() -> None:
            nonlocal wall
            run = Run(refuse_until(30), settings=Settings(concurrency=4))  # type: ignore[arg-type]
            loop = asyncio.get_running_loop()
            run.emit = lambda _result: ended.append(loop.time())
            loop.call_later(10, lambda: monkeypatch.setattr(fakes, "WALL", wall + step))
            await run.over(prompts(50))

        run_virtual(main())
        return ended

    assert timeline(timedelta(days=1)) == timeline(timedelta(days=-1)) == timeline(timedelta())


def test_B9_each_change_of_the_breaker_is_told_once() -> None:
    async def main() -> Run:
        return await Run(refuse_until(60), settings=Settings(concurrency=8)).over(prompts(200))  # type: ignore[arg-type]

    run = run_virtual(main())
    told = run.transitions
    assert told[-1].after is BreakerState.CLOSED
    assert all(change.reason for change in told)
    assert all(change.wait_s > 0 for change in told if change.after is BreakerState.OPEN)
    assert all(later.before is not BreakerState.CLOSED for _, later in pairwise(told))
    assert len(told) == run.engine.snapshot().traffic.breaker_openings + 1


@pytest.mark.parametrize("ending", ["down", "refused"])
def test_D14_a_paid_reply_has_its_record_however_the_run_ends(ending: str) -> None:
    """Its text was unusable, so it was to be asked for again; then the provider was gone."""
    seen = 0

    def provider(_: httpx.Request) -> httpx.Response:
        nonlocal seen
        seen += 1
        if seen == 1:
            return httpx.Response(500, headers={"x-kind": "empty", "x-paid": "1"})
        if ending == "refused":
            return httpx.Response(401)
        raise httpx.ConnectError("refused")

    async def main() -> Run:
        settings = Settings(concurrency=1, breaker=BreakerSettings(give_up_after_s=30))
        return await Run(provider, settings=settings).over(prompts(5))

    run = run_virtual(main())
    assert isinstance(run.error, ProviderDown if ending == "down" else ProviderRefused)
    (result,) = run.results
    assert result.status is Status.CANCELLED
    assert result.usage is not None


def test_C7_waiters_go_in_order_and_none_starves() -> None:
    order: list[tuple[int, float]] = []

    async def provider(request: httpx.Request) -> httpx.Response:
        order.append((int(request.content), asyncio.get_running_loop().time()))
        await asyncio.sleep(3)
        return httpx.Response(200, content=b"text")

    async def main() -> None:
        config = fakes.CONFIG.model_copy(update={"rpm": 60})
        settings = Settings(concurrency=50)
        await Run(provider, settings=settings, config=config).over(prompts(200))

    run_virtual(main())
    numbers = [number for number, _ in order]
    assert numbers == sorted(numbers)
    assert all(at <= number + 1 for number, at in order)


def test_a_waiting_line_wakes_one_at_a_time() -> None:
    """Behind an open breaker, a thousand waiting prompts cost a handful of turns of the loop."""
    turns = 0

    async def main() -> int:
        nonlocal turns
        run = Run(refuse_until(200), settings=Settings(concurrency=250))  # type: ignore[arg-type]
        loop = asyncio.get_running_loop()
        working = asyncio.create_task(run.over([prompt(n) for n in range(1000)]))
        await asyncio.sleep(120)
        original = loop.call_soon

        def counted(*args: object, **kwargs: object) -> object:
            nonlocal turns
            turns += 1
            return original(*args, **kwargs)  # type: ignore[arg-type]

        loop.call_soon = counted  # type: ignore[assignment, method-assign]
        await asyncio.sleep(70)
        loop.call_soon = original  # type: ignore[method-assign]
        return len((await working).results)

    assert run_virtual(main()) == 1000
    assert turns < 200
