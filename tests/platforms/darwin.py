"""macOS: no fdatasync, no /proc, 256 open files, names without case and in NFD."""

import errno
import fcntl
import os
import resource
import select
import shutil
import time
import unicodedata
from collections.abc import Iterator
from typing import Any

from tests.platforms import overlay

F_FULLFSYNC = 51
MOST_FILES = 10_240
_LINUX_ONLY = (
    *("fdatasync", "posix_fadvise", "posix_fallocate", "sched_getaffinity", "sched_setaffinity"),
    *("getrandom", "pidfd_open", "eventfd", "memfd_create", "copy_file_range", "splice"),
    *("O_DIRECT", "O_PATH", "O_NOATIME", "O_LARGEFILE", "getxattr", "setxattr", "listxattr"),
)
_NOT_THERE = ("/proc/", "/dev/shm/")  # noqa: S108 - only names

LEFT_OUT = {
    "tests/reliability": "look at /proc of the runs they start: open files, caught signals",
    "tests/bench": "measure this machine",
    "tests/platforms": "are this harness",
    "tests/transport/test_http.py -k cancelling_500": "a run raises its limit first",
    "tests/field -k 12:A1": "the harness imports more than a bare interpreter",
    "tests/test_manual.py -k only_when": "the harness takes no -c",
}
"""Folders and files of tests that cannot run so, and why."""


def lay_over() -> None:
    """Make this process one of macOS, as far as copygen can tell."""
    overlay.take_away(os, *_LINUX_ONLY)
    # It has looked for os.listxattr already, and calls it for each file that it copies.
    shutil._copyxattr = lambda *_, **__: None  # type: ignore[attr-defined]
    overlay.take_away(select, "epoll")
    overlay.take_away(time, "CLOCK_BOOTTIME")
    _sync_in_full()
    _limit_files()
    overlay.translate_paths(_found)
    overlay.put("listdir", _listed(os.listdir))
    overlay.put("scandir", _scanned(os.scandir))


def _sync_in_full() -> None:
    real = fcntl.fcntl

    def call(descriptor: int, command: int, argument: Any = 0) -> Any:
        if command == F_FULLFSYNC:
            os.fsync(descriptor)
            return 0
        return real(descriptor, command, argument)

    fcntl.F_FULLFSYNC = F_FULLFSYNC  # type: ignore[attr-defined]
    fcntl.fcntl = call  # type: ignore[assignment]


def _limit_files() -> None:
    """256 at first; "unlimited", but more than the kernel gives one process is refused."""
    get, set_ = resource.getrlimit, resource.setrlimit
    files = resource.RLIMIT_NOFILE
    most = min(MOST_FILES, get(files)[1])
    set_(files, (min(256, most), get(files)[1]))

    def limits(kind: int) -> tuple[int, int]:
        soft, hard = get(kind)
        return (soft, resource.RLIM_INFINITY) if kind == files else (soft, hard)

    def limit(kind: int, values: tuple[int, int]) -> None:
        if kind == files:
            if values[0] > most:
                raise ValueError("current limit exceeds maximum limit")
            values = (values[0], get(files)[1])
        set_(kind, values)

    resource.getrlimit, resource.setrlimit = limits, limit  # type: ignore[assignment]


def _key(name: str) -> str:
    return unicodedata.normalize("NFD", name).casefold()


def _found(path: Any) -> Any:
    """The path of what is there, where a name differs by case or composition only."""
    text = os.fspath(path)
    if isinstance(text, bytes):
        return path
    if f"{text}/".startswith(_NOT_THERE):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), text)
    if not text or overlay.exists(text):
        return path
    folder, slash, name = text.rpartition("/")
    if name in ("", ".", ".."):
        return path
    folder = str(_found(folder)) if folder else folder
    try:
        names = overlay.REAL["listdir"](folder + slash or ".")
    except (OSError, ValueError):
        return path
    there = next((one for one in names if _key(one) == _key(name)), name)
    return f"{folder}{slash}{there}"


def _listed(real: Any) -> Any:
    def call(path: Any = ".") -> list[Any]:
        names = real(path)
        return [unicodedata.normalize("NFD", one) if isinstance(one, str) else one for one in names]

    return call


class _Entry:
    """A `DirEntry` under its decomposed name."""

    def __init__(self, entry: Any) -> None:
        self._entry = entry
        self.name = unicodedata.normalize("NFD", entry.name)
        self.path = entry.path[: len(entry.path) - len(entry.name)] + self.name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._entry, attribute)

    def __fspath__(self) -> str:
        return str(self.path)


class _Entries:
    def __init__(self, entries: Any) -> None:
        self._entries = entries

    def __iter__(self) -> Iterator[Any]:
        return (_Entry(one) if isinstance(one.name, str) else one for one in self._entries)

    def __next__(self) -> Any:
        return _Entry(next(self._entries))

    def __enter__(self) -> "_Entries":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        self._entries.close()


def _scanned(real: Any) -> Any:
    return lambda path=".": _Entries(real(path))
