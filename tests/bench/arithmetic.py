"""The arithmetic of the suite: spreads, ratios, ideal times. Pure."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure measured several times."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """The spread of at least one value."""
        measured = sorted(values)
        return cls(measured[0], statistics.median(measured), measured[-1])


def ratios(of: Sequence[float], to: Sequence[float]) -> Spread:
    """Round by round `of` divided by `to`, over the rounds that both took part in.

    Both were measured one right after the other in each round, so what disturbs a round
    disturbs both, and the ratio less than either.
    """
    return Spread.of(a / b for a, b in zip(of, to, strict=False))


def ideal_s(
    cost: float, per_s: float, burst: float, changes: Sequence[tuple[float, float]] = ()
) -> float:
    """The earliest second after the first request at which a token bucket lets the last one in.

    The bucket begins full. `cost` is the sum over all requests; `changes` are `(after_s, per_s)`
    in order of time.
    """
    missing = cost - burst
    began_s = 0.0
    for after_s, then_per_s in changes:
        refilled = (after_s - began_s) * per_s
        if missing <= refilled:
            break
        missing -= refilled
        began_s, per_s = after_s, then_per_s
    return began_s + max(0.0, missing) / per_s


def growth(samples: Sequence[float]) -> float:
    """How far the highest sample of the last nine tenths is above the first of them."""
    later = samples[len(samples) // 10 :]
    return max(later) - later[0] if later else 0.0
