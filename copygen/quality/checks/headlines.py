"""Several texts that nothing but their form shows: headlines between blank lines, texts between
strokes, in quotation marks, behind flags, called short and long.

Three lines with blank ones between may be one post. They are headlines where each says as much as
the others, none asks the reader or goes on from the one before, or where two name the product.
"""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Final

from copygen.quality.checks.assignment import Assignment
from copygen.quality.checks.labels import calls_versions, words_that_go_on
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said
from copygen.quality.scripts import UNSPACED

_STROKES: Final = (" / ", " | ", " || ", " // ", "\t")
_ENDS: Final = ".!?…。！？।؟"
_SENTENCE_LETTERS: Final = 12
"""Letters of a text between strokes."""
_MARKED: Final = deferred(
    r"(?:(?<=\A)|(?<=[.!?…。！？][ \n]))"
    r"\(?(?:(?P<letter>[a-dA-D])[).]|(?P<digit>[1-4])\)|(?P<round>[①②③④]))\s?(?=\S)"
)
_MARK_ORDER: Final = ("abcd", "ABCD", "1234", "①②③④")
_OPTION_WORDS: Final = 3
_OPTION_LETTERS: Final = 16
"""Words and letters of each text that is called an option within a line: `Option A: wait.` is
copy."""
_QUOTED: Final = deferred('["“„«»「『”][^"“”„«»「」『』\n]{8,}["”“»«」』]')
_BETWEEN_QUOTED: Final = deferred(r"(?:\s|[,;/|.]|\w{1,9}(?=\W))*")
_ASKS: Final = deferred('[?？؟;\u037e]["”“»«」』]?$')
_FLAG: Final = deferred("(?m)^[ \t]*([\U0001f1e6-\U0001f1ff]{2})")
_HEAD: Final = deferred(
    r"[\s*_#\[【]{0,6}+(?P<name>[^:：\n]{2,24}?)[\]】*_]{0,3}\s?[:：][*_]{0,3}\s?\S"
)
_POST: Final = deferred("[#@]|https?:|www\\.")
_WORD: Final = deferred(r"[^\W_]+")
_LEAST_HEADLINES: Final = 3
_MOST_HEADLINES: Final = 8
_LONGEST: Final = 90
_ALIKE_LONGEST: Final = 60
_ALIKE_LEAST: Final = 16
_ALIKE_LEAST_UNSPACED: Final = 7
"""Characters of a headline: of any, and where its length alone tells."""
_NAME_LETTERS: Final = 4
_DENSE: Final = "\u0590"
"""From here scripts need fewer letters for a name."""
_SAYS_MORE: Final = 5
"""Letters of a name, and of what a headline says beside it."""
_THAI_ASKS: Final = deferred(
    "ไหม|มั้ย|อะไร|ไหน|ใคร|เมื่อไ|ยังไง|อย่างไร|หรือยัง|รึ|ทำไม|吗|呢|什么|什麼|嗎|ですか|ますか"
)
_GOES_ON_UNSPACED: Final = (
    *("だから", "でも", "そして", "それ", "また", "その", "今", "所以", "但", "而", "然后", "然後"),
    *("于是", "於是", "它", "这", "這", "แต่", "แล้ว", "เพราะ", "และ", "นี่", "มัน", "ก็"),
)


def in_one_line(said: Said, begin: int, original: str) -> tuple[int, int] | None:
    """The first of several texts between strokes, in quotation marks, or behind `a)` and `b)`."""
    text = said.text
    for stroke in _STROKES:
        if stroke not in text:
            continue
        parts = text[begin:].split(stroke)
        if all(len(one) > _SENTENCE_LETTERS and _is_sentence(one) for one in parts):
            return begin, begin + len(parts[0])
    flags = _FLAG.findall(original)
    if len(set(flags)) > 1:
        return begin, said.line_end(begin)
    if (quoted := _in_quotes(text)) is not None:
        return quoted
    marks = list(_MARKED.finditer(original))
    if len(marks) > 1 and not original[: marks[0].start()].strip():
        joined = "".join((one["letter"] or one["digit"] or one["round"]) for one in marks)
        ends = [*(one.start() for one in marks[1:]), len(original)]
        parts = [original[one.end() : end] for one, end in zip(marks, ends, strict=True)]
        if any(row.startswith(joined) for row in _MARK_ORDER) and all(map(_is_text, parts)):
            return begin, said.line_end(begin)
    return None


def options_in_line(said: Said, begin: int, places: Sequence[int]) -> tuple[int, int] | None:
    """The first of several options within a line, each a text: `Headline 1: … Headline 2: …`."""
    text = said.text
    if len(places) < 2 or places[0] > begin:
        return None
    parts = [text[start:end] for start, end in zip(places, [*places[1:], len(text)], strict=True)]
    texts = [re.split("[:：.)–—-]", one, maxsplit=1)[-1] for one in parts]
    return (begin, places[1]) if all(map(_is_text, texts)) else None


