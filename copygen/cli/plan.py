"""`copygen plan`. What it sets in motion is in `copygen.cli.planning`."""

from typing import Annotated

import typer

from copygen.cli.options import RunFlags, with_run_flags
from copygen.cli.run import PROMPTS


@with_run_flags
def plan(
    prompts: Annotated[str, typer.Argument(metavar="PROMPTS", help=PROMPTS, show_default=False)],
    sample: Annotated[
        int | None,
        typer.Option(
            "--sample",
            "-s",
            metavar="K",
            min=1,
            help="Send K prompts of all kinds, keep their results, and reckon from them.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The plan as JSON on standard output.")
    ] = False,
    *,
    flags: RunFlags,
) -> None:
    """Show what a run would send, take and cost. Sends nothing, needs no key.

    Checks every row, renders every prompt, compares with the results file, and estimates tokens,
    cost and time. Takes all flags of copygen run. With --sample K it sends K prompts as the run
    would (the longest, the shortest, some of each model and matrix cell); the run does not send
    them again. Goes to standard output; progress to standard error.

        copygen plan prompts.yaml

        copygen plan products.csv --template ad.yaml --sample 10

    Exit codes: 0, or 2 for wrong usage or faulty input; with --sample those of copygen run.
    """

    from copygen.cli.planning import Wanted, show_plan

    exit_code = show_plan(flags.request(prompts), Wanted(sample or 0, as_json))
    raise typer.Exit(exit_code)
