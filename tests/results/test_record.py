import io
import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import example, given

from copygen.models import ErrorInfo, Kind, Result, Status
from copygen.results.record import BadLine, decode, encode, identify, lines, read_results
from tests.support.records import RESULT, any_result, patient, result, write


def test_the_line_has_the_fields_of_the_format_in_order() -> None:
    assert encode(RESULT) == (
        b'{"id":"scarf-1","key":"k1","status":"ok","text":"Silk that remembers the loom.",'
        b'"input":{"name":"Silk scarf","price":2500},"provider":"holysheep",'
        b'"model":"deepseek-chat","finish_reason":"stop","usage":{"input_tokens":120,'
        b'"output_tokens":30,"cached_tokens":64,"cache_write_tokens":16,"reasoning_tokens":5},'
        b'"cost_usd":0.0000126,'
        b'"cost_note":null,"latency_ms":38.25,"total_ms":41.5,"attempts":1,"error":null,'
        b'"created_at":"2026-03-14T09:26:53.589Z","data":null,"violations":[],"reasks":0}\n'
    )


def test_an_error_is_an_object_of_kind_message_and_status() -> None:
    failed = result(status=Status.FAILED, error=ErrorInfo(Kind.CONNECTION, "refused"))

    assert b'"error":{"kind":"connection","message":"refused","status":null}' in encode(failed)


@pytest.mark.no_cover
@patient
@given(any_result)
@example(result(text="a\u2028b\u2029c\x85d\0"))
@example(result(text="\ud800", input={"\udfff": ["\ud800", 2**80, 0.1]}))
@example(result(text="x" * 4_000_000))
@example(result(text="ไ" * 1_400_000))
def test_D12_any_unicode_round_trips_exactly(original: Result) -> None:
    line = encode(original)

    assert line.endswith(b"\n")
    assert len(line.decode("utf-8").splitlines()) == 1
    assert decode(line) == original


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"cost_usd": Decimal("0.1") + Decimal("0.2")}, b'"cost_usd":0.3,'),
        ({"cost_usd": Decimal(0)}, b'"cost_usd":0.0,'),
        ({"cost_usd": None, "cost_note": "no price"}, b'"cost_usd":null,"cost_note":"no price"'),
        ({"latency_ms": math.nan}, b'"latency_ms":null,'),
        ({"total_ms": math.inf}, b'"total_ms":0.0,'),
        ({"latency_ms": 12.3456789}, b'"latency_ms":12.346,'),
        ({"input": MappingProxyType({"a": math.nan})}, b'"input":{"a":null},'),
        (
            {"created_at": datetime(2026, 3, 14, 16, 0, 0, 999_999, timezone(timedelta(hours=7)))},
            b'"created_at":"2026-03-14T09:00:00.999Z"',
        ),
        (
            {"created_at": datetime(2026, 3, 14, 9, 0)},
            b'"created_at":"2026-03-14T09:00:00.000Z"',
        ),
    ],
)
def test_numbers_and_moments_are_written_plainly(changes: dict[str, Any], expected: bytes) -> None:
    assert expected in encode(result(**changes))


def test_cost_is_read_as_the_decimal_that_was_written() -> None:
    read = decode(encode(result(cost_usd=Decimal("0.0000000123"))))

    assert isinstance(read, Result)
    assert read.cost_usd == Decimal("0.0000000123")


def test_records_of_other_versions_are_read() -> None:
    line = (
        b'{"future":1,"id":"a","key":"k","status":"ok","input":{},"provider":"p","model":"m",'
        b'"created_at":"2026-03-14T09:00:00Z"}'
    )

    read = decode(line)

    assert isinstance(read, Result)
    assert (read.id, read.text, read.usage, read.attempts) == ("a", None, None, 0)
    assert read.created_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id":"a","key":', "Expecting value"),
        (b"[]", "not a JSON object"),
        (b"{}", "'id' is missing"),
        (b'{"id":7}', "'id' is not a string"),
        (b'{"id":"a","key":"k","status":"done"}', "'done' is not a valid Status"),
        (encode(RESULT).replace(b'"attempts":1', b'"attempts":"1"'), "'attempts' is not an int"),
        (encode(RESULT).replace(b'"attempts":1', b'"attempts":true'), "'attempts' is not an int"),
        (encode(RESULT).replace(b"41.5", b"[]"), "'total_ms' is not a number"),
        (encode(RESULT).replace(b"2026-03", b"2026-33"), "month"),
        (encode(RESULT).replace(b'"usage":{', b'"usage":[],"x":{'), "'usage' is not an object"),
        (b"\0" * 50, "Expecting value"),
    ],
)
def test_a_faulty_line_is_a_value_that_says_where_and_why(line: bytes, reason: str) -> None:
    fault = decode(line, 17)

    assert isinstance(fault, BadLine)
    assert fault.line_number == 17
    assert str(fault) == f"line 17: {fault.reason}"
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (encode(RESULT), ("scarf-1", "k1", Status.OK)),
        (b'{"status":"failed","key":"k","id":"a"}\r\n', ("a", "k", Status.FAILED)),
        (b'{"id":"\\ud800","key":"k","status":"cancelled"}', ("\ud800", "k", Status.CANCELLED)),
        (b'{"id":"a","key":"k","status":"done"}', None),
        (b'{"id":1,"key":"k","status":"ok"}', None),
        (b'{"id":"a","status":"ok"}', None),
        (b"[1]", None),
    ],
)
def test_id_key_and_status_are_all_a_record_needs_to_count(line: bytes, expected: Any) -> None:
    assert identify(line) == expected


@pytest.mark.parametrize("cut", [1, 2, 10, 100, 300])
def test_a_torn_record_with_a_healthy_beginning_does_not_count(cut: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        identify(encode(RESULT)[:-1][:-cut])


def test_two_records_glued_together_do_not_count() -> None:
    with pytest.raises(ValueError, match=r"."):
        identify(encode(RESULT)[:80] + encode(RESULT))


def test_lines_know_their_numbers_and_offsets() -> None:
    stream = io.BytesIO(b"one\n\ntwo\r\nthree")

    assert list(lines(stream)) == [
        (1, 0, b"one\n"),
        (2, 4, b"\n"),
        (3, 5, b"two\r\n"),
        (4, 10, b"three"),
    ]


def test_a_line_without_end_is_read_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copygen.results.record.MAX_LINE_BYTES", 4)

    assert list(lines(io.BytesIO(b"123456\n78\n"))) == [
        (1, 0, b"1234"),
        (1, 4, b"56\n"),
        (2, 7, b"78\n"),
    ]


def test_a_file_is_read_lazily_with_faults_in_place(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    content = write(path, [result("a")])
    path.write_bytes(content + b"\nbroken\n" + encode(result("b")))

    read = list(read_results(path))

    assert [item.id if isinstance(item, Result) else item.line_number for item in read] == [
        "a",
        3,
        "b",
    ]
