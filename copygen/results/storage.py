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
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from copygen import system
from copygen.documents import files
from copygen.errors import LedgerLocked, ResultsError

COPY_BYTES = 1024 * 1024
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


class Displaced(OSError):
    """The file under our descriptor is no longer the whole file at its path."""


class AppendFile:
    """A file that only grows, by whole lines, and that notices when it goes wrong.

    `append` and `close` belong to one thread; `sync` may run in another. After a failed `sync`
    nothing is written or synced again: the kernel may have dropped the pages it could not write
    and would report success the next time.
    """

    def __init__(self, path: Path) -> None:
        """Open `path`, which exists, for appending. Raises OSError."""
        self._path = path
        self._fd = files.open_own(path, files.RESULTS, os.O_RDWR | os.O_APPEND, sole=False)
        self._end = os.fstat(self._fd).st_size
        self._failure: OSError | None = None
        self.torn = False
        """Part of a line that could not be taken back is at the end."""
        self._syncing = threading.Lock()

    def append(self, lines: bytes) -> None:
        """Write `lines` with one `write`; on failure take back what part of them was written.

        Raises OSError: the file then holds nothing of them, unless taking it back failed too,
        which leaves a torn tail.
        """
        if self._failure is not None:
            raise self._failure
        written = 0
        try:
            while written < len(lines):
                written += os.write(self._fd, lines[written:] if written else lines)
        except OSError as exc:
            self._failure = exc
            self._take_back(written)
            raise
        self._end += written

    def sync(self) -> None:
        """Have the disk hold all that was appended, and check that the file is still in place.

        Raises OSError, and `Displaced` when somebody deleted, replaced or shortened the file.
        """
        with self._syncing:
            if self._failure is not None:
                raise self._failure
            try:
                end = self._end
                system.sync(self._fd)
                self._check_place(end)
            except OSError as exc:
                self._failure = exc
                raise

    def check_place(self) -> None:
        """Raise `Displaced` when somebody deleted, replaced or shortened the file."""
        try:
            self._check_place(self._end)
        except OSError as exc:
            self._failure = exc
            raise

    @property
    def unlinked(self) -> bool:
        """Whether no name leads to the file any more: it ends with our descriptor."""
        return os.fstat(self._fd).st_nlink == 0

    def content(self) -> Iterator[bytes]:
        """All that is in the file, in pieces, as far as it can be read."""
        offset = 0
        with suppress(OSError):
            while piece := system.read_at(self._fd, COPY_BYTES, offset):
                yield piece
                offset += len(piece)

    def close(self) -> None:
        """Close the descriptor once no `sync` runs. Does not sync."""
        with self._syncing:
            os.close(self._fd)

    def _take_back(self, written: int) -> None:
        # Only when the partial line is the end of the file: never cut what somebody else wrote.
        self.torn = written > 0
        with suppress(OSError):
            if os.fstat(self._fd).st_size == self._end + written:
                os.ftruncate(self._fd, self._end)
                self.torn = False

    def _check_place(self, end: int) -> None:
        ours = os.fstat(self._fd)
        if ours.st_nlink == 0:
            raise Displaced("it was deleted or replaced while the run was going on")
        try:
            there = system.file_id_at(self._path)
        except FileNotFoundError as exc:
            raise Displaced("it was moved away while the run was going on") from exc
        if there != system.file_id(self._fd):
            raise Displaced("it was moved away and another file is in its place")
        if ours.st_size < end:
            raise Displaced("somebody cut it short while the run was going on")


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
