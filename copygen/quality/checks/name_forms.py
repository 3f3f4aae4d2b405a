"""Which other spelling of a name may be a form of it, language by language, and which is none.

Declension and plurals, as grammars of the languages have them: the endings that a name takes or
lacks, letters that they replace, and particles behind it.
"""

import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import Prefix

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
    | dict.fromkeys(("sv", "da", "nb", "nn", "no"), "trn")
    | dict.fromkeys(("bg", "cs", "hr", "pl", "ru", "sk", "sl", "sr", "uk", "tr", "id", "ms"), "")
    | {"de": "n", "en": "s", "es": "s", "fr": "s", "pt": "s", "ca": "s", "ro": "l", "lv": "sš"}
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
FLEETING: Final = ("ац", "ец", "ac", "ec", "ак")
"""Ends that turn around with an ending behind them: `Лесковац`, `Лесковца`."""
PARTICLES: Final = frozenset("은는이가을를의에로와과도만")
"""Ends of Korean words that belong to the sentence."""

_HEBREW_BEFORE: Final = re.compile("[ושכ]?[ושכבלמה]{1,3}$")
_ARABIC_BEFORE: Final = re.compile("[وف]?[بكل]?(?:ال|ل)?$")
_CHANGES: Final = (
    ("cs sk", "k>c k>č h>z h>ž g>z ch>š c>č r>ř d>ď t>ť n>ň d>z ů>o ô>o á>a í>i e> o> >e >o"),
    ("cs sk", "sk>šť ck>čt ě>e ň>n ť>t ď>d ř>r ou>u ie>e ia>a ú>u ĺ>l"),
    ("pl", "k>c k>cz g>dz g>ż ch>sz r>rz t>c d>dz ł>l ó>o ą>ę e> ie> >e >ie sł>śl st>ści"),
    ("pl", "ć>c ś>s ń>n ź>z a>e o>e ia>ie ło>le sta>ście ia>e ź>zi ś>si ć>ci ń>ni"),
    ("hr bs sl", "k>c k>č g>z g>ž h>s h>š c>č a> e> >a >e l>o o>l ije>je"),
    ("sr mk bg", "к>ц к>ч г>з г>ж х>с х>ш ц>ч а> е> о> >а >е >о ъ> >ъ л>о о>л я>е ие>је"),
    ("sr", "k>c k>č g>z g>ž h>s h>š c>č a> e> >a >e l>o o>l ije>je"),
    ("ru", "е> о> ё> >е >о >ё е>ё ё>е к>ч г>ж х>ш ц>ч ь> й>и й>е"),
    ("uk be", "к>ц г>з х>с к>ч г>ж х>ш і>о і>е о>і е>і е> о> >е >о ь> й>ї ы>о й>и"),
    ("lt", "t>č d>dž ė>i uo>u >e ys>i"),
    ("lv", "l>ļ n>ņ d>ž t>š s>š z>ž c>č sn>šņ ln>ļņ b>bj p>pj m>mj v>vj r>r k>c g>dz"),
    ("fi", "kk>k pp>p tt>t k> p>v t>d nk>ng mp>mm nt>nn lt>ll rt>rr k>kk p>pp t>tt d>t v>p"),
    ("fi", "ng>nk mm>mp nn>nt ll>lt rr>rt nen>se s>ks s> i>e a>o ä>ö e>i >k us>ud us>uks ys>yks"),
    ("et", "b> d> g> k>g p>b t>d kk>k pp>p tt>t b>v d>j g>j b>p d>t g>k i>j u>o i>e ss>s ll>l"),
    ("et", "mb>mm nd>nn ld>ll rd>rr >b >d >g e> s>n a> ne>se"),
    ("hu", "a>á e>é ö> o> e> á>a é>e ú>u í>i ő>öv ó>av ű>ű ü>üv"),
    ("tr az", "p>b ç>c t>d k>ğ nk>ng ı> i> u> ü> g>ğ"),
    ("de", "a>ä o>ö u>ü ä>a ö>o ü>u e> ß>ss is>en um>en us>en"),
    ("nl", "aa>a ee>e oo>o uu>u f>v s>z a>aa e>ee o>oo u>uu >e"),
    ("sv nb nn da no", "e> a>ä o>ö å>ä a>e o>ø å>æ m>mm n>nn el>l er>r en>n a>æ"),
    ("ro", "oa>o ea>e a>ă ă>e ă>a t>ț d>z s>ș st>șt c>ch g>gh â>i e>ea o>oa l> z>j sc>șt ă>"),
    ("el", "ά>α έ>ε ή>η ί>ι ό>ο ύ>υ ώ>ω α>ά ε>έ η>ή ι>ί ο>ό υ>ύ ω>ώ"),
    ("es", "á>a é>e í>i ó>o ú>u z>c n>ñ"),
    ("pt", "ã>ãe ão>õe ão>ãe l>i á>a ê>e ó>o m>n r>re z>ze el>éi al>ai ol>ói il>i"),
    ("it", "c>ch g>gh ch>c gh>g io>i ia>e"),
    ("ca gl", "c>qu g>gu ç>c j>g à>a é>e í>i ó>o è>e ò>o ú>u a>e qu>c gu>g g>j"),
    ("fr", "al>au il>au f>v eu>eu l>ll n>nn s>ss t>tt er>èr et>èt e>è x>s x>ss"),
    ("en", "y>ie f>v fe>ve"),
)
"""Languages, and how the end of a stem changes before an ending: `Sekačka`, `Sekačce`."""
_ENDING: Final = re.compile(
    "[aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıčmhnstdlrjvkgxzș'țаеиоуыэюяёіїєъьйхмвтшјљњ"
    "αεηιουωάέήίόύώςνσ]{0,5}$"
)
_VOWEL_LETTERS: Final = frozenset(
    "aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıаеиоуыэюяёіїєъαεηιουωάέήίόύώ"
)
_MOST_CHANGED: Final = 5
"""Letters of a word's end within which its stem changes."""


