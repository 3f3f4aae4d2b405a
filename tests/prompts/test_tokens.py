"""Token estimates against what real tokenizers counted."""

import timeit
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from copygen.config.vocabularies import load_vocabularies
from copygen.help import topic_text
from copygen.models import Message
from copygen.prompts.tokens import (
    KINDS,
    PER_MESSAGE,
    PER_REQUEST,
    SCRIPTS,
    Calibration,
    Spread,
    count_kinds,
    estimate_tokens,
    message_text,
    overhead_tokens,
)

VOCABULARIES = load_vocabularies()
GOLDEN = Path(__file__).parent / "golden" / "tokens.yaml"
PARAGRAPHS: list[dict[str, Any]] = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
COUNTED = {"o200k_base": "gpt-4.1", "deepseek": "deepseek-chat"}
"""Vocabulary → a model that uses it."""


def error(paragraph: dict[str, Any], vocabulary: str) -> float:
    """How far the estimate is from the real count, as a share of it."""
    known = VOCABULARIES.of(COUNTED[vocabulary])
    return (
        estimate_tokens(count_kinds(paragraph["text"]), known).likely
        / paragraph["tokens"][vocabulary]
        - 1
    )


@pytest.mark.parametrize("vocabulary", COUNTED)
@pytest.mark.parametrize(
    "paragraph", PARAGRAPHS, ids=[f"{n}-{p['language']}" for n, p in enumerate(PARAGRAPHS)]
)
def test_a_paragraph_is_within_a_quarter_of_the_real_count(
    paragraph: dict[str, Any], vocabulary: str
) -> None:
    assert abs(error(paragraph, vocabulary)) <= 0.25
    found = estimate_tokens(count_kinds(paragraph["text"]), VOCABULARIES.of(COUNTED[vocabulary]))
    assert found.low <= paragraph["tokens"][vocabulary] <= found.high


def test_a_language_as_a_whole_is_within_a_fifth() -> None:
    for vocabulary in COUNTED:
        real: defaultdict[str, int] = defaultdict(int)
        ours: defaultdict[str, int] = defaultdict(int)
        known = VOCABULARIES.of(COUNTED[vocabulary])
        for paragraph in PARAGRAPHS:
            real[paragraph["language"]] += paragraph["tokens"][vocabulary]
            ours[paragraph["language"]] += estimate_tokens(
                count_kinds(paragraph["text"]), known
            ).likely
        for language, tokens in real.items():
            assert ours[language] / tokens == pytest.approx(1, abs=0.2), (vocabulary, language)


def test_the_bounds_for_an_unknown_vocabulary_hold_both_known_ones() -> None:
    for paragraph in PARAGRAPHS:
        found = estimate_tokens(count_kinds(paragraph["text"]), VOCABULARIES.of("some-model-9"))
        for vocabulary in COUNTED:
            assert found.low <= paragraph["tokens"][vocabulary] <= found.high


def test_every_language_has_a_paragraph_that_the_weights_were_not_fitted_to() -> None:
    unseen = {p["language"] for p in PARAGRAPHS if not p["fitted"]}
    assert unseen == {p["language"] for p in PARAGRAPHS}
    assert len(unseen) >= 15


