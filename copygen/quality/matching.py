"""Many literal terms against one text: folded, and by whole words where a script has words."""

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from copygen.quality.folding import Folded, fold


class Hit(NamedTuple):
    """Where a term stands: offsets into the folded text."""

    start: int
    end: int
    term: str
    """As it was given."""


class Terms:
    """A list of terms, compiled once.

    Comparison is NFKC and casefold. A term that begins or ends with a letter of a script that
    separates its words (Latin, Cyrillic, Greek ...) matches whole words only; Thai, Japanese,
    Chinese and Korean match inside longer text, as nothing marks their words' ends.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        compiled = [(fold(term).strip(), term) for term in terms]
        self._all = tuple((folded, term) for folded, term in compiled if folded)
        self._ascii = tuple(pair for pair in self._all if pair[0].isascii())

    def __bool__(self) -> bool:
        return bool(self._all)

    def find(self, folded: Folded) -> Iterator[Hit]:
        """Every place where a term stands, term by term."""
        text = folded.text
        for literal, term in self._ascii if folded.original.isascii() else self._all:
            start = text.find(literal)
            while start >= 0:
                end = start + len(literal)
                if _whole(text, start, end):
                    yield Hit(start, end, term)
                start = text.find(literal, end)

    def first(self, folded: Folded) -> Hit | None:
        """One place where a term stands; None when none does."""
        return next(self.find(folded), None)


class Places:
    """Spans of one text, to be asked about many others: each question is a binary search.

    A text of 16 000 characters may have thousands of hits and as many excuses: each held against
    each took a second.
    """

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reached = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Whether one of the spans holds all of `start:end`."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._reached[before - 1] >= end

    def touch(self, start: int, end: int) -> bool:
        """Whether one of the spans shares a character with `start:end`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reached[before - 1] > start


def outside(hits: Iterable[Hit], exempt: Sequence[Hit]) -> Iterator[Hit]:
    """The hits that do not lie within one of `exempt`, and the first of those that overlap."""
    excused = Places((hit.start, hit.end) for hit in exempt)
    reached = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start < reached or excused.hold(hit.start, hit.end):
            continue
        reached = hit.end
        yield hit


def _whole(text: str, start: int, end: int) -> bool:
    return not (
        (start > 0 and _spaced(text[start]) and _spaced(text[start - 1]))
        or (end < len(text) and _spaced(text[end - 1]) and _spaced(text[end]))
    )


def _spaced(char: str) -> bool:
    """Whether it is part of a word in a script that puts spaces between words."""
    if char.isascii():
        return char.isalnum() or char == "_"
    if char >= "\u1e00":  # the scripts of East Asia, and Latin Extended Additional (Vietnamese)
        return char <= "\u1fff"
    # Below: Latin, Greek, Cyrillic, Arabic, Hebrew, the Indic scripts; then Thai to Hangul jamo.
    return char < "\u0e00" and (char.isalnum() or bool(unicodedata.combining(char)))
