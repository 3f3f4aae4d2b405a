"""What a run has cost so far, and what is not known about it."""

from collections import Counter
from collections.abc import Mapping
from decimal import Context, Decimal

from copygen.models import Result, Status

MAX_NOTES = 50
"""Notes that are told apart; a note names a model or a reason, so there are few."""

EXACT = Context(prec=60)
"""A million sums of the smallest price times one token lose nothing."""
_OTHER_NOTES = "for other reasons"


class Spending:
    """A fold over results; sums are exact. Its properties are those of `Summary`."""

    def __init__(self) -> None:
        self.priced = 0
        self.unpriced = 0
        self.by_status: dict[Status, Decimal] = {}
        self._cost_usd = Decimal(0)
        self._notes: Counter[str] = Counter()
        self._reference_usd = Decimal(0)
        self._referred_usd = Decimal(0)
        self._references = 0

    def add(self, result: Result, reference_cost_usd: Decimal | None) -> None:
        """Take in one result, and what it would have cost at the reference price."""
        if result.attempts:
            self._note(result)
        cost = result.cost_usd
        if cost is None:
            return
        self._cost_usd = EXACT.add(self._cost_usd, cost)
        if result.status is not Status.OK and cost:
            so_far = self.by_status.get(result.status, Decimal(0))
            self.by_status[result.status] = EXACT.add(so_far, cost)
        if reference_cost_usd is not None:
            self._references += 1
            self._reference_usd = EXACT.add(self._reference_usd, reference_cost_usd)
            self._referred_usd = EXACT.add(self._referred_usd, cost)

    @property
    def cost_usd(self) -> Decimal | None:
        """The sum of all known costs; None when there are only unknown ones."""
        return None if self.unpriced and not self.priced else self._cost_usd

    @property
    def unaccepted_usd(self) -> Decimal:
        """What went into results that are not `ok`."""
        return sum(self.by_status.values(), Decimal(0))

    @property
    def notes(self) -> Mapping[str, int]:
        """Why costs are unknown or uncertain, most frequent first."""
        return dict(self._notes.most_common())

    @property
    def reference_usd(self) -> Decimal | None:
        """The reference cost of the results that have one and whose cost is known."""
        return self._reference_usd if self._references else None

    @property
    def saving_usd(self) -> Decimal | None:
        """Reference minus cost of those results."""
        if not self._references:
            return None
        return EXACT.subtract(self._reference_usd, self._referred_usd)

    @property
    def saving_share(self) -> Decimal | None:
        """The saving as a share of the reference; None when that is nothing."""
        saving = self.saving_usd
        return saving / self._reference_usd if saving is not None and self._reference_usd else None

    def _note(self, result: Result) -> None:
        if result.cost_usd is None:
            self.unpriced += 1
        else:
            self.priced += 1
        note = result.cost_note
        if note is not None:
            room = note in self._notes or len(self._notes) < MAX_NOTES
            self._notes[note if room else _OTHER_NOTES] += 1
