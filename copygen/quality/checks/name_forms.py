"""Whether a word of a text is a name of the item gone wrong, or a form of it, or another word.

Where it stands among the name's other words tells how much may be wrong with it; the grammar of the
language, which other spelling may be a form. Declension and plurals are as grammars have them: the
endings that a name takes or lacks, letters that they replace (`configs/metrics/name_forms.yaml`),
and particles behind it.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from itertools import compress
from operator import not_
from types import MappingProxyType
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, Prefix

from copygen.quality.data import NameForms, table
from copygen.quality.end_words import joining_words, small_words
from copygen.quality.languages import base
from copygen.quality.normalize import deferred
from copygen.quality.word_ends import is_common

_CONSONANTS: Final = frozenset("bcdfghjklmnpqrtvwxzбвгджзклмнпрстфхцчшщ")
_OTHER_CONSONANTS: Final = deferred(
    "[\u0628\u062a-\u0648\u0679-\u06af\u06ba\u05d0-\u05d3\u05d6-\u05d8\u05da-\u05ea\u0915-\u0939\u0995-\u09b9]"
)
"""Of Arabic, Hebrew, Devanagari and Bengali letters those that no ending replaces."""
CLITICS: Final = frozenset("وفبلكهשובלמכ")
"""Letters of Arabic and Hebrew words that are words of their own."""
_JOINER: Final = "\u200c"
"""Between two parts of a word of Persian, which are written as one as well."""
LEAST: Final = 4
HALF: Final = 3
"""Letters of half a name."""
FIVE: Final = 5
"""Letters from which two of them may be wrong within a name whose other words stand beside it."""
LONG: Final = 7
"""Letters from which two of them may be wrong; from `LEAST` one may."""
TITLED: Final = frozenset(("en", "id", "ms", "tl", "vi"))
"""Languages whose shops begin every word of a product's name with a capital."""


