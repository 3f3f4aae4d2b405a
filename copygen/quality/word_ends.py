"""How words of a language end, which tells whole words from words that are cut off.

`word_beginnings.zip` is what `tests/quality/word_beginnings.py` makes of wordfreq's frequency lists
(wordfreq 3.1.1, read on 2026-11-28; CC BY-SA 4.0: `word_beginnings.license`).
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from copygen.quality.data import packed_entry
from copygen.quality.normalize import deferred

WORD_BEGINNINGS: Final = "word_beginnings.zip"
_SAME_WORDS: Final = MappingProxyType(
    {"hr": "sh", "bs": "sh", "sr": "sh", "nn": "nb", "no": "nb", "tl": "fil"}
)
_SERBIAN: Final = str.maketrans(
    dict(zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True))
    | {"љ": "lj", "њ": "nj", "џ": "dž"}
)
"""The list of Serbian, Croatian and Bosnian is in Latin letters."""
_JOINED: Final = deferred("[-\u2010\u2011\u200c]")
_LEAST_ENGLISH: Final = 4
_WORDS_KEPT: Final = 16_384


class Wholeness(IntEnum):
    """Whether a word at the end of a text is one, or the beginning of another."""

    WHOLE = 0
    DOUBTFUL = 1
    HALF = 2


class WordEnds(NamedTuple):
    """The words of a language that others begin with or that are frequent, and how words end."""

    words: Sequence[str]
    """Sorted. What one of them begins with and is not among them is half a word."""
    doubtful: frozenset[str]
    ends: Mapping[str, Wholeness]
    """Last letters of a word that none of the listed ones begins with; the longest here tells."""
    longest: int
    """Letters of the longest end."""


_NO_WORDS: Final = WordEnds((), frozenset(), MappingProxyType({}), 0)


def common_words(language: str) -> Sequence[str]:
    """The words of a language that are frequent or that frequent ones begin with, sorted; none
    where there is no list."""
    return _word_ends(language).words


@cache
def word_set(language: str) -> frozenset[str]:
    """The same, to hold sets of words against."""
    return frozenset(common_words(language))


def is_common(word: str, language: str) -> bool:
    """Whether a word in lower case is among the listed ones of a language; none are where there is
    no list."""
    words = common_words(language)
    at = bisect_left(words, word)
    return at < len(words) and words[at] == word


@lru_cache(maxsize=_WORDS_KEPT)
def wholeness(word: str, language: str) -> Wholeness:
    """Whether a word, without regard to case, is one of the language or the beginning of one.

    `WHOLE` where there is no list for the language. Of a word with hyphens the last part counts.
    """
    folded = _JOINED.split(word.casefold())[-1]
    if language == "sr":
        folded = folded.translate(_SERBIAN)
    found = _in_language(folded, language)
    if found is Wholeness.WHOLE or language == "en" or len(folded) < _LEAST_ENGLISH:
        return found
    # Copy in every language has English words: `smoothie`, `sneakers`.
    return Wholeness.WHOLE if is_common(folded, "en") else found


def _in_language(word: str, language: str) -> Wholeness:
    known = _word_ends(language)
    at = bisect_left(known.words, word)
    if at < len(known.words) and known.words[at].startswith(word):
        if known.words[at] != word:
            return Wholeness.HALF
        return Wholeness.DOUBTFUL if word in known.doubtful else Wholeness.WHOLE
    for start in range(max(0, len(word) - known.longest), len(word)):
        if (told := known.ends.get(word[start:])) is not None:
            return told
    return Wholeness.WHOLE


@cache
def _word_ends(language: str) -> WordEnds:
    """What the file says about a language: 16 000 words, 20 ms."""
    packed = packed_entry(WORD_BEGINNINGS, _SAME_WORDS.get(language, language))
    if packed is None:
        return _NO_WORDS
    blocks = packed.decode("utf-8").split("\n\n")
    whole, doubtful, *ends = (block.split("\n") if block else () for block in blocks)
    told = {end: how for how, block in zip(Wholeness, ends, strict=True) for end in block}
    longest = max(map(len, told), default=0)
    return WordEnds(sorted([*whole, *doubtful]), frozenset(doubtful), told, longest)
