"""Many literal terms against one text: folded, and by whole words where a script has words."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
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


def outside(hits: Iterable[Hit], exempt: Sequence[Hit]) -> Iterator[Hit]:
    """The hits that do not lie within one of `exempt`, and the first of those that overlap."""
    reached = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start < reached or any(e.start <= hit.start and hit.end <= e.end for e in exempt):
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
