"""`copygen doctor`: the flags. What is looked at is in `copygen.jobs.doctor`."""

from pathlib import Path
from typing import Annotated

import typer

from copygen import system


def doctor(
    prompts: Annotated[
        str | None,
        typer.Argument(
            metavar="PROMPTS", help="A prompt file or table: what its run would meet is checked."
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", "-t", help="Prompt file with the wording for a table."),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option(
            "--provider",
            "-p",
            metavar="NAME",
            help="Default: the prompt file's, else that of your settings.",
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME",
            help="Default: the prompt file's, else that of the provider.",
        ),
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Another address for the provider; it gets the key."),
    ] = None,
    rpm: Annotated[
        int | None, typer.Option(min=1, help="Requests per minute you mean to send.")
    ] = None,
    tpm: Annotated[
        int | None, typer.Option(min=1, help="Tokens per minute you mean to use.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="PATH", help="Where results would go. Default: this folder."
        ),
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Look at this machine only; send nothing.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For programs, on one line.")] = False,
    timeout: Annotated[
        float, typer.Option(min=0.001, help="Seconds the endpoint has to answer.")
    ] = 10.0,
    config: Annotated[
        Path | None,
        typer.Option(help=f"Settings file. Default: $COPYGEN_CONFIG or {system.settings_place()}."),
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option(
            "--option",
            "-O",
            metavar="KEY=VALUE",
            help="Any setting, for example ca_file=proxy.pem; repeat.",
        ),
    ] = None,
    insecure_http: Annotated[
        bool, typer.Option("--insecure-http", help="Allow http:// to another machine.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Find out what would go wrong, before a run and without spending anything.

    Looks at the settings, the key, the endpoint, the model, its price and its limits, and at
    where the results go; says what to do about each trouble. With PROMPTS it checks every row of
    them, and the provider and model they name. Asks the provider for its list of models, which is
    free, and for nothing else.

        copygen doctor
        copygen doctor ad.yaml
        copygen doctor products.csv -t ad.yaml -p openai -m gpt-5-mini
        copygen doctor --offline

    Exit codes:

        0  all is well, or there are warnings
        2  settings or key missing
        5  unreachable
        7  key, address or model refused
        8  results cannot be written
    """

    import asyncio
    import os
    import sys

    from copygen.cli.options import pairs, refuse_key
    from copygen.jobs.doctor import Diagnosis, DoctorJob, DoctorSpec
    from copygen.view.console import data_stream, open_console
    from copygen.view.doctor import checkup_json, render_checkup

    refuse_key("--base-url", base_url or "")
    job = DoctorJob(
        DoctorSpec(
            prompts=prompts,
            template=template,
            provider=provider,
            model=model,
            provider_settings={"base_url": base_url, "rpm": rpm, "tpm": tpm},
            output=output,
            settings_file=config,
            options=pairs(option or [], "--option"),
            timeout_s=timeout,
            insecure_http=insecure_http,
            offline=offline,
        )
    )

    async def diagnosed() -> list[Diagnosis]:
        return [found async for found in job]

    found = asyncio.run(diagnosed())
    if json:
        data_stream(sys.stdout).write(checkup_json(job.subject, found))
    else:
        render_checkup(job.subject, found, open_console(sys.stdout, os.environ))
    raise typer.Exit(job.exit_code)
