"""What is faulty pays for itself: rows, models and providers, in virtual time.

A row that always fails ends as `failed` wherever it stands, a model that is gone costs its own
rows, and a run ends as "provider down" only when nothing can be answered any more.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

import httpx
import pytest

from copygen.config import BreakerSettings, RetrySettings, Settings
from copygen.errors import ProviderDown
from copygen.models import Status
from tests.support.fakes import Run, prompt, prompts
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover

ROWS = 300
REPLY_S = 0.05
FAULTS = ("hang", "500", "502", "503", "529", "reset", "broken")


class Faulty:
    """Answers all rows but the faulty ones; counts what each was sent."""

    def __init__(self, faulty: Iterable[int], fault: str) -> None:
        self.faulty = frozenset(faulty)
        self.fault = fault
        self.sent = Counter[int]()

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        number = int(request.content)
        self.sent[number] += 1
        if number not in self.faulty:
            await asyncio.sleep(REPLY_S)
            return httpx.Response(200, content=b"text")
        if self.fault == "hang":
            await asyncio.sleep(1e9)
        await asyncio.sleep(REPLY_S)
        if self.fault == "reset":
            raise httpx.ReadError("connection reset")
        if self.fault == "broken":
            return httpx.Response(502, headers={"x-kind": "bad_reply"})
        return httpx.Response(int(self.fault), content=b"no")


def ended(provider: Callable[[httpx.Request], object], **changes: object) -> tuple[Run, float]:
    """A run over all rows, and when the last good text came."""
    good: list[float] = [0.0]

    async def main() -> Run:
        run = Run(provider, settings=Settings.model_validate(changes))
        loop = asyncio.get_running_loop()

        def emit(result: object) -> None:
            run.results.append(result)  # type: ignore[arg-type]
            if run.results[-1].status is Status.OK:
                good.append(loop.time())

        run.emit = emit
        return await run.over(prompts(ROWS))

    return run_virtual(main()), max(good)


HEAD, MIDDLE, TAIL = range(1, 41), range(120, 160), range(ROWS - 9, ROWS + 1)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("where", [HEAD, MIDDLE, TAIL], ids=["head", "middle", "tail"])
def test_12A22_12A23_rows_that_always_fail_end_as_failed_wherever_they_stand(
    where: range, fault: str
) -> None:
    provider = Faulty(where, fault)
    run, good_until_s = ended(provider)
    assert run.error is None
    by_status = Counter(result.status for result in run.results)
    assert by_status == {Status.OK: ROWS - len(where), Status.FAILED: len(where)}
    # Those that hang are held for their deadline first: nobody knows yet.
    assert good_until_s <= 120
    assert max(provider.sent[number] for number in where) <= 5 + 10 + 2


@pytest.mark.parametrize("fault", ["hang", "500", "503", "reset"])
@pytest.mark.parametrize("where", [HEAD, TAIL], ids=["head", "tail"])
@pytest.mark.parametrize("concurrency", [1, 4, 50])
def test_12A23_neither_little_patience_nor_few_slots_change_that(
    where: range, fault: str, concurrency: int
) -> None:
    patience = {"breaker": BreakerSettings(give_up_after_s=60), "concurrency": concurrency}
    run, _ = ended(Faulty(where, fault), timeout_s=5, **patience)
    assert run.error is None
    assert Counter(result.status for result in run.results)[Status.OK] == ROWS - len(where)
    assert len(run.results) == ROWS


def test_12A22_a_probe_is_no_prompt_that_has_just_failed() -> None:
    """While good rows are left, what is sent to see whether anybody is there was never sent."""
    provider = Faulty(range(1, 41), "500")
    probes: list[int] = []

    async def main() -> Run:
        async def watched(request: httpx.Request) -> httpx.Response:
            if run.engine.snapshot().breaker == "half-open" and len(run.results) < 100:
                probes.append(provider.sent[int(request.content)])
            return await provider(request)

        run = Run(watched, settings=Settings(concurrency=8))
        return await run.over(prompts(ROWS))

    run_virtual(main())
    assert probes
    assert set(probes) == {0}


@pytest.mark.parametrize("fault", ["hang", "500", "503", "reset", "429"])
def test_12A24_a_dead_model_costs_its_own_rows_only(fault: str) -> None:
    async def provider(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(REPLY_S)
        if request.headers["x-model"] == "well":
            return httpx.Response(200, content=b"text")
        return await Faulty(range(10_000), fault)(request)

    async def main() -> Run:
        rows = [prompt(number, "dead" if number % 2 else "well") for number in range(1, 1001)]
        patience = BreakerSettings(give_up_after_s=15)
        settings = Settings(concurrency=20, breaker=patience, timeout_s=5)
        return await Run(provider, settings=settings).over(rows)

    run = run_virtual(main())
    by_model = Counter(result.model for result in run.results if result.status is Status.OK)
    assert by_model == {"well": 500}
    assert isinstance(run.error, ProviderDown)
    assert str(run.error).startswith("dead at api.example ")
    assert not [result for result in run.results if result.status is Status.FAILED]


def test_12A24_the_rows_of_the_other_model_may_all_come_last() -> None:
    async def provider(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(REPLY_S)
        return httpx.Response(500 if request.headers["x-model"] == "dead" else 200, content=b"x")

    async def main() -> Run:
        rows = [prompt(number, "dead" if number <= 400 else "well") for number in range(1, 601)]
        settings = Settings(breaker=BreakerSettings(give_up_after_s=15))
        return await Run(provider, settings=settings).over(rows)

    run = run_virtual(main())
    assert Counter(result.model for result in run.results) == {"well": 200}
    assert isinstance(run.error, ProviderDown)


CAUSES = {
    "429": ("has refused every request", "limits"),
    "429 for 7 s": ("has refused every request", "limits"),
    "500": ("has answered with errors only", "run the same command again"),
    "503": ("has answered with errors only", "run the same command again"),
    "hang": ("has given no complete answer", "--timeout"),
    "refused": ("could not be reached", "Connection refused"),
    "no host": ("could not be reached", "Name or service not known"),
    "reset": ("has answered with errors only", "run the same command again"),
}


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("answered", [0, 50])
def test_1_63_no_answer_for_long_ends_the_run_whatever_comes_instead(
    cause: str, answered: int
) -> None:
    """Cases 63, 88 and 89: code 5, the rows stay for the next run, the last cause is named."""
    count = 0

    async def provider(_request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        await asyncio.sleep(REPLY_S)
        if count <= answered:
            return httpx.Response(200, content=b"text")
        if cause == "hang":
            await asyncio.sleep(1e9)
        if cause == "reset":
            raise httpx.ReadError("reset")
        if cause in ("refused", "no host"):
            raise httpx.ConnectError(CAUSES[cause][1])
        headers = {"retry-after": "7"} if "for 7 s" in cause else {}
        return httpx.Response(int(cause[:3]), headers=headers)

    async def main() -> tuple[Run, float]:
        settings = Settings(breaker=BreakerSettings(give_up_after_s=60))
        run = await Run(provider, settings=settings).over(prompts(2000))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert isinstance(run.error, ProviderDown)
    words, help_ = CAUSES[cause]
    assert words in str(run.error)
    assert help_ in str(run.error)
    assert "has not answered" not in str(run.error)
    assert {result.status for result in run.results} <= {Status.OK, Status.CANCELLED}
    assert len(run.results) <= answered + 8
    assert 55 <= seconds <= 130


def test_1_63_one_prompt_that_is_refused_for_ever_does_not_end_as_failed() -> None:
    async def main() -> tuple[Run, float]:
        run = await Run(lambda _: httpx.Response(429), settings=Settings()).over(prompts(1))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert isinstance(run.error, ProviderDown)
    assert run.results == []
    assert seconds <= 1000


@pytest.mark.parametrize("slots", [1, 3])
def test_11A5_a_server_that_says_503_when_it_is_full_fails_no_row(slots: int) -> None:
    """nginx `limit_conn`: so many at a time, the rest gets 503 at once."""
    working = 0
    most = Counter[bool]()

    async def provider(_request: httpx.Request) -> httpx.Response:
        nonlocal working
        full = working >= slots
        most[full] += 1
        if full:
            await asyncio.sleep(0.001)
            return httpx.Response(503)
        working += 1
        await asyncio.sleep(1.5)
        working -= 1
        return httpx.Response(200, content=b"text")

    async def main() -> tuple[Run, float]:
        run = await Run(provider, settings=Settings()).over(prompts(150))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: 150}
    assert seconds <= 1.5 * 150 * 1.5 / slots
    assert most[True] <= 150


def test_11A5_a_rate_limit_that_says_503_is_found_like_one_that_says_429() -> None:
    """nginx `limit_req rate=10r/s burst=5 nodelay` with its default status."""
    level, at = 5.0, 0.0
    refused = 0

    async def provider(_request: httpx.Request) -> httpx.Response:
        nonlocal level, at, refused
        now = asyncio.get_running_loop().time()
        level, at = min(5.0, level + (now - at) * 10), now
        if level < 1:
            refused += 1
            return httpx.Response(503)
        level -= 1
        await asyncio.sleep(0.1)
        return httpx.Response(200, content=b"text")

    async def main() -> tuple[Run, float]:
        run = await Run(provider, settings=Settings()).over(prompts(400))
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: 400}
    assert seconds <= 1.25 * 40
    assert refused <= 60


def test_an_outage_of_a_provider_that_says_503_is_hardly_sent_to() -> None:
    into = 0

    async def provider(_request: httpx.Request) -> httpx.Response:
        nonlocal into
        away = 2 <= asyncio.get_running_loop().time() < 62
        into += away
        await asyncio.sleep(REPLY_S)
        return httpx.Response(503 if away else 200, content=b"x")

    async def main() -> Run:
        return await Run(provider, settings=Settings(concurrency=50)).over(prompts(5000))

    run = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: 5000}
    assert into < 50 + 20 + 10


def test_a_run_whose_attempts_may_not_be_repeated_still_ends() -> None:
    run, _ = ended(Faulty(TAIL, "500"), retry=RetrySettings(max_attempts=1))
    assert Counter(result.status for result in run.results)[Status.FAILED] == 10


@pytest.mark.parametrize(("share", "advised"), [(0.7, True), (0.2, False)])
def test_11A10_where_most_attempts_time_out_the_user_hears_what_to_change(
    share: float, advised: bool
) -> None:
    async def provider(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60 if int(request.content) % 10 < 10 * share else REPLY_S)
        return httpx.Response(200, content=b"text")

    async def main() -> str | None:
        run = Run(provider, settings=Settings(concurrency=4, retry=RetrySettings(max_ambiguous=0)))
        await run.over(prompts(40))
        return run.engine.advice()

    advice = run_virtual(main())
    assert (advice is not None) is advised
    assert not advised or ("--timeout" in str(advice) and "-c" in str(advice))
