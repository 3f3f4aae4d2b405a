"""Text made comparable, with the way back to the original: folded, matched, seen without markup."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache, lru_cache
from html import unescape
from itertools import accumulate, islice, pairwise
from operator import eq
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, NamedTuple, Self, TypeVar, cast, overload


class _Deferred:
    """A pattern that is compiled when something of it is first asked for."""

    def __init__(self, pattern: str, flags: int) -> None:
        self._given = pattern, flags
        self.pattern = pattern  # others are made of it, which compiles nothing

    def __reduce__(self) -> tuple[Any, ...]:
        return _Deferred, self._given

    def __getattr__(self, name: str) -> Any:
        value = getattr(re.compile(*self._given), name)
        # Found in the object itself from now on: as quick as the method of a pattern.
        setattr(self, name, value)
        return value


def deferred(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """`re.compile`, done when the pattern is first used.

    Of some 400 patterns that the checks have, texts in one language use a third; to compile them
    all takes 0.15 s of a start.
    """
    return cast("re.Pattern[str]", _Deferred(pattern, flags))


HANGUL, KANA, HAN, THAI, OTHER, LATIN = range(6)
"""Numbers of the groups."""
SCRIPT_GROUPS: Final = tuple(
    deferred(letters)
    for letters in (
        "[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7a3]",  # Hangul
        "[\u3041-\u30ff]",  # kana
        "[\u2e80-\u3040\u31f0-\ua95f\ud7a4-\U0010ffff]",  # Han, and what else lies there
        "[\u0e00-\u0eff]",  # Thai, Lao
        "[\x80-\u0dff\u0f00-\u10ff\u1200-\u2e7f]",  # most others, and typographic marks
        "[a-z]",
    )
)
"""Scripts, so that what is of those a text does not have needs no look."""
_MIXED_BLOCKS: Final = MappingProxyType(
    {
        0x00: (OTHER, LATIN),
        0x2E: (HAN, OTHER),
        0x30: (KANA, HAN),
        0x31: (HANGUL, HAN),
        0xA9: (HANGUL, HAN),
        0xD7: (HANGUL, HAN),
    }
)
"""High byte of UTF-16 → the groups that its 256 characters are of, where they are of two."""
_WORDS: Final = deferred(r"\w+")
_LONG_WORDS: Final = deferred(r"\w\w\w+")
_PLAIN: Final = (
    r"[\w ,\u0300-\u034e\u0350-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0963\u0966-\u0dff]"
)
_PLAIN_IN_ALL: Final = f"{_PLAIN[:-1]}،、\u0e00-\u0e7f]"
# No group is repeated possessively: Python 3.11.0 to 3.11.4 forget what one of its parts asks for.
_PLAIN_SENTENCE: Final = deferred(
    rf"(?=[^\W\d]){_PLAIN_IN_ALL}++(?:(?<=\w)['’-](?=\w){_PLAIN_IN_ALL}++)*[.!…。！।۔]?"
)
_LED_SENTENCE: Final = deferred(
    rf"[^\W\d]{{4,30}}: (?=[^\W\d]){_PLAIN}++(?:(?<=\w)['’-](?=\w){_PLAIN}++)*[.!…]?"
)
"""In Thai a space may end a sentence as well."""
_SURE: Final = 0xE0
_NO_GROUP: Final = 0xFF
_ASCII_WORDS: Final = deferred("[a-z0-9_]+")
"""The same of a folded text, in a third of the time."""
_SHORT: Final = 500
_AM, _AM_APART = "\u0e33", "\u0e4d\u0e32"
_PILED: Final = deferred(r"[^\w\s!-\u02ff]{31}")
"""Marks, and what else is no letter, digit, space or Latin: no copy has as many in a row."""
_SOME_PILED: Final = deferred(r"[^\w\s!-\u02ff]{7}")
"""What every fourth character of such a pile is."""


def script_groups(folded: str) -> tuple[int, ...]:
    """The numbers of the groups whose letters the text has."""
    if folded.isascii():
        return (LATIN,) if SCRIPT_GROUPS[LATIN].search(folded) else ()
    # By the high bytes: to look for each group costs 18 µs in 800 characters, this 4.
    blocks = frozenset(folded.encode("utf-16-le", "surrogatepass")[1::2])
    sure, others = _groups_of(blocks)
    found = [group for group in others if SCRIPT_GROUPS[group].search(folded)]
    return (*sure, *found) if found else sure


@lru_cache(maxsize=1024)
def _groups_of(blocks: frozenset[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The groups of characters with these high bytes: those that are there, that may be there."""
    told = {*bytes(blocks).translate(_group_of_block())}
    sure = [group for group in range(len(SCRIPT_GROUPS)) if _SURE + group in told]
    mixed = (group for block in _MIXED_BLOCKS if block in told for group in _MIXED_BLOCKS[block])
    return tuple(sure), tuple(dict.fromkeys(one for one in mixed if one not in sure))


