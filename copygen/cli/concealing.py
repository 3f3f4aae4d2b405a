"""The last line of defence: no key leaves through standard error, whoever writes there.

Messages are redacted where they are made. But tracebacks, the event loop's log and warnings are
written by others, and an exception may repeat whatever a server echoed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast

from copygen.providers.redact import Redactor, Secret


class Concealing:
    """A text stream in front of another that takes the secrets it knows out of every write."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._redactor = Redactor()

    def conceal(self, secret: Secret | None) -> None:
        """From now on, keep `secret` from being written."""
        if secret is not None:
            self._redactor = Redactor([secret])

    def redact(self, text: str) -> str:
        """`text` of unknown origin without secrets, known or by their shape."""
        return self._redactor.redact(text)

    def write(self, text: str) -> int:
        """Write `text` without secrets."""
        self._stream.write(self._redactor.redact_known(text))
        return len(text)

    def writelines(self, lines: list[str]) -> None:
        """Write each of `lines` without secrets."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def conceal(secret: Secret | None) -> None:
    """From now on, keep `secret` from being written to standard error."""
    if isinstance(sys.stderr, Concealing):
        sys.stderr.conceal(secret)


def redacted(text: str) -> str:
    """`text` of unknown origin without secrets, known or by their shape."""
    if isinstance(sys.stderr, Concealing):
        return sys.stderr.redact(text)
    return Redactor().redact(text)


@contextmanager
def concealing() -> Iterator[None]:
    """Put a `Concealing` stream in the place of `sys.stderr`."""
    original = sys.stderr
    stream = Concealing(original)
    if original is not None:
        sys.stderr = cast("TextIO", stream)
    try:
        yield
    finally:
        sys.stderr = original
