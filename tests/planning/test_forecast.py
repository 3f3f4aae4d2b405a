"""Tokens, money and time from characters and history: by hand."""

import math
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.config import ProviderConfig, Settings
from copygen.config.prices import Asks
from copygen.config.vocabularies import load_vocabularies
from copygen.models import Message, Prompt, Source
from copygen.planning.forecast import (
    ForecastInput,
    accepted_share,
    duration,
    model_plans,
    price_steps,
    tokens_by_script,
    total_cost,
    total_tokens,
)
from copygen.planning.report import ModelPlan, Range
from copygen.planning.workload import Load, ModelLoad, WorkloadStats
from copygen.prompts.tokens import KINDS, Calibration
from copygen.results.reader import ModelHistory

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PRICES = {"priced": {"price": {"input": "2", "output": "8", "note": "a note"}}, "free": {}}


def known(history: dict[str, ModelHistory] | None = None, **provider: Any) -> ForecastInput:
    config = ProviderConfig.model_validate(
        {"name": "shop", "default_model": "priced", "models": PRICES, **provider}
    )
    settings = Settings(concurrency=10)
    return ForecastInput(config, settings, load_vocabularies(), history or {}, Calibration(), NOW)


def group(to_do: int = 100, cap: int = 50, **fields: Any) -> ModelLoad:
    kinds = tuple(100 * to_do if kind == "thai" else 0 for kind in KINDS)
    load = Load(
        **{
            "to_do": to_do,
            "kinds": kinds,
            "overhead": 7 * to_do,
            "output_cap": cap * to_do,
            **fields,
        }
    )
    return ModelLoad(to_do, {0: load})


def learned(count: int = 50, output: int = 30, **fields: Any) -> ModelHistory:
    return ModelHistory(
        **{
            "ended": count,
            "accepted": count,
            "measured": count,
            "output_tokens": output * count,
            "output_squares": output**2 * count,
            "timed": count,
            "latency_ms": 500.0 * count,
            "total_ms": 700.0 * count,
            **fields,
        }
    )


def plans(groups: dict[str, ModelLoad], with_: ForecastInput) -> tuple[ModelPlan, ...]:
    return model_plans(WorkloadStats((), models=groups), with_)


def test_without_experience_the_output_is_bounded_by_max_tokens_alone() -> None:
    (plan,) = plans({"priced": group()}, known())
    thai = load_vocabularies().of("priced").tokens_per_character.thai
    assert plan.input_tokens.likely == pytest.approx(100 * (7 + 100 * thai))
    assert plan.output_tokens == Range(0, None, 5000)
    assert plan.cost is not None
    assert plan.cost.likely_usd is None
    assert float(plan.cost.low_usd) == pytest.approx(plan.input_tokens.low * 2e-6)
    assert plan.input_tokens.high is not None
    worst = plan.input_tokens.high * 2e-6 + 5000 * 8e-6
    assert float(plan.cost.high_usd or 0) == pytest.approx(worst)
    assert plan.cost.worst_usd == plan.cost.high_usd
    assert plan.cost_note == "a note"


def test_experience_makes_the_output_likely_and_narrow() -> None:
    (plan,) = plans({"priced": group()}, known({"priced": learned()}))
    assert plan.output_tokens.likely == 3000
    assert plan.output_tokens.low == pytest.approx(2940)
    assert plan.output_tokens.high == pytest.approx(3060)
    assert plan.cost is not None
    assert plan.input_tokens.likely is not None
    likely = plan.input_tokens.likely * 2e-6 + 3000 * 8e-6
    assert float(plan.cost.likely_usd or 0) == pytest.approx(likely)
    assert (plan.cost.worst_usd or 0) > (plan.cost.high_usd or 0)
    assert (plan.learned_from, plan.accepted_share, plan.latency_ms) == (50, 1.0, 500.0)


