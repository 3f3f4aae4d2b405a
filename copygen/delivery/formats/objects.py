"""JSON, as a list or as lines: the item and its texts, those of a field in a list."""

from collections.abc import Iterable

from copygen.delivery.columns import PlainTable
from copygen.delivery.formats.format import ExportContext, ExportRow, FormatSpec, Problem
from copygen.delivery.formats.output import Output
from copygen.delivery.provenance import Trace
from copygen.models import JsonValue
from copygen.results.record import dumps


class ObjectsFormat:
    """An object for each record; what JSON can hold is exact, half characters included."""

    def __init__(self, spec: FormatSpec, context: ExportContext) -> None:
        self.spec = spec
        self._table = PlainTable(context, nested=True)
        self._trace = Trace() if context.options.provenance_columns else None
        self._is_list = spec.name == "json"

    def problems(self, row: ExportRow) -> Iterable[Problem]:  # noqa: ARG002 - the protocol's
        """Nothing: there is no text that JSON does not hold."""
        return ()

    def write(self, rows: Iterable[ExportRow], out: Output) -> None:
        """Write an object on each line, as a list between brackets where that was asked for."""
        stream = out.stream
        stream.write(b"[" if self._is_list else b"")
        for number, row in enumerate(rows, 1):
            value: dict[str, JsonValue] = dict(self._table.lists(row))
            if self._trace:
                value |= zip(self._trace.columns, self._trace.cells(row), strict=True)
            if self._is_list:
                stream.write(b",\n" if number > 1 else b"\n")
            stream.write(dumps(value))
            stream.write(b"" if self._is_list else b"\n")
            out.place(row, number)
        stream.write(b"\n]\n" if self._is_list else b"")


def open_format(spec: FormatSpec, context: ExportContext) -> ObjectsFormat:
    """JSON or JSONL."""
    return ObjectsFormat(spec, context)
