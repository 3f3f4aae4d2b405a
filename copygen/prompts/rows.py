"""One row of input, the same from every format, and its id: its own, or one made of its content."""

import hashlib
import itertools
import json
import re
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

import orjson

from copygen.documents import type_name
from copygen.models import Item, JsonValue, Message, Source
from copygen.prompts.request import (
    BATCH_NAMES,
    REQUEST_FIELDS,
    InputError,
    batch_body,
    batch_params,
    from_text,
    messages_of,
    row_params,
    with_system,
    with_top_level,
)

MAX_ID_CHARS: Final = 200
NO_WORDING: Final = (
    "there is nothing to send: add a 'prompt' column with the whole text, "
    "or name a template with --template"
)
plain_id: Final = re.compile(r"[!-~]{1,200}").fullmatch
"""Whether an id needs no closer look: ASCII without blanks, as nearly all of them are."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LIKE_PROMPT: Final = frozenset(("prompt", "prompts", "promt", "text", "instruction", "question"))
_UNSEEN: Final = "\u00ad\u200b\u200e\u200f\u2060"
_NOT_INPUT: Final = frozenset(("params", "messages"))


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
    is_unreadable: bool = True
    """The file is at fault; else the row has not what is asked of it."""


Rows: TypeAlias = Iterator[Row | BadRow]
"""Lazily, in the order of the file; PromptError ends them where nothing after it can be read."""
Table: TypeAlias = Callable[[], AbstractContextManager[Rows]]
"""Opens a table and gives its rows from the start; leaving it closes what was opened."""


class BadRows(StrEnum):
    """What becomes of the rows of a file that cannot be read."""

    REFUSE = "refuse"
    """All of them are said, and nothing is sent."""
    FAIL = "fail"
    """Each is a failed record, as those of a stream are."""
    SKIP = "skip"
    """They are left out, and counted."""


class Duplicates(StrEnum):
    """What becomes of rows whose id an earlier row has."""

    REFUSE = "refuse"
    """A file of them is refused; a row of a stream becomes a failed record."""
    NUMBER = "number"
    """They are numbered: `mug`, `mug-2`."""
    FIRST = "first"
    """They are left out."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a reader reads a table. One value, so that a further option reaches every reader."""

    templated: bool = False
    """A template words the rows: `prompt` is a column like any other, and so are the names of
    request fields. What is given of it where a table is opened says nothing: the template does."""
    encoding: str | None = None
    """Of text without a byte-order mark; None: UTF-8."""
    delimiter: str | None = None
    """Of CSV; None: what the rows tell."""
    header_row: int | None = None
    """The 1-based line, or row of a sheet, that names the columns; None: the first with any."""
    skip_rows: int | None = None
    """Records after the header that are none of the table; None: 0."""
    items: str | None = None
    """The names on the way to the list of items in a JSON document, with dots between."""
    sheet: str | None = None
    """Of a workbook, by name or by its 1-based number; None: the first that is to be seen."""
    bad_rows: BadRows | None = None
    """What becomes of a file with rows that cannot be read; None: it is refused."""
    has_ids: bool = True
    """The column `id` (of batch lines `custom_id`) is the row's id, and not one like any other."""

    def over(self, own: "ReadOptions") -> "ReadOptions":
        """These, and where they say nothing what `own` says."""
        unsaid = (one.name for one in fields(self) if getattr(self, one.name) is None)
        return replace(self, **{name: getattr(own, name) for name in unsaid})


def column_name(name: str) -> str:
    """A name as it is compared: composed letters (NFC), nothing unseen around it."""
    if name.isascii():
        return name.strip()
    name = unicodedata.normalize("NFC", name.replace("\ufeff", "")).strip()
    return name.strip(_UNSEEN).strip()


