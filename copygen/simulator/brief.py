"""What a request asks the simulator for: language, product, price, limits, named fields.

Read with a few patterns, not understood. What they do not find has a plain fallback, so that every
request gets a text.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from pydantic import RootModel

from copygen.documents import load_packaged
from copygen.models import JsonValue, Message
from copygen.quality.units import Unit, measure

_READ = 1000
"""Characters read at each end of a request, where instructions are: any request is read quickly."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """The wordings of one language, as `phrases.yaml` has them."""

    english_names: tuple[str, ...]
    own_names: tuple[str, ...]
    gap: str
    """Between two sentences."""
    colon: str
    stop: str
    worn_opening: str
    lines: tuple[str, ...]
    """About 10 to 30 characters beside the name."""
    short_lines: tuple[str, ...]
    sentences: tuple[str, ...]
    prices: tuple[str, ...]
    calls: tuple[str, ...]
    hashtags: tuple[str, ...]
    currencies: Mapping[str, str]
    """ISO 4217 code → how an amount in it is written."""


@lru_cache(maxsize=1)
def languages() -> Mapping[str, Phrases]:
    """The wordings of every language, by its code."""
    return load_packaged(RootModel[dict[str, Phrases]], "copygen.simulator", "phrases.yaml").root


@dataclass(frozen=True, slots=True)
class Limit:
    """The most a text may have of a unit."""

    number: int
    unit: Unit

    def holds(self, text: str) -> bool:
        """Whether the text is within it."""
        return measure(text, self.unit) <= self.number


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A key of the JSON object asked for."""

    name: str
    count: int | None
    """Texts in its list; None for a single text."""
    limits: tuple[Limit, ...]
    least: int
    """Units that the text has at least."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a request asks for."""

    language: str
    """A key of `languages()`."""
    name: str
    """What the text is about, in the words of the request."""
    price: str
    """With its currency in the words of the language; empty if none is given."""
    limits: tuple[Limit, ...]
    """Of a plain text."""
    fields: tuple[FieldAsked, ...]
    """Empty where a plain text is asked for."""
    corrections: int
    """How many answers were complained of before this one."""
    before: str = ""
    """The answers complained of."""
    avoid: tuple[str, ...] = ()
    """What complaints quoted, as `letters` has it: no text has it again."""

    def refuses(self, text: str) -> bool:
        """Whether a text was answered before, or has what was complained of."""
        if not self.corrections:
            return False
        return text in self.before or any(words in letters(text) for words in self.avoid)


def read_brief(messages: Sequence[Message], schema: Mapping[str, JsonValue] | None) -> Brief:
    """Read what a conversation asks for. The form of the answer is told by `schema` or in words;
    its last turn may complain of the answer before."""
    turns = _first_turns(messages)
    complaints = [one.content for one in messages[len(turns) :] if one.role == "user"]
    # Blank lines part the turns: the form of the answer, told in the first, ends with it.
    said = "\n\n".join(one.content for one in turns)
    text = _both_ends(_FORMAT.sub("", said))
    last = next((one.content for one in reversed(turns) if one.role == "user"), said)
    asked = _both_ends(_FORMAT.sub("", last))  # its keys stand in quotes, as a product may
    language = _named_language(text) or _script_language(text)
    return Brief(
        language=language,
        name=_name(asked),
        price=_price(asked, languages()[language]),
        limits=(*_limits(said), *_characters(said), *_limits("\n".join(complaints))),
        fields=_fields_asked(said, schema, complaints[-1] if complaints else ""),
        corrections=len(complaints),
        before="\n".join(one.content for one in messages[len(turns) :] if one.role != "user"),
        avoid=tuple(filter(None, map(letters, _QUOTED_FAULT.findall("\n".join(complaints))))),
    )


_COMPLAINS: Final = re.compile(r"\bcorrect exactly\b|\bcorrected text\b", re.IGNORECASE)
_QUOTED_FAULT: Final = re.compile(
    r"\b(?:take out|leave out|do not write|not(?: with)?) '([^\n]{1,80}?)'(?=$|[;,.\n])",
    re.IGNORECASE | re.MULTILINE,
)


def _first_turns(messages: Sequence[Message]) -> Sequence[Message]:
    """The conversation up to the first answer that was complained of."""
    for number, (answer, reply) in enumerate(pairwise(messages)):
        if answer.role == "assistant" and _COMPLAINS.search(reply.content):
            return messages[:number]
    return messages


def letters(text: str) -> str:
    """The letters, marks and digits of a text, casefolded: what a complaint quotes of it."""
    return "".join(char for char in text.casefold() if unicodedata.category(char)[0] in "LMN")


def _both_ends(text: str) -> str:
    return text if len(text) <= 2 * _READ else f"{text[:_READ]}\n{text[-_READ:]}"


# Language

