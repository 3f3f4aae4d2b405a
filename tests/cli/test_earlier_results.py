"""Results that an earlier version made are found again: nothing is sent, nothing is paid twice.

The files in `earlier_results` were made by copygen c79f0b2 with its simulator, and stay
as they are.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.inside import copygen

MADE = Path(__file__).with_name("earlier_results")


@pytest.mark.parametrize(
    ("name", "count", "args"),
    [
        ("plain", 12, ("table.csv", "--template", "plain.yaml")),
        ("fields", 3, ("table.csv", "--template", "fields.yaml")),
        ("complete", 5, ("complete.jsonl",)),
    ],
)
def test_results_of_an_earlier_version_resume_without_one_request(
    tmp_path: Path, name: str, count: int, args: tuple[str, ...]
) -> None:
    for path in MADE.iterdir():
        shutil.copy(path, tmp_path)
    results = tmp_path / f"{name}.results.jsonl"
    before = results.read_bytes()

    # Nobody listens there: a request would fail.
    to = ("-p", "simulator", "--base-url", "http://127.0.0.1:9/v1", "-o", results.name)
    plan = copygen("plan", *args, *to, "--json", cwd=tmp_path)
    run = copygen("run", *args, *to, cwd=tmp_path)

    assert (json.loads(plan.stdout)["prompts"], json.loads(plan.stdout)["to_do"]) == (count, 0)
    assert run.returncode == 0, run.stderr
    assert f"{count} prompts done earlier" in run.stderr
    assert results.read_bytes() == before
