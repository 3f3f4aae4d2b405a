"""The user's own file of a target, filled: by the names of its columns, all other cells untouched.

Where templates differ from account to account, from language to language and from product type to
product type, this is the only way that is right. A row whose key the file has already is changed
where we have a text; others are added behind the last row, or told where the target wants none.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from copygen.delivery.formats.delimited import CellWriter
from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output
from copygen.delivery.formats.tables import in_dialect
from copygen.delivery.targets import TargetTable, plain_name
from copygen.documents import files
from copygen.errors import UsageError
from copygen.results.storage import reported

_ROLE: Final = "the template of the target"
_MAX_BYTES: Final = 256 * 1024 * 1024
_LOOKED_THROUGH: Final = 10
"""Rows among which the one with the names of the columns is."""
_WORKBOOKS: Final = (".xlsx", ".xlsm")
_DELIMITERS: Final = (",", "\t", ";", "|")
_MARKS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class TemplateSheet(Protocol):
    """A file of rows and columns, both counted from 0."""

    suffix: str

    def rows(self) -> Iterator[Sequence[str]]:
        """Every row as text."""

    def fault_of(self, text: str) -> str | None:
        """Why a cell cannot hold a text; None: it can."""

    def put(self, row: int, column: int, text: str) -> None:
        """Write one cell; a row behind the last is made."""

    def save(self, stream: BinaryIO) -> None:
        """Write the whole file."""


class TextSheet:
    """CSV and TSV, with the encoding, the delimiter and the line ends that it came in."""

    def __init__(self, path: Path, encoding: str | None, known: Set[str]) -> None:
        """`known` names tell which sign separates the columns. Raises OSError, and UsageError for
        what is not text."""
        self.suffix = path.suffix.lower()
        content = files.read_bytes(path, _ROLE, _MAX_BYTES)
        marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
        self._encoding = marked or encoding or "utf-8"
        try:
            text = content.decode(self._encoding)
        except UnicodeDecodeError as error:
            raise UsageError(
                f"{path} is not {self._encoding} text; name its encoding with --encoding."
            ) from error
        first = text.partition("\n")[0]
        self._line_end = "\r\n" if first.endswith("\r") else "\n"

        def names(sign: str) -> tuple[int, int]:
            head = list(islice(_cells(text, sign, path), _LOOKED_THROUGH))
            most = max((_known_in(cells, known) for cells in head), default=0)
            return most, max(map(len, head), default=0)

        self._delimiter = max(_DELIMITERS, key=names)
        self._rows = list(_cells(text, self._delimiter, path))

    def rows(self) -> Iterator[Sequence[str]]:
        """Every row."""
        return iter(self._rows)

    def fault_of(self, text: str) -> str | None:
        """A character that the encoding does not have."""
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError as error:
            return f"{text[error.start]!a} cannot be written in {self._encoding}"
        return None

    def put(self, row: int, column: int, text: str) -> None:
        """Write one cell."""
        while len(self._rows) <= row:
            self._rows.append([])
        cells = self._rows[row]
        cells += [""] * (column + 1 - len(cells))
        cells[column] = text

    def save(self, stream: BinaryIO) -> None:
        """Write the whole file; a row that was made is as long as the first."""
        writer = CellWriter(stream, self._encoding, self._delimiter, self._line_end)
        width = max(map(len, self._rows[:_LOOKED_THROUGH]), default=0)
        for cells in self._rows:
            writer.write([*cells, *([""] * (width - len(cells)) if cells else [])])
        writer.flush()


def _cells(text: str, delimiter: str, path: Path) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise UsageError(f"{path} is no table: {error}.") from error


class FilledFormat:
    """A template, and what goes into it."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Read the template. Raises UsageError where none of its columns is one that we fill."""
        path = context.options.template
        assert path is not None
        with reported(path, "read it"):
            self._sheet = _sheet_of(path, spec, context)
        self._head, names, dialect = _header_of(self._sheet, spec, context, path)
        self.spec = in_dialect(spec, context.options.variant or dialect)
        self._columns = {name: number for number, name in reversed([*enumerate(names)])}
        self._table = TargetTable(self.spec, context, names=names)
        self._key = self._key_column()
        """What the column is called that says which row is meant."""
        self._rows, self._next = self._rows_by_key()

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """What the target has against a row, and that it is not in the user's file."""
        yield from self._table.problems(row)
        key = self._key_of(row)
        if key is not None and key not in self._rows and not self.spec.appends:
            told = f"the template has no row '{key}'"
            yield Problem(row.id, "not_in_template", told, field=self._key)
        for cell in self._table.cells(row):
            if cell.name not in self._columns:
                told = f"the template has no column '{cell.name}'"
                yield Problem(row.id, "not_in_template", told, field=cell.name)
            elif (fault := self._sheet.fault_of(cell.text)) is not None:
                yield Problem(row.id, "cell", fault, field=cell.name)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Fill it. Raises UsageError where the file is to be of another kind."""
        if out.path is not None and out.path.suffix.lower() != self._sheet.suffix:
            raise UsageError(f"the template is {self._sheet.suffix}; name the file so, too.")
        for row in rows:
            key = self._key_of(row)
            number = self._rows.get(key) if key is not None else None
            if number is None:
                number, self._next = self._next, self._next + 1
            cells = self._table.cells(row)
            for cell in cells:
                self._sheet.put(number, self._columns[cell.name], cell.text)
            out.place(row, number + 1)
        self._sheet.save(out.stream)

    def _key_column(self) -> str | None:
        for column in self.spec.columns:
            name = self._table.name_of(column)
            if column.key and self._table.fills(column.name) and name in self._columns:
                return name
        return None

    def _key_of(self, row: ExportRow) -> str | None:
        found = (one.text for one in self._table.cells(row) if one.name == self._key)
        key = next(found, None)
        return None if key is None else key.strip()

    def _rows_by_key(self) -> tuple[Mapping[str, int], int]:
        """Key → its first row, and where the next row would be."""
        last = max(self._head, self.spec.first_row - 2)
        found: dict[str, int] = {}
        column = None if self._key is None else self._columns[self._key]
        for number, cells in enumerate(self._sheet.rows()):
            if number <= self._head or not any(cells):
                continue
            last = max(last, number)
            if column is not None and column < len(cells) and cells[column].strip():
                found.setdefault(cells[column].strip(), number)
        return found, last + 1


def _sheet_of(path: Path, spec: FormatSpec, context: ExportContext) -> TemplateSheet:
    if path.suffix.lower() not in _WORKBOOKS:
        dialects = (_known_names(spec, context, name) for name in (None, *spec.variants))
        return TextSheet(path, context.options.encoding, frozenset().union(*dialects))
    from copygen.delivery.formats.filled_workbook import WorkbookSheet

    return WorkbookSheet(path, spec.sheet)


def _header_of(
    sheet: TemplateSheet, spec: FormatSpec, context: ExportContext, path: Path
) -> tuple[int, Sequence[str], str | None]:
    """The row with the names of the columns, these names, and the dialect that they are."""
    best: tuple[int, int, Sequence[str], str | None] = (0, 0, (), None)
    for dialect in (None, *spec.variants):
        known = _known_names(spec, context, dialect)
        for number, cells in enumerate(islice(sheet.rows(), _LOOKED_THROUGH)):
            count = _known_in(cells, known)
            if count > best[0]:
                best = (count, number, cells, dialect)
    if not best[0]:
        raise UsageError(
            f"{path}: none of its columns is one that {spec.title} is known to have; say what goes "
            "where with --map FIELD='Column of the template'."
        )
    return best[1], best[2], best[3]


def _known_in(cells: Sequence[str], known: Set[str]) -> int:
    return sum(1 for cell in cells if cell.strip() and plain_name(cell) in known)


def _known_names(spec: FormatSpec, context: ExportContext, dialect: str | None) -> Set[str]:
    """What the format and the user call columns, as names are compared."""
    options = context.options
    found = {plain_name(one) for one in (*options.map.values(), *options.values)}
    for column in in_dialect(spec, dialect).columns:
        spelled = [column.name, *column.also]
        if column.numbered:
            spelled = [column.name.replace("{n}", str(n)) for n in range(1, column.max_count + 1)]
        found |= {plain_name(one) for one in spelled}
    return found
