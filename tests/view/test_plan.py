"""The plan's screen: whole at every width, and its words right."""

import io
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from rich.cells import cell_len
from rich.console import Console

from copygen.models import Message, Status
from copygen.planning.report import (
    CellPlan,
    ColumnUse,
    CostRange,
    Duration,
    Example,
    LedgerState,
    ModelPlan,
    Range,
    Report,
)
from copygen.view.plan import about, between, money_between, render_plan
from copygen.view.progress import ReadProgress

MESSAGES = (Message("system", "Reply with the copy only."), Message("user", "ผ้าไหม 東京 " * 20))
MODEL = ModelPlan(
    model="deepseek-chat",
    prompts=18_000,
    to_do=300,
    input_tokens=Range(27_000, 30_000, 33_000),
    output_tokens=Range(14_000, 15_000, 16_000),
    cost=CostRange(Decimal("0.01"), Decimal("0.02"), Decimal("0.03"), Decimal("0.09")),
    cost_note="a note on the price",
    learned_from=17_700,
    calibrated_on=200,
    accepted_share=0.97,
    latency_ms=950.0,
)
REPORT = Report(
    provider="holysheep",
    prompts=20_000,
    to_do=312,
    variants=2,
    axes=("language", "angle"),
    models=(MODEL, replace(MODEL, model="house-model", prompts=2000, to_do=12, cost=None)),
    cells=tuple(CellPlan(f"Thai,angle {n}", 1000, 16) for n in range(20)),
    scripts={"Latin": 20_000, "Thai": 9_000, "Han": 1_000},
    columns=ColumnUse(("title", "price"), tuple(f"column_{n}" for n in range(12))),
    examples=tuple(
        Example(which, f"sku-{which}", "deepseek-chat", "items.csv:2:1", 300, 90, MESSAGES)
        for which in ("first", "longest", "shortest")
    ),
    ledger=LedgerState(
        path="a/long/path/to/items.results.jsonl",
        records=19_700,
        done={Status.OK: 19_400, Status.FAILED: 200, Status.REJECTED: 88},
        again=3,
        changed=309,
        changes={"column:title": 290, "column:price": 22, "wording": 1},
        new=5,
        gone=12,
        gone_ids=("sku-1", "sku-2", "sku-3"),
    ),
    input_tokens=Range(27_000, 30_000, 33_000),
    output_tokens=Range(14_000, 15_000, 16_000),
    cost=MODEL.cost,
    unpriced=12,
    accepted_share=0.97,
    cost_per_accepted_usd=Decimal("0.00007"),
    duration=Duration(38.0, 46.0, "concurrency"),
    sampled=0,
    faults=(),
    faulty=0,
    notes=("no price is known for house-model",),
)


