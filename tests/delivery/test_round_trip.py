"""Sheet → LibreOffice → import: what a spreadsheet could spoil comes back as it was, or is refused.

LibreOffice is started once for all of it.
"""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from copygen.delivery.merge import Merged
from copygen.errors import PromptError
from copygen.jobs.export import ExportJob, ExportSpec
from copygen.jobs.imports import ImportJob, ImportSpec
from copygen.quality.units import Unit, measure
from tests.support.cpu import cost_of
from tests.support.libreoffice import needs_libreoffice
from tests.support.office_edits import OfficeJob
from tests.support.records import result, write
from tests.support.sheet_edits import read_book

pytestmark = [needs_libreoffice, pytest.mark.no_cover]

NASTY = [
    *("=1+1", '=HYPERLINK("http://x.example","free")', "=cmd|' /C calc'!A0", "@SUM(1+1)", "+1+1"),
    *("-1-1", "-20 % on silk", "+66 2 123 4567", "@shop", "＝1+1", "'=1+1", "'quoted'", "''"),
    *("00123", "8851234567890123456", "1E5", "1e-7", "3/4", "1-2", "12:30", "2026-11-28", "TRUE"),
    *("true", "#N/A", "#REF!", "1,234.50", "12 %", "$5", "NULL", "nan", "1_000"),
    *(" leading", "trailing ", "  both  ", "two  blanks", "no\xa0break"),
    *("tab\tin it", "\tat the start"),
    *("two\nlines", "two\r\nlines", "two\rlines", "\nfirst", "last\n", "a\n\n\nb"),
    *("vt\x0bff\x0c", "bell\x07", "esc\x1b[31m", "del\x7f", "nel\x85", "ls\u2028ps\u2029"),
    *("_x000D_", "_x0041_ is no A", "_x005F_x000D_", "<b>&amp;</b>", "]]>"),
    *('"quotes"; and, commas', "e\u0301 and é"),
    *("ผ้าพันคอไหมแพรวา", "手織りのシルク", "실크 스카프", "عطر العود 50 ml", "\u200fעברית\u200e"),
    *("👨\u200d👩\u200d👧 family", "🇹🇭🇯🇵", "👍🏽", "❤️", "𠮷野家", "zero\u200bwidth"),
    *("soft\u00adhyphen", "\ufeffbom"),
    *("\u202eevil\u202c", "tag\U000e0041", "variant\ufe0f\ufe0e", "private\ue000", "a" * 5_000),
    *("ไ" * 3_000, "x" * 32_767, "line\n" * 300),
]  # fmt: skip
MEASURED = {
    "code_points": Unit.CODEPOINTS,
    "utf16": Unit.UTF16,
    "bytes": Unit.BYTES,
    "width": Unit.WIDTH,
}
"""Field → its unit."""
LENGTHS = [
    *("", "Silk", "ผ้าไหมแพรวา", "手織りのシルク、ｶﾀｶﾅ", "실크 스카프", "عطر"),
    *("Ünïcödé — “x”", "100 % & <b>"),
    *("🎁 gift", "𠮷野家", "ＦＵＬＬ！", "a\nb", "%E3%81%82", "=1+1"),
]  # fmt: skip
REFUSED = ["x" * 40_000, "😀" * 20_000, "nul\0in it", "half \ud83d pair", "no char \ufffe"]
NUMBERS = [f"n{number:02}" for number in range(len(NASTY))]
IDS = ["00456", "740956731234", "73928e030012", "3/5", "1E6", "=2+2", "TRUE", "-", "ชุด/1", "a b"]
EDITS = {
    "texts.D2": "แก้แล้ว",  # another text
    "texts.H3": "approved",
    "texts.H4": "rejected",
    "texts.I4": "no formulas",
    "texts.D5": "=SUM(1;1)",  # typed as text, as into a cell of that format
}
WANTED = [
    ("n00", "edited", "แก้แล้ว", None),
    ("n01", "approved", NASTY[1], None),
    ("n02", "rejected", NASTY[2], "no formulas"),
    ("n03", "edited", "=SUM(1;1)", None),
]


class Returned(NamedTuple):
    results: Path
    untouched: dict[str, Path]
    """By ending."""
    edited: dict[str, Path]
    untouched_records: dict[str, Path]
    measured: dict[str, Path]


@pytest.fixture(scope="module")
def returned(tmp_path_factory: pytest.TempPathFactory) -> Returned:
    folder = tmp_path_factory.mktemp("office")
    results = folder / "r.jsonl"
    texts = dict(zip(NUMBERS, NASTY, strict=True)) | dict.fromkeys(IDS, "=3+3")
    records = [result(id_, text=text, row=n, line=n + 1) for n, (id_, text) in
               enumerate(texts.items(), 1)]  # fmt: skip
    write(results, records)
    office = OfficeJob(folder)
    all_kinds = ("xlsx", "ods", "xls", "utf8.csv", "semicolon.csv", "tab.csv")
    sheets = {}
    for name, rows_of in (("whole", "texts"), ("some", "texts"), ("rows", "records")):
        sheets[name] = results.with_name(f"{name}.xlsx")
        ExportJob(ExportSpec(results=results, out=sheets[name], rows_of=rows_of)).run()
    found = Returned(
        results,
        office.edit(sheets["whole"], {}, all_kinds),
        office.edit(sheets["some"], EDITS, ("xlsx", "ods", "utf8.csv")),
        office.edit(sheets["rows"], {}, ("xlsx", "ods")),
        office.edit(measured_sheet(folder), {}, ("xlsx",)),
    )
    office.run()
    return found


