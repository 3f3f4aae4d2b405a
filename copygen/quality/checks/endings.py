"""Where a text ends in the middle: in a bracket, behind a comma, a small word or half a word.

A server says `stop` for many of these, so that only the text itself shows it. Good copy ends
without a full stop, with a dash or an ellipsis, and with a preposition that belongs to its verb
(`come on in`, `melde dich an`); the small words that may do so (`perhaps` in
`configs/metrics/endings.yaml`) count only in a text as long as no headline is, where nothing in it
goes with them (`linking`), or where the other texts of its field all end with a full stop. Half
words are told by the words of the language and how they end (`word_ends.py`).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.data import Endings, table
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import fold
from copygen.quality.trim import thai_phrases
from copygen.quality.word_ends import Wholeness, wholeness

_END: Final = frozenset(".!?…。！？।॥؟۔։።")
_BRACKETS: Final = (
    ("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"), ("［", "］"), ("【", "】"), ("「", "」"),
    ("『", "』"), ("《", "》"), ("〈", "〉"), ("〔", "〕"), ("“", "”“"), ("„", "“”\""), ("‚", "‘’"),
    ("«", "»"), ("‹", "›"), ("<", ">"),
)  # fmt: skip
"""What is opened and what closes it: `„…“` in German, `„…”` in Polish, `“…”` in English."""
_WESTERN: Final = frozenset("“„‚«‹")
_SMILE: Final = re.compile(r"[:;=8]['’]?-?$")
_MARKS: Final = frozenset(",،、，;؛；:：/\\&@#-‐‑=~·|")
_ONLY_HYPHENS: Final = frozenset("-‐‑")
_LAST_CHARS: Final = 3000
"""Of a long text the end is looked at: what was opened before that is forgotten."""
_SENTENCE: Final = re.compile(
    r"[.!?…।؟۔。！？\n](?:(?<=[.!?…।؟۔])\s|(?<=[。！？])(?![」』”）!?！？])\s?|(?<=\n))"
)
_NEAR_END: Final = 200
_LONG: Final = 55
_LONG_BY: Final = {"tr": 45, "hi": 34, "ur": 34, "ja": 15, "zh": 14, "th": 24, "ko": 20}
"""Characters of a sentence that is no headline."""
_AFTER_FIGURE: Final = re.compile(r"\d\s?$")
_LONG_PAIR: Final = 40
"""Characters from which a sentence that ends with `if you` is none."""
_LAST_LONG: Final = 45
"""Characters of a last sentence without an end behind one with a full stop: no call to act."""
_PLAIN: Final = 20
_PLAIN_BY: Final = {"ja": 12, "zh": 8, "ko": 12}
"""Characters of sentences with a full stop that are no words in a row (`Soft wool. Only for you`),
so that the next one has its full stop, too, short as it may be."""
_LONG_TOLD: Final = 1.2
"""From so many times the length of a last word in brief a sentence is no headline's second part."""
_TELLS: Final = 33
_TELLS_BY: Final = {
    **{"ja": 12, "zh": 11, "ko": 13},
    **dict.fromkeys(("hi", "ur", "ar", "he"), 27),
}
"""Characters of a sentence with a full stop that tells something, and is no part of a headline
(`Keramik aus Graz. Handgemacht seit 1920`): of good ones in two parts nearly all are shorter."""
_SHORTENED: Final = re.compile(
    r"(?:^|[\s(.])(?:[^\W\d_]|[b-df-hj-np-tv-xz]{2,}|[бвгджзйклмнпрстфхцчшщ]{2,}|ca|no|tel|approx|ink|incl"
    r"|inkl|excl|exkl|etc|max|min|prof|art|vol|руб|тел|ул|им)\.$",
    re.IGNORECASE,
)
"""A word with a stop that ends no sentence: a letter, consonants alone, and others."""
_CLOSING: Final = frozenset("\"'”“’»」』）)")
_LONG_OFFER: Final = 1.3
"""From so many times the length of a last word in brief a sentence is none, with a figure, too."""
_FIGURE: Final = re.compile(r"\d")
_SHORT_VALUE: Final = 2
_PROSE: Final = 80
_PROSE_BY: Final = {"ja": 36, "zh": 34, "ko": 44}
"""Characters of a text of one sentence that is no headline: of 3 200 good texts without figures and
the marks of lists none that is so long ends without a full stop."""
_NO_PROSE: Final = re.compile(
    r"\d|[:：•|/#@<>\[\](){}*_+=!?！？…\n«»“”„\"「」『』]|\s[-–—]\s|[A-Z]{4}"
)
_COMMA: Final = re.compile("[,،、，;；؛]")
_FEW_COMMAS: Final = 1
_TITLES: Final = re.compile(r"title|headline|name|subject|alt|keyword")
_CLAUSE: Final = re.compile(r"[^\s,]\s+[^\s,]+,\s\S+$")
"""A comma before the last word, and two words before that."""
_POSTPOSED: Final = frozenset(
    (
        *("में", "से", "पर", "तक", "को", "میں", "سے", "پر", "تک", "کو"),
        *("मध्ये", "पासून", "देखि", "मा", "ਵਿੱਚ", "ਤੋਂ"),
    )
)
"""What stands behind a price, as `for` and `from` stand before it: `सिर्फ़ ₹349 में`."""
_LEAST_PART: Final = 3
_LEAST_LINKED: Final = 10
"""Words of a part of a sentence, and characters of the whole, that a preposition may end."""
_PART: Final = re.compile(r"[,;:،、，–—-]\s")
_STOPS: Final = frozenset(".…。।۔")
_ENDLESS: Final = frozenset(("th", "lo", "km", "my"))
"""Languages that write no full stop."""
_UNSPACED: Final = frozenset(("ja", "zh", "ko"))
"""Languages in which a few letters are a sentence."""
_HAS_CODE: Final = re.compile(r"[#@/<>|]|\w\.\w|[A-Z]{4}|[.!?…][\"'”“»’]")
"""A tag, an address or capitals: a call to act, which needs no full stop; or who is quoted."""
_CONJOINING: Final = frozenset("\u1039\u17d2\u200d\u200c")
"""What joins a letter to the next: the coeng of Khmer, the virama of Burmese, the joiners."""
_BEFORE: Final = frozenset("เแโใไເແໂໃໄ")
"""Vowels of Thai and Lao that are written before the letter they belong to."""
_MEDIAL: Final = re.compile("[\u05d0-\u05ea][כמנצ]$|[\u0370-\u03ff]σ$")
"""Letters that have another form at the end of a word: Hebrew, Greek sigma."""
_APOSTROPHE: Final = re.compile(
    r"(?:^|[\s'’])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|dell|all|nell|dall|sull|quest|gl|bell)"
    "['’]$",
    re.IGNORECASE,
)
_ELIDING: Final = frozenset(("fr", "it", "ca", "oc"))
_THAI_SEEN: Final = 16
_THAI_TOLD: Final = 6
"""Letters that show whether the last three are a word: three before a place tell, and these."""
_THAI_OPEN: Final = tuple(f"{vowel}{tone}" for vowel in "ัื็" for tone in ("", *"่้๊๋"))
_THAI: Final = re.compile("[\u0e01-\u0e4e]+")
_THAI_HALF: Final = re.compile("[ก-ฮ]?[ก-ฬฮ]$|[ก-ฮ][ิึุ][่้]?$|[ัื็][่-๋]?$")
# fmt: off
_THAI_SHORT: Final = frozenset((
    "บน", "คน", "ผม", "นม", "ลม", "รถ", "มด", "ฝน", "ตน", "หก", "พบ", "จบ", "สด", "รส", "ยศ", "ชม",
    "คม", "อม", "ดม", "ปม", "หน", "ทน", "ปน", "ขน", "วน", "จน", "ลด", "กด", "งด", "จด", "อด", "รด",
    "ตก", "นก", "อก", "ปก", "ยก", "พก", "รก", "กบ", "ลบ", "สบ", "ผล", "ศร", "พร", "กร", "จร", "ณ",
    "ธ", "ขด", "คด", "หด", "บท", "รบ", "ซบ", "งบ", "ผง", "ลง", "คง", "ธง", "กง", "วง", "ดง", "หง",
    "มน", "ซน", "กล", "ชล", "สม", "กก", "จก", "บก", "วก", "สน", "บด", "ดล", "มล", "ยล", "สระ",
    "ติ", "ริ", "มิ", "ดุ", "จุ", "ผุ", "มุ", "สุ", "ยุ", "ลุ", "ปุ", "บุ", "ตึ", "วิ", "กม", "มล",
    "กก", "ซม", "มม", "กร", "ชม",
))
# fmt: on
_JAPANESE: Final = re.compile("[\u3041-\u309f\u30a1-\u30fc]")
_HAN: Final = re.compile("[\u3400-\u9fff]$")
_ADNOMINAL: Final = re.compile("[\u4e00-\u9fff]な$|[\u4e00-\u9fff\u30a1-\u30faー]{2}の$")
"""`贅沢な`, `農園の`: the noun comes after it. Behind kana な and の end sentences."""
_JAPANESE_RUN: Final = re.compile(r"(?:^|[^\d\u3400-\u9fff々])([\u3400-\u9fff々]+)$")
"""Han characters at the end, not behind a figure: `2食`."""
_LEAST_ZH: Final = 7
_ZH_SAID: Final = re.compile(r"[是会會能挺蛮蠻很]|(.)\1的$|[你我他她它您们們好]的$")
"""What a good text that ends with 的 has: a verb or `very` before it, a doubling, a pronoun."""
_KANJI_SMALL: Final = re.compile("[\u4e00-\u9fff]っ$")
_TOPIC: Final = re.compile("[はが]、?(?=[^はが]*[をにへでと]$)")
_KOREAN_TOPIC: Final = re.compile(r"[가-힣]{2}[이가은는]\s")
_KOREAN_LAST_TOPIC: Final = re.compile(r"[가-힣]\s[가-힣]{2,3}[은는]$")
"""`다른 계획은`: what is said of it comes after it."""
_KOREAN_OBJECT: Final = re.compile(r"[가-힣]{2}[을를]$")
_LONG_OBJECT: Final = 26
"""Characters of a sentence that needs a verb for its object, whatever it begins with."""
_KOREAN_MODIFIED: Final = re.compile(
    r"[가-힣][을ㄹ]\s(?:수|것|만|뿐|때)$|[가-힣]{2}(?:도록|면서|거나)$"
    r"|[가-힣](?:하|되|어지|아지|있|없|주|드|키|내)는$|[가-힣](?:으며|히며|하며|되며|이며|려고|지만)$|[가-힣](?:아서|어서|해서|여서)$"
)
_KOREAN_ADNOMINAL: Final = re.compile(
    r"\s\S*(?:로운|스러운|드러운|름다운|차가운|반가운|까운|려운|벼운|거운|귀여운|[가-힣]된|(?:뜻|편안|아늑|포근|깨끗|순|은은"
    r"|촉촉|단단|튼튼|소중|특별|완벽|상쾌|시원|깔끔|우아|진|담백|간편|다양|풍부|신선|건강|차분|조용|잔잔|고요|달콤|고소|향긋|정갈)한)$"
)
"""`부드러운`, `차분한`: the noun comes after it."""
_KOREAN_GENITIVE: Final = re.compile(
    r"\s\S*[가-힣]{2}(?<!당신)(?<!우리)(?<!너희)(?<![주회정강문합동편호유논결의])의$"
)
"""`피부의`, "of the skin"; not nouns such as `회의`."""
_KOREAN_STEM: Final = re.compile(
    "(?:스러|로우|러우|부드러|따뜻|깨끗|[습입합됩십집]니|[었았였겠있없]습|[가-힣]{2}[습합됩]|[해어아려워]집)$"
)
_FINALS: Final = frozenset((5, 6, 13, 14, 15, 20, 27))
"""Last consonants of a syllable of Hangul that only stems of verbs have: ㄵ ㄶ ㄾ ㄿ ㅀ ㅆ ㅎ."""
_TURKISH_CONVERB: Final = re.compile("[^\\W\\d_]{2}(?:arak|erek)$")
"""`dokunarak`, "by touching": the verb of the sentence comes after it."""
_SIBLINGS: Final = 2
_LEAST_LETTERS: Final = 2
_NEIGHBOURS: Final = 6
_LETTERS: Final = re.compile(
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u200c-])+"
)
_LONG_DOUBTED: Final = 35
"""Characters from which a text that ends with a doubtful word is cut off within it."""
_LEAST_CHARS: Final = 10
"""A shorter text is a title, which may have a word of its own making."""


