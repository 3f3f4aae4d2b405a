"""What a check may know besides the text."""

from dataclasses import dataclass

from copygen.quality.facts import Facts
from copygen.quality.folding import Folded


@dataclass(frozen=True, slots=True)
class Context:
    """One text of one item, folded once for all checks."""

    text: Folded
    facts: Facts
    language: str | None = None
    """Tag of the language it should be in: `th`, `zh-Hant`; None: not told."""
    field: str | None = None
    """Name of the field, `headline` or `google_ads.headline`; None: the text as a whole."""
