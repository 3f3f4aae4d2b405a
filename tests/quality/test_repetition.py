"""What is said twice, and what languages and good copy double on purpose."""

import pytest

from copygen.models import Severity
from copygen.quality.checks.repetition import repeated
from copygen.quality.facts import MendableViolation
from tests.support.quality_fields import context, rules

TWICE = [
    # A word, in languages that double none, and small words in those that do.
    ("en", "A scarf for for cool evenings", "word"),
    ("en", "The lamp that that likes being small.", "word"),
    ("en", "Light enough to carry, warm enough enough. Try it.", "word"),
    ("en", "Soft soft soft soft soft silk", "word"),
    ("de", "Ein Schal für für jeden Mantel", "word"),
    ("de", "Die Die Seide fällt weich", "word"),
    ("de", "Seide, die sich sich anschmiegt.", "word"),
    ("fr", "Une bougie pour pour les soirs d'hiver", "word"),
    ("es", "El aceite que que nace en la sierra", "word"),
    ("pt", "Um café com com gosto de serra", "word"),
    ("it", "Una borsa per per tutta la giornata", "word"),
    ("nl", "Een tas van van canvas", "word"),
    ("sv", "En filt som håller håller värmen", "word"),
    ("da", "Et krus som som holder på varmen", "word"),
    ("nb", "En genser til til fjellet", "word"),
    ("fi", "Sukat jotka jotka lämmittävät", "word"),
    ("pl", "Miód który który pachnie łąką", "word"),
    ("cs", "Hrnek který který drží teplo", "word"),
    ("ro", "O farfurie pentru pentru mese lungi", "word"),
    ("hu", "Egy szappan a a mosdó szélén", "word"),
    ("ru", "Шаль для для долгой зимы", "word"),
    ("uk", "Свічка для для довгих вечорів", "word"),
    ("bg", "Розова вода за за кожата", "word"),
    ("el", "Λάδι από από τη Μάνη", "word"),
    ("tr", "Her oda için için bir kilim", "word"),
    ("ar", "عطر من من الياسمين", "word"),
    ("fa", "زعفرانی برای برای مهمانی", "word"),
    ("he", "סבון של של בוקר", "word"),
    ("hi", "हर शाम के के लिए दुपट्टा", "word"),
    ("id", "Sambal untuk untuk makan malam", "word"),
    ("ms", "Kain yang yang ditenun tangan", "word"),
    ("vi", "Cà phê cho cho buổi sáng", "word"),
    ("ko", "여름에 입는 입는 모시", "word"),
    (None, "A scarf for the the evening", "word"),
    ("th", "ผ้าทอมือจากจากบ้านเรา", "word"),
    ("lo", "ຜ້າໄໝສຳລັບສຳລັບທ່ານ", "word"),
    ("km", "ក្រមាសម្រាប់សម្រាប់អ្នក", "word"),
    ("ja", "毎朝にに一枚", "word"),
    ("ja", "やさしさをを贈る", "word"),
    ("ja", "毎朝のやわらかいやわらかい綿", "word"),
    ("zh-Hans", "让您让您的早晨更清爽", "word"),
    ("zh-Hans", "春天的的味道", "word"),
    ("zh-Hant", "這款這款茶最適合送禮", "word"),
    # A noun or a verb, in languages that double others.
    ("fa", "برای پیاده‌روی‌های طولانی طولانی", "word"),
    ("ar", "نكهة غنية غنية وقوام متوازن", "word"),
    ("it", "Il profumo profumo che arriva in camera", "word"),
    ("it", "La moka della nonna nonna", "word"),
    ("el", "Το άρωμα άρωμα του πρωινού καφέ", "word"),
    ("he", "מזרן שמחזיק שמחזיק את הגב", "word"),
    ("hi", "सर्द रातों की सबसे सबसे नरम दोस्त", "word"),
    ("ja", "薄くひいた磁器磁器に、やわらかな白。", "word"),
    # What grammar brings together elsewhere.
    ("el", "Καφές για το το ταξίδι", "word"),
    ("sv", "En filt i i soffan", "word"),
    ("de", "Ein Tuch mit mit Fransen", "word"),
    ("de", "Das das Leder altert", "word"),
    ("fr", "Un bol en en bois", "word"),
    ("bg", "Мед от от Родопите", "word"),
    # Some words right after themselves.
    ("en", "Warm hands, one cup at a time at a time", "word"),
    ("en", "The soft woollen the soft woollen scarf", "word"),
    ("en", "Slow mornings begin with you begin with you and a pot of tea", "word"),
    ("de", "Ein Tuch für den für den Abend", "word"),
    ("fr", "Une bougie pour les pour les soirs d'hiver", "word"),
    ("es", "Aceite de la de la sierra", "word"),
    ("pt", "Um café que é que é só seu", "word"),
    ("it", "Una borsa per la per la giornata", "word"),
    ("pl", "Miód prosto z prosto z pasieki", "word"),
    ("cs", "Hrnek na čaj na čaj i kávu", "word"),
    ("uk", "Свічка для тих для тих, хто чекає", "word"),
    ("bg", "Шал, с който с който зимата минава", "word"),
    ("fil", "Malambot para sa para sa balat", "word"),
    ("id", "Kopi ini untuk pagi untuk pagi Anda", "word"),
    ("vi", "Cà phê rang cho bạn cho bạn mỗi sáng", "word"),
    ("tr", "Bu kilim her oda her oda için", "word"),
    ("hi", "दुपट्टा आपके लिए आपके लिए बुना", "word"),
    ("th", "กระเป๋าใบนี้ถือแล้วถือแล้วสวย", "word"),
    # Forms that a language which doubles words does not double.
    ("id", "Rasanya rasanya seperti di rumah", "word"),
    ("ms", "Kain ini ditenun ditenun dengan tangan", "word"),
    ("tr", "Çiçekler çiçekler arasında bir kilim", "word"),
    ("it", "La tradizione tradizione di famiglia", "word"),
    ("nl", "Een tas dat dat past bij je jas", "word"),
    # A particle three times, and a sentence behind a short lead.
    ("ja", "毎朝ににに一枚", "word"),
    ("ja", "やさしさににに包まれて", "word"),
    ("en", "Made by hand in May. Woven slowly. And remember: made by hand in May.", "sentence"),
    ("de", "Aus Wolle für den Winter. Dicht gewebt. Und wie gesagt: aus Wolle für den Winter.",
     "sentence"),
    ("fr", "Une bougie pour les soirs. Cire de soja. Oui, une bougie pour les soirs.", "sentence"),
    # A sentence, right after itself and with others between.
    ("en", "Silk for you. Made in May. Silk, for you!\nSilk for you", "sentence"),
    ("en", "A blanket for the long evening. A blanket for the long evenings.", "sentence"),
    ("en", "Lambswool for slow winter evenings.\n\n- Lambswool for slow winter evenings!", "text"),
    ("sv", "Ull för långa kvällar. Tätt vävd. Ull för långa kvällar.", "sentence"),
    ("ru", "Накинь зиму на плечи. Козий пух. Накинь зиму на плечи.", "sentence"),
    ("hi", "बनारस, आपके कंधे पर। रेशम। बनारस, आपके कंधे पर।", "sentence"),
    ("ja", "一枚で、朝がやわらかくほどける。綿です。朝がやわらかくほどける。", "sentence"),
    ("zh-Hans", "水一开，春天就到了。龙井，春天就到了。", None),
    ("zh-Hans", "水一开，春天就来到你家了。龙井，春天就来到你家了。", "sentence"),
    ("th", "นุ่มมือ เบาไหล่ อบอุ่นใจคนรับ ทอมือ อบอุ่นใจคนรับ", "sentence"),
    ("tr", "Yünün sıcağı odanızda. Yünün sıcağı odanızda.", "text"),
    ("ko", "바람이 지나가는 옷 / 바람이 지나가는 옷", "text"),
    ("my", "ပိုးထည်ကို လက်ဖြင့်ရက်သည်။ ပိုးထည်ကို လက်ဖြင့်ရက်သည်။", "text"),
    ("el", "Η ελιά στο τραπέζι σου, η ελιά στο τραπέζι σου", "text"),
    # A phrase of two words and more right behind itself, after a comma.
    ("en", "The mug that keeps your coffee warm, keeps your coffee warm all morning.", "word"),
    ("en", "Soft wool from the hills, from the hills of Wales", "word"),
    ("de", "Ein Tuch für lange Abende, für lange Abende am Kamin", "word"),
    ("de", "Leder, das mit dir altert, das mit dir altert.", "sentence"),
    ("fr", "Un thé qui sent la forêt, qui sent la forêt après la pluie", "word"),
    ("es", "El sabor del pan, del pan de siempre", None),
    ("es", "El pan que cruje, el pan que cruje como el de antes", "word"),
    ("pt", "Feito à mão no Minho, no Minho e com linho da casa", None),
    ("pt", "Feito à mão em Braga, feito à mão em Braga com linho da casa", "word"),
    ("nl", "Een fiets voor elke dag, voor elke dag en elk weer", "word"),
    ("sv", "Ull från Gotland, ull från Gotland som värmer", "word"),
    ("da", "Brød med sprød skorpe, med sprød skorpe og blød krumme", "word"),
    ("et", "Mesi otse metsast, otse metsast sinu lauale", "word"),
    ("lt", "Duona su kmynais, su kmynais ir medumi", "word"),
    ("lv", "Cimdi no mīkstas vilnas, no mīkstas vilnas ar rakstu", "word"),
    ("pl", "Chleb na zakwasie, na zakwasie i bez pośpiechu", "word"),
    ("hr", "Ulje s otoka Brača, s otoka Brača na vaš stol", "word"),
    ("ro", "Miere din flori de salcâm, din flori de salcâm și atât", "word"),
    ("ru", "Чай с горных склонов, с горных склонов Алтая", "word"),
    ("sr", "Ајвар од печене паприке, од печене паприке из Лесковца", "word"),
    ("ar", "عطر يبقى معك، يبقى معك حتى المساء", "word"),
    ("fa", "زعفرانی با عطر ماندگار، با عطر ماندگار و رنگ سرخ", "word"),
    ("ur", "گھر جیسا ذائقہ، گھر جیسا ذائقہ ہر نوالے میں", "word"),
    ("hi", "घर जैसा स्वाद, घर जैसा स्वाद हर निवाले में", "word"),
    ("bn", "গ্রামের খাঁটি মধু, গ্রামের খাঁটি মধু আপনার ঘরে", "word"),
    ("ko", "손으로 빚은 그릇, 손으로 빚은 그릇으로 차린 저녁", None),
    ("ko", "손으로 빚은 그릇에, 손으로 빚은 그릇에 담은 저녁", "word"),
    ("vi", "Nước mắm thơm nồng, thơm nồng từ Phú Quốc", None),
    ("vi", "Nước mắm ủ trong thùng gỗ, ủ trong thùng gỗ suốt một năm", "word"),
    ("id", "Keripik renyah setiap gigitan, setiap gigitan bikin nagih", "word"),
    ("tl", "Tsokolate para sa umaga, para sa umaga ng pamilya", "word"),
    ("en", "Made for rain – it keeps you dry – it keeps you dry", "sentence"),
    # A phrase of more than four words, without anything between.
    ("en", "A scarf for slow walks by the sea for slow walks by the sea", "word"),
    ("cs", "Hrnek na čaj pro dlouhé zimní večery pro dlouhé zimní večery", "word"),
    ("de", "Passt mit 180 cm 180 cm über jede Schulter", "word"),
    # The first sentence as the last, a clause again, a sentence as a part of another.
    ("de", "Worte, die bleiben. Jede Zeile ein Geschenk. Worte, die bleiben.", "sentence"),
    ("tl", "Purong kakaw, walang halo. Para sa umaga. Purong kakaw, walang halo!", "sentence"),
    ("en", "A kettle that sings in the morning, enamelled by hand. Harlow: a kettle that sings in "
           "the morning.", "sentence"),
    ("es", "Un jabón suave como la lluvia de abril. En casa ya lo sabemos todos, es un jabón suave "
           "como la lluvia de abril.", "sentence"),
    ("ru", "Плед, который греет весь вечер. Мы зовём его просто: плед, который греет весь вечер",
     "sentence"),
    ("fi", "Kynttilä, joka tuoksuu metsälle ja hiljaisille illoille. Meiltä löydät kynttilän, joka "
           "tuoksuu metsälle ja hiljaisille illoille.", "sentence"),
    ("en", "Wrap up by the fire with a cup of cocoa and a book. Then wrap up by the fire with a "
           "cup of cocoa.", "sentence"),
    ("zh-Hans", "贵州好味道。贵州好味道。来一勺。", "sentence"),
    ("zh-Hans", "让夜晚更加柔软，让夜晚更加柔软的蚕丝被", "sentence"),
    ("zh-Hant", "給自己一碗溫暖熱湯，一碗溫暖熱湯。", "sentence"),
    ("ja", "今日もお疲れさまの一杯を、今日もお疲れさまの一杯をどうぞ", "sentence"),
    ("th", "ร่มคันเล็กที่ดูแลคุณ ร่มคันเล็กที่ดูแลคุณทุกวัน", "sentence"),
    # A phrase again and again.
    ("en", "Perfect for every cosy evening, perfect for every cosy morning, perfect for every cosy "
           "night.", "phrase"),
    ("de", "Reine Seide am Morgen, reine Seide am Mittag, reine Seide am Abend, reine Seide immer",
     "phrase"),
    ("fr", "Une bougie de garrigue pour lire, une bougie de garrigue pour dormir, une bougie de "
           "garrigue pour rêver.", "phrase"),
    ("it", "Pelle morbida di giorno, pelle morbida di sera, pelle morbida al mare, pelle morbida "
           "in città", "phrase"),
    ("ja", "やわらかい朝に、やわらかい昼に、やわらかい夜に、やわらかい夢に。", "phrase"),
    ("zh-Hans", "一杯好茶给爸爸，一杯好茶给妈妈，一杯好茶给老师，一杯好茶给自己", "phrase"),
]  # fmt: skip
ON_PURPOSE = [
    ("en", "Very, very warm"),
    ("en", "Soft, so soft, and so so light"),
    ("en", "A long, long way from home"),
    ("en", "All the warmth she had had as a child"),
    ("en", "We know that that scarf is yours"),
    ("en", "Flights to Bora Bora, with Duran Duran on the radio"),
    ("en", "New York, New York. Shh. Shh. Better."),
    ("en", "Soft silk. Soft light. Soft you."),
    ("en", "Size 10 10 and 12"),
    ("en", "More time for you, more time for us, more time for tea."),
    ("en", "Made for rain.\nMade for wind.\nMade for you."),
    ("en", "Silk at last. #silk #silk"),
    ("en", "Hold on, hold on. Is that a lamp?"),
    ("en", "La la la, and the kettle sings"),
    ("en", "It is what it is. Silk is silk."),
    ("de", "Für alle, die die Sonne vermissen"),
    ("de", "Nach und nach, Tag für Tag, Stück für Stück"),
    ("de", "Waschen Sie sie von Hand"),
    ("de", "Sehr sehr weich und ganz ganz leicht"),
    ("de", "Wer wagt, gewinnt. Wer webt, gewinnt öfter."),
    ("nl", "Voor mensen die die tas kennen, als je je jas vergeet"),
    ("fr", "Quand nous nous retrouvons, vous vous taisez"),
    ("fr", "Très très doux, tout tout doucement"),
    ("es", "Muy muy suave, poco a poco"),
    ("es", "Sin prisa, sin ruido, sin plástico, sin más"),
    ("pt", "Já já chega o verão, logo logo"),
    ("it", "Piano piano la pelle impara, quasi quasi la regalo"),
    ("it", "Bella bella, calda calda, fresca fresca"),
    ("ro", "Încet încet, lutul devine farfurie"),
    ("sv", "Långt långt borta. Det det handlar om är ull."),
    ("da", "Det er det det handler om"),
    ("fi", "Hiljaa, hiljaa hyvä tulee. Se se vasta on sukka."),
    ("pl", "Bardzo bardzo ciepły, krok po kroku"),
    ("cs", "Moc moc teplý, den za dnem"),
    ("hu", "Az az íz, az a nyár"),
    ("ru", "Очень очень тёплая, еле-еле слышно, снова и снова"),
    ("bg", "Бавно бавно, капка по капка"),
    ("el", "Σιγά σιγά, σταγόνα σταγόνα"),
    ("tr", "Yavaş yavaş dokundu, renk renk serildi, güle güle kullanın"),
    ("he", "לאט לאט, יום יום"),
    ("ar", "قليلا قليلا، رويدا رويدا"),
    ("fa", "کم کم، آرام آرام"),
    ("hi", "धीरे धीरे बुना, घर घर पहुँचा, धीरे-धीरे"),
    ("bn", "ধীরে ধীরে, ঘরে ঘরে"),
    ("id", "Pelan-pelan, kupu-kupu, hati hati di jalan"),
    ("ms", "Sayang-sayang, lama-kelamaan, kemas kemas"),
    ("fil", "Araw araw, dahan dahan"),
    ("vi", "Từ từ rót, xa xa, lâng lâng"),
    ("vi", "Ra ra vào vào, hương vẫn thơm"),
    ("ko", "정말 정말 가벼운, 하루 하루 시원한"),
    ("ko", "두근두근, 차근차근, 오래오래"),
    ("ja", "さらさら、ふわふわ。ゆっくりゆっくり、ふわりふわり"),
    ("ja", "一枚一枚、ひとつひとつ、毎日毎日、人々"),
    ("ja", "冬物ののれん、子どもの野原、ははの味、もも色"),
    ("zh-Hans", "轻轻柔柔，慢慢，一片一片，一杯一杯"),
    ("zh-Hans", "放松放松，常常想起，高高兴兴，的的确确"),
    ("zh-Hant", "從從容容，一步一步，好好休息"),
    ("th", "ค่อยๆ ทอ ค่อยๆ เก็บลาย นุ่มๆ เบาๆ"),
    ("th", "ที่ที่คุณรัก ของของเรา ต่างต่างกันไป ตุ๊กตุ๊ก"),
    ("th", "ซื้อเลยเลยครับ นานา"),
    ("lo", "ຄ່ອຍໆ ນຸ່ມໆ"),
    ("km", "បន្តិចម្តងៗ ស្អាតស្អាត"),
    ("my", "ဖြည်းဖြည်း နူးနူးညံ့ညံ့"),
    (None, "Yavaş yavaş, piano piano, dhire dhire"),
    ("en", "Step by step by step, a basket grows"),
    ("en", "On and on and on it glows"),
    ("en", "Again and again and again"),
    ("en", "Tick tock tick tock, teatime"),
    ("en", "New York New York by night"),
    ("en", "At a time, at a time of your own"),
    ("en", "Day after day after day, warm"),
    ("en", "Made for you. Yes, for you."),
    ("en", "A cup of tea. Your cup of tea."),
    ("de", "Schritt für Schritt für Schritt"),
    ("de", "Mehr und mehr und mehr Licht"),
    ("fr", "Petit à petit à petit, la cire fond"),
    ("es", "Poco a poco a poco"),
    ("it", "Passo dopo passo dopo passo"),
    ("nl", "Wij weten dat dat past, zorg dat dat zo blijft"),
    ("nl", "Als het om koffie gaat, dat dat weet je"),
    ("sv", "Steg för steg för steg"),
    ("pl", "Krok po kroku, krok w krok"),
    ("ru", "Снова и снова и снова"),
    ("vi", "Bập bùng bập bùng ánh lửa"),
    ("id", "Jalan jalan, makan makan"),
    ("ms", "Ramai ramai, sikit sikit"),
    ("tr", "Basamak basamak, adım adım"),
    ("hi", "अपने अपने रंग, साथ साथ, करते करते"),
    ("ja", "ますます美しく、ますますやさしく"),
    ("ja", "はははと笑う、ふわふわふわふわ"),
    ("th", "ค่อยค่อยทอ เรื่อยเรื่อย"),
    ("ko", "둘이 함께 둘이, 천천히 천천히"),
    # A pronoun and an article, a verb's adverb and a preposition, a pronoun twice, behind a hyphen.
    ("el", "Γέμισέ το το πρωί, πιες το το βράδυ."),
    ("el", "Δοκίμασέ την την Κυριακή, φόρεσέ τον τον χειμώνα"),
    ("sv", "Soffan du sitter i i kväll"),
    ("nb", "Genseren du går i i dag"),
    ("da", "Skoene du går i i morgen"),
    ("de", "Ein Glas, in dem dem Wein nichts fehlt, und ist das das Leder?"),
    ("de", "Von Anfang an an deiner Seite, fang gleich an mit mir"),
    ("nl", "Wist je dat dat brood morgen nog knapperig is?"),
    ("fr", "Faites-le le soir, prenez-la la nuit, tout en en gardant un peu"),
    ("pt", "Bebe-o o gato todo"),
    ("ca", "Agafa-la la setmana que ve, i si si, ens ens agrada"),
    ("ro", "Ia-o o dată cu tine"),
    ("bg", "Ти си си същият, а сме си си у дома"),
    ("hr", "Ja sam sam, ali je je lijepo"),
    ("sr", "Ја сам сам са чашом"),
    ("sk", "Čo si si kúpil dnes?"),
    ("sl", "Kaj si si kupil, ko sem sem prišel?"),
    ("ru", "Все все знают, мы мы и есть"),
    ("he", "הוא הוא הטעם של בית"),
    ("ar", "خطوة خطوة، قطرة قطرة، شوي شوي"),
    ("ar", "رويدًا رويدًا يحكي الياسمين"),
    ("fa", "لایه لایه، ذره ذره، رنگ رنگ"),
    ("el", "Πρωί πρωί, το πρωί πρωί, λίγο λίγο"),
    ("it", "Il pane caldo caldo, un caffè caffè"),
    ("ja", "季節季節の花、土地土地の味、毎日毎日の一杯"),
    # A question and its answer.
    ("en", "Another slice of this? Another slice of this. Always."),
    ("nl", "‘Nog een plakje?’ ‘Nog een plakje.’ Boerenkaas."),
    ("de", "Noch ein Löffel? Noch ein Löffel."),
    ("fr", "Encore une tasse ? Encore une tasse."),
    ("es", "¿Otra copa más? Otra copa más."),
    ("ja", "もう一杯いかがですか？もう一杯いかがですか。"),
    ("zh-Hans", "再来一杯怎么样？再来一杯怎么样。"),
    # Said again behind a comma on purpose: brief, a whole sentence, three times, each with each.
    ("en", "So soft, so soft it hurts"),
    ("en", "Let it snow, let it snow, let it snow"),
    ("en", "Never again, never again a cold foot"),
    ("en", "Day after day, day after day, the same good bread"),
    ("en", "Click, clack, click, clack, and the bag is shut"),
    ("en", "Three reasons: the sausage, the sausage and the mustard"),
    ("fr", "Trois raisons : le saucisson, le saucisson et la tomate."),
    ("de", "Immer wieder, immer wieder anders"),
    ("de", "Der Morgen, der Morgen gehört dir"),
    ("cs", "Ruce, ruce, ruce: celý den dřou"),
    ("hr", "Usisava, usisava i usisava."),
    ("it", "Il mare, il mare e poi il mare"),
    ("es", "Pan con aceite, pan con tomate, pan con todo"),
    # A refrain with a change, a rhyme of clauses, a brief frame.
    ("en", "A bag for every day. A bag for every night."),
    ("en", "Simply good. From the first sip to the last. Simply good."),
    ("de", "Für alle, die gerne wandern. Für alle, die gerne bleiben."),
    ("ru", "Для тех, кто любит утро. Для тех, кто любит вечер."),
    ("zh-Hans", "慢慢来，慢慢来，茶不急"),
    ("zh-Hans", "够香，够香才够味"),
]


