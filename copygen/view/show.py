"""Records on a terminal: the texts as people read them, and what stands of each."""

import json
from collections.abc import Iterator
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from copygen.delivery.compare import changed_words
from copygen.figures import count, counted, latency, money
from copygen.jobs.show import ShowJob, ShownRecord, ShownText
from copygen.models import Result
from copygen.results.decisions import State
from copygen.view.console import cells_of, safe
from copygen.view.decisions import STATE_STYLES
from copygen.view.layout import WIDEST, WrappedFacts
from copygen.view.marked_text import MarkedText, TextMark, as_line, broken, flat
from copygen.view.summary import STATUS_STYLES
from copygen.view.texts import (
    JudgedText,
    length_bar,
    length_words,
    side_by_side,
    violation_lines,
)

_WIDE: Final = 60
"""From so many columns on there is room for long bars and for units."""
_BAR_CELLS: Final = (10, 20)
_MARGIN: Final = 2
_LABEL_CELLS: Final = 24
_ITEM_LINES: Final = 3
_VALUE_CELLS: Final = 60
_REASON_CELLS: Final = 200


class RecordView:
    """A rich renderable: one record, in at most 100 columns."""

    def __init__(self, shown: ShownRecord) -> None:
        self._shown = shown
        self._record = shown.copy.record

    def lines(self, width: int) -> list[Text]:
        """In lines of at most `width` cells."""
        width = min(width, WIDEST)
        inner = width - _MARGIN
        body: list[Text] = []
        for part in self._parts(inner):
            body += [*part, Text()]
        margin = Text(" " * _MARGIN)
        framed = [margin + line if line else line for line in body]
        return [self._head(width), *framed]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)

    def _parts(self, width: int) -> Iterator[list[Text]]:
        record, shown = self._record, self._shown
        if record.error is not None:
            status = f" ({record.error.status})" if record.error.status else ""
            kind = record.error.kind.value.replace("_", " ")
            told = Text.assemble((f"{kind}{status}", "bold red"), f": {safe(record.error.message)}")
            yield broken(told, width)
        label_cells = max((cells_of(_label(one)) for one in shown.texts), default=0)
        for one in shown.texts:
            yield self._text(one, label_cells, width)
        if shown.others:
            yield [line for v in shown.others for line in violation_lines(v, width, named=True)]
        for part in shown.prompt:
            role = Text.assemble((part.role, "cyan dim"))
            yield [role, *MarkedText(part.content, style="dim").lines(width)]
        yield [*_facts(record, width), *_item(record, width)]

    def _head(self, width: int) -> Text:
        """`── scarf/Thai ──────── rejected · edited ──`."""
        record, state = self._record, self._shown.copy.state
        style = STATUS_STYLES[record.status]
        said = Text.assemble((record.status.value, f"bold {style}"))
        if state is not State.DRAFT and record.status.value != state.value:
            said.append(" · ", "dim").append(state.value, f"bold {STATE_STYLES[state]}")
        room = max(1, width - said.cell_len - 9)
        name = Text.assemble((safe(record.id, room), "bold"))
        filled = width - cells_of(name.plain) - said.cell_len - 8
        rule = (f" {'─' * max(1, filled)} ", style)
        return Text.assemble(("── ", style), name, rule, said, (" ──", style))

    def _text(self, shown: ShownText, label_cells: int, width: int) -> list[Text]:
        text, length = shown.text, shown.length
        is_wide = width >= _WIDE
        label = Text.assemble((_label(shown), "bold"))
        if length.limit is not None:
            label.append(" " * (label_cells - cells_of(label.plain)))
        cells = _BAR_CELLS[is_wide]
        measured = length_bar(length, cells)
        words = length_words(length, short=not is_wide)
        measured = measured.append(" ").append_text(words) if measured else words
        head = side_by_side([label, measured, _decided(shown)], width)
        judged = JudgedText(text.text, shown.violations, overflow=shown.overflow, found=shown.found)
        body = judged.lines(width)
        return [*head, *body, *_model_text(shown, width), *_words_on(shown, width)]


def _label(shown: ShownText) -> str:
    return safe(shown.text.place.label, _LABEL_CELLS)


