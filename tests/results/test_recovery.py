import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from copygen.errors import ResultsError
from copygen.models import Status
from copygen.results.record import encode
from copygen.results.recovery import recover, start_over
from tests.support.folders import folder_in_memory
from tests.support.records import ids, result, write

A, B, C = result("a"), result("b"), result("c")


@pytest.fixture
def path() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder / "ads.results.jsonl"


@pytest.fixture
def torn(path: Path) -> Path:
    return path.with_name(path.name + ".torn")


def test_a_missing_file_is_created_for_its_owner_only(path: Path) -> None:
    recovered = recover(path)

    assert path.read_bytes() == b""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert recovered.notes == ()


def test_a_whole_file_is_left_byte_for_byte(path: Path) -> None:
    content = write(path, [A, B, C])

    recovered = recover(path)

    assert path.read_bytes() == content
    assert recovered.notes == ()
    assert recovered.latest.counts == {Status.OK: 3}


def test_a_tail_torn_anywhere_is_moved_aside_and_loses_no_byte(path: Path, torn: Path) -> None:
    whole, last = write(path, [A, B]), encode(C)
    for cut in range(1, len(last) - 1):
        path.write_bytes(whole + last[:cut])
        torn.unlink(missing_ok=True)

        recovered = recover(path)

        assert path.read_bytes() == whole
        assert torn.read_bytes() == last[:cut] + b"\n"
        assert str(torn) in recovered.notes[0]
        assert recovered.latest.status_of("c", C.key) is None


def test_a_record_that_lacks_only_its_newline_is_whole(path: Path, torn: Path) -> None:
    content = write(path, [A, B])
    path.write_bytes(content[:-1])

    recovered = recover(path)

    assert path.read_bytes() == content
    assert recovered.latest.status_of("b", B.key) is Status.OK
    assert not torn.exists()


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 5000,
        b"\0" * 10 + b"\n" + b"\0" * 10,
        bytes(range(128, 256)) * 3,
        b"\xe0\xb8",
        b"\x80\n\x81\n\x82\n",
        encode(C)[:50] + b"\0" * 50 + b"\n\n" + b"\0",
    ],
    ids=["NUL", "NUL lines", "noise", "half a character", "noise in lines", "torn, then NUL"],
)
def test_D3_garbage_after_the_last_record_is_moved_aside(
    path: Path, torn: Path, tail: bytes
) -> None:
    content = write(path, [A, B])
    path.write_bytes(content + tail)

    recovered = recover(path)

    assert path.read_bytes() == content
    assert torn.read_bytes() == tail + b"\n"
    assert f"{len(tail)} bytes" in recovered.notes[0]
    assert recover(path).notes == ()


def test_torn_ends_of_several_crashes_are_all_kept(path: Path, torn: Path) -> None:
    content = write(path, [A])
    for fragment in (b'{"id":"x', b'{"id":"y'):
        path.write_bytes(content + fragment)
        recover(path)

    assert torn.read_bytes() == b'{"id":"x\n{"id":"y\n'
    assert stat.S_IMODE(torn.stat().st_mode) == 0o600


def test_damaged_lines_in_the_middle_are_named_and_kept(path: Path) -> None:
    damaged = encode(A) + b"\0\0\0\n" + encode(B)[:40] + encode(B) + b'{"a":1}\n\n' + encode(C)
    path.write_bytes(damaged)

    recovered = recover(path)

    assert path.read_bytes() == damaged
    assert "lines 2, 3, 4 cannot be read as records" in recovered.notes[0]
    assert recovered.latest.status_of("b", B.key) is None
    assert recovered.latest.counts == {Status.OK: 2}


@pytest.mark.parametrize(
    ("bad", "words"),
    [(1, "line 2 cannot"), (10, "2, 3, 4, 5, 6, 7, 8, 9, 10, 11 cannot"), (12, "11 and 2 more")],
)
def test_the_note_on_damaged_lines_stays_short(path: Path, bad: int, words: str) -> None:
    path.write_bytes(encode(A) + b"bad\n" * bad + encode(B))

    assert words in recover(path).notes[0]


def test_a_damaged_middle_and_a_torn_tail_are_two_notes(path: Path) -> None:
    path.write_bytes(encode(A) + b"bad\n" + encode(B) + b"torn\ntorn")

    notes = recover(path).notes

    assert "the 9 bytes of it" in notes[0]
    assert "line 2 cannot" in notes[1]
    assert path.read_bytes() == encode(A) + b"bad\n" + encode(B)


