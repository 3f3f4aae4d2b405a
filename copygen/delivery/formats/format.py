"""What a format is: its data, the rows it takes, what it has against them, and how it is written.

A format is a module with `open_format(spec, context) -> Format` and a file `configs/exports/
<name>.yaml`. It is opened when the shape of what goes out is known, so what is wrong with an export
as a whole (a column that nothing fills) is a UsageError before anything is written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Final, Protocol

import pydantic

from copygen.delivery.copy import Copy, Text
from copygen.delivery.formats.output import Output
from copygen.delivery.rules import Rules
from copygen.documents import FrozenModel
from copygen.models import Item, Result, Severity
from copygen.prompts.selection import GROUP_ROWS
from copygen.quality.channels import FieldSpec
from copygen.quality.units import Unit, measure

_ILLEGAL_IN_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TEXT: Final = "text"
"""What the one text of a record is called where it has no fields."""


class Include(StrEnum):
    """Which texts go out beside those that a person approved and those that the checks accepted."""

    APPROVED = "approved"
    """Only what a person approved, edited or locked."""
    DRAFTS = "drafts"
    """Drafts as well that the checks rejected."""
    REJECTED = "rejected"
    """These, and what a person rejected."""
    STALE = "stale"
    """What was decided on for an item that changed since."""
    ALL = "all"
    """Every text there is."""


class Markup(StrEnum):
    """What becomes of markup in texts."""

    KEEP = "keep"
    HTML = "html"
    """Paragraphs, signs escaped; a short list of tags stays."""
    PLAIN = "plain"
    """Tags are taken out."""


class TargetColumn(FrozenModel):
    """One column of a target, or several of one name with a number in it."""

    name: str
    """As the target wants it; `{n}` is the number of the text: `Headline {n}`."""
    fields: tuple[str, ...] = ()
    """What a record calls the texts that go here, or their channel's field (`google_ads.headline`);
    the first that there is."""
    item: tuple[str, ...] = ()
    """Columns of the item, whatever their case, blanks and `_`; the first that there is."""
    value: str | None = None
    """The same in every row, unless the user says otherwise."""
    is_id: bool = False
    """The record's id, where nothing else is given."""
    needed: bool = False
    """Whether the target refuses a file or a row without it."""
    key: bool = False
    """Whether the target finds by it what is to be changed."""
    min_count: Annotated[int, pydantic.Field(ge=0)] = 0
    max_count: Annotated[int, pydantic.Field(ge=1)] = 1
    joined: str | None = None
    """Several texts of one field in one cell, with this between them."""
    limit: Annotated[int, pydantic.Field(ge=1)] | None = None
    min_length: Annotated[int, pydantic.Field(ge=1)] | None = None
    unit: Unit = Unit.CODEPOINTS
    one_line: bool = False
    """No line feed in it."""
    html: bool = False
    """The target shows markup: plain text has to be escaped."""
    distinct: bool = False
    """No two texts of a row are the same, capitals aside."""
    plain: bool = False
    """The target shows markup as it is written: it is taken out."""
    hard: bool = True
    """False: a limit that not everybody has; past it a row is told and goes."""
    first: Annotated[int, pydantic.Field(ge=1)] = 1
    """The number of the text that the first of them has."""
    always: bool = False
    """It is in the header, also where nothing fills it."""
    also: tuple[str, ...] = ()
    """Other names that the target has for it."""
    note: str = ""

    @property
    def numbered(self) -> bool:
        """Whether there is one for each text of a field."""
        return "{n}" in self.name


class FormatSpec(FrozenModel):
    """`configs/exports/<name>.yaml`."""

    name: str = ""
    """Of the file; not in it."""
    title: str
    """What people call it."""
    source: str
    """Where its rules are from."""
    checked: date
    """When that was last looked at."""
    verified: bool = False
    """Whether the source is the maker's own word, or an export was read by an independent
    reader."""
    extensions: tuple[str, ...] = ()
    """How the file's name ends, the usual one first; none: a folder."""
    guess: bool = False
    """Whether a name with the first extension means this format."""
    to_folder: bool = False
    """Several files, in a folder."""
    per_language: bool = False
    """One file holds one language: into a folder goes a file for each."""
    locales: Mapping[str, str] = {}
    """Tag of BCP 47 → what the target calls the language, where that is another."""
    stream: bool = False
    """Whether it can be written to standard output."""
    encoding: str = "utf-8"
    delimiter: str = ","
    line_end: str = "\n"
    columns: tuple[TargetColumn, ...] = ()
    """In their order; none: whatever there is."""
    optional: tuple[str, ...] = ()
    """Further columns of the target, which only the user can fill; `{n}` is any number."""
    reserved: Mapping[str, str] = {}
    """A cell that is only this does something else there → what it does."""
    include: tuple[Include, ...] = ()
    """What goes out unless the user says otherwise."""
    extra: str | None = None
    """The extra of copygen that it needs."""
    appends: bool = True
    """Whether a row of its own is made where the user's own file has none of that key."""
    first_row: int = 1
    """Of the user's own file: data begins there, or later."""
    sheet: str | None = None
    """Of a workbook."""
    max_rows: int | None = None
    importable: bool = True
    """False: nobody's import reads it, it is for a person who copies."""
    empty_erases: bool = False
    """Whether an empty cell takes away what the target has."""
    takes_template: bool = False
    """Whether the user's own file of the target can be filled."""
    updates: bool = False
    """Whether a row may repeat what it replaces."""
    with_provenance: bool = False
    """Whether there may be further columns."""
    variants: Mapping[str, Mapping[str, str]] = {}
    """Dialect → column here → what it is called there."""
    notes: tuple[str, ...] = ()
    """What a person should know before uploading, a sentence each."""

    def writes_folder(self, out: Path) -> bool:
        """Whether several files are written at that place, which is then a folder."""
        return self.to_folder or (self.per_language and out.suffix.lower() not in self.extensions)


