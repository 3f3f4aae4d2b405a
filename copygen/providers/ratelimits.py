"""The rate limits a reply's headers report. Pure: the time is an argument.

Notations differ by provider (OpenAI's Go durations, Azure's plain seconds, Anthropic's RFC 3339,
OpenRouter's Unix milliseconds), at times under the same header name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from copygen.providers.headers import duration_s, number_of, server_time

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
    relevant = {
        name.lower(): value for name, value in headers.items() if "ratelimit" in name.lower()
    }
    if not relevant:
        return RateLimits()
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
