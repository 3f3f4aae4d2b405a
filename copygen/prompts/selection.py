"""Which rows of a table become items, of how many rows each, and which id they have.

Rows pass these steps one by one and in this order: `--rows`, `--fill-down`, `group_by`, `--where`
and `skip_if`, the id's columns, `--sample`. So a condition sees what the template will see. What
is left out is counted, by what left it out. Memory does not grow with the table: of groups, only
the hash of each is kept, and of a sample its numbers.
"""

import hashlib
import heapq
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final, TypeAlias

from copygen.documents import files
from copygen.errors import PromptError, UsageError
from copygen.models import JsonValue, Source
from copygen.prompts.names import ColumnNames, key_hint, name_hint
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, Duplicates, Row, checked_id, with_letter
from copygen.prompts.template import RenderError, Template

GROUP_ROWS: Final = "rows"
"""The variable that holds the rows of a group."""
KEEP_ALL, KEEP_USED = "all", "used"
_RANGE: Final = re.compile(r"\s*+(\d{1,18})?+\s*+(-)?+\s*+(\d{1,18})?+\s*+")
_SAMPLE: Final = re.compile(r"(\d{1,9})(?::(\d{1,18}))?")
_NUMBERED_END: Final = re.compile(r"-\d{1,9}\Z")
_MOST_ID_BYTES: Final = 256 * 1024 * 1024

Numbered: TypeAlias = tuple[int, Row | BadRow]
"""A row and its 1-based number in the table; of a group the number of its first."""


@dataclass(frozen=True, slots=True)
class RowRange:
    """Rows by their 1-based numbers, both ends included."""

    first: int = 1
    last: int | None = None
    """None: to the end."""


@dataclass(frozen=True, slots=True)
class RowSample:
    """So many items, chosen by their row numbers: the same in every run, and in a larger sample."""

    size: int
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked of the rows of a table. The default takes all of them as they are."""

    id_columns: tuple[str, ...] = ()
    """The columns an id is made of; empty: the column `id`, else the row's content."""
    duplicates: Duplicates | None = None
    """What becomes of rows with the id of an earlier one; None: they are refused."""
    where: str | None = None
    """The condition that items have to meet."""
    rows: RowRange | None = None
    sample: RowSample | None = None
    only_ids: str | Path | None = None
    """A file of ids, one a line, of the prompts or items that are meant."""
    group_by: str | None = None
    """The column whose value the rows of one item share."""
    fill_down: tuple[str, ...] = ()
    """Columns whose empty cells have the value above."""
    keep: tuple[str, ...] = ()
    """The columns that records keep; `all` and `used` stand for those. Empty: with a template that
    judges nothing the used ones, else all."""
    unique: bool = False
    """Prompts that are the same are sent once."""

    def over(self, own: "Selection") -> "Selection":
        """This, and where it says nothing what `own` says."""
        unsaid = (one.name for one in fields(self) if not getattr(self, one.name))
        return replace(self, **{name: getattr(own, name) for name in unsaid})


def row_range(text: str) -> RowRange:
    """Read `100-200`, `100-`, `-200` or `100`; raises UsageError."""
    found = _RANGE.fullmatch(text)
    first, dash, last = found.groups() if found else (None, None, None)
    if first is None and last is None:
        raise UsageError(f"--rows takes numbers of rows as 100-200, 100- or 7; not '{text}'.")
    begin = int(first or 1)
    end = (int(last) if last else None) if dash else begin
    if begin < 1 or (end is not None and end < begin):
        raise UsageError(
            f"--rows {text} is no range: rows are counted from 1, the lower one first."
        )
    return RowRange(begin, end)


def row_sample(text: str) -> RowSample:
    """Read `20` or `20:7`, a size and a seed; raises UsageError."""
    found = _SAMPLE.fullmatch(text.strip())
    if found is None or int(found[1]) < 1:
        raise UsageError(f"--sample takes a number of rows, and a seed: 20 or 20:7; not '{text}'.")
    return RowSample(int(found[1]), int(found[2] or 1))


