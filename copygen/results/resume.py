"""What earlier runs have done: the latest record of every id, and which prompts it settles.

What is done is neither sent nor paid for again. A prompt is settled by a record of its own id that
was made with its key, if the status of that is one that stays. Where its id has no record, one with
its key under another id settles it: an id can be made of columns that the template does not use,
and one of them changed. But a record answers one prompt only. So all ids of the source are looked
up before the run (`reserve`): their records are kept for them, and only what is left over can be
claimed.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Final

from copygen.errors import UsageError
from copygen.models import InputFault, JsonValue, Prompt, Result, Status
from copygen.results.record import read_results
from copygen.results.storage import reported

_WORD = (1 << 64) - 1
_LETTERED = re.compile(r"r[0-9a-f]{12}(?![0-9a-f])")
_STATUSES = tuple(Status)
_CODE = {status: code for code, status in enumerate(_STATUSES, start=1)}
_STATUS_BITS = 3
HAS_TEXT = frozenset({Status.OK, Status.REJECTED})
_CLAIMED = (Status.OK, Status.REJECTED, Status.FAILED)
"""Of records with the same key, the best first."""
_NONE_LEFT = 1


class Precedence(Enum):
    """Where a record stands among those of the same id."""

    FIRST = auto()
    """There was none before it."""
    SUPERSEDES = auto()
    """It replaces the one before it."""
    SUPERSEDED = auto()
    """The one before it stays: it holds a text for the same prompt, and this one does not."""


class Index:
    """A map from 64-bit numbers to 64-bit numbers other than 0.

    Open addressing with linear probing over two arrays: 16 bytes a slot, at most two thirds of
    the slots in use. It only grows. For a million ids it takes 65 MiB while it grows and 32 MiB
    afterwards, where a dict takes 130 MiB, half as long though it needs to fill (0.9 s for 1.8 s):
    a plan holds two of them, and a million finished rows are promised to resume in 83 MB.
    """

    __slots__ = ("_room", "_table")

    def __init__(self, slots: int = 1024) -> None:
        self._allocate(slots)

    def get(self, key: int) -> int:
        """The value of `key`; 0 when it has none."""
        keys, values, mask = self._table
        slot = key & mask
        while value := values[slot]:
            if keys[slot] == key:
                return value
            slot = (slot + 1) & mask
        return 0

    def put(self, key: int, value: int) -> int:
        """Set the value of `key` and return the one before; 0 when there was none."""
        keys, values, mask = self._table
        slot = key & mask
        while old := values[slot]:
            if keys[slot] == key:
                values[slot] = value
                return old
            slot = (slot + 1) & mask
        keys[slot] = key
        values[slot] = value
        self._room -= 1
        if not self._room:
            self._grow()
        return 0

    def values(self) -> Iterator[int]:
        """Every value, in no order."""
        return filter(None, self._table[1])

    def items(self) -> Iterator[tuple[int, int]]:
        """Every key and its value, in no order."""
        return ((key, value) for key, value in zip(*self._table[:2], strict=True) if value)

    @property
    def size_bytes(self) -> int:
        """What the slots take."""
        return 16 * len(self._table[0])

    def _allocate(self, slots: int) -> None:
        mask = slots - 1  # the number of slots is a power of two
        self._table = (array("Q", bytes(8 * slots)), array("Q", bytes(8 * slots)), mask)
        self._room = slots * 2 // 3

    def _grow(self) -> None:
        keys, values, _ = self._table
        larger = Index(2 * len(keys))
        for key, value in zip(keys, values, strict=True):
            if value:
                larger.put(key, value)
        # At once: with `--fsync always` another thread writes while the event loop reads.
        self._table, self._room = larger._table, larger._room


class Latest:
    """A fold over records: for every id, the key and status of the one that counts.

    The later record counts, with one exception: a record without a text (`failed`, `skipped`,
    `cancelled`) never replaces one with a text (`ok`, `rejected`) for the same key. That text
    answers the very same request and was paid for.

    Ids and keys are held as hashes of 64 and 61 bits, salted per process: in a file of a million
    ids the chance that any two are taken for one another is below one in ten million.
    """

    def __init__(self) -> None:
        self._index = Index()
        self._counts = [0] * (len(_STATUSES) + 1)
        self._spare: Index | None = None

    @property
    def counts(self) -> dict[Status, int]:
        """How many ids stand at each status that occurs."""
        return {status: self._counts[code] for status, code in _CODE.items() if self._counts[code]}

    @property
    def size_bytes(self) -> int:
        """What is held for the ids; grows with them and with nothing else."""
        return self._index.size_bytes

    def add(self, id_: str, key: str, status: Status) -> Precedence:
        """Take in the next record in file order."""
        code = _CODE[status]
        value = (hash(key) << _STATUS_BITS & _WORD) | code
        # `put` first: a new id, nearly always the case, then costs a single probe.
        number = hash(id_) & _WORD  # `identity`, on every prompt's way
        old = self._index.put(number, value)
        if not old:
            self._counts[code] += 1
            return Precedence.FIRST
        if _keeps(old, value):
            self._index.put(number, old)
            return Precedence.SUPERSEDED
        self._counts[old & 7] -= 1
        self._counts[code] += 1
        return Precedence.SUPERSEDES

    def status_of(self, id_: str, *keys: str) -> Status | None:
        """The status of the record that counts for `id_`, if it was made with one of these keys."""
        value = self._value_of(id_)
        if not value:
            return None
        for key in keys:
            if value >> _STATUS_BITS == (hash(key) << _STATUS_BITS & _WORD) >> _STATUS_BITS:
                return _STATUSES[(value & 7) - 1]
        return None

    def holds(self, id_: str) -> bool:
        """Whether there is a record of `id_`."""
        return self._value_of(id_) != 0

    def newest_of(self, id_: str) -> Status | None:
        """The status of the record that counts for `id_`, whatever it was made of."""
        value = self._value_of(id_)
        return _STATUSES[(value & 7) - 1] if value else None

    def reserve(self, ids: Iterable[str]) -> None:
        """Keep the records of these ids for the prompts of these ids; `claim` has the others.

        Call it before records are added that no prompt may claim.
        """
        spare = Index()
        for value in self._index.values():
            spare.put(value, (spare.get(value) or _NONE_LEFT) + 1)
        left = sum(self._counts)
        for id_ in ids:
            if value := self._value_of(id_):
                left -= 1
                self._take(spare, value)
        self._spare = spare if left > 0 else None

    def claim(self, id_: str, key: str, settled: Set[Status]) -> Status | None:
        """The status, among `settled`, of a record with this `key` that no other prompt has.

        For a prompt whose id has no record: each record answers one prompt. None if there is none.
        """
        if self._spare is None or self._value_of(id_):
            return None
        for status in _CLAIMED:
            value = (hash(key) << _STATUS_BITS & _WORD) | _CODE[status]
            if status in settled and self._take(self._spare, value):
                return status
        return None

    def keep(self, id_: str) -> None:
        """Keep the record of one more id, met only now, for its own prompt."""
        value = self._value_of(id_)
        if self._spare is not None and value:
            self._take(self._spare, value)

    def _value_of(self, id_: str) -> int:
        value = self._index.get(identity(id_))
        if not value and (earlier := earlier_id(id_)) is not None:
            return self._index.get(identity(earlier))
        return value

    @staticmethod
    def _take(spare: Index, value: int) -> bool:
        """Use up one of the records; an index knows no 0, so 1 stands for none."""
        count = spare.get(value)
        if count < _NONE_LEFT + 1:
            return False
        spare.put(value, count - 1)
        return True


_ABSENT: Final = object()


def differing(
    before: Mapping[str, JsonValue], after: Mapping[str, JsonValue], used: frozenset[str]
) -> list[str]:
    """The used columns whose values are not the same, in the order of `after`."""
    names = dict.fromkeys((*after, *before))
    return [
        name
        for name in names
        if name in used and before.get(name, _ABSENT) != after.get(name, _ABSENT)
    ]


def earlier_id(id_: str) -> str | None:
    """What earlier versions called the same row: ids made of content had no letter in front."""
    return id_[1:] if _LETTERED.match(id_) else None


def identity(id_: str) -> int:
    """The 64-bit number an id is known by in this process."""
    return hash(id_) & _WORD


def _keeps(old: int, new: int) -> bool:
    same_key = old >> _STATUS_BITS == new >> _STATUS_BITS
    return (
        same_key
        and _STATUSES[(old & 7) - 1] in HAS_TEXT
        and _STATUSES[(new & 7) - 1] not in HAS_TEXT
    )


DONE: Final = frozenset({Status.OK, Status.REJECTED, Status.FAILED})
"""What an earlier run has settled; `skipped`, `cancelled` and None run again. Of these, `failed`
and `rejected` run again only when the user asks for it."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The prompts of a source, each method a reading of its own."""

    ids: Callable[[], Iterator[str]]
    """Their ids alone: a third of the time that rendering them takes."""
    prompts: Callable[[], Iterator[Prompt | InputFault]]


