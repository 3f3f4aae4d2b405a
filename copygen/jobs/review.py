"""Judging copy: on a page served on this machine, or in one that is a file.

job = ReviewJob(ReviewSpec(results=(Path("prompts.results.jsonl"),)))
async with job.served(port=0) as page:
    page.address
job.decisions
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from copygen.delivery.desk import ReviewDesk
from copygen.delivery.report import MANY_RECORDS, write_report
from copygen.delivery.selection import Choice
from copygen.documents import files
from copygen.results.decisions import reviewer

if TYPE_CHECKING:
    from copygen.delivery.server import Served


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSpec:
    """What is judged, and by whom. It can be pickled."""

    results: tuple[Path, ...]
    """One results file, or two to be shown side by side."""
    choice: Choice = field(default_factory=Choice)
    by: str | None = None
    """Who decides; None: `$COPYGEN_REVIEWER`, else the login name."""
    is_read_only: bool = False


class ReviewJob:
    """One review of results on a page."""

    def __init__(self, spec: ReviewSpec, *, environ: Mapping[str, str] | None = None) -> None:
        """Raises UsageError for a name that is none; nothing is read yet."""
        self._spec = spec
        self._by = reviewer(spec.by, os.environ if environ is None else environ)
        self.decisions = 0
        """Decisions that were written."""

    @asynccontextmanager
    async def served(self, *, port: int = 0) -> AsyncIterator["Served"]:
        """Serve the page on loopback for as long as the context lasts.

        Raises ResultsError for what cannot be read, UsageError for a port that cannot be had.
        """
        from copygen.delivery.server import review_server  # aiohttp: 0.1 s

        spec = self._spec
        with ReviewDesk(spec.results, spec.choice, by=self._by) as desk:
            try:
                async with review_server(desk, port=port, is_read_only=spec.is_read_only) as served:
                    yield served
            finally:
                self.decisions = desk.made


@dataclass(frozen=True, slots=True)
class ReportMade:
    """A report that was written."""

    path: Path
    records: int
    size: int
    """In bytes."""

    @property
    def is_large(self) -> bool:
        """Whether a browser takes more than some seconds to open it."""
        return self.records > MANY_RECORDS


def make_report(spec: ReviewSpec, out: Path, *, now: datetime | None = None) -> ReportMade:
    """Write the page with the records that are meant as one file.

    Raises ResultsError for what cannot be read or written.
    """
    now = now or datetime.now(UTC)
    subtitle = f"Report of {now:%d %B %Y}"
    with ReviewDesk(spec.results, spec.choice, by=spec.by or "") as desk:
        records = write_report(desk, out, made_at=now, subtitle=subtitle)
    return ReportMade(out, records, files.status(out).st_size)
