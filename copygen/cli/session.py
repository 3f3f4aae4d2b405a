"""One run from its plan to its exit code: sources, sinks, signals and displays tied together."""

import asyncio
import contextlib
import os
import sys
from collections import Counter
from collections.abc import Awaitable, Iterator
from decimal import Decimal

from rich.console import Console

from copygen import system
from copygen.cli.accounts import completed, explained, in_one_line
from copygen.cli.prepare import Plan
from copygen.cli.signals import Signals
from copygen.documents import files
from copygen.engine.connect import connect
from copygen.engine.control.breaker import State, Transition
from copygen.engine.engine import Engine, Outside
from copygen.engine.feed import Entry, Feed, IteratorFeed, ThreadFeed
from copygen.engine.retry import RULES, Action
from copygen.errors import CopygenError, ExitCode, ResultsError, UsageError
from copygen.models import ApiError, BudgetState, Kind, Prompt, Result, Status
from copygen.providers.pricing import reference_cost_usd
from copygen.results.files import reported
from copygen.results.ledger import Ledger
from copygen.results.record import read_results
from copygen.results.sink import DONE, OutputClosed, Sink, StdoutSink
from copygen.results.stats import Stats
from copygen.results.summary import Summary
from copygen.view.console import open_console
from copygen.view.figures import counted, duration, exact_money
from copygen.view.messages import render_error, render_note, render_warning
from copygen.view.progress import Job, choose_display
from copygen.view.summary import render_summary

REFRESH_S = 0.125


def conduct(plan: Plan) -> ExitCode:
    """Carry out a plan. Raises CopygenError for what stops it before anything is sent."""
    console = open_console(sys.stderr, os.environ)
    for warning in plan.warnings:
        render_warning(warning, console)
    signals = Signals()
    with contextlib.closing(_open_sink(plan)) as sink:
        _reserve(plan, sink)
        signals.take_over()
        for note in () if plan.quiet else sink.notes:
            render_note(note, console)
        with asyncio.Runner(loop_factory=system.loop_factory()) as runner:
            session = runner.run(_send_all(plan, sink, console, signals))
        return session.end()


def _open_sink(plan: Plan) -> Sink:
    if plan.output is None:
        if sys.stdout is None:
            raise UsageError("standard output is closed, and '-o -' writes the results to it.")
        return StdoutSink(sys.stdout.buffer)
    return Ledger.open(plan.output, fresh=plan.fresh, fsync=plan.fsync, template=plan.template)


def _reserve(plan: Plan, sink: Sink) -> None:
    """Find out which earlier results belong to rows that are still there; the others are spare.

    A row whose unused column changed has another id, and its result is there under the old one.
    Raises UsageError where `--retry` would replace accepted texts that nobody asked to replace,
    and where the default results file has another template's.
    """
    if not sink.earlier:
        return
    replaced = same = others = 0
    retries = Status.OK in plan.settled and not plan.settled >= DONE

    def ids() -> Iterator[str]:
        nonlocal replaced, same, others
        with contextlib.closing(plan.source.prompts(plan.target)) as entries:
            for entry in entries:
                newest = sink.newest_of(entry.id)
                if newest in (Status.OK, Status.REJECTED):
                    key = entry.key if isinstance(entry, Prompt) else ""
                    is_other = sink.status_of(entry.id, key) is None
                    others += is_other
                    same += not is_other
                    replaced += is_other and retries and newest is Status.OK
                yield entry.id

    # A stream is read once: what it has in common with the results is seen as it comes.
    sink.reserve(() if plan.source.is_stream else ids())
    if replaced:
        texts = "1 accepted text" if replaced == 1 else f"{replaced} accepted texts"
        raise UsageError(
            f"--retry would make {texts} anew, too: the model, the template or the rows are not "
            "what they were made with. Use what they were made with, or another -o for the new "
            "texts; without --retry the run replaces them, and with --retry all everything."
        )
    if others and not same and plan.output_is_default and (earlier := _earlier_template(plan)):
        raise UsageError(
            f"{plan.output} has the texts of another template, {earlier}: name another file with "
            f"-o to keep both, or say -o {plan.output} to replace them."
        )


def _earlier_template(plan: Plan) -> str | None:
    """The template of the earlier results, where it is another than that of this run."""
    assert plan.output is not None
    with reported(plan.output, "read it"):
        records = (one for one in read_results(plan.output) if isinstance(one, Result))
        first = next(records, None)
    earlier = first.template if first else None
    return earlier if plan.template and earlier != plan.template else None


async def _send_all(plan: Plan, sink: Sink, console: Console, signals: Signals) -> "Session":
    # Fields are asked for in words, too, so a model that takes no schema can do without.
    spared = frozenset({"response_format"} if plan.standard and plan.standard.fields else ())
    async with connect(plan.provider, plan.settings, plan.key, spared) as connection:
        session = Session(plan, sink, console, signals)
        session.engine = Engine(
            connection.config,
            plan.settings,
            connection.provider,
            Outside(connection.transport),
            session.hear_of,
            session.hear_of_failure,
            plan.standard,
        )
        await session.run()
    return session


