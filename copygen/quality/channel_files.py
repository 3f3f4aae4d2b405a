"""Channel files: one YAML file for each channel, the user's over those that ship."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pydantic

from copygen.documents import Document, explain, located, validate
from copygen.errors import ConfigError
from copygen.quality.measure import Unit
from copygen.quality.specs import Channel, CharacterRules, FieldSpec, Frozen


class _FieldEntry(Frozen):
    """A field as it stands in a file; what it leaves out is the file's."""

    limit: int | None = pydantic.Field(default=None, ge=1)
    unit: Unit | None = None
    hard: bool | None = None
    verified: bool | None = None
    min_length: int | None = pydantic.Field(default=None, ge=1)
    recommended: int | None = pydantic.Field(default=None, ge=1)
    min_count: int | None = pydantic.Field(default=None, ge=0)
    max_count: int | None = pydantic.Field(default=None, ge=1)
    rules: CharacterRules | None = None
    packs: tuple[str, ...] | None = None
    html: bool | None = None
    shared: bool | None = None
    note: str | None = None
    source: str | None = None
    checked_on: date | None = None


class _ChannelFile(Frozen):
    """One YAML file: a channel."""

    name: str = pydantic.Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str | None = None
    source: str | None = None
    checked_on: date | None = None
    packs: tuple[str, ...] | None = None
    rules: CharacterRules | None = None
    fields: dict[str, _FieldEntry] = pydantic.Field(min_length=1)


def read_channel(document: Document, base: Mapping[str, Channel]) -> Channel:
    """Return the channel that the document describes.

    If `base` has a channel of that name, its fields stay and take what the document says of them.
    Raises ConfigError as `path:line:column: sentence`.
    """
    file = validate(_ChannelFile, document)
    known = base.get(file.name)
    specs = dict(known.fields) if known else {}
    for short, entry in file.fields.items():
        values = _values(f"{file.name}.{short}", file, entry, specs.get(short), document.path)
        specs[short] = _spec(values, document, short)
    title = file.title or (known.title if known else file.name)
    return Channel(name=file.name, title=title, fields=specs)


def _values(
    name: str, file: _ChannelFile, entry: _FieldEntry, base: FieldSpec | None, path: str
) -> dict[str, Any]:
    given = entry.model_dump(exclude_unset=True, exclude={"rules"})
    of_file = file.model_dump(include={"source", "checked_on", "packs"}, exclude_none=True)
    inherited = base.model_dump(exclude_unset=True) if base else {}
    # A figure of one's own comes from oneself, and is as good as verified.
    own = {"source": path, "checked_on": None, "verified": True} if base else {"source": path}
    layers = (base and base.rules, file.rules, entry.rules)
    rules = [layer.model_dump(exclude_unset=True) for layer in layers if layer]
    return {
        **inherited,
        **own,
        **of_file,
        **given,
        "name": name,
        "rules": {key: value for layer in rules for key, value in layer.items()},
    }


def _spec(values: Mapping[str, Any], document: Document, short: str) -> FieldSpec:
    try:
        return FieldSpec.model_validate(values)
    except pydantic.ValidationError as invalid:
        problem = invalid.errors(include_url=False)[0]
        source = document.source(("fields", short, *problem["loc"]))
        raise located(ConfigError, f"'{short}' {explain(problem, FieldSpec)}", source) from invalid
