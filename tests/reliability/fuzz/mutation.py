"""Changes that know the format: what a byte-wise fuzzer needs hours to stumble upon.

Half of all changes work on bytes and on words of the format; the others take the input apart
(JSON values, CSV cells, YAML lines), change a part, and put it together again.
"""

import csv
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from tests.reliability.fuzz.targets import KEY, MAX_LENGTH

_ANY: Final = (
    b"\n", b"\r", b"\r\n", b"\0", b"\t", b" ", b'"', b"'", b"\\", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7",
    b"\x1b[2J", b"\x9b", b"\xe2\x80\xae", b"0", b"-1", b"1e309", b"NaN", b"9" * 20, b"9" * 400,
    b"18446744073709551616", b"0.1e-400", KEY.encode(), b"A" * 300,
)  # fmt: skip
_JSON: Final = (
    b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b"false", b"{}", b"[]", b'""',
    b"\\ud800", b"\\u0000", b"\\/", b"[" * 70, b"]" * 70, b'{"a":' * 70, b"}" * 70,
)  # fmt: skip
_ROWS: Final = (b'"id"', b'"prompt"', b'"messages"', b'"role"', b'"content"', b'"params"', b'"n"')
TOKENS: Final[Mapping[str, Sequence[bytes]]] = {
    "csv": (*_ANY, b",", b";", b'""', b'"\n"', b"id", b"prompt", b"name", b"price", b"params"),
    "jsonl": (*_ANY, *_JSON, *_ROWS, b'"base_url"', b'"api_key"', b'"model"', b'"temperature"'),
    "yaml": (
        *_ANY, b"- ", b": ", b"? ", b"&a ", b"*a", b"<<: ", b"<<: *a", b"!!str ", b"!!int ",
        b"!x ", b"|\n", b">-\n", b"#", b"---\n", b"...\n", b"%YAML 1.1\n", b"~", b"yes", b"{", b"}",
        b"[", b"]", b"prompt: ", b"items:\n", b"items: t.csv", b"matrix: ", b"variants: ",
        b"params: ", b"system: ", b"model: ", b"providers: ", b"{{ name }}", b"{{ '' * 9 }}",
        b"{% for i in range(9) %}", b"{% endfor %}", b"{% set a = name %}", b"{# ", b"[" * 70,
        b"- " * 70, b"2026-01-01", b"0x1F", b"0o7", b"1_000", b".inf",
    ),
    "reply": (
        *_ANY, *_JSON, b'"choices"', b'"message"', b'"content"', b'"finish_reason"', b'"usage"',
        b'"error"', b'"code"', b'"type"', b'"detail"', b'"refusal"', b'"tool_calls"', b'"model"',
        b'"completion_tokens"', b'"prompt_tokens_details"', b'"cost"', b'"metadata"', b'"raw"',
        b"<html>", b"<title>", b"</title>", b"data: ", b": keep-alive\n", b"retry-after: ",
        b"\n\n", b"content_filter", b"length", b"Bearer ", b"&lt;", b"Please retry after 20s",
    ),
    "headers": (
        *_ANY, b"retry-after: ", b"retry-after-ms: ", b"x-ratelimit-reset-requests: ",
        b"x-ratelimit-remaining-tokens: ", b"x-ratelimit-limit-requests: ",
        b"anthropic-ratelimit-tokens-reset: ", b"ratelimit-reset: ", b"1m26.4s", b"6ms", b"1h",
        b"Wed, 21 Oct 2026 07:28:00 GMT", b"2026-11-20T12:00:30Z", b"1795176000", b"1795176000000",
        b"+00:00", b"-0000", b"retry after ", b"try again in ", b"minutes", b"\n\n", b"1e9", b"inf",
        b"99999999-99-99", b"Mon, 99 Foo 99999",
    ),
    "ledger": (
        *_ANY, *_JSON, b'{"id":"', b'"key"', b'"status":"ok"', b'"failed"', b'"created_at"',
        b'"usage"', b'"cost_usd"', b'"error"', b"\n{", b"}\n", b'"text":null', b"\0" * 50,
    ),
}  # fmt: skip
_VALUES: Final = (
    None, True, False, 0, -1, 1, 1.5, 1e308, 2**53, 2**64, 10**30, "", " ", "x", "\0", "\ud800",
    KEY, f"Bearer {KEY}", "\x1b]52;c;eA==\x07", [], {}, [[]], {"": {}}, ["a", 1], {"code": 429},
    "retry after 5s", "stop", "length", "<html><title>x</title>", '{"error": {"message": "in"}}',
)  # fmt: skip


def mutate(target: str, data: bytes, other: bytes, rng: random.Random) -> bytes:
    """`data` changed in one to four ways, partly with material of `other`; MAX_LENGTH at most."""
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if rng.random() < 0.5:
            data = _STRUCTURED[target](data, rng)
        else:
            data = rng.choice(_PLAIN)(data, other, TOKENS[target], rng)
    return data[:MAX_LENGTH]


Plain = Callable[[bytes, bytes, Sequence[bytes], random.Random], bytes]
Structured = Callable[[bytes, random.Random], bytes]


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + int(rng.expovariate(0.1)))


