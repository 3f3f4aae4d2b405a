"""One text and what is to be said of it: how long it is, and what is wrong with it at its place."""

from collections.abc import Iterable, Sequence
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from copygen.delivery.rules import Length
from copygen.figures import count
from copygen.models import Severity, Violation
from copygen.view.console import cells_of, safe
from copygen.view.marked_text import MarkedText, TextMark, as_line, broken, indented

SEVERITY_STYLES: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}
_SIGNS: Final = {Severity.ERROR: "×", Severity.WARNING: "!"}
_LENGTH_RULE: Final = "length"
_FOUND_STYLE: Final = "bold magenta"
_EIGHTHS: Final = " ▏▎▍▌▋▊▉█"


class JudgedText:
    """A rich renderable: a text, under it what is wrong with it, carets where that has a place."""

    def __init__(
        self,
        text: str,
        violations: Iterable[Violation] = (),
        *,
        overflow: int | None = None,
        style: str = "",
        context: int | None = None,
        found: Iterable[tuple[int, int]] = (),
    ) -> None:
        """`overflow` is the offset from which on the text is too long. With `context` only so many
        lines stand around each that has a mark; `found` are parts that were looked for."""
        marks = [TextMark(*span, _FOUND_STYLE) for span in found]
        self._placeless: list[Violation] = []
        for one in violations:
            span = one.span
            if span is None and one.rule == _LENGTH_RULE and overflow is not None:
                span = (overflow, len(text))
            if span is None:
                self._placeless.append(one)
            else:
                marks.append(TextMark(*span, SEVERITY_STYLES[one.severity], note_of(one)))
        self._text = MarkedText(text, marks, style=style, context=context)

    def lines(self, width: int) -> list[Text]:
        """In lines of at most `width` cells."""
        found = self._text.lines(width)
        for one in self._placeless:
            found += violation_lines(one, width)
        return found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)


def violation_lines(violation: Violation, width: int, *, named: bool = False) -> list[Text]:
    """What is wrong as a whole, with a sign before it; `named`: in which field."""
    sign = Text.assemble((f"{_SIGNS[violation.severity]} ", SEVERITY_STYLES[violation.severity]))
    words = note_of(violation)
    if named and violation.field is not None:
        words = Text.assemble(f"{safe(violation.field)}: ", words)
    first, *rest = indented(words, width)
    return [sign.append_text(first[2:]), *rest]


def note_of(violation: Violation) -> Text:
    """The rule, the measure, and what to do about it where that is known."""
    note = Text.assemble(
        (safe(violation.rule), SEVERITY_STYLES[violation.severity]), f": {safe(violation.message)}"
    )
    return note.append(f" → {safe(violation.fix)}", "cyan") if violation.fix else note


def length_bar(length: Length, cells: int) -> Text:
    """How much of its limit a text takes, so many cells wide; nothing where it has none."""
    if length.limit is None:
        return Text()
    share = length.value / length.limit
    style = "red" if length.over else "green"
    eighths = min(round(share * cells * 8), cells * 8)
    if length.value and not eighths:
        eighths = 1
    whole, part = divmod(eighths, 8)
    drawn = "█" * whole + (_EIGHTHS[part] if part else "")
    return Text.assemble((drawn, style), ("░" * (cells - len(drawn)), "dim"))


def length_words(length: Length, *, short: bool = False) -> Text:
    """`29 of 30 width units`, `34 of 30 width units, 4 over`; `short`: without the unit."""
    if length.limit is None:
        return Text(length.unit.counted(length.value), "dim")
    unit = "" if short else f" {length.unit.noun}"
    words = Text(f"{count(length.value)} of {count(length.limit)}{unit}")
    return words.append(f", {count(length.over)} over", "red") if length.over else words


def side_by_side(parts: Sequence[Text], width: int, gap: str = "  ") -> list[Text]:
    """Short parts on as few lines as the width takes, at least one on each."""
    lines: list[Text] = []
    for part in filter(None, parts):
        cells = cells_of(part.plain)
        if lines and cells_of(lines[-1].plain) + len(gap) + cells <= width:
            lines[-1].append(gap).append_text(part)
        else:
            lines += broken(part, width) if cells > width else [part.copy()]
    return lines
