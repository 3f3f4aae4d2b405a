"""One Jinja2 template: compiled once, rendered for every row, every fault located.

Jinja's names are identifiers, and half of all real columns are none (`Variant Price`, `name-en`).
`{{ row["Variant Price"] }}` reaches every column: each such reference becomes a variable with a
name of ours, so that it is known, checked and missed like any other. The functions that Jinja has
as global variables are found only where they are called: a column may be called `range`, and where
there is none, `{{ range }}` is a missing column and not a function's address.
"""

import re
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final, cast

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.environment import Environment
from jinja2.environment import Template as Compiled
from jinja2.visitor import NodeTransformer

from copygen.documents import nearest
from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.filters import FilterError
from copygen.prompts.names import ROW, spelled
from copygen.prompts.rows import column_name
from copygen.prompts.sandbox import (
    FUNCTIONS,
    MAX_WEIGHT,
    NODES,
    MissingVariableError,
    NoTextError,
    Sandbox,
    TemplateTooCostlyError,
    function_name,
    text_of,
)


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


_COLUMN: Final = "copygen_column_"
# fmt: off
_UNFINISHED: Final = re.compile(r"[\"'~]|[-+*/(,=<>]$")
_EXPRESSION: Final = re.compile(r"\{\{[-+]?\s*+([^{}\n]{0,200}?)\s*[-+]?\}\}")
_TAGS: Final = (
    "if", "elif", "else", "endif", "for", "endfor", "set", "endset", "macro", "endmacro",
    "filter", "endfilter", "raw", "endraw", "with", "endwith",
)
# fmt: on
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class ColumnAliases:
    """What a template calls by other names than they have."""

    names: dict[str, str]
    """Variable of ours → the column that the template names in `row[...]`."""
    constants: dict[str, int]
    """Constant that is printed, as a column could be called → its line."""

    def real(self, name: str) -> str:
        """The column that a variable stands for."""
        return self.names.get(name, name)


def resolve(tree: nodes.Template) -> tuple[nodes.Template, ColumnAliases]:
    """Rewrite a parsed template so that columns and functions are told apart."""
    resolver = _Resolver(tree)
    return cast(nodes.Template, resolver.visit(tree)), ColumnAliases(
        {ours: name for name, ours in resolver.columns.items()}, _constants(tree)
    )


