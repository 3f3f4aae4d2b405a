"""A provider in trouble, in virtual time: ours against a client that fails fast."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from copygen.config import BreakerSettings, RetrySettings, Settings
from copygen.engine.control.breaker import Call, CircuitBreaker, RetryBudget, Verdict
from copygen.engine.retry import backoff_s
from copygen.errors import LimitReached, ProviderDown
from copygen.models import Kind, Prompt, Status
from tests.support.fakes import Run, prompt, prompts
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover

Trouble = Callable[[float], str]
"""What the provider does at a moment: `fine`, `refuse`, `error` or `hang`."""
REPLY_S = 0.04


def outage(now: float) -> str:
    return "refuse" if 2 <= now < 62 else "fine"


def errors(now: float) -> str:
    return "error" if 2 <= now < 62 else "fine"


def flapping(now: float) -> str:
    return "error" if now < 120 and int(now / 3) % 2 else "fine"


def slow_death(now: float) -> str:
    return "hang" if 2 <= now < 200 else "fine"


class Provider:
    """Answers as its trouble has it, and counts what arrived while it was not fine."""

    def __init__(self, trouble: Trouble, reply_s: float = REPLY_S) -> None:
        self.trouble = trouble
        self.reply_s = reply_s
        self.into_trouble = 0
        self.requests = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        does = self.trouble(asyncio.get_running_loop().time())
        self.requests += 1
        self.into_trouble += does != "fine"
        if does == "hang":
            await asyncio.sleep(1e6)
        await asyncio.sleep(self.reply_s)
        if does == "refuse":
            raise httpx.ConnectError("refused")
        return httpx.Response(500 if does == "error" else 200, content=b"text")


async def fail_fast(provider: Provider, rows: int, concurrency: int) -> int:
    """The usual way: an open breaker is an error, and errors use up attempts. The rows lost."""
    breaker = CircuitBreaker("x", BreakerSettings(), random.Random(0))
    rng, rules = random.Random(0), RetrySettings()
    loop = asyncio.get_running_loop()
    left = iter(range(rows))
    lost = 0

    async def attempt() -> bool:
        permit = breaker.admit(loop.time())
        if not isinstance(permit, Call):
            return False
        verdict = Verdict.TIMEOUT
        try:
            async with asyncio.timeout(30):
                reply = await provider(httpx.Request("POST", "https://x"))
            verdict = Verdict.SUCCESS if reply.status_code == 200 else Verdict.FAILURE
        except httpx.ConnectError:
            verdict = Verdict.NO_CONNECTION
        except TimeoutError:
            pass
        breaker.record(permit, verdict, loop.time())
        return verdict is Verdict.SUCCESS

    async def worker() -> None:
        nonlocal lost
        for _ in left:
            for number in range(1, rules.max_attempts + 1):
                if await attempt():
                    break
                await asyncio.sleep(backoff_s(number, rules.base_s, rules.cap_s, rng))
            else:
                lost += 1

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return lost


@pytest.mark.parametrize("trouble", [outage, errors, flapping, slow_death])
def test_trouble_costs_no_row_and_fewer_requests_than_failing_fast(trouble: Trouble) -> None:
    ours, theirs = Provider(trouble), Provider(trouble)

    async def main() -> Run:
        run = Run(ours, settings=Settings(concurrency=50))
        return await run.over(prompts(5000))

    run = run_virtual(main())
    lost = run_virtual(fail_fast(theirs, 5000, 50))
    assert Counter(result.status for result in run.results) == {Status.OK: 5000}
    assert len({result.id for result in run.results}) == 5000
    assert lost > 0
    assert ours.into_trouble <= 1.3 * theirs.into_trouble + 20


def test_B1_ten_minutes_without_an_answer_cost_few_requests() -> None:
    dead = Provider(lambda now: "refuse" if now < 600 else "fine")

    async def main() -> Run:
        return await Run(dead, settings=Settings(concurrency=50)).over(prompts(500))

    run = run_virtual(main())
    assert {result.status for result in run.results} == {Status.OK}
    assert dead.into_trouble <= 50 + 20 + 15


@pytest.mark.parametrize("does", ["refuse", "error"])
def test_a_run_of_three_prompts_outlasts_ten_minutes_of_trouble_too(does: str) -> None:
    """With so few prompts each of them is a probe several times over."""
    provider = Provider(lambda now: does if now < 600 else "fine")

    async def main() -> Run:
        calm = BreakerSettings(min_calls=4)
        return await Run(provider, settings=Settings(breaker=calm)).over(prompts(3))

    run = run_virtual(main())
    assert [result.status for result in run.results] == [Status.OK] * 3


def test_a_single_prompt_waits_no_longer_than_was_asked_for() -> None:
    """Its backoff grows past the patience before its failures could open a breaker."""

    async def main() -> tuple[Run, float]:
        rules = BreakerSettings(give_up_after_s=20)
        run = Run(Provider(lambda _now: "refuse"), settings=Settings(breaker=rules))
        await run.over(prompts(1))
        return run, asyncio.get_running_loop().time()

    run, ended = run_virtual(main())
    assert isinstance(run.error, ProviderDown)
    assert ended < 25
    assert run.results == []


def test_B6_the_pace_is_back_soon_after_an_outage() -> None:
    ended: list[float] = []

    async def main() -> None:
        run = Run(Provider(outage, 0.2), settings=Settings(concurrency=50))
        loop = asyncio.get_running_loop()
        run.emit = lambda _result: ended.append(loop.time())
        await run.over(prompts(12_000))

    run_virtual(main())
    closed = min(at for at in ended if at > 62)
    assert closed < 62 + 72
    before = sum(1 <= at < 2 for at in ended)
    after = sum(closed + 29 <= at < closed + 30 for at in ended)
    assert after >= 0.9 * before


def test_B8_one_sick_model_does_not_hold_up_the_other() -> None:
    def both() -> list[Prompt]:
        return [prompt(n, "sick" if n % 2 else "well") for n in range(1, 4001)]

    well_until: dict[str, float] = {}

    async def provider(request: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(REPLY_S)
        if request.headers["x-model"] == "sick" and now < 300:
            return httpx.Response(500)
        well_until[request.headers["x-model"]] = now
        return httpx.Response(200, content=b"text")

    async def main(entries: list[Prompt]) -> Run:
        return await Run(provider, settings=Settings(concurrency=20)).over(entries)

    alone = run_virtual(main([entry for entry in both() if entry.model == "well"]))
    alone_s = well_until.pop("well")
    run = run_virtual(main(both()))
    assert Counter(result.status for result in run.results) == {Status.OK: 4000}
    assert len({result.id for result in run.results}) == 4000
    assert len(alone.results) == 2000
    # Until its breaker opens, the sick model takes its share of the slots.
    assert well_until["well"] <= alone_s * 1.02 + 1.0


def test_R6_retries_of_a_whole_run_are_bounded() -> None:
    rng = random.Random(7)
    provider = Provider(lambda _now: "error" if rng.random() < 0.4 else "fine")

    async def main() -> Run:
        retry = RetrySettings(max_attempts=50)
        return await Run(provider, settings=Settings(concurrency=20, retry=retry)).over(
            prompts(2000)
        )

    run = run_virtual(main())
    openings = run.engine.snapshot().traffic.breaker_openings
    assert Counter(result.status for result in run.results) == {Status.OK: 2000}
    assert openings > 0
    assert provider.requests <= 1.3 * 2000 + (1 + openings) * (20 + 20) + openings


def test_R6_the_budget_is_a_share_and_a_reserve() -> None:
    budget = RetryBudget(RetrySettings(), concurrency=4)
    for _ in range(100):
        budget.earn()
    spent = 0
    while budget.spend():
        spent += 1
    assert spent in (53, 54)  # 24 and 100 x 0.3, which floats make a little less
    budget.refill()
    assert [budget.spend() for _ in range(25)] == [True] * 24 + [False]


def test_a_429_is_paid_for_from_no_budget() -> None:
    answers = Counter[bytes]()

    async def provider(request: httpx.Request) -> httpx.Response:
        answers[request.content] += 1
        return httpx.Response(429 if answers[request.content] < 6 else 200, content=b"x")

    async def main() -> Run:
        return await Run(provider, settings=Settings(concurrency=4)).over(prompts(40))

    run = run_virtual(main())
    assert {result.status for result in run.results} == {Status.OK}
    assert run.engine.snapshot().traffic.breaker_openings == 0


def test_slow_calls_count_as_failures_when_asked_to() -> None:
    async def provider(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(5 if asyncio.get_running_loop().time() < 30 else 1)
        return httpx.Response(200, content=b"x")

    async def main(slow_call_s: float | None) -> Run:
        breaker = BreakerSettings(slow_call_s=slow_call_s)
        return await Run(provider, settings=Settings(concurrency=4, breaker=breaker)).over(
            prompts(30)
        )

    assert run_virtual(main(None)).engine.snapshot().traffic.breaker_openings == 0
    run = run_virtual(main(2.0))
    assert run.engine.snapshot().traffic.breaker_openings >= 1
    assert {result.status for result in run.results} == {Status.OK}


def test_the_run_has_a_deadline_that_keeps_what_is_in_flight() -> None:
    async def provider(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1)
        return httpx.Response(200, content=b"x")

    async def main() -> tuple[Run, float]:
        settings = Settings(concurrency=10, run_timeout_s=5.5)
        run = await Run(provider, settings=settings).over(prompts(1000))
        return run, asyncio.get_running_loop().time()

    run, ended = run_virtual(main())
    assert isinstance(run.error, LimitReached)
    assert len(run.results) == 60
    assert ended == pytest.approx(6, abs=0.01)


def test_a_prompt_has_a_deadline_that_ends_its_retries() -> None:
    async def main() -> Run:
        retry = RetrySettings(max_attempts=1000)
        calm = BreakerSettings(min_calls=50, window=50)
        settings = Settings(concurrency=1, retry=retry, breaker=calm, prompt_timeout_s=100.0)
        return await Run(lambda _: httpx.Response(500), settings=settings).over([prompt(1)])

    run = run_virtual(main())
    (result,) = run.results
    assert result.status is Status.FAILED
    assert result.total_ms <= 100_000
    assert result.error is not None
    assert result.error.kind is Kind.SERVER
