"""A limit on cost in a whole engine, in virtual time: never passed, nearly all of it used."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from copygen.config import ModelConfig, Price, ProviderConfig, RetrySettings, Settings
from copygen.engine.budget import PASSED_OVER_MAX, CostGuard, Reservation
from copygen.engine.shutdown import Shutdown, ShuttingDown
from copygen.errors import LimitReached
from copygen.models import Completion, Kind, Message, Prompt, Status, Usage
from tests.support import fakes
from tests.support.fakes import CONFIG, Run, prompts
from tests.support.virtual_loop import run_virtual

PRICE = Price(input=Decimal(1), output=Decimal(1))  # so a token costs a millionth of a dollar
PRICED = ProviderConfig.model_validate(
    {**CONFIG.model_dump(), "models": {"m": ModelConfig(price=PRICE).model_dump()}}
)
TOKEN_USD = Decimal("0.000001")


def capped(count: int, cap: Callable[[int], int] = lambda _number: 100) -> list[Prompt]:
    return [
        replace(prompt, max_output_tokens=cap(number))
        for number, prompt in enumerate(prompts(count), 1)
    ]


class Provider(fakes.FakeProvider):
    """Replies cost what `spend` draws, out of the prompt's own cap."""

    def __init__(self, share: Callable[[], float]) -> None:
        self._share = share
        self.billed_tokens = 0

    def parse(self, status, headers, body, now, prompt):  # type: ignore[no-untyped-def, override]
        answer = super().parse(status, headers, body, now, prompt)
        if not isinstance(answer, Completion):
            return answer
        usage = Usage(1, round(prompt.max_output_tokens * self._share()))
        self.billed_tokens += usage.input_tokens + usage.output_tokens
        return replace(answer, usage=usage)


async def reply(request: httpx.Request) -> httpx.Response:
    await asyncio.sleep(0.1 + int(request.content) % 7 / 100)
    return httpx.Response(200, content=b"x")


def limited(tokens: int, concurrency: int, **more: object) -> Settings:
    return Settings.model_validate(
        {"concurrency": concurrency, "max_cost_usd": tokens * TOKEN_USD, **more}
    )


def run_over(
    entries: list[Prompt],
    settings: Settings,
    share: Callable[[], float],
    handler: Callable[[httpx.Request], object] = reply,
    config: ProviderConfig = PRICED,
) -> tuple[Run, Provider]:
    provider = Provider(share)

    async def main() -> Run:
        return await Run(handler, settings=settings, config=config, provider=provider).over(entries)

    return run_virtual(main()), provider


SHARES: dict[str, Callable[[random.Random], float]] = {
    "few": lambda rng: rng.uniform(0.02, 0.1),
    "all": lambda _rng: 1.0,
    "skewed": lambda rng: min(1.0, rng.lognormvariate(-3, 1.2)),
}


@pytest.mark.no_cover
@pytest.mark.parametrize("concurrency", [1, pytest.param(50, marks=pytest.mark.soak), 500])
@pytest.mark.parametrize("shape", SHARES)
@pytest.mark.parametrize("skew", [False, True], ids=["alike", "skewed"])
def test_M1_the_limit_is_never_passed_and_nearly_used_up(
    concurrency: int, shape: str, skew: bool
) -> None:
    rng = random.Random(7)
    cap = (lambda number: 700 if number % 20 == 0 else 60) if skew else (lambda _number: 100)
    run, provider = run_over(
        capped(8000, cap),
        limited(8000, concurrency),
        lambda: SHARES[shape](rng),
    )
    assert isinstance(run.error, LimitReached)
    assert 0.9 * 8000 <= provider.billed_tokens <= 8000
    spent = sum(result.cost_usd or 0 for result in run.results)
    assert spent == provider.billed_tokens * TOKEN_USD
    assert {result.status for result in run.results} == {Status.OK}
    state = run.engine.snapshot().budget
    assert state is not None
    assert (state.spent_usd, state.reserved_usd, state.waiting) == (spent, 0, 0)


def test_a_run_within_its_limit_does_not_notice_it() -> None:
    run, _ = run_over(capped(200), limited(10**6, 50), lambda: 1.0)
    assert run.error is None
    assert len(run.results) == 200


def test_a_request_waits_for_those_in_flight_instead_of_ending_the_run() -> None:
    # Two worst cases fit at a time; all ten prompts fit once real costs take their place.
    run, provider = run_over(capped(10), limited(250, 10), lambda: 0.1)
    assert run.error is None
    assert len(run.results) == 10
    assert provider.billed_tokens == 10 * 11


def test_the_first_that_can_never_fit_ends_a_run_of_prompts_alike() -> None:
    run, provider = run_over(capped(10), limited(50, 4), lambda: 1.0)
    assert isinstance(run.error, LimitReached)
    assert str(run.error) == "the run reached its limit of $0.000050 (--max-cost)."
    assert (run.results, provider.billed_tokens) == ([], 0)


