"""Two results files side by side: what changed in each record, why, and which words of texts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import regex  # type: ignore[import-untyped]
from rapidfuzz.distance import Levenshtein

from copygen.delivery.copy import Copy, Text
from copygen.models import Result, Status
from copygen.quality.trim import phrase_ends
from copygen.results.decisions import Place
from copygen.results.stats import Distribution, Spending
from copygen.results.summary import Latency

Span: TypeAlias = tuple[int, int]
_WORD: Final = regex.compile(r"[\w\p{M}\p{Cf}]+|\s|(?:.)\p{M}*", regex.DOTALL)
_MOST_WORDS: Final = 5_000
"""Of texts with more words no words are compared: the table of them would take 3 MB."""
_MOST_CAUSES: Final = 50


class Change(StrEnum):
    """What can have become of a record."""

    NEW = "new"
    """It is in the later file only."""
    GONE = "gone"
    """It is in the earlier file only."""
    PROMPT = "prompt"
    """Another prompt was sent: the item, the brief or the model changed."""
    REGENERATED = "regenerated"
    """The model wrote another text for the same prompt."""
    EDITED = "edited"
    """A person wrote what is in force now."""
    DECIDED = "decided"
    """A person approved, rejected, ... the same text, or took that back."""
    VERDICT = "verdict"
    """Accepted before and not now, or the other way round."""


@dataclass(frozen=True, slots=True)
class TextChange:
    """One text in both files."""

    place: Place
    before: str | None
    """The text in force then; None: there was none."""
    after: str | None


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record in both files."""

    id: str
    changes: tuple[Change, ...]
    """What became of it; nothing: the same prompt, texts, verdict and decisions."""
    causes: tuple[str, ...]
    """With PROMPT the columns that changed, else `model`, `template` or `the brief`."""
    before: Copy | None
    after: Copy | None
    texts: tuple[TextChange, ...]
    """Those that differ, in the later file's order."""

    @property
    def newest(self) -> Copy:
        """The later one, or the earlier where that is gone."""
        found = self.after or self.before
        assert found is not None
        return found


def compared(id_: str, before: Copy | None, after: Copy | None) -> RecordChange:
    """What became of one record. At least one of the two is there."""
    texts = tuple(_text_changes(before, after))
    if before is None or after is None:
        only = Change.NEW if before is None else Change.GONE
        return RecordChange(id_, (only,), (), before, after, texts)
    changes = []
    causes: tuple[str, ...] = ()
    if before.record.key != after.record.key:
        changes.append(Change.PROMPT)
        causes = _causes(before.record, after.record)
    elif _written(before) != _written(after):
        changes.append(Change.REGENERATED)
    told = {one.place for one in texts}
    if any(one.is_by_person and one.place in told for one in after.texts):
        changes.append(Change.EDITED)
    if _decided(before, told) != _decided(after, told):
        changes.append(Change.DECIDED)
    if before.record.status is not after.record.status:
        changes.append(Change.VERDICT)
    return RecordChange(id_, tuple(changes), causes, before, after, texts)


def _written(copy: Copy) -> Mapping[Place, str]:
    return {one.place: one.model_text for one in copy.texts}


def _decided(copy: Copy, changed: set[Place]) -> Mapping[Place, str]:
    """The states of the texts that are the same in both."""
    return {one.place: one.state for one in copy.texts if one.place not in changed}


def _text_changes(before: Copy | None, after: Copy | None) -> Iterator[TextChange]:
    old: dict[Place, Text] = {one.place: one for one in before.texts} if before else {}
    new: dict[Place, Text] = {one.place: one for one in after.texts} if after else {}
    for place in dict.fromkeys([*new, *old]):
        one, other = old.get(place), new.get(place)
        then, now = one.text if one else None, other.text if other else None
        if then != now:
            yield TextChange(place, then, now)


def _causes(before: Result, after: Result) -> tuple[str, ...]:
    """Why another prompt was sent, as far as the records tell."""
    names = dict.fromkeys([*after.input, *before.input])
    columns = [one for one in names if before.input.get(one) != after.input.get(one)]
    told = [
        name
        for name, differs in (
            ("model", (before.provider, before.model) != (after.provider, after.model)),
            ("template", before.template != after.template),
        )
        if differs
    ]
    return (*columns, *told) or ("the brief",)


class Side:
    """A fold over the records of one of two files."""

    def __init__(self) -> None:
        self.records = 0
        self.by_status: Counter[Status] = Counter()
        self.attempts = 0
        self.spending = Spending()
        self._latency = Distribution()

    def add(self, record: Result) -> None:
        """Take in one record."""
        self.records += 1
        self.by_status[record.status] += 1
        self.attempts += record.attempts
        self.spending.add(record, None)
        if record.latency_ms is not None:
            self._latency.add(record.latency_ms)

    @property
    def latency(self) -> Latency | None:
        """Of the attempts that gave a text; None: nothing was measured."""
        return self._latency.latency()


class Comparison:
    """A fold over the changes of two files."""

    def __init__(self) -> None:
        self.before = Side()
        self.after = Side()
        self.same = 0
        self.counts: Counter[Change] = Counter()
        self.causes: Counter[str] = Counter()
        """Records by what changed in their prompt."""
        self.fields: Counter[str] = Counter()
        """Texts that differ, by field."""

    def add(self, change: RecordChange) -> None:
        """Take in one record."""
        if change.before is not None:
            self.before.add(change.before.record)
        if change.after is not None:
            self.after.add(change.after.record)
        self.same += not change.changes
        self.counts.update(change.changes)
        for cause in change.causes:
            room = cause in self.causes or len(self.causes) < _MOST_CAUSES
            self.causes[cause if room else "others"] += 1
        if change.before is not None and change.after is not None:
            self.fields.update(one.place.field or "text" for one in change.texts)

    @property
    def differs(self) -> bool:
        """Whether anything changed."""
        return bool(self.counts)


def changed_words(before: str, after: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Which parts of two texts differ: spans of code points in each, whole words or phrases.

    Where nothing but a blank or a sign is the same, or the texts are too long to compare, it is all
    of both.
    """
    if before == after:
        return (), ()
    old, new = _words(before), _words(after)
    whole = ((0, len(before)),), ((0, len(after)),)
    if max(len(old), len(new)) > _MOST_WORDS:
        return whole
    names = [before[start:end] for start, end in old], [after[start:end] for start, end in new]
    taken, given, alike = list[Span](), list[Span](), False
    for one in Levenshtein.opcodes(*names):
        gone, come = old[one.src_start : one.src_end], new[one.dest_start : one.dest_end]
        if one.tag == "equal":
            kept = names[0][one.src_start : one.src_end]
            if any(map(_says_something, kept)):
                alike = True
                continue
            if not (taken and taken[-1][1] == gone[0][0]) or one.src_end == len(old):
                continue
        _extend(taken, gone)
        _extend(given, come)
    return (tuple(taken), tuple(given)) if alike or not (before and after) else whole


def _says_something(word: str) -> bool:
    return any(char.isalnum() for char in word)


def _extend(spans: list[Span], words: Sequence[Span]) -> None:
    if not words:
        return
    start, end = words[0][0], words[-1][1]
    if spans and spans[-1][1] == start:
        start = spans.pop()[0]
    spans.append((start, end))


def _words(text: str) -> list[Span]:
    """Words, blanks and signs in order; Thai, Japanese and Chinese by phrase."""
    ends = sorted({found.end() for found in _WORD.finditer(text)} | phrase_ends(text))
    return list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []
