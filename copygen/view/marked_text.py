"""A text as people read it on a terminal, and what is wrong with it under the place where it is.

Lines are broken here, by the cells that clusters take: between words, in Thai, Japanese and Chinese
between phrases, and inside a word only where it is longer than a line. So carets stand under what
they mean whatever the script. What cannot be seen or would be obeyed by a terminal is drawn as an
escape. Texts stand in the order in which their letters are written: a terminal that turns
right-to-left runs around turns the run and not its carets, so the words are underlined, too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from copygen.quality.trim import phrase_ends
from copygen.quality.units import graphemes
from copygen.view.console import (
    NEWLINE_MARK,
    cells_of,
    cluster_cells,
    escaped,
    hidden_characters,
    safe,
)

CARET: Final = "^"
_HIDDEN_STYLE: Final = "reverse not underline"
_FAINT: Final = "dim not underline"
_SPACE_MARK: Final = "·"
_TAB_MARK: Final = "→"
_HOLDER: Final = "\u25cc"
"""The dotted circle: what a mark without a letter stands on."""
_LEAST_CELLS: Final = 12
"""Narrower than this nothing can be read; lines are then as wide."""
_INDENT: Final = 2
_ODD_SPACES: Final = re.compile(r"^ +| +$| {2,}", re.MULTILINE)
_PLAIN: Final = re.compile(r"[\x21-\x7e]")
_ENDS_WORD: Final = frozenset("-–—/…、。，！？")


@dataclass(frozen=True, slots=True)
class TextMark:
    """A part of a text that something is said of."""

    start: int
    """Code point offsets into the text; what lies outside is brought to its end."""
    end: int
    style: str
    """Of the carets, and of the words, which are underlined where there is a note."""
    note: Text | None = None
    """What is said, in sentences fit for a terminal; None: nothing, and there are no carets."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    """What is drawn as one: a cluster, or an escape for what nobody would see."""

    start: int
    end: int
    shown: str
    cells: int
    style: str = ""
    is_space: bool = False
    ends_line: bool = False


@dataclass(slots=True)
class _DrawnLine:
    pieces: list[_Glyph] = field(default_factory=list)
    cells: int = 0

    def add(self, piece: _Glyph) -> None:
        self.pieces.append(piece)
        self.cells += piece.cells

    def columns(self, start: int, end: int) -> tuple[int, int] | None:
        """First cell and cells of what of `start` to `end` stands in this line."""
        first = last = None
        column = 0
        for piece in self.pieces:
            if piece.start < end and start < piece.end:
                first = column if first is None else first
                last = column + piece.cells
            column += piece.cells
        return None if first is None or last is None else (first, last - first)


class MarkedText:
    """A rich renderable: a text with its marks, in the width there is."""

    def __init__(
        self,
        text: str,
        marks: Iterable[TextMark] = (),
        *,
        style: str = "",
        context: int | None = None,
    ) -> None:
        """With `context` only so many lines stand around each that has a mark, else all do."""
        self._text = text
        self._style = style
        self._context = context
        self._marks = sorted(map(self._inside, marks), key=lambda one: (one.end, one.start))

    def _inside(self, mark: TextMark) -> TextMark:
        """The mark with offsets that are in the text; one of nothing is of the place after it."""
        size = len(self._text)
        start = min(max(0, mark.start), size)
        end = min(max(start, mark.end), size)
        return TextMark(start, max(end, start + 1), mark.style, mark.note)

    def lines(self, width: int) -> list[Text]:
        """The text in lines of at most `width` cells, under each the carets and notes of the marks
        that end in it."""
        width = max(width, _LEAST_CELLS)
        laid_out = _laid_out(self._text, width)
        marked = [self._marks_in(line, is_last=line is laid_out[-1]) for line in laid_out]
        found: list[Text] = []
        is_left_out = False
        for number, (line, marks) in enumerate(zip(laid_out, marked, strict=True)):
            if not self._is_shown(number, marked):
                found += [] if is_left_out else [Text("…", "dim")]
                is_left_out = True
                continue
            is_left_out = False
            found.append(self._drawn(line))
            for mark in marks:
                ends = mark.end <= line.pieces[-1].end or line is laid_out[-1]
                found += self._under(line, mark, width, ends=ends)
        return found

    def _marks_in(self, line: _DrawnLine, *, is_last: bool) -> list[TextMark]:
        """Those with a part in the line; in the last also those behind the text."""
        first, last = line.pieces[0].start, line.pieces[-1].end
        return [
            one
            for one in self._marks
            if one.note is not None
            and ((one.start < last and first < one.end) or (is_last and one.start >= last))
        ]

    def _is_shown(self, number: int, marked: Sequence[Sequence[TextMark]]) -> bool:
        if self._context is None:
            return True
        near = marked[max(0, number - self._context) : number + self._context + 1]
        return any(near) or (not any(marked) and number <= self._context)

    def _drawn(self, line: _DrawnLine) -> Text:
        drawn = Text(style=self._style)
        for style, glyphs in groupby(line.pieces, key=self._style_of):
            drawn.append("".join(one.shown for one in glyphs), style)
        return drawn

    def _style_of(self, glyph: _Glyph) -> str:
        style = glyph.style
        for mark in self._marks:
            if glyph.start < mark.end and mark.start < glyph.end:
                line_below = "underline " if mark.note is not None else ""
                style = f"{line_below}{mark.style} {style}"
        return style

    def _under(self, line: _DrawnLine, mark: TextMark, width: int, *, ends: bool) -> list[Text]:
        column, cells = line.columns(mark.start, mark.end) or (min(line.cells, width - 1), 1)
        carets = Text(" " * column).append(CARET * max(1, cells), mark.style)
        if not ends or mark.note is None:
            return [carets]
        room = width - carets.cell_len - 1
        if cells_of(mark.note.plain) <= room:
            return [carets.append(" ").append_text(mark.note)]
        return [carets, *indented(mark.note, width)]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)


def as_line(line: Text, console: Console) -> RenderResult:
    """A line that is as it is: rich measures some clusters otherwise, and must not break it."""
    yield from line.render(console, end="\n")


def indented(words: Text, width: int, indent: int = _INDENT) -> list[Text]:
    """Sentences in lines of at most `width` cells, all `indent` cells from the left."""
    return [Text(" " * indent).append_text(line) for line in broken(words, width - indent)]


def broken(words: Text, width: int) -> list[Text]:
    """Sentences fit for a terminal in lines of at most `width` cells."""
    laid_out = _laid_out(words.plain, max(width, _LEAST_CELLS), is_fit=True)
    lines = [*words.divide([line.pieces[-1].end for line in laid_out[:-1]])]
    for line in lines:
        line.rstrip()
    return lines


def flat(text: str, width: int) -> str:
    """The beginning of a text on one line of at most `width` cells, fit for a terminal."""
    return safe(" ".join(text[: 8 * (width + 1)].split()), width)


def _laid_out(text: str, width: int, *, is_fit: bool = False) -> list[_DrawnLine]:
    """The text in lines, each with at least one piece. `is_fit`: it holds nothing to be shown."""
    lines: list[_DrawnLine] = []
    pieces = list(_pieces(text, is_fit=is_fit)) or [_Glyph(0, 0, "(empty)"[:width], 7, _FAINT)]
    start = 0
    for number, piece in enumerate(pieces, 1):
        if piece.ends_line or number == len(pieces):
            lines += _broken(text, pieces[start:number], width)
            start = number
    return lines


def _broken(text: str, pieces: Sequence[_Glyph], width: int) -> Iterator[_DrawnLine]:
    """One paragraph in lines. A space may fill the last cell, anything else leaves it free."""
    room = width - 1
    if sum(piece.cells for piece in pieces) <= room:
        yield _DrawnLine([*pieces], sum(piece.cells for piece in pieces))
        return
    ends = phrase_ends(text[pieces[0].start : pieces[-1].end])
    offset = pieces[0].start
    line, word, cells = _DrawnLine(), list[_Glyph](), 0
    for piece in pieces:
        word.append(piece)
        cells += piece.cells
        is_end = piece.is_space or piece.end - offset in ends or piece.shown in _ENDS_WORD
        if not is_end and cells < room and piece is not pieces[-1]:
            continue
        seen = cells - piece.cells if piece.is_space or piece.ends_line else cells
        if line.pieces and line.cells + seen > room:
            yield line
            line = _DrawnLine()
        for part in word:
            if line.pieces and line.cells + part.cells > width - (not part.is_space):
                yield line
                line = _DrawnLine()
            line.add(part)
        word, cells = [], 0
    if line.pieces:
        yield line


def _pieces(text: str, *, is_fit: bool) -> Iterator[_Glyph]:
    """What is drawn as one, in order; together they are the whole text."""
    odd = set() if is_fit else _odd_spaces(text)
    at = 0
    for start, end in [*([] if is_fit else hidden_characters(text)), (len(text), len(text))]:
        yield from _clusters(text, at, start, odd, is_fit=is_fit)
        if start < end:
            yield _hidden(text[start:end], start, end)
        at = end


def _odd_spaces(text: str) -> set[int]:
    """Where spaces stand that nobody would see: at the ends of lines, and more than one."""
    return {at for found in _ODD_SPACES.finditer(text) for at in range(*found.span())}


def _clusters(text: str, start: int, end: int, odd: set[int], *, is_fit: bool) -> Iterator[_Glyph]:
    at = start
    for cluster in graphemes(text[start:end]):
        stop = at + len(cluster)
        if cluster == " ":
            if at in odd:
                yield _Glyph(at, stop, _SPACE_MARK, 1, _FAINT, is_space=True)
            else:
                yield _Glyph(at, stop, " ", 1, is_space=True)
        elif _PLAIN.fullmatch(cluster):
            yield _Glyph(at, stop, cluster, 1)
        elif at == start and not is_fit and _joins(cluster[0]):
            held = _HOLDER + cluster
            yield _Glyph(at, stop, held, cluster_cells(held))
        else:
            yield _Glyph(at, stop, cluster, cluster_cells(cluster), is_space=cluster.isspace())
        at = stop


def _joins(character: str) -> bool:
    """Whether it would join what stands before it, though that is no part of the text."""
    return cluster_cells(character) < 1 or unicodedata.category(character) == "Mc"


def _hidden(character: str, start: int, end: int) -> _Glyph:
    if character == "\n":
        return _Glyph(start, end, NEWLINE_MARK, 1, _FAINT, ends_line=True)
    if character == "\t":
        return _Glyph(start, end, _TAB_MARK, 1, _FAINT, is_space=True)
    shown = escaped(character)
    return _Glyph(start, end, shown, len(shown), _HIDDEN_STYLE)
