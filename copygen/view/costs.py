"""The tables of what a run cost: by model and by cell of the matrix, in the same columns."""

from collections.abc import Sequence
from decimal import Decimal

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from copygen.figures import count, money
from copygen.results.breakdown import CostGroup
from copygen.view.flow import Flow
from copygen.view.safe import safe

_SHOWN = 6
_SHORTEST_NAME = 12
_LONGEST_NAME = 60
_HEADER = ("accepted", "cost", "per text")
_GAP = 2
_UNKNOWN = "–"


class CostTable:
    """A rich renderable: accepted texts, cost and cost per accepted text of each group.

    Where there is no room for columns, each group takes lines of its own. No figure is cut.
    """

    def __init__(self, groups: Sequence[CostGroup], *others: Sequence[CostGroup]) -> None:
        """Of more than six groups, those whose texts are the dearest. `others` are the groups of
        tables above or below, which get the same columns.
        """
        self._groups = shown(groups)
        self._more = len(groups) - len(self._groups)
        self._all = [*self._groups, *(group for other in others for group in shown(other))]

    def _table(self, width: int) -> Table:
        rows = [_figures(group) for group in self._all]
        widths = [
            max(len(name), *(row[number].cell_len for row in rows))
            for number, name in enumerate(_HEADER)
        ]
        room = width - sum(widths) - _GAP * len(widths)
        if room < _SHORTEST_NAME:
            return self._stacked(width)
        longest = max(cell_len(safe(group.name, _LONGEST_NAME)) for group in self._all)
        return self._side_by_side(min(longest, room), widths)

    def _side_by_side(self, name_cells: int, widths: Sequence[int]) -> Table:
        table = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True, width=name_cells)
        for cells in widths:
            table.add_column(justify="right", no_wrap=True, width=cells)
        table.add_row("", *(Text(name, "dim") for name in _HEADER))
        for group in self._groups:
            table.add_row(Text(safe(group.name, name_cells)), *_figures(group))
        if self._more:
            table.add_row(Text(f"{count(self._more)} more", "dim"))
        return table

    def _stacked(self, width: int) -> Table:
        table = Table.grid()
        table.add_column(width=width)
        for group in self._groups:
            table.add_row(Text(safe(group.name, width)))
            *facts, each = _figures(group)
            facts += [] if each.plain == _UNKNOWN else [each.append(" per text")]
            table.add_row(Padding(Flow(facts), (0, 0, 0, 2)))
        if self._more:
            table.add_row(Text(f"{count(self._more)} more", "dim"))
        return table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._table(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._table(options.max_width))


def shown(groups: Sequence[CostGroup]) -> Sequence[CostGroup]:
    """The groups there is room for, the dearest first if not all."""
    if len(groups) <= _SHOWN:
        return groups
    return sorted(groups, key=_dearest_first)[:_SHOWN]


def _dearest_first(group: CostGroup) -> Decimal:
    return -group.cost_per_ok_usd if group.cost_per_ok_usd is not None else Decimal(0)


def _figures(group: CostGroup) -> tuple[Text, Text, Text]:
    accepted = Text(f"{count(group.ok)} of {count(group.results)}")
    if group.cost_usd is None:
        return accepted, Text("unknown", "yellow"), Text(_UNKNOWN)
    cost = money(group.cost_usd)
    each = Text(_UNKNOWN) if group.cost_per_ok_usd is None else Text(money(group.cost_per_ok_usd))
    return accepted, Text(f"at least {cost}", "yellow") if group.unpriced else Text(cost), each
