"""What a prompt file wants of its texts, compiled for a run: checked before anything is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copygen.config import Loaded, ProviderConfig
from copygen.documents import located, validate
from copygen.errors import ConfigError, PromptError
from copygen.models import Item, OutputSchema
from copygen.prompts import OutputSpec, PromptSource

if TYPE_CHECKING:  # loaded only for prompt files that want it
    from copygen.quality.acceptance import Acceptance
    from copygen.quality.channels import FieldSpec
    from copygen.quality.checker import Checker
    from copygen.quality.fields import Field
    from copygen.quality.settings import ChecksSettings

SCHEMA_NAME: Final = "copy"


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
