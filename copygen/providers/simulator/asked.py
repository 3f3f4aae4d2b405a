"""What a conversation asks for beside the copy itself: named fields, and corrections.

Read from the words that a model would read, and from the JSON schema where one is given.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from copygen.models import JsonValue, Message
from copygen.providers.simulator.sizes import Limit, least_in, limits_in

_MOST_TEXTS: Final = 100
_WORDS: Final = {"one": 1, "two": 2, "three": 3}


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A key of the JSON object asked for."""

    name: str
    number: int | None
    """Texts in its list; None for a single text."""
    limits: tuple[Limit, ...] = ()
    least: int = 0
    """Units the text has at least."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was wrong with the answer before."""

    lines: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """The keys that are asked for again; empty for all, or where there are none."""
    avoid: tuple[str, ...] = ()
    """Words that no text may have, of this complaint and those before it; see `letters`."""
    worn: tuple[str, ...] = ()
    """Words that no text may begin with, likewise."""
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    """The JSON object that was complained of, where it could be read."""

    def refuses(self, text: str) -> bool:
        """Whether a text has what was complained of."""
        if not (self.avoid or self.worn):
            return False
        plain = letters(text)
        return plain.startswith(self.worn) or any(words in plain for words in self.avoid)

    def texts(self, name: str) -> tuple[str, ...]:
        """What stood under a key before."""
        value = self.before.get(name)
        listed = value if isinstance(value, list) else [value]
        return tuple(text for text in listed if isinstance(text, str))

    def right(self, name: str, number: int) -> str | None:
        """The text of that number (1-based) of a key if nothing was said against it."""
        value = self.before.get(name)
        text = value[number - 1] if isinstance(value, list) and number <= len(value) else None
        about = (f"{name} {number} ", f"{name} {number}:", f"{name}:", f"{name} has ")
        wrong = any(line.startswith(about) for line in self.lines)
        return text if isinstance(text, str) and not wrong else None

    def limits(self, name: str | None = None) -> tuple[Limit, ...]:
        """The limits told for a key, or for the text."""
        about = [line for line in self.lines if name is None or line.startswith(f"{name} ")]
        return tuple(limit for line in about for limit in limits_in(line))


_FORMAT: Final = re.compile(
    r"Reply with (?:one|a) JSON object\b.*?(?=\n\s*\n|\Z)", re.DOTALL | re.IGNORECASE
)
_KEY: Final = re.compile(r'^[-*]\s*"(?P<name>[\w-]{1,64})":\s*(?P<words>.*)$', re.MULTILINE)
_EXACTLY: Final = re.compile(r"\bexactly (\d{1,3}|one|two|three)\b", re.IGNORECASE)
_RANGE: Final = re.compile(r"\b(\d{1,3}) to (\d{1,3}) texts\b", re.IGNORECASE)
_LIST: Final = re.compile(r"\b(?:a list of|an array of)\b", re.IGNORECASE)


def without_format(text: str) -> str:
    """The request without the words on the form of the answer: they name other languages."""
    return _FORMAT.sub("", text)


def fields_asked(
    messages: Sequence[Message], schema: Mapping[str, JsonValue] | None
) -> tuple[FieldAsked, ...]:
    """The keys of the JSON object that the schema or the words ask for; empty if none is."""
    told = _in_words(messages)
    properties = schema.get("properties") if schema else None
    if not isinstance(properties, dict):
        return tuple(_field(name, words, None) for name, words in told.items())
    found = []
    for name, shape in properties.items():
        form: Mapping[str, JsonValue] = shape if isinstance(shape, dict) else {}
        words = str(form.get("description") or told.get(name, ""))
        found.append(_field(name, words, form))
    return tuple(found)


def _in_words(messages: Sequence[Message]) -> Mapping[str, str]:
    for message in messages:
        for block in _FORMAT.finditer(message.content):
            if keys := {match["name"]: match["words"] for match in _KEY.finditer(block[0])}:
                return keys
    return {}


def _field(name: str, words: str, shape: Mapping[str, JsonValue] | None) -> FieldAsked:
    listed = bool(_LIST.search(words)) if shape is None else shape.get("type") == "array"
    return FieldAsked(
        name=name,
        number=_count(words, shape or {}) if listed else None,
        limits=tuple(limits_in(words)),
        least=least_in(words),
    )


def _count(words: str, shape: Mapping[str, JsonValue]) -> int:
    if match := _EXACTLY.search(words):
        said = match[1].lower()
        return min(_WORDS.get(said) or int(said), _MOST_TEXTS)
    if match := _RANGE.search(words):
        return min(int(match[2]), _MOST_TEXTS)
    least = shape.get("minItems")
    return min(least, _MOST_TEXTS) if isinstance(least, int) and least > 0 else 3


_COMPLAINS: Final = re.compile(r"\bcorrect exactly\b|\bcorrected text\b", re.IGNORECASE)
_LINE: Final = re.compile(r"^[-*]\s+(.*)$", re.MULTILINE)
_ONLY: Final = re.compile(r"has only (\"[^\n]+?\"),? with", re.IGNORECASE)
_QUOTED: Final = re.compile(r'"([\w-]{1,64})"')
_AVOID: Final = re.compile(
    r"\b(?:take out|leave out|do not write|not)\s+'([^'\n]{1,80})'", re.IGNORECASE
)
_WORN: Final = re.compile(r"\bnot with\s+'([^\n]{1,80}?)'(?=$|[;\n])", re.IGNORECASE | re.MULTILINE)


def complaint(messages: Sequence[Message]) -> Complaint | None:
    """What the last turn complains of; None if it is no complaint about an answer before it."""
    if len(messages) < 2 or messages[-1].role != "user":
        return None
    said = messages[-1].content
    if not _COMPLAINS.search(said) or all(one.role != "assistant" for one in messages):
        return None
    lines = tuple(line.removeprefix("the text ") for line in _LINE.findall(said))
    only = _ONLY.search(said)
    asked = "\n".join(one.content for one in messages if one.role == "user")
    avoid = tuple(filter(None, map(letters, _AVOID.findall(asked))))
    worn = tuple(filter(None, map(letters, _WORN.findall(asked))))
    again = tuple(_QUOTED.findall(only[1])) if only else ()
    before = next(one.content for one in reversed(messages) if one.role == "assistant")
    return Complaint(lines, again, avoid, worn, _object(before))


def _object(text: str) -> Mapping[str, JsonValue]:
    try:
        found = json.loads(text[text.index("{") : text.rindex("}") + 1])
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def letters(text: str) -> str:
    """The letters, marks and digits of a text, casefolded: what a complaint quotes of it."""
    return "".join(char for char in text.casefold() if unicodedata.category(char)[0] in "LMN")


def opening_turns(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The conversation up to the first answer that was complained of."""
    for number, message in enumerate(messages):
        if message.role == "assistant" and complaint(messages[: number + 2]) is not None:
            return tuple(messages[:number])
    return tuple(messages)