def cut_off(context: CheckContext) -> list[Violation]:
    """An end in the middle of a sentence, a word, a bracket or quotation marks."""
    text = context.text.original.rstrip()
    if not text:
        return []
    found = next(_open_brackets(text), None)
    last = text[-1]
    if found is not None or last in _END:
        return [found] if found else []
    if last in _MARKS:
        return _mark(text, context)
    if last in "'’" and _language(context) in _ELIDING and _APOSTROPHE.search(text[-12:]):
        return [_phrase(text, text.split()[-1])]
    if last.isascii():
        if not last.isalpha():
            return []
    elif last in _CONJOINING:
        return [_half(text, text.split()[-1])]
    elif not (last.isalpha() or unicodedata.category(last)[0] == "M"):
        return []
    return _word(text, context)


def _language(context: CheckContext) -> str:
    return base(context.language) if context.language else ""


def _open_brackets(text: str) -> Iterator[Violation]:
    text = text[-_LAST_CHARS:] if len(text) > _LAST_CHARS else text
    for opening, closing in _BRACKETS[:3] if text.isascii() else _BRACKETS:
        if opening not in text:
            continue
        at = text.rfind(opening)
        if any(text.find(close, at + 1) >= 0 for close in closing) or opening == "<":
            continue
        if opening == "“" and "„" in text:
            continue
        if opening in _WESTERN and text[max(0, at - 1) : at].strip(" \n([«“„'\""):
            continue  # within a word: letters of another encoding
        if opening == "(" and _SMILE.search(text[max(0, at - 3) : at]):
            continue
        shown = text[at : at + 30]
        message = f"'{shown}' is opened and never closed: the text is cut off"
        fix = f"end the sentence, and close '{opening}'"
        rule = "truncated.bracket"
        yield Violation(rule, Severity.ERROR, message, (at, len(text)), fix=fix)


