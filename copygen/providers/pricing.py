"""What a reply used and what it costs: a number, or None with the reason. Never a silent zero.

Token counts and costs come in the providers' various `usage` objects. An impossible figure is "not
said": zero tokens for a text, fewer tokens than the text has words, more than any model can take,
a zero for what has a price. It is never taken for good news.

All arithmetic is decimal and exact. A provider's own figure wins over any table; the table of the
settings wins over the wider one of the optional package `genai-prices`
(`pip install 'copygen[prices]'`). Only the data that package ships is read: it is never asked to
refresh itself over the network.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Context, Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache, reduce
from typing import Any, Final, NamedTuple

import pydantic

from copygen.config import Price, PriceSource, ProviderConfig, Rates
from copygen.config.prices import is_same_model, output_cap, texts_asked, unlisted_tier
from copygen.config.settings import Retirement, retirement_of
from copygen.models import Completion, JsonValue, Message, Prompt, Usage

_MOST_TOKENS: Final = 10**8
"""Ten times what the widest context window takes: beyond this a count is a fault."""
_MOST_USD: Final = 10_000
"""Of one reply; infinity and NaN fall outside too."""
_LONGEST_AMOUNT: Final = 40
"""Characters of a figure in a header."""

COST_HEADER: Final = "x-litellm-response-cost"
"""LiteLLM's own figure for a reply, in US dollars."""

NO_OUTPUT = "the reply counts fewer tokens than its text has, which cannot be"
NO_INPUT = "the reply counts fewer tokens than the prompt has, which cannot be"
UNSAID_UPSTREAM = "the reply names the gateway's fee only, not what the model's provider charges"
FREE_UPSTREAM = "the reply says it cost nothing, and names what it cost upstream"


class Bill(NamedTuple):
    """What a reply says it used and cost, as far as that can be."""

    usage: Usage | None
    reported_usd: Decimal | None = None
    """All that will be charged for it: a gateway's fee and what is paid upstream."""
    doubt: str | None = None
    """Why a figure of it cannot be; then neither tokens nor cost are known."""
    tier: str | None = None
    """The tier that served it, where its price may be another than the listed one."""


NO_BILL: Final = Bill(None)


def bill_of(
    reply: Mapping[str, JsonValue],
    headers: Mapping[str, str],
    text: str,
    sent: Sequence[Message] = (),
) -> Bill:
    """Tokens and cost of a reply with that `text` to the messages `sent`.

    A figure in the body counts before that of the header, unless the header's is larger.
    """
    given = reply.get("usage")
    header_usd = None if (written := headers.get(COST_HEADER)) is None else _amount_in(written)
    tier = reply.get("service_tier")
    tier = None if tier is None else unlisted_tier(tier)
    if type(given) is not dict:
        return (
            NO_BILL if header_usd is None and tier is None else Bill(None, header_usd, None, tier)
        )
    usage = usage_of(given)
    doubt = None
    if usage is not None and (doubt := _impossible(usage, text, sent)) is not None:
        usage = None
    cost_usd, cost_doubt = reported_cost(given) if "cost" in given else (None, None)
    if cost_doubt is not None:
        doubt, cost_usd = cost_doubt, None
    elif header_usd is not None and (cost_usd is None or header_usd > cost_usd):
        cost_usd = header_usd
    return Bill(
        usage,
        cost_usd,
        None if cost_usd is not None else doubt,
        tier or (unlisted_tier(given["service_tier"]) if "service_tier" in given else None),
    )


def bill_of_usage(
    usage: Usage | None, headers: Mapping[str, str], text: str, sent: Sequence[Message] = ()
) -> Bill:
    """The same of a reply whose tokens another wire has read already."""
    doubt = None if usage is None else _impossible(usage, text, sent)
    header_usd = None if (written := headers.get(COST_HEADER)) is None else _amount_in(written)
    known = usage if doubt is None else None
    return Bill(known, header_usd, None if header_usd is not None else doubt)


