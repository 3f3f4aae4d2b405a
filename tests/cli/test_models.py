"""`copygen models` from outside: the price table, sorted, and a prompt file priced with it."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.config import Price
from copygen.models import Prompt, Source
from copygen.planning.workload import Workload, estimated
from copygen.providers.pricing import plain_usd
from tests.support.inside import copygen

SETTINGS = """
providers:
  shop:
    base_url: https://llm.example.com/v1
    default_model: plain
    defaults: {max_tokens: 100}
    models:
      plain: {price: {input: 1, output: 2}}
      long:
        price:
          input: 1
          output: 2
          long_context: [{above_input_tokens: 40, input: 10, output: 20}]
      cheap: {price: {input: 0.1, cached_input: 0.01, output: 3}, defaults: {max_tokens: 5}}
      unpriced: {deprecated_on: 2026-07-24, successor: plain}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "c.yaml").write_text(SETTINGS)
    return tmp_path


def models(folder: Path, *args: object) -> list[dict[str, Any]]:
    done = copygen("models", "--json", "--config", "c.yaml", *args, cwd=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["version"] == 1
    return list(found["models"])


def test_every_model_of_every_provider_is_listed_but_the_simulated_ones(shop: Path) -> None:
    listed = models(shop)

    providers = {entry["provider"] for entry in listed}
    assert {"holysheep", "openai", "deepseek", "gemini", "shop"} <= providers
    assert "simulator" not in providers
    assert {entry["provider"] for entry in models(shop, "-p", "simulator")} == {"simulator"}


def test_an_entry_says_what_is_known(shop: Path) -> None:
    cheap, unpriced = models(shop, "-p", "shop")[2:]

    assert cheap["price"]["input"] == 0.1
    assert cheap["price"]["cached_input"] == 0.01
    assert cheap["source"] == "c.yaml"
    assert cheap["checked_on"] is None
    assert not cheap["default"]
    assert unpriced["price"] is None
    assert (unpriced["deprecated_on"], unpriced["successor"]) == ("2026-07-24", "plain")
    assert unpriced["days_left"] < 0


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("provider", ["plain", "long", "cheap", "unpriced"]),
        ("model", ["cheap", "long", "plain", "unpriced"]),
        ("input", ["cheap", "plain", "long", "unpriced"]),
        ("cached", ["cheap", "plain", "long", "unpriced"]),
        ("output", ["plain", "long", "cheap", "unpriced"]),
        ("ends", ["unpriced", "plain", "long", "cheap"]),
    ],
)
def test_the_table_is_sorted_and_what_is_unknown_stands_last(
    shop: Path, order: str, expected: list[str]
) -> None:
    listed = models(shop, "-p", "shop", "--sort", order)

    assert [entry["model"] for entry in listed] == expected


def test_a_prompt_file_is_priced_with_each_model_and_sorted_by_it(shop: Path) -> None:
    (shop / "p.yaml").write_text("- hi\n- {prompt: hi, params: {max_tokens: 20}}\n")

    listed = models(shop, "-p", "shop", "--for", "p.yaml", "--output-tokens", 30)

    # Each prompt: 3 tokens for the reply, 4 for the message, 1 for its word: 8.
    costs = {entry["model"]: (entry["likely_usd"], entry["at_most_usd"]) for entry in listed}
    assert costs == {
        # input 16 * 1; likely 30 + 20, at most 100 + 20 of output, * 2
        "plain": (0.000116, 0.000256),
        "long": (0.000116, 0.000256),
        # input 16 * 0.1; the first is capped at 5: likely and at most 5 + 20, * 3
        "cheap": (0.0000766, 0.0000766),
        "unpriced": (None, None),
    }
    assert [entry["model"] for entry in listed] == ["cheap", "plain", "long", "unpriced"]


def test_what_a_model_is_told_of_the_form_of_its_answer_is_priced_too(shop: Path) -> None:
    prompt = "prompt: hi\nmax_tokens: 20\n"
    (shop / "plain.yaml").write_text(prompt)
    (shop / "fields.yaml").write_text(f"{prompt}fields: {{slogan: {{limit: 24}}}}\n")

    plain = models(shop, "-p", "shop", "--for", "plain.yaml")
    fields = models(shop, "-p", "shop", "--for", "fields.yaml")

    # Input is a dollar for a million tokens with this model; the form takes some 40 of them.
    cost = {"plain": plain, "fields": fields}
    likely = {
        name: next(one["likely_usd"] for one in listed if one["model"] == "plain")
        for name, listed in cost.items()
    }
    assert likely["fields"] > likely["plain"] + 0.00002


