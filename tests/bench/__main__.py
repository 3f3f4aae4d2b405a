"""Measure copygen beside what people write by hand.

    python -m tests.bench                     the usual run, about twenty minutes
    python -m tests.bench --quick             seconds: does it work at all
    python -m tests.bench --full --draw .github/assets --json bench.json
    python -m tests.bench --only pacing       one part; repeat for more

Needs a machine that does nothing else; two cores at least for steady figures.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.checks import measure_checks
from tests.bench.contestants import Course
from tests.bench.figures import Section, judged
from tests.bench.machine import describe
from tests.bench.memory import measure_memory
from tests.bench.pacing import measure_pacing
from tests.bench.scale import FULL, QUICK, USUAL, Scale
from tests.bench.speed import measure_headroom, measure_latency, measure_speed
from tests.bench.startup import measure_startup
from tests.bench.tables import measure_tables
from tests.bench.targets import TARGETS

PARTS: dict[str, Callable[[Course, Scale], Section]] = {
    "startup": measure_startup,
    "headroom": measure_headroom,
    "speed": measure_speed,
    "latency": measure_latency,
    "pacing": measure_pacing,
    "memory": measure_memory,
    "checks": measure_checks,
    "tables": measure_tables,
}
WIDTH = 150


def main() -> None:
    """Measure, show, write."""
    given = _arguments().parse_args()
    scale: Scale = given.scale
    machine = describe()
    sections = []
    with tempfile.TemporaryDirectory(prefix="copygen-bench-") as folder:
        course = Course(Path(folder))
        for name in given.only or PARTS:
            sys.stderr.write(f"measuring {name} ...\n")
            sections.append(_measured(name, course, scale))
    _show(given, machine, sections)


def _measured(name: str, course: Course, scale: Scale) -> Section:
    try:
        return PARTS[name](course, scale)
    except RuntimeError as error:  # half an hour of other figures must not go with it
        return Section(name, name, notes=[f"{name} ended early: {error}"])


def _show(given: argparse.Namespace, machine: dict[str, Any], sections: list[Section]) -> None:
    # Only now: the memory of whoever starts a process counts as that process's own.
    from rich.console import Console

    from tests.bench.charts import write
    from tests.bench.report import show, show_targets, to_json

    targets = judged(TARGETS, sections)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    show(console, machine, sections)
    show_targets(console, targets)
    if given.json:
        given.json.write_text(to_json(machine, sections, targets), encoding="utf-8")
    for path in write(sections, given.draw) if given.draw else ():
        console.print(f"drawn: {path}")


def _arguments() -> argparse.ArgumentParser:
    assert __doc__
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", dest="scale", action="store_const", const=QUICK)
    size.add_argument("--full", dest="scale", action="store_const", const=FULL)
    parser.set_defaults(scale=USUAL)
    parser.add_argument("--only", action="append", choices=PARTS, metavar="PART", help=_list())
    parser.add_argument("--json", type=Path, metavar="PATH", help="write all figures as JSON")
    parser.add_argument("--draw", type=Path, metavar="FOLDER", help="write the curves as SVG")
    return parser


def _list() -> str:
    return f"one of {', '.join(PARTS)}; repeat for more"


if __name__ == "__main__":
    main()
