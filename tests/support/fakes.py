"""Small stand-ins for the engine's tests: a provider without a wire format, and prompts."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final

import httpx

from copygen.config import ProviderConfig, Settings
from copygen.engine.control.breaker import Transition
from copygen.engine.engine import Dependencies, Engine
from copygen.engine.pipeline import FileQueue
from copygen.errors import CopygenError
from copygen.models import (
    ApiError,
    Completion,
    JsonValue,
    Kind,
    Message,
    Prompt,
    Result,
    Source,
    Usage,
)
from copygen.providers.redact import Redactor, Secret
from copygen.providers.wire import Provider
from copygen.quality.acceptance import Acceptance

CONFIG = ProviderConfig(name="fake", base_url="https://api.example/v1", default_model="m")
WALL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def prompt(number: int, model: str = "m") -> Prompt:
    """A prompt whose text is its number."""
    return Prompt(
        id=f"p{number}",
        key=f"k{number}",
        messages=(Message("user", str(number)),),
        model=model,
        params={},
        input={"n": number},
        source=Source("fake", number),
    )


def prompts(count: int) -> list[Prompt]:
    """Prompts 1 to `count`."""
    return [prompt(number) for number in range(1, count + 1)]


KINDS: Final = {429: Kind.RATE_LIMITED, 401: Kind.AUTH, 400: Kind.INVALID_REQUEST}


class FakeProvider:
    """Sends a prompt's text as the body and takes the reply's body for the text.

    A reply's status says what it means; `x-kind` overrides it.
    """

    name = "fake"

    def request(self, prompt: Prompt) -> httpx.Request:
        """A request whose body is the text."""
        content = str(prompt.messages[0].content)
        return httpx.Request(
            "POST",
            "https://api.example/v1/chat",
            content=content,
            headers={"x-model": prompt.model},
        )

    def parse(
        self, status: int, headers: httpx.Headers, body: bytes, now: datetime, prompt: Prompt
    ) -> Completion | ApiError:
        """Text for 200, otherwise an error of the kind the status stands for."""
        text = body.decode()
        if status == 200:
            return Completion(text, "stop", prompt.model, Usage(10, 5))
        kind = Kind(headers.get("x-kind") or KINDS.get(status, Kind.SERVER))
        after = headers.get("retry-after")
        paid = Completion("", "stop", prompt.model, Usage(10, 0)) if "x-paid" in headers else None
        wait_s = float(after) if after else None
        return ApiError(kind, text or kind.value, status, wait_s, completion=paid)

    def adapt(self, error: ApiError, prompt: Prompt) -> bool:
        """Nothing to learn here."""
        return False

    def advised(self, error: ApiError) -> ApiError:
        """Nothing to say about it."""
        return error

    redactor = Redactor()
    key: Secret | None = None

    def body(self, prompt: Prompt) -> dict[str, JsonValue]:
        """The text alone."""
        return {"text": prompt.messages[0].content}

    async def authorize(self, request: httpx.Request, now: datetime) -> ApiError | None:
        """No key is needed."""
        return None

    async def renew_key(self, refused: Secret | None) -> bool:
        """There is no other."""
        return False

    def list_models(self) -> httpx.Request:
        """The question for models."""
        return httpx.Request("GET", "https://api.example/v1/models")

    def models_in(self, reply: JsonValue) -> list[str] | None:
        """None is served."""
        return None


class Run:
    """One engine over a handler, and everything it reported."""

    def __init__(
        self,
        handler: Callable[[httpx.Request], object],
        *,
        settings: Settings,
        config: ProviderConfig = CONFIG,
        seed: int = 0,
        provider: Provider | None = None,
        acceptance: Acceptance | None = None,
    ) -> None:
        self.results: list[Result] = []
        self.emit: Callable[[Result], object] = self.results.append
        self.transitions: list[Transition] = []
        self.error: CopygenError | None = None
        transport = httpx.MockTransport(handler)  # type: ignore[arg-type]  # sync or async
        dependencies = Dependencies(transport, random.Random(seed), lambda: WALL)
        self.engine = Engine(
            config,
            settings,
            provider or FakeProvider(),
            dependencies,
            self.transitions.append,
            acceptance=acceptance,
        )

    async def over(self, entries: Iterable[Prompt]) -> "Run":
        """Run over these entries to the end."""
        feed = FileQueue(lambda: iter(entries))
        self.error = await self.engine.run(feed, self._emit)
        return self

    def _emit(self, result: Result) -> None:
        self.emit(result)
