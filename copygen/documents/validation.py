"""pydantic's findings as one located sentence."""

import difflib
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from copygen.documents.yaml import Document, Location, located
from copygen.errors import ConfigError, CopygenError
from copygen.models import JsonValue

M = TypeVar("M", bound=BaseModel)
_LONGEST_NAME: Final = 200
_MOST_NAMES: Final = 2000
"""Names that may be meant. Servers list models by the megabyte, and each takes 20 µs or more."""
_UNION_TAG: Final = re.compile(
    r"(constrained|function|lax|json)-.*|(literal|list|dict|tagged)\[.*|int|float|str|bool|none"
)
"""What pydantic puts into a place for the branch of a union that it tried."""
_WANTED: Final[Mapping[str, str]] = {
    **dict.fromkeys(("model_type", "dict_type", "mapping_type"), "a mapping (name: value)"),
    **dict.fromkeys(("string_type",), "a text"),
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "a whole number"),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "a number"),
    **dict.fromkeys(("decimal_type", "decimal_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("date_type", "date_parsing", "date_from_datetime_parsing"), "a date"),
    **dict.fromkeys(("path_type",), "the path of a file"),
    **dict.fromkeys(("list_type", "tuple_type", "set_type", "frozen_set_type"), "a list"),
}
_LIMITS: Final[Mapping[str, str]] = {
    "ge": "{} or more",
    "gt": "more than {}",
    "le": "{} or less",
    "lt": "less than {}",
}


def validate(
    model: type[M],
    document: Document,
    *,
    at: Location = (),
    error: type[CopygenError] = ConfigError,
) -> M:
    """Validate the document, or the part of it under `at`, as a `model`.

    Raises `error` for the first problem as `path:line:column: sentence`; for an unknown key the
    sentence names the nearest valid one.
    """
    data = document.data
    for part in at:
        data = data[part]
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        problem = exc.errors(include_url=False, include_input=True)[0]
        source = document.source((*at, *problem["loc"]))
        said = explain(problem, model)
        if not at and _is_foreign(problem, data, model):
            # Somebody else's file, which may hold what should not be shown.
            known = ", ".join(_known_keys(model, ()))
            said = f"this is another kind of file: none of its keys is known here ({known})"
        raise located(error, said, source) from exc


def _is_foreign(problem: ErrorDetails, data: JsonValue, model: type[BaseModel]) -> bool:
    """Whether a mapping has no key of the model, nor any that could be meant for one."""
    if problem["type"] != "extra_forbidden" or len(problem["loc"]) != 1:
        return False
    known = _known_keys(model, ())
    return not any(key in known or nearest(str(key), known) for key in data)


def explain(problem: ErrorDetails, model: type[BaseModel]) -> str:
    """Turn one pydantic problem into a sentence for people. Never shows the value itself."""
    loc = tuple(part for part in problem["loc"] if not _UNION_TAG.fullmatch(str(part)))
    name = ".".join(str(part) for part in loc)
    kind = problem["type"]
    if kind == "missing":
        return f"'{name}' is required"
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        near = nearest(str(loc[-1]), known)
        hint = f"did you mean '{near}'?" if near else f"known here: {', '.join(known)}"
        return f"unknown key '{name}'; {hint}"
    if kind in ("value_error", "assertion_error"):
        reason = str(problem.get("ctx", {}).get("error", problem["msg"]))
        return f"'{name}' {reason}" if name else reason
    wanted = _wanted(problem)
    if kind.endswith(("_parsing", "_too_short", "too_long")) or "than" in kind:
        return f"'{name}' {wanted}"
    if kind in ("literal_error", "enum") and isinstance(problem["input"], str):
        choices = re.findall(r"'([^']+)'", problem["msg"])
        near = nearest(problem["input"], choices)
        return f"'{name}' {wanted}" + (f"; did you mean '{near}'?" if near else "")
    return f"'{name}' {wanted}, not {type_name(problem['input'])}" if name else wanted


def _wanted(problem: ErrorDetails) -> str:
    """What would be right, in words of every day."""
    kind, limits = problem["type"], problem.get("ctx", {})
    if kind.startswith(("string_too_short", "too_short", "string_too_long", "too_long")):
        least, most = limits.get("min_length"), limits.get("max_length")
        what = "character" if kind.startswith("string") else "entry"
        if least == 1:
            return "should not be empty"
        plural = "characters" if what == "character" else "entries"
        return f"should have {least} {plural} or more" if least else f"should have {most} or fewer"
    for name, words in _LIMITS.items():
        if name in limits:
            return "should be " + words.format(_plain(limits[name]))
    if kind in _WANTED:
        return "should be " + _WANTED[kind]
    return problem["msg"].replace("Input should", "should", 1).replace("Value error, ", "", 1)


def _plain(limit: object) -> str:
    """A limit as people write it: `0`, not `0.0`."""
    return f"{limit:g}" if isinstance(limit, float) else str(limit)


def type_name(value: JsonValue) -> str:
    """Return what people call the type of a YAML or JSON value."""
    names = {
        type(None): "nothing",
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a mapping",
    }
    return names.get(type(value), type(value).__name__)


def _known_keys(model: type[BaseModel], loc: Location) -> list[str]:
    """Return the keys of the model that `loc` leads to."""
    annotation: object = model
    for part in loc:
        owner = _model_in(annotation)
        if owner is None or not isinstance(part, str):
            continue
        found = next((f for n, f in owner.model_fields.items() if part in (n, f.alias)), None)
        # A part that is no field is a key of a mapping of models, or a union's tag.
        annotation = found.annotation if found else annotation
    owner = _model_in(annotation)
    return [f.alias or n for n, f in owner.model_fields.items()] if owner else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word a person most likely meant, or None if none is near."""
    if len(word) > _LONGEST_NAME:
        return None
    names = [name for name in islice(known, _MOST_NAMES) if len(name) <= _LONGEST_NAME]
    close = difflib.get_close_matches(word, names, n=1)
    if close:
        return close[0]
    folded = {name.casefold(): name for name in names}
    return folded.get(word.casefold())


def nearest_file(path: Path) -> Path | None:
    """The file in its folder that a person most likely meant by a path where nothing is."""
    folder = path.parent
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    near = nearest(path.name, names)
    return None if near is None else folder / near
