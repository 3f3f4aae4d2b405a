"""Blanks that nobody filled in, in every form and language; and copy that only looks like one."""

import pytest

from copygen.quality.checks.filling import FillingCheck
from copygen.quality.phrases import PhraseReader
from tests.support.quality_fields import context

ITEM = {"name": "Teppich Sandlinie", "größe": "200 x 300 cm", "telefon": "030 000 0000"}
BLANKS = [
    ("en", "Only at [the nearest branch] this week."),
    ("en", "Call us on 000-000-0000 today."),
    ("en", "Call 555-0123 for a fitting."),
    ("en", "Call (555) 123-4567 now."),
    ("en", "Doors open on MM/DD/YYYY."),
    ("en", "Visit <our web page> for more."),
    ("en", "The sale ends on DD.MM."),
    ("en", "Sold at *** from today."),
    ("en", "Write to info@yourcompany.com and we reply."),
    ("de", "Erhältlich bei [Filiale eintragen] in der Altstadt."),
    ("de", "Bis zum TT.MM.JJJJ zum Kennenlernen."),
    ("de", "Bestellen Sie unter www.ihre-marke.de noch heute."),
    ("de", "Mehr bei „Name des Shops“ um die Ecke."),
    ("de", "Nur XX Euro im Laden."),
    ("de", "Jetzt ab 00,00 € bestellen."),
    ("nl", "Te koop bij [vul vestiging in] in Utrecht."),
    ("nl", "Bel 0800 000 000 voor een afspraak."),
    ("fr", "Rendez-vous au [lieu à préciser] samedi."),
    ("fr", "Jusqu'au JJ/MM/AAAA seulement."),
    ("fr", "Partagez avec #VotreMarque ce soir."),
    ("es", "Visítanos en la calle [dirección exacta] hoy."),
    ("es", "Hasta el DD/MM/AAAA en tienda."),
    ("es", "Reserva en el 600 XXX XXX ahora."),
    ("pt", "Ligue para (XX) XXXX-XXXX e reserve."),
    ("pt", "Peça pelo site <endereço do site> hoje."),
    ("it", "Vieni in via [indirizzo del punto vendita] a Roma."),
    ("it", "Solo fino al GG/MM/AAAA."),
    ("ca", "Passa per [adreça de l'obrador] avui."),
    ("ro", "Te așteptăm pe str. [adresa] din Cluj."),
    ("sv", "Beställ på [din webbadress] i dag."),
    ("da", "Ring på tlf. XX XX XX XX i dag."),
    ("nb", "Kom innom [adressen til butikken] i dag."),
    ("fi", "Tilaa osoitteesta [verkkokaupan osoite] tänään."),
    ("fi", "Soita 0XX XXX XXXX tänään."),
    ("et", "Broneeri telefonil 5XX XXXX juba täna."),
    ("lv", "Pasūti [mājaslapas adrese] jau šodien."),
    ("lt", "Užsisakyk [svetainės adresas] jau šiandien."),
    ("pl", "Zamów w sklepie „Nazwa sklepu” już dziś."),
    ("pl", "Tylko do DD.MM.RRRR w salonie."),
    ("cs", "Kupíte v [název prodejny] v Brně."),
    ("cs", "Volejte 000 000 000 ještě dnes."),
    ("sk", "Kúpite v [doplniť predajňu] v Nitre."),
    ("sl", "Kupite v trgovini XY ali na spletu."),
    ("hr", "Dostupno u [naziv poslovnice] u Splitu."),
    ("sr", "Наручите у [адреса радње] данас."),
    ("sr", "Poručite na [adresa sajta] danas."),
    ("bg", "Поръчайте на [адрес на сайта] днес."),
    ("ru", "Ищите в магазине «Название магазина» сегодня."),
    ("ru", "Только до ДД.ММ.ГГГГ в салоне."),
    ("ru", "Доставка за ХХ рублей."),
    ("uk", "Зберігання від XX грн на місяць."),
    ("uk", "Телефонуйте: +380 XX XXX XX XX."),
    ("el", "Κρατήσεις στο 210-XXXXXXX κάθε μέρα."),
    ("el", "Ελάτε στο [όνομα μαγαζιού] σήμερα."),
    ("hu", "Rendeld meg itt: [webcím helye] még ma."),
    ("hu", "Csak ÉÉÉÉ.HH.NN napig."),
    ("tr", "Hemen [şube adresi] şubemize gelin."),
    ("tr", "Hemen 0XXX XXX XX XX numarasını arayın."),
    ("ar", "زورونا في [عنوان الفرع] اليوم."),
    ("he", "מחכים לכם ברחוב [כתובת הסניף] היום."),
    ("fa", "همین امروز از فروشگاه ........ سفارش بده."),
    ("ur", "آج ہی [ویب سائٹ کا پتہ] پر آرڈر کریں۔"),
    ("hi", "आज ही [वेबसाइट का पता] पर ऑर्डर करें।"),
    ("bn", "অর্ডার করতে ভিজিট করুন [ওয়েবসাইট লিংক]।"),
    ("th", "สั่งได้ที่ [ใส่ลิงก์เว็บไซต์] วันนี้"),
    ("vi", "Gọi ngay 09xx xxx xxx để đặt hàng."),
    ("vi", "Đặt tại [địa chỉ trang web] hôm nay."),
    ("id", "Pesan lewat WhatsApp di [nomor WA] ya."),
    ("ms", "Hubungi 01X-XXX XXXX sekarang."),
    ("tl", "Bisitahin ang [address ng tindahan] ngayon."),
    ("ja", "〇月〇日まで店頭で。"),
    ("ja", "お近くの[店舗の住所]でどうぞ。"),
    ("ko", "00월 00일까지 만나보세요."),
    ("ko", "지금 [매장 주소]에서 만나보세요."),
    ("ko", "전화 010-0000-0000 으로 예약하세요."),
    ("zh", "请到[门店地址]选购。"),
    ("zh", "X月X日前到店。"),
]
COPY = [
    ("en", "[NEW] Silk scarf"),
    ("en", "Silk scarf [new]"),
    ("en", "He called it “a scarf for kings [sic]” and kept it."),
    ("en", "Hygge [ˈhyɡə] is a word for it."),
    ("en", "[Limited edition] Silk scarf"),
    ("en", "I <3 soft rugs, and 3 < 5."),
    ("en", "Wait for it ... there it is."),
    ("en", "Sizes XS to XXL, and 3XL on request."),
    ("en", "Love, the rug xx"),
    ("en", "Soft as ever --- and washable."),
    ("en", "From 1 000 000 knots, one rug."),
    ("en", "Open from 00:00, for night owls."),
    ("en", "Call 030 000 0000 and ask."),
    ("en", "Press “Add to basket” and sleep."),
    ("en", "Mail hello@sandline.com or see www.sandline.com."),
    ("de", "Teppich [Größe: 200 x 300 cm], gewebt."),
    ("de", "Der Teppich [Sandlinie] liegt."),
    ("de", "Sie sagte: „Der Preis“, und lächelte."),
    ("fr", "Un objet du XXe siècle, un XX de plus."[:28]),
    ("es", "Muebles del siglo XX para hoy."),
    ("it", "Il gusto del XX secolo, oggi."),
    ("ru", "Стиль XX века у вас дома."),
    ("uk", "Стиль XX століття у вас удома."),
    ("ru", "Слово «цена» мы не любим."),
    ("pl", "Meble z XX wieku w twoim domu."),
    ("cs", "Nábytek z XX. století doma."),
    ("ja", "【限定】シルクの朝。"),
    ("ja", "待って……もう一枚。"),
    ("ko", "[무료배송] 실크 스카프"),
    ("ko", "<겨울> 그 노래처럼 부드럽게."),
    ("zh", "【新品】真丝围巾"),
    ("zh", "等等……再来一条。"),
    ("th", "[พร้อมส่ง] ผ้าไหม"),
    ("th", "[ส่งฟรี] [ของแท้] ผ้าไหม"),
    ("vi", "[Mới] Khăn lụa mềm"),
    ("hu", "[Új] Selyemsál estére"),
    ("de", "Punkt. Punkt. Komma. Strich."),
    ("en", "Rated ***** by everyone at home."),
    ("en", "1, 2, 3, 4, 5, 6, 7: all good rugs go to heaven."),
]


def found(language: str, text: str) -> list[str]:
    of = context(text, language=language, **ITEM)
    checked = FillingCheck(PhraseReader(), (), numbers=False).violations(of)
    return [one.rule for one in checked]


@pytest.mark.parametrize(("language", "text"), BLANKS)
def test_a_blank_is_found_in_every_form(language: str, text: str) -> None:
    assert found(language, text) == ["leftovers.blank"]


@pytest.mark.parametrize(("language", "text"), COPY)
def test_copy_with_brackets_and_figures_is_left_alone(language: str, text: str) -> None:
    assert found(language, text) == []
