"""Review sheets: texts for people to judge, as workbook or CSV; `copygen import` reads them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Final

from copygen.delivery.copy import Copy, Text
from copygen.delivery.formats.format import TEXT, ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output
from copygen.delivery.review_sheet import RowsOf, unsheetable
from copygen.delivery.review_table import Entry, ReviewLayout
from copygen.delivery.workbook import write_review_csv, write_review_workbook
from copygen.documents import files
from copygen.results.decisions import Place
from copygen.results.storage import COPY_BYTES

_CSV: Final = "review-csv"
_HASH_BYTES: Final = 16


class ReviewSheet:
    """One review sheet on its way out."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        self.spec = spec
        self._context = context
        self._held: list[Text] = []
        """Of the row that comes next, the texts that a cell can hold."""
        self._of_texts = RowsOf(context.options.rows_of) is RowsOf.TEXTS

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Texts that no cell can hold whole; asked of each row before that is written."""
        self._held.clear()
        for _, _, text in row.going:
            why = unsheetable(text.text)
            if why is None:
                self._held.append(text)
            else:
                message = f"not in the sheet, because {why}; judge it with copygen review"
                yield Problem(row.id, "sheet", message, field=text.place.label, is_of_text=True)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write the whole sheet. Raises UsageError without XlsxWriter, OSError."""
        context, options = self._context, self._context.options
        layout = ReviewLayout(
            rows_of=RowsOf(options.rows_of),
            columns=context.shape.cell_columns,
            texts=tuple(self._texts()),
            protect=options.protect,
            results=context.results.name,
            results_hash=_hash_of(context),
            exported_at=datetime.now(UTC),
        )
        write = write_review_csv if self.spec.name == _CSV else write_review_workbook
        write(self._entries(rows, out), context.rules, out.stream, layout)

    def _entries(self, rows: Iterable[ExportRow], out: Output) -> Iterator[Entry]:
        number = 2
        for row in rows:
            out.place(row, number)
            yield Copy(row.copy.record, tuple(self._held)), row.item
            number += len(self._held) if self._of_texts else bool(self._held)

    def _texts(self) -> Iterator[tuple[str, str | None]]:
        known = self._context.rules.field_names
        for one in self._context.shape.fields.values():
            field_ = None if one.name == TEXT and TEXT not in known else one.name
            for number in range(one.count):
                yield Place(one.name, number if one.is_list else None).label, field_


def _hash_of(context: ExportContext) -> str:
    digest = blake2b(digest_size=_HASH_BYTES)
    with files.open_regular(context.results, files.RESULTS) as stream:
        while part := stream.read(COPY_BYTES):
            digest.update(part)
    return digest.hexdigest()


def open_format(spec: FormatSpec, context: ExportContext) -> ReviewSheet:
    """A review sheet of everything that is asked for."""
    return ReviewSheet(spec, context)
