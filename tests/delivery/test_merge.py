"""The way back: what people changed in a sheet becomes decisions, and nothing else does."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copygen.delivery.copy import CopyReader
from copygen.delivery.merge import Concern, Merged, damage
from copygen.errors import ExitCode, PromptError
from copygen.jobs.export import ExportJob, ExportSpec
from copygen.jobs.imports import ImportJob, ImportSpec
from copygen.models import Result
from copygen.results.decisions import Decision, DecisionLog, State, encode_decision
from tests.support.records import ENDED, result, write
from tests.support.sheet_edits import Book, Change, edit_book, typed

LATER = datetime.now(UTC) + timedelta(hours=1)
SHEET_ROWS = {"headline 1": 2, "headline 2": 3, "body": 4, "00123": 5, "scarf": 6}
"""Text → its row in the sheet of `records`."""


def records(**changed: Result) -> list[Result]:
    data = {"headline": ["one", "two"], "body": "three"}
    found = {
        "a": result("a", text=None, data=data, row=1, line=2),
        "00123": result("00123", text="=1+1", row=2, line=3),
        "scarf": result("scarf", text="ผ้าไหมแพรวา", row=3, line=4),
    }
    return list({**found, **changed}.values())


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "r.jsonl"
    write(path, records())
    return path


def exported(results: Path, name: str = "review.xlsx", **spec: object) -> Path:
    out = results.with_name(name)
    format_ = "review-csv" if name.endswith(".csv") else None
    ExportJob(ExportSpec(results=results, out=out, format=format_, **spec)).run()  # type: ignore[arg-type]
    return out


def imported(file: Path, results: Path, *, dry_run: bool = False) -> Merged:
    spec = ImportSpec(file=file, results=results, by="mali", dry_run=dry_run)
    return ImportJob(spec, environ={}).run(now=LATER).merged


def decided(results: Path, **fields: object) -> Decision:
    values = {"id": "scarf", "key": "k1", "state": State.APPROVED, "at": ENDED, "via": "page"}
    decision = Decision(**{**values, **fields})  # type: ignore[arg-type]
    DecisionLog(results).append([decision])
    return decision


def said(merged: Merged) -> list[tuple[str, str | None, str | None]]:
    return [(one.state.value, one.text, one.reason or one.comment) for one in merged.decisions]


def told(merged: Merged) -> list[str]:
    return [f"{one.kind}: {one.message}" for one in merged.told]


def test_a_sheet_that_nobody_touched_says_nothing(results: Path) -> None:
    decided(results, state=State.REJECTED, text="ผ้าไหมแพรวา", reason="dull")
    merged = imported(exported(results), results)
    assert (merged.decisions, merged.told, merged.untouched) == ([], [], 5)
    assert merged.not_returned == 0


def test_a_cell_that_was_left_alone_says_nothing_though_the_model_wrote_anew(results: Path) -> None:
    sheet = exported(results)
    write(results, records(scarf=result("scarf", text="another", key="k2", row=3, line=4)))
    merged = imported(sheet, results)
    assert (merged.decisions, merged.untouched) == ([], 5)


@pytest.mark.parametrize(
    ("change", "decision"),
    [
        (typed(2, text="ONE"), ("edited", "ONE", None)),
        (typed(2, text="ONE", decision="approved"), ("edited", "ONE", None)),
        (typed(2, text="ONE", decision="Edited "), ("edited", "ONE", None)),
        (typed(2, text="ONE", decision="locked"), ("locked", "ONE", None)),
        (typed(2, text="ONE", reason="shorter"), ("edited", "ONE", "shorter")),
        (typed(2, text="a\r\nb"), ("edited", "a\nb", None)),
        (typed(2, decision="approved"), ("approved", "one", None)),
        (typed(2, decision="LOCKED"), ("locked", "one", None)),
        (typed(2, decision="reject"), ("rejected", "one", None)),
        (typed(2, decision="rejected", reason=" dull "), ("rejected", "one", "dull")),
        (typed(2, reason="ask the shop"), ("draft", None, "ask the shop")),
        (typed(5, text="=1+2"), ("edited", "=1+2", None)),
    ],
)
def test_what_a_person_typed_is_what_is_decided(
    results: Path, change: Change, decision: tuple[str, str | None, str | None]
) -> None:
    merged = imported(edit_book(exported(results), change), results)
    assert said(merged) == [decision]
    assert told(merged) == []
    assert merged.untouched == 4
    found = list(DecisionLog(results).path.read_bytes().splitlines())
    assert len(found) == 1
    assert (merged.decisions[0].by, merged.decisions[0].via) == ("mali", "sheet")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (typed(2, text=""), "the cell was emptied"),
        (typed(2, text=" \n"), "the cell was emptied"),
        (typed(2, decision="aproved"), "'aproved' is no decision; did you mean 'approved'?"),
        (typed(2, decision="stale"), "is no decision"),
        (typed(2, decision="edited"), "the text is as it was"),
        (typed(2, text="ONE", decision="rejected"), "which of the two?"),
        (typed(2, text="ONE", decision="draft"), "which of the two?"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_row(
    results: Path, change: Change, words: str
) -> None:
    merged = imported(edit_book(exported(results), change), results)
    assert merged.decisions == []
    assert [(one.kind, one.row, one.id, one.place) for one in merged.told] == [
        (Concern.REFUSED, "texts:2", "a", "headline 1")
    ]
    assert words in merged.told[0].message


def test_a_decision_is_taken_back_by_draft_and_an_emptied_cell_says_nothing(results: Path) -> None:
    decided(results, text="ผ้าไหมแพรวา")
    sheet = exported(results)
    assert said(imported(edit_book(sheet, typed(6, decision="")), results)) == []
    assert said(imported(edit_book(sheet, typed(6, decision="draft")), results)) == [
        ("draft", None, None)
    ]


def test_importing_twice_decides_once(results: Path) -> None:
    def change(book: Book) -> None:
        typed(2, text="ONE")(book)
        typed(6, decision="rejected", reason="dull")(book)

    sheet = edit_book(exported(results), change)
    assert len(imported(sheet, results).decisions) == 2
    again = imported(sheet, results)
    assert (again.decisions, again.already, again.told) == ([], 2, [])


def test_a_dry_run_says_the_same_and_writes_nothing(results: Path) -> None:
    sheet = edit_book(exported(results), typed(2, text="ONE"))
    merged = imported(sheet, results, dry_run=True)
    assert said(merged) == [("edited", "ONE", None)]
    assert not DecisionLog(results).path.exists()


def test_an_edit_is_kept_though_the_model_wrote_anew_and_is_stale_where_its_prompt_changed(
    results: Path,
) -> None:
    sheet = edit_book(exported(results), typed(6, text="ไหม"))
    write(results, records(scarf=result("scarf", text="another", key="k2", row=3, line=4)))
    merged = imported(sheet, results)
    assert told(merged) == [
        "note: the model has written another text since the sheet was made",
        "note: its prompt has changed since this was decided",
    ]
    with CopyReader(results) as copies:
        copy = copies.find("scarf")
    assert copy is not None
    text = copy.texts[0]
    assert (text.text, text.state, text.model_text) == ("ไหม", State.STALE, "another")


def test_an_approval_is_of_the_text_that_was_seen(results: Path) -> None:
    sheet = edit_book(exported(results), typed(6, decision="approved"))
    write(results, records(scarf=result("scarf", text="another", row=3, line=4)))
    assert said(imported(sheet, results)) == [("approved", "ผ้าไหมแพรวา", None)]


def test_a_stale_approval_can_be_given_again(results: Path) -> None:
    decided(results, text="ผ้าไหมแพรวา")
    decided(results, state=State.STALE, key="k2", reason="price", at=ENDED + timedelta(1))
    sheet = edit_book(exported(results), typed(6, decision="approved"))
    merged = imported(sheet, results)
    assert [(one.state, one.key) for one in merged.decisions] == [(State.APPROVED, "k2")]
    assert told(merged) == []
    with CopyReader(results) as copies:
        assert [one.state for one in copies][-1] is State.APPROVED


@pytest.mark.parametrize(("hours", "stands", "text"), [
    (-1, "the sheet's stands", "ไหม"), (0.5, "that one stands", "by Nok"),
])  # fmt: skip
def test_what_somebody_decided_meanwhile_is_told_and_the_later_stands(
    results: Path, hours: float, stands: str, text: str
) -> None:
    sheet = edit_book(exported(results), typed(6, text="ไหม"))
    at = datetime.now(UTC) + timedelta(hours=hours)
    decided(results, state=State.EDITED, text="by Nok", by="nok", at=at, was="ผ้าไหมแพรวา")
    merged = imported(sheet, results)
    assert [one.kind for one in merged.told] == [Concern.CONFLICT]
    assert merged.told[0].message.startswith("nok made it edited on ")
    assert merged.told[0].message.endswith(stands)
    with CopyReader(results) as copies:
        assert [one.texts[0].text for one in copies][-1] == text
        assert len(copies.decisions.conflicts) == 1


def test_a_locked_text_is_changed_only_in_so_many_words(results: Path) -> None:
    decided(results, state=State.LOCKED, text="ผ้าไหมแพรวา")
    sheet = exported(results)
    merged = imported(edit_book(sheet, typed(6, text="ไหม")), results)
    assert told(merged) == ["refused: it is locked; choose edited beside the new text to change it"]
    assert said(imported(edit_book(sheet, typed(6, text="ไหม", decision="edited")), results)) == [
        ("edited", "ไหม", None)
    ]


def test_a_text_that_was_locked_meanwhile_stays(results: Path) -> None:
    sheet = exported(results)
    decided(results, state=State.LOCKED, text="ผ้าไหมแพรวา")
    for change in (typed(6, text="ไหม"), typed(6, decision="rejected")):
        merged = imported(edit_book(sheet, change), results)
        assert (merged.decisions, [one.kind for one in merged.told]) == ([], [Concern.REFUSED])


def sort(book: Book) -> None:
    header, *rows = book["texts"]
    book["texts"] = [header, *sorted(rows, reverse=True)]


def move_columns(book: Book) -> None:
    book["texts"] = [[*row[3:], *row[:3]] for row in filled(book["texts"])]


def filled(rows: list[list[str]]) -> list[list[str]]:
    width = len(rows[0])
    return [[*row, *[""] * (width - len(row))] for row in rows]


def add_title(book: Book) -> None:
    book["texts"][:0] = [["Review of spring"], []]


def delete_marks(book: Book) -> None:
    at = book["texts"][0].index("mark")
    book["texts"] = [[*row[:at], *row[at + 1 :]] for row in book["texts"]]


def delete_number(book: Book) -> None:
    book["texts"] = [[*row[:2], *row[3:]] for row in filled(book["texts"])]


def delete_id(book: Book) -> None:
    book["texts"] = [row[1:] for row in book["texts"]]


def delete_hidden_sheet(book: Book) -> None:
    del book["copygen"]


def add_column(book: Book) -> None:
    book["texts"] = [[*row, "note" if n == 0 else "x"] for n, row in
                     enumerate(filled(book["texts"]))]  # fmt: skip


def rename_sheet(book: Book) -> None:
    book["Texte"] = book.pop("texts")


@pytest.mark.parametrize(
    "moved",
    [
        sort,
        move_columns,
        add_title,
        delete_marks,
        delete_hidden_sheet,
        add_column,
        rename_sheet,
        delete_number,
        delete_id,
    ],
)
def test_rows_and_columns_may_be_anywhere(results: Path, moved: Change) -> None:
    def change(book: Book) -> None:
        typed(3, text="TWO")(book)
        typed(5, decision="approved")(book)
        moved(book)

    merged = imported(edit_book(exported(results), change), results)
    assert sorted(said(merged)) == [("approved", "=1+1", None), ("edited", "TWO", None)]
    assert told(merged) == []


def test_a_row_that_is_missing_was_not_reviewed(results: Path) -> None:
    merged = imported(edit_book(exported(results), lambda book: book["texts"].pop(2)), results)
    assert (merged.decisions, merged.not_returned, merged.untouched) == ([], 1, 4)


def test_a_text_that_is_there_twice_is_told_and_taken_where_both_agree(results: Path) -> None:
    def copied(text: str) -> Change:
        def change(book: Book) -> None:
            typed(2, text="ONE")(book)
            book["texts"].append([*book["texts"][1]])
            typed(len(book["texts"]), text=text)(book)

        return change

    sheet = exported(results)
    merged = imported(edit_book(sheet, copied("UNO")), results)
    assert merged.decisions == []
    assert [one.row for one in merged.told if one.kind is Concern.REFUSED] == ["texts:2", "texts:7"]
    assert said(imported(edit_book(sheet, copied("ONE")), results)) == [("edited", "ONE", None)]


def test_rows_that_were_torn_apart_are_refused(results: Path) -> None:
    def sort_some_columns(book: Book) -> None:
        for row, text in zip(book["texts"][1:], ["three", "=1+1", "ผ้าไหมแพรวา", "one", "two"],
                             strict=True):  # fmt: skip
            row[3] = text
        for row, mark in zip(book["texts"][1:],
                             [row[-1] for row in book["texts"][3:]]
                             + [row[-1] for row in book["texts"][1:3]], strict=True):  # fmt: skip
            row[-1] = mark

    merged = imported(edit_book(exported(results), sort_some_columns), results)
    assert merged.decisions == []
    assert len(merged.told) == 5
    assert {one.kind for one in merged.told} == {Concern.REFUSED}
    assert "were only some of them sorted?" in merged.told[0].message


@pytest.mark.parametrize("spec", [{}, {"rows_of": "records"}])
def test_an_id_that_a_spreadsheet_took_for_a_number_is_found_by_its_mark(
    results: Path, spec: dict[str, object]
) -> None:
    write(results, [result("00123", text="=1+1"), result("7e3", text="x")])
    sheet = exported(results, **spec)
    name = "records" if spec else "texts"

    def change(book: Book) -> None:
        typed(2, name, id="123", text="two")(book)
        typed(3, name, id="7000")(book)

    merged = imported(edit_book(sheet, change), results)
    assert [(one.id, one.text) for one in merged.decisions] == [("00123", "two")]
    assert merged.untouched == 1
    assert {one.kind for one in merged.told} == {Concern.NOTE}


def test_rows_of_no_record_are_told(results: Path) -> None:
    sheet = exported(results)
    write(results, records()[:2])

    def change(book: Book) -> None:
        typed(6, text="ไหม")(book)
        book["texts"].append(["new", "", "", "a row of somebody's own"])

    merged = imported(edit_book(sheet, change), results)
    assert merged.decisions == []
    assert [(one.kind, one.row) for one in merged.told] == [
        (Concern.UNKNOWN, "texts:6"), (Concern.UNKNOWN, "texts:7"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda book: book["texts"][0].__setitem__(3, "Texte"), "the column 'text' is gone"),
        (
            lambda book: book["texts"][0].__setitem__(7, "Urteil"),
            "'decision' is gone, and 'Urteil'",
        ),
        (lambda book: book.pop("texts"), "this is no review sheet of copygen"),
        (lambda book: (delete_marks(book), delete_hidden_sheet(book)), "no column"),
        (lambda book: book["copygen"][0].__setitem__(1, "2"), "another version of copygen"),
    ],
)
def test_a_sheet_in_which_something_is_missing_is_refused_whole(
    results: Path, change: Change, words: str
) -> None:
    sheet = edit_book(exported(results), change)
    with pytest.raises(PromptError, match=words):
        imported(sheet, results)
    assert not DecisionLog(results).path.exists()


def test_a_deleted_column_without_which_it_goes_is_told(results: Path) -> None:
    def change(book: Book) -> None:
        typed(2, text="ONE")(book)
        book["texts"] = [[*row[:7], *row[8:]] for row in filled(book["texts"])]

    assert said(imported(edit_book(exported(results), change), results)) == [
        ("edited", "ONE", None)
    ]


def test_an_edit_that_breaks_a_rule_is_taken_and_told(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    write(results, [result("a", text="short")])
    rules = '{"version":1,"channel":{"name":"x.y","limit":10,"source":"s"}}'
    results.with_name("r.jsonl.rules.json").write_text(rules)
    merged = imported(edit_book(exported(results), typed(2, text="far too long it is")), results)
    assert said(merged) == [("edited", "far too long it is", None)]
    assert told(merged) == ["unfit: length: 18 of 10 code points"]
    job = ImportJob(ImportSpec(file=exported(results, "b.xlsx"), results=results), environ={})
    assert job.run().exit_code is ExitCode.OK


def test_a_row_that_is_a_record_decides_about_each_of_its_texts(results: Path) -> None:
    def change(book: Book) -> None:
        typed(2, "records", headline_2="TWO", decision="approved", reason="fine")(book)

    sheet = exported(results, rows_of="records")
    merged = imported(edit_book(sheet, change), results)
    assert sorted(said(merged)) == [
        ("approved", "one", "fine"), ("approved", "three", "fine"), ("edited", "TWO", "fine"),
    ]  # fmt: skip
    again = imported(exported(results, "again.xlsx", rows_of="records"), results)
    assert (again.decisions, again.told, again.untouched) == ([], [], 5)


def reencoded(path: Path, change: Callable[[list[list[str]]], object], **saved: str) -> Path:
    """A CSV file as another spreadsheet saves it."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    change(rows)
    text = io.StringIO()
    csv.writer(text, delimiter=saved.get("delimiter", ",")).writerows(rows)
    encoding, errors = saved.get("encoding", "utf-8"), saved.get("errors", "strict")
    path.write_bytes(text.getvalue().encode(encoding, errors))
    return path


