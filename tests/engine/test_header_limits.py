"""Limits learned from headers: nothing refused, nothing wasted, nothing believed blindly."""

import asyncio
from collections import Counter

import httpx
import pytest

from copygen.config import Settings
from copygen.engine.control.pacing import rate_of
from copygen.models import Status
from tests.support.fakes import CONFIG, Run, prompts
from tests.support.virtual_loop import run_virtual


@pytest.mark.parametrize(
    ("limit", "remaining", "reset_s", "rate_per_s"),
    [
        (500, 499, 0.12, 500 / 60),  # OpenAI: time until the bucket is full
        (500, 250, 30.0, 500 / 60),
        (14_400, 14_370, 179.56, 14_400 / 86_400),  # Groq: a limit per day
        (10, 5, 0.5, 10.0),
        (500, 499, 0.0, None),
        (500, 500, 10.0, None),
        (500, None, 10.0, None),
        (None, 5, 10.0, None),
        (500, 100, 3600.0, None),  # cut off: says nothing
    ],
)
def test_the_window_follows_from_what_is_used_and_when_it_is_back(
    limit: float | None, remaining: float | None, reset_s: float, rate_per_s: float | None
) -> None:
    assert rate_of(limit, remaining, reset_s) == (
        None if rate_per_s is None else pytest.approx(rate_per_s)
    )


class Telling:
    """`limit` requests a minute, said in every header; `fixed` fills the bucket at each minute."""

    def __init__(self, limit: int, *, fixed: bool = False, others_per_s: float = 0.0) -> None:
        self.limit, self.fixed, self.others_per_s = limit, fixed, others_per_s
        self.refused = 0
        self._level = float(limit)
        self._at = 0.0

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        if self.fixed:
            if now // 60 > self._at // 60:
                self._level = float(self.limit)
            reset_s = 60 - now % 60
        else:
            gained = (self.limit / 60 - self.others_per_s) * (now - self._at)
            self._level = min(self.limit, self._level + gained)
            reset_s = (self.limit - max(0.0, self._level - 1)) * 60 / self.limit
        self._at = now
        refused = self._level < 1
        if refused:
            self.refused += 1
        else:
            self._level -= 1
        headers = {
            "x-ratelimit-limit-requests": str(self.limit),
            "x-ratelimit-remaining-requests": str(int(self._level)),
            "x-ratelimit-reset-requests": f"{reset_s:.3f}s",
        }
        await asyncio.sleep(0.005 if refused else 0.5)
        if refused:
            net_per_s = self.limit / 60 - self.others_per_s
            wait_s = reset_s if self.fixed else (1 - self._level) / net_per_s
            return httpx.Response(429, headers={**headers, "retry-after": f"{wait_s:.3f}"})
        return httpx.Response(200, headers=headers, content=b"text")


def pace(provider: Telling, count: int) -> float:
    async def main() -> tuple[Run, float]:
        run = Run(provider, settings=Settings(concurrency=50), config=CONFIG)
        await run.over(prompts(count))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: count}
    return seconds


def test_what_is_left_of_a_bucket_is_used_at_once_and_then_its_rate_without_a_refusal() -> None:
    provider = Telling(600)
    assert pace(provider, 2000) <= 1.05 * (2000 - 600) / 10 + 5
    assert provider.refused <= 5


def test_a_window_that_is_filled_at_once_is_used_up_and_waited_for() -> None:
    provider = Telling(600, fixed=True)
    assert pace(provider, 2000) <= 1.10 * (3 * 60 + 200 / 10)
    assert provider.refused <= 10


@pytest.mark.no_cover
def test_others_on_the_same_key_are_left_their_share() -> None:
    provider = Telling(600, others_per_s=5.0)
    assert pace(provider, 2000) <= 1.15 * (2000 - 600) / 5 + 10
    assert provider.refused <= 0.02 * 2000
