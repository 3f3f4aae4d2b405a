"""One finished run with something of everything, to be varied by tests."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from rich.console import Console

from copygen.models import BudgetState, Kind, Status, Traffic, Usage
from copygen.results.summary import Amount, CacheHint, CostGroup, FailureGroup, Latency, Summary
from copygen.view.summary import render_summary

HOSTILE = "\x1b[2J\x1b]52;c;ZXZpbA==\x07[/red]\u202eevil"

NOTHING = Summary(
    total=0,
    by_status=dict.fromkeys(Status, 0),
    skipped=0,
    earlier=dict.fromkeys(Status, 0),
    by_model={},
    wall_s=0.1,
    throughput_per_s=0.0,
    latency=None,
    total_time=None,
    failed_time=None,
    usage=Usage(0, 0),
    attempts=0,
    cost_usd=Decimal(0),
    priced=0,
    unpriced=0,
    cost_notes={},
    unaccepted_cost_usd=Decimal(0),
    cost_per_ok_usd=None,
    reference_cost_usd=None,
    saving_usd=None,
    saving_share=None,
    second_currency=None,
    traffic=Traffic(),
    failures=(),
    simulated=False,
)
PARTIAL = Summary(
    total=5000,
    by_status=dict.fromkeys(Status, 0) | {Status.OK: 4985, Status.REJECTED: 12, Status.FAILED: 3},
    skipped=1200,
    earlier=dict.fromkeys(Status, 0) | {Status.OK: 1200},
    by_model={"deepseek-chat": 5000},
    wall_s=42.3,
    throughput_per_s=118.2,
    latency=Latency(4985, 41.2, 20.0, 38.1, 62.4, 97.3, 1231.0),
    total_time=Latency(4997, 92.2, 21.0, 40.1, 812.4, 2197.3, 31_231.0),
    failed_time=Latency(3, 9120.0, 512.0, 8000.0, 18_850.0, 18_850.0, 18_850.0),
    usage=Usage(1_204_331, 431_102, cached_tokens=400_000, reasoning_tokens=12),
    attempts=5240,
    cost_usd=Decimal("0.18106"),
    priced=5000,
    unpriced=0,
    cost_notes={},
    unaccepted_cost_usd=Decimal("0.00042"),
    cost_by_status_usd={Status.REJECTED: Decimal("0.00034"), Status.FAILED: Decimal("0.00008")},
    cost_per_ok_usd=Decimal("0.0000363"),
    reference_cost_usd=Decimal("1.2071"),
    saving_usd=Decimal("1.02604"),
    saving_share=Decimal("0.85"),
    second_currency=Amount(Decimal("1.3217"), "CNY"),
    traffic=Traffic(5240, 240, 31, 1, 12, Decimal("0.0021")),
    failures=(
        FailureGroup(Kind.TIMEOUT, None, "no reply within 30 s", 2, "sku-00123/th/2"),
        FailureGroup(
            Kind.CONTENT_FILTER,
            400,
            f"「高級タイシルクのスカーフ」は表示できません 🧣 {HOSTILE}",
            1,
            "ผ้าไหมไทย-001",
        ),
    ),
    simulated=True,
    costs_by_model=(
        CostGroup("deepseek-chat", 4000, 3990, Decimal("0.1012"), 0, Decimal("0.00002536")),
        CostGroup("gpt-4.1", 1000, 995, Decimal("0.07986"), 3, None),
    ),
    costs_by_cell=(
        CostGroup("en, playful", 1700, 1695, Decimal("0.0520"), 0, Decimal("0.0000307")),
        CostGroup("th, playful", 1700, 1690, Decimal("0.0721"), 0, Decimal("0.0000427")),
        CostGroup("ja, playful", 1600, 1600, Decimal("0.05696"), 0, Decimal("0.0000356")),
    ),
    left=1240,
    left_cost_usd=Decimal("0.0449"),
    budget=BudgetState(
        limit_usd=Decimal("0.2"),
        limit_tokens=None,
        spent_usd=Decimal("0.18106"),
        spent_tokens=1_635_433,
        kept_usd=Decimal("0.0021"),
        kept_tokens=12_000,
        reserved_usd=Decimal(0),
        reserved_tokens=0,
        waiting=0,
    ),
    cache_hint=CacheHint("title", 40, 1900),
)
COMPLETE = replace(
    PARTIAL,
    by_status=dict.fromkeys(Status, 0) | {Status.OK: 5000},
    skipped=0,
    failed_time=None,
    traffic=Traffic(5000),
    unaccepted_cost_usd=Decimal(0),
    cost_by_status_usd={},
    failures=(),
    simulated=False,
    costs_by_model=(),
    costs_by_cell=(),
    left=0,
    left_cost_usd=Decimal(0),
    budget=None,
    cache_hint=None,
)

GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (40, 60, 80, 120)


def drawn(summary: Summary, width: int) -> str:
    """The summary as plain text of this width."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None)
    render_summary(summary, console, results="out.jsonl", command="copygen run prompts.yaml")
    return stream.getvalue()


if __name__ == "__main__":  # `python -m tests.view.sample_summary` after a wanted change of looks
    GOLDEN.mkdir(exist_ok=True)
    for width in WIDTHS:
        (GOLDEN / f"summary-{width}.txt").write_text(drawn(PARTIAL, width), encoding="utf-8")
