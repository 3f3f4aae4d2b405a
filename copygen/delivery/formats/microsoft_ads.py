"""Microsoft Advertising's bulk file: a row with the version of the format, texts as JSON lists.

`Client Id` comes back unchanged in the file of results that an upload answers with: it is the
record's id, so what went wrong there can be told of the record.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from copygen.delivery.formats.format import ExportContext, ExportRow, Format, FormatSpec
from copygen.delivery.formats.tables import TableFormat
from copygen.delivery.formats.tables import open_format as open_table
from copygen.delivery.targets import TargetCell
from copygen.results.record import dumps

_VERSION: Final = {"Type": "Format Version", "Name": "6.0"}
_LISTS: Final = ("Headline", "Description")


class BulkFormat(TableFormat):
    """Responsive search ads, one row for each."""

    def before(self) -> Iterator[dict[str, str]]:
        """The version, before all other rows."""
        return iter((_VERSION,))

    def cells(self, row: ExportRow) -> Iterable[TargetCell]:
        """The texts of a field in one cell: `[{"text":...}, ...]`."""
        cells = {cell.name: cell for cell in self.table.cells(row)}
        for name in _LISTS:
            texts = [{"text": one} for one in self.table.texts(row, name)]
            if name in cells:
                cells[name] = TargetCell(name, dumps(texts).decode(), cells[name].column)
        return cells.values()


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """A bulk file."""
    if context.options.template is not None:
        return open_table(spec, context)
    return BulkFormat(spec, context)
