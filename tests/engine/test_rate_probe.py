"""429s that come whatever the pace is: obeyed, but no reason to crawl."""

import asyncio
import random

import httpx
import pytest

from copygen.config import Settings
from copygen.engine.control.pacing import RateProbe
from copygen.models import Status
from tests.support.fakes import Run, prompts
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover

HOLD_S = 0.1


@pytest.mark.parametrize(
    "share",
    [pytest.param(0.017, marks=pytest.mark.soak), 0.029, pytest.param(0.2, marks=pytest.mark.soak)],
)
def test_C3_a_share_of_429s_at_any_pace_costs_little_more_than_their_waits(share: float) -> None:
    rng = random.Random(3)
    refused = 0

    async def provider(_: httpx.Request) -> httpx.Response:
        nonlocal refused
        if rng.random() < share:
            refused += 1
            return httpx.Response(429, headers={"retry-after": str(HOLD_S)})
        await asyncio.sleep(0.04)
        return httpx.Response(200, content=b"x")

    async def main() -> float:
        run = await Run(provider, settings=Settings(concurrency=50)).over(prompts(10_000))
        assert {result.status for result in run.results} == {Status.OK}
        return asyncio.get_running_loop().time()

    took_s = run_virtual(main())
    assert took_s <= 2 * (10_000 / 50 * 0.04 + refused * HOLD_S) + 90


def after_refusals(refusals: int, starts: int) -> tuple[RateProbe, float]:
    probe, rate_per_s = RateProbe(), 10.0
    for number in range(1, starts + 1):
        rate_per_s = probe.started(rate_per_s)
        if number > starts - refusals:
            rate_per_s = probe.refused(rate_per_s)
    return probe, rate_per_s


@pytest.mark.parametrize(
    ("refusals", "starts", "rate_per_s"),
    [
        (6, 200, 30),
        (6, 20, 30),
        (2, 200, 10),
        (1, 20, 10),
        (4, 500, 10),  # seldom is no reason either
    ],
)
def test_refusals_that_keep_coming_start_a_trial(
    refusals: int, starts: int, rate_per_s: float
) -> None:
    assert after_refusals(refusals, starts)[1] == rate_per_s


def test_a_trial_that_is_refused_no_more_often_leads_to_the_next() -> None:
    probe, rate_per_s = after_refusals(4, 200)
    for _ in range(200):
        rate_per_s = probe.started(rate_per_s)
        if rate_per_s > 30:
            break
    assert rate_per_s == 90
    assert probe.is_on_trial


def test_a_trial_that_is_refused_often_ends_where_it_began_and_there_are_only_a_few() -> None:
    probe, rate_per_s = RateProbe(), 10.0
    trials = 0
    for _ in range(1000):
        rate_per_s = probe.refused(probe.started(rate_per_s))
        trials += rate_per_s == 30 and probe._refusals == 0
        assert rate_per_s in (10, 30)
    assert 1 <= trials <= 5
    assert rate_per_s == 10
