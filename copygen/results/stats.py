"""The statistics of a run: folds over its results, each in constant memory."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TypeAlias

from copygen.config import SecondCurrency
from copygen.config.prices import is_same_model
from copygen.models import (
    ErrorInfo,
    JsonValue,
    Kind,
    Result,
    Severity,
    Status,
    Traffic,
    Usage,
    Violation,
)
from copygen.results.summary import (
    Amount,
    CostGroup,
    FailureGroup,
    Latency,
    Quality,
    RuleGroup,
    Summary,
)

MAX_GROUPS = 200
"""Groups that are told apart; what comes later shares one."""
OTHERS = "(others)"
MAX_EXAMPLES = 2
"""Of each status that are kept to be shown."""
_WITH_TEXT = (Status.OK, Status.REJECTED)
MAX_NOTES = 50
"""Notes that are told apart; a note names a model or a reason, so there are few."""


class _Sum:
    __slots__ = ("cost_usd", "ok", "priced", "results", "unpriced")

    def __init__(self) -> None:
        self.results = self.ok = self.priced = self.unpriced = 0
        self.cost_usd = Decimal(0)


class Breakdown:
    """Sums by a name."""

    def __init__(self) -> None:
        self._sums: dict[str, _Sum] = {}

    def add(self, name: str, result: Result) -> None:
        """Take in one result of the group `name`; about a microsecond."""
        found = self._sums.get(name) or self._begin(name)
        found.results += 1
        found.ok += result.status is Status.OK
        if result.cost_usd is not None:
            found.priced += 1
            found.cost_usd = EXACT.add(found.cost_usd, result.cost_usd)
        elif result.attempts:
            found.unpriced += 1

    def groups(self) -> tuple[CostGroup, ...]:
        """All groups, the largest first; what could not be told apart is one of them."""
        order = sorted(self._sums.items(), key=lambda item: -item[1].results)
        return tuple(_group(name, found) for name, found in order)

    def _begin(self, name: str) -> _Sum:
        return self._sums.setdefault(name if len(self._sums) < MAX_GROUPS else OTHERS, _Sum())


def cell_of(result: Result, variables: tuple[str, ...]) -> str:
    """The matrix cell a result belongs to: its values of these variables."""
    return cell_name(result.input.get(name) for name in variables)


def cell_name(values: Iterable[JsonValue]) -> str:
    """What a cell of the matrix with these values is called."""
    return ", ".join(
        str(value).lower() if isinstance(value, bool) else str(value) for value in values
    )


def _group(name: str, found: _Sum) -> CostGroup:
    unknown = found.unpriced and not found.priced
    exact = found.ok and not found.unpriced
    return CostGroup(
        name,
        found.results,
        found.ok,
        None if unknown else found.cost_usd,
        found.unpriced,
        found.cost_usd / found.ok if exact else None,
    )


EXACT_COUNT = 1000
"""Up to this many values percentiles are exact."""

_GROWTH = 1.02  # of bucket bounds; the middle of a bucket is then within 1 % of all in it
_LOG_GROWTH = math.log(_GROWTH)
_MIDDLE = 2 / (1 + _GROWTH)  # of a bucket, as a share of its upper bound


class Distribution:
    """A fold over non-negative numbers.

    Count, mean, minimum and maximum are exact. Percentiles are nearest-rank: exact, an observed
    value, up to `EXACT_COUNT` values; from there on read off buckets 2 % wide, so within 1 %.
    """

    __slots__ = ("_buckets", "_exact", "_max", "_min", "_sum", "count")

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0.0
        self._min = math.inf
        self._max = 0.0
        self._exact: list[float] | None = []
        self._buckets: Counter[int] = Counter()

    @property
    def held(self) -> int:
        """How many numbers are kept; below about 1 700 whatever is added."""
        return len(self._buckets if self._exact is None else self._exact)

    def add(self, value: float) -> None:
        """Take in one value; a negative one, from a clock that was set back, counts as 0."""
        value = max(value, 0.0)
        self.count += 1
        self._sum += value
        self._min = min(self._min, value)
        self._max = max(self._max, value)
        if self._exact is None:
            self._buckets[_bucket(value)] += 1
        else:
            self._exact.append(value)
            if len(self._exact) > EXACT_COUNT:
                self._buckets.update(map(_bucket, self._exact))
                self._exact = None

    def percentile(self, share: float) -> float:
        """The smallest value that at least `share` (0 < share <= 1) of all values do not exceed.

        Raises ValueError when there are none.
        """
        if not self.count:
            raise ValueError("no percentile of nothing")
        rank = max(math.ceil(share * self.count), 1)
        if self._exact is not None:
            return sorted(self._exact)[rank - 1]
        for bucket in sorted(self._buckets):
            rank -= self._buckets[bucket]
            if rank <= 0:
                break
        return min(max(_value(bucket), self._min), self._max)

    def latency(self) -> Latency | None:
        """The distribution as figures to show; None when nothing was measured."""
        if not self.count:
            return None
        return Latency(
            count=self.count,
            mean_ms=self._sum / self.count,
            min_ms=self._min,
            p50_ms=self.percentile(0.50),
            p95_ms=self.percentile(0.95),
            p99_ms=self.percentile(0.99),
            max_ms=self._max,
        )


_ZERO = -(2**31)  # the bucket of 0, below all others


def _bucket(value: float) -> int:
    # Below a nanosecond nothing is measured; it also keeps the number of buckets bounded.
    return math.ceil(math.log(value) / _LOG_GROWTH) if value >= 1e-6 else _ZERO


def _value(bucket: int) -> float:
    return 0.0 if bucket == _ZERO else _MIDDLE * _GROWTH**bucket


EXACT = Context(prec=60)
"""A million sums of the smallest price times one token lose nothing."""
_OTHER_NOTES = "for other reasons"


class Spending:
    """A fold over results; sums are exact. Its properties are those of `Summary`."""

    def __init__(self) -> None:
        self.priced = 0
        self.unpriced = 0
        self.by_status: dict[Status, Decimal] = {}
        self._cost_usd = Decimal(0)
        self._notes: Counter[str] = Counter()
        self._reference_usd = Decimal(0)
        self._referred_usd = Decimal(0)
        self._references = 0

    def add(self, result: Result, reference_cost_usd: Decimal | None) -> None:
        """Take in one result, and what it would have cost at the reference price."""
        cost, note = result.cost_usd, result.cost_note
        if result.attempts:
            self.priced += cost is not None
            self.unpriced += cost is None
            if note is not None:
                room = note in self._notes or len(self._notes) < MAX_NOTES
                self._notes[note if room else _OTHER_NOTES] += 1
        if cost is None:
            return
        self._cost_usd = EXACT.add(self._cost_usd, cost)
        if result.status is not Status.OK and cost:
            so_far = self.by_status.get(result.status, Decimal(0))
            self.by_status[result.status] = EXACT.add(so_far, cost)
        if reference_cost_usd is not None:
            self._references += 1
            self._reference_usd = EXACT.add(self._reference_usd, reference_cost_usd)
            self._referred_usd = EXACT.add(self._referred_usd, cost)

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of all known costs; None when there are only unknown ones."""
        return None if self.unpriced and not self.priced else self._cost_usd

    @property
    def unaccepted_usd(self) -> Decimal:
        """What went into results that are not `ok`."""
        return sum(self.by_status.values(), Decimal(0))

    @property
    def notes(self) -> Mapping[str, int]:
        """Why costs are unknown or uncertain, most frequent first."""
        return dict(self._notes.most_common())

    @property
    def reference_usd(self) -> Decimal | None:
        """The reference cost of the results that have one and whose cost is known."""
        return self._reference_usd if self._references else None

    @property
    def saving_usd(self) -> Decimal | None:
        """Reference minus cost of those results."""
        if not self._references:
            return None
        return EXACT.subtract(self._reference_usd, self._referred_usd)

    @property
    def saving_share(self) -> Decimal | None:
        """The saving as a share of the reference; None when that is nothing."""
        saving = self.saving_usd
        return saving / self._reference_usd if saving is not None and self._reference_usd else None


