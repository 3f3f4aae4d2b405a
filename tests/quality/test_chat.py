"""What chat models say around copy, in many languages: found there, and left alone in copy."""

import pytest

from copygen.models import Message
from copygen.quality.checks import chat
from copygen.quality.checks.chat import RULES, ChatCheck
from copygen.quality.facts import CheckContext, Facts, MendableViolation
from copygen.quality.normalize import Form, NormalizedText
from copygen.quality.phrases import PhraseReader, languages, list_tags, speech
from tests.quality.misses import Faulty, faulty_replies
from tests.quality.rates import Good, good_texts
from tests.support.quality_fields import MEASURES, context

FOUND = [
    ("uk", "leftovers.opening", "Із задоволенням допоможу. Шовк, що зігріває вечори."),
    (
        "cs",
        "leftovers.task",
        "Reklamní text pro šátek v češtině, jak bylo požadováno. Večery bez zimy.",
    ),
    ("es", "leftovers.closing", "Seda para las noches frescas. ¡Espero que te sirva! 😊"),
    ("nl", "leftovers.closing", "Zijde voor koele avonden. Succes met de campagne!"),
    (
        "nb",
        "refusal.reply",
        "Beklager, det ser ut til at meldingen din var tom. Hva ønsker du hjelp med i dag?",
    ),
    # refusals, questions back, failures
    ("en", "refusal.reply", "I'm sorry, but I can't help with that request."),
    ("en", "refusal.reply", "I cannot write this text because I have no information about it."),
    ("de", "refusal.reply", "Es tut mir leid, aber dabei kann ich nicht helfen."),
    (
        "de",
        "refusal.reply",
        "Leider fehlen mir Informationen zum Produkt. Was kostet es?",
    ),
    ("fr", "refusal.reply", "Je suis désolé, mais je ne peux pas répondre à cette demande."),
    ("es", "refusal.reply", "Lo siento, no puedo ayudar con eso."),
    ("it", "refusal.reply", "Mi dispiace, non sono in grado di scrivere questo testo."),
    ("pt", "refusal.reply", "Desculpe, não posso ajudar com esse pedido."),
    ("nl", "refusal.reply", "Het spijt me, maar daar kan ik niet bij helpen."),
    ("pl", "refusal.reply", "Przepraszam, ale nie mogę spełnić tej prośby."),
    ("tr", "refusal.reply", "Üzgünüm, bu isteği yerine getiremiyorum."),
    ("ru", "refusal.reply", "Извините, я не могу выполнить этот запрос."),
    ("uk", "refusal.reply", "Вибачте, але я не можу допомогти з цим запитом."),
    ("ar", "refusal.reply", "عذرًا، لا أستطيع كتابة هذا النص."),
    ("he", "refusal.reply", "אני מצטער, אבל אני לא יכול לעזור בבקשה הזו."),
    ("hi", "refusal.reply", "क्षमा करें, मैं यह अनुरोध पूरा नहीं कर सकता।"),
    ("th", "refusal.reply", "ขออภัยค่ะ ฉันไม่สามารถช่วยเรื่องนี้ได้"),
    ("vi", "refusal.reply", "Xin lỗi, tôi không thể hỗ trợ yêu cầu này."),
    ("id", "refusal.reply", "Maaf, saya tidak bisa membantu permintaan ini."),
    ("ja", "refusal.reply", "申し訳ありませんが、そのご依頼にはお応えできません。"),
    ("ko", "refusal.reply", "죄송합니다. 해당 요청은 도와드릴 수 없습니다."),
    ("zh", "refusal.reply", "抱歉，我无法完成这个请求。"),
    ("fi", "refusal.reply", "Valitettavasti en voi auttaa tässä pyynnössä."),
    ("en", "refusal.reply", "Could you please provide the name of the product?"),
    ("sv", "refusal.reply", "Något gick fel. Försök igen senare."),
    ("sr", "refusal.reply", "Извините, дошло је до прекида везе са сервером. Покушајте касније."),
    ("tl", "refusal.reply", "Pasensya na po, nagkaroon ng problema sa koneksyon. Pakiulit po."),
    (
        "ja",
        "refusal.reply",
        "すみません、うまく読み取れませんでした。もう一度ご入力いただけますか？",
    ),
    # talk before the copy
    ("en", "leftovers.opening", "Sure! Here is your headline:\nSoft silk"),
    ("de", "leftovers.opening", "Gerne! Hier ist eine Überschrift:\nWeiche Seide"),
    ("fr", "leftovers.opening", "Voici ma proposition : la soie du soir"),
    ("es", "leftovers.opening", "¡Claro! Aquí tienes el titular:\nSeda suave"),
    ("cs", "leftovers.opening", "Samozřejmě! Zde je nadpis:\nJemné hedvábí"),
    ("el", "leftovers.opening", "Βεβαίως! Ορίστε ο τίτλος:\nΑπαλό μετάξι"),
    ("th", "leftovers.opening", "ได้เลยค่ะ นี่คือพาดหัว:\nผ้าไหมนุ่ม"),
    ("ja", "leftovers.opening", "承知しました。以下が見出しです：\nやわらかな絹"),
    ("en", "leftovers.opening", "My suggestion for the scarf copy:\n\nSoft silk for cool evenings"),
    ("en", "leftovers.label", "SmolLM:\n\nA pillow that remembers you."),
    ("de", "leftovers.label", "Assistant: Ein Kissen, das dich kennt."),
    # the note of a re-ask, given back
    ("it", "leftovers.task", "Sembra in italiano, non in inglese: scrivere in italiano."),
    ("fr", "leftovers.task", "Ce semble être en français, pas en anglais; corrigez."),
    ("ja", "leftovers.task", "これは英語のようです。日本語で書いてください。"),
    ("th", "leftovers.task", "ดูเหมือนเป็นภาษาอังกฤษ ไม่ใช่ภาษาไทย"),
    # the copy within a sentence about it
    ("en", "leftovers.label", 'The slogan for the scarf is "Paper that keeps your heart".'),
    ("de", "leftovers.label", "Der Slogan lautet: „Papier, das dein Herz bewahrt“."),
    ("fr", "leftovers.label", "Le slogan de l'écharpe est « La soie du soir »."),
    ("es", "leftovers.label", 'El eslogan para la bufanda es "La seda que te abriga"'),
    ("th", "leftovers.label", 'สโลแกนของผ้าพันคอคือ "ไหมนุ่มเพื่อคุณ"'),
    ("ja", "leftovers.label", "「Hanami」のキャッチコピーは「心を記録する紙」です。"),
    ("ko", "leftovers.label", '스카프의 광고 문구는 "마음을 담는 종이"입니다.'),
    ("ru", "leftovers.label", "Слоган для шарфа — «Шёлк, который греет»."),
    ("vi", "leftovers.label", 'Tất nhiên! Hãy thử "Len mềm cho những đêm dài".'),
    ("es", "leftovers.label", '¡Claro! ¿Qué tal "Lana suave para noches largas"?'),
    ("zh", "leftovers.label", "当然！试试“柔软羊毛，陪伴长夜”。"),
    ("vi", "leftovers.label", 'Khẩu hiệu cho khăn là "Lụa mềm cho bạn".'),
    # talk after it
    ("en", "leftovers.closing", "Soft silk.\n\nLet me know if you'd like another version."),
    ("it", "leftovers.closing", "Seta morbida.\n\nFammi sapere se vuoi delle modifiche."),
    ("ja", "leftovers.closing", "やわらかな絹。\n\n他の案もご希望でしたらお知らせください。"),
    ("ko", "leftovers.closing", "부드러운 실크.\n\n수정이 필요하시면 알려 주세요."),
    ("en", "leftovers.closing", "Soft silk (28 characters)"),
    ("de", "leftovers.closing", "Weiche Seide (12 Zeichen)"),
    ("en", "leftovers.closing", "Soft silk. Feel free to adjust the text to your brand."),
    # labels
    ("de", "leftovers.label", "Überschrift: Weiche Seide"),
    ("es", "leftovers.label", "Titular: Seda suave"),
    ("zh", "leftovers.label", "【标题】轻柔丝巾"),
    ("en", "leftovers.label", "**Headline (English):** Soft silk"),
    # several
    ("en", "leftovers.several", "Option A: Soft silk\nOption B: Light silk"),
    ("en", "leftovers.several", "1. Soft silk for cool evenings\n2. Light silk for long walks"),
    ("fr", "leftovers.several", "La soie du soir\nou\nLe soir en soie"),
    ("pt", "leftovers.several", "Opção 1: Seda macia / Opção 2: Seda leve"),
    # the task, and thoughts
    ("en", "leftovers.task", "As requested, this headline is short: soft silk"),
    ("de", "leftovers.task", "Wie gewünscht, die Überschrift ist kurz. Weiche Seide"),
    ("en", "leftovers.thinking", "Let me think about the headline first.\n\nSoft silk"),
    ("en", "leftovers.thinking", "Draft: silk. Too short. Final version: Soft silk"),
    (
        "en",
        "leftovers.thinking",
        "So, tea, calm tone. One sentence is enough.\n\nSoft silk",
    ),
    ("da", "leftovers.task", "Teksten lægger vægt på ro og taler til pendlere. Blød silke."),
    ("pl", "leftovers.task", "Tekst podkreśla tradycję i kierowany jest do rodzin. Miękki jedwab."),
    ("it", "leftovers.closing", "Seta morbida. Si consiglia di aggiungere qui il link al negozio."),
    ("de", "leftovers.closing", "Weiche Seide. Bitte noch den Link zum Shop ergänzen."),
    ("nl", "leftovers.label", "Antwoord: Zachte zijde"),
    ("pt", "refusal.reply", "Desculpe, a página que procura não foi encontrada."),
    ("zh", "leftovers.thinking", "首先，用户想要一个标题，突出产品特点。\n\n轻柔丝巾"),
]
SIGNS = [
    ("fi", "leftovers.closing", "Pehmeää silkkiä.\n\nTeksti on tiivis ja vetoaa tunnelmaan."),
    ("he", "leftovers.closing", "משי רך.\n\nהמשפט קצר וקליט ומעורר סקרנות."),
    ("ar", "leftovers.task", "حرصت على أن يكون النص قصيراً كما طلبت. حرير ناعم."),
    (
        "en",
        "leftovers.thinking",
        "Hmm, scarf, silk, soft. What would work? Maybe ease.\n\nSoft silk",
    ),
    ("ja", "leftovers.closing", "やわらかなシルク。\n\nもう少し短くしましょうか？"),
    ("nl", "leftovers.closing", "Zachte zijde.\n\nIs dit wat je zocht?"),
    ("fr", "leftovers.closing", "Soie douce. (À adapter selon votre charte.)"),
    ("pl", "leftovers.closing", "Miękki jedwab.\n\nWarto jeszcze potwierdzić skład u producenta."),
    ("de", "refusal.reply", "Diesem Wunsch kann ich nicht nachkommen."),
    ("hu", "refusal.reply", "Elnézést, ezt a hirdetést nem írhatom meg."),
    ("sv", "leftovers.label", "Produkttext: Mjukt siden"),
    ("fr", "leftovers.several", "Piste A : Soie du soir.\nPiste B : Soir de soie."),
    ("zh", "leftovers.several", "其一：轻柔丝巾。\n其二：丝巾轻柔。"),
    ("en", "leftovers.several", "A) Soft silk.\nB) Silk.\nC) Stay in. Softly."),
]
"""What weak signs together show, in a language that is told."""
COPY = [
    ("fi", "Pehmeää silkkiä viileisiin iltoihin. Lue lisää verkkosivuiltamme."),
    ("en", "Sorry, cold evenings. You have met your match in silk."),
    ("en", "I'm sorry, winter: we can't hear you under all this silk scarf."),
    ("en", "Here you go: softness, folded."),
    ("en", "Sure to please: a bowl for noodles"),
    ("en", "Which colour would you choose?"),
    ("en", "Three good reasons: soft, light, yours."),
    ("en", "Let me know what you think, said nobody in this silk scarf."),
    ("en", "Option A: freeze. Option B: this scarf."),
    ("en", "First drafts are allowed to be messy.\n\nA scarf that forgives."),
    ("en", "Short lines, long letters, shopping lists. It holds them all.\n\nTell us yours."),
    ("en", "Day 1: fold\nDay 2: stay"),
    ("de", "Welche Wand nimmst du dir vor?\n\nEin neuer Ton für alte Wände."),
    ("de", "Möchtest du riechen, was wir meinen?"),
    ("fr", "Et vous, quelle sera votre première phrase ?"),
    ("ru", "Первая строка самая трудная.\n\nС чего начнёте вы?"),
    ("es", "He dejado el móvil en casa. He traído la libreta."),
    ("zh", "第一句话总是最难。\n\n你会写下什么？"),
    ("en", "10:30 Doors open for everyone\n11:00 The concert begins outside"),
    (
        "de",
        "1.5 l Kanne aus blauem Glas mit Deckel\n1.7 l fasst der Krug aus Ton, der im Garten steht",
    ),
    ("en", "As requested by every flatmate ever: silence."),
    ("en", "1. Rinse it\n2. Fill it\n3. Enjoy it"),
    ("en", "Why you will love it:\n• soft\n• light"),
    ("en", "I can't help it, I live in this scarf now."),
    ("en", "First light, first coffee, first silk."),
    ("en", "Option 1: wait. Option 2: Harrow. Your call."),
    ("de", "Option 1: Büro. Option 2: Liege."),
    ("ru", "Вариант 1: батарея. Вариант 2: плед."),
    ("en", "I can't help you get in. I can help you get out warm."),
    ("en", "Add silk to your evening."),
    ("en", "Find the link between soft and strong."),
    ("en", "The name says it all: soft."),
    ("en", "The kitchen assistant: whisks, kneads, waits."),
    ("en", 'A cotton shirt with the slogan "Be kind to bees"'),
    ("en", 'Our grandmother\'s only slogan was "sit down and eat". So sit down and eat.'),
    ("en", 'Sure, she said "maybe later", and fell asleep. "Maybe later" it is.'),
    ("de", "Deutsche Tassen, englischer Tee."),
    ("fr", "Un jardin anglais, un charme français."),
    ("fr", "Un silk scarf pour rêver en français, en anglais, en silence."),
    ("de", "Klar! Alle nennen ihn „Liebling“."),
    ("de", "Ein Hemd mit dem Spruch „Bleib wach“ auf der Brust."),
    ("ja", "「おかえり」の見出し。"),
    ("de", "Satzbau leicht gemacht.\n\n• Offline\n• Kurz"),
    ("de", "Angebote in unserem Shop."),
    ("de", "Es tut uns leid, Kälte."),
    ("de", "Natürlich! Seide auf der Haut."),
    ("de", "Das Ergebnis: weiche Haut."),
    ("fr", "Désolé pour l'hiver, cette écharpe est plus forte."),
    ("es", "Lo sentimos, frío."),
    ("ja", "はい、今夜もシルクです。"),
    ("ja", "まず、朝の一枚。"),
    ("ko", "네, 오늘 밤도 실크입니다."),
    ("zh", "好的睡眠，从丝开始"),
    ("zh", "抱歉，冬天。"),
    ("th", "ขอโทษนะ ความหนาว"),
    ("ru", "Извини, зима."),
    ("pl", "Przepraszamy, zimo."),
    (None, "Voici l'hiver, voici la soie."),
    (None, "Möchten Sie Seide spüren?"),
    (None, "Would you like silk with that?"),
]


