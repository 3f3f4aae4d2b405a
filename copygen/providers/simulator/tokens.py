"""A plausible token count without a tokenizer: so many tokens per character of each script.

The weights are averages measured with OpenAI's o200k vocabulary on marketing copy; on a
paragraph they are within about 20 % of it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

_PER_MESSAGE = 4
_PER_REPLY = 3

_SCRIPTS = (
    ("\u0400", "\u052f", 1 / 3.4),  # Cyrillic
    ("\u0600", "\u06ff", 1 / 2.8),  # Arabic
    ("\u0900", "\u097f", 1 / 2.2),  # Devanagari
    ("\u0e00", "\u0e7f", 1 / 2.4),  # Thai
    ("\u3040", "\u30ff", 1 / 1.3),  # kana
    ("\u3400", "\u9fff", 1 / 1.2),  # Han
    ("\uac00", "\ud7a3", 1 / 1.6),  # Hangul
)


@lru_cache(maxsize=8192)
def _weight(char: str) -> float:
    if char.isascii():
        if char.isalpha():
            return 1 / 4.9
        if char.isdigit():
            return 1 / 2
        return 0.18 if char.isspace() else 0.75
    for first, last, weight in _SCRIPTS:
        if first <= char <= last:
            return weight
    return 1 / 2.0 if char.isalpha() else 0.8


def count(text: str) -> int:
    """Tokens of a text; at least 1 unless it is empty."""
    return max(1, round(sum(map(_weight, text)))) if text else 0


def count_messages(texts: Iterable[str]) -> int:
    """Tokens of a request with these message texts, the chat format's own tokens included."""
    return _PER_REPLY + sum(_PER_MESSAGE + count(text) for text in texts)


def cut(text: str, limit: int) -> str:
    """The longest beginning of `text` that counts at most `limit` tokens."""
    if count(text) <= limit:
        return text
    weights = list(accumulate(map(_weight, text)))
    return text[: bisect_right(weights, limit)]
