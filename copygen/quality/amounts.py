"""Numbers in running text: what they may mean, and in which unit."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from copygen.quality.measures import ONE, PERCENT, Measures

DIGIT: Final = re.compile(r"\d")
_PLAIN: Final = r"\d+(?:[.,٫٬'’．]\d+|，\d{3}(?!\d))*"
_NUMBER: Final = re.compile(_PLAIN)
_HAS_SPACED: Final = re.compile(r"\d[ \u00a0\u2009\u202f]\d{3}(?!\d)")
_NUMBER_OR_SPACED: Final = re.compile(
    r"(?P<spaced>\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+(?:[.,]\d{1,2}(?!\d))?)|" + _PLAIN
)
"""Thousands are parted by a space in French, Swedish, Polish, Russian and more: `1 299 €`. A
full-width comma parts them in full-width figures only: `F16，7速` has two numbers."""
_SPACES: Final = re.compile("[ \u00a0\u2009\u202f]")
_MAX_DIGITS: Final = 30
_POINTS: Final = str.maketrans({"．": ".", "，": ",", "٫": ".", "٬": ",", "’": ",", "'": ","})
_BUDDHIST_ERA_YEARS: Final = 543
_FIRST_BE, _LAST_BE = Decimal(2400), Decimal(2700)
_DIGITS: Final = re.compile(r"\d+")
_PIECE: Final = re.compile(r"\d+(?:[.,]\d+)?")


class Amount(NamedTuple):
    """A number as written, and what it may mean."""

    span: tuple[int, int]
    """With its unit."""
    text: str
    values: tuple[Decimal, ...]
    """As written; several where that is ambiguous: `1.000` is one, or a thousand."""
    unit: str | None = None
    """The unit it is counted in; None: a bare number."""
    factor: Decimal = ONE
    """How many of those the written unit is: 1000 for kilograms, which are counted in grams."""
    parts: tuple["Amount", ...] = ()
    """The numbers it may be instead, where a plain space stands in it: `iPhone 15 256 GB`."""

    @property
    def is_percent(self) -> bool:
        """Whether it is a share of a hundred."""
        return self.unit == PERCENT


def amounts(text: str, measures: Measures) -> list[Amount]:
    """Every number in the text, in order. Digits of any script count; number words do not."""
    found: list[Amount] = []
    has_spaced = _HAS_SPACED.search(text) is not None
    for match in (_NUMBER_OR_SPACED if has_spaced else _NUMBER).finditer(text):
        start, end = match.span()
        if has_spaced and match["spaced"]:
            found.append(_spaced(text, start, end, measures))
            continue
        if values := readings(match[0]):
            found.append(_amount(text, start, end, values, measures))
            continue
        # A list such as `1,2,3`, or a date such as `12.5.2026`.
        for part in _DIGITS.finditer(text, start, end):
            values = readings(part[0]) or (Decimal(0),)
            found.append(_amount(text, *part.span(), values, measures))
    return found


def _spaced(text: str, start: int, end: int, measures: Measures) -> Amount:
    """A number with spaces in it, and the numbers it may be instead."""
    plain = _SPACES.sub("", text[start:end]).replace(",", ".")
    amount = _amount(text, start, end, (Decimal(plain).normalize(),), measures)
    if " " not in text[start:end]:
        return amount
    pieces = [match.span() for match in _PIECE.finditer(text, start, end)]
    parts = [_amount(text, *span, readings(text[slice(*span)]), measures) for span in pieces]
    return amount._replace(parts=tuple(parts))


@lru_cache(maxsize=4096)
def readings(numeral: str) -> tuple[Decimal, ...]:
    """The values that digits with separators may have; none for what is no single number."""
    plain = numeral.translate(_POINTS)
    if len(plain) > _MAX_DIGITS:
        return ()
    if "," not in plain and "." not in plain:
        return (Decimal(plain).normalize(),)
    groups = re.split("[.,]", plain)
    thousands = all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3
    mark = plain[-len(groups[-1]) - 1]
    values = []
    if thousands and len({c for c in plain if c in ".,"}) == 1:
        values.append(Decimal("".join(groups)))
    # `2,500` is two thousand five hundred; `1.500` may be one and a half.
    if len(groups) == 2 and (mark == "." or not thousands):
        values.append(Decimal(".".join(groups)))
    elif _is_mixed(groups, plain, mark):
        values.append(Decimal(f"{''.join(groups[:-1])}.{groups[-1]}"))
    return tuple(dict.fromkeys(value.normalize() for value in values))


def _is_mixed(groups: list[str], plain: str, mark: str) -> bool:
    """`1,234.56` or `1.234,56`: grouped by one mark, with decimals after the other."""
    inner = groups[1:-1]
    return bool(inner) and all(len(group) == 3 for group in inner) and plain.count(mark) == 1


def _amount(
    text: str, start: int, end: int, values: tuple[Decimal, ...], measures: Measures
) -> Amount:
    begin = start
    scale, unit, factor, stop = measures.after(text, end)
    if scale != 1:
        values = tuple((value * scale).normalize() for value in values)
    if unit is None and start and (before := measures.currency_before(text, start)):
        unit, begin = before
    return Amount((begin, stop), text[begin:stop], values, unit, factor)


def years(amount: Amount) -> tuple[Decimal, ...]:
    """The values, and for a year of the Buddhist era the common one: 2568 → 2025."""
    values = amount.values
    common = [value - _BUDDHIST_ERA_YEARS for value in values if _FIRST_BE <= value <= _LAST_BE]
    return (*values, *common) if common else values