@dataclass(frozen=True, slots=True)
class Problem:
    """What the target, or a check, has against one row."""

    id: str
    """Of the record."""
    rule: str
    message: str
    """One sentence for people."""
    severity: Severity = Severity.ERROR
    """ERROR: the target would not take it as it is meant, so the row stays out."""
    field: str | None = None
    """A field of the record with the number of the text, or a column of the target."""
    is_of_text: bool = False
    """Only that text stays out, and the row goes without it."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One record on its way out."""

    copy: Copy
    item: Item
    """The record's input, or the row of the table that was joined."""
    texts: Mapping[str, tuple[Text | None, ...]]
    """By field, or `TEXT`, in their order; None where a text may not go out."""
    language: str | None
    """BCP 47; None: not told."""

    @property
    def id(self) -> str:
        """Of the record."""
        return self.copy.record.id

    def out(self, field: str) -> list[str]:
        """The texts of a field that go out, without gaps."""
        return [one.text for one in self.texts.get(field, ()) if one is not None]

    @property
    def going(self) -> Iterator[tuple[str, int, Text]]:
        """Every text that goes out, with its field and its 0-based number."""
        for name, texts in self.texts.items():
            for number, one in enumerate(texts):
                if one is not None:
                    yield name, number, one


@dataclass(frozen=True, slots=True)
class FieldShape:
    """One field as the records that may go out have it."""

    name: str
    count: int
    """Texts at most."""
    is_list: bool
    spec: FieldSpec | None
    """What the run asked of it; None: nothing is known."""

    def called(self, name: str) -> bool:
        """Whether it is what a format calls `name`: its own name or its channel's field."""
        return name in (self.name, self.spec.name if self.spec else None)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the records that may go out are made of."""

    fields: Mapping[str, FieldShape] = field(default_factory=dict)
    """By name, in the order of their first record."""
    columns: tuple[str, ...] = ()
    """Of their items, likewise; those of the joined table where there is one."""
    records: int = 0
    is_joined: bool = False
    """Whether they are rows of a table, whose own columns say which is which."""
    is_grouped: bool = False
    """Whether an item holds the rows that it was made of, as a list."""

    @property
    def cell_columns(self) -> tuple[str, ...]:
        """The columns that a cell of a table has room for: all but a group's rows."""
        if not self.is_grouped:
            return self.columns
        return tuple(name for name in self.columns if name != GROUP_ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatOptions:
    """What the user asks of a format."""

    map: Mapping[str, str] = field(default_factory=dict)
    """Field or column of the item → column of the target."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Column of the target → what is in it in every row."""
    template: Path | None = None
    """The user's own file of the target, to be filled."""
    variant: str | None = None
    """Which of the dialects of a target."""
    markup: Markup = Markup.KEEP
    replaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Id → column → text, as an earlier export wrote them."""
    superseded: Mapping[str, Result] = field(default_factory=dict)
    """Id → the record whose texts are at the target, where there is no such manifest."""
    provenance_columns: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    source_language: str | None = None
    rows_of: str = "texts"
    """What a row of a review sheet is: `texts` or `records`."""
    protect: bool = False
    """Only what is to be edited in a review sheet can be."""


@dataclass(frozen=True, slots=True)
class ExportContext:
    """What a format is opened with."""

    shape: Shape
    rules: Rules
    options: FormatOptions
    results: Path
    """What is exported."""


class Format(Protocol):
    """One way out. Rows come in the table's order, each id once."""

    spec: FormatSpec

    def problems(self, row: ExportRow) -> Iterable[Problem]:
        """What the target has against a row; asked once of each, in their order."""

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write those without errors, and tell `out.place` where each is. Raises OSError."""


def texts_by_field(
    copy: Copy, stays: Sequence[object] = ()
) -> Mapping[str, tuple[Text | None, ...]]:
    """The texts of a record as a row has them; `stays` is true where one may not go out."""
    found: dict[str, tuple[Text | None, ...]] = {}
    for text, stay in zip_longest(copy.texts, stays):
        name = text.place.field or TEXT
        found[name] = (*found.get(name, ()), None if stay else text)
    return found


def over_limit(text: str, limit: int, unit: Unit) -> str | None:
    """`34 of 30 width units` where a text is longer than that."""
    length = measure(text, unit)
    return f"{length:,} of {unit.counted(limit)}" if length > limit else None


def illegal_in_xml(text: str) -> str | None:
    """What is wrong with a text for XML 1.0 (section 2.2, Char); None: nothing.

    Asked before it is written, for writers write what readers refuse.
    """
    found = _ILLEGAL_IN_XML.search(text)
    return None if found is None else f"XML cannot hold the character U+{ord(found[0]):04X}"