class Resume:
    """What earlier runs have settled of the prompts of one source."""

    def __init__(
        self,
        latest: Latest | None,
        settled: frozenset[Status],
        rows: Rows | None,
        exempt: Callable[[Prompt], bool] = lambda _prompt: False,
    ) -> None:
        """`latest` is what the results file holds, None where nothing is remembered; `settled` are
        the statuses that stay. `rows` is None for a stream, which can be read once only: what it
        has in common with the results is seen as it comes. `exempt` are prompts whose texts people
        decided on: others see to it that those stay, or go for a reason.
        """
        self._exempt = exempt
        self._latest = latest if latest is not None and latest.counts else None
        self._settled = settled
        self._rows = rows
        self._chooses = Status.OK in settled and not settled >= DONE
        """Only some of the results are made again: `--retry failed`."""

    @property
    def knows(self) -> bool:
        """Whether there is anything that could be settled."""
        return self._latest is not None

    def reserve(self) -> None:
        """Find out which records belong to prompts that are still there; the others are spare."""
        latest, rows = self._latest, self._rows
        if latest is None:
            return
        if rows is None:
            latest.reserve(())
            return
        known = missing = 0
        for id_ in rows.ids():
            if latest.holds(id_):
                known += 1
            else:
                missing += 1
        # Nobody to claim a record, or none that is spare: nearly always, and half the work.
        if missing and known < sum(latest.counts.values()):
            latest.reserve(rows.ids())

    def status_of(self, prompt: Prompt) -> Status | None:
        """How the prompt ended, where that settles it; None: it is to be sent."""
        latest = self._latest
        if latest is None:
            return None
        status = latest.status_of(prompt.id, *prompt.keys)
        if status is not None and self._rows is None:
            latest.keep(prompt.id)
        if status is None:
            claims = (latest.claim(prompt.id, key, self._settled) for key in prompt.keys)
            status = next((one for one in claims if one is not None), None)
        if status in self._settled:
            return status
        # Of a file that is found out before the run.
        stays = self._chooses and self._rows is None and latest.newest_of(prompt.id) is Status.OK
        return Status.OK if stays else None

    def guard(self, path: Path, template: str | None, *, named: bool) -> None:
        """Raise UsageError where the run would replace texts that nobody asked to replace.

        That is, where only some results are made again and accepted texts would go with them; and
        where all results at `path` are of another template than `template`, unless somebody `named`
        the file: else its name is the table's, whatever words the rows.
        """
        if self._latest is None or self._rows is None:
            return
        if self._chooses:
            others = (
                one
                for one in self._rows.prompts()
                if not (isinstance(one, Prompt) and self._exempt(one))
            )
            self._refuse_replacing(self._latest, others)
        if named or template is None:
            return
        earlier = _template_of(path)
        if earlier not in (None, template) and self._shares_nothing(
            self._latest, self._rows.prompts()
        ):
            raise UsageError(
                f"{path} has the texts of another template, {earlier}: name another file with "
                f"-o to keep both, or say -o {path} to replace them."
            )

    @staticmethod
    def _shares_nothing(latest: Latest, prompts: Iterable[Prompt | InputFault]) -> bool:
        """Whether there are texts of these ids, and none of them is what would be sent now."""
        others = False
        for _, is_same in _with_texts(latest, prompts):
            if is_same:
                return False
            others = True
        return others

    @staticmethod
    def _refuse_replacing(latest: Latest, prompts: Iterable[Prompt | InputFault]) -> None:
        found = _with_texts(latest, prompts)
        replaced = sum(status is Status.OK and not is_same for status, is_same in found)
        if replaced:
            texts = "1 accepted text" if replaced == 1 else f"{replaced} accepted texts"
            raise UsageError(
                f"--retry would make {texts} anew, too: the model, the template or the rows are "
                "not what they were made with. Use what they were made with, or another -o for "
                "the new texts; without --retry the run replaces them, and with --retry all "
                "everything."
            )


def _with_texts(
    latest: Latest, prompts: Iterable[Prompt | InputFault]
) -> Iterator[tuple[Status, bool]]:
    """Of each prompt whose id has a text: its status, and whether it answers this prompt."""
    for entry in prompts:
        newest = latest.newest_of(entry.id)
        if newest is not None and newest in HAS_TEXT:
            keys = entry.keys if isinstance(entry, Prompt) else ("",)
            yield newest, latest.status_of(entry.id, *keys) is not None


def _template_of(path: Path) -> str | None:
    """The template of the first result in a file, where there is one."""
    with reported(path, "read it"):
        records = (one for one in read_results(path) if isinstance(one, Result))
        first = next(records, None)
    return first.template if first else None