def measured_sheet(folder: Path) -> Path:
    """A sheet of texts in fields of several units."""
    results = folder / "measured.jsonl"
    data = dict.fromkeys(MEASURED, LENGTHS)
    write(results, [result("a", text=None, data=data)])
    fields = [{"name": name, "is_list": True, "max_count": 99, "spec": {
        "name": f"x.{name}", "limit": 12, "unit": unit, "source": "s"}} for name, unit in
        MEASURED.items()]  # fmt: skip
    rules = folder / "measured.jsonl.rules.json"
    rules.write_text(json.dumps({"version": 1, "fields": fields}))
    sheet = folder / "measured.xlsx"
    ExportJob(ExportSpec(results=results, out=sheet)).run()
    return sheet


def imported(file: Path, results: Path) -> Merged:
    spec = ImportSpec(file=file, results=results, by="mali", dry_run=True)
    return ImportJob(spec, environ={}).run().merged


def changed(merged: Merged) -> list[str]:
    return [f"{one.id}: {one.text!r}"[:80] for one in merged.decisions] + [
        f"{one.id}: {one.message}" for one in merged.told
    ]


@pytest.mark.parametrize("ending", ["xlsx", "ods", "xls", "utf8.csv", "tab.csv"])
def test_what_libreoffice_opens_and_saves_is_untouched(returned: Returned, ending: str) -> None:
    merged = imported(returned.untouched[ending], returned.results)
    assert changed(merged) == []
    assert merged.untouched == len(NASTY) + len(IDS)


def test_a_code_page_without_the_letters_is_refused_whole(returned: Returned) -> None:
    with pytest.raises(PromptError, match="letters have become question marks"):
        imported(returned.untouched["semicolon.csv"], returned.results)


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_row_for_each_record_comes_back_too(returned: Returned, ending: str) -> None:
    merged = imported(returned.untouched_records[ending], returned.results)
    assert changed(merged) == []
    assert merged.untouched == len(NASTY) + len(IDS)


@pytest.mark.parametrize("ending", ["xlsx", "ods", "utf8.csv"])
def test_what_is_typed_in_libreoffice_comes_through(returned: Returned, ending: str) -> None:
    merged = imported(returned.edited[ending], returned.results)
    assert [(one.id, one.state.value, one.text, one.reason) for one in merged.decisions] == WANTED
    assert merged.told == []
    assert merged.untouched == len(NASTY) + len(IDS) - len(WANTED)


def test_lengths_are_computed_as_copygen_measures_them(returned: Returned) -> None:
    rows = read_book(returned.measured["xlsx"])["texts"]
    field, text, length = (rows[0].index(name) for name in ("field", "text", "length"))
    wrong = [
        (row[field], row[text], row[length])
        for row in rows[1:]
        if int(row[length]) != measure(row[text], MEASURED[row[field]])
    ]
    assert wrong == []
    assert len(rows) == 1 + len(MEASURED) * len(LENGTHS)


def test_a_text_that_no_cell_holds_is_left_out_with_the_reason(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    write(results, [result(f"r{n}", text=text) for n, text in enumerate([*REFUSED, "fine"])])
    sheet = tmp_path / "review.xlsx"
    done = ExportJob(ExportSpec(results=results, out=sheet)).run()
    assert [one.id for one in done.tally.problems] == [f"r{n}" for n in range(len(REFUSED))]
    assert all("not in the sheet, because it " in one.message for one in done.tally.problems)
    assert done.exit_code == 3
    merged = imported(sheet, results)
    assert (merged.texts, merged.untouched) == (1, 1)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_a_hundred_thousand_records_go_out_and_come_back_in_fifteen_seconds_each(
    tmp_path: Path,
) -> None:
    results, sheet = tmp_path / "r.jsonl", tmp_path / "review.xlsx"
    item = {"name": "Praewa silk scarf", "price": "2500 baht", "about": "Woven by hand. " * 8}
    texts = ("ผ้าพันคอไหมแพรวา ทอมือ", "手織りのシルクスカーフ", "Hand-woven silk scarf")
    write(results, (
        result(f"sku-{n}/x", text=f"{texts[n % 3]} {n}", input=item, row=n + 1, line=n + 2)
        for n in range(100_000)
    ))  # fmt: skip
    out = cost_of("export", results, "-o", sheet, "-q")
    assert out.exit_code == 0
    assert out.cpu_s < 15
    assert out.peak_kib < 100 * 1024
    back = cost_of("import", sheet, results, "--dry-run", "-q")
    assert back.exit_code == 0
    assert back.cpu_s < 15
    assert back.peak_kib < 200 * 1024
