"""What `copygen check` shows: a line per finding, annotations, JSON; and the summary."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TextIO, TypeAlias

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from copygen.delivery.rules import length_of, overflow_of
from copygen.figures import count, counted
from copygen.jobs.check import Finding, Tally
from copygen.models import Violation
from copygen.quality.packs import Pack
from copygen.quality.sameness import Opening
from copygen.results.summary import RuleGroup
from copygen.view.console import LastingStream, cells_of, data_stream, open_console, safe
from copygen.view.layout import WIDEST, WrappedFacts, panel, ranking
from copygen.view.marked_text import as_line
from copygen.view.texts import (
    SEVERITY_STYLES,
    JudgedText,
    length_words,
    side_by_side,
    violation_lines,
)

Writer: TypeAlias = Callable[[Finding], None]

_STACKED = 64
"""Below this many columns an example stands under its rule."""
_EXAMPLE_CELLS = 200
_ID_CELLS = 60
_RULES_NAMED = 5
_INDENT = 2
_CONTEXT = 1
"""Lines of a long text that stand around those with a fault."""


def open_writer(form: str, stream: TextIO, environ: Mapping[str, str]) -> Writer:
    """A function that writes a finding to `stream` as `text`, `github` or `json`.

    When the reader is gone (`| head`) the rest is dropped.
    """
    if form == "github":
        data = data_stream(stream)
        return lambda finding: _print_lines(annotations(finding), data)
    if form == "json":
        data = data_stream(stream)
        return lambda finding: _print_lines([as_json(finding)], data)
    console = open_console(stream, environ)
    if console.file.isatty():
        return lambda finding: console.print(FindingView(finding))
    return lambda finding: _print_text(finding, console)


class FindingView:
    """A rich renderable: where a text is, how long, and what is wrong with it at its place."""

    def __init__(self, finding: Finding) -> None:
        self._finding = finding

    def lines(self, width: int) -> list[Text]:
        """In lines of at most `width` cells, a path aside, which must survive being copied."""
        width = min(width, WIDEST)
        one = self._finding
        length = length_of(one.text, one.spec)
        place = Text.assemble((f"{safe(one.source.path)}:{one.source.line}:", "dim"))
        name = Text.assemble((safe(one.item_id, _ID_CELLS), "cyan"))
        told = next((v for v in one.violations if v.field is not None), None)
        field = Text.assemble((_where(told).removesuffix(": "), "bold")) if told else Text()
        measured = Text() if length.limit is None else length_words(length, short=width < _STACKED)
        overflow = overflow_of(one.text, one.spec)
        judged = JudgedText(one.text, one.violations, overflow=overflow, context=_CONTEXT)
        body = judged.lines(width - _INDENT) if one.text else _placeless(one, width - _INDENT)
        indent = Text(" " * _INDENT)
        head = side_by_side([name, field, measured], width)
        if head and cells_of(place.plain) + 1 + cells_of(head[0].plain) <= width:
            head[0] = Text.assemble(place, " ", head[0])
        else:
            head.insert(0, place)
        return [*head, *(indent + line for line in body), Text()]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.lines(options.max_width):
            yield from as_line(line, console)


def _placeless(finding: Finding, width: int) -> list[Text]:
    return [line for one in finding.violations for line in violation_lines(one, width)]


def _print_lines(lines: Iterable[str], stream: LastingStream) -> None:
    for line in lines:
        stream.write(f"{line}\n")


def _print_text(finding: Finding, console: Console) -> None:
    """`file:line: error length: headline 3: 34 of 30 width units (sku-7)`."""
    for one in finding.violations:
        place = f"{safe(finding.source.path)}:{finding.source.line}: "
        named = (f" ({safe(finding.item_id, _ID_CELLS)})", "dim")
        line = Text.assemble(
            (place, "dim"),
            (one.severity.value, SEVERITY_STYLES[one.severity]),
            (f" {one.rule}: ", "cyan"),
            f"{_where(one)}{safe(one.message)}",
            named if finding.item_id else "",
        )
        console.print(line, soft_wrap=True)


def _where(violation: Violation) -> str:
    if violation.field is None:
        return ""
    number = "" if violation.index is None else f" {violation.index + 1}"
    return f"{safe(violation.field)}{number}: "


def annotations(finding: Finding) -> list[str]:
    """Workflow commands of GitHub Actions, one for each violation, that point at the row."""
    lines = []
    for one in finding.violations:
        properties = {
            "file": finding.source.path,
            "line": str(finding.source.line),
            "title": f"{one.rule} ({finding.item_id})" if finding.item_id else one.rule,
        }
        given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        message = _data(f"{_where(one)}{one.message}")
        lines.append(f"::{one.severity.value} {given}::{message}")
    return lines


def _data(text: str) -> str:
    """A message as GitHub's runner reads it back: `%`, CR and LF are escaped."""
    return safe(text.replace("\r\n", "\n")).replace("%", "%25")


