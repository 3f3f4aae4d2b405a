"""Sheets of Office Open XML (`.xlsx`, `.xlsm`) → the texts that their cells show, row by row.

A sheet is parsed as it is unpacked: of a workbook only its table of shared texts is held, as UTF-8.
The parts and their words are those of ECMA-376 part 1, 18. A document type, which that forbids and
with which a small part becomes an endless one, is refused.
"""

import itertools
import re
import zipfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import IO, Any, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from copygen.prompts.number_formats import BUILT_IN, number_format, plain_number

MAX_COLUMNS: Final = 16_384
_CHUNK_BYTES: Final = 64 * 1024
_MOST_PART_BYTES: Final = 16 * 1024 * 1024
"""Of the parts that are read as a whole: the workbook's own, its relations, its styles."""
_MOST_TEXT_BYTES: Final = 1024 * 1024 * 1024
_MOST_CELL_CHARS: Final = 16 * 1024 * 1024
_MOST_TOKEN_BYTES: Final = 1024 * 1024
"""Of a tag; and of a row that is read without a parser."""
_MOST_REMEMBERED: Final = 1024
"""Numbers of each format; prices come again."""
_MOST_TAG_BYTES: Final = 256
"""Of what names a merged cell, so that one is found that goes on in the next chunk."""
_MOST_AREAS: Final = 1_000_000
_MERGED: Final = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"']"
)
_DATA: Final = b"<sheetData>"
_ROW_END: Final = b"</row>"
_PLAIN_ROW: Final = re.compile(rb"(?:\s*<row [^<>&]*/>)*\s*<row r=\"([0-9]{1,7})\"[^<>&]*(?<!/)>")
_PLAIN_CELL: Final = re.compile(
    rb'(<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,6})")?(?: t="(n|s|b|e|str|inlineStr)")?'
    rb"(?:/>|>(?:<f[^<>]*(?:/>|>[^<>]*</f>))?(?:<v>([^<>&]*)</v>)?"
    rb'(?:<is><t(?: xml:space="preserve")?>([^<>&]*)</t></is>)?</c>))'
)
"""A cell without an entity in what it shows: as it stands there, column, style, kind and value."""
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_DAY_ZERO: Final = datetime(1899, 12, 30)
_TRUE: Final = frozenset(("1", "true", "on"))

Cells = Iterator[tuple[int, list[str]]]
"""The 1-based number of a row, and what its cells show, from the first column on; rows without
cells may be left out."""
Shown = Callable[[str], str]


class WorkbookError(Exception):
    """A workbook that is none, or a damaged one. `str()` says what is wrong with it."""


class SheetRef(NamedTuple):
    """A sheet of a workbook."""

    name: str
    is_hidden: bool
    part: str
    """The part of the package that holds it."""


class Area(NamedTuple):
    """Cells that are merged into the first of them; 0-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


class ExcelWorkbook:
    """A package whose main part is `part`. Raises WorkbookError for what is none, as it is read."""

    def __init__(self, package: zipfile.ZipFile, part: str) -> None:
        self._package = package
        self._texts: _SharedStrings | None = None
        root = _document(package, part)
        properties = _child(root, "workbookPr")
        self._from_1904 = properties is not None and properties.get("date1904") in _TRUE
        targets = _relations(package, part)
        self._parts = dict(targets.values())
        found = _child(root, "sheets")
        self.sheets = tuple(
            SheetRef(one.get("name", ""), one.get("state", "visible") != "visible", target)
            for one in (() if found is None else found)
            for kind, target in [targets.get(_relation_id(one), ("", ""))]
            if kind == "worksheet"
        )

    def merged(self, sheet: SheetRef) -> list[Area]:
        """The merged cells of a sheet, which stand behind its rows."""
        areas: dict[Area, None] = {}
        held = b""
        with self._package.open(sheet.part) as stream:
            while chunk := stream.read(1024 * 1024):
                held = held[-_MOST_TAG_BYTES:] + chunk
                if b"mergeCell" not in held:
                    continue
                for left, top, right, bottom in _MERGED.findall(held):
                    first, last = _column(left), _column(right)
                    areas[Area(int(top) - 1, first, int(bottom) - 1, last)] = None
                if len(areas) > _MOST_AREAS:
                    raise WorkbookError("it has more than a million merged cells")
        return [*areas]

    def rows(self, sheet: SheetRef) -> Cells:
        """Yield the rows of a sheet."""
        if self._texts is None:
            self._texts = _SharedStrings(self._package, self._parts.get("sharedStrings"))
        texts = self._texts
        formats = _formats(self._package, self._parts.get("styles"), from_1904=self._from_1904)
        reader = _SheetReader(texts, formats)
        with self._package.open(sheet.part) as stream:
            yield from parsed(reader.unparsed(stream), reader.parser, reader.rows, reader.parts)


def _document(package: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """The elements of a small part, by their local names."""
    if package.getinfo(part).file_size > _MOST_PART_BYTES:
        raise WorkbookError(f"{part} is too large")
    builder = ElementTree.TreeBuilder()
    parser = hardened_parser()
    parser.StartElementHandler = lambda name, attributes: builder.start(_local(name), attributes)
    parser.EndElementHandler = lambda name: builder.end(_local(name))
    with package.open(part) as stream:
        for _ in parsed(chunks_of(stream), parser, [], []):
            pass
    return builder.close()


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _child(root: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((one for one in root if one.tag == name), None)


def _relation_id(sheet: ElementTree.Element) -> str:
    return next((value for name, value in sheet.items() if _local(name) == "id"), "")


def _relations(package: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """The id of each relation of a part → what it is to it, and the name of that part."""
    name = f"{dirname(part)}/_rels/{part.rpartition('/')[2]}.rels".lstrip("/")
    if name not in package.namelist():
        return {}
    return {
        one.get("Id", ""): (
            one.get("Type", "").rpartition("/")[2],
            normpath(join("/", dirname(part), one.get("Target", ""))).lstrip("/"),
        )
        for one in _document(package, name)
    }


def main_part(package: zipfile.ZipFile) -> str | None:
    """The part that a package is about; None where it names none."""
    found = _relations(package, "")
    return next((target for kind, target in found.values() if kind == "officeDocument"), None)


def hardened_parser(namespace_separator: str | None = None) -> Any:
    """A parser that takes no document type, and so no entities of a document's own."""
    parser = expat.ParserCreate(namespace_separator=namespace_separator)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declared: object) -> None:
    raise WorkbookError("it declares a document type, which no workbook does")


