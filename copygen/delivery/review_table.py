"""The rows of a review sheet as values: what stands beside each text, whatever the file is.

Of the texts nothing is held but their marks, 33 bytes each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from xml.sax.saxutils import escape

from copygen.delivery.copy import Copy, Text, current_key
from copygen.delivery.length_formula import Exactness, exactness, length_formula
from copygen.delivery.review_sheet import (
    LENGTH_OF,
    Column,
    RowsOf,
    label_state,
    looks_like_formula,
    mark_of,
    note_of,
)
from copygen.delivery.rules import Rules
from copygen.delivery.sheet_xml import ROW
from copygen.models import Item, JsonValue, Severity, Violation
from copygen.quality.units import Unit
from copygen.results.decisions import Place
from copygen.results.record import dumps

Entry: TypeAlias = tuple[Copy, Item]
"""A record and what is shown beside its texts: its input, or the row of a joined table."""
Value: TypeAlias = str | int | None
_SHOWN_CHARS: Final = 16_000
"""Of a cell that only informs."""
_MARKS_IN_CELL: Final = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLayout:
    """How a review sheet is to look, and what it is of."""

    rows_of: RowsOf = RowsOf.TEXTS
    columns: tuple[str, ...] = ()
    """Of the items, in their order."""
    texts: tuple[tuple[str, str | None], ...] = ()
    """Where a row is a record: what each text is called and the field it is of, by column."""
    protect: bool = False
    """Only what is to be edited can be; Excel then sorts no more."""
    results: str = ""
    """Name of the results file."""
    results_hash: str = ""
    exported_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """How a column looks."""

    name: str
    style: str
    width: float
    hidden: bool = False
    limit: int | None = None
    """Of the lengths in it, where all of them have the same."""


class SheetField:
    """What the sheet says of the lengths of one field."""

    def __init__(self, rules: Rules, name: str | None) -> None:
        spec = rules.spec(name)
        self.name = name
        self.limit = spec.limit if spec else None
        self.fails = spec is None or spec.fails
        self.unit = spec.unit if spec else Unit.CODEPOINTS
        is_static = exactness(self.unit) is Exactness.STATIC
        self.noun = f"{self.unit.noun} as exported" if is_static else self.unit.noun

    def formula(self, column: str) -> str:
        """Of the length of the text in that column, as XML has it; "" where there is none."""
        return escape(length_formula(self.unit, f"${column}{ROW}") or "")


class ReviewTable:
    """The columns and the rows, as values."""

    def __init__(self, rules: Rules, layout: ReviewLayout, *, quoting: bool = False) -> None:
        self.layout = layout
        self.marks: list[str] = []
        """Of all texts written, many in one."""
        self._open_marks: list[str] = []
        self._rules = rules
        self._quoting = quoting
        self._fields: dict[str | None, SheetField] = {}
        self._columns = [name for name in layout.columns if name != Column.ID]
        self.looks = tuple(self._looks())
        self.names = [look.name for look in self.looks]

    def field(self, name: str | None) -> SheetField:
        """What holds for the lengths of a field."""
        if name not in self._fields:
            self._fields[name] = SheetField(self._rules, name)
        return self._fields[name]

    @property
    def field_names(self) -> list[str | None]:
        """Those that are known, the one text included."""
        return [None, *self._rules.field_names]

    def rows(self, entries: Iterable[Entry]) -> Iterator[Sequence[Value]]:
        """The values of each row."""
        of_texts = self.layout.rows_of is RowsOf.TEXTS
        for copy, item in entries:
            if not copy.texts:
                continue
            found = self._problems(copy)
            beside = [_shown(item.get(name)) for name in self._columns]
            if of_texts:
                yield from self._text_rows(copy, beside, found)
            else:
                yield self._record_row(copy, beside, found)

    def all_marks(self) -> list[str]:
        """The marks of what was written so far, many in one text."""
        if self._open_marks:
            self.marks.append(" ".join(self._open_marks))
            self._open_marks.clear()
        return self.marks

    def _looks(self) -> Iterator[Look]:
        yield Look(Column.ID, "fixed", 18)
        if self.layout.rows_of is RowsOf.TEXTS:
            yield Look(Column.FIELD, "fixed", 14)
            yield Look(Column.NUMBER, "number", 4)
            yield Look(Column.TEXT, "text", 56)
            yield Look(Column.LENGTH, "number", 8)
            yield Look(Column.LIMIT, "number", 7)
            yield Look(Column.UNIT, "quiet", 14)
        else:
            for label, field_ in self.layout.texts:
                yield Look(label, "text", 38)
                yield Look(f"{label}{LENGTH_OF}", "number", 9, limit=self.field(field_).limit)
        yield Look(Column.DECISION, "choice", 12)
        yield Look(Column.REASON, "note", 28)
        yield Look(Column.VIOLATIONS, "problem", 40)
        taken: set[str] = {*Column, *(label for label, _ in self.layout.texts)}
        taken |= {f"{label}{LENGTH_OF}" for label, _ in self.layout.texts}
        for name in self._columns:
            shown = _shown(name) or "column"
            while shown in taken:
                shown = f"original {shown}"
            taken.add(shown)
            yield Look(shown, "item", 24)
        yield Look(Column.KEY, "quiet", 12, hidden=True)
        yield Look(Column.MARK, "quiet", 12, hidden=True)

    def _text_rows(
        self, copy: Copy, beside: list[str], found: Mapping[Place, list[str]]
    ) -> Iterator[Sequence[Value]]:
        record = copy.record
        for text in copy.texts:
            place, of_field = text.place, self.field(text.place.field)
            note = note_of(text)
            yield [
                record.id, place.field or "", None if place.index is None else place.index + 1,
                text.text, self._rules.length(place.field, text.text).value,
                of_field.limit, of_field.noun, label_state(text.state), note,
                "; ".join(found.get(place, ())), *beside, current_key(copy, text),
                self._mark(record.id, text, note),
            ]  # fmt: skip

    def _record_row(
        self, copy: Copy, beside: list[str], found: Mapping[Place, list[str]]
    ) -> Sequence[Value]:
        record = copy.record
        states = {text.state for text in copy.texts}
        state = label_state(states.pop()) if len(states) == 1 else ""
        notes = list(dict.fromkeys(filter(None, map(note_of, copy.texts))))
        note = notes[0] if len(notes) == 1 else ""
        by_label = {text.place.label: text for text in copy.texts}
        cells: list[Value] = []
        marks: list[str] = []
        problems = [
            f"{text.place.label}: {one}" for text in copy.texts for one in found.get(text.place, ())
        ]
        for label, field_ in self.layout.texts:
            text = by_label.get(label)
            if text is None:
                cells += ["", None]
                continue
            cells += [text.text, self._rules.length(field_, text.text).value]
            marks.append(self._mark(record.id, text, note))
        said = _shown("; ".join(problems))
        keys = {current_key(copy, text) for text in copy.texts}
        key = keys.pop() if len(keys) == 1 else ""
        return [record.id, *cells, state, note, said, *beside, key, " ".join(marks)]

    def _mark(self, id_: str, text: Text, note: str) -> str:
        mark = mark_of(id_, text, note)
        if self._quoting:
            quoted = looks_like_formula(text.text), looks_like_formula(note)
            mark = mark.quoted(text=quoted[0], note=quoted[1])
        written = str(mark)
        self._open_marks.append(written)
        if len(self._open_marks) == _MARKS_IN_CELL:
            self.all_marks()
        return written

    def _problems(self, copy: Copy) -> Mapping[Place, list[str]]:
        """What is wrong with each text in force, and what changed under a decision."""
        record = copy.record
        found: dict[Place, list[str]] = {}
        if any(text.is_edited for text in copy.texts):
            checked = self._rules.check(record, copy.in_force())
            violations = [(place, one) for place, all_ in checked.items() for one in all_]
        else:
            violations = [(Place(one.field, one.index), one) for one in record.violations]
        first = copy.texts[0].place
        places = {text.place for text in copy.texts}
        for place, one in violations:
            if place not in places:  # of all texts of a field, or of the record
                place = next((text for text in places if text == Place(place.field, 0)), first)
            found.setdefault(place, []).append(_worded(one))
        for text in copy.texts:
            if text.stale is not None:
                found.setdefault(text.place, []).append(
                    f"changed since it was decided: {text.stale}"
                )
        return found


def _worded(violation: Violation) -> str:
    warning = "warning, " if violation.severity is Severity.WARNING else ""
    return f"{warning}{violation.rule}: {violation.message}"


def _shown(value: JsonValue) -> str:
    """A value in a cell that only informs: cut short where it is very long."""
    text = value if isinstance(value, str) else "" if value is None else dumps(value).decode()
    if len(text) > _SHOWN_CHARS:
        text = f"{text[:_SHOWN_CHARS]}…"
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
