"""What of a results file goes out, and what stays: looked through twice, written once.

The first pass decides about every text and finds what the records are made of, so that a format can
be refused before anything is written; the second hands out the rows. What stays is counted with the
reason, and so is everything the target has against a row.
"""

import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from copygen.delivery import formats
from copygen.delivery.copy import Copy, CopyReader, Text
from copygen.delivery.formats.format import (
    TEXT,
    ExportContext,
    ExportRow,
    FieldShape,
    Format,
    FormatOptions,
    FormatSpec,
    Include,
    Problem,
    Shape,
    texts_by_field,
)
from copygen.delivery.join import JoinedTable
from copygen.delivery.marks import count_marks
from copygen.delivery.reviewed import BRIEF, MODEL
from copygen.delivery.selection import Choice, Chooser
from copygen.errors import UsageError
from copygen.models import Item, JsonValue, Result, Severity, Status
from copygen.prompts.selection import GROUP_ROWS
from copygen.results.decisions import KEPT, State

NO_ROW: Final = "no row in the joined table"
_NOT_THE_ITEM: Final = frozenset((BRIEF, MODEL))
"""What a run calls changes after which a text is as true as it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is asked of an export, whatever its format."""

    choice: Choice = field(default_factory=Choice)
    include: tuple[Include, ...] = ()
    """Empty: what the format includes by itself."""
    options: FormatOptions = field(default_factory=FormatOptions)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What did not go out."""

    id: str
    field: str | None
    """`headline 2`; None: the record as a whole."""
    reason: str


@dataclass(slots=True)
class ExportTally:
    """What came of an export."""

    records: int = 0
    """Rows that went out."""
    texts: int = 0
    edited: int = 0
    """Of the texts, those that a person wrote."""
    approved: int = 0
    """Those that a person approved, edited or locked."""
    left_out: list[LeftOut] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    marks: Counter[str] = field(default_factory=Counter)
    """Invisible characters in texts that went out, by name."""
    rows_without_text: int = 0
    """Of the joined table, rows that no record went out for."""
    unreadable: int = 0
    """Records and decisions that are none, although they look like it."""
    orphans: int = 0
    """Ids that were decided about and have no record any more."""

    @property
    def reasons(self) -> Mapping[str, int]:
        """How often each reason kept something back, the commonest first."""
        return dict(Counter(one.reason for one in self.left_out).most_common())

    @property
    def is_complete(self) -> bool:
        """Whether everything that was meant went out, with nothing wrong in it."""
        errors = any(one.severity is Severity.ERROR for one in self.problems)
        return not (self.left_out or errors or self.orphans or self.unreadable)


class Exporter:
    """One export of one results file. Made for one use."""

    def __init__(
        self,
        reader: CopyReader,
        spec: FormatSpec,
        request: ExportRequest,
        joined: JoinedTable | None = None,
    ) -> None:
        """Go through the records and open the format. Raises UsageError where there is nothing to
        export, or where the target would not take it."""
        self.tally = ExportTally()
        self._reader = reader
        self._joined = joined
        self._include = frozenset(request.include or spec.include)
        self._stays: set[str] = set()
        """Ids of records that stay as a whole."""
        self._partly: dict[str, Sequence[str | None]] = {}
        """Ids of records of which some texts stay: why each does."""
        self._is_asked = _asked(reader, request.choice)
        self._takes_all = request.choice == Choice() and joined is None
        self.shape = self._survey()
        self._refuse_nothing()
        context = ExportContext(self.shape, reader.rules, request.options, reader.path)
        self.format: Format = formats.opened(spec, context)

    def rows(self) -> Iterator[ExportRow]:
        """What goes out, in the table's order. To be gone through once."""
        seen = 0
        for copy in self._reader:
            id_ = copy.record.id
            if id_ in self._stays:
                continue
            seen += 1
            row = self._row(copy, self._partly.get(id_, ()))
            if self._is_refused(row):
                continue
            self._count(row)
            if self._joined is not None:
                self._joined.use(copy.record)
            yield row
        self.tally.unreadable += self.shape.records - seen
        if self._joined is not None:
            self.tally.rows_without_text = self._joined.unused

    def _survey(self) -> Shape:
        """Decide about every record, and note what those that go are made of."""
        fields: dict[str, FieldShape] = {}
        columns: dict[str, None] = dict.fromkeys(self._joined.columns if self._joined else ())
        records, is_grouped = 0, False
        for value in self._reader.values():
            id_ = value["id"]
            if not self._goes(id_, value):
                self._stays.add(id_)
                continue
            records += 1
            item = value.get("input") or {}
            columns |= dict.fromkeys(item)
            is_grouped = is_grouped or isinstance(item.get(GROUP_ROWS), list)
            for name, texts in _texts_in(value):
                known = fields.get(name)
                count = len(texts) if isinstance(texts, list) else 1
                if known is None or known.count < count:
                    own = None if name == TEXT and value.get("data") is None else name
                    spec = self._reader.rules.spec(own)
                    fields[name] = FieldShape(name, count, isinstance(texts, list), spec)
        if self._joined is not None:
            columns.pop(GROUP_ROWS, None)  # the table itself has them
        self.tally.orphans = sum(1 for _ in self._reader.orphans())
        self.tally.unreadable += len(self._reader.decisions.bad_lines)
        is_joined = self._joined is not None
        return Shape(fields, tuple(columns), records, is_joined, is_grouped and not is_joined)

    def _goes(self, id_: str, value: Mapping[str, JsonValue]) -> bool:
        """Whether any text of a record goes out; what stays is counted."""
        if self._is_plain(id_, value):
            status = Status(value["status"])
            if any(True for _ in _texts_in(value)):
                reason = draft_stays(status, self._include)
            else:
                reason = f"no text: {status}"
            if reason is not None:
                self._leave(id_, None, reason)
            return reason is None
        copy = self._reader.find(id_)
        if copy is None:
            self.tally.unreadable += 1
        if copy is None or not self._is_asked(copy):
            return False
        reasons = self._reasons(copy)
        if reasons is not None and any(reasons):
            self._partly[id_] = reasons
        return reasons is not None

    def _is_plain(self, id_: str, value: Mapping[str, JsonValue]) -> bool:
        """Whether nothing but its status decides about it: it need not be looked at as a whole."""
        if not self._takes_all or self._reader.decisions.of(id_):
            return False
        created_at = value.get("created_at")
        if not isinstance(created_at, str):
            return False
        rules = self._reader.rules
        if not rules.checked(datetime.fromisoformat(created_at)):
            return False
        # A record that somebody changed by hand is as old as it was.
        return not any(
            rules.is_too_long(None if name == TEXT and value.get("data") is None else name, one)
            for name, texts in _texts_in(value)
            for one in (texts if isinstance(texts, list) else [texts])
            if isinstance(one, str)
        )

    def _refuse_nothing(self) -> None:
        if self.shape.records:
            return
        told = "; ".join(f"{reason}: {count:,}" for reason, count in self.tally.reasons.items())
        if not told:
            raise UsageError("there is nothing to export: no record is meant by these flags.")
        way_out = "--include says what else goes out"
        if NO_ROW in self.tally.reasons:
            way_out = "--on names a column that the table and the records have"
            ids = [one.id for one in self.tally.left_out if one.reason == NO_ROW]
            column = None if self._joined is None else self._joined.column_of(ids)
            if column is not None:
                way_out = f"The ids stand in its column '{column}': --on {shlex.quote(column)}"
        raise UsageError(f"there is nothing to export: {told}. {way_out}.")

    def _reasons(self, copy: Copy) -> Sequence[str | None] | None:
        """Why each text of a record stays; None where all of it does. What stays is counted."""
        record = copy.record
        whole = None
        if not copy.texts:
            whole = f"no text: {record.status}"
        elif self._joined is not None and self._joined.row_of(record) is None:
            whole = NO_ROW
        if whole is not None:
            self._leave(record.id, None, whole)
            return None
        reasons = [reason_to_stay(copy, one, self._include) for one in copy.texts]
        self._check_again(copy, reasons)
        self._note(copy, reasons)
        return None if all(reasons) else reasons

    def _row(self, copy: Copy, reasons: Sequence[str | None]) -> ExportRow:
        texts = texts_by_field(copy, reasons)
        item = self._item(copy.record)
        return ExportRow(copy, item, texts, self._reader.rules.language_of(copy.record))

    def _item(self, record: Result) -> Item:
        if self._joined is None:
            return record.input
        row = self._joined.row_of(record) or {}
        return {**row, **{k: v for k, v in record.input.items() if k not in row}}

    def _check_again(self, copy: Copy, reasons: list[str | None]) -> None:
        """Hold what is about to go against the rules as they are now: a draft that breaks one
        stays, and of a text that somebody answers for it is told."""
        rules = self._reader.rules
        going = [one for one, reason in zip(copy.texts, reasons, strict=True) if reason is None]
        if not going or (
            rules.checked(copy.record.created_at)
            and not any(
                one.is_edited or rules.is_too_long(one.place.field, one.text) for one in going
            )
        ):
            return
        known = {(one.rule, one.field, one.index) for one in copy.record.violations}
        found = rules.check(copy.record, copy.in_force())
        for number, text in enumerate(copy.texts):
            if reasons[number] is not None:
                continue
            for one in found.get(text.place, ()):
                is_known = (one.rule, one.field, one.index) in known and not text.is_edited
                if one.severity is not Severity.ERROR or is_known:
                    continue
                if text.state is State.DRAFT and Include.ALL not in self._include:
                    reasons[number] = f"fails the checks as they are now: {one.rule}"
                else:
                    self._warn(copy.record.id, one.rule, one.message, text.place.label)

    def _note(self, copy: Copy, reasons: Sequence[str | None]) -> None:
        id_ = copy.record.id
        if len(distinct := set(reasons)) == 1 and (reason := reasons[0]) is not None:
            self._leave(id_, None, reason)
        elif distinct != {None}:
            for one, reason in zip(copy.texts, reasons, strict=True):
                if reason is not None:
                    self._leave(id_, one.place.label, reason)
        for one, reason in zip(copy.texts, reasons, strict=True):
            if reason is None and one.state is State.STALE:
                self._warn(id_, "stale", f"decided on before this changed: {one.stale}",
                           one.place.label)  # fmt: skip

    def _is_refused(self, row: ExportRow) -> bool:
        refused = False
        for one in self.format.problems(row):
            self.tally.problems.append(one)
            refused = refused or (one.severity is Severity.ERROR and not one.is_of_text)
        if refused:
            self._leave(row.id, None, "the target would not take it")
        return refused

    def _count(self, row: ExportRow) -> None:
        tally = self.tally
        tally.records += 1
        for _, _, text in row.going:
            tally.texts += 1
            tally.edited += text.is_by_person
            tally.approved += text.is_kept
            if not text.text.isascii() and (marks := count_marks(text.text)):
                tally.marks += marks

    def _leave(self, id_: str, field_: str | None, reason: str) -> None:
        self.tally.left_out.append(LeftOut(id_, field_, reason))

    def _warn(self, id_: str, rule: str, message: str, field_: str) -> None:
        self.tally.problems.append(Problem(id_, rule, message, Severity.WARNING, field_))


