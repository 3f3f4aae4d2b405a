"""`copygen check`: the flags. The work is in `copygen.jobs.check`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copygen.cli.options import (
    delimiter_flag,
    encoding_flag,
    header_row_flag,
    sheet_flag,
    skip_rows_flag,
)

WHAT, RULES, OUTPUT, OTHER = "What is checked", "Rules", "Output", "Other"


REMEMBERED = (
    "checked by the rules of the run that wrote these results; --channel, --checks, --pack, "
    "--language or --limit name others instead."
)


class FindingsFormat(StrEnum):
    """How findings are written."""

    TEXT = "text"
    GITHUB = "github"
    JSON = "json"


def check(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Results of a run, or any table of texts (.jsonl, .csv), or - for standard input.",
            show_default=False,
        ),
    ],
    text: Annotated[
        list[str] | None,
        typer.Option(
            "--text",
            metavar="COLUMN",
            help="Column with a text; the others are the item. Default: text. Repeat for more.",
            rich_help_panel=WHAT,
        ),
    ] = None,
    encoding: Annotated[str | None, encoding_flag(WHAT)] = None,
    delimiter: Annotated[str | None, delimiter_flag(WHAT)] = None,
    header_row: Annotated[int | None, header_row_flag(WHAT)] = None,
    skip_rows: Annotated[int | None, skip_rows_flag(WHAT)] = None,
    sheet: Annotated[str | None, sheet_flag(WHAT)] = None,
    channel: Annotated[
        list[str] | None,
        typer.Option(
            "--channel",
            metavar="[COLUMN=]NAME",
            help="Field of a channel that texts must fit: google_ads.headline. With COLUMN=, the "
            "texts of that column or named field. A whole channel, google_ads, goes by its fields' "
            "names. Repeat for more. See copygen channels.",
            rich_help_panel=RULES,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, help="Longest text allowed, in --unit; over a channel's.", rich_help_panel=RULES
        ),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(
            help="codepoints (default), graphemes, utf16, bytes, width, x, sms_segments, pixels or "
            "pixels_14.",
            show_default=False,
            rich_help_panel=RULES,
        ),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option(
            "--pack",
            metavar="NAME",
            help="google_ads, meta, tiktok, amazon, th, jp, cn, or a .yaml file of your own. "
            "Lint, not legal advice. Repeat for more.",
            rich_help_panel=RULES,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="Language the texts should be in: th, Japanese, zh-TW.", rich_help_panel=RULES
        ),
    ] = None,
    language_from: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Column that names each text's language.", rich_help_panel=RULES
        ),
    ] = None,
    checks: Annotated[
        Path | None,
        typer.Option(
            help="Prompt file whose `checks:` apply, or a file with nothing else.",
            rich_help_panel=RULES,
        ),
    ] = None,
    format_: Annotated[
        FindingsFormat,
        typer.Option(
            "--format",
            help="text: a line per finding. github: annotations that point at the row. "
            "json: a line per text.",
            rich_help_panel=OUTPUT,
        ),
    ] = FindingsFormat.TEXT,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No summary.", rich_help_panel=OUTPUT)
    ] = False,
    settings_file: Annotated[
        Path | None,
        typer.Option(
            "--config", help="Settings file that names channels of your own.", rich_help_panel=OTHER
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=OTHER)
    ] = False,
) -> None:
    """Check texts that exist, without a model: length, language, facts, leftovers, wording.

    Findings go to standard output, the summary to standard error. The exit code is 3 when a text
    has an error, 0 when there are none or only warnings. Any number of rows is read in one pass.
    Without rules, results are checked by those of the run that wrote them.

        copygen check prompts.results.jsonl
        copygen check prompts.results.jsonl --checks prompts.yaml
        copygen check ads.csv --channel headline=google_ads.headline
        copygen check texts.csv --text slogan --limit 40 --unit width
    """
    import os
    import sys

    from copygen.cli.terminal import flush_data, standard_input
    from copygen.jobs.check import STREAM, CheckJob, CheckSpec
    from copygen.prompts import ReadOptions
    from copygen.view.console import open_console, render_note
    from copygen.view.findings import open_writer, render_tally

    spec = CheckSpec(
        file=file,
        columns=tuple(text or ()),
        reading=ReadOptions(
            encoding=encoding,
            delimiter=delimiter,
            header_row=header_row,
            skip_rows=skip_rows,
            sheet=sheet,
        ),
        channels=tuple(channel or ()),
        limit=limit,
        unit=unit,
        packs=tuple(pack or ()),
        language=language,
        language_from=language_from,
        checks=checks,
        settings_file=settings_file,
    )
    job = CheckJob(spec, stdin=standard_input("texts") if file == STREAM else None)
    write = open_writer(format_.value, sys.stdout, os.environ)
    for finding in job:
        if finding.violations:
            write(finding)
    flush_data(sys.stdout)
    if not quiet:
        console = open_console(sys.stderr, os.environ)
        if job.by_remembered_rules:
            render_note(REMEMBERED, console)
        render_tally(job.tally, job.openings, job.packs, console, job.languages)
    raise typer.Exit(job.exit_code)
