"""What the plan's overview says, row by row. Words and colours; the layout is in `plan`."""

from collections.abc import Callable, Sequence

from rich.text import Text

from copygen.figures import count, counted, duration, money, share
from copygen.models import Status
from copygen.planning.report import LedgerState, Report
from copygen.view.estimates import about, between, money_between
from copygen.view.facts import Row
from copygen.view.flow import Flow
from copygen.view.safe import safe

_NAMES = 8
_NAME_CELLS = 30
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
    return [("Prompts", Flow(facts)), *_columns(report)]


def _columns(report: Report) -> list[Row]:
    rows: list[Row] = []
    if report.columns.used:
        rows.append(("ColumnUse", Flow(_names(report.columns.used, ""))))
    if report.columns.unused:
        rows.append(("Not used", Flow(_names(report.columns.unused, "yellow"))))
    return rows


def _names(names: Sequence[str], style: str) -> list[Text]:
    shown = [Text(safe(name, _NAME_CELLS), style) for name in names[:_NAMES]]
    if len(names) > _NAMES:
        shown.append(Text(f"{count(len(names) - _NAMES)} more", "dim"))
    return shown


def _ledger(report: Report) -> list[Row]:
    ledger = report.ledger
    if ledger.path is None or not ledger.records:
        return []
    path = Text(safe(ledger.path), overflow="fold")
    rows: list[Row] = [("Results", path), ("", Flow(_standing(ledger)))]
    if ledger.changed:
        changes = [Text(f"{count(number)} {_change(what)}") for what, number in _few(ledger)]
        changes[0] = Text.assemble((f"{count(ledger.changed)} changed", "yellow"), ": ", changes[0])
        rows.append(("", Flow(changes)))
    if ledger.gone:
        ids = ", ".join(safe(id_, _NAME_CELLS) for id_ in ledger.gone_ids)
        more = ", …" if ledger.gone > len(ledger.gone_ids) else ""
        words = f"{counted(ledger.gone, 'record')} of prompts that are gone: {ids}{more}"
        rows.append(("", Text(words, "dim")))
    return rows


def _standing(ledger: LedgerState) -> list[Text]:
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
    return [("Tokens in", Flow(asked)), ("Tokens out", Flow(answered)), *_money(report)]


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
    rows: list[Row] = [("Cost", Flow(facts))]
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
    return [("Time", Flow(facts))]


SECTIONS: Sequence[Callable[[Report], list[Row]]] = (_prompts, _ledger, _tokens, _time)
"""Top to bottom; a section without rows is left out."""