@pytest.mark.parametrize(("language", "rule", "text"), FOUND)
def test_what_is_no_copy_is_found(language: str, rule: str, text: str) -> None:
    found = [
        one.rule for one in ChatCheck(PhraseReader()).violations(context(text, language=language))
    ]
    assert rule in found


@pytest.mark.parametrize(("language", "rule", "text"), FOUND)
def test_it_is_found_where_no_language_is_told(language: str, rule: str, text: str) -> None:
    del language
    assert list(ChatCheck(PhraseReader()).violations(context(text)))
    assert rule in RULES


@pytest.mark.parametrize(("language", "text"), COPY)
def test_copy_that_sounds_like_it_is_left_alone(language: str | None, text: str) -> None:
    of = context(text, language=language, name="Silk scarf") if language else context(text)
    assert list(ChatCheck(PhraseReader()).violations(of)) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Headline: Soft silk", "Soft silk"),
        ("**Headline:** Soft silk", "Soft silk"),
        ("Sure! Here is your headline:\nSoft silk", "Soft silk"),
        ("Soft silk\n\nLet me know if you'd like another version.", "Soft silk"),
        ("Soft silk (9 characters)", "Soft silk"),
        ("Slogan for the Silk Scarf: Soft silk", "Soft silk"),
        ("The slogan would be “Soft silk for evenings”.", "Soft silk for evenings"),
    ],
)
def test_what_can_be_taken_out_without_doubt_is(text: str, left: str) -> None:
    of = context(text, language="en", name="Silk Scarf")
    (found,) = ChatCheck(PhraseReader()).violations(of)
    assert isinstance(found, MendableViolation)
    start, end, instead = found.mend
    assert f"{text[:start]}{instead}{text[end:]}".strip() == left


