"""Copy that names versions, drafts, steps or a parent, each beside talk that looks like it."""

import pytest

from copygen.models import Violation
from tests.quality.rates import Judges, errors

OF_ITEMS = (
    (
        "en",
        "Foldnote | writing app",
        "Draft, correction, final version: Foldnote keeps everything.",
    ),
    (
        "en",
        "Foldnote | writing app",
        "what was changed, deleted, final: Foldnote remembers all versions",
    ),
    (
        "fr",
        "Feuillet | application d'écriture",
        "Brouillon, correction, version finale : Feuillet garde tout.",
    ),
    (
        "es",
        "Pliego | aplicación de escritura",
        "Borrador, corrección, versión final: Pliego lo guarda todo.",
    ),
    (
        "it",
        "Foglietto | app di scrittura",
        "Bozza, correzione, versione finale: Foglietto conserva tutto.",
    ),
    (
        "pt",
        "Folhinha | aplicação de escrita",
        "Rascunho, correção, versão final: a Folhinha guarda tudo.",
    ),
    (
        "nl",
        "Mok Nevel | oker, marine, zwart",
        "Verkrijgbaar in verschillende versies: oker, marine en zwart. Een boze bui niet.",
    ),
    (
        "nl",
        "Plaid Nevel | wit, zand, olijf",
        "Drie versies van dezelfde droom: wit, zand en olijf.",
    ),
    (
        "nl",
        "Velletje | schrijfapp",
        "Concept, correctie, definitieve versie: Velletje bewaart alles.",
    ),
    ("sv", "Bladet | skrivapp", "Utkast, rättelse, slutlig version: Bladet sparar allt."),
    ("da", "Bladet | skriveapp", "Udkast, rettelse, endelig version: Bladet gemmer alt."),
    (
        "nb",
        "Kopp Tåke | oker, marine, svart",
        "Den finnes i flere versjoner: oker, marine og svart. Dårlig humør følger ikke med.",
    ),
    ("nb", "Bladet | skriveapp", "Utkast, retting, endelig versjon: Bladet tar vare på alt."),
    (
        "fi",
        "Muki Usva | okra, sininen, musta",
        "Saatavana useana versiona: okra, sininen ja musta. Huono tuuli ei sisälly hintaan.",
    ),
    (
        "fi",
        "Lehtiö | kirjoitussovellus",
        "Luonnos, korjaus, lopullinen versio: Lehtiö säilyttää kaiken.",
    ),
    (
        "et",
        "Pleed Udu | valge, liiv, oliiv",
        "Kolm versiooni samast unistusest: valge, liiv ja oliiv.",
    ),
    (
        "et",
        "Leheke | kirjutamisrakendus",
        "Mustand, parandus, lõplik versioon: Leheke hoiab kõik alles.",
    ),
    (
        "lv",
        "Pleds Migla | balta, smilšu, olīvu",
        "Trīs viena sapņa versijas: balta, smilšu un olīvu.",
    ),
    (
        "lv",
        "Lapiņa | rakstīšanas lietotne",
        "Melnraksts, labojums, galīgā versija: Lapiņa saglabā visu.",
    ),
    (
        "lt",
        "Lapelis | rašymo programėlė",
        "Juodraštis, pataisymas, galutinė versija: Lapelis išsaugo viską.",
    ),
    (
        "pl",
        "Kubek Mgła | ochra, granat, czerń",
        "Występuje w kilku wersjach: ochra, granat i czerń. Zły humor nie jest w zestawie.",
    ),
    (
        "pl",
        "Koc Mgła | biel, piasek, oliwka",
        "Trzy wersje tego samego snu: biel, piasek i oliwka.",
    ),
    (
        "pl",
        "Karteluszka | aplikacja do pisania",
        "Szkic, korekta, wersja ostateczna: Karteluszka zachowuje wszystko.",
    ),
    (
        "cs",
        "Hrnek Mlha | okrová, modrá, černá",
        "K dostání v několika verzích: okrová, modrá a černá. Špatná nálada není součástí.",
    ),
    ("cs", "Lístek | aplikace na psaní", "Koncept, oprava, konečná verze: Lístek uchová všechno."),
    (
        "sk",
        "Deka Hmla | biela, piesková, olivová",
        "Tri verzie toho istého sna: biela, piesková a olivová.",
    ),
    (
        "sl",
        "Skodelica Megla | oker, modra, črna",
        "Na voljo v več različicah: oker, modra in črna. Slaba volja ni vključena.",
    ),
    (
        "sl",
        "Listek | aplikacija za pisanje",
        "Osnutek, popravek, končna različica: Listek ohrani vse.",
    ),
    ("sr", "Листић | апликација за писање", "Нацрт, исправка, коначна верзија: Листић чува све."),
    (
        "bg",
        "Листче | приложение за писане",
        "Чернова, поправка, окончателна версия: Листче пази всичко.",
    ),
    (
        "ru",
        "Листок | приложение для письма",
        "Черновик, правка, финальная версия: «Листок» хранит всё.",
    ),
    (
        "ro",
        "Foița | aplicație de scris",
        "Ciornă, corectură, versiune finală: Foița păstrează tot.",
    ),
    (
        "hu",
        "Pléd Köd | fehér, homok, olíva",
        "Ugyanannak az álomnak három változata: fehér, homok és olíva.",
    ),
    (
        "hu",
        "Lapocska | íróalkalmazás",
        "Vázlat, javítás, végleges változat: a Lapocska mindent megőriz.",
    ),
    (
        "el",
        "Κούπα Ομίχλη | ώχρα, μπλε, μαύρο",
        "Διατίθεται σε πολλές εκδοχές: ώχρα, μπλε και μαύρο. Η κακή διάθεση δεν περιλαμβάνεται.",
    ),
    (
        "el",
        "Φυλλάδι | εφαρμογή γραφής",
        "Προσχέδιο, διόρθωση, τελική έκδοση: το Φυλλάδι τα κρατά όλα.",
    ),
    ("ar", "وريقة | تطبيق كتابة", "مسودة، تصحيح، نسخة نهائية: وريقة تحفظ كل شيء."),
    (
        "fa",
        "برگک | برنامهٔ نوشتن",
        "پیش\u200cنویس، اصلاح، نسخهٔ نهایی: برگک همه را نگه می\u200cدارد.",
    ),
    ("he", "דפדף | אפליקציית כתיבה", "טיוטה, תיקון, גרסה סופית: דפדף שומר הכול."),
    ("hi", "पन्ना | लेखन ऐप", "मसौदा, सुधार, अंतिम संस्करण: पन्ना सब कुछ सँभालता है।"),
    ("bn", "পাতা | লেখার অ্যাপ", "খসড়া, সংশোধন, চূড়ান্ত সংস্করণ: পাতা সব রেখে দেয়।"),
    ("ur", "ورق | لکھنے کی ایپ", "مسودہ، تصحیح، حتمی نسخہ: ورق سب کچھ سنبھالتا ہے۔"),
    ("zh", "页间 | 写作应用", "草稿、修改、定稿：页间全都留着。"),
    ("ko", "안개 담요 | 화이트, 샌드, 올리브", "같은 꿈의 세 가지 버전: 화이트, 샌드, 올리브."),
    (
        "vi",
        "Cốc Sương | vàng đất, xanh, đen",
        "Có nhiều phiên bản: vàng đất, xanh và đen. Tâm trạng xấu không đi kèm.",
    ),
    ("vi", "Tờ Giấy | ứng dụng viết", "Bản nháp, bản sửa, bản cuối: Tờ Giấy giữ lại tất cả."),
    (
        "id",
        "Cangkir Kabut | oker, biru, hitam",
        "Tersedia dalam beberapa versi: oker, biru, dan hitam. Suasana hati buruk tidak termasuk.",
    ),
    ("id", "Lembar | aplikasi menulis", "Draf, koreksi, versi akhir: Lembar menyimpan semuanya."),
    (
        "ms",
        "Selimut Kabus | putih, pasir, zaitun",
        "Tiga versi impian yang sama: putih, pasir dan zaitun.",
    ),
    (
        "ca",
        "Tassa Boira | ocre, blau, negre",
        "Ve en diverses versions: ocre, blau i negre. El mal humor no hi és inclòs.",
    ),
    (
        "ca",
        "Full | aplicació d'escriptura",
        "Esborrany, correcció, versió final: Full ho guarda tot.",
    ),
    (
        "da",
        "Krus Tåge | okker, marine, sort",
        "Det fås i flere versioner: okker, marine og sort. Dårligt humør følger ikke med.",
    ),
    (
        "en",
        "Kiln Night | pottery class",
        "First: get your hands dirty.\nThen: drink coffee from the cup you made.",
    ),
    (
        "de",
        "Töpferabend Lehm | Kurs",
        "Zuerst: Hände schmutzig machen.\nDann: Kaffee aus der eigenen Tasse trinken.",
    ),
    (
        "fr",
        "Atelier Argile | cours de poterie",
        "D'abord : se salir les mains.\nEnsuite : boire le café dans sa propre tasse.",
    ),
    (
        "es",
        "Taller Arcilla | cerámica",
        "Primero: ensuciarse las manos.\nDespués: tomar el café en tu propia taza.",
    ),
    (
        "it",
        "Laboratorio Creta | ceramica",
        "Prima: sporcarsi le mani.\nPoi: bere il caffè dalla propria tazza.",
    ),
    (
        "sv",
        "Lerkväll | kurs",
        "Först: bli skitig om händerna.\nSedan: drick kaffe ur din egen kopp.",
    ),
    (
        "pl",
        "Wieczór Gliny | warsztaty",
        "Najpierw: ubrudzić ręce.\nPotem: wypić kawę z własnej filiżanki.",
    ),
    ("cs", "Večer s hlínou | kurz", "Nejdřív: umazat si ruce.\nPak: vypít kávu z vlastního hrnku."),
    (
        "ru",
        "Вечер глины | мастер-класс",
        "Сначала: испачкать руки.\nПотом: выпить кофе из своей чашки.",
    ),
    ("ja", "土の夜 | 陶芸教室", "まず：手を泥だらけにする。\n次に：自分の器でコーヒーを飲む。"),
    ("tr", "Çamur Gecesi | atölye", "Önce: ellerini kirlet.\nSonra: kendi fincanından kahve iç."),
    (
        "hu",
        "Agyagest | tanfolyam",
        "Először: piszkold össze a kezed.\nAztán: igyál kávét a saját csészédből.",
    ),
    (
        "da",
        "Leraften | kursus",
        "Først: bliv beskidt om fingrene.\nSå: drik kaffe af din egen kop.",
    ),
    (
        "ro",
        "Seara Lutului | atelier",
        "Întâi: murdărește-te pe mâini.\nApoi: bea cafeaua din cana ta.",
    ),
    ("fi", "Savi-ilta | kurssi", "Ensin: likaa kätesi.\nSitten: juo kahvi omasta kupistasi."),
    (
        "en",
        "Commaly | spelling checker",
        "Here is a text without a single mistake. Your next one can be so, too – with Commaly",
    ),
    (
        "fr",
        "Virgule+ | correcteur",
        "Voici un texte sans une seule faute. Le prochain peut être le vôtre – avec Virgule+",
    ),
    (
        "es",
        "Comilla | corrector",
        "Aquí tienes un texto sin un solo error. El próximo puede ser el tuyo, con Comilla",
    ),
    (
        "it",
        "Virgolina | correttore",
        "Ecco un testo senza un solo errore. Il prossimo può essere il tuo, con Virgolina",
    ),
    (
        "nl",
        "Kommaatje | spellingcontrole",
        "Hier is een tekst zonder één fout. Je volgende kan dat ook zijn – met Kommaatje",
    ),
    (
        "sv",
        "Kommat | rättstavning",
        "Här är en text utan ett enda fel. Din nästa kan också bli det – med Kommat",
    ),
    (
        "da",
        "Kommaet | stavekontrol",
        "Her er en tekst uden en eneste fejl. Din næste kan blive det samme – med Kommaet",
    ),
    (
        "de",
        "Bitkids | Programmierkurs",
        "„Mama, ich habe noch nicht alles korrigiert!“ – Das ist kein Diktat, das ist Code.",
    ),
    (
        "ru",
        "Bitkids | курс программирования",
        "«Мама, я ещё не всё исправил!» – это не диктант, это код.",
    ),
    (
        "nl",
        "Quittly | bonnetjesapp",
        "De papieren versie van een bon vervaagt. Die in Quittly niet",
    ),
    (
        "pl",
        "Quittly | aplikacja na paragony",
        "Papierowa wersja paragonu blaknie. Ta w Quittly nie",
    ),
    ("sk", "Quittly | aplikácia na bločky", "Papierová verzia bločku vybledne. Tá v Quittly nie"),
    (
        "hr",
        "Quittly | aplikacija za račune",
        "Papirnata verzija računa izblijedi. Ona u Quittlyju ne",
    ),
    (
        "sl",
        "Quittly | aplikacija za račune",
        "Papirnata različica računa zbledi. Tista v Quittly ne",
    ),
    (
        "bg",
        "Quittly | приложение за бележки",
        "Хартиената версия на бележката избледнява. Тази в Quittly не",
    ),
    ("pt", "Quittly | app de recibos", "O recibo de papel desbota. O da Quittly não"),
    ("lt", "Quittly | čekių programėlė", "Popierinė čekio versija blunka. Quittly esanti – ne"),
    ("en", "Quittly | Quittly", "First photograph the receipt. Then forget it. Quittly"),
    (
        "fr",
        "Appli de reçus | Quittly",
        "D'abord, photographiez le reçu. Ensuite, oubliez-le. Quittly",
    ),
    ("es", "App de recibos | Quittly", "Primero fotografía el recibo. Luego olvídalo. Quittly"),
    ("pl", "Paragony | Quittly", "Najpierw zrób zdjęcie paragonu. Potem o nim zapomnij. Quittly"),
    ("ru", "Чеки | Квитт", "Сначала сфотографируйте чек. Потом забудьте о нём. Квитт"),
    ("it", "Scontrini | Quittly", "Prima fotografa lo scontrino. Poi dimenticalo. Quittly"),
    ("sv", "Kvittoappen | Quittly", "Först fotar du kvittot. Sedan glömmer du det. Quittly"),
    ("el", "Αποδείξεις | Σελίδα", "Πρώτα φωτογράφισε την απόδειξη. Μετά ξέχασέ την. Σελίδα"),
    ("hu", "Blokkok | Quittly", "Először fotózd le a blokkot. Aztán felejtsd el. Quittly"),
    ("nl", "Bonnetjes | Quittly", "Eerst fotografeer je de bon. Dan vergeet je hem. Quittly"),
    ("cs", "Účtenky | Lístek", "Nejdřív účtenku vyfoť. Pak na ni zapomeň. Lístek"),
    (
        "en",
        "Little Line | wooden train",
        "Chuff chuff chuff. Who does not get on misses the tunnel under the sofa.",
    ),
    (
        "de",
        "Holzbahn Linie | Spielzeug",
        "Tsch tsch tsch. Wer nicht einsteigt, verpasst den Tunnel unterm Sofa.",
    ),
    (
        "fr",
        "Petit train Ligne | jouet",
        "Tchou tchou tchou. Qui ne monte pas rate le tunnel sous le canapé.",
    ),
    (
        "it",
        "Trenino Linea | giocattolo",
        "Ciuf ciuf ciuf. Chi non sale si perde la galleria sotto il divano.",
    ),
    (
        "nl",
        "Treintje Lijn | speelgoed",
        "Tjoek tjoek tjoek. Wie niet instapt, mist de tunnel onder de bank.",
    ),
    ("hu", "Vonat Vonal | játék", "Sihu sihu sihu. Aki nem száll fel, lemarad az alagútról."),
    (
        "da",
        "Sæt Spire | tekstilpotte",
        "Grønt i karmen.\nTekstil er en del af sættet, tilføj bare jord og plante.",
    ),
    (
        "nb",
        "Sett Spire | tekstilpotte",
        "Grønt i karmen.\nTekstil følger med, bare legg til jord og plante.",
    ),
    (
        "ru",
        "Набор Росток | текстильный горшок",
        "Зелень на подоконник.\nТекстиль в комплекте, добавьте только землю и растение.",
    ),
)
"""Product, what else is told of it, and copy."""
NOT_OF_ITEMS = (
    (
        "en",
        "Tern mug | ochre, navy, black",
        "Three headline versions: Tern mug ochre, Tern mug navy, Tern mug black.",
    ),
    (
        "en",
        "Tern mug | ochre, navy, black",
        "Three versions below: ochre, navy, black. Let me know which one fits.",
    ),
    (
        "en",
        "Tern mug | ochre, navy, black",
        "I have prepared three versions: ochre, navy and black mood.",
    ),
    ("en", "Tern mug | ochre, navy, black", "Revised version with colours: ochre, navy, black."),
    ("en", "Tern mug | ochre, navy, black", "Shorter version: ochre, navy, black."),
    (
        "en",
        "Tern mug | ochre, navy, black",
        "Final version: ochre, navy, black mug for slow mornings.",
    ),
    ("en", "Tern mug | ochre, navy, black", "Alternative version: Tern mug, ochre, navy, black."),
    ("de", "Becher Tern | Ocker, Marine, Schwarz", "Kürzere Version: Ocker, Marine, Schwarz."),
    (
        "de",
        "Becher Tern | Ocker, Marine, Schwarz",
        "Endgültige Version: Becher Tern, Ocker, Marine, Schwarz.",
    ),
    (
        "de",
        "Becher Tern | Ocker, Marine, Schwarz",
        "Ich habe drei Varianten vorbereitet: Ocker, Marine, Schwarz.",
    ),
    ("nl", "Mok Nevel | oker, marine, zwart", "Kortere versie: oker, marine, zwart."),
    (
        "nl",
        "Mok Nevel | oker, marine, zwart",
        "Definitieve versie: Mok Nevel, oker, marine, zwart.",
    ),
    (
        "pl",
        "Kubek Mgła | ochra, granat, czerń",
        "Wersja ostateczna: Kubek Mgła, ochra, granat, czerń.",
    ),
    ("pl", "Kubek Mgła | ochra, granat, czerń", "Krótsza wersja: ochra, granat, czerń."),
    ("fr", "Tasse Brume | ocre, marine, noir", "Version finale : Tasse Brume, ocre, marine, noir."),
    ("es", "Taza Niebla | ocre, marino, negro", "Versión final: Taza Niebla, ocre, marino, negro."),
    ("es", "Taza Niebla | ocre, marino, negro", "Versión más corta: ocre, marino, negro."),
    (
        "ru",
        "Кружка Туман | охра, синий, чёрный",
        "Финальная версия: Кружка Туман, охра, синий, чёрный.",
    ),
    ("ru", "Кружка Туман | охра, синий, чёрный", "Сокращённая версия: охра, синий, чёрный."),
    ("ja", "霧マグ | 白、砂、黒", "最終版：霧マグ、白、砂、黒。"),
    ("ko", "안개 머그 | 화이트, 샌드", "수정 버전: 안개 머그, 화이트, 샌드."),
    ("zh", "雾杯 | 白、沙、黑", "最终版本：雾杯，白、沙、黑。"),
    ("en", "Foldnote | writing app", "Draft, headline, final version: Foldnote for every thought."),
    ("en", "Foldnote | writing app", "Draft, shortened, revised: Foldnote keeps every thought."),
    (
        "en",
        "Foldnote | writing app",
        "Draft, second version, English: Foldnote keeps every thought.",
    ),
    (
        "en",
        "Foldnote | writing app",
        "Draft, 80 characters, no price: Foldnote keeps every thought.",
    ),
    ("en", "Foldnote | writing app", "Short, warm, final: Foldnote keeps every version."),
    ("en", "Foldnote | writing app", "Headline, warm, short: Foldnote keeps every version."),
    ("de", "Zettelmeer | App", "Entwurf, Deutsch, ohne Preis: Zettelmeer merkt sich alles."),
    ("fr", "Feuillet | application", "Brouillon, court, chaleureux : Feuillet garde tout."),
    ("en", "Kiln Night", "First: a warm opening line.\nThen: the cup and the coffee."),
    ("en", "Kiln Night", "First: mention clay.\nThen: mention coffee."),
    ("en", "Kiln Night", "First: clay. Warm, personal.\nThen: Your own cup, your own coffee."),
    ("en", "Kiln Night", "First: benefits.\nThen: call to action."),
    ("de", "Töpferabend", "Zuerst: den Nutzen nennen.\nDann: zum Kurs einladen."),
    ("de", "Töpferabend", "Zuerst: Produkt vorstellen.\nDann: Gefühl wecken."),
    ("fr", "Atelier Argile", "D'abord : présenter l'atelier.\nEnsuite : donner envie."),
    ("es", "Taller Arcilla", "Primero: presentar el taller.\nDespués: despertar emoción."),
    ("it", "Laboratorio Creta", "Prima: presentare il laboratorio.\nPoi: suscitare emozione."),
    ("nl", "Atelier Klei", "Eerst: het voordeel noemen.\nDan: uitnodigen."),
    ("pl", "Wieczór Gliny", "Najpierw: przedstawić warsztaty.\nPotem: wzbudzić emocje."),
    ("ru", "Вечер глины", "Сначала: представить мастер-класс.\nПотом: вызвать эмоции."),
    ("sv", "Lerkväll", "Först: nämn fördelen.\nSedan: bjud in."),
    ("ja", "土の夜", "まず：特長を伝える。\n次に：誘う。"),
    (
        "en",
        "Commaly | spelling checker",
        "Here is your text without mistakes. The next one will be for Commaly",
    ),
    ("en", "Commaly | spelling checker", "Here is a text without prices. Next up: Commaly"),
    ("de", "Kommafix", "Hier ist ein Text ohne Preis. Als Nächstes folgt der Slogan für Kommafix"),
    ("en", "Bitkids", '"Mum, Dad, Bitkids!" – I can write another version if you like.'),
    ("en", "Bitkids", '"Mum, look!" – Let me know if you want it shorter.'),
    ("de", "Bitkids", "„Mama, schau!“ – Soll ich den Text kürzen?"),
    (
        "en",
        "Halden throw | Halden",
        "Wool that lasts for winters. It comes from sheep in the hills of the north. Halden",
    ),
    (
        "en",
        "Halden throw | Nordveil",
        "Wool from the hills. Woven by hand in a small mill. Nordveil",
    ),
    (
        "fr",
        "Plaid | Brumeval",
        "Laine des collines. Tissée à la main dans un petit atelier. Brumeval",
    ),
    ("hr", "Quittly", "Papir blijedi. Račun iz Quittlyja ne"),
    ("pl", "Quittly", "Papier blaknie. A z Quittly nie"),
    ("fr", "Train", "Laine laine laine. Qui ne monte pas rate le tunnel."),
    ("da", "Sæt Spire", "Grønt i karmen.\nTeksten er en del af sættet, tilføj bare link og pris."),
    ("ru", "Набор", "Зелень на подоконник.\nТекст в комплекте, добавьте только цену и ссылку."),
    ("nl", "Quittly", "De papieren versie van de tekst is korter. Quittly bewaart je bonnen."),
    ("nl", "Quittly", "Dit is de papieren versie van de advertentie. Quittly bewaart je bonnen."),
)
"""The same with talk, or an end in the middle."""


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges()


@pytest.mark.parametrize(("language", "item", "text"), OF_ITEMS)
def test_copy_about_the_product_is_left_alone(
    judges: Judges, language: str, item: str, text: str
) -> None:
    assert not _errors(judges, language, item, text)


@pytest.mark.parametrize(("language", "item", "text"), NOT_OF_ITEMS)
def test_talk_of_a_text_is_found(judges: Judges, language: str, item: str, text: str) -> None:
    assert _errors(judges, language, item, text)


def _errors(judges: Judges, language: str, item: str, text: str) -> list[Violation]:
    name, *values = item.split(" | ")
    given = {"name": name, "details": values[0]} if values else {"name": name}
    return errors(judges.of(language).check(text, given, None, item_id="1"))
