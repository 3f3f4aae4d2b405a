"""Is the text in the language it should be in? Says nothing when unsure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final, Protocol

from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext as Context
from copygen.quality.normalize import HAN, HANGUL, KANA, LATIN, OTHER, THAI
from copygen.quality.scripts import KANA as KANA_LETTER
from copygen.quality.scripts import (
    SCRIPTS,
    base,
    foreign_letters,
    is_latin,
    language_name,
    own_letters,
    own_scripts,
)

_GROUP_OF: Final = MappingProxyType(
    {"Hangul": HANGUL, "Hiragana": KANA, "Katakana": KANA, "Han": HAN, "Thai": THAI}
)
_LATIN_WORD: Final = re.compile(f"[{SCRIPTS['Latin']}'’]+")
_LEAST_SHARE: Final = 0.3
"""Of the letters that are no words of the item: brand names in Latin are part of Asian copy."""
_LEAST_LETTERS: Final = 6
_OWN_BESIDE_NAMES: Final = 2
_MOST_NAMES: Final = 3
"""Words in Latin letters that are taken for a name beside letters of the language:
`料金 - Mozilla VPN`."""
_LONG_HAN: Final = 12
"""Japanese of this many kanji has kana in it; a slogan of fewer may not."""
_PAIRS: Final = (
    "这這们們说說对對时時为為么麼从從产產东東车車书書马馬鱼魚鸟鳥门門问問间間还還发發让讓请請谢謝买買"
    "卖賣贵貴质質选選优優个個过過进進远遠运運关關开開见見视視觉覺观觀计計认認识識话話语語读讀写寫给給"
    "红紅绿綠细細纯純线線练練结結经經济濟实實际際电電热熱爱愛乐樂务務员員专專业業统統级級设設备備购購"
    "费費价價钱錢银銀铁鐵锁鎖镜鏡显顯丽麗润潤肤膚护護养養颜顏妆妝惊驚险險轻輕适適应應满滿独獨传傳艺藝"
    "儿兒无無边邊鲜鮮湿濕烧燒饭飯馆館饮飲飞飛头頭难難顾顧单單双雙处處够夠国國来來学學会會师師华華欢歡"
    "亲親乡鄉连連当當补補龙龍风風园園岁歲长長韩韓图圖样樣"
)
"""Common characters, simplified then traditional, of the Unihan variant tables."""
_SIMPLIFIED: Final = frozenset(_PAIRS[::2])
_TRADITIONAL: Final = frozenset(_PAIRS[1::2])
_SHARED_WITH_JAPANESE: Final = frozenset("国来学会双湿独当写")
"""Of the simplified ones, those Japanese writes in the same way."""
_WRONG: Final = MappingProxyType(
    {
        "ja": (_SIMPLIFIED - _SHARED_WITH_JAPANESE, "simplified Chinese"),
        "zh-Hant": (_SIMPLIFIED, "simplified Chinese"),
        "zh-Hans": (_TRADITIONAL, "traditional Chinese"),
    }
)
_LEAST_WORDS: Final = 4
_SURE: Final = 0.8
_UNLIKELY: Final = 0.05
_ALIKE: Final = ({"ms", "id"}, {"da", "nb", "no", "nn"}, {"hr", "sl"}, {"cs", "sk"}, {"fil", "tl"})
"""Languages that no detector can tell apart in a few words."""


# fmt: off
_DETECTED: Final = (
    "en", "ms", "id", "vi", "tl", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi",
    "pl", "cs", "sk", "hu", "ro", "tr", "hr", "ca", "sl", "et", "lv", "lt",
)
# fmt: on
_FUNCTION_WORDS: Final = MappingProxyType(
    {
        "en": "the and a an of for with your you our is are to from every by this",
        "ms": "yang dan untuk dengan di dari ini anda setiap kami pada adalah ke",
        "id": "yang dan untuk dengan di dari ini anda setiap kami pada adalah ke",
        "fr": "le la les des et de du pour avec votre vos une un est dans nos",
        "de": "der die das und für mit ihr ihre ein eine ist von aus zu im den",
        "es": "el la los las y de del para con su tu una un es en nuestra",
        "pt": "o os as e de do da para com seu sua uma um é em nossa",
        "it": "il lo la gli le e di del per con tuo tua una un è in nostra",
        "nl": "de het een en van voor met uw je is in onze op",
        "vi": "và của cho với là một những các bạn từ mỗi được trong",
    }
)
"""Words that a text in the language can hardly do without."""
_CLEARLY: Final = 0.15
"""Share of function words of a language from which a text is taken to be in it."""


class Detector(Protocol):
    """Tells Latin languages apart."""

    def __call__(self, text: str) -> Mapping[str, float]:
        """Tag → probability; they sum to 1."""
        ...


def script(context: Context) -> list[Violation]:
    """Letters of another script, or too few of the language's own.

    Latin words pass in every language, words of the item in every script.
    """
    language = context.language
    if language is None:
        return []
    text = context.text.original
    if text.isascii():
        return [] if is_latin(language) else _too_few(context, language)
    groups = context.text.groups
    if not _foreign_groups(language).isdisjoint(groups):
        for match in foreign_letters(language).finditer(text):
            known = match[0].casefold() in context.facts.folded.text
            if not known and not _ornament(language, match[0]):
                return [_foreign(match, language)]
    if is_latin(language):
        return _too_few(context, language)
    if (LATIN in groups or OTHER in groups) and (few := _too_few(context, language)):
        return few
    return _han(context, language)


@cache
def _foreign_groups(language: str) -> frozenset[int]:
    """The groups of scripts in which a letter that has no place in the language can be."""
    own = {_GROUP_OF[name] for name in own_scripts(language) if name in _GROUP_OF}
    return frozenset((HANGUL, KANA, HAN, THAI, OTHER)) - own


def _foreign(match: re.Match[str], language: str) -> Violation:
    name = next(
        (n for n, letters in SCRIPTS.items() if re.match(f"[{letters}]", match[0])), "other"
    )
    message = f"'{match[0]}' is {name} script in a text that should be in {language_name(language)}"
    fix = f"write the whole text in {language_name(language)}, without '{match[0]}'"
    return Violation("language.script", Severity.ERROR, message, match.span(), fix=fix)


def _ornament(language: str, letters: str) -> bool:
    """`の` between Chinese characters is a fashion, not a mistake."""
    return base(language) == "zh" and letters == "の"


def _too_few(context: Context, language: str) -> list[Violation]:
    text = context.text.original
    own = len(own_letters(language).findall(text))
    if is_latin(language):
        letters = sum(map(str.isalpha, text))
        enough = own >= _LEAST_SHARE * letters
    else:
        words = _LATIN_WORD.findall(text)
        known = context.facts.latin_words if words else ()
        words = [word for word in words if word.casefold() not in known]
        if own >= _OWN_BESIDE_NAMES and _are_names(words):
            return []
        letters = own + sum(map(len, words))
        enough = own >= _LEAST_SHARE * letters
    if letters < _LEAST_LETTERS or enough:
        return []
    message = f"{own} of {letters} letters are {language_name(language)}"
    fix = f"write it in {language_name(language)}; only names may stay in Latin letters"
    return [Violation("language.script", Severity.ERROR, message, fix=fix)]


def _are_names(words: Sequence[str]) -> bool:
    """Whether words may all be names: a few, with capitals, and no small words between them."""
    if len(words) > _MOST_NAMES or not all(any(map(str.isupper, word)) for word in words):
        return False
    return _function_words("en").isdisjoint(word.casefold() for word in words)


def _han(context: Context, language: str) -> list[Violation]:
    """Chinese for Japanese, simplified for traditional, and the other way round."""
    text = context.text.original
    wrong_chars, what = _WRONG.get(language, (frozenset[str](), ""))
    wrong = None
    if not wrong_chars.isdisjoint(text):
        # A name may be written in any way; one that the item has stays as it is there.
        known = context.facts.folded.text
        wrong = next((i for i, c in enumerate(text) if c in wrong_chars and c not in known), None)
    if wrong is not None:
        message = f"'{text[wrong]}' is {what} in a text that should be in {language_name(language)}"
        fix = f"write it in {language_name(language)}"
        return [Violation("language.script", Severity.ERROR, message, (wrong, wrong + 1), fix=fix)]
    if language == "ja" and not KANA_LETTER.search(text):
        han = len(own_letters("zh").findall(text))
        if han >= _LONG_HAN:
            message = f"{han} kanji and no kana: this may be Chinese"
            fix = "write it in Japanese"
            return [Violation("language.script", Severity.WARNING, message, fix=fix)]
    return []


def latin(context: Context, detect: Detector) -> list[Violation]:
    """Another language in Latin letters than the one asked for.

    Only for texts of a few words that are no names of the item, and only when the detector is
    sure of another language and all but rules out the right one.
    """
    language = context.language
    if language is None or not is_latin(language):
        return []
    words = _LATIN_WORD.findall(context.text.original)
    own = _function_words(language)
    if sum(1 for word in words if word.casefold() in own) >= _CLEARLY * len(words):
        return []
    # A word with a capital may be a name, and names are of every language.
    known = context.facts.latin_words
    words = [word for word in words if word.casefold() not in known]
    if sum(1 for word in words if word[0].islower()) < _LEAST_WORDS:
        return []
    likely = detect(" ".join(words))
    right = sum(share for tag, share in likely.items() if tag in _like(language))
    best = max(likely, key=likely.__getitem__)
    if likely[best] < _SURE or right > _UNLIKELY:
        return []
    message = f"this seems to be {language_name(best)}, not {language_name(language)}"
    return [
        Violation(
            "language.latin", Severity.ERROR, message, fix=f"write it in {language_name(language)}"
        )
    ]


@cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(_FUNCTION_WORDS.get(language, "").split())


@cache
def _like(language: str) -> frozenset[str]:
    near = next((group for group in _ALIKE if language in group), {language})
    return frozenset(near)


@cache
def open_detector() -> Detector:
    """The detector of Latin languages: half a second and some 90 MB, once per process."""
    # It has no stubs.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped]

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_DETECTED))

    def detect(text: str) -> Mapping[str, float]:
        return dict(identifier.rank(text))

    return detect
