"""How wide a text is in a search result, estimated from a table of character widths.

The table, its source and its estimates for scripts it does not list are in
`configs/metrics/pixels.yaml`.
"""

import unicodedata
from functools import cache

from copygen.quality.graphemes import graphemes
from copygen.quality.metrics import PixelTable, table

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
