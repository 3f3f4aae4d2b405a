"""The price table: every model of the settings, with what is known about its price."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from copygen.config import Evidence, Price, ProviderConfig
from copygen.config.retirement import Retirement, retirement_of


@dataclass(frozen=True, slots=True)
class Listed:
    """One model of one provider."""

    provider: str
    model: str
    aliases: tuple[str, ...]
    is_default: bool
    """Whether the provider's own default."""
    price: Price | None
    evidence: Evidence
    age_days: int | None
    """Days since the price was looked up."""
    deprecated_on: date | None
    retirement: Retirement | None
    """Only when the end is near or past."""
    output_cap: int | None
    """The cap a request has when its prompt sets none."""


class Order(StrEnum):
    """What the table can be sorted by."""

    PROVIDER = "provider"
    MODEL = "model"
    INPUT = "input"
    CACHED = "cached"
    OUTPUT = "output"
    AGE = "age"
    ENDS = "ends"
    COST = "cost"


def catalogue(
    providers: Iterable[ProviderConfig], today: date, caps: tuple[str, ...]
) -> list[Listed]:
    """Every listed model, provider by provider, in the order of their files.

    `caps` are the parameters that bound the output.
    """
    return [listed for provider in providers for listed in _of(provider, today, caps)]


def _of(provider: ProviderConfig, today: date, caps: tuple[str, ...]) -> Iterator[Listed]:
    default = provider.model(provider.default_model)
    for name, model in provider.models.items():
        evidence = provider.evidence(name)
        sent = provider.request_defaults(name)
        given = [value for cap in caps if isinstance(value := sent.get(cap), int)]
        yield Listed(
            provider=provider.name,
            model=name,
            aliases=model.aliases,
            is_default=model is default,
            price=model.price,
            evidence=evidence,
            age_days=evidence.age_days(today),
            deprecated_on=model.deprecated_on,
            retirement=retirement_of(provider, name, today),
            output_cap=next(iter(given), None),
        )


def in_order(listed: list[Listed], order: Order) -> list[Listed]:
    """Sorted, lowest or earliest first; a model without the figure stands last."""
    if order in (Order.PROVIDER, Order.COST):
        return listed
    return sorted(listed, key=lambda entry: _rank(entry, order))


def _rank(entry: Listed, order: Order) -> tuple[bool, object]:
    figures: dict[Order, object] = {
        Order.MODEL: entry.model.casefold(),
        Order.AGE: entry.age_days,
        Order.ENDS: entry.deprecated_on,
    }
    if (price := entry.price) is not None:
        figures[Order.INPUT] = price.input
        figures[Order.OUTPUT] = price.output
        figures[Order.CACHED] = price.input if price.cached_input is None else price.cached_input
    figure = figures.get(order)
    return figure is None, 0 if figure is None else figure
