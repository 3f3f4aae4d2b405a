"""`copygen decisions`: what was decided is listed, and can be decided from a shell."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from copygen.cli.app import app
from copygen.models import Severity, Status, Violation
from copygen.results.decisions import (
    Decision,
    DecisionLog,
    Decisions,
    Place,
    State,
    encode_decision,
    reviewer,
)
from tests.support.records import ENDED, result, write

LONG = Violation("length", Severity.ERROR, "40 of 30 width units", field="headline", index=1)


@pytest.fixture(autouse=True)
def _results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COPYGEN_REVIEWER", "ann")
    data = {"headline": ["one", "two"], "body": "three"}
    write(
        Path("r.jsonl"),
        [
            result("a", row=1, input={"name": "mug"}, text=None, data=data),
            result("b", row=2, input={"name": "cup"}, text=None, data=data,
                   status=Status.REJECTED, violations=(LONG,)),
            result("c", row=3, input={"name": "jar"}, text=None, status=Status.FAILED),
            result("d", row=4, input={"name": "pot"}, text="a pot"),
        ],
    )  # fmt: skip


def decisions(*args: object) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "120")
        return CliRunner().invoke(app, ["decisions", "r.jsonl", *map(str, args)])


def listed(*args: object) -> list[tuple[str, str | None, int | None, str]]:
    done = decisions(*args, "--json")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [(one["id"], one["field"], one["index"], one["state"]) for one in found]


def decide(id_: str, state: State, place: Place = Place(), **more: Any) -> None:  # noqa: B008
    values = {"key": "k1", "text": "a pot", "by": "mali", "via": "page", **more}
    after = timedelta(seconds=values.pop("after_s", 0))
    field, index = place.field, place.index
    DecisionLog(Path("r.jsonl")).append(
        [Decision(id=id_, field=field, index=index, state=state, at=ENDED + after, **values)]
    )


def stands() -> dict[str, str]:
    found = Decisions.read(Path("r.jsonl"))
    return {
        f"{id_} {place.label}": f"{one.state.value} by {one.last.by}"
        for id_ in found.ids()
        for place, one in found.of(id_).items()
    }


HEAD_1, HEAD_2, BODY = Place("headline", 0), Place("headline", 1), Place("body")


def some_decisions() -> None:
    decide("a", State.EDITED, BODY, text="mine", was="three")
    decide("a", State.APPROVED, HEAD_1, text="one")
    decide("a", State.STALE, HEAD_1, key="k2", text=None, reason="price", via="run", after_s=1)
    decide("d", State.REJECTED, reason="dull")
    decide("gone", State.APPROVED)
    decide("d", State.APPROVED, by="ken", after_s=-1)
    decide("b", State.DRAFT, BODY, text=None)
    decide("b", State.LOCKED, Place("subtitle"), text="x")


def test_the_list_has_counts_first_then_each_text_in_the_tables_order() -> None:
    some_decisions()
    done = decisions()
    assert done.exit_code == 0
    first, _, header, *rows = done.stdout.splitlines()
    assert first == ("5 texts decided · 1 edited · 1 rejected · 1 stale · 2 orphan · 1 conflict")
    assert header.split() == ["id", "text", "of", "state", "by", "when", "(UTC)", "reason", "text"]
    assert [row.split()[0] for row in rows if row[0] != " "] == ["a", "a", "b", "d", "gone"]
    assert "changed: price" in done.stdout
    assert "ken: approved" in done.stdout


@pytest.mark.parametrize(
    ("flags", "found", "code"),
    [
        ([], ["a headline 1", "a body", "b subtitle", "d text", "gone text"], 0),
        (["--state", "edited"], ["a body"], 0),
        (["--state", "stale", "--state", "rejected"], ["a headline 1", "d text"], 0),
        (["--state", "draft"], ["b body"], 0),
        (["--by", "mali"], ["a headline 1", "a body", "b subtitle", "d text", "gone text"], 0),
        (["--by", "ken"], [], 0),
        (["--conflicts"], ["d text"], 3),
        (["--stale"], ["a headline 1"], 3),
        (["--orphans"], ["b subtitle", "gone text"], 3),
        (["--stale", "--conflicts"], ["a headline 1", "d text"], 3),
        (["--stale", "d"], [], 0),
        (["a"], ["a headline 1", "a body"], 0),
        (["gone"], ["gone text"], 0),
        (["--field", "headline"], ["a headline 1"], 0),
        (["--field", "Headline  2"], [], 0),
        (["--where", "name == 'pot'"], ["d text"], 0),
        (["--status", "ok", "--grep", "mine"], ["a body"], 0),
    ],
)
def test_flags_say_which_texts_are_listed(flags: list[str], found: list[str], code: int) -> None:
    some_decisions()
    assert [
        f"{id_} {Place(field, index).label}" for id_, field, index, _ in listed(*flags)
    ] == found
    assert decisions(*flags).exit_code == code


def test_each_line_of_json_has_what_was_decided_and_what_stands() -> None:
    some_decisions()
    one = json.loads(decisions("--conflicts", "--json").stdout)
    assert (one["state"], one["reason"], one["by"], one["model_text"]) == (
        "rejected", "dull", "mali", "a pot",
    )  # fmt: skip
    assert [(two["by"], two["state"]) for two in one["conflicts"]] == [("ken", "approved")]


@pytest.mark.parametrize(
    ("flags", "made"),
    [
        (["--status", "ok"], ["a headline 1", "a headline 2", "a body", "d text"]),
        (["a", "--field", "body"], ["a body"]),
        (["--where", "name == 'cup'", "--rule", "length"], ["b headline 2"]),
        (["--grep", "two"], ["a headline 2", "b headline 2"]),
        (["--state", "draft", "d"], ["d text"]),
        (["--field", "headline 2"], ["a headline 2", "b headline 2"]),
    ],
)
def test_texts_are_decided_on_by_ids_and_filters(flags: list[str], made: list[str]) -> None:
    done = decisions("--set", "approved", *flags)
    assert done.exit_code == 0
    assert stands() == dict.fromkeys(made, "approved by ann")
    assert f"{len(made)} text" in done.stderr
    assert decisions("--set", "approved", *flags).stderr.startswith("0 texts approved")


def test_a_dry_run_says_what_would_be_and_writes_nothing() -> None:
    done = decisions("--set", "locked", "d", "--dry-run", "--json", "--by", "ken")
    assert done.stderr.strip() == "1 text would be locked"
    assert json.loads(done.stdout)["by"] == "ken"
    assert stands() == {}


def test_what_is_left_out_is_told_and_is_exit_code_3() -> None:
    decide("d", State.LOCKED)
    done = decisions("--set", "rejected", "--status", "ok", "--reason", "dry")
    assert done.exit_code == 3
    assert "1 locked text left: name the record's id to change one." in done.stderr
    assert stands()["d text"] == "locked by mali"
    done = decisions("--set", "draft", "d", "c", "nope")
    assert done.exit_code == 3
    assert "there is no record nope" in done.stderr
    assert "1 record without a text left out" in done.stderr
    assert stands()["d text"] == "draft by ann"


def test_an_approval_of_a_stale_text_is_one_for_what_its_prompt_is_now() -> None:
    some_decisions()
    assert decisions("--set", "approved", "--stale").exit_code == 0
    assert listed("--stale") == []


def test_a_lock_settles_a_conflict() -> None:
    some_decisions()
    assert decisions("--set", "locked", "--conflicts").exit_code == 0
    assert listed("--conflicts") == []


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--set", "approved"], "say which texts"),
        (["--set", "approved", "d", "--reason", "x"], "--reason says why texts are rejected"),
        (["--reason", "x"], "give --set as well"),
        (["--dry-run"], "give --set as well"),
        (["--state", "aproved"], "--state takes"),
        (["--set", "draft", "--orphans"], "without --orphans"),
        (["--set", "draft", "d", "--by", "a\nb"], "--by takes a name"),
    ],
)
def test_what_means_nothing_is_refused_and_nothing_is_decided(flags: list[str], words: str) -> None:
    done = decisions(*flags)
    assert done.exit_code == 2
    assert words in " ".join(done.stderr.split())
    assert stands() == {}


def test_lines_that_are_no_decisions_are_told(tmp_path: Path) -> None:
    decide("d", State.APPROVED)
    with Path("r.jsonl.decisions.jsonl").open("ab") as stream:
        stream.write(b"torn{\n\xff\n")
    done = decisions()
    assert done.exit_code == 0
    assert "2 lines of the decisions cannot be read" in done.stderr


def test_what_strangers_wrote_cannot_disturb_the_terminal() -> None:
    decide("d", State.REJECTED, reason="\x1b[2J\u202e", by="m\x07ali", text="a pot")
    out = decisions().stdout
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\x1b[2J\\u202e" in out


def test_on_a_narrow_terminal_nothing_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    some_decisions()
    monkeypatch.setenv("COLUMNS", "40")
    done = CliRunner().invoke(app, ["decisions", "r.jsonl"])
    assert "d  text  rejected  mali" in done.stdout
    assert "ken: approved" in done.stdout


@pytest.mark.parametrize(
    ("given", "environ", "name"),
    [("mali", {"COPYGEN_REVIEWER": "ken"}, "mali"), (None, {"COPYGEN_REVIEWER": " ken "}, "ken")],
)
def test_who_decides_is_named_by_flag_then_by_the_environment(
    given: str | None, environ: dict[str, str], name: str
) -> None:
    assert reviewer(given, environ) == name


def test_else_who_decides_is_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "somchai")
    assert reviewer(None, {"COPYGEN_REVIEWER": ""}) == "somchai"


def test_the_decisions_written_are_those_of_the_file() -> None:
    done = decisions("--set", "approved", "d", "--json")
    line = Path("r.jsonl.decisions.jsonl").read_text().strip()
    assert done.stdout.strip() == line
    (one,) = Decisions.read(Path("r.jsonl")).of("d").values()
    assert encode_decision(one.last).decode().strip() == line


def test_a_long_list_says_how_many_more_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    some_decisions()
    monkeypatch.setattr("copygen.view.decisions._ROWS", 2)
    lines = decisions().stdout.splitlines()
    assert lines[0].startswith("5 texts decided")
    assert lines[-1] == "and 3 more: --json lists them all"
