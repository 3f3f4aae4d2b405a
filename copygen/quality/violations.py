"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """What follows from a violation."""

    ERROR = "error"
    """The text is not fit to publish."""
    WARNING = "warning"
    """A person should look; nothing is rejected for it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one text breaks."""

    rule: str
    """Its dotted name: `length`, `grounding.number`, `pack.google_ads.exclamation`."""
    severity: Severity
    message: str
    """One sentence for people, with the measure: `34 of 30 width units`."""
    span: tuple[int, int] | None = None
    """Code point offsets into the text; None when it is the text as a whole."""
    field: str | None = None
    """The named field it is in, else None."""
    index: int | None = None
    """0-based number in a field with several texts."""
    fix: str | None = None
    """What to tell the model: `cut at least 4 width units`."""
