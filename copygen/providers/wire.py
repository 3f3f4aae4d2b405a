"""The seam between copygen and the APIs of providers: what every wire format has to do, and what
they all share.

The engine asks for no more than `Provider`. A wire format is a subclass of `Wire` in a module of
its own, named there as `WIRE`, and a provider's settings name the module (`wire: openai`).
`open_provider` makes the one from the other, for everybody who talks to a provider.
"""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import ClassVar, Final, Protocol

import httpx
import orjson

from copygen.config import ProviderConfig
from copygen.errors import ConfigError
from copygen.models import ApiError, Completion, JsonValue, Kind, Prompt
from copygen.providers.decode import UNREADABLE, decode, is_html, plain
from copygen.providers.error_body import fault_in_reply
from copygen.providers.keys import KeySource
from copygen.providers.ratelimits import RateLimits, limits_from
from copygen.providers.redact import Redactor, Secret
from copygen.providers.reply import (
    CHECK_BASE_URL,
    ReplyContext,
    from_inside,
    from_status,
    unreadable,
)
from copygen.transport.errors import failure
from copygen.transport.http import WholeRequest, exchange_over
from copygen.version import __version__


class Provider(Protocol):
    """One wire format of one provider: prompts become requests, replies become values."""

    @property
    def name(self) -> str:
        """As in the settings (`openai`, `holysheep`, ...)."""

    @property
    def redactor(self) -> Redactor:
        """Takes every key that was in use out of a text."""

    @property
    def key(self) -> Secret | None:
        """The key that the next request carries."""

    def body(self, prompt: Prompt) -> dict[str, JsonValue]:
        """The JSON object that asks for a prompt's text."""

    def request(self, prompt: Prompt) -> httpx.Request:
        """The complete request for one attempt, ready for the transport. Sends nothing."""

    async def authorize(self, request: httpx.Request, now: datetime) -> ApiError | None:
        """Put the key that holds at this time on a request which is about to be sent.

        Asks for another key when the one there is expires soon. An ApiError when there is none.
        """

    async def renew_key(self, refused: Secret | None) -> bool:
        """Whether there is another key than the one that was refused; its source is asked once."""

    def parse(
        self, status: int, headers: Mapping[str, str], body: bytes, now: datetime, prompt: Prompt
    ) -> Completion | ApiError:
        """What a reply means. Never raises, whatever arrived."""

    def adapt(self, error: ApiError, prompt: Prompt) -> bool:
        """Learn from a refused parameter; True when sending the same prompt again is worth it."""

    def advised(self, error: ApiError) -> ApiError:
        """A refusal that nothing was learned from, with what the user can do about it."""

    def list_models(self) -> httpx.Request:
        """The request for the list of models, which costs nothing."""

    def models_in(self, reply: JsonValue) -> list[str] | None:
        """The names in the answer to it; None when it is no list of models."""


def open_provider(config: ProviderConfig, keys: KeySource | None = None) -> Provider:
    """The provider of these settings. Without `keys` its requests carry none.

    Raises ConfigError for an address or a header that cannot be sent, and for an unknown wire.
    """
    if config.base_url is None:
        raise ConfigError(f"{config.name} has no base_url; give one with --base-url.")
    return wire_named(config.wire)(
        config.base_url,
        keys,
        provider=config.name,
        query=config.query,
        headers=config.headers,
        auth=config.auth,
    )


def wire_named(name: str) -> "type[Wire]":
    """The wire format of that name: a module here, or with a dot in it any other."""
    place = name if "." in name else f"{__package__}.{name}"
    try:
        wire = import_module(place).WIRE
    except (ImportError, AttributeError) as exc:
        raise ConfigError(
            f"there is no wire format '{name}': 'openai' is the one nearly every provider speaks."
        ) from exc
    assert issubclass(wire, Wire)
    return wire  # type: ignore[no-any-return]  # asserted


_UNREADABLE_URL: Final = "The base URL cannot be read; it looks like https://host/v1."
_KEY_PLACE: Final = "{key}"
_LAST_PORT: Final = 2**16 - 1
_SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key"})


