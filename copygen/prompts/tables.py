"""Which reader reads a table: by the name of its file, or by how a stream begins."""

import json
import re
import stat
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from copygen.documents import files, nearest, type_name
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.delimited import LineError, Lines, csv_rows
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, Row, Rows, Table, bad_row, row_from
from copygen.prompts.structured import JsonError, check_depth, jsonl_rows, yaml_rows

STDIN_NAME: Final = "<stdin>"
VALUES_NAME: Final = "<prompts>"
_DESCRIPTORS: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Paths of what is open already: even a regular file has no name of its own there."""
_READABLE: Final = ".yaml, .yml, .csv, .tsv, .jsonl and .ndjson"
_YAML_KEY: Final = re.compile(rb"(?:---|- |prompt:|system:|items:|model:|provider:|channel:|#)")
"""How prompt files begin, and no CSV header does."""
_CSV: Final = frozenset((".csv", ".tsv"))
_JSONL: Final = frozenset((".jsonl", ".ndjson"))
TABLES: Final = _CSV | _JSONL
"""How the names of files end that are tables."""
_SHEET: Final = " (save the sheet as CSV UTF-8)"
_HINTS: Final[Mapping[str, str]] = {
    ".json": " (one object per line: .jsonl)",
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".numbers"), _SHEET),
    ".txt": " (pipe it in, or name it .csv or .tsv)",
    ".gz": " (unpack it first)",
    ".zip": " (unpack it first)",
}


def sniffed_rows(stream: BinaryIO, path: str, *, templated: bool) -> Rows:
    """Yield the rows of JSONL or CSV, told apart by the first byte that is not blank."""
    lines = Lines(stream)
    try:
        first = lines.peek()
        start = first.lstrip()[:1]
    except LineError as exc:
        raise PromptError(str(exc), Source(path, exc.line, exc.column)) from exc
    if not start:
        return  # nothing to do today is no error in a pipeline
    if start == b"[":
        message = "this is a JSON list; write one object per line (JSONL)"
        raise PromptError(message, Source(path, lines.number + 1))
    if _YAML_KEY.match(first) and not (templated and start == b"#"):
        message = "this is a YAML prompt file; name the file instead of piping it, or use a table"
        raise PromptError(message, Source(path, lines.number + 1))
    read = jsonl_rows if start == b"{" else csv_rows
    yield from read(lines, path, templated=templated)


def file_table(path: str, role: str, *, templated: bool) -> Table:
    """The rows of a file, by what its name ends in; PromptError where no reader takes that."""
    kind = Path(path).suffix.lower()
    if kind not in TABLES:
        hint = _HINTS.get(kind, "")
        raise PromptError(f"{path}: '{kind}' files are not read{hint}; copygen reads {_READABLE}")
    read = csv_rows if kind in _CSV else jsonl_rows

    def table() -> Rows:
        with files.open_steady(path, role) as stream:
            yield from read(Lines(stream), path, templated=templated)

    return table


def yaml_table(path: str, *, templated: bool) -> Table:
    """The rows of a prompt file's own list of items."""
    return lambda: yaml_rows(path, templated=templated)


def one_empty_item(path: str) -> Table:
    """One row without columns: what a prompt file without items is about."""

    def table() -> Rows:
        yield Row({}, Source(path, 1), {})

    return table


def value_rows(values: Iterable[object], *, templated: bool) -> Rows:
    """Yield the rows of Python values; their line is their number."""
    for number, value in enumerate(values, 1):
        source = Source(VALUES_NAME, number)
        try:
            whole = _json_mapping(value, templated=templated)
        except InputError as exc:
            yield BadRow(str(exc), source, None, {})
            continue
        try:
            yield row_from(whole, source, templated=templated)
        except InputError as exc:
            yield bad_row(exc, whole, source)


def _json_mapping(value: object, *, templated: bool) -> dict[str, JsonValue]:
    """Return a copy of the value as JSON would hold it; raises InputError."""
    if isinstance(value, str) and not templated:
        return {"prompt": value}
    if not isinstance(value, Mapping):
        wanted = "a mapping" if templated else "a text or a mapping"
        raise InputError(f"a prompt should be {wanted}, not {type_name(value)}")
    try:
        check_depth(dict(value))
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError, JsonError) as exc:
        raise InputError(f"a prompt can hold only what JSON can: {exc}") from exc
    whole: dict[str, JsonValue] = json.loads(text)
    return whole


def open_table(path: str, stdin: BinaryIO | None = None) -> Rows:
    """Yield the rows of a table (JSONL or CSV, told apart by its first byte) lazily, unworded.

    For tables that are looked at and not sent: results, existing texts. `-` is `stdin`, else
    standard input. Raises PromptError for what cannot be opened, and for an unusable header.
    """
    if path == "-":
        files.note_standard_input(files.TABLE)
        yield from _rows_or_none(stdin or sys.stdin.buffer, STDIN_NAME)
        return
    with readable(path), _opened(path) as stream:
        yield from _rows_or_none(stream, path)


def _rows_or_none(stream: BinaryIO, path: str) -> Rows:
    """The rows of a table to be looked at, where nothing at all is a mistake; PromptError then."""
    rows = sniffed_rows(stream, path, templated=True)
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
    folder = Path(path).parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = nearest(Path(path).name, names)
    return f"there is no such file; did you mean '{folder / near}'?" if near else "no such file"
