"""Where a format writes: one file, a folder of files, or a stream; all of it or nothing."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

from copygen import system
from copygen.documents import files
from copygen.errors import UsageError
from copygen.models import JsonValue
from copygen.results.record import dumps
from copygen.results.storage import COPY_BYTES

if TYPE_CHECKING:
    from copygen.delivery.formats.format import ExportRow

Where: TypeAlias = int | str
"""A 1-based row (lines of a header included), or the name of a file in the folder."""
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*\s]+")
_MAX_NAME: Final = 120


class Output:
    """What a format gets to write into. `commit` puts all in its place, `discard` leaves all as it
    was; both are for whoever made it."""

    def __init__(
        self,
        *,
        file: Path | None = None,
        folder: Path | None = None,
        stream: BinaryIO | None = None,
        on_place: "Callable[[ExportRow, Where], None]" = lambda _row, _where: None,
    ) -> None:
        """One of the three. Raises OSError where nothing can be written there."""
        self._file = None if file is None else files.NewFile(file, files.EXPORT)
        self._folder = folder
        self._stream = stream if self._file is None else self._file.stream
        self._on_place = on_place
        self.cells = JsonObject()
        """By id, what the next export has to know of this one to be an update of it."""
        self._names = FileNames()
        self._new: list[files.NewFile] = []
        self._made: list[Path] = []

    @property
    def is_folder(self) -> bool:
        """Whether there are files to be made in it, and no stream."""
        return self._stream is None

    @property
    def stream(self) -> BinaryIO:
        """The one file."""
        assert self._stream is not None
        return self._stream

    @property
    def path(self) -> Path | None:
        """Where the one file is to be; None: it is a stream or a folder."""
        return None if self._file is None else self._file.path

    def place(self, row: "ExportRow", where: Where) -> None:
        """Say where a row came to be."""
        self._on_place(row, where)

    @contextmanager
    def file(self, name: str) -> Iterator[BinaryIO]:
        """A file of the folder; `name` may have folders in it and leads nowhere else.

        Raises OSError, and UsageError for a name that two rows would have.
        """
        assert self._folder is not None
        self._names.take(name)
        for above in (self._folder, (self._folder / name).parent):
            self._made += files.make_folder(above)
        new = files.NewFile(files.inside(self._folder, name), files.EXPORT)
        self._new.append(new)
        yield new.stream
        new.close()

    def commit(self) -> None:
        """Put everything in its place. Raises OSError."""
        for new in self._everything:
            new.commit()
        if self._file is None and self._stream is not None:
            self._stream.flush()

    def discard(self) -> None:
        """Leave everything as it was."""
        for new in self._everything:
            new.discard()
        files.remove_empty_folders(reversed(self._made))

    @property
    def _everything(self) -> list[files.NewFile]:
        return self._new if self._file is None else [self._file]


class JsonObject:
    """A JSON object that grows, held as it is written: a tenth of what a dict of it takes."""

    def __init__(self) -> None:
        self._content = bytearray(b"{")
        self.count = 0

    def add(self, name: str, value: JsonValue) -> None:
        """One more; each name is given once."""
        self._content += b",\n" if self.count else b"\n"
        self._content += dumps(name) + b":" + dumps(value)
        self.count += 1

    @property
    def content(self) -> bytes:
        """The object as it is now."""
        return bytes(self._content) + b"\n}"


class FileNames:
    """Names of files that are different on every disk, also where capitals are not."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> None:
        """Use a name as it is. Raises UsageError where it was used before."""
        if name.casefold() in self._taken:
            raise UsageError(f"two rows would be the file '{name}'; choose one with --where.")
        self._taken.add(name.casefold())

    def of(self, id_: str, suffix: str) -> str:
        """A free name made of an id: `scarf/Thai` → `scarf-Thai.md`; `take` it."""
        stem = _UNSAFE.sub("-", id_).strip("-. ")[:_MAX_NAME] or "text"
        if system.windows_fault_of_name(f"{stem}{suffix}"):
            stem = f"text-{stem}"
        name, number = stem, 1
        while f"{name}{suffix}".casefold() in self._taken:
            number += 1
            name = f"{stem}-{number}"
        return f"{name}{suffix}"


def copy_into(stream: BinaryIO, path: Path) -> None:
    """Write a file that was made elsewhere into a stream. Raises OSError."""
    with files.open_regular(path, files.EXPORT) as made:
        shutil.copyfileobj(made, stream, COPY_BYTES)
