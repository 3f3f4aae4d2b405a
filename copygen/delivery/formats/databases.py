"""Parquet and SQLite: records with their items as JSON, and every text with what stands of it.

Columns and types are fixed, whatever the first rows have: a column that is made from what comes
first loses what comes later.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from copygen.delivery.columns import unwritable
from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output, copy_into
from copygen.errors import UsageError
from copygen.results.record import dumps

_BATCH: Final = 10_000
_CENT_DIGITS: Final = 9
_TABLES: Final = """
CREATE TABLE records (
  id TEXT PRIMARY KEY, row INTEGER, language TEXT, state TEXT NOT NULL, item TEXT NOT NULL,
  model TEXT NOT NULL, provider TEXT NOT NULL, created_at TEXT NOT NULL, cost_usd TEXT
) STRICT;
CREATE TABLE texts (
  id TEXT NOT NULL REFERENCES records (id), field TEXT NOT NULL, number INTEGER NOT NULL,
  text TEXT NOT NULL, state TEXT NOT NULL, model_text TEXT NOT NULL,
  PRIMARY KEY (id, field, number)
) STRICT;
"""


class ParquetFormat:
    """One row a record: its texts as a list of structures, and each field as a column."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Raises UsageError where the extra is not there."""
        try:
            import pyarrow as pa  # type: ignore[import-untyped]
        except ImportError as error:
            raise UsageError("this needs an extra: pip install 'copygen[parquet]'.") from error
        self.spec = spec
        self._fields = context.shape.fields
        text = pa.struct(
            [("field", pa.string()), ("number", pa.int32()), ("text", pa.string()),
             ("state", pa.string()), ("model_text", pa.string())]
        )  # fmt: skip
        own = [
            (_free(name), pa.list_(pa.string()) if one.is_list else pa.string())
            for name, one in self._fields.items()
        ]
        self._schema = pa.schema(
            [("id", pa.string()), ("row", pa.int64()), ("language", pa.string()),
             ("state", pa.string()), ("item", pa.string()), ("model", pa.string()),
             ("provider", pa.string()), ("created_at", pa.timestamp("ms", "UTC")),
             ("cost_usd", pa.decimal128(18, _CENT_DIGITS)), ("texts", pa.list_(text)), *own]
        )  # fmt: skip

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that UTF-8 does not hold."""
        return unwritable(row, "utf-8")

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write in groups of rows, compressed with zstd."""
        import pyarrow as pa
        import pyarrow.parquet as pq  # type: ignore[import-untyped]

        with pq.ParquetWriter(out.stream, self._schema, compression="zstd") as writer:
            batch: list[Mapping[str, Any]] = []
            for number, row in enumerate(rows, 1):
                batch.append(self._values(row))
                out.place(row, number)
                if len(batch) == _BATCH:
                    writer.write_table(pa.Table.from_pylist(batch, self._schema))
                    batch.clear()
            if batch:
                writer.write_table(pa.Table.from_pylist(batch, self._schema))

    def _values(self, row: ExportRow) -> Mapping[str, Any]:
        own = {
            _free(name): row.out(name) if one.is_list else next(iter(row.out(name)), None)
            for name, one in self._fields.items()
        }
        record = row.copy.record
        return {
            **own,
            **_facts(row),
            "created_at": record.created_at,
            "cost_usd": None if record.cost_usd is None else _rounded(record.cost_usd),
            "texts": [
                {"field": name, "number": number + 1, "text": one.text, "state": one.state.value,
                 "model_text": one.model_text}
                for name, number, one in row.going
            ],
        }  # fmt: skip


class SqliteFormat:
    """Two tables: `records`, and `texts` with a row for each."""

    def __init__(self, spec: FormatSpec) -> None:
        self.spec = spec

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that UTF-8 does not hold."""
        return unwritable(row, "utf-8")

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write the database. It is made in a file of its own: SQLite writes into no stream."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.sqlite"
            with closing(sqlite3.connect(path)) as database:
                database.executescript(_TABLES)
                for number, row in enumerate(rows, 1):
                    _insert(database, row)
                    out.place(row, number)
                database.commit()
            copy_into(out.stream, path)


def _insert(database: sqlite3.Connection, row: ExportRow) -> None:
    record = row.copy.record
    cost = None if record.cost_usd is None else str(record.cost_usd)
    facts = {**_facts(row), "created_at": record.created_at.isoformat(), "cost_usd": cost}
    database.execute(
        "INSERT INTO records VALUES (:id, :row, :language, :state, :item, :model, :provider, "
        ":created_at, :cost_usd)",
        facts,
    )
    database.executemany(
        "INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)",
        [
            (row.id, name, number + 1, one.text, one.state.value, one.model_text)
            for name, number, one in row.going
        ],
    )


def _facts(row: ExportRow) -> dict[str, Any]:
    record = row.copy.record
    return {
        "id": row.id,
        "row": record.row,
        "language": row.language,
        "state": row.copy.state.value,
        "item": dumps(dict(row.item)).decode(),
        "model": record.answered_by or record.model,
        "provider": record.provider,
    }


_OWN: Final = frozenset(
    (
        *("id", "row", "language", "state", "item", "model", "provider"),
        *("created_at", "cost_usd", "texts"),
    )
)


def _free(name: str) -> str:
    """A field's column beside those that are always there."""
    return f"{name}_text" if name in _OWN else name


def _rounded(cost: Decimal) -> Decimal:
    return round(cost, _CENT_DIGITS)


def open_format(spec: FormatSpec, context: ExportContext) -> ParquetFormat | SqliteFormat:
    """A file for a data frame, or a database."""
    return SqliteFormat(spec) if spec.name == "sqlite" else ParquetFormat(spec, context)
