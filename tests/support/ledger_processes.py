"""Other processes for tests of the ledger: they are killed, starved of disk, or in the way.

All are started from one fork server that has copygen imported already, so that a test can afford
dozens of them.
"""

import multiprocessing
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from copygen.errors import ResultsError
from copygen.results.ledger import FsyncPolicy, Ledger
from tests.support.records import result


@contextmanager
def running(target: Callable[..., None], *args: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process that runs `target(connection, *args)`, killed at the end if it still runs."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *args))
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def append_forever(connection: Connection, path: Path, first: int, seed: float) -> None:
    """Append results numbered from `first`, small and large; say each number when it is in."""
    sizes = Random(seed)
    ledger = Ledger.open(path)
    for number in count(first):
        text = "ไ" * (sizes.choice([10, 200, 60_000]))
        ledger.append(result(str(number), text=text))
        connection.send(number)


def hold(connection: Connection, path: Path) -> None:
    """Open the ledger, say so, and keep it until told to close it or killed."""
    with Ledger.open(path):
        connection.send("open")
        connection.recv()
    connection.send("closed")


def fill_disk(connection: Connection, folder: Path, fsync: FsyncPolicy, lasts: bool) -> None:
    """For every byte offset of a record: have the disk be full there while it is written.

    A full disk that `lasts` stays full, otherwise there is room again right after. Sends the
    number of offsets, then for each `(path, last resort, raised, places)`.
    """
    tempfile.tempdir = str(folder)
    length = len(_append_two(folder / "whole" / "ads.results.jsonl", fsync))
    connection.send(length)
    for offset in range(length):
        path = folder / str(offset) / "ads.results.jsonl"
        connection.send(_fill_disk_at(path, offset, fsync, lasts))


def _append_two(path: Path, fsync: FsyncPolicy) -> bytes:
    path.parent.mkdir()
    with Ledger.open(path, fsync=fsync) as ledger:
        ledger.append(result("a", text="ไ" * 50))
        before = path.stat().st_size
        ledger.append(result("b"))
    return path.read_bytes()[before:]


def _fill_disk_at(
    path: Path, offset: int, fsync: FsyncPolicy, lasts: bool
) -> tuple[Path, bytes, list[str], tuple[str, ...]]:
    path.parent.mkdir()
    last_resort = BytesIO()
    ledger = Ledger.open(path, fsync=fsync, last_resort=last_resort)
    ledger.append(result("a", text="ไ" * 50))
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = path.stat().st_size + offset
    raised = []
    resource.setrlimit(resource.RLIMIT_FSIZE, (full, unlimited[1]))
    try:
        for id_ in "bcd":
            try:
                ledger.append(result(id_))
            except ResultsError as error:
                raised.append(f"{id_}: {error}")
                if not lasts:
                    resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    ledger.close()
    return path, last_resort.getvalue(), raised, ledger.rescued
