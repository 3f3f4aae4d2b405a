"""What the page is told: the run once, and each record as one line of JSON.

Short names, because a page of 100 000 records holds each of them 100 000 times; what is not there
is not said. Lengths are measured on the page, by the limits and tables given here.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from copygen.delivery.copy import Copy, CopyReader, Text
from copygen.delivery.rules import Rules
from copygen.errors import ConfigError
from copygen.models import Item, JsonValue, Severity, Status, Violation
from copygen.quality.channels import FieldSpec
from copygen.quality.data import PixelTable, XTable, table
from copygen.quality.languages import language_tag
from copygen.results.decisions import Place, Standing, State
from copygen.results.record import dumps

_LANGUAGE_COLUMNS = ("language", "lang", "locale", "Language", "Locale", "market")
_LARGEST = 2**53
"""Whole numbers from here on are rounded by JavaScript, and by quick readers of JSON."""
_MOST_BITS = 4096
"""Of a number that Python prints."""
_NUMBERS = (int, float, bool)
_MOMENT_LETTERS = len("2026-11-28T03:10:00.123Z")
_PLAIN = (
    *(("id", "id", (str,)), ("key", "key", (str,)), ("model", "model", (str,))),
    *(("provider", "prov", (str,)), ("attempts", "tries", (int,)), ("row", "row", (int,))),
    *(("answered_by", "answered", (str,)), ("cost_usd", "cost", (float,))),
    *(("latency_ms", "ms", (int, float)), ("reasks", "asks", (int,))),
)
"""Field of a record, what it is called on the page, and what it may be."""
_WITH_TEXT = frozenset({Status.OK.value, Status.REJECTED.value})
_SEVERITIES = frozenset(map(str, Severity))
_NAMES, _INDICES = (str, type(None)), (int, type(None))
_NEVER_MISSING = frozenset({"id", "key", "model", "prov", "tries"})
_LAST_WIDE = 0x40000
"""No character from here on is wide: private use, tags, and what Unicode has not given out."""


def record_line(copy: Copy, file: int, language: str | None) -> bytes:
    """One record for the page, with its newline; `file` is 0, or 1 for the second results file."""
    record = copy.record
    said: dict[str, JsonValue] = {
        "k": file,
        "id": record.id,
        "key": record.key,
        "st": record.status,
        "model": record.model,
        "prov": record.provider,
        "tries": record.attempts,
        "at": record.created_at.isoformat(timespec="seconds"),
    }
    if record.row is not None:
        said["row"] = record.row
    if language is not None:
        said["lang"] = language
    if record.answered_by is not None:
        said["answered"] = record.answered_by
    if record.cost_usd is not None:
        said["cost"] = float(record.cost_usd)
    if record.latency_ms is not None:
        said["ms"] = record.latency_ms
    if record.reasks:
        said["asks"] = record.reasks
    if record.error is not None:
        said["err"] = {"kind": record.error.kind, "message": record.error.message}
    if record.notes:
        said["notes"] = list(record.notes)
    if record.violations and (own := _of_the_whole(copy)):
        said["v"] = own
    said["item"] = record.input if _is_exact(record.input) else _unrounded(record.input)
    said["texts"] = list(map(_text, copy.texts))
    return dumps(said) + b"\n"


def plain_line(
    value: Mapping[str, JsonValue], file: int, language_of: Callable[[Item], str | None]
) -> bytes | None:
    """`record_line` of a record as parsed, that nobody has decided about, at half the cost.

    None where there is more to it: no text, a note, a number that only exact reading keeps, or
    anything but what copygen writes.
    """
    item, created, status = value.get("input"), value.get("created_at"), value.get("status")
    if status not in _WITH_TEXT or value.get("error") is not None or value.get("notes"):
        return None
    if type(item) is not dict or not _is_exact(item) or type(created) is not str:
        return None
    texts = _plain_texts(value.get("data"), value.get("text"))
    if texts is None or len(created) != _MOMENT_LETTERS or created[-1] != "Z":
        return None
    said: dict[str, JsonValue] = {"k": file, "st": status, "at": f"{created[:19]}+00:00"}
    for name, short, kinds in _PLAIN:
        given = value.get(name)
        if given is not None:
            if type(given) not in kinds:
                return None
            said[short] = given
        elif short in _NEVER_MISSING:
            return None
    if not said.get("asks"):
        said.pop("asks", None)
    if (language := language_of(item)) is not None:
        said["lang"] = language
    if (found := value.get("violations")) and not _put_violations(found, texts, said):
        return None
    said["item"], said["texts"] = item, texts
    return dumps(said) + b"\n"


def _put_violations(
    found: JsonValue, texts: list[dict[str, JsonValue]], said: dict[str, JsonValue]
) -> bool:
    """Put each to its text, or to the record; False where one is not as copygen writes it."""
    places = {(text.get("f"), text.get("i")): text for text in texts}
    for one in found:
        if type(one) is not dict or one.get("severity") not in _SEVERITIES:
            return False
        span, rule, message = one.get("span"), one.get("rule"), one.get("message")
        if type(rule) is not str or type(message) is not str:
            return False
        told = {"r": rule, "sev": one["severity"], "msg": message}
        if span is not None:
            if type(span) is not list or [type(end) for end in span] != [int, int]:
                return False
            told["a"], told["b"] = span
        field, index = one.get("field"), one.get("index")
        if type(field) not in _NAMES or type(index) not in _INDICES:
            return False
        places.get((field, index), said).setdefault("v", []).append(told)
    return True


def _plain_texts(data: JsonValue, text: JsonValue) -> list[dict[str, JsonValue]] | None:
    """As `texts_of` has them; None for what is no text."""
    if data is None:
        return [{"m": text}] if type(text) is str else None
    if type(data) is not dict:
        return None
    found: list[dict[str, JsonValue]] = []
    for name, value in data.items():
        if type(value) is str:
            found.append({"f": name, "m": value})
        elif type(value) is not list or any(type(one) is not str for one in value):
            return None
        else:
            found += ({"f": name, "i": index, "m": one} for index, one in enumerate(value))
    return found


def _is_exact(item: Mapping[str, JsonValue]) -> bool:
    """Whether all values are plain, and none a number that somebody has rounded or will."""
    return all(
        type(one) is str or one is None or (type(one) in _NUMBERS and abs(one) < _LARGEST)
        for one in item.values()
    )


def _unrounded(value: JsonValue) -> JsonValue:
    """`value` with whole numbers that JavaScript would round as text."""
    if type(value) is int and abs(value) >= _LARGEST:
        return str(value) if value.bit_length() < _MOST_BITS else None
    if isinstance(value, Mapping):
        return {name: _unrounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_unrounded(one) for one in value]
    return value


def _of_the_whole(copy: Copy) -> list[JsonValue]:
    """The violations that are of no single text."""
    placed = {text.place for text in copy.texts}
    found = copy.record.violations
    return violations_said([one for one in found if Place(one.field, one.index) not in placed])


def _text(text: Text) -> dict[str, JsonValue]:
    said = place_said(text.place)
    said["m"] = text.model_text
    if text.violations:
        said["v"] = violations_said(text.violations)
    return said if text.standing is None else said | _decided(text)


def _decided(text: Text) -> dict[str, JsonValue]:
    fields: dict[str, JsonValue] = {"ver": version_of(text.standing)}
    now = standing_said(text)
    names = {"text": "t", "reason": "why", "comment": "note", "by": "by", "at": "when"}
    fields |= {short: now.get(name) for name, short in names.items()}
    fields |= {"stale": now.get("stale"), "earlier": now.get("earlier")}
    if now["state"] != State.DRAFT:
        fields["s"] = now["state"]
    return {name: value for name, value in fields.items() if value is not None}


def place_said(place: Place) -> dict[str, JsonValue]:
    """Where in its record a text is."""
    if place.field is None:
        return {}
    if place.index is None:
        return {"f": place.field}
    return {"f": place.field, "i": place.index}


def standing_said(text: Text) -> dict[str, JsonValue]:
    """What stands of a text, without what is not said."""
    if text.standing is None:
        return {"state": State.DRAFT}
    last = text.standing.last
    # An approval stands under what changed; a rejection of another text does not.
    state = State.DRAFT if text.state is State.DRAFT else last.state
    is_earlier = state is State.DRAFT and last.state is State.REJECTED
    fields: dict[str, JsonValue] = {
        "state": state,
        "text": text.text if text.is_edited else None,
        "reason": None if is_earlier else last.reason,
        "earlier": (last.reason or "") if is_earlier else None,
        "comment": last.comment,
        "by": last.by or None,
        "at": last.at.isoformat(timespec="microseconds"),
        "stale": text.stale,
    }
    return {name: value for name, value in fields.items() if value is not None}


def version_of(standing: Standing | None) -> str:
    """What tells one standing of a text from the next; empty where nobody has decided."""
    if standing is None:
        return ""
    return f"{standing.last.at.isoformat(timespec='microseconds')} {standing.last.by}"


def orphan_line(id_: str, standings: Mapping[Place, Standing], file: int) -> bytes:
    """What was decided about a record that is gone."""
    texts = [
        {
            **place_said(place),
            "m": standing.last.was or standing.last.text or "",
            "t": standing.last.text,
            "s": standing.last.state,
            "by": standing.last.by,
            "when": standing.last.at.isoformat(timespec="microseconds"),
        }
        for place, standing in standings.items()
    ]
    key = next(iter(standings.values())).last.key
    return (
        dumps(
            {
                **{"k": file, "id": id_, "key": key, "st": "gone", "orphan": True, "model": ""},
                "item": {},
                "texts": [{k: v for k, v in text.items() if v is not None} for text in texts],
            }
        )
        + b"\n"
    )


def violations_said(violations: Sequence[Violation]) -> list[JsonValue]:
    """Violations; `a` and `b` are offsets in code points."""
    return [
        {
            **{"r": one.rule, "sev": one.severity, "msg": one.message},
            **({} if one.span is None else {"a": one.span[0], "b": one.span[1]}),
        }
        for one in violations
    ]


class Languages:
    """Tells the language of each record: as its rules have it, else as a column names it."""

    def __init__(self, rules: Rules) -> None:
        self._rules: Rules | None = rules

    def of(self, item: Item) -> str | None:
        """A language tag; None where nothing says."""
        if self._rules is not None:
            try:
                if told := self._rules.checker.language_of(item):
                    return told
            except ConfigError:  # packs of the user's own that are gone
                self._rules = None
        values = (item.get(name) for name in _LANGUAGE_COLUMNS)
        tags = (language_tag(value) for value in values if isinstance(value, str))
        return next(filter(None, tags), None)


def file_said(reader: CopyReader, name: str) -> dict[str, JsonValue]:
    """What is to be known of one results file: its name and its fields' limits."""
    rules = reader.rules
    specs: list[tuple[str | None, FieldSpec | None]] = [
        *((field, rules.spec(field)) for field in rules.field_names),
        (None, rules.spec(None)),
    ]
    fields = [_spec_said(field, spec) for field, spec in specs if spec is not None]
    return {"name": name, "fields": fields}