def _mark(text: str, context: CheckContext) -> list[Violation]:
    last, before = text[-1], text[-2:-1]
    if last == ";" and _language(context) == "el":
        return []  # the question mark of Greek
    if last in ":;=" and before in "([{":
        return []  # a smile
    if last in _ONLY_HYPHENS and not before.isalpha():
        return []
    if last in "/#@~|=\\&·" and not before.isspace():
        return []  # `example.com/`, `Q&`, `C#`
    message = f"it ends with '{last}': the text is cut off"
    span = (len(text) - 1, len(text))
    fix = "end the last sentence"
    return [Violation("truncated.mark", Severity.ERROR, message, span, fix=fix)]


def _word(text: str, context: CheckContext) -> list[Violation]:
    language = _language(context)
    word = text[-60:].split()[-1]
    if word[0] in "#＃@" or "/" in word or "." in word:
        return []
    sentence = text[_last_end(text) :]
    if found := _unspaced(sentence, language):
        whole, half = found
        return [_half(text, whole) if half else _phrase(text, whole)]
    folded = word.strip("\"'’“”„«»()").casefold().replace("’", "'")
    elided, _, stem = folded.rpartition("'") if language in _ELIDING else ("", "", folded)
    if not word.isascii() and _MEDIAL.search(word):
        return [_half(text, word)]
    if language == "ko" and _is_half_korean(word):
        return [_half(text, word)]
    if language == "ko" and _is_open_korean(sentence):
        return [_phrase(text, word)]
    if language == "tr" and len(sentence) >= _LONG and _TURKISH_CONVERB.search(folded):
        return [_phrase(text, word)]
    known = folded in small_words(language) or folded in _perhaps(language)
    if known and _announces(word, folded, sentence, context):
        return [_phrase(text, word)]
    openers, followers = _pairs(language)
    is_small = known or folded in followers
    if is_small and word == sentence and _is_alone(text, word, folded, context):
        return [_phrase(text, word)]
    if folded in openers and _CLAUSE.search(sentence):
        return [_phrase(text, word)]
    if opened := _opened_clause(sentence, language):
        return [_phrase(text, opened)]
    is_elided = not elided or _APOSTROPHE.search(f"{elided}'")
    if is_elided and _is_beginning(word, stem, sentence, context):
        return [_half(text, word)]
    if _unlike_itself(text, sentence, context):
        return [_unended(text, "and no full stop, unlike the sentence before")]
    if _is_prose(text, sentence, context):
        return [_unended(text, "and no full stop, and is too long for a headline")]
    return _unlike_siblings(text, context)


