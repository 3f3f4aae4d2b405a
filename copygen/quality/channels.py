"""Channels: where copy goes, and what may be put there. Data, in `configs/channels/*.yaml`.

One YAML file for each channel, the user's over those that ship.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pydantic

from copygen.documents import (
    Document,
    FrozenModel,
    explain,
    located,
    nearest,
    read_document,
    shipped_document,
    shipped_names,
    validate,
)
from copygen.errors import ConfigError
from copygen.quality.units import Unit


class CharacterRules(FrozenModel):
    """What characters and marks a text may have. None and false: no such rule."""

    no_emoji: bool = False
    """No emoji."""
    no_exclamation: bool = False
    """No `!`, in full width neither."""
    max_exclamations: int | None = pydantic.Field(default=None, ge=0)
    """Exclamation marks at most."""
    no_repeated_punctuation: bool = False
    """No `!!`, `??`, `,,`; three dots and `…` are one mark."""
    no_all_caps: bool = False
    """No word in capitals that is longer than an acronym."""
    no_halfwidth_katakana: bool = False
    """No `ｶﾀｶﾅ`."""
    no_line_breaks: bool = False
    """One line."""
    no_urls: bool = False
    """No web addresses."""
    no_email_addresses: bool = False
    """No e-mail addresses."""
    no_phone_numbers: bool = False
    """No telephone numbers."""
    no_html: bool = False
    """No tags and no entities."""
    no_decorative_symbols: bool = False
    """No bullets, stars and arrows as ornaments."""
    forbidden_characters: str = ""
    """None of these, each by itself."""
    max_hashtags: int | None = pydantic.Field(default=None, ge=0)
    """Hashtags at most."""
    max_mentions: int | None = pydantic.Field(default=None, ge=0)
    """Mentions at most."""
    max_urls: int | None = pydantic.Field(default=None, ge=0)
    """Web addresses at most."""
    max_same_word: int | None = pydantic.Field(default=None, ge=1)
    """How often one word may occur."""
    no_repeats_in_field: bool = False
    """The texts of a field differ from each other."""

    def names(self) -> Mapping[str, bool | int | str]:
        """The rules that are on, by name, with their figure or characters."""
        return self.model_dump(exclude_defaults=True)


class FieldSpec(FrozenModel):
    """One field of a channel: its limit and its rules."""

    name: str
    """`google_ads.headline`."""
    limit: int | None = pydantic.Field(default=None, ge=1)
    """At most so many units."""
    unit: Unit = Unit.CODEPOINTS
    """How length is counted."""
    hard: bool = True
    """`false`: a longer text is shown cut off, or is a bad idea; nobody refuses it."""
    verified: bool = True
    """`false`: from a weak or a contradicted source. Warns instead of failing."""
    min_length: int | None = pydantic.Field(default=None, ge=1)
    """At least so many units."""
    recommended: int | None = pydantic.Field(default=None, ge=1)
    """What is seen without unfolding, or works best; in the same unit."""
    min_count: int | None = pydantic.Field(default=None, ge=0)
    """Texts the channel takes at least."""
    max_count: int | None = pydantic.Field(default=None, ge=1)
    """Texts the channel takes at most."""
    rules: CharacterRules = CharacterRules()
    """Characters and marks it takes; see the character rules."""
    packs: tuple[str, ...] = ()
    """Policy packs that go with the field."""
    html: bool = False
    """Whether markup is welcome: it is judged by what readers see of it, and counted as written."""
    shared: bool = False
    """Whether many items may have the same text: a tag, a path, a button, the shop's name."""
    note: str | None = None
    """What a reader of the figures should know."""
    source: str
    """Where the figures are from."""
    checked_on: date | None = None
    """When the source was last looked at."""

    @property
    def fails(self) -> bool:
        """Whether a text past the limit is an error; otherwise it is a warning."""
        return self.hard and self.verified

    @pydantic.model_validator(mode="after")
    def _bounds_agree(self) -> "FieldSpec":
        pairs = (("min_length", "limit"), ("recommended", "limit"), ("min_count", "max_count"))
        for lower, upper in pairs:
            low, high = getattr(self, lower), getattr(self, upper)
            if low is not None and high is not None and low > high:
                raise ValueError(f"{lower} cannot be larger than {upper}")
        return self


