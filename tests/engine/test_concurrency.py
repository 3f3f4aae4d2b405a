"""`--concurrency auto`: the rules by themselves, then whole runs against simulated providers."""

import asyncio
import statistics
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.config import Settings
from copygen.engine.control.concurrency import CUT, Concurrency
from copygen.models import Status
from tests.support.capable import Capable
from tests.support.fakes import Run, prompt, prompts
from tests.support.limited import Limited
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover

# The rules


def test_a_number_that_was_given_is_grown_into_and_then_kept() -> None:
    concurrency = Concurrency(5, 2, adaptive=False)
    limits = []
    for second in range(6):
        concurrency.answered(second, second)
        concurrency.refused(second, second, 5)
        limits.append(concurrency.limit)
    assert limits == [3, 4, 5, 5, 5, 5]


def test_a_limit_nobody_uses_up_does_not_grow() -> None:
    concurrency = Concurrency(100, 20, adaptive=True)
    for second in range(1000):
        concurrency.sent(second, 19)
        concurrency.answered(second, second)
    assert concurrency.limit == 20


def test_one_episode_of_refusals_is_one_cut() -> None:
    concurrency = Concurrency(1000, 100, adaptive=True)
    for _ in range(100):
        concurrency.sent(0.0, 100)
    for number in range(50):
        concurrency.refused(1.0 + number / 1000, 0.0, 99 - number)
    assert concurrency.limit == int(CUT * 100)
    concurrency.refused(3.0, 2.0, 79)
    assert concurrency.limit == int(CUT * 80)


def test_after_a_refusal_the_limit_rises_by_one_then_by_more_for_each_quiet_round() -> None:
    concurrency = Concurrency(1000, 100, adaptive=True)
    concurrency.refused(0.0, 0.0, 100)
    limits = [concurrency.limit]
    now = 0.0
    while len(limits) < 4:
        now += 0.01
        concurrency.sent(now, concurrency.limit)
        concurrency.answered(now, now)
        if concurrency.limit != limits[-1]:
            limits.append(concurrency.limit)
    rises = [after - before for before, after in pairwise(limits)]
    assert limits[0] == int(CUT * 100)
    assert rises[0] == 1
    assert rises == sorted(set(rises)), "each more than the one before"


@given(
    most=st.integers(1, 300),
    first=st.integers(1, 300),
    events=st.lists(st.tuples(st.sampled_from("sar"), st.floats(0, 1)), max_size=400),
)
def test_the_limit_is_always_at_least_one_and_at_most_the_most(
    most: int, first: int, events: list[tuple[str, float]]
) -> None:
    concurrency = Concurrency(most, first, adaptive=True)
    now, in_flight = 0.0, 0
    for event, pause in events:
        now += pause
        if event == "s":
            in_flight = min(in_flight + 1, concurrency.limit)
            concurrency.sent(now, in_flight)
        elif event == "a":
            in_flight = max(0, in_flight - 1)
            concurrency.answered(now, now)
        else:
            in_flight = max(0, in_flight - 1)
            concurrency.refused(now, now - pause, in_flight)
        assert 1 <= concurrency.limit <= max(1, most)


# Whole runs

LARGER = [pytest.param(capacity, marks=pytest.mark.soak) for capacity in (60, 150)]
SEEDS = [pytest.param(seed, marks=pytest.mark.soak) for seed in (2, 3)]


def adapt(provider: Capable | Limited, count: int, *, most: int = 256) -> tuple[Run, float]:
    """A run of `count` prompts, every one of which must be accepted, and its seconds."""

    async def main() -> tuple[Run, float]:
        run = Run(provider, settings=Settings(auto_concurrency_max=most))
        await run.over(prompts(count))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: count}
    return run, seconds


@pytest.mark.parametrize("capacity", [1, 4, 30, *LARGER])
@pytest.mark.parametrize("seed", [1, *SEEDS])
def test_it_converges_near_the_capacity_of_a_provider_that_refuses_nothing(
    capacity: int, seed: int
) -> None:
    """From below (150) and from above (1 and 4: it begins with 20)."""
    provider = Capable(capacity, seed=seed)
    count = 200 * capacity + 800
    _run, seconds = adapt(provider, count)
    assert seconds <= 1.15 * count / capacity + 10
    later = provider.in_flight_between(seconds * 0.6, seconds * 0.95)
    assert 0.85 * capacity <= later <= max(2.0 * capacity, capacity + 6)


