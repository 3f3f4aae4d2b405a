"""Bringing a results file into a state that can be appended to, whatever the last run left.

One pass finds what is done, what is damaged and where the sound part ends. Compaction then leaves
at most one record per id, and nothing paid for is deleted: the records that no longer count go to
`<results>.superseded.jsonl`, and only when they are safe on disk is the results file replaced, by
renaming a finished copy over it. Killed at any point, compaction simply runs again when the file is
next opened: lines that are in the superseded file already are not added twice, and the unfinished
copy is written anew.

What stays keeps its order, so the file remains in the order in which prompts ended; a redone
prompt stands where its last record was appended. Lines that are no records stay where they are.
"""

import os
import shutil
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from copygen import system
from copygen.documents import files
from copygen.errors import ResultsError
from copygen.figures import counted
from copygen.models import Status
from copygen.results.record import OPENING, identify, lines
from copygen.results.rescue import rescue_path, restore
from copygen.results.resume import HAS_TEXT, Index, Latest, Precedence, identity
from copygen.results.storage import COPY_BYTES, Beside, reported, set_aside

_SHOWN_FAULTS = 10


@dataclass(slots=True)
class Scan:
    """What `scan` found."""

    latest: Latest = field(default_factory=Latest)
    records: int = 0
    superseded: int = 0
    """Records that a record of the same id makes obsolete; compaction moves them out."""
    faults: int = 0
    """Lines within the sound part that are no records."""
    fault_lines: list[int] = field(default_factory=list)
    """The numbers of the first of them, 1-based."""
    sound_bytes: int = 0
    """Where the last line that is JSON ends; what follows was torn by a crash."""
    size_bytes: int = 0
    unterminated: bool = False
    """The sound part ends without a newline."""
    opening: bytes = b""
    """The first bytes of the file."""
    others: int = 0
    """Lines that are JSON, but not records."""

    @property
    def torn_bytes(self) -> int:
        """Length of the tail that is no JSON."""
        return self.size_bytes - self.sound_bytes

    @property
    def foreign(self) -> bool:
        """Whether this is somebody else's file: not one record, and no torn beginning of one."""
        if self.records:
            return False
        text = self.opening.lstrip(b"\0 \t\r\n")
        return self.others > 0 or not OPENING.startswith(text[: len(OPENING)])


def scan(stream: BinaryIO) -> Scan:
    """Read a results file from its beginning to its end, in memory bounded by its ids."""
    found = Scan()
    bad_at_end = 0
    for number, offset, line in lines(stream):
        end = found.size_bytes = offset + len(line)
        found.opening = found.opening or line[:4096]
        if line.isspace():
            if not bad_at_end and line.endswith(b"\n"):
                found.sound_bytes = end
            continue
        try:
            record = identify(line)
        except ValueError:
            _add_fault(found, number)
            bad_at_end += 1
            continue
        bad_at_end = 0
        found.sound_bytes = end
        found.unterminated = not line.endswith(b"\n")
        if record is None:
            found.others += 1
            _add_fault(found, number)
            continue
        found.records += 1
        found.superseded += found.latest.add(*record) is not Precedence.FIRST
    _drop_tail_faults(found, bad_at_end)
    return found


def holds_record(stream: BinaryIO) -> bool:
    """Whether any line is a record; reads up to the first that is."""
    for _, _, line in lines(stream):
        try:
            if identify(line) is not None:
                return True
        except ValueError:
            continue
    return False


def _add_fault(found: Scan, number: int) -> None:
    found.faults += 1
    if len(found.fault_lines) < _SHOWN_FAULTS:
        found.fault_lines.append(number)


def _drop_tail_faults(found: Scan, bad_at_end: int) -> None:
    """Forget the last faults: they are the torn tail, not damage in the middle."""
    found.faults -= bad_at_end
    del found.fault_lines[found.faults :]


def superseded_path(results: Path) -> Path:
    """Where the records go that no longer count."""
    return Beside.SUPERSEDED.of(results)


def compact(results: Path) -> int:
    """Move every record that no longer counts out of `results`; returns how many there were.

    The caller holds the lock and has no unsynced data. Raises OSError; `results` is then as
    before.
    """
    copy = Beside.COPY.of(results)
    with files.open_regular(results, files.RESULTS) as source:
        obsolete = _obsolete(source)
        if not obsolete:
            return 0
        _keep_superseded(source, obsolete, results)
        try:
            _write_copy(source, obsolete, results)
        except OSError:
            system.remove(copy)  # it may be what filled the disk
            raise
    try:
        system.replace(copy, results)
    except OSError:
        system.remove(copy)
        raise
    system.sync_folder(results.parent)
    return len(obsolete)


