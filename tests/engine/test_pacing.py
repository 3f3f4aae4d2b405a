"""Pacing against a rate-limited provider in virtual time: how long, and how many refusals.

The provider of most cases allows 200 requests a second with a burst of 20; 2 000 prompts at
concurrency 50 could be through it in (2000 - 20) / 200 = 9.9 s.
"""

import asyncio
from collections import Counter

import pytest

from copygen.config import Settings
from copygen.models import Status
from tests.support.fakes import CONFIG, Run, prompts
from tests.support.limited import Limited
from tests.support.virtual_loop import run_virtual

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


def test_C3_whole_seconds_cost_whole_seconds() -> None:
    """Each refusal holds everything for a second that an exact Retry-After would not cost."""
    provider = Limited(form="s")
    assert pace(provider) <= 1.10 * IDEAL_S + 3
    assert provider.refused <= 0.03 * 2000


@pytest.mark.parametrize(("later", "ideal_s"), [(100.0, 15.8), (400.0, 6.95)])
def test_C4_a_limit_that_changes_in_mid_run_is_found_again(later: float, ideal_s: float) -> None:
    provider = Limited(changes=[(4.0, later)])
    assert pace(provider) <= 1.20 * ideal_s
    assert provider.refused <= 0.03 * 2000


@pytest.mark.parametrize(
    ("rate", "burst", "latency_s", "concurrency"),
    [(8.0, 8, 1.0, 200), (8.0, 8, 3.0, 200), (50.0, 50, 3.0, 1000), (50.0, 1, 0.5, 100)],
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
