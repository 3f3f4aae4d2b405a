"""What is no fact, what readers see of HTML, what stands in other words, what a program left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.quality.normalize import NormalizedText, visible
from copygen.quality.packs import RuleSet, load_pack, load_wording
from copygen.quality.quantities import load_measures, no_facts, quantities, telephone_numbers


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Soft</p><p>silk</p>", "Soft silk"),
        ("Soft <b>silk</b>", "Soft silk"),
        ('<p style="line-height: 1.5">A</p>', "A"),
        ("Salt&nbsp;&amp; silk", "Salt\xa0 & silk"),
        ("<!-- 30 % off -->Silk", "Silk"),
        ("<script>if (1 < 2) {}</script>Silk", "Silk"),
        ("<STYLE>p {width: 5px}</STYLE>Silk", "Silk"),
        ("Silk <!-- never closed", "Silk"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("Soft <3 silk", "Soft <3 silk"),
        ("AT&T; R&D", "AT&T; R&D"),
    ],
)
def test_of_html_readers_see_the_words(html: str, text: str) -> None:
    assert " ".join(visible(html).split()) == " ".join(text.split())


@given(st.text(alphabet="<>/!-&;ab p\nIİß", max_size=60))
def test_every_letter_stays_where_it_stands(text: str) -> None:
    seen = visible(text)
    assert len(seen) == len(text)
    assert all(new in (old, " ", "\n") or "&" in text for old, new in zip(text, seen, strict=True))


@pytest.mark.parametrize(
    "text",
    [
        "24/7", "24/7/365", "7x24", "24 hours a day", "24 Stunden am Tag", "las 24 horas",
        "MP4", "mp3", "x86", "H.264", "A4", "E27", "WN2500RP", "HUB-7", "4K", "1080p", "3D", "5G",
        "360°", "360-degree", "180 degrees", "360度", "360 องศา", "90°",
        "3rd", "22nd", "101st", "2e", "1er", "1ª", "3.º", "2:a", "3-й", "ke-3", "ครั้งที่ 3", "第3",
        "https://a.example/3a2b", "bit.ly/3a2b", "shop4you.de", "me2@mail.example",
        "2-in-1", "2合1",
    ],
)  # fmt: skip
def test_a_figure_that_claims_nothing_need_not_be_in_the_item(text: str) -> None:
    spans = list(no_facts(f"ab {text} cd"))
    found = quantities(f"ab {text} cd", load_measures())
    assert found
    assert all(any(a < one.span[1] and one.span[0] < b for a, b in spans) for one in found)


@pytest.mark.parametrize(
    "text",
    [
        "only 990", "RM49", "THB2500", "SPF50", "UPF50", "IP67", "SAVE20", "OFF50", "R499",
        "10K users",
        "8K customers", "25%", "18K", "1st in Thailand", "第1位", "2 pieces", "360 pieces", "40°C",
        "Buy 2 get 1", "3 left", "1.299 €", "x3",
    ],
)  # fmt: skip
def test_a_figure_that_claims_something_is_a_fact(text: str) -> None:
    found = quantities(f"ab {text} cd", load_measures())
    spans = list(no_facts(f"ab {text} cd"))
    assert not all(any(a < one.span[1] and one.span[0] < b for a, b in spans) for one in found)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call +66 2 123 4567 now", 1),
        ("0800 555 0199", 1),
        ("(030) 1234 5678", 1),
        ("1-800-555-1234", 1),
        ("01-02-2026", 0),
        ("0.5 kg", 0),
        ("10 000 000 views", 0),
        ("2026-11-28", 0),
    ],
)
def test_telephone_numbers_are_found_whole(text: str, numbers: int) -> None:
    assert len(list(telephone_numbers(text))) == numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1 299 €", [1299]),
        ("1\u00a0299\u00a0000 ₽", [1299000]),
        ("12 500,50 zł", ["12500.5"]),
        ("F16，7速", [16, 7]),
        ("２，５００円", [2500]),
        ("70 x 180 cm", [70, 180]),
        ("10 20 300", [10, 20300]),
    ],
)
def test_spaces_and_full_width_commas_in_numbers(text: str, values: list[object]) -> None:
    read = [str(one.values[0].normalize()) for one in quantities(text, load_measures())]
    assert [str(float(value)) for value in read] == [str(float(str(value))) for value in values]


BROKEN = [
    (
        "claims",
        "superlative.best",
        ["最高のシルク", "最好的丝巾", "最佳丝巾", "최고의", "the best silk"],
    ),
    ("claims", "superlative.most", ["최대 규모", "the most beautiful"]),
    ("claims", "certification.organic", ["有機シルク", "有机棉", "organic cotton"]),
    ("claims", "certification.fda", ["ผ่าน อย. แล้ว", "เลขอย. 10-1", "อย. รับรอง"]),
    ("claims", "certification.award", ["디자인상 수상", "수상작"]),
    (
        "leftovers",
        "mojibake",
        ["Ã¼ber", "â€œsilk", "à¸œà¹‰", "ðŸ˜€", "縺励▲縺", "Р»РµРЅ", "=C3=A9t=C3=A9"],
    ),
    ("leftovers", "code_value", ["costs NaN", "for undefined", "#NAME?", "Invalid Date", "NULL"]),
    ("leftovers", "filler", ["by XXX", "[TODO]", "Enter the brand name here", "consectetur"]),
    ("leftovers", "token", ["<|eot_id|>", "[/INST]", "<bos>", "### Response: Silk", "```json\n{"]),
    ("leftovers", "thinking", ["<thinking>x", "Hmm, let me think", "the user wants silk"]),
]
WHOLE = [
    ("claims", "superlative.best", ["最高気温", "最好冷藏", "最佳赏味期", "최고기온"]),
    ("claims", "superlative.most", ["최대 60분", "최대한", "make the most of"]),
    ("claims", "certification.organic", ["共有機能", "有机会", "organic shapes", "有機EL"]),
    ("claims", "certification.fda", ["อร่อย.", "น้อย.", "ซอย.", "ค่อย."]),
    ("claims", "certification.award", ["수상 택시", "특수상자", "우수상품"]),
    ("leftovers", "mojibake", ["Münü®", "CAFÉ™ ROSÉ–", "São João", "„Spaß“", "Åsa’s",
                               "เธอเนียน", "Раз — и всё",
                               "HYVÄ!", "l’été à « Nice »", "âme", "GARÇON…"]),
    ("leftovers", "code_value", ["null Komma nichts", "Null Risiko", "None of it", "second to none",
                                 "leave curls undefined waves", "banana"]),
    ("leftovers", "filler", ["size XXXL", "TODO es posible", "Add a bow here", "a cosy vestibule"]),
    ("leftovers", "token", ["JSON export for your team", "Super silk", "10 <b> 5"]),
    ("leftovers", "thinking", ["I think you will like it", "Think silk", "Okay, summer: go"]),
]  # fmt: skip


def _broken(wording: str, rule: str, text: str) -> bool:
    rules = RuleSet(load_wording(wording).rules)
    return rule in [one.id for one, _ in rules.broken(NormalizedText(text))]


@pytest.mark.parametrize(
    ("wording", "rule", "text"), [(w, r, text) for w, r, texts in BROKEN for text in texts]
)
def test_a_rule_finds_what_it_is_about(wording: str, rule: str, text: str) -> None:
    assert _broken(wording, rule, text)


@pytest.mark.parametrize(
    ("wording", "rule", "text"), [(w, r, text) for w, r, texts in WHOLE for text in texts]
)
def test_a_rule_passes_what_only_looks_like_it(wording: str, rule: str, text: str) -> None:
    assert not _broken(wording, rule, text)


@pytest.mark.parametrize(
    ("text", "is_broken"),
    [("最轻柔", True), ("最低价", True), ("最近", False), ("最新款", False), ("最低两盒", False)],
)
def test_the_absolute_of_the_chinese_law_is_not_every_word_with_its_letter(
    text: str, is_broken: bool
) -> None:
    rules = RuleSet(load_pack("cn").rules)
    assert ("most" in [one.id for one, _ in rules.broken(NormalizedText(text))]) is is_broken
