"""What the summary table says, row by row. Words and colours; the layout is in `summary`."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeAlias

from rich.console import RenderableType
from rich.text import Text

from copygen.figures import count, counted, duration, exact_money, money, rate, share
from copygen.models import BudgetState, Status
from copygen.results.stats import Summary
from copygen.results.summary import CacheHint
from copygen.view.costs import CostTable
from copygen.view.flow import Flow
from copygen.view.latency import LatencyTable
from copygen.view.safe import safe

Row: TypeAlias = tuple[str, RenderableType]
"""Label and value."""

_STATUS_STYLES = {
    Status.OK: "green",
    Status.REJECTED: "yellow",
    Status.FAILED: "red",
    Status.SKIPPED: "yellow",
    Status.CANCELLED: "yellow",
}
_STATUS_WORDS = {Status.SKIPPED: "never sent"}
_SENTENCE_CELLS = 200
_NOTES = 3
_NOTE_CELLS = 120
_OPENING_CELLS = 40


def _outcome(summary: Summary) -> list[Row]:
    facts = [
        Text.assemble((count(number), f"bold {_STATUS_STYLES[status]}"), " ", _word(status))
        for status in Status
        if (number := summary.by_status.get(status, 0))
    ]
    if summary.skipped:
        facts.append(Text(f"{count(summary.skipped)} done earlier", "dim"))
    if summary.left:
        facts.append(Text(f"{count(summary.left)} left", "yellow"))
    if not facts:
        facts.append(Text("none"))
    return [("Prompts", Flow(facts)), *_time(summary)]


def _texts(summary: Summary) -> list[Row]:
    """What became of texts that were held against rules."""
    quality = summary.quality
    if quality is None:
        return []
    facts = [
        Text.assemble((count(number), f"bold {style}"), f" {words}")
        for number, words, style in (
            (quality.first_try, "accepted at first try", "green"),
            (quality.after_reask, "after a re-ask", "green"),
            (quality.kept, "kept though wrong", "yellow"),
            (quality.rejected, "rejected", "red"),
        )
        if number
    ]
    if quality.reasks:
        facts.append(Text(counted(quality.reasks, "re-ask"), "dim"))
    rows: list[Row] = [("Texts", Flow(facts))] if facts else []
    if quality.openings:
        said = (
            Text(f"{count(one.count)} × “{safe(one.words, _OPENING_CELLS)}”")
            for one in quality.openings
        )
        rows.append(("Openings", Flow(list(said))))
    return rows


def _word(status: Status) -> str:
    return _STATUS_WORDS.get(status, status.value)


def _time(summary: Summary) -> list[Row]:
    if not summary.total:
        return []
    time = [Text(duration(summary.wall_s)), Text(rate(summary.throughput_per_s, "prompts"))]
    return [("Time", Flow(time))]


def _latency(summary: Summary) -> list[Row]:
    named = [
        ("ok attempt", summary.latency),
        ("whole prompt", summary.total_time),
        ("failed prompt", summary.failed_time),
    ]
    measured = [(name, figures) for name, figures in named if figures is not None]
    return [("Latency", LatencyTable(measured))] if measured else []


def _spending(summary: Summary) -> list[Row]:
    if not summary.total:
        return []
    usage = summary.usage
    cached = f"cached, {share(usage.cached_tokens, usage.input_tokens)}"
    written = (usage.cache_write_tokens, "written to the cache")
    tokens = [
        _of(usage.input_tokens, "in", (usage.cached_tokens, cached), written),
        _of(usage.output_tokens, "out", (usage.reasoning_tokens, "reasoning")),
    ]
    rows: list[Row] = [
        ("Tokens", Flow(tokens)),
        ("Cost", Flow(_cost(summary))),
        *_limit(summary.budget),
        *_others(summary),
    ]
    if (saved := _saving(summary)) is not None:
        rows.append(("Saving", saved))
    if (hint := summary.cache_hint) is not None:
        rows.append(("Hint", _cache_hint(hint)))
    return rows


def _of(tokens: int, direction: str, *parts: tuple[int, str]) -> Text:
    whole = Text(f"{count(tokens)} {direction}")
    words = "; ".join(f"{count(part)} {kind}" for part, kind in parts if part)
    return whole.append(f" ({words})", "dim") if words else whole


def _limit(budget: BudgetState | None) -> list[Row]:
    """How much of each limit is used; what may have been billed counts as used."""
    if budget is None:
        return []
    facts = []
    if budget.limit_usd is not None:
        used = budget.spent_usd + budget.kept_usd
        percent = share(float(used), float(budget.limit_usd))
        facts.append(Text(f"{percent} of {exact_money(budget.limit_usd)} used"))
        if budget.kept_usd:
            facts.append(Text(f"{money(budget.kept_usd)} of it possibly billed", "yellow"))
    if budget.limit_tokens is not None:
        used_tokens = budget.spent_tokens + budget.kept_tokens
        percent = share(used_tokens, budget.limit_tokens)
        facts.append(Text(f"{percent} of {count(budget.limit_tokens)} tokens used"))
    facts += [Text(safe(words, _SENTENCE_CELLS), "yellow") for words in budget.widened[:_NOTES]]
    return [("Limit", Flow(facts))]


def _others(summary: Summary) -> list[Row]:
    """Who answered in the place of the model asked for."""
    found = summary.answered_by_others
    if not found:
        return []
    facts = [Text(f"{count(sum(found.values()))} by another model than asked for", "yellow")]
    named = islice(found.items(), _NOTES)
    facts += [
        Text(f"{count(number)} × {safe(models, _NOTE_CELLS)}", "dim") for models, number in named
    ]
    return [("Answered", Flow(facts))]


def _cache_hint(hint: CacheHint) -> Text:
    return Text.assemble(
        "the template inserts ",
        (safe(hint.first_column, _NOTE_CELLS), "bold"),
        f" before about {count(hint.behind_tokens)} tokens that never change. Put what changes "
        "from row to row last, and the provider reads the rest from its cache for less.",
        style="cyan",
    )


def _breakdown(summary: Summary) -> list[Row]:
    """By model and by cell, each only when there was more than one."""
    named = [("By model", summary.costs_by_model), ("By cell", summary.costs_by_cell)]
    told_apart = [(label, groups) for label, groups in named if len(groups) > 1]
    every = [groups for _, groups in told_apart]
    return [(label, CostTable(groups, *every)) for label, groups in told_apart]


def _cost(summary: Summary) -> list[Text]:
    notes = [
        Text(f"{count(results)} × {safe(note, _NOTE_CELLS)}", "dim")
        for note, results in islice(summary.cost_notes.items(), _NOTES)
    ]
    if summary.cost_usd is None:
        return [Text("unknown", "yellow"), *notes]
    total = Text(money(summary.cost_usd), "bold")
    facts = [Text.assemble("at least ", total) if summary.unpriced else total]
    if (other := summary.second_currency) is not None:
        facts.append(Text(money(other.amount, safe(other.code))))
    for status, spent in summary.cost_by_status_usd.items():
        facts.append(Text(f"{money(spent)} of it {status.value}", "yellow"))
    if summary.traffic.possibly_billed_usd:
        words = f"up to {money(summary.traffic.possibly_billed_usd)} more possibly billed"
        facts.append(Text(words, "yellow"))
    if summary.cost_per_ok_usd is not None:
        facts.append(Text(f"{money(summary.cost_per_ok_usd)} per accepted text"))
    if summary.unpriced:
        facts.append(Text(f"{count(summary.unpriced)} unpriced", "yellow"))
    return [*facts, *notes]


def _saving(summary: Summary) -> Text | None:
    if summary.saving_usd is None or summary.reference_cost_usd is None:
        return None
    against = f"{money(summary.reference_cost_usd)} at the reference price"
    if summary.saving_usd < 0:
        return Text(f"none: {money(-summary.saving_usd)} more than {against}", "yellow")
    figure = money(summary.saving_usd)
    if summary.saving_share is not None:
        figure = f"{figure} ({share(float(summary.saving_share), 1)})"
    return Text.assemble((figure, "bold green"), f" against {against}")


def _wire(summary: Summary) -> list[Row]:
    traffic = summary.traffic
    if not traffic.requests:
        return []
    facts = [
        Text(counted(traffic.requests, "request")),
        _counted(traffic.retries, counted(traffic.retries, "retry", "retries")),
        _counted(traffic.rate_limited, f"{count(traffic.rate_limited)} rate-limited (429)"),
        _counted(traffic.breaker_openings, counted(traffic.breaker_openings, "breaker opening")),
    ]
    if traffic.possibly_billed:
        words = counted(traffic.possibly_billed, "failed attempt")
        facts.append(Text(f"{words} possibly billed", "yellow"))
    return [("Traffic", Flow(facts))]


def _counted(number: int, words: str) -> Text:
    return Text(words, "yellow" if number else "dim")


SECTIONS: Sequence[Callable[[Summary], list[Row]]] = (
    _outcome,
    _texts,
    _latency,
    _spending,
    _breakdown,
    _wire,
)
"""Top to bottom; a section without rows is left out."""
