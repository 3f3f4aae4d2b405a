"""The latency table: wide where there is room, on its side where there is none."""

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from copygen.figures import count, latency
from copygen.results.distribution import PERCENTILE_COUNTS, Latency

_WIDE = 58
_FIGURES = ("mean", "p50", "p95", "p99", "max")


class LatencyTable:
    """A rich renderable: mean, p50, p95, p99, max and n of each named distribution."""

    def __init__(self, rows: Sequence[tuple[str, Latency]]) -> None:
        self._rows = rows

    def _table(self, width: int) -> Table:
        columns = [(label, [*_figures(row), count(row.count)]) for label, row in self._rows]
        if width < _WIDE:
            return _grid(
                ["", *(label.replace(" ", "\n") for label, _ in columns)],
                list(zip([*_FIGURES, "n"], *(cells for _, cells in columns), strict=True)),
            )
        return _grid(["", *_FIGURES, "n"], [[label, *cells] for label, cells in columns])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._table(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._table(options.max_width))


def _figures(row: Latency) -> list[str]:
    values = (row.mean_ms, row.p50_ms, row.p95_ms, row.p99_ms, row.max_ms)
    return [
        latency(value) if row.count >= PERCENTILE_COUNTS.get(f"{name}_ms", 1) else "–"
        for name, value in zip(_FIGURES, values, strict=True)
    ]


def _grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for number, _ in enumerate(header):
        table.add_column(justify="right" if number else "left", no_wrap=True)
    table.add_row(*(Text(name, style="dim") for name in header))
    for first, *rest in rows:
        table.add_row(Text(first, style="dim"), *(Text(cell) for cell in rest))
    return table
