"""How long a text is in the units that a request may state a limit in, and the limits it states."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

_SMS: Final = (160, 70)
"""Characters of one message: of the GSM alphabet (here: of ASCII), of any other."""
_SMS_PARTS: Final = (153, 67)
"""Characters of each of several."""
_PX_PER_UNIT: Final = 15
"""Of width: rather too many than too few."""


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _weight(text: str) -> int:
    # Latin, Thai and general punctuation count 1 on X, all else 2
    return sum(1 if char < "\u1100" or "\u2000" <= char <= "\u200d" else 2 for char in text)


def _sms_segments(text: str) -> int:
    other = not text.isascii()
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    if units <= _SMS[other]:
        return 1
    return -(-units // _SMS_PARTS[other])


_SIZES: Final[Mapping[str, Callable[[str], int]]] = {
    "code point": len,
    "character": len,
    "utf-16 unit": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "byte": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "width unit": _width,
    "weighted character": _weight,
    "sms segment": _sms_segments,
    "pixel": lambda text: _PX_PER_UNIT * _width(text),
}
_UNIT: Final = "|".join(sorted(map(re.escape, _SIZES), key=len, reverse=True))
_AT_MOST: Final = re.compile(rf"\bat most ([\d,]{{1,12}}) ({_UNIT})s?\b", re.IGNORECASE)
_AT_LEAST: Final = re.compile(r"\bat least ([\d,]{1,12})(?! ?(?:texts|more))", re.IGNORECASE)
_MEASURED: Final = re.compile(rf"\b[\d,]{{1,12}} of ([\d,]{{1,12}}) ({_UNIT})s?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Limit:
    """The most a text may have of a unit."""

    number: int
    unit: str
    """As it is called in the singular: `width unit`."""

    def size(self, text: str) -> int:
        """The length of the text in the unit."""
        return _SIZES[self.unit](unicodedata.normalize("NFC", text))

    def holds(self, text: str) -> bool:
        """Whether the text is within it."""
        return self.size(text) <= self.number


def limits_in(words: str) -> list[Limit]:
    """Limits asked for (`at most 30 width units`), or told (`34 of 30 width units`)."""
    found = [*_AT_MOST.finditer(words), *_MEASURED.finditer(words)]
    return [Limit(_number(match[1]), match[2].lower()) for match in found]


def least_in(words: str) -> int:
    """The least length asked for; 0 if none is."""
    match = _AT_LEAST.search(words)
    return _number(match[1]) if match else 0


def _number(digits: str) -> int:
    return int(digits.replace(",", "") or 0)
