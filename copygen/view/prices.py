"""What models cost, as a table. Amounts are US dollars per million tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from copygen.config import Price, Rates, TimeOfDay
from copygen.config.prices import Weekday
from copygen.config.settings import NOTICE_DAYS
from copygen.figures import count, counted, money, per_million
from copygen.jobs.prices import PricedPrompts, PriceList
from copygen.models import JsonValue
from copygen.providers.pricing import ListedModel, Order, genai_prices_version
from copygen.results.record import dumps
from copygen.view.console import safe
from copygen.view.layout import WrappedFacts

VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""
_WIDEST = 110
_ROOMY = 100
"""Below this many columns a table that names the provider in each row leaves out what it can."""
_NARROW = 76
"""Below this many a name would be cut into pieces: priced prompts are shown without the rates that
their cost is made of, a list without the columns that few look for."""
_STALE_DAYS = 90
_MODEL_CELLS = 60
_WEEKDAYS = {"mon", "tue", "wed", "thu", "fri"}


class TableLayout(StrEnum):
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
    listed: Sequence[ListedModel],
    console: Console,
    layout: TableLayout,
    priced: PricedPrompts | None = None,
) -> None:
    """Print the table, and what it would cost to do `priced` with each model."""
    width = min(console.width, _WIDEST)
    if priced is not None:
        console.print(_about(priced), soft_wrap=False)
    in_full = layout is TableLayout.FULL
    if layout in (TableLayout.BRIEF, TableLayout.FULL):
        for number, (name, entries) in enumerate(groupby(listed, lambda entry: entry.provider)):
            if number:
                console.print()
            console.print(_group(name, list(entries), width, priced, in_full=in_full))
    else:
        console.print(_flat(listed, width, priced, aged=layout is TableLayout.AGED))
    console.print()
    for line in closing_lines(listed, in_full=in_full, rates=_shows_rates(priced, width)):
        console.print(line)


def _about(priced: PricedPrompts) -> Text:
    return Text.assemble(
        (safe(priced.path, _MODEL_CELLS), "bold"),
        f": {counted(priced.prompts, 'prompt')}, about {count(priced.input_tokens)} input tokens; "
        f"likely: {count(priced.expected_output)} output tokens each (--output-tokens), "
        "at most: every text as long as max_tokens allows, and every correction\n",
    )


def _group(
    name: str,
    entries: list[ListedModel],
    width: int,
    priced: PricedPrompts | None,
    *,
    in_full: bool,
) -> Table:
    heading = Text.assemble((safe(name, 20), "not dim bold cyan"), " · ", _checked(entries))
    roomy = in_full or width >= _NARROW
    columns = _PriceColumns(
        provider=False,
        priced=priced,
        rates=True,
        batch=priced is None and roomy,
        aged=False,
        cached=roomy,
        ends=True,
    )
    table = columns.table(width, heading)
    for entry in entries:
        table.add_row(*columns.row(entry))
        if in_full and entry.price is not None:
            for words, rates in _tiers(entry.price):
                table.add_row(*columns.tier(words, rates))
    return table


def _flat(
    listed: Sequence[ListedModel], width: int, priced: PricedPrompts | None, *, aged: bool
) -> Table:
    roomy = width >= _ROOMY
    columns = _PriceColumns(
        provider=True,
        priced=priced,
        rates=_shows_rates(priced, width),
        batch=roomy and priced is None,
        aged=aged,
        cached=roomy or priced is None,
        ends=roomy or priced is None,
    )
    table = columns.table(width, Text("model"))
    for entry in listed:
        table.add_row(*columns.row(entry))
    return table


def _shows_rates(priced: PricedPrompts | None, width: int) -> bool:
    return priced is None or width >= _NARROW


@dataclass(frozen=True, slots=True)
class _PriceColumns:
    """Which columns there are; the model and the marks always."""

    provider: bool
    priced: PricedPrompts | None
    rates: bool
    """`input` and `output`."""
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
        if self.priced is not None:
            yield from ("likely", "at most")
        if self.rates:
            yield "input"
        if self.cached:
            yield "cached"
        if self.rates:
            yield "output"
        if self.batch:
            yield "batch"
        if self.aged:
            yield "age"

    def row(self, entry: ListedModel) -> list[Text]:
        cells = [_name(entry)]
        if self.provider:
            cells.append(Text(safe(entry.provider, 20), "cyan"))
        if self.priced is not None:
            estimate = self.priced.estimates[entry.provider, entry.model]
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
        blank = [Text(), Text()] if self.priced is not None else []
        amounts = [Text(cell.plain, "dim") for cell in self._rates(rates)]
        return [Text(f"  {words}", "dim"), *blank, *amounts]

    def _rates(self, rates: Rates | None) -> list[Text]:
        if not self.rates:
            return []
        if rates is None:
            return [Text("unknown", "yellow"), *([Text()] if self.cached else []), Text()]
        cached = rates.cached_input
        middle = Text("-", "dim") if cached is None else Text(per_million(cached))
        return [
            Text(per_million(rates.input)),
            *([middle] if self.cached else []),
            Text(per_million(rates.output)),
        ]


def _name(entry: ListedModel) -> Text:
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


def _mark(entry: ListedModel) -> Text:
    mark = Text()
    if entry.price is not None:
        mark.append("L" if entry.price.long_context else "", "magenta")
        mark.append("H" if entry.price.time_of_day else "", "magenta")
    if entry.retirement is not None:
        mark.append("x" if entry.retirement.is_past else "!", _end_style(entry))
    return mark


def _end(entry: ListedModel) -> Text:
    ends = entry.deprecated_on
    return Text() if ends is None else Text(str(ends), _end_style(entry))


def _end_style(entry: ListedModel) -> str:
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


def _checked(entries: Sequence[ListedModel]) -> Text:
    """When the prices were last looked at: one date for most providers, the oldest for others."""
    dates = [entry.evidence.checked_on for entry in entries if entry.evidence.checked_on]
    ages = [entry.age_days for entry in entries if entry.age_days is not None]
    if not dates:
        return Text("prices not dated", "yellow")
    age = max(ages)
    return Text(f"checked {_ago(age)}", "dim" if age <= _STALE_DAYS else "yellow")


def _ago(days: int) -> str:
    return "today" if days == 0 else f"{counted(days, 'day')} ago"


def layout_of(order: Order, *, in_full: bool) -> TableLayout:
    """How a list in that order is laid out; `in_full` where single providers were asked for."""
    if order is Order.PROVIDER:
        return TableLayout.FULL if in_full else TableLayout.BRIEF
    return TableLayout.AGED if order is Order.AGE else TableLayout.FLAT


def prices_json(prices: PriceList) -> str:
    """The list as JSON on one line, for programs. Amounts are numbers, absent ones null."""
    fields: dict[str, JsonValue] = {"genai_prices": genai_prices_version()}
    if (priced := prices.priced) is not None:
        fields["for"] = {
            "path": priced.path,
            "prompts": priced.prompts,
            "input_tokens": priced.input_tokens,
            "output_tokens_each": priced.expected_output,
        }
    models = [_plain_entry(entry, priced) for entry in prices.listed]
    return f"{dumps({'version': VERSION, **fields, 'models': models}).decode()}\n"


def _plain_entry(entry: ListedModel, priced: PricedPrompts | None) -> dict[str, JsonValue]:
    retirement = entry.retirement
    fields = {
        "provider": entry.provider,
        "model": entry.model,
        "aliases": entry.aliases,
        "default": entry.is_default,
        "price": _numbers(entry.price.model_dump(mode="python")) if entry.price else None,
        "source": entry.evidence.source,
        "checked_on": entry.evidence.checked_on,
        "age_days": entry.age_days,
        "deprecated_on": entry.deprecated_on,
        "days_left": retirement.days_left if retirement else None,
        "successor": retirement.successor if retirement else None,
    }
    if priced is not None:
        estimate = priced.estimates[entry.provider, entry.model]
        fields["likely_usd"] = _numbers(estimate.likely_usd)
        fields["at_most_usd"] = _numbers(estimate.most_usd)
    return fields


def _numbers(value: JsonValue) -> JsonValue:
    """Decimals as numbers; orjson would have them as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return [_numbers(item) for item in value] if isinstance(value, (list, tuple)) else value