def usage_of(usage: Mapping[str, JsonValue]) -> Usage | None:
    """The tokens that a reply's `usage` counts; None when it does not give both sides.

    Hidden reasoning counts as output: where the total exceeds prompt and completion (Gemini,
    xAI), the difference was generated, and is billed as output.
    """
    asked = usage.get("prompt_tokens_details")
    wrote = usage.get("completion_tokens_details")
    found = (
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        usage.get("total_tokens"),
        asked.get("cached_tokens") if type(asked) is dict else None,
        asked.get("cache_write_tokens") if type(asked) is dict else None,
        # DeepSeek counts hits and misses instead, at times without the details.
        usage.get("prompt_cache_hit_tokens"),
        wrote.get("reasoning_tokens") if type(wrote) is dict else None,
    )
    # Nearly always all of them are plain numbers, or are not there.
    given, written, total, cached, cache_write, hits, reasoning = [
        one if one is None or (type(one) is int and 0 <= one < _MOST_TOKENS) else _count(one)
        for one in found
    ]
    if given is None and written is None and "input_tokens" in usage:
        return _anthropic(usage)
    if given is None and written is not None and total is not None:
        given = max(total - written, 0)
    if given is None or (written is None and total is None):
        return None
    output = max(written or 0, (total or 0) - given)
    hidden = output - written if written is not None else 0
    cached = min(cached or hits or 0, given)
    cache_write = min(cache_write or 0, given - cached)
    return Usage(given, output, cached, cache_write, min(max(reasoning or 0, hidden), output))


def reported_cost(usage: Mapping[str, JsonValue]) -> tuple[Decimal | None, str | None]:
    """What OpenRouter and gateways like it say a reply cost, in US dollars (its credits).

    None and a reason when it cannot be told from what they say; None and None when they say
    nothing. With a key of the user's own (`is_byok`), `cost` is the gateway's fee alone and
    `cost_details.upstream_inference_cost` comes on top, on the bill of the model's provider.
    """
    cost = _usd(usage.get("cost"))
    details = usage.get("cost_details")
    upstream = _usd(details.get("upstream_inference_cost")) if type(details) is dict else None
    if cost is None:
        return None, None
    own_key = usage.get("is_byok")
    if own_key is True:
        return (cost + upstream, None) if upstream else (None, UNSAID_UPSTREAM)
    if upstream and not cost:
        return None, FREE_UPSTREAM
    if upstream and own_key is None and cost < upstream:
        return cost + upstream, None
    return cost, None


def _impossible(usage: Usage, text: str, sent: Sequence[Message]) -> str | None:
    """Why these counts cannot be those of that text and those messages, if they cannot."""
    if usage.output_tokens * 8 < len(text) and _too_few(usage.output_tokens, text):
        return NO_OUTPUT
    if not usage.input_tokens and (text or sent or usage.output_tokens):
        return NO_INPUT
    left = usage.input_tokens * 8
    for message in sent:
        left -= len(message.content) if type(message.content) is str else 0
    if left >= 0:
        return None
    texts = [message.content for message in sent if type(message.content) is str]
    return NO_INPUT if _too_few(usage.input_tokens, "\n".join(texts)) else None


def _too_few(tokens: int, text: str) -> bool:
    """Whether no vocabulary makes so few tokens of a text.

    A token hardly ever spans two words: half of the words is a bound that no honest count comes
    near. In scripts without spaces, and all but the Latin one, none holds sixteen letters.
    """
    words = len(text.split())
    letters = 0 if text.isascii() else sum(one.isalpha() and not one.isascii() for one in text)
    return tokens < max(words > 0, words // 2, letters // 16)


def _usd(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value)) if 0 <= value < _MOST_USD else None


