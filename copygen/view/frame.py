"""What the progress display says at one moment: figures in, words out. No terminal here."""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.cells import cell_len
from rich.text import Text

from copygen.figures import count, counted, exact_money, money, rate, whole_duration
from copygen.models import Snapshot
from copygen.view.flow import joined


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
class Frame:
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
class Part:
    """A few words of a line."""

    text: str
    rank: int
    """0 stays longest when the line is too narrow."""
    style: str = ""


def pace_parts(frame: Frame) -> list[Part]:
    """How far, how fast, how long; each padded so that a redraw does not shift its neighbours."""
    total = "?" if frame.total is None else count(frame.total)
    parts = [Part(f"{count(frame.done):>{len(total)}}/{total}", 0, "bold")]
    if frame.total is not None:
        parts.append(Part(f"{_percent(frame.done, frame.total):>5}", 3, "dim"))
    speed = "" if frame.per_second is None else rate(frame.per_second)
    parts.append(Part(f"{speed:>7}", 2))
    if frame.total is None:
        parts.append(Part(f"{whole_duration(frame.elapsed_s):>9}", 1, "dim"))
    else:
        what, style = ("limit in", "yellow") if frame.ends_at_limit else ("ETA", "cyan")
        left = "" if frame.remaining_s is None else f"{what} {whole_duration(frame.remaining_s)}"
        parts.append(Part(f"{left:>13}", 1, style))
    return parts


def _percent(done: int, total: int) -> str:
    return f"{100 * done // total if total else 100} %"


def state_parts(frame: Frame) -> list[Part]:
    """What the engine is doing, trouble first; parts that are zero are left out."""
    engine = frame.snapshot
    traffic = engine.traffic
    how = " (auto)" if engine.adapts else ""
    parts = [*_breaker(engine), Part(f"{engine.in_flight}/{engine.limit}{how} in flight", 1)]
    held_back = engine.budget.waiting if engine.budget else 0
    if engine.waiting > held_back:
        parts.append(Part(f"{count(engine.waiting - held_back)} waiting", 7, "dim"))
    if held_back:
        parts.append(Part(f"{count(held_back)} held by the limit", 6, "yellow"))
    if frame.accepted and (frame.failed or frame.rejected):  # else it is all that are done
        parts.append(Part(f"{count(frame.accepted)} ok", 3, "green"))
    if frame.failed:
        parts.append(Part(f"{count(frame.failed)} failed", 2, "red"))
    if frame.rejected:
        parts.append(Part(f"{count(frame.rejected)} rejected", 4, "yellow"))
    if traffic.retries:
        parts.append(Part(counted(traffic.retries, "retry", "retries"), 5, "yellow"))
    if traffic.rate_limited:
        parts.append(Part(f"{count(traffic.rate_limited)} rate-limited", 6, "yellow"))
    return [*parts, *_money(frame)]


def _money(frame: Frame) -> Iterable[Part]:
    """What it cost, of how much; and what all of it will: yellow when the limit comes first."""
    budget = frame.snapshot.budget
    limit_usd = budget.limit_usd if budget else None
    of = "" if limit_usd is None else f" of {exact_money(limit_usd)}"
    if frame.cost_usd is not None:
        bound = "at least " if frame.unpriced else ""
        yield Part(f"{bound}{money(frame.cost_usd)}{of}", 3, "green")
    if budget and budget.limit_tokens is not None:
        used = budget.spent_tokens + budget.kept_tokens
        yield Part(f"{count(used)} of {count(budget.limit_tokens)} tokens", 3, "green")
    if frame.projected_usd is not None:
        style = "yellow" if frame.ends_at_limit else "dim"
        yield Part(f"about {money(frame.projected_usd)} in all", 5, style)


def _breaker(engine: Snapshot) -> Iterable[Part]:
    if engine.breaker == "open":
        wait = whole_duration(math.ceil(engine.breaker_wait_s))
        yield Part(f"breaker open, probe in {wait}", 0, "bold red")
    elif engine.breaker != "closed":
        yield Part("breaker half-open, probing", 0, "yellow")
    elif engine.held_s > 0:
        wait = whole_duration(math.ceil(engine.held_s))
        yield Part(f"the provider asked to wait: {wait} left", 0, "bold yellow")


def fitting(parts: Sequence[Part], width: int, separator: str) -> Text:
    """Join the parts that fit into `width` cells, giving up the highest ranks first."""
    kept = list(parts)
    while len(kept) > 1 and _width(kept, separator) > width:
        kept.remove(max(kept, key=lambda part: part.rank))
    line = joined([Text(part.text, part.style) for part in kept], separator)
    line.truncate(width, overflow="ellipsis")
    return line


def _width(parts: Sequence[Part], separator: str) -> int:
    return sum(cell_len(part.text) for part in parts) + cell_len(separator) * (len(parts) - 1)


def plain_line(frame: Frame) -> str:
    """The whole frame as one line for a log: `0:01:20  120/500, 24 %, 12.3/s, ...`."""
    parts = [part.text.strip() for part in (*pace_parts(frame), *state_parts(frame))]
    return f"{_clock(frame.elapsed_s)}  {', '.join(text for text in parts if text)}"


def _clock(seconds: float) -> str:
    minutes, whole = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{whole:02d}"
