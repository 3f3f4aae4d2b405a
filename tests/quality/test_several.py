"""Several texts where one was asked for, and one text in several lines."""

import pytest

from copygen.models import Message
from copygen.quality.checks.chat import ChatCheck
from copygen.quality.phrases import PhraseReader
from tests.support.quality_fields import context, rules

SEVERAL = [
    # Headlines between blank lines: the product's name in two, before a colon, or all of a length.
    (
        "hu",
        "Nyár, palackba zárva.\n\nHalden: egy pohárnyi kert a teraszodon.\n\nCsak szóda kell "
        "hozzá, és kész a délután.",
    ),
    (
        "it",
        "Il caffè buono non ha bisogno di capsule.\n\nAccendi il fuoco, al resto pensa Halden."
        "\n\nHalden: l'acciaio che sa di casa.",
    ),
    (
        "ko",
        "캠핑의 완성은 의자다. 할덴.\n\n어깨는 가볍게, 휴식은 묵직하게.\n\n올리브빛 쉼표, 할덴."
        "\n\n오늘, 어디에 앉으실래요?",
    ),
    (
        "ru",
        "Город, поезд, горы – один рюкзак.\n\nHalden: берите всё, что любите.\n\nПусть льёт. "
        "Внутри сухо.",
    ),
    ("sl", "Puh, ki greje do -5 °C.\n\nSpite višje, nosite manj.\n\nVaša postelja tehta 980 g."),
    ("en", "Slow evenings start here.\n\nCold feet, meet wool.\n\nThe sofa's second layer."),
    ("de", "Warm bis in die Zehen.\n\nEin Sofa voller Winter.\n\nWolle, die zu Hause bleibt."),
    ("fr", "L'hiver reste dehors.\n\nUn canapé, deux épaules.\n\nLa laine fait le reste."),
    (
        "es",
        "El invierno se queda fuera.\n\nUn sofá con abrazo incluido.\n\nLana para tardes largas.",
    ),
    ("zh-Hans", "把冬天关在门外面。\n\n沙发的第二层温柔。\n\n一条毯子，一整夜好梦。"),
    ("th", "หน้าหนาวอยู่นอกบ้าน\n\nโซฟาอุ่นขึ้นอีกชั้นหนึ่ง\n\nผ้าห่มที่ทุกคนแย่งกัน"),
    # A letter or a number of any script before each, on lines of their own and in one.
    ("bn", "ক) পথ যতই লম্বা হোক, পথিক আছে।\nখ) ২১ গিয়ার, অসীম স্বাধীনতা।"),
    ("hi", "क) सर्दी को कहें अलविदा, हर शाम।\nख) ऊन की गर्माहट, घर जैसी।"),
    ("th", "ก. อุ่นกว่าทุกคืนที่ผ่านมา\nข. นุ่มกว่าทุกผืนที่เคยห่ม"),
    ("uk", "А) Тепло гір для ваших ніг.\nБ) Вовна, у якій навіть понеділок м'якший."),
    ("en", "i. Slow evenings start here.\nii. Cold feet, meet wool."),
    ("en", "1/ Slow evenings start here.\n2/ Cold feet, meet wool."),
    ("en", "1 - Slow evenings start here.\n2 - Cold feet, meet wool."),
    ("en", "a) Slow evenings start here. b) Cold feet, meet wool."),
    ("en", "① Slow evenings start here. ② Cold feet, meet wool."),
    ("en", "Headline 1: Slow evenings start here. Headline 2: Cold feet, meet wool."),
    ("de", "Variante A: Warm bis in die Zehen. Variante B: Ein Sofa voller Winter."),
    # Between strokes, in quotation marks, behind flags, languages, names of versions.
    ("en", "Slow evenings start here. | Cold feet, meet wool."),
    ("en", "Slow evenings start here. || Cold feet, meet wool."),
    ("nl", "Lange avonden beginnen hier. / Koude voeten? Wol!"),
    ("en", '"Slow evenings start here."\n"Cold feet, meet wool."'),
    ("de", "„Warm bis in die Zehen.“\n\n„Ein Sofa voller Winter.“"),
    ("ja", "「冬を外に置いて帰ろう。」\n「ソファにもう一枚の冬。」"),
    ("en", "🇬🇧 Slow evenings start here.\n🇩🇪 Lange Abende beginnen hier."),
    ("en", "EN – Slow evenings start here.\nDE – Lange Abende beginnen hier."),
    ("en", "(EN) Slow evenings start here.\n(DE) Lange Abende beginnen hier."),
    ("de", "Kurz: Rauf geht's leichter.\nLang: Rauf geht's leichter, wenn der Rücken mitspielt."),
    ("en", "Playful: Slow evenings start here.\nSerious: Cold feet, meet wool."),
    ("fr", "Court : L'hiver reste dehors.\nLong : L'hiver reste dehors, et le canapé aussi."),
    ("ru", "Коротко: Тепло рядом.\nДлинно: Тепло рядом, даже если зима за окном."),
    ("hi", "पहला: ओढ़िए और भूल जाइए सर्दी।\nदूसरा: सर्द रातों की सबसे नरम दोस्त।"),
    ("ur", "پہلا: ہر شام کے لیے ایک نرم ساتھ۔\nدوسرا: سردی میں گود جیسی گرمی۔"),
    ("tr", "Birinci: Kışın sıcağı, akşamın rengi.\nİkinci: Koltuk ısınır, akşam uzar."),
    ("en", "Halden: Slow evenings start here.\n\nHalden: Cold feet, meet wool."),
    # Another, on a line that says so.
    ("nl", "Gietijzer dat de tijd neemt.\n\nAlternatief: Thee die warm blijft."),
    ("en", "Slow evenings start here.\n\nAlternative: Cold feet, meet wool."),
    ("en", "Slow evenings start here.\n\nOr: Cold feet, meet wool."),
    ("sr", "Зима остаје напољу.\n\nАлтернатива: Кауч са топлим срцем."),
]
ONE = [
    # A post in paragraphs: it asks its reader, goes on, is brief, signs, has tags, or differs.
    (
        "en",
        "Some thoughts deserve better than a phone.\n\nInkwell opens flat, takes fountain pen "
        "ink and fits in a pocket.\n\nWhat would you write on page one?",
    ),
    ("en", "Write it down.\n\nRead it later.\n\nSmile."),
    (
        "it",
        "La prima riga è la più difficile.\n\nPoi Halden si apre piatto.\n\nTu da dove cominci?",
    ),
    (
        "ja",
        "最初の一行が、いちばん難しい。\n\nだから、ひらきやすく、にじみにくく。\n\nあなたは何を書きますか？",
    ),
    ("th", "ประโยคแรกยากที่สุดเสมอ\n\nสมุดเล่มนี้กางได้สุด หมึกไม่ซึม\n\nคุณจะเขียนอะไรเป็นอย่างแรก"),
    ("en", "The kettle is on again.\n\nSo the evening can begin.\n\nAnd nobody has to move."),
    ("de", "Draußen regnet es wieder.\n\nAber drinnen dampft der Tee.\n\nDann wird es eben Abend."),
    ("en", "Slow evenings start here.\n\nCold feet, meet wool.\n\n#wool #evening #slow"),
    (
        "en",
        "Rain.\n\nTwelve hours of it, and a sofa with a window onto the whole of it.\n\nHalden.",
    ),
    ("en", "Slow evenings start here.\n\nHalden, in oat."),
    ("de", "Kurz und gut: Salbei.\n\nDer Rest ist Rolle."),
    ("de", "Vielleicht ist es nur eine Wand.\n\nVielleicht ist es der Anfang."),
    ("fr", "On pourrait parler du papier. On préfère écrire.\n\nHalden, vélin ivoire."),
    # Lines of one text.
    ("en", "Kettle on.\nPhone off.\nHalden over the knees."),
    ("de", "Morgens: Kaffee.\nAbends: Wolle."),
    ("en", "Outside: rain.\nInside: wool."),
    ("hi", '"आज क्या लिखा?"\n"बस, अपना नाम।"\nशुरुआत यहीं से होती है।'),
    ("en", '"Another round of this?"\n"Another round of this."'),
    ("en", "Step 1: Put the kettle on.\nStep 2: Sit down with Halden."),
    # Strokes, letters and options within one.
    ("en", "Oat / sage / rust. Halden comes in three."),
    ("en", "Silk | Wool | Linen"),
    ("en", "You can a) freeze or b) sit down."),
    ("en", "Option A: freeze. Option B: this scarf."),
    ("en", "Option one: turn up the heating. Option two: lambswool."),
    ("de", "Variante A: Pommes. Variante B: Bratkartoffeln, richtig."),
    ("fi", "Vaihtoehto A: suihku. Vaihtoehto B: löyly."),
    ("en", "Tea or coffee? Or both. Or neither, just the blanket."),
]


