"""What a template calls a column: its own name, `row["..."]`, or a name made from the header.

Jinja's names are identifiers, and half of all real columns are none (`Body (HTML)`, `name.en`).
So every column also has a made name (`body_html`, `name_en`). A column's own name always goes
before a made one, and made names that would be the same are numbered in the order of the columns.
"""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Final

from copygen.documents import nearest
from copygen.prompts.rows import column_name
from copygen.prompts.sandbox import FUNCTIONS

ROW: Final = "row"
# fmt: off
NO_NAME: Final = frozenset((
    "true", "false", "none", "True", "False", "None", "self", "loop",
    "and", "or", "not", "is", "in", "if", "else", "elif",
))
# fmt: on
"""Words that are no variables where a template may have one."""
_NEVER_MADE: Final = NO_NAME | {ROW, "variant", "super", "caller", "varargs", "kwargs", *FUNCTIONS}
"""What a template would take for something else than a column."""
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
"""Full-width signs and letters, as Japanese headers have them, → the plain ones."""
_MOST_CHARS: Final = 60
_NAMES_SHOWN: Final = 10
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
_TABLES_REMEMBERED: Final = 64
_MOST_REMEMBERED: Final = 10_000


def spelled(name: str) -> str:
    """How a template writes the column of that name, whatever other columns there are."""
    if name.isidentifier() and name not in NO_NAME and not name.startswith("__"):
        return name
    return by_key(name)


def by_key(name: str) -> str:
    """The column of that name, whatever the name means in a template."""
    return f"{ROW}[{json.dumps(name, ensure_ascii=False)}]"


def made_name(column: str, position: int) -> str:
    """The identifier that a column name comes to, before it is numbered.

    Small letters; each run of other signs is one `_`; a digit at its beginning has a `_` before
    it, a word of the template language one behind it. A name without any letter or digit is
    `column_N`, with its 1-based position in the table.
    """
    plain = unicodedata.normalize("NFC", column_name(column).translate(_FULL_WIDTH).lower())
    signs = "".join(sign if f"a{sign}".isidentifier() else " " for sign in plain.replace("_", " "))
    name = "_".join(signs.split())[:_MOST_CHARS].rstrip("_")
    if not any(sign.isalnum() for sign in name):
        return f"column_{position}"
    if not name.isidentifier():
        name = f"_{name}"
    return f"{name}_" if name in _NEVER_MADE else name


class ColumnNames:
    """The columns of one table, or of one row, and what they are called."""

    def __init__(self, columns: Iterable[str]) -> None:
        """`columns` in the order of the table, each once."""
        self.columns = columns = tuple(columns)
        self._columns = frozenset(columns)
        self._bare: dict[str, str] = {}
        """Name as people write it → the column: JSON has names with blanks around them."""
        for column in columns:
            bare = column_name(column)
            if bare != column and bare not in self._columns:
                self._bare.setdefault(bare, column)
        taken = {*columns, *self._bare}
        self.made: dict[str, str] = {}
        """Column → its made name, for those that are called otherwise than they are written."""
        self.numbered: dict[str, str] = {}
        """Those of them whose made name another column has: column → the name it would have."""
        counts: dict[str, int] = {}
        for position, column in enumerate(columns, 1):
            wanted = made_name(column, position)
            if wanted == column:
                continue
            name = wanted
            while name in taken:
                counts[wanted] = counts.get(wanted, 1) + 1
                name = f"{wanted}_{counts[wanted]}"
            if name != wanted:
                self.numbered[column] = wanted
            taken.add(name)
            self.made[column] = name
        self._column_of = {name: column for column, name in self.made.items()}

    def find(self, name: str) -> str | None:
        """The column that a template means by `name`; None if there is none."""
        if name in self._columns:
            return name
        bare = column_name(name)
        if bare in self._columns:
            return bare
        return self._bare.get(bare) or self._column_of.get(bare)

    def ways(self, column: str) -> str:
        """How a template writes that column, each way in braces: its own name first."""
        ways = [spelled(column)]
        made = self.made.get(column)
        if made is not None and ways[0] != column:
            ways.append(made)
        return " or ".join(f"{{{{ {way} }}}}" for way in ways)


@lru_cache(_TABLES_REMEMBERED)
def known_names(columns: tuple[str, ...]) -> ColumnNames:
    """`ColumnNames`, remembered: the rows of a group have the same columns."""
    return ColumnNames(columns)


def could_mean(name: str, column: str) -> bool:
    """Whether `name` may be a column's, made or its own, in some table: before it is read."""
    if name == column:
        return True
    made = made_name(column, 0)
    base, _, number = name.rpartition("_")
    return made == name or (made == base and number.isdecimal())


def key_hint(name: str, known: list[str]) -> str:
    """What a mapping has instead of a key, so that it can be pasted behind the mapping."""
    hint = name_hint(name, known, is_column=False)
    names = ColumnNames(known)
    near = next((one for one in known if hint.startswith(f"nearest is '{one}'")), None)
    if near is None or spelled(near) == near:
        return hint
    return (
        f"{hint}, written .{names.made.get(near, near)} or [{json.dumps(near, ensure_ascii=False)}]"
    )


def name_hint(name: str, known: list[str], *, is_column: bool = True) -> str:
    """What is there instead of a name, so that it can be pasted into the template."""
    columns = ColumnNames(known) if is_column else None
    near = nearest(name, known)
    if near is None and columns is not None:
        near = next((one for one in known if one.startswith(name) and len(name) > 2), None)
    if near is None and columns is not None and (made := nearest(name, [*columns.made.values()])):
        near = columns.find(made)
    if near is not None:
        if columns is None or spelled(near) == near:
            return f"nearest is '{near}'"
        return f"nearest is '{near}', written {columns.ways(near)}"
    if not known:
        return "it has no columns; for the rows of a table: copygen run TABLE --template FILE"
    hint = "it has " + ", ".join(f"'{one}'" for one in known[:_NAMES_SHOWN])
    if len(known) > _NAMES_SHOWN:
        hint += f" and {len(known) - _NAMES_SHOWN} more"
    if columns is None:
        return hint
    if any(_NUMBER.fullmatch(one) for one in known):
        return f"{hint}: is the first line of the table a row? It should name the columns"
    odd_name = next((one for one in known if spelled(one) != one), None)
    return hint if odd_name is None else f"{hint}, written like {columns.ways(odd_name)}"


class UsedNames(frozenset[str]):
    """The names that templates use. A column is in it if one of them may mean that column."""

    def __contains__(self, column: object) -> bool:
        if not isinstance(column, str):
            return super().__contains__(column)
        known = self._known
        found = known.get(column)  # first: each row asks for each of its columns
        if found is None:
            found = super().__contains__(column) or any(could_mean(name, column) for name in self)
            if len(known) < _MOST_REMEMBERED:
                known[column] = found
        return found

    @cached_property
    def _known(self) -> dict[str, bool]:
        return {}
