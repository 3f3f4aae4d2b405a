"""The work of `copygen models`: the price table, and a prompt file priced with each model of it."""

import math
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from copygen.config import Price, load_settings
from copygen.config.load import provider_names
from copygen.config.vocabularies import load_vocabularies
from copygen.errors import UsageError
from copygen.models import JsonValue, Prompt
from copygen.prompts import Target, open_prompts
from copygen.prompts.tokens import estimate_tokens, message_text, overhead_tokens
from copygen.prompts.workload import Workload
from copygen.providers import wider_prices
from copygen.providers.pricing import Listed, Order, catalogue, in_order, plain_usd
from copygen.results.jsontext import dumps
from copygen.view.console import data_stream, open_console
from copygen.view.price_table import Estimate, Job, Layout, render_prices

VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The command line of `copygen models`, as given."""

    prompts: str | None
    template: Path | None
    expected_output: int
    providers: list[str]
    sort: str | None
    as_json: bool
    settings_file: Path | None


def show(wanted: Wanted) -> None:
    """Print the table on standard output. Raises UsageError, ConfigError or PromptError."""
    now = datetime.now(UTC)
    order = Order(wanted.sort or ("cost" if wanted.prompts else "provider"))
    if order is Order.COST and wanted.prompts is None:
        raise UsageError("--sort cost needs a prompt file to price: add --for PROMPTS.")
    listed = in_order(_listed(wanted, now), order)
    job = None if wanted.prompts is None else _job(wanted, listed, now)
    if job is not None and order is Order.COST:
        listed.sort(key=lambda entry: _cost_rank(job.estimates[entry.provider, entry.model]))
    if wanted.as_json:
        text = dumps({"version": VERSION, **_plain(listed, job)}).decode()
        data_stream(sys.stdout).write(f"{text}\n")
        return
    console = open_console(sys.stdout, os.environ)
    render_prices(listed, console, _layout(order, in_full=bool(wanted.providers)), job)


def _layout(order: Order, *, in_full: bool) -> Layout:
    if order is Order.PROVIDER:
        return Layout.FULL if in_full else Layout.BRIEF
    return Layout.AGED if order is Order.AGE else Layout.FLAT


def _listed(wanted: Wanted, now: datetime) -> list[Listed]:
    loaded = load_settings(wanted.settings_file, {}, os.environ)
    names = wanted.providers or provider_names(loaded)
    configs = [loaded.provider(name) for name in dict.fromkeys(names)]
    # Its prices are another provider's, in play money.
    shown = [config for config in configs if wanted.providers or not config.simulated]
    return catalogue(shown, now.date())


def _job(wanted: Wanted, listed: Iterable[Listed], now: datetime) -> Job:
    assert wanted.prompts is not None
    if wanted.prompts == "-":
        raise UsageError("--for reads a file, not standard input: it could be read only once.")
    source = open_prompts(
        wanted.prompts, template=str(wanted.template) if wanted.template else None
    )
    priced = [entry.price for entry in listed if entry.price]
    thresholds = (tier.above_input_tokens for price in priced for tier in price.long_context)
    workload = Workload(_counting(), wanted.expected_output, thresholds)
    # No model's defaults: what the prompts themselves set holds for every model.
    target = Target("", "", lambda _model: {})
    with closing(source.prompts(target)) as prompts:
        for prompt in prompts:
            if isinstance(prompt, Prompt):
                workload.add(prompt)
    estimates = {
        (entry.provider, entry.model): estimated(workload, entry.price, entry.output_cap, now)
        for entry in listed
    }
    return Job(
        wanted.prompts,
        workload.prompts,
        workload.input_tokens,
        wanted.expected_output,
        estimates,
    )


def _counting() -> Callable[[Prompt], int]:
    """Tokens of a prompt, whichever model gets it: the middle of what vocabularies make of it."""
    vocabulary = load_vocabularies().of("")

    def tokens_of(prompt: Prompt) -> int:
        text = message_text(prompt.messages)
        overhead = overhead_tokens(len(prompt.messages))
        return math.ceil(estimate_tokens(text, vocabulary).likely) + overhead

    return tokens_of


def estimated(
    workload: Workload, price: Price | None, default_cap: int | None, at: datetime
) -> Estimate:
    """What a workload costs at a price: as expected, and with every text as long as allowed.

    `default_cap` bounds the output of prompts that set no cap; with None such texts may be of any
    length, and there is no upper figure.
    """
    if price is None:
        return Estimate(None, None)
    likely, most = Decimal(0), Decimal(0)
    bounded = default_cap is not None or not any(share.uncapped for share in workload.shares)
    expected = min(workload.expected_output, default_cap or workload.expected_output)
    for share in workload.shares:
        rates = price.rates(share.longest, at)
        output = share.likely_output + share.uncapped * expected
        likely += plain_usd(share.input_tokens, output, rates)
        output = share.most_output + share.uncapped * (default_cap or 0)
        most += max(
            plain_usd(share.input_tokens, output, every) for every in price.all_rates(share.longest)
        )
    return Estimate(likely, most if bounded else None)


def _cost_rank(estimate: Estimate) -> tuple[bool, Decimal, Decimal]:
    likely, most = estimate.likely_usd, estimate.most_usd
    return likely is None, likely or Decimal(0), most or Decimal(0)


def _plain(listed: Iterable[Listed], job: Job | None) -> dict[str, JsonValue]:
    """The table for programs. Prices and costs are numbers, absent ones null."""
    fields: dict[str, JsonValue] = {"genai_prices": wider_prices.installed_version()}
    if job is not None:
        fields["for"] = {
            "path": job.path,
            "prompts": job.prompts,
            "input_tokens": job.input_tokens,
            "output_tokens_each": job.expected_output,
        }
    return {**fields, "models": [_plain_entry(entry, job) for entry in listed]}


def _plain_entry(entry: Listed, job: Job | None) -> dict[str, JsonValue]:
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
    if job is not None:
        estimate = job.estimates[entry.provider, entry.model]
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
