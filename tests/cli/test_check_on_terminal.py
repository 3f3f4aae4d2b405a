"""`copygen check` for people: text, place and fix; and the rules that a run has left."""

from pathlib import Path

import pytest
from typer.testing import CliRunner
from wcwidth import width as cells_of

from copygen.cli.app import app
from copygen.jobs.check import Finding
from copygen.models import Severity, Source, Violation
from copygen.quality.channels import FieldSpec
from copygen.quality.units import Unit
from copygen.view.findings import FindingView
from tests.support.pty_screen import run_on_pty, terminal_env
from tests.support.running import COMMAND, ROOT, copygen

PROMPTS = """
prompt: 'Ads in {{ language }} for {{ name }}'
fields: {headline: {channel: google_ads.headline, count: 3}}
checks: {forbidden: [silk]}
items:
  - {id: a, name: scarf, language: English}
"""
RECORD = (
    '{"id":"%s","key":"k","status":"ok","text":"x","input":{"name":"scarf"},"provider":"p",'
    '"model":"m","attempts":1,"created_at":"2026-01-01T00:00:00Z","total_ms":1,'
    '"data":{"headline":["%s","A scarf.","A shawl."]}}\n'
)
SPEC = FieldSpec(name="headline", limit=30, unit=Unit.WIDTH, source="here")
LONG = Violation("length", Severity.ERROR, "35 of 30", field="headline", fix="cut at least 5")
PERCENT = Violation("grounding.percent", Severity.ERROR, "'50%' is new", (4, 7), "headline", 1)


def lines(finding: Finding, width: int = 80) -> list[str]:
    return [line.plain for line in FindingView(finding).lines(width)]


def finding(text: str, *violations: Violation, path: str = "ads.csv") -> Finding:
    return Finding(Source(path, 3), "pouch", text, violations, SPEC)


def test_the_text_the_place_and_the_fix_are_shown() -> None:
    assert lines(finding("Now 50% off: the best pouch in town", PERCENT, LONG)) == [
        "ads.csv:3: pouch  headline 2  35 of 30 width units, 5 over",
        "  Now 50% off: the best pouch in town",
        "      ^^^ grounding.percent: '50%' is new",
        "                                ^^^^^ length: 35 of 30 → cut at least 5",
        "",
    ]  # fmt: skip


def test_of_a_long_text_only_the_lines_at_fault_stand() -> None:
    text = "\n".join(f"line {number}" for number in range(20))
    at = text.index("line 9")
    found = lines(finding(text, Violation("x", Severity.ERROR, "no", (at, at + 4))))
    assert found[1:-1] == [
        "  …", "  line 8⏎", "  line 9⏎", "  ^^^^ x: no", "  line 10⏎", "  …",
    ]  # fmt: skip


def test_a_fault_without_a_text_is_said() -> None:
    assert lines(finding("", Violation("row", Severity.ERROR, "no such row")))[1] == (
        "  × row: no such row"
    )


@pytest.mark.parametrize("width", [40, 80, 120])
def test_only_a_path_may_be_wider_than_the_terminal(width: int) -> None:
    found = lines(finding("50% " * 40, PERCENT, LONG, path="deep/" * 40 + "ads.csv"), width)
    assert found[0].endswith("ads.csv:3:")
    assert all(cells_of(line) <= width for line in found[1:])


def test_a_pipe_gets_a_line_per_finding_as_ever(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text("id,headline\npouch,Now 50% off\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(tmp_path / "ads.csv"), "--text", "headline", "-q"])
    assert done.stdout.count("\n") == len(done.stdout.splitlines()) == 1
    assert "ads.csv:2: error grounding.percent: " in done.stdout


def test_a_terminal_gets_the_drawing(tmp_path: Path) -> None:
    (tmp_path / "ads.csv").write_text("id,headline\npouch,Now 50% off\n", encoding="utf-8")
    env = terminal_env(PYTHONPATH=str(ROOT), HOME=str(tmp_path))
    argv = [*COMMAND, "check", "ads.csv", "--text", "headline", "-q"]
    run = run_on_pty(argv, env=env, cwd=tmp_path)
    screen = run.screen().lines
    assert screen[:2] == ("ads.csv:2: pouch  headline", "  Now 50% off")
    assert screen[2].startswith("      ^^^")
    assert run.exit_code == 3


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a run has left of its rules."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "ads.yaml").write_text(PROMPTS, encoding="utf-8")
    assert copygen("run", "ads.yaml", "-q", "-p", "simulator", cwd=folder).stderr == ""
    return (folder / "ads.results.jsonl.rules.json").read_bytes()


@pytest.fixture
def results(tmp_path: Path, rules: bytes) -> Path:
    path = tmp_path / "ads.results.jsonl"
    path.write_text(RECORD % ("a", "The silk is real and it is far too long."), encoding="utf-8")
    path.with_name(f"{path.name}.rules.json").write_bytes(rules)
    return path


def test_results_are_checked_by_the_rules_of_their_run(results: Path) -> None:
    done = CliRunner().invoke(app, ["check", str(results)])
    assert done.exit_code == 3
    assert "headline 1: 40 of 30 width units" in done.stdout
    assert "error phrases.forbidden: headline 1: 'silk'" in done.stdout
    assert "checked by the rules of the run that wrote these results" in done.stderr


@pytest.mark.parametrize("flags", [["--limit", "99"], ["--language", "en"], ["--pack", "th"]])
def test_rules_that_are_named_are_those_that_count(results: Path, flags: list[str]) -> None:
    done = CliRunner().invoke(app, ["check", str(results), *flags])
    assert "forbidden" not in done.stdout
    assert "the rules of the run" not in done.stderr


def test_a_record_without_a_field_of_the_run_is_no_fault_of_the_rules(results: Path) -> None:
    line = (RECORD % ("b", "x")).replace('"headline"', '"other"')
    results.write_text(line, encoding="utf-8")
    assert CliRunner().invoke(app, ["check", str(results)]).exit_code == 0


def test_results_without_rules_are_checked_as_ever(results: Path) -> None:
    results.with_name(results.name + ".rules.json").unlink()
    done = CliRunner().invoke(app, ["check", str(results)])
    assert done.exit_code == 0
    assert "error" not in done.stdout
    assert "the rules of the run" not in done.stderr
