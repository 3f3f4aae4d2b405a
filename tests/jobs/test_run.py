"""A run as a value: made from a spec that travels, told as events, resumed by any caller."""

import asyncio
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

import pytest

import copygen
from copygen import LimitReached, Result, Run, RunSpec, Status, UsageError, check_text, generate
from copygen.errors import ConfigError, ExitCode
from copygen.jobs.plan import PlanJob
from copygen.jobs.spec import (
    NO_FILE,
    AttemptFailed,
    Event,
    PromptFinished,
    RunStarted,
    RunStopped,
    RunStopping,
    RunWaiting,
)
from copygen.results.record import read_results
from copygen.results.sink import StdoutSink

HERE = {"HOME": "/nonexistent"}
TEMPLATE = """\
prompt: "Write an ad for {{ name }}, {{ price }} baht."
provider: simulator
max_tokens: 200
fields:
  headline: {limit: 400}
  line: {limit: 900}
checks: {grounding: false, sameness: false, leftovers: false}
"""


def a_spec(folder: Path, rows: int = 6, template: str = TEMPLATE, **fields: object) -> RunSpec:
    table = "".join(f"{n},Mug {n},{n}90,{n % 2}\n" for n in range(rows))
    (folder / "t.csv").write_text(f"id,name,price,stock\n{table}")
    (folder / "ad.yaml").write_text(template)
    given = {
        "prompts": folder / "t.csv",
        "template": folder / "ad.yaml",
        "output": folder / "r.jsonl",
        "options": {"providers.simulator.simulation.latency_ms": "0"},
    }
    return RunSpec(**{**given, **fields})  # type: ignore[arg-type]  # a test's own table


def carry_out(run: Run, hear: Callable[[Event], object] = lambda _event: None) -> list[Event]:
    async def main() -> list[Event]:
        events = []
        async with run:
            async for event in run:
                events.append(event)
                hear(event)
        return events

    return asyncio.run(main())


def texts(events: list[Event]) -> dict[str, object]:
    found = [event.result for event in events if isinstance(event, PromptFinished)]
    return {one.id: (one.key, one.status, one.text, one.data) for one in found}


def test_a_spec_that_was_pickled_runs_to_the_same_results(tmp_path: Path) -> None:
    spec = a_spec(tmp_path, settings={"max_cost_usd": Decimal(1)}, variables={"price": "99"})
    first = texts(carry_out(Run(spec, environ=HERE)))
    travelled = pickle.loads(pickle.dumps(replace(spec, output=tmp_path / "o.jsonl")))  # noqa: S301
    assert texts(carry_out(Run(travelled, environ=HERE))) == first
    assert len(first) == 6
    assert all(data and set(data) == {"headline", "line"} for *_, data in first.values())  # type: ignore[misc]


ELSEWHERE = """
import asyncio, json, pickle, sys
from copygen import Run

async def main():
    async with Run(pickle.load(sys.stdin.buffer), environ={"HOME": "/nonexistent"}) as run:
        results = [result async for result in run.results()]
    print(json.dumps({r.id: [r.key, r.status, r.text, r.data, r.reasks] for r in results}))

asyncio.run(main())
"""
STRICT = """\
prompt: "Write an ad for {{ name }}, {{ price }} baht."
provider: simulator
max_tokens: 200
reasks: 1
fields:
  headline: {limit: 60}
  line: {limit: 900}
checks: {forbidden: [something new], sameness: false, leftovers: false}
"""


def test_a_spec_runs_to_the_same_results_in_another_process(tmp_path: Path) -> None:
    spec = a_spec(tmp_path, template=STRICT, output=NO_FILE, settings={"concurrency": 1})
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        input=pickle.dumps(spec),
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(copygen.__file__).parents[1])},
    )
    there = json.loads(done.stdout)
    here = [
        one.result for one in carry_out(Run(spec, environ=HERE)) if isinstance(one, PromptFinished)
    ]
    assert there == {one.id: [one.key, one.status, one.text, one.data, one.reasks] for one in here}
    assert len(here) == 6
    assert any(one.reasks for one in here)  # the checks travelled, too


