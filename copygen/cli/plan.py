"""`copygen plan`. What it sets in motion is in `copygen.jobs.plan`."""

from typing import Annotated

import typer

from copygen.cli.options import RunFlags, run_command, with_run_flags
from copygen.cli.run import PROMPTS
from copygen.errors import ExitCode


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

    import os
    import sys
    import time

    from copygen.cli.follow import follow
    from copygen.cli.signals import leave_on_signal
    from copygen.cli.terminal import standard_input
    from copygen.jobs.plan import PlanJob
    from copygen.view.console import data_stream, open_console
    from copygen.view.plan import render_plan
    from copygen.view.progress import Passes

    passes = Passes(open_console(sys.stderr, os.environ), time.monotonic, quiet=flags.quiet)
    stdin = standard_input("prompts") if prompts == "-" else None
    job = PlanJob(flags.spec(prompts), sample=sample or 0, stdin=stdin, progress=passes.begun)
    report, again = job.study(), run_command(sys.argv[1:])
    exit_code = ExitCode.OK
    if sample:
        run = job.sample_run()
        exit_code = follow(run, again=again, quiet=flags.quiet, drain_timeout_s=flags.drain_timeout)
        leave_on_signal()  # nothing more is sent: a reading pass can be left at once
        if exit_code not in (ExitCode.OK, ExitCode.PARTIAL):
            raise typer.Exit(exit_code)
        report = job.study()
    if as_json:
        data_stream(sys.stdout).write(report.to_json().decode())
    else:
        render_plan(report, open_console(sys.stdout, os.environ), command=again)
    raise typer.Exit(ExitCode.USAGE if report.faulty else exit_code)
