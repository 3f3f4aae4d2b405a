"""`copygen diff`: the flags. The work is in `copygen.jobs.diff`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copygen.cli.options import OUTPUT, Debug, with_flags
from copygen.cli.selection import WHICH, NoPager, SelectionFlags

if TYPE_CHECKING:
    from copygen.jobs.diff import DiffJob

Names = tuple[str, str]


@with_flags(SelectionFlags)
def diff(
    before: Annotated[
        Path, typer.Argument(metavar="BEFORE", help="Earlier results.", show_default=False)
    ],
    after: Annotated[
        Path, typer.Argument(metavar="AFTER", help="Later results.", show_default=False)
    ],
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Only records that are new, gone, regenerated, edited, or whose prompt or verdict "
            "changed, or that were decided; repeat.",
            rich_help_panel=WHICH,
        ),
    ] = None,
    stat: Annotated[
        bool,
        typer.Option("--stat", help="Only the figures, no texts.", rich_help_panel=OUTPUT),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="A line of JSON per record that changed, then one with the figures.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    markdown: Annotated[
        bool,
        typer.Option("--markdown", help="For a pull request.", rich_help_panel=OUTPUT),
    ] = False,
    no_pager: NoPager = False,
    debug: Debug = False,
    *,
    flags: SelectionFlags,
) -> None:
    """Show what changed between two results files.

    By id and field: the texts in force before and after with the words that differ, whether the
    prompt changed and by which column, whether the model wrote another text or a person did, and
    whether the checks came to another verdict; then acceptance, cost and latency side by side.

        copygen diff old.results.jsonl new.results.jsonl
        copygen diff a.results.jsonl b.results.jsonl --stat
        copygen diff main.jsonl branch.jsonl --markdown > comment.md

    Exit codes: 0 the same, 3 different, 2 wrong usage, 8 a file cannot be read.
    """
    from copygen.errors import UsageError
    from copygen.jobs.diff import DiffJob, DiffSpec

    if as_json and markdown:
        raise UsageError("give either --json or --markdown.")
    spec = DiffSpec(before=before, after=after, choice=flags.choice(), changes=tuple(change or ()))
    names = _names(before, after)
    with DiffJob(spec) as job:
        if as_json:
            _write_json(job, stat=stat)
        elif markdown:
            _write_markdown(job, names, stat=stat)
        else:
            _show(job, names, stat=stat, paged=not no_pager)
        raise typer.Exit(job.exit_code)


def _names(before: Path, after: Path) -> Names:
    """The files' names, with their folders where those are what differs."""
    if before.name != after.name:
        return before.name, after.name
    return str(before), str(after)


def _show(job: "DiffJob", names: Names, *, stat: bool, paged: bool) -> None:
    import os

    from copygen.cli.terminal import paged_output
    from copygen.view.diff import ChangeView, render_comparison

    with paged_output(os.environ, wanted=paged and not stat) as console:
        for one in job:
            if not stat:
                console.print(ChangeView(one))
        render_comparison(job.comparison, names, console)


def _write_json(job: "DiffJob", *, stat: bool) -> None:
    import sys

    from copygen.view.console import data_stream
    from copygen.view.diff import change_json, comparison_json

    data = data_stream(sys.stdout)
    for one in job:
        if not stat:
            data.write(f"{change_json(one)}\n")
    data.write(f"{comparison_json(job.comparison)}\n")


def _write_markdown(job: "DiffJob", names: Names, *, stat: bool) -> None:
    """The figures come first, so the rows are held until all records were looked at."""
    import sys

    from copygen.figures import counted
    from copygen.view.console import data_stream
    from copygen.view.diff import markdown_head, markdown_table

    rows, left_out = markdown_table(job)
    if stat:
        rows, left_out = [], 0
    more = f"\nand {counted(left_out, 'more record')}: `copygen diff` shows them all."
    data = data_stream(sys.stdout)
    for line in (*markdown_head(job.comparison, names), *rows, *([more] if left_out else [])):
        data.write(f"{line}\n")
