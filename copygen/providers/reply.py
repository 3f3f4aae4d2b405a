"""What a reply means, whatever its format: the `ApiError` that says what happened and what to do
about it, or a text and whether it ended well.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from copygen.models import ApiError, Completion, JsonValue, Kind, Message, Usage
from copygen.providers.classification import PLAIN_HTTP_TO_TLS, kind_of, status_in
from copygen.providers.decode import clip, decode, is_html, plain, sentence
from copygen.providers.error_body import ErrorBody, fault_in_body, refused_parameter
from copygen.providers.pricing import COST_HEADER, bill_of, bill_of_usage
from copygen.providers.ratelimits import (
    duration_s,
    limits_from,
    retry_after_s,
    server_time,
    wait_in_text_s,
)
from copygen.providers.redact import Redactor

CHECK_BASE_URL = "Check the base URL: most end in /v1."

_HINTS = {
    Kind.AUTH: "Check the key, and that it belongs to this provider.",
    Kind.BILLING: "Add credit or raise the limit, then run again.",
    Kind.MODEL_NOT_FOUND: "Check the model's name in the provider's list.",
    Kind.WRONG_URL: CHECK_BASE_URL,
    Kind.PERMISSION: "The key, the account or this network is not allowed to do this.",
    Kind.TLS: "A certificate on the provider's side is not valid.",
    Kind.TOO_LARGE: "Shorten the prompt or lower max_tokens.",
}
_REDIRECTS = frozenset({300, 301, 302, 303, 305, 306, 307, 308})
_STATUS_HINTS = {
    407: "The proxy wants a login: put it into HTTPS_PROXY.",
    524: "The model took over 100 s: lower max_tokens.",
}
_GIVEN_UP_LATE = frozenset({408, 499, 504, 524})
"""Somebody on the way gave up waiting, after the request had gone on to the model: some providers
charge for these (Azure says so of 408)."""
_BEGUN = frozenset({Kind.SERVER, Kind.BAD_REPLY, Kind.EMPTY, Kind.CONTENT_FILTER})
"""Failures that can come after the model began to write."""
UNKNOWN_FINISH = "unknown"
"""The finish reason of a reply that gives none."""
_PAGE_INSTEAD_OF_API = "A bot check or the network's own page answered: use another network."
_USE_HTTPS = "The base URL must begin with https:// here."
_PLAIN_HTTP = re.compile(PLAIN_HTTP_TO_TLS, re.IGNORECASE)
_NOT_FOLLOWED = "Redirects are not followed, so that the key stays here: correct the base URL."


@dataclass(frozen=True, slots=True)
class ReplyContext:
    """What is known of a reply besides its body."""

    status: int
    headers: Mapping[str, str]
    """Looked up in lower case."""
    now: datetime
    model: str
    """The model asked for."""
    redactor: Redactor
    parameters_sent: Callable[[], Collection[str] | None] | None = None
    """Gives the names of the parameters that were sent, if they are known; an error alone needs
    them."""
    sent: tuple[Message, ...] = ()
    """What was asked, for its length."""

    @property
    def answered(self) -> bool:
        """Whether the provider took the request for one that it answers, and so may charge for."""
        return 200 <= self.status < 300 or self.status in _GIVEN_UP_LATE

    def error(
        self, kind: Kind, words: str, hint: str = "", completion: Completion | None = None
    ) -> ApiError:
        """An error in our own words."""
        message = sentence(words, hint, self.redactor)
        return ApiError(
            kind,
            message,
            self.status,
            completion=completion,
            possibly_billed=self.answered and kind in _BEGUN,
        )


def from_status(context: ReplyContext, body: bytes) -> ApiError:
    """The error of a reply whose status is not a success."""
    if context.status in _REDIRECTS:
        return context.error(Kind.WRONG_URL, _redirect(context.headers), _NOT_FOLLOWED)
    clean = context.redactor.redact_body(body)
    return _from_fault(context, fault_in_body(clean), context.status, _charged(context, clean))


def from_inside(context: ReplyContext, fault: ErrorBody, completion: Completion | None) -> ApiError:
    """The error of a reply that succeeds by its status but holds `fault`."""
    return _from_fault(context, fault, status_in(fault), completion)


def _from_fault(
    context: ReplyContext, fault: ErrorBody, status: int | None, completion: Completion | None
) -> ApiError:
    billed = completion is not None and completion.cost_doubt is not None
    sent = None if context.parameters_sent is None else context.parameters_sent()
    refused = refused_parameter(fault, status, sent)
    kind = Kind.UNSUPPORTED_PARAMETER if refused else kind_of(status, fault)
    return ApiError(
        kind,
        sentence(_words(fault, status), _hint(kind, fault, status), context.redactor),
        status or context.status,
        _wait_s(context, fault) if kind in (Kind.RATE_LIMITED, Kind.SERVER) else None,
        refused.parameter if refused else None,
        refused.replacement if refused else None,
        completion=completion,
        possibly_billed=billed or (context.answered and kind in _BEGUN),
    )


def _charged(context: ReplyContext, body: bytes) -> Completion | None:
    """What an error says it used, which will be on the bill: a reply without a text."""
    if b'"usage"' not in body and not context.headers.get(COST_HEADER):
        return None
    value = decode(body)
    inner = value.get("error") if isinstance(value, dict) else None
    layers = (layer for layer in (value, inner) if isinstance(layer, dict) and "usage" in layer)
    bill = bill_of(next(layers, {}), context.headers, "")
    used = bill.usage is not None and (bill.usage.input_tokens or bill.usage.output_tokens)
    if not used and not bill.reported_usd and bill.doubt is None:
        return None
    return Completion(
        "",
        UNKNOWN_FINISH,
        context.model,
        bill.usage,
        bill.reported_usd,
        cost_doubt=bill.doubt,
        tier=bill.tier,
    )


def _words(fault: ErrorBody, status: int | None) -> str:
    if fault.message:
        return f"A web page answered: {fault.message}" if fault.is_html else fault.message
    if word := next((code for code in fault.codes if not code.isdecimal()), None):
        return f"The provider gives no reason but the code {plain(word)}"
    if status is None:
        return "The provider reports an error without a reason"
    phrase = next((f" {known.phrase}" for known in HTTPStatus if known == status), "")
    return f"HTTP {status}{phrase}, without a reason"


def _hint(kind: Kind, fault: ErrorBody, status: int | None) -> str:
    if status in _STATUS_HINTS:
        return _STATUS_HINTS[status]
    if kind is Kind.PERMISSION and fault.is_html:
        return _PAGE_INSTEAD_OF_API
    if kind is Kind.WRONG_URL and _PLAIN_HTTP.search(fault.text):
        return _USE_HTTPS
    return _HINTS.get(kind, "")


def _wait_s(context: ReplyContext, fault: ErrorBody) -> float | None:
    """The wait asked for: by header, in the body, or until a used-up limit is free again."""
    wait = retry_after_s(context.headers, context.now)
    if wait is None and fault.retry_delay is not None:
        wait = duration_s(fault.retry_delay, server_time(context.headers, context.now))
    if wait is None:
        wait = wait_in_text_s(fault.text)
    return limits_from(context.headers, context.now).exhausted_s if wait is None else wait


def _redirect(headers: Mapping[str, str]) -> str:
    try:
        host = urlsplit(headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f"The server redirects to {plain(host)}" if host else "The server redirects elsewhere"


# Texts.


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
UNUSABLE: Final = {
    "length": (Kind.TRUNCATED, "The text was cut off at the token limit; raise max_tokens"),
    "content_filter": (Kind.CONTENT_FILTER, "The provider's content filter stopped the reply"),
    "tool_calls": (Kind.BAD_REPLY, "The model called a tool instead of writing a text"),
    "error": (Kind.SERVER, "The provider failed while writing"),
    "network_error": (Kind.SERVER, "The provider lost its connection while writing"),
    "timeout": (Kind.SERVER, "The provider's time ran out while writing"),
    "abort": (Kind.SERVER, "The provider stopped while writing"),
    "insufficient_system_resource": (Kind.SERVER, "The provider ran out of capacity"),
}
_OUT_OF_TOKENS: Final = (
    "All output tokens were used up before any text; raise max_tokens or lower reasoning effort"
)
_LONGEST_OWN_WORD: Final = 40
_WORTH_READING: Final = 1_000


def completed(
    context: ReplyContext,
    text: str,
    *,
    finish_reason: JsonValue,
    usage: Usage | None,
    model: JsonValue = None,
    reasoning: str | None = None,
) -> Completion | ApiError:
    """A text that a model wrote, unless its end says that it is not fit to be used.

    `usage` is what the reply counts, in the wire's own way; it is held against the text.
    """
    bill = bill_of_usage(usage, context.headers, text, context.sent)
    redactor = context.redactor
    answered_by = model if isinstance(model, str) and model else context.model
    completion = Completion(
        redactor.redact_known(text),
        finish_word(finish_reason, redactor),
        redactor.redact_known(answered_by),
        bill.usage,
        bill.reported_usd,
        None if reasoning is None else redactor.redact_known(reasoning),
        cost_doubt=bill.doubt,
    )
    return ended(completion, context) or context.error(
        Kind.EMPTY, "The reply holds no text", completion=completion
    )


def finish_word(reason: JsonValue, redactor: Redactor) -> str:
    """A finish reason in the words of `Completion`."""
    if reason == "stop":
        return "stop"
    if not isinstance(reason, str) or not reason:
        return UNKNOWN_FINISH
    word = clip(redactor.redact(plain(reason[:_WORTH_READING].lower())), _LONGEST_OWN_WORD)
    if word in _FINISH_REASONS or word in UNUSABLE or word in _GOOD_ENDS:
        return _FINISH_REASONS.get(word, word)
    likely = (meaning for pattern, meaning in _LIKELY if pattern.search(word))
    return next(likely, word)


def ended(completion: Completion, context: ReplyContext) -> Completion | ApiError | None:
    """A completion by how it ended; None for one that ended well and holds no text."""
    has_text = bool(completion.text.strip())
    if completion.finish_reason in UNUSABLE:
        kind, words = UNUSABLE[completion.finish_reason]
        if kind is Kind.TRUNCATED and not has_text:
            words = _OUT_OF_TOKENS
        kept = completion if kind is Kind.TRUNCATED or has_text or says_bill(completion) else None
        error = context.error(kind, words, completion=kept)
        return replace(error, final=True) if kind is Kind.BAD_REPLY else error
    if not has_text:
        return None
    if completion.finish_reason in _GOOD_ENDS or completion.finish_reason == "stop":
        return completion
    note = (
        f"the provider ended the text with {completion.finish_reason!r}, a reason that is not "
        "known here: it may not be whole"
    )
    return replace(completion, notes=(*completion.notes, note))


def says_bill(completion: Completion) -> bool:
    """Whether the reply says anything of what it will be charged."""
    return completion.usage is not None or completion.reported_cost_usd is not None


def unreadable(body: bytes, context: ReplyContext) -> ApiError:
    """A success by its status whose body is no JSON."""
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
