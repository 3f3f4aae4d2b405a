"""Sameness: openings that repeat and texts that are nearly the same, in a run and in one item.

The index of a run is bounded. Openings are counted by lossy counting (Manku and Motwani 2002): a
count is too low by at most one for every 5 000 texts, and some 25 000 openings are held at most. Of
near duplicates the last `capacity` texts are known: a MinHash of 32 values each, found again
through 8 bands of 4 that are direct-mapped tables, so that a new text overwrites an old one and
nothing grows. At 1 000 000 texts that is 32 MB of bands, 32 MB of signatures and the ids.
"""

import math
import unicodedata
from array import array
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from operator import eq
from struct import Struct
from typing import Final, NamedTuple

from rensa import RMinHash  # type: ignore[import-untyped]  # has no stubs

from copygen.models import Severity, Violation
from copygen.quality.normalize import NormalizedText, deferred, fold
from copygen.quality.scripts import UNSPACED

_VALUES: Final = 32
_BANDS: Final = 8
_ROWS: Final = _VALUES // _BANDS
_BAND_ROWS: Final = Struct(f"<{_BANDS}I")
"""A signature as the rows of each band, one number each, whose low bits are a slot of its table."""
_SEED: Final = 1
_SHINGLE_BYTES: Final = 8
"""Four characters of UTF-16: between what English and what Chinese would need."""
_LONGEST: Final = 2000
"""Characters of a text that are looked at."""
_SHORTEST: Final = 60
_UNSPACED_SHORTEST: Final = 30
"""A text of fewer characters is nearly the same only if it is the same: of a headline the product's
name is the larger part, and two that name similar products are alike by rights."""
_UNSAID: Final = deferred(r"[\s!-/:-@\[-`{-~¡¿–—…“”‘’«»、。，！？：；・（）「」『』【】]+")
"""What does not make two short texts different."""
_WORD: Final = deferred(r"[^\W_]+(?:['’][^\W_]+)?")
_LABEL: Final = deferred(r"\A\[[a-z]+\] ")
_BUCKET: Final = 5000
_IDS_PER_CHUNK: Final = 4096
_DIGESTS_KEPT: Final = 64
"""Of texts that were looked at and may be added: as many as a record has fields."""


@dataclass(frozen=True, slots=True)
class SamenessSettings:
    """When texts of one run are too much alike."""

    words: int = 3
    """Words that make an opening, in scripts with spaces between them."""
    chars: int = 8
    """Letters that make an opening in the others."""
    max_share: float = 0.02
    """Of all texts that may begin alike."""
    max_repeats: int = 4
    """Texts that may begin alike however few there are."""
    similarity: float = 0.8
    """Estimated Jaccard similarity of shingles from which two texts are near-duplicates; the
    estimate has a standard error of 0.07 there."""
    capacity: int = 1 << 20
    """Texts remembered for near-duplicates; a power of two."""


@dataclass(frozen=True, slots=True)
class Opening:
    """How many texts begin so."""

    words: str
    """Folded: lower case, without punctuation."""
    count: int


class _Digest(NamedTuple):
    """What the index keeps of a text."""

    opening: str
    is_short: bool
    """Then a text is nearly the same only if it is the same, and one band tells."""
    signature: bytes
    rows: tuple[int, ...]
    """A number for each band that is looked in: texts that agree in one may be alike."""


