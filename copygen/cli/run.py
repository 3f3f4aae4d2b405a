"""`copygen run` and `copygen plan`, which shows what a run would do: they take the same flags.

What they set in motion is in `copygen.jobs`.
"""

import sys
from typing import Annotated

import typer

from copygen.cli.options import INPUT, RunFlags, run_command, with_flags
from copygen.errors import ExitCode

PROMPTS = "A prompt file (.yaml), a table (.csv, .xlsx, ...), or - for standard input."


@with_flags(RunFlags)
def run(
    prompts: Annotated[str, typer.Argument(metavar="PROMPTS", help=PROMPTS, show_default=False)],
    sample: Annotated[
        str | None,
        typer.Option(
            metavar="N[:SEED]",
            help="Only a sample of N rows, the same ones every time.",
            rich_help_panel=INPUT,
        ),
    ] = None,
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

    Exit codes:

        0    every prompt accepted
        2    wrong usage or input; nothing was sent
        3    some prompts failed or were rejected
        4    your limit reached: cost, tokens, time
        5    provider down; run again
        6    another run writes this file
        7    provider refused: key, billing, model
        8    results cannot be written
        130  interrupted
    """

    from copygen.cli.follow import follow, standard_output
    from copygen.cli.terminal import standard_input
    from copygen.jobs.run import Run

    spec = flags.spec(prompts, sample)
    stdin = standard_input("prompts") if prompts == "-" else None
    run = Run(spec, stdin=stdin, sink=standard_output(spec))
    run.prepare()
    again = run_command(sys.argv[1:])
    exit_code = follow(run, again=again, quiet=flags.quiet, drain_timeout_s=flags.drain_timeout)
    raise typer.Exit(exit_code)


@with_flags(RunFlags)
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
    from copygen.view.progress import ReadProgress

    passes = ReadProgress(open_console(sys.stderr, os.environ), time.monotonic, quiet=flags.quiet)
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
