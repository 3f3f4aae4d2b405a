"""OpenAI-compatible chat completions: the wire format nearly every provider speaks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import httpx
import orjson

from copygen.errors import ConfigError
from copygen.models import ApiError, Completion, JsonValue, Kind, Message, Prompt
from copygen.providers.parameters import SYSTEM_ROLE, Adaptations
from copygen.providers.redact import Redactor, Secret
from copygen.providers.reply import parse
from copygen.version import __version__

_ENDPOINT = "/chat/completions"
_MODELS = "/models"
_KEY_PLACE = "{key}"
_LAST_PORT = 2**16 - 1
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key"})
_SYSTEM_ROLES = frozenset({"system", "developer"})
_NOT_PARAMETERS = frozenset({"model", "messages", "stream", "stream_options"})
"""Set by copygen itself. Replies are read whole, so nothing can ask for a stream."""
_UNREADABLE_URL = "The base URL cannot be read; it looks like https://host/v1."


class ChatCompletions:
    """One endpoint: prompts to requests, replies to values. Sends nothing itself.

    `base_url` is what comes before `/chat/completions`, with or without a slash at its end; a
    query (Azure's `api-version`) stays, and `query` is added to it. `key` goes out as a bearer
    token, and only when given. `headers` are sent with every request, over copygen's own; where
    one of them holds `{key}`, the key goes there and nowhere else. `secrets` are taken out of every
    message beside the key and the values of secret headers. `spared` are parameters that shape
    the reply and may be left out all the same, for a model that refuses them. Raises ConfigError
    for an address or a header that cannot be sent.
    """

    def __init__(
        self,
        base_url: str,
        key: Secret | None = None,
        *,
        provider: str = "",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[Secret] = (),
        spared: frozenset[str] = frozenset(),
    ) -> None:
        self.name = provider
        self.url = _endpoint(base_url, query or {})
        own = {name.lower(): value for name, value in (headers or {}).items()}
        bearer = key
        if any(_KEY_PLACE in value for value in own.values()):
            bearer = None
            given = key.reveal() if key else ""
            own = {name: value.replace(_KEY_PLACE, given) for name, value in own.items()}
        hidden = [Secret(value) for name, value in own.items() if name in _SECRET_HEADERS]
        self.redactor = Redactor([*([key] if key else []), *hidden, *secrets])
        self._headers = _headers(self.url, bearer, own)
        self._adaptations = Adaptations(spared)
        self._without_system: set[str] = set()
        """Models that take no system message."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url.host!r}, provider={self.name!r})"

    def request(self, prompt: Prompt) -> httpx.Request:
        """The complete request for one attempt: address, headers with length, and body.

        Never fails on text: what strict JSON cannot hold (halves of surrogate pairs, integers
        over 64 bits) is sent escaped.
        """
        content = _encode(self._body(prompt))
        # Passing `content` instead of a stream would have httpx rebuild the headers that are
        # already complete here, for about four times the cost of the whole request.
        request = httpx.Request(
            "POST", self.url, headers=self._headers, stream=httpx.ByteStream(content)
        )
        request.headers["content-length"] = str(len(content))
        request.read()
        return request

    def listing(self) -> httpx.Request:
        """The request for the list of models, `GET .../models`, which costs nothing."""
        url = self.url.copy_with(path=self.url.path.removesuffix(_ENDPOINT) + _MODELS)
        return httpx.Request("GET", url, headers=self._headers)

    def parse(
        self,
        status: int,
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
        prompt: Prompt,
    ) -> Completion | ApiError:
        """What a reply means; see `copygen.providers.reply.parse`. Never raises."""
        params = None if 200 <= status < 300 and b'"error' not in body else self._sent(prompt)
        return parse(
            status, headers, body, now, prompt.model, self.redactor, params, prompt.messages
        )

    def _sent(self, prompt: Prompt) -> frozenset[str]:
        """The names of what a request for `prompt` carries or carried before a refusal."""
        names = {*prompt.params, *self._adaptations.fit(prompt.model, prompt.params)}
        if any(message.role in _SYSTEM_ROLES for message in prompt.messages):
            names.add(SYSTEM_ROLE)
        return frozenset(names)

    def adapt(self, error: ApiError, model: str) -> bool:
        """Rename or leave out, for `model` from now on, the parameter that `error` names.

        A system message that is refused is put before the first message of the user instead.

        True when the same prompt would now be sent without it, so that sending it again makes
        sense. One prompt may need this for several parameters, one after the other; the caller
        bounds how often. False for every other error, and for a parameter that must not go
        missing: the cap on output tokens and what shapes the reply.
        """
        if error.kind is not Kind.UNSUPPORTED_PARAMETER or error.parameter is None:
            return False
        if error.parameter == SYSTEM_ROLE:
            self._without_system.add(model)
            return True
        return self._adaptations.learn(model, error.parameter, error.replacement)

    def _body(self, prompt: Prompt) -> dict[str, JsonValue]:
        messages: Sequence[Message] = prompt.messages
        if self._without_system and prompt.model in self._without_system:
            messages = _merged(messages)
        body: dict[str, JsonValue] = {
            "model": prompt.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
        }
        for name, value in self._adaptations.fit(prompt.model, prompt.params).items():
            if name not in _NOT_PARAMETERS:
                body[name] = value
        return body


def _merged(messages: Sequence[Message]) -> Sequence[Message]:
    """`messages` with those of the system at the beginning of the first one of the user."""
    system = [m.content for m in messages if m.role in _SYSTEM_ROLES]
    others = [m for m in messages if m.role not in _SYSTEM_ROLES]
    first = next((at for at, m in enumerate(others) if m.role == "user"), None)
    if first is None:
        return [*(Message("user", content) for content in system), *others]
    contents = [*system, others[first].content]
    if all(isinstance(content, str) for content in contents):
        whole: JsonValue = "\n\n".join(contents)
    else:
        whole = [part for content in contents for part in _parts(content)]
    return [*others[:first], Message("user", whole), *others[first + 1 :]]


def _parts(content: JsonValue) -> list[JsonValue]:
    return content if isinstance(content, list) else [{"type": "text", "text": content}]


def _endpoint(base_url: str, query: Mapping[str, str]) -> httpx.URL:
    try:
        url = httpx.URL(base_url.strip())
        path = url.path.rstrip("/").removesuffix(_ENDPOINT)
        endpoint = url.copy_with(path=path + _ENDPOINT, fragment=None)
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


def _headers(url: httpx.URL, key: Secret | None, own: Mapping[str, str]) -> httpx.Headers:
    headers = {
        "host": url.netloc.decode("ascii"),
        "user-agent": f"copygen/{__version__}",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/json",
    }
    if key:
        headers["authorization"] = f"Bearer {key.reveal()}"
    headers |= own
    for name, value in headers.items():
        if not (name + value).isascii() or not (name + value).isprintable():
            # The value stays out of the message: it may be the key.
            raise ConfigError(
                f"The {name!a} header cannot be sent: a key or header value may hold only "
                "printable ASCII characters. Was it copied whole, and nothing else with it?"
            )
    return httpx.Headers(headers)


def _encode(body: Mapping[str, JsonValue]) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, separators=(",", ":")).encode("ascii")
