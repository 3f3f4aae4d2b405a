"""What people decided about texts, drawn: in the summary of a run, in a plan, as a list."""

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from copygen.figures import count, counted
from copygen.jobs.decisions import DecidedText, DecisionsJob, DecisionsMade, DecisionTally
from copygen.results.decisions import State
from copygen.results.summary import DecidedTexts
from copygen.view.console import render_note, render_warning, safe
from copygen.view.layout import Row, WrappedFacts, joined

_CHANGES_SHOWN = 4
_CHANGE_CELLS = 40
_ROWS = 1000
_ID_CELLS = 40
_NAME_CELLS = 20
_REASON_CELLS = 200
_TEXT_CELLS = 400
_SIDE_BY_SIDE = 90
"""From so many columns on a decision is one row of a table; below it is two lines or three."""
STATE_STYLES = {
    State.DRAFT: "dim",
    State.APPROVED: "green",
    State.EDITED: "cyan",
    State.REJECTED: "red",
    State.LOCKED: "blue",
    State.STALE: "yellow",
    State.ORPHAN: "yellow",
}
_OF = {
    "the brief": "of an earlier template",
    "the model": "of another model",
    "the row is faulty": "of a row that is faulty now",
}


def decided_rows(decided: DecidedTexts | None) -> list[Row]:
    """What a run leaves and makes again because of what people decided."""
    if decided is None:
        return []
    facts = []
    if decided.left:
        words = Text(f"{counted(decided.left, 'text')} left that people decided on")
        if decided.stale:
            words.append(": ").append(_stale(decided), "yellow")
        facts.append(words)
    if decided.revised:
        facts.append(Text(f"{count(decided.revised)} with what a reviewer said"))
    if decided.waiting:
        waiting = f"{count(decided.waiting)} rejected by people: --retry rejected makes them again"
        facts.append(Text(waiting, "yellow"))
    return [("Decided", WrappedFacts(facts))] if facts else []


def _stale(decided: DecidedTexts) -> str:
    shown = [*decided.stale.items()][:_CHANGES_SHOWN]
    words = [f"{count(number)} {_of(change)} (stale)" for change, number in shown]
    if (more := sum(decided.stale.values()) - sum(number for _, number in shown)) > 0:
        words.append(f"{count(more)} stale for other reasons")
    return ", ".join(words)


def _of(change: str) -> str:
    return _OF.get(change) or f"of an earlier {safe(change, _CHANGE_CELLS)}"


def render_decisions(job: DecisionsJob, console: Console) -> None:
    """Print what was decided: counts, then each text, `_ROWS` of them at most."""
    rows = iter(job)
    shown = list(islice(rows, _ROWS))
    deque(rows, maxlen=0)  # to the end, for the counts
    console.print(_counts(job.tally))
    if not shown:
        return
    console.print()
    if console.width >= _SIDE_BY_SIDE:
        console.print(_table(shown))
    else:
        for one in shown:
            console.print(_stacked(one))
    if (more := job.tally.texts - len(shown)) > 0:
        console.print(Text(f"and {count(more)} more: --json lists them all", "dim"))


def _counts(tally: DecisionTally) -> Text:
    if not tally.texts:
        return Text("there are no such decisions")
    facts = [Text(f"{counted(tally.texts, 'text')} decided", "bold")]
    facts += [
        Text.assemble((count(tally.states[state]), STATE_STYLES[state]), f" {state.value}")
        for state in State
        if tally.states[state]
    ]
    if tally.conflicts:
        facts.append(Text(counted(tally.conflicts, "conflict"), "bold red"))
    return joined(facts, " · ")


def _table(rows: Sequence[DecidedText]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _, ratio in _COLUMNS:
        table.add_column(ratio=ratio, overflow="fold", no_wrap=not ratio)
    table.add_row(*(Text(name, "dim") for name, _ in _COLUMNS))
    for one in rows:
        last = one.standing.last
        table.add_row(
            Text(safe(one.id, _ID_CELLS), "cyan"),
            Text(safe(one.place.label, _NAME_CELLS)),
            _state(one),
            Text(safe(last.by, _NAME_CELLS)),
            Text(f"{last.at:%Y-%m-%d %H:%M}", "dim"),
            Text("\n").join(_reasons(one)),
            Text(safe(one.words, _TEXT_CELLS)),
        )
    return table


_COLUMNS = (
    *(("id", 0), ("text of", 0), ("state", 0), ("by", 0), ("when (UTC)", 0)),
    *(("reason", 2), ("text", 3)),
)


def _stacked(one: DecidedText) -> RenderableType:
    last = one.standing.last
    head = Text.assemble((safe(one.id, _ID_CELLS), "cyan"), f"  {safe(one.place.label)}  ")
    head.append(_state(one))
    head.append(f"  {safe(last.by, _NAME_CELLS)}  {last.at:%Y-%m-%d %H:%M}", "dim")
    lines = [head, *_reasons(one), Text(safe(one.words, _TEXT_CELLS))]
    return Text("\n  ").join(lines)


def _state(one: DecidedText) -> Text:
    """A stale text with what was decided on it, and so one that is gone."""
    found = Text(one.state.value, STATE_STYLES[one.state])
    if one.state in (State.STALE, State.ORPHAN):
        found.append(f" ({one.standing.last.state.value})", "dim")
    return found


def _reasons(one: DecidedText) -> Iterator[Text]:
    stale = one.text.stale if one.text else None
    if stale is not None:
        yield Text(f"changed: {safe(stale, _REASON_CELLS)}", "yellow")
    if one.standing.last.reason:
        yield Text(safe(one.standing.last.reason, _REASON_CELLS))
    for conflict in one.conflicts:
        word = conflict.earlier
        yield Text(f"{safe(word.by, _NAME_CELLS) or 'somebody'}: {word.state.value}", "bold red")


def render_made(made: DecisionsMade, state: State, console: Console, *, dry_run: bool) -> None:
    """Print what was decided, and what was left out."""
    words = "would be " if dry_run else ""
    done = counted(len(made.decisions), "text")
    already = f"; {count(made.already)} were already" if made.already else ""
    console.print(Text(f"{done} {words}{_DONE[state]}{already}"))
    if made.locked:
        locked = counted(made.locked, "locked text")
        render_note(f"{locked} left: name the record's id to change one.", console)
    if made.textless:
        render_note(f"{counted(made.textless, 'record')} without a text left out.", console)
    if made.unknown:
        shown = ", ".join(safe(one, _ID_CELLS) for one in made.unknown[:_CHANGES_SHOWN])
        more = len(made.unknown) - _CHANGES_SHOWN
        rest = f" and {count(more)} more" if more > 0 else ""
        render_warning(f"there is no record {shown}{rest}.", console)


_DONE = {
    State.APPROVED: "approved",
    State.REJECTED: "rejected",
    State.LOCKED: "locked",
    State.DRAFT: "made drafts again",
}


def render_bad_lines(number: int, console: Console) -> None:
    """Say that lines of the file count for nothing."""
    lines = counted(number, "line")
    render_note(f"{lines} of the decisions cannot be read and count for nothing.", console)
