"""Other processes that decide about texts at the same time, are killed at it, or have no disk left.

`tests.support.ledger_processes.running` starts them.
"""

import resource
import time
from datetime import UTC, datetime
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path

from copygen.errors import ResultsError
from copygen.results.decisions import Decision, DecisionLog, Decisions, State

BATCH = 3


def decision(id_: str, by: str = "mali", **fields: object) -> Decision:
    """An approval with a text of some length."""
    given = {"key": "k", "state": State.APPROVED, "text": "ไหม" * 20, "via": "page", **fields}
    return Decision(id=id_, by=by, at=datetime.now(UTC), **given)  # type: ignore[arg-type]


def decide_some(connection: Connection, results: Path, by: str, batches: int) -> None:
    """Decide `batches` times on `BATCH` texts each, as soon as told to."""
    log = DecisionLog(results)
    connection.recv()
    for number in range(batches):
        log.append(decision(f"{by}-{number}-{n}", by) for n in range(BATCH))
    connection.send("done")


def decide_forever(connection: Connection, results: Path, by: str, first: int) -> None:
    """Decide on texts numbered from `first`; say each number once it is safe."""
    log = DecisionLog(results)
    for number in count(first):
        log.append([decision(f"{by}-{number}", by)])
        connection.send(number)


def decide_on_full_disk(connection: Connection, results: Path) -> None:
    """For every number of bytes that there is room for: decide in vain, then again with room.

    Sends the file's size before and after the failed attempt, and what it raised.
    """
    log = DecisionLog(results)
    log.append([decision("first")])
    batch = [decision(str(n)) for n in range(BATCH)]
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = log.path.stat().st_size
    found = []
    for room in range(0, BATCH * 350, 7):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, unlimited[1]))
        raised = ""
        try:
            log.append(batch)
        except ResultsError as error:
            raised = str(error)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        found.append((size, log.path.stat().st_size, raised))
        if not raised:
            break
    connection.send(found)


def read_all(connection: Connection, results: Path) -> None:
    """Read all decisions; send how many there are, CPU seconds and peak MB they took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.process_time()
    found = Decisions.read(results)
    taken = time.process_time() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    connection.send((found.lines, taken, (after - before) / 1024))
