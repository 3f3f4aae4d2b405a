"""What the READMEs show is there: commands that run, links that lead, promises with tests."""

import re
from pathlib import Path

import pytest

from copygen.errors import ExitCode
from copygen.help import TOPICS, topic_summary, topic_text
from tests.support.inside import simulated
from tests.support.manual_examples import Reader, blocks_of
from tests.support.running import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
OF_THE_TESTS = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
LONGEST = 16_384
"""Bytes of the README. What is more belongs into the manual."""
NAMED = re.compile(r"def test_((?:[A-Z]\d+_)+)")


def between(text: str, mark: str) -> str:
    """The text between <!-- mark --> and <!-- /mark -->."""
    found = re.search(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", text, re.DOTALL)
    assert found
    return found[1]


def test_it_is_short_and_no_help_page_is_pasted_into_it() -> None:
    assert len(README.encode()) <= LONGEST
    assert "Usage: copygen" not in README


@pytest.mark.parametrize("file", ["README.md", "tests/README.md"])
def test_every_local_link_leads_somewhere(file: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / file).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / file).parent.joinpath(link).exists()] == []


def test_its_examples_run(tmp_path: Path) -> None:
    with simulated("--latency-ms", 0) as base_url:
        reader = Reader(tmp_path, base_url)
        for block in blocks_of(README):
            reader.try_out(block)
    assert reader.ran >= 7


def test_every_exit_code_is_explained_as_in_the_manual() -> None:
    section = README.split("## Exit codes")[1].split("## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \|.*$", section, re.MULTILINE)
    assert {int(code) for row in rows for code in row.split(", ")} == set(map(int, ExitCode))
    manual = between(topic_text("exit-codes"), "exit codes")
    assert manual in section


def test_every_topic_is_listed_in_the_order_of_work() -> None:
    rows = re.findall(r"^\| \[(.*?)\]\(.*?\) \| (.*?) \|$", between(README, "topics"), re.MULTILINE)
    assert rows == [(name, topic_summary(name)) for name in TOPICS]


def test_every_room_of_the_house_is_named() -> None:
    (plan,) = re.findall(r"^copygen/\n(.*?)```", README, re.DOTALL | re.MULTILINE)
    named = set(re.findall(r"^  (\w+)/ ", plan, re.MULTILINE))
    rooms = {path.parent.name for path in (ROOT / "copygen").glob("*/__init__.py")}
    assert named == rooms


def promises() -> dict[str, list[str]]:
    """Id → the files that its row names."""
    found = {}
    for row in between(OF_THE_TESTS, "promises").splitlines()[2:]:
        ids, _, files, *_ = (cell.strip() for cell in row.strip("|").split(" | "))
        for one in ids.split(", "):
            found[one] = re.findall(r"`(.*?)`", files)
    return found


def ids_in(path: Path) -> set[str]:
    """The ids that names of tests in a file begin with."""
    names = NAMED.findall(path.read_text(encoding="utf-8"))
    return {one for name in names for one in name.strip("_").split("_")}


def test_every_promise_has_a_test_with_its_id_and_every_id_is_a_promise() -> None:
    carried = set().union(*map(ids_in, (ROOT / "tests").rglob("test_*.py")))
    cases = {one for one in carried if re.fullmatch(r"\d.*", one)}
    assert set(promises()) == carried - cases


def test_the_files_named_beside_a_promise_have_tests_of_it() -> None:
    for promise, files in promises().items():
        assert files, promise
        for file in files:
            assert promise in ids_in(ROOT / "tests" / file), (promise, file)


def test_every_module_that_is_started_by_hand_is_there() -> None:
    for module in re.findall(r"python -m (tests[\w.]*)", OF_THE_TESTS):
        path = ROOT.joinpath(*module.split("."))
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module
