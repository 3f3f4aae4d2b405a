"""`copygen schema`: the JSON schemas of what copygen writes."""

from enum import StrEnum
from typing import Annotated

import typer


class Name(StrEnum):
    """What there is a schema of."""

    SUMMARY = "summary"
    RECORD = "record"


def schema(
    name: Annotated[
        Name,
        typer.Argument(
            help="summary: what --summary-json writes. record: a line of a results file.",
            show_default=False,
        ),
    ],
) -> None:
    """Print the JSON schema of a summary or of a record.

    copygen schema summary > summary.schema.json
    """
    from copygen.config import schema_text

    typer.echo(schema_text(name.value), nl=False)
