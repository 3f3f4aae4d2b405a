"""A JSON document with a list of items in it → rows, one item at a time.

The list is the whole document, or is found by the names on the way to it (`catalog.items`). Its
items are cut out of the text and read as lines of JSONL are, so both have one notion of numbers,
repeated keys and depth; what stands beside the list is passed over and never held.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

import orjson

from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import MAX_LINE_BYTES, LineError, Lines
from copygen.prompts.encodings import as_utf8
from copygen.prompts.rows import BadRow, ReadOptions, Rows
from copygen.prompts.structured import json_row, jsonl_rows

_CHUNK_BYTES: Final = 64 * 1024
_LOOKED_AT_BYTES: Final = 16 * 1024 * 1024
"""Of a document whose list is not named, to say which lists it has."""
_LISTS_SHOWN: Final = 5
_MAX_LISTS_DEPTH: Final = 4
_SIGNS: Final = re.compile(rb'["\[\]{}]')
_IN_TEXT: Final = re.compile(rb'["\\]')
_AFTER_SCALAR: Final = re.compile(rb"[,\]}:\s]")
_NOT_WHITE: Final = re.compile(rb"[^ \t\r\n]")


def json_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of a `.json` file: a list, a list in it, or JSON Lines under that name."""
    lines = Lines(stream, options.encoding)
    try:
        first = lines.peek()
    except LineError as exc:
        raise PromptError(str(exc), Source(path, exc.line, exc.column)) from exc
    if options.items is None and first.lstrip()[:1] == b"{":
        head, rest = lines.rest()
        more = rest.read(_LOOKED_AT_BYTES)
        if _is_object(first) and (more.strip() or not _lists_of(first)):
            return jsonl_rows(Lines(as_utf8(rest, "utf-8", head + more)), path, options)
        raise _unnamed_list(head + more, path)
    return list_rows(lines, path, options)


