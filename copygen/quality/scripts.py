"""Letters: of a script, of a language, and the forms of Chinese characters.

Which script a language is written in comes from CLDR (`languages`), which letters a script has
from Unicode, as the library `regex` knows it.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from copygen.quality.languages import full_script, scripts_of
from copygen.quality.normalize import deferred

LATIN_LETTER: Final = deferred("[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ]")
KANA: Final = deferred("[\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
BEYOND_LATIN: Final = deferred(
    r"[^\x00-\u02ff\u1e00-\u1eff\u2000-\u20cf\u2190-\u27bf\U00010000-\U0010ffff]"
)
"""Of the characters below U+10000 all that may be a letter of a script other than Latin."""
UNSPACED: Final = deferred(
    "[\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ecd\u0edc-\u0edf\u1780-\u17d3\u1000-\u103f\u104c-\u109f"
    "\u3005\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
"""A letter of a script that is written without spaces between words."""
_ASTRAL_HAN: Final = "\U00020000-\U0003ffff"
"""Beyond the first plane only Han has letters that copy is written in. In one class with them `re`
would look through the ranges one by one, which takes ten times as long."""
_BOTH: Final = frozenset("数删着")
"""Written so in Taiwan and Hong Kong, too, by hand or in older type."""
_IDEOGRAPHS: Final = range(0x4E00, 0xA000)


@cache
def letters(script: str) -> str:
    """The letters and marks of a script (ISO 15924), as the inside of a character class.

    Those of the first plane; empty where Unicode has none there.
    """
    if script in ("Hira", "Kana"):  # ー is of both
        return _ranges(rf"(?V1)[\p{{scx={script}}}&&[\p{{L}}\p{{M}}]]+")
    return _ranges(rf"(?V1)[\p{{sc={script}}}&&[\p{{L}}\p{{M}}]]+")


def _ranges(pattern: str) -> str:
    # A third of a library's start, for texts in a language only.
    import regex  # type: ignore[import-untyped]

    try:
        spans = regex.findall(pattern, every_character())
    except regex.error:  # a script that this Unicode does not have
        return ""
    return "".join(f"{re.escape(span[0])}-{re.escape(span[-1])}" for span in spans)


@cache
def every_character() -> str:
    """All characters below U+10000 that a text can have."""
    return "".join(map(chr, (*range(0xD800), *range(0xE000, 0x10000))))


@cache
def own_letters(tag: str) -> re.Pattern[str]:
    """A run of letters of the language's own scripts; it never matches where nobody knows them."""
    own = "".join(map(letters, scripts_of(tag)))
    if "Hani" in scripts_of(tag):
        return re.compile(f"[{own}]+|[{_ASTRAL_HAN}]+")
    return re.compile(f"[{own}]+" if own else "(?!)")


def has_letters(tag: str) -> bool:
    """Whether Unicode has letters of the script that the language is written in."""
    return any(map(letters, scripts_of(tag)))


@cache
def foreign_letters(tag: str) -> re.Pattern[str]:
    """Two letters or more of a script that has no place in the language. Latin has: brands.

    One alone is a symbol or an ornament: `α`, `福`.
    """
    borrowed = ("Hani",) if full_script(tag) == "Kore" else ()
    known = "".join(rf"\p{{scx={name}}}" for name in (*scripts_of(tag), *borrowed, "Latn"))
    others = _ranges(rf"(?V1)[[\p{{L}}\p{{M}}]--[{known}\p{{sc=Zyyy}}\p{{sc=Zinh}}]]+")
    return re.compile(f"[{others}]{{2,}}")


def script_name(letter: str) -> str:
    """What the script of a letter is called: `Cyrillic`, `Han`."""
    first = unicodedata.name(letter, "OTHER").split()[0]
    return "Han" if first == "CJK" else first.title()


@cache
def han_sets() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Characters that are simplified only, traditional only, and Japanese only.

    By the national sets: GB 2312 has the simplified forms, Big5 the traditional ones, JIS X 0208
    the Japanese ones. What two of them have is written so in both.
    """
    mainland, taiwan, japan = map(_encodable, ("gb2312", "big5hkscs", "cp932"))
    older = taiwan & _encodable("big5")
    return mainland - older - _BOTH, older - mainland, japan - mainland - taiwan


@cache
def rare_in_japanese() -> frozenset[str]:
    """Characters outside of the first level of JIS X 0208: older and Chinese forms among them."""
    every = "".join(map(chr, _IDEOGRAPHS))
    first = {c for c in _encodable("cp932") if b"\x88\x9f" <= c.encode("cp932") < b"\x98\x9f"}
    return frozenset(every) - first


def _encodable(codec: str) -> frozenset[str]:
    every = "".join(map(chr, _IDEOGRAPHS))
    return frozenset(every.encode(codec, "ignore").decode(codec))