def _obsolete(source: BinaryIO) -> "array[int]":
    """The byte offsets of the records that do not count, ascending."""
    latest, where = Latest(), Index()
    obsolete = array("Q")
    for _, offset, line in lines(source):
        record = _identified(line)
        if record is None:
            continue
        if latest.add(*record) is Precedence.SUPERSEDED:
            obsolete.append(offset)
        elif before := where.put(identity(record[0]), offset + 1):  # 0 means absent
            obsolete.append(before - 1)
    return array("Q", sorted(obsolete))


def _marked(source: BinaryIO, obsolete: "array[int]") -> Iterator[tuple[bytes, bool]]:
    """Every line, and whether it is obsolete."""
    source.seek(0)
    position, count = 0, len(obsolete)
    for _, offset, line in lines(source):
        hit = position < count and obsolete[position] == offset
        position += hit
        yield line, hit


def _keep_superseded(source: BinaryIO, obsolete: "array[int]", results: Path) -> None:
    new = not files.is_own(superseded_path(results))
    with os.fdopen(Beside.SUPERSEDED.open(results, os.O_RDWR | os.O_CREAT), "r+b") as target:
        there = _lines_there(target)
        target.writelines(
            line for line, hit in _marked(source, obsolete) if hit and not there.get(_number(line))
        )
        target.flush()
        system.sync(target.fileno())
    if new:
        system.sync_folder(results.parent)


def _lines_there(target: BinaryIO) -> Index:
    """The lines of the superseded file by their hash; leaves it open for appending.

    A torn last line of ours is cut off: it is the beginning of a line that never left the results
    file. Another last line without an end is somebody else's, and gets one.
    """
    there, end, torn = Index(), 0, b""
    for _, offset, line in lines(target):
        torn = b"" if line.endswith(b"\n") else line
        if not torn:
            there.put(_number(line), 1)
            end = offset + len(line)
    if torn.startswith(OPENING[: len(torn)]):
        target.seek(end)
        target.truncate()
    else:
        target.seek(0, os.SEEK_END)
        target.write(b"\n")
    return there


def _number(line: bytes) -> int:
    return hash(line) & ((1 << 64) - 1)


def _write_copy(source: BinaryIO, obsolete: "array[int]", results: Path) -> None:
    """What stays, in its order, with the permissions of the original; on disk at the end."""
    system.remove(Beside.COPY.of(results))  # left by a run that was killed here
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(Beside.COPY.open(results, flags), "wb") as target:
        system.copy_access(source.fileno(), target.fileno())
        for line, hit in _marked(source, obsolete):
            if not hit:
                target.write(line if line.endswith(b"\n") else line + b"\n")
        target.flush()
        system.sync(target.fileno())


@dataclass(frozen=True, slots=True)
class Recovered:
    """A results file that is whole: every line terminated, at most one record per id."""

    latest: Latest
    notes: tuple[str, ...]
    """What was found and done, for people."""
    aside: Path | None = None
    """Where the earlier file is, if it was set aside."""


def recover(results: Path) -> Recovered:
    """Repair, complete and compact `results`; create it if it is not there.

    Nothing is thrown away: a torn tail goes to `<name>.torn`, superseded records to
    `<name>.superseded.jsonl`, and damaged lines elsewhere stay where they are. The caller holds
    the lock. Raises ResultsError when the file cannot be read or written or is no results file.
    """
    with reported(results, "open it for writing"):
        _create(results)
    with reported(results, "read it"), files.open_regular(results, files.RESULTS) as stream:
        found = scan(stream)
    if found.foreign:
        raise ResultsError(_foreign(results))
    notes = _repair(results, found) + _damage(results, found)
    with reported(results, "take back the results rescued by an earlier run"):
        restored = restore(results, found.latest)
    if restored is not None:
        notes.append(
            f"{results}: took back {restored.records} results rescued by an earlier run; "
            f"the rescue file is now {restored.source}"
        )
    if found.superseded or (restored is not None and restored.superseded):
        notes.append(compacted(results))
    return Recovered(found.latest, tuple(notes))


