"""`copygen import`: the flags. The work is in `copygen.jobs.imports`."""

from pathlib import Path
from typing import Annotated

import typer

from copygen.cli.options import Debug, Reviewer


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A review sheet (.xlsx, .ods, .csv) or a translation (.po, .xliff) as people "
            "returned it, or the decisions of a report's page (.jsonl).",
            show_default=False,
        ),
    ],
    results: Annotated[
        Path,
        typer.Argument(
            metavar="RESULTS", help="The results that it was made of.", show_default=False
        ),
    ],
    by: Reviewer = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would be taken.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="All of it as one JSON object, on standard output.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")] = False,
    debug: Debug = False,
) -> None:
    """Take what people changed in a review sheet into the decisions.

    A text that was changed becomes an edit, a decision that was chosen is taken, and a cell that
    was left alone says nothing, whatever became of its text meanwhile. Rows are found by their
    marks, so they may have been sorted, moved or deleted. What cannot be told is refused with its
    row; nothing is guessed. The exit code is 3 when there is something to look at.

        copygen export ads.results.jsonl -o review.xlsx
        copygen import review.xlsx ads.results.jsonl --dry-run
        copygen import review.xlsx ads.results.jsonl --by mali
    """
    import os
    import sys

    from copygen.cli.terminal import flush_data
    from copygen.jobs.imports import ImportJob, ImportSpec
    from copygen.view.console import data_stream, open_console
    from copygen.view.imports import as_json as json_of
    from copygen.view.imports import render_imported

    spec = ImportSpec(file=file, results=results, by=by, dry_run=dry_run)
    imported = ImportJob(spec).run()
    if as_json:
        data_stream(sys.stdout).write(f"{json_of(imported)}\n")
        flush_data(sys.stdout)
    else:
        render_imported(imported, str(file), open_console(sys.stderr, os.environ), quiet=quiet)
    raise typer.Exit(imported.exit_code)
