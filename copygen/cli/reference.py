"""What can be looked up: the manual, the channels, the prices, the schemas. Nothing is sent."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen import system
from copygen.cli.command import commands_of, help_of, listed, meant_by
from copygen.errors import UsageError

_TOPIC = "A topic, a command, or a rule of the checks (sameness.duplicate)."


def help_(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="TOPIC", help=_TOPIC)] = None,
) -> None:
    """Read the manual: a topic, a command, or a rule of the checks.

    Without a name it lists the commands and the topics.

        copygen help cost
        copygen help run
        copygen help sameness.duplicate
        copygen help settings > settings.md
    """
    import os
    import sys

    from copygen.cli.terminal import say
    from copygen.view.console import open_console
    from copygen.view.manual import rule_page, show, topic_page, topics

    known = dict(topics())
    if name is None:
        say(help_of(context, None) + "\n")
        say(listed("Topics (copygen help TOPIC)", list(known.items())))
        return
    if name in commands_of(context):
        say(help_of(context, name))
        if name not in known:
            return
        say()
    page = topic_page(name) if name in known else rule_page(name)
    if page is None:
        raise UsageError(_nothing(name, [*commands_of(context), *known]))
    show(page, open_console(sys.stdout, os.environ))


def _nothing(name: str, known: list[str]) -> str:
    from copygen.documents import nearest
    from copygen.view.manual import rule_entries

    near = meant_by(name) or nearest(name, known) or nearest(name, list(rule_entries()))
    if near is not None:
        return f"there is no help on '{name}'; did you mean 'copygen help {near}'?"
    return f"there is no help on '{name}'; copygen help lists the commands and the topics."


def channels(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One channel (google_ads) or one field, in full."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    settings_file: Annotated[
        Path | None,
        typer.Option("--config", help="Settings file that names channels of your own."),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """List the channels and the limits of their fields.

    With a NAME: its rules, and where each figure comes from and when that was checked. A limit
    marked "unverified" comes from a weak source: a longer text is warned of, not rejected.

        copygen channels google_ads.headline

    Add channels of your own, or change single limits, in YAML files of the folder channels/
    beside your settings file:

        name: google_ads
        fields: {headline: {limit: 28}}
    """
    import os
    import sys

    from copygen.config import load_settings
    from copygen.quality.channels import load_channels
    from copygen.view.channels import channels_json, render_channel, render_channels
    from copygen.view.console import data_stream, open_console

    loaded = load_settings(settings_file, {}, os.environ)
    known = load_channels(loaded.channel_files())
    shown = known.matching(name) if name else tuple(known)
    if as_json:
        data_stream(sys.stdout).write(f"{channels_json(shown)}\n")
        return
    console = open_console(sys.stdout, os.environ)
    if name:
        render_channel(shown[0], console)
    else:
        render_channels(shown, console)


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
        typer.Option(
            "--provider", "-p", metavar="NAME", help="Only this provider, in full; repeat."
        ),
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

        copygen models -p openai
        copygen models --for prompts.yaml
        copygen models --for products.csv -t ad.yaml --output-tokens 80
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


class SchemaName(StrEnum):
    """What there is a schema of."""

    SUMMARY = "summary"
    RECORD = "record"


def schema(
    name: Annotated[
        SchemaName,
        typer.Argument(
            metavar="summary|record",
            help="summary: what --summary-json writes. record: a line of a results file.",
            show_default=False,
        ),
    ],
) -> None:
    """Print the JSON schema of a summary or of a record.

    What copygen writes keeps to it.

        copygen schema summary > summary.schema.json
    """
    from copygen.cli.terminal import say
    from copygen.config import schema_text

    say(schema_text(name.value), end="")
