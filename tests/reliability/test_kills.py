"""kill -9 at any moment: nothing recorded is lost, nothing but what was in flight is paid again."""

import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.rel_compaction import kill_while_superseding
from tests.support.rel_kills import Bench, Tally, play
from tests.support.rel_running import (
    CONCURRENCY,
    CountingServer,
    Zygote,
    counting,
    killed_at_the_end,
    read_lines,
    said,
    until,
    write_prompts,
)

LONG = (pytest.mark.soak, pytest.mark.timeout(3600))
AT_A_TIME = 2
"""Jobs at a time in the long form, each against a server of its own."""


def check(tally: Tally, kills: int) -> None:
    assert tally.kills == kills
    assert tally.lost == 0
    assert tally.corrupt == 0
    assert max(tally.repaid) <= CONCURRENCY


def test_D1_kills_lose_nothing_and_repay_only_what_was_in_flight(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    tally = play(Bench(tmp_path, server, zygote), 10)
    tally.note("kills")
    check(tally, 10)


def play_share(folder: Path, kills: int) -> Tally:
    folder.mkdir()
    zygote = Zygote()
    try:
        with counting() as server:
            return play(Bench(folder, server, zygote), kills)
    finally:
        zygote.stop()


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_D1_a_thousand_kills_lose_nothing_and_repay_only_what_was_in_flight(tmp_path: Path) -> None:
    total, kills = Tally(), 1000
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        folders = [tmp_path / str(number) for number in range(AT_A_TIME)]
        for tally in pool.map(play_share, folders, [kills // AT_A_TIME] * AT_A_TIME):
            total.add(tally)
    total.note("kills")
    check(total, kills)


@pytest.mark.parametrize("fsync", ["always", "never"])
@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=LONG)])
def test_D1_the_fsync_policy_makes_no_difference_to_a_kill(
    tmp_path: Path, server: CountingServer, zygote: Zygote, fsync: str, kills: int
) -> None:
    tally = play(Bench(tmp_path, server, zygote), kills, ["--fsync", fsync])
    tally.note(f"kills with --fsync {fsync}")
    check(tally, kills)


@pytest.mark.parametrize("kills", [2, pytest.param(100, marks=LONG)])
def test_D1_what_a_kill_tears_of_a_huge_record_is_kept_aside(
    tmp_path: Path, server: CountingServer, zygote: Zygote, kills: int
) -> None:
    tally = play(Bench(tmp_path, server, zygote), kills, longest=[4_000_000])
    tally.note("kills in huge records")
    check(tally, kills)


@pytest.mark.parametrize("kills", [3, pytest.param(100, marks=LONG)])
def test_D2_a_kill_in_compaction_loses_neither_the_new_record_nor_the_old(
    tmp_path: Path, server: CountingServer, zygote: Zygote, kills: int
) -> None:
    tally = kill_while_superseding(Bench(tmp_path, server, zygote), kills)
    tally.note("kills around compaction")
    check(tally, kills)


def test_D6_a_second_run_is_turned_away_and_the_first_goes_on(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    write_prompts(tmp_path / "items.jsonl", {f"i{n}": f"text-{n}" for n in range(100)})
    server.behave(faults={"hang": 1})
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to)
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as first:
        until(lambda: server.ledger().requests == CONCURRENCY, first)
        with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as second:
            assert second.wait() == 6, said(tmp_path)
        assert f"process {first.pid}" in said(tmp_path)
        assert server.ledger().requests == CONCURRENCY
        first.send_signal(signal.SIGINT)
        first.send_signal(signal.SIGTERM)
        assert first.wait() in (130, 143)
    statuses = [r["status"] for r in read_lines(tmp_path / "items.results.jsonl").whole]
    assert statuses == ["cancelled"] * CONCURRENCY


def test_D6_the_lock_dies_with_its_holder(
    tmp_path: Path, server: CountingServer, zygote: Zygote
) -> None:
    write_prompts(tmp_path / "items.jsonl", {f"i{n}": f"text-{n}" for n in range(20)})
    args = ("run", "items.jsonl", "-c", CONCURRENCY, *server.to)
    server.behave(faults={"hang": 1})
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        until(lambda: server.ledger().requests, process)
    server.behave(faults={})
    with killed_at_the_end(zygote.start(*args, cwd=tmp_path)) as process:
        assert process.wait() == 0, said(tmp_path)
