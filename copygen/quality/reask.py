"""What the model is told about a text that breaks a rule, and which of several texts is best."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from copygen.quality.violations import Severity, Violation

MAX_FAULTS = 12
"""Faults that are named at once; more only confuse."""
_CUT = ("length", "empty")
_REWRITTEN = ("sameness", "language", "variants", "empty")
"""Families of rules that nothing but another wording mends."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One version of the text, or of all fields, and how it was judged."""

    violations: tuple[Violation, ...]
    overshoot: int = 0
    """Units by which its texts miss their limits, added up."""

    @property
    def errors(self) -> int:
        """Violations for which it is rejected."""
        return sum(1 for one in self.violations if one.severity is Severity.ERROR)

    @property
    def accepted(self) -> bool:
        """Whether it may be published."""
        return self.errors == 0

    @property
    def rank(self) -> tuple[int, int, int]:
        """Lower is better: errors, then overshoot, then warnings."""
        return self.errors, self.overshoot, len(self.violations) - self.errors


def better(new: Candidate, best: Candidate) -> bool:
    """Whether `new` takes the place of the best so far. At a draw the earlier one stays.

    So a loop of re-asks cannot make a text worse than it was.
    """
    return new.rank < best.rank


@dataclass(frozen=True, slots=True)
class ReAsk:
    """The next message of the conversation."""

    message: str
    fields: tuple[str, ...]
    """The fields it asks for again, in their order; empty: the one text."""


def reask(
    violations: Sequence[Violation],
    keep: Iterable[str] = (),
    texts: Mapping[str, Sequence[str]] | None = None,
    every: Sequence[str] = (),
) -> ReAsk:
    """Name each error as measured, and ask for the fields at fault only.

    `keep` are words that a shorter text must not lose, as a rule the names of the item and the
    terms of the glossary; only those in the text at fault are mentioned. `texts` are the fields'
    present texts, by name; `{"": [text]}` for a single one. Warnings are not mentioned: nothing
    is rejected for them. `every` names all fields there are: they are asked for together when the
    answer as a whole is at fault. Meant for violations with at least one error.
    """
    faults = [one for one in violations if one.severity is Severity.ERROR]
    fields = tuple(dict.fromkeys(one.field for one in faults if one.field is not None))
    if every and any(one.field is None for one in faults):
        fields = tuple(every)
    lines = [_fault(one, _kept(one, keep, texts or {})) for one in _grouped(faults)[:MAX_FAULTS]]
    if (more := len(_grouped(faults)) - MAX_FAULTS) > 0:
        lines.append(f"and {more} more of the same kinds")
    body = "\n".join(f"- {line}" for line in lines)
    return ReAsk(f"{_opening(faults, len(lines))}\n{body}\n{_closing(fields)}", fields)


def _opening(faults: Sequence[Violation], lines: int) -> str:
    what = "This is" if lines == 1 else "These are"
    rewritten = any(one.rule.split(".")[0] in _REWRITTEN for one in faults)
    todo = "Correct exactly this and change nothing else"
    if rewritten:
        todo = "Correct exactly this, with as many new words as it takes"
    return f"{what} measured, not an opinion. {todo}:"


def _closing(fields: tuple[str, ...]) -> str:
    if not fields:
        return "Reply with the corrected text only."
    names = ", ".join(f'"{name}"' for name in fields)
    whole = "its texts" if len(fields) == 1 else "their texts"
    return (
        f"Reply with one JSON object that has only {names}, with all of {whole}, "
        "those that were right unchanged."
    )


def _grouped(faults: Sequence[Violation]) -> list[Violation]:
    """Each fault once: the same rule, place and words of two checks are one to the model."""
    seen = {(f.rule, f.field, f.index, f.fix or f.message): f for f in reversed(faults)}
    return list(reversed(seen.values()))


def _fault(violation: Violation, kept: Sequence[str]) -> str:
    parts = [f"{_place(violation)}{_is(violation)}"]
    if violation.fix:
        parts.append(violation.fix)
    if kept:
        parts.append(f"keep {', '.join(repr_quoted(words) for words in kept)}")
    return "; ".join(parts)


def _place(violation: Violation) -> str:
    if violation.field is None:
        return "the text"
    number = "" if violation.index is None else f" {violation.index + 1}"
    return f"{violation.field}{number}"


def _is(violation: Violation) -> str:
    """`headline 3 is 34 of 30 width units`, `headline 3: 'best' ...`."""
    family = violation.rule.split(".")[0]
    if violation.rule == "sameness.duplicate":  # its message names an id the model has never seen
        return " reads nearly like a text that was written before"
    if family in ("length", "variants"):
        return f" is {violation.message}"
    if family == "count":
        return f" has {violation.message}"
    return f": {violation.message}"


def _kept(
    violation: Violation, keep: Iterable[str], texts: Mapping[str, Sequence[str]]
) -> list[str]:
    """The words to keep that the text at fault has; where it is to be cut, not elsewhere."""
    if violation.rule not in _CUT:
        return []
    present = texts.get(violation.field or "", ())
    at = violation.index or 0
    text = present[at] if at < len(present) else ""
    return [words for words in keep if words and words in text]


def repr_quoted(words: str) -> str:
    """`words` between quotation marks, on one line."""
    return f"'{' '.join(words.split())}'"
