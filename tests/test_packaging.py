"""What is shipped, and the checks that stand between a change and its users."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import yaml

from copygen.config import preset_names
from copygen.version import __version__

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci" / "run"


def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def in_yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def test_the_wheel_takes_the_presets_to_where_the_package_looks_for_them() -> None:
    wheel = pyproject()["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["packages"] == ["copygen"]
    assert wheel["force-include"] == {
        "configs": "copygen/configs",
        "prompts": "copygen/examples",
    }


def test_data_of_others_ships_with_its_license_beside_it_and_the_readme_names_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for note, source, license_name in (
        ("word_beginnings.license", "wordfreq 3.1.1", "CC BY-SA 4.0"),
        ("near_languages.license", "wordfreq 3.1.1", "CC BY-SA 4.0"),
        ("frequent_words.license", "wordfreq 3.1.1", "CC BY-SA 4.0"),
        ("languages.license", "py3langid", "BSD 3-Clause"),
    ):
        text = (ROOT / "copygen/quality" / note).read_text(encoding="utf-8")
        assert source in text
        assert license_name in text
        assert f"copygen/quality/{note}" in readme


def test_a_checkout_finds_the_presets_of_its_own_configs_folder() -> None:
    assert preset_names() == sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))


def test_the_source_archive_holds_what_the_wheel_is_built_from_and_what_tests_it() -> None:
    sdist = pyproject()["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"/copygen", "/configs", "/prompts", "/tests", "/CHANGELOG.md"} <= set(sdist)
    assert all((ROOT / entry.lstrip("/")).exists() for entry in sdist)


def test_what_a_run_leaves_beside_the_examples_is_not_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "*.results.jsonl*" in ignored


def test_the_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"\b{re.escape(__version__)}\b", changelog)


def test_ci_is_a_script_that_anyone_can_start() -> None:
    assert os.access(CI, os.X_OK)
    subprocess.run(["bash", "-n", str(CI)], check=True, timeout=30)


def test_the_workflow_runs_ci_on_every_python_we_claim_and_may_only_read() -> None:
    workflow = in_yaml(".github/workflows/ci.yml")
    job = workflow["jobs"]["check"]
    claimed = [
        found[1]
        for line in pyproject()["project"]["classifiers"]
        if (found := re.search(r":: Python :: (3\.\d+)$", line))
    ]
    assert job["strategy"]["matrix"]["python"] == claimed
    assert workflow["permissions"] == {"contents": "read"}
    assert job["strategy"]["matrix"]["system"] == [
        *("ubuntu-latest", "macos-latest", "windows-latest")
    ]
    assert job["steps"][-1]["run"] == ".ci/run"


def test_windows_takes_the_steps_of_ci_in_its_own_words() -> None:
    steps = in_yaml(".github/workflows/ci.yml")["jobs"]["check"]["steps"]
    (windows,) = [step["run"] for step in steps if step.get("if") == "runner.os == 'Windows'"]
    script = CI.read_text(encoding="utf-8")
    checkers = re.findall(r'^step "[^"]+" "\$work/test" "\$bin/([^"$]+)"$', script, re.MULTILINE)
    assert len(checkers) == 4
    assert all(f"\\{command}\n" in f"{windows}\n" for command in checkers)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    first, second = re.findall(r"^py -m venv .*$", readme, re.MULTILINE)
    assert first in windows
    assert second.partition("; ")[2] in windows


def test_the_oldest_python_we_claim_is_the_one_we_require() -> None:
    project = pyproject()["project"]
    oldest = next(line for line in project["classifiers"] if re.search(r":: 3\.\d+$", line))
    assert project["requires-python"] == f">={oldest.rsplit(' ', 1)[1]}"
