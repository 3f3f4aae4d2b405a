"""What stands of the texts of a results file: the text in force, its state, the table's order."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from copygen.delivery.copy import CopyReader, Text, copy_of
from copygen.delivery.copy import decided as decide
from copygen.models import Status
from copygen.results.decisions import Decision, DecisionLog, Decisions, Place, State
from tests.support.records import ENDED, result, write

RECORD = result("a", text=None, data={"headline": ["one", "two"], "body": "three"})


def decided(state: State, text: str | None, index: int | None = 0, **fields: object) -> Decision:
    values = {"id": "a", "key": "k1", "field": "headline", "at": ENDED, "via": "page", **fields}
    return Decision(state=state, text=text, index=index, **values)  # type: ignore[arg-type]


def states(record_texts: Decisions) -> list[tuple[str, State, str]]:
    copy = copy_of(RECORD, record_texts.of("a"))
    return [(one.place.label, one.state, one.text) for one in copy.texts]


def test_every_text_has_its_place_and_is_a_draft_until_somebody_decides() -> None:
    assert states(Decisions()) == [
        ("headline 1", State.DRAFT, "one"),
        ("headline 2", State.DRAFT, "two"),
        ("body", State.DRAFT, "three"),
    ]


def test_an_edit_is_in_force_whatever_the_model_wrote_since() -> None:
    found = Decisions()
    found.add(decided(State.EDITED, "mine", was="an earlier text"))
    assert states(found)[0] == ("headline 1", State.EDITED, "mine")


def test_a_rejection_ends_with_the_text_it_was_of() -> None:
    found = Decisions()
    found.add(decided(State.REJECTED, "an earlier text", reason="dull"))
    found.add(decided(State.REJECTED, "two", 1, reason="dull"))
    assert [state for _, state, _ in states(found)] == [State.DRAFT, State.REJECTED, State.DRAFT]


def test_what_changed_under_an_approval_is_stale_and_its_text_stays() -> None:
    found = Decisions()
    found.add(decided(State.APPROVED, "one"))
    found.add(decided(State.STALE, None, key="k2", at=ENDED + timedelta(seconds=1)))
    assert states(found)[0] == ("headline 1", State.STALE, "one")


def test_only_what_is_accepted_and_not_rejected_may_go_out() -> None:
    rejected = copy_of(result("a", status=Status.REJECTED), {})
    assert not rejected.is_publishable
    found = Decisions()
    found.add(Decision(id="a", key="k1", state=State.EDITED, text="x", at=ENDED, via="page"))
    assert copy_of(result("a", status=Status.REJECTED), found.of("a")).is_publishable
    assert not copy_of(result("a", status=Status.FAILED), {}).is_publishable


def test_records_come_in_the_order_of_their_table_and_the_last_of_an_id_counts(
    tmp_path: Path,
) -> None:
    path = tmp_path / "r.jsonl"
    rows = [("b/10", 2), ("b/9", 2), ("c", None), ("a", 1), ("b/9", 2)]
    write(path, [result(id_, row=row, line=row, text=f"{n}") for n, (id_, row) in enumerate(rows)])
    DecisionLog(path).append([decided(State.APPROVED, "x", id="gone")])
    with CopyReader(path) as copies:
        assert [(one.record.id, one.record.text) for one in copies] == [
            ("a", "3"), ("b/9", "4"), ("b/10", "0"), ("c", "2"),
        ]  # fmt: skip
        assert [id_ for id_, _ in copies.orphans()] == ["gone"]
        assert len(copies) == 4
        found = copies.find("c")
        assert found is not None
        assert Place() in [one.place for one in found.texts]


def test_a_decision_on_what_stands_says_what_it_was_decided_on() -> None:
    found = Decisions()
    found.add(decided(State.EDITED, "mine", was="one"))
    found.add(decided(State.STALE, None, key="k2", at=ENDED + timedelta(seconds=1)))
    copy = copy_of(RECORD, found.of("a"))

    def made(text: Text, state: State, **more: Any) -> tuple[object, ...]:
        one = decide(copy, text, state, by="ken", at=ENDED, via="command", **more)
        return one.place, one.state, one.text, one.was, one.key

    first, second, _ = copy.texts
    assert made(first, State.APPROVED) == (first.place, "approved", "mine", "one", "k2")
    assert made(first, State.REJECTED) == (first.place, "rejected", "mine", "one", "k2")
    assert made(second, State.APPROVED, edit="new") == (second.place, "edited", "new", "two", "k1")
    assert made(second, State.EDITED, edit="two") == (second.place, "approved", "two", None, "k1")
    assert made(second, State.DRAFT) == (second.place, "draft", None, None, "k1")
