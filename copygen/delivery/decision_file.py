"""Decisions that were made elsewhere, a file of them: what a report's page gives out.

They are lines as those beside the results, so each has its own time and person; what is new of them
is appended.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from copygen.delivery.copy import Copy, CopyReader, Text
from copygen.delivery.merge import Concern, Located, Merged, is_written
from copygen.delivery.returned import RETURNED
from copygen.documents import files
from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.tables import readable
from copygen.results.decisions import Decision, Place, State, decode_decision, recorded
from copygen.results.record import BadLine, lines

VIA: Final = "report"


@dataclass(frozen=True, slots=True)
class _FileLine:
    """One line of the file."""

    row: str
    id: str = ""
    place: Place | None = None


def merge_decisions(path: Path, copies: CopyReader, *, by: str, now: datetime) -> Merged:
    """Compare a file of decisions with what stands. Nothing is written.

    `by` is who decided where the line does not say. Raises PromptError for what is no such file.
    """
    found = Merged()
    known = set(map(_identity, recorded(copies.path)))
    by_id: dict[str, list[tuple[_FileLine, Decision]]] = {}
    for line, decision in _decisions(path, found):
        if decision.state is State.STALE:
            continue  # a run's word, which the results know better
        decision = replace(decision, by=decision.by or by, at=min(decision.at, now), via=VIA)
        found.texts += 1
        if _identity(decision) in known:
            found.already += 1
        else:
            known.add(_identity(decision))
            by_id.setdefault(decision.id, []).append((line, decision))
    for id_, decided in by_id.items():
        copy = copies.find(id_)
        if copy is None:
            for line, _ in decided:
                found.tell(Concern.UNKNOWN, line, "there is no record of this id in the results")
        else:
            _take(found, copies, copy, decided)
    return found


def _decisions(path: Path, found: Merged) -> Iterator[tuple[_FileLine, Decision]]:
    name = str(path)
    are_any = False
    with readable(name), files.open_regular(path, RETURNED) as stream:
        for number, _, content in lines(stream):
            if content.isspace():
                continue
            decision = decode_decision(content, number)
            if isinstance(decision, BadLine):
                found.tell(
                    Concern.REFUSED, _FileLine(f"line {number}"), f"no decision: {decision.reason}"
                )
                continue
            are_any = True
            yield _FileLine(f"line {number}", decision.id, decision.place), decision
    if not are_any:
        message = "this is no file of decisions; a report's page gives one out under 'Decisions'"
        raise PromptError(message, Source(name, 1))


def _take(
    found: Merged, copies: CopyReader, copy: Copy, decided: list[tuple[_FileLine, Decision]]
) -> None:
    by_place: Mapping[Place, Text] = {text.place: text for text in copy.texts}
    edited: dict[Place, tuple[Located, str]] = {}
    for line, decision in sorted(decided, key=lambda one: one[1].at):
        text = by_place.get(decision.place)
        if text is None:
            found.tell(Concern.UNKNOWN, line, "the record has no such text any more")
            continue
        found.take(copy, text, line, decision)
        copies.decisions.add(decision)
        for conflict in copies.decisions.conflicts_of(decision.id, decision.place):
            one, other = conflict.earlier, conflict.later
            message = f"{one.by} made it {one.state}, {other.by} {other.state} after that, which "
            found.tell(Concern.CONFLICT, line, f"{message}stands")
        if is_written(text, decision):
            edited[text.place] = line, decision.text or ""
        else:
            edited.pop(text.place, None)
    if edited:
        found.check(copies.rules, copy, edited)


def _identity(one: Decision) -> tuple[object, ...]:
    """What makes it that decision and no other."""
    return one.id, one.place, one.state, one.text, one.reason, one.comment, one.by, one.at
