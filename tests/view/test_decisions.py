"""What a run made of decisions, in words."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from copygen.results.summary import DecidedTexts
from copygen.view.decisions import decided_rows
from copygen.view.summary import render_summary
from tests.view.sample_summary import COMPLETE, HOSTILE

NONE = DecidedTexts(0, 0, {}, 0, 0)


def said(decided: DecidedTexts | None, width: int = 200) -> list[str]:
    console = Console(file=(stream := io.StringIO()), width=width)
    for label, value in decided_rows(decided):
        assert label == "Decided"
        console.print(value)
    return stream.getvalue().splitlines()


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        (None, []),
        (NONE, []),
        (replace(NONE, left=1, prompts=1), ["1 text left that people decided on"]),
        (
            replace(NONE, left=20, prompts=20, stale={"the brief": 12}),
            [
                "20 texts left that people decided on: 12 of an earlier template (stale)",
            ],
        ),
        (
            replace(NONE, left=9, stale={"price": 3, "name, price": 2, "the model": 1}),
            [
                "9 texts left that people decided on: 3 of an earlier price (stale), "
                "2 of an earlier name, price (stale), 1 of another model (stale)",
            ],
        ),
        (
            replace(NONE, left=9, stale={f"c{n}": 1 for n in range(6)}),
            [
                "9 texts left that people decided on: 1 of an earlier c0 (stale), "
                "1 of an earlier c1 (stale), 1 of an earlier c2 (stale), "
                "1 of an earlier c3 (stale), 2 stale for other reasons",
            ],
        ),
        (
            replace(NONE, revised=3, waiting=2),
            [
                "3 with what a reviewer said · 2 rejected by people: --retry rejected makes them "
                "again"
            ],
        ),
    ],
)
def test_the_row_says_what_was_left_and_what_was_made_again(
    decided: DecidedTexts | None, words: list[str]
) -> None:
    assert " ".join(said(decided)).split() == " ".join(words).split()


def test_a_column_cannot_disturb_the_terminal() -> None:
    assert not {"\x1b", "\u202e"} & {*"".join(said(replace(NONE, left=1, stale={HOSTILE: 1})))}


def test_it_stands_in_the_summary() -> None:
    console = Console(file=(stream := io.StringIO()), width=100)
    summary = replace(COMPLETE, decided=replace(NONE, left=20, prompts=20))
    render_summary(summary, console)
    assert "Decided      20 texts left that people decided on" in stream.getvalue()
