"""The message that goes back to the model, and which candidate is kept."""

from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Severity, Violation
from copygen.quality.acceptance import Candidate, better, reask


def test_each_fault_is_named_as_measured_with_what_to_keep() -> None:
    faults = [
        Violation("length", Severity.ERROR, "34 of 30 width units", None, "headline", 2,
                  "cut at least 4 width units"),
        Violation("grounding.percent", Severity.ERROR, "the percentage '50%' is not in the item",
                  (0, 3), "description", None, "take out '50%'"),
        Violation("length", Severity.WARNING, "90 of 80 characters", None, "path"),
    ]  # fmt: skip
    texts = {"headline": ["a", "b", "Our Thai silk scarf"], "path": ["Thai silk"]}
    asked = reask(faults, keep=["Thai silk", "celadon"], texts=texts)
    assert asked.fields == ("headline", "description")
    assert (
        "- headline 3 is 34 of 30 width units; cut at least 4 width units; keep 'Thai silk'"
        in asked.message
    )
    assert "- description: the percentage '50%' is not in the item; take out '50%'" in asked.message
    assert "path" not in asked.message
    assert '"headline", "description"' in asked.message


def test_a_single_text_is_asked_for_as_text() -> None:
    fault = Violation("length", Severity.ERROR, "34 of 30 characters", fix="cut at least 4")
    asked = reask([fault, fault], keep=["silk"], texts={"": ["soft silk"]})
    assert asked.fields == ()
    assert asked.message.count("the text is 34 of 30 characters; cut at least 4; keep 'silk'") == 1
    assert asked.message.endswith("Reply with the corrected text only.")


def test_no_more_faults_are_named_than_a_model_can_heed() -> None:
    faults = [Violation("x", Severity.ERROR, f"fault {n}", fix=f"fix {n}") for n in range(40)]
    message = reask(faults).message
    assert message.count("fault ") == 12
    assert "and 28 more" in message


def candidate(errors: int, overshoot: int, warnings: int = 0) -> Candidate:
    found = [Violation("x", Severity.ERROR, "m")] * errors
    found += [Violation("y", Severity.WARNING, "m")] * warnings
    return Candidate(tuple(found), overshoot)


def test_fewest_errors_then_smallest_overshoot_then_fewest_warnings() -> None:
    order = [
        candidate(0, 0), candidate(0, 0, 1), candidate(0, 2), candidate(1, 1), candidate(1, 3),
        candidate(2, 0),
    ]  # fmt: skip
    backwards = [*reversed(order)]
    assert sorted(backwards, key=lambda one: one.rank) == order
    assert [one.accepted for one in order] == [True, True, True, False, False, False]


@given(st.lists(st.builds(candidate, st.integers(0, 3), st.integers(0, 9)), min_size=1))
def test_a_loop_that_keeps_the_better_never_ends_with_a_worse_text(rounds: list[Candidate]) -> None:
    best = rounds[0]
    for new in rounds[1:]:
        best = new if better(new, best) else best
    assert best.rank == min(one.rank for one in rounds)
    assert not better(best, best)
