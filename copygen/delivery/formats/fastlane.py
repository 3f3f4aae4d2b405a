"""The folders of fastlane: a file for each text of a store's page, in a folder for each language.

`deliver` takes blanks off both ends of each text and leaves out what is then empty, so nothing can
be cleared; a folder that is no locale of the store is an error there, and an empty one switches a
language on. So no file is written for an empty text, and no folder without a file.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.localization import LANGUAGE, Units
from copygen.delivery.formats.output import Output
from copygen.delivery.targets import TargetTable
from copygen.errors import UsageError
from copygen.models import Severity


class FastlaneFormat:
    """`th/subtitle.txt`."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """Raises UsageError where nothing of the store is in the records."""
        self.spec = spec
        self._units = Units(context, lambda _text: None, has_source=False)
        values = {k: v for k, v in context.options.values.items() if k != LANGUAGE}
        own = replace(context, options=replace(context.options, values=values))
        self._table = TargetTable(spec, own)
        if not self._table.header:
            names = ", ".join(one.name for one in spec.columns)
            raise UsageError(f"no field is called {names}: --map FIELD=NAME says which is which.")

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """What the store has against a row."""
        yield from self._table.problems(row)
        language = self._units.language_of(row)
        if language is None:
            told = "its language is not told, and is its folder: --set language=TAG"
            yield Problem(row.id, "language", told)
        elif language not in self.spec.locales:
            yield Problem(row.id, "language", f"the store has no page in '{language}'")
        for cell in self._table.cells(row):
            if not cell.text.strip():
                told = "only blanks: fastlane leaves such a text out, and what is there stays"
                yield Problem(row.id, "empty", told, Severity.WARNING, cell.name)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write a file for each text of a row."""
        for row in rows:
            folder = self.spec.locales[self._units.language_of(row) or ""]
            for cell in self._table.cells(row):
                if text := cell.text.strip():
                    with out.file(f"{folder}/{cell.name}.txt") as stream:
                        stream.write(text.encode())
            out.place(row, folder)


def open_format(spec: FormatSpec, context: ExportContext) -> FastlaneFormat:
    """The folders of one of the two stores."""
    return FastlaneFormat(spec, context)
