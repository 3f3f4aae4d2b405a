"""Lines of a byte stream, read one at a time: nothing is read ahead, nothing is unbounded."""

from typing import BinaryIO, Final

from copygen.errors import PromptError
from copygen.prompts.rows import RowError

MAX_LINE_BYTES: Final = 64 * 1024 * 1024
MAX_SKIPPED_BYTES: Final = 256 * 1024 * 1024
"""Of a line that is too long: then it is no table, and may have no end at all."""
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_FILES: Final = (
    (b"PK\x03\x04", "this is an Excel workbook or a zip file; save the sheet as CSV UTF-8"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook; save the sheet as CSV UTF-8"),
    (b"\x1f\x8b", "this is packed with gzip; unpack it first"),
    (b"%PDF", "this is a PDF; a table is CSV or JSONL"),
    (b"PAR1", "this is Parquet; write it as CSV or JSONL"),
    (b"<!doctype", "this is a web page, perhaps one to log in, and no table"),
    (b"<html", "this is a web page, perhaps one to log in, and no table"),
    (b"<?xml", "this is XML; a table is CSV or JSONL"),
    (b"<rss", "this is XML; a table is CSV or JSONL"),
)
"""How files that are no tables begin, whatever they are called."""
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")


class LineError(RowError):
    """A line that is no text. The lines after it can still be read."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Lines:
    """An iterator over the lines of a binary stream, with their ends, without a leading BOM.

    Going on after a LineError gives the next line. PromptError ends it: a line without an end.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._readline = stream.readline
        self._held: bytes | None = None
        self._last = b""
        self.number = 0
        """1-based number of the line last given out."""

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> bytes:
        line = self._held
        if line is None:
            line = self._readline(MAX_LINE_BYTES + 1)
        else:
            self._held = None
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1:
            line = self._without_bom(line)
        self._last = line
        if len(line) > MAX_LINE_BYTES:
            self._last = b"\n"
            self._skip(line)
            size = MAX_LINE_BYTES // 1024 // 1024
            raise LineError(f"this line is longer than {size} MiB", self.number)
        if b"\0" in line:
            column = len(line[: line.index(b"\0")].decode("utf-8", "replace")) + 1
            raise LineError("a NUL byte: this is no text file", self.number, column)
        return line

    def peek(self) -> bytes:
        """Return the first line that is not blank, still to be given out; b"" at the end."""
        for line in self:
            if line.strip():
                self._held = line
                self.number -= 1
                return line
        return b""

    def decode(self, line: bytes) -> str:
        """Return the line just given out as text; raises LineError."""
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as exc:
            column = len(line[: exc.start].decode("utf-8", "replace")) + 1
            message = f"byte 0x{line[exc.start]:02x} is not UTF-8; save the file as UTF-8"
            raise LineError(message, self.number, column) from exc

    def damaged(self) -> str:
        """The line of the last LineError, as far as it can be read; never an empty one."""
        return self._last.decode("utf-8", "replace")

    def _without_bom(self, line: bytes) -> bytes:
        if line.startswith(_UTF16_BOMS):
            self._last = line
            raise LineError("this is UTF-16; save the file as UTF-8", self.number)
        while line.startswith(_BOM):  # tools that add one do so to a file that has one
            line = line.removeprefix(_BOM)
        begins = line[:100].lstrip().lower()
        for magic, words in _OTHER_FILES:
            if begins.startswith(magic.lower()):
                self._last = line
                raise LineError(words, self.number)
        return line

    def _skip(self, line: bytes) -> None:
        skipped = 0
        while line and not line.endswith(b"\n"):
            skipped += len(line)
            if skipped > MAX_SKIPPED_BYTES or b"\0" in line:
                raise PromptError(f"line {self.number} has no end: this is no table")
            line = self._readline(MAX_LINE_BYTES)