def test_a_large_prompt_is_left_while_small_ones_still_fit() -> None:
    entries = capped(10, lambda number: 10_000 if number == 3 else 10)
    run, _ = run_over(entries, limited(1000, 4), lambda: 1.0)
    assert isinstance(run.error, LimitReached)
    assert sorted(int(result.id[1:]) for result in run.results) == [1, 2, 4, 5, 6, 7, 8, 9, 10]


def test_the_search_for_one_that_fits_is_given_up() -> None:
    entries = capped(10_000, lambda number: 10 if number == 1 else 10_000)
    seen = 0

    def counted() -> list[Prompt]:
        nonlocal seen
        for entry in entries:
            seen += 1
            yield entry

    run, _ = run_over(counted(), limited(1000, 4), lambda: 1.0)  # type: ignore[arg-type]
    assert len(run.results) == 1
    assert seen <= PASSED_OVER_MAX + 50


def test_an_attempt_that_may_have_been_billed_stays_spent() -> None:
    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(3600)
        raise AssertionError

    settings = limited(1000, 1, timeout_s=1, retry=RetrySettings(max_attempts=1))
    alike = [replace(prompt, messages=(Message("user", "7"),)) for prompt in capped(50)]
    run, _ = run_over(alike, settings, lambda: 1.0, hang)
    assert isinstance(run.error, LimitReached)
    snapshot = run.engine.snapshot()
    assert snapshot.budget is not None
    # A body of one digit and a hundred tokens of output each: nine fit.
    assert snapshot.traffic.possibly_billed == snapshot.traffic.requests == 9
    assert snapshot.budget.kept_usd == snapshot.traffic.possibly_billed_usd == 909 * TOKEN_USD
    assert snapshot.budget.spent_usd == 0
    assert {result.error.kind for result in run.results if result.error} == {Kind.TIMEOUT}


def test_an_attempt_that_cost_nothing_gives_its_money_back() -> None:
    refusals = iter([429] * 30)

    async def busy(request: httpx.Request) -> httpx.Response:
        return httpx.Response(next(refusals, 200), content=b"x")

    run, provider = run_over(capped(5), limited(600, 5), lambda: 1.0, busy)
    assert run.error is None
    assert [result.status for result in run.results] == [Status.OK] * 5
    assert provider.billed_tokens == 505


def test_cancelled_requests_stay_spent_and_everything_adds_up() -> None:
    provider = Provider(lambda: 0.5)

    async def main() -> Run:
        run = Run(reply, settings=limited(100_000, 10), config=PRICED, provider=provider)
        asyncio.get_running_loop().call_later(0.55, run.engine.cancel)
        return await run.over(capped(1000))

    run = run_virtual(main())
    state = run.engine.snapshot().budget
    cancelled = [result for result in run.results if result.status is Status.CANCELLED]
    assert state is not None
    assert len(cancelled) == run.engine.snapshot().traffic.possibly_billed == 10
    assert state.kept_tokens >= 10 * 100
    assert state.spent_usd == provider.billed_tokens * TOKEN_USD
    assert (state.reserved_usd, state.reserved_tokens, state.waiting) == (0, 0, 0)


def test_a_stop_wakes_those_who_wait_and_gives_back_what_was_not_sent() -> None:
    provider = Provider(lambda: 1.0)

    async def main() -> Run:
        run = Run(reply, settings=limited(250, 10), config=PRICED, provider=provider)
        asyncio.get_running_loop().call_later(0.05, run.engine.stop)
        return await run.over(capped(100))

    run = run_virtual(main())
    state = run.engine.snapshot().budget
    assert state is not None
    assert len(run.results) == 2
    assert (state.spent_tokens, state.reserved_tokens, state.waiting) == (202, 0, 0)


def test_a_prompt_whose_cost_nobody_can_bound_fails_and_is_not_sent() -> None:
    entries = [replace(prompt, model="other") if n % 2 else prompt for n, prompt in
               enumerate(capped(6))]  # fmt: skip
    run, _ = run_over(entries, limited(10_000, 2), lambda: 1.0)
    assert run.error is None
    failed = [result for result in run.results if result.status is Status.FAILED]
    assert len(failed) == 3
    assert {(result.attempts, result.cost_usd) for result in failed} == {(0, Decimal(0))}
    assert failed[0].error is not None
    assert "providers.fake.models.other.price" in failed[0].error.message


def test_a_reply_that_does_not_say_its_cost_counts_as_the_worst() -> None:
    class Silent(Provider):
        def parse(self, status, headers, body, now, prompt):  # type: ignore[no-untyped-def]
            return Completion("x", "stop", "m", None)

    async def main() -> Run:
        settings, silent = limited(1000, 5), Silent(lambda: 0.0)
        run = Run(reply, settings=settings, config=PRICED, provider=silent)
        return await run.over(capped(100))

    run = run_virtual(main())
    assert isinstance(run.error, LimitReached)
    assert len(run.results) == 9


