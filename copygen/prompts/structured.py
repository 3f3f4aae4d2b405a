"""JSON Lines and the items of YAML files → rows.

A line of JSON is an object: an item, or a complete prompt. Of a YAML prompt file there are two
readings: the header passes over `items` without building them, wherever they stand; the items are
then composed one by one.

Whole numbers past 64 bits become texts in both: most readers round them, and they are article
numbers. A number that prints otherwise than it is written (`19.90`) is kept both ways: as the
number in the row, and as written for templates.
"""

import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Final, NoReturn

import orjson
import yaml

from copygen.documents import (
    Composer,
    Document,
    Mark,
    ShortenedText,
    WrittenNumber,
    as_written,
    cuts,
    files,
    source_of,
    type_name,
)
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import LineError, Lines
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, ReadOptions, Row, Rows, bad_row, column_name, row_from

MAX_DEPTH: Final = 64
_WHITE: Final = " \t\r\n"
"""White space to JSON; Python strips control characters and more."""
_BOM: Final = b"\xef\xbb\xbf"
_MAY_PRINT_OTHERWISE: Final = frozenset((float, list, dict))
_PRINTS_OTHERWISE: Final = re.compile(rb"\.[0-9]+0(?![0-9])|[0-9][eE]|[0-9.]{17}|0\.0000")
"""A zero at the end, an exponent, more digits than a float holds, a small fraction."""
_WORD: Final = re.compile(r"\w{1,30}")
_NO_NUMBER: Final = "NaN and Infinity are no JSON; write null"
_MOST_DIGITS: Final = 20
"""Of a whole number of 64 bits, and its sign."""


class JsonError(InputError):
    """A line that is no JSON, and the column (1-based) where it stops being any."""

    def __init__(self, message: str, column: int = 1, line: int = 1) -> None:
        super().__init__(message)
        self.column = column
        self.line = line
        """1-based, of a text that goes over several lines."""


def jsonl_rows(lines: Lines, path: str, options: ReadOptions) -> Rows:
    """Yield the row of each line as soon as it is read; blank lines are skipped."""
    while True:
        try:
            line = next(lines, None)
            if line is None:
                return
            if line.startswith(_BOM):  # files that were joined have one in the middle, too
                line = line.lstrip(_BOM)
            if line and not line.isspace():
                yield json_row(line, Source(path, lines.number), lines, options)
        except LineError as exc:
            yield BadRow(str(exc), Source(path, exc.line, exc.column), None, {})


def json_row(line: bytes, source: Source, lines: Lines, options: ReadOptions) -> Row | BadRow:
    """Make a row of a JSON object, the text just read; raises LineError if it is no text."""
    try:
        whole = _object(line, lines)
    except JsonError as exc:
        column = exc.column + (source.column - 1 if exc.line == 1 else 0)
        place = Source(source.path, source.line + exc.line - 1, column)
        return BadRow(str(exc), place, None, {})
    written = None
    kinds = [value.__class__ for value in whole.values()]
    if not _MAY_PRINT_OTHERWISE.isdisjoint(kinds) and _PRINTS_OTHERWISE.search(line):
        whole, written = _both(line, lines)
    try:
        return row_from(whole, source, options, written=written)
    except InputError as exc:
        return bad_row(exc, whole, source)


def _object(line: bytes, lines: Lines) -> dict[str, JsonValue]:
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        value = _lenient(lines.decode(line).rstrip(_WHITE), exc)
    if not isinstance(value, dict):
        message = f"each line should be a JSON object ({{...}}), not {type_name(value)}"
        raise JsonError(message)
    # As many brackets as the depth allows cannot nest deeper than it.
    if line.count(b"{") + line.count(b"[") > MAX_DEPTH:
        check_depth(value)
    # Colons are as many as keys, unless some stand in texts or inner objects: only then look.
    if line.count(b":") != len(value):
        _refuse_repeated_keys(lines.decode(line))
    return value if line.isascii() else _composed(value)


