"""Settings: frozen, validated, layered. Later layers win: preset, user's file, prompt file, flags.

Presets are the YAML files of `configs/`, one per provider, shipped inside the wheel. The user's
file adds providers and overrides any value of a preset. A prompt file may name a provider and a
model but never an address: the key must not follow a file somebody else wrote.
"""

from copygen.config.load import Loaded, configs_folder, load_settings, preset_names
from copygen.config.shapes import (
    BreakerSettings,
    ModelConfig,
    Price,
    ProviderConfig,
    RetrySettings,
    SecondCurrency,
    Settings,
)

__all__ = [
    "BreakerSettings",
    "Loaded",
    "ModelConfig",
    "Price",
    "ProviderConfig",
    "RetrySettings",
    "SecondCurrency",
    "Settings",
    "configs_folder",
    "load_settings",
    "preset_names",
]
