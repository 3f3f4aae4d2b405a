"""How long a text is, in the units that channels count in.

Every unit counts the text in Unicode normalization form NFC. Measuring never raises, for no string
at all: a lone surrogate counts as one code point, one UTF-16 unit, three bytes.

Characters as people see them are extended grapheme clusters (Unicode UAX #29). The alphabet of text
messages and its extension table are those of 3GPP TS 23.038 (6.2.1, 6.2.1.1); a message holds 140
octets, of which a part of a concatenated one gives six to its header (TS 23.040, 9.2.3.24.1);
national language shift tables are not used: what the network may do with them is not known. Pixel
widths are estimated from `configs/metrics/pixels.yaml`, which has their source.

Posts on X are counted as twitter-text does, config v3. Own code and not `twitter-text-parser`,
which is right but takes 0.14 ms for thirty characters and 0.2 s to import, and needs a
`pkg_resources` that newer Pythons do not come with. Two differences, both of emoji younger than
twitter-text's last list: sequences of them count 2 here, as X says they do. Ranges, weights and
top-level domains: `configs/metrics/x.yaml`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import TYPE_CHECKING, Final

from copygen.quality.data import PixelTable, XTable, table
from copygen.quality.normalize import deferred, normalized

if TYPE_CHECKING:
    import regex  # type: ignore[import-untyped]  # has no stubs

_LETTERS: Final = (
    "\x20-\x7e\xa0-\xac\xae-\u02ff"  # Latin
    "\u0370-\u0482\u048a-\u0556\u10d0-\u10ff\u1e00-\u1fff"  # Greek, Cyrillic, Armenian, Georgian
    "\u05d0-\u05ea\u060c\u061b\u061f-\u064a\u0660-\u066f\u0671-\u06d3"  # Hebrew, Arabic
    "\u0e01-\u0e30\u0e32\u0e3f-\u0e46\u0e4f-\u0e5b"  # Thai
    "\u2010-\u2027\u202f-\u205e\u20a0-\u20c0\u2100-\u2bff"  # typographic punctuation, symbols
    "\u3000-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3"  # CJK
    "\uff01-\uff9d"  # full and half width
    "\U0001f300-\U0001f3fa\U0001f400-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001f9ff"  # emoji
)
"""Characters that begin a cluster each, whichever of these or of `_STANDING` is beside them."""
_STANDING: Final = (
    "\u0300-\u036f"  # accents
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"  # Hebrew, Arabic
    "\u0e31\u0e33-\u0e3a\u0e47-\u0e4e"  # Thai
    "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff"  # of emoji
)
"""Characters that belong to the cluster of the letter before them."""
_APART: Final = deferred(f"[\n{_LETTERS}]*")
_STACKED: Final = deferred(f"(?:[{_LETTERS}]++[{_STANDING}]*+|\n)*+")
_STACK: Final = deferred(f"[{_LETTERS}][{_STANDING}]*+|\n")
_MARK: Final = deferred(f"[{_STANDING}]")


def graphemes(text: str) -> Sequence[str]:
    """Return the clusters of `text`; joined, they are `text`."""
    if _APART.fullmatch(text):
        return text
    is_stacked = _STACKED.fullmatch(text)
    found: list[str] = (_STACK if is_stacked else _cluster()).findall(text)
    return found


def count_graphemes(text: str) -> int:
    """Return the number of clusters."""
    if _APART.fullmatch(text):
        return len(text)
    if _STACKED.fullmatch(text):
        return len(text) - len(_MARK.findall(text))
    return len(_cluster().findall(text))


@cache
def _cluster() -> "regex.Pattern[str]":
    import regex  # a quarter of a microsecond a cluster: few texts need it

    return regex.compile(r"\X")


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


_EMOJI_WEIGHT: Final = 2

# Emoji that take a skin tone (Unicode emoji-data.txt, Emoji_Modifier_Base).
_TONED: Final = (
    "\u261d\u26f9\u270a-\u270d\U0001f385\U0001f3c2-\U0001f3c4\U0001f3c7\U0001f3ca-\U0001f3cc"
    "\U0001f442\U0001f443\U0001f446-\U0001f450\U0001f466-\U0001f478\U0001f47c"
    "\U0001f481-\U0001f483\U0001f485-\U0001f487\U0001f48f\U0001f491\U0001f4aa\U0001f574\U0001f575"
    "\U0001f57a\U0001f590\U0001f595\U0001f596\U0001f645-\U0001f647\U0001f64b-\U0001f64f\U0001f6a3"
    "\U0001f6b4-\U0001f6b6\U0001f6c0\U0001f6cc\U0001f90c\U0001f90f\U0001f918-\U0001f91f\U0001f926"
    "\U0001f930-\U0001f939\U0001f93c-\U0001f93e\U0001f977\U0001f9b5\U0001f9b6\U0001f9b8\U0001f9b9"
    "\U0001f9bb\U0001f9cd-\U0001f9cf\U0001f9d1-\U0001f9dd\U0001fac3-\U0001fac5"
    "\U0001faf0-\U0001faf8"
)
# Wider than what is an emoji: a single character counts 2 here either way.
_PICTURE: Final = (
    "\u203c\u2049\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u265e\u2660-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001f1e5\U0001f200-\U0001f3fa"
    "\U0001f400-\U0001faff"
)
_ONE_PICTURE: Final = (
    rf"(?:[{_TONED}][\U0001f3fb-\U0001f3ff]|[{_PICTURE}]\ufe0f?|[\xa9\xae\u2122\u265f]\ufe0f)"
)
_SEQUENCE: Final = deferred(
    rf"[\U0001f1e6-\U0001f1ff]{{2}}|[#*0-9]\ufe0f?\u20e3"
    rf"|\U0001f3f4[\U000e0061-\U000e007a\U000e0030-\U000e0039]+\U000e007f"
    rf"|{_ONE_PICTURE}(?:\u200d{_ONE_PICTURE})*"
)
_JOINS: Final = deferred("[\u200d\u20e3\ufe0f\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff\U000e007f]")
"""No sequence of several code points is without one of these."""

_ACCENTED: Final = (
    "\xc0-\xd6\xd8-\xf6\xf8-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272"
    "\u0289\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_NOT_IN_DOMAIN: Final = (
    r"!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$\s\x85\u180e\ufffe\ufeff\uffff"
    "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
)
_PATH: Final = rf"a-z\u0400-\u04ff0-9!*';:=+,.$/%#\[\]\-\u2013_~@|&{_ACCENTED}"
_TAIL: Final = (
    rf"(?::[0-9]+)?(?:/(?:(?:[{_PATH}]|\([{_PATH}]+\))*"
    rf"(?:[+\-a-z\u0400-\u04ff0-9=_#/{_ACCENTED}]|\([{_PATH}]+\)))?)?"
    r"(?:\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-z0-9\-_&=#/])?"
)
# The character before an address belongs to the match, as in twitter-text: two addresses cannot
# stand side by side.
_CANDIDATE: Final = deferred(
    "([^A-Za-z0-9@＠$#＃\ufffe\ufeff\uffff]|^)"
    rf"(https?://)?([^{_NOT_IN_DOMAIN}](?:[^{_NOT_IN_DOMAIN}]|[-_.])*)",
    re.IGNORECASE,
)
_PROTOCOL_NAME: Final = deferred(r"https?$", re.IGNORECASE)
_LATIN_LABELS: Final = deferred(
    rf"(?<![-a-z0-9{_ACCENTED}])(?:[-a-z0-9{_ACCENTED}]++\.)+", re.IGNORECASE
)
_TAIL_PATTERN: Final = deferred(_TAIL, re.IGNORECASE)
_SHORTENED: Final = deferred(r"https?://t\.co/[a-z0-9]+", re.IGNORECASE)
_LATIN_LABEL: Final = deferred(r"[0-9A-Za-z-]+")
_DOT_INSIDE: Final = deferred(r"[^\s.]\.[^\s.]")


@dataclass(frozen=True, slots=True)
class _PostRules:
    heavy: re.Pattern[str]
    domains: frozenset[str]
    longest_domain: int
    url_weight: int


@cache
def _rules() -> _PostRules:
    figures = table(XTable, "x")
    light = "".join(f"{chr(first)}-{chr(last)}" for first, last in figures.light)
    domains = frozenset(f"{figures.country_domains} {figures.generic_domains}".split())
    return _PostRules(
        heavy=re.compile(f"[^{light}]"),
        domains=domains,
        longest_domain=max(map(len, domains)),
        url_weight=figures.url_weight,
    )


def x_weight(text: str) -> int:
    """Return the weighted length of `text`, which is in NFC. A line break counts 1."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "." not in text or not _DOT_INSIDE.search(text):
        return len(text) if text.isascii() else _weight(text)
    weight = start = 0
    for first, last in url_spans(text):
        weight += _weight(text[start:first]) + _rules().url_weight
        start = last
    return weight + _weight(text[start:])