MAX_CAUSES = 50
"""Causes that are told apart; later ones are grouped by their kind alone."""

_COMPARED_CHARACTERS = 300
_WORD = re.compile(r"[\w.+/:-]+")
_DIGIT = re.compile(r"\d")
_UNRECORDED = ErrorInfo(Kind.BAD_REPLY, "failed without an error on record")

_Cause: TypeAlias = tuple[Kind, int | None, str]


@dataclass(slots=True)
class _Group:
    message: str
    example_id: str
    various: bool
    count: int = 0


class Causes:
    """A fold over errors. Holds at most `MAX_CAUSES` groups and one more per kind."""

    def __init__(self) -> None:
        self._groups: dict[_Cause, _Group] = {}

    def add(self, id_: str, error: ErrorInfo | None) -> None:
        """Count the error of the result `id_`; None is a failure that says nothing."""
        error = error or _UNRECORDED
        cause: _Cause = (error.kind, error.status, alike(error.message))
        group = self._groups.get(cause)
        if group is None:
            various = len(self._groups) >= MAX_CAUSES
            if various:
                cause = (error.kind, None, "")
            group = self._groups.setdefault(cause, _Group(error.message, id_, various))
        group.count += 1

    def groups(self) -> tuple[FailureGroup, ...]:
        """The causes, most frequent first; among equals the one seen first."""
        ranked = sorted(self._groups.items(), key=lambda entry: -entry[1].count)
        return tuple(
            FailureGroup(kind, status, group.message, group.count, group.example_id, group.various)
            for (kind, status, _), group in ranked
        )