class Condition:
    """An expression over the columns of a row, sandboxed as templates are."""

    def __init__(self, text: str, name: str, where: Callable[[int], Source] | None = None) -> None:
        """`name` is what people call it (`--where`); `where` the place of its lines in a file.

        Raises PromptError, and UsageError where it has no place, for what is no expression.
        """
        self.name = name
        place = where or (lambda line: Source(name, line))
        try:
            if not text.strip():
                raise PromptError("it is empty", place(1))
            self._template = Template(f"{{% if (\n{text}\n) %}}1{{% endif %}}", place)
        except PromptError as exc:
            message = (
                f"{name} is no condition: '{text.strip()[:60]}'; write one as in a template: "
                'Title and Status == "active"'
            )
            if where is None:
                raise UsageError(f"{message}.") from exc
            raise PromptError(message, where(1)) from exc
        self._names: ColumnNames | None = None

    @property
    def used(self) -> frozenset[str]:
        """The names it looks up."""
        return self._template.names

    def holds(self, row: Row, number: int) -> bool:
        """Whether the row meets it. Raises PromptError where that cannot be told."""
        variables = row.item
        if not variables.keys() >= self._template.names:
            if self._names is None or self._names.columns != tuple(variables):
                self._names = ColumnNames(variables)
            found = ((name, self._names.find(name)) for name in self._template.names)
            others = {n: variables[c] for n, c in found if c is not None and n not in variables}
            variables = {**variables, **others}
        try:
            return bool(self._template.render(variables))
        except RenderError as exc:
            message = f"{self.name} {exc} (row {number})"
            if exc.name is not None:
                hint = name_hint(exc.name, [*row.item])
                if exc.known is not None:
                    hint = key_hint(exc.name, [*exc.known])
                message = f"{self.name} uses '{exc.name}', which row {number} does not have; {hint}"
            raise PromptError(message, row.source) from exc


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one selection, compiled once."""

    selection: Selection
    conditions: tuple[tuple[Condition, bool], ...] = ()
    """A condition, and what it has to come to."""

    @property
    def change_nothing(self) -> bool:
        """Whether rows pass as they are."""
        one = self.selection
        return not (self.conditions or one.id_columns or one.rows or one.group_by or one.fill_down)

    def numbered(self, rows: Iterable[Row | BadRow], left_out: Counter[str]) -> Iterator[Numbered]:
        """Yield the items and their numbers; what is left out is counted by its reason.

        A row that no step can work on becomes a BadRow.
        """
        entries: Iterator[Numbered] = enumerate(rows, 1)
        one = self.selection
        if self.change_nothing:
            return entries
        if one.rows is not None:
            entries = _in_range(entries, one.rows, left_out)
        if one.fill_down:
            entries = _each(entries, _FillDown(one.fill_down).filled)
        if one.group_by is not None:
            entries = _grouped(entries, one.group_by)
        if self.conditions:
            entries = self._chosen(entries, left_out)
        id_columns = one.id_columns or ((one.group_by,) if one.group_by is not None else ())
        if id_columns:  # rows that are left out need no id
            entries = _each(entries, _Identifier(id_columns).identified)
        return entries

    def _chosen(self, entries: Iterator[Numbered], left_out: Counter[str]) -> Iterator[Numbered]:
        for number, row in entries:
            if isinstance(row, BadRow):
                yield number, row
                continue
            try:
                missed = next(
                    (
                        one.name
                        for one, wanted in self.conditions
                        if one.holds(row, number) != wanted
                    ),
                    None,
                )
            except PromptError as exc:
                yield (
                    number,
                    BadRow(exc.message, row.source, row.own_id, row.item, is_unreadable=False),
                )
                continue
            if missed is None:
                yield number, row
            else:
                left_out[missed] += 1


def sampled(entries: Iterable[Numbered], sample: RowSample) -> frozenset[int]:
    """The numbers of a sample of the items, in one pass."""
    numbers = (number for number, row in entries if isinstance(row, Row))
    return frozenset(heapq.nsmallest(sample.size, numbers, key=lambda n: _draw(n, sample.seed)))


def _draw(number: int, seed: int) -> bytes:
    return hashlib.blake2b(f"{seed}:{number}".encode(), digest_size=8).digest()


def _in_range(
    entries: Iterator[Numbered], wanted: RowRange, left_out: Counter[str]
) -> Iterator[Numbered]:
    for number, row in entries:
        if wanted.last is not None and number > wanted.last:
            return
        if number >= wanted.first:
            yield number, row
        else:
            left_out["--rows"] += 1


def _each(entries: Iterator[Numbered], step: Callable[[Row], Row]) -> Iterator[Numbered]:
    """The entries with each row as a step makes it; where it cannot, a BadRow."""
    for number, row in entries:
        if isinstance(row, Row):
            try:
                yield number, step(row)
            except InputError as exc:
                yield number, BadRow(str(exc), row.source, None, row.item, is_unreadable=False)
        else:
            yield number, row


class _Columns:
    """Columns that the user names, found in each row; anew where its columns are others."""

    def __init__(self, wanted: tuple[str, ...], said: str) -> None:
        self._wanted = wanted
        self._said = said
        self._known: tuple[str, ...] | None = None
        self._found: tuple[str, ...] = ()

    def of(self, row: Row) -> tuple[str, ...]:
        """The columns in this row; raises InputError where it has not all of them."""
        columns = tuple(row.item)
        if columns != self._known:
            names = ColumnNames(columns)
            found = []
            for name in self._wanted:
                column = names.find(name)
                if column is None:
                    hint = name_hint(name, [*columns], is_column=False)
                    raise InputError(
                        f"{self._said} names '{name}', which is no column here; {hint}", (name,)
                    )
                found.append(column)
            self._known, self._found = columns, tuple(found)
        return self._found


class _Identifier:
    """Gives rows the id that some of their columns make."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._columns = _Columns(wanted, "the id")

    def identified(self, row: Row) -> Row:
        columns = self._columns.of(row)
        if len(columns) == 1:
            value = row.item[columns[0]]
            return row._replace(own_id=checked_id("" if value is None else value, columns[0]))
        parts = [
            "" if is_empty(row.item[column]) else checked_id(row.item[column], column) or ""
            for column in columns
        ]
        if not any(parts):
            raise InputError(
                f"{', '.join(map(repr, columns))} are empty, and the id is made of them"
            )
        return row._replace(own_id=checked_id(":".join(parts), " ".join(columns)))


