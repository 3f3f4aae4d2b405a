"""A path, standard input or Python values → the source of their prompts, its header read."""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from copygen.documents import files
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Source
from copygen.prompts.promptfile import (
    LoadedFile,
    PromptSpec,
    check_overrides,
    load,
    load_template,
    table_path,
)
from copygen.prompts.rows import ReadOptions, column_name
from copygen.prompts.selection import KEEP_ALL, Selection
from copygen.prompts.source import PromptSource
from copygen.prompts.table_keys import READING
from copygen.prompts.tables import (
    READERS,
    VALUES_NAME,
    checked_options,
    file_table,
    is_stream,
    kind_of,
    one_empty_item,
    readable,
    split_items,
    stream_table,
    values_table,
    yaml_table,
)

_YAML: Final = frozenset((".yaml", ".yml"))


def open_prompts(
    path: str,
    *,
    template: str | None = None,
    overrides: Mapping[str, str] | None = None,
    limit: int | None = None,
    stdin: BinaryIO | None = None,
    reading: ReadOptions | None = None,
    selection: Selection | None = None,
) -> PromptSource:
    """Open a prompt file (YAML), a table (see `READERS`), or `-` for a table on standard input.

    Reads the header only: of YAML everything but `items`, of a table nothing. `template` is the
    YAML file that words a table's rows; `overrides` are variables that win over columns;
    `limit` is the most prompts to make; `reading` says what the table does not tell itself,
    `selection` what is asked of its rows. Pipes are read like standard input: as a stream. Raises
    PromptError, UsageError.
    """
    asked = selection or Selection()
    path, items = split_items(path)
    reading = checked_options(replace(reading or ReadOptions(), items=items))
    given = {column_name(name): value for name, value in (overrides or {}).items()}
    spec = _template_spec(template, given)
    if spec is not None:
        spec = spec.asked(reading, asked)
    if is_stream(path):
        wording = spec or _unworded(path, given).asked(reading, asked)
        table = stream_table(path, stdin, wording.read_options)
        return PromptSource(path, wording, table, is_stream=True, limit=limit)
    if Path(path).suffix.lower() not in _YAML:
        wording = spec or _unworded(path, given).asked(reading, asked)
        table = file_table(path, files.PROMPTS, wording.read_options)
        read = (path, template) if template else (path,)
        return PromptSource(path, wording, table, read=read, limit=limit)
    with readable(path):
        loaded = load(path, given)
        _refuse_reading(path, loaded, reading)
        loaded = replace(loaded, spec=loaded.spec.asked(reading, asked))
    if spec is not None:
        return _open_worded(path, loaded, spec, template or "", limit)
    return _open_prompt_file(path, loaded, limit)


def open_values(
    values: Iterable[str | Mapping[str, JsonValue]],
    *,
    template: str | None = None,
    overrides: Mapping[str, str] | None = None,
    limit: int | None = None,
    selection: Selection | None = None,
) -> PromptSource:
    """Open Python values as a stream: texts, or mappings like the lines of JSONL, read lazily.

    A text is literal. A value that cannot become a prompt is an InputFault, and the values
    after it go on. The other arguments are as for `open_prompts`; raises PromptError for an
    unusable template only.
    """
    given = {column_name(name): value for name, value in (overrides or {}).items()}
    asked = selection or Selection()
    if not asked.keep:  # the caller gave the values one by one, and wants them back
        asked = replace(asked, keep=(KEEP_ALL,))
    spec = (_template_spec(template, given) or _unworded(VALUES_NAME, given)).asked(
        ReadOptions(), asked
    )
    table = values_table(values, spec.read_options)
    return PromptSource(VALUES_NAME, spec, table, is_stream=True, limit=limit)


def _unworded(path: str, overrides: Mapping[str, str]) -> PromptSpec:
    """The spec of rows that are complete prompts; PromptError where variables are set for them."""
    spec = PromptSpec(overrides=overrides)
    check_overrides(spec, path)
    return spec


def _template_spec(template: str | None, overrides: Mapping[str, str]) -> PromptSpec | None:
    if template is None:
        return None
    if Path(template).suffix.lower() not in _YAML:
        raise PromptError(f"{template}: a template is a .yaml file with a 'prompt'")
    with readable(template):
        return load_template(template, overrides)


def _open_prompt_file(path: str, loaded: LoadedFile, limit: int | None) -> PromptSource:
    spec = loaded.spec
    if loaded.is_list:
        check_overrides(spec, path)
    read: tuple[str, ...] = (path,)
    if loaded.table is not None:
        name, items = split_items(loaded.table)
        inner = table_path(replace(loaded, table=name), path)
        _check_table(inner, loaded)
        table = file_table(inner, files.TABLE, replace(spec.read_options, items=items))
        read = (inner, path)
    elif loaded.items is not None:
        table = yaml_table(path, spec.read_options)
    elif spec.templated:
        table = one_empty_item(path)
    else:
        raise PromptError("'prompt' is required", Source(path, 1))
    return PromptSource(path, spec, table, read=read, limit=limit)


def _refuse_reading(path: str, loaded: LoadedFile, reading: ReadOptions) -> None:
    """Raise where it is said how a table is read, and the items are in the prompt file itself."""
    if loaded.table is not None:
        return
    if loaded.reading_place is not None:
        message = "this says how a table is read, and the items are no table; take it out"
        raise PromptError(message, loaded.reading_place)
    for name in READING:
        if getattr(reading, name) is not None:
            flag = "--" + name.replace("_", "-")
            raise UsageError(f"{flag} is for tables; the items of {path} are in the file itself.")


def _open_worded(
    path: str, loaded: LoadedFile, spec: PromptSpec, template: str, limit: int | None
) -> PromptSource:
    """Open a YAML list of items that another file words."""
    if not loaded.is_list:
        message = "this prompt file has its own wording; run it without --template"
        raise PromptError(message, Source(path, 1))
    table = yaml_table(path, spec.read_options)
    spec = replace(spec, warnings=(*spec.warnings, *loaded.spec.warnings))
    return PromptSource(path, spec, table, read=(path, template), limit=limit)


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
    if kind_of(path) not in READERS:
        message = "'items' should name a table, such as a .csv, .tsv or .jsonl file"
        raise PromptError(message, loaded.place)
