"""Compaction: at most one record per id in the results file, and nothing paid for deleted.

The records that no longer count go to `<results>.superseded.jsonl`, and only when they are safe on
disk is the results file replaced, by renaming a finished copy over it. Killed at any point,
compaction simply runs again when the file is next opened: lines that are in the superseded file
already are not added twice, and the unfinished copy is written anew.

What stays keeps its order, so the file remains in the order in which prompts ended; a redone
prompt stands where its last record was appended. Lines that are no records stay where they are.
"""

import os
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from copygen import system
from copygen.documents import files
from copygen.results.files import Beside
from copygen.results.index import Index, Latest, Place, identity
from copygen.results.record import OPENING, identify, lines


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
        try:
            record = identify(line)
        except ValueError:
            continue
        if record is None:
            continue
        if latest.add(*record) is Place.SUPERSEDED:
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
        target.writelines(line for line, hit in _marked(source, obsolete) if not hit)
        target.flush()
        system.sync(target.fileno())
