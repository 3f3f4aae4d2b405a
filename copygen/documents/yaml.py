"""YAML as people write it: bounded, every part located, and scalars that mean what they seem to.

PyYAML composes the nodes, on libyaml's parser where that is installed; their marks are the places
of everything that is said about a document. What is added here:

- Bounds: 100 MiB of text, 64 levels, 10 000 alias expansions, 16 MiB of aliased text, 10 000 merged
  keys, no merge of a mapping that itself merges. `yaml.compose` has none of them, and what comes
  after it would write every alias out. They are counted while nodes are composed, so a bomb ends
  at the alias that is one too many.
- A list can be composed one element at a time (`Composer.elements`), in the memory of the largest;
  the bounds then hold for each element.
- Plain scalars follow YAML 1.2: only `true` and `false` are booleans, only `null`, `~` and nothing
  are null, and a number is what JSON calls a number (`.5` and `5.` too), but that an exponent needs
  a point and a sign. A date, `yes`, `007`, `+66`, `12E5` and `0x1F` travel as the text that was
  written. Keys are always text.
- Slips are told in a person's words (`slips`).
"""

import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO, Any, Final, NamedTuple, Self, TypeAlias, cast

import yaml
from yaml.composer import Composer as NodeComposer
from yaml.parser import Parser
from yaml.reader import Reader, ReaderError
from yaml.scanner import Scanner

from copygen.documents.slips import IN_QUOTES, slip, unreadable_character
from copygen.errors import ConfigError, CopygenError, PromptError
from copygen.models import JsonValue, Source

MAX_BYTES: Final = 100 * 1024 * 1024
"""Of YAML text in one value: a document, or one element of a list that is read lazily."""
MAX_DEPTH: Final = 64
MAX_ALIASES: Final = 10_000
MAX_ALIASED_CHARS: Final = 16 * 1024 * 1024
MAX_ANCHORS: Final = 10_000
MAX_MERGED_KEYS: Final = 10_000

Location = Sequence[str | int]
"""Keys and indexes that lead from the root of a document to a value."""

Mark: TypeAlias = Any
"""A place as PyYAML's own parser or libyaml's marks it: `line` and `column`, from 0."""

_CORE_TAG: Final = "tag:yaml.org,2002:"
_CORE_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
}
_NO_TAG: Final = ""
_TWICE: Final = "the key '{}' is given twice; keep one"
_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
# An exponent needs a point before it and a sign, as YAML writers have it: `12E5` is an article.
_FLOAT: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?")
_WORDS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START: Final = frozenset("-.0123456789")
_LONGEST_NUMBER: Final = 64


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: plain data, and the nodes it was made of, with the place of each part."""

    data: JsonValue = field(repr=False)  # of a settings file, it may be a key in the wrong place
    path: str
    root: yaml.Node = field(repr=False)
    has_spellings: bool = False
    """Some number prints otherwise than it is written."""

    def source(self, loc: Location) -> Source:
        """Return where that key or index stands; of the nearest known parent if it is unknown."""
        return source_of(self.path, self._find(loc)[0])

    def text_source(self, loc: Location, line: int) -> Source:
        """Return where line `line` (1-based) of the text at `loc` stands in the file.

        Exact for literal blocks (`|`); for folded and quoted text that spans lines, where the
        text starts.
        """
        node = self._find(loc)[1]
        if isinstance(node, yaml.ScalarNode) and node.style == "|":
            return Source(self.path, node.start_mark.line + 1 + line)
        return source_of(self.path, node)

    def as_written(self, loc: Location = ()) -> JsonValue | None:
        """The value there with numbers that print as written; None if all print so anyway."""
        if not self.has_spellings:
            return None
        values = _Values(_unexpected, as_written=True)
        value = values.of(self._find(loc)[1])
        return value if values.has_spellings else None

    def _find(self, loc: Location) -> tuple[yaml.Node, yaml.Node]:
        """The node of the key, or the element, and that of the value."""
        key = value = self.root
        for part in loc:
            found = _child(value, part)
            if found is None:
                break
            key, value = found
        return key, value


def parse_document(text: str, path: str, *, error: type[CopygenError] = ConfigError) -> Document:
    """Parse one YAML document; empty text is a document whose data is None.

    Raises `error` as `path:line:column: sentence` for anything that is not one well-formed
    document within the bounds of this module. `path` only names it.
    """
    composer = Composer(io.BytesIO(text.encode("utf-8", "surrogatepass")), path, error)
    return composer.whole()


def located(error: type[CopygenError], message: str, source: Source) -> CopygenError:
    """Return an `error` that starts with the place."""
    if issubclass(error, PromptError):
        return error(message, source)
    return error(f"{source}: {message}")


class WrittenNumber(float):
    """A number that prints as it is written, such as `19.90`."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Self:
        """`text` is what `float` can read."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __str__(self) -> str:
        return self.text


def as_written(text: str) -> float:
    """The number that a text is, as one that prints as the text does."""
    number = float(text)
    return number if repr(number) == text else WrittenNumber(text)


def plain(text: str) -> JsonValue:
    """Return what an unquoted scalar means: null, a boolean, a number, or its own text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        number = int(text)
        # Past 64 bits most JSON readers would round it: it is an article number, so text.
        return number if -(2**63) <= number < 2**64 else text
    if _FLOAT.fullmatch(text) and math.isfinite(real := float(text)):
        return real
    return text


