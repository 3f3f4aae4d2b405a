"""What `copygen import` shows: what was taken, what was not and why, row by row."""

from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.text import Text

from copygen.delivery.merge import Concern, Merged, Told
from copygen.figures import count, counted
from copygen.jobs.imports import Imported
from copygen.results.decisions import State
from copygen.results.record import dumps
from copygen.view.console import print_words, render_note, safe
from copygen.view.decisions import STATE_STYLES

_SHOWN: Final = 12
"""Rows of a kind that are told one by one."""
_MESSAGE_CELLS: Final = 200
_ID_CELLS: Final = 60
_STATES: Final = (State.EDITED, State.APPROVED, State.LOCKED, State.REJECTED, State.DRAFT)
_WORDS: Final = {State.DRAFT: "taken back"}
_HEADINGS: Final = {
    Concern.REFUSED: ("not taken", "bold red"),
    Concern.UNKNOWN: ("of no text here", "bold yellow"),
    Concern.CONFLICT: ("decided meanwhile", "bold yellow"),
    Concern.UNFIT: ("taken, and breaks a rule", "bold yellow"),
    Concern.NOTE: ("note", "bold"),
}


def render_imported(imported: Imported, file: str, console: Console, *, quiet: bool) -> None:
    """What came of it in a line, then what a person should look at."""
    merged = imported.merged
    if not quiet:
        print_words(_headline(imported, file), console)
        if rest := ", ".join(_rest(merged)):
            print_words(Text(f"  {rest}", style="dim"), console)
    for kind, (heading, style) in _HEADINGS.items():
        told = [one for one in merged.told if one.kind is kind]
        if quiet and kind is Concern.NOTE:
            continue
        for one in told[:_SHOWN]:
            print_words(Text.assemble((f"{heading}: ", style), _line(one)), console)
        if len(told) > _SHOWN:
            more = f"and {count(len(told) - _SHOWN)} more; --json has them all"
            print_words(Text.assemble((f"{heading}: ", style), more), console)
    if not (quiet or imported.is_written or not merged.decisions):
        render_note("nothing was written; leave --dry-run out to take it.", console)


def _headline(imported: Imported, file: str) -> Text:
    merged = imported.merged
    parts = [
        Text(f"{count(number)} {_WORDS.get(state, state.value)}", STATE_STYLES[state])
        for state in _STATES
        if (number := merged.by_state[state])
    ]
    what = Text(", ").join(parts) if parts else Text("nothing new")
    verb = "from" if imported.is_written else "would be taken from"
    where = f" → {safe(str(imported.log))}" if imported.is_written and parts else ""
    return Text.assemble(what, f" {verb} {safe(file)}{where}")


def _rest(merged: Merged) -> Iterator[str]:
    yield f"{counted(merged.texts, 'text')} came back"
    if merged.untouched:
        yield f"{count(merged.untouched)} as they were"
    if merged.already:
        yield f"{count(merged.already)} decided so already"
    if merged.not_returned:
        yield f"{count(merged.not_returned)} not in it any more: not reviewed"


def _line(one: Told) -> str:
    about = " ".join(filter(None, [safe(one.id, _ID_CELLS), safe(one.place, _ID_CELLS)]))
    place = ": ".join(filter(None, [safe(one.row), about]))
    return f"{place}: {safe(one.message, _MESSAGE_CELLS)}" if place else safe(one.message)


def as_json(imported: Imported) -> str:
    """The same for programs."""
    merged = imported.merged
    return dumps(
        {
            "written": imported.is_written,
            "decisions": {state.value: merged.by_state[state] for state in _STATES},
            "texts": merged.texts,
            "untouched": merged.untouched,
            "already": merged.already,
            "not_returned": merged.not_returned,
            "told": [
                {
                    "kind": one.kind.value,
                    "row": one.row,
                    "id": one.id,
                    "text": one.place,
                    "message": one.message,
                }
                for one in merged.told
            ],
        }
    ).decode()
