"""What of a text comes again, told by how both stand in it.

Good copy seldom says three words that mean something again. Where it does, or says two again, both
begin clauses that go on differently (`Ein Tuch für den See, ein Tuch für den Berg`), or the second
is right behind the first. What a model says twice ends a clause and begins another, is an item of
an enumeration, or is most of two sentences, in other forms or in another order.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, repeat, takewhile
from operator import eq
from types import MappingProxyType
from typing import Final, NamedTuple

from copygen.quality.checks.doubled_words import DoubledWords, doubled_words
from copygen.quality.checks.reading import KOREAN_STEM, Reading
from copygen.quality.languages import base
from copygen.quality.normalize import HAN, KANA, deferred

_ENDS: Final = deferred("[.!?…؟۔।\n]")
_PAUSES: Final = deferred(r"[,،、;؛:–—|()\"”“»«]")
_ASKED: Final = deferred(r"[?؟;\u037e]")
_LONGEST: Final = 16
"""Words of a part that are looked at: no more are needed to tell."""
_MUCH: Final = 3
"""Words that mean something: so many are not said again by chance, nor for effect."""
_MUCH_ALIKE: Final = 5
"""The same of two clauses that begin alike and go on differently."""
_SOME: Final = 2
_SENTENCE_WORDS: Final = 4
_LEAST_LETTERS: Final = 12
"""Letters of a part with which an item goes on."""
_PART_LETTERS: Final = 9
_PAIR_JOINED: Final = 3
_BRIEF_TEXT: Final = 160
"""Characters of a text that says two words joined by `and` once."""
_END_LETTERS: Final = 16
"""Letters of an end of two clauses."""
_LONG_WORDS: Final = frozenset(("fi", "et", "hu", "tr", "ko"))
"""Languages whose endings say what is a word elsewhere: two words are enough."""
_DENSE: Final = deferred("[\u0590-\u06ff\u0900-\u0dff]")
_HANGUL: Final = deferred("[\uac00-\ud7a3]")
"""Scripts that need fewer letters for a word, and one that writes syllables."""
_HEAD: Final = 2
"""Words with which two sentences begin alike."""
_SHARE: Final = 0.75
"""Of what the shorter of two sentences says, how much the other says, too."""
_SENTENCES: Final = 30
"""Sentences that are held together two by two."""
_STEM: Final = 4
"""Letters by which forms of a word are held to be the same."""
_AROUND: Final = 10
"""Words behind the first item among which an enumeration ends."""
_COMMAS: Final = (",", "،")
_ITEM_WORDS: Final = 2
_ITEM_LETTERS: Final = 3
_DENSE_ITEM: Final = 2
_LAST_WORDS: Final = 3
_PHRASE_WORDS: Final = (3, 2)
_PHRASE_LETTERS: Final = 8
JOINED_AND: Final = MappingProxyType({"ar": "و", "he": "ו"})
"""`And`, where it is written as one with the next word."""
_KOREAN_AND: Final = ("과", "와", "하고", "이랑")
_OFTEN: Final = 3

_UNSPACED_CLAUSE: Final = deferred(r"[^\s.!?…。！？,、，;；:：|/–—·「」『』（）()]+")
LAST_LETTERS: Final = 5
"""Last letters by which the clauses of a script without spaces are held together."""
_KANA: Final = deferred("[\u3041-\u3096\u30fc]")
_KANA_END: Final = 9
_KANA_SIGNS: Final = 3
_HAN_END: Final = 6
_LETTERED_END: Final = 14
"""Letters of an end that comes again: of Japanese, those of it that say something, of Chinese, of
Thai and its neighbours."""
_ITEM_AGAIN: Final = deferred(
    r"([\u30a1-\u30fa\u3400-\u9fff][^\s、，,。]{1,7})、[^\s、，,。]{1,10}(?:、[^\s、，,。]{1,10}){0,3}?"
    r"(?:(?:[和与與及とや]|以及|加上|、?そして)\1|、\1(?<=[\u3400-\u9fff]{2})(?=[。！]|$))"
)
_JOINED_TO_ITSELF: Final = deferred("([\u3400-\u9fff]{3,12})[和與与及跟]\\1")
_JOINED: Final = deferred("[和與与及上とやて、][\u30a1-\u30fa\u3400-\u9fff][^、。]")
_JAPANESE_ITEM: Final = 4
_THAI_ITEM_AGAIN: Final = deferred(r"(?<!\S)(\S{3,14}) (?:\S{2,16} ){1,3}?และ ?\1(?!\S)")


class _Repeat(NamedTuple):
    """Words that come again: the numbers of their first ones, and how many they are."""

    first: int
    second: int
    size: int


def repeat_again(reading: Reading) -> tuple[int, int] | None:
    """Where words stand that were said before, by how both stand."""
    language = base(reading.context.language or "")
    told = reading.said
    if reading.is_korean:
        told = [word[:KOREAN_STEM] for word in told]  # without endings
    elif prefix := JOINED_AND.get(language):
        told = without_joint(told, prefix)
    for one in _repeats(told):
        if _is_too_many(reading, one, language):
            words = reading.words
            return words[one.second].start(), words[one.second + one.size - 1].end()
    return None


def without_joint(told: Sequence[str], prefix: str) -> list[str]:
    """Words without the `and` that is written as one with them, where they are there without it."""
    known = {*told}
    return [one[1:] if one[0] == prefix and one[1:] in known else one for one in told]


def _repeats(told: Sequence[str]) -> Iterator[_Repeat]:
    """Two words and more that were said before, as long as they are the same: the first place and
    the last one of each."""
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for second, pair in enumerate(pairwise(told)):
        known = places.get(pair)
        if known is None:
            places[pair] = second, second
            continue
        places[pair] = known[0], second
        for first in dict.fromkeys(known):
            if first and told[first - 1] == told[second - 1]:
                continue
            size, most = 0, min(_LONGEST, second - first, len(told) - second)
            while size < most and told[first + size] == told[second + size]:
                size += 1
            if size > 1:
                yield _Repeat(first, second, size)


def _is_too_many(reading: Reading, repeat: _Repeat, language: str) -> bool:
    told, listed = reading.said, doubled_words(language)
    first, second, size = repeat
    if first and told[second - 1] == f"{JOINED_AND.get(language, ' ')}{told[first - 1]}":
        first, second, size = first - 1, second - 1, size + 1
    phrase = told[first : first + size]
    content = len(_content(reading, phrase, listed))
    if content < _SOME or reading.is_known(" ".join(phrase)):
        return False
    gap = second - first - size
    if gap and told[second - size : second] == told[second : second + size]:
        return False  # Three times in a row.
    opens = _seam(reading, first, listed), _seam(reading, second, listed)
    closes = _seam(reading, first + size, listed), _seam(reading, second + size, listed)
    words, text = reading.words, reading.told
    between = text[words[first + size - 1].end() : words[second].start()]
    if _ASKED.search(between) or (
        first and told[first - 1].isdecimal() and told[second - 1].isdecimal()
    ):
        return False  # `Small: 12 cm, dishwasher safe. Large: 18 cm, dishwasher safe.`
    if not gap:
        if closes[0] == ".":
            return bool(opens[0]) and (content >= _MUCH or size >= _SENTENCE_WORDS)
        return bool(opens[0] and closes[1]) and closes[0] == "," and size >= _SENTENCE_WORDS
    if gap == 1 and closes[0] == "&":
        return False  # Joined to itself, which is looked at elsewhere.
    if all(opens) and not any(closes):
        return content >= _MUCH_ALIKE
    if _begin_alike(reading, first, second):
        return False
    if content >= _MUCH:
        return True
    in_one = not _ENDS.search(between)
    if closes[0] == "," and in_one:
        if not closes[1] and _weight(phrase) < _LEAST_LETTERS:
            return False  # `on pétrit, on attend, on pétrit encore`
        if opens[1] or (gap > 1 and not closes[1]):
            return True
    is_joined = closes[0] == "&" and (opens[1] == "," or (opens[1] == "&" and closes[1]))
    least = _LEAST_LETTERS if opens[1] == "," else _PART_LETTERS
    if in_one and is_joined and _weight(phrase) >= least:
        return True
    if not in_one and all(opens) and all(closes) and set(opens) != {"."}:
        return _weight(phrase) >= _LEAST_LETTERS and listed.kept.isdisjoint(phrase)
    if size == _PAIR_JOINED and phrase[1] in listed.ands and not all(opens):
        return _weight(phrase) >= _PART_LETTERS and len(text) <= _BRIEF_TEXT
    is_apart = in_one and gap >= _MUCH
    if is_apart and closes[1] and closes[0] and _weight(phrase) >= _PART_LETTERS:
        return True
    is_part = size >= _SENTENCE_WORDS and in_one
    if all(closes):
        least = _SOME if language in _LONG_WORDS else _MUCH
        letters = _LEAST_LETTERS if is_part else _END_LETTERS
        return size >= least and _weight(phrase) >= letters
    return is_part and bool(opens[0] and closes[1])


def _weight(phrase: Sequence[str]) -> int:
    """Letters, as many as Latin ones would be."""
    letters = sum(map(len, phrase))
    if _HANGUL.search(phrase[0]):
        return letters * 11 // 5
    return letters * 8 // 5 if _DENSE.search(phrase[0]) else letters


def _begin_alike(reading: Reading, first: int, second: int) -> bool:
    """Whether both are behind the same beginning of two sentences, which is not the item's name:
    `If it rains, wear the coat. If it snows, wear the coat.`"""
    words, told, text = reading.words, reading.said, reading.told
    starts = []
    for at in (first, second):
        start = at
        while start and not _ENDS.search(text, words[start - 1].end(), words[start].start()):
            start -= 1
        if at - start < _HEAD:
            return False
        starts.append(start)
    one, other = (told[start : start + _HEAD] for start in starts)
    names = reading.item_names
    return starts[0] != starts[1] and one == other and not names.issuperset(one)


def _content(reading: Reading, words: Sequence[str], listed: DoubledWords) -> list[str]:
    """Those of the words that mean something, and are no part of the item's name."""
    mean = _meaning(reading, words, listed)
    return [word for word in words if word in mean]


