"""Invisible marks in texts: found and counted, never added and never taken away.

Providers must mark what models write since August 2026 (EU AI Act, article 50), so runs of
characters that nobody sees may arrive in answers; C2PA puts a manifest into text as variation
selectors behind U+FEFF. What to do about them is the user's to decide: a provider's terms may
forbid removing them.
"""

import re
from collections import Counter
from typing import Final

_KINDS: Final = {
    "zero-width characters": "[\u200b\u2060-\u2064\ufeff\u180e]",
    "bidirectional controls": "[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]",
    "soft hyphens": "\u00ad",
    "variation selectors in a run": "[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}",
    "ideographic variation selectors": "[\U000e0100-\U000e01ef]",
    "tag letters": "(?<!\U0001f3f4)(?<![\U000e0000-\U000e007f])[\U000e0000-\U000e007f]+",
}
"""A single variation selector belongs to its emoji, and tag letters behind a black flag to the
flags of Scotland and Wales."""
_MARKS: Final = re.compile(
    "|".join(f"(?P<k{n}>{pattern})" for n, pattern in enumerate(_KINDS.values()))
)
_NAMES: Final = tuple(_KINDS)
_SELECTORS: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Marks of their letters to Unicode, so they count as printable."""


def count_marks(text: str) -> Counter[str]:
    """How many invisible characters a text has, by kind; a run counts each of its characters."""
    found: Counter[str] = Counter()
    if text.isprintable() and not _SELECTORS.search(text):
        return found  # nearly all: letters, marks and signs that are seen
    for match in _MARKS.finditer(text):
        found[_NAMES[int((match.lastgroup or "k0")[1:])]] += len(match.group())
    return found
