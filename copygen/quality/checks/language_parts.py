"""A few words of another language within a text: `..., made with love, ...` in Hungarian.

By frequencies of words: what speaks for another language is how much more frequent its words are
there. The words in a row for which most speaks are the part. Most texts have no word that is
foreign to their language, which a look at a set says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

from copygen.quality.data import LanguageTable, table
from copygen.quality.facts import CheckContext
from copygen.quality.frequent_words import (
    COUNTED,
    FAR,
    SCRIPTS,
    FrequentWords,
    column,
    frequent_words,
)
from copygen.quality.language_detector import ENGLISH_WORDS, QUOTED, Detector
from copygen.quality.language_model import labels_of, letters_of
from copygen.quality.languages import base, scripts_of, wider
from copygen.quality.normalize import LATIN, Places, deferred
from copygen.quality.scripts import own_letters
from copygen.quality.word_ends import word_set

_NO_WORD: Final = (
    r"<[a-z/!][^<>]{0,400}+>|&\w++;|https?://\S++|www\.\S++|[#@]\w++|(?<!\w)[^\W\d_]*+\d\w*+"
)
"""In a folded text: what is of no language."""
_WORD: Final = r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u0963\u064b-\u0652])*+"
_LATIN_WORD: Final = r"[a-z\u00df-\u024f\u1e00-\u1eff]++"
_JOINED: Final = r"(?P<joined>(?:[-\u2010\u2011]\w++)*)"
"""A word with a hyphen is in no list: `check-in`."""
_TOKEN: Final = deferred(f"(?:{_NO_WORD})|(?P<word>{_WORD}{_JOINED})")
_LATIN_TOKEN: Final = deferred(f"(?:{_NO_WORD})|(?P<word>{_LATIN_WORD}{_JOINED})")
"""For texts in another script, in which no space need stand beside it."""
_LATIN_WORDS: Final = deferred(_LATIN_WORD)
_LATIN_PAIR: Final = deferred("[a-z\u00df-\u024f\u1e00-\u1eff] [a-z\u00df-\u024f\u1e00-\u1eff]")
_DEVANAGARI: Final = deferred("[\u0900-\u0963\u0971-\u097f]+")
"""Its vowels are no letters of words to `re`."""
_LEAST_LETTERS: Final = 2
"""Of one of the foreign words: a letter by itself is a size, or the rest of a word."""
_ABOUT: Final = 80
"""Characters on both sides of a foreign word that are looked at."""
_MOST_PLACES: Final = 4
"""Of each foreign word, so that none uses up the look at another."""
_NEIGHBOURS: Final = 2
"""Words further on another one has to be that may be foreign, too."""
_ENOUGH: Final = 7.0
"""Levels that have to speak for the other language, all together: of 5 000 good texts one in a
thousand reaches 6."""
_ENOUGH_OF_TWO: Final = 11.0
"""The same of two words that are not English: in copy of 43 languages two have reached 9
(`moja pan` in Spanish, as in Polish), two that are foreign 12."""
_LEAST_STRONG: Final = 2
_STRONG: Final = 2.0
"""What a word says that counts as one of at least two."""
_MOST, _LEAST = 6.0, -7.0
"""What one word may say."""
_SELDOM: Final = 8
"""Level from which a word is of the language, too: it says no more than `_MOST_IF_OWN` against it,
unless it is English, which every list of words from the net has."""
_MOST_IF_OWN: Final = 2.5
_KNOWN_WORD: Final = 1.0
"""The most that a word says that the language has in the larger list."""
_OFTEN_COUNTED: Final = 11
"""Level from which a word is one that every text has, not only messages of programs."""
_OWN_WORD: Final = -3.0
"""What a word says that only the larger list of the language has."""
_MOST_UNLISTED: Final = 2.5
_MODEL_UNIT: Final = 1.6
"""Of the model's logarithms, a level: twice what it is in the list, for letters tell less."""
_UNLISTED: Final = -0.6
"""What a word in no list says before its letters do."""
_ODD_WORD: Final = 3.5
"""What a word in no list says that has a letter which only the other language has."""
_ELSEWHERE: Final = -1.9
"""The most that a word says that the other language hardly has."""
_UNKNOWN: Final = -1.2
_MARK: Final = 1.2
"""What a mark between two words takes off."""
_END: Final = deferred(r"[.!?…\n।۔。！？\"“”„«»「」『』]|[^\s,;:–—'’،、，-]")
"""Ends a sentence or a quotation, or is of another script."""
_SMALL: Final = 4
"""Letters up to which a word stands within a name, or says nothing of where a part begins."""
_MOST_SMALL: Final = 3
_MOST_OF_TEXT: Final = 0.8
"""A part that is more of a text than this is no part: the text as a whole was judged."""
_CAPITAL_NOUNS: Final = "de"