def _is_alone(text: str, word: str, folded: str, context: CheckContext) -> bool:
    """Whether a small word is all there is of a text, or of a sentence behind another."""
    language = _language(context)
    if word == text:
        is_given = folded in context.facts.folded.text.split()
        return folded not in _perhaps(language) and not is_given
    return _is_sentence(text[: -len(word)].rstrip(), language)


def _last_end(text: str) -> int:
    """Where the last sentence begins. It is looked for near the end first."""
    near = max(0, len(text) - _NEAR_END)
    if not near:
        return max((found.end() for found in _SENTENCE.finditer(text)), default=0)
    # Of the earlier part as far as its last mark may need the first blank behind it.
    for start, end in ((near, len(text)), (0, near + 1)):
        ends = [found.end() for found in _SENTENCE.finditer(text, start, end)]
        if ends:
            return ends[-1]
    return 0


def _opened_clause(sentence: str, language: str) -> str | None:
    """The two words at the end that only open a clause: `where you`, `dzięki czemu`."""
    words = sentence.split()[-2:]
    if len(words) < 2 or len(sentence) < _LEAST_CHARS:
        return None
    first, second = (one.strip("\"'’“”„«»()").casefold().replace("’", "'") for one in words)
    openers, followers = _pairs(language)
    opens = first in openers and second in followers and len(sentence) >= _LONG_PAIR
    if opens or f"{first}_{second}" in _phrases(language):
        return sentence[sentence.rindex(words[0]) :].rstrip()
    return None


