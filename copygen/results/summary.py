"""The figures of a finished run, as values and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from copygen.models import BudgetState, JsonValue, Kind, Severity, Status, Traffic, Usage
from copygen.results.record import dumps

SUMMARY_VERSION = 1
"""Of the JSON. Fields may be added under the same number; it grows when one changes or goes."""

PERCENTILE_COUNTS = {"p95_ms": 20, "p99_ms": 100}
"""Below this many values a percentile is the maximum under another name."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a currency other than the US dollar."""

    amount: Decimal
    code: str
    """ISO 4217, as `CNY`."""


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one cause."""

    kind: Kind
    status: int | None
    """The HTTP status they share, if any."""
    message: str
    """The message of the example. Text from outside: neutralise it before showing it."""
    count: int
    example_id: str
    various: bool = False
    """Everything else of this kind: there were too many causes to tell apart."""


@dataclass(frozen=True, slots=True)
class CacheHint:
    """A template that puts what changes from row to row before what stays the same."""

    first_column: str
    """The variable it inserts first."""
    prefix_tokens: int
    """About that many tokens come before it, the same in every prompt."""
    behind_tokens: int
    """About that many fixed tokens come after it, and are never read from the cache."""


@dataclass(frozen=True, slots=True)
class CostGroup:
    """Results that have something in common, and what they cost."""

    name: str
    """The model, or the values of the cell joined with commas. Text from outside."""
    results: int
    ok: int
    cost_usd: Decimal | None
    """The sum of all known costs; None when there are only unknown ones."""
    unpriced: int
    """Results that were sent but whose cost is unknown: with any, `cost_usd` is a lower bound."""
    cost_per_ok_usd: Decimal | None
    """`cost_usd` per accepted text; None unless every cost is known."""


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution of times, in milliseconds."""

    count: int
    """How many were measured: no percentile means anything without it."""
    mean_ms: float
    min_ms: float
    p50_ms: float
    p95_ms: float
    """The maximum when fewer than 20 were measured."""
    p99_ms: float
    """The maximum when fewer than 100 were measured."""
    max_ms: float


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Violations of one rule. Texts from outside: neutralise them before showing them."""

    rule: str
    severity: Severity
    count: int
    """Violations in the texts that were kept, not in those that were corrected."""
    example_id: str
    message: str
    """Of the example, with its field."""


@dataclass(frozen=True, slots=True)
class OpeningGroup:
    """How many accepted texts begin with the same words."""

    words: str
    """Folded: lower case, without punctuation. From a model: neutralise before showing."""
    count: int


@dataclass(frozen=True, slots=True)
class LanguageDoubt:
    """Accepted texts that may be in another language than asked for: more than are by chance."""

    field: str
    """Empty where there are no fields."""
    language: str
    """The English name of what was asked for."""
    other: str
    """The English name of what they may be in."""
    count: int
    texts: int
    """All accepted texts of that field in that language."""
    message: str
    """In words."""


@dataclass(frozen=True, slots=True)
class Quality:
    """What became of the texts that were judged. The first four are all of them."""

    first_try: int
    """Accepted as they came."""
    after_reask: int
    """Accepted after one or more corrections."""
    kept: int
    """Still wrong, and kept because the prompt file says so."""
    rejected: int
    """Still wrong."""
    reasks: int
    """Requests for a correction, of all texts."""
    rules: tuple[RuleGroup, ...]
    """Errors first, then most frequent first."""
    openings: tuple[OpeningGroup, ...] = ()
    """The most repeated beginnings of accepted texts."""
    language_doubts: tuple[LanguageDoubt, ...] = ()
    """Fields with texts that may be in another language than asked for."""
    language_notes: tuple[str, ...] = ()
    """Languages that were asked for and cannot be judged, one sentence each. Names in them are
    from outside: neutralise them before showing them."""


@dataclass(frozen=True, slots=True)
class DecidedTexts:
    """What became of texts that people had decided on, among the prompts of a source."""

    left: int
    """Texts that were approved, edited or locked, and are left as they are."""
    prompts: int
    """Theirs."""
    stale: Mapping[str, int]
    """What has changed since texts among them were decided on (columns, `the brief`), and of how
    many; most frequent first."""
    revised: int
    """Prompts made again with what a reviewer said of their text."""
    waiting: int
    """Prompts with a text that a person rejected, which nobody asked to make again."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run did. Counts are of prompts unless they say otherwise."""

    total: int
    """Results of this run."""
    by_status: Mapping[Status, int]
    """Results of this run by every status, 0 included."""
    skipped: int
    """Prompts not run because an earlier run had settled them; not part of `total`."""
    earlier: Mapping[Status, int]
    """Results of earlier runs in the results file, by status."""
    by_model: Mapping[str, int]
    """Results of this run by model; most frequent first."""
    wall_s: float
    throughput_per_s: float
    """Prompts brought to an end (`ok`, `rejected`, `failed`) per second of wall time."""
    latency: Latency | None
    """Of the attempts that produced a text."""
    total_time: Latency | None
    """Of the prompts that got a text, from start to end: waits, pacing and retries included."""
    failed_time: Latency | None
    """The same of the prompts that failed."""
    usage: Usage
    """Tokens of all results whose provider counted them."""
    attempts: int
    """HTTP requests sent for these results."""
    cost_usd: Decimal | None
    """The sum of all known costs, exact; None when no cost is known, 0 when nothing was sent."""
    priced: int
    """Results that were sent and whose cost is known."""
    unpriced: int
    """Results that were sent but whose cost is unknown: with any, `cost_usd` is a lower bound."""
    cost_notes: Mapping[str, int]
    """Why costs are unknown or uncertain, and how often; most frequent first."""
    unaccepted_cost_usd: Decimal
    """The part of `cost_usd` that went into results that are not `ok`."""
    cost_per_ok_usd: Decimal | None
    """`cost_usd`, failures included, per accepted text; None unless every cost is known."""
    reference_cost_usd: Decimal | None
    """The same results at reference prices; None when none has one. Counts only results whose own
    cost is known too, so that the saving compares like with like."""
    saving_usd: Decimal | None
    """Reference minus cost of those results; negative when dearer."""
    saving_share: Decimal | None
    """The saving as a share of the reference cost."""
    second_currency: Amount | None
    """`cost_usd` in a second currency, when there is one."""
    traffic: Traffic
    failures: tuple[FailureGroup, ...]
    """All results with an error and all `failed` ones by cause, most frequent first."""
    simulated: bool
    """No real provider was asked."""
    cost_by_status_usd: Mapping[Status, Decimal] = field(default_factory=dict)
    """The parts of `unaccepted_cost_usd` by status; a status that cost nothing is left out."""
    costs_by_model: tuple[CostGroup, ...] = ()
    """Largest first; at most `MAX_GROUPS` and one for the rest."""
    costs_by_cell: tuple[CostGroup, ...] = ()
    """The same by cell of the prompt file's matrix; empty without one."""
    left: int | None = None
    """Prompts of the source that this run did not bring to an end; None for a stream."""
    left_cost_usd: Decimal | None = None
    """What those would cost at this run's mean cost per prompt; None when that is unknown."""
    budget: BudgetState | None = None
    """How much of the limit on cost or tokens was used; None without one."""
    cache_hint: CacheHint | None = None
    """How the template could have more of its prompts read from the provider's cache."""
    answered_by_others: Mapping[str, int] = field(default_factory=dict)
    """Results that another model answered than the one asked for (a gateway's fallback), by
    `asked → answered`; most frequent first."""
    reply_notes: Mapping[str, int] = field(default_factory=dict)
    """What a person should know of replies, and of how many; most frequent first."""
    quality: Quality | None = None
    """How the texts fared against the rules of the prompt file; None where it has none."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Rows of the table that became no prompt, by what left them out (`--where`, `skip_if`)."""
    same: int = 0
    """Results that got the text of another prompt, which was the same; see `--unique`."""
    decided: DecidedTexts | None = None
    """What became of texts that people had decided on; None where nobody has."""

    @property
    def cache_hit_share(self) -> float | None:
        """The share of input tokens read from the provider's cache; None without any input."""
        usage = self.usage
        return usage.cached_tokens / usage.input_tokens if usage.input_tokens else None

    @property
    def unfinished(self) -> int:
        """Prompts that wait for a further run."""
        given_up = (Status.SKIPPED, Status.CANCELLED)
        return (self.left or 0) + sum(self.by_status.get(status, 0) for status in given_up)

    def to_json(self) -> bytes:
        """One JSON object on one line, `version` first; then the fields of this class.

        `cache_hit_share` comes last. Amounts are numbers. A percentile of fewer measurements than
        it takes to exceed it (20 for p95, 100 for p99) is null: it would be the maximum under
        another name. `configs/schemas/summary.schema.json` is its JSON schema.
        """
        fields = asdict(self)
        for name in ("latency", "total_time", "failed_time"):
            fields[name] = _without_hollow_percentiles(fields[name])
        fields["cache_hit_share"] = self.cache_hit_share
        return dumps({"version": SUMMARY_VERSION, **_plain(fields)}) + b"\n"


def _without_hollow_percentiles(figures: dict[str, JsonValue] | None) -> JsonValue:
    if figures is None:
        return None
    count = figures["count"]
    hollow = {name for name, needed in PERCENTILE_COUNTS.items() if count < needed}
    return {name: None if name in hollow else value for name, value in figures.items()}


def _plain(value: JsonValue) -> JsonValue:
    """Decimals as numbers; orjson would have them as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
