"""What a reply costs: a number, or None with the reason. Never a silent zero.

All arithmetic is decimal and exact. A provider's own figure wins over any table; the table of the
settings wins over the wider one of `genai-prices`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal
from enum import StrEnum
from functools import reduce

from copygen.config import Evidence, Price, ProviderConfig, Rates
from copygen.config.prices import is_same_model, output_cap
from copygen.config.settings import Retirement, retirement_of
from copygen.models import Completion, Usage
from copygen.providers import wider_prices

PER_MILLION_DIGITS = 6

_EXACT = Context(prec=60)
"""Digits for the largest token count at the longest price anybody writes down."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars for one reply, exact."""

    usd: Decimal | None
    note: str | None = None
    """Why `usd` is None, or what to know about it."""


FREE_OF_PRICED = "the reply says it cost nothing, but its tokens have a price"
NEXT_TO_NOTHING = Decimal("0.01")
"""Of what a reply's tokens cost by the price: no discount goes as far as to charge less."""
CHEAPER_THAN_CAN_BE = "the reply says it cost less than a hundredth of what its tokens cost"
SAYS_FREE = "the provider says that this cost nothing"
UNSAID = "the reply did not say how many tokens it used"


def cost_of(completion: Completion, provider: ProviderConfig, model: str, at: datetime) -> Cost:
    """The cost of a reply to a request for `model` that was complete at `at`.

    The provider's own figure wins, except for one next to nothing where there is a price.
    Otherwise the reply's tokens at the rates of that moment (DeepSeek, the one with prices by the
    hour, goes by the time a request was completed) of the model that answered, if its price is
    known.
    """
    reported = completion.reported_cost_usd
    price, note = answering_price(completion.model, provider, model, at)
    if reported:
        usage = completion.usage
        least = price_usd(usage, price, at) * NEXT_TO_NOTHING if price and usage else 0
        return Cost(reported) if reported >= least else Cost(None, CHEAPER_THAN_CAN_BE)
    if completion.cost_doubt is not None:
        return Cost(None, completion.cost_doubt)
    if reported is not None:
        return Cost(None, FREE_OF_PRICED) if price and price.charges else Cost(reported, SAYS_FREE)
    if price is None:
        return Cost(None, no_price(provider, model))
    if completion.usage is None:
        return Cost(None, UNSAID)
    if completion.tier is not None:
        return Cost(None, f"answered at the tier '{completion.tier}', whose price is not known")
    notes = "; ".join(words for words in (price.note, note) if words)
    return Cost(price_usd(completion.usage, price, at), notes or None)


def answering_price(
    answered_by: str, provider: ProviderConfig, model: str, at: datetime
) -> tuple[Price | None, str | None]:
    """The price of a reply by `answered_by` to a request for `model`, and what to know of it.

    Another model than the one asked for (a gateway's fallback) costs what that one costs. Where
    its price is not known, that of the model asked for stands in, and the note says so.
    """
    asked = price_of(provider, model, at)
    if is_same_model(model, answered_by):
        return asked, None
    known = provider.model(answered_by)
    if known is not None and known is provider.model(model):
        return asked, None
    other = price_of(provider, answered_by, at)
    if other is not None:
        return other, f"answered by {answered_by} and priced by it"
    return asked, f"answered by {answered_by}, whose price is not known: priced as {model}"


def price_of(provider: ProviderConfig, model: str, at: datetime) -> Price | None:
    """The price of a model: from the settings, else from `genai-prices` if that is installed.

    A model the settings list without a price has none: that is somebody's decision.
    """
    known = provider.model(model)
    if known is not None:
        return known.price
    if provider.base_url is None:
        return None
    return wider_prices.price_of(provider.base_url, model, at)


def no_price(provider: ProviderConfig, model: str) -> str:
    """Why a model has no cost, for `cost_note`."""
    return f"no price known for {model} at {provider.name}"


def reference_cost_usd(
    usage: Usage, provider: ProviderConfig, model: str, at: datetime
) -> Decimal | None:
    """What the same tokens would cost at the model's reference price, if it has one."""
    known = provider.model(model)
    return price_usd(usage, known.reference, at) if known and known.reference else None


def price_usd(usage: Usage, price: Price, at: datetime) -> Decimal:
    """Tokens at the rates that hold at `at` for a request of that length, exact.

    (input - cached - written) * input + cached * cached_input + written * cache_write
    + output * output, per million tokens. Hidden reasoning is part of the output.
    """
    rates = price.rates(usage.input_tokens, at)
    plain = usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens
    return _total_usd(
        (max(0, plain), rates.input),
        (usage.cached_tokens, _or_input(rates, rates.cached_input)),
        (usage.cache_write_tokens, _or_input(rates, rates.cache_write)),
        (usage.output_tokens, rates.output),
    )


def ceiling_usd(input_tokens: int, output_tokens: int, price: Price) -> Decimal:
    """The most that many tokens can cost: at any hour, in any tier, and nothing from the cache.

    For reserving before a request is sent. Input is charged as written to the cache where that
    costs more.
    """
    return max(
        _total_usd(
            (input_tokens, max(rates.input, _or_input(rates, rates.cache_write))),
            (output_tokens, rates.output),
        )
        for rates in price.all_rates(input_tokens)
    )


def plain_usd(input_tokens: int, output_tokens: int, rates: Rates) -> Decimal:
    """What so many tokens cost at given rates, with no cache in play, exact."""
    return _total_usd((input_tokens, rates.input), (output_tokens, rates.output))


def _or_input(rates: Rates, rate: Decimal | None) -> Decimal:
    return rates.input if rate is None else rate


def _total_usd(*parts: tuple[int, Decimal]) -> Decimal:
    terms = (_EXACT.multiply(tokens, rate) for tokens, rate in parts)
    return reduce(_EXACT.add, terms).scaleb(-PER_MILLION_DIGITS, _EXACT)


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


def catalogue(providers: Iterable[ProviderConfig], today: date) -> list[Listed]:
    """Every listed model, provider by provider, in the order of their files."""
    return [listed for provider in providers for listed in _of(provider, today)]


def _of(provider: ProviderConfig, today: date) -> Iterator[Listed]:
    default = provider.model(provider.default_model)
    for name, model in provider.models.items():
        evidence = provider.evidence(name)
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
            output_cap=output_cap(provider.request_defaults(name)),
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
