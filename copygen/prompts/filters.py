"""Filters that Jinja does not have and that tables of shops need; each is linear in its text."""

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from html.parser import HTMLParser
from typing import Any, Final

# fmt: off
_BLOCKS: Final = frozenset((
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main",
    "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
))
# fmt: on
"""Elements that begin a line of their own."""
_CELLS: Final = frozenset(("td", "th"))
_UNSEEN: Final = frozenset(("script", "style", "template", "noscript", "head", "title"))
_BLANKS: Final = re.compile(r"[^\S\n]+")
_WITHOUT_BLANKS: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
)
"""Scripts that put no blanks between words: Thai, Lao, Burmese, Khmer, Japanese, Chinese."""
_WORD: Final = re.compile(
    rf"[{_WITHOUT_BLANKS}][\u0e31\u0e33-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb3-\u0ebc\u0ec8-\u0ece"
    rf"\u102b-\u103e\u17b4-\u17d3\u3099\u309a\u30fc]*|[^\s{_WITHOUT_BLANKS}]+"
)
"""A word; in those scripts a letter with the marks on it."""
_NBSP, _NARROW = "\u00a0", "\u202f"
_SEPARATORS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(
        ("en", "th", "ja", "zh", "ko", "he", "hi", "bn", "ta", "ms", "fil"), (",", ".")
    ),
    **dict.fromkeys(("de", "id", "it", "nl", "da", "tr", "el", "es", "hr", "sr", "ro"), (".", ",")),
    **dict.fromkeys(("vi", "sl", "is", "ca", "gl", "eu", "pt"), (".", ",")),
    **dict.fromkeys(("ru", "uk", "pl", "cs", "sk", "bg", "fi", "sv", "nb", "hu"), (_NBSP, ",")),
    **dict.fromkeys(("no", "nn", "et", "lt", "lv", "pt-pt", "de-at", "af", "kk"), (_NBSP, ",")),
    **dict.fromkeys(("fr",), (_NARROW, ",")),
    **dict.fromkeys(("de-ch", "it-ch", "de-li"), ("’", ".")),
    **dict.fromkeys(("es-mx", "es-us", "es-gt", "es-do", "es-pe"), (",", ".")),
}
"""Language or locale → what stands between thousands and before decimals (CLDR 46)."""
_INDIAN: Final = frozenset(("hi", "bn", "ta", "te", "mr", "gu", "kn", "ml", "pa", "en-in"))
"""Locales that group by two above the thousands."""
_PLAIN_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_COUNTED: Final = r"[$€£¥฿₹₩₫%]|[^\W\d_]{1,4}\.?"
_MONEY: Final = re.compile(r"[$€£¥฿₹₩₫円元]|\b[A-Z]{3}\b")
_SHOWN_NUMBER: Final = re.compile(
    rf"(?:{_COUNTED})?\s*([-−(]?)\s*[$€£¥฿₹₩₫]?\s*"
    r"([0-9]{1,3}(?:[\s’'.,][0-9]{3})+(?:[.,][0-9]+)?|[0-9]+(?:[.,][0-9]+)?|[.,][0-9]+)"
    rf"\s*(?:{_COUNTED})?\s*\)?"
)
"""A sign, digits in groups or not, and what they count: `$1,250.00`, `-12,50 €`, `THB 1 290`."""
_MOST_NUMBER_CHARS: Final = 60
_MOST_DIGITS: Final = 20


class FilterError(ValueError):
    """A value that a filter cannot work on. `str()` is a sentence's end."""


