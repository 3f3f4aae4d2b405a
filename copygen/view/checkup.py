"""The report of `copygen doctor`: a line for each thing looked at, with the next step under it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.errors import ExitCode
from copygen.figures import counted
from copygen.view.safe import safe

_WIDEST = 110


class Verdict(StrEnum):
    """How something is."""

    OK = "ok"
    WARN = "warn"
    """A run works, and may surprise."""
    FAIL = "fail"
    """A run would not work."""
    SKIP = "skip"
    """Not looked at."""


_STYLES = {
    Verdict.OK: "bold green",
    Verdict.WARN: "bold yellow",
    Verdict.FAIL: "bold red",
    Verdict.SKIP: "dim",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one thing."""

    topic: str
    verdict: Verdict
    said: str
    next_step: str | None = None
    """What to do about it."""
    exit_code: ExitCode = ExitCode.OK
    """Of a failure: what a run would end with."""


def exit_code_of(findings: Sequence[Finding]) -> ExitCode:
    """That of the first failure; 0 when there is none."""
    failures = (finding for finding in findings if finding.verdict is Verdict.FAIL)
    return next((finding.exit_code for finding in failures), ExitCode.OK)


def render_checkup(title: str, findings: Sequence[Finding], console: Console) -> None:
    """Print the findings in their order, and what they come to."""
    console.print(Text(safe(title), "bold"))
    console.print()
    table = Table.grid(padding=(0, 2, 0, 0))
    table.width = min(console.width, _WIDEST)
    table.add_column(width=6, no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for finding in findings:
        style = _STYLES[finding.verdict]
        said = Text(safe(finding.said), "dim" if finding.verdict is Verdict.SKIP else "")
        if finding.next_step:
            said.append(f"\n→ {safe(finding.next_step)}", style.removeprefix("bold "))
        table.add_row(Text(f"  {finding.verdict}", style), Text(finding.topic, "dim"), said)
    console.print(table)
    console.print()
    console.print(_outcome(findings))


def _outcome(findings: Sequence[Finding]) -> Text:
    failures = sum(finding.verdict is Verdict.FAIL for finding in findings)
    warnings = sum(finding.verdict is Verdict.WARN for finding in findings)
    skipped = any(finding.verdict is Verdict.SKIP for finding in findings)
    words = [counted(failures, "failure")] if failures else []
    words += [counted(warnings, "warning")] if warnings else []
    if failures:
        return Text(
            f"{', '.join(words)}: a run would end with code {exit_code_of(findings)}", "red"
        )
    if warnings:
        return Text(f"{', '.join(words)}; a run can start", "yellow")
    return Text("no trouble in what was looked at" if skipped else "all is well", "green")
