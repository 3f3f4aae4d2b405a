"""Phrases, glossary, leftovers, characters, tags and variants."""

import copy
import pickle
import re
import unicodedata
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Violation
from copygen.quality import scripts
from copygen.quality.channels import CharacterRules
from copygen.quality.checks import form, wording
from copygen.quality.checks.chat import ChatCheck
from copygen.quality.checks.form import TagLimits, hashtags, mentions, tags
from copygen.quality.checks.wording import Phrase, Term, listed
from copygen.quality.checks.wrappers import wrapped
from copygen.quality.facts import CheckContext
from copygen.quality.normalize import (
    SCRIPT_GROUPS,
    Form,
    NormalizedText,
    TermMatcher,
    deferred,
    fold,
    script_groups,
)
from copygen.quality.packs import RuleSet, load_wording
from copygen.quality.phrases import PhraseReader
from copygen.quality.sameness import distance, repeats, variants
from copygen.quality.scripts import (
    BEYOND_LATIN,
    every_character,
    foreign_letters,
    letters,
    unicode_letters,
)
from tests.quality.misses import faulty_replies
from tests.quality.rates import good_texts
from tests.support.quality_fields import context, rules

FOUND = [
    ("cheap", "Cheap and cheerful", (0, 5)),
    ("cheap", "CHEAP", (0, 5)),
    ("ダメ", "これはﾀﾞﾒです", (3, 6)),
    ("น้ำหอม", "ขวดน้ำหอมใหม่", (3, 9)),
    ("最高", "史上最高の", (2, 4)),
    ("fi", "of fi", (3, 5)),
    ("ﬁne", "a fine day", (2, 6)),
    ("FDA", "FDA承認", (0, 3)),
    ("strasse", "die Straße", (4, 10)),
    ("Café", "un cafe\u0301 noir", (3, 8)),
    ("스카프", "실크스카프를", (2, 5)),
]
ABSENT = [
    ("cheap", "cheaply"),
    ("art", "start the party"),
    ("fine", "ﬁnest"),
    ("ราคาถูก", "ราคา ถูก"),
    ("naïve", "naïveté"),
]


@pytest.mark.parametrize(("term", "text", "span"), FOUND)
def test_a_term_is_found_however_it_is_written_and_shown_where_it_stands(
    term: str, text: str, span: tuple[int, int]
) -> None:
    (violation,) = wording.forbidden(context(text), TermMatcher([term]))
    assert violation.span == span


@pytest.mark.parametrize(("term", "text"), ABSENT)
def test_a_part_of_another_word_is_not_the_term(term: str, text: str) -> None:
    assert list(wording.forbidden(context(text), TermMatcher([term]))) == []
    assert rules(wording.required(context(text), [Phrase.of(term)])) == ["phrases.required"]


@given(st.text(max_size=12), st.text(min_size=1, max_size=6), st.text(max_size=12))
def test_the_span_of_a_match_folds_to_the_term_again(before: str, term: str, after: str) -> None:
    text = NormalizedText(before + term + after)
    for hit in TermMatcher([term]).find(text):
        start, end = text.span(hit.start, hit.end)
        assert 0 <= start < end <= len(text.original)
        if text.original == unicodedata.normalize("NFKC", text.original):
            assert fold(term).strip() in fold(text.original[start:end])


def test_the_glossary_binds_texts_about_its_terms_only() -> None:
    keep = Term(Phrase.of("Thai silk"), keep=True)
    use = Term(Phrase.of("silk"), Phrase.of("シルク"))
    avoid = Term(Phrase.of("cheap"), avoid=True, instead="good value")
    item = {"name": "Thai Silk scarf"}

    def found(text: str, **about: object) -> list[str]:
        return rules(wording.glossary(context(text, **about), [keep, use, avoid]))

    assert found("Thai silk シルク", **item) == []
    assert found("THAI SILK シルク", **item) == ["glossary.keep"]
    assert found("タイの絹", **item) == ["glossary.keep", "glossary.use"]
    assert found("タイの絹", name="bowl") == []
    assert found("cheap", name="bowl") == ["glossary.avoid"]


LEFTOVERS = RuleSet(load_wording("leftovers").rules)


