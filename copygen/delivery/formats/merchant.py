"""Google Merchant Center: a supplemental source, as TSV or XML, with what a model wrote said so.

A text by a model goes into `structured_title` and `structured_description`, with the digital source
type in front. The wrapper is put on here and nowhere else: it would leak into other channels.
"""

from collections.abc import Iterable, Iterator
from typing import Final
from xml.sax.saxutils import escape

from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    Format,
    FormatSpec,
    Problem,
    illegal_in_xml,
)
from copygen.delivery.formats.output import Output
from copygen.delivery.formats.tables import TableFormat
from copygen.delivery.formats.tables import open_format as open_table
from copygen.delivery.targets import TargetCell
from copygen.models import Severity

SOURCE_TYPE: Final = "trained_algorithmic_media"
_STRUCTURED: Final = "structured_"
_PLAIN: Final = ("title", "description")
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
    "<title>Supplemental source</title>\n<link>https://example.com/</link>\n"
    "<description>Titles and descriptions</description>\n"
)
_TAIL: Final = "</channel>\n</rss>\n"


class FeedFormat(TableFormat):
    """A row for each product: its id and the attributes that change."""

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Also, a plain attribute that the primary source still has would win."""
        yield from super().problems(row)
        for name in _PLAIN:
            if row.item.get(name) and self.table.fills(f"{_STRUCTURED}{name}"):
                told = (
                    f"the item has a plain '{name}': as long as the primary source has it, too, "
                    "Google uses that one"
                )
                yield Problem(row.id, "plain_wins", told, Severity.WARNING, name)

    def worded(self, cell: TargetCell) -> str:
        """`trained_algorithmic_media:"..."`, quotes in it doubled."""
        if not cell.name.startswith(_STRUCTURED):
            return cell.text
        quoted = cell.text.replace('"', '""')
        return f'{SOURCE_TYPE}:"{quoted}"'


class XmlFeedFormat(FeedFormat):
    """The same as RSS 2.0 with Google's namespace."""

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Also, characters that XML cannot hold."""
        yield from super().problems(row)
        for cell in self.table.cells(row):
            if (told := illegal_in_xml(cell.text)) is not None:
                yield Problem(row.id, "xml", told, field=cell.name)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write an item for each row."""
        out.stream.write(_HEAD.encode())
        for number, row in enumerate(rows, 1):
            parts = [_element(cell) for cell in self.cells(row)]
            out.stream.write(f"<item>{''.join(parts)}</item>\n".encode())
            out.place(row, number)
        out.stream.write(_TAIL.encode())


def _element(cell: TargetCell) -> str:
    text = escape(cell.text)
    if cell.name.startswith(_STRUCTURED):
        kind = f"<g:digital_source_type>{SOURCE_TYPE}</g:digital_source_type>"
        text = f"{kind}<g:content>{text}</g:content>"
    return f"<g:{cell.name}>{text}</g:{cell.name}>"


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """A supplemental source."""
    if context.options.template is not None:
        return open_table(spec, context)
    return (XmlFeedFormat if spec.name.endswith("-xml") else FeedFormat)(spec, context)
