"""A server that decides by dice what it answers, what it says that it used, and what it bills.

Every shape is one way in which a reply and the bill for it go together. The bill is what an honest
provider would charge by the tokens it really took and wrote, never more than the request allows
unless `over_cap` says so. An input token is four bytes of the body, an output token a word.

    python -m tests.support.dice [seeds]    prints limit and bill by shape
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import httpx

from copygen.config import ModelConfig, Price, ProviderConfig, Settings
from copygen.models import Prompt
from copygen.providers.openai import ChatCompletions
from tests.support.fakes import CONFIG, Run, prompts
from tests.support.virtual_loop import run_virtual

PRICE = Price(input=Decimal(1), output=Decimal(4), cached_input=Decimal("0.1"))
CHEAPER = Price(input=Decimal("0.5"), output=Decimal(2))
PRICED = ProviderConfig.model_validate(
    {
        **CONFIG.model_dump(),
        "models": {
            "m": ModelConfig(price=PRICE, max_output_tokens=400).model_dump(),
            "cheap": ModelConfig(price=CHEAPER, max_output_tokens=400).model_dump(),
        },
    }
)
CAPS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens")
TIMEOUT_S = 5.0


@dataclass
class Turn:
    """One request, and what an honest server would count for it."""

    given: int
    written: int
    model: str = "m"
    price: Price = PRICE
    factor: int = 1
    """How many times its price is charged."""

    @property
    def bill_usd(self) -> Decimal:
        """What it costs."""
        usd = self.given * self.price.input + self.written * self.price.output
        return usd * self.factor / 10**6

    def body(self, usage: Any, finish: str = "stop", text: str | None = None, **more: Any) -> bytes:
        """A chat completion that says it used `usage`."""
        words = " ".join(["silk"] * self.written) if text is None else text
        choice = {"index": 0, "finish_reason": finish, "message": {"content": words}}
        reply = {"model": self.model, "choices": [choice], "usage": usage, **more}
        return json.dumps(reply).encode()

    def counts(self, **more: Any) -> dict[str, Any]:
        """An honest `usage`."""
        total = self.given + self.written
        counts = {"prompt_tokens": self.given, "completion_tokens": self.written}
        return {**counts, "total_tokens": total, **more}


Answer = tuple[int, dict[str, str], bytes, Decimal]
Shape = Callable[[Turn], Answer]


def says(
    usage: Callable[[Turn], Any],
    headers: Callable[[Turn], dict[str, str]] | None = None,
    **more: Any,
) -> Shape:
    """A text, and a usage that need not be true; all of it is billed."""
    return lambda turn: (
        200,
        headers(turn) if headers else {},
        turn.body(usage(turn), **more),
        turn.bill_usd,
    )


def fails(
    status: int, error: dict[str, Any], *, billed: bool, usage: Callable[[Turn], Any] | None = None
) -> Shape:
    """An error, billed or not, that may say what it used."""

    def shape(turn: Turn) -> Answer:
        body: dict[str, Any] = {"error": error}
        if usage is not None:
            body["usage"] = usage(turn)
        return status, {}, json.dumps(body).encode(), turn.bill_usd if billed else Decimal(0)

    return shape


def fallback(turn: Turn) -> Answer:
    """Another model answers, for less."""
    turn.model, turn.price = "cheap", CHEAPER
    return 200, {}, turn.body(turn.counts()), turn.bill_usd


def cut(turn: Turn) -> Answer:
    """Half of the body."""
    body = turn.body(turn.counts())
    return 200, {}, body[: len(body) // 2], turn.bill_usd


def half_a_fee(turn: Turn) -> dict[str, Any]:
    """A key of the user's own: the fee, and the rest upstream."""
    fee, upstream = turn.bill_usd / 20, turn.bill_usd * 19 / 20
    return turn.counts(
        cost=float(fee), is_byok=True, cost_details={"upstream_inference_cost": float(upstream)}
    )


FILTERED = {"message": "The response was filtered", "code": "content_filter"}
LATE = {"message": "upstream timed out"}

