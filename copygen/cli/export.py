"""`copygen export`: the flags. The work is in `copygen.jobs.export`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen import system
from copygen.cli.options import Debug, with_flags
from copygen.cli.selection import WHICH, SelectionFlags
from copygen.errors import UsageError, unwritten

TARGET, TABLE, REVIEW = "The target", "Tables", "Review sheets"


class Included(StrEnum):
    """As `formats.format.Include`, which is not imported for a flag."""

    APPROVED = "approved"
    DRAFTS = "drafts"
    REJECTED = "rejected"
    STALE = "stale"
    ALL = "all"


class MarkupChoice(StrEnum):
    """What becomes of markup; as `formats.format.Markup`."""

    KEEP = "keep"
    HTML = "html"
    PLAIN = "plain"


class SheetRows(StrEnum):
    """What a row of a review sheet is; as `review_sheet.RowsOf`."""

    TEXTS = "texts"
    RECORDS = "records"


class Provenance(StrEnum):
    """Where it is told who wrote a text and who answers for it."""

    SIDECAR = "sidecar"
    COLUMNS = "columns"


@with_flags(SelectionFlags)
def export(
    results: Annotated[
        str | None,
        typer.Argument(metavar="RESULTS", help="Results of a run.", show_default=False),
    ] = None,
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Records. Default: all there are.", show_default=False
        ),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="File or folder to write, or - for standard output.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORMAT",
            help="Name of a format (see --list), or a .yaml file with columns of your own. "
            "Default: by the ending of PATH.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Your own file of the target (.csv, .tsv, .xlsx, .xlsm): filled by the names of "
            "its columns, all other cells untouched.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    variant: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Dialect of a format: see its notes.", rich_help_panel=TARGET
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="NAME=COLUMN",
            help="Put a field, or a column of the item, into this column of the target; repeat.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="COLUMN=TEXT",
            help="Put this text into a column of the target in every row; a template as in prompt "
            "files: 'Final URL=https://shop.example/{{ Handle }}'. Repeat for more.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    texts: Annotated[
        MarkupChoice,
        typer.Option(help="Texts as they are, as HTML, or without markup.", rich_help_panel=TARGET),
    ] = MarkupChoice.KEEP,
    replaces: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="What is there already: the manifest of the export that brought it, or the "
            "results of then. Rows become updates.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    provenance: Annotated[
        Provenance | None,
        typer.Option(
            help="Who wrote a text and who approved it: in a file beside, or in further columns.",
            rich_help_panel=TARGET,
        ),
    ] = None,
    join: Annotated[
        Path | None,
        typer.Option(
            metavar="TABLE",
            help="The table that the texts were made of: its columns beside them.",
            rich_help_panel=TABLE,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="With --join: the column that both have. Default: the row's id.",
            rich_help_panel=TABLE,
        ),
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Encoding of a text file: utf-8-sig, utf-16, cp932.",
            rich_help_panel=TABLE,
        ),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="SIGN", help="What separates the values: ';', tab.", rich_help_panel=TABLE
        ),
    ] = None,
    source_language: Annotated[
        str | None,
        typer.Option(
            metavar="TAG",
            help="For localisation files: the language that was translated from.",
            rich_help_panel=TABLE,
        ),
    ] = None,
    rows: Annotated[
        SheetRows,
        typer.Option(
            help="A row for each text, or for each record with a column for each of its texts.",
            rich_help_panel=REVIEW,
        ),
    ] = SheetRows.TEXTS,
    protect: Annotated[
        bool,
        typer.Option(
            help="Let nothing be changed but texts, decisions and reasons (Excel then sorts no "
            "more).",
            rich_help_panel=REVIEW,
        ),
    ] = False,
    include: Annotated[
        list[Included] | None,
        typer.Option(
            "--include",
            help="approved: only what a person approved. drafts, rejected, stale, all: these, too. "
            "Repeat for more. Default: what was approved or accepted by the checks.",
            rich_help_panel=WHICH,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; say what would go out.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List the formats.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say only what is wrong.")] = False,
    debug: Debug = False,
    *,
    flags: SelectionFlags,
) -> None:
    """Bring texts to where they go: tables, ad platforms, shops, localisation files.

    Out go the texts that a person approved and those that the checks accepted, in the table's
    order, checked once more; what stays is told with the reason, and PATH.manifest.json has it in
    full. Nothing is uploaded.

        copygen export ads.results.jsonl -o review.xlsx   # back: copygen import
        copygen export ads.results.jsonl -o ads.csv --join products.csv
        copygen export ads.results.jsonl --as google-ads-editor -o editor.csv
        copygen export --list
    """
    import os
    import sys

    from copygen.cli.terminal import flush_data
    from copygen.jobs.export import STREAM, ExportJob, ExportSpec
    from copygen.view.console import open_console
    from copygen.view.export import render_exported, render_formats

    if list_:
        render_formats(open_console(sys.stdout, os.environ))
        return
    if results is None:
        raise UsageError("name the results: copygen export RESULTS -o PATH.")
    spec = ExportSpec(
        results=results,
        out=output,
        format=format_,
        choice=flags.choice(ids or ()),
        include=tuple(one.value for one in include or ()),
        join=join,
        on=on,
        map=_pairs("--map", map_),
        values=_pairs("--set", set_),
        template=template,
        variant=variant,
        markup=texts.value,
        provenance=provenance.value if provenance else None,
        replaces=replaces,
        encoding=encoding,
        delimiter=delimiter,
        source_language=source_language,
        rows_of=rows.value,
        protect=protect,
        dry_run=dry_run,
    )
    stdout = sys.stdout.buffer if output == STREAM else None
    try:
        exported = ExportJob(spec, stdout=stdout).run()
    except OSError as error:  # all other files are told of by whoever opened them
        raise error if system.reader_gone(error) else unwritten(error) from error
    flush_data(sys.stdout)
    render_exported(exported, open_console(sys.stderr, os.environ), quiet=quiet)
    raise typer.Exit(exported.exit_code)


def _pairs(flag: str, given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"{flag} takes NAME=VALUE, not '{one}'.")
        pairs[name.strip()] = value.strip()
    return pairs
