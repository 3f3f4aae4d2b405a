"""`copygen plan`: the flags. What they set in motion is in `copygen.cli.planning`."""

from typing import Annotated

import typer

from copygen.cli.flags import (
    OUTPUT,
    BaseUrl,
    Concurrency,
    Debug,
    InsecureHttp,
    Limit,
    ModelName,
    Options,
    Overrides,
    ProviderName,
    Rpm,
    SettingsFile,
    TemplateFile,
    Tpm,
)
from copygen.cli.run import Retry


def plan(
    prompts: Annotated[
        str,
        typer.Argument(
            metavar="PROMPTS",
            help="A prompt file (.yaml), a table (.csv, .jsonl), or - for standard input, which "
            "is read to its end.",
            show_default=False,
        ),
    ],
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
    template: TemplateFile = None,
    set_: Overrides = None,
    limit: Limit = None,
    provider: ProviderName = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    concurrency: Concurrency = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Results file of the run. Default: PROMPTS.results.jsonl, beside the prompt file.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    retry: Annotated[
        list[Retry] | None,
        typer.Option(
            help="Count these results of an earlier run as to be made again; repeat.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option("--quiet", "-q", help="No progress, only the plan.", rich_help_panel=OUTPUT),
    ] = False,
    config: SettingsFile = None,
    option: Options = None,
    insecure_http: InsecureHttp = False,
    debug: Debug = False,
) -> None:
    """Show what a run would send, take and cost. Sends nothing, needs no key.

    Checks every row, renders every prompt, compares with the results file, and estimates tokens,
    cost and time. Use the flags of the run. With --sample K it sends K prompts as the run would
    (the longest, the shortest, some of each model and matrix cell); the run does not send them
    again. Goes to standard output; progress to standard error.

    Exit codes: 0, or 2 for wrong usage or faulty input; with --sample those of copygen run.
    """
    from copygen.cli.concealing import concealing
    from copygen.cli.failing import reported

    with concealing() as stderr, reported(stderr, debug=debug):
        from copygen.cli.planning import Wanted, show_plan
        from copygen.cli.prepare import Request, in_flight_at_most

        request = Request(
            prompts=prompts,
            template=template,
            overrides=set_ or [],
            limit=limit,
            provider=provider,
            model=model,
            output=output,
            redo=frozenset(retry or []),
            fresh=False,
            fsync="auto",
            summary_json=None,
            quiet=quiet,
            drain_timeout_s=30.0,
            settings_file=config,
            options=option or [],
            changes={
                "concurrency": in_flight_at_most(concurrency),
                "insecure_http": insecure_http or None,
            },
            provider_changes={"base_url": base_url, "rpm": rpm, "tpm": tpm},
        )
        exit_code = show_plan(request, Wanted(sample or 0, as_json), stderr)
    raise typer.Exit(exit_code)
