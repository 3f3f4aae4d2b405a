"""`copygen show` on a terminal, in a pipe, as JSON."""

import json
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

from copygen.cli.app import app, execute
from copygen.delivery.copy import copy_of
from copygen.delivery.rules import Rules
from copygen.jobs.show import shown_record
from copygen.models import Result, Severity, Status, Violation
from copygen.results.decisions import Decision, DecisionLog, State
from copygen.view.show import RecordView
from tests.support.cells import fits
from tests.support.pty_screen import run_on_pty, terminal_env
from tests.support.records import ENDED, any_result, result, write
from tests.support.running import COMMAND, ROOT, environment

WRONG = Violation(
    "grounding.number", Severity.ERROR, "'50%' is not in the item", (4, 7), "headline", 1
)
RECORDS = [
    result("scarf/th", row=1, line=2, text=None, status=Status.REJECTED, violations=(WRONG,),
           data={"headline": ["ผ้าไหมแพรวา", "Now 50% off"]}),
    result("scarf/en", row=1, line=2, text="Silk \x1b[2J lasts.", input={"name": "Silk scarf"}),
    result("pouch", row=2, line=3, status=Status.FAILED),
]  # fmt: skip


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "r.jsonl"
    write(path, RECORDS)
    edited = Decision(
        id="scarf/en", key="k1", state=State.EDITED, text="Silk for life.", was=RECORDS[1].text,
        reason="shorter", by="mali", at=ENDED, via="page",
    )  # fmt: skip
    DecisionLog(path).append([edited])
    return path


def show(*args: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["show", *map(str, args)], env={"COLUMNS": "80"})
    return done.exit_code, done.stdout, done.stderr


def test_texts_stand_as_people_read_them(results: Path) -> None:
    code, shown, said = show(results)
    assert (code, said) == (0, "")
    assert "Now 50% off\n      ^^^ grounding.number: '50%' is not in the item\n" in shown
    assert "edited by mali, 2026-03-14\n  Silk for life.\n  the model wrote\n" in shown
    assert "Silk \\x1b[2J lasts." in shown
    assert "reason: shorter" in shown
    assert "server (503): the provider answered 503" in shown
    assert "deepseek-chat at holysheep · $0.0000126 · 38 ms · 1 attempt" in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        ([], ["scarf/en", "scarf/th", "pouch"]),
        (["pouch", "scarf/th"], ["pouch", "scarf/th"]),
        (["scarf"], ["scarf/en", "scarf/th"]),  # all of an item
        (["pouch", "scarf"], ["pouch", "scarf/en", "scarf/th"]),
        (["--status", "rejected", "--status", "failed"], ["scarf/th", "pouch"]),
        (["--state", "edited"], ["scarf/en"]),
        (["--rule", "grounding"], ["scarf/th"]),
        (["--where", "name"], ["scarf/en", "scarf/th", "pouch"]),
        (["--grep", "for life"], ["scarf/en"]),
        (["scarf", "--grep", "ไหม"], ["scarf/th"]),
    ],
)
def test_only_the_records_meant_are_shown(results: Path, args: list[str], ids: list[str]) -> None:
    code, shown, _ = show(results, "--json", *args)
    assert code == 0
    assert [json.loads(line)["id"] for line in shown.splitlines()] == ids


def test_json_has_what_a_program_needs(results: Path) -> None:
    _, shown, _ = show(results, "scarf/en", "--json")
    (record,) = map(json.loads, shown.splitlines())
    (text,) = record["texts"]
    assert (record["status"], record["state"], record["cost_usd"]) == ("ok", "edited", 1.26e-05)
    assert (text["text"], text["model_text"]) == ("Silk for life.", RECORDS[1].text)
    assert (text["length"], text["limit"], text["by"]) == (14, None, "mali")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["scraf/th"], "there is no record 'scraf/th' in r.jsonl; did you mean 'scarf/th'?"),
        (["--status", "fine"], "--status takes ok, rejected"),
        (["--where", "nobody =="], "--where"),
    ],
)
def test_what_cannot_be_meant_is_refused(results: Path, args: list[str], words: str) -> None:
    code, shown, said = show(results, *args)
    assert (code, shown) == (2, "")
    assert words in said


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    code, _, said = show(tmp_path / "none.jsonl")
    assert code == 8
    assert "there is no results file" in said


def test_how_many_were_left_out_is_said(results: Path) -> None:
    assert show(results, "--status", "ok")[2] == "1 of 3 records\n"


def test_what_was_looked_for_stands_out(results: Path) -> None:
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(results.parent), PAGER="cat")
    argv = [*COMMAND, "show", str(results), "--grep", "for life"]
    assert b"\x1b[1;35mfor life\x1b[0m" in run_on_pty(argv, env=env).output


def test_decisions_about_what_is_gone_are_told(results: Path) -> None:
    gone = Decision(id="gone", key="k", state=State.APPROVED, text="x", at=ENDED, via="page")
    DecisionLog(results).append([gone])
    with DecisionLog(results).path.open("a", encoding="utf-8") as file:
        file.write("torn")
    said = show(results)[2]
    assert "1 line of the decisions cannot be read" in said
    assert "decisions about 1 record that is gone" in said


