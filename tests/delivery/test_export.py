"""What of a results file goes out, in which order, and what is told of what stays."""

import csv
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.csv as arrow_csv
import pytest
import python_calamine as calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from copygen.delivery.selection import Choice
from copygen.errors import PromptError, UsageError
from copygen.jobs.export import Exported, ExportJob, ExportSpec
from copygen.models import Severity, Status, Violation
from copygen.results.decisions import Decision, DecisionLog, State
from copygen.results.storage import Beside
from tests.support.cpu import cost_of
from tests.support.inside import copygen as run
from tests.support.records import ENDED, RESULT, any_text, patient, result, write


def record(id_: str, row: int, *headlines: str, **fields: Any) -> Any:
    data = {"headline": list(headlines), "body": f"body of {id_}"}
    return result(id_, text=None, data=data, row=row, line=row + 1, **fields)


def decided(id_: str, state: State, text: str | None, index: int = 0, **more: Any) -> Decision:
    values = {"id": id_, "key": "k1", "field": "headline", "index": index, "at": ENDED, **more}
    return Decision(state=state, text=text, by="mali", via="page", **values)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "r.jsonl"
    broken = Violation("length", Severity.ERROR, "34 of 30", field="headline", index=0)
    write(
        path,
        [
            record("b", 2, "b1", "b2"),
            record("a", 1, "old"),
            record("c", 3, "c1", status=Status.REJECTED, violations=(broken,)),
            record("a", 1, "a1", "a2", "a3"),
            result("d", status=Status.FAILED, row=4, line=5),
        ],
    )
    return path


def exported(results: Path, **fields: Any) -> tuple[Exported, list[dict[str, str]]]:
    out = results.parent / "out.csv"
    found = ExportJob(ExportSpec(results=results, out=out, **fields)).run()
    with out.open(encoding="utf-8", newline="") as stream:
        return found, list(csv.DictReader(stream))


def reasons(found: Exported) -> Mapping[str, int]:
    return found.tally.reasons


def test_accepted_texts_go_out_in_the_order_of_the_table_and_the_last_record_counts(
    results: Path,
) -> None:
    found, rows = exported(results)
    assert [row["id"] for row in rows] == ["a", "b"]
    assert [rows[0][f"headline_{n}"] for n in (1, 2, 3)] == ["a1", "a2", "a3"]
    assert [rows[1][f"headline_{n}"] for n in (1, 2, 3)] == ["b1", "b2", ""]
    assert (rows[0]["body"], rows[0]["name"]) == ("body of a", "Silk scarf")
    assert reasons(found) == {"rejected by the checks": 1, "no text: failed": 1}
    assert found.exit_code == 3


@pytest.mark.parametrize(
    ("include", "ids"),
    [
        ((), ["a", "b"]),
        (("drafts",), ["a", "b", "c"]),
        (("rejected",), ["a", "b", "c"]),
        (("all",), ["a", "b", "c"]),
        (("approved",), ["a"]),
        (("approved", "drafts"), ["a", "b", "c"]),
    ],
)
def test_include_says_what_else_goes_out(
    results: Path, include: tuple[str, ...], ids: list[str]
) -> None:
    DecisionLog(results).append([decided("a", State.APPROVED, "a1")])
    _, rows = exported(results, include=include)
    assert [row["id"] for row in rows] == ids


def test_a_rejected_text_stays_alone_and_an_edit_goes_in_its_place(results: Path) -> None:
    edit = decided("b", State.EDITED, "mine", was="b2", index=1)
    DecisionLog(results).append([decided("a", State.REJECTED, "a2", 1, reason="dull"), edit])
    found, rows = exported(results)
    assert [rows[0][f"headline_{n}"] for n in (1, 2, 3)] == ["a1", "", "a3"]
    assert rows[1]["headline_2"] == "mine"
    left = [(one.id, one.field) for one in found.tally.left_out if "person" in one.reason]
    assert left == [("a", "headline 2")]
    assert (found.tally.edited, found.tally.approved) == (1, 1)


