"""Numbers in running text: how people write them, what they may mean, and which claim nothing.

Spellings of units, currencies, multipliers and months are data: `configs/wording/measures.yaml`.
"""

import re
import string
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple

import pydantic

from copygen.documents import FrozenModel, load_shipped
from copygen.quality.normalize import deferred, fold

PERCENT = "%"
ONE = Decimal(1)
_DIGITS = deferred(r"\d+")
_WIDEST_CURRENCY = 12
_WIDEST_MONTH = 14
_WIDEST_TAIL = 24
_WIDEST_FORM = 16
_NEAR = 2
_ORDINALS = frozenset(("st", "nd", "rd", "th", ". "))
_OPENS = frozenset(("", ".", "!", "?", "…", ":", "–", "—", "•", "#"))
"""What stands before the first word of a sentence."""
_COMPARED = deferred(r" (?!(?:la|și|si|ora|orele|până|în|cu|de)\b)[a-zăâîșț]")
"""Behind a Romanian `more`: `3 mai bune`."""
_NO_CENTS = frozenset((",", ".", "/", ":"))
_WHOLE = deferred(r"[,./:][-–—=](?![^\W_])")
_PRICED = deferred(r"\d\s?$")
_LETTERS = frozenset(string.ascii_letters)
_WORD_END = "(?![A-Za-zÀ-ɏ])"


class UnitForms(FrozenModel):
    """One unit and all its spellings."""

    forms: tuple[str, ...]
    base: str | None = None
    """The unit it is counted in, where that is another: `g` for kilograms."""
    factor: Decimal = Decimal(1)
    """How many of those one is."""


