"""Shorten a text to a limit, where its language allows a cut."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence

from copygen.quality.folding import normalized
from copygen.quality.graphemes import boundaries
from copygen.quality.measure import Unit
from copygen.quality.phrases import ends_open, sentences, tidy_ends, words
from copygen.quality.placeholders import find_placeholders, measure_filled

_SENTENCE_SHARE = 0.7
"""A cut behind a sentence is taken if it keeps this share of what would fit."""
_IN_THAI = re.compile("(?<=[\u0e00-\u0e7f])[\u0e00-\u0e7f]")
_CANDIDATES = 8
"""Cuts tried for one that does not end in the middle of something."""
_TRIED_ONE_BY_ONE = 32
"""Cuts that do not fit, below the longest that seemed to: from then on, ever larger steps."""

_NOTHING_FILLED: Mapping[str, str] = {}


def trim(
    text: str,
    limit: int,
    unit: Unit,
    *,
    language: str | None = None,
    longest: Mapping[str, str] = _NOTHING_FILLED,
) -> str:
    """Return the beginning of `text`, in NFC, that is at most `limit` long in `unit`.

    Cut behind a sentence if that keeps most of it, else behind a word or phrase: at spaces, and
    in Thai, Japanese and Chinese at phrase boundaries found by BudouX; only a first word that is
    too long by itself is cut between characters, and not in Thai. Never inside a grapheme cluster
    or a placeholder, which counts at its value in `longest`. What remains does not end with an
    opening bracket, a comma or the like, or a word that announces more to come if a shorter cut
    avoids it. Empty if nothing fits. A text that fits is returned whole.
    """
    text = normalized(text, "NFC")

    def fits(part: str) -> bool:
        return measure_filled(part, unit, longest) <= limit

    if fits(text):
        return text
    uncut = _Uncut(text)
    at_words = uncut.cuts(words(text, language))
    at_sentences = uncut.cuts(sentences(text))
    word = _longest_fitting(text, at_words, fits, lambda part: not ends_open(part, language))
    sentence = _longest_fitting(text, at_sentences, fits)
    if sentence and len(sentence) >= _SENTENCE_SHARE * len(word):
        return sentence
    return word or _within_a_word(text, _longest_fitting(text, uncut.cuts(uncut.clusters), fits))


def _within_a_word(text: str, part: str) -> str:
    """`part`, unless that parts a Thai word, which no reader would put together again."""
    return "" if part and _IN_THAI.match(text, len(part)) else part


class _Uncut:
    """What must stay whole: grapheme clusters and placeholders."""

    def __init__(self, text: str) -> None:
        self.clusters = boundaries(text)
        self._ends = frozenset(self.clusters)
        places = find_placeholders(text)
        self._firsts = [place.start for place in places]
        self._lasts = [place.end for place in places]
        self._tidied = tidy_ends(text)

    def cuts(self, offsets: Iterable[int]) -> Sequence[int]:
        """Where the text may be cut near those offsets, tidy and ascending."""
        return sorted({cut for cut in map(self._cut, offsets) if cut in self._ends})

    def _cut(self, end: int) -> int:
        """The last tidy offset up to `end` that is in no placeholder."""
        while True:
            tidied = self._tidied[end]
            before = bisect_left(self._firsts, tidied) - 1
            if before < 0 or tidied >= self._lasts[before]:
                return tidied
            if end >= self._lasts[before]:
                return self._lasts[before]
            end = self._firsts[before]


def _longest_fitting(
    text: str,
    ends: Sequence[int],
    fits: Callable[[str], bool],
    is_good: Callable[[str], bool] = bool,
) -> str:
    """The longest beginning of `text` that fits; of the longest few, the first that is good."""
    # Nearly every unit grows with the text; where one does not (an address on X that becomes a
    # word), the walk down from there still never exceeds the limit.
    number = bisect_right(ends, False, key=lambda end: not fits(text[:end]))
    fitting = ""
    tried = skipped = 0
    while number > 0 and tried < _CANDIDATES:
        number -= 1 << max(0, skipped - _TRIED_ONE_BY_ONE)
        part = text[: ends[max(0, number)]]
        if not fits(part):
            skipped += 1
            continue
        if is_good(part):
            return part
        fitting = fitting or part
        tried += 1
    return fitting
