"""The YAML parser: libyaml where it is installed, PyYAML's own otherwise."""

from collections.abc import Callable
from typing import IO, Final, Protocol, cast

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

MAX_BYTES: Final = 100 * 1024 * 1024
"""Of YAML text in one value: a document, or one element of a list that is read lazily."""


class Events(Protocol):
    """A YAML parser."""

    def get_event(self) -> yaml.Event | None:
        """Return the next event, or None past the end."""


class TooLargeError(Exception):
    """More than MAX_BYTES were read for one value."""


class Allowance:
    """A readable stream that refuses to feed one value without end."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.left = MAX_BYTES

    def read(self, size: int = -1) -> bytes:
        """Read as the stream does; raises TooLargeError when nothing is left."""
        chunk = self._stream.read(size)
        self.left -= len(chunk)
        if self.left < 0:
            raise TooLargeError
        return chunk


class PythonEvents(Reader, Scanner, Parser):
    """PyYAML's own parser, for installations without libyaml."""

    def __init__(self, stream: IO[bytes]) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


def fastest_parser() -> Callable[[IO[bytes]], Events]:
    """Return libyaml's parser, or PyYAML's own where that is not installed."""
    parser = getattr(yaml.cyaml, "CParser", None) if yaml.__with_libyaml__ else None
    return cast(Callable[[IO[bytes]], Events], parser or PythonEvents)


def open_events(stream: Allowance) -> Events:
    """Return the events of a binary stream; raises YAMLError if its encoding cannot be read."""
    return fastest_parser()(cast(IO[bytes], stream))
