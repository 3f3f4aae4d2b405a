"""Scripts and languages: which letters a language is written with, and what people call it."""

import re
import unicodedata
from functools import cache
from types import MappingProxyType
from typing import Final

from copygen.documents import nearest

SCRIPTS: Final = MappingProxyType(
    {
        "Latin": "A-Za-zÀ-ÖØ-öø-ɏḀ-ỿＡ-Ｚａ-ｚ",
        "Thai": "\u0e01-\u0e3a\u0e40-\u0e4e",
        "Han": "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
        "Hiragana": "\u3041-\u309f",
        "Katakana": "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f",
        "Hangul": "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7a3",
        "Cyrillic": "\u0400-\u052f",
        "Greek": "\u0370-\u03ff\u1f00-\u1fff",
        "Arabic": "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f",
        "Hebrew": "\u0591-\u05f4",
        "Devanagari": "\u0900-\u0963\u0970-\u097f",
        "Bengali": "\u0980-\u09e3",
        "Tamil": "\u0b80-\u0be5",
        "Lao": "\u0e81-\u0ecd\u0edc-\u0edf",
        "Khmer": "\u1780-\u17d3",
        "Myanmar": "\u1000-\u103f\u104c-\u109f",
    }
)
"""Script → letters and marks, as the inside of a character class (Unicode Scripts.txt)."""

_OWN: Final = MappingProxyType(
    {
        "th": ("Thai",),
        "ja": ("Hiragana", "Katakana", "Han"),
        "zh": ("Han",),
        "ko": ("Hangul",),
        "lo": ("Lao",),
        "km": ("Khmer",),
        "my": ("Myanmar",),
        "ru": ("Cyrillic",),
        "uk": ("Cyrillic",),
        "el": ("Greek",),
        "ar": ("Arabic",),
        "fa": ("Arabic",),
        "he": ("Hebrew",),
        "hi": ("Devanagari",),
        "bn": ("Bengali",),
        "ta": ("Tamil",),
    }
)
# fmt: off
_LATIN_LANGUAGES: Final = frozenset((
    "en", "ms", "id", "vi", "fil", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "nb", "fi",
    "pl", "cs", "sk", "hu", "ro", "tr", "hr", "sl", "et", "lv", "lt", "ca",
))
# fmt: on
_ALSO: Final = MappingProxyType({"ko": ("Han",)})
"""Scripts a language borrows from in ordinary copy."""

_NAMES: Final = MappingProxyType(
    {
        "thai": "th", "ไทย": "th", "ภาษาไทย": "th",
        "japanese": "ja", "日本語": "ja",
        "chinese": "zh", "simplified chinese": "zh-Hans", "traditional chinese": "zh-Hant",
        "中文": "zh", "简体中文": "zh-Hans", "繁體中文": "zh-Hant", "mandarin": "zh",
        "zh-cn": "zh-Hans", "zh-sg": "zh-Hans", "zh-tw": "zh-Hant", "zh-hk": "zh-Hant",
        "zh-hans": "zh-Hans", "zh-hant": "zh-Hant",
        "korean": "ko", "한국어": "ko",
        "english": "en", "malay": "ms", "bahasa melayu": "ms", "bahasa malaysia": "ms",
        "indonesian": "id", "bahasa indonesia": "id", "vietnamese": "vi", "tiếng việt": "vi",
        "tagalog": "fil", "filipino": "fil", "tl": "fil",
        "french": "fr", "français": "fr", "german": "de", "deutsch": "de", "spanish": "es",
        "español": "es", "portuguese": "pt", "português": "pt", "italian": "it",
        "italiano": "it", "dutch": "nl", "nederlands": "nl", "swedish": "sv", "danish": "da",
        "norwegian": "nb", "no": "nb", "nn": "nb", "finnish": "fi", "polish": "pl",
        "czech": "cs", "slovak": "sk", "hungarian": "hu", "romanian": "ro", "turkish": "tr",
        "croatian": "hr", "slovenian": "sl", "estonian": "et", "latvian": "lv",
        "lithuanian": "lt", "catalan": "ca", "lao": "lo", "khmer": "km", "burmese": "my",
        "russian": "ru", "русский": "ru", "ukrainian": "uk", "greek": "el", "arabic": "ar",
        "العربية": "ar", "persian": "fa", "hebrew": "he", "hindi": "hi", "हिन्दी": "hi",
        "bengali": "bn", "tamil": "ta",
    }
)  # fmt: skip


@cache
def language_tag(name: str) -> str | None:
    """`Thai`, `th`, `th-TH`, `ภาษาไทย` → `th`; None for what names no known language.

    Chinese keeps its script where it is told: `zh-TW` → `zh-Hant`.
    """
    word = unicodedata.normalize("NFKC", name).strip().casefold().replace("_", "-")
    if word in _NAMES:
        return _NAMES[word]
    primary = word.split("-")[0]
    primary = _NAMES.get(primary, primary)
    return primary if primary in _OWN or primary in _LATIN_LANGUAGES else None


def known_tag(name: str) -> str:
    """As `language_tag`. Raises ValueError for what names no known language, with the nearest."""
    tag = language_tag(name)
    if tag is not None:
        return tag
    problem = f"names no language that is known here: '{name}'"
    if near := nearest(name.casefold(), [known for known in _NAMES if len(known) > 3]):
        raise ValueError(f"{problem} (did you mean '{near.title()}'?)")
    raise ValueError(f"{problem}. Write it as th, Japanese or zh-TW")


@cache
def language_name(tag: str) -> str:
    """`th` → `Thai`."""
    name = next((name for name, known in _NAMES.items() if known == tag and len(name) > 3), tag)
    return name.title()


def base(tag: str) -> str:
    """`zh-Hant` → `zh`."""
    return tag.split("-")[0]


def is_latin(tag: str) -> bool:
    """Whether the language is written in Latin letters."""
    return base(tag) in _LATIN_LANGUAGES


def own_scripts(tag: str) -> tuple[str, ...]:
    """The scripts a text in that language is made of."""
    return _OWN.get(base(tag), ("Latin",))


@cache
def own_letters(tag: str) -> re.Pattern[str]:
    """One letter of the language's own scripts."""
    return re.compile(f"[{''.join(SCRIPTS[name] for name in own_scripts(tag))}]")


@cache
def foreign_letters(tag: str) -> re.Pattern[str]:
    """Two letters or more of a script that has no place in the language. Latin has: brands.

    One alone is a symbol or an ornament: `α`, `福`.
    """
    known = {*own_scripts(tag), *_ALSO.get(base(tag), ()), "Latin"}
    others = "".join(letters for name, letters in SCRIPTS.items() if name not in known)
    return re.compile(f"[{others}]{{2,}}")


LATIN_LETTER: Final = re.compile(f"[{SCRIPTS['Latin']}]")
KANA: Final = re.compile(f"[{SCRIPTS['Hiragana']}{SCRIPTS['Katakana']}]")
UNSPACED: Final = re.compile(
    "[" + "".join(SCRIPTS[s] for s in ("Thai", "Lao", "Khmer", "Myanmar", "Han", "Hiragana"))
    + SCRIPTS["Katakana"] + "]"
)  # fmt: skip
"""A letter of a script that is written without spaces between words."""
