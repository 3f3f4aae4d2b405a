"""How a careless writer goes wrong: the faults of copy that checks are there to find."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import count
from typing import Final

STUBBORN_SHARE: Final = 0.15
"""Of the answers to a complaint, so many are at fault again."""


class Slip(StrEnum):
    """What is wrong with a text."""

    OVERLONG = "overlong"
    """Past its limit; in the answer to a complaint by less than before."""
    INVENTED = "invented"
    """With a percentage that nobody gave."""
    LANGUAGE = "language"
    """In another language than asked for."""
    OPENING = "opening"
    """With the beginning that so many others have."""
    LEFTOVER = "leftover"
    """With talk or quotation marks around it."""
    JSON = "json"
    """JSON that ends in the middle, or that is none."""


_PLAIN: Final = (Slip.OVERLONG, Slip.INVENTED, Slip.LANGUAGE, Slip.OPENING, Slip.LEFTOVER)

_OPENINGS: Final[Mapping[str, str]] = {
    "en": "Elevate your every day with {name}",
    "ms": "Tingkatkan gaya hidup anda dengan {name}",
    "th": "ยกระดับทุกวันของคุณด้วย {name}",
    "ja": "毎日をもっと豊かに彩る{name}",
    "zh": "点亮你的每一天，{name}",
    "ko": "당신의 일상을 더 특별하게, {name}",
}
_TALK: Final = "Here is the copy you asked for: "


def slip_of(care: float, share: float, *, told: bool, as_json: bool) -> Slip | None:
    """The fault of an answer, or None. `care` is a draw, 0 to 1; `share` that of faulty answers.

    After a complaint (`told`) most answers are right, whatever the share.
    """
    chance = min(share, STUBBORN_SHARE) if told else share
    if care >= chance:
        return None
    kinds = (*_PLAIN, Slip.JSON) if as_json else _PLAIN
    return kinds[int(care / chance * len(kinds))]


def worn_opening(name: str, language: str) -> str:
    """The beginning that too many texts have."""
    return _OPENINGS[language].format(name=name)


def invented(text: str, given: str, choice: int) -> str:
    """The text with a percentage that `given`, the request, does not have."""
    numbers = (11 + (choice + step) % 88 for step in count())
    number = next(n for n in numbers if str(n) not in given or n > 97)
    return f"{text} -{number}%"


def with_leftovers(text: str, choice: int) -> str:
    """The text with talk before it or quotation marks around it."""
    return f'"{text}"' if choice % 2 else f"{_TALK}{text}"


def broken_json(text: str, choice: int) -> str:
    """The JSON cut off, or with its keys unquoted."""
    if choice % 2:
        return text[: len(text) * 2 // 3]
    return text.replace('": ', ": ").replace('{"', "{").replace(', "', ", ")