class ForeignPart(NamedTuple):
    """Words of another language within a text."""

    span: tuple[int, int]
    """In the original."""
    language: str
    levels: float
    """How much speaks for it."""


class _ListedWord(NamedTuple):
    """A word of a folded text, and what is known of it."""

    start: int
    end: int
    word: str
    levels: bytes | None
    """None: it is not in the list."""
    is_known: bool
    """Of the item."""
    is_name: bool
    """A capital that begins no sentence, or a word that is in no list."""
    ends: bool
    """Whether something between the word before and this one ends a sentence, or is no word."""
    is_parted: bool
    """Whether a mark stands between them."""


class ForeignParts:
    """Finds them in the texts of one language."""

    def __init__(self, language: str, detector: Detector) -> None:
        self._language = language
        self._detector = detector
        self._script = scripts_of(language)[0]
        self._foreign: dict[str, frozenset[str]] = {}
        """Script → its words that are foreign to the language, once they were needed."""
        scripts = dict.fromkeys((self._script, "Latn"))
        self._scripts = [
            one
            for one in scripts
            if one in SCRIPTS and (one != self._script or column(language, one))
        ]

    def __call__(self, context: CheckContext) -> ForeignPart | None:
        """The part that most speaks against; None: nothing does so enough."""
        found: ForeignPart | None = None
        for script in self._scripts:
            if not (words := self._words(context, script)):
                continue  # nor are the words of the script read, which takes 60 ms
            if (listed := self._foreign.get(script)) is None:
                listed = self._foreign[script] = _foreign_words(self._language, script)
            foreign = listed.intersection(words)
            odd = None if script != self._script else _odd_letters(self._language)
            if odd is not None and odd.search(context.text.text):
                foreign |= {word for word in context.text.words if odd.search(word)}
            if not foreign:
                continue
            # Names begin with a capital; so do sentences, and go on with small ones.
            original, names = context.text.original, context.facts.names
            small = [word for word in foreign if word in original and word not in names]
            if not small or max(map(len, small)) < _LEAST_LETTERS:
                continue
            part = self._part(context, script, small)
            if part is not None and (found is None or part.levels > found.levels):
                found = part
        return found

    def _words(self, context: CheckContext, script: str) -> Sequence[str]:
        """Of a text those that may be in the list of a script."""
        if script == "Deva":
            return _DEVANAGARI.findall(context.text.text)
        if script == self._script:
            return context.text.words
        text = context.text
        if LATIN not in text.groups or not _LATIN_PAIR.search(text.text):
            return ()
        if not own_letters(self._language).search(text.original):
            return ()  # all of it is in Latin letters: the script says so
        return _LATIN_WORDS.findall(context.text.text)

    def _part(
        self, context: CheckContext, script: str, foreign: Sequence[str]
    ) -> ForeignPart | None:
        listed = frequent_words(script)
        assert listed is not None
        said = _Against(self._language, script, listed, self._detector)
        token = _TOKEN if script == self._script else _LATIN_TOKEN
        text = context.text.text
        best: ForeignPart | None = None
        excused: Places | None = None
        for start, end in _regions(text, foreign):
            tokens = _tokens(context, token.finditer(text, start, end), listed)
            if not said.candidates(tokens):
                continue  # Nor with those left out that are quoted.
            excused = excused or Places(_excused(text))
            tokens = [
                one._replace(is_known=True) if excused.hold(one.start, one.end) else one
                for one in tokens
            ]
            for other in said.candidates(tokens):
                for part in _runs(tokens, said, other):
                    if best is None or part.levels > best.levels:
                        best = part
        if best is None or best.span[1] - best.span[0] > _MOST_OF_TEXT * len(text.strip()):
            return None
        return best._replace(span=context.text.span(*best.span))