def test_a_sentence_of_the_prompt_is_found_and_a_phrase_it_asks_for_is_not() -> None:
    asked = [
        Message("user", "Write one headline for the scarf. End with: Free returns for 30 days.")
    ]
    for text in (
        "Write one headline for the scarf. Soft silk",
        "Write one headline for the silk scarf, soft and light",
    ):
        echo = context(text)._replace(asked=asked)
        (found,) = ChatCheck(PhraseReader()).violations(echo)
        assert found.rule == "leftovers.echo"
    wanted = context("Soft silk. Free returns for 30 days.")._replace(asked=asked)
    assert list(ChatCheck(PhraseReader()).violations(wanted)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Name: Silk scarf\nMaterial: silk\nPrice: 39 EUR", ["leftovers.echo"]),
        ("「Silk scarf」\n素材：絹\nPrice: 39 EUR\nMaterial: silk", ["leftovers.echo"]),
        ("Soft silk for calm evenings.\nMaterial: silk", []),
        ("For the desk: pens\nFor the shelf: books\nFor you: time", []),
        ("Soft silk.\nMade by hand.\nMaterial: silk\nPrice: 39 EUR\nYours.", []),
    ],
)
def test_the_facts_of_a_prompt_line_by_line_are_no_copy(text: str, found: list[str]) -> None:
    asked = [Message("user", "Write an ad. Name: Silk scarf\nMaterial: silk\nPrice: 39 EUR")]
    of = context(text, language="en")._replace(asked=asked)
    assert [one.rule for one in ChatCheck(PhraseReader()).violations(of)] == found


