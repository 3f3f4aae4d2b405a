"""Labels before a text, in every language, and copy that only has a colon."""

import pytest

from copygen.quality.checks.chat import ChatCheck
from copygen.quality.facts import MendableViolation
from copygen.quality.phrases import PhraseReader
from tests.support.quality_fields import context, rules

ITEM = {"name": "Halden Wool Blanket", "colour": "oat"}
LABELS = {
    "ar": ["نص الإعلان", "موضوع الرسالة", "منشور إنستغرام", "رسالة SMS"],
    "bg": ["Текст на рекламата", "Пост за социални мрежи", "Тема", "SMS", "Рекламно заглавие"],
    "bn": ["বিজ্ঞাপনের শিরোনাম", "ফেসবুক পোস্ট", "ছোট শিরোনাম"],
    "ca": ["Assumpte", "Text de l'anunci", "Publicació per a Instagram", "Títol de l'anunci"],
    "cs": ["Předmět", "Text reklamy", "Příspěvek na Instagram", "Předmět e-mailu", "Krátký popis"],
    "da": ["Emne", "Tekst til Instagram", "Facebook-opslag", "Annoncens overskrift"],
    "de": ["Betreff", "Push-Nachricht", "Social-Media-Post", "Produkttext Halden", "Newsletter",
           "Überschrift der Anzeige", "Text für die Anzeige", "Instagram | Beitrag", "Text 1"],
    "el": ["Κείμενο διαφήμισης", "Θέμα", "Ανάρτηση για Instagram", "SMS"],
    "en": ["Instagram caption", "Push notification", "Text 1", "Subject line", "Ad copy for Halden",
           "Headline | Instagram", "Body copy", "Email subject", "Headline (max 30 characters)",
           "Short version 2", "Tweet", "Social media post", "Ad #3", "Google Ads headline"],
    "es": ["Asunto", "Texto para redes sociales", "Mensaje SMS", "Publicación de Facebook"],
    "et": ["Teema", "Facebooki postitus", "Reklaami pealkiri"],
    "fa": ["متن آگهی", "کپشن اینستاگرام", "موضوع"],
    "fi": ["Aihe", "Instagram-julkaisu", "Mainoksen otsikko", "Mainosteksti Halden"],
    "fr": ["Objet", "Texte pour Instagram", "Post Facebook", "Titre de l'annonce",
           "Notification push", "Objet de l'e-mail"],
    "he": ["נושא", "טקסט המודעה", "פוסט לאינסטגרם"],
    "hi": ["विज्ञापन का टेक्स्ट", "विषय", "इंस्टाग्राम पोस्ट"],
    "hr": ["Tekst oglasa", "Predmet", "Objava za Instagram"],
    "hu": ["Tárgy", "Hirdetés szövege", "Facebook-poszt"],
    "id": ["Subjek", "Teks untuk Instagram", "Judul iklan"],
    "it": ["Oggetto", "Testo per Facebook", "Post social", "Titolo dell'annuncio"],
    "ja": ["インスタグラム投稿文", "メール件名", "プッシュ通知", "広告の見出し"],
    "ko": ["인스타그램 게시글", "메일 제목", "광고 카피", "푸시 알림"],
    "lt": ["Tema", "Reklamos antraštė", "Instagram įrašas"],
    "lv": ["Temats", "Reklāmas virsraksts", "Teksts reklāmai"],
    "ms": ["Teks iklan Facebook", "Tajuk iklan", "Subjek"],
    "nb": ["Emne", "Tekst til Facebook", "Annonsens overskrift", "SMS"],
    "nl": ["Onderwerp", "Facebookbericht", "Tekst voor Instagram", "Kop van de advertentie"],
    "pl": ["Temat", "Tekst reklamy na Facebooka", "Nagłówek reklamy", "Post na Instagram"],
    "pt": ["Assunto do e-mail", "Legenda para Instagram", "Título do anúncio"],
    "ro": ["Subiect", "Textul reclamei", "Postare Instagram"],
    "ru": ["Тема письма", "Текст объявления", "Пост для соцсетей", "СМС", "Рекламный слоган"],
    "sk": ["Predmet", "Text inzerátu", "Reklamný text"],
    "sl": ["Zadeva", "Besedilo oglasa", "Naslov oglasa"],
    "sr": ["Текст огласа", "Наслов огласа", "Објава за Инстаграм", "Tekst oglasa"],
    "sv": ["Ämne", "Text till Facebook", "Pushnotis", "Annonsens rubrik"],
    "th": ["หัวข้ออีเมล", "ข้อความสำหรับเฟซบุ๊ก", "แคปชั่นอินสตาแกรม", "โพสต์โซเชียล"],
    "tl": ["Teksto ng patalastas", "Post sa Facebook"],
    "tr": ["Konu", "Reklam metni", "Instagram gönderisi"],
    "uk": ["Текст оголошення", "Допис для Instagram", "Тема листа", "SMS"],
    "ur": ["اشتہار کا متن", "انسٹاگرام کیپشن", "عنوان"],
    "vi": ["Tiêu đề quảng cáo", "Bài đăng Facebook", "Chủ đề"],
    "zh-Hans": ["朋友圈文案", "小红书文案", "邮件主题", "短信", "广告标题"],
    "zh-Hant": ["主旨", "臉書貼文", "廣告標題", "社群貼文"],
}  # fmt: skip
COPY = {"zh-Hans": "更长的夜晚。", "zh-Hant": "更長的夜晚。", "ja": "長い夜に。", "th": "ค่ำคืนที่อบอุ่น"}
WRITTEN = [
    ("en", "📣 Social post: Warm at last.", "Warm at last."),
    ("en", "✨ Instagram caption ✨\nWarm at last.", "Warm at last."),
    ("en", "[Ad] Warm at last.", "Warm at last."),
    ("en", "[Headline]: Warm at last.", "Warm at last."),
    ("ja", "【投稿文】長い夜に。", "長い夜に。"),
    ("en", "**Ad Copy for Halden Wool Blanket**\n\nWarm at last.", "Warm at last."),
    ("pt", "**Título do anúncio**\n\nLeve tudo.", "Leve tudo."),
    ("de", "**Text für die Anzeige:** Endlich warm.", "Endlich warm."),
    ("th", "โพสต์โซเชียล\nค่ำคืนที่อบอุ่น", "ค่ำคืนที่อบอุ่น"),
    ("en", "Tagline — Warm at last.", "Warm at last."),
]
COPY_WITH_A_COLON = [
    ("en", "First things first: coffee."),
    ("fr", "Objet trouvé : une soirée libre."),
    ("es", "Asunto resuelto: sofá y manta."),
    ("nl", "Onderwerp van gesprek: de deken."),
    ("it", "Oggetto del desiderio: Halden."),
    ("de", "Anzeige ist raus: Suche Sofa, habe Decke."),
    ("en", "The short story: it rains. The long one: you do not care."),
    ("en", "Instagram: @halden.wool"),
    ("en", "WhatsApp: +44 20 7946 0018"),
    ("en", "Email: hello@halden.example"),
    ("en", "Web: www.halden.example"),
    ("en", "Main thing: warm feet."),
    ("en", "New in: Halden, in oat."),
    ("en", "Line by line: a notebook."),
    ("en", "Made for you: Halden."),
    ("en", "Halden Wool Blanket: warm at last."),
    ("en", "Halden Wool Blanket\nWarm at last."),
    ("en", "Option A: freeze. Option B: this scarf."),
    ("en", "Option one: turn up the heating. Option two: lambswool."),
    ("en", "For the sofa – and for you."),
    ("de", "Post für dich: ein Brief."),
    ("de", "Kurz und gut: warm."),
    ("de", "Unser Tipp: erst lesen, dann schlafen."),
    ("de", "Für den Winter: Halden."),
    ("de", "Variante A: frieren. Variante B: Abendrot."),
    ("fr", "Option A : le robinet. Option B : la grâce."),
    ("fr", "Pour vous : le silence."),
    ("es", "Para ti: una tarde larga."),
    ("it", "Per te: una sera lunga."),
    ("nl", "Voor jou: een lange avond."),
    ("pl", "Dla ciebie: długi wieczór."),
    ("ru", "Для вас: долгий вечер."),
    ("ru", "Главное: тепло."),
    ("fi", "Vaihtoehto A: suihku. Vaihtoehto B: löyly."),
    ("ja", "秋の新色：オート。"),
    ("ko", "오늘의 색: 오트."),
    ("zh-Hans", "新品：燕麦色羊毛毯。"),
    ("th", "สีใหม่: ข้าวโอ๊ต"),
    ("ar", "لون جديد: الشوفان."),
    ("hi", "नया रंग: ओट।"),
]


