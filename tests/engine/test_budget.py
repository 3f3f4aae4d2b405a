"""The rules of a limit: whatever is asked in whatever order, it is never passed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.config import ModelConfig, Price, ProviderConfig
from copygen.engine.budget import (
    NOTHING,
    Budget,
    Charge,
    CostBounds,
    SpendingLimit,
    Unbounded,
    picousd_at_least,
    picousd_at_most,
    usd,
)
from copygen.models import Message, Prompt
from tests.support.sent import asking

charges = st.builds(Charge, st.integers(0, 500), st.integers(0, 500))
limits = st.builds(
    SpendingLimit, st.none() | st.integers(0, 2000), st.none() | st.integers(0, 2000)
).filter(lambda limit: limit.exists)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, Charge, float]]:
    """Requests that reserve, and for each how it ends and which share of its worst it costs."""
    ends = st.sampled_from(["settle", "keep", "give_back", "stays"])
    return draw(st.lists(st.tuples(ends, charges, st.floats(0, 1)), max_size=40))


@given(limits, histories(), st.randoms(use_true_random=False))
def test_spent_kept_and_reserved_never_pass_the_limit(limit, history, rng) -> None:  # type: ignore[no-untyped-def]
    budget = Budget(limit)
    under_way: list[tuple[str, Charge, float]] = []
    for one in history:
        if budget.reserve(one[1]):
            under_way.append(one)
        while under_way and rng.random() < 0.5:
            end, worst, share = under_way.pop(rng.randrange(len(under_way)))
            if end == "settle":
                budget.settle(worst, Charge(int(worst[0] * share), int(worst[1] * share)))
            elif end == "keep":
                budget.keep(worst)
            elif end == "give_back":
                budget.give_back(worst)
            else:
                under_way.append((end, worst, share))
                break
        total = budget.spent + budget.kept + budget.reserved
        assert limit.holds(total)
        assert budget.reserved == sum((worst for _, worst, _ in under_way), NOTHING)


@given(limits, st.lists(st.tuples(charges, st.floats(0, 1)), max_size=30))
def test_what_is_settled_is_conserved(
    limit: SpendingLimit, bought: list[tuple[Charge, float]]
) -> None:
    budget = Budget(limit)
    total = NOTHING
    for worst, share in bought:
        if budget.reserve(worst):
            real = Charge(int(worst.picousd * share), int(worst.tokens * share))
            budget.settle(worst, real)
            total += real
    assert (budget.spent, budget.kept, budget.reserved) == (total, NOTHING, NOTHING)


@given(limits, st.lists(charges, max_size=20), charges)
def test_with_nothing_under_way_a_request_fits_now_or_never(
    limit: SpendingLimit, bought: list[Charge], wanted: Charge
) -> None:
    budget = Budget(limit)
    for worst in bought:
        if budget.reserve(worst):
            budget.keep(worst)
    assert budget.may_fit_later(wanted) == budget.reserve(wanted)


@given(limits, st.lists(charges, max_size=20), charges)
def test_a_request_that_cannot_fit_later_does_not_fit_now(
    limit: SpendingLimit, reserved: list[Charge], wanted: Charge
) -> None:
    budget = Budget(limit)
    for worst in reserved:
        budget.reserve(worst)
    if not budget.may_fit_later(wanted):
        before = budget.reserved
        assert not budget.reserve(wanted)
        assert budget.reserved == before


@given(st.decimals(0, 1_000_000, allow_nan=False, places=15))
def test_money_is_rounded_against_the_user_s_risk(amount: Decimal) -> None:
    assert usd(picousd_at_most(amount)) <= amount <= usd(picousd_at_least(amount))
    assert picousd_at_least(amount) - picousd_at_most(amount) <= 1


# The worst case

CONFIG = ProviderConfig(
    name="p",
    base_url="https://api.example/v1",
    default_model="m",
    models={
        "m": ModelConfig(price=Price(input=Decimal(1), output=Decimal(2))),
        "long": ModelConfig(
            price=Price(input=Decimal(1), output=Decimal(2)), max_output_tokens=1000
        ),
        "written": ModelConfig(
            price=Price(input=Decimal(1), output=Decimal(2), cache_write=Decimal("1.25"))
        ),
        "unpriced": ModelConfig(max_output_tokens=1000),
    },
)
MONEY, TOKENS = SpendingLimit(picousd=1), SpendingLimit(tokens=1)
CAP = {"max_tokens": 100}


def a_prompt(model: str = "m", content: object = "hello", **params: object) -> Prompt:
    return asking(params, Message("user", content), model=model)


@pytest.mark.parametrize(
    ("prompt", "picousd", "tokens"),
    [
        (a_prompt(**CAP), 300 * 10**6 + 200 * 10**6, 400),
        (a_prompt(max_completion_tokens=100), 500 * 10**6, 400),
        (a_prompt(max_tokens=1, max_completion_tokens=100), 500 * 10**6, 400),
        (a_prompt("long"), 300 * 10**6 + 2000 * 10**6, 1300),
        (a_prompt("long", **CAP), 500 * 10**6, 400),
        (a_prompt("written", **CAP), 375 * 10**6 + 200 * 10**6, 400),
        (a_prompt(n=3, **CAP), 300 * 10**6 + 600 * 10**6, 600),
        (a_prompt(content=[{"type": "text", "text": "x"}], **CAP), 500 * 10**6, 400),
    ],
)
def test_the_worst_case_is_a_token_per_byte_and_the_whole_cap(
    prompt: Prompt, picousd: int, tokens: int
) -> None:
    assert CostBounds(CONFIG, MONEY).of(prompt, 300) == Charge(picousd, tokens)
    assert CostBounds(CONFIG, TOKENS).of(prompt, 300) == Charge(0, tokens)


@pytest.mark.parametrize(
    ("prompt", "limit", "words"),
    [
        (a_prompt("unpriced", **CAP), MONEY, "providers.p.models.unpriced.price"),
        (a_prompt("unheard of", **CAP), MONEY, "--max-tokens-total"),
        (a_prompt("unheard of"), TOKENS, "set max_tokens in the prompt file"),
        (a_prompt(), MONEY, "providers.p.models.m.max_output_tokens"),
        (a_prompt(max_tokens=None), MONEY, "max_output_tokens"),
        (a_prompt(content=[{"type": "image_url"}], **CAP), MONEY, "parts other than text"),
    ],
)
def test_what_cannot_be_bounded_says_what_to_do(
    prompt: Prompt, limit: SpendingLimit, words: str
) -> None:
    cases = CostBounds(CONFIG, limit)
    bound = cases.of(prompt, 300)
    assert isinstance(bound, Unbounded)
    assert words in str(bound)
    assert cases.refusal(prompt) == str(bound)


def test_tokens_alone_need_no_price() -> None:
    assert CostBounds(CONFIG, TOKENS).refusal(a_prompt("unpriced")) is None


def test_the_wire_format_says_what_is_text() -> None:
    """Parts are text where the format has such parts; a format without them knows nothing of it."""
    parts = a_prompt(content=[{"type": "text", "text": "x"}], **CAP)
    other = CONFIG.model_copy(update={"wire": "tests.support.toy_wire"})
    assert CostBounds(CONFIG, TOKENS).refusal(parts) is None
    assert "parts other than text" in str(CostBounds(other, TOKENS).refusal(parts))
    assert CostBounds(other, TOKENS).refusal(a_prompt(**CAP)) is None