def _meaning(reading: Reading, words: Sequence[str], listed: DoubledWords) -> set[str]:
    """The same, each once: a reply that is stuck has few words, and hundreds of places where they
    come again."""
    names = reading.item_names
    letters = KOREAN_STEM if reading.is_korean else None
    return {
        word
        for word in {*words}.difference(listed.joining)
        if len(word) > 1 and not word.isdecimal() and word[:letters] not in names
    }


def _seam(reading: Reading, at: int, listed: DoubledWords) -> str:
    """What is before a word: `.` where a sentence ends, `,` at a pause, `&` behind `and`."""
    words, told = reading.words, reading.said
    if at in (0, len(words)):
        return "."
    seam = reading.told[words[at - 1].end() : words[at].start()]
    if _ENDS.search(seam):
        return "."
    if _PAUSES.search(seam):
        return ","
    if reading.is_korean and told[at - 1].endswith(_KOREAN_AND):
        return "&"
    prefix = JOINED_AND.get(base(reading.context.language or ""))
    if told[at - 1] in listed.ands or told[at] in listed.ands:
        return "&"
    return "&" if prefix and told[at][0] == prefix else ""


def reworded(reading: Reading) -> tuple[int, int] | None:
    """Where a sentence says nearly all that another says, in other forms or another order."""
    listed = doubled_words(base(reading.context.language or ""))
    sentences = reading.sentences
    said: list[tuple[int, set[str]]] = []
    known, again = set[str](), set[str]()
    has_hangul = _HANGUL.search(reading.told) is not None
    for at, bare in enumerate(sentences.bare):
        content = _meaning(reading, bare.split(), listed)
        stems = {
            word[: KOREAN_STEM if has_hangul and _HANGUL.match(word) else _STEM] for word in content
        }
        if len(stems) >= _MUCH:
            said.append((at, stems))
            again |= known & stems
            known |= stems
            if len(said) == _SENTENCES:
                break
    # Few sentences have what is needed in common with any other.
    alike = [one for one in said if len(one[1] & again) >= _MUCH]
    for (one, stems), (other, others) in combinations(alike, 2):
        same = len(stems & others)
        if same < _MUCH:
            continue
        first, second = sentences.bare[one], sentences.bare[other]
        begin_alike = first.split(" ", 1)[0] == second.split(" ", 1)[0]
        if (
            same >= (_MUCH_ALIKE if begin_alike and stems != others else _MUCH)
            and same >= _SHARE * min(len(stems), len(others))
            and not _are_two_sizes(first, second)
            and not sentences.is_answered(one, other)
        ):
            return sentences.span(other)
    return None


