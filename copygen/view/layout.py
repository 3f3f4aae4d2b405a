"""How screens are laid out: short facts wrapped between them and never inside one."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.measure import Measurement
from rich.text import Text

GAP = " · "
Row: TypeAlias = tuple[str, RenderableType]
"""Label and value."""


def joined(facts: Sequence[Text], gap: str) -> Text:
    """One line of facts, the gaps between them dimmed."""
    line = Text()
    for number, fact in enumerate(facts):
        if number:
            line.append(gap, "dim")
        line.append_text(fact)
    return line


class Flow:
    """A rich renderable: as many facts per line as the width takes, at least one."""

    def __init__(self, facts: Iterable[Text]) -> None:
        self._facts = tuple(facts)

    def lines(self, width: int) -> list[Text]:
        """The facts laid out in lines of at most `width` cells; a fact alone may be longer."""
        lines: list[list[Text]] = []
        used = 0
        for fact in self._facts:
            needed = cell_len(GAP) + fact.cell_len
            if lines and used + needed <= width:
                lines[-1].append(fact)
                used += needed
            else:
                lines.append([fact])
                used = fact.cell_len
        return [joined(line, GAP) for line in lines]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.lines(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widths: Sequence[int] = [fact.cell_len for fact in self._facts] or [0]
        whole = sum(widths) + cell_len(GAP) * (len(widths) - 1)
        limit = options.max_width
        return Measurement(min(max(widths), limit), min(whole, limit))
