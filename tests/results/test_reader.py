"""Looking at a results file without touching it."""

from pathlib import Path

import pytest

from copygen.errors import ResultsError
from copygen.models import Status, Usage
from copygen.results.reader import read_ledger
from tests.support.records import RESULT, result, write


def test_a_file_that_is_not_there_holds_nothing_and_stays_away(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    with read_ledger(path) as found:
        assert found.ids == 0
        assert not found.holds("a")
        assert found.record("a") is None
    assert not path.exists()


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.touch()
    with read_ledger(path) as found:
        assert found.ids == 0


def test_the_record_that_counts_is_found_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write(
        path,
        [
            result("a", key="old", text="first"),
            result("b", key="k", text="kept"),
            result("a", key="new", text="second"),
            result("b", key="k", status=Status.FAILED),
        ],
    )
    with read_ledger(path) as found:
        assert found.counts == {Status.OK: 2}
        assert (found.status_of("a", "new"), found.status_of("a", "old")) == (Status.OK, None)
        texts = {id_: record.text for id_ in "ab" if (record := found.record(id_)) is not None}
    assert texts == {"a": "second", "b": "kept"}


def test_ids_that_nobody_asks_for_are_told(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write(path, [result(f"i{n}") for n in range(5000)])
    with read_ledger(path) as found:
        for number in range(5000):
            if number not in (17, 4321):
                assert found.holds(f"i{number}")
        assert {record.id for record in found.unwanted()} == {"i17", "i4321"}


def test_nothing_is_changed_in_a_file_with_a_torn_end(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    content = write(path, [result("a"), result("b")])
    path.write_bytes(content[:-20])
    with read_ledger(path) as found:
        assert found.ids == 1
        assert not found.holds("b")
    assert path.read_bytes() == content[:-20]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("content", [b'{"name": "x"}\n', b"a,b\n1,2\n", b"[1, 2]\n"])
def test_somebody_elses_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.jsonl"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match="not a results file"):
        read_ledger(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot read it"):
        read_ledger(tmp_path)


def test_experience_is_kept_by_model(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write(
        path,
        [
            result("a", usage=Usage(10, 20), latency_ms=100.0, total_ms=150.0),
            result("b", usage=Usage(30, 40), status=Status.REJECTED, latency_ms=300.0),
            result("c", status=Status.FAILED, latency_ms=None),
            result("d", status=Status.CANCELLED),
            result("e", attempts=0),
            result("f", model="other", usage=Usage(1, 2)),
        ],
    )
    with read_ledger(path) as found:
        learned = found.history[RESULT.model]
        assert (learned.ended, learned.accepted, learned.measured) == (3, 1, 2)
        assert (learned.input_tokens, learned.output_tokens) == (40, 60)
        assert learned.output_squares == 20**2 + 40**2
        assert (learned.timed, learned.latency_ms) == (2, 400.0)
        assert found.history["other"].output_tokens == 2


def test_fields_of_foreign_types_teach_nothing(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(
        '{"id":"a","key":"k","status":"ok","model":"m","attempts":1,'
        '"usage":{"input_tokens":"9","output_tokens":null},"latency_ms":"fast"}\n'
        '{"id":"b","key":"k","status":"ok","model":"m","attempts":true,"usage":7}\n'
    )
    with read_ledger(path) as found:
        assert found.ids == 2
        learned = found.history["m"]
        assert (learned.ended, learned.measured, learned.timed) == (1, 0, 0)


def test_rescued_results_are_pointed_out(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    assert read_ledger(path).rescued is None
    rescued = tmp_path / "r.jsonl.rescue.jsonl"
    rescued.touch()
    assert read_ledger(path).rescued == rescued


def test_progress_is_told_by_the_thousand(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    write(path, [result(f"i{n}") for n in range(3500)])
    told: list[int] = []
    read_ledger(path, told.append).__exit__(None, None, None)
    assert sum(told) == 3000
