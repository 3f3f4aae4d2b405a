"""What a model leaves around or in the copy that is no copy."""

import re
from collections.abc import Container, Iterator
from types import MappingProxyType
from typing import Final

from copygen.quality.checks.context import Context
from copygen.quality.matching import Places
from copygen.quality.packs import RuleSet
from copygen.quality.placeholders import Placeholder, find_placeholders
from copygen.quality.violations import Severity, Violation

_QUOTES: Final = MappingProxyType(
    {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "”": "”", "`": "`"}
)

_PLAIN: Final = re.compile(r"\{\{[^{}\n]{0,60}\}\}|\{%[^{}\n]{0,60}%\}|\$\{\w{1,40}\}|%%\w{1,40}%%")
"""What the rule `placeholder` of `wording/leftovers` finds by itself."""


def leftovers(
    context: Context, rules: RuleSet, kept: Container[str] = frozenset()
) -> Iterator[Violation]:
    """Unfilled placeholders, chat around the copy, Markdown: the rules of `wording/leftovers`.

    `kept` are the placeholders of downstream systems that are meant to be there, as written or by
    name, casefolded.
    """
    places = find_placeholders(context.text.original)
    meant = Places((p.start, p.end) for p in places if _is(p, kept)) if places else None
    for rule, spans in rules.broken(context.text):
        for start, end in spans:
            words = context.text.original[start:end]
            if meant and meant.touch(start, end):
                continue
            if words.casefold() in context.facts.folded.text:
                continue
            shown = words.strip() if len(words) <= 40 else f"{words[:40].strip()}…"
            message = f"'{shown}': {rule.message}"
            fix = rule.instead or "reply with nothing but the copy"
            yield Violation(f"leftovers.{rule.id}", rule.severity, message, (start, end), fix=fix)
            break


def placeholders(context: Context, kept: Container[str]) -> Iterator[Violation]:
    """Placeholders that neither the settings nor the item know, one changed by the model too.

    Those that the patterns of `wording/leftovers` find are left to them.
    """
    for place in find_placeholders(context.text.original):
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


def quotes(context: Context) -> list[Violation]:
    """Quotation marks around the whole text."""
    text = context.text.original.strip()
    if len(text) < 3 or text[-1] not in _QUOTES.get(text[0], ""):
        return []
    inside = text[1:-1]
    if text[0] in inside or text[-1] in inside:
        return []
    start = context.text.original.index(text)
    message = f"the whole text stands between {text[0]} and {text[-1]}"
    fix = "leave out the quotation marks around the text"
    span = (start, start + len(text))
    return [Violation("leftovers.quotes", Severity.ERROR, message, span, fix=fix)]
