"""The field that `copygen check` holds every text against. The one place that knows its source."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from copygen.errors import UsageError
from copygen.quality.judge import FieldRules, Measure


@dataclass(frozen=True, slots=True)
class PlainField:
    """A field with a limit and no channel."""

    name: str
    limit: int | None
    unit: str
    hard: bool = True
    verified: bool = True
    min_length: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    rules: frozenset[str] = frozenset()
    packs: tuple[str, ...] = ()


def field_for(limit: int | None, unit: str) -> tuple[Callable[[str], FieldRules | None], Measure]:
    """`(column → its field, measure)`. Raises UsageError for an unknown unit.

    A column named `text` is the text as a whole and has a field only when there is a limit.
    """
    if unit not in _UNITS:
        raise UsageError(f"--unit should be one of {', '.join(_UNITS)}, not '{unit}'.")

    def field(column: str) -> FieldRules | None:
        if limit is None and column == "text":
            return None
        return PlainField(column, limit, unit)

    return field, lambda text, unit: _UNITS[unit](unicodedata.normalize("NFC", text))


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


_UNITS: Mapping[str, Callable[[str], int]] = {
    "codepoints": len,
    "utf16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "width": _width,
}