class _Against:
    """How much words of one script say for another language than the one wanted, in levels."""

    def __init__(
        self, language: str, script: str, listed: FrequentWords, detector: Detector
    ) -> None:
        name = column(language, script)
        self._listed = listed
        self._own = None if name is None else listed.at[name]
        self.languages = listed.languages
        self._own_words = word_set(base(language)) if name is not None else frozenset()
        self._script = script
        self._tag = language
        self._detector = detector
        self._scores: dict[str, Sequence[int] | None] = {}

    def candidates(self, tokens: Sequence[_ListedWord]) -> Sequence[int]:
        """The languages in which a word of those is far more frequent, if another may be beside it:
        that is so in one of a hundred good texts.
        """
        found: set[int] = set()
        before = -_NEIGHBOURS - 1
        are_two = False
        for at, token in enumerate(tokens):
            if token.is_known or token.is_name:
                continue
            levels = token.levels
            if levels is None:
                if token.word in self._own_words:
                    continue
                if (odd := self._odd_in(token.word)) is not None:
                    found.update(self._with_letters(odd))
            else:
                usual = self._usual(levels)
                if max(levels) < usual + _STRONG:
                    continue
                found.update(one for one, level in enumerate(levels) if level >= usual + FAR)
            are_two = are_two or at - before <= _NEIGHBOURS
            before = at
        return sorted(found) if are_two else ()

    def of(self, token: _ListedWord, other: int) -> float:
        """What a word says for the language at `other`."""
        if token.is_known:
            return 0.0
        language = self._listed.languages[other]
        if not (token.is_name or self._may_write(token.word, language)):
            return _LEAST
        said = self._unlisted(token, other) if token.levels is None else self._of(token, other)
        return min(0.0, said) if token.is_name and language != _CAPITAL_NOUNS else said

    def _of(self, token: _ListedWord, other: int) -> float:
        levels = token.levels
        assert levels is not None
        usual = self._usual(levels)
        said = float(levels[other] - usual)
        language = self._listed.languages[other]
        if usual >= _SELDOM and language != "en":
            said = min(said, _MOST_IF_OWN)
        if language in COUNTED and levels[other] < _OFTEN_COUNTED:
            said = min(said, _KNOWN_WORD)
        if not levels[other]:
            said = min(said, _ELSEWHERE)
        elif token.word in _borrowed_content():
            said = min(said, _MOST_IF_OWN)
        elif not usual and token.word in self._own_words:
            said = min(said, _KNOWN_WORD)
        return max(_LEAST, min(_MOST, said))

    def _odd_in(self, word: str) -> frozenset[str] | None:
        """The letters of a word that words of the language do not have; None: it has no such."""
        odd = None if self._own is None else _odd_letters(self._tag)
        return frozenset(odd.findall(word)) or None if odd is not None else None

    def _with_letters(self, letters: frozenset[str]) -> Iterator[int]:
        alphabets = _alphabets(self._script)
        for at, language in enumerate(self.languages):
            if letters <= alphabets.get(language, frozenset()):
                yield at

    def _may_write(self, word: str, language: str) -> bool:
        """Whether a language has the letters of a word beyond the plain ones, if that is known."""
        own = _alphabets(self._script).get(language) if not word.isascii() else None
        return not own or own.issuperset(one for one in word if not one.isascii() and one.isalpha())

    def _usual(self, levels: bytes) -> int:
        return self._listed.usual(levels) if self._own is None else levels[self._own]

    def _unlisted(self, token: _ListedWord, other: int) -> float:
        language = self._listed.languages[other]
        if self._own is None:
            return _STRONG if token.word in word_set(language) else _UNKNOWN
        if token.word in self._own_words:
            return _OWN_WORD
        if (odd := self._odd_in(token.word)) is not None:
            return _ODD_WORD if other in self._with_letters(odd) else _ELSEWHERE
        own, at = _label(self._tag, self._script), _label(language, self._script)
        model = self._detector.model()
        if token.word not in self._scores:
            read = model.read(letters_of(token.word), self._script)
            self._scores[token.word] = None if read is None else read.each()
        scores = self._scores[token.word]
        if scores is None or own is None or at is None:
            return 0.0
        said = (scores[at] - scores[own]) * model.unit / _MODEL_UNIT + _UNLISTED
        return max(_OWN_WORD, min(_MOST_UNLISTED, said))


@cache
def _label(tag: str, script: str) -> int | None:
    """The place of a language among those of the model."""
    labels = labels_of(script)
    names = (*wider(tag), *(_LABELS.get(base(tag), ())))
    return next((labels.index(name) for name in names if name in labels), None)


_LABELS: Final = {"fil": ("tl",), "tl": ("fil",), "hr": ("bs", "sr-Latn"), "nb": ("no", "nn")}


@cache
def _alphabets(script: str) -> Mapping[str, frozenset[str]]:
    listed = table(LanguageTable, "languages").letters.get(script, {})
    return {name: frozenset(letters.split()) for name, letters in listed.items()}


@cache
def _odd_letters(language: str) -> re.Pattern[str] | None:
    """The letters of other languages of the script; None: it has all of them, or nobody knows."""
    alphabets = _alphabets(scripts_of(language)[0])
    own = next((alphabets[name] for name in wider(language) if name in alphabets), None)
    odd = frozenset[str]().union(*alphabets.values()) - own if own is not None else ()
    letters = "".join(sorted(letter for letter in odd if letter.isalpha()))
    return re.compile(f"[{letters}]") if letters else None