class Measures(FrozenModel):
    """The spellings of all units, currencies, multipliers and months."""

    source: str
    checked_on: str
    units: Mapping[str, UnitForms]
    currencies: Mapping[str, tuple[str, ...]]
    multipliers: Mapping[int, tuple[str, ...]]
    months: Mapping[int, tuple[str, ...]]
    month_languages: Mapping[str, tuple[str, ...]]
    """Names of months that are other words elsewhere, small → languages they are months in."""

    @pydantic.field_validator("months")
    @classmethod
    def _twelve(cls, months: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
        if sorted(months) != list(range(1, 13)):
            raise ValueError("should name the months 1 to 12")
        return months

    def quantity(self, text: str, start: int, end: int, values: tuple[Decimal, ...]) -> "Quantity":
        """The number at `start:end` with its multiplier and its unit.

        The unit follows the number, or is a currency before it: `US$`, `RM `.
        """
        tail = text[end : end + _WIDEST_TAIL].lower()
        at = 0
        if tail[:1] in _NO_CENTS and (whole := _WHOLE.match(tail)) is not None:
            at = whole.end()  # `1.299,- €`, `Rs 1,299/-`
        elif (form := self._longest(tail, self._scales, int(tail[:1].isspace()))) is not None:
            scale, at = self._scales[form[0]], form[1]
            values = tuple((value * scale).normalize() for value in values)
        gap = int(tail[at : at + 1].isspace() or tail[at : at + 1] == "-")
        if (form := self._longest(tail, self._by_form, at + gap)) is not None:
            stop = end + form[1]
            return Quantity((start, stop), text[start:stop], values, *self._by_form[form[0]])
        stop = end + at
        before = start - int(text[start - 1 : start].isspace()) if start else 0
        lead = text[max(0, before - _WIDEST_CURRENCY) : before].lower()
        if lead[-1:] in self._currency_last and lead.endswith(self._currency_ends):
            word = next(word for word in self._currency_ends if lead.endswith(word))
            begin = before - len(word)
            is_part = word[0] in _LETTERS and begin and text[begin - 1] in _LETTERS
            # `1 299 kr. 5 års garanti`: the currency of the price before it.
            is_other = before < start and _PRICED.search(text, max(0, begin - 2), begin)
            if not (is_part or is_other):
                currency = self._by_form[word][0]
                return Quantity((begin, stop), text[begin:stop], values, currency)
        return Quantity((start, stop), text[start:stop], values)

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

    def months_in(self, text: str, language: str = "") -> Iterator[tuple[int, int, int]]:
        """`(start, end, month)` of each name of a month right before or after a number.

        `language` is the base of the text's tag; with it, words that mean something else in it
        are no months.
        """
        for start, end, month in self._months_in(text):
            if not (language and self._is_word(text, start, end, language)):
                yield start, end, month

    def _is_word(self, text: str, start: int, end: int, language: str) -> bool:
        """Whether the name of a month is another word of that language there."""
        name = text[start:end]
        languages = self.month_languages.get(name.lower())
        if languages is None or language in languages:
            return language == "ro" and name == "mai" and _COMPARED.match(text, end) is not None
        return name[0].islower() or text[:start].rstrip()[-1:] in _OPENS

    def _months_in(self, text: str) -> Iterator[tuple[int, int, int]]:
        reached = 0
        for number in _DIGITS.finditer(text):
            start, end = number.span()
            before = start - int(text[start - 1 : start].isspace()) if start else 0
            # Most numbers stand beside something else: look no further.
            if text[before - 1 : before].lower() in self._month_last and before > reached:
                lead = text[max(0, before - _WIDEST_MONTH) : before].lower()
                name = ""
                if lead.endswith(self._month_ends):  # all at once: most end otherwise
                    name = next(one for one in self._month_ends if lead.endswith(one))
                begin = before - len(name)
                within = name and name[0] in _LETTERS and begin and text[begin - 1].isalpha()
                is_verb = text[begin:before] in _VERBS
                if name and not within and not is_verb and begin >= reached:
                    yield begin, before, self._months[name]
            near = text[end : end + _NEAR].lower()
            if near not in _ORDINALS and self._month_first.isdisjoint(near):
                continue
            after = self._month_after.match(text, end)
            if after and after["name"] not in _VERBS:
                yield *after.span("name"), self._months[after["name"].lower()]
                reached = after.end()

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
    return load_shipped(Measures, "wording/measures")


def _alternatives(forms: Iterable[str], *, closed: bool = True) -> str:
    """The forms as alternatives, longest first; with `closed`, Latin ones end with their word."""
    return "|".join(
        re.escape(form) + (_WORD_END if closed and form[-1:] in _LETTERS else "")
        for form in sorted(set(forms), key=len, reverse=True)
    )


_VERBS: Final = frozenset(("may",))
"""Names of months that in small letters are other words."""
DIGIT: Final = deferred(r"\d")
_PLAIN: Final = r"\d+(?:[.,٫٬'’．]\d+|，\d{3}(?!\d))*"
_NUMBER: Final = deferred(_PLAIN)
_HAS_SPACED: Final = deferred(r"\d[ \u00a0\u2009\u202f]\d{3}(?!\d)")
_NUMBER_OR_SPACED: Final = deferred(
    r"(?P<spaced>\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3}(?!\d))+(?:[.,]\d{1,2}(?!\d))?)|" + _PLAIN
)
"""Thousands are parted by a space in French, Swedish, Polish, Russian and more: `1 299 €`. A
full-width comma parts them in full-width figures only: `F16，7速` has two numbers."""
_SPACES: Final = deferred("[ \u00a0\u2009\u202f]")
_MAX_DIGITS: Final = 30
_POINTS: Final = str.maketrans({"．": ".", "，": ",", "٫": ".", "٬": ",", "’": ",", "'": ","})
_BUDDHIST_ERA_YEARS: Final = 543
_FIRST_BE, _LAST_BE = Decimal(2400), Decimal(2700)
_SIDES: Final = deferred(r"[xX×]\s?\d")
_TIMES: Final = "times"
_LENGTH: Final = "cm"
"""The unit that lengths are counted in, as `measures.yaml` has it."""
_LAKHS: Final = deferred(r"\d{1,2}(?:,\d\d)+,\d{3}")
"""Groups of two and a last one of three, as India writes hundreds of thousands: `1,29,999`."""
_DIGIT_RUN: Final = deferred(r"\d+")
_PIECE: Final = deferred(r"\d+(?:[.,]\d+)?")


class Quantity(NamedTuple):
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
    parts: tuple["Quantity", ...] = ()
    """The numbers it may be instead, where a plain space stands in it: `iPhone 15 256 GB`."""

    @property
    def is_percent(self) -> bool:
        """Whether it is a share of a hundred."""
        return self.unit == PERCENT


def quantities(text: str, measures: Measures) -> list[Quantity]:
    """Every number in the text, in order. Digits of any script count; number words do not."""
    found: list[Quantity] = []
    has_spaced = _HAS_SPACED.search(text) is not None
    for match in (_NUMBER_OR_SPACED if has_spaced else _NUMBER).finditer(text):
        start, end = match.span()
        if has_spaced and match["spaced"]:
            found.append(_spaced(text, start, end, measures))
            continue
        if values := readings(match[0]):
            found.append(measures.quantity(text, start, end, values))
            continue
        # A list such as `1,2,3`, or a date such as `12.5.2026`.
        for part in _DIGIT_RUN.finditer(text, start, end):
            values = readings(part[0]) or (Decimal(0),)
            found.append(measures.quantity(text, *part.span(), values))
    return _with_sides(found, text) if _SIDES.search(text) else found


def _with_sides(found: list[Quantity], text: str) -> list[Quantity]:
    """The numbers of `140 x 200 cm` in one unit: the first of them is no `140 times`."""
    for at in range(len(found) - 2, -1, -1):
        side, after = found[at], found[at + 1]
        number = side.text.rstrip("xX× ")
        is_side = number != side.text and not text[side.span[1] : after.span[0]].strip()
        if side.unit == _TIMES and is_side and after.unit in (_LENGTH, None):
            span = (side.span[0], side.span[0] + len(number))
            found[at] = side._replace(span=span, text=number, unit=after.unit, factor=after.factor)
    return found


def _spaced(text: str, start: int, end: int, measures: Measures) -> Quantity:
    """A number with spaces in it, and the numbers it may be instead."""
    plain = _SPACES.sub("", text[start:end]).replace(",", ".")
    amount = measures.quantity(text, start, end, (Decimal(plain).normalize(),))
    if " " not in text[start:end]:
        return amount
    pieces = [match.span() for match in _PIECE.finditer(text, start, end)]
    parts = [measures.quantity(text, *span, readings(text[slice(*span)])) for span in pieces]
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
    if (thousands and len({c for c in plain if c in ".,"}) == 1) or _LAKHS.fullmatch(plain):
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


def common_years(values: Iterable[Decimal]) -> list[Decimal]:
    """What years of the Buddhist era are in the common one: 2568 → 2025."""
    return [value - _BUDDHIST_ERA_YEARS for value in values if _FIRST_BE <= value <= _LAST_BE]


WASH_DEGREES: Final = deferred(
    r"(?<!\d)(?:30|40|60|90|95) ?(?:degrees|Grad|grader|graus|gradi|grados|degrés|graden|asteessa"
    r"|stopni\w{0,4}|stupň\w{0,4}|градус\w{0,3})\b"
    r"|(?i:\bwash(?:es|able|ed)?\b[^.\d]{0,16} at )\d0\b"
)
"""How laundry is done; a claim of an item that gives a temperature itself."""
_DOMAIN_ENDINGS: Final = (
    "com|net|org|info|biz|shop|store|app|dev|io|co|me|ly|gl|link|page|online|site|example|eu|th|jp|cn|"
    "tw|hk|kr|my|sg|id|vn|de|at|ch|fr|es|it|pt|br|mx|nl|be|se|no|dk|fi|pl|cz|ru|ua|il|uk|us|ca|au"
)
# Currencies, measured grades, fineness of metal, and short words that a figure is glued to.
_NO_MODEL: Final = (
    "THB|USD|EUR|GBP|SGD|JPY|CNY|RMB|KRW|IDR|MYR|VND|INR|PHP|TWD|HKD|SEK|NOK|DKK|PLN|CZK|HUF|CHF|AUD|"
    "CAD|NZD|MXN|BRL|TRY|RUB|ILS|ZAR|AED|RM|RP|RS|US|NT|HK|R|SPF|UPF|PPD|IP|IPX|K|PT|AG|AU|S9|"
    "OFF|TOP|BUY|GET|NOW|ALL|FOR|TO|UP|NO|IN|OR|AND|THE|IS|AT|ON|BY|OF|X"
)
_KINDS: Final = tuple(
    (deferred(sign), deferred("|".join(patterns)))
    for sign, *patterns in (
        (  # addresses
            r"@|[.:][A-Za-z/]",
            r"https?://\S{1,2000}",
            r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}",
            rf"(?<![\w@.-])[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,3}}\.(?:{_DOMAIN_ENDINGS})(?!\w)"
            r"(?:/\S{0,500})?",
        ),
        (  # open all day
            "24|7",
            r"(?<![\d/])(?:24/7(?:/365)?|7/24|24 ?[x×] ?7|7 ?[x×] ?24)(?![\d/])",
            r"24 (?:hours a|Stunden am|horas al|horas por|ore al|timmar om|jam sehari)",
            r"24 (?:godziny na|часа в)",
            r"(?:24 ?h(?:eures)?(?: sur |/) ?24|24 ore su 24|7 giorni su 7)",
            r"7 ?j(?:ours)?(?: sur |/) ?7",
            r"las 24 horas|7 days a week",
            r"24時間(?:365日|年中無休|受付|対応|営業|サポート)|24시간 365일",
            r"ตลอด ?24 ?(?:ชั่วโมง|ชม)",
        ),
        (  # ordinals in Latin and Cyrillic letters; to be the first is a claim
            r"\d[snrteèº.ª°:-]|-\d|ứ ",
            r"\b\d{1,3}(?:nd|rd|th)\b|\b\d{0,2}1st\b(?! (?:in|place|choice|brand))",
            r"\b\d{1,2}(?:er|ère|re|e|ème|nde?)\b|\b\d{1,2}\.?[ºª]|\b[1-9]°(?= [a-zà-ú])",
            r"\b\d{1,2}:[ae]\b",
            r"\b\d{1,2}-(?:й|я|е|го|му|ый|ий|ая|ой|ое|ом|м|х)\b",
            r"\bke-\d{1,3}\b|\b[Tt]hứ \d{1,2}\b",
            r"(?<=\w )\d{1,2}\.(?= (?:[a-zà-ÿ]|Generation|Auflage|Geburtstag|Etage|Advent))",
        ),
        (  # ordinals in others
            "[第제번ที่]",
            r"第 ?\d{1,3}(?! ?[位名])|제 ?\d{1,3}(?=[회탄기차장과])|\d{1,2} ?번째",
            r"(?:ครั้ง|ชิ้น|รุ่น|วัน|คน|ขั้น|ตัว|เล่ม|ปี|คู่|บท|ตอน)ที่ ?\d{1,3}",
        ),
        (  # formats and models: MP3, 4K, A4, E27, HUB-7, WN2500RP
            r"[A-Za-z][.-]?\d|\d[A-Za-z]",
            r"(?<![A-Za-z\d])(?:[234]D|[2-6]G|(?:480|720|1080|1440|2160|4320)[pi])(?![A-Za-z\d])",
            r"(?<![A-Za-z\d])[2458]K(?![A-Za-z\d])(?! ?(?:users|people|customers|reviews))",
            r"(?<![A-Za-z\d])(?i:mp[34]|m4[av]|x86|x64|h\.?26[456]|utf-?8)(?![A-Za-z\d])",
            rf"(?<![^\W_])(?!(?:{_NO_MODEL})-?\d)[A-Z]{{1,3}}-?\d[A-Z\d-]{{0,15}}(?![^\W_])",
            rf"(?<![A-Za-z\d])(?!(?:{_NO_MODEL})-?\d)[A-Z]{{1,3}}\d{{1,5}}[A-Z]{{0,3}}"
            r"(?![A-Za-z\d])",
        ),
        (  # a working day, scales of maps, a reply's key, washing, reasons to count
            r"-\d|:\d|回|返信|답장|ตอบ|[A-Za-zéß] ?[\"'“「]?\d\b|\d0 ?[A-Za-zа-я°&]|\A[2-9]",
            r"\b9[ -]?(?:to|–|-)[ -]?5\b|(?<!\d)1:\d{1,3}[.,]?\d{3}\b",
            r"(?:回复|回覆|回傳|返信|ตอบ(?:กลับ)?|답장) ?[「]?\d(?!\d)",
            r"\b(?i:reply|antworten? (?:Sie )?mit|répondez|responde|balas) ?[\"'“]?\d\b",
            r"\A[2-9] (?:\w{3,12} )?(?:reasons|ways|tips|steps|rules|ideas|signs|Gründe|Tipps|"
            r"raisons|façons|razones|formas|motivi|modi|motivos|redenen|skäl|powod\w{1,3}|причин\w?)\b",
        ),
        (  # `Option 1: this. Option 2: that.`
            r"1\s?[:.)–—]|(?:ที่|案|项|項|步|번|안) ?1|1안",
            r"\b([^\W\d_]{3,14}) ?1\s?[:.)–—][^\d]{1,80}\b\1 ?2(?=\s?[:.)–—])"
            r"(?:[^\d]{1,80}\b\1 ?3(?=\s?[:.)–—]))?",
            r"((?:ที่|案|项|項|步|번|안)) ?1(?!\d)[^\d]{1,60}\2 ?2(?!\d)|1안[^\d]{1,60}2안",
        ),
        (  # turns, all in one, and sizes
            "0|5°|1|RM",
            r"(?<!\d)(?:360|180)(?: ?°(?! ?[CF])|[ -]?(?:degrees?|Grad|degrés|gradi|grados)\b|"
            r" ?[度도]| ?องศา|-?градус)|(?<!\d)(?:45|90|120|270)°(?! ?[CF])",
            r"(?<!\d)[2-9][ -]?(?:in|en|em|di|w|合)[ -]?1(?!\d)",
            # what receiving a message costs, which Malaysian senders must name first
            r"\ARM ?0(?:\.00)?(?=[ :])",
        ),
    )
)
"""A sign that a text may have figures of a kind, and the kind: most have none."""
_PHONE: Final = deferred(
    r"(?<![\w.,/-])(?!\d{1,2}[-.]\d{1,2}[-.]\d{2,4}(?!\d))"
    r"(?:\+\d{1,3}|\(?0|1-8\d\d)[\d ()-]{6,16}\d(?![\w%])"
)
_PHONE_DIGITS: Final = range(8, 16)