def is_form_by_marks(plain: str, wanted: str, tag: str) -> bool:
    """Whether it differs by marks that everybody leaves out, or an article or a case puts there:
    `Термобелье` of Термобельё, `Feteasca` of Fetească.
    """
    if tag in ("ru", "be"):
        return plain == wanted.replace("ё", "е")
    return tag == "ro" and wanted[-1] == "ă" and plain == f"{wanted[:-1]}a"


def is_changed(plain: str, wanted: str, tag: str) -> bool:
    """Whether it may be a form with another end of the stem, or with what is written before it.

    `Sekačce` of Sekačka, `kukan` of kukka; Hebrew and Arabic write `in the` as part of the word.
    """
    if tag in ("he", "ar"):
        return _is_prefixed(plain, wanted, tag)
    shared = Prefix.similarity(plain, wanted)
    if shared < 2 or len(wanted) - shared > _MOST_CHANGED:
        return False
    for back in (0, 1):  # `kukka`, `kukan`: the two share the first of what changes
        was, now = wanted[shared - back :], plain[shared - back :]
        if any(_ends_alike(was, now, *pair) for pair in _changes(tag)):
            return True
    return False


@cache
def _changes(tag: str) -> tuple[tuple[str, str], ...]:
    listed = " ".join(changes for tags, changes in _CHANGES if tag in tags.split())
    return tuple((was, now) for was, _, now in (one.partition(">") for one in listed.split()))


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
    elif other[:1] not in _VOWEL_LETTERS:
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


def is_inflected(
    plain: str, wanted: str, tag: str, *, hangul: bool, adjoining: bool, in_place: bool
) -> bool:
    """Whether it may be the word with another ending: `Haldens`, `Метелицы`."""
    shared = Prefix.similarity(plain, wanted)
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
    return longer != 0 or not _is_replaced(
        plain[-1], wanted[-1], tag, adjoining=adjoining, in_place=in_place
    )


def _is_lost(wanted: str, tag: str) -> bool:
    """Whether no form of a word in that language lacks its last letter: `Federleicht`."""
    last = wanted[-1]
    if last == wanted[-2] or last in "ьъ":
        return True
    return (last in _CONSONANTS or last == "s") and last not in _LOST.get(tag, "sn")


def _is_replaced(one: str, other: str, tag: str, *, adjoining: bool, in_place: bool) -> bool:
    """Whether no ending puts one last letter for another: `Lindholn`, `Hemsö`."""
    consonants = _CONSONANTS if tag in _PLURAL_S else _CONSONANTS | {"s"}
    if one in consonants and other in consonants:
        return True
    if _OTHER_CONSONANTS.match(one) and _OTHER_CONSONANTS.match(other):
        return True
    if not adjoining or one not in _VOWELS or other not in _VOWELS:
        return False
    return tag in _STEADY or (tag in _ROMANCE and (in_place or not {one, other} <= _AGREEING))


def without_marks(word: str) -> str:
    """A folded word without marks on its letters."""
    parts = unicodedata.normalize("NFD", word.replace("ı", "i").replace("đ", "d"))
    return "".join(char for char in parts if not unicodedata.combining(char))
