"""Where a text ends in the middle: in a bracket, behind a comma, a small word or half a word.

A server says `stop` for many of these, so that only the text itself shows it. Good copy ends
without a full stop, with a dash or an ellipsis, and with a preposition that belongs to its verb
(`come on in`, `melde dich an`); the small words that may do so (`perhaps` in
`configs/metrics/endings.yaml`) count only in a text as long as no headline is, where nothing in it
goes with them (`linking`), or where the other texts of its field all end with a full stop. Half
words are told by the words of the language and how they end (`word_ends.py`). Where no list says
anything, what was learnt of ends tells (`end_model.py`).
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from copygen.models import Severity, Violation
from copygen.quality.checks.open_forms import (
    LONG,
    LONG_BY,
    is_half_korean,
    is_open_korean,
    unspaced_end,
)
from copygen.quality.end_model import EndModel, last_sentence
from copygen.quality.end_words import (
    THEN,
    UNSPACED,
    calls_to_act,
    clause_words,
    joining_words,
    last_of_openings,
    linking_words,
    open_phrases,
    perhaps_small,
    small_words,
)
from copygen.quality.facts import CheckContext
from copygen.quality.languages import base
from copygen.quality.normalize import deferred, fold
from copygen.quality.word_ends import Wholeness, common_words, wholeness

_END: Final = frozenset(".!?…。！？।॥؟۔։።")
_BRACKETS: Final = (
    ("(", ")"), ("[", "]"), ("{", "}"), ("（", "）"), ("［", "］"), ("【", "】"), ("「", "」"),
    ("『", "』"), ("《", "》"), ("〈", "〉"), ("〔", "〕"), ("“", "”“"), ("„", "“”\""), ("‚", "‘’"),
    ("«", "»"), ("‹", "›"), ("<", ">"),
)  # fmt: skip
"""What is opened and what closes it: `„…“` in German, `„…”` in Polish, `“…”` in English."""
_WESTERN: Final = frozenset("“„‚«‹")
_SMILE: Final = deferred(r"[:;=8]['’]?-?$")
_MARKS: Final = frozenset(",،、，;؛；:：/\\&@#-‐‑=~·|")
_ONLY_HYPHENS: Final = frozenset("-‐‑")
_LAST_CHARS: Final = 3000
"""Of a long text the end is looked at: what was opened before that is forgotten."""
_SENTENCE: Final = deferred(
    r"[.!?…।؟۔。！？\n](?:(?<=[.!?…।؟۔])\s|(?<=[。！？])(?![」』”）!?！？])\s?|(?<=\n))"
)
_NEAR_END: Final = 100
_AFTER_FIGURE: Final = deferred(r"\d\s?$")
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
_SHORTENED: Final = deferred(
    r"(?:^|[\s(.])(?:[^\W\d_]|[b-df-hj-np-tv-xz]{2,}|[бвгджзйклмнпрстфхцчшщ]{2,}|ca|no|tel|approx|ink|incl"
    r"|inkl|excl|exkl|etc|max|min|prof|art|vol|руб|тел|ул|им)\.$",
    re.IGNORECASE,
)
"""A word with a stop that ends no sentence: a letter, consonants alone, and others."""
_CLOSING: Final = frozenset("\"'”“’»」』）)")
_GOES_ON: Final = 35
"""Characters of a last sentence behind such a one that a small word does not end."""
_LONG_OFFER: Final = 1.3
"""From so many times the length of a last word in brief a sentence is none, with a figure, too."""
_FIGURE: Final = deferred(r"\d")
_SHORT_VALUE: Final = 2
_PROSE: Final = 80
_PROSE_BY: Final = {"ja": 36, "zh": 34, "ko": 44}
"""Characters of a text of one sentence that is no headline: of 3 200 good texts without figures and
the marks of lists none that is so long ends without a full stop."""
_NO_PROSE: Final = deferred(
    r"\d|[:：•|/#@<>\[\](){}*_+=!?！？…\n«»“”„\"「」『』]|\s[-–—]\s|[A-Z]{4}"
)
_COMMA: Final = deferred("[,،、，;；؛]")
_FEW_COMMAS: Final = 1
_TITLES: Final = deferred(r"title|headline|name|subject|alt|keyword")
_CLAUSE: Final = deferred(r"[^\s,]\s+[^\s,]+,\s\S+$")
"""A comma before the last word, and two words before that."""
_POSTPOSED: Final = frozenset(
    (
        *("में", "से", "पर", "तक", "को", "میں", "سے", "پر", "تک", "کو"),
        *("मध्ये", "पासून", "देखि", "मा", "ਵਿੱਚ", "ਤੋਂ"),
    )
)
"""What stands behind a price, as `for` and `from` stand before it: `सिर्फ़ ₹349 में`."""
_LEAST_PART: Final = 3
_VERBS_LAST: Final = MappingProxyType(
    {
        "de": (*("ist", "sind", "wird", "werden", "kann", "macht", "bringt", "gibt"), "lässt"),
        "nl": (*("is", "zijn", "heeft", "hebben", "kan", "zal", "wordt", "maakt", "geeft"), "laat"),
    }
)
"""Verbs that other words may follow, and that end a clause."""
_LEAST_LINKED: Final = 10
"""Words of a part of a sentence, and characters of the whole, that a preposition may end."""
_PART: Final = deferred(r"[,;:،、，–—-]\s")
_STOPS: Final = frozenset(".…。।۔")
_ENDLESS: Final = frozenset(("th", "lo", "km", "my"))
"""Languages that write no full stop."""
_HAS_CODE: Final = deferred(
    r"[#@/<>|A-Z.!?…](?:(?<=[#@/<>|])|(?<=[A-Z])[A-Z]{3}|(?<=\w\.)\w|(?<=[.!?…])[\"'”“»’])"
)
"""A tag, an address or capitals: a call to act, which needs no full stop; or who is quoted."""
_CONJOINING: Final = frozenset("\u1039\u17d2\u200d\u200c")
"""What joins a letter to the next: the coeng of Khmer, the virama of Burmese, the joiners."""
_MEDIAL: Final = deferred("[\u05d0-\u05ea][כמנצ]$|[\u0370-\u03ff]σ$")
"""Letters that have another form at the end of a word: Hebrew, Greek sigma."""
_APOSTROPHE: Final = deferred(
    r"(?:^|[\s'’])(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|un|dell|all|nell|dall|sull|quest|gl|bell)"
    "['’]$",
    re.IGNORECASE,
)
_ELIDING: Final = frozenset(("fr", "it", "ca", "oc"))
_TURKISH_CONVERB: Final = deferred("[^\\W\\d_]{2}(?:arak|erek)$")
"""`dokunarak`, "by touching": the verb of the sentence comes after it."""
_LEARNT: Final = 3.0
"""Odds (their logarithm) from which a text is cut off by what is learnt: of 1 001 good
texts of shops without a final stop eleven have them, where the form was learnt from others."""
_UNTIL: Final = deferred(r"\d\s?[^\W\d_]{0,2}(?:まで|から|より|까지|부터)\Z")
"""Behind a figure a whole end of an offer: `12月31日まで`."""
_LEARNT_LONG: Final = ((95, 1.7), (85, 2.4))
"""Characters of several clauses from which less does, as few headlines are so long: of 5 700 good
texts none more than with 3.0 is held to be cut off."""
_CLAUSES: Final = deferred(r"[,،;؛:.!?…।؟۔]\s")
_LEAST_LEARNT: Final = 12
"""Characters of a text that what is learnt may judge."""
_NO_PLAIN_TEXT: Final = deferred(
    r"[#@<>|/*_{}.!?…](?:(?<=[#@<>|/*_{}])|(?<=\.)(?:\.|(?<=\w\.)\w)|(?<=[.!?…])[\"'”“»’]\s)"
)
_SIBLINGS: Final = 2
_LEAST_LETTERS: Final = 2
_OF_A_LETTER: Final = frozenset(("vi",))
"""Languages with nouns of one letter (`như ý`): in others it is the beginning of a word, behind a
sentence that has its stop.
"""
_NEIGHBOURS: Final = 6
_WORD_LETTERS: Final = 5
"""A single word of so many, behind others, is whole, also if most others that begin so go on."""
_LETTERS: Final = deferred(
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u200c-])+"
)
_LONG_DOUBTED: Final = 35
"""Characters from which a text that ends with a doubtful word is cut off within it."""
_SIGNED_FROM: Final = 2
_SIGNED_LONG: Final = 40
"""Sentences before a brand that signs a text, and their letters."""
_NEGATIONS: Final = MappingProxyType(
    {
        **{"pl": "nie ta ten to te", "bg": "не тази този това тези", "sr": "не она онај оно оне"},
        **{
            "hr": "ne ona onaj ono one",
            "sl": "ne tista tisti tisto tiste",
            "cs": "ne ta ten to ty",
        },
        **{"sk": "nie tá ten to tie", "pt": "não o a os as", "ro": "nu cel cea cele cei"},
        **{"lt": "ne tas ta tie", "lv": "nē tas tā tie"},
    }
)
"""What stands for a verb where the sentence before has it, and who does not: `Paper fades. The one
in Nib not`."""
_NAMED_LETTERS: Final = 3
_DENIED_WORDS: Final = 4
"""Words of such a sentence: which, where, the product and the negation."""
_LEAST_CHARS: Final = 10
"""A shorter text is a title, which may have a word of its own making."""


def cut_off(context: CheckContext) -> list[Violation]:
    """An end in the middle of a sentence, a word, a bracket or quotation marks."""
    text = context.text.original.rstrip()
    if not text:
        return []
    found = open_end(text, context)
    if found or not _ends_in_letter(text):
        return found
    return _unlike_headlines(text, context) or _unlike_siblings(text, context)


def open_end(text: str, context: CheckContext) -> list[Violation]:
    """What lists and rules say of the end of a text, without its siblings and what is learnt."""
    found, last = _open_bracket(text), text[-1]
    if found is not None or last in _END:
        return [found] if found else []
    if last in _MARKS:
        return _mark(text, context)
    if last in "'’" and _language(context) in _ELIDING and _APOSTROPHE.search(text[-12:]):
        return [_phrase(text, text.split()[-1])]
    if last in _CONJOINING:
        return [_half(text, text.split()[-1])]
    return _word(text, context) if _ends_in_letter(text) else []


def _ends_in_letter(text: str) -> bool:
    return text[-1].isalpha() or unicodedata.category(text[-1])[0] == "M"


def _unlike_headlines(text: str, context: CheckContext) -> list[Violation]:
    """What is learnt of ends and forms: a text that looks more like a cut one than a headline."""
    if len(text) < _LEAST_LEARNT or _is_title(context.field):
        return []
    model = EndModel.of(language := _language(context))
    enough = _LEARNT
    if len(text) >= _LEARNT_LONG[-1][0] and _CLAUSES.search(text):
        enough = next(odds for least, odds in _LEARNT_LONG if len(text) >= least)
    if model is None or not model.is_cut(text, context.facts, enough):
        return []
    is_form = is_headline_form(text) or _are_single_words(text, language)
    is_form = is_form or _is_signed(text, context)
    if is_form or _UNTIL.search(text[-8:]):
        return []
    last = text.rsplit(None, 1)[-1].strip("\"'’“”„«»()").casefold()
    if last in small_words(language) or last in perhaps_small(language):
        return []  # the rules know it and let it pass: `one to lean against`
    return [_unended(text, "in the middle of a sentence")]


def _is_signed(text: str, context: CheckContext) -> bool:
    """Whether a value of the item stands alone behind what is done first and then: a brand signs
    (`First photograph the receipt. Then forget it. Quittly`).
    """
    *told, last = _SENTENCE.split(text)
    if len(told) != _SIGNED_FROM or " " in last or max(map(len, told)) > _SIGNED_LONG:
        return False
    if THEN.match(told[1].casefold()) is None:
        return False
    return fold(last) in context.facts.folded.text.split("\n")


def _are_single_words(text: str, language: str) -> bool:
    """`Grind. Pour. Wait. Drink`, and no beginning of a word at the end."""
    sentences = _SENTENCE.split(text)
    words = [len(one.split()) for one in sentences]
    are_single = len(words) > 2 and 3 * words.count(1) >= 2 * len(words) and words[-1] == 1
    last = sentences[-1].casefold()
    is_half = len(last) < _WORD_LETTERS and wholeness(last, language) is Wholeness.HALF
    return are_single and not is_half


def is_headline_form(text: str) -> bool:
    """Whether a text is no prose: lines, codes, capitals, or a name behind what is quoted."""
    before = text[: len(text) - len(last_sentence(text))].rstrip()
    quoted = before[-1:] in _CLOSING and bool(before)
    return quoted or "\n" in text or text.isupper() or _NO_PLAIN_TEXT.search(text) is not None


@lru_cache(maxsize=256)
def _is_title(field: str | None) -> bool:
    return _TITLES.search(field or "") is not None


def _language(context: CheckContext) -> str:
    return base(context.language) if context.language else ""


def _open_bracket(text: str) -> Violation | None:
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
        return Violation(rule, Severity.ERROR, message, (at, len(text)), fix=fix)
    return None


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
    if found := unspaced_end(sentence, language):
        whole, half = found
        return [_half(text, whole) if half else _phrase(text, whole)]
    folded = word.strip("\"'’“”„«»()").casefold().replace("’", "'")
    elided, _, stem = folded.rpartition("'") if language in _ELIDING else ("", "", folded)
    if not word.isascii():
        if _MEDIAL.search(word) or (language == "ko" and is_half_korean(word)):
            return [_half(text, word)]
        if language == "ko" and is_open_korean(sentence):
            return [_phrase(text, word)]
    if language == "tr" and len(sentence) >= LONG and _TURKISH_CONVERB.search(folded):
        return [_phrase(text, word)]
    known = folded in small_words(language) or folded in perhaps_small(language)
    if known and _announces(word, folded, sentence, context):
        denial = _NEGATIONS.get(language, "").split()
        denies = folded in denial[:1] and _denies_before(text, sentence, context, denial[1:])
        return [] if denies else [_phrase(text, word)]
    openers, followers = clause_words(language)
    is_small = known or folded in followers
    if is_small and word == sentence and _is_alone(text, word, folded, context):
        return [_phrase(text, word)]
    if folded in openers and _CLAUSE.search(sentence):
        return [_phrase(text, word)]
    if folded in last_of_openings(language) and (opened := _opened_clause(sentence, language)):
        return [_phrase(text, opened)]
    is_elided = not elided or _APOSTROPHE.search(f"{elided}'")
    if is_elided and _is_beginning(word, stem, sentence, context):
        return [_half(text, word)]
    if len(sentence) < len(text):
        if _unlike_itself(text, sentence, context):
            return [_unended(text, "and no full stop, unlike the sentence before")]
    elif _is_prose(text, context):
        return [_unended(text, "and no full stop, and is too long for a headline")]
    return []


def _denies_before(text: str, sentence: str, context: CheckContext, which: Sequence[str]) -> bool:
    """Whether a sentence says of what is in the product that the one before is not so."""
    words = sentence.split()
    if len(words) != _DENIED_WORDS or text[: -len(sentence)].rstrip()[-1:] not in _STOPS:
        return False
    names = [one for one in context.facts.title_words if len(one) >= _NAMED_LETTERS]
    if words[0].casefold() not in which:
        return False
    return words[2][:1].isupper() and fold(words[2]).startswith(tuple(names))


def _is_alone(text: str, word: str, folded: str, context: CheckContext) -> bool:
    """Whether a small word is all there is of a text, or of a sentence behind another."""
    language = _language(context)
    if word == text:
        is_given = folded in context.facts.folded.text.split()
        return folded not in perhaps_small(language) and not is_given
    return _is_sentence(text[: -len(word)].rstrip(), language)


def _last_end(text: str) -> int:
    """Where the last sentence begins. It is looked for near the end first."""
    at, end = 0, len(text)
    for near in (_NEAR_END, len(text)):
        start = max(0, len(text) - near)
        for found in _SENTENCE.finditer(text, start, end):
            at = found.end()
        if at or not start:
            break
        end = start + 1  # of the earlier part the last mark may need the first blank behind it
    return at


def _opened_clause(sentence: str, language: str) -> str | None:
    """The two words at the end that only open a clause: `where you`, `dzięki czemu`."""
    words = sentence.rsplit(None, 2)[-2:]
    if len(words) < 2 or len(sentence) < _LEAST_CHARS:
        return None
    first, second = (one.strip("\"'’“”„«»()").casefold().replace("’", "'") for one in words)
    openers, followers = clause_words(language)
    opens = first in openers and second in followers and len(sentence) >= _LONG_PAIR
    if opens or f"{first}_{second}" in open_phrases(language):
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
    long = _LAST_LONG if sentence[-1].isascii() else LONG_BY.get(language, _LAST_LONG)
    told_from = _last_end(before[:-1])
    told = len(before) - told_from
    if told < _TELLS_BY.get(language, _TELLS) and len(sentence) < _LONG_TOLD * long:
        return False  # a headline in two parts
    if len(sentence) >= long:
        return len(sentence) >= _LONG_OFFER * long or not _is_offer(sentence, context)
    quoted = before[-2:-1] in _CLOSING or not sentence[0].isalnum()
    if quoted or sentence[0].islower() or not _is_whole(before, told, language):
        return False
    words = sentence.split()
    calls = calls_to_act(language)
    if (len(words) < 2 and language not in UNSPACED) or (calls and calls.search(sentence)):
        return False
    parallel = before[told_from:].split()
    if len(parallel) == len(words) and parallel[0] == words[0]:
        return False  # `A scent that stays. A price that pleases`
    return words[0].casefold() not in joining_words(language) and not _is_offer(sentence, context)


def _is_offer(sentence: str, context: CheckContext) -> bool:
    """Whether a sentence names the product or a figure: `Crema Tre, 500 g in the bag`."""
    if _FIGURE.search(sentence):
        return True
    given = [one for one in context.facts.title_words if one in context.text.text]
    if given and not set(given).isdisjoint(
        fold(one.strip("\"'’“”„«»(),")) for one in sentence.split()
    ):
        return True
    if _language(context) not in UNSPACED or sentence[-1].isascii():
        return " ".join(sentence.split()[:2]).casefold() in context.facts.folded.text
    values = context.facts.folded.original.split()
    return any(one in sentence for one in values if len(one) > _SHORT_VALUE)


def _is_prose(sentence: str, context: CheckContext) -> bool:
    """Whether a text of one sentence is a sentence, without an end, and neither title nor list."""
    language = _language(context)
    if len(sentence) < _PROSE_BY.get(language, _PROSE) or language in _ENDLESS or not language:
        return False
    if _NO_PROSE.search(sentence) or len(_COMMA.findall(sentence)) > _FEW_COMMAS:
        return False
    if _is_title(context.field):
        return False
    if language in UNSPACED:
        return True
    words = sentence.split()
    if 3 * sum(one[0].isupper() for one in words) > len(words) and language != "de":
        return False
    clauses = clause_words(language)[0] - joining_words(language)
    small = small_words(language) | perhaps_small(language)
    return words[0].casefold() in small or not clauses.isdisjoint(map(str.casefold, words))


def _is_sentence(before: str, language: str) -> bool:
    """Whether a sentence with a full stop ends there: no words in a row, nothing abbreviated."""
    if before[-1:] not in _STOPS:
        return False
    return _is_whole(before, len(before) - _last_end(before[:-1]), language)


def _is_whole(before: str, long: int, language: str) -> bool:
    """The same of a sentence so long that has its stop."""
    return long >= _PLAIN_BY.get(language, _PLAIN) and not _SHORTENED.search(before[-12:])


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
    if folded not in perhaps_small(language) or _is_linking(folded, sentence, language):
        return True
    if folded in _VERBS_LAST.get(language, ()) and _ends_clause(sentence, language):
        return False
    is_long = len(sentence) >= LONG_BY.get(language, LONG)
    return is_long or _goes_on(sentence, context) or _siblings_end(context)


def _ends_clause(sentence: str, language: str) -> bool:
    """Whether a verb at the end of a clause ends it: `…, die den Tag gut ausgehen lässt`."""
    words = _PART.split(sentence)[-1].casefold().split()
    return len(words) > _LEAST_PART and words[0] in clause_words(language)[0]


def _goes_on(sentence: str, context: CheckContext, least: int = _GOES_ON) -> bool:
    """Whether a last sentence of so many characters is behind one that tells something and has its
    stop.
    """
    text, language = context.text.original.rstrip(), _language(context)
    if len(sentence) < min(least, LONG_BY.get(language, LONG)) or len(sentence) == len(text):
        return False
    before = text[: len(text) - len(sentence)].rstrip()
    told = len(before) - _last_end(before[:-1])
    return told >= _TELLS_BY.get(language, _TELLS) and _is_sentence(before, language)


def _is_linking(folded: str, sentence: str, language: str) -> bool:
    """Whether a preposition ends a part of a sentence that has no verb for it."""
    linking, excused = linking_words(language)
    if folded not in linking or len(sentence) < _LEAST_LINKED:
        return False
    part = _PART.split(sentence)[-1].casefold().replace("’", "'").split()
    after = part[-2] if len(part) > 1 else ""
    opened = after in small_words(language) and after not in perhaps_small(language)  # `без да`
    return (opened or len(part) >= _LEAST_PART) and excused.isdisjoint(part[:-1])


def _is_beginning(word: str, folded: str, sentence: str, context: CheckContext) -> bool:
    """Whether the last word is none, and the beginning of one: `enough for the gard`."""
    language = _language(context)
    text = context.text.original.rstrip()
    if not language or language in UNSPACED or len(text) < _LEAST_CHARS:
        return False
    least = Wholeness.DOUBTFUL if len(text) >= _LONG_DOUBTED else Wholeness.HALF
    if not common_words(language) or wholeness(folded, language) < least:
        return False
    if len(folded) < _LEAST_LETTERS and (
        language in _OF_A_LETTER
        or folded in small_words(language) | perhaps_small(language)
        or not _goes_on(sentence, context, _LEAST_CHARS)
    ):
        return False
    if word[:1].isupper() and language != "de":
        begins = word == sentence and _is_sentence(text[: -len(word)].rstrip(), language)
        if not begins:
            return False  # a name
    calls = calls_to_act(language) if len(sentence) < len(text) else None
    if calls and calls.search(sentence, len(sentence) - len(word)):
        return False
    if not _LETTERS.fullmatch(folded) or folded in context.facts.folded.text.split():
        return False
    if _AFTER_FIGURE.search(text[-len(word) - 4 : len(text) - len(word)]):
        return False  # a unit
    # In another language many words end so, which is that rule's to say.
    others = [
        one
        for one in text.rsplit(None, _NEIGHBOURS + 1)[-_NEIGHBOURS - 1 : -1]
        if _LETTERS.fullmatch(one)
    ]
    halves = sum(wholeness(one, language) is Wholeness.HALF for one in others)
    return not others or 2 * halves <= len(others)


def _siblings_end(context: CheckContext) -> bool:
    """Whether the other texts of the field all end with a full stop or the like."""
    texts = context.record.get(context.field or "", ())
    if len(texts) <= _SIBLINGS:
        return False
    own = context.text.original
    others = [one for one in texts if one != own]
    return len(others) >= _SIBLINGS and all(one.rstrip()[-1:] in _END for one in others)


def _unlike_siblings(text: str, context: CheckContext) -> list[Violation]:
    if not context.record or not _siblings_end(context):
        return []
    message = "it ends without a full stop, the other texts of the field end with one"
    fix = "end the last sentence"
    span = (len(text) - 1, len(text))
    return [Violation("truncated.end", Severity.WARNING, message, span, fix=fix)]


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
