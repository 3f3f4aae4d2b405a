"""A field and a context for the tests of checks."""

from dataclasses import dataclass

from copygen.quality.checks.context import Context
from copygen.quality.facts import Facts
from copygen.quality.folding import Folded
from copygen.quality.measures import load_measures
from copygen.quality.violations import Violation

MEASURES = load_measures()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a channel."""

    name: str = "headline"
    limit: int | None = 30
    unit: str = "codepoints"
    hard: bool = True
    verified: bool = True
    min_length: int | None = None
    min_count: int | None = None
    max_count: int | None = None
    rules: frozenset[str] = frozenset()
    packs: tuple[str, ...] = ()


def context(text: str, language: str | None = None, **item: object) -> Context:
    """The context of one text of an item."""
    return Context(Folded(text), Facts(item, MEASURES), language)


def length_of(text: str, unit: str) -> int:
    """A stand-in for the measuring of channels."""
    return len(text.encode()) if unit == "bytes" else len(text)


def rules(found: object) -> list[str]:
    """The names of the rules, in order."""
    return [one.rule for one in found if isinstance(one, Violation)]  # type: ignore[attr-defined]
