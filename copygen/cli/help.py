"""`copygen help`: the manual. What it shows is read when it is asked for."""

from typing import Annotated

import typer

from copygen.cli.command import commands_of, help_of, listed, meant_by
from copygen.errors import UsageError

ABOUT = "A topic, a command, or a rule of the checks (sameness.duplicate)."


def help_(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="TOPIC", help=ABOUT)] = None,
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

    from copygen.view.console import open_console
    from copygen.view.manual import rule_page, show, topic_page, topics

    known = dict(topics())
    if name is None:
        typer.echo(help_of(context, None) + "\n")
        typer.echo(listed("Topics (copygen help TOPIC)", list(known.items())))
        return
    if name in commands_of(context):
        typer.echo(help_of(context, name))
        if name not in known:
            return
        typer.echo()
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
