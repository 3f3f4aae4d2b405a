"""What a check of many texts found: one text at a time, and counted."""

from collections import Counter
from dataclasses import dataclass, field

from copygen.models import Source
from copygen.quality.violations import Severity, Violation


@dataclass(frozen=True, slots=True)
class Finding:
    """One text and what is wrong with it."""

    source: Source
    """The row it is in."""
    item_id: str
    text: str
    violations: tuple[Violation, ...]

    @property
    def has_errors(self) -> bool:
        """Whether it is not fit to publish."""
        return any(one.severity is Severity.ERROR for one in self.violations)


@dataclass(slots=True)
class Tally:
    """Counts of findings, in memory that does not grow with them."""

    texts: int = 0
    with_errors: int = 0
    with_warnings: int = 0
    """Texts with warnings only."""
    without_text: int = 0
    """Rows that have none: failed prompts."""
    rules: Counter[tuple[Severity, str]] = field(default_factory=Counter)
    """Violations by severity and rule."""
    examples: dict[tuple[Severity, str], tuple[str, str]] = field(default_factory=dict)
    """The first of each: the item's id and the message."""

    def add(self, finding: Finding) -> None:
        """Count one text."""
        self.texts += 1
        if finding.has_errors:
            self.with_errors += 1
        elif finding.violations:
            self.with_warnings += 1
        for one in finding.violations:
            key = (one.severity, one.rule)
            self.rules[key] += 1
            self.examples.setdefault(key, (finding.item_id, one.message))
