"""Sheets of workbooks and Parquet files → rows.

A sheet is a grid of what its cells show: every value is text, as in CSV. A Parquet file has values
of its own types, as JSONL has, and is read a part at a time. The packages that read old workbooks
and Parquet are imported where they are used.
"""

import base64
import io
import itertools
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO, Final, NamedTuple

from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import check_header, name_the_index
from copygen.prompts.excel import (
    MAX_COLUMNS,
    Area,
    Cells,
    ExcelWorkbook,
    WorkbookError,
    main_part,
)
from copygen.prompts.opendocument import (
    CONTENT,
    MergedCells,
    is_encrypted,
    open_document_rows,
    sheet_names,
)
from copygen.prompts.request import InputError
from copygen.prompts.rows import ReadOptions, Rows, bad_row, column_name, row_from
from copygen.prompts.uneven import UnevenRows, checked_row

MAX_WORKBOOK_BYTES: Final = 512 * 1024 * 1024
"""Of a workbook that has to be in memory."""
_MAX_UNPACKED_BYTES: Final = 4 * 1024 * 1024 * 1024
_ROWS_AT_ONCE: Final = 1024
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
"""What a workbook with a password holds instead of its parts ([MS-OFFCRYPTO] 2.3.4.4)."""
_PAGES: Final = (b"<", b"\xef\xbb\xbf<")
"""How what shops call .xls often begins."""


def _needed(module: str, extra: str, ending: str) -> Any:
    try:
        return import_module(module)
    except ImportError as exc:
        message = f"reading {ending} files needs a package: pip install 'copygen[{extra}]'"
        raise PromptError(f"{message}; or save the table as CSV UTF-8") from exc


