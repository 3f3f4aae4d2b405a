"""What sounds like talk about a text, language by language, and what is copy."""

import pytest

from copygen.models import Severity
from copygen.quality.checker import Checker
from copygen.quality.checks.chat import ChatCheck
from copygen.quality.checks.talk import TalkPlace
from copygen.quality.facts import MendableViolation
from copygen.quality.normalize import NormalizedText
from copygen.quality.phrases import PhraseReader, languages
from copygen.quality.settings import ChecksSettings
from copygen.quality.talk_model import TalkModel, talk_languages, word_features
from copygen.quality.units import measure
from tests.support.quality_fields import context, rules

TALK = [
    ("en", "I steered away from the price so the mood stays in front."),
    ("en", "Happy to give it a drier tone if that suits the campaign better."),
    ("de", "Den Preis habe ich bewusst weggelassen, damit die Stimmung trägt."),
    ("de", "Falls es etwas frecher sein darf, schreibe ich gern eine zweite Fassung."),
    ("fr", "J'ai volontairement laissé le prix de côté pour garder un ton léger."),
    ("fr", "Dites-moi si vous préférez une accroche plus courte."),
    ("es", "He evitado los superlativos para que el texto suene natural."),
    ("it", "Se preferisce un tono più formale, posso riscriverlo."),
    ("pt", "Se quiser, posso fazer uma versão mais curta para o anúncio."),
    ("nl", "Ik heb de zin kort gehouden zodat hij goed in een advertentie past."),
    ("pl", "Jeśli wolisz bardziej formalny ton, chętnie przeredaguję tekst."),
    ("ru", "Если нужен более строгий тон, могу переписать текст."),
    ("uk", "Я навмисно не згадував ціну, щоб текст звучав легше."),
    ("tr", "İsterseniz daha kısa bir versiyon da yazabilirim."),
    ("sv", "Jag har hållit texten kort så att den passar i en annons."),
    ("fi", "Voin kirjoittaa tekstistä myös lyhyemmän version."),
    ("hu", "Ha szeretné, írok egy rövidebb változatot is."),
    ("cs", "Pokud chcete, mohu text napsat i v kratší verzi."),
    ("el", "Αν θέλετε, μπορώ να γράψω και μια πιο σύντομη εκδοχή του κειμένου."),
    ("ar", "يمكنني كتابة نسخة أقصر من النص إذا رغبت في ذلك."),
    ("he", "אפשר גם לכתוב גרסה קצרה יותר של הטקסט."),
    ("hi", "अगर आप चाहें तो मैं इसका छोटा संस्करण भी लिख सकता हूँ।"),
    ("th", "หากต้องการข้อความที่สั้นกว่านี้ บอกได้เลยนะคะ"),
    ("vi", "Nếu bạn muốn, tôi có thể viết một phiên bản ngắn hơn."),
    ("id", "Kalau mau, saya bisa membuat versi yang lebih singkat."),
    ("ja", "もう少し短い案が必要でしたら、お申し付けください。"),
    ("ko", "더 짧은 버전이 필요하시면 말씀해 주세요."),
    ("zh", "如果需要更短的版本，请告诉我。"),
]
COPY = [
    ("en", "Need a hand with sizes? Our team is glad to help you in the shop."),
    ("en", "We kept the handle short, so it fits into every drawer."),
    ("de", "Welche Größe passt? Wir beraten dich gern im Laden."),
    ("de", "Den Kragen haben wir weggelassen, damit nichts drückt."),
    ("fr", "Besoin d'un conseil ? Notre atelier vous répond toute la semaine."),
    ("es", "Elige tu color y te lo enviamos mañana mismo."),
    ("it", "Se preferite il cuoio, passate in bottega."),
    ("pt", "Escolha o tamanho e receba em casa."),
    ("nl", "Wij hebben de rits kort gehouden zodat hij nergens schuurt."),
    ("pl", "Napisz do nas, a dobierzemy rozmiar."),
    ("ru", "Если нужен другой размер, мы обменяем его бесплатно."),
    ("tr", "Köyden gelen zeytini biz seçtik, siz tadına bakın."),
    ("ko", "치수가 고민되면 매장에 들러 주세요."),
    ("sv", "Vi hjälper dig gärna att hitta rätt storlek."),
    ("ja", "贈り物に迷ったら、お店でお気軽にご相談ください。"),
    ("zh", "尺码拿不准？欢迎到店试穿。"),
    ("th", "เลือกไซซ์ไม่ถูก แวะมาลองที่ร้านได้ทุกวัน"),
]