@cache
def _group_of_block() -> bytes:
    """High byte of UTF-16 → `_SURE` and the group of its characters; itself where it is mixed."""
    groups = {
        HANGUL: (0x11, *range(0xAC, 0xD7)),
        HAN: (0x2F, *range(0x32, 0xA9), *range(0xD8, 0x100)),
        THAI: (0x0E,),
        OTHER: (*range(0x01, 0x0E), 0x0F, 0x10, *range(0x12, 0x2E)),
    }
    table = dict.fromkeys(range(256), _NO_GROUP) | {block: block for block in _MIXED_BLOCKS}
    for group, blocks in groups.items():
        table |= dict.fromkeys(blocks, _SURE + group)
    return bytes(map(table.__getitem__, range(256)))


T = TypeVar("T")


class lazy_property(Generic[T]):  # noqa: N801 - as `property` is written
    """`functools.cached_property` without the lock that it takes before Python 3.12, which is most
    of its cost. What was worked out is an attribute of the instance, which costs nothing to ask.
    """

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | T:
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._work_out(instance)
        return value


class Form(Enum):
    """What a text is made of, as far as a look at its marks tells."""

    SENTENCE = "sentence"
    """Letters, digits, spaces and commas, and a full stop at most: one sentence without a mark
    that might part it, wrap it or stand for something."""
    LED = "led"
    """The same behind a word of letters and a colon: `Halden: warm at last`."""
    OTHER = "other"


