"""Measures the house: how many functions a prompt passes, how the code is cut, what names say.

    python -m tests.house            the table, with ceilings and what is aimed at
    python -m tests.house --way      and the functions on a prompt's way, by file
    python -m tests.house --names    and every class name that stands for two things
    python -m tests.house --check    and exit with 1 where a ceiling is passed

Counted as the survey did that the aims come from. "Enters" is the number of different functions
of the package (the simulator's apart) that Python calls between the record of one prompt and that
of the next, at concurrency 1, in the steady state.
"""

import argparse
import ast
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from copygen.cli import follow
from tests.support.inside import copygen

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "copygen"
SIMULATOR = PACKAGE / "simulator"
PROMPTS = 12
"""The way is counted between the last but one record and the last; all before is warming up."""

PLAIN = 'prompt: "Write a headline for {{ name }}."\nprovider: simulator\nmax_tokens: 60\n'
RULES = PLAIN + "channel: seo.meta_description\n"
SHORT_FILE = 60
PROMISE_ID = re.compile(r"[A-Z]\d+")
_NAMED_TEST = re.compile(r"^ *(?:async )?def test_((?:[A-Z]\d+_)+)", re.MULTILINE)

Function = tuple[str, str, int]
"""File, name and first line."""


class Way:
    """The functions entered since the record before; `last` has those of the whole last prompt."""

    def __init__(self) -> None:
        self._entered: set[Function] = set()
        self.last: set[Function] = set()

    def __call__(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Called by Python for each call and return; see `sys.setprofile`."""
        code = frame.f_code
        path = code.co_filename
        if event != "call" or not path.startswith(str(PACKAGE)) or path.startswith(str(SIMULATOR)):
            return
        if code.co_name in ("<lambda>", "<genexpr>", "<listcomp>", "<dictcomp>", "<setcomp>"):
            return
        self._entered.add((path, code.co_qualname, code.co_firstlineno))
        if code.co_name == "encode" and path.endswith("results/record.py"):
            self.last, self._entered = self._entered, set()


def way_of_a_prompt(template: str, *flags: str) -> set[Function]:
    """The functions that one prompt enters on its way from the table to the results file."""
    with tempfile.TemporaryDirectory() as folder:
        table, file = Path(folder, "t.csv"), Path(folder, "t.yaml")
        rows = [f"{n},Silk scarf {n}" for n in range(PROMPTS)]
        table.write_text("\n".join(["id,name", *rows]), encoding="utf-8")
        file.write_text(template, encoding="utf-8")
        way = Way()
        args = ["run", table.name, "-t", file.name, "-c", "1", "-q", *flags]
        with pytest.MonkeyPatch.context() as patched:
            # The display looks at a run eight times a second, on no prompt's way: by chance it
            # would do so between the last two records.
            patched.setattr(follow, "REFRESH_S", 600.0)
            sys.setprofile(way)
            try:
                done = copygen(*args, cwd=Path(folder))
            finally:
                sys.setprofile(None)
        if done.returncode not in (0, 3):
            raise SystemExit(f"the run ended with {done.returncode}: {done.stderr}")
    return way.last


def ways_of_a_prompt() -> tuple[set[Function], set[Function]]:
    """The way without rules, and that with a channel and a limit on cost.

    Each is the shorter of two: a timer may fall between two records on a busy machine.
    """
    wanted = ((PLAIN,), (RULES, "--max-cost", "5"))
    plain, ruled = (min((way_of_a_prompt(*one) for _ in range(2)), key=len) for one in wanted)
    return plain, ruled


def _modules() -> dict[str, tuple[Path, ast.Module]]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found[name] = (path, ast.parse(path.read_text(encoding="utf-8")))
    return found


def _importers(modules: dict[str, tuple[Path, ast.Module]]) -> dict[str, set[str]]:
    importers: dict[str, set[str]] = {name: set() for name in modules}
    for name, (_, tree) in modules.items():
        for node in ast.walk(tree):
            used: list[str] = []
            if isinstance(node, ast.ImportFrom) and node.module:
                used = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            elif isinstance(node, ast.Import):
                used = [one.name for one in node.names]
            for one in used:
                if one in importers and one != name:
                    importers[one].add(name)
    return importers


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or body[0].lineno) - body[0].lineno + 1


def repeated_class_names() -> dict[str, list[str]]:
    """Class names that more than one module defines, and where."""
    places: dict[str, list[str]] = {}
    for name, (_, tree) in _modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(name)
    return {name: where for name, where in sorted(places.items()) if len(where) > 1}


def promise_ids() -> set[str]:
    """The ids of promises that names of tests begin with."""
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {
        one
        for text in texts
        for ids in _NAMED_TEST.findall(text)
        for one in PROMISE_ID.findall(ids)
    }


@dataclass(frozen=True)
class Measure:
    """One figure of the house."""

    what: str
    value: float
    unit: str = ""
    most: float | None = None
    """The ceiling: the aim where it was reached, else what was reached."""
    least: float | None = None
    aim: float | None = None
    """What the rebuilding aims at."""

    @property
    def holds(self) -> bool:
        """Whether it keeps to its ceiling, or to its floor."""
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )

    def line(self) -> str:
        """It as a line of the table."""
        bound = "" if self.most is None else f"at most {self.most:,g}"
        bound = bound if self.least is None else f"at least {self.least:,g}"
        aim = "" if self.aim is None else f"aim {self.aim:,g}"
        passed = "" if self.holds else "  PASSED"
        figure = f"{self.value:,g} {self.unit}"
        return f"{self.what:52} {figure:22} {bound:18} {aim}{passed}".rstrip()


def measured(plain: set[Function], ruled: set[Function]) -> list[Measure]:
    """The table, `plain` being the way of a prompt without rules and `ruled` that of one with."""
    modules = _modules()
    texts = {path: path.read_text(encoding="utf-8").splitlines() for path, _ in modules.values()}
    files = [lines for path, lines in texts.items() if path.name != "__init__.py"]
    bodies = sorted(
        _body_lines(node)
        for _, tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    lines = sum(map(len, texts.values()))
    comments = sum(line.lstrip().startswith("#") for one in texts.values() for line in one)
    importers = Counter(len(who) for who in _importers(modules).values())
    short = sum(len(one) < SHORT_FILE for one in files)
    return [
        Measure("one prompt without rules enters", len(plain), "functions", most=90, aim=90),
        Measure("  in", len(_files(plain)), "files", most=24, aim=24),
        # 159 in 40 files before there were checks of chat, of blanks, of names, of repetition and
        # of endings, each with a file and five to twenty functions of its own.
        Measure("with a channel and --max-cost", len(ruled), "functions", most=245, aim=160),
        Measure("  in", len(_files(ruled)), "files", most=54, aim=42),
        # 121 before those checks, the languages they are told by, and the readers of encodings,
        # packed tables, documents and columns: 139. What reads one format or makes one check is a
        # module that one other imports. The way out has 70 more: seven commands with their flags,
        # job and screen, a page with its server, sheets, and a module for each kind of export.
        Measure("modules", len(files), most=242, aim=125),
        Measure("modules that only one other imports", importers[1], most=76),
        Measure(f"files under {SHORT_FILE} lines", short, most=6),
        Measure("lines", lines, aim=24_000),
        Measure("bodies, median", bodies[len(bodies) // 2], "lines"),
        Measure("bodies, 90th percentile", bodies[len(bodies) * 9 // 10], "lines", aim=20),
        Measure("comment lines", round(100 * comments / lines, 1), "%", aim=3),
        Measure(
            "class names that mean two or more things", len(repeated_class_names()), most=0, aim=0
        ),
        Measure("README", (ROOT / "README.md").stat().st_size, "bytes", most=16_384),
        Measure("ids of promises that tests carry", len(promise_ids()), least=53),
    ]


def _files(functions: Iterable[Function]) -> dict[str, list[str]]:
    """File below the package → the functions of it, by name."""
    files: dict[str, list[str]] = {}
    for path, name, _ in sorted(functions):
        files.setdefault(str(Path(path).relative_to(PACKAGE)), []).append(name)
    return files


def main() -> int:
    """Print the table; 1 where `--check` finds a ceiling passed."""
    parser = argparse.ArgumentParser(prog="python -m tests.house")
    parser.add_argument("--way", action="store_true", help="the functions on a prompt's way")
    parser.add_argument("--names", action="store_true", help="class names with two meanings")
    parser.add_argument("--check", action="store_true", help="fail where a ceiling is passed")
    wanted = parser.parse_args()
    plain, ruled = ways_of_a_prompt()
    table = measured(plain, ruled)
    for measure in table:
        print(measure.line())
    if wanted.way:
        for title, way in (("without rules", plain), ("with a channel and --max-cost", ruled)):
            print(f"\nThe way of a prompt {title}:")
            for file, names in _files(way).items():
                print(f"  {file} {len(names)}: {', '.join(names)}")
    if wanted.names:
        for name, where in repeated_class_names().items():
            print(f"  {name}: {', '.join(where)}")
    return int(wanted.check and not all(measure.holds for measure in table))


if __name__ == "__main__":
    sys.exit(main())
