"""The flags of `copygen run`, which `copygen plan` takes as well: declared once.

A command that takes them has a parameter `flags` and is wrapped by `with_flags(RunFlags)`; what
they ask for is then `flags.spec(prompts)`.
"""

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_type_hints

import typer

from copygen import system
from copygen.errors import UsageError

if TYPE_CHECKING:
    from copygen.jobs.spec import RunSpec
    from copygen.prompts import Selection

_ONE_TIME = re.compile(r"(--retry|--sample)=|(?=-s[0-9])(-s)")
INPUT, SENDING, OUTPUT, OTHER = "Input", "Sending", "Output", "Other"


class Retry(StrEnum):
    """Which results of an earlier run are made again."""

    FAILED = "failed"
    REJECTED = "rejected"
    ALL = "all"


class UnreadableRows(StrEnum):
    """What becomes of the rows of a file that cannot be read; as `BadRows`, not imported here."""

    REFUSE = "refuse"
    FAIL = "fail"
    SKIP = "skip"


class DuplicateRows(StrEnum):
    """What becomes of rows whose id an earlier row has; as `Duplicates`, which is not imported."""

    REFUSE = "refuse"
    NUMBER = "number"
    FIRST = "first"


class Fsync(StrEnum):
    """When results are forced to the disk."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


_LEAST_USD, _MOST_USD, _MOST_TOKENS = Decimal("1e-9"), Decimal(10**9), 10**15
"""As in the settings, which are not loaded for a flag."""


def usd_of(text: str) -> Decimal:
    """Read an amount of US dollars, with or without the sign."""
    try:
        amount = Decimal(text.strip().removeprefix("$"))
    except InvalidOperation as exc:
        raise typer.BadParameter(f"'{text}' is no amount of US dollars, as 2.50 is") from exc
    if not (amount.is_finite() and amount > 0):
        raise typer.BadParameter("the limit should be above 0")
    if not _LEAST_USD <= amount <= _MOST_USD:
        raise typer.BadParameter(
            f"'{text[:20]}' is out of range: from a billionth of a dollar to a billion dollars"
        )
    return amount


TemplateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--template",
        "-t",
        metavar="PATH",
        help="Prompt file with the wording for a table.",
        rich_help_panel=INPUT,
    ),
]
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set a template variable for every item; repeat.",
        rich_help_panel=INPUT,
    ),
]
Limit: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Only the first N prompts.", rich_help_panel=INPUT),
]
ProviderName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--provider",
        "-p",
        metavar="NAME",
        help="holysheep, openai, deepseek, gemini, openrouter, ollama, vllm, simulator, or "
        "one of your settings file.",
        rich_help_panel=SENDING,
    ),
]
ModelName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        "-m",
        metavar="NAME",
        help="Model for prompts that name none in `params`.",
        rich_help_panel=SENDING,
    ),
]
BaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Another address for the provider; it gets the provider's key.",
        rich_help_panel=SENDING,
    ),
]
Concurrency: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--concurrency",
        "-c",
        metavar="N|auto",
        help="Requests in flight at most. Default: auto, as many as the provider can use.",
        rich_help_panel=SENDING,
    ),
]
Rpm: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Requests per minute at most.", rich_help_panel=SENDING),
]
Tpm: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="Tokens per minute at most.", rich_help_panel=SENDING),
]
SettingsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="PATH",
        help=f"Settings file. Default: $COPYGEN_CONFIG or {system.settings_place()}.",
        rich_help_panel=OTHER,
    ),
]
Options: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        "-O",
        metavar="KEY=VALUE",
        help="Any setting, for example breaker.cooldown_s=60; repeat.",
        rich_help_panel=OTHER,
    ),
]
InsecureHttp: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--insecure-http", help="Allow http:// to another machine.", rich_help_panel=OTHER
    ),
]
Reviewer: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", help="Who decides. Default: $COPYGEN_REVIEWER, or the login name."
    ),
]
Debug: TypeAlias = Annotated[
    bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=OTHER)
]


def encoding_flag(panel: str) -> Any:
    """`--encoding`, in that panel of the help."""
    said = "Encoding of a table that is not UTF-8: cp1252, cp932, utf-16."
    return typer.Option(metavar="NAME", help=said, rich_help_panel=panel)


def delimiter_flag(panel: str) -> Any:
    """`--delimiter`, in that panel of the help."""
    said = "What separates the values: ';', '|', tab. Default: what the rows tell."
    return typer.Option(metavar="SIGN", help=said, rich_help_panel=panel)


def header_row_flag(panel: str) -> Any:
    """`--header-row`, in that panel of the help."""
    said = "Line of a table, or row of a sheet, that names the columns."
    return typer.Option(min=1, metavar="N", help=said, rich_help_panel=panel)


def skip_rows_flag(panel: str) -> Any:
    """`--skip-rows`, in that panel of the help."""
    said = "Rows to leave out after the header."
    return typer.Option(min=0, metavar="N", help=said, rich_help_panel=panel)


def sheet_flag(panel: str) -> Any:
    """`--sheet`, in that panel of the help."""
    said = "Sheet of a workbook. Default: the first."
    return typer.Option(metavar="NAME|N", help=said, rich_help_panel=panel)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFlags:
    """The flags of a run, as given."""

    template: TemplateFile = None
    set_: Overrides = None
    limit: Limit = None
    encoding: Annotated[str | None, encoding_flag(INPUT)] = None
    delimiter: Annotated[str | None, delimiter_flag(INPUT)] = None
    header_row: Annotated[int | None, header_row_flag(INPUT)] = None
    skip_rows: Annotated[int | None, skip_rows_flag(INPUT)] = None
    sheet: Annotated[str | None, sheet_flag(INPUT)] = None
    bad_rows: Annotated[
        UnreadableRows | None,
        typer.Option(
            help="Rows of a file that cannot be read: refuse the file, make each a failed record, "
            "or skip them. Default: refuse.",
            rich_help_panel=INPUT,
        ),
    ] = None
    id_: Annotated[
        list[str] | None,
        typer.Option(
            "--id",
            metavar="COLUMN",
            help="Column that names each row; repeat for an id of several.",
            rich_help_panel=INPUT,
        ),
    ] = None
    duplicates: Annotated[
        DuplicateRows | None,
        typer.Option(
            help="Rows with the id of an earlier row: refuse the file, number them, or take only "
            "the first. Default: refuse.",
            rich_help_panel=INPUT,
        ),
    ] = None
    where: Annotated[
        str | None,
        typer.Option(
            metavar="CONDITION",
            help="Only rows that meet it: 'Title and Status == \"active\"'.",
            rich_help_panel=INPUT,
        ),
    ] = None
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="FIRST-LAST",
            help="Only these rows of the table: 100-200.",
            rich_help_panel=INPUT,
        ),
    ] = None
    only_ids: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Only the ids in this file, one a line.", rich_help_panel=INPUT
        ),
    ] = None
    unique: Annotated[
        bool,
        typer.Option(
            "--unique",
            help="Send each distinct prompt once; all its rows get the text.",
            rich_help_panel=INPUT,
        ),
    ] = False
    group_by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Make one item of the rows with the same value, such as a product's variants.",
            rich_help_panel=INPUT,
        ),
    ] = None
    fill_down: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Give its empty cells the value above; repeat.",
            rich_help_panel=INPUT,
        ),
    ] = None
    provider: ProviderName = None
    model: ModelName = None
    base_url: BaseUrl = None
    concurrency: Concurrency = None
    rpm: Rpm = None
    tpm: Tpm = None
    max_attempts: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="N",
            help="Requests per prompt at most, 429s aside. Default: 5.",
            rich_help_panel=SENDING,
        ),
    ] = None
    timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="SECONDS",
            help="Seconds one attempt may take. Default: 30.",
            rich_help_panel=SENDING,
        ),
    ] = None
    prompt_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="SECONDS",
            help="Seconds after which a prompt is not retried any more. Default: 1800.",
            rich_help_panel=SENDING,
        ),
    ] = None
    run_timeout: Annotated[
        float | None,
        typer.Option(
            min=0.001,
            metavar="SECONDS",
            help="Seconds after which no more prompts are sent.",
            rich_help_panel=SENDING,
        ),
    ] = None
    max_cost: Annotated[
        Decimal | None,
        typer.Option(
            metavar="USD",
            parser=usd_of,
            help="US dollars this run may cost at most; it stops before it could cost more.",
            rich_help_panel=SENDING,
        ),
    ] = None
    max_tokens_total: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=_MOST_TOKENS,
            metavar="N",
            help="Tokens, input and output, that this run may use at most.",
            rich_help_panel=SENDING,
        ),
    ] = None
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="PATH",
            help="Results file, or - for standard output. Default: PROMPTS.results.jsonl, "
            "beside the prompt file.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    retry: Annotated[
        list[Retry] | None,
        typer.Option(
            help="Make these results of an earlier run again; rejected: by the checks or by a "
            "person; repeat.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    redo_approved: Annotated[
        bool,
        typer.Option(
            "--redo-approved",
            help="Let the run replace texts that people approved or edited; locked ones stay.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    fresh: Annotated[
        bool,
        typer.Option(
            "--fresh",
            help="Start over; the old results file is moved aside.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="Column that records keep; repeat, or all. Default: used ones and the id.",
            rich_help_panel=OUTPUT,
        ),
    ] = None
    fsync: Annotated[
        Fsync,
        typer.Option(
            help="Force results to the disk: about every second, each, or never.",
            rich_help_panel=OUTPUT,
        ),
    ] = Fsync.AUTO
    summary_json: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH", help="Write the summary as JSON, too.", rich_help_panel=OUTPUT
        ),
    ] = None
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet",
            "-q",
            help="No progress and no summary; one line when the exit code is not 0.",
            rich_help_panel=OUTPUT,
        ),
    ] = False
    config: SettingsFile = None
    option: Options = None
    drain_timeout: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="SECONDS",
            help="Seconds that requests in flight get after the first Ctrl-C.",
            rich_help_panel=OTHER,
        ),
    ] = 30.0
    insecure_http: InsecureHttp = False
    debug: Debug = False

    def selection(self, sample: str | None = None) -> "Selection":
        """What they ask of the rows. Raises UsageError."""
        from copygen.prompts import Duplicates, Selection, row_range, row_sample

        return Selection(
            id_columns=tuple(self.id_ or ()),
            duplicates=None if self.duplicates is None else Duplicates(self.duplicates),
            where=self.where,
            rows=None if self.rows is None else row_range(self.rows),
            sample=None if sample is None else row_sample(sample),
            only_ids=self.only_ids,
            group_by=self.group_by,
            fill_down=tuple(self.fill_down or ()),
            keep=tuple(self.keep or ()),
            unique=self.unique,
        )

    def spec(self, prompts: str, sample: str | None = None) -> "RunSpec":
        """What these flags ask for, for the prompts of that name. Raises UsageError."""
        from copygen.jobs.spec import RunSpec
        from copygen.prompts import BadRows, ReadOptions

        refuse_key("--base-url", self.base_url or "")
        return RunSpec(
            prompts=prompts,
            template=self.template,
            variables=pairs(self.set_ or [], "--set"),
            limit=self.limit,
            reading=ReadOptions(
                encoding=self.encoding,
                delimiter=self.delimiter,
                header_row=self.header_row,
                skip_rows=self.skip_rows,
                sheet=self.sheet,
                bad_rows=None if self.bad_rows is None else BadRows(self.bad_rows),
            ),
            selection=self.selection(sample),
            provider=self.provider,
            model=self.model,
            output=self.output,
            retry=frozenset(map(str, self.retry or ())),
            redo_approved=self.redo_approved,
            fresh=self.fresh,
            fsync=str(self.fsync),
            summary_file=self.summary_json,
            settings_file=self.config,
            options=pairs(self.option or [], "--option"),
            settings={
                "concurrency": in_flight_at_most(self.concurrency),
                "timeout_s": self.timeout,
                "prompt_timeout_s": self.prompt_timeout,
                "run_timeout_s": self.run_timeout,
                "max_cost_usd": self.max_cost,
                "max_tokens_total": self.max_tokens_total,
                "insecure_http": self.insecure_http or None,
                "retry.max_attempts": self.max_attempts,
            },
            provider_settings={"base_url": self.base_url, "rpm": self.rpm, "tpm": self.tpm},
        )


def in_flight_at_most(given: str | None) -> int | str | None:
    """The value of `--concurrency`. Raises UsageError."""
    from copygen.config import MOST_IN_FLIGHT

    if given is None or given == "auto":
        return given
    if given.isascii() and given.isdecimal() and 1 <= int(given) <= MOST_IN_FLIGHT:
        return int(given)
    raise UsageError(
        f"--concurrency takes a whole number from 1 to {MOST_IN_FLIGHT}, or auto; not '{given}'."
    )


def pairs(given: list[str], flag: str) -> dict[str, str]:
    """The `NAME=VALUE` of a repeated flag. Raises UsageError, for one that holds a key, too."""
    pairs = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        refuse_key(flag, value if equals else pair, name)
        if not equals or not name:
            raise UsageError(f"{flag} takes NAME=VALUE, not '{pair}'.")
        pairs[name] = value
    return pairs


def refuse_key(flag: str, value: str, name: str = "") -> None:
    """Raise UsageError for the value of a flag that looks like a key."""
    from copygen.providers.keys import looks_like_key

    if looks_like_key(value, name):
        raise UsageError(
            f"{flag} seems to hold a key, and others can read a command line. Put the key into "
            "the environment, a key_file or a key_command; replace it if it was a real one."
        )


def run_command(args: Sequence[str]) -> str:
    """The command line that goes on with a run: without what asks for things once."""
    words = iter(args)
    kept: list[str] = []
    # The sample of a plan is sent at once; that of a run says which rows there are.
    once = {"--retry", "--sample", "-s"} if args and args[0] == "plan" else {"--retry"}
    for word in words:
        if word in once:
            next(words, None)
        elif word in ("--fresh", "--json", "--redo-approved"):
            continue
        elif not ((found := _ONE_TIME.match(word)) and (found[1] or found[2]) in once):
            kept.append(word)
    if kept and kept[0] == "plan":
        kept[0] = "run"
    return system.command_line(["copygen", *kept])


def with_flags(kind: type[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command that takes `flags: KIND` a parameter for each field of that dataclass instead.

    typer reads the flags of a command off its signature.
    """
    hints = get_type_hints(kind, include_extras=True)
    given = [
        inspect.Parameter(
            flag.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=flag.default,
            annotation=hints[flag.name],
        )
        for flag in fields(kind)
    ]

    def wrap(command: Callable[..., None]) -> Callable[..., None]:
        own = [one for one in inspect.signature(command).parameters.values() if one.name != "flags"]

        def with_own(**values: Any) -> None:
            flags = {flag.name: values.pop(flag.name) for flag in given}
            command(flags=kind(**flags), **values)

        named: Any = with_own
        named.__name__, named.__doc__ = command.__name__, command.__doc__
        named.__signature__ = inspect.Signature([*own, *given])
        named.__annotations__ = {one.name: one.annotation for one in (*own, *given)}
        return with_own

    return wrap
