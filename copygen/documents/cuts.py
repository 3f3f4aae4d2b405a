"""Texts that YAML cuts short without an error, at ` #hashtag` or after `&mark`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

import yaml

from copygen.documents.slips import IN_QUOTES
from copygen.documents.yaml import Allowance, parser_of, plain

_ANCHOR: Final = re.compile(rb"(?:^|[-:,\[{])[ \t]*&[^\s,\[\]{}]")
_HASH: Final = re.compile(rb"\S[ \t]+#[^\s#!]")


@dataclass(frozen=True, slots=True)
class ShortenedText:
    """A text that means less than it seems to."""

    line: int
    column: int
    message: str


def cuts(stream: IO[bytes]) -> Iterator[ShortenedText]:
    """Yield the texts of a seekable YAML file that are cut: that end before a ` #hashtag`, or
    begin with an `&name` which nothing repeats.

    Nothing where the file is no YAML: that is said elsewhere.
    """
    suspects, has_anchors = _suspects(stream)
    if not suspects and not has_anchors:
        return
    stream.seek(0)
    last = max(suspects, default=0)
    anchored: dict[str, ShortenedText] = {}
    try:
        parser = parser_of(Allowance(stream))
        while (event := parser.get_event()) is not None:
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
                anchored[event.anchor] = ShortenedText(start.line + 1, start.column + 1, message)
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


def _cut(event: yaml.ScalarEvent, line: bytes, number: int, column: int) -> Iterator[ShortenedText]:
    if event.style or not isinstance(plain(event.value), str):
        return
    rest = line.decode("utf-8", "replace")[column:]
    if re.match(r"\s+#[^\s#!]", rest):
        shown = rest.strip()[:30]
        message = f"the text ends before '{shown}', which is a comment to YAML; {IN_QUOTES}"
        yield ShortenedText(number + 1, column + 1, message)
