"""What models cost, and what a prompt file would cost with each of them. Nothing is sent."""

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from copygen.config import Loaded, load_settings
from copygen.config.load import provider_names
from copygen.config.prices import ONCE, Asks
from copygen.config.vocabularies import load_vocabularies
from copygen.errors import UsageError
from copygen.jobs.setup import cleaned, compile_output_spec, opened
from copygen.jobs.spec import STREAM
from copygen.models import Prompt
from copygen.planning.forecast import ForecastInput, model_plan, price_steps
from copygen.planning.report import ModelPlan
from copygen.planning.workload import ModelLoad, WorkloadStats
from copygen.prompts import Target
from copygen.prompts.tokens import Calibration, message_text, tokens_of
from copygen.providers.pricing import ListedModel, Order, catalogue, in_order


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesSpec:
    """Which models are listed, and what is priced with each. It can be pickled."""

    prompts: str | Path | None = None
    """A prompt file or table to price."""
    template: str | Path | None = None
    expected_output: int = 150
    """Tokens a text probably has, reasoning included."""
    providers: tuple[str, ...] = ()
    """Only these; empty: all but the simulator, whose prices are another's, in play money."""
    sort: str | None = None
    """A value of `Order`; None: by cost if prompts are priced, else by provider."""
    settings_file: str | Path | None = None

    @property
    def order(self) -> Order:
        """What the list is sorted by."""
        return Order(self.sort or ("cost" if self.prompts else "provider"))


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a prompt file would cost with one model, as `copygen plan` reckons it; None: unknown."""

    likely_usd: Decimal | None
    """With texts as long as is assumed, or as their caps allow."""
    most_usd: Decimal | None
    """With every text as long as it may be and every correction needed, in the dearest hour; each
    request paid for once."""


@dataclass(frozen=True, slots=True)
class PricedPrompts:
    """A prompt file, and what it would cost."""

    path: str
    prompts: int
    input_tokens: int
    """Estimated, in all."""
    expected_output: int
    """Output tokens per prompt."""
    estimates: Mapping[tuple[str, str], Estimate]
    """By provider and model."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """Models with their prices, in order."""

    listed: tuple[ListedModel, ...]
    priced: PricedPrompts | None
    """None when no prompt file is priced."""


def list_prices(
    spec: PricesSpec, *, environ: Mapping[str, str] | None = None, now: datetime | None = None
) -> PriceList:
    """List what is known of models. Raises UsageError, ConfigError or PromptError.

    `environ` is where the settings file is looked for; None: this process's. Prices and ages are
    those of `now`.
    """
    at = now or datetime.now(UTC)
    if spec.order is Order.COST and spec.prompts is None:
        raise UsageError("--sort cost needs a prompt file to price: add --for PROMPTS.")
    environ = os.environ if environ is None else environ
    loaded = load_settings(spec.settings_file, {}, environ)
    listed = in_order(_listed(spec, loaded, at), spec.order)
    if spec.prompts is None:
        return PriceList(tuple(listed), None)
    priced = _priced(spec, str(spec.prompts), loaded, listed, at)
    if spec.order is Order.COST:
        listed.sort(key=lambda entry: _cost_rank(priced.estimates[entry.provider, entry.model]))
    return PriceList(tuple(listed), priced)


def _listed(spec: PricesSpec, loaded: Loaded, now: datetime) -> list[ListedModel]:
    names = spec.providers or provider_names(loaded)
    configs = [loaded.provider(name) for name in dict.fromkeys(names)]
    shown = [config for config in configs if spec.providers or not config.simulated]
    return catalogue(shown, now.date())


def _priced(
    spec: PricesSpec, path: str, loaded: Loaded, listed: Iterable[ListedModel], now: datetime
) -> PricedPrompts:
    if path == STREAM:
        raise UsageError("--for reads a file, not standard input: it could be read only once.")
    source = opened(path, spec.template)
    compiled = compile_output_spec(source, loaded)
    request = "" if compiled is None else compiled.request
    vocabularies = load_vocabularies()
    configs = {name: loaded.provider(name) for name in {entry.provider for entry in listed}}
    steps, vocabulary = price_steps(*configs.values()), vocabularies.of("")
    workload = WorkloadStats(source.axes, steps, vocabulary, spec.expected_output)
    # One model stands for all of them, whichever a row asks for, and has no defaults: what the
    # prompts themselves set holds for every model.
    everything = ModelLoad()
    with closing(source.prompts(Target("", "", lambda _model: {}, request, cleaned))) as prompts:
        for prompt in prompts:
            if isinstance(prompt, Prompt):
                workload.add_to_do(everything, prompt, message_text(prompt.messages))
    asks = ONCE if compiled is None else Asks(1, True, compiled.acceptance.policy.reasks)
    known = {
        name: ForecastInput(
            config,
            loaded.settings,
            vocabularies,
            {},
            Calibration(),
            now,
            asks,
            assumed_output=spec.expected_output,
        )
        for name, config in configs.items()
    }
    estimates = {
        (entry.provider, entry.model): _estimate(
            model_plan(entry.model, everything, known[entry.provider])
        )
        for entry in listed
    }
    tokens = sum(
        tokens_of(load.kinds, vocabulary) + load.overhead for load in everything.loads.values()
    )
    return PricedPrompts(path, everything.to_do, round(tokens), spec.expected_output, estimates)


def _estimate(plan: ModelPlan) -> Estimate:
    if plan.cost is None:
        return Estimate(None, None)
    return Estimate(plan.cost.likely_usd, plan.cost.worst_usd)


def _cost_rank(estimate: Estimate) -> tuple[bool, Decimal, Decimal]:
    likely, most = estimate.likely_usd, estimate.most_usd
    return likely is None, likely or Decimal(0), most or Decimal(0)
