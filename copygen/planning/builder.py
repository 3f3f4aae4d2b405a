"""Prompts read one by one into a report of what a run of them would do."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from itertools import islice
from typing import Final, Protocol

from copygen.config import ProviderConfig, Settings
from copygen.config.prices import ONCE, Asks
from copygen.config.vocabularies import Vocabularies
from copygen.models import InputFault, Prompt, Result, Status
from copygen.planning.forecast import (
    ExactCount,
    ForecastInput,
    accepted_share,
    duration,
    model_plans,
    price_steps,
    tokens_by_script,
    total_cost,
    total_tokens,
)
from copygen.planning.report import (
    CellPlan,
    ColumnUse,
    CostRange,
    Example,
    LedgerState,
    NoteInput,
    Report,
    SuspectColumn,
    notes_of,
    shown_path,
)
from copygen.planning.workload import Sampler, WorkloadStats
from copygen.prompts import Entry, PromptSource
from copygen.prompts.names import ColumnNames, spelled
from copygen.prompts.tokens import (
    Calibration,
    exact_counter,
    message_text,
    overhead_tokens,
    prompt_tokens,
)
from copygen.quality.injection import InjectionScanner
from copygen.results.reader import LedgerReader, ModelHistory
from copygen.results.resume import Index, Resume, differing, identity
from copygen.results.summary import DecidedTexts

GONE_SHOWN = 3
WORDING, MODEL, PROVIDER = "wording", "model", "provider"
COLUMN = "column:"


class PromptState(Enum):
    """How one prompt stands."""

    DONE = auto()
    LEFT = auto()
    """People decided on its texts, and they stay whatever is asked for now."""
    AGAIN = auto()
    CHANGED = auto()
    NEW = auto()


class Reviewed(Protocol):
    """What people decided about prompts; see `copygen.delivery.reviewed`."""

    def leaves(self, prompt: Prompt) -> bool:
        """Whether it has a text that is not to be replaced."""

    def leave(self, prompt: Prompt) -> Status:
        """Count a prompt that is left; how it ended."""

    def pass_over(self, prompt: Prompt) -> None:
        """Count a prompt that is not made."""

    def demands(self, prompt: Prompt) -> bool:
        """Whether it is to be made again for what a person said."""

    def rejects(self, prompt: Prompt) -> bool:
        """Whether it would be made with what a reviewer said."""

    def as_sent(self, prompt: Prompt) -> Prompt:
        """With that."""

    @property
    def counts(self) -> DecidedTexts:
        """What became of what people decided on."""


class LedgerDiff:
    """A fold over the prompts of a run, each looked up in the results file."""

    def __init__(
        self,
        ledger: LedgerReader | None,
        resume: Resume,
        provider: str,
        used_names: frozenset[str],
        reviewed: Reviewed | None = None,
    ) -> None:
        """`ledger` None: nothing is remembered. `resume` knows what of it stays, `used_names` are
        the variables that prompts are made of; `reviewed` None: nobody decided about any.
        """
        self._reviewed = reviewed
        self._ledger = ledger
        self._resume = resume
        self._provider = provider
        self._used = used_names
        self._done: Counter[Status] = Counter()
        self._states: Counter[PromptState] = Counter()
        self._changes: Counter[str] = Counter()
        self._known = 0
        self._claimed = 0
        """Prompts whose result is there under another id."""

    def add(self, prompt: Prompt) -> PromptState:
        """Take in one prompt."""
        state = self._state_of(prompt)
        self._states[state] += 1
        return state

    def state(self, *, complete: bool = True) -> LedgerState:
        """What was found, once every prompt was added.

        Unless those are the `complete` input, nothing can be said of what is gone from it.
        """
        ledger = self._ledger
        gone = ledger.ids - self._known - self._claimed if ledger and complete else 0
        # An id met twice (streams allow none) cannot make it negative.
        ids = (result.id for result in ledger.unwanted()) if ledger and gone > 0 else iter(())
        return LedgerState(
            path=shown_path(ledger.path if ledger else None),
            records=ledger.ids if ledger else 0,
            done=dict(self._done),
            again=self._states[PromptState.AGAIN],
            changed=self._states[PromptState.CHANGED],
            changes=dict(self._changes.most_common()),
            new=self._states[PromptState.NEW],
            gone=max(0, gone),
            gone_ids=tuple(islice(ids, GONE_SHOWN)),
        )

    def _state_of(self, prompt: Prompt) -> PromptState:
        ledger, reviewed = self._ledger, self._reviewed
        known = ledger is not None and ledger.holds(prompt.id)
        self._known += known
        settled = self._resume.status_of(prompt)
        if reviewed is not None and reviewed.leaves(prompt):
            self._done[reviewed.leave(prompt)] += 1
            self._claimed += not known
            reviewed.pass_over(prompt)
            return PromptState.LEFT
        if ledger is None:
            return PromptState.NEW
        if reviewed is not None and reviewed.demands(prompt):
            settled = None
        elif reviewed is not None and settled is not None:
            reviewed.pass_over(prompt)
        if settled is not None:
            self._done[settled] += 1
            self._claimed += not known
            return PromptState.DONE
        if not known:
            return PromptState.NEW
        if ledger.status_of(prompt.id, *prompt.keys) is not None:
            return PromptState.AGAIN
        self._compare(prompt, ledger.record(prompt.id))
        return PromptState.CHANGED

    def _compare(self, prompt: Prompt, record: Result | None) -> None:
        found = list(self._changed(prompt, record)) if record is not None else [WORDING]
        self._changes.update(found or [WORDING])

    def _changed(self, prompt: Prompt, record: Result) -> list[str]:
        names = differing(record.input, prompt.input, self._used)
        found = [COLUMN + name for name in names]
        if record.provider != self._provider:
            found.append(PROVIDER)
        if record.model != prompt.model:
            found.append(MODEL)
        return found


CALIBRATED_ON: Final = 200
"""Records of each model that the estimate is compared with; more would not make it better."""
COUNTED_EXACTLY: Final = 20_000
"""Prompts of each model that are counted by its own vocabulary; the others are as many times their
estimates."""
FAULTS_SHOWN: Final = 10
LOOKED_AT: Final = 200_000
"""Prompts whose values are looked at for orders to the model: 30 to 120 µs a value."""


@dataclass(frozen=True, slots=True)
class PlanInput:
    """What is asked about."""

    source: PromptSource
    provider: ProviderConfig
    settings: Settings
    resume: Resume
    """What of it is left as it is."""
    ledger: LedgerReader | None
    """The results file; None when nothing is remembered."""
    vocabularies: Vocabularies
    now: datetime
    asks: Asks = ONCE
    """How often the run would ask one prompt."""
    sample_size: int = 0
    sampled: frozenset[str] = frozenset()
    """Ids of a sample that was sent; what is learned is learned from it alone."""
    reviewed: Reviewed | None = None
    """Prompts that people decided about; None where nobody has."""


@dataclass(slots=True)
class PlanBuilder:
    """A fold over the entries of a source."""

    given: PlanInput
    workload: WorkloadStats = field(init=False)
    ledger_diff: LedgerDiff = field(init=False)
    sampler: Sampler = field(init=False)
    history: dict[str, ModelHistory] = field(default_factory=dict)
    """Of the sample."""
    faulty: int = 0
    faults: list[str] = field(default_factory=list)
    suspects: dict[str, SuspectColumn] = field(default_factory=dict)
    """Columns with values that read like orders to the model."""
    _suspicion: InjectionScanner = field(init=False)
    same: int = 0
    """Prompts that get the text of another one."""
    _keys: Index = field(default_factory=Index)
    _looked_at: int = 0
    _calibration: Calibration = field(default_factory=Calibration)
    _counters: dict[str, Callable[[str], int] | None] = field(default_factory=dict)
    _exact: dict[str, ExactCount] = field(default_factory=dict)
    _compared: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        asked = self.given
        self.workload = WorkloadStats(
            asked.source.axes, price_steps(asked.provider), asked.vocabularies.of("")
        )
        names = asked.source.used_names
        self._suspicion = InjectionScanner(names)
        self.ledger_diff = LedgerDiff(
            asked.ledger, asked.resume, asked.provider.name, names, asked.reviewed
        )
        self.sampler = Sampler(asked.sample_size)

    def add(self, entry: Entry) -> None:
        """Take in one entry."""
        if isinstance(entry, InputFault):
            self._add_fault(entry)
            return
        state = self.ledger_diff.add(entry)
        if self._is_same(entry, state):
            self.same += 1
            self.workload.add(entry, to_do=False)
            return
        to_do = state not in (PromptState.DONE, PromptState.LEFT)
        reviewed = self.given.reviewed
        sent = entry if reviewed is None or not to_do else reviewed.as_sent(entry)
        self.workload.add(sent, to_do=to_do)
        if entry.variant == 1 and self._looked_at < LOOKED_AT:
            self._look_at(entry)
        if self.given.sample_size:
            characters = len(message_text(entry.messages))
            self.sampler.add(entry, characters, self.workload.cell_of(entry))
        if to_do:
            self._count_exactly(sent)
        if state in (PromptState.DONE, PromptState.AGAIN):
            self._learn(entry)

    def _is_same(self, prompt: Prompt, state: PromptState) -> bool:
        """Whether it is not sent, because one that is the same was met before."""
        if not self.given.source.selection.unique:
            return False
        reviewed = self.given.reviewed
        if state is PromptState.LEFT or (reviewed is not None and reviewed.rejects(prompt)):
            return False  # its text is no other's, nor another's its own
        met = bool(self._keys.put(identity(prompt.key), 1))
        return met and state is not PromptState.DONE

    def report(self) -> Report:
        """What was found, once every entry was added."""
        asked, workload, known = self.given, self.workload, self._known()
        models = model_plans(workload, known)
        sent = total_tokens([plan.input_tokens for plan in models])
        received = total_tokens([plan.output_tokens for plan in models])
        given = {*asked.source.axes, *asked.source.overrides}
        names = ColumnNames(name for name in workload.columns if name not in given)
        cost, share = total_cost(models), accepted_share(known.history)
        report = Report(
            provider=asked.provider.name,
            prompts=workload.prompts,
            to_do=workload.to_do,
            variants=asked.source.variants,
            axes=asked.source.axes,
            models=models,
            cells=self._cells(),
            scripts=tokens_by_script(workload, known),
            columns=self._columns(names),
            examples=tuple(self._examples()),
            ledger=self.ledger_diff.state(complete=asked.source.limit is None),
            input_tokens=sent,
            output_tokens=received,
            cost=cost,
            unpriced=sum(plan.to_do for plan in models if plan.cost is None),
            accepted_share=share,
            cost_per_accepted_usd=_per_accepted(cost, workload, share),
            duration=duration(models, known, sent + received),
            sampled=len(asked.sampled),
            faults=tuple(self.faults),
            faulty=self.faulty,
            notes=(),
            written={n: names.ways(n) for n in names.columns if spelled(n) != n},
            numbered=names.numbered,
            same=self.same,
            decided=None if asked.reviewed is None else asked.reviewed.counts,
        )
        return notes_of(
            report,
            NoteInput(
                report,
                workload,
                asked.provider,
                asked.ledger,
                asked.now,
                self.suspects,
                (*asked.source.warnings, *asked.source.notes),
                asked.source.id_proposals,
            ),
        )

    def _known(self) -> ForecastInput:
        """What is known of the models that are asked: from the sample, else from earlier texts."""
        asked = self.given
        learned = dict(asked.ledger.history) if asked.ledger else {}
        if asked.sampled:
            # A model whose sampled prompts came to nothing teaches nothing: earlier ones may.
            learned |= {model: new for model, new in self.history.items() if new.ended}
        return ForecastInput(
            provider=asked.provider,
            settings=asked.settings,
            vocabularies=asked.vocabularies,
            history={m: e for m, e in learned.items() if m in self.workload.models},
            calibration=self._calibration,
            now=asked.now,
            asks=asked.asks,
            exact={model: found for model, found in self._exact.items() if found.prompts},
        )

    def _count_exactly(self, prompt: Prompt) -> None:
        """Count a prompt by its model's own vocabulary, where that can be had."""
        model = prompt.model
        if model not in self._counters:
            self._counters[model] = exact_counter(self.given.vocabularies.of(model))
        count = self._counters[model]
        counted = self._exact.setdefault(model, ExactCount())
        if count is not None and counted.prompts < COUNTED_EXACTLY:
            tokens = count(message_text(prompt.messages))
            counted.prompts += 1
            counted.estimated += self._tokens(prompt)
            counted.tokens += tokens + overhead_tokens(len(prompt.messages))

    def _look_at(self, prompt: Prompt) -> None:
        self._looked_at += 1
        for name, what in self._suspicion.of(prompt.input):
            suspect = self.suspects.get(name)
            if suspect is None:
                self.suspects[name] = suspect = SuspectColumn(prompt.id, str(prompt.source), what)
            suspect.count += 1

    def _add_fault(self, fault: InputFault) -> None:
        self.faulty += 1
        if len(self.faults) < FAULTS_SHOWN:
            self.faults.append(f"{fault.source}: {fault.message}")

    def _learn(self, prompt: Prompt) -> None:
        """Compare the estimate for a prompt that was sent before with what was counted."""
        asked, model = self.given, prompt.model
        if asked.sampled:
            if prompt.id not in asked.sampled:
                return
        elif self._compared[model] >= CALIBRATED_ON:
            return
        record = asked.ledger.record(prompt.id) if asked.ledger else None
        if record is None:
            return
        self._compared[model] += 1
        self.history.setdefault(model, ModelHistory()).add_result(record)
        # Of all that it took, corrections and larger caps included: the next will need them, too.
        if record.usage is not None:
            self._calibration.observe(model, self._tokens(prompt), record.usage.input_tokens)

    def _tokens(self, prompt: Prompt) -> float:
        vocabulary = self.given.vocabularies.of(prompt.model)
        return prompt_tokens(prompt, vocabulary)

    def _cells(self) -> tuple[CellPlan, ...]:
        if not self.workload.axes:
            return ()
        to_do = self.workload.cells_to_do
        return tuple(CellPlan(label, n, to_do[label]) for label, n in self.workload.cells.items())

    def _columns(self, known: ColumnNames) -> ColumnUse:
        source = self.given.source
        names: frozenset[str] = source.used_names
        if source.output_spec and source.output_spec.language_column:
            names |= {source.output_spec.language_column}
        used = {known.find(name) or name for name in names}
        # The id is used for what it is.
        return ColumnUse(
            used=tuple(name for name in known.columns if name in used),
            unused=tuple(
                name
                for name in known.columns
                if name not in used and name not in (source.selection.id_columns or ("id",))
            ),
        )

    def _examples(self) -> Iterator[Example]:
        extremes = self.workload.extremes
        for which in ("first", "longest", "shortest"):
            prompt: Prompt | None = getattr(extremes, which)
            if prompt is not None:
                yield Example(
                    which=which,
                    id=prompt.id,
                    model=prompt.model,
                    source=str(prompt.source),
                    characters=len(message_text(prompt.messages)),
                    tokens=round(self._tokens(prompt)),
                    messages=prompt.messages,
                )


def _per_accepted(
    cost: CostRange | None, workload: WorkloadStats, share: float | None
) -> Decimal | None:
    if cost is None or cost.likely_usd is None or not share or not workload.to_do:
        return None
    return cost.likely_usd / (workload.to_do * Decimal(share))