def test_no_text_makes_it_raise() -> None:
    for text in ("", "\ud800", "\n\n", ":", "(", "İ", "a" * 100_000, "Sure!\n" * 5_000):
        list(ChatCheck(PhraseReader()).violations(context(text)))


@pytest.mark.parametrize(("language", "rule", "text"), SIGNS)
def test_weak_signs_together_show_what_is_no_copy(language: str, rule: str, text: str) -> None:
    found = list(ChatCheck(PhraseReader()).violations(context(text, language=language)))
    assert [one.rule for one in found] == [rule]


@pytest.mark.parametrize("language", sorted(languages()))
def test_every_list_has_all_kinds_and_nothing_twice(language: str) -> None:
    said = speech(language)
    optional = ("agreed", "numbers", "counted", "spans", "homonyms", "idle", "things", "known")
    optional += ("buyers", "nth", "gratis", "halve", "saved")  # as sentences of some are built
    for kind, phrases in said:
        if isinstance(phrases, tuple):
            assert phrases or kind in optional, kind
            assert len(set(phrases)) == len(phrases), (kind, phrases)
            assert all(one == one.strip() and one for one in phrases), kind


@pytest.mark.parametrize("asked", ["Write a bullet list.", "Schreib zwei Stichpunkte."])
def test_a_numbered_list_that_was_asked_for_is_no_several_texts(asked: str) -> None:
    text = "1. Soft silk for cool evenings\n2. Light silk for long walks"
    alone = context(text, language="en")
    assert list(ChatCheck(PhraseReader()).violations(alone))
    told = alone._replace(asked=[Message("user", asked)])
    assert list(ChatCheck(PhraseReader()).violations(told)) == []
    facts = alone._replace(asked=[Message("user", "Write one text:\n- silk\n- light")])
    assert list(ChatCheck(PhraseReader()).violations(facts))