def _are_two_sizes(one: str, other: str) -> bool:
    """Whether each has numbers of its own: `Small: 12 cm, of clay. Large: 18 cm, of clay.`"""
    numbers, others = (set(filter(str.isdecimal, said.split())) for said in (one, other))
    return bool(numbers and others) and numbers != others


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
        if word in listed.ands and (
            (span := _phrase_again(reading, at)) or (span := _listed_again(reading, at, listed))
        ):
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
                and not _ENDS.search(between)
                and max(map(str.count, items, repeat(" "))) <= size + 1
                and told[end : end + 1] != told[joint + 1 + size : joint + 2 + size]
            ):
                return words[start].start(), words[joint + size].end()
    return None


def _listed_again(reading: Reading, joint: int, listed: DoubledWords) -> tuple[int, int] | None:
    """The same for an item before the joint: `soft, warm, soft and light`."""
    words, told, text = reading.words, reading.said, reading.told
    starts = [max(0, joint - _AROUND)]  # of the items up to the joint
    for at in range(starts[0] + 1, joint):
        seam = text[words[at - 1].end() : words[at].start()].strip()
        if seam in _COMMAS:
            starts.append(at)
        elif seam:
            starts = [at]
    if not text[words[joint - 1].end() : words[joint].start()].isspace():
        return None
    items = [told[start:end] for start, end in pairwise([*starts, joint])]
    for place, item in enumerate(items[2:], 2):
        size = len(item)
        content = [word for word in item if word not in listed.joining and not word.isdecimal()]
        if size > _LAST_WORDS or len("".join(content)) < _ITEM_LETTERS:
            continue
        for earlier, other in enumerate(items[: place - 1]):
            around = items[earlier + 1], items[place - 1], *items[place + 1 : place + 2]
            if other[-size:] == item and item not in around and around[0] not in around[2:]:
                return words[starts[place]].start(), words[starts[place] + size - 1].end()
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
    if _ENDS.search(text, words[first].end(), words[joint].start()):
        return False
    if commas[last - first - 1]:
        return False
    size = 0
    for at in range(first + 1, joint):
        size = 1 if commas[at - first - 1] else size + 1
        has_article = told[at - size + 1] in listed.articles
        if size > _ITEM_WORDS + (has_article or _is_told_more(told, at, size, listed)):
            return False
        if size == 1 and told[at] in listed.ands:
            return False
        is_whole = at + 1 == joint or commas[at - first]
        if size == 1 and is_whole and told[at] in listed.joining and not has_article:
            return False
    between = set(told[first + 1 : joint])
    if told[first] in between and len(between - listed.articles) == 1:
        return False
    return last + 1 >= len(told) or told[last + 1] != told[first + 1]