class _Resolver(NodeTransformer):
    """Renames: functions where they are called, columns where they are `row[...]` or `self`."""

    def __init__(self, tree: nodes.Template) -> None:
        set_here = {n.name for n in tree.find_all(nodes.Name) if n.ctx != "load"}
        set_here |= {macro.name for macro in tree.find_all(nodes.Macro)}
        self._set_here = set_here
        self._has_blocks = tree.find(nodes.Block) is not None
        self.columns: dict[str, str] = {}
        """Column → variable of ours."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's visitor protocol
        called = node.node
        if isinstance(called, nodes.Name) and called.name in FUNCTIONS:
            if called.name not in self._set_here:
                called.name = function_name(called.name)
        elif self._is_row(getattr(called, "node", None)) and isinstance(called, nodes.Getattr):
            pass  # a method of a column called `row`
        else:
            node.node = self.visit(called)
        for part in ("args", "kwargs"):
            setattr(node, part, [self.visit(arg) for arg in getattr(node, part)])
        for part in ("dyn_args", "dyn_kwargs"):
            if (given := getattr(node, part)) is not None:
                setattr(node, part, self.visit(given))
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Node:  # noqa: N802
        node.name = column_name(node.name)
        if node.name == "self" and not self._has_blocks and node.ctx == "load":
            return self._column("self", node)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        if self._is_row(node.node) and isinstance(node.arg, nodes.Const):
            name = node.arg.value
            if isinstance(name, str):
                # JSON's names may have blanks around them, and two columns differ by nothing else.
                return self._column(unicodedata.normalize("NFC", name), node)
        return self.generic_visit(node)

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        if self._is_row(node.node):
            return self._column(column_name(node.attr), node)
        return self.generic_visit(node)

    def _is_row(self, node: nodes.Node | None) -> bool:
        is_row = isinstance(node, nodes.Name) and node.name == ROW
        return is_row and ROW not in self._set_here

    def _column(self, name: str, node: nodes.Node) -> nodes.Name:
        ours = self.columns.setdefault(name, f"{_COLUMN}{len(self.columns)}")
        return nodes.Name(ours, "load", lineno=node.lineno, environment=node.environment)


def _constants(tree: nodes.Template) -> dict[str, int]:
    found: dict[str, int] = {}
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            while isinstance(node, nodes.Filter) and node.node is not None:
                node = node.node
            if not isinstance(node, nodes.Const):
                continue
            value = node.value
            spellings = {str(value)} if len(str(value)) < 200 else set()
            if value is None or isinstance(value, bool):
                spellings.add(str(value).lower())
            for spelling in spellings:
                found.setdefault(spelling, node.lineno)
    return found


def explained(exc: TemplateSyntaxError, text: str, environment: Environment) -> str:
    """What is wrong with a template, with a way out, in one sentence."""
    said = exc.message or ""
    if "comment tag" in said:
        return (
            "the template is not valid: '{#' begins a comment that no '#}' ends; for the two signs "
            "themselves write {{ '{#' }}"
        )
    if "unknown tag" in said or "looking for the following tags" in said:
        return _block(said)
    if (wrong := _expression(exc, text, environment)) is not None:
        return wrong
    if "end of raw" in said or "raw" in said.split():
        return "the template is not valid: {% raw %} is never ended; add {% endraw %}"
    return (
        f"the template is not valid at {_quoted(text, exc)}: {{{{ name }}}} inserts a column, and "
        "every '{{' and '{%' needs its end"
    )


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """What is wrong with a filter or test that there is not."""
    near = nearest(name, [one for one in known if not one.startswith("_")])
    return f"there is no {kind} '{name}'" + (f"; did you mean '{near}'?" if near else "")


def _block(said: str) -> str:
    tag = re.search(r"unknown tag '([^']{1,50})'", said)
    open_block = re.search(r"innermost block that needs to be closed is '([^']{1,50})'", said)
    if tag is None:
        name = open_block[1] if open_block else "if"
        return f"the template is not valid: {{% {name} %}} is never ended; add {{% end{name} %}}"
    if open_block is not None:
        return (
            f"the template is not valid: {{% {tag[1]} %}} stands where {{% end{open_block[1]} %}} "
            f"should end the {{% {open_block[1]} %}} before it"
        )
    if tag[1].startswith("end") or tag[1] in ("else", "elif"):
        return f"the template is not valid: {{% {tag[1]} %}} ends nothing; take it out"
    near = nearest(tag[1], _TAGS)
    hint = f"did you mean '{near}'?" if near else "the commonest are if, for and set"
    return f"the template is not valid: there is no {{% {tag[1]} %}}; {hint}"


def _expression(exc: TemplateSyntaxError, text: str, environment: Environment) -> str | None:
    """The first expression on the line that is none, and how its column is written."""
    for found in _EXPRESSION.finditer(_line(text, exc)):
        inside = found[1]
        try:
            environment.parse(f"{{{{ {inside} }}}}")
        except TemplateSyntaxError:
            pass
        else:
            continue
        shown = _short(found[0])
        if not inside:
            return f"the template is not valid: {shown} is empty; write a column's name in it"
        column = re.split(r"\s*\|\s*", inside)[0]
        if _UNFINISHED.search(column):
            return f"the template is not valid: {shown} is not finished: close or complete it"
        return (
            f"the template is not valid: {shown}; a column whose name has a blank or a sign is "
            f"written {{{{ {spelled(column)} }}}}"
        )
    return None


def _line(text: str, exc: TemplateSyntaxError) -> str:
    lines = text.split("\n")
    return lines[exc.lineno - 1] if 0 < exc.lineno <= len(lines) else ""


def _quoted(text: str, exc: TemplateSyntaxError) -> str:
    return f"'{_short(_line(text, exc).strip())}'"


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


Where = Callable[[int], Source]
"""1-based line of the template's text → its place in the file."""

_TOO_DEEP: Final = "the template is nested too deeply"
_NO_NUMBER: Final = "a number in the template is too long; put it in quotes, or in a column"
_LOADING_NODES: Final = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


class RenderError(Exception):
    """A template could not be rendered with the variables given. `str()` says why."""

    def __init__(
        self,
        message: str,
        source: Source,
        name: str | None = None,
        known: tuple[str, ...] | None = None,
    ) -> None:
        super().__init__(message)
        self.source = source
        """The line of the template."""
        self.name = name
        """The variable or key that is missing, if that is what went wrong."""
        self.known = known
        """The keys that are there, if a key of a mapping is missing."""


