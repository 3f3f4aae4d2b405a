"""What a spec comes to: settings, provider, prompts and places, checked before anything is sent.

Where a run writes is looked at, too: nothing of value is overwritten, and no paid text is left
without a place.
"""

import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from copygen import system
from copygen.config import Loaded, ProviderConfig, Settings, load_settings
from copygen.config.settings import retirement_of
from copygen.documents import explain, files, located, validate
from copygen.engine.budget import CostBounds, spending_limit_of
from copygen.errors import ConfigError, PromptError, ResultsError, UsageError
from copygen.jobs.spec import RunSpec
from copygen.models import Item, JsonValue, OutputSchema, Prompt, Status
from copygen.prompts import (
    CostCheck,
    OutputSpec,
    PromptSource,
    ReadOptions,
    Selection,
    Target,
    open_prompts,
    open_values,
)
from copygen.providers.keys import doubt_about, unguarded_file
from copygen.providers.redact import Secret
from copygen.results.ledger import FsyncPolicy
from copygen.results.record import loads
from copygen.results.resume import DONE
from copygen.results.storage import Beside, claim_results, default_results_path, is_beside, reported

if TYPE_CHECKING:
    # loaded only for prompt files that want it
    from copygen.delivery.reviewed import ReviewedPrompts
    from copygen.quality.acceptance import Acceptance
    from copygen.quality.channels import FieldSpec
    from copygen.quality.checker import Checker
    from copygen.quality.fields import Field
    from copygen.quality.settings import ChecksSettings


SCHEMA_NAME: Final = "copy"
_Meaning = TypeVar("_Meaning")
OTHER_FILES: Final = 64
"""Open files beside the connections: results, locks, the event loop; with room to spare."""
_REDONE: Final[Mapping[str, frozenset[Status]]] = {
    "failed": frozenset({Status.FAILED}),
    "rejected": frozenset({Status.REJECTED}),
    "all": DONE,
}