@pytest.mark.parametrize(("language", "text", "rule"), TWICE)
def test_what_is_said_twice_is_found(language: str | None, text: str, rule: str | None) -> None:
    found = repeated(context(text, language))
    assert rules(found) == ([f"repetition.{rule}"] if rule else [])
    assert all(one.severity is Severity.ERROR and one.span and one.fix for one in found)


@pytest.mark.parametrize(("language", "text"), ON_PURPOSE)
def test_what_is_doubled_on_purpose_is_left_alone(language: str | None, text: str) -> None:
    assert repeated(context(text, language)) == []


def test_a_name_may_say_a_word_twice_and_is_not_said_twice() -> None:
    assert repeated(context("The Tam Tam Stool", "en", name="Tam Tam Stool")) == []
    assert rules(repeated(context("The Tam Tam Stool", "en", name="Tam Stool"))) == [
        "repetition.word"
    ]


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("ใหม่ ผ้าพันคอไหมแพรวา ทอมือทุกผืน สวมสบาย ผ้าพันคอไหมแพรวา วันนี้", []),
        ("ใหม่ ผ้าพันคอไหมแพรวา ผ้าพันคอไหมแพรวา วันนี้", ["repetition.sentence"]),
        ("ใหม่ สวมสบายได้ทุกวันเลย ทอมือทุกผืน สวมสบายได้ทุกวันเลย วันนี้", ["repetition.sentence"]),
    ],
)
def test_a_product_may_be_named_again_between_blanks_but_not_at_once(
    text: str, rule: list[str]
) -> None:
    assert rules(repeated(context(text, "th", name="ผ้าพันคอไหมแพรวา"))) == rule


def test_a_long_description_may_name_its_product_often() -> None:
    named = " ".join(f"Halden Wool Blanket {n} is woven in {n}." for n in "abcdef")
    assert repeated(context(named, "en", name="Halden Wool Blanket")) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Soft silk for you. Soft silk for you.", "Soft silk for you."),
        ("ふれるたび、朝になる。ふれるたび、朝になる。", "ふれるたび、朝になる。"),
        ("ผ้าทอมือที่รอเจ้าของ ผ้าทอมือที่รอเจ้าของ", "ผ้าทอมือที่รอเจ้าของ"),
        ("Soft silk for you, soft silk for you.", None),
        ("Soft silk for you.\n\nSoft silk for you.", None),
    ],
)
def test_the_second_of_two_is_taken_out_where_a_sentence_ends(text: str, left: str | None) -> None:
    (found,) = repeated(context(text))
    assert isinstance(found, MendableViolation) is (left is not None)
    if isinstance(found, MendableViolation):
        start, end, replacement = found.mend
        assert f"{text[:start]}{replacement}{text[end:]}".strip() == left