def row_from(
    whole: Mapping[str, JsonValue],
    source: Source,
    options: ReadOptions,
    written: Mapping[str, JsonValue] | None = None,
) -> Row:
    """Make a row of a mapping with `id`, `params`, `prompt`, `messages` and columns.

    With a template, `prompt` is a column like any other. A complete row may have its request
    fields (`model`, `temperature`, `system` ...) at its top level, or be a line of a provider's
    batch file. Raises InputError.
    """
    if options.templated and isinstance(variables := whole.get("vars"), dict):
        # A test of promptfoo: its variables are the columns, what it asserts is not used.
        whole, written = {**whole, **variables}, None
        del whole["vars"]
    if BATCH_NAMES & whole.keys() and (body := batch_body(whole)) is not None:
        return _batch_row(whole, body, source, options)
    own_id = checked_id(whole.get("id")) if options.has_ids else None
    params = row_params(whole["params"]) if whole.get("params") is not None else None
    messages = messages_of(whole, templated=options.templated) if "messages" in whole else None
    item = whole
    if not _NOT_INPUT.isdisjoint(whole):
        item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    if written is not None:
        written = {name: written[name] for name in item}
    if options.templated:
        return Row(item, source, whole, own_id, params, None, messages, written)
    prompt = own_prompt(whole) if messages is None else None
    if len(whole) > 1:
        params = with_top_level(whole, params, has_messages=messages is not None)
        messages = with_system(whole, prompt, messages)
    prompt = prompt if messages is None else None
    return Row(item, source, whole, own_id, params, prompt, messages, written)


def text_row(item: Mapping[str, str], source: Source, options: ReadOptions) -> Row:
    """Make a row of columns that are all text, as CSV has them; raises InputError.

    A complete row's request fields are read as the numbers they are written as; empty cells say
    nothing.
    """
    own_id = checked_id(item.get("id")) if options.has_ids else None
    if options.templated:
        return Row(item, source, item, own_id)
    prompt = own_prompt(item)
    given = {name: from_text(name, item[name]) for name in REQUEST_FIELDS & item.keys()}
    params = with_top_level(given, None, has_messages=False)
    messages = with_system(item, prompt, None)
    return Row(item, source, item, own_id, params, None if messages else prompt, messages)


def bad_row(error: InputError, whole: Mapping[str, JsonValue], source: Source) -> BadRow:
    """Make the fault that stands for a row."""
    try:
        own_id = checked_id(whole.get("id"))
    except InputError:
        own_id = None
    item = {name: value for name, value in whole.items() if name not in _NOT_INPUT}
    return BadRow(str(error), source, own_id, item)


def checked_id(value: JsonValue, name: str = "id") -> str | None:
    """Return an item's own id as text, None if it has none; raises InputError."""
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = f"'{name}' should be a text or a whole number, not {type_name(value)}"
        raise InputError(message, (name,))
    if not value.strip():
        message = f"'{name}' is empty; fill it in, or leave the column out everywhere"
        raise InputError(message, (name,))
    if len(value) > MAX_ID_CHARS:
        raise InputError(f"'{name}' is longer than {MAX_ID_CHARS} characters", (name,))
    if _CONTROL.search(value):
        raise InputError(f"'{name}' contains a control character or a line break", (name,))
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
    """Return the row's own literal text; raises InputError."""
    prompt = whole.get("prompt")
    if prompt is None:
        raise InputError(no_wording(whole))
    if not isinstance(prompt, str):
        raise InputError(f"'prompt' should be a text, not {type_name(prompt)}", ("prompt",))
    if not prompt.strip():
        raise InputError("'prompt' is empty", ("prompt",))
    return prompt


def _batch_row(
    whole: Mapping[str, JsonValue],
    body: Mapping[str, JsonValue],
    source: Source,
    options: ReadOptions,
) -> Row:
    url = whole.get("url")
    if isinstance(url, str) and not url.rstrip("/").endswith("/chat/completions"):
        message = f"'{url[:80]}' is not asked; copygen sends batch lines for /v1/chat/completions"
        raise InputError(message, ("url",))
    if "messages" not in body:
        raise InputError("a batch line should have 'messages' in its 'body'", ("body",))
    messages = messages_of(body, templated=options.templated)
    params = batch_params(body)
    item = {name: value for name, value in whole.items() if value is not body}
    own_id = checked_id(whole.get("custom_id"), "custom_id") if options.has_ids else None
    return Row(item, source, whole, own_id, params, None, with_system(body, None, messages))


