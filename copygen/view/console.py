"""What reaches people: streams that last, text made fit for a terminal, one-line messages.

A terminal that was closed ends no run. What a stranger wrote, text from a model, a row, a server or
a file name, can carry escape sequences that clear the screen, write the clipboard or retitle the
window, and bidirectional overrides that make one string read as another. rich passes nearly all of
them on. So every such text goes through `safe`, and is then printed as a `rich.text.Text`, never as
markup.
"""

import contextlib
import io
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Final, TextIO, cast

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from copygen import system
from copygen.errors import CopygenError, unwritten

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
_JOINED = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\u1820-\u18aa"
"""Letters that a joiner changes the shape of: Arabic, Indic, Burmese, Khmer, Mongolian."""
_PICTURES = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_IDEOGRAPHS = "\u2200-\u22ff\u3000-\ufdff\uff00-\uffef\U00020000-\U0003ffff"
_NEVER_SEEN = re.compile(
    f"[{_HIDDEN}]|(?<![{_JOINED}{_PICTURES}])[\u200c\u200d]"
    f"|(?<![#*0-9{_PICTURES}])[\ufe0e\ufe0f]|(?<=\ufe0f)\ufe0f"
    f"|(?<![{_JOINED}{_IDEOGRAPHS}])[\ufe00-\ufe0d]"
)
_LONGEST_CLUSTER = 8
_FLAG_LETTERS = re.compile("[\U0001f1e6-\U0001f1ff]{1,2}")
_LONE_TONE = re.compile(
    "(?<![\u00a9\u00ae\u200d\u203c-\u2bff\u3030\u303d\u3297\u3299\ufe0f"
    "\U0001f000-\U0001f3fa\U0001f400-\U0001faff])[\U0001f3fb-\U0001f3ff]"
)
"""The tone of a skin that no picture before it takes: a swatch of its own."""
_VIRAMAS: Final = frozenset("\u1b44\ua9c0\U000111c0\U00011235\U0001134d\U000116b6")
"""Signs of category Mc that join two letters, and take no cell."""
_INDENT = "  "
"""Before what goes on from the line above."""
_WORD = re.compile(r"\S+\s*")


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


def hidden_characters(text: str) -> Iterator[tuple[int, int]]:
    """Where characters stand in `text` that `safe` draws otherwise, and joiners and selectors that
    change nothing of what stands before them: only a hidden message is written so."""
    return (found.span() for found in _NEVER_SEEN.finditer(text))


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    if character == "\n":
        return NEWLINE_MARK
    return " " if character == "\t" else escaped(character)


def escaped(character: str) -> str:
    r"""A character that is not to reach a terminal: `\x1b`, `\u202e`, `\U000e0001`."""
    code = ord(character)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _fit(text: str, width: int, *, cut: bool) -> str:
    """Shorten to `width` cells, never inside a grapheme: half an emoji is another emoji. Tables are
    laid out by rich, so neither its cells nor those of a terminal are more than that."""
    if not cut and max(cell_len(text), cells_of(text)) <= width:
        return text
    end = used = 0
    for cluster in _clusters(text):
        used += max(cell_len(cluster), cluster_cells(cluster))
        if used > width - 1:
            break
        end += len(cluster)
    return f"{text[:end].rstrip()}…" if width > 0 else ""


def cells_of(text: str) -> int:
    """Cells that a terminal gives a text which is fit for it, the sum of those of its clusters."""
    return len(text) if text.isascii() else sum(map(cluster_cells, _clusters(text)))


def _clusters(text: str) -> Sequence[str]:
    if text.isascii():
        return text
    from copygen.quality.units import graphemes  # its tables are not needed for a line of ASCII

    return graphemes(text)


def cluster_cells(cluster: str) -> int:
    """Cells that a terminal gives one cluster. rich gives a vowel sign beside an Indic letter none,
    half a flag one, and a conjunct one for each of its letters, of which all together take two."""
    if _FLAG_LETTERS.match(cluster):
        return 2
    kinds = [unicodedata.category(one) for one in cluster if one not in _VIRAMAS]
    if "Lo" in kinds:
        cluster = cluster.replace("\u200d", "")  # rich gives a letter after a joiner none
    cells = cell_len(cluster) + 2 * len(_LONE_TONE.findall(cluster))
    if "Mc" in kinds:
        return min(2, cells + 1)
    return min(2, cells) if "Mn" in kinds else cells


