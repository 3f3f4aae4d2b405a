"""The door: how every file is opened that a person, a prompt file or the settings name, and every
file that copygen derives from such a name.

- To read, a file must be regular and no larger than its bound, and opening it never waits: no
  pipe, no device, no endless file. Names in a prompt file lead nowhere but into its own folder.
- To write beside a file that somebody named, nothing is followed: a link, a pipe, a device or a
  second name of some other file at a derived name may have come with a stranger's folder.
- What is read and what is written are never one file. Within `watched`, each file is entered with
  its role when it is opened or claimed, and compared with all others by what it is (device and
  number, so links of both kinds and `/dev/fd/3` too), not by what it is called. Nothing is opened
  but through here, so no input or output can be added without it.

What is wrong is an OSError whose `strerror` is made to be shown after "cannot read x: ".
"""

import errno
import io
import os
import stat
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from copygen import system
from copygen.errors import InputChanged, UsageError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_TEXT_BYTES: Final = 16 * 1024 * 1024
"""Of a file that is read as a whole: settings, packs, channels, certificates."""
STEADY_BUFFER_BYTES: Final = 64 * 1024
WRITE_BUFFER_BYTES: Final = 256 * 1024
_FOR_OTHERS: Final = 0o666
"""Less what the user's own mask takes away: what goes out is handed on."""
_MAX_STEM: Final = 200
PROMPTS, TABLE, TEMPLATE = "the prompts", "the table of the prompts", "the template"
RESULTS, SUMMARY = "the results", "the summary"
EXPORT = "the export"
STANDARD_OUTPUT, STANDARD_ERROR = "standard output", "standard error"
_SHARED: Final = frozenset({STANDARD_OUTPUT, STANDARD_ERROR})
"""May be one file, `> log 2>&1`."""


version_of: Final[Callable[[os.stat_result], tuple[int, int, int]]] = attrgetter(
    "st_ino", "st_size", "st_mtime_ns"
)
"""What changes when a file does: its number, size and time of change."""


class SameFile(UsageError):
    """A file would be written that the command also uses as something else."""


class OutsideError(OSError):
    """A name in a file leads out of that file's folder."""


@dataclass(frozen=True, slots=True)
class _FileRef:
    """Which file a path leads to, also where there is none yet."""

    file: system.FileId | None
    folder: system.FileId | None = None
    name: str = ""
    """As a disk may compare it that ignores case and the composition of letters."""
    is_pipe: bool = False
    """Several may write into it; but who reads what he writes never ends."""


@dataclass(frozen=True, slots=True)
class _Entry:
    role: str
    shown: str
    is_written: bool
    place: _FileRef
    path: Path | None = None
    """None: a stream, whose file is there as long as it is open."""

    @property
    def is_current(self) -> bool:
        """Whether it is still there: numbers of files that are gone are given to new ones."""
        if self.path is None or self.place.file is None:
            return True
        try:
            return _file_of(self.path.stat()) == self.place.file
        except OSError:
            return False


