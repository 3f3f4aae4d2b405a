"""Names of languages, and whether a text is in the one it should be in."""

from collections import defaultdict

import langcodes
import pytest

from copygen import check_text
from copygen.models import Severity
from copygen.quality.checker import Checker
from copygen.quality.language_detector import Detector, Evidence, can_tell
from copygen.quality.language_model import labels_of, letters_of, model_labels
from copygen.quality.language_tally import LanguageTally
from copygen.quality.languages import (
    base,
    best_match,
    known_scripts,
    known_tag,
    language_name,
    language_tag,
    nearest_language,
    scripts_of,
)
from copygen.quality.near_languages import near_languages
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure
from tests.quality.languages import HALVES, LENGTHS, Counted, checker, measured

TAGS = [
    # tags, in any case and with either mark
    ("th", "th"), ("TH", "th"), ("th_TH", "th"), ("th-Thai-TH", "th"), (" de ", "de"),
    ("pt_BR", "pt"), ("pt-PT", "pt-PT"), ("en-GB", "en-GB"), ("en_US.UTF-8", "en"),
    ("es-419", "es-419"), ("zh", "zh"), ("zh-CN", "zh-Hans"), ("zh_TW", "zh-Hant"),
    ("zh-hant", "zh-Hant"), ("zh-Hant-HK", "zh-Hant-HK"), ("zh-HK", "zh-Hant-HK"),
    ("cmn", "zh"), ("yue", "yue"), ("sr", "sr"), ("sr-Latn", "sr-Latn"), ("sr_Latn_RS", "sr-Latn"),
    ("sh", "sr-Latn"), ("uz-Cyrl", "uz-Cyrl"), ("pa-PK", "pa-Arab"), ("ckb", "ckb"), ("iw", "he"),
    ("no", "nb"), ("nn", "nn"), ("tl", "fil"), ("mo", "ro"), ("hsb", "hsb"),
    # names, in many languages
    ("Thai", "th"), ("ไทย", "th"), ("ภาษาไทย", "th"), ("Thai language", "th"), ("Deutsch", "de"),
    ("GERMAN", "de"), ("français", "fr"), ("Canadian French", "fr-CA"),
    ("French (Canada)", "fr-CA"),
    ("Brazilian Portuguese", "pt"), ("Portuguese (Brazil)", "pt"), ("português", "pt"),
    ("British English", "en-GB"), ("UK English", "en-GB"), ("English (UK)", "en-GB"),
    ("Traditional Chinese", "zh-Hant"), ("Chinese (Simplified)", "zh-Hans"),
    ("简体中文", "zh-Hans"), ("繁體中文", "zh-Hant"), ("Chinese (Taiwan)", "zh-Hant"),
    ("Mandarin", "zh"), ("中文", "zh"),
    ("Cantonese", "yue"), ("日本語", "ja"), ("한국어", "ko"), ("हिन्दी", "hi"), ("العربية", "ar"),
    ("Farsi", "fa"), ("Bahasa Melayu", "ms"), ("Bahasa Indonesia", "id"), ("Filipino", "fil"),
    ("Norwegian", "nb"), ("Norwegian Bokmål", "nb"), ("Serbian (Latin)", "sr-Latn"),
    ("Українська", "uk"), ("tiếng việt", "vi"), ("Burmese", "my"), ("Castellano", "es"),
]  # fmt: skip
NO_TAGS = ["", " ", "x", "none", "n/a", "Elvish", "klingon", "germn", "und", "mul", "zxx", "jp",
           "xx", "English/Thai", "th, ja", "a" * 200, "-", "Copy in Thai please"]  # fmt: skip


@pytest.mark.parametrize(("written", "tag"), TAGS)
def test_a_language_may_be_told_by_tag_or_name(written: str, tag: str) -> None:
    assert language_tag(written) == tag


def test_scripts_told_without_the_library_are_as_it_has_them() -> None:
    for tag, script in known_scripts().items():
        assert langcodes.Language.get(tag).maximize().script == script, tag
        # Written so, it is read by the library.
        assert language_tag("ZH" if tag == "zh" else f"{base(tag)}-{script}") == tag


@pytest.mark.parametrize("written", NO_TAGS)
def test_what_names_no_language_is_none(written: str) -> None:
    assert language_tag(written) is None


