"""What `copygen plan` found out, as values, as JSON and as sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from copygen.config import ProviderConfig
from copygen.config.settings import retirement_of
from copygen.models import JsonValue, Message, Status
from copygen.planning.workload import WorkloadStats
from copygen.results.reader import LedgerReader
from copygen.results.record import dumps
from copygen.results.summary import DecidedTexts
from copygen.system import command_line

PLAN_VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""


@dataclass(frozen=True, slots=True)
class Range:
    """A figure that is not known exactly."""

    low: float
    likely: float | None
    """None: nothing says where between the other two it will be."""
    high: float | None
    """None: nothing bounds it."""

    def __add__(self, other: "Range") -> "Range":
        return Range(
            self.low + other.low,
            _sum(self.likely, other.likely),
            _sum(self.high, other.high),
        )


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class CostRange:
    """US dollars."""

    low_usd: Decimal
    likely_usd: Decimal | None
    """None while no usage of earlier prompts is known."""
    high_usd: Decimal | None
    """None when nothing bounds the output."""
    worst_usd: Decimal | None
    """If every text were as long as it may be, every correction and larger cap were needed, and
    every attempt had to be repeated and paid for as often as the settings allow."""

    def __add__(self, other: "CostRange") -> "CostRange":
        return CostRange(
            self.low_usd + other.low_usd,
            _sum_usd(self.likely_usd, other.likely_usd),
            _sum_usd(self.high_usd, other.high_usd),
            _sum_usd(self.worst_usd, other.worst_usd),
        )


def _sum_usd(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other


@dataclass(frozen=True, slots=True)
class Example:
    """One rendered prompt."""

    which: str
    """`first`, `longest` or `shortest`."""
    id: str
    model: str
    source: str
    """`file:line:column` of its row."""
    characters: int
    tokens: int
    """Estimated."""
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class ModelPlan:
    """The prompts of one model."""

    model: str
    prompts: int
    to_do: int
    input_tokens: Range
    """Of those to do, as all figures below."""
    output_tokens: Range
    cost: CostRange | None
    """None when unknown."""
    cost_note: str | None
    """Why the cost is unknown, or what to know about the price."""
    learned_from: int
    """Records whose usage the likely output rests on."""
    calibrated_on: int
    """Records that the estimate of the input was compared with."""
    accepted_share: float | None
    """Of the texts learned from."""
    latency_ms: float | None
    """Mean of the texts learned from."""


@dataclass(frozen=True, slots=True)
class CellPlan:
    """The prompts of one matrix cell."""

    label: str
    prompts: int
    to_do: int


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """The columns of the input, in the order they are met."""

    used: tuple[str, ...]
    unused: tuple[str, ...]
    """Present, but no part of any prompt, nor what says a text's language."""


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the results file says of these prompts."""

    path: str | None
    """None: results go to standard output, and nothing is remembered."""
    records: int
    done: Mapping[Status, int]
    """Prompts that are settled and are not sent again."""
    again: int
    """Prompts that were asked before and are asked again: cut short, or chosen with --retry."""
    changed: int
    """Prompts whose id is known, but what is sent is not the same as then."""
    changes: Mapping[str, int]
    """Why, most frequent first: names of columns (`column:NAME`), `model`, `provider`, or
    `wording` for everything else that is sent. A prompt can have several."""
    new: int
    """Prompts whose id is not known."""
    gone: int
    """Records whose prompt is not in the input any more."""
    gone_ids: tuple[str, ...]
    """The first few of them."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long the run will take."""

    low_s: float | None
    high_s: float | None
    limited_by: str | None
    """What it waits for most: `rpm`, `tpm` or `concurrency`; None when nothing is known."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of a run before it."""

    provider: str
    prompts: int
    to_do: int
    variants: int
    axes: tuple[str, ...]
    models: tuple[ModelPlan, ...]
    """Most prompts first."""
    cells: tuple[CellPlan, ...]
    """In the order they are met; empty without a matrix."""
    scripts: Mapping[str, int]
    """Estimated input tokens of what is to do, by script; most first."""
    columns: ColumnUse
    examples: tuple[Example, ...]
    ledger: LedgerState
    input_tokens: Range
    output_tokens: Range
    cost: CostRange | None
    """The sum over the models whose price is known; None when there is none."""
    unpriced: int
    """Prompts to do whose price is unknown: with any, the cost is a lower bound."""
    accepted_share: float | None
    cost_per_accepted_usd: Decimal | None
    """Likely cost of all, per text that will likely be accepted."""
    duration: Duration
    sampled: int
    """Prompts that --sample chose; the likely figures rest on them."""
    faults: tuple[str, ...]
    """The first faulty rows of a stream, each with its place."""
    faulty: int
    notes: tuple[str, ...]
    """What else to know before running, one sentence each."""
    written: Mapping[str, str] = field(default_factory=dict)
    """Column → how a template writes it, for those whose name is no plain word."""
    numbered: Mapping[str, str] = field(default_factory=dict)
    """Column → the name it would have in a template, if another column had not taken it."""
    same: int = 0
    """Prompts that are not sent but get the text of another one, with `--unique`."""
    decided: DecidedTexts | None = None
    """What would become of texts that people decided on; None where nobody has."""

    def to_json(self) -> bytes:
        """One JSON object on one line, `version` first; then the fields of this class.

        Amounts are numbers.
        """
        return dumps({"version": PLAN_VERSION, **_plain(asdict(self))}) + b"\n"


