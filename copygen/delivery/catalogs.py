"""Localisation files that came back from a translator: PO and XLIFF, text by text.

Read as a returned sheet is: each text with the mark that it was exported with, and what its state
says now. A text whose mark is gone is found by its name. Whoever changed a text and left it marked
as unfinished has not decided yet.
"""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

from copygen.delivery.copy import Copy
from copygen.delivery.formats.localization import MARK
from copygen.delivery.formats.xliff import NAMESPACES
from copygen.delivery.returned import ReturnedText
from copygen.delivery.review_sheet import Mark, label_state, mark_of, place_hash, text_hash
from copygen.documents import files
from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.tables import readable
from copygen.results.decisions import KEPT, Place, State

PO: Final = ".po"
XLIFF: Final = (".xliff", ".xlf", ".mxliff", ".sdlxliff")
ENDINGS: Final = (PO, *XLIFF)
_ROLE: Final = "the returned catalogue"
_HEAD_BYTES: Final = 4096
_CHUNK_BYTES: Final = 64 * 1024
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE: Final = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_CHARSET: Final = re.compile(rb"charset=([A-Za-z0-9_.:-]+)")
_UNFINISHED_1: Final = re.compile(r"needs-|new$|x-")
_UNFINISHED_2: Final = "initial"


@dataclass(slots=True)
class _CatalogText:
    """One text as its file has it."""

    line: int
    name: str = ""
    text: str = ""
    mark: str = ""
    remarks: list[str] = field(default_factory=list)
    is_approved: bool = False
    is_locked: bool = False
    is_unfinished: bool = False
    """Whether it says that somebody has still to work on it."""


class ReturnedCatalog:
    """A PO or XLIFF file, to be read once; what `merge_sheet` asks of a returned file."""

    def __init__(self, path: Path, find: Callable[[str], Copy | None]) -> None:
        """`find` gives the record of an id. Raises PromptError for what cannot be read."""
        self.path = str(path)
        self.via = PO[1:] if path.suffix.lower() == PO else "xliff"
        self.exported_at: datetime | None = None
        self.results = ""
        self.marks: Mapping[str, Mark] = {}
        self.drops_controls = False
        self.unfinished: list[ReturnedText] = []
        """Texts that were changed and are still marked as unfinished; none of `texts`."""
        self._find = find
        self._path = path
        with readable(self.path):
            files.open_regular(path, _ROLE).close()
            self.saved_at = (datetime.fromtimestamp(files.status(path).st_mtime, UTC),)

    def texts(self) -> Iterator[ReturnedText]:
        """Every text in it that has one. Raises PromptError for a damaged file."""
        read = _po_entries if self.via == PO[1:] else _xliff_entries
        with readable(self.path), files.open_regular(self._path, _ROLE) as stream:
            for entry in read(stream, self.path):
                yield from self._taken(entry)

    def _taken(self, entry: _CatalogText) -> Iterator[ReturnedText]:
        """The text, unless it has none, or was changed and is unfinished."""
        if not (entry.name and entry.text):
            return
        found = self._returned(entry)
        if entry.is_unfinished and found.mark and text_hash(found.text) != found.mark.text:
            self.unfinished.append(found)
        else:
            yield found

    def _returned(self, entry: _CatalogText) -> ReturnedText:
        mark = Mark.parse(entry.mark)
        id_, place = self._place(entry.name, mark)
        if mark is None and place is not None:
            copy = self._find(id_)
            texts = {one.place: one for one in copy.texts} if copy else {}
            mark = mark_of(id_, texts[place]) if place in texts else None
        return ReturnedText(
            row=f"line {entry.line}",
            id=id_,
            place=place,
            mark=mark,
            text=entry.text,
            decision="" if mark is None else _decision(entry, mark.state),
            reason=" ".join(entry.remarks),
            was_decided="" if mark is None else label_state(mark.state),
            key="",
        )

    def _place(self, name: str, mark: Mark | None) -> tuple[str, Place | None]:
        """Which text of which record has that name: an id may have slashes, too."""
        for id_, place in _readings(name):
            if mark is not None:
                if place_hash(id_, place) == mark.place:
                    return id_, place
            elif (copy := self._find(id_)) and place in {one.place for one in copy.texts}:
                return id_, place
        return name, None


def _readings(name: str) -> Iterator[tuple[str, Place]]:
    yield name, Place()
    first, _, last = name.rpartition("/")
    if first:
        yield first, Place(last)
    id_, _, field_ = first.rpartition("/")
    if id_ and last.isdecimal() and int(last) > 0:
        yield id_, Place(field_, int(last) - 1)


def _decision(entry: _CatalogText, was: State) -> str:
    """What the states say as the cell of a sheet would; "" where they say what they said."""
    if entry.is_locked:
        return "" if was is State.LOCKED else State.LOCKED.value
    if entry.is_approved:
        return "" if was in KEPT else State.APPROVED.value
    return State.DRAFT.value if was in KEPT else ""


