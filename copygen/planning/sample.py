"""Which prompts to try first: the longest, the shortest, one of each kind, then any."""

import heapq
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final, TypeAlias

from copygen.models import Prompt

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
