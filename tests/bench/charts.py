"""The three pictures of tests/README.md, made of what was measured."""

from pathlib import Path

from tests.bench.contestants import AIOHTTP, AIOHTTP_UVLOOP, COPYGEN, HTTPX
from tests.bench.figures import Figure, Section
from tests.bench.svg import Axis, Chart, Line, draw, even_ticks, log_ticks

COLOURS = {
    COPYGEN.name: "#d9480f",
    AIOHTTP.name: "#2f81f7",
    AIOHTTP_UVLOOP.name: "#2da44e",
    HTTPX.name: "#a371f7",
}
ON_ONE_CORE = "client on one core, zero-latency server on another; bars: lowest to highest round"
AT_100 = "concurrency 100, zero-latency server"


def charts(sections: list[Section]) -> dict[str, str]:
    """File name → SVG, for every curve with two points at least."""
    of = {section.name: section.figures for section in sections}
    drawn = {}
    if curve := _lines(of.get("speed", []), "per_s"):
        chart = Chart("Prompts per second", ON_ONE_CORE, _concurrency(curve), _even(curve), curve)
        drawn["bench-throughput.svg"] = draw(chart)
    if curve := _lines(of.get("speed", []), "cpu_us"):
        axis = Axis("µs of CPU per prompt", log_ticks(_heights(curve)), log=True)
        chart = Chart("CPU per prompt", ON_ONE_CORE, _concurrency(curve), axis, curve)
        drawn["bench-cpu.svg"] = draw(chart)
    if curve := _lines(of.get("memory", []), "peak_mb"):
        x = Axis("prompts", tuple(sorted(set(_widths(curve)))), log=True)
        axis = Axis("MB", log_ticks(_heights(curve)), log=True)
        drawn["bench-memory.svg"] = draw(Chart("Peak memory", AT_100, x, axis, curve))
    return drawn


def write(sections: list[Section], folder: Path) -> list[Path]:
    """Write the pictures; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, svg in charts(sections).items():
        paths.append(folder / name)
        paths[-1].write_text(svg, encoding="utf-8")
    return paths


def _lines(figures: list[Figure], measure: str) -> tuple[Line, ...]:
    lines = []
    for name, colour in COLOURS.items():
        points = tuple(
            sorted(
                (
                    (one.x, one.spread)
                    for one in figures
                    if (one.contestant, one.measure) == (name, measure)
                ),
                key=lambda point: point[0],
            )
        )
        if len(points) > 1:
            dashed, width = name == AIOHTTP_UVLOOP.name, 3.2 if name == COPYGEN.name else 2.0
            lines.append(Line(name, colour, points, dashed, width))
    return tuple(lines)


def _concurrency(lines: tuple[Line, ...]) -> Axis:
    return Axis("concurrency", tuple(sorted(set(_widths(lines)))), log=True)


def _even(lines: tuple[Line, ...]) -> Axis:
    return Axis("prompts per second", even_ticks(_heights(lines)))


def _widths(lines: tuple[Line, ...]) -> list[float]:
    return [x for line in lines for x, _ in line.points]


def _heights(lines: tuple[Line, ...]) -> list[float]:
    return [
        value for line in lines for _, spread in line.points for value in (spread.low, spread.high)
    ]
