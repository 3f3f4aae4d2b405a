"""The work of `copygen plan`: read everything, try a sample if asked to, show what a run takes."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rich.console import Console

from copygen import system
from copygen.cli.concealing import conceal
from copygen.cli.prepare import Draft, Request, complete, draft, without_one_time_flags
from copygen.cli.session import conduct
from copygen.cli.signals import leave_on_signal
from copygen.config.request_cost import Asks
from copygen.config.vocabularies import load_vocabularies
from copygen.errors import ExitCode, UsageError
from copygen.planning.report import Report
from copygen.planning.study import Question, Study
from copygen.prompts import Entry
from copygen.providers.keys import find_key
from copygen.results.survey import Survey, survey
from copygen.view.console import data_stream, open_console
from copygen.view.passes import Passes
from copygen.view.plan import render_plan

TELL_EVERY = 1000
"""Prompts between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted beside the plan itself, and how."""

    sample: int
    """Prompts to send first; 0 for none."""
    as_json: bool


def show_plan(request: Request, wanted: Wanted) -> ExitCode:
    """Plan a run and show it. Raises CopygenError for what a run would refuse."""
    drawn = draft(request)
    if wanted.sample and drawn.source.is_stream:
        raise UsageError("--sample needs a file: standard input can be read only once.")
    if wanted.sample and drawn.output is None:
        raise UsageError("--sample keeps its results in a file: name one with -o.")
    planner = _Planner(
        drawn, open_console(sys.stderr, os.environ), quiet=request.quiet, fresh=request.fresh
    )
    exit_code, found = ExitCode.OK, planner.study(wanted.sample)
    if wanted.sample:
        exit_code = _send_sample(request, drawn, found.sample)
        if exit_code not in (ExitCode.OK, ExitCode.PARTIAL):
            return exit_code
        found = planner.study(wanted.sample, frozenset(found.sample))
    _show(found.report, wanted)
    return ExitCode.USAGE if found.report.faulty else exit_code


def _send_sample(request: Request, drawn: Draft, sample: tuple[str, ...]) -> ExitCode:
    """Run the chosen prompts, and only those, as `copygen run` would."""
    key = find_key(drawn.provider, os.environ)
    conceal(key)
    run = complete(request, drawn, key, len(sample))
    again = _run_command(without_one_time_flags(sys.argv[1:]))
    exit_code = conduct(replace(run, only=frozenset(sample), again=again))
    leave_on_signal()  # nothing more is sent: a reading pass can be left at once
    return exit_code


def _run_command(args: Sequence[str]) -> str:
    """The command of the run itself: what the summary's next steps are made of."""
    words = iter(args)
    kept: list[str] = []
    for word in words:
        if word in ("--sample", "-s"):
            next(words, None)
        elif word != "--json" and not word.startswith("--sample="):
            kept.append(word)
    place = kept.index("plan") if "plan" in kept else 0
    return system.command_line(["copygen", *kept[:place], "run", *kept[place + 1 :]])


def _show(report: Report, wanted: Wanted) -> None:
    if wanted.as_json:
        data_stream(sys.stdout).write(report.to_json().decode())
        return
    run = _run_command(sys.argv[1:])
    render_plan(report, open_console(sys.stdout, os.environ), command=run)


def _asks(drawn: Draft) -> Asks:
    """How often the run would ask one prompt at most."""
    attempts = drawn.settings.retry.max_attempts
    if drawn.standard is None:
        return Asks(attempts)
    return Asks(attempts, judged=True, reasks=drawn.standard.terms.reasks)


@dataclass(frozen=True, slots=True)
class _Found:
    report: Report
    sample: tuple[str, ...]
    """Ids of the prompts to try."""


def _ids(entries: Iterable[Entry], on_prompts: Callable[[int], None]) -> Iterator[str]:
    for number, entry in enumerate(entries, 1):
        if number % TELL_EVERY == 0:
            on_prompts(TELL_EVERY)
        yield entry.id


class _Planner:
    """Reads the results file and the prompts, telling how far it is."""

    def __init__(self, drawn: Draft, console: Console, *, quiet: bool, fresh: bool) -> None:
        self._drawn = drawn
        self._fresh = fresh
        self._passes = Passes(console, time.monotonic, quiet=quiet)
        self._total: int | None = None

    def study(self, sample: int, sampled: frozenset[str] = frozenset()) -> _Found:
        """Read everything once; the prompts are checked before, the first time."""
        drawn = self._drawn
        if self._total is None and not drawn.source.is_stream:
            with self._passes.begun("checking", "rows") as on_rows:
                self._total = drawn.source.check(drawn.target, on_rows=on_rows)
        with self._surveyed() as found:
            question = Question(
                source=drawn.source,
                provider=drawn.provider,
                settings=drawn.settings,
                settled=drawn.settled,
                survey=found,
                vocabularies=load_vocabularies(),
                now=datetime.now(UTC),
                asks=_asks(drawn),
                sample_size=sample,
                sampled=sampled,
            )
            if found is not None and found.ids:
                self._reserve(found)
            study = Study(question)
            self._read(study)
            return _Found(study.report(), study.sampler.ids())

    def _reserve(self, found: Survey) -> None:
        """Keep the records of the rows that are there for these rows."""
        source = self._drawn.source
        if source.is_stream:
            found.reserve(())
            return
        with (
            self._passes.begun("comparing", "prompts", self._total) as on_prompts,
            closing(source.prompts(self._drawn.target)) as entries,
        ):
            found.reserve(_ids(entries, on_prompts))

    def _read(self, study: Study) -> None:
        with (
            self._passes.begun("rendering", "prompts", self._total) as on_prompts,
            closing(self._drawn.source.prompts(self._drawn.target)) as entries,
        ):
            for number, entry in enumerate(entries, 1):
                study.add(entry)
                if number % TELL_EVERY == 0:
                    on_prompts(TELL_EVERY)

    @contextmanager
    def _surveyed(self) -> Iterator[Survey | None]:
        if self._drawn.output is None or self._fresh:
            yield None
            return
        with self._passes.begun("reading the results", "records") as on_lines:
            found = survey(self._drawn.output, on_lines)
        with found:
            yield found
