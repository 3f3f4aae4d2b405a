"""What a prompt file wants of its texts, compiled for a run: checked before anything is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copygen.config import Loaded, ProviderConfig
from copygen.documents import located, validate
from copygen.errors import ConfigError, PromptError
from copygen.models import Item, JsonValue
from copygen.prompts import PromptSource, Wishes

if TYPE_CHECKING:  # loaded only for prompt files that want it
    from copygen.quality.fields import Field
    from copygen.quality.judge import Judge
    from copygen.quality.settings import ChecksSettings
    from copygen.quality.specs import FieldSpec
    from copygen.quality.standard import Standard

SCHEMA_NAME: Final = "copy"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What the engine judges by, and what is sent so that the model knows."""

    standard: "Standard"
    request: str
    """In words, for every prompt."""
    response_format: JsonValue
    """For models that take a JSON schema; None for a single text."""
    counted_format: JsonValue
    """The same with the number of texts, for models that are held to it."""

    def defaults(self, provider: ProviderConfig, model: str) -> dict[str, JsonValue]:
        """The provider's default parameters for that model, and the schema if it takes one."""
        given = dict(provider.request_defaults(model))
        if self.response_format is not None and provider.takes_schema(model):
            counted = provider.takes_counts(model)
            given["response_format"] = self.counted_format if counted else self.response_format
        return given


def compile_wishes(source: PromptSource, loaded: Loaded) -> Compiled | None:
    """The standard of a prompt file; None if it wants nothing. Raises PromptError, ConfigError."""
    wishes = source.wishes
    if wishes is None:
        return None
    from copygen.quality.standard import OnViolation, Standard, Terms

    fields, channel = _fields(wishes, loaded)
    folder = Path(wishes.document.path).parent
    standard = Standard(
        _judge(wishes, folder),
        Terms(wishes.reasks, OnViolation(wishes.on_violation), source.used_names),
        fields=fields,
        channel=channel,
        variants=source.variants,
    )
    standard.warm_up()
    plain, counted = (_response_format(fields, counts=counts) for counts in (False, True))
    return Compiled(standard, standard.request, plain, counted)


def _response_format(fields: "tuple[Field, ...]", *, counts: bool) -> JsonValue:
    from copygen.quality.fields import json_schema

    if not fields:
        return None
    schema = {"name": SCHEMA_NAME, "strict": True, "schema": json_schema(fields, counts=counts)}
    return {"type": "json_schema", "json_schema": schema}


def _judge(wishes: Wishes, folder: Path) -> "Judge":
    from copygen.quality.judge import Judge
    from copygen.quality.measure import Unit
    from copygen.quality.placeholders import measure_filled

    settings = _checks(wishes)
    try:
        return Judge(settings, lambda text, unit: measure_filled(text, Unit(unit), {}), folder)
    except ConfigError as error:
        for index, name in enumerate(settings.packs):
            if f"'{name}'" in str(error):  # the pack itself, not something in its file
                place = wishes.document.source(("checks", "packs", index))
                raise located(ConfigError, str(error), place) from error
        raise


def _checks(wishes: Wishes) -> "ChecksSettings":
    from copygen.quality.settings import ChecksSettings

    if not wishes.has_checks:
        return ChecksSettings()
    return validate(ChecksSettings, wishes.document, at=("checks",), error=PromptError)


def _fields(wishes: Wishes, loaded: Loaded) -> "tuple[tuple[Field, ...], FieldSpec | None]":
    """The named fields, or the field of the one text. Raises PromptError at its place."""
    if not wishes.has_fields and wishes.channel is None:
        return (), None
    from copygen.quality.channels import load_channels
    from copygen.quality.fields import read_fields

    channels = load_channels(loaded.channel_files())
    if wishes.has_fields:
        return read_fields(wishes.document, channels, error=PromptError), None
    try:
        return (), channels.field(wishes.channel or "")
    except ConfigError as problem:
        place = wishes.document.source(("channel",))
        raise located(PromptError, str(problem), place) from problem


def cleaned(item: Item) -> Item:
    """The item as a template may insert it: without what nobody sees."""
    from copygen.quality.cleaning import clean_item

    return clean_item(item)