def _weight(text: str) -> int:
    heavy = _rules().heavy
    weight = len(text) + len(heavy.findall(text))
    if not _JOINS.search(text):
        return weight
    for found in _SEQUENCE.finditer(text):
        sequence = found.group()
        if len(sequence) > 1:
            weight += _EMOJI_WEIGHT - len(sequence) - len(heavy.findall(sequence))
    return weight


def url_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where X sees web addresses in `text`, in order; most need no `https://`."""
    position = 0
    while found := _CANDIDATE.search(text, position):
        first, last = found.span(3)
        end = _domain_end(text, first, last) if _DOT_INSIDE.search(text, first, last) else None
        if end is None:
            position = max(_next_start(text, first, last), found.start() + 1)
            continue
        position = tail_end = _tail_end(text, end)
        if not _is_encodable(text[first:end]):
            continue
        if found[2]:
            yield found.start(2), _shortened_end(text, found.start(2), tail_end)
        elif found[1] not in ("-", "_", ".", "/"):
            yield from _bare(text, first, end, tail_end)


def _next_start(text: str, first: int, last: int) -> int:
    """Where the search goes on after characters that are no address.

    The last of them may stand before the next, and so may the one before an `https://`.
    """
    protocol = _PROTOCOL_NAME.search(text, first, last) if text.startswith("://", last) else None
    return (protocol.start() if protocol else last) - 1


def _bare(text: str, first: int, end: int, tail_end: int) -> Iterator[tuple[int, int]]:
    """Without a protocol only the parts in Latin letters are addresses; the last has the path."""
    spans = []
    for found in _LATIN_LABELS.finditer(text, first, end):
        dot = text.find(".", found.end(), end)
        domain_end = _domain_end(text, found.start(), end if dot < 0 else dot)
        if domain_end is not None:
            spans.append((found.start(), domain_end))
    if spans and spans[-1][1] == end and "/" in text[end:tail_end].partition("?")[0]:
        spans[-1] = (spans[-1][0], tail_end)
    yield from spans


def _tail_end(text: str, end: int) -> int:
    """Where port, path and query behind a domain end."""
    tail = _TAIL_PATTERN.match(text, end)
    return tail.end() if tail else end


def _shortened_end(text: str, first: int, end: int) -> int:
    """An address of X's own shortener ends with its first name."""
    short = _SHORTENED.match(text, first)
    return short.end() if short else end