def score(language: str, text: str, item: str = "") -> float:
    said = PhraseReader().read(NormalizedText(text), language)
    model = TalkModel.of(language)
    assert model is not None
    return model.score(said, (0, len(said.text)), item.__contains__, is_last=True)


@pytest.mark.parametrize(("language", "text"), TALK)
def test_what_is_said_about_a_text_sounds_like_it(language: str, text: str) -> None:
    assert score(language, text) >= TalkPlace.BELOW.value


@pytest.mark.parametrize(("language", "text"), COPY)
def test_copy_that_offers_help_or_tells_how_it_was_made_does_not(language: str, text: str) -> None:
    assert score(language, text) < TalkPlace.BELOW.value


def test_words_of_the_item_say_nothing() -> None:
    text = "A shorter version of this text is possible"
    assert score("en", text, item="shorter version text") < score("en", text)


def test_every_language_with_phrases_has_weights() -> None:
    assert talk_languages() >= languages()


def test_a_language_without_weights_has_no_model() -> None:
    assert TalkModel.of("km") is None


@pytest.mark.parametrize(
    ("language", "text", "features"),
    [
        ("en", "shorter", {"shorter", "^shor", "^shorte", "$ter"}),
        ("en", "a draft", {"a", "draft", "^draf", "a draft"}),
        ("ko", "말씀해", {"말씀해", "^말씀"}),
        ("ja", "短い", {"短", "い", "短い"}),
        ("hi", "छोटा", {"छोटा"}),
        ("en", "12 %", set()),
    ],
)
def test_a_sentence_is_taken_apart(language: str, text: str, features: set[str]) -> None:
    assert word_features(text, language).keys() == features


@pytest.mark.parametrize(
    ("language", "name", "lead", "copy"),
    [
        (
            "hi",
            "ज्ञानदीप कोचिंग",
            "ज्ञानदीप कोचिंग के लिए एक विज्ञापन पाठ:",
            "गणित में पाएँ बेहतर अंक, रोज़ शाम को।",
        ),
        (
            "sv",
            "Lumo Stad",
            "Reklamtext för Lumo Stad enligt instruktionen:",
            "Var den som syns i trafiken.",
        ),
        (
            "de",
            "Almhof Bergkäse",
            "Für Almhof Bergkäse ein kurzer Werbetext:",
            "Gereift, wo die Kühe wohnen.",
        ),
        (
            "tr",
            "Hagi demlik",
            "Talimata uygun olarak Hagi demlik reklamı:",
            "Çay demlenir, ev ısınır.",
        ),
        (
            "uk",
            "лампа Вега",
            "Рекламний текст українською про лампу Вега:",
            "Світло, яке не сліпить.",
        ),
        ("ja", "急須ハギ", "指示に沿った急須ハギの紹介文:", "三分待てば、朝が変わります。"),
        (
            "en",
            "Oakmere Honey",
            "For Oakmere Honey, a short promotional text:",
            "Late summer, in a jar.",
        ),
    ],
)
def test_a_lead_that_names_the_text_and_its_product_is_taken_out(
    language: str, name: str, lead: str, copy: str
) -> None:
    text = f"{lead} {copy}"
    (found,) = ChatCheck(PhraseReader()).violations(context(text, language=language, name=name))
    assert isinstance(found, MendableViolation)
    start, end, instead = found.mend
    assert f"{text[:start]}{instead}{text[end:]}".strip() == copy


