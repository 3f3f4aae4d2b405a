"""Rate-limit headers in every format in use."""

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.providers.ratelimits import MAX_WAIT_S, RateLimits, limits_from

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = [
    f"{prefix}-{part}{family}"
    for prefix in ("x-ratelimit", "ratelimit")
    for part in ("limit", "remaining", "reset")
    for family in ("", "-requests", "-tokens")
] + [
    f"anthropic-ratelimit-{family}-{part}"
    for family in ("requests", "tokens", "input-tokens", "output-tokens")
    for part in ("limit", "remaining", "reset")
]

OPENAI = {
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-tokens": "0",
    "x-ratelimit-reset-tokens": "6m0s",
}
ANTHROPIC = {
    "anthropic-ratelimit-requests-limit": "50",
    "anthropic-ratelimit-requests-remaining": "49",
    "anthropic-ratelimit-requests-reset": "2026-11-23T12:00:30Z",
    "anthropic-ratelimit-tokens-limit": "90000",
    "anthropic-ratelimit-tokens-remaining": "88000",
    "anthropic-ratelimit-tokens-reset": "2026-11-23T12:00:01+00:00",
    "anthropic-ratelimit-input-tokens-limit": "80000",
    "anthropic-ratelimit-output-tokens-limit": "10000",
}
SPLIT = {
    "anthropic-ratelimit-input-tokens-limit": "80000",
    "anthropic-ratelimit-input-tokens-remaining": "60000",
    "anthropic-ratelimit-input-tokens-reset": "2026-11-23T12:00:10Z",
    "anthropic-ratelimit-output-tokens-limit": "10000",
    "anthropic-ratelimit-output-tokens-remaining": "500",
    "anthropic-ratelimit-output-tokens-reset": "2026-11-23T12:00:50Z",
}
EPOCH_MS = str(int(NOW.timestamp() * 1000) + 45_000)
EPOCH_S = str(int(NOW.timestamp()) + 45)


def requests(
    limit: float | None = None, remaining: float | None = None, reset_s: float | None = None
) -> RateLimits:
    return RateLimits(limit, remaining, reset_s)


@pytest.mark.parametrize(
    ("headers", "limits"),
    [
        (OPENAI, RateLimits(500, 499, 0.12, 30000, 0, 360)),
        (ANTHROPIC, RateLimits(50, 49, 30, 90000, 88000, 1)),
        # Input and output apart: the one with less left.
        (SPLIT, RateLimits(tokens_limit=10000, tokens_remaining=500, tokens_reset_s=50)),
        # OpenRouter, and the generic names.
        ({"X-RateLimit-Limit": "20", "X-RateLimit-Remaining": "3"}, requests(20, 3)),
        ({"X-RateLimit-Limit": "20", "X-RateLimit-Reset": EPOCH_MS}, requests(20, None, 45)),
        ({"ratelimit-limit": "20", "ratelimit-reset": EPOCH_S}, requests(20, None, 45)),
        # Resets in every notation: Go, plain seconds (Azure), a date in the past.
        ({"x-ratelimit-reset-requests": "7.66s"}, requests(reset_s=7.66)),
        ({"x-ratelimit-reset-requests": "1m26.4s"}, requests(reset_s=86.4)),
        ({"x-ratelimit-reset-requests": "1h2m3s"}, requests(reset_s=3600)),
        ({"x-ratelimit-reset-requests": "10"}, requests(reset_s=10)),
        (
            {"anthropic-ratelimit-requests-reset": "2026-11-23T11:59:00Z"},
            requests(reset_s=0),
        ),
        ({"x-ratelimit-reset-requests": "soon"}, RateLimits()),
        # Azure where it has nothing to say.
        (
            {"x-ratelimit-remaining-requests": "-1", "x-ratelimit-remaining-tokens": "0"},
            RateLimits(),
        ),
        (
            {"x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0"},
            RateLimits(),
        ),
        ({"x-ratelimit-limit-requests": "-1", "x-ratelimit-limit-tokens": "many"}, RateLimits()),
        # ... and an unknown window does not hide a known one under another name.
        (
            {"x-ratelimit-limit-requests": "-1", "x-ratelimit-limit": "60"},
            requests(60),
        ),
        ({"x-ratelimit-remaining-tokens": "12"}, RateLimits(tokens_remaining=12)),
        # Nonsense and other people's headers.
        ({"x-ratelimit-limit-requests": "9e99"}, RateLimits()),
        ({"x-ratelimit-remaining-tokens_usage_based": "12"}, RateLimits()),
        ({"content-type": "application/json"}, RateLimits()),
        ({}, RateLimits()),
    ],
)
def test_limits_as_providers_report_them(headers: dict[str, str], limits: RateLimits) -> None:
    assert limits_from(httpx.Headers(headers), NOW) == limits
    assert limits_from(headers, NOW) == limits
    assert limits_from({name.title(): value for name, value in headers.items()}, NOW) == limits


@pytest.mark.parametrize(
    ("limits", "seconds"),
    [
        (RateLimits(), None),
        (RateLimits(5, 1, 9, 5, 2, 8), None),
        (RateLimits(5, 0, 9, 5, 2, 80), 9),
        (RateLimits(5, 0, 9, 5, 0, 80), 80),
        (RateLimits(5, 0, None), None),
    ],
)
def test_only_used_up_limits_ask_for_a_wait(limits: RateLimits, seconds: float | None) -> None:
    assert limits.exhausted_s == seconds


@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40) | st.floats().map(str)))
def test_no_header_raises_or_leaves_the_bounds(headers: dict[str, str]) -> None:
    limits = limits_from(headers, NOW)

    for limit in (limits.requests_limit, limits.tokens_limit):
        assert limit is None or limit >= 1
    for remaining in (limits.requests_remaining, limits.tokens_remaining):
        assert remaining is None or remaining >= 0
    for wait in (limits.requests_reset_s, limits.tokens_reset_s, limits.exhausted_s):
        assert wait is None or 0 <= wait <= MAX_WAIT_S
