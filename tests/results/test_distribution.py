import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.results.stats import EXACT_COUNT, Distribution
from tests.support.records import patient

MILLISECONDS = st.floats(0, 1e8) | st.sampled_from([0.0, 1e-9, 1e-6, 38.0, 1e7])


def of(values: list[float]) -> Distribution:
    distribution = Distribution()
    for value in values:
        distribution.add(value)
    return distribution


def nearest_rank(values: list[float], share: float) -> float:
    return sorted(values)[max(math.ceil(share * len(values)), 1) - 1]


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([7.0], 0.01, 7.0),
        ([7.0], 1.0, 7.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(1, 101)], 0.95, 95.0),
        ([float(n) for n in range(1, 101)], 0.99, 99.0),
        ([float(n) for n in range(100, 0, -1)], 0.50, 50.0),
        ([0.0, 0.0, 5.0], 0.6, 0.0),
        ([-3.0], 0.5, 0.0),
    ],
)
def test_percentiles_are_nearest_rank(values: list[float], share: float, expected: float) -> None:
    assert of(values).percentile(share) == expected


@patient
@given(st.lists(MILLISECONDS, min_size=1, max_size=EXACT_COUNT), st.floats(0.001, 1))
def test_few_values_have_exact_percentiles(values: list[float], share: float) -> None:
    assert of(values).percentile(share) == nearest_rank(values, share)


@patient
@given(
    st.lists(MILLISECONDS, min_size=1, max_size=50),
    st.integers(EXACT_COUNT // 50 * 51, EXACT_COUNT * 2),
    st.floats(0.001, 1),
)
def test_many_values_have_percentiles_within_one_percent(
    some: list[float], size: int, share: float
) -> None:
    values = (some * size)[:size]

    found = of(values).percentile(share)

    assert found == pytest.approx(nearest_rank(values, share), rel=0.01, abs=1e-6)


@patient
@given(st.lists(MILLISECONDS, min_size=1, max_size=50), st.sampled_from([1, 100]))
def test_count_mean_and_extremes_are_exact(some: list[float], times: int) -> None:
    values = some * times

    figures = of(values).latency()

    assert figures is not None
    assert figures.count == len(values)
    assert figures.mean_ms == pytest.approx(statistics.fmean(values))
    assert (figures.min_ms, figures.max_ms) == (min(values), max(values))
    order = [figures.min_ms, figures.p50_ms, figures.p95_ms, figures.p99_ms, figures.max_ms]
    assert order == sorted(order)


def test_memory_does_not_grow_with_the_number_of_values() -> None:
    distribution = of([1e-6 * 1.001**n for n in range(30_000)])

    assert distribution.held < 1700


def test_nothing_measured_is_nothing_to_show() -> None:
    assert Distribution().latency() is None
    with pytest.raises(ValueError, match="nothing"):
        Distribution().percentile(0.5)