@pytest.mark.parametrize(
    ("written", "near"),
    [("germn", "German"), ("Japanes", "Japanese"), ("deutch", "Dutch"), ("jp", "ja"),
     ("cn", "zh"), ("dk", "da"), ("Elvish", "English"), ("n/a", None)],
)  # fmt: skip
def test_the_nearest_language_is_named(written: str, near: str | None) -> None:
    assert nearest_language(written) == near
    with pytest.raises(ValueError, match=f"did you mean '{near}'" if near else "Write it as th"):
        known_tag(written)


def test_a_tag_is_called_by_its_english_name() -> None:
    called = {tag: language_name(tag) for tag in ("th", "zh-Hant", "pt-PT", "ckb", "sr-Latn")}
    assert called == {
        "th": "Thai", "zh-Hant": "Traditional Chinese", "pt-PT": "European Portuguese",
        "ckb": "Central Kurdish", "sr-Latn": "Serbian Latin",
    }  # fmt: skip


def test_the_script_is_the_likely_one_of_cldr() -> None:
    scripts = {tag: scripts_of(tag) for tag in ("ja", "ko", "sr", "sr-Latn", "ka", "ckb", "am")}
    assert scripts == {
        "ja": ("Hira", "Kana", "Hani"), "ko": ("Hang",), "sr": ("Cyrl",), "sr-Latn": ("Latn",),
        "ka": ("Geor",), "ckb": ("Arab",), "am": ("Ethi",),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tag", "known", "match"),
    [
        ("de", ["de", "en"], "de"), ("de-AT", ["de", "en"], "de"), ("zh-Hant-HK", ["zh"], "zh"),
        ("zh-Hant-HK", ["zh", "zh-Hant"], "zh-Hant"), ("en", ["en-GB"], "en-GB"),
        ("en", ["en-GB", "en-AU"], None), ("zh", ["zh-Hant"], None), ("pt-PT", ["es"], None),
    ],
)  # fmt: skip
def test_words_by_language_are_those_of_the_next_wider_one(
    tag: str, known: list[str], match: str | None
) -> None:
    assert best_match(tag, known) == match


def test_the_former_name_of_a_rule_still_switches_it() -> None:
    settings = ChecksSettings.model_validate({"severity": {"language.latin": "off"}})
    assert settings.override("language.other") == "off"


