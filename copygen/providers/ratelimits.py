"""The rate limits and waiting times that a reply reports. Pure: the time is an argument.

Seconds, milliseconds, HTTP dates, RFC 3339 (Anthropic), Unix times (OpenRouter) and Go durations
(OpenAI's `1m26.4s`) are all in use, at times under the same header name. What cannot be read is
ignored, never an error.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_IMPLAUSIBLE = 1e11
"""No provider counts this many requests or tokens: such a number is a time in the wrong place."""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What a reply says of its key's limits. None: not said, or not to be believed."""

    requests_limit: float | None = None
    """Allowed per window. The window's length is not told; most mean a minute, a few a day."""
    requests_remaining: float | None = None
    requests_reset_s: float | None = None
    """Seconds until the window is *fully* free again, not until the next request may go."""
    tokens_limit: float | None = None
    tokens_remaining: float | None = None
    tokens_reset_s: float | None = None

    @property
    def exhausted_s(self) -> float | None:
        """Seconds until every used-up window is free again; None when none is used up."""
        windows = (
            (self.requests_remaining, self.requests_reset_s),
            (self.tokens_remaining, self.tokens_reset_s),
        )
        waits = [reset for left, reset in windows if left == 0 and reset is not None]
        return max(waits, default=None)


def limits_from(headers: Mapping[str, str], now: datetime) -> RateLimits:
    """The limits of OpenAI-, Azure-, Groq-, OpenRouter- and Anthropic-style headers.

    Never raises; names are taken in any case. Azure sends `-1` or `0` where it has nothing to
    say: a limit below 1, and a `0` remaining without a limit, are None. A reset is within
    [0, 1 h], as every wait. Where Anthropic splits its tokens into input and output and names no
    common limit, the one with less left counts.
    """
    named = [name for name in headers if "ratelimit" in name.lower()]
    if not named:
        return RateLimits()
    # Not every name that is listed is found again: httpx lowers bytes, and we text beyond ASCII.
    relevant = {name.lower(): headers.get(name, "") for name in named}
    now = server_time(headers, now)
    requests = _first(relevant, _REQUESTS, now)
    tokens = _first(relevant, _TOKENS, now)
    if tokens == _NOTHING:
        tokens = min((_window(relevant, names, now) for names in _SPLIT_TOKENS), key=_left)
    return RateLimits(*requests, *tokens)


_Window = tuple[float | None, float | None, float | None]
"""Limit, remaining, seconds until reset."""

_NOTHING: _Window = (None, None, None)

_Names = tuple[str, str, str]
"""The headers of one window, in the same order."""


def _names(form: str) -> _Names:
    return form.format("limit"), form.format("remaining"), form.format("reset")


_REQUESTS = (
    _names("x-ratelimit-{}-requests"),
    _names("anthropic-ratelimit-requests-{}"),
    _names("x-ratelimit-{}"),
    _names("ratelimit-{}"),
)
_TOKENS = (
    _names("x-ratelimit-{}-tokens"),
    _names("anthropic-ratelimit-tokens-{}"),
)
_SPLIT_TOKENS = (
    _names("anthropic-ratelimit-input-tokens-{}"),
    _names("anthropic-ratelimit-output-tokens-{}"),
)


def _first(headers: Mapping[str, str], names: tuple[_Names, ...], now: datetime) -> _Window:
    for one in names:
        window = _window(headers, one, now)
        if window != _NOTHING:
            return window
    return _NOTHING


def _window(headers: Mapping[str, str], names: _Names, now: datetime) -> _Window:
    limit, remaining = _count(headers.get(names[0])), _count(headers.get(names[1]))
    reset = headers.get(names[2])
    reset_s = None if reset is None else duration_s(reset, now)
    return (limit, remaining, reset_s) if limit else (None, remaining or None, reset_s)


def _left(window: _Window) -> tuple[bool, float]:
    limit, remaining, _ = window
    if limit is None or remaining is None:
        return True, 0.0
    return False, remaining / limit


def _count(text: str | None) -> float | None:
    number = None if text is None else number_of(text)
    return float(int(number)) if number is not None and number < _IMPLAUSIBLE else None


MAX_WAIT_S = 3600.0
"""No wait is longer: past an hour, a header is more likely wrong than a provider that slow."""