def _decided(shown: ShownText) -> Text:
    """`approved by mali`; nothing as long as nobody has decided."""
    text = shown.text
    if text.standing is None or text.state is State.DRAFT:
        return Text()
    last = text.standing.last
    said = Text.assemble((text.state.value, STATE_STYLES[text.state]))
    if text.state is State.STALE:
        said.append(f": {safe(text.stale or '', _VALUE_CELLS)}")
        said.append(f", {last.state.value}", "dim")
    if last.by:
        said.append(f" by {safe(last.by, _VALUE_CELLS)}", "dim")
    return said.append(f", {last.at:%Y-%m-%d}", "dim")


def _model_text(shown: ShownText, width: int) -> list[Text]:
    """What the model wrote, where a person wrote what is in force."""
    if not shown.text.is_edited:
        return []
    taken, _ = changed_words(shown.text.model_text, shown.text.text)
    marks = [TextMark(*span, "red strike") for span in taken]
    label = Text("the model wrote", "dim italic")
    return [label, *MarkedText(shown.text.model_text, marks, style="dim").lines(width)]


def _words_on(shown: ShownText, width: int) -> list[Text]:
    standing = shown.text.standing
    if standing is None or shown.text.state is State.DRAFT:
        return []
    said = [("reason", standing.last.reason), ("comment", standing.last.comment)]
    return [
        line
        for label, words in said
        if words
        for line in broken(
            Text.assemble((f"{label}: ", "dim"), (safe(words, _REASON_CELLS), "italic")), width
        )
    ]


def _facts(record: Result, width: int) -> list[Text]:
    """Who wrote it, what it cost, how long it took."""
    asked = f"{safe(record.model)} at {safe(record.provider)}" if record.model else ""
    cost = "cost unknown" if record.cost_usd is None else money(record.cost_usd)
    facts = [
        asked,
        f"answered by {safe(record.answered_by)}"
        if record.answered_by and record.answered_by != record.model
        else "",
        cost if record.attempts else "",
        latency(record.latency_ms) if record.latency_ms is not None else "",
        counted(record.attempts, "attempt") if record.attempts else "never sent",
        counted(record.reasks, "re-ask") if record.reasks else "",
        f"the text of {safe(record.same_as)}" if record.same_as else "",
        f"{record.created_at:%Y-%m-%d %H:%M} UTC",
        *(safe(note, _REASON_CELLS) for note in record.notes),
    ]
    parts = [Text(flat(fact, width), "dim") for fact in facts if fact]
    return WrappedFacts(parts).lines(width)


def _item(record: Result, width: int) -> list[Text]:
    """The row that it was written from: as many columns as stand on three lines."""
    facts = []
    for name, value in record.input.items():
        label = safe(name, min(_LABEL_CELLS, width // 2))
        words = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        room = min(_VALUE_CELLS, max(8, width - cells_of(label) - 1))
        facts.append(Text.assemble((f"{label} ", "cyan dim"), (flat(words, room), "dim")))
    lines = WrappedFacts(facts).lines(width)
    if len(lines) <= _ITEM_LINES:
        return lines
    shown = len(facts)
    while shown > 1 and len(WrappedFacts(facts[:shown]).lines(width)) > _ITEM_LINES:
        shown -= 1
    lines = WrappedFacts(facts[:shown]).lines(width)
    return [*lines, Text(f"and {counted(len(facts) - shown, 'more column')}", "dim")]


def render_end(job: ShowJob, console: Console) -> None:
    """Print how many records were meant, where that is not all, and what is to be said of the
    decisions."""
    if job.bad_decisions:
        lines = counted(job.bad_decisions, "line")
        words = f"{lines} of the decisions cannot be read and stand aside."
        console.print(Text(words, "yellow"), soft_wrap=True)
    if orphans := job.orphans:
        records = f"{counted(orphans, 'record')} that {'is' if orphans == 1 else 'are'} gone"
        words = f"There are decisions about {records}: copygen decisions lists them."
        console.print(Text(words, "yellow"), soft_wrap=True)
    if job.shown < job.total or not job.total:
        words = f"{count(job.shown)} of {counted(job.total, 'record')}"
        console.print(Text(words, "dim"), soft_wrap=True)


def record_json(shown: ShownRecord) -> str:
    """One line for programs. Half a surrogate pair is written as an escape."""
    return json.dumps(shown.as_json(), ensure_ascii=False, separators=(",", ":"))
