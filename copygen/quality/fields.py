"""Named fields: one answer with several texts, asked for as JSON and read strictly.

Tolerated in an answer: Markdown fences and prose around the object. Not tolerated: an object that
ends in the middle, two different objects, missing or further keys, a wrong type or count, an empty
text.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Final

import pydantic

from copygen.documents import Document, FrozenModel, Location, located, validate
from copygen.errors import ConfigError, CopygenError
from copygen.models import JsonValue, Severity, Violation
from copygen.quality.channels import Channels, FieldSpec
from copygen.quality.normalize import deferred
from copygen.quality.units import Unit

Count = Annotated[int, pydantic.Field(ge=1, le=100)]
_NAME: Final = deferred(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


class FieldRequest(FrozenModel):
    """What a prompt file says of one field: `{channel: google_ads.headline, count: 5}`."""

    channel: str | None = None
    """A field of a channel, whose limit, unit and rules hold unless given here."""
    limit: int | None = pydantic.Field(default=None, ge=1)
    """Longest text, in `unit`; over the channel's."""
    unit: Unit | None = None
    """How length is counted; see `copygen help channels`."""
    count: Count | None = None
    """Exactly so many texts; with neither count nor max_count, one."""
    max_count: Count | None = None
    """One to so many texts."""
    hint: str | None = None
    """What the model is told about the field, in words."""

    @pydantic.model_validator(mode="after")
    def _one_count(self) -> "FieldRequest":
        if self.count is not None and self.max_count is not None:
            raise ValueError("takes count or max_count, not both")
        return self


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is asked for, with what its channel says."""

    name: str
    spec: FieldSpec
    """Of the channel, with the prompt file's own limit and unit over it."""
    min_count: int
    max_count: int
    is_list: bool
    """Whether the answer holds a list; else a single text."""
    hint: str | None = None


def read_fields(
    document: Document,
    channels: Channels,
    *,
    at: Location = ("fields",),
    error: type[CopygenError] = ConfigError,
) -> tuple[Field, ...]:
    """Return the fields of the mapping under `at`, in its order.

    Raises `error` as `path:line:column: sentence` for a wrong name, key or channel.
    """
    data: Any = document.data
    for part in at:
        data = data[part]
    if not isinstance(data, dict) or not data:
        raise located(error, "'fields' should be a mapping (name: what)", document.source(at))
    fields = []
    for name in data:
        loc = (*at, name)
        source = document.source(loc)
        try:
            _check_name(name)
            request = validate(FieldRequest, document, at=loc, error=error)
            fields.append(resolve(name, request, channels))
        except (ConfigError, ValueError) as problem:
            if isinstance(problem, error) and str(problem).startswith(document.path):
                raise
            raise located(error, f"field '{name}': {problem}", source) from problem
    return tuple(fields)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError("a name is made of Latin letters, digits, _ and -, 64 at most")


def resolve(name: str, request: FieldRequest, channels: Channels) -> Field:
    """Return the field with its channel's limits.

    Raises ConfigError for an unknown channel, and for a number of texts that it never takes.
    """
    base = channels.field(request.channel) if request.channel else None
    if base is not None:
        _check_count(request, base)
    own = {"limit": request.limit, "unit": request.unit}
    given = {key: value for key, value in own.items() if value is not None}
    if base is None:
        spec = FieldSpec.model_validate({"name": name, "source": "the prompt file", **given})
    else:
        changed = {**given, "verified": True, "recommended": None, "min_length": None}
        spec = base.model_copy(update=changed if given else {})
    is_list = request.count is not None or request.max_count is not None
    most = request.count or request.max_count or 1
    return Field(name, spec, request.count or 1, most, is_list, request.hint)


def _check_count(request: FieldRequest, spec: FieldSpec) -> None:
    least, most = spec.min_count or 0, spec.max_count
    wanted = request.count or request.max_count
    key = "count" if request.count else "max_count"
    if wanted is None:
        return
    if most is not None and wanted > most:
        raise ConfigError(f"'{key}' is {wanted}, and {spec.name} takes {most} texts at most")
    if wanted < least:
        raise ConfigError(f"'{key}' is {wanted}, and {spec.name} takes {least} texts at least")


def json_schema(fields: Sequence[Field], *, counts: bool = False) -> dict[str, JsonValue]:
    """Return the JSON schema of the answer.

    Within what strict modes accept: no further keys, every key required, and no keyword for
    counts and lengths (several providers refuse those): they are said in the descriptions. With
    `counts`, lists have `minItems` and `maxItems`, for servers that hold the model to them.
    """
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields],
        "properties": {field.name: _property(field, counts=counts) for field in fields},
    }


def _property(field: Field, *, counts: bool) -> dict[str, JsonValue]:
    text: dict[str, JsonValue] = {"type": "string"}
    if field.is_list:
        bounds = {"minItems": field.min_count, "maxItems": field.max_count} if counts else {}
        return {"type": "array", "items": text, **bounds, "description": describe(field)}
    return {**text, "description": describe(field)}


