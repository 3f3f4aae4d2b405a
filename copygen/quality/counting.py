"""Numbers in words: read from a text, and the words beside them, language by language.

The lists are data, in the files of `copygen.quality.phrases`.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from copygen.quality.data import Endings, table
from copygen.quality.normalize import NormalizedText
from copygen.quality.phrases import (
    folded,
    list_tags,
    number_values,
    phrase_index,
    spans_of,
    speech,
)

_JOINED: Final = re.compile(r"[ -]?(?:(and|y|e|i|et|og|och|és|și|şi|и|і|да|و|ו|და|και|at|u)[ -]?)?")
"""Between the parts of one number: `hundred and fifty`, `treinta y cinco`, `vint-i-quatre`."""
SMALL: Final = 10
TEENS: Final = 19
"""From the first on numbers have more than one digit; to the second, words of their own."""
POWERS: Final = (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
"""What a number word before them is multiplied with."""


class CountWords(NamedTuple):
    """Words beside numbers in words, of one language, folded."""

    small: frozenset[str]
    """Words that only join others."""
    homonyms: frozenset[str]
    things: tuple[str, ...]
    idle: Mapping[int, tuple[str, ...]]
    """Numbers → beginnings of what so many of claim nothing; 10 stands for all above, 0 for all
    below."""
    known: re.Pattern[str]
    """What a text ends with before a number of things that are known."""


@cache
def count_words(tag: str) -> CountWords:
    """The words beside numbers in words of a language."""
    lists, endings = speech(tag), table(Endings, "endings")
    pairs = [one.split(" ", 1) for one in lists.idle]
    return CountWords(
        frozenset(folded(f"{endings.words.get(tag, '')} {endings.perhaps.get(tag, '')}").split()),
        frozenset(map(folded, lists.homonyms)),
        tuple(map(folded, lists.things)),
        {
            number: tuple(folded(thing) for value, thing in pairs if value == str(number))
            for number in range(11)
        },
        re.compile(rf"(?:^|[\s(«„“])(?:{'|'.join(map(folded, lists.known)) or '(?!)'})\s$"),
    )


def number_runs(
    text: str, hits: Iterable[tuple[int, int]], values: Mapping[str, int]
) -> list[tuple[int, int, int]]:
    """Number words, each with those right behind it: `ten thousand`, `einhundert fünfzig`."""
    found: list[tuple[int, int, int]] = []
    for start, end in sorted(set(hits), key=lambda one: (one[0], -one[1])):
        value = values[plain_number(text[start:end])]
        if found and start < found[-1][1]:
            continue  # `dua` of `dua belas`
        if found and (joined := _JOINED.fullmatch(text, found[-1][1], start)):
            both = _joined(found[-1][2], value, is_linked=joined[1] is not None)
            if both is not None:
                found[-1] = (found[-1][0], end, both)
                continue
        found.append((start, end, value))
    return found


def _joined(before: int, value: int, *, is_linked: bool) -> int | None:
    """What two number words one behind the other are worth; None: they are two numbers."""
    if before < value:
        if value in POWERS:
            return before * value
        # Arabic has the unit first: `خمسة وعشرين`.
        is_unit_first = is_linked and before < SMALL and value % 10 == 0 and value > TEENS
        return before + value if is_unit_first else None
    part = 10 if before % 100 else 100 if before % 1000 else 1000
    return before + value if before > TEENS and value < part else None


def plain_number(word: str) -> str:
    """The word with an `i` for the small letter of `İ`, as the lists have it."""
    return word.replace("i\u0307", "i")


def numbers_in_words(text: NormalizedText, language: str | None) -> set[Decimal | int]:
    """The numbers that a text has in words of the language or of English: `three pairs`."""
    own = list_tags(language, text) if language else ()
    found: set[Decimal | int] = set()
    for tag in {*own[:1], "en"}:
        said = phrase_index((tag,), with_numbers=True).find(text.text)
        runs = number_runs(said.text, said.found("number"), number_values(tag))
        found.update(value for _, _, value in runs)
        spans = (said.text[slice(*at)] for at in said.found("span"))
        found.update(spans_of(tag)[plain_number(one)] for one in spans)
    return found
