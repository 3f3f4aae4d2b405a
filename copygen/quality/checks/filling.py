"""What a reply leaves open, and what it makes up in words: blanks, numbers and shares.

The names of blanks, the number words and the phrases for shares of a price are data, in the files
of `copygen.quality.phrases`.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from types import MappingProxyType
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import Places
from copygen.quality.phrases import (
    PhraseIndex,
    PhraseReader,
    Said,
    folded,
    number_values,
    phrases_of,
    speech,
)
from copygen.quality.quantities import Quantity

_BRACKETS: Final = re.compile(
    r"\[(?P<square>[^\[\]\n]{1,60})\]|\{(?P<curly>[^{}\n]{1,60})\}|<(?P<angle>[^<>/\n]{2,60})>"
    r"|【(?P<heading>[^】\n]{1,40})】|〔(?P<shell>[^〕\n]{1,40})〕|\((?P<round>[^()\n]{2,40})\)"
)
_SIGNS: Final = re.compile(
    r"(?<![A-Za-z0-9_])_{3,}(?![A-Za-z0-9_])"  # ____
    r"|[〇○◯]{2,}|[△□●]{2,}|某某"
    r"|(?<![A-Za-z\d])[xX×]{2,4}(?=[\u3040-\u9fff\uac00-\ud7a3])"  # XX店
    r"|(?<=[\u3040-\u9fff])[xX×]{2,4}(?![A-Za-z])"
    r"|(?<![A-Za-z])[O○]{2,3}(?=[\uac00-\ud7a3])"  # OO님
    r"|[@#][xX]{3,}(?!\w)|[$€£¥฿]\s?[xX]{2,}(?!\w)|(?<!\w)[xX]{2,}\s?(?:%|€|฿|บาท|円|元|원)"
    r"|[@#](?:your|my)(?:brand|shop|store|name|company|handle)\w*"
    r"|\b(?:www\.)?(?:your|my)[-_]?(?:brand|shop|store|website|company|site|domain|link)\.\w{2,4}\b"
    r"|\bwww\.(?:your|ihre?|deine?|votre|tu|su|seu|tuo|uw|jouw|din|ditt?|twoj|tvuj|vas|vash|toko|kedai)"
    r"[-\w]{0,20}\.\w{2,4}\b"
    r"|\b(?:www\.)?example\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_CAPITAL: Final = "A-ZÀ-ÞĀ-ŽА-ЯЁІЇЄҐΑ-Ω"
_CAPITALS: Final = re.compile(rf"(?:[{_CAPITAL}]{{2,}}[ ]?){{1,4}}(?<=[{_CAPITAL} ]{{9}})")
"""Nine capitals or more: `VOTRE ENSEIGNE`, `BUTIKSNAMN`."""
_MANY_CAPITALS: Final = re.compile(f"[{_CAPITAL} ]{{9}}")
_OPENING: Final = re.compile(r"[\[{<【〔(]")
"""Most texts have neither: to look for them costs a tenth of looking for the whole patterns."""
_RULE: Final = re.compile(r"(?m)^[\s_]+$")
_NAMES_SOMETHING: Final = (
    *("名", "名称", "名稱", "リンク", "链接", "連結", "링크", "명", "url", "name"),
)
"""Ends of blanks that no heading of a listing has: 【素材】綿100% is one."""
_COVERED: Final = 0.5
"""Share of what stands in brackets that has to be the name of a blank."""
_NEAR: Final = 30
_HAN: Final = "一二三四五六七八九十百千万萬两兩"
# From the first of a run only: 16 000 such signs would be read from each of them.
_HAN_NUMBER: Final = re.compile(
    rf"[{_HAN}](?:(?<![{_HAN}].)[{_HAN}]++(?=[年人名種种色時时日回個个本件款家位層层道])"
    r"|(?<=[百千])(?=年))"
)
_HAN_DIGITS: Final = MappingProxyType(
    dict(zip("一二两兩三四五六七八九", (1, 2, 2, 2, *range(3, 10)), strict=True))
)
_HAN_TENS: Final = MappingProxyType({"十": 10, "百": 100, "千": 1000})
_HAN_GREAT: Final = frozenset("万萬")
_COUNTS: Final = re.compile(r"[ -][^\W\d_]")
_SMALL: Final = 10
_MULTIPLE: Final = 1000
"""From here a number word alone says `many`; with another before it, it is a number."""
_SOLD: Final = ("%", "折", "割", "off", "discount", "sale", "rabatt", "ลด", "할인")
"""In an item they mean that it has a reduction of its own, however a text calls it."""


class FillingCheck:
    """The check of what is left open or made up in words, in the languages of a run's texts."""

    def __init__(self, reader: PhraseReader, kept: Container[str], *, numbers: bool) -> None:
        """`kept` are placeholders that are meant to be there; without `numbers` blanks only."""
        self._reader = reader
        self._kept = kept
        self._numbers = numbers

    def violations(self, context: CheckContext) -> Iterator[Violation]:
        """Blanks, and where they are checked numbers and shares in words that the item has not."""
        said = self._reader.read(context.text, context.language)
        yield from self._blanks(context, said)
        if self._numbers:
            yield from _shares(context, said)
            if context.language is not None and len(said.tags) == 1:
                yield from _number_words(context, said.tags[0], said)

    def _blanks(self, context: CheckContext, said: Said) -> Iterator[Violation]:
        text, original = context.text, context.text.original
        if "sign" in said.kinds:
            for found in _SIGNS.finditer(original):
                if not _RULE.fullmatch(original, *_line(original, found.start())):
                    yield _blank(context, *found.span())
                    return
        meant = Places((one.start, one.end) for one in context.placeholders)
        for found in _BRACKETS.finditer(text.text) if _OPENING.search(text.text) else ():
            if context.placeholders and meant.touch(*text.span(*found.span())):
                continue
            words = found[found.lastgroup or 0].strip()
            is_known = words in context.facts.folded.text or words in self._kept
            if (
                not is_known
                and found[0] not in self._kept
                and _is_blank(words, found, _blank_index(said.tags))
            ):
                yield _blank(context, *text.span(*found.span()))
                return
        if _MANY_CAPITALS.search(original) and not original.isupper():
            for found in _CAPITALS.finditer(original):
                blanks = _blank_index(said.tags).find(folded(found[0])).found("blank")
                if any(end - start >= _COVERED * len(found[0]) for start, end in blanks):
                    yield _blank(context, *found.span())
                    return
        for start, end in said.found("insert"):
            behind = text.text[end : end + _NEAR]
            if " " in text.text[start:end] and _blank_index(said.tags).find(behind).found("blank"):
                yield _blank(context, *text.span(start, end))
                return