def table() -> str:
    """The manual's table of errors: the smallest and the largest of each language."""
    by_language: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for paragraph in PARAGRAPHS:
        by_language[paragraph["language"]].append(paragraph)
    lines = ["| language | o200k (GPT) | DeepSeek |", "|---|---|---|"]
    for language, paragraphs in by_language.items():
        cells = []
        for vocabulary in COUNTED:
            errors = [round(100 * error(paragraph, vocabulary)) for paragraph in paragraphs]
            low, high = min(errors), max(errors)
            cells.append(f"{low:+d} … {high:+d} %" if low != high else f"{low:+d} %")
        lines.append(f"| {language} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def test_the_manual_has_the_errors_as_they_are() -> None:
    assert f"<!-- tokens -->\n{table()}<!-- /tokens -->" in topic_text("cost")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Az", "letters"),
        ("09", "digits"),
        ("!{", "punctuation"),
        (" \n\t", "spaces"),
        ("éß", "latin"),
        ("čőşŁ", "latin_extended"),
        ("ωά", "greek"),
        ("өүқ", "cyrillic_extended"),
        ("Հայ", "armenian"),
        ("ברו", "hebrew"),
        ("گیەۇ", "arabic_extended"),
        ("ঘক", "bengali"),
        ("தமி", "tamil"),
        ("తె", "telugu"),
        ("ಕನ", "kannada"),
        ("മല", "malayalam"),
        ("ქარ", "georgian"),
        ("ខ្ម", "khmer"),
        ("ắỹ", "vietnamese"),
        ("Жё", "cyrillic"),
        ("عك", "arabic"),
        ("हि", "devanagari"),
        ("ผ้", "thai"),
        ("あンー", "kana"),
        ("漢㐀龥", "han"),
        ("한힣", "hangul"),
        ("ሀကශ", "other_letters"),
        ("、。「…–，（€", "symbols"),
        ("😀𠮷", "emoji"),
    ],
)
def test_each_kind_of_character_is_told_apart(text: str, kind: str) -> None:
    counts = dict(zip(KINDS, count_kinds(text), strict=True))
    assert counts.pop(kind) == len(text)
    assert not any(counts.values())


@given(st.text(st.characters()))
def test_no_character_is_lost_or_counted_twice(text: str) -> None:
    counts = count_kinds(text)
    assert len(counts) == len(KINDS)
    assert sum(counts) == len(text)
    assert min(counts) >= 0


def test_a_lone_surrogate_is_counted_too() -> None:
    assert sum(count_kinds("a\ud800b")) == 3


@given(st.text(), st.text())
def test_counts_add_up(one: str, other: str) -> None:
    together = tuple(a + b for a, b in zip(count_kinds(one), count_kinds(other), strict=True))
    assert count_kinds(one + other) == together


def test_scripts_are_made_of_every_kind_once() -> None:
    assert sorted(kind for kinds in SCRIPTS.values() for kind in kinds) == sorted(KINDS)


def test_an_empty_text_has_no_tokens() -> None:
    found = estimate_tokens(count_kinds(""), VOCABULARIES.of("gpt-4.1"))
    assert (found.low, found.likely, found.high) == (0, 0, 0)


def test_what_the_chat_format_adds_grows_with_the_messages() -> None:
    assert overhead_tokens(2) == PER_REQUEST + 2 * PER_MESSAGE


def test_the_text_of_messages_is_that_of_their_parts() -> None:
    parts = [{"type": "text", "text": "two"}, {"type": "image_url", "image_url": {"url": "x"}}]
    assert message_text((Message("system", "one"), Message("user", parts))) == "one\ntwo"


def test_a_prompt_is_counted_in_a_few_looks_at_its_characters() -> None:
    """In any script: twice what one look by a loop of Python takes; six times are allowed."""
    for paragraph in PARAGRAPHS:
        text = paragraph["text"]
        counted = timeit.repeat(lambda text=text: count_kinds(text), number=100, repeat=5)
        looked_at = timeit.repeat(
            lambda text=text: [ord(one) for one in text], number=100, repeat=5
        )
        assert min(counted) < 6 * min(looked_at)


def test_estimates_are_corrected_by_what_was_counted() -> None:
    calibration = Calibration()
    assert calibration.ratio("m") is None
    for actual in (110, 130, 120):
        calibration.observe("m", 100, actual)
    calibration.observe("m", 0, 7)
    ratio = calibration.ratio("m")
    assert ratio is not None
    assert ratio.mean == pytest.approx(1.2)
    assert ratio.count == 3
    assert calibration.ratio("other") is None


def test_the_margin_of_a_mean_shrinks_as_it_rests_on_more() -> None:
    spread = Spread()
    spread.add(2.0)
    assert spread.margin == 1.0
    margins = []
    for size in (4, 40, 400):
        while spread.count < size:
            spread.add(1.0 + 2 * (spread.count % 2))
        margins.append(spread.margin)
    assert margins == sorted(margins, reverse=True)
    assert margins[-1] == pytest.approx(0.1, rel=0.1)