def describe(field: Field) -> str:
    """Return count, limit and hint of a field as a phrase: `exactly 5 texts, each at most ...`."""
    parts = [_count_words(field), _length_words(field.spec, each=field.is_list)]
    said = ", ".join(part for part in parts if part)
    return f"{field.hint.rstrip('. ')}: {said}" if field.hint else said


def _count_words(field: Field) -> str:
    if not field.is_list:
        return "one text"
    if field.min_count == field.max_count:
        return (
            "a list of exactly one text"
            if field.max_count == 1
            else (f"a list of exactly {field.max_count} texts")
        )
    return f"a list of {field.min_count} to {field.max_count} texts"


def _length_words(spec: FieldSpec, *, each: bool) -> str:
    if spec.limit is None:
        return ""
    words = f"{'each ' if each else ''}at most {spec.unit.counted(spec.limit)} long"
    if spec.min_length:
        words += f" and at least {spec.min_length:,}"
    if spec.recommended:
        words += f", best up to {spec.recommended:,}"
    return words


def in_words(fields: Sequence[Field]) -> str:
    """Return the request for the fields in words, with counts, limits and how they are counted.

    Enough by itself for a model that takes no JSON schema, and useful to one that does.
    """
    lines = ["Reply with one JSON object and nothing else: no Markdown, no comment."]
    lines.append("It has exactly these keys:")
    lines += [f'- "{field.name}": {describe(field)}' for field in fields]
    units = dict.fromkeys(field.spec.unit for field in fields if field.spec.limit)
    explained = [f"{unit.noun}: {unit.explanation}" for unit in units if unit.explanation]
    if explained:
        lines.append(f"How length is counted, in {'; in '.join(explained)}.")
    return "\n".join(lines)


def text_in_words(spec: FieldSpec) -> str:
    """Return the request for a single text of a channel, in words; empty if it has no limit."""
    said = _length_words(spec, each=False)
    if not said:
        return ""
    unit = spec.unit
    counted = f" Length is counted in {unit.noun}: {unit.explanation}." if unit.explanation else ""
    return f"Reply with the text and nothing else, {said}.{counted}"


Data = dict[str, str | list[str]]
"""Field → its text or texts; what the record has under `data`."""


def plain_text(data: Mapping[str, str | Sequence[str]]) -> str:
    """Return the texts for reading: a single field bare, several with their names before them."""
    if len(data) == 1:
        (only,) = data.values()
        return only if isinstance(only, str) else "\n".join(only)
    lines = []
    for name, value in data.items():
        if isinstance(value, str):
            lines.append(f"{name}: {value}")
        else:
            lines += [f"{name} {number}: {text}" for number, text in enumerate(value, 1)]
    return "\n".join(lines)


RULE: Final = "fields"
_BRACE: Final = deferred(r"\{")
_STARTS: Final = 50
"""Opening braces tried; prose before the object may hold a few."""
_READINGS: Final = 4
"""Times that a text is read over in all: of objects within broken objects, each start reads on to
the same fault."""


class ParseProblem(StrEnum):
    """Why an answer could not be read."""

    NO_JSON = "no_json"
    TRUNCATED = "truncated"
    INVALID_JSON = "invalid_json"
    SEVERAL_OBJECTS = "several_objects"
    WRONG_FIELDS = "wrong_fields"
    """An object, but not with what was asked for."""


@dataclass(frozen=True, slots=True)
class ParseFault:
    """An answer that is not what was asked for."""

    problem: ParseProblem
    message: str
    """One sentence for people."""
    violations: tuple[Violation, ...]
    """What is wrong, for the next request: by field where the object could be read."""
    data: Data = field(default_factory=dict)
    """The fields that are texts, also where their number is wrong: they have been paid for."""


class _Truncated(ValueError):
    pass


class _DuplicateKey(ValueError):
    pass


def parse_fields(text: str, fields: Sequence[Field]) -> Data | ParseFault:
    """Return the fields of an answer in the order of `fields`, or what is wrong with it.

    Never raises, whatever the text.
    """
    found = _object(text, {field.name for field in fields})
    if isinstance(found, ParseFault):
        return found
    data: Data = {}
    violations: list[Violation] = []
    for wanted in fields:
        violations += _faults(wanted, found)
        if (texts := _texts(found.get(wanted.name))) is not None:
            data[wanted.name] = texts
    names = [wanted.name for wanted in fields]
    violations += [_unknown(name, names) for name in found if name not in names]
    if not violations:
        return data
    message = "; ".join(violation.message for violation in violations)
    return ParseFault(ParseProblem.WRONG_FIELDS, message, tuple(violations), data)


def _object(text: str, names: set[str]) -> Mapping[str, JsonValue] | ParseFault:
    objects: list[Mapping[str, JsonValue]] = []
    worst: ParseFault | None = None
    for decoded in _decoded(text):
        if isinstance(decoded, ParseFault):
            worst = worst or decoded
        elif (names & decoded.keys() or not names) and decoded not in objects:
            objects.append(decoded)
        elif not names & decoded.keys():
            worst = worst or _wrong_object(decoded, names)
    if len(objects) == 1:
        return objects[0]
    if objects:
        return _fault(
            ParseProblem.SEVERAL_OBJECTS,
            f"the answer has {len(objects)} different JSON objects where one was asked for",
            "reply with one JSON object only",
        )
    return worst or _fault(
        ParseProblem.NO_JSON,
        "the answer has no JSON object",
        "reply with one JSON object and nothing else",
    )


