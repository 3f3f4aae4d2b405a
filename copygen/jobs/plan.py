"""What a run would send, take and cost: everything is read, a sample is sent if asked for.

plan = PlanJob(spec, sample=5)
report = plan.study()                  # sends nothing
async with plan.sample_run() as run:   # sends the five, as the run would
    ...
report = plan.study()                  # and reckons from them
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias, TypeVar

from copygen.config.prices import Asks
from copygen.config.vocabularies import load_vocabularies
from copygen.errors import UsageError
from copygen.jobs.run import Run
from copygen.jobs.setup import Inputs, Setup, reviewed_prompts, set_up
from copygen.jobs.spec import RunSpec
from copygen.models import Prompt
from copygen.planning.builder import PlanBuilder, PlanInput
from copygen.planning.report import Report
from copygen.results.reader import LedgerReader, read_ledger
from copygen.results.resume import Resume, Rows

if TYPE_CHECKING:  # as in a run
    from copygen.delivery.reviewed import ReviewedPrompts

_Entry = TypeVar("_Entry")
TELL_EVERY: Final = 1000
"""Prompts between two words on the progress."""


_Advance: TypeAlias = Callable[[int], None]
Progress: TypeAlias = Callable[[str, str, int | None], AbstractContextManager[_Advance]]
"""`(what, noun, total)`: a pass over `total` of `noun` begins, and lasts as long as the body; what
it gives is called with each advance."""


class PlanJob:
    """The plan of one run. Its methods block for as long as they read."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        sample: int = 0,
        environ: Mapping[str, str] | None = None,
        stdin: BinaryIO | None = None,
        progress: Progress | None = None,
    ) -> None:
        """`sample` prompts are chosen to be sent first; the rest is as for `Run`.

        Raises UsageError, ConfigError or PromptError for what the run would refuse.
        """
        self.spec = spec
        self.chosen: tuple[str, ...] = ()
        """Ids of the prompts to try, once studied."""
        self._sample = sample
        self._environ = os.environ if environ is None else environ
        self._progress = progress or (lambda *_pass: nullcontext(lambda _number: None))
        self._setup = set_up(spec, Inputs(self._environ, stdin))
        self._total: int | None = None
        self._sent: frozenset[str] = frozenset()
        if sample and self._setup.source.is_stream:
            raise UsageError("--sample needs a file: standard input can be read only once.")
        if sample and self._setup.output is None:
            raise UsageError("--sample keeps its results in a file: name one with -o.")

    def study(self) -> Report:
        """Read the results file and every prompt; the prompts are checked before, the first time.

        Raises PromptError and ResultsError.
        """
        setup = self._setup
        if self._total is None and not setup.source.is_stream:
            with self._progress("checking", "rows", None) as on_rows:
                self._total = setup.source.check(setup.target, on_rows=on_rows, proposes=True)
        checker = setup.acceptance.checker if setup.acceptance else None
        with self._surveyed() as found, self._reviewed(found) as reviewed:
            resume = self._resume(found)
            builder = PlanBuilder(
                PlanInput(
                    source=setup.source,
                    provider=setup.provider,
                    settings=setup.settings,
                    resume=resume,
                    ledger=found,
                    vocabularies=load_vocabularies(),
                    now=datetime.now(UTC),
                    asks=_asks(setup),
                    sample_size=self._sample,
                    sampled=self._sent,
                    reviewed=reviewed,
                )
            )
            with self._told("rendering", setup.source.prompts(setup.target)) as entries:
                for entry in entries:
                    builder.add(entry)
                    if checker is not None and isinstance(entry, Prompt):
                        checker.ask_language(entry.input)
            self.chosen = builder.sampler.ids()
            report = builder.report()
            notes = () if checker is None else checker.languages.notes()
            return replace(report, notes=(*report.notes, *notes))

    def sample_run(self) -> Run:
        """The run of the chosen prompts, and only those; `study` then reckons from them."""
        self._sent = frozenset(self.chosen)
        run = Run(replace(self.spec, only=self._sent), environ=self._environ)
        run.prepare_with(self._setup, len(self._sent))
        return run

    @contextmanager
    def _reviewed(self, found: LedgerReader | None) -> "Iterator[ReviewedPrompts | None]":
        """What people decided about these prompts."""
        setup = self._setup
        reviewed = reviewed_prompts(self.spec, setup, setup.output)
        if reviewed is None or setup.output is None:
            yield None
            return
        holds = (lambda _id: False) if found is None else found.latest.holds
        reviewed.look_up(setup.output, holds, None if setup.source.is_stream else self._ids)
        with closing(reviewed):
            yield reviewed

    def _resume(self, found: LedgerReader | None) -> Resume:
        """What the results settle, with the records of rows that are there kept for these rows."""
        source, target = self._setup.source, self._setup.target
        rows = None
        if not source.is_stream:
            rows = Rows(self._ids, lambda: source.prompts(target))
        resume = Resume(None if found is None else found.latest, self._setup.settled, rows)
        resume.reserve()
        return resume

    def _ids(self) -> Iterator[str]:
        with self._told("comparing", self._setup.source.ids()) as ids:
            yield from ids

    @contextmanager
    def _told(self, what: str, entries: Iterable[_Entry]) -> Iterator[Iterator[_Entry]]:
        """A reading pass over `entries` that tells how far it is."""

        def advancing(on_entries: Callable[[int], None]) -> Generator[_Entry, None, None]:
            for number, entry in enumerate(entries, 1):
                if number % TELL_EVERY == 0:
                    on_entries(TELL_EVERY)
                yield entry

        with (
            self._progress(what, "prompts", self._total) as on_entries,
            closing(advancing(on_entries)) as told,
        ):
            yield told

    @contextmanager
    def _surveyed(self) -> Iterator[LedgerReader | None]:
        if self._setup.output is None or self.spec.fresh:
            yield None
            return
        with self._progress("reading the results", "records", None) as on_lines:
            found = read_ledger(self._setup.output, on_lines)
        with found:
            yield found


def _asks(setup: Setup) -> Asks:
    """How often the run would ask one prompt at most."""
    attempts = setup.settings.retry.max_attempts
    if setup.acceptance is None:
        return Asks(attempts)
    return Asks(attempts, judged=True, reasks=setup.acceptance.policy.reasks)