def _composed(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The object with its names in composed letters (NFC), as all names are compared."""
    if all(map(str.isascii, value)):
        return value
    composed = {unicodedata.normalize("NFC", name): inner for name, inner in value.items()}
    if len(composed) < len(value):
        raise JsonError("two keys are the same but for how an accent is written; rename one")
    return composed


def _both(line: bytes, lines: Lines) -> tuple[dict[str, JsonValue], dict[str, JsonValue] | None]:
    """The object of a sound line, and as its numbers are written if any prints otherwise."""
    text = lines.decode(line)
    written = json.loads(text, parse_float=as_written, parse_int=_whole_number)
    if not line.isascii():
        written = _composed(written)
    whole = _without_spelling(written)
    return whole, None if whole is written else written


def _whole_number(text: str) -> int | str:
    number = int(text) if len(text) <= _MOST_DIGITS else None
    return number if number is not None and -(2**63) <= number < 2**64 else text


def _without_spelling(value: JsonValue) -> JsonValue:
    """The value with plain numbers; the value itself where it has no others."""
    if isinstance(value, WrittenNumber):
        return float(value)
    if isinstance(value, dict):
        made: JsonValue = {name: _without_spelling(inner) for name, inner in value.items()}
        same = all(made[name] is inner for name, inner in value.items())
    elif isinstance(value, list):
        made = [_without_spelling(inner) for inner in value]
        same = all(one is other for one, other in zip(made, value, strict=True))
    else:
        return value
    return value if same else made


def check_depth(value: JsonValue, left: int = MAX_DEPTH) -> None:
    """Raise JsonError if a value nests more than MAX_DEPTH levels."""
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise JsonError(f"nested more than {MAX_DEPTH} levels deep")
    for inner in value.values() if isinstance(value, dict) else value:
        check_depth(inner, left - 1)


def _lenient(text: str, problem: orjson.JSONDecodeError) -> JsonValue:
    """Read what the strict reader refuses though it is JSON: a lone surrogate written as \\u."""
    try:
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_whole_number,
        )
    except RecursionError as exc:
        raise JsonError(f"nested more than {MAX_DEPTH} levels deep") from exc
    except json.JSONDecodeError as exc:
        raise JsonError(f"not valid JSON: {_slip(text, exc)}", exc.colno, exc.lineno) from exc
    except ValueError as exc:
        what = "a number is too large" if "infinity" in problem.msg else _NO_NUMBER
        raise JsonError(f"not valid JSON: {what}", problem.colno, problem.lineno) from exc
    return value


def _slip(text: str, exc: json.JSONDecodeError) -> str:
    """What a person meant, told from where the reader stopped."""
    rest = text[exc.pos :].lstrip()
    if text.startswith("["):
        return "this is a list; write one object per line, without brackets around them"
    if text == "{":
        return "an object goes on over several lines; write each one on a line of its own"
    if exc.msg == "Extra data":
        if rest.startswith("{"):
            return "two objects in one line; write each one on a line of its own"
        what = "a comma follows the object" if rest.startswith(",") else "more follows the object"
        return f"{what}; write one object per line and nothing else"
    if rest.startswith("'"):
        return "texts and names stand in double quotes"
    if not rest or exc.msg.startswith("Unterminated"):
        return "the line ends before the object does"
    if rest[0] in "}]" or "trailing comma" in exc.msg:
        return "a comma stands before the closing bracket"
    if "control character" in exc.msg:
        return "a tab or control character inside a text; write \\t, or take it out"
    if "escape" in exc.msg:
        return "a \\ inside a text is written \\\\"
    if "delimiter" in exc.msg:
        return 'a comma or colon is missing here; a " inside a text is written \\"'
    if (word := _WORD.match(rest)) is not None:
        return f"'{word[0]}' is no JSON; a text needs double quotes, and nothing at all is null"
    return "a value, or a name in double quotes, should stand here"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _refuse_repeated_keys(text: str) -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            counts = Counter(name for name, _ in pairs)
            twice = next(name for name, count in counts.items() if count > 1)
            raise JsonError(f"the key '{twice}' is given twice; keep one")
        return found

    json.loads(text, object_pairs_hook=once, parse_int=str, parse_float=str)


CUTS_SHOWN: Final = 5
"""More would only say the same."""


@dataclass(frozen=True, slots=True)
class Header:
    """A prompt file without its items."""

    document: Document | None
    """Every key but an `items` list; None when the whole file is a list of items."""
    items: Source | None
    """Where the list of items begins; None if the file has none."""
    cuts: tuple[ShortenedText, ...] = ()
    """Texts that end before a ` #hashtag`; the first of them."""


def read_header(path: str, role: str = files.PROMPTS) -> Header:
    """Read a prompt file once, keeping all but its items; raises PromptError, OSError."""
    with files.open_regular(path, role) as stream:
        composer = Composer(stream, path, PromptError)
        start = composer.start()
        if isinstance(start, yaml.SequenceStartEvent):
            header = Header(None, source_of(path, composer.pass_over()))
        elif isinstance(start, yaml.MappingStartEvent):
            header = _mapping_header(composer, start.start_mark)
        elif start is None:
            raise composer.fail("the file is empty; it should have a 'prompt'", None)
        else:
            message = "a prompt file is a mapping with 'prompt', or a list of prompts"
            raise composer.fail(message, start.start_mark)
        composer.finish()
        return replace(header, cuts=tuple(itertools.islice(cuts(stream), CUTS_SHOWN)))


def yaml_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of a prompt file's list of items; raises PromptError, OSError."""
    composer = Composer(stream, path, PromptError)
    for index, node in enumerate(_items(composer)):
        yield _yaml_row(composer.document(node), index, options)


def _mapping_header(composer: Composer, start: Mark) -> Header:
    root = yaml.MappingNode("", [], start)
    items = None
    for key in composer.entries():
        if key.value == "items" and composer.next_is_list():
            items = source_of(composer.path, key)
            root.value.append((key, composer.pass_over()))
        else:
            root.value.append((key, composer.compose()))
    document = composer.document(root)
    if items is not None:
        del document.data["items"]
    return Header(document, items)


def _items(composer: Composer) -> Iterator[yaml.Node]:
    """Yield each item, after composing what stands before the items."""
    if isinstance(composer.start(), yaml.SequenceStartEvent):
        yield from composer.elements()
        return
    for key in composer.entries():
        if key.value == "items":
            yield from composer.elements()
            return
        # Items may repeat with * what is anchored up here.
        composer.compose()


def _yaml_row(item: Document, index: int, options: ReadOptions) -> Row:
    try:
        whole = _mapping(item.data, index, options)
        written = item.as_written()
        return row_from(
            whole, item.source(()), options, written=None if written is None else _named(written)
        )
    except InputError as exc:
        raise PromptError(str(exc), item.source(exc.loc)) from exc


def _mapping(value: JsonValue, index: int, options: ReadOptions) -> dict[str, JsonValue]:
    if isinstance(value, dict):
        return _named(value)
    if isinstance(value, str) and not options.templated:
        return {"prompt": value}
    wanted = "a mapping (name: value)" if options.templated else "a text or a mapping (name: value)"
    raise InputError(f"item {index + 1} should be {wanted}, not {type_name(value)}")


def _named(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """The mapping with its names as they are compared."""
    if all(map(str.isascii, value)):
        return value
    named = {column_name(name): inner for name, inner in value.items()}
    if len(named) < len(value):
        raise InputError("two names are the same but for how an accent is written; rename one")
    return named
