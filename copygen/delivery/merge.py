"""What a returned review sheet says, against what stands now: a three-way merge, text by text.

A cell that agrees with its mark was left alone. One that does not is what a person wants, whatever
became of the text meanwhile; what somebody else decided meanwhile is told, and the later of the two
stands. Nothing is guessed: what cannot be told apart is refused with its row and the reason.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from copygen.delivery.copy import Copy, CopyReader, Text, current_key
from copygen.delivery.returned import ReturnedText
from copygen.delivery.review_sheet import (
    CELL_STATES,
    Mark,
    comparable,
    note_hash,
    place_hash,
    text_hash,
)
from copygen.delivery.rules import Rules
from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import Severity, Source
from copygen.prompts.excel import unescaped
from copygen.results.decisions import KEPT, Decision, Place, State, drafted

_WORDS: Final[Mapping[str, State]] = {
    **{state.value: state for state in CELL_STATES},
    **{"approve": State.APPROVED, "edit": State.EDITED, "reject": State.REJECTED},
    "lock": State.LOCKED,
}
_LIKE_NUMBER: Final = re.compile(r"[0-9.,:/+\-TZEe ]+")
"""What a spreadsheet may have taken for a number or a date, and what it makes of it."""


class Concern(StrEnum):
    """What is to be told of a row."""

    REFUSED = "refused"
    """What it wants cannot be done, or cannot be told."""
    UNKNOWN = "unknown"
    """It is about no text of these results."""
    CONFLICT = "conflict"
    """Somebody else decided since the sheet was written."""
    UNFIT = "unfit"
    """A text that a person wrote and that breaks a rule; it was taken."""
    NOTE = "note"
    """Taken, and worth a look."""


class Located(Protocol):
    """Something of a returned file that something can be told about."""

    @property
    def row(self) -> str:
        """`texts:12`, for people."""

    @property
    def id(self) -> str:
        """Of the record."""

    @property
    def place(self) -> Place | None:
        """Which of its texts."""


class Returned(Protocol):
    """A file that came back from people: a sheet, a catalogue of translations."""

    @property
    def path(self) -> str:
        """As the user named it."""

    @property
    def via(self) -> str:
        """What decisions say they came by."""

    @property
    def saved_at(self) -> tuple[datetime, ...]:
        """When it was last saved, the likeliest first."""

    @property
    def exported_at(self) -> datetime | None:
        """When it was written; None: not told."""

    @property
    def results(self) -> str:
        """Name of the results that it was made of; "" where it does not say."""

    @property
    def marks(self) -> Mapping[str, Mark]:
        """Of all texts that were in it, by their place; empty where that is not known."""

    @property
    def drops_controls(self) -> bool:
        """Whether tabs and control characters get lost in such a file."""

    def texts(self) -> Iterator[ReturnedText]:
        """Every text in it. Raises PromptError."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that is to be told."""

    kind: Concern
    row: str
    """`texts:12`; "" where it is of no row."""
    id: str
    place: str
    """`headline 2`."""
    message: str