def closing_lines(
    listed: Sequence[ListedModel], *, in_full: bool, rates: bool
) -> Iterator[RenderableType]:
    """What the marks mean, which models to leave, and what is to know about the figures.

    `rates` when rates are shown, `in_full` when those of all tiers are: then the sources are
    named, too.
    """
    yield WrappedFacts(
        Text(words, "dim") for words in _legend(listed, in_full=in_full, rates=rates)
    )
    yield from _successors(listed)
    yield from _notes(listed)
    if in_full:
        for source in dict.fromkeys(entry.evidence.source for entry in listed):
            if source:
                yield Text(f"source: {safe(source)}", "dim")


def _legend(listed: Sequence[ListedModel], *, in_full: bool, rates: bool) -> Iterator[str]:
    if rates:
        yield "US dollars per million tokens"
    yield "* the provider's default"
    prices = [entry.price for entry in listed if entry.price]
    long_context = any(price.long_context for price in prices)
    time_of_day = any(price.time_of_day for price in prices)
    if long_context:
        yield "L dearer for long inputs"
    if time_of_day:
        yield "H dearer at some hours"
    if (long_context or time_of_day) and not in_full:
        yield "-p PROVIDER shows how much"
    ends = [entry.retirement for entry in listed if entry.retirement]
    if any(not end.is_past for end in ends):
        yield f"! ends within {NOTICE_DAYS} days"
    if any(end.is_past for end in ends):
        yield "x has ended"


def _successors(listed: Sequence[ListedModel]) -> Iterator[Text]:
    named: dict[tuple[str, str], list[str]] = {}
    for entry in listed:
        if entry.retirement and entry.retirement.successor:
            place = (entry.provider, entry.retirement.successor)
            named.setdefault(place, []).append(entry.model)
    for (provider, successor), models in named.items():
        ended = ", ".join(safe(model, _MODEL_CELLS) for model in models)
        yield Text(f"{safe(provider)}: use {safe(successor)} instead of {ended}", "yellow")


def _notes(listed: Sequence[ListedModel]) -> Iterator[Text]:
    """What is said of prices, each thing once with the models it is said of."""
    said: dict[str, list[str]] = {}
    for entry in listed:
        if entry.price and entry.price.note and (entry.price.input or entry.price.output):
            said.setdefault(f"{entry.provider}: {entry.price.note}", []).append(entry.model)
    for note, models in said.items():
        more = "" if len(models) == 1 else f" ({counted(len(models), 'model')})"
        yield Text(f"{safe(note)}{more}", "dim")
