"""What stands under the price table: the legend, successors, notes and sources."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from copygen.config.retirement import NOTICE_DAYS
from copygen.figures import counted
from copygen.providers.pricing import Listed
from copygen.view.flow import Flow
from copygen.view.safe import safe

_MODEL_CELLS = 60


def closing_lines(
    listed: Sequence[Listed], *, in_full: bool, rates: bool
) -> Iterator[RenderableType]:
    """What the marks mean, which models to leave, and what is to know about the figures.

    `rates` when rates are shown, `in_full` when those of all tiers are: then the sources are
    named, too.
    """
    yield Flow(Text(words, "dim") for words in _legend(listed, in_full=in_full, rates=rates))
    yield from _successors(listed)
    yield from _notes(listed)
    if in_full:
        for source in dict.fromkeys(entry.evidence.source for entry in listed):
            if source:
                yield Text(f"source: {safe(source)}", "dim")


def _legend(listed: Sequence[Listed], *, in_full: bool, rates: bool) -> Iterator[str]:
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


def _successors(listed: Sequence[Listed]) -> Iterator[Text]:
    named: dict[tuple[str, str], list[str]] = {}
    for entry in listed:
        if entry.retirement and entry.retirement.successor:
            place = (entry.provider, entry.retirement.successor)
            named.setdefault(place, []).append(entry.model)
    for (provider, successor), models in named.items():
        ended = ", ".join(safe(model, _MODEL_CELLS) for model in models)
        yield Text(f"{safe(provider)}: use {safe(successor)} instead of {ended}", "yellow")


def _notes(listed: Sequence[Listed]) -> Iterator[Text]:
    """What is said of prices, each thing once with the models it is said of."""
    said: dict[str, list[str]] = {}
    for entry in listed:
        if entry.price and entry.price.note and (entry.price.input or entry.price.output):
            said.setdefault(f"{entry.provider}: {entry.price.note}", []).append(entry.model)
    for note, models in said.items():
        more = "" if len(models) == 1 else f" ({counted(len(models), 'model')})"
        yield Text(f"{safe(note)}{more}", "dim")
