"""Hours of the day set a scene; hours of opening, of deadlines and of delivery are a promise."""

import pytest

from copygen.models import Severity
from copygen.quality.checker import Checker
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure


def checker(language: str) -> Checker:
    return Checker(ChecksSettings.model_validate({"language": language}), measure)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "Kl. 17 er det mørkt, og teen er varm."),
        ("da", "Klokken 7 om morgenen dufter huset af kaffe."),
        ("nb", "Hva er det første du hører klokka 7? Forhåpentligvis lyden av bønner."),
        ("sv", "Klockan 6 vaknar huset, och kaffet med det."),
        ("sv", "Kl. 22 blir det tyst i huset."),
        ("ms", "Amaran jam 2 pagi: perut lapar, nasi sejuk, sambal atas meja."),
        ("id", "Jam 5 sore, teh hangat menunggu di teras."),
        ("id", "Pukul 3 sore waktunya istirahat sebentar."),
        ("ja", "夜十一時、スマホより先に布団が呼ぶ。"),
        ("ja", "朝6時の台所に、湯気が立つ。"),
        ("ko", "밤 11시, 이불이 먼저 부른다."),
        ("ko", "새벽 두 시, 라면보다 따뜻한 한 그릇."),
        ("zh-Hans", "早上七点，第一杯茶已经泡好。"),
        ("zh-Hans", "晚上11点，被窝在叫你。"),
        ("zh-Hant", "清晨六點，城市還沒醒。"),
        ("vi", "6 giờ sáng, bạn đã đi đâu chưa?"),
        ("vi", "Lúc 5 giờ chiều, ly trà đã sẵn sàng."),
        ("th", "ตี 2 หิวอีกแล้ว มีน้ำพริกติดบ้านไว้"),
        ("th", "6 โมงเช้า กาแฟพร้อมแล้ว"),
        ("th", "หกโมงเย็น ลมพัดเบา ๆ"),
        ("fi", "Klo 7 keittiössä tuoksuu kahvi."),
        ("fi", "Kello seitsemän aamulla tuoksuu kahvi."),
        ("de", "Um 7 Uhr morgens duftet die Küche nach Kaffee."),
        ("de", "Um sieben Uhr früh duftet die Küche nach Kaffee."),
        ("fr", "À 7 h du matin, la cuisine sent le café."),
        ("fr", "Il est sept heures du matin et la cuisine sent le café."),
        ("es", "A las 7 de la mañana huele a café."),
        ("es", "A las nueve menos diez todavía llegas."),
        ("es", "Son las tres de la tarde y huele a café."),
        ("pt", "Às 7 da manhã a cozinha cheira a café."),
        ("pt", "Às sete da manhã a cozinha cheira a café."),
        ("it", "Alle 7 del mattino la cucina profuma di caffè."),
        ("it", "Alle sette di sera la cucina profuma di basilico."),
        ("ca", "A les 7 del matí fa olor de cafè."),
        ("ca", "A les set del matí fa olor de cafè."),
        ("nl", "Om 7 uur 's ochtends ruikt de keuken naar koffie."),
        ("nl", "Om zeven uur ruikt de keuken naar koffie."),
        ("pl", "O 7 rano kuchnia pachnie kawą."),
        ("pl", "O siódmej rano kuchnia pachnie kawą. Godzina 6 i już pachnie."),
        ("pl", "O godz. 6 kuchnia pachnie kawą."),
        ("ru", "7 утра, а на кухне уже пахнет кофе."),
        ("ru", "В 7 часов вечера на кухне пахнет пирогом."),
        ("ru", "В семь утра кухня пахнет кофе."),
        ("uk", "О 7 ранку кухня пахне кавою."),
        ("uk", "7 ранку, а кухня вже пахне кавою."),
        ("cs", "V 7 ráno voní kuchyň kávou."),
        ("cs", "V sedm ráno voní kuchyň kávou."),
        ("sk", "O 7 ráno vonia kuchyňa kávou."),
        ("sk", "O siedmej ráno vonia kuchyňa kávou."),
        ("sl", "Ob 7 zjutraj kuhinja diši po kavi."),
        ("sl", "Ob sedmih zjutraj kuhinja diši po kavi."),
        ("hr", "U 7 ujutro kuhinja miriše na kavu."),
        ("hr", "U sedam ujutro kuhinja miriše na kavu."),
        ("sr", "У 7 ујутру кухиња мирише на кафу."),
        ("bg", "В 7 сутринта кухнята ухае на кафе."),
        ("bg", "В седем сутринта кухнята ухае на кафе."),
        ("ro", "La ora 7 bucătăria miroase a cafea."),
        ("ro", "La 7 dimineața bucătăria miroase a cafea."),
        ("ro", "La șapte dimineața bucătăria miroase a cafea."),
        ("hu", "Reggel 7 órakor kávéillatú a konyha."),
        ("hu", "Reggel hétkor kávéillatú a konyha. Este 9-kor csend van."),
        ("hu", "Reggel 7-kor kávéillatú a konyha."),
        ("el", "Στις 7 το πρωί η κουζίνα μυρίζει καφέ."),
        ("el", "Στις εφτά το πρωί η κουζίνα μυρίζει καφέ."),
        ("tr", "Sabah 7'de mutfak kahve kokar."),
        ("tr", "Saat 7 ve mutfak kahve kokuyor."),
        ("tr", "Sabah saat yedide mutfak kahve kokar."),
        ("et", "Kell 7 hommikul lõhnab köök kohvi järele."),
        ("et", "Kell seitse hommikul lõhnab köök kohvi järele."),
        ("lv", "Pulksten 7 no rīta virtuve smaržo pēc kafijas."),
        ("lv", "7 no rīta virtuve smaržo pēc kafijas."),
        ("lt", "7 valandą ryto virtuvė kvepia kava."),
        ("lt", "7 ryto virtuvė kvepia kava."),
        ("lt", "Septintą ryto virtuvė kvepia kava."),
        ("ar", "في الساعة 7 صباحًا تفوح رائحة القهوة."),
        ("ar", "الساعة السابعة صباحًا تفوح رائحة القهوة. 7 صباحًا، والقهوة جاهزة."),
        ("fa", "ساعت 7 صبح آشپزخانه بوی قهوه می‌دهد."),
        ("fa", "۷ صبح آشپزخانه بوی قهوه می‌دهد."),
        ("fa", "ساعت هفت صبح آشپزخانه بوی قهوه می‌دهد."),
        ("he", "ב-7 בבוקר המטבח מריח מקפה."),
        ("he", "בשבע בבוקר המטבח מריח מקפה. השעה 7 והקפה מוכן."),
        ("hi", "सुबह 7 बजे रसोई कॉफ़ी से महकती है।"),
        ("hi", "सुबह सात बजे रसोई कॉफ़ी से महकती है।"),
        ("bn", "সকাল ৭টায় রান্নাঘর কফির গন্ধে ভরে যায়।"),
        ("bn", "সকাল সাতটায় রান্নাঘর কফির গন্ধে ভরে যায়। রাত ১১টা, চা চাই।"),
        ("ur", "صبح 7 بجے باورچی خانہ کافی سے مہکتا ہے۔"),
        ("ur", "صبح سات بجے باورچی خانہ کافی سے مہکتا ہے۔"),
        ("tl", "Alas 7 ng umaga, amoy kape na ang kusina."),
        ("tl", "Alas-siyete ng umaga, amoy kape na ang kusina. 7 ng umaga, gising na ang kape."),
        ("en", "At 7 in the morning the kitchen smells of coffee."),
        (
            "en",
            "At seven in the morning the kitchen smells of coffee. At seven o'clock it is quiet.",
        ),
        ("en", "It is 7am and the kitchen smells of coffee."),
    ],
)
def test_an_hour_that_sets_a_scene_is_no_error(language: str, text: str) -> None:
    found = checker(language).check(text, {"name": "Zafira Q"})
    assert [one.rule for one in found if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Open from 9 to 17 every day."),
        ("de", "Geöffnet von 9 bis 17 Uhr."),
        ("da", "Åbent fra kl. 9 til 17."),
        ("nb", "Bestill før klokka 14, så sender vi i dag."),
        ("nb", "Åpent til klokka 22."),
        ("sv", "Beställ före klockan 14 så skickar vi i dag."),
        ("ms", "Buka sampai jam 10 malam."),
        ("ms", "Tempah sebelum jam 2 petang, sampai esok."),
        ("id", "Buka dari jam 9 pagi sampai jam 5 sore."),
        ("es", "Abierto hasta las 10 de la noche."),
        ("es", "Pide antes de las 14 y lo recibes mañana."),
        ("pt", "Aberto até às 10 da noite."),
        ("it", "Aperto fino alle 7 di sera."),
        ("it", "Ordina entro le 14 e arriva domani."),
        ("fr", "Commandez avant 14 h, livré demain."),
        ("nl", "Voor 22 uur besteld, morgen in huis."),
        ("pl", "Otwarte do 22 wieczorem."),
        ("ru", "Закажите до 7 вечера, доставим завтра."),
        ("ru", "Открыто до 10 вечера."),
        ("vi", "Đặt trước 6 giờ chiều, giao ngay hôm nay."),
        ("vi", "Mở cửa đến 10 giờ tối."),
        ("zh-Hans", "下午2点前下单，当天发货。"),
        ("zh-Hans", "营业至晚上10点。"),
        ("th", "สั่งก่อน 2 ทุ่ม ส่งวันนี้"),
        ("tr", "Saat 14'e kadar sipariş verin, bugün kargoda."),
        ("hu", "Nyitva este 10 óráig."),
        ("it", "Alle 7 varietà di pomodoro piace il basilico."),
        ("es", "A las 7 variedades les sienta bien el sol."),
        ("zh-Hans", "这里有3点理由。"),
        ("fa", "اقامت 7 شب در هتل."),
        ("nl", "De accu houdt het 7 uur vol."),
        ("vi", "Pin dùng được 6 giờ liền."),
        ("bn", "বাক্সে ১১টা বিস্কুট।"),
        ("id", "Baterai tahan 7 jam penuh."),
    ],
)
def test_what_a_shop_promises_and_what_is_counted_stays_an_error(language: str, text: str) -> None:
    found = checker(language).check(text, {"name": "Zafira Q"})
    assert any(
        one.rule.startswith("grounding.") and one.severity is Severity.ERROR for one in found
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "1단계, 물을 채운다. 2단계, 푹 잔다. 온기 무선 가습기"),
        ("ko", "1단계 물을 채운다. 2단계 푹 잔다."),
        ("en", "Step 1, fill it. Step 2, sleep."),
        ("en", "Step 1 is water. Step 2 is patience."),
        ("de", "Schritt 1, Wasser rein. Schritt 2, schlafen."),
        ("ru", "Шаг 1, налить воду. Шаг 2, уснуть."),
        ("ru", "Шаг 1 – налить воду. Шаг 2 – уснуть."),
        ("ja", "ステップ1、水を入れる。ステップ2、眠る。"),
        ("ja", "ステップ1で水を入れる。ステップ2で眠る。"),
        ("ja", "手順1 水を入れる。手順2 眠る。"),
        ("zh-Hans", "第一步，加水。第二步，睡觉。"),
        ("zh-Hans", "步骤1，加水。步骤2，睡觉。"),
        ("th", "ขั้นที่ 1 เติมน้ำ ขั้นที่ 2 หลับสบาย"),
        ("vi", "Bước 1, thêm nước. Bước 2, ngủ ngon."),
        ("tr", "1. adım, suyu doldur. 2. adım, uyu."),
        ("hu", "1. lépés, töltsd meg. 2. lépés, aludj."),
        ("hi", "चरण 1, पानी भरें। चरण 2, सो जाएँ।"),
        ("ar", "الخطوة 1، املأه بالماء. الخطوة 2، نم."),
        ("en", "1) Fill it. 2) Sleep."),
    ],
)
def test_steps_that_are_counted_are_no_figures(language: str, text: str) -> None:
    found = checker(language).check(text, {"name": "온기 무선 가습기"})
    assert [one.rule for one in found if one.rule.startswith("grounding.")] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "3단계 필터로 더 깨끗하게."),
        ("en", "Step 2 is patience."),
        ("en", "5 steps and 2 minutes."),
        ("ja", "2段階の温度調節。"),
    ],
)
def test_how_many_steps_there_are_is_a_figure(language: str, text: str) -> None:
    found = checker(language).check(text, {"name": "온기 무선 가습기"})
    assert any(one.rule.startswith("grounding.") for one in found)
