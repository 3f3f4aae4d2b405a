"""An answer in named fields, read strictly.

Tolerated: Markdown fences and prose around the object. Not tolerated: an object that ends in the
middle, two different objects, missing or further keys, a wrong type or count, an empty text.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from copygen.models import JsonValue
from copygen.quality.fields import Data, Field
from copygen.quality.violations import Severity, Violation

RULE: Final = "fields"
_BRACE: Final = re.compile(r"\{")
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


class _Doubled(ValueError):
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
        except (_Doubled, ValueError, RecursionError) as error:
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
        raise _Doubled(next(name for name, count in counts.items() if count > 1))
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_pairs, parse_constant=_no_constant)


def _broken(text: str, start: int, error: Exception) -> ParseFault:
    if isinstance(error, _Doubled):
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


_LIKE_JSON: Final = re.compile(r'\{\s*(?:"|$)')
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
