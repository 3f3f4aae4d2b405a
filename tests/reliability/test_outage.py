"""The provider is away for a while: nothing is lost, hardly anything is sent, all goes on at once.

The short form is the long one with every time divided by twenty.
"""

import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.load_running import RESULTS, Ended, at_s, run_watched, write_rows
from tests.support.rel_running import CountingServer, note_figure, pause

LONG = (pytest.mark.soak, pytest.mark.timeout(600))
CONCURRENCY = 50
BEYOND_IN_FLIGHT = 20
JITTER = 0.2
"""Of a cool-down, as set by default."""
SLACK_S = 2.0
"""For a busy machine; the cool-downs measured against it are longer."""


@dataclass(frozen=True)
class Scale:
    """The same outage, long or short."""

    prompts: int
    away_s: float
    cooldown_s: float
    cap_s: float
    timeout_s: float
    latency_ms: float

    @property
    def flags(self) -> tuple[object, ...]:
        rules = (f"breaker.cooldown_s={self.cooldown_s}", f"breaker.cooldown_cap_s={self.cap_s}")
        options = [word for rule in rules for word in ("-O", rule)]
        return ("-c", CONCURRENCY, "--timeout", self.timeout_s, *options)


SHORT = Scale(400, 3, 0.25, 3, 1.5, 100)
WHOLE = Scale(5_000, 60, 5, 60, 10, 100)


class Outages:
    """A server that is away between `begin` and `end`, in one of three ways."""

    def __init__(self, kind: str, latency_ms: float) -> None:
        self._flags = ("--latency-ms", latency_ms, "--jitter", 0.2)
        self._kind = kind
        self.server = CountingServer(*self._flags)
        self.before = 0
        """Requests that reached it before the outage."""
        self.after = 0
        """Requests that had reached it by the end of the outage, where it could count them."""
        self.back_at = 0.0

    def begin(self) -> None:
        if self._kind == "refused":
            self.before = self.server.ledger().requests
            self.server.stop()
        else:
            self.server.behave(faults={self._kind: 1.0})
            self.before = self.server.ledger().requests

    def end(self) -> None:
        if self._kind == "refused":
            self.server = CountingServer(*self._flags, "--port", self.server.port)
        else:
            self.after = self.server.ledger().requests
            self.server.behave(faults={})
        self.back_at = time.time()

    def requests_into(self, ended: Ended) -> int:
        """What was sent while it was away; refused ones are known to copygen only."""
        if self._kind == "refused":
            return ended.traffic["requests"] - self.before - self.server.ledger().requests
        return self.after - self.before


def away(outages: Outages, scale: Scale, folder: Path) -> Callable[[object], None]:
    """Begins the outage when a fifth of the prompts is done, and ends it when its time is over."""

    def work() -> None:
        while _newlines(folder / RESULTS) < scale.prompts / 5:
            pause(0.01)
        outages.begin()
        pause(scale.away_s)
        outages.end()

    def begin(_process: subprocess.Popen[bytes]) -> None:
        threading.Thread(target=work, daemon=True).start()

    return begin


def _newlines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def outage(folder: Path, kind: str, scale: Scale) -> None:
    texts = write_rows(folder, scale.prompts)
    outages = Outages(kind, scale.latency_ms)
    try:
        to = ("-p", "simulator", "--base-url", outages.server.base_url)
        ended = run_watched(folder, *to, *scale.flags, meanwhile=away(outages, scale, folder))
        into = outages.requests_into(ended)
    finally:
        outages.server.stop()
    assert ended.code in (0, 3), ended.stderr
    times = sorted(at_s(record) for record in ended.records)
    recovery_s = next((at for at in times if at > outages.back_at), times[-1]) - outages.back_at
    lost = len(texts) - sum(record["status"] == "ok" for record in ended.records)
    note_figure(
        f"B1 outage, {kind}",
        prompts=scale.prompts,
        outage_s=scale.away_s,
        rows_lost=lost,
        requests_into_outage=into,
        beyond_in_flight=max(0, into - CONCURRENCY),
        recovery_s=round(recovery_s, 2),
        breaker_openings=ended.traffic["breaker_openings"],
    )
    assert ended.code == 0, ended.stderr
    assert lost == 0
    assert {record["id"]: record["text"] for record in ended.records} == texts
    assert into < CONCURRENCY + BEYOND_IN_FLIGHT, kind
    # The cool-down in force is the one that began last: about as long as all before it together.
    longest_s = (1 + JITTER) * min(scale.cap_s, scale.away_s + scale.cooldown_s)
    probe_s = scale.timeout_s if kind == "hang" else 0.0  # one may have been on its way
    assert recovery_s <= longest_s + probe_s + SLACK_S, kind
    assert max(later - earlier for earlier, later in pairwise(times)) >= 0.9 * scale.away_s


@pytest.mark.parametrize(
    "scale", [pytest.param(SHORT, id="short"), pytest.param(WHOLE, marks=LONG, id="long")]
)
def test_B1_an_outage_loses_nothing_and_is_hardly_sent_to(tmp_path: Path, scale: Scale) -> None:
    kinds = ("refused", "503", "hang")
    folders = [tmp_path / kind for kind in kinds]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(len(kinds)) as pool:
        for _ in pool.map(outage, folders, kinds, [scale] * len(kinds)):
            pass
