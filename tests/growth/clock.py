"""How long something takes as its text grows, on a machine that is doing other things as well."""

from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time

SIZES = (2_000, 8_000, 32_000)
MOST_GROWTH = 1.3
"""Times as fast as the text."""
_NOTHING_MS = 1.5
"""What 8 000 characters may cost unseen. One step of a matcher takes a nanosecond or more, so that
one that goes over the rest of the text from each character takes thirty."""
_HOPELESS_MS = 400.0
_TOO_LONG_S = 1.0
_TRIES = 4
_AT_ONCE_S = 0.005
"""What any text may take: all checks of one begin at 0.2 ms, and at thrice that where lines are
traced. What is exponential takes seconds for the first of these."""
_FIRST = (24, 500)
"""Looked at before, so that what is exponential or cubic does not hold the test itself."""


@dataclass(frozen=True)
class Growth:
    """Milliseconds by length, and whether they grow faster than the text."""

    ms: dict[int, float]
    is_linear: bool

    def __str__(self) -> str:
        return "  ".join(f"{n}: {ms:.2f}" for n, ms in sorted(self.ms.items()))


def growth(run: Callable[[str], object], text: Callable[[int], str]) -> Growth:
    """Run `run` on the text of each size. Processor time of this thread, the least of several."""
    ms: dict[int, float] = {}
    for size in _FIRST:
        most_s = max(_AT_ONCE_S, _TOO_LONG_S * size / SIZES[-1])
        taken = _least(run, text(size), 1)
        if taken > most_s:
            taken = _least(run, text(size), 2)
            if taken > most_s:
                return Growth({size: 1000 * taken}, is_linear=False)
    short, middle, long = SIZES
    ms[middle] = 1000 * _least(run, text(middle), 1)
    if ms[middle] < _NOTHING_MS:
        return Growth(ms, is_linear=True)
    ms[short] = 1000 * _least(run, text(short), 2)
    if ms[middle] <= MOST_GROWTH * ms[short] * middle / short:
        return Growth(ms, is_linear=True)
    if ms[middle] > _HOPELESS_MS:
        return Growth(ms, is_linear=False)
    ms[long] = 1000 * _least(run, text(long), 1)
    for _ in range(_TRIES):
        if ms[long] <= MOST_GROWTH * ms[middle] * long / middle:
            return Growth(ms, is_linear=True)
        for size in (middle, long):
            ms[size] = min(ms[size], 1000 * _least(run, text(size), 1))
    return Growth(ms, is_linear=ms[long] <= MOST_GROWTH * ms[middle] * long / middle)


def _least(run: Callable[[str], object], text: str, times: int) -> float:
    taken = []
    for _ in range(times):
        began = thread_time()
        run(text)
        taken.append(thread_time() - began)
    return min(taken)
