"""What changed between two results files: on a terminal, as Markdown, as JSON."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from copygen.delivery.compare import (
    Change,
    Comparison,
    RecordChange,
    Side,
    Span,
    TextChange,
    changed_words,
)
from copygen.delivery.copy import Copy
from copygen.figures import count, counted, latency, money, share
from copygen.models import JsonValue, Status
from copygen.view.console import cells_of, hidden_characters, safe
from copygen.view.layout import WIDEST, WrappedFacts, columns, panel
from copygen.view.marked_text import MarkedText, TextMark, as_line, broken

WORDS: Final = {
    Change.NEW: "new",
    Change.GONE: "gone",
    Change.PROMPT: "prompt changed",
    Change.REGENERATED: "regenerated",
    Change.EDITED: "edited by hand",
    Change.DECIDED: "decided",
    Change.VERDICT: "verdict changed",
}
_STYLES: Final = {Change.NEW: "green", Change.GONE: "red"}
_CHANGED: Final = "yellow"
_BEFORE, _AFTER = "red", "green"
_NAME_CELLS: Final = 24
_CAUSE_CELLS: Final = 40
_CAUSES: Final = 8
_MARKDOWN_CHARS: Final = 56_000
"""A comment on a pull request holds 65 536; the figures and somebody's own words go with it."""
_ACTIVE: Final = re.compile(r"[\\`*_{}\[\]#!|<>~&@:]")
"""What means something inside a cell: markup, a link, a mention, an emoji by name."""


class ChangeView:
    """A rich renderable: one record, its texts before and after, the words that differ marked."""

    def __init__(self, change: RecordChange) -> None:
        self._change = change

    def lines(self, width: int) -> list[Text]:
        """In lines of at most `width` cells."""
        width = min(width, WIDEST)
        change = self._change
        style = next((_STYLES[one] for one in change.changes if one in _STYLES), _CHANGED)
        head = Text.assemble(("── ", style), (safe(change.id, max(8, width - 8)), "bold"))
        told, margin, below = _told(change), Text("   "), list[Text]()
        left = width - cells_of(head.plain)
        if (room := left - told.cell_len - 5) > 0:
            told = Text.assemble((f" {'─' * room} ", style), told, (" ──", style))
        else:
            below = [margin + line for line in broken(told, width - 3)]
            told = Text.assemble((f" {'─' * max(0, left - 1)}", style))
        lines = [head.append_text(told), *below]
        for one in change.texts:
            lines += self._text(one, width)
        return [*lines, Text()]

    def _text(self, change: TextChange, width: int) -> list[Text]:
        taken, given = changed_words(change.before or "", change.after or "")
        label = safe(change.place.label, min(_NAME_CELLS, width - 3))
        lines = [Text.assemble("   ", (label, "bold"))]
        for text, spans, sign, style in (
            (change.before, taken, "- ", _BEFORE),
            (change.after, given, "+ ", _AFTER),
        ):
            if text is not None:
                drawn = _marked(text, spans, style, is_whole=not (change.before and change.after))
                first = Text.assemble(" ", (sign, style))
                for line in drawn.lines(width - 3):
                    lines.append(first + line)
                    first = Text("   ")
        return lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)


def _marked(text: str, spans: Sequence[Span], style: str, *, is_whole: bool) -> MarkedText:
    if is_whole:
        return MarkedText(text, style=style)
    return MarkedText(text, [TextMark(*span, f"bold {style} underline") for span in spans])


def _told(change: RecordChange) -> Text:
    """`prompt changed: price · verdict changed: ok → rejected`."""
    before, after = change.before, change.after
    parts = []
    for one in change.changes:
        said = WORDS[one]
        if one is Change.PROMPT:
            said += f": {_named(change.causes)}"
        elif one is Change.VERDICT and before and after:
            said += f": {before.record.status.value} → {after.record.status.value}"
        elif one in (Change.DECIDED, Change.EDITED) and before and after:
            said += f": {before.state.value} → {after.state.value}"
        parts.append(Text(said, _STYLES.get(one, _CHANGED)))
    return Text(" · ", "dim").join(parts)


