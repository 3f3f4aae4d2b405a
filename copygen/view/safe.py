"""What a stranger wrote, made fit for a terminal.

Text from a model, a row, a server or a file name can carry escape sequences that clear the
screen, write the clipboard or retitle the window, and bidirectional overrides that make one
string read as another. rich passes nearly all of them on. So every such text goes through
`safe`, and is then printed as a `rich.text.Text`, never as markup.
"""

import re

from rich.cells import cell_len, split_graphemes

NEWLINE_MARK = "⏎"

_HIDDEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1: what terminals obey
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e"  # soft hyphen, fillers, Arabic letter mark
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidi controls
    "\u3164\ufeff\uffa0\ufff9-\ufffb"  # fillers, byte-order mark, annotations
    "\ud800-\udfff"  # lone surrogates: no stream can encode them
    "\U000e0000-\U000e0fff"  # tags and selectors that spell text nobody sees
)
# ZERO WIDTH JOINER and NON-JOINER stay: emoji families, Hindi and Persian are spelled with them,
# and they neither move the cursor nor reorder text.
_UNSAFE = re.compile(f"[{_HIDDEN}]")
_LONGEST_CLUSTER = 8


def safe(text: str, max_width: int | None = None) -> str:
    r"""Return `text` as one line that cannot disturb a terminal.

    Newlines become `⏎`, tabs a space; every other control, bidirectional or invisible
    character becomes a visible escape such as `\x1b` or `\u202e`. With `max_width`, in terminal
    cells, a longer text ends in `…`; the cost then does not depend on the length of `text`.
    """
    if max_width is None:
        return _UNSAFE.sub(_visible, text)
    head = text[: _LONGEST_CLUSTER * (max_width + 1)]
    return _fit(_UNSAFE.sub(_visible, head), max_width, cut=len(head) < len(text))


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n":
        return NEWLINE_MARK
    if character == "\t":
        return " "
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _fit(text: str, width: int, *, cut: bool) -> str:
    """Shorten to `width` cells, never inside a grapheme: half an emoji is another emoji."""
    if not cut and cell_len(text) <= width:
        return text
    end = used = 0
    for _, stop, cells in split_graphemes(text)[0]:
        if used + cells > width - 1:
            break
        end, used = stop, used + cells
    return f"{text[:end].rstrip()}…" if width > 0 else ""
