"""CPU per prompt and prompts per second, against a server of no latency and of 40 ms."""

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tests.bench.arithmetic import Spread, ratios
from tests.bench.contestants import (
    AIOHTTP,
    AIOHTTP_UVLOOP,
    COPYGEN,
    COPYGEN_LOG,
    HTTPX,
    Contestant,
    Course,
    Outcome,
)
from tests.bench.figures import Section
from tests.bench.scale import Scale
from tests.bench.serving import Server, serving, wrk_per_s

JUDGED_AT = (100, 1000)
LATENCY_MS = 40
LEAST_S = 1e-3
"""Of a difference of two times: in a run of seconds noise can be larger than it."""


@dataclass(frozen=True, slots=True)
class StartUp:
    """What a run of one prompt takes; the median of a few."""

    cpu_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one contestant at one concurrency."""

    contestant: Contestant
    outcomes: list[Outcome]
    start_up: StartUp

    @property
    def cpu_us(self) -> list[float]:
        """CPU per prompt, the start-up taken out."""
        return [
            max(LEAST_S, one.usage.cpu_s - self.start_up.cpu_s) / (one.prompts - 1) * 1e6
            for one in self.outcomes
        ]

    @property
    def per_s(self) -> list[float]:
        """Prompts per second of the whole run, the start-up taken out."""
        return [
            (one.prompts - 1) / max(LEAST_S, one.usage.wall_s - self.start_up.wall_s)
            for one in self.outcomes
        ]

    @property
    def sent_per_s(self) -> list[float]:
        """Prompts per second from the first request to the last answer."""
        return [one.prompts / one.sending_s for one in self.outcomes]

    @property
    def peak_mb(self) -> list[float]:
        """Peak memory."""
        return [one.usage.peak_mb for one in self.outcomes]


class Race:
    """Contestants on one server, taking turns."""

    def __init__(self, course: Course, server: Server, scale: Scale) -> None:
        self._course = course
        self._server = server
        self._scale = scale
        self._start_up = cache(self._measure_start_up)

    def run(
        self, contestants: Sequence[Contestant], concurrency: int, rounds: int
    ) -> dict[str, Series]:
        """A B C A B C ...: what one round suffers, all of them suffer."""
        able = [one for one in contestants if concurrency <= one.max_concurrency]
        prompts = self._scale.prompts_at(concurrency)
        series = {one.name: Series(one, [], self._start_up(one)) for one in able}
        for number, one in itertools.product(range(rounds), able):
            if number >= one.max_rounds:
                continue
            share = min(prompts, max(one.max_prompts, concurrency))
            outcome = self._course.run(one, self._server, share, concurrency)
            series[one.name].outcomes.append(outcome)
        return series

    def _measure_start_up(self, contestant: Contestant) -> StartUp:
        runs = [
            self._course.run(contestant, self._server, 1, 1).usage
            for _ in range(self._scale.startup_rounds)
        ]
        return StartUp(
            cpu_s=statistics.median(one.cpu_s for one in runs),
            wall_s=statistics.median(one.wall_s for one in runs),
        )


def measure_headroom(course: Course, scale: Scale) -> Section:
    """Whether the server is fast enough not to be what is measured."""
    section = Section("headroom", "The server against wrk, zero latency")
    with serving() as server:
        for concurrency in JUDGED_AT:
            per_s = wrk_per_s(server, concurrency, scale.wrk_s)
            if per_s is None:
                section.notes.append(
                    "wrk is not installed: whether the server is the limit is open"
                )
                return section
            case = f"concurrency {concurrency}"
            section.add(case, "wrk", concurrency, per_s=[per_s])
            prompts = scale.prompts_at(concurrency)
            fastest = course.run(AIOHTTP_UVLOOP, server, prompts, concurrency)
            sent = prompts / fastest.sending_s
            section.add(case, AIOHTTP_UVLOOP.name, concurrency, per_s=[sent])
            section.measured[f"0.headroom-{concurrency}"] = Spread.of([per_s / sent])
    return section


def measure_speed(course: Course, scale: Scale) -> Section:
    """CPU per prompt and prompts per second against concurrency, zero latency."""
    section = Section("speed", "Zero-latency server, everything on")
    with serving() as server:
        race = Race(course, server, scale)
        for concurrency in scale.concurrencies:
            contestants = [COPYGEN, AIOHTTP, AIOHTTP_UVLOOP, HTTPX]
            rounds = scale.curve_rounds
            if concurrency in JUDGED_AT:
                contestants.insert(1, COPYGEN_LOG)
                rounds = scale.rounds
            _report_speed(section, concurrency, race.run(contestants, concurrency, rounds))
    _judge_collapse(section)
    return section


def _report_speed(section: Section, concurrency: int, series: dict[str, Series]) -> None:
    bare = series[AIOHTTP.name]
    for name, one in series.items():
        section.add(
            f"concurrency {concurrency}",
            name,
            concurrency,
            cpu_us=one.cpu_us,
            cpu_ratio=ratios(one.cpu_us, bare.cpu_us),
            per_s=one.per_s,
            rate_ratio=ratios(one.per_s, bare.per_s),
            peak_mb=one.peak_mb,
        )
    copygen = series[COPYGEN.name].cpu_us
    section.measured[f"1.cpu-{concurrency}"] = ratios(copygen, bare.cpu_us)
    if HTTPX.name in series:
        section.measured[f"1.httpx-{concurrency}"] = ratios(series[HTTPX.name].cpu_us, copygen)


def _judge_collapse(section: Section) -> None:
    medians = {
        one.x: one.spread.median
        for one in section.figures
        if one.measure == "cpu_us" and one.contestant == COPYGEN.name
    }
    if {1000, 2000} <= medians.keys():
        section.measured["1.collapse"] = Spread.of([medians[2000] / medians[1000]])


def measure_latency(course: Course, scale: Scale) -> Section:
    """How much of the ideal rate is left when replies take 40 ms."""
    section = Section("latency", f"Replies after {LATENCY_MS} ms")
    with serving("--latency-ms", LATENCY_MS) as server:
        race = Race(course, server, scale)
        for concurrency in (100, 500):
            series = race.run([COPYGEN, AIOHTTP, AIOHTTP_UVLOOP], concurrency, scale.curve_rounds)
            ideal_per_s = concurrency / (LATENCY_MS / 1000)
            _report_latency(section, concurrency, ideal_per_s, series)
            # Timers end late, so nobody reaches the ideal; this is how near one can come.
            if best_per_s := wrk_per_s(server, concurrency, scale.wrk_s):
                section.add(
                    f"concurrency {concurrency}",
                    "wrk",
                    concurrency,
                    sent_per_s=[best_per_s],
                    of_ideal=[best_per_s / ideal_per_s],
                )
    return section


def _report_latency(
    section: Section, concurrency: int, ideal_per_s: float, series: dict[str, Series]
) -> None:
    bare = series[AIOHTTP.name].sent_per_s
    for name, one in series.items():
        of_ideal = Spread.of(rate / ideal_per_s for rate in one.sent_per_s)
        section.add(
            f"concurrency {concurrency}",
            name,
            concurrency,
            sent_per_s=one.sent_per_s,
            of_ideal=of_ideal,
            rate_ratio=ratios(one.sent_per_s, bare),
            per_s=one.per_s,
            cpu_us=one.cpu_us,
        )
        if name == COPYGEN.name:
            section.measured[f"2.ideal-{concurrency}"] = of_ideal
            section.measured[f"2.bare-{concurrency}"] = ratios(one.sent_per_s, bare)
