"""Records as the page takes them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from copygen.delivery.copy import copy_of
from copygen.delivery.payload import plain_line, record_line
from copygen.models import Result, Severity, Status, Violation
from copygen.results.record import decode, encode, loads
from tests.support.records import any_result, patient, result


def in_full(record: Result, language: str | None = "th") -> dict[str, Any]:
    read = decode(encode(record))
    assert isinstance(read, Result)
    return dict(json.loads(record_line(copy_of(read, {}), 0, language)))


def at_half_the_cost(record: Result, language: str | None = "th") -> dict[str, Any] | None:
    value: Mapping[str, Any] = loads(encode(record))
    line = plain_line(value, 0, lambda _item: language)
    return None if line is None else dict(json.loads(line))


FIELDS = {"headline": ["One", "Two"], "caption": "Three"}
FOUND = (
    Violation("length", Severity.ERROR, "too long", (0, 3), "headline", 1),
    Violation("facts", Severity.WARNING, "no such price", None, "headline", 1),
    Violation("count", Severity.ERROR, "two of three", None, "headline"),
    Violation("caption", Severity.WARNING, "dull", (1, 2), "caption"),
    Violation("all", Severity.WARNING, "alike"),
)
PLAIN = [
    result("a"),
    result("b", data=FIELDS, row=3, line=4),
    result("c", cost_usd=None, latency_ms=None, reasks=2, answered_by="gpt-5-2026"),
    result("d", input={"a": 1, "b": 1.5, "c": None, "d": True, "e": "x"}),
    result("f", data=FIELDS, violations=FOUND, status=Status.REJECTED),
    result("g", violations=FOUND[4:]),
    result("e", text="\u2028</script>\ud800\x00", created_at=datetime(2026, 1, 2, tzinfo=UTC)),
]


@pytest.mark.parametrize("record", PLAIN)
@pytest.mark.parametrize("language", ["th", None])
def test_an_accepted_record_is_told_the_same_at_half_the_cost(
    record: Result, language: str | None
) -> None:
    assert at_half_the_cost(record, language) == in_full(record, language)


@pytest.mark.parametrize(
    "record",
    [
        result(status=Status.FAILED),
        result(notes=("a word",)),
        result(text=None),
        result(input={"gtin": 2**53}),
        result(input={"nested": {"a": 1}}),
    ],
)
def test_what_needs_a_closer_look_gets_one(record: Result) -> None:
    assert at_half_the_cost(record) is None


@patient
@given(any_result)
def test_no_record_is_told_otherwise_at_half_the_cost(record: Result) -> None:
    quick = at_half_the_cost(record)
    assert quick is None or quick == in_full(record)


def test_numbers_that_javascript_would_round_are_told_as_text() -> None:
    item = {"gtin": 12345678901234567890, "list": [2**60, 7], "price": 2500, "huge": 2**5000}
    told = in_full(result(input=item))["item"]
    assert told == {
        "gtin": "12345678901234567890",
        "list": [str(2**60), 7],
        "price": 2500,
        "huge": None,
    }