def _unlike_itself(text: str, sentence: str, context: CheckContext) -> bool:
    """Whether the last sentence is the only one without an end, and no call to act."""
    language = _language(context)
    before = text[: len(text) - len(sentence)].rstrip()
    ended = before[-1:] in _STOPS and "\n" not in text and language not in _ENDLESS
    ended = ended and not before.endswith("..")
    if not ended or _HAS_CODE.search(sentence) or sentence.isupper():
        return False
    long = _LAST_LONG if sentence[-1].isascii() else _LONG_BY.get(language, _LAST_LONG)
    told = len(before) - _last_end(before[:-1])
    if told < _TELLS_BY.get(language, _TELLS) and len(sentence) < _LONG_TOLD * long:
        return False  # a headline in two parts
    if len(sentence) >= long:
        return len(sentence) >= _LONG_OFFER * long or not _is_offer(sentence, context)
    quoted = before[-2:-1] in _CLOSING or not sentence[0].isalnum()
    if quoted or sentence[0].islower() or not _is_sentence(before, language):
        return False
    words = sentence.split()
    calls = _calls(language)
    if (len(words) < 2 and language not in _UNSPACED) or (calls and calls.search(sentence)):
        return False
    parallel = before[_last_end(before[:-1]) :].split()
    if len(parallel) == len(words) and parallel[0] == words[0]:
        return False  # `A scent that stays. A price that pleases`
    return words[0].casefold() not in _joining(language) and not _is_offer(sentence, context)


