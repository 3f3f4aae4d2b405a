"""The screen of `copygen plan`: what a run would send, take and cost."""

from collections.abc import Callable, Iterator, Sequence

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from copygen.figures import count, counted, duration, money, share
from copygen.models import JsonValue, Message, Status
from copygen.planning.report import CostRange, Example, LedgerState, Range, Report
from copygen.view.console import print_words, render_note, safe
from copygen.view.decisions import decided_rows
from copygen.view.layout import WIDEST, Row, WrappedFacts, columns, panel, sections

_COLOUR = "cyan"
_LABEL_CELLS = 10
_TITLE_CELLS = 40
_LINES = 10
_LINE_CELLS = 400
_ROWS = 12


def render_plan(report: Report, console: Console, *, command: str) -> None:
    """Print a plan; `command` is the command line of the run itself, ready to be pasted."""
    width = min(console.width, WIDEST)
    seen: set[Message] = set()
    for example in _different(report.examples):
        console.print(_example(example, width, seen))
    if len(report.models) > 1:
        console.print(panel(_models(report), "by model", width, _COLOUR))
    if report.cells:
        by = f"by {' × '.join(map(safe, report.axes))}"
        console.print(panel(_cells(report), by, width, _COLOUR))
    overview = sections((rows(report) for rows in _SECTIONS), width, _LABEL_CELLS)
    style = "green" if report.to_do else _COLOUR
    console.print(panel(overview, _headline(report), width, style))
    for fault in report.faults:
        print_words(Text.assemble(("error: ", "bold red"), safe(fault)), console)
    if report.faulty > len(report.faults):
        console.print(Text(f"and {count(report.faulty - len(report.faults))} more faulty rows"))
    for note in report.notes:
        render_note(note, console)
    if report.to_do:
        # Not wrapped: a command must survive being copied.
        console.print(Text.assemble(("  Next  ", "dim"), (safe(command), "bold")), soft_wrap=True)


def _headline(report: Report) -> str:
    if not report.prompts:
        return "no prompts"
    if not report.to_do:
        return f"nothing to do: {counted(report.prompts, 'prompt')} done earlier"
    if report.to_do == report.prompts:
        return f"{counted(report.prompts, 'prompt')} to send to {safe(report.provider)}"
    whole = f"{count(report.to_do)} of {counted(report.prompts, 'prompt')}"
    return f"{whole} to send to {safe(report.provider)}"


def _different(examples: tuple[Example, ...]) -> Iterator[Example]:
    """Each prompt once: of few, the first may be the longest as well."""
    shown: set[str] = set()
    for example in examples:
        if example.id not in shown:
            shown.add(example.id)
            yield example


def _example(example: Example, width: int, seen: set[Message]) -> Panel:
    title = f"{example.which} prompt: {safe(example.id, _TITLE_CELLS)}"
    body = Text("\n").join(_message_lines(example, seen))
    size = f"{counted(example.characters, 'character')}, about {count(example.tokens)} tokens"
    origin = Text(f"{size} · {safe(example.source, _TITLE_CELLS)}", "dim")
    return panel(body, title, width, _COLOUR, subtitle=origin)


def _message_lines(example: Example, seen: set[Message]) -> list[Text]:
    """The messages; those that an example before has shown are not repeated."""
    lines: list[Text] = []
    alone = len(example.messages) == 1
    for message in example.messages:
        texts = _text(message.content).strip("\n").split("\n")
        shown = [Text(safe(line, _LINE_CELLS)) for line in texts[:_LINES]]
        if len(texts) > _LINES:
            shown.append(Text(f"… {counted(len(texts) - _LINES, 'more line')}", "dim"))
        if not alone and (known := _known(message, seen)) is not None:
            shown = [known]
        if not alone or message.role != "user":
            shown[0] = Text.assemble((f"{safe(message.role, 20)}  ", "magenta"), shown[0])
        lines += shown
    return lines


def _known(message: Message, seen: set[Message]) -> Text | None:
    if not isinstance(message.content, str):
        return None
    if message in seen:
        return Text("as above", "dim")
    seen.add(message)
    return None


def _text(content: JsonValue) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", f"[{part.get('type', 'part')}]")) for part in content)


def _models(report: Report) -> Table:
    table = columns(("model", "to do", "tokens in", "tokens out", "cost"), wrapped=True)
    for plan in report.models[:_ROWS]:
        table.add_row(
            Text(safe(plan.model, _TITLE_CELLS)),
            Text(_of(plan.to_do, plan.prompts)),
            Text(between(plan.input_tokens)),
            Text(between(plan.output_tokens)),
            Text(money_between(plan.cost)) if plan.cost else Text("unknown", "yellow"),
        )
    return _with_rest(table, len(report.models))


