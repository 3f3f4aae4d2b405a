"""Which reader reads a table: by the name of its file, or by how a stream begins.

A reader is a function `(stream, path, options) -> Rows`: it yields a `Row` or, for a row that
cannot be used, a `BadRow`, each with its place, and raises PromptError where nothing after it can
be read, an unusable header first of all. A further format is such a function beside the others and
its endings in `READERS`; one of text reads `Lines`, which know their numbers and their faults.
"""

import io
import json
import re
import stat
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeAlias, cast

from copygen.documents import files, nearest_file, type_name
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import LineError, Lines, csv_rows, delimiter_of
from copygen.prompts.documents import json_rows, list_rows
from copygen.prompts.encodings import encoding_of, marked
from copygen.prompts.feeds import feed_rows
from copygen.prompts.packed import Pipe, unpacked, unpacked_name
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, ReadOptions, Row, Rows, Table, bad_row, row_from
from copygen.prompts.structured import JsonError, check_depth, jsonl_rows, yaml_rows

STDIN_NAME: Final = "<stdin>"
VALUES_NAME: Final = "<prompts>"
_ITEMS_IN: Final = re.compile(
    r"(.*\.(?:json|xml|rss|atom)(?:\.[a-z]+)?)#(.+)", re.IGNORECASE | re.DOTALL
)
_DESCRIPTORS: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Paths of what is open already: even a regular file has no name of its own there."""
_READABLE: Final = (
    ".yaml, .csv, .tsv, .txt, .psv, .json, .jsonl, .ndjson, .xlsx, .ods, .parquet and .xml, and "
    "tables packed as .gz or .zst"
)
_JSON_LIST: Final = re.compile(rb"\[\s*+(?:[{\[\]\"\d]|$)")
_YAML_KEY: Final = re.compile(rb"(?:---|- |prompt:|system:|items:|model:|provider:|channel:|#)")
"""How prompt files begin, and no CSV header does."""
Reader: TypeAlias = Callable[[BinaryIO, str, ReadOptions], Rows]


def _of_lines(read: Callable[[Lines, str, ReadOptions], Rows]) -> Reader:
    def rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
        return read(Lines(stream, options.encoding), path, options)

    return rows


_SHEET: Final = " (save the sheet as CSV UTF-8)"
_HINTS: Final[Mapping[str, str]] = {
    ".numbers": _SHEET,
    ".bz2": " (unpack it first)",
    ".xz": " (unpack it first)",
    ".zip": " (unpack it first)",
}


def checked_options(options: ReadOptions) -> ReadOptions:
    """The options that a person gave, with Python's names. Raises UsageError."""
    given = {"encoding": encoding_of, "delimiter": delimiter_of}
    changed: dict[str, Any] = {}
    for name, meaning in given.items():
        value = getattr(options, name)
        try:
            changed[name] = None if value is None else meaning(value)
        except ValueError as exc:
            raise UsageError(f"--{name} {exc}".rstrip(".")) from exc
    return replace(options, **changed)


def sniffed_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """The rows of JSONL or CSV, told apart by the first byte that is not blank; it is read now."""
    lines = Lines(stream, options.encoding)
    try:
        first = lines.peek()
        start = first.lstrip()[:1]
    except LineError as exc:
        raise PromptError(str(exc), Source(path, exc.line, exc.column)) from exc
    if not start:
        return iter(())  # nothing to do today is no error in a pipeline
    if start == b"[" and _JSON_LIST.match(first.lstrip()):
        return list_rows(lines, path, options)
    if _YAML_KEY.match(first) and not (options.templated and start == b"#"):
        message = "this is a YAML prompt file; name the file instead of piping it, or use a table"
        raise PromptError(message, Source(path, lines.number + 1))
    read = jsonl_rows if start == b"{" else csv_rows
    return read(lines, path, options)


def _sheet_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    from copygen.prompts.workbooks import sheet_rows  # what unpacks and parses them takes a while

    if kind_of(path) == ".xls" and _is_text(stream):
        return sniffed_rows(stream, path, options)
    return sheet_rows(stream, path, options)


