"""What a text says again at the end of a clause, and what an enumeration names twice.

Copy ends clauses alike for effect where the end is brief (`good for you, made for you`) or comes
three times. What is as long as a verb and what it governs is said twice: `Feel the sea and bring
taste to your table. … With early olives, bring taste to your table.`
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, repeat, takewhile
from operator import eq
from types import MappingProxyType
from typing import Final

from copygen.quality.checks.doubled_words import DoubledWords, doubled_words
from copygen.quality.checks.reading import Reading, letters_of
from copygen.quality.languages import base

_MARK: Final = re.compile(r"[.!?…؟۔।,،;؛:\n–—|()\"”“»]")
"""What ends a clause."""
_ENDED: Final = re.compile("[.!?…؟۔।]")
_ASKED: Final = re.compile(r"[?؟;\u037e]")
_LEAST_WORDS: Final = 3
_LEAST_LETTERS: Final = 16
_LEAST_OF_THREE: Final = 12
_LEAST_SENTENCE: Final = 13
_SENTENCE_WORDS: Final = 4
"""Words and letters of an end that comes again, letters of one with as many words that are not
small, and both of one that is a whole clause."""
_LONG_WORDS: Final = frozenset(("fi", "et", "hu", "tr", "ko"))
"""Languages whose endings say what is a word elsewhere: two words are enough."""
_CONTENT: Final = 2
"""Words of an end that are not small."""
_HEAD: Final = 2
"""Words with which two sentences begin alike."""
_OFTEN: Final = 3
_OFTEN_WORDS: Final = 5
"""An end so often is a refrain where it has fewer words."""
_DENSE: Final = re.compile("[\u0590-\u06ff\u0900-\u0dff\uac00-\ud7a3]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
"""Scripts that need fewer letters for a word, and the one of them that writes syllables."""
_AROUND: Final = 10
"""Words behind the first item among which an enumeration ends."""
_COMMAS: Final = (",", "،")
_ITEM_WORDS: Final = 2
_ITEM_LETTERS: Final = 3
_DENSE_ITEM: Final = 2
_PHRASE_WORDS: Final = (3, 2)
_PHRASE_LETTERS: Final = 9
JOINED_AND: Final = MappingProxyType({"ar": "و", "he": "ו"})
"""`And`, where it is written as one with the next word."""

_UNSPACED_CLAUSE: Final = re.compile(r"[^\s.!?…。！？,、，;；:：|/–—·「」『』（）()]+")
LAST_LETTERS: Final = 5
"""Last letters by which the clauses of a script without spaces are held together."""
_KANA: Final = re.compile("[\u3041-\u3096\u30fc]")
_KANA_END: Final = 9
_KANA_SIGNS: Final = 3
_HAN_END: Final = 6
_LETTERED_END: Final = 14
"""Letters of an end that comes again: of Japanese, those of it that say something, of Chinese, of
Thai and its neighbours."""
_ITEM_AGAIN: Final = re.compile(
    r"([\u30a1-\u30fa\u3400-\u9fff][^\s、，,。]{1,7})、[^\s、，,。]{1,10}(?:、[^\s、，,。]{1,10}){0,3}?"
    r"(?:(?:[和与與及とや]|以及|加上|、?そして)\1|、\1(?<=[\u3400-\u9fff]{2})(?=[。！]|$))"
)
_JOINED: Final = re.compile("[和與与及上とやて、][\u30a1-\u30fa\u3400-\u9fff][^、。]")
_THAI_ITEM_AGAIN: Final = re.compile(r"(?<!\S)(\S{3,14}) (?:\S{2,16} ){1,3}?และ ?\1(?!\S)")


def end_again(reading: Reading) -> tuple[int, int] | None:
    """Where a clause ends as an earlier one does, in words that are too many for a figure."""
    told = reading.said
    language = base(reading.context.language or "")
    listed = doubled_words(language)
    ends: dict[tuple[str, ...], list[int]] = {}
    for at in _clause_ends(reading):
        if at:
            ends.setdefault(tuple(told[at - 1 : at + 1]), []).append(at)
    for places in ends.values():
        first, *others = places
        for last in others:
            size = _same_before(told, first, last)
            if size == last - first or (len(places) >= _OFTEN and size < _OFTEN_WORDS):
                continue  # Right behind itself it may be a figure, and is looked at elsewhere.
            if _is_end(reading, first, last, size, language, listed):
                return reading.words[last - size + 1].start(), reading.words[last].end()
    return None


def _clause_ends(reading: Reading) -> Iterator[int]:
    """The numbers of the words that a mark is behind, and of the last one."""
    words, text = reading.words, reading.told
    for at, word in enumerate(words):
        behind = words[at + 1].start() if at + 1 < len(words) else len(text)
        if at + 1 == len(words) or _MARK.search(text, word.end(), behind):
            yield at


def _same_before(told: Sequence[str], first: int, last: int) -> int:
    """How many words up to both are the same, without either being in the other."""
    size = 0
    while size <= first and size < last - first and told[first - size] == told[last - size]:
        size += 1
    return size


def _is_end(
    reading: Reading, first: int, last: int, size: int, language: str, listed: DoubledWords
) -> bool:
    told, words, text = reading.said, reading.words, reading.told
    start = first - size + 1
    is_clause = start == 0 or bool(_MARK.search(text, words[start - 1].end(), words[start].start()))
    while size > 1 and not is_clause and told[last - size + 1] in listed.joining:
        size -= 1
    phrase = told[last - size + 1 : last + 1]
    content = [word for word in phrase if word not in listed.joining and not word.isdecimal()]
    joined = " ".join(phrase)
    letters = letters_of(joined)
    if _DENSE.search(joined):
        letters += letters * (6 if _HANGUL.search(joined) else 3) // 5
    if is_clause and size >= _SENTENCE_WORDS:
        enough = letters >= _LEAST_SENTENCE
    else:
        least = 2 if language in _LONG_WORDS else _LEAST_WORDS
        few = _LEAST_OF_THREE if len(content) >= _LEAST_WORDS else _LEAST_LETTERS
        enough = size >= least and letters >= few
    if not enough or len(content) < _CONTENT or reading.is_known(joined):
        return False
    behind = slice(words[first].end(), words[first + 1].start())
    return not (_ASKED.search(text[behind]) or _is_parallel(reading, first, last, size))


def _is_parallel(reading: Reading, first: int, last: int, size: int) -> bool:
    """Whether both sentences begin alike, too (`If it rains, wear it. If it snows, wear it.`), or
    a number is before both: `Small: 12 cm, dishwasher safe. Large: 18 cm, dishwasher safe.`"""
    told, words, text = reading.said, reading.words, reading.told
    before = [at - size for at in (first, last)]
    if min(before) < 0:
        return False
    if all(told[at].isdecimal() for at in before):
        return True
    starts = []
    for at in before:
        while at and not _ENDED.search(text, words[at - 1].end() - 1, words[at].start()):
            at -= 1
        starts.append(at)
    one, other = starts
    return one != other and told[one : one + _HEAD] == told[other : other + _HEAD]


def has_item_again(words: Sequence[str], language: str) -> bool:
    """Whether a word before a comma is among the few behind it, as `and` is: what an enumeration
    that names it twice has to have. `words` have their marks apart."""
    prefix = JOINED_AND.get(language, "")
    for mark in _COMMAS:
        at = -1
        for _ in range(words.count(mark)):
            at = words.index(mark, at + 1)
            near = words[at + 2 : at + 2 + _AROUND]
            if f"{prefix}{words[at - 1]}" in near and (
                prefix or not doubled_words(language).ands.isdisjoint(near)
            ):
                return True
    return False


def item_again(reading: Reading) -> tuple[int, int] | None:
    """Where an enumeration names the same once more behind `and`: `soft, warm and soft`."""
    told = reading.said
    language = base(reading.context.language or "")
    listed = doubled_words(language)
    prefix = JOINED_AND.get(language)
    for at, word in enumerate(told):
        if word in listed.ands and (span := _phrase_again(reading, at)) is not None:
            return span
        if prefix and word[0] == prefix:
            item, place, end = word[1:], at, at
        elif word in listed.ands and at + 1 < len(told):
            place = at + 2 if told[at + 1] in listed.articles and at + 2 < len(told) else at + 1
            item, end = told[place], place
        else:
            continue
        if (
            len(item) < (_DENSE_ITEM if prefix else _ITEM_LETTERS)
            or item in listed.joining
            or item.isdecimal()
        ):
            continue
        for earlier in range(at - 2, max(-1, at - _AROUND), -1):
            if told[earlier] == item and _is_enumeration(reading, earlier, at, end, listed):
                return reading.words[earlier].start(), reading.words[end].end()
    return None


def _phrase_again(reading: Reading, joint: int) -> tuple[int, int] | None:
    """The same for an item of a few words: `ripe figs, goat cheese and ripe figs`."""
    words, told, text = reading.words, reading.said, reading.told
    for size in _PHRASE_WORDS:
        phrase = told[joint + 1 : joint + 1 + size]
        if len(phrase) < size or sum(map(len, phrase)) < _PHRASE_LETTERS:
            continue
        for start in range(joint - size - 1, max(-1, joint - _AROUND), -1):
            end = start + size
            if told[start:end] != phrase:
                continue
            between = text[words[end - 1].end() : words[joint].start()]
            items = between.replace("،", ",").split(",")
            if (
                not items[0].strip()
                and not _ENDED.search(between)
                and max(map(str.count, items, repeat(" "))) <= size + 1
                and told[end : end + 1] != told[joint + 1 + size : joint + 2 + size]
            ):
                return words[start].start(), words[joint + size].end()
    return None


def _is_enumeration(
    reading: Reading, first: int, joint: int, last: int, listed: DoubledWords
) -> bool:
    """Whether brief items are between, apart by commas, and both are not told of differently."""
    words, told, text = reading.words, reading.said, reading.told
    seams = [text[a.end() : b.start()] for a, b in pairwise(words[first : last + 1])]
    commas = [seam.strip() for seam in seams]
    if commas[0] not in _COMMAS or not {*commas} <= {"", *_COMMAS}:
        return False
    if _ENDED.search(text, words[first].end(), words[joint].start()):
        return False
    if commas[last - first - 1]:
        return False
    size = 0
    for at in range(first + 1, joint):
        size = 1 if commas[at - first - 1] else size + 1
        has_article = told[at - size + 1] in listed.articles
        if size > _ITEM_WORDS + has_article:
            return False
        if size == 1 and told[at] in listed.joining and not has_article:
            return False
    between = set(told[first + 1 : joint])
    if told[first] in between and len(between - listed.articles) == 1:
        return False
    return last + 1 >= len(told) or told[last + 1] != told[first + 1]


def unspaced_end_again(reading: Reading) -> tuple[int, int] | None:
    """The same in a script without spaces: a clause, or the end of one, that comes again later."""
    pieces = [(match[0], match.end()) for match in _UNSPACED_CLAUSE.finditer(reading.told)]
    by_end: dict[str, list[tuple[int, str, int]]] = {}
    for number, (piece, end) in enumerate(pieces):
        if len(piece) >= LAST_LETTERS:
            by_end.setdefault(piece[-LAST_LETTERS:], []).append((number, piece, end))
    for places in by_end.values():
        if len(places) != _OFTEN - 1:
            continue
        (first, one, stop), (last, other, end) = places
        size = sum(takewhile(bool, map(eq, reversed(one), reversed(other))))
        tail = other[-size:]
        if last - first == 1 or reading.is_known(tail) or _ASKED.match(reading.told, stop):
            continue
        if _is_unspaced_end(tail):
            return end - size, end
    return None


def _is_unspaced_end(tail: str) -> bool:
    """Whether it is long, and no ending of politeness: `お召し上がりください`."""
    if _KANA.search(tail):
        return len(tail) >= _KANA_END and len(_KANA.sub("", tail)) >= _KANA_SIGNS
    return len(tail) >= (_HAN_END if "\u3400" <= tail[0] <= "\u9fff" else _LETTERED_END)


def unspaced_item_again(text: str) -> tuple[int, int] | None:
    """An enumeration that names the same once more, in a script without spaces."""
    if "、" in text:
        joined = _JOINED.finditer(text)
        # Two signs behind the joint tell whether the rest is worth looking for.
        if any(0 <= text.find(one[0][1:]) < one.start() for one in joined):
            found = _ITEM_AGAIN.search(text)
            return found.span() if found else None
    if "และ" in text and (found := _THAI_ITEM_AGAIN.search(text)):
        return found.span()
    return None
