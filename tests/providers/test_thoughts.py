"""Reasoning is parted from the text, in every spelling, and copy is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.providers.openai import parted


@pytest.mark.parametrize(
    ("text", "said", "thought"),
    [
        ("<think>a</think>\n\nSilk.", "Silk.", "a"),
        ("a </think>Silk.", "Silk.", "a"),
        ("<think>a<think>b</think>c</think>Silk.", "Silk.", "a\nb\nc"),
        ("<think></think>Silk.", "Silk.", ""),
        ("<THINK>a</THINK> Silk.", "Silk.", "a"),
        ("<thinking>a</thinking>Silk.", "Silk.", "a"),
        ("<reasoning>a</reasoning>Silk.", "Silk.", "a"),
        ("<thought>a</thought>Silk.", "Silk.", "a"),
        ("<antThinking>a</antThinking>Silk.", "Silk.", "a"),
        ('<think duration="3">a</think>Silk.', "Silk.", "a"),
        ("< think >a< / think >Silk.", "Silk.", "a"),
        ("<seed:think>a</seed:think>Silk.", "Silk.", "a"),
        ("<longcat_think>a</longcat_think>Silk.", "Silk.", "a"),
        ("◁think▷a◁/think▷Silk.", "Silk.", "a"),
        ("[THINK]a[/THINK]Silk.", "Silk.", "a"),
        ("<|START_THINKING|>a<|END_THINKING|>Silk.", "Silk.", "a"),
        ("<|begin_of_thought|>a<|end_of_thought|>Silk.", "Silk.", "a"),
        (
            "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>"
            "Silk.<|return|>",
            "Silk.",
            "a",
        ),
        ("<analysis>a</analysis>Silk.", "Silk.", "a"),
        ("<internal_monologue>a</internal_monologue>Silk.", "Silk.", "a"),
        ("analysisWe need a slogan.assistantfinalSilk.", "Silk.", "We need a slogan."),
        ("assistantfinalSilk.", "Silk.", ""),
        ('<details type="reasoning" done="true"><p>a</p></details>\nSilk.', "Silk.", "<p>a</p>"),
        ("<think>a</think><answer>Silk.</answer>", "Silk.", "a"),
        ("<think>a</think>\n<answer>\nSilk.\n</answer>\n", "Silk.", "a"),
        ("<reflection>a</reflection><output>Silk.</output>", "Silk.", "a"),
        (
            "<|begin_of_thought|>a<|end_of_thought|>\n<|begin_of_solution|>Silk.<|end_of_solution|>",
            "Silk.",
            "a",
        ),
        (
            "<|START_THINKING|>a<|END_THINKING|><|START_RESPONSE|>Silk.<|END_RESPONSE|>",
            "Silk.",
            "a",
        ),
        ("<|begin_of_box|>Silk.<|end_of_box|>", "Silk.", None),
        ("<think>a", "", "a"),
        ("Silk.<think>a</think>", "Silk.", "a"),
        ('<think>{"a": 1}</think>{"b": 2}', '{"b": 2}', '{"a": 1}'),
        ("a{b}</think>```json\n{}\n```", "```json\n{}\n```", "a{b}"),
        # Copy, and what is no mark.
        ("Silk.", "Silk.", None),
        ("  Silk <b>now</b> [2 for 1]  ", "  Silk <b>now</b> [2 for 1]  ", None),
        ("<thinker>Silk</thinker>", "<thinker>Silk</thinker>", None),
        ("a < think > b", "a", "b"),
        ('{"a": "<think>x</think>"}', '{"a": "<think>x</think>"}', None),
        ("Think big", "Think big", None),
        ("analysis of silk: fine", "analysis of silk: fine", None),
        ("assistant wanted", "assistant wanted", None),
        ("<details>Silk</details> soft", "<details>Silk</details> soft", None),
        ("<answer>Silk.</answer>", "<answer>Silk.</answer>", None),
        ("", "", None),
    ],
)
def test_reasoning_is_taken_out(text: str, said: str, thought: str | None) -> None:
    assert parted(text) == (said, thought)


@given(st.lists(st.sampled_from(["<think>", "</think>", "a", "\n", "<", "[THINK]", "◁/think▷"])))
def test_no_mark_is_left_and_no_word_lost(pieces: list[str]) -> None:
    said, thought = parted("".join(pieces))

    assert "<think>" not in said
    assert "</think>" not in said
    assert (said + (thought or "")).count("a") == pieces.count("a")


@pytest.mark.parametrize(
    "piece", ["<think>", "</think>", "< ", "<think ", "[/THINK]", "<|channel|>"]
)
def test_marks_without_number_are_read_in_passing(piece: str) -> None:
    parted(piece * 200_000)