def _is_text(stream: BinaryIO) -> bool:
    """Whether it begins with a line of a delimited table, as what shops call .xls often does."""
    head = stream.peek(1024)[:1024] if isinstance(stream, io.BufferedReader) else b""
    first = head.partition(b"\n")[0]
    if marked(head) is None and (
        b"\0" in head or head.lstrip().startswith((b"<", b"\xef\xbb\xbf<"))
    ):
        return False
    return any(sign in first for sign in (b"\t", b";", b","))


def _parquet_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    from copygen.prompts.workbooks import parquet_rows

    return parquet_rows(stream, path, options)


_SHEETS: Final = frozenset((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"))
READERS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".psv"), _of_lines(csv_rows)),
    **dict.fromkeys((".jsonl", ".ndjson"), _of_lines(jsonl_rows)),
    ".json": json_rows,
    ".txt": sniffed_rows,
    **dict.fromkeys(_SHEETS, _sheet_rows),
    ".parquet": _parquet_rows,
    **dict.fromkeys((".xml", ".rss", ".atom"), feed_rows),
}
"""How the names of tables end, and what reads them."""


_TEXTS: Final = frozenset((".csv", ".tsv", ".tab", ".psv", ".jsonl", ".ndjson", ".txt"))


def split_items(path: str) -> tuple[str, str | None]:
    """A path as a person names it → the file, and the list of items in it (`x.json#a.items`)."""
    found = _ITEMS_IN.fullmatch(path)
    return (found[1], found[2]) if found else (path, None)


def kind_of(path: str) -> str:
    """How the name of a table ends, packed or not."""
    return Path(unpacked_name(path)).suffix.lower()


def file_table(path: str, role: str, options: ReadOptions) -> Table:
    """The rows of a file, by what its name ends in; PromptError where no reader takes that."""
    kind = kind_of(path)
    if kind not in READERS:
        hint = _HINTS.get(kind, "")
        raise PromptError(f"{path}: '{kind}' files are not read{hint}; copygen reads {_READABLE}")
    refuse_options(path, options)
    return _steady_table(READERS[kind], path, role, options)


_DELIMITED: Final = frozenset((".csv", ".tsv", ".tab", ".psv", ".txt"))
_MEANT_FOR: Final[Mapping[str, tuple[frozenset[str], str]]] = {
    "sheet": (_SHEETS, "workbooks (.xlsx, .ods)"),
    "delimiter": (_DELIMITED, "delimited tables (.csv, .tsv, .txt)"),
    "header_row": (_DELIMITED | _SHEETS, "tables with a header (.csv, .xlsx)"),
    "skip_rows": (_DELIMITED | _SHEETS, "tables with a header (.csv, .xlsx)"),
}
"""What says how a table is read → the kinds of tables that it can be said of."""


def refuse_options(path: str, options: ReadOptions) -> None:
    """Raise UsageError where a table of such a name has nothing of what is said of it."""
    kind = kind_of(path)
    for name, (kinds, words) in _MEANT_FOR.items():
        if getattr(options, name) is not None and kind in READERS and kind not in kinds:
            flag = "--" + name.replace("_", "-")
            raise UsageError(
                f"{flag} is for {words}, and {path} is none; leave it out, of the prompt file, too."
            )


def yaml_table(path: str, options: ReadOptions) -> Table:
    """The rows of a prompt file's own list of items."""
    return _steady_table(yaml_rows, path, files.PROMPTS, options)


def _steady_table(read: Reader, path: str, role: str, options: ReadOptions) -> Table:
    @contextmanager
    def table() -> Iterator[Rows]:
        with files.open_steady(path, role) as stream:
            yield read(unpacked(stream, path), path, options)

    return table


def stream_table(path: str, stdin: BinaryIO | None, options: ReadOptions) -> Table:
    """The rows of a pipe, or of standard input (`-`): they can be read once."""

    @contextmanager
    def table() -> Iterator[Rows]:
        if path == "-":
            yield sniffed_rows(_pipe(stdin), STDIN_NAME, options)
            return
        with readable(path), files.open_stream(path) as opened:
            yield sniffed_rows(cast(BinaryIO, Pipe(opened, path)), path, options)

    return table


def _pipe(stdin: BinaryIO | None) -> BinaryIO:
    return cast(BinaryIO, Pipe(stdin or sys.stdin.buffer, STDIN_NAME))


