"""Makes `copygen/quality/word_beginnings.zip` anew from the frequency lists of wordfreq.

    pip install wordfreq && python -m tests.quality.word_beginnings

A word at the end of a text is either meant, as often as its list says, or the beginning of a longer
one, as often as those are cut there (a word of nine letters in seven places). Where neither is
listed, words and beginnings with the same last letters decide, each by a power of its frequency, so
that rare words count, too. The logarithm of one chance over the other makes a word whole, doubtful
or half.

Japanese has no spaces: what is judged there is the last run of Han characters, by the longest of
its ends that is listed.

A file each language, in blocks with an empty line between them: the whole words and the doubtful
ones, among those that are frequent or that frequent ones begin with; then the ends of words that
are whole, doubtful and half, each where it differs from the shorter end. wordfreq's data may be
passed on under CC BY-SA 4.0.
"""

import math
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from copygen.quality.word_ends import WORD_BEGINNINGS, Wholeness
from tests.quality.packed import pack

_LANGUAGES: Final = (
    "ar bg bn ca cs da de el en es fa fi fil fr he hi hu id is it ja lt lv mk ms nb nl pl pt ro ru"
    " sh sk sl sv ta tr uk ur vi"
)
_COMMON: Final = 6e-6
"""A beginning is judged by the words that begin with it only where one is so frequent."""
_KNOWN: Final = 200_000
"""Words of a list that are read: the rarest are misspelt ones."""
_UNLISTED: Final = 1e-7
"""Frequency of what is in no list."""
_HALF: Final = -1.1
_DOUBTFUL: Final = -0.4
"""Logarithms of the chances below which a word is half or doubtful: of 12 000 words of good texts
0.3 % are half and 1.3 % at least doubtful, of words cut at random 73 and 82 %."""
_SURE: Final = 1.2e-5
"""Frequency from which a doubtful word is one: `pyta`, "asks", of `pytanie`."""
_SHORT: Final = 3
_MEANT: Final = {Wholeness.DOUBTFUL: 5e-5, Wholeness.WHOLE: 3e-4}
"""From what frequency a word of two or three letters is not half, or is whole: so many longer ones
begin with it that their chance says little."""
_POWER: Final = 0.3
_END: Final = 4
"""Letters of an end of a word that are looked at."""
_RUN: Final = re.compile("[\u3400-\u9fff々]+")
_RUN_LISTED: Final = 1e-6
_RUN_JOINED: Final = 0.03
"""Share of the words that end with a character among those that are in no list and do."""
_RUN_HALF: Final = -0.7
_STEADY: Final = 3.0
"""Words that weigh as much as what a shorter end says."""
_WORD: Final = re.compile(
    r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u200c])+"
)


class _Chances:
    """How often a string is a word of a language, and how often the beginning of one."""

    def __init__(self, frequencies: Mapping[str, float]) -> None:
        known = [(word, share) for word, share in frequencies.items() if _WORD.fullmatch(word)]
        self.frequencies = dict(sorted(known, key=lambda one: -one[1])[:_KNOWN])
        self._cut: dict[str, float] = defaultdict(float)
        self._ended: dict[str, float] = defaultdict(float)
        self._open: dict[str, float] = defaultdict(float)
        weights = 0.0
        for word, share in self.frequencies.items():
            weight = share**_POWER
            weights += weight
            places = len(word) - 2
            for letters in range(2, len(word)):
                self._cut[word[:letters]] += share / places
                for end in _ends(word[:letters]):
                    self._open[end] += weight / places
            for end in _ends(word) if places > 0 else ():
                self._ended[end] += weight
        self._steady = _STEADY * weights / len(self.frequencies)

    def of(self, word: str) -> float:
        """The logarithm of the chance that a word is whole over that it is cut."""
        whole = self._whole_by_end(word)
        meant = self.frequencies.get(word, 0) + _UNLISTED * whole
        return math.log10(meant / (self._cut.get(word, 0) + _UNLISTED * (1 - whole)))

    def by_end(self, end: str) -> float:
        """The same of a word in no list, by its last letters."""
        whole = self._whole_by_end(end)
        return math.log10(whole / (1 - whole))

    def ends(self) -> Iterator[str]:
        """The ends of words that are seen often enough to say something, short ones first."""
        seen = self._ended.keys() | self._open.keys()
        weighed = {end: self._ended.get(end, 0) + self._open.get(end, 0) for end in seen}
        often = (end for end, weight in weighed.items() if weight >= self._steady)
        yield from sorted(often, key=lambda end: (len(end), end))

    def _whole_by_end(self, word: str) -> float:
        whole = 0.5
        for end in _ends(word):
            ended, opened = self._ended.get(end, 0), self._open.get(end, 0)
            whole = (ended + self._steady * whole) / (ended + opened + self._steady)
        return whole


