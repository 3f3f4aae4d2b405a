"""How many tokens a text makes, without a tokenizer: so many per character of each kind.

A paragraph is within 25 % of the real tokenizer for the vocabularies that are known; the manual
has the errors by language. Texts are counted by their UTF-8 bytes, at some 100 MB/s.
"""

import math
import string
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from operator import mul
from typing import Final, TypeAlias

from copygen.config.vocabularies import TokensPerCharacter, Vocabulary
from copygen.models import JsonValue, Message, Prompt

Kinds: TypeAlias = tuple[int, ...]
"""Characters of each kind, in the order of the fields of `TokensPerCharacter`."""

PER_MESSAGE: Final = 4
PER_REQUEST: Final = 3
"""What the chat format adds, in tokens; it differs by model and is a few in any case."""

BYTES_PER_TOKEN: Final = 4
"""Of UTF-8, on average over languages: enough for the pace, which the answers correct, and to tell
a long text from a short one."""

KINDS: Final = tuple(TokensPerCharacter.model_fields)
SCRIPTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Latin": (
        *("letters", "digits", "punctuation", "spaces"),
        *("latin", "latin_extended", "vietnamese"),
    ),
    "Greek": ("greek",),
    "Cyrillic": ("cyrillic", "cyrillic_extended"),
    "Armenian": ("armenian",),
    "Hebrew": ("hebrew",),
    "Arabic": ("arabic", "arabic_extended"),
    "Devanagari": ("devanagari",),
    "Bengali": ("bengali",),
    "Tamil": ("tamil",),
    "Telugu": ("telugu",),
    "Kannada": ("kannada",),
    "Malayalam": ("malayalam",),
    "Thai": ("thai",),
    "Georgian": ("georgian",),
    "Khmer": ("khmer",),
    "kana": ("kana",),
    "Han": ("han",),
    "Hangul": ("hangul",),
    "other": ("other_letters", "symbols", "emoji"),
}
"""The kinds of character that make up each script."""