NAME = "Halden"
REMARKS = [
    ("nb", "Halden holder deg varm, nå til 1 799 kr (bekreft at prisen fortsatt gjelder)."),
    ("zh", "Halden 陪你过冬。(請於上架前確認售價是否正確)"),
    ("ko", "Halden과 함께하는 저녁.\n\n※ 신청 링크를 추가해서 사용하세요."),
    ("lt", "Apgailestaujame, įvyko techninė klaida. Pabandykite dar kartą vėliau."),
    ("tl", "Pasensiya na, nagkaroon ng problema sa sistema. Pakisubukan muli mamaya."),
    ("he", "מצטערים, אירעה תקלה טכנית. נסו שוב מאוחר יותר."),
    ("nl", 'We moeten een reclametekst schrijven voor Halden. "Wol die wacht op de winter." Goed.'),
    ("ur", "Halden، سردیوں کا ساتھی۔ اگر آپ کوئی تبدیلی چاہتے ہیں تو ضرور بتائیں۔"),
]


@pytest.mark.parametrize(("language", "text"), REMARKS)
def test_remarks_trouble_and_thoughts_around_a_draft_are_found(language: str, text: str) -> None:
    assert rules(ChatCheck(PhraseReader()).violations(context(text, language, name=NAME)))


NO_REMARKS = [
    ("ms", "Takut air? Langkah 1: datang. Langkah 2: bermain. Halden uruskan selebihnya."),
    ("zh", "「媽媽,我可以再刷一次嗎?」Halden,讓刷牙不再是戰爭。"),
    ("it", "Piano piano, come si fa da noi. I taralli di Halden: 300 g di calma."),
    ("de", "Halden wärmt den ganzen Winter (ja, der Deckel ist auch dabei)."),
    ("id", '"Masih bisa diselamatkan, Pak?" "Bisa, tunggu sambil ngopi saja." Halden.'),
    ("en", "Step 1: come in. Step 2: sit down. Halden does the rest."),
    ("fr", "Pardon pour les miettes. Halden n'a plus d'assiettes, mais encore du gâteau."),
]


@pytest.mark.parametrize(("language", "text"), NO_REMARKS)
def test_steps_dialogue_and_brackets_of_copy_are_none(language: str, text: str) -> None:
    assert rules(ChatCheck(PhraseReader()).violations(context(text, language, name=NAME))) == []


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("bn", "“আরেক কাপ হবে?” “সোনাঝুরি চা হলে, অবশ্যই!”", "সোনাঝুরি চা"),
        (
            "uk",
            "Так, він трохи колеться. Це справжня вовна: плед Карпатський вечір, 150 × 200 см.",
            "плед Карпатський вечір",
        ),
        (
            "pt",
            "Aqui está o texto que ninguém vai ler: o teu. 160 páginas pautadas só para ti.",
            "Caderno Vieira",
        ),
        (
            "lv",
            "Lūk, teksts, ko viņa pārlasīs vēl un vēl: vēstule, kas rakstīta ar roku.",
            "Pildspalva Vēja",
        ),
        ("vi", "Balo Lá Phong có hai phiên bản màu: xanh rêu và đen.", "Balo Lá Phong"),
        ("en", "Here is the letter she will read again and again: yours.", "Pen Vega"),
        ("en", "Here is the text nobody else will read: yours.", "Pen Vega"),
        ("de", "Hier ist der Text, den niemand lesen wird: deiner.", "Heft Vega"),
        ("fr", "Voici le texte que personne ne lira : le vôtre.", "Carnet Vega"),
        ("es", "Aquí está el texto que nadie va a leer: el tuyo.", "Cuaderno Vega"),
        ("it", "Ecco il testo che nessuno leggerà: il tuo.", "Quaderno Vega"),
        ("nl", "Hier is de tekst die niemand zal lezen: de jouwe.", "Schrift Vega"),
        ("pl", "Oto tekst, którego nikt nie przeczyta: twój.", "Zeszyt Vega"),
        ("ru", "Вот текст, который никто не прочтёт: твой.", "Тетрадь Вега"),
        ("sv", "Här är texten som ingen kommer att läsa: din.", "Bok Vega"),
        ("cs", "Tady je text, který nikdo nepřečte: ten tvůj.", "Sešit Vega"),
        ("pt", "Rascunho, versão final ou lista de compras: o papel espera.", "Caderno Vieira"),
        ("en", "Draft, final version or shopping list: paper never minds.", "Pen Vega"),
    ],
)
def test_stories_dialogues_and_choices_are_no_talk(language: str, text: str, name: str) -> None:
    checks = Checker(ChecksSettings.model_validate({"language": language}), measure)
    found = checks.check(text, {"name": name, "size": "150 × 200 см", "pages": 160})
    assert [one.rule for one in found if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("en", "Here is the text you asked for: Pen Vega writes on.", "Pen Vega"),
        ("en", "Here is the text for your campaign: Pen Vega writes on.", "Pen Vega"),
        (
            "pt",
            "Aqui está o texto que você pediu: Caderno Vieira, para escrever.",
            "Caderno Vieira",
        ),
        ("ru", "Вот текст, который вы просили: Тетрадь Вега пишет сама.", "Тетрадь Вега"),
        ("de", "Hier ist der Text, den du wolltest: Heft Vega schreibt mit.", "Heft Vega"),
        ("en", "Sure! Here is the text: Pen Vega writes on.", "Pen Vega"),
    ],
)
def test_a_lead_that_speaks_of_the_task_stays_talk(language: str, text: str, name: str) -> None:
    checks = Checker(ChecksSettings.model_validate({"language": language}), measure)
    found = checks.check(text, {"name": name})
    assert any(one.rule.startswith("leftovers.") for one in found)


