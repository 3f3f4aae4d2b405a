"""How long a text is, in the units that channels count in.

Every unit counts the text in Unicode normalization form NFC. Measuring never raises, for no string
at all: a lone surrogate counts as one code point, one UTF-16 unit, three bytes.
"""

import unicodedata
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from copygen.quality.folding import normalized
from copygen.quality.graphemes import count_graphemes
from copygen.quality.pixels import SNIPPET_PX, TITLE_PX, pixels
from copygen.quality.sms import segments
from copygen.quality.x_weight import x_weight


class Unit(StrEnum):
    """What a channel counts."""

    CODEPOINTS = "codepoints"
    GRAPHEMES = "graphemes"
    """Characters as people see them: extended grapheme clusters, Unicode UAX #29."""
    UTF16 = "utf16"
    """UTF-16 code units: most emoji count 2."""
    BYTES = "bytes"
    """UTF-8."""
    WIDTH = "width"
    """East Asian Wide and Fullwidth characters count 2, all others 1 (Unicode UAX #11)."""
    X = "x"
    """A post on X, weighted as by twitter-text: an emoji counts 2, a web address 23."""
    SMS_SEGMENTS = "sms_segments"
    """Text messages that are sent and billed."""
    PIXELS = "pixels"
    """Estimated width of a title in a search result: Arial at 20 px."""
    PIXELS_14 = "pixels_14"
    """Estimated width of a description in a search result: Arial at 14 px, on one line."""

    @property
    def noun(self) -> str:
        """What the unit is called in messages, in the plural."""
        return _WORDS[self][0]

    @property
    def explanation(self) -> str:
        """How the unit counts, for a model that does not know; empty where the noun says it."""
        return _WORDS[self][1]

    def counted(self, number: int) -> str:
        """`1, WIDTH` → `1 width unit`; `4` → `4 width units`."""
        return f"{number:,} {self.noun.removesuffix('s') if number == 1 else self.noun}"


_WORDS: Final[Mapping[Unit, tuple[str, str]]] = {
    Unit.CODEPOINTS: ("code points", "a letter, mark, space or sign counts 1"),
    Unit.GRAPHEMES: ("characters", ""),
    Unit.UTF16: ("UTF-16 units", "most characters count 1, an emoji 2 or more"),
    Unit.BYTES: ("bytes", "a Latin letter counts 1, a Thai, Chinese or Japanese character 3"),
    Unit.WIDTH: (
        "width units",
        "a Latin or Thai character counts 1, a Chinese, Japanese or Korean one and an emoji 2",
    ),
    Unit.X: (
        "weighted characters",
        "a Latin or Thai character counts 1, a Chinese, Japanese or Korean one and an emoji 2, "
        "a web address 23",
    ),
    Unit.SMS_SEGMENTS: (
        "SMS segments",
        "one segment holds 160 plain Latin characters, or 70 if any is another",
    ),
    Unit.PIXELS: ("pixels", "a Latin letter is about 10 wide, a Chinese or Japanese one 20"),
    Unit.PIXELS_14: ("pixels", "a Latin letter is about 7 wide, a Chinese or Japanese one 14"),
}


def measure(text: str, unit: Unit) -> int:
    """Return the length of `text` in `unit`."""
    if not text.isascii():
        text = normalized(text, "NFC")
    return _MEASURES[unit](text)


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _utf8_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    # Of the six classes (A, F, H, N, Na, W) only these two are spelled with these letters.
    classes = "".join(map(unicodedata.east_asian_width, text))
    return len(text) + classes.count("W") + classes.count("F")


def _title_pixels(text: str) -> int:
    return pixels(text, TITLE_PX)


def _snippet_pixels(text: str) -> int:
    return pixels(text, SNIPPET_PX)


_MEASURES: Final[Mapping[Unit, Callable[[str], int]]] = {
    Unit.CODEPOINTS: len,
    Unit.GRAPHEMES: count_graphemes,
    Unit.UTF16: _utf16_units,
    Unit.BYTES: _utf8_bytes,
    Unit.WIDTH: _width,
    Unit.X: x_weight,
    Unit.SMS_SEGMENTS: segments,
    Unit.PIXELS: _title_pixels,
    Unit.PIXELS_14: _snippet_pixels,
}