def test_one_text_says_little_and_a_cap_still_binds() -> None:
    (plan,) = plans({"priced": group(cap=40)}, known({"priced": learned(1)}))
    assert plan.output_tokens == Range(1500, 3000, 4000)


def test_no_max_tokens_is_no_bound_unless_the_model_has_one() -> None:
    open_ended = group(output_cap=0, uncapped=100)
    (plan,) = plans({"priced": open_ended}, known())
    assert plan.output_tokens.high is None
    assert plan.cost is not None
    assert plan.cost.high_usd is None
    limited = {"priced": {**PRICES["priced"], "max_output_tokens": 8000}}
    (plan,) = plans({"priced": open_ended}, known(models=limited))
    assert plan.output_tokens.high == 800_000


def test_calibration_corrects_the_input() -> None:
    with_ = known()
    for _ in range(30):
        with_.calibration.observe("priced", 100, 150)
    (plan,) = plans({"priced": group()}, with_)
    (before,) = plans({"priced": group()}, known())
    assert plan.input_tokens.likely == pytest.approx(1.5 * (before.input_tokens.likely or 0))
    assert (plan.input_tokens.high or 0) / plan.input_tokens.low < 1.05
    assert plan.calibrated_on == 30


@pytest.mark.parametrize("model", ["free", "unheard-of"])
def test_an_unknown_price_is_no_price_with_the_reason(model: str) -> None:
    both = plans({model: group(), "priced": group(200)}, known())
    assert [plan.model for plan in both] == ["priced", model]
    assert both[1].cost is None
    assert both[1].cost_note == f"no price known for {model} at shop"
    assert total_cost(both) == both[0].cost
    assert total_cost(both[1:]) is None


def test_nothing_to_do_costs_nothing() -> None:
    empty = ModelLoad(prompts=5)
    (plan,) = plans({"priced": empty}, known())
    assert plan.output_tokens == Range(0, 0, 0)
    cost = total_cost([plan])
    assert cost is not None
    assert (cost.low_usd, cost.likely_usd, cost.high_usd) == (Decimal(0), Decimal(0), Decimal(0))
    assert duration([plan], known(), Range(0, 0, 0)).high_s == 0


def test_a_sum_of_ranges_knows_what_all_of_them_know() -> None:
    assert total_tokens([Range(1, 2, 3), Range(4, 5, 6)]) == Range(5, 7, 9)
    assert total_tokens([Range(1, 2, 3), Range(4, None, None)]) == Range(5, None, None)


def test_tokens_are_told_by_script_most_first() -> None:
    kinds = tuple({"thai": 1000, "letters": 100}.get(kind, 0) for kind in KINDS)
    workload = WorkloadStats(
        (),
        models={
            model: ModelLoad(1, {0: Load(kinds=kinds)}) for model in ("gpt-4.1", "deepseek-chat")
        },
    )
    found = tokens_by_script(workload, known())
    assert list(found) == ["Thai", "Latin"]
    gpt, deepseek = (load_vocabularies().of(m).tokens_per_character for m in workload.models)
    assert found["Thai"] == pytest.approx(1000 * (gpt.thai + deepseek.thai), abs=1)


@pytest.mark.parametrize(
    ("limits", "history", "expected"),
    [
        # 100 prompts, 10 in flight, 0.5 s each, 0.7 s with waits
        ({}, True, (5.0, 7.0, "concurrency")),
        ({"rpm": 60}, True, (100.0, 100.0, "rpm")),
        ({"tpm": 6000}, True, (20.0, 40.0, "tpm")),
        ({}, False, (None, None, None)),
        ({"rpm": 60}, False, (100.0, None, "rpm")),
    ],
)
def test_the_tightest_limit_decides_the_time(
    limits: dict[str, int], history: bool, expected: tuple[float | None, float | None, str]
) -> None:
    with_ = known({"priced": learned()} if history else {}, **limits)
    found = duration(plans({"priced": group()}, with_), with_, Range(2000, 3000, 4000))
    assert (found.low_s, found.high_s, found.limited_by) == pytest.approx(expected)


