"""The texts of one item's variants, kept while the item is in progress."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

ITEMS_KEPT: Final = 10_000
"""Items whose variants are in progress at one time; of more, the oldest are forgotten."""


@dataclass(slots=True)
class _Item:
    texts: dict[str, list[str]] = field(default_factory=dict)
    ended: int = 0


class Siblings:
    """Accepted texts by item and field. Forgets an item once all its variants have ended."""

    def __init__(self, variants: int) -> None:
        """`variants` is their number for each item."""
        self._variants = variants
        self._items: OrderedDict[str, _Item] = OrderedDict()

    def item_of(self, prompt_id: str) -> str:
        """The id that the variants of an item have in common."""
        return prompt_id.rpartition("/")[0] if self._variants > 1 else prompt_id

    def texts(self, prompt_id: str, name: str) -> list[str]:
        """What was accepted for that field of the item so far."""
        item = self._items.get(self.item_of(prompt_id))
        return list(item.texts.get(name, ())) if item else []

    def add(self, prompt_id: str, name: str, texts: list[str]) -> None:
        """Remember accepted texts."""
        if self._variants > 1:
            self._item(prompt_id).texts.setdefault(name, []).extend(texts)

    def end(self, prompt_id: str) -> None:
        """One variant of the item has ended, whatever came of it."""
        if self._variants > 1:
            item = self._item(prompt_id)
            item.ended += 1
            if item.ended >= self._variants:
                del self._items[self.item_of(prompt_id)]

    def __len__(self) -> int:
        """Items in progress."""
        return len(self._items)

    def _item(self, prompt_id: str) -> _Item:
        item = self._items.setdefault(self.item_of(prompt_id), _Item())
        if len(self._items) > ITEMS_KEPT:
            self._items.popitem(last=False)
        return item