def _spec_said(field: str | None, spec: FieldSpec) -> dict[str, JsonValue]:
    return {
        "name": field,
        "channel": spec.name if "." in spec.name else None,
        "limit": spec.limit,
        "recommended": spec.recommended,
        "unit": spec.unit,
        "noun": spec.unit.noun,
    }


def shown_names(paths: Sequence[Path]) -> list[str]:
    """The files' names; with their folders where they would be the same."""
    names = [path.name for path in paths]
    return names if len(set(names)) == len(names) else [str(path) for path in paths]


@cache
def tables_said() -> Mapping[str, JsonValue]:
    """The tables that lengths are measured by on the page: 10 kB."""
    pixels, x = table(PixelTable, "pixels"), table(XTable, "x")
    return {
        "wide": _ranges("WF"),
        "half": _ranges("H"),
        "pixels": {
            "widths": {str(width): chars for width, chars in pixels.widths.items()},
            "wide": pixels.wide,
            "halfwidth": pixels.halfwidth,
            "other": pixels.other,
            "scripts": [[one.first, one.last, one.width] for one in pixels.scripts],
        },
        "x": {"url": x.url_weight, "light": sorted(map(list, x.light))},
    }


def _ranges(classes: str) -> list[list[int]]:
    """The characters of these classes of East Asian width, both ends included."""
    found: list[list[int]] = []
    width = unicodedata.east_asian_width
    for code in chain(range(0x1100, 0xD800), range(0xE000, _LAST_WIDE)):
        if width(chr(code)) not in classes:
            continue
        if found and found[-1][1] == code - 1:
            found[-1][1] = code
        else:
            found.append([code, code])
    return found
