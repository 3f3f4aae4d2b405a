"""The ledger against a list of lines: any history of runs, crashes and retries."""

from contextlib import ExitStack

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from copygen.models import Result, Status
from copygen.results.ledger import FsyncPolicy, Ledger
from copygen.results.record import encode
from tests.support.folders import folder_in_memory
from tests.support.records import patient, read, result

IDS = st.sampled_from(["a", "b", "c", "d"])
KEYS = st.sampled_from(["k1", "k2"])
HAS_TEXT = {Status.OK, Status.REJECTED}


def current(history: list[Result]) -> dict[str, Result]:
    """The record that counts for each id, by the rule as it is documented."""
    latest: dict[str, Result] = {}
    for item in history:
        old = latest.get(item.id)
        kept = (
            old is not None
            and old.key == item.key
            and old.status in HAS_TEXT
            and item.status not in HAS_TEXT
        )
        if not kept:
            latest[item.id] = item
    return latest


class LedgerModel(RuleBasedStateMachine):
    """`history` is what the file should hold, in order; `gone` what it held and lost rightly."""

    @initialize()
    def start(self) -> None:
        self.stack = ExitStack()
        self.folder = self.stack.enter_context(folder_in_memory())
        self.path = self.folder / "ads.results.jsonl"
        self.history: list[Result] = []
        self.moved: list[Result] = []
        self.serial = 0
        self.ledger = Ledger.open(self.path, fsync=FsyncPolicy.NEVER)

    @rule(id_=IDS, key=KEYS, status=st.sampled_from(Status))
    def append(self, id_: str, key: str, status: Status) -> None:
        self.serial += 1
        item = result(id_, key=key, status=status, attempts=self.serial)
        self.ledger.append(item)
        self.history.append(item)

    @rule()
    def end_and_run_again(self) -> None:
        self.ledger.close()
        self._compact()
        assert self.path.read_bytes() == b"".join(map(encode, self.history))
        self._open()

    @rule(torn=st.integers(0, 10_000))
    def crash_and_run_again(self, torn: int) -> None:
        """Killed while the last line was being written: any part of it may be missing."""
        self._die()
        if self.history:
            last = encode(self.history[-1])
            missing = torn % (len(last) + 1)
            with self.path.open("r+b") as stream:
                stream.truncate(self.path.stat().st_size - missing)
            if missing > 1:  # without its newline a record is still whole
                self.history.pop()
        self._open()

    @rule()
    def lose_power(self) -> None:
        """A block of the file that was never written comes back as zeros."""
        self._die()
        with self.path.open("ab") as stream:
            stream.write(b"\0" * 512)
        self._open()

    @precondition(lambda self: self.history)
    @rule()
    def start_over(self) -> None:
        self.ledger.close()
        self._compact()
        self.ledger = Ledger.open(self.path, fresh=True, fsync=FsyncPolicy.NEVER)
        newest = max(self.folder.glob("*.jsonl.[0-9]*"), key=lambda path: int(path.suffix[1:]))
        assert read(newest) == self.history
        self.history = []

    @invariant()
    def the_ledger_knows_what_counts(self) -> None:
        latest = current(self.history)
        for id_ in "abcd":
            for key in ("k1", "k2"):
                known = latest.get(id_)
                expected = known.status if known and known.key == key else None
                assert self.ledger.status_of(id_, key) is expected

    @invariant()
    def nothing_that_was_superseded_is_deleted(self) -> None:
        superseded = self.path.with_name(self.path.name + ".superseded.jsonl")
        assert (read(superseded) if superseded.exists() else []) == self.moved

    def teardown(self) -> None:
        self.ledger.close()
        self.stack.close()

    def _open(self) -> None:
        self._compact()
        self.ledger = Ledger.open(self.path, fsync=FsyncPolicy.NEVER)
        assert read(self.path) == self.history
        counts = [item.status for item in self.history]
        assert self.ledger.earlier == {status: counts.count(status) for status in counts}

    def _compact(self) -> None:
        kept = list(current(self.history).values())
        self.moved += [item for item in self.history if item not in kept]
        self.history = [item for item in self.history if item in kept]

    def _die(self) -> None:
        """What the kernel does for a killed process: descriptors closed, lock dropped."""
        self.ledger._file.close()
        self.ledger._lock._let_go()


LedgerModel.TestCase.settings = settings(patient, stateful_step_count=25)
TestLedgerModel = pytest.mark.no_cover(LedgerModel.TestCase)