class Wire(ABC):
    """One endpoint under one wire format. Sends nothing itself.

    `base_url` is what comes before `path`, with or without a slash at its end; a query (Azure's
    `api-version`) stays, and `query` is added to it. `headers` are sent with every request, over
    copygen's own; where one of them holds `{key}`, the key goes there and nowhere else. `auth`
    says how it goes out otherwise: `bearer`, or the name of the header that carries it; None: as
    the wire does by itself. `secrets` are taken out of every message beside the keys and the
    values of secret headers. Raises ConfigError for an address or a header that cannot be sent.
    """

    path: ClassVar[str]
    """Of the requests for a text."""
    models_path: ClassVar[str] = "/models"
    auth: ClassVar[str] = "bearer"
    own_headers: ClassVar[Mapping[str, str]] = {}
    """What this format wants beside the usual: the version of an API, say."""

    def __init__(
        self,
        base_url: str,
        key: Secret | KeySource | None = None,
        *,
        provider: str = "",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: str | None = None,
        secrets: Iterable[Secret] = (),
    ) -> None:
        self.name = provider
        self.url = _endpoint(base_url, self.path, query or {})
        self._keys = key if isinstance(key, KeySource) else KeySource(key)
        self._auth = (auth or self.auth).lower()
        self._given = {name.lower(): value for name, value in (headers or {}).items()}
        self._secrets = list(secrets)
        self._take_key(self._keys.key)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url.host!r}, provider={self.name!r})"

    @abstractmethod
    def body(self, prompt: Prompt) -> dict[str, JsonValue]:
        """The JSON object that asks for a prompt's text. See `Provider`."""

    def read(self, reply: dict[str, JsonValue], context: ReplyContext) -> Completion | ApiError:
        """What a reply that reports no error says; `completed` does most of it."""
        raise NotImplementedError

    def read_body(self, body: bytes, context: ReplyContext) -> Completion | ApiError:
        """What the body of a success says; for formats in which `read` finds too little."""
        reply = decode(body, context.headers.get("content-type", ""))
        if reply is UNREADABLE:
            return unreadable(self.redactor.redact_body(body), context)
        if fault := fault_in_reply(reply):
            return from_inside(context, fault, None)
        if not isinstance(reply, dict):
            return context.error(Kind.BAD_REPLY, "The reply is no JSON object", CHECK_BASE_URL)
        return self.read(reply, context)

    def request(self, prompt: Prompt) -> httpx.Request:
        """The complete request for one attempt: address, headers with length, and body.

        Never fails on text: what strict JSON cannot hold (halves of surrogate pairs, integers
        over 64 bits) is sent escaped.
        """
        body = self.body(prompt)
        try:
            encoded = orjson.dumps(body)
        except TypeError:
            encoded = json.dumps(body, separators=(",", ":")).encode("ascii")
        return WholeRequest(self.url, self._headers, encoded)

    def list_models(self) -> httpx.Request:
        """The request for the list of models. See `Provider`."""
        path = self.url.path.removesuffix(self.path) + self.models_path
        return httpx.Request("GET", self.url.copy_with(path=path), headers=self._headers)

    async def authorize(self, request: httpx.Request, now: datetime) -> ApiError | None:
        """Put the key of this moment on a request. See `Provider`.

        A wire that signs its requests does so here, after this.
        """
        keys = self._keys
        if keys.expires_at_s is not None and keys.expires_soon(now):
            try:
                await keys.ask_again(self.key)
            except ConfigError as error:
                return ApiError(Kind.AUTH, self.redactor.redact(str(error)))
        if keys.key is not self.key:
            self._take_key(keys.key)
        # The key may have changed since the request was made: it waited for its turn.
        if isinstance(request, WholeRequest) and request.fixed_headers is not self._headers:
            request.fixed_headers = self._headers
        return None

    async def renew_key(self, refused: Secret | None) -> bool:
        """Whether there is another key than the one that was refused. See `Provider`."""
        try:
            return await self._keys.ask_again(refused)
        except ConfigError:
            return False  # the refusal says more

    def parse(
        self, status: int, headers: Mapping[str, str], body: bytes, now: datetime, prompt: Prompt
    ) -> Completion | ApiError:
        """What a reply means. See `Provider`."""
        asked = partial(self.parameters_sent, prompt)
        context = ReplyContext(
            status, headers, now, prompt.model, self.redactor, asked, prompt.messages
        )
        if 200 <= status < 300:
            return self.read_body(body, context)
        return from_status(context, body)

    def parameters_sent(self, prompt: Prompt) -> Collection[str] | None:
        """By which names a request carries its parameters; only those can be refused."""
        return self.body(prompt).keys()

    def adapt(self, error: ApiError, prompt: Prompt) -> bool:  # noqa: ARG002 - see Provider
        """A format whose models all take the same has nothing to learn."""
        return False

    def advised(self, error: ApiError) -> ApiError:
        """A refusal that nothing was learned from, as it is. See `Provider`."""
        return error

    @classmethod
    def is_text(cls, content: JsonValue) -> bool:
        """Whether a message's content, written as this format wants it, is text and nothing else.

        What is not may cost more than its bytes say (images, audio, files).
        """
        return content is None or isinstance(content, str)

    def models_in(self, reply: JsonValue) -> list[str] | None:
        """The names in a list of models: OpenAI's form, Ollama's, Gemini's, or a bare list."""
        if isinstance(reply, dict):
            reply = reply.get("data", reply.get("models"))
        if not isinstance(reply, list):
            return None
        entries = [_name_of(entry) if isinstance(entry, dict) else entry for entry in reply]
        return [entry for entry in entries if isinstance(entry, str) and entry]

    def _take_key(self, key: Secret | None) -> None:
        """Make headers and redactor for a key; earlier ones are still taken out of texts."""
        own = dict(self._given)
        bearer = key
        if any(_KEY_PLACE in value for value in own.values()):
            bearer = None
            given = key.reveal() if key else ""
            own = {name: value.replace(_KEY_PLACE, given) for name, value in own.items()}
        self.key = key
        self._secrets += [key] if key and key not in self._secrets else []
        hidden = [Secret(value) for name, value in own.items() if name in _SECRET_HEADERS]
        self.redactor = Redactor([*self._secrets, *hidden])
        self._headers = self._headers_with(bearer, own)

    def _headers_with(self, key: Secret | None, own: Mapping[str, str]) -> httpx.Headers:
        headers = {
            "host": self.url.netloc.decode("ascii"),
            "user-agent": f"copygen/{__version__}",
            "accept": "application/json",
            "accept-encoding": "gzip, deflate",
            "content-type": "application/json",
            **self.own_headers,
        }
        if key and self._auth == "bearer":
            headers["authorization"] = f"Bearer {key.reveal()}"
        elif key:
            headers[self._auth] = key.reveal()
        headers |= own
        for name, value in headers.items():
            if not (name + value).isascii() or not (name + value).isprintable():
                # The value stays out of the message: it may be the key.
                raise ConfigError(
                    f"The {name!a} header cannot be sent: a key or header value may hold only "
                    "printable ASCII characters. Was it copied whole, and nothing else with it?"
                )
        return httpx.Headers(headers)


