"""How much a sentence speaks about a text, instead of being one.

No list holds every way to say that a text is short, or to ask whether it will do. Each language has
a linear model of words, their beginnings and ends, and pairs of words, learnt from sentences that
chat models say around copy and from sentences of copy (`python -m tests.quality.talk_model`). All
languages share the weights of signs: the phrases of the lists, a question mark, brackets.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import fsum, sqrt
from operator import add
from typing import Final

from copygen.quality.data import packed_entries, packed_weights
from copygen.quality.languages import SPACELESS
from copygen.quality.normalize import deferred
from copygen.quality.phrases import Said

FILE: Final = "talk_weights.zip"
"""An entry a language, a weight, a space and a feature a line: `1.40 version`, `0.90 ^verk` (words
that begin so), `-0.70 $ung` (that end so)."""
SHARED: Final = "shared"
"""The entry of the weights that all languages share."""
_WORD: Final = deferred(
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963"
    r"\u0971-\u0dff\u200c\u0e31\u0e34-\u0e3a\u0e47-\u0e4e'])+"
)
_FEW: Final = 8
"""Features below which a sentence is not taken for shorter still: two words prove little."""
_SCALE: Final = 3.0
_FEW_SIGNS: Final = -1.0
"""What signs say where words are not asked any more: of seven of ten sentences of copy, and of one
of talk in two hundred."""
_KNOWN: Final = 3
"""Letters above which a word of the item is one, whatever its ending."""
_KINDS: Final = frozenset(
    (
        *("consent", "agreed", "here", "text", "any_noun", "named", "offer", "change", "yours"),
        *("this", "sorry", "cannot", "cannot_weak", "missing", "info", "little", "myself", "error"),
        *("asked", "task", "think", "first", "plan", "me", "wrote", "deny", "aid", "beyond"),
        *("pitch", "fit", "rework", "piece", "order", "object", "trait", "craft", "effect"),
        *("shall", "muse", "publish", "stress", "sentence", "add", "web", "about", "option"),
    )
)
"""Kinds of phrases that are signs."""
_LENGTH_STEP, _LONGEST = 25, 6


@cache
def talk_languages() -> frozenset[str]:
    """The languages that have weights, as base tags."""
    return packed_entries(FILE) - {SHARED}


@dataclass(frozen=True, slots=True)
class TalkModel:
    """The weights of one language."""

    tag: str
    _words: Mapping[str, float]
    _signs: Mapping[str, float]

    @classmethod
    def of(cls, tag: str) -> "TalkModel | None":
        """The model of a language; None where there is none."""
        if tag not in talk_languages():
            return None
        return cls(tag, packed_weights(FILE, tag), packed_weights(FILE, SHARED))

    def score(
        self, said: Said, span: tuple[int, int], is_known: Callable[[str], bool], *, is_last: bool
    ) -> float:
        """The logarithm of the odds that a sentence is talk, were half of all sentences talk.

        `is_known` tells whether the item has a word, which says nothing then; `is_last`, whether
        the sentence stands at the end of the text.
        """
        start, end = span
        signs = sum(
            self._signs.get(one, 0.0) for one in sign_features(said, start, end, is_last=is_last)
        )
        if signs < _FEW_SIGNS:
            return signs
        weights = self._words
        if self.tag in SPACELESS:
            runs = _runs_of_signs(said.text[start:end])
            return signs + fsum(map(weights.__getitem__, weights.keys() & runs)) * word_scale(
                len(runs)
            )
        words = word_features(said.text[start:end], self.tag)
        # Whether the item has it is asked of the few words that say something.
        heard = [(one, weights[one]) for one in words if one in weights]
        total = sum(weight for one, weight in heard if not is_of_item(words[one], is_known))
        return signs + total * word_scale(len(words))


def word_scale(number: int) -> float:
    """What each of so many features counts."""
    return _SCALE / sqrt(max(number, _FEW))


def is_of_item(word: str, is_known: Callable[[str], bool]) -> bool:
    """Whether the item has a word, whatever its ending."""
    return len(word) > _KNOWN and is_known(word[: max(_KNOWN + 1, len(word) - 2)])


def words_in(text: str) -> list[str]:
    """The words of a folded text."""
    return _WORD.findall(text)


def word_features(text: str, tag: str) -> dict[str, str]:
    """The words of a folded text, their beginnings, ends and pairs; each with its word.

    In scripts without spaces, runs of one to four signs, of no word.
    """
    found: dict[str, str] = {}
    if tag in SPACELESS:
        return dict.fromkeys(_runs_of_signs(text), "")
    before = ""
    for word in words_in(text):
        size = len(word)
        found[word] = word
        if tag == "ko":
            if size > 2:
                found[f"^{word[:2]}"] = word
            if size > 3:
                found[f"${word[-2:]}"] = word
                found[f"${word[-3:]}"] = word
        elif size > 4:
            found[f"^{word[:4]}"] = word
            if size > 5:
                found[f"${word[-3:]}"] = word
            if size > 6:
                found[f"^{word[:6]}"] = word
        if before:
            found[f"{before} {word}"] = word
        before = word
    return found


def _runs_of_signs(text: str) -> set[str]:
    """One to four signs in a row."""
    found: set[str] = set()
    for run in words_in(text):
        found.update(run)
        runs: Iterable[str] = run
        for size in (1, 2, 3):  # each with the sign behind it: a quarter of the time of slices
            runs = list(map(add, runs, run[size:]))
            found.update(runs)
    return found


def sign_features(said: Said, start: int, end: int, *, is_last: bool) -> Iterator[str]:
    """What a sentence has besides words: kinds of phrases, its length, its last mark.

    Copy begins with a question as often as talk ends with one, and no talk ends with a colon.
    """
    for kind in said.kinds & _KINDS:
        number = 0
        for begin, stop in said.found(kind):
            number += start <= begin and stop <= end
        if number:
            yield f"kind:{kind}"
            if number > 1:
                yield f"kinds:{kind}"
    text = said.text[start:end]
    last = text.rstrip(" \n\"'»”“’)")[-1:]
    if last and is_last and last in "?？؟;":
        yield "asks"
    if last and not is_last and last in ":：":
        yield "announces"
    if "!" in text or "！" in text:
        yield "exclaims"
    if text[:1] in "([（【*※":
        yield "bracketed"
    yield f"length:{min(_LONGEST, len(text) // _LENGTH_STEP)}"
    yield "any"
