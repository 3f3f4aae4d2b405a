"""What a spreadsheet shows for a number: format codes (ECMA-376 part 1, 18.8.30 and 18.8.31).

A workbook stores 123 and the code `00000`; its reader sees 00123. Codes are written as in the
United States and shown as the reader's system writes numbers, which a file does not tell: only a
code that names a locale (`[$€-407]`) is shown in that. What is shown otherwise on each system (the
short date, whose code is built in) comes out as ISO has it, and so does a date with names of months
in a language that is not known here. Digits are never lost to an exponent.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Final

from copygen.prompts.filters import separators_of

BUILT_IN: Final[Mapping[int, str]] = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)', 6: '"$"#,##0_);("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)', 8: '"$"#,##0.00_);("$"#,##0.00)',
    9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
    14: "[$-F800]", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy",
    18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "[$-F800]h:mm",
    **dict.fromkeys(range(27, 37), "[$-F800]"),
    37: "#,##0_);(#,##0)", 38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);(#,##0.00)",
    41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
    42: '_("$"* #,##0_);_("$"* (#,##0);_("$"* "-"_);_(@_)',
    43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
    44: '_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)',
    45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
    **dict.fromkeys(range(50, 59), "[$-F800]"),
}  # fmt: skip
"""Codes that files name by number only. The short date, and those of East Asian systems, stand
under the code of the system's own date."""
_MOST_CODE_CHARS: Final = 1000
_MOST_DECIMALS: Final = 30
_SIGNIFICANT: Final = Context(prec=15)
"""All that spreadsheets show: 0.1 + 0.2 is 0.3."""
_MOST_CODES: Final = 4096
_TOKEN: Final = re.compile(
    r'"(?P<text>[^"]*)"|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]|'
    r"(?P<general>general)|(?P<half>am/pm|a/p)|(?P<exponent>e[+-])|"
    r"(?P<date>y+|m+|d+|h+|s+|e+|g+|b+|a{3,4})|(?P<digit>[0#?])|(?P<sign>[.,%/@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_ELAPSED: Final = re.compile(r"h+|m+|s+", re.IGNORECASE)
_CONDITION: Final = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9.]+)")
_FIXED: Final = re.compile(r"[1-9][0-9]{0,3}")
"""The number below the bar that a fraction always has."""
_SYSTEM_DATE, _SYSTEM_TIME = "f800", "f400"
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
_LAST_DAY: Final = 2_958_465
"""The 31st of December 9999."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    """A group of `_TOKEN`, or `elapsed`."""
    text: str


@dataclass(frozen=True, slots=True)
class _Section:
    """One of the codes between semicolons."""

    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    locale: str
    """As `separators_of` has them; empty: the code names none."""
    system: str
    """`f800` or `f400`: the date or the time as the reader's system shows it."""

    @property
    def is_date(self) -> bool:
        """Whether the number is a day and a part of one."""
        return bool(self.system) or any(
            token.kind in ("date", "half", "elapsed") for token in self.tokens
        )

    def has(self, kind: str) -> bool:
        """Whether there is a token of that kind."""
        return any(one.kind == kind for one in self.tokens)


_GENERAL: Final = _Section((_Token("general", "General"),), None, "", "")
_POINT, _COMMA, _PERCENT, _BAR, _TEXT = (_Token("sign", sign) for sign in ".,%/@")


def plain_number(text: str) -> str:
    """A stored number as digits: without an exponent, with the 15 that a spreadsheet shows.

    More are kept where all of them are written out, as in article numbers. What is no number stays
    as it is.
    """
    if text.isdecimal() or (text[:1] == "-" and text[1:].isdecimal()):
        return text
    number = _decimal(text)
    return text if number is None else _digits(number)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # An exponent of thousands is no number of a spreadsheet, and would be as many digits.
    if not number.is_finite() or abs(number.adjusted()) > 400:
        return None
    return number


def _digits(number: Decimal) -> str:
    shown = format(_SIGNIFICANT.plus(number), "f")
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


@lru_cache(_MOST_CODES)
def number_format(code: str, *, from_1904: bool = False) -> "NumberFormat":
    """The format of that code."""
    return NumberFormat(code, from_1904=from_1904)


