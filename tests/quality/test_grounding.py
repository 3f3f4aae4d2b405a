"""Numbers, dates and claims: what grounds them and what does not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.quality.facts import claims, figures
from copygen.quality.normalize import TermMatcher
from copygen.quality.packs import RuleSet, load_wording
from copygen.quality.quantities import quantities, readings
from tests.support.quality_fields import MEASURES, context, rules

NOTHING = TermMatcher(())
THAI, FULL = "๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９"

GROUNDED = [
    ("2,500 baht", {"price": 2500}),
    ("2500 baht", {"price": "2,500"}),
    ("２５００円", {"price": "2500"}),
    ("๒,๕๐๐ บาท", {"price": 2500}),
    ("฿2,500", {"price": "2,500 THB"}),
    ("2.5k", {"price": 2500}),
    ("2,5 kg", {"weight": "2.5 kg"}),
    ("1 kg", {"weight": "1000 g"}),
    ("500 มล.", {"volume": "0.5 l"}),
    ("1.2万円", {"price": "12,000円"}),
    ("3만원", {"price": "30000원"}),
    ("¥500", {"price": "500円"}),
    ("50%", {"discount": "50 %"}),
    ("50%", {"discount": 50}),
    ("50 เปอร์เซ็นต์", {"discount": "50%"}),
    ("Rp 150.000", {"price": 150000}),
    ("20 x 30 cm", {"size": "20 x 30 cm"}),
    ("20 cm wide, 30 cm long", {"size": "20 x 30 cm"}),
    ("20×30 cm", {"size": "20 x 30 cm"}),
    ("0.2 m", {"size": "20 x 30 x 5 cm"}),
    ("30 x 20 cm", {"width": "20 cm", "length": "30 cm"}),
    ("31 ธันวาคม 2568", {"until": "2025-12-31"}),
    ("1.299,- €", {"price": "1299 €"}),
    ("1 299,– Kč", {"price": "1 299 Kč"}),
    ("CHF 1’299.–", {"price": "1299 CHF"}),
    ("1 299:- kr", {"price": "1299 kr"}),
    ("nur 1 299 €", {"price": "1.299,- €"}),
    ("₹1,29,999/-", {"price": "₹129999"}),
    ("Rs 1,299/-", {"price": "Rs 1299"}),
    ("1\u202f299\u00a0€", {"price": "1299 €"}),
    ("by 31 December", {"until": "31/12/2025"}),
    ("5月3日", {"date": "2026-05-03"}),
    ("1. Rinse\n2. Fill", {}),
    ("1) Rinse\n2) Fill", {}),
    ("USB 3.0", {"port": "USB 3"}),
    ("B12", {"with": "vitamin B12"}),
    ("%1$s is here", {}),
    ("no digits", {}),
    ("Paso 1: pan. Paso 2: aceite. No hay paso 3.", {}),
    ("1 žingsnis: pripūsk. 2 žingsnis: atsistok. 3 žingsnis: plauk.", {}),
    ("Step 1: open. Step 2: pour. There is no step 3.", {}),
    ("1. lépés: nyisd ki. 2. lépés: töltsd.", {}),
    ("1. adım: aç. 2. adım: dök.", {}),
    ("ধাপ ১: খোলো। ধাপ ২: ঢালো।", {}),
    ("قدم ۱: باز کن. قدم ۲: بریز.", {}),
    ("ステップ1：開ける。ステップ2：注ぐ。", {}),
    ("1단계: 열기. 2단계: 붓기.", {}),
    ("步骤1：打开。步骤2：倒。", {}),
    ("ขั้นที่ 1: เปิด ขั้นที่ 2: เท", {}),
    ("Korak 1 – otvori. Korak 2 – natoči.", {}),
    ("1: unpack. 2: sit.", {}),
    ("Trin nr. 1: åbn. Trin nr. 2: hæld.", {}),
    ("3 layers", {"made": {"of": ["3 layers"]}}),
    ("3 pairs", {"pack": "three pairs"}),
    ("25 pieces", {"pack": "twenty-five pieces"}),
    ("2 years", {"warranty": "two years"}),
    ("6人用", {"size": "六人用"}),
    ("3켤레 세트", {"pack": "3足セット"}),
    ("Pestään 40 asteessa.", {"care": "vesipesu 40 °C"}),
    ("Tvätta i 30 grader.", {"size": "2 m"}),
    ("十二 6 12", {"size": "六人用、十二枚"}),
]
INVENTED = [
    ("2,600 baht", {"price": 2500}, "grounding.price"),
    ("$390", {"price": "390 THB"}, "grounding.price"),
    ("50%", {"pieces": "50 pieces"}, "grounding.percent"),
    ("3 baht", {"made": "3 layers of silk"}, "grounding.price"),
    ("2 kg", {"weight": "2 g"}, "grounding.unit"),
    ("24 hours", {}, "grounding.unit"),
    ("20 x 40 cm", {"size": "20 x 30 cm"}, "grounding.unit"),
    ("25 x 30 cm", {"size": "20 x 30 cm, 25 g"}, "grounding.unit"),
    ("3x faster", {"size": "3 x 4 cm"}, "grounding.unit"),
    ("8 persons", {"size": "for six people"}, "grounding.number"),
    ("2.5 years", {"warranty": "two years"}, "grounding.unit"),
    ("Only 1 left. Only 2.", {"left": "1 left"}, "grounding.number"),
    ("Paso 2: pan.", {}, "grounding.number"),
    ("Schritt 1: auf. Stufe 2: zu.", {"n": 1}, "grounding.number"),
    ("Step 1: open. Step 2: pour for 9 guests.", {}, "grounding.number"),
    ("3 €", {"pack": "three pairs"}, "grounding.price"),
    ("2켤레 더 드려요.", {"cuff": "2cm"}, "grounding.unit"),
    ("Pestään 40 asteessa.", {"care": "vesipesu 30 asteessa"}, "grounding.number"),
    ("Wash at 60 and go.", {"care": "wash at 30 degrees"}, "grounding.number"),
    ("3 %", {"pack": "three pairs"}, "grounding.percent"),
    ("since 1987", {"year": 1978}, "grounding.number"),
    ("7", {"id": "7", "flag": True}, "grounding.number"),
    ("2. only one", {}, "grounding.number"),
    ("31 January 2025", {"until": "2025-12-31"}, "grounding.date"),
    ("May 5", {"until": "5 June"}, "grounding.date"),
    ("5 มกราคม", {"until": "5 มิถุนายน"}, "grounding.date"),
]


def _rules(text: str, item: dict[str, object]) -> list[str]:
    about = context(text, **item)
    return rules(figures(about, MEASURES, NOTHING))


@pytest.mark.parametrize(("text", "item"), GROUNDED)
def test_a_figure_of_the_item_may_be_written_in_any_way(text: str, item: dict[str, object]) -> None:
    assert _rules(text, item) == []


@pytest.mark.parametrize(("text", "item", "rule"), INVENTED)
def test_a_figure_the_item_does_not_have_is_invented(
    text: str, item: dict[str, object], rule: str
) -> None:
    assert _rules(text, item) == [rule]


@pytest.mark.parametrize(
    ("numeral", "values"),
    [
        ("2500", ["2500"]),
        ("2,500", ["2500"]),
        ("1.000", ["1000", "1"]),
        ("1.50", ["1.5"]),
        ("1,50", ["1.5"]),
        ("1,234.56", ["1234.56"]),
        ("1.234,56", ["1234.56"]),
        ("1,234,567", ["1234567"]),
        ("1,2,3", []),
        ("12.5.2026", []),
        ("9" * 31, []),
    ],
)
def test_separators_are_read_as_people_mean_them(numeral: str, values: list[str]) -> None:
    assert [Decimal(value) for value in values] == list(readings(numeral))


@given(st.integers(0, 10**9), st.sampled_from([THAI, FULL]))
def test_digits_of_every_script_are_the_same_number(number: int, digits: str) -> None:
    written = str(number).translate({ord(str(i)): digits[i] for i in range(10)})
    (amount,) = quantities(written, MEASURES)
    assert amount.values == (Decimal(number).normalize(),)
    assert _rules(written, {"n": number}) == []
    assert _rules(written, {"n": number + 1}) != []


CLAIMS = RuleSet(load_wording("claims").rules)


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("tl", "Ang resort ay may 16 na kuwarto", []),
        ("tl", "May 16 na kuwarto, ilang hakbang lang mula sa dagat", []),
        ("tl", "Bukas ang resort sa May 16", ["grounding.date"]),
        ("en", "Open from May 16", ["grounding.date"]),
        ("ro", "cele 16 mai bune vinuri", []),
        ("ro", "pe 16 mai, la Cluj", ["grounding.date"]),
        ("vi", "mai 16 giờ mở cửa", []),
        ("fr", "le 16 mai", ["grounding.date"]),
        (None, "May 16", ["grounding.date"]),
    ],
)
def test_a_word_that_is_a_month_in_another_language_is_no_date(
    language: str | None, text: str, found: list[str]
) -> None:
    assert rules(figures(context(text, language, rooms=16), MEASURES, NOTHING)) == found


@pytest.mark.parametrize(
    "text",
    ["Kl. 22. Bogen er åben", "plkst. 18.00. Tvaiks", "Pukul 6, laptop", "सुबह 6 बजे", "Alle 8."],
)
def test_an_hour_is_warned_of_in_every_language(text: str) -> None:
    assert _rules(text, {}) == ["grounding.hour"]


def test_a_currency_belongs_to_the_number_before_it() -> None:
    item = {"price": "1299 kr", "warranty": "5 år"}
    assert _rules("Nå 1 299 kr. 5 års garanti.", item) == []
    assert _rules("Model 5 $9", {"model": 5, "price": "9 EUR"}) == ["grounding.price"]


CLAIMED = [
    ("the best silk", {}, True),
    ("Kaffe smaker best når noen andre lager den", {}, False),
    ("Koffie smaakt het best als een ander hem zet", {}, False),
    ("Senja terbaik dimulai dari cangkirmu", {}, False),
    ("Kopi terbaik dari Gayo", {}, True),
    ("the best silk", {"about": "best silk of 2020"}, False),
    ("最高のシルク", {"about": "the finest silk"}, False),
    ("best before June", {}, False),
    ("a bestseller", {}, False),
    ("ออร์แกนิก", {"about": "organic cotton"}, False),
    ("organic", {"about": "cotton"}, True),
    ("กันน้ำได้", {}, True),
    ("No. 1 in Japan", {}, True),
    ("nachhaltige Wolle", {"about": "Wolle"}, True),
    ("eco-friendly wool", {"about": "umweltfreundliche Wolle"}, False),
    ("thân thiện với môi trường", {"about": "bamboo"}, True),
    ("Wasserdichte Tasche", {"about": "waterproof bag"}, False),
    ("Waterdichte jas", {"waterkolom": "10.000 mm"}, False),
    ("Waterproof bag", {"waterproof": "yes"}, False),
    ("Waterproof bag", {"is_waterproof": True}, False),
    ("Waterproof bag", {"waterproof": "no"}, True),
    ("Waterproof bag", {"waterproof": ""}, True),
    ("Waterdichte jas", {"about": "waterkolom 10.000 mm"}, False),
    ("una borsa ecologica", {"about": "borsa"}, True),
    ("bambù e cotone", {"about": "borsa"}, False),
    ("无与伦比的体验", {}, True),
    ("ISO 9001", {}, True),
    ("ISO 9001", {"about": "iso9001 certified"}, False),
    ("HACCPとGMP", {}, True),
    ("世界初の器", {}, True),
    ("第一次来清迈", {}, False),
    ("唯一無二の器", {}, False),
    ("수상 스포츠", {}, False),
    ("ในที่สุดก็มาถึง", {}, False),
]


@pytest.mark.parametrize(("text", "item", "flagged"), CLAIMED)
def test_a_claim_must_be_made_by_the_item_in_some_language(
    text: str, item: dict[str, object], flagged: bool
) -> None:
    about = context(text, **item)
    found = [
        one
        for rule, spans in CLAIMS.broken(about.text)
        for one in claims(about, spans, rule=rule, allowed=NOTHING)
    ]
    assert bool(found) is flagged