@pytest.mark.parametrize(
    ("reason", "decided_on", "include", "goes"),
    [
        ("the brief", "k1", (), True),
        ("the model", "k1", (), True),
        ("the brief", "k0", (), False),
        ("price", "k1", (), False),
        ("price", "k1", ("stale",), True),
        (None, "k1", (), False),
    ],
)
def test_what_was_approved_for_another_item_stays_and_for_another_brief_is_told(
    results: Path, reason: str | None, decided_on: str, include: tuple[str, ...], goes: bool
) -> None:
    later = ENDED + timedelta(seconds=1)
    stale = decided("b", State.STALE, None, key="k2", at=later, reason=reason)
    DecisionLog(results).append([decided("b", State.APPROVED, "b1", key=decided_on), stale])
    found, rows = exported(results, include=include)
    assert (rows[1]["headline_1"] == "b1") is goes
    assert bool([one for one in found.tally.problems if one.rule == "stale"]) is goes


def test_a_draft_that_breaks_a_rule_of_today_stays_and_a_persons_text_is_told(
    results: Path,
) -> None:
    rules = {
        "version": 1,
        "fields": [
            {"name": "headline", "max_count": 3, "is_list": True,
             "spec": {"name": "headline", "limit": 4, "source": "test"}},
        ],
    }  # fmt: skip
    Beside.RULES.of(results).write_text(json.dumps(rules))
    texts = [{"headline": ["fits", "too long", "fine"]}, {"headline": ["silk"]}]
    write(
        results, [result(id_, text=None, data=data) for id_, data in zip("ab", texts, strict=True)]
    )
    DecisionLog(results).append([decided("b", State.EDITED, "mine, long", was="silk")])
    found, rows = exported(results)
    assert [rows[0][f"headline_{n}"] for n in (1, 2, 3)] == ["fits", "", "fine"]
    assert rows[1]["headline_1"] == "mine, long"
    assert reasons(found) == {"fails the checks as they are now: length": 1}
    assert [(one.id, one.rule) for one in found.tally.problems] == [("b", "length")]


def test_a_record_that_was_changed_by_hand_is_measured_again(results: Path) -> None:
    rules = {
        "version": 1,
        "channel": {"name": "x", "limit": 8, "unit": "width", "source": "test"},
    }
    Beside.RULES.of(results).write_text(json.dumps(rules))
    os.utime(Beside.RULES.of(results), (0, 0))
    write(results, [result("a", text="much too long"), result("b", text="日本の絹"),
                    result("c", text="日本の絹布")])  # fmt: skip
    found, rows = exported(results)
    assert [row["id"] for row in rows] == ["b"]
    assert reasons(found) == {"fails the checks as they are now: length": 2}


def test_what_cannot_be_read_is_told(results: Path) -> None:
    write(results, [record("a", 1, "a1"), record("b", 2, "b1")])
    lines = results.read_bytes().replace(b'"finish_reason":"stop"', b'"finish_reason":7', 1)
    results.write_bytes(lines)
    Beside.DECISIONS.of(results).write_bytes(b'{"id":"b","torn')
    found, rows = exported(results)
    assert [row["id"] for row in rows] == ["b"]
    assert (found.tally.unreadable, found.exit_code) == (2, 3)


def test_nothing_is_written_where_nothing_may_go_out(results: Path) -> None:
    done = run("export", results, "--include", "approved", "-o", "x.csv", cwd=results.parent)
    assert done.returncode == 2
    assert "nobody approved it: 3" in done.stderr
    assert not (results.parent / "x.csv").exists()


