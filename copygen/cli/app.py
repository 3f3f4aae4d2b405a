"""The commands. One file per command, and only the flags in it: the work is imported when asked."""

from typing import Annotated

import typer

from copygen.cli.channels import channels
from copygen.cli.check import check
from copygen.cli.doctor import doctor
from copygen.cli.models import models
from copygen.cli.plan import plan
from copygen.cli.run import run
from copygen.cli.schema import schema
from copygen.cli.simulate import simulate
from copygen.version import __version__

app = typer.Typer(
    name="copygen",
    help="Write marketing copy in bulk through LLM APIs: no row lost, repeated or hidden.",
    epilog="Try it without a key: copygen run prompts/quickstart.yaml",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run)
app.command()(models)
app.command()(doctor)
app.command()(plan)
app.command()(check)
app.command()(simulate)
app.command()(schema)
app.command()(channels)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"copygen {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options before the command."""
