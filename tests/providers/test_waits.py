"""Waits and limits in every notation providers use."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.providers.ratelimits import (
    MAX_WAIT_S,
    RateLimits,
    duration_s,
    limits_from,
    number_of,
    retry_after_s,
    wait_in_text_s,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EPOCH_S = NOW.timestamp()


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        # Seconds.
        ("0", 0),
        ("7", 7),
        (" 7 ", 7),
        ("7.5", 7.5),
        (".5", 0.5),
        ("7.", 7),
        ("+7", 7),
        ("007", 7),
        ("1e1", 10),
        ("3600", 3600),
        ("3601", 3600),
        ("86400", 3600),
        ("1e9", 3600),
        ("99999999999999999999", 3600),
        ("1e999", 3600),
        # Unix times, in seconds and milliseconds.
        (str(int(EPOCH_S) + 30), 30),
        (str(int(EPOCH_S) - 30), 0),
        (str((int(EPOCH_S) + 30) * 1000), 30),
        (str(int(EPOCH_S) + 86_400), 3600),
        # Too far from now to be a time: an absurd number of seconds.
        ("1500000000", 3600),
        ("1e12", 3600),
        # HTTP dates.
        ("Mon, 23 Nov 2026 12:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 12:00:07 -0000", 7),
        ("Mon, 23 Nov 2026 14:00:07 +0200", 7),
        ("Monday, 23-Nov-26 12:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 11:59:00 GMT", 0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Wed, 23 Nov 2033 12:00:00 GMT", 3600),
        # RFC 3339.
        ("2026-11-23T12:00:45Z", 45),
        ("2026-11-23T12:00:45.250000+00:00", 45.25),
        # Go durations.
        ("12ms", 0.012),
        ("1s", 1),
        ("7.66s", 7.66),
        ("6m0s", 360),
        ("1m26.4s", 86.4),
        ("1h0m0s", 3600),
        ("1h2m3s", 3600),
        ("500us", 0.0005),
        ("500µs", 0.0005),
        ("2m", 120),
        # What says nothing.
        ("", None),
        (" ", None),
        ("-1", None),
        ("-0.5", None),
        ("-5s", None),
        ("abc", None),
        ("NaN", None),
        ("inf", None),
        ("-inf", None),
        ("1_000", None),
        ("٣", None),
        ("0x10", None),
        ("1,5", None),
        ("5 minutes", None),
        ("1s later", None),
        ("Mon, 99 Nov 2026 12:00:07 GMT", None),
        ("Mon, 23 Nov 100000 12:00:07 GMT", None),
        ("Mon, 23", None),
        ("Nov -0000 - 12.5 99999999999 0", None),
        ("9" * 65, None),
    ],
)
def test_retry_after_in_every_notation(value: str, seconds: float | None) -> None:
    expected = None if seconds is None else pytest.approx(seconds)

    assert retry_after_s({"retry-after": value}, NOW) == expected


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "0.5"}, 0.0005),
        ({"retry-after-ms": "1e12"}, 3600),
        ({"retry-after-ms": "1500", "retry-after": "2"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2),
        ({"retry-after-ms": "-1", "retry-after": "2"}, 2),
        ({"Retry-After-Ms": "1500"}, 1.5),
        ({"Retry-After": "2"}, 2),
        ({"x-ratelimit-reset-requests": "2"}, None),
    ],
)
def test_the_finer_header_goes_first(headers: dict[str, str], seconds: float | None) -> None:
    expected = None if seconds is None else pytest.approx(seconds)

    assert retry_after_s(httpx.Headers(headers), NOW) == expected


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("Please retry after 37 seconds. To increase your quota", 37),
        ("Please try again in 6m0s.", 360),
        ("Please try again in 1.2s. Visit", 1.2),
        ("Please try again in 120ms.", 0.12),
        ("Please retry in 37.123s.", 37.123),
        ("Try again in 1 second", 1),
        ("try again in about 5 minutes", 300),
        ("wait for 500 milliseconds", 0.5),
        ("retry after 2 hours", 3600),
        ("RETRY AFTER 3 SECS", 3),
        # Negative rows.
        ("", None),
        ("Please try again later.", None),
        ("Retry after the maintenance", None),
        ("retry in 5 steps", None),
        ("retried after 37 seconds without success", None),
        ("Limit 30, Used 30, Requested 1s", None),
    ],
)
def test_the_wait_an_error_message_names(message: str, seconds: float | None) -> None:
    expected = None if seconds is None else pytest.approx(seconds)

    assert wait_in_text_s(message) == expected


@given(st.text(max_size=80))
def test_no_text_raises_or_leaves_the_bounds(text: str) -> None:
    names = ("retry-after-ms", "retry-after")
    headers = dict.fromkeys(names, text)
    for seconds in (retry_after_s(headers, NOW), duration_s(text, NOW), wait_in_text_s(text)):
        assert seconds is None or 0 <= seconds <= MAX_WAIT_S


@given(st.floats() | st.integers())
def test_no_number_raises_or_leaves_the_bounds(number: float) -> None:
    seconds = retry_after_s({"retry-after": str(number)}, NOW)

    assert seconds is None or 0 <= seconds <= MAX_WAIT_S


@given(st.floats(0, 1e9) | st.integers(0, 10**9))
def test_seconds_are_taken_as_they_are_and_negated_ignored(number: float) -> None:
    assert retry_after_s({"retry-after": str(abs(number))}, NOW) == min(number, MAX_WAIT_S)
    assert retry_after_s({"retry-after": f"-{abs(number)}"}, NOW) is None


@given(wait=st.integers(0, 3600), ahead=st.timedeltas(timedelta(-300_000), timedelta(300_000)))
def test_a_date_is_the_same_wait_as_its_seconds(wait: int, ahead: timedelta) -> None:
    now = (NOW + ahead).replace(microsecond=0)
    until = now + timedelta(seconds=wait)

    assert retry_after_s({"retry-after": format_datetime(until, usegmt=True)}, now) == wait
    assert duration_s(until.isoformat(), now) == wait
    assert retry_after_s({"retry-after": str(wait)}, now) == wait


@given(h=st.integers(0, 2), m=st.integers(0, 99), s=st.decimals(0, 99, places=3))
def test_go_durations_add_up(h: int, m: int, s: object) -> None:
    total = h * 3600 + m * 60 + float(str(s))

    assert duration_s(f"{h}h{m}m{s}s", NOW) == pytest.approx(min(total, MAX_WAIT_S))


@pytest.mark.parametrize(
    ("date", "after", "seconds"),
    [
        # The server's clock is two minutes ahead, an hour behind, years off.
        ("Mon, 23 Nov 2026 12:02:00 GMT", "Mon, 23 Nov 2026 12:02:07 GMT", 7),
        ("Mon, 23 Nov 2026 11:00:00 GMT", "Mon, 23 Nov 2026 11:00:07 GMT", 7),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:07 GMT", 7),
        # Nothing to go by: our own clock.
        ("yesterday", "Mon, 23 Nov 2026 12:00:07 GMT", 7),
        ("9" * 70_000, "Mon, 23 Nov 2026 12:00:07 GMT", 7),
        ("Mon, 23 Nov 2026 11:00:00 GMT", "7", 7),
    ],
)
def test_a_date_is_taken_by_the_clock_that_wrote_it(date: str, after: str, seconds: float) -> None:
    assert retry_after_s({"retry-after": after, "date": date}, NOW) == seconds


@pytest.mark.parametrize("piece", ["9", "1.", " ", "1s", "+", "e", ".", "1h2", "-"])
def test_no_header_is_looked_at_more_than_it_is_long(piece: str) -> None:
    text = piece * 200_000
    headers = dict.fromkeys(("retry-after", "retry-after-ms", "date", "x-ratelimit-limit"), text)

    assert retry_after_s(headers, NOW) is None
    assert number_of(text) is None
    assert duration_s(text, NOW) is None
    assert limits_from(headers, NOW) == RateLimits()
    wait_in_text_s("retry in " + text)
