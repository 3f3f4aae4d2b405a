"""One Jinja2 template: compiled once, rendered for every row, every fault located."""

import warnings
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, cast

from jinja2 import TemplateError, TemplateSyntaxError, meta, nodes
from jinja2.environment import Template as Compiled

from copygen.errors import PromptError
from copygen.models import JsonValue, Source
from copygen.prompts.layout import pieces_of
from copygen.prompts.sandbox import (
    MAX_WEIGHT,
    MissingVariableError,
    Sandbox,
    TemplateTooCostlyError,
)

Where = Callable[[int], Source]
"""1-based line of the template's text → its place in the file."""

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
        tree, names = self._parsed(text)
        self.names = names
        """Every variable it may look up."""
        self._lines = _first_lines(tree)
        parts = _plain_parts(tree)
        self._parts = parts
        self.pieces = pieces_of(tree)
        """Its top level in order, for `layout`."""
        self._compiled = None if parts is not None else self._compile(text)
        self.is_plain = parts is not None
        """It only inserts variables: a missing name is all that can go wrong."""
        self.has_text = any(name is None and part.strip() for part, name in parts or ())
        """It comes out as more than blanks whatever is inserted; known of plain ones only."""
        self.room = _room(parts or [])
        """Of a plain one: characters that may be inserted at each place at the least."""

    def missing(self, variables: Mapping[str, JsonValue]) -> RenderError | None:
        """Return what stops it from rendering, if a name is all that can be missing."""
        for name in sorted(self.names - variables.keys(), key=self._line):
            return RenderError(f"'{name}' is undefined", self._where(self._line(name)), name)
        return None

    def render(self, variables: Mapping[str, JsonValue]) -> str:
        """Return the text, at most 1 MiB of it; raises RenderError."""
        if self._parts is None:
            return self._render_compiled(variables)
        if not variables.keys() >= self.names:
            raise cast(RenderError, self.missing(variables))
        text = "".join(
            [part if name is None else _text(variables[name]) for part, name in self._parts]
        )
        if len(text) > MAX_WEIGHT:
            raise RenderError("makes a prompt longer than 1 MiB", self._where(1))
        return text

    def _render_compiled(self, variables: Mapping[str, JsonValue]) -> str:
        compiled = cast(Compiled, self._compiled)
        self._sandbox.begin()
        parts: list[str] = []
        size = 0
        try:
            for part in compiled.root_render_func(compiled.new_context(dict(variables))):
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
            return RenderError(str(exc.message), source, exc.name, exc.known)
        if isinstance(exc, RecursionError):
            return RenderError("calls itself too deeply", source)
        if isinstance(exc, TemplateError | TemplateTooCostlyError):
            return RenderError(str(exc), source)
        return RenderError(f"fails: {exc}", source)

    def _parsed(self, text: str) -> tuple[nodes.Template, frozenset[str]]:
        try:
            tree = self._sandbox.parse(text)
            names = frozenset(meta.find_undeclared_variables(tree))
        except TemplateSyntaxError as exc:
            raise self._invalid(exc) from exc
        except RecursionError as exc:
            raise PromptError("the template is nested too deeply", self._where(1)) from exc
        for node in tree.find_all(_LOADING_NODES):
            message = "a template cannot include or extend another file; write the text here"
            raise PromptError(message, self._where(node.lineno))
        return tree, names

    def _compile(self, text: str) -> Compiled:
        try:
            with warnings.catch_warnings():
                # Python warns about oddities such as calling a literal; rendering reports them.
                warnings.simplefilter("ignore", SyntaxWarning)
                code = self._sandbox.compile(self._sandbox.parse_guarded(text))
        except TemplateSyntaxError as exc:
            raise self._invalid(exc) from exc
        except (SyntaxError, ValueError, RecursionError, MemoryError) as exc:
            raise PromptError("the template is nested too deeply", self._where(1)) from exc
        return Compiled.from_code(self._sandbox, code, {**self._sandbox.globals})

    def _invalid(self, exc: TemplateSyntaxError) -> PromptError:
        return PromptError(f"the template is not valid: {exc.message}", self._where(exc.lineno))

    def _line(self, name: str) -> int:
        return self._lines.get(name, 1)


def _text(value: JsonValue) -> str:
    return value if value.__class__ is str else "" if value is None else str(value)


def _first_lines(tree: nodes.Template) -> dict[str, int]:
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        lines.setdefault(node.name, node.lineno)
    return lines


def _plain_parts(tree: nodes.Template) -> list[tuple[str, str | None]] | None:
    """Return the (text, name) parts of a template that only inserts variables, else None."""
    parts: list[tuple[str, str | None]] = []
    for output in tree.body:
        if not isinstance(output, nodes.Output):
            return None
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                parts.append((node.data, None))
            elif isinstance(node, nodes.Name) and node.name not in Sandbox.BUILT_IN:
                parts.append(("", node.name))
            else:
                return None
    return parts


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
