"""What XML 1.0 can hold: checked before it is written, for writers write what readers refuse."""

import re
from typing import Final

_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def illegal_in_xml(text: str) -> str | None:
    """What is wrong with a text for XML 1.0 (section 2.2, Char); None: nothing."""
    found = _ILLEGAL.search(text)
    return None if found is None else f"XML cannot hold the character U+{ord(found[0]):04X}"