class NumberFormat:
    """One format code, read once."""

    def __init__(self, code: str, *, from_1904: bool = False) -> None:
        """`from_1904` is the year that a workbook counts its days from, else it is 1900."""
        self._epoch = _EPOCH_1904 if from_1904 else _EPOCH_1900
        sections = [*_sections(code[:_MOST_CODE_CHARS])]
        self._text = next((one for one in sections if _TEXT in one.tokens), None)
        if len(sections) > 3:
            self._text = sections[3]
        self._sections = [one for one in sections[:3] if one is not self._text] or [_GENERAL]
        only = self._sections[0]
        self.is_plain = len(self._sections) == 1 and only.tokens == _GENERAL.tokens
        """Whether numbers come out as their digits."""
        self.keeps_text = self._text is None or self._text.tokens == (_TEXT,)
        """Whether texts come out as they are."""

    def number(self, stored: str) -> str:
        """What is shown for a number, as the file has it."""
        number = None if self.is_plain else _decimal(stored)
        if number is None:
            return plain_number(stored)
        section, signed = self._section_for(number)
        if section.is_date:
            return _date(section, number, self._epoch, stored)
        if section.has("exponent"):
            return plain_number(stored)
        shown = _number(section, abs(_SIGNIFICANT.plus(number)))
        # What rounds to nothing is not below it.
        is_zero = not any(sign in "123456789" for sign in shown)
        return f"-{shown}" if signed and number < 0 and not is_zero else shown

    def text(self, stored: str) -> str:
        """What is shown for a text."""
        if self.keeps_text or self._text is None:
            return stored
        parts = (stored if one == _TEXT else _literal(one) for one in self._text.tokens)
        return "".join(parts).strip()

    def _section_for(self, number: Decimal) -> tuple[_Section, bool]:
        """The section that shows a number, and whether it has to show the sign itself."""
        sections = self._sections
        if any(one.condition for one in sections):
            for one in sections:
                if one.condition is None or _holds(number, *one.condition):
                    sign, limit = one.condition or ("", 1)
                    return one, not (sign[:1] == "<" and limit <= 0)
            return sections[-1], True
        if len(sections) == 1 or number > 0:
            return sections[0], True
        if number < 0:
            return sections[1], False
        return sections[2 if len(sections) > 2 else 0], False


def _sections(code: str) -> Iterator[_Section]:
    tokens: list[_Token] = []
    condition, locale, system = None, "", ""
    for found in _TOKEN.finditer(code):
        kind, text = found.lastgroup or "other", found[found.lastgroup or 0]
        if kind == "other" and text == ";":
            yield _Section(_with_minutes(tokens), condition, locale, system)
            tokens, condition, locale, system = [], None, "", ""
        elif kind != "bracket":
            tokens.append(_Token(kind, text))
        elif text.startswith("$"):
            symbol, _, lcid = text[1:].rpartition("-") if "-" in text else (text[1:], "", "")
            tokens.append(_Token("text", symbol))
            lcid = lcid.lower()
            system = lcid if lcid in (_SYSTEM_DATE, _SYSTEM_TIME) else system
            locale = _locale_of(lcid) or locale
        elif _ELAPSED.fullmatch(text):
            tokens.append(_Token("elapsed", text.lower()))
        elif (given := _CONDITION.fullmatch(text)) and (limit := _decimal(given[2])) is not None:
            condition = (given[1], limit)
    yield _Section(_with_minutes(tokens), condition, locale, system)


def _with_minutes(tokens: list[_Token]) -> tuple[_Token, ...]:
    """The tokens with `minute` for an `m` that follows hours or comes before seconds."""
    made = [token for token in tokens if token.text or token.kind != "text"]
    timed = [at for at, one in enumerate(made) if one.kind in ("date", "elapsed")]
    for before, at, after in zip([None, *timed], timed, [*timed[1:], None], strict=False):
        letter = made[at].text[0].lower()
        after_hours = before is not None and made[before].text[0].lower() == "h"
        before_seconds = after is not None and made[after].text[0].lower() == "s"
        is_minute = letter == "m" and len(made[at].text) < 3 and (after_hours or before_seconds)
        if made[at].kind == "date":
            made[at] = _Token("minute" if is_minute else "date", made[at].text.lower())
    return tuple(made)


def _holds(number: Decimal, sign: str, limit: Decimal) -> bool:
    below, above = number < limit, number > limit
    held = {"<": below, ">": above, "=": not (below or above)}
    return held[sign] if sign in held else any(held[one] for one in sign)


def _literal(token: _Token) -> str:
    if token.kind == "space":
        return " "
    return "" if token.kind == "fill" else token.text


