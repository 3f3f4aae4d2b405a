"""Where copy is judged: results files, what was decided about them, and what is decided now.

The decisions file is the one truth. What the page decides is appended to it, and only what was read
back from it is told as decided, ours as well as what another tab, another program or another person
wrote there meanwhile. Blocks on the disk: one thread at a time, and not that of an event loop.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from copygen.delivery.copy import Copy, CopyReader, Text, current_key
from copygen.delivery.payload import (
    Languages,
    file_said,
    orphan_line,
    plain_line,
    record_line,
    shown_names,
    standing_said,
    tables_said,
    version_of,
    violations_said,
)
from copygen.delivery.selection import Choice, Chooser
from copygen.delivery.wording import Wording
from copygen.documents import files
from copygen.errors import ConfigError, UsageError
from copygen.models import JsonValue, Violation
from copygen.results.decisions import (
    Decision,
    DecisionLog,
    Decisions,
    Place,
    State,
    decode_decision,
)
from copygen.results.record import BadLine, dumps
from copygen.results.storage import Beside, reported

MOST_RECORDS: Final = 200_000
"""Records that the page takes: each is held by the browser."""
_RECORDS_AT_ONCE: Final = 250
_DECIDABLE: Final = frozenset(State) - {State.STALE, State.ORPHAN}
_VIA: Final = "page"


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A decision that the page asks for."""

    file: int
    id: str
    place: Place
    state: State
    text: str | None
    """The text in force then; None with a draft."""
    reason: str | None
    comment: str | None
    version: str
    """Of the standing that the person saw."""


@dataclass(frozen=True, slots=True)
class TextNow:
    """What stands of a text now."""

    file: int
    id: str
    place: Place
    now: Mapping[str, JsonValue]
    version: str
    conflict: bool = False
    """Whether what was asked was not done, because somebody else had decided since."""


@dataclass(frozen=True, slots=True)
class News:
    """What was decided since an earlier look."""

    told: Sequence[TextNow]
    mark: int
    """Up to where that is: what comes after it is asked for by `since`."""


class Line(NamedTuple):
    """A record as the page takes it."""

    id: str
    key: str
    content: bytes


class _OpenResults:
    """One results file on the desk."""

    def __init__(self, path: Path, name: str) -> None:
        with reported(path, "look at it"):
            own = files.resolved(path)
        # Taken before the decisions are read: what is appended meanwhile is read twice, not never.
        self.decided_bytes = _size(own)
        self.reader = CopyReader(path)
        self.name = name
        self.version = _version(path)
        self.log = DecisionLog(path)
        self.languages = Languages(self.reader.rules)
        self._last: Copy | None = None

    def find(self, id_: str) -> Copy | None:
        """The copy of one id as it stands. Texts of one record come one after the other: it is
        read once for all of them."""
        last = self._last
        last = self.reader.find(id_) if last is None or last.record.id != id_ else last
        self._last = last and self.reader.of(last.record)
        return self._last

    def line(self, number: int, copy: Copy) -> Line:
        """A record as the page takes it; `number` is that of this file."""
        record = copy.record
        content = record_line(copy, number, self.languages.of(record.input))
        return Line(record.id, record.key, content)

    def lines(self, number: int) -> Iterator[Line]:
        """Every record as the page takes it; most need not be looked at closely."""
        reader, language_of = self.reader, self.languages.of
        for value in reader.values():
            id_ = value["id"]
            is_decided = bool(reader.decisions.of(id_))
            content = None if is_decided else plain_line(value, number, language_of)
            if content is not None:
                yield Line(id_, value["key"], content)
            elif (copy := reader.find(id_)) is not None:
                yield self.line(number, copy)

    def reopened(self) -> CopyReader | None:
        """The results as they are now, where a run has written to them since; else None."""
        version = _version(self.reader.path)
        if version == self.version:
            return None
        self.version = version
        self.reader = CopyReader(self.reader.path)
        self.languages = Languages(self.reader.rules)
        self._last = None
        return self.reader

    def news(self) -> list[Decision]:
        """The decisions appended since the last look, whoever made them."""
        size = _size(self.reader.path)
        if size < self.decided_bytes:  # replaced by somebody: what stands is what is there now
            self.reader.decisions = Decisions.read(self.reader.path)
            self.decided_bytes = size
        if size == self.decided_bytes:
            return []
        with (
            reported(self.log.path, "read it"),
            files.open_regular(self.log.path, Beside.DECISIONS.role) as stream,
        ):
            stream.seek(self.decided_bytes)
            content = stream.read(size - self.decided_bytes)
        whole = content[: content.rfind(b"\n") + 1]  # the rest is being written
        self.decided_bytes += len(whole)
        lines = (line for line in whole.split(b"\n") if line.strip())
        found = [one for one in map(decode_decision, lines) if not isinstance(one, BadLine)]
        for one in found:
            self.reader.decisions.add(one)
        return found