def test_blank_lines_are_no_damage(path: Path) -> None:
    content = b"\n" + encode(A) + b"\r\n" + encode(B) + b"\n\n"
    path.write_bytes(content)

    assert recover(path).notes == ()
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"id,name\n1,Silk scarf\n",
        b'{"id":"row-1","prompt":"Write"}\n',
        b'{"id":"row-1","prompt":"Write"}',
        b"prompt: Write\n",
        b"\x89PNG\r\n\x1a\n",
        b"7\n",
    ],
)
def test_a_file_of_another_kind_is_refused_untouched(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    for prepare in (recover, start_over):
        with pytest.raises(ResultsError, match=r"is not a results file of copygen.*-o"):
            prepare(path)
        assert path.read_bytes() == content
        assert [item.name for item in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0" * 100, b'{"id', encode(A)[:-30]])
def test_a_first_record_that_was_torn_is_no_foreign_file(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    assert recover(path).latest.counts == {}


def test_records_that_were_superseded_before_a_kill_are_moved_out(path: Path) -> None:
    failed = result("a", status=Status.FAILED)
    write(path, [failed, B, A])

    recovered = recover(path)

    assert path.read_bytes() == encode(B) + encode(A)
    superseded = path.with_name(path.name + ".superseded.jsonl")
    assert superseded.read_bytes() == encode(failed)
    assert recovered.notes == (f"{path}: moved 1 superseded record to {superseded}",)
    assert recovered.latest.counts == {Status.OK: 2}


def test_fresh_moves_every_earlier_file_to_a_free_name(path: Path) -> None:
    contents = []
    for name in ("a", "b", "c"):
        contents.append(write(path, [result(name)]))
        recovered = start_over(path)
        assert path.read_bytes() == b""
        assert recovered.latest.counts == {}

    kept = [path.with_name(f"{path.name}.{number}") for number in (1, 2, 3)]
    assert [item.read_bytes() for item in kept] == contents
    assert recovered.notes == (f"the earlier {path} is now {kept[2]}",)


def test_fresh_overwrites_not_even_a_dangling_link(path: Path) -> None:
    taken = path.with_name(path.name + ".1")
    taken.symlink_to("nowhere")
    content = write(path, [A])

    start_over(path)

    assert taken.is_symlink()
    assert path.with_name(path.name + ".2").read_bytes() == content


def test_fresh_without_an_earlier_file_sets_nothing_aside(path: Path) -> None:
    path.touch()

    assert start_over(path).notes == ()
    assert [item.name for item in path.parent.iterdir()] == [path.name]


def test_fresh_takes_a_damaged_file_aside_as_it_is(path: Path) -> None:
    path.write_bytes(b"bad\n" + encode(A) + b"torn")

    start_over(path)

    assert path.with_name(path.name + ".1").read_bytes() == b"bad\n" + encode(A) + b"torn"


def test_results_rescued_by_an_earlier_run_are_taken_back_once(path: Path) -> None:
    rescue = path.with_name(path.name + ".rescue.jsonl")
    write(path, [A, result("b", status=Status.FAILED)])
    content = write(rescue, [A, B, C])
    rescue.write_bytes(content + b'{"id":"torn')

    recovered = recover(path)

    assert ids(path) == ["a", "b", "c"]
    assert recovered.latest.counts == {Status.OK: 3}
    assert not rescue.exists()
    assert rescue.with_name(rescue.name + ".1").read_bytes() == content + b'{"id":"torn'
    assert "took back 2 results" in recovered.notes[0]
    assert recover(path).notes == ()


def test_taking_rescued_results_back_can_be_killed_and_repeated(path: Path) -> None:
    rescue = path.with_name(path.name + ".rescue.jsonl")
    write(rescue, [A, B, C])
    path.write_bytes(encode(A) + encode(B)[:77])

    recover(path)

    assert ids(path) == ["a", "b", "c"]


def test_fresh_takes_rescued_results_aside_too(path: Path) -> None:
    rescue = path.with_name(path.name + ".rescue.jsonl")
    content = write(rescue, [A])

    start_over(path)

    assert rescue.with_name(rescue.name + ".1").read_bytes() == content
    assert recover(path).latest.counts == {}


def test_fresh_carries_over_the_texts_that_stay_and_nothing_else(path: Path) -> None:
    older, kept = result("a", text="older"), result("a", text="newer")
    dropped = result("b"), result("c", status=Status.FAILED, text=None)
    lines = [*map(encode, (older, *dropped)), b"not a record\n", encode(kept)]
    path.write_bytes(b"".join(lines).rstrip(b"\n"))  # the last line has no end
    before = path.read_bytes()

    found = start_over(path, lambda id_: id_ in ("a", "c", "x"))

    assert path.read_bytes() == encode(kept)
    assert found.latest.counts == {Status.OK: 1}
    assert found.aside is not None
    assert found.aside.read_bytes() == before
    assert {one.name for one in path.parent.iterdir()} == {path.name, found.aside.name}


def test_fresh_with_nothing_to_carry_over_begins_with_an_empty_file(path: Path) -> None:
    write(path, [result("b")])
    assert start_over(path, lambda _id: False).latest.counts == {}
    assert path.read_bytes() == b""


def test_fresh_that_cannot_copy_changes_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = write(path, [result("a")])

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("copygen.results.recovery.system.sync", full)
    with pytest.raises(ResultsError, match="keep the texts that people decided on: No space"):
        start_over(path, lambda _id: True)
    assert path.read_bytes() == content