def leftovers(text: CheckContext, *kept: str) -> list[Violation]:
    """What the rules of `wording/leftovers` find."""
    broken = LEFTOVERS.broken(text.text)
    found = (listed(text, at, family="leftovers", rule=rule, kept=kept) for rule, at in broken)
    return list(chain.from_iterable(found))


LEFT = [
    "Hi {name}",
    "Hi {{ first_name }}",
    "[Your Brand] silk",
    "【商品名】のご案内",
    "[ชื่อแบรนด์] ใหม่",
    "Sure! Soft silk",
    "Certainly, a scarf",
    "Here is your headline: Silk",
    "Here are three captions",
    "Headline: Silk",
    "แน่นอนค่ะ ผ้าไหม",
    "นี่คือแคปชั่นสำหรับคุณ",
    "はい、こちらです",
    "以下は見出しです。",
    "好的，文案如下",
    "以下是文案",
    "다음은 카피입니다",
    "Tentu! Selendang",
    "Berikut ialah kapsyen",
    "Silk. Let me know if you want more",
    "Silk (28 characters)",
    "**Silk**",
    "# Silk\nscarf",
    "```\nSilk\n```",
    "[Silk](https://x.test)",
    "As an AI language model I",
    "ในฐานะ AI",
    "AIとして",
    "<b>Silk</b>",
    "Lorem ipsum",
    "Hello <product name>",
]
CLEAN = [
    "Sure to please",
    "Here comes the sun",
    "Headlines that sell",
    "[พร้อมส่ง] ผ้าไหม",
    "【新品】シルク",
    "[NEW] Silk",
    "5 > 3 and 2 < 4",
    "c# and #silk",
    "a * b * c",
    "- soft\n- light",
    "Certain of comfort",
    "Of course you can wear it",
    "以下のサイズ：M",
    "好的睡眠",
    "Tentukan gaya anda",
    "다음은 없다",
    "snake_case",
    "100% silk",
    "§ 5",
    "A brand you know (and love)",
    "แน่นอน ผ้าไหมแท้",
    "はいからさん",
    "Here, now, yours",
]


@pytest.mark.parametrize("text", LEFT)
def test_what_is_no_copy_is_found(text: str) -> None:
    (first, *_) = _no_copy(context(text))
    assert first.rule.startswith("leftovers.")


@pytest.mark.parametrize("text", CLEAN)
def test_copy_that_looks_a_little_like_it_is_left_alone(text: str) -> None:
    assert _no_copy(context(text)) == []


def _no_copy(of: CheckContext) -> list[Violation]:
    return [*leftovers(of), *ChatCheck(PhraseReader()).violations(of)]


def test_placeholders_that_are_meant_to_stay_stay() -> None:
    text = context("Hi {{first_name}}, {name}")
    assert [v.span for v in leftovers(text, "{{first_name}}")] == [(19, 25)]


@pytest.mark.parametrize("text", ['"Silk"', "“Silk”", "「絹」です」"[:3], " «Silk» ", "`Silk`"])
def test_quotation_marks_around_the_whole_text_are_found(text: str) -> None:
    assert rules(wrapped(context(text))) == ["leftovers.quotes"]


@pytest.mark.parametrize(
    "text", ['"Silk" and "gold"', "「絹」と「金」", 'The "best"', "'90s", '"', ""]
)
def test_quotation_marks_inside_are_not(text: str) -> None:
    assert list(wrapped(context(text))) == []


