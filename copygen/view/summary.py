"""The summary of a run: one table of what happened, what failed and why, and what to do next."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copygen import system
from copygen.figures import count, counted, duration, exact_money, latency, money, rate, share
from copygen.models import BudgetState, Result, Severity, Status
from copygen.results.summary import (
    PERCENTILE_COUNTS,
    CacheHint,
    CostGroup,
    FailureGroup,
    Latency,
    Quality,
    RuleGroup,
    Summary,
)
from copygen.view.console import safe
from copygen.view.decisions import decided_rows
from copygen.view.examples import Examples
from copygen.view.layout import (
    STACKED,
    WIDEST,
    Row,
    WrappedFacts,
    columns,
    panel,
    ranking,
    sections,
)

_LABEL_CELLS = 12
_EXAMPLE_CELLS = 240
_RULES_SHOWN = 20


def render_summary(
    summary: Summary,
    console: Console,
    *,
    results: str | None = None,
    command: str | None = None,
    examples: Sequence[Result] = (),
) -> None:
    """Print the summary of one run, on a terminal with a few of its texts.

    `results` is where the records are (None: they went to standard output); `command` the
    command line that goes on with this run (so without `--fresh` and `--retry`), ready to be
    pasted, from which the next steps are made; `examples` are results to show texts of.
    """
    width = min(console.width, WIDEST)
    words, style = _headline(summary)
    simulated = Text("simulated: no money was spent", "not dim magenta")
    body = sections((rows(summary) for rows in _SECTIONS), width, _LABEL_CELLS)
    console.print(
        panel(body, words, width, style, subtitle=simulated if summary.simulated else None)
    )
    if summary.failures:
        console.print(_failures(summary, width))
    if summary.quality and summary.quality.rules:
        console.print(_violations(summary.quality, width))
    if console.file.isatty() and examples:
        console.print(Examples(examples))
    for label, line in _closing(summary, results, command, is_watched=console.file.isatty()):
        # Not wrapped: a path or a command must survive being copied.
        console.print(
            Text.assemble((f"  {label:<{_LABEL_CELLS + 1}}", "dim"), line), soft_wrap=True
        )


def _has_texts(summary: Summary) -> bool:
    """Whether there are texts, of this run or of earlier ones."""
    every = (summary.by_status, summary.earlier)
    return any(one.get(status) for one in every for status in (Status.OK, Status.REJECTED))


def _headline(summary: Summary) -> tuple[str, str]:
    """What the reader wants to know first, and the colour of the whole table."""
    prompts = summary.total
    accepted = summary.by_status.get(Status.OK, 0)
    if not prompts:
        if summary.left:
            return f"nothing done, {count(summary.left)} left", "yellow"
        if summary.skipped:
            return _done_earlier(summary)
        return "no prompts", "yellow"
    if accepted == prompts and summary.left:
        return f"{counted(prompts, 'prompt')} ok, {count(summary.left)} left", "yellow"
    if accepted == prompts:
        return f"{counted(prompts, 'prompt')} ok", "green"
    style = "yellow" if accepted else "red"
    return f"{count(accepted)} of {counted(prompts, 'prompt')} ok", style


def _done_earlier(summary: Summary) -> tuple[str, str]:
    """That nothing is left to do, and how the prompts ended then."""
    ok = summary.earlier.get(Status.OK, 0)
    bad = [
        f"{count(number)} {status.value}"
        for status in (Status.REJECTED, Status.FAILED)
        if (number := summary.earlier.get(status, 0))
    ]
    if not bad:
        return f"nothing to do: {counted(summary.skipped, 'prompt')} done earlier", "green"
    words = f"nothing to do: {', '.join([f'{count(ok)} ok', *bad])} earlier"
    return words, "yellow" if ok else "red"


def _failures(summary: Summary, width: int) -> Panel:
    rows = (
        (Text(count(group.count), "bold red"), _cause(group), _example(group))
        for group in summary.failures
    )
    title = "failures by cause, an example each"
    return panel(ranking(rows, stacked=width < STACKED), title, width, "red")


def _violations(quality: Quality, width: int) -> Panel:
    table = ranking(map(_violation, quality.rules[:_RULES_SHOWN]), stacked=width < STACKED)
    if (more := len(quality.rules) - _RULES_SHOWN) > 0:
        table.add_row(Text(), Text(f"and {counted(more, 'more rule')}", "dim"))
    errors = any(group.severity is Severity.ERROR for group in quality.rules)
    title = "violations by rule, an example each"
    return panel(table, title, width, "red" if errors else "yellow")


def _violation(group: RuleGroup) -> tuple[Text, Text, Text]:
    style = "bold red" if group.severity is Severity.ERROR else "yellow"
    name = Text(safe(group.rule, _EXAMPLE_CELLS // 3), style)
    whose = (safe(group.example_id, _EXAMPLE_CELLS // 3), "cyan")
    example = Text.assemble(whose, "  ", safe(group.message, _EXAMPLE_CELLS))
    return Text(count(group.count), style), name, example


def _cause(group: FailureGroup) -> Text:
    words = Text(group.kind.value.replace("_", " "))
    if group.various:
        return words.append(" (various)", "dim")
    return words.append(f" ({group.status})", "dim") if group.status else words


def _example(group: FailureGroup) -> Text:
    name = Text(safe(group.example_id, _EXAMPLE_CELLS // 3), "cyan")
    return Text.assemble(name, "  ", safe(group.message, _EXAMPLE_CELLS))


def _closing(
    summary: Summary, results: str | None, command: str | None, *, is_watched: bool
) -> Iterator[tuple[str, Text]]:
    if results is not None:
        yield "Results", Text(safe(results), "bold")
        if is_watched and _has_texts(summary):
            for label, command_name in (("Read them", "show"), ("Judge them", "review")):
                words = system.command_line(["copygen", command_name, results])
                yield label, Text(safe(words), "bold")
    if command is None:
        return
    line = safe(command)
    budget = summary.budget
    stuck = budget is not None and (budget.needed_usd or budget.needed_tokens)
    if summary.unfinished and not stuck:
        cost = summary.left_cost_usd
        more = "" if cost is None else f", about {money(cost)}"
        words = f"{count(summary.unfinished)} not done{more}: "
        yield "Next", Text.assemble(words, (line, "bold"))
    # Failures of earlier runs are settled too, so a run with nothing to do still has them.
    records = summary.by_status if summary.total else summary.earlier
    if failed := records.get(Status.FAILED, 0):
        retry = (f"{line} --retry failed", "bold")
        yield "Next", Text.assemble(f"{count(failed)} failed: ", retry)
    if summary.quality and (rejected := records.get(Status.REJECTED, 0)):
        retry = (f"{line} --retry rejected", "bold")
        yield "Next", Text.assemble(f"{count(rejected)} rejected: ", retry)


STATUS_STYLES = {
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
        Text.assemble((count(number), f"bold {STATUS_STYLES[status]}"), " ", _word(status))
        for status in Status
        if (number := summary.by_status.get(status, 0))
    ]
    if summary.skipped:
        facts.append(Text(f"{count(summary.skipped)} done earlier", "dim"))
    if summary.left:
        facts.append(Text(f"{count(summary.left)} left", "yellow"))
    if summary.same:
        facts.append(Text(f"{count(summary.same)} with the text of another", "dim"))
    if summary.left_out:
        rows = counted(sum(summary.left_out.values()), "row")
        facts.append(Text(f"{rows} left out by {', '.join(summary.left_out)}", "dim"))
    if not facts:
        facts.append(Text("none"))
    return [("Prompts", WrappedFacts(facts)), *_time(summary)]


def _decided(summary: Summary) -> list[Row]:
    return decided_rows(summary.decided)


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
    rows: list[Row] = [("Texts", WrappedFacts(facts))] if facts else []
    if quality.openings:
        said = (
            Text(f"{count(one.count)} × “{safe(one.words, _OPENING_CELLS)}”")
            for one in quality.openings
        )
        rows.append(("Openings", WrappedFacts(list(said))))
    if quality.language_doubts or quality.language_notes:
        doubts = [Text(safe(one.message), "yellow") for one in quality.language_doubts]
        notes = [Text(safe(note)) for note in quality.language_notes]
        rows.append(("Languages", WrappedFacts([*doubts, *notes])))
    return rows


def _word(status: Status) -> str:
    return _STATUS_WORDS.get(status, status.value)


def _time(summary: Summary) -> list[Row]:
    if not summary.total:
        return []
    time = [Text(duration(summary.wall_s)), Text(rate(summary.throughput_per_s, "prompts"))]
    return [("Time", WrappedFacts(time))]


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
        ("Tokens", WrappedFacts(tokens)),
        ("Cost", WrappedFacts(_cost(summary))),
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
    return [("Limit", WrappedFacts(facts))]


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
    return [("Answered", WrappedFacts(facts))]


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
    return [("Traffic", WrappedFacts(facts))]


def _counted(number: int, words: str) -> Text:
    return Text(words, "yellow" if number else "dim")


_SECTIONS: Sequence[Callable[[Summary], list[Row]]] = (
    _outcome,
    _decided,
    _texts,
    _latency,
    _spending,
    _breakdown,
    _wire,
)
"""Top to bottom; a section without rows is left out."""


_SHOWN = 6
_SHORTEST_NAME = 12
_LONGEST_NAME = 60
_HEADER = ("accepted", "cost", "per text")
_GAP = 2
_UNKNOWN = "–"


class CostTable:
    """A rich renderable: accepted texts, cost and cost per accepted text of each group.

    Where there is no room for columns, each group takes lines of its own. No figure is cut.
    """

    def __init__(self, groups: Sequence[CostGroup], *others: Sequence[CostGroup]) -> None:
        """Of more than six groups, those whose texts are the dearest. `others` are the groups of
        tables above or below, which get the same columns.
        """
        self._groups = shown(groups)
        self._more = len(groups) - len(self._groups)
        self._all = [*self._groups, *(group for other in others for group in shown(other))]

    def _table(self, width: int) -> Table:
        rows = [_figures(group) for group in self._all]
        widths = [
            max(len(name), *(row[number].cell_len for row in rows))
            for number, name in enumerate(_HEADER)
        ]
        room = width - sum(widths) - _GAP * len(widths)
        if room < _SHORTEST_NAME:
            return self._stacked(width)
        longest = max(cell_len(safe(group.name, _LONGEST_NAME)) for group in self._all)
        return self._side_by_side(min(longest, room), widths)

    def _side_by_side(self, name_cells: int, widths: Sequence[int]) -> Table:
        table = Table.grid(padding=(0, _GAP, 0, 0), pad_edge=False)
        table.add_column(no_wrap=True, width=name_cells)
        for cells in widths:
            table.add_column(justify="right", no_wrap=True, width=cells)
        table.add_row("", *(Text(name, "dim") for name in _HEADER))
        for group in self._groups:
            table.add_row(Text(safe(group.name, name_cells)), *_figures(group))
        if self._more:
            table.add_row(Text(f"{count(self._more)} more", "dim"))
        return table

    def _stacked(self, width: int) -> Table:
        table = Table.grid()
        table.add_column(width=width)
        for group in self._groups:
            table.add_row(Text(safe(group.name, width)))
            *facts, each = _figures(group)
            facts += [] if each.plain == _UNKNOWN else [each.append(" per text")]
            table.add_row(Padding(WrappedFacts(facts), (0, 0, 0, 2)))
        if self._more:
            table.add_row(Text(f"{count(self._more)} more", "dim"))
        return table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._table(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._table(options.max_width))


def shown(groups: Sequence[CostGroup]) -> Sequence[CostGroup]:
    """The groups there is room for, the dearest first if not all."""
    if len(groups) <= _SHOWN:
        return groups
    return sorted(groups, key=_dearest_first)[:_SHOWN]


def _dearest_first(group: CostGroup) -> Decimal:
    return -group.cost_per_ok_usd if group.cost_per_ok_usd is not None else Decimal(0)


def _figures(group: CostGroup) -> tuple[Text, Text, Text]:
    accepted = Text(f"{count(group.ok)} of {count(group.results)}")
    if group.cost_usd is None:
        return accepted, Text("unknown", "yellow"), Text(_UNKNOWN)
    cost = money(group.cost_usd)
    each = Text(_UNKNOWN) if group.cost_per_ok_usd is None else Text(money(group.cost_per_ok_usd))
    return accepted, Text(f"at least {cost}", "yellow") if group.unpriced else Text(cost), each


_WIDE = 58
_PERCENTILES = ("mean", "p50", "p95", "p99", "max")


class LatencyTable:
    """A rich renderable: mean, p50, p95, p99, max and n of each named distribution."""

    def __init__(self, rows: Sequence[tuple[str, Latency]]) -> None:
        self._rows = rows

    def _table(self, width: int) -> Table:
        columns = [(label, [*_percentiles(row), count(row.count)]) for label, row in self._rows]
        if width < _WIDE:
            return _grid(
                ["", *(label.replace(" ", "\n") for label, _ in columns)],
                list(zip([*_PERCENTILES, "n"], *(cells for _, cells in columns), strict=True)),
            )
        return _grid(["", *_PERCENTILES, "n"], [[label, *cells] for label, cells in columns])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield self._table(options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._table(options.max_width))


def _percentiles(row: Latency) -> list[str]:
    values = (row.mean_ms, row.p50_ms, row.p95_ms, row.p99_ms, row.max_ms)
    return [
        latency(value) if row.count >= PERCENTILE_COUNTS.get(f"{name}_ms", 1) else "–"
        for name, value in zip(_PERCENTILES, values, strict=True)
    ]


def _grid(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = columns(header)
    for first, *rest in rows:
        table.add_row(Text(first, "dim"), *map(Text, rest))
    return table