# Possessive, so that no header is looked at twice: one of 16 000 digits held the loop for 5 s.
_NUMBER = re.compile(r"\+?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d{1,4})?", re.ASCII)
_GO_DURATION = re.compile(r"(?:\d++(?:\.\d++)?(?:h|ms|m|s|us|µs|ns))+", re.ASCII)
_GO_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)", re.ASCII)
_UNIT_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
# A number above the first is a Unix time in seconds (2001 on), above the second one in
# milliseconds (1973 on, where the same in seconds would be the year 5138). No wait is that long.
_EPOCH_S = 1e9
_EPOCH_MS = 1e11
_YEAR_S = 366 * 86_400
_LONGEST_VALUE = 64
"""Characters of a header that may be a time: the longest notation, an HTTP date, has 29."""

_WAIT_IN_TEXT = re.compile(
    r"\b(?:retry|try\s+again|wait)\s+(?:after|in|for)\s+(?:about\s+)?"
    r"(?:(?P<go>(?:\d{1,9}(?:\.\d{1,9})?(?:h|ms|m|s)){1,6})(?![a-z\d])"
    r"|(?P<number>\d{1,9}(?:\.\d{1,9})?)\s*(?P<unit>milliseconds?|seconds?|secs?|minutes?|mins?|hours?))",
    re.IGNORECASE | re.ASCII,
)
_WORD_UNIT_S = (("mil", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0))


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the headers ask to wait, in [0, `MAX_WAIT_S`]; None when they do not say.

    `retry-after-ms` (Azure, OpenAI) is finer and goes first. A date in the past means now; a
    negative or unreadable value says nothing. Names are looked up in lower case.
    """
    milliseconds = headers.get("retry-after-ms")
    if milliseconds is not None and (value := number_of(milliseconds)) is not None:
        return _clamp(value / 1000)
    after = headers.get("retry-after")
    return None if after is None else duration_s(after, server_time(headers, now))


def server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    """The time by the clock that wrote these headers, `now` where they do not say (RFC 9110
    section 6.6.1). Dates in them are by that clock, which may be minutes off ours.
    """
    date = headers.get("date")
    if date is None or len(date) > _LONGEST_VALUE or (moment := _moment(date.strip())) is None:
        return now
    return datetime.fromtimestamp(moment, UTC)


def duration_s(text: str, now: datetime) -> float | None:
    """Seconds from `now` in any of the notations in use, clamped like `retry_after_s`.

    A bare number is seconds, unless it is a Unix time (in s or ms) within a year of `now`.
    """
    if len(text) > _LONGEST_VALUE:
        return None
    text = text.strip()
    if (number := number_of(text)) is not None:
        return _clamp(_from_number(number, now.timestamp()))
    if _GO_DURATION.fullmatch(text):
        return _clamp(_go_seconds(text))
    moment = _moment(text)
    return None if moment is None else _clamp(moment - now.timestamp())


def wait_in_text_s(message: str) -> float | None:
    """The wait an error message names ("Please retry after 37 seconds"), clamped; or None."""
    match = _WAIT_IN_TEXT.search(message)
    if match is None:
        return None
    if match["go"]:
        return _clamp(_go_seconds(match["go"].lower()))
    unit = match["unit"].lower()
    factor = next(seconds for start, seconds in _WORD_UNIT_S if unit.startswith(start))
    return _clamp(float(match["number"]) * factor)


def number_of(text: str) -> float | None:
    """A header's plain number, at least 0; None for anything else, a negative one included."""
    if len(text) > _LONGEST_VALUE:
        return None
    text = text.strip()  # of more than `float` strips
    return float(text) if _NUMBER.fullmatch(text) else None


def _from_number(number: float, now_s: float) -> float:
    if number > _EPOCH_S:
        epoch_s = number / 1000 if number > _EPOCH_MS else number
        if abs(epoch_s - now_s) < _YEAR_S:
            return epoch_s - now_s
    return number


def _go_seconds(text: str) -> float:
    return sum(float(number) * _UNIT_S[unit] for number, unit in _GO_PART.findall(text))


def _moment(text: str) -> float | None:
    """Unix time of an HTTP date or an RFC 3339 time stamp."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError, OSError):  # OverflowError: a year no clock can hold
            continue
    return None


def _clamp(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_WAIT_S)