SHAPES: dict[str, Shape] = {
    "honest": says(Turn.counts),
    "no usage": says(lambda _: None),
    "usage is a list": says(lambda _: [1, 2]),
    "usage is empty": says(lambda _: {}),
    "all zero": says(lambda _: {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}),
    "output zero": says(lambda t: {"prompt_tokens": t.given, "completion_tokens": 0}),
    "input zero": says(lambda t: {"prompt_tokens": 0, "completion_tokens": t.written}),
    "one token": says(lambda t: {"prompt_tokens": t.given, "completion_tokens": min(1, t.written)}),
    "negative": says(lambda t: {"prompt_tokens": -t.given, "completion_tokens": -t.written}),
    "negative output": says(lambda t: {**t.counts(), "completion_tokens": -1, "total_tokens": 1}),
    "NaN": says(lambda _: {"prompt_tokens": float("nan"), "completion_tokens": float("nan")}),
    "text": says(lambda t: {"prompt_tokens": str(t.given), "completion_tokens": "0"}),
    "huge": says(lambda _: {"prompt_tokens": 10**30, "completion_tokens": 10**18}),
    "true": says(lambda _: {"prompt_tokens": True, "completion_tokens": True}),
    "cost zero": says(lambda t: t.counts(cost=0)),
    "cost next to nothing": says(lambda t: t.counts(cost=1e-12)),
    "cost negative": says(lambda t: t.counts(cost=-1)),
    "cost NaN": says(lambda t: t.counts(cost=float("nan"))),
    "cost text": says(lambda t: t.counts(cost="0")),
    "cost and tokens zero": says(lambda _: {"prompt_tokens": 0, "completion_tokens": 0, "cost": 0}),
    "cost zero, upstream": says(
        lambda t: t.counts(cost=0, cost_details={"upstream_inference_cost": float(t.bill_usd)})
    ),
    "own key, fee and upstream": says(half_a_fee),
    "own key, fee only": says(lambda t: t.counts(cost=float(t.bill_usd / 20), is_byok=True)),
    "header zero": says(Turn.counts, lambda _: {"x-litellm-response-cost": "0.0"}),
    "header": says(lambda _: None, lambda t: {"x-litellm-response-cost": str(t.bill_usd)}),
    "header None": says(lambda _: None, lambda _: {"x-litellm-response-cost": "None"}),
    "reasoning beside": says(
        lambda t: {
            "prompt_tokens": t.given,
            "completion_tokens": t.written // 2,
            "total_tokens": t.given + t.written,
        }
    ),
    "cut off at the cap": says(Turn.counts, finish="length"),
    "cut off, zero": says(lambda _: {"prompt_tokens": 0, "completion_tokens": 0}, finish="length"),
    "filtered": says(Turn.counts, finish="content_filter"),
    "filtered, no text, no usage": says(lambda _: None, finish="content_filter", text=""),
    "no text": says(Turn.counts, text=""),
    "no text, zero": says(lambda _: {"prompt_tokens": 0, "completion_tokens": 0}, text=""),
    "broke while writing": says(lambda _: None, finish="error"),
    "half a body": cut,
    "error in a success": fails(200, {"code": 502, "message": "upstream"}, billed=True),
    "error in a success, with usage": fails(
        200, {"code": 502, "message": "upstream"}, billed=True, usage=Turn.counts
    ),
    "400 filter": fails(400, FILTERED, billed=True),
    "400 filter, free": fails(400, FILTERED, billed=False),
    "408": fails(408, LATE, billed=True),
    "504": fails(504, LATE, billed=True),
    "524": fails(524, LATE, billed=True),
    "500 with usage": fails(500, {"message": "no"}, billed=True, usage=Turn.counts),
    "400 with usage": fails(400, {"message": "no"}, billed=True, usage=Turn.counts),
    "500 with input zero": fails(
        500,
        {"message": "no"},
        billed=True,
        usage=lambda t: {"prompt_tokens": 0, "completion_tokens": t.written},
    ),
    "500, free": fails(500, {"message": "no"}, billed=False),
    "429, free": fails(429, {"message": "slow down"}, billed=False),
    "another model": fallback,
}
"""What a server answers. Beside these it may hang (`hang`) or break the connection (`reset`)."""