def test_standard_output_gets_no_header_without_rows(results: Path) -> None:
    write(results, [result("a", text=None, data={"title": "x" * 60, "copy": "c"})])
    words = ["--set", "Ad group=g", "--set", "URL=https://x.example"]
    feed = results.parent / "feed.yaml"
    feed.write_text("title: x\ncolumns: {T: {template: '{{ title }}', limit: 3}}\n")
    done = run("export", results, "--as", feed, "-o", "-", cwd=results.parent)
    assert (done.returncode, done.stdout) == (2, "")
    assert "60 of 3 code points" in done.stderr
    done = run("export", results, "--as", "chatgpt-ads", "-o", "x.csv", *words, cwd=results.parent)
    assert (done.returncode, (results.parent / "x.csv").exists()) == (2, False)


def test_a_file_that_was_there_stays_whole_when_writing_fails(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = results.parent / "out.csv"
    out.write_text("before")

    def fails(self: object, rows: Iterator[object], out: Any) -> None:
        out.stream.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("copygen.delivery.formats.delimited.DelimitedFormat.write", fails)
    done = run("export", results, "-o", out, cwd=results.parent)
    assert done.returncode == 8
    assert "No space left" in done.stderr
    assert out.read_text() == "before"
    assert sorted(one.name for one in results.parent.iterdir()) == ["out.csv", "r.jsonl"]


def test_the_manifest_says_where_everything_is_and_why_something_is_not(results: Path) -> None:
    exported(results, provenance="sidecar")
    manifest = json.loads((results.parent / "out.csv.manifest.json").read_text())
    assert manifest["rows"] == {"a": 2, "b": 3}
    assert {"id": "c", "reason": "rejected by the checks"} in manifest["left_out"]
    lines = (results.parent / "out.csv.provenance.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert (first["id"], first["field"], first["number"], first["where"]) == ("a", "headline", 1, 2)
    assert first["sha256"] == "f55ff16f66f43360266b95db6f8fec01d76031054306ae4a4b380598f6cfd114"
    assert first["digital_source_type"].endswith("/trainedAlgorithmicMedia")
    assert len(lines) == 7


def test_provenance_of_an_earlier_export_is_told(results: Path) -> None:
    words = ["export", results, "-o", "out.csv"]
    run(*words, "--provenance", "sidecar", cwd=results.parent)
    assert "earlier export" in run(*words, cwd=results.parent).stderr


def test_what_is_said_of_many_texts_is_said_once(results: Path) -> None:
    later = ENDED + timedelta(seconds=1)
    texts = ["a1", "a2", "a3"]
    approved = [decided("a", State.APPROVED, text, n) for n, text in enumerate(texts)]
    stale = [decided("a", State.STALE, None, n, key="k2", at=later, reason="the brief")
             for n in range(3)]  # fmt: skip
    DecisionLog(results).append([*approved, *stale])
    told = run("export", results, "-o", "out.csv", cwd=results.parent).stderr
    (line,) = [one for one in told.splitlines() if "(stale)" in one]
    assert line.startswith("warning: a headline 1, a headline 2, a headline 3: decided on before")


def test_the_distance_of_an_edit_counts_characters_as_people_see_them(results: Path) -> None:
    write(results, [record("a", 1, "ที่ cafe\u0301")])
    DecisionLog(results).append([decided("a", State.EDITED, "ที่ caf\u00e9s", was="ที่ cafe\u0301")])
    exported(results, provenance="sidecar")
    line = (results.parent / "out.csv.provenance.jsonl").read_text().splitlines()[0]
    told = json.loads(line)
    assert (told["edit_distance"], told["decided_by"]) == (1, "mali")
    assert told["digital_source_type"].endswith("/compositeWithTrainedAlgorithmicMedia")


def test_a_text_that_was_only_approved_stays_the_models_after_it_wrote_another(
    results: Path,
) -> None:
    write(results, [record("a", 1, "Wool, anew"), record("b", 2, "Silk, anew")])
    DecisionLog(results).append([
        decided("a", State.APPROVED, "Wool"),
        decided("b", State.EDITED, "Silks", was="Silk"),
    ])  # fmt: skip
    found, rows = exported(results, provenance="sidecar")
    assert [one["headline_1"] for one in rows] == ["Wool", "Silks"]
    assert (found.tally.approved, found.tally.edited) == (2, 1)
    lines = (results.parent / "out.csv.provenance.jsonl").read_text().splitlines()
    told = [one for one in map(json.loads, lines) if one["field"] == "headline"]
    assert [one["edit_distance"] for one in told] == [0, 1]
    kinds = [one["digital_source_type"].rpartition("/")[2] for one in told]
    assert kinds == ["trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"]


def test_rows_of_the_original_table_come_back_beside_the_texts(results: Path) -> None:
    write(results, [record("00123/Thai", 1, "x", input={"language": "Thai"}),
                    record("7", 2, "y", input={}), record("gone", 3, "z", input={})])  # fmt: skip
    table = results.parent / "products.csv"
    table.write_text("id,Title,price\n00123,Scarf,2500\n8,Pouch,390\n7,Cup,1\n")
    found, rows = exported(results, join=table)
    assert [(one["id"], one["Title"], one["language"], one["headline_1"]) for one in rows] == [
        ("00123", "Scarf", "Thai", "x"), ("7", "Cup", "", "y"),
    ]  # fmt: skip
    assert reasons(found) == {"no row in the joined table": 1}
    assert found.tally.rows_without_text == 1
    found, _ = exported(results, join=table, choice=Choice(ids=("7",)))
    assert found.tally.rows_without_text == 2


def test_where_no_row_is_found_the_column_with_the_ids_is_named(results: Path) -> None:
    write(results, [record("scarf/Thai", 1, "x"), record("cup", 2, "y")])
    table = results.parent / "products.csv"
    table.write_text("Kind,Item no,Title\ncup,scarf,Scarf\ncup,cup,Cup\ncup,pouch,Pouch\n")
    with pytest.raises(UsageError, match=r"in its column 'Item no': --on 'Item no'\."):
        exported(results, join=table)
    table.write_text("Item no,Title\n1,Scarf\n")
    with pytest.raises(UsageError, match="--on names a column that the table and the records have"):
        exported(results, join=table)


def test_a_table_is_joined_on_a_column_that_both_have(results: Path) -> None:
    write(results, [record("r1", 1, "x", input={"SKU": "0012"})])
    table = results.parent / "products.csv"
    table.write_text("SKU;Title\n0012;Scarf\n")
    _, rows = exported(results, join=table, on="sku")
    assert rows[0]["Title"] == "Scarf"
    done = run("export", results, "-o", "x.csv", "--join", table, "--on", "SKUs",
               cwd=results.parent)  # fmt: skip
    assert (done.returncode, "did you mean 'SKU'?" in done.stderr) == (2, True)


def test_a_product_of_several_rows_is_joined_by_its_first_and_others_are_refused(
    results: Path,
) -> None:
    table = results.parent / "products.csv"
    table.write_text("Handle,Title\nscarf,Silk scarf\nscarf,\n")
    group = {"Handle": "scarf", "rows": [{"Handle": "scarf"}, {"Handle": "scarf"}]}
    write(results, [record("r1", 1, "x", input=group)])
    _, rows = exported(results, join=table, on="Handle")
    assert [(row["Title"], "rows" in row) for row in rows] == [("Silk scarf", False)]
    write(results, [record("r1", 1, "x", input={"Handle": "scarf"})])
    with pytest.raises(PromptError, match="'scarf' of 'Handle' is used before"):
        exported(results, join=table, on="Handle")


def test_what_is_set_may_be_made_of_the_rows_columns(results: Path) -> None:
    write(results, [record("r1", 1, "Silk", input={"Web name": "scarf"})])
    _, rows = exported(results, values={"url": "https://x.test/{{ web_name }}", "by": "me"})
    assert (rows[0]["url"], rows[0]["by"]) == ("https://x.test/scarf", "me")
    with pytest.raises(PromptError, match="--set url:1:1: no record has 'webname'"):
        exported(results, values={"url": "{{ webname }}"})


@pytest.mark.parametrize("flag", ["-o", "--join"])
def test_an_input_is_never_written_over(results: Path, flag: str) -> None:
    table = results.parent / "t.csv"
    table.write_text("id\na\nb\n")
    out = results if flag == "-o" else table
    before = out.read_bytes()
    done = run("export", results, "--as", "csv", "--join", table, "-o", out, cwd=results.parent)
    assert done.returncode == 2
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "x.foo"], "--as FORMAT"),
        (["--as", "csvv", "-o", "x"], "did you mean 'csv'?"),
        ([], "-o PATH"),
        (["-o", "x.csv", "--map", "headlin=Title"], "did you mean 'headline'?"),
        (["-o", "x.csv", "--map", "headline"], "NAME=VALUE"),
        (["--as", "csv", "-o", "-", "--provenance", "sidecar"], "--provenance columns"),
        (["-o", "x.csv", "--id-of", "x"], "--id-of"),
        (["--as", "csv", "-o", "x.csv", "--where", "name == 'nope'"], "no record is meant"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_written(
    results: Path, words: list[str], told: str
) -> None:
    done = run("export", results, *words, cwd=results.parent)
    assert done.returncode == 2
    assert told in done.stderr
    assert [one.name for one in results.parent.iterdir()] == ["r.jsonl"]


NASTY = [
    "=1+1", "+66 2 123", "-20 %", "@shop", '"quoted"', "a\tb", "a\rb", "a\r\nb", "a\nb", "00123",
    "1E5", "3/4", "TRUE", "\x0b", "_x000D_", "\u2028", " lead", "trail ", "'", "<b>&amp;</b>",
    "ผ้าไหม", "日本", "🧣\ufe0f", "\ufeffmark", "a;b,c", "#N/A", "\\N", "NULL", "\x00",
    "é", "e\u0301",
]  # fmt: skip


def by_arrow(path: Path, delimiter: str) -> list[str]:
    """The first row as a reader has it that is no relation of Python's."""
    table = arrow_csv.read_csv(
        path,
        arrow_csv.ReadOptions(autogenerate_column_names=True, skip_rows=1),
        arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        arrow_csv.ConvertOptions(null_values=[], true_values=["\0"], false_values=["\0"],
                                 column_types={f"f{n}": "string" for n in range(99)}),
    )  # fmt: skip
    return [column[0].as_py() for column in table.columns]


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "json"])
def test_files_for_machines_are_exact(results: Path, name: str) -> None:
    write(results, [record("a", 1, *NASTY)])
    out = results.parent / f"out.{name}"
    ExportJob(ExportSpec(results=results, out=out)).run()
    if name in ("csv", "tsv"):
        with out.open(encoding="utf-8", newline="") as stream:
            (row,) = csv.DictReader(stream, delimiter="\t" if name == "tsv" else ",")
        assert [row[f"headline_{n}"] for n in range(1, len(NASTY) + 1)] == NASTY
        assert by_arrow(out, "\t" if name == "tsv" else ",")[3:-1] == NASTY
    else:
        (value,) = json.loads(out.read_text()) if name == "json" else [json.loads(out.read_text())]
        assert value["headline"] == NASTY