def no_facts(text: str) -> Iterator[tuple[int, int]]:
    """Spans of `text` whose figures need not be in the item: `24/7`, `MP4`, `3rd`, `A4`, `360°`."""
    for sign, kind in _KINDS:
        if sign.search(text):
            yield from (match.span() for match in kind.finditer(text))


def telephone_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Spans of what is a telephone number as a whole: with a country code, or a leading zero."""
    for match in _PHONE.finditer(text):
        if sum(map(str.isdecimal, match[0])) in _PHONE_DIGITS:
            yield match.span()


HAN_NUMERALS: Final = "一二三四五六七八九十百千万萬两兩"
_HAN_DIGITS: Final = dict(zip("一二两兩三四五六七八九", (1, 2, 2, 2, *range(3, 10)), strict=True))
_HAN_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_HAN_GREAT: Final = frozenset("万萬")


def han_value(numerals: str) -> int:
    """The number that Chinese numerals write, up to thousands of ten thousands."""
    total = section = digit = 0
    for char in numerals:
        if char in _HAN_GREAT:
            total += max(1, section + digit) * 10_000
            section = digit = 0
        elif (tens := _HAN_TENS.get(char)) is not None:
            section += max(1, digit) * tens
            digit = 0
        else:
            digit = _HAN_DIGITS[char]
    return total + section + digit
