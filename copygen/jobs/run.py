"""One run: every prompt of a source brought to its result, and what happens told as events.

    async with Run(spec) as run:
        async for event in run:
            ...

A caller that has to know when a signal still ends the process takes the steps one by one, as the
command line does: `prepare` reads and sends nothing, `begin` locks the results file, `events`
sends, `close` completes the file and the summary.
"""

import asyncio
import itertools
import os
from collections import Counter, deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from copygen.documents import files
from copygen.engine.control.breaker import Transition
from copygen.engine.engine import Connection, Dependencies, Engine, connect
from copygen.engine.pipeline import Entry, FileQueue, IteratorQueue, PromptQueue, StreamQueue
from copygen.engine.retry import RULES, Action
from copygen.engine.shutdown import Shutdown
from copygen.errors import CopygenError, ExitCode, ResultsError
from copygen.jobs.completion import completed, explained
from copygen.jobs.setup import (
    Inputs,
    Setup,
    can_be_bounded,
    doubts,
    fitted,
    reviewed_prompts,
    set_up,
)
from copygen.jobs.spec import (
    AttemptFailed,
    BreakerChanged,
    Event,
    PromptFinished,
    RunSpec,
    RunStarted,
    RunStopped,
    RunStopping,
    RunWaiting,
)
from copygen.models import ApiError, JsonValue, Prompt, Result, Snapshot, Status, Traffic
from copygen.providers.keys import find_key
from copygen.providers.pricing import PriceBook, price_usd
from copygen.providers.redact import Secret
from copygen.results.decisions import DecisionLog
from copygen.results.ledger import Ledger, TurnWriter
from copygen.results.resume import Resume, Rows
from copygen.results.sharing import SharedTexts
from copygen.results.sink import NoSink, OutputClosed, Sink
from copygen.results.stats import Stats
from copygen.results.storage import Beside, is_beside
from copygen.results.summary import Summary

if TYPE_CHECKING:  # a run of texts that nobody decided on does without
    from copygen.delivery.reviewed import ReviewedPrompts

EVENTS_AHEAD: Final = 64
"""Events held for a caller that is slower than the provider; with more, no prompt is begun."""
_NOTES: Final = 10
"""Rows told of one by one, of those that keep a text though they are faulty; all are counted."""
_UNACCEPTED: Final = (Status.FAILED, Status.REJECTED, Status.CANCELLED)


