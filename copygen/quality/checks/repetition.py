"""What is said twice: a word twice in a row, a sentence again, a phrase again and again.

Languages double words on purpose, and copy repeats itself for effect; what tells the two apart:

- A comma or a full stop between the two makes it a figure: `so, so soft`, `Shh. Shh.`
- Many languages double nouns, adjectives and verbs (`yavaş yavaş`, `धीरे धीरे`, `さらさら`,
  `轻轻柔柔`): there only small words are held to be a slip. Elsewhere all are but those that make
  stronger (`very very`), the set phrases (`Bora Bora`) and what grammar brings together (`had had`,
  `alle, die die Sonne vermissen`). `configs/metrics/doubled.yaml` has them.
- Two to four words right after themselves are a slip where a small word is among them; else only
  where they are too long for a sound (`tick tock tick tock`) and no name (`New York New York`).
- A sentence again, of three words and more, is one sentence too many; a phrase that begins or ends
  three is rhetoric (`mehr Zeit für dich, mehr Zeit für uns`), four times it is a model in a loop.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice, pairwise
from operator import eq
from typing import Final, NamedTuple

from copygen.models import Severity, Violation
from copygen.quality.checks.doubled_words import (
    MOST_IN_LONG,
    MOST_LETTERS,
    doubled_words,
    unspaced_slip,
)
from copygen.quality.facts import CheckContext, mendable
from copygen.quality.languages import base
from copygen.quality.normalize import HANGUL, SCRIPT_GROUPS, NormalizedText
from copygen.quality.scripts import UNSPACED

_STOPS: Final = ".!?,:;"
_OTHER_STOPS: Final = "…।؟،۔؛"
_END: Final = re.compile(r"(?<=[.!?…؟۔।。！？])[\"”“»」』’')）]*(?:\s+|(?<=[。！？」』）]))|\n\s*")
"""Where a sentence ends, in every script."""
_CLAUSE: Final = re.compile(r"[.!?…؟۔।。！？,،、，;；:：\n|/–—·]+\s*")
_UNSPACED_CLAUSE: Final = re.compile(r"[\s.!?…。！？,、，;；:：|/–—·]+")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_WORD: Final = re.compile(
    r"[^\W_][\w'’\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u200c-]*"
)
_PAUSE: Final = re.compile("[,،、，;；:：|/–—·]")
_HANGUL: Final = SCRIPT_GROUPS[HANGUL]
_UNTOLD: Final = re.compile(r"(?:https?://|[#＃@])\S+")
"""Hashtags, mentions and addresses, which may repeat what the text says."""

_LONGEST: Final = 2000
"""Characters that are looked at."""
_LEAST_WORDS: Final = 3
_LEAST_APART: Final = 4
"""Words of a sentence that is one too many right after itself, and with others between."""
_LEAST_LETTERS: Final = 6
_LEAST_LETTERS_APART: Final = 8
"""The same in letters, for scripts without spaces."""
_FEW_WORDS: Final = 40
"""Two words come again by chance in a text of more, three hardly ever."""
_OFTEN: Final = 4
_THREE_TIMES: Final = 4
"""Words of a phrase that is too much three times already."""
_SHORT_CHARS: Final = 300
_SHARE: Final = 0.15
"""Of a longer text, what a phrase has to fill to be too much: a description names its product."""
_PHRASE_LETTERS: Final = 8
_PHRASE_SYLLABLES: Final = 5
"""Least letters of a phrase; the second of a script with a letter for a syllable."""
_PHRASE_SIZES: Final = (2, 3, 4)
_TOLD_LETTERS: Final = 12
"""Letters of a phrase at once again that is too long to be a sound."""
_LEAD_WORDS: Final = 3
_LOOP: Final = 4
"""The same word so often in a row is a loop in every language."""
_SUNG_LETTERS: Final = 3
"""A word of no more three times is sung: `la la la`."""
_FEW_LETTERS: Final = 100
"""Letters of a short text in a script without spaces."""
_NEARLY: Final = 5
"""Words of a sentence that is the same with a word more or less."""


def repeated(context: CheckContext) -> list[Violation]:
    """A text said twice, a sentence, a phrase again and again, or a word twice in a row."""
    told = _told(context.text.text)
    if not told.isascii() and UNSPACED.search(told, 0, 40):
        return _unspaced(_Reading(context, told, spaced=False))
    words = told.split()
    after = words[1:]
    if len(words) > _FEW_WORDS:
        threes = set(zip(words, after, words[2:], strict=False))
        again = len(threes) < len(words) - 2
    else:
        again = len(set(zip(words, after, strict=False))) < len(after)
    # What ends a clause stands apart, so that `Shh. Shh.` is no word twice and `soft soft.` is.
    apart = told
    for stop in _STOPS if told.isascii() else _STOPS + _OTHER_STOPS:
        if stop in apart:
            apart = apart.replace(stop, f" {stop}")
    words = apart.split()
    doubled = True in map(eq, words, islice(words, 1, None))
    at_once = any(_is_at_once(words, size) for size in _PHRASE_SIZES[: None if again else 1])
    if not (again or doubled or at_once):
        return []
    reading = _Reading(context, told, spaced=True)
    found: list[Violation] = []
    if again:
        found += _said_again(reading)
    if doubled and not found:
        found += _doubled(reading)
    if at_once and not found:
        found += _at_once(reading)
    return found[:1]


def _told(text: str) -> str:
    """The folded text as far as it is looked at, without hashtags, mentions and addresses."""
    text = text[:_LONGEST]
    if "#" in text or "@" in text or "//" in text:
        return _UNTOLD.sub(lambda match: " " * len(match[0]), text)
    return text


def _is_at_once(words: Sequence[str], size: int) -> bool:
    """Whether so many words are the same as those right behind them."""
    same = bytes(map(eq, words, islice(words, size, None)))
    return b"\1" * size in same


class _Reading:
    """A text as far as it is looked at, taken apart when something in it comes again."""

    def __init__(self, context: CheckContext, told: str, *, spaced: bool) -> None:
        """`spaced`: its script has spaces between words."""
        self.context = context
        self.told = told
        self.spaced = spaced

    @cached_property
    def words(self) -> list[re.Match[str]]:
        """Its words with their places, in a script with spaces."""
        return list(_WORD.finditer(self.told))

    @cached_property
    def said(self) -> list[str]:
        """Its words."""
        return [match[0] for match in self.words]

    @cached_property
    def pieces(self) -> list[str]:
        """Its sentences; in a script without spaces its clauses."""
        return _pieces(_END if self.spaced else _UNSPACED_CLAUSE, self.told)

    @cached_property
    def bare(self) -> list[str]:
        """The same by their letters and digits alone."""
        return [_bare(piece, spaced=self.spaced) for piece in self.pieces]

    def span(self, number: int) -> tuple[int, int]:
        """Where one of them stands."""
        return _span(_END if self.spaced else _UNSPACED_CLAUSE, self.told, number)

    def is_known(self, words: str) -> bool:
        """Whether the item says so itself."""
        return words in self.context.facts.folded.text


def _said_again(reading: _Reading) -> Iterator[Violation]:
    """Sentences and phrases that come again, in a script with spaces."""
    words = reading.said
    threes = set(zip(words, words[1:], words[2:], strict=False))
    again = len(threes) < len(words) - 2
    if again:
        yield from _twice(reading)
    if again or max(Counter(pairwise(words)).values(), default=0) >= _OFTEN:
        yield from _phrases(reading)


def _at_once(reading: _Reading) -> Iterator[Violation]:
    """A phrase of two to four words right after itself, with nothing but spaces between."""
    text, words, told = reading.told, reading.words, reading.said
    for size in _PHRASE_SIZES:
        same = bytes(map(eq, told, islice(told, size, None)))
        at = -1
        while (at := same.find(b"\1" * size, at + 1)) >= 0:
            phrase = told[at : at + size]
            if len(set(phrase)) == 1:
                continue
            both = words[at : at + 2 * size]
            apart = any(
                not text[a.end() : b.start()].isspace() for a, b in pairwise(both)
            )  # a comma makes it a figure
            around = (told[at - 1] if at else "", told[at + 2 * size : at + 2 * size + 1])
            if apart or around[0] == phrase[-1] or around[1] == phrase[:1]:
                continue  # `step by step by step`, `on and on and on`
            if _is_phrase_slip(reading.context, phrase, both[:size]):
                yield _again(reading.context, " ".join(phrase), both[0].start(), both[-1].end())
                return


def _is_phrase_slip(
    context: CheckContext, phrase: Sequence[str], words: Sequence[re.Match[str]]
) -> bool:
    """Whether it is no name (`New York New York`), and no sound (`tick tock tick tock`)."""
    if f"{' '.join(phrase)} {' '.join(phrase)}" in context.facts.folded.text:
        return False
    listed = doubled_words(base(context.language or ""))
    if any(word in listed.joining for word in phrase):
        return True
    spans = (context.text.span(*word.span()) for word in words)
    if all(context.text.original[start:end][:1].isupper() for start, end in spans):
        return False
    letters = sum(map(len, phrase))
    return letters >= _TOLD_LETTERS and not (listed.doubles and len(phrase) == 2)


def _twice(reading: _Reading) -> Iterator[Violation]:
    context, text, spaced = reading.context, reading.told, reading.spaced
    if len(text) < _LONGEST and (half := _half(reading)) is not None:
        yield _whole(context, half)
        return
    before: dict[str, int] = {}
    for number, said in enumerate(reading.bare):
        earlier = before.get(said)
        adjacent = earlier == number - 1
        if earlier is None:
            again = spaced and _is_behind_lead(said, before)
        else:
            # Between blanks a script without spaces has names, too: the product's may come again.
            again = _is_long(said, adjacent=adjacent, spaced=spaced) and (
                spaced or adjacent or not reading.is_known(reading.pieces[number])
            )
        if again:
            yield _sentence(context, *reading.span(number))
            return
        before[said] = number
    if not spaced:
        return
    split = [said.split() for said in reading.bare]
    for number, (one, other) in enumerate(pairwise(split), 1):
        if _are_nearly_same(one, other):
            yield _sentence(context, *reading.span(number))
            return
    clauses = [_bare(clause, spaced=True) for clause in _pieces(_CLAUSE, text)]
    for number, (first, second) in enumerate(pairwise(clauses), 1):
        if first == second and _is_long(second, adjacent=False, spaced=True):
            yield _sentence(context, *_span(_CLAUSE, text, number))
            return


def _is_behind_lead(said: str, before: Mapping[str, int]) -> bool:
    """Whether a sentence is an earlier one behind a few words: `And remember: made in May.`"""
    words = said.split()
    return any(
        " ".join(words[lead:]) in before
        for lead in range(1, min(_LEAD_WORDS, len(words) - _LEAST_APART) + 1)
    )


def _are_nearly_same(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether of two sentences one has a word more, or a letter more in one of its words."""
    if len(one) > len(other):
        one, other = other, one
    if len(one) < _NEARLY or one == other:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(other) == len(one) + 1:
        return one[same:] == other[same + 1 :]
    if len(other) != len(one) or one[same + 1 :] != other[same + 1 :]:
        return False
    a, b = sorted((one[same], other[same]), key=len)
    return len(a) > _LEAST_WORDS and len(b) == len(a) + 1 and b.startswith(a)


