"""The copy the simulator writes: in the language asked for, about the item, within its limits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copygen.models import Message
from copygen.providers.simulator.copywriter import LABEL, write
from copygen.providers.simulator.detect import named_language, script_language
from copygen.providers.simulator.languages import LANGUAGES
from copygen.providers.simulator.naming import find_name, shorten
from copygen.providers.simulator.offer import Price, read_offer
from copygen.providers.simulator.wanted import Form, read_wanted

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


def written(prompt: str, choice: int = 1, nth: int = 1) -> str:
    return write([Message("user", prompt)], choice, nth)


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


# six languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_in_the_script_of_its_prompt_and_about_its_item_alone(language: str) -> None:
    prompt, name = PROMPTS[language], NAMES[language]
    others = [script for code, script in SCRIPTS.items() if script != SCRIPTS[language]]
    for choice in CHOICES:
        text = written(prompt, choice)
        assert text.startswith(LABEL)
        assert name in text
        assert numbers(text) <= numbers(prompt)
        said = text.removeprefix(LABEL).replace(name, "")
        assert re.search(SCRIPTS[language], said)
        said = said.replace("420 g", "").replace("RM", "")
        if language == "ja":  # written with Han characters too
            others = [script for script in others if script != SCRIPTS["zh"]]
        assert not any(re.search(script, said) for script in others), said


@pytest.mark.parametrize("language", LANGUAGES)
def test_price_and_figures_reach_the_text_in_the_words_of_its_language(language: str) -> None:
    money = LANGUAGES[language].currencies["THB"].format(amount="1,290")
    text = written(PROMPTS[language])
    assert money in text
    assert "420 g" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_neighbouring_sightings_take_every_angle_in_turn(language: str) -> None:
    count = len(LANGUAGES[language].angles)
    texts = [written(PROMPTS[language], CHOICES[0], nth) for nth in range(1, count + 1)]
    assert len(set(texts)) == count >= 8


def test_the_same_request_and_choice_give_the_same_text() -> None:
    for choice in CHOICES:
        assert written(PROMPTS["th"], choice, 3) == written(PROMPTS["th"], choice, 3)
    assert len({written(PROMPTS["th"], choice) for choice in CHOICES}) > 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_wording_brings_a_number_of_its_own_and_every_one_can_be_filled(language: str) -> None:
    wordings = LANGUAGES[language]
    named = [wordings.taglines] + [
        spoken for angle in wordings.angles for spoken in (angle.headlines, angle.sentences)
    ]
    for wording in (wording for group in named for wording in group):
        assert "Lanna Mug" in wording.format(name="Lanna Mug")
        assert not re.search(r"\d", wording)
    assert all("x" in wording.format(features="x") for wording in wordings.features)
    assert all("x" in wording.format(price="x") for wording in wordings.prices)
    assert wordings.currencies.keys() == LANGUAGES["en"].currencies.keys()
    assert len(wordings.angles) == len(LANGUAGES["en"].angles)


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
        ("ภาษาไทย", "th"),
        ("Bahasa Melayu", "ms"),
        ("dalam bahasa Inggeris", "en"),
        ("用泰语写", "th"),
        ("일본어로 써 주세요", "ja"),
        ("First in English, then in Japanese", "ja"),
        ("日本語ではなく英語で", "en"),
        ("A Thai silk scarf at 2 500 baht", None),
        ("Kitchen goods for Japanese residents", None),
        ("It costs 90 in Thai baht", None),
        ("Found in a Chinese kitchen", None),
        ("In English gardens they grow", None),
        ("slang: ja", None),
    ],
)
def test_the_last_language_asked_for_in_words_counts(prompt: str, language: str | None) -> None:
    assert named_language(prompt) == language


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Write a headline for 「だし名人」", "en"),
        ("「Bangkok Kitchen Premium」の見出しを書いてください", "ja"),
        ("写一段文案", "zh"),
        ("เขียนคำโปรย", "th"),
        ("문구를 써 주세요", "ko"),
        ("Tulis satu iklan untuk keropok ini dengan ayat yang mudah", "ms"),
        ("Nasi lemak dan teh tarik", "en"),
        ("", "en"),
    ],
)
def test_without_a_word_the_script_of_the_prompt_decides(prompt: str, language: str) -> None:
    assert script_language(prompt) == language


# what is asked for


@pytest.mark.parametrize(
    ("prompt", "limit"),
    [
        ("at most 30 characters", 30),
        ("a 25-character headline", 25),
        ("within 1,000 chars.", 1000),
        ("fewer than 50 characters", 49),
        ("no fewer than 50 characters", None),
        ("at least 20 characters, at most 80 characters", 80),
        ("headline of 30 characters, text of 90 characters", 30),
        ("Character limit: 60", 60),
        ("max_chars=45", 45),
        ("30文字以内", 30),
        ("３０字以内で", 30),
        ("100文字以上", None),
        ("50文字未満", 49),
        ("文字数：40", 40),
        ("ไม่เกิน 30 ตัวอักษร", 30),
        ("อย่างน้อย 30 ตัวอักษร", None),
        ("tidak melebihi 80 aksara", 80),
        ("不超过30个字", 30),
        ("至少30个字", None),
        ("50자 이내", 50),
        ("30 characters in the story", 30),
        ("at most 20 words", None),
        ("30 reasons", None),
        ("Mug 30\nCharacters: none", None),
        ("0 characters", None),
    ],
)
def test_a_limit_is_found_however_it_is_stated(prompt: str, limit: int | None) -> None:
    assert read_wanted(prompt).max_chars == limit


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
    assert text == LABEL + "Organic"


def test_room_is_used_where_there_is_some() -> None:
    short, long = (written(f"{PROMPTS['en']} (max {limit} characters)") for limit in (60, 200))
    assert len(short) < 60 < len(long) <= 200


@pytest.mark.parametrize(
    ("prompt", "form"),
    [
        ("Write a banner for Lanna Mug", Form.HEADLINE),
        ("キャッチコピーを書いて", Form.HEADLINE),
        ("เขียนคำโปรย", Form.HEADLINE),
        ("Write a product description", Form.DESCRIPTION),
        ("Write an Instagram post", Form.POST),
        ("ハッシュタグを付けて", Form.POST),
        ("Write an Instagram post, no hashtags", Form.DESCRIPTION),
        ("ハッシュタグなし", Form.DESCRIPTION),
        ("Write an e-mail with a subject line", Form.EMAIL),
        ("Tulis emel promosi", Form.EMAIL),
        ("An email subject line of at most 50 characters", Form.HEADLINE),
    ],
)
def test_the_form_follows_from_the_words(prompt: str, form: Form) -> None:
    assert read_wanted(prompt).form is form


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_email_has_a_subject_line_and_a_body(language: str) -> None:
    wordings = LANGUAGES[language]
    text = written(f"{PROMPTS[language]} (e-mail)")
    subject, greeting, body, sign_off = text.split("\n\n")
    assert subject.startswith(LABEL + wordings.subject)
    assert NAMES[language] in subject
    assert NAMES[language] in body
    assert (greeting, sign_off) == (wordings.greeting, wordings.sign_off)


@pytest.mark.parametrize(
    ("wish", "count"),
    [("hashtags", 3), ("5 hashtags", 5), ("two hashtags", 2), ("ハッシュタグを4個", 4)],
)
def test_a_post_has_as_many_hashtags_as_asked_for_its_own_first(wish: str, count: int) -> None:
    text = written(f'Write an Instagram post for "ผ้าไหม Lanna 2 500" in English with {wish}.')
    hashtags = text.split("\n\n")[1].split()
    assert hashtags[0] == "#ผ้าไหมLanna2_500"
    assert len(set(hashtags)) == len(hashtags) == count
    assert all(hashtag.startswith("#") for hashtag in hashtags)


def test_an_angle_that_is_named_is_taken() -> None:
    gift = LANGUAGES["en"].angles[1]
    said = [sentence.format(name="Lanna Mug") for sentence in gift.sentences]
    for wish in ("Angle: gift", "with a gift angle", "切り口：ギフト"):
        for choice in CHOICES:
            text = written(f'Write about "Lanna Mug" in English. {wish}', choice)
            assert any(sentence in text for sentence in said)


# what is offered


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Product: Lanna Mug\nPrice: 90", "Lanna Mug"),
        ("Product: Lanna Mug. Write one sentence.", "Lanna Mug"),
        ('{"name": "Lanna, Mug", "price": 90}', "Lanna, Mug"),
        ("商品名：だし名人\n特長：無添加", "だし名人"),
        ("สินค้า: ผ้าไหม ราคา: 90 บาท", "ผ้าไหม"),
        ('Do not use "best". Write about "Lanna Mug".', "Lanna Mug"),
        ("「最高」は使わない。「だし名人」の広告", "だし名人"),
        ("Don't say 'cheap'; it's for 'Chef's Knife'.", "Chef's Knife"),
        ("Write a headline for Bamboo Steamer (590 baht).", "Bamboo Steamer"),
        ("Write a headline for Rice 2.5 kg, please", "Rice 2.5 kg"),
        ("Write a banner text for a family resort in Pattaya.", "family resort"),
        ("Write for wealthy women in Bangkok about silk scarves.", "silk scarves"),
        ("バンコク在住日本人向けのキッチン用品の広告を書いて", "キッチン用品"),
        ("เขียนคำโปรยสำหรับร้านอาหารไทย ไม่เกิน 60 ตัวอักษร", "ร้านอาหารไทย"),
        ("为椰子糖写一段文案", "椰子糖"),
        ("Tulis emel untuk menjual Kerepek Pisang dengan harga RM12", "Kerepek Pisang"),
        ("Sell Doi Chang Coffee", "Sell Doi Chang Coffee"),
        ("Write: Doi Chang Coffee", "Doi Chang Coffee"),
        ("something nice", "something nice"),
        ("", "…"),
    ],
)
def test_the_name_is_found_where_it_stands(prompt: str, name: str) -> None:
    assert read_offer(prompt).name == name


def test_a_common_noun_gets_the_words_it_needs() -> None:
    assert find_name("Write about a fine restaurant.", None) == ("fine restaurant", False)
    assert find_name("Write about a Fine Restaurant.", None) == ("Fine Restaurant", True)
    text = written("Write a headline for a fine restaurant.")
    assert "our fine restaurant" in text.lower()
    assert text.removeprefix(LABEL)[0].isupper()


@pytest.mark.parametrize(
    ("prompt", "price"),
    [
        ("at 2,500 baht", Price("2,500", "THB")),
        ("at 2 500 baht", Price("2 500", "THB")),
        ("ราคา 90 บาท", Price("90", "THB")),
        ("価格は1,980円です", Price("1,980", "JPY")),
        ("THB 90.50 only", Price("90.50", "THB")),
        ("only ฿90", Price("฿90", None)),
        ("RM12 sahaja", Price("RM12", None)),
        ("Price: 320", Price("320", None)),
        ("Price: on request", None),
        ("3元気な子ども", None),
        ("30 characters", None),
    ],
)
def test_a_price_is_taken_as_written(prompt: str, price: Price | None) -> None:
    assert read_offer(prompt).price == price


def test_features_come_from_their_label_or_from_a_list() -> None:
    labelled = read_offer("Product: Mug\nFeatures: hand-made, 1,290 g; blue and light\nWrite.")
    assert labelled.features == ("hand-made", "1,290 g")
    listed = read_offer("Write about Mug.\n- hand-made\n- dishwasher safe\n- Tone: calm")
    assert listed.features == ("hand-made", "dishwasher safe")


def test_features_in_another_language_are_left_out() -> None:
    prompt = "Product: Mug\nFeatures: hand-made, 350 ml, สีฟ้า\nWrite in {language}."
    assert "hand-made" in written(prompt.format(language="English"))
    thai = written(prompt.format(language="Thai"))
    assert "350 ml และสีฟ้า" in thai
    assert "hand-made" not in thai


# whatever is sent


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
    text = written(f"{prompt}\nCharacter limit: {limit}")
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
        ("Organic Thai Rice", 12, "Organic Thai"),
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
