"""What people decided in a sheet or on a report's page, taken into the decisions.

job = ImportJob(ImportSpec(file=Path("review.xlsx"), results=Path("ads.results.jsonl")))
imported = job.run()
imported.merged.by_state, imported.exit_code
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from copygen.delivery.catalogs import ENDINGS, ReturnedCatalog
from copygen.delivery.copy import CopyReader
from copygen.delivery.decision_file import merge_decisions
from copygen.delivery.merge import Concern, Merged, merge_sheet
from copygen.delivery.returned import opened_sheet
from copygen.errors import ExitCode
from copygen.prompts.tables import kind_of
from copygen.results.decisions import DecisionLog, reviewer

UNFINISHED: Final = (
    "the text was changed and is still marked as unfinished (fuzzy, needs-review-translation, "
    "initial): take the mark away to have it taken"
)
_DECISIONS: Final = (".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSpec:
    """What is taken in, and as whose decisions. It can be pickled."""

    file: Path
    """A review sheet or a PO or XLIFF file as people returned it, or a `.jsonl` of decisions."""
    results: Path
    by: str | None = None
    """Who decided; None: `$COPYGEN_REVIEWER`, else the login name."""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of it."""

    merged: Merged
    log: Path
    """Where decisions are kept."""
    is_written: bool

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL when something was not taken, or has to be looked at."""
        return ExitCode.OK if self.merged.is_clean else ExitCode.PARTIAL


class ImportJob:
    """One import."""

    def __init__(self, spec: ImportSpec, *, environ: Mapping[str, str] | None = None) -> None:
        """Raises UsageError for a name that is none; nothing is read yet."""
        self._spec = spec
        self._by = reviewer(spec.by, os.environ if environ is None else environ)

    def run(
        self,
        *,
        now: datetime | None = None,
        on_lines: Callable[[int], None] = lambda _lines: None,
    ) -> Imported:
        """Read, compare, append. Raises PromptError for a file that cannot be taken, of which then
        nothing is, and ResultsError."""
        spec, moment = self._spec, now or datetime.now(UTC)
        with CopyReader(spec.results, on_lines=on_lines) as copies:
            if kind_of(str(spec.file)) in _DECISIONS:
                merged = merge_decisions(spec.file, copies, by=self._by, now=moment)
            elif spec.file.suffix.lower() in ENDINGS:
                catalog = ReturnedCatalog(spec.file, copies.find)
                merged = merge_sheet(catalog, copies, by=self._by, now=moment)
                for one in catalog.unfinished:
                    merged.tell(Concern.REFUSED, one, UNFINISHED)
            else:
                with opened_sheet(spec.file) as sheet:
                    merged = merge_sheet(sheet, copies, by=self._by, now=moment)
            log = DecisionLog(copies.path)
        if not spec.dry_run:
            log.append(merged.decisions)
        return Imported(merged, log.path, is_written=not spec.dry_run)
