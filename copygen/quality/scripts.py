"""Letters: of a script, of a language, and the forms of Chinese characters.

Which script a language is written in comes from CLDR (`languages`), which letters a script has
from Unicode, as the library `regex` knows it.
"""

import re
import unicodedata
from functools import cache
from types import MappingProxyType
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
KNOWN_LETTERS: Final = MappingProxyType(
    {
        "Arab": (
            "\u0610-\u061a\u0620-\u063f\u0641-\u064a\u0656-\u065f\u066e-\u066f"
            "\u0671-\u06d3\u06d5-\u06dc\u06df-\u06e8\u06ea-\u06ef\u06fa-\u06fc\u06ff"
            "\u0750-\u077f\u0870-\u0887\u0889-\u088f\u0897-\u08e1\u08e3-\u08ff"
            "\ufb50-\ufbb1\ufbd3-\ufd3d\ufd50-\ufd8f\ufd92-\ufdc7\ufdf0-\ufdfb"
            "\ufe70-\ufe74\ufe76-\ufefc"
        ),
        "Armn": "\u0531-\u0556\u0558-\u0559\u0560-\u0588\u058b-\u058c\ufb13-\ufb17",
        "Beng": (
            "\u0980-\u0983\u0985-\u098c\u098f-\u0990\u0993-\u09a8\u09aa-\u09b0\u09b2"
            "\u09b6-\u09b9\u09bc-\u09c4\u09c7-\u09c8\u09cb-\u09ce\u09d7\u09dc-\u09dd"
            "\u09df-\u09e3\u09f0-\u09f1\u09fc\u09fe"
        ),
        "Cyrl": (
            "\u0400-\u0481\u0483-\u0484\u0487-\u052f\u1c80-\u1c8a\u1d2b\u1d78"
            "\u2de0-\u2dff\ua640-\ua672\ua674-\ua67d\ua67f-\ua69f\ufe2e-\ufe2f"
        ),
        "Deva": "\u0900-\u0950\u0955-\u0963\u0971-\u097f\ua8e0-\ua8f7\ua8fb\ua8fd-\ua8ff",
        "Ethi": (
            "\u1200-\u1248\u124a-\u124d\u1250-\u1256\u1258\u125a-\u125d\u1260-\u1288"
            "\u128a-\u128d\u1290-\u12b0\u12b2-\u12b5\u12b8-\u12be\u12c0\u12c2-\u12c5"
            "\u12c8-\u12d6\u12d8-\u1310\u1312-\u1315\u1318-\u135a\u135d-\u135f"
            "\u1380-\u138f\u2d80-\u2d96\u2da0-\u2da6\u2da8-\u2dae\u2db0-\u2db6"
            "\u2db8-\u2dbe\u2dc0-\u2dc6\u2dc8-\u2dce\u2dd0-\u2dd6\u2dd8-\u2dde"
            "\uab01-\uab06\uab09-\uab0e\uab11-\uab16\uab20-\uab26\uab28-\uab2e"
        ),
        "Geor": (
            "\u10a0-\u10c5\u10c7\u10cd\u10d0-\u10fa\u10fc-\u10ff\u1c90-\u1cba"
            "\u1cbd-\u1cbf\u2d00-\u2d25\u2d27\u2d2d"
        ),
        "Grek": (
            "\u0370-\u0373\u0376-\u0377\u037a-\u037d\u037f\u0386\u0388-\u038a\u038c"
            "\u038e-\u03a1\u03a3-\u03e1\u03f0-\u03f5\u03f7-\u03ff\u1d26-\u1d2a"
            "\u1d5d-\u1d61\u1d66-\u1d6a\u1dbf\u1f00-\u1f15\u1f18-\u1f1d\u1f20-\u1f45"
            "\u1f48-\u1f4d\u1f50-\u1f57\u1f59\u1f5b\u1f5d\u1f5f-\u1f7d\u1f80-\u1fb4"
            "\u1fb6-\u1fbc\u1fbe\u1fc2-\u1fc4\u1fc6-\u1fcc\u1fd0-\u1fd3\u1fd6-\u1fdb"
            "\u1fe0-\u1fec\u1ff2-\u1ff4\u1ff6-\u1ffc\u2126\uab65"
        ),
        "Gujr": (
            "\u0a81-\u0a83\u0a85-\u0a8d\u0a8f-\u0a91\u0a93-\u0aa8\u0aaa-\u0ab0"
            "\u0ab2-\u0ab3\u0ab5-\u0ab9\u0abc-\u0ac5\u0ac7-\u0ac9\u0acb-\u0acd\u0ad0"
            "\u0ae0-\u0ae3\u0af9-\u0aff"
        ),
        "Guru": (
            "\u0a01-\u0a03\u0a05-\u0a0a\u0a0f-\u0a10\u0a13-\u0a28\u0a2a-\u0a30"
            "\u0a32-\u0a33\u0a35-\u0a36\u0a38-\u0a39\u0a3c\u0a3e-\u0a42\u0a47-\u0a48"
            "\u0a4b-\u0a4d\u0a51\u0a59-\u0a5c\u0a5e\u0a70-\u0a75"
        ),
        "Hang": (
            "\u1100-\u11ff\u302e-\u302f\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3"
            "\ud7b0-\ud7c6\ud7cb-\ud7fb\uffa0-\uffbe\uffc2-\uffc7\uffca-\uffcf"
            "\uffd2-\uffd7\uffda-\uffdc"
        ),
        "Hani": "\u3005\u303b\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufa6d\ufa70-\ufad9",
        "Hebr": (
            "\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7-\u05c9\u05d0-\u05ea"
            "\u05ef-\u05f2\ufb1d-\ufb28\ufb2a-\ufb36\ufb38-\ufb3c\ufb3e\ufb40-\ufb41"
            "\ufb43-\ufb44\ufb46-\ufb4f"
        ),
        "Hira": (
            "\u3031-\u3035\u303c\u3041-\u3096\u3099-\u309a\u309d-\u309f\u30fc\uff70\uff9e-\uff9f"
        ),
        "Kana": (
            "\u0305\u0323\u3031-\u3035\u303c\u3099-\u309a\u30a1-\u30fa\u30fc-\u30ff"
            "\u31f0-\u31ff\uff66-\uff9f"
        ),
        "Khmr": "\u1780-\u17d3\u17d7\u17dc-\u17dd",
        "Knda": (
            "\u0c80-\u0c83\u0c85-\u0c8c\u0c8e-\u0c90\u0c92-\u0ca8\u0caa-\u0cb3"
            "\u0cb5-\u0cb9\u0cbc-\u0cc4\u0cc6-\u0cc8\u0cca-\u0ccd\u0cd5-\u0cd6"
            "\u0cdc-\u0cde\u0ce0-\u0ce3\u0cf1-\u0cf3"
        ),
        "Laoo": (
            "\u0e81-\u0e82\u0e84\u0e86-\u0e8a\u0e8c-\u0ea3\u0ea5\u0ea7-\u0ebd"
            "\u0ec0-\u0ec4\u0ec6\u0ec8-\u0ece\u0edc-\u0edf"
        ),
        "Latn": (
            "A-Za-z\u00aa-\u00aa\u00ba-\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02b8"
            "\u02e0-\u02e4\u1d00-\u1d25\u1d2c-\u1d5c\u1d62-\u1d65\u1d6b-\u1d77"
            "\u1d79-\u1dbe\u1e00-\u1eff\u2071-\u2071\u207f-\u207f\u2090-\u209f"
            "\u212a-\u212b\u2132-\u2132\u214e-\u214e\u2183-\u2184\u2c60-\u2c7f"
            "\ua722-\ua787\ua78b-\ua7dd\ua7e2-\ua7e2\ua7f1-\ua7ff\uab30-\uab5a"
            "\uab5c-\uab64\uab66-\uab69\uab6c-\uab6d\ufb00-\ufb06\uff21-\uff3a"
            "\uff41-\uff5a"
        ),
        "Mlym": (
            "\u0d00-\u0d0c\u0d0e-\u0d10\u0d12-\u0d44\u0d46-\u0d48\u0d4a-\u0d4e"
            "\u0d54-\u0d57\u0d5f-\u0d63\u0d7a-\u0d7f"
        ),
        "Mong": "\u180b-\u180d\u180f\u1820-\u1878\u1880-\u18aa",
        "Mymr": (
            "\u1000-\u103f\u1050-\u108f\u109a-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe"
            "\uaa60-\uaa76\uaa7a-\uaa7f"
        ),
        "Sinh": (
            "\u0d81-\u0d83\u0d85-\u0d96\u0d9a-\u0db1\u0db3-\u0dbb\u0dbd\u0dc0-\u0dc6"
            "\u0dca\u0dcf-\u0dd4\u0dd6\u0dd8-\u0ddf\u0df2-\u0df3"
        ),
        "Taml": (
            "\u0b82-\u0b83\u0b85-\u0b8a\u0b8e-\u0b90\u0b92-\u0b95\u0b99-\u0b9a\u0b9c"
            "\u0b9e-\u0b9f\u0ba3-\u0ba4\u0ba8-\u0baa\u0bae-\u0bb9\u0bbe-\u0bc2"
            "\u0bc6-\u0bc8\u0bca-\u0bcd\u0bd0\u0bd7"
        ),
        "Telu": (
            "\u0c00-\u0c0c\u0c0e-\u0c10\u0c12-\u0c28\u0c2a-\u0c39\u0c3c-\u0c44"
            "\u0c46-\u0c48\u0c4a-\u0c4d\u0c55-\u0c56\u0c58-\u0c5a\u0c5c-\u0c5d"
            "\u0c60-\u0c63"
        ),
        "Thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
        "Tibt": (
            "\u0f00\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f47\u0f49-\u0f6c\u0f71-\u0f84"
            "\u0f86-\u0f97\u0f99-\u0fbc\u0fc6"
        ),
    }
)
"""Script → its letters and marks below U+10000, by Unicode: the library takes 20 ms of a start to
tell them. A test holds them to it."""
_BOTH: Final = frozenset("数删着")
"""Written so in Taiwan and Hong Kong, too, by hand or in older type."""
_IDEOGRAPHS: Final = range(0x4E00, 0xA000)


@cache
def letters(script: str) -> str:
    """The letters and marks of a script (ISO 15924), as the inside of a character class.

    Those of the first plane; empty where Unicode has none there.
    """
    known = KNOWN_LETTERS.get(script)
    return known if known is not None else unicode_letters(script)


def unicode_letters(script: str) -> str:
    """The same, as the library tells it: what is not written down is asked for."""
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
