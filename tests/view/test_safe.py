import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from copygen.view.console import safe

FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.characters(max_codepoint=0xA0),
        st.sampled_from("\x1b\x9b\x07\u202e\u2066\u200d\ufe0f\ud800\U000e0041[]/red"),
    )
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("two\nlines", "two⏎lines"),
        ("a\tb", "a b"),
        ("\x1b]52;c;ZXZpbA==\x07", r"\x1b]52;c;ZXZpbA==\x07"),
        ("\x1b[2J\x1b[H", r"\x1b[2J\x1b[H"),
        ("over\rwritten", r"over\x0dwritten"),
        ("\x9b31m", r"\x9b31m"),
        ("\x7f\x00", r"\x7f\x00"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("\u2066a\u2069", r"\u2066a\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\u2028", r"\u2028"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("[/red][link=evil]", "[/red][link=evil]"),
        (":smile:", ":smile:"),
        ("ครัวไทย 高級 👨‍👩‍👧 क्‍ष می‌خواهم", "ครัวไทย 高級 👨‍👩‍👧 क्‍ष می‌خواهم"),
        ("❤️", "❤️"),
    ],
)
def test_controls_become_visible_and_every_language_stays(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("word word", 6, "word…"),
        ("高級品", 6, "高級品"),
        ("高級品", 5, "高級…"),
        ("高級品", 4, "高…"),
        ("ข้าวหอม", 3, "ข้า…"),
        ("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"),
        ("\x1b\x1b", 4, "\\x1…"),
        ("anything", 1, "…"),
        ("anything", 0, ""),
        ("", 0, ""),
    ],
)
def test_a_long_text_is_cut_between_characters(text: str, width: int, shown: str) -> None:
    assert safe(text, width) == shown


@given(HOSTILE)
def test_nothing_a_terminal_obeys_is_left(text: str) -> None:
    assert not FORBIDDEN.search(safe(text))


@given(HOSTILE)
def test_what_is_safe_stays_as_it_is(text: str) -> None:
    assert safe(safe(text)) == safe(text)


@given(HOSTILE, st.integers(0, 40))
def test_the_width_is_kept(text: str, width: int) -> None:
    shown = safe(text, width)
    assert cell_len(shown) <= width
    assert not FORBIDDEN.search(shown)


@given(HOSTILE)
def test_no_control_byte_reaches_the_stream(text: str) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    console = Console(file=stream, width=30, color_system=None, highlight=False)
    console.print(Text(safe(text)))
    stream.flush()
    written = stream.buffer.getvalue().decode()
    assert not FORBIDDEN.search(written.replace("\n", ""))


def test_a_flood_of_combining_marks_is_cut_too() -> None:
    assert len(safe("a" + "\u0301" * 1_000_000, 20)) < 200
