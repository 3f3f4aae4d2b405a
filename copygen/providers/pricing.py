"""What a reply costs: a number, or None with the reason. Never a silent zero.

All arithmetic is decimal and exact. A provider's own figure wins over any table; the table of the
settings wins over the wider one of `genai-prices`.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Context, Decimal
from functools import reduce

from copygen.config import Price, ProviderConfig, Rates
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


def cost_of(completion: Completion, provider: ProviderConfig, model: str, at: datetime) -> Cost:
    """The cost of a reply to a request for `model` that was complete at `at`.

    The provider's own figure wins. Otherwise the reply's tokens at the rates of that moment:
    DeepSeek, the one with prices by the hour, goes by the time a request was completed.
    """
    if completion.reported_cost_usd is not None:
        return Cost(completion.reported_cost_usd)
    price = price_of(provider, model, at)
    if price is None:
        return Cost(None, no_price(provider, model))
    if completion.usage is None:
        return Cost(None, "the reply did not say how many tokens it used")
    return Cost(price_usd(completion.usage, price, at), price.note)


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
