"""The engine put together: one provider, one run, any number of prompts."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pydantic

from copygen import providers
from copygen.config import ProviderConfig, Settings
from copygen.engine.admission import LocalAdmission, RunClock
from copygen.engine.budget import CostGuard, utc_now
from copygen.engine.client import Client, ClientConfig
from copygen.engine.control.breaker import RetryBudget, Transition
from copygen.engine.control.concurrency import Concurrency
from copygen.engine.control.pacing import Pacer
from copygen.engine.pipeline import Emit, Pipeline, PromptQueue, Slots
from copygen.engine.retry import RefusalFilter
from copygen.engine.shutdown import Shutdown
from copygen.errors import ConfigError, CopygenError, LimitReached
from copygen.models import ApiError, Prompt, Snapshot
from copygen.providers.keys import KeySource
from copygen.providers.redact import Secret
from copygen.providers.wire import Provider
from copygen.transport.http import HttpTransport

if TYPE_CHECKING:
    from copygen.engine.reask import ReaskLoop
    from copygen.quality.acceptance import Acceptance
    from copygen.quality.revision import Revision
    from copygen.simulator import SimulatorProfile


@dataclass(frozen=True, slots=True)
class Connection:
    """An open connection to a provider."""

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


FIRST_SLOTS = 20
"""Requests in flight at first, where no limit is known."""
FEWEST_TIMEOUTS = 5
"""Before that many nothing is advised."""
AUTO_FIRST_SLOTS, AUTO_BURST = 2, 8
"""The same where nobody said how many there may be, and after the first answer."""


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Transport, random numbers, wall clock and shutdown; tests pass their own."""

    transport: httpx.AsyncBaseTransport
    rng: random.Random = field(default_factory=random.Random)
    clock: Callable[[], datetime] = utc_now
    shutdown: Shutdown = field(default_factory=Shutdown)
    """How the run is told to end; it may be before the engine is there."""


