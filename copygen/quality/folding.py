"""Text folded for comparison (NFKC, then casefold), with the way back to the original."""

import re
import unicodedata
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal

HANGUL, KANA, HAN, THAI, OTHER, LATIN = range(6)
"""Numbers of the groups."""
SCRIPT_GROUPS: Final = tuple(
    re.compile(letters)
    for letters in (
        "[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7a3]",  # Hangul
        "[\u3041-\u30ff]",  # kana
        "[\u2e80-\u3040\u31f0-\ua95f\ud7a4-\U0010ffff]",  # Han, and what else lies there
        "[\u0e00-\u0eff]",  # Thai, Lao
        "[\x80-\u0dff\u0f00-\u10ff\u1200-\u2e7f]",  # most others, and typographic marks
        "[a-z]",
        "",
    )
)
"""Scripts, so that literals of those a text does not have need no look. The last is none."""
_ASCII_GROUPS: Final = ((LATIN, 6), (6,))

_SHORT: Final = 500
_PILED: Final = re.compile(r"[^\w\s!-\u02ff]{31}")
"""Marks, and what else is no letter, digit, space or Latin: no copy has as many in a row."""


def script_groups(folded: str) -> tuple[int, ...]:
    """The numbers of the groups whose letters the text has, the rarest first."""
    if folded.isascii():
        return _ASCII_GROUPS[0] if SCRIPT_GROUPS[LATIN].search(folded) else _ASCII_GROUPS[1]
    return tuple(n for n, letters in enumerate(SCRIPT_GROUPS) if letters.search(folded))


class Folded:
    """A folded text. Matching is done on `text`; `span` says where that is in the original."""

    def __init__(self, original: str) -> None:
        self.original = original
        if original.isascii():
            self.text = original.lower()
        else:
            self.text = normalized(original, "NFKC").casefold()
        self._groups: tuple[int, ...] | None = None

    @property
    def groups(self) -> tuple[int, ...]:
        """The script groups of the text."""
        if self._groups is None:
            self._groups = script_groups(self.text)
        return self._groups

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original of what stands at `start:end` of the folded text.

        Never outside the original; a character that folds to several belongs to it whole.
        """
        if self.original.isascii():
            return start, end
        offsets = self._offsets
        last = offsets[min(end, len(self.text)) - 1] if end > start else offsets[start]
        after = bisect_right(offsets, last, lo=end)
        return offsets[start], offsets[after] if after < len(offsets) else len(self.original)

    @cached_property
    def _offsets(self) -> list[int]:
        """For each folded character the offset of the original one it comes from.

        Only when a match is to be shown: the fold itself is one call into C.
        """
        offsets: list[int] = []
        for start, end in _clusters(self.original):
            folded = normalized(self.original[start:end], "NFKC").casefold()
            steps = end - start
            offsets += [start + min(i, steps - 1) for i in range(len(folded))]
        # Normalising piece by piece may differ from the whole in rare sequences: stay inside.
        last = max(len(self.original) - 1, 0)
        offsets += [last] * (len(self.text) + 1 - len(offsets))
        return offsets


def normalized(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """`text` in a normalization form of Unicode, in time that grows with it.

    Marks that are piled up on one letter are sorted, which takes the square of their number: of a
    pile each 31 are sorted for themselves, as UAX #15 (stream-safe text) has it.
    """
    if len(text) <= _SHORT or not _PILED.search(text):
        return unicodedata.normalize(form, text)
    ends = [0, *(pile.end() for pile in _PILED.finditer(text)), len(text)]
    return "".join(unicodedata.normalize(form, text[a:b]) for a, b in pairwise(ends))


def fold(text: str) -> str:
    """Return `text` folded, where the way back is not needed."""
    return Folded(text).text


def _clusters(text: str) -> list[tuple[int, int]]:
    starts = [i for i, char in enumerate(text) if i == 0 or _starts(char)]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _starts(char: str) -> bool:
    """Whether what comes before cannot merge with `char` when normalised."""
    if "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f":  # jamo; half-width voiced marks
        return False
    return not unicodedata.combining(char)
