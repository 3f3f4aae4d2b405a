"""Packs: what ships is sound and says what it is; what a user writes is checked."""

import re
from datetime import date
from pathlib import Path

import pytest

from copygen.errors import ConfigError
from copygen.quality.checker import Checker
from copygen.quality.normalize import NormalizedText
from copygen.quality.packs import WORD_LISTS, Pack, RuleSet, load_pack, load_wording, pack_names
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure

HEAD = "pack: p\ntitle: P\nnote: Lint.\nsource: s\nchecked_on: 2026-01-01\nrules:\n"


def test_the_packs_that_were_promised_ship() -> None:
    assert set(pack_names()) >= {"google_ads", "meta", "tiktok", "amazon", "th", "jp", "cn"}


@pytest.mark.parametrize("name", pack_names())
def test_every_pack_says_where_it_comes_from_and_that_it_is_no_legal_advice(name: str) -> None:
    pack = load_pack(name)
    assert pack.pack == name
    assert "not legal advice" in pack.note
    assert all(pack.source_of(rule) for rule in pack.rules)
    assert pack.checked_on <= date.today()


@pytest.mark.parametrize("name", [*pack_names(), "leftovers", "claims", "instructions"])
def test_every_term_of_a_pack_is_found_by_its_rule(name: str) -> None:
    pack = load_pack(name) if name in pack_names() else load_wording(name)
    for rule in pack.rules:
        for term in rule.terms:
            text = " ".join([term] * (rule.at_most + 1))
            assert rule.matches(NormalizedText(text)), (rule.id, term)
            assert rule in [broken for broken, _ in RuleSet([rule]).broken(NormalizedText(text))]


@pytest.mark.parametrize("name", [*pack_names(), *WORD_LISTS, "claims", "instructions"])
def test_every_pattern_that_ships_can_be_used(name: str) -> None:
    """A run compiles those it needs, without a look at the others: one of a user is looked at."""
    pack = load_pack(name) if name in pack_names() else load_wording(name)
    for rule in pack.rules:
        for pattern in filter(None, (rule.pattern, rule.needs_pattern)):
            assert not re.compile(pattern).match(""), rule.id


@pytest.mark.parametrize("name", ["leftovers", "claims"])
def test_what_a_pattern_needs_is_in_every_text_it_matches(name: str) -> None:
    """`needs` only saves time: with and without it the same texts are found."""
    texts = [
        "Hi {name}",
        "[Your Brand]",
        "【商品名】",
        "［店名］",
        "**x**",
        "<b>x</b>",
        "# Title",
        "---",
        "***",
        "Let me know if",
        "(12 chars)",
        "文字数：12",
        "字数：12",
        "글자 수: 3",
        "ISO 9001",
        "IPX4",
        "GMP",
        "มอก. 1",
        "Fair trade",
        "FSC",
        "GOTS",
        "OEKO-TEX",
        "JIS 1234",
        "HACCP",
        "Would you like me to",
        "___x___",
        "ご要望があればお知らせ",
        "如果你需要修改",
        "หากต้องการปรับ แจ้ง",
        "จำนวนตัวอักษร: 9",
        "%%NAME%%",
        "${x}",
    ]
    for rule in load_wording(name).rules:
        for text in map(NormalizedText, texts):
            found = bool(list(RuleSet([rule]).broken(text)))
            assert found is bool(rule.matches(text)), (rule.id, text.original)


