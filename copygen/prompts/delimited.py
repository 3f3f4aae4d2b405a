"""Bytes → lines, and CSV with a header row → rows. Every value of CSV is text.

Lines are read one at a time: nothing is read ahead but what tells the delimiter and the header, and
nothing is unbounded. One reader of the csv module reads header and rows alike, so both have one
notion of quoting and no line is read twice or passed over: as many rows come out, as `Row` or as
`BadRow`, as that module finds in the text.
"""

import csv
import itertools
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from pathlib import PurePath
from typing import BinaryIO, Final

from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.encodings import SAMPLE_BYTES, as_utf8, likely_encoding, marked, shown
from copygen.prompts.packed import unpacked_name
from copygen.prompts.request import InputError, refuse_other_spellings
from copygen.prompts.rows import (
    BadRow,
    ReadOptions,
    Row,
    Rows,
    column_name,
    no_wording,
    plain_id,
)
from copygen.prompts.uneven import UnevenRows, checked_row

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


MAX_FIELD_BYTES: Final = 16 * 1024 * 1024
_DELIMITERS: Final = (",", ";", "\t", "|")
_DELIMITERS_BY_ENDING: Final = {".tsv": "\t", ".tab": "\t", ".psv": "|"}
DELIMITERS_BY_NAME: Final = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "colon": ":",
}
"""What a person may call it, who cannot type a tab."""


def delimiter_of(name: str) -> str:
    """The sign that a person names. Raises ValueError."""
    delimiter = DELIMITERS_BY_NAME.get(name.casefold(), name)
    if len(delimiter) != 1 or delimiter in '"\r\n' or delimiter.isalnum():
        raise ValueError(f"takes one sign, or a name such as tab; not '{name[:40]}'")
    return delimiter


_BLANK: Final = " \t\r\n,;"
_JSON: Final = re.compile(r"[\[{]\s*[\"{\[]")
_DELIMITER_NAMES: Final = {"\t": "tab", ",": "comma", ";": "semicolon"}
_MAX_HEADER_LINES: Final = 100
_AMAZON: Final = re.compile(r'"?(TemplateType=|settings=)', re.IGNORECASE)
_ATTRIBUTE_ROW: Final = re.compile(r"attributeRow=([0-9]{1,3})")
"""Where Amazon's newer flat files say their names are; else they are in the third line."""
_LINES_COMPARED: Final = 20
"""Of a file, to tell its delimiter; of a stream one, which the first row needs anyway."""
_SEP_LINE: Final = re.compile(r'"?sep=([^"\r\n\w\s]|\t)"?[,;\t]*+\s*+', re.IGNORECASE)
"""How Excel tells the delimiter of the lines below."""


def csv_rows(lines: Lines, path: str, options: ReadOptions) -> Rows:
    """Yield the row of each record as soon as its last line is read.

    The delimiter is the given one, what a `sep=` line says, tab in a .tsv file, `|` in a .psv
    file, else that of comma, semicolon, tab and `|` which gives the first rows as many fields as
    the header, and the header most. Records whose fields are all empty are skipped. Raises
    PromptError for an unusable header.
    """
    # The limit is the csv module's own and process-wide; its default of 128 kB is one long page.
    csv.field_size_limit(MAX_FIELD_BYTES)
    texts = _DecodedLines(lines)
    header, records = _header(texts, path, options)
    uneven = UnevenRows(header, path, options, texts.delimiter)
    # Where a column has no name, no row is plain.
    width, templated = len(header) if all(header) else -1, options.templated
    left_out, has_ids = options.skip_rows or 0, options.has_ids
    begun, is_tabbed = texts.number, _is_tabbed(path) and texts.delimiter == "\t"
    while True:
        line, message = begun + 1, None
        fields: list[str] | None = None
        try:
            for fields in records:
                line, begun = begun + 1, texts.number
                if len(fields) != width or uneven.held or left_out or texts.fault is not None:
                    break
                if is_tabbed and begun > line and _swallows_rows(fields):
                    message = _SWALLOWED.format(line, begun)
                    break
                if any(fields):
                    # Nearly every row of nearly every table: nothing in it is left to look at.
                    item = dict(zip(header, fields, strict=True))
                    own_id = item.get("id") if has_ids else None
                    if templated and (own_id is None or plain_id(own_id)):
                        yield Row(item, Source(path, line), item, own_id)
                    else:
                        yield checked_row(item, Source(path, line), options)
            else:
                fields = None
        except csv.Error as exc:
            line, begun = begun + 1, texts.number
            message = _explain(exc, texts.delimiter)
            as_written = texts.last.rstrip("\r\n").split("\t")
            if is_tabbed and line == begun and len(as_written) == len(header):
                message, fields = None, as_written  # a quote that opens nothing: it is the value's
        if uneven.held and (fields is None or texts.fault is not None or message is not None):
            yield from uneven.release()
        if texts.fault is not None:
            fault = texts.take_fault()
            yield BadRow(str(fault), Source(path, fault.line, fault.column), None, {})
        elif message is not None:
            yield BadRow(message, Source(path, line), None, {})
        elif fields is None:
            return
        elif left_out:
            left_out -= any(fields)
        elif any(fields):
            yield from uneven.take(fields, line)


