"""Records with what people decided about them: the copy of a results file as it stands.

Every way out (a page, a sheet, a terminal, an export) reads it here, so that all agree which text
is in force. Memory grows with the ids and the decisions, not with the texts.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from copygen.delivery.rules import Rules
from copygen.documents import files, nearest_file
from copygen.errors import ResultsError
from copygen.models import JsonValue, Result, Severity, Status, Violation
from copygen.results.decisions import KEPT, Decision, Decisions, Place, Standing, State
from copygen.results.reader import read_ledger
from copygen.results.storage import reported


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a record, and what stands of it."""

    place: Place
    model_text: str
    """As the record has it."""
    text: str
    """The one in force: a person's where it was edited or approved."""
    state: State
    violations: tuple[Violation, ...] = ()
    """The record's own, of this text as the model wrote it."""
    standing: Standing | None = None
    """None: nobody has decided."""

    @property
    def is_kept(self) -> bool:
        """Whether somebody approved, edited or locked it, stale or not."""
        return self.standing is not None and self.standing.is_kept

    @property
    def is_edited(self) -> bool:
        """Whether what is in force is not what the record has: a person wrote it, or approved
        what the model wrote before that."""
        return self.text != self.model_text

    @property
    def original(self) -> str:
        """What the model wrote of the text in force: all of it, where a person only approved it."""
        last = self.standing.last if self.standing is not None and self.is_kept else None
        if last is None or last.text is None:
            return self.model_text
        if last.was is None and last.state is not State.EDITED:
            return self.text
        return self.model_text if last.was is None else last.was

    @property
    def is_by_person(self) -> bool:
        """Whether a person wrote what is in force, or a part of it."""
        return self.text != self.original

    @property
    def stale(self) -> str | None:
        """What changed under the decision; None: nothing."""
        found = self.standing.stale if self.standing else None
        return None if found is None else found.reason or "the prompt changed"


@dataclass(frozen=True, slots=True)
class Copy:
    """One record, and its texts as they stand."""

    record: Result
    texts: tuple[Text, ...]
    """In the record's order; none where it has no text."""

    @property
    def is_publishable(self) -> bool:
        """Whether every text may go out: approved by a person, or accepted by the checks and
        rejected by nobody."""
        return bool(self.texts) and all(map(self.may_go_out, self.texts))

    def may_go_out(self, text: Text) -> bool:
        """Whether this text may: one that a person approved may whatever a rule says."""
        if text.state in KEPT:
            return True
        return text.state is State.DRAFT and self.record.status is Status.OK

    def in_force(self) -> Mapping[str | None, Sequence[str]]:
        """The texts in force, by field; None names the one text."""
        found: dict[str | None, list[str]] = {}
        for one in self.texts:
            found.setdefault(one.place.field, []).append(one.text)
        return found

    @property
    def state(self) -> State:
        """The state that asks most of a person among those of its texts."""
        return min((one.state for one in self.texts), key=_URGENCY.index, default=State.DRAFT)


_URGENCY = (
    *(State.STALE, State.REJECTED, State.DRAFT, State.EDITED, State.APPROVED, State.LOCKED),
    State.ORPHAN,
)


class CopyReader:
    """The copy of a results file. A context manager that lets go of the file."""

    def __init__(
        self,
        results: Path,
        *,
        on_lines: Callable[[int], None] = lambda _lines: None,
        in_order: bool = True,
        only_decided: bool = False,
    ) -> None:
        """Read what stands where: every line once. Raises ResultsError.

        `only_decided`: records that nobody decided about are passed over.
        """
        with reported(results, "look at it"):
            self.path = files.resolved(results)
            try:
                files.status(self.path)
            except FileNotFoundError as error:
                raise ResultsError(_missing(results)) from error
        self.decisions = Decisions.read(self.path)
        self.rules = Rules.recall(self.path)
        sources = ((self.rules.prompts(), files.PROMPTS), (self.rules.template(), files.TEMPLATE))
        for source, role in sources:
            if source is not None:
                with suppress(OSError):  # it may have moved since
                    files.note_input(source, role)  # nothing is written over it
        only = self.decisions if only_decided else None
        self._ledger = read_ledger(self.path, on_lines, in_order=in_order, only=only)

    def __iter__(self) -> Iterator[Copy]:
        """The record that counts of every id, in the order of its table."""
        return (self.of(record) for record in self._ledger.in_order())

    def values(self) -> Iterator[Mapping[str, JsonValue]]:
        """The same records as parsed, in the same order, at a third of the cost."""
        return self._ledger.values_in_order()

    def __len__(self) -> int:
        return self._ledger.ids

    def __contains__(self, id_: str) -> bool:
        return self._ledger.holds(id_)

    def find(self, id_: str) -> Copy | None:
        """The copy of one id; None where there is no record of it."""
        record = self._ledger.record(id_)
        return None if record is None else self.of(record)

    def holds(self, id_: str) -> bool:
        """Whether there is a record of one id."""
        return self._ledger.holds(id_)

    def orphans(self) -> Iterator[tuple[str, Mapping[Place, Standing]]]:
        """The ids that were decided about and have no record any more, with what stands."""
        for id_ in self.decisions.ids():
            if not self._ledger.holds(id_):
                yield id_, self.decisions.of(id_)

    def of(self, record: Result) -> Copy:
        """A record with what was decided about it."""
        return copy_of(record, self.decisions.of(record.id))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ledger.__exit__(kind, error, traceback)


