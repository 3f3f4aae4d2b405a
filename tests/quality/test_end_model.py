"""What is learnt of ends tells texts cut off behind a whole word from headlines."""

import pytest

from copygen.quality.checks.endings import cut_off
from copygen.quality.end_model import (
    SHARED,
    EndModel,
    end_languages,
    form_features,
    last_sentence,
    weights_of,
    word_features,
)
from tests.quality.end_model import TATOEBA, word_bounds
from tests.support.quality_fields import context, rules

CUT = [
    ("en", "It folds flat, fits under a bed and turns any corner of your home into a comfortable"),
    (
        "fr",
        "Cette gourde garde le thé chaud toute la journée et se glisse facilement dans votre petit",
    ),
    ("es", "La mochila tiene dos bolsillos y un compartimento acolchado que protege"),
    ("it", "Lo zaino ha una tasca imbottita per il portatile e due scomparti laterali che tengono"),
    (
        "sv",
        "Jackan går att packa i sin egen ficka och skyddar dig mot regn så att du alltid kan njuta",
    ),
    ("fi", "Takki mahtuu taskuunsa ja suojaa sinua niin, että voit nauttia jokaisesta pitkästä"),
    (
        "pl",
        "Ta lampa daje ciepłe światło, dzięki któremu możesz czytać wieczorem i zapewnia wyjątkowe",
    ),
    (
        "cs",
        "Tato lampa vydává teplé světlo, díky kterému si můžete večer číst a užívat si příjemné",
    ),
    ("tr", "Bu lamba akşamları kitap okuyabilmeniz için yumuşak bir ışık verir ve evinize sıcak"),
    ("hi", "इस बोतल में चाय गर्म रहती है और इसका ढक्कन इतना मज़बूत है कि सफ़र में एक बूँद"),
    ("fa", "این چراغ نور ملایمی دارد که به شما کمک می‌کند شب‌ها راحت بخوانید و چشم‌های"),
]
WHOLE = [
    ("en", "A stove for two, a kettle for four, a fire for everyone"),
    ("de", "Kaffee aus der Dorfrösterei, frisch gemahlen und mit Liebe gepackt"),
    ("fr", "Le café des matins pressés, la tasse des dimanches"),
    ("es", "Cerámica hecha a mano en Talavera, una pieza para cada mesa"),
    ("it", "Olio nuovo, pane caldo e la domenica in famiglia"),
    ("nl", "Verse koffie, warme broodjes en een plek aan het raam"),
    ("ru", "Тёплый плед, горячий чай и долгий зимний вечер"),
    ("hi", "पहाड़ों का शहद, दादी का नुस्खा, सर्दियों का स्वाद"),
    ("sv", "Nybakat bröd, nykokt kaffe och en stol vid fönstret"),
    ("fi", "Tuoretta leipää, kuumaa kahvia ja paikka ikkunan ääressä"),
    ("th", "ร้านกาแฟริมน้ำ บรรยากาศเงียบสงบ เปิดทุกวัน"),
    ("ja", "焼きたてのパンと、窓辺の席"),
]


@pytest.mark.parametrize(("language", "text"), CUT)
def test_a_text_cut_behind_a_whole_word_is_found(language: str, text: str) -> None:
    assert rules(cut_off(context(text, language))) == ["truncated.sentence"]


@pytest.mark.parametrize(("language", "text"), WHOLE)
def test_a_headline_is_left_alone(language: str, text: str) -> None:
    assert cut_off(context(text, language)) == []


@pytest.mark.parametrize(
    "text",
    [
        "“The folding stove boils a litre in four minutes, and it leaves room.” Marta from Leeds",
        "„The folding stove boils a litre in four minutes, and it leaves room.“ Marta from Leeds",
        "The folding stove boils a litre in four minutes and leaves your rucksack #camping",
        "The folding stove boils a litre in four minutes\nand leaves your rucksack",
        "THE FOLDING STOVE BOILS A LITRE IN FOUR MINUTES AND LEAVES YOUR RUCKSACK",
    ],
)
def test_what_is_no_prose_is_not_judged(text: str) -> None:
    assert cut_off(context(text, "en")) == []


def test_every_language_that_is_learnt_has_weights() -> None:
    assert end_languages() == TATOEBA.keys()
    assert EndModel.of("tlh") is None


def test_an_item_that_has_the_last_word_speaks_for_a_headline() -> None:
    model = EndModel.of("en")
    assert model is not None
    text = "A stove that folds flat for every rucksack"
    given = model.score(text, context(text, "en", bag="rucksack").facts)
    assert given < model.score(text, context(text, "en").facts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Soft wool. It keeps you", "It keeps you"),
        ("羊毛です。毎朝の", "毎朝の"),
        ("Soft wool", "Soft wool"),
        ("Soft wool.", "Soft wool."),
    ],
)
def test_the_last_sentence_stands_behind_the_last_mark(text: str, sentence: str) -> None:
    assert last_sentence(text) == sentence


def test_words_of_an_empty_sentence_say_nothing() -> None:
    assert word_features("–", "en") == set()


@pytest.mark.parametrize("language", ["en", "th", "ja", "zh"])
def test_texts_are_learnt_from_at_places_between_their_words(language: str) -> None:
    text = {"en": "Soft wool", "th": "ผ้านุ่มมาก", "ja": "毎朝の一杯です", "zh": "每天早上一杯茶"}
    bounds = word_bounds(text[language], language)
    assert bounds == sorted(set(bounds))
    assert all(0 < one < len(text[language]) for one in bounds)


def test_a_text_is_told_as_its_whole_score_tells_it() -> None:
    for language, text in (*CUT, *WHOLE):
        model = EndModel.of(language)
        assert model is not None
        for end in range(6, len(text) + 1):
            shown = text[:end].rstrip()
            facts = context(shown, language).facts
            score = model.score(shown, facts)
            assert model.is_cut(shown, facts, score - 0.01)
            assert not model.is_cut(shown, facts, score + 0.01)


@pytest.mark.parametrize(("language", "text"), [*CUT, *WHOLE])
def test_a_score_is_the_sum_of_the_features_that_are_learnt(language: str, text: str) -> None:
    words, form = (weights_of(one) for one in (language, SHARED))
    facts = context(text, language).facts
    said = sum(words.get(one, 0.0) for one in word_features(last_sentence(text), language))
    features = form_features(text, language, said, facts)
    model = EndModel.of(language)
    assert model is not None
    expected = sum(form.get(name, 0.0) * value for name, value in features.items())
    assert model.score(text, facts) == pytest.approx(expected)
