"""Whether a word of a text is a name of the item gone wrong, or a form of it, or another word.

Where it stands among the name's other words tells how much may be wrong with it; the grammar of the
language, which other spelling may be a form. Declension and plurals are as grammars have them: the
endings that a name takes or lacks, letters that they replace, and particles behind it.
"""

import unicodedata
from functools import cache
from itertools import compress
from operator import not_
from types import MappingProxyType
from typing import Final, NamedTuple

from rapidfuzz.distance import OSA, Prefix

from copygen.quality.end_words import small_words
from copygen.quality.languages import base
from copygen.quality.normalize import deferred
from copygen.quality.word_ends import common_words, is_common

_CONSONANTS: Final = frozenset("bcdfghjklmnpqrtvwxzбвгджзклмнпрстфхцчшщ")
_OTHER_CONSONANTS: Final = deferred(
    "[\u0628\u062a-\u0648\u0679-\u06af\u06ba\u05d0-\u05d3\u05d6-\u05d8\u05da-\u05ea\u0915-\u0939\u0995-\u09b9]"
)
"""Of Arabic, Hebrew, Devanagari and Bengali letters those that no ending replaces."""
CLITICS: Final = frozenset("وفبلكهשובלמכ")
"""Letters of Arabic and Hebrew words that are words of their own."""
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
_FLEETING: Final = MappingProxyType(
    dict.fromkeys(("hr", "bs", "sr", "mk"), deferred("[aа][^\\W\\daeiouаеиоу]$"))
    | {"sl": deferred("[ae][^\\W\\daeiou]$")}
    | dict.fromkeys(("cs", "sk", "pl"), deferred("e[^\\W\\daeiouy]$"))
    | dict.fromkeys(("ru", "uk", "be", "bg"), deferred("[её][^\\W\\dаеиоуыэюя]$"))
)
"""Ends that turn around with an ending behind them: `Лесковац`, `Лесковца`; `Zadar`, `Zadra`."""
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
_GERMAN_ADJECTIVE: Final = deferred("(?:e|en|er|es|em)$")
_LAST_LETTERS: Final = MappingProxyType(
    {
        "cs": "a:yeěuoůi e:iíuě o:auěeí í:ýáé ý:éáíi á:éoouýě é:áýíi y:ůáea i:ůuaeí",
        "sk": "a:yeuiáoy e:iauíe o:aueia á:éúouý ý:áéíi é:áýíi í:áé y:áaei i:ae",
        "pl": "a:yiężąoe e:auięi o:auieęy y:aeiąęu i:aeęuy ę:ąei ą:ęae",
        "hr": "a:eiuo e:aiuo o:auei i:aeou u:aei",
        "sl": "a:eiuo e:aiuo o:auei i:aeou u:aei",
        "sr": "a:eiuo e:aiuo o:auei i:aeou u:aei а:еиуо е:аиуо о:ауеи и:аеоу у:аеи",
        "ru": "а:ыуеио я:июей о:ауеы е:яюиауо ь:яюией й:яюеи и:аеяьйу ы:аеу ё:яюе",
        "uk": "а:иуіоею я:іюєеї о:ауіие е:яюіау ь:яюіей й:яюїєі и:аіуяе і:аяьуе ї:яю",
        "lt": "a:ąoeų e:ęė ė:ęe s:aąuųiįmnoeė i:įąu ų:ai į:i ą:a",
        "lv": "a:uāiy e:iēu s:auiāūoemī š:auiem i:ueoāa u:aāi ā:a ē:e ī:i",
        "ar": "ة:ت ى:اي ي:ى",
        "he": "ה:ת",
        "hi": "ा:ेोी ी:िय आ:ए",
        "ur": "ا:ےوی ہ:ےو ی:ئے",
        "bn": "",
        "fa": "ی:ئ",
        "fi": "n:t s:k e:i i:e",
        "et": "a:ui i:e e:tdn u:a o:u s:tdek n:t",
        "hu": "a:á e:é",
        "tr": "k:ğ ç:c p:b t:d",
        "ro": "a:ăei ă:aei e:iaă u:li i:ea",
    }
)
"""Languages, and which last letter a case or a plural puts for which; of a language that is not
here nothing is known."""
_SLAVIC_ENDS: Final = deferred(r"['’aąáeęéěiíoóuůúyýmchjаеиоуыэюяіїєймхв]")
"""How what an ending puts behind a whole name begins."""
_ENDED_SO: Final = frozenset(("cs", "sk", "pl", "hr", "bs", "sr", "sl", "ru", "uk", "be"))
_HEAD_LAST: Final = frozenset(("lv", "lt", "et", "fi", "hu", "tr"))
"""Languages in which what stands before a noun is a genitive, which stays as it is."""
_CASES: Final = _ENDED_SO | _HEAD_LAST | {"ro", "el", "bg", "mk"}
_UNCASED: Final = frozenset(("ar", "fa", "ur", "he", "hi", "bn"))
"""Languages of scripts without capitals, in which no form is shorter by a letter."""
_IMPOSSIBLE: Final = MappingProxyType(
    {"ru": deferred("[гкхжчшщ]ы$|[чщ]я$|[чщшж]ю$"), "ar": deferred("ه$")}
)
"""Last letters that no form is written with, instead of another: `крышы`, `واحه`."""