class NormalizedText:
    """A folded text. Matching is done on `text`; `span` says where that is in the original."""

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold(original)

    @lazy_property
    def form(self) -> Form:
        """What it is made of, as it was written."""
        text = self.original
        if "_" in text or "②" in text:  # a letter and a digit to Python, and marks of their own
            return Form.OTHER
        if ":" in text:
            return Form.LED if _LED_SENTENCE.fullmatch(text) else Form.OTHER
        return Form.SENTENCE if _PLAIN_SENTENCE.fullmatch(text) else Form.OTHER

    @lazy_property
    def groups(self) -> tuple[int, ...]:
        """The script groups of the text."""
        return script_groups(self.text)

    @lazy_property
    def words(self) -> list[str]:
        """The runs of letters and digits of the folded text."""
        return (_ASCII_WORDS if self.text.isascii() else _WORDS).findall(self.text)

    @property
    def has_doubled_word(self) -> bool:
        """Whether one of three letters or more comes twice in a row, whatever stands between."""
        if "words" not in self.__dict__ and not self.text.isascii():
            # Where vowels part words, as in Thai, most are shorter, and are not looked for.
            long = _LONG_WORDS.findall(self.text)
            if True not in map(eq, long, islice(long, 1, None)):
                return False
        words, after = self.words, self.words[1:]
        return True in map(eq, words, after) and any(
            one == other and len(one) > 2 for one, other in zip(words, after, strict=False)
        )

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets into the original of what stands at `start:end` of the folded text.

        Never outside the original; a character that folds to several belongs to it whole.
        """
        if self.original.isascii():
            return start, end
        offsets = self._offsets
        last = offsets[min(end, len(self.text)) - 1] if end > start else offsets[start]
        after = bisect_right(offsets, last, lo=end)
        return offsets[start], offsets[after] if after < len(offsets) else len(self.original)

    @lazy_property
    def _offsets(self) -> list[int]:
        """For each folded character the offset of the original one it comes from.

        Only when a match is to be shown: the fold itself is one call into C.
        """
        original = self.original
        last = max(len(original) - 1, 0)
        if len(self.text) == len(original) and normalized(original, "NFKC") == original:
            # Only case was folded, which makes no character shorter: each is one, then.
            return [*range(len(original)), last]
        offsets: list[int] = []
        sizes: dict[str, int] = {}
        for start, end in _clusters(original):
            piece = original[start:end]
            size = sizes.get(piece)
            if size is None:
                size = sizes[piece] = len(normalized(piece, "NFKC").casefold())
            steps = end - start
            offsets += [start + min(i, steps - 1) for i in range(size)]
        # Normalising piece by piece may differ from the whole in rare sequences: stay inside.
        offsets += [last] * (len(self.text) + 1 - len(offsets))
        return offsets


def normalized(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """`text` in a normalization form of Unicode, in time that grows with it.

    Marks that are piled up on one letter are sorted, which takes the square of their number: of a
    pile each 31 are sorted for themselves, as UAX #15 (stream-safe text) has it.
    """
    if form == "NFKC" and _AM in text:
        # The one letter of Thai that NFKC takes apart, and nothing around it: without it the text
        # is in that form already, which takes a seventh of the time to find out.
        text = text.replace(_AM, _AM_APART)
    if len(text) <= _SHORT or not _SOME_PILED.search(text[::4]) or not _PILED.search(text):
        return unicodedata.normalize(form, text)
    ends = [0, *(pile.end() for pile in _PILED.finditer(text)), len(text)]
    return "".join(unicodedata.normalize(form, text[a:b]) for a, b in pairwise(ends))


def fold(text: str) -> str:
    """Return `text` folded, where the way back is not needed."""
    return text.lower() if text.isascii() else normalized(text, "NFKC").casefold()


def _clusters(text: str) -> list[tuple[int, int]]:
    first = {char: _starts(char) for char in set(text)}
    starts = [i for i, char in enumerate(text) if i == 0 or first[char]]
    return list(zip(starts, [*starts[1:], len(text)], strict=True))


def _starts(char: str) -> bool:
    """Whether what comes before cannot merge with `char` when normalised."""
    if "\u1160" <= char <= "\u11ff" or char in "\uff9e\uff9f":  # jamo; half-width voiced marks
        return False
    return not unicodedata.combining(char)


class Hit(NamedTuple):
    """Where a term stands: offsets into the folded text."""

    start: int
    end: int
    term: str
    """As it was given."""


GAP: Final = "…"
"""Stands in a term for up to 60 characters of the same sentence: `i can't … this text`."""
_IN_SENTENCE: Final = "[^.!?\n。！？]{0,60}?"


class TermMatcher:
    """A list of terms, compiled once.

    Comparison is NFKC and casefold. A term that begins or ends with a letter of a script that
    separates its words (Latin, Cyrillic, Greek ...) matches whole words only; Thai, Japanese,
    Chinese and Korean match inside longer text, as nothing marks their words' ends. With `gaps`,
    `…` in a term is a gap.
    """

    def __init__(self, terms: Iterable[str], *, gaps: bool = False) -> None:
        literals, gapped = [], []
        for term in terms:
            pieces = pieces_of(term) if gaps else [fold(term).strip()]
            if len(pieces) > 1:
                gapped.append((re.compile(_IN_SENTENCE.join(map(_word, pieces))), term))
            elif pieces and pieces[0]:
                literals.append((pieces[0], term))
        self._all = tuple(literals)
        self._ascii = tuple(pair for pair in self._all if pair[0].isascii())
        self._gapped = tuple(gapped)

    def __bool__(self) -> bool:
        return bool(self._all or self._gapped)

    def find(self, folded: NormalizedText) -> Iterator[Hit]:
        """Every place where a term stands, term by term."""
        text = folded.text
        for pattern, term in self._gapped:
            for match in pattern.finditer(text):
                if _whole(text, *match.span()):
                    yield Hit(*match.span(), term)
        for literal, term in self._ascii if folded.original.isascii() else self._all:
            start = text.find(literal)
            while start >= 0:
                end = start + len(literal)
                if _whole(text, start, end):
                    yield Hit(start, end, term)
                start = text.find(literal, end)

    def spans(self, text: NormalizedText) -> list[tuple[int, int]]:
        """Where terms stand in the original text."""
        return [text.span(hit.start, hit.end) for hit in self.find(text)] if self._all else []

    def first(self, folded: NormalizedText) -> Hit | None:
        """One place where a term stands; None when none does."""
        return next(self.find(folded), None)


def pieces_of(term: str) -> list[str]:
    """The folded literals of a term, all of which are in every text that has the term."""
    folded = (fold(piece).strip() for piece in term.split(GAP))
    return [piece for piece in folded if piece]


def _word(piece: str) -> str:
    """A pattern for a literal beside a gap, by whole words where its script has words."""
    before = r"\b" if _spaced(piece[0]) and piece[0].isalnum() else ""
    after = r"\b" if _spaced(piece[-1]) and piece[-1].isalnum() else ""
    return f"{before}{re.escape(piece)}{after}"


class Places:
    """Spans of one text, to be asked about many others: each question is a binary search.

    A text of 16 000 characters may have thousands of hits and as many excuses: each held against
    each took a second.
    """

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._reached = list(accumulate((end for _, end in ordered), max))

    def hold(self, start: int, end: int) -> bool:
        """Whether one of the spans holds all of `start:end`."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._reached[before - 1] >= end

    def touch(self, start: int, end: int) -> bool:
        """Whether one of the spans shares a character with `start:end`."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reached[before - 1] > start


def outside(hits: Iterable[Hit], exempt: Sequence[Hit]) -> Iterator[Hit]:
    """The hits that do not lie within one of `exempt`, and the first of those that overlap."""
    excused = Places((hit.start, hit.end) for hit in exempt)
    reached = -1
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if hit.start < reached or excused.hold(hit.start, hit.end):
            continue
        reached = hit.end
        yield hit


def _whole(text: str, start: int, end: int) -> bool:
    return not (
        (start > 0 and _spaced(text[start]) and _spaced(text[start - 1]))
        or (end < len(text) and _spaced(text[end - 1]) and _spaced(text[end]))
    )


def _spaced(char: str) -> bool:
    """Whether it is part of a word in a script that puts spaces between words."""
    if char.isascii():
        return char.isalnum() or char == "_"
    if char >= "\u1e00":  # the scripts of East Asia, and Latin Extended Additional (Vietnamese)
        return char <= "\u1fff"
    # Below: Latin, Greek, Cyrillic, Arabic, Hebrew, the Indic scripts; then Thai to Hangul jamo.
    return char < "\u0e00" and (char.isalnum() or bool(unicodedata.combining(char)))


_TAG: Final = deferred(r"<(/?[A-Za-z][A-Za-z0-9-]{0,30})(?:[\s/][^<>]{0,4000})?>|<![^<>]{0,4000}>")
_BLOCKS: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main"),
        *("nav", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    ]
)
_ENTITY: Final = deferred(r"&(?:[A-Za-z]{2,10}[0-9]{0,2}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_UNSEEN: Final = (("<!--", "-->"), ("<script", "</script>"), ("<style", "</style>"))


def visible(text: str) -> str:
    """Return `text` without its markup, of the same length: offsets into one fit the other."""
    if "<" in text:
        text = _TAG.sub(_gap, _without_unseen(text))
    return _ENTITY.sub(_character, text) if "&" in text else text


def _without_unseen(text: str) -> str:
    for opening, closing in _UNSEEN:
        lowered = text.lower()
        if len(lowered) != len(text):  # a letter whose small form is longer: leave it alone
            return text
        parts, end = [], 0
        start = lowered.find(opening)
        while start >= 0:
            stop = lowered.find(closing, start)
            stop = len(text) if stop < 0 else stop + len(closing)
            parts += [text[end:start], " " * (stop - start)]
            end = stop
            start = lowered.find(opening, end)
        text = "".join([*parts, text[end:]])
    return text


def _gap(tag: re.Match[str]) -> str:
    width = len(tag[0])
    name = (tag[1] or "").lstrip("/").lower()
    return "\n" + " " * (width - 1) if name in _BLOCKS else " " * width


def _character(entity: re.Match[str]) -> str:
    character = unescape(entity[0])
    return character.ljust(len(entity[0])) if len(character) <= len(entity[0]) else entity[0]
