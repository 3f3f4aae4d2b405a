"""What people decided about texts: a file of its own beside the results, which only ever grows.

One line for one text: approved, edited, rejected with a reason, locked, or a draft again. Nothing
in it is ever changed, so two people can decide at once and a process killed while it writes takes
no more with it than its own last line. Of several decisions on a text the one with the latest time
stands. See `copygen help review`.
"""

import getpass
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Final, Self

from copygen import system
from copygen.documents import files
from copygen.errors import ResultsError, UsageError
from copygen.models import JsonValue
from copygen.results.record import BadLine, dumps, lines, loads
from copygen.results.storage import Beside, reported

REVIEWER: Final = "COPYGEN_REVIEWER"
"""The variable of the environment that names who decides."""
_LONGEST_NAME: Final = 80
_LOCK_TRIES: Final = 1000
_LOCK_PAUSE_S: Final = 0.01
"""Another writer holds the lock for one write and one fsync."""
_BAD_LINES_HELD: Final = 100


class State(StrEnum):
    """What became of one text."""

    DRAFT = "draft"
    """As the model wrote it; nobody has decided."""
    APPROVED = "approved"
    EDITED = "edited"
    """Another text is in force, written by a person."""
    REJECTED = "rejected"
    LOCKED = "locked"
    """Approved, and not to be touched by bulk actions either."""
    STALE = "stale"
    """Decided, and the item or the brief changed since."""
    ORPHAN = "orphan"
    """Decided, and its record is gone: never written, only found."""


KEPT: Final = frozenset({State.APPROVED, State.EDITED, State.LOCKED})
"""Texts that a run never replaces."""
_WRITTEN: Final = {one.value: one for one in State if one is not State.ORPHAN}


