"""The program and its commands. Theirs are only the flags: the work is imported when asked for."""

import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer
from typer.core import TyperGroup

from copygen import system
from copygen.cli.check import check
from copygen.cli.command import Command, CommandGroup
from copygen.cli.decisions import decisions
from copygen.cli.diff import diff
from copygen.cli.doctor import doctor
from copygen.cli.export import export
from copygen.cli.first_steps import init, simulate
from copygen.cli.imports import import_
from copygen.cli.reference import channels, help_, models, schema
from copygen.cli.review import report, review
from copygen.cli.run import plan, run
from copygen.cli.show import show
from copygen.errors import ExitCode, unwritten
from copygen.version import __version__

_ABOUT = """Write marketing copy in bulk through LLM APIs: no row lost, repeated or hidden.

    copygen init                              # an example that needs no key
    copygen run quickstart.yaml
    copygen plan products.csv -t ad.yaml      # what a table would cost
    copygen run products.csv -t ad.yaml --max-cost 5

copygen help lists the topics of the manual.
"""

app = typer.Typer(
    name="copygen",
    cls=CommandGroup,
    help=_ABOUT,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
IN_THE_ORDER_OF_WORK = (
    *(init, doctor, models, channels, plan, run),
    *(show, check, review, report, decisions, diff, export, import_),
    *(simulate, schema),
)
for command in IN_THE_ORDER_OF_WORK:
    app.command(command.__name__.rstrip("_"), cls=Command)(command)


app.command("help", cls=Command)(help_)


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


@cache
def program() -> TyperGroup:
    """All commands with their options, made once a process: that takes 12 ms."""
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    return group


def execute(args: Sequence[str]) -> int:
    """Carry out one command line, to its end; the exit code.

    What goes wrong is told on standard error; nothing is raised.
    """
    from typer.exceptions import TyperException

    code = 0
    try:
        try:
            code = int(program().main(list(args), prog_name="copygen", standalone_mode=False) or 0)
        except typer.Exit as end:
            code = end.exit_code
        if sys.stdout is not None and code != ExitCode.RESULTS:  # else it was told
            sys.stdout.flush()
    except TyperException as page:  # no command was given: its message is the help page
        typer.echo(page.format_message(), err=True)
        return page.exit_code
    except SystemExit:  # typer's end of a help page whose reader has gone away (`| head`)
        return 0
    except OSError as error:  # of standard output: those of a command's files are told by it
        return code if system.reader_gone(error) else _told(unwritten(error), args)
    except Exception as error:  # noqa: BLE001  # the last place where anything can be told
        return _told(error, args)
    return code


def _told(error: Exception, args: Sequence[str]) -> int:
    from copygen.cli.terminal import tell

    return int(tell(error, debug="--debug" in args))
