"""What localisation files have in common: texts under names that all languages share.

Records of one row in several languages are one item. The name of a text is the record's id without
the part that says its language, its field and its number; with `--source-language` the text of that
language at the same place is what the others were translated from, else a column that `--map
COLUMN=source` names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO, Final, Self

from copygen.delivery.copy import Text
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    FieldShape,
    FormatSpec,
    Problem,
)
from copygen.delivery.formats.output import Output
from copygen.delivery.review_sheet import mark_of
from copygen.errors import UsageError
from copygen.quality.languages import language_tag
from copygen.results.decisions import Place

SOURCE: Final = "source"
"""What `--map COLUMN=source` calls the text that was translated from."""
MARK: Final = "copygen"
"""What stands before the mark by which a text is known when the file comes back."""
UNKNOWN: Final = "und"
"""BCP 47 for a language that is not told."""
LANGUAGE: Final = "language"
"""What `--set language=TAG` calls the language of all texts."""
_COLUMNS: Final = ("language", "lang", "locale")


@dataclass(frozen=True, slots=True)
class TranslationUnit:
    """One text as localisation files have it."""

    id: str
    """Of the record."""
    path: tuple[str, ...]
    """The item, the field and the 1-based number: the same in all languages."""
    text: Text
    field: FieldShape
    source: str | None
    """What it was translated from; None: not told."""
    language: str | None

    @property
    def name(self) -> str:
        """The record's id, the field and the number: another in each language."""
        return unit_name(self.id, self.text.place)

    @property
    def mark(self) -> str:
        """By which it is known when the file comes back."""
        return str(mark_of(self.id, self.text))

    @property
    def limit(self) -> str | None:
        """How long it may be, in words for a translator; None: any length."""
        spec = self.field.spec
        if spec is None or spec.limit is None:
            return None
        return f"at most {spec.unit.counted(spec.limit)}"


def unit_name(id_: str, place: Place) -> str:
    """`scarf/Thai/headline/1`; the id alone where a record has one text."""
    parts = [id_, place.field, None if place.index is None else str(place.index + 1)]
    return "/".join(one for one in parts if one is not None)


class Units:
    """The texts of rows as units, with their sources and languages."""

    def __init__(
        self, context: ExportContext, refuses: Callable[[str], str | None], *, has_source: bool
    ) -> None:
        """`refuses` says why a text cannot be held.

        With `has_source` texts of the source language are no units of their own. Raises UsageError
        for a language that is none.
        """
        options = context.options
        self._fields = context.shape.fields
        self._refuses = refuses
        self._column = next((name for name, to in options.map.items() if to == SOURCE), None)
        self._language = _tag(options.values.get(LANGUAGE), "--set language")
        self.source_language = _tag(options.source_language, "--source-language")
        self._has_source = has_source
        self._refused: set[tuple[str, Place]] = set()

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """The texts of a row that the format cannot hold: they stay, the others go."""
        if self._has_source and self._is_source(row):
            return
        for name, _, text in row.going:
            told = self._refuses(text.text)
            if told is not None:
                self._refused.add((row.id, text.place))
                label = name if text.place.index is None else text.place.label
                yield Problem(row.id, "characters", told, field=label, is_of_text=True)

    def language_of(self, row: ExportRow) -> str | None:
        """A tag of BCP 47: as `--set` says, the rules of the run, or a column that is called so."""
        if self._language is not None or row.language is not None:
            return self._language or row.language
        for name, value in row.item.items():
            if name.casefold() in _COLUMNS and isinstance(value, str):
                return language_tag(value)
        return None

    def of_rows(
        self, rows: Iterable[ExportRow]
    ) -> Iterator[tuple[ExportRow, list[TranslationUnit]]]:
        """Each row with its units. As many rows are held as one row of the table has records."""
        for _, records in groupby(rows, key=_row_number):
            group = list(records)
            sources = self._sources(group)
            for row in group:
                is_source = self._is_source(row)
                if not (is_source and self._has_source):
                    yield row, list(self._units(row, {} if is_source else sources))

    def _is_source(self, row: ExportRow) -> bool:
        return self.source_language is not None and self.language_of(row) == self.source_language

    def _sources(self, rows: Sequence[ExportRow]) -> Mapping[tuple[str, ...], str]:
        """The texts in the source language, by their path."""
        found: dict[tuple[str, ...], str] = {}
        for row in rows:
            if self._is_source(row):
                found |= {one.path: one.text.text for one in self._units(row, {})}
        return {path: text for path, text in found.items() if self._can_be_source(text)}

    def _can_be_source(self, text: str) -> bool:
        return self._refuses(text.strip("\n")) is None

    def _units(
        self, row: ExportRow, sources: Mapping[tuple[str, ...], str]
    ) -> Iterator[TranslationUnit]:
        language = self.language_of(row)
        item = _shared_id(row, language)
        own = None if self._column is None else row.item.get(self._column)
        given = own if isinstance(own, str) and self._can_be_source(own) else None
        for name, number, text in row.going:
            if (row.id, text.place) in self._refused:
                continue
            field = self._fields[name]
            path = [item, *([] if text.place.field is None else [name])]
            if field.is_list:
                path.append(str(number + 1))
            source = sources.get(tuple(path), given)
            yield TranslationUnit(row.id, tuple(path), text, field, source, language)