def _is_offer(sentence: str, context: CheckContext) -> bool:
    """Whether a sentence names the product or a figure: `Crema Tre, 500 g in the bag`."""
    if _FIGURE.search(sentence):
        return True
    given = context.facts.title_words
    if given.intersection(fold(one.strip("\"'’“”„«»(),")) for one in sentence.split()):
        return True
    if _language(context) not in _UNSPACED or sentence[-1].isascii():
        return " ".join(sentence.split()[:2]).casefold() in context.facts.folded.text
    values = context.facts.folded.original.split()
    return any(one in sentence for one in values if len(one) > _SHORT_VALUE)


def _is_prose(text: str, sentence: str, context: CheckContext) -> bool:
    """Whether a text of one sentence is a sentence, without an end, and neither title nor list."""
    language = _language(context)
    least = _PROSE_BY.get(language, _PROSE)
    if len(sentence) < least or sentence != text or language in _ENDLESS or not language:
        return False
    if _NO_PROSE.search(sentence) or len(_COMMA.findall(sentence)) > _FEW_COMMAS:
        return False
    if _TITLES.search(context.field or ""):
        return False
    if language in _UNSPACED:
        return True
    words = sentence.split()
    if 3 * sum(one[0].isupper() for one in words) > len(words) and language != "de":
        return False
    clauses = _pairs(language)[0] - _joining(language)
    small = small_words(language) | _perhaps(language)
    return words[0].casefold() in small or not clauses.isdisjoint(map(str.casefold, words))


@cache
def _joining(language: str) -> frozenset[str]:
    return frozenset(table(Endings, "endings").joining.get(language, "").split())


def _is_sentence(before: str, language: str) -> bool:
    """Whether a sentence with a full stop ends there: no words in a row, nothing abbreviated."""
    if before[-1:] not in _STOPS:
        return False
    long = len(before) - _last_end(before[:-1])
    return long >= _PLAIN_BY.get(language, _PLAIN) and not _SHORTENED.search(before[-12:])


@cache
def _calls(language: str) -> re.Pattern[str] | None:
    """Finds the beginnings of words of a call to act."""
    listed = table(Endings, "endings").calls.get(language)
    if not listed:
        return None
    bound = "" if language in _UNSPACED else r"\b"
    words = (
        ("^" if one[0] == "^" else bound) + re.escape(one.lstrip("^").replace("_", " "))
        for one in listed.split()
    )
    return re.compile("|".join(words), re.IGNORECASE)


def _announces(word: str, folded: str, sentence: str, context: CheckContext) -> bool:
    """Whether a small word stands there for what it means, and not as a name or a figure."""
    words = sentence.split()
    if (
        len(words) < 2
        or words[-2].casefold() == folded
        or (word[:1].isupper() and word not in small_words(_language(context)))
    ):
        return False
    language = _language(context)
    if folded in _POSTPOSED and any(one[:1] in "₹₨" or one[:1].isdecimal() for one in words[-4:]):
        return False
    if folded not in _perhaps(language) or _is_linking(folded, sentence, language):
        return True
    return len(sentence) >= _LONG_BY.get(language, _LONG) or _siblings_end(context)


def _is_linking(folded: str, sentence: str, language: str) -> bool:
    """Whether a preposition ends a part of a sentence that has no verb for it."""
    linking, excused = _linking(language)
    if folded not in linking or len(sentence) < _LEAST_LINKED:
        return False
    part = _PART.split(sentence)[-1].casefold().replace("’", "'").split()
    after = part[-2] if len(part) > 1 else ""
    opened = after in small_words(language) and after not in _perhaps(language)  # `без да`
    return (opened or len(part) >= _LEAST_PART) and excused.isdisjoint(part[:-1])


@cache
def _linking(language: str) -> tuple[frozenset[str], frozenset[str]]:
    listed = table(Endings, "endings").linking.get(language, "").casefold()
    linking, _, excused = listed.partition(" | ")
    return frozenset(linking.split()), frozenset(excused.split())


