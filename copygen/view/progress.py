"""Progress of a run, and of reading a file: a live display, heartbeat lines, or nothing.

No thread and no timer: the caller says `update` five to ten times a second. What is said at one
moment is pure: figures in, words out.
"""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from copygen.figures import count, counted, exact_money, money, rate, share, whole_duration
from copygen.models import BudgetState, Snapshot, Status
from copygen.results.stats import Stats
from copygen.view.console import print_words, safe
from copygen.view.layout import GAP, joined


class Pace:
    """How fast prompts end lately, and so how long the rest will take. Pure; seconds."""

    def __init__(self, window_s: float = 30.0, samples: int = 60) -> None:
        self._window_s = window_s
        self._step_s = window_s / samples
        self._samples: deque[tuple[float, int]] = deque(maxlen=samples + 2)

    def add(self, now: float, done: int) -> None:
        """Note that `done` prompts had ended at `now`."""
        samples = self._samples
        if len(samples) >= 2 and now - samples[-2][0] < self._step_s:
            samples.pop()
        samples.append((now, done))
        while len(samples) > 2 and now - samples[1][0] >= self._window_s:
            samples.popleft()

    @property
    def per_second(self) -> float | None:
        """Prompts per second over the window; None before there is anything to measure."""
        if len(self._samples) < 2:
            return None
        (start, first), (end, last) = self._samples[0], self._samples[-1]
        return (last - first) / (end - start) if end > start else None

    def remaining_s(self, prompts: int) -> float | None:
        """Seconds until `prompts` more have ended at this pace; None when it cannot be told."""
        pace = self.per_second
        return prompts / pace if pace else None


@dataclass(frozen=True, slots=True)
class ProgressState:
    """The figures of one moment."""

    done: int
    """Prompts with a record, those of earlier runs included."""
    total: int | None
    """None for a stream."""
    failed: int
    rejected: int
    cost_usd: Decimal | None
    """None while nothing priced has been spent."""
    unpriced: int
    """Results whose cost is unknown: the cost is then a lower bound."""
    snapshot: Snapshot
    elapsed_s: float
    per_second: float | None
    remaining_s: float | None
    projected_usd: Decimal | None = None
    """What all prompts will have cost in this run at its mean; None when it cannot be told."""
    accepted: int = 0
    """Of this run, as `failed` and `rejected`."""
    ends_at_limit: bool = False
    """The limit on cost comes before the last prompt: `remaining_s` is until then."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A few words of a line."""

    text: str
    rank: int
    """0 stays longest when the line is too narrow."""
    style: str = ""


def pace_segments(state: ProgressState) -> list[Segment]:
    """How far, how fast, how long; each padded so that a redraw does not shift its neighbours."""
    total = "?" if state.total is None else count(state.total)
    segments = [Segment(f"{count(state.done):>{len(total)}}/{total}", 0, "bold")]
    if state.total is not None:
        segments.append(Segment(f"{_percent(state.done, state.total):>5}", 3, "dim"))
    speed = "" if state.per_second is None else rate(state.per_second)
    segments.append(Segment(f"{speed:>7}", 2))
    if state.total is None:
        segments.append(Segment(f"{whole_duration(state.elapsed_s):>9}", 1, "dim"))
    else:
        what, style = ("limit in", "yellow") if state.ends_at_limit else ("ETA", "cyan")
        left = "" if state.remaining_s is None else f"{what} {whole_duration(state.remaining_s)}"
        segments.append(Segment(f"{left:>13}", 1, style))
    return segments


def _percent(done: int, total: int) -> str:
    return f"{100 * done // total if total else 100} %"


def engine_segments(state: ProgressState) -> list[Segment]:
    """What the engine is doing, trouble first; segments that are zero are left out."""
    engine = state.snapshot
    traffic = engine.traffic
    how = " (auto)" if engine.adapts else ""
    segments = [*_breaker(engine), Segment(f"{engine.in_flight}/{engine.limit}{how} in flight", 1)]
    held_back = engine.budget.waiting if engine.budget else 0
    if engine.waiting > held_back:
        segments.append(Segment(f"{count(engine.waiting - held_back)} waiting", 7, "dim"))
    if held_back:
        segments.append(Segment(f"{count(held_back)} held by the limit", 6, "yellow"))
    if state.accepted and (state.failed or state.rejected):  # else it is all that are done
        segments.append(Segment(f"{count(state.accepted)} ok", 3, "green"))
    if state.failed:
        segments.append(Segment(f"{count(state.failed)} failed", 2, "red"))
    if state.rejected:
        segments.append(Segment(f"{count(state.rejected)} rejected", 4, "yellow"))
    if traffic.retries:
        segments.append(Segment(counted(traffic.retries, "retry", "retries"), 5, "yellow"))
    if traffic.rate_limited:
        segments.append(Segment(f"{count(traffic.rate_limited)} rate-limited", 6, "yellow"))
    return [*segments, *_money(state)]


