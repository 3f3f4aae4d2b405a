"""A limit on what a run may spend. Pure rules: nothing here waits, knows prices or sends.

Before a request is sent its worst case is reserved; when its real cost is known, that takes the
place of the reservation. At every moment

    spent + kept + reserved <= limit

so a limit holds at any concurrency, whatever the requests in flight come to. What can be learnt
from real usage must not weaken that: if each of the requests in flight came to its worst, a
reservation below the worst would have let them pass the limit. So a reservation is never below
the worst case, and what is learnt decides two other things: a request that does not fit beside
the reservations *waits* for them to settle instead of ending the run (real costs are a fraction
of the worst, so nearly all of what was reserved comes free again), and a provider that charges
more than the worst case makes later reservations larger (`copygen.engine.purse`).
"""

import math
from decimal import Decimal
from typing import NamedTuple

PICOUSD_PER_USD = 10**12
"""One token at a price of $0.000001 per million tokens: integers of it are exact and fast."""


class Charge(NamedTuple):
    """What one request costs, or may cost."""

    picousd: int
    """Trillionths of a US dollar."""
    tokens: int
    """Input and output."""

    def __add__(self, other: "Charge") -> "Charge":  # type: ignore[override]  # sums, not joins
        return Charge(self.picousd + other.picousd, self.tokens + other.tokens)

    def __sub__(self, other: "Charge") -> "Charge":
        return Charge(self.picousd - other.picousd, self.tokens - other.tokens)

    def least(self, other: "Charge") -> "Charge":
        """The smaller of each."""
        return Charge(min(self.picousd, other.picousd), min(self.tokens, other.tokens))

    def most(self, other: "Charge") -> "Charge":
        """The larger of each."""
        return Charge(max(self.picousd, other.picousd), max(self.tokens, other.tokens))


NOTHING = Charge(0, 0)


class Limit(NamedTuple):
    """What all requests together may come to; None where there is no limit."""

    picousd: int | None = None
    tokens: int | None = None

    def holds(self, total: Charge) -> bool:
        """Whether `total` is within it."""
        return (self.picousd is None or total.picousd <= self.picousd) and (
            self.tokens is None or total.tokens <= self.tokens
        )

    @property
    def exists(self) -> bool:
        """Whether anything is limited at all."""
        return self != (None, None)


class Budget:
    """What is spent of a limit, and what is set aside for requests under way."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self.spent = NOTHING
        """The real cost of what has settled."""
        self.kept = NOTHING
        """The worst case of what was sent, may have been billed, and will never be known."""
        self.reserved = NOTHING
        """The worst case of what is under way."""

    def reserve(self, worst: Charge) -> bool:
        """Set `worst` aside; False, and nothing changes, when it does not fit now."""
        if not self.fits(worst):
            return False
        self.reserved += worst
        return True

    def fits(self, worst: Charge) -> bool:
        """Whether `worst` could be set aside now."""
        return self.limit.holds(self.spent + self.kept + self.reserved + worst)

    def may_fit_later(self, worst: Charge) -> bool:
        """Whether `worst` would fit if everything reserved came to nothing.

        Once false it stays false: what is spent only grows.
        """
        return self.limit.holds(self.spent + self.kept + worst)

    def settle(self, worst: Charge, real: Charge) -> None:
        """A reservation came to `real`."""
        self.reserved -= worst
        self.spent += real

    def keep(self, worst: Charge) -> None:
        """Nobody will say what a reservation came to, so it counts as spent."""
        self.reserved -= worst
        self.kept += worst

    def give_back(self, worst: Charge) -> None:
        """A reservation was not used: nothing was sent, or nothing of it is billed."""
        self.reserved -= worst


def picousd_at_most(usd: Decimal) -> int:
    """US dollars for a limit: a fraction of the unit is left off."""
    return math.floor(usd * PICOUSD_PER_USD)


def picousd_at_least(usd: Decimal) -> int:
    """US dollars for a cost: a fraction of the unit counts as one."""
    return math.ceil(usd * PICOUSD_PER_USD)


def usd(picousd: int) -> Decimal:
    """Back in US dollars, exact."""
    return Decimal(picousd) / PICOUSD_PER_USD