def _is_told_more(told: Sequence[str], last: int, size: int, listed: DoubledWords) -> bool:
    """Whether an item of three words has a small one within: `fresh, light to drink and fresh`."""
    return size > _ITEM_WORDS and told[last - 1] in listed.joining


def unspaced_end_again(reading: Reading) -> tuple[int, int] | None:
    """The same in a script without spaces: a clause, or the end of one, that comes again later."""
    pieces = _UNSPACED_CLAUSE.findall(reading.told)
    groups = reading.context.text.groups
    least = _HAN_END if HAN in groups else _KANA_END if KANA in groups else _LETTERED_END
    long = [piece[-least:] for piece in pieces if len(piece) >= least]
    if len(set(long)) == len(long):
        return None  # No end is long enough in the scripts of the text.
    ends = [piece[-LAST_LETTERS:] for piece in pieces]
    twice = (end for end, number in Counter(ends).items() if number == _OFTEN - 1)
    for common in twice:
        if len(common) < LAST_LETTERS:
            continue
        first = ends.index(common)
        last = ends.index(common, first + 1)
        one, other = pieces[first], pieces[last]
        size = sum(takewhile(bool, map(eq, reversed(one), reversed(other))))
        tail = other[-size:]
        if last - first == 1 or not is_unspaced_end(tail) or reading.is_known(tail):
            continue
        stops = [match.end() for match in _UNSPACED_CLAUSE.finditer(reading.told)]
        if not _ASKED.match(reading.told, stops[first]):
            return stops[last] - size, stops[last]
    return None


def is_unspaced_end(tail: str) -> bool:
    """Whether it is long, and no ending of politeness: `お召し上がりください`."""
    if _KANA.search(tail):
        return len(tail) >= _KANA_END and len(_KANA.sub("", tail)) >= _KANA_SIGNS
    return len(tail) >= (_HAN_END if "\u3400" <= tail[0] <= "\u9fff" else _LETTERED_END)


def _joined_by_to(text: str) -> tuple[int, int] | None:
    """A phrase of Japanese that `と` joins to itself: `なめらかな口どけと、なめらかな口どけ`."""
    end = 0
    for one, other in pairwise(text.split("と")):
        end += len(one)
        behind = other.removeprefix("、")
        if len(one) >= _JAPANESE_ITEM and one[-_JAPANESE_ITEM:] in behind:
            for size in range(min(len(one), len(behind)), _JAPANESE_ITEM - 1, -1):
                if one[-size:] == behind[:size]:
                    return end - size, end + 1 + len(other) - len(behind) + size
        end += 1
    return None


def unspaced_item_again(reading: Reading) -> tuple[int, int] | None:
    """An enumeration that names the same once more, in a script without spaces."""
    text = reading.told
    if HAN in reading.context.text.groups and (found := _JOINED_TO_ITSELF.search(text)):
        return found.span()
    if "と" in text and (span := _joined_by_to(text)):
        return span
    if "、" in text:
        joined = _JOINED.finditer(text)
        # Two signs behind the joint tell whether the rest is worth looking for.
        if any(0 <= text.find(one[0][1:]) < one.start() for one in joined):
            found = _ITEM_AGAIN.search(text)
            return found.span() if found else None
    if "และ" in text and (found := _THAI_ITEM_AGAIN.search(text)):
        return found.span()
    return None