@pytest.mark.parametrize(
    "saved",
    [
        {},
        {"encoding": "utf-8-sig", "delimiter": ";"},
        {"encoding": "utf-16", "delimiter": "\t"},
        {"encoding": "utf-16-le", "delimiter": "\t"},
        {"encoding": "cp874", "delimiter": ";"},
    ],
)
def test_csv_is_read_as_whatever_spreadsheets_save_it(results: Path, saved: dict[str, str]) -> None:
    def change(rows: list[list[str]]) -> None:
        rows[2][3] = "TWO"

    sheet = reencoded(exported(results, "review.csv"), change, **saved)
    merged = imported(sheet, results)
    assert said(merged) == [("edited", "TWO", None)]
    assert (merged.told, merged.untouched) == ([], 4)


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250", "mac_roman"])
def test_the_encoding_of_csv_is_the_one_in_which_texts_are_as_they_were(
    tmp_path: Path, encoding: str
) -> None:
    results = tmp_path / "r.jsonl"
    words = ["Für Öl und Süßes", "Prix été", "Zażółć gęślą", "Piña"]
    texts = [one for one in words if one.encode(encoding, "replace").decode(encoding) == one]
    write(results, [result(f"r{n}", text=text) for n, text in enumerate(texts)])

    def change(rows: list[list[str]]) -> None:
        rows[1][3] += " neu"

    sheet = reencoded(exported(results, "review.csv"), change, encoding=encoding, delimiter=";")
    merged = imported(sheet, results)
    assert said(merged) == [("edited", f"{texts[0]} neu", None)]
    assert merged.untouched == len(texts) - 1


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"encoding": "cp1252", "errors": "replace"}, "question marks"),
        ({"encoding": "ascii", "errors": "replace", "delimiter": ";"}, "question marks"),
    ],
)
def test_letters_that_were_lost_are_no_edit(
    results: Path, saved: dict[str, str], words: str
) -> None:
    sheet = reencoded(exported(results, "review.csv"), lambda _rows: None, **saved)
    with pytest.raises(PromptError, match=words):
        imported(sheet, results)