OUTAGES = [
    ("de", "Es konnte keine Verbindung aufgebaut werden. Prüfen Sie Ihr Netzwerk."),
    ("fi", "Palvelimeen ei saatu yhteyttä. Tarkista verkkosi."),
    ("uk", "Не вдається підключитися до сервера."),
    ("ko", "서버에 연결하지 못했습니다."),
    (
        "en",
        "The service is experiencing high demand. Please wait a moment and retry.",
    ),
    ("en", "An unexpected error interrupted the response before it was finished."),
    ("de", "Die Antwort wurde wegen eines internen Fehlers nicht abgeschlossen."),
    ("de", "Zu viele Anfragen in kurzer Zeit. Bitte warten Sie einen Moment."),
    ("fr", "Votre message nous est parvenu vide, pouvez-vous le renvoyer ?"),
    ("es", "El servidor está tardando demasiado en responder. Prueba otra vez dentro de un rato."),
    ("it", "La risposta si è interrotta per un errore imprevisto."),
    ("pt", "Muitas solicitações em pouco tempo. Aguarde um momento e tente de novo."),
    ("nl", "De dienst is tijdelijk niet bereikbaar. Probeer het straks nog eens."),
    ("sv", "Svaret avbröts av ett internt fel."),
    ("da", "Anmodningen fik timeout. Genindlæs siden og forsøg en gang til."),
    ("nb", "Tjenesten er midlertidig utilgjengelig. Vent litt og forsøk på nytt."),
    ("fi", "Vastaus keskeytyi odottamattoman virheen vuoksi."),
    ("et", "Ühendus aegus. Värskendage lehte."),
    ("lv", "Pakalpojums pašlaik nav pieejams. Mēģiniet vēlreiz pēc brīža."),
    ("lt", "Dėl netikėtos klaidos atsakymas nebuvo baigtas."),
    ("pl", "Przekroczono limit czasu połączenia. Odśwież stronę."),
    ("pl", "Usługa jest chwilowo niedostępna. Prosimy spróbować za parę minut."),
    ("cs", "Služba je momentálně nedostupná, vyčkejte prosím několik minut."),
    ("sk", "Pre neočakávanú chybu nebola odpoveď dokončená."),
    ("sl", "Povezava je potekla. Osvežite stran."),
    ("hr", "Usluga je privremeno nedostupna. Pričekajte nekoliko minuta pa pokušajte opet."),
    ("sr", "Одговор није довршен због неочекиване грешке."),
    ("bg", "Времето за връзка изтече. Презаредете страницата."),
    ("ru", "Сервис сейчас перегружен запросами. Подождите минуту и отправьте запрос заново."),
    ("ru", "Из-за внутренней ошибки ответ не был завершён."),
    ("uk", "Через внутрішню помилку відповідь не було завершено."),
    ("el", "Έληξε το χρονικό όριο της σύνδεσης. Ανανεώστε τη σελίδα σας."),
    ("ro", "Serviciul nu este disponibil momentan. Așteptați câteva minute."),
    ("hu", "Váratlan hiba miatt a válasz nem készült el."),
    ("tr", "Bağlantı zaman aşımına uğradı. Sayfayı yeniden yükleyin."),
    ("ca", "El servei no està disponible ara mateix. Espereu uns minuts."),
    ("id", "Jawaban tidak selesai karena terjadi kesalahan internal."),
    ("ms", "Sambungan tamat masa. Muat semula halaman."),
    ("tl", "Hindi muna magagamit ang serbisyo. Maghintay ng ilang minuto."),
    ("vi", "Câu trả lời chưa hoàn tất do lỗi nội bộ."),
    ("th", "หมดเวลาการเชื่อมต่อ โปรดโหลดหน้าเว็บใหม่"),
    ("th", "บริการไม่พร้อมให้บริการในขณะนี้ กรุณารอสักครู่"),
    ("ja", "現在サービスが混み合っております。しばらく時間を置いてからアクセスしてください。"),
    ("ko", "예기치 않은 문제로 답변이 완료되지 않았습니다."),
    ("zh", "请求过于频繁，请等待片刻。"),
    ("zh", "服务器响应超时，请过一会儿再来。"),
    ("ar", "الخدمة متوقفة مؤقتًا للصيانة. انتظر بضع دقائق."),
    ("ar", "لم يكتمل الرد بسبب خطأ داخلي."),
    ("fa", "پاسخ به دلیل خطای داخلی کامل نشد."),
    ("he", "תם הזמן שהוקצב לחיבור. רעננו את הדף."),
    ("hi", "सेवा इस समय उपलब्ध नहीं है। कुछ मिनट प्रतीक्षा करें।"),
    ("hi", "आंतरिक त्रुटि के कारण उत्तर पूरा नहीं हो सका।"),
    ("bn", "অভ্যন্তরীণ ত্রুটির কারণে উত্তরটি সম্পূর্ণ হয়নি।"),
    ("ur", "کنکشن کا وقت ختم ہو گیا۔ صفحہ ریفریش کریں۔"),
    ("fi", "Hups, jokin epäonnistui. Lähetä kysymyksesi uudelleen."),
    ("cs", "Server neodpověděl včas."),
    ("hu", "A szerver nem válaszolt időben."),
    ("tr", "Sunucu zamanında yanıt vermedi."),
    ("vi", "Máy chủ không trả lời kịp thời."),
    ("ko", "서버가 제시간에 응답하지 못했습니다."),
    ("zh", "服务器没有及时响应。"),
    ("bn", "সার্ভার সময়মতো সাড়া দেয়নি।"),
    ("ur", "سرور نے وقت پر جواب نہیں دیا۔"),
]