class _TooLargeError(Exception):
    """More than MAX_BYTES were read for one value."""


class Allowance:
    """A readable stream that refuses to feed one value without end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.left = MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read as the stream does; raises _TooLargeError when nothing is left."""
        chunk = self._stream.read(size)
        self.left -= len(chunk)
        if self.left < 0:
            raise _TooLargeError
        return chunk


class _PythonParser(Reader, Scanner, Parser):
    """PyYAML's own parser, for installations without libyaml."""

    def __init__(self, stream: IO[bytes]) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


def parser_of(stream: Allowance) -> Any:
    """The events of a binary stream, by libyaml where it is there. Raises YAMLError if its encoding
    cannot be read.
    """
    fastest = getattr(yaml.cyaml, "CParser", None) if yaml.__with_libyaml__ else None
    return (fastest or _PythonParser)(cast(IO[bytes], stream))


class _Extent(NamedTuple):
    """What an anchored value comes to with every alias in it expanded."""

    weight: int
    """Nodes and characters."""
    height: int
    """Levels of lists and mappings."""
    aliases: int


class Composer(NodeComposer):
    """Composes nodes from a binary stream, which stays the caller's to close.

    Use `whole`, or walk a large document: `start`, then for what comes next `compose`, `entries`,
    `elements` or `pass_over`, and `finish`. Every method raises `error` with the place of the
    problem.
    """

    def __init__(self, stream: IO[bytes], path: str, error: type[CopygenError]) -> None:
        super().__init__()
        self.path = path
        self._error = error
        self._stream = stream
        self._allowance = Allowance(stream)
        self._mark: Mark | None = None
        """Of the latest node."""
        self._depth = 0
        """Lists and mappings around it."""
        self._deepest = 0
        """The most of them since the latest anchor."""
        self._weight = 0
        self._extents: dict[str, _Extent | None] = {}
        """By anchor; None: it is still open."""
        self._anchored = 0
        self._begin_value()
        with self._faults_located():
            parser = parser_of(self._allowance)
        self.check_event: Callable[..., bool] = parser.check_event
        self.peek_event: Callable[[], Any] = parser.peek_event
        self.get_event: Callable[[], Any] = parser.get_event

    def whole(self) -> Document:
        """The only document of the stream."""
        if self.start() is None:
            mark = yaml.Mark(self.path, 0, 0, 0, None, 0)
            return self.document(yaml.ScalarNode(_NO_TAG, "", mark, mark))
        node = self.compose()
        self.finish()
        return self.document(node)

    def start(self) -> yaml.Event | None:
        """The event the document's value begins with, or None if there is nothing."""
        with self._faults_located():
            self.get_event()
            if self.check_event(yaml.StreamEndEvent):
                return None
            self.get_event()
            return cast(yaml.Event, self.peek_event())

    def finish(self) -> None:
        """Check that nothing follows the document."""
        with self._faults_located():
            self.get_event()
            extra = self.get_event()
        if not isinstance(extra, yaml.StreamEndEvent):
            message = "a second YAML document starts here; keep one document per file"
            raise self.fail(message, extra.start_mark)

    def compose(self) -> yaml.Node:
        """The value that comes next."""
        with self._faults_located():
            return self.compose_node(None, None)

    def entries(self) -> Iterator[yaml.ScalarNode]:
        """The key of each entry of the mapping that comes next; the caller takes its value."""
        seen: set[str] = set()
        mapping = yaml.MappingNode(_NO_TAG, [])
        for _ in self._inside(yaml.MappingEndEvent):
            with self._faults_located():
                key = self.compose_node(mapping, None)
            if key.value in seen:
                raise self.fail(_TWICE.format(key.value), key.start_mark)
            seen.add(key.value)
            yield cast(yaml.ScalarNode, key)

    def elements(self) -> Iterator[yaml.Node]:
        """The elements of the list that comes next, each in bounds of its own."""
        for _ in self._inside(yaml.SequenceEndEvent):
            self._begin_value()
            yield self.compose()

    def next_is_list(self) -> bool:
        """Whether a list comes next."""
        with self._faults_located():
            return self.check_event(yaml.SequenceStartEvent)

    def pass_over(self) -> yaml.SequenceNode:
        """Go on behind the list that comes next; an empty one in its place. What is anchored in it
        stays unknown.
        """
        with self._faults_located():
            start = self.get_event()
            level = 1
            while level:
                event = self.get_event()
                if isinstance(event, yaml.CollectionStartEvent):
                    level += 1
                    self._check_depth(self._depth + level, event)
                elif isinstance(event, yaml.CollectionEndEvent):
                    level -= 1
                if level <= 1:
                    self._begin_value()
        return yaml.SequenceNode(_NO_TAG, [], start.start_mark, event.end_mark)

    def document(self, node: yaml.Node) -> Document:
        """What was composed, as plain data that knows its places."""
        values = _Values(self.fail)
        data = values.of(node)
        return Document(data, self.path, node, values.has_spellings)

    def fail(self, message: str, mark: Mark | None) -> CopygenError:
        """Return the error for a place in this document; the beginning if there is no mark."""
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return located(self._error, message, Source(self.path, line, column))

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node:
        """Compose what comes next within the bounds; called by PyYAML for each value."""
        event = self.peek_event()
        self._mark = event.start_mark
        if index is None and parent is not None:
            self._check_key(event)
        if event.__class__ is yaml.AliasEvent:
            return self._repeat(self.get_event())
        anchor = event.anchor
        if anchor is not None:
            before = (self._weight, self._aliases, self._deepest)
            self._extents[anchor] = None
            self._deepest = self._depth
        node: yaml.Node
        if event.__class__ is yaml.ScalarEvent:
            if event.tag == "!" and not event.style:  # `! New`: the sign would not be in the text
                raise self.fail(_bad_tag("!"), event.start_mark)
            self._weight += 1 + len(event.value)
            node = self.compose_scalar_node(anchor)
        else:
            is_list = event.__class__ is yaml.SequenceStartEvent
            if event.tag not in (None, "!", _CORE_TAG + ("seq" if is_list else "map")):
                raise self.fail(_bad_tag(event.tag), event.start_mark)
            self._weight += 1
            self._depth += 1
            self._check_depth(self._depth, event)
            self._deepest = max(self._deepest, self._depth)
            node = (self.compose_sequence_node if is_list else self.compose_mapping_node)(anchor)
            self._depth -= 1
        if anchor is not None:
            self._anchor(anchor, node, *before)
        return node

    def resolve(self, _kind: type[yaml.Node], _value: str, _implicit: tuple[bool, bool]) -> str:
        """Called by PyYAML for a value without a tag: what it is shows only when it is read."""
        return _NO_TAG

    def _anchor(self, name: str, node: yaml.Node, weight: int, aliases: int, deepest: int) -> None:
        """Remember what `name` stands for; the figures are those from before the node."""
        extent = _Extent(
            self._weight - weight, self._deepest - self._depth, self._aliases - aliases
        )
        self._deepest = max(self._deepest, deepest)
        # What earlier items anchored stays reachable: this is what keeps it bounded.
        self._anchored += extent.weight
        if len(self._extents) > MAX_ANCHORS or self._anchored > MAX_ALIASED_CHARS:
            message = "too much is anchored with &; write the repeated parts out"
            raise self.fail(message, node.start_mark)
        self._extents[name] = extent

    def _repeat(self, event: Any) -> yaml.Node:
        name, mark = event.anchor, event.start_mark
        if name not in self._extents:
            message = f"nothing is anchored as &{name} before this *{name}"
            raise self.fail(f"{message}; a text that begins with '*' needs quotes", mark)
        extent = self._extents[name]
        if extent is None:
            raise self.fail(f"*{name} stands inside the very thing it repeats", mark)
        self._aliases += 1 + extent.aliases
        self._aliased_chars += extent.weight
        if self._aliases > MAX_ALIASES or self._aliased_chars > MAX_ALIASED_CHARS:
            raise self.fail("aliases expand to more than is reasonable; write it out", mark)
        self._weight += extent.weight
        self._check_depth(self._depth + extent.height, event)
        self._deepest = max(self._deepest, self._depth + extent.height)
        node = self.anchors[name]
        if isinstance(node, yaml.ScalarNode):  # what is wrong with it is wrong here
            return yaml.ScalarNode(node.tag, node.value, mark, event.end_mark, node.style)
        return node

    def _check_key(self, event: yaml.NodeEvent) -> None:
        is_alias = isinstance(event, yaml.AliasEvent)
        found = self.anchors.get(event.anchor) if is_alias else None
        if isinstance(event, yaml.ScalarEvent) or isinstance(found, yaml.ScalarNode):
            return
        if isinstance(event, yaml.MappingStartEvent) and event.flow_style:
            message = f"a text that begins with '{{{{' means something else to YAML; {IN_QUOTES}"
            raise self.fail(message, event.start_mark)
        if not is_alias or found is not None:
            raise self.fail("a key must be text, not a list or a mapping", event.start_mark)

    def _check_depth(self, depth: int, event: yaml.Event) -> None:
        if depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} levels deep", event.start_mark)

    def _begin_value(self) -> None:
        """The bounds count from here."""
        self._allowance.left = MAX_BYTES
        self._aliases = 0
        self._aliased_chars = 0

    def _inside(self, end: type[yaml.Event]) -> Iterator[None]:
        """Once for each part of the collection that comes next, before it is taken."""
        with self._faults_located():
            self.get_event()
        self._depth += 1
        while True:
            with self._faults_located():
                if self.check_event(end):
                    self.get_event()
                    break
            yield
        self._depth -= 1

    @contextmanager
    def _faults_located(self) -> Iterator[None]:
        try:
            yield
        except (yaml.YAMLError, _TooLargeError) as exc:
            raise self._unreadable(exc) from exc

    def _unreadable(self, exc: yaml.YAMLError | _TooLargeError) -> CopygenError:
        if isinstance(exc, _TooLargeError):
            size = MAX_BYTES // 1024 // 1024
            return self.fail(f"more than {size} MiB of YAML in one value; split it", self._mark)
        if isinstance(exc, ReaderError):
            return self.fail(unreadable_character(exc), self._mark_of(exc.position))
        opened = getattr(exc, "context_mark", None)
        mark = getattr(exc, "problem_mark", None) or opened or self._mark
        number = mark.line + 1 if mark else 1
        problem = getattr(exc, "problem", None) or str(exc)
        text = self._text_of(number) or self._text_of(number - 1)  # an end that comes too early
        what = slip(text, problem, opened.line + 1 if opened else None)
        return self.fail(f"not valid YAML: {what}", mark)

    def _text_of(self, number: int) -> str:
        """The beginning of a line, read again."""
        self._stream.seek(0)
        line = b""
        while number > 0 and (line := self._stream.readline(1 << 16)):
            number -= line.endswith(b"\n")
        return line[:1000].decode("utf-8", "replace").rstrip("\r\n")

    def _mark_of(self, offset: int) -> yaml.Mark:
        """The place of the byte at which a reader stopped."""
        self._stream.seek(0)
        lines, last = 0, b""
        while offset > 0 and (part := self._stream.readline(min(offset, 1 << 20))):
            offset -= len(part)
            ended = part.endswith(b"\n")
            lines, last = (lines + 1, b"") if ended else (lines, last + part)
        return yaml.Mark(self.path, 0, lines, len(last.decode("utf-8", "replace")), None, 0)


