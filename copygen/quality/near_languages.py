"""Which of a few languages that share most of their words a text is in: Danish or Norwegian.

Words and pieces of words, each with what it speaks for which language, by group of languages.
`tests/quality/near_languages.py` made the file, has from what, and measured how much has to speak
for another language of the group before it is said.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import orjson

from copygen.quality.data import packed_entry

FILE: Final = "near_languages.zip"
GROUPS: Final = (
    "af nl", "az tr", "bg mk sr ru uk be", "ca es gl pt", "cs sk", "da nb nn sv", "hi mr ne",
    "hr bs sr-Latn sl", "id ms",
)  # fmt: skip
"""Entries of the file: their languages, in the order of the weights."""
_LONGEST_PIECE: Final = 5
_SHORT: Final = 30
"""Letters up to which the first of two measured margins holds."""
_MOST_OF_A_WORD: Final = 5.0
"""What a single word may say against a language: a name or a rare word decides nothing."""
_LANE: Final = 4
"""Bytes for each language in a number that holds what a word says for all."""
_MOST_WORDS: Final = 20_000
"""Of a group that are remembered, with what they say: 4 MB."""
_SPACES: Final = bytes.maketrans(b"'-/&+|_~", b" " * 8)


def words_of(letters: bytes) -> list[bytes]:
    """Of `letters_of` a text."""
    return letters.translate(_SPACES).split()


def pieces_of(word: bytes) -> list[str]:
    """The word, and what stands in it: up to five letters, its beginning and its end counted."""
    whole = f"^{word.decode('utf-8', 'ignore')}$"
    most = min(_LONGEST_PIECE, len(whole) - 1)
    pieces = [
        whole[start : start + size]
        for size in range(2, most + 1)
        for start in range(len(whole) - size + 1)
    ]
    pieces.append(whole)
    return pieces


class _Weights(dict[bytes, int]):
    """Word → what it says for each language, a lane each; worked out when it is first met."""

    __slots__ = ("_most", "_pieces", "_size")

    def __init__(self, pieces: dict[str, int], size: int, most: int) -> None:
        super().__init__()
        self._pieces = pieces
        self._size = size
        self._most = most

    def __missing__(self, word: bytes) -> int:
        if len(self) >= _MOST_WORDS:
            self.clear()
        known = self._pieces
        levels = _levels(sum([known[one] for one in pieces_of(word) if one in known]), self._size)
        least = max(levels) - self._most
        capped = array("I", [max(0, level - least) for level in levels])
        says = self[word] = int.from_bytes(capped.tobytes(), "little")
        return says


def _levels(lanes: int, size: int) -> list[int]:
    return memoryview(lanes.to_bytes(_LANE * size, "little")).cast("I").tolist()


@dataclass(frozen=True, slots=True)
class Needed:
    """Margins, as natural logarithms of how many times likelier another language is."""

    warning: float
    """From this on it may be the other language: one text of seventy in its own seems so."""
    error: float
    """From this on it is: one of a thousand seems so."""


@dataclass(frozen=True, slots=True)
class NearLanguages:
    """A group of languages; read once and then only asked, by any thread."""

    languages: tuple[str, ...]
    _step: float
    _needed: Sequence[Sequence[Sequence[Needed]]]
    _weights: _Weights

    def margins(self, letters: bytes, own: int) -> list[float]:
        """Of `letters_of` a text: how much more speaks for each language than for that at `own`.

        A word that is said twice says no more than once.
        """
        said = sum(map(self._weights.__getitem__, set(words_of(letters))))
        levels = _levels(said, len(self.languages))
        return [(level - levels[own]) * self._step for level in levels]

    def needed(self, own: int, other: int, length: int) -> Needed:
        """The margins of a text of so many letters from which it is not in the language `own`."""
        return self._needed[own][other][0 if length <= _SHORT else 1]


@cache
def near_languages(tag: str) -> NearLanguages | None:
    """The group of a language, read when it is first needed: 15 ms and 2 MB; None: it has none."""
    name = next((group for group in GROUPS if tag in group.split()), None)
    return None if name is None else _read(name)


@cache
def _read(name: str) -> NearLanguages:
    packed = packed_entry(FILE, name)
    assert packed is not None  # `GROUPS` are its entries
    return unpacked(name, packed)


def unpacked(name: str, content: bytes) -> NearLanguages:
    """The group of that name, as the file has it: a line of JSON, pieces a line each, levels."""
    head, _, rest = content.partition(b"\n")
    told = orjson.loads(head)
    languages = tuple(name.split())
    listed, _, levels = rest.partition(b"\n\n")
    pieces = listed.decode("utf-8").split("\n")
    lanes = bytearray(_LANE * len(languages) * len(pieces))
    for at in range(len(languages)):
        lanes[_LANE * at :: _LANE * len(languages)] = levels[at * len(pieces) :][: len(pieces)]
    size = _LANE * len(languages)
    known = {
        piece: int.from_bytes(lanes[at * size : (at + 1) * size], "little")
        for at, piece in enumerate(pieces)
    }
    return NearLanguages(
        languages=languages,
        _step=told["step"],
        _needed=_all_needed(told["needed"]),
        _weights=_Weights(known, len(languages), round(_MOST_OF_A_WORD / told["step"])),
    )


def _all_needed(
    listed: Iterable[Iterable[Iterable[Sequence[float]]]],
) -> Sequence[Sequence[Sequence[Needed]]]:
    return [[[Needed(*margins) for margins in other] for other in own] for own in listed]
