"""Pacing against a rate-limited provider in virtual time: how long, and how many refusals.

The provider of most cases allows 200 requests a second with a burst of 20; 2 000 prompts at
concurrency 50 could be through it in (2000 - 20) / 200 = 9.9 s.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from copygen.config import Settings
from copygen.models import Status
from tests.support.fakes import CONFIG, Run, prompts
from tests.support.limited import Limited
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover

IDEAL_S = (2000 - 20) / 200


def pace(
    provider: Limited, *, count: int = 2000, concurrency: int = 50, rpm: int | None = None
) -> float:
    """Seconds that `count` prompts take; every one of them must be accepted."""

    async def main() -> tuple[Run, float]:
        config = CONFIG.model_copy(update={"rpm": rpm})
        run = Run(provider, settings=Settings(concurrency=concurrency), config=config)
        await run.over(prompts(count))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: count}
    return seconds


@pytest.mark.parametrize("form", ["ms", "s", "none"])
def test_C1_C2_told_the_limit_a_run_takes_the_ideal_time_and_is_refused_nothing(form: str) -> None:
    provider = Limited(form=form)
    assert pace(provider, rpm=12_000) <= 1.03 * IDEAL_S
    assert provider.refused <= 0.005 * 2000


@pytest.mark.parametrize("form", ["ms", "none"])
@pytest.mark.parametrize("concurrency", [8, 50, 500])
def test_C3_not_told_it_finds_the_limit_by_itself(form: str, concurrency: int) -> None:
    provider = Limited(form=form)
    assert pace(provider, concurrency=concurrency) <= 1.10 * IDEAL_S
    assert provider.refused <= 0.03 * 2000


@pytest.mark.parametrize("concurrency", [8, 50, 500])
def test_C3_whole_seconds_cost_two_seconds(concurrency: int) -> None:
    """Each refusal holds everything for a second that an exact Retry-After would not cost: one
    finds that there is a limit, and one where it is.
    """
    provider = Limited(form="s")
    assert pace(provider, concurrency=concurrency) <= 1.27 * IDEAL_S
    assert provider.refused <= 0.03 * 2000


class Refusing:
    """Refuses what `refuses` says (of the number of the request), and answers the rest."""

    def __init__(self, refuses: Callable[[int], bool], retry_after: str | None) -> None:
        self.refuses = refuses
        self.headers = {} if retry_after is None else {"retry-after": retry_after}
        self.seen = 0

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        """One request."""
        self.seen += 1
        refused = self.refuses(self.seen)
        await asyncio.sleep(0.02)
        if refused:
            return httpx.Response(429, headers=self.headers)
        await asyncio.sleep(0.02)
        return httpx.Response(200, content=b"text")


def seconds_over(
    provider: Callable[[httpx.Request], object],
    count: int,
    *,
    rpm: int | None = None,
    **changes: int,
) -> float:
    async def main() -> float:
        config = CONFIG.model_copy(update={"rpm": rpm})
        settings = Settings.model_validate(changes)
        run = await Run(provider, settings=settings, config=config).over(prompts(count))
        assert Counter(result.status for result in run.results) == {Status.OK: count}
        return asyncio.get_running_loop().time()

    return run_virtual(main())


@pytest.mark.parametrize("retry_after", ["1", None, "10"])
@pytest.mark.parametrize("changes", [{}, {"concurrency": 4}, {"concurrency": 1}])
def test_11A2_one_429_on_the_first_request_costs_its_wait_and_no_more(
    retry_after: str | None, changes: dict[str, int]
) -> None:
    plain = seconds_over(Refusing(lambda _number: False, None), 300, **changes)
    first = seconds_over(Refusing(lambda number: number == 1, retry_after), 300, **changes)
    assert first <= plain + float(retry_after or 1) + 2


@pytest.mark.parametrize("refused", [8, 20])
def test_11A2_a_burst_of_refusals_before_any_answer_is_soon_recovered_from(refused: int) -> None:
    provider = Refusing(lambda number: number <= refused, "1")
    assert seconds_over(provider, 300) <= 3 + refused + 5


def test_11A2_a_told_limit_is_believed_at_once_after_a_refusal() -> None:
    provider = Refusing(lambda number: number == 1, "1")
    assert seconds_over(provider, 300, rpm=6000) <= 3 + 2.5


@pytest.mark.parametrize("seed", [1, 2, pytest.param(3, marks=pytest.mark.soak)])
@pytest.mark.parametrize("retry_after", ["1", None])
def test_11A2_refusals_at_random_do_not_make_it_crawl(seed: int, retry_after: str | None) -> None:
    """Three of ten are refused whatever the pace: each wait is obeyed, nothing is added."""
    rng = random.Random(seed)
    refused = 0

    def refuses(_number: int) -> bool:
        nonlocal refused
        it_does = rng.random() < 0.3
        refused += it_does
        return it_does

    seconds = seconds_over(Refusing(refuses, retry_after), 300)
    assert seconds <= 20 + (1.6 * refused if retry_after else 30)


class Window:
    """Sixty requests in each minute of the clock, as LiteLLM counts; the first is used up."""

    def __init__(self, limit: int, used: int) -> None:
        self.limit = limit
        self.left = limit - used
        self.minute = 0
        self.refused = 0

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        """One request."""
        now = asyncio.get_running_loop().time()
        if int(now // 60) != self.minute:
            self.minute, self.left = int(now // 60), self.limit
        await asyncio.sleep(0.02)
        if self.left <= 0:
            self.refused += 1
            return httpx.Response(429, headers={"retry-after": str(int(60 - now % 60) + 1)})
        self.left -= 1
        await asyncio.sleep(0.05)
        return httpx.Response(200, content=b"text")


@pytest.mark.parametrize("rpm", [None, 60])
def test_11A2_a_window_that_is_used_up_at_the_start_costs_what_is_left_of_it(
    rpm: int | None,
) -> None:
    fresh = seconds_over(Window(60, 0), 150, rpm=rpm)
    provider = Window(60, 60)
    assert seconds_over(provider, 150, rpm=rpm) <= fresh + 95
    assert provider.refused <= 30


@pytest.mark.parametrize(("later", "ideal_s"), [(100.0, 15.8), (400.0, 6.95)])
def test_C4_a_limit_that_changes_in_mid_run_is_found_again(later: float, ideal_s: float) -> None:
    provider = Limited(changes=[(4.0, later)])
    assert pace(provider) <= 1.20 * ideal_s
    assert provider.refused <= 0.03 * 2000


@pytest.mark.parametrize(
    ("rate", "burst", "latency_s", "concurrency"),
    [
        pytest.param(8.0, 8, 1.0, 200, marks=pytest.mark.soak),
        (8.0, 8, 3.0, 200),
        pytest.param(50.0, 50, 3.0, 1000, marks=pytest.mark.soak),
        (50.0, 1, 0.5, 100),
    ],
)
def test_C3_the_limits_of_slow_models_are_found_too(
    rate: float, burst: int, latency_s: float, concurrency: int
) -> None:
    provider = Limited(rate, burst, latency_s=latency_s)
    ideal_s = (4000 - burst) / rate
    assert pace(provider, count=4000, concurrency=concurrency) <= 1.25 * ideal_s
    assert provider.refused <= 0.03 * 4000


def test_C5_the_first_second_holds_no_thousand_requests() -> None:
    provider = Limited(rate=1e9, burst=10**9, latency_s=2.0)
    pace(provider, count=3000, concurrency=1000)
    assert sum(start < 1 for start in provider.starts) == 20
