"""The net below the table of errors: what all rows are refused with ends the run, not the rows."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from copygen.config import RetrySettings, Settings
from copygen.engine.retry import ENOUGH, ENOUGH_AT_END, RefusalFilter
from copygen.errors import ProviderRefused
from copygen.models import ErrorInfo, Kind, Result, Status, Usage
from tests.support.fakes import Run, prompts
from tests.support.virtual_loop import run_virtual

WORDS = "Your plan ended on 2026-11-20 (ref 8f3a1)"
OK = Result(
    id="r", key="k", status=Status.OK, text="Silk.", input={}, provider="p", model="m",
    finish_reason="stop", usage=None, cost_usd=Decimal(0), cost_note=None, latency_ms=1.0,
    total_ms=1.0, attempts=1, error=None, created_at=datetime(2026, 11, 23, tzinfo=UTC),
)  # fmt: skip


def refused(number: int = 0, words: str = WORDS, kind: Kind = Kind.INVALID_REQUEST) -> Result:
    error = ErrorInfo(kind, words, 400)
    return replace(OK, id=f"r{number}", status=Status.FAILED, text=None, error=error)


def test_the_same_refusal_and_nothing_else_ends_the_run_with_its_words() -> None:
    net = RefusalFilter("shop")

    held = [net.push(refused(number)) for number in range(ENOUGH)]

    assert held == [()] * ENOUGH
    assert net.error is not None
    assert f"refused the first {ENOUGH} prompts alike" in str(net.error)
    assert WORDS in str(net.error)
    assert net.flush() == ()


def test_ids_and_numbers_in_the_words_do_not_tell_refusals_apart() -> None:
    net = RefusalFilter("shop")

    for number in range(ENOUGH):
        net.push(refused(words=f"Your plan ended (ref {number}e{number})"))

    assert net.error is not None


@pytest.mark.parametrize(
    "other",
    [
        OK,
        refused(words="Another reason"),
        refused(kind=Kind.CONTENT_FILTER),
        replace(refused(), error=ErrorInfo(Kind.SERVER, "busy", 500)),
        replace(refused(), usage=Usage(10, 0)),
        replace(refused(), status=Status.REJECTED, text="half a"),
    ],
)
def test_anything_else_shows_that_the_refusals_are_about_their_rows(other: Result) -> None:
    net = RefusalFilter("shop")
    first = [refused(number) for number in range(ENOUGH - 1)]
    for one in first:
        assert net.push(one) == ()

    assert list(net.push(other)) == [*first, other]
    assert [list(net.push(refused(n))) for n in range(2 * ENOUGH)] == [
        [refused(n)] for n in range(2 * ENOUGH)
    ]
    assert net.error is None


def test_a_row_that_was_never_sent_shows_nothing() -> None:
    net = RefusalFilter("shop")
    faulty = replace(refused(), error=ErrorInfo(Kind.INPUT, "t.csv:3: no name"))

    net.push(refused(1))
    assert list(net.push(faulty)) == [faulty]
    for number in range(ENOUGH):
        net.push(refused(number))
    assert net.error is not None


@pytest.mark.parametrize(
    ("count", "proven", "ends"),
    [
        (ENOUGH_AT_END, False, True),
        (ENOUGH_AT_END - 1, False, False),
        # Rows left over of a table that was answered before: they are at fault themselves.
        (ENOUGH - 1, True, False),
        (ENOUGH, True, True),
    ],
)
def test_a_short_run_is_judged_at_its_end(count: int, proven: bool, ends: bool) -> None:
    net = RefusalFilter("shop", proven=proven)
    for number in range(count):
        net.push(refused(number))

    left = net.flush()

    assert (net.error is not None) == ends
    assert len(left) == (0 if ends else count)


def test_a_run_of_refusals_stops_early_and_records_none() -> None:
    sent: list[str] = []

    def server(request: httpx.Request) -> httpx.Response:
        sent.append(request.read().decode())
        return httpx.Response(400, text=WORDS)

    async def main() -> Run:
        return await Run(server, settings=Settings(concurrency=4)).over(prompts(200))

    run = run_virtual(main())

    assert isinstance(run.error, ProviderRefused)
    assert run.results == []
    assert len(sent) < ENOUGH + 4


def test_faulty_rows_at_the_head_of_a_table_fail_alone() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        number = int(request.read())
        return httpx.Response(400 if number < ENOUGH else 200, text=WORDS)

    async def main() -> Run:
        settings = Settings(concurrency=1, retry=RetrySettings(max_attempts=1))
        return await Run(server, settings=settings).over(prompts(ENOUGH + 5))

    run = run_virtual(main())

    assert run.error is None
    assert [result.id for result in run.results] == [f"p{n}" for n in range(1, ENOUGH + 6)]
    assert [result.status for result in run.results].count(Status.FAILED) == ENOUGH - 1
