"""Draws: chance that depends on seed, content and sighting, and on nothing else."""

from collections import Counter

import pytest

from copygen.simulator import SimulatedFault, SimulatorProfile
from copygen.simulator.profile import Draws

MIXED = {
    SimulatedFault.RATE_LIMITED: 0.05,
    SimulatedFault.SERVER_ERROR: 0.1,
    SimulatedFault.TIMEOUT: 0.02,
    SimulatedFault.RESET: 0.03,
    SimulatedFault.TRUNCATED: 0.02,
    SimulatedFault.HTML: 0.04,
    SimulatedFault.EMPTY: 0.04,
}
CONTENTS = [f"content {n}".encode() for n in range(2000)]


def test_every_fault_comes_about_as_often_as_its_share() -> None:
    draws = Draws(7, MIXED)
    seen = Counter(draws.draw(content).fault for content in CONTENTS)
    for fault, share in MIXED.items():
        assert abs(seen[fault] / len(CONTENTS) - share) < 0.015, fault
    assert abs(seen[None] / len(CONTENTS) - 0.7) < 0.03


@pytest.mark.parametrize("fault", SimulatedFault)
def test_a_share_of_one_is_always_and_of_nothing_never(fault: SimulatedFault) -> None:
    always = Draws(0, SimulatorProfile.model_validate({fault.value: 1}).shares())
    never = Draws(0, SimulatorProfile().shares())
    assert {always.draw(content).fault for content in CONTENTS} == {fault}
    assert {never.draw(content).fault for content in CONTENTS} == {None}


def test_arrival_order_changes_nothing() -> None:
    forwards, backwards = Draws(7, MIXED), Draws(7, MIXED)
    first = [forwards.draw(content) for content in CONTENTS]
    assert [backwards.draw(content) for content in reversed(CONTENTS)] == first[::-1]


def test_another_seed_draws_otherwise() -> None:
    def faults(seed: int) -> list[SimulatedFault | None]:
        draws = Draws(seed, MIXED)
        return [draws.draw(content).fault for content in CONTENTS]

    assert faults(1) != faults(2)
    assert faults(2) == faults(2)
    assert Draws(1, {}).draw(b"x").choice != Draws(2, {}).draw(b"x").choice


def test_sightings_count_up_and_are_drawn_afresh() -> None:
    draws = Draws(7, {SimulatedFault.SERVER_ERROR: 0.5})
    seen = [draws.draw(b"same") for _ in range(64)]
    assert [draw.nth for draw in seen] == list(range(1, 65))
    assert {draw.fault for draw in seen} == {SimulatedFault.SERVER_ERROR, None}
    assert len({draw.id for draw in seen}) == 64
    assert len({draw.choice for draw in seen}) == 1
    assert all(0 < draw.latency < 1 for draw in seen)


def test_faults_seen_in_a_row_fit_independent_draws() -> None:
    """Half of the contents fail at first, about half of those again: no content is doomed."""
    draws = Draws(7, {SimulatedFault.RESET: 0.5})
    left = CONTENTS
    shares = []
    for _ in range(4):
        failed = [content for content in left if draws.draw(content).fault]
        shares.append(len(failed) / len(left))
        left = failed
    assert all(abs(share - 0.5) < 0.1 for share in shares)


def test_a_content_that_failed_is_remembered_however_many_come_between(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("copygen.simulator.profile._REMEMBERED", 4)
    draws = Draws(7, {SimulatedFault.RESET: 0.5})
    failed = next(content for content in CONTENTS if draws.draw(content).fault)
    answered = next(content for content in CONTENTS[500:] if not draws.draw(content).fault)
    for content in CONTENTS[1000:]:
        draws.draw(content)
    assert draws.draw(failed).nth == 2
    assert draws.draw(answered).nth == 1


def test_memory_does_not_grow_with_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("copygen.simulator.profile._REMEMBERED", 100)
    draws = Draws(7, {SimulatedFault.RESET: 0.2})
    for content in CONTENTS:
        while draws.draw(content).fault:
            pass
    assert len(draws._answered) == 100
    assert not draws._faulted
