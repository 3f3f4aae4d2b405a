"""How many text messages a text is sent as.

The alphabet and its extension table are those of 3GPP TS 23.038 (6.2.1, 6.2.1.1); a message holds
140 octets, of which a part of a concatenated one gives six to its header (TS 23.040, 9.2.3.24.1).
National language shift tables are not used: what the network may do with them is not known.
"""

from collections.abc import Iterable
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
"""Sent as an escape and a septet, so they cost two; the pair is never parted."""
_GSM_7: Final = _BASIC | _EXTENDED

_SEPTETS, _SEPTETS_IN_PART = 160, 153
_UCS2, _UCS2_IN_PART = 70, 67


def is_gsm7(text: str) -> bool:
    """Whether the text can be sent in 7-bit characters: 160 to a message instead of 70."""
    return _GSM_7.issuperset(text)


def segments(text: str) -> int:
    """Return the number of messages: 0 for an empty text."""
    if not text:
        return 0
    if is_gsm7(text):
        extended = len(text) - len([1 for char in text if char in _BASIC])
        if len(text) + extended <= _SEPTETS:
            return 1
        return _parts((2 if char in _EXTENDED else 1 for char in text), _SEPTETS_IN_PART)
    astral = len([1 for char in text if char > "\uffff"])
    if len(text) + astral <= _UCS2:
        return 1
    return _parts((2 if char > "\uffff" else 1 for char in text), _UCS2_IN_PART)


def _parts(costs: Iterable[int], room: int) -> int:
    """Fill parts one after the other; what costs two is not split between two of them."""
    parts, left = 1, room
    for cost in costs:
        if cost > left:
            parts, left = parts + 1, room
        left -= cost
    return parts
