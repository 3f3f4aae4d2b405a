"""What people decided about the texts of a run's prompts, as a run heeds it.

A text that was approved, edited or locked is left as it is, whatever became of its row or of the
template; that it is stale is written down. A text that was rejected goes back to the model with
what the reviewer said, when its row is made again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from copygen.delivery.copy import texts_of
from copygen.documents import files
from copygen.models import InputFault, JsonValue, Prompt, Result, Status
from copygen.quality.revision import ReviewedText, Revision, revision
from copygen.results.decisions import KEPT, Decision, Decisions, Place, Standing, State, drafted
from copygen.results.reader import LedgerReader, read_ledger
from copygen.results.record import dumps
from copygen.results.resume import HAS_TEXT, differing, earlier_id
from copygen.results.summary import DecidedTexts

BRIEF: Final = "the brief"
"""What has changed where no column of the item has."""
MODEL: Final = "the model"
FAULTY: Final = "the row is faulty"
_NO_KEY: Final = ""
_VIA: Final = "run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heeding:
    """What a run was told to make of decisions."""

    redo_approved: bool = False
    """Whether approved and edited texts are like any other; locked ones stay."""
    retry_rejected: bool = False
    """Whether rows with a rejected text are made again."""
    fresh: bool = False
    """Whether all is made again."""
    used_names: frozenset[str] = frozenset()
    """The columns that prompts are made of."""
    fields: tuple[str, ...] = ()
    """The named fields that are asked for now."""


class ReviewedPrompts:
    """The prompts of a run that people decided about; they hold a file until `close`."""

    def __init__(self, decisions: Decisions, heeding: Heeding, now: datetime) -> None:
        self._decisions = decisions
        self._now = now
        self._heeding = heeding
        self._kept = frozenset({State.LOCKED}) if heeding.redo_approved else KEPT
        self._records: LedgerReader
        self._spare: dict[str, list[str]] = {}
        """Key → decided records whose id is that of no row any more."""
        self._claimed: dict[str, str] = {}
        self._holds: Callable[[str], bool]
        self._last: tuple[str, Result | None] = "", None
        """The record that was read last: several texts of one are looked at in turn."""
        self._left = self._prompts = self._waiting = 0
        self._stale: Counter[str] = Counter()
        self._again: set[str] = set()
        self.marks: list[Decision] = []
        """What is to be written down of prompts whose key is another now."""

    @classmethod
    def of(cls, results: Path, heeding: Heeding, now: datetime) -> Self | None:
        """Those that were decided on beside `results`; None where there are none.

        `now` dates what the run finds. Raises ResultsError.
        """
        decisions = Decisions.read(files.resolved(results))
        return cls(decisions, heeding, now) if decisions else None

    def keeps(self, id_: str) -> bool:
        """Whether people took a text of that record: it is carried over into a new file."""
        return self._decisions.keeps(id_)

    def look_up(
        self,
        results: Path,
        holds: Callable[[str], bool],
        ids: Callable[[], Iterable[str]] | None,
    ) -> None:
        """Find the records in `results`. Raises ResultsError.

        `ids` are those of the source, None for a stream. A row whose id is not `held` by the
        results goes by its key.
        """
        self._records = read_ledger(results, only=self._decisions)
        self._holds = holds
        if ids is None:
            return
        there = {one for id_ in ids() for one in (id_, earlier_id(id_)) if one in self._decisions}
        for id_ in self._decisions.ids():
            record = None if id_ in there else self._records.record(id_)
            if record is not None and record.status in HAS_TEXT:
                self._spare.setdefault(record.key, []).append(id_)

    def knows(self, prompt: Prompt) -> bool:
        """Whether anybody decided about a text of it."""
        return self._id_of(prompt) is not None

    def leaves(self, prompt: Prompt) -> bool:
        """Whether it has a text that is not to be replaced."""
        id_ = self._id_of(prompt)
        if id_ is None or self.demands(prompt):
            return False
        return any(self._staying(id_)) and self._has_text(id_)

    def demands(self, prompt: Prompt) -> bool:
        """Whether it is to be made again although it is settled: for a text that a person rejected,
        or from the beginning.
        """
        id_, heeding = self._id_of(prompt), self._heeding
        if id_ is None:
            return False
        staying = [*self._staying(id_)]
        if heeding.fresh:
            return not staying
        # The text of a decision without one is the record's, which must then stay.
        may_go = all(one.last.text is not None for one in staying)
        return heeding.retry_rejected and may_go and self.is_rejected(id_)

    def leaves_faulty(self, fault: InputFault) -> bool:
        """Whether a row that can be no prompt any more has a text that stays all the same."""
        id_ = fault.id
        staying = [*self._staying(id_)]
        if not staying or not self._has_text(id_):
            return False
        self._prompts += 1
        self._left += len(staying)
        self._stale[FAULTY] += len(staying)
        for place, one in self._decisions.of(id_).items():
            if one.is_kept and one.current_key != _NO_KEY:
                self._mark(id_, place, _NO_KEY, FAULTY)
        return True

    def beside(self, result: Result) -> Result:
        """A result as it is written: one without a text takes no place of texts that people took.

        It has the key of their record, which it was to replace and could not.
        """
        if result.status in HAS_TEXT or not (self.keeps(result.id) and self._has_text(result.id)):
            return result
        record = self._record(result.id)
        return result if record is None else replace(result, key=record.key)

    def decides(self, prompt: Prompt) -> bool:
        """Whether it is for decisions, not for the run, to say what becomes of it."""
        return self.leaves(prompt) or self.demands(prompt)

    def leave(self, prompt: Prompt) -> Status:
        """Count the texts of a prompt that is left, and say how it ended.

        A text that a person took is accepted, whatever a rule says of it.
        """
        id_ = self._id_of(prompt)
        assert id_ is not None
        self._prompts += 1
        standings = self._decisions.of(id_)
        for one in standings.values():
            if one.state in self._kept:
                self._left += 1
                if one.last.key not in prompt.keys:
                    self._stale[self._change(id_, one, prompt)] += 1
        status = self._records.latest.newest_of(id_)
        assert status is not None
        if status is not Status.OK and (record := self._record(id_)) is not None:
            places = [place for place, _ in texts_of(record)]
            if all(place in standings and standings[place].is_kept for place in places):
                return Status.OK
        return status

    def pass_over(self, prompt: Prompt) -> None:
        """Count a prompt that is not made, for whatever reason."""
        self._waiting += self.rejects(prompt)

    def mark(self, prompt: Prompt) -> None:
        """Note where the key of a prompt is not, or is again, that of the decisions on it."""
        id_ = self._id_of(prompt)
        if id_ is None:
            return
        for place, one in self._decisions.of(id_).items():
            is_marked = one.mark is not None
            if one.last.key in prompt.keys:
                if one.stale:
                    self._mark(id_, place, one.last.key, None)
            elif (one.is_kept or is_marked) and one.current_key not in prompt.keys:
                self._mark(id_, place, prompt.key, self._change(id_, one, prompt))

    def revision_of(self, prompt: Prompt) -> Revision | None:
        """What a reviewer said of the earlier text of a prompt that is made now."""
        id_ = self._id_of(prompt)
        if id_ is None:
            return None
        rejected = self._rejected(id_)
        if not rejected:
            return None
        self._again.add(prompt.id)
        return self._revision(prompt, id_, rejected)

    def as_sent(self, prompt: Prompt) -> Prompt:
        """A prompt that is made now, with what a reviewer said of its earlier text."""
        found = self.revision_of(prompt)
        return prompt if found is None else found.added_to(prompt)

    def rejects(self, prompt: Prompt) -> bool:
        """Whether it would be made with what a reviewer said."""
        id_ = self._id_of(prompt)
        return id_ is not None and self.is_rejected(id_)

    def is_rejected(self, id_: str) -> bool:
        """Whether a person rejected a text that this record has."""
        return bool(self._rejected(id_))

    def taken_back(self, results: Sequence[Result], now: datetime) -> list[Decision]:
        """What ends the approvals of texts that were made again because of `redo_approved`.

        Where the new text is not fit, the old one stays in force.
        """
        return [
            drafted(one.last, now, by="", via=_VIA)
            for result in results
            if result.status is Status.OK
            for one in self._decisions.of(result.id).values()
            if one.is_kept and one.state not in self._kept
        ]

    @property
    def counts(self) -> DecidedTexts:
        """What became of what people decided on."""
        stale = dict(self._stale.most_common())
        revised, waiting = len(self._again), self._waiting
        return DecidedTexts(self._left, self._prompts, stale, revised, waiting)

    def close(self) -> None:
        """Let go of the results file."""
        self._records.__exit__(None, None, None)

    def _id_of(self, prompt: Prompt) -> str | None:
        """The id of the decided record that is a prompt's: its own, an earlier form of it, or one
        of a row whose id has changed with a column that the prompt does not use."""
        id_ = prompt.id
        if id_ in self._decisions:
            return id_
        earlier = earlier_id(id_)
        if earlier is not None and earlier in self._decisions:
            return earlier
        if not self._spare:
            return None
        if id_ not in self._claimed:
            spare = next((self._spare[key] for key in prompt.keys if key in self._spare), None)
            if not spare or self._holds(id_):
                return None
            self._claimed[id_] = spare.pop()
        return self._claimed[id_]

    def _staying(self, id_: str) -> Iterator[Standing]:
        """What stands of the texts of a record that are not to be replaced."""
        return (one for one in self._decisions.of(id_).values() if one.state in self._kept)

    def _has_text(self, id_: str) -> bool:
        return self._records.latest.newest_of(id_) in HAS_TEXT

    def _rejected(self, id_: str) -> dict[Place, Standing]:
        """The places of that record whose text a person rejected."""
        standings = self._decisions.of(id_)
        found = {place: one for place, one in standings.items() if one.state is State.REJECTED}
        if not found:
            return {}
        record = self._record(id_)
        texts = {} if record is None else dict(texts_of(record))
        if not texts:
            return {place: one for place, one in found.items() if one.last.text is not None}
        return {
            place: one
            for place, one in found.items()
            if place in texts and one.rejects(texts[place])
        }

    def _record(self, id_: str) -> Result | None:
        if self._last[0] != id_:
            self._last = id_, self._records.record(id_)
        return self._last[1]

    def _change(self, id_: str, standing: Standing, prompt: Prompt) -> str:
        """What has changed since a text was decided on, in a few words."""
        record = self._record(id_)
        if record is None or record.key != standing.last.key:
            return BRIEF
        after = prompt.input if prompt.recorded is None else prompt.recorded
        both = self._heeding.used_names & record.input.keys() & after.keys()
        if names := differing(record.input, after, both):
            return ", ".join(names)
        return MODEL if record.model != prompt.model else BRIEF

    def _mark(self, id_: str, place: Place, key: str, why: str | None) -> None:
        self.marks.append(
            Decision(
                id=id_,
                key=key,
                field=place.field,
                index=place.index,
                state=State.STALE,
                reason=why,
                at=self._now,
                via=_VIA,
            )
        )

    def _revision(self, prompt: Prompt, id_: str, rejected: Mapping[Place, Standing]) -> Revision:
        record = self._record(id_)
        texts = {} if record is None else dict(texts_of(record))
        shown = {place: one.last.text or texts.get(place, "") for place, one in rejected.items()}
        said = [
            ReviewedText(place.label, shown[place], one.last.reason)
            for place, one in rejected.items()
        ]
        fields = self._fields_of(prompt, record, rejected)
        standings = self._decisions.of(id_)
        kept = [
            ReviewedText(place.label, one.last.text)
            for place, one in standings.items()
            if one.is_kept and one.last.text is not None and place.field in fields
        ]
        return revision(_answer({**texts, **shown}), said, kept, fields)

    def _fields_of(
        self, prompt: Prompt, record: Result | None, rejected: Iterable[Place]
    ) -> tuple[str, ...]:
        """The fields to ask for: those rejected, or all where what is asked for has changed."""
        every = self._heeding.fields
        named = {place.field for place in rejected}
        some = tuple(name for name in every if name in named)
        if record is None or record.key not in prompt.keys or not some:
            return every
        return some if (record.data or {}).keys() >= set(every) else every


def _answer(texts: Mapping[Place, str]) -> str:
    """Texts of a record as a model gives them: the one text, or the fields as JSON."""
    if (text := texts.get(Place())) is not None:
        return text
    data: dict[str, JsonValue] = {}
    for place, text in texts.items():
        if place.index is None:
            data[place.field or ""] = text
        else:
            data.setdefault(place.field or "", []).append(text)
    return dumps(data).decode()
