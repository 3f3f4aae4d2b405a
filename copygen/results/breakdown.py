"""What a run cost by model and by matrix cell: a fold over its results in bounded memory."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from copygen.models import JsonValue, Result, Status
from copygen.results.spending import EXACT

MAX_GROUPS = 200
"""Groups that are told apart; what comes later shares one."""
OTHERS = "(others)"


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
