"""Tables of our own making: the item's columns, and beside them a column for each text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from copygen.delivery.copy import Text
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    FieldShape,
    FormatSpec,
    Markup,
    Problem,
)
from copygen.delivery.markup import as_html, as_plain
from copygen.delivery.row_template import row_text
from copygen.documents import nearest
from copygen.errors import UsageError
from copygen.models import JsonValue
from copygen.results.record import dumps

ID: Final = "id"
_BESIDE: Final = "_new"
"""Behind the name of a field that is also a column of the item."""


@dataclass(frozen=True, slots=True)
class TextColumns:
    """Where the texts of one field go."""

    field: FieldShape
    names: tuple[str, ...]
    """One for each text, by its number."""
    base: str
    """What the texts together are called, where a format holds lists."""


class PlainTable:
    """The columns of a table that nobody prescribes, and the cells of a row."""

    def __init__(self, context: ExportContext, *, nested: bool = False) -> None:
        """`nested`: a cell holds lists as well. Raises UsageError for a `--map` or `--set` of
        nothing."""
        shape, options = context.shape, context.options
        columns = shape.columns if nested else shape.cell_columns
        self._options = options
        self._values = {name: row_text(name, text, shape) for name, text in options.values.items()}
        sources = [*shape.fields, *shape.columns]
        for name in options.map:
            if name not in sources:
                raise UsageError(no_source(name, sources))
        refuse_twice(options.map)
        self._ids = () if shape.is_joined else (ID,)
        self.item = {
            name: options.map.get(name, name)
            for name in shape.columns
            if name not in self._ids and (name in columns or name in options.map)
        }
        """Column of the item → what it is called here."""
        taken = {*self._ids, *self.item.values()}
        self.texts = [_columns_of(one, options.map.get(one.name), taken) for one in
                      shape.fields.values()]  # fmt: skip

    @property
    def names(self) -> list[str]:
        """All columns in their order, each once."""
        texts = (name for one in self.texts for name in one.names)
        return list(dict.fromkeys([*self._ids, *self.item.values(), *texts, *self._values]))

    def item_values(self, row: ExportRow) -> Iterator[tuple[str, JsonValue]]:
        """What is not a text of ours."""
        yield from ((name, row.id) for name in self._ids)
        for name, called in self.item.items():
            if name in row.item:
                yield called, row.item[name]

    def cells(self, row: ExportRow) -> Mapping[str, JsonValue]:
        """By column; a text that stays out is an empty cell."""
        cells: dict[str, JsonValue] = dict(self.item_values(row))
        for one in self.texts:
            found = row.texts.get(one.field.name, ())
            for name, text in zip(one.names, found, strict=False):
                if text is not None:
                    cells[name] = self.worded(text, one.field)
        return cells | {name: made(row) for name, made in self._values.items()}

    def lists(self, row: ExportRow) -> Mapping[str, JsonValue]:
        """By name, with the texts of a field as a list where it is one: no gaps."""
        cells: dict[str, JsonValue] = dict(self.item_values(row))
        for one in self.texts:
            found = [text for text in row.texts.get(one.field.name, ()) if text is not None]
            worded = [self.worded(text, one.field) for text in found]
            if one.field.is_list:
                cells[one.base] = worded
            elif worded:
                cells[one.base] = worded[0]
        return cells | {name: made(row) for name, made in self._values.items()}

    def worded(self, text: Text, field: FieldShape) -> str:
        """A text with the markup that was asked for."""
        if self._options.markup is Markup.HTML:
            return as_html(text.text, is_markup=bool(field.spec and field.spec.html))
        return as_plain(text.text) if self._options.markup is Markup.PLAIN else text.text


def _columns_of(field: FieldShape, mapped: str | None, taken: set[str]) -> TextColumns:
    if mapped is not None:
        return TextColumns(field, _names(field, mapped), mapped)
    base = field.name
    while taken & {base, *_names(field, base)}:
        base += _BESIDE
    return TextColumns(field, _names(field, base), base)


def _names(field: FieldShape, base: str) -> tuple[str, ...]:
    if not field.is_list:
        return (base,)
    pattern = base if "{n}" in base else f"{base}_{{n}}"
    return tuple(pattern.replace("{n}", str(n)) for n in range(1, field.count + 1))


def refuse_twice(given: Mapping[str, str]) -> None:
    """Raise UsageError where two things would go into one column."""
    by_column: dict[str, str] = {}
    for source, column in given.items():
        other = by_column.setdefault(column, source)
        if other != source:
            raise UsageError(f"--map puts both '{other}' and '{source}' into '{column}'.")


def no_source(name: str, known: list[str]) -> str:
    """What is wrong with a `--map` of something that no record has."""
    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else f"there are {', '.join(known) or 'none'}"
    return f"--map {name}=...: no record has a field or a column '{name}'; {hint}"


def cell_text(value: JsonValue) -> str:
    """A value as a cell of a text file holds it; lists and objects as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value).decode()


def unwritable(row: ExportRow, encoding: str) -> Iterator[Problem]:
    """Texts with characters that the encoding of the file does not have."""
    for name, number, text in row.going:
        try:
            text.text.encode(encoding)
        except UnicodeEncodeError as error:
            sign = text.text[error.start]
            message = f"{sign!a} cannot be written in {encoding}"
            yield Problem(row.id, "encoding", message, field=f"{name} {number + 1}")


def unwritable_cells(
    id_: str, cells: Iterable[tuple[str, JsonValue]], encoding: str
) -> Iterator[Problem]:
    """Columns of the item with characters that the encoding of the file does not have."""
    for name, value in cells:
        cell = cell_text(value)
        try:
            cell.encode(encoding)
        except UnicodeEncodeError as error:
            message = f"{cell[error.start]!a} cannot be written in {encoding}"
            yield Problem(id_, "encoding", message, field=name)


def writes(spec: FormatSpec, context: ExportContext) -> tuple[str, str]:
    """Encoding and delimiter, as the user says or the format has them."""
    options = context.options
    return options.encoding or spec.encoding, options.delimiter or spec.delimiter
