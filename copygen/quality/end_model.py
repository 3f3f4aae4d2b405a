"""How much a text without a final stop looks cut off, instead of being a headline.

No list holds every word that a sentence cannot end with, and most cuts leave a word that could end
another one: `… gives you the feeling of real`. Two linear models tell, of which the second one
reads the first. Each language has one of the last words: how they end, which stand side by side,
and which came before them in their clause. It is learnt from the ends of sentences and from places
within them. All languages share one of the form: how long the text is and how many sentences it
has, whether it has small words as sentences have, figures, commas and capitals as headlines have.
It is learnt from good texts without a final stop and from good texts cut off
(`python -m tests.quality.end_model` makes both).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from math import log
from types import MappingProxyType
from typing import Final

from copygen.quality.data import packed_entries, packed_entry
from copygen.quality.end_words import (
    calls_to_act,
    clause_words,
    joining_words,
    perhaps_small,
    small_words,
)
from copygen.quality.facts import Facts
from copygen.quality.normalize import fold
from copygen.quality.word_ends import wholeness

FILE: Final = "end_weights.zip"
SHARED: Final = "shared"
"""The entry of the weights of the form."""
SPACELESS: Final = frozenset(("ja", "th", "zh"))
"""Languages whose words no space parts."""
_STRIPPED: Final = "\"'’“”„«»()[]!?.,،、，;；؛:：—–-"
_COMMA: Final = re.compile(r"[,،、，;；؛:：—–]\s*|\s-\s")
_SENTENCE: Final = re.compile(r"(?<=[.!?…।؟۔])\s+|(?<=[。！？])|\n+")
_ONLY_COMMA: Final = re.compile("[,،、，;；؛]")
_DASH: Final = re.compile(r"\s[–—-]\s|—")
_STOPS: Final = frozenset(".।۔。")
_SEEN: Final = 600
"""Characters at the end of a text that are looked at."""
_WORDS: Final = 12
_CLAUSE_WORDS: Final = 10
_SIGNS: Final = 14
"""Of a script without spaces, letters that are looked at."""
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


@dataclass(frozen=True, slots=True)
class EndModel:
    """The weights of one language, and those that all share."""

    tag: str
    _words: Mapping[str, float]
    _form: Mapping[str, float]

    @classmethod
    def of(cls, tag: str) -> "EndModel | None":
        """The model of a language by its base tag; None where there is none."""
        return cls(tag, _weights(tag), _weights(SHARED)) if tag in end_languages() else None

    def score(self, text: str, facts: Facts) -> float:
        """The logarithm of the odds that a text is cut off, were half of all texts without a final
        stop; that text has none."""
        sentence = last_sentence(text)
        words = self._words
        said = sum(words[one] for one in word_features(sentence, self.tag) if one in words)
        form = form_features(text, self.tag, said, facts)
        return sum(self._form.get(name, 0.0) * value for name, value in form.items())


@cache
def end_languages() -> frozenset[str]:
    """The languages that have weights, as base tags."""
    return packed_entries(FILE) - {SHARED}


@cache
def _weights(name: str) -> Mapping[str, float]:
    packed = packed_entry(FILE, name)
    assert packed is not None  # asked for `end_languages` only
    pairs = (line.split(" ", 1) for line in packed.decode("utf-8").split("\n"))
    return MappingProxyType({feature: float(weight) for weight, feature in pairs})


def last_sentence(text: str) -> str:
    """What stands behind the last mark that ends a sentence."""
    return next((one for one in reversed(_sentences(text)) if one.strip()), text)


def _sentences(text: str) -> list[str]:
    return _SENTENCE.split(text[-_SEEN:].rstrip())


def word_features(sentence: str, tag: str) -> set[str]:
    """What the last words of a sentence are, each once."""
    clause = _COMMA.split(sentence.rstrip())[-1]
    if tag in SPACELESS:
        return _sign_features(sentence.rstrip().casefold(), clause.casefold())
    words = _words(sentence)[-_WORDS:]
    if not words:
        return set()
    last, before = words[-1], words[-2] if len(words) > 1 else "^"
    found = {f"={last}", f"{before} {last}", f"<{before}"}
    found.update(f"-{last[-size:]}" for size in (1, 2, 3, 4) if len(last) > size)
    found.update(f"<-{before[-size:]}" for size in (2, 3) if len(before) > _NOT_BARE)
    found.update((f"{before}|{last[-2:]}", f"{before[-2:]}|{last[-2:]}"))
    earlier = _words(clause)[-_CLAUSE_WORDS:]
    for far, word in enumerate(reversed(earlier[:-1]), 1):
        found.add(f"@{word}:{min(far, _FAR)}")
        if far > 1:
            found.add(f"@{word}-{last[-2:]}")
    found.add(f"n{min(len(earlier), 8)}")
    found.add(f"w{int(wholeness(last, tag))}")
    small = _small(tag)
    if last in small:
        found.add("S")
    if before in small:
        found.update(("<S", f"<S-{last[-2:]}"))
    return found


def _sign_features(sentence: str, clause: str) -> set[str]:
    """The last letters of a script without spaces, and which stand before the last one."""
    signs = sentence[-_SIGNS:]
    near = clause[-_SIGNS:]
    found = {f"-{signs[-size:]}" for size in range(1, 6) if len(signs) >= size}
    found.update(f"@{one}.{near[-1:]}" for one in near[:-1])
    found.add(f"n{min(len(clause) // 3, 8)}")
    return found


def _words(part: str) -> list[str]:
    stripped = (one.strip(_STRIPPED).casefold() for one in part.split()[-_WORDS:])
    return [one.replace("’", "'") for one in stripped if one]


@cache
def _small(tag: str) -> frozenset[str]:
    return small_words(tag) | perhaps_small(tag)


def form_features(text: str, tag: str, said: float, facts: Facts) -> dict[str, float]:
    """What a text without a final stop looks like; `said` is what its last words say."""
    found = dict(_form(text, tag, said, facts))
    beyond = found["log long"] - _LOG_OF_50
    found.update({f"{one}*long": found[one] * beyond for one in _WITH_LENGTH if one in found})
    return found


def _form(text: str, tag: str, said: float, facts: Facts) -> Iterator[tuple[str, float]]:
    text = text.rstrip()
    sentence = last_sentence(text)
    before = text[: len(text) - len(sentence)].rstrip()
    width = _WIDTH.get(tag, 1.0)
    long, whole = len(sentence) * width, len(text) * width
    said = max(_SAID_MOST[0], min(_SAID_MOST[1], said))
    yield "any", 1.0
    yield "said", said
    yield "said for", max(0.0, said)
    yield "said much", max(0.0, said - 2)
    yield "said*long", said * log(long / 40)
    yield "log long", log(long)
    yield "log whole", log(whole)
    for length in _LENGTHS:
        yield f"long {length}", max(0.0, min(1.0, (long - length) / _LENGTH_STEP))
        yield f"whole {length}", max(0.0, min(1.0, (whole - length) / _LENGTH_STEP))
    yield "longer", max(0.0, long - 80) / 40
    if tag in SPACELESS:
        yield f"{tag}", 1.0
        yield f"{tag}*said", said
        yield f"{tag}*long", log(long / 50)
    yield from _marks(sentence)
    if before:
        yield from _before(before, long, width, said, tag)
    if (calls := calls_to_act(tag)) and calls.search(sentence):
        yield "call", 1.0
    words = sentence.split()
    last = sentence[-2:] if tag in SPACELESS else words[-1].strip(_STRIPPED)
    if fold(last) in facts.folded.text:
        yield "given", 1.0
    if fold(words[0].strip(_STRIPPED)) in facts.title_words:
        yield "named", 1.0
    if tag not in SPACELESS:
        yield from _of_words(words, sentence, tag)


def _marks(sentence: str) -> Iterator[tuple[str, float]]:
    if sentence[0].islower():
        yield "lower", 1.0
    if any(map(str.isdigit, sentence)):
        yield "figure", 1.0
    if ":" in sentence or "：" in sentence:
        yield "colon", 1.0
    if _DASH.search(sentence):
        yield "dash", 1.0
    if commas := len(_ONLY_COMMA.findall(sentence)):
        yield "comma", 1.0
        yield "commas", min(commas, 3)


def _before(
    before: str, long: float, width: float, said: float, tag: str
) -> Iterator[tuple[str, float]]:
    """What the sentences before the last one say of it."""
    if before[-1] not in _STOPS or tag == "th":
        yield "asked" if before[-1] in "!?！？؟" else "other", 1.0
        return
    sentences = [one for one in _sentences(before) if one.strip()]
    told = len(sentences[-1]) * width
    yield "stopped", 1.0
    if len(sentences) > 1:
        yield "stopped often", 1.0
    yield "log told", log(told / 30)
    yield "told", max(0.0, told - 33) / 30
    yield "stopped*long", log(long / 30)
    yield "stopped*said", said


def _of_words(words: list[str], sentence: str, tag: str) -> Iterator[tuple[str, float]]:
    """How many small words and capitals a sentence has, and whether a clause is open."""
    folded = [one.strip(_STRIPPED).casefold().replace("’", "'") for one in words]
    small = _small(tag)
    share = sum(one in small for one in folded) / len(folded)
    yield "small", share
    if not share:
        yield "no small", 1.0
    if folded[0] in small:
        yield "small first", 1.0
    if folded[0] in joining_words(tag):
        yield "joining", 1.0
    openers = clause_words(tag)[0] - joining_words(tag)
    places = [at for at, one in enumerate(folded) if one in openers]
    if places:
        yield "clause", 1.0
        yield "clauses", min(len(places), 3)
        if len(folded) - places[-1] <= 4:
            yield "clause open", 1.0
    yield f"whole{int(wholeness(folded[-1], tag))}", 1.0
    yield "part", log(len(_COMMA.split(sentence)[-1].split()) or 1)
    if tag not in _CAPITALS:
        if 3 * sum(one[0].isupper() for one in words) > len(words):
            yield "capitals", 1.0
        if words[-1][0].isupper():
            yield "last capital", 1.0