class _Half(NamedTuple):
    """The second half of a text that is the same thing twice."""

    start: int
    mend: tuple[int, int] | None
    """What can be taken out without doubt: where a sentence ends between them, on one line."""


def _half(reading: _Reading) -> _Half | None:
    text, said, spaced = reading.told, reading.bare, reading.spaced
    middle, odd = divmod(len(said), 2)
    if middle and not odd and said[:middle] == said[middle:]:
        end, start = reading.span(middle - 1)[1], reading.span(middle)[0]
        between = text[end - 1 : start]
        if _is_long(_bare(text[:end], spaced=spaced), adjacent=True, spaced=spaced):
            sure = "\n" not in between and not _PAUSE.search(between)
            return _Half(start, ((end, len(text)) if spaced else (0, start)) if sure else None)
    if not spaced:
        return None
    told = reading.said
    size, odd = divmod(len(told), 2)
    if size >= _LEAST_WORDS and not odd and told[:size] == told[size:]:
        return _Half(reading.words[size].start(), None)
    return None


def _bare(piece: str, *, spaced: bool) -> str:
    """A piece by its letters and digits alone."""
    if piece.isalnum():
        return piece
    words = _WORD.findall(piece)
    return " ".join(words) if spaced else "".join(words)


def _is_long(said: str, *, adjacent: bool, spaced: bool) -> bool:
    if spaced:
        return said.count(" ") + 1 >= (_LEAST_WORDS if adjacent else _LEAST_APART)
    return len(said) >= (_LEAST_LETTERS if adjacent else _LEAST_LETTERS_APART)


