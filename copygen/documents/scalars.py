"""What an unquoted YAML scalar means."""

import math
import re
from collections.abc import Mapping
from typing import Final, Self

from copygen.models import JsonValue

_INT: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
# An exponent needs a point before it and a sign, as YAML writers have it: `12E5` is an article.
_FLOAT: Final = re.compile(r"-?(?:(?:0|[1-9][0-9]*)\.[0-9]*|\.[0-9]+)(?:[eE][-+][0-9]+)?")
_WORDS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_NUMBER_START: Final = frozenset("-.0123456789")
_LONGEST_NUMBER: Final = 64


class WrittenNumber(float):
    """A number that prints as it is written, such as `19.90`."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Self:
        """`text` is what `float` can read."""
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    def __str__(self) -> str:
        return self.text


def as_written(text: str) -> float:
    """The number that a text is, as one that prints as the text does."""
    number = float(text)
    return number if repr(number) == text else WrittenNumber(text)


def plain(text: str) -> JsonValue:
    """Return what an unquoted scalar means: null, a boolean, a number, or its own text."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        number = int(text)
        # Past 64 bits most JSON readers would round it: it is an article number, so text.
        return number if -(2**63) <= number < 2**64 else text
    if _FLOAT.fullmatch(text) and math.isfinite(real := float(text)):
        return real
    return text
