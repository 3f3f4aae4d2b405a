"""Data that ship with the checks: tables in `configs/`, and what is learnt, packed by language.

Each is read once, when it is first needed. Packed are the zip files beside this module, an entry a
language or a group of them; `python -m tests.quality.packed` shows what is in one.
"""

import zipfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, TypeVar

import pydantic

from copygen.documents import FrozenModel, load_shipped

FOLDER: Final = Path(__file__).parent
"""Where the packed files are."""


def _code_point(value: object) -> object:
    return int(value, 16) if isinstance(value, str) else value


CodePoint = Annotated[int, pydantic.BeforeValidator(_code_point)]


class DatedTable(FrozenModel):
    """Base of all tables: dated, and with its source."""

    source: str
    checked_on: date


class ScriptWidth(FrozenModel):
    """The width of a script's spacing characters, in thousandths of the font size."""

    first: CodePoint
    last: CodePoint
    width: int


class PixelTable(DatedTable):
    """`pixels.yaml`: widths in thousandths of the font size."""

    wide: int
    halfwidth: int
    other: int
    scripts: tuple[ScriptWidth, ...]
    widths: dict[int, str]
    """Width → the characters that are so wide."""


class XTable(DatedTable):
    """`x.yaml`: what a post on X is counted by."""

    url_weight: int
    light: tuple[tuple[CodePoint, CodePoint], ...]
    """Ranges, both ends included, of characters that count 1."""
    country_domains: str
    generic_domains: str


class Endings(DatedTable):
    """`endings.yaml`: what no text should be cut off after, by language."""

    words: dict[str, str]
    """Language → words, separated by spaces."""
    particles: dict[str, str]
    """Language written without spaces → endings of a phrase, separated by spaces."""
    perhaps: dict[str, str]
    """Language → words that may end a good text, too, and hardly ever a long sentence."""
    open: dict[str, str]
    """Language written without spaces → endings that no good text has."""
    perhaps_open: dict[str, str]
    """The same for endings that a short good text may have."""
    whole: dict[str, str]
    """Language written without spaces → words that only end like one of these."""
    pairs: dict[str, str]
    """Language → words that open a clause, ` | ` and those they stand before, by spaces."""
    phrases: dict[str, str]
    """Language → words that announce more together, joined by `_`, separated by spaces."""
    linking: dict[str, str]
    """Language → words of `perhaps` that announce more in a shorter text, too, ` | ` and those
    beside which they do not, by spaces."""
    joining: dict[str, str]
    """Language → `and`, `but` and `or`, which begin a sentence for effect, by spaces."""
    calls: dict[str, str]
    """Language → beginnings of the words of a call to act or an offer, by spaces; `_` joins."""
    stems: dict[str, str]
    """Language written without spaces → beginnings of words that are no words."""


class LanguageTable(DatedTable):
    """`languages.yaml`: what tells languages apart before any model."""

    letters: dict[str, dict[str, str]]
    """Script → language → the letters of its words beyond a to z, separated by spaces."""
    without: dict[str, str]
    """Language → the letters from a to z that its words do not have, separated by spaces."""
    borrowed: str
    """English words that copy of other languages has, too, separated by spaces."""
    borrowed_phrases: str
    """The same for phrases, one a line."""


class Doubled(DatedTable):
    """`doubled.yaml`: what may stand twice in a row. Words are separated by spaces."""

    do_not_double: str
    """Languages in which a word twice in a row is a slip, but for those in `kept`."""
    kept: dict[str, str]
    """Language → words that may stand there twice."""
    going_on: dict[str, str]
    """Language → words that are joined to themselves on purpose."""
    after_comma: dict[str, str]
    """Language → those that may behind a comma."""
    after: dict[str, dict[str, str]]
    """Language → word → words behind which it may."""
    before: dict[str, dict[str, str]]
    """Language → word → words before which it may."""
    articles: str
    """Articles of all languages, and prepositions with one."""
    small: dict[str, str]
    """Language that doubles others → words that may not."""
    kept_forms: dict[str, str]
    """Language that doubles no others → a pattern of the forms that it does double."""
    never_double: dict[str, str]
    """Language that doubles others → a pattern of the forms that it does not double."""


class NameForms(DatedTable):
    """`name_forms.yaml`: what tells forms of a name from a name gone wrong.

    Each is by languages, separated by spaces, and the last five have a pattern for them.
    """

    last_letters: dict[str, str]
    """`letter:others`: which last letter a form puts for which, separated by spaces."""
    changes: dict[str, str]
    """`was>is`: how a stem's end changes before an ending, separated by spaces."""
    endings: dict[str, str]
    """Endings that adjectives and nouns of one stem have."""
    turning: dict[str, str]
    """Ends of which the last two letters turn around before an ending."""
    impossible: dict[str, str]
    """Ends that no form has."""
    masculine: dict[str, str]
    """An adjective before a noun in the nominative."""
    agreement: dict[str, str]
    """An adjective, a space and its noun, which have no other form beside each other."""


T = TypeVar("T", bound=DatedTable)


@cache
def table(model: type[T], name: str) -> T:
    """Return the table of that name; read once."""
    return load_shipped(model, f"metrics/{name}")


@cache
def packed_entries(file: str) -> frozenset[str]:
    """What the packed file of that name has entries for."""
    with zipfile.ZipFile(FOLDER / file) as archive:
        return frozenset(archive.namelist())


def packed_entry(file: str, entry: str) -> bytes | None:
    """An entry of the packed file of that name, read anew each time; None where it has none."""
    if entry not in packed_entries(file):
        return None
    with zipfile.ZipFile(FOLDER / file) as archive:
        return archive.read(entry)


@cache
def packed_weights(file: str, entry: str) -> Mapping[str, float]:
    """Feature → weight, of an entry with a weight, a space and a feature a line.

    Raises KeyError for an entry that the file does not have.
    """
    packed = packed_entry(file, entry)
    if packed is None:
        raise KeyError(entry)
    pairs = (line.split(" ", 1) for line in packed.decode("utf-8").split("\n"))
    return MappingProxyType({feature: float(weight) for weight, feature in pairs})