def _cells(report: Report) -> Table:
    table = columns(("cell", "to do"), wrapped=True)
    for cell in report.cells[:_ROWS]:
        label = Text(safe(cell.label, _TITLE_CELLS))
        table.add_row(label, Text(_of(cell.to_do, cell.prompts)))
    return _with_rest(table, len(report.cells))


def _of(to_do: int, prompts: int) -> str:
    return count(prompts) if to_do == prompts else f"{count(to_do)} of {count(prompts)}"


def _with_rest(table: Table, rows: int) -> Table:
    if rows > _ROWS:
        table.add_row(Text(f"and {count(rows - _ROWS)} more", "dim"))
    return table


_NAMES = 8
_NAME_CELLS = 30
_WAY_CELLS = 140
"""Of what is typed into a template: a name of 60 cells both ways."""
_NOTE_CELLS = 120
_STYLES = {Status.OK: "green", Status.REJECTED: "yellow", Status.FAILED: "red"}
_LIMITS = {
    "rpm": "the requests-per-minute limit decides",
    "tpm": "the tokens-per-minute limit decides",
}


def _prompts(report: Report) -> list[Row]:
    facts = [Text(count(report.prompts), "bold")]
    if report.cells:
        facts.append(Text(counted(len(report.cells), "matrix cell")))
    if report.variants > 1:
        facts.append(Text(f"{count(report.variants)} variants of each"))
    if len(report.models) == 1:
        facts.append(Text(safe(report.models[0].model, _NAME_CELLS)))
    elif report.models:
        facts.append(Text(counted(len(report.models), "model")))
    if report.faulty:
        facts.append(Text(f"{counted(report.faulty, 'row')} faulty", "red"))
    return [("Prompts", WrappedFacts(facts)), *_columns(report)]


def _columns(report: Report) -> list[Row]:
    rows: list[Row] = []
    if report.columns.used:
        rows.append(("Columns", WrappedFacts(_names(report.columns.used, ""))))
    if report.columns.unused:
        rows.append(("Not used", WrappedFacts(_names(report.columns.unused, "yellow"))))
    if report.written:
        ways = [*report.written.values()]
        rows.append(("Written", WrappedFacts(_names(ways, "", _WAY_CELLS))))
    return rows


def _names(names: Sequence[str], style: str, cells: int = _NAME_CELLS) -> list[Text]:
    shown = [Text(safe(name, cells), style) for name in names[:_NAMES]]
    if len(names) > _NAMES:
        shown.append(Text(f"{count(len(names) - _NAMES)} more", "dim"))
    return shown


def _ledger(report: Report) -> list[Row]:
    ledger = report.ledger
    if ledger.path is None or not ledger.records:
        return []
    path = Text(safe(ledger.path), overflow="fold")
    rows: list[Row] = [("Results", path), ("", WrappedFacts(_settled(ledger)))]
    if ledger.changed:
        changes = [Text(f"{count(number)} {_change(what)}") for what, number in _few(ledger)]
        changes[0] = Text.assemble((f"{count(ledger.changed)} changed", "yellow"), ": ", changes[0])
        rows.append(("", WrappedFacts(changes)))
    if ledger.gone:
        ids = ", ".join(safe(id_, _NAME_CELLS) for id_ in ledger.gone_ids)
        more = ", …" if ledger.gone > len(ledger.gone_ids) else ""
        words = f"{counted(ledger.gone, 'record')} of prompts that are gone: {ids}{more}"
        rows.append(("", Text(words, "dim")))
    return rows


def _decided(report: Report) -> list[Row]:
    return decided_rows(report.decided)


def _settled(ledger: LedgerState) -> list[Text]:
    facts = [
        Text.assemble((count(number), f"bold {_STYLES.get(status, '')}"), f" {status.value}")
        for status, number in sorted(ledger.done.items(), key=lambda one: -one[1])
    ]
    if ledger.again:
        facts.append(Text(f"{count(ledger.again)} to be asked again", "yellow"))
    if ledger.new:
        facts.append(Text(f"{count(ledger.new)} new"))
    return facts or [Text("none of these prompts")]


def _few(ledger: LedgerState) -> list[tuple[str, int]]:
    return list(ledger.changes.items())[:_NAMES]


def _change(what: str) -> str:
    kind, colon, name = what.partition(":")
    if colon:
        return safe(name, _NAME_CELLS)
    return "wording or parameters" if kind == "wording" else kind