@dataclass(slots=True)
class Merged:
    """What came of a returned file."""

    decisions: list[Decision] = field(default_factory=list)
    """To be appended, in their order."""
    told: list[Told] = field(default_factory=list)
    texts: int = 0
    """Texts that came back."""
    untouched: int = 0
    already: int = 0
    """What they want stands already."""
    not_returned: int | None = None
    """Texts that were in the sheet and are not any more; None: not known."""
    by_state: Counter[State] = field(default_factory=Counter)
    """New decisions."""

    def tell(self, kind: Concern, where: Located, message: str) -> None:
        """Note something about a row."""
        place = where.place.label if where.place is not None else ""
        self.told.append(Told(kind, where.row, where.id, place, message))

    def take(self, copy: Copy, text: Text, where: Located, decision: Decision) -> None:
        """Keep a decision; with it, that it was made for a prompt that is another by now."""
        self.decisions.append(decision)
        self.by_state[decision.state] += 1
        key = current_key(copy, text)
        if decision.state in KEPT and decision.key != key:
            stale = replace(decision, key=key, state=State.STALE, text=None, was=None, comment=None)
            self.decisions.append(replace(stale, reason="the prompt"))
            self.tell(Concern.NOTE, where, "its prompt has changed since this was decided")

    def check(self, rules: Rules, copy: Copy, edited: Mapping[Place, tuple[Located, str]]) -> None:
        """Hold what people wrote against the rules, as a run would, and tell what breaks them."""
        texts: dict[str | None, list[str]] = {}
        for text in copy.texts:
            new = edited.get(text.place)
            texts.setdefault(text.place.field, []).append(new[1] if new else text.text)
        violations = rules.check(copy.record, texts)
        for place, (where, _) in edited.items():
            for one in violations.get(place, ()):
                if one.severity is Severity.ERROR:
                    self.tell(Concern.UNFIT, where, f"{one.rule}: {one.message}")

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing that a person has to look at."""
        return all(one.kind is Concern.NOTE for one in self.told)


def merge_sheet(sheet: Returned, copies: CopyReader, *, by: str, now: datetime) -> Merged:
    """Compare a returned sheet with what stands. Nothing is written.

    Raises PromptError for what is no review sheet, and for one whose letters were lost.
    """
    return _SheetMerge(sheet, copies, by, _decided_at(sheet, now)).merged()


def _decided_at(sheet: Returned, now: datetime) -> datetime:
    """When people decided: when they saved, where that can be; a clock may be wrong."""
    made = sheet.exported_at
    possible = (one for one in sheet.saved_at if (made is None or one > made) and one <= now)
    return next(possible, now)


class _SheetMerge:
    """One merge, for one use."""

    def __init__(self, sheet: Returned, copies: CopyReader, by: str, at: datetime) -> None:
        self.sheet = sheet
        self.by = by
        self.at = at
        self.found = Merged()
        self._copies = copies
        self._by_place: dict[str, tuple[str, Place]] | None = None

    def merged(self) -> Merged:
        found = self.found
        rows = self._rows_that_want()
        by_id: dict[str, list[ReturnedText]] = {}
        for row in rows:
            by_id.setdefault(row.id, []).append(row)
        for id_, wanting in by_id.items():
            copy = self._copies.find(id_)
            if copy is None:
                for row in wanting:
                    found.tell(Concern.UNKNOWN, row, "there is no record of this id in the results")
                continue
            self._decide(copy, wanting)
        return found

    def _refuse_another(self) -> None:
        """Raise PromptError where not one text of the sheet is in these results."""
        unknown = [one for one in self.found.told if one.kind is Concern.UNKNOWN]
        if unknown and not self.found.texts:
            made_of = f"; it was made of {self.sheet.results}" if self.sheet.results else ""
            message = f"no text of this sheet is in {self._copies.path.name}{made_of}"
            raise PromptError(message, Source(self.sheet.path, 1))

    def _rows_that_want(self) -> list[ReturnedText]:
        """The rows that differ from what was written; of a text that is there twice, one."""
        found = self.found
        seen: set[str] = set()
        wanting: dict[str, list[ReturnedText]] = {}
        twice: list[ReturnedText] = []
        for given in self.sheet.texts():
            row = self._placed(given)
            if row is None:
                continue
            assert row.mark is not None
            found.texts += 1
            key = row.mark.place
            if key in seen:
                twice.append(row)
            seen.add(key)
            if _is_untouched(row):
                found.untouched += 1
            else:
                wanting.setdefault(key, []).append(row)
        self._refuse_another()
        if self.sheet.marks:
            found.not_returned = sum(1 for key in self.sheet.marks if key not in seen)
        for row in twice:
            assert row.mark is not None
            found.tell(Concern.NOTE, row, "this text is in the sheet more than once")
        return [one for rows in wanting.values() for one in self._only(rows)]

    def _only(self, rows: list[ReturnedText]) -> Iterator[ReturnedText]:
        """The one that rows about the same text agree on."""
        if len({(comparable(one.text), one.decision, one.reason) for one in rows}) == 1:
            yield rows[0]
            return
        named = " and ".join(one.row for one in rows)
        for one in rows:
            self.found.tell(Concern.REFUSED, one, f"{named} want different things of this text")

    def _placed(self, row: ReturnedText) -> ReturnedText | None:
        """The row with the id and the place that it is about; None where that cannot be told."""
        mark = row.mark
        if mark is None:
            what = "it has no mark of copygen: rows that were added are not read"
            if row.text or row.decision or row.reason:
                self.found.tell(Concern.UNKNOWN, row, what)
            return None
        if row.place is not None and place_hash(row.id, row.place) == mark.place:
            if row.id in self._copies:
                return row
            self.found.tell(Concern.UNKNOWN, row, "there is no record of this id in the results")
            return None
        id_, place = self._place_of(mark.place)
        if place is None:
            self.found.tell(Concern.UNKNOWN, row, "the text that it is about is not in the results")
            return None
        is_same = row.id in ("", id_) and row.place in (None, place)
        if not is_same and not (_may_be_mangled(row.id, id_) and row.place in (None, place)):
            what = f"its columns are of different rows: its mark is that of {id_} {place.label}; "
            self.found.tell(Concern.REFUSED, row, f"{what}were only some of them sorted?")
            return None
        if not is_same:
            what = f"the spreadsheet made '{row.id}' of the id '{id_}'; found by its mark"
            self.found.tell(Concern.NOTE, row, what)
        return row._replace(id=id_, place=place)

    def _place_of(self, hashed: str) -> tuple[str, Place | None]:
        """Which text has that mark. Every record is read, once, for rows that need it."""
        if self._by_place is None:
            self._by_place = {
                place_hash(copy.record.id, text.place): (copy.record.id, text.place)
                for copy in self._copies
                for text in copy.texts
            }
        return self._by_place.get(hashed, ("", None))

    def _decide(self, copy: Copy, rows: Sequence[ReturnedText]) -> None:
        by_place = {text.place: text for text in copy.texts}
        edited: dict[Place, tuple[Located, str]] = {}
        for row in rows:
            text = None if row.place is None else by_place.get(row.place)
            if text is None:
                self.found.tell(Concern.UNKNOWN, row, "the record has no such text any more")
                continue
            decision = _ChangedRow(self, copy, text, row).wanted()
            if decision is None:
                continue
            _tell_conflict(self.found, text, row, decision)
            self.found.take(copy, text, row, decision)
            if is_written(text, decision):
                edited[text.place] = row, decision.text or ""
        if edited:
            self.found.check(self._copies.rules, copy, edited)


def is_written(text: Text, decision: Decision) -> bool:
    """Whether a person wrote the text that is in force by that decision."""
    return (
        decision.state in KEPT
        and decision.text is not None
        and comparable(decision.text) != comparable(text.model_text)
    )


def _is_untouched(row: ReturnedText) -> bool:
    mark = row.mark
    return (
        mark is not None
        and text_hash(row.text) == mark.text
        and row.decision.strip().casefold() in ("", row.was_decided)
        and (not row.reason.strip() or note_hash(row.reason) == mark.note)
    )


def _may_be_mangled(shown: str, id_: str) -> bool:
    """Whether a spreadsheet may have made the one of the other: a number, a date."""
    if not (_LIKE_NUMBER.fullmatch(shown.strip()) and _LIKE_NUMBER.fullmatch(id_)):
        return False
    try:
        return float(shown) == float(id_)
    except ValueError:
        return "/" in id_ or "-" in id_ or ":" in id_ or "." in id_  # a date


def _tell_conflict(found: Merged, text: Text, row: ReturnedText, decision: Decision) -> None:
    """Tell what happened to a text since the sheet was written."""
    mark, standing = row.mark, text.standing
    assert mark is not None
    if (text_hash(text.text), text.state) == (mark.text, mark.state):
        return
    if standing is None or standing.last.state is State.DRAFT:
        found.tell(Concern.NOTE, row, "the model has written another text since the sheet was made")
        return
    last = standing.last
    if text_hash(text.text) == mark.text and State.STALE in (text.state, mark.state):
        return
    which = "the sheet's stands" if last.at <= decision.at else "that one stands"
    who = last.by or "somebody"
    message = f"{who} made it {last.state} on {last.at:%d %B %Y, %H:%M} UTC; {which}"
    found.tell(Concern.CONFLICT, row, message)


class _ChangedRow:
    """One row that differs from what was written, against its text."""

    def __init__(self, merge: _SheetMerge, copy: Copy, text: Text, row: ReturnedText) -> None:
        assert row.mark is not None
        self._merge = merge
        self._found = merge.found
        self._text = text
        self._row = row
        self._mark = row.mark
        self._key = row.key or current_key(copy, text)
        self._id = copy.record.id
        self._exported = self._exported_text()
        given = row.decision.strip().casefold()
        self._is_decided = given not in ("", row.was_decided)
        self._given = given
        self._note = row.reason.strip()
        self._is_noted = bool(self._note) and note_hash(self._note) != row.mark.note

    def wanted(self) -> Decision | None:
        """The decision it comes to; None where there is none, which has been told."""
        state = None
        if self._is_decided:
            state = _WORDS.get(self._given)
            if state is None:
                near = nearest(self._given, list(_WORDS))
                hint = f"did you mean '{near}'?" if near else f"it takes {', '.join(CELL_STATES)}"
                return self._refuse(f"'{self._row.decision}' is no decision; {hint}")
        if self._is_edited():
            decision = self._edit(state)
        elif state is not None:
            decision = self._judge(state)
        elif self._is_noted:
            decision = self._remark()
        else:
            self._found.untouched += 1
            return None
        if decision is not None and self._stands(decision):
            self._found.already += 1
            return None
        return decision

    def _is_edited(self) -> bool:
        """Whether a person changed the text. Raises PromptError where a program did."""
        row, exported = self._row, self._exported
        if text_hash(row.text) == self._mark.text:
            return False
        if exported is None:
            return True
        if (how := damage(row.text, exported)) is not None:
            raise PromptError(
                f"{row.row}: {how} in the text '{exported[:30]}' of {self._id}, and surely in "
                "others: nothing of this file was taken. Save the sheet as .xlsx, or as CSV UTF-8, "
                "from the one that people edited",
                Source(self._merge.sheet.path, 1),
            )
        forms = set(as_saved(exported, drops_controls=self._merge.sheet.drops_controls))
        return comparable(row.text) not in forms

    def _edit(self, state: State | None) -> Decision | None:
        new = self._row.text.replace("\r\n", "\n").replace("\r", "\n")
        if not new.strip():
            return self._refuse("the cell was emptied; to keep a text from going out, reject it")
        if state in (State.REJECTED, State.DRAFT):
            return self._refuse(
                f"the text was changed, and '{state}' was chosen: which of the two?"
            )
        if self._mark.state is State.LOCKED and state is None:
            return self._refuse("it is locked; choose edited beside the new text to change it")
        if self._is_locked_since():
            return self._refuse("it was locked since the sheet was made; unlock it first")
        return self._decision(State.LOCKED if state is State.LOCKED else State.EDITED, new)

    def _judge(self, state: State) -> Decision | None:
        standing = self._text.standing
        if state is State.EDITED:
            return self._refuse("'edited' was chosen, and the text is as it was")
        if self._is_locked_since():
            return self._refuse("it was locked since the sheet was made; unlock it first")
        if state is State.DRAFT:
            if standing is None:
                self._found.already += 1
                return None
            draft = drafted(
                standing.last, self._merge.at, by=self._merge.by, via=self._merge.sheet.via
            )
            return replace(draft, key=self._key, comment=self._note or None)
        text = self._row.text if self._exported is None else self._exported
        return self._decision(state, text)

    def _remark(self) -> Decision:
        """Only the reason was changed: of a rejection it is one, else a comment."""
        standing = self._text.standing
        state = self._text.state
        if standing is not None and state is State.STALE:
            state = standing.last.state
        if state is State.DRAFT:
            return replace(self._decision(state, ""), text=None, was=None)
        return self._decision(state, self._text.text)

    def _decision(self, state: State, text: str) -> Decision:
        model_text = self._text.model_text
        is_rejected = state is State.REJECTED
        return Decision(
            id=self._id,
            key=self._key,
            field=self._text.place.field,
            index=self._text.place.index,
            state=state,
            text=text,
            was=None if text == model_text else model_text,
            reason=self._note or None if is_rejected else None,
            comment=self._note if self._is_noted and not is_rejected else None,
            by=self._merge.by,
            at=self._merge.at,
            via=self._merge.sheet.via,
        )

    def _is_locked_since(self) -> bool:
        is_locked = self._text.standing is not None and self._text.state is State.LOCKED
        return is_locked and self._mark.state is not State.LOCKED

    def _stands(self, wanted: Decision) -> bool:
        """Whether that is what stands already."""
        standing = self._text.standing
        if standing is None or (standing.stale and standing.stale.key == wanted.key):
            return False
        return says_the_same(standing.last, wanted)

    def _exported_text(self) -> str | None:
        """The text as it was written into the sheet, where it is still known."""
        text = self._text
        known = [text.text, text.model_text]
        if text.standing is not None:
            last = text.standing.last
            known += [one for one in (last.text, last.was) if one is not None]
        return next((one for one in known if text_hash(one) == self._mark.text), None)

    def _refuse(self, message: str) -> Decision | None:
        self._found.tell(Concern.REFUSED, self._row, message)
        return None


def says_the_same(one: Decision, other: Decision) -> bool:
    """Whether two decisions say the same, whoever made them and when."""
    is_draft = one.state is State.DRAFT
    return (
        one.state is other.state
        and (is_draft or comparable(one.text or "") == comparable(other.text or ""))
        and (one.reason or "") == (other.reason or "")
        and (not other.comment or one.comment == other.comment)
    )


def as_saved(text: str, *, drops_controls: bool) -> Iterator[str]:
    """What programs make of a text that they only save: LibreOffice takes `_x005F_` for an escape
    once too often, .xls drops a byte-order mark, .ods tabs and control characters."""
    yield comparable(unescaped(text))
    yield comparable(text.removeprefix("\ufeff"))
    if drops_controls:
        for blank in ("\n", " "):
            plain = comparable(text.replace("\r\n", "\n").replace("\r", blank))
            yield "".join(one for one in plain if one == "\n" or unicodedata.category(one) != "Cc")


def damage(returned: str, exported: str) -> str | None:
    """How a program, and no person, has spoilt the letters of a text; None: it has not."""
    if exported.isascii():
        return None
    if "\ufffd" in returned and "\ufffd" not in exported:
        return "letters have become replacement characters"
    if _is_lossy(returned, exported):
        return "letters have become question marks"
    for encoding in _WRONG_ENCODINGS:
        with suppress(UnicodeDecodeError):
            if comparable(_bytes_read_as(returned, encoding).decode()) == comparable(exported):
                return f"letters were read as {encoding} instead of UTF-8"
    return None


def _is_lossy(returned: str, exported: str) -> bool:
    """Whether it is the text with `?` for letters that an encoding does not have, edited or not."""
    text = comparable(exported)
    if returned != text and any(_is_text_with_marks(returned, text, marks) for marks in (1, 2)):
        return True
    signs = [one for one in returned if not one.isspace()]
    has_run = "????" in returned and "????" not in exported
    return has_run and 2 * returned.count("?") >= len(signs)


def _is_text_with_marks(returned: str, text: str, marks: int) -> bool:
    """Whether both agree but for `?` in place of letters; `marks` of it for one beyond U+FFFF."""
    at = 0
    for one in text:
        width = marks if one > "\uffff" else 1
        if returned.startswith(one, at):
            at += 1
        elif one > "\x7f" and returned.startswith("?" * width, at):
            at += width
        else:
            return False
    return at == len(returned)


def _bytes_read_as(text: str, encoding: str) -> bytes:
    """The bytes that read as this text, those included that the encoding leaves undefined."""
    if text.isascii():
        return b""
    found = bytearray()
    for one in text:
        try:
            found += one.encode(encoding)
        except UnicodeEncodeError:
            found += one.encode("latin-1", "replace")
    return bytes(found)


_WRONG_ENCODINGS: Final = ("cp1252", "latin-1", "mac_roman", "cp874", "cp932")
