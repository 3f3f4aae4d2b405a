"""Where in a template the fixed text stands, and where what changes from row to row begins.

Providers read the beginning that prompts have in common from a cache, at a fraction of the price;
everything after the first difference is paid in full. So a template should end with its row's
values, not begin with them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from jinja2 import meta, nodes


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a template's top level."""

    size_bytes: int
    """Of its fixed text, UTF-8."""
    names: frozenset[str] = frozenset()
    """The variables it depends on, the first of them in `first`."""
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """The fixed text of a prompt file's messages, in the order they are sent; UTF-8 bytes."""

    prefix_bytes: int
    """Before anything of the row."""
    behind_bytes: int
    """After that."""
    first_column: str | None
    """The first variable of the row; None when nothing of the row is inserted."""


def pieces_of(tree: nodes.Template) -> tuple[Piece, ...]:
    """The top level of a template: texts, expressions, and blocks as a whole."""
    pieces: list[Piece] = []
    constants: set[str] = set()
    for node in tree.body:
        if isinstance(node, nodes.Assign):  # comes out as nothing, wherever it stands
            if not _names(node.node) - constants:
                constants |= {name.name for name in node.target.find_all(nodes.Name)}
                constants |= {node.target.name} if isinstance(node.target, nodes.Name) else set()
            continue
        parts = node.nodes if isinstance(node, nodes.Output) else [node]
        pieces += [_piece(part, constants) for part in parts]
    return tuple(pieces)


def layout_of(pieces: Iterable[Piece], given: frozenset[str]) -> Layout:
    """The layout of these pieces; `given` variables are the same in many prompts."""
    prefix = behind = 0
    first: str | None = None
    for piece in pieces:
        if first is None and piece.names - given:
            first = piece.first if piece.first not in given else min(piece.names - given)
        if first is None:
            prefix += piece.size_bytes
        else:
            behind += piece.size_bytes
    return Layout(prefix, behind, first)


def _piece(node: nodes.Node, constants: set[str]) -> Piece:
    if isinstance(node, nodes.TemplateData):
        return Piece(len(node.data.encode("utf-8", "surrogatepass")))
    names = _names(node) - constants
    inside = [node, *node.find_all(nodes.Name)]
    read = [name.name for name in inside if isinstance(name, nodes.Name) and name.name in names]
    return Piece(0, names, read[0] if read else None)


def _names(node: nodes.Node) -> frozenset[str]:
    """The variables it reads and does not set itself."""
    whole = nodes.Template([nodes.Output([node]) if isinstance(node, nodes.Expr) else node])
    assert node.environment is not None
    whole.set_environment(node.environment)
    return frozenset(meta.find_undeclared_variables(whole))