def _decoded(text: str) -> Iterator[Mapping[str, JsonValue] | ParseFault]:
    """Every object of the text, or why what begins like one is none."""
    position = 0
    left = _READINGS * len(text)
    for _ in range(_STARTS):
        start = _BRACE.search(text, position)
        if start is None or left < 0:
            return
        try:
            value, position = _DECODER.raw_decode(text, start.start())
        except (_DuplicateKey, ValueError, RecursionError) as error:
            fault = _broken(text, start.start(), error)
            yield fault
            if fault.problem is ParseProblem.TRUNCATED:
                return
            position = start.end()
            left -= getattr(error, "pos", len(text)) - start.start()
        else:
            yield value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        counts = Counter(name for name, _ in pairs)
        raise _DuplicateKey(next(name for name, count in counts.items() if count > 1))
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def _broken(text: str, start: int, error: Exception) -> ParseFault:
    if isinstance(error, _DuplicateKey):
        return _fault(
            ParseProblem.INVALID_JSON,
            f"the JSON object has the key '{error}' twice",
            f"give '{error}' once",
        )
    if isinstance(error, RecursionError):
        return _fault(
            ParseProblem.INVALID_JSON, "the JSON object is nested too deeply", "do not nest objects"
        )
    if _ends_in_the_middle(text, start, error):
        return _fault(
            ParseProblem.TRUNCATED,
            "the JSON object ends in the middle",
            "reply with the whole JSON object",
        )
    line = getattr(error, "lineno", 0)
    where = f", line {line} of the answer" if line else ""
    return _fault(
        ParseProblem.INVALID_JSON,
        f"the JSON object is malformed{where}: {getattr(error, 'msg', error)}",
        "reply with valid JSON",
    )


def _ends_in_the_middle(text: str, start: int, error: Exception) -> bool:
    """Whether only more text could make it an object, so that it looks like one so far."""
    if not isinstance(error, json.JSONDecodeError) or not _LIKE_JSON.match(text, start):
        return False
    rest = text[error.pos :].strip().strip("`")
    return not rest or error.msg.startswith("Unterminated string") or rest in _BEGUN


_LIKE_JSON: Final = deferred(r'\{\s*(?:"|$)')
_BEGUN: Final = frozenset(word[:n] for word in ("true", "false", "null") for n in (1, 2, 3, 4))


def _wrong_object(found: Mapping[str, JsonValue], names: set[str]) -> ParseFault:
    listed = ", ".join(sorted(names))
    return _fault(
        ParseProblem.WRONG_FIELDS,
        f"the JSON object has none of the keys {listed}"
        + (f", but {', '.join(list(found)[:5])}" if found else ""),
        f"reply with one JSON object with exactly these keys: {listed}",
    )


def _fault(problem: ParseProblem, message: str, fix: str) -> ParseFault:
    return ParseFault(problem, message, (Violation(RULE, Severity.ERROR, message, fix=fix),))


def _texts(value: JsonValue) -> str | list[str] | None:
    """The text or texts of a field; None where there is none worth keeping."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, list) and any(isinstance(one, str) and one.strip() for one in value):
        return [one for one in value if isinstance(one, str)]
    return None


def _faults(wanted: Field, found: Mapping[str, JsonValue]) -> list[Violation]:
    name = wanted.name
    if name not in found:
        return [_of(name, f"'{name}' is missing", f"add '{name}'")]
    value = found[name]
    if not wanted.is_list:
        if not isinstance(value, str):
            return [_of(name, f"'{name}' should be one text", f"give '{name}' as one text")]
        return _empty(name, [value])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return [_of(name, f"'{name}' should be a list of texts", f"give '{name}' as a list")]
    count = len(value)
    if not wanted.min_count <= count <= wanted.max_count:
        least, most = wanted.min_count, wanted.max_count
        asked = f"exactly {most}" if least == most else f"{least} to {most}"
        message = f"'{name}' has {count} of {asked} texts"
        return [_of(name, message, f"give {asked} texts in '{name}'")]
    return _empty(name, [str(text) for text in value])


def _empty(name: str, texts: Sequence[str]) -> list[Violation]:
    return [
        _of(name, f"'{name}' has an empty text", f"write every text of '{name}'", index)
        for index, text in enumerate(texts)
        if not text.strip()
    ]


def _unknown(name: str, names: Sequence[str]) -> Violation:
    shown = name[:60]
    message = f"'{shown}' was not asked for; the keys are {', '.join(names)}"
    return Violation(RULE, Severity.ERROR, message, fix=f"leave '{shown}' out")


def _of(name: str, message: str, fix: str, index: int | None = None) -> Violation:
    return Violation(RULE, Severity.ERROR, message, field=name, index=index, fix=fix)
