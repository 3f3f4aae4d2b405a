"""How much prompts ask for, and which of them to try first: folds in constant memory."""

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from operator import add
from typing import Final, TypeAlias

from copygen.config import Price
from copygen.config.prices import most_output, texts_asked
from copygen.models import Prompt
from copygen.prompts.tokens import KINDS, Kinds, count_kinds, message_text, overhead_tokens
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


MAX_GROUPS: Final = 1000
"""Models, cells and columns that are told apart."""
OTHERS: Final = "(others)"


@dataclass(slots=True)
class ModelLoad:
    """The prompts of one model."""

    prompts: int = 0
    to_do: int = 0
    kinds: Kinds = (0,) * len(KINDS)
    """Characters of what is to do, by kind."""
    overhead: int = 0
    """Tokens the chat format adds to them."""
    output_cap: int = 0
    """The sum of their caps on output, of each text that they ask for."""
    uncapped: int = 0
    """Texts that have none."""


@dataclass(slots=True)
class Extremes:
    """The first prompt, the longest and the shortest, by characters."""

    first: Prompt | None = None
    longest: Prompt | None = None
    shortest: Prompt | None = None
    _most: int = -1
    _least: int = -1

    def meet(self, prompt: Prompt, characters: int) -> None:
        """Take in one prompt."""
        if self.first is None:
            self.first, self.shortest, self._least = prompt, prompt, characters
        if characters > self._most:
            self.longest, self._most = prompt, characters
        if characters < self._least:
            self.shortest, self._least = prompt, characters


@dataclass(slots=True)
class WorkloadStats:
    """What was counted."""

    axes: tuple[str, ...]
    """Names in the matrix."""
    models: dict[str, ModelLoad] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    cells_to_do: Counter[str] = field(default_factory=Counter)
    columns: dict[str, None] = field(default_factory=dict)
    """Names in the order they are met."""
    extremes: Extremes = field(default_factory=Extremes)
    textless: int = 0
    """Prompts with parts that are no text, whose tokens are not estimated."""

    def add(self, prompt: Prompt, *, to_do: bool) -> None:
        """Take in one prompt."""
        text = message_text(prompt.messages)
        self.extremes.meet(prompt, len(text))
        cell = self.cell_of(prompt)
        self.cells[cell] = self.cells.get(cell, 0) + 1
        self.cells_to_do[cell] += to_do
        if not self.columns.keys() >= prompt.input.keys() and len(self.columns) < MAX_GROUPS:
            self.columns.update(dict.fromkeys(prompt.input))
        group = self._group(prompt.model)
        group.prompts += 1
        if to_do:
            self._add_to_do(group, prompt, text)

    def cell_of(self, prompt: Prompt) -> str:
        """The matrix cell of a prompt; empty without a matrix."""
        cell = ",".join(str(prompt.input[name]) for name in self.axes)
        room = cell in self.cells or len(self.cells) < MAX_GROUPS
        return cell if room else OTHERS

    @property
    def prompts(self) -> int:
        """How many there are."""
        return sum(group.prompts for group in self.models.values())

    @property
    def to_do(self) -> int:
        """How many of them would be sent."""
        return sum(group.to_do for group in self.models.values())

    def _group(self, model: str) -> ModelLoad:
        group = self.models.get(model)
        if group is None:
            name = model if len(self.models) < MAX_GROUPS else OTHERS
            group = self.models.setdefault(name, ModelLoad())
        return group

    def _add_to_do(self, group: ModelLoad, prompt: Prompt, text: str) -> None:
        group.to_do += 1
        group.kinds = tuple(map(add, group.kinds, count_kinds(text)))
        group.overhead += overhead_tokens(len(prompt.messages))
        cap = most_output(prompt)
        group.output_cap += cap or 0
        group.uncapped += texts_asked(prompt.params) if cap is None else 0
        self.textless += any(not _is_text(message.content) for message in prompt.messages)


def _is_text(content: object) -> bool:
    if isinstance(content, str):
        return True
    parts: Iterable[object] = content if isinstance(content, list) else ()
    return all(isinstance(part, dict) and "text" in part for part in parts)


MAX_STRATA: Final = 1000
"""Combinations of model and matrix cell that get one prompt each."""


_Extreme: TypeAlias = tuple[int, str, str, tuple[str, str]]
"""Characters, key and id of a prompt, and its stratum."""


class Sampler:
    """A fold over prompts that ends in `size` ids.

    The choice depends on the prompts and on nothing else, neither their order nor what is done:
    the same file gives the same sample, and nothing is bought twice. Memory is bounded by `size`
    and MAX_STRATA.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._longest: _Extreme | None = None
        self._shortest: _Extreme | None = None
        self._strata: dict[tuple[str, str], tuple[str, str]] = {}
        self._any: list[tuple[int, str]] = []

    def add(self, prompt: Prompt, characters: int, cell: str) -> None:
        """Take in one prompt, its length and its matrix cell."""
        # Keys are hashes: the smallest of them are a random choice that is always the same.
        stratum = (prompt.model, cell)
        candidate = (characters, prompt.key, prompt.id, stratum)
        if self._longest is None or candidate > self._longest:
            self._longest = candidate
        if self._shortest is None or candidate < self._shortest:
            self._shortest = candidate
        self._add_stratum(stratum, (prompt.key, prompt.id))
        number = (-int(prompt.key, 16), prompt.id)
        if len(self._any) < self._size:
            heapq.heappush(self._any, number)
        elif number > self._any[0]:
            heapq.heapreplace(self._any, number)

    def ids(self) -> tuple[str, ...]:
        """The chosen prompts, `size` at most."""
        return tuple(islice(dict.fromkeys(self._in_turn()), self._size))

    def _in_turn(self) -> Iterator[str]:
        extremes = [found for found in (self._longest, self._shortest) if found is not None]
        covered = {stratum for _, _, _, stratum in extremes}
        others = [self._strata[name][1] for name in sorted(self._strata) if name not in covered]
        first = [id_ for _, _, id_, _ in extremes]
        # Both of one stratum are one too many where there is only room for one of each.
        room = max(len(covered), self._size - len(others))
        first, last = first[:room], first[room:]
        return chain(first, others, last, (id_ for _, id_ in sorted(self._any, reverse=True)))

    def _add_stratum(self, name: tuple[str, str], candidate: tuple[str, str]) -> None:
        best = self._strata.get(name)
        if best is None:
            if len(self._strata) < MAX_STRATA:
                self._strata[name] = candidate
        elif candidate < best:
            self._strata[name] = candidate
