"""Measures the house: how many functions a prompt passes, how the code is cut, what names say.

    python -m tests.house            the table
    python -m tests.house --names    and every class name that stands for two things

Counted as the survey did that the targets come from. "Enters" is the number of different functions
of the package (the simulator's apart) that Python calls between the record of one prompt and that
of the next, at concurrency 1, in the steady state.
"""

import ast
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "copygen"
SIMULATOR = PACKAGE / "simulator"
PROMPTS = 12
"""The way is counted between the last but one record and the last; all before is warming up."""

PLAIN = 'prompt: "Write a headline for {{ name }}."\nprovider: simulator\nmax_tokens: 60\n'
RULES = PLAIN + "channel: seo.meta_description\n"
SHORT_FILE = 60

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
    from copygen.cli.app import app

    with tempfile.TemporaryDirectory() as folder:
        table, file = Path(folder, "t.csv"), Path(folder, "t.yaml")
        rows = [f"{n},Silk scarf {n}" for n in range(PROMPTS)]
        table.write_text("\n".join(["id,name", *rows]), encoding="utf-8")
        file.write_text(template, encoding="utf-8")
        way = Way()
        args = ["run", str(table), "-t", str(file), "-c", "1", "-q", *flags]
        sys.setprofile(way)
        try:
            done = CliRunner().invoke(app, args)
        finally:
            sys.setprofile(None)
        if done.exit_code not in (0, 3):
            raise SystemExit(f"the run ended with {done.exit_code}: {done.output}")
    return way.last


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


def measured() -> dict[str, str]:
    """The table: what is measured and what came out."""
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
    plain, ruled = way_of_a_prompt(PLAIN), way_of_a_prompt(RULES, "--max-cost", "5")
    return {
        "one prompt without rules enters": _way(plain),
        "one prompt with a channel and --max-cost enters": _way(ruled),
        "modules": str(len(files)),
        "modules that only one other imports": str(importers[1]),
        f"files under {SHORT_FILE} lines": str(sum(len(one) < SHORT_FILE for one in files)),
        "lines": f"{lines:,}",
        "bodies, median and 90th percentile": (
            f"{bodies[len(bodies) // 2]} and {bodies[len(bodies) * 9 // 10]} lines"
        ),
        "comment lines": f"{comments / lines:.1%}",
        "class names that mean two or more things": str(len(repeated_class_names())),
        "README": f"{(ROOT / 'README.md').stat().st_size:,} bytes",
    }


def _way(functions: set[Function]) -> str:
    return f"{len(functions)} functions in {len({path for path, *_ in functions})} files"


def main() -> None:
    """Print the table."""
    for what, value in measured().items():
        print(f"{what:50} {value}")
    if "--names" in sys.argv:
        for name, where in repeated_class_names().items():
            print(f"  {name}: {', '.join(where)}")


if __name__ == "__main__":
    main()