_HEBREW_BEFORE: Final = deferred("[ושכ]?[ושכבלמה]{1,3}$")
_ARABIC_BEFORE: Final = deferred("[وف]?[بكل]?(?:ال|ل)?$")
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
_ENDING: Final = deferred(
    "[aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıčmhnstdlrjvkgxzș'țаеиоуыэюяёіїєъьйхмвтшјљњ"
    "αεηιουωάέήίόύώςνσ]{0,5}$"
)
_VOWEL_LETTERS: Final = frozenset(
    "aeiouyäöüåæøáéíóúýàèìòùâêôõãąęįųūěăîœőűėēīāıаеиоуыэюяёіїєъαεηιουωάέήίόύώ"
)
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
    """A word of the name stands behind it."""
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
    if token == word:
        return False
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
    if plain is None:
        return False
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
        is_half = name.is_named and place.adjoining and len(plain) >= HALF
        return is_half and is_upper and (cased or place.exact)
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
    if _is_form(plain, wanted, manner.tag, place):
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
    is_like = is_like and (plain[0] == wanted[0] or plain[-HALF:] == wanted[-HALF:])
    is_like = is_like and not (plain.startswith(wanted[:-1]) and tag not in _SUFFIXES)
    allowed = 1 if len(wanted) < LONG and not swapped and not is_like else 2
    return marks or OSA.distance(plain, wanted, score_cutoff=allowed) <= allowed


def _has_other_marks(plain: str, name: NameWord, place: _Position, manner: Manner) -> bool:
    """Whether a word that differs from a name by marks on letters is none: `Bozdag`."""
    known = place.exact or (place.adjoining and name.is_brand)
    if (not known and is_word(plain, manner.language)) or _POINTED.search(plain):
        return False  # `Iarna`, the winter, of a brand `Iarnă`
    wanted, tag = name.folded, manner.tag
    is_ending = tag in (_BALTIC if place.adjoining else _MARKED_ENDS) and plain[:-1] == wanted[:-1]
    is_ending = is_ending and not (place.exact and place.titled)
    is_ending = is_ending or _is_form_by_marks(plain, wanted, tag)
    return (name.is_named or place.adjoining) and not manner.unmarked and not is_ending


def _is_alone(seen: SeenWord, plain: str, name: NameWord, manner: Manner) -> bool:
    """Whether a word without the name's other words beside it can be nothing but the name."""
    wanted = name.folded
    is_other = plain[:-2] == wanted[:-2] and plain[-2:-1] != wanted[-2:-1]
    if is_word(plain, manner.language) or is_other:
        return False  # another word of the stem: `Fjället`, of a brand `Fjällro`
    first, _, kind = wanted.partition("-")
    if kind and plain.endswith(f"-{kind}") and len(first) > LEAST:  # `Karna-sukat`, of Kaarna-sukat
        own = plain.removesuffix(f"-{kind}")
        return name.is_named and own[0] == first[0] and not is_word(own, manner.language)
    if HANGUL.match(plain):
        return name.is_named and not name.before and not name.after and len(wanted) >= FIVE
    if not name.word[0].isupper():
        return name.is_brand and len(wanted) > LEAST and plain[0] == wanted[0]
    due = seen.begins or manner.tag == "de"
    is_sure = not due or len(wanted) >= LONG
    if seen.token.isascii() and manner.tag in _WITHOUT_SPACES:
        return name.is_brand and len(wanted) >= LEAST
    is_listed = bool(common_words(manner.tag))
    is_sure = is_sure or (plain[-1] == wanted[-1] and is_listed)
    # A product's whole name that is no word: `Fjellro`.
    is_made = is_listed and name.is_named and not (name.before or name.after)
    is_made = is_made and plain[0] == wanted[0] and not is_word(wanted, manner.language)
    return (name.is_brand or is_made) and len(wanted) > LEAST and is_sure


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