class SamenessIndex:
    """What the texts of a run were like so far. `look` before `add`; neither raises.

    The same texts in the same order give the same answers. The order of a concurrent run is the
    order in which texts were accepted.
    """

    def __init__(self, settings: SamenessSettings | None = None) -> None:
        self._settings = settings or SamenessSettings()
        self._openings = _Openings()
        self._near = _NearDuplicates(self._settings)
        self._digests: dict[str, _Digest] = {}

    def __len__(self) -> int:
        return self._openings.total

    def look(self, text: NormalizedText, item_id: str) -> list[Violation]:
        """What is too much like texts of other items that were added."""
        digest = self._digest_of(text)
        words, found = digest.opening, []
        count = self._openings.counts.get(words, 0)
        settings = self._settings
        many = count >= settings.max_repeats and count + 1 > settings.max_share * len(self)
        if many and words:
            message = f"{count} other texts begin with '{words}'"
            fix = f"begin differently, not with '{words}'"
            span = (0, min(len(text.original), len(words)))
            found.append(Violation("sameness.opening", Severity.ERROR, message, span, fix=fix))
        if (other := self._near.find(digest, item_id)) is not None:
            message = f"nearly the same text as that of '{other[0]}' ({100 * other[1]:.0f} %)"
            if digest.is_short:
                message = f"the same text as that of '{other[0]}'"
            fix = "word it differently from beginning to end"
            found.append(Violation("sameness.duplicate", Severity.ERROR, message, fix=fix))
        return found

    def add(self, text: NormalizedText, item_id: str) -> None:
        """Remember a text that will be published."""
        digest = self._digest_of(text)
        self._openings.add(digest.opening)
        self._near.add(digest, item_id)

    def opening_of(self, text: NormalizedText) -> str:
        """What counts as the opening of a text, folded."""
        return self._digest_of(text).opening

    def top_openings(self, n: int = 10) -> list[Opening]:
        """The most frequent openings that at least two texts have, most frequent first."""
        return self._openings.top(n)

    def _digest_of(self, text: NormalizedText) -> _Digest:
        """A text is looked at, then added: its digest is made once."""
        folded = text.text[:_LONGEST]
        digest = self._digests.get(folded)
        if digest is None:
            if len(self._digests) >= _DIGESTS_KEPT:
                self._digests.clear()
            is_short = len(folded) < _SHORTEST
            if is_short and len(folded) >= _UNSPACED_SHORTEST:
                is_short = folded.isascii() or not UNSPACED.search(folded)
            signature = _signature(folded, is_short=is_short)
            rows = _BAND_ROWS.unpack(signature)
            begin = opening(folded, self._settings.words, self._settings.chars)
            digest = _Digest(begin, is_short, signature, rows[:1] if is_short else rows)
            self._digests[folded] = digest
        return digest


def opening(folded: str, words: int = 3, chars: int = 8) -> str:
    """The first words of a folded text, or the first letters in a script without spaces.

    Punctuation, symbols and emoji do not count, nor a label before it such as `[simulated]`; a text
    that is shorter is its own opening.
    """
    head = folded[: 24 * words]
    if head[:1] == "[":
        head = _LABEL.sub("", head)
    if not head.isascii() and UNSPACED.search(head[: 2 * chars]):
        said = (char for char in head if char.isalnum() or unicodedata.category(char)[0] == "M")
        return "".join(islice(said, chars))
    return " ".join(_WORD.findall(head)[:words])


