"""What is bought again, and what is not: a prompt is done when what it sends was answered."""

import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from copygen.cli.app import app

TABLE = "name,stock\nmug,5\ncup,7\nmug,5\n"


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text("prompt: Sell {{ name }}.\n")
    Path("t.csv").write_text(TABLE)


def run(*args: str, stdin: str | None = None) -> Result:
    command = ["run", *args, "-t", "w.yaml", "-p", "simulator", "-o", "r.jsonl"]
    with pytest.MonkeyPatch.context() as patch:
        # The runner's own standard input has no descriptor.
        stream = io.BytesIO((stdin or "").encode())
        patch.setattr("copygen.cli.terminal.standard_input", lambda _what: stream)
        return CliRunner().invoke(app, command)


def sent(*args: str, stdin: str | None = None) -> int:
    """Requests of a run, which must end well."""
    done = run(*args, "--summary-json", "s.json", stdin=stdin)
    assert done.exit_code == 0, done.output
    return int(json.loads(Path("s.json").read_text())["traffic"]["requests"])


def records() -> int:
    return len(Path("r.jsonl").read_text().splitlines())


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        "name,stock\nmug,4\ncup,0\nmug,5\n",
        "name,stock,note\nmug,5,\ncup,7,\nmug,5,\n",
        "name,stock\ncup,7\nmug,5\nmug,5\n",
        "stock,name\n1,mug\n2,mug\n3,cup\n",
        "id,name\n1,mug\n2,mug\n3,cup\n",
    ],
)
def test_what_a_template_does_not_use_buys_nothing(table: str) -> None:
    assert (sent("t.csv"), records()) == (3, 3)
    Path("t.csv").write_text(table)
    plan = CliRunner().invoke(
        app, ["plan", "t.csv", "-t", "w.yaml", "-p", "simulator", "-o", "r.jsonl", "--json"]
    )
    assert json.loads(plan.stdout)["to_do"] == 0
    assert (sent("t.csv"), records()) == (0, 3)
    assert (sent("-", stdin=table), records()) == (0, 3)


@pytest.mark.parametrize(
    ("table", "bought"),
    [
        (TABLE + "mug,5\n", 1),  # a third identical row has a record of its own
        ("name,stock\nmug,1\nmug,2\nmug,3\ncup,4\n", 1),
        (TABLE + "bowl,1\n", 1),
        ("name,stock\nmug,1\nbowl,7\nmug,5\n", 1),
    ],
)
def test_every_row_has_a_record_of_its_own(table: str, bought: int) -> None:
    assert sent("t.csv") == 3
    Path("t.csv").write_text(table)
    assert sent("t.csv") == bought


def test_a_row_whose_id_now_stands_for_another_prompt_is_asked_anew() -> None:
    Path("t.csv").write_text("id,name\na,mug\nb,cup\n")
    assert sent("t.csv") == 2
    Path("t.csv").write_text("id,name\na,cup\nb,mug\n")
    assert sent("t.csv") == 2


def test_retrying_refuses_to_replace_accepted_texts() -> None:
    assert sent("t.csv") == 3
    before = Path("r.jsonl").read_bytes()
    for redo in ("rejected", "failed"):
        refused = run("t.csv", "--retry", redo, "-m", "claude-sonnet-4.5")
        assert refused.exit_code == 2
        assert "3 accepted texts" in refused.output
    Path("w.yaml").write_text("prompt: Praise {{ name }}.\n")
    assert run("t.csv", "--retry", "rejected").exit_code == 2
    assert Path("r.jsonl").read_bytes() == before
    assert sent("-", "--retry", "rejected", stdin=TABLE) == 0
    assert sent("t.csv", "--retry", "all") == 3


def test_a_pipeline_that_has_nothing_today_ends_well() -> None:
    assert sent("-", stdin="") == 0
    assert sent("-", stdin="name,stock\n") == 0
