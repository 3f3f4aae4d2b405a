"""Which records and texts are meant: the flags that every way out has in common."""

import hashlib
import heapq
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeVar

from copygen.delivery.copy import Copy, CopyReader, Text
from copygen.documents import nearest
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Source, Status, Violation
from copygen.prompts.rows import Row
from copygen.prompts.selection import Condition
from copygen.results.decisions import State

_T = TypeVar("_T")
_CELLS_BELOW: Final = "/"
RECORD_NAMES: Final = (
    *("id", "status", "state", "text", "model", "provider", "cost_usd", "latency_ms", "attempts"),
    "rules",
)
"""What `--where` may ask of a record beside the columns of its item; those go first."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is asked of records. The default takes all of them."""

    ids: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    """`ok`, `rejected`, ...: how the prompt ended."""
    states: tuple[str, ...] = ()
    """`draft`, `approved`, ...: what people made of any of its texts."""
    rules: tuple[str, ...] = ()
    """Rules that one of its texts breaks, by name or its beginning: `length`, `grounding`."""
    where: str | None = None
    """A condition over the columns of the item and `RECORD_NAMES`."""
    grep: str | None = None
    """A pattern (or plain words, without regard to case) in one of its texts."""
    sample: int | None = None
    """So many, chosen by their ids: the same every time."""


class Chooser:
    """A compiled choice. Raises UsageError for words that mean nothing."""

    def __init__(self, choice: Choice) -> None:
        self._choice = choice
        self.takes_all = choice == Choice()
        """Whether every record is meant."""
        self._ids = frozenset(choice.ids)
        self._statuses = frozenset(_known("--status", choice.statuses, list(Status)))
        self._states = frozenset(_known("--state", choice.states, list(State)))
        self._condition = Condition(choice.where, "--where") if choice.where is not None else None
        self._pattern = _pattern(choice.grep) if choice.grep is not None else None

    def chosen(self, copies: Iterable[Copy]) -> Iterator[Copy]:
        """Those that are meant, in their order. A sample is told when the last was looked at."""
        return self.sampled((one for one in copies if self.takes(one)), _id_of)

    def sampled(self, found: Iterable[_T], id_of: Callable[[_T], str]) -> Iterator[_T]:
        """All, or the sample of them where one was asked for, in their order."""
        if self._choice.sample is None:
            return iter(found)
        numbered = enumerate(found)
        size = self._choice.sample
        chosen = heapq.nsmallest(size, numbered, key=lambda one: _number(id_of(one[1])))
        return (one for _, one in sorted(chosen, key=itemgetter(0)))

    def takes(self, copy: Copy) -> bool:
        """Whether the record is meant, the sample aside. Raises PromptError for a condition that
        cannot be told of it."""
        record = copy.record
        if self._ids and record.id not in self._ids:
            return False
        if self._statuses and record.status not in self._statuses:
            return False
        if self._states and not any(text.state in self._states for text in copy.texts):
            return False
        if self._choice.rules and not self._breaks(copy):
            return False
        if self._pattern and not any(self._pattern.search(one.text) for one in copy.texts):
            return False
        return self._condition is None or self._holds(self._condition, copy)

    def means(self, copy: Copy, text: Text) -> bool:
        """Whether this text of a record that is meant is one for which it is: left so, broken so,
        or found by the pattern."""
        if self._states and text.state not in self._states:
            return False
        if self._pattern and not self._pattern.search(text.text):
            return False
        if not self._choice.rules or self._are_broken(text.violations):
            return True
        return not any(self._are_broken(one.violations) for one in copy.texts)

    def found_in(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where a text has what `grep` looks for: spans of code points."""
        if self._pattern is None:
            return ()
        spans = (found.span() for found in self._pattern.finditer(text))
        return tuple((start, end) for start, end in spans if start < end)

    def _breaks(self, copy: Copy) -> bool:
        return self._are_broken(copy.record.violations)

    def _are_broken(self, violations: Iterable[Violation]) -> bool:
        return any(
            one.rule == rule or one.rule.startswith(f"{rule}.")
            for one in violations
            for rule in self._choice.rules
        )

    def _holds(self, condition: Condition, copy: Copy) -> bool:
        record = copy.record
        own: dict[str, JsonValue] = {
            "id": record.id,
            "status": record.status.value,
            "state": copy.state.value,
            "text": record.text,
            "model": record.model,
            "provider": record.provider,
            "cost_usd": None if record.cost_usd is None else float(record.cost_usd),
            "latency_ms": record.latency_ms,
            "attempts": record.attempts,
            "rules": [one.rule for one in record.violations],
        }
        item = {**own, **record.input}
        row = Row(item, Source(record.id, record.line or 1), item)
        try:
            return condition.holds(row, record.row or 1)
        except PromptError as error:
            raise UsageError(
                f"--where cannot be told of the record '{record.id}': {error.message}"
            ) from error


def named_ids(copies: CopyReader, names: Sequence[str]) -> tuple[str, ...]:
    """The ids that are named: of a record, or of an item all records. Raises UsageError for a name
    that is neither."""
    missing = {name: list[str]() for name in names if copies.find(name) is None}
    known: dict[str, None] = {}
    for value in copies.values() if missing else ():
        id_ = str(value["id"])
        known |= {id_: None, id_.partition(_CELLS_BELOW)[0]: None}
        for name, found in missing.items():
            if id_.startswith(f"{name}{_CELLS_BELOW}"):
                found.append(id_)
    for name, found in missing.items():
        if not found:
            near = nearest(name, [*known])
            hint = f"; did you mean '{near}'?" if near else "."
            raise UsageError(f"there is no record '{name}' in {copies.path.name}{hint}")
    return tuple(dict.fromkeys(id_ for name in names for id_ in missing.get(name, [name])))


def _known(flag: str, given: Iterable[str], known: list[Status] | list[State]) -> Iterator[str]:
    for word in given:
        if word not in known:
            raise UsageError(f"{flag} takes {', '.join(known)}, not '{word}'.")
        yield word


def _pattern(text: str) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error:
        return re.compile(re.escape(text), re.IGNORECASE)


def _id_of(copy: Copy) -> str:
    return copy.record.id


def _number(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=8).digest()
