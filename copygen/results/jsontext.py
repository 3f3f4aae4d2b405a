"""JSON that is always written and read back whole, whatever a model or a user's file holds.

orjson does the work. What it refuses (lone surrogates, integers past 64 bits, nesting past its
limit) takes a slower path instead of costing somebody a paid reply.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Never

import orjson

from copygen.models import JsonValue

MAX_DEPTH = 200
"""Levels of nesting that are written; what lies deeper becomes null."""

_MAX_INTEGER_BITS = 4096  # CPython refuses to print integers of more than 4300 digits

# DEL and the C1 controls act on some terminals, and U+0085, U+2028 and U+2029 end a line for
# readers that split text the Unicode way. All are legal inside JSON strings, and only there.
_UNSAFE = re.compile(rb"\x7f|\xc2[\x80-\x9f]|\xe2\x80[\xa8\xa9]")


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
    return _UNSAFE.sub(_escape, raw)


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
