"""What a run is about to do, decided and checked before anything is sent or written."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pydantic
from pydantic_core import ErrorDetails

from copygen import system
from copygen.cli.bounds import can_be_bounded
from copygen.cli.open_files import make_room, standard_input
from copygen.cli.outputs import check_summary, results_path
from copygen.cli.standards import Compiled, cleaned, compile_wishes
from copygen.config import MOST_IN_FLIGHT, Loaded, ProviderConfig, Settings, load_settings
from copygen.config.retirement import retirement_of
from copygen.documents import explain
from copygen.errors import ConfigError, UsageError
from copygen.models import Status
from copygen.prompts import PromptSource, Target, open_prompts
from copygen.providers.keys import doubt_about, find_key, looks_like_key, unguarded_file
from copygen.providers.redact import Secret
from copygen.results.ledger import FsyncPolicy
from copygen.results.sink import DONE

if TYPE_CHECKING:  # a run without rules does without the checks
    from copygen.quality.standard import Standard


@dataclass(frozen=True, slots=True)
class Request:
    """The command line of `copygen run`, as given."""

    prompts: str
    template: Path | None
    overrides: list[str]
    limit: int | None
    provider: str | None
    model: str | None
    output: str | None
    redo: frozenset[str]
    """Of `failed`, `rejected`, `all`."""
    fresh: bool
    fsync: str
    summary_json: Path | None
    quiet: bool
    drain_timeout_s: float
    settings_file: Path | None
    options: list[str]
    changes: Mapping[str, Any]
    """Settings given as flags, by dotted name; None where a flag was not given."""
    provider_changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run needs, resolved and checked."""

    source: PromptSource
    target: Target
    total: int | None
    """Prompts in all; None for a stream."""
    provider: ProviderConfig
    settings: Settings
    key: Secret | None
    output: Path | None
    """None: standard output."""
    settled: frozenset[Status]
    """Statuses of an earlier run that are left as they are."""
    fresh: bool
    fsync: FsyncPolicy
    summary_json: Path | None
    template: str | None
    """File name of the template that the rows of a table are put into."""
    output_is_default: bool
    """The results file has the name that copygen gives it: that of the table, if it is one."""
    quiet: bool
    drain_timeout_s: float
    warnings: tuple[str, ...]
    again: str
    """The command line that goes on where this run ends."""
    standard: "Standard | None" = None
    """What texts are held against; None: they are taken as they are."""
    only: frozenset[str] | None = None
    """The ids of the prompts to send, of which there are `total`; None: all of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a command line asks for, resolved as far as it goes without a key."""

    source: PromptSource
    target: Target
    provider: ProviderConfig
    settings: Settings
    output: Path | None
    """None: standard output."""
    settled: frozenset[Status]
    standard: "Standard | None" = None
    """What texts are held against."""


def draft(request: Request) -> Draft:
    """Resolve settings, provider and prompt file; of a table nothing is read yet.

    Raises UsageError, ConfigError or PromptError.
    """
    if request.fresh and request.redo:
        raise UsageError("give either --fresh, which starts over, or --retry, which does not.")
    loaded = load_settings(request.settings_file, pairs(request.options, "--option"), os.environ)
    settings = _changed(loaded.settings, request.changes)
    source = open_prompts(
        request.prompts,
        template=str(request.template) if request.template else None,
        overrides=pairs(request.overrides, "--set"),
        limit=request.limit,
        stdin=standard_input("prompts") if request.prompts == "-" else None,
    )
    provider = _provider(request, loaded, source)
    compiled = compile_wishes(source, loaded)
    output = results_path(request.output, source.path)
    if request.summary_json is not None:
        check_summary(request.summary_json)
    return Draft(
        source=source,
        target=_target(request, source, provider, compiled),
        provider=provider,
        settings=settings,
        output=output,
        settled=_settled(request.redo),
        standard=compiled.standard if compiled else None,
    )


def _target(
    request: Request, source: PromptSource, provider: ProviderConfig, compiled: Compiled | None
) -> Target:
    model = request.model or source.model or provider.default_model
    if compiled is None:
        return Target(provider.name, model, provider.request_defaults, clean=cleaned)
    defaults = partial(compiled.defaults, provider)
    return Target(provider.name, model, defaults, compiled.request, cleaned)


def prepare(request: Request) -> Plan:
    """Resolve settings, provider and key, and check the whole prompt file.

    Raises UsageError, ConfigError or PromptError; nothing has been sent or written then.
    """
    drawn = draft(request)
    key = find_key(drawn.provider, os.environ)
    judge = can_be_bounded(drawn.source, drawn.target, drawn.provider, drawn.settings)
    total = None if drawn.source.is_stream else drawn.source.check(drawn.target, judge)
    return complete(request, drawn, key, total)