def test_fewer_prompts_than_slots_still_take_one_round() -> None:
    with_ = known({"priced": learned()})
    assert duration(plans({"priced": group(2)}, with_), with_, Range(0, 0, 0)).low_s == 0.5


def test_the_accepted_share_is_over_all_models() -> None:
    some = {"a": learned(10, accepted=9), "b": learned(30, accepted=21)}
    assert accepted_share(some) == 0.75
    assert accepted_share({}) is None


def test_11A3_the_bounds_hold_larger_caps_corrections_and_retries() -> None:
    """Cut off at 50, 100 and 200 tokens and whole at 400, then corrected twice at 400."""
    with_ = replace(known(), asks=Asks(attempts=5, judged=True, reasks=2))
    (once,) = plans({"priced": group()}, known())
    (plan,) = plans({"priced": group()}, with_)
    assert plan.output_tokens.high == pytest.approx(100 * (50 + 100 + 200 + 3 * 400))
    assert once.input_tokens.high is not None
    assert (plan.input_tokens.high or 0) >= 6 * once.input_tokens.high + 100 * (1 + 2) * 400
    assert plan.cost is not None
    assert plan.cost.worst_usd == 5 * (plan.cost.high_usd or 0)


def test_a_models_own_cap_bounds_the_larger_ones() -> None:
    limited = {"priced": {**PRICES["priced"], "max_output_tokens": 80}}
    with_ = replace(known(models=limited), asks=Asks(judged=True, reasks=1))
    (plan,) = plans({"priced": group()}, with_)
    assert plan.output_tokens.high == pytest.approx(100 * (50 + 80 + 80))


TIERED = {
    "input": 1,
    "output": 2,
    "long_context": [
        {"above_input_tokens": 10, "input": 3, "output": 4},
        {"above_input_tokens": 100, "input": 5, "output": 6},
    ],
}


@given(st.lists(st.tuples(st.integers(0, 900), st.none() | st.integers(1, 50)), max_size=20))
def test_prompts_cost_what_they_cost_one_by_one(prompts: list[tuple[int, int | None]]) -> None:
    """With a price that depends on their length, and a length of texts that is assumed."""
    tiered = {"tiered": {"price": TIERED, "defaults": {"max_tokens": 40}}}
    with_ = replace(known(models=tiered, default_model="tiered"), assumed_output=30)
    vocabulary, steps = load_vocabularies().of("tiered"), price_steps(with_.provider)
    workload = WorkloadStats((), steps, vocabulary, assumed_output=30)
    price = with_.provider.model("tiered")
    assert price is not None
    assert price.price is not None
    expected = 0.0
    for letters, cap in prompts:
        messages = (Message("user", "a" * letters),)
        prompt = Prompt("", "", messages, "tiered", {}, {}, Source("", 1), max_output_tokens=cap)
        workload.add(prompt, to_do=True)
        tokens = 7 + letters * vocabulary.tokens_per_character.letters
        rates = price.price.rates(math.ceil(tokens), NOW)
        output = min(30, 40 if cap is None else cap)
        expected += tokens * float(rates.input) + output * float(rates.output)
    plans_ = model_plans(workload, with_)
    assert steps == (10, 100)
    assert sum(plan.to_do for plan in plans_) == len(prompts)
    cost = total_cost(plans_)
    assert float(cost.likely_usd or 0) * 1e6 == pytest.approx(expected) if cost else not prompts


def test_a_request_for_several_texts_is_bounded_by_all_of_them() -> None:
    workload = WorkloadStats(())
    messages = (Message("user", "Hi"),)
    prompt = Prompt("a", "k", messages, "m", {"n": 3}, {}, Source("f", 1), max_output_tokens=50)
    workload.add(prompt, to_do=True)
    assert workload.models["m"].loads[0].output_cap == 150
