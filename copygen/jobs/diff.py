"""What changed between two results files, record by record, in memory that their ids take."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Self

from copygen.delivery.compare import Change, Comparison, RecordChange, compared
from copygen.delivery.copy import CopyReader
from copygen.delivery.selection import Choice, Chooser
from copygen.errors import ExitCode, UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffSpec:
    """Which files, and which of their records."""

    before: Path
    after: Path
    choice: Choice = field(default_factory=Choice)
    """Asked of the later record; of the earlier where that is gone."""
    changes: tuple[str, ...] = ()
    """Only records of which one of these is true; none: all that changed."""


class DiffJob:
    """An iterator of the records that changed; all are counted. A context manager."""

    def __init__(
        self, spec: DiffSpec, *, on_lines: Callable[[int], None] = lambda _lines: None
    ) -> None:
        """Reads what stands where in both.

        Raises UsageError for words that mean nothing, ResultsError for a file that cannot be read.
        """
        self._wanted = frozenset(map(Change, _known(spec.changes)))
        self._chooser = Chooser(spec.choice)
        self._stack = ExitStack()
        with self._stack:
            self._before = self._stack.enter_context(CopyReader(spec.before, on_lines=on_lines))
            self._after = self._stack.enter_context(CopyReader(spec.after, on_lines=on_lines))
            self._open = self._stack.pop_all()
        self.comparison = Comparison()

    def __iter__(self) -> Iterator[RecordChange]:
        meant = (one for one in self._every() if self._chooser.takes(one.newest))
        for change in self._chooser.sampled(meant, attrgetter("id")):
            self.comparison.add(change)
            if change.changes and (not self._wanted or self._wanted & set(change.changes)):
                yield change

    def _every(self) -> Iterator[RecordChange]:
        """The later file's records in their order, then those that are gone."""
        for after in self._after:
            yield compared(after.record.id, self._before.find(after.record.id), after)
        for before in self._before:
            if not self._after.holds(before.record.id):
                yield compared(before.record.id, before, None)

    @property
    def exit_code(self) -> ExitCode:
        """PARTIAL when anything differs."""
        return ExitCode.PARTIAL if self.comparison.differs else ExitCode.OK

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_of_the_exception: object) -> None:
        self._open.close()


def _known(changes: Sequence[str]) -> Iterator[str]:
    for word in changes:
        if word not in list(Change):
            raise UsageError(f"--change takes {', '.join(Change)}, not '{word}'.")
        yield word