def test_a_program_has_table_template_fields_budget_and_results_file(tmp_path: Path) -> None:
    """The ten lines of `copygen help python`."""
    spec = a_spec(tmp_path, settings={"max_cost_usd": 5})
    headlines = {}

    async def main() -> Run:
        async with Run(spec, environ=HERE) as run:
            async for result in run.results():
                headlines[result.id] = (result.data or {})["headline"]
        return run

    run = asyncio.run(main())
    assert run.summary is not None
    assert len(headlines) == 6
    assert run.summary.cost_usd is not None
    assert run.summary.budget is not None
    assert run.exit_code is ExitCode.OK
    assert [type(one) for one in read_results(tmp_path / "r.jsonl")] == [Result] * 6


def test_events_come_in_order_and_each_result_is_in_the_file_before_its_event(
    tmp_path: Path,
) -> None:
    path = tmp_path / "r.jsonl"

    def hear(event: Event) -> None:
        if isinstance(event, PromptFinished):
            assert f'"id":"{event.result.id}"' in path.read_text()

    events = carry_out(Run(a_spec(tmp_path), environ=HERE), hear)
    assert events[0] == RunStarted(6)
    assert events[-1] == RunStopped(None)
    assert [type(event) for event in events[1:-1]] == [PromptFinished] * 6


def test_what_one_caller_has_done_another_does_not_send_again(tmp_path: Path) -> None:
    spec = a_spec(tmp_path)
    carry_out(Run(spec, environ=HERE))
    again = Run(spec, environ=HERE)
    assert texts(carry_out(again)) == {}
    assert again.summary is not None
    assert (again.summary.skipped, again.summary.traffic.requests) == (6, 0)
    assert PlanJob(spec, environ=HERE).study().to_do == 0


def test_values_are_rows_of_a_template_and_resumed_like_them(tmp_path: Path) -> None:
    spec = replace(a_spec(tmp_path), prompts="-")
    rows = [{"name": "Mug", "price": 90}, {"name": "Cup", "price": 70}]

    async def sent() -> list[Result]:
        return [one async for one in generate(rows, spec=spec, environ=HERE)]

    first, again = asyncio.run(sent()), asyncio.run(sent())
    assert {one.input["name"] for one in first} == {"Mug", "Cup"}
    assert all(one.data for one in first)
    assert again == []


def test_a_limit_is_told_when_it_is_reached_and_raised_after_the_last_result(
    tmp_path: Path,
) -> None:
    spec = a_spec(tmp_path, rows=500, settings={"max_cost_usd": Decimal("0.005")})
    run = Run(spec, environ=HERE)
    events = carry_out(run)
    (stopping,) = [event for event in events if isinstance(event, RunStopping)]
    assert isinstance(stopping.reason, LimitReached)
    assert isinstance(run.error, LimitReached)
    assert "Left:" in str(run.error)
    assert run.exit_code is ExitCode.LIMIT


def test_a_stopped_run_finishes_what_is_in_flight_and_a_cancelled_one_records_it(
    tmp_path: Path,
) -> None:
    slow = {"providers.simulator.simulation.latency_ms": "300", "concurrency": "4"}
    for end, status in ((Run.stop, Status.OK), (Run.cancel, Status.CANCELLED)):
        run = Run(a_spec(tmp_path, rows=50, options=slow, fresh=True), environ=HERE)

        def hear(event: Event, run: Run = run, end: Callable[[Run], None] = end) -> None:
            if isinstance(event, RunStarted):
                asyncio.get_running_loop().call_later(0.1, end, run)

        events = carry_out(run, hear)
        ended = [event.result.status for event in events if isinstance(event, PromptFinished)]
        assert ended == [status] * 4
        assert RunStopping(None) in events
        assert len([*read_results(tmp_path / "r.jsonl")]) == 4


def test_a_run_that_is_left_gives_up_what_is_in_flight_and_lets_go_of_the_file(
    tmp_path: Path,
) -> None:
    spec = a_spec(tmp_path, rows=300)

    async def main() -> int:
        async with Run(spec, environ=HERE) as run:
            events = run.events()
            async for event in events:
                if isinstance(event, PromptFinished):
                    break
            await events.aclose()
            assert run.snapshot().in_flight == 0
        return len([*read_results(tmp_path / "r.jsonl")])

    recorded = asyncio.run(main())
    assert 1 <= recorded < 300
    assert not (tmp_path / "r.jsonl.lock").exists() or Run(spec, environ=HERE)
    assert len(texts(carry_out(Run(spec, environ=HERE)))) >= 300 - recorded


