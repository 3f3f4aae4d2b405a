"""How long a text is, in the units that channels count in.

Every unit counts the text in Unicode normalization form NFC. Measuring never raises, for no string
at all: a lone surrogate counts as one code point, one UTF-16 unit, three bytes.

Characters as people see them are extended grapheme clusters (Unicode UAX #29). The alphabet of text
messages and its extension table are those of 3GPP TS 23.038 (6.2.1, 6.2.1.1); a message holds 140
octets, of which a part of a concatenated one gives six to its header (TS 23.040, 9.2.3.24.1);
national language shift tables are not used: what the network may do with them is not known. Pixel
widths are estimated from `configs/metrics/pixels.yaml`, which has their source.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache, partial
from typing import Final

from wcwidth import iter_graphemes

from copygen.quality.data import PixelTable, table
from copygen.quality.normalize import normalized
from copygen.quality.x_weight import x_weight

# Characters that are a cluster each whatever stands beside them: nothing here extends the one
# before, joins the next or is part of a CR LF.
_APART: Final = re.compile(
    "["
    "\x20-\x7e\xa1-\xa8\xaa-\xac\xaf-\u02ff"  # Latin
    "\u0370-\u0482\u048a-\u0556"  # Greek, Cyrillic, Armenian
    "\u0e01-\u0e30\u0e32\u0e3f-\u0e46\u0e4f-\u0e5b"  # Thai letters, not what stands on them
    "\u2010-\u2027\u2030-\u203b"  # typographic punctuation
    "\u3000-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3"  # CJK
    "\uff01-\uff9d"  # full and half width
    "]*"
)


def graphemes(text: str) -> Iterator[str]:
    """Yield the clusters of `text`; joined, they are `text`."""
    if _APART.fullmatch(text):
        return iter(text)
    return iter_graphemes(text)


def count_graphemes(text: str) -> int:
    """Return the number of clusters."""
    if _APART.fullmatch(text):
        return len(text)
    return sum(1 for _ in iter_graphemes(text))


def boundaries(text: str) -> list[int]:
    """Return where a cluster ends, as offsets into `text`; 0 is not among them."""
    ends = []
    end = 0
    for cluster in graphemes(text):
        end += len(cluster)
        ends.append(end)
    return ends


TITLE_PX = 20
SNIPPET_PX = 14

_UNSEEN = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


class _Widths(dict[str, int]):
    """Character → width in thousandths of the font size; looked up once each."""

    def __init__(self, figures: PixelTable) -> None:
        super().__init__((char, width) for width, chars in figures.widths.items() for char in chars)
        self._figures = figures

    def __missing__(self, char: str) -> int:
        width = self._estimate(char)
        if char < "\U00010000":  # bounds what is kept
            self[char] = width
        return width

    def _estimate(self, char: str) -> int:
        if unicodedata.category(char) in _UNSEEN:
            return 0
        match unicodedata.east_asian_width(char):
            case "W" | "F":
                return self._figures.wide
            case "H":
                return self._figures.halfwidth
        base = unicodedata.normalize("NFD", char)[0]
        if base != char:
            return self[base]
        code = ord(char)
        found = (s.width for s in self._figures.scripts if s.first <= code <= s.last)
        return next(found, self._figures.other)

    def of_cluster(self, cluster: str) -> int:
        """The width of what is drawn as one: an emoji family is as wide as an emoji."""
        if len(cluster) > 1 and unicodedata.east_asian_width(cluster[0]) in "WF":
            return self._figures.wide
        if "\ufe0f" in cluster or "\u20e3" in cluster:  # asked for as an emoji, or a keycap
            return self._figures.wide
        return sum(map(self.__getitem__, cluster))


@cache
def _widths() -> _Widths:
    return _Widths(table(PixelTable, "pixels"))


def pixels(text: str, font_px: int) -> int:
    """Return the estimated width of `text` on one line, rounded up."""
    widths = _widths()
    if text.isprintable() and max(text, default="") < "\u2000":
        thousandths = sum(map(widths.__getitem__, text))
    else:
        thousandths = sum(map(widths.of_cluster, graphemes(text)))
    return -(-thousandths * font_px // 1000)


_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Sent as an escape and a septet, so they cost two; the pair is never parted."""
_GSM_7: Final = _BASIC | _EXTENDED

_SEPTETS, _SEPTETS_IN_PART = 160, 153
_UCS2, _UCS2_IN_PART = 70, 67


def is_gsm7(text: str) -> bool:
    """Whether the text can be sent in 7-bit characters: 160 to a message instead of 70."""
    return _GSM_7.issuperset(text)


def segments(text: str) -> int:
    """Return the number of messages: 0 for an empty text."""
    if not text:
        return 0
    if is_gsm7(text):
        extended = len(text) - len([1 for char in text if char in _BASIC])
        if len(text) + extended <= _SEPTETS:
            return 1
        return _parts((2 if char in _EXTENDED else 1 for char in text), _SEPTETS_IN_PART)
    astral = len([1 for char in text if char > "\uffff"])
    if len(text) + astral <= _UCS2:
        return 1
    return _parts((2 if char > "\uffff" else 1 for char in text), _UCS2_IN_PART)


def _parts(costs: Iterable[int], room: int) -> int:
    """Fill parts one after the other; what costs two is not split between two of them."""
    parts, left = 1, room
    for cost in costs:
        if cost > left:
            parts, left = parts + 1, room
        left -= cost
    return parts


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


_MEASURES: Final[Mapping[Unit, Callable[[str], int]]] = {
    Unit.CODEPOINTS: len,
    Unit.GRAPHEMES: count_graphemes,
    Unit.UTF16: _utf16_units,
    Unit.BYTES: _utf8_bytes,
    Unit.WIDTH: _width,
    Unit.X: x_weight,
    Unit.SMS_SEGMENTS: segments,
    Unit.PIXELS: partial(pixels, font_px=TITLE_PX),
    Unit.PIXELS_14: partial(pixels, font_px=SNIPPET_PX),
}