class Session:
    """A run under way, and what it has come to."""

    engine: Engine

    def __init__(self, plan: Plan, sink: Sink, console: Console, signals: Signals) -> None:
        self._plan = plan
        self._sink = sink
        self._console = console
        self._signals = signals
        self._stats = Stats(plan.source.matrix, judged=plan.standard is not None)
        self._settled_earlier: Counter[Status] = Counter()
        self._kinds_met: set[Kind] = set()
        self._widened_told = 0
        self._error: CopygenError | None = None
        self._draining = False
        self._advised = False
        self._told_of_the_end = False
        self._output_closed = False
        self._wall_s = 0.0
        loop = asyncio.get_running_loop()
        self._now = loop.time
        self._loop = loop
        self._ended: list[tuple[Result, asyncio.Future[None]]] = []
        """Results of this turn of the event loop, not yet written."""
        self._bug: Exception | None = None
        job = Job(_title(plan), plan.total)
        self._display = choose_display(console, job, loop.time, quiet=plan.quiet)

    async def run(self) -> None:
        """Send everything that is not settled; returns when it has ended, however it ended."""
        began_s = self._now()
        flusher = asyncio.create_task(self._sink.flush_forever())
        ticker = asyncio.create_task(self._keep_showing())
        with self._signals.passed_to(self._interrupt):
            self._display.start()
            try:
                proven = bool(self._sink.earlier.get(Status.OK))
                self._error = await self.engine.run(self._feed(), self._emit, proven=proven)
            finally:
                self._error = self._record_ended() or self._error
                ticker.cancel()
                flusher.cancel()
                await asyncio.gather(ticker, flusher, return_exceptions=True)
                self._display.stop()
        if self._bug is not None:
            raise self._bug
        self._wall_s = self._now() - began_s

    def end(self) -> ExitCode:
        """Close the sink, show the summary, say what went wrong; the exit code."""
        told = len(self._sink.notes)
        try:
            self._sink.close()
        except ResultsError as error:
            self._error = self._error or error
        if self._output_closed:
            return self._end_unread()
        traffic = self.engine.snapshot().traffic
        summary = self._stats.summary(
            wall_s=self._wall_s,
            traffic=traffic,
            earlier=self._sink.earlier,
            second_currency=self._plan.provider.second_currency,
            simulated=self._plan.provider.simulated,
        )
        summary = completed(summary, self._plan, self.engine.snapshot().budget)
        self._error = explained(self._error, summary)
        self._save(summary)
        if not self._plan.quiet:
            where = str(self._plan.output) if self._plan.output else None
            render_summary(summary, self._console, results=where, command=self._plan.again)
            for note, number in summary.reply_notes.items():
                render_note(f"{counted(number, 'text')}: {note}.", self._console)
            for note in self._sink.notes[told:]:
                render_note(note, self._console)
        code = self._exit_code()
        if self._error is not None:
            render_error(self._error, self._console)
        elif self._plan.quiet and code is not ExitCode.OK:
            render_error(in_one_line(summary, code, self._plan.output), self._console)
        return code

    def _end_unread(self) -> ExitCode:
        """The reader of standard output has what it wanted (`| head`); the rest was not done."""
        words = "standard output was closed by its reader; the rest was not sent."
        render_note(words, self._console)
        return ExitCode.RESULTS

    def hear_of(self, transition: Transition) -> None:
        """Tell people of a change of a circuit breaker."""
        if transition.after is State.OPEN:
            words = f"{transition.reason}; next try in {transition.wait_s:.0f} s"
            if not self._told_of_the_end:
                self._told_of_the_end = True
                most_s = self._plan.settings.breaker.give_up_after_s
                words += (
                    f". After {duration(most_s)} without an answer the run ends with code 5, and "
                    "the same command goes on from there (-O breaker.give_up_after_s=SECONDS)"
                )
        else:
            words = f"{transition.reason}; sending again"
        self._display.note(f"breaker {transition.after.value} ({transition.name}): {words}")

    def hear_of_failure(self, error: ApiError) -> None:
        """Tell people the first time each kind of failure is met; the summary counts them."""
        if error.kind not in self._kinds_met:
            self._kinds_met.add(error.kind)
            action = RULES[error.kind].action
            if action is Action.STOP:
                return  # it ends the run, and is told then
            once = self._plan.settings.retry.max_attempts == 1
            again = not error.final and (
                action is Action.WAIT or (action is Action.RETRY and not once)
            )
            message = f"{error.message.rstrip('.')}; trying again" if again else error.message
            self._display.note(f"{error.kind}: {message}")

    def _feed(self) -> Feed:
        source, target = self._plan.source, self._plan.target
        if source.is_stream:
            return ThreadFeed(source.prompts(target), self._is_settled)
        if self._plan.only is not None:
            return IteratorFeed(self._chosen, self._is_settled)
        return IteratorFeed(lambda: source.prompts(target), self._is_settled)

    def _chosen(self) -> Iterator[Entry]:
        """The prompts of a file as far as the last of the chosen ones."""
        chosen = self._plan.only or frozenset()
        left = len(chosen)
        with contextlib.closing(self._plan.source.prompts(self._plan.target)) as entries:
            while left and (entry := next(entries, None)) is not None:
                left -= entry.id in chosen
                yield entry

    def _is_settled(self, entry: Entry) -> bool:
        if self._plan.only is not None and entry.id not in self._plan.only:
            return True
        if not isinstance(entry, Prompt):
            return False  # its number is that of a line: another stream's is another row
        key = entry.key
        status = self._sink.status_of(entry.id, key)
        if status is not None and self._plan.source.is_stream:
            self._sink.keep(entry.id)
        if status is None:
            status = self._sink.claim(entry.id, key, self._plan.settled)
        if status not in self._plan.settled and not self._stays(entry):
            return False
        status = status or Status.OK
        self._settled_earlier[status] += 1
        self._stats.skip()
        return True

    def _stays(self, entry: Entry) -> bool:
        """Whether an accepted text of a stream is kept though its prompt is another now.

        Of a file that is found out before the run; see `_reserve`.
        """
        settled = self._plan.settled
        retries = Status.OK in settled and not settled >= DONE
        if not (retries and self._plan.source.is_stream):
            return False
        return self._sink.newest_of(entry.id) is Status.OK

    def _emit(self, result: Result) -> Awaitable[None]:
        # Those that end in one turn of the event loop go out together: a write for each would
        # cost a prompt a tenth of all its CPU. Nobody sends anything new until it is written, so
        # that a kill never costs more than what was in flight.
        written = self._loop.create_future()
        self._ended.append((result, written))
        if len(self._ended) == 1:
            self._loop.call_soon(self._record_turn)
        return written

    def _record_turn(self) -> None:
        try:
            self._record_ended()
        except Exception as bug:  # noqa: BLE001  # nobody above would hear of it: run() raises it
            self._bug = bug
            self.engine.cancel()

    def _record_ended(self) -> CopygenError | None:
        """Write what has ended; the error when that fails, which then also halts the run."""
        if not self._ended:
            return None
        ended, self._ended = self._ended, []
        results = [result for result, _ in ended]
        # On disk before anything else looks at them: they may have been paid for.
        try:
            self._sink.append(*results)
        except OutputClosed:
            self._output_closed = True
            self.engine.cancel()
        except ResultsError as error:
            self.engine.stop(error)
            return error
        finally:
            for _, written in ended:
                if not written.done():
                    written.set_result(None)
            for result in results:
                self._stats.add(result, reference_cost_usd=self._reference_usd(result))
        return None

    def _reference_usd(self, result: Result) -> Decimal | None:
        if result.usage is None:
            return None
        return reference_cost_usd(
            result.usage, self._plan.provider, result.model, result.created_at
        )

    async def _keep_showing(self) -> None:
        while True:
            snapshot = self.engine.snapshot()
            self._tell_of_widened(snapshot.budget)
            if not self._advised and (advice := self.engine.advice()):
                self._advised = True
                self._display.note(advice)
            self._display.update(self._stats, snapshot)
            await asyncio.sleep(REFRESH_S)

    def _tell_of_widened(self, budget: BudgetState | None) -> None:
        """Tell people of each model that broke the rules which the limit goes by."""
        for words in budget.widened[self._widened_told :] if budget else ():
            self._widened_told += 1
            self._display.note(words)

    def _interrupt(self) -> None:
        """The first signal drains, the second cancels."""
        if self._draining:
            self.engine.cancel()
            return
        self._draining = True
        self.engine.stop()
        in_flight, limit_s = self.engine.snapshot().in_flight, self._plan.drain_timeout_s
        self._display.note(
            f"stopping: {counted(in_flight, 'request')} in flight may finish within {limit_s:g} s; "
            "Ctrl-C again gives up on that"
            if in_flight
            else "stopping: nothing is in flight"
        )
        asyncio.get_running_loop().call_later(limit_s, self.engine.cancel)

    def _save(self, summary: Summary) -> None:
        if self._plan.summary_json is None:
            return
        try:
            files.write_named(self._plan.summary_json, summary.to_json(), files.SUMMARY)
        except OSError as error:
            path = self._plan.summary_json
            failure = ResultsError(f"cannot write the summary to {path}: {error.strerror}.")
            self._error = self._error or failure

    def _exit_code(self) -> ExitCode:
        if self._signals.exit_code is not None:
            return ExitCode(self._signals.exit_code)
        if self._error is not None:
            return self._error.exit_code
        ended = self._stats.by_status
        bad = (Status.FAILED, Status.REJECTED, Status.CANCELLED)
        if any(ended[status] or self._settled_earlier[status] for status in bad):
            return ExitCode.PARTIAL
        return ExitCode.OK


def _title(plan: Plan) -> str:
    prompts = "prompts" if plan.total is None else counted(plan.total, "prompt")
    where = plan.output or "standard output"
    title = f"{prompts} → {plan.target.default_model} at {plan.provider.name} → {where}"
    limit = plan.settings.max_cost_usd
    return title if limit is None else f"{title} → at most {exact_money(limit)}"
