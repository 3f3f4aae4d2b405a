import json
import math
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.results.record import MAX_DEPTH, dumps, loads, loads_exactly
from tests.support.records import any_text, patient


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": "ผ้าไหม シルク é 🧣"}, '{"b":1,"a":"ผ้าไหม シルク é 🧣"}'),
        ("line\nbreak\x00\x1b[31m", '"line\\nbreak\\u0000\\u001b[31m"'),
        ("a\u2028b\u2029c\x85d\x9be\x7f", '"a\\u2028b\\u2029c\\u0085d\\u009be\\u007f"'),
        ("\u2027\u202a\xa0", '"\u2027\u202a\xa0"'),
        ("\ud800", '"\\ud800"'),
        ({"\udfff": "ไทย\ud83d"}, '{"\\udfff":"ไทย\\ud83d"}'),
        ("\ud800\u2028\x9b", '"\\ud800\\u2028\\u009b"'),
        (2**64, "18446744073709551616"),
        (-(2**100), str(-(2**100))),
        ([10**5000], "[null]"),
        (math.nan, "null"),
        ([math.inf, -math.inf, 1.5, "\ud800"], '[null,null,1.5,"\\ud800"]'),
        ({1: "a", None: "b", "c": True}, '{"1":"a","None":"b","c":true}'),
        (MappingProxyType({"a": (1, 2)}), '{"a":[1,2]}'),
        ({"price": Decimal("1.50"), "x": "\ud800"}, '{"price":"1.50","x":"\\ud800"}'),
        (Decimal("1.50"), '"1.50"'),
    ],
)
def test_whatever_a_row_holds_is_written_as_strict_readable_json(value: Any, expected: str) -> None:
    assert dumps(value).decode() == expected


def test_nesting_without_end_is_cut_instead_of_losing_the_record() -> None:
    written = dumps({"deep": nested(800), "text": "kept"})

    assert json.loads(written)["text"] == "kept"
    assert written.count(b"[") == MAX_DEPTH - 1


@pytest.mark.no_cover
@patient
@given(st.recursive(any_text, lambda inner: st.lists(inner) | st.dictionaries(any_text, inner)))
def test_no_text_splits_a_line_for_any_reader(value: Any) -> None:
    assert len(dumps(value).decode("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"a": [1, 2.5, null, true]}\r\n', {"a": [1, 2.5, None, True]}),
        (b'"\\ud800"', "\ud800"),
        (b'"\\ud83e\\udde3"', "🧣"),
        (b'["\\ud800", 18446744073709551616]', ["\ud800", 2**64]),
    ],
)
def test_json_is_read(text: bytes, expected: Any) -> None:
    assert loads(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\0\0\0\0",
        b"\0{\0}",
        b'{"a":1',
        b'{"a":1}{"a":2}',
        b'{"a":NaN}',
        b"[Infinity]",
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"a\nb"',
        b"[" * 100_000,
        b"1" * 5000,
    ],
)
def test_what_is_not_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        loads(text)


def test_integers_past_64_bits_survive_the_exact_reader() -> None:
    assert loads_exactly(b"[18446744073709551617]") == [2**64 + 1]