@settings(patient, max_examples=20)
@given(st.lists(any_text, min_size=1, max_size=3))
def test_any_text_comes_back_from_files_for_machines(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "r.jsonl"
        write(path, [record("a", 1, *texts), record("b", 2, "other")])
        ExportJob(ExportSpec(results=path, out=Path(folder) / "o.jsonl")).run()
        value = json.loads((Path(folder) / "o.jsonl").read_text(encoding="utf-8").split("\n")[0])
        assert value["headline"] == texts
        _, rows = exported(path)
        whole = "".join(texts).encode("utf-8", "ignore").decode() == "".join(texts)
        assert [row["id"] for row in rows] == (["a", "b"] if whole else ["b"])
        if whole:
            assert [rows[0][f"headline_{n + 1}"] for n in range(len(texts))] == texts


def test_half_a_character_stays_out_of_files_that_cannot_hold_it(results: Path) -> None:
    write(results, [record("a", 1, "half \ud800"), record("b", 2, "whole")])
    found, rows = exported(results)
    assert [row["id"] for row in rows] == ["b"]
    assert [(one.rule, one.field) for one in found.tally.problems] == [("encoding", "headline 1")]
    ExportJob(ExportSpec(results=results, out=results.parent / "o.json")).run()
    assert len(json.loads((results.parent / "o.json").read_text())) == 2


def test_a_text_whose_field_is_a_column_too_goes_beside_it_or_over_it(results: Path) -> None:
    write(results, [record("a", 1, "new", input={"body": "old", "name": "n"})])
    _, rows = exported(results)
    assert (rows[0]["body"], rows[0]["body_new"]) == ("old", "body of a")
    _, rows = exported(results, map={"body": "body"})
    assert rows[0]["body"] == "body of a"
    assert "body_new" not in rows[0]


def test_markup_is_made_or_taken_away(results: Path) -> None:
    write(results, [record("a", 1, "a <b>bold</b> & <script>x()</script>", "one\n\ntwo\nthree")])
    _, rows = exported(results, markup="html")
    assert (
        rows[0]["headline_1"]
        == "<p>a &lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;x()&lt;/script&gt;</p>"
    )
    assert rows[0]["headline_2"] == "<p>one</p><p>two<br>three</p>"
    _, rows = exported(results, markup="plain")
    assert rows[0]["headline_1"] == "a bold &"


def test_columns_of_provenance_are_behind_all_others(results: Path) -> None:
    _, rows = exported(results, provenance="columns")
    assert [*rows[0]][-1] == "copygen_source_type"
    assert (rows[0]["copygen_model"], rows[0]["copygen_states"]) == (RESULT.model, "draft")


def test_invisible_characters_are_told_and_left(results: Path) -> None:
    marked = "silk\u200b" + "\U000e0101" * 5
    write(
        results,
        [record("a", 1, marked, "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e007f ☀\ufe0f")],
    )
    found, rows = exported(results)
    assert rows[0]["headline_1"] == marked
    assert dict(found.tally.marks) == {
        "zero-width characters": 1,
        "variation selectors in a run": 5,
    }


FEED = """\
title: Feed
delimiter: ";"
line_end: crlf
encoding: cp932
columns:
  SKU: "{{ id }}"
  Title: {template: "{{ headline_1 }} ({{ headline | length }})", limit: 12, needed: true}
  Body: "{{ body }}"
reserved: ["[]"]
"""


def test_a_user_names_the_columns_of_a_feed(results: Path) -> None:
    write(results, [record("a", 1, "日本", "x"), record("b", 2, "ผ้า"),
                    record("c", 3, "much too long"), record("d", 4, "fine")])  # fmt: skip
    feed = results.parent / "feed.yaml"
    feed.write_text(FEED, encoding="utf-8")
    out = results.parent / "out.csv"
    found = ExportJob(ExportSpec(results=results, out=out, format=str(feed))).run()
    assert out.read_bytes().decode("cp932") == (
        "SKU;Title;Body\r\na;日本 (2);body of a\r\nd;fine (1);body of d\r\n"
    )
    told = [(one.id, one.rule, one.field) for one in found.tally.problems]
    assert told == [("b", "encoding", "Title"), ("c", "length", "Title")]


def test_a_feed_that_asks_for_what_no_record_has_is_refused_at_its_line(results: Path) -> None:
    feed = results.parent / "feed.yaml"
    feed.write_text("title: x\ncolumns:\n  T: '{{ headlin_1 }}'\n", encoding="utf-8")
    done = run("export", results, "--as", feed, "-o", "x.csv", cwd=results.parent)
    assert done.returncode == 2
    assert "feed.yaml:3:" in done.stderr
    assert "did you mean 'headline_1'?" in done.stderr


@pytest.mark.parametrize("name", ["/dev/null", "pipe", "folder"])
def test_nothing_but_a_regular_file_is_replaced(
    results: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(results.parent / "pipe")
    (results.parent / "folder").mkdir()

    def never(*_paths: Path) -> None:
        raise AssertionError("a device would lose its name")

    monkeypatch.setattr("copygen.documents.files.system.replace", never)
    before = sorted(results.parent.iterdir())
    done = run("export", results, "--as", "csv", "-o", name, cwd=results.parent)
    assert done.returncode == 8
    assert "cannot write it" in done.stderr
    assert sorted(results.parent.iterdir()) == before


def test_columns_that_were_there_are_not_overwritten(results: Path) -> None:
    write(results, [record("a", 1, "new", "two", input={"headline_2": "old"})])
    _, (row,) = exported(results)
    assert (row["headline_2"], row["headline_new_1"], row["headline_new_2"]) == (
        "old",
        "new",
        "two",
    )
    done = run("export", results, "-o", "x.csv", "--map", "headline=T", "--map", "body=T",
               cwd=results.parent)  # fmt: skip
    assert "both 'headline' and 'body' into 'T'" in done.stderr
    assert done.returncode == 2


@pytest.mark.parametrize("flag", ["--template", "--variant", "--replaces"])
def test_a_flag_that_a_format_has_no_use_for_is_refused(results: Path, flag: str) -> None:
    done = run("export", results, "-o", "x.csv", flag, results, cwd=results.parent)
    assert (done.returncode, f"no use for {flag}" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("ids", "names"),
    [
        (["../../etc/passwd", ".."], ["etc-passwd.md", "text.md"]),
        (["a/b", "A/B", "a:b"], ["A-B-2.md", "a-b-3.md", "a-b.md"]),
        (["CON", "x" * 200], ["text-CON.md", f"{'x' * 120}.md"]),
    ],
)
def test_names_of_files_lead_nowhere_and_are_different_on_every_disk(
    results: Path, ids: list[str], names: list[str]
) -> None:
    write(results, [result(id_, row=n + 1) for n, id_ in enumerate(ids)])
    folder = results.parent / "pages"
    ExportJob(ExportSpec(results=results, out=folder, format="markdown")).run()
    assert sorted(one.name for one in folder.iterdir()) == sorted(names)


@pytest.mark.soak
def test_a_hundred_thousand_records_take_fifteen_seconds_and_a_hundred_megabytes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "r.jsonl"
    data = {"headline": ["ผ้าพันคอไหมแพรวา", "Woven by hand", "x"], "caption": "ไหมทอมือ " * 20}
    write(path, (result(f"item-{n}/th", text=None, data=data, row=n + 1) for n in range(100_000)))
    cost = cost_of("export", path, "-o", tmp_path / "o.csv", "-q")
    assert cost.exit_code == 0
    assert cost.cpu_s < 15
    assert cost.peak_kib < 100 * 1024


def test_a_groups_rows_are_in_no_cell_unless_asked_for(tmp_path: Path) -> None:
    rows = [{"Handle": "a", "Colour": "Red"}, {"Handle": "a", "Colour": "Blue"}]
    results = tmp_path / "r.jsonl"
    write(results, [result("a", input={"Handle": "a", "rows": rows}), result("b", row=2)])
    for name in ("csv", "tsv", "xlsx", "review", "review-csv"):
        job = ExportJob(ExportSpec(results=results, out=tmp_path / name, format=name))
        assert job.run().tally.records == 2
    for name, delimiter in (("csv", ","), ("tsv", "\t"), ("review-csv", ",")):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as stream:
            head = next(csv.reader(stream, delimiter=delimiter))
        assert ("Handle" in head, "rows" in head) == (True, False)
    for name in ("xlsx", "review"):
        sheet = calamine.load_workbook(tmp_path / name).get_sheet_by_index(0)
        heads = [str(cell) for line in sheet.iter_rows() for cell in line]
        assert ("Handle" in heads, "rows" in heads) == (True, False)
    assert json.loads(exported(results, map={"rows": "variants"})[1][0]["variants"]) == rows
    asked = ExportSpec(results=results, out=tmp_path / "x.json", format="json")
    ExportJob(asked).run()
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))[0]["rows"] == rows


