"""Where a text ends in the middle, in scripts whose words no space parts, and in Korean.

Thai and Japanese are looked at by their last letters: particles that announce more, beginnings of
words, forms of verbs and adjectives that stand before a noun. Korean has spaces, and its words are
judged by their endings alike.
"""

from functools import lru_cache
from typing import Final

from copygen.quality.end_words import listed_ends
from copygen.quality.normalize import deferred
from copygen.quality.trim import thai_phrases
from copygen.quality.word_ends import Wholeness, wholeness

LONG: Final = 55
LONG_BY: Final = {"tr": 45, "hi": 34, "ur": 34, "ja": 15, "zh": 14, "th": 24, "ko": 20}
"""Characters of a sentence that is no headline."""
_BEFORE: Final = frozenset("เแโใไເແໂໃໄ")
"""Vowels of Thai and Lao that are written before the letter they belong to."""
_THAI_SEEN: Final = 16
_THAI_TOLD: Final = 6
"""Letters that show whether the last three are a word: three before a place tell, and these."""
_RUNS_KEPT: Final = 8_192
_THAI_OPEN: Final = tuple(f"{vowel}{tone}" for vowel in "ัื็" for tone in ("", *"่้๊๋"))
_THAI: Final = deferred("[\u0e01-\u0e4e]+")
_THAI_HALF: Final = deferred("[ก-ฮ]?[ก-ฬฮ]$|[ก-ฮ][ิึุ][่้]?$|[ัื็][่-๋]?$")
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
_JAPANESE: Final = deferred("[\u3041-\u309f\u30a1-\u30fc]")
_HAN: Final = deferred("[\u3400-\u9fff]$")
_SIGN: Final = deferred("[\u3400-\u9fff々]")
_ADNOMINAL: Final = deferred("[\u4e00-\u9fff]な$|[\u4e00-\u9fff\u30a1-\u30faー]{2}の$")
"""`贅沢な`, `農園の`: the noun comes after it. Behind kana な and の end sentences."""
_JAPANESE_RUN: Final = deferred(r"(?:^|[^\d\u3400-\u9fff々])([\u3400-\u9fff々]+)$")
"""Han characters at the end, not behind a figure: `2食`."""
_LEAST_ZH: Final = 7
_ZH_SAID: Final = deferred(r"[是会會能挺蛮蠻很]|(.)\1的$|[你我他她它您们們好]的$")
"""What a good text that ends with 的 has: a verb or `very` before it, a doubling, a pronoun."""
_KANJI_SMALL: Final = deferred("[\u4e00-\u9fff]っ$")
_TOPIC: Final = deferred("[はが]、?(?=[^はが]*[をにへでと]$)")
_KOREAN_TOPIC: Final = deferred(r"[가-힣]{2}[이가은는]\s")
_KOREAN_LAST_TOPIC: Final = deferred(r"[가-힣]\s[가-힣]{2,3}[은는]$")
"""`다른 계획은`: what is said of it comes after it."""
_KOREAN_OBJECT: Final = deferred(r"[가-힣]{2}[을를]$")
_LONG_OBJECT: Final = 26
"""Characters of a sentence that needs a verb for its object, whatever it begins with."""
_KOREAN_MODIFIED: Final = deferred(
    r"[가-힣][을ㄹ]\s(?:수|것|만|뿐|때)$|[가-힣]{2}(?:도록|면서|거나)$"
    r"|[가-힣](?:하|되|어지|아지|있|없|주|드|키|내)는$|[가-힣](?:으며|히며|하며|되며|이며|려고|지만)$|[가-힣](?:아서|어서|해서|여서)$"
)
_KOREAN_ADNOMINAL: Final = deferred(
    r"\s\S*(?:로운|스러운|드러운|름다운|차가운|반가운|까운|려운|벼운|거운|귀여운|[가-힣]된|(?:뜻|편안|아늑|포근|깨끗|순|은은"
    r"|촉촉|단단|튼튼|소중|특별|완벽|상쾌|시원|깔끔|우아|진|담백|간편|다양|풍부|신선|건강|차분|조용|잔잔|고요|달콤|고소|향긋|정갈)한)$"
)
"""`부드러운`, `차분한`: the noun comes after it."""
_KOREAN_GENITIVE: Final = deferred(
    r"\s\S*[가-힣]{2}(?<!당신)(?<!우리)(?<!너희)(?<![주회정강문합동편호유논결의])의$"
)
"""`피부의`, "of the skin"; not nouns such as `회의`."""
_KOREAN_STEM: Final = deferred(
    "(?:스러|로우|러우|부드러|따뜻|깨끗|[습입합됩십집]니|[었았였겠있없]습|[가-힣]{2}[습합됩]|[해어아려워]집)$"
)
_FINALS: Final = frozenset((5, 6, 13, 14, 15, 20, 27))
"""Last consonants of a syllable of Hangul that only stems of verbs have: ㄵ ㄶ ㄾ ㄿ ㅀ ㅆ ㅎ."""