def _is_blank(words: str, bracket: re.Match[str], index: PhraseIndex) -> bool:
    """Whether what stands in those brackets names what should stand there."""
    kind = bracket.lastgroup
    if kind == "curly":  # in plain letters they are `leftovers.placeholder`
        return not words.isascii()
    said = index.find(folded(words))
    longest = max((end - start for start, end in said.found("blank")), default=0)
    inserts = said.are_within("insert", 0, len(words))
    if kind == "round":
        return longest == len(words) or (inserts and longest > 0)
    if kind == "heading":
        return inserts or (longest >= _COVERED * len(words) and words.endswith(_NAMES_SOMETHING))
    if kind == "square" and said.at("insert", 0):
        return True  # `[Check with legal]`
    return longest >= _COVERED * len(words) or (inserts and longest > 0)


def _blank(context: CheckContext, start: int, end: int) -> Violation:
    words = context.text.original[start:end]
    message = f"'{words}': a blank that nobody has filled in"
    fix = f"leave out '{words}', or write what it stands for"
    return Violation("leftovers.blank", Severity.ERROR, message, (start, end), fix=fix)


def _shares(context: CheckContext, said: Said) -> Iterator[Violation]:
    """Half the price and nine in ten, of an item that has no reduction and no such figure."""
    for start, end in said.found("share"):
        item = context.facts.folded.text
        words = context.text.text[start:end]
        if words not in item and not any(sign in item for sign in _SOLD):
            span = context.text.span(start, end)
            shown = context.text.original[slice(*span)]
            message = f"the share '{shown}' is not in the item"
            fix = f"take out '{shown}'"
            yield Violation("grounding.share", Severity.ERROR, message, span, fix=fix)
            return


def _number_words(context: CheckContext, tag: str, said: Said) -> Iterator[Violation]:
    """Numbers in words: below ten they stand in idioms, and count with some nouns only."""
    text = context.text
    found = _composed(said.text, said.found("number"), number_values(tag), _counted(tag))
    if tag in ("ja", "zh"):
        found += [(*one.span(), _han_value(one[0])) for one in _HAN_NUMBER.finditer(text.text)]
    for start, end, value in found:
        span = text.span(start, end)
        shown = text.original[slice(*span)]
        if not context.facts.grounds(Quantity(span, shown, (Decimal(value),))):
            message = f"the number '{shown}' is not in the item"
            fix = f"take out '{shown}', or use a figure the item gives"
            yield Violation("grounding.words", Severity.ERROR, message, span, fix=fix)


def _composed(
    text: str, hits: Iterable[tuple[int, int]], values: Mapping[str, int], counted: tuple[str, ...]
) -> list[tuple[int, int, int]]:
    """Number words with those right behind them: `ten thousand`, `einhundert fünfzig`."""
    found: list[tuple[int, int, int]] = []
    for start, end in sorted(set(hits)):
        value = values[text[start:end]]
        if found and text[found[-1][1] : start].strip(" -") == "":
            first, _, before = found.pop()
            both = before * value if value > before else before + value
            found.append((first, end, both))
        else:
            found.append((start, end, value))
    return [one for one in found if _is_claim(text, *one, counted)]


def _is_claim(text: str, start: int, end: int, value: int, counted: tuple[str, ...]) -> bool:
    """Whether a number in words says how many of something there are.

    Below ten only of years, generations and the like; a word above a thousand alone is `many`, and
    what nothing follows is an hour: `until ten.`
    """
    if value < _SMALL:
        return text.startswith(counted, end + 1) if counted else False
    return _COUNTS.match(text, end) is not None and (value < _MULTIPLE or " " in text[start:end])


def _han_value(digits: str) -> int:
    """The number that Chinese numerals write, up to thousands of ten thousands."""
    total = section = digit = 0
    for char in digits:
        if char in _HAN_GREAT:
            total += max(1, section + digit) * 10_000
            section = digit = 0
        elif (tens := _HAN_TENS.get(char)) is not None:
            section += max(1, digit) * tens
            digit = 0
        else:
            digit = _HAN_DIGITS[char]
    return total + section + digit


def _line(text: str, at: int) -> tuple[int, int]:
    end = text.find("\n", at)
    return text.rfind("\n", 0, at) + 1, len(text) if end < 0 else end


@cache
def _blank_index(tags: tuple[str, ...]) -> PhraseIndex:
    return PhraseIndex({"blank": phrases_of(tags, "blank")}, {"insert": phrases_of(tags, "insert")})


@cache
def _counted(tag: str) -> tuple[str, ...]:
    return tuple(map(folded, speech(tag).counted))
