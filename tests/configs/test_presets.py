"""What the provider presets of configs/ promise."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from copygen.config import ProviderConfig, load_settings, preset_names
from copygen.documents import parse_document, validate

FOLDER = Path(__file__).parents[2] / "configs"
FILES = sorted(FOLDER.glob("*.yaml"))
SHIPPED = [
    "deepseek",
    "gemini",
    "holysheep",
    "ollama",
    "openai",
    "openrouter",
    "simulator",
    "vllm",
]
PAID = ["deepseek", "gemini", "holysheep", "openai", "openrouter"]
LOCAL = ["ollama", "vllm"]


def preset(name: str) -> ProviderConfig:
    path = FOLDER / f"{name}.yaml"
    return validate(ProviderConfig, parse_document(path.read_text(encoding="utf-8"), str(path)))


@pytest.fixture(params=[path.stem for path in FILES])
def config(request: pytest.FixtureRequest) -> ProviderConfig:
    return preset(str(request.param))


def test_every_provider_we_promise_is_shipped() -> None:
    assert [path.stem for path in FILES] == SHIPPED == preset_names()


def test_a_preset_is_valid_and_named_for_its_file(config: ProviderConfig) -> None:
    assert preset(config.name) == config


def test_a_preset_is_what_copygen_uses_when_the_user_has_no_settings(
    config: ProviderConfig,
) -> None:
    settings = load_settings(None, {}, environ={"HOME": "/nonexistent"})
    assert settings.provider(config.name) == config


def test_every_price_is_dated_and_says_where_it_came_from(config: ProviderConfig) -> None:
    for name, model in config.models.items():
        assert model.price is not None, name
        assert (model.checked_on or config.checked_on) is not None, name
        assert model.source or config.source, name


def test_the_default_model_has_a_price_and_was_not_at_its_end_when_checked(
    config: ProviderConfig,
) -> None:
    model = config.models[config.default_model]
    assert model.price is not None
    assert config.checked_on is not None
    assert model.deprecated_on is None or model.deprecated_on > config.checked_on


def test_a_name_means_one_model(config: ProviderConfig) -> None:
    names = [*config.models, *(alias for m in config.models.values() for alias in m.aliases)]
    assert len(names) == len(set(names))


def test_cached_input_never_costs_more_than_input_and_a_tier_never_less(
    config: ProviderConfig,
) -> None:
    for price in (model.price for model in config.models.values() if model.price):
        for rates in (price, *price.long_context, *price.time_of_day):
            assert (rates.cached_input or 0) <= rates.input
            assert rates.input >= price.input
            assert rates.output >= price.output


def test_a_successor_is_a_model_of_the_same_preset_that_has_not_ended(
    config: ProviderConfig,
) -> None:
    for model in config.models.values():
        if model.successor is not None:
            assert model.deprecated_on is not None
            assert config.models[model.successor].deprecated_on is None


RATES = [
    # provider, model, input tokens, UTC, what its vendor charges: input, output
    ("openai", "gpt-6-luna", 272_000, "2026-11-24T12:00", "0.10", "0.50"),
    ("openai", "gpt-6-luna", 272_001, "2026-11-24T12:00", "0.20", "0.75"),
    ("openrouter", "anthropic/claude-haiku-5.5", 100_001, "2026-11-24T12:00", "0.50", "2.50"),
    ("gemini", "gemini-2.5-pro", 200_001, "2026-11-24T12:00", "2.50", "15"),
    ("deepseek", "deepseek-flash", 100, "2026-11-24T00:59", "0.15", "0.60"),
    ("deepseek", "deepseek-flash", 100, "2026-11-24T01:00", "0.30", "1.20"),
    ("deepseek", "deepseek-flash", 100, "2026-11-24T04:00", "0.15", "0.60"),
    ("deepseek", "deepseek-v4-pro", 100, "2026-11-27T09:59", "1.32", "3.96"),
    ("deepseek", "deepseek-v4-pro", 100, "2026-11-28T09:59", "0.66", "1.98"),
]


@pytest.mark.parametrize(("provider", "model", "tokens", "utc", "given", "written"), RATES)
def test_long_requests_and_peak_hours_cost_what_they_do(
    provider: str, model: str, tokens: int, utc: str, given: str, written: str
) -> None:
    price = preset(provider).models[model].price
    assert price is not None
    rates = price.rates(tokens, datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert (rates.input, rates.output) == (Decimal(given), Decimal(written))


@pytest.mark.parametrize("name", ["openai", "gemini"])
def test_batches_cost_half_where_the_vendor_offers_them(name: str) -> None:
    for model in preset(name).models.values():
        assert model.price is not None
        assert model.price.batch_factor == Decimal("0.5")


@pytest.mark.parametrize("name", PAID)
def test_a_paid_provider_is_reached_over_tls_with_a_key_and_says_where_to_get_one(
    name: str,
) -> None:
    config = preset(name)
    assert (config.base_url or "").startswith("https://")
    assert config.key_env == f"{name.upper()}_API_KEY"
    assert (config.key_url or "").startswith("https://")
    assert not config.is_local


@pytest.mark.parametrize("name", LOCAL)
def test_a_local_provider_needs_no_key_and_costs_nothing(name: str) -> None:
    config = preset(name)
    assert config.is_local
    assert config.key_env is None
    for model in config.models.values():
        assert model.price is not None
        assert model.price.input == model.price.output == Decimal(0)
        assert model.price.note == "runs on your own machine"


def test_holysheep_is_where_and_what_it_is_said_to_be() -> None:
    config = preset("holysheep")
    assert config.base_url == "https://api.holysheep.ai/v1"
    assert config.key_env == "HOLYSHEEP_API_KEY"
    assert config.key_prefixes == ("sk-", "hs-")
    assert config.default_model == "deepseek-chat"
    assert config.defaults == {"max_tokens": 500, "temperature": 0.7}
    assert config.second_currency is not None
    assert config.second_currency.code == "CNY"
    assert config.second_currency.per_usd == Decimal("7.3")


HOLYSHEEP_PRICES = [
    # model, alias, input (the vendor's list price), output; USD per million tokens
    ("deepseek-chat", "deepseek-v3.2", "0.28", "0.42"),
    ("gemini-2.5-flash", "gemini-2.0-flash", "0.30", "2.50"),
    ("gpt-4.1", None, "2.00", "8.00"),
    ("claude-sonnet-4.5", None, "3.00", "15.00"),
]


@pytest.mark.parametrize("provider", ["holysheep", "simulator"])
@pytest.mark.parametrize(("name", "alias", "input_usd", "output_usd"), HOLYSHEEP_PRICES)
def test_holysheep_prices_and_the_simulated_ones_like_them(
    provider: str, name: str, alias: str | None, input_usd: str, output_usd: str
) -> None:
    config = preset(provider)
    model = config.model(name)
    assert model is not None
    assert model.price is not None
    assert model.price.input == Decimal(input_usd)
    assert model.price.output == Decimal(output_usd)
    if alias:
        assert config.model(alias) is model


def test_holysheep_and_the_simulator_price_the_same_models() -> None:
    names = [name for name, *_ in HOLYSHEEP_PRICES]
    assert list(preset("holysheep").models) == names
    assert list(preset("simulator").models) == names


def test_holysheep_records_say_that_the_input_price_is_not_holysheeps_own() -> None:
    for model in preset("holysheep").models.values():
        assert model.price is not None
        assert "HolySheep publishes none" in (model.price.note or "")


def test_the_simulator_needs_nothing_and_every_record_says_that_no_money_was_spent() -> None:
    config = preset("simulator")
    assert config.simulated
    assert (config.base_url, config.key_env, config.key_url) == (None, None, None)
    for model in config.models.values():
        assert model.price is not None
        assert model.price.note == "simulated: no money was spent"


def test_the_simulator_alone_is_simulated() -> None:
    assert [name for name in SHIPPED if preset(name).simulated] == ["simulator"]


def test_the_simulators_default_model_shows_a_saving_against_gpt_4_1() -> None:
    model = preset("simulator").models["deepseek-chat"]
    openai = preset("openai").models["gpt-4.1"]
    assert model.price is not None
    assert model.reference is not None
    assert openai.price is not None
    assert (model.reference.input, model.reference.output) == (
        openai.price.input,
        openai.price.output,
    )
    assert model.price.output < model.reference.output


ORDINARY = {"max_tokens": 500, "temperature": 0.7}
SENT = [
    # provider, model, the parameters a prompt without any of its own is sent with
    ("holysheep", "deepseek-chat", ORDINARY),
    ("holysheep", "gpt-4.1", ORDINARY),
    ("holysheep", "gemini-2.5-flash", {"max_tokens": 2000, "temperature": 0.7}),
    ("holysheep", "gemini-2.0-flash", {"max_tokens": 2000, "temperature": 0.7}),
    ("openai", "gpt-4.1-mini", ORDINARY),
    ("openai", "gpt-6-luna", {"max_completion_tokens": 2000}),
    ("openai", "gpt-5-mini", {"max_completion_tokens": 2000}),
    ("openai", "a-model-we-never-heard-of", ORDINARY),
    ("deepseek", "deepseek-flash", {**ORDINARY, "thinking": {"type": "disabled"}}),
    ("deepseek", "deepseek-v4-flash", {**ORDINARY, "thinking": {"type": "disabled"}}),
    ("deepseek", "deepseek-chat", ORDINARY),
    ("gemini", "gemini-2.5-flash", {"max_tokens": 2000, "temperature": 0.7}),
    ("gemini", "gemini-3.5-flash-lite", {"max_tokens": 2000}),
    ("gemini", "gemini-3.8-flash", {"max_tokens": 2000}),
    ("openrouter", "deepseek/deepseek-v3.2", ORDINARY),
    ("openrouter", "google/gemini-2.5-flash", {"max_tokens": 2000, "temperature": 0.7}),
    ("openrouter", "anthropic/claude-sonnet-5.5", {"max_tokens": 2000}),
    ("ollama", "gemma3", ORDINARY),
    ("vllm", "Qwen/Qwen2.5-7B-Instruct", ORDINARY),
    ("simulator", "deepseek-chat", ORDINARY),
    ("simulator", "gemini-2.5-flash", ORDINARY),
]


@pytest.mark.parametrize(("provider", "model", "expected"), SENT)
def test_a_model_is_sent_only_what_it_takes_and_has_room_for_its_reasoning(
    provider: str, model: str, expected: Mapping[str, Any]
) -> None:
    assert preset(provider).request_defaults(model) == expected


def test_every_model_has_a_cap_on_what_one_reply_can_cost(config: ProviderConfig) -> None:
    for name in config.models:
        sent = config.request_defaults(name)
        assert len({"max_tokens", "max_completion_tokens"} & sent.keys()) == 1, name


END_DATES = [
    ("openai", "gpt-4.1", date(2027, 1, 14)),
    ("openai", "gpt-5-mini", date(2026, 12, 11)),
    ("openai", "gpt-5.4-nano", date(2027, 4, 1)),
    ("openai", "gpt-6-luna", None),
    ("deepseek", "deepseek-chat", date(2026, 7, 24)),
    ("gemini", "gemini-3.1-flash-lite", date(2027, 5, 7)),
    ("gemini", "gemini-2.5-flash", None),
    ("holysheep", "deepseek-chat", None),
]


@pytest.mark.parametrize(("provider", "model", "expected"), END_DATES)
def test_a_model_carries_the_end_date_its_own_provider_has_named(
    provider: str, model: str, expected: date | None
) -> None:
    assert preset(provider).models[model].deprecated_on == expected
