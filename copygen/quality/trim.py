"""Shorten a text to a limit, where its language allows a cut: between words, or between phrases."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

import budoux

from copygen.quality.data import Endings, table
from copygen.quality.normalize import deferred, normalized
from copygen.quality.placeholders import find_placeholders, measure_filled
from copygen.quality.units import Unit, boundaries

_THAI: Final = "\u0e00-\u0e7f"
_KANA: Final = "\u3041-\u309f\u30a0-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_SPACELESS: Final = deferred(
    rf"[{_THAI}]+|[{_KANA}{_HAN}々〆ヶー、。，．！？：；・「」『』（）【】〈〉《》“”…]+"
)
_HAS_KANA: Final = deferred(f"[{_KANA}]")
_SPACE: Final = deferred(r"\s+")
# In Thai a space ends a clause: between words there is none.
_SENTENCE_END: Final = deferred(
    r"""[.!?…][)"'”’\]]*(?=\s)|[。！？][」』）”’]*|[।؟۔](?=\s)|\n"""
    rf"|(?<=[{_THAI}])(?=\s[{_THAI}])"
)

_OPENING: Final = "([{<«‹“‘「『（【〈《〔［｛¿¡„‚"
_DANGLING: Final = (
    " \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000,;:、，；：・·‧|/\\&-‐‑–—―~〜=@#" + _OPENING
)
_OBJECT_PARTICLE: Final = "を"
"""Ends no other Japanese word, so what stands before it is a whole one."""
_SURE_OF_THAI: Final = 2500
"""Of 3 000 words of a dictionary, many of them compounds, 56 % are parted at 0, 8 % at this."""
# fmt: off
_THAI_JOINTS: Final = frozenset((
    "สำหรับ", "และ", "หรือ", "เพื่อ", "โดย", "ด้วย", "พร้อม", "จาก",
        "ทุก", "เฉพาะ", "ราคา", "เพียง", "ตั้งแต่", "จนถึง", "เมื่อ", "เพราะ",
        "ซึ่ง", "แล้ว", "ไม่", "ใกล้", "พิเศษ", "เหมาะ",
))
# fmt: on
"""Words that begin something, and are the end of no other."""
_PAIRS: Final = dict(zip("([{「『（【〈《“", ")]}」』）】〉》”", strict=True))


def words(text: str, language: str | None) -> Iterator[int]:
    """Yield the offsets at which a word or phrase of `text` ends, in no order.

    `language` is a tag such as `ja` or `zh-TW`; it decides only between languages that share a
    script (Japanese and Chinese in Han characters alone, simplified and traditional).
    """
    yield from (found.start() for found in _SPACE.finditer(text))
    for run in _SPACELESS.finditer(text):
        if "\u0e00" <= run.group()[0] <= "\u0e7f":
            yield from _thai_words(run.group(), run.start())
            continue
        end = run.start()
        for phrase in _parser(_model(run.group(), language or "")).parse(run.group()):
            end += len(phrase)
            yield end
            if phrase.endswith(_OBJECT_PARTICLE):
                yield end - 1


def _thai_words(run: str, start: int) -> Iterator[int]:
    """Ends of words that are sure: BudouX alone parts `ญี่|ปุ่น`, for it looks for places to break
    a line. It is believed before a word that joins or adds something, and where it is sure."""
    end = start
    for before, phrase in pairwise(_parser("th").parse(run)):
        end += len(before)
        if phrase in _THAI_JOINTS:
            yield end
    end = start
    for phrase in _sure_thai_parser().parse(run):
        end += len(phrase)
        yield end


def phrase_ends(text: str) -> frozenset[int]:
    """The offsets at which a line of Thai, Japanese or Chinese may be broken."""
    ends = set()
    for run in _SPACELESS.finditer(text):
        end = run.start()
        model = "th" if "\u0e00" <= run.group()[0] <= "\u0e7f" else _model(run.group(), "")
        for phrase in _parser(model).parse(run.group()):
            end += len(phrase)
            ends.add(end)
    return frozenset(ends)


def thai_phrases(run: str) -> list[str]:
    """A run of Thai letters as BudouX parts it, compounds into their words, too."""
    return _parser("th").parse(run)


def sentences(text: str) -> Iterator[int]:
    """Yield the offsets at which a sentence of `text` ends."""
    return (found.end() for found in _SENTENCE_END.finditer(text))


def _model(run: str, language: str) -> str:
    tag = language.casefold().replace("_", "-")
    if tag.startswith("ja") or _HAS_KANA.search(run):
        return "ja"
    traditional = tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo"))
    return "zh-hant" if traditional else "zh-hans"


@cache
def _sure_thai_parser() -> budoux.Parser:
    """The Thai parser with so much against each place that few words are parted."""
    model = json.loads(files("budoux").joinpath("models", "th.json").read_text(encoding="utf-8"))
    # No feature of a text is called so; half of what all features sum to is the threshold.
    return budoux.Parser({**model, "none": {"": 2 * _SURE_OF_THAI}})


@cache
def _parser(model: str) -> budoux.Parser:
    load = {
        "th": budoux.load_default_thai_parser,
        "ja": budoux.load_default_japanese_parser,
        "zh-hans": budoux.load_default_simplified_chinese_parser,
        "zh-hant": budoux.load_default_traditional_chinese_parser,
    }
    return load[model]()


def tidy(text: str) -> str:
    """Return `text` without punctuation at its end that announces more to come."""
    return text.rstrip(_DANGLING)