class Channel(FrozenModel):
    """A channel and its fields."""

    name: str
    title: str
    """What people call it."""
    fields: Mapping[str, FieldSpec]
    """By their short name, `headline`, in the file's order."""


class _FieldEntry(FrozenModel):
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


class _ChannelFile(FrozenModel):
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


class Channels:
    """All channels that are known, sorted by name."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    def __iter__(self) -> Iterator[Channel]:
        return (self._channels[name] for name in sorted(self._channels))

    def __len__(self) -> int:
        return len(self._channels)

    def channel(self, name: str) -> Channel:
        """Return the channel of that name. Raises ConfigError with the nearest known name."""
        found = self._channels.get(name)
        if found is None:
            raise ConfigError(
                f"there is no channel '{name}'; {_hint(name, sorted(self._channels))}"
            )
        return found

    def matching(self, name: str) -> tuple[Channel, ...]:
        """Return the channel of that name, or the channel of a field with that field alone."""
        if "." not in name:
            return (self.channel(name),)
        spec = self.field(name)
        channel = self.channel(name.partition(".")[0])
        only = {name.partition(".")[2]: spec}
        return (channel.model_copy(update={"fields": only}),)

    def field(self, name: str) -> FieldSpec:
        """Return the field of that name, such as `google_ads.headline`.

        A channel with one field only may be named without it. Raises ConfigError with the nearest
        known name.
        """
        channel_name, dot, short = name.partition(".")
        if not dot and channel_name not in self._channels:
            raise ConfigError(
                f"there is no channel '{name}'; {_hint(name, sorted(self._channels))}"
            )
        channel = self.channel(channel_name)
        if not dot and len(channel.fields) == 1:
            return next(iter(channel.fields.values()))
        if not dot:
            full = (spec.name for spec in channel.fields.values())
            raise ConfigError(f"'{name}' has several fields; name one: {', '.join(full)}")
        found = channel.fields.get(short)
        if found is None:
            raise ConfigError(
                f"channel '{channel_name}' has no field '{short}'; {_hint(short, channel.fields)}"
            )
        return found


def load_channels(user_files: Iterable[Path] = ()) -> Channels:
    """Read the channels that ship with copygen and, over them, the user's files in order.

    A user's file adds a channel, or fields to a known one, or changes single keys of a known field.
    Raises ConfigError as `path:line:column: sentence`, with the nearest valid key.
    """
    own: dict[str, Channel] = {}
    channels = _KnownChannels(own)
    for path in user_files:
        what = f"the channel file {path}"
        channel = read_channel(read_document(path, what, "a channel file"), channels)
        own[channel.name] = channel
    return Channels(channels)


class _KnownChannels(Mapping[str, Channel]):
    """The channels that ship with copygen, by the names of their files, and over them others.

    One that ships is read when it is first asked for: to read all takes 12 ms of a start.
    """

    def __init__(self, own: Mapping[str, Channel]) -> None:
        self._own = own
        self._shipped = frozenset(shipped_names("channels"))

    def __getitem__(self, name: str) -> Channel:
        if name in self._own:
            return self._own[name]
        if name not in self._shipped:
            raise KeyError(name)
        return _shipped(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._shipped.union(self._own))

    def __len__(self) -> int:
        return len(self._shipped.union(self._own))

    def __contains__(self, name: object) -> bool:
        return name in self._own or name in self._shipped


@cache
def _shipped(name: str) -> Channel:
    return read_channel(shipped_document(f"channels/{name}"), {})


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return f"did you mean '{near}'?" if near else f"known here: {', '.join(names)}"
