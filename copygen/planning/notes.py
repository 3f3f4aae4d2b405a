"""What a person should know before the run, one sentence each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from copygen.config import ProviderConfig
from copygen.config.retirement import retirement_of
from copygen.planning.report import Report
from copygen.planning.workload import WorkloadStats
from copygen.results.survey import Survey

_SHOWN: Final = 3
_SAMPLE: Final = 5
"""Prompts of the sample that is proposed."""


@dataclass(slots=True)
class Suspect:
    """A column with values that read like orders to the model."""

    example_id: str
    source: str
    what: str
    """What the first of them does."""
    count: int = 0
    """Prompts with such a value."""


@dataclass(frozen=True, slots=True)
class NoteInput:
    """What notes are made of."""

    report: Report
    tally: WorkloadStats
    provider: ProviderConfig
    survey: Survey | None
    now: datetime
    suspects: Mapping[str, Suspect] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """Of the prompt file."""


def notes_of(report: Report, facts: NoteInput) -> Report:
    """The report with its notes."""
    return replace(report, notes=tuple(note for rule in _RULES for note in rule(facts)))


def _retiring(facts: NoteInput) -> Iterator[str]:
    for plan in facts.report.models:
        end = retirement_of(facts.provider, plan.model, facts.now.date())
        if end is not None and plan.to_do:
            yield str(end)


def _unpriced(facts: NoteInput) -> Iterator[str]:
    models = [plan.model for plan in facts.report.models if plan.cost is None and plan.to_do]
    if models:
        more = f" and {len(models) - _SHOWN} more" if len(models) > _SHOWN else ""
        yield (
            f"no price is known for {', '.join(models[:_SHOWN])}{more}: add it to your settings "
            f"file under providers.{facts.provider.name}.models.<model>.price, in US dollars per "
            "million tokens: {input: ..., output: ...}"
        )


def _unbounded(facts: NoteInput) -> Iterator[str]:
    uncapped = sum(group.uncapped for group in facts.tally.models.values())
    if uncapped and any(plan.output_tokens.high is None for plan in facts.report.models):
        yield (
            f"{uncapped:,} prompts have no max_tokens, so nothing bounds their cost: set it in the "
            "prompt file"
        )


def _unlearned(facts: NoteInput) -> Iterator[str]:
    report = facts.report
    # A sample of everything would be the run itself.
    if report.to_do > _SAMPLE and any(p.to_do and not p.learned_from for p in report.models):
        yield (
            f"how long the texts will be is not known yet: --sample {_SAMPLE} sends {_SAMPLE} "
            "prompts, keeps their texts, and narrows all this down"
        )


def _textless(facts: NoteInput) -> Iterator[str]:
    if facts.tally.textless:
        yield (
            f"{facts.tally.textless:,} prompts have parts other than text (images, files): their "
            "tokens are not in these figures"
        )


def _rescued(facts: NoteInput) -> Iterator[str]:
    if facts.survey is not None and (path := facts.survey.rescued) is not None:
        yield (
            f"{path} holds results rescued by an earlier run; the next run takes them back first, "
            "so less may be left to do than is said here"
        )


def _warned(facts: NoteInput) -> Iterator[str]:
    yield from facts.warnings


def _suspicious(facts: NoteInput) -> Iterator[str]:
    for name, suspect in facts.suspects.items():
        prompts = "prompt" if suspect.count == 1 else "prompts"
        yield (
            f"the column '{name}' looks like an instruction to the model in {suspect.count:,} "
            f"{prompts}, first at {suspect.source} ('{suspect.example_id}' {suspect.what}): look "
            f"at it, and mark the column as material in the prompt file: untrusted: [{name}]"
        )


_RULES = (_warned, _suspicious, _retiring, _unpriced, _unbounded, _unlearned, _textless, _rescued)
