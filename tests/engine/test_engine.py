import asyncio
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from copygen.config import BreakerSettings, RetrySettings, Settings
from copygen.errors import ProviderDown, ProviderRefused
from copygen.models import Kind, Prompt, Status
from tests.support.fakes import Run, prompt, prompts
from tests.support.virtual_loop import run_virtual


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=request.content)


def settings(**changes: object) -> Settings:
    return Settings.model_validate({"concurrency": 4, **changes})


def test_every_prompt_ends_in_one_result_with_its_own_text() -> None:
    async def main() -> Run:
        return await Run(echo, settings=settings()).over(prompts(100))

    run = run_virtual(main())
    assert {r.id: r.text for r in run.results} == {f"p{n}": str(n) for n in range(1, 101)}
    assert {r.status for r in run.results} == {Status.OK}
    assert len(run.results) == 100


def test_C6_never_more_requests_in_flight_than_the_concurrency() -> None:
    in_flight = 0
    most = 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal in_flight, most
        in_flight += 1
        most = max(most, in_flight)
        await asyncio.sleep(0.04)
        in_flight -= 1
        return httpx.Response(500 if int(request.content) % 7 == 0 and most % 2 else 200)

    async def main() -> float:
        await Run(handler, settings=settings(concurrency=50)).over(prompts(1000))
        return asyncio.get_running_loop().time()

    run_virtual(main())
    assert most == 50


@pytest.mark.no_cover
def test_with_steady_replies_the_run_takes_the_ideal_time() -> None:
    async def handler(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.04)
        return httpx.Response(200, content=b"x")

    async def main() -> float:
        await Run(handler, settings=settings(concurrency=50)).over(prompts(5000))
        return asyncio.get_running_loop().time()

    # The first two rounds are narrower: a run begins with twenty requests in flight.
    assert run_virtual(main()) == pytest.approx(5000 / 50 * 0.04, rel=0.015)


def test_the_source_is_read_no_further_than_the_workers_need() -> None:
    read = 0

    def source() -> Iterator[Prompt]:
        nonlocal read
        for entry in prompts(1000):
            read += 1
            yield entry

    done = 0
    lead = 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal done, lead
        lead = max(lead, read - done)
        await asyncio.sleep(1)
        done += 1
        return httpx.Response(200, content=b"x")

    async def main() -> None:
        await Run(handler, settings=settings(concurrency=4)).over(source())

    run_virtual(main())
    assert lead <= 4


def test_a_server_error_is_retried_until_it_heals() -> None:
    seen: Counter[bytes] = Counter()

    def handler(request: httpx.Request) -> httpx.Response:
        seen[request.content] += 1
        return httpx.Response(200 if seen[request.content] == 3 else 503, content=b"text")

    async def main() -> Run:
        calm = BreakerSettings(min_calls=50)
        return await Run(handler, settings=settings(breaker=calm)).over(prompts(6))

    run = run_virtual(main())
    assert [(r.status, r.attempts) for r in run.results] == [(Status.OK, 3)] * 6
    assert run.engine.snapshot().traffic.retries == 12


def test_max_attempts_one_forbids_retries() -> None:
    async def main() -> Run:
        retry = RetrySettings(max_attempts=1)
        return await Run(lambda _: httpx.Response(500), settings=settings(retry=retry)).over(
            [prompt(1)]
        )

    run = run_virtual(main())
    assert [(r.status, r.attempts) for r in run.results] == [(Status.FAILED, 1)]


def test_a_429_uses_up_no_attempt() -> None:
    answers = iter([429] * 40 + [200])

    def handler(_: httpx.Request) -> httpx.Response:
        status = next(answers)
        return httpx.Response(status, headers={"retry-after": "1"} if status == 429 else {})

    async def main() -> Run:
        retry = RetrySettings(max_attempts=1)
        return await Run(handler, settings=settings(retry=retry)).over([prompt(1)])

    run = run_virtual(main())
    assert [(r.status, r.attempts) for r in run.results] == [(Status.OK, 41)]
    assert run.engine.snapshot().traffic.rate_limited == 40


