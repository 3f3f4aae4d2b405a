"""How frequent words are in each of the languages that share a script.

`frequent_words.zip` is what `tests/quality/frequent_words.py` makes, and has from what: the most
frequent words of each language, and how frequent they are in all of them. Word by word it tells in
which language two or three words are; of a whole text `language_detector` says more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress
from operator import ge
from types import MappingProxyType
from typing import Final

from copygen.quality.data import packed_entry
from copygen.quality.languages import base, scripts_of
from copygen.quality.normalize import lazy_property

FILE: Final = "frequent_words.zip"
SCRIPTS: Final = MappingProxyType(
    {
        "Latn": "ca cs da de en es et fi fil fr hr hu id it lt lv ms nb nl pl pt ro sk sl sv tr vi",
        "Cyrl": "bg mk ru sr uk",
        "Arab": "ar fa ur",
        "Deva": "hi mr",
    }
)
"""Entries of the file, scripts of Unicode: their languages, in the order of the levels."""
_SAME: Final = MappingProxyType({"bs": "hr", "sr": "hr", "no": "nb", "nn": "nb", "tl": "fil"})
"""In Latin letters; one list is for both."""
COUNTED: Final = ("et", "mr")
"""Whose words are counted in messages of programs, which talk of files and lists."""
FAR: Final = 3
"""Levels that a word is more frequent in another language to be foreign to one: eleven times."""
_FAR_MORE: Final = bytes(min(level + FAR, 255) for level in range(256))
"""Level → the one that is so much higher."""


@dataclass(frozen=True)
class FrequentWords:
    """The words of one script; read once and then only asked, by any thread."""

    languages: tuple[str, ...]
    words: Sequence[str]
    """Folded."""
    _levels: bytes
    """A row of all words for each language: 0 where a word is rare; each more is 2.2 times as
    frequent."""
    _highest: bytes
    """The highest level of each word."""

    def levels(self, word: str) -> bytes | None:
        """How frequent a folded word is in each of `languages`; None: in none of them."""
        place = self._places.get(word)
        return None if place is None else self._levels[place :: len(self._places)]

    def foreign_to(self, own: int | None) -> frozenset[str]:
        """The words that are far more frequent in another language than in the one at `own`.

        None: than in most languages of the script; so it is for a language of another script.
        """
        size = len(self.words)
        if own is None:
            usual = bytes(self.usual(self._levels[place::size]) for place in range(size))
        else:
            usual = self._levels[own * size : (own + 1) * size]
        is_far = map(ge, self._highest, usual.translate(_FAR_MORE))
        return frozenset(compress(self.words, is_far))

    @lazy_property
    def _places(self) -> dict[str, int]:
        """Word → its place in each row; few texts have a word that needs to be looked up."""
        return {word: place for place, word in enumerate(self.words)}

    @lazy_property
    def at(self) -> dict[str, int]:
        """Language → its place."""
        return {language: at for at, language in enumerate(self.languages)}

    @staticmethod
    def usual(levels: bytes) -> int:
        """Of the levels of a word that of the language in the middle: of a word that travels a
        high one.
        """
        return sorted(levels)[len(levels) // 2]


@cache
def frequent_words(script: str) -> FrequentWords | None:
    """The words of a script of Unicode, read when they are first needed: 10 MB for `Latn`."""
    content = packed_entry(FILE, script) if script in SCRIPTS else None
    return None if content is None else unpacked(script, content)


def column(language: str, script: str) -> str | None:
    """Whose words are those of a language in that script; None: there is no list for it."""
    name = base(language)
    if scripts_of(language)[0] != script:
        return None
    if script == "Latn":
        name = _SAME.get(name, name)
    return name if name in SCRIPTS.get(script, "").split() else None


def unpacked(script: str, content: bytes) -> FrequentWords:
    """The words of that script, as the file has them: a line each, an empty one, and the levels,
    language by language and at last the highest.
    """
    end = content.index(b"\n\n")
    words = content[:end].decode("utf-8").split("\n")
    rows, size = content[end + 2 :], len(words)
    return FrequentWords(tuple(SCRIPTS[script].split()), words, rows[:-size], rows[-size:])