def _money(state: ProgressState) -> Iterable[Segment]:
    """What it cost, of how much; and what all of it will: yellow when the limit comes first."""
    budget = state.snapshot.budget
    limit_usd = budget.limit_usd if budget else None
    of = "" if limit_usd is None else f" of {exact_money(limit_usd)}"
    if state.cost_usd is not None:
        bound = "at least " if state.unpriced else ""
        yield Segment(f"{bound}{money(state.cost_usd)}{of}", 3, "green")
    if budget and budget.limit_tokens is not None:
        used = budget.spent_tokens + budget.kept_tokens
        yield Segment(f"{count(used)} of {count(budget.limit_tokens)} tokens", 3, "green")
    if state.projected_usd is not None:
        style = "yellow" if state.ends_at_limit else "dim"
        yield Segment(f"about {money(state.projected_usd)} in all", 5, style)


def _breaker(engine: Snapshot) -> Iterable[Segment]:
    if engine.breaker == "open":
        wait = whole_duration(math.ceil(engine.breaker_wait_s))
        yield Segment(f"breaker open, probe in {wait}", 0, "bold red")
    elif engine.breaker != "closed":
        yield Segment("breaker half-open, probing", 0, "yellow")
    elif engine.held_s > 0:
        wait = whole_duration(math.ceil(engine.held_s))
        yield Segment(f"the provider asked to wait: {wait} left", 0, "bold yellow")


def fitting(segments: Sequence[Segment], width: int, separator: str) -> Text:
    """Join the segments that fit into `width` cells, giving up the highest ranks first."""
    kept = list(segments)
    while len(kept) > 1 and _width(kept, separator) > width:
        kept.remove(max(kept, key=lambda segment: segment.rank))
    line = joined([Text(segment.text, segment.style) for segment in kept], separator)
    line.truncate(width, overflow="ellipsis")
    return line


def _width(segments: Sequence[Segment], separator: str) -> int:
    return sum(cell_len(segment.text) for segment in segments) + cell_len(separator) * (
        len(segments) - 1
    )


def plain_line(state: ProgressState) -> str:
    """The whole state as one line for a log: `0:01:20  120/500, 24 %, 12.3/s, ...`."""
    segments = [
        segment.text.strip() for segment in (*pace_segments(state), *engine_segments(state))
    ]
    return f"{_clock(state.elapsed_s)}  {', '.join(text for text in segments if text)}"


def _clock(seconds: float) -> str:
    minutes, whole = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{whole:02d}"


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
class RunTitle:
    """What a display is told once."""

    text: str
    """One line: what runs where, and where the results go. May hold anything."""
    total: int | None
    """Prompts in all, those done in earlier runs included; None for a stream."""


def choose_display(console: Console, title: RunTitle, clock: Clock) -> Display:
    """Return what fits the console: live on a terminal, heartbeat lines elsewhere.

    FORCE_COLOR asks for colour, not for a terminal's cursor: only a real one gets the live
    display, and not when TERM is dumb or when it cannot show the bar's characters.
    """
    terminal = console.file.isatty() and console.is_interactive and not console.is_dumb_terminal
    drawable = console.encoding.startswith("utf") and console.width >= _NARROWEST_LIVE
    if terminal and drawable:
        return LiveDisplay(console, title, clock)
    return HeartbeatDisplay(console, title, clock)


