"""The ledger against real kills, a real full disk and a real second process."""

import os
import signal
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import pytest

from copygen.errors import LedgerLocked
from copygen.models import Result
from copygen.results.ledger import FsyncPolicy, Ledger
from copygen.results.record import decode, encode, read_results
from copygen.results.rescue import LAST_RESORT
from tests.support.folders import folder_in_memory
from tests.support.ledger_processes import append_forever, fill_disk, hold, running
from tests.support.records import ids, result

KILLS = 40
"""Per file; 1 000 in all in the long form."""


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "series",
    [*range(1), *(pytest.param(number, marks=pytest.mark.soak) for number in range(1, 25))],
)
def test_D1_killed_while_appending_no_acknowledged_result_is_lost(
    tmp_path: Path, series: int
) -> None:
    """One file through all kills; each process goes on where the last was killed."""
    path = tmp_path / "ads.results.jsonl"
    moments = Random(series)
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        first = kill * 1_000_000
        with running(append_forever, path, first, moments.random()) as (process, connection):
            for _ in range(moments.randrange(1, 30)):
                acknowledged.add(connection.recv())
            process.kill()
            # What it said between the last message read and the kill counts as well.
            while (number := said(connection)) is not None:
                acknowledged.add(number)

        with Ledger.open(path) as ledger:
            assert not [note for note in ledger.notes if "cannot be read" in note]
            lost = [n for n in acknowledged if ledger.status_of(str(n), "k1") is None]
        assert lost == []

    kept = ids(path)
    assert len(kept) == len(set(kept))


def said(connection: Connection) -> int | None:
    try:
        number: int = connection.recv()
    except (EOFError, ConnectionError):
        return None
    return number


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None], ids=str)
def test_D6_the_lock_holds_against_another_process_and_is_free_when_it_ends(
    tmp_path: Path, end: signal.Signals | None
) -> None:
    path = tmp_path / "ads.results.jsonl"
    with running(hold, path) as (process, connection):
        assert connection.recv() == "open"
        with pytest.raises(LedgerLocked, match=f"process {process.pid} on"):
            Ledger.open(path)
        if end is None:
            connection.send("close")
            assert connection.recv() == "closed"
        else:
            assert process.pid is not None
            os.kill(process.pid, end)
        process.join()

        with Ledger.open(path) as ledger:
            ledger.append(result("a"))
    assert ids(path) == ["a"]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("policy", "lasts"),
    [
        pytest.param(FsyncPolicy.AUTO, True, id="stays full"),
        pytest.param(FsyncPolicy.ALWAYS, False, id="has room again"),
    ],
)
def test_D7_with_the_disk_full_at_any_byte_of_a_record_nothing_is_lost(
    policy: FsyncPolicy, lasts: bool
) -> None:
    taken_back = 0
    with (
        folder_in_memory() as folder,
        running(fill_disk, folder, policy, lasts) as (_, connection),
    ):
        offsets = connection.recv()
        for offset in range(offsets):
            path, printed, raised, places = connection.recv()
            assert [message[:3] for message in raised] == ["b: "], offset
            assert places[0] in raised[0]
            assert path.read_bytes() == encode(result("a", text="ไ" * 50)), offset
            # What was not synced yet when the disk filled up is saved as well.
            unsafe = {"a"} if policy is FsyncPolicy.AUTO else set()
            assert rescued_ids(printed, places) == unsafe | {"b", "c", "d"}, offset
            if places == (f"{path}.rescue.jsonl",):
                taken_back += 1
                with Ledger.open(path):
                    assert ids(path) == ["a", "b", "c", "d"]
    if not lasts and policy is FsyncPolicy.ALWAYS:
        assert taken_back == offsets


def rescued_ids(printed: bytes, places: tuple[str, ...]) -> set[str]:
    rescued = [decode(line) for line in printed.splitlines()]
    for place in places:
        if place != LAST_RESORT:
            rescued += read_results(Path(place))
    return {item.id for item in rescued if isinstance(item, Result)}
