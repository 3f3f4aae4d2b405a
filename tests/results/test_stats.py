import json
from dataclasses import fields
from decimal import Decimal
from typing import Any

import pytest

from copygen.config import SecondCurrency, schema_text
from copygen.models import Kind, Result, Status, Traffic, Usage
from copygen.results.stats import MAX_MODELS, Stats
from copygen.results.summary import Summary
from tests.support.records import result

TRAFFIC = Traffic(requests=9, retries=2, rate_limited=1, possibly_billed=1)
NOT_SENT = {"attempts": 0, "cost_usd": None, "usage": None, "text": None, "latency_ms": None}

RUN = [
    result("a", latency_ms=40.0, total_ms=50.0, cost_usd=Decimal("0.01"), attempts=3),
    result("b", latency_ms=60.0, total_ms=90.0, cost_usd=Decimal("0.02"), model="gpt-4.1"),
    result("c", status=Status.REJECTED, latency_ms=80.0, total_ms=85.0, cost_usd=Decimal("0.03")),
    result("d", status=Status.FAILED, latency_ms=None, total_ms=900.0, cost_usd=Decimal("0.04")),
    result("e", status=Status.SKIPPED, **NOT_SENT),
    result("f", status=Status.CANCELLED, **{**NOT_SENT, "attempts": 1}),
]


def of(*results: Result, **options: Any) -> Summary:
    stats = Stats()
    for item in results:
        stats.add(item)
    return stats.summary(**{"wall_s": 2.0, "traffic": TRAFFIC, "earlier": {}, **options})


def test_counts_are_by_status_and_model() -> None:
    summary = of(*RUN, earlier={Status.OK: 7})

    assert summary.total == 6
    assert summary.by_status == {
        Status.OK: 2,
        Status.REJECTED: 1,
        Status.FAILED: 1,
        Status.SKIPPED: 1,
        Status.CANCELLED: 1,
    }
    assert summary.by_model == {"deepseek-chat": 5, "gpt-4.1": 1}
    assert summary.earlier == {Status.OK: 7}
    assert summary.attempts == 7
    assert summary.traffic is TRAFFIC


def test_throughput_counts_the_prompts_that_came_to_their_end() -> None:
    assert of(*RUN).throughput_per_s == 2.0
    assert of(*RUN, wall_s=0.0).throughput_per_s == 0.0


def test_attempt_prompt_and_failure_times_are_three_distributions() -> None:
    summary = of(*RUN)

    assert summary.latency is not None
    assert (summary.latency.count, summary.latency.mean_ms) == (3, 60.0)
    assert summary.total_time is not None
    assert (summary.total_time.count, summary.total_time.max_ms) == (3, 90.0)
    assert summary.failed_time is not None
    assert (summary.failed_time.count, summary.failed_time.p50_ms) == (1, 900.0)


def test_tokens_are_summed_by_kind_where_they_are_known() -> None:
    one = Usage(100, 10, cached_tokens=64, cache_write_tokens=8, reasoning_tokens=4)
    summary = of(result("a", usage=one), result("b", usage=one), result("c", usage=None))

    assert summary.usage == Usage(200, 20, 128, 16, 8)


def test_cost_per_accepted_text_includes_what_failed() -> None:
    summary = of(*RUN[:4])

    assert summary.cost_usd == Decimal("0.10")
    assert summary.unaccepted_cost_usd == Decimal("0.07")
    assert summary.cost_per_ok_usd == Decimal("0.05")


@pytest.mark.parametrize(
    "results",
    [
        [],
        [result("a", status=Status.FAILED)],
        [RUN[0], result("b", cost_usd=None)],
        [result("b", cost_usd=None)],
    ],
)
def test_cost_per_accepted_text_is_unknown_rather_than_wrong(results: list[Result]) -> None:
    assert of(*results).cost_per_ok_usd is None


def test_costs_are_converted_when_there_is_a_rate() -> None:
    rate = SecondCurrency(code="CNY", per_usd=Decimal("7.3"))

    converted = of(*RUN[:4], second_currency=rate).second_currency

    assert converted is not None
    assert (converted.amount, converted.code) == (Decimal("0.730"), "CNY")
    assert of(*RUN[:4]).second_currency is None
    assert of(result("a", cost_usd=None), second_currency=rate).second_currency is None


