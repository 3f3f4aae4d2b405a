"""How soon something happens: --version, --help, the first request."""

import re
import subprocess
import sys
from collections.abc import Sequence

from tests.bench.arithmetic import Spread, ratios
from tests.bench.contestants import AIOHTTP, COPYGEN, COPYGEN_LOG, Course, with_flags
from tests.bench.figures import Section
from tests.bench.running import run
from tests.bench.scale import Scale
from tests.bench.serving import Server, serving
from tests.support.running import COMMAND, environment

# fmt: off
HEAVY = frozenset({
    "aiohttp", "asyncio", "filelock", "httpcore", "httpx", "jinja2", "orjson", "pydantic", "rich",
    "ssl", "tenacity", "uvloop", "yaml", "yarl",
})
# fmt: on
"""Packages that take time to import, tens of milliseconds some of them."""
MAY_LOAD = {"--version": frozenset[str](), "--help": frozenset({"rich"})}
"""typer draws its help with rich."""

IMPORTS = "import typer, aiohttp"
"""What a tool of this kind written by hand imports at the least."""

_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+(\d+) \| (\s*)(\S+)")


def measure_startup(course: Course, scale: Scale) -> Section:
    """Wall time of the smallest commands, what they import, and the first request."""
    section = Section("startup", "Start-up")
    python = [sys.executable, "-c"]
    commands = {
        "python -c pass": [*python, "pass"],
        'python -c "import typer"': [*python, "import typer"],
        f'python -c "{IMPORTS}"': [*python, IMPORTS],
        "copygen --version": [*COMMAND, "--version"],
        "copygen --help": [*COMMAND, "--help"],
    }
    usages = {
        name: [run(command, course.folder) for _ in range(scale.startup_rounds)]
        for name, command in commands.items()
    }
    for name, used in usages.items():
        section.add(
            "command",
            name,
            wall_ms=[one.wall_s * 1000 for one in used],
            cpu_ms=[one.cpu_s * 1000 for one in used],
        )
    for flag in MAY_LOAD:
        _count_heavy(section, course, flag)
    _time_first_request(section, course, scale)
    return section


def _count_heavy(section: Section, course: Course, flag: str) -> None:
    loaded = heavy_imports([*COMMAND[1:], flag], course)
    unwanted = sorted(loaded.keys() - MAY_LOAD[flag])
    section.measured[f"4.heavy{flag}"] = Spread.of([len(unwanted)])
    listed = ", ".join(f"{name} {ms:.0f} ms" for name, ms in sorted(loaded.items()))
    section.notes.append(f"copygen {flag} imports of the heavy ones: {listed or 'none'}")


def heavy_imports(args: Sequence[str], course: Course) -> dict[str, float]:
    """Heavy packages that `python args` imports, with the milliseconds that takes."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *args],
        capture_output=True,
        text=True,
        check=True,
        cwd=course.folder,
        env=environment(course.folder),
    )
    return heavy_in(done.stderr)


def heavy_in(importtime: str) -> dict[str, float]:
    """Read the report of `-X importtime`: heavy package → cumulative milliseconds."""
    found = {}
    for line in importtime.splitlines():
        match = _IMPORT.match(line)
        if match and match[4] in HEAVY:
            found[match[4]] = int(match[2]) / 1000
    return found


def _time_first_request(section: Section, course: Course, scale: Scale) -> None:
    with serving() as server:
        for contestant in (COPYGEN, AIOHTTP):
            first_ms = [
                course.run(contestant, server, 1, 1).first_s * 1000
                for _ in range(scale.startup_rounds)
            ]
            section.add("first request", contestant.name, wall_ms=first_ms)
            if contestant is COPYGEN:
                section.measured["4.first-request"] = Spread.of(ms / 1000 for ms in first_ms)
        _weigh_start(section, course, scale, server)


def _weigh_start(section: Section, course: Course, scale: Scale, server: Server) -> None:
    """CPU of a run of one prompt beside that of the imports: on a busy machine both grow."""
    quiet = with_flags(COPYGEN_LOG, "copygen -q", "-q")
    runs_ms, imports_ms = [], []
    for _ in range(scale.startup_rounds):
        runs_ms.append(course.run(quiet, server, 1, 1).usage.cpu_s * 1000)
        imports_ms.append(run([sys.executable, "-c", IMPORTS], course.folder).cpu_s * 1000)
    section.add("one prompt", quiet.name, cpu_ms=runs_ms)
    section.measured["4.start-cpu"] = ratios(runs_ms, imports_ms)
