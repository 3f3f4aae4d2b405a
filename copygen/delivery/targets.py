"""The columns that a target prescribes: what fills each, and what the target has against a row.

What fills a column is, in this order: `--set`, `--map`, a field of the records that the format or a
channel calls so, a column of the item, what the format always has there.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from copygen.delivery.columns import cell_text, no_source, refuse_twice
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    FieldShape,
    FormatSpec,
    Markup,
    Problem,
    TargetColumn,
    over_limit,
)
from copygen.delivery.markup import as_html, as_plain
from copygen.delivery.row_template import row_text
from copygen.documents import nearest
from copygen.errors import UsageError
from copygen.models import Severity
from copygen.quality.units import measure

_SIGNS: Final = re.compile(r"[\s_\-.]+")
_QUALIFIERS: Final = re.compile(r"\[[^\]]*\]")
_NUMBER: Final = re.compile(r"\d+")
_FIELD_BREAKS: Final = ("\n", "\r")
Fill: TypeAlias = Callable[[ExportRow], Sequence[str]]
"""The texts of a row for one column, or for all columns of one name with a number."""


def plain_name(name: str) -> str:
    """A column's name as targets compare it: case, blanks and `_` aside, and without what stands in
    brackets (`item_name[language_tag=en_US]`)."""
    bare = _QUALIFIERS.sub("", unicodedata.normalize("NFC", name).replace("\ufeff", ""))
    return _SIGNS.sub("", bare).casefold()


@dataclass(frozen=True, slots=True)
class TargetCell:
    """One cell of a row, and the column it is in."""

    name: str
    text: str
    column: TargetColumn


class TargetTable:
    """The columns of a format, bound to what the records have.

    Raises UsageError in the making for a column that the target needs and nothing fills, and for
    a `--map` or `--set` that names nothing.
    """

    def __init__(
        self, spec: FormatSpec, context: ExportContext, *, names: Sequence[str] = ()
    ) -> None:
        """`names` are the columns of the user's own template; what is not there is not written."""
        self.spec = spec
        self._context = context
        self._template = {plain_name(one): one for one in names if one.strip()}
        self._encoding = context.options.encoding or spec.encoding
        self._values = {
            name: row_text(name, text, context.shape)
            for name, text in context.options.values.items()
        }
        self._mapped = self._mapping()
        self._columns = self._with_users_own()
        self._fills = [(one, self._fill_of(one)) for one in self._columns]
        self._counts = {one.name: self._count_of(one) for one in self._columns if one.numbered}
        self._names = {one.name: self._names_of(one) for one in self._columns}
        self._keys: dict[tuple[str, str], str] = {}
        self._rows = 0
        self._refuse_missing()

    @property
    def header(self) -> list[str]:
        """The names of the columns that are written, in their order."""
        found: dict[str, None] = {}
        for column, fill in self._fills:
            if fill is not None or column.always:
                found |= dict.fromkeys(self._names[column.name])
        return list(found)

    def fills(self, name: str) -> bool:
        """Whether anything fills the column of that name."""
        return any(one.name == name and fill is not None for one, fill in self._fills)

    def cells(self, row: ExportRow) -> list[TargetCell]:
        """The cells of a row that are not empty, in the order of the columns."""
        found = []
        for column, fill in self._fills:
            if fill is None:
                continue
            texts = [one for one in fill(row) if one]
            if column.joined is not None:
                texts = [column.joined.join(texts)] if texts else []
            names = self._names[column.name]
            found += [
                TargetCell(name, text, column) for name, text in zip(names, texts, strict=False)
            ]
        return found

    def texts(self, row: ExportRow, name: str) -> Sequence[str]:
        """Everything that fills one column, with or without a number."""
        for column, fill in self._fills:
            if column.name == name and fill is not None:
                return [one for one in fill(row) if one]
        return ()

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """What the target has against a row: empty, too many, too long, reserved, used twice."""
        found = [*self._of_cells(row), *self._of_keys(row)]
        most = self.spec.max_rows
        if most is not None and self._rows >= most:
            found.append(Problem(row.id, "rows", f"{most:,} rows are before it: all"))
        yield from found
        if not any(one.severity is Severity.ERROR for one in found):
            self._rows += 1
            self._keys |= dict.fromkeys(self._keys_of(row), row.id)

    def _of_cells(self, row: ExportRow) -> Iterator[Problem]:
        for column, fill in self._fills:
            if fill is None:
                continue
            texts = [one for one in fill(row) if one]
            yield from self._of_count(row, column, texts)
            for number, text in enumerate(texts, 1):
                name = column.name.replace("{n}", str(number))
                for rule, message in self._of_text(column, text):
                    is_soft = rule == "length" and not column.hard
                    severity = Severity.WARNING if is_soft else Severity.ERROR
                    yield Problem(row.id, rule, message, severity, name)

    def _of_count(
        self, row: ExportRow, column: TargetColumn, texts: Sequence[str]
    ) -> Iterator[Problem]:
        name = column.name.replace(" {n}", "").replace("{n}", "")
        if column.needed and not texts and (column.key or not self._template):
            yield Problem(row.id, "needed", "it is empty, and the target needs it", field=name)
        elif self.spec.empty_erases and column.fields and not (texts or self._template):
            told = "it is empty, which would take away what is there"
            yield Problem(row.id, "empty", told, field=name)
        elif texts and len(texts) < column.min_count:
            told = f"{len(texts)} of at least {column.min_count} texts"
            yield Problem(row.id, "count", told, field=name)
        if len(texts) > column.max_count and column.joined is None:
            told = f"{len(texts)} of at most {column.max_count} texts"
            if column.max_count == 1:
                told += f"; --map FIELD_1={name!a} takes the first"
            yield Problem(row.id, "count", told, field=name)
        if column.distinct:
            seen = [one.casefold() for one in texts]
            again = next((one for one in texts if seen.count(one.casefold()) > 1), None)
            if again is not None:
                yield Problem(row.id, "distinct", f"'{again}' is in it twice", field=name)

    def _keys_of(self, row: ExportRow) -> Iterator[tuple[str, str]]:
        for column, fill in self._fills:
            if column.key and fill is not None and (texts := [one for one in fill(row) if one]):
                yield column.name, texts[0]

    def _of_keys(self, row: ExportRow) -> Iterator[Problem]:
        for name, key in self._keys_of(row):
            other = self._keys.get((name, key))
            if other is not None:
                told = f"'{key}' is that of {other}, too: the later would overwrite the earlier"
                yield Problem(row.id, "key", told, field=name)

    def _of_text(self, column: TargetColumn, text: str) -> Iterator[tuple[str, str]]:
        if text.strip() in self.spec.reserved:
            yield "reserved", f"'{text.strip()}' {self.spec.reserved[text.strip()]}"
        if column.limit is not None and (told := over_limit(text, column.limit, column.unit)):
            yield "length", told
        if column.min_length is not None and measure(text, column.unit) < column.min_length:
            least = column.unit.counted(column.min_length)
            yield "length", f"{measure(text, column.unit)} of at least {least}"
        if column.one_line and any(sign in text for sign in _FIELD_BREAKS):
            yield "one_line", "it has a line feed"
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError as error:
            sign = text[error.start]
            yield "encoding", f"{sign!a} cannot be written in {self._encoding}"

    def name_of(self, column: TargetColumn) -> str:
        """What a column without a number is called in the user's template, or by the format."""
        called = (self._template.get(plain_name(one)) for one in _spellings(column))
        return next((one for one in called if one is not None), column.name)

    def _names_of(self, column: TargetColumn) -> Sequence[str]:
        if not column.numbered:
            return (self.name_of(column),)
        numbers = range(1, self._counts[column.name] + 1)
        names = (column.name.replace("{n}", str(n)) for n in numbers)
        return [self._template.get(plain_name(one), one) for one in names]

    def _count_of(self, column: TargetColumn) -> int:
        field = self._field_of(column)
        count = field.count - column.first + 1 if field else 0
        least = max(column.min_count, 1) if column.first == 1 else 0
        return min(max(count, least), column.max_count)

    def _mapping(self) -> Mapping[str, str]:
        """Column of the target, plain → the field or column of the item that fills it."""
        shape = self._context.shape
        sources = [*shape.fields, *shape.columns]
        for source in self._context.options.map:
            if source not in sources and self._numbered_text(source) is None:
                raise UsageError(no_source(source, sources))
        refuse_twice({source: plain_name(to) for source, to in self._context.options.map.items()})
        return {plain_name(to): source for source, to in self._context.options.map.items()}

    def _with_users_own(self) -> list[TargetColumn]:
        """The format's columns, and behind them those that only the user names.

        Of a template only those columns that it has.
        """
        columns = [*self.spec.columns]
        if self._template:
            columns = [one for one in columns if self._is_in_template(one)]
        known = {plain_name(name) for one in columns for name in _spellings(one)}
        for name in (*self._context.options.map.values(), *self._values):
            if plain_name(name) in known:
                continue
            if self._template:
                if plain_name(name) not in self._template:
                    raise UsageError(_no_column(name, self._template.values()))
            elif not self._is_optional(name) and (near := self._nearest(name)):
                raise UsageError(
                    f"{self.spec.title} has no column '{name}'; did you mean '{near}'?"
                )
            columns.append(TargetColumn(name=name))
            known.add(plain_name(name))
        return columns

    def _is_optional(self, name: str) -> bool:
        wanted = _NUMBER.sub("{n}", plain_name(name))
        return any(plain_name(one) in (wanted, plain_name(name)) for one in self.spec.optional)

    def _nearest(self, name: str) -> str | None:
        known = (*(one.name for one in self.spec.columns), *self.spec.optional)
        return nearest(name, [one.replace("{n}", "1") for one in known])

    def _is_in_template(self, column: TargetColumn) -> bool:
        return any(plain_name(one) in self._template for one in _spellings(column))

    def _fill_of(self, column: TargetColumn) -> Fill | None:
        given = self._given_for(column)
        if given:
            return lambda row: [made(row) for made in given]
        source = next((self._mapped[plain_name(one)] for one in _spellings(column)
                       if plain_name(one) in self._mapped), None)  # fmt: skip
        one_text = None if source is None else self._numbered_text(source)
        if one_text is not None:
            return self._of_field(*one_text, column)
        field = self._field_of(column)
        if field is not None:
            return self._of_field(field, None, column)
        item = source if source is not None else self._item_of(column)
        if item is not None:
            return lambda row: (cell_text(row.item.get(item)),)
        if column.value is not None:
            fixed = (column.value,)
            return lambda _row: fixed
        return (lambda row: (row.id,)) if column.is_id else None

    def _given_for(self, column: TargetColumn) -> Sequence[Callable[[ExportRow], str]]:
        """What `--set` puts into the column."""
        spellings = {plain_name(one) for one in _spellings(column)}
        return [one for name, one in self._values.items() if plain_name(name) in spellings]

    def _field_of(self, column: TargetColumn) -> FieldShape | None:
        fields = self._context.shape.fields
        for spelling in _spellings(column):
            source = self._mapped.get(plain_name(spelling))
            if source is not None:
                return fields.get(source)
        taken = {one for one in self._context.options.map if one in fields}
        found = [one for name in column.fields for one in fields.values()
                 if one.called(name) and one.name not in taken]  # fmt: skip
        fitting = [one for one in found if one.count <= column.max_count or column.joined]
        return next(iter([*fitting, *found]), None)

    def _numbered_text(self, source: str) -> tuple[FieldShape, int] | None:
        """`headline_2` as the field and the 0-based number of one of its texts."""
        name, _, number = source.rpartition("_")
        field = self._context.shape.fields.get(name)
        if field is None or not number.isdecimal() or not 0 < int(number) <= field.count:
            return None
        return field, int(number) - 1

    def _item_of(self, column: TargetColumn) -> str | None:
        columns = {plain_name(one): one for one in reversed(self._context.shape.columns)}
        return next((columns[plain_name(one)] for one in column.item if plain_name(one) in columns),
                    None)  # fmt: skip

    def _of_field(self, field: FieldShape, number: int | None, column: TargetColumn) -> Fill:
        is_markup = bool(field.spec and field.spec.html)
        markup = self._context.options.markup
        name, start = field.name, column.first - 1

        def texts(row: ExportRow) -> list[str]:
            if number is None:
                return row.out(name)[start:]
            one = row.texts.get(name, ())[number : number + 1]
            return [text.text for text in one if text is not None]

        if column.html and markup is not Markup.PLAIN:
            return lambda row: [as_html(one, is_markup=is_markup) for one in texts(row)]
        if column.plain or markup is Markup.PLAIN or (is_markup and not column.html):
            return lambda row: [as_plain(one) for one in texts(row)]
        return texts

    def _refuse_missing(self) -> None:
        missing = [
            one
            for one, fill in self._fills
            if one.needed and fill is None and (one.key or not self._template)
        ]
        if not missing:
            return
        told = "; ".join(_how_to_give(one) for one in missing)
        raise UsageError(f"{self.spec.title} needs {told}.")


def _spellings(column: TargetColumn) -> Iterable[str]:
    """How a column may be named: with its numbers, or without."""
    if not column.numbered:
        return (column.name, *column.also)
    numbered = (column.name.replace("{n}", str(n)) for n in range(1, column.max_count + 1))
    return (column.name.replace("{n}", ""), column.name, *numbered, *column.also)


def _how_to_give(column: TargetColumn) -> str:
    name = column.name.replace(" {n}", "").replace("{n}", "")
    if column.fields:
        own = column.fields[0]
        return f"'{name}', and no field is called {own}: --map FIELD={name!a}"
    looked = f" (looked for {', '.join(column.item)})" if column.item else ""
    return (
        f"'{name}', and no column fills it{looked}: "
        f"--set {f'{name}=TEXT'!a}, --map COLUMN={name!a}, or --join TABLE"
    )


def _no_column(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    hint = f"did you mean '{near}'?" if near else f"it has {', '.join(names[:12])}"
    return f"the template has no column '{name}'; {hint}"
