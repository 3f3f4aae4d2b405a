"""What a pass over a table finds that a person should know: empty cells, equal rows, columns that
could be the id. A hash of eight bytes a row is all that is kept."""

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Final

from copygen.prompts.names import made_name, spelled
from copygen.prompts.rows import Row, repeated_hashes
from copygen.prompts.selection import is_empty

_ID_NAME: Final = re.compile(
    r"(?:.*_)?(?:id|sku|handle|handleid|slug|asin|ean|gtin|upc|isbn|mpn|uuid|guid|barcode|code)"
    r"|.*(?:コード|番号|品番|型番|编号|编码|货号|상품번호|รหัส.*|артикул|код)",
    re.IGNORECASE,
)
"""What columns are called, made into names, whose values tell products apart."""
_MOST_CANDIDATES: Final = 8
_SHOWN: Final = 3


class TableFindings:
    """A fold over the rows of a file that become prompts."""

    def __init__(self) -> None:
        self.rows = 0
        self._empty: Counter[str] = Counter()
        self._hashes = array("q")
        self._candidates: dict[str, array[int]] | None = None
        """Column → hashes of its values, as long as it may be the id."""

    def add(self, row: Row, columns: tuple[str, ...]) -> None:
        """Take in a row, of which the prompt is made of these columns."""
        self.rows += 1
        item = row.item
        values = [item.get(column) for column in columns]
        for column, value in zip(columns, values, strict=True):
            # Nearly every cell is a text with something in it.
            if not value or (value.__class__ is str and value[0] <= " "):
                self._empty[column] += is_empty(value)
        try:
            found = hash((*values, row.prompt))
        except TypeError:  # lists and mappings
            found = hash(repr(values))
        if row.params or row.messages:
            found = hash((found, repr(row.params), repr(row.messages)))
        self._hashes.append(found)
        if row.own_id is None and self._candidates != {}:
            self._look_for_id(row)

    def notes(self, handled: Collection[str], *, unique: bool) -> Iterator[str]:
        """Sentences on empty cells and equal prompts; `handled` columns may be empty."""
        total = f"{self.rows:,}"
        for column, count in self._empty.most_common(_SHOWN):
            if count and column not in handled:
                way = spelled(column)
                yield (
                    f"{count:,} of {total} rows have an empty '{column}': leave them out with "
                    f"--where '{way}'"
                )
        distinct = self.distinct
        if distinct < self.rows and not unique:
            prompts = "1 distinct prompt" if distinct == 1 else f"{distinct:,} distinct prompts"
            yield (
                f"{prompts} in {total} rows: --unique buys each once and gives its text to all "
                "its rows"
            )

    @property
    def distinct(self) -> int:
        """How many rows differ in what their prompts are made of."""
        return self.rows - _repetitions(self._hashes)

    def id_proposals(self) -> tuple[str, ...]:
        """Columns that could be the id: their name says so, and their values all differ."""
        found = self._candidates or {}
        return tuple(
            column
            for column, hashes in found.items()
            if len(hashes) == self.rows and not repeated_hashes(hashes)
        )

    def _look_for_id(self, row: Row) -> None:
        if self._candidates is None:
            names = [name for name in row.item if _ID_NAME.fullmatch(made_name(name, 0))]
            self._candidates = {name: array("q") for name in names[:_MOST_CANDIDATES]}
        for column, hashes in [*self._candidates.items()]:
            value = row.item.get(column)
            if value.__class__ not in (str, int) or is_empty(value):
                del self._candidates[column]
            else:
                hashes.append(hash(value))


def _repetitions(hashes: "array[int]") -> int:
    """How many of them come again; in parts, so that memory stays small."""
    repeated = repeated_hashes(hashes)
    if not repeated:
        return 0
    return sum(value in repeated for value in hashes) - len(repeated)
