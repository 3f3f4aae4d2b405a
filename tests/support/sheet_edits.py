"""A workbook edited by a person: read, changed, and saved by another program than copygen."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from copygen.prompts.excel import ExcelWorkbook

Grid = list[list[str]]
Book = dict[str, Grid]
Change = Callable[[Book], object]


def read_book(path: Path) -> Book:
    with zipfile.ZipFile(path) as package:
        book = ExcelWorkbook(package, "xl/workbook.xml")
        return {one.name: [cells for _, cells in book.rows(one)] for one in book.sheets}


def save_book(path: Path, book: Book) -> None:
    with xlsxwriter.Workbook(path) as written:
        for name, grid in book.items():
            sheet = written.add_worksheet(name)
            if name == "copygen":
                sheet.hide()
            for row, cells in enumerate(grid):
                for column, cell in enumerate(cells):
                    assert not sheet.write_string(row, column, cell)


def edit_book(path: Path, change: Change) -> Path:
    """Save the workbook with that change, beside the first."""
    book = read_book(path)
    change(book)
    edited = path.with_name(f"{path.stem}-edited.xlsx")
    save_book(edited, book)
    return edited


def typed(row: int, sheet: str = "texts", **cells: str) -> Change:
    """Type into cells of a row, 2-based as people count, by the names of their columns."""

    def change(book: Book) -> None:
        names = book[sheet][0]
        line = book[sheet][row - 1]
        line.extend([""] * (len(names) - len(line)))
        for name, text in cells.items():
            line[names.index(name.replace("_", " "))] = text

    return change