_CODE: Final = re.compile(r"\bl(?:ang(?:uage)?|ocale)[\"']?\s*[:=]\s*[\"']?([a-z]{2})(?![a-z])")
# An English name alone is no wish: "Thai silk", "for Japanese residents", "in Thai baht".
_ASKS_BEFORE: Final = re.compile(
    r"\b(?:in|into)\s+(?:[a-z]+\s+){0,2}$|\bl(?:ang(?:uage)?|ocale)[\"']?\s*[:=]\s*[\"']?$"
)
_ASKS_AFTER: Final = re.compile(r"[ -](?:language|text|copy|translation|version)\b")
_CLAUSE_ENDS: Final = re.compile(
    r"\s*(?:$|[^\w\s]|\n|(?:for|and|with|within|at|of|only|using|as|that|about|by|to|on|please)\b)"
)


def _named_language(text: str) -> str | None:
    """The language asked for in words, the last one named."""
    folded = text.lower()
    known = languages()
    found = [(m.start(), m[1]) for m in _CODE.finditer(folded) if m[1] in known]
    for code, phrases in known.items():
        found += [(folded.rfind(own), code) for own in phrases.own_names if own in folded]
        for name in phrases.english_names:
            for match in re.finditer(name, folded):
                before = folded[max(0, match.start() - 32) : match.start()]
                asks = _ASKS_BEFORE.search(before) and _CLAUSE_ENDS.match(folded, match.end())
                if asks or _ASKS_AFTER.match(folded, match.end()):
                    found.append((match.start(), code))
    return max(found, default=(0, None))[1]


_SCRIPTS: Final = (("ja", r"[぀-ヿ]"), ("ko", r"[가-힣]"), ("th", r"[฀-๿]"), ("zh", r"[㐀-鿿]"))
_QUOTED: Final = re.compile(r"[“\"「『《]([^”\"」』》\n]{1,80})[”\"」』》]")
_MALAY: Final = frozenset(
    ("tulis", "tuliskan", "buat", "hasilkan", "untuk", "dengan", "yang", "dan", "anda", "iklan")
)


def _script_language(text: str) -> str:
    """The language a request is written in; quoted names do not count."""
    text = _QUOTED.sub(" ", text)
    latin = len(re.findall(r"[A-Za-z]", text))
    for code, letters_ in _SCRIPTS:
        # Japanese writes with Han letters, too, and any of these says as much as two Latin ones.
        if (count := len(re.findall(letters_, text))) and count * 2 > latin:
            return code
    return "ms" if len(_MALAY.intersection(text.lower().split())) > 2 else "en"


# Product and price

