"""CSV and TSV: the item and its texts, a row for a record. For machines: cells are exact."""

import codecs
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from copygen.delivery.columns import PlainTable, cell_text, unwritable, unwritable_cells, writes
from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output
from copygen.delivery.provenance import Trace
from copygen.errors import UsageError

_ROWS_AT_ONCE: Final = 500
_BOTH: Final = "\r\n"


class CellWriter:
    """Rows of text into a stream, in the encoding and with the signs of a format.

    A cell with a line feed, a quote or the delimiter is quoted, a quote in it doubled (RFC 4180).
    """

    def __init__(
        self, stream: BinaryIO, encoding: str, delimiter: str = ",", line_end: str = "\n"
    ) -> None:
        self._stream = stream
        self._encode = codecs.getincrementalencoder(encoding)().encode  # one byte order mark
        self._line_end = line_end
        self._parts: list[str] = []
        # With both signs in its own line end the module quotes cells that hold either of them.
        self._writer = csv.writer(_LineEnds(self._parts, line_end), delimiter=delimiter,
                                  lineterminator=_BOTH)  # fmt: skip
        self.rows = 0
        """Rows written, headers included."""

    def write(self, cells: Iterable[str]) -> int:
        """Write one row; its 1-based number."""
        self._writer.writerow(cells)
        self.rows += 1
        if len(self._parts) >= _ROWS_AT_ONCE:
            self.flush()
        return self.rows

    def flush(self) -> None:
        """Hand on what is left. Raises OSError, and UsageError for what the encoding lacks."""
        try:
            content = self._encode("".join(self._parts))
        except UnicodeEncodeError as error:
            sign = error.object[error.start]
            raise UsageError(
                f"{sign!a} cannot be written in {error.encoding}; give --encoding utf-8-sig or "
                "another that has it."
            ) from error
        self._stream.write(content)
        self._parts.clear()


@dataclass(frozen=True, slots=True)
class _LineEnds:
    """Takes the lines of the module and ends them as the format does."""

    parts: list[str]
    line_end: str

    def write(self, line: str) -> None:
        self.parts.append(line[: -len(_BOTH)] + self.line_end)


class DelimitedFormat:
    """The rows of `PlainTable` as text."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        self.spec = spec
        self._table = PlainTable(context)
        self._encoding, self._delimiter = writes(spec, context)
        self._trace = Trace() if context.options.provenance_columns else None

    def problems(self, row: ExportRow) -> Iterable[Problem]:
        """Texts, and columns of the item, that the encoding does not hold."""
        return chain(
            unwritable(row, self._encoding),
            unwritable_cells(row.id, self._table.item_values(row), self._encoding),
        )

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a header and a row for each record."""
        writer = CellWriter(out.stream, self._encoding, self._delimiter, self.spec.line_end)
        names = self._table.names
        traced = list(self._trace.columns) if self._trace else []
        writer.write([*names, *traced])
        for row in rows:
            cells = self._table.cells(row)
            line = [cell_text(cells.get(name)) for name in names]
            if self._trace:
                line += [cell_text(one) for one in self._trace.cells(row)]
            out.place(row, writer.write(line))
        writer.flush()


def open_format(spec: FormatSpec, context: ExportContext) -> DelimitedFormat:
    """CSV or TSV."""
    return DelimitedFormat(spec, context)
