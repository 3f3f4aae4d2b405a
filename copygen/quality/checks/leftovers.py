"""What a model leaves around or in the copy that is no copy."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType
from typing import Final

from copygen.quality.checks.context import Context
from copygen.quality.packs import RuleSet
from copygen.quality.violations import Severity, Violation

_QUOTES: Final = MappingProxyType(
    {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", "”": "”", "`": "`"}
)


def leftovers(
    context: Context, rules: RuleSet, placeholders: Iterable[str] = ()
) -> Iterator[Violation]:
    """Unfilled placeholders, chat around the copy, Markdown: the rules of `wording/leftovers`.

    `placeholders` are those of downstream systems that are meant to be there.
    """
    for rule, spans in rules.broken(context.text):
        for start, end in spans:
            words = context.text.original[start:end]
            if any(words in known or known in words for known in placeholders):
                continue
            if words.casefold() in context.facts.folded.text:
                continue
            shown = words.strip() if len(words) <= 40 else f"{words[:40].strip()}…"
            message = f"'{shown}': {rule.message}"
            fix = rule.instead or "reply with nothing but the copy"
            yield Violation(f"leftovers.{rule.id}", rule.severity, message, (start, end), fix=fix)
            break


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
