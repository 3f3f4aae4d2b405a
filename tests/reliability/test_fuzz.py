"""Whatever bytes arrive, a reader gives values or its documented error."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reliability.fuzz.__main__ import fuzz
from tests.reliability.fuzz.corpus import kept
from tests.reliability.fuzz.mutation import mutate
from tests.reliability.fuzz.targets import TARGETS

KEPT = [(target, name) for target in TARGETS for name in kept(target)]


@pytest.mark.parametrize(("target", "name"), KEPT)
def test_every_kept_input_is_read_as_promised(target: str, name: str) -> None:
    TARGETS[target](kept(target)[name])


@pytest.mark.parametrize(
    ("target", "name", "word"),
    [
        ("csv", "prompts", "1True"),
        ("jsonl", "messages", "2True"),
        ("yaml", "whole", "ok"),
        ("yaml", "settings", "settings"),
        ("reply", "ok", "stopFalseFalse"),
        ("ledger", "three", "TrueFalseFalseFalse"),
    ],
)
def test_the_kept_inputs_that_are_sound_are_read_as_such(target: str, name: str, word: str) -> None:
    """Else a target that refuses everything would pass."""
    assert word in TARGETS[target](kept(target)[name])


@pytest.mark.parametrize("target", TARGETS)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_as_promised(target: str, content: bytes) -> None:
    TARGETS[target](content)


@pytest.mark.parametrize("target", TARGETS)
@given(seed=st.integers(0, 2**64), rounds=st.integers(1, 4))
def test_any_change_of_a_real_input_is_read_as_promised(
    target: str, seed: int, rounds: int
) -> None:
    rng, inputs = random.Random(seed), list(kept(target).values())
    data = rng.choice(inputs)
    for _ in range(rounds):
        data = mutate(target, data, rng.choice(inputs), rng)
    TARGETS[target](data)


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("target", TARGETS)
def test_ten_minutes_of_fuzzing_find_nothing(
    target: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp(target)
    _, findings = fuzz(target, 600, random.randrange(2**32), folder)
    assert findings == 0, f"the inputs are in {folder}"