def copy_of(record: Result, standings: Mapping[Place, Standing]) -> Copy:
    """A record with what stands of its texts.

    A rejection is of one text: once the model has written another, that is a draft. An approval
    lasts: its text stays in force whatever the model wrote since.
    """
    if not (standings or record.violations):  # most of them
        drafts = (Text(place, text, text, State.DRAFT) for place, text in texts_of(record))
        return Copy(record, tuple(drafts))
    texts = []
    for place, text in texts_of(record):
        standing = standings.get(place)
        own = tuple(
            one for one in record.violations if (one.field, one.index) == (place.field, place.index)
        )
        texts.append(_text(place, text, standing, own))
    return Copy(record, tuple(texts))


def texts_of(record: Result) -> Iterator[tuple[Place, str]]:
    """Every text of a record, in its order."""
    if record.data is None:
        if record.text is not None:
            yield Place(), record.text
        return
    for name, value in record.data.items():
        if isinstance(value, list):
            for index, text in enumerate(value):
                yield Place(name, index), str(text)
        elif value is not None:
            yield Place(name), str(value)


def _text(
    place: Place, model_text: str, standing: Standing | None, violations: tuple[Violation, ...]
) -> Text:
    if standing is None or standing.state is State.DRAFT:
        return Text(place, model_text, model_text, State.DRAFT, violations, standing)
    if standing.state is State.REJECTED:
        state = State.REJECTED if standing.rejects(model_text) else State.DRAFT
        return Text(place, model_text, model_text, state, violations, standing)
    text = model_text if standing.last.text is None else standing.last.text
    state = State.STALE if standing.stale else standing.state
    return Text(place, model_text, text, state, violations, standing)


def current_key(copy: Copy, text: Text) -> str:
    """Content key of the prompt that the text is of now: another than that of its record where a
    run left a decided text alone."""
    mark = text.standing.mark if text.standing else None
    return copy.record.key if mark is None else mark.key


def decided(
    copy: Copy,
    text: Text,
    state: State,
    *,
    by: str,
    at: datetime,
    via: str,
    edit: str | None = None,
    reason: str | None = None,
    comment: str | None = None,
) -> Decision:
    """The line for what `by` decides on a text as it stands; `edit` is a text of theirs.

    An edit is edited, or approved where it is what the model wrote. A decision on a stale text is
    one for what its prompt is now, and so ends the staleness.
    """
    in_force = text.text if edit is None else edit
    if edit is not None and state is State.APPROVED and edit != text.model_text:
        state = State.EDITED
    elif state is State.EDITED and in_force == text.model_text:
        state = State.APPROVED
    is_draft = state is State.DRAFT
    return Decision(
        id=copy.record.id,
        key=current_key(copy, text),
        field=text.place.field,
        index=text.place.index,
        state=state,
        text=None if is_draft else in_force,
        was=None if is_draft or in_force == text.model_text else text.model_text,
        reason=reason,
        comment=comment,
        by=by,
        at=at,
        via=via,
    )


def has_errors(violations: Sequence[Violation]) -> bool:
    """Whether a text with these is not fit to publish."""
    return any(one.severity is Severity.ERROR for one in violations)


def _missing(results: Path) -> str:
    if str(results) == "-":
        return "results are not read from standard input: what was decided lies beside their file."
    near = nearest_file(results)
    return f"there is no results file {results}{f'; did you mean {str(near)!r}?' if near else '.'}"
