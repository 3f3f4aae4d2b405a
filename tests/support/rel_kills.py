"""Jobs that are killed again and again until they are done, and what that cost."""

import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.support.rel_running import (
    CONCURRENCY,
    CountingServer,
    Lines,
    Process,
    Zygote,
    first_word,
    killed_at_the_end,
    note_figure,
    pause,
    prompts,
    read_lines,
    said,
    start,
    until,
    write_prompts,
)


@dataclass
class Tally:
    """What many kills came to."""

    jobs: int = 0
    kills: int = 0
    prompts: int = 0
    lost: int = 0
    """Records that were whole in the file at a kill and are not there later."""
    corrupt: int = 0
    torn: int = 0
    repaid: list[int] = field(default_factory=list)
    """Per kill: prompts that were sent and not recorded, so they are sent again."""

    def add(self, other: "Tally") -> None:
        """Take in the figures of one more job."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def summary(self) -> dict[str, object]:
        """The figures, to be noted."""
        return {
            "jobs": self.jobs,
            "kills": self.kills,
            "prompts": self.prompts,
            "lost": self.lost,
            "corrupt": self.corrupt,
            "torn_tails": self.torn,
            "kills_under_way": sum(map(bool, self.repaid)),
            "max_repaid_per_kill": max(self.repaid),
            "mean_repaid_per_kill": round(sum(self.repaid) / len(self.repaid), 2),
        }

    def note(self, test: str) -> None:
        """Print and record the figures."""
        note_figure(test, **self.summary)


@dataclass(frozen=True)
class Bench:
    """What a test plays with."""

    folder: Path
    server: CountingServer
    zygote: Zygote
    rng: random.Random = field(default_factory=random.Random)


Moment = Callable[[Process, Path, int], object]
"""Waits for the moment to kill a run with that results file, of so many prompts."""


def at_start(rng: random.Random) -> Moment:
    """Somewhere in the imports, or while the prompt file is read."""
    return lambda _process, _results, _count: pause(rng.uniform(0.02, 0.7))


def under_way(rng: random.Random) -> Moment:
    """Some time after the run has recorded its first result."""

    def wait(process: Process, results: Path, _count: int) -> None:
        before = _size(results)
        if until(lambda: _size(results) > before, process):
            pause(rng.uniform(0, 0.4))

    return wait


def near_the_end(rng: random.Random) -> Moment:
    """When a few prompts or none are left: in the last answers, the last fsync, the summary."""

    def wait(process: Process, results: Path, count: int) -> None:
        left = rng.choice([0, 0, rng.randint(1, 20)])
        until(lambda: _newlines(results) >= count - left, process, 0.01)
        pause(rng.choice([0, rng.uniform(0, 0.05)]))

    return wait


LENGTHS = (100, 2000, 2000, 30_000)
HUGE = 100_000
"""Characters; from here on a record takes so long to write that kills tear it."""
MOMENTS = (at_start, *[under_way] * 6, near_the_end, near_the_end)
FROM_NOTHING = 0.1
"""The share of runs that are started as users do, besides those killed at their start."""


class Job:
    """One prompt file that is run, killed, and run again with the same command until it is done."""

    def __init__(self, bench: Bench, texts: dict[str, str], flags: Sequence[object]) -> None:
        bench.folder.mkdir()
        self._bench = bench
        self._texts = texts
        self._args = ("run", "items.jsonl", "-c", CONCURRENCY, *bench.server.to, *flags)
        self._results = bench.folder / "items.results.jsonl"
        self._seen: dict[str, str] = {}
        self._fragments: list[bytes] = []
        write_prompts(bench.folder / "items.jsonl", texts)

    def kill(self, tally: Tally) -> bool:
        """Run, kill at some moment and count; False when the run had ended by then."""
        rng, server = self._bench.rng, self._bench.server
        before = server.ledger().received
        moment = rng.choice(MOMENTS)
        anew = moment is at_start or rng.random() < FROM_NOTHING
        starter = start if anew else self._bench.zygote.start
        with killed_at_the_end(starter(*self._args, cwd=self._bench.folder)) as process:
            moment(rng)(process, self._results, len(self._texts))
            process.send_signal(signal.SIGKILL)
            code = process.wait()
        assert code in (0, -signal.SIGKILL), said(self._bench.folder)
        found = read_lines(self._results)
        self._compare(found, tally)
        if code == 0:
            return False
        sent = server.settled().received - before
        recorded = {first_word(record["text"]) for record in found.whole}
        tally.kills += 1
        tally.repaid.append(sum(text not in recorded for text in sent))
        if found.fragment:
            tally.torn += found.fragment not in self._fragments
            self._fragments.append(found.fragment)
        return True

    def finish(self, tally: Tally) -> None:
        """Run to the end; every prompt is then there, once."""
        process = self._bench.zygote.start(*self._args, cwd=self._bench.folder)
        with killed_at_the_end(process):
            assert process.wait() == 0, said(self._bench.folder)
        found = read_lines(self._results)
        self._compare(found, tally)
        tally.jobs += 1
        tally.prompts += len(self._texts)
        assert found.fragment == b""
        assert Counter(r["id"] for r in found.whole) == Counter(self._texts.keys())
        assert {r["id"]: r["text"] for r in found.whole} == self._texts
        torn = self._bench.folder / "items.results.jsonl.torn"
        kept = torn.read_bytes() if torn.exists() else b""
        assert all(fragment + b"\n" in kept for fragment in self._fragments)

    def _compare(self, found: Lines, tally: Tally) -> None:
        tally.corrupt += found.corrupt
        now = {record["id"]: str(record) for record in found.whole}
        tally.lost += sum(now.get(id_) != record for id_, record in self._seen.items())
        self._seen = now


def play(
    bench: Bench, kills: int, flags: Sequence[object] = (), longest: Sequence[int] = LENGTHS
) -> Tally:
    """Jobs of many sizes, killed `kills` times altogether at random moments.

    Prompts have up to one of `longest` characters.
    """
    total, rng, server = Tally(), bench.rng, bench.server
    while total.kills < kills:
        server.reset()
        server.behave(latency_ms=rng.choice([5, 20, 60]))
        tag = f"job{total.jobs}"
        length = rng.choice(longest)
        most = 50 if length > HUGE else 400 if kills < 100 else 1200
        texts = prompts(rng.randint(30, most), tag, rng, length)
        job = Job(replace(bench, folder=bench.folder / tag), texts, flags)
        tally = Tally()
        while total.kills + tally.kills < kills and job.kill(tally):
            pass
        job.finish(tally)
        received = server.settled().received
        assert received.keys() == {first_word(text) for text in texts.values()}
        assert received.total() - len(texts) == sum(tally.repaid), "each one is accounted for"
        total.add(tally)
    return total


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _newlines(path: Path) -> int:
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0