def _named(causes: Sequence[str]) -> str:
    return ", ".join(safe(one, _CAUSE_CELLS) for one in causes)


def render_comparison(found: Comparison, names: tuple[str, str], console: Console) -> None:
    """Print what changed in all, and the two files side by side."""
    width = min(console.width, WIDEST)
    title, style = _verdict(found)
    room = max(8, (width - 20) // 3)
    table = columns(("", *(safe(name, room) for name in names)), wrapped=True)
    for label, *figures in _figures(found):
        table.add_row(Text(label, "dim"), *map(Text, figures))
    console.print(panel(table, title, width, style))
    for label, words in _summed(found):
        parts = [Text(part) for part in words]
        for number, line in enumerate(WrappedFacts(parts).lines(max(12, width - 15))):
            console.print(Text.assemble((f"  {label if not number else '':<13}", "dim"), line))


def _verdict(found: Comparison) -> tuple[str, str]:
    differing = _records(found) - found.same
    if not differing:
        return f"the same: {counted(found.same, 'record')}", "green"
    return f"{count(differing)} of {counted(_records(found), 'record')} differ", "yellow"


def _records(found: Comparison) -> int:
    """Of both files, each id once."""
    return found.after.records + found.counts[Change.GONE]


def _figures(found: Comparison) -> Iterator[tuple[str, str, str]]:
    """Label and the figure of each file."""
    for label, figure in _ROWS:
        yield label, figure(found.before), figure(found.after)


def _share(side: Side, status: Status) -> str:
    number = side.by_status[status]
    return f"{count(number)} ({share(number, side.records)})" if side.records else count(number)


def _cost(side: Side) -> str:
    spent = side.spending.cost_usd
    if spent is None:
        return "unknown"
    return f"at least {money(spent)}" if side.spending.unpriced else money(spent)


def _cost_each(side: Side) -> str:
    spent, accepted = side.spending.cost_usd, side.by_status[Status.OK]
    if spent is None or side.spending.unpriced or not accepted:
        return "–"
    return money(Decimal(spent / accepted))


def _latency(side: Side, name: str) -> str:
    figures = side.latency
    if figures is None:
        return "–"
    return latency(figures.p50_ms if name == "p50" else figures.p95_ms)


_ROWS: Final[Sequence[tuple[str, Callable[[Side], str]]]] = (
    ("records", lambda side: count(side.records)),
    ("accepted", lambda side: _share(side, Status.OK)),
    ("rejected", lambda side: _share(side, Status.REJECTED)),
    ("failed", lambda side: _share(side, Status.FAILED)),
    ("cost", _cost),
    ("per accepted", _cost_each),
    ("requests", lambda side: count(side.attempts)),
    ("latency p50", lambda side: _latency(side, "p50")),
    ("latency p95", lambda side: _latency(side, "p95")),
)


def _summed(found: Comparison) -> Iterator[tuple[str, list[str]]]:
    """Label and facts of what changed in all."""
    if found.counts:
        ranked = [f"{count(found.counts[one])} {WORDS[one]}" for one in Change if found.counts[one]]
        yield "Changes", [*ranked, f"{count(found.same)} unchanged"]
    if found.causes:
        causes = found.causes.most_common(_CAUSES)
        yield (
            "Prompts",
            [f"{safe(name, _CAUSE_CELLS)} in {count(number)}" for name, number in causes],
        )
    if found.fields:
        fields = found.fields.most_common(_CAUSES)
        yield "Texts", [f"{safe(name, _CAUSE_CELLS)} {count(number)}" for name, number in fields]


def change_json(change: RecordChange) -> str:
    """One line for programs."""
    value: dict[str, JsonValue] = {
        "id": change.id,
        "changes": [one.value for one in change.changes],
        "causes": list(change.causes),
        "before": _side_json(change.before),
        "after": _side_json(change.after),
        "texts": [
            {
                "field": one.place.field,
                "index": one.place.index,
                "before": one.before,
                "after": one.after,
                "removed": changed_words(one.before or "", one.after or "")[0],
                "added": changed_words(one.before or "", one.after or "")[1],
            }
            for one in change.texts
        ],
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _side_json(copy: Copy | None) -> JsonValue:
    if copy is None:
        return None
    record = copy.record
    return {
        "key": record.key,
        "status": record.status.value,
        "state": copy.state.value,
        "model": record.model,
        "cost_usd": None if record.cost_usd is None else float(record.cost_usd),
        "latency_ms": record.latency_ms,
        "attempts": record.attempts,
    }


def comparison_json(found: Comparison) -> str:
    """The last line for programs: the figures."""
    value = {
        "summary": {
            "same": not found.differs,
            "unchanged": found.same,
            "changes": {one.value: found.counts[one] for one in Change},
            "causes": dict(found.causes.most_common()),
            "fields": dict(found.fields.most_common()),
            "before": _figures_json(found.before),
            "after": _figures_json(found.after),
        }
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _figures_json(side: Side) -> JsonValue:
    spent, figures = side.spending.cost_usd, side.latency
    return {
        "records": side.records,
        "by_status": {status.value: side.by_status[status] for status in Status},
        "cost_usd": None if spent is None else float(spent),
        "unpriced": side.spending.unpriced,
        "attempts": side.attempts,
        "latency_p50_ms": figures and figures.p50_ms,
        "latency_p95_ms": figures and figures.p95_ms,
    }


def markdown_head(found: Comparison, names: tuple[str, str]) -> Iterator[str]:
    """What changed in all, as Markdown lines for a pull request."""
    yield f"### {_plain(_verdict(found)[0])}\n"
    yield f"| | {_plain(names[0])} | {_plain(names[1])} |"
    yield "|---|---:|---:|"
    for row in _figures(found):
        yield f"| {' | '.join(map(_plain, row))} |"
    yield ""
    for label, facts in _summed(found):
        yield f"**{label}**: {', '.join(map(_plain, facts))}  "
    yield ""


def markdown_table(changes: Iterable[RecordChange]) -> tuple[list[str], int]:
    """A row for each text that differs, as many records as a comment takes, and how many more
    there are."""
    lines: list[str] = []
    size = left_out = 0
    for one in changes:
        rows = list(_markdown_rows(one))
        size += sum(len(row) + 1 for row in rows)
        if left_out or size > _MARKDOWN_CHARS:
            left_out += 1
        else:
            lines += rows
    head = ["| record | what | before | after |", "|---|---|---|---|"]
    return [*head, *lines] if lines else [], left_out


def _markdown_rows(change: RecordChange) -> Iterator[str]:
    told = _plain(_told(change).plain)
    if not change.texts:
        yield f"| {_plain(change.id)} | {told} | | |"
    for text in change.texts:
        taken, given = changed_words(text.before or "", text.after or "")
        cells = (_cell(text.before, taken, "del"), _cell(text.after, given, "ins"))
        what = f"{told}: {_plain(text.place.label)}"
        yield f"| {_plain(change.id)} | {what} | {' | '.join(cells)} |"


def _cell(text: str | None, spans: Sequence[Span], tag: str) -> str:
    if text is None:
        return ""
    parts, at = [], 0
    for start, end in spans:
        parts += [_plain(text[at:start]), f"<{tag}>{_plain(text[start:end])}</{tag}>"]
        at = end
    return "".join([*parts, _plain(text[at:])])


def _plain(text: str) -> str:
    """Words as Markdown that means nothing: no link, no mention, no markup, no cell."""
    lines = []
    for line in text.split("\n"):
        parts, at = [], 0
        for start, end in hidden_characters(line):
            parts += [line[at:start], safe(line[start:end])]
            at = end
        shown = "".join([*parts, line[at:]])
        lines.append(_ACTIVE.sub(lambda found: f"&#{ord(found.group())};", shown))
    return "<br>".join(lines)