class HeartbeatDisplay:
    """For logs and pipes: a line at the start, one every ten seconds, one for each note.

    No control codes, no colour, one line of text per event.
    """

    def __init__(self, console: Console, title: RunTitle, clock: Clock) -> None:
        self._console = console
        self._title = title
        self._clock = clock
        self._observer = _Observer(title, clock)
        self._due = clock()

    def start(self) -> None:
        """Print the title and the number of prompts."""
        self._due = self._clock() + HEARTBEAT_S
        self._line(safe(self._title.text))

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Print one line when ten seconds have passed since the last was due."""
        state = self._observer.state(stats, snapshot)
        now = self._clock()
        if now < self._due:
            return
        self._due += HEARTBEAT_S * ((now - self._due) // HEARTBEAT_S + 1)
        self._line(plain_line(state))

    def note(self, line: str) -> None:
        """Print the line."""
        self._line(safe(line))

    def stop(self) -> None:
        """Do nothing: each line was complete."""

    def _line(self, line: str) -> None:
        self._console.print(Text(line), soft_wrap=True)


class LiveDisplay:
    """For terminals: a bar and a line of figures, redrawn in place, gone after `stop`."""

    def __init__(self, console: Console, title: RunTitle, clock: Clock) -> None:
        self._console = console
        self._title = title
        self._clock = clock
        self._observer = _Observer(title, clock)
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
        self._console.print(Text(safe(self._title.text), style="bold"), soft_wrap=True)
        self._live.start()

    def update(self, stats: Stats, snapshot: Snapshot) -> None:
        """Redraw."""
        if self._live.is_started:
            self._live.update(self._drawn(self._observer.state(stats, snapshot)), refresh=True)

    def note(self, line: str) -> None:
        """Print the line above the bar."""
        print_words(Text(safe(line), style="dim"), self._console)

    def stop(self) -> None:
        """Remove the bar, show the cursor again."""
        self._live.stop()

    def _drawn(self, state: ProgressState) -> Group:
        # The last column stays free: some terminals wrap as soon as it is filled.
        width = min(max(self._console.width, _NARROWEST_LIVE) - 1, _WIDEST)
        words = fitting(pace_segments(state), width - _SHORTEST_BAR - 2, "  ")
        bar = _bar(state, width - words.cell_len - 2)
        top = Table.grid(padding=(0, 2, 0, 0))
        top.add_row(bar, words)
        return Group(top, fitting(engine_segments(state), width, GAP))


def _bar(state: ProgressState, width: int) -> RenderableType:
    """How far a run is. What is done is heavy and what is left is thin: on a light terminal a bar
    told apart by colour alone reads the wrong way round.
    """
    if state.total is None:
        return ProgressBar(
            total=None, width=width, pulse_style="cyan", animation_time=state.elapsed_s
        )
    done = width * state.done // state.total if state.total else width
    style = "green" if state.done >= state.total else "cyan"
    return Text.assemble(("━" * done, style), ("─" * (width - done), "dim"))


class _Observer:
    """Turns what the engine and the statistics say into states, remembering the pace."""

    def __init__(self, title: RunTitle, clock: Clock) -> None:
        self._total = title.total
        self._clock = clock
        self._started = clock()
        self._pace = Pace()
        self._pace.add(self._started, 0)

    def state(self, stats: Stats, snapshot: Snapshot) -> ProgressState:
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
        return ProgressState(
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


REDRAW_S = 0.125
LINE_S = 10.0
"""Off a terminal, so many seconds lie between two lines; a short pass writes none."""


class ReadProgress:
    """Shows one pass after the other."""

    def __init__(self, console: Console, clock: Callable[[], float], *, quiet: bool) -> None:
        """`clock` gives monotonic seconds."""
        self._console = console
        self._clock = clock
        self._quiet = quiet
        # As for the run's display: FORCE_COLOR asks for colour, not for a terminal's cursor.
        self._live = console.file.isatty() and not console.is_dumb_terminal

    @contextmanager
    def begun(
        self, what: str, noun: str, total: int | None = None
    ) -> Iterator[Callable[[int], None]]:
        """Show a pass for as long as the body takes; call what it gives with each advance."""
        if self._quiet:
            yield lambda _number: None
            return
        if not self._live:
            yield self._lines(what, noun, total)
            return
        with Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ) as live:
            yield self._counter(
                REDRAW_S,
                lambda done: live.update(_pass_line(what, noun, done, total), refresh=True),
            )

    def _lines(self, what: str, noun: str, total: int | None) -> Callable[[int], None]:
        return self._counter(
            LINE_S,
            lambda done: self._console.print(_pass_line(what, noun, done, total), soft_wrap=True),
        )

    def _counter(self, every_s: float, show: Callable[[int], None]) -> Callable[[int], None]:
        done, due = 0, self._clock() + every_s

        def advance(number: int) -> None:
            nonlocal done, due
            done += number
            if (now := self._clock()) >= due:
                due = now + every_s
                show(done)

        return advance


def _pass_line(what: str, noun: str, done: int, total: int | None) -> Text:
    if total is None:
        return Text(f"{what}: {count(done)} {noun}", "dim")
    return Text(f"{what}: {count(done)} of {count(total)} {noun}, {share(done, total)}", "dim")