def one_empty_item(path: str) -> Table:
    """One row without columns: what a prompt file without items is about."""

    return lambda: nullcontext(iter((Row({}, Source(path, 1), {}),)))


def values_table(values: Iterable[object], options: ReadOptions) -> Table:
    """The rows of Python values; their line is their number."""
    return lambda: nullcontext(_value_rows(values, options))


def _value_rows(values: Iterable[object], options: ReadOptions) -> Rows:
    for number, value in enumerate(values, 1):
        source = Source(VALUES_NAME, number)
        try:
            whole = _json_mapping(value, options)
        except InputError as exc:
            yield BadRow(str(exc), source, None, {})
            continue
        try:
            yield row_from(whole, source, options)
        except InputError as exc:
            yield bad_row(exc, whole, source)


def _json_mapping(value: object, options: ReadOptions) -> dict[str, JsonValue]:
    """Return a copy of the value as JSON would hold it; raises InputError."""
    if isinstance(value, str) and not options.templated:
        return {"prompt": value}
    if not isinstance(value, Mapping):
        wanted = "a mapping" if options.templated else "a text or a mapping"
        raise InputError(f"a prompt should be {wanted}, not {type_name(value)}")
    try:
        check_depth(dict(value))
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError, JsonError) as exc:
        raise InputError(f"a prompt can hold only what JSON can: {exc}") from exc
    whole: dict[str, JsonValue] = json.loads(text)
    return whole


def open_table(
    path: str, stdin: BinaryIO | None = None, reading: ReadOptions | None = None
) -> Generator[Row | BadRow, None, None]:
    """Yield the rows of a table (as `READERS`, JSONL and CSV told by their beginning), unworded.

    For tables that are looked at and not sent: results, existing texts. `-` is `stdin`, else
    standard input; `reading` are `checked_options`. Raises PromptError for what cannot be opened,
    and for an unusable header.
    """
    path, items = split_items(path)
    options = replace(reading or ReadOptions(), templated=True, items=items)
    if path == "-":
        files.note_standard_input(files.TABLE)
        with readable(STDIN_NAME):
            yield from _rows_or_none(_pipe(stdin), STDIN_NAME, options)
        return
    refuse_options(path, options)
    with readable(path), _opened(path) as stream:
        yield from _rows_or_none(stream, path, options)


def _rows_or_none(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """The rows of a table to be looked at, where nothing at all is a mistake; PromptError then."""
    kind = kind_of(path)
    # Text is told by its beginning: a name that lies is no mistake here.
    read = sniffed_rows if kind in _TEXTS else READERS.get(kind, sniffed_rows)
    rows = read(unpacked(stream, path), path, options)
    first = next(rows, None)
    if first is None:
        message = "there are no rows in it; give it JSONL, or CSV with a header and a row"
        raise PromptError(message, Source(path, 1))
    yield first
    yield from rows


def _opened(path: str) -> BinaryIO:
    return files.open_stream(path) if is_stream(path) else files.open_regular(path, files.TABLE)


def is_stream(path: str) -> bool:
    """Whether it is read once, as it comes. Raises PromptError for what is never read."""
    if path == "-":
        files.note_standard_input(files.PROMPTS)
        return True
    with readable(path):
        found = files.status(path)
        if stat.S_ISDIR(found.st_mode):
            raise PromptError(f"{path}: this is a folder; name a file in it")
        if files.is_device(found):
            raise PromptError(f"{path}: this is a device; name a file, or - for standard input")
        if stat.S_ISREG(found.st_mode) and not path.startswith(_DESCRIPTORS):
            return False
        files.note_input(path, files.PROMPTS)
    return True


@contextmanager
def readable(*paths: str) -> Iterator[None]:
    """Turn what the operating system has against reading these paths into a PromptError."""
    try:
        yield
    except OSError as exc:
        path = exc.filename if isinstance(exc.filename, str) else ", ".join(paths)
        raise PromptError(f"{path}: {_unreadable_file(path, exc)}") from exc


def _unreadable_file(path: str, exc: OSError) -> str:
    if not isinstance(exc, FileNotFoundError):
        return f"cannot be read: {exc.strerror or exc}"
    near = nearest_file(Path(path))
    return f"there is no such file; did you mean '{near}'?" if near else "no such file"