@pytest.mark.parametrize(("language", "text"), OUTAGES)
def test_what_a_server_says_of_its_trouble_is_no_copy(language: str, text: str) -> None:
    found = ChatCheck(PhraseReader()).violations(context(text, language, name=NAME))
    assert rules(found) == ["refusal.reply"]


UNTROUBLED = [
    ("en", "No connection needed. Just open the cover and read."),
    ("en", "Sorry, winter. You are not invited this year."),
    ("en", "Service that never leaves you waiting on the phone."),
    ("en", "Unavailable for meetings. Back when the tide is in."),
    ("en", "Reply to the cold with two layers of wool."),
    ("en", "The only error is to leave it at home."),
    ("en", "Timeout for tired feet."),
    ("en", "Too many tabs open? Take a walk."),
    ("en", "Interrupted by nothing but birdsong."),
    ("de", "Keine Verbindung? Hier draußen ist das der Plan."),
    ("de", "Der Dienst am Kunden ist bei uns nie abgelaufen."),
    ("de", "Die Antwort auf kalte Füße."),
    ("de", "Bitte warten: Der Tee zieht noch."),
    ("de", "Fehler machen erlaubt, der Radierer liegt bei."),
    ("de", "Ein System, das auch ohne Strom funktioniert."),
    ("de", "Nachricht an den Winter: Wir sind bereit."),
    ("fr", "Une réponse simple aux matins trop courts."),
    ("es", "Sin conexión, con mucha calma."),
    ("it", "Connessione lenta? Qui si chiacchiera."),
    ("pt", "Sem rede, sem pressa, sem relógio."),
    ("nl", "Geen verbinding, wel een goed gesprek."),
    ("sv", "Ingen täckning, bara tystnad."),
    ("da", "Ingen forbindelse, kun fuglesang."),
    ("nb", "Svaret på lange vinterkvelder."),
    ("fi", "Vastaus pitkiin syysiltoihin."),
    ("et", "Vastus külmadele hommikutele."),
    ("lv", "Atbilde garajiem vakariem."),
    ("lt", "Atsakymas į šaltus rytus."),
    ("pl", "Odpowiedź na chłodne poranki."),
    ("cs", "Odpověď na studená rána."),
    ("sk", "Odpoveď na chladné rána."),
    ("sl", "Odgovor na hladna jutra."),
    ("hr", "Odgovor na hladna jutra."),
    ("sr", "Одговор на хладна јутра."),
    ("bg", "Отговорът на студените утрини."),
    ("ru", "Ответ на холодные утра."),
    ("uk", "Відповідь на холодні ранки."),
    ("el", "Η απάντηση στα κρύα πρωινά."),
    ("ro", "Răspunsul la diminețile reci."),
    ("hu", "Válasz a hideg reggelekre."),
    ("tr", "Soğuk sabahlara yanıt."),
    ("tr", "Kesintisiz bağlantı: dost sohbeti."),
    ("tr", "Bakım istemez, ilgi bekler."),
    ("ca", "La resposta als matins freds."),
    ("id", "Jawaban untuk pagi yang dingin."),
    ("ms", "Jawapan untuk pagi yang sejuk."),
    ("tl", "Sagot sa malamig na umaga."),
    ("vi", "Câu trả lời cho những sáng lạnh."),
    ("vi", "Không cần kết nối, chỉ cần một trang sách."),
    ("vi", "Không yêu cầu bảo trì, chỉ cần chút nắng."),
    ("th", "คำตอบของเช้าที่หนาว"),
    ("ja", "寒い朝への答え。"),
    ("ko", "추운 아침에 대한 답."),
    ("zh", "给寒冷清晨的回答。"),
    ("zh", "断开网络，打开书。"),
    ("zh", "刷新你的早晨。"),
    ("zh", "給寒冷清晨的回答。"),
    ("zh", "系統簡單，一按就好。"),
    ("ar", "الرد على صباحات الشتاء الباردة."),
    ("fa", "پاسخی به صبح\u200cهای سرد."),
    ("he", "התשובה לבקרים קרים."),
    ("hi", "ठंडी सुबह का जवाब।"),
    ("bn", "ঠান্ডা সকালের উত্তর।"),
    ("ur", "سرد صبح کا جواب۔"),
    ("en", "No request is too small. Our service is never too busy for you."),
    ("en", "Service with a smile. Unavailable on Mondays, like every good baker."),
    ("en", "Connection timed out? Halden keeps you warm until it is back."),
    ("hu", "Kapcsolat, amely nem szakad meg."),
    ("pt", "Uma ligação que não se perde: avó e neto."),
    ("vi", "Kết nối yêu thương không bao giờ gián đoạn."),
]