def _found(language: str, text: str, prompt: str = "Write an ad.") -> list[str]:
    told = context(text, language, name="Halden 할덴", colour="oat")
    asked = told._replace(asked=[Message("user", prompt)])
    return rules(list(ChatCheck(PhraseReader()).violations(asked)))


@pytest.mark.parametrize(("language", "text"), SEVERAL)
def test_several_texts_are_asked_for_again(language: str, text: str) -> None:
    assert "leftovers.several" in _found(language, text)


@pytest.mark.parametrize(("language", "text"), ONE)
def test_one_text_is_left_alone(language: str, text: str) -> None:
    assert _found(language, text) == []


@pytest.mark.parametrize(
    ("prompt", "rule"),
    [
        ("Write a headline.", ["leftovers.several"]),
        ("Write a Facebook post.", []),
        ("Schreib eine Beschreibung.", []),
        ("写一段产品介绍。", []),
    ],
)
def test_a_post_may_have_paragraphs(prompt: str, rule: list[str]) -> None:
    text = "Slow evenings start here.\n\nCold feet, meet wool.\n\nThe sofa's second layer."
    assert _found("en", text, prompt) == rule
    told = context(text, "en")._replace(field="instagram.caption")
    assert rules(list(ChatCheck(PhraseReader()).violations(told))) == []
