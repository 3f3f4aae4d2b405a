"""What a reply leaves open or makes up in words, found; and copy that looks like it, left alone."""

import pytest

from copygen.quality.checks.filling import FillingCheck
from copygen.quality.phrases import PhraseReader
from tests.support.quality_fields import context

FOUND = [
    ("fi", "leftovers.blank", "Tilaa osoitteesta www.verkkokauppasi.fi jo tänään."),
    ("hu", "leftovers.blank", "Rendelje meg itt: www.webshopod.hu"),
    ("fi", "grounding.share", "Nyt kaksi paria yhden hinnalla koko perheelle."),
    ("pt", "grounding.share", "Leve três lenços e pague apenas dois."),
    ("lv", "grounding.share", "Pērc divas šalles, trešo saņem bez maksas!"),
    ("en", "leftovers.blank", "Only at [Your Store Name] this week."),
    ("en", "leftovers.blank", "Dear <customer name>, it is here."),
    ("en", "leftovers.blank", "Woven in ____ from soft wool."),
    ("en", "leftovers.blank", "Find us at www.yourstore.com today."),
    ("en", "leftovers.blank", "Tag @yourbrand in your picture."),
    ("de", "leftovers.blank", "Jetzt bei [Name Ihres Shops] entdecken."),
    ("fr", "leftovers.blank", "Bonjour {prénom}, la soie est là."),
    ("fr", "leftovers.blank", "Découvrez [nom de la marque] ce soir."),
    ("fr", "leftovers.blank", "Insérer ici le nom du magasin : la soie du soir."),
    ("es", "leftovers.blank", "En nuestra tienda de (ciudad), hoy mismo."),
    ("it", "leftovers.blank", "Scopri [nome del marchio] oggi."),
    ("pt", "leftovers.blank", "Peça já em [inserir link]."),
    ("nl", "leftovers.blank", "Bestel bij [winkelnaam] vandaag."),
    ("pl", "leftovers.blank", "Zamów w [nazwa sklepu] dziś."),
    ("tr", "leftovers.blank", "Hemen [mağaza adı] mağazasında."),
    ("ru", "leftovers.blank", "Уважаемая {имя}, шаль ждёт."),
    ("el", "leftovers.blank", "Στο [όνομα καταστήματος] σήμερα."),
    ("ar", "leftovers.blank", "اطلبه من [اسم المتجر] الآن."),
    ("he", "leftovers.blank", "רק אצל [שם החנות] השבוע."),
    ("hi", "leftovers.blank", "आज ही [दुकान का नाम] पर आइए।"),
    ("th", "leftovers.blank", "พบกันที่ [ชื่อร้าน] วันนี้"),
    ("vi", "leftovers.blank", "Ghé [tên cửa hàng] hôm nay."),
    ("id", "leftovers.blank", "Pesan di [nama toko] sekarang."),
    ("ja", "leftovers.blank", "〇〇さまの朝に。"),
    ("ja", "leftovers.blank", "【ブランド名】の新作。"),
    ("ko", "leftovers.blank", "OO님, 여름옷 준비하셨나요?"),
    ("zh", "leftovers.blank", "来XX茶馆喝一杯。"),
    ("en", "grounding.share", "Silk, now at half price."),
    ("de", "grounding.share", "Seide zum halben Preis."),
    ("fr", "grounding.share", "La soie à moitié prix."),
    ("cs", "grounding.share", "Hedvábí za polovinu ceny."),
    ("fi", "grounding.share", "Silkki puoleen hintaan."),
    ("ja", "grounding.share", "いまだけ半額です。"),
    ("zh", "grounding.share", "今日立减三成。"),
    ("th", "grounding.share", "ลดครึ่งราคาวันนี้"),
    ("en", "grounding.words", "Trusted on ten thousand sofas."),
    ("en", "grounding.words", "It lasts for twenty years."),
    ("de", "grounding.words", "Seit hundert Jahren weben wir."),
    ("de", "grounding.words", "In zwölf Farben."),
    ("fr", "grounding.words", "Pendant quarante heures."),
    ("es", "grounding.words", "Más de cien familias."),
    ("it", "grounding.words", "In cucina da tre generazioni."),
    ("fr", "leftovers.blank", "Chez VOTRE ENSEIGNE ce soir."),
    ("id", "leftovers.blank", "Beli di www.tokoanda.com hari ini."),
    ("ja", "grounding.words", "三十年かけた味。"),
    ("zh", "grounding.words", "传承三百年工艺。"),
    ("tr", "grounding.words", "İki yıl garantili."),
    ("de", "grounding.words", "Mit zweijähriger Garantie."),
    ("de", "grounding.words", "Zwanzigtausend Kundinnen tragen ihn."),
    ("cs", "grounding.words", "Se dvouletou zárukou."),
    ("fi", "grounding.words", "Viiden vuoden takuu."),
    ("ru", "grounding.words", "С двухлетней гарантией."),
    ("he", "grounding.words", "עם שנתיים אחריות."),
    ("th", "grounding.words", "รับประกันสามปี"),
    ("vi", "grounding.words", "Bảo hành hai năm."),
    ("ko", "grounding.words", "이틀 동안 구워 만듭니다."),
    ("ja", "grounding.words", "職人が三日かけて仕上げました。"),
    ("ja", "grounding.words", "二年保証つき。"),
    ("zh", "grounding.words", "三年质保，放心睡。"),
    ("da", "grounding.share", "Reducerer stød med halvdelen."),
    ("es", "leftovers.blank", "Compra en www.ejemplo.com."),
    ("de", "leftovers.blank", "Die Pfanne von XYZ brät alles."),
    ("en", "leftovers.blank", "Soft lambswool from [INSERT COLLECTION]."),
    ("en", "grounding.share", "Cuts your ironing time in half."),
    ("en", "grounding.share", "Every third customer comes back."),
    ("en", "grounding.share", "The third night is free"),
    ("en", "grounding.words", "Buy two candles, one comes free."),
    ("de", "grounding.share", "Jede dritte Kundin kommt wieder."),
    ("fi", "grounding.share", "Puolittaa siivousajan."),
    ("sv", "grounding.share", "Sänker elräkningen med en tredjedel."),
    ("ru", "grounding.share", "Третья ночь в подарок."),
    ("th", "grounding.share", "ขวดที่สองฟรี"),
    ("ja", "grounding.share", "三泊目は無料です。"),
    ("tl", "grounding.share", "Libre ang ikatlong gabi."),
    ("nl", "grounding.share", "Eén op de drie klanten komt terug."),
    ("sl", "grounding.words", "Kupite pet krem, ena je brezplačna."),
    ("uk", "grounding.words", "Витримує понад сотню прань."),
    ("it", "grounding.words", "Resiste a un centinaio di lavaggi."),
    ("zh", "grounding.words", "再送两双袜子。"),
    ("zh", "grounding.words", "第三代传人的手艺。"),
]
COPY = [
    ("en", "[NEW] Silk scarf"),
    ("en", "Silk (for you, for now)"),
    ("en", "Sizes M to XXL."),
    ("en", "One scarf, two sides, three ways."),
    ("en", "Breakfast is served until ten."),
    ("en", "A thousand thanks."),
    ("en", "a_b and snake_case"),
    ("en", "5 < 6 and 7 > 6"),
    ("de", "(Größe M)"),
    ("de", "Elfen tragen Seide."),
    ("de", "Halb so wild."),
    ("fr", "Mille mercis."),
    ("fr", "Trois minutes, pas une de plus."),
    ("en", "Three times around the sofa."),
    ("en", "GREAT FOR EVENINGS at home"),
    ("es", "Mil gracias."),
    ("ja", "【素材】綿100%"),
    ("ja", "【新品】シルク"),
    ("ja", "十分にやわらかい。"),
    ("ja", "○がついたら、もう一枚。"),
    ("zh", "十分柔软，千万别错过。"),
    ("th", "[พร้อมส่ง] ผ้าไหม"),
    ("ru", "В сто раз теплее."),
    ("pl", "Ten szal jest miękki."),
    ("en", "Reapply every two hours."),
    ("ja", "三日月の夜に。"),
    ("zh", "一年四季，都想穿。"),
    ("ko", "세상에서 가장 편한 시간."),
    ("ko", "두 번째 자전거는 조금 더 멀리 가요."),
    ("en", "The third cup tastes as good as the first."),
    ("en", "Cut it in half and share it."),
    ("en", "The third cup is free of regret."),
    ("en", "Feel free on the second day, too."),
    ("en", "The second sip, sugar-free."),
    ("en", "A hundred reasons to stay home."),
    ("en", "Two birds, one feel-free sofa."),
    ("de", "Jede dritte Nacht träumst du vom Meer."),
    ("fr", "La deuxième vie offerte par la laine."),
    ("ru", "Сотня поводов улыбнуться."),
    ("it", "Taglialo a metà e condividilo."),
    ("tl", "Kalahating oras para sa sarili."),
    ("zh", "第三杯依然好喝。"),
    ("zh", "送给两双手的温柔。"),
    ("ja", "三杯目もおいしい。"),
]


