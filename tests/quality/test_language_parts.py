"""A few words of another language within a text are found, at their place; what travels is not."""

import pytest

from copygen.models import Severity, Violation
from copygen.quality.checker import Checker
from copygen.quality.frequent_words import SCRIPTS, column, frequent_words
from copygen.quality.settings import ChecksSettings
from copygen.quality.units import measure

ITEM = {"name": "Alma", "claim": "sleep well tonight"}


def mixed(language: str, text: str) -> list[Violation]:
    judge = Checker(ChecksSettings.model_validate({"language": language}), measure)
    return [one for one in judge.check(text, ITEM) if one.rule == "language.mixed"]


@pytest.mark.parametrize(
    ("language", "text", "part"),
    [
        # Two to four words of English, in Latin letters and beside others.
        ("hu", "Szatmári szilva, made with love, üvegben.", "made with love"),
        ("sv", "Njut av äkta råg, crispy and delicious, till frukost.", "crispy and delicious"),
        (
            "de",
            "Bergkäse mit Seele, full of flavor und perfekt für die Brotzeit.",
            "full of flavor",
        ),
        ("vi", "Chỉ còn vài phòng thôi, so book early để đón mây sớm.", "so book early"),
        ("bg", "Лека е и е easy to use всеки ден.", "easy to use"),
        ("zh-Hans", "糯米酿造，smooth and sweet，刚刚好。", "smooth and sweet"),
        ("ar", "تمور سكري فاخرة، naturally sweet، من مزارع القصيم.", "naturally sweet"),
        (
            "ko",
            "달보드레 식혜는 refreshing and sweet한 맛으로 즐길 수 있습니다.",
            "refreshing and sweet",
        ),
        # Of other languages, by the words that only they have.
        (
            "ro",
            "Vișine coapte și puțin zahăr, una delizia per tutta la famiglia.",
            "delizia per tutta",
        ),
        ("fr", "La ville vous appartient, dobla, sube y pedalea sin esfuerzo.", "sin esfuerzo"),
        ("hu", "Gazdag ízű lekvár, mit echten Pflaumen aus der Region.", "mit echten Pflaumen"),
        ("uk", "Вовняний плед, idealny prezent na zimę, для вас.", "idealny prezent na zimę"),
        # By letters that only they have.
        ("lv", "Zeķes Alma, šiltos ir minkštos kojinės, tagad visos izmēros.", "minkštos kojinės"),
        # Near ones.
        ("sk", "Balenie vystačí pro celou rodinu i na druhý deň.", "pro celou rodinu"),
        ("ru", "Закипает тихо, служить буде довго, стоит немного.", "буде довго"),
        ("hi", "इस चाय का रंग बहुत गहरा है, चव अप्रतिम आहे आणि, इसकी खुशबू सबको पसंद है।", "आहे आणि"),
        ("ur", "دانے دار چائے، طعم رائع لكل العائلة، آج ہی آزمائیں۔", "لكل العائلة"),
    ],
)
def test_a_few_words_of_another_language_are_found_at_their_place(
    language: str, text: str, part: str
) -> None:
    [found] = mixed(language, text)
    assert found.severity is Severity.ERROR
    assert found.span is not None
    assert part in text[slice(*found.span)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        # Loan words, terms of shops, dishes and fashions.
        ("de", "Online bestellen per Click & Collect, all inclusive und mit Late Check-out."),
        ("fr", "Un look casual chic, du prêt-à-porter made in Italy pour le week-end."),
        ("it", "Un must have per lo shopping, dal design allo street food."),
        ("pl", "Spaghetti al dente, prosecco i dolce vita na co dzień."),
        ("ja", "人気のtake outメニューはこちら。"),
        ("ru", "Стиль casual, материал soft touch и чехол в комплекте."),
        # Of the item, in quotation marks, with capitals, in an address.
        ("nl", "Alma, sleep well tonight: elke ochtend vers."),
        ("tr", "“How are you?” sorusuna “Fine, thanks”ten fazlasını söyle."),
        ("es", "Escucha «made with love and care» cada noche en casa."),
        ("da", "Hør The Best of the Night hver aften."),
        ("hr", "Primjer: /about/contact/ je dobra adresa."),
        ("hi", "मूल्य सूची दर्ज करें और अपनी चाय चुनें।"),
        ("sl", "Več na https://example.si/made-with-love/for-you in v trgovini."),
        # Words that both languages have.
        ("nb", "En skive brød, en høvel og litt for mye brunost."),
        ("sr", "Викенд почиње на два точка."),
        ("ca", "Avarques Menorca, pas a pas."),
        # A sound, a word that is doubled, and two words that another language happens to have.
        ("pl", "Kap, kap, kap na ciepłą grzankę"),
        ("tr", "Köpük köpük, mis mis: doğal sabun."),
        ("es", "Aceite picual en botella, para quien moja pan sin pedir perdón."),
    ],
)
def test_words_that_travel_and_names_are_none(language: str, text: str) -> None:
    assert mixed(language, text) == []


def test_a_language_without_a_list_is_not_judged_word_by_word() -> None:
    assert column("sw", "Latn") is None
    assert column("tl", "Latn") == "fil"
    assert column("sr-Latn", "Latn") == "hr"
    assert column("th", "Latn") is None
    assert mixed("sw", "Kahawa tamu, made with love, kwa familia yote.") == []


def test_a_word_has_a_level_for_each_language_of_its_script() -> None:
    for script, languages in SCRIPTS.items():
        listed = frequent_words(script)
        assert listed is not None
        assert listed.languages == tuple(languages.split())
    latin = frequent_words("Latn")
    assert latin is not None
    with_ = latin.levels("with")
    assert with_ is not None
    assert max(with_) == with_[latin.at["en"]]
    assert "with" in latin.foreign_to(latin.at["de"])
    assert "with" not in latin.foreign_to(latin.at["en"])
    assert latin.levels("Alma") is None


def test_words_that_come_often_hide_no_other_part() -> None:
    text = "Die Decke liegt auf the Tisch im Garten der Familie. " * 45
    assert mixed("de", f"{text}Die Decke ist weich, made with love für kalte Tage im Garten.")
