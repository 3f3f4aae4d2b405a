"""Bytes → lines, one at a time, in whatever encoding they are: nothing is read ahead, nothing is
unbounded, and what is no text is told with its place.
"""

from contextlib import suppress
from typing import BinaryIO, Final

from copygen.errors import PromptError
from copygen.prompts.encodings import SAMPLE_BYTES, as_utf8, likely_encoding, marked, shown
from copygen.prompts.request import InputError

MAX_LINE_BYTES: Final = 64 * 1024 * 1024
MAX_SKIPPED_BYTES: Final = 256 * 1024 * 1024
"""Of a line that is too long: then it is no table, and may have no end at all."""
_BOM: Final = b"\xef\xbb\xbf"
_OTHER_FILES: Final = (
    (b"PK\x03\x04", "this is an Excel workbook or a zip file; name it .xlsx, or save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook; save the sheet as CSV UTF-8"),
    (b"\x1f\x8b", "this is packed with gzip; name it .gz, or unpack it first"),
    (b"%PDF", "this is a PDF; a table is CSV or JSONL"),
    (b"PAR1", "this is Parquet; name the file .parquet"),
    (b"<!doctype", "this is a web page, perhaps one to log in, and no table"),
    (b"<html", "this is a web page, perhaps one to log in, and no table"),
    (b"<?xml", "this is XML; name the file .xml if it is a product feed"),
    (b"<rss", "this is XML; name the file .xml if it is a product feed"),
)
"""How files that are no tables begin, whatever they are called."""


_UTF8: Final = ("utf-8", "utf-8-sig")
_MOSTLY: Final = 0.5
"""The share of lines that say something in UTF-8 from which on the others are damaged."""


class LineError(InputError):
    """A line that is no text. The lines after it can still be read."""

    def __init__(self, message: str, line: int, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Lines:
    """An iterator over the lines of a binary stream, with their ends, without a leading BOM.

    Going on after a LineError gives the next line. PromptError ends it: a line without an end.
    """

    def __init__(self, stream: BinaryIO, encoding: str | None = None) -> None:
        """`encoding` is that of text without a byte-order mark; None: UTF-8."""
        self._stream = stream
        self._encoding = encoding
        recoded = encoding is not None and encoding not in _UTF8
        self._recoded = as_utf8(stream, encoding) if recoded and encoding else stream
        self._readline = self._recoded.readline
        self._held: bytes | None = None
        self._last = b""
        self._advised = False
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
        if len(line) > MAX_LINE_BYTES and not (self.number == 1 and line.lstrip()[:1] in b"[{"):
            self._last = b"\n"
            self._skip(line)
            size = MAX_LINE_BYTES // 1024 // 1024
            raise LineError(f"this line is longer than {size} MiB", self.number)
        if b"\0" in line:
            column = len(line[: line.index(b"\0")].decode("utf-8", "replace")) + 1
            advice = self._advice(line)
            raise LineError(f"a NUL byte: this is no text file{advice}", self.number, column)
        return line

    def peek(self) -> bytes:
        """Return the first line that is not blank, still to be given out; b"" at the end."""
        for line in self:
            if line.strip():
                self._held = line
                self.number -= 1
                return line
        return b""

    def rest(self) -> tuple[bytes, BinaryIO]:
        """What was peeked, and the stream in UTF-8 that follows it: a reader of its own goes on."""
        held, self._held = self._held or b"", None
        return held, self._recoded

    def decode(self, line: bytes) -> str:
        """Return the line just given out as text; raises LineError."""
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as exc:
            column = len(line[: exc.start].decode("utf-8", "replace")) + 1
            message = f"byte 0x{line[exc.start]:02x} is not UTF-8; save the file as UTF-8"
            if self._encoding is not None and self._encoding not in _UTF8:
                message = f"bytes that are no {self._encoding}; mend the line"
            message += self._advice(line)
            raise LineError(message, self.number, column) from exc

    def damaged(self) -> str:
        """The line of the last LineError, as far as it can be read; never an empty one."""
        return self._last.decode("utf-8", "replace")

    def _advice(self, line: bytes) -> str:
        """How a text goes on that is not UTF-8; said once."""
        if self._advised or self._encoding is not None:
            return ""
        self._advised = True
        sample = self._sample(line)
        if _utf8_share(sample) > _MOSTLY:
            return ", or leave such rows out with --bad-rows skip"
        if (encoding := likely_encoding(sample)) is None:
            return ""
        return f", or say --encoding {encoding}: in that it begins '{shown(sample, encoding)}'"

    def _sample(self, line: bytes) -> bytes:
        """The beginning of the text, where it can be read again; else the line."""
        try:
            place = self._stream.tell()
            self._stream.seek(0)
            sample = self._stream.read(SAMPLE_BYTES)
            self._stream.seek(place)
        except (OSError, ValueError):
            return line
        return sample if line[:SAMPLE_BYTES] in sample else sample + line[:SAMPLE_BYTES]

    def _without_bom(self, line: bytes) -> bytes:
        if (encoding := marked(line)) is not None and encoding not in _UTF8:
            self._encoding = encoding
            self._recoded = as_utf8(self._stream, encoding, line)
            self._readline = self._recoded.readline
            line = self._readline(MAX_LINE_BYTES + 1)
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


def _utf8_share(sample: bytes) -> float:
    """The share of UTF-8 among the lines that are not plain ASCII."""
    lines = [line for line in sample.splitlines() if not line.isascii()]
    sound = 0
    for line in lines:
        with suppress(UnicodeDecodeError):
            line.decode()
            sound += 1
    return sound / len(lines) if lines else 0.0
