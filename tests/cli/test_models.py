"""`copygen models` from outside: the price table, sorted, and a prompt file priced with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from copygen.config.vocabularies import load_vocabularies
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

    # Each prompt: 3 tokens for the reply, 4 for the message, and its word of two letters.
    known = load_vocabularies().of("plain")
    word = 2 * known.tokens_per_character.letters
    sent, most_sent = 2 * (7 + word), 2 * (7 + word * known.high)
    costs = {entry["model"]: (entry["likely_usd"], entry["at_most_usd"]) for entry in listed}
    assert costs.pop("unpriced") == (None, None)
    expected = {
        # likely 30 + 20, at most 100 + 20 of output, * 2
        "plain": (sent + 50 * 2, most_sent + 120 * 2),
        "long": (sent + 50 * 2, most_sent + 120 * 2),
        # the first is capped at 5: likely and at most 5 + 20, * 3
        "cheap": (sent * 0.1 + 25 * 3, most_sent * 0.1 + 25 * 3),
    }
    for model, (likely, most) in expected.items():
        assert costs.pop(model) == pytest.approx((likely / 1e6, most / 1e6))
    assert not costs
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
    costs = {entry["model"]: entry["likely_usd"] for entry in known}
    letters = load_vocabularies().of("plain").tokens_per_character.letters
    short = (7 + 2 * letters + 1 * 2) / 1e6
    assert costs["long"] - short == pytest.approx(10 * (costs["plain"] - short))


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


def plan_of(folder: Path, *args: object) -> dict[str, Any]:
    done = copygen("plan", "--json", "--config", "c.yaml", *args, cwd=folder)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


FILES = {
    "capped": "prompt: 'ผ้าไหม {{ name }}'\nmax_tokens: 20\nitems: [{name: a}, {name: b}]\n",
    "uncapped": "prompt: 'Silk for {{ name }}'\nitems: [{name: a}, {name: b}, {name: c}]\n",
    "long": "prompt: '{{ name }}'\nitems: [{name: a}, {name: " + "word " * 100 + "}]\n",
    "judged": "prompt: 'Silk for {{ name }}'\nchannel: seo.meta_description\nitems: [{name: a}]\n",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("model", ["plain", "long", "cheap"])
def test_the_plan_and_the_list_of_models_reckon_the_same(shop: Path, name: str, model: str) -> None:
    """The list assumes a length of texts and each request paid for once; the plan, all attempts."""
    (shop / "p.yaml").write_text(FILES[name])

    listed = models(shop, "-p", "shop", "--for", "p.yaml", "--output-tokens", 1_000_000)
    plan = plan_of(shop, "p.yaml", "-p", "shop", "-m", model, "--max-attempts", 3)

    entry = next(one for one in listed if one["model"] == model)
    assert entry["at_most_usd"] == pytest.approx(plan["cost"]["worst_usd"] / 3)
    if model == "long":  # the rates depend on the length
        return
    # With texts as long as their caps allow, the plan's likely input and all caps are likely.
    (figures,) = plan["models"]
    cap = 20 if name == "capped" else {"plain": 100, "cheap": 5}[model]
    input_usd, output_usd = {"plain": (1, 2), "cheap": (0.1, 3)}[model]
    likely = figures["input_tokens"]["likely"] * input_usd
    likely += figures["prompts"] * cap * output_usd
    assert entry["likely_usd"] == pytest.approx(likely / 1e6)