def _is_tabbed(path: str) -> bool:
    """Whether its name says that tabs are between the values: few programs quote in such a file."""
    return PurePath(unpacked_name(path)).suffix.lower() in (".tsv", ".tab", ".txt")


_SWALLOWED: Final = (
    "lines {} to {} are one row by their quotes, with tabs in a value; double a quote that belongs "
    "to the text, and put the whole value in quotes"
)


def _swallows_rows(fields: list[str]) -> bool:
    """Whether a value of a tabbed table goes on over the rows below it: it has their tabs."""
    return any("\t" in field and "\n" in field for field in fields)


class _DecodedLines:
    """The lines as text, for the csv module.

    A line that is no text is kept as `fault` and not raised: raised from within a record, it would
    leave the record's other lines to be taken for rows of their own.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._ahead: deque[tuple[str, LineError | None]] = deque()
        self.fault: LineError | None = None
        self.last = ""
        """The line last given out."""
        self.delimiter = ","
        self.header_ends_before: int | None = None
        """The line that the header must not reach; None once it has been read."""
        self.number = lines.number
        """1-based number of the line last given out."""

    def __iter__(self) -> Iterator[str]:
        # A generator, for speed: nothing else happens for every line of a million.
        lines, ahead = self._lines, self._ahead
        while True:
            if ahead:
                text, fault = ahead.popleft()
                self.fault = self.fault or fault
            else:
                try:
                    line = next(lines, None)
                    if line is None:
                        return
                    text = str(line, "ascii") if line.isascii() else lines.decode(line)
                except LineError as exc:
                    self.fault = self.fault or exc
                    text = lines.damaged()
            self.number += 1
            if text.startswith("\ufeff"):  # files that were joined have one in the middle, too
                text = text.lstrip("\ufeff")
            if self.header_ends_before is not None and self.number > self.header_ends_before:
                raise csv.Error("header")
            self.last = text
            yield text

    def ahead(self, count: int) -> list[str]:
        """The next lines, as far as there are as many; they are still to be given out."""
        while len(self._ahead) < count:
            fault = None
            try:
                line = next(self._lines, None)
                if line is None:
                    break
                text = self._lines.decode(line)
            except LineError as exc:
                fault, text = exc, self._lines.damaged()
            self._ahead.append((text, fault))
        return [text.lstrip("\ufeff") for text, _ in self._ahead]

    def take_fault(self) -> LineError:
        """The fault of the record just read, which is then done with."""
        fault, self.fault = self.fault, None
        assert fault is not None
        return fault


def _header(
    texts: _DecodedLines, path: str, options: ReadOptions
) -> tuple[list[str], Iterator[list[str]]]:
    """Return the column names, "" for one without values, and the reader of the records after."""
    first, given = _first_line(texts, path, options)
    if not first and (options.header_row or 1) > 1:
        message = f"there is no line {options.header_row} in it to name the columns"
        raise PromptError(message, Source(path, texts.number + 1))
    source = Source(path, texts.number + 1 if first else 1)
    delimiter = options.delimiter or given or _delimiter(texts, first, path)
    texts.delimiter = delimiter
    texts.header_ends_before = source.line + _MAX_HEADER_LINES
    records = csv.reader(iter(texts), delimiter=delimiter, strict=True)
    try:
        header = next(records, [])
    except csv.Error as exc:
        if texts.fault is None:
            raise PromptError(_explain(exc, delimiter), source) from exc
        header = []
    if texts.fault is not None:
        raise _unreadable(texts.take_fault(), path)
    texts.header_ends_before = None
    names = [column_name(name) for name in header]
    if options.header_row is None and delimiter in ",;\t|" and len(names) == 1:
        _refuse_preamble(texts, path, source)
    check_header(names, delimiter, source, options)
    name_the_index(names)
    if not all(names):
        _refuse_values_without_name(texts, names, delimiter, source)
    return names, records


def _first_line(texts: _DecodedLines, path: str, options: ReadOptions) -> tuple[str, str | None]:
    """The first line of the header, still to be given out, and the delimiter a line above tells."""
    given = None
    while True:
        ahead = texts.ahead(1)
        if not ahead:
            return "", given
        if texts.number + 1 == 1 and texts.fault is not None:
            raise _unreadable(texts.take_fault(), path)
        above = _lines_above(ahead[0])
        sep = _SEP_LINE.fullmatch(ahead[0]) if given is None else None
        if options.header_row is not None:
            above = 0
            blank = texts.number + 1 < options.header_row
        else:
            blank = not ahead[0].strip(_BLANK) or _is_comment(texts, ahead[0])
        if not above and not blank and sep is None:
            return ahead[0], given
        for _ in range(above or 1):
            next(iter(texts), None)
        given = sep[1] if sep else given


def _lines_above(line: str) -> int:
    """How many lines come before the names in the flat files of Amazon, whose first says so."""
    if not _AMAZON.match(line):
        return 0
    row = _ATTRIBUTE_ROW.search(line)
    return min(int(row[1]), _MAX_HEADER_LINES) - 1 if row else 2


def _is_comment(texts: _DecodedLines, line: str) -> bool:
    """Whether a line above the names is a comment, as Meta's catalogues have them."""
    if not line.startswith(("#", '"#')):
        return False
    if line.lstrip('"').startswith("#INFO"):  # eBay's templates
        return True
    count = 2
    while len(ahead := texts.ahead(count)) == count and ahead[-1].startswith(("#", '"#')):
        count += 1
    if len(ahead) < 2:
        return False
    for delimiter in _DELIMITERS:
        fields = [field.strip() for field in next(csv.reader([line], delimiter=delimiter), [])]
        if len(fields) > 1 and all(field.startswith("#") and len(field) > 1 for field in fields):
            return True
    outside = ["".join(one.split('"')[::2]) for one in (line, ahead[-1])]
    delimiter = max(_DELIMITERS, key=outside[1].count)
    # Before a blank it is punctuation. A column may be called `#`, and a row end early.
    counts = [one.count(delimiter) - one.count(f"{delimiter} ") for one in outside]
    return counts[0] < counts[1]


