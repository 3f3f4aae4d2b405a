"""What the README shows is what the program does."""

import re
from pathlib import Path

import pytest
import typer

from copygen.cli.app import app
from copygen.engine.retry import RULES, Action
from copygen.errors import ExitCode
from copygen.models import Kind, Severity, Violation
from copygen.quality.measure import Unit
from copygen.quality.reask import reask
from tests.support.inside import copygen
from tests.support.running import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def between(mark: str) -> str:
    """The text between <!-- mark --> and <!-- /mark -->."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", README, re.DOTALL)
    assert found
    return found[1]


WHAT_FOLLOWS = {
    Action.RETRY: "sent again",
    Action.WAIT: "sent again, no attempt used",
    Action.FAIL: "the prompt fails",
    Action.STOP: "the run ends, code 7",
}


def kinds_table() -> str:
    lines = ["| kind | what follows | may have been billed |", "|---|---|---|"]
    for kind, rule in RULES.items():
        follows = WHAT_FOLLOWS[rule.action]
        follows += ", at most twice" if rule.ambiguous else ""
        lines.append(f"| `{kind}` | {follows} | {'yes' if rule.possibly_billed else ''} |")
    return "\n".join(lines) + "\n"


def test_the_table_of_kinds_is_the_one_the_engine_goes_by() -> None:
    assert set(RULES) == set(Kind)
    assert between("kinds") == kinds_table()


@pytest.mark.parametrize(
    "command",
    list(typer.main.get_command(app).commands),
)
def test_the_options_are_those_of_help(tmp_path: Path, command: str) -> None:
    done = copygen(command, "--help", cwd=tmp_path, env={"COLUMNS": "96", "TERM": "dumb"})
    shown = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
    assert "\n".join(shown) in between("help")


def test_every_unit_is_explained() -> None:
    section = README.split("## Channels")[1].split("\n## ")[0]
    assert {unit for unit in Unit if f"`{unit}`" in section} == set(Unit)


def test_every_exit_code_is_explained() -> None:
    section = README.split("## Exit codes")[1].split("## ")[0]
    codes = re.findall(r"^\| ([\d, ]+) \|", section, re.MULTILINE)
    told = {int(code) for row in codes for code in row.split(", ")}
    assert {int(code) for code in ExitCode} == told


def test_every_local_link_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_checks_it_shows_are_valid(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(# checks\.yaml\n.*?)```", README, re.DOTALL)
    assert block
    (tmp_path / "checks.yaml").write_text(block[1], encoding="utf-8")
    (tmp_path / "house.yaml").write_text(
        "pack: house\ntitle: H\nnote: n\nsource: s\nchecked_on: 2026-01-01\n"
        "rules: [{id: x, terms: [x], message: m}]\n"
    )
    (tmp_path / "t.jsonl").write_text('{"text": "soft", "language": "English"}\n')
    done = copygen("check", "t.jsonl", "--checks", "checks.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_prompt_file_with_fields_it_shows_is_valid(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(# fit\.yaml\n.*?)```", README, re.DOTALL)
    assert block
    (tmp_path / "fit.yaml").write_text(block[1], encoding="utf-8")
    done = copygen("plan", "fit.yaml", "-p", "simulator", cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_reask_it_shows_is_what_the_model_is_told() -> None:
    headlines = ["one", "two", "Praewa scarf for your calm evenings"[:34]]
    wrong = Violation(
        "length",
        Severity.ERROR,
        "34 of 30 width units",
        field="headline",
        index=2,
        fix="cut at least 4 width units",
    )
    told = reask([wrong], ["Praewa scarf"], {"headline": headlines}).message
    assert f"```text\n{told}\n```" in README
