"""`copygen doctor`: the flags. What is looked at is in `copygen.cli.examining`."""

from pathlib import Path
from typing import Annotated

import typer

from copygen import system


def doctor(
    provider: Annotated[
        str | None, typer.Option("--provider", "-p", help="Default: that of your settings.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", "-m", help="Default: that of the provider.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Another address for the provider; it gets the key.")
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
    where the results go; says what to do about each trouble. Asks the provider for its list of
    models, which is free, and for nothing else.

        copygen doctor --provider openai --model gpt-4.1

        copygen doctor --offline

    Exit codes: 0 all is well or there are warnings, 2 settings or key missing, 5 unreachable,
    7 key, address or model refused, 8 results cannot be written.
    """

    from copygen.cli.examining import Patient, examine

    patient = Patient(
        provider=provider,
        model=model,
        provider_changes={"base_url": base_url, "rpm": rpm, "tpm": tpm},
        output=output,
        settings_file=config,
        options=option or [],
        timeout_s=timeout,
        insecure_http=insecure_http,
        offline=offline,
        as_json=json,
    )
    exit_code = examine(patient)
    raise typer.Exit(exit_code)