class Engine:
    """One run. Make it inside the event loop it is to run on."""

    def __init__(
        self,
        config: ProviderConfig,
        settings: Settings,
        provider: Provider,
        dependencies: Dependencies,
        on_transition: Callable[[Transition], None] = lambda _transition: None,
        on_failure: Callable[[ApiError], None] = lambda _error: None,
        acceptance: "Acceptance | None" = None,
        revision_of: "Callable[[Prompt], Revision | None] | None" = None,
    ) -> None:
        """`on_transition` is called with each change of a circuit breaker, `on_failure` with each
        failed attempt. `acceptance` holds the rules for texts; None: texts are taken as they are.
        `revision_of` tells what a reviewer said of a prompt's earlier text.
        """
        host = urlsplit(config.base_url or "").netloc or config.name
        self._config = config
        self._settings = settings
        self._shutdown = dependencies.shutdown
        self._clock = RunClock()
        # Told or found: the most that there may ever be bounds connections, workers and the reserve
        # of retries alike.
        most = settings.most_in_flight
        # Who was told the limit may begin at full width: the pacer keeps to it.
        first = AUTO_FIRST_SLOTS if settings.adapts else most if config.rpm else FIRST_SLOTS
        concurrency = Concurrency(
            most,
            first,
            adaptive=settings.adapts,
            deadline_s=settings.timeout_s,
            burst=AUTO_BURST if settings.adapts else 0,
        )
        self._cost_guard = CostGuard(config, settings, self._shutdown, dependencies.clock)
        self._admission = LocalAdmission(
            host,
            Pacer(config.rpm, config.tpm),
            Slots(concurrency),
            RetryBudget(settings.retry, most),
            self._cost_guard,
            settings.breaker,
            dependencies.rng,
            self._shutdown,
            self._clock,
            on_transition,
        )
        options = ClientConfig(
            retry=settings.retry,
            timeout_s=settings.timeout_s,
            prompt_timeout_s=settings.prompt_timeout_s,
            on_failure=on_failure,
            rng=dependencies.rng,
            wall_clock=dependencies.clock,
            reask_loop=_reask_loops(acceptance, config),
            revision_of=revision_of,
        )
        self._client = Client(
            config,
            provider,
            dependencies.transport,
            self._admission,
            self._cost_guard,
            self._shutdown,
            self._clock,
            options,
        )
        self._pipeline: Pipeline | None = None

    async def run(
        self, queue: PromptQueue, emit: Emit, *, proven: bool = False
    ) -> CopygenError | None:
        """Bring every entry of `queue` to its result and hand each to `emit`.

        `proven` says that earlier runs of the same prompts got texts: see `RefusalFilter`.

        Returns what ended the run early, if anything did; everything in flight at that moment
        was still finished and emitted.
        """
        self._pipeline = Pipeline(
            queue,
            self._client.complete,
            emit,
            self._shutdown,
            self._admission,
            refusals=RefusalFilter(self._config.name, proven=proven),
        )
        # Watched only while a run goes on: between runs nobody's deadline depends on it.
        self._clock.start()
        try:
            with self._deadline():
                await self._pipeline.run()
        finally:
            self._clock.stop()
        # What ended the run comes first; what was left out of it is said only if nothing did.
        return self._shutdown.error or self._admission.given_up() or self._cost_guard.shortfall()

    def stop(self, error: CopygenError | None = None) -> None:
        """Take no more prompts, for the user's wish or for `error`; finish what is in flight."""
        self._shutdown.now(error)

    def cancel(self) -> None:
        """Give up what is in flight, too; it is emitted as cancelled."""
        self._shutdown.cancel()

    @property
    def stopped(self) -> bool:
        """Whether the run is ending before its source is empty."""
        return self._shutdown.called

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        limit_s = self._settings.run_timeout_s
        if limit_s is None:
            yield
            return
        reached = LimitReached(
            f"the run reached its limit of {limit_s:g} s. What is done is kept: run the same "
            "command again to go on."
        )
        timer = asyncio.get_running_loop().call_later(limit_s, self._shutdown.now, reached)
        try:
            yield
        finally:
            timer.cancel()

    def advice(self) -> str | None:
        """What the user may change while most attempts end for want of time; None otherwise."""
        meter = self._client.meter
        ended = meter.requests - self._admission.in_flight
        # More than half: where fewer time out the retries see to it, and a longer timeout would
        # only hold their slots for longer.
        if meter.timeouts < FEWEST_TIMEOUTS or 2 * meter.timeouts <= ended:
            return None
        return (
            f"{meter.timeouts} of {ended} attempts got no complete answer within "
            f"{self._settings.timeout_s:g} s: raise --timeout, or lower -c if the server answers "
            "few at a time."
        )

    def snapshot(self) -> Snapshot:
        """Counts and states at this moment, for displays."""
        admission = self._admission
        state, wait_s = admission.sickest()
        in_progress = self._pipeline.in_progress if self._pipeline else 0
        return Snapshot(
            traffic=self._client.meter.reading(
                admission.openings, self._cost_guard.possibly_billed_usd
            ),
            in_flight=admission.in_flight,
            waiting=max(0, in_progress - admission.in_flight),
            breaker=state.value,
            breaker_wait_s=wait_s,
            limit=admission.concurrency.limit,
            adapts=admission.concurrency.adaptive,
            budget=self._cost_guard.state(),
            held_s=admission.held_s(),
        )


def _reask_loops(
    acceptance: "Acceptance | None", config: ProviderConfig
) -> "Callable[[Prompt, Revision | None], ReaskLoop] | None":
    if acceptance is None:
        return None
    # Imported where it is used: a run without rules does without the checks.
    from copygen.engine.reask import AnswersTogether, ReaskLoop

    return partial(ReaskLoop, acceptance, config, AnswersTogether(acceptance))