def _po_entries(stream: BinaryIO, path: str) -> Iterator[_CatalogText]:
    """The entries of a PO file, without its header and those that are obsolete."""
    told = _CHARSET.search(stream.read(_HEAD_BYTES))
    charset = told[1].decode() if told else "utf-8"
    stream.seek(0)
    try:
        codec = "utf-8-sig" if charset.casefold() in ("utf-8", "charset") else charset
        with io.TextIOWrapper(stream, codec, newline="\n") as lines:
            yield from _entries_in(lines, path)
    except (UnicodeDecodeError, LookupError) as error:
        raise PromptError(f"it is not in {charset}, as its header says", Source(path, 1)) from error


def _entries_in(lines: Iterable[str], path: str) -> Iterator[_CatalogText]:
    entry, into, parts = _CatalogText(1), "", dict[str, list[str]]()
    for number, written in enumerate(chain(lines, ("",)), 1):
        line = written.strip()
        starts = not line or (line.startswith("#") and into) or (
            line.startswith(("msgctxt ", "msgid ")) and into.startswith("msgstr")
        )  # fmt: skip
        if starts and parts.get("msgid") is not None:
            yield from _finished(entry, parts)
            entry, into, parts = _CatalogText(number), "", {}
        if line.startswith("#"):
            _comment(entry, line)
        elif line:
            keyword, _, rest = line.partition(" ")
            if not line.startswith('"'):
                into = keyword
                parts.setdefault(into, [])
            else:
                rest = line
            found = _STRING.fullmatch(rest.strip())
            if found is None or not into:
                raise PromptError("this is no line of a PO file", Source(path, number))
            parts[into].append(_ESCAPE.sub(_unescaped, found[1]))


def _finished(entry: _CatalogText, parts: Mapping[str, list[str]]) -> Iterator[_CatalogText]:
    """The entry, unless it is the header or one of plural forms, which are none of ours."""
    entry.name = "".join(parts.get("msgctxt", ()))
    entry.text = "".join(parts.get("msgstr", ()))
    entry.is_approved = not entry.is_unfinished
    if entry.name:
        yield entry


def _comment(entry: _CatalogText, line: str) -> None:
    kind, words = line[1:2], line[2:].strip()
    if kind == "," and "fuzzy" in [one.strip() for one in words.split(",")]:
        entry.is_unfinished = True
    elif kind == ".":
        if words.startswith(f"{MARK} "):
            entry.mark = words.removeprefix(MARK).strip()
    elif kind in ("", " ") and words:
        entry.remarks.append(words)


def _unescaped(found: re.Match[str]) -> str:
    sign = found[1]
    if sign[0] == "x" and len(sign) > 1:
        return chr(int(sign[1:], 16))
    return chr(int(sign, 8)) if sign[0] in "01234567" else _ESCAPES.get(sign, sign)


def _xliff_entries(stream: BinaryIO, path: str) -> Iterator[_CatalogText]:
    return _Xliff(path).entries(stream)


class _Xliff:
    """XLIFF 1.2 and 2.0, read as it comes; a document with entities of its own is refused."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.EntityDeclHandler = self._entity
        self._found: list[_CatalogText] = []
        self._entry: _CatalogText | None = None
        self._into: list[str] | None = None
        self._is_xliff = False

    def entries(self, stream: BinaryIO) -> Iterator[_CatalogText]:
        """Every unit. Raises PromptError for what is no XLIFF."""
        ended = False
        while not ended:
            chunk = stream.read(_CHUNK_BYTES)
            ended = not chunk
            try:
                self._parser.Parse(chunk, ended)
            except expat.ExpatError as error:
                place = Source(self._path, error.lineno, error.offset + 1)
                told = f"not valid XML: {expat.ErrorString(error.code)}"
                raise PromptError(told, place) from error
            yield from self._found
            self._found.clear()
        if not self._is_xliff:
            raise PromptError("this is no XLIFF 1.2 or 2.0", Source(self._path, 1))

    def _entity(self, *_: object) -> None:
        raise PromptError("it defines entities, which are not read", Source(self._path, 1))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        if tag == "xliff":
            self._is_xliff = space in NAMESPACES.values()
        entry = self._entry
        if tag in ("trans-unit", "unit"):
            self._entry = _CatalogText(self._parser.CurrentLineNumber)
            self._entry.name = attributes.get("name") or attributes.get("id", "")
            self._entry.is_approved = attributes.get("approved") == "yes"
        elif entry is None:
            return
        elif tag == "segment":
            state = attributes.get("state", _UNFINISHED_2)
            entry.is_approved = state in ("reviewed", "final")
            entry.is_locked = state == "final"
            entry.is_unfinished = state == _UNFINISHED_2
        elif tag == "target":
            state = attributes.get("state", "")
            entry.is_locked |= entry.is_approved and state == "final"
            entry.is_unfinished |= bool(_UNFINISHED_1.match(state)) and not entry.is_approved
            self._into = []
        elif tag == "note":
            self._into = []

    def _end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        entry, into = self._entry, self._into
        if entry is None:
            return
        if tag == "target" and into is not None:
            entry.text += "".join(into)
            self._into = None
        elif tag == "note" and into is not None:
            words = "".join(into).strip()
            if words.startswith(f"{MARK} "):
                entry.mark = words.removeprefix(MARK).strip()
            self._into = None
        elif tag in ("trans-unit", "unit"):
            self._found.append(entry)
            self._entry = None

    def _data(self, data: str) -> None:
        if self._into is not None:
            self._into.append(data)