def sheet_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of one sheet of a workbook, whatever its kind and its name.

    Values are texts: what the cells show, numbers in their formats. Of `.xls` and `.xlsb`, whose
    formats are not read, dates as ISO has them and the digits of numbers.
    """
    if not stream.seekable():  # it was packed
        stream = io.BytesIO(_whole(stream, path))
    with reading(path):
        if not zipfile.is_zipfile(stream):
            stream.seek(0)
            yield from _binary_rows(stream, path, options)
            return
        with zipfile.ZipFile(stream) as package:
            if sum(entry.file_size for entry in package.infolist()) > _MAX_UNPACKED_BYTES:
                raise PromptError("this workbook unpacks to more than 4 GiB", Source(path, 1))
            yield from _package_rows(package, stream, path, options)


class Grid(NamedTuple):
    """A sheet of a workbook, as its cells stand there."""

    name: str
    is_hidden: bool
    rows: Callable[[], Cells]
    """Reads it; WorkbookError where it is damaged."""


@contextmanager
def opened_grids(stream: BinaryIO, path: str) -> Iterator[Sequence[Grid]]:
    """Every sheet of a workbook, whatever its kind, to be read in the body.

    Unlike `sheet_rows` nothing is asked of a header. Raises PromptError; what is damaged further
    down is found by the readers of rows, within `reading`.
    """
    with ExitStack() as stack:
        with reading(path):
            if zipfile.is_zipfile(stream):
                package = stack.enter_context(zipfile.ZipFile(stream))
                if sum(entry.file_size for entry in package.infolist()) > _MAX_UNPACKED_BYTES:
                    raise PromptError("this workbook unpacks to more than 4 GiB", Source(path, 1))
                found = [*_package_grids(package, stream, path)]
            else:
                stream.seek(0)
                found = [*_binary_grids(stream, path)]
        yield found


def _package_grids(package: zipfile.ZipFile, stream: BinaryIO, path: str) -> Iterator[Grid]:
    part = _main_part(package, path)
    if part == CONTENT:
        for index, (name, is_hidden) in enumerate(sheet_names(package), 1):
            yield Grid(name, is_hidden, partial(_open_document_grid, package, index))
        return
    if not part.endswith(".xml"):
        stream.seek(0)
        yield from _binary_grids(stream, path)
        return
    workbook = ExcelWorkbook(package, part)
    for sheet in workbook.sheets:
        yield Grid(sheet.name, sheet.is_hidden, partial(workbook.rows, sheet))


def _open_document_grid(package: zipfile.ZipFile, index: int) -> Cells:
    found = open_document_rows(package, lambda number, _name, _hidden: number == index)
    return _without_merges(found, Merges([]))


def _binary_grids(stream: BinaryIO, path: str) -> Iterator[Grid]:
    calamine, workbook = _binary_workbook(stream, path)
    for one in workbook.sheets_metadata:
        if one.typ == calamine.SheetTypeEnum.WorkSheet:
            is_hidden = one.visible != calamine.SheetVisibleEnum.Visible
            yield Grid(one.name, is_hidden, partial(_binary_grid, workbook, one.name))


def _binary_grid(workbook: Any, name: str) -> Cells:
    sheet = workbook.get_sheet_by_name(name)
    _top, left = sheet.start or (0, 0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [""] * left + [as_shown(cell) for cell in row]


@contextmanager
def reading(path: str) -> Iterator[None]:
    """Turn what is wrong with a workbook that is read in the body into a PromptError."""
    try:
        yield
    except (WorkbookError, zipfile.BadZipFile, zlib.error, EOFError, KeyError) as exc:
        raise _damaged(path, exc) from exc
    except (RuntimeError, NotImplementedError) as exc:  # packed with a password, or in another way
        raise _damaged(path, exc) from exc


def _damaged(path: str, reason: object) -> PromptError:
    message = f"this is no workbook, or a damaged one ({reason}); save the sheet as CSV UTF-8"
    return PromptError(message, Source(path, 1))


def _locked(path: str) -> PromptError:
    return PromptError("this workbook has a password; save it without one", Source(path, 1))


def _whole(stream: BinaryIO, path: str) -> bytes:
    content = stream.read(MAX_WORKBOOK_BYTES + 1)
    if len(content) > MAX_WORKBOOK_BYTES:
        raise PromptError(
            "this workbook is too large; save the sheet as CSV UTF-8", Source(path, 1)
        )
    return content


def _main_part(package: zipfile.ZipFile, path: str) -> str:
    """What a package is about: the content of an OpenDocument, else the part that it names."""
    names = package.namelist()
    if CONTENT not in names:
        part = main_part(package)
        if part is None or part not in names:
            raise WorkbookError("it is a zip file without a sheet in it")
        return part
    if is_encrypted(package):
        raise _locked(path)
    return CONTENT


def _package_rows(
    package: zipfile.ZipFile, stream: BinaryIO, path: str, options: ReadOptions
) -> Rows:
    part = _main_part(package, path)
    if part == CONTENT:
        yield from _open_document_rows(package, path, options)
        return
    if not part.endswith(".xml"):
        stream.seek(0)
        yield from _binary_rows(stream, path, options)
        return
    workbook = ExcelWorkbook(package, part)
    sheet = workbook.sheets[_sheet_index([one[:2] for one in workbook.sheets], path, options)]
    merges = Merges(workbook.merged(sheet))
    others = partial(_others, [one[:2] for one in workbook.sheets], sheet.name)
    yield from _grid_rows(workbook.rows(sheet), merges, f"{path}[{sheet.name}]", options, others)


def _open_document_rows(package: zipfile.ZipFile, path: str, options: ReadOptions) -> Rows:
    if options.sheet is None:  # the first that is shown is found on the way
        chosen: list[str] = []

        def is_shown(_number: int, name: str, is_hidden: bool) -> bool:
            if not is_hidden:
                chosen.append(name)
            return not is_hidden

        merges = Merges([])
        grid = _without_merges(open_document_rows(package, is_shown), merges)
        first = next(grid, None)
        if chosen:
            cells = itertools.chain([first] if first else [], grid)
            yield from _grid_rows(
                cells,
                merges,
                f"{path}[{chosen[0]}]",
                options,
                lambda: _others(sheet_names(package), chosen[0]),
            )
            return
    names = sheet_names(package)
    index = _sheet_index(names, path, options)
    merges = Merges([])
    grid = _without_merges(
        open_document_rows(package, lambda number, _name, _hidden: number == index + 1), merges
    )
    others = partial(_others, names, names[index][0])
    yield from _grid_rows(grid, merges, f"{path}[{names[index][0]}]", options, others)


def _without_merges(
    found: Iterator[MergedCells | tuple[int, list[str]]], merges: "Merges"
) -> Cells:
    for one in found:
        if isinstance(one, MergedCells):
            merges.add(one.area)
        else:
            yield one


def _binary_workbook(stream: BinaryIO, path: str) -> tuple[Any, Any]:
    """calamine, and an old or binary workbook, which is held in memory as a whole."""
    content = _whole(stream, path)
    start = content[:1000].lstrip().lower()
    if start.startswith(_PAGES):
        message = "this is a page of HTML or XML and no workbook, whatever it is called; open it "
        raise PromptError(message + "in a spreadsheet and save it as .xlsx", Source(path, 1))
    if content.startswith(_OLD_WORKBOOK) and _ENCRYPTED in content:
        raise _locked(path)
    if not content.startswith((_OLD_WORKBOOK, b"PK")):
        raise _damaged(path, "it begins as no workbook does")
    calamine = _needed("python_calamine", "sheets", ".xls and .xlsb")
    try:
        return calamine, calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError as exc:
        raise _locked(path) from exc
    except (calamine.CalamineError, OSError) as exc:
        raise _damaged(path, exc) from exc


def _binary_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """The rows of one sheet of such a workbook."""
    calamine, workbook = _binary_workbook(stream, path)
    sheets = [
        (one.name, one.visible != calamine.SheetVisibleEnum.Visible)
        for one in workbook.sheets_metadata
        if one.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    name = sheets[_sheet_index(sheets, path, options)][0]
    try:
        sheet = workbook.get_sheet_by_name(name)
        areas = [Area(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    except calamine.CalamineError as exc:
        raise _damaged(path, exc) from exc
    cells, others = _binary_grid(workbook, name), partial(_others, sheets, name)
    yield from _grid_rows(cells, Merges(areas), f"{path}[{name}]", options, others)


def _others(sheets: Sequence[tuple[str, bool]], name: str) -> list[str]:
    return [one for one, is_hidden in sheets if not is_hidden and one != name]


def _sheet_index(sheets: Sequence[tuple[str, bool]], path: str, options: ReadOptions) -> int:
    """Which of the sheets, each with whether it is hidden, is meant. Raises PromptError."""
    names = [name for name, _ in sheets]
    shown = [name for name, is_hidden in sheets if not is_hidden]
    wanted = options.sheet
    if wanted is None and shown:
        return names.index(shown[0])
    if wanted in names:
        return names.index(wanted)
    if wanted is not None and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    hidden = [name for name in names if name not in shown]
    listed = ", ".join(f"'{name}'" for name in shown) or "none"
    listed += f"; hidden: {', '.join(map(repr, hidden))}" if hidden else ""
    near = nearest(wanted or "", names)
    hint = f"did you mean '{near}'?" if near else f"it has {listed}"
    what = f"there is no sheet '{wanted}'" if wanted else "every sheet is hidden; name one: --sheet"
    raise PromptError(f"{what}; {hint}", Source(path, 1))


class Merges:
    """Merged cells, each of which has the value that is shown; rows come in their order."""

    def __init__(self, areas: list[Area]) -> None:
        self._coming = sorted(areas, reverse=True)
        self._open: list[tuple[Area, str]] = []

    def add(self, area: Area) -> None:
        """Take in an area that begins in the row that comes next."""
        self._coming.append(area)

    def fill(self, number: int, fields: list[str], *, below_header: bool) -> None:
        """Give the merged cells of a row their values; those of the header keep to themselves."""
        row = number - 1
        while self._coming and self._coming[-1].top <= row:
            area = self._coming.pop()
            value = fields[area.left] if area.top == row and area.left < len(fields) else ""
            self._open.append((area, value))
        if not self._open:
            return
        self._open = [one for one in self._open if one[0].bottom >= row]
        if not below_header:
            return
        for area, value in self._open:
            if value:
                end = min(area.right + 1, MAX_COLUMNS)
                fields.extend([""] * (end - len(fields)))
                fields[area.left : end] = [value] * (end - area.left)


def _grid_rows(
    grid: Cells,
    merges: Merges,
    path: str,
    options: ReadOptions,
    others: Callable[[], Sequence[str]],
) -> Rows:
    """The rows of a sheet; `others` are those beside it that are shown."""
    rows: UnevenRows | None = None
    names: list[str] = []
    left_out = options.skip_rows or 0
    header_at, is_first, is_whole = 1, True, False
    for number, fields in grid:
        merges.fill(number, fields, below_header=rows is not None)
        if not any(fields) or number < (options.header_row or 0):
            continue
        if rows is None:
            names = [column_name(name) for name in fields]
            while names and not names[-1]:
                names.pop()
            check_header(names, ",", Source(path, number), options)
            rows, header_at = UnevenRows(names, path, options, ","), number
            continue
        if is_first:
            is_first = False
            if options.header_row is None and any(fields[len(names) :]):
                message = f"row {number} has values that no name is above: if that names the "
                message += f"columns, say --header-row {number}, else name them"
                raise PromptError(message, Source(path, header_at))
            if fields[0]:
                name_the_index(names)
            is_whole = all(names)
        # What people note beside a table is no part of it; cells that hold nothing may be missing.
        del fields[len(names) :]
        fields.extend([""] * (len(names) - len(fields)))
        if not any(fields):
            continue
        if left_out:
            left_out -= 1
        elif is_whole:
            item = dict(zip(names, fields, strict=True))
            yield checked_row(item, Source(path, number), options)
        else:
            yield from rows.take(fields, number)
    if rows is None or (is_first and options.sheet is None and others()):
        message = "the sheet is empty; its first row should name the columns"
        if options.header_row is not None:
            message = f"there is nothing in row {options.header_row} or below it"
        if named := ", ".join(f"'{name}'" for name in others()):
            what = "no rows below its first" if rows is not None else "nothing in it"
            message = f"this sheet has {what}; the workbook also has {named}: say which, --sheet"
        raise PromptError(message, Source(path, 1))


def as_shown(cell: object) -> str:
    """The text of a cell: numbers without an exponent, dates as ISO has them."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds" if cell.second else "minutes")
    if isinstance(cell, time):
        return cell.isoformat("seconds" if cell.second else "minutes")
    return "" if cell is None else str(cell)