class _Openings:
    """Lossy counting: each entry is its count and the error it may have."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._errors: dict[str, int] = {}
        self.total = 0

    def add(self, words: str) -> None:
        self.total += 1
        if words in self.counts:
            self.counts[words] += 1
        elif words:
            self.counts[words] = 1
            if error := self.total // _BUCKET:
                self._errors[words] = error
        if self.total % _BUCKET == 0:
            self._prune(self.total // _BUCKET)

    def top(self, n: int) -> list[Opening]:
        many = ((words, count) for words, count in self.counts.items() if count > 1)
        ranked = sorted(many, key=lambda entry: (-entry[1], entry[0]))
        return [Opening(words, count) for words, count in ranked[:n]]

    def _prune(self, bucket: int) -> None:
        errors = self._errors
        self.counts = {w: c for w, c in self.counts.items() if c + errors.get(w, 0) > bucket}
        self._errors = {w: e for w, e in errors.items() if w in self.counts}


class _NearDuplicates:
    """The MinHash signatures of the last texts, and where to look for one like them."""

    def __init__(self, settings: SamenessSettings) -> None:
        if settings.capacity & (settings.capacity - 1) or settings.capacity < 1:
            raise ValueError("capacity should be a power of two")
        self._least = math.ceil(settings.similarity * _VALUES)
        self._capacity = settings.capacity
        self._slots = 1024
        self._bands = [array("I", bytes(4 * self._slots)) for _ in range(_BANDS)]
        self._signatures = bytearray()
        self._ids = _Ids(settings.capacity)
        self._count = 0

    def add(self, digest: _Digest, item_id: str) -> None:
        if self._count >= self._slots < self._capacity:
            self._grow()
        place, mask = self._count % self._capacity, self._slots - 1
        for band, row in zip(self._bands, digest.rows, strict=False):
            band[row & mask] = place + 1
        self._signatures[place * _VALUES : (place + 1) * _VALUES] = digest.signature
        self._ids.add(item_id)
        self._count += 1

    def find(self, digest: _Digest, item_id: str) -> tuple[str, float] | None:
        """The id and the similarity of the most similar text of another item, the oldest first."""
        found = set()
        known, signature, mask = self._signatures, digest.signature, self._slots - 1
        start = 0
        for band, row in zip(self._bands, digest.rows, strict=False):
            if stored := band[row & mask]:
                at = (stored - 1) * _VALUES + start
                if known[at : at + _ROWS] == signature[start : start + _ROWS]:
                    found.add(self._absolute(stored - 1))
            start += _ROWS
        if not found:
            return None
        best, most = -1, self._least - 1
        for number in sorted(found):
            at = number % self._capacity * _VALUES
            alike = sum(map(eq, signature, known[at : at + _VALUES]))
            if alike > most and self._ids.get(number) != item_id:
                best, most = number, alike
        return (self._ids.get(best), most / _VALUES) if best >= 0 else None

    def _absolute(self, stored: int) -> int:
        """The number of a text whose place in the ring is `stored`."""
        place = self._count % self._capacity
        turn = self._count - place
        return turn + stored if stored < place else turn - self._capacity + stored

    def _grow(self) -> None:
        """Four times the slots, while the run is young: a small run needs little memory."""
        self._slots = min(self._slots * 4, self._capacity)
        self._bands = [array("I", bytes(4 * self._slots)) for _ in range(_BANDS)]
        mask = self._slots - 1
        for number in range(self._count):
            at = number * _VALUES
            rows = _BAND_ROWS.unpack(self._signatures[at : at + _VALUES])
            for band, row in zip(self._bands, rows, strict=True):
                band[row & mask] = number + 1


def _signature(folded: str, *, is_short: bool) -> bytes:
    if is_short:
        said = _UNSAID.sub(" ", folded).strip()
        return blake2b(said.encode("utf-8", "replace"), digest_size=_VALUES).digest()
    # Every run of four characters as one number, without a loop over them: the text in UTF-16, read
    # as numbers of eight bytes from each of its first four characters on.
    units = folded.encode("utf-16-le", "surrogatepass")
    shingles = array("Q")
    for start in range(0, _SHINGLE_BYTES, 2):
        whole = (len(units) - start) // _SHINGLE_BYTES * _SHINGLE_BYTES
        shingles.frombytes(units[start : start + whole])
    minhash = RMinHash.digest_matrix_from_flat_token_hashes(
        shingles, [0, len(shingles)], num_perm=_VALUES, seed=_SEED
    )
    # A byte of each value: two different ones agree by chance once in 256.
    return bytes([value & 0xFF for value in minhash.to_rows()[0]])


class _Ids:
    """The ids of the last texts, packed: a Python string each would be 70 MB at a million."""

    def __init__(self, capacity: int) -> None:
        self._chunks: deque[bytes] = deque(maxlen=max(1, -(-capacity // _IDS_PER_CHUNK)))
        self._open: list[str] = []
        self._first_chunk = 0

    def add(self, item_id: str) -> None:
        self._open.append(item_id)
        if len(self._open) == _IDS_PER_CHUNK:
            if len(self._chunks) == self._chunks.maxlen:
                self._first_chunk += 1
            packed = "\n".join(one.replace("\n", " ") for one in self._open)
            self._chunks.append(packed.encode("utf-8", "surrogatepass"))
            self._open = []

    def get(self, number: int) -> str:
        chunk, place = divmod(number, _IDS_PER_CHUNK)
        chunk -= self._first_chunk
        if chunk == len(self._chunks):
            return self._open[place] if place < len(self._open) else ""
        if not 0 <= chunk < len(self._chunks):
            return ""
        return self._chunks[chunk].decode("utf-8", "surrogatepass").split("\n")[place]


_LONGEST_COMPARED: Final = 5000
"""Characters of a text that are compared: the time grows with the product of both lengths."""
_MOST_TEXTS: Final = 200
"""Texts of one item that are compared each with each, the last ones; no field asks for as many."""


def distance(one: str, other: str) -> float:
    """How far two texts are apart, folded: 0 the same, 1 nothing in common (normalised Indel)."""
    from rapidfuzz.distance import Indel

    return Indel.normalized_distance(fold(one[:_LONGEST_COMPARED]), fold(other[:_LONGEST_COMPARED]))


def variants(texts: Sequence[str], least: float, others: int = 0) -> list[Violation]:
    """Texts of one item that are nearer than `least` to an earlier one; `index` says which.

    The first `others` are of other answers, which whoever is told has not seen.
    """
    if len(texts) < 2:
        return []
    from rapidfuzz.distance import Indel  # few runs need it

    folded = [fold(text[:_LONGEST_COMPARED]) for text in texts]
    found = []
    for later in range(1, len(texts)):
        for earlier in range(max(0, later - _MOST_TEXTS), later):
            apart = Indel.normalized_distance(folded[earlier], folded[later])
            if apart < least:
                other = _named(earlier, others)
                wanted = f"at least {100 * least:.0f} % are wanted"
                message = f"{100 * apart:.0f} % away from {other}, {wanted}"
                fix = f"word it differently from {other}"
                found.append(Violation("variants", Severity.ERROR, message, index=later, fix=fix))
                break
    return found


def _named(number: int, others: int) -> str:
    """A text as whoever wrote the last answer knows it."""
    return "an earlier version" if number < others else f"text {number - others + 1}"


def repeats(texts: Sequence[str], others: int = 0) -> list[Violation]:
    """Texts that are the same as an earlier one, apart from case and width of letters.

    The first `others` are of other answers.
    """
    seen: dict[str, int] = {}
    found = []
    for index, text in enumerate(texts):
        first = seen.setdefault(" ".join(fold(text).split()), index)
        if first != index:
            other = _named(first, others)
            message = f"the same as {other}"
            fix = f"write another text than {other}"
            found.append(
                Violation("variants.repeat", Severity.ERROR, message, index=index, fix=fix)
            )
    return found


ITEMS_KEPT: Final = 10_000
"""Items whose variants are in progress at one time; of more, the oldest are forgotten."""


@dataclass(slots=True)
class _Item:
    texts: dict[str, list[str]] = field(default_factory=dict)
    ended: int = 0


class VariantStore:
    """The texts of items that have several records, by item and field.

    Forgets an item once all its variants have ended, and the oldest of too many.
    """

    def __init__(self, variants: int | None = 1, *, by_item: bool = True) -> None:
        """`variants` is their number for each item, None: not known.

        With `by_item`, ids that differ in a number behind the last slash are of one item.
        """
        self._variants = variants
        self._by_item = by_item and variants != 1
        self._items: OrderedDict[str, _Item] = OrderedDict()

    def item_of(self, prompt_id: str) -> str:
        """The id that the variants of an item have in common."""
        head, slash, tail = prompt_id.rpartition("/")
        return head if self._by_item and slash and tail.isdecimal() else prompt_id

    def texts(self, prompt_id: str, name: str) -> list[str]:
        """What was accepted for that field of the item so far."""
        if self._variants == 1:
            return []
        item = self._items.get(self.item_of(prompt_id))
        return list(item.texts.get(name, ())) if item else []

    def add(self, prompt_id: str, name: str, texts: Sequence[str]) -> None:
        """Remember accepted texts."""
        if self._variants != 1:
            self._item(prompt_id).texts.setdefault(name, []).extend(texts)

    def end(self, prompt_id: str) -> None:
        """One variant of the item has ended, whatever came of it."""
        if self._variants is not None and self._variants > 1:
            item = self._item(prompt_id)
            item.ended += 1
            if item.ended >= self._variants:
                del self._items[self.item_of(prompt_id)]

    def __len__(self) -> int:
        """Items in progress."""
        return len(self._items)

    def _item(self, prompt_id: str) -> _Item:
        key = self.item_of(prompt_id)
        item = self._items.setdefault(key, _Item())
        self._items.move_to_end(key)
        if len(self._items) > ITEMS_KEPT:
            self._items.popitem(last=False)
        return item
