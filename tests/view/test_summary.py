import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from copygen.models import Kind, Status, Traffic
from copygen.results.stats import FailureGroup, Latency, Summary
from copygen.view.summary import render_summary
from tests.view.sample_summary import COMPLETE, GOLDEN, NOTHING, PARTIAL, WIDTHS, drawn

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CLOSING = 2
"""Lines after the tables, which may be as long as the command they hold."""


@pytest.mark.parametrize("width", WIDTHS)
def test_the_summary_looks_as_designed(width: int) -> None:
    assert drawn(PARTIAL, width) == (GOLDEN / f"summary-{width}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", range(24, 140, 4))
def test_every_border_lines_up_at_any_width(width: int) -> None:
    lines = drawn(PARTIAL, width).splitlines()[:-CLOSING]
    assert {cell_len(line) for line in lines} == {min(width, 100)}
    assert {line[0] for line in lines} == {"╭", "│", "╰"}


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_figure_is_cut_off(width: int) -> None:
    assert "…" not in drawn(PARTIAL, width)


def test_a_path_and_a_command_can_be_copied_whole() -> None:
    console = Console(file=(stream := io.StringIO()), width=40)
    path, command = "a/" * 40 + "out.jsonl", "copygen run " + "b/" * 40 + "a.yaml"
    render_summary(PARTIAL, console, results=path, command=command)
    assert f"  Results      {path}\n" in stream.getvalue()
    assert f"3 failed: {command} --retry failed\n" in stream.getvalue()


@pytest.mark.parametrize(
    ("summary", "headline"),
    [
        (COMPLETE, "5,000 prompts ok"),
        (replace(COMPLETE, total=1, by_status={Status.OK: 1}), "1 prompt ok"),
        (PARTIAL, "4,985 of 5,000 prompts ok"),
        (replace(COMPLETE, total=2, by_status={Status.FAILED: 2}), "0 of 2 prompts ok"),
        (NOTHING, "no prompts"),
        (replace(NOTHING, skipped=1200), "nothing to do: 1,200 prompts done earlier"),
    ],
)
def test_the_first_line_is_the_verdict(summary: Summary, headline: str) -> None:
    assert drawn(summary, 80).startswith(f"╭─ {headline} ─")


@pytest.mark.parametrize(
    ("summary", "style"),
    [
        (COMPLETE, "32m"),
        (PARTIAL, "33m"),
        (replace(COMPLETE, by_status={Status.FAILED: 5000}), "31m"),
    ],
)
def test_the_verdict_is_green_yellow_or_red(summary: Summary, style: str) -> None:
    stream = io.StringIO()
    console = Console(file=stream, width=80, force_terminal=True, color_system="standard")
    render_summary(summary, console)
    assert style in stream.getvalue().partition("prompts ok")[0]


def test_a_simulated_run_says_that_no_money_was_spent() -> None:
    assert "simulated: no money was spent" in drawn(PARTIAL, 40)
    assert "simulated" not in drawn(COMPLETE, 80)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "$0.1811 · CNY 1.32 · $0.0000363 per accepted text"),
        ({"cost_usd": Decimal(0), "second_currency": None}, "$0.00 · "),
        (
            {"unpriced": 12, "cost_per_ok_usd": None, "second_currency": None},
            "at least $0.1811 · 12 unpriced",
        ),
        (
            {"cost_usd": None, "unpriced": 5000, "cost_notes": {"no price for x\x1b[2J": 5000}},
            r"unknown · 5,000 × no price for x\x1b[2J",
        ),
        ({"unaccepted_cost_usd": Decimal("0.02")}, "$0.0200 of it for unaccepted texts"),
    ],
)
def test_cost_is_a_figure_a_bound_or_unknown_with_the_reason(
    changes: dict[str, object], shown: str
) -> None:
    assert shown in drawn(replace(COMPLETE, **changes), 100)  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "$1.03 (85 %) against $1.21 at the reference price"),
        (
            {"saving_usd": Decimal(-2), "saving_share": Decimal(-1)},
            "none: $2.00 more than $1.21 at the reference price",
        ),
        ({"saving_share": None}, "$1.03 against"),
    ],
)
def test_the_saving_is_measured_against_the_reference(
    changes: dict[str, object], shown: str
) -> None:
    assert shown in drawn(replace(COMPLETE, **changes), 80)  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize("field", ["saving_usd", "reference_cost_usd"])
