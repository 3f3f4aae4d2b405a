"""The flags that `copygen run` and `copygen plan` share: one wording, one meaning."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from copygen import system

INPUT, SENDING, OUTPUT, OTHER = "Input", "Sending", "Output", "Other"

TemplateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--template",
        "-t",
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
    typer.Option(min=1, help="Only the first N prompts.", rich_help_panel=INPUT),
]
ProviderName: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--provider",
        "-p",
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
        help="Model for prompts that name none in `params`.",
        rich_help_panel=SENDING,
    ),
]
BaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option(
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
    typer.Option(min=1, help="Requests per minute at most.", rich_help_panel=SENDING),
]
Tpm: TypeAlias = Annotated[
    int | None,
    typer.Option(min=1, help="Tokens per minute at most.", rich_help_panel=SENDING),
]
SettingsFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(
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
Debug: TypeAlias = Annotated[
    bool, typer.Option("--debug", help="Show tracebacks.", rich_help_panel=OTHER)
]
