"""A few of a run's texts under its summary: one that was accepted, one that was not, and why."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from copygen.delivery.copy import Copy, copy_of
from copygen.figures import counted
from copygen.models import Result, Status
from copygen.view.console import safe
from copygen.view.layout import STACKED, WIDEST
from copygen.view.marked_text import as_line, flat
from copygen.view.texts import JudgedText, violation_lines

_LABEL_CELLS: Final = 15
"""With its margin, as the closing lines of the summary have it."""
_MARGIN: Final = 2
_TEXTS: Final = 3
_FAULTS: Final = 2
_ID_CELLS: Final = 40
_SHOWN_CHARS: Final = 400
"""Of a text at fault; more is no glance."""
_LABELS: Final = {Status.OK: ("Accepted", "green"), Status.REJECTED: ("Rejected", "yellow")}


class Examples:
    """A rich renderable: the first accepted record and the first rejected one, or two accepted."""

    def __init__(self, results: Sequence[Result]) -> None:
        accepted = [one for one in results if one.status is Status.OK]
        rejected = [one for one in results if one.status is Status.REJECTED]
        self._results = [*accepted[: 1 if rejected else 2], *rejected[: 1 if accepted else 2]]

    def lines(self, width: int) -> list[Text]:
        """In lines of at most `width` cells."""
        width = min(width, WIDEST)
        stacked = width < STACKED
        indent = _MARGIN if stacked else _LABEL_CELLS
        found = []
        for result in self._results:
            word, style = _LABELS[result.status]
            label = Text.assemble(" " * _MARGIN, (word, style))
            label.append(" " * (1 if stacked else indent - label.cell_len))
            found.append(label.append(safe(result.id, min(_ID_CELLS, width // 2)), "cyan"))
            found += [Text(" " * indent) + line for line in _texts(result, width - indent)]
        return found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)


def _texts(result: Result, width: int) -> list[Text]:
    copy = copy_of(result, {})
    if result.status is Status.REJECTED:
        return _faults(copy, width)
    lines = [Text(flat(one.text, width)) for one in copy.texts[:_TEXTS]]
    if (more := len(copy.texts) - _TEXTS) > 0:
        lines.append(Text(f"and {counted(more, 'more text')}", "dim"))
    return lines


def _faults(copy: Copy, width: int) -> list[Text]:
    """The first texts at fault with what is wrong with them; else what is wrong as a whole."""
    lines: list[Text] = []
    for one in [one for one in copy.texts if one.violations][:_FAULTS]:
        text = one.text[:_SHOWN_CHARS]
        near = [found for found in one.violations if (found.span or (0, 0))[1] <= len(text)]
        lines += JudgedText(text, (near or one.violations)[:_FAULTS]).lines(width)
    if lines:
        return lines
    others = copy.record.violations[:_FAULTS]
    return [line for one in others for line in violation_lines(one, width, named=True)]
