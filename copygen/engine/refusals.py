"""When everything is refused alike: the net below the table of known errors.

`copygen.providers.classification` knows many words for "no credit", "bad key" and "no such model",
and will always lack some. An unknown one looks like a request that is wrong by itself, and a table
of them would end as `failed`, row by row. So the first refusals of a run are held back until
something else has ended: a text, or any other outcome, shows that they are about their own rows.
When there is nothing but the same refusal, the run is stopped with its words, and its rows stay
as they were.

Pure: results in, results out. Refusals that depend on the row by their kind (a content filter, a
model that declines) are never taken for one about all rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from copygen.errors import ProviderRefused
from copygen.models import ApiError, ErrorInfo, Kind, Result
from copygen.results.stats import alike

ENOUGH: Final = 20
"""Refusals that end a run which has seen nothing else. They cost nothing and are not recorded, so
many can be waited for: as many faulty rows at the head of a table do not stop the others."""
ENOUGH_AT_END: Final = 3
"""The same for a run that has no more rows to try."""
_OF_ALL_ROWS: Final = frozenset({Kind.INVALID_REQUEST, Kind.UNSUPPORTED_PARAMETER, Kind.TOO_LARGE})

_Cause = tuple[Kind, int | None, str]


@dataclass(slots=True)
class FirstRefusals:
    """The results of one run pass through here as long as it has seen nothing but one refusal.

    `proven` says that earlier runs got texts into the same results: then a few rows that are
    left and refused alike are taken for faulty rows.
    """

    provider: str
    proven: bool = False
    settled: bool = False
    """Whether something else was seen: from then on every result passes."""
    error: ProviderRefused | None = None
    """Why the run has to end."""
    _held: list[Result] = field(default_factory=list)
    _cause: _Cause | None = None

    def passed(self, result: Result) -> Sequence[Result]:
        """The results that may be recorded, now that this one has ended."""
        if self.settled:
            return (result,)
        cause = _cause_of(result)
        if result.error is not None and result.error.kind is Kind.INPUT:
            return (result,)  # nothing was sent: it shows nothing
        if cause is None or self._cause not in (None, cause):
            self.settled = True
            held, self._held = self._held, []
            return (*held, result)
        self._cause = cause
        self._held.append(result)
        if len(self._held) >= ENOUGH:
            self._refuse()
        return ()

    def at_end(self) -> Sequence[Result]:
        """The results still held that may be recorded, now that no more rows are left."""
        if self.error is None and not self.proven and len(self._held) >= ENOUGH_AT_END:
            self._refuse()
        if self.error is not None:
            return ()
        held, self._held = self._held, []
        return held

    def _refuse(self) -> None:
        error = self._held[0].error
        assert error is not None
        if self.error is None:
            self.error = _refusal(self.provider, len(self._held), error)


def _cause_of(result: Result) -> _Cause | None:
    """What a refusal is compared by; None for a result that is no unpaid refusal."""
    error = result.error
    if error is None or error.kind not in _OF_ALL_ROWS or result.usage or result.text:
        return None
    return error.kind, error.status, alike(error.message)


def _refusal(provider: str, count: int, error: ErrorInfo) -> ProviderRefused:
    words = (
        f"{provider} refused the first {count} prompts alike and answered none: {error.message} "
        "They are not recorded as failed: correct what it says, then run the same command again."
    )
    return ProviderRefused(words, ApiError(error.kind, error.message, error.status))
