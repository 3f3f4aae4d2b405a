"""A run from the command line: events → what people see, signals → stop and cancel, exit code."""

import asyncio
import contextlib
import gc
import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from copygen import system
from copygen.cli.signals import Signals
from copygen.cli.terminal import conceal
from copygen.errors import ExitCode, ProviderRefused, UsageError
from copygen.figures import counted, duration, exact_money
from copygen.jobs.completion import in_one_line
from copygen.jobs.run import Run
from copygen.jobs.spec import (
    NO_FILE,
    AttemptFailed,
    BreakerChanged,
    Event,
    PromptFinished,
    RunSpec,
    RunStarted,
)
from copygen.models import BudgetState, Kind
from copygen.results.sink import StdoutSink

if TYPE_CHECKING:
    from rich.console import Console

    from copygen.view.progress import Display

# What draws is imported where it draws: rich takes as long to import as a tenth of all the rest,
# and the first requests do not wait for it.

REFRESH_S = 0.125

GC_AFTER = 20_000
"""Objects made and kept before the collector looks at them; Python's own figure is 700."""


def standard_output(spec: RunSpec) -> StdoutSink | None:
    """The sink of `-o -`. Raises UsageError."""
    if spec.output != NO_FILE:
        return None
    if sys.stdout is None:
        raise UsageError("standard output is closed, and '-o -' writes the results to it.")
    return StdoutSink(sys.stdout.buffer)


def follow(run: Run, *, again: str, quiet: bool, drain_timeout_s: float) -> ExitCode:
    """Carry a prepared run out and show it. Raises CopygenError for what stops it before anything
    is sent.

    `again` is the command line that goes on where it ends; `drain_timeout_s` is what requests in
    flight get after the first signal.
    """
    conceal(run.key)
    signals = Signals()
    follower = _Follower(run, signals, quiet=quiet, drain_timeout_s=drain_timeout_s)
    follower.warn()
    with contextlib.closing(run):
        run.begin()
        signals.take_over()
        if not quiet:
            follower.tell_notes(0, run.setup.source.notes)
        # What is loaded by now stays to the end, and a prompt leaves next to no cycles behind:
        # looking through all of it again and again costs 8 µs of the 130 that a prompt takes.
        gc.freeze()
        gc.set_threshold(GC_AFTER, 20, 20)
        with asyncio.Runner(loop_factory=system.loop_factory()) as runner:
            runner.run(follower.follow())
        told = len(run.sink.notes)
        run.close()
        code = ExitCode(signals.exit_code or run.exit_code)
        follower.show_end(code, told, again=again)
        return ExitCode.RESULTS if run.output_closed else code


