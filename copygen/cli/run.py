"""`copygen run`: the flags. What they set in motion is in `copygen.cli.session`."""

from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen.cli.flags import (
    OTHER,
    OUTPUT,
    SENDING,
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


class Retry(StrEnum):
    """Which results of an earlier run are made again."""

    FAILED = "failed"
    REJECTED = "rejected"
    ALL = "all"


class Fsync(StrEnum):
    """When results are forced to the disk."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _usd(text: str) -> Decimal:
    """Read an amount of US dollars, with or without the sign."""
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation as exc:
        raise typer.BadParameter(f"'{text}' is no amount of US dollars, as 2.50 is") from exc
    if not (amount.is_finite() and amount > 0):
        raise typer.BadParameter("the limit should be above 0")
    return amount


def run(
    prompts: Annotated[
        str,
        typer.Argument(
            metavar="PROMPTS",
            help="A prompt file (.yaml), a table (.csv, .jsonl), or - for standard input.",
            show_default=False,
        ),
    ],
    template: TemplateFile = None,
    set_: Overrides = None,
    limit: Limit = None,
    provider: ProviderName = None,
    model: ModelName = None,
    base_url: BaseUrl = None,
    concurrency: Concurrency = None,
    rpm: Rpm = None,
    tpm: Tpm = None,
    max_attempts: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Requests per prompt at most, 429s aside. Default: 5.",
            rich_help_panel=SENDING,
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="Seconds one attempt may take. Default: 30.", rich_help_panel=SENDING
        ),
    ] = None,
    prompt_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            help="Seconds after which a prompt is not retried any more. Default: 1800.",
            rich_help_panel=SENDING,
        ),
    ] = None,
    run_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="Seconds after which no more prompts are sent.", rich_help_panel=SENDING
        ),
    ] = None,
    max_cost: Annotated[
        Decimal | None,
        typer.Option(
            metavar="USD",
            parser=_usd,
            help="US dollars this run may cost at most; it stops before it could cost more.",
            rich_help_panel=SENDING,
        ),
    ] = None,
    max_tokens_total: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Tokens, input and output, that this run may use at most.",
            rich_help_panel=SENDING,
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Results file, or - for standard output. Default: PROMPTS.results.jsonl, "
            "beside the prompt file.",
            rich_help_panel=OUTPUT,
        ),
    ] = None,
    retry: Annotated[
        list[Retry] | None,
        typer.Option(
            help="Make these results of an earlier run again; repeat.", rich_help_panel=OUTPUT
        ),
    ] = None,
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Start over; the old results file is moved aside.",
            rich_help_panel=OUTPUT,
        ),
    ] = False,
    fsync: Annotated[
        Fsync,
        typer.Option(
            help="Force results to the disk: about every second, each, or never.",
            rich_help_panel=OUTPUT,
        ),
    ] = Fsync.AUTO,
    summary_json: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Write the summary as JSON, too.", rich_help_panel=OUTPUT
        ),
    ] = None,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="No progress and no summary; errors only.", rich_help_panel=OUTPUT
        ),
    ] = False,
    config: SettingsFile = None,
    option: Options = None,
    drain_timeout: Annotated[
        float,
        typer.Option(
            min=0,
            help="Seconds that requests in flight get after the first Ctrl-C.",
            rich_help_panel=OTHER,
        ),
    ] = 30.0,
    insecure_http: InsecureHttp = False,
    debug: Debug = False,
) -> None:
    """Send every prompt, write one JSONL record per prompt.

    Running it again with the same output does only what is not done yet. Progress and the
    summary go to standard error, results to the results file, or to standard output with -o -.

    Exit codes: 0 every prompt accepted, 2 wrong usage or input (nothing sent), 3 some prompts
    failed or were rejected, 4 your limit reached (cost, tokens, time), 5 provider down (run
    again), 6 another run writes this file, 7 provider refused (key, billing, model), 8 results
    cannot be written, 130 interrupted.
    """
    from copygen.cli.concealing import concealing
    from copygen.cli.failing import reported

    with concealing() as stderr, reported(stderr, debug=debug):
        from copygen.cli.prepare import Request, in_flight_at_most, prepare
        from copygen.cli.session import conduct

        request = Request(
            prompts=prompts,
            template=template,
            overrides=set_ or [],
            limit=limit,
            provider=provider,
            model=model,
            output=output,
            redo=frozenset(retry or []),
            fresh=fresh,
            fsync=fsync,
            summary_json=summary_json,
            quiet=quiet,
            drain_timeout_s=drain_timeout,
            settings_file=config,
            options=option or [],
            changes={
                "concurrency": in_flight_at_most(concurrency),
                "timeout_s": timeout,
                "prompt_timeout_s": prompt_timeout,
                "run_timeout_s": run_timeout,
                "max_cost_usd": max_cost,
                "max_tokens_total": max_tokens_total,
                "insecure_http": insecure_http or None,
                "retry.max_attempts": max_attempts,
            },
            provider_changes={"base_url": base_url, "rpm": rpm, "tpm": tpm},
        )
        plan = prepare(request)
        stderr.conceal(plan.key)
        exit_code = conduct(plan)
    raise typer.Exit(exit_code)