def _left(language: str, text: str) -> str | None:
    """What is left of a text once its label is taken off; None: it has none."""
    found = list(ChatCheck(PhraseReader()).violations(context(text, language, **ITEM)))
    if not found:
        return None
    assert rules(found) == ["leftovers.label"], found
    assert isinstance(found[0], MendableViolation)
    start, end, kept = found[0].mend
    return f"{text[:start]}{kept}{text[end:]}".strip(" \n*")


@pytest.mark.parametrize(
    ("language", "label"),
    [(tag, one) for tag, each in LABELS.items() for one in each],
)
def test_a_label_before_a_colon_is_taken_off(language: str, label: str) -> None:
    copy = COPY.get(language, "Aaa bbb ccc.")
    assert _left(language, f"{label}: {copy}") == copy


@pytest.mark.parametrize(("language", "text", "left"), WRITTEN)
def test_a_label_is_found_however_it_is_written(language: str, text: str, left: str) -> None:
    assert _left(language, text) == left


@pytest.mark.parametrize(("language", "text"), COPY_WITH_A_COLON)
def test_copy_with_a_colon_is_left_alone(language: str, text: str) -> None:
    found = rules(list(ChatCheck(PhraseReader()).violations(context(text, language, **ITEM))))
    assert "leftovers.label" not in found


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Title: Soft wool\nText: Slow evenings.\nCTA: Buy now"),
        ("en", "Headline: Soft wool\nBody: Slow evenings"),
        ("de", "Überschrift: Warme Wolle\nText: Lange Abende"),
        ("zh-Hans", "标题：更长的夜晚\n正文：柔软的羊毛。"),
        ("en", "Headline – Halden: warm at last"),
        ("fi", "Mainosteksti – Halden: Aaa bbb ccc."),
        ("sk", "Reklamný text – e-mail: Aaa bbb ccc."),
    ],
)
def test_parts_that_each_have_a_label_and_doubtful_ones_are_asked_for_again(
    language: str, text: str
) -> None:
    found = list(ChatCheck(PhraseReader()).violations(context(text, language, **ITEM)))
    assert rules(found)[0] == "leftovers.label"
    assert not isinstance(found[0], MendableViolation)


def test_a_word_of_the_item_is_no_label() -> None:
    text = context("Post: packed.", "en", name="Post Bag")
    assert list(ChatCheck(PhraseReader()).violations(text)) == []
