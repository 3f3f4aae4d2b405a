"""What a reply costs: a number, or None with the reason. Never a silent zero."""

from dataclasses import dataclass
from decimal import Decimal

from copygen.config import Price, ProviderConfig
from copygen.models import Completion, Usage

PER_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars for one reply, exact."""

    usd: Decimal | None
    note: str | None = None
    """Why `usd` is None, or what to know about it."""


def cost_of(completion: Completion, provider: ProviderConfig, model: str) -> Cost:
    """The cost of a reply to a request for `model`; the provider's own figure wins."""
    if completion.reported_cost_usd is not None:
        return Cost(completion.reported_cost_usd)
    known = provider.model(model)
    if known is None or known.price is None:
        return Cost(None, f"no price known for {model} at {provider.name}")
    if completion.usage is None:
        return Cost(None, "the reply did not say how many tokens it used")
    return Cost(price_usd(completion.usage, known.price), known.price.note)


def reference_cost_usd(usage: Usage, provider: ProviderConfig, model: str) -> Decimal | None:
    """What the same tokens would cost at the model's reference price, if it has one."""
    known = provider.model(model)
    return price_usd(usage, known.reference) if known and known.reference else None


def ceiling_usd(input_tokens: int, output_tokens: int, price: Price) -> Decimal:
    """The most that many tokens can cost: no cache discount, and every surcharge."""
    input_rate = max(price.input, price.cached_input or 0, price.cache_write or 0)
    return (input_tokens * input_rate + output_tokens * price.output) / PER_MILLION


def price_usd(usage: Usage, price: Price) -> Decimal:
    """Tokens at a price: cached and cache-written input at their own rates where there are any.

    (input - cached - written) * input + cached * cached_input + written * cache_write
    + output * output, per million tokens.
    """
    cached_rate = price.input if price.cached_input is None else price.cached_input
    write_rate = price.input if price.cache_write is None else price.cache_write
    plain = usage.input_tokens - usage.cached_tokens - usage.cache_write_tokens
    total = (
        max(0, plain) * price.input
        + usage.cached_tokens * cached_rate
        + usage.cache_write_tokens * write_rate
        + usage.output_tokens * price.output
    )
    return total / PER_MILLION
