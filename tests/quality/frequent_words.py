"""Makes `copygen/quality/frequent_words.zip`: how frequent words are in which language.

    pip install wordfreq
    mkdir catalogues && cd catalogues && apt-get download PACKAGES && cd ..
    python -m tests.quality.frequent_words catalogues

The most frequent words of each language by wordfreq's lists, and how frequent each is in all
languages of the script. For Estonian and Marathi, of which it has none, words are counted in the
translations of programs, those of `tests/quality/near_languages.py` (`PACKAGES` is its list).
Serbian is in its lists in Latin letters, and is written in Cyrillic ones here.

English has three times as many: most of what is found in a text of another language is English.
wordfreq's data may be passed on under CC BY-SA 4.0.
"""

import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from copygen.quality.frequent_words import COUNTED, FILE, SCRIPTS
from copygen.quality.normalize import fold
from tests.quality.near_languages import messages, plain
from tests.quality.packed import pack

_MOST: Final = 2500
"""Words of a language: with twice as many 4 % more of the parts are found."""
_MOST_ENGLISH: Final = 7500
_RARE: Final = 4e-7
"""Frequency up to which the level is 0."""
_LEVEL: Final = 0.8
"""Of a level, as a natural logarithm."""
_HIGHEST: Final = 15
_MOST_COUNTED: Final = 400
_HIGHEST_COUNTED: Final = 2.7e-5
"""Frequency that a rarer one of them has at most: programs talk of files and keys."""
_LIST_OF: Final = {"hr": "sh"}
_LETTERS: Final = {
    "Latn": re.compile("[a-z\u00df-\u024f\u1e00-\u1eff]+"),
    "Cyrl": re.compile("[\u0400-\u04ff]+"),
    "Arab": re.compile("[\u0620-\u06ff]+"),
    "Deva": re.compile("[\u0900-\u0963\u0971-\u097f]+"),
}
_PAIRS: Final = {"lj": "љ", "nj": "њ", "dž": "џ"}
_CYRILLIC: Final = str.maketrans("abvgdđežzijklmnoprstćufhcčš", "абвгдђежзијклмнопрстћуфхцчш")


def _of_list(language: str) -> Mapping[str, float]:
    from wordfreq import get_frequency_dict  # type: ignore[import-not-found]

    known: Mapping[str, float] = get_frequency_dict(_LIST_OF.get(language, language), "best")
    return known


def _serbian() -> dict[str, float]:
    return {_in_cyrillic(word): share for word, share in _of_list("hr").items()}


def _in_cyrillic(word: str) -> str:
    for pair, letter in _PAIRS.items():
        word = word.replace(pair, letter)
    return word.translate(_CYRILLIC)


def _counted(texts: Mapping[str, str], letters: re.Pattern[str]) -> dict[str, float]:
    said = Counter(
        word for text in set(texts.values()) for word in letters.findall(fold(plain(text)))
    )
    counted: dict[str, float] = {}
    for rank, (word, number) in enumerate(sorted(said.items(), key=lambda one: (-one[1], one[0]))):
        share = number / said.total()
        counted[word] = share if rank < _MOST_COUNTED else min(share, _HIGHEST_COUNTED)
    return counted


def _shares(
    language: str, letters: re.Pattern[str], translated: Mapping[str, Mapping[str, str]]
) -> dict[str, float]:
    """Word → its share of all words of a language."""
    if language in COUNTED:
        listed: Mapping[str, float] = _counted(translated[language], letters)
    else:
        listed = _serbian() if language == "sr" else _of_list(language)
    shares: dict[str, float] = {}
    for word, share in listed.items():
        folded = fold(word)
        if letters.fullmatch(folded):
            shares[folded] = max(share, shares.get(folded, 0.0))
    return shares


def _level(share: float) -> int:
    if share <= _RARE:
        return 0
    return min(_HIGHEST, round(math.log(share / _RARE) / _LEVEL))


def entries(translated: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, bytes]]:
    """Script → its words and their levels, as `unpacked` reads them."""
    for script, languages in SCRIPTS.items():
        letters = _LETTERS[script]
        shares = {one: _shares(one, letters, translated) for one in languages.split()}
        words: set[str] = set()
        for language, known in shares.items():
            most = _MOST_ENGLISH if language == "en" else _MOST
            most = _MOST_COUNTED if language in COUNTED else most
            words.update(sorted(known, key=lambda word: (-known[word], word))[:most])
        ordered = sorted(words)
        levels = ((_level(known.get(word, 0.0)) for word in ordered) for known in shares.values())
        rows = [*map(bytes, levels)]
        highest = bytes(map(max, *rows))
        yield script, b"\n\n".join(("\n".join(ordered).encode(), b"".join((*rows, highest))))


if __name__ == "__main__":
    pack(FILE, dict(entries(messages(Path(sys.argv[1])))))
