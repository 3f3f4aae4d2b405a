"""What people write: YAML with the place of every part, files, and their faults as sentences."""

from copygen.documents.cuts import ShortenedText, cuts
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
from copygen.documents.validation import explain, nearest, nearest_file, type_name, validate
from copygen.documents.yaml import (
    Composer,
    Document,
    Location,
    Mark,
    WrittenNumber,
    as_written,
    located,
    parse_document,
    plain,
    source_of,
)

__all__ = [
    "Composer",
    "Document",
    "FrozenModel",
    "Location",
    "Mark",
    "ShortenedText",
    "WrittenNumber",
    "as_written",
    "configs_folder",
    "cuts",
    "example_text",
    "explain",
    "load_packaged",
    "load_shipped",
    "located",
    "nearest",
    "nearest_file",
    "parse_document",
    "plain",
    "read_document",
    "shipped_document",
    "shipped_names",
    "source_of",
    "type_name",
    "validate",
]
