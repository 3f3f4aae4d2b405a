"""Phrases that must or must not be there, and words of the glossary."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copygen.quality.checks.context import Context
from copygen.quality.matching import Terms, outside
from copygen.quality.violations import Severity, Violation


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with its terms compiled."""

    words: str
    terms: Terms

    @classmethod
    def of(cls, words: str) -> "Phrase":
        """The phrase, compiled."""
        return cls(words, Terms([words]))


def required(
    context: Context, phrases: Iterable[Phrase], rule: str = "phrases.required"
) -> Iterator[Violation]:
    """Phrases that are missing. With `rule` `phrases.disclaimer` they are disclaimers."""
    for phrase in phrases:
        if phrase.terms.first(context.text) is None:
            message = f"'{phrase.words}' is missing"
            fix = f"add '{phrase.words}' word for word"
            yield Violation(rule, Severity.ERROR, message, fix=fix)


def forbidden(context: Context, terms: Terms) -> Iterator[Violation]:
    """Phrases that must not be there."""
    for hit in outside(terms.find(context.text), ()):
        span = context.text.span(hit.start, hit.end)
        message = f"'{hit.term}' must not be used"
        fix = f"leave out '{hit.term}'"
        yield Violation("phrases.forbidden", Severity.ERROR, message, span, fix=fix)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of the glossary, for one language."""

    source: Phrase
    """The term as items have it."""
    use: Phrase | None = None
    """What a text about it must say."""
    keep: bool = False
    """It must stand untranslated."""
    avoid: bool = False
    """It must not be used."""
    instead: str | None = None


def glossary(context: Context, terms: Sequence[Term]) -> Iterator[Violation]:
    """Terms that must be used or kept when the item has them, and terms to avoid."""
    for term in terms:
        if term.avoid:
            yield from _avoided(context, term)
        elif term.source.terms.first(context.facts.folded) is not None:
            yield from _wanted(context, term)


def _avoided(context: Context, term: Term) -> Iterator[Violation]:
    for hit in outside(term.source.terms.find(context.text), ()):
        words = term.source.words
        better = f"say '{term.instead}'" if term.instead else f"leave out '{words}'"
        span = context.text.span(hit.start, hit.end)
        message = f"the glossary says not to use '{words}'"
        yield Violation("glossary.avoid", Severity.ERROR, message, span, fix=better)


def _wanted(context: Context, term: Term) -> Iterator[Violation]:
    words = term.source.words
    if term.keep and words not in context.text.original:
        hit = term.source.terms.first(context.text)
        span = context.text.span(hit.start, hit.end) if hit else None
        message = f"'{words}' must stay as it is written"
        fix = f"write '{words}' exactly so, untranslated"
        yield Violation("glossary.keep", Severity.ERROR, message, span, fix=fix)
    if term.use is not None and term.use.terms.first(context.text) is None:
        message = f"'{words}' must be called '{term.use.words}'"
        fix = f"use '{term.use.words}' for '{words}'"
        yield Violation("glossary.use", Severity.ERROR, message, fix=fix)
