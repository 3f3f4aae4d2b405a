"""A whole YAML document in memory, with the position of every part."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from copygen.documents.composer import Composer, Node
from copygen.errors import ConfigError, CopygenError
from copygen.models import JsonValue, Source

Location = Sequence[str | int]
"""Keys and indexes that lead from the root of a document to a value."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document: plain data, and the position of every part of it."""

    data: JsonValue = field(repr=False)  # of a settings file, it may be a key in the wrong place
    path: str
    root: Node = field(repr=False)

    def source(self, loc: Location) -> Source:
        """Return where that key or index stands; of the nearest known parent if it is unknown."""
        line, column, _ = self._find(loc)
        return Source(self.path, line, column)

    def child(self, loc: Location) -> Node:
        """Return the node there; of the nearest known parent if it is unknown."""
        return self._find(loc)[2]

    def text_source(self, loc: Location, line: int) -> Source:
        """Return where line `line` (1-based) of the text at `loc` stands in the file.

        Exact for literal blocks (`|`); for folded and quoted text that spans lines, where the
        text starts.
        """
        _, _, node = self._find(loc)
        if node.style == "|":
            return Source(self.path, node.line + line)
        return Source(self.path, node.line, node.column)

    def _find(self, loc: Location) -> tuple[int, int, Node]:
        found = (self.root.line, self.root.column, self.root)
        for part in loc:
            child = found[2].children.get(part)
            if child is None:
                break
            found = child
        return found


def parse_document(text: str, path: str, *, error: type[CopygenError] = ConfigError) -> Document:
    """Parse one YAML document; empty text is a document whose data is None.

    Raises `error` as `path:line:column: sentence` for anything that is not one well-formed
    document within the bounds of this module. `path` only names it.
    """
    composer = Composer(io.BytesIO(text.encode("utf-8", "surrogatepass")), path, error)
    root = composer.root()
    return Document(root.value, path, root)
