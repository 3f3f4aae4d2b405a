"""Characters as people see them: extended grapheme clusters (Unicode UAX #29)."""

import re
from collections.abc import Iterator
from typing import Final

from wcwidth import iter_graphemes

# Characters that are a cluster each whatever stands beside them: nothing here extends the one
# before, joins the next or is part of a CR LF.
_APART: Final = re.compile(
    "["
    "\x20-\x7e\xa1-\xa8\xaa-\xac\xaf-\u02ff"  # Latin
    "\u0370-\u0482\u048a-\u0556"  # Greek, Cyrillic, Armenian
    "\u0e01-\u0e30\u0e32\u0e3f-\u0e46\u0e4f-\u0e5b"  # Thai letters, not what stands on them
    "\u2010-\u2027\u2030-\u203b"  # typographic punctuation
    "\u3000-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7a3"  # CJK
    "\uff01-\uff9d"  # full and half width
    "]*"
)


def graphemes(text: str) -> Iterator[str]:
    """Yield the clusters of `text`; joined, they are `text`."""
    if _APART.fullmatch(text):
        return iter(text)
    return iter_graphemes(text)


def count_graphemes(text: str) -> int:
    """Return the number of clusters."""
    if _APART.fullmatch(text):
        return len(text)
    return sum(1 for _ in iter_graphemes(text))


def boundaries(text: str) -> list[int]:
    """Return where a cluster ends, as offsets into `text`; 0 is not among them."""
    ends = []
    end = 0
    for cluster in graphemes(text):
        end += len(cluster)
        ends.append(end)
    return ends
