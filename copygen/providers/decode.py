"""Bytes of a reply to values, and a provider's words to one line for people.

A reply that came as a stream although none was asked for is put together again: it was paid. Some
gateways always stream, and some put the end of a stream after a whole reply. Read are server-sent
events (https://html.spec.whatwg.org/multipage/server-sent-events.html) and one JSON value per line.
"""

import codecs
import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import orjson

from copygen.models import JsonValue
from copygen.providers.redact import MASK, Redactor

MAX_MESSAGE = 200
"""Characters of a message, hint included."""

_WORTH_READING = 20_000
"""Characters of an error text that are looked at; the rest of a long page says nothing new."""

UNREADABLE = object()
"""What `decode` returns for bytes that are no JSON. JSON has a null of its own."""

_PADDING = "\ufeff\x00 \t\r\n"
_KEEP_ALIVE = re.compile(r"(?::[^\n]*+\n\s*+)+")
"""Comment lines of a server-sent event stream, sent while the model is still thinking. Possessive:
remembering where each of a million lines began would take a gigabyte."""
_CHARSET = re.compile(
    r"charset\s?=\s?[\"']?((?:utf|gb|big5|euc|shift|sjis|iso|cp|windows|koi8|latin|tis|us-ascii"
    r"|mac|ks_c|hz)[\w.:-]{0,40})",
    re.IGNORECASE,
)
"""Of the encodings texts are in: Python has others, which are no encodings or take for ever."""
_LONGEST_INTEGER = 400
_UNDECODED = re.compile(r"[\udc80-\udcff]")
"""What `surrogateescape` makes of bytes that are not of the encoding."""
_HTML = re.compile(r"<(?:!doctype html|html|head|body|title|center|h1)\b", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1)[^<>]*>([^<]+)<", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WHITE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Zero-width and direction characters (they can hide or reorder what a terminal shows), and
# halves of surrogate pairs, which cannot be written out.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_REQUEST_ID = re.compile(r"(?<!\s)\s*+\(?\brequest[ _]?id: ?[\w-]+\)?", re.IGNORECASE)
_ENDS_A_SENTENCE = tuple(".!?…。！？")


def decode(body: bytes, content_type: str = "") -> JsonValue:
    """The JSON value in `body`, or `UNREADABLE`. Never raises.

    Takes what strict JSON does not: a byte order mark, keep-alive lines before the value, NaN,
    numbers of any length, halves of surrogate pairs, line ends inside a text, the charset that
    `content_type` names, and a stream in place of a reply. A paid reply is worth it. Bytes that
    are not of the encoding come out as halves of surrogate pairs: see `undecoded`.
    """
    value = decode_strictly(body)
    return _decode_leniently(body, content_type) if value is UNREADABLE else value


def decode_strictly(body: bytes) -> JsonValue:
    """The value of well-formed JSON in UTF-8, or `UNREADABLE`."""
    try:
        return orjson.loads(body)
    except ValueError:
        return UNREADABLE


def undecoded(text: str) -> bool:
    """Whether `text` holds bytes that could not be decoded."""
    return _UNDECODED.search(text) is not None


def mended(text: str) -> str:
    """`text` with U+FFFD for each byte that could not be decoded."""
    return _UNDECODED.sub("\ufffd", text)


def decode_text(text: str) -> JsonValue:
    """Like `decode`, for text that is already a string."""
    try:
        # RecursionError: the nesting is deeper than any reply and Python's stack.
        return json.loads(text, strict=False, parse_int=_integer)
    except (ValueError, RecursionError):
        return UNREADABLE


def _integer(digits: str) -> int | float:
    # Python refuses to read integers of more than 4 300 digits, and takes long for shorter ones.
    return int(digits) if len(digits) <= _LONGEST_INTEGER else float(digits)


def _decode_leniently(body: bytes, content_type: str) -> JsonValue:
    text = _text_of(body, content_type).strip(_PADDING)
    if text.startswith(":") and (comments := _KEEP_ALIVE.match(text)):
        text = text[comments.end() :]
    value = decode_text(text)
    if value is UNREADABLE and looks_streamed(text):
        value = read_stream(text, decode_text) or UNREADABLE
    if value is UNREADABLE and text.startswith("{"):
        return _first_reply(text)
    return value


def _first_reply(text: str) -> JsonValue:
    """The whole reply that `text` begins with, whatever a gateway put behind it."""
    try:
        value, _ = json.JSONDecoder(strict=False, parse_int=_integer).raw_decode(text)
    except (ValueError, RecursionError):
        return UNREADABLE
    return value if isinstance(value, dict) and value.get("choices") else UNREADABLE


def _text_of(body: bytes, content_type: str) -> str:
    if named := _CHARSET.search(content_type):
        try:
            return body.decode(named[1])
        except (LookupError, ValueError):
            pass  # unknown, or not what it says
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace")
    return body.decode("utf-8", "surrogateescape")


_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def is_html(text: str) -> bool:
    """Whether `text` is a web page rather than a message."""
    return _HTML.search(text, 0, 2_000) is not None


def plain(text: str) -> str:
    """`text` as one line: a page as its title, no control or invisible characters.

    Not yet redacted: rules match on it, people never see it as it is.
    """
    cut = len(text) > _WORTH_READING
    text = text[:_WORTH_READING]
    if is_html(text):
        title = _TITLE.search(text)
        text = html.unescape(title[2] if title else _TAG.sub(" ", text))
    text = _WHITE.sub(" ", _INVISIBLE.sub("", text)).strip()
    # The cut may have gone through a key, and half a key is not recognised any more.
    return text.rpartition(" ")[0] if cut and len(text) < _WORTH_READING // 2 else text


def sentence(words: str, hint: str, redactor: Redactor) -> str:
    """A message for people from plain `words` and our own `hint`: one line, redacted, short."""
    words = redactor.redact(_REQUEST_ID.sub("", words)).strip()
    words = clip(words, MAX_MESSAGE - len(hint) - 2)
    if words and not words.endswith(_ENDS_A_SENTENCE):
        words += "."
    return f"{words} {hint}".strip()


def clip(text: str, length: int) -> str:
    """`text`, with an ellipsis at its end when it is longer than `length` characters."""
    return text if len(text) <= length else text[: length - 1].rstrip() + MASK


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
    """The choice of an event; only the first answer was asked for, and others may be mixed in."""
    choices = event.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) and not first.get("index") else None
