"""Talking to providers: wire formats, what replies mean and cost, keys, and keeping them secret."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copygen.config import ProviderConfig
    from copygen.models import JsonValue
    from copygen.providers.keys import KeySource
    from copygen.providers.wire import Provider


def open(config: "ProviderConfig", keys: "KeySource | None" = None) -> "Provider":
    """The provider of these settings; see `copygen.providers.wire.open_provider`."""
    # Redacting what goes to standard error must not wait for httpx to load.
    from copygen.providers.wire import open_provider

    return open_provider(config, keys)


def is_text(config: "ProviderConfig", content: "JsonValue") -> bool:
    """Whether a message's content is text and nothing else; see `Wire.is_text`."""
    from copygen.providers.wire import wire_named

    return wire_named(config.wire).is_text(content)
