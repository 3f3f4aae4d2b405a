"""Row values are written by strangers: what is taken out of them, and which read like orders.

Light to import: every run cleans its values, few look for orders.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from copygen.models import Item, JsonValue
from copygen.quality.normalize import deferred

if TYPE_CHECKING:
    from copygen.quality.packs import Pack

_REMOVED: Final = deferred(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls, but tab and line ends
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, fillers, Arabic letter mark
    "\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width, bidirectional controls
    "\u3164\ufeff\uffa0\ufff9-\ufffb"  # fillers, byte-order mark, annotations
    "\ud800-\udfff"  # lone surrogates
    "\U000e0000\U000e0002-\U000e001f\U000e0080-\U000e0fff]"
)
_SEPARATORS: Final = deferred("[\u2028\u2029]")
_TAGS: Final = deferred("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0001-\U000e007f]")
"""Tag letters spell text nobody sees, except in the flags of England, Scotland and Wales."""
_JOINERS: Final = deferred("[\u200c\u200d]")
_JOINING: Final = deferred(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u17ff\u1800-\u18af\ufb50-\ufdff\ufe70-\ufefc]"
)
"""Arabic, Indic and related scripts, whose spelling needs joiners and non-joiners."""
_EMOJI_BEFORE: Final = deferred("[\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff\U000e007f]")
_MAX_DEPTH: Final = 64
_ANY: Final = deferred(
    "|".join(found.pattern for found in (_REMOVED, _SEPARATORS, _TAGS, _JOINERS))
)
"""Most texts have none of them, which one search tells."""


def clean(text: str) -> str:
    """`text` without control, zero-width, bidirectional and other invisible characters.

    Tabs and line ends stay, U+2028 and U+2029 become line ends. ZERO WIDTH JOINER and NON-JOINER
    stay where they spell something: inside emoji, and in Arabic, Persian and Indic words.
    """
    if (text.isascii() and text.isprintable()) or not _ANY.search(text):
        return text
    text = _SEPARATORS.sub("\n", _REMOVED.sub("", text))
    text = _TAGS.sub(lambda match: match[1] or "", text)
    return _JOINERS.sub(_needed, text)


def clean_item(item: Item) -> dict[str, JsonValue]:
    """The item with every text in it cleaned, names of columns as they are."""
    return {name: _cleaned(value, _MAX_DEPTH) for name, value in item.items()}


def _needed(match: re.Match[str]) -> str:
    text, at = match.string, match.start()
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if not before or not after:
        return ""
    if _JOINING.match(before) or _JOINING.match(after):
        return match[0]
    emoji = match[0] == "\u200d" and _EMOJI_BEFORE.match(before) and _EMOJI_BEFORE.match(after)
    return match[0] if emoji else ""


def _cleaned(value: JsonValue, depth: int) -> JsonValue:
    if isinstance(value, str):
        return clean(value)
    if depth and isinstance(value, dict):
        return {name: _cleaned(inner, depth - 1) for name, inner in value.items()}
    if depth and isinstance(value, list):
        return [_cleaned(inner, depth - 1) for inner in value]
    return value


_LONGEST_LOOKED_AT: Final = 20_000
_SHORTEST_ORDER: Final = 8


def looks_like_instruction(value: str) -> str | None:
    """What in the value reads as an order to the model, as one phrase; None: nothing.

    A hint for people, not a filter: the value is used all the same. It looks at the first 20 000
    characters, after taking out what `clean` does, with full-width letters as ordinary ones.
    """
    from copygen.quality.normalize import NormalizedText

    text = clean(value[:_LONGEST_LOOKED_AT])
    if len(text) < _SHORTEST_ORDER:
        return None
    forms = [NormalizedText(text)]
    if (plain := unicodedata.normalize("NFKC", text)) != text:
        forms.append(NormalizedText(plain))
    for rule in _instructions().rules:
        if any(rule.matches(form) for form in forms):
            return rule.message
    return None


@cache
def _instructions() -> "Pack":
    from copygen.quality.packs import load_wording

    return load_wording("instructions")


VALUES_REMEMBERED: Final = 10_000
LONGEST_REMEMBERED: Final = 200
"""Characters; longer values hardly repeat."""


class InjectionScanner:
    """Looks at the values of some columns; remembers short ones, for they repeat."""

    def __init__(self, columns: frozenset[str]) -> None:
        self._columns = columns
        self._seen: dict[str, str | None] = {}

    def of(self, item: Item) -> Sequence[tuple[str, str]]:
        """Name of the column and what in it reads like an order, for each such value."""
        found = []
        for name, value in item.items():
            # Its length first: most values are short, and to ask for a column takes a call.
            if not isinstance(value, str) or len(value) < _SHORTEST_ORDER:
                continue
            if name not in self._columns:
                continue
            if value in self._seen:
                what = self._seen[value]
            else:
                what = looks_like_instruction(value)
                if len(value) <= LONGEST_REMEMBERED:
                    if len(self._seen) >= VALUES_REMEMBERED:
                        self._seen.clear()
                    self._seen[value] = what
            if what:
                found.append((name, what))
        return found
