"""What the simulator writes: in the language asked for, about the product, within its limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Message
from copygen.quality.units import Unit
from copygen.simulator.profile import Draw
from copygen.simulator.wire import ChatRequest
from copygen.simulator.writer import LABEL, LengthLimit, answer, languages, read_brief, shorten

CHOICES = [n * 0x9E3779B97F4A7C15 % 2**64 for n in range(1, 25)]
SCRIPTS = {
    "en": r"[A-Za-z]",
    "ja": r"[\u3040-\u30ff]",
    "th": r"[\u0e00-\u0e7f]",
    "ms": r"[A-Za-z]",
    "zh": r"[\u4e00-\u9fff]",
    "ko": r"[\uac00-\ud7a3]",
}
PROMPTS = {
    "en": "Write a short description of “Lanna Mug 350”. Price: 1,290 baht, weight 420 g.",
    "ja": "「琺瑯のやかん2L」の紹介文を書いてください。価格は1,290バーツ、重さ420 g。",
    "th": "เขียนข้อความโฆษณาสำหรับ “แก้วล้านนา 350” ราคา 1,290 บาท น้ำหนัก 420 g",
    "ms": 'Tulis iklan untuk "Cawan Lanna 350" dengan harga 1,290 baht dan berat 420 g.',
    "zh": "为“兰纳马克杯350”写一段广告文案，价格1,290泰铢，重420 g。",
    "ko": "「란나 머그 350」 광고 문구를 써 주세요. 가격 1,290바트, 무게 420 g",
}
NAMES = {
    "en": "Lanna Mug 350",
    "ja": "琺瑯のやかん2L",
    "th": "แก้วล้านนา 350",
    "ms": "Cawan Lanna 350",
    "zh": "兰纳马克杯350",
    "ko": "란나 머그 350",
}
LANGUAGES = sorted(SCRIPTS)


def written(prompt: str, choice: int = 1, nth: int = 1) -> str:
    drawn = Draw(id="0" * 16, fault=None, latency=0.5, care=1, choice=choice, nth=nth)
    return answer(ChatRequest("m", (Message("user", prompt),), None, (), None), drawn, 0)


def brief(prompt: str) -> object:
    return read_brief([Message("user", prompt)], None)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_in_the_script_of_its_prompt_and_about_its_product(language: str) -> None:
    prompt, name = PROMPTS[language], NAMES[language]
    others = [script for code, script in SCRIPTS.items() if script != SCRIPTS[language]]
    if language == "ja":  # written with Han characters too
        others = [script for script in others if script != SCRIPTS["zh"]]
    for choice in CHOICES:
        text = written(prompt, choice)
        assert text.startswith(LABEL)
        assert name in text
        assert numbers(text) <= numbers(prompt)
        said = text.removeprefix(LABEL).replace(name, "")
        assert re.search(SCRIPTS[language], said)
        assert not any(re.search(script, said) for script in others), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_price_reaches_the_text_in_the_words_of_its_language(language: str) -> None:
    money = languages()[language].currencies["THB"].format(amount="1,290")
    assert money in written(PROMPTS[language])


def test_the_form_told_in_the_system_message_does_not_hide_what_is_asked_for() -> None:
    system = 'You write ads.\n\nReply with one JSON object and nothing else.\n- "slogan": one text'
    asked = (Message("system", system), Message("user", "Write in Thai.\nProduct: Silk pouch"))

    read = read_brief(asked, None)

    assert (read.language, read.name) == ("th", "Silk pouch")
    assert [one.name for one in read.fields] == ["slogan"]


@pytest.mark.parametrize(
    "said", ["An ad for Silk pouch, 390 baht", "Headline and description for Silk pouch."]
)
def test_a_key_of_the_answer_is_not_taken_for_the_product(said: str) -> None:
    form = 'Reply with one JSON object and nothing else.\n- "headline": one text, "short"'
    read = read_brief((Message("user", f"{said}\n\n{form}"),), None)
    assert read.name == "Silk pouch"
    assert [one.name for one in read.fields] == ["headline"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_neighbouring_sightings_of_a_prompt_get_different_texts(language: str) -> None:
    texts = [written(PROMPTS[language], CHOICES[0], nth) for nth in range(1, 9)]
    assert len(set(texts)) == 8


def test_the_same_request_and_choice_give_the_same_text() -> None:
    for choice in CHOICES:
        assert written(PROMPTS["th"], choice, 3) == written(PROMPTS["th"], choice, 3)
    assert len({written(PROMPTS["th"], choice) for choice in CHOICES}) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_brings_a_number_of_its_own_and_every_one_can_be_filled(language: str) -> None:
    phrases = languages()[language]
    for wording in (*phrases.lines, *phrases.short_lines, *phrases.sentences):
        assert "Lanna Mug" in wording.format(name="Lanna Mug")
        assert not re.search(r"\d", wording)
    assert all("x" in wording.format(price="x") for wording in phrases.prices)
    assert phrases.currencies.keys() == languages()["en"].currencies.keys()


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Write a slogan in Thai.", "th"),
        ("Write in fluent Japanese, please", "ja"),
        ("Translate into Korean:", "ko"),
        ("Write a slogan. Language: Malay", "ms"),
        ('{"locale": "zh-CN"}', "zh"),
        ("A Japanese-language post", "ja"),
        ("日本語で書いてください", "ja"),
        ("dalam bahasa Inggeris", "en"),
        ("First in English, then in Japanese", "ja"),
        ("A Thai silk scarf at 2 500 baht", "en"),
        ("Kitchen goods for Japanese residents", "en"),
        ("It costs 90 in Thai baht", "en"),
        ("Found in a Chinese kitchen", "en"),
        ("Write a headline for 「だし名人」", "en"),
        ("「Bangkok Kitchen Premium」の見出しを書いてください", "ja"),
        ("写一段文案", "zh"),
        ("เขียนคำโปรย", "th"),
        ("문구를 써 주세요", "ko"),
        ("Tulis satu iklan untuk keropok ini dengan ayat yang mudah", "ms"),
        ("", "en"),
    ],
)
def test_the_language_is_the_last_one_named_or_that_of_the_prompt(
    prompt: str, language: str
) -> None:
    assert brief(prompt).language == language  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("prompt", "limit"),
    [
        ("at most 30 characters", 30),
        ("a 25-character headline", 25),
        ("within 1,000 chars.", 1000),
        ("no fewer than 50 characters", None),
        ("at least 20 characters, at most 80 characters", 80),
        ("headline of 30 characters, text of 90 characters", 30),
        ("30文字以内", 30),
        ("３０字以内で", 30),
        ("100文字以上", None),
        ("ไม่เกิน 30 ตัวอักษร", 30),
        ("อย่างน้อย 30 ตัวอักษร", None),
        ("tidak melebihi 80 aksara", 80),
        ("不超过30个字", 30),
        ("至少30个字", None),
        ("50자 이내", 50),
        ("at most 20 words", None),
        ("30 reasons", None),
        ("0 characters", None),
    ],
)
def test_a_limit_in_characters_is_found(prompt: str, limit: int | None) -> None:
    limits: tuple[LengthLimit, ...] = brief(prompt).limits  # type: ignore[attr-defined]
    assert min((one.number for one in limits), default=None) == limit


@pytest.mark.parametrize("unit", [unit for unit in Unit if unit is not Unit.SMS_SEGMENTS])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_limit_is_kept_in_every_unit(language: str, unit: Unit) -> None:
    limit = LengthLimit(900, unit)
    prompt = f"{PROMPTS[language]}\nReply with the text only, at most {unit.counted(900)} long."
    for choice in CHOICES[:6]:
        assert limit.holds(written(prompt, choice))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("limit", [30, 45, 60, 100, 160])
def test_label_and_text_together_keep_to_the_limit(language: str, limit: int) -> None:
    name = NAMES[language]
    for choice in CHOICES:
        text = written(f"{PROMPTS[language]} (max {limit} characters)", choice)
        assert len(text) <= limit
        assert text.startswith(LABEL + name[:1]) or name in text


def test_a_limit_too_small_for_the_label_holds_for_the_text_alone() -> None:
    text = written('Write a slogan for "Organic Thai Jasmine Rice" in 8 characters.')
    assert text == LABEL + "Organic!"


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Product: Lanna Mug\nPrice: 90", "Lanna Mug"),
        ("Product: Lanna Mug. Write one sentence.", "Lanna Mug"),
        ('{"name": "Lanna, Mug", "price": 90}', "Lanna, Mug"),
        ("商品名：だし名人\n特長：無添加", "だし名人"),
        ('Write about "Lanna Mug".', "Lanna Mug"),
        ("Write a headline for Bamboo Steamer (590 baht).", "Bamboo Steamer"),
        ("A headline in Thai for ผ้าพันคอไหมแพรวา", "ผ้าพันคอไหมแพรวา"),
        ("A headline in Japanese for 風呂敷 さくら, 390 baht", "風呂敷 さくら"),
        ("A headline for a pouch", "A headline for a pouch"),
        ("something nice", "something nice"),
        ("", "…"),
    ],
)
def test_the_name_is_found_where_it_stands(prompt: str, name: str) -> None:
    assert brief(prompt).name == name  # type: ignore[attr-defined]


PIECES = (
    *("12", "3.5", "5 000", "9" * 50, "๒", "30 characters", "Price:", "Name: ", " for ", " and "),
    *("「", "」", '"', "{", "}", "#", "の広告", "ั", "\n", "hashtags", "e-mail"),
    *PROMPTS.values(),
)
ANY_PROMPT = st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@given(prompt=ANY_PROMPT, choice=st.integers(0, 2**64 - 1), nth=st.integers(1, 40))
def test_any_prompt_gets_a_labelled_text_with_no_number_of_its_own(
    prompt: str, choice: int, nth: int
) -> None:
    text = written(prompt, choice, nth)
    assert text.startswith(LABEL)
    assert len(text) > len(LABEL)
    assert numbers(text) <= numbers(prompt)


@given(prompt=ANY_PROMPT, limit=st.integers(1, 400))
def test_any_prompt_keeps_to_a_limit_that_has_room_for_the_label(prompt: str, limit: int) -> None:
    text = written(f"{prompt}\nAt most {limit} characters.")
    room = limit if limit > len(LABEL) else limit + len(LABEL)
    assert len(text) <= room


def test_a_long_prompt_is_read_at_both_ends() -> None:
    filler = "lorem ipsum 12 dolor " * 5000
    text = written(f"Product: Lanna Mug\n{filler}\nWrite in Thai, at most 80 characters.")
    assert "Lanna Mug" in text
    assert re.search(SCRIPTS["th"], text)
    assert len(text) <= 80


@given(text=st.text(max_size=60), room=st.integers(1, 60))
def test_a_shortened_name_fits_and_splits_no_number(text: str, room: int) -> None:
    kept = shorten(text, room)
    assert len(kept) <= room
    assert numbers(kept) <= numbers(text)


@pytest.mark.parametrize(
    ("text", "room", "kept"),
    [
        ("Organic Thai Rice", 17, "Organic Thai Rice"),
        ("Organic Thai Rice", 15, "Organic Thai"),
        ("Organic", 3, "Org"),
        ("Rice 2,500 g", 7, "Rice"),
        ("2500", 3, "…"),
        ("ผ้าไหม", 2, "ผ้"),
        ("น้ำปลา", 1, "…"),
    ],
)
def test_a_name_is_shortened_at_a_word_a_number_or_a_letter(
    text: str, room: int, kept: str
) -> None:
    assert shorten(text, room) == kept
