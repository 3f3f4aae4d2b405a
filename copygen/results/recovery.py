"""Bringing a results file into a state that can be appended to, whatever the last run left."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from copygen import system
from copygen.documents import files
from copygen.errors import ResultsError
from copygen.results.compact import compact, superseded_path
from copygen.results.files import COPY_BYTES, Beside, reported, set_aside
from copygen.results.index import Latest
from copygen.results.rescue import rescue_path, restore
from copygen.results.scan import Scan, holds_record, scan


@dataclass(frozen=True, slots=True)
class Recovered:
    """A results file that is whole: every line terminated, at most one record per id."""

    latest: Latest
    notes: tuple[str, ...]
    """What was found and done, for people."""


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


def start_over(results: Path) -> Recovered:
    """Set an earlier results file and its rescue file aside and create an empty one.

    Raises ResultsError as `recover` does.
    """
    with reported(results, "read it"):
        if results.is_file() and _is_foreign(results):
            raise ResultsError(_foreign(results))
    notes = []
    for path in (results, rescue_path(results)):
        with reported(path, "set it aside"):
            if path.is_file() and files.status(path).st_size:
                notes.append(f"the earlier {path} is now {set_aside(path)}")
    with reported(results, "open it for writing"):
        _create(results)
    return Recovered(Latest(), tuple(notes))


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
    return f"{results}: moved {count} superseded records to {superseded_path(results)}"


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
