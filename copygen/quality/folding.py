"""Text folded for comparison (NFKC, then casefold), with the way back to the original."""

import unicodedata
from functools import cached_property


class Folded:
    """A folded text. Matching is done on `text`; `span` says where that is in the original."""

    def __init__(self, original: str) -> None:
        self.original = original
        if original.isascii():
            self.text = original.lower()
        else:
            self.text = unicodedata.normalize("NFKC", original).casefold()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original of what stands at `start:end` of the folded text.

        Never outside the original; a character that folds to several belongs to it whole.
        """
        if self.original.isascii():
            return start, end
        offsets = self._offsets
        last = offsets[min(end, len(self.text)) - 1] if end > start else offsets[start]
        after = next((o for o in offsets[end:] if o > last), len(self.original))
        return offsets[start], after

    @cached_property
    def _offsets(self) -> list[int]:
        """For each folded character the offset of the original one it comes from.

        Only when a match is to be shown: the fold itself is one call into C.
        """
        offsets: list[int] = []
        for start, end in _clusters(self.original):
            folded = unicodedata.normalize("NFKC", self.original[start:end]).casefold()
            steps = end - start
            offsets += [start + min(i, steps - 1) for i in range(len(folded))]
        # Normalising piece by piece may differ from the whole in rare sequences: stay inside.
        last = max(len(self.original) - 1, 0)
        offsets += [last] * (len(self.text) + 1 - len(offsets))
        return offsets


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
