import pytest

from copygen.models import ErrorInfo, Kind
from copygen.results.stats import MAX_CAUSES, Causes, alike


def error(message: str, kind: Kind = Kind.SERVER, status: int | None = 500) -> ErrorInfo:
    return ErrorInfo(kind, message, status)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("request req_8f3a failed", "request req_77b0 failed"),
        ("waited 30.0 s", "waited 7 s"),
        ("no answer from 10.0.0.1:443", "no answer from 10.0.0.20:8443"),
        ("id 3f2504e0-4f89-11d3-9a0c-0305e82c3301 unknown", "id 00000000-0000 unknown"),
        ("'item-4' is too long", "'item-5' is too long"),
        ("ข้อความ 12 ตัวอักษร", "ข้อความ 9 ตัวอักษร"),
    ],
)
def test_messages_that_differ_in_numbers_and_ids_are_one_cause(one: str, other: str) -> None:
    assert alike(one) == alike(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("overloaded", "internal error"), ("field 'name' missing", "field 'price' missing")],
)
def test_messages_that_say_different_things_are_two_causes(one: str, other: str) -> None:
    assert alike(one) != alike(other)


def test_a_very_long_message_is_compared_by_its_beginning() -> None:
    assert alike("a" * 5_000_000) == alike("a" * 400)


def test_causes_are_ranked_with_the_first_example_of_each() -> None:
    causes = Causes()
    causes.add("row-1", error("overloaded, try in 3 s"))
    causes.add("row-2", error("filtered", Kind.CONTENT_FILTER, None))
    causes.add("row-3", error("overloaded, try in 9 s"))

    first, second = causes.groups()

    assert (first.kind, first.status, first.count) == (Kind.SERVER, 500, 2)
    assert (first.message, first.example_id) == ("overloaded, try in 3 s", "row-1")
    assert (second.kind, second.count, second.example_id) == (Kind.CONTENT_FILTER, 1, "row-2")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (error("down", Kind.SERVER, 500), error("down", Kind.SERVER, 503)),
        (error("down", Kind.SERVER, 503), error("down", Kind.RATE_LIMITED, 503)),
    ],
)
def test_kind_and_status_set_causes_apart(one: ErrorInfo, other: ErrorInfo) -> None:
    causes = Causes()
    causes.add("a", one)
    causes.add("b", other)

    assert len(causes.groups()) == 2


def test_past_the_limit_causes_are_lumped_by_kind_and_none_goes_uncounted() -> None:
    causes = Causes()
    words = [f"{chr(97 + n // 26)}{chr(97 + n % 26)} broke" for n in range(400)]
    for number, word in enumerate(words):
        causes.add(str(number), error(word, Kind.SERVER if number % 2 else Kind.TIMEOUT))

    groups = causes.groups()

    assert len(groups) == MAX_CAUSES + 2
    assert sum(group.count for group in groups) == 400
    assert [(group.kind, group.various) for group in groups[:2]] == [
        (Kind.TIMEOUT, True),
        (Kind.SERVER, True),
    ]
    assert not any(group.various for group in groups[2:])


def test_a_known_cause_is_still_counted_past_the_limit() -> None:
    causes = Causes()
    for number in range(MAX_CAUSES + 10):
        causes.add(str(number), error(f"{chr(0x0E01 + number)} broke"))
    causes.add("again", error("\u0e01 broke"))

    assert [g.count for g in causes.groups() if g.message == "\u0e01 broke"] == [2]


def test_a_failure_that_says_nothing_is_counted_too() -> None:
    causes = Causes()
    causes.add("a", None)

    assert causes.groups()[0].message == "failed without an error on record"
