"""Settings: frozen, validated, layered. Later layers win: preset, user's file, prompt file, flags.

Presets are the YAML files of `configs/`, one per provider, shipped inside the wheel. The user's
file adds providers and overrides any value of a preset. A prompt file may name a provider and a
model but never an address: the key must not follow a file somebody else wrote.
"""

from copygen.config.load import (
    Loaded,
    key_variables,
    load_settings,
    preset_names,
    schema_text,
)
from copygen.config.prices import LongContext, Price, PriceSource, Rates, TimeOfDay
from copygen.config.settings import (
    MOST_IN_FLIGHT,
    BreakerSettings,
    ModelConfig,
    ProviderConfig,
    RetrySettings,
    SecondCurrency,
    Settings,
)

__all__ = [
    "MOST_IN_FLIGHT",
    "BreakerSettings",
    "Loaded",
    "LongContext",
    "ModelConfig",
    "Price",
    "PriceSource",
    "ProviderConfig",
    "Rates",
    "RetrySettings",
    "SecondCurrency",
    "Settings",
    "TimeOfDay",
    "key_variables",
    "load_settings",
    "preset_names",
    "schema_text",
]
