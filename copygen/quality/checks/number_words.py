"""Numbers and shares in words that the item does not have: `ten thousand`, `half price`, `二年`.

The number words, what they count and the phrases for shares are data, in the files of
`copygen.quality.phrases`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext
from copygen.quality.phrases import (
    Said,
    counted_by,
    number_runs,
    number_values,
    plain_number,
    spans_of,
)
from copygen.quality.quantities import HAN_NUMERALS, Quantity, han_value

# From the first of a run only: 16 000 such signs would be read from each of them. One sign alone
# stands in idioms (`三日月`, `四季`): with a time it counts, or what it is for.
_HAN_NUMBER: Final = re.compile(
    rf"[{HAN_NUMERALS}](?:(?<![{HAN_NUMERALS}].)[{HAN_NUMERALS}]++"
    r"(?=[年人名種种色時时日回個个本件款家位層层道]|小[时時])|(?<=[百千])(?=年)"
    rf"|(?<![{HAN_NUMERALS}].)(?<=[二三四五六七八九十两兩])"
    r"(?=年(?![如级級生前後来來])|[かヶカ箇个個]月|週間|日間|時間|倍|世代|代(?:目|にわた|続|人|传|傳|匠|相)"
    r"|日(?:かけ|以内|で[仕届完]|もつ|続く)|小[时時]|天[内质到发]|周[内见]|[层層]|道[工程]|回[洗塗]"
    r"|[つ个個]星|星[级級]|人(?:用|前|[分份]|掛け)|名様)"
    r"|(?<![^の、。 ].)(?<=[二三四五六七八九十])(?=割[がの以]))"
)
_EVERY: Final = re.compile(
    r"(?:\b(?:every|all|alle|toutes les|tous les|cada|ogni|a cada|varje|hver|joka|každ\w+|minden|"
    r"la fiecare|на всеки|κάθε|кажд\w+|кожн\w+|svak\w+|сваки\w*|vsak\w+|kas|ik|iga|her|tiap|setiap|"
    r"mỗi|om de|हर|כל|كل|هر)\s|ทุก ?|毎|每|매 ?)$"
)
"""Words before a number that make it how often, not how many: `every two hours`."""
_COUNTS: Final = re.compile(r"[ -][^\W\d_]")
_SMALL: Final = 10
_MULTIPLE: Final = 1000
"""From here a number word alone says `many`; with another before it, it is a number."""
_SOLD: Final = ("%", "折", "割", "off", "discount", "sale", "rabatt", "ลด", "할인")
"""In an item they mean that it has a reduction of its own, however a text calls it."""


def shares(context: CheckContext, said: Said) -> Iterator[Violation]:
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


def number_words(context: CheckContext, tag: str, said: Said) -> Iterator[Violation]:
    """Numbers in words: below ten they stand in idioms, and count with some nouns only."""
    text = context.text
    found = _composed(said.text, said.found("number"), number_values(tag), counted_by(tag))
    spans = spans_of(tag)
    found += [
        (*at, spans[plain_number(said.text[slice(*at)])]) for at in sorted(set(said.found("span")))
    ]
    if tag in ("ja", "zh"):
        found += [(*one.span(), han_value(one[0])) for one in _HAN_NUMBER.finditer(text.text)]
    for start, end, value in found:
        span = text.span(start, end)
        shown = text.original[slice(*span)]
        amount, facts = Quantity(span, shown, (Decimal(value),)), context.facts
        if not (facts.grounds(amount) or facts.has_in_words(amount, context.language)):
            message = f"the number '{shown}' is not in the item"
            fix = f"take out '{shown}', or use a figure the item gives"
            yield Violation("grounding.words", Severity.ERROR, message, span, fix=fix)


def _composed(
    text: str, hits: Iterable[tuple[int, int]], values: Mapping[str, int], counted: tuple[str, ...]
) -> list[tuple[int, int, int]]:
    """Number words that claim something, with those right behind them."""
    return [
        one
        for one in number_runs(text, hits, values)
        if _is_claim(text, *one, counted) and not _EVERY.search(text, max(0, one[0] - 14), one[0])
    ]


def _is_claim(text: str, start: int, end: int, value: int, counted: tuple[str, ...]) -> bool:
    """Whether a number in words says how many of something there are.

    Below ten only of years, generations and the like; a word above a thousand alone is `many`, and
    what nothing follows is an hour: `until ten.`
    """
    spaceless = text[start] >= "\u0e00"
    if value < _SMALL or (spaceless and value < _MULTIPLE):
        behind = end if spaceless and text[end : end + 1] != " " else end + 1
        return bool(counted) and text.startswith(counted, behind)
    return _COUNTS.match(text, end) is not None and (
        value not in (_MULTIPLE, _MULTIPLE**2) or " " in text[start:end]
    )