def test_a_reader_that_has_seen_enough_ends_it_quietly(results: Path) -> None:
    write(results, [result(f"sku-{number}") for number in range(3000)])
    command = " ".join([*COMMAND, "show", str(results)])
    for form in ("", " --json"):
        done = subprocess.run(
            ["sh", "-c", f"{command}{form} | head -1"], cwd=results.parent, capture_output=True,
            env=environment(results.parent), check=True,
        )  # fmt: skip
        assert done.stdout.count(b"\n") == 1
        assert done.stderr == b""


def test_less_shows_it(results: Path) -> None:
    if shutil.which("less") is None:
        pytest.skip("less is not installed")
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(results.parent), LANG="C")
    run = run_on_pty([*COMMAND, "show", str(results)], rows=80, env=env)
    assert run.exit_code == 0
    assert "ผ้าไหมแพรวา" in str(run.screen())


def test_what_the_model_was_asked_can_be_shown(results: Path) -> None:
    rules = results.with_name(f"{results.name}.rules.json")
    rules.write_text('{"version": 1, "prompts": "p.yaml"}', encoding="utf-8")
    wording = "system: Be brief.\nprompt: 'Sell {{ name }} for {{ price }}.'\nitems: [{name: x}]\n"
    results.with_name("p.yaml").write_text(wording, encoding="utf-8")
    _, shown, _ = show(results, "scarf/th", "--prompt")
    assert "  system\n  Be brief.\n\n  user\n  Sell Silk scarf for 2500.\n" in shown
    _, shown, _ = show(results, "scarf/en", "--prompt", "--json")
    (part,) = json.loads(shown)["prompt"]
    assert part["role"] == "error"
    assert "'price' is undefined" in part["content"]


def test_a_prompt_that_nobody_knows_is_refused(results: Path) -> None:
    code, _, said = show(results, "--prompt")
    assert code == 2
    assert "the run has left no prompt file" in said


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_no_line_is_cut_on_a_terminal(results: Path, columns: int) -> None:
    argv = [*COMMAND, "show", str(results)]
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(results.parent), PAGER="cat")
    run = run_on_pty(argv, columns=columns, rows=60, env=env)
    assert run.exit_code == 0
    assert b"\x1b[2J" not in run.output
    lines = run.screen().lines
    heads = [line for line in lines if line.startswith("── ")]
    assert {len(line) for line in heads} == {min(columns, 100)}
    assert len(heads) == 3


def test_long_output_goes_through_the_pager(results: Path) -> None:
    pager = results.parent / "pager"
    pager.write_text("#!/bin/sh\necho paged; head -1; echo LESS=$LESS\n", encoding="utf-8")
    pager.chmod(0o755)
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(results.parent), PAGER=str(pager))
    screen = str(run_on_pty([*COMMAND, "show", str(results)], env=env).screen())
    assert screen.startswith("paged\n── scarf/en ")
    assert screen.endswith("LESS=FRX")
    plain = run_on_pty([*COMMAND, "show", str(results), "--no-pager"], env=env).screen()
    assert "paged" not in str(plain)


def test_a_pager_that_is_not_there_is_none(results: Path) -> None:
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(results.parent), PAGER="no-such-pager -x")
    run = run_on_pty([*COMMAND, "show", str(results)], rows=60, env=env)
    assert run.exit_code == 0
    assert "Now 50% off" in str(run.screen())


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(any_result)
def test_no_record_is_wider_than_the_terminal(record: Result) -> None:
    shown = shown_record(copy_of(record, {}), Rules(None, Path()))
    for width in (24, 40, 80):
        assert all(fits(line.plain, width) for line in RecordView(shown).lines(width))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("-", "results are not read from standard input"),
        ("r.json", "did you mean '{folder}/r.jsonl'?"),
        ("ผ้าไหม", "there is no results file {folder}/ผ้าไหม."),
    ],
)
def test_results_that_are_not_there_are_told_with_the_nearest_name(
    results: Path, name: str, words: str
) -> None:
    code, shown, said = show(name if name == "-" else results.parent / name)
    assert (code, shown) == (8, "")
    assert words.format(folder=results.parent) in said


def test_an_item_that_is_misspelt_and_a_column_that_is_not_there_are_told_once(
    results: Path,
) -> None:
    assert "did you mean 'scarf'?" in show(results, "scarg")[2]
    said = show(results, "--where", "nam == 'x'")[2]
    assert said.count("pouch") + said.count("scarf") == 1
    assert "nearest is 'name'" in said


def test_a_file_without_records_is_told(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.touch()
    assert show(path) == (0, "", "0 of 0 records\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "words",
    ["show R", "show R --json", "check R", "diff R S --markdown", "export R --as csv -o -",
     "export --list", "--version", "show --help", "help show", "schema record"],
)  # fmt: skip
def test_a_full_disk_behind_standard_output_is_told(
    results: Path, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(results.with_name("other.jsonl"), RECORDS[:1])
    given = {"R": str(results), "S": str(results.with_name("other.jsonl"))}
    full = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115 - closing it fails, too
    monkeypatch.setattr("sys.stdout", full)
    assert execute([given.get(word, word) for word in words.split()]) == 8
    said = capsys.readouterr().err
    assert said.count("standard output cannot be written (No space left on device)") == 1
    with suppress(OSError):
        full.close()
