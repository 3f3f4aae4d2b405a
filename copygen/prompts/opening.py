"""A path, or standard input, or Python values → a source of prompts."""

import json
import re
import stat
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from copygen.documents import files, type_name
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.csv_rows import csv_rows
from copygen.prompts.jsonl_rows import JsonError, check_depth, jsonl_rows
from copygen.prompts.lines import LineError, Lines
from copygen.prompts.promptfile import (
    LoadedFile,
    Plan,
    check_overrides,
    load,
    load_template,
    table_path,
)
from copygen.prompts.rows import BadRow, Row, RowError, Rows, Table, bad_row, column_name, row_from
from copygen.prompts.source import PromptSource, readable
from copygen.prompts.yaml_rows import yaml_rows

STDIN_NAME: Final = "<stdin>"
VALUES_NAME: Final = "<prompts>"
_DESCRIPTORS: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Paths of what is open already: even a regular file has no name of its own there."""
_READABLE: Final = ".yaml, .yml, .csv, .tsv, .jsonl and .ndjson"
_YAML_KEY: Final = re.compile(rb"(?:---|- |prompt:|system:|items:|model:|provider:|channel:|#)")
"""How prompt files begin, and no CSV header does."""
_YAML: Final = frozenset((".yaml", ".yml"))
_CSV: Final = frozenset((".csv", ".tsv"))
_JSONL: Final = frozenset((".jsonl", ".ndjson"))
_SHEET: Final = " (save the sheet as CSV UTF-8)"
_HINTS: Final[Mapping[str, str]] = {
    ".json": " (one object per line: .jsonl)",
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".ods", ".numbers"), _SHEET),
    ".txt": " (pipe it in, or name it .csv or .tsv)",
    ".gz": " (unpack it first)",
    ".zip": " (unpack it first)",
}


def open_prompts(
    path: str,
    *,
    template: str | None = None,
    overrides: Mapping[str, str] | None = None,
    limit: int | None = None,
    stdin: BinaryIO | None = None,
) -> PromptSource:
    """Open a prompt file (YAML), a table (CSV, JSONL), or `-` for a table on standard input.

    Reads the header only: of YAML everything but `items`, of a table nothing. `template` is the
    YAML file that words a table's rows; `overrides` are variables that win over columns;
    `limit` is the most prompts to make. Pipes are read like standard input: as a stream.
    Raises PromptError.
    """
    given = {column_name(name): value for name, value in (overrides or {}).items()}
    plan = _template_plan(template, given)
    if _is_stream(path):
        wording = plan or _unworded(path, given)
        return _open_stream(path, wording, limit, stdin)
    if Path(path).suffix.lower() not in _YAML:
        wording = plan or _unworded(path, given)
        table = _file_table(path, files.PROMPTS, templated=wording.templated)
        read = (path, template) if template else (path,)
        return PromptSource(path, wording, table, read=read, limit=limit)
    with readable(path):
        loaded = load(path, given)
    if plan is not None:
        return _open_worded(path, loaded, plan, template or "", limit)
    return _open_prompt_file(path, loaded, limit)


def open_values(
    values: Iterable[str | Mapping[str, JsonValue]],
    *,
    template: str | None = None,
    overrides: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> PromptSource:
    """Open Python values as a stream: texts, or mappings like the lines of JSONL, read lazily.

    A text is literal. A value that cannot become a prompt is an InputFault, and the values
    after it go on. The other arguments are as for `open_prompts`; raises PromptError for an
    unusable template only.
    """
    given = {column_name(name): value for name, value in (overrides or {}).items()}
    plan = _template_plan(template, given) or _unworded(VALUES_NAME, given)

    def table() -> Rows:
        return _value_rows(values, templated=plan.templated)

    return PromptSource(VALUES_NAME, plan, table, is_stream=True, limit=limit)


def _unworded(path: str, overrides: Mapping[str, str]) -> Plan:
    """The plan of rows that are complete prompts; PromptError where variables are set for them."""
    plan = Plan(overrides=overrides)
    check_overrides(plan, path)
    return plan


def _template_plan(template: str | None, overrides: Mapping[str, str]) -> Plan | None:
    if template is None:
        return None
    if Path(template).suffix.lower() not in _YAML:
        raise PromptError(f"{template}: a template is a .yaml file with a 'prompt'")
    with readable(template):
        return load_template(template, overrides)


def _open_prompt_file(path: str, loaded: LoadedFile, limit: int | None) -> PromptSource:
    plan = loaded.plan
    if loaded.is_list:
        check_overrides(plan, path)
    read: tuple[str, ...] = (path,)
    if loaded.table is not None:
        inner = table_path(loaded, path)
        _check_table(inner, loaded)
        table = _file_table(inner, files.TABLE, templated=plan.templated)
        read = (inner, path)
    elif loaded.items is not None:
        table = _yaml_table(path, templated=plan.templated)
    elif plan.templated:
        table = _one_empty_item(path)
    else:
        raise PromptError("'prompt' is required", Source(path, 1))
    return PromptSource(path, plan, table, read=read, limit=limit)


def _open_worded(
    path: str, loaded: LoadedFile, plan: Plan, template: str, limit: int | None
) -> PromptSource:
    """Open a YAML list of items that another file words."""
    if not loaded.is_list:
        message = "this prompt file has its own wording; run it without --template"
        raise PromptError(message, Source(path, 1))
    table = _yaml_table(path, templated=True)
    plan = replace(plan, warnings=(*plan.warnings, *loaded.plan.warnings))
    return PromptSource(path, plan, table, read=(path, template), limit=limit)


def _open_stream(path: str, plan: Plan, limit: int | None, stdin: BinaryIO | None) -> PromptSource:
    if path == "-":
        stream = stdin or sys.stdin.buffer

        def table() -> Rows:
            return _sniffed_rows(stream, STDIN_NAME, templated=plan.templated)
    else:

        def table() -> Rows:
            with readable(path), files.open_stream(path) as opened:
                yield from _sniffed_rows(opened, path, templated=plan.templated)

    return PromptSource(path, plan, table, is_stream=True, limit=limit)


def _sniffed_rows(stream: BinaryIO, path: str, *, templated: bool) -> Rows:
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


def _file_table(path: str, role: str, *, templated: bool) -> Table:
    kind = Path(path).suffix.lower()
    if kind not in _CSV | _JSONL:
        hint = _HINTS.get(kind, "")
        raise PromptError(f"{path}: '{kind}' files are not read{hint}; copygen reads {_READABLE}")
    read = csv_rows if kind in _CSV else jsonl_rows

    def table() -> Rows:
        with files.open_steady(path, role) as stream:
            yield from read(Lines(stream), path, templated=templated)

    return table


def _yaml_table(path: str, *, templated: bool) -> Table:
    return lambda: yaml_rows(path, templated=templated)


def _one_empty_item(path: str) -> Table:
    def table() -> Rows:
        yield Row({}, Source(path, 1), {})

    return table


def _check_table(path: str, loaded: LoadedFile) -> None:
    """Raise PromptError, at the name, unless a table a prompt file names is a regular file."""
    try:
        is_file = stat.S_ISREG(files.status(path).st_mode)
    except FileNotFoundError:
        is_file = False
    except OSError as exc:
        raise PromptError(f"'items' names no file: {exc.strerror}", loaded.place) from exc
    if not is_file:
        message = f"'{loaded.table}' is not there; 'items' names a table beside this file"
        raise PromptError(message, loaded.place)
    if Path(path).suffix.lower() not in _CSV | _JSONL:
        raise PromptError("'items' should name a .csv, .tsv or .jsonl file", loaded.place)


def _value_rows(values: Iterable[object], *, templated: bool) -> Rows:
    for number, value in enumerate(values, 1):
        source = Source(VALUES_NAME, number)
        try:
            whole = _json_mapping(value, templated=templated)
        except RowError as exc:
            yield BadRow(str(exc), source, None, {})
            continue
        try:
            yield row_from(whole, source, templated=templated)
        except RowError as exc:
            yield bad_row(exc, whole, source)


def _json_mapping(value: object, *, templated: bool) -> dict[str, JsonValue]:
    """Return a copy of the value as JSON would hold it; raises RowError."""
    if isinstance(value, str) and not templated:
        return {"prompt": value}
    if not isinstance(value, Mapping):
        wanted = "a mapping" if templated else "a text or a mapping"
        raise RowError(f"a prompt should be {wanted}, not {type_name(value)}")
    try:
        check_depth(dict(value))
        text = json.dumps(dict(value), allow_nan=False)
    except (TypeError, ValueError, RecursionError, JsonError) as exc:
        raise RowError(f"a prompt can hold only what JSON can: {exc}") from exc
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
    rows = _sniffed_rows(stream, path, templated=True)
    first = next(rows, None)
    if first is None:
        message = "there are no rows in it; give it JSONL, or CSV with a header and a row"
        raise PromptError(message, Source(path, 1))
    yield first
    yield from rows


def _opened(path: str) -> BinaryIO:
    return files.open_stream(path) if _is_stream(path) else files.open_regular(path, files.TABLE)


def _is_stream(path: str) -> bool:
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
