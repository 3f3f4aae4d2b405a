"""Sheets of workbooks and Parquet files → rows. What reads them is imported where it is used.

A sheet is a grid of what its cells show: every value is text, as in CSV. A Parquet file has values
of its own types, as JSONL has, and is read a part at a time.
"""

import base64
import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any, BinaryIO, Final

from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import UnevenRows, check_header, name_the_index
from copygen.prompts.request import InputError
from copygen.prompts.rows import ReadOptions, Rows, bad_row, column_name, row_from

MAX_WORKBOOK_BYTES: Final = 512 * 1024 * 1024
"""Of a workbook, which has to be in memory; a sheet of a million short rows is 80 MiB."""
_MAX_UNPACKED_BYTES: Final = 4 * 1024 * 1024 * 1024
_ROWS_AT_ONCE: Final = 1024


def _needed(module: str, extra: str, ending: str) -> Any:
    try:
        return import_module(module)
    except ImportError as exc:
        message = f"reading {ending} files needs a package: pip install 'copygen[{extra}]'"
        raise PromptError(f"{message}; or save the table as CSV UTF-8") from exc


def sheet_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the rows of one sheet of a workbook: `.xlsx`, `.xlsm`, `.xlsb`, `.xls` or `.ods`."""
    calamine = _needed("python_calamine", "sheets", ".xlsx and .ods")
    content = io.BytesIO(stream.read(MAX_WORKBOOK_BYTES + 1))
    if content.getbuffer().nbytes > MAX_WORKBOOK_BYTES:
        raise PromptError(
            "this workbook is too large; save the sheet as CSV UTF-8", Source(path, 1)
        )
    _refuse_bomb(content, path)
    try:
        workbook = calamine.CalamineWorkbook.from_filelike(content)
        name = _sheet_name(workbook, calamine, path, options)
        sheet = workbook.get_sheet_by_name(name)
        cells = enumerate(sheet.iter_rows(), 1)
    except calamine.PasswordError as exc:
        message = "this workbook has a password; save it without one"
        raise PromptError(message, Source(path, 1)) from exc
    except (calamine.CalamineError, OSError) as exc:
        message = f"this is no workbook, or a damaged one ({exc}); save the sheet as CSV UTF-8"
        raise PromptError(message, Source(path, 1)) from exc
    yield from _grid_rows(cells, _merged(sheet), f"{path}[{name}]", options)


def _refuse_bomb(content: io.BytesIO, path: str) -> None:
    if not zipfile.is_zipfile(content):
        return
    with zipfile.ZipFile(content) as packed:
        size = sum(entry.file_size for entry in packed.infolist())
    if size > _MAX_UNPACKED_BYTES:
        raise PromptError("this workbook unpacks to more than 4 GiB", Source(path, 1))
    content.seek(0)


def _sheet_name(workbook: Any, calamine: Any, path: str, options: ReadOptions) -> str:
    sheets = [
        one for one in workbook.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet
    ]
    names = [one.name for one in sheets]
    shown = [one.name for one in sheets if one.visible == calamine.SheetVisibleEnum.Visible]
    wanted = options.sheet
    if wanted is None and shown:
        return str(shown[0])
    if wanted in names:
        return str(wanted)
    if wanted is not None and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return str(names[int(wanted) - 1])
    hidden = [name for name in names if name not in shown]
    listed = ", ".join(f"'{name}'" for name in shown) or "none"
    listed += f"; hidden: {', '.join(map(repr, hidden))}" if hidden else ""
    near = nearest(wanted or "", names)
    hint = f"did you mean '{near}'?" if near else f"it has {listed}"
    what = f"there is no sheet '{wanted}'" if wanted else "every sheet is hidden; name one: --sheet"
    raise PromptError(f"{what}; {hint}", Source(path, 1))


def _merged(sheet: Any) -> dict[tuple[int, int], tuple[int, int]]:
    """Each cell that is merged into another → that one, as rows have them.

    They begin with the first column that holds anything, but with the first row of all.
    """
    ranges = sheet.merged_cell_ranges or ()
    first = sheet.start[1] if sheet.start else 0
    return {
        (row, column - first): (top, left - first)
        for (top, left), (bottom, right) in ranges
        for row in range(top, min(bottom, top + 10_000) + 1)
        for column in range(left, min(right, left + 1000) + 1)
        if (row, column) != (top, left)
    }


def _grid_rows(
    grid: Iterator[tuple[int, list[Any]]],
    merged: Mapping[tuple[int, int], tuple[int, int]],
    path: str,
    options: ReadOptions,
) -> Rows:
    origins = set(merged.values())
    values: dict[tuple[int, int], str] = {}
    rows: UnevenRows | None = None
    left_out = options.skip_rows
    for number, cells in grid:
        fields = [as_shown(cell) for cell in cells]
        if merged:
            for column, text in enumerate(fields):
                if (number - 1, column) in origins:
                    values[number - 1, column] = text
                elif (origin := merged.get((number - 1, column))) is not None and rows is not None:
                    fields[column] = values.get(origin, "")
        if not any(fields) or number < (options.header_row or 0):
            continue
        if rows is None:
            names = [column_name(name) for name in fields]
            check_header(names, ",", Source(path, number), options)
            name_the_index(names)
            rows = UnevenRows(names, path, options, ",")
        elif left_out:
            left_out -= 1
        else:
            yield from rows.take(fields, number)
    if rows is None:
        raise PromptError(
            "the sheet is empty; its first row should name the columns", Source(path, 1)
        )


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
        table = parquet.ParquetFile(stream)
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