def test_a_column_of_the_users_own_called_rows_stays(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    write(results, [result("a", input={"rows": "12"})])
    assert exported(results)[1][0]["rows"] == "12"


@pytest.mark.parametrize(
    ("item", "flags", "words"),
    [
        ({"name": "ผ้า"}, ["--encoding", "cp1252"], "'\\u0e1c' cannot be written in cp1252"),
        ({"ผ้า": "silk"}, ["--encoding", "cp1252"], "give --encoding"),
        ({"name": "half \ud83d"}, [], "'\\ud83d' cannot be written in utf-8"),
    ],
)
def test_a_column_that_the_encoding_lacks_is_told(
    tmp_path: Path, item: dict[str, str], flags: list[str], words: str
) -> None:
    results, out = tmp_path / "r.jsonl", tmp_path / "out.csv"
    write(results, [result("a", input=item)])
    done = run("export", str(results), "-o", str(out), *flags, cwd=tmp_path)
    assert (done.returncode, out.exists()) == (2, False)
    assert words in done.stderr


def test_an_item_is_named_for_all_its_records_and_a_misspelt_one_is_told(tmp_path: Path) -> None:
    results = tmp_path / "r.jsonl"
    write(results, [result(one, row=n) for n, one in enumerate(["a/th", "a/en", "b"], 1)])
    rows = exported(results, choice=Choice(ids=("a",)))[1]
    assert [one["id"] for one in rows] == ["a/th", "a/en"]
    with pytest.raises(UsageError, match=r"no record 'a/tg' in .*did you mean 'a/th'"):
        exported(results, choice=Choice(ids=("a/tg",)))


@pytest.mark.parametrize("command", [["export"], ["export", "--as", "json"], ["report"]])
@pytest.mark.parametrize("name", ["shop.csv", "ad.yaml"])
def test_what_the_texts_were_made_of_is_never_written_over(
    results: Path, command: list[str], name: str
) -> None:
    rules = {"version": 1, "copygen": "0.1.0", "prompts": "shop.csv", "template": "ad.yaml"}
    Beside.RULES.of(results).write_text(json.dumps(rules), encoding="utf-8")
    source = results.with_name(name)
    source.write_text("mine", encoding="utf-8")
    if name == "ad.yaml" and command == ["export"]:
        command = ["export", "--as", "csv"]
    done = run(*command, results.name, "-o", name, cwd=results.parent)
    assert (done.returncode, source.read_text(encoding="utf-8")) == (2, "mine")
    assert "would be written into the file that is read as the" in done.stderr
    assert run(*command, results.name, "-o", "free.csv", cwd=results.parent).returncode in (0, 3)


def test_a_sheet_that_a_colleague_changed_is_not_written_over(results: Path) -> None:
    write(results, [record("r1", 1, "Silk")])
    out = results.parent / "review.csv"
    words = ("export", results, "--as", "review-csv", "-o", out)
    assert run(*words, cwd=results.parent).returncode == 0
    assert run(*words, cwd=results.parent).returncode == 0, "as it was written"
    edited = out.read_bytes().replace(b"Silk", b"Fine silk")
    out.write_bytes(edited)
    done = run(*words, cwd=results.parent)
    assert (done.returncode, "was changed since it was written" in done.stderr) == (2, True)
    assert out.read_bytes() == edited
