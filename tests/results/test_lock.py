from datetime import UTC, datetime
from pathlib import Path

import pytest

from copygen.errors import ExitCode, LedgerLocked
from copygen.results.storage import acquire, network_filesystem

NOW = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ads.results.jsonl"


def test_a_second_writer_learns_who_is_writing_since_when_and_what_to_do(path: Path) -> None:
    first = acquire(path, NOW)

    with pytest.raises(
        LedgerLocked, match=r"process \d+ on .+ since 2026-03-14 09:26:53\+00:00;"
    ) as e:
        acquire(path, NOW)

    assert str(e.value).startswith(f"{path} is being written by process ")
    assert str(e.value).endswith("wait for it to end or use another -o")
    assert e.value.exit_code is ExitCode.LOCKED
    first.release()


def test_being_refused_leaves_the_lock_as_it_was(path: Path) -> None:
    first = acquire(path, NOW)
    before = first.path.read_bytes()

    for _ in range(3):
        with pytest.raises(LedgerLocked, match="process"):
            acquire(path, NOW)

    assert first.path.read_bytes() == before
    first.release()


def test_released_the_lock_is_free_and_leaves_no_file(path: Path) -> None:
    for _ in range(3):
        lock = acquire(path, NOW)
        lock.release()
        lock.release()

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", '{"pid": 1}', "[1]", '{"pid": 1, "host": "h"}\n'])
def test_a_lock_file_left_by_a_killed_process_does_not_lock(path: Path, content: str) -> None:
    path.with_name(path.name + ".lock").write_text(content)

    acquire(path, NOW).release()


def test_a_holder_that_has_not_said_who_it_is_is_another_process(path: Path) -> None:
    first = acquire(path, NOW)
    first.path.write_text("")

    with pytest.raises(LedgerLocked, match="written by another process;"):
        acquire(path, NOW)

    first.release()


def test_a_lock_file_somebody_linked_elsewhere_is_refused(path: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path.with_name(path.name + ".lock").symlink_to(victim)

    with pytest.raises(OSError, match="symbolic links"):
        acquire(path, NOW)

    assert victim.read_text() == "precious"


MOUNTS = """\
/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/vdb /home/local ext4 rw 0 0
//nas/share /mnt/team\\040share cifs rw 0 0
me@host: /home/local/far fuse.sshfs rw 0 0
/dev/vdc /mnt/usb fuseblk rw 0 0
old /srv nfs rw 0 0
/dev/vdd /srv xfs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/out.jsonl", None),
        ("/home/me/out.jsonl", "nfs4"),
        ("/homeless/out.jsonl", None),
        ("/home/local/out.jsonl", None),
        ("/home/local/far/out.jsonl", "fuse.sshfs"),
        ("/mnt/team share/out.jsonl", "cifs"),
        ("/mnt/usb/out.jsonl", None),
        ("/srv/out.jsonl", None),
    ],
)
def test_file_systems_whose_locks_may_not_hold_are_known(path: str, kind: str | None) -> None:
    assert network_filesystem(Path(path), MOUNTS) == kind


def test_without_a_table_of_mounts_nothing_is_known() -> None:
    assert network_filesystem(Path("/home/me/out.jsonl"), "") is None
