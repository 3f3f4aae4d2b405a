"""`copygen review` and `copygen report`: the same page, served here or as one file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from copygen import system
from copygen.cli.options import Reviewer, with_flags
from copygen.cli.selection import SelectionFlags
from copygen.errors import UsageError

if TYPE_CHECKING:
    from copygen.jobs.review import ReviewJob, ReviewSpec

RESULTS = "Results of a run."
BESIDE = "Another results file, shown side by side: by another model, or of an earlier run."


@with_flags(SelectionFlags)
def review(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=RESULTS, show_default=False)],
    other: Annotated[
        Path | None, typer.Argument(metavar="OTHER", help=BESIDE, show_default=False)
    ] = None,
    by: Reviewer = None,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="N", help="Port. Default: a free one.", show_default=False
        ),
    ] = 0,
    no_open: Annotated[bool, typer.Option("--no-open", help="Only print the address.")] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="To look at: nothing can be decided.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    *,
    flags: SelectionFlags,
) -> None:
    """Read, edit, approve and reject texts on a page in your browser.

    The page is served on this machine only, to whoever has the address, which is printed; no other
    host is contacted. Decisions are kept in RESULTS.decisions.jsonl the moment the page says
    "saved"; a later run leaves approved, edited and locked texts alone. Keys: press ? on the page.
    Ctrl-C ends it.

        copygen review prompts.results.jsonl
        copygen review prompts.results.jsonl --status rejected --by mali
        copygen review new.results.jsonl old.results.jsonl
    """
    from copygen.jobs.review import ReviewJob

    _serve(
        ReviewJob(_spec(results, other, by, flags, read_only=read_only)), port, opens=not no_open
    )


@with_flags(SelectionFlags)
def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help=RESULTS, show_default=False)],
    other: Annotated[
        Path | None, typer.Argument(metavar="OTHER", help=BESIDE, show_default=False)
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="The file. Default: RESULTS with .html in place of .jsonl.",
            show_default=False,
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    *,
    flags: SelectionFlags,
) -> None:
    """Write the page of copygen review as one HTML file, for somebody without copygen.

    It has charts of cost, latency, lengths and acceptance, needs no network, and contacts nobody.
    What is decided in it stays in the browser until it is downloaded as a file, which
    copygen import reads.

        copygen report prompts.results.jsonl -o report.html
        copygen report prompts.results.jsonl --status rejected --sample 500
        copygen import prompts.results.decisions.jsonl prompts.results.jsonl
    """
    import os
    import sys

    from copygen.cli.terminal import say
    from copygen.jobs.review import make_report
    from copygen.view.console import open_console, render_note

    out = output or results.with_suffix(".html")
    if str(out) == "-":
        raise UsageError("the report goes into a file: name one, as -o report.html.")
    made = make_report(_spec(results, other, None, flags), out)
    say(f"{made.records:,} records in {made.path} ({made.size / 1e6:,.1f} MB).")
    if made.is_large:
        render_note(
            "a browser will take a while to open it; choose records with --status or --sample, or "
            "use copygen review.",
            open_console(sys.stderr, os.environ),
        )


def _spec(
    results: Path,
    other: Path | None,
    by: str | None,
    flags: SelectionFlags,
    *,
    read_only: bool = False,
) -> "ReviewSpec":
    from copygen.jobs.review import ReviewSpec

    both = (results,) if other is None else (results, other)
    return ReviewSpec(results=both, choice=flags.choice(), by=by, is_read_only=read_only)


def _serve(job: "ReviewJob", port: int, *, opens: bool) -> None:
    """Serve the page until interrupted, and say how much was decided."""
    import asyncio
    import os
    import webbrowser

    from copygen.cli.signals import Signals
    from copygen.cli.terminal import say

    async def serve() -> None:
        done = asyncio.Event()
        signals = Signals()
        signals.take_over()
        async with job.served(port=port) as page:
            with signals.passed_to(done.set):
                say(f"the page is at {page.address} (Ctrl-C ends it)")
                # A browser that stays in the foreground must not hold the page up.
                if opens and not (
                    system.has_desktop(os.environ)
                    and await asyncio.to_thread(webbrowser.open, page.address)
                ):
                    say("no browser was opened: open that address in one of this machine.")
                await done.wait()

    asyncio.run(serve())
    decisions = "1 decision" if job.decisions == 1 else f"{job.decisions:,} decisions"
    say(f"\n{decisions} made.")
