"""What `copygen export` shows: what went out, what stayed and why, the list of formats."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copygen.delivery import formats
from copygen.delivery.export import ExportTally
from copygen.delivery.formats.format import FormatSpec, Problem
from copygen.figures import count, counted
from copygen.jobs.export import Exported
from copygen.models import Severity
from copygen.view.console import print_words, render_note, render_warning, safe

_SHOWN: Final = 5
"""Sentences of one rule that are told."""
_NAMED: Final = 3
"""Places named with a sentence."""


def render_exported(exported: Exported, console: Console, *, quiet: bool) -> None:
    """A line for what went out, and one for everything that did not, or is wrong."""
    tally = exported.tally
    if not quiet:
        print_words(_headline(exported), console)
        for path in exported.beside:
            print_words(Text(f"  with {safe(path)}", style="dim"), console)
    for line in _left_out(tally):
        render_warning(line, console)
    for line in _problems(tally.problems):
        render_warning(line, console)
    if tally.orphans:
        told = counted(tally.orphans, "id was", "ids were")
        render_warning(f"{told} decided about and have no record any more.", console)
    if tally.unreadable:
        told = counted(tally.unreadable, "line of the results or decisions is", "lines are")
        render_warning(f"{told} not readable, and not in it.", console)
    if tally.rows_without_text:
        told = counted(tally.rows_without_text, "row of the table has", "rows of the table have")
        render_warning(f"{told} no text that went out, and are not in it.", console)
    for path in exported.outdated:
        render_warning(f"{path} is of an earlier export; delete it, or use --provenance.", console)
    if tally.marks:
        told = ", ".join(f"{count(number)} {kind}" for kind, number in tally.marks.items())
        render_note(f"invisible characters in texts that went out: {told}; left as they are.",
                    console)  # fmt: skip
    if not quiet and exported.out is not None:
        for one in exported.spec.notes:
            render_note(one, console)


def _headline(exported: Exported) -> Text:
    tally, spec = exported.tally, exported.spec
    what = f"{counted(tally.texts, 'text')} of {counted(tally.records, 'record')}"
    by_hand = f", {count(tally.edited)} of them edited by hand" if tally.edited else ""
    people = f" ({count(tally.approved)} approved{by_hand})" if tally.approved else ""
    verb = "would go out" if exported.out is None else f"→ {safe(exported.out)}"
    unsure = "" if spec.verified else ", not verified"
    known = f"{spec.title}, rules of {spec.checked}{unsure}"
    return Text(f"{what}{people} {verb} as {known}")


def _left_out(tally: ExportTally) -> Iterator[str]:
    for reason, number in tally.reasons.items():
        ids = [one for one in tally.left_out if one.reason == reason][:_NAMED]
        named = ", ".join(f"{one.id} {one.field}" if one.field else one.id for one in ids)
        more = ", ..." if number > _NAMED else ""
        whole = sum(1 for one in tally.left_out if one.reason == reason and one.field is None)
        parts = [counted(whole, "record")] if whole else []
        parts += [counted(number - whole, "text")] if number > whole else []
        yield f"left out, {reason}: {' and '.join(parts)} ({named}{more})"


def _problems(problems: Iterable[Problem]) -> Iterator[str]:
    """A line for each thing that is said, with the places that it is said of."""
    by_rule: dict[tuple[str, Severity], dict[str, list[Problem]]] = {}
    for one in problems:
        said = by_rule.setdefault((one.rule, one.severity), {})
        said.setdefault(one.message, []).append(one)
    for (rule, severity), said in by_rule.items():
        grave = "not taken: " if severity is Severity.ERROR else ""
        for message, found in islice(said.items(), _SHOWN):
            named = (f"{one.id} {one.field}" if one.field else one.id for one in found[:_NAMED])
            more = f" and {count(len(found) - _NAMED)} more" if len(found) > _NAMED else ""
            yield f"{grave}{', '.join(named)}{more}: {message} ({rule})"
        left = sum(map(len, islice(said.values(), _SHOWN, None)))
        if left:
            yield f"{grave}{count(left)} more like that, in the manifest ({rule})"


def render_formats(console: Console) -> None:
    """The table of all formats."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for wraps in (False, False, False, True):
        table.add_column(no_wrap=not wraps, overflow="fold")
    table.add_row(*(Text(name, "dim") for name in ("format", "files", "rules of", "for")))
    for spec in formats.all_specs():
        name, title, ends, checked, state = row_of(spec)
        unsure = "" if spec.verified else f" ({state})"
        table.add_row(*map(Text, (name, ends, checked, title + unsure)))
    console.print(table)
    console.print(Text("copygen help export has their notes and traps."), soft_wrap=True)


def row_of(spec: FormatSpec) -> tuple[str, str, str, str, str]:
    """Name, title, how files end, date and state of a format."""
    ends = " ".join(spec.extensions) or "a folder"
    state = "verified" if spec.verified else "not verified"
    return spec.name, spec.title, ends, str(spec.checked), state


def formats_markdown() -> str:
    """The table of all formats, as the manual has it."""
    lines = ["| format | for | files | |", "|---|---|---|---|"]
    for spec in formats.all_specs():
        name, title, ends, _, state = row_of(spec)
        lines.append(f"| `{name}` | {title} | {ends} | {state} |")
    return "\n".join(lines) + "\n"


def _reserved_markdown(spec: FormatSpec) -> Iterator[str]:
    """A sentence for each reason why words are reserved there."""
    words: dict[str, list[str]] = {}
    for word, why in spec.reserved.items():
        words.setdefault(why, []).append(f"`{word}`")
    for why, found in words.items():
        if spec.columns:
            yield f"A text {' or '.join(found)} stays out: it {why}."
        else:
            yield f"A name that {why} gets a `_` behind it: {', '.join(found)}."


def notes_markdown() -> str:
    """What to know of each format before uploading, from its data."""
    lines = []
    for spec in formats.all_specs():
        told = [*spec.notes]
        if spec.variants:
            told.append(f"`--variant`: {', '.join(spec.variants)}.")
        told += _reserved_markdown(spec)
        if told:
            lines.append(f"- `{spec.name}`. {' '.join(told)}")
    return "\n".join(lines) + "\n"
