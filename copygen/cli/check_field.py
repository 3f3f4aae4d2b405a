"""The field that `copygen check` holds each text against: of a channel, or of the flags alone."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from copygen.config import load_settings
from copygen.errors import ConfigError, UsageError
from copygen.quality.channels import Channels, FieldSpec, load_channels
from copygen.quality.fields import FieldRequest, resolve
from copygen.quality.measure import Unit

_FLAGS = "the command line"


@dataclass(frozen=True, slots=True)
class Fields:
    """Which field each column, or named field of a record, is held against."""

    by_column: Mapping[str, FieldSpec]
    """Those named `COLUMN=FIELD`."""
    by_channel: Mapping[str, FieldSpec]
    """Those of channels named whole, by their short names."""
    others: FieldSpec | None
    """What holds for every other column; None if nothing was said of them."""

    def of(self, column: str) -> FieldSpec | None:
        """The field of a column; None for a `text` that is no field."""
        found = self.by_column.get(column) or self.by_channel.get(column) or self.others
        if found is None and column != "text":
            return FieldSpec(name=column, source=_FLAGS)
        return found


def read_fields(
    named: Sequence[str], limit: int | None, unit: str | None, settings_file: Path | None
) -> Fields:
    """Return the fields that `--channel`, `--limit` and `--unit` name.

    Raises UsageError for an unknown unit or channel, ConfigError for a channel file at fault.
    """
    if unit is not None and unit not in set(Unit):
        raise UsageError(f"--unit should be one of {', '.join(Unit)}, not '{unit}'.")
    if unit is not None and limit is None and not named:
        raise UsageError("--unit changes nothing by itself; give --limit, or --channel, with it.")
    own = FieldRequest(limit=limit, unit=None if unit is None else Unit(unit))
    if not named:
        return Fields({}, {}, _own_field(own))
    loaded = load_settings(settings_file, {}, os.environ)
    return _of_channels(named, own, load_channels(loaded.channel_files()))


def _own_field(own: FieldRequest) -> FieldSpec | None:
    if own.limit is None:
        return None
    return FieldSpec(name="text", limit=own.limit, unit=own.unit or Unit.CODEPOINTS, source=_FLAGS)


def _of_channels(named: Sequence[str], own: FieldRequest, channels: Channels) -> Fields:
    by_column: dict[str, FieldSpec] = {}
    by_channel: dict[str, FieldSpec] = {}
    others = []
    for entry in named:
        column, equals, name = entry.rpartition("=")
        try:
            if equals:
                by_column[column] = _spec(name, own, channels)
            elif "." not in name and len(channels.channel(name).fields) > 1:
                fields = channels.channel(name).fields
                by_channel |= {short: _spec(f"{name}.{short}", own, channels) for short in fields}
            else:
                others.append(_spec(name, own, channels))
        except ConfigError as unknown:
            raise UsageError(f"--channel {entry}: {unknown}") from unknown
    if len(others) > 1:
        names = " and ".join(spec.name for spec in others)
        raise UsageError(f"--channel {names}: say which column is which, as COLUMN=FIELD.")
    return Fields(by_column, by_channel, others[0] if others else None)


def _spec(name: str, own: FieldRequest, channels: Channels) -> FieldSpec:
    return resolve(name, own.model_copy(update={"channel": name}), channels).spec
