"""The keys with which a prompt file says how its table is read and which rows become items.

Each is a flag of `copygen run`, too, and the flag wins.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from copygen.documents import FrozenModel
from copygen.models import JsonValue
from copygen.prompts.delimited import delimiter_of
from copygen.prompts.encodings import encoding_of
from copygen.prompts.request import Positive, Text
from copygen.prompts.rows import BadRows, Duplicates, ReadOptions
from copygen.prompts.selection import Selection

Columns = Text | Annotated[list[Text], Field(min_length=1)]
READING: Final = ("encoding", "delimiter", "header_row", "skip_rows", "sheet", "bad_rows")
"""Those that say how a table is read; the others hold for a list of items in the file as well."""


class TableKeys(FrozenModel):
    """The keys, as a file has them."""

    encoding: Annotated[Text, AfterValidator(encoding_of)] | None = None
    """Encoding of a table that is not UTF-8: `cp1252`, `cp932`, `utf-16`."""
    delimiter: Annotated[Text, AfterValidator(delimiter_of)] | None = None
    """What separates the values of a table: `;`, `|`, `tab`; else what the rows tell."""
    header_row: Positive | None = None
    """The line of a table, or row of a sheet, that names the columns."""
    skip_rows: Annotated[int, Field(ge=0)] | None = None
    """Rows to leave out after the header."""
    sheet: Text | Positive | None = None
    """The sheet of a workbook, by name or number; else the first that is not hidden."""
    bad_rows: Literal["refuse", "fail", "skip"] | None = None
    """What becomes of rows that cannot be read; `refuse` unless given."""
    id: Columns | None = None
    """The column, or the columns, that a row's id is made of; `--id` wins."""
    duplicates: Literal["refuse", "number", "first"] | None = None
    """What becomes of rows with the id of an earlier row; `refuse` unless given."""
    group_by: Text | None = None
    """The column whose value the rows of one item share; see `copygen help tables`."""
    fill_down: Columns | None = None
    """Columns whose empty cells have the value above."""
    skip_if: Text | None = None
    """A condition as in a template; rows that meet it are left out."""
    keep: Columns | None = None
    """The columns that records keep, or `all`, `used`; else the used ones and the id."""
    unique: bool | None = None
    """Whether each distinct prompt is sent once, and all its rows get the text."""

    @property
    def read_options(self) -> ReadOptions:
        """How the table is read."""
        return ReadOptions(
            encoding=self.encoding,
            delimiter=self.delimiter,
            header_row=self.header_row,
            skip_rows=self.skip_rows,
            sheet=None if self.sheet is None else str(self.sheet),
            bad_rows=None if self.bad_rows is None else BadRows(self.bad_rows),
        )

    @property
    def selection(self) -> Selection:
        """What is asked of its rows, but for the condition."""
        return Selection(
            id_columns=_listed(self.id),
            duplicates=None if self.duplicates is None else Duplicates(self.duplicates),
            group_by=self.group_by,
            fill_down=_listed(self.fill_down),
            keep=_listed(self.keep),
            unique=bool(self.unique),
        )


def _listed(given: str | list[str] | None) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given or ())


def reading_key(data: Mapping[str, JsonValue]) -> str | None:
    """The first of the keys in a file that only a table can have; None without any."""
    return next((name for name in READING if name in data), None)