def _amount_in(written: str) -> Decimal | None:
    """The gateway's own figure; LiteLLM says 0 for models whose price it does not know."""
    if len(written) > _LONGEST_AMOUNT:
        return None
    try:
        amount = Decimal(written.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < _MOST_USD else None


def _anthropic(usage: Mapping[str, JsonValue]) -> Usage | None:
    """Anthropic's names, which some gateways pass on: its input leaves out cached tokens."""
    given, output = _count(usage["input_tokens"]), _count(usage.get("output_tokens"))
    if given is None or output is None:
        return None
    read = _count(usage.get("cache_read_input_tokens")) or 0
    write = _count(usage.get("cache_creation_input_tokens")) or 0
    return Usage(given + read + write, output, read, write)


def _count(value: JsonValue) -> int | None:
    """A token count; None for anything else, true and false included."""
    if type(value) is int:
        return value if 0 <= value < _MOST_TOKENS else None
    if type(value) is float and value.is_integer() and 0 <= value < _MOST_TOKENS:
        return int(value)
    return None


# Prices.

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


class PriceBook:
    """What the replies of one provider cost: each model is looked up once a day, not per reply."""

    def __init__(self, provider: ProviderConfig) -> None:
        self.provider = provider
        names = [name for one, known in provider.models.items() for name in (one, *known.aliases)]
        self.references: dict[str, Price] = {
            name: known.reference
            for name in names
            if (known := provider.model(name)) is not None and known.reference is not None
        }
        """Name or alias of a model → what the same tokens would cost elsewhere."""
        # Bounded: whose name it is that a reply gives, the provider decides.
        self._answering = lru_cache(maxsize=1024)(self._look_up)

    def cost(self, completion: Completion, model: str, at: datetime) -> Cost:
        """The cost of a reply to a request for `model` that was complete at `at`.

        The provider's own figure wins, except for one next to nothing where there is a price.
        Otherwise the reply's tokens at the rates of that moment (DeepSeek, the one with prices by
        the hour, goes by the time a request was completed) of the model that answered, if its
        price is known.
        """
        price, note = self._answering(model, completion.model, at.date())
        reported, usage = completion.reported_cost_usd, completion.usage
        if reported:
            least = price_usd(usage, price, at) * NEXT_TO_NOTHING if price and usage else 0
            return Cost(reported) if reported >= least else Cost(None, CHEAPER_THAN_CAN_BE)
        if completion.cost_doubt is not None:
            return Cost(None, completion.cost_doubt)
        if reported is not None:
            free = not (price and price.charges)
            return Cost(reported, SAYS_FREE) if free else Cost(None, FREE_OF_PRICED)
        if price is None:
            return Cost(None, no_price(self.provider, model))
        if usage is None:
            return Cost(None, UNSAID)
        if completion.tier is not None:
            tier = completion.tier
            return Cost(None, f"answered at the tier '{tier}', whose price is not known")
        return Cost(price_usd(usage, price, at), note)

    def answering(self, answered_by: str, model: str, at: datetime) -> Price | None:
        """The price of a reply by `answered_by` to a request for `model`.

        Another model than the one asked for (a gateway's fallback) costs what that one costs.
        Where its price is not known, that of the model asked for stands in.
        """
        return self._answering(model, answered_by, at.date())[0]

    def _look_up(self, model: str, answered_by: str, day: date) -> tuple[Price | None, str | None]:
        """The price, and what to know of it."""
        provider, noon = self.provider, datetime.combine(day, time(12), UTC)
        price, note = price_of(provider, model, noon), None
        known = provider.model(answered_by)
        same = known is not None and known is provider.model(model)
        if not same and not is_same_model(model, answered_by):
            other = price_of(provider, answered_by, noon)
            note = f"answered by {answered_by} and priced by it"
            if other is None:
                note = f"answered by {answered_by}, whose price is not known: priced as {model}"
            price = other or price
        notes = "; ".join(words for words in (price.note if price else None, note) if words)
        return price, notes or None


def price_of(provider: ProviderConfig, model: str, at: datetime) -> Price | None:
    """The price of a model: from the settings, else from `genai-prices` if that is installed.

    A model the settings list without a price has none: that is somebody's decision.
    """
    known = provider.model(model)
    if known is not None:
        return known.price
    if provider.base_url is None:
        return None
    return wider_price_of(provider.base_url, model, at)


def no_price(provider: ProviderConfig, model: str) -> str:
    """Why a model has no cost, for `cost_note`."""
    return f"no price known for {model} at {provider.name}"


def price_usd(usage: Usage, price: Price, at: datetime) -> Decimal:
    """Tokens at the rates that hold at `at` for a request of that length, exact.

    (input - cached - written) * input + cached * cached_input + written * cache_write
    + output * output, per million tokens. Hidden reasoning is part of the output.
    """
    rates: Rates = price
    if price.time_of_day or price.long_context:
        rates = price.rates(usage.input_tokens, at)
    cached, written = usage.cached_tokens, usage.cache_write_tokens
    plain = max(0, usage.input_tokens - cached - written)
    multiply, add = _EXACT.multiply, _EXACT.add
    total = add(multiply(plain, rates.input), multiply(usage.output_tokens, rates.output))
    # Also of no tokens: a record's figure has the digits of all rates, whatever was in the cache.
    for tokens, rate in ((cached, rates.cached_input), (written, rates.cache_write)):
        total = add(total, multiply(tokens, rates.input if rate is None else rate))
    return total.scaleb(-PER_MILLION_DIGITS, _EXACT)


def most_output(prompt: Prompt, model_cap: int | None = None) -> int | None:
    """The most output tokens a request with this prompt is charged for.

    `model_cap` is what the model can write at all, and counts where the prompt sets no cap; None
    when neither says.
    """
    cap = prompt.max_output_tokens
    cap = model_cap if cap is None else cap
    if cap is None or "n" not in prompt.params:
        return cap
    return cap * texts_asked(prompt.params)


def ceiling_usd(input_tokens: int, output_tokens: int, price: Price) -> Decimal:
    """The most that many tokens can cost: at any hour, in any tier, and nothing from the cache.

    For reserving before a request is sent. Input is charged as written to the cache where that
    costs more.
    """
    return max(
        _total_usd(
            (input_tokens, max(rates.input, rates.cache_write or rates.input)),
            (output_tokens, rates.output),
        )
        for rates in price.all_rates(input_tokens)
    )


def plain_usd(input_tokens: int, output_tokens: int, rates: Rates) -> Decimal:
    """What so many tokens cost at given rates, with no cache in play, exact."""
    return _total_usd((input_tokens, rates.input), (output_tokens, rates.output))


def _total_usd(*parts: tuple[int, Decimal]) -> Decimal:
    terms = (_EXACT.multiply(tokens, rate) for tokens, rate in parts)
    return reduce(_EXACT.add, terms).scaleb(-PER_MILLION_DIGITS, _EXACT)


# Prices of models that the settings do not list. The one place that knows the package.

_THEIR_NAMES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached_input": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
}
"""Our names, and theirs: US dollars per million tokens in both."""