_NAME_LABEL: Final = re.compile(
    r"(?:\b(?:product|item|name|title|brand|shop|produk|nama)|商品名?|製品名?|产品名?|สินค้า|ชื่อ|상품명?|제품명?)"
    r"[\"']?\s{0,3}[:：=]\s{0,3}[\"“「']?([^\n\"”」;；|]{1,120})",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(
    r"\b(?:for|about|of|untuk)\s+((?:(?:an?|the|our)\s+)?[A-Z0-9\u00c0-\U0010ffff][^\n.,:;!?()]{1,60}?)"
    r"(?=\s*(?:$|[\n.,:;!?()]|\b(?:at|in|with|that|by|to)\b))"
)
_PRICE_LABEL: Final = r"(?:\bprice|\bharga|価格|値段|价格|价格|售价|ราคา|가격)"
_CURRENCIES: Final = {
    "THB": r"THB|baht|บาท|バーツ|泰铢|바트|฿",
    "JPY": r"JPY|yen|円|日元|엔",
    "USD": r"USD|dollars?|ドル|美元|달러|\$",
    "MYR": r"MYR|ringgit|RM|令吉",
    "CNY": r"CNY|yuan|元|위안",
    "KRW": r"KRW|won|ウォン|원",
    "EUR": r"EUR|euros?|ユーロ|欧元|유로|€",
}
_SIGN: Final = "|".join(_CURRENCIES.values())
_AMOUNT: Final = r"\d[\d.,]{0,15}(?<![.,])"
_PRICE: Final = re.compile(
    rf"(?P<before>{_SIGN})\s?(?P<first>{_AMOUNT})|(?P<last>{_AMOUNT})\s?(?P<after>{_SIGN})",
    re.IGNORECASE,
)
_BARE_PRICE: Final = re.compile(rf"{_PRICE_LABEL}\D{{0,3}}({_AMOUNT})", re.IGNORECASE)


def _name(text: str) -> str:
    """The value of a label, else a quotation, else what "for ..." names, else the beginning."""
    for pattern in (_NAME_LABEL, _QUOTED, _ABOUT):
        if (match := pattern.search(text)) and (name := match[1].split(". ")[0].strip(" .。")):
            return shorten(name, 120)
    lines = (line.strip(" .。!?！？\"'") for line in text.split("\n"))
    return shorten(next(filter(None, lines), "…"), 40)


def _price(text: str, phrases: Phrases) -> str:
    if match := _PRICE.search(text):
        amount, sign = match["first"] or match["last"], match["before"] or match["after"]
        code = next(c for c, p in _CURRENCIES.items() if re.fullmatch(p, sign, re.IGNORECASE))
        return phrases.currencies[code].format(amount=amount)
    bare = _BARE_PRICE.search(text)
    return bare[1] if bare else ""


def shorten(text: str, room: int) -> str:
    """The beginning of `text` of at most `room` characters: whole words where there are any, never
    part of a number, never a letter without its marks."""
    if len(text) <= room:
        return text
    end = room
    while end and unicodedata.category(text[end]).startswith("M"):
        end -= 1
    words, space, _ = text[: end + 1].rpartition(" ")
    kept = words if space else text[:end]
    if text[len(kept) : len(kept) + 1].isdigit():
        kept = kept.rstrip("0123456789.,")
    return kept.rstrip() or "…"


# Limits and form

_UNITS: Final = {unit.noun.removesuffix("s").lower(): unit for unit in reversed(Unit)}
_UNIT: Final = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_STATED: Final = (
    re.compile(rf"\bat most ([\d,]{{1,12}}) ({_UNIT})s?\b", re.IGNORECASE),
    re.compile(rf"\b[\d,]{{1,12}} of ([\d,]{{1,12}}) ({_UNIT})s?\b", re.IGNORECASE),
)
_CHARACTERS: Final = re.compile(
    r"(?<![\d.,])(\d[\d,]{0,11})\s?-?\s?"
    r"(?:(?:char(?:acter)?s?|letters?|aksara|huruf)\b|文字|(?:个|個)?字|ตัวอักษร|อักษร|글자|자)",
    re.IGNORECASE,
)
_LEAST_BEFORE: Final = re.compile(
    r"(?:at least|minimum|no (?:less|fewer) than|more than|อย่างน้อย|至少|最少|sekurang|최소)"
    r"\D{0,6}$",
    re.IGNORECASE,
)
_LEAST_AFTER: Final = re.compile(r"以上|이상|or more", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"\bat least ([\d,]{1,12})(?! ?(?:texts|more))", re.IGNORECASE)
_FORMAT: Final = re.compile(
    r"Reply with (?:one|a) JSON object\b.*?(?=\n\s*\n|\Z)", re.DOTALL | re.IGNORECASE
)
_KEY: Final = re.compile(r'^[-*]\s*"(?P<name>[\w-]{1,64})":\s*(?P<words>.*)$', re.MULTILINE)
_COUNTS: Final = (
    re.compile(r"\bexactly (\d{1,3}|one)\b", re.IGNORECASE),
    re.compile(r"\b\d{1,3} to (\d{1,3}) texts\b", re.IGNORECASE),
)
_LIST: Final = re.compile(r"\b(?:a list of|an array of)\b", re.IGNORECASE)
_ONLY: Final = re.compile(r'has only ((?:"[\w-]{1,64}"(?:, | and )?)+)', re.IGNORECASE)


def _limits(words: str) -> list[Limit]:
    """Limits asked for (`at most 30 width units`), or told (`34 of 30 width units`)."""
    found = [m for pattern in _STATED for m in pattern.finditer(words)]
    limits = [Limit(_number(m[1]), _UNITS[m[2].lower()]) for m in found]
    return [limit for limit in limits if limit.number]


def _characters(words: str) -> Iterator[Limit]:
    """Limits in characters, as people write them: `within 30 characters`, `30文字以内`."""
    for match in _CHARACTERS.finditer(words):
        before = words[max(0, match.start() - 24) : match.start()]
        least = _LEAST_BEFORE.search(before) or _LEAST_AFTER.match(words, match.end())
        if not least and (number := _number(match[1])):
            yield Limit(number, Unit.CODEPOINTS)


def _number(digits: str) -> int:
    return int(digits.replace(",", "") or 0)


def _fields_asked(
    said: str, schema: Mapping[str, JsonValue] | None, complaint: str
) -> tuple[FieldAsked, ...]:
    told = {
        key["name"]: key["words"]
        for block in _FORMAT.finditer(said)
        for key in _KEY.finditer(block[0])
    }
    properties = schema.get("properties") if schema else None
    if isinstance(properties, dict):
        shapes = {name: one if isinstance(one, dict) else {} for name, one in properties.items()}
        return tuple(
            _field(name, str(shape.get("description") or told.get(name, "")), shape)
            for name, shape in shapes.items()
        )
    only = _ONLY.search(complaint)
    again = set(re.findall(r'"([\w-]+)"', only[1])) if only else set(told)
    return tuple(_field(name, words, None) for name, words in told.items() if name in again)


def _field(name: str, words: str, shape: Mapping[str, JsonValue] | None) -> FieldAsked:
    listed = bool(_LIST.search(words)) if shape is None else shape.get("type") == "array"
    said = next((m[1].lower() for pattern in _COUNTS if (m := pattern.search(words))), "")
    least = (shape or {}).get("minItems")
    count = int(said) if said.isdigit() else 1 if said else least if type(least) is int else 3
    at_least = _AT_LEAST.search(words)
    return FieldAsked(
        name=name,
        count=min(max(count, 1), 100) if listed else None,
        limits=tuple(_limits(words)),
        least=_number(at_least[1]) if at_least else 0,
    )
