"""`copygen diff`: what changed, on a terminal, as JSON, as Markdown; and its exit code."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from typer.testing import CliRunner

from copygen.cli.app import app
from copygen.delivery.compare import compared
from copygen.delivery.copy import copy_of
from copygen.models import Result, Status
from copygen.results.decisions import Decision, DecisionLog, State
from copygen.view.diff import ChangeView
from tests.support.cells import fits
from tests.support.records import ENDED, any_result, patient, result, write

POUCH = "Silk pouch: pure indulgence for every day"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    before, after = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    write(before, [
        result("th", row=1, line=2, data={"headline": ["ผ้าไหม ทำด้วยใจ", "ผ้า"]}),
        result("pouch", row=2, line=3, text=POUCH),
        result("lamp", row=3, line=4, text="A lamp."),
        result("old", row=4, line=5),
        result("same", row=5, line=6),
    ])  # fmt: skip
    write(after, [
        result("th", row=1, line=2, key="k2", data={"headline": ["ผ้าไหม แทนใจ", "ผ้า"]},
               input={"price": 2}),
        result("pouch", row=2, line=3, text=POUCH),
        result("lamp", row=3, line=4, text="A lamp | @all *now* \x1b[2J", status=Status.REJECTED),
        result("new", row=4, line=5),
        result("same", row=5, line=6),
    ])  # fmt: skip
    own = POUCH.replace("pure indulgence", "a small luxury")
    DecisionLog(after).append(
        [Decision(id="pouch", key="k1", state=State.EDITED, text=own, at=ENDED, via="page")]
    )
    return before, after


def diff(*args: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["diff", *map(str, args)], env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


def test_the_words_that_differ_stand_under_each_other(files: tuple[Path, Path]) -> None:
    code, shown, said = diff(*files)
    assert (code, said) == (3, "")
    assert "   headline 1\n - ผ้าไหม ทำด้วยใจ\n + ผ้าไหม แทนใจ\n" in shown
    assert "prompt changed: name, price" in shown or "prompt changed: price, name" in shown
    assert "edited by hand: draft → edited" in shown
    assert "verdict changed: ok → rejected" in shown
    assert "5 of 6 records differ" in shown
    assert "\x1b" not in shown
    assert "headline 2" not in shown


def test_the_same_is_told_by_the_exit_code(files: tuple[Path, Path]) -> None:
    code, shown, _ = diff(files[0], files[0])
    assert code == 0
    assert "the same: 5 records" in shown


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        ([], ["th", "pouch", "lamp", "new", "old"]),
        (["--change", "new", "--change", "gone"], ["new", "old"]),
        (["--change", "prompt"], ["th"]),
        (["--status", "rejected"], ["lamp"]),
        (["--state", "edited"], ["pouch"]),
        (["--grep", "luxury"], ["pouch"]),
        (["--stat"], []),
    ],
)
def test_only_the_records_meant_are_told(
    files: tuple[Path, Path], args: list[str], ids: list[str]
) -> None:
    code, shown, _ = diff(*files, "--json", *args)
    *records, summary = map(json.loads, shown.splitlines())
    assert code == 3
    assert [one["id"] for one in records] == ids
    assert summary["summary"]["same"] is False


def test_a_sample_is_of_all_records(files: tuple[Path, Path]) -> None:
    *_, summary = diff(*files, "--json", "--sample", 2)[1].splitlines()
    told = json.loads(summary)["summary"]
    assert sum(told["changes"].values()) + told["unchanged"] >= 2
    assert told["after"]["records"] + told["changes"]["gone"] == 2


def test_markdown_means_nothing_but_what_it_says(files: tuple[Path, Path]) -> None:
    _, shown, _ = diff(*files, "--markdown")
    assert "| accepted | 5 (100 %) | 4 (80 %) |" in shown
    assert "Silk pouch&#58; <del>pure indulgence</del> for every day" in shown
    assert "&#124; &#64;all &#42;now&#42; &#92;x1b&#91;2J" in shown
    rows = [line for line in shown.splitlines() if line.startswith("| ")]
    assert {line.count("|") for line in rows} == {4, 5}


def test_markdown_is_no_longer_than_a_comment(files: tuple[Path, Path]) -> None:
    for path, word in zip(files, ("silk", "wool"), strict=True):
        write(path, [result(f"sku-{n}", text=f"{word} " * 100) for n in range(200)])
    _, shown, _ = diff(*files, "--markdown")
    assert 40_000 < len(shown) < 65_536
    rows = shown.count("| sku-")
    assert f"and {200 - rows} more records" in shown


@pytest.mark.parametrize(
    ("args", "words", "code"),
    [
        (["--change", "odd"], "--change takes new, gone", 2),
        (["--json", "--markdown"], "either --json or --markdown", 2),
        (["--where", "nobody =="], "--where", 2),
    ],
)
def test_what_means_nothing_is_refused(
    files: tuple[Path, Path], args: list[str], words: str, code: int
) -> None:
    found, shown, said = diff(*files, *args)
    assert (found, shown) == (code, "")
    assert words in said


def test_a_file_that_is_not_there_is_named(files: tuple[Path, Path]) -> None:
    code, _, said = diff(files[0], files[0].with_name("none.jsonl"))
    assert code == 8
    assert "there is no results file" in said


@patient
@given(any_result, any_result)
def test_no_change_is_wider_than_the_terminal(before: Result, after: Result) -> None:
    change = compared(after.id, copy_of(before, {}), copy_of(after, {}))
    for width in (24, 40, 100):
        assert all(fits(line.plain, width) for line in ChangeView(change).lines(width))