def test_without_a_reference_there_is_no_saving(field: str) -> None:
    assert "Saving" not in drawn(replace(COMPLETE, **{field: None}), 80)  # type: ignore[arg-type]  # a table


def test_percentiles_of_a_handful_are_not_named() -> None:
    (line,) = [line for line in drawn(PARTIAL, 80).splitlines() if "failed prompt" in line]
    assert line.split()[3:] == ["9.12", "s", "8.00", "s", "–", "–", "18.9", "s", "3", "│"]


@pytest.mark.parametrize(
    ("count", "hidden"), [(19, 2), (20, 1), (99, 1), (100, 0)], ids=lambda value: str(value)
)
def test_a_percentile_is_named_from_the_first_count_that_can_exceed_it(
    count: int, hidden: int
) -> None:
    latency = Latency(count, 41.2, 20.0, 38.1, 62.4, 97.3, 1231.0)
    shown = drawn(replace(COMPLETE, latency=latency, total_time=None), 80)
    (line,) = [line for line in shown.splitlines() if "ok attempt" in line]
    assert line.count("–") == hidden


def test_several_models_are_told_apart() -> None:
    models = {f"model-{number}": 100 - number for number in range(7)}
    shown = drawn(replace(COMPLETE, by_model=models), 100)
    assert "100 model-0 · 99 model-1" in shown
    assert "2 more" in shown
    assert "model-5" not in shown
    assert "Models" not in drawn(COMPLETE, 100)


def test_traffic_is_left_out_when_nothing_was_sent() -> None:
    assert "Traffic" not in drawn(replace(COMPLETE, traffic=Traffic()), 80)


def test_a_group_of_various_failures_says_so() -> None:
    group = FailureGroup(Kind.SERVER, None, "oops", 7, "a", various=True)
    assert "7  server (various)" in drawn(replace(PARTIAL, failures=(group,)), 80)


@pytest.mark.parametrize(
    ("by_status", "steps"),
    [
        ({Status.OK: 5}, []),
        ({Status.OK: 5, Status.REJECTED: 1}, []),
        ({Status.FAILED: 3}, ["3 failed: copygen run prompts.yaml --retry failed"]),
        ({Status.SKIPPED: 2, Status.CANCELLED: 1}, ["3 not done: copygen run prompts.yaml"]),
        (
            {Status.SKIPPED: 2, Status.FAILED: 1},
            [
                "2 not done: copygen run prompts.yaml",
                "1 failed: copygen run prompts.yaml --retry failed",
            ],
        ),
    ],
)
def test_what_to_do_next_is_a_command(by_status: dict[Status, int], steps: list[str]) -> None:
    summary = replace(COMPLETE, total=sum(by_status.values()), by_status=by_status)
    next_lines = [line for line in drawn(summary, 80).splitlines() if line.startswith("  Next")]
    assert [line.split(maxsplit=1)[1] for line in next_lines] == steps


def test_failures_of_earlier_runs_are_not_forgotten_when_nothing_is_left_to_do() -> None:
    summary = replace(NOTHING, skipped=5, earlier={Status.OK: 2, Status.FAILED: 3})
    assert "3 failed: copygen run prompts.yaml --retry failed" in drawn(summary, 80)


def test_results_on_standard_output_have_no_path() -> None:
    console = Console(file=(stream := io.StringIO()), width=80)
    render_summary(PARTIAL, console)
    assert "Results" not in stream.getvalue()
    assert "Next" not in stream.getvalue()


@given(st.text(), st.text(), st.integers(30, 120))
def test_no_text_from_outside_disturbs_the_table(message: str, name: str, width: int) -> None:
    group = FailureGroup(Kind.SERVER, 500, message, 1, name)
    hostile = {message: 1, name: 2}
    summary = replace(PARTIAL, failures=(group,), by_model=hostile, cost_notes=hostile)
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    render_summary(summary, console, results=name, command=message)
    assert not CONTROL.search(stream.getvalue())
