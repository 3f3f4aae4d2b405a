"""What checking a text costs, and what remembering a million of them takes."""

import json
import subprocess
import sys
from typing import Any

from tests.bench.arithmetic import Spread
from tests.bench.contestants import Course
from tests.bench.figures import Section
from tests.bench.scale import Scale
from tests.quality.cost import LENGTHS
from tests.support.running import environment

MILLION = 1_000_000
LONG_CHARS = 16_000


def measure_checks(course: Course, scale: Scale) -> Section:
    """CPU per short text, of an item of its own each, and per long one; memory of the index."""
    section = Section("checks", "Checks of short texts, without a model")
    cpu_us: dict[str, dict[str, list[float]]] = {}
    for _ in range(scale.checks_rounds):
        for checks, by_language in _child(course, "cpu", scale.checked_texts).items():
            for language, us in by_language.items():
                cpu_us.setdefault(checks, {}).setdefault(language, []).append(us)
    for checks, by_language in cpu_us.items():
        for language, us in by_language.items():
            section.add(checks, language, cpu_us_per_text=us)
    judged = [*cpu_us["default set"].values(), *cpu_us["default set and language"].values()]
    dearest = max(judged, key=lambda us: Spread.of(us).median)
    section.measured["6.checks"] = Spread.of(dearest)
    for length in LENGTHS:
        spent = [_child(course, "copy", length) for _ in range(scale.checks_rounds)]
        rounds = {language: [one[language] for one in spent] for language in spent[0]}
        for language, us in rounds.items():
            section.add(f"all checks of {length} characters", language, cpu_us_per_text=us)
        spread = max(map(Spread.of, rounds.values()), key=lambda one: one.median)
        section.measured[f"6.checks-{length}"] = spread
    for text, us in _child(course, "long", LONG_CHARS).items():
        section.add(f"a text of {LONG_CHARS:,} characters", text, cpu_us_per_text=[us])
    grown = _child(course, "memory", scale.remembered_texts)
    case = f"sameness, {scale.remembered_texts:,} texts"
    section.add(case, "index", cpu_us_per_text=[grown["us"]], grown_mb=[grown["mb"]])
    if scale.remembered_texts == MILLION:
        section.measured["6.sameness"] = Spread.of([grown["mb"]])
    return section


def _child(course: Course, what: str, texts: int) -> dict[str, Any]:
    """Measured in a process of its own: nothing else is in its memory."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.checking", what, str(texts)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(course.folder),
    )
    return json.loads(done.stdout)
