"""How the texts of a run fared against its rules: a fold in constant memory."""

from collections import Counter
from dataclasses import dataclass

from copygen.models import Result, Severity, Status, Violation

MAX_RULES = 100
"""Rules that are told apart; violations of further ones are counted together."""
_OTHER = "(others)"


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """Violations of one rule. Texts from outside: neutralise them before showing them."""

    rule: str
    severity: Severity
    count: int
    """Violations in the texts that were kept, not in those that were corrected."""
    example_id: str
    message: str
    """Of the example, with its field."""


@dataclass(frozen=True, slots=True)
class OpeningGroup:
    """How many accepted texts begin with the same words."""

    words: str
    """Folded: lower case, without punctuation. From a model: neutralise before showing."""
    count: int


@dataclass(frozen=True, slots=True)
class Quality:
    """What became of the texts that were judged. The first four are all of them."""

    first_try: int
    """Accepted as they came."""
    after_reask: int
    """Accepted after one or more corrections."""
    kept: int
    """Still wrong, and kept because the prompt file says so."""
    rejected: int
    """Still wrong."""
    reasks: int
    """Requests for a correction, of all texts."""
    rules: tuple[RuleGroup, ...]
    """Errors first, then most frequent first."""
    openings: tuple[OpeningGroup, ...] = ()
    """The most repeated beginnings of accepted texts."""


class QualityFold:
    """Counts results that were judged."""

    def __init__(self) -> None:
        self._fates: Counter[str] = Counter()
        self._reasks = 0
        self._rules: dict[tuple[Severity, str], list[int]] = {}
        self._examples: dict[tuple[Severity, str], tuple[str, str]] = {}

    def add(self, result: Result) -> None:
        """Count one result; one that has no text does not count."""
        if result.text is None or result.status not in (Status.OK, Status.REJECTED):
            return
        self._reasks += result.reasks
        self._fates[_fate(result)] += 1
        for violation in result.violations:
            self._count(violation, result.id)

    def quality(self) -> Quality:
        """The counts so far."""
        ranked = sorted(
            self._rules.items(), key=lambda entry: (entry[0][0] is not Severity.ERROR, -entry[1][0])
        )
        return Quality(
            first_try=self._fates["first_try"],
            after_reask=self._fates["after_reask"],
            kept=self._fates["kept"],
            rejected=self._fates["rejected"],
            reasks=self._reasks,
            rules=tuple(
                RuleGroup(rule, severity, count, *self._examples[severity, rule])
                for (severity, rule), (count,) in ranked
            ),
        )

    def _count(self, violation: Violation, id_: str) -> None:
        key = (violation.severity, violation.rule)
        if key not in self._rules and len(self._rules) >= MAX_RULES:
            key = (violation.severity, _OTHER)
        self._rules.setdefault(key, [0])[0] += 1
        self._examples.setdefault(key, (id_, f"{_place(violation)}{violation.message}"))


def _fate(result: Result) -> str:
    if result.status is Status.REJECTED:
        return "rejected"
    if any(one.severity is Severity.ERROR for one in result.violations):
        return "kept"
    return "after_reask" if result.reasks else "first_try"


def _place(violation: Violation) -> str:
    if violation.field is None:
        return ""
    number = "" if violation.index is None else f" {violation.index + 1}"
    return f"{violation.field}{number}: "
