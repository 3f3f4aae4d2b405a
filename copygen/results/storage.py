"""The results file on disk: its name, the files beside it, appending, and who may write.

One run writes at a time. Two locks of the operating system see to it, which drops them with the
process, however it dies: there are no stale locks.

- On `<results>.lock`, which says who holds it. A clean end deletes it while still holding it; who
  opened it just before then finds that its name is gone, and opens the next.
- On the results file itself: it may have another name somewhere (a hard link), and a lock file
  can be deleted by hand. Alone it would not do, because moving superseded records out and
  `--fresh` put another file in its place: see `WriterLock.take`.
"""

import errno
import hashlib
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from copygen import system
from copygen.documents import files
from copygen.errors import LedgerLocked, ResultsError

COPY_BYTES = 1024 * 1024
"""Read at a time of a file that is copied or measured, however long its lines are."""
MAX_NAME_BYTES = 255
"""Of a file's name, on the disks of all systems."""


class Beside(StrEnum):
    """The files that copygen keeps beside the results; the value follows the results' name."""

    LOCK = ".lock"
    RESCUE = ".rescue.jsonl"
    TORN = ".torn"
    SUPERSEDED = ".superseded.jsonl"
    COPY = ".compacting"
    """What replaces the results when superseded records are moved out of them."""
    RULES = ".rules.json"
    """What the texts were asked to be."""
    DECISIONS = ".decisions.jsonl"
    """What people decided about them."""

    def of(self, results: Path) -> Path:
        """Its path."""
        return beside(results, self.value)

    def open(self, results: Path, flags: int) -> int:
        """Open it, created if `flags` say so; a descriptor. Raises OSError."""
        return files.open_own(self.of(results), self.role, flags)

    @property
    def role(self) -> str:
        """What it is to the guard of `copygen.documents.files`."""
        return f"the results' {self.value} file"


def default_results_path(source: Path | str) -> Path:
    """Where results go unless the user says so: `<stem>.results.jsonl` beside the prompt file.

    A `str` is a bare stem, for prompts that come from no file; that output is in the current
    folder.
    """
    if isinstance(source, str):
        return Path(f"{source}.results.jsonl")
    return beside(source.with_name(source.stem), ".results.jsonl")


def claim_results(path: Path) -> None:
    """Say that a run will write results at `path`, and what goes beside them.

    Raises ResultsError for a place where there can be none, SameFile where one of these files is
    used as something else.
    """
    with reported(path, "look at it"):
        path = files.resolved(path)
        if not path.name:
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        files.claim(path, files.RESULTS)
        for kind in Beside:
            files.claim(kind.of(path), kind.role)


def check_place(path: Path) -> Path:
    """The results file itself, links resolved.

    Raises ResultsError when there can be no results at `path`, or when what lies at the names of
    the files beside it is none of those. OSError where it cannot be looked at.
    """
    if path.is_symlink() and not path.exists():
        raise ResultsError(f"{path} is a link that leads nowhere; name the file itself with -o")
    path = files.resolved(path)
    if path.exists() and not path.is_file():
        raise ResultsError(
            f"{path} is not a regular file; name a file with -o, or use `-o -` for standard output"
        )
    if not path.parent.is_dir():
        raise ResultsError(f"{path.parent} is not a folder; create it or choose another -o")
    for kind in Beside:
        with reported(kind.of(path), "use it"):
            files.is_own(kind.of(path))
    return system.reachable(path)


def beside(path: Path, suffix: str) -> Path:
    """The file next to `path` whose name is that of `path` followed by `suffix`.

    A name that would be too long for a disk is cut short in the middle, and told from others by a
    hash of the whole.
    """
    name = os.fsencode(path.name)
    room = MAX_NAME_BYTES - len(suffix)
    if len(name) <= room:
        return path.with_name(path.name + suffix)
    mark = f"~{hashlib.blake2b(name, digest_size=4).hexdigest()}"
    start = name[: room - len(mark)].decode("utf-8", "ignore")
    return path.with_name(start + mark + suffix)


def is_beside(kind: Beside, results: Path) -> bool:
    """Whether there is such a file beside the results. Raises ResultsError where it is none of
    ours: a link, or another file's name."""
    with reported(results, "look at it"):
        path = kind.of(files.resolved(results))
    with reported(path, "use it"):
        return files.is_own(path)