# language, a text in it, the same in a language that slips in its place
TEXTS = [
    ("de", "Weiche Seide für kühle Abende", "Soft silk for cool evenings"),
    ("fr", "Une soie douce pour les soirées fraîches", "Seda suave para las noches frescas"),
    ("es", "Seda suave para las noches frescas", "Seda macia para as noites frescas de verão"),
    ("it", "Seta morbida per le sere fresche", "Soft silk for cool evenings"),
    ("pt", "Seda macia para noites frescas", "Seda suave para las noches frescas de verano"),
    ("nl", "Zachte zijde voor koele avonden", "Weiche Seide für kühle Abende"),
    ("sv", "Mjukt siden för svala kvällar", "Pehmeää silkkiä viileisiin iltoihin"),
    ("fi", "Pehmeää silkkiä viileisiin iltoihin", "Mjukt siden för svala kvällar"),
    ("pl", "Miękki jedwab na chłodne wieczory", "Soft silk for cool evenings"),
    ("cs", "Jemné hedvábí pro chladné večery", "Miękki jedwab na chłodne wieczory"),
    ("hu", "Puha selyem hűvös estékre", "Soft silk for cool evenings"),
    ("ro", "Mătase moale pentru serile răcoroase", "Seta morbida per le sere fresche"),
    ("tr", "Serin akşamlar için yumuşak ipek", "Soft silk for cool evenings"),
    ("vi", "Lụa mềm cho những buổi tối mát mẻ", "Soft silk for cool evenings"),
    ("id", "Sutra lembut untuk malam yang sejuk", "Soft silk for cool evenings"),
    ("et", "Pehme siid jahedateks õhtuteks", "Pehmeää silkkiä viileisiin iltoihin"),
    ("lt", "Švelnus šilkas vėsiems vakarams", "Mīksts zīds vēsiem vakariem"),
    ("hr", "Mekana svila za svježe večeri", "Miękki jedwab na chłodne wieczory"),
    ("ca", "Seda suau per a les nits fresques", "Soft silk for cool evenings"),
    ("ru", "Мягкий шёлк для прохладных вечеров", "М’який шовк для прохолодних вечорів"),
    ("uk", "М’який шовк для прохолодних вечорів", "Мягкий шёлк для прохладных вечеров"),
    ("bg", "Мека коприна за прохладни вечери", "М’який шовк для прохолодних вечорів"),
    ("sr", "Мекана свила за свеже вечери", "Mekana svila za sveže večeri"),
    ("sr-Latn", "Mekana svila za sveže večeri", "Мекана свила за свеже вечери"),
    ("ar", "حرير ناعم لأمسيات الصيف", "ابریشم نرم برای شب‌های خنک تابستان"),
    ("fa", "ابریشم نرم برای شب‌های خنک", "حرير ناعم لأمسيات الصيف الباردة"),
    ("ur", "ٹھنڈی شاموں کے لیے نرم ریشم", "ابریشم نرم برای شب‌های خنک تابستان"),
    ("hi", "ठंडी शामों के लिए मुलायम रेशम", "Soft silk for cool evenings"),
    ("el", "Απαλό μετάξι για δροσερά βράδια", "Мягкий шёлк для вечеров"),
    ("he", "משי רך לערבים קרירים", "حرير ناعم لأمسيات الصيف"),
    ("th", "ผ้าไหมนุ่มสำหรับค่ำคืนเย็นสบาย", "ຜ້າໄໝອ່ອນນຸ້ມສຳລັບຕອນແລງ"),
    ("ka", "რბილი აბრეშუმი გრილი საღამოებისთვის", "Soft silk for cool evenings"),
    ("te", "చల్లని సాయంత్రాలకు మృదువైన పట్టు", "Soft silk for cool evenings"),
    ("ja", "涼しい夜にやわらかなシルクを", "适合凉爽夜晚的柔软丝绸"),
    ("ja", "送料無料、期間限定", "請您選購這款絲巾"),
    ("zh-Hans", "适合凉爽夜晚的柔软丝绸", "適合涼爽夜晚的柔軟絲綢"),
    ("zh-Hant", "適合涼爽夜晚的柔軟絲綢", "适合凉爽夜晚的柔软丝绸"),
    ("ko", "서늘한 저녁을 위한 부드러운 실크", "涼しい夜にやわらかなシルクを"),
]


def errors_of(text: str, language: str, item: dict[str, str] | None = None) -> list[str]:
    found = checker(language).check(text, item or {})
    return [one.rule for one in found if one.severity is Severity.ERROR]


@pytest.mark.parametrize(("language", "right", "wrong"), TEXTS)
def test_a_headline_in_another_language_is_found(language: str, right: str, wrong: str) -> None:
    assert errors_of(right, language) == []
    (rule,) = errors_of(wrong, language)
    assert rule in ("language.other", "language.script")


@pytest.mark.parametrize(
    ("language", "text", "item"),
    [
        ("de", "Praewa Silk Scarf Soft Evening", {"name": "Praewa Silk Scarf Soft Evening"}),
        ("de", "#silk #evening www.praewa.example/soft-silk-for-evenings AB-1290-X", {}),
        ("fr", "Mozilla VPN", {}),
        ("th", "ผ้าไหม The North Face รุ่นใหม่", {}),
        ("ja", "数量限定", {}),
        ("de", "OK", {}),
        ("es", "Jalapeños, crème brûlée y smörgåsbord para todos", {}),
        ("ru", "Тёплая-тёплая, лёгкая-лёгкая.", {}),
        ("it", "Sciarpa in lana merino", {}),
    ],
)
def test_names_addresses_and_dishes_are_of_every_language(
    language: str, text: str, item: dict[str, str]
) -> None:
    assert errors_of(text, language, item) == []


