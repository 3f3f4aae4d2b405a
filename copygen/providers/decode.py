"""Bytes of a reply to values, and a provider's words to one line for people."""

import codecs
import html
import json
import re

import orjson

from copygen.models import JsonValue
from copygen.providers.event_stream import looks_streamed, read_stream
from copygen.providers.redact import MASK, Redactor

MAX_MESSAGE = 200
"""Characters of a message, hint included."""

_WORTH_READING = 20_000
"""Characters of an error text that are looked at; the rest of a long page says nothing new."""

UNREADABLE = object()
"""What `decode` returns for bytes that are no JSON. JSON has a null of its own."""

_PADDING = "\ufeff\x00 \t\r\n"
_KEEP_ALIVE = re.compile(r"(?::[^\n]*+\n\s*+)++")
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
_REQUEST_ID = re.compile(r"\s*\(?\brequest[ _]?id: ?[\w-]+\)?", re.IGNORECASE)
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
        return read_stream(text, decode_text) or UNREADABLE
    return value


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
