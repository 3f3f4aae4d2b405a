"""The door: what it opens, and that no file is opened but through it."""

import ast
import io
import os
import tempfile
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path

import pytest

from copygen.documents import files
from copygen.documents.files import SameFile, claim, open_own, open_regular, read_bytes, watched

ROOT = Path(__file__).parents[1] / "copygen"
DOORS = {
    "documents/files.py",
    "system.py",
    "results/storage.py",  # names and the file that only grows: opened by the door
}
OPENS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "touch", "fdopen"}
LOOKS = {"exists", "is_file", "stat", "lstat", "access"}
PACKAGED = {
    # Data that ships with copygen, by `importlib.resources`.
    ("config/load.py", "read_text"),
    ("documents/data.py", "read_text"),
    ("delivery/webpage.py", "read_text"),
    ("help/__init__.py", "read_text"),
    ("quality/trim.py", "read_text"),
    ("quality/language_model.py", "read_bytes"),
    ("quality/languages.py", "read_bytes"),
    # The null device, for standard streams that are closed or have no reader.
    # Creates a file and opens none that is there.
    ("cli/first_steps.py", "open"),
    # Standard input under a buffer of its own.
    ("cli/terminal.py", "fdopen"),
    # Over descriptors that the door has opened.
    ("results/recovery.py", "fdopen"),
    ("results/rescue.py", "fdopen"),
    # Looks at what the door has claimed, to say what is wrong with it.
    ("jobs/setup.py", "exists"),
    ("jobs/doctor.py", "exists"),
    ("jobs/doctor.py", "access"),
    ("results/recovery.py", "is_file"),
    # Members of a workbook that is being written.
    ("delivery/sheet_xml.py", "open"),
    # No files: a job, and places in a text.
    ("jobs/run.py", "open"),
    ("quality/facts.py", "touch"),
    ("quality/checks/wording.py", "touch"),
    ("quality/checks/filling.py", "touch"),
    ("quality/checks/wrappers.py", "touch"),
}
OWN = {"Ledger", "files", "LOCK", "COPY", "TORN", "SUPERSEDED", "providers", "package", "_package"}
"""Whose `open` is the door's own, or opens no file: a `package` is a ZIP archive in memory."""


