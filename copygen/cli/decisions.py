"""`copygen decisions`: the flags. The work is in `copygen.jobs.decisions`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen.cli.options import OUTPUT, Debug, with_flags
from copygen.cli.selection import WHICH, SelectionFlags
from copygen.errors import UsageError

DECIDE = "Deciding"


class Decide(StrEnum):
    """What can be decided from a command line."""

    APPROVED = "approved"
    REJECTED = "rejected"
    LOCKED = "locked"
    DRAFT = "draft"


@with_flags(SelectionFlags)
def decisions(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="Results of a run.", show_default=False)
    ],
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Only these records. Default: all.", show_default=False
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only texts of this field, or this one of several: headline, 'headline 2'; "
            "repeat.",
            rich_help_panel=WHICH,
        ),
    ] = None,
    conflicts: Annotated[
        bool,
        typer.Option(
            "--conflicts",
            help="Only texts on which two people decided differently.",
            rich_help_panel=WHICH,
        ),
    ] = False,
    stale: Annotated[
        bool,
        typer.Option(
            "--stale",
            help="Only texts whose item or brief has changed since.",
            rich_help_panel=WHICH,
        ),
    ] = False,
    orphans: Annotated[
        bool,
        typer.Option("--orphans", help="Only decisions whose text is gone.", rich_help_panel=WHICH),
    ] = False,
    set_: Annotated[
        Decide | None,
        typer.Option(
            "--set", help="Decide so on the texts that are meant.", rich_help_panel=DECIDE
        ),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            metavar="WORDS",
            help="Why they are rejected; the model is told when the row is made again.",
            rich_help_panel=DECIDE,
        ),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --set who decides (default: $COPYGEN_REVIEWER, or the login name); else "
            "only what this person decided.",
            rich_help_panel=DECIDE,
        ),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="With --set, say what would be decided.", rich_help_panel=DECIDE
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="A line of JSON per text.", rich_help_panel=OUTPUT),
    ] = False,
    debug: Debug = False,
    *,
    flags: SelectionFlags,
) -> None:
    """List what people decided about texts, or decide from a shell or a script.

    Decisions are a file of their own beside the results, which only grows; of several on a text the
    latest stands. A run never replaces an approved, edited or locked text. Locked texts change only
    where their record is named by its id. copygen help decisions says more.

        copygen decisions ads.jsonl
        copygen decisions ads.jsonl --stale --json
        copygen decisions ads.jsonl --status ok --set approved --by mali
        copygen decisions ads.jsonl scarf --set rejected --reason 'name the silk'

    Exit codes:

        0  listed, or decided
        2  wrong usage; nothing was decided
        3  --conflicts, --stale or --orphans found some; --set left some out
        8  decisions cannot be read or written
    """
    import os
    import sys

    from copygen.cli.terminal import flush_data
    from copygen.jobs.decisions import DecisionsJob, DecisionsSpec
    from copygen.results.decisions import State, reviewer
    from copygen.view.console import data_stream, open_console
    from copygen.view.decisions import render_bad_lines, render_decisions, render_made

    if set_ is None and (reason is not None or dry_run):
        raise UsageError("--reason and --dry-run are for deciding: give --set as well.")
    if reason is not None and set_ is not Decide.REJECTED:
        raise UsageError("--reason says why texts are rejected: give it with --set rejected.")
    spec = DecisionsSpec(
        results=results,
        choice=flags.choice(ids or ()),
        fields=tuple(field or ()),
        by=by if set_ is None else None,
        conflicts=conflicts,
        stale=stale,
        orphans=orphans,
    )
    data, told = data_stream(sys.stdout), open_console(sys.stderr, os.environ)
    with DecisionsJob(spec) as job:
        if set_ is not None:
            who = reviewer(by, os.environ)
            made = job.decide(State(set_.value), by=who, reason=reason, dry_run=dry_run)
            for line in made.as_json() if as_json else ():
                data.write(f"{line}\n")
            render_made(made, State(set_.value), told, dry_run=dry_run)
            flush_data(sys.stdout)
            raise typer.Exit(made.exit_code)
        if as_json:
            from copygen.results.record import dumps

            for one in job:
                data.write(f"{dumps(one.as_json()).decode()}\n")
        else:
            render_decisions(job, open_console(sys.stdout, os.environ))
        if job.bad_lines:
            render_bad_lines(job.bad_lines, told)
        flush_data(sys.stdout)
        raise typer.Exit(job.exit_code)
