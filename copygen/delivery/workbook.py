"""The review workbook: texts as people judge them in a spreadsheet, and the way back for them.

Every cell is text or a number, so nothing in it is ever a formula but the lengths, which are ours.
Of the texts nothing is held but their marks, 33 bytes each. The same rows as CSV are for programs
that read no workbook.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from math import ceil
from typing import Any, BinaryIO, Final

from copygen.delivery.review_sheet import (
    CELL_STATES,
    HIDDEN_SHEET,
    TITLE,
    VERSION,
    Column,
    RowsOf,
    neutralised,
)
from copygen.delivery.review_table import Entry, Look, ReviewLayout, ReviewTable, Value
from copygen.delivery.rules import Rules
from copygen.delivery.sheet_xml import (
    HiddenRows,
    column_name,
    frame_of,
    number_cell,
    row_of,
    text_cell,
    write_workbook_of,
)
from copygen.errors import UsageError
from copygen.quality.units import Unit, measure
from copygen.results.decisions import State
from copygen.version import __version__

MAX_ROWS: Final = 500_000
"""Of a sheet; Excel's own limit is 1,048,576."""
_CHARS_PER_WIDTH: Final = 1.15
"""Latin letters of running text in the width of a digit, by which columns are measured."""
_KEPT_CELLS: Final = 64
"""Of a column, as XML: values come again from row to row."""
_KEPT_CHARS: Final = 1_000
_MARKS: Final = "marks"


def write_review_workbook(
    entries: Iterable[Entry], rules: Rules, target: BinaryIO, layout: ReviewLayout
) -> None:
    """Write an .xlsx. Every text is one that a cell can hold (`unsheetable`); records without a
    text are not in it. Raises UsageError where XlsxWriter is missing, OSError."""
    xlsx = _xlsxwriter()
    table = ReviewTable(rules, layout)
    sketch = _Sketch(xlsx, table)
    cells = _XmlCells(table, frame_of(sketch.workbook([1])).styles)
    rows = map(cells.of_row, table.rows(entries))
    write_workbook_of(target, sketch.workbook, rows, MAX_ROWS, sketch.marks)


def write_review_csv(
    entries: Iterable[Entry], rules: Rules, target: BinaryIO, layout: ReviewLayout
) -> None:
    """Write the same rows as CSV in UTF-8, for spreadsheets: with a byte-order mark, and an
    apostrophe before what they would compute. Raises OSError."""
    table = ReviewTable(rules, layout, quoting=True)
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(map(neutralised, table.names))
    for row in table.rows(entries):
        writer.writerow(neutralised(one) if isinstance(one, str) else one for one in row)
    text.detach()


def _xlsxwriter() -> Any:
    try:
        return import_module("xlsxwriter")
    except ImportError as exc:
        raise UsageError(
            "writing .xlsx needs a package: pip install 'copygen[sheets]'; or write the review as "
            "CSV: -o review.csv --as review-csv"
        ) from exc


