"""Targets that take a table whose columns they prescribe: their data says nearly all.

With `--template` the user's own file of the target is filled instead: see `filled`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from copygen.delivery.columns import writes
from copygen.delivery.formats.delimited import CellWriter
from copygen.delivery.formats.format import ExportContext, ExportRow, Format, FormatSpec, Problem
from copygen.delivery.formats.output import Output
from copygen.delivery.targets import TargetCell, TargetTable
from copygen.errors import UsageError

_WORKBOOKS: Final = (".xlsx", ".xlsm")


class TableFormat:
    """A header and a row for each record, as the data of the format has it."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Raises UsageError where the target would take nothing."""
        self.spec = in_dialect(spec, context.options.variant)
        self.table = TargetTable(self.spec, context)
        self.encoding, self.delimiter = writes(self.spec, context)

    def problems(self, row: ExportRow) -> Iterable[Problem]:
        """What the target has against a row."""
        return self.table.problems(row)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write the file. Raises UsageError for the name of a workbook, which it is not."""
        if out.path is not None and out.path.suffix.lower() in _WORKBOOKS:
            raise UsageError("without --template this is a text file: name it .csv.")
        writer = CellWriter(out.stream, self.encoding, self.delimiter, self.spec.line_end)
        header = self.header()
        writer.write(header)
        for line in self.before():
            writer.write([line.get(name, "") for name in header])
        for row in rows:
            cells = {cell.name: self.worded(cell) for cell in self.cells(row)}
            self.remember(out, row, cells)
            out.place(row, writer.write([cells.get(name, "") for name in header]))
        writer.flush()

    def header(self) -> Sequence[str]:
        """The columns in their order."""
        return self.table.header

    def before(self) -> Iterator[dict[str, str]]:
        """Rows that the target wants before all others."""
        return iter(())

    def cells(self, row: ExportRow) -> Iterable[TargetCell]:
        """The cells of a row that are not empty."""
        return self.table.cells(row)

    def remember(self, out: Output, row: ExportRow, cells: Mapping[str, str]) -> None:
        """Keep what the next export has to know of this one: nothing, as a rule."""

    def worded(self, cell: TargetCell) -> str:
        """A cell as the target reads it."""
        return cell.text


def in_dialect(spec: FormatSpec, name: str | None) -> FormatSpec:
    """The format with the columns of one of its dialects. Raises UsageError for an unknown one."""
    if name is None:
        return spec
    if name not in spec.variants:
        known = ", ".join(spec.variants) or "none"
        raise UsageError(f"{spec.title} has no variant '{name}'; there are: {known}.")
    called = spec.variants[name]
    columns = [
        one.model_copy(update={"name": called.get(one.name, one.name)}) for one in spec.columns
    ]
    return spec.model_copy(update={"columns": tuple(columns)})


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """A table of a target, or the user's own filled."""
    if context.options.template is not None:
        from copygen.delivery.formats.filled import FilledFormat

        return FilledFormat(spec, context)
    if not spec.columns:
        raise UsageError(
            f"the columns of {spec.title} differ from account to account: export a file there "
            "and name it with --template."
        )
    return TableFormat(spec, context)
