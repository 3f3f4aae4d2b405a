"""Windows: no POSIX modules, calls and signals; text mode; nothing open is renamed or deleted."""

import asyncio
import ctypes
import errno
import fcntl
import io
import os
import select
import selectors
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.platforms import VARIABLE, overlay

O_BINARY = 0x8000
SIGBREAK = signal.SIGUSR2
"""Stands in for Ctrl-Break: what a test sends."""
SIGCLOSE = signal.SIGHUP
"""Stands in for a console that is closed: no signal there, but a call on a thread of its own."""
KILLED_AFTER_S = 5.0
_MARKER = f"{VARIABLE}=win32".encode()

_MODULES = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
_OS = (
    *("O_CLOEXEC", "O_DIRECT", "O_DIRECTORY", "O_DSYNC", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK"),
    *("O_PATH", "O_SYNC", "O_TMPFILE", "chown", "fchmod", "fchown", "fdatasync", "fork", "forkpty"),
    *("getegid", "geteuid", "getgid", "getgroups", "getpgid", "getpgrp", "getsid", "getuid"),
    *("killpg", "lchown", "mkfifo", "mknod", "nice", "openpty", "pathconf", "posix_fadvise"),
    *("posix_fallocate", "posix_spawn", "pread", "preadv", "pwrite", "pwritev", "readv"),
    *("register_at_fork", "sched_getaffinity", "sched_yield", "sendfile", "set_blocking"),
    *("setpgid", "setsid", "setuid", "statvfs", "fstatvfs", "sync", "sysconf", "uname", "wait"),
    *("wait3", "wait4", "writev"),
)
_SIGNALS = (
    *("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP"),
    *("SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGUSR1", "SIGUSR2", "SIGWINCH", "alarm", "pause"),
    *("pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigwait"),
)
_DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt1"}

LEFT_OUT = {
    "all but tests/platforms": "pytest and its plugins take what Linux has while they run (getuid, "
    "fork, pread); so the promises start copygen as a process of Windows from a pytest of Linux",
    "tests/reliability": "fork, send SIGKILL and SIGHUP, limit memory and file sizes",
    "tests/view": "draw on pseudo-terminals",
    "tests/providers/test_keys.py": "owners and permission bits of key files, named pipes",
}
"""Folders and files of tests that cannot run so, and why."""


def lay_over() -> None:
    """Make this process one of Windows, as far as copygen can tell."""
    _close_console_on(SIGCLOSE)
    _replace_the_library()
    signal.SIGBREAK = SIGBREAK  # type: ignore[attr-defined]
    overlay.take_away(os, *_OS)
    overlay.take_away(signal, *_SIGNALS)
    overlay.take_away(select, "epoll", "poll")
    overlay.take_away(time, "clock_gettime", "tzset")
    for module in (*_MODULES, "uvloop"):
        sys.modules[module] = None  # type: ignore[assignment]
    os.O_BINARY = O_BINARY  # type: ignore[attr-defined]
    _translate_line_ends()
    _hold_open_files()
    _write_to_pipes()
    for loop in (asyncio.SelectorEventLoop, asyncio.BaseEventLoop):
        loop.add_signal_handler = _not_there  # type: ignore[method-assign, union-attr]


def _not_there(*_args: object) -> None:
    raise NotImplementedError


def _replace_the_library() -> None:
    """What the library has of its own on Windows, for what is about to be taken away."""
    usage = shutil.disk_usage
    free = os.statvfs

    def disk_usage(path: Any) -> Any:
        found = free(path)
        return SimpleNamespace(free=found.f_bavail * found.f_frsize)

    assert usage
    shutil.disk_usage = disk_usage
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    tempfile.TemporaryFile = tempfile.NamedTemporaryFile  # type: ignore[misc, assignment]
    number = int(signal.SIGKILL)
    subprocess.Popen.kill = lambda self: self.send_signal(number)  # type: ignore[method-assign]
    tempfile._bin_openflags |= O_BINARY  # type: ignore[attr-defined]
    sys.modules["msvcrt"] = SimpleNamespace(LK_NBLCK=2, locking=_lock)  # type: ignore[assignment]
    selectors.DefaultSelector = selectors.SelectSelector  # type: ignore[misc, assignment]
    real = select.select

    def sockets_only(read: Any, write: Any, other: Any, *more: Any) -> Any:
        for one in (*read, *write, *other):
            number = one if isinstance(one, int) else one.fileno()
            if not stat.S_ISSOCK(overlay.REAL["fstat"](number).st_mode):
                raise OSError(10038, "an operation was attempted on something that is not a socket")
        return real(read, write, other, *more)

    select.select = sockets_only


def _lock(number: int, _mode: int, _bytes: int) -> None:
    """`msvcrt.locking`, not waiting."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from exc


def _close_console_on(number: int) -> None:
    """The console API that copygen uses, and a signal that closes the console."""
    handlers: list[Callable[[int], object]] = []
    exit_at_once = os._exit

    def set_handler(handler: Callable[[int], object], _add: bool) -> bool:
        handlers.append(handler)
        return True

    def call() -> None:
        for handler in reversed(handlers):
            if handler(2):
                break
        exit_at_once(0xC000013A & 0xFF)

    def close(_number: int, _frame: object) -> None:
        threading.Thread(target=call, daemon=True).start()
        late = threading.Timer(KILLED_AFTER_S, exit_at_once, [0xC000013A & 0xFF])
        late.daemon = True
        late.start()

    local = 3
    kernel32 = SimpleNamespace(SetConsoleCtrlHandler=set_handler, GetDriveTypeW=lambda _root: local)
    ctypes.windll = SimpleNamespace(kernel32=kernel32)  # type: ignore[attr-defined]
    ctypes.WINFUNCTYPE = lambda *_types: lambda function: function  # type: ignore[attr-defined]
    signal.signal(number, close)


def _translate_line_ends() -> None:
    """Descriptors without O_BINARY double line ends; text files without `newline` do, too."""
    in_text_mode: set[int] = set()
    real_open, real_read, real_write = os.open, os.read, os.write
    real_close, real_io = os.close, io.open

    @wraps(real_open)
    def open_(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
        _check_name(path)
        if overlay.exists(os.fspath(path)) and os.path.isdir(path):  # noqa: PTH112
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        number: int = real_open(path, flags & ~O_BINARY, *args, **kwargs)
        (in_text_mode.discard if flags & O_BINARY else in_text_mode.add)(number)
        return number

    @wraps(real_read)
    def read(number: int, size: int) -> bytes:
        content = real_read(number, size)
        if number not in in_text_mode:
            return content
        return content.partition(b"\x1a")[0].replace(b"\r\n", b"\n")

    @wraps(real_write)
    def write(number: int, content: Any) -> int:
        if number not in in_text_mode:
            return real_write(number, content)
        content = bytes(content)
        real_write(number, content.replace(b"\n", b"\r\n"))
        return len(content)

    @wraps(real_close)
    def close(number: int) -> None:
        in_text_mode.discard(number)
        real_close(number)

    @wraps(real_io)
    def open_file(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if isinstance(file, int):
            in_text_mode.discard(file)  # a file object of Python's is binary below
        else:
            _check_name(file)
        if "b" not in mode and len(args) < 4:
            names = ("buffering", "encoding", "errors", "newline")
            kwargs = {**dict(zip(names, args, strict=False)), **kwargs}
            args = ()
            kwargs["encoding"] = kwargs.get("encoding") or "cp1252"
            if kwargs.get("newline") is None and set(mode) & set("wax+"):
                kwargs["newline"] = "\r\n"
        return real_io(file, mode, *args, **kwargs)

    overlay.put("open", open_)
    overlay.put("read", read)
    overlay.put("write", write)
    overlay.put("close", close)
    overlay.put_open(open_file)


def _check_name(path: Any) -> None:
    """What Windows opens is not what the name says."""
    if isinstance(path, int):
        return
    name = Path(os.fsdecode(path)).name
    device = name.partition(".")[0].casefold() in _DEVICES
    if device or ":" in name or name.endswith((".", " ")):
        raise OSError(errno.EINVAL, "this would be a device, a stream or another file", str(path))


def _hold_open_files() -> None:
    """Nothing that a process of this system has open is renamed, replaced or deleted."""

    def held(real: Callable[..., Any], over: bool) -> Callable[..., Any]:
        @wraps(real)
        def call(path: Any, *args: Any, **kwargs: Any) -> Any:
            paths = (path, args[0]) if over else (path,)
            for one in paths:
                if overlay.descriptors_on(one, _MARKER):
                    raise PermissionError(errno.EACCES, "it is used by another process", str(one))
            if over and real.__name__ == "rename" and overlay.exists(os.fspath(args[0])):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(args[0]))
            return real(path, *args, **kwargs)

        return call

    for name in ("unlink", "remove"):
        overlay.put(name, held(getattr(os, name), over=False))
    for name in ("rename", "replace"):
        overlay.put(name, held(getattr(os, name), over=True))


class _Pipe(io.RawIOBase):
    """Standard output or standard error: a pipe without a reader is EINVAL."""

    def __init__(self, number: int) -> None:
        self._number = number

    def fileno(self) -> int:
        return self._number

    def isatty(self) -> bool:
        return os.isatty(self._number)

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        try:
            return int(overlay.REAL["write"](self._number, content))
        except BrokenPipeError as exc:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from exc


def _write_to_pipes() -> None:
    """In the code page of the machine, unless PYTHONIOENCODING names another."""
    encoding = os.environ.get("PYTHONIOENCODING", "").partition(":")[0] or "cp1252"
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None or "pytest" in sys.argv:
            continue
        raw = io.BufferedWriter(_Pipe(number))
        errors = "strict" if number == 1 else "backslashreplace"
        text = io.TextIOWrapper(
            raw, encoding=encoding, errors=errors, newline="\r\n", line_buffering=number == 2
        )
        setattr(sys, name, text)
