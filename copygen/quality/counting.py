"""Numbers in words: read from a text, and the words beside them, language by language.

The lists are data, in the files of `copygen.quality.phrases`.

And hours of the day that set a scene: `à 7 h du matin`, `klokka sju`, `夜十一時`.
An hour of which something opens, or until which one orders, is a promise of the shop: that is a
number like any other. Both are told by the words around a number, in figures or in words, in all
languages at once: only numbers that the item lacks are looked at.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from copygen.quality.data import Endings, table
from copygen.quality.normalize import NormalizedText, deferred
from copygen.quality.phrases import (
    folded,
    list_tags,
    number_values,
    phrase_index,
    spans_of,
    speech,
)

_JOINED: Final = deferred(r"[ -]?(?:(and|y|e|i|et|og|och|és|și|şi|и|і|да|و|ו|და|και|at|u)[ -]?)?")
"""Between the parts of one number: `hundred and fifty`, `treinta y cinco`, `vint-i-quatre`."""
SMALL: Final = 10
TEENS: Final = 19
"""From the first on numbers have more than one digit; to the second, words of their own."""
POWERS: Final = (100, 1000, 10_000, 100_000, 1_000_000, 10_000_000)
"""What a number word before them is multiplied with."""


class CountWords(NamedTuple):
    """Words beside numbers in words, of one language, folded."""

    small: frozenset[str]
    """Words that only join others."""
    homonyms: frozenset[str]
    things: tuple[str, ...]
    idle: Mapping[int, tuple[str, ...]]
    """Numbers → beginnings of what so many of claim nothing; 10 stands for all above, 0 for all
    below."""
    known: re.Pattern[str]
    """What a text ends with before a number of things that are known."""


@cache
def count_words(tag: str) -> CountWords:
    """The words beside numbers in words of a language."""
    lists, endings = speech(tag), table(Endings, "endings")
    pairs = [one.split(" ", 1) for one in lists.idle]
    return CountWords(
        frozenset(folded(f"{endings.words.get(tag, '')} {endings.perhaps.get(tag, '')}").split()),
        frozenset(map(folded, lists.homonyms)),
        tuple(map(folded, lists.things)),
        {
            number: tuple(folded(thing) for value, thing in pairs if value == str(number))
            for number in range(11)
        },
        re.compile(rf"(?:^|[\s(«„“])(?:{'|'.join(map(folded, lists.known)) or '(?!)'})\s$"),
    )


def number_runs(
    text: str, hits: Iterable[tuple[int, int]], values: Mapping[str, int]
) -> list[tuple[int, int, int]]:
    """Number words, each with those right behind it: `ten thousand`, `einhundert fünfzig`."""
    found: list[tuple[int, int, int]] = []
    for start, end in sorted(set(hits), key=lambda one: (one[0], -one[1])):
        value = values[plain_number(text[start:end])]
        if found and start < found[-1][1]:
            continue  # `dua` of `dua belas`
        if found and (joined := _JOINED.fullmatch(text, found[-1][1], start)):
            both = _joined(found[-1][2], value, is_linked=joined[1] is not None)
            if both is not None:
                found[-1] = (found[-1][0], end, both)
                continue
        found.append((start, end, value))
    return found


def _joined(before: int, value: int, *, is_linked: bool) -> int | None:
    """What two number words one behind the other are worth; None: they are two numbers."""
    if before < value:
        if value in POWERS:
            return before * value
        # Arabic has the unit first: `خمسة وعشرين`.
        is_unit_first = is_linked and before < SMALL and value % 10 == 0 and value > TEENS
        return before + value if is_unit_first else None
    part = 10 if before % 100 else 100 if before % 1000 else 1000
    return before + value if before > TEENS and value < part else None


def plain_number(word: str) -> str:
    """The word with an `i` for the small letter of `İ`, as the lists have it."""
    return word.replace("i\u0307", "i")


def numbers_in_words(text: NormalizedText, language: str | None) -> set[Decimal | int]:
    """The numbers that a text has in words of the language or of English: `three pairs`."""
    own = list_tags(language, text) if language else ()
    found: set[Decimal | int] = set()
    for tag in {*own[:1], "en"}:
        said = phrase_index((tag,), with_numbers=True).find(text.text)
        runs = number_runs(said.text, said.found("number"), number_values(tag))
        found.update(value for _, _, value in runs)
        spans = (said.text[slice(*at)] for at in said.found("span"))
        found.update(spans_of(tag)[plain_number(one)] for one in spans)
    return found


_SEEN: Final = 28
"""Characters before and behind a number that may say that it is an hour."""
_SENTENCE: Final = deferred(
    r"(?<!\bkl)(?<!\bgodz)(?<!\bplkst)[.!?…。！？।؟۔\n](?!\d)", re.IGNORECASE
)
_CLOCK_BEFORE: Final = deferred(
    r"(?:\b(?:kl\.?|klokk(?:a|en)|klockan|klo|kello|kell|plkst\.|pulksten|godz\."
    r"|godzin[aeęy]|o godzinie|pukul|jam"
    r"|saat|alas|lúc|or(?:a|ele)|a las|a les|às|alle|ore|годин[аі]|час|ob)[ -]?"
    r"|(?:الساعة|ساعت|השעה|בשעה) ?|ตี ?|\bla ora "
    r"|\b(?:a las|a les|às|alle) [^\W\d_]+ (?:menos|y|e|menys|i|meno) )$",
    re.IGNORECASE,
)
_WEAK: Final = deferred(
    r"\b(?:a las|a les|às|alle|ore|(?<!la )ora|час|ob|kell)[ -]?$", re.IGNORECASE
)
"""Before other numbers, too: `alle 7 varietà`. A pause or a part of an hour is behind an hour."""
_HOUR_GOES_ON: Final = deferred(
    r"[:.h]?\d{0,2}(?: ?(?:[.,;:!?…–—-]|$)| (?:en punt[o]?|in punto|em ponto|fix|menos|menys|meno"
    r"|(?:y|i|e) (?:media|cuarto|quart|mitja|meia|mezzo|mezza|un quarto|jumătate)))",
    re.IGNORECASE,
)
_DAY_BEFORE: Final = deferred(
    r"(?:[早晚]上|清晨|凌晨|[上下]午|傍晚|深夜|半夜|夜里|夜裡|午夜)$"
    r"|\b(?:sabah|akşam|gece|öğlen)(?:ın|leyin|ları|a doğru)? (?:saat )?$"
    r"|(?:সকাল|রাত|ভোর|সন্ধ্যা|দুপুর|বিকেল|বিকাল)[^\s]? ?$",
    re.IGNORECASE,
)
_DAY_BEFORE_GOES_ON: Final = deferred("[点點]|['’](?:d[ae]|t[ae])\\b|d[ae]\\b|টা")
_CLOCK_BEHIND: Final = deferred(
    r"(?:[:.h]\d\d)? ?(?:"
    r"(?:de la (?:mañana|tarde|noche|madrugada)|d[ae] (?:manhã|tarde|noite|madrugada)"
    r"|del (?:mattino|pomeriggio|matí|vespre)|di (?:sera|mattina|notte)|de la (?:tarda|nit"
    r"|matinada)"
    r"|h(?:eures?)? (?:du (?:matin|soir)|de l['’]après-midi|pile)"
    r"|(?:heures|uur) (?:['’]s |in de )?(?:ochtends|avonds|middags|nachts|ochtend|avond)"
    r"|uhr|o['’]clock|in the (?:morning|evening|afternoon)|at night"
    r"|(?:godzin\w+ )?(?:rano|wieczorem|nad ranem|w nocy|po południu)"
    r"|(?:час\w* )?(?:утра|вечера)|час\w* (?:ночи|дня)|(?:годин\w* )?(?:ранку|вечора)"
    r"|(?:hodin\w* )?(?:ráno|večer|odpoledne|popoludní|nadránom)|zjutraj|zvečer|ponoči|popoldne"
    r"|(?:sat[ia]? )?(?:ujutr[ou]|navečer|uveče|popodne|poslijepodne)"
    r"|(?:сат[иа]? )?(?:ујутр[оу]|увече|поподне)"
    r"|(?:часа )?(?:сутринта|вечерта|следобед)|dimineața|seara|noaptea"
    r"|-?(?:ó|o)rakor|-?kor|το (?:πρωί|βράδυ|απόγευμα|μεσημέρι)|hommikul|õhtul|öösel|no rīta"
    r"|vakarā"
    r"|(?:valand\w+ )?(?:ryto|vakaro)|giờ (?:sáng|tối|chiều|đêm|trưa|khuya)|ng (?:umaga|gabi"
    r"|hapon|madaling))\b"
    r"|صباح|مساء|فجر|صبح|בבוקר|בערב|בלילה|בצהריים|बजे|बजकर|بجے|โมง|ทุ่ม|นาฬิกา"
    r"|時(?![間期代])|[点點][钟鐘半])",
    re.IGNORECASE,
)
_AT_BEFORE: Final = deferred(r"\b(?:om|rond|tegen|lúc) $", re.IGNORECASE)
_AT_BEHIND: Final = deferred(r" ?(?:uur|giờ)\b")
_MONTH_NAME: Final = deferred(
    # a scene: its night, its rain
    r"(?<![\d年년/～~〜-])(?<!년 )(?:1[0-2]|[1-9])(?:月[的の]|월의? )"
    r"(?:(?:긴|짧은|추운|늦은|조용한|長い|寒い|静かな|长|長|冷)的? ?)?"
    r"(?:夜|朝|晩|夕|風|风|雨|雪|空|光|陽|阳光|冷|寒|清晨|早晨|早上|晚上|傍晚|午后|午後|天空|星"
    r"|月光|森|海"
    r"|밤|아침|저녁|새벽|오후|바람|비(?=[가는와도를]|\b)|눈(?=[이은과도을]|\b)|하늘|햇살|햇빛"
    r"|공기|추위|별|숲|바다)"
    # or who is spoken to
    r"|(?:ごめんね?|ごめんなさい|こんにちは|おはよう|さよなら|さようなら|ありがとう|おつかれさま"
    r"|你好|您好|抱歉|对不起|對不起|再[见見]"
    r"|谢谢|謝謝|미안(?:해|해요)?|안녕|고마워|잘 ?가|어서 ?와)[、，,。!！~ ]{1,2}(?:1[0-2]"
    r"|[1-9])[月월](?=[、，,。.!！…]|\s*\Z)"
)
_OFFER: Final = deferred(
    "保修|质保|質保|保[证証固障]|试[用用]|試用|到[货貨]|入[荷库庫]|進[貨荷]|进货|降[价價]|折"
    "|[优優]惠|特[价價売卖賣]|促[销銷]"
    "|[发發発][货貨売送布]|上[市新架线線]|出[荷货貨]|[开開][业業售卖催]|[交到收]期|[满滿]"
    "|[退换換]|セール|割引|値[引下]|キャンペーン|登場"
    "|返品|返金|予約|[预預][订訂约約售]|收[获穫]|収穫|採|采摘|生[产產産]|[制製]造|보증|체험|시험"
    "|입고|할인|세일|행사|출시|무료"
    "|환불|반품|교환|예약|특가|인하|재고|배송|발송|수확|생산|제조|개봉|오픈|한정|마감"
    "|[摘采醸酿釀焙炒]|仕込|作[らっり]|[誕诞]生|生まれ|[開开]花|만[든들]|담[근가]"
    "|빚은|볶은|[딴딸] |탄생|태어"
)
"""What is made, delivered, warranted, tried or sold by then."""
_PROMISE: Final = deferred(
    # open and closed
    r"\b(?:open|opening|clos|geöffnet|öffn|schließ|öppe|öppn|stäng|åben|åbne|lukke|åpen|åpne"
    r"|steng|geopend"
    r"|abiert|abr[ei]|cierr|aberto|fech|apert|apri|chiu|obert|obri|tanc|ouver|ouvr|ferm|auki"
    r"|avoin|sulje|avatud"
    r"|sulet|otwar|zamyk|zamkn|otevř|zavř|otvor|zatvor|odprt|zaprt|отвор|затвор|откры|закры"
    r"|работ|відкрит"
    r"|зачин|працю|deschi|închi|nyitva|zárva|ανοιχτ|ανοίγ|κλείν|κλειστ|açı|kapa|atvērt|slēg"
    r"|atidary|dirba"
    r"|buka|tutup|mở cửa|đóng cửa|bukas|sarado"
    # orders and deliveries
    r"|order|deliver|ship|bestel|bestil|beställ|liefer|versand|versend|lever|bezorg|verzend"
    r"|verzond|send"
    r"|pide|pedid|entreg|envi|enví|encomend|ordin|consegn|spedi|comand|command|livr|expédi"
    r"|lliur|tilaa|tilau"
    r"|toimit|telli|tarn|zamów|dostaw|wysy|wyśl|dostarcz|objedn|doruč|odešl|odesíl|odoš"
    r"|naroč|dostav|pošlj"
    r"|naruč|isporuč|šalj|наруч|испоруч|достав|шаљ|поръч|заказ|закаж|отправ|замов|відправ"
    r"|rendel|szállít"
    r"|παραγγ|παράδοσ|αποστολ|sipariş|kargo|teslim|pasūt|piegād|užsak|pristat|išsių|pesan"
    r"|tempah|kirim"
    r"|hantar|đặt|giao|hatid"
    # until and before
    r"|until|till|before|by (?=\d)|from (?=\d)|f[øö]r[e]? (?=k|\d)|inden|innan|senast|senest"
    r"|bis|hasta|antes"
    r"|até|fino|entro|prima|fins|abans|jusqu|avant|tot (?=\d)|vóór|asti|saakka|mennessä"
    r"|ennen|kuni|enne|do (?=\d)"
    r"|przed|před|pred|до (?=\d)|преди|перед|până|înainte|előtt|έως|μέχρι|πριν|kadar|önce"
    r"|līdz|pirms|iki"
    r"|prieš|sampai|hingga|sebelum|đến \d|trước|hanggang|bago)"
    r"|\d ?(?:h|uhr|uur|час\w*)? ?(?:[-–—]|bis|to|til|till|a|à|do|до) ?(?:kl\. |klo )?\d"
    r"|óráig|-ig\b"
    r"|مفتوح|مغلق|حتى|قبل|اطلب|توصيل|شحن|باز |بسته| تا |پیش از|سفارش|ارسال|تحویل|פתוח|סגור"
    r"|עד |לפני|הזמ|משלוח"
    r"|खुल|बंद| तक|पहले|ऑर्डर|डिलीवर|খোলা|বন্ধ|পর্যন্ত|আগে|অর্ডার|ডেলিভারি|کھل|بند| تک|پہلے"
    r"|آرڈر|ڈیلیور"
    r"|営業|開店|閉店|まで|以前|前に|前の|注文|発送|配達|届|受付|영업|까지|이전|전에|주문"
    r"|발송|배송|배달"
    r"|营业|營業|截止|之前|前下|下[单單]|[发發][货貨]|送[达達]|配送|至|ก่อน|เปิด|ปิด|ถึง"
    r"|สั่ง|ส่ง",
    re.IGNORECASE,
)
"""A sentence with such a word promises something, or may."""
LAST_HOUR: Final = 24
"""Of a day: `24:00` is said."""


def is_scene(text: str, start: int, end: int) -> bool:
    """Whether the number at `start:end` is an hour of the day, and no promise goes with it."""
    number = text[start:end]
    if number[:1].isdigit() and not _is_hour(number):
        return False
    return _is_clock(text, start, end) and not _PROMISE.search(_sentence(text, start, end))


def month_names(text: str) -> Iterator[tuple[int, int]]:
    """The months that are numbers by name (`1月`, `12월`), in a scene or spoken to.

    Any other is a date, and what is promised or sold by then is one wherever it stands.
    """
    if "月" not in text and "월" not in text:
        return
    for found in _MONTH_NAME.finditer(text):
        told = _sentence(text, *found.span())
        if not (_PROMISE.search(told) or _OFFER.search(told)):
            yield found.span()


def _is_hour(number: str) -> bool:
    figures = re.match(r"\d{1,2}(?!\d)", number)
    return figures is not None and int(figures[0]) <= LAST_HOUR


def _is_clock(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - _SEEN) : start]
    near = text[start : end + 2 * _SEEN]
    # A unit is part of a number in figures: `6 giờ`, `7 h`.
    figures = re.match(r"\d{1,2}", near)
    behind = near[figures.end() if figures else end - start :]
    if _CLOCK_BEHIND.match(behind):
        return True
    if _CLOCK_BEFORE.search(before):
        return not _WEAK.search(before) or _HOUR_GOES_ON.match(behind) is not None
    if _AT_BEFORE.search(before):
        return _AT_BEHIND.match(behind) is not None
    return bool(_DAY_BEFORE.search(before) and _DAY_BEFORE_GOES_ON.match(behind))


def _sentence(text: str, start: int, end: int) -> str:
    first = max(
        (one.end() for one in _SENTENCE.finditer(text, max(0, start - 200), start)), default=0
    )
    stop = _SENTENCE.search(text, end, end + 200)
    return text[max(first, start - 200) : stop.start() if stop else end + 200]
