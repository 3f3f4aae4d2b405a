"""YAML documents: safe, bounded, and every problem located.

The parser's events are composed here rather than by PyYAML's loader, for four reasons: a list of
a million items can be composed one item at a time; every value keeps its line and column; aliases
and merges are counted while they are expanded, so a bomb ends early; and scalars mean what people
expect in a product table.

Plain scalars follow YAML 1.2: only `true` and `false` are booleans, only `null`, `~` and nothing
are null, and a number is what JSON calls a number (`.5` and `5.` too), but that an exponent needs
a point and a sign. A date, `yes`, `007`, `+66`, `12E5` and `0x1F` travel as the text that was
written. Keys are always text.

Bounds: 100 MiB of text, 64 levels, 10 000 alias expansions, 16 MiB of aliased text, 10 000 merged
keys, no merge of a mapping that itself merges. For a list composed item by item they hold per item.
"""

from copygen.documents.composer import Composer, Node, located
from copygen.documents.data import (
    FrozenModel,
    configs_folder,
    example_text,
    load_packaged,
    load_shipped,
    read_document,
    shipped_document,
    shipped_names,
)
from copygen.documents.document import Document, Location, parse_document
from copygen.documents.slips import Cut, cuts
from copygen.documents.validation import explain, nearest, type_name, validate

__all__ = [
    "Composer",
    "Cut",
    "Document",
    "FrozenModel",
    "Location",
    "Node",
    "configs_folder",
    "cuts",
    "example_text",
    "explain",
    "load_packaged",
    "load_shipped",
    "located",
    "nearest",
    "parse_document",
    "read_document",
    "shipped_document",
    "shipped_names",
    "type_name",
    "validate",
]
