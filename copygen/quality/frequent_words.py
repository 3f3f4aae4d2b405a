"""How frequent words are in each of the languages that share a script.

`frequent_words.zip` is what `tests/quality/frequent_words.py` makes, and has from what: the most
frequent words of each language, and how frequent they are in all of them. Word by word it tells in
which language two or three words are; of a whole text `language_detector` says more.
"""

from dataclasses import dataclass
from functools import cache
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


@dataclass(frozen=True)
class FrequentWords:
    """The words of one script; read once and then only asked, by any thread."""

    languages: tuple[str, ...]
    _places: dict[str, int]
    """Folded word → where its levels begin."""
    _levels: bytes
    """Of each word, for each language: 0 where it is rare; each more is 2.2 times as frequent."""

    def levels(self, word: str) -> bytes | None:
        """How frequent a folded word is in each of `languages`; None: in none of them."""
        place = self._places.get(word)
        return None if place is None else self._levels[place : place + len(self.languages)]

    def foreign_to(self, own: int | None) -> frozenset[str]:
        """The words that are far more frequent in another language than in the one at `own`.

        None: than in most languages of the script; so it is for a language of another script.
        """
        found = []
        for word, place in self._places.items():
            levels = self._levels[place : place + len(self.languages)]
            if max(levels) >= FAR + (self.usual(levels) if own is None else levels[own]):
                found.append(word)
        return frozenset(found)

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
    language by language.
    """
    listed, _, by_language = content.partition(b"\n\n")
    words = listed.decode("utf-8").split("\n")
    languages = tuple(SCRIPTS[script].split())
    size = len(languages)
    levels = bytearray(size * len(words))
    for at in range(size):
        levels[at::size] = by_language[at * len(words) : (at + 1) * len(words)]
    places = dict(zip(words, range(0, len(levels), size), strict=True))
    return FrequentWords(languages, places, bytes(levels))
