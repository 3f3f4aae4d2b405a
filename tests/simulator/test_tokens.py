"""Token estimates of the simulator."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.simulator.wire import count_message_tokens, count_tokens, cut_to_tokens

CHARS_PER_TOKEN = [
    # the average of each language, measured with OpenAI's o200k vocabulary on marketing copy
    (4.99, "Discover our new silk scarf, woven by hand in the north of Thailand."),
    (4.09, "Temui selendang sutera kami yang ditenun dengan tangan di utara Thailand."),
    (2.49, "ผ้าพันคอไหมทอมือจากภาคเหนือของไทย"),
    (1.27, "職人の手仕事から生まれた、やさしい肌ざわりのシルクスカーフです。"),
    (1.20, "来自泰国北部的手工丝巾，轻柔舒适，适合每一天。"),
    (1.68, "태국 북부에서 손으로 짠 실크 스카프를 만나 보세요."),
]


@pytest.mark.parametrize(("expected", "text"), CHARS_PER_TOKEN)
def test_an_estimate_is_plausible_for_its_script(expected: float, text: str) -> None:
    assert len(text) / count_tokens(text) == pytest.approx(expected, rel=0.25)


def test_nothing_counts_nothing_and_anything_at_least_one() -> None:
    assert count_tokens("") == 0
    assert count_tokens(" ") == 1


def test_every_message_costs_a_little_more_than_its_text() -> None:
    assert count_message_tokens([""]) < count_message_tokens(["", ""])
    assert count_message_tokens(["hello"]) > count_tokens("hello")


@given(text=st.text(max_size=200), limit=st.integers(1, 60))
def test_a_cut_text_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    kept = cut_to_tokens(text, limit)
    assert text.startswith(kept)
    assert count_tokens(kept) <= limit
    assert kept == text or count_tokens(text) > limit
