"""`copygen show`: the flags. The work is in `copygen.jobs.show`."""

from pathlib import Path
from typing import Annotated

import typer

from copygen.cli.options import OUTPUT, Debug, with_flags
from copygen.cli.selection import NoPager, SelectionFlags


@with_flags(SelectionFlags)
def show(
    results: Annotated[
        Path, typer.Argument(metavar="RESULTS", help="Results of a run.", show_default=False)
    ],
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...",
            help="Records, or all of an item: scarf/Thai, scarf. Default: all there are.",
            show_default=False,
        ),
    ] = None,
    prompt: Annotated[
        bool,
        typer.Option(
            "--prompt", help="With what the model was asked, too.", rich_help_panel=OUTPUT
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="A line of JSON per record.", rich_help_panel=OUTPUT),
    ] = False,
    no_pager: NoPager = False,
    debug: Debug = False,
    *,
    flags: SelectionFlags,
) -> None:
    """Show the texts of a results file as people read them.

    Each text with its length against its limit, what is wrong with it at its place, and what was
    decided about it; then model, cost, time and the row that it was written from. Sends nothing,
    changes nothing.

        copygen show products.results.jsonl
        copygen show products.results.jsonl scarf/Thai
        copygen show products.results.jsonl --status rejected --rule length
        copygen show products.results.jsonl --where 'language == "th"' --sample 5
    """
    import os
    import sys

    from copygen.cli.terminal import paged_output
    from copygen.jobs.show import ShowJob
    from copygen.view.console import data_stream, open_console
    from copygen.view.show import RecordView, record_json, render_end

    with ShowJob(results, flags.choice(ids or ()), with_prompts=prompt) as job:
        if as_json:
            data = data_stream(sys.stdout)
            for shown in job:
                data.write(f"{record_json(shown)}\n")
                if data.is_lost:
                    return
            return
        with paged_output(os.environ, wanted=not no_pager) as console:
            for shown in job:
                console.print(RecordView(shown))
                if getattr(console.file, "is_lost", False):
                    return
        render_end(job, open_console(sys.stderr, os.environ))
