"""How likely a text is in each of the languages that share a script: weights of bytes in a row.

A naive Bayes classifier over byte n-grams. `tests/quality/language_model.py` made its file from
the weights of py3langid, and has why. It knows languages in Latin, Cyrillic, Arabic, Devanagari
and Bengali letters; a text in other letters has no features.
"""

import math
import zlib
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import orjson

from copygen.quality.languages import scripts_of
from copygen.quality.normalize import deferred

_FILE: Final = Path(__file__).parent / "languages.bin"
_MOST_BYTES: Final = 480
"""Of a text: enough to be sure of it, and what half a lane holds: 480 × 60, and the prior."""
_HEAD_BYTES: Final = 16_384
_CONTENT_BYTES: Final = 3_600_000
"""Of the file, unpacked, and somewhat more: with less, all of it would be copied as it grows."""
_LOW: Final = bytes(pair & 15 for pair in range(256))
_HIGH: Final = bytes(pair >> 4 for pair in range(256))
"""What a byte of two levels says of its first language, and of its second."""
_LANE: Final = 2
"""Bytes for each language in a number that holds the scores of all."""
_MOST_WORDS: Final = 8192
"""Of a script, whose scores are kept: some 2 MB."""
_SCALE: Final = 4
"""Of a level, in a lane: what is added to it may be finer than a level."""
_MARKS: Final = deferred(
    "[\u00a0-\u00bf\u00d7\u00f7\u02b0-\u02ff\u0589-\u058f\u0600-\u061f\u0660-\u066d\u06d4\u06dd-\u06de"
    "\u0964-\u0970\u09e4-\u09ef\u2000-\u200b\u200d-\u2bff\u2e00-\u303f\ufe00-\ufe0f\uff00-\uff20"
    "\U0001f000-\U0001faff]+"
)
"""What is no letter, beyond ASCII, in or beside the scripts that the model knows."""
_BETWEEN: Final = "'-/&+|_~"
"""Marks that may stand between two words without a space."""
_DROPPED: Final = bytes(
    byte for byte in range(33, 127) if not chr(byte).isalpha() and chr(byte) not in _BETWEEN
)
"""Digits, and marks that stand beside a space."""


def letters_of(text: str) -> bytes:
    """What the model looks at: letters in small, words with a space between them, in UTF-8."""
    if not text.isascii():
        text = _MARKS.sub(" ", text.replace("\u2019", "'"))
        text = text.lower().replace(
            "ё", "е"
        )  # hardly written in what the weights were learned from
    letters = f" {text.lower()} ".encode("utf-8", "ignore")
    return letters.translate(None, _DROPPED)[:_MOST_BYTES]


class Scores:
    """How likely one text is in each language of a script: a number for each."""

    __slots__ = ("_lanes", "_size")

    def __init__(self, lanes: int, size: int) -> None:
        self._lanes = lanes
        self._size = size

    def is_best(self, at: int) -> bool:
        """Whether no language is likelier than that at place `at` of `labels_of` the script."""
        return _leads(self._lanes, self._size, at, 0)

    def each(self) -> Sequence[int]:
        """The numbers, in `unit`s of the model: only differences mean something."""
        lanes = self._lanes.to_bytes(_LANE * self._size, "little")
        return memoryview(lanes).cast("H").tolist()


def _leads(lanes: int, size: int, at: int, lead: int) -> bool:
    """Whether the lane at place `at` is ahead of each other by `lead`, or behind by no more if less
    than 0.

    All at once, for it is so of nearly every text: a lane has a bit to spare, which is borrowed
    where the other language is the likelier one.
    """
    place = 8 * _LANE * at
    least = (lanes >> place) % (1 << 8 * _LANE) - lead
    ones = _ones(size)
    spare = ones << 8 * _LANE - 1
    # Its own lane is lowered by the lead, too.
    return least >= 0 and ((least * ones | spare) - lanes + (lead << place)) & spare == spare


@cache
def _ones(size: int) -> int:
    return int.from_bytes(b"\1\0" * size, "little")