class _HtmlText(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Begin a line at a block."""
        if tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append(" ")
        self._unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        if tag in _BLOCKS:
            self.parts.append("\n")
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        """Keep what is seen."""
        if not self._unseen:
            # A line end in the source of a page is a blank to its reader.
            self.parts.append(data.replace("\r", " ").replace("\n", " "))


def strip_html(value: str) -> str:
    """The text of a piece of HTML: without tags, scripts and styles; a block begins a line.

    Text without tags and entities stays as it is.
    """
    if "<" not in value and "&" not in value:
        return value
    parser = _HtmlText()
    parser.feed(value)
    parser.close()
    lines = (_BLANKS.sub(" ", line).strip() for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)


def truncate_words(value: str, words: int = 50, end: str = "…") -> str:
    """The first `words` words, and `end` where there are more.

    Where a script has no blanks between words, each letter counts as one, as in word processors.
    """
    if words < 1:
        raise FilterError("truncate_words takes the number of words: truncate_words(30)")
    last = None
    for count, found in enumerate(_WORD.finditer(value), 1):
        if count > words:
            return value[:last].rstrip(" ,;:-–—、，") + end
        last = found.end()
    return value


def number(value: Any, locale: str = "en", digits: int | None = None) -> str:
    """A number as a locale writes it: `2500` is `2,500` (en), `2.500` (de), `2 500` (fr).

    `digits` decimals, else as many as it has. The value is a number, or a text that holds one as
    tables do, with a point before decimals.
    """
    text = str(value).strip()
    if not _PLAIN_NUMBER.fullmatch(text):
        try:
            text = format(Decimal(text), "f") if not isinstance(value, str) else ""
        except InvalidOperation:
            text = ""
        if not _PLAIN_NUMBER.fullmatch(text):
            raise FilterError(
                f"cannot write '{str(value)[:40]}' as a number: number takes digits with a point "
                "before decimals, as 2500.50"
            )
    name = locale.replace("_", "-").lower()
    group, point = separators_of(name)
    if not point:
        raise FilterError(f"has no locale '{locale[:20]}' to write numbers in; en, de, fr are some")
    if digits is not None:
        if not 0 <= digits <= _MOST_DIGITS:
            raise FilterError(f"number takes 0 to {_MOST_DIGITS} digits")
        text = format(_rounded(text, digits), "f")
    sign = "-" if text.startswith("-") else ""
    whole, _, decimals = text.lstrip("+-").partition(".")
    grouped = _grouped(whole, group, 2 if name in _INDIAN else 3)
    return f"{sign}{grouped}{point * bool(decimals)}{decimals}"


def as_float(value: Any, default: Any = 0.0, locale: str = "") -> Any:
    """A number as a table shows it: `1,250.00 €` is 1250, `12,50` is 12.5, `15 %` is 15.

    What holds no number is the default. Raises FilterError for what may be two numbers (`1,250`),
    unless the locale says.
    """
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        text = value.strip() if isinstance(value, str) else ""
        shown = _SHOWN_NUMBER.fullmatch(text) if len(text) <= _MOST_NUMBER_CHARS else None
        return default if shown is None else float(_plain(shown, text, locale))
    # A NaN is neither less nor more than any number.
    return found if found - found == 0 else default


def as_int(value: Any, default: Any = 0, base: int = 10, locale: str = "") -> Any:
    """The whole part of such a number; with another base, digits of that."""
    try:
        return int(value, base) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        found = as_float(value, None, locale)
        return default if found is None else int(found)


def _plain(shown: re.Match[str], value: str, locale: str) -> str:
    """A shown number with a point before its decimals and nothing else between its digits."""
    sign = "-" if shown[1] else ""
    digits = re.sub(r"[^0-9.,]", "", shown[2])
    point = "," if digits.rfind(",") > digits.rfind(".") else "."
    whole, _, after = digits.rpartition(point)
    signs = digits.count(".") + digits.count(",")
    if signs == 1 and len(after) == 3 and 0 < int(whole or 0) < 1000:
        of_locale = separators_of(locale.replace("_", "-").lower())[1]
        # Money has two decimals, or none.
        if not of_locale and not _MONEY.search(value):
            raise FilterError(
                f"cannot tell whether '{value}' is {whole}{after} or {whole}.{after}: say whose "
                'number it is, as in float(locale="en") or "de"'
            )
        is_decimal = of_locale == point
    else:
        is_decimal = signs > 0 and digits.count(point) == 1
    if not is_decimal:
        return sign + re.sub("[.,]", "", digits)
    return f"{sign}{re.sub('[.,]', '', whole) or '0'}.{after}"


def separators_of(locale: str) -> tuple[str, str]:
    """What stands between thousands and before decimals; empty for a locale not known here."""
    return _SEPARATORS.get(locale) or _SEPARATORS.get(locale.split("-")[0]) or ("", "")


def _rounded(text: str, digits: int) -> Decimal:
    try:
        return Decimal(text).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    except InvalidOperation as exc:
        raise FilterError("cannot round a number of so many digits") from exc


def _grouped(whole: str, group: str, size: int) -> str:
    whole, groups = whole[:-3], [whole[-3:]]
    while whole:
        whole, last = whole[:-size], whole[-size:]
        groups.append(last)
    return group.join(reversed(groups))


def first_line(value: str) -> str:
    """The first line that is not blank, without blanks around it."""
    return next((line.strip() for line in value.splitlines() if line.strip()), "")


def split(value: str, separator: str = ",") -> list[str]:
    """The parts of a text between separators, without blanks around them and empty ones."""
    if not separator:
        raise FilterError('split takes what stands between the parts: split(";")')
    return [part.strip() for part in value.split(separator) if part.strip()]


TEXT_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "strip_html": strip_html,
    "truncate_words": truncate_words,
    "first_line": first_line,
    "split": split,
}
"""Filters that take a text; `number` takes a number, too."""
