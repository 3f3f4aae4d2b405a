"""The figures as tables for people, and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.bench.arithmetic import Spread
from tests.bench.figures import Section, Target

HEADINGS = {
    "cpu_us": "CPU µs/prompt",
    "cpu_us_per_text": "CPU µs/text",
    "cpu_ratio": "× bare CPU",
    "times_bare": "× no checks",
    "per_s": "prompts/s",
    "rate_ratio": "× bare rate",
    "sent_per_s": "prompts/s sending",
    "of_ideal": "of ideal rate",
    "peak_mb": "peak MB",
    "grown_mb": "growth MB",
    "wall_s": "s",
    "wall_ms": "ms",
    "cpu_ms": "CPU ms",
    "sending_s": "s",
    "time_ratio": "× ideal time",
    "refused_percent": "refused %",
    "lost": "rows lost",
}
JSON_VERSION = 1
VERDICTS = {True: Text("met", "green"), False: Text("MISSED", "bold red"), None: Text("")}


def show(console: Console, machine: dict[str, Any], sections: Sequence[Section]) -> None:
    """A table for each section."""
    console.print(
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}, "
        f"Python {machine['python']}, load before {machine['load_before']}",
        style="dim",
    )
    for section in sections:
        if section.figures:
            console.print(_table(section))
        for note in section.notes:
            console.print(Text(note, "dim"))


def show_targets(console: Console, targets: Sequence[Target]) -> None:
    """Every target beside its figure."""
    table = Table(title="Targets: median (lowest to highest)", title_justify="left")
    for heading in ("", "what", "demanded", "measured", ""):
        table.add_column(
            heading, justify="right" if heading in ("demanded", "measured") else "left"
        )
    measured_now = [target for target in targets if target.measured]
    for target in measured_now:
        demanded = f"{target.sign} {target.demanded:g} {target.unit}".strip()
        assert target.measured
        measured = _spread(target.measured)
        table.add_row(target.key[0], target.what, demanded, measured, VERDICTS[target.met])
    console.print(table)
    if others := len(targets) - len(measured_now):
        console.print(f"{others} further targets are not measured in this run", style="dim")


def to_json(machine: dict[str, Any], sections: Sequence[Section], targets: Sequence[Target]) -> str:
    """Everything, indented, with a version."""
    return json.dumps(
        {
            "version": JSON_VERSION,
            "machine": machine,
            "targets": [{**asdict(target), "met": target.met} for target in targets],
            "sections": [asdict(section) for section in sections],
        },
        indent=1,
        ensure_ascii=False,
    )


def _table(section: Section) -> Table:
    measures = list(dict.fromkeys(one.measure for one in section.figures))
    table = Table(title=section.title, title_justify="left")
    table.add_column("")
    table.add_column("")
    for measure in measures:
        table.add_column(HEADINGS[measure], justify="right")
    cells = {(one.case, one.contestant, one.measure): one.spread for one in section.figures}
    before = ""
    for case, contestant in dict.fromkeys((one.case, one.contestant) for one in section.figures):
        if before and case != before:
            table.add_section()
        row = (cells.get((case, contestant, measure)) for measure in measures)
        spreads = (_spread(spread) if spread else "" for spread in row)
        table.add_row("" if case == before else case, contestant, *spreads)
        before = case
    return table


def _spread(spread: Spread) -> str:
    if spread.low == spread.high:
        return figure(spread.median)
    return f"{figure(spread.median)} ({figure(spread.low)}–{figure(spread.high)})"


def figure(value: float) -> str:
    """A number with the digits that mean something."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
