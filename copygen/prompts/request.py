"""What people write of a request: its parameters, and rows that are whole requests.

People write the names of the API they know. `asked` sorts parameters by what they are for; what a
wire format calls each of them is for the wire to know.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import ConfigDict, Field, ValidationError

from copygen.config.prices import OUTPUT_CAPS, output_cap
from copygen.documents import FrozenModel, explain, plain, type_name
from copygen.models import JsonValue, Message, OutputSchema


class InputError(Exception):
    """What is wrong with a row, or with a mapping that people wrote. `str()` is one sentence."""

    def __init__(self, message: str, loc: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.loc = loc
        """Where, below the row or the mapping that was checked."""


REFUSED: Final[Mapping[str, str]] = {
    "n": "'n' is not sent; use `variants:` for several texts per item",
    "stream": "'stream' is not sent; copygen reads whole replies",
    "stream_options": "'stream_options' is not sent; copygen reads whole replies",
    "messages": "'messages' is no parameter; give it as a column of its own",
    "base_url": "'base_url' belongs in the settings file or in --base-url, not with the prompts",
    "api_key": "'api_key' must never stand in a prompt file; put the key in the environment",
    **{
        name: f"'{name}' belongs in the settings file: a prompt file has no say in keys"
        for name in ("key_env", "key_file", "key_command")
    },
}
"""Names that do not belong among the parameters → what to do instead."""

_LITERAL: Final = frozenset(
    ("model", "provider", "user", "reasoning_effort", "verbosity", "service_tier")
)
ANSWER_FORMAT: Final = "response_format"
"""People's name for the form of the answer, and the one that content keys have for a schema."""
_CAP_NAMES: Final = OUTPUT_CAPS[:3]
"""People's names for `max_output_tokens`, of which a request has one: the others of `OUTPUT_CAPS`
are sent as they are written, beside it, and so are part of content keys."""
INSTRUCTION_ROLES: Final = frozenset(("system", "developer"))
"""Roles of messages that say how the model is to answer: the second is an API's word for the first,
kept because content keys are made of the roles that people wrote."""
_DELIVERY: Final = frozenset(
    (
        *("service_tier", "metadata", "store"),
        *("prompt_cache_key", "prompt_cache_retention", "cache_control"),
    )
)
"""What changes how a request is delivered, priced or kept, and not what the reply says."""

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]


class RequestParams(FrozenModel):
    """The parameters most APIs know, by wire name. Null means: do not send it."""

    model_config = ConfigDict(extra="allow", strict=True)

    model: Text | None = None
    """Model of this item or file."""
    max_tokens: Positive | None = None
    """The most tokens of one reply; also bounds its cost."""
    max_completion_tokens: Positive | None = None
    """The same under the name that newer OpenAI models take."""
    temperature: float | None = None
    """How freely the model chooses its words; 0 is the least."""
    top_p: float | None = None
    """Share of the likeliest tokens that the model chooses from."""
    top_k: int | None = None
    """Number of the likeliest tokens that the model chooses from."""
    min_p: float | None = None
    """Least probability of a token, as a share of the likeliest one's."""
    stop: Text | list[Text] | None = None
    """Texts at which the reply ends."""
    seed: int | None = None
    """Asks for the same reply each time, where the model can."""
    presence_penalty: float | None = None
    """Makes words that were used less likely."""
    frequency_penalty: float | None = None
    """The same, the more the oftener they were used."""
    logit_bias: dict[str, float] | None = None
    """Token id → how much likelier it becomes."""
    response_format: dict[str, JsonValue] | None = None
    """The form of the answer; `fields` say it better."""
    reasoning_effort: Text | None = None
    """How long a reasoning model thinks: `low`, `medium`, `high`."""
    verbosity: Text | None = None
    """How long the answer is: `low`, `medium`, `high`."""
    thinking: dict[str, JsonValue] | None = None
    """Switches thinking on or off, as the API has it."""
    service_tier: Text | None = None
    """`flex`, `priority`: another speed at another price."""
    user: Text | None = None
    """Your own name for the end user, sent to the provider."""