class Register:
    """The files of one command and what each is used as."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, _FileRef], _Entry] = {}

    def enter(self, new: _Entry) -> None:
        """Remember a file. Raises SameFile if it or another in another role is written."""
        for other in self._entries.values():
            if _collide(new, other) and other.is_current:
                raise SameFile(_same(new, other))
        self._entries[new.role, new.place] = new


_REGISTER: ContextVar[Register | None] = ContextVar("files of this command", default=None)


@contextmanager
def watched() -> Iterator[None]:
    """Compare all files that are opened and claimed in the body with each other.

    Standard output and standard error count as written from the beginning, where they are files.
    """
    token = _REGISTER.set(Register())
    try:
        for stream, role in ((sys.stdout, STANDARD_OUTPUT), (sys.stderr, STANDARD_ERROR)):
            _enter_stream(stream, role, role, is_written=True)
        yield
    finally:
        _REGISTER.reset(token)


def note_standard_input(role: str) -> None:
    """Enter what standard input reads. Raises SameFile."""
    _enter_stream(sys.stdin, role, "standard input", is_written=False)


def note_input(path: Path | str, role: str) -> None:
    """Enter a file that will be read as a stream. Raises SameFile, OSError."""
    _enter(role, path, status(path), is_written=False)


def claim(path: Path, role: str) -> None:
    """Enter a file that will be written, there or not. Raises SameFile, OSError."""
    _enter(role, path, _status_or_none(path), is_written=True)


def open_regular(path: Path | str, role: str) -> BinaryIO:
    """Open a regular file, of any size, for reading; the null device is an empty one.

    Never waits. Raises OSError, SameFile.
    """
    # Before it is opened: opening alone starts things on some devices.
    _check_regular(status(path), path)
    with _named(path):
        descriptor = system.open_file(path, os.O_RDONLY | system.O_NONBLOCK)
    try:
        found = os.fstat(descriptor)
        _check_regular(found, path)
        _enter(role, path, found, is_written=False)
    except BaseException:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, "rb")


def open_steady(path: Path | str, role: str) -> BinaryIO:
    """`open_regular`, for a file whose rows are used while it is read.

    Reading raises InputChanged when the file is changed, replaced or deleted after it was opened,
    before anything that was read since the last look is handed out.
    """
    with open_regular(path, role) as opened:
        return io.BufferedReader(_Steady(os.dup(opened.fileno()), path), STEADY_BUFFER_BYTES)


class _Steady(io.FileIO):
    """A file that looks again after every reading whether it is still the same."""

    def __init__(self, descriptor: int, path: Path | str) -> None:
        super().__init__(descriptor)
        self._path = path
        self._version = version_of(os.fstat(descriptor))

    def readinto(self, buffer: "WriteableBuffer", /) -> int | None:
        """Read what comes next and look; raises InputChanged."""
        count = super().readinto(buffer)
        self._look()
        return count

    def readall(self) -> bytes:
        """Read all that is left and look; raises InputChanged."""
        content = super().readall()
        self._look()
        return content

    def _look(self) -> None:
        try:
            same = version_of(os.stat(self._path)) == self._version  # noqa: PTH116
        except OSError:
            same = False
        if not same:
            raise InputChanged(
                f"{self._path} was changed while it was read: the rows that are done are kept, "
                "others are not done; run again."
            )


def read_bytes(path: Path | str, role: str, most_bytes: int = MAX_TEXT_BYTES) -> bytes:
    """The content of a regular file of at most that size. Raises OSError, SameFile."""
    with open_regular(path, role) as stream:
        content: bytes | None = stream.read(most_bytes + 1)
    if content is None:  # /proc has files that call themselves regular and wait like pipes
        raise OSError(errno.EAGAIN, "there is nothing in it yet", str(path))
    if len(content) > most_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {_size(most_bytes)}", str(path))
    return content


def read_text(path: Path | str, role: str, most_bytes: int = MAX_TEXT_BYTES) -> str:
    """`read_bytes` as UTF-8, without a byte order mark. Raises UnicodeDecodeError, too."""
    return read_bytes(path, role, most_bytes).decode("utf-8-sig")


def open_stream(path: Path | str) -> BinaryIO:
    """Open what may be a pipe, waiting for its other end; enter it with `note_input` before."""
    with _named(path):
        return os.fdopen(system.open_file(path, os.O_RDONLY), "rb")


def open_own(path: Path, role: str, flags: int, *, sole: bool = True) -> int:
    """Open a file that copygen keeps, created with mode 0600; a descriptor.

    Only ever a regular file and, if it is `sole`, one without another name: what lies at a name
    that copygen made of another may have been put there by somebody else. `path` itself is no link
    (see `resolved`). Raises OSError, SameFile.
    """
    _check_own(_status_or_none(path, follow=False), path, sole=sole)
    with _named(path):
        descriptor = system.open_file(path, flags | system.O_NONBLOCK, 0o600, follow=False)
    try:
        found = os.fstat(descriptor)
        _check_own(found, path, sole=sole)
        _enter(role, path, found, is_written=True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def write_named(path: Path, content: bytes, role: str) -> None:
    """Write a whole file that a person named, in place of what is there; created with mode 0600.

    It may be a pipe or a device. Never waits: a pipe that nobody reads is an OSError.
    """
    there = _status_or_none(path)
    if there is None and path.is_symlink():
        raise OSError(errno.ENOENT, "it is a link that leads nowhere", str(path))
    create = os.O_CREAT if there is None else 0
    with _named(path):
        descriptor = system.open_file(path, os.O_WRONLY | create | system.O_NONBLOCK)
    with os.fdopen(descriptor, "wb", buffering=0) as target:
        found = os.fstat(descriptor)
        _enter(role, path, found, is_written=True)
        if stat.S_ISREG(found.st_mode):
            target.truncate(0)
        if target.write(content) != len(content):
            raise OSError(errno.EAGAIN, "there was no room for all of it", str(path))


class NewFile:
    """A file in the place of the one at `path`, which a person named: whole or not at all.

    What is written goes into a file beside it, which takes its name by `commit`, and is deleted by
    `discard`. A link is followed, access stays as it was. Raises OSError, SameFile.
    """

    def __init__(self, path: Path, role: str) -> None:
        there = _status_or_none(path)
        if there is None and path.is_symlink():
            raise OSError(errno.ENOENT, "it is a link that leads nowhere", str(path))
        if there is not None and not stat.S_ISREG(there.st_mode):
            # Of a device, too, the name would be taken away: /dev/null from the whole machine.
            _check_regular(there, path)
            raise OSError(errno.EINVAL, "it is not a regular file", str(path))
        self.path = resolved(path)
        """The file itself, links resolved."""
        _enter(role, self.path, there, is_written=True)
        self._new = self.path.with_name(f".{self.path.name[:_MAX_STEM]}.{os.getpid()}.new")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with _named(self.path):
            descriptor = system.open_file(self._new, flags, _FOR_OTHERS, follow=False)
        self.stream: BinaryIO = os.fdopen(descriptor, "wb", buffering=WRITE_BUFFER_BYTES)
        """What is written into."""
        if there is not None:
            with open_regular(self.path, role) as before:
                system.copy_access(before.fileno(), descriptor)

    def close(self) -> None:
        """Have the disk hold it, under the other name still."""
        if not self.stream.closed:
            self.stream.flush()
            system.sync(self.stream.fileno())
            self.stream.close()

    def commit(self) -> None:
        """Put it in its place."""
        self.close()
        system.replace(self._new, self.path)

    def discard(self) -> None:
        """Leave everything as it was."""
        with suppress(OSError):  # what is buffered may not fit on a full disk
            self.stream.close()
        system.remove(self._new)


def make_folder(path: Path) -> list[Path]:
    """See to it that there is a folder, and those above it; those that were made, the uppermost
    first. Raises OSError."""
    with _named(path):
        made = [one for one in (path, *path.parents) if not one.exists()]
        path.mkdir(parents=True, exist_ok=True)
    return made[::-1]


def remove_empty_folders(paths: Iterable[Path]) -> None:
    """Take away folders that have nothing in them; others stay."""
    for path in paths:
        with suppress(OSError):
            path.rmdir()


def is_own(path: Path) -> bool:
    """Whether there is a file. Raises OSError where `open_own` would."""
    found = _status_or_none(path, follow=False)
    _check_own(found, path, sole=True)
    return found is not None


def status(path: Path | str) -> os.stat_result:
    """What `path` leads to. Raises OSError, whatever is in the name."""
    with _named(path):
        return os.stat(path)  # noqa: PTH116 - it may be a str


def is_device(found: os.stat_result) -> bool:
    """Whether it is a device other than the null device: nothing to read a table from."""
    is_any = stat.S_ISCHR(found.st_mode) or stat.S_ISBLK(found.st_mode)
    return is_any and not system.is_null_device(found)


def resolved(path: Path) -> Path:
    """The absolute path without links. Raises OSError, also for links that lead in a circle."""
    with _named(path):
        return path.resolve()


def expanded(path: Path) -> Path:
    """The path with `~` as the home folder. Raises OSError when there is none."""
    first, *below = path.parts or ("",)
    if first == "~":
        home = system.home_folder(os.environ)
        if home is None:
            raise OSError(errno.ENOENT, "there is no home folder", str(path))
        return home.joinpath(*below)
    try:
        return path.expanduser()  # ~name, from the password database
    except RuntimeError as exc:
        raise OSError(errno.ENOENT, "there is no such home folder", str(path)) from exc


def inside(folder: Path, name: str) -> Path:
    """The path of `name` in `folder`. Raises OutsideError when it is not in there, and OSError."""
    path = folder / name
    if not system.stays_below(name) or not resolved(path).is_relative_to(resolved(folder)):
        why = "it is outside the folder of the file that names it"
        raise OutsideError(errno.EACCES, why, str(path))
    return path


def _status_or_none(path: Path, *, follow: bool = True) -> os.stat_result | None:
    with _named(path):
        try:
            return path.stat(follow_symlinks=follow)
        except (FileNotFoundError, NotADirectoryError):
            return None


@contextmanager
def _named(path: Path | str) -> Iterator[None]:
    """Turn what Python and Windows have against a name into an OSError like those of the system."""
    if fault := system.fault_of_name(path):
        raise OSError(errno.EINVAL, fault, str(path))
    try:
        yield
    except OSError:
        raise
    except RuntimeError as exc:  # Path.resolve() before Python 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from exc
    except ValueError as exc:  # NUL, or half a surrogate pair
        raise OSError(errno.EINVAL, "no file can have this name", str(path)) from exc


def _check_regular(found: os.stat_result, path: Path | str) -> None:
    if stat.S_ISREG(found.st_mode) or system.is_null_device(found):
        return
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is not a regular file", str(path))


def _check_own(found: os.stat_result | None, path: Path, *, sole: bool) -> None:
    """Raise OSError unless it is absent or a regular file."""
    if found is None:
        return
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, "symbolic links are not followed here; move it away", str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file; move it away", str(path))
    if sole and found.st_nlink > 1:
        raise OSError(errno.EMLINK, "it is also another file's name; move it away", str(path))


def _size(count: int) -> str:
    mebibyte = 1024 * 1024
    return f"{count // mebibyte} MiB" if count >= mebibyte else f"{count // 1024} KiB"


def _enter(role: str, path: Path | str, found: os.stat_result | None, *, is_written: bool) -> None:
    register = _REGISTER.get()
    if register is None:
        return
    place = _reference_to(Path(path), found)
    register.enter(_Entry(role, str(path), is_written, place, Path(path)))


def _reference_to(path: Path, found: os.stat_result | None) -> _FileRef:
    file = None if found is None else _file_of(found)
    if found is not None:
        return _FileRef(file, is_pipe=stat.S_ISFIFO(found.st_mode))
    # A link that leads nowhere yet counts as what it would create.
    path = resolved(path)
    try:
        folder = _file_of(path.parent.stat())
    except OSError:
        folder = None
    return _FileRef(None, folder, unicodedata.normalize("NFC", path.name).casefold())


def _file_of(found: os.stat_result) -> system.FileId | None:
    """None for what many may use at a time without harm: terminals, the null device."""
    if stat.S_ISREG(found.st_mode) or stat.S_ISFIFO(found.st_mode) or stat.S_ISDIR(found.st_mode):
        return system.FileId(found.st_dev, found.st_ino)
    return None


def _enter_stream(stream: object, role: str, shown: str, *, is_written: bool) -> None:
    register = _REGISTER.get()
    if register is None:
        return
    try:
        number = stream.fileno()  # type: ignore[attr-defined]
        found = os.fstat(number)
    except (AttributeError, OSError, ValueError):  # closed, or held in memory by a test
        return
    place = _FileRef(_file_of(found), is_pipe=stat.S_ISFIFO(found.st_mode))
    register.enter(_Entry(role, shown, is_written, place))


def _collide(one: _Entry, other: _Entry) -> bool:
    if one.role == other.role or not (one.is_written or other.is_written):
        return False
    are_both_written = one.is_written and other.is_written
    if are_both_written and ({one.role, other.role} <= _SHARED or one.place.is_pipe):
        return False
    if one.place.file is not None:
        return one.place.file == other.place.file
    return bool(one.place.folder and one.place.name) and one.place == other.place


def _same(new: _Entry, other: _Entry) -> str:
    written, used = (new, other) if new.is_written else (other, new)
    names = written.shown if written.shown == used.shown else f"{written.shown} and {used.shown}"
    if used.is_written:
        return f"{names}: {written.role} and {used.role} cannot be one file; name another."
    return (
        f"{names}: {written.role} would be written into the file that is read as {used.role}; "
        "name another."
    )