@dataclass(frozen=True, slots=True)
class _Lanes:
    """What is summed for the languages of one script: less than for all, in a third less time."""

    columns: Sequence[int]
    """Their places among the labels."""
    prior: int
    rows: list[Any]
    """State → the levels of its feature as one number; None: not met yet. A list, and no numbers in
    between: most of the time goes into this."""
    words: "_WordScores"


class _WordScores(dict[str, int]):
    """Word, as written → what it adds for the languages of one script. Made when it is met."""

    def __init__(self, model: "LanguageModel", script: str) -> None:
        self._model = model
        self._script = script

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        lanes = self._model.lanes_of(self._script)
        scores = self[word] = self._model.sum_of(letters_of(word), lanes)
        return scores


class _Automaton:
    """After Aho and Corasick: one step a byte, whatever the features.

    Made of a trie of them, shorter ones first and by their bytes. A state's row, the state after
    each byte, is that of its longest proper suffix, but for the bytes that go on in a feature. It
    is made when a text first comes there: of 65,535 a run meets a few thousand.
    """

    def __init__(self, children: bytes, last: bytes, ends: bytes) -> None:
        """Of each state to how many others it leads, with which byte it is reached, and whether a
        feature ends there."""
        letters = sorted(set(last[1:]))
        classes = bytearray(256)
        for column, byte in enumerate(letters, 1):
            classes[byte] = column
        self._columns = last.translate(classes)
        for byte in range(128):
            classes[byte] = classes[byte] or classes[ord(" ")]
        self.classes = bytes(classes)
        """Byte → its column of a row; 0: in no feature."""
        self.after: list[array[int] | None] = [None] * len(children)
        """State → its row; None: not made yet. Those without children share that of another."""
        self._first = array("H", accumulate(children, initial=1))
        self._suffix = array("H", bytes(2 * len(children)))
        """Of the states that a row leads to."""
        self._ends = ends
        self.after[0] = self._new_row(0, array("H", bytes(2 * len(letters) + 2)))

    def states(self, columns: bytes) -> list[int]:
        """The states after each byte of a text, which is given by its columns."""
        here, met = self._row(0), list[int]()
        for column in columns:
            met.append(here[column])
            here = self._row(here[column])
        return met

    def feature(self, state: int) -> int:
        """The longest feature that ends at a state that was met, from 1; 0: none."""
        while state and not self._ends[state]:
            state = self._suffix[state]
        return self._ends.count(1, 0, state + 1) if state else 0

    def _row(self, state: int) -> "array[int]":
        row = self.after[state]
        if row is None:
            row = self.after[state] = self._new_row(state, self._row(self._suffix[state]))
        return row

    def _new_row(self, state: int, behind: "array[int]") -> "array[int]":
        children = range(self._first[state], self._first[state + 1])
        row = behind[:] if children else behind
        for child in children:
            column = self._columns[child]
            self._suffix[child] = behind[column]
            row[column] = child
        return row


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Built once and then only read, but for a cache: any thread may ask it."""

    labels: tuple[str, ...]
    """The languages, as tags; one that is written in two scripts has a tag for each."""
    unit: float
    """Of a score, as a difference of natural logarithms."""
    _automaton: "_Automaton"
    _levels: memoryview
    """Language × feature → 0 to 15, two languages a byte."""
    _prior: Sequence[int]
    _lanes: "dict[str, _Lanes]"
    """Of the scripts that were asked for."""

    def read(self, letters: bytes, script: str) -> "Scores | None":
        """Of `letters_of` a text: how likely it is in each of the languages `labels_of(script)`.

        None where nothing in it tells.
        """
        lanes = self.lanes_of(script)
        total = lanes.prior + self.sum_of(letters, lanes)
        return Scores(total, len(lanes.columns)) if total != lanes.prior else None

    def leads(self, words: Sequence[str], script: str, at: int, lead: int) -> bool:
        """Whether those words, each by itself, make the language at place `at` of
        `labels_of(script)` likelier than any other by `lead`, and none of their halves makes
        another likelier by as much: two sentences may be of two languages.

        Most words come again, so that it takes a fifth of reading the letters. It leaves out what
        goes from one word into the next. Words of no more than `_MOST_BYTES`, a blank with each.
        """
        lanes = self._lanes.get(script) or self.lanes_of(script)
        half, size, of_word = len(words) // 2, len(lanes.columns), lanes.words.__getitem__
        first = sum(map(of_word, words[:half]), lanes.prior)
        second = sum(map(of_word, words[half:]), lanes.prior)
        return (
            _leads(first + second - lanes.prior, size, at, lead)
            and _leads(first, size, at, -lead)
            and _leads(second, size, at, -lead)
        )

    def lanes_of(self, script: str) -> "_Lanes":
        """What is summed for the languages of that script."""
        lanes = self._lanes.get(script)
        if lanes is None:
            lanes = self._lanes[script] = self._new_lanes(script)
        return lanes

    def sum_of(self, letters: bytes, lanes: "_Lanes") -> int:
        """What the features of a text add up to."""
        after: Sequence[Any] = self._automaton.after
        rows, columns = lanes.rows, letters.translate(self._automaton.classes)
        here, met = after[0], list[int]()
        meet = met.append  # looked up once: this loop is most of what a language costs
        try:
            for column in columns:
                here = after[state := here[column]]
                meet(state)
            return sum(map(rows.__getitem__, met))
        except TypeError:  # some were never met before
            met = self._automaton.states(columns)
            for state in met:
                if rows[state] is None:
                    rows[state] = self._row(self._automaton.feature(state), lanes.columns)
            return sum(map(rows.__getitem__, met))

    def _new_lanes(self, script: str) -> "_Lanes":
        columns = [at for at, label in enumerate(self.labels) if label in labels_of(script)]
        prior = b"".join(self._prior[at].to_bytes(_LANE, "little") for at in columns)
        rows: list[Any] = [None] * len(self._automaton.after)
        return _Lanes(columns, int.from_bytes(prior, "little"), rows, _WordScores(self, script))

    def _row(self, number: int, columns: Sequence[int]) -> int:
        """The levels of a feature as one number, a lane for each language; 0 for none."""
        if not number:
            return 0
        pairs = bytes(self._levels[number - 1 :: 2 * len(self._levels) // (len(self.labels) + 1)])
        levels = bytearray(2 * len(pairs))
        levels[::2], levels[1::2] = pairs.translate(_LOW), pairs.translate(_HIGH)
        lanes = bytearray(_LANE * len(columns))
        lanes[::_LANE] = bytes(map(levels.__getitem__, columns))
        return _SCALE * int.from_bytes(lanes, "little")


@cache
def model_labels() -> tuple[tuple[str, ...], frozenset[str]]:
    """The languages that the model knows, and of these the ones that much copy is written in."""
    head = zlib.decompressobj().decompress(_FILE.read_bytes(), _HEAD_BYTES)
    told = orjson.loads(head.partition(b"\n")[0])
    return tuple(told["labels"]), frozenset(told["common"])


@cache
def labels_of(script: str) -> tuple[str, ...]:
    """The languages that the model knows in a script of Unicode (`Latn`), in its order."""
    return tuple(label for label in model_labels()[0] if scripts_of(label)[0] == script)


def load_model() -> LanguageModel:
    """Read the file: some 20 ms and 6 MB."""
    content = zlib.decompress(_FILE.read_bytes(), bufsize=_CONTENT_BYTES)
    head = content.index(b"\n")
    told: Mapping[str, Any] = orjson.loads(content[:head])
    body, states = memoryview(content)[head + 1 :], told["states"]
    children, last, ends = (bytes(body[at * states :][:states]) for at in range(3))
    unit = told["step"] * math.log(2) / _SCALE
    return LanguageModel(
        labels=tuple(told["labels"]),
        unit=unit,
        _automaton=_Automaton(children, last, ends),
        _levels=body[3 * states :],
        _prior=[round(one / unit) for one in told["prior"]],
        _lanes={},
    )