def test_a_provider_that_charges_more_than_the_worst_case_is_believed_from_then_on() -> None:
    run, provider = run_over(capped(100), limited(10_000, 1), lambda: 2.0)
    assert isinstance(run.error, LimitReached)
    assert 9_000 <= provider.billed_tokens <= 10_000


def test_tokens_can_be_limited_where_no_price_is_known() -> None:
    settings = Settings.model_validate({"concurrency": 50, "max_tokens_total": 5000})
    run, provider = run_over(capped(1000), settings, lambda: 0.3, config=CONFIG)
    assert isinstance(run.error, LimitReached)
    assert "5,000 tokens (--max-tokens-total)" in str(run.error)
    assert 4500 <= provider.billed_tokens <= 5000


def new_cost_guard(tokens: int) -> tuple[CostGuard, Shutdown]:
    shutdown = Shutdown()
    return CostGuard(PRICED, limited(tokens, 1), shutdown), shutdown


async def held(cost_guard: CostGuard, prompt: Prompt) -> Reservation:
    reservation = cost_guard.reservation_for(prompt, 100)
    assert isinstance(reservation, Reservation)
    if not cost_guard.try_reserve(reservation):
        await cost_guard.wait_for_room(reservation)
    return reservation


def reserved(cost_guard: CostGuard) -> tuple[int, int]:
    state = cost_guard.state()
    assert state is not None
    return state.reserved_tokens, state.waiting


def test_a_reservation_granted_as_the_run_ends_is_given_back() -> None:
    async def main() -> None:
        cost_guard, shutdown = new_cost_guard(250)
        (prompt,) = capped(1)
        first = await held(cost_guard, prompt)
        second = asyncio.ensure_future(held(cost_guard, prompt))
        await asyncio.sleep(0)
        assert reserved(cost_guard) == (200, 1)
        cost_guard.settle(first, None, sent=False)
        assert reserved(cost_guard)[0] == 200
        shutdown.now()
        with pytest.raises(ShuttingDown):
            await second
        assert reserved(cost_guard) == (0, 0)

    run_virtual(main())


def test_a_cancelled_reservation_does_not_block_the_queue() -> None:
    async def main() -> None:
        cost_guard, _ = new_cost_guard(450)
        (small,), (large,) = capped(1), capped(1, lambda _: 300)
        await held(cost_guard, small)
        head = asyncio.ensure_future(held(cost_guard, large))
        await asyncio.sleep(0)
        behind = asyncio.ensure_future(held(cost_guard, small))
        await asyncio.sleep(0)
        assert reserved(cost_guard) == (200, 2), "nobody is overtaken"
        head.cancel()
        assert isinstance(await behind, Reservation)
        assert reserved(cost_guard) == (400, 0)

    run_virtual(main())


def test_a_prompt_that_waits_for_money_holds_no_slot() -> None:
    """Three slots, money for two at a time: the third does without until money has come free."""
    entries = [replace(prompt, max_output_tokens=100) for prompt in prompts(3)]

    async def provider(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(1)
        return httpx.Response(200, content=b"x")

    async def main() -> Run:
        paid = Provider(lambda: 0.01)
        run = Run(provider, settings=limited(210, 3), config=PRICED, provider=paid)
        working = asyncio.create_task(run.over(entries))
        await asyncio.sleep(0.5)
        state = run.engine.snapshot()
        assert state.in_flight == 2
        assert state.budget is not None
        assert state.budget.waiting == 1
        assert run.engine._admission.slots.take() is not None
        return await working

    assert len(run_virtual(main()).results) == 3


def test_12A12_rows_of_a_dead_model_hold_no_money_while_they_wait() -> None:
    """With money for four at a time, two hundred rows of a model behind an open breaker must not
    keep the healthy one's from being bought.
    """
    ended: dict[str, float] = {}
    models = {name: ModelConfig(price=PRICE).model_dump() for name in ("dead", "well")}
    config = ProviderConfig.model_validate({**CONFIG.model_dump(), "models": models})

    async def provider(request: httpx.Request) -> httpx.Response:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(0.05)
        if request.headers["x-model"] == "dead" and now < 400:
            return httpx.Response(500)
        ended[request.headers["x-model"]] = now
        return httpx.Response(200, content=b"x")

    async def main() -> Run:
        entries = [
            replace(fakes.prompt(n, "dead" if n % 2 else "well"), max_output_tokens=100)
            for n in range(400)
        ]
        settings = limited(4_300, 40)
        return await Run(
            provider, settings=settings, config=config, provider=Provider(lambda: 0.05)
        ).over(entries)

    run = run_virtual(main())
    assert ended["well"] < 30
    assert len(run.results) == 400
    assert {result.status for result in run.results} == {Status.OK}
