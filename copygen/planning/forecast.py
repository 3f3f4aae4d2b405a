"""Tokens, money and time of what is to do: characters and history in, ranges out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from operator import mul
from typing import Final

from copygen.config import Price, ProviderConfig, Settings
from copygen.config.prices import ONCE, Asks, output_cap
from copygen.config.vocabularies import Vocabularies
from copygen.engine.engine import AUTO_FIRST_SLOTS
from copygen.models import Usage
from copygen.planning.report import CostRange, Duration, ModelPlan, Range
from copygen.planning.workload import Load, ModelLoad, WorkloadStats
from copygen.prompts.tokens import KINDS, SCRIPTS, Calibration, Spread, estimate_tokens, t_95
from copygen.providers.pricing import ceiling_usd, no_price, price_of, price_usd
from copygen.results.reader import ModelHistory

LEAST_MARGIN: Final = 0.02
"""Of a mean, however many it rests on: the prompts to come are others."""
ALONE_MARGIN: Final = 0.5
"""Of a mean that rests on one text: it says nothing of how much they differ."""


@dataclass(slots=True)
class ExactCount:
    """The prompts of a model that its own vocabulary was counted by."""

    prompts: int = 0
    tokens: int = 0
    estimated: float = 0.0
    """What was estimated for the same."""


@dataclass(frozen=True, slots=True)
class ForecastInput:
    """What the forecast goes by beside the prompts themselves."""

    provider: ProviderConfig
    settings: Settings
    vocabularies: Vocabularies
    history: Mapping[str, ModelHistory]
    calibration: Calibration
    now: datetime
    """Some prices depend on the hour: those of this moment are shown."""
    asks: Asks = ONCE
    """How often one prompt may be asked."""
    exact: Mapping[str, ExactCount] = field(default_factory=dict)
    assumed_output: int | None = None
    """Output tokens that a text is taken to have where nothing was learned; None: none are."""


def price_steps(*providers: ProviderConfig) -> tuple[int, ...]:
    """The input lengths in tokens above which some price of these providers changes, rising."""
    prices = [model.price for one in providers for model in one.models.values() if model.price]
    return tuple(sorted({tier.above_input_tokens for p in prices for tier in p.long_context}))


def model_plans(workload: WorkloadStats, known: ForecastInput) -> tuple[ModelPlan, ...]:
    """The figures of every model, most prompts first."""
    groups = sorted(workload.models.items(), key=lambda named: -named[1].prompts)
    return tuple(model_plan(model, group, known) for model, group in groups)


def tokens_by_script(workload: WorkloadStats, known: ForecastInput) -> dict[str, int]:
    """Estimated tokens of the texts to be sent, by script; most first, none left out but 0."""
    tokens: dict[str, float] = dict.fromkeys(SCRIPTS, 0.0)
    for model, group in workload.models.items():
        weights = known.vocabularies.of(model).weights
        for load in group.loads.values():
            by_kind = dict(zip(KINDS, map(mul, load.kinds, weights), strict=True))
            for script, kinds in SCRIPTS.items():
                tokens[script] += math.fsum(by_kind[kind] for kind in kinds)
    found = {script: math.ceil(value) for script, value in tokens.items() if value}
    return dict(sorted(found.items(), key=lambda named: -named[1]))


def model_plan(model: str, group: ModelLoad, known: ForecastInput) -> ModelPlan:
    """The figures of prompts that are all sent to `model`: the one forecast there is.

    Each length of prompts that a price tells apart is reckoned at its own rates.
    """
    learned = known.history.get(model, ModelHistory())
    ratio = known.calibration.ratio(model)
    price = price_of(known.provider, model, known.now)
    sent, received = Range(0, 0, 0), Range(0, 0, 0)
    cost = None if price is None else CostRange(*[Decimal(0)] * 4)
    all_counted = model in known.exact and known.exact[model].prompts == group.to_do
    for load in group.loads.values():
        input_tokens = _input(model, load, known, ratio, all_counted=all_counted)
        output_tokens = _output(model, load, known, learned)
        sent, received = sent + input_tokens, received + output_tokens
        if cost is not None and price is not None:
            cost += _cost(model, load, known, price, input_tokens, output_tokens)
    note = no_price(known.provider, model) if price is None else price.note
    return ModelPlan(
        model=model,
        prompts=group.prompts,
        to_do=group.to_do,
        input_tokens=sent,
        output_tokens=received,
        cost=cost,
        cost_note=note,
        learned_from=learned.measured,
        calibrated_on=ratio.count if ratio else 0,
        accepted_share=learned.accepted / learned.ended if learned.ended else None,
        latency_ms=learned.latency_ms / learned.timed if learned.timed else None,
    )


def _input(
    model: str, load: Load, known: ForecastInput, ratio: Spread | None, *, all_counted: bool
) -> Range:
    text, fixed = estimate_tokens(load.kinds, known.vocabularies.of(model)), load.overhead
    if ratio is not None:
        # What was learned holds corrections and larger caps already.
        margin = max(ratio.margin, LEAST_MARGIN * ratio.mean)
        return _around(ratio.mean, margin).times(text.likely + fixed)
    low, likely, high = text.low + fixed, text.likely + fixed, text.high + fixed
    if model in known.exact:
        factor = known.exact[model].tokens / known.exact[model].estimated
        margin = 0.0 if all_counted else LEAST_MARGIN
        low, likely, high = (f * likely for f in (factor - margin, factor, factor + margin))
    return Range(max(0.0, low), likely, _with_all_asks(model, load, known, high))


@dataclass(frozen=True, slots=True)
class _Interval:
    low: float
    mean: float
    high: float

    def times(self, factor: float) -> Range:
        return Range(self.low * factor, self.mean * factor, self.high * factor)


def _around(mean: float, margin: float) -> _Interval:
    return _Interval(max(0.0, mean - margin), mean, mean + margin)


def _output(model: str, load: Load, known: ForecastInput, learned: ModelHistory) -> Range:
    cap = _most_output(model, load, known)
    if not learned.measured:
        return Range(0, 0 if not load.to_do else _assumed(model, load, known), cap)
    mean = learned.output_tokens / learned.measured
    found = _around(mean, _margin(learned, mean)).times(load.to_do)
    if cap is None or found.high is None or found.likely is None:
        return found
    return Range(min(found.low, cap), min(found.likely, cap), min(found.high, cap))


def _assumed(model: str, load: Load, known: ForecastInput) -> float | None:
    """The output tokens that texts are taken to have, as far as their caps allow."""
    if known.assumed_output is None:
        return None
    expected = min(known.assumed_output, _cap_of(model, known) or known.assumed_output)
    return load.expected_output + load.uncapped * expected


def _margin(learned: ModelHistory, mean: float) -> float:
    """How uncertain the mean is, but never next to nothing."""
    if learned.measured < 2:
        return ALONE_MARGIN * mean
    error = _error(learned.measured, mean, learned.output_squares)
    return max(error, LEAST_MARGIN * mean)


def _error(count: int, mean: float, squares: float) -> float:
    """The uncertainty of the mean of `count` numbers (2 at least) with that sum of squares."""
    variance = max(0.0, squares / count - mean**2)
    return t_95(count) * math.sqrt(variance / (count - 1))


REASK_TOKENS: Final = 300
"""What a correction says beside the text that it is about, at most but for odd rules."""


def _with_all_asks(model: str, load: Load, known: ForecastInput, once: float) -> float:
    """The most input tokens, where sending every prompt once takes `once`: each answer that is
    asked for again is sent the prompt again, and a correction all that was said so far.
    """
    asks = known.asks
    caps = _all_caps(model, load, known)
    talk = sum(range(1, asks.reasks + 1)) * ((caps[-1] if caps else 0) + REASK_TOKENS)
    return once * max(1, len(caps)) + load.to_do * talk


def _all_caps(model: str, load: Load, known: ForecastInput) -> tuple[float, ...]:
    """The caps of all answers to the mean prompt of a load; none without any cap. (What prompts
    come to is concave in their caps, so that the mean's bounds theirs.)
    """
    cap = _cap(model, load, known)
    config = known.provider.model(model)
    limit = config.max_output_tokens if config else None
    return known.asks.caps(cap / load.to_do, limit) if cap and load.to_do else ()


def _most_output(model: str, load: Load, known: ForecastInput) -> float | None:
    """The most output tokens, corrections and larger caps included; None without a bound."""
    cap = _cap(model, load, known)
    if not cap:
        return cap
    factor = sum(_all_caps(model, load, known)) / (cap / load.to_do)
    return cap if factor == 1 else cap * factor


def _cap(model: str, load: Load, known: ForecastInput) -> int | None:
    """The most output tokens, from the prompts' caps or from what the model can write at all."""
    if not load.uncapped:
        return load.output_cap
    limit = _cap_of(model, known)
    return None if limit is None else load.output_cap + limit * load.uncapped


def _cap_of(model: str, known: ForecastInput) -> int | None:
    """The most a text may have whose prompt sets no cap: the model's default, or its limit."""
    config = known.provider.model(model)
    default = output_cap(known.provider.request_defaults(model))
    return default if default is not None or config is None else config.max_output_tokens


def _cost(
    model: str, load: Load, known: ForecastInput, price: Price, sent: Range, received: Range
) -> CostRange:
    most = _most_output(model, load, known)
    rates = _rates(
        _each(sent.likely or 0, load), _each(received.likely or most or 0, load), price, known.now
    )
    dearest = _dearest(_each(sent.high or 0, load), _each(most or 0, load), price)
    worst_usd = dearest.cost_usd(sent.high, most)
    return CostRange(
        low_usd=rates.input_usd * Decimal(sent.low) + rates.output_usd * Decimal(received.low),
        likely_usd=rates.cost_usd(sent.likely, received.likely),
        high_usd=rates.cost_usd(sent.high, received.high),
        worst_usd=None if worst_usd is None else worst_usd * known.asks.attempts,
    )


@dataclass(frozen=True, slots=True)
class _TokenRates:
    """US dollars of one token, none of them read from a cache."""

    input_usd: Decimal
    output_usd: Decimal

    def cost_usd(self, input_tokens: float | None, output_tokens: float | None) -> Decimal | None:
        """What so many cost; None when either is unknown."""
        if input_tokens is None or output_tokens is None:
            return None
        return self.input_usd * Decimal(input_tokens) + self.output_usd * Decimal(output_tokens)


def _rates(input_tokens: int, output_tokens: int, price: Price, at: datetime) -> _TokenRates:
    """The rates of a request of this size: prices can depend on it."""
    input_usd = price_usd(Usage(input_tokens, 0), price, at)
    output_usd = price_usd(Usage(input_tokens, output_tokens), price, at) - input_usd
    return _TokenRates(input_usd / input_tokens, output_usd / output_tokens)


def _dearest(input_tokens: int, output_tokens: int, price: Price) -> _TokenRates:
    """The rates at the worst hour, with nothing cached."""
    input_usd = ceiling_usd(input_tokens, 0, price)
    output_usd = ceiling_usd(input_tokens, output_tokens, price) - input_usd
    return _TokenRates(input_usd / input_tokens, output_usd / output_tokens)


def _each(tokens: float, load: Load) -> int:
    """Tokens of one prompt, at least 1; rounded up, it stays above the threshold it passed."""
    return max(1, math.ceil(tokens / max(1, load.to_do)))


def total_cost(models: Sequence[ModelPlan]) -> CostRange | None:
    """The sum over the models whose price is known; None when none of them has one."""
    costs = [plan.cost for plan in models if plan.cost is not None]
    if not costs:
        return None
    total = costs[0]
    for cost in costs[1:]:
        total += cost
    return total


def total_tokens(ranges: Sequence[Range]) -> Range:
    """The sum of ranges."""
    total = Range(0, 0, 0)
    for tokens in ranges:
        total += tokens
    return total


def accepted_share(history: Mapping[str, ModelHistory]) -> float | None:
    """Accepted texts of those that came to an end; None while there are none."""
    ended = sum(learned.ended for learned in history.values())
    return sum(learned.accepted for learned in history.values()) / ended if ended else None


def duration(models: Sequence[ModelPlan], known: ForecastInput, tokens: Range) -> Duration:
    """How long it takes to send what is to do, at the limits given and the pace learned."""
    to_do = sum(plan.to_do for plan in models)
    if not to_do:
        return Duration(0.0, 0.0, None)
    provider = known.provider
    low_s = {"rpm": to_do * 60 / provider.rpm if provider.rpm else 0.0}
    high_s: dict[str, float | None] = dict(low_s)
    if provider.tpm:
        low_s["tpm"] = tokens.low * 60 / provider.tpm
        high_s["tpm"] = None if tokens.high is None else tokens.high * 60 / provider.tpm
    alone_s, whole_s = _times_s(known.history)
    if alone_s is not None and whole_s is not None:
        settings = known.settings
        fewest = AUTO_FIRST_SLOTS if settings.adapts else settings.most_in_flight
        low_s["concurrency"] = max(1.0, to_do / settings.most_in_flight) * alone_s
        # So many at a time were seen to take that long; more at a time may take longer each.
        seen = min(fewest, sum(learned.timed for learned in known.history.values()))
        high_s["concurrency"] = max(1.0, to_do / seen) * whole_s
    else:
        high_s["concurrency"] = None
    slowest = max(low_s, key=lambda name: low_s[name])
    if not low_s[slowest]:
        return Duration(None, None, None)
    bounded = [value for value in high_s.values() if value is not None]
    return Duration(low_s[slowest], max(bounded) if len(bounded) == len(high_s) else None, slowest)


def _times_s(
    history: Mapping[str, ModelHistory],
) -> tuple[float | None, float | None]:
    """The mean time of one attempt, and the most that the mean time of a prompt with its waits and
    retries can be by those that were seen.
    """
    timed = sum(learned.timed for learned in history.values())
    if not timed:
        return None, None
    latency_ms = math.fsum(learned.latency_ms for learned in history.values()) / timed
    total_ms = math.fsum(learned.total_ms for learned in history.values()) / timed
    squares = math.fsum(learned.total_squares for learned in history.values())
    error_ms = _error(timed, total_ms, squares) if timed > 1 else 0.0
    return latency_ms / 1000, max(latency_ms, total_ms + error_ms) / 1000
