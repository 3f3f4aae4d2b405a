"""What models cost, as a table. Amounts are US dollars per million tokens."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.config import Price, Rates, TimeOfDay
from copygen.config.prices import Weekday
from copygen.figures import count, counted, money, per_million
from copygen.providers.pricing import Listed
from copygen.view.price_notes import closing_lines
from copygen.view.safe import safe

_WIDEST = 110
_ROOMY = 100
"""Below this many columns a table that names the provider in each row leaves out what it can."""
_STALE_DAYS = 90
_MODEL_CELLS = 60
_WEEKDAYS = {"mon", "tue", "wed", "thu", "fri"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a prompt file would cost with one model. None: it cannot be told."""

    likely_usd: Decimal | None
    most_usd: Decimal | None
    """With every text as long as it may be, in the dearest hour."""


@dataclass(frozen=True, slots=True)
class Job:
    """A prompt file, and what it would cost."""

    path: str
    prompts: int
    input_tokens: int
    """Estimated, in all."""
    expected_output: int
    """Output tokens per prompt."""
    estimates: Mapping[tuple[str, str], Estimate]
    """By provider and model."""


class Layout(StrEnum):
    """How the table is laid out."""

    BRIEF = "brief"
    """Grouped by provider; a mark says that a price has tiers."""
    FULL = "full"
    """Grouped by provider, with the rates of every tier, and the sources."""
    FLAT = "flat"
    """The provider in each row, in whatever order."""
    AGED = "aged"
    """Flat, with the age of each price."""


def render_prices(
    listed: Sequence[Listed], console: Console, layout: Layout, job: Job | None = None
) -> None:
    """Print the table, and what it would cost to do `job` with each model."""
    width = min(console.width, _WIDEST)
    if job is not None:
        console.print(_about(job), soft_wrap=False)
    in_full = layout is Layout.FULL
    if layout in (Layout.BRIEF, Layout.FULL):
        for number, (name, entries) in enumerate(groupby(listed, lambda entry: entry.provider)):
            if number:
                console.print()
            console.print(_group(name, list(entries), width, job, in_full=in_full))
    else:
        console.print(_flat(listed, width, job, aged=layout is Layout.AGED))
    console.print()
    for line in closing_lines(listed, in_full=in_full):
        console.print(line)


def _about(job: Job) -> Text:
    return Text.assemble(
        (safe(job.path, _MODEL_CELLS), "bold"),
        f": {counted(job.prompts, 'prompt')}, about {count(job.input_tokens)} input tokens; "
        f"likely: {count(job.expected_output)} output tokens each (--output-tokens), "
        "at most: every text as long as max_tokens allows\n",
    )


def _group(
    name: str, entries: list[Listed], width: int, job: Job | None, *, in_full: bool
) -> Table:
    heading = Text.assemble((safe(name, 20), "not dim bold cyan"), " · ", _checked(entries))
    columns = _Columns(
        provider=False, job=job, batch=job is None, aged=False, cached=True, ends=True
    )
    table = columns.table(width, heading)
    for entry in entries:
        table.add_row(*columns.row(entry))
        if in_full and entry.price is not None:
            for words, rates in _tiers(entry.price):
                table.add_row(*columns.tier(words, rates))
    return table