def replace_beside(results: Path, kind: Beside, content: bytes) -> None:
    """Put `content` in the place of a file beside the results, whole or not at all.

    Raises OSError.
    """
    path = kind.of(results)
    new = beside(results, f"{kind.value}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(files.open_own(new, kind.role, flags), "wb") as target:
        target.write(content)
    system.replace(new, path)


def set_aside(path: Path) -> Path:
    """Rename `path` to the first free of `<name>.1`, `<name>.2`, ...; returns the new path.

    Overwrites nothing as long as the caller holds the lock. Raises OSError.
    """
    number = 1
    while os.path.lexists(target := beside(path, f".{number}")):
        number += 1
    system.replace(path, target)
    system.sync_folder(path.parent)
    return target


def reason(exc: OSError) -> str:
    """What went wrong, without errno and file name."""
    return exc.strerror or str(exc)


@contextmanager
def reported(path: Path, what: str) -> Iterator[None]:
    """Turn an OSError of the body into `ResultsError("<path>: cannot <what>: <reason>")`."""
    try:
        yield
    except OSError as exc:
        raise ResultsError(f"{path}: cannot {what}: {reason(exc)}") from exc


_NETWORK_TYPES = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "afpfs"}
    | {"ceph", "lustre", "webdav"}
)
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


_NONE = -1


class WriterLock:
    """The right to write one results file, until `release`. Made by `acquire`."""

    def __init__(self, results: Path, descriptor: int) -> None:
        self.path = Beside.LOCK.of(results)
        """The lock file."""
        self._results = results
        self._descriptor = descriptor
        self._taken = _NONE

    def take(self) -> None:
        """Lock the results file itself, created if it is not there; again once it is replaced.

        Raises LedgerLocked when another run writes that file under another name, and OSError.
        """
        if not system.renames_open_files():  # an open file could not be replaced then
            return
        if self._taken != _NONE and _is_at(self._taken, self._results):
            return
        while True:
            descriptor = files.open_own(
                self._results, files.RESULTS, os.O_RDWR | os.O_CREAT, sole=False
            )
            if not system.lock(descriptor):
                os.close(descriptor)
                raise _locked(self._results, b"")
            if _is_at(descriptor, self._results):
                break
            os.close(descriptor)
        _close(self._taken)
        self._taken = descriptor

    def release(self) -> None:
        """Let others write. Releasing twice does nothing."""
        if self._descriptor == _NONE:
            return
        # A lock file that was deleted by hand may be another run's by now.
        is_ours = _is_at(self._descriptor, self.path)
        if not system.renames_open_files():
            self._let_go()
        if is_ours:
            with suppress(OSError):  # in a folder that became read-only it stays, and harms nobody
                system.remove(self.path)
        self._let_go()

    def _let_go(self) -> None:
        """What the operating system does for a killed process."""
        _close(self._descriptor)
        _close(self._taken)
        self._descriptor = self._taken = _NONE


def acquire(results: Path, now: datetime) -> WriterLock:
    """Take the lock of `results` at once or not at all.

    Raises LedgerLocked, naming who holds it since when, and OSError when there can be no lock
    file in that folder.
    """
    path = Beside.LOCK.of(results)
    while True:
        descriptor = Beside.LOCK.open(results, os.O_RDWR | os.O_CREAT)
        if not system.lock(descriptor):
            holder = system.read_at(descriptor, 4096, 0)
            os.close(descriptor)
            raise _locked(results, holder)
        if _is_at(descriptor, path):
            break
        os.close(descriptor)
    with suppress(OSError):  # the lock holds without a name on it, on a full disk too
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(_identity(now)).encode() + b"\n")
    return WriterLock(results, descriptor)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return system.file_id_at(path) == system.file_id(descriptor)
    except OSError:
        return False


def _close(descriptor: int) -> None:
    if descriptor != _NONE:
        with suppress(OSError):
            os.close(descriptor)


def _locked(results: Path, holder: bytes) -> LedgerLocked:
    return LedgerLocked(
        f"{results} is being written by {_holder(holder)}; wait for it to end or use another -o"
    )


def network_filesystem(path: Path, mounts: str) -> str | None:
    """The type of the file system `path` lies on if locks may not hold there, else None.

    `mounts` is what `copygen.system.network_mounts` tells; `path` is absolute and resolved.
    """
    best, found = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_unescape(fields[1]))
        # `>=`: of two mounts on one point, the later hides the earlier
        if len(point.parts) >= best and path.is_relative_to(point):
            best, found = len(point.parts), fields[2]
    return found if found in _NETWORK_TYPES or found.startswith("fuse.") else None


def _identity(now: datetime) -> Mapping[str, object]:
    since = now.astimezone(UTC).isoformat(sep=" ", timespec="seconds")
    return {"pid": os.getpid(), "host": socket.gethostname(), "since": since}


def _holder(text: bytes) -> str:
    try:
        holder = json.loads(text.partition(b"\n")[0])
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"


def _unescape(field: str) -> str:
    for escape, character in _ESCAPES.items():
        field = field.replace(escape, character)
    return field
