"""OpenAI's chat completions: the wire format nearly every provider speaks.

Reading a reply is pure and total: whatever bytes arrive under whatever status, `parse` returns. A
text that ends well is a completion; everything else says what is wrong with it, and carries the
text along when it was paid for.

What a model thought aloud is taken out of the text it wrote. Models that reason mark it off, and
servers without a parser for the marks pass all of it on as the answer (DeepSeek-R1, Qwen3, Kimi,
Magistral, Seed, gpt-oss behind llama.cpp, vLLM, Ollama). The opening mark is often part of the chat
template, so that only the closing one comes back.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import orjson

from copygen.config.prices import OUTPUT_CAPS
from copygen.models import ApiError, Completion, JsonValue, Kind, Message, OutputSchema, Prompt
from copygen.providers.decode import (
    UNREADABLE,
    decode,
    decode_text,
    mended,
    plain,
    undecoded,
)
from copygen.providers.error_body import SYSTEM_ROLE, TOKEN_CAPS, error_in, fault_in_reply
from copygen.providers.keys import KeySource
from copygen.providers.pricing import bill_of
from copygen.providers.redact import Secret
from copygen.providers.reply import (
    CHECK_BASE_URL,
    UNKNOWN_FINISH,
    UNUSABLE,
    ReplyContext,
    ended,
    finish_word,
    from_inside,
    says_bill,
    unreadable,
)
from copygen.providers.wire import Wire

_CAP: Final = "max_tokens"
_SCHEMA: Final = "response_format"
_SYSTEM_ROLES: Final = frozenset({"system", "developer"})
_NOT_PARAMETERS: Final = ("model", "messages", "stream", "stream_options")
"""Set by copygen itself. Replies are read whole, so nothing can ask for a stream."""
NOTE_REASONING: Final = "the reply held the model's reasoning, which was taken out of the text"


class ChatCompletions(Wire):
    """One endpoint that speaks it. See `Wire`."""

    path = "/chat/completions"

    def __init__(
        self,
        base_url: str,
        key: Secret | KeySource | None = None,
        *,
        provider: str = "",
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        auth: str | None = None,
        secrets: Iterable[Secret] = (),
    ) -> None:
        super().__init__(
            base_url,
            key,
            provider=provider,
            query=query,
            headers=headers,
            auth=auth,
            secrets=secrets,
        )
        self._adaptations = Adaptations()
        self._without_system: set[str] = set()
        """Models that take no system message."""

    def body(self, prompt: Prompt) -> dict[str, JsonValue]:
        """The JSON object that asks for a prompt's text, as its model takes it."""
        messages: Sequence[Message] = prompt.messages
        if self._without_system and prompt.model in self._without_system:
            messages = _merged(messages)
        params = _parameters(prompt)
        if self._adaptations.changes:
            params = self._adaptations.fit(prompt.model, params)
        return {
            "model": prompt.model,
            "messages": [{"role": m.role, "content": m.content} for m in messages],
            **params,
        }

    def read_body(self, body: bytes, context: ReplyContext) -> Completion | ApiError:
        """What the body of a success says, also one that is not quite what the API promises."""
        strange = False
        try:
            reply = orjson.loads(body)
        except ValueError:
            strange = True
            reply = decode(body, context.headers.get("content-type", ""))
        choice = _first_choice(reply)
        if choice is None and (inner := _unwrapped(reply)) is not None:
            reply, choice = inner, _first_choice(inner)
        if choice is None:
            return _without_choice(reply, body, context)
        completion = _completion(reply, choice, context)
        if strange and undecoded(completion.text):
            return _damaged(completion, context)
        if (
            completion.finish_reason == "stop"
            and completion.text.strip()
            and not choice.get("error")
        ):
            return completion
        return _judged(completion, choice, context)

    def parameters_sent(self, prompt: Prompt) -> Collection[str]:
        """The names of what a request for `prompt` carries or carried before a refusal."""
        params = _parameters(prompt)
        names = {*params, *self._adaptations.fit(prompt.model, params)}
        if any(message.role in _SYSTEM_ROLES for message in prompt.messages):
            names.add(SYSTEM_ROLE)
        return names

    def adapt(self, error: ApiError, prompt: Prompt) -> bool:
        """Rename or leave out, for that model from now on, the parameter that `error` names.

        A system message that is refused is put before the first message of the user instead.

        True when the same prompt would now be sent without it, so that sending it again makes
        sense. One prompt may need this for several parameters, one after the other; the caller
        bounds how often. False for every other error, and for a parameter that must not go
        missing: the cap on output tokens and what shapes the reply. The schema of named fields
        may: they are asked for in words, too.
        """
        if error.kind is not Kind.UNSUPPORTED_PARAMETER or error.parameter is None:
            return False
        if error.parameter == SYSTEM_ROLE:
            self._without_system.add(prompt.model)
            return True
        spared = {_SCHEMA} if prompt.schema is not None else set()
        return self._adaptations.learn(prompt.model, error.parameter, error.replacement, spared)

    def advised(self, error: ApiError) -> ApiError:
        """Of a cap on output: it stays in a request, so the prompt file has to name it rightly."""
        if error.parameter not in OUTPUT_CAPS:
            return error
        return replace(
            error,
            message=f"{error.message} The limit on output tokens is never left out of a request: "
            "set it in the prompt file by the name this model takes.",
        )

    @classmethod
    def is_text(cls, content: JsonValue) -> bool:
        """Also a list of parts that are all text."""
        if not isinstance(content, list):
            return super().is_text(content)
        return all(isinstance(part, dict) and part.get("type") == "text" for part in content)


