"""Google Ads Editor: new ads, and updates that do not make a second ad.

An ad is identified by its texts, so a row that changes one has to repeat what is live, in columns
that end in `#Original` (support.google.com/google-ads/editor/answer/57747).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from copygen.delivery.copy import copy_of
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    Format,
    FormatSpec,
    Problem,
    TargetColumn,
    texts_by_field,
)
from copygen.delivery.formats.output import Output
from copygen.delivery.formats.tables import TableFormat
from copygen.delivery.formats.tables import open_format as open_table
from copygen.delivery.targets import TargetCell
from copygen.models import Result, Severity

ORIGINAL: Final = "#Original"
ERASED: Final = "[]"
"""A cell that is only this takes the text away; an empty one changes nothing."""
_ENOUGH: Final = 5
_HEADLINES: Final = "Headline {n}"


class EditorFormat(TableFormat):
    """Responsive search ads, one row for each."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        """As a table; knows what is live where an earlier export or its records are given."""
        super().__init__(spec, context)
        self._texts = frozenset(
            one.name.replace("{n}", str(n))
            for one in self.spec.columns
            if one.numbered
            for n in range(1, one.max_count + 1)
        )
        self._live: dict[str, Mapping[str, str]] = dict(context.options.replaces)
        for id_, record in context.options.superseded.items():
            cells = self.table.cells(_row_of(record))
            self._live[id_] = {cell.name: cell.text for cell in cells if cell.column.fields}

    def header(self) -> Sequence[str]:
        """Behind each column of texts the one with what is live, where anything is."""
        header = list(self.table.header)
        live = {name for cells in self._live.values() for name in cells}
        live &= self._texts
        header += sorted(live - set(header), key=_by_number)
        if not live:
            return header
        return [one for name in header for one in _with_original(name, live)]

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Also, fewer headlines than Google asks for are told."""
        yield from super().problems(row)
        distinct = {one.casefold() for one in self.table.texts(row, _HEADLINES)}
        if 0 < len(distinct) < _ENOUGH:
            told = f"{len(distinct)} of the {_ENOUGH} different headlines that Google asks for"
            yield Problem(row.id, "headlines", told, Severity.WARNING, "Headline")

    def cells(self, row: ExportRow) -> Iterable[TargetCell]:
        """With what is live, and `[]` where a text of then has none now."""
        cells = list(self.table.cells(row))
        live = self._live.get(row.id)
        if live is None:
            return cells
        now = {cell.name for cell in cells}
        for name, text in live.items():
            if name not in self._texts:
                continue
            cells.append(TargetCell(f"{name}{ORIGINAL}", text, _LIVE))
            if name not in now:
                cells.append(TargetCell(name, ERASED, _LIVE))
        return cells

    def remember(self, out: Output, row: ExportRow, cells: Mapping[str, str]) -> None:
        """The texts, which the next export repeats to change them."""
        texts = {name: text for name, text in cells.items() if name in self._texts}
        out.cells.add(row.id, {name: text for name, text in texts.items() if text != ERASED})


_LIVE: Final = TargetColumn(name=ORIGINAL)


def _with_original(name: str, live: set[str]) -> Iterator[str]:
    yield name
    if name in live:
        yield f"{name}{ORIGINAL}"


def _by_number(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition(" ")
    return stem, int(number)


def _row_of(record: Result) -> ExportRow:
    copy = copy_of(record, {})
    return ExportRow(copy, record.input, texts_by_field(copy), None)


def open_format(spec: FormatSpec, context: ExportContext) -> Format:
    """A file for Editor."""
    if context.options.template is not None:
        return open_table(spec, context)
    return EditorFormat(spec, context)
