"""The record: one `Result` as one line of the results file, and back.

orjson does the work. What it refuses (lone surrogates, integers past 64 bits, nesting past its
limit) takes a slower path instead of costing somebody a paid reply.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Never

import orjson

from copygen.documents import files
from copygen.models import (
    ErrorInfo,
    JsonValue,
    Kind,
    Result,
    Severity,
    Status,
    Usage,
    Violation,
)

MAX_DEPTH = 200
"""Levels of nesting that are written; what lies deeper becomes null."""

_MAX_INTEGER_BITS = 4096  # CPython refuses to print integers of more than 4300 digits

# DEL and the C1 controls act on some terminals, and U+0085, U+2028 and U+2029 end a line for
# readers that split text the Unicode way. All are legal inside JSON strings, and only there.
_UNSAFE = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]")
_UNSAFE_BEGINNINGS = (b"\x7f", b"\xc2", b"\xe2\x80")


def dumps(value: JsonValue) -> bytes:
    """`value` as one line of JSON: UTF-8, no newline, no spaces, keys in the order given.

    Never raises for anything JSON-like: lone surrogates are escaped (`\\ud800`), integers of any
    size up to 4096 bits are written out, NaN and infinities become null, keys that are no strings
    and values of foreign types become their `str`.
    """
    try:
        raw = orjson.dumps(value, default=_familiar)
    except TypeError:
        raw = _dumps_carefully(value)
    return _escaped(raw)


def loads(text: bytes) -> JsonValue:
    """The value of one JSON text. Integers past 64 bits may come back as floats.

    Raises ValueError for anything that is not JSON in UTF-8, NaN and Infinity included.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return loads_exactly(text)


def loads_exactly(text: bytes) -> JsonValue:
    """Like `loads`, with integers of any size, at about a tenth of the speed."""
    try:
        # Decoded here because json.loads would guess UTF-16 from a few NUL bytes.
        return json.loads(text.decode("utf-8"), parse_constant=_refuse_constant)
    except RecursionError as exc:
        raise ValueError("nested too deeply") from exc


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


def _familiar(value: JsonValue) -> JsonValue:
    return dict(value) if isinstance(value, Mapping) else str(value)


def _escaped(raw: bytes) -> bytes:
    """JSON with what is unsafe in it spelled out. Most lines have none of it: finding that out by
    its beginnings takes a twentieth of the time that the expression does."""
    if any(beginning in raw for beginning in _UNSAFE_BEGINNINGS):
        return _UNSAFE.sub(_escape, raw)
    return raw


def _escape(match: re.Match[bytes]) -> bytes:
    return b"\\u%04x" % ord(match.group().decode("utf-8"))


def _dumps_carefully(value: JsonValue) -> bytes:
    text = json.dumps(_plain(value, MAX_DEPTH), ensure_ascii=False, separators=(",", ":"))
    # Only lone surrogates cannot be encoded, and `backslashreplace` spells them as JSON does.
    return text.encode("utf-8", "backslashreplace")


def _plain(value: JsonValue, depth: int) -> JsonValue:
    """`value` as something the standard encoder takes: strict JSON types, finite, bounded."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return value if value.bit_length() <= _MAX_INTEGER_BITS else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (Mapping, list, tuple)):
        if depth == 0:
            return None
        if isinstance(value, Mapping):
            return {str(key): _plain(item, depth - 1) for key, item in value.items()}
        return [_plain(item, depth - 1) for item in value]
    return str(value)


MAX_LINE_BYTES = 256 * 1024 * 1024
"""Longer lines are read in pieces, none of which is a record: memory stays bounded by this."""

OPENING = b'{"id":"'
"""How every record that copygen writes begins."""
_BOM = b"\xef\xbb\xbf"
_STATUSES: Mapping[object, Status] = {status.value: status for status in Status}
_LONG_NUMBER = b"0" * 19  # orjson turns integers past 64 bits into floats
_ALL_DIGITS_ZERO = bytes.maketrans(b"123456789", b"000000000")


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no record."""

    line_number: int
    """1-based."""
    reason: str

    def __str__(self) -> str:
        return f"line {self.line_number}: {self.reason}"