WIRE = ChatCompletions


def _parameters(prompt: Prompt) -> Mapping[str, JsonValue]:
    """Everything but model and messages, by the names of this API."""
    params: dict[str, JsonValue] = {}
    if (cap := prompt.max_output_tokens) is not None:
        for name in prompt.cap_names or (_CAP,):
            params[name] = cap
    params |= prompt.params
    if prompt.delivery:
        params |= prompt.delivery
    if prompt.schema is not None:
        params[_SCHEMA] = _format_of(prompt.schema)
    for name in _NOT_PARAMETERS:
        params.pop(name, None)
    return params


def _format_of(schema: OutputSchema) -> JsonValue:
    given = {"name": schema.name, "strict": True, "schema": schema.schema}
    return {"type": "json_schema", "json_schema": given}


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


def _damaged(completion: Completion, context: ReplyContext) -> ApiError:
    """A text with bytes that are of no encoding anybody named: paid, and not fit to publish."""
    words = "The text is in an encoding that the reply does not name, and partly unreadable"
    kept = replace(completion, text=mended(completion.text))
    return replace(context.error(Kind.BAD_REPLY, words, completion=kept), final=True)


def _completion(
    reply: dict[str, JsonValue], choice: dict[str, JsonValue], context: ReplyContext
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
        "stop" if reason == "stop" else finish_word(reason, redactor),
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


def _judged(
    completion: Completion, choice: dict[str, JsonValue], context: ReplyContext
) -> Completion | ApiError:
    """A completion that does not end in a plain `stop` with text."""
    has_text = bool(completion.text.strip())
    paid = completion if has_text or says_bill(completion) else None
    if fault := error_in(choice.get("error")):
        return from_inside(context, fault, paid)
    message = choice.get("message")
    refusal = message.get("refusal") if isinstance(message, dict) else None
    if not has_text and isinstance(refusal, str) and refusal.strip():
        words = f"The model declined: {plain(refusal)}"
        return context.error(Kind.REFUSAL, words, completion=completion)
    if (answer := ended(completion, context)) is not None:
        return answer
    if isinstance(message, dict) and message.get("tool_calls"):
        error = context.error(*UNUSABLE["tool_calls"], completion=completion)
        return replace(error, final=True)
    return _without_text(completion, message, context)


def _without_text(completion: Completion, message: JsonValue, context: ReplyContext) -> ApiError:
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


def _without_choice(reply: JsonValue, body: bytes, context: ReplyContext) -> ApiError:
    """A success by its status, without a choice to read."""
    if reply is UNREADABLE:
        return unreadable(context.redactor.redact_body(body), context)
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


def _paid_part(reply: JsonValue, context: ReplyContext) -> Completion | None:
    """What a reply without a usable choice was billed for: its tokens, and text if any."""
    if not isinstance(reply, dict):
        return None
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    choice = first if isinstance(first, dict) else {}
    completion = _completion(reply, choice, context)
    return completion if completion.text.strip() or says_bill(completion) else None


# Parameters a model refuses are renamed or left out from then on: the first refusal teaches.

_KEPT = frozenset({"model", "messages", "response_format", "tools", "tool_choice"})
"""Without these the reply would be another one than asked for: the prompt fails instead."""

_NO_NEW_NAME = frozenset(
    {*OUTPUT_CAPS, "n", "best_of", "service_tier", "speed", "models", "stream"}
)
"""What a refused parameter is never renamed to, whatever the server says: these decide how much is
paid for, and its value was not meant for them."""


class Adaptations:
    """What each model has refused so far."""

    def __init__(self) -> None:
        self.changes: dict[str, dict[str, str | None]] = {}
        """Model → parameter → the name it goes by instead; None: left out."""

    def fit(self, model: str, params: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """`params` as `model` takes them. A parameter given under its new name already wins."""
        changes = self.changes.get(model)
        if changes is None:
            return params
        fitted: dict[str, JsonValue] = {}
        for name, value in params.items():
            if name not in changes:
                fitted[name] = value
            elif (new_name := changes[name]) is not None:
                fitted.setdefault(new_name, value)
        return fitted

    def learn(
        self,
        model: str,
        parameter: str,
        replacement: str | None,
        spared: Collection[str] = (),
    ) -> bool:
        """Remember a refusal; True when the next request no longer carries the parameter.

        Also True when that was learned from another request meanwhile: whoever sent before then
        may send again. The cap on output tokens bounds the cost: it goes by another known name
        that was not refused, or stays as it is. What shapes the reply (`response_format`, tools)
        is never left out either, but for what is `spared`: the prompts say it in words, too.
        """
        kept = _KEPT.difference(spared)
        changes = self.changes.get(model, {})
        if parameter in changes:
            return True
        if parameter in kept:
            return False
        if parameter in TOKEN_CAPS:
            replacement = _other_cap(parameter, replacement, changes)
            if replacement is None:
                return False
        elif replacement in kept | _NO_NEW_NAME:
            replacement = None
        elif replacement in changes and parameter in changes.values():
            return False
        followed = {old: replacement if new == parameter else new for old, new in changes.items()}
        self.changes[model] = {**followed, parameter: replacement}
        return True


def _other_cap(refused: str, named: str | None, changes: Mapping[str, str | None]) -> str | None:
    """A known name for the cap on output that this model has not refused: the one that the server
    names if it is one, else the usual ones. None without a hint that the name is the fault.
    """
    if named is None:
        return None
    candidates = (named, "max_completion_tokens", "max_tokens")
    left = (name for name in candidates if name in TOKEN_CAPS and name != refused)
    return next((name for name in left if name not in changes), None)


_WORDS: Final = (
    r"(?:\w{1,24}[:_])?(?:antthinking|thinking|think|thoughts?|reasoning|reflection|scratchpad"
    r"|analysis|monologue)|chain_of_thought"
)
_MARK: Final = re.compile(
    # <think>, </think >, <seed:think>, <longcat_think>, <think id="1">
    rf"<\s?(?P<close>/)?\s?(?:{_WORDS})(?:\s[^<>]{{0,200}})?>"
    # Kimi, Magistral, Cohere, OpenThinker
    r"|◁(?P<close2>/)?think▷"
    r"|\[(?P<close3>/)?THINK\]"
    r"|<\|(?:(?P<close4>END|end_of)|START|begin_of)_(?:THINKING|thought)\|>",
    re.IGNORECASE,
)
_HARMONY: Final = re.compile(
    r"(?:<\|start\|>assistant)?<\|channel\|>\s?(?P<channel>\w{1,20})[^<]{0,100}<\|message\|>"
)
"""The channels of gpt-oss: what is in `final` is the answer."""
_HARMONY_SPILT: Final = re.compile(r"(?:analysis(?P<thought>.*?))?assistant ?final", re.DOTALL)
"""The same where a server took the signs out and left the words, at the beginning of a text."""
_FOLDED: Final = re.compile(
    r"<details type=\"reasoning\"[^<>]{0,200}>(?P<thought>.*?)</details>", re.DOTALL | re.IGNORECASE
)
"""How chat front ends fold reasoning away."""
_WRAPPED: Final = re.compile(
    r"\s*(?:<(?P<tag>answer|final_answer|final|output|response)>(?P<plain>.*)</(?P=tag)>"
    r"|<\|(?:begin_of_(?:solution|box)|START_RESPONSE)\|>(?P<special>.*)"
    r"<\|(?:end_of_(?:solution|box)|END_RESPONSE)\|>)\s*",
    re.DOTALL | re.IGNORECASE,
)
"""The marks that some models put around what follows their reasoning."""
_HARMONY_END: Final = re.compile(r"<\|(?:end|return|call|start)\|>")


class Parted(NamedTuple):
    """A model's text in two."""

    text: str
    reasoning: str | None
    """None when it did not think aloud."""


def parted(text: str) -> Parted:
    """`text` without what is marked as reasoning, and that.

    Nested marks are one; a closing mark alone ends reasoning that began with the text; one that
    is never closed goes on to the end. JSON is taken as it is, whatever stands inside its strings.
    """
    if text.startswith(("analysis", "assistant")) and (spilt := _HARMONY_SPILT.match(text)):
        return Parted(text[spilt.end() :].strip(), (spilt["thought"] or "").strip())
    if "<" not in text and "[" not in text and "◁" not in text:
        return Parted(text, None)
    if "<|channel|>" in text:
        return _channels(text)
    if (folded := _FOLDED.match(text.lstrip())) is not None:
        return Parted(text.lstrip()[folded.end() :].strip(), folded["thought"].strip())
    if _MARK.search(text) is None or _is_json(text):
        return Parted(_unframed(text) if "<|" in text else text, None)
    said: list[str] = []
    thought: list[str] = []
    depth = at = 0
    for mark in _MARK.finditer(text):
        piece = text[at : mark.start()]
        at = mark.end()
        closes = mark["close"] or mark["close2"] or mark["close3"] or mark["close4"]
        if closes and depth == 0:
            thought += [*said, piece]
            said = []
            continue
        (thought if depth else said).append(piece)
        depth += -1 if closes else 1
    (thought if depth else said).append(text[at:])
    return Parted(_unframed(_put_together(said)), _put_together(thought))


def _unframed(text: str) -> str:
    found = _WRAPPED.fullmatch(text)
    return text if found is None else (found["plain"] or found["special"] or "").strip()


def _put_together(pieces: list[str]) -> str:
    """What was apart stays apart; at the ends there is nothing to keep apart."""
    return "\n".join(piece.strip() for piece in pieces if piece.strip())


def _channels(text: str) -> Parted:
    said: list[str] = []
    thought: list[str] = []
    at, target = 0, said
    for head in _HARMONY.finditer(text):
        target.append(_HARMONY_END.sub("", text[at : head.start()]))
        at = head.end()
        target = said if head["channel"].lower() == "final" else thought
    target.append(_HARMONY_END.sub("", text[at:]))
    return Parted(_put_together(said), _put_together(thought))


def _is_json(text: str) -> bool:
    if not text.lstrip().startswith(("{", "[{", '["')):
        return False
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True
