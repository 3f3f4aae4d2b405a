"""One writer per results file.

The lock is a `flock` on a file of its own, `<results>.lock`, taken through filelock:

- Not on the results file: compaction and `--fresh` replace that file by renaming, and a lock
  lives on the inode, so between the rename and the next lock two runs could each hold "the" file.
  It also has no room for the name of the holder.
- The kernel drops a `flock` with the process, however it dies; there are no stale locks.
- Windows locks the first byte of the file, and then nobody else reads or writes it: the name of
  the holder begins at the second.
- A clean end deletes the lock file while still holding it. A run that opened it just before then
  locks a file without a name; filelock sees that and refuses it.
"""

import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from copygen import system
from copygen.errors import LedgerLocked
from copygen.results.files import beside

_NETWORK_TYPES = frozenset(
    {"nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "9p", "afs", "afpfs"}
    | {"ceph", "lustre", "webdav"}
)
_NAME_AT = 1
_ESCAPES = {"\\040": " ", "\\011": "\t", "\\012": "\n", "\\134": "\\"}


@dataclass(frozen=True, slots=True)
class WriterLock:
    """The right to write one results file, until `release`."""

    path: Path
    """The lock file."""
    _lock: FileLock

    def release(self) -> None:
        """Let others write. Releasing twice does nothing."""
        if self._lock.is_locked:
            with suppress(OSError):  # in a folder that became read-only it stays, and harms nobody
                self.path.unlink(missing_ok=True)
            self._lock.release()


def acquire(results: Path, now: datetime) -> WriterLock:
    """Take the lock of `results` at once or not at all.

    Raises LedgerLocked, naming who holds it since when, and OSError when there can be no lock
    file in that folder.
    """
    path = beside(results, ".lock")
    # Opened here first: filelock would report some faults of the folder as contention. And read
    # before the attempt, because filelock before 3.30 empties the file of the present holder.
    descriptor = system.open_file(path, os.O_RDWR | os.O_CREAT, follow=False)
    try:
        holder = system.read_at(descriptor, 4096, _NAME_AT)
    finally:
        os.close(descriptor)
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout as exc:
        raise LedgerLocked(
            f"{results} is being written by {_holder(holder)}; wait for it to end or use another -o"
        ) from exc
    with suppress(OSError):  # the lock holds without a name on it, on a full disk too
        _write_name(path, json.dumps(_identity(now)).encode() + b"\n")
    return WriterLock(path, lock)


def network_filesystem(path: Path, mounts: str) -> str | None:
    """The type of the file system `path` lies on if locks may not hold there, else None.

    `mounts` is what `system.network_mounts` says; `path` is absolute and resolved.
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


def _write_name(path: Path, name: bytes) -> None:
    descriptor = system.open_file(path, os.O_RDWR, follow=False)
    try:
        os.lseek(descriptor, _NAME_AT, os.SEEK_SET)
        os.write(descriptor, name)
    finally:
        os.close(descriptor)


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
