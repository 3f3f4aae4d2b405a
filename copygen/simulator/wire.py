"""The OpenAI chat-completions wire format, seen from the server: requests in, bodies out."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Literal

import orjson

from copygen.models import JsonValue, Message, Usage

FINGERPRINT = "simulated"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What the simulator takes from a request; every other parameter is accepted unread."""

    model: str
    messages: tuple[Message, ...]
    """At least one; every content is plain text."""
    max_tokens: int | None
    stop: tuple[str, ...]
    schema: Mapping[str, JsonValue] | None = None
    """The JSON schema that the answer should fit."""


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An error in OpenAI's form."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None

    def body(self) -> bytes:
        """The JSON body."""
        error = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": self.code,
        }
        return orjson.dumps({"error": error})


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A text with all that goes around it."""

    id: str
    created: int
    """Unix time in seconds."""
    model: str
    text: str
    finish_reason: Literal["stop", "length"]
    usage: Usage

    def body(self, *, with_choice: bool = True) -> bytes:
        """The JSON body; without its choice it is a well-formed reply that holds no text."""
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": self.text, "refusal": None},
            "logprobs": None,
            "finish_reason": self.finish_reason,
        }
        return orjson.dumps(
            {
                "id": f"sim-{self.id}",
                "object": "chat.completion",
                "created": self.created,
                "model": self.model,
                "choices": [choice] if with_choice else [],
                "usage": _usage(self.usage),
                "system_fingerprint": FINGERPRINT,
            }
        )


def _usage(usage: Usage) -> dict[str, JsonValue]:
    return {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def models_body(models: tuple[str, ...], created: int) -> bytes:
    """The JSON body of `GET /v1/models`."""
    data = [
        {"id": model, "object": "model", "created": created, "owned_by": FINGERPRINT}
        for model in models
    ]
    return orjson.dumps({"object": "list", "data": data})


def read_request(body: bytes) -> ChatRequest | ErrorReply:
    """Read a chat-completions request; what is wrong with it comes back as the 400 to send."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError as exc:
        return ErrorReply(400, f"The request body is not valid JSON: {exc}.")
    if not isinstance(data, dict):
        return ErrorReply(400, "The request body must be a JSON object.")
    model = data.get("model")
    if not isinstance(model, str) or not model:
        return _bad("model", "names the model and is required", "missing_required_parameter")
    messages = _messages(data.get("messages"))
    if messages is None:
        return _bad("messages", "must be a list of at least one message with role and content")
    return _parameters(data, model, messages)


def _parameters(
    data: dict[str, JsonValue], model: str, messages: tuple[Message, ...]
) -> ChatRequest | ErrorReply:
    if data.get("stream"):
        return _bad("stream", "must be false: the simulator does not stream", "unsupported_value")
    if data.get("n") not in (None, 1):
        return _bad("n", "must be 1", "unsupported_value")
    limits = []
    for name in ("max_tokens", "max_completion_tokens"):
        limit = data.get(name)
        if limit is None:
            continue
        if type(limit) is not int or limit < 1:
            return _bad(name, "must be a whole number of at least 1", "invalid_value")
        limits.append(limit)
    stop = data.get("stop")
    schema = _schema(data.get("response_format"))
    return ChatRequest(model, messages, min(limits, default=None), _stops(stop), schema)


def _schema(form: JsonValue) -> Mapping[str, JsonValue] | None:
    named = form.get("json_schema") if isinstance(form, dict) else None
    schema = named.get("schema") if isinstance(named, dict) else None
    return schema if isinstance(schema, dict) else None


def _bad(parameter: str, rule: str, code: str | None = None) -> ErrorReply:
    return ErrorReply(400, f"'{parameter}' {rule}.", code=code, param=parameter)


def _messages(value: JsonValue) -> tuple[Message, ...] | None:
    if not isinstance(value, list) or not value:
        return None
    messages = []
    for message in value:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return None
        text = _text(message.get("content"))
        if text is None:
            return None
        messages.append(Message(message["role"], text))
    return tuple(messages)


def _text(content: JsonValue) -> str | None:
    """The text of a content; "" for none at all, None for what is no content."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [part.get("text") for part in content if isinstance(part, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _stops(value: JsonValue) -> tuple[str, ...]:
    stops = value if isinstance(value, list) else [value]
    return tuple(stop for stop in stops if isinstance(stop, str) and stop)


# A plausible token count without a tokenizer: so many tokens per character of each script. The
# weights are averages measured with OpenAI's o200k vocabulary on marketing copy; on a paragraph
# they are within about 20 % of it.
_PER_MESSAGE = 4
_PER_REPLY = 3

_SCRIPTS = (
    ("\u0400", "\u052f", 1 / 3.4),  # Cyrillic
    ("\u0600", "\u06ff", 1 / 2.8),  # Arabic
    ("\u0900", "\u097f", 1 / 2.2),  # Devanagari
    ("\u0e00", "\u0e7f", 1 / 2.4),  # Thai
    ("\u3040", "\u30ff", 1 / 1.3),  # kana
    ("\u3400", "\u9fff", 1 / 1.2),  # Han
    ("\uac00", "\ud7a3", 1 / 1.6),  # Hangul
)


@lru_cache(maxsize=8192)
def _weight(char: str) -> float:
    if char.isascii():
        if char.isalpha():
            return 1 / 4.9
        if char.isdigit():
            return 1 / 2
        return 0.18 if char.isspace() else 0.75
    for first, last, weight in _SCRIPTS:
        if first <= char <= last:
            return weight
    return 1 / 2.0 if char.isalpha() else 0.8


def count_tokens(text: str) -> int:
    """Tokens of a text; at least 1 unless it is empty."""
    return max(1, round(sum(map(_weight, text)))) if text else 0


def count_message_tokens(texts: Iterable[str]) -> int:
    """Tokens of a request with these message texts, the chat format's own tokens included."""
    return _PER_REPLY + sum(_PER_MESSAGE + count_tokens(text) for text in texts)


def cut_to_tokens(text: str, limit: int) -> str:
    """The longest beginning of `text` that counts at most `limit` tokens."""
    if count_tokens(text) <= limit:
        return text
    weights = list(accumulate(map(_weight, text)))
    return text[: bisect_right(weights, limit)]
