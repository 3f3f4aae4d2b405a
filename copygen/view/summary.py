"""The summary of a run: one table of what happened, what failed and why, and what to do next."""

from collections.abc import Iterator

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copygen.figures import count, counted, money
from copygen.models import Severity, Status
from copygen.results.quality import Quality
from copygen.results.stats import FailureGroup, Summary
from copygen.view.facts import SECTIONS, Row
from copygen.view.safe import safe

_WIDEST = 100
_STACKED = 56
"""Below this many columns labels stand above their values, not beside them."""

_LABEL_CELLS = 12
_EXAMPLE_CELLS = 240
_RULES_SHOWN = 20


def render_summary(
    summary: Summary, console: Console, *, results: str | None = None, command: str | None = None
) -> None:
    """Print the summary of one run.

    `results` is where the records are (None: they went to standard output); `command` the
    command line that goes on with this run (so without `--fresh` and `--retry`), ready to be
    pasted, from which the next steps are made.
    """
    width = min(console.width, _WIDEST)
    console.print(_overview(summary, width))
    if summary.failures:
        console.print(_failures(summary, width))
    if summary.quality and summary.quality.rules:
        console.print(_violations(summary.quality, width))
    for label, line in _closing(summary, results, command):
        # Not wrapped: a path or a command must survive being copied.
        console.print(
            Text.assemble((f"  {label:<{_LABEL_CELLS + 1}}", "dim"), line), soft_wrap=True
        )


def _overview(summary: Summary, width: int) -> Panel:
    sections = [rows for rows in (section(summary) for section in SECTIONS) if rows]
    lay_out = _stacked if width < _STACKED else _side_by_side
    body: list[RenderableType] = []
    for rows in sections:
        body += [Text(), lay_out(rows)]
    words, style = _headline(summary)
    return Panel(
        Group(*body[1:]),
        box=ROUNDED,
        title=Text(words, f"not dim bold {style}"),
        title_align="left",
        subtitle=Text("simulated: no money was spent", "not dim magenta")
        if summary.simulated
        else None,
        subtitle_align="left",
        border_style="dim",
        padding=(0, 1),
        width=width,
    )


def _side_by_side(rows: list[Row]) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(no_wrap=True, width=_LABEL_CELLS)
    table.add_column(ratio=1)
    for label, value in rows:
        table.add_row(Text(label, "dim"), value)
    return table


def _stacked(rows: list[Row]) -> RenderableType:
    return Group(*(part for label, value in rows for part in (Text(label, "dim"), value)))


def _headline(summary: Summary) -> tuple[str, str]:
    """What the reader wants to know first, and the colour of the whole table."""
    prompts = summary.total
    accepted = summary.by_status.get(Status.OK, 0)
    if not prompts:
        if summary.left:
            return f"nothing done, {count(summary.left)} left", "yellow"
        if summary.skipped:
            return _done_earlier(summary)
        return "no prompts", "yellow"
    if accepted == prompts and summary.left:
        return f"{counted(prompts, 'prompt')} ok, {count(summary.left)} left", "yellow"
    if accepted == prompts:
        return f"{counted(prompts, 'prompt')} ok", "green"
    style = "yellow" if accepted else "red"
    return f"{count(accepted)} of {counted(prompts, 'prompt')} ok", style


def _done_earlier(summary: Summary) -> tuple[str, str]:
    """That nothing is left to do, and how the prompts ended then."""
    ok = summary.earlier.get(Status.OK, 0)
    bad = [
        f"{count(number)} {status.value}"
        for status in (Status.REJECTED, Status.FAILED)
        if (number := summary.earlier.get(status, 0))
    ]
    if not bad:
        return f"nothing to do: {counted(summary.skipped, 'prompt')} done earlier", "green"
    words = f"nothing to do: {', '.join([f'{count(ok)} ok', *bad])} earlier"
    return words, "yellow" if ok else "red"


def _failures(summary: Summary, width: int) -> Panel:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True, style="bold red")
    if width < _STACKED:
        table.add_column(ratio=1, overflow="fold")
        for group in summary.failures:
            table.add_row(count(group.count), Text("\n").join([_cause(group), _example(group)]))
    else:
        table.add_column(no_wrap=True)
        table.add_column(ratio=1, overflow="fold")
        for group in summary.failures:
            table.add_row(count(group.count), _cause(group), _example(group))
    return Panel(
        table,
        box=ROUNDED,
        title=Text("failures by cause, an example each", "not dim bold red"),
        title_align="left",
        border_style="dim",
        padding=(0, 1),
        width=width,
    )


def _violations(quality: Quality, width: int) -> Panel:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True)
    if width >= _STACKED:
        table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for group in quality.rules[:_RULES_SHOWN]:
        style = "bold red" if group.severity is Severity.ERROR else "yellow"
        name = Text(safe(group.rule, _EXAMPLE_CELLS // 3), style)
        example = Text.assemble(
            (safe(group.example_id, _EXAMPLE_CELLS // 3), "cyan"),
            "  ",
            safe(group.message, _EXAMPLE_CELLS),
        )
        figure = Text(count(group.count), style)
        if width >= _STACKED:
            table.add_row(figure, name, example)
        else:
            table.add_row(figure, Text("\n").join([name, example]))
    if (more := len(quality.rules) - _RULES_SHOWN) > 0:
        table.add_row(Text(), Text(f"and {counted(more, 'more rule')}", "dim"))
    errors = any(group.severity is Severity.ERROR for group in quality.rules)
    return Panel(
        table,
        box=ROUNDED,
        title=Text(
            "violations by rule, an example each", f"not dim bold {'red' if errors else 'yellow'}"
        ),
        title_align="left",
        border_style="dim",
        padding=(0, 1),
        width=width,
    )


def _cause(group: FailureGroup) -> Text:
    words = Text(group.kind.value.replace("_", " "))
    if group.various:
        return words.append(" (various)", "dim")
    return words.append(f" ({group.status})", "dim") if group.status else words


def _example(group: FailureGroup) -> Text:
    name = Text(safe(group.example_id, _EXAMPLE_CELLS // 3), "cyan")
    return Text.assemble(name, "  ", safe(group.message, _EXAMPLE_CELLS))


def _closing(
    summary: Summary, results: str | None, command: str | None
) -> Iterator[tuple[str, Text]]:
    if results is not None:
        yield "Results", Text(safe(results), "bold")
    if command is None:
        return
    line = safe(command)
    budget = summary.budget
    stuck = budget is not None and (budget.needed_usd or budget.needed_tokens)
    if summary.unfinished and not stuck:
        cost = summary.left_cost_usd
        more = "" if cost is None else f", about {money(cost)}"
        words = f"{count(summary.unfinished)} not done{more}: "
        yield "Next", Text.assemble(words, (line, "bold"))
    # Failures of earlier runs are settled too, so a run with nothing to do still has them.
    records = summary.by_status if summary.total else summary.earlier
    if failed := records.get(Status.FAILED, 0):
        retry = (f"{line} --retry failed", "bold")
        yield "Next", Text.assemble(f"{count(failed)} failed: ", retry)
    if summary.quality and (rejected := records.get(Status.REJECTED, 0)):
        retry = (f"{line} --retry rejected", "bold")
        yield "Next", Text.assemble(f"{count(rejected)} rejected: ", retry)
