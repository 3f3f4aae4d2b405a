"""Replies read as the chat completions' wire reads them, without a run around."""

from collections.abc import Collection, Mapping
from datetime import datetime

from copygen.models import ApiError, Completion, Message
from copygen.providers.openai import ChatCompletions
from copygen.providers.redact import Redactor
from copygen.providers.reply import ReplyContext, from_status

_WIRE = ChatCompletions("http://h/v1")


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
    """Read one reply to a request for `model` with parameters of those names.

    `headers` have names in lower case; `sent` are the messages that the reply's counts are held
    against.
    """
    asked = None if params is None else lambda: params
    context = ReplyContext(status, headers, now, model, redactor, asked, sent)
    return _WIRE.read_body(body, context) if 200 <= status < 300 else from_status(context, body)