def _property(text: str) -> str:
    """A property, which may not hold `:` and `,` either."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def as_json(finding: Finding) -> str:
    """The finding as one line of JSON."""
    return json.dumps(
        {
            "path": finding.source.path,
            "line": finding.source.line,
            "id": finding.item_id,
            "text": finding.text,
            "violations": [
                {
                    "rule": one.rule,
                    "severity": one.severity.value,
                    "message": one.message,
                    "span": one.span,
                    "field": one.field,
                    "index": one.index,
                    "fix": one.fix,
                }
                for one in finding.violations
            ],
        },
        # Escapes keep lone surrogates and control characters out of the stream.
        ensure_ascii=_has_half_a_pair(finding),
    )


def _has_half_a_pair(finding: Finding) -> bool:
    said = [text for one in finding.violations for text in (one.message, one.field or "")]
    texts = (finding.source.path, finding.item_id, finding.text, *said)
    return any("\ud800" <= char <= "\udfff" for text in texts for char in text)


def render_tally(
    tally: Tally,
    openings: Sequence[Opening],
    packs: Sequence[Pack],
    console: Console,
    languages: Sequence[str] = (),
) -> None:
    """Print how many texts are fit, what the others break, and how texts begin most often.

    `languages` is what is to be said of the languages of all, a sentence each.
    """
    width = min(console.width, WIDEST)
    words, style = _headline(tally)
    passed = "every check passed" if not tally.rejected_earlier else "no rule asked for is broken"
    body = _rules(tally, width) if tally.rules else Text(passed, style)
    console.print(panel(body, words, width, style))
    if openings or packs or languages or tally.without_text or tally.rejected_earlier:
        console.print(_closing(tally, openings, packs, languages, width))


def _closing(
    tally: Tally,
    openings: Sequence[Opening],
    packs: Sequence[Pack],
    languages: Sequence[str],
    width: int,
) -> RenderableType:
    table = Table.grid(padding=(0, 1, 0, 2), expand=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(max_width=max(20, width - 14))
    if openings:
        shown = (Text(f"{count(one.count)} × “{safe(one.words, _ID_CELLS)}”") for one in openings)
        table.add_row("Openings", WrappedFacts(shown))
    for sentence in languages:
        table.add_row("Language", Text(safe(sentence), "yellow"))
    if tally.without_text:
        table.add_row("Skipped", f"{counted(tally.without_text, 'row')} without a text")
    if tally.rejected_earlier:
        table.add_row("Rejected", _rejected_earlier(tally))
    for pack in packs:
        note = f"{safe(pack.title)}. {safe(pack.note)} Checked on {pack.checked_on}."
        table.add_row("Pack", Text(note))
    return table


def _rejected_earlier(tally: Tally) -> Text:
    """That a run has judged by more rules than were asked for here, and how to ask for them."""
    rules = ", ".join(
        f"{safe(rule, _ID_CELLS)} ({count(number)})"
        for rule, number in tally.rejected_for.most_common(_RULES_NAMED)
    )
    reasons = f", for {rules}" if rules else ""
    return Text(
        f"{counted(tally.rejected_earlier, 'record')} by the run itself{reasons}. "
        "To look at that again, name its rules: --channel NAME, --checks PROMPT_FILE",
        "yellow",
    )


def _headline(tally: Tally) -> tuple[str, str]:
    fit = tally.texts - tally.with_errors
    if not tally.texts:
        return "no texts", "yellow"
    if tally.with_errors:
        return f"{count(fit)} of {counted(tally.texts, 'text')} fit to publish", "red"
    if tally.rejected_earlier:
        rejected = f"{count(tally.rejected_earlier)} of them rejected by the run itself"
        return f"no error in {counted(tally.texts, 'text')}, {rejected}", "yellow"
    if tally.with_warnings:
        warned = counted(tally.with_warnings, "text")
        return f"{counted(tally.texts, 'text')} fit to publish, {warned} with warnings", "yellow"
    return f"{counted(tally.texts, 'text')} fit to publish", "green"


def _rules(tally: Tally, width: int) -> Table:
    """Rules by how often they are broken, errors first, an example each."""
    ranked = sorted(tally.rules.groups(), key=lambda one: (one.severity, -one.count, one.rule))
    return ranking(map(_rule, ranked), stacked=width < _STACKED)


def _rule(group: RuleGroup) -> tuple[Text, Text, Text]:
    whose = (safe(group.example_id, _ID_CELLS), "cyan")
    example = Text.assemble(whose, "  ", safe(group.message, _EXAMPLE_CELLS))
    style = SEVERITY_STYLES[group.severity]
    return Text(count(group.count), style), Text(group.rule, style), example