CHARACTERS = [
    ({"no_emoji": True}, "Silk ✨", "Silk ★ ♪ ™ 4 ❤"),
    ({"no_emoji": True}, "❤️", "1️"[:1]),
    ({"no_emoji": True}, "🇹🇭", "ไทย"),
    ({"no_halfwidth_katakana": True}, "ｼﾙｸ", "シルク"),
    ({"no_exclamation": True}, "絹！", "絹。"),
    ({"max_exclamations": 1}, "Silk! Gold!", "Silk and gold!"),
    ({"max_exclamations": 0}, "絹！", "絹。"),
    ({"no_all_caps": True}, "BUY THIS SCARF", "USB and NATO scarf"),
    ({"no_all_caps": True}, "F R E E scarf", "A B test"),
    ({"no_all_caps": True}, "絹のSALES開始", "Hのある暮らし、Aのある毎日へ"),
    ({"no_repeated_punctuation": True}, "Wow!!", "Wow... yes"),
    ({"no_repeated_punctuation": True}, "本当？！", "……そして"),
    ({"no_urls": True}, "see www.x.com", "3.5 cm"),
    ({"max_urls": 1}, "www.x.com https://y.test", "see www.x.com for 3.5 cm"),
    ({"no_email_addresses": True}, "to me@silk.co.th", "@silk, 2@3"),
    ({"no_phone_numbers": True}, "call 02-123-4567", "2,500 baht"),
    ({"no_line_breaks": True}, "a\nb", "a b"),
    ({"no_html": True}, "<b>Silk</b>", "a < b and c > d, M&S; <3"),
    ({"no_html": True}, "silk &amp; gold", "silk & gold;"),
    ({"no_html": True}, '<a href="x">', "I <heart silk"),
    ({"no_decorative_symbols": True}, "★ Silk", "Silk™ 5℃ ・絹〜 〇"),
    ({"no_decorative_symbols": True}, "Silk → gold", "Silk - gold – 100°"),
    ({"no_decorative_symbols": True}, "•Silk", "Silk·gold"),
    ({"max_same_word": 2}, "Silk scarf, silk tie, SILK", "Silk and silk and wool and tie"),
    ({"max_same_word": 1}, "絹のシルク silk silk", "絹絹絹 ผ้าผ้า 5 5 a a"),
    ({"max_same_word": 1}, "λάδι, λάδι", "στις ελιές, στις αυλές"),
    ({"max_hashtags": 0}, "#silk", "no. # 1"),
    ({"max_hashtags": 1}, "#絹 #タイ", "#絹"),
    ({"max_mentions": 1}, "@a_shop @b_shop", "@a_shop me@b.test"),
    ({"forbidden_characters": "<>"}, "a > b", "a b"),
    ({"forbidden_characters": "]^-"}, "a-b", "a b"),
]  # fmt: skip


def broken(rules: dict[str, object], text: str, **item: object) -> list[Violation]:
    checks = [check for check, _ in form.checks_of(CharacterRules.model_validate(rules))]
    return [one for check in checks for one in check(context(text, **item))]


@pytest.mark.parametrize(("rules", "bad", "good"), CHARACTERS)
def test_character_rules(rules: dict[str, object], bad: str, good: str) -> None:
    (found,) = broken(rules, bad)
    assert found.rule.startswith(("characters.", "tags."))
    assert broken(rules, good) == []


def test_there_is_a_check_for_every_rule_that_a_channel_can_state() -> None:
    tried = {name for rules, *_ in CHARACTERS for name in rules}
    assert tried == set(CharacterRules.model_fields) - {"no_repeats_in_field"}


def test_invisible_characters_are_never_wanted() -> None:
    assert rules(form.no_control(context("a\x07b"))) == ["characters.control"]
    assert form.no_control(context("a\tb\nc\u200d")) == []


def test_texts_of_a_field_that_repeat_each_other_are_named() -> None:
    found = repeats(["Soft silk", "Gold", "soft  SILK", "ｇｏｌｄ", "Silver"])
    assert [(one.rule, one.index) for one in found] == [
        ("variants.repeat", 2),
        ("variants.repeat", 3),
    ]


def test_capitals_that_the_item_has_are_a_name() -> None:
    caps = {"no_all_caps": True}
    assert broken(caps, "CELADON bowl", name="CELADON") == []
    assert rules(broken(caps, "CELADON bowl", name="Celadon")) == ["characters.all_caps"]


TAGS = [
    ("#ผ้าไหมไทย #ของขวัญ", 2),
    ("#シルク#タイ", 2),
    ("＃絹", 1),
    ("#1 in style, C#, a#b", 0),
    ("#น้ำหอม!", 1),
    ("(#silk)", 1),
    ("https://x.test/#part", 0),
]


@pytest.mark.parametrize(("text", "number"), TAGS)
def test_hashtags_are_counted_as_platforms_link_them(text: str, number: int) -> None:
    spans = hashtags(text)
    assert len(spans) == number
    assert all(text[start] in "#＃" and end > start + 1 for start, end in spans)


