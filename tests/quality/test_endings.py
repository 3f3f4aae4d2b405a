"""Texts that are cut off, and good ones that end without a full stop."""

import pytest

from copygen.models import Severity
from copygen.quality.checks.endings import cut_off
from tests.support.quality_fields import context, rules

CUT = [
    # Behind a word that announces another.
    ("en", "A blanket for evenings when the wind is louder than the", "phrase"),
    ("en", "Soft silk, and", "phrase"),
    ("en", "The scarf that goes with every coat you own and with every evening or",
     "phrase"),
    ("en", "Woven in a small mill by the river, washed in its water, and then slowly dried in",
     "phrase"),
    (None, "A scarf for your", "phrase"),
    ("de", "Ein Schal für den", "phrase"),
    ("de", "Seide, die sich legt wie ein Blatt auf einem", "phrase"),
    ("de", "Weich wie der Sommer und", "phrase"),
    ("fr", "Une bougie qui parfume toute la maison et", "phrase"),
    ("fr", "Une bougie pour les soirs d'", "phrase"),
    ("es", "Un aceite para el pan de la", "phrase"),
    ("pt", "Um café com gosto de serra e de", "phrase"),
    ("it", "Una borsa per tutta la", "phrase"),
    ("it", "Il colore dell'", "phrase"),
    ("nl", "Een tas die meegaat naar de", "phrase"),
    ("sv", "En filt som håller värmen och", "phrase"),
    ("da", "Et krus til kaffe og", "phrase"),
    ("nb", "Ull som tåler fjellet og", "phrase"),
    ("fi", "Sukat mökille, saunaan ja", "phrase"),
    ("pl", "Miód, który smakuje jak lato u", "phrase"),
    ("cs", "Hrnek, který se hodí do", "phrase"),
    ("sk", "Hrnček, ktorý sa hodí do", "phrase"),
    ("hr", "Med koji miriše na", "phrase"),
    ("sl", "Med, ki diši po", "phrase"),
    ("ro", "O farfurie potrivită pentru", "phrase"),
    ("hu", "Szappan, amely behozza a", "phrase"),
    ("ru", "Шаль, которая согреет по дороге на", "phrase"),
    ("uk", "Свічка, що наповнює дім ароматом липи та", "phrase"),
    ("bg", "Розова вода с аромата на", "phrase"),
    ("sr", "Мед који мирише на", "phrase"),
    ("el", "Λάδι με άρωμα χόρτου και", "phrase"),
    ("tr", "Her oda için yün ve", "phrase"),
    ("ar", "رائحة ترافقك من الصباح إلى", "phrase"),
    ("fa", "زعفرانی با رنگ گرم و", "phrase"),
    ("he", "סבון שמשאיר ריח של", "phrase"),
    ("hi", "रेशमी दुपट्टा, हल्का और", "phrase"),
    ("bn", "নরম রেশম এবং", "phrase"),
    ("ta", "மென்மையான பட்டு மற்றும்", "phrase"),
    ("id", "Sambal dari cabai segar untuk", "phrase"),
    ("ms", "Ditenun tangan di Terengganu untuk majlis yang", "phrase"),
    ("fil", "Malambot na seda para sa", "phrase"),
    ("vi", "Hạt cà phê rang chậm để", "phrase"),
    ("sw", "Kahawa ya asubuhi na", "phrase"),
    ("ko", "가볍고 시원한 모시 그리고", "phrase"),
    ("ko", "바람을 닮은 블라우스가 한여름 한낮의 더위를", "phrase"),
    ("th", "ผ้าทอมือ เหมาะเป็นของขวัญสำหรับ", "phrase"),
    ("lo", "ຜ້າໄໝ ນຸ່ມ ແລະ", "phrase"),
    ("km", "ក្រមាទន់ និង", "phrase"),
    ("ja", "洗うたびにやわらかくなるタオルは、毎朝の洗顔を", "phrase"),
    ("ja", "やわらかい綿、そして", "phrase"),
    ("zh-Hans", "清晨采下的嫩芽，带着山里的雾气和", "phrase"),
    ("zh-Hant", "帶著淡淡肉桂香與", "phrase"),
    # Behind a mark.
    ("en", "Soft silk,", "mark"),
    ("de", "Ein Schal für den Spazier-", "mark"),
    ("fr", "Cire de soja, parfum de garrigue ;", "mark"),
    ("ja", "やわらかい綿、", "mark"),
    ("zh-Hans", "水温刚好，", "mark"),
    ("ar", "رائحة الياسمين،", "mark"),
    ("en", "Tea, rain &", "mark"),
    # In a bracket or in quotation marks.
    ("en", "A blanket for two (or, on a good day", "bracket"),
    ("de", "Meine Mutter sagt: „Den gebe ich nicht mehr her.", "bracket"),
    ("fr", "Elle dit : « Je ne la rends plus.", "bracket"),
    ("ja", "家族みんなで使える「", "bracket"),
    ("zh-Hans", "水温刚好，像一场（", "bracket"),
    ("th", "ผ้าทอมือ (ไหมแท้", "bracket"),
    # Within a word.
    ("th", "ใส่ไปงานก็ได้ ใส่ไปทำงานก็สว", "word"),
    ("th", "นุ่มมือ เบาไหล่ และเ", "word"),
    ("th", "ลมหนาว ปีนี้ไหล่เราอุ", "word"),
    ("lo", "ຜ້າໄໝ ນຸ່ມ ແ", "word"),
    ("km", "ក្រមាទន់ និងស្រាល្", None),
    ("km", "ក្រមាទន់ស្រ្", None),
    ("he", "סבון עדין לידיימ", "word"),
    ("el", "Λίγες σταγόνεσ", "word"),
    ("ja", "忙しい朝にもゆとりをもたら", "word"),
    ("ja", "毎朝の洗顔に使っ", "word"),
]  # fmt: skip
WHOLE = [
    ("en", "The blanket you have been waiting for"),
    ("en", "Something warm to come home to"),
    ("en", "Come on in"),
    ("en", "Log in, lean back, switch off"),
    ("en", "What dreams are made of"),
    ("en", "Is that it?"),
    ("en", "Soft silk…"),
    ("en", "Soft silk —"),
    ("en", "Rated A"),
    ("en", "Sizes S to L (and XL)"),
    ("en", "Sorry :("),
    ("en", "Silk at last. #silk #for"),
    ("en", "See example.com/"),
    ("en", 'The 12" lamp'),
    ("en", "For you, from us, with love"),
    ("en", "Disney+ and 18+"),
    (None, "Someone to hold on to"),
    ("de", "Kommt überall gut an"),
    ("de", "Wo man sich wohlfühlt, da hört man auch mal zu"),
    ("de", "Zieh ihn an"),
    ("de", "Schau rein, melde dich an"),
    ("de", "Wir freuen uns drauf"),
    ("de", "Leicht wie nichts sonst"),
    ("de", "„Den gebe ich nicht her“, sagt sie"),
    ("fr", "Faites avec, faites sans"),
    ("fr", "Le salon est là"),
    ("fr", "Rock'n'roll à l'ancienne"),
    ("es", "Pan, tomate y nada más"),
    ("pt", "Uma serra toda sua"),
    ("it", "Che fa per te, sali su"),
    ("it", "È così che va, sì"),
    ("nl", "Kom binnen, trek hem aan"),
    ("sv", "Häng med, kryp in, slå på"),
    ("sv", "Något att se fram emot"),
    ("da", "Kom ind, tænd for den"),
    ("nb", "Bli med, kle på deg, slå på"),
    ("fi", "Lämpöä koko talveksi"),
    ("pl", "Przytul się"),
    ("cs", "Čaj, který hřeje"),
    ("ro", "Pentru tine și ai tăi"),
    ("hu", "Lépj be, próbáld ki"),
    ("ru", "Зима уже не страшна"),
    ("uk", "Літо завжди поруч"),
    ("bg", "Градина само за теб"),
    ("el", "Έχεις ελιές;"),
    ("tr", "Hep seninle, hep senin için"),
    ("ar", "ياسمين يتذكّرك"),
    ("fa", "طلای سرخ سفره"),
    ("he", "בשבילך"),
    ("he", "קליפ לשיער"),
    ("hi", "बनारस, आपके कंधे के पास"),
    ("hi", "श्रीमान्"),
    ("id", "Pedasnya pas, mari sini"),
    ("ms", "Majlis anda, gaya anda"),
    ("vi", "Rót từ từ"),
    ("ko", "당신의 여름에 시원함을"),
    ("ko", "엄마의 여름"),
    ("ja", "がんばった日の自分へ"),
    ("ja", "いつもの朝に、やわらかさを"),
    ("ja", "いつもの朝に、やわらかさを。"),
    ("ja", "1泊2食 18,000円から"),
    ("ja", "こんにちは"),
    ("zh-Hans", "这个夏天是你的"),
    ("zh-Hans", "冬暖夏凉蚕丝被"),
    ("zh-Hans", "入口柔和"),
    ("zh-Hant", "回甘自在"),
    ("th", "พบกันที่ร้าน ทุกคน"),
    ("th", "ใช้ได้ทุกที่ พร้อมส่งทันที"),
    ("th", "ผืนเดียวในใจ"),
    ("th", "อบอุ่นด้วยรัก จากใจคนทอ ให้คนรัก"),
    ("lo", "ຜ້າໄໝ ນຸ່ມ ເບົາ"),
    ("km", "ក្រមាទន់ ស្រាល"),
    ("my", "နူးညံ့သော ပိုး"),
]


@pytest.mark.parametrize(("language", "text", "rule"), CUT)
def test_a_text_that_is_cut_off_is_found(language: str | None, text: str, rule: str | None) -> None:
    found = cut_off(context(text, language))
    assert rules(found) == ([f"truncated.{rule or 'word'}"])
    assert all(one.severity is Severity.ERROR and one.span and one.fix for one in found)


@pytest.mark.parametrize(("language", "text"), WHOLE)
def test_a_text_that_ends_as_its_writer_meant_it_is_left_alone(
    language: str | None, text: str
) -> None:
    assert cut_off(context(text, language)) == []


@pytest.mark.parametrize(
    ("last", "found"),
    [
        ("Melde dich bei uns an", ["truncated.phrase"]),
        ("Wir weben für dich", ["truncated.end"]),
        ("Wir weben für dich.", []),
    ],
)
def test_the_end_that_its_siblings_have_is_missed(last: str, found: list[str]) -> None:
    texts = ["Seide für dich.", "Ein Griff, und er sitzt.", last]
    one = context(last, "de")._replace(field="headline", record={"headline": texts})
    assert rules(cut_off(one)) == found
