"""What replies cost, against sums worked out by hand."""

import io
import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.config import Price, ProviderConfig
from copygen.documents import parse_document
from copygen.models import Completion, Result, Usage
from copygen.providers import pricing
from copygen.providers.pricing import (
    PriceBook,
    bill_of,
    ceiling_usd,
    price_of,
    price_usd,
)
from copygen.providers.redact import Redactor
from copygen.results.record import decode, encode, lines
from copygen.results.stats import Stats
from tests.support.records import result
from tests.support.replies import parse

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden" / "costs.yaml"
SAMPLES = parse_document(GOLDEN.read_text(encoding="utf-8"), str(GOLDEN)).data


def provider(price: Any = None, base_url: str | None = None, **fields: Any) -> ProviderConfig:
    models = {} if price is None else {"m": {"price": price}}
    given = {"name": "p", "base_url": base_url, "default_model": "m", "models": models, **fields}
    return ProviderConfig.model_validate(given)


def reply(usage: Any) -> Completion:
    """A reply as it comes over the wire, with that `usage`."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"content": "Silk."}}
    body = orjson.dumps({"model": "m", "choices": [choice], "usage": usage})
    parsed = parse(200, {}, body, NOON, "m", Redactor())
    assert isinstance(parsed, Completion)
    return parsed


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_reply_costs_what_was_worked_out_by_hand(sample: dict[str, Any]) -> None:
    at = datetime.fromisoformat(sample["at"]) if "at" in sample else NOON

    cost = PriceBook(provider(sample["price"])).cost(reply(sample["usage"]), "m", at)

    expected = sample["cost_usd"]
    assert cost.usd == (None if expected is None else Decimal(expected))
    assert cost.note == sample.get("note")


def test_the_reference_cost_is_that_of_the_same_tokens_or_unknown() -> None:
    listed = {"m": {"reference": {"input": 2, "output": 8}, "aliases": ("n", "o")}, "o": {}}
    references = PriceBook(provider(models=listed)).references

    assert price_usd(Usage(1000, 100), references["m"], NOON) == Decimal("0.0028")
    assert references == {"m": references["m"], "n": references["m"]}
    assert PriceBook(provider()).references == {}


_RATE = st.integers(0, 10**8).map(lambda value: Decimal(value).scaleb(-6))
_TOKENS = st.integers(0, 2_000_000)


@st.composite
def prices(draw: st.DrawFn) -> Price:
    def rates() -> dict[str, Any]:
        names = ("input", "output", "cached_input", "cache_write")
        return {name: draw(_RATE) for name in names}

    tiers: dict[str, Any] = {}
    if draw(st.booleans()):
        starts = sorted(draw(st.sets(st.integers(1, 10**6), max_size=2)))
        tiers["long_context"] = [{"above_input_tokens": start, **rates()} for start in starts]
    else:
        tiers["time_of_day"] = [{"utc": "06:00-10:00", **rates()}]
    return Price.model_validate({**rates(), **tiers})


@given(prices(), _TOKENS, _TOKENS, st.floats(0, 1), st.floats(0, 1), st.integers(0, 23))
def test_no_request_costs_more_than_its_ceiling(
    price: Price, given_: int, written: int, cached: float, cache_write: float, hour: int
) -> None:
    from_cache = int(given_ * cached)
    to_cache = int((given_ - from_cache) * cache_write)
    # A cached rate above the plain one is not a price anybody has.
    rates = [price, *price.time_of_day, *price.long_context]
    if any(rate.cached_input is not None and rate.cached_input > rate.input for rate in rates):
        from_cache = 0
    usage = Usage(given_, written, from_cache, to_cache)

    cost = price_usd(usage, price, NOON.replace(hour=hour))

    assert cost <= ceiling_usd(given_, written, price)


def test_the_ceiling_is_the_dearest_tier_that_can_apply_and_no_other() -> None:
    price = Price.model_validate(
        {
            "input": 1,
            "output": 2,
            "cache_write": "1.25",
            "long_context": [
                {"above_input_tokens": 1000, "input": 2, "output": 3, "cache_write": "2.5"}
            ],
        }
    )

    assert ceiling_usd(1000, 100, price) == Decimal("0.00145")  # 1000 * 1.25 + 100 * 2
    assert ceiling_usd(1001, 100, price) == Decimal("0.0028025")  # 1001 * 2.5 + 100 * 3


@pytest.mark.no_cover
@pytest.mark.parametrize("count", [20_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_the_sum_of_many_records_is_exact_through_the_results_file(count: int) -> None:
    price = Price.model_validate({"input": "0.28", "cached_input": "0.028", "output": "0.42"})
    stream = io.BytesIO()
    hundredths_of_nano = 0
    for number in range(count):
        usage = Usage(1 + number * 7919 % 4001, number * 104_729 % 997, number % 2)
        cost = price_usd(usage, price, NOON)
        plain = usage.input_tokens - usage.cached_tokens
        # Whole numbers, so that nothing of the sum can be lost: thousandths of a micro-dollar.
        hundredths_of_nano += plain * 280 + usage.cached_tokens * 28 + usage.output_tokens * 420
        stream.write(encode(result(f"r{number}", usage=usage, cost_usd=cost)))
    stream.seek(0)

    stats = Stats()
    for _, _, line in lines(stream):
        read = decode(line)
        assert isinstance(read, Result)
        stats.add(read)

    assert stats.cost_usd == Decimal(hundredths_of_nano).scaleb(-9)


@given(st.integers(0, 10**15 - 1), st.integers(5, 15))
def test_a_cost_of_fifteen_digits_comes_back_from_the_file_as_it_went_in(
    digits: int, places: int
) -> None:
    cost = Decimal(digits).scaleb(-places)

    read = decode(encode(result(cost_usd=cost)))

    assert isinstance(read, Result)
    assert read.cost_usd == cost


OPENAI = "https://api.openai.com/v1"


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pricing._price_on.cache_clear()
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    yield
    pricing._price_on.cache_clear()


def test_a_model_the_settings_do_not_list_is_priced_by_genai_prices_which_the_note_says() -> None:
    cost = PriceBook(provider(base_url=OPENAI)).cost(
        reply({"prompt_tokens": 1000, "completion_tokens": 5}), "gpt-4o", NOON
    )

    assert cost.usd == Decimal("0.00255")
    assert (cost.note or "").startswith("price from genai-prices ")


@pytest.mark.usefixtures("without_the_package")
def test_without_the_package_the_same_model_has_no_price_and_says_so() -> None:
    cost = PriceBook(provider(base_url=OPENAI)).cost(
        reply({"prompt_tokens": 1, "completion_tokens": 1}), "gpt-4o", NOON
    )

    assert cost.usd is None
    assert cost.note == "no price known for gpt-4o at p"


@pytest.mark.parametrize(
    ("base_url", "model"),
    [
        # A gateway's prices are its own, whatever the model is called.
        ("https://api.holysheep.ai/v1", "gpt-4o"),
        ("https://llm.example.com/v1", "gpt-4o"),
        ("http://localhost:11434/v1", "gpt-4o"),
        (OPENAI, "no-such-model"),
        # Not priced by its tokens of text.
        (OPENAI, "whisper-1"),
        (None, "gpt-4o"),
    ],
)
def test_what_genai_prices_cannot_know_stays_unknown(base_url: str | None, model: str) -> None:
    assert price_of(provider(base_url=base_url), model, NOON) is None


def test_its_tiers_come_along() -> None:
    price = price_of(provider(base_url=OPENAI), "gpt-6-astra", NOON)

    assert price is not None
    assert [tier.above_input_tokens for tier in price.long_context] == [272_000]
    assert price_usd(Usage(272_001, 0), price, NOON) == Decimal("5.44002")


def test_its_prices_by_the_hour_are_taken_at_their_highest() -> None:
    deepseek = provider(base_url="https://api.deepseek.com")
    at = [NOON.replace(hour=hour) for hour in range(24)]

    found = {price.input for hour in at if (price := price_of(deepseek, "deepseek-v4-pro", hour))}

    assert found == {Decimal("1.32")}


def test_a_listed_price_wins_over_genai_prices_and_a_listed_model_without_one_has_none() -> None:
    table = {"deepseek-chat": {"price": {"input": "0.28", "output": "0.42"}}, "unpriced": {}}
    deepseek = provider(base_url="https://api.deepseek.com", models=table)

    chat = price_of(deepseek, "deepseek-chat", NOON)

    assert chat is not None
    assert (chat.input, chat.output) == (Decimal("0.28"), Decimal("0.42"))
    assert price_of(deepseek, "unpriced", NOON) is None


def test_genai_prices_is_loaded_only_for_a_model_that_is_not_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = itertools.count()
    monkeypatch.setattr(pricing, "wider_price_of", lambda *_: next(asked))
    listed = provider({"input": 1, "output": 1}, base_url=OPENAI)

    price_of(listed, "m", NOON)
    assert next(asked) == 0
    price_of(listed, "other", NOON)
    assert next(asked) == 2


@pytest.mark.parametrize(
    ("text", "tokens", "can_be"),
    [
        ("ผ้าไหมไทยที่งดงามเปล่งประกายในยามเย็น", 1, False),
        ("ผ้าไหมไทยที่งดงามเปล่งประกายในยามเย็น", 9, True),
        ("夕方の光に映える絹のスカーフ、軽くてやわらかい肌ざわりで毎日の装いに", 1, False),
        ("夕方の光", 1, True),
        ("Donaudampfschifffahrtsgesellschaft", 1, True),
        ("=" * 200, 3, True),
    ],
)
def test_one_token_is_no_count_for_a_sentence_without_spaces(
    text: str, tokens: int, can_be: bool
) -> None:
    usage = {"prompt_tokens": 9, "completion_tokens": tokens}
    bill = bill_of({"usage": usage}, {}, text)
    assert (bill.usage is not None) == can_be
