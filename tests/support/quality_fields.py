"""A field and a context for the tests of checks."""

from copygen.models import Violation
from copygen.quality.channels import FieldSpec
from copygen.quality.facts import CheckContext, Facts
from copygen.quality.normalize import NormalizedText
from copygen.quality.placeholders import find_placeholders
from copygen.quality.quantities import load_measures

MEASURES = load_measures()


def field(**given: object) -> FieldSpec:
    """A field of a channel with a limit of 30, and what is given over that."""
    return FieldSpec.model_validate({"name": "headline", "limit": 30, "source": "a test"} | given)


def context(text: str, language: str | None = None, **item: object) -> CheckContext:
    """The context of one text of an item."""
    placeholders = find_placeholders(text)
    return CheckContext(
        NormalizedText(text), Facts(item, MEASURES), language, placeholders=placeholders
    )


def rules(found: object) -> list[str]:
    """The names of the rules, in order."""
    return [one.rule for one in found if isinstance(one, Violation)]  # type: ignore[attr-defined]