def _is_beginning(word: str, folded: str, sentence: str, context: CheckContext) -> bool:
    """Whether the last word is none, and the beginning of one: `enough for the gard`."""
    language = _language(context)
    text = context.text.original.rstrip()
    if not language or language in _UNSPACED or len(folded) < _LEAST_LETTERS:
        return False
    if len(text) < _LEAST_CHARS:
        return False
    if word[:1].isupper() and language != "de":
        begins = word == sentence and _is_sentence(text[: -len(word)].rstrip(), language)
        if not begins:
            return False  # a name
    calls = _calls(language) if len(sentence) < len(text) else None
    if calls and calls.search(sentence, len(sentence) - len(word)):
        return False
    if not _LETTERS.fullmatch(folded) or folded in context.facts.folded.text.split():
        return False
    if _AFTER_FIGURE.search(text[-len(word) - 4 : len(text) - len(word)]):
        return False  # a unit
    least = Wholeness.DOUBTFUL if len(text) >= _LONG_DOUBTED else Wholeness.HALF
    if wholeness(folded, language) < least:
        return False
    # In another language many words end so, which is that rule's to say.
    others = [one for one in text.split()[-_NEIGHBOURS - 1 : -1] if _LETTERS.fullmatch(one)]
    halves = sum(wholeness(one, language) is Wholeness.HALF for one in others)
    return not others or 2 * halves <= len(others)


def _siblings_end(context: CheckContext) -> bool:
    """Whether the other texts of the field all end with a full stop or the like."""
    own = context.text.original
    others = [one for one in context.record.get(context.field or "", ()) if one != own]
    return len(others) >= _SIBLINGS and all(one.rstrip()[-1:] in _END for one in others)


def _unlike_siblings(text: str, context: CheckContext) -> list[Violation]:
    if not context.record or not _siblings_end(context):
        return []
    message = "it ends without a full stop, the other texts of the field end with one"
    fix = "end the last sentence"
    span = (len(text) - 1, len(text))
    return [Violation("truncated.end", Severity.WARNING, message, span, fix=fix)]


def _is_half_korean(word: str) -> bool:
    last = ord(word[-1]) - ord("가")
    is_stem = 0 <= last <= ord("힣") - ord("가") and last % 28 in _FINALS
    return is_stem or (len(word) > 1 and _KOREAN_STEM.search(word) is not None)


def _is_open_korean(sentence: str) -> bool:
    if _KOREAN_MODIFIED.search(sentence) and len(sentence) >= _LONG_BY["ko"]:
        return True
    if _KOREAN_ADNOMINAL.search(sentence) or _KOREAN_GENITIVE.search(sentence):
        return True
    long = len(sentence) >= _LONG_BY["ko"]
    if long and _KOREAN_LAST_TOPIC.search(sentence):
        return True
    if len(sentence) >= _LONG_OBJECT and _KOREAN_OBJECT.search(sentence):
        return True
    return long and bool(_KOREAN_OBJECT.search(sentence) and _KOREAN_TOPIC.search(sentence))


def _unspaced(sentence: str, language: str) -> tuple[str, bool] | None:
    """The open end of a text in a script without spaces, and whether it is half a word."""
    last = sentence[-1]
    if last < "\u0e00":
        return None
    if last in _BEFORE:
        return last, True
    if last < "\u0e80":
        return _half_thai(sentence) or _listed_end(sentence, "th")
    if last < "\u0f00":
        return _listed_end(sentence, "lo")
    if last < "\u10a0":
        return _listed_end(sentence, "my")
    if last < "\u1800":
        return _listed_end(sentence, "km")
    if _JAPANESE.match(last) or (_HAN.match(last) and language == "ja"):
        return _open_japanese(sentence)
    if not _HAN.match(last):
        return None
    if len(sentence) >= _LEAST_ZH and sentence[-1] == "的" and not _ZH_SAID.search(sentence):
        return last, False
    return _listed_end(sentence, "zh")


