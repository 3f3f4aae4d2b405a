"""A run as a display sees it, played on the real standard error of a process of its own.

`python -m tests.view.demo_run [prompts] [stdout text]`: no network, no waiting; time is played.
"""

import os
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from copygen.models import Result, Snapshot, Status, Traffic
from copygen.results.stats import Stats
from copygen.view.console import open_console
from copygen.view.progress import RunTitle, choose_display
from copygen.view.summary import render_summary
from tests.view.sample_summary import HOSTILE, PARTIAL

OK = Result(
    id="sku-1",
    key="k",
    status=Status.OK,
    text=HOSTILE,
    input={},
    provider="simulator",
    model="deepseek-chat",
    finish_reason="stop",
    usage=None,
    cost_usd=Decimal("0.0001"),
    cost_note=None,
    latency_ms=38.0,
    total_ms=40.0,
    attempts=1,
    error=None,
    created_at=datetime(2025, 1, 1, tzinfo=UTC),
)


def play(total: int, stdout: str) -> None:
    """Bring `total` prompts to their end, one frame each, with a note half-way."""
    now = 0.0
    stats = Stats()
    console = open_console(sys.stderr, os.environ)
    title = RunTitle(text=f"demo {HOSTILE}", total=total)
    display = choose_display(console, title, lambda: now)
    display.start()
    for done in range(total):
        now += 1.0
        stats.add(replace(OK, id=f"sku-{done}"))
        trouble = done == total // 2
        traffic = Traffic(requests=done, retries=done // 10)
        state = "open" if trouble else "closed"
        display.update(stats, Snapshot(traffic, 8, 0, state, 4.2 if trouble else 0.0, 8))
        if trouble:
            display.note(f"breaker open: {HOSTILE}")
            if stdout:
                print(stdout, flush=True)  # noqa: T201  # data, on standard output
    display.stop()
    render_summary(PARTIAL, console, results="out.jsonl", command="copygen run a.yaml")


if __name__ == "__main__":
    play(int(sys.argv[1]), "".join(sys.argv[2:3]))