@dataclass
class Dice:
    """The server: `billed_usd` is its own count."""

    rng: random.Random
    shapes: dict[str, float]
    """Shape → weight."""
    takes_cap: str = "max_tokens"
    """The name of the cap it takes; another is refused, with the name of a third."""
    over_cap: float = 1.0
    """How many times the cap it writes at most."""
    billed_usd: Decimal = Decimal(0)
    bills: list[Decimal] = field(default_factory=list)
    caps: list[int] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        asked = json.loads(request.content)
        given = [name for name in CAPS if name in asked]
        if given and given != [self.takes_cap]:
            return self._refuse(given[0])
        cap = asked.get(self.takes_cap, 400)
        self.caps.append(cap)
        most = round(cap * self.over_cap)
        turn = Turn(len(request.content) // 4, self.rng.choice([1, most // 2 or 1, most]))
        await asyncio.sleep(self.rng.uniform(0.01, 0.5))
        name = self.rng.choices([*self.shapes], [*self.shapes.values()])[0]
        if name in ("hang", "reset"):
            self._bill(turn.bill_usd)
            if name == "hang":
                await asyncio.sleep(10 * TIMEOUT_S)
            raise httpx.ReadError("the connection broke")
        status, headers, body, bill_usd = SHAPES[name](turn)
        self._bill(bill_usd)
        return httpx.Response(status, headers=headers, content=body)

    def _refuse(self, name: str) -> httpx.Response:
        instead = self.rng.choice(["n", "nonsense", self.takes_cap, None])
        words = f"Unsupported parameter: '{name}' is not supported with this model."
        if instead:
            words += f" Use '{instead}' instead."
        body = {"error": {"message": words, "code": "unsupported_parameter", "param": name}}
        return httpx.Response(400, json=body)

    def _bill(self, usd: Decimal) -> None:
        self.billed_usd += usd
        self.bills.append(usd)


def play(
    dice: Dice, *, limit_usd: Decimal, cap: int, concurrency: int, rows: int, model: str = "m"
) -> Run:
    """A run of `rows` prompts against the server, under a limit, in virtual time."""
    entries: list[Prompt] = [
        replace(prompt, model=model, max_output_tokens=cap) for prompt in prompts(rows)
    ]
    settings = Settings.model_validate(
        {
            "concurrency": concurrency,
            "max_cost_usd": limit_usd,
            "timeout_s": TIMEOUT_S,
            "prompt_timeout_s": 120,
            "retry": {"max_attempts": 3},
            "breaker": {"give_up_after_s": 60},
        }
    )

    async def main() -> Run:
        provider = ChatCompletions(PRICED.base_url or "")
        run = Run(dice, settings=settings, config=PRICED, provider=provider)
        return await run.over(entries)

    return run_virtual(main())


def tables(seeds: int) -> Iterator[str]:
    """A line for each shape alone: the largest share of its limit that was billed."""
    yield f"{'shape':32} {'limit':>8} {'billed':>9}  share  rows"
    for shape in (*SHAPES, "hang", "reset"):
        worst = max((_share(shape, seed) for seed in range(seeds)), key=lambda one: one[0])
        share, limit_usd, billed_usd, rows = worst
        yield f"{shape:32} {limit_usd:8.4f} {billed_usd:9.5f}  {share:4.0%}  {rows}"


def _share(shape: str, seed: int) -> tuple[Decimal, Decimal, Decimal, int]:
    rng = random.Random(seed)
    limit_usd = Decimal("0.003")
    dice = Dice(rng, {shape: 1.0})
    run = play(dice, limit_usd=limit_usd, cap=60, concurrency=rng.choice([1, 4, 16]), rows=80)
    return dice.billed_usd / limit_usd, limit_usd, dice.billed_usd, len(run.results)


if __name__ == "__main__":
    for line in tables(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
        sys.stdout.write(f"{line}\n")