@dataclass(frozen=True, slots=True)
class Place:
    """Which text of a record."""

    field: str | None = None
    """None: the record's one text."""
    index: int | None = None
    """0-based, in a field with several texts; None in one with a single text."""

    @property
    def label(self) -> str:
        """For people: `headline 2`, `text`."""
        number = "" if self.index is None else f" {self.index + 1}"
        return f"{self.field or 'text'}{number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the file."""

    id: str
    """Of the record."""
    key: str
    """Content key of what it was decided for; of a stale one the key that the prompt has now."""
    field: str | None = None
    index: int | None = None
    state: State
    text: str | None = None
    """The text in force: as approved, as edited, as rejected."""
    was: str | None = None
    """The model's text that it was decided on, where that is another."""
    reason: str | None = None
    """Why it was rejected; what changed under a stale one."""
    comment: str | None = None
    by: str = ""
    """Who decided."""
    at: datetime
    via: str
    """The way in: `page`, `report`, `sheet`, `command`, `run`, a format's name."""

    @property
    def place(self) -> Place:
        """Which text of its record it is about."""
        return Place(self.field, self.index)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of all decisions on one text."""

    last: Decision
    """The latest one that a person made."""
    mark: Decision | None = None
    """The latest word of a run on the key that the text's prompt has."""

    @property
    def state(self) -> State:
        """What became of the text, staleness aside."""
        return self.last.state

    @property
    def is_kept(self) -> bool:
        """Whether a run leaves the text alone."""
        return self.last.state in KEPT

    @property
    def stale(self) -> Decision | None:
        """What a run found since: the item or the brief is no longer what was decided on."""
        mark = self.mark
        return mark if mark is not None and mark.key != self.last.key else None

    @property
    def current_key(self) -> str:
        """The key that its prompt has now, as far as anybody has looked."""
        return self.mark.key if self.mark else self.last.key

    def rejects(self, model_text: str | None) -> bool:
        """Whether a person rejected this very text; None: the record has none.

        A rejection is of one text: it is spent once the model has written another.
        """
        last = self.last
        if last.state is not State.REJECTED:
            return False
        return model_text is None or last.text is None or model_text in (last.text, last.was)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two people decided differently about the same text of the model."""

    earlier: Decision
    later: Decision
    """This one stands."""


class Decisions:
    """What stands, by record and place. Made by `read`; grows with the texts decided on.

    The same decisions in any order come to the same, unless two of them have the same time.
    """

    def __init__(self) -> None:
        # Tuples: of a million texts a dictionary for each id would take a quarter of the memory.
        self._standings: dict[str, tuple[Standing, ...]] = {}
        self._marks: dict[tuple[str, Place], Decision] = {}
        """Of texts that nobody has decided on, as far as the file was read."""
        self._words: dict[tuple[str, Place], dict[str, Decision]] = {}
        """The last word of each person, for texts that several decided on."""
        self.bad_lines: list[BadLine] = []
        """The first lines that are no decisions: torn by a kill, or foreign."""
        self.bad = 0
        """How many of them there are."""
        self.lines = 0
        """Decisions taken in."""

    @classmethod
    def read(cls, results: Path) -> Self:
        """Those beside `results`; none where there is no file. Raises ResultsError."""
        found = cls()
        for number, line in _lines_beside(results):
            found.take_line(line, number)
        return found

    def take_line(self, line: bytes, number: int) -> None:
        """Take in one line of a file, a bad one as such."""
        if line.isspace():
            return
        decision = decode_decision(line, number)
        if isinstance(decision, Decision):
            self.add(decision)
            return
        self.bad += 1
        if self.bad <= _BAD_LINES_HELD:
            self.bad_lines.append(decision)

    def add(self, decision: Decision) -> None:
        """Take in one more. The latest by time stands; of equal times the one added last."""
        self.lines += 1
        id_, place = decision.id, decision.place
        standings = self._standings.get(id_, ())
        number, before = next(
            ((n, one) for n, one in enumerate(standings) if one.last.place == place), (None, None)
        )
        if decision.state is State.STALE:
            mark = self._marks.get((id_, place)) if before is None else before.mark
            if mark is not None and decision.at < mark.at:
                return
            if number is None or before is None:
                self._marks[id_, place] = decision
            else:
                self._put(id_, number, Standing(before.last, decision))
        elif number is None or before is None:
            mark = self._marks.pop((id_, place), None)
            self._standings[id_] = (*standings, Standing(decision, mark))
        else:
            self._hear(before.last, decision)
            if decision.at >= before.last.at:
                self._put(id_, number, Standing(decision, before.mark))

    def _put(self, id_: str, number: int, standing: Standing) -> None:
        before = self._standings[id_]
        self._standings[id_] = (*before[:number], standing, *before[number + 1 :])

    def _hear(self, standing: Decision, decision: Decision) -> None:
        """Keep the last word of each person, once a text has those of two."""
        where = decision.id, decision.place
        words = self._words.get(where)
        if words is None:
            if standing.by == decision.by:
                return
            words = self._words[where] = {standing.by: standing}
        own = words.get(decision.by)
        if own is None or decision.at >= own.at:
            words[decision.by] = decision

    def of(self, id_: str) -> Mapping[Place, Standing]:
        """What stands of the texts of a record; drafts again included."""
        found = self._standings.get(id_)
        return _NOTHING if found is None else {one.last.place: one for one in found}

    def keeps(self, id_: str) -> bool:
        """Whether any text of the record is approved, edited or locked."""
        return any(one.is_kept for one in self._standings.get(id_, ()))

    def __contains__(self, id_: object) -> bool:
        """Whether anybody decided about a text of that record."""
        return id_ in self._standings

    def ids(self) -> Iterator[str]:
        """Every record that somebody decided about."""
        return iter(self._standings)

    def conflicts_of(self, id_: str, place: Place) -> Iterator[Conflict]:
        """Whose last word is against the one that stands, while nobody's later word settles it."""
        words = self._words.get((id_, place))
        if words is not None:
            last = self.of(id_)[place].last
            for word in words.values():
                if _differ(word, last):
                    yield Conflict(word, last)

    @property
    def conflicts(self) -> list[Conflict]:
        """All of them, in the order in which texts were first decided on by a second person."""
        return [one for place in self._words for one in self.conflicts_of(*place)]

    def __bool__(self) -> bool:
        return bool(self._standings)


def _lines_beside(results: Path) -> Iterator[tuple[int, bytes]]:
    path = Beside.DECISIONS.of(results)
    with reported(path, "read it"):
        if not files.is_own(path):
            return
        with files.open_regular(path, Beside.DECISIONS.role) as stream:
            for number, _, line in lines(stream):
                yield number, line


def recorded(results: Path) -> Iterator[Decision]:
    """Every decision beside `results`, in the order of the file. Raises ResultsError."""
    found = (decode_decision(line, number) for number, line in _lines_beside(results))
    return (one for one in found if isinstance(one, Decision))


_NOTHING: Final[Mapping[Place, Standing]] = MappingProxyType({})


def _differ(earlier: Decision, later: Decision) -> bool:
    """Whether it is two people's word against each other, and not one who went on."""
    if earlier.by == later.by or State.DRAFT in (earlier.state, later.state):
        return False
    if later.state is State.LOCKED:
        return False  # the last word of all
    if earlier.text == later.text:
        return (earlier.state in KEPT) is not (later.state in KEPT)
    if later.was == earlier.text:
        return False  # decided on what the other had left
    return _model_text(earlier) == _model_text(later)


def _model_text(decision: Decision) -> str | None:
    """What the model had written; where that has changed since, both may be right."""
    return decision.text if decision.was is None else decision.was