@cache
def _borrowed_content() -> frozenset[str]:
    words = table(LanguageTable, "languages").borrowed.split()
    return frozenset(words) - ENGLISH_WORDS


def _foreign_words(language: str, script: str) -> frozenset[str]:
    return _foreign_to(column(language, script), script)


@cache  # 2 MB each: languages without a list, and the regions of one, share theirs
def _foreign_to(name: str | None, script: str) -> frozenset[str]:
    listed = frequent_words(script)
    if listed is None:
        return frozenset()
    return listed.foreign_to(None if name is None else listed.at[name])


def _regions(text: str, words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """What stands about those words in a folded text."""
    start, end = 0, -1
    for place in sorted(_places(text, words)):
        if place - _ABOUT > end:
            if end >= 0:
                yield start, end
            start = max(0, place - _ABOUT)
            start = text.find(" ", start, place) + 1 or start
        end = min(len(text), place + _ABOUT)
        if end < len(text):
            blank = text.rfind(" ", place, end)
            end = blank if blank > place else end
    if end >= 0:
        yield start, end


def _places(text: str, words: Sequence[str]) -> Iterator[int]:
    for word in words:
        number = 0
        at = text.find(word)
        while at >= 0 and number < _MOST_PLACES:
            end = at + len(word)
            if not (text[at - 1 : at].isalpha() or text[end : end + 1].isalpha()):
                number += 1
                yield at
                end += _ABOUT // 2
            at = text.find(word, end)


def _excused(text: str) -> Iterator[tuple[int, int]]:
    """Where words of a folded text are quoted, or such as copy of all languages has."""
    yield from (one.span() for one in QUOTED.finditer(text))
    for phrase in table(LanguageTable, "languages").borrowed_phrases.splitlines():
        at = text.find(phrase)
        while at >= 0:
            yield at, at + len(phrase)
            at = text.find(phrase, at + 1)


def _tokens(
    context: CheckContext,
    matches: Iterator[re.Match[str]],
    listed: FrequentWords,
) -> list[_ListedWord]:
    text, known = context.text.text, context.facts.names
    original = context.text.original
    same = original.isascii()
    before = -1
    found: list[_ListedWord] = []
    for match in matches:
        if match["word"] is None:
            before = -1
            continue
        word, (start, end) = match["word"], match.span()
        gap = text[before:start]
        ends = before < 0 or _END.search(gap) is not None
        at = start if same else context.text.span(start, end)[0]
        levels = None if match["joined"] else listed.levels(word)
        is_name = (not ends or levels is None) and original[at].isupper()
        is_parted = not gap.isspace()
        found.append(_ListedWord(start, end, word, levels, word in known, is_name, ends, is_parted))
        before = end
    return _with_titles(found)


def _with_titles(words: list[_ListedWord]) -> list[_ListedWord]:
    """With the small words between two names as of a name: `The Best of the Night`."""
    before = -1
    for at, word in enumerate(words):
        if word.ends or word.is_parted:
            before = -1
        if word.is_name:
            if 0 <= before < at - 1:
                words[before + 1 : at] = [
                    one._replace(is_name=True) for one in words[before + 1 : at]
                ]
            before = -1 if word.ends else at
        elif len(word.word) > _SMALL or at - before > _MOST_SMALL:
            before = -1
    return words


def _runs(words: Sequence[_ListedWord], against: _Against, other: int) -> Iterator[ForeignPart]:
    """The words in a row that say enough for a language, in the folded text."""
    total, strong, first = 0.0, 0, 0
    said: set[str] = set()
    is_english = against.languages[other] == "en"
    for at, word in enumerate(words):
        levels = against.of(word, other)
        less = _MARK if word.is_parted else 0.0
        if word.ends or total <= less:
            total, strong, first = 0.0, 0, at
            said.clear()
        else:
            total -= less
        if word.word in said:
            continue  # `kap, kap, kap` is a sound
        said.add(word.word)
        total += levels
        strong += levels >= _STRONG
        enough = _ENOUGH if is_english or at - first > 1 else _ENOUGH_OF_TWO
        if total >= enough and levels > 0 and strong >= _LEAST_STRONG:
            span = words[_widened(words, first, against, other)].start, word.end
            yield ForeignPart(span, against.languages[other], total)


def _widened(words: Sequence[_ListedWord], first: int, against: _Against, other: int) -> int:
    """Where a run begins with the words before it that are of both languages."""
    while first and not (words[first].ends or words[first].is_parted):
        word = words[first - 1]
        if len(word.word) <= _SMALL or against.of(word, other) < -1:
            break
        first -= 1
    return first