_LETTERS = string.ascii_letters.encode()
_DIGITS = string.digits.encode()
_SPACES = b" \t\n\r\v\f"
_ASCII = bytes(range(0x80))
_CONTINUATIONS = bytes(range(0x80, 0xC0))
_TWO_BYTES = {
    "latin": b"\xc3",  # U+00C0 to 00FF
    "latin_extended": bytes(range(0xC4, 0xCC)),  # to 02FF
    "greek": b"\xce\xcf",  # U+0380 to 03FF
    "cyrillic": b"\xd0\xd1",  # U+0400 to 047F
    "cyrillic_extended": b"\xd2\xd3\xd4",  # to 052F, and a few of Armenian
    "armenian": b"\xd5\xd6",  # to 058F, and Hebrew's rare points
    "hebrew": b"\xd7",
    "arabic": b"\xd8\xd9",  # U+0600 to 067F
    "arabic_extended": b"\xda\xdb",  # to 06FF
}
"""Kinds that the first byte of a character tells."""
_INDIC = {
    "devanagari": b"\xa4\xa5",
    "bengali": b"\xa6\xa7",
    "tamil": b"\xae\xaf",
    "telugu": b"\xb0\xb1",
    "kannada": b"\xb2\xb3",
    "malayalam": b"\xb4\xb5",
}
"""Kinds behind E0, by the second byte."""
_HAN_LEADS = bytes(range(0xE4, 0xEA))  # U+4000 to 9FFF
_HANGUL_LEADS = bytes(range(0xEA, 0xEE))  # U+A000 to DFFF, of which syllables are all in use
_SYMBOL_LEADS = b"\xc2\xe2\xef"
_EMOJI_LEADS = bytes(range(0xF0, 0xF8))


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Tokens of a text: the real number is likely `likely` and between the other two."""

    low: float
    likely: float
    high: float


def estimate_tokens(kinds: Kinds, vocabulary: Vocabulary) -> TokenEstimate:
    """Tokens that so many characters of each kind make, without what a chat message adds."""
    tokens = tokens_of(kinds, vocabulary)
    return TokenEstimate(tokens * vocabulary.low, tokens, tokens * vocabulary.high)


def exact_counter(vocabulary: Vocabulary) -> Callable[[str], int] | None:
    """Counts a text as the vocabulary itself does; None where nothing here can.

    `pip install 'copygen[tokens]'` adds what it takes: no network, half a second to load.
    """
    if vocabulary.encoding is None:
        return None
    try:
        quicktok = import_module("quicktok")
    except ImportError:
        return None
    count: Callable[[str], int] = quicktok.get_encoding(vocabulary.encoding).count
    return count


def tokens_of(kinds: Kinds, vocabulary: Vocabulary) -> float:
    """Tokens that so many characters of each kind make."""
    return math.fsum(map(mul, kinds, vocabulary.weights))


def tokens_of_bytes(size_bytes: int) -> float:
    """Tokens of so much UTF-8, where there is no time to look at the text itself."""
    return size_bytes / BYTES_PER_TOKEN


def prompt_tokens(prompt: Prompt, vocabulary: Vocabulary) -> float:
    """Input tokens of a prompt, with what the chat format adds."""
    kinds = count_kinds(message_text(prompt.messages))
    return tokens_of(kinds, vocabulary) + overhead_tokens(len(prompt.messages))


def overhead_tokens(messages: int) -> int:
    """Tokens that the chat format adds to a request with so many messages."""
    return PER_REQUEST + PER_MESSAGE * messages


def message_text(messages: Iterable[Message]) -> str:
    """All text that is sent in these messages; images and other parts have none."""
    return "\n".join(
        part for message in messages for part in _texts(message.content) if isinstance(part, str)
    )


def count_kinds(text: str) -> Kinds:
    """Count the characters of each kind."""
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _LETTERS)
    letters, left = len(data) - len(rest), len(rest)
    rest = rest.translate(None, _SPACES)
    spaces, left = left - len(rest), len(rest)
    rest = rest.translate(None, _DIGITS)
    digits, left = left - len(rest), len(rest)
    if len(data) == len(text):
        return (letters, digits, left, spaces, *_NOTHING_FOREIGN)
    rest = rest.translate(None, _ASCII)
    return (letters, digits, left - len(rest), spaces, *_foreign(rest))


_NOTHING_FOREIGN = (0,) * (len(KINDS) - 4)


def _foreign(data: bytes) -> tuple[int, ...]:
    """Count the kinds that are not ASCII in UTF-8 text that has no other.

    The first byte of a character tells its script, but for a few that need the second as well.
    """
    leads = data.translate(None, _CONTINUATIONS)
    counts = dict.fromkeys(KINDS, 0)
    for kind, firsts in (*_TWO_BYTES.items(), ("han", _HAN_LEADS), ("hangul", _HANGUL_LEADS)):
        rest = leads.translate(None, firsts)
        counts[kind] = len(leads) - len(rest)
        leads = rest
        if not leads:
            return tuple(counts.values())[4:]
    counts["other_letters"] = len(leads)
    # Looking for two bytes takes ten times as long as for one, so only where they can be.
    if b"\xe1" in leads:
        counts["vietnamese"] = _count(data, b"\xe1", b"\xb8\xb9\xba\xbb")
        counts["georgian"] = _count(data, b"\xe1", b"\x82\x83")
        counts["khmer"] = _count(data, b"\xe1", b"\x9e\x9f")
    if indic := leads.count(b"\xe0"):
        counts["thai"] = _count(data, b"\xe0", b"\xb8\xb9")
        told = counts["thai"]
        for kind, seconds in _INDIC.items():
            if told < indic:
                counts[kind] = _count(data, b"\xe0", seconds)
                told += counts[kind]
    if east := leads.count(b"\xe3"):
        counts["symbols"] = data.count(b"\xe3\x80")
        counts["kana"] = _count(data, b"\xe3", b"\x81\x82\x83") if counts["symbols"] < east else 0
        extension = east - counts["kana"] - counts["symbols"]
        counts["han"] += extension
        counts["other_letters"] -= extension
    rest = leads.translate(None, _EMOJI_LEADS)
    counts["emoji"] = len(leads) - len(rest)
    counts["symbols"] += len(rest) - len(rest.translate(None, _SYMBOL_LEADS))
    by_two = ("vietnamese", "georgian", "khmer", "thai", *_INDIC, "kana", "emoji", "symbols")
    counts["other_letters"] -= sum(counts[kind] for kind in by_two)
    return tuple(counts.values())[4:]


def _count(data: bytes, lead: bytes, seconds: bytes) -> int:
    return sum(data.count(lead + bytes((second,))) for second in seconds)


def _texts(content: JsonValue) -> Iterable[JsonValue]:
    if isinstance(content, str):
        return (content,)
    return (part.get("text") for part in content)


@dataclass(slots=True)
class Spread:
    """A fold over numbers: their mean, and how well so many tell it."""

    count: int = 0
    mean: float = 0.0
    _squares: float = field(default=0.0, repr=False)

    def add(self, value: float) -> None:
        """Take in one number (Welford)."""
        self.count += 1
        step = value - self.mean
        self.mean += step / self.count
        self._squares += step * (value - self.mean)

    @property
    def margin(self) -> float:
        """How uncertain the mean is, at 95 %. Half of it for one number, which says nothing of
        its spread.
        """
        if self.count < 2:
            return self.mean / 2
        return t_95(self.count) * math.sqrt(self._squares / (self.count - 1) / self.count)


def t_95(count: int) -> float:
    """How many standard errors from the mean of so many numbers (2 at least) 95 % lie: Student's
    distribution, by a fit that is within 2 % of its table from five numbers on.
    """
    return 2.0 + 2.4 / (count - 1) + 2.0 / (count - 1) ** 2 if count < 60 else 2.0


class Calibration:
    """How a model's real counts compare with our estimates of them."""

    def __init__(self) -> None:
        self._ratios: defaultdict[str, Spread] = defaultdict(Spread)

    def observe(self, model: str, estimated: float, actual: float) -> None:
        """Take in what the provider counted where `estimated` was expected."""
        if estimated > 0:
            self._ratios[model].add(actual / estimated)

    def ratio(self, model: str) -> Spread | None:
        """What estimates for this model are to be multiplied with; None while nothing is known."""
        return self._ratios.get(model)