class Run:
    """A run that is made from a spec, once."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        environ: Mapping[str, str] | None = None,
        stdin: BinaryIO | None = None,
        values: Iterable[str | Mapping[str, JsonValue]] | None = None,
        sink: Sink | None = None,
    ) -> None:
        """`environ` is where keys and the settings file are looked for; None: this process's.

        `stdin` is read for rows where the spec says so, in a thread of its own. `values` are rows
        in its place: texts or mappings, read on the event loop and no further ahead than needed.
        `sink` takes the results where the spec names no file.
        """
        self.spec = spec
        # Not as a default value: `help(Run)` would print every key there is.
        self._inputs = Inputs(os.environ if environ is None else environ, stdin, values)
        self._given_sink = sink
        self._shutdown = Shutdown()
        self._engine: Engine | None = None
        self._events: deque[Event] = deque()
        self._news: asyncio.Future[None] | None = None
        """What the caller waits for when there is no event."""
        self._left = False
        """Whether the caller takes no more events."""
        self._settled_earlier: Counter[Status] = Counter()
        self._unwritten: ResultsError | None = None
        self._bug: Exception | None = None
        self._held_until_s = 0.0
        self._stack = ExitStack()
        self._closed = False
        self._wall_s = 0.0
        self.output_closed = False
        """The reader of standard output went away, and the rest was not sent."""
        self.key: Secret | None = None
        self.total: int | None = None
        """Prompts in all; None for a stream."""
        self.warnings: tuple[str, ...] = ()
        """What a person should know before the run, one sentence each."""
        self.notes: tuple[str, ...] = ()
        """What a person should know after it, one sentence each."""
        self.error: CopygenError | None = None
        """What ended the run before its source was empty, or kept it from being completed."""
        self.summary: Summary | None = None
        """What came of it, once it is closed."""
        self.setup: Setup
        """What the spec comes to, once it is prepared."""
        self.sink: Sink
        self.stats: Stats
        """Both once it has begun."""
        self._resume: Resume
        self._shared: SharedTexts | None = None
        """Prompts that are the same, where each is to be sent once."""
        self._reviewed: ReviewedPrompts | None = None
        """Prompts that people decided about; None where nobody has."""
        self._writer: TurnWriter

    def prepare(self) -> None:
        """Resolve settings, provider and key, and check the whole prompt file.

        Raises UsageError, ConfigError or PromptError; nothing has been sent or written then.
        """
        setup = set_up(self.spec, self._inputs)
        self.key = find_key(setup.provider, self._inputs.environ)
        judge = can_be_bounded(setup.source, setup.target, setup.provider, setup.settings)
        total = None if setup.source.is_stream else setup.source.check(setup.target, judge)
        self._adopt(setup, total)

    def prepare_with(self, setup: Setup, total: int) -> None:
        """The same with a setup of the same prompts, of which `total` were checked before."""
        self.key = find_key(setup.provider, self._inputs.environ)
        self._adopt(setup, total)

    def _adopt(self, setup: Setup, total: int | None) -> None:
        settings, shortage = fitted(setup.settings, setup.provider)
        self.setup = replace(setup, settings=settings)
        self.total = total
        self.warnings = doubts(setup, self.key, self._inputs.environ, shortage)

    def begin(self) -> None:
        """Lock and repair the results file, and find out what it has settled.

        Raises LedgerLocked, ResultsError, and UsageError where texts would be replaced that
        nobody asked to replace. Nothing has been sent then.
        """
        setup = self.setup
        self._reviewed = reviewed = reviewed_prompts(self.spec, setup, setup.output)
        if setup.output is None:
            self.sink = self._given_sink or NoSink()
        else:
            self.sink = self._opened_ledger(setup.output)
        self._stack.callback(self.sink.close)
        if isinstance(self.sink, Ledger):
            self._remember_rules(self.sink.path)
            if reviewed is not None:
                ids = None if setup.source.is_stream else setup.source.ids
                reviewed.look_up(self.sink.earlier_path, self.sink.latest.holds, ids)
                self._stack.callback(reviewed.close)
        self.stats = Stats(setup.source.axes, judged=setup.acceptance is not None)
        self._references = PriceBook(setup.provider).references
        exempt = (lambda _prompt: False) if reviewed is None else reviewed.decides
        self._resume = Resume(self.sink.latest, setup.settled, self._rows(), exempt)
        if setup.output is not None:
            named = self.spec.output is not None
            self._resume.guard(setup.output, setup.template, named=named)
        self._resume.reserve()
        if setup.source.selection.unique:
            self._shared = SharedTexts(lambda: setup.source.prompts(setup.target))
            self._stack.callback(self._shared.close)
            if setup.output is not None and self._resume.knows:
                refused = None if reviewed is None else reviewed.is_rejected
                self._shared.learn(setup.output, setup.settled, refused)

    async def events(self) -> AsyncGenerator[Event, None]:
        """Send every prompt that is not settled, and yield what happens until all has ended.

        The last event is `RunStopped`. Leaving early cancels what is in flight. Raises
        ConfigError, before anything is sent, for an address that must not get the key.
        """
        setup = self.setup
        async with connect(
            setup.provider, setup.settings, self.key, self._inputs.environ
        ) as connection:
            loop = asyncio.get_running_loop()
            self._writer = TurnWriter(self.sink, self._hear_of_written, self._fail)
            engine = self._engine = self._engine_for(connection)
            yield RunStarted(self.total)
            began_s = loop.time()
            work = asyncio.create_task(self._work(engine))
            work.add_done_callback(lambda _work: self._tell())
            waiting = self._events
            try:
                while waiting or not work.done():
                    if not waiting:
                        self._news = loop.create_future()
                        await self._news
                    while waiting:
                        yield waiting.popleft()
                    self._writer.release()
            finally:
                self._left = True
                if not work.done():
                    self.cancel()
                    self._writer.release()
                    await asyncio.wait([work])
                self._wall_s = loop.time() - began_s
            await work
        if self._bug is not None:
            raise self._bug
        yield RunStopped(self.error)

    async def results(self) -> AsyncGenerator[Result, None]:
        """Yield each result as its prompt ends. Raises after the last what ended the run early."""
        events = self.events()
        try:
            async for event in events:
                if isinstance(event, PromptFinished):
                    yield event.result
        finally:
            await events.aclose()
        self.close()
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """Take no more prompts, and finish what is in flight."""
        self._shutdown.now()

    def cancel(self) -> None:
        """Give up what is in flight, too; it is recorded as cancelled."""
        self._shutdown.cancel()

    def close(self) -> None:
        """Complete the results file and the summary; raises nothing that `error` can hold.

        Closing twice does nothing.
        """
        if self._closed:
            return
        self._closed = True
        if self._reviewed is not None and self._engine is not None:
            self._note_stale(self._reviewed)
        try:
            self._stack.close()
        except ResultsError as error:
            self.error = self.error or error
        if self._engine is None:
            return
        setup, snapshot = self.setup, self._engine.snapshot()
        summary = self.stats.summary(
            wall_s=self._wall_s,
            traffic=snapshot.traffic,
            earlier=self.sink.earlier,
            second_currency=setup.provider.second_currency,
            simulated=setup.provider.simulated,
        )
        if self._reviewed is not None:
            summary = replace(summary, decided=self._reviewed.counts)
        self.summary = completed(summary, setup, self.total, snapshot.budget)
        self.error = explained(self.error, self.summary)
        if not self.output_closed:
            self._save(self.summary)

    @property
    def exit_code(self) -> ExitCode:
        """What the command line would end with, signals aside."""
        if self.output_closed:
            return ExitCode.RESULTS
        if self.error is not None:
            return self.error.exit_code
        ended = self.stats.by_status
        if any(ended[status] or self._settled_earlier[status] for status in _UNACCEPTED):
            return ExitCode.PARTIAL
        return ExitCode.OK

    def snapshot(self) -> Snapshot:
        """What is going on at this moment."""
        if self._engine is None:
            return Snapshot(Traffic(), 0, 0, "closed", 0.0, 0)
        return self._engine.snapshot()

    def advice(self) -> str | None:
        """What would make the run go better, once that can be told; see `Engine.advice`."""
        return self._engine.advice() if self._engine is not None else None

    def __aiter__(self) -> AsyncIterator[Event]:
        return self.events()

    async def __aenter__(self) -> Self:
        """Prepare and begin. In a thread: a million rows or a key_command take their time."""
        self._stack.enter_context(files.watched())
        try:
            await asyncio.to_thread(self.prepare)
            self.begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _engine_for(self, connection: Connection) -> Engine:
        self._shutdown.on_call(lambda: self._put(RunStopping(self._shutdown.error)))
        return Engine(
            connection.config,
            self.setup.settings,
            connection.provider,
            Dependencies(connection.transport, shutdown=self._shutdown),
            self._hear_of_breaker,
            self._hear_of_failure,
            self.setup.acceptance,
            None if self._reviewed is None else self._reviewed.revision_of,
        )

    async def _work(self, engine: Engine) -> None:
        flusher = asyncio.create_task(self.sink.flush_forever())
        try:
            proven = bool(self.sink.earlier.get(Status.OK))
            self.error = await engine.run(self._feed(), self._emit, proven=proven)
            if self._shared is not None:
                await self._write_shared(self._shared)
        finally:
            await self._writer.drain()
            # Where paid results went has to be told, whatever else ended the run.
            self.error = self._unwritten or self.error
            flusher.cancel()
            await asyncio.gather(flusher, return_exceptions=True)

    @property
    def _emit(self) -> "Callable[[Result], asyncio.Future[None]]":
        """Takes the results of the engine."""
        write, reviewed = self._writer.write, self._reviewed
        return write if reviewed is None else lambda result: write(reviewed.beside(result))

    async def _write_shared(self, shared: SharedTexts) -> None:
        """Write the records of the prompts that get the text of another one."""
        results = shared.results(lambda: datetime.now(UTC))
        try:
            while some := list(itertools.islice(results, EVENTS_AHEAD)):
                await asyncio.gather(*map(self._writer.write, some))
                if self._unwritten is not None or self.output_closed:
                    return
        except CopygenError as error:  # the table was changed meanwhile: the rest is left
            self.error = self.error or error

    def _opened_ledger(self, output: Path) -> Ledger:
        return Ledger.open(
            output,
            fresh=self.spec.fresh,
            keeps=None if self._reviewed is None else self._reviewed.keeps,
            fsync=self.setup.fsync,
            template=self.setup.template,
        )

    def _remember_rules(self, output: Path) -> None:
        """Leave beside the results what their texts were asked to be, for whoever reads them."""
        acceptance = self.setup.acceptance
        if acceptance is None and not is_beside(Beside.RULES, output):
            return
        from copygen.delivery.rules import remember_rules

        template = self.spec.template
        remember_rules(
            output,
            acceptance,
            prompts=self.setup.source.path,
            template=None if template is None else Path(template),
        )

    def _rows(self) -> Rows | None:
        """The readings of a file; None for a stream."""
        source, target = self.setup.source, self.setup.target
        return None if source.is_stream else Rows(source.ids, lambda: source.prompts(target))

    def _feed(self) -> PromptQueue:
        source, target = self.setup.source, self.setup.target
        looks = self._resume.knows or self.spec.only is not None or self._shared is not None
        skip = self._is_settled if looks else None
        if self._reviewed is not None:
            skip = partial(self._is_settled_or_left, self._reviewed)
        if self._inputs.values is not None:
            return IteratorQueue(source.prompts(target), skip)
        if source.is_stream:
            return StreamQueue(source.prompts(target), skip)
        if self.spec.only is not None:
            return FileQueue(self._chosen, skip)
        return FileQueue(lambda: source.prompts(target), skip)

    def _chosen(self) -> Iterator[Entry]:
        """The prompts of a file as far as the last of the chosen ones."""
        chosen = self.spec.only or frozenset()
        left = len(chosen)
        with closing(self.setup.source.prompts(self.setup.target)) as entries:
            while left and (entry := next(entries, None)) is not None:
                left -= entry.id in chosen
                yield entry

    def _is_settled(self, entry: Entry) -> bool:
        if self.spec.only is not None and entry.id not in self.spec.only:
            return True
        if not isinstance(entry, Prompt):
            return False  # its number is that of a line: another stream's is another row
        status = self._resume.status_of(entry)
        if status is None:
            return self._shared is not None and self._shared.puts_off(entry)
        self._skip(status)
        return True

    def _is_settled_or_left(self, reviewed: "ReviewedPrompts", entry: Entry) -> bool:
        """The same where people have decided about texts: their word goes before the record's."""
        if self.spec.only is not None and entry.id not in self.spec.only:
            return True
        if not isinstance(entry, Prompt):
            is_left = reviewed.leaves_faulty(entry)
            if is_left:
                self._skip(Status.FAILED)
                said = f"{entry.source}: {entry.message}; the text people took stays"
                self.notes = (*self.notes, said)[:_NOTES]
            return is_left
        if not reviewed.knows(entry):
            return self._is_settled(entry)
        settled = self._resume.status_of(entry)  # first: a stream's row may have a record's text
        reviewed.mark(entry)
        if reviewed.leaves(entry):
            settled = reviewed.leave(entry)
        elif reviewed.demands(entry):
            settled = None
        if settled is not None:
            reviewed.pass_over(entry)
            self._skip(settled)
            return True
        # What a reviewer said is of one row: its text is no other's, nor another's its own.
        shared = None if reviewed.rejects(entry) else self._shared
        return shared is not None and shared.puts_off(entry)

    def _skip(self, status: Status) -> None:
        self._settled_earlier[status] += 1
        self.stats.skip()

    def _hear_of_written(self, results: Sequence[Result]) -> bool:
        """Count and tell of results; whether the caller keeps up with them."""
        if self.spec.redo_approved and self._reviewed is not None:
            self._take_back(self._reviewed, results)
        for result in results:
            if self._shared is not None:
                self._shared.take(result)
            usage, reference_usd = result.usage, None
            if usage is not None and (price := self._references.get(result.model)) is not None:
                reference_usd = price_usd(usage, price, result.created_at)
            self.stats.add(result, reference_cost_usd=reference_usd)
            self._events.append(PromptFinished(result))
        self._tell()
        return self._left or len(self._events) < EVENTS_AHEAD

    def _take_back(self, reviewed: "ReviewedPrompts", results: Sequence[Result]) -> None:
        """End the approvals of texts that have just been made again, as somebody wanted it."""
        assert self.setup.output is not None
        drafts = reviewed.taken_back(results, datetime.now(UTC))
        try:
            DecisionLog(self.setup.output).append(drafts)
        except ResultsError as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        """Results could not be written, or a bug of ours met them."""
        if isinstance(error, OutputClosed):
            self.output_closed = True
            self._shutdown.cancel()
        elif isinstance(error, ResultsError):
            self._unwritten = error
            self._shutdown.now(error)
        else:  # nobody above would hear of it: `events` raises it
            self._bug = error
            self._shutdown.cancel()

    def _hear_of_breaker(self, change: Transition) -> None:
        state = change.after.value
        self._put(BreakerChanged(change.name, state, change.reason, change.wait_s))

    def _hear_of_failure(self, error: ApiError) -> None:
        action = RULES[error.kind].action
        once = self.setup.settings.retry.max_attempts == 1
        again = action is Action.WAIT or (action is Action.RETRY and not once)
        self._put(AttemptFailed(error, again and not error.final, action is Action.STOP))
        if error.retry_after_s is not None:
            self._tell_of_wait()

    def _tell_of_wait(self) -> None:
        """Tell of a wait the provider asks for, once however many requests were told so."""
        assert self._engine is not None
        now_s, held_s = asyncio.get_running_loop().time(), self._engine.snapshot().held_s
        if held_s and now_s >= self._held_until_s:
            self._put(RunWaiting(held_s))
        self._held_until_s = max(self._held_until_s, now_s + held_s)

    def _put(self, event: Event) -> None:
        self._events.append(event)
        self._tell()

    def _tell(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)

    def _note_stale(self, reviewed: "ReviewedPrompts") -> None:
        """Write down which texts stand for what their prompts no longer are."""
        assert self.setup.output is not None
        try:
            DecisionLog(self.setup.output).append(reviewed.marks)
        except ResultsError as error:  # the texts are left all the same, and the next run says so
            self.notes += (f"which texts are stale could not be written down: {error}",)

    def _save(self, summary: Summary) -> None:
        path = self.spec.summary_file
        if path is None:
            return
        try:
            files.write_named(Path(path), summary.to_json(), files.SUMMARY)
        except OSError as error:
            failure = ResultsError(f"cannot write the summary to {path}: {error.strerror}.")
            self.error = self.error or failure


