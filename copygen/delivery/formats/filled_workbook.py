"""A workbook that is filled: macros, formats and all other cells stay as they are (openpyxl)."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from copygen.delivery.formats.format import illegal_in_xml
from copygen.delivery.formats.workbook_rows import MAX_CHARS
from copygen.documents import files
from copygen.errors import UsageError

_ROLE: Final = "the template of the target"
_MAX_BYTES: Final = 256 * 1024 * 1024
_USUAL: Final = "template"
_LIKE_ESCAPES: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""Spreadsheets read `_x000D_` as a character; openpyxl writes it as it is."""


class WorkbookSheet:
    """One sheet of a workbook: the one that is named, or `Template`, or the first."""

    def __init__(self, path: Path, name: str | None) -> None:
        """Raises OSError, and UsageError where it is no workbook or the extra is not there."""
        try:
            from openpyxl import load_workbook
        except ImportError as error:
            raise UsageError(
                "filling a workbook needs an extra: pip install 'copygen[templates]'."
            ) from error
        self.suffix = path.suffix.lower()
        content = files.read_bytes(path, _ROLE, _MAX_BYTES)
        try:
            self._book = load_workbook(io.BytesIO(content), keep_vba=self.suffix == ".xlsm")
        except Exception as error:
            raise UsageError(f"{path} is no workbook that can be read.") from error
        if (macros := self._book.vba_archive) is not None:
            # openpyxl leaves it open for writing: it would be ended whenever it is collected, which
            # may be after the memory that it is in.
            held = macros.fp
            assert held is not None  # the memory it was given
            macros.close()
            self._book.vba_archive = zipfile.ZipFile(held)
        names = {one.casefold(): one for one in self._book.sheetnames}
        found = names.get((name or _USUAL).casefold())
        self._sheet = self._book[found or self._book.sheetnames[0]]

    def rows(self) -> Iterator[Sequence[str]]:
        """Every row as text."""
        for cells in self._sheet.iter_rows(values_only=True):
            yield ["" if one is None else str(one) for one in cells]

    def fault_of(self, text: str) -> str | None:
        """A control character, or more characters than a cell holds."""
        if len(text) > MAX_CHARS:
            return f"{len(text):,} of {MAX_CHARS:,} characters that a cell holds"
        return illegal_in_xml(text)

    def put(self, row: int, column: int, text: str) -> None:
        """Write one cell, as text whatever it begins with."""
        cell = self._sheet.cell(row + 1, column + 1)
        cell.value = _LIKE_ESCAPES.sub("_x005F_", text)
        cell.data_type = "s"

    def save(self, stream: BinaryIO) -> None:
        """Write the whole file."""
        self._book.save(stream)
