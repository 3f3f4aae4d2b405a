"""Cells of a terminal, counted a second time by wcwidth, which has tables of its own."""

import gettext
import re
import unicodedata
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
import regex  # type: ignore[import-untyped]  # has no stubs
from rich.console import Console
from rich.text import Text
from wcwidth import width as cells_by_wcwidth

from copygen.quality.units import graphemes
from copygen.view.console import cells_of, print_words, safe
from copygen.view.layout import WrappedFacts
from copygen.view.texts import side_by_side

EVERY = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) != "Cn"]
SPACING_MARKS = [one for one in EVERY if unicodedata.category(one) == "Mc"]
PICTURES = [one for one in EVERY if regex.match(r"[\p{Extended_Pictographic}\p{Emoji}]", one)]
FLAG_LETTERS = [chr(code) for code in range(0x1F1E6, 0x1F200)]
TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
WORD = regex.compile(r"[\p{L}\p{M}\u200c\u200d]+")
INDIC = ("bn", "hi", "kn", "ml", "mr", "ne", "pa", "ta", "te")
HINDI = "हिन्दी में ऊन की मुलायम शॉल"
"""27 code points, 22 cells by wcwidth, 18 by rich."""


def differing(texts: Iterator[str] | list[str]) -> list[tuple[str, int, int]]:
    """Texts whose clusters take other cells by wcwidth, with both counts."""
    counts = (
        (one, cells_of(one), sum(cells_by_wcwidth(each) for each in graphemes(one)))
        for one in texts
    )
    return [one for one in counts if one[1] != one[2]]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0), ("wool", 4), ("ขนแกะ", 5), ("ข้าว", 3), ("羊毛", 4), ("cafe\u0301", 4),
        ("हि", 2), ("কি", 2), ("கி", 2), ("கொ", 2), ("క", 1), ("హిం", 2), ("ക്ഷി", 2),
        ("क्ष", 2), ("स्त्री", 2), ("राष्ट्रीय", 5), ("न\u094d\u200dन", 2),  # conjuncts
        ("အာ", 2),  # Burmese: the sign is a cluster of its own
        ("\u1b13\u1b44", 1), ("\ua98f\ua9c0", 1),  # Balinese and Javanese: nothing after it
        ("🇩🇪", 2), ("🇩", 2), ("🇩🇪🇫", 4), ("🇩x", 3),
        ("🏽", 2), ("a🏽", 3), ("か🏽", 4), ("🏽🏽", 4), ("👍🏽", 2), ("👩🏽\u200d🚀", 2),
        ("👨\u200d👩\u200d👧", 2), ("❤\ufe0f", 2), ("1\ufe0f\u20e3", 2), ("🏳\ufe0f\u200d🌈", 2),
    ],
)  # fmt: skip
def test_a_terminal_gives_a_text_its_cells(text: str, cells: int) -> None:
    assert cells_of(text) == cells


def test_spacing_marks_of_all_scripts_are_counted_as_wcwidth_does() -> None:
    assert len(SPACING_MARKS) > 400
    joined = [mark for mark in SPACING_MARKS if len(graphemes(f"क{mark}")) == 1]
    apart = [mark for mark in SPACING_MARKS if mark not in joined]
    assert not differing([base + mark for base, mark in product("कকகA界\u25cc", joined)])
    assert [one for one in apart if cells_of(f"က{one}") != cells_by_wcwidth(f"က{one}")] == []


def test_emoji_and_flags_are_counted_as_wcwidth_does() -> None:
    assert len(PICTURES) > 1000
    endings = ("", "\ufe0f", "\ufe0f\u20e3", *TONES)
    assert not differing([base + end for base, end in product(PICTURES, endings)])
    assert not differing([f"👩\u200d{one}" for one in PICTURES])
    assert not differing([a + b for a, b in product(FLAG_LETTERS, [*FLAG_LETTERS, "", "x", " "])])


@pytest.mark.parametrize("language", INDIC)
def test_indic_words_are_counted_as_wcwidth_does(language: str) -> None:
    django = pytest.importorskip("django", reason="its translations are the words")
    folder = Path(django.__file__).parent / "conf" / "locale" / language / "LC_MESSAGES"
    with (folder / "django.mo").open("rb") as file:
        texts = gettext.GNUTranslations(file)._catalog.values()  # type: ignore[attr-defined]
    words = {word for text in texts for word in WORD.findall(text) if not word.isascii()}
    assert len(words) > 100
    assert not differing(sorted(words))


@pytest.mark.parametrize("width", [6, 12, 20])
def test_what_is_cut_or_laid_out_fits_a_terminal(width: int) -> None:
    facts = [Text(word) for word in HINDI.split()]
    lines = [*WrappedFacts(facts).lines(width), *side_by_side([*facts, Text(HINDI)], 14)]
    assert cells_by_wcwidth(safe(HINDI, width)) <= width
    assert all(cells_by_wcwidth(line.plain) <= max(width, 14) for line in lines)


def test_a_message_is_broken_where_the_terminal_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(width=24, force_terminal=True, color_system=None)
    monkeypatch.setattr(console.file, "isatty", lambda: True)
    with console.capture() as capture:
        print_words(Text(HINDI), console)
    lines = re.split(r"\n", capture.get())
    assert len(lines) > 1
    assert all(cells_by_wcwidth(line) < 24 for line in lines)
