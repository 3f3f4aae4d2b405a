"""`copygen run`. What it sets in motion is in `copygen.jobs.run`."""

import sys
from typing import Annotated

import typer

from copygen.cli.options import RunFlags, run_command, with_run_flags

PROMPTS = "A prompt file (.yaml), a table (.csv, .jsonl), or - for standard input."


@with_run_flags
def run(
    prompts: Annotated[str, typer.Argument(metavar="PROMPTS", help=PROMPTS, show_default=False)],
    *,
    flags: RunFlags,
) -> None:
    """Send every prompt, write one JSONL record per prompt.

    Running it again with the same output does only what is not done yet. Progress and the
    summary go to standard error, results to the results file, or to standard output with -o -.

        copygen run prompts.yaml

        copygen run products.csv --template ad.yaml --max-cost 5

        cat items.jsonl | copygen run - --template ad.yaml -o -

        copygen run prompts.yaml --retry failed --retry rejected

    Exit codes: 0 every prompt accepted, 2 wrong usage or input (nothing sent), 3 some prompts
    failed or were rejected, 4 your limit reached (cost, tokens, time), 5 provider down (run
    again), 6 another run writes this file, 7 provider refused (key, billing, model), 8 results
    cannot be written, 130 interrupted.
    """

    from copygen.cli.follow import follow, standard_output
    from copygen.cli.terminal import standard_input
    from copygen.jobs.run import Run

    spec = flags.spec(prompts)
    stdin = standard_input("prompts") if prompts == "-" else None
    run = Run(spec, stdin=stdin, sink=standard_output(spec))
    run.prepare()
    again = run_command(sys.argv[1:])
    exit_code = follow(run, again=again, quiet=flags.quiet, drain_timeout_s=flags.drain_timeout)
    raise typer.Exit(exit_code)