@pytest.mark.parametrize("arguments", [(), ("-p", "gemini", "--for", "p.yaml")])
def test_on_a_narrow_terminal_a_name_stays_whole(shop: Path, arguments: tuple[str, ...]) -> None:
    (shop / "p.yaml").write_text("- {prompt: hi, params: {max_tokens: 20}}\n")

    done = copygen("models", *arguments, cwd=shop, env={"COLUMNS": "60"})

    assert any(line.startswith("gemini-3.5-flash-lite ") for line in done.stdout.splitlines())
    assert all(len(line) <= 60 for line in done.stdout.splitlines())


def test_a_prompt_past_a_threshold_is_priced_in_its_tier(shop: Path) -> None:
    long = "word " * 100
    (shop / "p.yaml").write_text(f"- hi\n- {{prompt: '{long}', params: {{max_tokens: 1}}}}\n")

    listed = models(shop, "-p", "shop", "--for", "p.yaml", "--output-tokens", 1)

    known = [entry for entry in listed if entry["likely_usd"] is not None]
    costs = {entry["model"]: Decimal(str(entry["likely_usd"])) for entry in known}
    short = Decimal("0.00001")  # 8 * 1 + 1 * 2
    assert costs["long"] - short == 10 * (costs["plain"] - short)


def test_people_get_a_table_with_marks_and_what_they_mean(shop: Path) -> None:
    done = copygen("models", "-p", "shop", "--config", "c.yaml", cwd=shop, env={"COLUMNS": "80"})

    assert done.returncode == 0
    assert done.stderr == ""
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[0].split() == [
        "shop",
        "·",
        "prices",
        "not",
        "dated",
        "input",
        "cached",
        "output",
        "batch",
        "ends",
    ]
    assert "plain *" in lines[1]
    assert "over 40 input tokens" in lines[3]
    assert lines[3].split()[-3:] == ["10.00", "-", "20.00"]
    assert lines[5].split() == ["unpriced", "unknown", "-", "x", "2026-07-24"]
    assert "shop: use plain instead of unpriced" in lines
    assert "\x1b" not in done.stdout
    assert all(len(line) <= 80 for line in lines)


def test_sorted_by_age_it_shows_the_ages(shop: Path) -> None:
    done = copygen(
        "models", "-p", "shop", "-p", "openai", "--sort", "age", "--config", "c.yaml", cwd=shop
    )

    rows = [line.split() for line in done.stdout.splitlines()]
    assert "age" in rows[0]
    assert rows[1][0] == "gpt-6-luna"
    assert "d" in rows[1]
    assert next(row for row in rows if row[0] == "plain").count("unknown") == 1


MISTAKES = [
    (["--sort", "cost"], "--sort cost needs a prompt file to price: add --for PROMPTS."),
    (["--for", "-"], "--for reads a file, not standard input"),
    (["--for", "missing.yaml"], "missing.yaml: no such file"),
    (["-p", "shopp"], "there is no provider 'shopp'; did you mean 'shop'?"),
]


@pytest.mark.parametrize(("args", "said"), MISTAKES)
def test_a_mistake_is_exit_2_and_says_what_to_do(shop: Path, args: list[str], said: str) -> None:
    done = copygen("models", "--config", "c.yaml", *args, cwd=shop)

    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""


TIERED = Price.model_validate(
    {
        "input": 1,
        "output": 2,
        "long_context": [
            {"above_input_tokens": 10, "input": 3, "output": 4},
            {"above_input_tokens": 100, "input": 5, "output": 6},
        ],
    }
)


@given(st.lists(st.tuples(st.integers(0, 200), st.none() | st.integers(1, 50)), max_size=20))
def test_a_workload_costs_what_its_prompts_cost_one_by_one(
    prompts: list[tuple[int, int | None]],
) -> None:
    at = datetime(2026, 11, 24, tzinfo=UTC)
    workload = Workload(lambda prompt: int(prompt.id), 30, [10, 100])
    expected = Decimal(0)
    for tokens, cap in prompts:
        prompt = Prompt(str(tokens), "", (), "", {}, {}, Source("", 1), max_output_tokens=cap)
        workload.add(prompt)
        output = min(30, 40 if cap is None else cap)
        expected += plain_usd(tokens, output, TIERED.rates(tokens, at))

    assert estimated(workload, TIERED, 40, at).likely_usd == expected
    assert workload.prompts == len(prompts)


@pytest.mark.parametrize(
    ("caps", "default_cap", "most"),
    [
        ([10], None, "0.000030"),  # 10 * 1 + 10 * 2
        ([None], None, None),
        ([None], 100, "0.000210"),
    ],
)
def test_without_any_cap_there_is_no_upper_figure(
    caps: list[int | None], default_cap: int | None, most: str | None
) -> None:
    workload = Workload(lambda _: 10, 5)
    for cap in caps:
        workload.add(Prompt("a", "", (), "", {}, {}, Source("", 1), max_output_tokens=cap))

    estimate = estimated(workload, TIERED, default_cap, datetime(2026, 11, 24, tzinfo=UTC))

    assert estimate.most_usd == (None if most is None else Decimal(most))
