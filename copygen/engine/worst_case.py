"""The most a request can cost, known before it is sent.

Input: every token of a text stands for at least one byte of its UTF-8, so a request has no more
tokens than bytes; the JSON around the messages (28 bytes each at the least) pays for the handful
of tokens with which a chat format marks where they begin and end. Output: the request's own cap,
else the most the model can write.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from copygen.config import Price, ProviderConfig
from copygen.config.prices import most_output, priced_apart
from copygen.engine.budget import Charge, Limit, picousd_at_least
from copygen.engine.clock import utc_now
from copygen.models import JsonValue, Prompt
from copygen.providers.pricing import ceiling_usd, price_of

EXACTLY = Fraction(1)
_MODELS_KEPT = 1000
_WAY_OUT = "or use --max-tokens-total, which needs no price"


@dataclass(frozen=True, slots=True)
class Unbounded:
    """Why nobody can say what a request may cost, and what to do. `str()` is the sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class _Known:
    price: Price | None
    max_output_tokens: int | None


class WorstCases:
    """Worst cases at one provider, under one limit: with none on money, prices do not matter."""

    def __init__(
        self, config: ProviderConfig, limit: Limit, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """`clock` says which of several dated prices holds when a model is first met."""
        self._config = config
        self._clock = clock
        self._needs_price = limit.picousd is not None
        self._flag = "--max-cost" if self._needs_price else "--max-tokens-total"
        self._known: dict[str, _Known] = {}

    def of(
        self,
        prompt: Prompt,
        size_bytes: int,
        overrun: Fraction = EXACTLY,
        price: Price | None = None,
    ) -> Charge | Unbounded:
        """The most that sending `prompt`, as a request body of `size_bytes`, can come to.

        `overrun` is how many times its cap a reply of the model was seen to have; `price` that of
        another model which answers in its place.
        """
        bounds = self._bounds(prompt)
        if isinstance(bounds, Unbounded):
            return bounds
        output_tokens, own_price = bounds
        if overrun != EXACTLY:
            output_tokens = math.ceil(output_tokens * overrun)
        price = own_price if price is None or own_price is None else price
        tokens = size_bytes + output_tokens
        if price is None:
            return Charge(0, tokens)
        return Charge(picousd_at_least(ceiling_usd(size_bytes, output_tokens, price)), tokens)

    def refusal(self, prompt: Prompt) -> str | None:
        """Why prompts like this cannot be sent under the limit, if they cannot."""
        bounds = self._bounds(prompt)
        return str(bounds) if isinstance(bounds, Unbounded) else None

    def _bounds(self, prompt: Prompt) -> tuple[int, Price | None] | Unbounded:
        """The most output tokens, and the price unless it does not matter."""
        model = prompt.model
        known = self._known.get(model) or self._look_up(model)
        if self._needs_price and known.price is None:
            return Unbounded(self._no_price(model))
        output_tokens = most_output(prompt, known.max_output_tokens)
        if output_tokens is None:
            return Unbounded(self._no_cap(model))
        if self._needs_price and (apart := priced_apart(prompt)) is not None:
            return Unbounded(
                f"--max-cost cannot bound what a request with '{apart}' costs: it is charged for "
                f"by more than the listed price; leave it out of the prompt file, {_WAY_OUT}"
            )
        for message in prompt.messages:
            if message.content.__class__ is not str and not _is_text(message.content):
                return Unbounded(
                    f"{self._flag} cannot bound what parts other than text cost (images, audio, "
                    "files); run these prompts without it"
                )
        return output_tokens, known.price if self._needs_price else None

    def _look_up(self, model: str) -> _Known:
        found = self._config.model(model)
        price = price_of(self._config, model, self._clock())
        known = _Known(price, found.max_output_tokens if found else None)
        if len(self._known) < _MODELS_KEPT:
            self._known[model] = known
        return known

    def _no_price(self, model: str) -> str:
        name = self._config.name
        return (
            f"--max-cost needs a price for {model} at {name}, and there is none; set "
            f"providers.{name}.models.{model}.price (input and output, US dollars per million "
            f"tokens) in your settings file, {_WAY_OUT}"
        )

    def _no_cap(self, model: str) -> str:
        return (
            f"{self._flag} needs to know how much {model} may write at most; set max_tokens in "
            f"the prompt file, or providers.{self._config.name}.models.{model}.max_output_tokens "
            "in your settings file"
        )


def _is_text(content: JsonValue) -> bool:
    """Whether a message's content is nothing but text parts."""
    if content is None:
        return True
    return isinstance(content, list) and all(
        isinstance(part, dict) and part.get("type") == "text" for part in content
    )