def calls(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """`(owner, name, line)` of every call."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name):
                yield "", function.id, node.lineno
            elif isinstance(function, ast.Attribute):
                owner = function.value
                last = getattr(owner, "attr", getattr(owner, "id", ""))
                yield last, function.attr, node.lineno


def test_no_file_is_opened_or_looked_at_but_through_the_door() -> None:
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name in DOORS or name.startswith("simulator/"):
            continue
        for owner, call, line in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if call in OPENS | LOOKS and owner not in OWN and (name, call) not in PACKAGED:
                found.append(f"{name}:{line}: {owner}.{call}()")
    assert found == []


def other_names(path: Path) -> list[str]:
    """Names that lead to the same file, of all kinds."""
    folder = path.parent
    (folder / "link").symlink_to(path.name)
    (folder / "chain").symlink_to("link")
    os.link(path, folder / "hard")
    (folder / "sub").mkdir()
    return ["link", "chain", "hard", "sub/../table", str(path)]


@pytest.mark.parametrize("order", list(permutations(("read", "written"))))
def test_what_is_read_is_not_written_whatever_it_is_called(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    path = tmp_path / "table"
    path.write_text("x")
    for name in other_names(path):
        other = tmp_path / name
        uses = {
            "read": lambda: read_bytes(path, "the table"),
            "written": lambda other=other: claim(other, "the results"),
        }
        with watched():
            uses[order[0]]()
            with pytest.raises(SameFile, match="would be written into"):
                uses[order[1]]()


def test_a_descriptor_of_the_file_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text("x")
    with path.open("rb") as stream, watched():
        files.note_input(f"/dev/fd/{stream.fileno()}", "the table")
        with pytest.raises(SameFile):
            claim(path, "the results")


def test_a_pipe_may_be_written_by_two_but_not_read_and_written(tmp_path: Path) -> None:
    """`--summary-json /dev/stdout | jq`."""
    os.mkfifo(tmp_path / "pipe")
    with watched():
        claim(tmp_path / "pipe", "the summary")
        claim(tmp_path / "pipe", "standard output")
        with pytest.raises(SameFile):
            files.note_input(tmp_path / "pipe", "the prompts")


@pytest.mark.parametrize("name", ["OUT.jsonl", "out.jsonl", "sub/../out.jsonl", "dangling"])
def test_two_files_that_are_not_there_yet_are_one_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "dangling").symlink_to("out.jsonl")
    with watched():
        claim(tmp_path / "out.jsonl", "the results")
        with pytest.raises(SameFile, match="cannot be one file"):
            claim(tmp_path / name, "the summary")


def test_names_in_other_compositions_are_one(tmp_path: Path) -> None:
    with watched():
        claim(tmp_path / "caf\u00e9", "the results")
        with pytest.raises(SameFile):
            claim(tmp_path / "cafe\u0301", "the summary")


def test_files_in_one_role_that_are_only_read_or_gone_do_not_collide(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    with watched():
        read_bytes(path, "the table")
        read_bytes(path, "the template")
        claim(tmp_path / "new", "the results")
        os.close(open_own(tmp_path / "new", "the results", os.O_RDWR | os.O_CREAT))
        os.close(open_own(tmp_path / "lock", "the lock", os.O_RDWR | os.O_CREAT))
        (tmp_path / "lock").unlink()
        (tmp_path / "summary").touch()  # often gets the number that was the lock's
        claim(tmp_path / "summary", "the summary")


def test_what_is_not_watched_is_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    read_bytes(path, "the table")
    claim(path, "the results")


def make(kind: str, path: Path) -> None:
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "link to a pipe":
        os.mkfifo(path.with_name("pipe"))
        path.symlink_to("pipe")
    elif kind == "loop":
        path.symlink_to(path.name)


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link to a pipe", "loop", "absent"])
def test_only_regular_files_are_read_and_nothing_waits(tmp_path: Path, kind: str) -> None:
    make(kind, tmp_path / "x")
    with pytest.raises(OSError, match=r".") as caught:
        open_regular(tmp_path / "x", "a pack")
    assert caught.value.strerror


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "link to a pipe", "loop"])
def test_only_regular_files_without_links_are_kept(tmp_path: Path, kind: str) -> None:
    make(kind, tmp_path / "x")
    with pytest.raises(OSError, match=r"."):
        open_own(tmp_path / "x", "a lock", os.O_RDWR | os.O_CREAT)


def test_another_name_of_somebodys_file_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("x")
    os.link(tmp_path / "precious", tmp_path / "lock")
    with pytest.raises(OSError, match="another file's name"):
        open_own(tmp_path / "lock", "a lock", os.O_RDWR)


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_names_that_no_file_can_have_are_said(tmp_path: Path, name: str) -> None:
    for act in (
        lambda: open_regular(tmp_path / name, "a pack"),
        lambda: claim(tmp_path / name, "the results"),
        lambda: files.resolved(tmp_path / name),
    ):
        with watched(), pytest.raises(OSError, match="no file can have this name"):
            act()


def test_a_file_is_read_up_to_its_bound_and_the_null_device_is_empty(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    assert read_bytes(tmp_path / "x", "a key", 5) == b"12345"
    with pytest.raises(OSError, match="larger than"):
        read_bytes(tmp_path / "x", "a key", 4)
    assert read_bytes(os.devnull, "settings") == b""


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "out", "sub/../../x"])
def test_names_in_a_file_stay_in_its_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    (tmp_path / "in" / "out").symlink_to(tempfile.gettempdir())
    with pytest.raises(files.OutsideError):
        files.inside(tmp_path / "in", name)
    assert files.inside(tmp_path / "in", "sub/y") == tmp_path / "in" / "sub" / "y"


@pytest.mark.parametrize("change", ["cut", "grow", "replace", "delete", "rewrite"])
def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path, change: str) -> None:
    path = tmp_path / "t"
    path.write_bytes(b"x" * 200_000)
    with files.open_steady(path, "the table") as stream:
        stream.read(10)
        if change == "cut":
            os.truncate(path, 5)
        elif change == "grow":
            with path.open("ab") as more:
                more.write(b"y")
        elif change == "replace":
            (tmp_path / "new").write_bytes(b"x" * 200_000)
            (tmp_path / "new").rename(path)
        elif change == "delete":
            path.unlink()
        else:
            path.write_bytes(b"y" * 200_000)
            os.utime(path, ns=(1, 1))
        with pytest.raises(files.InputChanged, match="run again"):
            stream.read()


def test_a_file_that_calls_itself_regular_and_has_nothing_yet_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # /proc/kmsg and its like: a read that does not wait finds nothing.
    class Waiting(io.FileIO):
        def readinto(self, buffer: object, /) -> int | None:
            return None

    (tmp_path / "x").write_text("x")

    def opened(path: Path | str, role: str) -> io.BufferedReader:
        return io.BufferedReader(Waiting(path))

    monkeypatch.setattr(files, "open_regular", opened)
    with pytest.raises(OSError, match="nothing in it yet"):
        read_bytes(tmp_path / "x", "the settings")
