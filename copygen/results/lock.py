"""One writer per results file.

Two locks of the operating system, which drops them with the process, however it dies: there are
no stale locks.

- On `<results>.lock`, which says who holds it. A clean end deletes it while still holding it; who
  opened it just before then finds that its name is gone, and opens the next.
- On the results file itself: it may have another name somewhere (a hard link), and a lock file
  can be deleted by hand. Alone it would not do, because moving superseded records out and
  `--fresh` put another file in its place: see `WriterLock.take`.
"""

import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from copygen import system
from copygen.documents import files
from copygen.errors import LedgerLocked
from copygen.results.files import Beside

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