class _XmlCells:
    """Rows of values → cells as XML."""

    def __init__(self, table: ReviewTable, styles: Sequence[str]) -> None:
        self._table = table
        style_of = dict(zip(_styles_of(table), styles, strict=True))
        self._columns = [
            (column_name(number), style_of[_style_of(look)], look.style)
            for number, look in enumerate(table.looks)
        ]
        self._wrapped = [
            (number, int(look.width))
            for number, look in enumerate(table.looks)
            if "text_wrap" in _STYLES[look.style]
        ]
        self._right_to_left = style_of["text-rtl"]
        names = table.names
        self._length_fields: dict[int, tuple[str, str | None]]
        """Number of a column of lengths → the column of its text, and the field."""
        self._length_at = -1
        """The one column of lengths that is of all fields."""
        if table.layout.rows_of is RowsOf.TEXTS:
            self._length_at = names.index(Column.LENGTH)
            text = column_name(names.index(Column.TEXT))
            self._length_fields = {self._length_at: (text, None)}
        else:
            self._length_fields = {
                2 + 2 * number: (column_name(1 + 2 * number), field_)
                for number, (_, field_) in enumerate(table.layout.texts)
            }
        alone = {number for number, look in enumerate(table.looks) if look.style == "text"}
        alone.add(names.index(Column.MARK))
        self._made: list[dict[Any, str] | None] = [
            None if number in alone else {} for number, _ in enumerate(table.looks)
        ]
        """By column the cells that were made of values: most of them come again."""

    def of_row(self, values: Sequence[Value]) -> str:
        """All cells of one row."""
        cells = []
        for number, value in enumerate(values):
            made = self._made[number]
            if made is None:
                cells.append(self._cell(number, value, None))
                continue
            field_ = values[1] if number == self._length_at else None
            key = value if field_ is None else (value, field_)
            cell = made.get(key)
            if cell is None:
                cell = self._cell(number, value, field_)
                if len(cell) <= _KEPT_CHARS:
                    if len(made) >= _KEPT_CELLS:
                        made.clear()
                    made[key] = cell
            cells.append(cell)
        return row_of("".join(cells), self._lines(values))

    def _cell(self, number: int, value: Value, field_: Value) -> str:
        column, style, kind = self._columns[number]
        if isinstance(value, str):
            if kind == "text" and reads_right_to_left(value):
                style = self._right_to_left
            return text_cell(column, style, value)
        if value is None:
            return ""
        formula = ""
        if number in self._length_fields:
            text, own = self._length_fields[number]
            formula = self._table.field(str(field_) if field_ else own).formula(text)
        return number_cell(column, style, value, formula)

    def _lines(self, values: Sequence[Value]) -> int:
        """How many lines the cells that wrap need: LibreOffice does not find out by itself."""
        most = 1
        for number, width in self._wrapped:
            value = values[number]
            if value and isinstance(value, str) and (len(value) > width // 2 or "\n" in value):
                most = max(most, lines_of(value, width))
        return most


def lines_of(text: str, width: int) -> int:
    """In how many lines a text stands in a cell of that width, about."""
    count = 0
    for line in text.split("\n"):
        cells = len(line) / _CHARS_PER_WIDTH if line.isascii() else measure(line, Unit.WIDTH)
        count += max(1, ceil(cells / width))
    return count


_QUIET, _INK = "#6b7280", "#111827"
_BASE: Final[Mapping[str, Any]] = {
    "font_size": 11, "valign": "top", "font_color": _INK, "bottom": 1, "bottom_color": "#e5e7eb",
}  # fmt: skip
_EDITABLE: Final = {"bg_color": "#fffdf2", "locked": False, "num_format": "@", "text_wrap": True}
_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "fixed": {"num_format": "@", "font_color": _QUIET},
    "number": {"font_color": _QUIET, "align": "center"},
    "quiet": {"num_format": "@", "font_color": _QUIET, "font_size": 9},
    "text": _EDITABLE,
    "text-rtl": {**_EDITABLE, "align": "right", "reading_order": 2},
    "choice": {**_EDITABLE, "align": "center"},
    "note": _EDITABLE,
    "problem": {"num_format": "@", "font_color": "#9a3412", "text_wrap": True, "font_size": 10},
    "item": {"num_format": "@", "font_color": _QUIET},
}
"""Cells are locked unless they say otherwise, and text (`@`): an entry of `=1+1` stays one."""


def _style_of(look: Look) -> str:
    return look.style if look.limit is None else f"length of {look.limit}"


def _styles_of(table: ReviewTable) -> Mapping[str, Mapping[str, Any]]:
    """By name, in the order of the blank cells in the sketch; lengths as `29 / 30`."""
    lengths = {
        _style_of(look): {**_STYLES["number"], "num_format": f'0" / {look.limit}"'}
        for look in table.looks
        if look.limit is not None
    }
    return {**_STYLES, **lengths}


_HEADER: Final = {
    "bold": True, "font_color": "#ffffff", "bg_color": "#1f2937", "valign": "vcenter", "border": 0,
    "text_wrap": True,
}  # fmt: skip
_EDITED_HEADER: Final = {**_HEADER, "bg_color": "#92610a"}
_RED = {"bg_color": "#fde2e1", "font_color": "#9b1c1c", "bold": True}
_AMBER = {"bg_color": "#fdf0c8", "font_color": "#7a4b00"}
_GREEN = {"bg_color": "#def7e5", "font_color": "#03543f"}
_DECISION_COLOURS: Final[Mapping[State, Mapping[str, Any]]] = {
    State.APPROVED: _GREEN,
    State.EDITED: {"bg_color": "#dbeafe", "font_color": "#1e40af"},
    State.REJECTED: _RED,
    State.LOCKED: {"bg_color": "#e5e7eb", "font_color": "#1f2937", "bold": True},
    State.STALE: _AMBER,
}


