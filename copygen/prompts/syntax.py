"""What stands in a template: columns under any name, built-in functions, and slips in our words.

Jinja's names are identifiers, and half of all real columns are none (`Variant Price`, `name-en`).
`{{ row["Variant Price"] }}` reaches every column: each such reference becomes a variable with a
name of ours, so that it is known, checked and missed like any other. The functions that Jinja has
as global variables are found only where they are called: a column may be called `range`, and where
there is none, `{{ range }}` is a missing column and not a function's address.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.environment import Environment
from jinja2.visitor import NodeTransformer

from copygen.documents import nearest
from copygen.prompts.rows import column_name

ROW: Final = "row"
FUNCTIONS: Final = ("range", "dict", "cycler", "joiner", "namespace")
_FUNCTION: Final = "copygen_function_"
_COLUMN: Final = "copygen_column_"
_NO_NAME: Final = frozenset(
    (
        "true",
        "false",
        "none",
        "True",
        "False",
        "None",
        "self",
        "loop",
        "and",
        "or",
        "not",
        "is",
        "in",
        "if",
        "else",
        "elif",
    )
)
"""Words that are no variables where a template may have one."""
_UNFINISHED: Final = re.compile(r"[\"'~]|[-+*/(,=<>]$")
_EXPRESSION: Final = re.compile(r"\{\{[-+]?\s*+([^{}\n]{0,200}?)\s*[-+]?\}\}")
_TAGS: Final = (
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "macro",
    "endmacro",
    "filter",
    "endfilter",
    "raw",
    "endraw",
    "with",
    "endwith",
)
_SHOWN: Final = 40


def function_name(name: str) -> str:
    """The variable that holds a built-in function."""
    return _FUNCTION + name


def spelled(name: str) -> str:
    """How a template writes the column of that name."""
    if name.isidentifier() and name not in _NO_NAME and not name.startswith("__"):
        return name
    return by_key(name)


def by_key(name: str) -> str:
    """The column of that name, whatever the name means in a template."""
    return f"{ROW}[{json.dumps(name, ensure_ascii=False)}]"


@dataclass(frozen=True, slots=True)
class Columns:
    """What a template calls by other names than they have."""

    names: dict[str, str]
    """Variable of ours → the column that the template names in `row[...]`."""
    constants: dict[str, int]
    """Constant that is printed, as a column could be called → its line."""

    def real(self, name: str) -> str:
        """The column that a variable stands for."""
        return self.names.get(name, name)


def resolve(tree: nodes.Template) -> tuple[nodes.Template, Columns]:
    """Rewrite a parsed template so that columns and functions are told apart."""
    resolver = _Resolver(tree)
    return cast(nodes.Template, resolver.visit(tree)), Columns(
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
                return self._column(column_name(name), node)
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
