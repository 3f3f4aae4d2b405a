"""Row values that read like orders to the model, found once for each value."""

from collections.abc import Iterator
from typing import Final

from copygen.models import Item
from copygen.quality.untrusted import looks_like_instruction

VALUES_REMEMBERED: Final = 10_000
LONGEST_REMEMBERED: Final = 200
"""Characters; longer values hardly repeat."""


class Suspicion:
    """Looks at the values of some columns; remembers short ones, for they repeat."""

    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns
        self._seen: dict[str, str | None] = {}

    def of(self, item: Item) -> Iterator[tuple[str, str]]:
        """Name of the column and what in it reads like an order, for each such value."""
        for name, value in item.items():
            if name in self._columns and isinstance(value, str) and (what := self._what(value)):
                yield name, what

    def _what(self, value: str) -> str | None:
        if value in self._seen:
            return self._seen[value]
        what = looks_like_instruction(value)
        if len(value) <= LONGEST_REMEMBERED:
            if len(self._seen) >= VALUES_REMEMBERED:
                self._seen.clear()
            self._seen[value] = what
        return what