@pytest.mark.parametrize(
    ("language", "text", "part"),
    [
        ("de", "Ein weicher Schal aus Seide. It keeps you warm by the sea. Für jeden Abend.",
         "It keeps you warm by the sea."),
        ("es", "Seda suave para las noches frescas.\nUne soie douce pour toutes les soirées.",
         "Une soie douce pour toutes les soirées."),
        ("th", "ผ้าไหมนุ่มสำหรับค่ำคืนเย็นสบายของคุณ it keeps you warm by the sea ทุกวันทุกคืน",
         "it keeps you warm by the sea"),
    ],
)  # fmt: skip
def test_a_sentence_in_another_language_is_found_at_its_place(
    language: str, text: str, part: str
) -> None:
    (one,) = checker(language).check(text, {})
    assert one.rule == "language.mixed"
    assert one.span is not None
    assert text[slice(*one.span)] == part


BAG = {"name": "Veluwe Bike Bag", "material": "waxed canvas", "detail": "20 l, waterproof roll top"}
LAMP = {
    "name": "Nordlys Table Lamp",
    "material": "brushed brass",
    "detail": "dimmable, warm light, cable 2 m",
}
TEA = {
    "name": "Morning Dew Green Tea",
    "material": "sencha from Shizuoka, spring harvest",
    "detail": "100 g, resealable bag, keeps fresh",
}
"""Items in English, of which models leave words as they are."""


@pytest.mark.parametrize(
    ("language", "text", "item", "rule"),
    [
        ("fr", "Un sac en waxed canvas pour tous les jours", BAG, "language.mixed"),
        ("es", "Una bolsa de waxed canvas, hecha para durar", BAG, "language.mixed"),
        ("de", "Nordlys Table Lamp – Brushed Brass, Dimmable, Warm Light", LAMP, "language.mixed"),
        ("de", "Nordlys Table Lamp: Dimmable, Brass. 2 m Cable", LAMP, "language.other"),
        ("de", "Eine Tasche aus Waxed Canvas für jeden Tag", BAG, "language.mixed"),
        ("fr", "Un sachet resealable, pour chaque matin", TEA, "language.mixed"),
        ("th", "Veluwe Bike Bag – Waxed Canvas, 20 l", BAG, "language.script"),
        ("zh", "Nordlys Table Lamp - 2m Cable, Dimmable, Warm Light", LAMP, "language.script"),
        ("ja", "Yuzu Marmalade (Kochi, 210 g)", {"name": "Yuzu Marmalade", "detail": "210 g, "
         "made in Kochi"}, "language.script"),
        ("zh", "专业级15巴牛奶 frother，满足您的咖啡梦想", {"detail": "15 bar, milk frother"},
         "language.mixed"),
        ("zh", "橡木餐桌， seats六人，适合家庭", {"detail": "160 cm, seats six"}, "language.mixed"),
        ("th", "เป็นโซfacesันที่ปลอดภัยสำหรับคุณ", {}, "language.script"),
        ("ru", "Пространство с натуральным rubber\u043e\u043c", {"material": "natural rubber"},
         "language.script"),
        ("ja", "ココナッツではなくコconutの香り", {"material": "coconut oil"}, "language.script"),
        ("zh", "汉ami笔记本，优质手工制作", {"name": "Hanami Notebook"}, "language.script"),
        ("vi", "Xà phòng soa\u6930 cho làn da mềm", {}, "language.script"),
        ("en", "A soft c\u0430t blanket for evenings", {}, "language.script"),
        ("el", "Χαλί γιόγκα από φυσικό rubber\u03bf", {"material": "natural rubber"},
         "language.script"),
    ],
)  # fmt: skip
def test_words_of_an_english_item_that_are_left_as_they_are_are_found(
    language: str, text: str, item: dict[str, str], rule: str
) -> None:
    assert errors_of(text, language, item) == [rule]


