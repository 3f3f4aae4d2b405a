"""The decisions file: nothing decided is lost, the latest stands, and disagreement is told."""

import errno
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.errors import ResultsError
from copygen.results.decisions import (
    Conflict,
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
from tests.support.records import ENDED, patient

MODEL = "Silk that remembers the loom."


def decided(state: State, *, after_s: float = 0, **fields: Any) -> Decision:
    values = {"id": "a", "key": "k1", "by": "mali", "via": "page", "text": MODEL, **fields}
    return Decision(state=state, at=ENDED + timedelta(seconds=after_s), **values)


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


def test_a_mark_may_stand_before_the_decision_it_is_about() -> None:
    mark = decided(State.STALE, after_s=1, key="k2", text=None, reason="price", via="run")
    found = standing(mark, decided(State.APPROVED))
    assert found.of("a")[Place()].stale == mark
    assert list(found.ids()) == ["a"]


def test_a_prompt_that_is_again_what_was_decided_on_is_stale_no_more() -> None:
    marks = [
        decided(State.STALE, after_s=n, key=key, text=None, via="run")
        for n, key in ((1, "k2"), (2, "k1"))
    ]
    for order in (marks, marks[::-1]):
        assert standing(decided(State.APPROVED), *order).of("a")[Place()].stale is None


def test_a_text_that_the_model_wrote_since_is_no_matter_of_conflict() -> None:
    other = decided(State.APPROVED, after_s=1, text="Another text.", by="ken")
    assert not standing(decided(State.REJECTED, reason="dull"), other).conflicts


def test_a_later_word_settles_a_conflict() -> None:
    found = standing(decided(State.APPROVED), decided(State.REJECTED, after_s=1, by="ken"))
    found.add(decided(State.REJECTED, after_s=2, reason="ken is right"))
    assert not found.conflicts


def test_a_text_of_the_model_is_rejected_and_no_other() -> None:
    one = standing(decided(State.REJECTED, text="mine", was=MODEL)).of("a")[Place()]
    assert [one.rejects(text) for text in (MODEL, "mine", "new", None)] == [True, True, False, True]
    assert not standing(decided(State.APPROVED)).of("a")[Place()].rejects(MODEL)


DECIDED = st.builds(
    lambda state, key, text, place, by: decided(
        state, key=key, text=text, field=place[0], index=place[1], by=by
    ),
    st.sampled_from([one for one in State if one is not State.ORPHAN]),
    st.sampled_from(["k1", "k2"]),
    st.sampled_from([MODEL, "x"]),
    st.sampled_from([(None, None), ("headline", 1)]),
    st.sampled_from(["mali", "ken", "ann"]),
)


@patient
@given(st.lists(DECIDED, max_size=8), st.randoms(use_true_random=False))
def test_any_order_of_the_lines_comes_to_what_their_times_say(
    made: list[Decision], random: Random
) -> None:
    by_time = [replace(one, at=ENDED + timedelta(seconds=n)) for n, one in enumerate(made)]
    mixed = random.sample(by_time, len(by_time))
    sorted_, found = standing(*by_time), standing(*mixed)
    assert found.of("a") == sorted_.of("a")
    assert pairs(found.conflicts) == pairs(sorted_.conflicts)
    for place, one in found.of("a").items():
        at_place = [d for d in by_time if d.place == place]
        assert one.last == [d for d in at_place if d.state is not State.STALE][-1]
        marks = [d for d in at_place if d.state is State.STALE]
        assert one.mark == (marks[-1] if marks else None)


def pairs(conflicts: list[Conflict]) -> set[tuple[Decision, Decision]]:
    return {(one.earlier, one.later) for one in conflicts}


def test_a_file_that_others_wrote_into_costs_only_their_lines(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    log = DecisionLog(results)
    ours = [
        encode_decision(decided(State.APPROVED, id=id_)).rstrip(b"\n") for id_ in ("a", "b", "c")
    ]
    foreign = (b'{"id":"a","status":"ok"}', b"\xff\xfe{", b"\0\0\0", b"null", b'"x"', b"# a note")
    bom, crlf = b"\xef\xbb\xbf", b"\r\n"
    content = crlf.join([bom + ours[0], *foreign, b"", b"  ", bom + ours[1], ours[2]])
    log.path.write_bytes(content)
    found = Decisions.read(results)
    assert sorted(found.ids()) == ["a", "b", "c"]
    assert found.bad == len(found.bad_lines) == len(foreign)
    log.append([decided(State.LOCKED, id="d")])  # after a last line without its end
    assert sorted(Decisions.read(results).ids()) == ["a", "b", "c", "d"]


def test_an_append_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = DecisionLog(tmp_path / "r.jsonl")
    log.append([decided(State.APPROVED)])
    before = log.path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("copygen.results.decisions.system.sync", full)
    with pytest.raises(ResultsError, match=r"decisions\.jsonl: cannot write to it: No space left"):
        log.append([decided(State.LOCKED, id=str(n)) for n in range(100)])
    assert log.path.read_bytes() == before
