"""A reply of the chat completions API to a value: a `Completion` or an `ApiError`.

Pure and total: whatever bytes arrive under whatever status, `parse` returns. A text that ends
well is a completion; everything else says what is wrong with it, and carries the text along
when it was paid for.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from copygen.models import ApiError, Completion, JsonValue, Kind, Message
from copygen.providers.api_errors import (
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
    plain,
    undecoded,
)
from copygen.providers.fault import error_in, fault_in_reply
from copygen.providers.redact import Redactor
from copygen.providers.thoughts import parted
from copygen.providers.usage import bill_of

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
        if isinstance(thought, str) and thought.strip():
            words = f"The reply has no text but in {name!r}: the server takes all for reasoning"
            hint = "Turn the model's reasoning off, or correct the server's reasoning parser."
            kept = replace(completion, reasoning=context.redactor.redact_known(thought))
            return replace(context.error(Kind.EMPTY, words, hint, kept), final=True)
    return context.error(Kind.EMPTY, "The reply holds no text", completion=completion)


_REASONING_FIELDS: Final = ("reasoning_content", "reasoning", "thinking")


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
