"""A path, standard input or Python values → the prompts of it, checked or as they come."""

import itertools
import stat
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

from copygen.documents import files
from copygen.errors import InputChanged, PromptError
from copygen.models import InputFault, JsonValue, Prompt, Source
from copygen.prompts.expand import CostCheck, Expansion, Target, draft, ids_of
from copygen.prompts.names import UsedNames
from copygen.prompts.promptfile import (
    LoadedFile,
    PromptSpec,
    check_overrides,
    load,
    load_template,
    table_path,
)
from copygen.prompts.rows import (
    BadRow,
    BadRows,
    FileIds,
    ReadOptions,
    Row,
    Rows,
    StreamIds,
    Table,
    column_name,
    content_id,
    looks_numbered,
    repeated_hashes,
)
from copygen.prompts.tables import (
    READERS,
    VALUES_NAME,
    checked_options,
    file_table,
    is_stream,
    one_empty_item,
    readable,
    stream_table,
    values_table,
    yaml_table,
)
from copygen.prompts.template import Layout, layout_of

_YAML: Final = frozenset((".yaml", ".yml"))


DEFAULT_NAME: Final = "copygen"
FAULTS_SHOWN: Final = 10
"""Of a file; the others are counted."""
PROGRESS_ROWS: Final = 1000
"""Progress is told once for so many rows."""

Entry: TypeAlias = Prompt | InputFault
Entries: TypeAlias = Generator[Entry, None, None]
Versions: TypeAlias = tuple[tuple[int, int, int], ...]
"""`files.version_of` each file."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What the check of a file found out."""

    count: int
    repeated: frozenset[str]
    """Content ids of rows that are identical to others."""
    taken: frozenset[str]
    """Own ids that look like the numbered ids of such rows."""
    versions: Versions


class Faults:
    """What is wrong with the rows of a file: the first ten, and how many there are."""

    def __init__(self) -> None:
        self.shown: list[PromptError] = []
        self.count = 0
        self.unreadable: list[int] = []
        """The lines of the rows that cannot be read at all."""

    def add(self, fault: PromptError, *, unreadable: bool = False) -> None:
        """Take in the fault of the next faulty row."""
        self.count += 1
        if len(self.shown) < FAULTS_SHOWN:
            self.shown.append(fault)
        if unreadable:
            self.unreadable.append(fault.source.line if fault.source else 0)

    def refuse(self) -> None:
        """Raise a PromptError that says them all, at the place of the first, if there are any."""
        if not self.shown:
            return
        first, *others = self.shown
        lines = [first.message, *map(str, others)]
        if (more := self.count - len(self.shown)) > 0:
            lines.append(f"and {more} more faulty row{'s' if more > 1 else ''}")
        raise PromptError("\n".join(lines), first.source)


