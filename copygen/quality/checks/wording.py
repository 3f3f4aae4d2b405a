"""Phrases that must or must not be there, the glossary, and what a model leaves around the copy."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.normalize import Places, TermMatcher, deferred, outside
from copygen.quality.packs import WordingRule, cut_span
from copygen.quality.placeholders import Placeholder

Report: TypeAlias = Callable[[CheckContext, Sequence[tuple[int, int]]], Iterable[Violation]]
"""`(context, places) → violations` of a rule whose words stand at those places of the text."""
_SHOWN: Final = 40
"""Characters of what was found that are shown."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with its terms compiled."""

    words: str
    terms: TermMatcher

    @classmethod
    def of(cls, words: str) -> "Phrase":
        """The phrase, compiled."""
        return cls(words, TermMatcher([words]))


def required(
    context: CheckContext, phrases: Iterable[Phrase], rule: str = "phrases.required"
) -> Iterator[Violation]:
    """Phrases that are missing. With `rule` `phrases.disclaimer` they are disclaimers."""
    for phrase in phrases:
        if phrase.terms.first(context.text) is None:
            message = f"'{phrase.words}' is missing"
            fix = f"add '{phrase.words}' word for word"
            yield Violation(rule, Severity.ERROR, message, fix=fix)


def forbidden(context: CheckContext, terms: TermMatcher) -> Iterator[Violation]:
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


def glossary(context: CheckContext, terms: Sequence[Term]) -> Iterator[Violation]:
    """Terms that must be used or kept when the item has them, and terms to avoid."""
    for term in terms:
        if term.avoid:
            yield from _avoided(context, term)
        elif term.source.terms.first(context.facts.folded) is not None:
            yield from _wanted(context, term)


def _avoided(context: CheckContext, term: Term) -> Iterator[Violation]:
    for hit in outside(term.source.terms.find(context.text), ()):
        words = term.source.words
        better = f"say '{term.instead}'" if term.instead else f"leave out '{words}'"
        span = context.text.span(hit.start, hit.end)
        message = f"the glossary says not to use '{words}'"
        yield Violation("glossary.avoid", Severity.ERROR, message, span, fix=better)


def _wanted(context: CheckContext, term: Term) -> Iterator[Violation]:
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


_PLAIN: Final = deferred(r"\{\{[^{}\n]{0,60}\}\}|\{%[^{}\n]{0,60}%\}|\$\{\w{1,40}\}|%%\w{1,40}%%")
"""What the rule `placeholder` of `wording/leftovers` finds by itself."""


def listed(
    context: CheckContext,
    spans: Sequence[tuple[int, int]],
    *,
    family: str,
    rule: WordingRule,
    kept: Container[str] = frozenset(),
) -> list[Violation]:
    """A rule of a file of `configs/wording/`, such as `leftovers`, at the first of its places.

    `family` is the first word of its name. Words that the item has are none of these. `kept` are
    the placeholders of downstream systems that are meant to be there, as written or by name,
    casefolded.
    """
    text = context.text.original
    meant = Places((p.start, p.end) for p in context.placeholders if _is(p, kept))
    for start, end in spans:
        words = text[start:end]
        if meant.touch(start, end) or words.casefold() in context.facts.folded.text:
            continue
        shown = words.strip() if len(words) <= _SHOWN else f"{words[:_SHOWN].strip()}…"
        message = f"'{shown}': {rule.message}"
        fix = rule.instead or "reply with nothing but the copy"
        found = Violation(f"{family}.{rule.id}", rule.severity, message, (start, end), fix=fix)
        return [_cut(found, rule, (start, end), text)]
    return []


def linted(
    context: CheckContext, spans: Sequence[tuple[int, int]], *, pack: str, rule: WordingRule
) -> list[Violation]:
    """A rule of a pack, at the first of its places; none where it was given up on this text."""
    if not spans:
        message = f"the rule was given up on this text: it took too long [{pack}]"
        return [Violation(f"pack.{pack}.{rule.id}", Severity.WARNING, message)]
    text = context.text.original
    words = text[slice(*spans[0])]
    message = f"'{words}': {rule.message} [{pack}: lint, not legal advice]"
    fix = f"not '{words}': {rule.instead}" if rule.instead else f"leave out '{words}'"
    found = Violation(f"pack.{pack}.{rule.id}", rule.severity, message, spans[0], fix=fix)
    return [_cut(found, rule, spans[0], text)]


def _cut(found: Violation, rule: WordingRule, span: tuple[int, int], text: str) -> Violation:
    return found if rule.cut is None else mendable(found, *cut_span(rule.cut, span, text))


def placeholders(context: CheckContext, kept: Container[str]) -> Iterator[Violation]:
    """Placeholders that neither the settings nor the item know, one changed by the model too.

    Those that the patterns of `wording/leftovers` find are left to them.
    """
    for place in context.placeholders:
        known = _is(place, kept) or place.text.casefold() in context.facts.folded.text
        if known or _PLAIN.fullmatch(place.text):
            continue
        message = f"'{place.text}': a placeholder that is not among those meant to stay"
        fix = f"leave out '{place.text}', and every other placeholder as it was"
        span = (place.start, place.end)
        yield Violation("leftovers.placeholder", Severity.ERROR, message, span, fix=fix)
        return


def _is(place: Placeholder, kept: Container[str]) -> bool:
    return place.text.casefold() in kept or place.name.casefold() in kept