def parquet_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of a Parquet file, a part of a row group at a time."""
    arrow = _needed("pyarrow", "parquet", ".parquet")
    parquet = _needed("pyarrow.parquet", "parquet", ".parquet")
    try:
        if not stream.seekable():  # it was packed
            stream = io.BytesIO(stream.read())
        # The system's allocator gives memory back; arrow's own keeps 20 MB more for a million rows.
        usual = arrow.default_memory_pool()
        arrow.set_memory_pool(arrow.system_memory_pool())
        try:
            table = parquet.ParquetFile(stream)
        finally:
            arrow.set_memory_pool(usual)
        names = [column_name(name) for name in table.schema_arrow.names]
        if len(set(names)) < len(names):
            raise PromptError("two columns have the same name; rename one", Source(path, 1))
        number = 0
        for batch in table.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            columns = [column.to_pylist() for column in batch.columns]
            for values in zip(*columns, strict=True):
                number += 1
                source = Source(path, number)
                whole = dict(zip(names, map(_as_json, values), strict=True))
                try:
                    yield row_from(whole, source, options)
                except InputError as exc:
                    yield bad_row(exc, whole, source)
    except (arrow.ArrowException, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None:
            raise
        message = f"this is no Parquet file, or a damaged one ({str(exc)[:200]})"
        raise PromptError(message, Source(path, 1)) from exc


def _as_json(value: Any) -> JsonValue:
    """A value of Parquet as JSON has it; dates and exact numbers are texts."""
    if value is None or isinstance(value, str | int | bool):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None  # no NaN in JSON
    if isinstance(value, Mapping):
        return {str(name): _as_json(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(inner) for inner in value]
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    if isinstance(value, datetime | date | time | timedelta):
        return as_shown(value)
    return str(value)
