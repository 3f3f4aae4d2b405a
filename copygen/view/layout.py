"""How screens are laid out: panels, labels with values, tables, short facts side by side.

Each takes the width there is: what has no room beside stands below, and no figure is cut.
"""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.box import ROUNDED
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copygen.view.console import cells_of

WIDEST = 100
"""Columns of a screen at most: longer lines are hard to read."""
STACKED = 56
"""Below this many columns labels stand above their values, not beside them."""
GAP = " · "
Row: TypeAlias = tuple[str, RenderableType]
"""Label and value."""


def panel(
    body: RenderableType, title: str, width: int, style: str, *, subtitle: Text | None = None
) -> Panel:
    """A frame with its title in the colour of what it says."""
    return Panel(
        body,
        box=ROUNDED,
        title=Text(title, f"not dim bold {style}"),
        title_align="left",
        subtitle=subtitle,
        subtitle_align="left",
        border_style="dim",
        padding=(0, 1),
        width=width,
    )


def sections(parts: Iterable[Sequence[Row]], width: int, label_cells: int) -> Group:
    """Parts one below the other, a blank line between them; one without rows is left out."""
    body: list[RenderableType] = []
    for rows in filter(None, parts):
        body += [Text(), _stacked(rows) if width < STACKED else _side_by_side(rows, label_cells)]
    return Group(*body[1:])


def _side_by_side(rows: Sequence[Row], label_cells: int) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(no_wrap=True, width=label_cells)
    table.add_column(ratio=1)
    for label, value in rows:
        table.add_row(Text(label, "dim"), value)
    return table


def _stacked(rows: Sequence[Row]) -> Group:
    return Group(*(part for label, value in rows for part in (Text(label, "dim"), value)))


def ranking(rows: Iterable[tuple[Text, Text, Text]], *, stacked: bool) -> Table:
    """How often, what, and an example of it: beside the name, or `stacked` under it."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right", no_wrap=True)
    if not stacked:
        table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for number, name, example in rows:
        if stacked:
            table.add_row(number, Text("\n").join([name, example]))
        else:
            table.add_row(number, name, example)
    return table


def columns(header: Sequence[str], *, wrapped: bool = False) -> Table:
    """A table that begins with a dimmed header: names on the left, figures on the right.

    Cells are never wrapped, unless `wrapped`: then a long one goes on in the next line.
    """
    table = Table.grid(padding=(0, 2, 0, 0))
    for number, _ in enumerate(header):
        table.add_column(
            justify="right" if number else "left",
            no_wrap=not wrapped,
            overflow="fold" if wrapped else "ellipsis",
        )
    table.add_row(*(Text(name, "dim") for name in header))
    return table


def joined(facts: Sequence[Text], gap: str) -> Text:
    """One line of facts, the gaps between them dimmed."""
    line = Text()
    for number, fact in enumerate(facts):
        if number:
            line.append(gap, "dim")
        line.append_text(fact)
    return line


class WrappedFacts:
    """A rich renderable: as many facts per line as the width takes, at least one."""

    def __init__(self, facts: Iterable[Text]) -> None:
        self._facts = tuple(facts)

    def lines(self, width: int) -> list[Text]:
        """The facts laid out in lines of at most `width` cells; a fact alone may be longer."""
        lines: list[list[Text]] = []
        used = 0
        for fact in self._facts:
            needed = cells_of(GAP) + cells_of(fact.plain)
            if lines and used + needed <= width:
                lines[-1].append(fact)
                used += needed
            else:
                lines.append([fact])
                used = cells_of(fact.plain)
        return [joined(line, GAP) for line in lines]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widths: Sequence[int] = [cells_of(fact.plain) for fact in self._facts] or [0]
        whole = sum(widths) + cells_of(GAP) * (len(widths) - 1)
        limit = options.max_width
        return Measurement(min(max(widths), limit), min(whole, limit))