def _domain_end(text: str, start: int, end: int) -> int | None:
    """Where the longest domain that begins at `start` ends: behind a known top-level domain."""
    labels = text[start:end].split(".")
    sound = next((n for n, label in enumerate(labels) if not _is_label(label)), len(labels))
    offset = end
    for number in range(len(labels) - 1, 0, -1):
        offset -= len(labels[number])
        known = _known_domain(labels[number], text, offset)
        if known and "_" not in labels[number - 1] and number <= sound:
            return offset + known
        offset -= 1
    return None


def _known_domain(label: str, text: str, at: int) -> int:
    """The length of the top-level domain that `label` begins with; 0 if there is none."""
    rules = _rules()
    folded = label.lower()
    latin = _LATIN_LABEL.match(folded)
    lengths = [latin.end()] if latin else range(min(len(folded), rules.longest_domain), 0, -1)
    for length in lengths:
        name = folded[:length]
        following = text[at + length : at + length + 1]
        parted = not following.isascii() or not (following.isalnum() or following in "@+-")
        if (parted or not following) and (name in rules.domains or name.startswith("xn--")):
            return length
    return 0


def _is_label(label: str) -> bool:
    return bool(label) and label[0] not in "-_" and label[-1] not in "-_"


def _is_encodable(domain: str) -> bool:
    """Whether DNS could hold the domain: labels of 63 characters at most, for one."""
    try:
        return bool(domain.encode("idna"))
    except UnicodeError:
        return False


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
