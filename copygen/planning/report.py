"""What `copygen plan` found out, as values and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from pathlib import Path

from copygen.models import JsonValue, Message, Status
from copygen.results.jsontext import dumps

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
    """Present, but no part of any prompt."""


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
