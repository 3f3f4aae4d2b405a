"""The review workbook: what is in its cells, and that nothing in them is computed or lost."""

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from copygen.delivery.copy import Copy, CopyReader
from copygen.delivery.length_formula import Exactness, exactness, length_formula
from copygen.delivery.review_sheet import Mark, RowsOf, restored, text_hash, unsheetable
from copygen.delivery.review_table import Entry, ReviewLayout
from copygen.delivery.workbook import (
    reads_right_to_left,
    write_review_csv,
    write_review_workbook,
)
from copygen.models import Severity, Violation
from copygen.prompts.excel import ExcelWorkbook
from copygen.quality.units import Unit
from copygen.results.decisions import Decision, DecisionLog, State
from tests.support.records import ENDED, result, write

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
FORMULAS = ["=1+1", '=HYPERLINK("http://x","y")', "+66 2 123", "-20 %", "@shop", "'=1", "00123"]


def sheet(copies: list[Copy], rules: object, **layout: object) -> list[list[str]]:
    return grid(workbook(copies, rules, **layout), 0)


def workbook(copies: list[Copy], rules: object, **layout: object) -> bytes:
    target = io.BytesIO()
    entries: list[Entry] = [(one, one.record.input) for one in copies]
    write_review_workbook(entries, rules, target, ReviewLayout(exported_at=NOW, **layout))  # type: ignore[arg-type]
    return target.getvalue()


def grid(content: bytes, number: int) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        book = ExcelWorkbook(package, "xl/workbook.xml")
        return [cells for _, cells in book.rows(book.sheets[number])]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    data = {"headline": ["one", "two <b>&amp;"], "body": "three"}
    broken = Violation("length", Severity.ERROR, "9 of 3", field="headline", index=1)
    records = [
        result("a", text=None, data=data, input={"name": "x", "tags": ["p", "q"]}, row=1,
               line=2, violations=(broken,)),
        result("00123", text="=1+1", row=2, line=3),
    ]  # fmt: skip
    path = tmp_path / "r.jsonl"
    write(path, records)
    decided = Decision(id="a", key="k1", field="body", state=State.REJECTED, text="three",
                       reason="dull", at=ENDED, via="page")  # fmt: skip
    DecisionLog(path).append([decided])
    return path


def test_each_text_has_a_row_with_its_length_its_faults_and_its_item(results: Path) -> None:
    with CopyReader(results) as copies:
        rows = sheet(list(copies), copies.rules, columns=("name", "tags"))
    assert [row[:10] for row in rows] == [
        ["id", "field", "n", "text", "length", "limit", "unit", "decision", "reason", "violations"],
        ["a", "headline", "1", "one", "3", "", "code points", "", "", ""],
        ["a", "headline", "2", "two <b>&amp;", "12", "", "code points", "", "", "length: 9 of 3"],
        ["a", "body", "", "three", "5", "", "code points", "rejected", "dull", ""],
        ["00123", "", "", "=1+1", "4", "", "code points", "", "", ""],
    ]
    assert [row[10:13] for row in rows[:2]] == [["name", "tags", "key"], ["x", '["p","q"]', "k1"]]
    assert Mark.parse(rows[3][13]).state is State.REJECTED  # type: ignore[union-attr]
    assert Mark.parse(rows[4][13]).text == text_hash("=1+1")  # type: ignore[union-attr]


def test_a_record_can_have_one_row_with_a_column_for_each_text(results: Path) -> None:
    texts = (("headline 1", "headline"), ("headline 2", "headline"), ("body", "body"))
    with CopyReader(results) as copies:
        rows = sheet(list(copies), copies.rules, rows_of=RowsOf.RECORDS, texts=texts)
    assert rows[0][:8] == [
        "id", "headline 1", "headline 1 length", "headline 2", "headline 2 length", "body",
        "body length", "decision",
    ]  # fmt: skip
    assert rows[1][:10] == [
        "a", "one", "3", "two <b>&amp;", "12", "three", "5", "", "dull",
        "headline 2: length: 9 of 3",
    ]  # fmt: skip
    assert len(rows[1][11].split()) == 3


def test_a_record_s_lengths_are_shown_with_their_limits(results: Path) -> None:
    rules = (
        '{"version":1,"fields":[{"name":"body","spec":{"name":"x.body","limit":9,"source":"s"}}]}'
    )
    results.with_name("r.jsonl.rules.json").write_text(rules)
    texts = (("headline 1", "headline"), ("body", "body"))
    with CopyReader(results) as copies:
        rows = sheet(list(copies), copies.rules, rows_of=RowsOf.RECORDS, texts=texts)
    assert rows[1][2] == "3"
    assert rows[1][4] == "5 / 9"


def test_nothing_but_a_length_is_a_formula_and_ids_are_text(results: Path) -> None:
    texts = [result(f"r{n}", text=text, input={text: text}) for n, text in enumerate(FORMULAS)]
    path = results.with_name("f.jsonl")
    write(path, texts)
    with CopyReader(path) as copies:
        content = workbook(list(copies), copies.rules, columns=tuple(FORMULAS))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    formulas = [part.partition("</f>")[0] for part in xml.split("<f>")[1:]]
    assert len(formulas) == len(FORMULAS)
    assert all(one.startswith("IFERROR(") for one in formulas)
    assert [row[3] for row in grid(content, 0)[1:]] == FORMULAS


