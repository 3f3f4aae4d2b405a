"""How much a text without a final stop looks cut off, instead of being a headline.

No list holds every word that a sentence cannot end with, and most cuts leave a word that could end
another one: `… gives you the feeling of real`. Two linear models tell, of which the second one
reads the first. Each language has one of the last words: how they end, which stand side by side,
and which came before them in their clause. It is learnt from the ends of sentences and from places
within them. All languages share one of the form: how long the text is and how many sentences it
has, whether it has small words as sentences have, figures, commas and capitals as headlines have.
It is learnt from good texts without a final stop and from good texts cut off
(`python -m tests.quality.end_model` makes both).

Most texts need no more than their length to be told, so that a score is added up part by part, the
cheap ones first, and left where what is to come cannot matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from math import log
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from copygen.quality.data import packed_entries, packed_weights
from copygen.quality.end_words import (
    calls_to_act,
    clause_words,
    joining_words,
    perhaps_small,
    small_words,
)
from copygen.quality.facts import Facts
from copygen.quality.languages import SPACELESS
from copygen.quality.normalize import deferred, fold
from copygen.quality.word_ends import wholeness

FILE: Final = "end_weights.zip"
SHARED: Final = "shared"
"""The entry of the weights of the form."""
_STRIPPED: Final = "\"'’“”„«»()[]!?.,،、，;；؛:：—–-"
_COMMA: Final = deferred(r"[,،、，;；؛:：—–-](?:(?<!-)\s*|(?<=\s-)\s)")
_SENTENCE: Final = deferred(r"[.!?…।؟۔。！？\n](?:(?<=[.!?…।؟۔])\s+|(?<=[。！？])|(?<=\n)\n*)")
"""Patterns that begin with one set of signs are looked for much faster."""
_ONLY_COMMA: Final = deferred("[,،、，;；؛]")
_DASH: Final = deferred(r"[–—-](?:(?<=—)|(?<=\s.)\s)")
_FIGURE: Final = deferred(r"[\d²³¹⁰⁴-⁹₀-₉①-⑨]")
_STOPS: Final = frozenset(".।۔。")
_SEEN: Final = 600
"""Characters at the end of a text that are looked at."""
_NEAR: Final = 90
"""Those that are looked at first."""
_WORDS: Final = 12
_CLAUSE_WORDS: Final = 10
_SIGNS: Final = 14
"""Of a script without spaces, letters that are looked at."""
_LONG_CLAUSE: Final = 8
"""Words of a clause, or threes of its letters, from which it counts as long."""
_FAR: Final = 6
_NOT_BARE: Final = 3
"""Letters of a word that has an ending."""
_CAPITALS: Final = frozenset(("de", "ko"))
"""Languages whose nouns begin with a capital, or that have none."""
_WIDTH: Final = MappingProxyType(
    {"zh": 2.6, "ja": 2.2, "ko": 1.8, "th": 1.2, "he": 1.2, "ar": 1.15, "hi": 1.05}
)
"""Letters of a Latin script that one letter stands for."""
_LENGTHS: Final = (30, 45, 60, 75, 90, 110)
_LENGTH_STEP: Final = 15
_LOG_OF_50: Final = 3.9
_WITH_LENGTH: Final = (
    *("clause", "figure", "comma", "small", "small first", "colon", "capitals", "named"),
)
"""What says something else of a long text than of a short one."""
_SAID_MOST: Final = (-4.0, 6.0)
"""Bounds of what the last words may say."""
_SAID_MUCH: Final = 2.0
_KNOTS: Final = (_SAID_MOST[0], 0.0, _SAID_MUCH, _SAID_MOST[1])
"""Between these a score is linear in what the last words say."""
_MARKS_MOST: Final = MappingProxyType(
    {"lower": 1.0, "figure": 1.0, "colon": 1.0, "dash": 1.0, "comma": 1.0, "commas": 3.0}
)
_WORDS_MOST: Final = MappingProxyType(
    {
        **{"small": 1.0, "no small": 1.0, "small first": 1.0, "joining": 1.0, "clause": 1.0},
        **{"clauses": 3.0, "clause open": 1.0, "whole0": 1.0, "whole1": 1.0, "whole2": 1.0},
        **{"part": log(_SEEN), "capitals": 1.0, "last capital": 1.0},
    }
)
_ITEM_MOST: Final = MappingProxyType({"call": 1.0, "given": 1.0, "named": 1.0})
"""The most that features of a kind may be; the least is nothing."""
_WORDS_KEPT: Final = 16_384
_LENGTHS_KEPT: Final = 4_096

Features: TypeAlias = Iterable[tuple[str, float]]


class EndWord(NamedTuple):
    """A word of a sentence, as the models see it."""

    word: str
    """Folded, without marks; may be empty."""
    is_small: bool
    opens: bool
    """Whether it opens a clause."""
    is_capital: bool


class Addition(NamedTuple):
    """The least and the most that something may add to a score."""

    least: float
    most: float


class SaidByLength(NamedTuple):
    """What the length of a last sentence says, and what may come in addition to it."""

    known: float
    beyond: float
    """The logarithm of the length, beyond a usual one."""
    from_marks: Addition
    from_words: Addition
    from_said: Addition
    from_item: Addition
    """What that part and all behind it may add."""


@dataclass(frozen=True, slots=True)
class EndModel:
    """The weights of one language, and those that all share."""

    tag: str
    _words: Mapping[str, float]
    _form: Mapping[str, tuple[float, float]]
    """Of a feature its weight, and what is added for each `beyond` of the length."""
    _near: frozenset[str]
    """Words that say something where they stand in the last clause."""

    @classmethod
    def of(cls, tag: str) -> "EndModel | None":
        """The model of a language by its base tag; None where there is none."""
        return _model(tag) if tag in end_languages() else None

    def score(self, text: str, facts: Facts) -> float:
        """The logarithm of the odds that a text is cut off, were half of all texts without a final
        stop; that text has none."""
        return [known for known, _ in self._sums(text, facts)][-1]

    def is_cut(self, text: str, facts: Facts, least: float) -> bool:
        """Whether the score of a text is `least` or more."""
        for known, to_come in self._sums(text, facts):
            if known + to_come.most < least:
                return False
            if known + to_come.least >= least:
                return True
        raise AssertionError  # nothing is to come after the last sum

    def _sums(self, text: str, facts: Facts) -> Iterator[tuple[float, Addition]]:
        """The score part by part, and what the parts to come may add."""
        tag, text = self.tag, text.rstrip()
        sentence = last_sentence(text)
        before = _told_before(text, sentence)
        stopped = _is_stopped(before, tag)
        lengths = _by_sentence(tag, len(sentence), stopped)
        known = lengths.known + _by_text(tag, len(text))
        if before:
            known += self._weigh(_before(before, len(sentence), tag))
        yield known, lengths.from_marks
        known += self._weigh(_marks(sentence), lengths.beyond)
        yield known, lengths.from_words
        clause = last_clause(sentence)
        words = [] if tag in SPACELESS else [_word(one, tag) for one in sentence.split()]
        if words:
            known += self._weigh(_of_words(words, clause, tag), lengths.beyond)
            yield known, lengths.from_said
        said = self._said(sentence, clause, words)
        known += self._weigh(_of_said(said, len(sentence), tag, stopped))
        yield known, lengths.from_item
        known += self._weigh(_of_item(sentence, tag, facts), lengths.beyond)
        yield known, _NOTHING

    def _weigh(self, found: Features, beyond: float = 0.0) -> float:
        total, form = 0.0, self._form
        for name, value in found:
            weight, by_length = form.get(name, _NO_WEIGHT)
            total += (weight + by_length * beyond) * value
        return total

    def _said(self, sentence: str, clause: str, words: Sequence[EndWord]) -> float:
        """What the last words of a sentence say: the sum of `word_features`."""
        known = self._words
        if self.tag in SPACELESS:
            found = _sign_features(sentence, clause)
            return sum([known[one] for one in found if one in known])
        last_words = [one.word for one in words[-_WORDS:] if one.word]
        if not last_words:
            return 0.0
        last, before = last_words[-1], last_words[-2] if len(last_words) > 1 else "^"
        earlier = _earlier(sentence, clause, last_words, self.tag)
        found = _pair_features(before, last, self.tag)
        found.update(_clause_features(earlier, last, self._near))
        said = sum([known[one] for one in found if one in known])
        return said + _said_by_last(self.tag, last) + _said_by_before(self.tag, before)

    def lengths(self, chars: int, stopped: bool) -> SaidByLength:
        """What a length of the last sentence says, behind one with a full stop or not."""
        tag = self.tag
        found = dict(_of_sentence(chars, tag))
        beyond = found["log long"] - _LOG_OF_50
        at_knots = [self._weigh(_of_said(one, chars, tag, stopped)) for one in _KNOTS]
        item = self._range(_ITEM_MOST, beyond)
        said = _add(item, Addition(min(at_knots), max(at_knots)))
        words = said if tag in SPACELESS else _add(said, self._range(_WORDS_MOST, beyond))
        marks = _add(words, self._range(_MARKS_MOST, beyond))
        return SaidByLength(self._weigh(found.items()), beyond, marks, words, said, item)

    def by_text(self, chars: int) -> float:
        """What a length of the whole text says."""
        return self._weigh(_of_text(chars, self.tag))

    def _range(self, most: Mapping[str, float], beyond: float) -> Addition:
        at_most = [self._weigh((one,), beyond) for one in most.items()]
        return Addition(
            sum(min(0.0, one) for one in at_most), sum(max(0.0, one) for one in at_most)
        )


_NOTHING: Final = Addition(0.0, 0.0)
_NO_WEIGHT: Final = (0.0, 0.0)


def _add(one: Addition, other: Addition) -> Addition:
    return Addition(one.least + other.least, one.most + other.most)


@cache
def _model(tag: str) -> EndModel:
    words = weights_of(tag)
    # `@word:3` and `@word-xy`: what is left of them, and a little more.
    near = frozenset(one[1:end] for one in words if one[0] == "@" for end in (-2, -3))
    form = weights_of(SHARED)
    by_length = {name: form.get(f"{name}*long", 0.0) for name in _WITH_LENGTH}
    pairs = {name: (weight, by_length.get(name, 0.0)) for name, weight in form.items()}
    return EndModel(tag, words, pairs, near)


@lru_cache(maxsize=_LENGTHS_KEPT)
def _by_sentence(tag: str, chars: int, stopped: bool) -> SaidByLength:
    return _model(tag).lengths(chars, stopped)


@lru_cache(maxsize=_LENGTHS_KEPT)
def _by_text(tag: str, chars: int) -> float:
    return _model(tag).by_text(chars)


@lru_cache(maxsize=_WORDS_KEPT)
def _said_by_last(tag: str, last: str) -> float:
    known = weights_of(tag)
    return sum(known[one] for one in _last_features(last, tag) if one in known)


@lru_cache(maxsize=_WORDS_KEPT)
def _said_by_before(tag: str, before: str) -> float:
    known = weights_of(tag)
    return sum(known[one] for one in _before_features(before, tag) if one in known)


@cache
def end_languages() -> frozenset[str]:
    """The languages that have weights, as base tags."""
    return packed_entries(FILE) - {SHARED}


def weights_of(name: str) -> Mapping[str, float]:
    """Feature → weight, of the words of one of `end_languages` or, by `SHARED`, of the form."""
    return packed_weights(FILE, name)


def last_sentence(text: str) -> str:
    """What stands behind the last mark that ends a sentence."""
    text = text[-_SEEN:].rstrip() or text
    return text[_last_start(text) :]


def _last_start(text: str) -> int:
    """Where the last sentence begins, which is looked for near the end first."""
    at, end = 0, len(text) - 1
    for start in (end - _NEAR, 0) if end > _NEAR else (0,):
        for found in _SENTENCE.finditer(text, start, end):
            at = found.end()
        if at:
            break
    return at


def last_clause(sentence: str) -> str:
    """What stands behind the last comma, colon or dash of a sentence."""
    at = 0
    for found in _COMMA.finditer(sentence):
        at = found.end()
    return sentence[at:]


def word_features(sentence: str, tag: str) -> set[str]:
    """What the last words of a sentence are, each once."""
    sentence = sentence.rstrip()
    clause = last_clause(sentence)
    if tag in SPACELESS:
        return _sign_features(sentence, clause)
    words = _words(sentence, tag)
    if not words:
        return set()
    last, before = words[-1], words[-2] if len(words) > 1 else "^"
    earlier = _earlier(sentence, clause, words, tag)
    return {
        *_last_features(last, tag),
        *_before_features(before, tag),
        *_pair_features(before, last, tag),
        *_clause_features(earlier, last),
    }


def _last_features(last: str, tag: str) -> Iterator[str]:
    yield f"={last}"
    for size in (1, 2, 3, 4):
        if len(last) > size:
            yield f"-{last[-size:]}"
    yield f"w{int(wholeness(last, tag))}"
    if last in _small(tag):
        yield "S"


def _before_features(before: str, tag: str) -> Iterator[str]:
    yield f"<{before}"
    if len(before) > _NOT_BARE:
        yield f"<-{before[-2:]}"
        yield f"<-{before[-3:]}"
    if before in _small(tag):
        yield "<S"


def _pair_features(before: str, last: str, tag: str) -> set[str]:
    end = last[-2:]
    found = {f"{before} {last}", f"{before}|{end}", f"{before[-2:]}|{end}"}
    if before in _small(tag):
        found.add(f"<S-{end}")
    return found


def _clause_features(
    earlier: Sequence[str], last: str, known: frozenset[str] | None = None
) -> set[str]:
    """What came before the last word in its clause: all, or those words that are known."""
    found = {f"n{min(len(earlier), _LONG_CLAUSE)}"}
    for far, word in enumerate(earlier[-2::-1], 1):
        if known is None or word in known:
            found.add(f"@{word}:{min(far, _FAR)}")
            if far > 1:
                found.add(f"@{word}-{last[-2:]}")
    return found


def _sign_features(sentence: str, clause: str) -> set[str]:
    """The last letters of a script without spaces, and which stand before the last one."""
    signs = sentence[-_SIGNS:].casefold()
    near = clause[-_SIGNS:].casefold()
    found = {f"-{signs[-size:]}" for size in range(1, 6) if len(signs) >= size}
    last = near[-1:]
    found.update([f"@{one}.{last}" for one in near[:-1]])
    found.add(f"n{min(len(clause) // 3, _LONG_CLAUSE)}")
    return found


def _earlier(sentence: str, clause: str, words: Sequence[str], tag: str) -> Sequence[str]:
    """The last words of the last clause."""
    within = words if len(clause) == len(sentence) else _words(clause, tag)
    return within[-_CLAUSE_WORDS:]


def _words(part: str, tag: str) -> list[str]:
    words = [_word(one, tag).word for one in part.split()[-_WORDS:]]
    return [one for one in words if one]


@lru_cache(maxsize=_WORDS_KEPT)
def _word(written: str, tag: str) -> EndWord:
    word = written.strip(_STRIPPED).casefold().replace("’", "'")
    opens = word in clause_words(tag)[0] and word not in joining_words(tag)
    return EndWord(word, word in _small(tag), opens, written[0].isupper())


@cache
def _small(tag: str) -> frozenset[str]:
    return small_words(tag) | perhaps_small(tag)


def form_features(text: str, tag: str, said: float, facts: Facts) -> dict[str, float]:
    """What a text without a final stop looks like; `said` is what its last words say."""
    text = text.rstrip()
    sentence = last_sentence(text)
    before = _told_before(text, sentence)
    found = dict(
        chain(
            _of_sentence(len(sentence), tag),
            _of_text(len(text), tag),
            _before(before, len(sentence), tag) if before else (),
            _marks(sentence),
            _of_said(said, len(sentence), tag, _is_stopped(before, tag)),
            _of_item(sentence, tag, facts),
        )
    )
    if tag not in SPACELESS:
        words = [_word(one, tag) for one in sentence.split()]
        found.update(_of_words(words, last_clause(sentence), tag))
    beyond = found["log long"] - _LOG_OF_50
    found.update({f"{one}*long": found[one] * beyond for one in _WITH_LENGTH if one in found})
    return found


def _told_before(text: str, sentence: str) -> str:
    return text[: len(text) - len(sentence)].rstrip()


def _is_stopped(before: str, tag: str) -> bool:
    return before[-1:] in _STOPS and tag != "th"


def _of_sentence(chars: int, tag: str) -> Features:
    """What the length of the last sentence says."""
    long = chars * _WIDTH.get(tag, 1.0)
    yield "any", 1.0
    yield "log long", log(long)
    for length in _LENGTHS:
        yield f"long {length}", max(0.0, min(1.0, (long - length) / _LENGTH_STEP))
    yield "longer", max(0.0, long - 80) / 40
    if tag in SPACELESS:
        yield f"{tag}", 1.0
        yield f"{tag}*long", log(long / 50)


def _of_text(chars: int, tag: str) -> Features:
    """What the length of the whole text says."""
    whole = chars * _WIDTH.get(tag, 1.0)
    yield "log whole", log(whole)
    for length in _LENGTHS:
        yield f"whole {length}", max(0.0, min(1.0, (whole - length) / _LENGTH_STEP))


def _of_said(said: float, chars: int, tag: str, stopped: bool) -> Features:
    """What the last words say, in a sentence of so many characters."""
    said = max(_SAID_MOST[0], min(_SAID_MOST[1], said))
    yield "said", said
    yield "said for", max(0.0, said)
    yield "said much", max(0.0, said - _SAID_MUCH)
    yield "said*long", said * log(chars * _WIDTH.get(tag, 1.0) / 40)
    if tag in SPACELESS:
        yield f"{tag}*said", said
    if stopped:
        yield "stopped*said", said


def _marks(sentence: str) -> Features:
    if sentence[0].islower():
        yield "lower", 1.0
    if _FIGURE.search(sentence):
        yield "figure", 1.0
    if ":" in sentence or "：" in sentence:
        yield "colon", 1.0
    if _DASH.search(sentence):
        yield "dash", 1.0
    if commas := len(_ONLY_COMMA.findall(sentence)):
        yield "comma", 1.0
        yield "commas", min(commas, 3)


def _before(before: str, chars: int, tag: str) -> Features:
    """What the sentences before the last one say of it."""
    if not _is_stopped(before, tag):
        yield "asked" if before[-1] in "!?！？؟" else "other", 1.0
        return
    seen = before[-_SEEN:]
    start = _last_start(seen)
    width = _WIDTH.get(tag, 1.0)
    told = (len(seen) - start) * width
    yield "stopped", 1.0
    if seen[:start].strip():
        yield "stopped often", 1.0
    yield "log told", log(told / 30)
    yield "told", max(0.0, told - 33) / 30
    yield "stopped*long", log(chars * width / 30)


def _of_words(words: Sequence[EndWord], clause: str, tag: str) -> Features:
    """How many small words and capitals a sentence has, and whether a clause is open."""
    share = sum([one.is_small for one in words]) / len(words)
    yield "small", share
    if not share:
        yield "no small", 1.0
    if words[0].is_small:
        yield "small first", 1.0
    if words[0].word in joining_words(tag):
        yield "joining", 1.0
    if places := [at for at, one in enumerate(words) if one.opens]:
        yield "clause", 1.0
        yield "clauses", min(len(places), 3)
        if len(words) - places[-1] <= 4:
            yield "clause open", 1.0
    yield f"whole{int(wholeness(words[-1].word, tag))}", 1.0
    yield "part", log(len(clause.split()) or 1)
    if tag not in _CAPITALS:
        if 3 * sum([one.is_capital for one in words]) > len(words):
            yield "capitals", 1.0
        if words[-1].is_capital:
            yield "last capital", 1.0


def _of_item(sentence: str, tag: str, facts: Facts) -> Features:
    """Whether a sentence calls to act, and begins or ends with a word of the item."""
    if (calls := calls_to_act(tag)) and calls.search(sentence):
        yield "call", 1.0
    words = sentence.split()
    last = sentence[-2:] if tag in SPACELESS else words[-1].strip(_STRIPPED)
    if fold(last) in facts.folded.text:
        yield "given", 1.0
    if fold(words[0].strip(_STRIPPED)) in facts.title_words:
        yield "named", 1.0