class Template:
    """A compiled template.

    Raises PromptError if the text is no valid template. Values are inserted as they are: what
    they contain is never rendered in turn.
    """

    def __init__(self, text: str, where: Where) -> None:
        self._where = where
        self._sandbox = Sandbox()
        if len(text) > MAX_WEIGHT:
            raise PromptError("the template is longer than 1 MiB", where(1))
        tree = self._parsed(text)
        tree, self._columns = resolve(tree)
        self.names = self._names_in(tree)
        """Every variable it may look up."""
        self.constants = self._columns.constants
        """What it prints that is no column, however a column could be called → its line."""
        self.handled = frozenset(map(self._columns.real, _handled(tree)))
        """Names of which it looks whether there is anything in them."""
        self._lines = _first_lines(tree, self._columns)
        parts = _plain_parts(tree, self._columns)
        self._parts = parts
        self.pieces = _named(pieces_of(tree), self._columns, self._sandbox)
        """Its top level in order, for `layout`."""
        self._compiled = None if parts is not None else self._compile(tree)
        self.is_plain = parts is not None
        """It only inserts variables: a missing name is all that can go wrong."""
        self.has_text = any(name is None and part.strip() for part, name in parts or ())
        """It comes out as more than blanks whatever is inserted; known of plain ones only."""
        fixed = sum(len(part) for part, _ in parts or ())
        places = sum(name is not None for _, name in parts or ())
        self.room = (MAX_WEIGHT - fixed) // max(places, 1)
        """Of a plain one: characters that may be inserted at each place at the least."""

    def place_of(self, constant: str) -> Source:
        """Where one of its `constants` stands."""
        return self._where(self.constants[constant])

    def render(self, variables: Mapping[str, JsonValue]) -> str:
        """Return the text, at most 1 MiB of it; raises RenderError."""
        if self._columns.names and isinstance(row := variables.get(ROW), dict):
            # A column called `row` that has such keys is what `row[...]` means then.
            inner = {name: row[name] for name in self._columns.names.values() if name in row}
            variables = {**variables, **inner}
        if self._parts is None:
            return self._render_compiled(variables)
        if not variables.keys() >= self.names:
            absent = min(self.names - variables.keys(), key=self._line)
            raise RenderError(f"'{absent}' is undefined", self._where(self._line(absent)), absent)
        parts = []
        for part, name in self._parts:
            value = part if name is None else variables[name]
            parts.append(value if value.__class__ is str else text_of(value))
        text = "".join(parts)
        if len(text) > MAX_WEIGHT:
            raise RenderError("makes a prompt longer than 1 MiB", self._where(1))
        return text

    def _render_compiled(self, variables: Mapping[str, JsonValue]) -> str:
        compiled = cast(Compiled, self._compiled)
        self._sandbox.begin()
        given = dict(variables)
        for ours, name in self._columns.names.items():
            if name in given:
                given[ours] = given[name]
        parts: list[str] = []
        size = 0
        try:
            for part in compiled.root_render_func(compiled.new_context(given)):
                parts.append(part)
                size += len(part)
                if size > MAX_WEIGHT:
                    raise TemplateTooCostlyError("makes a prompt longer than 1 MiB")
        except Exception as exc:
            # Filters and operators on the wrong type can make Python raise anything.
            raise self._fault(exc, compiled) from exc
        return "".join(parts)

    def _fault(self, exc: Exception, compiled: Compiled) -> RenderError:
        source = self._where(_line_in(compiled, exc.__traceback__))
        if isinstance(exc, MissingVariableError):
            name = self._columns.real(exc.name)
            return RenderError(f"'{name}' is not there", source, name, exc.known)
        if isinstance(exc, RecursionError):
            return RenderError("calls itself too deeply", source)
        if isinstance(exc, TemplateTooCostlyError | NoTextError):
            return RenderError(str(exc), source)
        if isinstance(exc, TemplateError):
            return RenderError("asks for something that templates may not have", source)
        if isinstance(exc, FilterError):
            return RenderError(str(exc), source)
        return RenderError(_words_of(exc), source)

    def _parsed(self, text: str) -> nodes.Template:
        try:
            tree = self._sandbox.parse(text)
        except TemplateSyntaxError as exc:
            raise self._invalid(exc, text) from exc
        except (RecursionError, MemoryError) as exc:
            raise PromptError(_TOO_DEEP, self._where(1)) from exc
        except (ValueError, OverflowError) as exc:
            raise PromptError(_NO_NUMBER, self._where(1)) from exc
        for node in tree.find_all(nodes.Node):
            if isinstance(node, _LOADING_NODES):
                message = "a template cannot include or extend another file; write the text here"
                raise PromptError(message, self._where(node.lineno))
            if type(node).__name__ not in NODES:
                message = "the template asks for something that templates may not have"
                raise PromptError(message, self._where(node.lineno))
        # Inside a condition Jinja looks for them only when it comes to that line.
        for kind, node_type, known in (
            ("filter", nodes.Filter, self._sandbox.filters.keys()),
            ("test", nodes.Test, self._sandbox.tests.keys()),
        ):
            for used in tree.find_all(node_type):
                if used.name not in known:
                    message = unknown(kind, used.name, known)
                    raise PromptError(message, self._where(used.lineno))
        return tree

    def _names_in(self, tree: nodes.Template) -> frozenset[str]:
        try:
            names = meta.find_undeclared_variables(tree)
        except TemplateSyntaxError as exc:
            raise self._invalid(exc, "") from exc
        except RecursionError as exc:
            raise PromptError(_TOO_DEEP, self._where(1)) from exc
        return frozenset(map(self._columns.real, names - self._sandbox.globals.keys()))

    def _compile(self, tree: nodes.Template) -> Compiled:
        try:
            with warnings.catch_warnings():
                # Python warns about oddities such as calling a literal; rendering reports them.
                warnings.simplefilter("ignore", SyntaxWarning)
                code = self._sandbox.compile(self._sandbox.guarded(tree))
        except TemplateSyntaxError as exc:
            raise self._invalid(exc, "") from exc
        except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
            message = _NO_NUMBER if "digits" in str(exc) else _TOO_DEEP
            raise PromptError(message, self._where(1)) from exc
        return Compiled.from_code(self._sandbox, code, {**self._sandbox.globals})

    def _invalid(self, exc: TemplateSyntaxError, text: str) -> PromptError:
        return PromptError(explained(exc, text, self._sandbox), self._where(exc.lineno))

    def _line(self, name: str) -> int:
        return self._lines.get(name, 1)