def parsed(
    chunks: Iterable[bytes], parser: Any, made: list[Any], parts: list[str]
) -> Iterator[Any]:
    """Yield what the parser's handlers put into `made`, as soon as it is there.

    `parts` are those of the text that they are reading. Raises WorkbookError.
    """
    fed = 0
    for chunk in itertools.chain(chunks, (None,)):
        try:
            parser.Parse(chunk or b"", chunk is None)
        except expat.ExpatError as exc:
            raise WorkbookError(str(exc)) from exc
        yield from made
        made.clear()
        # A tag, or a text, that has no end would be held as a whole.
        fed += len(chunk or b"")
        if fed - parser.CurrentByteIndex > _MOST_TOKEN_BYTES or (
            len(parts) > 1 and sum(map(len, parts)) > _MOST_CELL_CHARS
        ):
            raise WorkbookError("a cell is larger than 16 MiB")


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """What a part holds, as it is unpacked."""
    return iter(lambda: stream.read(_CHUNK_BYTES), b"")


class _SharedStrings:
    """The texts that cells name by number: one long text, and where each of them ends."""

    def __init__(self, package: zipfile.ZipFile, part: str | None) -> None:
        self._texts = bytearray()
        self._ends = array("Q", [0])
        if part is None or part not in package.namelist():
            return
        parts: list[str] = []
        parser = hardened_parser()
        depth_of_phonetic = 0

        def start(name: str, _attributes: dict[str, str]) -> None:
            nonlocal depth_of_phonetic
            local = _local(name)
            if local == "t" and not depth_of_phonetic:
                parser.CharacterDataHandler = parts.append
            elif local == "rPh":  # how to read a Japanese name, and no part of it
                depth_of_phonetic += 1

        def end(name: str) -> None:
            nonlocal depth_of_phonetic
            local = _local(name)
            if local == "t":
                parser.CharacterDataHandler = None
            elif local == "rPh":
                depth_of_phonetic -= 1
            elif local == "si":
                self._texts += unescaped("".join(parts)).encode("utf-8", "surrogatepass")
                if len(self._texts) > _MOST_TEXT_BYTES:
                    raise WorkbookError("its texts come to more than 1 GiB")
                self._ends.append(len(self._texts))
                parts.clear()

        parser.StartElementHandler, parser.EndElementHandler = start, end
        with package.open(part) as stream:
            for _ in parsed(chunks_of(stream), parser, [], parts):
                pass

    def at(self, number: str) -> str:
        """The text of that number."""
        try:
            index = int(number)
            begin, end = self._ends[index], self._ends[index + 1]
        except (ValueError, IndexError) as exc:
            raise WorkbookError(f"a cell names the text {number!r}, which is not there") from exc
        return str(self._texts[begin:end], "utf-8", "surrogatepass")


