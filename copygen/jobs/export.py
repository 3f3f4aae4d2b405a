"""Copy on its way out: from a results file to the file or folder of a target.

job = ExportJob(ExportSpec(results="r.jsonl", out="ads.csv", format="google-ads-editor"))
exported = job.run()
exported.tally, exported.exit_code
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final

from copygen.delivery import formats
from copygen.delivery.copy import CopyReader
from copygen.delivery.export import Exporter, ExportRequest, ExportTally
from copygen.delivery.formats.format import ExportRow, FormatOptions, FormatSpec, Include, Markup
from copygen.delivery.formats.output import JsonObject, Output, Where
from copygen.delivery.join import JoinedTable
from copygen.delivery.manifest import ROLE, Manifest, manifest_of, manifest_path, was_changed
from copygen.delivery.provenance import Sidecar
from copygen.delivery.selection import Choice, named_ids
from copygen.documents import files
from copygen.errors import ExitCode, UsageError
from copygen.models import Result, Severity, Status
from copygen.prompts import ReadOptions
from copygen.prompts.tables import checked_options
from copygen.results.record import read_results
from copygen.results.storage import beside, reported

STREAM: Final = "-"
_ADAPTERS: Final = (".yaml", ".yml")
_COME_BACK: Final = frozenset({"review", "review-csv", "po", "xliff-1.2", "xliff-2.0"})
_PROVENANCE: Final = ".provenance.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSpec:
    """What is exported, and how. It can be pickled."""

    results: str | Path
    out: str | Path | None = None
    """A file, a folder, or `STREAM`; None with `dry_run`."""
    format: str | None = None
    """A name, or a YAML file with columns of the user's own; None: by the name of `out`."""
    choice: Choice = field(default_factory=Choice)
    include: tuple[str, ...] = ()
    join: str | Path | None = None
    """The table that the texts were made of."""
    on: str | None = None
    """A column that it and the records have."""
    map: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    template: str | Path | None = None
    variant: str | None = None
    markup: str = Markup.KEEP
    provenance: str | None = None
    """`sidecar` or `columns`."""
    replaces: str | Path | None = None
    """What is at the target: the manifest of the export that brought it there, or the results of
    then (`<results>.superseded.jsonl`)."""
    encoding: str | None = None
    delimiter: str | None = None
    source_language: str | None = None
    rows_of: str = "texts"
    """What a row of a review sheet is: `texts` or `records`."""
    protect: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it."""

    spec: FormatSpec
    tally: ExportTally
    out: str | None
    """Where it is; None: nothing was written."""
    beside: tuple[str, ...] = ()
    """What was written with it."""
    outdated: tuple[str, ...] = ()
    """What lies beside it and is of an earlier export."""

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL when something stayed out or is wrong with what went."""
        return ExitCode.OK if self.tally.is_complete else ExitCode.PARTIAL


class ExportJob:
    """One export."""

    def __init__(self, spec: ExportSpec, *, stdout: BinaryIO | None = None) -> None:
        """Raises UsageError and ConfigError for what cannot be asked; nothing is read yet."""
        self._spec = spec
        self._stdout = stdout
        self.format = _format_of(spec)
        self._request = ExportRequest(
            choice=spec.choice,
            include=tuple(Include(one) for one in spec.include),
            options=_options_of(spec, self.format),
        )

    def run(self, on_lines: Callable[[int], None] = lambda _lines: None) -> Exported:
        """Read, decide, write. Raises UsageError where nothing can go out, and ResultsError."""
        spec = self._spec
        results = Path(spec.results)
        joined = None if spec.join is None else JoinedTable.read(Path(spec.join), spec.on)
        with CopyReader(results, on_lines=on_lines) as reader:
            ids = named_ids(reader, spec.choice.ids)
            request = replace(self._request, choice=replace(spec.choice, ids=ids))
            exporter = Exporter(reader, self.format, request, joined)
            if spec.dry_run:
                for _ in exporter.rows():
                    pass
                return Exported(self.format, exporter.tally, None)
            if spec.out == STREAM:  # what ends a pipe is for whoever writes into it
                return self._write(exporter, reader.path)
            with reported(Path(spec.out or ""), "write it"):
                return self._write(exporter, reader.path)

    def _write(self, exporter: Exporter, results: Path) -> Exported:
        """All of it or nothing."""
        out = None if self._spec.out in (STREAM, None) else Path(self._spec.out or "")
        if out is not None and self._comes_back and was_changed(out):
            raise UsageError(
                f"{out} was changed since it was written: take what is in it with copygen import, "
                "then name another file with -o, or move it away."
            )
        rows = JsonObject()
        with ExitStack() as undone:
            sidecar = self._sidecar(out, undone)

            def place(row: ExportRow, where: Where) -> None:
                rows.add(row.id, where)
                if sidecar is not None:
                    sidecar.write(row, where)

            found = exporter.rows()
            first = next(found, None)
            if first is None:
                raise UsageError(_nothing_left(exporter.tally))
            output = self._output(out, place)
            undone.callback(output.discard)
            exporter.format.write(chain([first], found), output)
            output.commit()
            undone.pop_all()
        told = str(self._spec.out)
        if out is None:
            return Exported(self.format, exporter.tally, told)
        written = self._beside(exporter, out, results, rows, output, sidecar)
        earlier = beside(out, _PROVENANCE)
        outdated = (str(earlier),) if sidecar is None and files.is_own(earlier) else ()
        return Exported(self.format, exporter.tally, told, written, outdated)

    @property
    def _comes_back(self) -> bool:
        """Whether `copygen import` takes such a file back."""
        is_file = self._spec.out is not None and not self.format.writes_folder(Path(self._spec.out))
        return is_file and self.format.name in _COME_BACK

    def _output(self, out: Path | None, place: Callable[[ExportRow, Where], None]) -> Output:
        if out is None:
            return Output(stream=self._stdout, on_place=place)
        if self.format.writes_folder(out):
            return Output(folder=out, on_place=place)
        return Output(file=out, on_place=place)

    def _sidecar(self, out: Path | None, undone: ExitStack) -> "_SidecarFile | None":
        if self._spec.provenance != "sidecar":
            return None
        assert out is not None
        found = _SidecarFile(out)
        undone.callback(found.file.discard)
        return found

    def _beside(
        self,
        exporter: Exporter,
        out: Path,
        results: Path,
        rows: JsonObject,
        output: Output,
        sidecar: "_SidecarFile | None",
    ) -> tuple[str, ...]:
        """What goes with the export, once that is in its place."""
        written = []
        if sidecar is not None:
            sidecar.file.commit()
            written.append(str(sidecar.path))
        path = manifest_path(out)
        content = manifest_of(
            self.format,
            exporter.tally,
            out=out,
            comes_back=self._comes_back,
            results=results,
            rows=rows,
            cells=output.cells,
        )
        new = files.NewFile(path, ROLE)
        try:
            new.stream.write(content)
            new.commit()
        except BaseException:
            new.discard()
            raise
        return (*written, str(path))