def _words_of(exc: Exception) -> str:
    """What went wrong in an operation, in a person's words: Python's name its own types."""
    said = str(exc)
    if isinstance(exc, ZeroDivisionError):
        return "divides by zero"
    if isinstance(exc, OverflowError):
        return "makes a number that is too large"
    if isinstance(exc, TypeError) and "callable" in said:
        return "puts () behind something that is no function"
    if isinstance(exc, TypeError) and "argument" in said:
        return "gives a filter or function too few or too many values, or wrong ones"
    return (
        "cannot do this with these values: what a table has is text, and | float or | int makes "
        "a number of it"
    )


_ASKING: Final = ("and", "or")


def _handled(tree: nodes.Template) -> set[str]:
    """Names in conditions, before `or`, and before a default."""
    looked_at: list[nodes.Node] = [node.test for node in tree.find_all(nodes.If)]
    looked_at += [node.test for node in tree.find_all(nodes.CondExpr)]
    looked_at += [node.left for node in tree.find_all(nodes.BinExpr) if node.operator in _ASKING]
    looked_at += [
        node.node
        for node in tree.find_all(nodes.Filter)
        if node.name in ("default", "d") and node.node is not None
    ]
    names: set[str] = set()
    for node in looked_at:
        names |= {one.name for one in node.find_all(nodes.Name)}
        names |= {node.name} if isinstance(node, nodes.Name) else set()
    return names


def _first_lines(tree: nodes.Template, columns: ColumnAliases) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(columns.real(node.name), node.lineno)
    return lines


def _plain_parts(
    tree: nodes.Template, columns: ColumnAliases
) -> list[tuple[str, str | None]] | None:
    """Return the (text, name) parts of a template that only inserts variables, else None."""
    parts: list[tuple[str, str | None]] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                parts.append((node.data, None))
            elif isinstance(node, nodes.Name) and node.name != "self":
                parts.append(("", columns.real(node.name)))
            else:
                return None
    return parts


def _named(
    pieces: tuple[Piece, ...], columns: ColumnAliases, sandbox: Sandbox
) -> tuple[Piece, ...]:
    """The pieces with the columns' own names, and without functions."""
    return tuple(
        replace(
            piece,
            names=frozenset(map(columns.real, piece.names - sandbox.globals.keys())),
            first=None if piece.first is None else columns.real(piece.first),
        )
        for piece in pieces
    )


def _line_in(compiled: Compiled, traceback: TracebackType | None) -> int:
    """Return the template's line that was running, the innermost one."""
    line = 1
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__jinja_template__") is compiled:
            line = compiled.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
