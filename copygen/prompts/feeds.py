"""Product feeds in XML → rows: Google Merchant as RSS (`item`) and Atom (`entry`), and their like.

Read as it comes, by expat. Entities that a document defines itself, which is how a small file
becomes an endless one or reads others, are refused.
"""

from collections import Counter
from typing import Any, BinaryIO, Final
from xml.parsers import expat

from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.encodings import as_utf8
from copygen.prompts.request import InputError
from copygen.prompts.rows import BadRow, ReadOptions, Row, Rows, bad_row, column_name, row_from

_ITEM_NAMES: Final = frozenset(("item", "entry", "product", "offer", "shopitem"))
_MOST_NAMES: Final = 1000
_CHUNK_BYTES: Final = 64 * 1024
_MAX_ITEM_CHARS: Final = 16 * 1024 * 1024
_MAX_DEPTH: Final = 64


def feed_rows(stream: BinaryIO, path: str, options: ReadOptions) -> Rows:
    """Yield the row of each item of a feed as soon as it is read.

    A column is an element of the item, without its namespace (`g:price` is `price`). What comes
    several times is a list, what holds elements a mapping. Items are the elements that the options
    name, else those that feeds call so.
    """
    if options.encoding is not None:
        stream = as_utf8(stream, options.encoding)
    feed = _Feed(path, options)
    ended = False
    while not ended:
        chunk = stream.read(_CHUNK_BYTES)
        ended = not chunk
        try:
            feed.parser.Parse(chunk, ended)
        except expat.ExpatError as exc:
            place = Source(path, exc.lineno, exc.offset + 1)
            raise PromptError(f"not valid XML: {expat.ErrorString(exc.code)}", place) from exc
        yield from feed.rows
        feed.rows.clear()
    if not feed.found:
        raise feed.no_item()


class _Element:
    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.text: list[str] = []
        self.children: dict[str, JsonValue] = {}

    def value(self) -> JsonValue:
        """What it says: its elements, else its text, else where it links to."""
        text = "".join(self.text).strip()
        if self.children:
            return self.children
        return text or self.attributes.get("href", "")

    def add(self, name: str, value: JsonValue) -> None:
        """Take in an element that has ended."""
        if name not in self.children:
            self.children[name] = value
            return
        there = self.children[name]
        if isinstance(there, list):
            there.append(value)
        elif there != value:
            self.children[name] = [there, value]


class _Feed:
    """The items of a document that is parsed bit by bit."""

    def __init__(self, path: str, options: ReadOptions) -> None:
        self.rows: list[Row | BadRow] = []
        self.found = False
        encoding = None if options.encoding is None else "utf-8"
        parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._refuse_entity
        parser.ExternalEntityRefHandler = self._refuse_entity
        self.parser = parser
        self._path = path
        self._options = options
        self._open: list[_Element] = []
        self._place = Source(path, 1)
        self._chars = 0
        self._depth = 0
        named = (options.items or "").rpartition(".")[2].lower()
        self._items = frozenset((named,)) if named else _ITEM_NAMES
        self._names: Counter[tuple[int, str]] = Counter()
        """Depth and name of the elements outside of items."""

    def no_item(self) -> PromptError:
        """Why there is no item, with the element that could be one."""
        wanted = "element called '{}'".format(*self._items) if self._options.items else "item"
        usual = "" if self._options.items else ": neither item, entry, product nor offer"
        message = f"there is no {wanted} in this feed{usual}"
        if any(name.lower() == "html" for _, name in self._names):
            message = "this is a web page, perhaps one to log in, and no feed"
        repeated = [one for one, count in self._names.items() if count > 1]
        if repeated:
            _, name = min(repeated, key=lambda one: (one[0], -self._names[one]))
            message += f"; if an item is a <{name}>, say so: {self._path}#{name}"
        return PromptError(message, Source(self._path, 1))

    def _here(self) -> Source:
        return Source(
            self._path, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise PromptError(f"nested more than {_MAX_DEPTH} levels deep", self._here())
        local = column_name(name.rpartition(" ")[2])
        if not self._open:
            if local.lower() not in self._items:
                if len(self._names) < _MOST_NAMES:
                    self._names[self._depth, local] += 1
                return
            self._place, self._chars = self._here(), 0
        self._open.append(_Element(local, attributes))

    def _text(self, text: str) -> None:
        if self._open:
            self._chars += len(text)
            if self._chars > _MAX_ITEM_CHARS:
                raise PromptError("an item is larger than 16 MiB", self._place)
            self._open[-1].text.append(text)

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        ended = self._open.pop()
        if self._open:
            self._open[-1].add(ended.name, ended.value())
            return
        self.found = True
        whole = {**ended.attributes, **ended.children}
        try:
            self.rows.append(row_from(whole, self._place, self._options))
        except InputError as exc:
            self.rows.append(bad_row(exc, whole, self._place))

    def _refuse_entity(self, *_declared: Any) -> int:
        message = "this document defines entities of its own, which are not read; take them out"
        raise PromptError(message, self._here())