def encode_decision(decision: Decision) -> bytes:
    """One line of JSON with its newline."""
    at = decision.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    fields: dict[str, JsonValue] = {
        "id": decision.id,
        "key": decision.key,
        "field": decision.field,
        "index": decision.index,
        "state": decision.state.value,
        "text": decision.text,
        "was": decision.was,
        "reason": decision.reason,
        "comment": decision.comment,
        "by": decision.by,
        "at": at,
        "via": decision.via,
    }
    optional = ("text", "was", "reason", "comment")
    return dumps({k: v for k, v in fields.items() if v is not None or k not in optional}) + b"\n"


def decode_decision(line: bytes, line_number: int = 1) -> Decision | BadLine:
    """The decision on one line, or what is wrong with it; unknown fields are ignored."""
    try:
        value = loads(line)
        if not isinstance(value, dict):
            raise TypeError("not a JSON object")
        state = _WRITTEN.get(_text(value, "state"))
        if state is None:
            raise ValueError(f"'{value['state']}' is no decision")
        index = value.get("index")
        if index is not None and (type(index) is not int or index < 0):
            raise TypeError("'index' is not a number from 0")
        moment = datetime.fromisoformat(_text(value, "at"))
        return Decision(
            id=_text(value, "id"),
            key=_text(value, "key"),
            field=_shared(value, "field"),
            index=index,
            state=state,
            text=_optional(value, "text"),
            was=_optional(value, "was"),
            reason=_optional(value, "reason"),
            comment=_optional(value, "comment"),
            by=_shared(value, "by") or "",
            at=moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC),
            via=_shared(value, "via") or "",
        )
    except KeyError as exc:
        return BadLine(line_number, f"{exc.args[0]!r} is missing")
    except (ValueError, TypeError, OverflowError) as exc:
        return BadLine(line_number, str(exc))


def _text(value: dict[str, JsonValue], name: str) -> str:
    text = value[name]
    if not isinstance(text, str):
        raise TypeError(f"{name!r} is not a string")
    return text


def _optional(value: dict[str, JsonValue], name: str) -> str | None:
    return None if value.get(name) is None else _text(value, name)


def _shared(value: dict[str, JsonValue], name: str) -> str | None:
    """A text that many lines have: held once, it saves 160 of 1 000 bytes a decision."""
    text = _optional(value, name)
    return None if text is None else sys.intern(text)


class DecisionLog:
    """Appends to the decisions beside a results file. Nothing is held between two appends."""

    def __init__(self, results: Path) -> None:
        """`results` may be a link: the decisions are beside the file itself."""
        self._results = files.resolved(results)
        self.path = Beside.DECISIONS.of(self._results)
        """Their file, which need not be there."""

    def append(self, decisions: Iterable[Decision]) -> int:
        """Write them in one piece and wait until the disk has them; how many they were.

        Several processes may do so at a time. A line that a kill tore is ended first, so that it
        spoils no other. Blocks: not for an event loop. Raises ResultsError; the file is then as it
        was before.
        """
        encoded = [encode_decision(one) for one in decisions]
        if not encoded:
            return 0
        with reported(self.path, "write to it"):
            descriptor = files.open_own(
                self.path, Beside.DECISIONS.role, os.O_RDWR | os.O_CREAT | os.O_APPEND
            )
            try:
                self._lock(descriptor)
                size = os.fstat(descriptor).st_size
                is_torn = size > 0 and system.read_at(descriptor, 1, size - 1) != b"\n"
                try:
                    _write_all(descriptor, (b"\n" if is_torn else b"") + b"".join(encoded))
                    system.sync(descriptor)
                except OSError:
                    # Half a batch would be decisions that nobody knows of who made them.
                    with suppress(OSError):
                        os.ftruncate(descriptor, size)
                    raise
            finally:
                os.close(descriptor)
            if not size:
                system.sync_folder(self.path.parent)
        return len(encoded)

    def _lock(self, descriptor: int) -> None:
        for _ in range(_LOCK_TRIES):
            try:
                if system.lock(descriptor):
                    return
            except OSError:  # no locks on this file system: one write is whole on nearly all
                return
            time.sleep(_LOCK_PAUSE_S)
        raise ResultsError(f"{self.path} is locked by another process; try again.")


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def reviewer(given: str | None, environ: Mapping[str, str]) -> str:
    """Who decides: the name given, else `$COPYGEN_REVIEWER`, else that of the login.

    Raises UsageError for a name that cannot stand in a list.
    """
    name = given if given is not None else environ.get(REVIEWER) or _login()
    name = name.strip()
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"--by takes a name of 1 to {_LONGEST_NAME} letters on one line, as --by mali."
        )
    return name


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return "reviewer"


def drafted(decision: Decision, at: datetime, *, by: str, via: str) -> Decision:
    """The line that takes a decision back."""
    return replace(
        decision, state=State.DRAFT, text=None, was=None, reason=None, at=at, by=by, via=via
    )