def start_over(results: Path, keeps: Callable[[str], bool] | None = None) -> Recovered:
    """Set an earlier results file and its rescue file aside and create a new one.

    It holds the texts of the ids that it `keeps`, and nothing else. Raises ResultsError as
    `recover` does.
    """
    with reported(results, "read it"):
        if results.is_file() and _is_foreign(results):
            raise ResultsError(_foreign(results))
    notes, aside, latest = [], None, Latest()
    if keeps is not None and results.is_file():
        with reported(results, "keep the texts that people decided on"):
            _copy_kept(results, keeps, latest)
    for path in (results, rescue_path(results)):
        with reported(path, "set it aside"):
            if path.is_file() and files.status(path).st_size:
                moved = set_aside(path)
                aside = moved if path == results else aside
                notes.append(f"the earlier {path} is now {moved}")
    with reported(results, "open it for writing"):
        if latest.counts:
            system.replace(Beside.COPY.of(results), results)
            system.sync_folder(results.parent)
        _create(results)
    return Recovered(latest, tuple(notes), aside)


def _copy_kept(results: Path, keeps: Callable[[str], bool], latest: Latest) -> None:
    """Write the copy that takes the place of results which are set aside, if it holds anything."""
    left_out = array("Q")
    with files.open_regular(results, files.RESULTS) as source:
        obsolete = frozenset(_obsolete(source))
        source.seek(0)
        for _, offset, line in lines(source):
            record = None if offset in obsolete else _identified(line)
            if record is not None and record[2] in HAS_TEXT and keeps(record[0]):
                latest.add(*record)
            else:
                left_out.append(offset)
        if latest.counts:
            _write_copy(source, left_out, results)


def _identified(line: bytes) -> tuple[str, str, Status] | None:
    try:
        return identify(line)
    except ValueError:
        return None


def compacted(results: Path) -> str:
    """Compact `results`; returns the note that says so. Raises ResultsError."""
    with reported(results, "move superseded records out of it"):
        try:
            count = compact(results)
        except OSError as exc:
            if not system.held_by_others(exc):
                raise
            return (
                f"{results} is open in another program, so superseded records stay in it until "
                "the next run"
            )
    return f"{results}: moved {counted(count, 'superseded record')} to {superseded_path(results)}"


def _create(results: Path) -> None:
    os.close(files.open_own(results, files.RESULTS, os.O_RDWR | os.O_CREAT, sole=False))
    if not files.status(results).st_size:
        system.sync_folder(results.parent)


def _foreign(results: Path) -> str:
    return f"{results} is not a results file of copygen; name another with -o, or move it away"


def _is_foreign(results: Path) -> bool:
    with files.open_regular(results, files.RESULTS) as stream:
        if holds_record(stream):
            return False
        stream.seek(0)
        return scan(stream).foreign


def _repair(results: Path, found: Scan) -> list[str]:
    """End the file with a whole line; what was torn is kept aside."""
    if found.torn_bytes:
        with reported(results, "move its torn end aside"):
            torn = _move_tail(results, found.sound_bytes)
        return [
            f"{results}: a crash tore its last record; the {found.torn_bytes} bytes of it are "
            f"now in {torn}, and the prompt runs again"
        ]
    if found.unterminated:
        with reported(results, "end its last line"), _writable(results) as stream:
            stream.seek(0, os.SEEK_END)
            stream.write(b"\n")
    return []


def _move_tail(results: Path, start: int) -> Path:
    """Append what follows `start` to the `.torn` file, and only then cut it off."""
    torn = Beside.TORN.of(results)
    new = not files.is_own(torn)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with (
        _writable(results) as source,
        os.fdopen(Beside.TORN.open(results, flags), "ab") as target,
    ):
        source.seek(start)
        shutil.copyfileobj(source, target, COPY_BYTES)
        target.write(b"\n")
        target.flush()
        system.sync(target.fileno())
        if new:
            system.sync_folder(torn.parent)
        source.truncate(start)
        system.sync(source.fileno())
    return torn


def _writable(results: Path) -> BinaryIO:
    return os.fdopen(files.open_own(results, files.RESULTS, os.O_RDWR, sole=False), "r+b")


def _damage(results: Path, found: Scan) -> list[str]:
    """The note on lines that are no records; they stay where they are."""
    if not found.faults:
        return []
    numbers = ", ".join(map(str, found.fault_lines))
    more = found.faults - len(found.fault_lines)
    where = f"line {numbers}" if found.faults == 1 else f"lines {numbers}"
    where += f" and {more} more" if more else ""
    return [f"{results}: {where} cannot be read as records; kept as they are, not counted as done"]
