"""OpenAI-compatible chat completions: the wire format nearly every provider speaks."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

import httpx
import orjson

from copygen.errors import ConfigError
from copygen.models import ApiError, Completion, JsonValue, Kind, Message, Prompt
from copygen.providers.classification import (
    CHECK_BASE_URL,
    UNKNOWN_FINISH,
    Context,
    from_inside,
    from_status,
)
from copygen.providers.decode import (
    UNREADABLE,
    clip,
    decode,
    decode_strictly,
    decode_text,
    is_html,
    mended,
    parted,
    plain,
    undecoded,
)
from copygen.providers.error_body import error_in, fault_in_reply
from copygen.providers.parameters import SYSTEM_ROLE, Adaptations
from copygen.providers.redact import Redactor, Secret
from copygen.providers.usage import bill_of
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
        """What a reply means; see `copygen.providers.openai.parse`. Never raises."""
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


_CONTENT_FILTER_WORDS = (
    "content_filter",
    "safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "language",
    "sensitive",
    "refusal",
    "guardrail_intervened",
)
_TOOL_WORDS = ("tool_calls", "function_call", "tool_use", "malformed_function_call")
_STOP_WORDS = ("stop", "end_turn", "stop_sequence", "eos", "eos_token", "stop_token", "stop_str")
_LENGTH_WORDS = ("length", "max_tokens", "model_context_window_exceeded", "incomplete")
_FINISH_REASONS = {
    **dict.fromkeys(_STOP_WORDS, "stop"),
    **dict.fromkeys(_LENGTH_WORDS, "length"),
    **dict.fromkeys(_CONTENT_FILTER_WORDS, "content_filter"),
    **dict.fromkeys(_TOOL_WORDS, "tool_calls"),
}
"""Finish reasons in lower case, by what they mean. Gateways pass on their providers' own."""
_LIKELY: Final = (
    # model_length, max_output_tokens, token_limit, length_capped ...
    (re.compile(r"length|token|truncat|max_|_limit|incomplete"), "length"),
    (
        re.compile(r"filter|safety|policy|block|sensitiv|prohibit|censor|moderat|risk|guardrail"),
        "content_filter",
    ),
    (re.compile(r"tool|function"), "tool_calls"),
    (re.compile(r"error|fail|timeout|timed_out|cancel|abort|interrupt|overload|unavail"), "error"),
)
"""What a word nobody has listed must be taken for."""
_GOOD_ENDS: Final = frozenset(
    {UNKNOWN_FINISH, "complete", "completed", "done", "end", "finished", "finish", "normal"}
)
NOTE_REASONING: Final = "the reply held the model's reasoning, which was taken out of the text"

_UNUSABLE = {
    "length": (Kind.TRUNCATED, "The text was cut off at the token limit; raise max_tokens"),
    "content_filter": (Kind.CONTENT_FILTER, "The provider's content filter stopped the reply"),
    "tool_calls": (Kind.BAD_REPLY, "The model called a tool instead of writing a text"),
    "error": (Kind.SERVER, "The provider failed while writing"),
    "network_error": (Kind.SERVER, "The provider lost its connection while writing"),
    "timeout": (Kind.SERVER, "The provider's time ran out while writing"),
    "abort": (Kind.SERVER, "The provider stopped while writing"),
    "insufficient_system_resource": (Kind.SERVER, "The provider ran out of capacity"),
}
_OUT_OF_TOKENS = (
    "All output tokens were used up before any text; raise max_tokens or lower reasoning effort"
)
_LONGEST_OWN_WORD = 40
_WORTH_READING: Final = 1_000


def parse(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    model: str,
    redactor: Redactor,
    params: Collection[str] | None = None,
    sent: tuple[Message, ...] = (),
) -> Completion | ApiError:
    """Read one reply. Never raises.

    `headers` are looked up in lower case, `now` serves waits given as dates, and `model` stands
    in when the reply does not name its own. `params` are the names of the parameters that were
    sent: of no other can an error say that it is refused. What the reply says of its tokens is
    held against the messages that were `sent`. An error's `status` is that of the reply, or the
    one its body names when it only pretends to succeed. Messages are one line of at most 200
    characters without keys; copy is freed of known keys and otherwise untouched.
    """
    context = Context(status, headers, now, model, redactor, params, sent)
    if not 200 <= status < 300:
        return from_status(context, body)
    reply = decode_strictly(body)
    if strange := reply is UNREADABLE:
        reply = decode(body, headers.get("content-type", ""))
    choice = _first_choice(reply)
    if choice is None and (inner := _unwrapped(reply)) is not None:
        reply, choice = inner, _first_choice(inner)
    if choice is None:
        return _without_choice(reply, body, context)
    completion = _completion(reply, choice, context)
    if strange and undecoded(completion.text):
        return _damaged(completion, context)
    if completion.finish_reason == "stop" and completion.text.strip() and not choice.get("error"):
        return completion
    return _judged(completion, choice, context)


