"""Rows of a worksheet as XML (ECMA-376, SpreadsheetML), written into a workbook as they come.

What a workbook is beside its rows comes from XlsxWriter: styles, lists, colours, protection, its
parts and how they belong together. Its own rows cost 9 µs a cell, and a review of 100,000 texts
has 1.5 million cells; these cost 1 µs, and nothing is held.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice
from typing import IO, BinaryIO, Final, TypeAlias
from xml.sax.saxutils import escape

ROW: Final = "\0"
"""Stands for the number of its row in what a cell is written as; XML has no such character."""
_AT_ONCE: Final = 200
"""Rows that are written in one piece."""
_LEVEL: Final = 1
"""Of deflate: half the time of the usual 6, a tenth more bytes."""
_NO_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold, and CR, which XML would make an LF."""
_LIKE_ESCAPE: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_LINE_POINTS: Final = 15
_HIGHEST_POINTS: Final = 409
"""Of a row, in Excel."""
_DIMENSION: Final = re.compile(r"<dimension [^>]*/>")
_STYLE: Final = re.compile(r'<c r="[A-Z]+2"(?: s="([0-9]+)")?')


def escaped(text: str) -> str:
    """A text as a cell holds it: `_x000D_` for what XML cannot hold (ECMA-376, ST_Xstring)."""
    if (
        text.isprintable()
        and "&" not in text
        and "<" not in text
        and ">" not in text
        and "_x" not in text
    ):  # nearly every one, in a fifth of the time of an expression
        return text
    text = _LIKE_ESCAPE.sub("_x005F_", text)
    return escape(_NO_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def text_cell(column: str, style: str, text: str) -> str:
    """A cell that is text and nothing else, whatever it looks like."""
    if not text:
        return f'<c r="{column}{ROW}" s="{style}"/>'
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    start = f'<c r="{column}{ROW}" s="{style}" t="inlineStr"><is><t{kept}>'
    return f"{start}{escaped(text)}</t></is></c>"


def row_of(cells: str, lines: int = 1) -> str:
    """A row, high enough for so many lines. A program fits it again when it is edited."""
    height = f' ht="{min(lines * _LINE_POINTS + 2, _HIGHEST_POINTS)}"' if lines > 1 else ""
    return f'<row r="{ROW}"{height}>{cells}</row>'


def number_cell(column: str, style: str, number: int, formula: str = "") -> str:
    """A number; with a formula (as XML has it), what that comes to now."""
    computed = f"<f>{formula}</f>" if formula else ""
    return f'<c r="{column}{ROW}" s="{style}">{computed}<v>{number}</v></c>'


def column_name(number: int) -> str:
    """`0` → `A`, `27` → `AB`."""
    name = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        name = chr(65 + letter) + name
    return name


@dataclass(frozen=True, slots=True)
class Frame:
    """A worksheet without its rows, as XlsxWriter made it."""

    before: str
    """Down to the header row."""
    after: str
    styles: tuple[str, ...]
    """Of the cells in row 2, by column."""


@dataclass(frozen=True, slots=True)
class HiddenRows:
    """Rows of the last sheet of a workbook that are many, too."""

    first: int
    """The number of the first of them."""
    rows: Iterable[str]


Sketch: TypeAlias = Callable[[list[int]], bytes]
"""A workbook whose first sheets have a header and styled blank cells in row 2; it is given how many
rows each will have, and makes their ranges of it."""


def frame_of(workbook: bytes, sheet: int = 1) -> Frame:
    """One sheet of a workbook that XlsxWriter made."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as parts:
        xml = parts.read(_part(sheet)).decode()
    header, _, rest = xml.partition('<row r="2"')
    _, _, after = rest.partition("</sheetData>")
    styles = tuple(found[1] or "0" for found in _STYLE.finditer(rest))
    return Frame(_DIMENSION.sub("", header), f"</sheetData>{after}", styles)


def write_workbook_of(
    target: BinaryIO,
    sketch: Sketch,
    rows: Iterable[str],
    most_rows: int,
    hidden: Callable[[], HiddenRows],
) -> list[int]:
    """Write a workbook with these rows of cells under the header, at most so many in a sheet.

    `hidden` is asked when those are written. Returns how many rows came to be in each sheet of
    them; there is one at least. Raises OSError.
    """
    counts: list[int] = []
    left = iter(rows)
    first = next(left, None)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as parts:
        while first is not None or not counts:
            number = len(counts) + 1
            some = [] if first is None else chain([first], islice(left, most_rows - 1))
            with parts.open(_part(number), "w", force_zip64=True) as part:
                part.write(frame_of(sketch([*counts, 1]), number).before.encode())
                counts.append(_write_rows(part, some))
                # What comes after the rows has their number in it.
                part.write(frame_of(sketch(counts), number).after.encode())
            first = next(left, None)
        _copy_others(parts, sketch(counts), len(counts), hidden())
    return counts


def _write_rows(part: IO[bytes], rows: Iterable[str], first: int = 2) -> int:
    number = first - 1
    lines: list[str] = []
    for number, row in enumerate(rows, first):
        lines.append(row.replace(ROW, str(number)))
        if len(lines) == _AT_ONCE:
            part.write("".join(lines).encode())
            lines.clear()
    part.write("".join(lines).encode())
    return number - first + 1


def _copy_others(parts: zipfile.ZipFile, workbook: bytes, sheets: int, hidden: HiddenRows) -> None:
    """Everything but the first sheets; the last sheet of all with its hidden rows."""
    own = {_part(number) for number in range(1, sheets + 1)}
    with zipfile.ZipFile(io.BytesIO(workbook)) as made:
        names = [name for name in made.namelist() if name not in own]
        last = max((name for name in names if name.startswith(_SHEETS)), key=_number_of)
        for name in names:
            with parts.open(name, "w") as part:
                content = made.read(name)
                if name == last:
                    before, end, after = content.partition(b"</sheetData>")
                    part.write(_DIMENSION.sub("", before.decode()).encode())
                    _write_rows(part, hidden.rows, hidden.first)
                    content = end + after
                part.write(content)


_SHEETS: Final = "xl/worksheets/sheet"


def _part(sheet: int) -> str:
    return f"{_SHEETS}{sheet}.xml"


def _number_of(part: str) -> int:
    return int(part.removeprefix(_SHEETS).partition(".")[0])
