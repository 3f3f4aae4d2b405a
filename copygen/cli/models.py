"""`copygen models`: the flags. The table is made in `copygen.jobs.prices`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen import system


class Sort(StrEnum):
    """What the table is sorted by; the values are those of `pricing.Order`."""

    PROVIDER = "provider"
    MODEL = "model"
    INPUT = "input"
    CACHED = "cached"
    OUTPUT = "output"
    AGE = "age"
    ENDS = "ends"
    COST = "cost"


def models(
    for_: Annotated[
        str | None,
        typer.Option(
            "--for",
            metavar="PROMPTS",
            help="Estimate what this prompt file would cost with each model.",
            show_default=False,
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", "-t", help="Prompt file with the wording for a table."),
    ] = None,
    output_tokens: Annotated[
        int,
        typer.Option(min=1, help="With --for: tokens a text probably has, reasoning included."),
    ] = 150,
    provider: Annotated[
        list[str] | None,
        typer.Option("--provider", "-p", help="Only this provider, in full; repeat."),
    ] = None,
    sort: Annotated[
        Sort | None,
        typer.Option(help="Lowest or earliest first.", show_default="provider; cost with --for"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs, on one line.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(help=f"Settings file. Default: $COPYGEN_CONFIG or {system.settings_place()}."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Show what models cost, and what a prompt file would cost with each.

    Prices are in US dollars per million tokens, from the presets and your settings file, with the
    day somebody last looked. Nothing is sent. What you pay is what your provider charges.

        copygen models --for prompts.yaml
    """

    import os
    import sys

    from copygen.jobs.prices import PricesSpec, list_prices
    from copygen.view.console import data_stream, open_console
    from copygen.view.prices import layout_of, prices_json, render_prices

    spec = PricesSpec(
        prompts=for_,
        template=template,
        expected_output=output_tokens,
        providers=tuple(provider or ()),
        sort=sort.value if sort else None,
        settings_file=config,
    )
    prices = list_prices(spec)
    if json:
        data_stream(sys.stdout).write(prices_json(prices))
        return
    layout = layout_of(spec.order, in_full=bool(provider))
    render_prices(prices.listed, open_console(sys.stdout, os.environ), layout, prices.priced)