def _number(section: _Section, number: Decimal) -> str:
    """What one section shows for a number that is not negative."""
    tokens = section.tokens
    if section.has("general"):
        parts = (_digits(number) if one.kind == "general" else _literal(one) for one in tokens)
        return "".join(parts).strip()
    digits = [at for at, one in enumerate(tokens) if one.kind == "digit"]
    if not digits:
        return "".join(_literal(one) for one in tokens if one != _COMMA).strip()
    if (bar := _bar_of_fraction(tokens, digits[0])) is not None:
        return _fraction(tokens[:bar], tokens[bar + 1 :], number)
    point = next((at for at, one in enumerate(tokens) if one == _POINT), len(tokens))
    whole_places = [at for at in digits if at < point]
    last = whole_places[-1] if whole_places else -1
    commas = [at for at in range(point) if tokens[at] == _COMMA]
    thousands = sum(at > last for at in commas)
    thousands += sum(at > digits[-1] for at in range(point, len(tokens)) if tokens[at] == _COMMA)
    grouped = any(whole_places[0] < at < last for at in commas) if whole_places else False
    percents = tokens.count(_PERCENT)
    number = number.scaleb(2 * percents - 3 * thousands)
    decimal_places = [at for at in digits if at > point][:_MOST_DECIMALS]
    whole, _, decimals = format(_rounded(number, len(decimal_places)), "f").partition(".")
    group, sign = separators_of(section.locale) if section.locale else (",", ".")
    shown = _decimals(tokens, decimal_places, decimals)
    shown |= _whole(tokens, whole_places, whole.lstrip("0"), group if grouped else "")
    shown[point] = sign if any(shown[at].strip() for at in decimal_places) else ""
    if not whole_places:
        shown[point] = whole.lstrip("0") + shown[point]
    dropped = {at for at, one in enumerate(tokens) if one == _COMMA}
    parts = (
        shown[at] if at in shown else "" if at in dropped else _literal(one)
        for at, one in enumerate(tokens)
    )
    return "".join(parts).strip()


def _rounded(number: Decimal, decimals: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(prec=500))


def _decimals(tokens: tuple[_Token, ...], places: list[int], decimals: str) -> dict[int, str]:
    shown, needed = {}, False
    for at, digit in reversed([*zip(places, decimals, strict=True)]):
        needed = needed or digit != "0" or tokens[at].text == "0"
        shown[at] = digit if needed else "" if tokens[at].text == "#" else " "
    return shown


def _whole(
    tokens: tuple[_Token, ...], places: list[int], digits: str, group: str
) -> dict[int, str]:
    """The digits before the point at their places, those that have none at the first."""
    shown, count = {}, 0
    for at in reversed(places):
        taken = digits if at == places[0] else digits[-1:]
        digits = digits[: len(digits) - len(taken)]
        if not taken:
            taken = {"0": "0", "?": " "}.get(tokens[at].text, "")
        text = ""
        for digit in reversed(taken):
            if group and count and count % 3 == 0 and digit != " ":
                text = group + text
            text = digit + text
            count += 1
        shown[at] = text
    return shown


def _bar_of_fraction(tokens: tuple[_Token, ...], first: int) -> int | None:
    """Where the bar of a fraction is: a digit stands on both sides of it."""
    for at, one in enumerate(tokens[first:-1], first):
        after = tokens[at + 1]
        if one == _BAR and (after.kind == "digit" or after.text.isdecimal()):
            return at
    return None


def _fraction(before: tuple[_Token, ...], after: tuple[_Token, ...], number: Decimal) -> str:
    """`1 1/2`, as `# ?/?` shows it: as many digits below as there are places, or what is there."""
    places = "".join("0" if one.kind == "digit" else " " for one in before).split()
    below = "".join(one.text for one in after)
    whole = int(number) if len(places) > 1 else 0
    rest = Fraction(number - whole)
    if (fixed := _FIXED.match(below)) is not None:
        part = (round(rest * int(fixed[0])), int(fixed[0]))
    else:
        count = min(sum(one.kind == "digit" for one in after), 4)
        near = rest.limit_denominator(10**count - 1)
        part = (near.numerator, near.denominator)
    if part[0] == part[1] and len(places) > 1:
        whole, part = whole + 1, (0, 1)
    if not part[0]:
        return str(whole)
    return f"{whole} {part[0]}/{part[1]}" if whole else f"{part[0]}/{part[1]}"


def _date(section: _Section, number: Decimal, epoch: datetime, stored: str) -> str:
    """A date, a time or a span of time. What is none, a negative one say, is its digits."""
    if not 0 <= number <= _LAST_DAY:
        return plain_number(stored)
    decimals = next((_decimals_after(section.tokens, at) for at in _seconds(section.tokens)), 0)
    seconds = _rounded(number * 86_400, decimals)
    if epoch is _EPOCH_1900 and number < 60:  # 1900 had no 29th of February, but has in sheets
        epoch += timedelta(days=1)
    try:
        moment = epoch + timedelta(seconds=float(seconds))
    except OverflowError:
        return plain_number(stored)
    if section.system:
        return _iso(section, moment)
    try:
        return _dated(section, moment, seconds)
    except KeyError:  # a language whose names are not known
        return _iso(section, moment)


