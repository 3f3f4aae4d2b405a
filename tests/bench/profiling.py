"""Where copygen's time goes: one run under py-spy, read for people, and perf's counts.

    python -m tests.bench.profiling --concurrency 100 --prompts 50000
    py-spy record -f speedscope -o copygen.speedscope.json -- python -m copygen run ...

The first prints what stands in FINDINGS.md; the second is the same by hand, for speedscope.app.
"""

import argparse
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.contestants import COPYGEN_LOG, Course, Job
from tests.bench.machine import cores, pinned
from tests.bench.serving import serving
from tests.bench.wording import KEY
from tests.support.running import environment

SHOWN = 30
RATE_HZ = 500
IMPORTS = "(importing modules)"
EVENTS = "task-clock,context-switches,page-faults,instructions:u,cycles:u"


@dataclass(frozen=True, slots=True)
class Profile:
    """Samples, counted in three ways."""

    total: int
    own: Counter[str]
    """By the function that was running."""
    ours: Counter[str]
    """By the innermost function of copygen on the stack: who asked for it."""
    within: Counter[str]
    """By every function of copygen on the stack: what it takes with all that it calls."""


def read_profile(lines: Iterable[str]) -> Profile:
    """Read py-spy's raw format: `outer;inner;innermost 17` on each line."""
    own, ours, within = Counter[str](), Counter[str](), Counter[str]()
    for line in lines:
        stack, _, count = line.rstrip().rpartition(" ")
        if "(<frozen importlib" in stack:
            own[IMPORTS] += int(count)
            ours[IMPORTS] += int(count)
            continue
        frames = stack.split(";")
        own[_without_line(frames[-1])] += int(count)
        mine = [frame for frame in frames if "(copygen/" in frame]
        ours[_without_line(mine[-1]) if mine else "(none of ours)"] += int(count)
        within.update(dict.fromkeys(map(_without_line, mine), int(count)))
    return Profile(own.total(), own, ours, within)


def _without_line(frame: str) -> str:
    """`_send (copygen/engine/client.py:161)` without the line."""
    name, _, place = frame.partition(" (")
    return f"{name} ({place.partition(':')[0].rstrip(')')})" if place else name


def _show(console: Console, title: str, counts: Counter[str], total: int) -> None:
    table = Table(title=title, title_justify="left")
    table.add_column("share", justify="right")
    table.add_column("function")
    for name, count in counts.most_common(SHOWN):
        table.add_row(f"{100 * count / total:.1f} %", name)
    console.print(table)


def main() -> None:
    """Profile one run."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.profiling", description=__doc__)
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--prompts", type=int, default=50_000)
    given = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory(prefix="copygen-bench-") as folder, serving() as server:
        course = Course(Path(folder))
        items = course.items(given.prompts)
        job = Job(items, server.url, server.base_url, given.concurrency, course.folder / "a.jsonl")
        stacks = course.folder / "stacks.txt"
        spy = ["py-spy", "record", "--rate", str(RATE_HZ), "--format", "raw", "-o", str(stacks)]
        _run([*spy, "--", *COPYGEN_LOG.command(job)], course)
        profile = read_profile(stacks.read_text(encoding="utf-8").splitlines())
        _show(console, "With all that it calls", profile.within, profile.total)
        _show(console, "Running itself", profile.own, profile.total)
        _show(console, "Innermost of copygen, with what it called", profile.ours, profile.total)
        if shutil.which("perf"):
            job = Job(
                items, server.url, server.base_url, given.concurrency, Path(folder, "b.jsonl")
            )
            counted = _run(["perf", "stat", "-e", EVENTS, "--", *COPYGEN_LOG.command(job)], course)
            console.print(counted, highlight=False)


def _run(command: list[str], course: Course) -> str:
    core = cores()
    env = environment(course.folder, OPENAI_API_KEY=KEY)
    with pinned(core[0] if core else None):
        done = subprocess.run(
            command, cwd=course.folder, env=env, capture_output=True, text=True, check=True
        )
    return done.stderr[done.stderr.rfind("Performance counter") :]


if __name__ == "__main__":
    main()
