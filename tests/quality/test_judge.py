"""The judge: legitimate copy passes whole, and nothing it is given makes it fall over."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from copygen.models import Severity
from copygen.quality.channels import CharacterRules, FieldSpec
from copygen.quality.checker import Checker, TextToCheck
from copygen.quality.packs import pack_names
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.quality.copy_table import LEGITIMATE
from tests.quality.misses import faulty_replies
from tests.quality.rates import good_texts
from tests.support.quality_fields import field, rules


def judge(**checks: object) -> Checker:
    return Checker(ChecksSettings.model_validate(checks), measure)


@pytest.mark.parametrize(("language", "item", "text"), LEGITIMATE)
def test_copy_that_people_publish_is_not_flagged(
    language: str | None, item: dict[str, object], text: str
) -> None:
    checks = judge(language=language) if language else judge()
    assert checks.check(text, item) == ()


@pytest.mark.parametrize(("language", "item", "text"), LEGITIMATE)
def test_the_same_copy_breaks_no_rule_of_its_market(
    language: str | None, item: dict[str, object], text: str
) -> None:
    market = {"th": "th", "ja": "jp", "zh": "cn", "zh-Hans": "cn", "zh-Hant": "cn"}
    pack = market.get(language or "", "meta")
    assert judge(packs=[pack], grounding=False).check(text, item) == ()


FALLS = [
    ("th", "This is written in English only", "language.script"),
    ("ja", "这是一条非常轻柔的泰国丝绸围巾", "language.script"),
    ("en", "Soft silk 丝绸 scarf", "language.script"),
    ("en", "Chaque écharpe est tissée à la main avec une soie très douce", "language.other"),
    ("en", "Kami jual 40 mangkuk", "grounding.number"),
    (None, "Now 50% off", "grounding.percent"),
    (None, "Only $19", "grounding.price"),
    (None, "Weighs 3 kg", "grounding.unit"),
    (None, "Until 3 March", "grounding.date"),
    (None, "The best bowl", "grounding.superlative.best"),
    (None, "ชามที่ดีที่สุด", "grounding.superlative.best"),
    (None, "Halal bowl", "grounding.certification.halal"),
    (None, "Hello {name}", "leftovers.placeholder"),
    (None, "", "empty"),
    (None, " \n", "empty"),
    (None, "a\u202eb", "characters.control"),
]


@pytest.mark.parametrize(("language", "text", "rule"), FALLS)
def test_what_is_wrong_is_named(language: str | None, text: str, rule: str) -> None:
    assert rule in rules(judge(language=language).check(text, {"name": "bowl"}))


def test_length_is_measured_in_the_unit_of_the_field() -> None:
    checks = judge()
    (found,) = checks.check("ผ้าไหม", {}, field(limit=10, unit="bytes"), index=2)
    assert (found.message, found.fix) == ("18 of 10 bytes", "cut at least 8 bytes")
    assert (found.field, found.index, found.severity) == ("headline", 2, Severity.ERROR)
    assert checks.examine("ผ้าไหม", {}, field(limit=10, unit="bytes")).overshoot == 8


@pytest.mark.parametrize(("hard", "verified"), [(False, True), (True, False)])
def test_a_soft_or_unverified_limit_only_warns(hard: bool, verified: bool) -> None:
    spec = field(limit=3, hard=hard, verified=verified)
    (found,) = judge().check("four", {}, spec)
    assert found.severity is Severity.WARNING
    assert ("unverified" in found.message) is not verified


def test_too_few_and_too_many_texts_are_counted() -> None:
    spec = field(min_count=3, max_count=5)
    assert [rules(judge().count(n, spec)) for n in (2, 3, 5, 6)] == [["count"], [], [], ["count"]]


def test_the_language_comes_from_the_column_it_is_told() -> None:
    checks = judge(language_from="language")
    item = {"language": "Thai"}
    assert rules(checks.check("Written in English", item)) == ["language.script"]
    assert checks.check("Written in English", {"language": "English"}) == ()
    assert checks.check("Written in English", {"language": "Klingon"}) == ()


def test_the_longest_name_decides_on_the_severity() -> None:
    checks = judge(severity={"grounding": "off", "grounding.percent": "warning"})
    found = checks.check("50% off, 3 kg", {})
    assert [(one.rule, one.severity) for one in found] == [("grounding.percent", Severity.WARNING)]


def test_a_field_brings_its_packs_and_character_rules() -> None:
    spec = field(packs=("google_ads",), rules={"no_emoji": True}, limit=None)
    found = rules(judge().check("Bowl! ✨", {}, spec))
    assert "pack.google_ads.exclamation_headline" in found
    assert "characters.emoji" in found
    other = field(name="description", packs=("google_ads",), limit=None)
    assert judge().check("Bowl!", {}, other) == ()


def test_a_text_that_opens_with_the_name_of_its_item_may_do_so_often() -> None:
    checks = judge()
    for n in range(30):
        checks.accept(f"Celadon bowl set for you, {'ab' * n} {n}", f"i{n}")
    opens = "Celadon bowl set"
    assert rules(checks.check(f"{opens} and more", {"name": "Thai"}, item_id="z")) == [
        "sameness.opening"
    ]
    assert checks.check(f"{opens} and more", {"name": "Celadon Bowl Set"}, item_id="z") == ()


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        ({"language": "Elvish"}, "no language"),
        ({"characters": ["no_emojis"]}, "did you mean 'no_emoji'"),
        ({"severity": {"groundng": "off"}}, "did you mean 'grounding'"),
        ({"glossary": [{"term": "silk"}]}, "'keep', 'use' or 'avoid'"),
        ({"language": "th", "language_from": "x"}, "either"),
    ],
)
def test_settings_that_make_no_sense_are_refused(checks: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        ChecksSettings.model_validate(checks)


ALL = Checker(
    ChecksSettings.model_validate(
        {
            "language_from": "language",
            "packs": pack_names(),
            "required": ["PR"],
            "forbidden": ["silk", "最高", "ﾀﾞﾒ"],
            "disclaimers": {"th": ["การลงทุนมีความเสี่ยง"]},
            "glossary": [
                {"term": "Thai silk", "keep": True},
                {"term": "silk", "use": {"ja": "シルク"}},
                {"term": "ถูก", "avoid": True},
            ],
            "characters": {
                "no_emoji": True,
                "no_all_caps": True,
                "no_repeated_punctuation": True,
                "no_html": True,
                "no_email_addresses": True,
                "no_decorative_symbols": True,
                "max_same_word": 1,
                "max_urls": 0,
                "max_exclamations": 0,
                "forbidden_characters": "]^-",
            },
            "placeholders": {"x": "long", "%s": "longer"},
            "hashtags": {"min": 1, "max": 2},
            "max_mentions": 0,
        }
    ),
    measure,
)
PIECES = st.sampled_from(
    ["best", "ที่สุด", "最高", "๒๕๐๐", "２,５００", "50%", "{x}", "[Brand]", "ﾀﾞﾒ", "ำ", "e\u0301", "ß",
     "ﬁ", "#", "@a", "!!", "Sure!", "May 5", "1.2.3,4", "①", "²", "\u200b", "\ud800", "İ", "각"]
)  # fmt: skip


@pytest.mark.no_cover
@settings(max_examples=300, deadline=None)
@given(
    text=st.lists(PIECES | st.text(max_size=8), max_size=12).map("".join),
    language=st.sampled_from(["Thai", "ja", "zh-TW", "zh-CN", "en", "ko", "ar", "none"]),
    value=st.text(max_size=20) | st.integers() | st.floats() | st.none(),
)
@example(text="ﾀﾞﾒﾀﾞﾒ", language="ja", value="ﾀﾞ")
@example(text="²³ ①", language="en", value="²")
def test_checks_never_raise_and_spans_lie_inside_the_text(
    text: str, language: str, value: object
) -> None:
    item = {"language": language, "value": value}
    spec = field(limit=5, rules={"no_exclamation": True})
    for one in ALL.check(text, item, spec, item_id="a"):
        assert one.message
        if one.span is not None:
            start, end = one.span
            assert 0 <= start < end <= len(text)
    ALL.accept(text, "b")


def test_a_pack_of_ones_own_is_found_beside_the_prompt_file(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(
        "pack: house\ntitle: House\nnote: Lint.\nsource: us\nchecked_on: 2026-01-01\n"
        "rules:\n  - {id: cheap, terms: [cheap], message: not our word, severity: error}\n"
    )
    checks = ChecksSettings.model_validate({"packs": ["house.yaml"]})
    found = Checker(checks, measure, tmp_path).check("A cheap, cheaply made bowl", {})
    assert [(one.rule, one.span) for one in found] == [("pack.house.cheap", (2, 7))]


def test_the_name_of_the_item_is_known_without_its_spaces() -> None:
    checks = judge()
    for n in range(9):
        checks.accept(f"Silk scarf {n} ทำด้วยใจ", f"i{n}")
    text = "Silk scarf 10 ทำด้วยใจ"
    assert rules(checks.check(text, {"name": "ชาม 10"}, item_id="z")) == ["sameness.opening"]
    assert checks.check(text, {"name": "Silk scarf 10"}, item_id="z") == ()


@pytest.mark.parametrize(
    ("chars", "limit", "rules"),
    [
        (5000, 450, {"length"}),  # 11 times its limit, and nothing else is looked for
        (5000, 550, {"length", "characters.exclamation"}),
        (1000, 30, {"length", "characters.exclamation"}),  # short enough to be told all at once
    ],
)
def test_a_text_many_times_too_long_is_only_that(chars: int, limit: int, rules: set[str]) -> None:
    spec = FieldSpec(
        name="x", limit=limit, source="a test", rules=CharacterRules(no_exclamation=True)
    )
    found = Checker(ChecksSettings(sameness=False), measure).check(
        ("Now! " * 1000)[:chars], {}, spec
    )
    assert {one.rule for one in found} & {"length", "characters.exclamation"} == rules


def test_texts_that_are_looked_at_together_are_told_the_same_as_one_by_one() -> None:
    checks = {"language_from": "language", "packs": ["google_ads", "th"], "names": ["name"]}
    spec = field(limit=60)
    alone, together = judge(**checks), judge(**checks)
    corpus = [*faulty_replies(), *good_texts()][::19]
    items = [{str(name): value for name, value in one.item.items()} for one in corpus]
    texts = [
        (one.text, item | {"language": one.language})
        for one, item in zip(corpus, items, strict=True)
    ]
    assert len(texts) > 500
    for start in range(0, len(texts), 16):
        some = texts[start : start + 16]
        record = {"": ["x"]}
        together.prepare([TextToCheck(text, item, spec, record, ()) for text, item in some])
        for number, (text, item) in enumerate(some, start):
            told = [
                checker.examine(text, item, spec, item_id=str(number), record=record)
                for checker in (alone, together)
            ]
            assert told[0] == told[1], text
            for checker in (alone, together):
                checker.accept(text, str(number), spec)
    assert not together._prepared
    assert alone.languages.notes() == together.languages.notes()
    assert alone.languages.doubtful() == together.languages.doubtful()


def test_what_is_prepared_is_for_that_item_and_that_text_alone() -> None:
    checks = judge()
    items = [{"name": "Halden", "price": 40}, {"name": "Halden", "price": 50}]
    given = [TextToCheck("Only 40", item, None, {}, ()) for item in items]
    checks.prepare(given)
    assert rules(checks.check("Only 50", items[0])) == ["grounding.number"]
    assert rules(checks.check("Only 40", items[1])) == ["grounding.number"]
    assert rules(checks.check("Only 40", items[0])) == []
    assert rules(checks.check("Only 40", dict(items[0]))) == []


def test_texts_that_nobody_asks_for_are_not_kept_for_ever() -> None:
    checks = judge()
    for number in range(3000):
        given = TextToCheck(f"Warm wool {number}", {"number": number}, None, {}, ())
        checks.prepare([given])
    assert len(checks._prepared) <= 1001
