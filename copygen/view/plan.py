"""The screen of `copygen plan`: what a run would send, take and cost."""

from collections.abc import Iterator

from rich.box import ROUNDED
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copygen.figures import count, counted
from copygen.models import JsonValue, Message
from copygen.planning.report import Example, Report
from copygen.view.estimates import between, money_between
from copygen.view.facts import Row
from copygen.view.messages import render_note
from copygen.view.plan_facts import SECTIONS
from copygen.view.safe import safe

_WIDEST = 100
_STACKED = 56
"""Below this many columns labels stand above their values, not beside them."""
_LABEL_CELLS = 10
_NAME_CELLS = 40
_LINES = 10
_LINE_CELLS = 400
_ROWS = 12


def render_plan(report: Report, console: Console, *, command: str) -> None:
    """Print a plan; `command` is the command line of the run itself, ready to be pasted."""
    width = min(console.width, _WIDEST)
    seen: set[Message] = set()
    for example in _different(report.examples):
        console.print(_example(example, width, seen))
    if len(report.models) > 1:
        console.print(_panel(_models(report), "by model", width))
    if report.cells:
        console.print(_panel(_cells(report), f"by {' × '.join(map(safe, report.axes))}", width))
    console.print(_overview(report, width))
    for fault in report.faults:
        console.print(Text.assemble(("error: ", "bold red"), safe(fault)), soft_wrap=True)
    if report.faulty > len(report.faults):
        console.print(Text(f"and {count(report.faulty - len(report.faults))} more faulty rows"))
    for note in report.notes:
        render_note(note, console)
    if report.to_do:
        # Not wrapped: a command must survive being copied.
        console.print(Text.assemble(("  Next  ", "dim"), (safe(command), "bold")), soft_wrap=True)


def _overview(report: Report, width: int) -> Panel:
    sections = [rows for rows in (section(report) for section in SECTIONS) if rows]
    lay_out = _stacked if width < _STACKED else _side_by_side
    body: list[RenderableType] = []
    for rows in sections:
        body += [Text(), lay_out(rows)]
    style = "green" if report.to_do else "cyan"
    return _panel(Group(*body[1:]), _headline(report), width, style)


def _headline(report: Report) -> str:
    if not report.prompts:
        return "no prompts"
    if not report.to_do:
        return f"nothing to do: {counted(report.prompts, 'prompt')} done earlier"
    if report.to_do == report.prompts:
        return f"{counted(report.prompts, 'prompt')} to send to {safe(report.provider)}"
    whole = f"{count(report.to_do)} of {counted(report.prompts, 'prompt')}"
    return f"{whole} to send to {safe(report.provider)}"


def _panel(body: RenderableType, title: str, width: int, style: str = "cyan") -> Panel:
    return Panel(
        body,
        box=ROUNDED,
        title=Text(title, f"not dim bold {style}"),
        title_align="left",
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


def _different(examples: tuple[Example, ...]) -> Iterator[Example]:
    """Each prompt once: of few, the first may be the longest as well."""
    shown: set[str] = set()
    for example in examples:
        if example.id not in shown:
            shown.add(example.id)
            yield example


def _example(example: Example, width: int, seen: set[Message]) -> Panel:
    title = f"{example.which} prompt: {safe(example.id, _NAME_CELLS)}"
    panel = _panel(Text("\n").join(_message_lines(example, seen)), title, width)
    size = f"{counted(example.characters, 'character')}, about {count(example.tokens)} tokens"
    panel.subtitle = Text(f"{size} · {safe(example.source, _NAME_CELLS)}", "dim")
    panel.subtitle_align = "left"
    return panel


def _message_lines(example: Example, seen: set[Message]) -> list[Text]:
    """The messages; those that an example before has shown are not repeated."""
    lines: list[Text] = []
    alone = len(example.messages) == 1
    for message in example.messages:
        texts = _text(message.content).strip("\n").split("\n")
        shown = [Text(safe(line, _LINE_CELLS)) for line in texts[:_LINES]]
        if len(texts) > _LINES:
            shown.append(Text(f"… {counted(len(texts) - _LINES, 'more line')}", "dim"))
        if not alone and (known := _known(message, seen)) is not None:
            shown = [known]
        if not alone or message.role != "user":
            shown[0] = Text.assemble((f"{safe(message.role, 20)}  ", "magenta"), shown[0])
        lines += shown
    return lines


def _known(message: Message, seen: set[Message]) -> Text | None:
    if not isinstance(message.content, str):
        return None
    if message in seen:
        return Text("as above", "dim")
    seen.add(message)
    return None


def _text(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", f"[{part.get('type', 'part')}]")) for part in content)


def _models(report: Report) -> Table:
    table = _table("model", "to do", "tokens in", "tokens out", "cost")
    for plan in report.models[:_ROWS]:
        table.add_row(
            Text(safe(plan.model, _NAME_CELLS)),
            Text(_of(plan.to_do, plan.prompts)),
            Text(between(plan.input_tokens)),
            Text(between(plan.output_tokens)),
            Text(money_between(plan.cost)) if plan.cost else Text("unknown", "yellow"),
        )
    return _with_rest(table, len(report.models))


def _cells(report: Report) -> Table:
    table = _table("cell", "to do")
    for cell in report.cells[:_ROWS]:
        label = Text(safe(cell.label, _NAME_CELLS))
        table.add_row(label, Text(_of(cell.to_do, cell.prompts)))
    return _with_rest(table, len(report.cells))


def _of(to_do: int, prompts: int) -> str:
    return count(prompts) if to_do == prompts else f"{count(to_do)} of {count(prompts)}"


def _table(*header: str) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for number, _ in enumerate(header):
        table.add_column(justify="right" if number else "left", overflow="fold")
    table.add_row(*(Text(name, "dim") for name in header))
    return table


def _with_rest(table: Table, rows: int) -> Table:
    if rows > _ROWS:
        table.add_row(Text(f"and {count(rows - _ROWS)} more", "dim"))
    return table
