"""Numbers and shares in words that the item does not have: `ten thousand`, `half price`, `二年`.

The number words, what they count and the phrases for shares are data, in the files of
`copygen.quality.phrases`.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.counting import (
    LAST_HOUR,
    POWERS,
    SMALL,
    TEENS,
    count_words,
    is_scene,
    number_runs,
    plain_number,
)
from copygen.quality.facts import CheckContext, hour_of
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said, counted_by, number_values, spans_of
from copygen.quality.quantities import HAN_NUMERALS, Quantity, han_value

# From the first of a run only: 16 000 such signs would be read from each of them. One sign alone
# stands in idioms (`三日月`, `四季`): with a time it counts, or what it is for.
_HAN_NUMBER: Final = deferred(
    rf"[{HAN_NUMERALS}](?:(?<![{HAN_NUMERALS}].)[{HAN_NUMERALS}]++"
    r"(?=[年人名種种色時时日回個个本件款家位層层道]|小[时時]|(?<!千百)次)|(?<=[百千])(?=年)"
    rf"|(?<![{HAN_NUMERALS}].)(?<=[二三四五六七八九十两兩])"
    r"(?=年(?![如级級生前後来來])|[かヶカ箇个個]月|週間|日間|時間|倍|世代|代(?:目|にわた|続|人|传|傳|匠|相|[。，、！]|$)"
    r"|日(?:かけ|がかり|以内|で[仕届完]|もつ|続く)|小[时時]|天(?:[内内质質到发發后後。，、！]|$)|周[内见]|[层層]|道[工程]|回[洗塗]"
    r"|[つ个個]星|星[级級]|人(?:用|前|[分份]|掛け)|名様|[双雙](?![手眼脚腳]))|(?<=[二三四五六七八九])(?=分(?:間|钟|鐘|で|以内)|秒|種類|种(?![子植])|款|瓶"
    r"|盒|袋|包(?![みむま])|片|粒|支|罐|斤|公[斤里尺分]|毫升|口味|人[份前分]|名[様的]|泊|枚|冊|杯(?!酢)"
    r"|段階|機能|店舗|都市|[カヶか]国|個(?=[のをでずセ入])|[节堂節]课|堂課|[晚晩夜]|種(?=[可口香草])"
    r"|重(?:保|防|净|淨|過|过|滤|濾|ケア)|色(?:可選|可选|入り|展開|から|セット|組))"
    r"|(?<![^の、。 ].)(?<=[二三四五六七八九十])(?=割[がの以引]))"
)
_EVERY: Final = deferred(
    r"(?:\b(?:every|all|alle|toutes les|tous les|cada|ogni|a cada|varje|hver|joka|každ\w+|minden|"
    r"la fiecare|на всеки|κάθε|кажд\w+|кожн\w+|svak\w+|сваки\w*|vsak\w+|kas|ik|iga|her|tiap|setiap|"
    r"mỗi|om de|हर|כל|كل|هر)\s|ทุก ?|毎|每|매 ?)$"
)
"""Words before a number that make it how often, not how many: `every two hours`."""
_THING: Final = r"([^\W\d_][^\s.,:;!?…–—।،؛؟()«»\"„“”\[\]]*)"
_COUNTS: Final = deferred(rf"[ \u200c-]{_THING}")
_COUNTS_OF: Final = deferred(rf"[ \u200c-](?:d[ei] )?{_THING}")
_MARKS: Final = frozenset(".,:;!?…–—-\n•।،؛؟")
_SENTENCE_END: Final = deferred(r"[.!?…\n।؟]|;(?=\s|$)")
_OVER: Final = deferred(
    r"(?:\b(?:"
    r"over|than|almost|nearly|über|als|fast|plus de|près de|más de|casi|mais de|quase|"
    r"più di|oltre|dan|över|än|nästan|end|enn|yli|lähes|üle|ligi|ponad|niż|prawie|"
    r"přes|než|téměř|cez|ako|több mint|közel|peste|aproape|над|повече от|почти|более|"
    r"больше|свыше|чем|понад|більше|ніж|майже|preko|više od|gotovo|преко|више од|"
    r"скоро|več kot|čez|skoraj|daugiau nei|per|beveik|vairāk nekā|pāri|gandrīz|"
    r"πάνω από|περισσότερ\w+ από|σχεδόν|més de|gairebé|lebih dari|lebih|hampir|"
    r"mahigit|hơn|gần|fazla|aşkın|أكثر من|قرابة|بیش از|יותר מ|מעל|से अधिक|से ज़्यादा|"
    r"سے زائد"
    r")\s(?:(?:an?|one|eine[nm]?|un[ao]?|uma?|o|en|ett?|egy|isang) )?|יותר מ)$"
)
"""Words before a thousand that make it a number: `over a thousand`."""
_PARTS: Final = (1000, 100, 60, 12)
"""Of a kilo, a metre, an hour and a year."""
_KINDS: Final = "가지"
"""Korean, `kinds of`: what a row lists."""
_KINDS_OF_NUMBERS: Final = frozenset(("number", "span"))
_TWO: Final = 2
"""There are two of much: `takes two firings`."""
_MULTIPLE: Final = 1000
"""From here a number word alone says `many`; with another before it, it is a number."""
_EACH: Final = deferred(
    r"(?:\b(?:every|jede[rsmn]?|elke?|ieder|hver|hvert|var|vart|varje|co|każd\w+|každ\w+|svak\w+"
    r"|vsak\w*|кажд\w+|кож\w+|сваки|свака|всек\w+|κάθε|iga|joka|kas|katr\w+|minden|cada"
    r"|a cada|ogni|chaque|fiecare|her|bawat|setiap|tiap|हर|প্রতি|ہر|هر|كل)\s)$"
)
"""Words before an ordinal that make it a share: `every third customer`."""
_CLAUSE_MARK: Final = deferred(r"[.,;:!?…–—\n।،؛؟،，。、！？]")
_NOT_FREE: Final = deferred(r"[a-z]|-| (?:of(?! charge)|from|to|time|spirit)\b")
"""Behind `free`: it is rid of something, or part of a word."""
_OFFERED_BEHIND: Final = 60
_OFFERED_BEFORE: Final = 14
_WHO: Final = 24
_LESS: Final = 40
"""Characters in which words belong together: an ordinal and what is free behind or before it, an
ordinal and the customers, what is less and by how much."""
_SOLD: Final = ("%", "折", "割", "off", "discount", "sale", "rabatt", "ลด", "할인")
"""In an item they mean that it has a reduction of its own, however a text calls it."""


def shares(context: CheckContext, said: Said) -> Iterator[Violation]:
    """Half the price and nine in ten, of an item that has no reduction and no such figure."""
    if "share" in said.kinds or "nth" in said.kinds or "halve" in said.kinds:
        item = context.facts.folded.text
        for start, end in (*said.found("share"), *_offers(said, item), *_parts(said)):
            words = said.text[start:end]
            if words not in item and not any(sign in item for sign in _SOLD):
                span = context.text.span(start, end)
                shown = context.text.original[slice(*span)]
                message = f"the share '{shown}' is not in the item"
                fix = f"take out '{shown}'"
                yield Violation("grounding.share", Severity.ERROR, message, span, fix=fix)
                return


def _gifts(said: Said, item: str) -> list[tuple[int, int]]:
    """Where the text says that something costs nothing, and the item does not."""
    text = said.text
    return [
        (start, end)
        for start, end in said.found("gratis")
        if text[start:end] not in item
        and not text.startswith((" par ", "e par "), end)
        and not (text[start:end] == "free" and _NOT_FREE.match(text, end))
        and not text.endswith(("-", "feel "), 0, start)
    ]


def _offers(said: Said, item: str) -> Iterator[tuple[int, int]]:
    """An ordinal with what is free: `the third night is free`."""
    if "nth" not in said.kinds or "gratis" not in said.kinds:
        return
    text = said.text
    for start, end in _gifts(said, item):
        for at, stop in said.found("nth"):
            is_near = 0 <= start - stop <= _OFFERED_BEHIND or 0 < at - end <= _OFFERED_BEFORE
            first, last = (at, end) if at < start else (start, stop)
            if is_near and not _CLAUSE_MARK.search(text, first, last):
                yield first, last


def _parts(said: Said) -> Iterator[tuple[int, int]]:
    """Every third customer, and what is less by half: `cuts your cooking time in half`."""
    text, kinds = said.text, said.kinds
    if "nth" in kinds and "buyers" in kinds:
        for start, stop in said.found("nth"):
            if before := _EACH.search(text, max(0, start - 10), start):
                for at, end in said.found("buyers"):
                    if 0 < at - stop <= _WHO and not _CLAUSE_MARK.search(text, stop, at):
                        yield before.start(), end
    if "halve" in kinds and "saved" in kinds:
        for start, stop in said.found("halve"):
            for at, end in said.found("saved"):
                first, last = min(start, at), max(stop, end)
                is_apart = stop <= at or end <= start
                if (
                    is_apart
                    and last - first <= _LESS
                    and not _CLAUSE_MARK.search(text, first, last)
                ):
                    yield first, last


def number_words(context: CheckContext, tag: str, said: Said) -> Iterator[Violation]:
    """Numbers in words: below ten they stand in idioms, and do not count with all nouns."""
    is_han = tag in ("ja", "zh")
    if not is_han and said.kinds.isdisjoint(_KINDS_OF_NUMBERS):
        return
    text, facts = context.text, context.facts
    gifts = _gifts(said, facts.folded.text) if "gratis" in said.kinds else []
    found: list[tuple[int, int, Decimal | int]] = [
        one
        for one in number_runs(said.text, said.found("number"), number_values(tag))
        if _is_claim(said.text, *one, tag, gifts)
    ]
    spans, counted = spans_of(tag), counted_by(tag)
    found += [
        (*at, spans[plain_number(said.text[slice(*at)])]) for at in sorted(set(said.found("span")))
    ]
    if is_han:
        found += [
            (*one.span(), han_value(one[0]))
            for one in _HAN_NUMBER.finditer(text.text)
            if not _is_ordinal(text.text, *one.span())
        ]
    for start, end, value in found:
        span = text.span(start, end)
        shown = text.original[slice(*span)]
        amount = Quantity(span, shown, _amounts(Decimal(value)))
        is_known = facts.grounds(amount) or facts.has_in_words(amount, context.language)
        what = said.text[end + 1 : end + 3]
        is_time = what != _KINDS and said.text.startswith(counted, end + 1)
        is_listed = value in facts.listed and not is_time
        if is_known or is_listed:
            continue
        if value <= LAST_HOUR and is_scene(text.original, *span):
            yield hour_of(text.original, span)
        else:
            message = f"the number '{shown}' is not in the item"
            fix = f"take out '{shown}', or use a figure the item gives"
            yield Violation("grounding.words", Severity.ERROR, message, span, fix=fix)


def _amounts(value: Decimal) -> tuple[Decimal, ...]:
    """The number, and of one and a half what it is in a smaller unit: 1500 g, 90 minutes."""
    return (value, *(value * parts for parts in _PARTS)) if value % 1 else (value,)


def _is_ordinal(text: str, start: int, end: int) -> bool:
    """Whether it is the third cup, no three: `第三杯`, `三杯目`. A third generation is a claim."""
    return text[end : end + 1] not in ("代", "世") and (
        text[start - 1 : start] == "第" or text[end + 1 : end + 2] == "目"
    )


def _is_claim(
    text: str, start: int, end: int, value: int, tag: str, gifts: Sequence[tuple[int, int]]
) -> bool:
    """Whether a number in words says how many of something there are.

    Not what all have so many of (`four seasons`); what nothing or a small word follows is an hour
    (`until ten.`), and a word above a thousand alone is `many`, unless `over` stands before it.
    """
    if _EVERY.search(text, max(0, start - 14), start):
        return False
    counted = counted_by(tag)
    if text[start] >= "\u0e00" and value < _MULTIPLE:  # no spaces
        behind = end if text[end : end + 1] != " " else end + 1
        is_large = value > TEENS and value not in POWERS and tag == "th"
        return text.startswith(counted, behind) or (is_large and text[end : end + 1] >= "\u0e00")
    counts = (_COUNTS if value < SMALL else _COUNTS_OF).match(text, end)
    if counts is None:
        return False
    thing, at, lists = counts[1], counts.start(1), count_words(tag)
    if text.startswith(lists.idle[min(value, SMALL)], at):
        return False
    if value < SMALL and text.startswith(counted, at):
        return True
    if thing in lists.small or (value < SMALL and text.startswith(lists.idle[0], at)):
        return False
    if value < _MULTIPLE and text.startswith(counted, at):
        return True
    is_many = value in POWERS and " " not in text[start:end]
    if is_many and text.startswith(lists.idle[0], at) and not text.startswith(counted, at):
        return False
    is_doubtful = value == _TWO or text[start:end] in lists.homonyms
    if is_doubtful and not _names_one(text, at, counts.end(), (*lists.things, *counted)):
        if value >= SMALL and _OVER.search(text, max(0, start - 24), start):
            return True  # a noun: `over a dozen washes`
        near = (at for at, _ in gifts if 0 < at - end <= _OFFERED_BEHIND)
        return any(not _SENTENCE_END.search(text, end, at) for at in near)
    if value < SMALL:
        return len(thing) > 1 and _is_told(text, start, counts.end(), lists.known)
    is_many = value in (_MULTIPLE, _MULTIPLE**2) and is_many
    return not is_many or _OVER.search(text, max(0, start - 24), start) is not None


def _names_one(text: str, at: int, end: int, things: tuple[str, ...]) -> bool:
    """Whether one of the things begins there, or behind one word more: `two gold medals`."""
    return text.startswith(things, at) or (
        text[end : end + 1] == " " and text.startswith(things, end + 1)
    )


def _is_told(text: str, start: int, end: int, known: re.Pattern[str]) -> bool:
    """Whether the text says so: what is known (`between two worlds`), asked or stands alone with
    its number (`Three minutes, and no more.`) is no claim, of few things.
    """
    if known.search(text, max(0, start - 16), start):
        return False
    before = text[:start].rstrip(" '\"“„«»‘”¿¡(")
    if (not before or before[-1] in _MARKS) and (end == len(text) or text[end] in _MARKS):
        return False
    stop = _SENTENCE_END.search(text, end)
    return stop is None or stop[0] not in "?؟;"