@pytest.mark.parametrize(
    ("language", "text", "item"),
    [
        ("fr", "Un sac en toile cirée à roll top, pour tous les jours", BAG),
        ("de", "Nordlys Tischlampe: gebürstetes Messing, dimmbar, warmes Licht",
         {"name": "Nordlys", "detail": "gebürstetes Messing, dimmbar, warmes Licht"}),
        ("es", "Lámpara de mesa: latón cepillado, luz cálida regulable",
         {"name": "lámpara de mesa", "detail": "latón cepillado, luz cálida regulable"}),
        ("fr", "Un thé sencha de Shizuoka en sachet", TEA),
        ("it", "Una borsa in canvas per la bici", BAG),
        ("de", "Das Waxed Canvas von Barbour", {"material": "Waxed Canvas"}),
        ("de", "Slim Fit aus Baumwolle", {"cut": "slim fit"}),
        ("de", "Ein Kissen aus memory foam", {"name": "Nimbus", "material": "memory foam"}),
        ("de", "Halden wool blanket, weich und warm", {"name": "Halden wool blanket"}),
        ("th", "Veluwe Bike Bag 20 l, 64 EUR", BAG | {"price": "64 EUR"}),
        ("ja", "maruniの藍は、洗うほど深く", {"brand": "maruni"}),
        ("th", "ผ้า cotton นุ่มสบาย", {"material": "cotton"}),
        ("ru", "USB-кабель и чехол для iPhone’а", {}),
        ("ja", "coconutの香り、oilの艶", {"name": "coconut oil"}),
        ("th", "ดาวน์โหลด app ได้แล้ววันนี้ ที่ร้าน shop ใกล้คุณ", {}),
        ("zh", "我的app和vivo手机", {"name": "Hanami App"}),
        ("en", "A 福 on every door, α-tocopherol in every jar", {}),
        ("en", "The Pочта tote, for letters", {"name": "Pочта tote"}),
        ("ru", "Кофейня eчka", {"name": "eчka"}),
        ("ko", "recycle 소재가 아닌 brass로 만든 Nordlys", {"name": "recycle brass Nordlys"}),
    ],
)  # fmt: skip
def test_names_and_borrowed_words_of_an_item_are_left_alone(
    language: str, text: str, item: dict[str, str]
) -> None:
    assert errors_of(text, language, item) == []


def test_near_languages_are_a_warning() -> None:
    found = checker("nb").check("Nye varme sokker til dig", {})
    assert [(one.rule, one.severity) for one in found] == [("language.near", Severity.WARNING)]


@pytest.mark.parametrize(
    ("language", "near", "text"),
    [
        ("nb", "Danish", "Bløde tørklæder til sommeren"),
        ("hr", "Serbian Latin", "Svež hleb svaki dan, mleko i kafa"),
        ("cs", "Slovak", "Ľahké topánky na dlhé prechádzky"),
        ("es", "Portuguese", "Sapatos leves para longas caminhadas"),
        ("hi", "Marathi", "थंड सकाळसाठी मऊ लोकरीचा स्वेटर आणि मोजे"),
        ("bg", "Macedonian", "Само оваа недела со попуст за сите"),
    ],
)
def test_from_more_words_on_they_are_an_error(language: str, near: str, text: str) -> None:
    (found,) = checker(language).check(text, {})
    assert (found.rule, found.severity) == ("language.other", Severity.ERROR)
    assert near in found.message


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("hi", "सर्वोच्च प्रयोक्ता स्थिति", []),
        ("mr", "गुप्तशब्द पुनरस्थापना अयशस्वी", []),
        ("hi", "एतत् पुस्तकं बहु सुन्दरम् अस्ति", ["this seems to be Sanskrit, not Hindi"]),
    ],
)
def test_words_that_sanskrit_lent_are_no_sanskrit(
    language: str, text: str, found: list[str]
) -> None:
    assert [one.message for one in checker(language).check(text, {})] == found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Sov bedre i nat"), ("nb", "Sov bedre i natt"), ("nn", "Sov betre i natt"),
        ("hr", "Lagane cipele za duge šetnje"), ("sr-Latn", "Lagane cipele za duge šetnje"),
        ("id", "Roti segar setiap hari"), ("ms", "Roti segar setiap hari"),
        ("es", "Mano a mano, día a día, olivo a olivo."), ("ru", "Тёплая-тёплая, лёгкая-лёгкая."),
        ("ru", "Praewa iPhone Pro Max"), ("nl", "Smart Home Starter Kit"),
    ],
)  # fmt: skip
def test_what_both_languages_say_is_not_doubted(language: str, text: str) -> None:
    found = checker(language).check(text, {"name": "Smart Home Starter Kit"})
    assert not [one for one in found if one.rule == "language.near"]


def test_a_word_says_the_same_however_often_it_stands_there_and_never_decides_alone() -> None:
    group = near_languages("nb")
    assert group is not None
    at, danish = group.languages.index("nb"), group.languages.index("da")
    once, thrice = (group.margins(letters_of(text), at)[danish] for text in ("hvad", 3 * "hvad "))
    assert once == thrice
    assert 0 < once <= 5.0
    assert near_languages("de") is None