class _Follower:
    """Shows a run under way and passes signals on to it."""

    def __init__(self, run: Run, signals: Signals, *, quiet: bool, drain_timeout_s: float) -> None:
        self._run = run
        self._signals = signals
        self._quiet = quiet
        self._drain_timeout_s = drain_timeout_s
        self._kinds_met: set[Kind] = set()
        self._widened_told = 0
        self._advised = False
        self._draining = False
        self._told_of_the_end = False

    @cached_property
    def _console(self) -> "Console":
        from copygen.view.console import open_console

        return open_console(sys.stderr, os.environ)

    @cached_property
    def _display(self) -> "Display":
        """What shows the run, started. Quiet runs have none."""
        from copygen.view.progress import RunTitle, choose_display

        title = RunTitle(_title(self._run), self._run.total)
        clock = asyncio.get_running_loop().time
        display = choose_display(self._console, title, clock)
        display.start()
        return display

    def warn(self) -> None:
        """Print what a person should know before the run."""
        if self._run.warnings:
            from copygen.view.console import render_warning

            for warning in self._run.warnings:
                render_warning(warning, self._console)

    def tell_notes(self, first: int, of_rows: tuple[str, ...] = ()) -> None:
        """Print what is to be said of the rows, and by the sink from its note of that number on."""
        if notes := (*of_rows, *self._run.sink.notes[first:]):
            from copygen.view.console import render_note

            for note in notes:
                render_note(note, self._console)

    async def follow(self) -> None:
        """Send everything that is not settled; returns when it has ended, however it ended."""
        ticker: asyncio.Task[None] | None = None
        with self._signals.passed_to(self._interrupt):
            try:
                async for event in self._run:
                    if isinstance(event, PromptFinished):
                        continue  # counted by the run; the display looks at the counts
                    if isinstance(event, RunStarted):
                        if not self._quiet:
                            ticker = asyncio.create_task(self._keep_showing())
                    else:
                        self._tell(event)
            finally:
                if ticker is not None:
                    ticker.cancel()
                    await asyncio.gather(ticker, return_exceptions=True)
                    self._display.stop()

    def show_end(self, code: ExitCode, told: int, *, again: str) -> None:
        """Print the summary, the notes from the `told`th on, and what went wrong."""
        run = self._run
        if self._quiet and code is ExitCode.OK and run.error is None and not run.output_closed:
            return
        from copygen.view.console import render_error, render_note

        console, summary, output = self._console, run.summary, run.setup.output
        assert summary is not None
        if run.output_closed:
            words = "standard output was closed by its reader; the rest was not sent."
            render_note(words, console)
            return
        if not self._quiet:
            from copygen.view.summary import render_summary

            where = str(output) if output else None
            # What was refused for good is refused again: the error says what has to change first.
            next_command = None if isinstance(run.error, ProviderRefused) else again
            render_summary(
                summary,
                console,
                results=where,
                command=next_command,
                examples=run.stats.examples,
            )
            for note, number in summary.reply_notes.items():
                render_note(f"{counted(number, 'text')}: {note}.", console)
            self.tell_notes(told, run.notes)
        if run.error is not None:
            render_error(run.error, console)
        elif self._quiet and code is not ExitCode.OK:
            render_error(in_one_line(summary, code, output), console)

    def _tell(self, event: Event) -> None:
        if isinstance(event, BreakerChanged):
            self._tell_of_breaker(event)
        elif isinstance(event, AttemptFailed) and event.error.kind not in self._kinds_met:
            # The first of each kind; the summary counts them.
            self._kinds_met.add(event.error.kind)
            if not event.ends_run:  # or it is told at the end
                message = event.error.message
                words = f"{message.rstrip('.')}; trying again" if event.will_retry else message
                self._note(f"{event.error.kind}: {words}")

    def _tell_of_breaker(self, change: BreakerChanged) -> None:
        if change.state == "open":
            words = f"{change.reason}; next try in {change.wait_s:.0f} s"
            if not self._told_of_the_end:
                self._told_of_the_end = True
                most_s = self._run.setup.settings.breaker.give_up_after_s
                words += (
                    f". After {duration(most_s)} without an answer the run ends with code 5, and "
                    "the same command goes on from there (-O breaker.give_up_after_s=SECONDS)"
                )
        else:
            words = f"{change.reason}; sending again"
        self._note(f"breaker {change.state} ({change.name}): {words}")

    def _note(self, words: str) -> None:
        if not self._quiet:
            self._display.note(words)

    async def _keep_showing(self) -> None:
        while True:
            # First of all: meanwhile the first requests go out, and the display is loaded then.
            await asyncio.sleep(REFRESH_S)
            snapshot = self._run.snapshot()
            self._tell_of_widened(snapshot.budget)
            if not self._advised and (advice := self._run.advice()):
                self._advised = True
                self._note(advice)
            self._display.update(self._run.stats, snapshot)

    def _tell_of_widened(self, budget: BudgetState | None) -> None:
        """Tell people of each model that broke the rules which the limit goes by."""
        for words in budget.widened[self._widened_told :] if budget else ():
            self._widened_told += 1
            self._note(words)

    def _interrupt(self) -> None:
        """The first signal drains, the second cancels."""
        if self._draining:
            self._run.cancel()
            return
        self._draining = True
        self._run.stop()
        in_flight, limit_s = self._run.snapshot().in_flight, self._drain_timeout_s
        self._note(
            f"stopping: {counted(in_flight, 'request')} in flight may finish within {limit_s:g} s; "
            "Ctrl-C again gives up on that"
            if in_flight
            else "stopping: nothing is in flight"
        )
        asyncio.get_running_loop().call_later(limit_s, self._run.cancel)


def _title(run: Run) -> str:
    setup = run.setup
    prompts = "prompts" if run.total is None else counted(run.total, "prompt")
    where = setup.output or "standard output"
    title = f"{prompts} → {setup.target.default_model} at {setup.provider.name} → {where}"
    limit = setup.settings.max_cost_usd
    return title if limit is None else f"{title} · at most {exact_money(limit)}"
