"""No decision is lost: to no second writer, no kill, no full disk, no read-only folder."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.errors import ExitCode, ResultsError
from copygen.results.decisions import DecisionLog, Decisions, Place, State, encode_decision
from copygen.results.storage import Beside
from tests.results.test_ledger import read_only_folder, unprivileged  # noqa: F401  # a fixture
from tests.support.decision_processes import (
    BATCH,
    decide_forever,
    decide_on_full_disk,
    decide_some,
    decision,
    read_all,
)
from tests.support.inside import copygen
from tests.support.ledger_processes import running
from tests.support.records import result, write

LONG = (pytest.mark.soak, pytest.mark.timeout(1800))


@pytest.mark.parametrize(("writers", "batches"), [(4, 30), pytest.param(16, 300, marks=LONG)])
def test_writers_at_the_same_time_lose_nothing(tmp_path: Path, writers: int, batches: int) -> None:
    results = tmp_path / "r.jsonl"
    names = [f"w{number}" for number in range(writers)]
    with ExitStack() as stack:
        pipes = [
            stack.enter_context(running(decide_some, results, name, batches))[1] for name in names
        ]
        for pipe in pipes:
            pipe.send("go")
        assert [pipe.recv() for pipe in pipes] == ["done"] * writers
    found = Decisions.read(results)
    assert found.bad == 0
    expected = {
        f"{name}-{number}-{n}" for name in names for number in range(batches) for n in range(BATCH)
    }
    assert {*found.ids()} == expected


@pytest.mark.parametrize("kills", [6, pytest.param(300, marks=LONG)])
def test_a_kill_costs_at_most_what_was_being_written(tmp_path: Path, kills: int) -> None:
    results = tmp_path / "r.jsonl"
    safe: set[str] = set()
    for kill in range(kills):
        with ExitStack() as stack:
            both = [
                stack.enter_context(running(decide_forever, results, by, 1000 * kill))
                for by in ("mali", "ken")
            ]
            for (process, pipe), by in zip(both, ("mali", "ken"), strict=True):
                for _ in range(3 + kill % 5):
                    safe.add(f"{by}-{pipe.recv()}")
                process.kill()
                process.join()
                while pipe.poll():
                    try:
                        safe.add(f"{by}-{pipe.recv()}")
                    except EOFError:
                        break
    found = Decisions.read(results)
    assert safe <= {*found.ids()}
    assert found.bad <= 2 * kills


@pytest.mark.parametrize("torn_at", [1, 20, -2, -1])
def test_a_torn_end_spoils_nothing_that_is_written_after_it(tmp_path: Path, torn_at: int) -> None:
    results = tmp_path / "r.jsonl"
    log = DecisionLog(results)
    log.append([decision("a")])
    whole = encode_decision(decision("b"))
    with log.path.open("ab") as stream:
        stream.write(whole[:torn_at])
    log.append([decision("c")])
    found = Decisions.read(results)
    is_whole = torn_at == -1  # all but its end of line
    assert ({*found.ids()}, found.bad) == (({"a", "b", "c"}, 0) if is_whole else ({"a", "c"}, 1))


def test_on_a_full_disk_a_batch_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    with running(decide_on_full_disk, results) as (_, pipe):
        found = pipe.recv()
    *failed, last = found
    assert len(failed) > 20
    assert {after - before for before, after, _ in failed} == {0}
    assert all("cannot write to it" in raised for *_, raised in failed)
    assert last[2] == ""
    assert {*Decisions.read(results).ids()} == {"first", *map(str, range(BATCH))}


def test_a_folder_that_may_not_be_written_is_told_with_exit_code_8(
    read_only_folder: Path,  # noqa: F811
) -> None:
    results = read_only_folder / "r.jsonl"
    read_only_folder.chmod(0o755)
    write(results, [result("a")])
    results.chmod(0o644)
    read_only_folder.chmod(0o555)
    args = ["decisions", str(results), "--set", "approved", "a", "--by", "ann"]
    # Modules are loaded before: nobody's user may not read those of this machine.
    assert CliRunner().invoke(app, [*args, "--dry-run"]).exit_code == 0
    with unprivileged():
        with pytest.raises(ResultsError, match=r"decisions\.jsonl: cannot write to it"):
            DecisionLog(results).append([decision("a")])
        done = CliRunner().invoke(app, args)
    assert done.exit_code == ExitCode.RESULTS, done.stderr
    assert not Beside.DECISIONS.of(results).exists()


def test_two_reviewers_at_two_shells(tmp_path: Path) -> None:
    write(tmp_path / "r.jsonl", [result("a"), result("b")])
    for by, state in (("mali", "approved"), ("ken", "rejected")):
        done = copygen("decisions", "r.jsonl", "a", "--set", state, "--by", by, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, f"1 text {state}\n")
    found = Decisions.read(tmp_path / "r.jsonl")
    assert found.of("a")[Place()].state is State.REJECTED
    assert [(one.earlier.by, one.later.by) for one in found.conflicts] == [("mali", "ken")]


@pytest.mark.parametrize(
    ("lines", "ids", "most_s", "most_mb"),
    [
        (20_000, 200, 3, 30),
        pytest.param(1_000_000, 10_000, 60, 100, marks=LONG),
        pytest.param(1_000_000, 1_000_000, 60, 800, marks=LONG),
    ],
)
def test_memory_grows_with_the_texts_and_not_with_the_lines(
    tmp_path: Path, lines: int, ids: int, most_s: float, most_mb: float
) -> None:
    results = tmp_path / "r.jsonl"
    line = encode_decision(decision("@@", field="headline", index=1))
    with Beside.DECISIONS.of(results).open("wb") as stream:
        for number in range(lines):
            stream.write(line.replace(b"@@", b"sku-%d" % (number % ids)))
    with running(read_all, results) as (_, pipe):
        count, cpu_s, peak_mb = pipe.recv()
    assert count == lines
    assert cpu_s < most_s
    assert peak_mb < most_mb
