"""Formats of the user's own: a YAML file that says what is in each column.

    title: Feed of the shop
    format: csv
    delimiter: ";"
    columns:
      SKU: "{{ id }}"
      Title: {template: "{{ headline_1 }}", limit: 60, needed: true}

Cells are templates as in prompt files, over the item's columns, the fields (`headline` is all of
its texts, `headline_1` the first) and what is known of the record (`id`, `language`, `state`).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import pydantic

from copygen.delivery.columns import unwritable_cells, writes
from copygen.delivery.formats.delimited import CellWriter
from copygen.delivery.formats.format import (
    ExportContext,
    ExportRow,
    FormatSpec,
    Problem,
    over_limit,
)
from copygen.delivery.formats.output import Output
from copygen.delivery.row_template import RowTemplate
from copygen.documents import Document, FrozenModel, read_document, validate
from copygen.errors import ConfigError, UsageError
from copygen.models import Source
from copygen.quality.units import Unit
from copygen.results.record import dumps

NAME: Final = "adapter"
_ROLE: Final = "the columns of an export"
_ENDS: Final = {"lf": "\n", "crlf": "\r\n"}


class AdapterColumn(FrozenModel):
    """One column: a template and what its cell must be."""

    template: str
    """What is in it; a bare text is this, too."""
    limit: Annotated[int, pydantic.Field(ge=1)] | None = None
    """A longer cell keeps the row out."""
    unit: Unit = Unit.CODEPOINTS
    """How that is counted."""
    needed: bool = False
    """An empty cell keeps the row out."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _bare(cls, given: Any) -> Any:
        return {"template": given} if isinstance(given, str) else given


class AdapterFile(FrozenModel):
    """The YAML file."""

    title: str
    """What you call it."""
    format: Literal["csv", "tsv", "jsonl", "json"] = "csv"
    """What kind of file it is."""
    encoding: str = "utf-8"
    """`utf-8-sig` has a byte-order mark; also `utf-16`, `cp932`, `cp1252`."""
    delimiter: str | None = None
    """Between the cells of a CSV file; a comma where there is none."""
    line_end: Literal["lf", "crlf"] = "lf"
    """How a line of CSV ends."""
    columns: Annotated[Mapping[str, AdapterColumn], pydantic.Field(min_length=1)]
    """Column → template, or its keys; in the order of the file."""
    reserved: tuple[str, ...] = ()
    """Cells that do something else at the target."""
    notes: tuple[str, ...] = ()
    """Shown after an export."""


class AdapterSpec(FormatSpec):
    """A format that a file describes, with the file."""

    file: AdapterFile
    document: Any
    """Where its columns stand."""


def read_adapter(path: Path) -> AdapterSpec:
    """The format that a YAML file describes. Raises ConfigError."""
    document = read_document(path, f"the columns of the export {path}", _ROLE)
    file = validate(AdapterFile, document)
    return AdapterSpec(
        name=NAME,
        title=file.title,
        source=str(path),
        checked=date.today(),
        verified=True,
        extensions=(f".{file.format}",),
        stream=True,
        encoding=file.encoding,
        delimiter=file.delimiter or ("\t" if file.format == "tsv" else ","),
        line_end=_ENDS[file.line_end],
        reserved=dict.fromkeys(file.reserved, "is reserved there"),
        notes=file.notes,
        file=file,
        document=document,
    )


class AdapterFormat:
    """Cells by the templates of the user."""

    def __init__(self, spec: AdapterSpec, context: ExportContext) -> None:
        """Raises PromptError at the template that is none, or names what no record has."""
        self.spec = spec
        self._columns = spec.file.columns
        self._encoding, self._delimiter = writes(spec, context)
        try:
            "".encode(self._encoding)
        except LookupError as error:
            raise ConfigError(f"{spec.source}: no encoding is called '{self._encoding}'") from error
        self._templates = {
            name: RowTemplate(column.template, context.shape, _place(spec.document, name))
            for name, column in self._columns.items()
        }
        self._cells: dict[str, str] = {}

    def problems(self, row: ExportRow) -> Iterator[Problem]:
        """Cells that are empty, too long, reserved, or not to be written."""
        cells = {name: one.render(row) for name, one in self._templates.items()}
        self._cells = cells
        for name, cell in cells.items():
            column = self._columns[name]
            if column.needed and not cell.strip():
                yield Problem(row.id, "needed", "it is empty", field=name)
            told = over_limit(cell, column.limit, column.unit) if column.limit else None
            if told is not None:
                yield Problem(row.id, "length", told, field=name)
            if cell in self.spec.reserved:
                yield Problem(row.id, "reserved", f"'{cell}' is reserved there", field=name)
        yield from unwritable_cells(row.id, cells.items(), self._encoding)

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write the cells that `problems` has looked at."""
        if self.spec.file.format in ("json", "jsonl"):
            return self._write_objects(rows, out)
        writer = CellWriter(out.stream, self._encoding, self._delimiter, self.spec.line_end)
        writer.write(self._columns)
        for row in rows:
            out.place(row, writer.write(self._cells.values()))
        return writer.flush()

    def _write_objects(self, rows: Iterable[ExportRow], out: Output) -> None:
        is_list = self.spec.file.format == "json"
        for number, row in enumerate(rows, 1):
            before = (b"[\n" if number == 1 else b",\n") if is_list else b""
            out.stream.write(before + dumps(self._cells) + (b"" if is_list else b"\n"))
            out.place(row, number)
        out.stream.write(b"\n]\n" if is_list else b"")


def _place(document: Document, name: str) -> Any:
    return lambda line: _below(document.source(("columns", name)), line)


def _below(place: Source, line: int) -> Source:
    return Source(place.path, place.line + line - 1, place.column if line == 1 else 1)


def open_format(spec: FormatSpec, context: ExportContext) -> AdapterFormat:
    """A format of the user's own."""
    if not isinstance(spec, AdapterSpec):
        raise UsageError("name the .yaml file that has the columns: --as my-feed.yaml.")
    return AdapterFormat(spec, context)
