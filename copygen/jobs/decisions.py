"""What people decided about the texts of a results file: listed, and made from a shell or a script.

with DecisionsJob(DecisionsSpec(results=Path("ads.results.jsonl"))) as job:
    for one in job:
        one.state, one.label, one.text
    job.decide(State.APPROVED, by="mali")
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from copygen.delivery.copy import Copy, CopyReader, Text, decided
from copygen.delivery.selection import Choice, Chooser
from copygen.errors import ExitCode, UsageError
from copygen.models import JsonValue
from copygen.results.decisions import (
    Conflict,
    Decision,
    DecisionLog,
    Place,
    Standing,
    State,
    encode_decision,
)

SET: Final = (State.APPROVED, State.REJECTED, State.LOCKED, State.DRAFT)
"""What can be decided without writing a text."""
_VIA: Final = "command"
_SPACES: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionsSpec:
    """Which texts are meant. It can be pickled."""

    results: Path
    choice: Choice = field(default_factory=Choice)
    """Which records; its states are those of the texts."""
    fields: tuple[str, ...] = ()
    """Names of fields, or of one text: `headline`, `headline 2`."""
    by: str | None = None
    """Only what this person decided."""
    conflicts: bool = False
    """Only where two people decided differently."""
    stale: bool = False
    """Only where the item or the brief has changed since."""
    orphans: bool = False
    """Only what was decided about records or texts that are gone."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return replace(self, results=Path()) == DecisionsSpec(results=Path())

    @property
    def looks_for(self) -> bool:
        """Whether it asks for what somebody should see to."""
        return self.conflicts or self.stale or self.orphans


@dataclass(frozen=True, slots=True)
class DecidedText:
    """One text that somebody decided on."""

    id: str
    place: Place
    standing: Standing
    text: Text | None
    """As it stands; None: its record or its place is gone."""
    conflicts: tuple[Conflict, ...] = ()

    @property
    def state(self) -> State:
        """What became of it."""
        return State.ORPHAN if self.text is None else self.text.state

    @property
    def words(self) -> str:
        """The text in force, or the one that was rejected, or whose place is gone."""
        last = self.standing.last
        if self.text is None or self.state is State.REJECTED:
            return last.text or ("" if self.text is None else self.text.text)
        return self.text.text

    @property
    def reason(self) -> str | None:
        """Why it is stale, else why it was rejected."""
        stale = self.text.stale if self.text else None
        return self.standing.last.reason if stale is None else stale

    def as_json(self) -> dict[str, JsonValue]:
        """For programs; `copygen help decisions` has the fields."""
        last = self.standing.last
        return {
            "id": self.id,
            "field": self.place.field,
            "index": self.place.index,
            "state": self.state.value,
            "decided": last.state.value,
            "text": self.words,
            "model_text": None if self.text is None else self.text.model_text,
            "reason": last.reason,
            "stale": self.text.stale if self.text else None,
            "comment": last.comment,
            "by": last.by,
            "at": last.at.isoformat(),
            "via": last.via,
            "key": last.key,
            "conflicts": [
                {"by": one.earlier.by, "state": one.earlier.state.value, "text": one.earlier.text,
                 "reason": one.earlier.reason, "at": one.earlier.at.isoformat()}
                for one in self.conflicts
            ],
        }  # fmt: skip


@dataclass(slots=True)
class DecisionTally:
    """What was found, in counts."""

    states: Counter[State] = field(default_factory=Counter)
    conflicts: int = 0
    texts: int = 0

    def add(self, one: DecidedText) -> None:
        """Take in one text."""
        self.texts += 1
        self.states[one.state] += 1
        self.conflicts += bool(one.conflicts)