def test_the_saving_is_against_the_reference_given_with_each_result() -> None:
    stats = Stats()
    stats.add(RUN[0], reference_cost_usd=Decimal("0.04"))
    stats.add(RUN[1])
    summary = stats.summary(wall_s=1.0, traffic=TRAFFIC, earlier={})

    assert summary.reference_cost_usd == Decimal("0.04")
    assert summary.saving_usd == Decimal("0.03")
    assert summary.saving_share == Decimal("0.75")


def test_failures_are_grouped_with_an_example() -> None:
    summary = of(*RUN, result("g", status=Status.FAILED))

    (group,) = summary.failures
    assert (group.kind, group.status, group.count, group.example_id) == (Kind.SERVER, 503, 2, "d")


def test_a_failure_without_an_error_is_not_hidden() -> None:
    assert of(result("a", status=Status.FAILED, error=None)).failures[0].count == 1


def test_models_without_end_are_bounded() -> None:
    summary = of(*(result(str(n), model=f"model-{n}") for n in range(200)))

    assert len(summary.by_model) == MAX_MODELS + 1
    assert sum(summary.by_model.values()) == 200


def test_a_run_without_results_has_a_summary() -> None:
    summary = of()

    assert (summary.total, summary.latency, summary.failures) == (0, None, ())
    assert summary.cost_usd == 0


def test_the_running_figures_can_be_read_at_any_time() -> None:
    stats = Stats()
    assert (stats.cost_usd, stats.unpriced, stats.skipped) == (Decimal(0), 0, 0)

    stats.add(RUN[0])
    stats.add(result("x", cost_usd=None))
    stats.skip(3)
    stats.skip()

    assert stats.by_status[Status.OK] == 2
    assert (stats.cost_usd, stats.unpriced, stats.skipped) == (Decimal("0.01"), 1, 4)
    assert stats.summary(wall_s=1.0, traffic=TRAFFIC, earlier={}).skipped == 4


# JSON


def test_the_json_has_a_version_and_every_field() -> None:
    summary = of(*RUN, earlier={Status.OK: 7}, simulated=True)

    written = summary.to_json()
    value = json.loads(written)

    assert written.startswith(b'{"version":1,"total":6,')
    assert written.endswith(b"}\n")
    assert list(value) == [
        "version",
        *(field.name for field in fields(Summary)),
        "cache_hit_share",
    ]
    assert value["by_status"] == {"ok": 2, "rejected": 1, "failed": 1, "skipped": 1, "cancelled": 1}
    assert value["earlier"] == {"ok": 7}
    assert value["cost_usd"] == 0.1
    assert value["traffic"]["rate_limited"] == 1
    assert value["failures"][0]["kind"] == "server"
    assert value["latency"]["max_ms"] == 80.0
    assert value["simulated"] is True


def test_the_published_schema_names_every_field() -> None:
    schema = json.loads(schema_text("summary"))
    written = json.loads(of(*RUN).to_json())

    assert schema["required"] == list(schema["properties"]) == list(written)


@pytest.mark.parametrize(
    ("count", "p95", "p99"),
    [(19, None, None), (20, 19.0, None), (99, 95.0, None), (100, 95.0, 99.0)],
)
def test_a_percentile_of_too_few_measurements_is_null(
    count: int, p95: float | None, p99: float | None
) -> None:
    summary = of(*(result(str(n), latency_ms=float(n)) for n in range(1, count + 1)))

    latency = json.loads(summary.to_json())["latency"]

    assert (latency["count"], latency["p95_ms"], latency["p99_ms"]) == (count, p95, p99)


def test_text_from_outside_cannot_break_the_json() -> None:
    summary = of(result("\ud800\u2028", model="\udfff", status=Status.FAILED))

    assert json.loads(summary.to_json())["failures"][0]["example_id"] == "\ud800\u2028"
    assert len(summary.to_json().decode().splitlines()) == 1
