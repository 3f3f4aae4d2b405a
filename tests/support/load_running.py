"""copygen under load: a run watched from outside, through /proc, until it ends."""

import json
import resource
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import linear_regression
from typing import Any

import httpx

from tests.support.rel_running import pause
from tests.support.running import COMMAND, environment, untraced

PROMPTS, RESULTS, SUMMARY = "items.jsonl", "items.results.jsonl", "summary.json"


@dataclass(frozen=True)
class Sample:
    """A process at one moment."""

    written: int
    """Bytes of results so far."""
    fds: int
    threads: int
    rss_mb: float
    peak_rss_mb: float


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end."""

    code: int
    stderr: str
    records: list[dict[str, Any]]
    summary: dict[str, Any]
    samples: list[Sample]

    @property
    def traffic(self) -> dict[str, int]:
        """What copygen says it sent."""
        traffic: dict[str, int] = self.summary["traffic"]
        return traffic


def write_rows(folder: Path, count: int) -> dict[str, str]:
    """A prompt file of `count` rows, and the ids and texts in it."""
    texts = {f"i{n}": f"w{n} one line for product {n}" for n in range(count)}
    with (folder / PROMPTS).open("w") as file:
        file.writelines(f'{{"id": "{i}", "prompt": "{text}"}}\n' for i, text in texts.items())
    return texts


def run_watched(
    folder: Path,
    *args: object,
    every_s: float = 0.05,
    meanwhile: Callable[[subprocess.Popen[bytes]], object] = lambda _process: None,
    files: tuple[int, int] | None = None,
) -> Ended:
    """`copygen run` over the rows in `folder`, to its end.

    `meanwhile` is called once it has started. `files` are its soft and hard limits of open ones.
    """

    def limit() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)

    command = [*COMMAND, "run", PROMPTS, "--summary-json", SUMMARY, *map(str, args)]
    samples: list[Sample] = []
    with (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=untraced(environment(folder)),
            preexec_fn=limit,
            stdin=subprocess.DEVNULL,
            stderr=stderr,
        )
    try:
        meanwhile(process)
        while process.poll() is None:
            if sample := _sample(process.pid, folder / RESULTS):
                samples.append(sample)
            pause(every_s)
    finally:
        process.kill()
        process.wait()
    said = (folder / "stderr").read_text(encoding="utf-8")
    return Ended(process.returncode, said, _records(folder), _summary(folder / SUMMARY), samples)


def open_files(pid: int) -> int:
    """How many files a process has open."""
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def _sample(pid: int, results: Path) -> Sample | None:
    try:
        fds = open_files(pid)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        written = results.stat().st_size
    except OSError:
        return None  # not begun, or just ended
    told = dict(line.split(":", 1) for line in lines)
    if "VmHWM" not in told:
        return None
    rss_mb, peak_mb = (int(told[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return Sample(written, fds, int(told["Threads"]), rss_mb, peak_mb)


def _records(folder: Path) -> list[dict[str, Any]]:
    if not (folder / RESULTS).exists():
        return []
    with (folder / RESULTS).open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _summary(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes()) if path.exists() else {}


def growth(samples: Sequence[Sample], of: Callable[[Sample], float]) -> float:
    """How much a figure grew over the run by its trend, its beginning and its end left out."""
    whole = max(sample.written for sample in samples)
    steady = [sample for sample in samples if 0.3 * whole <= sample.written <= 0.9 * whole]
    if len({sample.written for sample in steady}) < 3:
        return 0.0
    xs = [sample.written / whole for sample in steady]
    return linear_regression(xs, [of(sample) for sample in steady]).slope * 0.6


def server_stats(base_url: str) -> dict[str, Any]:
    """What the simulator counted."""
    stats: dict[str, Any] = httpx.get(f"{base_url}/simulator/stats").json()
    return stats


def at_s(record: dict[str, Any]) -> float:
    """When a record was made, in seconds of the wall clock."""
    return datetime.fromisoformat(record["created_at"]).timestamp()
