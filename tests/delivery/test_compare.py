"""What became of a record between two files, and which words of its texts differ."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.delivery.compare import Change, Comparison, changed_words, compared
from copygen.delivery.copy import Copy, copy_of
from copygen.models import Status
from copygen.results.decisions import Decision, Decisions, State
from tests.support.records import ENDED, any_text, result

SILK = {"name": "Silk", "price": 1}


def copy(
    text: str | None = "one", state: State | None = None, own: str = "", **fields: Any
) -> Copy:
    """A record with a text, and what a person made of it."""
    record = result("a", **{"text": text, "input": SILK, **fields})
    decisions = Decisions()
    if state is not None:
        decisions.add(
            Decision(
                id="a", key="k1", state=state, text=own or text, was=text, at=ENDED, via="page"
            )
        )
    return copy_of(record, decisions.of("a"))


@pytest.mark.parametrize(
    ("before", "after", "changes", "causes"),
    [
        (copy(), copy(), "", ""),
        (copy(latency_ms=1.0), copy(latency_ms=9.0, attempts=3), "", ""),
        (None, copy(), "new", ""),
        (copy(), None, "gone", ""),
        (copy(), copy("two"), "regenerated", ""),
        (copy(), copy(key="k2", input={**SILK, "price": 2}), "prompt", "price"),
        (copy(), copy(key="k2", input={"name": "Silk"}), "prompt", "price"),
        (copy(), copy("two", key="k2"), "prompt", "the brief"),
        (copy(), copy(key="k2", model="other"), "prompt", "model"),
        (copy(), copy(input={**SILK, "price": 2}), "", ""),  # a column that is not sent
        (copy(), copy(state=State.EDITED, own="mine"), "edited", ""),
        (copy(), copy("two", State.EDITED, "mine"), "regenerated edited", ""),
        (
            copy(state=State.EDITED, own="mine"),
            copy("two", State.EDITED, "mine"),
            "regenerated",
            "",
        ),
        (copy(), copy(state=State.APPROVED), "decided", ""),
        (copy(state=State.APPROVED), copy(), "decided", ""),
        (copy(), copy(status=Status.REJECTED), "verdict", ""),
        (copy(), copy(None, status=Status.FAILED), "regenerated verdict", ""),
    ],
)
def test_what_became_of_a_record_has_its_name(
    before: Copy | None, after: Copy | None, changes: str, causes: str
) -> None:
    found = compared("a", before, after)
    assert (" ".join(found.changes), ", ".join(found.causes)) == (changes, causes)


def test_the_texts_in_force_are_compared_by_their_place() -> None:
    before = copy(data={"headline": ["one", "two"], "body": "x"})
    after = copy(data={"headline": ["one", "2", "three"]})
    texts = compared("a", before, after).texts
    assert [(one.place.label, one.before, one.after) for one in texts] == [
        ("headline 2", "two", "2"),
        ("headline 3", None, "three"),
        ("body", "x", None),
    ]


def test_a_comparison_counts_both_sides() -> None:
    found = Comparison()
    assert not found.differs
    found.add(compared("a", copy(), copy()))
    found.add(compared("b", copy(), copy("two", status=Status.REJECTED)))
    found.add(compared("c", None, copy()))
    assert (found.same, found.differs) == (1, True)
    assert (found.before.records, found.after.records) == (2, 3)
    assert found.after.by_status[Status.OK] == 2
    assert found.counts == {Change.REGENERATED: 1, Change.VERDICT: 1, Change.NEW: 1}
    assert found.fields == {"text": 1}


@pytest.mark.parametrize(
    ("before", "after", "taken", "given"),
    [
        ("Silk for life", "Silk for you", ["life"], ["you"]),
        ("Silk is pure indulgence", "Silk is a gift", ["pure indulgence"], ["a gift"]),
        ("ผ้าพันคอไหมแพรวา ทำด้วยใจ", "ผ้าพันคอไหมแพรวา แทนคำขอบคุณ", ["ทำด้วยใจ"], ["แทนคำขอบคุณ"]),
        (
            "卵焼き器で、子どものお弁当を作る",
            "卵焼き器で、毎日のお弁当を作る",
            ["子どもの"],
            ["毎日の"],
        ),
        ("cafe\u0301 noir", "cafe noir", ["cafe\u0301"], ["cafe"]),  # no mark is torn off
        ("one two", "one two", [], []),
        ("one", "one!", [], ["!"]),
        ("abc", "xyz", ["abc"], ["xyz"]),
        ("a, b", "x, y", ["a, b"], ["x, y"]),  # a comma alone is nothing in common
        ("", "new", [], ["new"]),
        ("a " * 6000, "b " * 6000, ["a " * 6000], ["b " * 6000]),
    ],
)
def test_the_words_that_differ_are_found(
    before: str, after: str, taken: list[str], given: list[str]
) -> None:
    old, new = changed_words(before, after)
    assert [before[start:end].strip() if len(before) < 999 else before[start:end]
            for start, end in old if end > start] == taken  # fmt: skip
    assert [after[start:end].strip() if len(after) < 999 else after[start:end]
            for start, end in new if end > start] == given  # fmt: skip


@given(any_text, any_text)
def test_what_is_not_marked_is_the_same_in_both(before: str, after: str) -> None:
    old, new = changed_words(before, after)

    def rest(text: str, spans: tuple[tuple[int, int], ...]) -> str:
        marked = {at for start, end in spans for at in range(start, end)}
        return "".join(char for at, char in enumerate(text) if at not in marked)

    assert rest(before, old) == rest(after, new)
    assert all(start < end for start, end in (*old, *new) if before and after)
    if before == after:
        assert not any(end > start for start, end in (*old, *new))


@given(st.lists(st.sampled_from(["silk", " ", "red", ",", "ผ้า"]), max_size=12))
def test_no_word_differs_from_itself(words: list[str]) -> None:
    text = "".join(words)
    assert not any(end > start for start, end in changed_words(text, text)[0])
