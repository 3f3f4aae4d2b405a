"""A reply that came as a stream although none was asked for, put together again: it was paid.

Some gateways always stream, and some put the end of a stream after a whole reply. Read are
server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) and one JSON
value per line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from copygen.models import JsonValue

CUT_OFF: Final = "abort"
"""The finish reason given to a stream that stops before its end was announced."""
_DONE: Final = "[DONE]"
_PAYLOAD: Final = re.compile(r"^[ \t]*(?:data:[ \t]?)?([{\[].*)$", re.MULTILINE)
_OF_A_STREAM: Final = re.compile(r"^(?:data|event|id|retry):|^\{.*\n\s*\{", re.MULTILINE)
_TEXTS: Final = ("content", "reasoning_content", "reasoning", "refusal")


def looks_streamed(text: str) -> bool:
    """Whether `text`, which is no JSON as it stands, may be a stream."""
    return _OF_A_STREAM.search(text) is not None


def read_stream(text: str, decode: Callable[[str], JsonValue]) -> JsonValue | None:
    """The reply that a stream amounts to, as one that was not streamed; None when it is none.

    `decode` reads one JSON text, and returns what is no dict for anything else.
    """
    found = _Joined()
    for line in _PAYLOAD.finditer(text):
        payload = line[1].strip()
        if payload == _DONE:
            found.is_done = True
        elif isinstance(value := decode(payload), dict):
            found.take(value)
    return found.reply()


@dataclass
class _Joined:
    """What the events of one stream have said."""

    is_done: bool = False
    whole: dict[str, JsonValue] | None = None
    """A reply that was not cut into pieces."""
    first: dict[str, JsonValue] | None = None
    error: JsonValue = None
    usage: JsonValue = None
    finish_reason: str | None = None
    texts: dict[str, list[str]] = field(default_factory=dict)
    tool_calls: list[JsonValue] = field(default_factory=list)

    def take(self, event: dict[str, JsonValue]) -> None:
        """Add one event."""
        choice = _choice(event)
        if choice is None and not any(key in event for key in ("error", "usage", "choices")):
            return
        self.first = self.first or event
        self.usage = event.get("usage") or self.usage
        self.error = self.error or event.get("error")
        if choice is None:
            return
        reason = choice.get("finish_reason")
        self.finish_reason = reason if isinstance(reason, str) and reason else self.finish_reason
        message = choice.get("message")
        delta = choice.get("delta")
        if isinstance(message, dict) and not isinstance(delta, dict) and not self.texts:
            self.whole = event
            return
        for key in _TEXTS:
            piece = delta.get(key) if isinstance(delta, dict) else None
            if isinstance(piece, str):
                self.texts.setdefault(key, []).append(piece)
        calls = delta.get("tool_calls") if isinstance(delta, dict) else None
        self.tool_calls += calls if isinstance(calls, list) else []

    def reply(self) -> dict[str, JsonValue] | None:
        """All of it as one reply."""
        if self.first is None:
            return None
        if self.whole is not None:
            return {**self.whole, "usage": self.whole.get("usage") or self.usage}
        reason = self.finish_reason or (None if self.is_done else CUT_OFF)
        message: dict[str, JsonValue] = {key: "".join(self.texts[key]) for key in self.texts}
        if self.tool_calls:
            message["tool_calls"] = self.tool_calls
        reply = {"model": self.first.get("model"), "usage": self.usage, "error": self.error}
        if self.texts or self.tool_calls or self.finish_reason:
            reply["choices"] = [{"message": message, "finish_reason": reason}]
        return reply


def _choice(event: dict[str, JsonValue]) -> dict[str, JsonValue] | None:
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None
