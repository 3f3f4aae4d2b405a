import io
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from copygen.models import Kind, Severity, Status, Traffic
from copygen.results.summary import (
    CacheHint,
    CostGroup,
    FailureGroup,
    Latency,
    OpeningGroup,
    Quality,
    RuleGroup,
    Summary,
)
from copygen.view.summary import render_summary
from tests.view.sample_summary import COMPLETE, GOLDEN, HOSTILE, NOTHING, PARTIAL, WIDTHS, drawn

CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
CLOSING = 3
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
        ({"cost_by_status_usd": {Status.FAILED: Decimal("0.02")}}, "$0.0200 of it failed"),
        (
            {"traffic": Traffic(9, possibly_billed=1, possibly_billed_usd=Decimal("0.003"))},
            "up to $0.0030 more possibly billed",
        ),
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


def groups(count: int) -> tuple[CostGroup, ...]:
    """Groups of which each is dearer than the one before it."""
    cost = Decimal("0.001")
    return tuple(
        CostGroup(f"model-{n}", 100, 90, cost * n, 0, cost * n / 90) for n in range(1, count + 1)
    )


@pytest.mark.parametrize(
    ("field", "label"), [("costs_by_model", "By model"), ("costs_by_cell", "By cell")]
)
def test_several_models_or_cells_are_told_apart_by_what_they_cost(field: str, label: str) -> None:
    shown = drawn(replace(COMPLETE, **{field: groups(2)}), 100)  # type: ignore[arg-type]  # a table
    assert label in shown
    assert re.search(r"model-2 +90 of 100 +\$0\.0020 +\$0\.0000222 ", shown)
    assert label not in drawn(replace(COMPLETE, **{field: groups(1)}), 100)  # type: ignore[arg-type]


def test_of_many_groups_the_dearest_are_shown() -> None:
    shown = drawn(replace(COMPLETE, costs_by_cell=groups(9)), 100)
    assert re.findall(r"model-\d", shown) == [f"model-{n}" for n in range(9, 3, -1)]
    assert "3 more" in shown


def test_a_group_with_unknown_costs_shows_a_bound_and_no_mean() -> None:
    some = CostGroup("a", 5, 5, Decimal("0.1"), 2, None)
    none = CostGroup("b", 5, 5, None, 5, None)
    shown = drawn(replace(COMPLETE, costs_by_model=(some, none)), 100)
    assert re.search(r"a +5 of 5 +at least \$0\.1000 +– ", shown)
    assert re.search(r"b +5 of 5 +unknown +– ", shown)


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, "92 % of $0.20 used · $0.0021 of it possibly billed"),
        ({"kept_usd": Decimal(0)}, "91 % of $0.20 used  "),
        ({"limit_usd": None, "limit_tokens": 2_000_000}, "82 % of 2,000,000 tokens used"),
    ],
)
def test_a_limit_says_how_much_of_it_is_used(changes: dict[str, object], shown: str) -> None:
    budget = replace(PARTIAL.budget, **changes)  # type: ignore[type-var, arg-type]  # a table
    assert shown in drawn(replace(PARTIAL, budget=budget), 80)
    assert "Limit" not in drawn(COMPLETE, 80)


def test_prompts_that_are_left_are_named_with_what_they_would_cost() -> None:
    summary = replace(COMPLETE, left=1240, left_cost_usd=Decimal("1.49"))
    shown = drawn(summary, 80)
    assert shown.startswith("╭─ 5,000 prompts ok, 1,240 left ─")
    assert "Next         1,240 not done, about $1.49: copygen run prompts.yaml" in shown


def test_a_hint_names_the_column_that_keeps_the_template_out_of_the_cache() -> None:
    hint = CacheHint(f"title{HOSTILE}", 40, 1900)
    shown = " ".join(drawn(replace(COMPLETE, cache_hint=hint), 120).split())
    assert "inserts title\\x1b[2J" in shown
    assert "about 1,900 tokens that never" in shown


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
    summary = replace(
        COMPLETE, total=sum(by_status.values()), by_status=by_status, left_cost_usd=None
    )
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
    named = tuple(
        replace(group, name=name) for group, name in zip(groups(3), hostile, strict=False)
    )
    summary = replace(
        PARTIAL,
        failures=(group,),
        costs_by_model=named,
        costs_by_cell=named[::-1],
        cache_hint=CacheHint(name, 1, 2000),
        cost_notes=hostile,
    )
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    render_summary(summary, console, results=name, command=message)
    assert not CONTROL.search(stream.getvalue())


QUALITY = Quality(
    first_try=4500,
    after_reask=485,
    kept=0,
    rejected=12,
    reasks=530,
    rules=(
        RuleGroup("length", Severity.ERROR, 14, "sku-7", "headline 3: 34 of 30 width units"),
        RuleGroup("grounding.claim", Severity.WARNING, 3, "sku-9", HOSTILE),
    ),
    openings=(OpeningGroup("elevate your", 9), OpeningGroup(HOSTILE, 4)),
)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_texts_that_were_judged_have_their_own_lines(width: int) -> None:
    shown = drawn(replace(PARTIAL, quality=QUALITY), width)
    lines = shown.splitlines()[: -CLOSING - 1]
    assert {cell_len(line) for line in lines} == {min(width, 100)}
    assert "12 rejected: copygen run prompts.yaml --retry rejected" in shown
    flat = " ".join(shown.replace("│", " ").split())
    for words in (
        "4,500 accepted at first try",
        "485 after a re-ask",
        "12 rejected",
        "530 re-asks",
    ):
        assert words in flat
    assert "9 × “elevate your”" in flat
    assert "violations by rule, an example each" in flat
    assert "sku-7" in flat
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_run_without_rules_has_none_of_them() -> None:
    shown = drawn(PARTIAL, 80)
    assert "re-ask" not in shown
    assert "violations" not in shown
