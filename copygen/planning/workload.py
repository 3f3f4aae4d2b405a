"""What a prompt file would cost with any model: how much it asks for, in tokens, and its price.

A fold over prompts in constant memory. Prompts are kept apart by the input lengths at which some
price changes, so that each part of a file falls into one tier of every price.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from copygen.config import Price
from copygen.config.request_cost import texts_asked
from copygen.models import Prompt
from copygen.providers.pricing import plain_usd


@dataclass(slots=True)
class Share:
    """The prompts of one range of input lengths, added up."""

    prompts: int = 0
    input_tokens: int = 0
    longest: int = 0
    """Input tokens of the longest of them."""
    uncapped: int = 0
    """Texts without a cap on their output: the model's default holds for them."""
    likely_output: int = 0
    """Output tokens expected of the others."""
    most_output: int = 0
    """Output tokens the others can have at most."""


class Workload:
    """The prompts of a file, added up.

    `tokens_of` estimates the input tokens of a prompt, `expected_output` says how long a reply
    probably is. `thresholds` are the input lengths above which a price changes.
    """

    def __init__(
        self,
        tokens_of: Callable[[Prompt], int],
        expected_output: int,
        thresholds: Iterable[int] = (),
    ) -> None:
        self.expected_output = expected_output
        self._tokens_of = tokens_of
        self._thresholds = sorted(set(thresholds))
        self._shares = [Share() for _ in range(len(self._thresholds) + 1)]

    def add(self, prompt: Prompt) -> None:
        """Take in one prompt. Its parameters must be its own, without a model's defaults."""
        tokens = self._tokens_of(prompt)
        share = self._shares[bisect_left(self._thresholds, tokens)]
        share.prompts += 1
        share.input_tokens += tokens
        share.longest = max(share.longest, tokens)
        cap, texts = prompt.max_output_tokens, texts_asked(prompt.params)
        if cap is None:
            share.uncapped += texts
        else:
            share.likely_output += min(cap, self.expected_output) * texts
            share.most_output += cap * texts

    @property
    def shares(self) -> list[Share]:
        """The ranges that hold prompts, shortest first."""
        return [share for share in self._shares if share.prompts]

    @property
    def prompts(self) -> int:
        """Prompts in all."""
        return sum(share.prompts for share in self._shares)

    @property
    def input_tokens(self) -> int:
        """Estimated input tokens in all."""
        return sum(share.input_tokens for share in self._shares)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a prompt file would cost with one model. None: it cannot be told."""

    likely_usd: Decimal | None
    most_usd: Decimal | None
    """With every text as long as it may be, in the dearest hour."""


def estimated(
    workload: Workload, price: Price | None, default_cap: int | None, at: datetime
) -> Estimate:
    """What a workload costs at a price: as expected, and with every text as long as allowed.

    `default_cap` bounds the output of prompts that set no cap; with None such texts may be of any
    length, and there is no upper figure.
    """
    if price is None:
        return Estimate(None, None)
    likely, most = Decimal(0), Decimal(0)
    bounded = default_cap is not None or not any(share.uncapped for share in workload.shares)
    expected = min(workload.expected_output, default_cap or workload.expected_output)
    for share in workload.shares:
        rates = price.rates(share.longest, at)
        output = share.likely_output + share.uncapped * expected
        likely += plain_usd(share.input_tokens, output, rates)
        output = share.most_output + share.uncapped * (default_cap or 0)
        most += max(
            plain_usd(share.input_tokens, output, every) for every in price.all_rates(share.longest)
        )
    return Estimate(likely, most if bounded else None)