def wider_price_of(base_url: str, model: str, at: datetime) -> Price | None:
    """The price of a model of the API at that address, with a `note` that says where it is from.

    None when the package is not installed, does not know the API, or has no price for the model.
    Where a price goes by the hour the highest is taken, because the package does not know
    weekdays. A model is never looked up at another vendor: a gateway's prices are its own.
    """
    # By the day: prices begin on dates, and a run asks for the same few models again and again.
    return _price_on(base_url, model, datetime.combine(at.date(), time(12), at.tzinfo))


def genai_prices_version() -> str | None:
    """The version of `genai-prices`; None when it is not installed. Does not load it."""
    from importlib import metadata  # it imports `email`: 8 ms

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
    given = {ours: getattr(prices, theirs, None) for ours, theirs in _THEIR_NAMES.items()}
    if given["input"] is None or given["output"] is None:
        return None
    starts = {tier.start for rate in given.values() for tier in getattr(rate, "tiers", ())}
    tiers = [
        {"above_input_tokens": start, **_their_rates(given, start)}
        for start in sorted(starts)
        if start
    ]
    try:
        return Price.model_validate({**_their_rates(given, 0), "long_context": tiers})
    except pydantic.ValidationError:
        return None


def _their_rates(given: Mapping[str, Any], tokens: int) -> dict[str, Decimal | None]:
    return {name: _their_rate(rate, tokens) for name, rate in given.items()}


def _their_rate(rate: Any, tokens: int) -> Decimal | None:
    """The rate of a request of more input tokens than that."""
    tiers = getattr(rate, "tiers", None)
    if tiers is None:
        return rate if isinstance(rate, Decimal) else None
    base: Decimal = rate.base
    return next((tier.price for tier in reversed(tiers) if tier.start <= tokens), base)


def _highest(prices: list[Price]) -> Price:
    return max(prices, key=lambda price: price.input + price.output)


# The list of models.


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of one provider."""

    provider: str
    model: str
    aliases: tuple[str, ...]
    is_default: bool
    """Whether the provider's own default."""
    price: Price | None
    evidence: PriceSource
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


def catalogue(providers: Iterable[ProviderConfig], today: date) -> list[ListedModel]:
    """Every listed model, provider by provider, in the order of their files."""
    return [listed for provider in providers for listed in _of(provider, today)]


def _of(provider: ProviderConfig, today: date) -> Iterator[ListedModel]:
    default = provider.model(provider.default_model)
    for name, model in provider.models.items():
        evidence = provider.evidence(name)
        yield ListedModel(
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


def in_order(listed: list[ListedModel], order: Order) -> list[ListedModel]:
    """Sorted, lowest or earliest first; a model without the figure stands last."""
    if order in (Order.PROVIDER, Order.COST):
        return listed
    return sorted(listed, key=lambda entry: _rank(entry, order))


def _rank(entry: ListedModel, order: Order) -> tuple[bool, object]:
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
