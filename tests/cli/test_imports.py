"""`copygen export -o review.xlsx` and `copygen import`: what a person types, sees and gets back."""

import json
import sys
from pathlib import Path

import pytest

from copygen.results.decisions import DecisionLog
from tests.support.inside import copygen
from tests.support.records import result, write
from tests.support.sheet_edits import edit_book, typed


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A review sheet beside its results, `r.jsonl`."""
    write(tmp_path / "r.jsonl", [result("a", text="one"), result("b", text="two")])
    done = copygen("export", "r.jsonl", "-o", "review.xlsx", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Review sheet" in done.stderr
    return tmp_path / "review.xlsx"


def test_what_was_taken_is_said_in_a_line_and_ends_with_code_0(sheet: Path) -> None:
    edit_book(sheet, typed(2, text="ONE"))
    done = copygen("import", "review-edited.xlsx", "r.jsonl", "--by", "mali", cwd=sheet.parent)
    assert done.returncode == 0
    assert done.stdout == ""
    assert done.stderr.splitlines()[0].startswith("1 edited from review-edited.xlsx → ")
    assert "2 texts came back, 1 as they were" in done.stderr
    line = json.loads(DecisionLog(sheet.with_name("r.jsonl")).path.read_bytes())
    assert (line["text"], line["by"], line["via"]) == ("ONE", "mali", "sheet")


def test_what_was_not_taken_is_said_with_its_row_and_ends_with_code_3(sheet: Path) -> None:
    edit_book(sheet, typed(2, decision="aproved"))
    done = copygen("import", "review-edited.xlsx", "r.jsonl", "--quiet", cwd=sheet.parent)
    assert done.returncode == 3
    words = "not taken: texts:2: a text: 'aproved' is no decision; did you mean 'approved'?"
    assert done.stderr.splitlines() == [words]


def test_a_dry_run_says_so(sheet: Path) -> None:
    edit_book(sheet, typed(2, decision="approved"))
    done = copygen("import", "review-edited.xlsx", "r.jsonl", "--dry-run", cwd=sheet.parent)
    assert done.returncode == 0
    assert "1 approved would be taken from review-edited.xlsx" in done.stderr
    assert "nothing was written" in done.stderr
    assert not DecisionLog(sheet.with_name("r.jsonl")).path.exists()


def test_programs_get_all_of_it_as_json(sheet: Path) -> None:
    edit_book(sheet, typed(3, text=""))
    done = copygen("import", "review-edited.xlsx", "r.jsonl", "--json", cwd=sheet.parent)
    assert (done.returncode, done.stderr) == (3, "")
    told = json.loads(done.stdout)
    assert told["untouched"] == 1
    assert told["decisions"]["edited"] == 0
    assert [(one["kind"], one["row"], one["id"]) for one in told["told"]] == [
        ("refused", "texts:3", "b")
    ]


def test_many_rows_of_a_kind_are_counted_not_listed(tmp_path: Path) -> None:
    write(tmp_path / "r.jsonl", [result(f"r{n}", text="x", row=n + 1) for n in range(30)])
    copygen("export", "r.jsonl", "-o", "review.xlsx", cwd=tmp_path)
    edit_book(
        tmp_path / "review.xlsx", lambda book: [typed(n, text="")(book) for n in range(2, 32)]
    )
    done = copygen("import", "review-edited.xlsx", "r.jsonl", cwd=tmp_path)
    assert done.stderr.count("the cell was emptied") == 12
    assert "not taken: and 18 more; --json has them all" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "gone.xlsx", "r.jsonl"], "no such file"),
        (["import", "review.xlsx", "gone.jsonl"], "there is no results file gone.jsonl"),
        (["import", "r.jsonl", "r.jsonl"], "no file of decisions"),
        (["import", "review.xlsx"], "RESULTS is missing"),
        (["import", "plain.csv", "r.jsonl"], "this is no review sheet of copygen"),
        (["import", "broken.xlsx", "r.jsonl"], "this is no workbook, or a damaged one"),
    ],
)
def test_what_cannot_be_read_ends_with_a_sentence(sheet: Path, words: list[str], said: str) -> None:
    sheet.with_name("plain.csv").write_text("name,price\nx,1\n")
    sheet.with_name("broken.xlsx").write_bytes(sheet.read_bytes()[:2000])
    done = copygen(*words, cwd=sheet.parent)
    assert done.returncode in (2, 8)
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_xlsxwriter_the_way_out_is_said(
    sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    done = copygen("export", "r.jsonl", "-o", "new.xlsx", cwd=sheet.parent)
    assert done.returncode == 2
    assert "pip install 'copygen[sheets]'" in done.stderr
    assert not sheet.with_name("new.xlsx").exists()