@pytest.mark.parametrize(("language", "rule", "text"), FOUND)
def test_what_is_open_or_made_up_is_found(language: str, rule: str, text: str) -> None:
    found = FillingCheck(PhraseReader(), (), numbers=True).violations(
        context(text, language=language)
    )
    assert rule in [one.rule for one in found]


@pytest.mark.parametrize(("language", "text"), COPY)
def test_copy_that_looks_like_it_is_left_alone(language: str, text: str) -> None:
    of = context(text, language=language)
    assert list(FillingCheck(PhraseReader(), (), numbers=True).violations(of)) == []


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("In zwölf Farben.", {"farben": 12}),
        ("Seit hundert Jahren.", {"seit": "100 Jahre"}),
        ("Zum halben Preis.", {"rabatt": "-50 %"}),
        ("Zum halben Preis.", {"aktion": "zum halben Preis"}),
        ("Die dritte Nacht ist gratis.", {"aktion": "3. Nacht gratis"}),
        ("Nur bei [Name].", {"marke": "[Name]"}),
        ("Mit zwei Jahren Garantie.", {"garantie": "zwei Jahre"}),
        ("Mit zwei Jahren Garantie.", {"garantie": "zweijährig"}),
        ("Mit zwei Jahren Garantie.", {"warranty": "two years"}),
    ],
)
def test_what_the_item_has_is_no_fault(text: str, item: dict[str, object]) -> None:
    of = context(text, language="de", **item)
    assert list(FillingCheck(PhraseReader(), (), numbers=True).violations(of)) == []


def test_placeholders_that_are_meant_to_stay_stay() -> None:
    of = context("Bonjour {prénom}", language="fr")
    assert list(FillingCheck(PhraseReader(), ("{prénom}",), numbers=True).violations(of)) == []
    assert list(FillingCheck(PhraseReader(), ("prénom",), numbers=True).violations(of)) == []


def test_numbers_and_shares_are_looked_for_only_where_they_are_checked() -> None:
    of = context("Half price for twenty years at [Your Store]", language="en")
    found = [one.rule for one in FillingCheck(PhraseReader(), (), numbers=False).violations(of)]
    assert found == ["leftovers.blank"]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("三十", "30"),
        ("三百二十五", "325"),
        ("二十万", "200000"),
        ("百", "100"),
        ("千五百", "1500"),
    ],
)
def test_chinese_numerals_are_read(words: str, value: str) -> None:
    of = context(f"{words}年の味", language="ja", years=value)
    assert list(FillingCheck(PhraseReader(), (), numbers=True).violations(of)) == []