def _flat(listed: Sequence[Listed], width: int, job: Job | None, *, aged: bool) -> Table:
    roomy = width >= _ROOMY
    columns = _Columns(
        provider=True,
        job=job,
        batch=roomy and job is None,
        aged=aged,
        cached=roomy or job is None,
        ends=roomy or job is None,
    )
    table = columns.table(width, Text("model"))
    for entry in listed:
        table.add_row(*columns.row(entry))
    return table


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which columns there are; `input`, `output` and the marks always."""

    provider: bool
    job: Job | None
    batch: bool
    aged: bool
    cached: bool
    ends: bool

    def table(self, width: int, heading: Text) -> Table:
        table = Table(box=None, width=width, padding=(0, 1), header_style="dim", pad_edge=False)
        table.add_column(heading, ratio=1, overflow="fold")
        if self.provider:
            table.add_column("provider", no_wrap=True)
        for name in self._amounts():
            table.add_column(name, justify="right", no_wrap=True, min_width=6)
        table.add_column("", no_wrap=True, min_width=1)
        if self.ends:
            table.add_column("ends", no_wrap=True, min_width=10)
        return table

    def _amounts(self) -> Iterator[str]:
        if self.job is not None:
            yield from ("likely", "at most")
        yield "input"
        if self.cached:
            yield "cached"
        yield "output"
        if self.batch:
            yield "batch"
        if self.aged:
            yield "age"

    def row(self, entry: Listed) -> list[Text]:
        cells = [_name(entry)]
        if self.provider:
            cells.append(Text(safe(entry.provider, 20), "cyan"))
        if self.job is not None:
            estimate = self.job.estimates[entry.provider, entry.model]
            cells += [_usd(estimate.likely_usd, "bold"), _usd(estimate.most_usd, "")]
        cells += self._rates(entry.price)
        if self.batch:
            cells.append(_batch(entry.price))
        if self.aged:
            cells.append(_age(entry.age_days))
        cells.append(_mark(entry))
        return [*cells, _end(entry)] if self.ends else cells

    def tier(self, words: str, rates: Rates) -> list[Text]:
        """A row under a model, with other rates of it."""
        blank = [Text(), Text()] if self.job is not None else []
        amounts = [Text(cell.plain, "dim") for cell in self._rates(rates)]
        return [Text(f"  {words}", "dim"), *blank, *amounts]

    def _rates(self, rates: Rates | None) -> list[Text]:
        if rates is None:
            return [Text("unknown", "yellow"), *([Text()] if self.cached else []), Text()]
        cached = rates.cached_input
        middle = Text("-", "dim") if cached is None else Text(per_million(cached))
        return [
            Text(per_million(rates.input)),
            *([middle] if self.cached else []),
            Text(per_million(rates.output)),
        ]


def _name(entry: Listed) -> Text:
    name = Text(safe(entry.model, _MODEL_CELLS))
    return name.append(" *", "cyan") if entry.is_default else name


def _usd(amount: Decimal | None, style: str) -> Text:
    if amount is None:
        return Text("unknown", "yellow")
    return Text(money(amount), style) if amount else Text("free", "green")


def _batch(price: Price | None) -> Text:
    factor = price.batch_factor if price else None
    return Text("-", "dim") if factor is None else Text(f"{factor * 100:.0f} %")


def _age(days: int | None) -> Text:
    if days is None:
        return Text("unknown", "yellow")
    return Text(f"{count(days)} d", "" if days <= _STALE_DAYS else "yellow")


def _mark(entry: Listed) -> Text:
    mark = Text()
    if entry.price is not None:
        mark.append("L" if entry.price.long_context else "", "magenta")
        mark.append("H" if entry.price.time_of_day else "", "magenta")
    if entry.retirement is not None:
        mark.append("x" if entry.retirement.is_past else "!", _end_style(entry))
    return mark


def _end(entry: Listed) -> Text:
    ends = entry.deprecated_on
    return Text() if ends is None else Text(str(ends), _end_style(entry))


def _end_style(entry: Listed) -> str:
    if entry.retirement is None:
        return "dim"
    return "bold red" if entry.retirement.is_past else "bold yellow"


def _tiers(price: Price) -> Iterator[tuple[str, Rates]]:
    for tier in price.long_context:
        yield f"over {count(tier.above_input_tokens)} input tokens", tier
    for hours in price.time_of_day:
        yield _hours(hours), hours


def _hours(tier: TimeOfDay) -> str:
    spans = ", ".join(span.replace(":00", "") for span in tier.utc)
    if set(tier.days) == _WEEKDAYS:
        return f"{spans} UTC, Mon-Fri"
    return f"{spans} UTC" + ("" if len(tier.days) == len(Weekday) else f", {' '.join(tier.days)}")


def _checked(entries: Sequence[Listed]) -> Text:
    """When the prices were last looked at: one date for most providers, the oldest for others."""
    dates = [entry.evidence.checked_on for entry in entries if entry.evidence.checked_on]
    ages = [entry.age_days for entry in entries if entry.age_days is not None]
    if not dates:
        return Text("prices not dated", "yellow")
    age = max(ages)
    return Text(f"checked {_ago(age)}", "dim" if age <= _STALE_DAYS else "yellow")


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{counted(days, 'day')} ago"
