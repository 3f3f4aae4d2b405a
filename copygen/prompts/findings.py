"""What a pass over a table finds that a person should know: empty cells, equal rows, columns that
could be the id. A hash of eight bytes a row is all that is kept."""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from operator import itemgetter
from typing import Final

from copygen.models import Item, JsonValue
from copygen.prompts.names import made_name, spelled
from copygen.prompts.rows import Row, repeated_hashes
from copygen.prompts.selection import is_empty
from copygen.system import command_line

_ID_NAME: Final = re.compile(
    r"(?:.*_)?(?:id|sku|handle|handleid|slug|asin|ean|gtin|upc|isbn|mpn|uuid|guid|barcode|code)"
    r"|.*(?:コード|番号|品番|型番|编号|编码|货号|상품번호|รหัส.*|артикул|код)",
    re.IGNORECASE,
)
"""What columns are called, made into names, whose values tell products apart."""
_MOST_CANDIDATES: Final = 8
_SHOWN: Final = 3
_without_blanks: Final = str.strip


_PROMPTFOO: Final = re.compile(
    r"__(?:expected\d*|prefix|suffix|description|providerOutput|metric|threshold"
    r"|(?:metadata|config):.*)"
)
"""Columns with which a test file of promptfoo says what it expects, and how it goes about it."""
_PROMPTFOO_KEYS: Final = (
    "assert",
    "options",
    "threshold",
    "metadata",
    "provider",
    "providerOutput",
)
"""The same beside the `vars` of a test in JSON or YAML; `assert` tells that it is one."""


def promptfoo_note(item: Item, used: Collection[str]) -> str | None:
    """A sentence on what a test of promptfoo has beside its variables; None where it is none."""
    names = [name for name in item if _PROMPTFOO.fullmatch(name)]
    if isinstance(item.get("assert"), list):
        names += [name for name in _PROMPTFOO_KEYS if name in item]
    names = [name for name in names if name not in used]
    if not names:
        return None
    shown = ", ".join(f"'{name}'" for name in names[:_MOST_CANDIDATES])
    shown += f" and {len(names) - _MOST_CANDIDATES} more" if len(names) > _MOST_CANDIDATES else ""
    return (
        f"{shown}: of a test file of promptfoo only the variables are used; copygen holds texts "
        "against checks (copygen help checks)"
    )


class TableFindings:
    """A fold over the rows of a file that become prompts."""

    def __init__(self, columns_of: Callable[[Row], tuple[str, ...]], *, proposes: bool) -> None:
        """`columns_of` a row are those that its prompt is made of; `proposes` ids, too."""
        self._columns_of = columns_of
        self._columns: tuple[str, ...] = ()
        self._values: Callable[[Item], tuple[JsonValue, ...]] | None = None
        """The values of these columns, of a row that has them."""
        self._empty: Counter[str] = Counter()
        self._hashes = array("q")
        self._proposes = proposes
        self._candidates: dict[str, array[int]] | None = None if proposes else {}
        """Column → hashes of its values, as long as it may be the id."""

    def add(self, row: Row) -> None:
        """Take in a row. Costs less than a microsecond where all its cells are short texts."""
        item = row.item
        try:
            values = self._values(item)  # type: ignore[misc]  # None raises, once
        except (KeyError, TypeError):
            values = self._bound(row)(item)
        try:
            # Nearly every cell is a text with something in it.
            if not all(map(_without_blanks, values)):
                self._count_empty(values)
            found = hash(values)
        except TypeError:  # numbers, lists and mappings
            self._count_empty(values)
            found = hash(repr(values))
        if row.params or row.messages:
            found = hash((found, repr(row.params), repr(row.messages)))
        self._hashes.append(found)
        if self._proposes and row.own_id is None:
            self._look_for_id(row)

    def _bound(self, row: Row) -> Callable[[Item], tuple[JsonValue, ...]]:
        self._columns = columns = self._columns_of(row)
        if len(columns) > 1:
            self._values = itemgetter(*columns)
        else:
            self._values = lambda item: tuple(item[column] for column in columns)
        return self._values

    def _count_empty(self, values: tuple[JsonValue, ...]) -> None:
        for column, value in zip(self._columns, values, strict=True):
            self._empty[column] += is_empty(value)

    def notes(self, handled: Collection[str], *, unique: bool) -> Iterator[str]:
        """Sentences on empty cells and equal prompts; `handled` columns may be empty."""
        total = f"{len(self._hashes):,}"
        for column, count in self._empty.most_common(_SHOWN):
            if count and column not in handled:
                way_out = command_line(["--where", spelled(column)])
                yield (
                    f"{count:,} of {total} rows have an empty '{column}': {way_out} leaves them out"
                )
        distinct = self.distinct
        if distinct < len(self._hashes) and not unique:
            prompts = "1 distinct prompt" if distinct == 1 else f"{distinct:,} distinct prompts"
            yield (
                f"{prompts} in {total} rows: --unique buys each once and gives its text to all "
                "its rows"
            )

    @property
    def distinct(self) -> int:
        """How many rows differ in what their prompts are made of."""
        return len(self._hashes) - _repetitions(self._hashes)

    def id_proposals(self) -> tuple[str, ...]:
        """Columns that could be the id: their name says so, and their values all differ."""
        found = self._candidates or {}
        return tuple(
            column
            for column, hashes in found.items()
            if len(hashes) == len(self._hashes) and not repeated_hashes(hashes)
        )

    def _look_for_id(self, row: Row) -> None:
        if self._candidates is None:
            names = [name for name in row.item if _ID_NAME.fullmatch(made_name(name, 0))]
            self._candidates = {name: array("q") for name in names[:_MOST_CANDIDATES]}
        for column, hashes in [*self._candidates.items()]:
            value = row.item.get(column)
            if value.__class__ not in (str, int) or is_empty(value):
                del self._candidates[column]
            else:
                hashes.append(hash(value))
        self._proposes = bool(self._candidates)


def _repetitions(hashes: "array[int]") -> int:
    """How many of them come again; in parts, so that memory stays small."""
    repeated = repeated_hashes(hashes)
    if not repeated:
        return 0
    return sum(value in repeated for value in hashes) - len(repeated)