class _FillDown:
    """Gives empty cells of some columns the value above."""

    def __init__(self, wanted: tuple[str, ...]) -> None:
        self._columns = _Columns(wanted, "--fill-down")
        self._above: dict[str, JsonValue] = {}

    def filled(self, row: Row) -> Row:
        above, given = self._above, {}
        for column in self._columns.of(row):
            value = row.item[column]
            if not is_empty(value):
                above[column] = value
            elif column in above:
                given[column] = above[column]
        if not given:
            return row
        written = None if row.written is None else {**row.written, **given}
        return row._replace(
            item={**row.item, **given}, whole={**row.whole, **given}, written=written
        )


def _grouped(entries: Iterator[Numbered], group_by: str) -> Iterator[Numbered]:
    """One item of the rows next to each other that share a value."""
    columns = _Columns((group_by,), "'group_by'")
    seen: set[int] = set()
    held: list[Row] = []
    begun, key = 0, ""
    for number, row in entries:
        value = ""
        if isinstance(row, Row):
            try:
                value = _group_value(row, columns)
            except InputError as exc:
                row = BadRow(str(exc), row.source, None, row.item, is_unreadable=False)
        if held and value != key:
            yield begun, _merged(held)
            held = []
        if isinstance(row, BadRow):
            yield number, row
        elif held:
            held.append(row)
        elif hash(value) in seen:
            message = (
                f"the rows of '{value[:60]}' are not next to each other; sort the table by "
                f"'{group_by}'"
            )
            yield number, BadRow(message, row.source, None, row.item, is_unreadable=False)
        else:
            seen.add(hash(value))
            held, begun, key = [row], number, value
    if held:
        yield begun, _merged(held)


