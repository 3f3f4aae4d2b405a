"""A reply of the chat completions API to a value: a `Completion` or an `ApiError`.

Pure and total: whatever bytes arrive under whatever status, `parse` returns. A text that ends
well is a completion; everything else says what is wrong with it, and carries the text along
when it was paid for.
"""

from collections.abc import Mapping
from datetime import datetime

from copygen.models import ApiError, Completion, JsonValue, Kind
from copygen.providers.api_errors import CHECK_BASE_URL, Context, from_inside, from_status
from copygen.providers.decode import UNREADABLE, clip, decode, is_html, plain
from copygen.providers.fault import error_in, fault_in_reply
from copygen.providers.redact import Redactor
from copygen.providers.usage import reported_cost_usd, usage_of

UNKNOWN_FINISH = "unknown"
"""The finish reason of a reply that gives none."""

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
_FINISH_REASONS = {
    **dict.fromkeys(("stop", "end_turn", "stop_sequence", "eos", "eos_token"), "stop"),
    **dict.fromkeys(("length", "max_tokens", "model_context_window_exceeded"), "length"),
    **dict.fromkeys(_CONTENT_FILTER_WORDS, "content_filter"),
    **dict.fromkeys(_TOOL_WORDS, "tool_calls"),
}
"""Finish reasons in lower case, by what they mean. Gateways pass on their providers' own."""

_UNUSABLE = {
    "length": (Kind.TRUNCATED, "The text was cut off at the token limit; raise max_tokens"),
    "content_filter": (Kind.CONTENT_FILTER, "The provider's content filter stopped the reply"),
    "tool_calls": (Kind.BAD_REPLY, "The model called a tool instead of writing a text"),
    "error": (Kind.SERVER, "The provider failed while writing"),
    "network_error": (Kind.SERVER, "The provider lost its connection while writing"),
    "abort": (Kind.SERVER, "The provider stopped while writing"),
    "insufficient_system_resource": (Kind.SERVER, "The provider ran out of capacity"),
}
_OUT_OF_TOKENS = (
    "All output tokens were used up before any text; raise max_tokens or lower reasoning effort"
)
_LONGEST_OWN_WORD = 40


def parse(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    model: str,
    redactor: Redactor,
) -> Completion | ApiError:
    """Read one reply. Never raises.

    `headers` are looked up in lower case, `now` serves waits given as dates, and `model` stands
    in when the reply does not name its own. An error's `status` is that of the reply, or the
    one its body names when it only pretends to succeed. Messages are one line of at most 200
    characters without keys; copy is freed of known keys and otherwise untouched.
    """
    if not 200 <= status < 300:
        return from_status(Context(status, headers, now, model, redactor), body)
    reply = decode(body)
    choice = _first_choice(reply)
    if choice is None:
        return _without_choice(reply, body, Context(status, headers, now, model, redactor))
    completion = _completion(reply, choice, model, redactor)
    if completion.finish_reason == "stop" and completion.text.strip() and not choice.get("error"):
        return completion
    return _judged(completion, choice, Context(status, headers, now, model, redactor))


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


def _completion(
    reply: dict[str, JsonValue], choice: dict[str, JsonValue], model: str, redactor: Redactor
) -> Completion:
    message = choice.get("message")
    content = message.get("content") if type(message) is dict else None
    reason = choice.get("finish_reason")
    answered_by = reply.get("model")
    if type(answered_by) is not str or not answered_by:
        answered_by = model
    return Completion(
        redactor.redact_known(content if type(content) is str else _joined(content)),
        "stop" if reason == "stop" else _finish_reason(reason, redactor),
        answered_by if answered_by == model else redactor.redact_known(answered_by),
        usage_of(reply),
        reported_cost_usd(reply),
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
    word = reason.lower()
    return _FINISH_REASONS.get(word) or clip(redactor.redact(plain(word)), _LONGEST_OWN_WORD)


def _judged(
    completion: Completion, choice: dict[str, JsonValue], context: Context
) -> Completion | ApiError:
    """A completion that does not end in a plain `stop` with text."""
    has_text = bool(completion.text.strip())
    paid = completion if has_text or completion.usage is not None else None
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
        return context.error(kind, words, completion=kept)
    if has_text:
        return completion
    if isinstance(message, dict) and message.get("tool_calls"):
        return context.error(*_UNUSABLE["tool_calls"], completion=completion)
    return context.error(Kind.EMPTY, "The reply holds no text", completion=completion)


def _without_choice(reply: JsonValue, body: bytes, context: Context) -> ApiError:
    """A success by its status, without a choice to read."""
    if reply is UNREADABLE:
        return _unreadable(context.redactor.redact_body(body), context)
    completion = _paid_part(reply, context)
    if fault := fault_in_reply(reply):
        return from_inside(context, fault, completion)
    if isinstance(reply, dict) and "choices" in reply and not reply["choices"]:
        empty = completion or Completion("", UNKNOWN_FINISH, context.model, None)
        return context.error(Kind.EMPTY, "The reply holds no choices", completion=empty)
    words = "The reply is JSON but no chat completion"
    return context.error(Kind.BAD_REPLY, words, CHECK_BASE_URL, completion)


def _paid_part(reply: JsonValue, context: Context) -> Completion | None:
    """What a reply without a usable choice was billed for: its tokens, and text if any."""
    if not isinstance(reply, dict):
        return None
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    choice = first if isinstance(first, dict) else {}
    completion = _completion(reply, choice, context.model, context.redactor)
    has_been_paid = completion.text.strip() or completion.usage is not None
    return completion if has_been_paid else None


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