def test_a_thai_hashtag_keeps_its_vowels() -> None:
    text = "ดู #น้ำหอมที่ดี นะ"
    assert [text[slice(*span)] for span in hashtags(text)] == ["#น้ำหอมที่ดี"]


def test_tags_are_held_against_their_limits() -> None:
    text = "#a #b #c @me @you mail@x.test # loose"
    limits = TagLimits(max_hashtags=2, max_mentions=1)
    found = tags(context(text), limits)
    assert [(one.rule, one.span) for one in found] == [
        ("tags.hashtags", (6, 8)), ("tags.mentions", (13, 17)), ("tags.broken", (30, 31)),
    ]  # fmt: skip
    assert rules(tags(context("silk"), TagLimits(min_hashtags=1))) == ["tags.hashtags"]
    assert len(mentions("mail@x.test")) == 0


def test_variants_must_differ() -> None:
    assert distance("Soft silk", "SOFT SILK") == 0
    (found,) = variants(["Soft silk scarf", "A gift for years", "Soft silk scarf!"], 0.3)
    assert (found.index, found.fix) == (2, "word it differently from text 1")
    assert variants(["Soft silk scarf", "A gift for years"], 0.3) == []


def test_every_character_is_in_the_group_that_its_letters_say() -> None:
    """Groups are told by the high byte of UTF-16: here against the classes of letters."""
    for block in range(0, 0x30000, 16):
        text = "".join(map(chr, range(block, block + 16)))
        if not 0xD800 <= block < 0xE000:
            said = {group for group, letters in enumerate(SCRIPT_GROUPS) if letters.search(text)}
            assert set(script_groups(text)) == said, hex(block)


def test_letters_of_other_scripts_are_beyond_those_of_latin() -> None:
    """`foreign_letters` opens a library, so that what has none of them is told before."""
    foreign = foreign_letters("en")
    within = [one for one in every_character() if not BEYOND_LATIN.search(one)]
    assert len(within) > 1500
    assert [one for one in within if foreign.search(one * 2)] == []


def test_a_pattern_that_is_compiled_when_it_is_used_is_copied_and_stored_as_any_other() -> None:
    pattern = deferred("[ab]+", re.IGNORECASE)
    stored = pickle.loads(pickle.dumps(pattern))  # noqa: S301 - made here
    for one in (copy.copy(pattern), stored, copy.deepcopy(pattern)):
        found = one.search("xABy")
        assert found is not None
        assert (found[0], one.pattern) == ("AB", "[ab]+")


def test_what_a_plain_text_is_not_held_against_would_find_nothing() -> None:
    # Every text of the corpora that is one sentence without a mark, good and faulty.
    flags = {name: True for name in CharacterRules.model_fields if name.startswith("no_")}
    rules = CharacterRules.model_validate(flags | {"max_urls": 0})
    marked = [check for check, is_of_marks in form.checks_of(rules) if is_of_marks]
    assert len(marked) == 7
    number = 0
    for one in (*good_texts(), *faulty_replies()):
        found = context(one.text, one.language)
        if found.text.form is Form.OTHER:
            continue
        number += 1
        assert not [each for check in (*marked, wrapped) for each in check(found)], one.text
    assert number > 1000


@given(st.text("abцก็é1 ,'-’.!?:;/|<*#@_\n②\u034f\u200b（", min_size=1, max_size=12))
def test_no_mark_but_a_comma_and_a_last_stop_is_in_a_plain_text(text: str) -> None:
    if NormalizedText(text).form is Form.OTHER:
        return
    said = re.sub(r"^[^\W\d_]{4,30}: ", "", text)
    assert re.fullmatch(r"[^\W_][^:;/|<*#@_\n②\u034f\u200b（?]*", said)
    assert not re.search(r"[.!]\s|\s[-'’]|[-'’](?:\W|$)|^\d", said)


@pytest.mark.parametrize("script", sorted(scripts.KNOWN_LETTERS))
def test_letters_that_are_written_down_are_those_of_unicode(script: str) -> None:
    # Of a character that this Python does not know, a library may know more.
    every = "".join(one for one in every_character() if unicodedata.category(one) != "Cn")
    written, told = (
        re.findall(f"[{one}]", every) for one in (letters(script), unicode_letters(script))
    )
    assert written == told