@dataclass(frozen=True, slots=True)
class DecisionsMade:
    """What came of deciding."""

    decisions: tuple[Decision, ...]
    """Written, or to be written with a dry run."""
    already: int = 0
    """Texts that were so before."""
    locked: int = 0
    """Texts that only their id by name would have changed."""
    textless: int = 0
    """Records named by their id that have no text."""
    unknown: tuple[str, ...] = ()
    """Ids that there is no record of."""

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL where something that was meant was left out."""
        left = self.locked or self.textless or self.unknown
        return ExitCode.PARTIAL if left else ExitCode.OK

    def as_json(self) -> Iterator[str]:
        """The decisions as their file has them."""
        return (encode_decision(one).decode().rstrip("\n") for one in self.decisions)


class DecisionsJob:
    """Looks at what was decided: an iterator of the texts that are meant. A context manager."""

    def __init__(
        self, spec: DecisionsSpec, *, on_lines: Callable[[int], None] = lambda _lines: None
    ) -> None:
        """Reads what stands where. Raises UsageError for words that mean nothing, ResultsError."""
        self._spec = spec
        choice = spec.choice
        self._states = frozenset(choice.states)
        self._chooser = Chooser(choice)
        self._records = Chooser(replace(choice, states=()))
        """Which records: the states are asked of each text, and of those that are gone."""
        self._asks_of_records = choice != Choice(ids=choice.ids, states=choice.states)
        self._fields = frozenset(_folded(one) for one in spec.fields)
        self._on_lines = on_lines
        self._decided: CopyReader | None = None
        self.tally = DecisionTally()
        """Of the texts that were listed."""

    @property
    def bad_lines(self) -> int:
        """Lines of the file that are no decisions, and count for nothing."""
        return self._reader.decisions.bad

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL where what somebody should see to was looked for, and found."""
        found = self._spec.looks_for and self.tally.texts
        return ExitCode.PARTIAL if found else ExitCode.OK

    def __iter__(self) -> Iterator[DecidedText]:
        """In the order of the table; last those whose record is gone."""
        self.tally = DecisionTally()
        for one in self._all():
            if self._is_meant(one):
                self.tally.add(one)
                yield one

    def decide(
        self,
        state: State,
        *,
        by: str,
        reason: str | None = None,
        now: datetime | None = None,
        dry_run: bool = False,
    ) -> DecisionsMade:
        """Decide on all texts that are meant, in one piece; with `dry_run` only find them.

        A locked text changes only where its record is named by its id. Raises UsageError for what
        cannot be decided so, ResultsError where it cannot be written; then nothing is.
        """
        if state not in SET:
            known = ", ".join(SET)
            raise UsageError(f"--set takes {known}, not '{state}': an edit is made on the page.")
        if self._spec.orphans:
            raise UsageError("what is gone cannot be decided on: give --set without --orphans.")
        if self._spec.is_whole:
            raise UsageError(
                "say which texts: name their ids, or give --status, --state, --where, --field ...; "
                "--status ok means all accepted ones."
            )
        now = now or datetime.now(UTC)
        with CopyReader(self._spec.results, on_lines=self._on_lines) as reader:
            made, counts, met = [], Counter[str](), set()
            for copy in self._chooser.chosen(reader):
                met.add(copy.record.id)
                counts["textless"] += bool(self._spec.choice.ids) and not copy.texts
                for text in copy.texts:
                    if not self._means(copy, text, reader):
                        continue
                    if (why := self._left(text, state, reason)) is not None:
                        counts[why] += 1
                    else:
                        made.append(decided(copy, text, state, by=by, at=now, via=_VIA,
                                            reason=reason))  # fmt: skip
            ids = dict.fromkeys(self._spec.choice.ids)
            unknown = tuple(one for one in ids if one not in met and reader.find(one) is None)
        if not dry_run:
            DecisionLog(self._spec.results).append(made)
            self._let_go()  # what was read is no longer what stands
        return DecisionsMade(
            tuple(made), counts["already"], counts["locked"], counts["textless"], unknown
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._let_go()

    def _let_go(self) -> None:
        if self._decided is not None:
            self._decided.__exit__(None, None, None)
            self._decided = None

    @property
    def _reader(self) -> CopyReader:
        if self._decided is None:
            self._decided = CopyReader(
                self._spec.results, on_lines=self._on_lines, only_decided=True
            )
        return self._decided

    def _all(self) -> Iterator[DecidedText]:
        reader = self._reader
        for copy in self._records.chosen(reader):
            standings = dict(reader.decisions.of(copy.record.id))
            for text in copy.texts:
                standing = standings.pop(text.place, None)
                if standing is not None and self._chooser.means(copy, text):
                    yield self._decided_text(copy.record.id, text.place, standing, text)
            yield from self._gone(copy.record.id, standings)
        if not self._asks_of_records:
            ids = frozenset(self._spec.choice.ids)
            for id_, left in reader.orphans():
                if not ids or id_ in ids:
                    yield from self._gone(id_, left)

    def _gone(self, id_: str, standings: Mapping[Place, Standing]) -> Iterator[DecidedText]:
        for place, standing in standings.items():
            if standing.state is not State.DRAFT:
                yield self._decided_text(id_, place, standing, None)

    def _decided_text(
        self, id_: str, place: Place, standing: Standing, text: Text | None
    ) -> DecidedText:
        conflicts = tuple(self._reader.decisions.conflicts_of(id_, place))
        return DecidedText(id_, place, standing, text, conflicts)

    def _is_meant(self, one: DecidedText) -> bool:
        spec = self._spec
        if self._states and one.state not in self._states:
            return False
        if not self._states and one.state is State.DRAFT and not one.conflicts:
            return False  # taken back, or of a text that the model has replaced
        if spec.by is not None and one.standing.last.by != spec.by:
            return False
        if not self._names(one.place):
            return False
        return not spec.looks_for or (
            (spec.conflicts and bool(one.conflicts))
            or (spec.stale and one.state is State.STALE)
            or (spec.orphans and one.text is None)
        )

    def _means(self, copy: Copy, text: Text, reader: CopyReader) -> bool:
        """Whether a text is to be decided on."""
        spec = self._spec
        if not (self._chooser.means(copy, text) and self._names(text.place)):
            return False
        if not (spec.conflicts or spec.stale):
            return True
        conflicts = reader.decisions.conflicts_of(copy.record.id, text.place)
        return (spec.stale and text.state is State.STALE) or (
            spec.conflicts and next(conflicts, None) is not None
        )

    def _names(self, place: Place) -> bool:
        names = {_folded(place.field or "text"), _folded(place.label)}
        return not self._fields or bool(names & self._fields)

    def _left(self, text: Text, state: State, reason: str | None) -> str | None:
        """Why a text stays as it is; None: it changes."""
        standing = text.standing
        if standing is not None and standing.state is State.LOCKED and not self._spec.choice.ids:
            return "already" if state is State.LOCKED and not text.stale else "locked"
        same_reason = standing is None or standing.last.reason == reason
        if text.state is state and (state is not State.REJECTED or same_reason):
            return "already"
        return None


def _folded(name: str) -> str:
    return _SPACES.sub(" ", name).strip().casefold()
