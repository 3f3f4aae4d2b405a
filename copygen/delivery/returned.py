"""A review sheet that came back: what its cells hold, text by text, whatever program saved it.

Nothing is decided here. The header is found wherever it stands, and columns by their names,
wherever they were moved; rows say by their marks which texts they are about.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, TypeAlias
from zipfile import BadZipFile, ZipFile, is_zipfile

from copygen.delivery.review_sheet import (
    HIDDEN_SHEET,
    LENGTH_OF,
    TITLE,
    VERSION,
    Column,
    Mark,
    RowsOf,
    label_state,
    neutralised,
    place_hash,
    restored,
    text_hash,
)
from copygen.documents import files, nearest
from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.delimited import MAX_FIELD_BYTES
from copygen.prompts.encodings import SAMPLE_BYTES, as_utf8, likely_encoding, marked
from copygen.prompts.excel import WorkbookError
from copygen.prompts.tables import kind_of, readable
from copygen.prompts.workbooks import opened_grids, reading
from copygen.results.decisions import Place

RETURNED: Final = "the returned sheet"
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0"
_BINARY: Final = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_CSV_BYTES: Final = 512 * 1024 * 1024
_HEADER_WITHIN: Final = 20
"""Rows from the top: somebody may have put a title above."""
_ENCODINGS: Final = ("cp1252", "cp1250", "cp1251", "cp874", "cp932", "gb18030", "mac_roman")
"""What is tried for CSV that is not UTF-8: the marks tell which of them is right."""
_COMPARED: Final = 2_000
"""Texts, to tell an encoding."""
_DELIMITERS: Final = ",;\t|"
_NUMBERED: Final = re.compile(r"(.+) ([1-9][0-9]{0,8})", re.DOTALL)
_NUMBER: Final = re.compile(r"([1-9][0-9]{0,8})(?:\.0+)?")
_SEP_LINE: Final = re.compile(r'"?sep=([,;\t|])"?\r?', re.IGNORECASE)
_SAVED: Final = re.compile(rb"<(?:dcterms:modified|dc:date)[^<>]*+>([^<]++)<")
_SAVED_IN: Final = ("docProps/core.xml", "meta.xml")
_MOST_PROPERTIES_BYTES: Final = 1024 * 1024
_NO_SHEET: Final = (
    "this is no review sheet of copygen: no row names the columns 'id', 'text' and 'decision'"
)
Rows: TypeAlias = Iterator[tuple[int, list[str]]]


class ReturnedText(NamedTuple):
    """One text of a returned sheet, with what its row says beside it."""

    row: str
    """`texts:12`, for people."""
    id: str
    """As the cell has it: a spreadsheet may have taken it for a number."""
    place: Place | None
    """What its cells say, or its column; None: nothing that can be."""
    mark: Mark | None
    """None: the row has none, so it is not one of ours."""
    text: str
    decision: str
    reason: str
    was_decided: str
    """What the cell of the decision said when the sheet was written."""
    key: str
    """Content key of its prompt then; "" where the sheet does not say."""


@dataclass(slots=True)
class _SheetFacts:
    """What the hidden sheet says."""

    rows_of: RowsOf | None = None
    columns: tuple[str, ...] = ()
    exported_at: datetime | None = None
    results: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    """By the hash of their place."""


class ReturnedSheet:
    """A review sheet, open to be read once. Made by `opened_sheet`."""

    via = "sheet"

    def __init__(
        self,
        path: str,
        tables: Sequence[tuple[str, Callable[[], Rows]]],
        facts: _SheetFacts,
        saved_at: tuple[datetime, ...],
    ) -> None:
        self.path = path
        self.saved_at = saved_at
        """When it was last saved: by its own word, by that of the disk."""
        self.exported_at = facts.exported_at
        self.results = facts.results
        """Name of the results that it was made of; "" where it does not say."""
        self.marks: Mapping[str, Mark] = facts.marks
        """Of all texts that were in it, by their place; empty without the hidden sheet."""
        self.drops_controls = kind_of(path) == ".ods"
        """Whether tabs and control characters get lost in such a file."""
        self.missing: list[str] = []
        """Columns that are gone, of those that people write into."""
        self.added: list[str] = []
        """Columns that copygen did not write, where that is known: they are not read."""
        self.rows = 0
        """Rows that were read."""
        self._tables = tables
        self._facts = facts

    def texts(self) -> Iterator[ReturnedText]:
        """Every text in it. Raises PromptError where it is no review sheet, or a damaged one."""
        is_one = False
        for name, open_rows in self._tables:
            rows = self._guarded(open_rows)
            header = self._header(name, rows)
            if header is None:
                continue
            is_one = True
            for number, cells in rows:
                if any(cells):
                    self.rows += 1
                    yield from header.texts(number, cells)
        if not is_one:
            raise PromptError(_NO_SHEET, Source(self.path, 1))

    def _guarded(self, open_rows: Callable[[], Rows]) -> Rows:
        with reading(self.path):
            yield from open_rows()

    def _header(self, name: str, rows: Rows) -> "_SheetColumns | None":
        for number, cells in islice(rows, _HEADER_WITHIN):
            names = [" ".join(cell.split()) for cell in cells]
            ours = {Column.ID, Column.TEXT, Column.DECISION, Column.MARK}.intersection(names)
            if Column.MARK in ours or len(ours) > 1:
                header = _SheetColumns(name, names, self._facts)
                self._compare(header, Source(self.path, number))
                return header
        return None

    def _compare(self, header: "_SheetColumns", source: Source) -> None:
        """Raise PromptError where a column is gone without which nothing can be told."""
        missing = [one for one in header.wanted if one not in header.columns]
        written = self._facts.columns
        added = [one for one in header.columns if one and written and one not in written]
        self.missing += [one for one in missing if one not in self.missing]
        self.added += [one for one in added if one not in self.added]
        for one in missing:
            if added:
                near = nearest(one, added) or added[0]
                message = f"the column '{one}' is gone, and '{near}' is none of copygen's: if that "
                raise PromptError(f"{message}is what became of it, name it '{one}' again", source)
        is_known = Column.MARK in header.columns or self.marks
        if Column.TEXT in missing or not is_known or {Column.ID, Column.MARK} <= set(missing):
            gone = " and ".join(f"'{one}'" for one in missing)
            message = f"the sheet has no column {gone} any more; name it so again, or copy it "
            raise PromptError(f"{message}from the sheet as it was exported", source)


class _SheetColumns:
    """The columns of one sheet of texts."""

    def __init__(self, sheet: str, names: Sequence[str], facts: _SheetFacts) -> None:
        self._sheet = sheet
        self._marks = facts.marks
        self.columns: dict[str, int] = {}
        for number, name in enumerate(names):
            self.columns.setdefault(name, number)
        labels = [one for one in names if one and f"{one}{LENGTH_OF}" in self.columns]
        of_records = bool(labels) and Column.FIELD not in self.columns
        rows_of = facts.rows_of or (RowsOf.RECORDS if of_records else RowsOf.TEXTS)
        self._of_texts = rows_of is RowsOf.TEXTS
        if facts.columns and not self._of_texts:
            labels = [one for one in facts.columns if f"{one}{LENGTH_OF}" in facts.columns]
        self._labels = labels
        self._places = {label: tuple(_places_called(label)) for label in labels}
        own = [Column.TEXT.value] if self._of_texts else labels
        self.wanted = [Column.ID.value, *own, *map(str, (Column.DECISION, Column.REASON))]
        """Columns that are to be there."""

    def texts(self, number: int, cells: list[str]) -> Iterator[ReturnedText]:
        """The texts of one row."""
        if self._of_texts:
            yield self._text(number, cells)
        else:
            yield from self._record(number, cells)

    def _cell(self, cells: list[str], column: str) -> str:
        number = self.columns.get(column)
        return cells[number] if number is not None and number < len(cells) else ""

    def _text(self, number: int, cells: list[str]) -> ReturnedText:
        cell = self._cell
        place = None
        if Column.FIELD in self.columns and Column.NUMBER in self.columns:
            place = _place(cell(cells, Column.FIELD), cell(cells, Column.NUMBER))
        mark = Mark.parse(cell(cells, Column.MARK).strip())
        id_ = self._id(cells, (place,), () if mark is None else (mark.place,))
        if mark is None and place is not None:
            mark = self._marks.get(place_hash(id_, place))
        return self._returned(number, cells, id_, place, mark, cell(cells, Column.TEXT), mark)

    def _record(self, number: int, cells: list[str]) -> Iterator[ReturnedText]:
        written = map(Mark.parse, self._cell(cells, Column.MARK).split())
        marks = {mark.place: mark for mark in written if mark is not None}
        id_ = self._id(cells, (one for places in self._places.values() for one in places), marks)
        states = {mark.state for mark in marks.values()}
        first = next(iter(marks.values()), None) if len(states) == 1 else None
        found = []
        for label in self._labels:
            text = self._cell(cells, label)
            for place in self._places[label]:
                hashed = place_hash(id_, place)
                if (mark := marks.get(hashed) or self._marks.get(hashed)) is not None:
                    found.append(self._returned(number, cells, id_, place, mark, text, first))
                    break
            else:
                if text:
                    found.append(self._returned(number, cells, id_, None, None, text, first))
        if marks and len(marks) == len(self._labels) and all(one.mark is None for one in found):
            # An id that was taken for a number: the texts are those of the marks, in their order.
            for label, mark in zip(self._labels, marks.values(), strict=True):
                text = self._cell(cells, label)
                yield self._returned(number, cells, id_, None, mark, text, first)
        else:
            yield from found

    def _id(self, cells: list[str], places: Iterable[Place | None], known: Container[str]) -> str:
        """The id of a row, without the apostrophe that was put before it in a CSV file."""
        written = self._cell(cells, Column.ID)
        if written == neutralised(written[1:]) and not any(
            one is not None and place_hash(written, one) in known for one in places
        ):
            return written[1:]
        return written

    def _returned(
        self,
        number: int,
        cells: list[str],
        id_: str,
        place: Place | None,
        mark: Mark | None,
        text: str,
        decided: Mark | None,
    ) -> ReturnedText:
        reason = self._cell(cells, Column.REASON)
        if mark is not None and (mark.text_quoted or mark.note_quoted):
            text = restored(text, quoted=mark.text_quoted)
            reason = restored(reason, quoted=mark.note_quoted)
        return ReturnedText(
            row=f"{self._sheet}:{number}",
            id=id_,
            place=place,
            mark=mark,
            text=text,
            decision=self._cell(cells, Column.DECISION),
            reason=reason,
            was_decided="" if decided is None else label_state(decided.state),
            key=self._cell(cells, Column.KEY),
        )


def _place(field_: str, number: str) -> Place | None:
    """What the two cells of a row say."""
    if not number:
        return Place(field_ or None)
    found = _NUMBER.fullmatch(number.strip())
    return None if found is None else Place(field_ or None, int(found[1]) - 1)


def _places_called(label: str) -> Iterator[Place]:
    """The texts that a column of that name can be."""
    if (found := _NUMBERED.fullmatch(label)) is not None:
        yield Place(found[1], int(found[2]) - 1)
    if label == Place().label:
        yield Place()
    yield Place(label)


@contextmanager
def opened_sheet(path: Path) -> Iterator[ReturnedSheet]:
    """A returned sheet: a workbook, told by how it begins, else CSV.

    Raises PromptError for what cannot be read.
    """
    name = str(path)
    with ExitStack() as stack:
        with readable(name):
            stream = stack.enter_context(files.open_regular(path, RETURNED))
            changed = datetime.fromtimestamp(files.status(path).st_mtime, UTC)
        start = stream.read(len(_OLD_WORKBOOK))
        stream.seek(0)
        if not start.startswith((b"PK\x03\x04", _OLD_WORKBOOK)) and kind_of(name) not in _BINARY:
            yield _text_file(name, stream, changed)
            return
        saved_at = _saved_at(stream)
        stream.seek(0)
        sheets = stack.enter_context(opened_grids(stream, name))
        hidden = next((one for one in sheets if one.name == HIDDEN_SHEET), None)
        facts = _SheetFacts() if hidden is None else _facts_of(hidden.rows, name)
        tables = [(one.name, one.rows) for one in sheets if not one.is_hidden]
        moments = (changed,) if saved_at is None else (saved_at, changed)
        yield ReturnedSheet(name, tables, facts, moments)


def _saved_at(stream: BinaryIO) -> datetime | None:
    """When a workbook says that it was saved. LibreOffice's has no time zone: this machine's."""
    if not is_zipfile(stream):
        return None
    with suppress(BadZipFile, KeyError, ValueError), ZipFile(stream) as package:
        for name in _SAVED_IN:
            if name in package.namelist():
                with package.open(name) as part:
                    found = _SAVED.search(part.read(_MOST_PROPERTIES_BYTES))
                if found is not None:
                    return datetime.fromisoformat(found[1].decode()[:26]).astimezone(UTC)
    return None


def _facts_of(open_rows: Callable[[], Rows], path: str) -> _SheetFacts:
    """What the hidden sheet says; nothing where it is another's."""
    facts = _SheetFacts()
    with reading(path):
        for number, cells in open_rows():
            name, value = [*cells, "", ""][:2]
            if number == 1 and name != TITLE:
                return facts
            if name == TITLE and value != str(VERSION):
                message = f"this sheet was written by another version of copygen (layout {value})"
                raise PromptError(message, Source(path, 1))
            if name == "marks":
                marks = map(Mark.parse, value.split())
                facts.marks.update((one.place, one) for one in marks if one is not None)
            elif name == "rows":
                with suppress(ValueError):
                    facts.rows_of = RowsOf(value)
            elif name == "columns":
                with suppress(ValueError):
                    facts.columns = tuple(" ".join(str(one).split()) for one in json.loads(value))
            elif name == "exported_at":
                with suppress(ValueError):
                    facts.exported_at = datetime.fromisoformat(value)
            elif name == "results":
                facts.results = value
    return facts


