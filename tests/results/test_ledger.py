import asyncio
import errno
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest

from copygen import system
from copygen.errors import ExitCode, LedgerLocked, ResultsError
from copygen.models import Result, Status
from copygen.results import ledger as module
from copygen.results.ledger import FsyncPolicy, Ledger, TurnWriter
from copygen.results.record import decode, encode
from copygen.results.rescue import Unwritable
from copygen.results.resume import DONE
from copygen.results.storage import default_results_path
from tests.support.records import ids, result, write

A, B, C = result("a"), result("b"), result("c")
FAILED_A = result("a", status=Status.FAILED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ads.results.jsonl"


def names(path: Path) -> set[str]:
    """What is in the folder besides the results file, by what follows its name."""
    return {item.name.removeprefix(path.name) for item in path.parent.iterdir()} - {""}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Path("ads/spring.yaml"), Path("ads/spring.results.jsonl")),
        (Path("products.2026.csv"), Path("products.2026.results.jsonl")),
        ("copygen", Path("copygen.results.jsonl")),
    ],
)
def test_results_go_beside_the_prompt_file(source: Path | str, expected: Path) -> None:
    assert default_results_path(source) == expected


def test_a_result_is_in_the_file_when_append_returns(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for number, item in enumerate([A, B, C], start=1):
            ledger.append(item)
            assert path.read_bytes() == b"".join(map(encode, [A, B, C][:number]))

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(path) == set()
    assert ledger.notes == ()


def test_a_result_is_one_write_of_one_line(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[bytes] = []
    write_to = os.write

    def watched(fd: int, data: bytes) -> int:
        written.append(data)
        return write_to(fd, data)

    with Ledger.open(path) as ledger:
        monkeypatch.setattr(os, "write", watched)
        ledger.append(result("a", text="ไ" * 1_000_000))
        monkeypatch.undo()

    assert written == [path.read_bytes()]


def test_the_next_run_knows_what_is_done(path: Path) -> None:
    cancelled = result("c", status=Status.CANCELLED)
    with Ledger.open(path) as ledger:
        for item in (A, result("b", status=Status.FAILED), cancelled):
            ledger.append(item)
        assert ledger.earlier == {}

    with Ledger.open(path) as ledger:
        assert ledger.earlier == {Status.OK: 1, Status.FAILED: 1, Status.CANCELLED: 1}
        assert ledger.status_of("a", A.key) is Status.OK
        assert ledger.status_of("b", B.key) is Status.FAILED
        assert ledger.status_of("c", C.key) is Status.CANCELLED
        assert ledger.status_of("a", "another wording") is None
        assert ledger.status_of("d", A.key) is None


def test_cancelled_and_skipped_prompts_are_not_done() -> None:
    assert set(Status) - DONE == {Status.CANCELLED, Status.SKIPPED}


def test_earlier_counts_stay_those_of_earlier_runs(path: Path) -> None:
    write(path, [A])

    with Ledger.open(path) as ledger:
        ledger.append(B)
        assert ledger.earlier == {Status.OK: 1}


def test_D8_opening_twice_with_nothing_to_do_changes_no_byte(path: Path) -> None:
    content = write(path, [A, result("b", status=Status.FAILED), C])
    before = path.stat()

    for _ in range(2):
        with Ledger.open(path) as ledger:
            assert ledger.notes == ()

    assert path.read_bytes() == content
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert names(path) == set()


def test_D9_only_added_and_changed_prompts_are_not_done(path: Path) -> None:
    write(path, [result(str(number), key=f"k{number}") for number in range(100)])
    prompts = [(str(number), f"k{number}") for number in reversed(range(103))]
    prompts[50] = (prompts[50][0], "edited")

    with Ledger.open(path) as ledger:
        to_do = [prompt for prompt in prompts if ledger.status_of(*prompt) not in DONE]

    assert to_do == [("102", "k102"), ("101", "k101"), ("100", "k100"), prompts[50]]


def test_a_retried_failure_is_replaced_when_the_run_ends(path: Path) -> None:
    write(path, [FAILED_A, B])

    with Ledger.open(path) as ledger:
        ledger.append(A)
        assert ids(path) == ["a", "b", "a"]

    assert path.read_bytes() == encode(B) + encode(A)
    superseded = path.with_name(path.name + ".superseded.jsonl")
    assert superseded.read_bytes() == encode(FAILED_A)
    assert ledger.notes == (f"{path}: moved 1 superseded record to {superseded}",)


def test_a_changed_prompt_replaces_the_old_text_and_keeps_it_available(path: Path) -> None:
    new = result("a", key="new wording", text="Silk, reworded.")
    write(path, [A, B])

    with Ledger.open(path) as ledger:
        assert ledger.status_of("a", new.key) is None
        ledger.append(new)

    assert path.read_bytes() == encode(B) + encode(new)
    assert path.with_name(path.name + ".superseded.jsonl").read_bytes() == encode(A)


def test_one_id_twice_in_one_run_ends_as_one_record(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.append(A)
        ledger.append(result("a", text="again"))

    assert ids(path) == ["a"]


def test_a_failed_redo_does_not_replace_an_accepted_text(path: Path) -> None:
    content = write(path, [A])

    with Ledger.open(path) as ledger:
        ledger.append(FAILED_A)

    assert path.read_bytes() == content


def test_fresh_starts_over_and_keeps_the_old_file(path: Path) -> None:
    content = write(path, [A, B])

    with Ledger.open(path, fresh=True) as ledger:
        assert ledger.status_of("a", A.key) is None
        assert ledger.earlier == {}
        ledger.append(C)

    assert ids(path) == ["c"]
    assert path.with_name(path.name + ".1").read_bytes() == content
    assert names(path) == {".1"}


def test_D6_a_second_run_is_refused_and_the_first_goes_on(path: Path) -> None:
    with Ledger.open(path) as first:
        for fresh in (False, True):
            with pytest.raises(LedgerLocked, match=f"process {os.getpid()} on"):
                Ledger.open(path, fresh=fresh)
        first.append(A)

    with Ledger.open(path) as second:
        assert second.status_of("a", A.key) is Status.OK


def test_two_names_of_one_file_have_one_lock(path: Path) -> None:
    link = path.with_name("link.jsonl")
    link.symlink_to(path.name)

    with Ledger.open(path) as ledger, pytest.raises(LedgerLocked, match="another -o"):
        Ledger.open(link)

    with Ledger.open(link) as ledger:
        ledger.append(A)
        ledger.append(A)
    assert link.is_symlink()
    assert ids(path) == ["a"]


def test_closing_twice_does_nothing(path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.close()
    with Ledger.open(path):
        ledger.close()
        with pytest.raises(LedgerLocked, match="is being written"):
            Ledger.open(path)


def test_a_file_on_a_network_file_system_gets_a_warning(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system, "network_mounts", lambda _path: "server:/ / nfs4 rw 0 0\n")

    with Ledger.open(path) as ledger:
        assert "network file system (nfs4), where locks may not hold" in ledger.notes[0]


# What cannot be opened


@contextmanager
def unprivileged() -> Iterator[None]:
    """Without the rights of root, to whom no folder is read-only."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """Not below `tmp_path`, which only its owner may even enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_a_read_only_folder_is_reported_before_anything_is_sent(read_only_folder: Path) -> None:
    with unprivileged(), pytest.raises(ResultsError, match="Permission denied") as caught:
        Ledger.open(read_only_folder / "out.jsonl")

    assert str(caught.value).startswith(f"{read_only_folder}/out.jsonl: cannot ")
    assert caught.value.exit_code is ExitCode.RESULTS
    assert list(read_only_folder.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"missing is not a folder; create it"):
        Ledger.open(tmp_path / "missing" / "out.jsonl")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_only_regular_files_are_results_files(tmp_path: Path, kind: str) -> None:
    target = tmp_path / "out.jsonl"
    if kind == "folder":
        target.mkdir()
    elif kind == "pipe":
        os.mkfifo(target)
    else:
        target.symlink_to("/dev/null")

    with pytest.raises(
        ResultsError, match="not a regular file; name a file with -o, or use `-o -`"
    ):
        Ledger.open(target)

    assert list(tmp_path.iterdir()) == [target]


def test_a_ledger_that_cannot_be_opened_leaves_no_lock(path: Path) -> None:
    path.write_text("id,name\n")

    for _ in range(2):
        with pytest.raises(ResultsError, match="not a results file"):
            Ledger.open(path)
    assert names(path) == set()


# Syncing


@contextmanager
def watched_syncs(
    path: Path, monkeypatch: pytest.MonkeyPatch, fail: bool = False
) -> Iterator[list[int]]:
    """The size of the results file at each of its syncs, all of which fail if `fail`."""
    sizes: list[int] = []
    sync = system.sync

    def watched(fd: int) -> None:
        if os.path.samestat(os.fstat(fd), ours):
            sizes.append(os.fstat(fd).st_size)
            if fail:
                raise OSError(errno.EIO, "Input/output error")
        sync(fd)

    ours = path.stat()
    with monkeypatch.context() as patch:
        patch.setattr(system, "sync", watched)
        yield sizes


async def flush_until(condition: Callable[[], object], ledger: Ledger) -> None:
    """Run the flusher until `condition` holds, and cancel it at that moment."""
    task = asyncio.create_task(ledger.flush_forever(interval_s=0))
    while not condition():  # noqa: ASYNC110 - it comes true in another thread
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def test_results_are_synced_in_groups_and_at_the_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        ledger.append(A)
        ledger.append(B)
        await flush_until(lambda: sizes, ledger)
        ledger.append(C)

    ledger = Ledger.open(path)
    with watched_syncs(path, monkeypatch) as sizes:
        asyncio.run(run())
        two, three = len(encode(A) + encode(B)), path.stat().st_size
        assert sizes[0] == two
        ledger.close()

    assert sizes[-1] == three


def test_without_new_results_nothing_is_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        turns = count()
        await flush_until(lambda: next(turns) == 20, ledger)

    ledger = Ledger.open(path)
    with watched_syncs(path, monkeypatch) as sizes:
        asyncio.run(run())
        ledger.close()

    assert sizes == []


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(FsyncPolicy.ALWAYS, [1, 2]), (FsyncPolicy.AUTO, [2]), (FsyncPolicy.NEVER, [])],
)
def test_the_policy_says_when_to_sync(
    path: Path, monkeypatch: pytest.MonkeyPatch, policy: FsyncPolicy, expected: list[int]
) -> None:
    ledger = Ledger.open(path, fsync=policy)
    with watched_syncs(path, monkeypatch) as sizes:
        ledger.append(A)
        ledger.append(B)
        ledger.close()

    assert sizes == [number * len(encode(A)) for number in expected]


def test_what_is_not_synced_yet_is_bounded_even_without_a_flusher(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_UNSYNCED_BYTES", 3 * len(encode(A)))
    ledger = Ledger.open(path)
    with watched_syncs(path, monkeypatch) as sizes:
        for _ in range(10):
            ledger.append(A)
        ledger.close()

    assert sizes == [number * len(encode(A)) for number in (4, 8, 10)]


class SlowDisk:
    """Syncs of the results file that end only when the test lets them."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.synced_bytes = 0
        self.error: OSError | None = None
        self._ours = path.stat()
        self._sync = system.sync
        monkeypatch.setattr(system, "sync", self.sync)

    def sync(self, fd: int) -> None:
        """Stands in for `copygen.system.sync`."""
        if not os.path.samestat(os.fstat(fd), self._ours):
            self._sync(fd)
            return
        size = os.fstat(fd).st_size
        self.begun.release()
        assert self.may_end.acquire(timeout=60)
        if self.error is not None:
            raise self.error
        self.synced_bytes = size

    async def wait_for_sync(self) -> None:
        """Until one has begun."""
        assert await asyncio.to_thread(self.begun.acquire, timeout=60)


def test_a_disk_that_hangs_in_a_sync_holds_back_its_results_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int]] = []

    def hear(results: Sequence[Result]) -> bool:
        told.extend((one.id, disk.synced_bytes) for one in results)
        return True

    async def run() -> None:
        writer = TurnWriter(ledger, hear, errors.append)
        flusher = asyncio.create_task(ledger.flush_forever(interval_s=0))
        first = writer.write(A)
        await disk.wait_for_sync()  # which the loop would never get to if it were in there
        others = [writer.write(B), writer.write(C)]
        for _ in range(50):
            await asyncio.sleep(0)
        assert ledger.status_of(A.id, A.key) is None, "not done before it is durable"
        assert (first.done(), told, ids(path)) == (False, [], ["a"])
        disk.may_end.release()
        await first
        await disk.wait_for_sync()
        assert [future.done() for future in others] == [False, False]
        disk.may_end.release()
        await asyncio.gather(*others)
        flusher.cancel()
        await writer.drain()

    errors: list[Exception] = []
    ledger = Ledger.open(path, fsync=FsyncPolicy.ALWAYS)
    disk = SlowDisk(path, monkeypatch)
    asyncio.run(run())
    ledger.close()

    one, three = len(encode(A)), len(encode(A) + encode(B) + encode(C))
    assert told == [("a", one), ("b", three), ("c", three)]
    assert errors == []
    assert ids(path) == ["a", "b", "c"]


def test_a_sync_that_fails_in_its_thread_is_heard_on_the_loop_and_rescues(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def hear(results: Sequence[Result]) -> bool:
        told.extend(one.id for one in results)
        return True

    async def run() -> None:
        writer = TurnWriter(ledger, hear, errors.append)
        written = [writer.write(A), writer.write(B)]
        await disk.wait_for_sync()
        disk.error = OSError(errno.EIO, "Input/output error")
        disk.may_end.release()
        await asyncio.gather(*written)
        await writer.write(C)
        await writer.drain()

    errors: list[Exception] = []
    ledger = Ledger.open(path, fsync=FsyncPolicy.ALWAYS)
    disk = SlowDisk(path, monkeypatch)
    asyncio.run(run())
    ledger.close()

    assert told == ["a", "b", "c"]
    assert [type(error) for error in errors] == [Unwritable]
    assert ids(Path(ledger.rescued[0])) == ["a", "b", "c"]


@pytest.mark.parametrize("policy", [FsyncPolicy.AUTO, FsyncPolicy.ALWAYS])
def test_a_failed_sync_rescues_what_may_be_lost_and_is_never_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch, policy: FsyncPolicy
) -> None:
    async def run() -> None:
        await asyncio.wait_for(ledger.flush_forever(interval_s=0), 60)

    ledger = Ledger.open(path, fsync=policy)
    with watched_syncs(path, monkeypatch, fail=True) as sizes:
        if policy is FsyncPolicy.AUTO:
            ledger.append(A)
            asyncio.run(run())
        with pytest.raises(ResultsError, match="Input/output error") as caught:
            ledger.append(B)
        ledger.append(C)
        ledger.close()

    assert len(sizes) == 1
    assert ledger.failed is caught.value
    rescue = path.with_name(path.name + ".rescue.jsonl")
    assert ledger.rescued == (str(rescue),)
    assert set(ids(path)) | set(ids(rescue)) >= {"b", "c"}
    with Ledger.open(path) as again:
        assert set(ids(path)) == ({"a", "b", "c"} if policy is FsyncPolicy.AUTO else {"b", "c"})
        assert again.failed is None


def test_a_sync_that_fails_at_the_end_is_raised_by_close(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger.open(path)
    with watched_syncs(path, monkeypatch, fail=True):
        ledger.append(A)
        with pytest.raises(ResultsError, match=r"rescue\.jsonl; the next run"):
            ledger.close()
        ledger.close()

    assert ids(path.with_name(path.name + ".rescue.jsonl")) == ["a"]
    with Ledger.open(path):
        pass


def test_cancelling_the_flusher_in_the_middle_of_a_sync_leaves_the_rest_to_close(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        ledger.append(A)
        await flush_until(lambda: sizes, ledger)

    ledger = Ledger.open(path)
    with watched_syncs(path, monkeypatch, fail=True) as sizes:
        asyncio.run(run())
        with pytest.raises(ResultsError, match="Input/output error"):
            ledger.close()

    assert len(sizes) == 1
    assert ids(path.with_name(path.name + ".rescue.jsonl")) == ["a"]


# The file goes away


def notice(ledger: Ledger) -> None:
    """Let the flusher look at the file."""
    asyncio.run(asyncio.wait_for(ledger.flush_forever(interval_s=0), 60))


@pytest.mark.parametrize("policy", list(FsyncPolicy))
def test_D7_a_deleted_file_is_noticed_and_all_of_it_rescued(
    path: Path, policy: FsyncPolicy
) -> None:
    write(path, [A])
    ledger = Ledger.open(path, fsync=policy)
    ledger.append(B)
    path.unlink()

    notice(ledger)

    assert "deleted or replaced" in str(ledger.failed)
    with pytest.raises(ResultsError, match="deleted or replaced"):
        ledger.append(C)
    ledger.append(result("d"))
    ledger.close()
    with Ledger.open(path) as again:
        assert ids(path) == ["a", "b", "c", "d"]
        assert "took back 4 results" in again.notes[0]


def test_a_file_that_was_moved_away_keeps_what_it_has(path: Path, tmp_path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.append(A)
    moved = path.rename(tmp_path / "moved.jsonl")

    with pytest.raises(ResultsError, match="moved away"):
        ledger.close()

    assert ids(moved) == ["a"]


def test_a_file_that_was_replaced_is_left_to_its_new_owner(path: Path, tmp_path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.append(A)
    path.rename(tmp_path / "moved.jsonl")
    path.write_text("new")

    notice(ledger)
    with pytest.raises(ResultsError, match="another file is in its place"):
        ledger.append(B)
    ledger.close()

    assert path.read_text() == "new"
    assert ids(path.with_name(path.name + ".rescue.jsonl")) == ["a", "b"]


def test_a_file_that_was_cut_short_is_noticed(path: Path) -> None:
    ledger = Ledger.open(path)
    ledger.append(A)
    os.truncate(path, 10)

    with pytest.raises(ResultsError, match="cut it short"):
        ledger.close()

    assert ids(path.with_name(path.name + ".rescue.jsonl")) == ["a"]


# Nowhere left to write


def test_with_no_folder_left_results_are_printed_to_the_last_resort(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_resort = BytesIO()
    ledger = Ledger.open(path, last_resort=last_resort)
    monkeypatch.setattr("tempfile.tempdir", str(path / "no" / "folder"))
    path.unlink()
    path.with_name(path.name + ".rescue.jsonl").mkdir()
    ledger.append(A)

    notice(ledger)
    with pytest.raises(ResultsError, match="saved in standard error; append them to the output"):
        ledger.append(B)
    ledger.close()

    assert ledger.rescued == ("standard error",)
    assert {line[:9] for line in last_resort.getvalue().splitlines()} == {
        b'{"id":"a"',
        b'{"id":"b"',
    }
    assert all(decode(line) in (A, B) for line in last_resort.getvalue().splitlines())


def test_a_failure_of_everything_is_still_a_clear_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = BytesIO()
    closed.close()
    ledger = Ledger.open(path, last_resort=closed)
    monkeypatch.setattr("tempfile.tempdir", str(path / "no" / "folder"))
    path.with_name(path.name + ".rescue.jsonl").mkdir()
    ledger.append(A)
    path.unlink()

    with pytest.raises(ResultsError, match="no other place took a result"):
        ledger.close()
