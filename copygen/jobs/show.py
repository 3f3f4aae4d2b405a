"""Records as people look at them: the texts in force, measured and judged, in the table's order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from copygen.delivery.copy import Copy, CopyReader, Text
from copygen.delivery.rules import Length, Rules
from copygen.delivery.selection import Choice, Chooser, named_ids
from copygen.delivery.wording import SaidPart, Wording
from copygen.errors import ConfigError
from copygen.models import JsonValue, Violation
from copygen.results.decisions import Place
from copygen.results.record import violation_fields

"""Stands between the id of an item and what a matrix or a variant adds to it."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text of a record with what there is to say of it."""

    text: Text
    violations: tuple[Violation, ...]
    """Of the text in force."""
    length: Length
    overflow: int | None
    """The offset from which on it is too long; None: it fits."""
    found: tuple[tuple[int, int], ...] = ()
    """What was looked for in it: spans of code points."""


@dataclass(frozen=True, slots=True)
class ShownRecord:
    """One record, ready to be drawn."""

    copy: Copy
    texts: tuple[ShownText, ...]
    others: tuple[Violation, ...]
    """Of the record that are of none of its texts: a field that is missing, a wrong number."""
    prompt: tuple[SaidPart, ...] = ()
    """What the model was asked, where that is wanted."""

    def as_json(self) -> dict[str, JsonValue]:
        """For programs; `copygen help show` has the fields."""
        record = self.copy.record
        error = record.error
        return {
            "id": record.id,
            "status": record.status.value,
            "state": self.copy.state.value,
            "item": dict(record.input),
            "texts": [_text_json(one) for one in self.texts],
            "violations": [violation_fields(one) for one in self.others],
            "error": None
            if error is None
            else {"kind": error.kind.value, "message": error.message},
            "provider": record.provider,
            "model": record.model,
            "cost_usd": None if record.cost_usd is None else float(record.cost_usd),
            "latency_ms": record.latency_ms,
            "attempts": record.attempts,
            "reasks": record.reasks,
            "created_at": record.created_at.isoformat(),
            "key": record.key,
            **({"prompt": [asdict(one) for one in self.prompt]} if self.prompt else {}),
        }


class ShowJob:
    """Looks at a results file: an iterator of the records that are meant. A context manager."""

    def __init__(
        self,
        results: Path,
        choice: Choice,
        *,
        with_prompts: bool = False,
        on_lines: Callable[[int], None] = lambda _lines: None,
    ) -> None:
        """Reads what stands where, and finds the records named one by one.

        Raises UsageError for words that mean nothing, for an id that is not there, and where the
        prompts are wanted and not known; ResultsError for a file that cannot be read.
        """
        self._chooser = Chooser(replace(choice, ids=()))
        self._copies = CopyReader(results, on_lines=on_lines)
        try:
            self._named = self._find(choice.ids)
            self._wording = Wording.recall(self._copies.rules) if with_prompts else None
        except BaseException:
            self._copies.__exit__(None, None, None)
            raise
        self.shown = 0
        """Records given so far."""

    @property
    def total(self) -> int:
        """Records in the file, the one that counts of every id."""
        return len(self._copies)

    @property
    def bad_decisions(self) -> int:
        """Lines of the decisions that cannot be read, and so were left out of account."""
        return self._copies.decisions.bad

    @property
    def orphans(self) -> int:
        """Ids that were decided about and have no record any more."""
        return sum(1 for _ in self._copies.orphans())

    def __iter__(self) -> Iterator[ShownRecord]:
        copies = self._copies if self._named is None else self._named
        for copy in self._chooser.chosen(copies):
            self.shown += 1
            shown = shown_record(copy, self._copies.rules, self._chooser.found_in)
            if self._wording is not None:
                shown = replace(shown, prompt=self._wording.of(copy.record))
            yield shown

    def _find(self, ids: Sequence[str]) -> list[Copy] | None:
        """The records named: by their id, or all of an item by the item's. None: none is named."""
        if not ids:
            return None
        found = (self._copies.find(id_) for id_ in named_ids(self._copies, ids))
        return [copy for copy in found if copy is not None]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of_the_exception: object) -> None:
        self._copies.__exit__(None, None, None)


def shown_record(
    copy: Copy,
    rules: Rules,
    found_in: Callable[[str], tuple[tuple[int, int], ...]] = lambda _text: (),
) -> ShownRecord:
    """A record with its texts measured. Those that a person wrote are judged anew by the rules,
    where these can still be used; of the model's the record has what is wrong."""
    record = copy.record
    places = {one.place for one in copy.texts}
    others = [v for v in record.violations if Place(v.field, v.index) not in places]
    found: Mapping[Place, tuple[Violation, ...]] = {}
    if any(one.is_edited for one in copy.texts):
        # A pack of the user's own may be gone: no reason not to show the text.
        with suppress(ConfigError):
            found = rules.check(record, copy.in_force())
    texts = []
    for one in copy.texts:
        violations = found.get(one.place, ()) if one.is_edited else one.violations
        field = one.place.field
        length, overflow = rules.length(field, one.text), rules.overflow(field, one.text)
        texts.append(ShownText(one, tuple(violations), length, overflow, found_in(one.text)))
    return ShownRecord(copy, tuple(texts), tuple(others))


def _text_json(one: ShownText) -> dict[str, JsonValue]:
    text, standing = one.text, one.text.standing
    last = standing.last if standing else None
    return {
        "field": text.place.field,
        "index": text.place.index,
        "text": text.text,
        "model_text": text.model_text,
        "state": text.state.value,
        "stale": text.stale,
        "reason": last.reason if last else None,
        "comment": last.comment if last else None,
        "by": last.by if last else None,
        "at": last.at.isoformat() if last else None,
        "length": one.length.value,
        "limit": one.length.limit,
        "unit": one.length.unit.value,
        "violations": [violation_fields(found) for found in one.violations],
    }
