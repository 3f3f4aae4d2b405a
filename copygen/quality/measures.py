"""How people write amounts: units, currencies, multipliers and months, as data."""

import re
import string
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property

import pydantic

from copygen.documents import validate
from copygen.quality.folding import fold
from copygen.quality.packs import Shape, wording_document

PERCENT = "%"
ONE = Decimal(1)
_DIGITS = re.compile(r"\d+")
_WIDEST_CURRENCY = 12
_WIDEST_MONTH = 14
_WIDEST_TAIL = 24
_WIDEST_FORM = 16
_NEAR = 2
_ORDINALS = frozenset(("st", "nd", "rd", "th", ". "))
_LETTERS = frozenset(string.ascii_letters)
_WORD_END = "(?![A-Za-zÀ-ɏ])"


class Unit(Shape):
    """One unit and all its spellings."""

    forms: tuple[str, ...]
    base: str | None = None
    """The unit it is counted in, where that is another: `g` for kilograms."""
    factor: Decimal = Decimal(1)
    """How many of those one is."""


class Measures(Shape):
    """The spellings of all units, currencies, multipliers and months."""

    source: str
    checked_on: str
    units: Mapping[str, Unit]
    currencies: Mapping[str, tuple[str, ...]]
    multipliers: Mapping[int, tuple[str, ...]]
    months: Mapping[int, tuple[str, ...]]

    @pydantic.field_validator("months")
    @classmethod
    def _twelve(cls, months: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
        if sorted(months) != list(range(1, 13)):
            raise ValueError("should name the months 1 to 12")
        return months

    def after(self, text: str, end: int) -> tuple[int, str | None, Decimal, int]:
        """`(multiplier, unit, factor, stop)` of what follows a number that ends at `end`."""
        tail = text[end : end + _WIDEST_TAIL].lower()
        scale, at = 1, 0
        if (form := self._longest(tail, self._scales, int(tail[:1].isspace()))) is not None:
            scale, at = self._scales[form[0]], form[1]
        gap = int(tail[at : at + 1].isspace() or tail[at : at + 1] == "-")
        unit = self._longest(tail, self._by_form, at + gap)
        if unit is None:
            return scale, None, ONE, end + at
        name, factor = self._by_form[unit[0]]
        return scale, name, factor, end + unit[1]

    def _longest(self, tail: str, forms: Container[str], start: int) -> tuple[str, int] | None:
        """The longest of `forms` at `start`, and where it ends; a Latin one ends with its word."""
        if tail[start : start + 1] not in self._firsts:
            return None
        for stop in range(min(len(tail), start + _WIDEST_FORM), start, -1):
            if (form := tail[start:stop]) in forms:
                after = tail[stop : stop + 1]
                if form[-1] not in _LETTERS or not after.isalpha() or after > "\u024f":
                    return form, stop
        return None

    @cached_property
    def _firsts(self) -> frozenset[str]:
        return frozenset(form[0] for form in (*self._by_form, *self._scales))

    def currency_before(self, text: str, start: int) -> tuple[str, int] | None:
        """The currency right before `start`, and where it begins: `US$`, `RM `."""
        end = start - int(text[start - 1 : start].isspace())
        lead = text[max(0, end - _WIDEST_CURRENCY) : end].lower()
        if lead[-1:] not in self._currency_last or not lead.endswith(self._currency_ends):
            return None
        form = next(form for form in self._currency_ends if lead.endswith(form))
        begin = end - len(form)
        if form[0] in _LETTERS and begin and text[begin - 1] in _LETTERS:
            return None
        return self._by_form[form][0], begin

    def months_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        """`(start, end, month)` of each name of a month right before or after a number."""
        reached = 0
        for number in _DIGITS.finditer(text):
            before = self._month_before(text, number.start())
            if before is not None and before[0] >= reached:
                yield before
            near = text[number.end() : number.end() + _NEAR].lower()
            # Most numbers are followed by something else: look no further.
            if near not in _ORDINALS and self._month_first.isdisjoint(near):
                continue
            if after := self._month_after.match(text, number.end()):
                yield *after.span("name"), self._months[after["name"].lower()]
                reached = after.end()

    def _month_before(self, text: str, start: int) -> tuple[int, int, int] | None:
        end = start - int(text[start - 1 : start].isspace()) if start else 0
        lead = text[max(0, end - _WIDEST_MONTH) : end].lower()
        if lead[-1:] not in self._month_last or not lead.endswith(self._month_ends):
            return None
        name = next(name for name in self._month_ends if lead.endswith(name))
        begin = end - len(name)
        if name[0] in _LETTERS and begin and text[begin - 1].isalpha():
            return None
        return begin, end, self._months[name]

    @cached_property
    def _month_after(self) -> re.Pattern[str]:
        names = _alternatives(form for forms in self.months.values() for form in forms)
        return re.compile(rf"(?:st|nd|rd|th|\.)?[\s-]?(?:of\s)?(?P<name>{names})", re.IGNORECASE)

    @cached_property
    def _month_ends(self) -> tuple[str, ...]:
        return tuple(sorted(self._months, key=len, reverse=True))

    @cached_property
    def _month_first(self) -> frozenset[str]:
        return frozenset(name[0] for name in self._months)

    @cached_property
    def _month_last(self) -> frozenset[str]:
        return frozenset(name[-1] for name in self._months)

    @cached_property
    def _currency_last(self) -> frozenset[str]:
        return frozenset(form[-1] for form in self._currency_ends)

    @cached_property
    def _currency_ends(self) -> tuple[str, ...]:
        forms = {form.lower() for forms in self.currencies.values() for form in forms}
        return tuple(sorted(forms, key=len, reverse=True))

    @cached_property
    def _by_form(self) -> dict[str, tuple[str, Decimal]]:
        found = {
            spelled: (unit.base or name, unit.factor)
            for name, unit in self.units.items()
            for form in unit.forms
            for spelled in (fold(form), form.lower())
        }
        for code, forms in self.currencies.items():
            found |= {
                spelled: (code, Decimal(1))
                for form in forms
                for spelled in (fold(form), form.lower())
            }
        return found

    @cached_property
    def _scales(self) -> dict[str, int]:
        return {form.lower(): size for size, forms in self.multipliers.items() for form in forms}

    @cached_property
    def _months(self) -> dict[str, int]:
        return {form.lower(): month for month, forms in self.months.items() for form in forms}

    def is_money(self, unit: str) -> bool:
        """Whether `unit` is a currency."""
        return unit in self.currencies


@cache
def load_measures() -> Measures:
    """The measures that ship with copygen."""
    return validate(Measures, wording_document("measures"))


def _alternatives(forms: Iterable[str], *, closed: bool = True) -> str:
    """The forms as alternatives, longest first; with `closed`, Latin ones end with their word."""
    return "|".join(
        re.escape(form) + (_WORD_END if closed and form[-1:] in _LETTERS else "")
        for form in sorted(set(forms), key=len, reverse=True)
    )
