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
