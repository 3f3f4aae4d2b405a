"""One row of input, the same from every format."""

import re
from collections.abc import Callable, Generator, Mapping
from typing import Final, NamedTuple, TypeAlias

from copygen.documents import type_name
from copygen.models import Item, JsonValue, Message, Source
from copygen.prompts.params import ParamError, check_params

MAX_ID_CHARS: Final = 200
NO_WORDING: Final = (
    "there is nothing to send: add a 'prompt' column with the whole text, "
    "or name a template with --template"
)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NOT_INPUT: Final = frozenset(("params", "messages"))
_MESSAGE_KEYS: Final = frozenset(("role", "content"))


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


def row_from(whole: Mapping[str, JsonValue], source: Source, *, templated: bool) -> Row:
    """Make a row of a mapping with `id`, `params`, `prompt`, `messages` and columns.

    With a template, `prompt` is a column like any other. Raises RowError.
    """
    own_id = checked_id(whole.get("id"))
    params = _params(whole["params"]) if whole.get("params") is not None else None
    messages = _messages(whole, templated=templated) if "messages" in whole else None
    item = whole
    if not _NOT_INPUT.isdisjoint(whole):
        item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    prompt = None if templated or messages is not None else own_prompt(whole)
    return Row(item, source, whole, own_id, params, prompt, messages)


def bad_row(error: RowError, whole: Mapping[str, JsonValue], source: Source) -> BadRow:
    """Make the fault that stands for a row."""
    try:
        own_id = checked_id(whole.get("id"))
    except RowError:
        own_id = None
    item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    return BadRow(str(error), source, own_id, item)


def checked_id(value: JsonValue) -> str | None:
    """Return an item's own id as text, None if it has none; raises RowError."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        raise RowError(f"'id' should be a text or a whole number, not {type_name(value)}", ("id",))
    if not value.strip():
        raise RowError("'id' is empty; fill it in, or leave the column out everywhere", ("id",))
    if len(value) > MAX_ID_CHARS:
        raise RowError(f"'id' is longer than {MAX_ID_CHARS} characters", ("id",))
    if _CONTROL.search(value):
        raise RowError("'id' contains a control character or a line break", ("id",))
    return value


def own_prompt(whole: Mapping[str, JsonValue]) -> str:
    """Return the row's own literal text; raises RowError."""
    prompt = whole.get("prompt")
    if prompt is None:
        raise RowError(NO_WORDING)
    if not isinstance(prompt, str):
        raise RowError(f"'prompt' should be a text, not {type_name(prompt)}", ("prompt",))
    if not prompt.strip():
        raise RowError("'prompt' is empty", ("prompt",))
    return prompt


def _params(value: JsonValue) -> Mapping[str, JsonValue]:
    try:
        return check_params(value)
    except ParamError as exc:
        raise RowError(str(exc), ("params", *exc.loc)) from exc


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
    if not isinstance(entry, dict) or entry.keys() != _MESSAGE_KEYS:
        raise RowError(f"message {index + 1} should be {{role, content}} and nothing else", loc)
    role, content = entry["role"], entry["content"]
    if not isinstance(role, str) or not role:
        raise RowError(f"the role of message {index + 1} should be a text", (*loc, "role"))
    parts = isinstance(content, list) and all(isinstance(part, dict) for part in content)
    if not content or not (isinstance(content, str) or parts):
        message = f"the content of message {index + 1} should be a text or a list of parts"
        raise RowError(message, (*loc, "content"))
    return Message(role, content)
