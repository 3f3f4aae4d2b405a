"""Texts that should differ and hardly do."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import Indel

from copygen.quality.folding import fold
from copygen.quality.violations import Severity, Violation

_LONGEST: Final = 5000
"""Characters of a text that are compared: the time grows with the product of both lengths."""
_MOST_TEXTS: Final = 200
"""Texts of one item that are compared each with each, the last ones; no field asks for as many."""


def distance(one: str, other: str) -> float:
    """How far two texts are apart, folded: 0 the same, 1 nothing in common (normalised Indel)."""
    return Indel.normalized_distance(fold(one[:_LONGEST]), fold(other[:_LONGEST]))


def variants(texts: Sequence[str], least: float, others: int = 0) -> list[Violation]:
    """Texts of one item that are nearer than `least` to an earlier one; `index` says which.

    The first `others` are of other answers, which whoever is told has not seen.
    """
    folded = [fold(text[:_LONGEST]) for text in texts]
    found = []
    for later in range(1, len(texts)):
        for earlier in range(max(0, later - _MOST_TEXTS), later):
            apart = Indel.normalized_distance(folded[earlier], folded[later])
            if apart < least:
                other = _named(earlier, others)
                wanted = f"at least {100 * least:.0f} % are wanted"
                message = f"{100 * apart:.0f} % away from {other}, {wanted}"
                fix = f"word it differently from {other}"
                found.append(Violation("variants", Severity.ERROR, message, index=later, fix=fix))
                break
    return found


def _named(number: int, others: int) -> str:
    """A text as whoever wrote the last answer knows it."""
    return "an earlier version" if number < others else f"text {number - others + 1}"


def repeats(texts: Sequence[str], others: int = 0) -> list[Violation]:
    """Texts that are the same as an earlier one, apart from case and width of letters.

    The first `others` are of other answers.
    """
    seen: dict[str, int] = {}
    found = []
    for index, text in enumerate(texts):
        first = seen.setdefault(" ".join(fold(text).split()), index)
        if first != index:
            other = _named(first, others)
            message = f"the same as {other}"
            fix = f"write another text than {other}"
            found.append(
                Violation("variants.repeat", Severity.ERROR, message, index=index, fix=fix)
            )
    return found
