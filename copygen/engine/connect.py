"""A provider's settings made into a connection: wire format, transport, and key."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pydantic

from copygen import providers
from copygen.config import ProviderConfig, Settings
from copygen.errors import ConfigError
from copygen.providers.keys import KeySource
from copygen.providers.redact import Secret
from copygen.providers.wire import Provider
from copygen.transport.http import HttpTransport

if TYPE_CHECKING:
    from copygen.simulator import SimulatorProfile


@dataclass(frozen=True, slots=True)
class Connection:
    """What the engine sends through."""

    config: ProviderConfig
    """With the address that is really used."""
    provider: Provider
    transport: HttpTransport


@asynccontextmanager
async def connect(
    config: ProviderConfig,
    settings: Settings,
    key: Secret | None,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Connection]:
    """Open a connection to the provider; a simulated one without an address is started first.

    `key` is the one that the provider's settings gave; `environ` is where they are asked again.

    Raises ConfigError for an address that must not get the key, before anything is sent.
    """
    keys = KeySource.of(config, os.environ if environ is None else environ, key)
    if config.simulated and config.base_url is None:
        # Loading a server takes 70 ms, and most runs need none.
        from copygen.simulator import simulator

        async with simulator(_profile(config)) as base_url:
            here = config.model_copy(update={"base_url": base_url})
            async with _open(here, settings, keys) as connection:
                yield connection
        return
    async with _open(config, settings, keys) as connection:
        yield connection


@asynccontextmanager
async def _open(
    config: ProviderConfig, settings: Settings, keys: KeySource
) -> AsyncIterator[Connection]:
    if config.is_plain_http and not config.is_local and not settings.insecure_http:
        raise ConfigError(
            f"the address of {config.name} is plain http:// to another machine: the key and the "
            "prompts would travel readable. Use https://, or --insecure-http if that is what you "
            "want."
        )
    provider = providers.open(config, keys)
    transport = HttpTransport(max_connections=settings.most_in_flight, ca_file=settings.ca_file)
    async with transport:
        yield Connection(config, provider, transport)


def _profile(config: ProviderConfig) -> "SimulatorProfile":
    from copygen.simulator import SimulatorProfile

    try:
        return SimulatorProfile.model_validate(config.simulation)
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        where = ".".join(str(part) for part in ("simulation", *problem["loc"]))
        raise ConfigError(f"providers.{config.name}.{where}: {problem['msg']}.") from invalid