def test_another_reader_finds_every_text_as_it_is(tmp_path: Path) -> None:
    texts = [*FORMULAS, "a\r\nb", "\tvt\x0b\x1b", "_x000D_", " <b>&amp;]]> ", "ผ้าไหม 👨\u200d👩"]
    path = tmp_path / "r.jsonl"
    write(path, [result(f"r{n}", text=text, row=n + 1) for n, text in enumerate(texts)])
    with CopyReader(path) as copies:
        content = workbook(list(copies), copies.rules)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert [row[3] for row in book.get_sheet_by_name("texts").to_python()[1:]] == texts
    assert [one.visible for one in book.sheets_metadata][-1] is SheetVisibleEnum.VeryHidden


def test_the_way_back_is_on_a_sheet_that_nobody_sees(results: Path) -> None:
    with CopyReader(results) as copies:
        content = workbook(list(copies), copies.rules, results="r.jsonl", results_hash="cafe")
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert 'name="copygen" sheetId="3" state="veryHidden"' in (
            package.read("xl/workbook.xml").decode()
        )
    hidden = dict([*row, ""][:2] for row in grid(content, 2))
    assert hidden["copygen review"] == "1"
    assert hidden["results_hash"] == "cafe"
    assert [Mark.parse(one) is not None for one in hidden["marks"].split()] == [True] * 4


@pytest.mark.parametrize("count", [0, 1, 5, 6, 12])
def test_a_sheet_that_is_full_goes_on_in_the_next(
    results: Path, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copygen.delivery.workbook.MAX_ROWS", 6)
    path = results.with_name("many.jsonl")
    write(path, [result(f"r{n}", text=str(n), row=n + 1, line=n + 2) for n in range(count)])
    path.touch()
    with CopyReader(path) as copies:
        content = workbook(list(copies), copies.rules)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [one.name for one in ExcelWorkbook(package, "xl/workbook.xml").sheets]
        first = package.read("xl/worksheets/sheet1.xml").decode()
        selected = sum(b"tabSelected" in package.read(one) for one in package.namelist()
                       if one.startswith("xl/worksheets/"))  # fmt: skip
    sheets = names[:-2]
    assert sheets == ["texts", "texts 2"][: max(1, -(-count // 6))]
    assert sum(len(grid(content, n)) - 1 for n in range(len(sheets))) == count
    assert selected == 1  # two selected sheets would be edited together
    assert f'<autoFilter ref="A1:L{max(1, min(count, 6)) + 1}"/>' in first


def test_a_review_csv_is_neutralised_and_says_where(results: Path) -> None:
    write(results, [result(f"r{n}", text=text) for n, text in enumerate(FORMULAS)])
    target = io.BytesIO()
    with CopyReader(results) as copies:
        entries = [(one, {}) for one in copies]
        write_review_csv(entries, copies.rules, target, ReviewLayout(exported_at=NOW))
    rows = list(csv.reader(io.StringIO(target.getvalue().decode("utf-8-sig"))))
    marks = [Mark.parse(row[-1]) for row in rows[1:]]
    assert [row[3] for row in rows[1:]] == [
        "'=1+1", "'=HYPERLINK(\"http://x\",\"y\")", "'+66 2 123", "'-20 %", "'@shop", "'=1",
        "00123",
    ]  # fmt: skip
    back = [restored(row[3], quoted=mark.text_quoted) for row, mark in
            zip(rows[1:], marks, strict=True) if mark]  # fmt: skip
    assert back == FORMULAS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 32_767, None),
        ("x" * 32_768, "32,768 UTF-16 units"),
        ("😀" * 16_383, None),
        ("😀" * 16_384, "32,768 UTF-16 units"),
        ("half \ud83d", "U+D83D"),
        ("nul \0", "U+0000"),
        ("no character \uffff", "U+FFFF"),
        ("tab\tvt\x0besc\x1b", None),
    ],
)
def test_what_no_cell_can_hold_is_told_before(text: str, reason: str | None) -> None:
    found = unsheetable(text)
    assert found is None if reason is None else reason in str(found)


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("عطر", True),
        ("12 שלום", True),
        ("Oud عطر", False),
        ("", False),
        ("ไหม", False),
        ("٣٠", True),
    ],
)
def test_right_to_left_goes_by_the_first_letter(text: str, is_so: bool) -> None:
    assert reads_right_to_left(text) is is_so


def test_every_unit_says_what_its_formula_is_worth() -> None:
    for unit in Unit:
        assert (length_formula(unit, "$D2") is None) is (exactness(unit) is Exactness.STATIC)


def test_a_code_of_xlsxwriter_is_never_passed_over(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsxwriter.worksheet.Worksheet, "data_validation", lambda *_, **__: -2)
    with CopyReader(results) as copies, pytest.raises(AssertionError, match="-2"):
        workbook(list(copies), copies.rules)