@pytest.mark.parametrize(("language", "text"), UNTROUBLED)
def test_words_of_trouble_in_copy_are_none(language: str, text: str) -> None:
    assert rules(ChatCheck(PhraseReader()).violations(context(text, language, name=NAME))) == []


CARTS = [
    ("ar", "هالدن", "حقيبة هالدن تدفئك. أضفها إلى سلتك الآن!"),
    ("bg", "Халден", "Одеяло Халден топли нежно. Добавете го в количката още сега!"),
    ("bn", "হালডেন", "হালডেন কম্বল উষ্ণ রাখে। এখনই কার্টে যোগ করুন!"),
    ("ca", "Halden", "Manta Halden, calor suau. Afegeix-la al cistell ara!"),
    ("cs", "Halden", "Deka Halden hřeje jemně. Přidejte ji do košíku ještě dnes!"),
    ("da", "Halden", "Halden varmer blidt. Læg den i kurven nu!"),
    ("da", "Halden", "Halden varmer blidt. Tilføj den til kurven nu!"),
    ("de", "Halden", "Halden wärmt sanft. Jetzt in den Warenkorb legen!"),
    ("de", "Halden", "Halden wärmt sanft. Fügen Sie sie jetzt Ihrem Warenkorb hinzu!"),
    ("el", "Halden", "Η Halden ζεσταίνει απαλά. Προσθέστε την στο καλάθι σας τώρα!"),
    ("en", "Halden", "Halden warms gently. Add it to your cart now!"),
    ("es", "Halden", "Halden abriga con suavidad. ¡Añádela a tu carrito ahora!"),
    ("et", "Halden", "Halden soojendab õrnalt. Lisa ostukorvi kohe!"),
    ("fa", "هالدن", "پتوی هالدن گرم است. همین حالا به سبد خرید اضافه کنید!"),
    ("fi", "Halden", "Halden lämmittää lempeästi. Lisää se ostoskoriin nyt!"),
    ("fr", "Halden", "Halden réchauffe en douceur. Ajoutez-la à votre panier dès maintenant !"),
    ("he", "הלדן", "שמיכת הלדן מחממת בעדינות. הוסיפו אותה לסל עכשיו!"),
    ("hi", "हाल्डेन", "हाल्डेन कंबल गर्म रखता है। इसे अभी अपने कार्ट में जोड़ें!"),
    ("hr", "Halden", "Halden nježno grije. Dodajte je u košaricu odmah!"),
    ("hu", "Halden", "A Halden gyengéden melegít. Tegye a kosarába most!"),
    ("hu", "Halden", "A Halden gyengéden melegít. Adja hozzá a kosarához most!"),
    ("id", "Halden", "Halden hangat lembut. Tambahkan ke keranjang sekarang!"),
    ("it", "Halden", "Halden scalda con dolcezza. Aggiungila subito al carrello!"),
    ("ja", "ハルデン", "ハルデンはやさしく暖かい。今すぐカートに追加！"),
    ("ko", "할덴", "할덴은 부드럽게 따뜻합니다. 지금 장바구니에 추가하세요!"),
    ("lt", "Halden", "Halden švelniai šildo. Įdėkite į krepšelį dabar!"),
    ("lt", "Halden", "Halden švelniai šildo. Pridėkite prie krepšelio dabar!"),
    ("lv", "Halden", "Halden maigi silda. Pievieno grozam jau tagad!"),
    ("nb", "Halden", "Halden varmer mykt. Legg den i handlekurven nå!"),
    ("nl", "Halden", "Halden verwarmt zacht. Voeg hem nu toe aan je winkelwagen!"),
    ("pl", "Halden", "Halden grzeje delikatnie. Dodaj go do koszyka już dziś!"),
    ("pt", "Halden", "Halden aquece com suavidade. Adicione ao carrinho agora!"),
    ("ro", "Halden", "Halden încălzește blând. Adaugă-o în coș acum!"),
    ("ru", "Halden", "Плед Halden мягко греет. Добавьте его в корзину прямо сейчас!"),
    ("sk", "Halden", "Deka Halden hreje jemne. Pridajte ju do košíka ešte dnes!"),
    ("sl", "Halden", "Halden nežno greje. Dodajte jo v košarico zdaj!"),
    ("sr", "Халден", "Ћебе Халден нежно греје. Додајте га у корпу одмах!"),
    ("sv", "Halden", "Halden värmer mjukt. Lägg den i varukorgen nu!"),
    ("th", "ฮัลเดน", "ผ้าห่มฮัลเดนอุ่นนุ่ม เพิ่มลงตะกร้าเลย!"),
    ("tl", "Halden", "Mainit ang Halden. Idagdag ito sa iyong cart ngayon!"),
    ("tr", "Halden", "Halden yumuşacık ısıtır. Hemen sepetinize ekleyin!"),
    ("uk", "Halden", "Плед Halden м'яко гріє. Додайте його до кошика просто зараз!"),
    ("ur", "ہالڈن", "ہالڈن کمبل گرم رکھتا ہے۔ ابھی اپنی کارٹ میں شامل کریں!"),
    ("vi", "Halden", "Chăn Halden ấm êm. Thêm ngay vào giỏ hàng!"),
    ("zh-Hans", "哈尔登毛毯", "哈尔登毛毯温柔保暖。立即加入购物车！"),
    ("zh-Hant", "哈爾登毛毯", "哈爾登毛毯溫柔保暖。立即加入購物車！"),
]  # fmt: skip
"""A call to put the product into a cart, as in every second text of a shop."""