_CONTENT_ID_BYTES: Final = 6
_SORTED_AT_ONCE: Final = 200_000
_MOST_PARTS: Final = 32
_NUMBERED: Final = re.compile(r".+-[0-9]{1,9}", re.DOTALL)
_LETTER: Final = "r"
"""Before a content id: `12345e678901` would be a number to a spreadsheet."""
_EARLIER: Final = re.compile(r"[0-9a-f]{12}(?![0-9a-f])")
"""How content ids began before they had a letter."""


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys: the same bytes for the same value, whatever it holds."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Lone surrogates and integers past 64 bits are JSON, too.
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def content_id(whole: Mapping[str, JsonValue]) -> str:
    """Return `r` and twelve hex digits that depend on nothing but the item's columns."""
    try:
        made_of = orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        made_of = canonical(whole)
    return _LETTER + hashlib.blake2b(made_of, digest_size=_CONTENT_ID_BYTES).hexdigest()


def with_letter(id_: str) -> str:
    """A content id as earlier versions wrote it, as it is today; any other id as it is."""
    return _LETTER + id_ if _EARLIER.match(id_) else id_


def base_of_numbered(own_id: str) -> str | None:
    """The id that another row would have, if this one could be the numbered id of a second."""
    return own_id.rpartition("-")[0] if _NUMBERED.fullmatch(own_id) else None


def repeated_hashes(hashes: "array[int]") -> frozenset[int]:
    """The hashes that come more than once; eight bytes each is all a pass remembers of its ids."""
    parts = min(_MOST_PARTS, len(hashes) // _SORTED_AT_ONCE + 1)
    found: set[int] = set()
    for part in range(parts):
        # Sorting makes a list of Python integers, 36 bytes each: in parts, it stays small.
        some = sorted(value for value in hashes if value % parts == part)
        found.update(left for left, right in itertools.pairwise(some) if left == right)
    return frozenset(found)


class FileIds:
    """Ids of the rows of a checked file: identical rows are numbered from the second on."""

    def __init__(
        self,
        repeated: Iterable[str],
        taken: frozenset[str] = frozenset(),
        duplicates: Duplicates | None = None,
    ) -> None:
        """`taken` are the rows' own ids that look like numbered ones."""
        self._counts = dict.fromkeys(repeated, 0)
        self._taken = taken
        self._only_first = duplicates is Duplicates.FIRST

    def id_of(self, row: Row) -> str | None:
        """The id of the next row; None for one that is left out."""
        item_id = content_id(row.whole) if row.own_id is None else row.own_id
        if item_id not in self._counts:
            return item_id
        self._counts[item_id] += 1
        if self._only_first:
            return item_id if self._counts[item_id] == 1 else None
        if self._counts[item_id] == 1:
            return item_id
        while (numbered := f"{item_id}-{self._counts[item_id]}") in self._taken:
            self._counts[item_id] += 1
        return numbered


class StreamIds:
    """Ids of rows that are seen once: every hash is kept, to know a repeated id."""

    def __init__(self, duplicates: Duplicates | None = None) -> None:
        self._seen: set[int] = set()
        self._counts: dict[str, int] = {}
        self._duplicates = duplicates or Duplicates.REFUSE

    def id_of(self, row: Row) -> str | None:
        """Return the id of the next row, or None if it has none of its own left."""
        item_id = content_id(row.whole) if row.own_id is None else row.own_id
        refused = Duplicates.REFUSE if row.own_id is not None else Duplicates.FIRST
        if self._duplicates in (refused, Duplicates.FIRST):
            return item_id if self._take(item_id) else None
        return self.unused(item_id)

    def id_of_fault(self, own_id: str | None, line: int) -> str:
        """Return the id for a row that is faulty."""
        if own_id is not None and self._take(own_id):
            return own_id
        return self.unused(f"line-{line}")

    def unused(self, wanted: str) -> str:
        """Return the id wanted, numbered if it was used before."""
        candidate = wanted
        while not self._take(candidate):
            count = self._counts.get(wanted, 1) + 1
            self._counts[wanted] = count
            candidate = f"{wanted}-{count}"
        return candidate

    def _take(self, item_id: str) -> bool:
        value = hash(item_id)
        if value in self._seen:
            return False
        self._seen.add(value)
        return True
