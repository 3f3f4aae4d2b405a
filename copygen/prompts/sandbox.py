"""Jinja2's sandbox for templates nobody has vetted, with hard caps on their size and steps.

`ImmutableSandboxedEnvironment` keeps a template from Python's internals and from changing what it
is given, but not from writing `'x' * 10**9` or two nested loops of a hundred thousand. So there is

* a whitelist of node types and filters; those that are random (a prompt must be the same on every
  run) or made for web pages are absent;
* a cap on size: no value, with everything in it counted as often as it appears, weighs more than
  MAX_WEIGHT, and no operation that multiplies (`center`, `join`, `replace`, `format` ...) is done
  when the product of its two heaviest arguments passes MAX_PRODUCT;
* a cap on steps: each loop turn, call and filter costs effort, and so does what it handles; a
  rendering has MAX_EFFORT of it, 0.1 to 1 s on one core. Steps and not seconds, so that a busy
  machine refuses no row that another takes.
"""

import functools
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from jinja2 import StrictUndefined, Undefined, nodes
from jinja2.environment import Environment
from jinja2.exceptions import TemplateRuntimeError, UndefinedError
from jinja2.filters import FILTERS
from jinja2.nodes import EvalContext
from jinja2.runtime import BlockReference, Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing
from jinja2.visitor import NodeTransformer

from copygen.prompts.filters import TEXT_FILTERS, as_float, as_int, number

FUNCTIONS: Final = ("range", "dict", "cycler", "joiner", "namespace")
_FUNCTION: Final = "copygen_function_"
MAX_WEIGHT: Final = 1024 * 1024
"""Characters and elements one value may stand for; also the longest prompt."""
MAX_PRODUCT: Final = 4 * 1024 * 1024
MAX_QUADRATIC: Final = 64 * 1024
"""Characters and elements for filters whose time grows with the square of their input."""
MAX_EFFORT: Final = 500_000
"""Of one rendering; 0.1 to 1 s on one core."""
MAX_INT_BITS: Final = 4096
_TURN: Final = 4
"""Effort of one turn of a loop."""
_CALL: Final = 20
"""Effort of a call that runs a part of the template: 15 µs, where a turn takes 1."""
_MOST_INDENT: Final = 16

# fmt: off
NODES: Final = frozenset((
    "Template", "Output", "TemplateData", "For", "If", "Macro", "CallBlock", "FilterBlock",
    "With", "Block", "Assign", "AssignBlock", "Name", "NSRef", "Const", "Tuple", "List", "Dict",
    "Pair", "Keyword", "CondExpr", "Filter", "Test", "Call", "Getitem", "Getattr", "Slice",
    "Concat", "Compare", "Operand", "Mul", "Div", "FloorDiv", "Add", "Sub", "Mod", "Pow", "And",
    "Or", "Not", "Neg", "Pos",
))
"""The kinds of node a template may be made of."""
_FILTERS: Final = frozenset((
    "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e",
    "escape", "filesizeformat", "first", "float", "format", "groupby", "indent", "int", "items",
    "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string",
    "striptags", "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode",
    "wordcount", "wordwrap",
))
_MULTIPLYING: Final = frozenset((
    "batch", "center", "expandtabs", "format", "format_map", "indent", "join", "ljust", "map",
    "replace", "rjust", "slice", "tojson", "to_bytes", "translate", "wordwrap", "zfill",
))
# fmt: on
_QUADRATIC: Final = frozenset(("strip_html", "striptags", "sum", "title", "wordwrap"))
_TOO_LONG: Final = "makes a text or list that is too long"
_TOO_LARGE: Final = "makes a number that is too large"


class TemplateTooCostlyError(Exception):
    """The template makes more text, or takes more steps, than any prompt needs."""


class NoTextError(Exception):
    """The template inserts something that is no data. `str()` says what."""