def list_rows(lines: Lines, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of a document whose first line is still to be read."""
    scanner = _Scanner(lines, path)
    names = [] if options.items is None else options.items.split(".")
    position = 0
    while position < len(names):
        position += _enter(scanner, names[position:], ".".join(names[:position]))
    if (found := scanner.peek()) != b"[":
        where = f"'{options.items}'" if options.items else "this document"
        what = "no list" if found else "empty"
        raise PromptError(
            f"{where} is {what}; name the list of items, as in x.json#items", scanner.place()
        )
    scanner.take()
    while (sign := scanner.peek()) != b"]":
        if not sign:
            raise PromptError("the list is not closed; is the file cut off?", scanner.place())
        place = scanner.place()
        try:
            raw = scanner.value()
            lines.number = place.line  # for what is not UTF-8
            yield json_row(raw, place, lines, options)
        except LineError as exc:
            yield BadRow(str(exc), Source(path, exc.line, exc.column), None, {})
        after = scanner.peek()
        if after == b",":
            scanner.take()
        elif after != b"]":
            message = "a comma is missing between two items" if after else "the list is not closed"
            raise PromptError(message, scanner.place())
    scanner.take()
    if not names and scanner.peek():
        raise PromptError("more follows the list; one document has one list", scanner.place())


def _enter(scanner: "_Scanner", names: list[str], parent: str) -> int:
    """Go to the value of a name in the object that comes next, or to an item of a list.

    Returns how many of the names that was: a key may have dots in it.
    """
    name = names[0]
    shown = f"'{parent}'" if parent else "this document"
    if scanner.peek() == b"[" and name.isdecimal():
        scanner.take()
        for _ in range(int(name)):
            scanner.pass_over()
            if scanner.peek() != b",":
                raise PromptError(f"{shown} has no item {name}", scanner.place())
            scanner.take()
        return 1
    if scanner.peek() != b"{":
        raise PromptError(f"{shown} is no object, and has no '{name}'", scanner.place())
    place = scanner.place()
    scanner.take()
    seen: list[str] = []
    while scanner.peek() == b'"':
        key = _text(scanner)
        if scanner.peek() != b":":
            raise PromptError("not valid JSON: a colon is missing after a name", scanner.place())
        scanner.take()
        dots = key.count(".") + 1
        if key == ".".join(names[:dots]):
            return dots
        seen.append(key)
        scanner.pass_over()
        if scanner.peek() == b",":
            scanner.take()
    near, known = nearest(name, seen), ", ".join(f"'{one}'" for one in seen[:10])
    hint = f"nearest is '{near}'" if near else f"it has {known}"
    raise PromptError(f"{shown} has no '{name}'; {hint}", place)


def _text(scanner: "_Scanner") -> str:
    place = scanner.place()
    try:
        return str(json.loads(scanner.value()))
    except ValueError as exc:
        raise PromptError(f"not valid JSON: {exc}", place) from exc


class _Scanner:
    """The values of a JSON text one after another, as they stand there."""

    def __init__(self, lines: Lines, path: str) -> None:
        self._held, stream = lines.rest()
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._path = path
        self._at = 0
        self._line = 1
        self._column = 1

    def place(self) -> Source:
        """Where the next value begins."""
        return Source(self._path, self._line, self._column)

    def peek(self) -> bytes:
        """The first byte of what comes next; b"" at the end."""
        while (found := _NOT_WHITE.search(self._held, self._at)) is None:
            self._pass(len(self._held))
            if not self._more():
                return b""
        self._pass(found.start())
        return found[0]

    def take(self) -> None:
        """Pass over the sign that comes next."""
        self._pass(self._at + 1)

    def value(self) -> bytes:
        """The value that comes next. Raises PromptError where it has no end."""
        return self._scan(keep=True)

    def pass_over(self) -> None:
        """Leave out the value that comes next, of any size."""
        self._scan(keep=False)

    def _scan(self, *, keep: bool) -> bytes:
        first, place = self.peek(), self.place()
        is_scalar = first not in (b"{", b"[", b'"')
        usual = _AFTER_SCALAR if is_scalar else _SIGNS
        offset, depth, in_text = 0, 0, False
        while True:
            found = (_IN_TEXT if in_text else usual).search(self._held, self._at + offset)
            if found is None or (found[0] == b"\\" and found.end() == len(self._held)):
                offset = (len(self._held) if found is None else found.start()) - self._at
                if not keep:
                    self._pass(self._at + offset)
                    offset = 0
                elif offset > MAX_LINE_BYTES:
                    size = MAX_LINE_BYTES // 1024 // 1024
                    raise PromptError(f"this item is larger than {size} MiB", place)
                if self._more():
                    continue
                if is_scalar:
                    return self._end(len(self._held))
                raise PromptError("this value is not closed; is the file cut off?", place)
            if is_scalar:
                return self._end(found.start())
            offset = found.end() - self._at
            if found[0] == b"\\":
                offset += 1
            elif found[0] == b'"':
                in_text = not in_text
            else:
                depth += 1 if found[0] in b"[{" else -1
            if depth == 0 and not in_text:
                return self._end(self._at + offset)

    def _end(self, to: int) -> bytes:
        value = self._held[self._at : to]
        self._pass(to)
        return value

    def _pass(self, to: int) -> None:
        """Move on, counting lines."""
        passed = self._held[self._at : to]
        if breaks := passed.count(b"\n"):
            self._line += breaks
            self._column = 1
            passed = passed[passed.rindex(b"\n") + 1 :]
        self._column += len(passed) if passed.isascii() else len(passed.decode("utf-8", "replace"))
        self._at = to

    def _more(self) -> bool:
        """Read on, forgetting nothing that is not passed."""
        self._held, self._at = self._held[self._at :], 0
        # As much again as is held, or a long value would be copied once for each chunk.
        chunk = self._read(max(_CHUNK_BYTES, len(self._held))) or b""
        self._held += chunk
        return bool(chunk)


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _unnamed_list(head: bytes, path: str) -> PromptError:
    lists = _lists_of(head)
    if not lists:
        message = "this is an object and no list of items; name the list in it, as in x.json#items"
        return PromptError(message, Source(path, 1))
    named = " or ".join(f"{path}#{one}" for one in lists[:_LISTS_SHOWN])
    return PromptError(f"this is an object; name the list of items in it: {named}", Source(path, 1))


def _lists_of(document: bytes) -> list[str]:
    """The names on the way to each list of objects in a document."""
    try:
        value = orjson.loads(document)
    except orjson.JSONDecodeError:
        return []
    return list(_lists_in(value, (), _MAX_LISTS_DEPTH))


def _lists_in(value: JsonValue, names: tuple[str, ...], depth: int) -> Iterator[str]:
    if isinstance(value, list) and names and value and isinstance(value[0], dict):
        yield ".".join(names)
    elif isinstance(value, dict) and depth:
        for name, inner in value.items():
            yield from _lists_in(inner, (*names, name), depth - 1)
