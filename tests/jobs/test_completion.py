"""What a run says of money beyond its own records: the rest, the limit, the cache."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from copygen.config import ModelConfig, Price, ProviderConfig
from copygen.errors import LimitReached, ProviderDown
from copygen.jobs.completion import completed, explained
from copygen.jobs.setup import Setup
from copygen.models import Status, Traffic, Usage
from copygen.prompts import Target, open_prompts
from copygen.results.stats import OTHERS
from copygen.results.summary import CacheHint, CostGroup, Summary
from tests.view.sample_summary import COMPLETE

LONG = "x" * 8000


def a_setup(tmp_path: Path, prompt: str, cached: Decimal | None) -> Setup:
    path = tmp_path / "p.yaml"
    path.write_text(f"prompt: '{prompt}'\nitems: [{{title: a}}]\n")
    price = Price(input=Decimal(1), output=Decimal(2), cached_input=cached)
    config = ProviderConfig(
        name="p",
        base_url="https://api.example/v1",
        default_model="m",
        models={"m": ModelConfig(price=price)},
    )
    fields = SimpleNamespace(
        source=open_prompts(str(path)),
        target=Target("p", "m", config.request_defaults),
        provider=config,
    )
    return cast(Setup, fields)


def uncached(**changes: object) -> Summary:
    return replace(COMPLETE, usage=Usage(1000, 10), **changes)  # type: ignore[arg-type]  # a table


@pytest.mark.parametrize(
    ("prompt", "cached", "usage", "expected"),
    [
        (f"{{{{ title }}}}: {LONG}", Decimal("0.1"), Usage(1000, 10), CacheHint("title", 0, 2000)),
        (f"{LONG} {{{{ title }}}}", Decimal("0.1"), Usage(1000, 10), None),
        (f"{{{{ title }}}}: {LONG}", None, Usage(1000, 10), None),
        (f"{{{{ title }}}}: {LONG}", Decimal("0.1"), Usage(1000, 10, 700), None),
        ("{{ title }}: short", Decimal("0.1"), Usage(1000, 10), None),
        (LONG, Decimal("0.1"), Usage(1000, 10), None),
    ],
    ids=["hint", "row last", "no cached price", "cached already", "too short", "no row data"],
)
def test_a_hint_is_given_only_where_it_saves_money(
    prompt: str, cached: Decimal | None, usage: Usage, expected: CacheHint | None, tmp_path: Path
) -> None:
    summary = replace(COMPLETE, usage=usage)
    assert completed(summary, a_setup(tmp_path, prompt, cached), 6000, None).cache_hint == expected


def test_the_rest_is_priced_at_the_mean_of_this_run(tmp_path: Path) -> None:
    summary = uncached(total=10, skipped=5, priced=10, cost_usd=Decimal("0.2"))
    whole = completed(summary, a_setup(tmp_path, "{{ title }}", None), 100, None)
    assert (whole.left, whole.left_cost_usd) == (85, 85 * Decimal("0.02"))


def test_of_a_stream_nobody_knows_the_rest(tmp_path: Path) -> None:
    whole = completed(uncached(), a_setup(tmp_path, "{{ title }}", None), None, None)
    assert (whole.left, whole.left_cost_usd) == (None, None)


def test_cells_stand_as_in_the_prompt_file_however_their_prompts_ended(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(
        "prompt: '{{ title }} {{ tone }} {{ sale }}'\n"
        "matrix: {tone: [warm, cool], sale: [true, false]}\nitems: [{title: a}]\n"
    )
    setup = SimpleNamespace(**vars(a_setup(tmp_path, "{{ title }}", None)))
    setup.source = open_prompts(str(path))
    ended = ("cool, false", OTHERS, "warm, false", "cool, true", "warm, true")
    groups = tuple(CostGroup(name, 1, 1, Decimal(1), 0, Decimal(1)) for name in ended)
    whole = completed(uncached(costs_by_cell=groups), cast(Setup, setup), 5, None)
    assert [group.name for group in whole.costs_by_cell] == [
        *("warm, true", "warm, false", "cool, true", "cool, false"),
        OTHERS,
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Spent: $1.20.\nLeft: 9 prompts, about $0.2500 at this run's cost per prompt."),
        ({"unpriced": 14}, "Spent: at least $1.20; 14 prompts unpriced."),
        ({"cost_usd": None, "unpriced": 1}, "Spent: an unknown amount; 1 prompt unpriced."),
        (
            {"traffic": Traffic(9, possibly_billed=3, possibly_billed_usd=Decimal("0.01"))},
            "Spent: $1.20; 3 attempts possibly billed, up to $0.0100 more.",
        ),
        (
            {"traffic": Traffic(9, possibly_billed=1, possibly_billed_usd=None)},
            "Spent: $1.20; 1 attempt possibly billed, how much is unknown.",
        ),
        ({"left": None, "by_status": {Status.OK: 1}}, "Spent: $1.20."),
    ],
)
def test_a_limit_reached_says_what_was_spent_and_what_is_left(
    changes: dict[str, object], words: str
) -> None:
    known = {"cost_usd": Decimal("1.2"), "left": 9, "left_cost_usd": Decimal("0.25")}
    summary = replace(COMPLETE, **(known | changes))  # type: ignore[arg-type]  # a test's own table
    error = explained(LimitReached("the run reached its limit of $2."), summary)
    assert str(error).startswith(f"the run reached its limit of $2.\n{words}")
    assert isinstance(error, LimitReached)


def test_other_errors_stay_as_they_are() -> None:
    down = ProviderDown("gone")
    assert explained(down, COMPLETE) is down
    assert explained(None, COMPLETE) is None