def reason_to_stay(copy: Copy, text: Text, include: frozenset[Include]) -> str | None:
    """Why a text does not go out; None: it does."""
    if Include.ALL in include:
        return None
    if text.state is State.STALE:
        is_fine = _item_is_the_same(copy, text) or Include.STALE in include
        return None if is_fine else f"stale: {text.stale}"
    if text.state in KEPT:
        return None
    if text.state is State.REJECTED:
        return None if Include.REJECTED in include else "rejected by a person"
    return draft_stays(copy.record.status, include)


def _item_is_the_same(copy: Copy, text: Text) -> bool:
    """Whether a run has seen that no column changed since a text was decided on.

    It compares with the record that it finds. Where that is neither what was decided on nor its own
    work, nobody knows what the item was.
    """
    standing = text.standing
    if standing is None or standing.stale is None or text.stale not in _NOT_THE_ITEM:
        return False
    return copy.record.key in (standing.last.key, standing.stale.key)


def draft_stays(status: Status, include: frozenset[Include]) -> str | None:
    """Why a text that nobody decided about does not go out; None: it does."""
    if Include.ALL in include:
        return None
    if Include.APPROVED in include and Include.DRAFTS not in include:
        return "nobody approved it"
    if status is Status.OK or include & {Include.DRAFTS, Include.REJECTED}:
        return None
    return f"{status} by the checks"


def _texts_in(value: Mapping[str, JsonValue]) -> Iterator[tuple[str, JsonValue]]:
    """The texts of a record as parsed, by field; as `copy.texts_of`."""
    data = value.get("data")
    if data is None:
        if value.get("text") is not None:
            yield TEXT, value["text"]
        return
    for name, texts in data.items():
        if texts is not None and texts != []:
            yield name, texts


def _asked(reader: CopyReader, choice: Choice) -> "_ChosenRecords":
    chooser = Chooser(choice)
    if choice.sample is None:
        return _ChosenRecords(chooser, None)
    whole = Chooser(choice).chosen(iter(reader))
    return _ChosenRecords(chooser, frozenset(one.record.id for one in whole))


@dataclass(frozen=True, slots=True)
class _ChosenRecords:
    """Whether the user's flags mean a record."""

    chooser: Chooser
    sample: frozenset[str] | None

    def __call__(self, copy: Copy) -> bool:
        if self.sample is not None:
            return copy.record.id in self.sample
        return self.chooser.takes(copy)