_Fail = Callable[[str, Mark | None], CopygenError]


class _Values:
    """Nodes → plain data, in time linear in the nodes: what aliases repeat is made once."""

    def __init__(self, fail: _Fail, *, as_written: bool = False) -> None:
        self._fail = fail
        self._as_written = as_written
        self._made: dict[int, JsonValue] = {}
        self._merged = 0
        self.has_spellings = False
        """Some number prints otherwise than it is written."""

    def of(self, node: yaml.Node) -> JsonValue:
        """The value of a node."""
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        made = self._made.get(id(node))
        if made is None:
            is_list = isinstance(node, yaml.SequenceNode)
            made = [self.of(one) for one in node.value] if is_list else self._mapping(node)
            self._made[id(node)] = made
        return made

    def _mapping(self, node: yaml.Node) -> dict[str, JsonValue]:
        made: dict[str, JsonValue] = {}
        merged: Sequence[yaml.Node] | None = None
        for key, child in node.value:
            name = key.value
            if name == "<<" and (sources := _merge_sources(child)) is not None:
                if merged is not None:
                    message = "a mapping may use << once; give it a list"
                    raise self._fail(message, key.start_mark)
                merged = sources
                continue
            if name in made:
                raise self._fail(_TWICE.format(name), key.start_mark)
            made[name] = self.of(child)
        for source in merged or ():
            self._merge(made, node, source)
        return made

    def _merge(self, made: dict[str, JsonValue], node: yaml.Node, source: yaml.Node) -> None:
        self._merged += len(source.value)
        if self._merged > MAX_MERGED_KEYS:
            message = f"<< merges more than {MAX_MERGED_KEYS} keys"
            raise self._fail(message, node.start_mark)
        for key, child in source.value:
            if key.value == "<<" and _merge_sources(child) is not None:
                message = "a mapping merged with << must not use << itself; write its keys out"
                raise self._fail(message, node.start_mark)
            if (name := key.value) not in made:
                made[name] = self.of(child)

    def _scalar(self, node: yaml.ScalarNode) -> JsonValue:
        text = node.value
        meaning = text if node.style else plain(text)
        value = meaning if node.tag == _NO_TAG else self._tagged(node)
        if value.__class__ is float and repr(value) != text:
            self.has_spellings = True
            return WrittenNumber(text) if self._as_written else value
        return value

    def _tagged(self, node: yaml.ScalarNode) -> JsonValue:
        text, tag = node.value, node.tag
        if tag == _CORE_TAG + "str":
            return text
        types = _CORE_TYPES.get(tag.removeprefix(_CORE_TAG))
        if types is None:
            raise self._fail(_bad_tag(tag), node.start_mark)
        value = plain(text)
        if type(value) not in types:
            raise self._fail(f"'{text[:40]}' is not what its tag says", node.start_mark)
        return value


