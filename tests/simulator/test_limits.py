"""The simulator's rate limits, in virtual time: `now` is an argument."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.simulator.profile import RetryAfter
from copygen.simulator.server import (
    Limits,
    RateLimit,
    go_duration,
    retry_after_headers,
)


def admitted(limit: RateLimit, now: float, cost: float = 1) -> bool:
    if limit.wait_s(now, cost):
        return False
    limit.take(now, cost)
    return True


def test_a_burst_fits_at_once_and_then_one_per_interval() -> None:
    limit = RateLimit(60, burst_s=3)
    assert [admitted(limit, 0) for _ in range(4)] == [True, True, True, False]
    assert limit.wait_s(0) == pytest.approx(1)
    assert not admitted(limit, 0.99)
    assert admitted(limit, 1)
    assert not admitted(limit, 1.5)


def test_an_idle_limit_saves_up_one_burst_and_no_more() -> None:
    limit = RateLimit(60, burst_s=2)
    assert [admitted(limit, 1000) for _ in range(3)] == [True, True, False]


def test_one_request_always_fits_a_burst() -> None:
    limit = RateLimit(1, burst_s=0)
    assert admitted(limit, 0)
    assert limit.wait_s(0) == pytest.approx(60)


def test_a_cost_above_the_burst_is_let_in_and_paid_for_afterwards() -> None:
    limit = RateLimit(60, burst_s=5)
    assert admitted(limit, 0, cost=20)
    assert limit.wait_s(0) == pytest.approx(16)
    assert not admitted(limit, 15.9)
    assert admitted(limit, 16)


def test_remaining_and_reset_are_what_is_left() -> None:
    limit = RateLimit(60, burst_s=10)
    limit.take(0, 4)
    assert (limit.remaining(0), limit.reset_s(0)) == (6, 4)
    assert (limit.remaining(1.5), limit.reset_s(1.5)) == (7, 2.5)
    assert (limit.remaining(9), limit.reset_s(9)) == (10, 0)


@given(
    per_minute=st.integers(1, 100_000),
    burst_s=st.floats(0, 60),
    gaps=st.lists(st.floats(0, 5), min_size=1, max_size=60),
)
def test_no_more_than_rate_and_burst_ever_get_in(
    per_minute: int, burst_s: float, gaps: list[float]
) -> None:
    limit = RateLimit(per_minute, burst_s)
    now, count = 0.0, 0
    for gap in gaps:
        now += gap
        count += admitted(limit, now)
    rate = per_minute / 60
    assert count <= rate * now + max(1, rate * burst_s) + 1e-3


@given(per_minute=st.integers(1, 100_000), burst_s=st.floats(0, 60), cost=st.floats(0.1, 5000))
def test_after_the_wait_named_a_request_gets_in(
    per_minute: int, burst_s: float, cost: float
) -> None:
    limit = RateLimit(per_minute, burst_s)
    limit.take(0, 2 * max(1, per_minute / 60 * burst_s))
    assert admitted(limit, limit.wait_s(0, cost), cost)


def test_a_refusal_by_one_limit_takes_nothing_from_the_other() -> None:
    limits = Limits(rpm=600, tpm=600, burst_s=1)
    assert limits.admit(0, tokens=10) == 0
    assert limits.admit(0, tokens=10) == pytest.approx(1)
    assert limits.headers(0)["x-ratelimit-remaining-requests"] == "9"


def test_the_longer_wait_counts() -> None:
    limits = Limits(rpm=60, tpm=60, burst_s=1)
    limits.admit(0, tokens=1)
    limits.charge(0, tokens=29)
    assert limits.admit(0, tokens=1) == pytest.approx(30)


def test_headers_name_only_the_limits_there_are() -> None:
    assert Limits(None, None, 1).headers(0) == {}
    assert Limits(None, None, 1).admit(0, 10**9) == 0
    assert Limits(60, None, 2).headers(0) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "2",
        "x-ratelimit-reset-requests": "0s",
    }


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.0004, "1ms"),
        (0.012, "12ms"),
        (0.9999, "1s"),
        (1, "1s"),
        (7.66, "7.66s"),
        (60, "1m0s"),
        (86.4, "1m26.4s"),
        (360, "6m0s"),
        (3723, "1h2m3s"),
        (7200, "2h0m0s"),
    ],
)
def test_durations_are_written_as_openai_does(seconds: float, text: str) -> None:
    assert go_duration(seconds) == text


@pytest.mark.parametrize(
    ("form", "wait_s", "headers"),
    [
        (RetryAfter.SECONDS, 1.01, {"retry-after": "2"}),
        (RetryAfter.SECONDS, 0, {"retry-after": "0"}),
        (RetryAfter.MS, 1.0101, {"retry-after-ms": "1011"}),
        (RetryAfter.NONE, 5, {}),
        (RetryAfter.DATE, 2, {"retry-after": "Mon, 05 Jan 2026 10:00:02 GMT"}),
        (RetryAfter.DATE, 2.001, {"retry-after": "Mon, 05 Jan 2026 10:00:03 GMT"}),
    ],
)
def test_retry_after_is_never_earlier_than_the_wait(
    form: RetryAfter, wait_s: float, headers: dict[str, str]
) -> None:
    now = datetime(2026, 1, 5, 10, 0, 0, tzinfo=UTC)
    assert retry_after_headers(form, wait_s, now) == headers


@given(wait_s=st.floats(0, 10_000), now=st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1)))
def test_a_date_is_at_most_a_second_late_and_never_early(wait_s: float, now: datetime) -> None:
    now = now.replace(tzinfo=UTC)
    named = retry_after_headers(RetryAfter.DATE, wait_s, now)["retry-after"]
    late = (parsedate_to_datetime(named) - now).total_seconds() - wait_s
    assert -1e-5 < late < 1 + 1e-5