def test_retry_after_is_a_floor_for_every_prompt_of_the_key() -> None:
    starts: list[float] = []

    async def handler(_: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        starts.append(now)
        number = len(starts)
        await asyncio.sleep(0.01)
        if number == 3:
            return httpx.Response(429, headers={"retry-after": "7"})
        return httpx.Response(200, content=b"x")

    async def main() -> Run:
        return await Run(handler, settings=settings(concurrency=4)).over(prompts(30))

    run = run_virtual(main())
    assert len(run.results) == 30
    refused_at = starts[2] + 0.01
    assert not [at for at in starts if refused_at + 1e-6 < at < refused_at + 7]


@pytest.mark.parametrize("concurrency", [1, 8, 50])
def test_R9_a_refused_key_ends_the_run_and_burns_no_row(concurrency: int) -> None:
    requests = 0

    async def handler(_: httpx.Request) -> httpx.Response:
        nonlocal requests
        requests += 1
        await asyncio.sleep(0.01)
        return httpx.Response(401)

    async def main() -> Run:
        return await Run(handler, settings=settings(concurrency=concurrency)).over(prompts(500))

    run = run_virtual(main())
    assert isinstance(run.error, ProviderRefused)
    assert run.error.error.kind is Kind.AUTH
    assert requests <= concurrency
    assert run.results == []


@pytest.mark.no_cover
def test_an_outage_of_20_s_loses_nothing_and_few_requests_go_into_it() -> None:
    into_outage = 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal into_outage
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(0.04)
        if 2 <= now < 22:
            into_outage += 1
            raise httpx.ConnectError("refused")
        return httpx.Response(200, content=request.content)

    async def main() -> Run:
        return await Run(handler, settings=settings(concurrency=50)).over(prompts(5000))

    run = run_virtual(main())
    assert len({r.id for r in run.results}) == 5000
    assert {r.status for r in run.results} == {Status.OK}
    assert into_outage <= 50 + 10 + 4
    assert run.engine.snapshot().traffic.breaker_openings >= 1


def test_a_provider_that_stays_down_ends_the_run_with_everything_kept() -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    async def main() -> tuple[Run, float]:
        down = BreakerSettings(give_up_after_s=100)
        run = await Run(handler, settings=settings(breaker=down)).over(prompts(100))
        return run, asyncio.get_running_loop().time()

    run, ended_at = run_virtual(main())
    assert isinstance(run.error, ProviderDown)
    assert ended_at < 130
    assert run.results == []


def test_stop_finishes_what_is_in_flight_and_takes_no_more() -> None:
    started = 0

    async def handler(request: httpx.Request) -> httpx.Response:
        nonlocal started
        started += 1
        await asyncio.sleep(1)
        return httpx.Response(200, content=b"x")

    async def main() -> Run:
        run = Run(handler, settings=settings(concurrency=10))
        asyncio.get_running_loop().call_later(5.5, run.engine.stop)
        return await run.over(prompts(1000))

    run = run_virtual(main())
    assert started == 60
    assert [r.status for r in run.results] == [Status.OK] * 60


def test_cancel_records_what_was_in_flight_as_possibly_billed() -> None:
    async def handler(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1)
        return httpx.Response(200, content=b"x")

    async def main() -> Run:
        run = Run(handler, settings=settings(concurrency=10))
        asyncio.get_running_loop().call_later(5.5, run.engine.cancel)
        return await run.over(prompts(1000))

    run = run_virtual(main())
    assert Counter(r.status for r in run.results) == {Status.OK: 50, Status.CANCELLED: 10}
    assert run.engine.snapshot().traffic.possibly_billed == 10


def test_a_bug_in_emit_is_raised_not_swallowed() -> None:
    async def main() -> None:
        run = Run(echo, settings=settings())
        run.emit = lambda result: result.no_such_field  # type: ignore[attr-defined]  # a bug
        await run.over(prompts(3))

    with pytest.raises(AttributeError):
        run_virtual(main())


def test_a_retry_waits_without_a_slot() -> None:
    """One prompt in a long backoff must not slow the others at concurrency 1."""
    ended: list[bytes] = []

    async def handler(request: httpx.Request) -> httpx.Response:
        first = request.content == b"1" and not ended
        if first:
            ended.append(b"failed once")
            return httpx.Response(503)
        ended.append(request.content)
        return httpx.Response(200, content=b"x")

    async def main() -> None:
        retry = RetrySettings(base_s=60, cap_s=60)
        run = Run(handler, settings=settings(concurrency=1, retry=retry), seed=3)
        await run.over(prompts(50))

    run_virtual(main())
    assert ended[-1] == b"1"
    assert len(ended) == 51