def test_short_fields_are_judged_with_the_others_of_their_answer() -> None:
    short = ("Documentation", "Model groups", "Recent action")
    alone = [checker("fr").check(text, {}) for text in short]
    together = [
        one.rule
        for text in short
        for one in checker("fr").examine(text, {}, record={"headline": short}).violations
    ]
    assert not any(alone)
    assert "language.other" in together


def test_what_nobody_can_judge_is_told() -> None:
    for tag in ("de", "th", "he", "ja", "ka", "am"):
        assert can_tell(tag), tag
    for tag in ("ckb", "hsb", "yi", "mai"):
        assert not can_tell(tag), tag


def test_english_is_found_even_for_a_language_that_the_model_does_not_know() -> None:
    assert errors_of("Soft silk for the cool evenings by the sea", "hsb") == ["language.other"]


def test_the_model_knows_the_languages_that_copy_is_written_in() -> None:
    labels, common = model_labels()
    assert len(labels) > 100
    assert common <= set(labels)
    read = Detector().model().read(letters_of("Weiche Seide für kühle Abende"), "Latn")
    assert read
    scores = read.each()
    assert labels_of("Latn")[scores.index(max(scores))] == "de"
    assert {"ru", "bg"} <= set(labels_of("Cyrl"))


def test_the_tally_tells_a_column_that_may_be_english() -> None:
    tally, doubt = LanguageTally(), Evidence("en", 2.5, 4.5, near=False)
    for number in range(40):
        tally.judge("ad.headline", f"text {number}", "de", doubt if number < 9 else None)
        tally.accept("ad.headline", f"text {number}")
    for number in range(40):  # as many as there are by chance
        tally.judge("body", f"text {number}", "de", doubt if number < 2 else None)
        tally.accept("body", f"text {number}")
    (found,) = tally.doubtful()
    assert found.sentence == "9 of 40 German headlines may be English"


def test_texts_that_were_not_accepted_are_not_counted() -> None:
    tally, doubt = LanguageTally(), Evidence("en", 2.5, 4.5, near=False)
    for number in range(40):
        tally.judge("", f"text {number}", "de", doubt)
    assert tally.doubtful() == ()


def test_what_cannot_be_judged_is_said_once() -> None:
    run = Checker(ChecksSettings.model_validate({"language_from": "language"}), measure)
    for language in ("German", "ckb", "ckb", "Klingonn", "Germn", "Germn", ""):
        run.check("x", {"language": language})
    assert run.languages.notes() == (
        "no detector knows Central Kurdish (ckb): only its script is checked",
        "no language is known as 'Germn' (did you mean 'German'?): in 2 rows nothing is checked by "
        "language",
        "no language is known as 'Klingonn': in 1 row nothing is checked by language",
    )


CLEAR = [
    ("en", "Wear it on calm evenings by the river or fold it into a bag.", True),
    ("de", "Am Abend am Fluss getragen begleitet er dich auf jede Reise.", True),
    ("pl", "Miękka wełna na chłodne wieczory i poranki nad rzeką.", True),
    ("en", "Ein leichter Schal für kühle Abende am Fluss und unterwegs.", False),
    ("de", "Wear it on calm evenings by the river or fold it into a bag.", False),
    # half of it
    ("en", "Wear it on calm evenings by the river, der Abend hat jetzt Farbe und", False),
    ("de", "Der Abend hat jetzt Farbe und, wear it on calm evenings by the river", False),
    # nothing to go by
    ("en", "Praewa Silk Scarf Collection Bangkok", False),
    ("en", "", False),
    ("en", " " * 400, False),
    ("en", "a" * 400, False),
    ("th", "ผ้าไหมไทยทอมือ", False),
    ("sk", "Tyto šátky jsou z měkkého hedvábí a hřejí.", False),
]  # fmt: skip


@pytest.mark.parametrize(("tag", "text", "is_clear"), CLEAR)
def test_only_what_is_surely_in_its_language_is_judged_by_words_alone(
    tag: str, text: str, is_clear: bool
) -> None:
    assert Detector().is_clear(text, tag, 100) is is_clear