@pytest.mark.parametrize("capacity", [5, 30, pytest.param(100, marks=pytest.mark.soak)])
def test_it_converges_below_the_capacity_of_one_that_refuses_with_few_refusals(
    capacity: int,
) -> None:
    provider = Capable(capacity, refuses=True)
    count = 200 * capacity + 1000
    _run, seconds = adapt(provider, count)
    assert seconds <= 1.35 * count / capacity + 20
    assert provider.refused <= 0.03 * count + 20


@pytest.mark.parametrize("width", [1, pytest.param(4, marks=pytest.mark.soak)])
def test_it_recovers_after_the_capacity_is_lowered_and_raised(width: int) -> None:
    full, low = 25 * width, 5 * width
    provider = Capable(full, changes=[(100.0, low), (300.0, full)])
    count = full * 100 + low * 200 + full * 200
    _run, seconds = adapt(provider, count)
    assert seconds <= 1.25 * 500
    lowered = provider.in_flight_between(250, 300)
    raised = provider.in_flight_between(450, 500)
    assert lowered <= 2.5 * low
    assert raised >= 0.8 * full


def test_a_provider_that_grows_with_every_request_gets_the_most() -> None:
    """No knee anywhere: nothing is a reason to stop."""
    provider = Capable(10_000, latency_s=2.0)
    _run, seconds = adapt(provider, 8_000)
    assert provider.in_flight_between(seconds * 0.5, seconds * 0.9) >= 0.9 * 256


@pytest.mark.parametrize("form", ["ms", "none"])
def test_a_rate_limit_is_found_as_fast_as_with_the_best_number_given(form: str) -> None:
    provider = Limited(form=form)
    _run, seconds = adapt(provider, 2000)
    assert seconds <= 1.10 * (2000 - 20) / 200
    assert provider.refused <= 0.03 * 2000


def test_a_rate_limit_of_a_slow_model_needs_many_in_flight_and_gets_them() -> None:
    """50 a second with 3 s each: 150 in flight, where the first refusal comes with 50."""
    provider = Limited(50.0, 50, latency_s=3.0)
    _run, seconds = adapt(provider, 6000)
    assert seconds <= 1.25 * (6000 - 50) / 50
    assert provider.refused <= 0.03 * 6000


@pytest.mark.parametrize(
    ("slots", "latency_s", "count"),
    [(1, 2.6, 60), (1, 0.6, 150), (2, 0.6, 150), (3, 1.0, 200), (4, 3.0, 300), (4, 0.7, 600)],
)
@pytest.mark.parametrize("seed", [1, *SEEDS])
def test_11A10_the_knee_of_a_small_server_is_found_before_its_line_is_long(
    slots: int, latency_s: float, count: int, seed: int
) -> None:
    """As fast as the best number given, within a tenth, and hardly slower for each prompt."""

    def run_with(concurrency: int | str) -> tuple[float, float]:
        async def main() -> tuple[float, float]:
            provider = Capable(slots, latency_s=latency_s, seed=seed)
            settings = Settings.model_validate({"concurrency": concurrency})
            run = await Run(provider, settings=settings).over(prompts(count))
            assert run.engine.snapshot().traffic.possibly_billed == 0, "nothing timed out"
            each_ms = [result.latency_ms or 0.0 for result in run.results]
            return asyncio.get_running_loop().time(), statistics.median(each_ms)

        return run_virtual(main())

    best, auto = run_with(slots), run_with("auto")
    assert auto[0] <= 1.10 * best[0]
    assert auto[1] <= 1.5 * best[1]


def test_11A10_answers_of_half_a_deadline_on_one_slot_do_not_time_out_in_its_line() -> None:
    provider = Capable(1, latency_s=15.0)
    run, seconds = adapt(provider, 30)
    assert run.engine.snapshot().traffic.possibly_billed <= 1
    assert seconds <= 1.1 * 30 * 15


def test_one_huge_prompt_holds_up_nobody_and_is_not_starved() -> None:
    provider = Capable(20, huge_s=60.0)

    async def main() -> tuple[Run, float]:
        run = Run(provider, settings=Settings())
        await run.over([prompt(0, model="huge"), *prompts(2000)])
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert len(run.results) == 2001
    assert seconds <= 1.15 * (2000 + 60) / 20 + 10


def test_two_models_of_one_run_get_on_side_by_side() -> None:
    """Prompts go in the order of the file, whichever model they are for."""
    provider = Limited(100.0, 20, form="none", latency_s=0.2)
    done: list[str] = []

    async def main() -> Run:
        run = Run(provider, settings=Settings())
        run.emit = lambda result: done.append(result.model)
        models = ("quick", "slow")
        return await run.over([prompt(number, models[number % 2]) for number in range(3000)])

    run_virtual(main())
    for share in (500, 1500, 2500):
        counts = Counter(done[:share])
        assert 0.45 <= counts["quick"] / share <= 0.55