def check_literal(params: Mapping[str, JsonValue]) -> None:
    """Raise InputError for a template where none is rendered."""
    for name in _LITERAL & params.keys():
        if isinstance(params[name], str) and "{{" in params[name]:
            message = (
                f"'{name}' is sent as it is written, so '{params[name][:40]}' would be sent; give "
                f"the items that need another one `params: {{{name}: ...}}`"
            )
            raise InputError(message, (name,))


def check_params(params: JsonValue) -> Mapping[str, JsonValue]:
    """Return `params` as given, if they can be sent; raises InputError."""
    if not isinstance(params, dict):
        raise InputError("'params' should be a mapping (name: value)", ())
    for name in params.keys() & REFUSED.keys():
        raise InputError(REFUSED[name], (name,))
    for name in params:
        if " " in name.strip():
            message = f"'{name[:40]}' is no name of a parameter; is a ':' missing in it?"
            raise InputError(message, (name,))
    check_literal(params)
    try:
        RequestParams.model_validate(params)
    except ValidationError as exc:
        problem = exc.errors(include_url=False)[0]
        raise InputError(explain(problem, RequestParams), problem["loc"]) from exc
    return params


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """What a request asks for beside its messages, apart by what it is for."""

    written: Mapping[str, JsonValue]
    """All of it as content keys are made of it, whatever the wire: by the names that people wrote,
    and a schema in the form that results files have had from the first version on."""
    params: Mapping[str, JsonValue]
    max_output_tokens: int | None = None
    cap_names: tuple[str, ...] = ()
    schema: OutputSchema | None = None
    delivery: Mapping[str, JsonValue] = field(default_factory=dict)
    keyed: Mapping[str, JsonValue] = field(init=False)
    """`written` without what changes nothing about the reply."""

    def __post_init__(self) -> None:
        kept = {name: value for name, value in self.written.items() if name not in self.delivery}
        object.__setattr__(self, "keyed", kept if self.delivery else self.written)


def request_options(
    base: Mapping[str, JsonValue],
    over: Mapping[str, JsonValue],
    schema: OutputSchema | None = None,
) -> RequestOptions:
    """`base` with `over` on it, sorted; null takes a parameter away.

    A `schema` stands with the base: an `over` that says itself what form the answer has wins.
    """
    if schema is not None:
        base = {**base, ANSWER_FORMAT: _as_keyed(schema)}
    return _sorted(_overlaid(base, over), schema)


def changed_options(before: RequestOptions, over: Mapping[str, JsonValue]) -> RequestOptions:
    """`before` with the parameters of one item on it."""
    written = _overlaid(before.written, over)
    written.pop("model", None)
    return _sorted(written, before.schema)


def _sorted(written: dict[str, JsonValue], schema: OutputSchema | None) -> RequestOptions:
    written = {name: value for name, value in written.items() if value is not None}
    if schema is not None and written.get(ANSWER_FORMAT) != _as_keyed(schema):
        schema = None
    cap = output_cap(written)
    # One that says less under another name is nobody's cap: it goes out as it is written.
    caps = [name for name in OUTPUT_CAPS if cap is not None and written.get(name) == cap]
    delivery = {name: written[name] for name in written.keys() & _DELIVERY}
    apart = {*caps, *delivery, *([ANSWER_FORMAT] if schema else [])}
    params = {name: value for name, value in written.items() if name not in apart}
    return RequestOptions(written, params, cap, tuple(caps), schema, delivery)


def _as_keyed(schema: OutputSchema) -> JsonValue:
    given = {"name": schema.name, "strict": True, "schema": schema.schema}
    return {"type": "json_schema", "json_schema": given}


