"""The decisions file: nothing decided is lost, the latest stands, and disagreement is told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from copygen.results.decisions import (
    Decision,
    DecisionLog,
    Decisions,
    Place,
    State,
    decode_decision,
    encode_decision,
)
from copygen.results.record import BadLine
from copygen.results.storage import Beside
from tests.support.records import ENDED

MODEL = "Silk that remembers the loom."


def decided(state: State, *, after_s: float = 0, **fields: Any) -> Decision:
    given = {"id": "a", "key": "k1", "by": "mali", "via": "page", "text": MODEL, **fields}
    return Decision(state=state, at=ENDED + timedelta(seconds=after_s), **given)


def standing(*decisions: Decision) -> Decisions:
    found = Decisions()
    for one in decisions:
        found.add(one)
    return found


@pytest.mark.parametrize(
    "decision",
    [
        decided(State.EDITED, field="headline", index=2, was=MODEL, text="ผ้าไหม\u2028'=1+1'"),
        decided(State.REJECTED, reason="too long", comment="see 3", text=None),
        decided(State.LOCKED, text="\ud800 lone", by=""),
    ],
)
def test_a_decision_comes_back_as_it_was(decision: Decision) -> None:
    line = encode_decision(decision)
    assert line.count(b"\n") == 1
    assert decode_decision(line) == decision


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"id":"a","key":"k","state":"orphan","at":"2026-11-28T03:10:00Z","via":"x"}',
        b'{"id":"a","key":"k","state":"approved","at":"today","via":"x"}',
        b'{"id":"a","key":"k","state":"approved","index":-1,"at":"2026-11-28T03:10:00Z"}',
        b'{"id":"a","key":"k","state":"approved","index":true,"at":"2026-11-28T03:10:00Z"}',
    ],
)
def test_what_is_no_decision_is_a_bad_line(line: bytes) -> None:
    assert isinstance(decode_decision(line, 7), BadLine)


def test_the_latest_by_time_stands_whatever_the_order_of_the_file() -> None:
    first, later = decided(State.APPROVED), decided(State.EDITED, after_s=1, text="x", was=MODEL)
    for order in ((first, later), (later, first)):
        assert standing(*order).of("a")[Place()].last == later


def test_an_edit_of_what_another_approved_is_no_conflict_and_one_of_what_nobody_saw_is() -> None:
    edit = decided(State.EDITED, text="x", was=MODEL)
    other = decided(State.EDITED, after_s=1, text="y", was=MODEL, by="ken")
    assert not standing(decided(State.APPROVED), other).conflicts
    found = standing(edit, other).conflicts
    assert [(one.earlier, one.later) for one in found] == [(edit, other)]


def test_one_approves_and_another_rejects_is_a_conflict() -> None:
    assert standing(decided(State.APPROVED), decided(State.REJECTED, after_s=1, by="ken")).conflicts


def test_a_run_marks_what_changed_and_a_new_decision_for_the_new_key_clears_it() -> None:
    mark = decided(State.STALE, after_s=1, key="k2", text=None, reason="price", via="run")
    found = standing(decided(State.APPROVED), mark)
    one = found.of("a")[Place()]
    assert one.state is State.APPROVED
    assert (one.stale, one.current_key) == (mark, "k2")
    assert found.keeps("a")
    found.add(decided(State.APPROVED, after_s=2, key="k2"))
    assert found.of("a")[Place()].stale is None


def test_a_mark_for_the_key_that_was_decided_on_is_none() -> None:
    mark = decided(State.STALE, after_s=1, key="k1", via="run")
    assert standing(decided(State.APPROVED), mark).of("a")[Place()].stale is None


def test_what_was_appended_is_read_and_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    log = DecisionLog(results)
    log.append([decided(State.APPROVED)])
    whole = log.path.read_bytes()
    log.path.write_bytes(whole + whole[:40])
    log.append([decided(State.LOCKED, id="b")])
    found = Decisions.read(results)
    assert sorted(found.ids()) == ["a", "b"]
    assert [one.line_number for one in found.bad_lines] == [2]


def test_without_a_file_nothing_is_decided(tmp_path: Path) -> None:
    assert not Decisions.read(tmp_path / "r.jsonl")
    assert not Beside.DECISIONS.of(tmp_path / "r.jsonl").exists()
