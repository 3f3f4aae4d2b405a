"""Too long, too short, too many, too few."""

from typing import Protocol

from copygen.quality.violations import Severity, Violation


class Limits(Protocol):
    """What a field says about the size of its texts."""

    @property
    def limit(self) -> int | None:
        """The most units one text may have; None: any."""
        ...

    @property
    def unit(self) -> str:
        """Name of the unit."""
        ...

    @property
    def hard(self) -> bool:
        """Whether the channel refuses a longer text, and does not only cut it off."""
        ...

    @property
    def verified(self) -> bool:
        """Whether the limit was read in a source that can be trusted."""
        ...

    @property
    def min_length(self) -> int | None:
        """The least units; None or 0: none."""
        ...

    @property
    def min_count(self) -> int | None:
        """The fewest texts of the field."""
        ...

    @property
    def max_count(self) -> int | None:
        """The most texts of the field."""
        ...


_UNITS = {
    "codepoints": "characters",
    "graphemes": "visible characters",
    "utf16": "UTF-16 units",
    "bytes": "bytes",
    "width": "width units",
    "x": "X characters",
    "sms_segments": "SMS segments",
    "pixels": "pixels",
}


def unit_words(unit: str) -> str:
    """What people call the unit: `width` → `width units`."""
    return _UNITS.get(unit, unit)


def length(measured: int, limits: Limits) -> list[Violation]:
    """Hold a measured length against the field's limits.

    A limit that is soft or unverified warns. An empty text is too short for every field.
    """
    words = unit_words(str(limits.unit))
    if limits.limit is not None and measured > limits.limit:
        over = measured - limits.limit
        unsure = "" if limits.verified else " (the limit is unverified)"
        message = f"{measured} of {limits.limit} {words}{unsure}"
        severity = Severity.ERROR if limits.hard and limits.verified else Severity.WARNING
        return [Violation("length", severity, message, fix=f"cut at least {over} {words}")]
    least = limits.min_length or 0
    if measured < least:
        message = f"{measured} {words}, at least {least} are needed"
        fix = f"add at least {least - measured} {words}"
        severity = Severity.ERROR if limits.verified else Severity.WARNING
        return [Violation("length.short", severity, message, fix=fix)]
    return []


def empty(text: str) -> list[Violation]:
    """A text of nothing but white space."""
    if text and not text.isspace():
        return []
    return [Violation("empty", Severity.ERROR, "the text is empty", fix="write the text")]


def count(number: int, limits: Limits) -> list[Violation]:
    """Hold the number of texts of a field against what it may have."""
    least, most = limits.min_count or 0, limits.max_count
    if number < least:
        message = f"{number} of at least {least} texts"
        fix = f"write {least - number} more"
        return [Violation("count", Severity.ERROR, message, fix=fix)]
    if most is not None and number > most:
        message = f"{number} of at most {most} texts"
        return [
            Violation("count", Severity.ERROR, message, fix=f"leave out {number - most} of them")
        ]
    return []


def overshoot(measured: int, limits: Limits) -> int:
    """Units too many, or too few; 0 when the text fits."""
    if limits.limit is not None and measured > limits.limit:
        return measured - limits.limit
    return max(0, (limits.min_length or 0) - measured)
