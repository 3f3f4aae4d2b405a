from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.figures import (
    count,
    counted,
    duration,
    exact_money,
    latency,
    money,
    rate,
    share,
    whole_duration,
)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("0.0012", "$0.0012"),
        ("0.05", "$0.0500"),
        ("0.42674", "$0.4267"),
        ("0.000123", "$0.000123"),
        ("0.0000363", "$0.0000363"),
        ("0.0000001", "<$0.000001"),
        ("0.99996", "$1.00"),
        ("12.345", "$12.35"),
        ("1234567.8", "$1,234,567.80"),
        ("-1.2", "-$1.20"),
    ],
)
def test_money_has_enough_digits_to_compare_two_runs(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("5", "$5.00"), ("0.02", "$0.02"), ("0.0250", "$0.025"), ("1E+3", "$1,000.00")],
)
def test_an_amount_a_person_gave_is_never_rounded(amount: str, shown: str) -> None:
    assert exact_money(Decimal(amount)) == shown


def test_another_currency_goes_by_its_code() -> None:
    assert money(Decimal("1321.7"), "CNY") == "CNY 1,321.70"


@given(st.decimals(0, 10**9, allow_nan=False, places=9))
def test_money_shown_is_within_half_a_percent(amount: Decimal) -> None:
    shown = money(amount).replace("$", "").replace(",", "")
    if shown.startswith("<"):
        assert 0 < amount < Decimal(shown[1:])
    else:
        assert abs(Decimal(shown) - amount) <= amount / 20 if amount < 1 else amount / 200


@pytest.mark.parametrize(
    ("seconds", "shown", "whole"),
    [
        (0.0, "0 ms", "0 s"),
        (0.05, "50 ms", "0 s"),
        (1.24, "1.2 s", "1 s"),
        (59.94, "59.9 s", "1 m 00 s"),
        (59.96, "1 m 00 s", "1 m 00 s"),
        (185.0, "3 m 05 s", "3 m 05 s"),
        (3599.6, "1 h 00 m", "1 h 00 m"),
        (7620.0, "2 h 07 m", "2 h 07 m"),
        (86399.0, "1 d 00 h", "1 d 00 h"),
        (367_200.0, "4 d 06 h", "4 d 06 h"),
    ],
)
def test_durations_in_the_two_units_that_matter(seconds: float, shown: str, whole: str) -> None:
    assert duration(seconds) == shown
    assert whole_duration(seconds) == whole


@pytest.mark.parametrize(
    ("milliseconds", "shown"),
    [
        (0.42, "0.4 ms"),
        (9.96, "10 ms"),
        (38.2, "38 ms"),
        (999.6, "1.00 s"),
        (1234.0, "1.23 s"),
        (9996.0, "10.0 s"),
        (185_000.0, "3 m 05 s"),
    ],
)
def test_latencies_with_three_digits(milliseconds: float, shown: str) -> None:
    assert latency(milliseconds) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 5, "0 %"),
        (0, 0, "0 %"),
        (5, 5, "100 %"),
        (1, 3, "33 %"),
        (995, 1000, "99.5 %"),
        (99_999, 100_000, "99.9 %"),
        (1, 100_000, "<0.1 %"),
    ],
)
def test_a_share_never_rounds_to_all_or_nothing(part: int, whole: int, shown: str) -> None:
    assert share(part, whole) == shown


@pytest.mark.parametrize(
    ("per_second", "shown"),
    [(0.0, "0.0/s"), (0.5, "30.0/min"), (0.999, "1.0/s"), (12.34, "12.3/s"), (1234.5, "1,234/s")],
)
def test_slow_rates_are_per_minute(per_second: float, shown: str) -> None:
    assert rate(per_second) == shown


def test_a_rate_says_of_what() -> None:
    assert rate(0.5, "prompts") == "30.0 prompts/min"


def test_counts() -> None:
    assert count(1234567) == "1,234,567"
    assert counted(1, "retry", "retries") == "1 retry"
    assert counted(2000, "retry", "retries") == "2,000 retries"
    assert counted(0, "prompt") == "0 prompts"