class _SidecarFile:
    """The provenance beside an export."""

    def __init__(self, out: Path) -> None:
        self.path = beside(out, _PROVENANCE)
        self.file = files.NewFile(self.path, "the provenance of the export")
        self._lines = Sidecar(self.file.stream, out.name)

    def write(self, row: ExportRow, where: Where) -> None:
        self._lines.write(row, where)


def _format_of(spec: ExportSpec) -> FormatSpec:
    out = spec.out
    if out is None and not spec.dry_run:
        raise UsageError("say where it goes: -o PATH, or --dry-run to see what would go out.")
    found = _named(spec)
    if out == STREAM:
        if not found.stream:
            raise UsageError(f"'{found.name}' is not written to standard output; name -o PATH.")
        if spec.provenance == "sidecar":
            raise UsageError("standard output has nothing beside it; use --provenance columns.")
    for flag, given, is_taken in (
        ("--template", spec.template, found.takes_template),
        ("--variant", spec.variant, bool(found.variants)),
        ("--replaces", spec.replaces, found.updates),
    ):
        if given is not None and not is_taken:
            raise UsageError(f"'{found.name}' has no use for {flag}.")
    if spec.provenance == "columns" and not found.with_provenance:
        raise UsageError(f"'{found.name}' takes no columns of ours; use --provenance sidecar.")
    return found


def _named(spec: ExportSpec) -> FormatSpec:
    if spec.format is not None and Path(spec.format).suffix.lower() in _ADAPTERS:
        from copygen.delivery.formats.adapter import read_adapter

        return read_adapter(Path(spec.format))
    if spec.format is not None:
        return formats.spec_of(spec.format)
    found = None if spec.out in (STREAM, None) else formats.guessed(Path(spec.out or ""))
    if found is None:
        raise UsageError("say what it is for: --as FORMAT; copygen export --list shows all.")
    return found


def _options_of(spec: ExportSpec, format_: FormatSpec) -> FormatOptions:
    replaces: Mapping[str, Mapping[str, str]] = {}
    superseded: Mapping[str, Result] = {}
    if spec.replaces is not None:
        path = Path(spec.replaces)
        with reported(path, "read it"):
            if path.suffix == ".json":
                replaces = _earlier_cells(path, format_)
            else:
                superseded = _earlier_records(path)
    reading = checked_options(ReadOptions(encoding=spec.encoding, delimiter=spec.delimiter))
    return FormatOptions(
        map=spec.map,
        values=spec.values,
        template=None if spec.template is None else Path(spec.template),
        variant=spec.variant,
        markup=Markup(spec.markup),
        replaces=replaces,
        superseded=superseded,
        provenance_columns=spec.provenance == "columns",
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        source_language=spec.source_language,
        rows_of=spec.rows_of,
        protect=spec.protect,
    )


def _earlier_cells(path: Path, format_: FormatSpec) -> Mapping[str, Mapping[str, str]]:
    earlier = Manifest.read(path)
    if earlier.format != format_.name:
        raise UsageError(f"{path} is of an export as '{earlier.format}', not {format_.name}.")
    return earlier.cells


def _earlier_records(path: Path) -> Mapping[str, Result]:
    """The last accepted record of each id in a results file of then, or in what superseded it."""
    found = {}
    for one in read_results(path):
        if isinstance(one, Result) and one.status is Status.OK:
            found[one.id] = one
    if not found:
        raise UsageError(f"{path} has no accepted records; name a manifest or earlier results.")
    return found


def _nothing_left(tally: ExportTally) -> str:
    errors = (one for one in tally.problems if one.severity is Severity.ERROR)
    first = next(errors, None)
    told = "" if first is None else f": {first.id}: {first.field or first.rule}: {first.message}"
    return f"nothing was written, for the target would take none of it{told}."