def _pieces(pattern: re.Pattern[str], text: str) -> list[str]:
    """What stands between the matches and has letters."""
    return list(filter(_has_letters, pattern.split(text)))


def _has_letters(piece: str) -> bool:
    return piece[:1].isalpha() or _LETTERS.search(piece) is not None


def _span(pattern: re.Pattern[str], text: str, number: int) -> tuple[int, int]:
    """Where one of the pieces stands: worked out for the one that is told of alone."""
    gaps = [match.span() for match in pattern.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    spans = zip(starts, ends, strict=True)
    return [span for span in spans if _has_letters(text[slice(*span)])][number]


def _phrases(reading: _Reading) -> Iterator[Violation]:
    """A phrase four times, or a long one three times in a short text."""
    context, text, words, told = reading.context, reading.told, reading.words, reading.said
    for size, often in ((_THREE_TIMES, 3), (2, _OFTEN)):
        runs = list(zip(*(told[at:] for at in range(size)), strict=False))
        for run, number in Counter(runs).most_common(3):
            if number < often or not _is_too_much(context, " ".join(run), number):
                continue
            at = [i for i, one in enumerate(runs) if one == run]
            if any(b - a < size for a, b in pairwise(at)):
                continue
            start, end = words[at[0]].start(), words[at[0] + size - 1].end()
            yield _phrase(context, text[start:end], number, words[at[-1]].start())
            return


def _is_too_much(context: CheckContext, phrase: str, number: int) -> bool:
    least = _PHRASE_SYLLABLES if _HANGUL.search(phrase) else _PHRASE_LETTERS
    if len(_LETTERS.findall(phrase)) < least or phrase in context.facts.folded.text:
        return False
    whole = len(context.text.text)
    return whole <= _SHORT_CHARS or number * len(phrase) >= _SHARE * whole


def _doubled(reading: _Reading) -> Iterator[Violation]:
    """A word twice in a row, with nothing but a space between."""
    text, words, told = reading.told, reading.words, reading.said
    run, last = 1, -1
    for number in (at for at, same in enumerate(map(eq, told, islice(told, 1, None))) if same):
        first, second = words[number], words[number + 1]
        if not text[first.end() : second.start()].isspace():
            continue
        run = run + 1 if last == number - 1 else 2
        last = number
        if not _LETTERS.match(first[0]):
            continue
        if _differ(reading.context.text, first, second):
            continue
        near = [told[i] if 0 <= i < len(told) else "" for i in range(number - 2, number + 4)]
        if run >= _LOOP or not (
            near[4] == first[0]
            or (run > 2 and len(first[0]) <= _SUNG_LETTERS)
            or near[0] == near[1] != ""
            or near[4] == near[5] != ""
            or _is_meant(reading.context, first, second, near[1])
        ):
            yield _word(reading.context, first[0], first.start(), second.end())
            return


def _differ(text: NormalizedText, first: re.Match[str], second: re.Match[str]) -> bool:
    """Whether they are written differently (`Waschen Sie sie`), but for the first of a sentence."""
    one, other = (text.original[slice(*text.span(*word.span()))] for word in (first, second))
    if one == other:
        return False
    return bool(_LETTERS.search(text.text, max(0, first.start() - 2), first.start()))


def _is_meant(
    context: CheckContext, first: re.Match[str], second: re.Match[str], before: str
) -> bool:
    """Whether a word may stand there twice: by language, by grammar, or because it is a name."""
    word, text, language = first[0], context.text, base(context.language or "")
    listed = doubled_words(language)
    if f"{word} {word}" in context.facts.folded.text:
        return True
    start, end = text.span(*second.span())
    if text.original[start:end][:1].isupper() and word not in listed.small:
        return word not in context.facts.folded.text
    if word in listed.kept:
        return True
    if listed.no_doubles and listed.no_doubles.search(word):
        return False
    if word in listed.after and (before in listed.after[word]):
        return True
    if word in listed.after_comma:
        return text.text[: first.start()].rstrip().endswith(",")
    return listed.doubles and word not in listed.small


def _unspaced(reading: _Reading) -> list[Violation]:
    text = reading.told
    if len(text) <= _FEW_LETTERS:
        again = len(text) - 1 - len(set(pairwise(text)))
        most = min(MOST_LETTERS, again + 1)
    else:
        pieces = text.replace("。", " ").replace("、", " ").replace("，", " ").split()
        most = MOST_IN_LONG
        heads = {piece[:4] for piece in pieces}
        again = len(pieces) > len(set(pieces)) or len(pieces) - len(heads) >= _OFTEN - 1
    if (slip := unspaced_slip(reading.context, text, most)) is not None:
        return [_word(reading.context, *slip)]
    if not again:
        return []
    return ([*_twice(reading)] or [*_unspaced_phrases(reading)])[:1]


def _unspaced_phrases(reading: _Reading) -> Iterator[Violation]:
    """Clauses that begin or end alike four times."""
    text, pieces = reading.told, reading.pieces
    if len(pieces) < _OFTEN:
        return
    size = 8 if "\u0e00" <= pieces[0][0] < "\u1800" else 4
    # Many a sentence of a long text ends in the same words: `…てください`.
    for heads in (True, False) if len(text) <= _FEW_LETTERS else (True,):
        edges = Counter(
            piece[:size] if heads else piece[-size:] for piece in pieces if len(piece) >= size
        )
        for edge, number in edges.most_common(1):
            if number >= _OFTEN and not reading.is_known(edge):
                yield _phrase(reading.context, edge, number, text.rfind(edge))
                return


def _spot(text: NormalizedText, start: int, end: int) -> tuple[tuple[int, int], str]:
    span = text.span(start, end)
    words = " ".join(text.original[slice(*span)].split())
    return span, words if len(words) <= 60 else f"{words[:60]}…"


def _word(context: CheckContext, word: str, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}': the same word twice in a row"
    fix = f"write '{word}' once"
    return Violation("repetition.word", Severity.ERROR, message, span, fix=fix)


def _sentence(context: CheckContext, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}' was said before"
    fix = f"say '{shown}' once"
    return Violation("repetition.sentence", Severity.ERROR, message, span, fix=fix)


def _phrase(context: CheckContext, phrase: str, number: int, start: int) -> Violation:
    span, shown = _spot(context.text, start, start + len(phrase))
    message = f"'{shown}' {number} times"
    fix = f"use '{shown}' once or twice, and say something else instead"
    return Violation("repetition.phrase", Severity.ERROR, message, span, fix=fix)


def _again(context: CheckContext, phrase: str, start: int, end: int) -> Violation:
    span, shown = _spot(context.text, start, end)
    message = f"'{shown}': the same words twice in a row"
    fix = f"write '{phrase}' once"
    return Violation("repetition.word", Severity.ERROR, message, span, fix=fix)


def _whole(context: CheckContext, half: _Half) -> Violation:
    text = context.text
    span, shown = _spot(text, half.start, len(text.text))
    fix = f"say '{shown}' once"
    message = "the whole text stands there twice"
    found = Violation("repetition.text", Severity.ERROR, message, span, fix=fix)
    return mendable(found, *text.span(*half.mend)) if half.mend else found