def _endpoint(base_url: str, suffix: str, query: Mapping[str, str]) -> httpx.URL:
    try:
        url = httpx.URL(base_url.strip())
        path = url.path.rstrip("/").removesuffix(suffix)
        endpoint = url.copy_with(path=path + suffix, fragment=None)
        if query:
            endpoint = endpoint.copy_merge_params(query)
    except httpx.InvalidURL as exc:
        raise ConfigError(_UNREADABLE_URL) from exc
    if "%" in endpoint.host:
        # httpx escapes what cannot stand in a host name instead of refusing it.
        raise ConfigError(_UNREADABLE_URL)
    if endpoint.port is not None and not 0 < endpoint.port <= _LAST_PORT:
        raise ConfigError("The base URL must have a port from 1 to 65535, or none.")
    if endpoint.scheme not in ("http", "https") or not endpoint.host:
        raise ConfigError("The base URL must begin with https:// (http:// for a local server).")
    if endpoint.userinfo:
        raise ConfigError("The base URL must not hold a user name or password; use a key.")
    return endpoint


def _name_of(entry: Mapping[str, JsonValue]) -> JsonValue:
    names = (entry[key] for key in ("id", "name", "model") if isinstance(entry.get(key), str))
    return next(names, None)


# The one question that costs nothing: which models an endpoint serves.

_LATEST = ":latest"
_PREFIX = "models/"


@dataclass(frozen=True, slots=True)
class ModelList:
    """What an endpoint says it serves, and what its headers say of the key's limits."""

    names: tuple[str, ...]
    limits: RateLimits

    def serves(self, model: str) -> bool:
        """Whether it names the model.

        Ollama adds the tag `:latest` to names, and Gemini puts `models/` before them.
        """
        wanted = model.removeprefix(_PREFIX).removesuffix(_LATEST)
        return any(
            name.removeprefix(_PREFIX).removesuffix(_LATEST) == wanted for name in self.names
        )


async def ask_for_models(
    provider: Provider,
    transport: httpx.AsyncBaseTransport,
    *,
    timeout_s: float,
    clock: Callable[[], datetime],
) -> ModelList | ApiError:
    """Request the list once: no retry, nothing billed. Never raises for what a network can do."""
    try:
        async with asyncio.timeout(timeout_s):
            reply = await exchange_over(transport)(provider.list_models())
    except TimeoutError:
        return ApiError(Kind.TIMEOUT, f"no complete answer within {timeout_s:g} s")
    except httpx.TransportError as error:
        return failure(error)
    return read_model_list(reply.status, reply.headers, reply.body, clock(), provider)


def read_model_list(
    status: int, headers: Mapping[str, str], body: bytes, now: datetime, provider: Provider
) -> ModelList | ApiError:
    """What a reply to the question for models means."""
    redactor = provider.redactor
    context = ReplyContext(status, headers, now, "", redactor)
    if not 200 <= status < 300:
        return from_status(context, body)
    reply = decode(body)
    if reply is UNREADABLE:
        text = redactor.redact_body(body)[:20_000].decode("utf-8", "replace")
        if is_html(text):
            words = f"A web page answered instead of the API: {plain(text)}"
            return context.error(Kind.WRONG_URL, words, CHECK_BASE_URL)
        return context.error(Kind.BAD_REPLY, "The reply is not JSON", CHECK_BASE_URL)
    if isinstance(reply, dict) and (fault := fault_in_reply(reply)):
        return from_inside(context, fault, None)
    names = provider.models_in(reply)
    if names is None:
        return context.error(Kind.BAD_REPLY, "The reply is no list of models", CHECK_BASE_URL)
    return ModelList(tuple(names), limits_from(headers, now))