def _unexpected(message: str, _mark: Mark | None) -> CopygenError:
    """Of a document that was read before, nothing is wrong any more."""
    raise AssertionError(message)


def _merge_sources(node: yaml.Node) -> Sequence[yaml.Node] | None:
    """The mappings that `<<` refers to, or None when it is just a key called so."""
    if isinstance(node, yaml.MappingNode):
        return (node,)
    if isinstance(node, yaml.SequenceNode):
        found = node.value
        return found if all(isinstance(one, yaml.MappingNode) for one in found) else None
    return None


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key, or the element, and the value of a part of a node."""
    if isinstance(node, yaml.SequenceNode):
        inside = isinstance(part, int) and 0 <= part < len(node.value)
        return (node.value[part],) * 2 if inside else None
    if not isinstance(node, yaml.MappingNode):
        return None
    merged: list[yaml.Node] = []
    for key, child in node.value:
        if key.value == part:
            return key, child
        if key.value == "<<":
            merged += _merge_sources(child) or ()
    return next((found for one in merged if (found := _child(one, part))), None)


def source_of(path: str, node: yaml.Node) -> Source:
    """Where a node begins."""
    return Source(path, node.start_mark.line + 1, node.start_mark.column + 1)


def _bad_tag(tag: object) -> str:
    shown = str(tag).replace(_CORE_TAG, "!!")
    return f"the tag {shown} is not supported; put a text that begins with '!' in quotes"