def _first_choice(reply: JsonValue) -> dict[str, JsonValue] | None:
    """The first choice of a reply that reports no error."""
    if type(reply) is not dict:
        return None
    choices = reply.get("choices")
    if type(choices) is not list or not choices or type(choices[0]) is not dict:
        return None
    if reply.get("error") and fault_in_reply(reply) is not None:
        return None
    return choices[0]


def _unwrapped(reply: JsonValue) -> dict[str, JsonValue] | None:
    """The completion inside a gateway's own envelope: `{"code": 0, "data": {...}}` and the like.

    The usage and the model may stand beside it.
    """
    if isinstance(reply, list) and len(reply) == 1:
        reply = {"data": reply[0]}
    if not isinstance(reply, dict) or reply.get("choices"):
        return None
    for name in _ENVELOPES:
        inner = reply.get(name)
        if isinstance(inner, str) and inner.lstrip().startswith("{"):
            inner = decode_text(inner)
        if isinstance(inner, dict) and _first_choice(inner) is not None:
            beside = {key: reply[key] for key in ("usage", "model") if key in reply}
            return {**beside, **inner}
    return None


_ENVELOPES: Final = ("data", "result", "response", "output", "body", "payload", "completion")


def _damaged(completion: Completion, context: Context) -> ApiError:
    """A text with bytes that are of no encoding anybody named: paid, and not fit to publish."""
    words = "The text is in an encoding that the reply does not name, and partly unreadable"
    kept = replace(completion, text=mended(completion.text))
    return replace(context.error(Kind.BAD_REPLY, words, completion=kept), final=True)


def _completion(
    reply: dict[str, JsonValue], choice: dict[str, JsonValue], context: Context
) -> Completion:
    model, redactor = context.model, context.redactor
    message = choice.get("message")
    if type(message) is not dict:
        # A piece of a stream, and the API before chat, as some gateways send them.
        message = choice.get("delta") or {"content": choice.get("text")}
    content = message.get("content") if type(message) is dict else None
    written = content if type(content) is str else _joined(content)
    text, reasoning = parted(written)
    reason = choice.get("finish_reason")
    answered_by = reply.get("model")
    if type(answered_by) is not str or not answered_by:
        answered_by = model
    bill = bill_of(reply, context.headers, written, context.sent)
    return Completion(
        redactor.redact_known(text),
        "stop" if reason == "stop" else _finish_reason(reason, redactor),
        answered_by if answered_by == model else redactor.redact_known(answered_by),
        bill.usage,
        bill.reported_usd,
        None if reasoning is None else redactor.redact_known(reasoning),
        () if reasoning is None else (NOTE_REASONING,),
        cost_doubt=bill.doubt,
        tier=bill.tier,
    )


def _joined(content: JsonValue) -> str:
    """The text of content given as parts. Parts of other types, reasoning too, are no copy."""
    if not isinstance(content, list):
        return ""
    texts = []
    for part in content:
        if isinstance(part, dict) and part.get("type", "text") in ("text", "output_text"):
            part = part.get("text")
        if isinstance(part, str):
            texts.append(part)
    return "".join(texts)


def _finish_reason(reason: JsonValue, redactor: Redactor) -> str:
    if not isinstance(reason, str) or not reason:
        return UNKNOWN_FINISH
    word = clip(redactor.redact(plain(reason[:_WORTH_READING].lower())), _LONGEST_OWN_WORD)
    if word in _FINISH_REASONS or word in _UNUSABLE or word in _GOOD_ENDS:
        return _FINISH_REASONS.get(word, word)
    likely = (meaning for pattern, meaning in _LIKELY if pattern.search(word))
    return next(likely, word)


