"""One pass over the prompts: counts by model and cell, characters, extremes. Constant memory."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import add
from typing import Final

from copygen.config.request_cost import most_output, texts_asked
from copygen.models import Prompt
from copygen.prompts.tokens import KINDS, Kinds, count_kinds, message_text, overhead_tokens

MAX_GROUPS: Final = 1000
"""Models, cells and columns that are told apart."""
OTHERS: Final = "(others)"


@dataclass(slots=True)
class Group:
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
class Tally:
    """What was counted."""

    axes: tuple[str, ...]
    """Names in the matrix."""
    models: dict[str, Group] = field(default_factory=dict)
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

    def _group(self, model: str) -> Group:
        group = self.models.get(model)
        if group is None:
            name = model if len(self.models) < MAX_GROUPS else OTHERS
            group = self.models.setdefault(name, Group())
        return group

    def _add_to_do(self, group: Group, prompt: Prompt, text: str) -> None:
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
