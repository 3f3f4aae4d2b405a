"""What the two systems have in common here: functions that take paths, laid over one by one."""

import builtins
import io
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

ONE_PATH = (
    *("stat", "lstat", "unlink", "remove", "mkdir", "rmdir", "listdir", "scandir", "access"),
    *("chmod", "readlink", "truncate", "utime"),
)
TWO_PATHS = ("rename", "replace", "link", "symlink")
REAL: dict[str, Callable[..., Any]] = {
    name: getattr(os, name)
    for name in (*ONE_PATH, *TWO_PATHS, "open", "read", "write", "close", "fstat", "lseek")
}
"""The functions of this machine."""
REAL_OPEN = io.open


def take_away(module: object, *names: str) -> None:
    """Delete attributes, those that this machine has."""
    for name in names:
        if hasattr(module, name):
            delattr(module, name)


def translate_paths(translate: Callable[[Any], Any]) -> None:
    """Have every function that takes a path take `translate(path)`; descriptors stay."""

    def translated(path: Any) -> Any:
        return path if isinstance(path, int) else translate(path)

    def one(real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def call(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
            return real(translated(path), *args, **kwargs)

        return call

    def two(real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def call(source: Any, target: Any, *args: Any, **kwargs: Any) -> Any:
            return real(translated(source), translated(target), *args, **kwargs)

        return call

    for name in (*ONE_PATH, "open"):
        put(name, one(getattr(os, name)))
    for name in TWO_PATHS:
        put(name, two(getattr(os, name)))
    put_open(one(io.open))


def put(name: str, function: Callable[..., Any]) -> None:
    """Lay a function over one of `os`, in the sets that say what it can do, too."""
    before = getattr(os, name)
    for able in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
        if before in able:
            able.add(function)
    setattr(os, name, function)


def put_open(function: Callable[..., Any]) -> None:
    """Lay a function over the two names of `open`."""
    io.open = function  # type: ignore[assignment]
    builtins.open = function  # type: ignore[assignment]


def exists(path: str) -> bool:
    """Whether there is something at exactly that path, a dangling link included."""
    try:
        REAL["lstat"](path)
    except (OSError, ValueError):
        return False
    return True


def descriptors_on(path: Any, marker: bytes) -> bool:
    """Whether a process that has `marker` in its environment has the file at `path` open."""
    try:
        wanted = REAL["stat"](path)
    except OSError:
        return False
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if marker not in REAL_OPEN(process / "environ", "rb").read():
                continue
            numbers = REAL["listdir"](process / "fd")
        except OSError:
            continue
        for number in numbers:
            try:
                found = REAL["stat"](process / "fd" / number)
            except OSError:
                continue
            if (found.st_dev, found.st_ino) == (wanted.st_dev, wanted.st_ino):
                return True
    return False