def _refuse_preamble(texts: _DecodedLines, path: str, source: Source) -> None:
    """Raise PromptError where the first line is a title, and a table begins further down."""
    if path.startswith("<"):
        return
    ahead = texts.ahead(_LINES_COMPARED)
    for delimiter in _DELIMITERS:
        counts = [line.count(delimiter) for line in ahead]
        for at, (count, below) in enumerate(itertools.pairwise(counts), 1):
            if count > 1 and count == below:
                line = source.line + at
                message = f"this line is one value, and line {line} has {count + 1}: if that names "
                raise PromptError(f"{message}the columns, say --header-row {line}", source)


def name_the_index(names: list[str]) -> None:
    """Name the first column `index` where it has no name, as pandas and R write it."""
    if len(names) > 1 and not names[0] and "index" not in names:
        names[0] = "index"


def _refuse_values_without_name(
    texts: _DecodedLines, names: list[str], delimiter: str, source: Source
) -> None:
    """Raise PromptError for a column that has no name but values, as far as the rows are known."""
    compared = texts.ahead(1 if source.path.startswith("<") else _LINES_COMPARED)
    unnamed = [column for column, name in enumerate(names) if not name]
    with suppress(csv.Error):  # said when the records are read
        for fields in csv.reader(compared, delimiter=delimiter):
            for column in unnamed:
                if column < len(fields) and fields[column]:
                    message = f"column {column + 1} of the header has no name; name it, or delete "
                    raise PromptError(message + "the column", source)