def _half_thai(sentence: str) -> tuple[str, bool] | None:
    if not _THAI_HALF.search(sentence[-3:]):
        return None
    runs = _THAI.findall(sentence[-_THAI_SEEN:])
    run = runs[-1] if runs else ""
    if not run.endswith(_THAI_OPEN):
        run = run[-_THAI_TOLD:]
    word = thai_phrases(run)[-1] if run else ""
    if _THAI_HALF.fullmatch(word) or sentence.endswith(_THAI_OPEN):
        return (word, True) if word not in _THAI_SHORT else None
    return None


def _open_japanese(sentence: str) -> tuple[str, bool] | None:
    if stem := _end_of(sentence, _ends("stems", "ja")):
        return stem, True
    if _KANJI_SMALL.search(sentence):
        return sentence[-2:], True
    if (run := _JAPANESE_RUN.search(sentence)) and wholeness(run[1], "ja") is Wholeness.HALF:
        return run[1], True
    if _ADNOMINAL.search(sentence):
        return sentence[-2:], False
    if len(sentence) >= _LONG_BY["ja"] and _TOPIC.search(sentence):
        return sentence[-1:], False
    return _listed_end(sentence, "ja")


def _listed_end(sentence: str, script: str) -> tuple[str, bool] | None:
    end = _end_of(sentence, _ends("open", script))
    if end is None and len(sentence) >= _LONG_BY.get(script, _LONG):
        end = _end_of(sentence, _ends("perhaps_open", script))
    if end is None or sentence == end or sentence.endswith(_ends("whole", script)):
        return None
    return end, False


def _end_of(sentence: str, ends: tuple[str, ...]) -> str | None:
    """The first of the ends that the sentence has; all are tried at once, most have none."""
    if not sentence.endswith(ends):
        return None
    return next(one for one in ends if sentence.endswith(one))


@cache
def _ends(kind: str, script: str) -> tuple[str, ...]:
    listed: Mapping[str, str] = getattr(table(Endings, "endings"), kind)
    return tuple(listed.get(script, "").split())


@cache
def small_words(language: str) -> frozenset[str]:
    """Prepositions, conjunctions and the like of a language; of English where none is told."""
    return _folded(table(Endings, "endings").words, language)


@cache
def _perhaps(language: str) -> frozenset[str]:
    return _folded(table(Endings, "endings").perhaps, language) | _linking(language)[0]


def _folded(listed: Mapping[str, str], language: str) -> frozenset[str]:
    """The words as listed (`Ihrem`), and folded (`τησ`) as those of texts are."""
    words = listed.get(language, "" if language else listed["en"])
    return frozenset((*words.split(), *words.casefold().split()))


@cache
def _pairs(language: str) -> tuple[frozenset[str], frozenset[str]]:
    openers, _, followers = (
        table(Endings, "endings").pairs.get(language, "").casefold().partition(" | ")
    )
    last_words = (one.rpartition("_")[2] for one in openers.split())
    return frozenset(last_words), frozenset(followers.split())


@cache
def _phrases(language: str) -> frozenset[str]:
    return frozenset(table(Endings, "endings").phrases.get(language, "").casefold().split())


def _unended(text: str, why: str) -> Violation:
    shown = " ".join(text[-40:].split()[-4:])
    message = f"it ends with '{shown}' {why}"
    fix = "end the last sentence"
    span = (len(text) - 1, len(text))
    return Violation("truncated.sentence", Severity.ERROR, message, span, fix=fix)


def _phrase(text: str, word: str) -> Violation:
    message = f"it ends with '{word}', which announces more: the text is cut off"
    span = (len(text) - len(word), len(text))
    fix = f"end the last sentence, not with '{word}'"
    return Violation("truncated.phrase", Severity.ERROR, message, span, fix=fix)


def _half(text: str, word: str) -> Violation:
    message = f"it ends within a word, '{word}': the text is cut off"
    span = (len(text) - len(word), len(text))
    fix = "end the last word and the last sentence"
    return Violation("truncated.word", Severity.ERROR, message, span, fix=fix)
