"""What is shipped, and the checks that stand between a change and its users."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import distribution, packages_distributions
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from copygen.config import preset_names
from copygen.version import __version__

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci" / "run"
BLOCK = 4096
MOST_MB = 97
"""What an install takes at most, as counted here. Where it was 93, `du -sm` of a fresh environment
with pip, setuptools and all its folders said 124, of 130 that are allowed."""


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


def declared(*extras: str) -> list[Requirement]:
    """What copygen requires, and these extras of it."""
    project = pyproject()["project"]
    of_extras = (project["optional-dependencies"][extra] for extra in extras)
    return [Requirement(line) for line in chain(project["dependencies"], *of_extras)]


def is_for_here(one: Requirement, extra: str = "") -> bool:
    """Whether a requirement, or one of an extra, is installed on this system."""
    return one.marker is None or one.marker.evaluate({"extra": extra})


def with_theirs(requirements: Iterable[Requirement]) -> Iterator[str]:
    """The names of all distributions that come with these, each once."""
    waiting, seen = [*filter(is_for_here, requirements)], set[tuple[str, str]]()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        for extra in ("", *one.extras):
            if (name, extra) in seen:
                continue
            if not any(name == other for other, _ in seen):
                yield name
            seen.add((name, extra))
            theirs = map(Requirement, distribution(name).requires or ())
            waiting += [each for each in theirs if is_for_here(each, extra)]


def blocks_of(paths: Iterable[Path]) -> int:
    """Bytes that files take on a disk, modules twice: they are compiled."""
    taken = 0
    for path in paths:
        if path.parent.name != "__pycache__" and path.is_file():
            size = -(-path.stat().st_size // BLOCK) * BLOCK
            taken += size if path.suffix != ".py" else 2 * size
    return taken


@pytest.mark.skipif(
    sysconfig.get_platform() != "linux-x86_64", reason="wheels of other systems differ in size"
)
def test_an_install_stays_small() -> None:
    shipped = [*(ROOT / "copygen").rglob("*"), *(ROOT / "configs").rglob("*")]
    taken = {"copygen": blocks_of(shipped)}
    for name in with_theirs(declared()):
        files = distribution(name).files
        assert files, f"{name} does not say what it has installed"
        taken[name] = blocks_of(Path(str(one.locate())) for one in files)
    assert {"pydantic-core", "uvloop", "pygments"} <= taken.keys(), "else not all were seen"
    mb = {name: round(size / 2**20, 1) for name, size in taken.items()}
    largest = sorted(mb.items(), key=lambda one: -one[1])[:12]
    assert sum(taken.values()) <= MOST_MB * 2**20, f"{sum(mb.values()):.1f} MB: {largest}"


def test_what_copygen_imports_is_declared() -> None:
    """The tests need more than that, which would hide what an install lacks."""
    extras = set(pyproject()["project"]["optional-dependencies"]) - {"dev"}
    requirements = declared(*extras)
    allowed = {canonicalize_name(one.name) for one in requirements} | set(with_theirs(requirements))
    of = packages_distributions()
    imported = re.compile(r"^ *(?:from (\w+)[\w.]* import |import (\w+)[^,\n]*$)", re.MULTILINE)
    found = {
        (path.relative_to(ROOT).as_posix(), one or other)
        for path in (ROOT / "copygen").rglob("*.py")
        for one, other in imported.findall(path.read_text(encoding="utf-8"))
    }
    assert ("copygen/documents/yaml.py", "yaml") in found
    known = {"copygen", "compression", "_typeshed"} | sys.stdlib_module_names
    # `compression` is Python's from 3.14 on; `_typeshed` is for types only.
    assert [
        one
        for one in found
        if one[1] not in known and allowed.isdisjoint(map(canonicalize_name, of.get(one[1], ())))
    ] == []