@pytest.mark.parametrize(
    ("language", "text", "tags"),
    [
        ("no", "x", ("nb",)),
        ("de-AT", "x", ("de",)),
        (None, "絹の色", ("ja",)),
        (None, "丝巾", ("zh",)),
        (None, "12 % - 3", ()),
    ],
)
def test_a_text_is_read_in_its_language_or_in_those_of_its_letters(
    language: str | None, text: str, tags: tuple[str, ...]
) -> None:
    assert list_tags(language, NormalizedText(text)) == tags
    if language is None:
        assert "de" in list_tags(None, NormalizedText("Seide"))


def _context(one: Good | Faulty) -> CheckContext:
    return CheckContext(NormalizedText(one.text), Facts(one.item, MEASURES), one.language)


def test_a_plain_sentence_is_passed_as_all_that_follows_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the whole way as well, each plain text of the corpora has nothing that is no copy."""
    check = ChatCheck(PhraseReader())
    plain = [
        found
        for one in (*good_texts(), *faulty_replies())
        if (found := _context(one)).text.form is not Form.OTHER
    ]
    passed = [found for found in plain if not [*check.violations(found)]]
    monkeypatch.setattr(chat, "_is_plain", lambda *_: False)
    check = ChatCheck(PhraseReader())
    assert [found.text.original for found in passed if [*check.violations(found)]] == []
    assert len(passed) > 1000