def _unreadable(fault: LineError, path: str) -> PromptError:
    return PromptError(str(fault), Source(path, fault.line, fault.column))


def _delimiter(texts: _DecodedLines, first: str, path: str) -> str:
    """The delimiter of a table whose header begins with `first`."""
    outside = "".join(first.split('"')[::2])
    candidates = [delimiter for delimiter in _DELIMITERS if delimiter in outside]
    usual = _DELIMITERS_BY_ENDING.get(PurePath(unpacked_name(path)).suffix.lower())
    if usual is not None and (usual in candidates or not candidates):
        return usual
    if candidates == ["|"]:
        candidates = [",", "|"]  # it is in names, too
    if len(candidates) < 2:
        return candidates[0] if candidates else ","
    is_stream = path.startswith("<")
    compared = texts.ahead(2 if is_stream else _LINES_COMPARED)

    def fit(delimiter: str) -> tuple[float, int, int]:
        records: list[list[str]] = []
        with suppress(csv.Error):  # said when the records are read
            records.extend(fields for fields in csv.reader(compared, delimiter=delimiter) if fields)
        # The last one may go on below.
        rows = records[1:-1] if len(records) > 2 else records[1:]
        even = sum(len(fields) == len(records[0]) for fields in rows)
        # Before a blank it is punctuation: `price, THB`.
        between = outside.count(delimiter) - outside.count(f"{delimiter} ")
        return (even / len(rows) if rows else 0.0, between, outside.count(delimiter))

    return max(candidates, key=fit)


def check_header(header: list[str], delimiter: str, source: Source, options: ReadOptions) -> None:
    """Raise PromptError for a header that names no columns."""
    if not any(header):
        raise PromptError("the file is empty; its first line should name the columns", source)
    if _JSON.match(header[0]):
        message = "this is JSON: name the file .jsonl, with one object in each line"
        raise PromptError(message, source)
    seen: set[str] = set()
    for position, name in enumerate(header, 1):
        if not name:
            continue
        if name in seen:
            raise PromptError(f"the column '{name}' is there twice; rename one", source)
        if "\n" in name and delimiter in name:
            message = f"the name of column {position} goes on over rows of the table; close its "
            raise PromptError(message + "quote in the line where it begins", source)
        seen.add(name)
    if not options.templated and "prompt" not in seen:
        raise PromptError(no_wording(header), source)
    if not options.templated:
        try:
            refuse_other_spellings(header, {})
        except InputError as exc:
            raise PromptError(str(exc), source) from exc


def _explain(exc: csv.Error, delimiter: str) -> str:
    problem = str(exc)
    if problem == "header":
        return f"the header has more than {_MAX_HEADER_LINES} lines; is a closing quote missing?"
    if "field larger" in problem:
        size = MAX_FIELD_BYTES // 1024 // 1024
        return f"a field is larger than {size} MiB; is a closing quote missing?"
    if "end of data" in problem:
        return "a quote opened in this record is never closed"
    if "new-line character" in problem:
        return "a bare carriage return; save the file with LF or CRLF line ends"
    name = _DELIMITER_NAMES.get(delimiter, f"'{delimiter}'")
    return (
        f"not valid CSV: after a closing quote a {name} should follow; put the whole value in "
        "quotes, and double a quote that belongs to the text"
    )
