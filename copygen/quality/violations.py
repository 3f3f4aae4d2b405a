"""What is wrong with a text, as data."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error rejects the text; a warning is only told."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that a text breaks."""

    rule: str
    """Such as `length`, `language`, `grounding.number`, `pack.google_ads.exclamation`."""
    severity: Severity
    message: str
    """One sentence for people, with the measure: `34 of 30 width units`."""
    span: tuple[int, int] | None = None
    """Code point offsets into the text."""
    field: str | None = None
    """The named field; None for a prompt that asks for one text."""
    index: int | None = None
    """0-based number in a field with several texts."""
    fix: str | None = None
    """What to tell the model: `cut at least 4 width units`."""
