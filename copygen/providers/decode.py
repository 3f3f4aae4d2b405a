"""Bytes of a reply to values, and a provider's words to one line for people."""

import html
import json
import re

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
_KEEP_ALIVE = re.compile(r"(?::[^\n]*\n\s*)+")
"""Comment lines of a server-sent event stream, sent while the model is still thinking."""
_HTML = re.compile(r"<(?:!doctype html|html|head|body|title|center|h1)\b", re.IGNORECASE)
_TITLE = re.compile(r"<(title|h1)[^<>]*>([^<]+)<", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_WHITE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
# Zero-width and direction characters (they can hide or reorder what a terminal shows), and
# halves of surrogate pairs, which cannot be written out.
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_REQUEST_ID = re.compile(r"\s*\(?\brequest[ _]?id: ?[\w-]+\)?", re.IGNORECASE)
_ENDS_A_SENTENCE = tuple(".!?…。！？")


def decode(body: bytes) -> JsonValue:
    """The JSON value in `body`, or `UNREADABLE`. Never raises.

    Takes what strict JSON does not: a byte order mark, keep-alive lines before the value, NaN,
    halves of surrogate pairs, and single bytes that are not UTF-8. A paid reply is worth it.
    """
    try:
        return orjson.loads(body)
    except ValueError:
        return _decode_leniently(body)


def decode_text(text: str) -> JsonValue:
    """Like `decode`, for text that is already a string."""
    try:
        # RecursionError: the nesting is deeper than any reply and Python's stack.
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE


def _decode_leniently(body: bytes) -> JsonValue:
    text = body.decode("utf-8", "replace").strip(_PADDING)
    if text.startswith(":") and (comments := _KEEP_ALIVE.match(text)):
        text = text[comments.end() :]
    return decode_text(text)


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
