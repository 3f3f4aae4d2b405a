"""`from copygen import generate`."""

import asyncio
from collections.abc import Iterator

import pytest

from copygen import generate
from copygen.errors import ConfigError, LimitReached
from copygen.models import Result, Status

HERE = {"HOME": "/nonexistent"}
ECHO = {
    "providers.simulator.simulation.echo": "true",
    "providers.simulator.simulation.latency_ms": "0",
}


def test_results_come_for_texts_and_mappings_alike() -> None:
    async def main() -> list[Result]:
        prompts = ["plain {{ text }}", {"id": "x", "prompt": "mapped", "sku": 7}]
        stream = generate(prompts, provider="simulator", options=ECHO, environ=HERE)
        return [result async for result in stream]

    results = asyncio.run(main())
    assert {result.text for result in results} == {"plain {{ text }}", "mapped"}
    (mapped,) = (result for result in results if result.id == "x")
    assert mapped.input["sku"] == 7
    assert mapped.status is Status.OK


def test_the_iterable_is_read_no_further_than_the_consumer_asks_for() -> None:
    read = 0

    def endless() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield f"text {read}"

    async def main() -> int:
        stream = generate(endless(), provider="simulator", options=ECHO, environ=HERE)
        taken = 0
        async for _ in stream:
            taken += 1
            if taken == 500:
                await stream.aclose()
                break
        return taken

    assert asyncio.run(main()) == 500
    assert read < 500 + 64 + 2 * 8 + 1


def test_a_missing_key_is_raised_before_anything_is_sent() -> None:
    async def main() -> None:
        async for _ in generate(["x"], environ=HERE):
            pass

    with pytest.raises(ConfigError, match="HOLYSHEEP_API_KEY"):
        asyncio.run(main())


def test_a_limit_on_cost_is_raised_after_the_last_result() -> None:
    results: list[Result] = []

    async def main() -> None:
        prompts = (f"text {number}" for number in range(10_000))
        options = ECHO | {"max_cost_usd": "0.005"}
        async for result in generate(prompts, provider="simulator", options=options, environ=HERE):
            results.append(result)

    with pytest.raises(LimitReached, match=r"\$0\.005 \(--max-cost\)"):
        asyncio.run(main())
    assert 0.0045 <= sum(result.cost_usd or 0 for result in results) <= 0.005


def test_a_limit_on_the_cost_of_a_model_without_a_price_is_refused() -> None:
    async def main() -> None:
        options = {"max_cost_usd": "1"}
        async for _ in generate(
            ["x"], provider="simulator", model="new", options=options, environ=HERE
        ):
            pass

    with pytest.raises(ConfigError, match=r"providers\.simulator\.models\.new\.price"):
        asyncio.run(main())
