"""YAML events → nodes: bounded, positioned, one value at a time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Final, Literal, cast

import yaml
from yaml.reader import ReaderError

from copygen.documents.events import MAX_BYTES, Allowance, Events, TooLargeError, open_events
from copygen.documents.scalars import WrittenNumber, plain
from copygen.documents.slips import IN_QUOTES, slip
from copygen.errors import CopygenError, PromptError
from copygen.models import JsonValue, Source

MAX_DEPTH: Final = 64
MAX_ALIASES: Final = 10_000
MAX_ALIASED_CHARS: Final = 16 * 1024 * 1024
MAX_ANCHORS: Final = 10_000
MAX_MERGED_KEYS: Final = 10_000

_CORE_TAG: Final = "tag:yaml.org,2002:"
_CORE_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
}


@dataclass(slots=True)
class Node:
    """One composed value and where it stands. Shared, not copied, by every alias to it."""

    value: JsonValue
    line: int
    """1-based, like `column`: where the value starts."""
    column: int
    style: str | None = None
    """Of a scalar: `|` and `>` for blocks, a quote, or None."""
    children: dict[str | int, tuple[int, int, "Node"]] = field(default_factory=dict)
    """Key or index → line and column of the key (or element), and its node."""
    weight: int = 1
    """Nodes and characters it stands for with every alias expanded."""
    height: int = 0
    """Levels of lists and mappings below it."""
    aliases: int = 0
    """Alias expansions inside it."""
    merges: bool = False
    """It is a mapping that uses `<<`."""
    spelling: str | None = None
    """Of a number that prints otherwise than it is written: how it is written."""
    spelled: bool = False
    """It or something inside it has a `spelling`."""

    def as_written(self) -> JsonValue:
        """The value, with numbers that print as they are written."""
        if not self.spelled:
            return self.value
        if self.spelling is not None:
            return WrittenNumber(self.spelling)
        inner = {key: child.as_written() for key, (_, _, child) in self.children.items()}
        return inner if isinstance(self.value, dict) else list(inner.values())


def located(error: type[CopygenError], message: str, source: Source) -> CopygenError:
    """Return an `error` that starts with the place."""
    if issubclass(error, PromptError):
        return error(message, source)
    return error(f"{source}: {message}")


class Composer:
    """Composes nodes from the YAML events of a binary stream, which stays the caller's to close.

    Use `root` for a whole document, or `start`, `keys`, `elements` and `skip` to walk a large
    one. Every method raises `error` with the place of the problem.
    """

    def __init__(self, stream: IO[bytes], path: str, error: type[CopygenError]) -> None:
        self.path = path
        self._error = error
        self._stream = stream
        self._allowance = Allowance(stream)
        self._anchors: dict[str, Node | None] = {}
        self._anchored = 0
        self._line = 1
        self.refill()
        try:
            self._events: Events = open_events(self._allowance)
        except (yaml.YAMLError, TooLargeError) as exc:
            raise self._unreadable(exc) from exc

    def refill(self) -> None:
        """Start a new value: the bounds count from here."""
        self._allowance.left = MAX_BYTES
        self._aliases = 0
        self._aliased_chars = 0
        self._merged = 0

    def fail(self, message: str, line: int, column: int = 1) -> CopygenError:
        """Return the error for a place in this document."""
        return located(self._error, message, Source(self.path, line, column))

    def next(self) -> yaml.Event:
        """Return the next event."""
        try:
            event = self._events.get_event()
        except (yaml.YAMLError, TooLargeError) as exc:
            raise self._unreadable(exc) from exc
        if event is None:
            raise self.fail("the document ends too early", self._line)
        self._line, _ = _place(event)
        return event

    def root(self) -> Node:
        """Compose the only document of the stream."""
        start = self.start()
        node = Node(None, 1, 1) if start is None else self.compose(start)
        self.finish(start)
        return node

    def start(self) -> yaml.Event | None:
        """Return the event the document's value begins with, or None if there is nothing."""
        self.next()
        event = self.next()
        return None if isinstance(event, yaml.StreamEndEvent) else self.next()

    def finish(self, start: yaml.Event | None) -> None:
        """Check that nothing follows the document that began with `start`."""
        if start is None:
            return
        self.next()
        extra = self.next()
        if not isinstance(extra, yaml.StreamEndEvent):
            message = "a second YAML document starts here; keep one document per file"
            raise self.fail(message, *_place(extra))

    def compose(self, event: yaml.Event, depth: int = 0) -> Node:
        """Compose the value that begins with `event`, `depth` levels below the root."""
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        elif depth >= MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} levels deep", *_place(event))
        elif isinstance(event, yaml.MappingStartEvent):
            node = self._collection(event, "map", depth, self._mapping)
        else:
            node = self._collection(cast(yaml.NodeEvent, event), "seq", depth, self._sequence)
        anchor = cast(yaml.NodeEvent, event).anchor
        if anchor:
            self._remember(anchor, node)
        return node

    def skip(self, event: yaml.Event) -> None:
        """Pass over the value that begins with `event`; anchors inside it stay unknown."""
        level = 0
        while True:
            if isinstance(event, yaml.CollectionStartEvent):
                level += 1
                if level > MAX_DEPTH:
                    raise self.fail(f"nested more than {MAX_DEPTH} levels deep", *_place(event))
            elif isinstance(event, yaml.CollectionEndEvent):
                level -= 1
            if level == 0:
                return
            event = self.next()

    def elements(self) -> Iterator[yaml.Event]:
        """Yield the first event of each element of a list; the caller consumes the rest of it."""
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            yield event

    def keys(self, seen: Mapping[str | int, object]) -> Iterator[tuple[str, int, int, yaml.Event]]:
        """Yield key, its line and column, and its value's first event, for each mapping entry.

        A key that `seen` (kept by the caller) already has is an error.
        """
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            line, column = _place(event)
            if isinstance(event, yaml.AliasEvent):
                key = self._alias(event, 0).value
            else:
                key = event.value if isinstance(event, yaml.ScalarEvent) else None
            if not isinstance(key, str):
                raise self.fail(_bad_key(event), line, column)
            if key in seen:
                raise self.fail(f"the key '{key}' is given twice; keep one", line, column)
            yield key, line, column, self.next()

    def _collection(
        self,
        event: yaml.NodeEvent,
        tag: Literal["map", "seq"],
        depth: int,
        fill: Callable[[Node, int], None],
    ) -> Node:
        line, column = _place(event)
        given = getattr(event, "tag", None)
        if given not in (None, "!", _CORE_TAG + tag):
            raise self.fail(_bad_tag(given), line, column)
        node = Node(None, line, column, height=1)
        if event.anchor:
            self._anchors[event.anchor] = None
        fill(node, depth + 1)
        return node

    def _sequence(self, node: Node, depth: int) -> None:
        for index, event in enumerate(self.elements()):
            child = self.compose(event, depth)
            _adopt(node, index, *_place(event), child)
        node.value = [child.value for _, _, child in node.children.values()]

    def _mapping(self, node: Node, depth: int) -> None:
        merged: list[Node] = []
        for key, line, column, event in self.keys(node.children):
            child = self.compose(event, depth)
            if key == "<<" and (sources := self._merge_sources(child)) is not None:
                if node.merges:
                    raise self.fail("a mapping may use << once; give it a list", line, column)
                node.merges = True
                merged = sources
                continue
            _adopt(node, key, line, column, child)
            node.weight += len(key)
        for source in merged:
            self._merge(node, source)
        node.value = {key: child.value for key, (_, _, child) in node.children.items()}

    def _merge_sources(self, node: Node) -> list[Node] | None:
        """Return the mappings `<<` refers to, or None when it is just a key called so."""
        if isinstance(node.value, dict):
            return [node]
        if isinstance(node.value, list):
            sources = [child for _, _, child in node.children.values()]
            if all(isinstance(source.value, dict) for source in sources):
                return sources
        return None

    def _merge(self, node: Node, source: Node) -> None:
        if source.merges:
            message = "a mapping merged with << must not use << itself; write its keys out"
            raise self.fail(message, node.line, node.column)
        self._merged += len(source.children)
        if self._merged > MAX_MERGED_KEYS:
            message = f"<< merges more than {MAX_MERGED_KEYS} keys"
            raise self.fail(message, node.line, node.column)
        for key, (line, column, child) in source.children.items():
            if key not in node.children:
                _adopt(node, key, line, column, child)

    def _remember(self, name: str, node: Node) -> None:
        # What earlier items anchored stays reachable: this is what keeps it bounded.
        self._anchored += node.weight
        if len(self._anchors) > MAX_ANCHORS or self._anchored > MAX_ALIASED_CHARS:
            message = "too much is anchored with &; write the repeated parts out"
            raise self.fail(message, node.line, node.column)
        self._anchors[name] = node

    def _alias(self, event: yaml.AliasEvent, depth: int) -> Node:
        place = _place(event)
        name = event.anchor
        if name not in self._anchors:
            message = f"nothing is anchored as &{name} before this *{name}"
            raise self.fail(f"{message}; a text that begins with '*' needs quotes", *place)
        node = self._anchors[name]
        if node is None:
            raise self.fail(f"*{name} stands inside the very thing it repeats", *place)
        self._aliases += 1 + node.aliases
        self._aliased_chars += node.weight
        if self._aliases > MAX_ALIASES or self._aliased_chars > MAX_ALIASED_CHARS:
            raise self.fail("aliases expand to more than is reasonable; write it out", *place)
        if depth + node.height > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} levels deep", *place)
        return Node(
            node.value,
            node.line,
            node.column,
            node.style,
            node.children,
            node.weight,
            node.height,
            node.aliases + 1,
            node.merges,
            node.spelling,
            node.spelled,
        )

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        line, column = _place(event)
        text, tag = event.value, event.tag
        if tag is None:
            value = plain(text) if event.implicit[0] else text
        else:
            if tag == "!" and not event.style:  # `! New`: the sign would not be in the text
                raise self.fail(_bad_tag(tag), line, column)
            value = self._tagged(text, tag, line, column)
        node = Node(value, line, column, event.style, {}, 1 + len(text))
        if value.__class__ is float and repr(value) != text:
            node.spelling, node.spelled = text, True
        return node

    def _tagged(self, text: str, tag: str, line: int, column: int) -> JsonValue:
        if tag in ("!", _CORE_TAG + "str"):
            return text
        types = _CORE_TYPES.get(tag.removeprefix(_CORE_TAG))
        if types is None:
            raise self.fail(_bad_tag(tag), line, column)
        value = plain(text)
        if type(value) not in types:
            raise self.fail(f"'{text[:40]}' is not what its tag says", line, column)
        return value

    def _unreadable(self, exc: yaml.YAMLError | TooLargeError) -> CopygenError:
        if isinstance(exc, TooLargeError):
            size = MAX_BYTES // 1024 // 1024
            return self.fail(f"more than {size} MiB of YAML in one value; split it", self._line)
        if isinstance(exc, ReaderError):
            line, column = self._position(exc.position)
            return self.fail(_unreadable_character(exc), line, column)
        opened = getattr(exc, "context_mark", None)
        mark = getattr(exc, "problem_mark", None) or opened
        line, column = (mark.line + 1, mark.column + 1) if mark else (self._line, 1)
        problem = getattr(exc, "problem", None) or str(exc)
        began = opened.line + 1 if opened else None
        text = self._text_of(line) or self._text_of(line - 1)  # an end that comes too early
        what = slip(text, problem, began)
        return self.fail(f"not valid YAML: {what}", line, column)

    def _text_of(self, number: int) -> str:
        """The beginning of a line, read again."""
        self._stream.seek(0)
        line = b""
        while number > 0 and (line := self._stream.readline(1 << 16)):
            number -= line.endswith(b"\n")
        return line[:1000].decode("utf-8", "replace").rstrip("\r\n")

    def _position(self, offset: int) -> tuple[int, int]:
        """Turn the byte offset of a reader error into line and column."""
        self._stream.seek(0)
        lines, last = 0, b""
        while offset > 0 and (part := self._stream.readline(min(offset, 1 << 20))):
            offset -= len(part)
            ended = part.endswith(b"\n")
            lines, last = (lines + 1, b"") if ended else (lines, last + part)
        return lines + 1, len(last.decode("utf-8", "replace")) + 1


def _adopt(node: Node, key: str | int, line: int, column: int, child: Node) -> None:
    node.children[key] = (line, column, child)
    node.weight += child.weight
    node.height = max(node.height, child.height + 1)
    node.aliases += child.aliases
    node.spelled = node.spelled or child.spelled


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = cast(yaml.Mark, event.start_mark)
    return mark.line + 1, mark.column + 1


def _bad_tag(tag: object) -> str:
    shown = str(tag).replace(_CORE_TAG, "!!")
    return f"the tag {shown} is not supported; put a text that begins with '!' in quotes"


def _bad_key(event: yaml.Event) -> str:
    if isinstance(event, yaml.MappingStartEvent) and event.flow_style:
        return f"a text that begins with '{{{{' means something else to YAML; {IN_QUOTES}"
    return "a key must be text, not a list or a mapping"


def _unreadable_character(exc: ReaderError) -> str:
    if "control characters" in str(exc.reason) or "special characters" in str(exc.reason):
        code = exc.character if isinstance(exc.character, int) else ord(str(exc.character)[0])
        return f"the control character U+{code:04X} is not allowed; remove it"
    return "not UTF-8 text; save the file as UTF-8"