@pytest.mark.parametrize(("language", "name", "text"), CARTS)
def test_a_call_to_put_it_into_a_cart_is_for_customers(language: str, name: str, text: str) -> None:
    assert [*ChatCheck(PhraseReader()).violations(context(text, language, name=name))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Halden warms gently. Add the link to the cart here before publishing."),
        ("en", "Halden warms gently. Don't forget to insert your website's link to the cart."),
        ("fr", "Halden réchauffe. N'oubliez pas d'insérer ici le lien vers le panier."),
    ],
)
def test_a_link_to_a_cart_is_for_whoever_ordered_the_text(language: str, text: str) -> None:
    found = ChatCheck(PhraseReader()).violations(context(text, language, name="Halden"))
    assert [one.rule for one in found] == ["leftovers.closing"]


DIALOGUES = [
    ("ru", "— Ещё чашечку?\n— Конечно! «Halden» как раз закипел."),
    ("fr", "– Encore une tasse ?\n– Bien sûr ! La Halden est prête."),
    ("pt", "— Mais uma?\n— Claro! A Halden está pronta."),
    ("sv", "– En kopp till?\n– Självklart! Halden är klar."),
    ("cs", "– Ještě jednu?\n– Jasně! Halden je hotová."),
    ("fi", "– Vielä kuppi?\n– Totta kai! Halden on valmis."),
    ("el", "– Άλλη μία;\n– Φυσικά! Η Halden είναι έτοιμη."),
    ("ro", "— Încă una?\n— Desigur! Halden e gata."),
    ("pl", "— Jeszcze jedną? — Oczywiście! Halden już czeka."),
]


@pytest.mark.parametrize(("language", "text"), DIALOGUES)
def test_an_answer_in_a_dialogue_about_the_product_is_copy(language: str, text: str) -> None:
    assert [*ChatCheck(PhraseReader()).violations(context(text, language, name="Halden"))] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "— Можете написать рекламу?\n— Конечно! Вот вариант: «Halden» — чай для зимы."),
        ("en", "- Which version of Halden do you prefer?\n- Let me know if you want changes."),
    ],
)
def test_a_dialogue_about_the_text_is_none(language: str, text: str) -> None:
    assert [*ChatCheck(PhraseReader()).violations(context(text, language, name="Halden"))]
