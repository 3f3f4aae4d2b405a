"""Progress while a run goes on: a live display, heartbeat lines, or nothing.

No thread and no timer: the caller says `update` five to ten times a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from copygen.models import BudgetState, Snapshot, Status
from copygen.results.stats import Stats
from copygen.view.flow import GAP
from copygen.view.frame import (
    Frame,
    Pace,
    fitting,
    pace_parts,
    plain_line,
    state_parts,
)
from copygen.view.safe import safe

Clock = Callable[[], float]
"""Monotonic seconds, as a rule the event loop's `time`."""

HEARTBEAT_S = 10.0
_WIDEST = 120
_SHORTEST_BAR = 8
_NARROWEST_LIVE = 20


class Display(Protocol):
    """Shows a run while it goes on. Every method may be called in any state, any number of times
    after `start`; none raises because nobody can see the output any more."""

    def start(self) -> None:
        """Say what begins."""

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Show these figures, at once or when they are due."""

    def note(self, line: str) -> None:
        """Print a line that stays, above the moving ones. `line` may hold anything."""

    def stop(self) -> None:
        """Leave the screen as a summary wants to find it."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a display is told once."""

    title: str
    """One line: what runs where, and where the results go. May hold anything."""
    total: int | None
    """Prompts in all, those done in earlier runs included; None for a stream."""


def choose_display(console: Console, job: Job, clock: Clock, *, quiet: bool) -> Display:
    """Return what fits the console: live on a terminal, heartbeat lines elsewhere.

    FORCE_COLOR asks for colour, not for a terminal's cursor: only a real one gets the live
    display, and not when TERM is dumb or when it cannot show the bar's characters.
    """
    if quiet:
        return QuietDisplay()
    terminal = console.file.isatty() and console.is_interactive and not console.is_dumb_terminal
    drawable = console.encoding.startswith("utf") and console.width >= _NARROWEST_LIVE
    if terminal and drawable:
        return LiveDisplay(console, job, clock)
    return HeartbeatDisplay(console, job, clock)


class QuietDisplay:
    """Shows nothing."""

    def start(self) -> None:
        """Do nothing."""

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Do nothing."""

    def note(self, line: str) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class HeartbeatDisplay:
    """For logs and pipes: a line at the start, one every ten seconds, one for each note.

    No control codes, no colour, one line of text per event.
    """

    def __init__(self, console: Console, job: Job, clock: Clock) -> None:
        self._console = console
        self._job = job
        self._clock = clock
        self._watch = _Watch(job, clock)
        self._due = clock()

    def start(self) -> None:
        """Print the title and the number of prompts."""
        self._due = self._clock() + HEARTBEAT_S
        self._line(safe(self._job.title))

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Print one line when ten seconds have passed since the last was due."""
        frame = self._watch.frame(stats, snapshot)
        now = self._clock()
        if now < self._due:
            return
        self._due += HEARTBEAT_S * ((now - self._due) // HEARTBEAT_S + 1)
        self._line(plain_line(frame))

    def note(self, line: str) -> None:
        """Print the line."""
        self._line(safe(line))

    def stop(self) -> None:
        """Do nothing: each line was complete."""

    def _line(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class LiveDisplay:
    """For terminals: a bar and a line of figures, redrawn in place, gone after `stop`."""

    def __init__(self, console: Console, job: Job, clock: Clock) -> None:
        self._console = console
        self._job = job
        self._clock = clock
        self._watch = _Watch(job, clock)
        # Neither stream is redirected: standard output carries data, not our business.
        self._live = Live(
            console=console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def start(self) -> None:
        """Print the title, which stays, and begin to draw below it."""
        self._console.print(Text(safe(self._job.title), style="bold"), soft_wrap=True)
        self._live.start()

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Redraw."""
        if self._live.is_started:
            self._live.update(self._drawn(self._watch.frame(stats, snapshot)), refresh=True)

    def note(self, line: str) -> None:
        """Print the line above the bar."""
        self._console.print(Text(safe(line), style="dim"), soft_wrap=True)

    def stop(self) -> None:
        """Remove the bar, show the cursor again."""
        self._live.stop()

    def _drawn(self, frame: Frame) -> Group:
        # The last column stays free: some terminals wrap as soon as it is filled.
        width = min(max(self._console.width, _NARROWEST_LIVE) - 1, _WIDEST)
        words = fitting(pace_parts(frame), width - _SHORTEST_BAR - 2, "  ")
        bar = _bar(frame, width - words.cell_len - 2)
        top = Table.grid(padding=(0, 2, 0, 0))
        top.add_row(bar, words)
        return Group(top, fitting(state_parts(frame), width, GAP))


def _bar(frame: Frame, width: int) -> RenderableType:
    """How far a run is. What is done is heavy and what is left is thin: on a light terminal a bar
    told apart by colour alone reads the wrong way round.
    """
    if frame.total is None:
        return ProgressBar(
            total=None, width=width, pulse_style="cyan", animation_time=frame.elapsed_s
        )
    done = width * frame.done // frame.total if frame.total else width
    style = "green" if frame.done >= frame.total else "cyan"
    return Text.assemble(("━" * done, style), ("─" * (width - done), "dim"))


class _Watch:
    """Turns what the engine and the statistics say into frames, remembering the pace."""

    def __init__(self, job: Job, clock: Clock) -> None:
        self._total = job.total
        self._clock = clock
        self._started = clock()
        self._pace = Pace()
        self._pace.add(self._started, 0)

    def frame(self, stats: Stats, snapshot: Snapshot) -> Frame:
        now = self._clock()
        ended = sum(stats.by_status.values())
        self._pace.add(now, ended)
        done = ended + stats.skipped
        # While nothing may be sent, the pace of a moment ago says nothing about the rest.
        held = snapshot.breaker == "open" or snapshot.held_s > 0
        moving = self._total is not None and not held
        left = max((self._total or 0) - done, 0)
        affordable = affordable_prompts(stats, snapshot.budget)
        ends_at_limit = self._total is not None and affordable is not None and affordable < left
        ahead = min(left, affordable) if ends_at_limit and affordable is not None else left
        return Frame(
            done=done,
            total=self._total,
            accepted=stats.by_status.get(Status.OK, 0),
            failed=stats.by_status.get(Status.FAILED, 0),
            rejected=stats.by_status.get(Status.REJECTED, 0),
            cost_usd=stats.cost_usd,
            unpriced=stats.unpriced,
            snapshot=snapshot,
            elapsed_s=now - self._started,
            per_second=self._pace.per_second,
            remaining_s=self._pace.remaining_s(ahead) if moving else None,
            projected_usd=None if self._total is None else stats.projected_usd(left),
            ends_at_limit=ends_at_limit,
        )


def affordable_prompts(stats: Stats, budget: BudgetState | None) -> int | None:
    """How many more prompts what is left of the limit pays for; None without a limit or a mean."""
    mean_usd = stats.mean_usd
    if budget is None or budget.limit_usd is None or not mean_usd:
        return None
    left_usd = budget.limit_usd - budget.spent_usd - budget.kept_usd
    return max(0, int(left_usd / mean_usd))
