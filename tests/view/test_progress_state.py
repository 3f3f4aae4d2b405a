from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import BudgetState, Snapshot, Traffic
from copygen.view.progress import (
    Pace,
    ProgressState,
    Segment,
    engine_segments,
    fitting,
    pace_segments,
    plain_line,
)

CALM = Snapshot(Traffic(), in_flight=8, waiting=0, breaker="closed", breaker_wait_s=0, limit=8)


def a_state(**changes: object) -> ProgressState:
    values: dict[str, object] = {
        "done": 120,
        "total": 500,
        "failed": 0,
        "rejected": 0,
        "cost_usd": Decimal("0.0123"),
        "unpriced": 0,
        "snapshot": CALM,
        "elapsed_s": 80.0,
        "per_second": 12.34,
        "remaining_s": 31.0,
    }
    return ProgressState(**(values | changes))  # type: ignore[arg-type]  # a test's own table


def words(state: ProgressState) -> list[str]:
    return [segment.text.strip() for segment in (*pace_segments(state), *engine_segments(state))]


def test_a_calm_run_says_how_far_how_fast_how_long_and_how_much() -> None:
    assert words(a_state()) == [
        "120/500",
        "24 %",
        "12.3/s",
        "ETA 31 s",
        "8/8 in flight",
        "$0.0123",
    ]


LIMITED = BudgetState(
    limit_usd=Decimal("5"),
    limit_tokens=None,
    spent_usd=Decimal("0.0123"),
    spent_tokens=900,
    kept_usd=Decimal(0),
    kept_tokens=100,
    reserved_usd=Decimal("0.5"),
    reserved_tokens=5000,
    waiting=0,
)


def limited(**changes: object) -> Snapshot:
    budget = replace(LIMITED, **changes)  # type: ignore[arg-type]  # a test's own table
    return replace(CALM, waiting=7, budget=budget)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({"projected_usd": Decimal("3.1")}, ["$0.0123", "about $3.10 in all"]),
        (
            {"snapshot": limited(), "projected_usd": Decimal("3.1")},
            ["7 waiting", "$0.0123 of $5.00", "about $3.10 in all"],
        ),
        ({"snapshot": limited(), "unpriced": 2}, ["7 waiting", "at least $0.0123 of $5.00"]),
        (
            {"snapshot": limited(waiting=4)},
            ["3 waiting", "4 held by the limit", "$0.0123 of $5.00"],
        ),
        ({"snapshot": limited(waiting=7)}, ["7 held by the limit", "$0.0123 of $5.00"]),
        (
            {"snapshot": limited(limit_usd=None, limit_tokens=9000), "cost_usd": None},
            ["7 waiting", "1,000 of 9,000 tokens"],
        ),
    ],
)
def test_money_is_shown_with_its_limit_and_what_all_will_come_to(
    changes: dict[str, object], shown: list[str]
) -> None:
    assert words(a_state(**changes))[5:] == shown


def test_a_projected_total_past_the_limit_stands_out() -> None:
    for ends_at_limit, style in ((False, "dim"), (True, "yellow")):
        state = a_state(snapshot=limited(), projected_usd=Decimal(6), ends_at_limit=ends_at_limit)
        assert ("limit in 31 s" in words(state)) is ends_at_limit
        (segment,) = [
            segment for segment in engine_segments(state) if segment.text.endswith("in all")
        ]
        assert segment.style == style


def test_a_stream_has_no_end_to_predict() -> None:
    shown = words(a_state(total=None, remaining_s=None))
    assert shown[:3] == ["120/?", "12.3/s", "1 m 20 s"]


@pytest.mark.parametrize(
    ("snapshot", "shown"),
    [
        (Snapshot(Traffic(), 0, 0, "open", 11.2, 8), "breaker open, probe in 12 s"),
        (Snapshot(Traffic(), 1, 0, "half-open", 0, 8), "breaker half-open, probing"),
        (Snapshot(Traffic(retries=1), 1, 0, "closed", 0, 8), "1 retry"),
        (Snapshot(Traffic(rate_limited=1200), 1, 0, "closed", 0, 8), "1,200 rate-limited"),
        (Snapshot(Traffic(), 1, 40, "closed", 0, 8), "40 waiting"),
    ],
)
def test_trouble_is_named_when_there_is_some(snapshot: Snapshot, shown: str) -> None:
    assert shown in words(a_state(snapshot=snapshot))
    assert shown not in words(a_state())


def test_failures_and_a_cost_known_only_in_part() -> None:
    shown = words(a_state(failed=2, rejected=3, unpriced=4))
    assert {"2 failed", "3 rejected", "at least $0.0123"} <= set(shown)


@pytest.mark.parametrize(("done", "shown"), [(0, "0 %"), (499, "99 %"), (500, "100 %")])
def test_a_hundred_percent_means_all(done: int, shown: str) -> None:
    assert shown in words(a_state(done=done))


def test_an_empty_run_is_complete() -> None:
    assert "100 %" in words(a_state(done=0, total=0))


SEGMENTS = [Segment("breaker open", 0), Segment("8/8 in flight", 1), Segment("3 retries", 2)]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (60, "breaker open · 8/8 in flight · 3 retries"),
        (40, "breaker open · 8/8 in flight · 3 retries"),
        (39, "breaker open · 8/8 in flight"),
        (27, "breaker open"),
        (8, "breaker…"),
    ],
)
def test_a_narrow_line_gives_up_what_matters_least(width: int, shown: str) -> None:
    assert fitting(SEGMENTS, width, " · ").plain == shown


@given(st.integers(1, 130), st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_line_never_exceeds_its_width(width: int, done: int, retries: int) -> None:
    snapshot = Snapshot(Traffic(retries=retries), 9, retries, "open", 3.0, 9)
    state = a_state(done=done, total=10**9, snapshot=snapshot)
    assert fitting(engine_segments(state), width, " · ").cell_len <= width
    assert fitting(pace_segments(state), width, "  ").cell_len <= width


def test_a_log_line_holds_everything() -> None:
    assert plain_line(a_state(elapsed_s=3700.0)) == (
        "1:01:40  120/500, 24 %, 12.3/s, ETA 31 s, 8/8 in flight, $0.0123"
    )


def test_the_pace_is_that_of_the_last_half_minute() -> None:
    pace = Pace()
    for second in range(100):
        pace.add(float(second), second)
    for second in range(100, 140):
        pace.add(float(second), 100 + 10 * (second - 100))
    assert pace.per_second == pytest.approx(10, rel=0.05)
    assert pace.remaining_s(50) == pytest.approx(5, rel=0.05)


def test_the_pace_is_unknown_until_something_ends() -> None:
    pace = Pace()
    assert pace.per_second is None
    pace.add(0.0, 0)
    assert pace.per_second is None
    pace.add(1.0, 0)
    assert pace.remaining_s(10) is None


def test_a_stalled_run_has_no_estimate() -> None:
    pace = Pace()
    for tenth in range(1000):
        pace.add(tenth / 10, min(tenth, 100))
    assert pace.per_second == 0
    assert pace.remaining_s(10) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 100)), max_size=300))
def test_the_pace_is_never_negative_and_remembers_little(steps: list[tuple[float, int]]) -> None:
    pace, now, done = Pace(), 0.0, 0
    for seconds, prompts in steps:
        now, done = now + seconds, done + prompts
        pace.add(now, done)
    assert pace.per_second is None or pace.per_second >= 0
    assert len(pace._samples) <= 62
