from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.engine.control.pacing import BURST_S, Pacer, RateLimiter, best_bound_per_s

AN_HOUR = 3600.0


def test_starts_are_evenly_spaced_and_in_order_of_asking() -> None:
    limiter = RateLimiter(10, burst_s=0)
    assert [limiter.reserve(0.0) for _ in range(4)] == pytest.approx([0, 0.1, 0.2, 0.3])


def test_a_late_start_may_be_made_up_for_within_the_burst_only() -> None:
    limiter = RateLimiter(10, burst_s=0.2)
    assert [limiter.reserve(100.0) for _ in range(4)] == pytest.approx([0, 0, 0, 0.1])


def test_idle_time_earns_no_more_than_the_burst() -> None:
    limiter = RateLimiter(10, burst_s=0)
    limiter.reserve(0.0)
    assert [limiter.reserve(AN_HOUR), limiter.reserve(AN_HOUR)] == pytest.approx([0, 0.1])


def test_a_cost_above_a_minutes_worth_is_clamped_so_nothing_waits_forever() -> None:
    limiter = RateLimiter(1)
    assert limiter.reserve(0.0, 1e9) == 0
    assert limiter.reserve(0.0, 1.0) <= 60


@given(
    rate=st.floats(0.1, 1000),
    gaps=st.lists(st.floats(0, 2), min_size=2, max_size=60),
    costs=st.lists(st.floats(0.1, 20), min_size=60, max_size=60),
)
def test_C5_no_window_holds_more_than_the_rate_and_the_burst(
    rate: float, gaps: list[float], costs: list[float]
) -> None:
    limiter = RateLimiter(rate)
    now, starts = 0.0, []
    for gap, cost in zip(gaps, costs, strict=False):
        now += gap
        starts.append((now + limiter.reserve(now, cost), min(cost, 60 * rate)))
    times = [start for start, _ in starts]
    assert times == sorted(times)
    for first in range(len(starts)):
        for last in range(first, len(starts)):
            span = starts[last][0] - starts[first][0]
            spent = sum(cost for _, cost in starts[first:last])
            assert spent <= (span + BURST_S) * rate * (1 + 1e-9) + 1e-6


@given(reserved=st.floats(1, 1000), used=st.floats(0, 1000))
def test_settling_leaves_the_limiter_as_if_the_real_cost_had_been_reserved(
    reserved: float, used: float
) -> None:
    settled, exact = RateLimiter(10, burst_s=0), RateLimiter(10, burst_s=0)
    settled.reserve(0.0, min(reserved, 600))
    settled.settle(min(reserved, 600), min(used, 600))
    exact.reserve(0.0, min(used, 600))
    assert settled.reserve(0.0) == pytest.approx(exact.reserve(0.0))


def test_a_pacer_that_was_told_nothing_does_not_pace() -> None:
    pacer = Pacer(None, None)
    assert [pacer.reserve(0.0) for _ in range(1000)] == [0.0] * 1000
    assert pacer.rate_per_s is None


def test_rpm_and_tpm_bind_together() -> None:
    pacer = Pacer(60, 600)
    pacer.reserve(0.0, tokens=1.0)
    assert pacer.reserve(0.0, tokens=1.0) == pytest.approx(1 - BURST_S)
    assert pacer.reserve(0.0, tokens=300.0) == pytest.approx(2 - BURST_S)
    assert pacer.reserve(0.0, tokens=1.0) == pytest.approx(30.2 - 1.0)


def test_R3_nothing_starts_before_retry_after_and_then_not_all_at_once() -> None:
    pacer = Pacer(600, None)
    pacer.rate_limited(0.0, pacer.started(0.0), retry_after_s=7.0)
    waits = [pacer.reserve(0.1) for _ in range(5)]
    assert waits[0] >= 6.9
    assert all(later > earlier for earlier, later in pairwise(waits))
    assert pacer.held_s(0.1) == pytest.approx(6.9)
    assert pacer.held_s(7.0) == 0


def test_one_episode_of_429s_is_one_cut() -> None:
    pacer = Pacer(6000, None)
    starts = [pacer.started(hundredth / 100) for hundredth in range(300)]
    pacer.rate_limited(3.0, starts[200], retry_after_s=None)
    once = pacer.rate_per_s
    for start in starts[201:]:
        pacer.rate_limited(3.0, start, retry_after_s=None)
    assert pacer.rate_per_s == once
    assert once is not None
    assert once < 100


def test_the_pace_after_a_refusal_is_what_was_accepted_since_the_one_before() -> None:
    pacer = Pacer(None, None)
    for twentieth in range(40):
        last = pacer.started(twentieth / 20)
    pacer.rate_limited(2.0, last, None)
    assert pacer.rate_per_s == pytest.approx(20 * 0.97, rel=0.05)


def test_the_rate_creeps_back_but_not_past_what_was_told() -> None:
    pacer = Pacer(600, None)
    pacer.started(0.0)
    pacer.rate_limited(0.1, pacer.started(0.1), None)
    rates = [pacer.rate_per_s]
    now = 0.1
    for _ in range(2000):
        now += pacer.reserve(now)
        rates.append(pacer.rate_per_s)
    known = [rate for rate in rates if rate is not None]
    assert known == sorted(known)
    assert known[0] == 9
    assert known[-1] == 10


def test_a_pace_nobody_uses_up_does_not_grow() -> None:
    pacer = Pacer(None, None)
    pacer.started(0.0)
    pacer.rate_limited(0.1, pacer.started(0.1), None)
    before = pacer.rate_per_s
    assert before is not None
    for hour in range(1, 1000):
        assert pacer.reserve(hour * AN_HOUR) == 0
    assert pacer.rate_per_s == before


@given(
    rate=st.floats(1, 500),
    bucket=st.integers(1, 50),
    pauses=st.lists(st.floats(0, 0.5), min_size=30, max_size=200),
)
def test_no_bound_is_above_the_rate_of_a_real_bucket(
    rate: float, bucket: int, pauses: list[float]
) -> None:
    """Whatever was sent when: what a token bucket accepted never proves more than it refills."""
    level, now, accepted = float(bucket), 0.0, list[float]()
    for pause in pauses:
        now += pause / rate * 4
        level = min(bucket, level + pause * 4)
        if level >= 1:
            level -= 1
            accepted.append(now)
    spread = [at for at in accepted if accepted[-1] - at > 2e-3 or at == accepted[-1]]
    assert best_bound_per_s(spread, bucket) <= rate * (1 + 1e-6) + 1e3 * (len(spread) == 0)