def _ends(word: str) -> Iterator[str]:
    return (word[-letters:] for letters in range(1, min(_END, len(word)) + 1))


def _wholeness(chance: float) -> Wholeness:
    if chance < _HALF:
        return Wholeness.HALF
    return Wholeness.DOUBTFUL if chance < _DOUBTFUL else Wholeness.WHOLE


def _of_word(word: str, chances: _Chances) -> Wholeness:
    found = _wholeness(chances.of(word))
    share = chances.frequencies.get(word, 0)
    if found is Wholeness.DOUBTFUL and share >= _SURE:
        return Wholeness.WHOLE
    if len(word) > _SHORT:
        return found
    return min(found, *(how if share >= least else found for how, least in _MEANT.items()))


def blocks_of(frequencies: Mapping[str, float]) -> list[list[str]]:
    """The blocks of a language's file: words, then ends, by how whole they are."""
    chances = _Chances(frequencies)
    common = [word for word, share in chances.frequencies.items() if share >= _COMMON]
    beginnings = {word[:letters] for word in common for letters in range(2, len(word) + 1)}
    words: dict[Wholeness, list[str]] = defaultdict(list)
    for beginning in sorted(beginnings):
        words[_of_word(beginning, chances)].append(beginning)
    told = {"": Wholeness.WHOLE}
    ends: dict[Wholeness, list[str]] = defaultdict(list)
    for end in chances.ends():
        shorter = next(end[at:] for at in range(1, len(end) + 1) if end[at:] in told)
        found = _wholeness(chances.by_end(end))
        if found is not told[shorter]:
            told[end] = found
            ends[found].append(end)
    listed = [words[Wholeness.WHOLE], words[Wholeness.DOUBTFUL]]
    return [*listed, *(sorted(ends[one], key=lambda end: end[::-1]) for one in Wholeness)]


def blocks_of_japanese(frequencies: Mapping[str, float]) -> list[list[str]]:
    """The blocks of Japanese: no words, and the ends of runs of characters."""
    cut: dict[str, float] = defaultdict(float)
    ended: dict[str, float] = defaultdict(float)
    for word, share in frequencies.items():
        for letters in range(1, len(word)):
            cut[word[:letters]] += share / (len(word) - 1)
            ended[word[letters:]] += share
    told: dict[str, Wholeness] = {}
    for run in sorted(
        cut.keys() | ended.keys() | frequencies.keys(), key=lambda one: (len(one), one)
    ):
        if len(run) > _END or not _RUN.fullmatch(run):
            continue
        share = frequencies.get(run, 0)
        if len(run) == 1:
            share += _RUN_JOINED * ended.get(run, 0)
        elif max(share, cut.get(run, 0)) < _RUN_LISTED:
            continue
        chance = math.log10((share + 1e-9) / (cut.get(run, 0) + 1e-9))
        found = Wholeness.HALF if chance < _RUN_HALF else Wholeness.WHOLE
        shorter = (told[run[at:]] for at in range(1, len(run)) if run[at:] in told)
        if found is not next(shorter, Wholeness.WHOLE):
            told[run] = found
    ends = [[run for run, how in told.items() if how is one] for one in Wholeness]
    return [[], [], *ends]


def main() -> None:
    """Write the file."""
    from wordfreq import get_frequency_dict  # type: ignore[import-not-found]  # not a dependency

    entries = {}
    for language in sys.argv[1:] or _LANGUAGES.split():
        listed = get_frequency_dict(language, wordlist="best")
        blocks = blocks_of_japanese(listed) if language == "ja" else blocks_of(listed)
        entries[language] = "\n\n".join("\n".join(block) for block in blocks).encode()
    pack(WORD_BEGINNINGS, entries)


if __name__ == "__main__":
    main()