def _iso(section: _Section, moment: datetime) -> str:
    has_time = section.system == _SYSTEM_TIME or section.has("minute")
    has_time = has_time or any(one.kind == "date" and one.text[0] in "hs" for one in section.tokens)
    time = moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
    if section.system == _SYSTEM_TIME:
        return time
    return f"{moment.date()} {time}" if has_time else str(moment.date())


def _seconds(tokens: tuple[_Token, ...]) -> list[int]:
    return [
        at
        for at, one in enumerate(tokens)
        if one.kind in ("date", "elapsed") and one.text[0] == "s"
    ]


def _decimals_after(tokens: tuple[_Token, ...], at: int) -> int:
    if tokens[at + 1 : at + 2] != (_POINT,):
        return 0
    count = 0
    while tokens[at + 2 + count : at + 3 + count] == (_Token("digit", "0"),):
        count += 1
    return min(count, 3)


def _dated(section: _Section, moment: datetime, seconds: Decimal) -> str:
    tokens = section.tokens
    halves = section.has("half")
    places = [at for at in _seconds(tokens) if _decimals_after(tokens, at)]
    parts = []
    for at, one in enumerate(tokens):
        if one.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[one.text[0]]
            parts.append(str(int(seconds // unit)).zfill(len(one.text)))
        elif one.kind == "half":
            word = "AM" if moment.hour < 12 else "PM"
            parts.append(word if len(one.text) > 3 else word[0])
        elif one.kind == "minute":
            parts.append(str(moment.minute).zfill(len(one.text)))
        elif one.kind == "date":
            parts.append(_part(one.text, moment, section.locale, halves=halves))
        elif one.kind == "digit" and any(at > place for place in places):
            parts.append(str(seconds % 1)[len("0.") :][at - places[-1] - 2])
        else:
            parts.append(_literal(one))
    return "".join(parts).strip()


def _part(letters: str, moment: datetime, locale: str, *, halves: bool) -> str:
    """One part of a date. Raises KeyError for a name in a language that is not known."""
    kind, count = letters[0], len(letters)
    year = moment.year + 543 if locale == _BUDDHIST or kind == "b" else moment.year
    if kind in "yb":
        return f"{year % 100:02}" if count < 3 else f"{year:04}"
    if kind in "eg":
        return _of_era(kind, count, moment, locale)
    if kind == "a" or (kind in "md" and count > 2):
        months, days = _NAMES[locale.split("-")[0] or "en"]
        name = months[moment.month - 1] if kind == "m" else days[moment.weekday()]
        if count == 5 and kind == "m":
            return name[0][0]
        return name[0] if count > 3 else name[1]
    hour = (moment.hour % 12 or 12) if halves else moment.hour
    value = {"m": moment.month, "d": moment.day, "h": hour, "s": moment.second}[kind]
    return str(value).zfill(min(count, 2))


_ERAS: Final = (
    (datetime(2019, 5, 1), "R", "令和", 2018),
    (datetime(1989, 1, 8), "H", "平成", 1988),
    (datetime(1926, 12, 25), "S", "昭和", 1925),
    (datetime(1912, 7, 30), "T", "大正", 1911),
    (datetime.min, "M", "明治", 1867),
)
"""First day, letter and name of each Japanese era, and the year before its first."""
_BEFORE_MINGUO: Final = 1911


def _of_era(kind: str, count: int, moment: datetime, locale: str) -> str:
    """An era's name (`g`) or its year (`e`), of Japan or Taiwan."""
    if not locale.startswith("ja"):
        in_taiwan = locale == "zh-tw"
        return "" if kind == "g" else str(moment.year - _BEFORE_MINGUO * in_taiwan)
    letter, name, before = next(era[1:] for era in _ERAS if moment >= era[0])
    if kind == "e":
        return str(moment.year - before)
    return letter if count == 1 else name[: count - 1]


_BUDDHIST: Final = "th-buddhist"
_LANGUAGES: Final[Mapping[int, str]] = {
    0x02: "bg", 0x03: "ca", 0x04: "zh", 0x05: "cs", 0x06: "da", 0x07: "de", 0x08: "el", 0x09: "en",
    0x0A: "es", 0x0B: "fi", 0x0C: "fr", 0x0D: "he", 0x0E: "hu", 0x0F: "is", 0x10: "it", 0x11: "ja",
    0x12: "ko", 0x13: "nl", 0x14: "nb", 0x15: "pl", 0x16: "pt", 0x18: "ro", 0x19: "ru", 0x1A: "hr",
    0x1B: "sk", 0x1D: "sv", 0x1E: "th", 0x1F: "tr", 0x21: "id", 0x22: "uk", 0x24: "sl", 0x25: "et",
    0x26: "lv", 0x27: "lt", 0x2A: "vi", 0x2D: "eu", 0x36: "af", 0x39: "hi", 0x3E: "ms", 0x3F: "kk",
    0x56: "gl",
}  # fmt: skip
"""Primary language of a Windows locale ([MS-LCID]) → its tag."""
_LOCALES: Final[Mapping[int, str]] = {
    0x0404: "zh-tw", 0x0807: "de-ch", 0x0C07: "de-at", 0x1407: "de-li", 0x0810: "it-ch",
    0x080A: "es-mx", 0x100A: "es-gt", 0x1C0A: "es-do", 0x280A: "es-pe", 0x540A: "es-us",
    0x0816: "pt-pt",
}  # fmt: skip
"""Those that write numbers, or years, otherwise than their language does."""


def _locale_of(lcid: str) -> str:
    """The locale of the number in a code: `407` is German; its higher digits name a calendar."""
    try:
        number = int(lcid, 16)
    except ValueError:
        return lcid if separators_of(lcid)[1] else ""
    calendar, locale = number >> 16 & 0xFF, number & 0xFFFF
    if calendar == 0x07:
        return _BUDDHIST
    return _LOCALES.get(locale) or _LANGUAGES.get(locale & 0x3FF, "")


def _names(months: str, days: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Names and what is short for them: `January/Jan`, or the first three letters."""
    months_and_days = []
    for names in (months, days):
        pairs = (name.partition("/") for name in names.split())
        months_and_days.append([(long, short or long[:3]) for long, _, short in pairs])
    return months_and_days[0], months_and_days[1]


_Names = tuple[list[tuple[str, str]], list[tuple[str, str]]]
_NUMBERED_MONTHS: Final = " ".join(f"{number}月/{number}月" for number in range(1, 13))
_NAMES: Final[Mapping[str, _Names]] = {
    "en": _names(
        "January February March April May June July August September October November December",
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    ),
    "de": _names(
        "Januar Februar März/Mrz April Mai Juni Juli August September Oktober November Dezember",
        "Montag/Mo Dienstag/Di Mittwoch/Mi Donnerstag/Do Freitag/Fr Samstag/Sa Sonntag/So",
    ),
    "fr": _names(
        "janvier/janv. février/févr. mars/mars avril/avr. mai/mai juin/juin juillet/juil. "
        "août/août septembre/sept. octobre/oct. novembre/nov. décembre/déc.",
        "lundi/lun. mardi/mar. mercredi/mer. jeudi/jeu. vendredi/ven. samedi/sam. dimanche/dim.",
    ),
    "es": _names(
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "lunes martes miércoles jueves viernes sábado domingo",
    ),
    "it": _names(
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre/set ottobre novembre "
        "dicembre",
        "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    ),
    "pt": _names(
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "segunda-feira/seg terça-feira/ter quarta-feira/qua quinta-feira/qui sexta-feira/sex "
        "sábado/sáb domingo/dom",
    ),
    "nl": _names(
        "januari februari maart/mrt april mei juni juli augustus september oktober november "
        "december",
        "maandag/ma dinsdag/di woensdag/wo donderdag/do vrijdag/vr zaterdag/za zondag/zo",
    ),
    "th": _names(
        "มกราคม/ม.ค. กุมภาพันธ์/ก.พ. มีนาคม/มี.ค. เมษายน/เม.ย. พฤษภาคม/พ.ค. มิถุนายน/มิ.ย. "
        "กรกฎาคม/ก.ค. สิงหาคม/ส.ค. กันยายน/ก.ย. ตุลาคม/ต.ค. พฤศจิกายน/พ.ย. ธันวาคม/ธ.ค.",
        "จันทร์/จ. อังคาร/อ. พุธ/พ. พฤหัสบดี/พฤ. ศุกร์/ศ. เสาร์/ส. อาทิตย์/อา.",
    ),
    "ja": _names(
        _NUMBERED_MONTHS, "月曜日/月 火曜日/火 水曜日/水 木曜日/木 金曜日/金 土曜日/土 日曜日/日"
    ),
    "zh": _names(
        _NUMBERED_MONTHS,
        "星期一/周一 星期二/周二 星期三/周三 星期四/周四 星期五/周五 星期六/周六 星期日/周日",
    ),
}
"""Language → its months and days."""
