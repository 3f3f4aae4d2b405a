"""The statistics of a run: a fold over its results in constant memory."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from copygen.config import SecondCurrency
from copygen.config.prices import is_same_model
from copygen.models import Result, Status, Traffic, Usage
from copygen.results.breakdown import Breakdown, cell_of
from copygen.results.causes import Causes
from copygen.results.distribution import Distribution, Latency
from copygen.results.quality import QualityFold
from copygen.results.spending import Spending
from copygen.results.summary import Amount, FailureGroup, Summary

__all__ = ["FailureGroup", "Latency", "Stats", "Summary"]

MAX_MODELS = 50
"""Models that are told apart."""
MAX_NOTES = 50
"""Notes on replies that are told apart."""
MEAN_COUNT = 10
"""Known costs it takes to project the rest."""

_OTHER_MODELS = "(others)"
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
        self._counts[result.status] += 1
        self._attempts += result.attempts
        if result.model:
            self._count_model(result.model)
            self._model_costs.add(result.model, result)
        if self._matrix and result.input.keys() >= self._matrix_names:
            self._cell_costs.add(cell_of(result, self._matrix), result)
        self._time(result)
        if result.usage is not None:
            self._count_tokens(result.usage)
        self._spending.add(result, reference_cost_usd)
        if result.answered_by is not None and not is_same_model(result.model, result.answered_by):
            self._count_other(f"{result.model} → {result.answered_by}")
        if self._quality is not None:
            self._quality.add(result)
        for note in result.notes:
            if note in self._notes or len(self._notes) < MAX_NOTES:
                self._notes[note] += 1
        if result.error is not None or result.status is Status.FAILED:
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
            quality=self._quality.quality() if self._quality else None,
            answered_by_others=dict(self._others.most_common()),
        )

    def _count_other(self, models: str) -> None:
        room = models in self._others or len(self._others) < MAX_MODELS
        self._others[models if room else _OTHER_MODELS] += 1

    def _count_model(self, model: str) -> None:
        room = model in self._models or len(self._models) < MAX_MODELS
        self._models[model if room else _OTHER_MODELS] += 1

    def _time(self, result: Result) -> None:
        if result.latency_ms is not None:
            self._latency.add(result.latency_ms)
        if result.status in _HAS_TEXT:
            self._total_time.add(result.total_ms)
        elif result.status is Status.FAILED:
            self._failed_time.add(result.total_ms)

    def _count_tokens(self, usage: Usage) -> None:
        tokens = self._tokens
        tokens[0] += usage.input_tokens
        tokens[1] += usage.output_tokens
        tokens[2] += usage.cached_tokens
        tokens[3] += usage.cache_write_tokens
        tokens[4] += usage.reasoning_tokens

    def _cost_per_ok_usd(self) -> Decimal | None:
        cost, accepted = self._spending.cost_usd, self._counts[Status.OK]
        if cost is None or self._spending.unpriced or not accepted:
            return None
        return cost / accepted


def _converted(cost_usd: Decimal | None, currency: SecondCurrency | None) -> Amount | None:
    if cost_usd is None or currency is None:
        return None
    return Amount(cost_usd * currency.per_usd, currency.code)
