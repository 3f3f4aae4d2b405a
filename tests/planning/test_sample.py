"""Which prompts are tried first."""

import hashlib
import random

from copygen.models import Prompt, Source
from copygen.planning.workload import MAX_STRATA, Sampler


def prompt(id_: str, model: str = "m") -> Prompt:
    key = hashlib.blake2b(id_.encode(), digest_size=16).hexdigest()
    return Prompt(id_, key, (), model, {}, {}, Source("t", 1))


def chosen(size: int, prompts: list[tuple[Prompt, int, str]]) -> tuple[str, ...]:
    sampler = Sampler(size)
    for found in prompts:
        sampler.add(*found)
    return sampler.ids()


MANY = [(prompt(f"p{n}", f"model-{n % 3}"), 100 + n * 7919 % 500, "ab"[n % 2]) for n in range(1000)]
MANY.append((prompt("long"), 10_000, "a"))
MANY.append((prompt("short"), 1, "a"))


def test_the_longest_the_shortest_and_one_of_each_kind_come_first() -> None:
    sample = chosen(10, MANY)
    assert sample[:2] == ("long", "short")
    kinds = {(p.model, cell) for p, _, cell in MANY if p.id in sample}
    assert {(f"model-{n}", cell) for n in range(3) for cell in "ab"} <= kinds
    assert len(sample) == 10


def test_the_order_of_the_prompts_does_not_matter() -> None:
    shuffled = MANY[:]
    random.Random(7).shuffle(shuffled)
    assert chosen(25, MANY) == chosen(25, shuffled)


def test_a_larger_sample_holds_the_smaller_one() -> None:
    assert set(chosen(12, MANY)) <= set(chosen(40, MANY))


def test_no_prompt_is_chosen_twice_and_no_more_than_there_are() -> None:
    few = MANY[:3]
    assert sorted(chosen(10, few)) == ["p0", "p1", "p2"]
    assert chosen(5, []) == ()


def test_what_is_remembered_does_not_grow_with_the_number_of_cells() -> None:
    cells = [(prompt(f"p{n}"), 5, f"cell {n}") for n in range(MAX_STRATA + 50)]
    assert len(chosen(10_000, cells)) <= len(cells)
    sampler = Sampler(3)
    for found in cells:
        sampler.add(*found)
    assert len(sampler.ids()) == 3


def test_11A11_with_room_for_one_of_each_kind_there_is_one_of_each() -> None:
    """The longest and the shortest count for their own kinds, also when that is one."""
    six = [
        (found, length, cell) for found, length, cell in MANY if found.id not in ("long", "short")
    ]
    for extremes in ([], [(prompt("l", "model-1"), 9999, "a"), (prompt("s", "model-1"), 0, "a")]):
        sample = chosen(6, [*six, *extremes])
        kinds = [(p.model, cell) for p, _, cell in [*six, *extremes] if p.id in sample]
        assert len(set(kinds)) == len(kinds) == 6
