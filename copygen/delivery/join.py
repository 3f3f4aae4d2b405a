"""The original table beside the texts that were made of it: which row belongs to a record."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final, Self

import orjson

from copygen.documents import nearest
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Result, Source
from copygen.prompts import open_table
from copygen.prompts.names import ColumnNames
from copygen.prompts.rows import BadRow, Row, content_id, with_letter
from copygen.prompts.selection import GROUP_ROWS
from copygen.results.record import dumps

_CELLS: Final = "/"
"""Between the id of an item and what its matrix cell and its variant are called."""


class JoinedTable:
    """The rows of a table by their ids, or by the values of a column that records have, too.

    Held packed, at about the size of the file. Made by `read`.
    """

    def __init__(self, path: Path, on: str | None) -> None:
        self.path = path
        self.on = on
        self.columns: tuple[str, ...] = ()
        """In the table's order; those of later rows of JSONL behind them."""
        self._rows: dict[str, bytes] = {}
        self._used: set[str] = set()
        self._repeated: dict[str, Source] = {}
        """Values of the column → where they are used again."""

    @classmethod
    def read(cls, path: Path, on: str | None = None) -> Self:
        """Read it once. Raises PromptError for what cannot be read, and UsageError for a column
        that is not there."""
        found = cls(path, on)
        columns: dict[str, None] = {}
        numbers: Counter[str] = Counter()
        with closing(open_table(str(path))) as rows:
            for row in rows:
                if isinstance(row, BadRow):
                    raise PromptError(row.message, row.source)
                columns |= dict.fromkeys(row.whole)
                found._take(row, numbers)
        found.columns = tuple(columns)
        return found

    def row_of(self, record: Result) -> Mapping[str, JsonValue] | None:
        """The row that a record was made of; None where there is none.

        Of a group the first of its rows. Raises PromptError where several rows have the value, and
        the record is of one row only.
        """
        key = self._key_for(record)
        if key is None:
            return None
        again = self._repeated.get(key)
        if again is not None and not isinstance(record.input.get(GROUP_ROWS), list):
            raise PromptError(f"the value '{key}' of '{self.on}' is used before", again)
        row: Mapping[str, JsonValue] = orjson.loads(self._rows[key])
        return row

    def use(self, record: Result) -> None:
        """Note that the row of a record went out."""
        key = self._key_for(record)
        if key is not None:
            self._used.add(key)

    @property
    def unused(self) -> int:
        """Rows that no record went out for."""
        return len(self._rows) - len(self._used)

    def column_of(self, ids: Iterable[str]) -> str | None:
        """The column in which most of these ids stand; None where none does."""
        wanted = {name for id_ in ids for name in _names_of(id_)}
        found: dict[str, set[str]] = {}
        for row in map(orjson.loads, self._rows.values()):
            for column, value in row.items():
                if (name := _key(value)) in wanted:
                    found.setdefault(column, set()).add(name)
        return max(found, key=lambda column: len(found[column]), default=None)

    def _key_for(self, record: Result) -> str | None:
        return next((key for key in self._keys_of(record) if key in self._rows), None)

    def _take(self, row: Row, numbers: Counter[str]) -> None:
        key = self._key_of(row)
        if self.on is None:
            numbers[key] += 1
            if numbers[key] > 1:  # as a run numbers rows that are the same
                key = f"{key}-{numbers[key]}"
        elif key in self._rows:
            self._repeated.setdefault(key, row.source)
            return  # of a product's rows, its variants, the first has what they share
        self._rows[key] = dumps({**row.whole, **(row.written or {})})

    def _key_of(self, row: Row) -> str:
        if self.on is None:
            return row.own_id if row.own_id is not None else content_id(row.whole)
        column = ColumnNames(row.whole).find(self.on)
        if column is None:
            near = nearest(self.on, list(row.whole))
            hint = f"did you mean '{near}'?" if near else f"it has {', '.join(row.whole)}"
            raise UsageError(f"--on: {self.path} has no column '{self.on}'; {hint}")
        return _key(row.whole[column])

    def _keys_of(self, record: Result) -> Iterator[str]:
        """What the row of a record may be filed under, the likeliest first."""
        if self.on is not None:
            column = ColumnNames(record.input).find(self.on)
            if column is not None:
                yield _key(record.input[column])
                return
        yield from map(with_letter, _names_of(record.id))


def _names_of(id_: str) -> Iterator[str]:
    """An id, and what is left of it without its matrix cell and its variant."""
    while id_:
        yield id_
        id_, _, cell = id_.rpartition(_CELLS)
        if not cell:
            return


def _key(value: JsonValue) -> str:
    return value.strip() if isinstance(value, str) else str(value)