def shown(report: Report, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    render_plan(report, console, command="copygen run items.csv -t ad.yaml")
    text = console.file.getvalue()  # type: ignore[attr-defined] - a StringIO
    assert isinstance(text, str)
    return text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
def test_no_panel_is_wider_than_the_terminal(width: int) -> None:
    for line in shown(REPORT, width).splitlines():
        if line.startswith(("│", "╭", "╰")):
            assert cell_len(line) == min(width, 100)


@pytest.mark.parametrize(
    "words",
    [
        "312 of 20,000 prompts to send to holysheep",
        "20 matrix cells · 2 variants of each · 2 models",
        "Columns    title · price",
        "column_0 · column_1 · column_2",
        "4 more",
        "19,400 ok · 200 failed · 88 rejected · 3 to be asked again · 5 new",
        "309 changed: 290 title · 22 price · 1 wording or parameters",
        "12 records of prompts that are gone: sku-1, sku-2, sku-3, …",
        "about 30,000 (27,000–33,000) · Latin 67 % · Thai 30 % · Han 3 %",
        "from 35,400 texts made earlier",
        "at least about $0.0200 ($0.0100–$0.0300)",
        "at most $0.0900 with every retry",
        "$0.0000700 per accepted text",
        "12 prompts unpriced",
        "97 % of the texts made earlier",
        "38.0 s to 46.0 s · 0.95 s each",
        "16 of 1,000",
        "and 8 more",
        "note: no price is known for house-model",
        "Next  copygen run items.csv -t ad.yaml",
    ],
)
def test_it_says(words: str) -> None:
    assert words in shown(REPORT, 100)


def test_a_message_that_was_shown_is_not_repeated() -> None:
    assert shown(REPORT, 100).count("Reply with the copy only.") == 1
    assert shown(REPORT, 100).count("as above") == 4


def test_a_prompt_that_is_first_and_longest_is_shown_once() -> None:
    same = replace(REPORT, examples=REPORT.examples[:1] * 3)
    assert shown(same).count(" prompt: ") == 1


def test_nothing_to_do_has_no_cost_and_no_next_step() -> None:
    done = replace(REPORT, to_do=0)
    assert "nothing to do: 20,000 prompts done earlier" in shown(done)
    for word in ("Cost", "Time", "Next"):
        assert word not in shown(done)


def test_what_is_not_known_is_not_made_up() -> None:
    bare = replace(
        REPORT,
        cost=None,
        accepted_share=None,
        duration=Duration(None, None, None),
        output_tokens=Range(0, None, None),
        models=(replace(MODEL, learned_from=0, latency_ms=None),),
    )
    text = shown(bare)
    assert "Cost       unknown" in text
    assert "Tokens out unknown" in text
    assert "unknown until there are texts to learn from" in text
    assert "Accepted" not in text


def test_hostile_values_stay_text() -> None:
    evil = "\x1b[31m[bold]\nx"
    report = replace(
        REPORT,
        columns=ColumnUse((evil,), (evil,)),
        cells=(CellPlan(evil, 1, 1),),
        faults=(evil,),
        faulty=12,
        examples=(replace(REPORT.examples[0], id=evil, messages=(Message(evil, evil),)),),
        ledger=replace(REPORT.ledger, path=evil, changes={f"column:{evil}": 2}, gone_ids=(evil,)),
    )
    text = shown(report)
    assert "\x1b" not in text
    assert "[bold]" in text
    assert "and 11 more faulty rows" in text


def test_parts_that_are_no_text_are_named() -> None:
    parts = [{"type": "text", "text": "Describe:"}, {"type": "image_url"}]
    report = replace(
        REPORT, examples=(replace(REPORT.examples[0], messages=(Message("user", parts),)),)
    )
    assert "[image_url]" in shown(report)


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (7.6, "8"), (999, "999"), (123_456, "123,000"), (9995, "10,000")],
)
def test_an_estimate_has_three_digits(number: float, words: str) -> None:
    assert about(number) == words


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (Range(900, None, 1500), "900–1,500"),
        (Range(0, None, 1500), "up to 1,500"),
        (Range(0, None, None), "unknown"),
        (Range(900, None, None), "900 or more"),
        (Range(1000, 1000, 1001), "1,000"),
    ],
)
def test_a_range_is_told_in_words(figure: Range, words: str) -> None:
    assert between(figure) == words


def test_money_without_a_bound_says_so() -> None:
    assert money_between(CostRange(Decimal(1), None, None, None)) == "$1.00 or more"
    assert money_between(CostRange(Decimal(1), None, Decimal(2), None)) == "$1.00–$2.00"


def passes(clock: Callable[[], float], *, terminal: bool, quiet: bool = False) -> str:
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign] - a terminal for the test
    console = Console(file=stream, width=80, force_terminal=terminal, color_system=None)
    with ReadProgress(console, clock, quiet=quiet).begun("checking", "rows", 4000) as advance:
        for _ in range(3):
            advance(1000)
    return stream.getvalue()


def test_a_long_pass_tells_how_far_it_is() -> None:
    def clock(ticks: list[float] = [0.0]) -> float:  # noqa: B006 - a counter
        ticks[0] += 7.0
        return ticks[0]

    assert passes(clock, terminal=False) == "checking: 2,000 of 4,000 rows, 50 %\n"
    assert "checking: 3,000 of 4,000 rows, 75 %" in passes(clock, terminal=True)
    assert passes(clock, terminal=True, quiet=True) == ""


def test_a_short_pass_leaves_no_line_in_a_log() -> None:
    assert passes(lambda: 0.0, terminal=False) == ""
