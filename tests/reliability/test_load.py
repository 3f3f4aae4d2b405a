"""Many prompts, many connections, replies that never come: nothing leaks, nothing drags on."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from copygen.config import ProviderConfig, RetrySettings, Settings
from copygen.engine.engine import Dependencies, Engine, connect
from copygen.engine.pipeline import FileQueue
from copygen.models import Prompt, Status
from tests.support.fakes import Run, prompt, prompts
from tests.support.load_running import (
    Ended,
    growth,
    open_files,
    run_watched,
    server_stats,
    write_rows,
)
from tests.support.load_simulator import simulating
from tests.support.rel_running import CountingServer, counting, note_figure
from tests.support.virtual_loop import run_virtual

LONG = (pytest.mark.soak, pytest.mark.timeout(1800))
HUNG = 0.01
CAREFUL = RetrySettings(max_ambiguous=5)
"""One prompt in 10^12 hangs more often than this lets it."""


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with counting() as server:
        yield server


def check_all_there(ended: Ended, texts: dict[str, str]) -> None:
    assert ended.code == 0, ended.stderr
    assert {record["id"]: record["text"] for record in ended.records} == texts
    assert len(ended.records) == len(texts)
    assert {record["status"] for record in ended.records} == {"ok"}


@pytest.mark.parametrize(
    ("count", "concurrency", "timeout_s"),
    [
        # On a busy machine, too, a healthy reply of 80 ms must not time out.
        pytest.param(3_000, 200, 3, id="short"),
        pytest.param(100_000, 1_000, 10, marks=LONG, id="long"),
    ],
)
def test_hung_replies_end_by_their_deadlines_and_nothing_leaks(
    tmp_path: Path, server: CountingServer, count: int, concurrency: int, timeout_s: float
) -> None:
    texts = write_rows(tmp_path, count)
    server.behave(latency_ms=concurrency / 2.5, faults={"hang": HUNG})
    limits = ("--timeout", timeout_s, "-O", f"retry.max_ambiguous={CAREFUL.max_ambiguous}")
    ended = run_watched(tmp_path, *server.to, "-c", concurrency, *limits)
    assert ended.code in (0, 3), ended.stderr
    counted = server.settled()
    fds = [sample.fds for sample in ended.samples]
    threads = [sample.threads for sample in ended.samples]
    slowest_s = max(record["total_ms"] / 1000 for record in ended.records)
    worst_s = max(
        record["total_ms"] / 1000 - allowed_s(record["attempts"], timeout_s)
        for record in ended.records
    )
    note_figure(
        f"{count} prompts at concurrency {concurrency}, {HUNG:.0%} hung",
        ok=sum(record["status"] == "ok" for record in ended.records),
        requests=counted.requests,
        hung=counted.requests - counted.answered.total(),
        breaker_openings=ended.traffic["breaker_openings"],
        wall_s=round(ended.summary["wall_s"], 1),
        slowest_prompt_s=round(slowest_s, 1),
        fds_max=max(fds),
        fds_growth=round(growth(ended.samples, lambda sample: sample.fds), 1),
        rss_peak_mb=round(ended.samples[-1].peak_rss_mb, 1),
        rss_growth_mb=round(growth(ended.samples, lambda sample: sample.rss_mb), 1),
        threads=sorted(set(threads)),
        left_open=counted.open,
    )
    check_all_there(ended, texts)
    assert counted.requests == sum(record["attempts"] for record in ended.records)
    assert worst_s <= 5, "each ended by its own deadlines"
    assert ended.traffic["breaker_openings"] == 0, "one in a hundred is no outage"
    assert max(fds) <= concurrency + 64
    assert growth(ended.samples, lambda sample: sample.fds) <= 0.1 * concurrency
    assert growth(ended.samples, lambda sample: sample.rss_mb) <= 5 + 200e-6 * count
    assert max(threads) <= 8
    assert counted.open == 0


def allowed_s(attempts: int, timeout_s: float) -> float:
    """What so many attempts may take, with the longest backoffs between them."""
    return attempts * timeout_s + sum(2.0**n for n in range(attempts - 1))


@pytest.mark.no_cover
def test_no_task_outlives_its_prompt() -> None:
    """In virtual time: a hundred thousand prompts' worth of hung replies, without their wait."""
    concurrency, most = 100, 0
    seen = Counter[bytes]()

    async def provider(request: httpx.Request) -> httpx.Response:
        nonlocal most
        most = max(most, len(asyncio.all_tasks()))
        seen[request.content] += 1
        if seen[request.content] == 1 and int(request.content) % 100 == 0:
            await asyncio.sleep(1e6)
        await asyncio.sleep(0.04)
        return httpx.Response(200, content=request.content)

    async def main() -> tuple[Run, int]:
        settings = Settings(concurrency=concurrency, retry=CAREFUL)
        run = await Run(provider, settings=settings).over(prompts(10_000))
        return run, len(asyncio.all_tasks())

    run, left = run_virtual(main())
    assert Counter(result.status for result in run.results) == {Status.OK: 10_000}
    assert seen.total() == 10_100
    assert most <= 4 * concurrency + 1
    assert left == 1


