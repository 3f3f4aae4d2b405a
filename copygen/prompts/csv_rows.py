"""CSV with a header row → rows. Every value is text."""

import csv
from collections.abc import Iterator
from typing import Final

from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.lines import LineError, Lines
from copygen.prompts.rows import (
    NO_WORDING,
    BadRow,
    Row,
    RowError,
    Rows,
    bad_row,
    checked_id,
    own_prompt,
)

MAX_FIELD_BYTES: Final = 16 * 1024 * 1024
_DELIMITERS: Final = (",", ";", "\t")
_MAX_HEADER_LINES: Final = 100


def csv_rows(lines: Lines, path: str, *, templated: bool) -> Rows:
    """Yield the row of each record as soon as its last line is read.

    The delimiter (comma, semicolon or tab) is the one the header has most of. Records whose
    fields are all empty are skipped. Raises PromptError for an unusable header.
    """
    # The limit is the csv module's own and process-wide; its default of 128 kB is one long page.
    csv.field_size_limit(MAX_FIELD_BYTES)
    try:
        header, records, line = _header(lines)
    except LineError as exc:
        raise PromptError(str(exc), Source(path, exc.line, exc.column)) from exc
    except csv.Error as exc:
        raise PromptError(_explain(exc), Source(path, 1)) from exc
    _check_header(header, Source(path, line), templated=templated)
    while True:
        source = Source(path, lines.number + 1)
        try:
            fields = next(records, None)
        except LineError as exc:
            yield BadRow(str(exc), Source(path, exc.line, exc.column), None, {})
            continue
        except csv.Error as exc:
            yield BadRow(_explain(exc), source, None, {})
            continue
        if fields is None:
            return
        if any(fields):
            yield _row(header, fields, source, templated=templated)


def _row(header: list[str], fields: list[str], source: Source, *, templated: bool) -> Row | BadRow:
    if len(fields) != len(header):
        message = (
            f"{len(fields)} fields where the header has {len(header)}; "
            "put values that contain the delimiter or a quote in quotes"
        )
        return BadRow(message, source, None, {})
    item = dict(zip(header, fields, strict=True))
    try:
        own_id = checked_id(item.get("id"))
        prompt = None if templated else own_prompt(item)
    except RowError as exc:
        return bad_row(exc, item, source)
    return Row(item, source, item, own_id, None, prompt)


def _header(lines: Lines) -> tuple[list[str], Iterator[list[str]], int]:
    """Return the column names, the reader of the records after them, and the names' line."""
    texts: list[str] = []
    lines.peek()
    first = lines.number + 1
    for line in lines:
        texts.append(lines.decode(line))
        quotes = sum(text.count('"') for text in texts)
        if quotes % 2 == 0 or len(texts) == _MAX_HEADER_LINES:
            break
    delimiter = _delimiter("".join(texts))
    header = next(csv.reader(texts, delimiter=delimiter, strict=True), [])
    records = csv.reader(map(lines.decode, lines), delimiter=delimiter, strict=True)
    return [name.strip() for name in header], records, first if texts else 1


def _delimiter(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _check_header(header: list[str], source: Source, *, templated: bool) -> None:
    if not any(header):
        raise PromptError("the file is empty; its first line should name the columns", source)
    for position, name in enumerate(header, 1):
        if not name:
            raise PromptError(f"column {position} of the header has no name", source)
        if name in header[: position - 1]:
            raise PromptError(f"the column '{name}' is there twice; rename one", source)
    if not templated and "prompt" not in header:
        raise PromptError(NO_WORDING, source)


def _explain(exc: csv.Error) -> str:
    problem = str(exc)
    if "field larger" in problem:
        size = MAX_FIELD_BYTES // 1024 // 1024
        return f"a field is larger than {size} MiB; is a closing quote missing?"
    if "end of data" in problem:
        return "a quote opened in this record is never closed"
    if "new-line character" in problem:
        return "a bare carriage return; save the file with LF or CRLF line ends"
    return f"not valid CSV: {problem}; double a quote that belongs to the text"
