"""Files that must survive a crash: creating, appending, replacing and setting them aside."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from copygen import system
from copygen.errors import ResultsError

COPY_BYTES = 1024 * 1024


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
        self._fd = system.open_file(path, os.O_RDWR | os.O_APPEND)
        self._end = os.fstat(self._fd).st_size
        self._failure: OSError | None = None
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
        with suppress(OSError):
            if os.fstat(self._fd).st_size == self._end + written:
                os.ftruncate(self._fd, self._end)

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
    """The file next to `path` whose name is that of `path` followed by `suffix`."""
    return path.with_name(path.name + suffix)


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