def test_connections_are_given_back_when_a_run_has_ended(server: CountingServer) -> None:
    server.behave(latency_ms=20, faults={"hang": 0.02, "reset": 0.02, "half": 0.02})
    config = ProviderConfig(name="here", base_url=server.base_url, default_model="m")
    settings = Settings(concurrency=100, timeout_s=0.5, retry=CAREFUL)

    async def run(entries: list[Prompt]) -> int:
        done = 0

        def count(_result: object) -> None:
            nonlocal done
            done += 1

        async with connect(config, settings, None) as connection:
            dependencies = Dependencies(connection.transport)
            engine = Engine(config, settings, connection.provider, dependencies)
            await engine.run(FileQueue(lambda: iter(entries)), count)
        assert len(asyncio.all_tasks()) == 1
        return done

    async def main() -> tuple[int, int, int]:
        await run(prompts(1))
        before = open_files(os.getpid())
        done = await run([prompt(number) for number in range(1000)])
        return done, before, open_files(os.getpid())

    done, before, after = asyncio.run(main())
    assert done == 1000
    assert after == before
    assert server.settled().open == 0


@pytest.mark.parametrize(
    ("limits", "in_flight", "said"),
    [
        ((256, 4096), 300, ""),
        ((256, 256), 192, "192 requests in flight at most, not 300"),
    ],
)
def test_49_the_limit_of_open_files_is_raised_or_kept_to(
    tmp_path: Path, limits: tuple[int, int], in_flight: int, said: str
) -> None:
    texts = write_rows(tmp_path, 900)
    # Long enough for a busy machine to have sent the next one before the first is answered.
    with simulating(echo=True, latency_ms=700) as base_url:
        to = ("-p", "simulator", "--base-url", base_url, "-c", 300)
        ended = run_watched(tmp_path, *to, files=limits)
        stats = server_stats(base_url)
    check_all_there(ended, texts)
    assert stats["max_in_flight"] <= in_flight
    assert stats["max_in_flight"] > 0.9 * in_flight
    assert stats["requests"] == len(texts)
    assert said in " ".join(ended.stderr.split())
    assert ("ulimit" in ended.stderr) == bool(said)


def test_49_without_room_for_one_connection_nothing_is_sent(
    tmp_path: Path, server: CountingServer
) -> None:
    write_rows(tmp_path, 10)
    ended = run_watched(tmp_path, *server.to, files=(40, 40))
    assert ended.code == 2
    assert "may open 40 files only" in " ".join(ended.stderr.split())
    assert server.ledger().requests == 0
    assert ended.records == []


@pytest.mark.parametrize(
    ("few", "many", "most_mb"),
    [
        pytest.param(1_000, 10_000, 20, id="short"),
        pytest.param(2_000, 200_000, 40, marks=LONG, id="long"),
    ],
)
def test_C9_memory_does_not_grow_with_the_number_of_prompts(
    tmp_path: Path, server: CountingServer, few: int, many: int, most_mb: float
) -> None:
    server.behave(latency_ms=5)
    peak_mb = {}
    for count in (few, many):
        folder = tmp_path / str(count)
        folder.mkdir()
        texts = write_rows(folder, count)
        ended = run_watched(folder, *server.to, "-c", 50)
        check_all_there(ended, texts)
        peak_mb[count] = round(ended.samples[-1].peak_rss_mb, 1)
    grown_mb = round(peak_mb[many] - peak_mb[few], 1)
    note_figure(f"memory at {many} against {few} prompts", peak_mb=peak_mb, grown_mb=grown_mb)
    assert grown_mb <= most_mb


@pytest.mark.parametrize(
    ("count", "slower_than_ideal"),
    [
        pytest.param(1_000, None, id="short"),
        pytest.param(5_000, 1.25, marks=LONG, id="long"),
    ],
)
def test_fifty_requests_at_a_time_and_hardly_a_gap(
    tmp_path: Path, count: int, slower_than_ideal: float | None
) -> None:
    """The pace depends on how quiet the machine is, so only the long form looks at it."""
    texts = write_rows(tmp_path, count)
    with simulating(echo=True, latency_ms=40) as base_url:
        to = ("-p", "simulator", "--base-url", base_url, "-c", 50)
        ended = run_watched(tmp_path, *to, every_s=0.5)
        stats = server_stats(base_url)
    ideal_s = count / 50 * 0.04
    ratio = ended.summary["wall_s"] / ideal_s
    note_figure(
        f"pace of {count} prompts at 40 ms and concurrency 50",
        max_in_flight=stats["max_in_flight"],
        wall_s=round(ended.summary["wall_s"], 2),
        times_ideal=round(ratio, 3),
    )
    check_all_there(ended, texts)
    assert stats["max_in_flight"] <= 50
    if slower_than_ideal is not None:
        assert ratio <= slower_than_ideal