def _plain(value: JsonValue) -> JsonValue:
    """Decimals as numbers, enumerations as the text they are."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def shown_path(path: Path | None) -> str | None:
    """A path as the report holds it."""
    return None if path is None else str(path)


_SHOWN: Final = 3
_SAMPLE: Final = 5
"""Prompts of the sample that is proposed."""


@dataclass(slots=True)
class SuspectColumn:
    """A column with values that read like orders to the model."""

    example_id: str
    source: str
    what: str
    """What the first of them does."""
    count: int = 0
    """Prompts with such a value."""


@dataclass(frozen=True, slots=True)
class NoteInput:
    """What notes are made of."""

    report: Report
    workload: WorkloadStats
    provider: ProviderConfig
    ledger: LedgerReader | None
    now: datetime
    suspects: Mapping[str, SuspectColumn] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """Of the prompt file and its table."""
    id_proposals: tuple[str, ...] = ()
    """Columns that could be the ids of rows that have none."""


def notes_of(report: Report, facts: NoteInput) -> Report:
    """The report with its notes."""
    return replace(report, notes=tuple(note for rule in _RULES for note in rule(facts)))


def _retiring(facts: NoteInput) -> Iterator[str]:
    for plan in facts.report.models:
        end = retirement_of(facts.provider, plan.model, facts.now.date())
        if end is not None and plan.to_do:
            yield str(end)


def _unpriced(facts: NoteInput) -> Iterator[str]:
    models = [plan.model for plan in facts.report.models if plan.cost is None and plan.to_do]
    if models:
        more = f" and {len(models) - _SHOWN} more" if len(models) > _SHOWN else ""
        yield (
            f"no price is known for {', '.join(models[:_SHOWN])}{more}: add it to your settings "
            f"file under providers.{facts.provider.name}.models.<model>.price, in US dollars per "
            "million tokens: {input: ..., output: ...}"
        )


def _unbounded(facts: NoteInput) -> Iterator[str]:
    uncapped = sum(group.uncapped for group in facts.workload.models.values())
    if uncapped and any(plan.output_tokens.high is None for plan in facts.report.models):
        yield (
            f"{uncapped:,} prompts have no max_tokens, so nothing bounds their cost: set it in the "
            "prompt file"
        )


def _unlearned(facts: NoteInput) -> Iterator[str]:
    report = facts.report
    # A sample of everything would be the run itself.
    if report.to_do > _SAMPLE and any(p.to_do and not p.learned_from for p in report.models):
        yield (
            f"how long the texts will be is not known yet: --sample {_SAMPLE} sends {_SAMPLE} "
            "prompts, keeps their texts, and narrows all this down"
        )


def _textless(facts: NoteInput) -> Iterator[str]:
    if facts.workload.textless:
        yield (
            f"{facts.workload.textless:,} prompts have parts other than text (images, files): "
            "their tokens are not in these figures"
        )


def _rescued(facts: NoteInput) -> Iterator[str]:
    if facts.ledger is not None and (path := facts.ledger.rescued) is not None:
        yield (
            f"{path} holds results rescued by an earlier run; the next run takes them back first, "
            "so less may be left to do than is said here"
        )


def _warned(facts: NoteInput) -> Iterator[str]:
    yield from facts.warnings


def _suspicious(facts: NoteInput) -> Iterator[str]:
    for name, suspect in facts.suspects.items():
        prompts = "prompt" if suspect.count == 1 else "prompts"
        yield (
            f"the column '{name}' looks like an instruction to the model in {suspect.count:,} "
            f"{prompts}, first at {suspect.source} ('{suspect.example_id}' {suspect.what}): look "
            f"at it, and mark the column as material in the prompt file: untrusted: [{name}]"
        )


def _same(facts: NoteInput) -> Iterator[str]:
    if facts.report.same:
        yield f"{facts.report.same:,} prompts are the same as others and get their texts (--unique)"


def _unnamed(facts: NoteInput) -> Iterator[str]:
    if facts.id_proposals:
        first, *others = facts.id_proposals
        also = f" (also {', '.join(map(repr, others[:_SHOWN]))})" if others else ""
        yield (
            f"rows have ids made of their content; the values of '{first}' all differ{also}: "
            f"{command_line(['--id', first])} names each row by it"
        )


def _numbered(facts: NoteInput) -> Iterator[str]:
    found = [*facts.report.numbered.items()]
    for column, wanted in found[:_SHOWN]:
        way = facts.report.written.get(column, f"{{{{ {column} }}}}")
        yield f"the name '{wanted}' belongs to another column: '{column}' is written {way}"
    if len(found) > _SHOWN:
        yield f"{len(found) - _SHOWN:,} more columns would have the name of another one"


_RULES = (
    *(_warned, _same, _unnamed, _numbered, _suspicious, _retiring),
    *(_unpriced, _unbounded, _unlearned, _textless, _rescued),
)