@dataclass(frozen=True, slots=True)
class CompiledOutput:
    """What the engine judges by, and what is sent so that the model knows."""

    acceptance: "Acceptance"
    request: str
    """In words, for every prompt."""
    plain: OutputSchema | None
    """For models that take a JSON schema; None for a single text."""
    counted: OutputSchema | None
    """The same with the number of texts, for models that are held to it."""

    def schema_of(self, provider: ProviderConfig, model: str) -> OutputSchema | None:
        """The schema for that model, if it takes one."""
        if not provider.takes_schema(model):
            return None
        return self.counted if provider.takes_counts(model) else self.plain


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a job is given beside its spec."""

    environ: Mapping[str, str]
    stdin: BinaryIO | None = None
    """Where rows come from if the spec says `STREAM`."""
    values: Iterable[str | Mapping[str, JsonValue]] | None = None
    """Rows as Python values, in its place."""


@dataclass(frozen=True, slots=True)
class Setup:
    """What a spec asks for, resolved as far as it goes without a key."""

    source: PromptSource
    target: Target
    provider: ProviderConfig
    settings: Settings
    output: Path | None
    """None: results go to the caller."""
    settled: frozenset[Status]
    """Statuses of an earlier run that are left as they are."""
    fsync: FsyncPolicy
    template: str | None
    """File name of the template that the rows of a table are put into."""
    acceptance: "Acceptance | None" = None
    """What texts are held against; None: they are taken as they are."""


def set_up(spec: RunSpec, inputs: Inputs) -> Setup:
    """Resolve settings, provider and prompt file; of a table nothing is read yet.

    Raises UsageError, ConfigError or PromptError.
    """
    if spec.fresh and spec.retry:
        raise UsageError("give either --fresh, which starts over, or --retry, which does not.")
    settled = DONE.difference(*(_chosen("--retry", one, _REDONE) for one in spec.retry))
    fsync = _chosen("--fsync", spec.fsync, {str(one): one for one in FsyncPolicy})
    loaded = load_settings(spec.settings_file, spec.options, inputs.environ)
    settings = _changed(loaded.settings, spec.settings)
    source = _source(spec, inputs)
    provider, model = addressed(
        loaded, source, provider=spec.provider, model=spec.model, changes=spec.provider_settings
    )
    compiled = compile_output_spec(source, loaded)
    output = None
    if inputs.values is None or spec.output is not None:
        output = results_path(None if spec.output is None else str(spec.output), source.path)
    if spec.summary_file is not None:
        check_summary(Path(spec.summary_file))
    return Setup(
        source=source,
        target=target_of(provider, model, compiled),
        provider=provider,
        settings=settings,
        output=output,
        settled=settled,
        fsync=fsync,
        template=Path(spec.template).name if spec.template else None,
        acceptance=compiled.acceptance if compiled else None,
    )


def _chosen(flag: str, word: str, meanings: Mapping[str, _Meaning]) -> _Meaning:
    try:
        return meanings[word]
    except KeyError as unknown:
        raise UsageError(f"{flag} takes {', '.join(meanings)}, not '{word}'.") from unknown


def _source(spec: RunSpec, inputs: Inputs) -> PromptSource:
    if inputs.values is None:
        return opened(
            spec.prompts,
            spec.template,
            spec.variables,
            spec.limit,
            inputs.stdin,
            reading=spec.reading,
            selection=spec.selection,
        )
    return open_values(
        inputs.values,
        template=None if spec.template is None else str(spec.template),
        overrides=spec.variables,
        limit=spec.limit,
        selection=spec.selection,
    )


def opened(
    prompts: str | Path,
    template: str | Path | None,
    variables: Mapping[str, str] | None = None,
    limit: int | None = None,
    stdin: BinaryIO | None = None,
    *,
    reading: ReadOptions | None = None,
    selection: Selection | None = None,
) -> PromptSource:
    """The prompt file or table of a spec, its header read. Raises PromptError."""
    return open_prompts(
        str(prompts),
        template=None if template is None else str(template),
        overrides=variables,
        limit=limit,
        stdin=stdin,
        reading=reading,
        selection=selection,
    )


def target_of(provider: ProviderConfig, model: str, compiled: CompiledOutput | None) -> Target:
    """What rendering needs to know of a provider, for prompts that name no model of their own."""
    if compiled is None:
        return Target(provider.name, model, provider.request_defaults, clean=cleaned)
    schema_of = partial(compiled.schema_of, provider)
    return Target(
        provider.name, model, provider.request_defaults, compiled.request, cleaned, schema_of
    )


def addressed(
    loaded: Loaded,
    source: PromptSource | None,
    *,
    provider: str | None,
    model: str | None,
    changes: Mapping[str, Any],
) -> tuple[ProviderConfig, str]:
    """Which provider and model prompts go to that name no model themselves.

    What a spec names (`provider`, `model`) goes before what the prompt file names, and that before
    the settings. `changes` are what flags change of the provider; a None changes nothing. Raises
    ConfigError.
    """
    named = source.provider if source else None
    try:
        config = _configured(loaded, provider or named or loaded.settings.default_provider, changes)
    except ConfigError as error:
        place = source.provider_place if source and not provider else None
        if place is not None and "no provider" in str(error):
            raise located(ConfigError, str(error), place) from error
        raise
    return config, model or (source.model if source else None) or config.default_model


def _configured(loaded: Loaded, name: str, changes: Mapping[str, Any]) -> ProviderConfig:
    given = {key: value for key, value in changes.items() if value is not None}
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


def _changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    fields = settings.model_dump()
    for name, value in changes.items():
        if value is None:
            continue
        *above, last = name.split(".")
        place = fields
        for part in above:
            place = place.setdefault(part, {})
        place[last] = value
    try:
        return Settings.model_validate(fields)
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        raise ConfigError(f"settings: {explain(problem, Settings)}.") from invalid


def can_be_bounded(
    source: PromptSource, target: Target, provider: ProviderConfig, settings: Settings
) -> CostCheck | None:
    """Return a check of rows that raises for one whose cost nobody can bound; None without a limit.

    Raises ConfigError at once when the model of a stream has no price, or no cap on its output:
    nobody can read a stream's rows first, so those with models of their own are failed as they
    come.
    """
    limit = spending_limit_of(settings)
    if not limit.exists:
        return None
    worst_cases = CostBounds(provider, limit)
    if source.is_stream:
        reason = worst_cases.refusal(source.draft(target))
        if reason is not None:
            raise ConfigError(f"{reason}.")

    def check(draft: Prompt) -> None:
        reason = worst_cases.refusal(draft)
        if reason is None:
            return
        if draft.model == target.default_model and not draft.messages:
            raise ConfigError(f"{reason}.")
        raise PromptError(f"{reason}.", draft.source)

    return check


def fitted(settings: Settings, provider: ProviderConfig) -> tuple[Settings, str | None]:
    """Settings with as many requests in flight as this process may have connections, and what to
    say where those are fewer than asked for. Raises UsageError.
    """
    embedded = provider.simulated and provider.base_url is None  # both ends are in this process
    most = settings.most_in_flight
    room = _room_for(most, files_each=2 if embedded else 1)
    if room >= most:
        return settings, None
    if settings.adapts:
        return settings.model_copy(update={"auto_concurrency_max": room}), None
    return settings.model_copy(update={"concurrency": room}), (
        f"{room} requests in flight at most, not {most}: this process may have no "
        "more open files. Raise the hard limit for more (ulimit -Hn)."
    )


def _room_for(connections: int, files_each: int) -> int:
    """How many connections can be open at a time, `connections` at most.

    Raises this process's limit of open files as far as that needs and its hard limit lets it.
    """
    limit = system.raise_descriptor_limit(OTHER_FILES + connections * files_each)
    if limit is None:
        return connections
    room = (limit - OTHER_FILES) // files_each
    if room < 1:
        raise UsageError(
            f"this process may open {limit} files only, and needs {OTHER_FILES + files_each} for "
            "one request at a time: raise the hard limit (ulimit -Hn)."
        )
    return min(connections, room)


def doubts(
    setup: Setup, key: Secret | None, environ: Mapping[str, str], shortage: str | None
) -> tuple[str, ...]:
    """What a person should know before the run: of the prompts, the key and the model."""
    today = datetime.now(UTC).date()
    retirement = retirement_of(setup.provider, setup.target.default_model, today)
    found = (
        doubt_about(setup.provider, key),
        unguarded_file(setup.provider, environ),
        shortage,
        None if retirement is None else str(retirement),
    )
    return (*setup.source.warnings, *filter(None, found))


STDIN_STEM: Final = "stdin"
_TABLES: Final = frozenset(
    {".csv", ".tsv", ".tab", ".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers", ".parquet"}
    | {".feather", ".arrow", ".avro", ".orc", ".db", ".sqlite", ".sqlite3", ".pkl", ".npy"}
)
_TEXTS: Final = frozenset(
    {".json", ".yaml", ".yml", ".toml", ".xml", ".html", ".htm", ".md", ".docx", ".doc", ".odt"}
    | {".rtf", ".pdf", ".pptx", ".po", ".xlf", ".xliff"}
)
_PACKED: Final = frozenset({".gz", ".zip", ".xz", ".zst", ".bz2", ".7z", ".tar"})
_OTHER_KINDS: Final = _TABLES | _TEXTS | _PACKED
_MAX_SUMMARY_BYTES: Final = 4 * 1024 * 1024


def results_path(given: str | None, prompts: Path | None) -> Path | None:
    """The results file; None for standard output. `prompts` is the file that a default stands by.

    Raises UsageError for a name of another kind of file and for one that the command uses
    otherwise, ResultsError for a place where there can be no results.
    """
    if given == "-":
        return None
    if given is not None:
        path = Path(given)
        _check_kind(path)
    else:
        path = default_results_path(prompts or STDIN_STEM)
        if path.is_symlink():
            # It may have come with the folder, and lead anywhere.
            raise ResultsError(
                f"{path} is a link, and copygen follows none that nobody named: name the file "
                "itself with -o."
            )
    claim_results(path)
    return path


def check_summary(path: Path) -> None:
    """Raise UsageError unless `path` is free, a summary of an earlier run, or a stream.

    ResultsError where there can be no file.
    """
    with reported(path, "write the summary there"):
        files.claim(path, files.SUMMARY)
        if path.is_symlink() and not path.exists():
            raise ResultsError(f"{path} is a link that leads nowhere; name another --summary-json.")
        if not path.exists():
            if not path.parent.is_dir():
                raise ResultsError(
                    f"{path.parent} is not a folder; create it or choose another --summary-json."
                )
            return
        mode = files.status(path).st_mode
        if stat.S_ISDIR(mode):
            raise UsageError(f"--summary-json {path} is a folder; name a file in it.")
        if stat.S_ISREG(mode) and not _is_summary(path):
            raise UsageError(
                f"--summary-json {path} would overwrite a file that is no summary of copygen; name "
                "another, or move it away."
            )


def _check_kind(path: Path) -> None:
    kind = path.suffix.lower()
    if kind in _OTHER_KINDS:
        better = path.with_name(f"{path.name.removesuffix(path.suffix)}.jsonl")
        raise UsageError(
            f"-o {path} would not be a {kind} file: results are JSONL, a record per line. "
            f"Use -o {better}, and make other files of it afterwards."
        )


def _is_summary(path: Path) -> bool:
    try:
        content = files.read_bytes(path, files.SUMMARY, _MAX_SUMMARY_BYTES)
        value = loads(content) if content.strip() else {"version": 0, "by_status": {}}
    except (OSError, ValueError):
        return False
    return isinstance(value, dict) and {"version", "by_status"} <= value.keys()


def reviewed_prompts(spec: RunSpec, setup: Setup, results: Path | None) -> "ReviewedPrompts | None":
    """What people decided about the texts in `results`; None where nobody has.

    Raises ResultsError.
    """
    if results is None or not is_beside(Beside.DECISIONS, results):
        return None
    from copygen.delivery.reviewed import Heeding, ReviewedPrompts

    acceptance = setup.acceptance
    heeding = Heeding(
        redo_approved=spec.redo_approved,
        retry_rejected="rejected" in spec.retry,
        fresh=spec.fresh,
        used_names=setup.source.used_names,
        fields=() if acceptance is None else tuple(one.name for one in acceptance.fields),
    )
    return ReviewedPrompts.of(results, heeding, datetime.now(UTC))


def compile_output_spec(source: PromptSource, loaded: Loaded) -> CompiledOutput | None:
    """What a prompt file wants of its texts; None if it wants nothing.

    Raises PromptError, ConfigError.
    """
    spec = source.output_spec
    if spec is None:
        return None
    from copygen.quality.acceptance import Acceptance, OnViolation, ReaskPolicy

    fields, channel = _fields(spec, loaded)
    folder = Path(spec.document.path).parent
    acceptance = Acceptance(
        _checker(spec, folder),
        ReaskPolicy(spec.reasks, OnViolation(spec.on_violation), source.used_names),
        fields=fields,
        channel=channel,
        variants=source.variants,
    )
    acceptance.warm_up()
    plain, counted = (_schema(fields, counts=counts) for counts in (False, True))
    return CompiledOutput(acceptance, acceptance.request, plain, counted)


def _schema(fields: "tuple[Field, ...]", *, counts: bool) -> OutputSchema | None:
    from copygen.quality.fields import json_schema

    if not fields:
        return None
    return OutputSchema(SCHEMA_NAME, json_schema(fields, counts=counts))


def _checker(spec: OutputSpec, folder: Path) -> "Checker":
    from copygen.quality.checker import Checker
    from copygen.quality.units import measure

    settings = _checks(spec)
    try:
        return Checker(settings, measure, folder)
    except ConfigError as error:
        for index, name in enumerate(settings.packs):
            shown = (f"'{name}'", f"'{folder / name}'")
            if any(
                words in str(error) for words in shown
            ):  # the pack itself, not something in its file
                place = spec.document.source(("checks", "packs", index))
                raise located(ConfigError, str(error), place) from error
        raise


def _checks(spec: OutputSpec) -> "ChecksSettings":
    from copygen.quality.settings import ChecksSettings

    if not spec.has_checks:
        return ChecksSettings()
    return validate(ChecksSettings, spec.document, at=("checks",), error=PromptError)


def _fields(spec: OutputSpec, loaded: Loaded) -> "tuple[tuple[Field, ...], FieldSpec | None]":
    """The named fields, or the field of the one text. Raises PromptError at its place."""
    if not spec.has_fields and spec.channel is None:
        return (), None
    from copygen.quality.channels import load_channels
    from copygen.quality.fields import read_fields

    channels = load_channels(loaded.channel_files())
    if spec.has_fields:
        return read_fields(spec.document, channels, error=PromptError), None
    try:
        return (), channels.field(spec.channel or "")
    except ConfigError as problem:
        place = spec.document.source(("channel",))
        raise located(PromptError, str(problem), place) from problem


def cleaned(item: Item) -> Item:
    """The item as a template may insert it: without what nobody sees."""
    from copygen.quality.injection import clean_item

    return clean_item(item)
