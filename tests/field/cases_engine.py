"""Cases of breakers, pacing, endings, concurrency and time, in virtual time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx

from copygen.config import BreakerSettings, Settings
from copygen.models import Prompt
from tests.field.case import Cases
from tests.support.capable import Capable
from tests.support.fakes import CONFIG, Run, prompt, prompts
from tests.support.virtual_loop import run_virtual

CASES = Cases()

Handler = Callable[[httpx.Request], object]


def _ended(
    handler: Handler, entries: list[Prompt], rpm: int | None = None, **changes: object
) -> str:
    """How a run ended: its rows by status, its exit code, its seconds, to the next ten."""

    async def main() -> tuple[Run, float]:
        config = CONFIG.model_copy(update={"rpm": rpm})
        run = Run(handler, settings=Settings.model_validate(changes), config=config)
        await run.over(entries)
        return run, asyncio.get_running_loop().time()

    run, seconds = run_virtual(main())
    rows = Counter(result.status.value for result in run.results)
    counts = ", ".join(f"{count} {status}" for status, count in sorted(rows.items()))
    code = run.error.exit_code.value if run.error else 3 if rows["failed"] else 0
    return f"{counts or 'no rows'}; code {code}; within {10 * (int(seconds) // 10 + 1)} s"


def _faulty(rows: range, fault: str) -> Handler:
    async def handler(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        if int(request.content) not in rows:
            return httpx.Response(200, content=b"text")
        if fault == "hang":
            await asyncio.sleep(1e9)
        if fault == "reset":
            raise httpx.ReadError("reset")
        return httpx.Response(int(fault))

    return handler


@CASES.case("1:63", "no rows; code 5; within 50 s")
def endless_429s_end_the_run(_folder: Path) -> str:
    patience = BreakerSettings(give_up_after_s=45)
    return _ended(lambda _: httpx.Response(429), prompts(6), breaker=patience, concurrency=4)


def _last_words(handler: Handler) -> str:
    async def main() -> str:
        settings = Settings(breaker=BreakerSettings(give_up_after_s=45))
        return str((await Run(handler, settings=settings).over(prompts(5))).error)

    return run_virtual(main())


@CASES.case("1:88", "could not be reached for 45 s (Connection refused)")
def a_refused_port_is_named_at_the_end(_folder: Path) -> str:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("Connection refused")

    words = _last_words(handler)
    return words[words.index("could") : words.index(")") + 1]


@CASES.case("1:89", "raise --timeout if it is only slow")
def timeouts_name_the_flag(_folder: Path) -> str:
    words = _last_words(_faulty(range(100), "hang"))
    return words[words.index("raise") : words.index(", and run")]


def _once_refused() -> Handler:
    answers = iter([429])

    async def handler(_request: httpx.Request) -> httpx.Response:
        status = next(answers, 200)
        await asyncio.sleep(0.02)
        return httpx.Response(status, headers={"retry-after": "1"}, content=b"text")

    return handler


@CASES.case("11:A2", "300 ok; code 0; within 10 s")
def one_429_on_the_first_request(_folder: Path) -> str:
    return _ended(_once_refused(), prompts(300))


@CASES.case("11:A5", "150 ok; code 0; within 90 s")
def a_server_that_is_full_says_503(_folder: Path) -> str:
    working = 0

    async def handler(_request: httpx.Request) -> httpx.Response:
        nonlocal working
        if working >= 3:
            await asyncio.sleep(0.001)
            return httpx.Response(503)
        working += 1
        await asyncio.sleep(1.5)
        working -= 1
        return httpx.Response(200, content=b"text")

    return _ended(handler, prompts(150))


@CASES.case("11:A10", "150 ok; code 0; within 50 s")
def two_slots_and_no_number_given(_folder: Path) -> str:
    return _ended(Capable(2, latency_s=0.6), prompts(150))


@CASES.case("11:A11", "asked to wait: 60 s, none in flight")
def a_wait_that_was_asked_for_can_be_seen(_folder: Path) -> str:
    def handler(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(429, headers={"retry-after": "60"})

    async def main() -> str:
        run = Run(handler, settings=Settings())
        working = asyncio.create_task(run.over(prompts(30)))
        await asyncio.sleep(0.1)
        seen = run.engine.snapshot()
        run.engine.cancel()
        await working
        in_flight = seen.in_flight or "none"
        return f"asked to wait: {round(seen.held_s)} s, {in_flight} in flight"

    return run_virtual(main())


@CASES.case("12:A22", "40 failed, 260 ok; code 3; within 300 s")
def forty_rows_at_the_head_that_hang(_folder: Path) -> str:
    return _rounded(_ended(_faulty(range(1, 41), "hang"), prompts(300)), 300)


def _rounded(ended: str, limit_s: int) -> str:
    """With its time, if that is no more than `limit_s`, said as that."""
    words, seconds = ended.rsplit("within ", 1)
    return f"{words}within {limit_s} s" if int(seconds.split()[0]) <= limit_s else ended


@CASES.case("12:A23", "10 failed, 190 ok; code 3; within 120 s")
def ten_rows_at_the_end_that_always_answer_500(_folder: Path) -> str:
    return _rounded(_ended(_faulty(range(191, 201), "500"), prompts(200)), 120)


@CASES.case("12:A23", "10 failed, 190 ok; code 3; within 120 s")
def ten_rows_at_the_end_that_are_always_reset(_folder: Path) -> str:
    patience = BreakerSettings(give_up_after_s=15)
    ended = _ended(_faulty(range(191, 201), "reset"), prompts(200), breaker=patience)
    return _rounded(ended, 120)


@CASES.case("12:A24", "1000 ok; code 5; within 60 s")
def one_dead_model_of_two(_folder: Path) -> str:
    async def handler(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        return httpx.Response(500 if request.headers["x-model"] == "dead" else 200, content=b"x")

    rows = [prompt(number, "dead" if number % 2 else "well") for number in range(2000)]
    patience = BreakerSettings(give_up_after_s=15)
    return _rounded(_ended(handler, rows, breaker=patience, concurrency=20), 60)
