"""What the summary says of texts that were judged."""

import pytest

from copygen.models import Result, Severity, Status, Traffic, Violation
from copygen.results.stats import MAX_RULES, QualityFold, Stats
from copygen.results.summary import RuleGroup
from tests.support.records import result

TOO_LONG = Violation("length", Severity.ERROR, "34 of 30 width units", field="headline", index=2)
LOOK = Violation("grounding.claim", Severity.WARNING, "'best' is a superlative")


def judged(id_: str, *violations: Violation, reasks: int = 0, **fields: object) -> Result:
    return result(id_, violations=violations, reasks=reasks, **fields)


@pytest.mark.parametrize(
    ("made", "fate"),
    [
        (judged("a"), "first_try"),
        (judged("a", LOOK), "first_try"),
        (judged("a", reasks=1), "after_reask"),
        (judged("a", TOO_LONG, reasks=2), "kept"),
        (judged("a", TOO_LONG, reasks=2, status=Status.REJECTED), "rejected"),
        (judged("a", status=Status.REJECTED), "rejected"),
        (judged("a", status=Status.FAILED), None),
        (judged("a", status=Status.CANCELLED), None),
    ],
)
def test_every_text_has_one_fate(made: Result, fate: str | None) -> None:
    fold = QualityFold()
    fold.add(made)
    quality = fold.quality()
    counts = {
        name: getattr(quality, name) for name in ("first_try", "after_reask", "kept", "rejected")
    }
    assert counts == dict.fromkeys(counts, 0) | ({fate: 1} if fate else {})


def test_rules_come_errors_first_then_by_count_with_the_first_example() -> None:
    fold = QualityFold()
    for id_, found in (("a", (LOOK,)), ("b", (LOOK, LOOK)), ("c", (TOO_LONG,)), ("d", (TOO_LONG,))):
        fold.add(judged(id_, *found))
    assert fold.quality().rules == (
        RuleGroup("length", Severity.ERROR, 2, "c", "headline 3: 34 of 30 width units"),
        RuleGroup("grounding.claim", Severity.WARNING, 3, "a", "'best' is a superlative"),
    )


def test_memory_does_not_grow_with_the_rules() -> None:
    fold = QualityFold()
    for number in range(3 * MAX_RULES):
        fold.add(judged("a", Violation(f"pack.own.{number}", Severity.ERROR, "m")))
    rules = fold.quality().rules
    assert len(rules) == MAX_RULES + 1
    assert sum(group.count for group in rules) == 3 * MAX_RULES


@pytest.mark.parametrize("is_judged", [True, False])
def test_only_a_run_with_rules_says_anything(is_judged: bool) -> None:
    stats = Stats(judged=is_judged)
    stats.add(judged("a"))
    summary = stats.summary(wall_s=1.0, traffic=Traffic(), earlier={})
    assert (summary.quality is not None) == is_judged