@pytest.mark.parametrize(
    ("returned", "exported_text", "is_damage"),
    [
        ("???????????", "ผ้าไหมแพรวา", True),
        ("?? ไหม", "ผ้าไหมแพรวา", False),
        ("ผ้าไหม?", "ผ้าไหม", False),
        ("F?r Sie", "Für Sie", True),
        ("What for?", "Für Sie", False),
        ("New?", "ผ้า", False),
        ("é?", "éก", True),
        ("é?", "éก?", False),
        ("?????? edited", "ผ้าไหมแพรวา", True),
        ("Why? How? What?", "ผ้าไหมแพรวา", False),
        ("?? ok", "😀 ok", True),
        ("à¸œà¹‰à¸²à¸\x81", "ผ้าก", True),
        ("Für Sie?", "Für Sie", False),
        ("FÃ¼r Sie", "Für Sie", True),
        ("Silk?", "Silk", False),
        ("Silk", "ผ้าไหม", False),
        ("\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd", "ผ้าไหม", True),
    ],
)
def test_damage_is_told_from_an_edit(returned: str, exported_text: str, is_damage: bool) -> None:
    assert (damage(returned, exported_text) is not None) is is_damage


def test_an_apostrophe_of_ours_is_taken_off_and_one_of_theirs_stays(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    texts = ["=1+1", "'=1", "+66 2", "plain", "=2+2"]
    write(results, [result(f"r{n}", text=text) for n, text in enumerate(texts)])

    def change(rows: list[list[str]]) -> None:
        rows[4][3] = "'quoted'"
        rows[5][3] = "'=3+3"

    merged = imported(reencoded(exported(results, "review.csv"), change), results)
    assert said(merged) == [("edited", "'quoted'", None), ("edited", "=3+3", None)]
    assert merged.untouched == 3


def test_decisions_of_a_report_are_taken_as_they_are(results: Path, tmp_path: Path) -> None:
    at = ENDED + timedelta(hours=2)
    lines = [
        Decision(id="scarf", key="k1", state=State.APPROVED, text="ผ้าไหมแพรวา", at=at, via="page",
                 by="nok"),
        Decision(id="a", key="k1", field="body", state=State.EDITED, text="3", was="three", at=at,
                 via="report"),
        Decision(id="gone", key="k1", state=State.APPROVED, text="x", at=at, via="report"),
        Decision(id="a", key="k1", field="headline", index=7, state=State.APPROVED, at=at, via="x"),
    ]  # fmt: skip
    file = tmp_path / "d.decisions.jsonl"
    file.write_bytes(b"".join(map(encode_decision, lines)) + b'{"torn')
    merged = imported(file, results)
    assert [(one.id, one.by, one.via, one.at) for one in merged.decisions] == [
        ("scarf", "nok", "report", at), ("a", "mali", "report", at),
    ]  # fmt: skip
    assert [one.kind for one in merged.told] == [Concern.REFUSED, Concern.UNKNOWN, Concern.UNKNOWN]
    again = imported(file, results)
    assert (again.decisions, again.already) == ([], 2)


def test_two_people_in_two_files_are_told(results: Path, tmp_path: Path) -> None:
    decided(results, text="ผ้าไหมแพรวา", by="nok")
    file = tmp_path / "d.jsonl"
    other = Decision(id="scarf", key="k1", state=State.REJECTED, text="ผ้าไหมแพรวา", reason="dull",
                     at=ENDED + timedelta(1), via="report", by="mali")  # fmt: skip
    file.write_bytes(encode_decision(other) + encode_decision(replace(other, state=State.STALE)))
    merged = imported(file, results)
    assert [one.state for one in merged.decisions] == [State.REJECTED]
    assert told(merged) == [
        "conflict: nok made it approved, mali rejected after that, which stands"
    ]


def test_a_sheet_of_other_results_is_refused_whole(results: Path) -> None:
    sheet = exported(results)
    write(results, [result("z", text="one")])
    with pytest.raises(
        PromptError, match=r"no text of this sheet is in r\.jsonl; it was made of r"
    ):
        imported(sheet, results)


def test_a_file_that_holds_no_decision_is_refused(results: Path, tmp_path: Path) -> None:
    file = tmp_path / "d.jsonl"
    file.write_text("{}\n")
    with pytest.raises(PromptError, match="no file of decisions"):
        imported(file, results)


@pytest.mark.parametrize("rows_of", ["texts", "records"])
def test_an_id_that_looks_like_a_formula_comes_back_from_csv(tmp_path: Path, rows_of: str) -> None:
    ids = ["-dash/Thai", "=1+1", "@shop", "+66", "＝x", "'=1+2", "'quoted"]
    results = tmp_path / "r.jsonl"
    write(results, [result(one, text=f"of {one}", row=n) for n, one in enumerate(ids, 1)])
    sheet = exported(results, "review.csv", rows_of=rows_of)
    assert told(imported(sheet, results)) == []
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    for row in rows:
        row["text"] += " edited"
    with sheet.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    merged = imported(sheet, results)
    assert [(one.id, one.text) for one in merged.decisions] == [
        (one, f"of {one} edited") for one in ids
    ]
