"""Texts on a terminal: never wider than it, nothing interpreted, carets under what they mean."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text
from wcwidth import width as cells_of

from copygen.models import Severity, Violation
from copygen.view.marked_text import CARET, MarkedText, TextMark
from copygen.view.texts import JudgedText, length_bar
from tests.support.pty_screen import replay
from tests.support.records import any_text
from tests.view.test_summary import CONTROL

RULE = "x"
"""A note that is no caret."""


def drawn(text: str, *spans: tuple[int, int], width: int = 80) -> list[str]:
    marks = [TextMark(*span, "red", Text(RULE)) for span in spans]
    return [line.plain for line in MarkedText(text, marks).lines(width)]


def screen(text: str, *spans: tuple[int, int], width: int = 80) -> tuple[str, ...]:
    """What a terminal has in its cells: of a wide character the second one is empty."""
    stream = io.StringIO()
    console = Console(file=stream, width=width, color_system=None, force_terminal=True)
    console.print(MarkedText(text, [TextMark(*span, "red", Text(RULE)) for span in spans]))
    return replay(stream.getvalue().replace("\n", "\r\n").encode(), columns=width).lines


@pytest.mark.parametrize(
    ("text", "words", "column", "carets"),
    [
        ("Now 50% off", "50%", 4, 3),
        ("ผ้าที่ดีที่สุด ราคา 50%", "50%", 13, 3),  # marks above and below take no cell
        ("銅の卵焼き器が50%引き", "50%", 14, 3),  # each character takes two
        ("銅の卵焼き器が50%引き", "卵焼", 4, 4),
        ("🎁 gift 🎁", "gift", 3, 4),
        ("cafe\u0301 cafe\u0301 best", "best", 10, 4),
        ("مرحبا بكم 50%", "50%", 10, 3),
        ("हिन्दी की 50%", "50%", 8, 3),  # vowel signs that stand beside their letter take one
        ("தமிழ் கொடி 50%", "தமிழ்", 0, 4),
        ("🇩 🏽 best", "best", 6, 4),  # half a flag, and a tone that no picture takes
        ("a\u202eb best", "best", 9, 4),  # the escape takes six
        ("a\x1b[2J best", "best", 9, 4),
    ],
)
def test_carets_stand_under_the_words(text: str, words: str, column: int, carets: int) -> None:
    start = text.index(words)
    found = drawn(text, (start, start + len(words)))
    assert found[1] == " " * column + CARET * carets + f" {RULE}"
    if not set("🎁हத🇩") & set(text):
        lines = screen(text, (start, start + len(words)))
        assert lines[1].index(CARET) == column


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("one two three four", 12, ["one two ", "three four"]),
        ("ผ้าพันคอไหมแพรวาทอมือ", 14, ["ผ้าพันคอไหม", "แพรวาทอมือ"]),
        ("子どものお弁当を作る朝", 14, ["子どもの", "お弁当を作る", "朝"]),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", 14, ["a" * 13, "a" * 11]),
        ("one\ntwo", 14, ["one⏎", "two"]),
        ("one\n\ntwo\n", 14, ["one⏎", "⏎", "two⏎"]),
        ("", 14, ["(empty)"]),
        (" a  b ", 14, ["·a··b·"]),
        ("a\tb", 14, ["a→b"]),
        ("a\u200bb", 14, ["a\\u200bb"]),
        ("x\ufe01\ufe02", 14, ["x\\ufe01\\ufe02"]),  # selectors that spell a hidden message
        ("x\u200dy", 14, ["x\\u200dy"]),
        ("می\u200cخواهم", 14, ["می\u200cخواهم"]),  # Persian is written so
        ("❤\ufe0f ok", 14, ["❤\ufe0f ok"]),
        ("\u0301x", 14, ["◌\u0301x"]),  # a mark without a letter joins nothing
        ("\u093fx", 14, ["◌\u093fx"]),
        ("\ud800", 14, ["\\ud800"]),
    ],
)
def test_lines_are_broken_where_a_reader_would(text: str, width: int, lines: list[str]) -> None:
    assert drawn(text, width=width) == lines


def test_a_mark_over_two_lines_has_carets_under_both_and_one_note() -> None:
    assert drawn("one two three four", (4, 13), width=12) == [
        "one two ", "    ^^^^", "three four", "^^^^^ x",
    ]  # fmt: skip


@pytest.mark.parametrize("span", [(3, 3), (9, 99), (-5, 1), (2, 0)])
def test_an_offset_outside_of_the_text_is_brought_to_its_end(span: tuple[int, int]) -> None:
    assert [line for line in drawn("abc", span) if CARET in line]


@given(
    any_text | st.text(alphabet="a ก็ษ銅🎁हि्कொ🇩🏽e\u0301\u200d\ufe0f👩\n\t\x1b", max_size=60),
    st.lists(st.tuples(st.integers(-2, 70), st.integers(-2, 70)), max_size=3),
    st.integers(12, 60),
)
def test_no_line_is_wider_than_the_terminal_and_every_mark_is_seen(
    text: str, spans: list[tuple[int, int]], width: int
) -> None:
    lines = drawn(text, *spans, width=width)
    assert all(cells_of(line) <= width for line in lines)
    assert not any(CONTROL.search(line) for line in lines)
    if CARET not in text:
        assert sum(line.endswith(RULE) and set(line) <= set(" ^x") for line in lines) >= len(spans)


@given(any_text.filter(lambda text: CARET not in text), st.integers(12, 60))
def test_the_letters_of_a_text_are_all_there(text: str, width: int) -> None:
    letters = [char for char in text if char.isalnum() and char.isascii()]
    shown = "".join(drawn(text, width=width))
    assert all(shown.count(char) >= letters.count(char) for char in set(letters))


def test_what_is_too_long_is_marked_from_where_it_is_so() -> None:
    long = Violation("length", Severity.ERROR, "8 of 5", fix="cut at least 3")
    found = [line.plain for line in JudgedText("abcdefgh", [long], overflow=5).lines(60)]
    assert found == ["abcdefgh", "     ^^^ length: 8 of 5 → cut at least 3"]


def test_what_has_no_place_stands_under_the_text() -> None:
    whole = Violation("language", Severity.WARNING, "this is not Thai")
    assert [line.plain for line in JudgedText("abc", [whole]).lines(60)] == [
        "abc", "! language: this is not Thai",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "limit", "bar", "style"),
    [
        (0, 10, "░" * 10, "green"),
        (5, 10, "█████░░░░░", "green"),
        (10, 10, "█" * 10, "green"),
        (34, 10, "█" * 10, "red"),
        (1, 10_000, "▏" + "░" * 9, "green"),
        (3, None, "", ""),
    ],
)
def test_a_bar_shows_the_share_of_the_limit(
    value: int, limit: int | None, bar: str, style: str
) -> None:
    from copygen.delivery.rules import Length
    from copygen.quality.units import Unit

    found = length_bar(Length(value, limit, Unit.WIDTH), 10)
    assert found.plain == bar
    assert not bar or value == 0 or found.spans[0].style == style
