"""What passes that should not, held; and the corpus that it is measured with."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from tests.quality.misses import (
    KINDS,
    WRITTEN,
    corrected,
    faulty_replies,
    judged,
    recall,
    traps,
)
from tests.quality.rates import CORPUS

FOUND: Final[Mapping[str, float]] = MappingProxyType(
    {
        "talk_before": 1.00,
        "talk_after": 1.00,
        "to_client": 1.00,
        "about_task": 0.83,
        "thinking": 1.00,
        "label": 1.00,
        "several": 1.00,
        "refusal": 0.98,
        "sorry_unrelated": 1.00,
        "placeholder": 1.00,
        "misspelt": 0.98,
        "cut_off": 0.98,
        "markup": 1.00,
        "twice": 1.00,
        "invented_number": 1.00,
        "wrong_language": 0.96,
        "mixed_language": 1.00,
    }
)
"""Least share found of each kind, of the texts written before the rules; 0.90 is the aim."""
FOUND_AFTER: Final[Mapping[str, float]] = MappingProxyType(
    {
        "talk_before": 0.95,
        "talk_after": 0.93,
        "to_client": 0.94,
        "about_task": 0.91,
        "thinking": 0.92,
        "label": 0.98,
        "several": 0.90,
        "refusal": 0.97,
        "sorry_unrelated": 1.00,
        "placeholder": 0.98,
        "misspelt": 0.90,
        "cut_off": 0.90,
        "markup": 0.98,
        "twice": 0.96,
        "invented_number": 0.79,
        "wrong_language": 0.91,
        "mixed_language": 0.91,
    }
)
"""The same of the texts written by somebody who had not read the rules. At first 657 of 972 were
found (67.6 %); then the rules were widened for the kinds that it showed to be missing."""
_WEAK: Final = ("about_task", "misspelt", "thinking", "wrong_language")
FOUND_LATER: Final[Mapping[str, float]] = MappingProxyType(
    {**dict.fromkeys(KINDS, 0.92), **dict.fromkeys(_WEAK, 0.90), "cut_off": 0.80}
)
"""The same of the samples that the rules were widened for one after the other."""
FLOORS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "before": FOUND,
        "after": FOUND_AFTER,
        "later": FOUND_LATER,
        "unseen": {},
        "real": {},
        "varied": {},
        "further": {},
        "sealed": {},
        "weak": {},
        "whole": dict.fromkeys(KINDS, 0.90),
        "last": dict.fromkeys(KINDS, 0.90),
        "fresh": dict.fromkeys(KINDS, 0.90),
        "recent": {**dict.fromkeys(KINDS, 0.90), "misspelt": 0.87},
        "newest": {**dict.fromkeys(KINDS, 0.90), "misspelt": 0.89},
    }
)
FOUND_OVERALL: Final = MappingProxyType(
    {
        "before": 0.98,
        "after": 0.93,
        "later": 0.95,
        "unseen": 0.95,
        "real": 0.90,
        "varied": 0.94,
        "further": 0.94,
        "sealed": 0.97,
        "weak": 0.95,
        "whole": 0.97,
        "last": 0.96,
        "fresh": 0.96,
        "recent": 0.96,
        "newest": 0.96,
    }
)
"""0.95 is the aim."""
EVERY: Final = MappingProxyType(
    {
        "before": 1,
        "after": 1,
        "later": 3,
        "unseen": 1,
        "real": 1,
        "varied": 2,
        "further": 2,
        "sealed": 2,
        "weak": 1,
        "whole": 2,
        "last": 1,
        "fresh": 1,
        "recent": 1,
        "newest": 1,
    }
)
"""Of so many faults one is looked at in a normal run: all of them take half a minute."""
MOST_TRAPPED: Final = MappingProxyType(
    {
        "before": 0.015,
        "after": 0.015,
        "later": 0.02,
        "unseen": 0.015,
        "real": 0.015,
        "varied": 0.015,
        "further": 0.015,
        "sealed": 0.025,
        "weak": 0.015,
        "whole": 0.025,
        "last": 0.015,
        "fresh": 0.02,
        "recent": 0.03,
        "newest": 0.047,
    }
)
"""Share of the good texts that look faulty and are flagged, at most; 0.015 is the aim. Those of
`later` are harder: notebooks and paints, whose copy speaks of sentences and tones."""
MOST_CORRECTED_FLAGGED: Final = 0.015


@pytest.mark.no_cover
@pytest.mark.parametrize("written", WRITTEN)
def test_as_many_faults_are_found_as_ever(written: str) -> None:
    every = [one for one in faulty_replies() if one.written == written]
    faults = judged(every[:: EVERY[written]])
    kinds = {one.text.kind for one in faults}
    shares = {kind: recall([one for one in faults if one.text.kind == kind]) for kind in kinds}
    floors = FLOORS[written]
    fewer = {kind: round(share, 3) for kind, share in shares.items() if share < floors.get(kind, 0)}
    assert not fewer
    assert recall(faults) >= FOUND_OVERALL[written]


@pytest.mark.no_cover
@pytest.mark.parametrize("written", WRITTEN)
def test_good_texts_that_look_faulty_are_left_alone(written: str) -> None:
    good = judged(one for one in traps() if one.part == f"traps_{written}")
    flagged = [one.text.text for one in good if not one.passed]
    assert len(flagged) <= MOST_TRAPPED[written] * len(good), flagged


@pytest.mark.no_cover
@pytest.mark.parametrize("written", WRITTEN)
def test_the_right_text_of_a_fault_is_fit_to_publish(written: str) -> None:
    good = judged(one for one in corrected() if one.part == f"corrected_{written}")
    flagged = [one.text.text for one in good if not one.passed]
    assert len(flagged) <= MOST_CORRECTED_FLAGGED * len(good), flagged


def test_the_corpus_has_every_kind_in_many_languages() -> None:
    faulty, good = list(faulty_replies()), list(traps())
    assert len(faulty) >= 7000
    assert len(good) >= 1900
    for written in WRITTEN:
        kinds = Counter(one.kind for one in faulty if one.written == written)
        if written == "real":
            continue  # as models answered
        if written == "weak":
            continue  # of some kinds alone
        assert kinds.keys() == set(KINDS)
        if written == "unseen":
            continue  # a brief one, of 21 languages
        assert min(kinds.values()) >= 20
        assert len({one.language for one in faulty if one.written == written}) >= 25
    assert {one.language for one in good} == {one.language for one in faulty}


def test_each_fault_stands_where_it_is_said_to_and_nothing_is_there_twice() -> None:
    faulty = list(faulty_replies())
    assert not [one.text for one in faulty if one.where not in one.text]
    assert not [one.text for one in faulty if one.fixed in (one.text, "")]
    known = Counter((one.language, one.text) for one in faulty)
    known.update((one.language, one.text) for one in traps())
    assert not [text for text, number in known.items() if number > 1]


def test_files_are_named_by_language_and_hold_nothing_that_is_not_read() -> None:
    read = {one.language for one in faulty_replies()}
    files = {path.stem for path in (CORPUS / "replies").glob("*/*.yaml")}
    assert files == read
