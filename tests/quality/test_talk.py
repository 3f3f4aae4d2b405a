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