def _insert_token(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    start = rng.randrange(len(data) + 1)
    return data[:start] + rng.choice(tokens) + data[start:]


def _replace_span(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + rng.choice(tokens) + data[end:]


def _delete(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:start] + data[end:]


def _repeat(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    start, end = _span(data, rng)
    return data[:end] + data[start:end] * rng.randrange(1, 9) + data[end:]


def _flip(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    if not data:
        return data
    place = rng.randrange(len(data))
    return data[:place] + bytes([rng.randrange(256)]) + data[place + 1 :]


def _splice(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _cut(data: bytes, other: bytes, tokens: Sequence[bytes], rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


_PLAIN: Final[Sequence[Plain]] = (
    _insert_token, _insert_token, _replace_span, _delete, _repeat, _flip, _splice, _cut,
)  # fmt: skip


def _json_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    place = rng.randrange(len(lines))
    lines[place] = _json(lines[place], rng)
    if rng.random() < 0.2:
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return b"\n".join(lines)


def _json(text: bytes, rng: random.Random) -> bytes:
    try:
        value = json.loads(text.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        return text
    changed = _tree(value, rng)
    ascii_only = rng.random() < 0.5
    spaced = rng.choice(((",", ":"), (", ", ": "), (" , ", " : ")))
    dumped = json.dumps(changed, ensure_ascii=ascii_only, separators=spaced)
    return dumped.encode("utf-8", "surrogatepass")


def _tree(value: Any, rng: random.Random, depth: int = 0) -> Any:
    """`value` with one part of it changed; which one is a walk down from the root."""
    if depth < 12 and rng.random() < 0.8:
        if isinstance(value, dict) and value:
            name = rng.choice(list(value))
            return {**value, name: _tree(value[name], rng, depth + 1)}
        if isinstance(value, list) and value:
            place = rng.randrange(len(value))
            return [*value[:place], _tree(value[place], rng, depth + 1), *value[place + 1 :]]
    return rng.choice(_CHANGES)(value, rng)


_CHANGES: Final[Sequence[Callable[[Any, random.Random], Any]]] = (
    lambda _value, rng: rng.choice(_VALUES),
    lambda _value, rng: rng.choice(_VALUES),
    lambda value, _rng: [value],
    lambda value, _rng: {"error": value},
    lambda value, rng: {rng.choice(("message", "content", "code", "id", "params")): value},
    lambda value, _rng: json.dumps(value),
    lambda value, _rng: str(value) * 3,
    lambda value, rng: _without_one(value, rng),
    lambda value, rng: _with_one(value, rng),
)


def _without_one(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value:
        gone = rng.choice(list(value))
        return {name: part for name, part in value.items() if name != gone}
    return value[1:] if isinstance(value, list) else value


def _with_one(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict):
        return {**value, rng.choice(("id", "n", "error", "stream", "text")): rng.choice(_VALUES)}
    return [*value, rng.choice(_VALUES)] if isinstance(value, list) else value


def _csv_cells(data: bytes, rng: random.Random) -> bytes:
    try:
        rows = list(csv.reader(io.StringIO(data[1:].decode("utf-8", "replace"), newline="")))
    except csv.Error:
        return data
    if not rows:
        return data
    row = rng.choice(rows)
    if row:
        cells = (*TOKENS["csv"], b"a\nb", b'a"b', b"a,b", b"")
        row[rng.randrange(len(row))] = rng.choice(cells).decode("utf-8", "replace")
    rng.choice((row.append, row.extend))("x" if rng.random() < 0.3 else "")
    text = io.StringIO(newline="")
    ends, quotes = rng.choice(("\n", "\r\n")), rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(text, delimiter=rng.choice(",;\t"), lineterminator=ends, quoting=quotes)
    try:
        writer.writerows(rows)
    except csv.Error:
        return data
    return data[:1] + text.getvalue().encode("utf-8", "surrogatepass")


def _yaml_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    place, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    kind = rng.randrange(5)
    if kind == 0:
        lines[place] = b" " * rng.randrange(5) + lines[place].lstrip()
    elif kind == 1:
        lines[place], lines[other] = lines[other], lines[place]
    elif kind == 2:
        key, colon, value = lines[place].partition(b": ")
        token = rng.choice(TOKENS["yaml"])
        lines[place] = key + colon + rng.choice((token, token + value, b"*a", b"&a " + value))
    elif kind == 3:
        lines.insert(place, lines[other])
    else:
        lines[place] = _json(lines[place], rng)
    return b"\n".join(lines)


def _after_head(data: bytes, rng: random.Random) -> bytes:
    head, gap, body = data.partition(b"\n\n")
    return head + gap + _json(body, rng)


def _header_lines(data: bytes, rng: random.Random) -> bytes:
    lines = data.split(b"\n")
    place = rng.randrange(len(lines))
    name, colon, value = lines[place].partition(b":")
    value = rng.choice((rng.choice(TOKENS["headers"]), value + b"0", b"-" + value, value * 2))
    lines[place] = name + colon + value
    return b"\n".join(lines)


_STRUCTURED: Final[Mapping[str, Structured]] = {
    "csv": _csv_cells,
    "jsonl": _json_lines,
    "yaml": _yaml_lines,
    "reply": _after_head,
    "headers": _header_lines,
    "ledger": _json_lines,
}