def _is_changed(plain: str, wanted: str, tag: str) -> bool:
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


def _is_form(plain: str, wanted: str, tag: str, place: _Position) -> bool:
    """Whether it may be another form of the word: `Haldens`, `Метелицы`, `Sekačce`."""
    if HANGUL.match(plain):
        if plain.startswith(wanted):
            return plain[len(wanted)] != wanted[-1] or wanted[-1] in PARTICLES  # `바람솔솔`
        return Prefix.similarity(plain, wanted) >= len(wanted) - 1 and plain[-1] in PARTICLES
    impossible = _IMPOSSIBLE.get(tag) if place.exact and plain[:-1] in wanted else None
    if impossible and impossible.search(plain) and not impossible.search(wanted):
        return False
    if place.exact and place.proper:
        if place.titled or (tag in _HEAD_LAST and _is_other_vowel(plain, wanted, place)):
            return False
        if (ends_so := _NAME_ENDS.get(tag)) is not None:
            if tag == "de" and place.attributive and _is_adjective(plain, wanted):
                return True
            end = plain.removeprefix(wanted)
            return end != plain and end in ends_so and end != wanted[-1]
    return _is_inflected(plain, wanted, tag, place) or _is_changed(plain, wanted, tag)


def _is_turned(plain: str, wanted: str, tag: str) -> bool:
    """Whether two swapped letters are those of an end that turns around: `Zadra` of Zadar."""
    turned = _FLEETING.get(tag)
    return turned is not None and plain[:-2] == wanted[:-2] and turned.search(wanted) is not None


def _is_other_vowel(plain: str, wanted: str, place: _Position) -> bool:
    """Whether a word before its noun in the nominative, a genitive, has another last vowel."""
    is_one = plain[:-1] == wanted[:-1] and plain[-1] in _VOWELS and wanted[-1] in _VOWELS
    return is_one and place.attributive


def _is_adjective(plain: str, wanted: str) -> bool:
    one, other = _GERMAN_ADJECTIVE.search(plain), _GERMAN_ADJECTIVE.search(wanted)
    return one is not None and other is not None and plain[: one.start()] == wanted[: other.start()]


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
        is_vowel = last in _VOWEL_LETTERS and place.leads and tag in _CASES
        if place.proper or is_vowel or tag in _UNCASED:
            return True
    return (last in _CONSONANTS or last == "s") and last not in _LOST.get(tag, "sn")


def _is_added(end: str, wanted: str, tag: str) -> bool:
    """Whether no ending begins as what stands behind the whole word: `Тихонь`, `السدرة`."""
    if tag == "ar":
        return end == "ة" and wanted.startswith("ال")
    return tag in _ENDED_SO and _SLAVIC_ENDS.match(end) is None


def _is_replaced(one: str, other: str, tag: str, place: _Position) -> bool:
    """Whether no ending puts one last letter for another: `Lindholn`, `Hemsö`."""
    if (listed := _LAST_LETTERS.get(tag)) is not None and (place.exact or place.proper):
        return not any(pair.startswith(f"{other}:") and one in pair[2:] for pair in listed.split())
    consonants = _CONSONANTS if tag in _PLURAL_S else _CONSONANTS | {"s"}
    if one in consonants and other in consonants:
        return True
    if _OTHER_CONSONANTS.match(one) and _OTHER_CONSONANTS.match(other):
        return True
    if one not in _VOWELS or other not in _VOWELS:
        return False
    if not place.adjoining:
        return tag in _STEADY and place.proper
    return tag in _STEADY or (tag in _ROMANCE and (place.exact or not {one, other} <= _AGREEING))


def _without_marks(word: str) -> str:
    """A folded word without marks on its letters."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word.translate(_BARRED))
    return "".join(compress(parts, map(not_, map(unicodedata.combining, parts))))