_WITHOUT_SPACES: Final = frozenset(("ja", "zh", "yue", "th", "lo", "km", "my"))
_PLURAL_S: Final = frozenset(("lt", "lv", "fi"))
"""Languages in which a last s may stand for another letter."""
_OTHER_SCRIPTS: Final = frozenset(
    (*_WITHOUT_SPACES, "ko", "ru", "uk", "be", "bg", "mk", "el", "ar", "fa", "ur", "he", "hi", "bn")
)
"""Languages that write no ending in Latin letters."""
_POINTED: Final = deferred("[\u064b-\u065f\u0670\u05b0-\u05c7]")
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
    | dict.fromkeys(("sv", "da", "nb", "nn", "no"), "trn")
    | dict.fromkeys(("bg", "cs", "hr", "pl", "ru", "sk", "sl", "sr", "uk", "tr", "id", "ms"), "")
    | {"de": "n", "en": "s", "es": "s", "fr": "s", "pt": "s", "ca": "s", "ro": "l", "lv": "sš"}
)
"""Last consonants that a form of a word may lack, in other languages s and n."""
_SUFFIXES: Final = MappingProxyType(
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
_MARKED_ENDS: Final = frozenset(("lt", "lv", "pl", "cs", "sk", "hu"))
"""Languages whose endings put a mark on a last vowel: `Neriją`."""
_BALTIC: Final = frozenset(("lt", "lv", "pl"))
"""Those of them whose most frequent cases end so."""
_BARRED: Final = str.maketrans("ıđłøħŧ", "idloht")
"""Letters whose mark Unicode does not take apart."""
HANGUL: Final = deferred(r"[\uac00-\ud7a3]")
PARTICLES: Final = frozenset("은는이가을를의에로와과도만")
"""Ends of Korean words that belong to the sentence."""

_NAME_ENDS: Final = MappingProxyType(
    {
        "en": ("s", "es", "'s", "’s", "s'", "s’", "'", "’"),
        "de": ("s", "es", "'s", "’s", "'", "’", "er", "n", "en", "sche", "schen", "scher"),
        "nl": ("s", "'s", "’s", "'", "’", "er", "se", "tje", "je"),
        **dict.fromkeys(("sv", "da", "nb", "nn", "no"), ("s", "'s", "’s", "'", "’")),
        **dict.fromkeys(("es", "fr", "pt", "ca", "it", "gl"), ("s", "es")),
        "ro": ("l", "ul", "ului", "lui", "a", "ei", "le", "i", "ii", "ilor", "lor", "n"),
        "bg": ("т", "та", "то", "те", "ът", "а", "ят", "я", "ите"),
        **{tag: _SUFFIXES[tag] for tag in ("id", "ms", "tl", "vi")},
    }
)
"""Languages that decline no name, and what may stand at the end of one."""
_APART: Final = frozenset(("en", "es", "fr", "pt", "ca", "it", "gl", "id", "ms", "tl", "vi"))
"""Languages of those that write no two nouns as one."""
_ARTICLES_BEHIND: Final = MappingProxyType(
    dict.fromkeys(("sv", "da", "nb", "nn", "no"), ("e", "a", "n", "t"))
    | dict.fromkeys(("ro", "bg", "mk"), tuple("aeilunтаеоиъя"))
)
"""Languages with an article at a word's end, and how it begins: what lacks it is no half."""
_TWO_LETTERS: Final = 3
"""Letters of two endings of which one has two."""
_SLAVIC_ENDS: Final = deferred(r"['’aąáeęéěiíoóuůúyýmchjаеиоуыэюяіїєймхв]")
"""How what an ending puts behind a whole name begins."""
_ENDED_SO: Final = frozenset(("cs", "sk", "pl", "hr", "bs", "sr", "sl", "ru", "uk", "be"))
_HEAD_LAST: Final = frozenset(("lv", "lt", "et", "fi", "hu", "tr"))
"""Languages in which what stands before a noun is a genitive, which stays as it is."""
_CASES: Final = _ENDED_SO | _HEAD_LAST | {"ro", "el", "bg", "mk"}
_UNDECLINED: Final = _STEADY | _ROMANCE
_KEEPING: Final = frozenset(("hu", "el"))
"""Languages with cases in which no form of a name lacks its last letter, but for Greek s."""
_UNCASED: Final = frozenset(("ar", "fa", "ur", "he", "hi", "bn"))
"""Languages of scripts without capitals, in which no form is shorter by a letter."""

_ARTICLES: Final = MappingProxyType({"ar": "ال", "he": "ה"})
_PLURALS: Final = ("s", "es")
"""What no word has behind it whose neighbours are those of the name: they would have it, too."""
_BEHIND_CONSONANT: Final = frozenset("은이을과")
_BEHIND_VOWEL: Final = frozenset("는가를와")
_FINALS: Final = 28
"""Korean particles behind a syllable with a last consonant, and without; and how many there are."""
_HEBREW_BEFORE: Final = deferred("[ושכ]?[ושכבלמה]{1,3}$")
_ARABIC_BEFORE: Final = deferred("[وف]?[بكل]?(?:ال|ل)?$")
_ENDING: Final = deferred(
    "[aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıčmhnstdlrjvkgxzș'țаеиоуыэюяёіїєъьйхмвтшјљњ"
    "αεηιουωάέήίόύώςνσ]{0,5}$"
)
_VOWEL_LETTERS: Final = frozenset(
    "aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıаеиоуыэюяёіїєъαεηιουωάέήίόύώ"
)
_TWO_ENDS: Final = frozenset(("lt", "lv", "el", "ro", "sv", "nb", "da", "is"))
"""Languages with endings that have the last letter of the nominative: `Kubilas`, `Kubilus`."""
_MOST_CHANGED: Final = 5
"""Letters of a word's end within which its stem changes."""


class NameWord(NamedTuple):
    """One word of a name, and the words beside it."""

    word: str
    folded: str
    before: str
    """Folded; empty: it is the first."""
    after: str
    is_brand: bool
    is_named: bool
    """Whether its column is one of names."""
    at: int
    """Words of the name before it."""
    behind: int


class SeenWord(NamedTuple):
    """A word of a text."""

    token: str
    plain: str
    """Folded, as those beside it."""
    before: str
    after: str
    begins: bool
    """Whether a sentence begins with it."""
    at: int
    """Words of the text before it."""


class Manner(NamedTuple):
    """How a text is written."""

    language: str | None
    tag: str
    """Of the language without its script and region; empty: none is told."""
    unmarked: bool
    """Without marks on letters, on purpose, as in short messages."""
    shouts: bool
    """Several words are in capitals."""
    title: int
    """Words at its beginning that a colon or a dash ends."""
    written: frozenset[str]
    """The words of the item."""
    known: frozenset[str]
    """Folded."""


class _Position(NamedTuple):
    """Where a word stands that may be a word of a name."""

    adjoining: bool
    """Beside another word of the name, or a form of one."""
    exact: bool
    """Between the words of the name that it is near, all as they should be."""
    proper: bool
    """The word is a name of its own, such as a brand, and no word for a thing."""
    attributive: bool
    """The name has a word behind it."""
    followed: bool
    """And that stands there."""
    leads: bool
    """A sentence begins with it."""
    titled: bool
    """The text begins with the name, and a colon or a dash stands behind that: in no case."""


def stands_for(name: NameWord, beside: tuple[str, str]) -> bool:
    """Whether a word stands between the words of the name that it is near."""
    before, after = name.before, name.after
    return bool(before or after) and (before or beside[0], after or beside[1]) == beside


def is_in_other_case(seen: SeenWord, name: NameWord, manner: Manner) -> bool:
    """Whether a name has the wrong case: a brand, or a name beside its other words."""
    token, word = seen.token, name.word
    if token == word or (not name.at and len(word) <= HALF and token in small_words(manner.tag)):
        return False  # `bij de Kraanvogel`, of De Kraanvogel
    has_own = _has_capital_within(word) and word.isalpha()
    if token.isupper():
        return has_own and name.is_named and not manner.shouts and len(word) > HALF
    if _has_capital_within(token):
        return name.is_named and not _has_capital_within(word)
    if token != seen.plain:  # `Trailnest`
        return has_own and name.is_named and token not in manner.written
    if word == word.lower():
        return False
    whole = (not name.before or name.before == seen.before) and (
        not name.after or name.after == seen.after
    )
    proper = name.is_brand or (
        name.is_named and bool(name.before) and manner.tag not in TITLED | {""}
    )
    return proper and whole and (bool(name.before or name.after) or name.is_brand)


def _has_capital_within(word: str) -> bool:
    return not word.isupper() and any(char.isupper() for char in word[1:])


def is_near(seen: SeenWord, name: NameWord, manner: Manner) -> bool:
    """Whether a word is a name with a letter or two wrong."""
    plain, wanted = _as_name(seen.plain, name.folded), name.folded
    if plain is None or plain.replace(_JOINER, "") == wanted.replace(_JOINER, ""):
        return False  # `دست‌باف`, of دستباف
    starts = len(wanted) - len(plain) >= 2 and wanted.startswith(plain)
    is_far = OSA.distance(plain, wanted, score_cutoff=2) > 2
    is_same_kind = plain.isascii() == wanted.isascii()
    if (is_far and not starts) and (
        is_same_kind or _without_marks(plain) != _without_marks(wanted)
    ):
        return False  # Before all else: most words are.
    place = _place(seen, plain, name, manner)
    if not place.exact and seen.plain in manner.known:
        return False
    cased = name.word[0].isupper()
    is_upper = seen.token[0].isupper() or not cased
    if starts:
        # A half of it; alone an everyday word that a brand is made of: `Sommer`, of Sommerau.
        if not place.adjoining:
            return is_upper and cased and _is_half_alone(seen, plain, name, manner)
        is_half = name.is_named and len(plain) >= HALF
        return is_half and is_upper and (cased or place.exact)
    if (article := _ARTICLES.get(manner.tag)) and name.before:
        # One that is written as one with a word is part of a name.
        is_other = wanted == article + plain or plain == article + wanted
        if is_other and stands_for(name, (seen.before, seen.after)):
            return True
    bare, bare_wanted = _without_marks(plain), _without_marks(wanted)
    swapped = sorted(bare) == sorted(bare_wanted) and bare != bare_wanted
    marks = bare == bare_wanted
    if not _is_close(plain, wanted, place, manner.tag, swapped=swapped, marks=marks):
        return False
    if not is_upper and (not place.adjoining or is_word(plain, manner.language)):
        return False  # `Leder und Oak`, of a table called `Lund Oak`
    if swapped and (place.adjoining or len(wanted) > LEAST):
        is_meant = place.exact and place.proper
        return is_meant or not _is_turned(plain, wanted, manner.tag)
    if marks:
        return _has_other_marks(plain, name, place, manner)
    if _is_form(plain, name, manner.tag, place):
        return False
    return (name.is_named or cased) if place.adjoining else _is_alone(seen, plain, name, manner)


def _as_name(plain: str, wanted: str) -> str | None:
    """A word without the small word that is written before it; None: the name is behind that."""
    if plain[0] in CLITICS and plain[0] != wanted[0] and len(plain) > LEAST:
        plain = plain[1:]
        if plain.endswith(wanted):
            return None
    if plain.endswith((f"'{wanted}", f"’{wanted}")):
        return None  # `l'Agriturismo`
    is_longer = HANGUL.match(plain) and len(plain) > len(wanted)
    if not is_longer or plain[-1] not in PARTICLES:
        return plain
    return plain[:-1] if plain[:-1] != wanted else None


def _place(seen: SeenWord, plain: str, name: NameWord, manner: Manner) -> _Position:
    """Where a word stands, among the words of the name that it is near."""
    before = len(name.before) >= LEAST and seen.before.startswith(name.before)
    before = before or (bool(name.before) and seen.before == name.before)
    adjoining = before or (bool(name.after) and seen.after.startswith(name.after))
    exact = adjoining and stands_for(name, (seen.before, seen.after))
    is_lower = name.word[0].isupper() and not seen.token[0].isupper()
    is_other = plain[0] != name.folded[0] and (
        not (name.before and name.after) or len(plain) < HALF or name.word.islower()
    )
    own = name.word[0].isupper() and bool(name.before)
    return _Position(
        adjoining=adjoining,
        exact=exact and not is_lower and not is_other,
        proper=name.is_brand or (own and manner.tag not in TITLED | {"de"}),
        attributive=bool(name.after),
        followed=bool(name.after) and seen.after == name.after,
        leads=seen.begins,
        titled=seen.at == name.at and manner.title == name.at + name.behind + 1,
    )


def _is_close(
    plain: str, wanted: str, place: _Position, tag: str, *, swapped: bool, marks: bool
) -> bool:
    """Whether no more letters are wrong than chance leaves, by where a word stands."""
    hangul = HANGUL.match(plain) is not None
    is_short = place.adjoining and (hangul or swapped or marks or place.exact)
    if len(wanted) < (2 if is_short else LEAST) or abs(len(plain) - len(wanted)) > 2:
        return False
    is_like = place.exact and (
        (len(wanted) >= FIVE and (plain[-1] == wanted[-1] or tag in _SUFFIXES))
        or (len(wanted) >= LEAST and place.proper)
    )
    last = 2 if tag == "vi" else HALF  # `Trài`, of Chài
    is_like = is_like and (plain[0] == wanted[0] or plain[-last:] == wanted[-last:])
    is_like = is_like and not (plain.startswith(wanted[:-1]) and tag not in _NAME_ENDS)
    allowed = 1 if len(wanted) < LONG and not swapped and not is_like else 2
    return marks or OSA.distance(plain, wanted, score_cutoff=allowed) <= allowed


def _has_other_marks(plain: str, name: NameWord, place: _Position, manner: Manner) -> bool:
    """Whether a word that differs from a name by marks on letters is none: `Bozdag`."""
    known = place.exact or (place.adjoining and name.is_brand)
    if (not known and is_word(plain, manner.language)) or _POINTED.search(plain + name.folded):
        return False  # `Iarna`, the winter, of a brand `Iarnă`
    wanted, tag = name.folded, manner.tag
    is_ending = tag in (_BALTIC if place.adjoining else _MARKED_ENDS) and plain[:-1] == wanted[:-1]
    is_ending = is_ending and not (
        place.exact and (place.titled or (place.attributive and place.proper))
    )
    is_later = tag == "ro" and place.exact and bool(name.before)  # has no article of its own
    is_ending = is_ending or (not is_later and _is_form_by_marks(plain, wanted, tag))
    return (name.is_named or place.adjoining) and not manner.unmarked and not is_ending


def _is_alone(seen: SeenWord, plain: str, name: NameWord, manner: Manner) -> bool:
    """Whether a word without the name's other words beside it can be nothing but the name.

    It is no word of the language and has the name's first letter. Held against the names of 25
    other items each, 8 500 good texts have 30 such words; slips in a name are 40 times as many.
    """
    wanted = name.folded
    is_other = plain[:-2] == wanted[:-2] and plain[-2:-1] != wanted[-2:-1]
    ends_alike = plain[-1] == wanted[-1]
    if is_word(plain, manner.language) or (is_other and not ends_alike):
        return False  # another word of the stem: `Fjället`, of a brand `Fjällro`
    first, _, kind = wanted.partition("-")
    if kind and plain.endswith(f"-{kind}") and len(first) > LEAST:  # `Karna-sukat`, of Kaarna-sukat
        own = plain.removesuffix(f"-{kind}")
        return name.is_named and own[0] == first[0] and not is_word(own, manner.language)
    if HANGUL.match(plain):
        return name.is_named and not name.before and not name.after and len(wanted) >= FIVE
    if seen.token.isascii() and manner.tag in _WITHOUT_SPACES:
        return name.is_brand and len(wanted) >= LEAST
    if not name.is_named or plain[0] != wanted[0]:
        return False
    is_close = OSA.distance(plain, wanted, score_cutoff=1) <= 1
    if not name.word[0].isupper():
        is_sure = name.is_brand or (ends_alike and is_close and bool(name.before or not name.after))
        return is_sure and len(wanted) > LEAST
    due = seen.begins or manner.tag == "de"
    if len(wanted) == LEAST:
        return name.is_brand and not due and ends_alike and len(plain) >= LEAST and is_close
    if name.is_brand and (not due or len(wanted) >= LONG):
        return True
    is_type = not name.is_brand and not name.before and bool(name.after)
    is_common_noun = due and (is_type or manner.tag == "de")  # `Seide`, of a soap
    least = LONG if is_common_noun else _LONG_STEM if is_type or not ends_alike else FIVE
    ends_so = ends_alike or (manner.tag in _NAME_ENDS and not is_type and not seen.begins)
    return ends_so and is_close and len(wanted) >= least


def _is_half_alone(seen: SeenWord, plain: str, name: NameWord, manner: Manner) -> bool:
    """Whether the beginning of a name, without its other words, is no word and no form of it."""
    wanted, tag = name.folded, manner.tag
    is_own = name.is_brand or (name.is_named and bool(name.before) and tag in _APART)
    is_long = len(plain) >= LEAST and 2 * len(plain) >= len(wanted)
    if seen.begins or not (is_own and is_long) or is_word(plain, manner.language):
        return False
    return not wanted[len(plain) :].startswith(_ARTICLES_BEHIND.get(tag, "-"))


def is_word(word: str, language: str | None) -> bool:
    """Whether it is a word of the language: `Fjället`, beside a brand `Fjällro`."""
    if not language:
        return False
    return is_common(word, base(language)) or word in small_words(base(language))


def _is_form_by_marks(plain: str, wanted: str, tag: str) -> bool:
    """Whether it differs by marks that everybody leaves out, or an article or a case puts there:
    `Термобелье` of Термобельё, `Feteasca` of Fetească.
    """
    if tag in ("ru", "be"):
        return plain == wanted.replace("ё", "е")
    return tag == "ro" and wanted[-1] == "ă" and plain == f"{wanted[:-1]}a"


def _is_changed(plain: str, wanted: str, tag: str, place: _Position) -> bool:
    """Whether it may be a form with another end of the stem, or with what is written before it.

    `Sekačce` of Sekačka, `kukan` of kukka; Hebrew and Arabic write `in the` as part of the word.
    """
    if tag in ("he", "ar"):
        return _is_prefixed(plain, wanted, tag)
    shared = Prefix.similarity(plain, wanted)
    if shared < 2 or len(wanted) - shared > _MOST_CHANGED:
        return False
    ends = 2 if tag in _TWO_ENDS else 1
    is_sen = tag == "fi" and wanted.endswith("nen")
    if place.exact and not is_sen and plain[-ends:] == wanted[-ends:]:
        return len(plain) - len(wanted) > 1  # An ending is at the end.
    for back in (0, 1):  # `kukka`, `kukan`: the two share the first of what changes
        was, now = wanted[shared - back :], plain[shared - back :]
        if any(_ends_alike(was, now, *pair) for pair in _changes(tag)):
            return True
    return False


@cache
def _changes(tag: str) -> tuple[tuple[str, str], ...]:
    listed = (one.partition(">") for one in _listed("changes", tag).split())
    return tuple((was, now) for was, _, now in listed)


@cache
def _listed(kind: str, tag: str) -> str:
    """What `configs/metrics/name_forms.yaml` has of a kind for a language; empty: nothing."""
    by_languages: Mapping[str, str] = getattr(table(NameForms, "name_forms"), kind)
    return " ".join(listed for tags, listed in by_languages.items() if tag in tags.split())


@cache
def _compiled(kind: str, tag: str) -> re.Pattern[str]:
    """The same of a kind that has patterns; one that matches nothing where there is none."""
    return re.compile(_listed(kind, tag) or r"(?!)")


def _ends_alike(was: str, now: str, before: str, after: str) -> bool:
    """Whether one change of the stem leaves two endings: `ka`, `ce` by k to c."""
    if not (was.startswith(before) and now.startswith(after)) or before == after:
        return False
    one, other = was[len(before) :], now[len(after) :]
    is_same = one[:1] == other[:1] != ""
    if not (before and after) or before[-1] in _VOWEL_LETTERS:
        # A vowel that comes or goes: `kubek`, `kubka`; `joki`, `joen`.
        if not is_same and not (one[:1] in _VOWEL_LETTERS and other[:1] in _VOWEL_LETTERS):
            return False
    elif other[:1] not in _VOWEL_LETTERS and after[-1] not in _VOWEL_LETTERS:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    return one != other and _ENDING.match(one) is not None and _ENDING.match(other) is not None


def _is_prefixed(plain: str, wanted: str, tag: str) -> bool:
    article, before = ("ה", _HEBREW_BEFORE) if tag == "he" else ("ال", _ARABIC_BEFORE)
    stem = wanted.removeprefix(article)
    for one in (wanted, stem, f"{stem[:-1]}ת" if tag == "he" and stem[-1:] == "ה" else stem):
        if len(one) > 1 and plain.endswith(one) and before.match(plain[: -len(one)] or "ה"):
            return plain != one or one != wanted
    return False


def _is_form(plain: str, name: NameWord, tag: str, place: _Position) -> bool:
    """Whether it may be another form of the word: `Haldens`, `Метелицы`, `Sekačce`."""
    wanted = name.folded
    if HANGUL.match(plain):
        if plain.startswith(wanted):
            return plain[len(wanted)] != wanted[-1] or wanted[-1] in PARTICLES  # `바람솔솔`
        is_other = Prefix.similarity(plain, wanted) >= len(wanted) - 1 and plain[-1] in PARTICLES
        return is_other and _is_particle_behind(plain)
    if place.exact and plain[:-1] in wanted:
        impossible = _compiled("impossible", tag)
        if impossible.search(plain) and not impossible.search(wanted):
            return False
    if (tag in _OTHER_SCRIPTS and plain.isascii()) or _keeps_its_form(name, tag, place):
        return False
    if tag == "de" and place.attributive and _has_other_ending(plain, wanted, tag):
        return True
    if place.proper and (place.exact or (not place.adjoining and tag != "ro")):
        if place.titled or (tag in _HEAD_LAST and _is_other_vowel(plain, wanted, place)):
            return False
        if (ends_so := _NAME_ENDS.get(tag)) is not None:
            end = plain.removeprefix(wanted)
            if place.exact and end in _PLURALS and (tag in _ROMANCE or place.attributive):
                return False
            if tag in _ROMANCE and not place.adjoining and _agree(plain, wanted):
                return True
            return end != plain and end in ends_so and end != wanted[-1]
    if _is_inflected(plain, wanted, tag, place) or _is_changed(plain, wanted, tag, place):
        return True
    return tag != "de" and _has_other_ending(plain, wanted, tag)


def _is_particle_behind(word: str) -> bool:
    """Whether the last syllable is a particle that the one before it can have: no `달무이`."""
    is_open = (ord(word[-2]) - ord("가")) % _FINALS == 0
    return word[-1] not in (_BEHIND_CONSONANT if is_open else _BEHIND_VOWEL)


def _keeps_its_form(name: NameWord, tag: str, place: _Position) -> bool:
    """Whether what stands beside a word, as it does in the name, allows it no other form there.

    A preposition governs one case (`U Staré Lípy`), and an adjective and its noun have the same one
    (`Złoty Kłos`, `Дымный лист`).
    """
    wanted, before = name.folded, name.before
    if tag not in _ENDED_SO and tag not in ("lt", "lv", "el"):
        return False
    if place.exact and (name.at > 1 or (name.at and name.is_brand)):
        if before in small_words(tag) and before not in joining_words(tag):
            return True
        masculine = _compiled("masculine", tag)
        if masculine.search(before) and not masculine.search(wanted):
            return True
    if not place.followed or not (name.at or name.is_brand):
        return False
    return _compiled("agreement", tag).search(f"{wanted} {name.after}") is not None


def _is_turned(plain: str, wanted: str, tag: str) -> bool:
    """Whether two swapped letters are those of an end that turns around: `Zadra` of Zadar."""
    return plain[:-2] == wanted[:-2] and _compiled("turning", tag).search(wanted) is not None


def _is_other_vowel(plain: str, wanted: str, place: _Position) -> bool:
    """Whether a word before its noun in the nominative, a genitive, has another last vowel."""
    is_one = plain[:-1] == wanted[:-1] and plain[-1] in _VOWELS and wanted[-1] in _VOWELS
    return is_one and place.attributive


def _agree(plain: str, wanted: str) -> bool:
    """Whether they are a name in the singular and in the plural: `Vagabondo`, `Vagabondi`."""
    return plain[:-1] == wanted[:-1] and {plain[-1], wanted[-1]} <= _AGREEING


def _has_other_ending(plain: str, wanted: str, tag: str) -> bool:
    """Whether two words are one stem with endings of two letters and more: `Тихая`, `Тихую`."""
    endings = _compiled("endings", tag)
    one, other = endings.search(plain), endings.search(wanted)
    if one is None or other is None or len(one[0]) + len(other[0]) < _TWO_LETTERS:
        return False
    return plain[: one.start()] == wanted[: other.start()]


def _is_inflected(plain: str, wanted: str, tag: str, place: _Position) -> bool:
    """Whether it may be the word with another ending: `Haldens`, `Метелицы`."""
    shared = Prefix.similarity(plain, wanted)
    if (suffixes := _SUFFIXES.get(tag)) is not None and place.adjoining:
        ended = plain.startswith(wanted) and plain[len(wanted) :] in suffixes
        return ended or (tag == "en" and f"{plain}s" == wanted)
    is_softened = tag in _SOFTENING and len(plain) == len(wanted) >= _LONG_STEM
    if is_softened and shared == len(wanted) - 2 and plain[-1] != wanted[-1]:
        return True  # `Sekačka`, `Sekačce`
    if shared < max(2, len(wanted) - 1):
        return False
    longer = len(plain) - len(wanted)
    if longer == 1 and plain[-1] == wanted[-1]:
        # A letter twice, or one before the last; but `Kuuralaa`.
        return tag == "fi" and shared == len(wanted) and plain[-1] in _VOWELS
    if longer == -1:
        return not _is_lost(wanted, tag, place)
    if longer == 0:
        return not _is_replaced(plain[-1], wanted[-1], tag, place)
    if place.exact and shared == len(wanted):
        return not _is_added(plain[len(wanted) :], wanted, tag)
    return True


def _is_lost(wanted: str, tag: str, place: _Position) -> bool:
    """Whether no form of a word in that language lacks its last letter: `Federleicht`."""
    last = wanted[-1]
    if last == wanted[-2] or last in "ьъ":
        return True
    if place.exact and last != "σ":
        # What loses its last vowel is a genitive in many languages, and no sentence begins so.
        is_vowel = last in _VOWEL_LETTERS
        is_vowel = is_vowel and (tag in _UNDECLINED or (place.leads and tag in _CASES))
        if place.proper or is_vowel or tag in _UNCASED:
            return True
    elif place.proper and last != "σ" and (tag in _UNDECLINED or tag in _KEEPING):
        return True
    return last not in _VOWEL_LETTERS and last.islower() and last not in _LOST.get(tag, "sn")


def _is_added(end: str, wanted: str, tag: str) -> bool:
    """Whether no ending begins as what stands behind the whole word: `Тихонь`, `السدرة`."""
    if tag == "ar":
        return end == "ة" and wanted.startswith("ال")
    return tag in _ENDED_SO and _SLAVIC_ENDS.match(end) is None


def _is_replaced(one: str, other: str, tag: str, place: _Position) -> bool:
    """Whether no ending puts one last letter for another: `Lindholn`, `Hemsö`."""
    if (listed := _listed("last_letters", tag)) and (place.exact or place.proper):
        return not any(pair.startswith(f"{other}:") and one in pair[2:] for pair in listed.split())
    consonants = _CONSONANTS if tag in _PLURAL_S else _CONSONANTS | {"s"}
    if one in consonants and other in consonants:
        return True
    if _OTHER_CONSONANTS.match(one) and _OTHER_CONSONANTS.match(other):
        return True
    if one not in _VOWELS or other not in _VOWELS:
        return place.exact and tag in _STEADY and one.isalpha()
    if not place.adjoining:
        return tag in _STEADY and place.proper
    is_other = (place.exact and place.proper) or not {one, other} <= _AGREEING
    return tag in _STEADY or (tag in _ROMANCE and is_other)


def _without_marks(word: str) -> str:
    """A folded word without marks on its letters."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word.translate(_BARRED))
    return "".join(compress(parts, map(not_, map(unicodedata.combining, parts))))
