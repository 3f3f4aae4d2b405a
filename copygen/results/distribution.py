"""The distribution of millions of measurements in constant memory."""

import math
from collections import Counter
from dataclasses import dataclass

EXACT_COUNT = 1000
"""Up to this many values percentiles are exact."""
PERCENTILE_COUNTS = {"p95_ms": 20, "p99_ms": 100}
"""Below this many values a percentile is the maximum under another name."""

_GROWTH = 1.02  # of bucket bounds; the middle of a bucket is then within 1 % of all in it
_LOG_GROWTH = math.log(_GROWTH)
_MIDDLE = 2 / (1 + _GROWTH)  # of a bucket, as a share of its upper bound


@dataclass(frozen=True, slots=True)
class Latency:
    """A distribution of times, in milliseconds."""

    count: int
    """How many were measured: no percentile means anything without it."""
    mean_ms: float
    min_ms: float
    p50_ms: float
    p95_ms: float
    """The maximum when fewer than 20 were measured."""
    p99_ms: float
    """The maximum when fewer than 100 were measured."""
    max_ms: float


class Distribution:
    """A fold over non-negative numbers.

    Count, mean, minimum and maximum are exact. Percentiles are nearest-rank: exact, an observed
    value, up to `EXACT_COUNT` values; from there on read off buckets 2 % wide, so within 1 %.
    """

    __slots__ = ("_buckets", "_exact", "_max", "_min", "_sum", "count")

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0.0
        self._min = math.inf
        self._max = 0.0
        self._exact: list[float] | None = []
        self._buckets: Counter[int] = Counter()

    @property
    def held(self) -> int:
        """How many numbers are kept; below about 1 700 whatever is added."""
        return len(self._buckets if self._exact is None else self._exact)

    def add(self, value: float) -> None:
        """Take in one value; a negative one, from a clock that was set back, counts as 0."""
        value = max(value, 0.0)
        self.count += 1
        self._sum += value
        self._min = min(self._min, value)
        self._max = max(self._max, value)
        if self._exact is None:
            self._buckets[_bucket(value)] += 1
        else:
            self._exact.append(value)
            if len(self._exact) > EXACT_COUNT:
                self._buckets.update(map(_bucket, self._exact))
                self._exact = None

    def percentile(self, share: float) -> float:
        """The smallest value that at least `share` (0 < share <= 1) of all values do not exceed.

        Raises ValueError when there are none.
        """
        if not self.count:
            raise ValueError("no percentile of nothing")
        rank = max(math.ceil(share * self.count), 1)
        if self._exact is not None:
            return sorted(self._exact)[rank - 1]
        for bucket in sorted(self._buckets):
            rank -= self._buckets[bucket]
            if rank <= 0:
                break
        return min(max(_value(bucket), self._min), self._max)

    def latency(self) -> Latency | None:
        """The distribution as figures to show; None when nothing was measured."""
        if not self.count:
            return None
        return Latency(
            count=self.count,
            mean_ms=self._sum / self.count,
            min_ms=self._min,
            p50_ms=self.percentile(0.50),
            p95_ms=self.percentile(0.95),
            p99_ms=self.percentile(0.99),
            max_ms=self._max,
        )


_ZERO = -(2**31)  # the bucket of 0, below all others


def _bucket(value: float) -> int:
    # Below a nanosecond nothing is measured; it also keeps the number of buckets bounded.
    return math.ceil(math.log(value) / _LOG_GROWTH) if value >= 1e-6 else _ZERO


def _value(bucket: int) -> float:
    return 0.0 if bucket == _ZERO else _MIDDLE * _GROWTH**bucket
