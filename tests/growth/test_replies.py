"""What one reply costs: its reading and checking as a whole, and what the other rows see of it."""

import asyncio
import json
from collections.abc import Callable
from time import thread_time

import httpx
import pytest

from copygen.config import Settings
from copygen.models import Result, Status
from copygen.providers.decode import decode
from copygen.providers.openai import parted
from copygen.quality.acceptance import Acceptance, OnViolation, ReaskPolicy
from copygen.quality.checker import Checker
from copygen.quality.packs import pack_names
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.growth.functions import PLAIN, Reader, attacks_of
from tests.support.fakes import Run, prompts
from tests.support.virtual_loop import run_virtual

pytestmark = pytest.mark.no_cover  # times are taken

LENGTH = 16_000
MOST_TIMES_PLAIN = 10
HELD_S = 0.05
"""The longest that one reply may hold the loop."""
ROWS = 12
HOSTILE = "Buy {{" + " " * 2_000 + "x"


def _judge() -> Checker:
    settings = {"language": "en", "packs": pack_names()}
    return Checker(ChecksSettings.model_validate(settings), measure)


def _least_s(run: Callable[[], object], tries: int = 3) -> float:
    taken = []
    for _ in range(tries):
        began = thread_time()
        run()
        taken.append(thread_time() - began)
    return min(taken)


def test_no_reply_costs_more_than_ten_times_what_plain_copy_costs() -> None:
    judge = _judge()

    def read(text: str) -> None:
        reply = {"choices": [{"message": {"content": text}}]}
        decode(json.dumps(reply).encode())
        judge.check(parted(text)[0], {"name": "Kettle"})

    copy = (PLAIN * (LENGTH // len(PLAIN) + 1))[:LENGTH]
    most_s = MOST_TIMES_PLAIN * _least_s(lambda: read(copy))
    dear = {}
    for attack in attacks_of(Reader("a reply", read)):
        text = attack.text(LENGTH)
        # Looked at again only where once was too long: the machine does other things as well.
        if _least_s(lambda: read(text), 1) > most_s:  # noqa: B023  # called at once
            taken_s = _least_s(lambda: read(text))  # noqa: B023
            if taken_s > most_s:
                dear[str(attack)] = f"{MOST_TIMES_PLAIN * taken_s / most_s:.1f} times"
    assert dear == {}


def _finished_s(first: str) -> float:
    """When the last of the other rows was done, in virtual time and the processor's together."""
    judge = _judge()
    terms = ReaskPolicy(on_violation=OnViolation.KEEP, reasks=0)
    done: dict[str, float] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        text = first if request.content == b"1" else f"A kettle of steel, the {request.content!r}."
        return httpx.Response(200, content=text.encode())

    async def main() -> None:
        run = Run(answer, settings=Settings(concurrency=4), acceptance=Acceptance(judge, terms))
        began = thread_time()

        def emit(result: Result) -> None:
            assert result.status is not Status.FAILED
            done[result.id] = asyncio.get_running_loop().time() + thread_time() - began

        run.emit = emit
        await run.over(prompts(ROWS))

    run_virtual(main())
    assert len(done) == ROWS
    return max(at for name, at in done.items() if name != "p1")


def test_the_other_rows_take_no_longer_beside_a_reply_made_to_hold_the_run() -> None:
    _finished_s("Plain copy.")
    without = min(_finished_s((PLAIN * 11)[: len(HOSTILE)]) for _ in range(3))
    assert min(_finished_s(HOSTILE) for _ in range(3)) <= without + HELD_S
