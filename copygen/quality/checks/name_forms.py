"""Which other spelling of a name may be a form of it, language by language, and which is none.

Declension and plurals, as grammars of the languages have them: the endings that a name takes or
lacks, letters that they replace, and particles behind it.
"""

import re
import unicodedata
from types import MappingProxyType
from typing import Final

_CONSONANTS: Final = frozenset("bcdfghjklmnpqrtvwxzбвгджзклмнпрстфхцчшщ")
_OTHER_CONSONANTS: Final = re.compile(
    "[\u0628\u062a-\u0648\u0679-\u06af\u06ba\u05d0-\u05d3\u05d6-\u05d8\u05da-\u05ea\u0915-\u0939\u0995-\u09b9]"
)
"""Of Arabic, Hebrew, Devanagari and Bengali letters those that no ending replaces."""
_PLURAL_S: Final = frozenset(("fr", "lt", "lv", "fi", "es", "pt", "ca", "en"))
"""Languages in which a last s may stand for another letter."""
POINTED: Final = re.compile("[\u064b-\u065f\u0670\u05b0-\u05c7]")
"""Points on Arabic and Hebrew letters, which any word may have: `عسلِ`."""
_VOWELS: Final = frozenset("aeiouyäöüåæøáéíóúàèìòùâêôõãąęįųū")
_STEADY: Final = frozenset(
    (
        *("en", "de", "nl", "sv", "da", "nb", "nn", "no"),
        *("is", "fi", "tr", "id", "ms", "tl", "fil", "vi"),
    )
)
"""Languages in which no ending replaces a last vowel; in Romance ones a and o are replaced."""
_ROMANCE: Final = frozenset(("es", "fr", "pt", "ca", "it", "gl"))
_AGREEING: Final = frozenset("aoei")
_SOFTENING: Final = frozenset(("cs", "sk", "pl", "uk", "ru", "hr", "sr", "sl", "bg", "lv", "lt"))
"""Languages whose endings change the consonant before them."""
_LONG_STEM: Final = 6
_LOST: Final = MappingProxyType(
    dict.fromkeys(("fi", "et", "hu"), "tdkns")
    | dict.fromkeys(("sv", "da", "nb", "nn", "no"), "trns")
    | dict.fromkeys(("bg", "cs", "hr", "pl", "ru", "sk", "sl", "sr", "uk", "tr", "id", "ms"), "")
    | {"de": "nsr", "en": "s", "es": "s", "fr": "s", "pt": "s", "ca": "s", "ro": "l", "lv": "sš"}
)
"""Last consonants that a form of a word may lack, in other languages s and n."""
SUFFIXES: Final = MappingProxyType(
    {
        "en": ("s", "es", "'s", "’s", "s'", "ed", "y", "ing", "er", "n"),
        "id": ("nya", "ku", "mu", "lah", "kah", "pun", "an", "kan", "i"),
        "ms": ("nya", "ku", "mu", "lah", "kah", "pun", "an", "kan", "i"),
        "tl": ("ng", "'y", "’y", "'t", "’t", "g"),
        "vi": (),
    }
)
"""Languages that change words at their end by these alone."""
MARKED: Final = frozenset(("vi", "cs", "sk", "hu", "pl", "tr", "ro", "lv", "lt"))
"""Languages in which a text without marks on letters is written without them on purpose."""
MARKED_ENDS: Final = frozenset(("lt", "lv", "pl", "cs", "sk", "hu"))
"""Languages whose endings put a mark on a last vowel: `Neriją`."""
BALTIC: Final = frozenset(("lt", "lv", "pl"))
"""Those of them whose most frequent cases end so."""
FLEETING: Final = ("ац", "ец", "ac", "ec")
"""Ends that turn around with an ending behind them: `Лесковац`, `Лесковца`."""
PARTICLES: Final = frozenset("은는이가을를의에로와과도만")
"""Ends of Korean words that belong to the sentence."""


def is_inflected(plain: str, wanted: str, tag: str, *, hangul: bool, adjoining: bool) -> bool:
    """Whether it may be the word with another ending: `Haldens`, `Метелицы`."""
    shared = 0
    for one, other in zip(plain, wanted, strict=False):
        if one != other:
            break
        shared += 1
    if hangul:
        ends = shared >= len(wanted) - 1 and plain[-1] in PARTICLES
        return ends or plain.startswith(wanted)
    if (suffixes := SUFFIXES.get(tag)) is not None and adjoining:
        ended = plain.startswith(wanted) and plain[len(wanted) :] in suffixes
        return ended or (tag == "en" and f"{plain}s" == wanted)
    if tag in _SOFTENING and len(plain) == len(wanted) >= _LONG_STEM and shared == len(wanted) - 2:
        return True  # `Sekačka`, `Sekačce`
    if shared < max(2, len(wanted) - 1):
        return False
    longer = len(plain) - len(wanted)
    if longer == 1 and plain[-1] == wanted[-1]:
        return False  # a letter twice, or one before the last
    if longer == -1:
        return not _is_lost(wanted, tag)
    return longer != 0 or not _is_replaced(plain[-1], wanted[-1], tag, adjoining=adjoining)


def _is_lost(wanted: str, tag: str) -> bool:
    """Whether no form of a word in that language lacks its last letter: `Federleicht`."""
    last = wanted[-1]
    if last == wanted[-2] or last in "ьъ":
        return True
    return last in _CONSONANTS and last not in _LOST.get(tag, "sn")


def _is_replaced(one: str, other: str, tag: str, *, adjoining: bool) -> bool:
    """Whether no ending puts one last letter for another: `Lindholn`, `Hemsö`."""
    consonants = _CONSONANTS if tag in _PLURAL_S else _CONSONANTS | {"s"}
    if one in consonants and other in consonants:
        return True
    if _OTHER_CONSONANTS.match(one) and _OTHER_CONSONANTS.match(other):
        return True
    if not adjoining or one not in _VOWELS or other not in _VOWELS:
        return False
    return tag in _STEADY or (tag in _ROMANCE and not {one, other} <= _AGREEING)


def without_marks(word: str) -> str:
    """A folded word without marks on its letters."""
    parts = unicodedata.normalize("NFD", word.replace("ı", "i").replace("đ", "d"))
    return "".join(char for char in parts if not unicodedata.combining(char))
