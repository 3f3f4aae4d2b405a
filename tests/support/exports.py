"""Records into a format, and what came out."""

from pathlib import Path
from typing import Any

from copygen.jobs.export import Exported, ExportJob, ExportSpec
from copygen.models import Result
from tests.support.records import write


class Exports:
    """Exports of one results file, `r.jsonl` in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "r.jsonl"

    def __call__(self, name: str, *records: Result, out: str = "out.csv", **fields: Any) -> Path:
        """Write the records, or those of before, as the format of that name."""
        if records:
            write(self.results, records)
        path = self.folder / out
        spec = ExportSpec(results=self.results, out=path, format=name, **fields)
        self.exported: Exported = ExportJob(spec).run()
        return path

    @property
    def problems(self) -> list[tuple[str, str, str | None]]:
        """Rule, severity and field of all that the target had against them."""
        return [(one.rule, one.severity.value, one.field) for one in self.exported.tally.problems]
