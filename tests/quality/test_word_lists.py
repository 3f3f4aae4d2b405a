"""Word lists: phrases by language with gaps, where they count, what is taken out, what it means."""

from collections.abc import Mapping
from typing import Any

import pytest

from copygen.models import Kind, Severity, Violation
from copygen.quality.acceptance import Acceptance, PromptRef, ReaskPolicy, Review
from copygen.quality.channels import FieldSpec
from copygen.quality.checker import Checker
from copygen.quality.checks.wording import listed
from copygen.quality.facts import MendableViolation
from copygen.quality.fields import Field
from copygen.quality.packs import RuleSet, WordingRule
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.support.quality_fields import context

PHRASES = {
    "en": ["i can't … this text", "headline:"],
    "de": ["es tut mir leid … nicht", "überschrift:"],
    "ja": ["申し訳 … できません"],
}


def rule(**given: Any) -> WordingRule:
    """A rule with phrases in three languages, and what is given over that."""
    told = {"id": "x", "message": "m", "severity": "error", "phrases": PHRASES}
    return WordingRule.model_validate(told | given)


def found(text: str, language: str | None, **given: Any) -> list[Violation]:
    """What the rule finds in a text of that language."""
    rules = RuleSet([rule(**given)], language)
    about = context(text, language)
    broken = rules.broken(about.text)
    return [one for rule, at in broken for one in listed(about, at, family="x", rule=rule)]


@pytest.mark.parametrize(
    ("text", "language", "span"),
    [
        ("Es tut mir leid, das kann ich nicht.", "de", (0, 35)),
        ("Es tut mir leid. Das nicht.", "de", None),  # a gap ends with the sentence
        ("Es tut mir leid, nichts dergleichen.", "de", None),  # whole words
        ("Es tut mir leid, das kann ich nicht.", "fr", None),
        ("Es tut mir leid, das kann ich nicht.", None, (0, 35)),
        ("I can't write this text", "de", (0, 23)),  # what models fall back to
        ("申し訳ございませんが、作成できません。", "ja", (0, 18)),
        ("i can't " + "x" * 61 + " this text", "en", None),
        ("ＨＥＡＤＬＩＮＥ: Soft silk", "en", (0, 9)),  # the way back to the original
    ],
)
def test_a_phrase_is_found_in_texts_of_its_language(
    text: str, language: str | None, span: tuple[int, int] | None
) -> None:
    assert [one.span for one in found(text, language)] == ([span] if span else [])


@pytest.mark.parametrize(
    ("where", "text", "is_there"),
    [
        ("start", "“Headline: soft silk", True),
        ("start", "My headline: soft silk", False),
        ("end", "Soft silk. Headline:", True),
        ("end", "Headline: soft", False),
        ("first_line", "Here is the headline:\nSoft silk", True),
        ("first_line", "\n\nHeadline:\n\nSoft silk", True),
        ("first_line", "Here is the headline:", False),
        ("first_line", "Soft silk\nHeadline: softer silk\nx", False),
        ("last_paragraph", "Soft silk\n\nHeadline: tell me\nmore", True),
        ("last_paragraph", "Soft silk\nHeadline: tell me", False),
        ("last_paragraph", "Headline: soft\n\nSilk", False),
        ("last_paragraph", "Headline: soft\n\n", False),
    ],
)
def test_a_match_elsewhere_does_not_count(where: str, text: str, is_there: bool) -> None:
    assert bool(found(text, "en", where=where)) is is_there


@pytest.mark.parametrize(
    ("cut", "text", "left"),
    [
        ("match", "Headline: soft silk", "soft silk"),
        ("line", "Here is the headline: \nSoft silk\nfor you", "Soft silk\nfor you"),
        ("line", "Soft silk\nheadline: x", "Soft silk"),
        ("paragraph", "Soft silk\n\nThat was\nthe headline: ok?", "Soft silk"),
        ("paragraph", "The headline:\nyes\n\nSoft silk\n\nmore", "Soft silk\n\nmore"),
    ],
)
def test_what_is_cut_leaves_the_text_itself(cut: str, text: str, left: str) -> None:
    (one,) = found(text, "en", cut=cut)
    assert isinstance(one, MendableViolation)
    start, end, replacement = one.mend
    assert f"{text[:start]}{replacement}{text[end:]}".strip() == left


def accepted(answer: str, *names: str, severity: Mapping[str, str] | None = None) -> Review:
    """An answer read by an acceptance with the default checks."""
    checks = ChecksSettings.model_validate({"severity": severity or {}})
    fields = [Field(name, FieldSpec(name=name, source="a test"), 1, 1, False) for name in names]
    rules = Acceptance(Checker(checks, measure), ReaskPolicy(), fields=fields)
    return rules.read(answer, PromptRef({"name": "silk"}, "a"), None, None)


def test_a_wrapper_is_taken_out_and_noted_not_asked_for_again() -> None:
    review = accepted('"Soft silk"')
    assert (review.text, review.accepted) == ("Soft silk", True)
    assert [(one.rule, one.severity) for one in review.violations] == [("mended", Severity.WARNING)]


def test_a_field_is_mended_in_its_place() -> None:
    review = accepted('{"a": "“Soft silk”", "b": "Silk"}', "a", "b")
    assert review.data == {"a": "Soft silk", "b": "Silk"}
    assert [(one.rule, one.field) for one in review.violations] == [("mended", "a")]
    assert "a: Soft silk" in review.text


def test_a_rule_that_is_off_mends_nothing() -> None:
    review = accepted('"Soft silk"', severity={"leftovers.quotes": "off"})
    assert (review.text, review.violations) == ('"Soft silk"', ())


def test_an_error_of_a_family_that_is_no_text_is_a_failure_with_its_kind() -> None:
    refused = Violation("refusal.apology", Severity.ERROR, "the model refuses")
    warned = Violation("refusal.apology", Severity.WARNING, "the model refuses")
    other = Violation("length", Severity.ERROR, "34 of 30")
    assert Review("no", None, (other, refused), 0).failure == (Kind.REFUSAL, "the model refuses")
    assert Review("no", None, (other, warned), 0).failure is None