def unspaced_end(sentence: str, language: str) -> tuple[str, bool] | None:
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
    word = _last_thai_word(run) if run else ""
    if _THAI_HALF.fullmatch(word) or sentence.endswith(_THAI_OPEN):
        return (word, True) if word not in _THAI_SHORT else None
    return None


@lru_cache(maxsize=_RUNS_KEPT)
def _last_thai_word(run: str) -> str:
    return thai_phrases(run)[-1]


def _open_japanese(sentence: str) -> tuple[str, bool] | None:
    if stem := _end_of(sentence, "stems", "ja"):
        return stem, True
    if _KANJI_SMALL.match(sentence[-2:]):
        return sentence[-2:], True
    run = _JAPANESE_RUN.search(sentence) if _SIGN.match(sentence[-1]) else None
    if run and wholeness(run[1], "ja") is Wholeness.HALF:
        return run[1], True
    if _ADNOMINAL.search(sentence[-3:]):
        return sentence[-2:], False
    if len(sentence) >= LONG_BY["ja"] and _TOPIC.search(sentence):
        return sentence[-1:], False
    return _listed_end(sentence, "ja")


def _listed_end(sentence: str, script: str) -> tuple[str, bool] | None:
    end = _end_of(sentence, "open", script)
    if end is None and len(sentence) >= LONG_BY.get(script, LONG):
        end = _end_of(sentence, "perhaps_open", script)
    if end is None or sentence == end or _end_of(sentence, "whole", script):
        return None
    return end, False


def _end_of(sentence: str, kind: str, script: str) -> str | None:
    """The first of the listed ends that the sentence has."""
    ends = listed_ends(kind, script).get(sentence[-1], ())
    return next((one for one in ends if sentence.endswith(one)), None)


def is_half_korean(word: str) -> bool:
    """Whether a word of Korean is the stem of one."""
    last = ord(word[-1]) - ord("가")
    is_stem = 0 <= last <= ord("힣") - ord("가") and last % 28 in _FINALS
    return is_stem or (len(word) > 1 and _KOREAN_STEM.search(word) is not None)


def is_open_korean(sentence: str) -> bool:
    """Whether a sentence of Korean ends before its verb or the noun that it describes."""
    if _KOREAN_MODIFIED.search(sentence) and len(sentence) >= LONG_BY["ko"]:
        return True
    if _KOREAN_ADNOMINAL.search(sentence) or _KOREAN_GENITIVE.search(sentence):
        return True
    long = len(sentence) >= LONG_BY["ko"]
    if long and _KOREAN_LAST_TOPIC.search(sentence):
        return True
    if len(sentence) >= _LONG_OBJECT and _KOREAN_OBJECT.search(sentence):
        return True
    return long and bool(_KOREAN_OBJECT.search(sentence) and _KOREAN_TOPIC.search(sentence))
