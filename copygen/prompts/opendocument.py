"""Sheets of OpenDocument (`.ods`) → the texts that their cells show, row by row.

A cell holds its value and, beside it, the text that is shown for it (OpenDocument 1.3, part 3, 9.1
and 19.385): no format is looked at. The document is parsed as it is unpacked. Sheets and rows that
repeat, as the million empty ones below every table do, are written once.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from copygen.prompts.excel import MAX_COLUMNS, Area, chunks_of, hardened_parser, parsed
from copygen.prompts.number_formats import plain_number

CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_MOST_MANIFEST_BYTES: Final = 16 * 1024 * 1024
_MAX_ROWS: Final = 1_048_576
_NAMES: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_TABLE, _OFFICE, _TEXT, _STYLE = (
    f"{_NAMES}{name}:1.0 " for name in ("table", "office", "text", "style")
)
_SHEET, _ROW = f"{_TABLE}table", f"{_TABLE}table-row"
_CELLS: Final = frozenset((f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"))
_PROPERTIES: Final = f"{_STYLE}table-properties"
_PARAGRAPH: Final = frozenset((f"{_TEXT}p", f"{_TEXT}h"))
_WITHIN: Final = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_ROWS_REPEATED, _COLUMNS_REPEATED, _ROWS_SPANNED, _COLUMNS_SPANNED = (
    f"{_TABLE}number-{what}"
    for what in ("rows-repeated", "columns-repeated", "rows-spanned", "columns-spanned")
)
_SHOWN_TYPE: Final = (
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0 value-type"
)
"""What LibreOffice says of a cell beyond the standard."""
_BLANKS: Final = re.compile(r"[ \t\r\n]+")
_VALUES: Final = {
    "float": "value",
    "currency": "value",
    "percentage": "value",
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
    "string": "string-value",
}
"""Type of a cell → the attribute with its value, for cells without a text."""

Choice = Callable[[int, str, bool], bool]
"""Whether the sheet of that 1-based number and name, hidden or not, is the one."""


class MergedCells(NamedTuple):
    """Cells that are merged, found on the way: they come before the row that they begin in."""

    area: Area


def is_encrypted(package: zipfile.ZipFile) -> bool:
    """Whether it opens with a password only."""
    if _MANIFEST not in package.namelist():
        return False
    with package.open(_MANIFEST) as stream:
        return b"encryption-data" in stream.read(_MOST_MANIFEST_BYTES)


def sheet_names(package: zipfile.ZipFile) -> list[tuple[str, bool]]:
    """Each sheet, and whether it is hidden."""
    found: list[tuple[str, bool]] = []

    def note(_number: int, name: str, is_hidden: bool) -> bool:
        found.append((name, is_hidden))
        return False

    for _ in open_document_rows(package, note):
        pass
    return found


def open_document_rows(
    package: zipfile.ZipFile, chosen: Choice
) -> Iterator[MergedCells | tuple[int, list[str]]]:
    """Yield the rows of the first sheet that is the one. Raises WorkbookError."""
    reader = _ContentReader(chosen)
    with package.open(CONTENT) as stream:
        for one in parsed(chunks_of(stream), reader.parser, reader.made, reader.parts):
            if one is None:  # the end of the sheet
                return
            if isinstance(one, MergedCells):
                yield one
                continue
            number, fields, times = one
            for repeated in range(number, number + (times if any(fields) else 1)):
                yield repeated, [*fields]


class _ContentReader:
    """The handlers of a document's elements; what they made is in `made`."""

    def __init__(self, chosen: Choice) -> None:
        self.made: list[Any] = []
        self.parts: list[str] = []
        """What is read of a cell."""
        self.parser = hardened_parser(" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._chosen = chosen
        self._count = 0
        self._style = ""
        self._hidden: set[str] = set()
        """Styles of sheets that are not shown."""
        self._reads = False
        self._number = 0
        self._times = 1
        self._fields: list[str] = []
        self._empty = 0
        """Cells behind those that show nothing."""
        self._cell: dict[str, str] | None = None
        self._inner = 0
        """How many elements are open within the cell."""
        self._paragraphs: list[str] | None = None
        self._within = 0
        """At which of them a paragraph of the cell's own is open; 0: none is."""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._cell is not None:
            self._start_within(name, attributes)
        elif self._reads and name in _CELLS:
            self._cell, self._inner, self._paragraphs = attributes, 0, None
        elif self._reads and name == _ROW:
            self._fields, self._empty = [], 0
            self._times = _number(attributes.get(_ROWS_REPEATED, "1"), _MAX_ROWS)
        elif name == _SHEET:
            self._count += 1
            is_hidden = attributes.get(f"{_TABLE}style-name") in self._hidden
            named = attributes.get(f"{_TABLE}name", "")
            self._reads = self._chosen(self._count, named, is_hidden)
        elif name == f"{_STYLE}style":
            self._style = attributes.get(f"{_STYLE}name", "")
        elif name == _PROPERTIES and attributes.get(f"{_TABLE}display") == "false":
            self._hidden.add(self._style)

    def _start_within(self, name: str, attributes: dict[str, str]) -> None:
        self._inner += 1
        if not self._within:
            # Notes and pictures within a cell have paragraphs, too.
            if self._inner == 1 and name in _PARAGRAPH:
                self._within = self._inner
                self._paragraphs = self._paragraphs or []
                self.parser.CharacterDataHandler = self._characters
        elif name == f"{_TEXT}s":
            self.parts.append(" " * _number(attributes.get(f"{_TEXT}c", "1"), 10_000))
        elif name in _WITHIN:
            self.parts.append(_WITHIN[name])

    def _characters(self, text: str) -> None:
        if text.isprintable() and "  " not in text:
            self.parts.append(text)
        else:
            self.parts.append(_BLANKS.sub(" ", text))

    def _end(self, name: str) -> None:
        if self._cell is not None:
            if self._inner:
                self._end_within()
            else:
                self._end_cell(self._cell)
                self._cell = None
        elif not self._reads:
            return
        elif name == _ROW:
            self.made.append((self._number + 1, self._fields, self._times))
            self._number += self._times
        elif name == _SHEET:
            self._reads = False
            self.made.append(None)

    def _end_within(self) -> None:
        if self._inner == self._within:
            self.parser.CharacterDataHandler = None
            assert self._paragraphs is not None
            self._paragraphs.append("".join(self.parts))
            self.parts.clear()
            self._within = 0
        self._inner -= 1

    def _end_cell(self, cell: dict[str, str]) -> None:
        fields = self._fields
        if _ROWS_SPANNED in cell or _COLUMNS_SPANNED in cell:
            below = _number(cell.get(_ROWS_SPANNED, "1"), _MAX_ROWS) - 1
            right = _number(cell.get(_COLUMNS_SPANNED, "1"), MAX_COLUMNS) - 1
            top, left = self._number, len(fields) + self._empty
            self.made.append(MergedCells(Area(top, left, top + below, left + right)))
        times = _number(cell.get(_COLUMNS_REPEATED, "1"), MAX_COLUMNS)
        shown = _shown(cell, self._paragraphs)
        if not shown:  # every row ends in thousands of these
            self._empty += times
            return
        fields.extend([""] * min(self._empty, MAX_COLUMNS - len(fields)))
        self._empty = 0
        fields.extend([shown] * min(times, MAX_COLUMNS - len(fields)))


def _number(text: str, most: int) -> int:
    return min(int(text), most) if text.isdecimal() and len(text) < 10 else 1


def _shown(cell: dict[str, str], paragraphs: list[str] | None) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    if cell.get(_SHOWN_TYPE) == "error":
        return ""  # `#N/A`: a formula that failed says nothing
    if paragraphs is not None:
        shown = "\n".join(paragraphs)
        return shown if kind in ("", "string") else shown.strip()
    value = cell.get(f"{_OFFICE}{_VALUES.get(kind, 'value')}", "")
    if kind == "boolean":
        return value.upper()
    return plain_number(value) if kind in ("float", "currency", "percentage") else value