def _group_value(row: Row, columns: _Columns) -> str:
    (column,) = columns.of(row)
    if GROUP_ROWS in row.item:
        message = f"a group's rows are called '{GROUP_ROWS}', and a column is, too; rename it"
        raise InputError(message, (GROUP_ROWS,))
    value = row.item[column]
    if is_empty(value):
        message = (
            f"'{column}' is empty, and rows are grouped by it; --fill-down has the value above"
        )
        raise InputError(message, (column,))
    return str(value)


def _merged(rows: list[Row]) -> Row:
    first = rows[0]
    item = _first_values([row.item for row in rows])
    whole = _first_values([row.whole for row in rows])
    written = None
    if any(row.written is not None for row in rows):
        written = _first_values([row.written or row.item for row in rows])
    params = next((row.params for row in rows if row.params is not None), None)
    return first._replace(item=item, whole=whole, own_id=None, params=params, written=written)


def _first_values(rows: list[Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    """The first value of each column that is not empty, and all rows under `rows`."""
    values: dict[str, JsonValue] = {}
    for row in rows:
        for name, value in row.items():
            if name not in values or (is_empty(values[name]) and not is_empty(value)):
                values[name] = value
    values[GROUP_ROWS] = [dict(row) for row in rows]
    return values


def is_empty(value: JsonValue) -> bool:
    """Whether a cell says nothing: null, blanks, an empty list."""
    if value.__class__ is str:
        return not value or value.isspace()
    return value is None or (isinstance(value, list | dict) and not value)


@dataclass(frozen=True, slots=True)
class ChosenIds:
    """The ids of `--only-ids`: of items, or of single prompts of theirs."""

    given: tuple[str, ...]
    """As the file has them."""
    ids: frozenset[str]
    _items: frozenset[str]
    """What an item's id may be, before it is numbered, so that one of them is met."""

    def may_hold(self, item_id: str) -> bool:
        """Whether prompts of an item with this id, not yet numbered, can be among them."""
        return item_id in self._items

    def unmet(self, met: Collection[str]) -> tuple[str, ...]:
        """Those of the file that are not among the ids that were met."""
        return tuple(one for one in self.given if one not in met and with_letter(one) not in met)


def chosen_ids(path: str) -> ChosenIds:
    """Read a file of ids, one a line; a line of a results file stands for its id.

    Raises PromptError.
    """
    try:
        text = files.read_bytes(Path(path), files.TABLE, _MOST_ID_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise PromptError(f"{path}: --only-ids takes a text file (UTF-8), one id a line") from exc
    except (OSError, ValueError) as exc:
        reason = getattr(exc, "strerror", None) or exc
        raise PromptError(f"{path}: --only-ids cannot be read: {reason}") from exc
    lines = (_id_in(line.strip()) for line in text.splitlines())
    given = tuple(dict.fromkeys(line for line in lines if line))
    ids = {*given, *map(with_letter, given)}
    if not ids:
        raise PromptError(f"{path}: --only-ids names a file without an id; write one a line")
    items = set(ids)
    for one in ids:
        parts = one.split("/")
        items.update("/".join(parts[:end]) for end in range(1, len(parts)))
    items |= {_NUMBERED_END.sub("", one) for one in items}
    return ChosenIds(given, frozenset(ids), frozenset(items))


def _id_in(line: str) -> str:
    if not line.startswith("{"):
        return line
    try:
        found = json.loads(line)["id"]
    except (ValueError, KeyError, RecursionError):
        return line
    return found if isinstance(found, str) else line