def encode(result: Result, template: str | None = None) -> bytes:
    """One line of JSON with its newline; the fields are those of `Result`, in that order.
    `template` is what the run put its rows into. What not every prompt comes to is left out.

    Non-ASCII stays readable. A cost is a JSON number, and comes back as the same decimal if it has
    no more than fifteen significant digits: that is a billionth of a cent in a thousand dollars.
    Times are rounded to the microsecond, `created_at` is cut to the millisecond. Never raises for
    anything a model can answer or a user's file can hold; what JSON cannot hold (NaN, infinities)
    is written as null.
    """
    usage, error, created = result.usage, result.error, result.created_at
    latency_ms, total_ms = result.latency_ms, result.total_ms
    if created.tzinfo not in (UTC, None):
        created = created.astimezone(UTC)
    fields: dict[str, JsonValue] = {
        "id": result.id,
        "key": result.key,
        "status": result.status,
        "text": result.text,
        # orjson writes dicts only; other mappings would take the slow path
        "input": result.input if type(result.input) is dict else dict(result.input),
        "provider": result.provider,
        "model": result.model,
        "finish_reason": result.finish_reason,
        "usage": usage
        and {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "reasoning_tokens": usage.reasoning_tokens,
        },
        "cost_usd": None if result.cost_usd is None else float(result.cost_usd),
        "cost_note": result.cost_note,
        "latency_ms": None
        if latency_ms is None or not math.isfinite(latency_ms)
        else round(latency_ms, 3),
        "total_ms": round(total_ms, 3) if math.isfinite(total_ms) else 0.0,
        "attempts": result.attempts,
        "error": error and {"kind": error.kind, "message": error.message, "status": error.status},
        # What may follow the 23 characters is +00:00.
        "created_at": created.isoformat(timespec="milliseconds")[:23] + "Z",
        "data": None if result.data is None else dict(result.data),
        "violations": [violation_fields(one) for one in result.violations],
        "reasks": result.reasks,
    }
    if result.reasoning is not None:
        fields["reasoning"] = result.reasoning
    if result.notes:
        fields["notes"] = list(result.notes)
    if result.answered_by is not None:
        fields["answered_by"] = result.answered_by
    if template is not None:
        fields["template"] = template
    if result.line is not None:
        fields["line"], fields["row"] = result.line, result.row
    if result.same_as is not None:
        fields["same_as"] = result.same_as
    try:
        line = orjson.dumps(fields, default=_familiar)
    except TypeError:
        line = dumps(fields)
    # A copy of the very size, where orjson's own is a kilobyte: a second of them may be held.
    is_unsafe = any(beginning in line for beginning in _UNSAFE_BEGINNINGS)
    return (_UNSAFE.sub(_escape, line) if is_unsafe else line) + b"\n"


def decode(line: bytes, line_number: int = 1) -> Result | BadLine:
    """The result on one line of a results file, or what is wrong with it.

    Unknown fields are ignored and absent ones that may be null are null, so that records of
    other versions can be read. `line_number` only goes into the fault.
    """
    try:
        is_exact = _LONG_NUMBER in line.translate(_ALL_DIGITS_ZERO)
        return _result(loads_exactly(line) if is_exact else loads(line))
    except KeyError as exc:
        return BadLine(line_number, f"{exc.args[0]!r} is missing")
    except (ValueError, TypeError, ArithmeticError) as exc:
        return BadLine(line_number, str(exc))


def identify(line: bytes) -> tuple[str, str, Status] | None:
    """`(id, key, status)` of a record; None when the line is JSON but not a record.

    The whole line must be JSON: a torn record with a healthy beginning must not count as done.
    Raises ValueError when it is not.
    """
    return identified(loads(line))


def identified(value: JsonValue) -> tuple[str, str, Status] | None:
    """Like `identify`, of a line that is parsed already."""
    if type(value) is not dict:
        return None
    id_, key, status = value.get("id"), value.get("key"), value.get("status")
    if type(id_) is not str or type(key) is not str or type(status) is not str:
        return None
    known = _STATUSES.get(status)
    return None if known is None else (id_, key, known)