class _Sketch:
    """The workbook without its rows."""

    def __init__(self, xlsx: Any, table: ReviewTable) -> None:
        self._xlsx = xlsx
        self._table = table

    def workbook(self, counts: list[int]) -> bytes:
        """With that many rows in each sheet of texts."""
        made = io.BytesIO()
        book = self._xlsx.Workbook(made, {"in_memory": True})
        book.set_properties({"title": TITLE, "comments": f"copygen {__version__}"})
        book.set_properties({"created": self._table.layout.exported_at.replace(tzinfo=None)})
        styles = [book.add_format({**_BASE, **one}) for one in _styles_of(self._table).values()]
        base = self._table.layout.rows_of.value
        for number, rows in enumerate(counts, 1):
            sheet = book.add_worksheet(base if number == 1 else f"{base} {number}")
            self._dress(book, sheet, rows)
            for column, style in enumerate(styles):
                _done(sheet.write_blank(1, column, None, style))
        self._explain(book)
        self._hide(book, len(counts))
        book.close()
        return made.getvalue()

    def _dress(self, book: Any, sheet: Any, rows: int) -> None:
        looks, names = self._table.looks, self._table.names
        header, edited = book.add_format(_HEADER), book.add_format(_EDITED_HEADER)
        sheet.set_row(0, 32)
        for number, look in enumerate(looks):
            style = edited if look.style in ("text", "choice", "note") else header
            _done(sheet.write_string(0, number, look.name, style))
            hidden = {"hidden": 1} if look.hidden else {}
            _done(sheet.set_column(number, number, look.width, None, hidden))
        sheet.freeze_panes(1, 1)
        sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{column_name(len(looks) - 1)}{rows + 1}"}
        )
        _done(sheet.autofilter(0, 0, max(rows, 1), len(looks) - 1))
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        decision = names.index(Column.DECISION)
        last = max(rows, 1)
        _done(sheet.data_validation(1, decision, last, decision, _DROP_DOWN))
        for state, colours in _DECISION_COLOURS.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{state.value}"'}
            rule["format"] = book.add_format(colours)
            _done(sheet.conditional_format(1, decision, last, decision, rule))
        self._colour_lengths(book, sheet, last)
        if self._table.layout.protect:
            allowed = ("autofilter", "sort", "format_columns", "format_rows", "format_cells")
            sheet.protect("", dict.fromkeys(allowed, True))

    def _colour_lengths(self, book: Any, sheet: Any, last: int) -> None:
        """Red past a limit that is refused, amber past one that only advises, else green."""
        red, amber, green = map(book.add_format, (_RED, _AMBER, _GREEN))
        ink = book.add_format({"font_color": _RED["font_color"]})
        for text, length, limit, fails in self._lengths():
            cell = f"${column_name(length)}2"
            over = f"AND(ISNUMBER({limit}),{cell}>{limit},{fails})"
            conditions = [
                (length, over, red),
                (length, f"AND(ISNUMBER({limit}),{cell}>{limit})", amber),
                (length, f"ISNUMBER({limit})", green),
                (text, over, ink),
            ]
            for column, condition, style in conditions:
                rule = {"type": "formula", "criteria": f"={condition}", "format": style}
                rule["stop_if_true"] = column == length
                _done(sheet.conditional_format(1, column, last, column, rule))

    def _lengths(self) -> Iterator[tuple[int, int, str, str]]:
        """Columns of a text and of its length, the limit, and whether more is refused; the last
        two as formulas for row 2."""
        table = self._table
        if table.layout.rows_of is RowsOf.RECORDS:
            for number, (_, field_) in enumerate(table.layout.texts):
                of_field = table.field(field_)
                limit = '""' if of_field.limit is None else str(of_field.limit)
                yield 1 + 2 * number, 2 + 2 * number, limit, str(of_field.fails).upper()
            return
        text, length, limit_column, name = map(
            table.names.index, (Column.TEXT, Column.LENGTH, Column.LIMIT, Column.FIELD)
        )
        named = f"${column_name(name)}2"
        soft = [
            f"{named}<>{_literal(one or '')}"
            for one in table.field_names
            if not table.field(one).fails
        ]
        fails = f"AND({','.join(soft)})" if soft else "TRUE"
        yield text, length, f"${column_name(limit_column)}2", fails

    def _explain(self, book: Any) -> None:
        sheet = book.add_worksheet("read me")
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        _done(sheet.set_column(0, 0, 24, book.add_format({"bold": True, "valign": "top"})))
        _done(sheet.set_column(1, 1, _READ_ME_WIDTH, book.add_format(_READ_ME_STYLE)))
        for row, (what, words) in enumerate(_READ_ME):
            sheet.set_row(row, 18 * lines_of(words, _READ_ME_WIDTH))
            _done(sheet.write_string(row, 0, what))
            _done(sheet.write_string(row, 1, words))

    def marks(self) -> HiddenRows:
        """Rows of the hidden sheet with the marks of all texts."""
        cells = (
            row_of(text_cell("A", "0", _MARKS) + text_cell("B", "0", marks))
            for marks in self._table.all_marks()
        )
        return HiddenRows(len(self._facts(1)) + 1, cells)

    def _hide(self, book: Any, sheets: int) -> None:
        sheet = book.add_worksheet(HIDDEN_SHEET)
        sheet.very_hidden()
        for row, (name, value) in enumerate(self._facts(sheets).items()):
            _done(sheet.write_string(row, 0, name))
            _done(sheet.write_string(row, 1, value))

    def _facts(self, sheets: int) -> Mapping[str, str]:
        layout = self._table.layout
        return {
            TITLE: str(VERSION),
            "copygen": __version__,
            "results": layout.results,
            "results_hash": layout.results_hash,
            "exported_at": layout.exported_at.isoformat(timespec="seconds"),
            "rows": layout.rows_of.value,
            "sheets": str(sheets),
            "columns": json.dumps(self._table.names),
        }