BREAKS = [
    ("google_ads", "Wow!! Silk", "repeated_punctuation"),
    ("google_ads", "Call 02-123-4567", "phone_number"),
    ("google_ads", "Click here", "click_here"),
    ("google_ads", "F.L.O.W.E.R.S.", "gimmicky_spelling"),
    ("google_ads", "ｼﾙｸ", "halfwidth_katakana"),
    ("google_ads", "silk silk scarf", "repeated_word"),
    ("meta", "Are you diabetic?", "attribute_question"),
    ("meta", "Get your debt under control", "attribute_yours"),
    ("meta", "Lose 10 kg in 7 days", "unrealistic_result"),
    ("tiktok", "#silk", "hashtag"),
    ("amazon", "Free shipping on silk", "promotion"),
    ("th", "ครีมนี้ดีที่สุด", "superlative"),
    ("th", "เห็นผลทันที", "fast_result"),
    ("th", "ไม่มีผลข้างเคียง", "no_side_effects"),
    ("th", "อย.รับรอง", "fda_approved"),
    ("jp", "シミが消える", "cosmetic_effect"),
    ("jp", "売上No.1", "no1"),
    ("jp", "肌荒れが治る", "medical"),
    ("cn", "最好的丝巾", "most"),
    ("cn", "国家级品质", "national"),
    ("cn", "顶级丝绸", "top"),
]
PASSES = [
    ("google_ads", "Soft silk scarves. Hand-woven in Isan!"),
    ("google_ads", "2,500 baht, 70 x 180 cm"),
    ("google_ads", "U.S. and U.K. shipping"),
    ("google_ads", "毎日に、やわらかなシルク。"),
    ("meta", "Are you ready for the holidays?"),
    ("meta", "Your home, your style"),
    ("amazon", "Silk scarf, 70 x 180 cm, hand-woven"),
    ("th", "ในที่สุดก็มาถึงเชียงใหม่"),
    ("th", "ผ้าไหม 100%"),
    ("th", "ครีมบำรุงผิว เนื้อบางเบา"),
    ("jp", "最高気温35度の日にも。"),
    ("jp", "スパイスが効いた一皿"),
    ("jp", "お肌にうるおいを与える"),
    ("jp", "ゆっくりと湯治気分"),
    ("cn", "最近上新的丝巾"),
    ("cn", "第一次来清迈"),
    ("cn", "轻柔贴肤的丝巾"),
]


@pytest.mark.parametrize(("name", "text", "rule"), BREAKS)
def test_wording_that_a_pack_is_about_is_found(name: str, text: str, rule: str) -> None:
    broken = [one.id for one, _ in RuleSet(load_pack(name).rules).broken(NormalizedText(text))]
    assert rule in broken


@pytest.mark.parametrize(("name", "text"), PASSES)
def test_ordinary_wording_breaks_no_pack(name: str, text: str) -> None:
    rules = [rule for rule in load_pack(name).rules if not rule.fields]
    assert list(RuleSet(rules).broken(NormalizedText(text))) == []


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (
            "  - {id: x, terms: [a], message: m, sevrity: error}",
            r"p\.yaml:7:.*did you mean 'severity'",
        ),
        ("  - {id: x, message: m}", r"p\.yaml:7:.*give 'terms' or a 'pattern'"),
        ("  - {id: x, pattern: '(', message: m}", r"p\.yaml:7:.*no regular expression"),
        ("  - {id: x, pattern: 'a*', message: m}", "matches the empty text"),
        ("  - {id: x, terms: [a], message: m}\n  - {id: x, terms: [b], message: m}", "two rules"),
        ("  - {id: x, terms: [a], message: m, languages: [xx]}", "names no language"),
        ("  []", "should not be empty"),
        ("  - {id: x, terms: [a], message: m, severity: bad}", "severity"),
    ],
)
def test_a_faulty_pack_is_an_error_with_its_place(tmp_path: Path, rules: str, says: str) -> None:
    (tmp_path / "p.yaml").write_text(HEAD + rules + "\n")
    with pytest.raises(ConfigError, match=says):
        load_pack("p.yaml", tmp_path)


def test_an_unknown_pack_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="did you mean 'google_ads'"):
        load_pack("google_adds")
    with pytest.raises(ConfigError, match=r"cannot read the pack .*no\.yaml"):
        load_pack("no.yaml", tmp_path)