def lines(stream: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """`(line number, byte offset, line with its newline)` of every line, in bounded memory.

    A byte order mark at the beginning of a line is no part of it.
    """
    number, offset = 1, 0
    while line := stream.readline(MAX_LINE_BYTES):
        end = offset + len(line)
        if line.startswith(_BOM):  # put there by an editor, or by joining files of one
            line = line.removeprefix(_BOM)
        if line:
            yield number, end - len(line), line
        offset = end
        number += line.endswith(b"\n")


def read_results(path: Path) -> Iterator[Result | BadLine]:
    """Every record of a results file in file order, lazily; a line that is none is a `BadLine`.

    Raises OSError when the file cannot be read.
    """
    with files.open_regular(path, files.RESULTS) as stream:
        for number, _, line in lines(stream):
            if line.strip():
                yield decode(line, number)


def violation_fields(violation: Violation) -> dict[str, JsonValue]:
    """As a record has it, without what is None: a violation of the text as a whole has no place."""
    place = {"field": violation.field, "index": violation.index, "span": violation.span}
    return {
        "rule": violation.rule,
        "severity": violation.severity,
        "message": violation.message,
        **{name: value for name, value in place.items() if value is not None},
    }


def _result(value: JsonValue) -> Result:
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return Result(
        id=_text(value, "id"),
        key=_text(value, "key"),
        status=Status(_text(value, "status")),
        text=_optional_text(value, "text"),
        input=_object(value, "input") or {},
        provider=_text(value, "provider"),
        model=_text(value, "model"),
        finish_reason=_optional_text(value, "finish_reason"),
        usage=_usage(_object(value, "usage")),
        cost_usd=_cost(value),
        cost_note=_optional_text(value, "cost_note"),
        latency_ms=_number(value, "latency_ms"),
        total_ms=_number(value, "total_ms") or 0.0,
        attempts=_count(value, "attempts"),
        error=_error(_object(value, "error")),
        created_at=_moment(_text(value, "created_at")),
        data=_object(value, "data"),
        violations=tuple(map(_violation, _objects(value, "violations"))),
        reasks=_count(value, "reasks"),
        reasoning=_optional_text(value, "reasoning"),
        notes=_notes(value),
        answered_by=_optional_text(value, "answered_by"),
        template=_optional_text(value, "template"),
        line=_optional_count(value, "line"),
        row=_optional_count(value, "row"),
        same_as=_optional_text(value, "same_as"),
    )


def _notes(value: dict[str, JsonValue]) -> tuple[str, ...]:
    notes = value.get("notes") or []
    if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
        raise TypeError("'notes' is not a list of strings")
    return tuple(notes)


def _usage(value: dict[str, JsonValue] | None) -> Usage | None:
    if value is None:
        return None
    return Usage(
        input_tokens=_count(value, "input_tokens"),
        output_tokens=_count(value, "output_tokens"),
        cached_tokens=_count(value, "cached_tokens"),
        cache_write_tokens=_count(value, "cache_write_tokens"),
        reasoning_tokens=_count(value, "reasoning_tokens"),
    )


def _error(value: dict[str, JsonValue] | None) -> ErrorInfo | None:
    if value is None:
        return None
    status = None if value.get("status") is None else _count(value, "status")
    return ErrorInfo(Kind(_text(value, "kind")), _text(value, "message"), status)


def _violation(value: dict[str, JsonValue]) -> Violation:
    span = value.get("span")
    if span is not None and not (
        isinstance(span, list) and len(span) == 2 and all(type(end) is int for end in span)
    ):
        raise TypeError("'span' is not a pair of offsets")
    return Violation(
        rule=_text(value, "rule"),
        severity=Severity(_text(value, "severity")),
        message=_text(value, "message"),
        span=None if span is None else (span[0], span[1]),
        field=_optional_text(value, "field"),
        index=None if value.get("index") is None else _count(value, "index"),
    )


def _cost(value: dict[str, JsonValue]) -> Decimal | None:
    cost = _number(value, "cost_usd")
    return None if cost is None else Decimal(repr(cost))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: dict[str, JsonValue], name: str) -> str:
    text = value[name]
    if not isinstance(text, str):
        raise TypeError(f"{name!r} is not a string")
    return text


def _optional_text(value: dict[str, JsonValue], name: str) -> str | None:
    return None if value.get(name) is None else _text(value, name)


def _object(value: dict[str, JsonValue], name: str) -> dict[str, JsonValue] | None:
    item = value.get(name)
    if item is not None and not isinstance(item, dict):
        raise TypeError(f"{name!r} is not an object")
    return item


def _objects(value: dict[str, JsonValue], name: str) -> list[dict[str, JsonValue]]:
    items = value.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TypeError(f"{name!r} is not a list of objects")
    return items


def _number(value: dict[str, JsonValue], name: str) -> float | None:
    number = value.get(name)
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise TypeError(f"{name!r} is not a number")
    return number


def _optional_count(value: dict[str, JsonValue], name: str) -> int | None:
    return None if value.get(name) is None else _count(value, name)


def _count(value: dict[str, JsonValue], name: str) -> int:
    number = value.get(name, 0)
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError(f"{name!r} is not an integer")
    return number
