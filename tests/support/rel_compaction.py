"""Kills of runs that make failures again, so that the results file has to be compacted."""

import signal
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.rel_kills import Bench, Tally, under_way
from tests.support.rel_running import (
    CONCURRENCY,
    Process,
    pause,
    prompts,
    read_lines,
    said,
    until,
    write_prompts,
)

SHARE_REFUSED = {"400": 0.4}
LAST = "items.results.jsonl"


@dataclass
class Compactions(Tally):
    """What kills around compaction came to."""

    inside: int = 0
    """Kills that left an unfinished copy behind: they came in the midst of it."""

    @property
    def summary(self) -> dict[str, object]:
        return super().summary | {"inside_compaction": self.inside}


def kill_while_superseding(bench: Bench, kills: int) -> Compactions:
    """Jobs whose failures are retried, killed until there were `kills` kills."""
    total = Compactions()
    while total.kills < kills:
        job = _Job(replace(bench, folder=bench.folder / str(total.jobs)), total.jobs)
        while total.kills < kills and job.kill(total):
            pass
        job.finish(total)
    return total


class _Job:
    def __init__(self, bench: Bench, number: int) -> None:
        bench.folder.mkdir()
        self._bench = bench
        self._folder = bench.folder
        self._server = bench.server
        self._texts = prompts(bench.rng.randint(40, 150), f"job{number}", bench.rng, 20_000)
        write_prompts(bench.folder / "items.jsonl", self._texts)
        self._server.reset()
        self._server.behave(latency_ms=5, faults=SHARE_REFUSED)
        assert self._run().wait() in (0, 3)
        self._seen = self._everything(Compactions())

    def kill(self, tally: Compactions) -> bool:
        """Retry the failures and kill that; False when there were none any more."""
        rng = self._bench.rng
        before = self._server.ledger().received
        process = self._run("--retry", "failed")
        rng.choice([self._compacting, self._compacting, under_way(rng)])(
            process, self._folder / LAST, 0
        )
        pause(rng.uniform(0, 0.003))
        process.send_signal(signal.SIGKILL)
        code = process.wait()
        assert code in (0, 3, -signal.SIGKILL), said(self._folder)
        received = self._server.settled().received
        now = self._everything(tally)
        tally.lost += len(self._seen.keys() - now.keys())
        new, self._seen = len(now.keys() - self._seen.keys()), now
        if code == -signal.SIGKILL:
            tally.kills += 1
            tally.repaid.append((received - before).total() - new)
            tally.inside += (self._folder / f"{LAST}.compacting").exists()
        return code != 0

    def finish(self, tally: Compactions) -> None:
        """Retry until all is well: every id once, in its best version."""
        self._server.behave(faults={})
        assert self._run("--retry", "failed").wait() == 0
        now = self._everything(tally)
        tally.lost += len(self._seen.keys() - now.keys())
        tally.jobs += 1
        tally.prompts += len(self._texts)
        made = read_lines(self._folder / LAST).whole
        assert Counter(r["id"] for r in made) == Counter(self._texts.keys())
        assert {r["id"]: r["text"] for r in made} == self._texts
        assert not (self._folder / f"{LAST}.compacting").exists()
        old = read_lines(self._folder / f"{LAST}.superseded.jsonl").whole
        assert max(Counter(map(str, old)).values(), default=1) == 1, "kept twice"

    def _run(self, *flags: object) -> Process:
        args = ("run", "items.jsonl", "-c", CONCURRENCY, *self._server.to, *flags)
        return self._bench.zygote.start(*args, cwd=self._folder)

    def _compacting(self, process: Process, results: Path, _count: int) -> None:
        copy = results.with_name(f"{LAST}.compacting")
        old = results.with_name(f"{LAST}.superseded.jsonl")
        before = _stamp(old)
        until(lambda: copy.exists() or _stamp(old) != before, process, 0.0005)

    def _everything(self, tally: Compactions) -> dict[str, dict[str, Any]]:
        """Every record there is, current or superseded."""
        current = read_lines(self._folder / LAST)
        old = read_lines(self._folder / f"{LAST}.superseded.jsonl")
        tally.corrupt += current.corrupt + old.corrupt
        return {str(record): record for record in (*current.whole, *old.whole)}


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0
