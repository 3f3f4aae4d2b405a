"""A small chart writer: lines with whiskers on plain or logarithmic axes, as SVG.

The background is transparent and every colour a middle tone, so that a chart reads on a light
page and on a dark one.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from tests.bench.arithmetic import Spread

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 74, 24, 98, 56
INK = "#7d8590"
FONT = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart: `(x, spread of y)` in order of x."""

    name: str
    colour: str
    points: tuple[tuple[float, Spread], ...]
    dashed: bool = False
    width: float = 2.0


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: what it shows, where its ticks are."""

    label: str
    ticks: tuple[float, ...]
    """In order; the axis spans from the first to the last."""
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value stands, 0 at the first tick and 1 at the last."""
        scale: Callable[[float], float] = math.log10 if self.log else float
        low, high = scale(self.ticks[0]), scale(self.ticks[-1])
        return (scale(value) - low) / (high - low)


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture."""

    title: str
    note: str
    """Under the title: what was measured, and how."""
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


def draw(chart: Chart) -> str:
    """The chart as a complete SVG document."""
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' "
        f"width='{WIDTH}' height='{HEIGHT}' role='img' aria-label='{escape(chart.title)}' {FONT}>",
        _text(LEFT, 26, chart.title, size=16, weight=600),
        _text(LEFT, 45, chart.note),
        *_legend(chart.lines),
        *_grid(chart),
        *(part for line in chart.lines for part in _line(chart, line)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def log_ticks(values: Sequence[float]) -> tuple[float, ...]:
    """Ticks at 1, 2, 5, 10, 20 ... from below the smallest value to above the largest."""
    first, last = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    steps = [part * 10.0**power for power in range(first, last + 1) for part in (1, 2, 5)]
    low = max(step for step in steps if step <= min(values) * (1 + 1e-9))
    high = min(step for step in steps if step > low and step >= max(values) * (1 - 1e-9))
    return tuple(step for step in steps if low <= step <= high)


def even_ticks(values: Sequence[float]) -> tuple[float, ...]:
    """Ticks from 0 to above the largest value, at round steps."""
    top = max(values)
    unit = 10 ** math.floor(math.log10(top))
    step = next(unit * part for part in (0.2, 0.5, 1, 2) if top <= unit * part * 6)
    return tuple(step * number for number in range(math.ceil(top / step) + 1))


def number(value: float) -> str:
    """A tick's label: 2000 as `2k`, 1000000 as `1M`."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _place(chart: Chart, x: float, y: float) -> tuple[float, float]:
    across = LEFT + chart.x.share(x) * (WIDTH - LEFT - RIGHT)
    up = HEIGHT - BOTTOM - chart.y.share(y) * (HEIGHT - TOP - BOTTOM)
    return round(across, 1), round(up, 1)


def _grid(chart: Chart) -> Iterator[str]:
    first_x, first_y = chart.x.ticks[0], chart.y.ticks[0]
    for tick in chart.y.ticks:
        left, up = _place(chart, first_x, tick)
        yield (
            f"<line x1='{left}' y1='{up}' x2='{WIDTH - RIGHT}' y2='{up}' stroke='{INK}' "
            f"stroke-opacity='{0.8 if tick == first_y else 0.25}'/>"
        )
        yield _text(left - 8, up + 4, number(tick), anchor="end")
    for tick in chart.x.ticks:
        across, foot = _place(chart, tick, first_y)
        yield f"<line x1='{across}' y1='{foot}' x2='{across}' y2='{foot + 5}' stroke='{INK}'/>"
        yield _text(across, foot + 20, number(tick), anchor="middle")
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield _text(middle, HEIGHT - 12, chart.x.label, anchor="middle")
    yield _text(18, (TOP + HEIGHT - BOTTOM) / 2, chart.y.label, anchor="middle", turned=True)


def _legend(lines: Sequence[Line]) -> Iterator[str]:
    across = float(LEFT)
    for line in lines:
        yield (
            f"<line x1='{across}' y1='69' x2='{across + 26}' y2='69' {_stroke(line)}/>"
            f"<circle cx='{across + 13}' cy='69' r='3.5' fill='{line.colour}'/>"
        )
        yield _text(across + 33, 73.5, line.name, colour=line.colour, size=13)
        across += 33 + 6.5 * len(line.name) + 22


def _line(chart: Chart, line: Line) -> Iterator[str]:
    places = [_place(chart, x, spread.median) for x, spread in line.points]
    path = " ".join(f"{across},{up}" for across, up in places)
    yield f"<polyline points='{path}' fill='none' {_stroke(line)}/>"
    for (x, spread), (across, up) in zip(line.points, places, strict=True):
        (_, low), (_, high) = _place(chart, x, spread.low), _place(chart, x, spread.high)
        yield (
            f"<line x1='{across}' y1='{low}' x2='{across}' y2='{high}' "
            f"stroke='{line.colour}' stroke-width='5' stroke-opacity='0.35'/>"
            f"<circle cx='{across}' cy='{up}' r='3.5' fill='{line.colour}'/>"
        )


def _stroke(line: Line) -> str:
    dashes = " stroke-dasharray='6 4'" if line.dashed else ""
    return f"stroke='{line.colour}' stroke-width='{line.width:g}'{dashes}"


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    anchor: str = "start",
    colour: str = INK,
    weight: int = 400,
    turned: bool = False,
) -> str:
    turn = f" transform='rotate(-90 {x:g} {y:g})'" if turned else ""
    return (
        f"<text x='{x:g}' y='{y:g}' font-size='{size}' font-weight='{weight}' "
        f"text-anchor='{anchor}' fill='{colour}'{turn}>{escape(words)}</text>"
    )
