"""Prices of models that the settings do not list, from the optional package `genai-prices`.

`pip install 'copygen[prices]'` adds it. Only the data it ships is read: it is never asked to
refresh itself over the network. The one place that knows the package.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal
from functools import lru_cache
from importlib import metadata
from typing import Any

import pydantic

from copygen.config import Price

_RATES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}
"""Our names, and theirs: US dollars per million tokens in both."""


def price_of(base_url: str, model: str, at: datetime) -> Price | None:
    """The price of a model of the API at that address, with a `note` that says where it is from.

    None when the package is not installed, does not know the API, or has no price for the model.
    Where a price goes by the hour the highest is taken, because the package does not know
    weekdays. A model is never looked up at another vendor: a gateway's prices are its own.
    """
    # By the day: prices begin on dates, and a run asks for the same few models again and again.
    return _price_on(base_url, model, datetime.combine(at.date(), time(12), at.tzinfo))


def installed_version() -> str | None:
    """The version of `genai-prices`; None when it is not installed. Does not load it."""
    try:
        return metadata.version("genai-prices")
    except metadata.PackageNotFoundError:
        return None


@lru_cache(maxsize=256)
def _price_on(base_url: str, model: str, at: datetime) -> Price | None:
    try:
        import genai_prices
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    try:
        _, info = get_snapshot().find_provider_model(model, None, None, base_url)
    except LookupError:
        return None
    candidates = [price for prices in _in_force(info, at) if (price := _converted(prices))]
    if not candidates:
        return None
    price = _highest(candidates)
    version = genai_prices.__version__
    return price.model_copy(update={"note": f"price from genai-prices {version}"})


def _in_force(info: Any, at: datetime) -> Iterable[Any]:
    """The prices of that day: the one for all hours, and those for some."""
    prices = info.prices if isinstance(info.prices, list) else []
    by_the_hour = [entry.prices for entry in prices if hasattr(entry.constraint, "start_time")]
    return [info.get_prices(at), *by_the_hour]


def _converted(prices: Any) -> Price | None:
    """Their price as ours; None for a model that is not priced by its tokens of text."""
    given = {ours: getattr(prices, theirs, None) for ours, theirs in _RATES.items()}
    if given["input"] is None or given["output"] is None:
        return None
    starts = {tier.start for rate in given.values() for tier in getattr(rate, "tiers", ())}
    tiers = [
        {"above_input_tokens": start, **_rates(given, start)} for start in sorted(starts) if start
    ]
    try:
        return Price.model_validate({**_rates(given, 0), "long_context": tiers})
    except pydantic.ValidationError:
        return None


def _rates(given: Mapping[str, Any], tokens: int) -> dict[str, Decimal | None]:
    return {name: _rate(rate, tokens) for name, rate in given.items()}


def _rate(rate: Any, tokens: int) -> Decimal | None:
    """The rate of a request of more input tokens than that."""
    tiers = getattr(rate, "tiers", None)
    if tiers is None:
        return rate if isinstance(rate, Decimal) else None
    base: Decimal = rate.base
    return next((tier.price for tier in reversed(tiers) if tier.start <= tokens), base)


def _highest(prices: list[Price]) -> Price:
    return max(prices, key=lambda price: price.input + price.output)