def test_failed_attempts_and_waits_are_told(tmp_path: Path) -> None:
    faults = {
        "providers.simulator.simulation.latency_ms": "0",
        "providers.simulator.simulation.rpm": "60",
        "providers.simulator.simulation.burst_s": "2",
        "retry.base_s": "0.01",
    }
    events = carry_out(Run(a_spec(tmp_path, rows=4, options=faults), environ=HERE))
    failed = [event for event in events if isinstance(event, AttemptFailed)]
    assert failed
    assert all(one.will_retry and not one.ends_run for one in failed)
    waits = [event.seconds for event in events if isinstance(event, RunWaiting)]
    assert waits
    assert all(0 < seconds <= 60 for seconds in waits)
    assert len(waits) <= len(failed)


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"retry": frozenset({"lost"})}, UsageError, "not 'lost'"),
        ({"fsync": "often"}, UsageError, "auto, always, never"),
        ({"settings": {"timeout_s": "soon"}}, ConfigError, "timeout_s"),
        ({"settings": {"retry.max_attempt": 3}}, ConfigError, "max_attempt"),
        ({"settings": {"retries.max": 3}}, ConfigError, "retries"),
        ({"provider_settings": {"base_url": "ftp://x"}}, ConfigError, "base-url"),
        ({"provider": "nobody"}, ConfigError, "nobody"),
        ({"output": "r.csv"}, UsageError, "JSONL"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused_before_anything_is_written(
    tmp_path: Path, fields: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        carry_out(Run(a_spec(tmp_path, **fields), environ=HERE))
    assert not (tmp_path / "r.jsonl").exists()


def test_the_summary_is_written_for_programs_too(tmp_path: Path) -> None:
    carry_out(Run(a_spec(tmp_path, summary_file=tmp_path / "s.json"), environ=HERE))
    assert json.loads((tmp_path / "s.json").read_text())["by_status"]["ok"] == 6


def test_one_text_is_checked_without_a_file() -> None:
    assert check_text("Silk scarves, woven by hand", channel="google_ads.headline") == ()
    (found,) = check_text("x" * 31, channel="google_ads.headline")
    assert found.rule == "length"
    rules = [one.rule for one in check_text("Only 5 left", item={"stock": 3}, checks={})]
    assert rules == ["grounding.number"]
    assert check_text("Only 5 left", item={"stock": 3}, checks={"grounding": False}) == ()
    with pytest.raises(UsageError, match="did you mean 'headline'"):
        check_text("x", channel="google_ads.headlin")
    with pytest.raises(UsageError, match="groundin"):
        check_text("x", checks={"groundin": False})


def test_while_nobody_reads_the_results_replies_arrive_and_nothing_new_is_sent(
    tmp_path: Path,
) -> None:
    rows, slots = 30, 4
    spec = a_spec(tmp_path, rows, output=NO_FILE, settings={"concurrency": slots})
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with suppress(BlockingIOError):
        while True:
            os.write(write_end, b"\n" * 1024)
    os.set_blocking(write_end, True)

    async def main(run: Run, reader: BinaryIO) -> int:
        async with run, asyncio.timeout(120):
            events = asyncio.create_task(_all_of(run))
            sent = [0]
            while sent[-40:] != 40 * [slots]:  # the loop turns, and nothing new is sent
                await asyncio.sleep(0.005)
                sent.append(run.snapshot().traffic.requests)
                assert sent[-1] <= slots
            reading = asyncio.create_task(asyncio.to_thread(_records_in, reader, rows))
            await events
            return await reading

    with os.fdopen(read_end, "rb") as reader, os.fdopen(write_end, "wb") as writer:
        run = Run(spec, environ=HERE, sink=StdoutSink(writer))
        assert asyncio.run(main(run, reader)) == rows


async def _all_of(run: Run) -> None:
    async for _event in run:
        pass


def _records_in(reader: BinaryIO, count: int) -> int:
    """How many there are once so many were read."""
    found = 0
    while found < count:
        found += reader.readline() != b"\n"
    return found
