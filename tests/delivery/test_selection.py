"""Which records are meant."""

import pytest

from copygen.delivery.copy import Copy, copy_of
from copygen.delivery.selection import Choice, Chooser
from copygen.errors import UsageError
from copygen.models import Severity, Status, Violation
from copygen.results.decisions import Decision, Decisions, State
from tests.support.records import ENDED, result

LONG = Violation("length", Severity.ERROR, "too long")
PRICE = Violation("grounding.number", Severity.WARNING, "no such number")
RECORDS = [
    result("a", text="Silk scarf", input={"language": "en", "price": 10}),
    result("b", text="ผ้าไหม", status=Status.REJECTED, violations=(LONG,), input={"language": "th"}),
    result("c", text="Silk [bag]", violations=(PRICE,), input={"language": "en", "price": 30}),
    result("d", status=Status.FAILED, input={"language": "ja"}),
]


def copies() -> list[Copy]:
    decisions = Decisions()
    decisions.add(
        Decision(id="c", key="k1", state=State.APPROVED, text="Silk [bag]", at=ENDED, via="page")
    )
    return [copy_of(one, decisions.of(one.id)) for one in RECORDS]


@pytest.mark.parametrize(
    ("choice", "ids"),
    [
        (Choice(), "abcd"),
        (Choice(ids=("d", "a", "nobody")), "ad"),
        (Choice(statuses=("ok", "failed")), "acd"),
        (Choice(states=("approved",)), "c"),
        (Choice(states=("draft",)), "ab"),
        (Choice(rules=("grounding",)), "c"),
        (Choice(rules=("ground",)), ""),
        (Choice(rules=("length", "grounding.number")), "bc"),
        (Choice(where='language == "en" and price > 20'), "c"),
        (Choice(where='status == "rejected"'), "b"),
        (Choice(grep="SILK"), "ac"),
        (Choice(grep="[bag]"), "ac"),  # a class of letters
        (Choice(grep="[bag"), "c"),  # no pattern: the words themselves
        (Choice(grep="silk", where='language == "th"'), ""),
        (Choice(sample=9), "abcd"),
    ],
)
def test_a_record_is_meant_when_all_that_is_asked_holds(choice: Choice, ids: str) -> None:
    assert [one.record.id for one in Chooser(choice).chosen(copies())] == list(ids)


def test_a_sample_is_the_same_every_time_and_in_the_table_s_order() -> None:
    every = [copy_of(result(f"sku-{number}"), {}) for number in range(50)]
    first = [one.record.id for one in Chooser(Choice(sample=7)).chosen(every)]
    again = [one.record.id for one in Chooser(Choice(sample=7)).chosen(reversed(every))]
    assert first == again[::-1]
    assert len(first) == 7
    assert first == sorted(first, key=lambda id_: int(id_[4:]))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice(statuses=("fine",)), "--status takes ok, rejected"),
        (Choice(states=("done",)), "--state takes draft, approved"),
        (Choice(where="price >"), "--where"),
    ],
)
def test_words_that_mean_nothing_are_refused(choice: Choice, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Chooser(choice)