def _version(results: Path) -> tuple[int, ...]:
    with reported(results, "look at it"):
        return files.version_of(files.status(results))


def _size(results: Path) -> int:
    path = Beside.DECISIONS.of(results)
    with reported(path, "look at it"):
        return files.status(path).st_size if files.is_own(path) else 0


class ReviewDesk:
    """One results file, or two side by side, open for judging. A context manager."""

    def __init__(
        self,
        results: Sequence[Path],
        choice: Choice,
        *,
        by: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Read what stands where. Raises ResultsError; UsageError for a choice without sense."""
        self.by = by
        """Who decides here."""
        self.made = 0
        """Decisions that were written."""
        self._clock = clock
        self._history: list[tuple[int, str, Place]] = []
        self._chooser = Chooser(choice)
        if len({files.resolved(path) for path in results}) < len(results):
            raise UsageError("both results files are the same one; name two.")
        names = shown_names(results)
        with ExitStack() as stack:
            self._sheets = [
                _OpenResults(path, name) for path, name in zip(results, names, strict=True)
            ]
            for sheet in self._sheets:
                stack.enter_context(sheet.reader)
            self._open = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._open.close()

    def setup(self) -> dict[str, JsonValue]:
        """What the page is told before the records, which are read anew where a run has written
        some since. `mark`: decisions up to here are in them."""
        for sheet in self._sheets:
            if (reader := sheet.reopened()) is not None:
                self._open.enter_context(reader)  # the earlier one may still be read by another tab
        return {
            "mark": len(self._history),
            "title": " and ".join(sheet.name for sheet in self._sheets),
            "by": self.by,
            "files": [file_said(sheet.reader, sheet.name) for sheet in self._sheets],
            "tables": tables_said(),
        }

    def lines(self) -> Iterator[Line]:
        """Every record that is meant as the page takes it, in the order of the tables."""
        for number, sheet in enumerate(self._sheets):
            if self._chooser.takes_all:
                yield from sheet.lines(number)
            else:
                for copy in self._chooser.chosen(sheet.reader):
                    yield sheet.line(number, copy)

    def orphans(self) -> Iterator[bytes]:
        """Lines of what was decided about records that are gone."""
        for number, sheet in enumerate(self._sheets):
            for id_, standings in sheet.reader.orphans():
                yield orphan_line(id_, standings, number)

    def pieces(self) -> Iterator[bytes]:
        """The records as lines, some hundred at a time, and last how many were left out."""
        lines = self.lines()
        shown = (line.content for line in islice(lines, MOST_RECORDS))
        while piece := b"".join(islice(shown, _RECORDS_AT_ONCE)):
            yield piece
        yield b"".join(self.orphans())
        there = sum(len(sheet.reader) for sheet in self._sheets)
        left = there - MOST_RECORDS if self._chooser.takes_all else sum(1 for _ in lines)
        if left > 0:
            yield dumps({"left": left}) + b"\n"

    def news(self) -> News:
        """What was decided since the last look."""
        before = len(self._history)
        for number, sheet in enumerate(self._sheets):
            self._history += ((number, one.id, one.place) for one in sheet.news())
        return self.since(before)

    def since(self, mark: int) -> News:
        """What was decided since that mark, as it stands now."""
        changed = dict.fromkeys(self._history[mark:])
        told = (self._told(file, id_, place) for file, id_, place in changed)
        return News(tuple(filter(None, told)), len(self._history))

    def decide(self, asked: Sequence[DecisionRequest]) -> tuple[list[TextNow], News]:
        """Write down what was asked for, and wait until the disk has it.

        What stands of each text asked about, in their order, and what is news to others. A
        text about which somebody else decided since stays as it is: that is a conflict. Raises
        UsageError for what cannot be decided, and ResultsError; then nothing is written, unless
        it was of the other file.
        """
        before = len(self._history)
        self.news()
        refused: set[int] = set()
        wanted: dict[int, list[Decision]] = {}
        for at, one in enumerate(asked):
            text, key = self._text(one)
            if version_of(text.standing) != one.version:
                refused.add(at)
                continue
            wanted.setdefault(one.file, []).append(self._decision(one, text, key))
        for number, decisions in wanted.items():
            self._sheets[number].log.append(decisions)
            self.made += len(decisions)
        self.news()
        news = self.since(before)
        known = {(one.file, one.id, one.place): one for one in news.told}
        told = []
        for at, one in enumerate(asked):
            now = known.get((one.file, one.id, one.place))
            now = now or self._told(one.file, one.id, one.place)
            assert now is not None  # its record was found above
            told.append(replace(now, conflict=True) if at in refused else now)
        return told, news

    def check(
        self, file: int, id_: str, texts: Sequence[tuple[Place, str]]
    ) -> list[list[JsonValue]]:
        """What is wrong with texts of a record, in their order: the checks of a run."""
        sheet, copy = self._sheet(file), self._copy(file, id_)
        by_field: dict[str | None, list[str]] = {}
        for place, text in texts:
            by_field.setdefault(place.field, []).append(text)
        try:
            found = sheet.reader.rules.check(copy.record, by_field)
        except ConfigError as error:
            raise UsageError(str(error)) from error
        said = []
        for place, _ in texts:
            # What is wrong with the number of a field's texts is said of each of them.
            whole = found.get(Place(place.field), ()) if place.index is not None else ()
            own: tuple[Violation, ...] = (*found.get(place, ()), *whole)
            said.append(violations_said(own))
        return said

    def prompt(self, file: int, id_: str) -> list[JsonValue]:
        """The messages of a record's prompt, by the prompt file as it is now.

        Raises UsageError where the run has left none, PromptError where it cannot be read.
        """
        copy = self._copy(file, id_)
        parts = Wording.recall(self._sheet(file).reader.rules).of(copy.record)
        return [{"role": part.role, "content": part.content} for part in parts]

    def _sheet(self, number: int) -> _OpenResults:
        if not 0 <= number < len(self._sheets):
            raise UsageError(f"there is no results file {number}")
        return self._sheets[number]

    def _copy(self, file: int, id_: str) -> Copy:
        copy = self._sheet(file).find(id_)
        if copy is None:
            raise UsageError(f"there is no record '{id_}'")
        return copy

    def _text(self, asked: DecisionRequest) -> tuple[Text, str]:
        """The text that is asked about, and the key it is decided for."""
        copy = self._copy(asked.file, asked.id)
        text = next((one for one in copy.texts if one.place == asked.place), None)
        if text is None:
            raise UsageError(f"'{asked.id}' has no {asked.place.label}")
        if asked.state not in _DECIDABLE:
            raise UsageError(f"'{asked.state}' is found, not decided")
        if asked.state is State.EDITED and not (asked.text or "").strip():
            raise UsageError(f"{asked.place.label} of '{asked.id}' would be empty")
        return text, current_key(copy, text)

    def _decision(self, asked: DecisionRequest, text: Text, key: str) -> Decision:
        now = self._clock()
        if text.standing is not None:  # of one moment's decisions the later one stands
            now = max(now, text.standing.last.at + timedelta(microseconds=1))
        is_draft = asked.state is State.DRAFT
        decided = None if is_draft else asked.text if asked.text is not None else text.text
        return Decision(
            id=asked.id,
            key=key,
            field=asked.place.field,
            index=asked.place.index,
            state=asked.state,
            text=decided,
            was=text.model_text if decided not in (None, text.model_text) else None,
            reason=asked.reason or None,
            comment=asked.comment or None,
            by=self.by,
            at=now,
            via=_VIA,
        )

    def _told(self, file: int, id_: str, place: Place) -> TextNow | None:
        """What stands of a text; None where there is no such text."""
        copy = self._sheets[file].find(id_)
        text = copy and next((one for one in copy.texts if one.place == place), None)
        if not text:
            return None
        return TextNow(file, id_, place, standing_said(text), version_of(text.standing))