def test_what_words_make_clear_has_no_evidence_by_letters() -> None:
    """The short way says yes only where the long one finds nothing."""
    model, labels = Detector().model(), labels_of("Latn")
    for tag, text, is_clear in CLEAR:
        if is_clear:
            scores = model.read(letters_of(text), "Latn")
            assert scores is not None
            assert scores.is_best(labels.index(tag))


def test_scores_of_words_are_kept_within_bounds() -> None:
    model = Detector().model()
    kept = model.lanes_of("Latn").words
    for number in range(20_000):
        model.leads([f"w{number}x"], "Latn", 0, 0)
    assert len(kept) <= 8192


@pytest.mark.no_cover
def test_languages_are_told_apart_as_often_as_promised() -> None:
    """The table of `python -m tests.quality.languages`, on a sample of each cell."""
    pytest.importorskip("django", reason="its translations are the texts")
    sums: dict[tuple[str, str], Counted] = defaultdict(Counted)
    for (question, length, _), cell in measured(12, pairs=2, more=False).items():
        if "<" not in question:
            sums[question, length].texts += cell.texts
            sums[question, length].flagged += cell.flagged
    short, long = LENGTHS
    least = {
        ("latin: English", short): 0.88, ("latin: English", long): 0.98,
        ("latin: another", short): 0.87, ("latin: another", long): 0.98,
        ("others: English", short): 1.0, ("others: English", long): 1.0,
        ("others: another", short): 0.87, ("others: another", long): 0.98,
        ("near", short): 0.80, ("near", long): 0.88,
        ("near: shared, too", short): 0.75, ("near: shared, too", long): 0.88,
        ("shops: near", short): 0.80, ("shops: near", long): 0.85,
    }  # fmt: skip
    most = {
        ("latin: own", short): 0.015, ("latin: own", long): 0.007,
        ("others: own", short): 0.012, ("others: own", long): 0.01,
        ("near: own", short): 0.013, ("near: own", long): 0.01,
        ("near: own warned", short): 0.05, ("near: own warned", long): 0.05,
        ("shops: own", short): 0.01, ("shops: own", long): 0.01,
        ("shops: own warned", short): 0.05, ("shops: own warned", long): 0.05,
    }  # fmt: skip
    assert len(HALVES) == 2
    for place, share in least.items():
        assert sums[place].share >= share, (place, sums[place].share)
    for place, share in most.items():
        assert sums[place].share <= share, (place, sums[place].share)


@pytest.mark.parametrize(
    ("language", "text", "clause"),
    [
        (
            "de",
            "Diese Tasche aus Leder ist perfect for every walk, und sie hält viele Jahre lang.",
            "perfect for every walk",
        ),
        (
            "nl",
            "Deze jas is perfect for every season, en hij is licht.",
            "perfect for every season",
        ),
        ("sv", "Tröjan är warm and soft for the winter, och håller länge.", "warm and soft for"),
        ("el", "Το πρωί βιάζεσαι. Stay warm all day long με το θερμός.", "Stay warm all day long"),
        (
            "vi",
            "Nhẹ như lá, perfect for your beach holiday, mát cả ngày.",
            "perfect for your beach",
        ),
        ("de", "Unser Brunch: all you can eat für 19 Euro, jeden Sonntag.", ""),
        ("de", "Ein Sofa, state of the art und doch gemütlich.", ""),
        ("da", "For en god start på dagen: kaffe, brød og smør.", ""),
        ("it", "Una giacca made in Italy, one of a kind, per giornate di vento.", ""),
        ("en", "A mug for slow mornings and for every hand.", ""),
    ],
)
def test_a_clause_of_english_is_found_at_its_place(language: str, text: str, clause: str) -> None:
    found = [one for one in check_text(text, language=language) if one.rule == "language.mixed"]
    assert bool(found) == bool(clause)
    assert not found or clause in text[slice(*(found[0].span or (0, 0)))]


def test_a_column_that_no_string_names_is_left_out_of_the_facts() -> None:
    item = {"name": "Halden", None: ["x"], 1: "blau"}  # as csv.DictReader has a row too long
    text = "Halden wärmt an kalten Tagen. Halden wärmt an kalten Tagen."
    rules = {one.rule for one in check_text(text, item=item, language="de")}  # type: ignore[arg-type]
    assert any(rule.startswith("repetition.") for rule in rules)