def _tokens(report: Report) -> list[Row]:
    if not report.to_do:
        return []
    sent, received = report.input_tokens, report.output_tokens
    asked = [_likely(sent.likely, between(sent))]
    whole = sum(report.scripts.values())
    for script, tokens in list(report.scripts.items())[:_NAMES]:
        if len(report.scripts) > 1 and tokens:
            asked.append(Text(f"{script} {share(tokens, whole)}", "dim"))
    answered = [_likely(received.likely, between(received))]
    learned = sum(plan.learned_from for plan in report.models)
    if learned:
        answered.append(Text(f"from {counted(learned, 'text')}{_where(report)}", "dim"))
    return [
        ("Tokens in", WrappedFacts(asked)),
        ("Tokens out", WrappedFacts(answered)),
        *_money(report),
    ]


def _where(report: Report) -> str:
    return " of the sample" if report.sampled else " made earlier"


def _likely(likely: float | None, bounds: str) -> Text:
    if likely is None or about(likely) == bounds:
        return Text(bounds)
    return Text.assemble((f"about {about(likely)}", "bold"), (f" ({bounds})", "dim"))


def _money(report: Report) -> list[Row]:
    cost = report.cost
    if cost is None:
        return [("Cost", Text("unknown", "yellow"))]
    bound = "at least " if report.unpriced else ""
    facts = [Text.assemble(bound, (money_between(cost), "bold green"))]
    if cost.likely_usd is not None:
        likely = Text.assemble("about ", (money(cost.likely_usd), "bold green"))
        facts = [Text.assemble(bound, likely, (f" ({money_between(cost)})", "dim"))]
    if cost.worst_usd is not None and cost.worst_usd != cost.high_usd:
        facts.append(Text(f"at most {money(cost.worst_usd)} with every retry", "dim"))
    if report.cost_per_accepted_usd is not None:
        facts.append(Text(f"{money(report.cost_per_accepted_usd)} per accepted text"))
    if report.unpriced:
        facts.append(Text(f"{counted(report.unpriced, 'prompt')} unpriced", "yellow"))
    notes = dict.fromkeys(plan.cost_note for plan in report.models if plan.cost and plan.cost_note)
    facts += [Text(safe(note, _NOTE_CELLS), "dim") for note in notes if note]
    rows: list[Row] = [("Cost", WrappedFacts(facts))]
    if report.accepted_share is not None:
        style = "green" if report.accepted_share == 1 else "yellow"
        figure = Text(share(report.accepted_share, 1), style)
        rows.append(("Accepted", Text.assemble(figure, (f" of the texts{_where(report)}", "dim"))))
    return rows


def _time(report: Report) -> list[Row]:
    if not report.to_do:
        return []
    time = report.duration
    if time.low_s is None:
        return [("Time", Text("unknown until there are texts to learn from", "dim"))]
    low = duration(time.low_s)
    if time.high_s is None:
        words = f"{low} or more"
    else:
        high = duration(time.high_s)
        words = low if low == high else f"{low} to {high}"
    facts = [Text(words, "bold")]
    if time.limited_by in _LIMITS:
        facts.append(Text(_LIMITS[time.limited_by], "dim"))
    elif latencies := [plan.latency_ms for plan in report.models if plan.latency_ms is not None]:
        mean_s = sum(latencies) / len(latencies) / 1000
        facts.append(Text(f"{mean_s:.2g} s each", "dim"))
    return [("Time", WrappedFacts(facts))]


_SECTIONS: Sequence[Callable[[Report], list[Row]]] = (_prompts, _ledger, _decided, _tokens, _time)
"""Top to bottom; a section without rows is left out."""


_DIGITS = 3


def about(number: float) -> str:
    """`123456` → `123,000`: as many digits as an estimate has."""
    whole = round(number)
    unit = 10 ** max(0, len(str(abs(whole))) - _DIGITS)
    return f"{round(whole / unit) * unit:,}"


def between(figure: Range) -> str:
    """`9,000–15,000`; `up to 5,000` from nothing, `unknown` without a bound."""
    if figure.high is None:
        return "unknown" if not figure.low else f"{about(figure.low)} or more"
    low, high = about(figure.low), about(figure.high)
    if low == high:
        return low
    return f"{low}–{high}" if figure.low else f"up to {high}"


def money_between(cost: CostRange) -> str:
    """`$0.01–$0.03`; `$0.01 or more` without a bound."""
    low = money(cost.low_usd)
    if cost.high_usd is None:
        return f"{low} or more"
    high = money(cost.high_usd)
    return low if low == high else f"{low}–{high}"