def test_a_rule_speaks_of_its_fields_and_languages() -> None:
    pack = Pack.model_validate(
        {
            "pack": "p", "title": "P", "note": "n", "source": "s", "checked_on": "2026-01-01",
            "rules": [{"id": "r", "terms": ["a"], "message": "m", "fields": ["headline"],
                       "languages": ["Thai"]}],
        }
    )  # fmt: skip
    (rule,) = pack.rules
    assert rule.covers("google_ads.headline", "th")
    assert rule.covers("headline", None)
    assert not rule.covers("description", "th")
    assert not rule.covers("headline", "ja")
    assert not rule.covers(None, "th")


def own_pack(folder: Path, pattern: str) -> str:
    path = folder / "own.yaml"
    path.write_text(
        f"{HEAD}  - {{id: mine, pattern: '{pattern}', message: no}}\n", encoding="utf-8"
    )
    return str(path)


def test_a_pattern_of_ones_own_that_takes_too_long_is_given_up_and_said(tmp_path: Path) -> None:
    judge = Checker(ChecksSettings(), measure, own_packs=[own_pack(tmp_path, "(a+)+b")])
    for _ in range(12):  # the last of them are not tried any more, and it is still said
        found = judge.check("a" * 2000, {})
        assert [one.rule for one in found if "given up" in one.message] == ["pack.p.mine"]
    assert [one.rule for one in judge.check("now", {})] == ["pack.p.mine"]


def test_a_pattern_of_ones_own_that_is_quick_is_held_against_every_text(tmp_path: Path) -> None:
    judge = Checker(ChecksSettings(), measure, own_packs=[own_pack(tmp_path, r"(?<!\w)no+w\b")])
    assert not judge.check("not snow", {})
    assert [one.span for one in judge.check("Buy NOOOW", {})] == [(4, 9)]


@pytest.mark.parametrize("pattern", ["(", "(((a{1000}){1000}){1000})b", "a*"])
def test_a_pattern_of_ones_own_that_cannot_be_used_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"own\.yaml"):
        load_pack(own_pack(tmp_path, pattern))


@pytest.mark.parametrize(
    "text", ["silk silk", "(Silk silk)", "x, silk\u3000Silk!", "ผ้า1 ผ้า1", "a silk silk_ b"]
)
def test_a_rule_about_doubled_words_looks_at_every_text_that_has_one(text: str) -> None:
    (rule,) = (one for one in load_pack("google_ads").rules if one.doubled)
    folded = NormalizedText(text)
    assert bool(rule.matches(folded)) == bool(list(RuleSet([rule]).broken(folded)))


@pytest.mark.parametrize(
    "text",
    [
        "F R E E",
        "f.r.e.e",
        "S-A-L-E now",
        "a b c",
        "S@le",
        "fl0wers",
        "f1owers",
        "A 1owers",
        "gr@tis",
    ],
)
def test_a_pattern_that_needs_another_is_tried_wherever_it_matches(text: str) -> None:
    for rule in (one for one in load_pack("google_ads").rules if one.needs_pattern):
        alone = rule.model_copy(update={"needs_pattern": None})
        assert rule.matches(NormalizedText(text)) == alone.matches(NormalizedText(text))


@pytest.mark.parametrize(
    "text", ["Tea ✨", "Tea 🎁", "ﾃｨｰ", "Tea²", "Thé ⁿ", "ชา", "茶，绿", "Tea ☀"]
)
def test_classes_beyond_ascii_are_found_together_as_each_by_itself(text: str) -> None:
    rules = load_pack("google_ads").rules
    classes = [one for one in rules if one.class_beyond_ascii is not None]
    assert len(classes) >= 3
    folded = NormalizedText(text)
    found = [rule.id for rule, _ in RuleSet(classes).broken(folded)]
    assert found == [rule.id for rule in classes if rule.matches(folded)]


def test_a_pack_of_ones_own_may_not_stop_a_run_by_what_a_pattern_needs(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    rule = "  - {id: a, pattern: 'x', needs_pattern: '(a|aa)+$', message: no}\n"
    path.write_text(HEAD + rule, encoding="utf-8")
    rules = RuleSet(load_pack(str(path)).rules)
    assert rules.hits(NormalizedText("a" * 5000 + "!")) == [(0, ())]