class LastingStream:
    """A text stream that goes silent when its reader is gone.

    A terminal that was closed or a `2>&1 | head` must not end a run whose prompts are being
    paid for; rich on its own would exit the process. Standard output holds what was asked for: what
    a full disk does not take of it raises ResultsError.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop the text when nobody can read it any more."""
        if self._stream is not None and not self._stream.closed:
            with self._lasting():
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, unless the reader is gone."""
        if self._stream is not None and not self._stream.closed:
            with self._lasting():
                self._stream.flush()

    def isatty(self) -> bool:
        """Say whether a person is likely to watch."""
        return self._stream is not None and not self._stream.closed and self._stream.isatty()

    @property
    def is_lost(self) -> bool:
        """Whether the reader is gone: nothing more needs to be drawn."""
        return self._stream is None

    def fileno(self) -> int:
        """Return the descriptor; OSError when there is none."""
        if self._stream is None:
            raise io.UnsupportedOperation("fileno")
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        """What the stream writes characters as."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @contextlib.contextmanager
    def _lasting(self) -> Iterator[None]:
        try:
            yield
        except BlockingIOError:
            pass  # a full pipe that does not block: this frame is lost, the next may fit
        except OSError as error:
            stream, self._stream = self._stream, None
            is_asked_for = stream is not None and stream is sys.stdout and not stream.isatty()
            if is_asked_for and not system.reader_gone(error):
                raise unwritten(error) from error


def data_stream(stream: TextIO | None) -> LastingStream:
    """A stream for data: UTF-8 whatever the encoding for people is; half a surrogate is escaped
    as JSON has it.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return LastingStream(stream)


def open_console(
    stream: TextIO | None, environ: Mapping[str, str], *, paged: Console | None = None
) -> Console:
    """Return a console on `stream`, as a rule `sys.stderr`; None is a console nobody sees.

    With `paged` the stream leads to a pager on that terminal, and is drawn for as if it were it.

    Honours NO_COLOR, FORCE_COLOR, TERM and COLUMNS of `environ`. Markup, emoji codes and
    highlighting are off: everything printed is a `Text` or built of them.
    """
    return Console(
        file=cast("IO[str]", LastingStream(stream)),
        markup=False,
        emoji=False,
        highlight=False,
        force_terminal=None if paged is None else True,
        width=None if paged is None else paged.width,
        _environ=environ,
    )


def render_error(error: CopygenError, console: Console) -> None:
    """Print `error: ...`; several lines of a message stay lines, indented."""
    print_words(_message("error: ", "bold red", str(error)), console)


def render_warning(warning: str, console: Console) -> None:
    """Print `warning: ...`."""
    print_words(_message("warning: ", "bold yellow", warning), console)


def render_note(note: str, console: Console) -> None:
    """Print `note: ...`."""
    print_words(_message("note: ", "bold", note), console)


def print_words(text: Text, console: Console) -> None:
    """Print sentences. A terminal gets lines broken between words, but no word is ever cut: a path
    must survive being copied. Elsewhere a message stays as it is, one line in a log.
    """
    if console.file.isatty():
        # The last column stays free: some terminals wrap as soon as it is filled.
        width = console.width - len(_INDENT) - 1
        text = Text("\n").join(_broken(line, width) for line in text.split("\n"))
    console.print(text, soft_wrap=True)


def _broken(line: Text, width: int) -> Text:
    """The line in pieces of at most `width` cells, all but the first indented."""
    breaks, used = [], 0
    for word in _WORD.finditer(line.plain):
        if used and used + cells_of(word[0].rstrip()) > width:
            breaks.append(word.start())
            used = 0
        used += cells_of(word[0])
    pieces = line.divide(breaks)
    for piece in pieces:
        piece.rstrip()
    return Text(f"\n{_INDENT}").join(pieces)


def render_trace(trace: str, console: Console) -> None:
    """Print a traceback; the messages in it may hold what a stranger wrote."""
    lines = [safe(line) for line in trace.rstrip("\n").split("\n")]
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _message(label: str, style: str, message: str) -> Text:
    lines = [safe(line) for line in message.strip("\n").split("\n")]
    return Text.assemble((label, style), f"\n{_INDENT}".join(lines))