def refuse_values(context: ExportContext) -> None:
    """Raise UsageError for a `--set` of anything but the language, and a `--map` to anything but
    the source."""
    for name in context.options.values:
        if name != LANGUAGE:
            raise UsageError(f"--set {name}: only language=TAG can be set here.")
    for name, to in context.options.map.items():
        if to != SOURCE or name not in context.shape.columns:
            known = ", ".join(context.shape.columns)
            raise UsageError(
                f"--map {name}={to}: here COLUMN=source names what was translated from; "
                f"there are {known}."
            )


def _row_number(row: ExportRow) -> tuple[int, str]:
    number = row.copy.record.row
    return (number, "") if number is not None else (0, row.id)


def _shared_id(row: ExportRow, language: str | None) -> str:
    """The record's id without the cell that says its language."""
    first, *cells = row.id.split("/")
    values = set(map(str, row.copy.record.input.values()))
    kept = [one for one in cells if one not in values or language_tag(one) != language or not one]
    return "/".join([first, *kept])


def _tag(given: str | None, flag: str) -> str | None:
    if given is None:
        return None
    found = language_tag(given)
    if found is None:
        raise UsageError(f"{flag}: '{given}' is no language; a tag is th, pt-BR, zh-Hant.")
    return found


class LanguageFiles:
    """Files of one language each: in a folder as many as there are languages, else one.

    A context manager that closes them.
    """

    def __init__(self, out: Output, spec: FormatSpec, name_of: Callable[[str | None], str]) -> None:
        """`name_of` is what the file of a language is called in a folder."""
        self._out = out
        self._spec = spec
        self._name_of = name_of
        self._stack = ExitStack()
        self._streams: dict[str | None, BinaryIO] = {}

    def of(self, language: str | None) -> tuple[BinaryIO, str, bool]:
        """The stream of a language, the file's name in the folder, and whether it is new.

        Raises UsageError where one file would have to hold two languages, or a folder a file of no
        known one.
        """
        name = self._name_of(language)
        if language in self._streams:
            return self._streams[language], name, False
        if not self._out.is_folder:
            if self._streams:
                told = " and ".join(str(one or UNKNOWN) for one in (*self._streams, language))
                raise UsageError(
                    f"one file of {self._spec.title} holds one language, and there are {told}: "
                    "name a folder with -o, or choose with --where."
                )
            stream = self._out.stream
        else:
            if language is None:
                raise UsageError("the language of the texts is not told: --set language=TAG.")
            stream = self._stack.enter_context(self._out.file(name))
        self._streams[language] = stream
        return stream, name, True

    @property
    def streams(self) -> Iterable[BinaryIO]:
        """All that were opened."""
        return self._streams.values()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of_the_exception: object) -> None:
        self._stack.close()


def by_tag(spec: FormatSpec, ending: str) -> Callable[[str | None], str]:
    """Files that are called as the format calls their language."""

    def name_of(language: str | None) -> str:
        return f"{spec.locales.get(language or '', language or UNKNOWN)}{ending}"

    return name_of
