"""Every number, date and claim in the text must come from the item."""

import re
from collections.abc import Iterator, Sequence

from copygen.models import Severity, Violation
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import Places
from copygen.quality.packs import RuleSet
from copygen.quality.quantities import (
    DIGIT,
    Measures,
    Quantity,
    no_facts,
    quantities,
    telephone_numbers,
)

_LISTED = re.compile(r"^[ \t]*(\d{1,2})[.)．）、](?=\s)", re.MULTILINE)
_PLACEHOLDER = re.compile(r"%\d+\$[sd]|\{[^{}\n]*\}")
_LOCAL_DIGITS = 7
"""Digits at the end of a telephone number that are the same however it is dialled."""


def numbers(
    context: CheckContext, measures: Measures, exempt: Sequence[tuple[int, int]] = ()
) -> list[Violation]:
    """Numbers, with their units, that the item does not have.

    None are those of a numbered list, of formats, ordinals, addresses and model names (`no_facts`),
    those inside placeholders and those within `exempt` (allowed phrases, as spans of the text).
    A telephone number is judged as a whole.
    """
    text = context.text.original
    if not DIGIT.search(text):
        return []
    unknown = [a for a in quantities(text, measures) if not context.facts.grounds(a)]
    if not unknown:
        return []
    passed = [*_list_numbers(text), *(m.span() for m in _PLACEHOLDER.finditer(text)), *exempt]
    passed += no_facts(text)
    phones = list(telephone_numbers(text))
    explained = Places([*passed, *phones])
    found = [
        _ungrounded(one, measures)
        for amount in unknown
        for one in _at_fault(amount, context)
        if not explained.touch(*one.span)
    ]
    return found + [_phone(context, span) for span in phones if _is_unknown(context, span)]


def _at_fault(amount: Quantity, context: CheckContext) -> Sequence[Quantity]:
    """What is not in the item: the whole, or that part of it which might be a number of its own."""
    unknown = [part for part in amount.parts if not context.facts.grounds(part)]
    return unknown if len(unknown) < len(amount.parts) else (amount,)


def _is_unknown(context: CheckContext, span: tuple[int, int]) -> bool:
    digits = "".join(filter(str.isdecimal, context.text.original[slice(*span)]))
    # With the country's code in one place and the leading zero in the other.
    return digits[-_LOCAL_DIGITS:] not in context.facts.figures


def _phone(context: CheckContext, span: tuple[int, int]) -> Violation:
    words = context.text.original[slice(*span)]
    message = f"the telephone number '{words}' is not in the item"
    fix = f"take out '{words}'"
    return Violation("grounding.phone", Severity.WARNING, message, span, fix=fix)


def _ungrounded(amount: Quantity, measures: Measures) -> Violation:
    rule, what = "grounding.number", "number"
    if amount.is_percent:
        rule, what = "grounding.percent", "percentage"
    elif amount.unit is not None and measures.is_money(amount.unit):
        rule, what = "grounding.price", "price"
    elif amount.unit is not None:
        rule, what = "grounding.unit", "measure"
    message = f"the {what} '{amount.text}' is not in the item"
    fix = f"take out '{amount.text}', or use a figure the item gives"
    return Violation(rule, Severity.ERROR, message, amount.span, fix=fix)


def _list_numbers(text: str) -> list[tuple[int, int]]:
    """The numbers of a list, if there is one: 1, 2, ... at the starts of lines."""
    found = list(_LISTED.finditer(text))
    counted = [match for n, match in enumerate(found, 1) if int(match[1]) == n]
    return [match.span(1) for match in counted] if len(counted) > 1 else []


def dates(context: CheckContext) -> list[Violation]:
    """Months beside a day or year that the item does not speak of."""
    found = []
    for start, end, month in context.facts.month_names(context.text.original):
        if month not in context.facts.months:
            words = context.text.original[start:end]
            message = f"the date with '{words}' is not in the item"
            fix = f"take out the date with '{words}', or use one the item gives"
            found.append(
                Violation("grounding.date", Severity.ERROR, message, (start, end), fix=fix)
            )
    return found


def claims(
    context: CheckContext, rules: RuleSet, exempt: Sequence[tuple[int, int]] = ()
) -> Iterator[Violation]:
    """Superlatives and certifications that the item does not claim itself, in any language."""
    allowed = Places(exempt) if exempt else None
    for rule, spans in rules.broken(context.text):
        left = [span for span in spans if not (allowed and allowed.touch(*span))]
        if left and not context.facts.claims(rule):
            words = context.text.original[slice(*left[0])]
            message = f"'{words}': {rule.message}"
            fix = f"take out '{words}'; {rule.instead or 'say only what the item says'}"
            yield Violation(f"grounding.{rule.id}", rule.severity, message, left[0], fix=fix)