def _is_text(part: str) -> bool:
    words = len(part.split())
    long = len(part.strip()) >= _OPTION_LETTERS and words >= _OPTION_WORDS
    return _is_sentence(part) and (long or UNSPACED.search(part) is not None)


def _is_sentence(part: str) -> bool:
    return part.rstrip(" \n\"'”“»«」』)")[-1:] in _ENDS


def _in_quotes(text: str) -> tuple[int, int] | None:
    """The first of several texts in quotation marks that are all there is."""
    found = list(_QUOTED.finditer(text))
    if len(found) < 2 or text[: found[0].start()].strip() or text[found[-1].end() :].strip(" \n."):
        return None
    gaps = [text[one.end() : other.start()] for one, other in pairwise(found)]
    if not all(map(_BETWEEN_QUOTED.fullmatch, gaps)):
        return None
    if any(_ASKS.search(one[0][:-1]) for one in found[:-1]):
        return None  # people who speak
    apart = len(found) > 2 or any("\n" in gap or gap.strip(" ,;/|.") for gap in gaps)
    return found[0].span() if apart else None


def called(said: Said, lines: Sequence[tuple[int, int]], assignment: Assignment) -> bool:
    """Whether each line is called by its length, its tone or its number, or by the product."""
    heads = []
    for start, end in lines:
        found = _HEAD.match(said.text, start, end)
        if not found:
            return False
        # The small letter of `İ` is `i` with a dot above.
        heads.append(found["name"].strip().replace("\u0307", ""))
    ordinals, manners = calls_versions(said.tags)
    if len(set(heads)) < len(heads):
        words = _WORD.findall(heads[0])
        return len(set(heads)) == 1 and all(
            one in assignment.names() or one.isdigit() for one in words
        )
    return all(one in manners for one in heads) or all(one in ordinals for one in heads)


def paragraphs_are_headlines(
    said: Said, begin: int, assignment: Assignment
) -> tuple[int, int] | None:
    """The second of three lines and more with blank ones between that are a headline each."""
    text = said.text[begin:].strip()
    if text.count("\n\n") < _LEAST_HEADLINES - 1 or _POST.search(text):
        return None
    parts = [one.strip() for one in re.split(r"\n\s*\n", text) if one.strip()]
    if not _LEAST_HEADLINES <= len(parts) <= _MOST_HEADLINES:
        return None
    if any("\n" in one or len(one) > _LONGEST for one in parts) or assignment.has_paragraphs():
        return None
    if not (_name_each(parts, assignment.names()) or _are_alike(parts, said.tags)):
        return None
    start = said.text.index(parts[1], begin)
    return start, start + len(parts[1])


def _name_each(parts: Sequence[str], names: frozenset[str]) -> bool:
    """Whether two of them name the product, or one behind the first begins with it and a colon."""
    least = len(parts) if _asks(parts[-1]) else len(parts) + 1
    if least <= _LEAST_HEADLINES:
        return False  # two lines and a question to the reader are a post
    known = [one for one in names if len(one) >= (_NAME_LETTERS if one < _DENSE else 2)]
    named = [[one for one in known if one in part] for part in parts]
    said = [each for each, part in zip(named, parts, strict=True) if _says_more(part, each)]
    if any(one in other for each, other in combinations(said, 2) for one in each):
        return True
    heads = [
        re.split("[:：]", part, maxsplit=1)[0] for part in parts[1:] if ":" in part or "：" in part
    ]
    words = (_WORD.findall(head) for head in heads)
    return any(each and all(one in names or one.isdigit() for one in each) for each in words)


def _says_more(part: str, names: Sequence[str]) -> bool:
    """Whether it says anything but the names: a last line may sign."""
    for one in sorted(names, key=len, reverse=True):
        part = part.replace(one, "")
    return sum(map(str.isalpha, part)) >= _SAYS_MORE


def _are_alike(parts: Sequence[str], tags: tuple[str, ...]) -> bool:
    """Whether each is as long as the others, and none goes on from the one before, or asks."""
    sizes = list(map(len, parts))
    unspaced = UNSPACED.search(parts[0]) is not None
    least = _ALIKE_LEAST_UNSPACED if unspaced else _ALIKE_LEAST
    if min(sizes) < least or max(sizes) > _ALIKE_LONGEST or max(sizes) > 2 * min(sizes):
        return False
    if any(map(_asks, parts)):
        return False
    if unspaced:
        return not any(part.startswith(_GOES_ON_UNSPACED) for part in parts[1:])
    firsts = (
        found[0] for part in parts[1:] if (found := re.match(r"\W*[^\W_]+(?:['’]\w+)?", part))
    )
    return not any(one.strip(' "“„«-–—') in words_that_go_on(tags) for one in firsts)


def _asks(part: str) -> bool:
    return _ASKS.search(part) is not None or _THAI_ASKS.search(part) is not None
