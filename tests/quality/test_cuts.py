"""How much of what is cut at random is found, held."""

from collections import Counter

import pytest

from tests.quality.cuts import CutText, cuts, is_found, lines, whole_texts

FOUND = {"word": 0.55, "small": 0.72, "second": 0.74}
"""Least share found of what is cut within a word (of some, a word is left), behind a small word,
and behind another one in a later sentence. Of those behind a short sentence many read as a headline
in two parts, which is let pass."""
FOUND_BY_HAND = 0.9
MOST_FLAGGED = 0.01


@pytest.mark.parametrize("name", ["first", "second"])
def test_texts_cut_at_random_are_found(name: str) -> None:
    number: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for cut in (cut for seed in range(3) for cut in cuts(name, seed)):
        number[cut.way or ""] += 1
        found[cut.way or ""] += is_found(cut)
    shares = {way: found[way] / number[way] for way in FOUND}
    assert {way: share for way, share in shares.items() if share < FOUND[way]} == {}


def test_texts_that_a_reader_would_call_cut_off_are_found() -> None:
    texts = [CutText(language, line) for language, line in lines("by_hand")]
    passed = [text.text for text in texts if not is_found(text)]
    assert len(passed) <= (1 - FOUND_BY_HAND) * len(texts), passed


def test_whole_texts_are_left_alone() -> None:
    texts = list(whole_texts())
    flagged = [text.text for text in texts if is_found(text)]
    assert len(texts) > 1000
    assert len(flagged) <= MOST_FLAGGED * len(texts), flagged
