"""Every unit counts as its channel does: golden tables, a second count, invariants."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import regex
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from copygen.quality import units
from copygen.quality.units import Unit, boundaries, graphemes, measure

GOLDEN = Path(__file__).parent / "golden"
UNITS = (Unit.CODEPOINTS, Unit.GRAPHEMES, Unit.UTF16, Unit.BYTES, Unit.WIDTH)
CLUSTER = regex.compile(r"\X")

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
"""Lone surrogates, controls and unassigned code points included."""
WRITTEN = st.text(
    st.sampled_from(
        "aé\u0301 .,-!กำ้ผไหมシルクｶﾞ絲한ᄒ\u11abحنم\u094dस\u200d\ufe0f👨👩🏽🇹🇭☺1\u20e3©\r\n"
    ),
    max_size=40,
)


def golden(name: str) -> Any:
    return yaml.safe_load((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8"))


UNIT_CASES = [
    pytest.param(text, unit, length, id=f"{script}-{number}-{unit}")
    for script, rows in golden("units").items()
    for number, (text, *lengths) in enumerate(rows)
    for unit, length in zip(UNITS, lengths, strict=True)
]
X_CASES = [
    pytest.param(
        text if isinstance(text, str) else text[0] * text[1], weight, id=f"{kind}-{number}"
    )
    for kind, rows in golden("x").items()
    for number, (text, weight) in enumerate(rows)
]


@pytest.mark.parametrize(("text", "unit", "length"), UNIT_CASES)
def test_the_golden_lengths(text: str, unit: Unit, length: int) -> None:
    assert measure(text, unit) == length


def test_the_golden_table_is_as_wide_as_promised() -> None:
    assert len(UNIT_CASES) >= 150
    assert len(golden("units")) >= 8


@pytest.mark.parametrize(("text", "weight"), X_CASES)
def test_x_weighs_as_twitter_text_does(text: str, weight: int) -> None:
    assert measure(text, Unit.X) == weight


GSM = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 0),
        ("a", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("€" * 80, 1),
        ("€" * 80 + "a", 2),
        ("a" * 152 + "€" + "a" * 8, 2),  # the pair goes to the second part
        ("a" * 152 + "€" + "a" * 151, 2),
        ("a" * 152 + "€" + "a" * 152, 3),
        ("a" * 153 + "€" + "a" * 151, 2),
        ("€" * 152, 2),  # 76 pairs to a part: one septet of each stays empty
        ("€" * 153, 3),
        ("[]{}\\^~|€\f" * 8, 1),
        (GSM, 1),
        (GSM * 4, 2),
        ("ก" * 70, 1),
        ("ก" * 71, 2),
        ("ก" * 134, 2),
        ("ก" * 135, 3),
        ("絲" * 201, 3),
        ("絲" * 202, 4),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),  # 33 to a part: a surrogate pair is not split
        ("😀" * 67, 3),
        ("a" * 160 + "…", 3),  # one typographic mark, and all of it is UCS-2
        ("a" * 70 + "’", 2),
        ("c" * 71 + "ç", 2),  # lower-case ç is not in the alphabet, Ç is
        ("C" * 71 + "Ç", 1),
        ("e\u0301" * 160, 1),  # é after NFC
        ("\r\n" * 80, 1),
        ("\t" + "a" * 70, 2),
        ("\ud800" * 71, 2),
    ],
)
def test_sms_segments(text: str, expected: int) -> None:
    assert measure(text, Unit.SMS_SEGMENTS) == expected


def recount_sms(text: str) -> int:
    """The same by bytes: septets with escapes, or UTF-16, cut into parts one code at a time."""
    text = unicodedata.normalize("NFC", text)
    basic = set(GSM + "\n\r !\"#%&'()*+,-./:;<=>?") | {chr(c) for c in range(0x30, 0x3A)}
    basic |= {chr(c) for c in range(0x41, 0x5B)} | {chr(c) for c in range(0x61, 0x7B)}
    if all(char in basic or char in "\f^{}\\[~]|€" for char in text):
        codes, whole, part = [1 if char in basic else 2 for char in text], 160, 153
    else:
        codes, whole, part = (
            [len(c.encode("utf-16-be", "surrogatepass")) // 2 for c in text],
            70,
            67,
        )
    if sum(codes) <= whole:
        return 1 if codes else 0
    parts: list[int] = [0]
    for code in codes:
        parts = [*parts, code] if parts[-1] + code > part else [*parts[:-1], parts[-1] + code]
    return len(parts)


@given(st.text(st.sampled_from("ab €[]{éÇçก絲😀…\n"), max_size=400))
def test_sms_segments_agree_with_a_second_count(text: str) -> None:
    assert measure(text, Unit.SMS_SEGMENTS) == recount_sms(text)


@pytest.mark.parametrize(
    ("text", "title", "snippet"),
    [
        ("", 0, 0),
        ("iiii", 18, 13),  # 222 thousandths each
        ("WWWW", 76, 53),  # 944
        ("Silk", 33, 23),  # 667 + 222 + 222 + 500 = 1611 → 32.2, 22.6
        ("絲綢", 40, 28),
        ("ｼﾙｸ", 30, 21),
        ("👨‍👩‍👧‍👦", 20, 14),
        ("e\u0301", 12, 8),  # as wide as e
        ("ệ", 12, 8),  # not in the font: as wide as what it is made of
        ("\u0301", 0, 0),
    ],
)
def test_pixels_are_those_of_arial(text: str, title: int, snippet: int) -> None:
    assert measure(text, Unit.PIXELS) == title
    assert measure(text, Unit.PIXELS_14) == snippet


@given(ANY, st.sampled_from(list(Unit)))
@example("\ud83d\ude00", Unit.X)
@example("\ud800.\udc00", Unit.X)
@example("1\ufe0f\u20e3", Unit.PIXELS)
def test_measuring_never_raises_and_is_never_negative(text: str, unit: Unit) -> None:
    assert measure(text, unit) >= 0


@given(st.text(st.sampled_from("a.b:/-_@#?=()htps%com\u3042\u0e01é~ "), max_size=60))
def test_addresses_of_any_shape_can_be_weighed(text: str) -> None:
    assert 0 <= measure(text, Unit.X) <= 2 * len(text) + 23 * len(text)


@given(st.one_of(ANY, WRITTEN), st.sampled_from(list(Unit)))
def test_a_text_and_its_other_forms_are_equally_long(text: str, unit: Unit) -> None:
    composed = unicodedata.normalize("NFC", text)
    decomposed = unicodedata.normalize("NFD", text)
    assert measure(text, unit) == measure(composed, unit) == measure(decomposed, unit)


@given(st.one_of(ANY, WRITTEN), st.one_of(ANY, WRITTEN))
def test_lengths_add_up_where_nothing_joins(one: str, other: str) -> None:
    both = f"{one}\n\n{other}"  # a line break joins nothing; one is no part of a CR LF
    if one.endswith("\r"):
        return
    for unit in (Unit.CODEPOINTS, Unit.GRAPHEMES, Unit.UTF16, Unit.BYTES, Unit.WIDTH, Unit.X):
        breaks = measure("\n\n", unit)
        assert measure(both, unit) == measure(one, unit) + breaks + measure(other, unit), unit


@given(st.one_of(ANY, WRITTEN))
def test_clusters_agree_with_a_second_count(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    assert list(graphemes(text)) == CLUSTER.findall(text)
    assert boundaries(text) == [found.end() for found in CLUSTER.finditer(text)]
    assert measure(text, Unit.GRAPHEMES) == len(CLUSTER.findall(text))


@given(WRITTEN)
def test_clusters_agree_with_another_library(text: str) -> None:
    assert list(graphemes(text)) == list(iter_graphemes(text))


BREAKS = (
    ("_LETTERS", r"[\p{GCB=Other}\p{GCB=LV}\p{GCB=LVT}]"),
    ("_STANDING", r"[\p{GCB=Extend}\p{GCB=SpacingMark}]"),
)


@pytest.mark.parametrize(("name", "allowed"), BREAKS)
def test_what_is_counted_without_the_library_is_of_those_classes_of_unicode(
    name: str, allowed: str
) -> None:
    told = regex.findall(f"[{getattr(units, name)}]", "".join(map(chr, range(0x110000))))
    assert len(told) > 100
    assert [hex(ord(one)) for one in told if not regex.match(allowed, one)] == []


def test_nothing_that_is_counted_without_the_library_forms_conjuncts() -> None:
    """What an Indic letter makes of a mark and the next letter is left to the library."""
    every = "".join(map(chr, range(0x110000)))
    assert CLUSTER.fullmatch("\u0915\u094d\u0937"), "conjuncts are told"
    letters = regex.findall(f"[{units._LETTERS}]", every)
    assert not [one for one in letters if CLUSTER.fullmatch(f"\u0915\u094d{one}")]
    marks = regex.findall(f"[{units._STANDING}]", every)
    assert not [one for one in marks if CLUSTER.fullmatch(f"\u0915{one}\u0937")]


@given(st.one_of(ANY, WRITTEN))
def test_units_and_bytes_agree_with_a_second_count(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    codes = [ord(char) for char in text]
    assert measure(text, Unit.CODEPOINTS) == len(codes)
    assert measure(text, Unit.UTF16) == sum(2 if code > 0xFFFF else 1 for code in codes)
    sizes = (1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF) for code in codes)
    assert measure(text, Unit.BYTES) == sum(sizes)
    wide = sum(unicodedata.east_asian_width(char) in ("W", "F") for char in text)
    assert measure(text, Unit.WIDTH) == len(codes) + wide


@given(st.text(st.characters(max_codepoint=0x10FF, exclude_characters="."), max_size=80))
def test_x_counts_light_characters_once(text: str) -> None:
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n")
    if max(text, default="") <= "\u10ff":
        assert measure(text, Unit.X) == len(text)


def test_units_are_named_in_messages() -> None:
    assert Unit.WIDTH.counted(34) == "34 width units"
    assert Unit.WIDTH.counted(1) == "1 width unit"
    assert Unit.SMS_SEGMENTS.counted(1) == "1 SMS segment"
    assert Unit.BYTES.counted(5000) == "5,000 bytes"
    for unit in Unit:
        assert re.fullmatch(r"[A-Za-z0-9 -]+s", unit.noun)
