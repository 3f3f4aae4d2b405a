"""The rates of false alarms and of misses, held."""

from collections import Counter

import pytest

from tests.quality.rates import Judges, errors, faulty_texts, good_texts

MOST_FLAGGED = {
    "first": 0.02,
    "held_back": 0.04,
    "everyday": 0.02,
    "on_purpose": 0.01,
    "unusual": 0.015,
}
"""Before the rules were mended for it, 19.9 % of the first part were flagged."""
KNOWN_MISSES = frozenset({"BUY NOW and save"})
"""Two short words in capitals of four are no more than half of the letters."""


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges()


@pytest.mark.no_cover
def test_good_copy_is_hardly_ever_flagged(judges: Judges) -> None:
    texts: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for good in good_texts():
        texts[good.part] += 1
        flagged[good.part] += bool(errors(judges.of_good(good)))
    assert texts.total() >= 600
    for part, number in texts.items():
        assert flagged[part] <= MOST_FLAGGED[part] * number, f"{part}: {flagged[part]} of {number}"


def test_no_planted_fault_is_missed_and_each_is_said_once(judges: Judges) -> None:
    found = {faulty.text: judges.of_faulty(faulty) for faulty in faulty_texts()}
    assert {text for text, wrong in found.items() if not wrong} <= KNOWN_MISSES
    caught = [wrong for wrong in found.values() if wrong]
    assert sum(map(len, caught)) <= 1.1 * len(caught)
