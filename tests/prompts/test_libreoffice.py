"""Workbooks that LibreOffice itself writes: what it shows is what a template gets."""

import datetime
from pathlib import Path

import pytest
import xlsxwriter

from copygen.prompts.rows import ReadOptions, Row
from copygen.prompts.tables import file_table
from tests.prompts.test_number_formats import CASES
from tests.support.libreoffice import converted, needs_libreoffice

pytestmark = [needs_libreoffice, pytest.mark.no_cover]
SHOP = {
    "รหัส": "00041",
    "商品名": "りんご\nジュース",
    "Price": "12.50 €",
    "VAT": "15%",
    "Day": "1.5.2026",
    "At": "2026-05-01 13:30",
    "Sum": "25.00",
    "Group": "silk",
    "วันที่": "1 พฤษภาคม 2026",
    "日付": "令和8年5月1日",
    "On": "TRUE",
    "Failed": "",
    "Code": "007",
}


def shop(path: Path) -> None:
    """A sheet with all kinds of cells behind one that is hidden."""
    with xlsxwriter.Workbook(path) as made:

        def form(code: str) -> object:
            return made.add_format({"num_format": code})

        made.add_worksheet("Lists").hide()
        made.get_worksheet_by_name("Lists").write_row(0, 0, ["no", "table"])
        sheet = made.add_worksheet("ราคา 商品")
        sheet.activate()
        sheet.write_row(0, 0, [*SHOP])
        for row in (1, 2):
            moment = datetime.datetime(2026, 5, row, 13, 30)
            sheet.write_number(row, 0, 41 * row, form("00000"))
            sheet.write_string(row, 1, SHOP["商品名"])
            sheet.write_number(row, 2, 12.5 * row, form('#,##0.00\\ "€"'))
            sheet.write_number(row, 3, 0.15, form("0%"))
            sheet.write_datetime(row, 4, moment, form("d.m.yyyy"))
            sheet.write_datetime(row, 5, moment, form("yyyy-mm-dd hh:mm"))
            sheet.write_formula(row, 6, f"=C{row + 1}*2", form("#,##0.00"), 25 * row)
            sheet.write_datetime(row, 8, moment, form("[$-41E]d mmmm yyyy"))
            sheet.write_datetime(row, 9, moment, form('[$-411]ggge"年"m"月"d"日"'))
            sheet.write_boolean(row, 10, True)
            sheet.write_formula(row, 11, "=1/0", None, "#DIV/0!")
            sheet.write_string(row, 12, "007")
        sheet.merge_range(1, 7, 2, 7, "silk")


def rows_of(path: Path, sheet: str | None = None) -> list[dict[str, object]]:
    options = ReadOptions(templated=True, sheet=sheet)
    with file_table(str(path), "table", options)() as rows:
        return [dict(row.item) for row in rows if isinstance(row, Row)]


def test_its_own_workbooks_are_read_as_it_shows_them(tmp_path: Path) -> None:
    shop(tmp_path / "shop.xlsx")
    first = rows_of(tmp_path / "shop.xlsx")
    assert first[0] == SHOP
    assert (first[1]["Group"], first[1]["รหัส"]) == ("silk", "00082")
    open_document = converted(tmp_path / "shop.xlsx", "ods")
    assert rows_of(open_document) == first
    # It shows the first sheet of a workbook that it saves in Excel's format.
    assert rows_of(converted(open_document, "xlsx"), sheet="ราคา 商品") == first
    assert rows_of(converted(open_document, "xls"), sheet="2")[0]["商品名"] == SHOP["商品名"]


def test_it_shows_numbers_as_this_does(tmp_path: Path) -> None:
    # Separators of a locale are its system's, and what `[$-F800]`, Thai digits and an exponent are
    # decided otherwise here; days before March 1900 it counts as Excel does not.
    ours = ("-407]", "-415]", "F800", "F400", "D07041E", "E+", "General", ";;;")
    cases = [one for one in CASES if not any(word in one[0] for word in ours)]
    cases = [one for one in cases if one[1] not in ("1", "-1", "99999999", "-0.4") and one[2]]
    with xlsxwriter.Workbook(tmp_path / "codes.xlsx") as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["code", "shown"])
        for row, (code, stored, _shown) in enumerate(cases, 1):
            sheet.write_string(row, 0, code)
            sheet.write_number(row, 1, float(stored), made.add_format({"num_format": code}))
    shown = {
        row["code"]: row["shown"] for row in rows_of(converted(tmp_path / "codes.xlsx", "ods"))
    }
    expected = rows_of(tmp_path / "codes.xlsx")
    assert len(expected) > 35
    assert shown == {row["code"]: row["shown"] for row in expected}
