"""Too long, too short, too many, too few."""

import re
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.channels import FieldSpec

_LONGEST_MARK: Final = 20
_MARK: Final = re.compile(r"\s*(?:[(\[]?\d{1,2}[.):\]]|[-–—•*·.…_#>]+)\s*")


def length(measured: int, spec: FieldSpec) -> list[Violation]:
    """Hold a measured length against the field's spec.

    A limit that is soft or unverified warns. An empty text is too short for every field.
    """
    severity = Severity.ERROR if spec.fails else Severity.WARNING
    if spec.limit is not None and measured > spec.limit:
        over = measured - spec.limit
        unsure = "" if spec.verified else " (the limit is unverified)"
        message = f"{measured} of {spec.unit.counted(spec.limit)}{unsure}"
        fix = f"cut at least {spec.unit.counted(over)}"
        return [Violation("length", severity, message, fix=fix)]
    least = spec.min_length or 0
    if measured < least:
        message = f"{spec.unit.counted(measured)}, at least {least} are needed"
        fix = f"add at least {spec.unit.counted(least - measured)}"
        return [Violation("length.short", severity, message, fix=fix)]
    return []


def empty(text: str) -> list[Violation]:
    """A text of nothing but white space, or but the mark of a list: `1.`, `-`."""
    if text and not text.isspace():
        if len(text) > _LONGEST_MARK or not _MARK.fullmatch(text):
            return []
        message = f"there is nothing but '{text.strip()}'"
        return [Violation("empty", Severity.ERROR, message, fix="write the text")]
    return [Violation("empty", Severity.ERROR, "the text is empty", fix="write the text")]


def count(number: int, spec: FieldSpec) -> list[Violation]:
    """Hold the number of texts of a field against what it may have."""
    least, most = spec.min_count or 0, spec.max_count
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


def overshoot(measured: int, spec: FieldSpec) -> int:
    """Units too many, or too few; 0 when the text fits."""
    if spec.limit is not None and measured > spec.limit:
        return measured - spec.limit
    return max(0, (spec.min_length or 0) - measured)