_DROP_DOWN: Final = {
    "validate": "list",
    "source": [state.value for state in CELL_STATES],
    "input_title": "Decision",
    "input_message": "approved, rejected (say why in the next cell), locked, or draft to take a "
    "decision back. To edit, change the text in its cell.",
    "error_title": "Decision",
    "error_message": "approved, edited, rejected, locked or draft",
}
_READ_ME_WIDTH: Final = 92
_READ_ME_STYLE: Final = {"text_wrap": True, "valign": "top"}
_READ_ME: Final = (
    ("What this is", "Texts to be judged. The way back: copygen import FILE RESULTS"),
    ("To edit a text", "Change it in its cell. That is an edit, whatever the decision beside it "
     "says."),
    ("To approve or reject", "Choose in the column 'decision', and say why in 'reason': it goes to "
     "the model when the row is written again."),
    ("To take a decision back", "Choose draft. An emptied cell says nothing."),
    ("Rows", "Sort, filter and delete as you like. Rows are found by their id, not by their place; "
     "one that is missing was not reviewed, and nothing is deleted for it."),
    ("Lengths", "In the unit of the channel, against the limit: green, red past it, amber past one "
     "that only advises. As you edit, joined emoji and web addresses are counted roughly, pixels "
     "and text messages not at all; the way back measures again."),
    ("Columns", "Those with an ochre head are yours. Columns that you add are not read. Do not "
     "rename ours, and leave the hidden ones in place."),
    ("Saving", "As .xlsx or .ods. CSV works as UTF-8; in other encodings letters are lost."),
)  # fmt: skip


def _done(code: int | None) -> None:
    """XlsxWriter says by a code that it did not do, or cut short, what it was asked."""
    if code:
        raise AssertionError(f"XlsxWriter: {code}")


def _literal(text: str) -> str:
    """A text in a formula."""
    return '"{}"'.format(text.replace('"', '""'))


_DIRECTION: Final = re.compile(r"([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc])|[^\W\d_]")


def reads_right_to_left(text: str) -> bool:
    """Whether its first letter is of a script that does."""
    if text.isascii():
        return False
    first = _DIRECTION.search(text)
    return first is not None and first[1] is not None
