"""Against a rate limit: how close to the ideal time, and how many requests refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.arithmetic import Spread, ideal_s
from tests.bench.contestants import (
    AIOHTTP_BACKOFF,
    COPYGEN,
    Contestant,
    Course,
    Outcome,
    with_flags,
)
from tests.bench.figures import Section
from tests.bench.scale import Scale
from tests.bench.serving import Server, serving
from tests.bench.wording import skewed, write_items

CONCURRENCY = 50
LATENCY_MS = 50.0
PER_S, BURST = 200.0, 20.0
TOKENS_PER_REQUEST = 330.0
"""Of the skewed rows, about, so that the limit in tokens is as tight as the one in requests."""


@dataclass(frozen=True, slots=True)
class Case:
    """One provider's limit."""

    key: str
    title: str
    retry_after: str = "seconds"
    unit: str = "requests"
    per_s: float = PER_S
    burst: float = BURST
    change: tuple[float, float] | None = None
    """The share of the run after which the limit changes, and the new one."""

    def changes(self, prompts: int) -> list[tuple[float, float]]:
        """When the limit becomes what, for a run of so many prompts at the first limit."""
        if self.change is None:
            return []
        share, per_s = self.change
        return [(share * prompts / PER_S, per_s)]

    def server_flags(self, prompts: int) -> list[str]:
        """The flags of the server that has this limit."""
        flags = ["--latency-ms", LATENCY_MS, "--limit", self.unit, "--per-s", self.per_s]
        flags += ["--burst", self.burst, "--retry-after", self.retry_after]
        for after_s, per_s in self.changes(prompts):
            flags += ["--change", f"{after_s}:{per_s}"]
        return [str(flag) for flag in flags]

    def ideal_s(self, cost: float, prompts: int) -> float:
        """From the first request to the last answer, for a client that knew everything."""
        last_start_s = ideal_s(cost, self.per_s, self.burst, self.changes(prompts))
        return last_start_s + LATENCY_MS / 1000

    @property
    def told(self) -> Contestant | None:
        """copygen with the limit on its command line; None where it does not stay true."""
        if self.change is not None:
            return None
        flag = "--rpm" if self.unit == "requests" else "--tpm"
        return with_flags(COPYGEN, "copygen, told", flag, str(int(self.per_s * 60)))


_TOKENS_PER_S = PER_S * TOKENS_PER_REQUEST
CASES = (
    Case("seconds", "Retry-After in seconds"),
    Case("ms", "retry-after-ms", retry_after="ms"),
    Case("date", "Retry-After as a date", retry_after="date"),
    Case("none", "no Retry-After", retry_after="none"),
    Case(
        "tokens",
        "tokens/min, burst 1 s",
        unit="tokens",
        per_s=_TOKENS_PER_S,
        burst=_TOKENS_PER_S,
    ),
    Case(
        "tokens-tight",
        "tokens/min, burst 0.1 s",
        unit="tokens",
        per_s=_TOKENS_PER_S,
        burst=BURST * TOKENS_PER_REQUEST,
    ),
    Case("lowered", "halved in mid-run", change=(0.4, PER_S / 2)),
    Case("raised", "doubled in mid-run", per_s=PER_S / 2, change=(0.4, PER_S)),
)


def measure_pacing(course: Course, scale: Scale) -> Section:
    """Every case: told, not told, and by hand, taking turns."""
    section = Section(
        "pacing",
        f"A limit of {PER_S:g} requests/s, burst {BURST:g}; {scale.pacing_prompts} prompts, "
        f"concurrency {CONCURRENCY}",
    )
    rows = _rows(course, scale.pacing_prompts)
    lost = 0
    for case in CASES:
        with serving(*case.server_flags(scale.pacing_prompts)) as server:
            outcomes = _take_turns(course, server, case, rows, scale)
        for name, runs in outcomes.items():
            _report(section, case, name, runs)
            if name != AIOHTTP_BACKOFF.name:
                lost += sum(one.prompts - one.answered for one in runs)
    section.measured["5.lost"] = Spread.of([lost])
    return section


def _rows(course: Course, prompts: int) -> dict[str, Path]:
    uneven = course.folder / "items-skewed.jsonl"
    write_items(uneven, prompts, skewed)
    return {"requests": course.items(prompts), "tokens": uneven}


def _take_turns(
    course: Course, server: Server, case: Case, rows: dict[str, Path], scale: Scale
) -> dict[str, list[Outcome]]:
    untold = with_flags(COPYGEN, "copygen, not told")
    contestants = [one for one in (case.told, untold, AIOHTTP_BACKOFF) if one]
    outcomes: dict[str, list[Outcome]] = {one.name: [] for one in contestants}
    for number in range(scale.pacing_rounds):
        for place, one in enumerate(contestants):
            output = course.folder / f"paced-{case.key}-{number}-{place}.jsonl"
            run = course.run_to(output, one, server, rows[case.unit], CONCURRENCY)
            outcomes[one.name].append(run)
            output.unlink()
    return outcomes


def _report(section: Section, case: Case, name: str, runs: Sequence[Outcome]) -> None:
    time_ratio = Spread.of(one.sending_s / case.ideal_s(one.cost, one.prompts) for one in runs)
    refused = Spread.of(100 * one.refused / one.requests for one in runs)
    section.add(
        case.title,
        name,
        sending_s=[one.sending_s for one in runs],
        time_ratio=time_ratio,
        refused_percent=refused,
        lost=[float(one.prompts - one.answered) for one in runs],
    )
    if name != AIOHTTP_BACKOFF.name:
        how = "told" if case.told and name == case.told.name else "untold"
        section.measured[f"5.{case.key}-{how}-time"] = time_ratio
        section.measured[f"5.{case.key}-{how}-refused"] = refused


def cases(*, told: bool) -> Iterable[Case]:
    """The cases in which copygen is told the limit, or those in which it is not."""
    return [case for case in CASES if case.told or not told]
