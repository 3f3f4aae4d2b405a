"""Good copy that looks like a fault, each beside the fault that it looks like."""

import pytest

from tests.quality.rates import Judges, errors

NAME = {"name": "Xyz"}
SAID_OF_WRITING = (
    ("de", "Hier ist der Platz für deinen ersten Entwurf. Und für den zweiten."),
    ("da", "Her er plads til første udkast. Og til det, du fortryder."),
    ("de", "Der beste Satz ist manchmal der, den keiner mehr lesen kann."),
)
TALK = (
    # Of two drafts in one sentence there is no telling whose they are.
    ("en", "Here's your first draft, your second draft and the one you finally send."),
    ("en", "Here is the first draft and a second draft."),
    ("es", "Aquí está el texto, un texto breve.\n\nSeda para noches frescas."),
    ("sv", "Här är texten, en kort text.\n\nRent siden."),
    ("en", "Here is your living room throw description.\n\nSilk for cool evenings."),
    ("en", "Here is a room for kids description. Silk for cool evenings."),
    ("en", "Here is the space on the banner filled with your draft."),
    ("en", "Here is the space for your draft. This scarf keeps you warm in the evening."),
    ("de", "Hier ist Platz für deinen Entwurf.\n\nSeide für kühle Abende."),
    ("en", "Certainly, should it be this long? Silk for long evenings."),
    ("fr", "Bien sûr, voulez-vous un texte plus court ? Soie douce."),
    ("ru", "Конечно, без проблем."),
    ("it", "Certamente, nessun problema."),
    ("de", "Natürlich, kein Problem."),
    ("en", "Is anyone there? Internal server error."),
    ("nl", "Zwart of oker? Vergeet niet de link toe te voegen."),
    ("ja", "英語と「日本語」のどちらで書きますか。"),
    ("ko", "영어 또는 '한국어'로 작성할까요?"),
    ("en", "Here is your first draft. Silk for cool evenings."),
    ("de", "Hier ist dein Werbetext. Seide für kühle Abende."),
    ("en", "Here is a room description text. Soft light, warm wool."),
    ("de", "Niemand kann diesen Text ohne weitere Angaben schreiben."),
    ("es", "Mi propuesta: lana cálida."),
    ("sv", "Mitt förslag: varm ull."),
    ("zh", "文案如下：温暖羊毛。"),
    ("pl", "Zimno? Daj znać, jeśli chcesz krótszą wersję."),
    ("en", "Ready for winter? I can write another version if you like."),
    ("ko", "물론이죠! 한 잔 더."),
    ("zh", "好的，丝巾轻柔贴肤。"),
    ("nb", "Noe gikk galt. Prøv igjen senere."),
)
ANSWERS = (
    ("ar", "طبعاً لا تسبب الحكة، اسألوا القطة."),
    ("ca", "Teula o molsa? No hi ha resposta dolenta."),
    ("cs", "„Kolik je?“ „Půl šesté. A dobře mi je.“"),
    ("ko", "그럼요, 따갑지 않아요. 고양이한테 물어보세요."),
    ("zh", "好的，再睡一会儿也来得及？别睡了，麦片泡好了。"),
    ("nb", "Enkel eller dobbel konsonant? Visk ut og prøv igjen"),
    ("nb", "Selvsagt klør det ikke."),
    ("de", '"Are we there yet?" Die Kinder fragen auf Englisch, die Karte antwortet auf Deutsch.'),
)
DIALOGUES = (
    ("sv", "– Din tur.\n– Jag vet."),
    ("pt", "— Sua vez.\n— Eu sei."),
    ("hi", "– तुम्हारी बारी।\n– पता है।"),
    ("bg", "„Къде е тоалетната?“ „Навсякъде.“ Добре дошъл в планината."),
    ("hi", "हल्की-हल्की, गरम-गरम"),
    ("da", "Væggen var hvid. Det er der ingen, der husker"),
    ("en", "– Your turn.\n– I know."),
    ("ru", "— Спишь?\n— Нет."),
    ("ja", "— きみの番。\n— わかってる。"),
)
LISTS = (
    ("en", "— Soft silk.\n— Light silk."),
    ("en", "- Your turn.\n- I know."),
    ("de", "Warme Wolle. Niemand hat mir den Preis genannt."),
    ("nb", "Varm ull. Ingen pris var oppgitt."),
    ("en", "– Warm and soft.\n– Made to last.\n– Easy to wash."),
    ("de", "– Reine Wolle.\n– Lange Abende.\n– Waschbar."),
    ("fr", "– Laine douce.\n– Longues soirées."),
    ("ru", "– Чистая шерсть.\n– Ручная стирка."),
    ("zh", "— 纯羊毛。\n— 可手洗。"),
    ("ur", "— نرم اون۔\n— لمبی شامیں۔"),
)
OF_NOTHING = (
    ("de", "Der Text nennt keine Zahlen und kein Datum."),
    ("de", "Seide für kühle Abende. Es wurden keine Superlative verwendet."),
    ("de", "Diese Antwort enthält keine erfundenen Fakten."),
    ("sv", "Texten innehåller ingen överdrift."),
    ("da", "Der blev ikke nævnt nogen pris, og ingen emojis er brugt."),
    ("nb", "Teksten inneholder ingen emojier."),
    ("en", "As nobody specified a tone, the text is neutral."),
    ("fr", "Le texte ne cible personne en particulier."),
    ("es", "Seda para noches largas. El texto no menciona a nadie."),
    ("pt", "Seda para noites longas. O texto não menciona ninguém."),
    ("zh", "没有人指定语气，所以文案保持中性。"),
    ("ja", "長い夜のためのシルク。 この文章は誰にも言及していません。"),
)
IN_SHORT = (
    ("ca", "En dues paraules: un altre."),
    ("tl", "Dalawang salita: isa pa."),
    ("hu", "Szó, mint száz: csukd be a szemed"),
    ("th", "สั้นๆ สองคำ: อีกแก้ว"),
)
LABELLED = (
    ("es", "Texto, pocas palabras: seda suave."),
    ("fr", "Slogan en mots: soie douce."),
    ("de", "Text in Worten: warme weiche Decke."),
)
CONTRASTS = (
    ("fr", "Version officielle : pour le canapé. Version du chat : pour le chat."),
    ("nb", "Valg én: huske alt. Valg to: skrive det ned."),
    ("bg", "Първи вариант: да помниш всичко. Втори вариант: да си го запишеш."),
    ("lt", "Pirmas variantas: viską atsiminti. Antras variantas: užsirašyti."),
)
SEVERAL = (
    # By its length a version of a text is called, whatever it says.
    ("es", "Versión corta: un cuaderno. Versión larga: todo lo que escribas dentro."),
    ("de", "Kurze Version: endlich warm. Lange Version: weich wie Schnee, jeden Abend."),
    ("ru", "Короткая версия: наконец тепло. Длинная версия: мягко как снег."),
    ("en", "Short version: Pure silk. Long version: a scarf that keeps the evening warm."),
    ("pl", "Krótka wersja: Czysty jedwab. Długa wersja: szal, który ogrzeje wieczór."),
    ("ko", "짧은 버전: 순수 실크. 긴 버전: 저녁을 따뜻하게 하는 스카프."),
    ("he", "אפשרות א: משי רך לערבים קרים. אפשרות ב: צעיף לערב."),
    ("uk", "Варіант А: М'який шовк. Варіант Б: Теплі вечори."),
    ("en", "Headline one: warm at last. Headline two: soft as snow."),
    ("en", "Instagram post: Pure silk. Facebook post: Warm evenings."),
    ("en", "Title: Silk scarf. Meta title: soft silk"),
    ("en", "Option A: soft silk. Option B: warm silk. Let me know if you want more options."),
    ("en", "Here is your headline: Soft silk. Here is your description: a scarf for the evening."),
    ("tr", "İşte başlık: Yumuşak ipek. İşte metin: akşamlar için atkı."),
    ("ar", "إليك العنوان: حرير ناعم. إليك النص: وشاح للأمسيات الطويلة."),
    (
        "de",
        "Erste Version: Seide für kühle Abende. Zweite Version: Ein Hauch von Rot für jeden Tag.",
    ),
    ("en", "First version: Silk for cool evenings. Second version: A touch of red for every day."),
    ("lt", "Pirmas variantas: Šilkas vėsiems vakarams.\nAntras variantas: Raudonas dvelksmas."),
)
QUOTING = (
    ("fi", '"Coffee first", sanoo muki. Suomalainen ei sano mitään, juo vain.'),
    ("fr", "« Slow coffee », disent-ils à Seattle. Chez nous, on prend son temps."),
    ("ja", "マグには「Coffee first」。わたしたちは、うなずくだけ。"),
    ("sl", "»Coffee first,« pravi skodelica. Mi samo prikimamo."),
    ("nl", "Kladje, kladje, kladje, brief."),
    ("et", "Vabandust, jaanuar. Me jääme koju."),
    ("de", "Auf dem Becher steht „Coffee first“. Wir nicken nur und trinken in aller Ruhe."),
)
FOREIGN = (
    ("lv", "Coffee first, always and for everyone. Mēs tikai pamājam."),
    ("lv", "„Mīksta sega“, a soft blanket for the whole family and friends."),
    ("et", "Pehme tekk. Mekana deka za cijelu obitelj i prijatelje."),
    ("hi", "इस चाय का रंग बहुत गहरा है, चव अप्रतिम आहे आणि, इसकी खुशबू सबको पसंद है।"),
    ("de", 'Decke Halden: "Pure lambswool woven for long evenings on the sofa"'),
    ("en", 'Lambswool. "Reine Lammwolle, gewebt in Schottland, für lange Abende."'),
    ("fr", "Plaid Halden « A throw of pure lambswool that keeps you warm all evening. »"),
    ("ru", "Плед Халден «Чиста вовна для довгих вечорів на дивані, що зігріє вас узимку»"),
    ("it", "Coperta: 'Pure lambswool woven for long evenings on the sofa'"),
)
ENDED = (
    ("et", "Jahvata. Vala. Oota. Joo"),
    ("es", "Muele. Espera. Huele. Espera un poco más. Bebe"),
    ("vi", "Từ từ, từng ngụm một"),
    ("de", "Warme Wolle für kalte Nächte, die jeden Tag zu etwas Besonderem macht"),
    ("nl", "Warme wol voor koude nachten, die elke avond bijzonder maakt"),
)
CUT_OFF = (
    ("en", "Grind. Pour. Wait. Dri"),
    ("vi", "Mỗi tối cả nhà lại đắp một"),
)
MONTHS = (
    ("ko", "1월의 밤은 길어요."),
    ("ja", "ごめんね、1月。"),
    ("zh", "1月的早晨，热茶一杯。"),
    ("ko", "미안, 1월. 오늘은 집에 있을게."),
    ("ja", "12月の夜は長い。"),
    ("zh", "你好，3月。窗外有风。"),
)
DATES = (
    ("ko", "1월까지 세일."),
    ("ja", "1月限定の味。"),
    ("zh", "1月底前下单有礼。"),
    ("zh", "保修6月，丝巾轻柔。"),
    ("zh", "轻柔丝巾，3月到货。"),
    ("zh", "试用3月，不满意可退。"),
    ("zh", "3月的早晨，新品到货。"),
    ("ja", "9月入荷。"),
    ("ja", "保証6月の毛布。"),
    ("ja", "5月に生まれた味。"),
    ("ko", "양모 담요, 9월 입고."),
    ("ko", "12월의 밤, 할인 중인 담요."),
    ("zh", "9月的风里采制的茶。"),
    ("ja", "5月の朝に摘んだ茶葉。"),
    ("ko", "5월 아침에 딴 찻잎."),
)
BEATS = (
    ("pt", "Pão, azeite, sal. Pão, azeite, sal. Há rotinas que não cansam."),
    ("da", "Kun et kapitel mere. Kun et kapitel mere, mor."),
    ("en", "One more chapter to go. One more chapter to go, mum."),
)
TWICE = (
    ("fr", "Laine, lin, coton. Laine, lin, coton."),
    ("en", "Soft wool for nights. Soft wool for nights, made in Norway by hand."),
    ("en", "Warm wool for cold days. Warm wool for cold days, always."),
    ("de", "Warme Wolle für kalte Tage. Warme Wolle für kalte Tage, immer."),
    ("ru", "Тёплая шерсть для холодных дней. Тёплая шерсть для холодных дней, всегда."),
    ("en", "Order it today and stay warm. It is soft. Order it today and stay warm, mum."),
    ("en", "Soft, warm, light. Soft, warm, light. Buy the Xyz."),
    ("en", "Soft, warm, light. Pure wool. Soft, warm, light. And more."),
    ("en", "Soft, warm, light. Soft, warm, light. Soft wool for you. Soft wool for you. And more."),
    ("pt", "Pão, azeite, sal. Pão, azeite, sal. Pão, azeite, sal. Pão, azeite, sal. Rotina."),
)


@pytest.fixture(scope="module")
def judges() -> Judges:
    return Judges()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        *(*SAID_OF_WRITING, *ANSWERS, *IN_SHORT, *CONTRASTS, *QUOTING),
        *(*ENDED, *MONTHS, *BEATS, *DIALOGUES),
    ],
)
def test_copy_that_looks_faulty_is_left_alone(judges: Judges, language: str, text: str) -> None:
    assert not errors(judges.of(language).check(text, NAME, None, item_id="1"))


@pytest.mark.parametrize(
    ("language", "text"),
    [*TALK, *OF_NOTHING, *LABELLED, *SEVERAL, *LISTS, *FOREIGN, *CUT_OFF, *DATES, *TWICE],
)
def test_what_it_looks_like_is_found(judges: Judges, language: str, text: str) -> None:
    assert errors(judges.of(language).check(text, NAME, None, item_id="1"))
