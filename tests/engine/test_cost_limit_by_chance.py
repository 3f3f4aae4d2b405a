"""A limit against a server that decides by dice what it answers, says and bills."""

import random
from decimal import Decimal

import pytest

from copygen.errors import LimitReached
from copygen.models import Kind, Status
from tests.support.dice import CAPS, SHAPES, Dice, play

SEEDS = 10
SOAKED = 200
UNKNOWN_BILLS = ("hang", "reset")
LIARS = (
    *("no usage", "usage is a list", "all zero", "output zero", "input zero", "negative"),
    *("NaN", "text", "huge", "cost zero", "cost and tokens zero", "cost zero, upstream"),
    *("own key, fee and upstream", "own key, fee only", "no text, zero", "cut off, zero"),
)


def throw(seed: int) -> tuple[Dice, Decimal]:
    """One game: which shapes, how often, which limit, cap and concurrency are thrown, too."""
    rng = random.Random(seed)
    names = rng.sample([*SHAPES, *UNKNOWN_BILLS], rng.randint(1, 12))
    dice = Dice(rng, {name: rng.random() for name in names}, takes_cap=rng.choice(CAPS[:3]))
    limit_usd = Decimal(rng.randint(3, 60)) / 10_000
    cap = rng.choice([20, 60, 200])
    play(dice, limit_usd=limit_usd, cap=cap, concurrency=rng.choice([1, 3, 20]), rows=60)
    return dice, limit_usd


@pytest.mark.parametrize("seed", range(SEEDS))
def test_what_is_billed_never_passes_the_limit(seed: int) -> None:
    dice, limit_usd = throw(seed)
    assert dice.billed_usd <= limit_usd


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS, SOAKED))
def test_what_is_billed_never_passes_the_limit_whatever_is_thrown(seed: int) -> None:
    dice, limit_usd = throw(seed)
    assert dice.billed_usd <= limit_usd


@pytest.mark.parametrize("shape", LIARS)
def test_usage_that_lies_low_never_passes_the_limit(shape: str) -> None:
    dice = Dice(random.Random(shape), {shape: 3.0, "honest": 1.0})
    limit_usd = Decimal("0.003")
    run = play(dice, limit_usd=limit_usd, cap=60, concurrency=8, rows=80)
    assert limit_usd / 4 <= dice.billed_usd <= limit_usd
    assert isinstance(run.error, LimitReached)
    state = run.engine.snapshot().budget
    assert state is not None
    assert state.spent_usd + state.kept_usd >= dice.billed_usd


def test_a_server_that_ignores_the_cap_is_noticed_and_its_bounds_are_wider_from_then_on() -> None:
    dice = Dice(random.Random(1), {"honest": 1.0}, over_cap=3.0)
    dice.rng.choice = max  # type: ignore[method-assign, assignment]  # always the longest text
    limit_usd = Decimal("0.01")
    run = play(dice, limit_usd=limit_usd, cap=60, concurrency=1, rows=80)
    state = run.engine.snapshot().budget
    assert state is not None
    assert state.widened == (
        "m wrote 180 tokens where 60 were allowed: its bounds are wider from here on, but what "
        "was in flight may pass the limit",
    )
    assert dice.billed_usd <= limit_usd + dice.bills[0], "only the first was not expected"
    assert run.results[0].cost_note == "more output was charged than max_tokens allows"


def test_no_request_goes_out_without_a_cap_or_with_a_larger_one() -> None:
    for seed in range(8):
        dice = Dice(random.Random(seed), {"honest": 1.0}, takes_cap=CAPS[seed % 3])
        play(dice, limit_usd=Decimal("0.01"), cap=60, concurrency=4, rows=30)
        assert set(dice.caps) <= {60}, seed


def test_a_cap_that_no_name_is_taken_for_is_an_error_that_says_what_to_do() -> None:
    dice = Dice(random.Random(0), {"honest": 1.0}, takes_cap="nothing-known")
    run = play(dice, limit_usd=Decimal("0.01"), cap=60, concurrency=1, rows=3)
    assert dice.caps == []
    assert {result.status for result in run.results} == {Status.FAILED}
    error = run.results[0].error
    assert error is not None
    assert error.kind is Kind.UNSUPPORTED_PARAMETER
    assert error.message.endswith("set it in the prompt file by the name this model takes.")
