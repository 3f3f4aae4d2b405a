"""One row of input, the same from every format."""

import json
import re
import unicodedata
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Final, NamedTuple, TypeAlias

from copygen.documents import type_name
from copygen.documents.scalars import plain
from copygen.models import Item, JsonValue, Message, Source
from copygen.prompts.params import REFUSED, ParamError, RequestParams, check_params

MAX_ID_CHARS: Final = 200
NO_WORDING: Final = (
    "there is nothing to send: add a 'prompt' column with the whole text, "
    "or name a template with --template"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LIKE_PROMPT: Final = frozenset(("prompt", "prompts", "promt", "text", "instruction", "question"))
_UNSEEN: Final = "\u00ad\u200b\u200e\u200f\u2060"
_NOT_INPUT: Final = frozenset(("params", "messages"))
_BATCH_NAMES: Final = frozenset(("custom_id", "url"))
_MESSAGE_KEYS: Final = frozenset(("role", "content"))
_REQUEST_FIELDS: Final = frozenset(RequestParams.model_fields) - {"user"}
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


class Row(NamedTuple):
    """One item as read: valid in itself, not yet worded."""

    item: Item
    """Every column except `params` and `messages`."""
    source: Source
    whole: Mapping[str, JsonValue]
    """Every column: what the content id is made of."""
    own_id: str | None = None
    params: Mapping[str, JsonValue] | None = None
    prompt: str | None = None
    """Its own literal text; never with a template."""
    messages: tuple[Message, ...] | None = None
    """Its own complete conversation; never with a template."""
    written: Mapping[str, JsonValue] | None = None
    """Columns whose numbers come out otherwise than the file has them → the same, but numbers
    that print as they are written."""


class BadRow(NamedTuple):
    """A row that cannot become a prompt, and why."""

    message: str
    source: Source
    own_id: str | None
    item: Item


Rows: TypeAlias = Generator[Row | BadRow, None, None]
Table: TypeAlias = Callable[[], Rows]
"""Reads the rows from the start; lazily, closing what it opened."""


class RowError(Exception):
    """What is wrong with a row. `str()` is one sentence."""

    def __init__(self, message: str, loc: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.loc = loc
        """Where in the row."""


def column_name(name: str) -> str:
    """A name as it is compared: composed letters (NFC), nothing unseen around it."""
    if name.isascii():
        return name.strip()
    name = unicodedata.normalize("NFC", name.replace("\ufeff", "")).strip()
    return name.strip(_UNSEEN).strip()


def row_from(
    whole: Mapping[str, JsonValue],
    source: Source,
    *,
    templated: bool,
    written: Mapping[str, JsonValue] | None = None,
) -> Row:
    """Make a row of a mapping with `id`, `params`, `prompt`, `messages` and columns.

    With a template, `prompt` is a column like any other. A complete row may have its request
    fields (`model`, `temperature`, `system` ...) at its top level, or be a line of a provider's
    batch file. Raises RowError.
    """
    if _BATCH_NAMES & whole.keys() and (body := _batch_body(whole)) is not None:
        return _batch_row(whole, body, source, templated=templated)
    own_id = checked_id(whole.get("id"))
    params = _params(whole["params"]) if whole.get("params") is not None else None
    messages = _messages(whole, templated=templated) if "messages" in whole else None
    item = whole
    if not _NOT_INPUT.isdisjoint(whole):
        item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    if written is not None:
        written = {name: written[name] for name in item}
    if templated:
        return Row(item, source, whole, own_id, params, None, messages, written)
    prompt = own_prompt(whole) if messages is None else None
    if len(whole) > 1:
        params = _with_top_level(whole, params, has_messages=messages is not None)
        messages = _with_system(whole, prompt, messages)
    prompt = prompt if messages is None else None
    return Row(item, source, whole, own_id, params, prompt, messages, written)


def text_row(item: Mapping[str, str], source: Source, *, templated: bool) -> Row:
    """Make a row of columns that are all text, as CSV has them; raises RowError.

    A complete row's request fields are read as the numbers they are written as; empty cells say
    nothing.
    """
    own_id = checked_id(item.get("id"))
    if templated:
        return Row(item, source, item, own_id)
    prompt = own_prompt(item)
    given = {name: _from_text(name, item[name]) for name in _REQUEST_FIELDS & item.keys()}
    params = _with_top_level(given, None, has_messages=False)
    messages = _with_system(item, prompt, None)
    return Row(item, source, item, own_id, params, None if messages else prompt, messages)


def bad_row(error: RowError, whole: Mapping[str, JsonValue], source: Source) -> BadRow:
    """Make the fault that stands for a row."""
    try:
        own_id = checked_id(whole.get("id"))
    except RowError:
        own_id = None
    item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    return BadRow(str(error), source, own_id, item)


def checked_id(value: JsonValue, name: str = "id") -> str | None:
    """Return an item's own id as text, None if it has none; raises RowError."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = f"'{name}' should be a text or a whole number, not {type_name(value)}"
        raise RowError(message, (name,))
    if not value.strip():
        message = f"'{name}' is empty; fill it in, or leave the column out everywhere"
        raise RowError(message, (name,))
    if len(value) > MAX_ID_CHARS:
        raise RowError(f"'{name}' is longer than {MAX_ID_CHARS} characters", (name,))
    if _CONTROL.search(value):
        raise RowError(f"'{name}' contains a control character or a line break", (name,))
    return value


def no_wording(names: Iterable[str]) -> str:
    """Why a table of such columns is no prompts, with the way out."""
    if "messages" in names:
        return (
            'conversations are read from JSONL, one in a line: {"messages": [...]}; a table has '
            "one text in its 'prompt' column"
        )
    near = next((name for name in names if name.strip().casefold() in _LIKE_PROMPT), None)
    if near is not None:
        return f"the whole text is in a column called 'prompt' here: rename '{near}'"
    return NO_WORDING


def own_prompt(whole: Mapping[str, JsonValue]) -> str:
    """Return the row's own literal text; raises RowError."""
    prompt = whole.get("prompt")
    if prompt is None:
        raise RowError(no_wording(whole))
    if not isinstance(prompt, str):
        raise RowError(f"'prompt' should be a text, not {type_name(prompt)}", ("prompt",))
    if not prompt.strip():
        raise RowError("'prompt' is empty", ("prompt",))
    return prompt


def _params(value: JsonValue, *below: str) -> Mapping[str, JsonValue]:
    try:
        return check_params(value)
    except ParamError as exc:
        raise RowError(str(exc), (*(below or ("params",)), *exc.loc)) from exc


def _with_top_level(
    whole: Mapping[str, JsonValue], params: Mapping[str, JsonValue] | None, *, has_messages: bool
) -> Mapping[str, JsonValue] | None:
    """The parameters with those at the row's top level; raises RowError for what is not sent."""
    names = _REQUEST_FIELDS & whole.keys()
    refuse_other_spellings(whole, whole, has_messages=has_messages)
    for name in sorted(_NEVER_SENT & whole.keys()):
        if isinstance(whole[name], list | dict) or (has_messages and whole[name] is not None):
            message = f"'{name}' is not sent, for copygen asks for texts; take it out"
            raise RowError(message, (name,))
    if has_messages:
        tables = {name for name in _ALSO_SENT_AS_TABLES if isinstance(whole.get(name), dict)}
        names |= _ALSO_SENT & whole.keys() | tables
        for name in sorted(_ELSEWHERE.keys() & whole.keys() - tables):
            if whole[name] is not None:
                message = f"'{name}' is not sent from here; {_ELSEWHERE[name]}"
                raise RowError(message, (name,))
    for name, harmless in _HARMLESS.items():
        if name in whole and whole[name] not in harmless:
            raise RowError(REFUSED[name], (name,))
    given = {name: whole[name] for name in names if whole[name] is not None}
    if not given:
        return params
    for name in given.keys() & (params or {}).keys():
        message = f"'{name}' is given at the row's top level and under 'params'; keep one"
        raise RowError(message, (name,))
    try:
        check_params(given)
    except ParamError as exc:
        raise RowError(str(exc), exc.loc) from exc
    return {**(params or {}), **given}


def refuse_other_spellings(
    names: Iterable[str], whole: Mapping[str, JsonValue], *, has_messages: bool = False
) -> None:
    """Raise RowError for a request field in another spelling, such as `maxTokens`.

    What is null in `whole` says nothing.
    """
    for name in names:
        plain_name = name.replace("_", "").replace("-", "").replace(" ", "").casefold()
        ours = _OTHER_SPELLINGS.get(plain_name)
        if ours is None or ours == name or whole.get(name, name) is None:
            continue
        if has_messages or ours not in _WORDS_OF_COLUMNS or name.islower():
            message = f"'{name}' is not sent; it is written '{ours}' here"
            raise RowError(message, (name,))


def _with_system(
    whole: Mapping[str, JsonValue], prompt: str | None, messages: tuple[Message, ...] | None
) -> tuple[Message, ...] | None:
    """The messages with the row's own `system` before them, if it has any."""
    system = whole.get("system")
    if system is None or system == "":
        return messages
    if not isinstance(system, str):
        raise RowError(f"'system' should be a text, not {type_name(system)}", ("system",))
    if messages is None:
        messages = (Message("user", prompt),)
    elif any(message.role in ("system", "developer") for message in messages):
        raise RowError("'system' is given beside a system message; keep one", ("system",))
    return (Message("system", system), *messages)


def _from_text(name: str, text: str) -> JsonValue:
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


def _batch_body(whole: Mapping[str, JsonValue]) -> Mapping[str, JsonValue] | None:
    """The request of a line made for OpenAI's batches (`body`) or Anthropic's (`params`)."""
    for name in ("body", "params"):
        body = whole.get(name)
        if isinstance(body, dict) and (name == "body" or "messages" in body):
            return body
    return None


def _batch_row(
    whole: Mapping[str, JsonValue],
    body: Mapping[str, JsonValue],
    source: Source,
    *,
    templated: bool,
) -> Row:
    url = whole.get("url")
    if isinstance(url, str) and not url.rstrip("/").endswith("/chat/completions"):
        message = f"'{url[:80]}' is not asked; copygen sends batch lines for /v1/chat/completions"
        raise RowError(message, ("url",))
    if "messages" not in body:
        raise RowError("a batch line should have 'messages' in its 'body'", ("body",))
    messages = _messages(body, templated=templated)
    params = _with_top_level(body, None, has_messages=True)
    known = {*_REQUEST_FIELDS, *_ALSO_SENT, *_HARMLESS, "messages", "system"}
    others = {name: value for name, value in body.items() if name not in known}
    if others:
        params = {**(params or {}), **_params(others, "body")}
    item = {name: value for name, value in whole.items() if value is not body}
    own_id = checked_id(whole.get("custom_id"), "custom_id")
    return Row(item, source, whole, own_id, params, None, _with_system(body, None, messages))


def _messages(whole: Mapping[str, JsonValue], *, templated: bool) -> tuple[Message, ...]:
    if templated:
        message = "a row with 'messages' is complete and takes no template; rename the column"
        raise RowError(message, ("messages",))
    if whole.get("prompt") is not None:
        raise RowError("give either 'prompt' or 'messages', not both", ("messages",))
    value = whole["messages"]
    if not isinstance(value, list) or not value:
        message = "'messages' should be a list of {role, content}"
        raise RowError(message, ("messages",))
    return tuple(_message(entry, index) for index, entry in enumerate(value))


def _message(entry: JsonValue, index: int) -> Message:
    loc = ("messages", index)
    if not isinstance(entry, dict) or not entry.keys() >= _MESSAGE_KEYS:
        raise RowError(f"message {index + 1} should be {{role, content}} and nothing else", loc)
    for name in entry.keys() - _MESSAGE_KEYS:
        if entry[name] is not None:
            hint = "write the name into the text" if name == "name" else "take it out"
            message = f"message {index + 1} has a '{name}', and only role and content are sent; "
            raise RowError(message + hint, (*loc, name))
    role, content = entry["role"], entry["content"]
    if not isinstance(role, str) or not role:
        raise RowError(f"the role of message {index + 1} should be a text", (*loc, "role"))
    parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    if not content or not (isinstance(content, str) or parts):
        message = f"the content of message {index + 1} should be a text or a list of parts"
        raise RowError(message, (*loc, "content"))
    return Message(role, content)
