"""What differs between Linux, macOS and Windows; nowhere else is the system asked for its name.

Each function says in a sentence what each system does. Branches are `sys.platform == ...`, which
mypy follows: `mypy --platform win32` checks the half that other systems never run.
"""

import errno
import io
import os
import re
import shlex
import signal
import stat
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import asyncio
    import ssl

O_BINARY: Final[int] = getattr(os, "O_BINARY", 0)
"""Windows: else a line end becomes two bytes and byte 26 ends the file. Elsewhere 0: no such
thing."""
O_NOFOLLOW: Final[int] = getattr(os, "O_NOFOLLOW", 0)
"""Linux, macOS: a symbolic link is not opened (ELOOP). Windows: 0; see `open_file`."""
O_NONBLOCK: Final[int] = getattr(os, "O_NONBLOCK", 0)
"""Linux, macOS: opening a pipe does not wait for its other end. Windows: 0; its pipes lie in no
folder."""

BUSY_S: Final = 1.0
"""How long Windows is asked again for a file that another program has open: virus scanners look
at what was just written for some milliseconds."""
_ASK_AGAIN_S: Final = 0.02

_RESERVED: Final = frozenset(
    {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
    | {f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³"}
)
_NEVER_IN_A_NAME: Final = frozenset('<>"|?*') | {chr(code) for code in range(32)}
_LONG_PATH: Final = 235
"""Windows takes 259 characters without a prefix, and what stands beside a results file has a
suffix of up to 20."""


class FileId(NamedTuple):
    """What a file keeps when it is renamed, and what no other file has at the same time."""

    device: int
    number: int


def open_file(path: Path | str, flags: int, mode: int = 0o600, *, follow: bool = True) -> int:
    """Open a descriptor, binary, not inherited by child processes. Raises OSError.

    Without `follow`, ELOOP where `path` itself is a symbolic link: Linux and macOS look while they
    open; Windows has no such flag, so there the link is looked for just before.
    """
    if sys.platform == "win32" and not follow and Path(path).is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return os.open(path, flags | O_BINARY | (0 if follow else O_NOFOLLOW), mode)


def sync(descriptor: int) -> None:
    """Have the disk hold what was written to a file. Raises OSError.

    Linux: fdatasync. macOS: F_FULLFSYNC, because fsync leaves data in the drive's cache, or fsync
    on disks that do not know it (network, FAT). Windows: FlushFileBuffers, as `os.fsync`.
    """
    if sys.platform == "linux":
        os.fdatasync(descriptor)
        return
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
        except OSError as exc:
            if exc.errno not in (errno.ENOTSUP, errno.ENOTTY, errno.EINVAL, errno.ENODEV):
                raise
    os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` survive a power cut. Raises OSError.

    Linux and macOS: the folder is opened and synced as a file is. Windows cannot, and need not:
    NTFS writes names to its journal.
    """
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            # Not `sync`: on Linux fdatasync of a folder may leave out what fsync promises.
            if sys.platform == "darwin":
                sync(descriptor)
            else:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_at(descriptor: int, size: int, offset: int) -> bytes:
    """Up to `size` bytes from `offset`, b"" at the end. Raises OSError.

    Linux and macOS: pread, which moves nothing. Windows has none: the descriptor's place is moved,
    which a descriptor for appending does not mind.
    """
    if sys.platform == "win32":
        os.lseek(descriptor, offset, os.SEEK_SET)
        return os.read(descriptor, size)
    return os.pread(descriptor, size, offset)


def file_id(descriptor: int) -> FileId:
    """Which file is open. Raises OSError. The same on all systems; compare with `file_id_at`."""
    status = os.fstat(descriptor)
    return FileId(status.st_dev, status.st_ino)


def file_id_at(path: Path | str) -> FileId:
    """Which file `path` leads to. Raises OSError, FileNotFoundError when there is none.

    Linux and macOS: by its name. Windows: by opening it, because from Python 3.12 on a name is
    answered from another call than a descriptor, with another number of the disk.
    """
    if sys.platform == "win32":
        descriptor = open_file(path, os.O_RDONLY)
        try:
            return file_id(descriptor)
        finally:
            os.close(descriptor)
    status = os.stat(path)  # noqa: PTH116 - it may be a str
    return FileId(status.st_dev, status.st_ino)


def is_null_device(status: os.stat_result) -> bool:
    """Whether a file is the null device, which reads as empty and keeps nothing.

    Linux, macOS: by the device's number. Windows: it has no numbers, so NUL is the character device
    that can be named; other devices are refused by name (`fault_of_name`).
    """
    if not stat.S_ISCHR(status.st_mode):
        return False
    if sys.platform == "win32":
        return True
    return status.st_rdev == os.stat(os.devnull).st_rdev  # noqa: PTH116


def lock(descriptor: int) -> bool:
    """Lock an open file for this descriptor, at once or not at all; closing it lets go.

    Raises OSError where the file system has no locks. Linux, macOS: flock, which is on the file and
    not on its name. Windows: one byte far behind the end of the file, since others cannot read what
    is locked there.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 2**30, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def renames_open_files() -> bool:
    """Whether a file can be renamed, replaced and deleted while it is open.

    Linux, macOS: yes. Windows: no.
    """
    return sys.platform != "win32"


def replace(source: Path, target: Path) -> None:
    """Rename `source` to `target`, over a file that may be there. Raises OSError.

    Linux and macOS: at once, whoever has either open. Windows: not while anybody has, this process
    included; it is asked again for `BUSY_S` and then raises PermissionError.
    """
    _while_busy(lambda: source.replace(target))


def remove(path: Path) -> None:
    """Delete a file; none is there is fine. Raises OSError.

    Linux and macOS: also while it is open. Windows: as `replace`.
    """
    _while_busy(lambda: path.unlink(missing_ok=True))


def _while_busy(act: Callable[[], object]) -> None:
    end = time.monotonic() + BUSY_S
    while True:
        try:
            act()
            return
        except PermissionError:
            if sys.platform != "win32" or time.monotonic() > end:
                raise
            time.sleep(_ASK_AGAIN_S)


def held_by_others(exc: OSError) -> bool:
    """Whether a file could not be renamed or deleted because some program has it open.

    Windows: any PermissionError may be that. Linux, macOS: never; there nobody's being open
    keeps a file from being renamed.
    """
    return sys.platform == "win32" and isinstance(exc, PermissionError)


def copy_access(source: int, target: int) -> None:
    """Let those use the file `target` who may use `source`; both are descriptors. Raises OSError.

    Linux, macOS: permission bits, and the owner where one may give files away. Windows: nothing;
    a new file takes the access list of its folder, as the old one did.
    """
    if sys.platform != "win32":
        status = os.fstat(source)
        os.fchmod(target, stat.S_IMODE(status.st_mode))
        try:
            os.fchown(target, status.st_uid, status.st_gid)
        except PermissionError:  # only root may
            return


def tells_access() -> bool:
    """Whether `stat` says who owns a file and who may read it.

    Linux, macOS: yes. Windows: no; an access list says it, which only its own calls can read.
    """
    return sys.platform != "win32"


def is_mine(status: os.stat_result) -> bool | None:
    """Whether a file belongs to the user of this process; None where that cannot be told.

    Linux, macOS: by the effective user id. Windows: None; `stat` knows no owner there.
    """
    if sys.platform == "win32":
        return None
    return status.st_uid == os.geteuid()


def open_to_others(status: os.stat_result) -> bool | None:
    """Whether other users may read or change a file; None where that cannot be told.

    Linux, macOS: by its permission bits. Windows: None; an access list says it, not the mode.
    """
    if sys.platform == "win32":
        return None
    return bool(status.st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def fault_of_name(path: Path | str) -> str | None:
    """Why no file can have this path, as `'CON' is ...`; None when one can.

    Windows: devices (CON, COM1.txt), a colon that is no drive's (`a:b` is a stream hidden in `a`),
    a dot or a space at the end (dropped, so two names are one file), and `<>"|?*`. Linux and
    macOS: no fault but NUL, which opening reports.
    """
    if sys.platform != "win32" or str(path).upper() == "NUL":  # the null device may be named
        return None
    return windows_fault_of_name(str(path))


def windows_fault_of_name(path: str) -> str | None:
    """`fault_of_name` as Windows has it, on every system."""
    pure = PureWindowsPath(path)
    if path.startswith("\\\\.\\"):
        return f"'{path}' names a device of Windows, not a file"
    if pure.drive.endswith(":") and not pure.root:
        return f"'{path}' depends on the current folder of drive {pure.drive}; write the whole path"
    for name in pure.parts[1:] if pure.anchor else pure.parts:
        if name in (".", ".."):
            continue
        if ":" in name:
            return f"'{name}' has a colon in it, which hides a stream in another file on Windows"
        if found := _NEVER_IN_A_NAME.intersection(name):
            return f"'{name}' has {min(found)!r} in it, which no file name can have on Windows"
        if name.partition(".")[0].rstrip(" ").upper() in _RESERVED:
            return f"'{name}' is the name of a device on Windows"
        if name.endswith((".", " ")):
            return f"'{name}' ends with a dot or a space, which Windows drops"
    return None


def stays_below(path: str) -> bool:
    """Whether a relative path, as text, leads nowhere but into the folder it is taken from.

    Linux, macOS: not absolute and without `..`. Windows: also without a drive (`C:x` is relative to
    a folder of that drive), a root (`\\x`), a host (`\\\\host\\share`), or a stream (`a.csv:b`).
    Links are not looked at: resolve the path for that.
    """
    if sys.platform == "win32":
        pure = PureWindowsPath(path)
        return not (pure.anchor or ".." in pure.parts or ":" in path)
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def reachable(path: Path) -> Path:
    r"""An absolute path in the form in which it can be opened however long it is.

    Windows: from 235 characters on with `\\?\` before it, because without it 259 are the most.
    Linux, macOS: as it is (1 024 and 4 096 bytes).
    """
    if sys.platform == "win32":
        text = str(path)
        if len(text) > _LONG_PATH and path.is_absolute() and not text.startswith("\\\\?\\"):
            unc = text.startswith("\\\\")
            return Path("\\\\?\\UNC\\" + text[2:] if unc else "\\\\?\\" + text)
    return path


def network_mounts(path: Path) -> str:
    r"""Where file systems are mounted, a line `what where type` each, as `/proc/mounts` has it.

    Linux: `/proc/mounts`. macOS: what `mount` says. Windows: one line, when the drive of `path` or
    its `\\host\share` is another machine's. "" where nothing can be told.
    """
    if sys.platform == "linux":
        try:
            return Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
    if sys.platform == "darwin":
        return _mounts_of_macos()
    if sys.platform == "win32":
        import ctypes

        remote = 4  # DRIVE_REMOTE
        anchor = path.anchor
        if anchor and ctypes.windll.kernel32.GetDriveTypeW(anchor) == remote:
            return f"- {_escaped(anchor)} smb\n"
    return ""


def _mounts_of_macos() -> str:
    """The lines of `mount`, `//me@host/share on /Volumes/share (smbfs, nodev)`, rewritten."""
    import subprocess

    try:
        told = subprocess.run(["/sbin/mount"], capture_output=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.findall(r"^(.+?) on (.+) \((\w+)", told.decode("utf-8", "surrogateescape"), re.M)
    return "".join(f"{_escaped(what)} {_escaped(where)} {kind}\n" for what, where, kind in found)


def _escaped(field: str) -> str:
    return field.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011")


def raise_descriptor_limit(wanted: int) -> int | None:
    """Let this process open `wanted` files, or as near to it as may be; how many it may open now.

    Linux: up to the hard limit. macOS: 256 at first; its hard limit says "unlimited", but more than
    `kern.maxfilesperproc` is refused, so smaller numbers are tried. Windows: None; sockets are no
    files there and there is no limit worth the name. None also where there is none.
    """
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return None
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    for limit in (most, 24_576, 10_240, 4_096, 1_024):
        if limit > most or limit <= soft:
            continue
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        except (OSError, ValueError):  # macOS, beyond what its kernel gives one process
            continue
        return limit
    return soft


def stop_signals() -> tuple[signal.Signals, ...]:
    """The signals that ask a program to end.

    Linux, macOS: SIGINT (Ctrl-C), SIGTERM, SIGHUP (a closed terminal). Windows: SIGINT (Ctrl-C),
    SIGBREAK (Ctrl-Break; see `hear_console_close` for a closed console), and SIGTERM, which only a
    program can send to itself there.
    """
    if sys.platform == "win32":
        return (signal.SIGINT, signal.SIGTERM, signal.SIGBREAK)
    return (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def exit_code_of(number: int) -> int:
    """What a process ends with that a signal ended: 128 and its number, as shells have it.

    Windows: SIGBREAK, of Ctrl-Break and a closed console, counts as the SIGHUP of other systems.
    """
    if sys.platform == "win32" and number == signal.SIGBREAK:
        return 129
    return 128 + number


def call_later(seconds: float, act: Callable[[], object]) -> None:
    """Call `act` in so many seconds, whatever the main thread does. Once per process.

    A thread of its own, which needs the interpreter for a moment. Linux, macOS: SIGALRM as well,
    which is heard on the main thread within a regular expression, where no other thread gets its
    turn. `act` may be called twice.
    """
    thread = threading.Timer(seconds, act)
    thread.daemon = True
    thread.start()
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, lambda _number, _frame: act())
        signal.setitimer(signal.ITIMER_REAL, seconds)


def hear_console_close() -> object:
    """Have a closed console end the process as a signal does; keep what is returned.

    Linux and macOS send SIGHUP. Windows calls a function on a thread of its own and ends the
    process when it returns, after five seconds at the most: SIGBREAK is raised at once and again
    after two, so that what is in flight is waited for, but not longer than there is time.
    """
    if sys.platform == "win32":
        import _thread
        import ctypes

        close, logoff, shutdown = 2, 5, 6

        def hear(event: int) -> bool:
            if event not in (close, logoff, shutdown):
                return False  # Ctrl-C and Ctrl-Break arrive as signals
            _thread.interrupt_main(signal.SIGBREAK)
            time.sleep(2)
            _thread.interrupt_main(signal.SIGBREAK)
            time.sleep(60)
            return True

        heard = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(hear)
        ctypes.windll.kernel32.SetConsoleCtrlHandler(heard, True)
        return heard
    return None


def loop_factory() -> "type[asyncio.AbstractEventLoop] | None":
    """The class of the event loop; None: the one asyncio chooses.

    Linux, macOS: uvloop, a third less CPU per request. Windows: asyncio's Proactor loop; uvloop
    is not made for it.
    """
    if sys.platform == "win32":
        return None
    try:
        import uvloop
    except ImportError:  # another Unix without a wheel
        return None
    return uvloop.Loop


def client_context() -> "ssl.SSLContext":
    """Who is trusted on the other end of TLS; certificates and host names are verified.

    Linux: OpenSSL with the files of the distribution. Windows: OpenSSL with the certificates of the
    Windows store. macOS: the keychain decides, by way of truststore, because Python from python.org
    comes without any certificate there. SSL_CERT_FILE and SSL_CERT_DIR replace all three.
    """
    import ssl

    if sys.platform == "darwin" and not {"SSL_CERT_FILE", "SSL_CERT_DIR"} & os.environ.keys():
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return ssl.create_default_context()


def set_encodings() -> None:
    """Have standard output and standard error take every text.

    Windows: a file or a pipe gets UTF-8 and LF, not the code page and CR LF; a console takes
    Unicode whatever its code page. Linux, macOS: as the locale says. Everywhere PYTHONIOENCODING
    wins, and what an encoding lacks is written as an escape.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):  # closed, or another program's
            continue
        try:
            stream.reconfigure(errors="backslashreplace")
        except OSError:  # a pipe that was opened for reading, too, says that it cannot seek
            continue
        if sys.platform == "win32" and not stream.isatty():
            stream.reconfigure(newline="\n")
            if not os.environ.get("PYTHONIOENCODING"):
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def reader_gone(exc: OSError) -> bool:
    """Whether a write failed because nobody reads the pipe any more (`| head -1`).

    Linux, macOS: EPIPE. Windows: EPIPE or, from the C library's own `write`, EINVAL.
    """
    if sys.platform == "win32" and exc.errno == errno.EINVAL:
        return True
    return isinstance(exc, BrokenPipeError)


def wait_writable(descriptor: int) -> None:
    """Wait until a descriptor that does not block takes bytes again.

    Linux, macOS: `select`. Windows: it is tried again after a moment; `select` takes sockets only.
    """
    if sys.platform == "win32":
        time.sleep(_ASK_AGAIN_S)
        return
    import select

    select.select([], [descriptor], [])


def account_home() -> Path | None:
    """The home folder of this user's account, whatever the environment says; None: not known.

    Linux, macOS: from the password database. Windows: %USERPROFILE%, the only one who knows.
    """
    if sys.platform == "win32":
        return _absolute(os.environ.get("USERPROFILE"))
    import pwd

    try:
        return _absolute(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # a container may run under an id without an account
        return None


def home_folder(environ: Mapping[str, str]) -> Path | None:
    """The home folder, an absolute path; None: there is none.

    Linux, macOS: $HOME, and where it is not set or no absolute path, that of the account: what is
    relative would be looked for in whatever folder copygen is started. Windows: %USERPROFILE%.
    """
    given = environ.get("USERPROFILE" if sys.platform == "win32" else "HOME")
    return _absolute(given) or account_home()


def settings_folder(environ: Mapping[str, str]) -> Path | None:
    r"""The folder of this user's settings of all programs, an absolute path; None: there is none.

    $XDG_CONFIG_HOME where it is an absolute path (its specification has others ignored). Else
    Linux, macOS: .config in the home folder. Windows: %APPDATA%, as a rule
    C:\Users\<name>\AppData\Roaming.
    """
    if given := _absolute(environ.get("XDG_CONFIG_HOME")):
        return given
    if sys.platform == "win32":
        return _absolute(environ.get("APPDATA"))
    home = home_folder(environ)
    return None if home is None else home / ".config"


def _absolute(given: str | None) -> Path | None:
    return Path(given) if given and Path(given).is_absolute() else None


def settings_place() -> str:
    r"""How people of this system write the path of their settings file.

    Linux, macOS: ~/.config/copygen/config.yaml. Windows: %APPDATA%\copygen\config.yaml.
    """
    if sys.platform == "win32":
        return r"%APPDATA%\copygen\config.yaml"
    return "~/.config/copygen/config.yaml"


def command_line(words: Sequence[str]) -> str:
    """Words as a command a person can paste into a terminal.

    Linux, macOS: quoted for sh. Windows: in double quotes where need be, which cmd and PowerShell
    both take (a `%NAME%` or a `$name` they would still expand).
    """
    if sys.platform == "win32":
        return " ".join(map(_quoted_for_windows, words))
    return shlex.join(words)


def _quoted_for_windows(word: str) -> str:
    if word and not re.search(r"[^\w@+=:,./\\~-]", word):
        return word
    # A backslash is one except before a double quote: there each must be written twice.
    return '"{}"'.format(re.sub(r'(\\*)("|$)', _before_quote, word))


def _before_quote(found: re.Match[str]) -> str:
    return found[1] * 2 + ('\\"' if found[2] else "")


def split_command(text: str) -> list[str]:
    r"""The words of a command line. Raises ValueError, for a quote that is not closed.

    Linux, macOS: as sh reads it. Windows: a backslash is a backslash (`C:\tools\op.exe`), and
    double quotes hold words together.
    """
    if sys.platform == "win32":
        if text.count('"') % 2:
            raise ValueError("no closing quotation")
        return [word.replace('"', "") for word in re.findall(r'(?:[^\s"]|"[^"]*")+', text)]
    return shlex.split(text)


def has_desktop(environ: Mapping[str, str]) -> bool:
    """Whether a browser opened from here would have a screen, and not take the terminal instead.

    Elsewhere than on Windows and macOS only a display says so, or a browser that the user names.
    """
    if "SSH_CONNECTION" in environ and "DISPLAY" not in environ:
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    signs = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME", "BROWSER")
    return any(environ.get(name) for name in signs)


def program(name: str) -> str:
    """What to start when settings name a program.

    Linux, macOS: the name; the system looks along $PATH. Windows: the file along %PATH% with an
    ending of %PATHEXT%, because the system would take only `.exe`, and the current folder's first.
    """
    if sys.platform == "win32" and PureWindowsPath(name).name == name:
        endings = os.environ.get("PATHEXT", ".EXE").split(";")
        endings = ["", *endings] if PureWindowsPath(name).suffix else endings
        for folder in os.environ.get("PATH", "").split(";"):
            for ending in endings:
                if folder and (found := Path(folder, name + ending)).is_file():
                    return str(found)
    return name


def set_variable(name: str, value: str) -> str:
    """The command that sets an environment variable.

    Linux, macOS: `export`. Windows: PowerShell's way, and cmd's.
    """
    if sys.platform == "win32":
        return f'$env:{name} = "{value}" (in cmd: set {name}={value})'
    return f"export {name}={value}"
