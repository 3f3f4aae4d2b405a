"""Trimming fits the limit, cuts where the language allows it, and splits nothing."""

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from copygen.quality.placeholders import find_placeholders, measure_filled
from copygen.quality.trim import trim
from copygen.quality.units import Unit, measure

PIECES = st.sampled_from(
    [
        "Silk ",
        "scarf, ",
        "and ",
        "a",
        " ",
        "\n",
        "(",
        ")",
        "…",
        "—",
        "!",
        "ผ้าไหม",
        "ไทย ",
        "น้ำ",
        "を",
        "手織りの",
        "シルク",
        "。",
        "、",
        "丝绸",
        "围巾",
        "실크 ",
        "👨‍👩‍👧‍👦",
        "🇹🇭",
        "e\u0301\u0323",
        "क्षि",
        "\u200d",
        "{KeyWord:Silk Scarf}",
        "%%NAME%%",
        "{{first_name}}",
        "%s",
        "*|F|*",
        "example.com ",
        "\ud800",
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)
CLUSTER = regex.compile(r"\X")


@pytest.mark.parametrize(
    ("text", "limit", "language", "result"),
    [
        ("Handwoven silk", 30, "en", "Handwoven silk"),
        ("Handwoven Thai silk scarf, made in Isan", 30, "en", "Handwoven Thai silk scarf"),
        ("Μετάξι για τις ωραίες στιγμές", 15, "el", "Μετάξι"),
        ("Μετάξι ως το πρωί", 10, "el", "Μετάξι"),
        ("Made by hand in the mountains", 19, "en", "Made by hand"),
        ("Soft silk. Every day, for all of you", 20, "en", "Soft silk. Every day"),
        ("Soft silk for you. Every single day", 23, "en", "Soft silk for you."),
        ("Is it silk? It is, and it is soft", 14, "en", "Is it silk?"),
        ("Silk scarf (handmade in Thailand)", 25, "en", "Silk scarf"),
        ("Scarf – handwoven", 10, "en", "Scarf"),
        ("Supercalifragilistic", 10, "en", "Supercalif"),
        ("Écharpe en soie de Thaïlande", 18, "fr", "Écharpe en soie"),
        ("Seidenschal aus Thailand und Laos", 28, "de", "Seidenschal aus Thailand"),
        ("ผ้าไหมทอมือ เหมาะเป็นของขวัญ", 15, "th", "ผ้าไหมทอมือ"),
        ("ผ้าไหมไทยทอมือจากช่างฝีมือ", 14, "th", "ผ้าไหมไทยทอมือ"),
        ("手織りのタイシルクスカーフをあなたに", 30, "ja", "手織りのタイシルクスカーフ"),
        ("毎日に。手織りのシルク", 10, "ja", "毎日に。"),
        ("手工编织的泰国丝绸围巾，柔软舒适", 24, "zh-CN", "手工编织的泰国丝绸围巾"),
        ("태국 실크 스카프를 만나보세요", 15, "ko", "태국 실크"),
        ("وشاح حرير تايلاندي ناعم", 18, "ar", "وشاح حرير تايلاندي"),
        ("", 5, None, ""),
        ("   ", 2, None, ""),
    ],
)
def test_a_text_is_cut_where_its_language_allows(
    text: str, limit: int, language: str | None, result: str
) -> None:
    assert trim(text, limit, Unit.WIDTH, language=language) == result


@pytest.mark.parametrize(
    ("text", "limit", "unit", "result"),
    [
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 10, Unit.CODEPOINTS, "👨‍👩‍👧‍👦"),
        ("👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 3, Unit.CODEPOINTS, ""),
        ("シルク", 8, Unit.BYTES, "シル"),
        ("𠮷野家", 3, Unit.UTF16, "𠮷野"),
        ("silk " * 40, 1, Unit.SMS_SEGMENTS, ("silk " * 32).rstrip()),
        ("ไหม " * 40, 1, Unit.SMS_SEGMENTS, ("ไหม " * 17).rstrip()),
        ("Read about silk at example.com now", 20, Unit.X, "Read about silk"),
    ],
)
def test_each_unit_has_its_own_end(text: str, limit: int, unit: Unit, result: str) -> None:
    assert trim(text, limit, unit) == result


def test_a_placeholder_stays_whole_and_counts_at_its_longest() -> None:
    text = "Shop {KeyWord:Silk} in Bangkok today"
    longest = {"KeyWord": "Silk Scarves Online"}
    assert trim(text, 18, Unit.WIDTH) == "Shop {KeyWord:Silk}"
    assert trim(text, 18, Unit.WIDTH, longest=longest) == "Shop"
    assert trim(text, 24, Unit.WIDTH, longest=longest) == "Shop {KeyWord:Silk}"


@given(TEXTS, st.integers(0, 40), st.sampled_from(list(Unit)), st.sampled_from([None, "ja", "en"]))
@example("%@ a", 2, Unit.CODEPOINTS, None)
@example("\u0600-\u0600-", 2, Unit.CODEPOINTS, None)
@example("example.com", 10, Unit.X, None)
@example("100%d", 4, Unit.WIDTH, None)
def test_trimmed_text_fits_and_nothing_in_it_is_split(
    text: str, limit: int, unit: Unit, language: str | None
) -> None:
    whole = unicodedata.normalize("NFC", text)
    cut = trim(text, limit, unit, language=language)
    assert measure_filled(cut, unit, {}) <= limit
    assert whole.startswith(cut)
    ends = {0, *(found.end() for found in CLUSTER.finditer(whole))}
    assert len(cut) in ends
    assert not any(p.start < len(cut) < p.end for p in find_placeholders(whole))
    if cut != whole:
        assert cut == cut.rstrip() or any(p.end == len(cut) for p in find_placeholders(whole))
        assert not cut.endswith((",", "(", "、", "—"))


@given(TEXTS, st.sampled_from(list(Unit)))
def test_a_text_that_fits_stays_as_it_is(text: str, unit: Unit) -> None:
    whole = unicodedata.normalize("NFC", text)
    assert trim(text, max(measure_filled(text, unit, {}), 1), unit) == whole


@given(TEXTS, st.integers(0, 60), st.sampled_from(list(Unit)))
def test_trimming_again_changes_nothing(text: str, limit: int, unit: Unit) -> None:
    cut = trim(text, limit, unit)
    assert trim(cut, limit, unit) == cut


@pytest.mark.no_cover
def test_a_long_text_of_nothing_but_marks_takes_no_time() -> None:
    assert trim("-" * 20_000 + "a", 10_000, Unit.CODEPOINTS) == ""
    assert measure("-" * 20_000, Unit.CODEPOINTS) == 20_000