def unescaped(text: str) -> str:
    """The text without the way in which control characters are written: `_x000D_`."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


class _CellFormat(NamedTuple):
    number: Shown
    text: Shown | None
    """None where texts are shown as they are."""


def _formats(package: zipfile.ZipFile, part: str | None, *, from_1904: bool) -> list[_CellFormat]:
    """What cells of each style show. The first is that of cells that name none."""
    codes: dict[str, str] = {str(number): code for number, code in BUILT_IN.items()}
    styles: list[str] = []
    if part is not None and part in package.namelist():
        for group in _document(package, part):
            if group.tag == "numFmts":
                codes |= {one.get("numFmtId", ""): one.get("formatCode", "") for one in group}
            elif group.tag == "cellXfs":
                styles = [one.get("numFmtId", "0") for one in group]
    made = {}
    for style in {*styles, "0"}:
        given = number_format(codes.get(style, "General"), from_1904=from_1904)
        number = plain_number if given.is_plain else lru_cache(_MOST_REMEMBERED)(given.number)
        made[style] = _CellFormat(number, None if given.keeps_text else given.text)
    return [made[style] for style in styles] or [made["0"]]


def _serial(moment: str) -> str:
    """A date of ISO as the number that most cells have instead, so that their format shows it."""
    try:
        since = datetime.fromisoformat(moment).replace(tzinfo=None) - _DAY_ZERO
    except ValueError:
        return moment
    return str(Decimal(since.days) + Decimal(since.seconds) / 86_400)


@lru_cache(MAX_COLUMNS)
def _column(letters: bytes) -> int:
    """The 0-based number of a column."""
    number = 0
    for letter in letters[:4]:
        number = number * 26 + letter - ord("A") + 1
    if not (0 < number <= MAX_COLUMNS and letters.isupper()):
        raise WorkbookError(f"a cell is in a column {letters[:20]!r}, which there is not")
    return number - 1


class _SheetReader:
    """Reads the rows of a sheet; they are in `rows` until they are taken out."""

    def __init__(self, texts: _SharedStrings, formats: list[_CellFormat]) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self.parts: list[str] = []
        """What is read of a cell."""
        self.parser = hardened_parser()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._shared = texts.at
        self._formats = formats
        self._row = 0
        self._fields: list[str] = []
        self._cell: dict[str, str] = {}
        self._is_phonetic = False

    def unparsed(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Yield what a parser has to look at. Rows in the form that Excel and LibreOffice write are
        read without it, in a third of the time."""
        held = stream.read(_CHUNK_BYTES)
        begin = held.find(_DATA) + len(_DATA)
        if begin >= len(_DATA) and b"<!" not in held[:begin]:
            yield held[:begin]
            held = held[begin:]
            while b"</sheetData" not in held and len(held) < _MOST_TOKEN_BYTES:
                rows, ended, rest = held.rpartition(_ROW_END)
                if b"<!" in rows:
                    break
                if ended:
                    yield from self._without_plain_rows(rows)
                chunk = stream.read(_CHUNK_BYTES)
                held = rest + chunk
                if not chunk:
                    break
        yield held
        yield from chunks_of(stream)

    def _without_plain_rows(self, rows: bytes) -> Iterator[bytes]:
        for row in rows.split(_ROW_END):
            found = _PLAIN_ROW.match(row)
            cells = _PLAIN_CELL.findall(row, found.end()) if found else []
            if found is None or sum(len(cell[0]) for cell in cells) != len(row) - found.end():
                yield row + _ROW_END
                continue
            fields: list[str] = []
            for _, place, style, kind, content, inline in cells:
                self._take(fields, place, kind, style, str(content or inline, "utf-8"))
            self.rows.append((int(found[1]), fields))
        yield b""

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = _local(name)
        if local == "c":
            self._cell = attributes
        elif local == "v" or (local == "t" and not self._is_phonetic):
            self.parser.CharacterDataHandler = self.parts.append
        elif local == "row":
            self._fields = []
            given = attributes.get("r", "")
            self._row = int(given) if given.isdecimal() and len(given) < 10 else self._row + 1
        elif local == "rPh":
            self._is_phonetic = True

    def _end(self, name: str) -> None:
        local = _local(name)
        if local in ("v", "t"):
            self.parser.CharacterDataHandler = None
        elif local == "c":
            cell, content = self._cell, "".join(self.parts)
            self.parts.clear()
            place = cell.get("r", "").rstrip("0123456789").encode()
            style, kind = (cell.get(one, "").encode() for one in "st")
            self._take(self._fields, place, kind, style, content)
        elif local == "row":
            self.rows.append((self._row, self._fields))
        elif local == "rPh":
            self._is_phonetic = False

    def _take(
        self, fields: list[str], place: bytes, kind: bytes, style: bytes, content: str
    ) -> None:
        """Put what a cell shows where it belongs; `place` is its column, if it says which."""
        column = _column(place) if place else len(fields)
        if column > len(fields):
            fields.extend([""] * (column - len(fields)))
        if content:
            # Shared texts and plain numbers are nearly all there are.
            if kind == b"s" and not style:
                content = self._shared(content)
            else:
                content = self._shown(kind, style, content)
        if column == len(fields):
            if column >= MAX_COLUMNS:
                raise WorkbookError(f"a row has more than {MAX_COLUMNS} cells")
            fields.append(content)
        else:
            fields[column] = content

    def _shown(self, kind: bytes, style: bytes, content: str) -> str:
        """What a cell with that content shows."""
        try:
            form = self._formats[int(style or 0)]
        except (ValueError, IndexError):
            form = self._formats[0]
        if not kind or kind == b"n":
            return form.number(content)
        if kind == b"b":
            return "TRUE" if content.strip() in _TRUE else "FALSE"
        if kind == b"e":  # `#N/A`: a formula that failed says nothing
            return ""
        if kind == b"d":
            return form.number(_serial(content))
        found = self._shared(content) if kind == b"s" else unescaped(content)
        return found if form.text is None else form.text(found)
