"""Which language a prompt is written in, and which one it asks for."""

import re
from collections.abc import Iterator, Mapping

_ENGLISH_NAMES: Mapping[str, str] = {
    "english": "en",
    "japanese": "ja",
    "thai": "th",
    "malay": "ms",
    "chinese": "zh",
    "mandarin": "zh",
    "korean": "ko",
}
_OWN_NAMES: Mapping[str, str] = {
    word: code
    for code, words in {
        "en": "英語|英语|英文|ภาษาอังกฤษ|bahasa inggeris|영어",
        "ja": "日本語|日语|日文|日語|ภาษาญี่ปุ่น|bahasa jepun|일본어",
        "th": "ภาษาไทย|タイ語|泰语|泰文|泰語|bahasa thai|태국어",
        "ms": "bahasa melayu|bahasa malaysia|マレー語|马来语|马来文|ภาษามลายู|ภาษามาเลย์|말레이어",
        "zh": "中文|中国語|汉语|漢語|华语|華語|简体|簡體|繁体|繁體|ภาษาจีน|bahasa cina|중국어",
        "ko": "한국어|한글|韓国語|韩语|韩文|韓文|韓語|ภาษาเกาหลี|bahasa korea",
    }.items()
    for word in words.split("|")
}
_NAME = re.compile("|".join((*_ENGLISH_NAMES, *_OWN_NAMES)))
_CODE = re.compile(r"\bl(?:ang(?:uage)?|ocale)[\"']?\s*[:=]\s*[\"']?(en|ja|th|ms|zh|ko)(?![a-z])")

# an English name is no wish by itself: "Thai silk", "for Japanese residents", "in Thai baht" and
# "in a Chinese kitchen" speak of something else
_ASKS_BEFORE = re.compile(
    r"\b(?:in|into)\s+(?:[a-z]+\s+){0,2}$|\bl(?:ang(?:uage)?|ocale)[\"']?\s*[:=]\s*[\"']?$"
)
_ASKS_AFTER = re.compile(r"[ -](?:language|text|copy|translation|version)\b")
_CLAUSE_ENDS = re.compile(
    r"\s*(?:$|[^\w\s]|\n|(?:for|and|with|within|at|of|only|using|as|that|about|by|to|on|please"
    r"|language|text|copy|script|no|up|max|under)\b)"
)


def named_language(text: str) -> str | None:
    """The code of the language asked for in words, the last one named; None for no word of it."""
    folded = text.lower()
    return max(_named(folded), default=(0, None))[1]


def _named(folded: str) -> Iterator[tuple[int, str | None]]:
    for match in _CODE.finditer(folded):
        yield match.start(), match[1]
    for match in _NAME.finditer(folded):
        own = _OWN_NAMES.get(match[0])
        if own or _is_asked(folded, match.start(), match.end()):
            yield match.start(), own or _ENGLISH_NAMES[match[0]]


def _is_asked(folded: str, start: int, end: int) -> bool:
    if _ASKS_AFTER.match(folded, end):
        return True
    before = folded[max(0, start - 32) : start]
    return bool(_ASKS_BEFORE.search(before) and _CLAUSE_ENDS.match(folded, end))


_QUOTED = re.compile(r"[“\"「『《][^”\"」』》\n]{1,80}[”\"」』》]")
_MALAY = frozenset(
    {"tulis", "tuliskan", "buat", "hasilkan", "untuk", "dengan", "yang", "dan", "anda", "ayat"}
    | {"iklan", "tidak", "melebihi", "aksara", "harga", "produk", "sila", "pada", "dalam"}
)
_MALAY_WORDS_NEEDED = 3
_DENSITY = 2  # a kana, Han or Hangul character says about as much as two letters


def script_language(text: str) -> str:
    """The code of the language a text is written in, by its script; quoted names don't count."""
    text = _QUOTED.sub(" ", text)
    code = "en" if text.isascii() else _prevailing(text)
    if code == "en" and len(_MALAY.intersection(text.lower().split())) >= _MALAY_WORDS_NEEDED:
        return "ms"
    return code


def _prevailing(text: str) -> str:
    kana = len(re.findall(r"[\u3040-\u30ff]", text))
    han = len(re.findall(r"[\u3400-\u9fff]", text))
    weights = {
        "en": len(re.findall(r"[A-Za-z]", text)),
        "ja": (kana + han) * _DENSITY if kana else 0,
        "zh": 0 if kana else han * _DENSITY,
        "ko": len(re.findall(r"[\uac00-\ud7a3]", text)) * _DENSITY,
        "th": len(re.findall(r"[\u0e00-\u0e7f]", text)),
    }
    return max(weights, key=lambda code: weights[code])