class PromptSource:
    """The prompts of one file or stream. Made by `open_prompts`."""

    def __init__(
        self,
        path: str,
        spec: PromptSpec,
        table: Table,
        *,
        is_stream: bool = False,
        read: tuple[str, ...] = (),
        limit: int | None = None,
    ) -> None:
        self.provider = spec.provider
        """The provider the prompt file names."""
        self.provider_place = spec.provider_place
        """Where it does."""
        self.model = spec.model
        """The model the prompt file names."""
        self.path = None if is_stream else Path(path)
        """None for standard input and everything else that cannot be read twice."""
        self.name = self.path.stem if self.path else DEFAULT_NAME
        """What the name of the results is made of."""
        self.axes = tuple(spec.cells[0].values) if spec.cells else ()
        """The names in the matrix."""
        self.cells = tuple(cell.values for cell in spec.cells)
        """The values of each cell of the matrix, in the file's order."""
        self.variants = spec.variants
        """Prompts of each cell."""
        self.overrides = frozenset(spec.overrides)
        """The variables given on the command line."""
        self.warnings = spec.warnings
        """What a person should know of the files, one located sentence each."""
        self.output_spec = spec.output_spec
        """What the prompt file wants of its texts."""
        self.used_names: frozenset[str] = UsedNames(spec.used_names)
        """The variables that prompts are made of; a column that one of them means is in it."""
        self.is_stream = is_stream
        """It can be read once only, so it is not checked up front."""
        self._shown = path
        self._spec = spec
        self._table = table
        self._read = read
        """The file whose rows are read, and then those that were read before."""
        self.limit = limit
        """The most prompts to make; None for all."""
        self._checked: _Checked | None = None
        self._begun = False

    @property
    def layout(self) -> Layout:
        """How much of every prompt is the same, and where; see `Layout`."""
        spec = self._spec
        templates = [one for one in (spec.system, spec.prompt) if one is not None]
        pieces = [piece for template in templates for piece in template.pieces]
        return layout_of(pieces, frozenset({"variant", *self.axes, *spec.overrides}))

    def draft(self, target: Target) -> Prompt:
        """A prompt of a row without parameters of its own; it has no messages and no key."""
        model = target.default_model
        return draft(model, target.options(model, self._spec.params))

    def check(
        self,
        target: Target,
        cost_check: CostCheck | None = None,
        on_rows: Callable[[int], None] = lambda _rows: None,
    ) -> int:
        """Read the whole file once, lazily, and return the number of prompts it makes.

        `cost_check` is shown what every row asks for, and may raise; `on_rows`
        hears how many rows were read since it heard last. Raises PromptError at the first fault.
        A stream is not read: it counts as 0.
        """
        if self.is_stream:
            return 0
        versions = versions_of(self._read)
        expansion = Expansion(self._spec, target)
        hashes = array("q")
        rows = 0
        faults = Faults()
        for row in self._rows(faults):
            item_id = content_id(row.whole) if row.own_id is None else row.own_id
            hashes.append(hash(item_id))
            try:
                expansion.check(row, item_id)
                if cost_check is not None:
                    expansion.check_cost(row, cost_check)
            except PromptError as fault:
                if rows == 0:  # the template does not fit the table: all rows would say so
                    raise
                faults.add(fault)
            rows += 1
            if rows % PROGRESS_ROWS == 0:
                on_rows(PROGRESS_ROWS)
        failed = self._settle(faults)
        hashes.extend(map(hash, failed))
        rows_and_faults = rows + len(failed)
        if rows_and_faults == 0 and self.limit != 0:
            raise PromptError("there are no items in it", Source(self._shown, 1))
        count = rows * self._spec.texts_per_item + len(failed)
        count = count if self.limit is None else min(count, self.limit)
        self._checked = _Checked(count, *self._repeated(repeated_hashes(hashes)), versions)
        return count

    def prompts(self, target: Target) -> Entries:
        """Yield the prompts lazily; an InputFault stands for a faulty row of a stream.

        Raises PromptError where a file, checked or not, is faulty, and where it changed since
        it was checked. Closing the iterator closes what it reads.
        """
        if self.is_stream:
            return stream_entries(self._table, Expansion(self._spec, target), self.limit)
        return self._file_prompts(target)

    def ids(self) -> Iterator[str]:
        """Yield the ids of the prompts of a file that was checked, without rendering them.

        Raises as `prompts` does.
        """
        spec = self._spec
        found = (
            id_
            for row, item_id in self._items()
            for id_ in (ids_of(spec, item_id) if isinstance(row, Row) else (item_id,))
        )
        return found if self.limit is None else itertools.islice(found, self.limit)

    def _file_prompts(self, target: Target) -> Entries:
        if self.limit == 0:
            return
        if self._checked is None:
            self.check(target)
        expansion = Expansion(self._spec, target)
        made = 0
        for row, item_id in self._items():
            if isinstance(row, BadRow):
                made_of_row: Iterable[Entry] = (_input_fault(row, item_id),)
            else:
                made_of_row = expansion.prompts(row, item_id)
            for entry in made_of_row:
                yield entry
                made += 1
                if made == self.limit:
                    return

    def _items(self) -> Iterator[tuple[Row | BadRow, str]]:
        """Yield the rows of a file that was checked, with their ids.

        Of those that cannot be read, the ones that are to be failed records.
        """
        checked = cast(_Checked, self._checked)
        self._check_version(checked)
        ids = FileIds(checked.repeated, checked.taken)
        for row in self._all_rows():
            if isinstance(row, BadRow):
                yield from self._failed(row)
            else:
                yield row, ids.numbered(row) if row.own_id is None else row.own_id
        # Of the others, everything was read before the first row.
        self._check_version(checked, 1)

    def _check_version(self, checked: _Checked, count: int | None = None) -> None:
        """Raise unless the files, or the first `count` of them, are as they were checked.

        Before the first row, nothing was sent.
        """
        try:
            same = versions_of(self._read[:count]) == checked.versions[:count]
        except PromptError:
            same = False
        if not same and self._begun:
            raise InputChanged(
                f"{self._shown} was changed while it was read: what is done is kept; run again."
            )
        if not same:
            raise PromptError(
                "it was changed after it was checked; run again", Source(self._shown, 1)
            )
        self._begun = True

    def _rows(self, faults: "Faults | None" = None) -> Iterator[Row]:
        """Yield the rows of a file that the limit needs; those that are none go to `faults`."""
        for row in self._all_rows():
            if not isinstance(row, BadRow):
                yield row
            elif faults is not None:
                faults.add(PromptError(row.message, row.source), unreadable=True)

    def _all_rows(self) -> Rows:
        """Yield the rows of a file that the limit needs, readable or not; raises PromptError."""
        needed = None if self.limit is None else -(-self.limit // self._spec.texts_per_item)
        count = 0
        with readable(self._shown), self._table() as rows:
            for row in rows:
                if count == needed:
                    return
                count += isinstance(row, Row)
                yield row

    def _failed(self, row: BadRow) -> Iterator[tuple[BadRow, str]]:
        if self._spec.reading.bad_rows is BadRows.FAIL:
            yield row, f"line-{row.source.line}"

    def _settle(self, faults: "Faults") -> list[str]:
        """What becomes of the faulty rows: the ids of those that are to be failed records.

        Raises PromptError where the file is refused.
        """
        bad_rows = self._spec.reading.bad_rows
        if bad_rows is BadRows.REFUSE or faults.count > len(faults.unreadable):
            faults.refuse()
        elif bad_rows is BadRows.SKIP and faults.count:
            word = "row is" if faults.count == 1 else "rows are"
            first = f"the first is {faults.shown[0]}"
            self.warnings = (*self.warnings, f"{faults.count} {word} left out; {first}")
        return [f"line-{line}" for line in faults.unreadable] if bad_rows is BadRows.FAIL else []

    def _repeated(self, hashes: frozenset[int]) -> tuple[frozenset[str], frozenset[str]]:
        """The content ids that repeat, and own ids that look as if they were numbered.

        Raises PromptError if an own id repeats.
        """
        if not hashes:
            return frozenset(), frozenset()
        first: dict[str, tuple[Source, bool]] = {}
        repeated: set[str] = set()
        taken: set[str] = set()
        for row in self._rows():
            own = row.own_id is not None
            item_id = content_id(row.whole) if row.own_id is None else row.own_id
            if own and looks_numbered(item_id):
                taken.add(item_id)
            if hash(item_id) not in hashes:
                continue
            if item_id not in first:
                first[item_id] = (row.source, own)
            elif own or first[item_id][1]:
                raise _used_twice(item_id, row.source, first[item_id][0])
            else:
                repeated.add(item_id)
        return frozenset(repeated), frozenset(taken)


def stream_entries(table: Table, expansion: Expansion, limit: int | None = None) -> Entries:
    """Yield the prompts of rows that are seen once, and an InputFault for each faulty one.

    After `limit` of them nothing more is read.
    """
    if limit == 0:
        return
    ids = StreamIds()
    made = 0
    with table() as rows:
        for row in rows:
            for entry in _entries_of(row, expansion, ids):
                yield entry
                made += 1
                if made == limit:
                    return


def _entries_of(row: Row | BadRow, expansion: Expansion, ids: StreamIds) -> Iterable[Entry]:
    source = row.source
    if isinstance(row, BadRow):
        return [_input_fault(row, ids.id_of_fault(row.own_id, source.line))]
    item_id = ids.id_of(row)
    if item_id is None:
        message = f"the id '{row.own_id}' was used before; ids must be unique"
        return [InputFault(ids.id_of_fault(None, source.line), source, message, row.item)]
    try:
        # All or none: half the variants of a faulty row are no use.
        return list(expansion.prompts(row, item_id))
    except PromptError as exc:
        return [InputFault(item_id, source, exc.message, row.item)]


def _input_fault(row: BadRow, fault_id: str) -> InputFault:
    return InputFault(fault_id, row.source, row.message, row.item)


def versions_of(paths: Iterable[str]) -> Versions:
    """Return what changes when one of the files does; raises PromptError."""
    with readable(*paths):
        return tuple(files.version_of(files.status(path)) for path in paths)


def _used_twice(item_id: str, source: Source, first: Source) -> PromptError:
    message = f"the id '{item_id}' is used at {first} already; ids must be unique"
    return PromptError(message, source)


def open_prompts(
    path: str,
    *,
    template: str | None = None,
    overrides: Mapping[str, str] | None = None,
    limit: int | None = None,
    stdin: BinaryIO | None = None,
    reading: ReadOptions | None = None,
) -> PromptSource:
    """Open a prompt file (YAML), a table (see `READERS`), or `-` for a table on standard input.

    Reads the header only: of YAML everything but `items`, of a table nothing. `template` is the
    YAML file that words a table's rows; `overrides` are variables that win over columns;
    `limit` is the most prompts to make; `reading` says what the table does not tell itself. Pipes
    are read like standard input: as a stream. Raises PromptError, UsageError.
    """
    reading = checked_options(reading or ReadOptions())
    given = {column_name(name): value for name, value in (overrides or {}).items()}
    spec = _template_spec(template, given)
    if spec is not None:
        spec = replace(spec, reading=reading)
    if is_stream(path):
        wording = spec or replace(_unworded(path, given), reading=reading)
        table = stream_table(path, stdin, wording.read_options)
        return PromptSource(path, wording, table, is_stream=True, limit=limit)
    if Path(path).suffix.lower() not in _YAML:
        wording = spec or replace(_unworded(path, given), reading=reading)
        table = file_table(path, files.PROMPTS, wording.read_options)
        read = (path, template) if template else (path,)
        return PromptSource(path, wording, table, read=read, limit=limit)
    with readable(path):
        loaded = load(path, given)
        loaded = replace(loaded, spec=replace(loaded.spec, reading=reading))
    if spec is not None:
        return _open_worded(path, loaded, spec, template or "", limit)
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
    spec = _template_spec(template, given) or _unworded(VALUES_NAME, given)

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
        inner = table_path(loaded, path)
        _check_table(inner, loaded)
        table = file_table(inner, files.TABLE, spec.read_options)
        read = (inner, path)
    elif loaded.items is not None:
        table = yaml_table(path, spec.read_options)
    elif spec.templated:
        table = one_empty_item(path)
    else:
        raise PromptError("'prompt' is required", Source(path, 1))
    return PromptSource(path, spec, table, read=read, limit=limit)


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
    if Path(path).suffix.lower() not in READERS:
        raise PromptError("'items' should name a .csv, .tsv or .jsonl file", loaded.place)
