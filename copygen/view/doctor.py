"""The report of `copygen doctor`: a line for each thing looked at, with the next step under it."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.figures import counted
from copygen.jobs.doctor import Diagnosis, Health, exit_code_of
from copygen.results.record import dumps
from copygen.view.console import safe

_WIDEST = 110
VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""


_STYLES = {
    Health.OK: "bold green",
    Health.WARN: "bold yellow",
    Health.FAIL: "bold red",
    Health.SKIP: "dim",
}


def render_checkup(title: str, findings: Sequence[Diagnosis], console: Console) -> None:
    """Print the findings in their order, and what they come to."""
    console.print(Text(safe(title), "bold"))
    console.print()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.width = min(console.width, _WIDEST)
    table.add_column(width=6, no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in findings:
        style = _STYLES[finding.health]
        said = Text(safe(finding.said), "dim" if finding.health is Health.SKIP else "")
        if finding.next_step:
            said.append(f"\n→ {safe(finding.next_step)}", style.removeprefix("bold "))
        table.add_row(Text(f"  {finding.health}", style), Text(finding.topic, "dim"), said)
    console.print(table)
    console.print()
    console.print(_outcome(findings))


def _outcome(findings: Sequence[Diagnosis]) -> Text:
    failures = sum(finding.health is Health.FAIL for finding in findings)
    warnings = sum(finding.health is Health.WARN for finding in findings)
    skipped = any(finding.health is Health.SKIP for finding in findings)
    words = [counted(failures, "failure")] if failures else []
    words += [counted(warnings, "warning")] if warnings else []
    if failures:
        return Text(
            f"{', '.join(words)}: a run would end with code {exit_code_of(findings)}", "red"
        )
    if warnings:
        return Text(f"{', '.join(words)}; a run can start", "yellow")
    return Text("no trouble in what was looked at" if skipped else "all is well", "green")


def checkup_json(subject: str, findings: Sequence[Diagnosis]) -> str:
    """The report as JSON on one line, for programs."""
    checks = [
        {
            "topic": found.topic,
            "verdict": found.health,
            "said": found.said,
            "next_step": found.next_step,
        }
        for found in findings
    ]
    code = int(exit_code_of(findings))
    fields = {"version": VERSION, "subject": subject, "exit_code": code, "checks": checks}
    return f"{dumps(fields).decode()}\n"
