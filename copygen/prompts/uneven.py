"""Rows that have not a value for each column of the header: padded, cut or told."""

import itertools
import re
from typing import Final

from copygen.models import Source
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, ReadOptions, Row, Rows, bad_row, text_row


def checked_row(item: dict[str, str], source: Source, options: ReadOptions) -> Row | BadRow:
    """The row of columns that are all text, or why it is none."""
    try:
        return text_row(item, source, options)
    except InputError as exc:
        return bad_row(exc, item, source)


class UnevenRows:
    """Rows that have not a value for each column of the header.

    Those that end early have empty values for the rest, unless two of them in a row make one that
    is whole: then a line break is in a value without quotes. What goes on past the header is
    dropped where it is empty, and a fault else.
    """

    def __init__(self, header: list[str], path: str, options: ReadOptions, delimiter: str) -> None:
        self._header = header
        self._path = path
        self._options = options
        self._delimiter = delimiter
        self._first = True
        self.held: list[tuple[list[str], int]] = []
        """A row that ended early, and its line: the next one tells what it is."""

    def take(self, fields: list[str], line: int) -> Rows:
        """The rows that are known once there is this one."""
        width = len(self._header)
        if len(fields) > width and width > 1 and not any(fields[width:]):
            fields = fields[:width]
        if len(fields) >= width:
            yield from self.release()
            yield self._row(fields, line) if len(fields) == width else self._long(fields, line)
            return
        if self.held and _torn(self.held[0][0], fields, width):
            message = f"lines {self.held[0][1]} and {line} look like one row; put the value that "
            message += "contains a line break in quotes"
            for read, number in (*self.held, (fields, line)):
                yield BadRow(message, Source(self._path, number), None, self._read(read))
            self.held = []
            return
        yield from self.release()
        self.held = [(fields, line)]

    def release(self) -> Rows:
        """What is still held, which nothing follows."""
        held, self.held = self.held, []
        width = len(self._header)
        for fields, line in held:
            if len(fields) == 1:
                message = f"1 field where the header has {width}; add the missing ones, or put a "
                message += "value that contains a line break in quotes"
                yield BadRow(message, Source(self._path, line), None, self._read(fields))
            else:
                yield self._row(fields + [""] * (width - len(fields)), line)

    def _row(self, fields: list[str], line: int) -> Row | BadRow:
        self._first = False
        item, source = {}, Source(self._path, line)
        for column, (name, value) in enumerate(zip(self._header, fields, strict=True), 1):
            if name:
                item[name] = value
            elif value:
                message = f"column {column} has a value here, and no name in the header; name it"
                return BadRow(message, source, None, self._read(fields))
        return checked_row(item, source, self._options)

    def _long(self, fields: list[str], line: int) -> BadRow:
        hint = "put values that contain the delimiter or a quote in quotes"
        if len(self._header) == 1:
            hint += ", or say --delimiter tab where the table has one column"
        if (value := _split_value(fields, self._delimiter)) is not None:
            hint += f"; '{value[:80]}' looks like one value"
        elif self._first and self._options.header_row is None:
            hint += f"; if line {line} names the columns, say --header-row {line}"
        self._first = False
        message = f"{len(fields)} fields where the header has {len(self._header)}; {hint}"
        return BadRow(message, Source(self._path, line), None, self._read(fields))

    def _read(self, fields: list[str]) -> dict[str, str]:
        """What could be read of a row, by the columns that have a name."""
        return {name: value for name, value in zip(self._header, fields, strict=False) if name}


def _torn(first: list[str], second: list[str], width: int) -> bool:
    """Whether two rows that end early are the halves of one."""
    if len(first) + len(second) - 1 != width:
        return False
    # Halves of one length are as likely two rows without their last values.
    return len(first) != len(second) or (" " in second[0].strip() and " " not in first[0].strip())


def _split_value(fields: list[str], delimiter: str) -> str | None:
    """Two neighbours that were one value: prose goes on after a blank, a number in threes."""
    for left, right in itertools.pairwise(fields):
        if left and right[:1] == " " and right.strip():
            return f"{left}{delimiter}{right}"
        if delimiter == "," and left[-1:].isdecimal() and _THOUSANDS.match(right):
            return f"{left},{right}"
    return None


_THOUSANDS: Final = re.compile(r"[0-9]{3}(?![0-9])")