def complete(request: Request, drawn: Draft, key: Secret | None, total: int | None) -> Plan:
    """Everything a run of `total` checked prompts needs."""
    settings, shortage = _fitted(drawn.settings, drawn.provider)
    end = _end_of(drawn.provider, drawn.target.default_model)
    doubts = (
        doubt_about(drawn.provider, key),
        unguarded_file(drawn.provider, os.environ),
        shortage,
        end,
    )
    return Plan(
        source=drawn.source,
        target=drawn.target,
        standard=drawn.standard,
        total=total,
        provider=drawn.provider,
        settings=settings,
        key=key,
        output=drawn.output,
        settled=drawn.settled,
        fresh=request.fresh,
        fsync=FsyncPolicy(request.fsync),
        summary_json=request.summary_json,
        template=request.template.name if request.template else None,
        output_is_default=request.output is None,
        quiet=request.quiet,
        drain_timeout_s=request.drain_timeout_s,
        warnings=(*drawn.source.warnings, *filter(None, doubts)),
        again=system.command_line(["copygen", *without_one_time_flags(sys.argv[1:])]),
    )


def _end_of(provider: ProviderConfig, model: str) -> str | None:
    retirement = retirement_of(provider, model, datetime.now(UTC).date())
    return None if retirement is None else str(retirement)


def _provider(request: Request, loaded: Loaded, source: PromptSource) -> ProviderConfig:
    name = request.provider or source.provider or loaded.settings.default_provider
    try:
        return configured(loaded, name, request.provider_changes)
    except ConfigError as error:
        if name == source.provider and not request.provider and "no provider" in str(error):
            raise ConfigError(f"{source.path}: {error}") from error
        raise


def configured(loaded: Loaded, name: str, changes: Mapping[str, Any]) -> ProviderConfig:
    """The provider of that name, with what flags change of it; None changes nothing.

    Raises ConfigError, and UsageError for a flag that holds a key.
    """
    given = {key: value for key, value in changes.items() if value is not None}
    _refuse_key("--base-url", given.get("base_url", ""))
    config = loaded.provider(name)
    try:
        return ProviderConfig.model_validate({**config.model_dump(), **given})
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        raise ConfigError(f"{explained_flag(problem, ProviderConfig)}.") from invalid


def explained_flag(problem: ErrorDetails, model: type[pydantic.BaseModel]) -> str:
    """A problem with a value that a flag gave: `--base-url must begin with https://`."""
    flag = "--" + str(problem["loc"][0]).replace("_", "-") if problem["loc"] else ""
    reason = explain({**problem, "loc": ()}, model)
    return f"{flag} {reason}".strip()


def in_flight_at_most(given: str | None) -> int | str | None:
    """The value of `--concurrency`. Raises UsageError."""
    if given is None or given == "auto":
        return given
    if given.isascii() and given.isdecimal() and 1 <= int(given) <= MOST_IN_FLIGHT:
        return int(given)
    raise UsageError(
        f"--concurrency takes a whole number from 1 to {MOST_IN_FLIGHT}, or auto; not '{given}'."
    )


def _changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    fields = settings.model_dump()
    for name, value in changes.items():
        if value is not None:
            *above, last = name.split(".")
            place = fields
            for part in above:
                place = place[part]
            place[last] = value
    return Settings.model_validate(fields)


def _fitted(settings: Settings, provider: ProviderConfig) -> tuple[Settings, str | None]:
    """Settings with as many requests in flight as this process may have connections."""
    embedded = provider.simulated and provider.base_url is None  # both ends are in this process
    most = settings.most_in_flight
    room = make_room(most, files_each=2 if embedded else 1)
    if room >= most:
        return settings, None
    if settings.adapts:
        return settings.model_copy(update={"auto_concurrency_max": room}), None
    return settings.model_copy(update={"concurrency": room}), (
        f"{room} requests in flight at most, not {most}: this process may have no "
        "more open files. Raise the hard limit for more (ulimit -Hn)."
    )


def without_one_time_flags(args: list[str]) -> list[str]:
    """The command line without what should not be repeated by copying it."""
    kept: list[str] = []
    rest = iter(args)
    for arg in rest:
        if arg == "--retry":
            next(rest, None)
        elif arg != "--fresh" and not arg.startswith("--retry="):
            kept.append(arg)
    return kept


def _refuse_key(flag: str, value: str, name: str = "") -> None:
    if looks_like_key(value, name):
        raise UsageError(
            f"{flag} seems to hold a key, and others can read a command line. Put the key into "
            "the environment, a key_file or a key_command; replace it if it was a real one."
        )


def pairs(given: list[str], flag: str) -> dict[str, str]:
    """The `NAME=VALUE` of a repeated flag. Raises UsageError, for one that holds a key, too."""
    pairs = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        _refuse_key(flag, value if equals else pair, name)
        if not equals or not name:
            raise UsageError(f"{flag} takes NAME=VALUE, not '{pair}'.")
        pairs[name] = value
    return pairs


def _settled(redo: frozenset[str]) -> frozenset[Status]:
    if "all" in redo:
        return frozenset()
    return DONE - {Status(status) for status in redo}
