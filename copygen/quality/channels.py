"""Channels: where copy goes, and what may be put there. Data, in `configs/channels/*.yaml`."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from copygen.config import configs_folder
from copygen.documents import files, nearest, parse_document
from copygen.errors import ConfigError
from copygen.quality.channel_files import read_channel
from copygen.quality.specs import Channel, CharacterRules, FieldSpec

__all__ = ["Channel", "Channels", "CharacterRules", "FieldSpec", "load_channels"]


class Channels:
    """All channels that are known, sorted by name."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = dict(sorted(channels.items()))

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __len__(self) -> int:
        return len(self._channels)

    def channel(self, name: str) -> Channel:
        """Return the channel of that name. Raises ConfigError with the nearest known name."""
        found = self._channels.get(name)
        if found is None:
            raise ConfigError(f"there is no channel '{name}'; {_hint(name, self._channels)}")
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
            raise ConfigError(f"there is no channel '{name}'; {_hint(name, self._channels)}")
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
    channels = dict(_shipped())
    for path in user_files:
        channel = read_channel(parse_document(_text(path), str(path)), channels)
        channels[channel.name] = channel
    return Channels(channels)


@cache
def _shipped() -> Mapping[str, Channel]:
    folder = configs_folder() / "channels"
    channels: dict[str, Channel] = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml"):
            text = entry.read_text(encoding="utf-8")
            channel = read_channel(parse_document(text, f"configs/channels/{entry.name}"), {})
            channels[channel.name] = channel
    return channels


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    near = nearest(name, names)
    return f"did you mean '{near}'?" if near else f"known here: {', '.join(names)}"


def _text(path: Path) -> str:
    try:
        return files.read_text(path, "a channel file")
    except OSError as error:
        raise ConfigError(f"cannot read the channel file {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the channel file {path} is not UTF-8 text; save it as UTF-8") from error
