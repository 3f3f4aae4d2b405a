"""Slips in YAML: what a person meant, told from the line that the parser stumbled over.

The parser's own words name its grammar; nearly every slip is a text that needs quotes. Also found
are texts that YAML cuts short without an error, at ` #hashtag`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import yaml

from copygen.documents.events import Allowance, open_events
from copygen.documents.scalars import plain

_VALUE: Final = re.compile(r"\s*(?:-\s+)*(?:[^\s:#'\"{}\[\]][^:#]{0,200}?:[ \t]+)?(?P<value>\S.*)?")
_UNCLOSED: Final = re.compile(r"expected ',' or '([}\]])'")
_ANCHOR: Final = re.compile(rb"(?:^|[-:,\[{])[ \t]*&[^\s,\[\]{}]")
_HASH: Final = re.compile(rb"\S[ \t]+#[^\s#!]")
_SIGNS: Final = ("{{", "{%", "{#", *"@`%*&!|>[]{},?")
IN_QUOTES: Final = "put it in quotes, or under | on lines of its own"


def slip(line: str, problem: str, opened: int | None) -> str:
    """Return what is wrong on a `line`, with the way out.

    `problem` is the parser's, `opened` the line on which what is never closed begins.
    """
    if re.match(r"\s*?\t", line):
        return "this line is indented with a tab; YAML takes blanks only"
    if "end of stream" in problem or "stream end" in problem:
        return f"a quote or bracket that is opened on line {opened} is never closed"
    if "escape" in problem:
        return r"in double quotes a \ begins a code: write \\ for the sign, or use single quotes"
    found = _VALUE.match(line)
    value = (found["value"] or "") if found else ""
    sign = next((sign for sign in _SIGNS if value.startswith(sign)), None)
    unclosed = _UNCLOSED.search(problem)
    if unclosed and opened is not None and (sign is None or len(sign) == 1):
        return (
            f"a ',' or the closing '{unclosed[1]}' is missing here: the bracket is opened on line "
            f"{opened}"
        )
    if sign is not None:
        return f"a text that begins with '{sign}' means something else to YAML; {IN_QUOTES}"
    if value[:1] in "'\"" and value:
        return f"the text goes on behind its closing {value[0]}; {IN_QUOTES}, or double the quote"
    if value.startswith("- "):
        return "a list begins on a line of its own, under its name"
    if "mapping values" in problem and ": " in value:
        return f"a text with ': ' in it is no text to YAML; {IN_QUOTES}"
    if "mapping values" in problem:
        return (
            "this line does not go with the one above: is its indentation right, or a ':' missing?"
        )
    return "check the indentation, and put text with ': ' or ' #' in it in quotes"


@dataclass(frozen=True, slots=True)
class Cut:
    """A text that means less than it seems to."""

    line: int
    column: int
    message: str


def cuts(stream: IO[bytes]) -> Iterator[Cut]:
    """Yield the texts of a seekable YAML file that are cut: that end before a ` #hashtag`, or
    begin with an `&name` which nothing repeats.

    Nothing where the file is no YAML: that is said elsewhere.
    """
    suspects, has_anchors = _suspects(stream)
    if not suspects and not has_anchors:
        return
    stream.seek(0)
    last = max(suspects, default=0)
    anchored: dict[str, Cut] = {}
    try:
        events = open_events(Allowance(stream))
        while (event := events.get_event()) is not None:
            start, end = event.start_mark, event.end_mark
            if start is None or end is None or (start.line > last and not has_anchors):
                return
            if isinstance(event, yaml.AliasEvent):
                anchored.pop(event.anchor or "", None)
            if not isinstance(event, yaml.ScalarEvent):
                continue
            if end.line in suspects:
                yield from _cut(event, suspects[end.line], end.line, end.column)
            if event.anchor and event.value and not event.style:
                shown = f"&{event.anchor[:30]}"
                message = f"'{shown}' is a mark to YAML and no part of the text; {IN_QUOTES}"
                anchored[event.anchor] = Cut(start.line + 1, start.column + 1, message)
    except yaml.YAMLError:
        return
    yield from anchored.values()


def _suspects(stream: IO[bytes]) -> tuple[dict[int, bytes], bool]:
    """The lines with a ` #` that no blank follows, by their number from 0; and whether a value
    seems to begin with `&`.
    """
    stream.seek(0)
    hashes: dict[int, bytes] = {}
    has_anchors = False
    for number, line in enumerate(stream):
        if len(line) < 100_000:
            if b" #" in line and _HASH.search(line):
                hashes[number] = line
            has_anchors = has_anchors or (b"&" in line and _ANCHOR.search(line) is not None)
    return hashes, has_anchors


def _cut(event: yaml.ScalarEvent, line: bytes, number: int, column: int) -> Iterator[Cut]:
    if event.style or not isinstance(plain(event.value), str):
        return
    rest = line.decode("utf-8", "replace")[column:]
    if re.match(r"\s+#[^\s#!]", rest):
        shown = rest.strip()[:30]
        message = f"the text ends before '{shown}', which is a comment to YAML; {IN_QUOTES}"
        yield Cut(number + 1, column + 1, message)
