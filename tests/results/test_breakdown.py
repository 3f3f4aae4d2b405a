from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Result, Status
from copygen.results.stats import MAX_GROUPS, MEAN_COUNT, OTHERS, Breakdown, Stats, cell_of
from copygen.results.summary import CostGroup
from tests.support.records import result

costs = st.none() | st.decimals(0, 1, allow_nan=False, places=9)


def of(name: str, *results: Result) -> CostGroup:
    breakdown = Breakdown()
    for one in results:
        breakdown.add(name, one)
    (group,) = breakdown.groups()
    return group


def test_a_group_counts_accepted_texts_and_pays_for_the_others_too() -> None:
    group = of(
        "m",
        result("a", cost_usd=Decimal("0.01")),
        result("b", cost_usd=Decimal("0.02")),
        result("c", cost_usd=Decimal("0.03"), status=Status.REJECTED),
    )
    assert group == CostGroup("m", 3, 2, Decimal("0.06"), 0, Decimal("0.03"))


def test_an_unknown_cost_makes_the_sum_a_bound_and_the_mean_unknown() -> None:
    known = result("a", cost_usd=Decimal("0.01"))
    unknown = result("b", cost_usd=None)
    assert of("m", known, unknown) == CostGroup("m", 2, 2, Decimal("0.01"), 1, None)
    assert of("m", unknown) == CostGroup("m", 1, 1, None, 1, None)


def test_what_was_never_sent_has_no_unknown_cost() -> None:
    unsent = result("a", status=Status.CANCELLED, cost_usd=None, attempts=0)
    assert of("m", unsent) == CostGroup("m", 1, 0, Decimal(0), 0, None)


@given(st.lists(st.tuples(st.integers(0, 2 * MAX_GROUPS), costs), max_size=600))
def test_memory_is_bounded_and_nothing_is_lost(added: list[tuple[int, Decimal | None]]) -> None:
    breakdown = Breakdown()
    for name, cost in added:
        breakdown.add(str(name), replace(result("a"), cost_usd=cost))
    groups = breakdown.groups()
    assert len(groups) <= MAX_GROUPS + 1
    assert sum(group.results for group in groups) == len(added)
    known = [cost for _, cost in added if cost is not None]
    assert sum(group.cost_usd or 0 for group in groups) == sum(known)
    assert sum(group.unpriced for group in groups) == len(added) - len(known)


def test_the_groups_past_the_bound_share_one() -> None:
    breakdown = Breakdown()
    for number in range(MAX_GROUPS + 5):
        breakdown.add(str(number), result("a"))
    (others,) = [group for group in breakdown.groups() if group.name == OTHERS]
    assert others.results == 5


def test_a_cell_is_named_by_its_values() -> None:
    one = result("a", input={"title": "x", "tone": "warm", "sale": True, "n": 3})
    assert cell_of(one, ("tone", "sale", "n")) == "warm, true, 3"


def test_rows_that_never_became_a_prompt_belong_to_no_cell() -> None:
    stats = Stats(("tone",))
    stats.add(result("a", input={"title": "x"}))
    stats.add(result("b", input={"title": "x", "tone": "warm"}))
    summary = stats.summary(wall_s=1.0, traffic=None, earlier={})  # type: ignore[arg-type]  # unread
    assert [(group.name, group.results) for group in summary.costs_by_cell] == [("warm", 1)]


def test_the_total_is_projected_from_the_mean_once_there_is_one() -> None:
    stats = Stats()
    for number in range(MEAN_COUNT - 1):
        stats.add(result(str(number), cost_usd=Decimal("0.01")))
    assert stats.projected_usd(90) is None
    stats.add(result("x", cost_usd=Decimal("0.03")))
    assert stats.projected_usd(90) == Decimal("0.12") + 90 * Decimal("0.012")
    assert stats.projected_usd(0) == Decimal("0.12")


def test_nothing_is_projected_from_unknown_costs() -> None:
    stats = Stats()
    for number in range(2 * MEAN_COUNT):
        stats.add(result(str(number), cost_usd=None))
    assert stats.projected_usd(90) is None
