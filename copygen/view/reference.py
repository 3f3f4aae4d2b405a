"""Lists of keys made from the models that read them: they cannot be out of date."""

import ast
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from copygen.config import BreakerSettings, ModelConfig, Price, ProviderConfig, RetrySettings
from copygen.config.prices import LongContext, TimeOfDay
from copygen.config.settings import SecondCurrency, Settings
from copygen.delivery.formats.adapter import AdapterColumn, AdapterFile
from copygen.prompts.promptfile import PromptFile
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.fields import FieldRequest
from copygen.quality.settings import ChecksSettings, GlossaryEntry, Grounding, Hashtags, Sameness
from copygen.simulator import SimulatorProfile

Schema: TypeAlias = Mapping[str, Any]

SECTIONS: Final[Mapping[str, tuple[tuple[type[BaseModel], str, str], ...]]] = {
    "settings": (
        (Settings, "", "The run"),
        (RetrySettings, "retry", "When a prompt is sent again"),
        (BreakerSettings, "breaker", "When sending stops for a while"),
        (ProviderConfig, "providers.NAME", "A provider"),
        (ModelConfig, "providers.NAME.models.MODEL", "A model"),
        (Price, "providers.NAME.models.MODEL.price", "A price: US dollars per million tokens"),
        (LongContext, "an entry of a price's long_context", "Prices of long requests"),
        (TimeOfDay, "an entry of a price's time_of_day", "Prices at certain hours"),
        (SecondCurrency, "providers.NAME.second_currency", "A second currency"),
    ),
    "prompt file": ((PromptFile, "", "Keys"),),
    "field": ((FieldRequest, "fields.NAME", "Keys of a field"),),
    "checks": (
        (ChecksSettings, "checks", "Keys of checks"),
        (GlossaryEntry, "an entry of checks.glossary", "A term of the glossary"),
        (Grounding, "checks.grounding", "Grounding"),
        (Sameness, "checks.sameness", "Sameness"),
        (Hashtags, "checks.hashtags", "Hashtags"),
        (CharacterRules, "checks.characters", "Character rules"),
    ),
    "channel field": ((FieldSpec, "fields.NAME", "Keys of a channel's field"),),
    "adapter": (
        (AdapterFile, "", "Keys of such a file"),
        (AdapterColumn, "columns.NAME", "Keys of a column"),
    ),
    "simulator": (
        (SimulatorProfile, "providers.simulator.simulation", "Settings of the simulator"),
    ),
}
"""Name of a list → the models it is made of, where their keys stand, and a heading."""
_NOT_WRITTEN: Final = frozenset({(ProviderConfig, "name"), (FieldSpec, "name")})
"""What the key above them says."""


def keys_of(section: str) -> str:
    """The Markdown list of the keys of one of `SECTIONS`: name, type, default, docstring."""
    lines: list[str] = []
    for model, place, heading in SECTIONS[section]:
        lines += [f"### {heading}", "", *([f"Under `{place}`:", ""] if place else [])]
        lines += [*_keys(model), ""]
    return "\n".join(lines).strip()


def _keys(model: type[BaseModel]) -> Iterator[str]:
    schema = model.model_json_schema()
    shapes, needed = schema.get("$defs", {}), schema.get("required", ())
    words = docstrings(model)
    for name, field in schema["properties"].items():
        if (model, name) in _NOT_WRITTEN:
            continue
        said = [_kind(field, shapes)]
        if name in needed:
            said.append("needed")
        elif (default := field.get("default")) not in (None, "", [], {}) and not _is_nested(field):
            said.append(f"default `{_written(default)}`")
        yield f"- `{name}` ({'; '.join(said)}). {words.get(name, '')}".rstrip()


def docstrings(model: type[BaseModel]) -> dict[str, str]:
    """Key → the docstring below it, of the model and those it is made from, on one line."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if not issubclass(base, BaseModel) or base is BaseModel:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(body, ast.ClassDef)
        for node, below in zip(body.body, body.body[1:], strict=False):
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                found[node.target.id] = " ".join(str(below.value.value).split())
    return found


def _is_nested(field: Schema) -> bool:
    """Whether its default is shown key by key, in a list of its own."""
    return any("$ref" in one for one in (field, *field.get("anyOf", ()))) and isinstance(
        field.get("default"), dict
    )


def _kind(field: Schema, shapes: Mapping[str, Schema]) -> str:
    """What a value looks like, in words: `whole number, 1 or more`."""
    if "anyOf" in field:
        kinds = [_kind(one, shapes) for one in field["anyOf"] if one.get("type") != "null"]
        if len(kinds) > 1 and kinds[0].startswith("number") and kinds[1] == "text":
            kinds.pop(1)  # a decimal may be quoted
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        shape = shapes[field["$ref"].rpartition("/")[2]]
        return _kind(shape, shapes) if "enum" in shape else "mapping"
    if "const" in field:
        return f"`{_written(field['const'])}`"
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    kind = field.get("type")
    if kind in ("integer", "number"):
        return ("whole number" if kind == "integer" else "number") + _bounds(field)
    if kind == "array":
        return f"list: {_kind(field.get('items', {}), shapes)}"
    if kind == "object":
        inner = field.get("additionalProperties")
        return (
            f"mapping of {_kind(inner, shapes)}" if isinstance(inner, dict) and inner else "mapping"
        )
    if kind == "boolean":
        return "true or false"
    return {"date": "date", "path": "path"}.get(field.get("format", ""), "text" if kind else "any")


def _bounds(field: Schema) -> str:
    least, most = field.get("minimum"), field.get("maximum", field.get("exclusiveMaximum"))
    above = field.get("exclusiveMinimum")
    parts = []
    if above is not None:
        parts.append(f"above {above:g}")
    if least is not None and most is None:
        parts.append(f"{least:g} or more")
    elif least is not None:
        parts.append(f"from {least:g}")
    if most is not None:
        parts.append(f"to {most:g}" if most < 1e6 else f"to {most:.0e}".replace("e+", "e"))
    return ", " + " ".join(parts) if parts else ""


def _written(value: object) -> str:
    """A value as YAML has it."""
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value)
