"""How much prompts ask for, and which of them to try first: folds in constant memory."""

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from operator import add
from typing import Final, TypeAlias

from copygen.config.prices import texts_asked
from copygen.config.vocabularies import Vocabulary
from copygen.models import Prompt
from copygen.prompts.tokens import (
    KINDS,
    Kinds,
    count_kinds,
    message_text,
    overhead_tokens,
    tokens_of,
)

MAX_GROUPS: Final = 1000
"""Models, cells and columns that are told apart."""
OTHERS: Final = "(others)"


@dataclass(slots=True)
class Load:
    """Prompts that are to do, added up."""

    to_do: int = 0
    kinds: Kinds = (0,) * len(KINDS)
    """Characters of what is to do, by kind."""
    overhead: int = 0
    """Tokens the chat format adds to them."""
    output_cap: int = 0
    """The sum of their caps on output, of each text that they ask for."""
    uncapped: int = 0
    """Texts that have none."""
    expected_output: int = 0
    """Output tokens that texts with a cap have, each as many as is assumed and its cap allows."""


@dataclass(slots=True)
class ModelLoad:
    """The prompts of one model, apart by the lengths above which some price changes."""

    prompts: int = 0
    loads: dict[int, Load] = field(default_factory=dict)
    """Number of thresholds that a prompt passes → the prompts that are to do."""

    @property
    def to_do(self) -> int:
        """How many of them would be sent."""
        return sum(load.to_do for load in self.loads.values())

    @property
    def uncapped(self) -> int:
        """Texts without a cap on output."""
        return sum(load.uncapped for load in self.loads.values())


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
    thresholds: tuple[int, ...] = ()
    """Input lengths in tokens above which some price changes, rising."""
    vocabulary: Vocabulary | None = None
    """What tells them, for every model: what differs from model to model is the tokens alone."""
    assumed_output: int = 0
    """Output tokens that a text is taken to have where nothing was learned."""
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
            self.add_to_do(group, prompt, text)

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

    def add_to_do(self, group: ModelLoad, prompt: Prompt, text: str) -> None:
        """Take one prompt with this text into a group of those that would be sent."""
        kinds, overhead = count_kinds(text), overhead_tokens(len(prompt.messages))
        passed = 0
        if self.vocabulary is not None and self.thresholds:
            passed = bisect_left(self.thresholds, tokens_of(kinds, self.vocabulary) + overhead)
        load = group.loads.get(passed)
        if load is None:
            load = group.loads[passed] = Load()
        load.to_do += 1
        load.kinds = tuple(map(add, load.kinds, kinds))
        load.overhead += overhead
        cap, texts = prompt.max_output_tokens, texts_asked(prompt.params)
        if cap is None:
            load.uncapped += texts
        else:
            load.output_cap += cap * texts
            load.expected_output += min(cap, self.assumed_output) * texts
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