def _judged(
    completion: Completion, choice: dict[str, JsonValue], context: Context
) -> Completion | ApiError:
    """A completion that does not end in a plain `stop` with text."""
    has_text = bool(completion.text.strip())
    paid = completion if has_text or _says_bill(completion) else None
    if fault := error_in(choice.get("error")):
        return from_inside(context, fault, paid)
    message = choice.get("message")
    refusal = message.get("refusal") if isinstance(message, dict) else None
    if not has_text and isinstance(refusal, str) and refusal.strip():
        words = f"The model declined: {plain(refusal)}"
        return context.error(Kind.REFUSAL, words, completion=completion)
    if completion.finish_reason in _UNUSABLE:
        kind, words = _UNUSABLE[completion.finish_reason]
        if kind is Kind.TRUNCATED and not has_text:
            words = _OUT_OF_TOKENS
        kept = completion if kind is Kind.TRUNCATED else paid
        error = context.error(kind, words, completion=kept)
        return replace(error, final=True) if kind is Kind.BAD_REPLY else error
    if has_text:
        if completion.finish_reason in _GOOD_ENDS or completion.finish_reason == "stop":
            return completion
        note = (
            f"the provider ended the text with {completion.finish_reason!r}, a reason that is not "
            "known here: it may not be whole"
        )
        return replace(completion, notes=(*completion.notes, note))
    if isinstance(message, dict) and message.get("tool_calls"):
        error = context.error(*_UNUSABLE["tool_calls"], completion=completion)
        return replace(error, final=True)
    return _without_text(completion, message, context)


def _without_text(completion: Completion, message: JsonValue, context: Context) -> ApiError:
    """A reply that ends well and holds no text. Reasoning in its place will come again."""
    if completion.reasoning is not None:
        words = "The reply holds reasoning and no text"
        return replace(context.error(Kind.EMPTY, words, completion=completion), final=True)
    for name in _REASONING_FIELDS:
        thought = message.get(name) if isinstance(message, dict) else None
        thought = _joined(thought) if isinstance(thought, list) else thought
        if isinstance(thought, str) and thought.strip():
            words = f"The reply has no text but in {name!r}: the server takes all for reasoning"
            hint = "Turn the model's reasoning off, or correct the server's reasoning parser."
            kept = replace(completion, reasoning=context.redactor.redact_known(thought))
            return replace(context.error(Kind.EMPTY, words, hint, kept), final=True)
    return context.error(Kind.EMPTY, "The reply holds no text", completion=completion)


_REASONING_FIELDS: Final = ("reasoning_content", "reasoning", "thinking", "reasoning_details")


def _without_choice(reply: JsonValue, body: bytes, context: Context) -> ApiError:
    """A success by its status, without a choice to read."""
    if reply is UNREADABLE:
        return _unreadable(context.redactor.redact_body(body), context)
    completion = _paid_part(reply, context)
    if (speaker := _other_format(reply)) is not None:
        words = f"This address speaks {speaker}, and copygen OpenAI's chat completions"
        return context.error(Kind.WRONG_URL, words, CHECK_BASE_URL, completion)
    if fault := fault_in_reply(reply):
        return from_inside(context, fault, completion)
    if isinstance(reply, dict) and "choices" in reply and not reply["choices"]:
        empty = completion or Completion("", UNKNOWN_FINISH, context.model, None)
        return context.error(Kind.EMPTY, "The reply holds no choices", completion=empty)
    words = "The reply is JSON but no chat completion"
    return context.error(Kind.BAD_REPLY, words, CHECK_BASE_URL, completion)


def _other_format(reply: JsonValue) -> str | None:
    """Whose own format a whole answer is in: every row would be answered, and paid, like this."""
    if not isinstance(reply, dict) or reply.get("error"):
        return None
    if reply.get("type") == "message" and isinstance(reply.get("content"), list):
        return "Anthropic's messages"
    if isinstance(reply.get("candidates"), list) and reply["candidates"]:
        return "Gemini's own format"
    if reply.get("object") == "response" and isinstance(reply.get("output"), list):
        return "OpenAI's responses"
    if "done" in reply and ("message" in reply or isinstance(reply.get("response"), str)):
        return "Ollama's own format"
    return None


def _paid_part(reply: JsonValue, context: Context) -> Completion | None:
    """What a reply without a usable choice was billed for: its tokens, and text if any."""
    if not isinstance(reply, dict):
        return None
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    choice = first if isinstance(first, dict) else {}
    completion = _completion(reply, choice, context)
    return completion if completion.text.strip() or _says_bill(completion) else None


def _says_bill(completion: Completion) -> bool:
    return completion.usage is not None or completion.reported_cost_usd is not None


def _unreadable(body: bytes, context: Context) -> ApiError:
    text = body[:100_000].decode("utf-8", "replace").strip()
    if is_html(text):
        words = f"A web page answered instead of the API: {plain(text)}"
        return context.error(Kind.WRONG_URL, words, CHECK_BASE_URL)
    if not text:
        words = "The reply has no body"
    elif text.startswith(("data:", "event:")):
        words = "The reply is an event stream, which was not asked for"
    elif text.startswith(("{", "[")):
        words = f"The reply is broken or cut off after {len(body)} bytes"
    else:
        words = f"The reply is not JSON: {plain(text)}"
    return context.error(Kind.BAD_REPLY, words)
