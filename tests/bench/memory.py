"""Memory against the number of prompts, a long run, and taking a long one up again."""

from pathlib import Path

from tests.bench.arithmetic import Spread, growth
from tests.bench.contestants import AIOHTTP, COPYGEN, HTTPX, Course, Outcome
from tests.bench.figures import Section
from tests.bench.scale import Scale
from tests.bench.serving import Server, serving

CONCURRENCY = 100
HTTPX_PROMPTS_MAX = 10_000


def measure_memory(course: Course, scale: Scale) -> Section:
    """Peak memory, once each: it hardly varies from run to run."""
    section = Section("memory", f"Memory at concurrency {CONCURRENCY}, zero latency")
    with serving() as server:
        for prompts in scale.memory_prompts:
            for contestant, most in (
                (AIOHTTP, scale.by_hand_prompts_max),
                (HTTPX, min(HTTPX_PROMPTS_MAX, scale.by_hand_prompts_max)),
            ):
                if prompts <= most:
                    one = course.run(contestant, server, prompts, CONCURRENCY)
                    _add(section, contestant.name, one)
            if prompts != scale.resumed_prompts:
                one = course.run(COPYGEN, server, prompts, CONCURRENCY)
                _add(section, COPYGEN.name, one)
        _measure_long_run(section, course, server, scale.resumed_prompts)
    return section


def _measure_long_run(section: Section, course: Course, server: Server, prompts: int) -> None:
    output = course.folder / "long.jsonl"
    items = course.items(prompts)
    first = course.run_to(output, COPYGEN, server, items, CONCURRENCY, sampled=True)
    grown_mb = growth(first.usage.samples_mb)
    _add(section, COPYGEN.name, first, grown_mb=[grown_mb])
    again = course.run_to(output, COPYGEN, server, items, CONCURRENCY)
    if again.requests:
        raise RuntimeError(f"{again.requests} finished prompts were sent again")
    _add(section, "copygen, all done already", again)
    _remove(output)
    if prompts == 1_000_000:
        section.measured |= {
            "3.peak": Spread.of([first.usage.peak_mb]),
            "3.growth": Spread.of([grown_mb]),
            "3.resume-peak": Spread.of([again.usage.peak_mb]),
            "3.resume-time": Spread.of([again.usage.wall_s]),
        }


def _add(section: Section, name: str, one: Outcome, **more: list[float]) -> None:
    section.add(
        f"{one.prompts:,} prompts",
        name,
        one.prompts,
        peak_mb=[one.usage.peak_mb],
        wall_s=[one.usage.wall_s],
        **more,
    )


def _remove(output: Path) -> None:
    for path in output.parent.glob(f"{output.stem}*"):
        path.unlink()
