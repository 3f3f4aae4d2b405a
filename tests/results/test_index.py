import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Status
from copygen.results.resume import Index, Latest, Precedence
from tests.support.records import patient

WORDS = st.integers(0, 2**64 - 1)


@patient
@given(st.lists(st.tuples(WORDS | st.integers(0, 40), st.integers(1, 2**64 - 1)), max_size=300))
def test_the_index_is_a_dict_of_numbers(entries: list[tuple[int, int]]) -> None:
    index = Index(slots=4)
    model: dict[int, int] = {}

    for key, value in entries:
        assert index.put(key, value) == model.get(key, 0)
        model[key] = value

    assert {key: index.get(key) for key in model} == model
    assert index.get(2**63 + 12345) == model.get(2**63 + 12345, 0)


def test_keys_that_meet_in_one_slot_are_kept_apart_as_the_index_grows() -> None:
    index = Index(slots=4)
    keys = [number << 40 for number in range(500)]

    for key in keys:
        index.put(key, key + 1)

    assert [index.get(key) for key in keys] == [key + 1 for key in keys]


OK, REJECTED, FAILED = Status.OK, Status.REJECTED, Status.FAILED
SKIPPED, CANCELLED = Status.SKIPPED, Status.CANCELLED


@pytest.mark.parametrize(
    ("first", "then", "place"),
    [
        (FAILED, OK, Precedence.SUPERSEDES),
        (FAILED, FAILED, Precedence.SUPERSEDES),
        (FAILED, CANCELLED, Precedence.SUPERSEDES),
        (CANCELLED, SKIPPED, Precedence.SUPERSEDES),
        (REJECTED, OK, Precedence.SUPERSEDES),
        (OK, OK, Precedence.SUPERSEDES),
        (OK, REJECTED, Precedence.SUPERSEDES),
        (OK, FAILED, Precedence.SUPERSEDED),
        (OK, CANCELLED, Precedence.SUPERSEDED),
        (OK, SKIPPED, Precedence.SUPERSEDED),
        (REJECTED, FAILED, Precedence.SUPERSEDED),
        (REJECTED, CANCELLED, Precedence.SUPERSEDED),
    ],
)
def test_the_later_record_counts_unless_it_would_lose_a_text(
    first: Status, then: Status, place: Precedence
) -> None:
    latest = Latest()

    assert latest.add("a", "k", first) is Precedence.FIRST
    assert latest.add("a", "k", then) is place

    counted = then if place is Precedence.SUPERSEDES else first
    assert latest.status_of("a", "k") is counted
    assert latest.counts == {counted: 1}


@pytest.mark.parametrize("then", list(Status))
def test_a_changed_prompt_supersedes_whatever_was_there(then: Status) -> None:
    latest = Latest()
    latest.add("a", "old wording", OK)

    assert latest.add("a", "new wording", then) is Precedence.SUPERSEDES
    assert latest.status_of("a", "new wording") is then
    assert latest.status_of("a", "old wording") is None


def test_prompts_with_identical_text_are_two_prompts() -> None:
    latest = Latest()

    assert latest.add("a", "same", OK) is Precedence.FIRST
    assert latest.add("b", "same", FAILED) is Precedence.FIRST
    assert (latest.status_of("a", "same"), latest.status_of("b", "same")) == (OK, FAILED)
    assert latest.counts == {OK: 1, FAILED: 1}


def test_an_unknown_id_has_no_status() -> None:
    assert Latest().status_of("a", "k") is None


def test_D10_a_hundred_thousand_ids_take_less_than_48_bytes_each() -> None:
    latest = Latest()
    for number in range(100_000):
        latest.add(f"row-{number}", f"key-{number}", OK)

    assert latest.size_bytes <= 48 * 100_000
    assert latest.counts == {OK: 100_000}
