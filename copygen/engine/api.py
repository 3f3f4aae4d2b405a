"""`copygen.generate`: the engine for Python programs."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from copygen.config import ProviderConfig, Settings, load_settings
from copygen.engine.connect import connect
from copygen.engine.engine import Engine, Outside
from copygen.engine.feed import Entry, Feed, OnceFeed, never
from copygen.engine.purse import limit_of
from copygen.engine.worst_case import WorstCases
from copygen.errors import ConfigError, CopygenError
from copygen.models import Item, JsonValue, Result
from copygen.prompts import Target, prompts_from
from copygen.providers.keys import find_key

RESULTS_AHEAD = 64
"""Results held for a consumer that is slower than the provider."""


async def generate(
    prompts: Iterable[str | Mapping[str, JsonValue]],
    *,
    provider: str | None = None,
    model: str | None = None,
    concurrency: int | None = None,
    options: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Result]:
    """Yield one `Result` for each prompt, as it ends, in order of ending.

    A prompt is a text, or a mapping like a JSONL line: `prompt` or `messages`, and optionally
    `id`, `params` and any further columns, which come back under `Result.input`. The iterable
    is read no further ahead than needed. Provider, settings file and key are found as
    `copygen run` finds them; `options` are those of `--option`, `environ` stands in for the
    environment of this process.

    A prompt that fails is a result with `status` failed. Raises ConfigError before anything is
    sent, and after the last result what ended the run early: ProviderRefused, ProviderDown,
    LimitReached. Leaving the loop early (`break`, then `aclose()`) cancels what is in flight.
    """
    # Not as a default value: `help(generate)` would print every key there is.
    environ = os.environ if environ is None else environ
    loaded = load_settings(None, options or {}, environ)
    changed = {"concurrency": concurrency} if concurrency else {}
    settings = loaded.settings.model_copy(update=changed)
    config = loaded.provider(provider or settings.default_provider)
    wanted = model or config.default_model
    target = Target(config.name, wanted, config.request_defaults, clean=_cleaned)
    _refuse_unbounded(config, settings, target)
    # A key_command takes its time, and this loop may have others to serve.
    key = await asyncio.to_thread(find_key, config, environ)
    async with connect(config, settings, key) as connection:
        outside = Outside(connection.transport)
        engine = Engine(connection.config, settings, connection.provider, outside)
        feed = OnceFeed(prompts_from(prompts, target))
        run = _Run(engine, feed)
        try:
            async for result in run.results():
                yield result
        finally:
            await run.end()


def _cleaned(item: Item) -> Item:
    from copygen.quality.cleaning import clean_item

    return clean_item(item)


def _refuse_unbounded(config: ProviderConfig, settings: Settings, target: Target) -> None:
    limit = limit_of(settings)
    if limit.exists:
        params = target.request_defaults(target.default_model)
        if reason := WorstCases(config, limit).refusal(target.default_model, params):
            raise ConfigError(f"{reason}.")


class _Run:
    """An engine at work in a task of its own, and a queue between it and the consumer.

    A generator that yielded from inside the engine's task group would break its cancellation
    (PEP 789).
    """

    def __init__(self, engine: Engine, feed: Feed) -> None:
        self._engine = engine
        self._queue: asyncio.Queue[Result | None] = asyncio.Queue()
        self._feed = _HeldBack(feed, self._queue)
        self._task = asyncio.create_task(self._work())

    async def results(self) -> AsyncIterator[Result]:
        """Every result, then what ended the run early is raised."""
        while (result := await self._queue.get()) is not None:
            self._feed.taken()
            yield result
        if error := await self._task:
            raise error

    async def end(self) -> None:
        """Give up whatever is still under way."""
        if not self._task.done():
            self._engine.cancel()
            await self._task

    async def _work(self) -> CopygenError | None:
        try:
            return await self._engine.run(self._feed, self._queue.put_nowait)
        finally:
            self._queue.put_nowait(None)


class _HeldBack:
    """A feed that waits while the consumer has many results left to take."""

    def __init__(self, feed: Feed, queue: asyncio.Queue[Result | None]) -> None:
        self._feed = feed
        self._queue = queue
        self._room = asyncio.Event()
        self._room.set()

    def taken(self) -> None:
        """The consumer took a result."""
        if self._queue.qsize() < RESULTS_AHEAD:
            self._room.set()

    async def take(self, defer: Callable[[Entry], bool] = never) -> Entry | None:
        """The next entry, once there is room for its result."""
        if self._queue.qsize() >= RESULTS_AHEAD:
            self._room.clear()
            await self._room.wait()
        return await self._feed.take(defer)

    def close(self) -> None:
        """Close the feed and wake whoever waits."""
        self._feed.close()
        self._room.set()
