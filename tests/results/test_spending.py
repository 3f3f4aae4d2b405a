from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Result, Status
from copygen.results.stats import MAX_NOTES, Spending
from tests.support.records import patient, result

USD = st.integers(0, 10**9).map(lambda value: Decimal(value).scaleb(-12))


def costing(usd: str | None, note: str | None = None, **fields: Any) -> Result:
    cost = None if usd is None else Decimal(usd)
    return result(cost_usd=cost, cost_note=note, **fields)


def of(*results: Result, reference: str | None = None) -> Spending:
    spending = Spending()
    for item in results:
        spending.add(item, None if reference is None else Decimal(reference))
    return spending


@patient
@given(st.lists(USD, min_size=1, max_size=200))
def test_the_sum_is_exact(costs: list[Decimal]) -> None:
    spending = of(*(result(cost_usd=cost) for cost in costs))

    assert spending.cost_usd == sum(costs)


def test_tiny_costs_are_not_lost_in_large_sums() -> None:
    spending = of(costing("1e20"), costing("1e-20"), costing("1e-20"))

    assert spending.cost_usd == Decimal("100000000000000000000.00000000000000000002")


@pytest.mark.parametrize(
    ("results", "cost", "priced", "unpriced"),
    [
        ([], "0", 0, 0),
        ([costing("0.5"), costing("0.25")], "0.75", 2, 0),
        ([costing("0.5"), costing(None)], "0.5", 1, 1),
        ([costing(None)], None, 0, 1),
        ([costing("0")], "0", 1, 0),
        ([costing(None, attempts=0), costing("0", attempts=0)], "0", 0, 0),
    ],
)
def test_an_unknown_cost_is_never_a_silent_zero(
    results: list[Result], cost: str | None, priced: int, unpriced: int
) -> None:
    spending = of(*results)

    assert spending.cost_usd == (None if cost is None else Decimal(cost))
    assert (spending.priced, spending.unpriced) == (priced, unpriced)


def test_what_was_spent_on_unusable_results_is_told_apart() -> None:
    spending = of(
        costing("1"),
        costing("0.2", status=Status.REJECTED),
        costing("0.03", status=Status.FAILED),
        costing("0.004", status=Status.CANCELLED),
    )

    assert spending.unaccepted_usd == Decimal("0.234")
    assert spending.cost_usd == Decimal("1.234")


def test_notes_are_grouped_most_frequent_first_without_those_of_unsent_prompts() -> None:
    spending = of(
        costing(None, "no price for x"),
        costing("1", "estimated"),
        costing("1", "estimated"),
        costing("0", "nothing was sent", attempts=0),
        costing("1"),
    )

    assert list(spending.notes.items()) == [("estimated", 2), ("no price for x", 1)]


def test_notes_are_bounded() -> None:
    spending = of(*(costing(None, f"no price for {number}") for number in range(500)))

    assert len(spending.notes) == MAX_NOTES + 1
    assert sum(spending.notes.values()) == 500


def test_the_saving_compares_only_results_that_have_both_figures() -> None:
    spending = of(costing("1"), costing("2"), reference="10")
    spending.add(costing("50"), None)
    spending.add(costing(None), Decimal(10))

    assert spending.reference_usd == 20
    assert spending.saving_usd == 17
    assert spending.saving_share == Decimal("0.85")


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        (of(costing("1")), (None, None, None)),
        (of(costing("3"), reference="2"), (2, -1, Decimal("-0.5"))),
        (of(costing("0"), reference="0"), (0, 0, None)),
    ],
)
def test_there_is_no_saving_without_a_reference_and_it_may_be_a_loss(
    spending: Spending, expected: tuple[object, ...]
) -> None:
    found = (spending.reference_usd, spending.saving_usd, spending.saving_share)
    assert found == expected
