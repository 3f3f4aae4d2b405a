"""Ids: an item's own, or one made of its content."""

import hashlib
import itertools
import json
import re
from array import array
from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from copygen.models import JsonValue
from copygen.prompts.rows import Row

_CONTENT_ID_BYTES: Final = 6
_SORTED_AT_ONCE: Final = 200_000
_MOST_PARTS: Final = 32
_NUMBERED: Final = re.compile(r"[0-9a-f]{12}-[0-9]+")


def canonical(value: object) -> bytes:
    """Return JSON with sorted keys: the same bytes for the same value, whatever it holds."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        # Lone surrogates and integers past 64 bits are JSON, too.
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def content_id(whole: Mapping[str, JsonValue]) -> str:
    """Return twelve hex digits that depend on nothing but the item's columns."""
    return hashlib.blake2b(canonical(whole), digest_size=_CONTENT_ID_BYTES).hexdigest()


def base_id(row: Row) -> str:
    """Return the row's own id, or its content id, not yet told apart from identical rows."""
    return content_id(row.whole) if row.own_id is None else row.own_id


def looks_numbered(own_id: str) -> bool:
    """Whether an id could be that of a second identical row."""
    return _NUMBERED.fullmatch(own_id) is not None


class IdHashes:
    """What one pass over a file remembers of its ids: eight bytes each."""

    def __init__(self) -> None:
        self._hashes = array("q")

    def add(self, item_id: str) -> None:
        """Remember an id."""
        self._hashes.append(hash(item_id))

    def repeated(self) -> frozenset[int]:
        """Return the hashes that came more than once."""
        parts = min(_MOST_PARTS, len(self._hashes) // _SORTED_AT_ONCE + 1)
        found: set[int] = set()
        for part in range(parts):
            # Sorting makes a list of Python integers: in parts, it stays small.
            hashes = sorted(value for value in self._hashes if value % parts == part)
            pairs = itertools.pairwise(hashes)
            found.update(left for left, right in pairs if left == right)
        return frozenset(found)


class FileIds:
    """Ids of the rows of a checked file: identical rows are numbered from the second on."""

    def __init__(self, repeated: Iterable[str], taken: frozenset[str] = frozenset()) -> None:
        """`taken` are the rows' own ids that look like numbered ones."""
        self._counts = dict.fromkeys(repeated, 0)
        self._taken = taken

    def id_of(self, row: Row) -> str:
        """Return the id of the next row."""
        if row.own_id is not None:
            return row.own_id
        item_id = content_id(row.whole)
        if item_id not in self._counts:
            return item_id
        self._counts[item_id] += 1
        while (numbered := f"{item_id}-{self._counts[item_id]}") in self._taken:
            self._counts[item_id] += 1
        return item_id if self._counts[item_id] == 1 else numbered


class StreamIds:
    """Ids of rows that are seen once: every hash is kept, to know a repeated id."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        self._counts: dict[str, int] = {}

    def id_of(self, row: Row) -> str | None:
        """Return the id of the next row, or None if its own id was used before."""
        if row.own_id is not None:
            return row.own_id if self._take(row.own_id) else None
        return self.unused(content_id(row.whole))

    def id_of_fault(self, own_id: str | None, line: int) -> str:
        """Return the id for a row that is faulty."""
        if own_id is not None and self._take(own_id):
            return own_id
        return self.unused(f"line-{line}")

    def unused(self, wanted: str) -> str:
        """Return the id wanted, numbered if it was used before."""
        candidate = wanted
        while not self._take(candidate):
            count = self._counts.get(wanted, 1) + 1
            self._counts[wanted] = count
            candidate = f"{wanted}-{count}"
        return candidate

    def _take(self, item_id: str) -> bool:
        value = hash(item_id)
        if value in self._seen:
            return False
        self._seen.add(value)
        return True
