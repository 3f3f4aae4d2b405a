"""Chance without randomness: what happens to a request follows from the seed and its content.

A draw depends on the seed, the request body, and how often that body was seen before. Arrival
order plays no part, so a run at another concurrency meets the same faults and gets the same
texts, and a retry is a new draw that can succeed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

_WORD = 2.0**64
_REMEMBERED = 1 << 16


class Fault(StrEnum):
    """How a request can go wrong. The values are the names of the shares in a profile."""

    RATE_LIMITED = "rate_limited"
    """429 with Retry-After."""
    SERVER_ERROR = "server_error"
    """500 with a JSON error."""
    TIMEOUT = "timeout"
    """No answer until the client goes away or `hang_s` has passed."""
    RESET = "reset"
    """The connection is reset instead of an answer."""
    TRUNCATED = "truncated"
    """200 with half a body: either the connection ends early, or the JSON does."""
    HTML = "html"
    """502 with a gateway's web page."""
    EMPTY = "empty"
    """200 with `choices: []`."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn for one request."""

    id: str
    """16 hex digits, different for every content and sighting."""
    fault: Fault | None
    latency: float
    """Quantile of the latency, above 0 and below 1."""
    care: float
    """From 0 up to 1: how careful the writing is; 0 is careless."""
    choice: int
    """Chooses among wordings and among forms of a fault; the same for every sighting of a
    content."""
    nth: int
    """1-based: which sighting of this content it is. Consecutive sightings choose neighbouring
    wordings, so that variants of one prompt differ."""


class Draws:
    """Draws by seed, content and sighting.

    Memory is bounded: of contents that were answered, the last 65 536 are remembered. A content
    whose last draw was a fault is remembered until it is drawn again, however late, because a
    forgotten one would meet its first fault for ever.
    """

    def __init__(self, seed: int, shares: Mapping[Fault, float]) -> None:
        self._key = seed.to_bytes(8)
        self._bounds: list[tuple[float, Fault]] = []
        self._answered: dict[bytes, int] = {}
        self._faulted: dict[bytes, int] = {}
        bound = 0.0
        for fault, share in shares.items():
            bound += share
            if share:
                self._bounds.append((bound, fault))

    def draw(self, content: bytes) -> Draw:
        """Draw for the next sighting of `content`: the request body, byte for byte."""
        digest = blake2b(content, digest_size=16, key=self._key).digest()
        nth = (self._faulted.pop(digest, 0) or self._answered.pop(digest, 0)) + 1
        words = blake2b(digest + nth.to_bytes(8), digest_size=24, key=self._key).digest()
        fault = self._fault(int.from_bytes(words[:8]) / _WORD)
        self._remember(digest, nth, fault)
        return Draw(
            id=words[16:].hex(),
            fault=fault,
            latency=(int.from_bytes(words[8:12]) + 0.5) / 2.0**32,
            care=int.from_bytes(words[12:16]) / 2.0**32,
            choice=int.from_bytes(digest[:8]),
            nth=nth,
        )

    def _fault(self, chance: float) -> Fault | None:
        for bound, fault in self._bounds:
            if chance < bound:
                return fault
        return None

    def _remember(self, digest: bytes, nth: int, fault: Fault | None) -> None:
        if fault:
            self._faulted[digest] = nth
            return
        self._answered[digest] = nth
        if len(self._answered) > _REMEMBERED:
            del self._answered[next(iter(self._answered))]
