"""Whatever is decided, changed and run in whatever order: what people took stays in force."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copygen.delivery.copy import CopyReader
from copygen.results.decisions import KEPT, Place, State
from tests.jobs.test_decided import FIELDS, a_spec, decide, done, plan, records
from tests.support.folders import folder_in_memory
from tests.support.records import patient

ROWS = ["mug,5,1", "cup,7,2"]
PLACES = [Place("headline", 0), Place("headline", 1), Place("body")]
DECIDE = st.tuples(
    st.just("decide"),
    st.sampled_from(["mug", "cup"]),
    st.sampled_from([State.APPROVED, State.EDITED, State.LOCKED, State.REJECTED, State.DRAFT]),
    st.sampled_from(PLACES),
)
RUN = st.tuples(
    st.just("run"),
    st.sampled_from(
        [
            {},
            {"retry": frozenset({"all"})},
            {"retry": frozenset({"rejected"})},
            {"fresh": True},
            {"wording": FIELDS.replace("Ad", "Two ads")},
            {"rows": ["mug,6,1", "cup,8,2"]},
            {"model": "gpt-5-mini"},
        ]
    ),
    st.just(None),
    st.just(None),
)


def in_force(folder: Path) -> dict[tuple[str, Place], str]:
    """The texts that people took."""
    with CopyReader(folder / "r.jsonl") as copies:
        return {
            (copy.record.id, one.place): one.text
            for copy in copies
            for one in copy.texts
            if one.standing is not None and one.standing.state in KEPT
        }


def play(steps: list[tuple[str, object, State | None, Place | None]]) -> None:
    with folder_in_memory() as folder:
        done(a_spec(folder, wording=FIELDS, rows=ROWS))
        for what, one, state, place in steps:
            if what == "decide":
                assert state is not None
                assert place is not None
                more = {"text": f"Mine {place.label}."} if state is State.EDITED else {}
                decide(folder, str(one), state, place, **more)
                continue
            assert isinstance(one, dict)
            spec = a_spec(folder, **{"wording": FIELDS, "rows": ROWS, **one})
            before, planned = in_force(folder), plan(spec)
            run = done(spec)
            assert in_force(folder) == before
            assert {*records(folder)} == {"mug", "cup"}
            assert run.summary is not None
            assert run.summary.total == planned.to_do
            assert run.summary.decided == planned.decided


STEPS = st.lists(st.one_of(DECIDE, RUN), max_size=6)


@pytest.mark.parametrize(
    "examples", [8, pytest.param(400, marks=(pytest.mark.soak, pytest.mark.timeout(1800)))]
)
def test_what_people_took_stays_and_the_plan_says_what_the_run_does(examples: int) -> None:
    @settings(patient, max_examples=examples)
    @given(STEPS)
    def holds(steps: list[tuple[str, object, State | None, Place | None]]) -> None:
        play([*steps, ("run", {}, None, None)])

    holds()
