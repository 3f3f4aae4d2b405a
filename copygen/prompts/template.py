"""One Jinja2 template: compiled once, rendered for every row, every fault located."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Final, cast

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.environment import Template as Compiled

from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.layout import Piece, pieces_of
from copygen.prompts.sandbox import (
    MAX_WEIGHT,
    MissingVariableError,
    NoTextError,
    Sandbox,
    TemplateTooCostlyError,
    text_of,
)
from copygen.prompts.syntax import ROW, Columns, explained, resolve, unknown

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
        self._lines = _first_lines(tree, self._columns)
        parts = _plain_parts(tree, self._columns)
        self._parts = parts
        self.pieces = _named(pieces_of(tree), self._columns, self._sandbox)
        """Its top level in order, for `layout`."""
        self._compiled = None if parts is not None else self._compile(tree, len(text))
        self.is_plain = parts is not None
        """It only inserts variables: a missing name is all that can go wrong."""
        self.has_text = any(name is None and part.strip() for part, name in parts or ())
        """It comes out as more than blanks whatever is inserted; known of plain ones only."""
        self.room = _room(parts or [])
        """Of a plain one: characters that may be inserted at each place at the least."""

    def place_of(self, constant: str) -> Source:
        """Where one of its `constants` stands."""
        return self._where(self.constants[constant])

    def missing(self, variables: Mapping[str, JsonValue]) -> RenderError | None:
        """Return what stops it from rendering, if a name is all that can be missing."""
        for name in sorted(self.names - variables.keys(), key=self._line):
            return RenderError(f"'{name}' is undefined", self._where(self._line(name)), name)
        return None

    def render(self, variables: Mapping[str, JsonValue]) -> str:
        """Return the text, at most 1 MiB of it; raises RenderError."""
        if self._columns.names and isinstance(row := variables.get(ROW), dict):
            # A column called `row` that has such keys is what `row[...]` means then.
            inner = {name: row[name] for name in self._columns.names.values() if name in row}
            variables = {**variables, **inner}
        if self._parts is None:
            return self._render_compiled(variables)
        if not variables.keys() >= self.names:
            raise cast(RenderError, self.missing(variables))
        text = "".join(
            [part if name is None else text_of(variables[name]) for part, name in self._parts]
        )
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
        for node in tree.find_all(_LOADING_NODES):
            message = "a template cannot include or extend another file; write the text here"
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

    def _compile(self, tree: nodes.Template, size: int) -> Compiled:
        try:
            with warnings.catch_warnings():
                # Python warns about oddities such as calling a literal; rendering reports them.
                warnings.simplefilter("ignore", SyntaxWarning)
                code = self._sandbox.compile(self._sandbox.guarded(tree, size))
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


def _first_lines(tree: nodes.Template, columns: Columns) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(columns.real(node.name), node.lineno)
    return lines


def _plain_parts(tree: nodes.Template, columns: Columns) -> list[tuple[str, str | None]] | None:
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


def _named(pieces: tuple[Piece, ...], columns: Columns, sandbox: Sandbox) -> tuple[Piece, ...]:
    """The pieces with the columns' own names, and without functions."""
    return tuple(
        replace(
            piece,
            names=frozenset(map(columns.real, piece.names - sandbox.globals.keys())),
            first=None if piece.first is None else columns.real(piece.first),
        )
        for piece in pieces
    )


def _room(parts: list[tuple[str, str | None]]) -> int:
    own = sum(len(text) for text, _ in parts)
    places = sum(name is not None for _, name in parts)
    return (MAX_WEIGHT - own) // max(places, 1)


def _line_in(compiled: Compiled, traceback: TracebackType | None) -> int:
    """Return the template's line that was running, the innermost one."""
    line = 1
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__jinja_template__") is compiled:
            line = compiled.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line
