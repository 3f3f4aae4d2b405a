"""XLSX for machines: the rows of `PlainTable`, every text exact, nothing a formula.

For people there is the review workbook; this one is what an import reads.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from copygen.delivery.columns import PlainTable, cell_text, unwritable
from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output, copy_into
from copygen.delivery.provenance import Trace
from copygen.errors import UsageError
from copygen.models import JsonValue

MAX_CHARS: Final = 32_767
"""Of a cell. XlsxWriter cuts a longer text and says so by its return value only."""
_MAX_ROWS: Final = 1_048_576
_EXACT: Final = 10**15
"""Whole numbers of more digits are rounded by spreadsheets: they go out as text."""


class WorkbookFormat:
    """One sheet; written row by row, so memory does not grow with them."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Raises UsageError where the extra is not there, or the rows are too many."""
        try:
            import xlsxwriter  # type: ignore[import-untyped]  # noqa: F401 - looked for at once
        except ImportError as error:
            raise UsageError("this needs an extra: pip install 'copygen[sheets]'.") from error
        if context.shape.records >= _MAX_ROWS:
            raise UsageError(f"a sheet has {_MAX_ROWS:,} rows at most; choose with --where.")
        self.spec = spec
        self._table = PlainTable(context)
        self._trace = Trace() if context.options.provenance_columns else None

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that a cell does not hold."""
        yield from unwritable(row, "utf-8")
        for name, number, text in row.going:
            if len(text.text) > MAX_CHARS:
                told = f"{len(text.text):,} of {MAX_CHARS:,} characters that a cell holds"
                yield Problem(row.id, "length", told, field=f"{name} {number + 1}")

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write the sheet."""
        import xlsxwriter

        names = self._table.names
        traced = list(self._trace.columns) if self._trace else []
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out.xlsx"
            options = {"constant_memory": True, "tmpdir": folder}
            with xlsxwriter.Workbook(str(path), options) as book:
                sheet = book.add_worksheet()
                for column, name in enumerate([*names, *traced]):
                    sheet.write_string(0, column, name)
                for number, row in enumerate(rows, 1):
                    cells = self._table.cells(row)
                    values = [cells.get(name) for name in names]
                    values += self._trace.cells(row) if self._trace else ()
                    for column, value in enumerate(values):
                        _put(sheet, number, column, value)
                    out.place(row, number + 1)
            copy_into(out.stream, path)


def _put(sheet: object, row: int, column: int, value: JsonValue) -> None:
    if value is None or value == "":
        return
    if type(value) in (int, float) and abs(value) < _EXACT:
        sheet.write_number(row, column, value)  # type: ignore[attr-defined]
    else:
        sheet.write_string(row, column, cell_text(value)[:MAX_CHARS])  # type: ignore[attr-defined]


def open_format(spec: FormatSpec, context: ExportContext) -> WorkbookFormat:
    """A workbook for machines."""
    return WorkbookFormat(spec, context)