def tidy_ends(text: str) -> list[int]:
    """For each length of a beginning of `text` its length when tidy, 0 to the whole."""
    ends = [0]
    for number, char in enumerate(text, 1):
        ends.append(ends[-1] if char in _DANGLING else number)
    return ends


def ends_open(text: str, language: str | None) -> bool:
    """Whether `text` ends in the middle: in a bracket, or with a word that announces another."""
    if any(text.count(opening) > text.count(closing) for opening, closing in _PAIRS.items()):
        return True
    last = text.rsplit(None, 1)[-1].casefold() if text.strip() else ""
    if last in _open_words(language):
        return True
    return text.endswith(_open_particles(text[-1:], language))


@cache
def _open_words(language: str | None) -> frozenset[str]:
    listed = table(Endings, "endings").words
    known = listed.get(language.casefold().split("-")[0].split("_")[0]) if language else None
    if language is not None:
        return frozenset((known or "").casefold().split())
    # An unknown language is most often English, and few of these are a word elsewhere.
    return frozenset(listed["en"].split())


@cache
def _open_particles(last: str, language: str | None) -> tuple[str, ...]:
    listed = table(Endings, "endings").particles
    if "\u0e00" <= last <= "\u0e7f":
        return tuple(listed["th"].split())
    if not re.match(f"[{_KANA}{_HAN}]", last):
        return ()
    if _HAS_KANA.match(last) or (language or "").startswith("ja"):
        return tuple(listed["ja"].split())
    return tuple(listed["zh"].split())


_SENTENCE_SHARE = 0.7
"""A cut behind a sentence is taken if it keeps this share of what would fit."""
_IN_THAI = deferred("(?<=[\u0e00-\u0e7f])[\u0e00-\u0e7f]")
_CANDIDATES = 8
"""Cuts tried for one that does not end in the middle of something."""
_TRIED_ONE_BY_ONE = 32
"""Cuts that do not fit, below the longest that seemed to: from then on, ever larger steps."""

_NOTHING_FILLED: Mapping[str, str] = {}


def trim(
    text: str,
    limit: int,
    unit: Unit,
    *,
    language: str | None = None,
    longest: Mapping[str, str] = _NOTHING_FILLED,
) -> str:
    """Return the beginning of `text`, in NFC, that is at most `limit` long in `unit`.

    Cut behind a sentence if that keeps most of it, else behind a word or phrase: at spaces, and
    in Thai, Japanese and Chinese at phrase boundaries found by BudouX; only a first word that is
    too long by itself is cut between characters, and not in Thai. Never inside a grapheme cluster
    or a placeholder, which counts at its value in `longest`. What remains does not end with an
    opening bracket, a comma or the like, or a word that announces more to come if a shorter cut
    avoids it. Empty if nothing fits. A text that fits is returned whole.
    """
    text = normalized(text, "NFC")

    def fits(part: str) -> bool:
        return measure_filled(part, unit, longest) <= limit

    if fits(text):
        return text
    uncut = _Uncut(text)
    at_words = uncut.cuts(words(text, language))
    at_sentences = uncut.cuts(sentences(text))
    word = _longest_fitting(text, at_words, fits, lambda part: not ends_open(part, language))
    sentence = _longest_fitting(text, at_sentences, fits)
    if sentence and len(sentence) >= _SENTENCE_SHARE * len(word):
        return sentence
    return word or _within_a_word(text, _longest_fitting(text, uncut.cuts(uncut.clusters), fits))


def _within_a_word(text: str, part: str) -> str:
    """`part`, unless that parts a Thai word, which no reader would put together again."""
    return "" if part and _IN_THAI.match(text, len(part)) else part


class _Uncut:
    """What must stay whole: grapheme clusters and placeholders."""

    def __init__(self, text: str) -> None:
        self.clusters = boundaries(text)
        self._ends = frozenset(self.clusters)
        places = find_placeholders(text)
        self._firsts = [place.start for place in places]
        self._lasts = [place.end for place in places]
        self._tidied = tidy_ends(text)

    def cuts(self, offsets: Iterable[int]) -> Sequence[int]:
        """Where the text may be cut near those offsets, tidy and ascending."""
        return sorted({cut for cut in map(self._cut, offsets) if cut in self._ends})

    def _cut(self, end: int) -> int:
        """The last tidy offset up to `end` that is in no placeholder."""
        while True:
            tidied = self._tidied[end]
            before = bisect_left(self._firsts, tidied) - 1
            if before < 0 or tidied >= self._lasts[before]:
                return tidied
            if end >= self._lasts[before]:
                return self._lasts[before]
            end = self._firsts[before]


def _longest_fitting(
    text: str,
    ends: Sequence[int],
    fits: Callable[[str], bool],
    is_good: Callable[[str], bool] = bool,
) -> str:
    """The longest beginning of `text` that fits; of the longest few, the first that is good."""
    # Nearly every unit grows with the text; where one does not (an address on X that becomes a
    # word), the walk down from there still never exceeds the limit.
    number = bisect_right(ends, False, key=lambda end: not fits(text[:end]))
    fitting = ""
    tried = skipped = 0
    while number > 0 and tried < _CANDIDATES:
        number -= 1 << max(0, skipped - _TRIED_ONE_BY_ONE)
        part = text[: ends[max(0, number)]]
        if not fits(part):
            skipped += 1
            continue
        if is_good(part):
            return part
        fitting = fitting or part
        tried += 1
    return fitting
