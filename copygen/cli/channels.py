"""`copygen channels`: where copy can go, and what fits there."""

from pathlib import Path
from typing import Annotated

import typer


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