async def generate(
    prompts: Iterable[str | Mapping[str, JsonValue]],
    *,
    provider: str | None = None,
    model: str | None = None,
    concurrency: int | None = None,
    options: Mapping[str, str] | None = None,
    spec: RunSpec | None = None,
    environ: Mapping[str, str] | None = None,
) -> AsyncGenerator[Result, None]:
    """Yield one `Result` for each prompt, as it ends, in order of ending.

    A prompt is a text, or a mapping like a JSONL line: `prompt` or `messages`, and optionally
    `id`, `params` and any further columns, which come back under `Result.input`. The iterable
    is read no further ahead than needed. Provider, settings file and key are found as
    `copygen run` finds them; `options` are those of `--option`, `environ` stands in for the
    environment of this process. `spec` has whatever else a run can be asked for: with a `template`
    the mappings are its rows; with an `output` results are kept, and what is in there already is
    not sent again.

    A prompt that fails is a result with `status` failed. Raises ConfigError before anything is
    sent, and after the last result what ended the run early: ProviderRefused, ProviderDown,
    LimitReached, ResultsError. Leaving the loop early (`break`, then `aclose()`) cancels what is
    in flight.
    """
    base = RunSpec() if spec is None else spec
    asked = replace(
        base,
        provider=provider or base.provider,
        model=model or base.model,
        options={**base.options, **(options or {})},
        settings={**base.settings, **({"concurrency": concurrency} if concurrency else {})},
    )
    async with Run(asked, environ=environ, values=prompts) as run:
        results = run.results()
        try:
            async for result in results:
                yield result
        finally:
            await results.aclose()
