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
from copygen.results.files import beside
from copygen.results.index import Index, Latest, Place, identity
from copygen.results.record import identify, lines


def superseded_path(results: Path) -> Path:
    """Where the records go that no longer count."""
    return beside(results, ".superseded.jsonl")


def compact(results: Path) -> int:
    """Move every record that no longer counts out of `results`; returns how many there were.

    The caller holds the lock and has no unsynced data. Raises OSError; `results` is then as
    before.
    """
    copy = beside(results, ".compacting")
    try:
        with results.open("rb") as source:
            obsolete = _obsolete(source)
            if not obsolete:
                return 0
            _keep_superseded(source, obsolete, superseded_path(results))
            _write_copy(source, obsolete, copy)
        system.replace(copy, results)  # both are closed: Windows renames no open file
    except OSError:
        system.remove(copy)  # it may be what filled the disk
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


def _keep_superseded(source: BinaryIO, obsolete: "array[int]", path: Path) -> None:
    new = not path.exists()
    with os.fdopen(system.open_file(path, os.O_RDWR | os.O_CREAT), "r+b") as target:
        there = _lines_there(target)
        target.writelines(
            line for line, hit in _marked(source, obsolete) if hit and not there.get(_number(line))
        )
        target.flush()
        system.sync(target.fileno())
    if new:
        system.sync_folder(path.parent)


def _lines_there(target: BinaryIO) -> Index:
    """The lines of the superseded file by their hash; leaves it open for appending.

    A torn last line is cut off: it is the beginning of a line that never left the results file.
    """
    there, end = Index(), 0
    for _, offset, line in lines(target):
        if line.endswith(b"\n"):
            there.put(_number(line), 1)
            end = offset + len(line)
    target.seek(end)
    target.truncate()
    return there


def _number(line: bytes) -> int:
    return hash(line) & ((1 << 64) - 1)


def _write_copy(source: BinaryIO, obsolete: "array[int]", copy: Path) -> None:
    """What stays, in its order, with the permissions of the original; on disk at the end."""
    system.remove(copy)  # left by a run that was killed here
    with copy.open("xb") as target:
        system.copy_access(source.fileno(), target.fileno())
        target.writelines(line for line, hit in _marked(source, obsolete) if not hit)
        target.flush()
        system.sync(target.fileno())