def _text_file(path: str, stream: BinaryIO, changed: datetime) -> ReturnedSheet:
    with readable(path):
        content = stream.read(_MOST_CSV_BYTES + 1)
    if len(content) > _MOST_CSV_BYTES:
        raise PromptError("this file is larger than 512 MiB; save it as .xlsx", Source(path, 1))
    text = _decoded(content, path)
    return ReturnedSheet(path, [("row", lambda: _csv_rows(text))], _SheetFacts(), (changed,))


def _csv_rows(text: str) -> Rows:
    """The records of CSV, however a spreadsheet of that country separates them."""
    csv.field_size_limit(MAX_FIELD_BYTES)
    first, _, rest = text.partition("\n")
    if (told := _SEP_LINE.fullmatch(first)) is not None:
        text, delimiter = rest, told[1]
    else:
        delimiter = max(_DELIMITERS, key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        yield from enumerate(reader, 1)
    except csv.Error as exc:
        raise WorkbookError(f"this is no CSV: {exc}") from exc


def _decoded(content: bytes, path: str) -> str:
    """The text of CSV: by its byte-order mark, as UTF-8, or in the encoding in which most texts are
    as they were written."""
    encoding = marked(content)
    if encoding is None:
        sample = content[:SAMPLE_BYTES]
        if b"\0" not in sample:
            with suppress(UnicodeDecodeError):
                return content.decode()
        encoding = likely_encoding(sample)
        if encoding != "utf-16":
            return _by_marks(content, encoding, path)
    recoded = as_utf8(io.BytesIO(content), encoding)
    return recoded.read().decode("utf-8", "replace").removeprefix("\ufeff")


def _by_marks(content: bytes, likely: str | None, path: str) -> str:
    names = dict.fromkeys([*filter(None, [likely]), *_ENCODINGS])
    texts = {}
    for name in names:
        with suppress(UnicodeDecodeError):
            texts[name] = content.decode(name)
    agreeing = {name: _agreeing(text, path) for name, text in texts.items()}
    best = max(agreeing, key=lambda name: agreeing[name], default=None)
    if best is None or not (agreeing[best] or likely):
        message = "this is neither UTF-8 nor any encoding that fits; save it as .xlsx, or as CSV "
        raise PromptError(f"{message}UTF-8", Source(path, 1))
    return texts[best]


def _agreeing(text: str, path: str) -> int:
    """How many texts are as they were when the sheet was written, of those that are not ASCII."""
    sheet = ReturnedSheet(path, [("row", lambda: _csv_rows(text))], _SheetFacts(), ())
    with suppress(PromptError):
        return sum(
            one.mark is not None and text_hash(one.text) == one.mark.text
            for one in islice(sheet.texts(), _COMPARED)
            if not one.text.isascii()
        )
    return 0
