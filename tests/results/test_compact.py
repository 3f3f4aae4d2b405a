import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen import system
from copygen.models import Result, Status
from copygen.results.record import encode
from copygen.results.recovery import compact, superseded_path
from tests.support.records import ids, patient, result, write

FAILED_A = result("a", status=Status.FAILED)
OLD_B = result("b", key="old wording")
A, B, C = result("a"), result("b"), result("c")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ads.results.jsonl"


def test_a_file_without_superseded_records_is_not_rewritten(path: Path) -> None:
    write(path, [A, B, C])
    before = path.stat()

    assert compact(path) == 0
    after = path.stat()  # but for when it was last read
    assert (after.st_ino, after.st_mtime_ns, after.st_ctime_ns) == (
        *(before.st_ino, before.st_mtime_ns, before.st_ctime_ns),
    )
    assert not superseded_path(path).exists()


def test_superseded_records_move_out_and_the_rest_keeps_its_order(path: Path) -> None:
    path.write_bytes(b"".join(map(encode, [FAILED_A, OLD_B, C])) + b"damaged\n" + encode(B))
    with path.open("ab") as stream:
        stream.write(b"\n" + encode(A))
    path.chmod(0o640)

    assert compact(path) == 2
    assert path.read_bytes() == encode(C) + b"damaged\n" + encode(B) + b"\n" + encode(A)
    assert superseded_path(path).read_bytes() == encode(FAILED_A) + encode(OLD_B)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert stat.S_IMODE(superseded_path(path).stat().st_mode) == 0o600


def test_an_accepted_text_outlives_a_later_failure_for_the_same_prompt(path: Path) -> None:
    cancelled = result("b", status=Status.CANCELLED)
    write(path, [A, B, FAILED_A, cancelled])

    assert compact(path) == 2
    assert path.read_bytes() == encode(A) + encode(B)
    assert superseded_path(path).read_bytes() == encode(FAILED_A) + encode(cancelled)


def test_of_many_records_of_one_id_the_last_stays(path: Path) -> None:
    write(path, [result("a", key=str(number)) for number in range(50)])

    assert compact(path) == 49
    assert path.read_bytes() == encode(result("a", key="49"))


class Killed(BaseException):
    """Ends the process as far as the code under test can tell."""


def test_killed_at_any_step_nothing_is_lost_and_the_next_run_ends_the_work(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each system call that changes a file is in turn the last one before the kill."""
    content = write(path, [FAILED_A, OLD_B, C, B, A])
    steps = 0
    while True:
        path.write_bytes(content)
        superseded_path(path).unlink(missing_ok=True)
        with monkeypatch.context() as patch:
            countdown(patch, steps)
            survived = not killed_in(path)
        there = path.read_bytes()
        assert there == content or superseded_path(path).read_bytes().count(b"\n") == 2

        compact(path)

        assert ids(path) == ["c", "b", "a"]
        assert superseded_path(path).read_bytes() == encode(FAILED_A) + encode(OLD_B)
        if survived:
            break
        steps += 1
    assert steps > 5


def killed_in(path: Path) -> bool:
    try:
        compact(path)
    except Killed:
        return True
    return False


def countdown(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Raise Killed in place of the call after the next `steps` calls."""
    left = [steps]

    def counted(call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(*args: object, **kwargs: object) -> object:
            if left[0] == 0:
                raise Killed
            left[0] -= 1
            return call(*args, **kwargs)

        return wrapper

    for name in ("open_file", "sync", "copy_access", "replace", "remove", "sync_folder"):
        patch.setattr(system, name, counted(getattr(system, name)))


@pytest.mark.parametrize("cut", [1, 100, 350, 500])
def test_a_superseded_file_torn_by_a_kill_is_completed(path: Path, cut: int) -> None:
    write(path, [FAILED_A, OLD_B, C, B, A])
    moved = encode(FAILED_A) + encode(OLD_B)
    earlier = encode(result("z"))
    superseded_path(path).write_bytes(earlier + moved[:cut])

    compact(path)

    assert superseded_path(path).read_bytes() == earlier + moved


def test_a_copy_left_by_a_kill_is_written_anew(path: Path) -> None:
    write(path, [FAILED_A, A])
    path.with_name(path.name + ".compacting").write_bytes(b"half a copy")

    compact(path)

    assert ids(path) == ["a"]
    assert {item.name for item in path.parent.iterdir()} == {
        path.name,
        superseded_path(path).name,
    }


RECORDS = st.builds(
    result,
    st.sampled_from("abc"),
    key=st.sampled_from(["k1", "k2"]),
    status=st.sampled_from(Status),
    attempts=st.integers(1, 10**9),
)


@patient
@given(st.lists(RECORDS, max_size=12))
def test_compaction_leaves_one_record_per_id_and_deletes_none(
    tmp_path_factory: pytest.TempPathFactory, records: list[Result]
) -> None:
    path = tmp_path_factory.mktemp("compact") / "out.jsonl"
    lines = write(path, records).splitlines(keepends=True)

    moved = compact(path)

    kept = path.read_bytes().splitlines(keepends=True)
    gone = superseded_path(path).read_bytes().splitlines(keepends=True) if moved else []
    assert sorted(set(kept + gone)) == sorted(set(lines))
    assert len(kept) == len({record.id for record in records}) == len(lines) - moved
    assert compact(path) == 0
