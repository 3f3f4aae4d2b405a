"""Failures grouped by cause: a thousand rows with one cause are one line of the summary."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from copygen.models import ErrorInfo, Kind
from copygen.results.summary import FailureGroup

MAX_CAUSES = 50
"""Causes that are told apart; later ones are grouped by their kind alone."""

_COMPARED_CHARACTERS = 300
_WORD = re.compile(r"[\w.+/:-]+")
_DIGIT = re.compile(r"\d")
_UNRECORDED = ErrorInfo(Kind.BAD_REPLY, "failed without an error on record")

_Cause: TypeAlias = tuple[Kind, int | None, str]


@dataclass(slots=True)
class _Group:
    message: str
    example_id: str
    various: bool
    count: int = 0


class Causes:
    """A fold over errors. Holds at most `MAX_CAUSES` groups and one more per kind."""

    def __init__(self) -> None:
        self._groups: dict[_Cause, _Group] = {}

    def add(self, id_: str, error: ErrorInfo | None) -> None:
        """Count the error of the result `id_`; None is a failure that says nothing."""
        error = error or _UNRECORDED
        cause: _Cause = (error.kind, error.status, alike(error.message))
        group = self._groups.get(cause)
        if group is None:
            various = len(self._groups) >= MAX_CAUSES
            if various:
                cause = (error.kind, None, "")
            group = self._groups.setdefault(cause, _Group(error.message, id_, various))
        group.count += 1

    def groups(self) -> tuple[FailureGroup, ...]:
        """The causes, most frequent first; among equals the one seen first."""
        ranked = sorted(self._groups.items(), key=lambda entry: -entry[1].count)
        return tuple(
            FailureGroup(kind, status, group.message, group.count, group.example_id, group.various)
            for (kind, status, _), group in ranked
        )


def alike(message: str) -> str:
    """`message` with all that differs between rows with one cause taken out.

    Every word that holds a digit (ids, counts, times, hashes) becomes `#`.
    """
    return _WORD.sub(_without_digits, message[:_COMPARED_CHARACTERS])


def _without_digits(match: re.Match[str]) -> str:
    word = match.group()
    return "#" if _DIGIT.search(word) else word