def _overlaid(base: Mapping[str, JsonValue], over: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """`base` with `over` on it; a cap on output tokens goes by the name `base` uses: two names of
    it in one request are refused by some models.
    """
    merged = {**base, **over}
    ours = [name for name in _CAP_NAMES if name in base]
    theirs = [name for name in _CAP_NAMES if name in over]
    if len(ours) == len(theirs) == 1 and ours != theirs:
        merged[ours[0]] = merged.pop(theirs[0])
    return merged


BATCH_NAMES: Final = frozenset(("custom_id", "url"))
_MESSAGE_KEYS: Final = frozenset(("role", "content"))
REQUEST_FIELDS: Final = frozenset(RequestParams.model_fields) - {"user"}
"""Taken from a complete row's top level, where the formats of providers have them. `user` only
beside `messages`: elsewhere it is as likely a column."""
_ALSO_SENT: Final = frozenset(
    ("user", "logprobs", "top_logprobs", "store", "repetition_penalty", "prompt_cache_key")
)
_NEVER_SENT: Final = frozenset(
    (
        "tools",
        "tool_choice",
        "functions",
        "function_call",
        "parallel_tool_calls",
        "modalities",
        "audio",
        "web_search_options",
        "weight",
    )
)
_ALSO_SENT_AS_TABLES: Final = frozenset(("reasoning", "chat_template_kwargs", "provider"))
"""Sent beside `messages` where they are mappings, as OpenRouter and vLLM take them."""
_OTHER_SPELLINGS: Final[Mapping[str, str]] = {
    **{name.replace("_", ""): name for name in RequestParams.model_fields},
    **dict.fromkeys(("maxoutputtokens", "maxnewtokens", "maxtokenstosample"), "max_tokens"),
    **dict.fromkeys(("systemprompt", "systemmessage", "systeminstruction"), "system"),
    "system": "system",
    "stopsequences": "stop",
}
"""What people and other APIs call a request field, without case and signs → its name here."""
_WORDS_OF_COLUMNS: Final = frozenset(("model", "stop", "seed", "system", "user", "verbosity"))
"""In another spelling these are as likely a column, unless the row is a conversation."""
_ELSEWHERE: Final[Mapping[str, str]] = {
    "instructions": "write it as 'system'",
    "developer": "write it as 'system'",
    "extra_body": "put what it holds under 'params'",
    "options": "put what it holds under 'params'",
    "num_ctx": "put it under 'params'",
    "enable_thinking": "put it under 'params'",
    "provider": "name the provider with -p, or in a prompt file",
}
"""Beside `messages`: what is nowhere sent → how it is."""
_HARMLESS: Final[Mapping[str, tuple[JsonValue, ...]]] = {
    "n": (None, 1),
    "stream": (None, False),
    "stream_options": (None,),
}
"""What `REFUSED` names may be and still ask for no more than copygen does."""
_NUMBERS: Final = frozenset(
    name
    for name, field in RequestParams.model_fields.items()
    if "int" in str(field.annotation) or "float" in str(field.annotation)
) - {"logit_bias"}
_TABLES: Final = frozenset(("logit_bias", "response_format", "thinking"))


def row_params(value: JsonValue, *below: str) -> Mapping[str, JsonValue]:
    """Check the parameters that a row has `below` its top level; raises InputError."""
    try:
        return check_params(value)
    except InputError as exc:
        raise InputError(str(exc), (*(below or ("params",)), *exc.loc)) from exc


def with_top_level(
    whole: Mapping[str, JsonValue], params: Mapping[str, JsonValue] | None, *, has_messages: bool
) -> Mapping[str, JsonValue] | None:
    """The parameters with those at the row's top level; raises InputError for what is not sent."""
    names = REQUEST_FIELDS & whole.keys()
    refuse_other_spellings(whole, whole, has_messages=has_messages)
    for name in sorted(_NEVER_SENT & whole.keys()):
        if isinstance(whole[name], list | dict) or (has_messages and whole[name] is not None):
            message = f"'{name}' is not sent, for copygen asks for texts; take it out"
            raise InputError(message, (name,))
    if has_messages:
        tables = {name for name in _ALSO_SENT_AS_TABLES if isinstance(whole.get(name), dict)}
        names |= _ALSO_SENT & whole.keys() | tables
        for name in sorted(_ELSEWHERE.keys() & whole.keys() - tables):
            if whole[name] is not None:
                message = f"'{name}' is not sent from here; {_ELSEWHERE[name]}"
                raise InputError(message, (name,))
    for name, harmless in _HARMLESS.items():
        if name in whole and whole[name] not in harmless:
            raise InputError(REFUSED[name], (name,))
    given = {name: whole[name] for name in names if whole[name] is not None}
    if not given:
        return params
    for name in given.keys() & (params or {}).keys():
        message = f"'{name}' is given at the row's top level and under 'params'; keep one"
        raise InputError(message, (name,))
    check_params(given)
    return {**(params or {}), **given}


def refuse_other_spellings(
    names: Iterable[str], whole: Mapping[str, JsonValue], *, has_messages: bool = False
) -> None:
    """Raise InputError for a request field in another spelling, such as `maxTokens`.

    What is null in `whole` says nothing.
    """
    for name in names:
        plain_name = name.replace("_", "").replace("-", "").replace(" ", "").casefold()
        ours = _OTHER_SPELLINGS.get(plain_name)
        if ours is None or ours == name or whole.get(name, name) is None:
            continue
        if has_messages or ours not in _WORDS_OF_COLUMNS or name.islower():
            message = f"'{name}' is not sent; it is written '{ours}' here"
            raise InputError(message, (name,))


def batch_params(body: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The parameters in a batch line's request; raises InputError."""
    params = with_top_level(body, None, has_messages=True)
    known = {*REQUEST_FIELDS, *_ALSO_SENT, *_HARMLESS, "messages", "system"}
    others = {name: value for name, value in body.items() if name not in known}
    return {**(params or {}), **row_params(others, "body")} if others else params


def with_system(
    whole: Mapping[str, JsonValue], prompt: str | None, messages: tuple[Message, ...] | None
) -> tuple[Message, ...] | None:
    """The messages with the row's own `system` before them, if it has any."""
    system = whole.get("system")
    if system is None or system == "":
        return messages
    if not isinstance(system, str):
        raise InputError(f"'system' should be a text, not {type_name(system)}", ("system",))
    if messages is None:
        messages = (Message("user", prompt),)
    elif any(message.role in INSTRUCTION_ROLES for message in messages):
        raise InputError("'system' is given beside a system message; keep one", ("system",))
    return (Message("system", system), *messages)


def from_text(name: str, text: str) -> JsonValue:
    """The value of a request field that a table has as text; None for an empty cell."""
    text = text.strip()
    if not text:
        return None
    if name in _NUMBERS:
        return plain(text)
    if name in _TABLES:
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return text


def batch_body(whole: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The request of a line made for OpenAI's batches (`body`) or Anthropic's (`params`)."""
    for name in ("body", "params"):
        body = whole.get(name)
        if isinstance(body, dict) and (name == "body" or "messages" in body):
            return body
    return None


def messages_of(whole: Mapping[str, JsonValue], *, templated: bool) -> tuple[Message, ...]:
    """The row's own conversation; raises InputError."""
    if templated:
        message = "a row with 'messages' is complete and takes no template; rename the column"
        raise InputError(message, ("messages",))
    if whole.get("prompt") is not None:
        raise InputError("give either 'prompt' or 'messages', not both", ("messages",))
    value = whole["messages"]
    if not isinstance(value, list) or not value:
        message = "'messages' should be a list of {role, content}"
        raise InputError(message, ("messages",))
    return tuple(_message(entry, index) for index, entry in enumerate(value))


def _message(entry: JsonValue, index: int) -> Message:
    loc = ("messages", index)
    if not isinstance(entry, dict) or not entry.keys() >= _MESSAGE_KEYS:
        raise InputError(f"message {index + 1} should be {{role, content}} and nothing else", loc)
    for name in entry.keys() - _MESSAGE_KEYS:
        if entry[name] is not None:
            hint = "write the name into the text" if name == "name" else "take it out"
            message = f"message {index + 1} has a '{name}', and only role and content are sent; "
            raise InputError(message + hint, (*loc, name))
    role, content = entry["role"], entry["content"]
    if not isinstance(role, str) or not role:
        raise InputError(f"the role of message {index + 1} should be a text", (*loc, "role"))
    parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    if not content or not (isinstance(content, str) or parts):
        message = f"the content of message {index + 1} should be a text or a list of parts"
        raise InputError(message, (*loc, "content"))
    return Message(role, content)