def alike(message: str) -> str:
    """`message` with all that differs between rows with one cause taken out.

    Every word that holds a digit (ids, counts, times, hashes) becomes `#`.
    """
    return _WORD.sub(_without_digits, message[:_COMPARED_CHARACTERS])


def _without_digits(match: re.Match[str]) -> str:
    word = match.group()
    return "#" if _DIGIT.search(word) else word


MAX_RULES = 100
"""Rules that are told apart; violations of further ones are counted together."""


class ViolationCounts:
    """Violations by severity and rule, the first of each as an example.

    Holds at most `MAX_RULES` of them and one more for each severity, however many are added.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[Severity, str]] = Counter()
        self._examples: dict[tuple[Severity, str], tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self._counts)

    def add(self, violation: Violation, id_: str, message: str) -> None:
        """Count one, of the item `id_`; `message` is what is shown of it as an example."""
        key = (violation.severity, violation.rule)
        if key not in self._counts and len(self._counts) >= MAX_RULES:
            key = (violation.severity, OTHERS)
        self._counts[key] += 1
        self._examples.setdefault(key, (id_, message))

    def groups(self) -> tuple[RuleGroup, ...]:
        """By rule: errors first, the most frequent first, among equals the one seen first."""
        ranked = sorted(
            self._counts.items(), key=lambda entry: (entry[0][0] is not Severity.ERROR, -entry[1])
        )
        return tuple(
            RuleGroup(rule, severity, count, *self._examples[severity, rule])
            for (severity, rule), count in ranked
        )


class QualityFold:
    """Counts results that were judged."""

    def __init__(self) -> None:
        self._fates: Counter[str] = Counter()
        self._reasks = 0
        self._rules = ViolationCounts()

    def add(self, result: Result) -> None:
        """Count one result; one that has no text does not count."""
        if result.text is None or result.status not in (Status.OK, Status.REJECTED):
            return
        self._reasks += result.reasks
        self._fates[_fate(result)] += 1
        for violation in result.violations:
            message = f"{_place(violation)}{violation.message}"
            self._rules.add(violation, result.id, message)

    def quality(self) -> Quality:
        """The counts so far."""
        return Quality(
            first_try=self._fates["first_try"],
            after_reask=self._fates["after_reask"],
            kept=self._fates["kept"],
            rejected=self._fates["rejected"],
            reasks=self._reasks,
            rules=self._rules.groups(),
        )


def _fate(result: Result) -> str:
    if result.status is Status.REJECTED:
        return "rejected"
    if any(one.severity is Severity.ERROR for one in result.violations):
        return "kept"
    return "after_reask" if result.reasks else "first_try"


def _place(violation: Violation) -> str:
    if violation.field is None:
        return ""
    number = "" if violation.index is None else f" {violation.index + 1}"
    return f"{violation.field}{number}: "


MAX_MODELS = 50
"""Models that are told apart."""
MEAN_COUNT = 10
"""Known costs it takes to project the rest."""

_HAS_TEXT = frozenset({Status.OK, Status.REJECTED})
_ENDED = (Status.OK, Status.REJECTED, Status.FAILED)


class Stats:
    """Counts, times, tokens, money and causes of failure of the results added so far.

    Memory does not grow with the number of results. The properties may be read at any time.
    """

    def __init__(self, matrix: tuple[str, ...] = (), *, judged: bool = False) -> None:
        """`matrix` names the variables of the prompt file's matrix, if it has one; `judged` says
        that the texts of the run are held against rules.
        """
        self.skipped = 0
        """Prompts not run because an earlier run had settled them."""
        self.same = 0
        """Results that got the text of another prompt."""
        self._counts = dict.fromkeys(Status, 0)
        self._models: Counter[str] = Counter()
        self._others: Counter[str] = Counter()
        """Results that another model answered."""
        self._latency = Distribution()
        self._total_time = Distribution()
        self._failed_time = Distribution()
        self._tokens = [0] * 5
        self._attempts = 0
        self._spending = Spending()
        self._matrix = matrix
        self._matrix_names = frozenset(matrix)
        self._model_costs = Breakdown()
        self._cell_costs = Breakdown()
        self._causes = Causes()
        self._notes: Counter[str] = Counter()
        self._quality = QualityFold() if judged else None
        self.examples: list[Result] = []
        """The first accepted and the first rejected ones."""

    @property
    def by_status(self) -> Mapping[Status, int]:
        """Results by every status, 0 included. A live view."""
        return self._counts

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of all known costs; None when there are only unknown ones."""
        return self._spending.cost_usd

    @property
    def unpriced(self) -> int:
        """Results that were sent but whose cost is unknown."""
        return self._spending.unpriced

    def projected_usd(self, left: int) -> Decimal | None:
        """What this run will have cost with `left` more prompts at `mean_usd`."""
        cost, mean = self._spending.cost_usd, self.mean_usd
        return None if cost is None or mean is None else cost + mean * left

    @property
    def mean_usd(self) -> Decimal | None:
        """The mean cost of a prompt; None before `MEAN_COUNT` are known, for few say little."""
        spending = self._spending
        if spending.cost_usd is None or spending.priced < MEAN_COUNT:
            return None
        return spending.cost_usd / spending.priced

    def skip(self, prompts: int = 1) -> None:
        """Count prompts that an earlier run has settled."""
        self.skipped += prompts

    def add(self, result: Result, *, reference_cost_usd: Decimal | None = None) -> None:
        """Take in one result, and what it would have cost at the reference price if there is one.

        Costs about ten microseconds.
        """
        status, model, usage = result.status, result.model, result.usage
        self._counts[status] = number = self._counts[status] + 1
        if number <= MAX_EXAMPLES and status in _WITH_TEXT:
            self.examples.append(result)
        self._attempts += result.attempts
        if model:
            room = model in self._models or len(self._models) < MAX_MODELS
            self._models[model if room else OTHERS] += 1
            self._model_costs.add(model, result)
        if self._matrix and result.input.keys() >= self._matrix_names:
            self._cell_costs.add(cell_of(result, self._matrix), result)
        if result.latency_ms is not None:
            self._latency.add(result.latency_ms)
        self.same += result.same_as is not None
        if result.same_as is not None:
            pass  # it took no time of its own
        elif status in _HAS_TEXT:
            self._total_time.add(result.total_ms)
        elif status is Status.FAILED:
            self._failed_time.add(result.total_ms)
        if usage is not None:
            tokens = self._tokens
            tokens[0] += usage.input_tokens
            tokens[1] += usage.output_tokens
            tokens[2] += usage.cached_tokens
            tokens[3] += usage.cache_write_tokens
            tokens[4] += usage.reasoning_tokens
        self._spending.add(result, reference_cost_usd)
        answered_by = result.answered_by
        if answered_by not in (None, model) and not is_same_model(model, answered_by):
            models = f"{model} → {answered_by}"
            room = models in self._others or len(self._others) < MAX_MODELS
            self._others[models if room else OTHERS] += 1
        if self._quality is not None:
            self._quality.add(result)
        for note in result.notes:
            if note in self._notes or len(self._notes) < MAX_NOTES:
                self._notes[note] += 1
        if result.error is not None or status is Status.FAILED:
            self._causes.add(result.id, result.error)

    def summary(
        self,
        *,
        wall_s: float,
        traffic: Traffic,
        earlier: Mapping[Status, int],
        second_currency: SecondCurrency | None = None,
        simulated: bool = False,
    ) -> Summary:
        """The figures of a run that took `wall_s` seconds.

        `traffic` is the engine's count, `earlier` that of the results file before this run.
        """
        counts, spending = dict(self._counts), self._spending
        ended = sum(counts[status] for status in _ENDED)
        return Summary(
            total=sum(counts.values()),
            by_status=counts,
            skipped=self.skipped,
            earlier=dict(earlier),
            by_model=dict(self._models.most_common()),
            wall_s=wall_s,
            throughput_per_s=ended / wall_s if wall_s > 0 else 0.0,
            latency=self._latency.latency(),
            total_time=self._total_time.latency(),
            failed_time=self._failed_time.latency(),
            usage=Usage(*self._tokens),
            attempts=self._attempts,
            cost_usd=spending.cost_usd,
            priced=spending.priced,
            unpriced=spending.unpriced,
            cost_notes=spending.notes,
            unaccepted_cost_usd=spending.unaccepted_usd,
            cost_by_status_usd=dict(spending.by_status),
            costs_by_model=self._model_costs.groups(),
            costs_by_cell=self._cell_costs.groups(),
            cost_per_ok_usd=self._cost_per_ok_usd(),
            reference_cost_usd=spending.reference_usd,
            saving_usd=spending.saving_usd,
            saving_share=spending.saving_share,
            second_currency=_converted(spending.cost_usd, second_currency),
            traffic=traffic,
            failures=self._causes.groups(),
            reply_notes=dict(self._notes.most_common()),
            simulated=simulated,
            same=self.same,
            quality=self._quality.quality() if self._quality else None,
            answered_by_others=dict(self._others.most_common()),
        )

    def _cost_per_ok_usd(self) -> Decimal | None:
        cost, accepted = self._spending.cost_usd, self._counts[Status.OK]
        if cost is None or self._spending.unpriced or not accepted:
            return None
        return cost / accepted


def _converted(cost_usd: Decimal | None, currency: SecondCurrency | None) -> Amount | None:
    if cost_usd is None or currency is None:
        return None
    return Amount(cost_usd * currency.per_usd, currency.code)
