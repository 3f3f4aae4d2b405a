"""Which prompts to try first: the longest, the shortest, one of each kind, then any."""

import heapq
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from copygen.models import Prompt

MAX_STRATA: Final = 1000
"""Combinations of model and matrix cell that get one prompt each."""


class Sampler:
    """A fold over prompts that ends in `size` ids.

    The choice depends on the prompts and on nothing else, neither their order nor what is done:
    the same file gives the same sample, and nothing is bought twice. Memory is bounded by `size`
    and MAX_STRATA.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._longest: tuple[int, str, str] | None = None
        self._shortest: tuple[int, str, str] | None = None
        self._strata: dict[tuple[str, str], tuple[str, str]] = {}
        self._any: list[tuple[int, str]] = []

    def add(self, prompt: Prompt, characters: int, cell: str) -> None:
        """Take in one prompt, its length and its matrix cell."""
        # Keys are hashes: the smallest of them are a random choice that is always the same.
        candidate = (characters, prompt.key, prompt.id)
        if self._longest is None or candidate > self._longest:
            self._longest = candidate
        if self._shortest is None or candidate < self._shortest:
            self._shortest = candidate
        self._add_stratum((prompt.model, cell), (prompt.key, prompt.id))
        number = (-int(prompt.key, 16), prompt.id)
        if len(self._any) < self._size:
            heapq.heappush(self._any, number)
        elif number > self._any[0]:
            heapq.heapreplace(self._any, number)

    def ids(self) -> tuple[str, ...]:
        """The chosen prompts, `size` at most."""
        return tuple(islice(dict.fromkeys(self._in_turn()), self._size))

    def _in_turn(self) -> Iterator[str]:
        extremes = (self._longest, self._shortest)
        return chain(
            (found[2] for found in extremes if found is not None),
            (id_ for _, id_ in (self._strata[name] for name in sorted(self._strata))),
            (id_ for _, id_ in sorted(self._any, reverse=True)),
        )

    def _add_stratum(self, name: tuple[str, str], candidate: tuple[str, str]) -> None:
        best = self._strata.get(name)
        if best is None:
            if len(self._strata) < MAX_STRATA:
                self._strata[name] = candidate
        elif candidate < best:
            self._strata[name] = candidate