class MissingVariableError(UndefinedError):
    """A template used a variable, or a key of one, that is not there."""

    def __init__(self, name: str, owner: object, message: str | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.known = tuple(map(str, owner)) if isinstance(owner, Mapping) else None
        """Keys of the mapping that lacks it; None for a variable of its own."""


class _Strict(StrictUndefined):
    """Undefined that says which name was missing, not only in words."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        raised: Any = exc
        if exc is UndefinedError:
            raised = functools.partial(MissingVariableError, str(name), obj)
        super().__init__(hint, obj, name, raised)


class Sandbox(ImmutableSandboxedEnvironment):
    """A bounded, strict Jinja2 environment; one per template, used by one thread at a time."""

    intercepted_binops = frozenset(("+", "*", "**", "%"))

    def __init__(self) -> None:
        super().__init__(
            undefined=_Strict,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=self._printed,
        )
        self._effort = 0
        ours = {"string": text_of, "tojson": _to_json, "join": _joining(FILTERS["join"])}
        ours |= {name: _of_text(function) for name, function in TEXT_FILTERS.items()}
        ours |= {"number": number, "float": as_float, "int": as_int}
        known = {name: function for name, function in self.filters.items() if name in _FILTERS}
        self.filters = {name: self._guarded(name, one) for name, one in {**known, **ours}.items()}
        self.filters |= {"_turns": self._turns, "_weighed": self.admit, "_joined": self._joined}
        self.tests = {
            name: self._guarded(name, test, of_data=False) for name, test in self.tests.items()
        }
        self.globals = {function_name(name): self.globals[name] for name in FUNCTIONS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What a template means by `obj.attribute`: of a mapping its keys' made names, too."""
        found = super().getattr(obj, attribute)
        if isinstance(found, Undefined) and isinstance(obj, Mapping):
            from copygen.prompts.names import known_names  # names are made with these functions

            key = known_names(tuple(map(str, obj))).find(attribute)
            return found if key is None else super().getitem(obj, key)
        return found

    def begin(self) -> None:
        """Start a rendering: the effort counts from here."""
        self._effort = 0

    def guarded(self, tree: nodes.Template) -> nodes.Template:
        """Put the guards into a parsed template."""
        guarded: nodes.Template = _Guards().visit(tree)
        return guarded

    def concat(self, parts: Iterable[str]) -> str:
        """What a macro or a block has printed, as one text."""
        printed = list(parts)
        if sum(map(len, printed)) > MAX_WEIGHT:
            raise TemplateTooCostlyError(_TOO_LONG)
        text: str = self.admit("".join(printed))
        return text

    def admit(self, value: Any) -> Any:
        """Return the value, its iterators made lists, unless it weighs too much."""
        if isinstance(value, Iterator) and not isinstance(value, LoopContext):
            value = list(self._counted(value))
        self._spend(1 + (weigh(value) >> 4))
        return value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Do one guarded operator."""
        if operator == "%" and isinstance(left, str):
            arguments = right if isinstance(right, tuple) else (right,)
            _refuse_objects(arguments)
            self._admit_arguments("format", (left, *arguments))
        elif operator in ("*", "**") and isinstance(left, int) and isinstance(right, int):
            bits, more = left.bit_length(), right.bit_length()
            if (bits + more if operator == "*" else bits * max(right, 0)) > MAX_INT_BITS:
                raise TemplateTooCostlyError(_TOO_LARGE)
        elif operator == "*" and not isinstance(left, float) and not isinstance(right, float):
            self._admit_product((left, right), MAX_WEIGHT)
        return self.admit(super().call_binop(context, operator, left, right))

    def call(self, context: Context, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something from a template."""
        if isinstance(function, Macro | LoopContext | BlockReference):
            self._spend(_CALL)
        method = getattr(function, "__wrapped__", function)
        owner = getattr(method, "__self__", None)
        arguments = (*args, *kwargs.values())
        self._admit_arguments(str(getattr(method, "__name__", "")), (owner, *arguments))
        if isinstance(owner, str):
            _refuse_objects(arguments)
        return self.admit(super().call(context, function, *args, **kwargs))

    def _guarded(self, name: str, function: Any, *, of_data: bool = True) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if of_data:
                _refuse_objects(args)
            self._admit_arguments(name, (*args, *kwargs.values()))
            return self.admit(function(*args, **kwargs))

        return guarded

    def _admit_arguments(self, name: str, arguments: tuple[Any, ...]) -> None:
        total = sum(map(weigh, arguments))
        self._spend(1 + (total >> 4))
        if total > (MAX_QUADRATIC if name in _QUADRATIC else MAX_WEIGHT):
            raise TemplateTooCostlyError(f"gives {name or 'a macro'} too much text to work on")
        if name in _MULTIPLYING:
            self._admit_product(arguments, MAX_PRODUCT, in_format=name.startswith("format"))

    def _admit_product(
        self, values: tuple[Any, ...], most: int, *, in_format: bool = False
    ) -> None:
        measure = _format_weight if in_format else _magnitude
        *_, second, first = sorted((1, 1, *map(measure, values)))
        if first * second > most:
            raise TemplateTooCostlyError(_TOO_LONG)

    def _turns(self, iterable: Any) -> Any:
        """What a loop runs over, its turns paid for."""
        if isinstance(iterable, list | tuple | dict | str | range):
            # Left as it is, because `loop.length` asks for a length.
            self._spend(weigh(iterable) // 16 + len(iterable) * _TURN)
            return iterable
        return self._counted(iterable)

    def _counted(self, iterable: Iterable[Any]) -> Iterator[Any]:
        total = 0
        for value in iterable:
            total += 1 + weigh(value)
            if total > MAX_WEIGHT:
                raise TemplateTooCostlyError(_TOO_LONG)
            self._spend(_TURN)
            yield value

    def _printed(self, value: Any) -> str:
        return text_of(self.admit(value))

    def _joined(self, parts: list[Any]) -> str:
        return self.concat(map(text_of, self.admit(parts)))

    def _spend(self, effort: int) -> None:
        self._effort += effort
        if self._effort > MAX_EFFORT:
            raise TemplateTooCostlyError("takes too many steps")


class _Guards(NodeTransformer):
    """Puts a guard around each construct that Jinja compiles to plain Python."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja's visitor protocol
        self.generic_visit(node)
        node.iter = _filtered(cast(nodes.Expr, node.iter), "_turns")
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        parts = nodes.List(node.nodes, lineno=node.lineno, environment=node.environment)
        return _filtered(parts, "_joined")

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:  # noqa: N802
        self.generic_visit(node)
        sides: list[nodes.Compare | nodes.Operand] = [node, *node.ops]
        for side in sides:
            side.expr = _filtered(side.expr, "_weighed")
        return node

    def visit_List(self, node: nodes.Expr) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        # A tuple may also be the names that a loop or `set` fills.
        return _filtered(node, "_weighed") if getattr(node, "ctx", "load") == "load" else node

    visit_Dict = visit_Tuple = visit_List  # noqa: N815


def _filtered(node: nodes.Expr, name: str) -> nodes.Filter:
    return nodes.Filter(
        node, name, [], [], None, None, lineno=node.lineno, environment=node.environment
    )


def function_name(name: str) -> str:
    """The variable that holds a built-in function."""
    return _FUNCTION + name


def text_of(value: Any) -> str:
    """What a template prints: of data what a file has of it, an empty text for null.

    Raises NoTextError for what is no data; a function's text would be its address in memory.
    """
    kind = value.__class__
    if kind is str:
        return cast(str, value)
    if value is None:
        # An empty cell and a null say the same: there is nothing to print.
        return ""
    if kind is bool:
        return "true" if value else "false"
    if isinstance(value, str | int | float | Undefined):
        return str(value)
    if isinstance(value, dict | list | tuple | range) or kind in _VIEWS:
        return _json(value)
    raise NoTextError(_what(value))


def _json(value: Any, indent: int = 0, depth: int = 1) -> str:
    if isinstance(value, str):
        return json.dumps(str(value), ensure_ascii=False)
    if value is None:
        return "null"
    if isinstance(value, dict):
        pairs = [
            f"{_json(text_of(key))}: {_json(inner, indent, depth + 1)}"
            for key, inner in value.items()
        ]
        return _bracketed("{}", pairs, indent, depth)
    if isinstance(value, list | tuple | range) or type(value) in _VIEWS:
        inner = [_json(element, indent, depth + 1) for element in value]
        return _bracketed("[]", inner, indent, depth)
    return text_of(value)


def _bracketed(brackets: str, parts: list[str], indent: int, depth: int) -> str:
    if not indent or not parts:
        return f"{brackets[0]}{', '.join(parts)}{brackets[1]}"
    line = "\n" + " " * (indent * depth)
    return f"{brackets[0]}{line}{f',{line}'.join(parts)}{line[:-indent]}{brackets[1]}"


def _to_json(value: Any, indent: int | None = None) -> str:
    """Jinja's `tojson` without what is for web pages: letters and numbers stay as they are."""
    return _json(value, min(max(int(indent or 0), 0), _MOST_INDENT))


def _joining(join: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's `join` over elements as they print."""

    @functools.wraps(join)
    def joining(context: EvalContext, value: Any, d: str = "", attribute: Any = None) -> Any:
        if attribute is None:
            return text_of(d).join(map(text_of, value))
        return join(context, value, d, attribute)

    return joining


def _of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of texts, over whatever a row has, as it prints."""

    @functools.wraps(function)
    def of_text(value: Any, *args: Any, **kwargs: Any) -> Any:
        return function(text_of(value), *args, **kwargs)

    return of_text


def _refuse_objects(values: Iterable[Any]) -> None:
    """Raise NoTextError where a value is neither data nor what Jinja itself hands on."""
    for value in values:
        if value.__class__ not in _DATA and not isinstance(value, _HANDED_ON):
            raise NoTextError(_what(value))


def _what(value: Any) -> str:
    if isinstance(value, LoopContext):
        return "inserts the loop itself; loop.index is its number"
    if isinstance(value, Macro):
        return f"inserts the macro '{value.name}' itself; call it: {value.name}()"
    name = getattr(value, "__name__", None)
    if callable(value) and isinstance(name, str):
        return f"inserts the function '{name}' itself; call it: {name}()"
    return "inserts something that is no text, number or list"


def weigh(value: Any) -> int:
    """Return how many characters and elements a value stands for.

    Raises TemplateTooCostlyError as soon as that passes MAX_WEIGHT.
    """
    kind = type(value)
    if kind is str:
        total = len(value)
    elif kind is int:
        return 1 + (int(value).bit_length() >> 2)
    elif kind is float or kind is bool or value is None:
        return 8
    elif isinstance(value, dict):
        total = _sum(value.values()) + _sum(value)
    elif isinstance(value, str | bytes | range):
        total = len(value)
    elif isinstance(value, Undefined | Iterator | Environment):
        return 1
    elif isinstance(value, list | tuple | set | frozenset) or type(value) in _VIEWS:
        total = _sum(value)
    else:
        return 1
    if total > MAX_WEIGHT:
        raise TemplateTooCostlyError(_TOO_LONG)
    return total


_VIEWS: Final = frozenset((type({}.keys()), type({}.values()), type({}.items())))
_DATA: Final = frozenset((str, int, float, bool, type(None), list, dict, tuple, range, *_VIEWS))
_HANDED_ON: Final = (
    *(str, int, float, dict, list, tuple, set, frozenset, bytes, Undefined),
    *(Context, EvalContext, Environment, Iterator),
)


def _sum(values: Iterable[Any]) -> int:
    # A list in a list costs more to walk than a character: it weighs more, too.
    total = 16
    for value in values:
        total += 1 + weigh(value)
        if total > MAX_WEIGHT:
            raise TemplateTooCostlyError(_TOO_LONG)
    return total


def _magnitude(value: Any) -> int:
    """Return the weight of a value that may be a width or a count."""
    if isinstance(value, int):
        return abs(int(value))
    if isinstance(value, float):
        return 1 if math.isnan(value) else int(min(abs(value), MAX_PRODUCT + 1.0))
    if isinstance(value, dict | list | tuple):
        items = value.values() if isinstance(value, dict) else value
        return weigh(value) + max((_magnitude(item) for item in items), default=0)
    return weigh(value)


def _format_weight(value: Any) -> int:
    """Return the weight of a format string: its length and every width it asks for."""
    if isinstance(value, str):
        widths = re.findall(r"\d{1,9}", value)
        return len(value) + sum(map(int, widths))
    return _magnitude(value)
