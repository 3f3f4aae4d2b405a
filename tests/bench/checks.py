"""What checking a text costs, by itself and in a run, and what remembering a million takes.

What a run costs with everything on is measured beside the same run without checks: whole processes,
in turn, over the same rows and answers, so that what disturbs one disturbs the other.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.bench.arithmetic import Spread, ratios
from tests.bench.contestants import COPYGEN_LOG, Course
from tests.bench.figures import Section
from tests.bench.scale import Scale
from tests.bench.serving import Server, serving
from tests.bench.wording import SYSTEM
from tests.quality.clean_copy import LANGUAGES, clean_copy
from tests.support.running import environment

MILLION = 1_000_000
LONG_CHARS = 16_000
CONCURRENCY = 100
CHANNELS: Final = {28: "meta.headline", 800: "instagram.caption"}
"""Length of the texts → where they go."""
BARE: Final = f"""\
system: {SYSTEM}
prompt: One text in {{{{ language }}}} for {{{{ name }}}}, {{{{ price }}}} baht, {{{{ id }}}}
max_tokens: 400
"""
# Sentences of a few dozen parts begin alike and are like each other, more than those of a model.
EVERYTHING: Final = """\
channel: {channel}
reasks: 0
on_violation: keep
checks:
  language_from: language
  packs: [google_ads, meta, th]
  variants: 0.3
  sameness: {{max_repeats: 100000, similarity: 0.97}}
"""


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
    for length in CHANNELS:
        _measure_runs(section, course, scale, length)
    for text, us in _child(course, "long", LONG_CHARS).items():
        section.add(f"a text of {LONG_CHARS:,} characters", text, cpu_us_per_text=[us])
    grown = _child(course, "memory", scale.remembered_texts)
    case = f"sameness, {scale.remembered_texts:,} texts"
    section.add(case, "index", cpu_us_per_text=[grown["us"]], grown_mb=[grown["mb"]])
    if scale.remembered_texts == MILLION:
        section.measured["6.sameness"] = Spread.of([grown["mb"]])
    return section


def _measure_runs(section: Section, course: Course, scale: Scale, length: int) -> None:
    """CPU per prompt of a run with all checks beside that of one without, by language."""
    dearest = Spread(0.0, 0.0, 0.0)
    for language in LANGUAGES:
        copy = list(clean_copy(language, length, scale.checked_prompts))
        folder = course.folder / f"{language}-{length}"
        replies = folder / "replies.json"
        folder.mkdir()
        replies.write_text(json.dumps([one.text for one in copy]), encoding="utf-8")
        rows = "".join(f"{json.dumps(one.row)}\n" for one in copy)
        wordings = {"none": BARE, "all": BARE + EVERYTHING.format(channel=CHANNELS[length])}
        spent: dict[str, list[float]] = {name: [] for name in wordings}
        for name, wording in wordings.items():
            (folder / name).mkdir()
            (folder / name / "template.yaml").write_text(wording, encoding="utf-8")
            (folder / name / "items.jsonl").write_text(rows, encoding="utf-8")
        with serving("--replies", replies) as server:
            for _ in range(scale.checks_rounds):
                for name, us in spent.items():
                    us.append(_run_us(course, server, folder / name))
        times = ratios(spent["all"], spent["none"])
        case = f"a run, {length} characters"
        section.add(case, f"{language}, no checks", cpu_us=spent["none"])
        section.add(case, f"{language}, all checks", cpu_us=spent["all"], times_bare=times)
        dearest = max(dearest, times, key=lambda one: one.median)
    section.measured[f"6.checks-{length}"] = dearest


def _run_us(course: Course, server: Server, folder: Path) -> float:
    """Microseconds of CPU per prompt of one run, its start counted in."""
    output = folder / "results.jsonl"
    try:
        run = course.run_to(output, COPYGEN_LOG, server, folder / "items.jsonl", CONCURRENCY)
    finally:
        for path in folder.glob("*results*"):
            path.unlink()
    return run.usage.cpu_s / run.prompts * 1e6


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
