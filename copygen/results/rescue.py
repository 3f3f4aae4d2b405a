"""Where results go when the results file can no longer be written: never nowhere.

In this order: `<results>.rescue.jsonl` beside it, a new file in the temporary folder, the last
resort stream (standard error). The first is taken back into the results file by the next run.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from copygen import system
from copygen.documents import files
from copygen.errors import ResultsError
from copygen.models import JsonValue, Status
from copygen.results.record import identified, lines, loads
from copygen.results.resume import HAS_TEXT, Latest, Precedence
from copygen.results.storage import Beside, set_aside

LAST_RESORT = "standard error"
_CLOSED = -1


def rescue_path(results: Path) -> Path:
    """The first place for rescued results."""
    return Beside.RESCUE.of(results)


class Rescue:
    """Takes whole lines, each safe on disk when `write` returns; moves on when a place fails."""

    def __init__(self, name: str, first: Path | None, last_resort: BinaryIO | None) -> None:
        """`name` is what files in the temporary folder are called after; no `first`, no first
        place; `last_resort` is standard error unless given.
        """
        self._name = name
        self._first = None if first is None else str(first)
        self._last_resort = last_resort
        self._openers = self._places(first)
        self._fd = _CLOSED
        self._path = ""
        self.places: list[str] = []
        """Every place that holds results, in the order they were used."""

    def write(self, pieces: Callable[[], Iterable[bytes]]) -> None:
        """Save what `pieces()` gives, all of it in one place. Asked again for the next place."""
        while True:
            if self._fd == _CLOSED and not self._move_on():
                self._write_last(pieces())
                return
            if self._save(pieces()):
                return

    @property
    def advice(self) -> str:
        """What to do with the rescued results before the next run."""
        if self.places == [self._first]:
            return "the next run with the same output takes them back."
        return "append them to the output before you run again, or they are paid for twice."

    def close(self) -> None:
        """Close the file in use; what it holds is on disk already."""
        if self._fd != _CLOSED:
            os.close(self._fd)
            self._fd = _CLOSED

    def _places(self, first: Path | None) -> Iterator[tuple[int, str]]:
        if first is not None:
            with suppress(OSError):
                flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
                yield files.open_own(first, Beside.RESCUE.role, flags), str(first)
        with suppress(OSError):
            fd, path = tempfile.mkstemp(prefix=f"{self._name[:64]}.", suffix=".rescue.jsonl")
            yield fd, path

    def _move_on(self) -> bool:
        place = next(self._openers, None)
        if place is None:
            return False
        self._fd, self._path = place
        return True

    def _save(self, pieces: Iterable[bytes]) -> bool:
        """Append to the file in use. On failure leaves it as it was and closes it."""
        start = os.fstat(self._fd).st_size
        try:
            for piece in pieces:
                view = memoryview(piece)
                while view:
                    view = view[os.write(self._fd, view) :]
            system.sync(self._fd)
        except OSError:
            self._abandon(start)
            return False
        self._note(self._path)
        return True

    def _abandon(self, start: int) -> None:
        with suppress(OSError):
            os.ftruncate(self._fd, start)
        self.close()  # first: Windows deletes no open file
        if start == 0:
            with suppress(OSError):
                system.remove(Path(self._path))

    def _write_last(self, pieces: Iterable[bytes]) -> None:
        stream = self._last_resort or getattr(sys.stderr, "buffer", None)
        if stream is None:  # closed, `2>&-`
            return
        # Nowhere is left to go when even this fails; the error that led here is raised anyway.
        with suppress(OSError, ValueError):
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            self._note(LAST_RESORT)

    def _note(self, place: str) -> None:
        if place not in self.places:
            self.places.append(place)


class Unwritable(ResultsError):
    """The error that ends a run whose output failed; says where its results are and what to do.

    Its message is made when it is read: requests in flight still end after it was raised, and
    their results may need a further place.
    """

    def __init__(self, target: str, why: str, rescue: Rescue) -> None:
        super().__init__(target, why)
        self._what = f"{target} cannot be written ({why})"
        self._rescue = rescue

    def __str__(self) -> str:
        if not self._rescue.places:
            return f"{self._what}, and no other place took a result"
        where = " and ".join(self._rescue.places)
        return f"{self._what}. Results from then on are saved in {where}; {self._rescue.advice}"


@dataclass(frozen=True, slots=True)
class Restored:
    """What `restore` did."""

    records: int
    """Rescued records the results file did not have."""
    superseded: int
    """How many records thereby no longer count."""
    source: Path
    """Where the rescue file is now."""


def restore(results: Path, latest: Latest) -> Restored | None:
    """Bring the rescued results of an earlier run back into the results file.

    Appends every rescued record that would count had it been written when it was made, then sets
    the rescue file aside; None when there is none. Records that are in the results already, or
    for whose id they have one that was made later, stay in the rescue file. The caller holds the
    lock and has repaired the tail. Raises OSError; the rescue file is then still in place, and a
    second attempt repeats nothing.
    """
    path = rescue_path(results)
    if not files.is_own(path):
        return None
    with files.open_regular(path, Beside.RESCUE.role) as source:
        ids = frozenset(hash(record.id) for record in _records(source))
    with files.open_regular(results, files.RESULTS) as stream:
        known = _RecordsThere(ids, stream)
    restored = superseded = 0
    flags = os.O_WRONLY | os.O_APPEND
    with (
        files.open_regular(path, Beside.RESCUE.role) as source,
        os.fdopen(files.open_own(results, files.RESULTS, flags, sole=False), "ab") as target,
    ):
        for record in _records(source):
            if not known.take(record):
                continue
            target.write(record.line + b"\n")
            restored += 1
            superseded += latest.add(record.id, record.key, record.status) is not Precedence.FIRST
        target.flush()
        system.sync(target.fileno())
    return Restored(restored, superseded, set_aside(path))


@dataclass(frozen=True, slots=True)
class _Record:
    id: str
    key: str
    status: Status
    created_s: float
    line: bytes
    """Without its end."""


@dataclass(frozen=True, slots=True)
class _Counting:
    """What counts for an id, as `copygen.results.resume.Latest` has it, and when it was made."""

    key: int
    has_text: bool
    created_s: float


class _RecordsThere:
    """What the results file has for the ids in question, and which record of them counts."""

    def __init__(self, ids: frozenset[int], stream: BinaryIO) -> None:
        self._lines: set[int] = set()
        self._counting: dict[int, _Counting] = {}
        for record in _records(stream):
            if hash(record.id) in ids:
                self._add(record)

    def take(self, record: _Record) -> bool:
        """Whether a rescued record belongs into the file; it is then taken for being there."""
        if hash(record.line) in self._lines:
            return False
        old = self._counting.get(hash(record.id))
        if old is not None and old.created_s > record.created_s:
            # It would have come before; then it counts only if the one after it said nothing.
            answers = record.status in HAS_TEXT and not old.has_text
            if not answers or old.key != hash(record.key):
                return False
        self._add(record)
        return True

    def _add(self, record: _Record) -> None:
        self._lines.add(hash(record.line))
        new = _Counting(hash(record.key), record.status in HAS_TEXT, record.created_s)
        old = self._counting.get(hash(record.id))
        if old is None or old.key != new.key or new.has_text or not old.has_text:
            self._counting[hash(record.id)] = new


def _records(stream: BinaryIO) -> Iterator[_Record]:
    for _, _, line in lines(stream):
        try:
            value = loads(line)
        except ValueError:
            continue
        if (found := identified(value)) is not None:
            yield _Record(*found, _created_s(value.get("created_at")), line.rstrip(b"\r\n"))


def _created_s(value: JsonValue) -> float:
    """Seconds since 1970; 0 for a record that does not say, as those of other programs."""
    try:
        moment = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return 0.0
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
