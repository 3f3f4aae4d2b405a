"""What the simulated provider is like, and what happens to each request.

Chance without randomness: a draw depends on the seed, the request body, and how often that body
was seen before. Arrival order plays no part, so a run at another concurrency meets the same faults
and gets the same texts, and a retry is a new draw that can succeed.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from statistics import NormalDist
from typing import Annotated, Self

from pydantic import Field, model_validator

from copygen.documents import FrozenModel

_WORD = 2.0**64
_REMEMBERED = 1 << 16


class SimulatedFault(StrEnum):
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
    fault: SimulatedFault | None
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

    def __init__(self, seed: int, shares: Mapping[SimulatedFault, float]) -> None:
        self._key = seed.to_bytes(8)
        self._bounds: list[tuple[float, SimulatedFault]] = []
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

    def _fault(self, chance: float) -> SimulatedFault | None:
        for bound, fault in self._bounds:
            if chance < bound:
                return fault
        return None

    def _remember(self, digest: bytes, nth: int, fault: SimulatedFault | None) -> None:
        if fault:
            self._faulted[digest] = nth
            return
        self._answered[digest] = nth
        if len(self._answered) > _REMEMBERED:
            del self._answered[next(iter(self._answered))]


Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
PerMinute = Annotated[int, Field(ge=1)]

_SPREAD = NormalDist()


class RetryAfter(StrEnum):
    """The form in which a 429 says how long to wait."""

    SECONDS = "seconds"
    """`Retry-After: 2`, rounded up."""
    MS = "ms"
    """`Retry-After-Ms: 1250`."""
    DATE = "date"
    """`Retry-After: Mon, 05 Jan 2026 10:00:02 GMT`, rounded up."""
    NONE = "none"
    """Not at all."""


def _reported_latencies() -> dict[str, float]:
    return {
        "deepseek-chat": 38,
        "gemini-2.5-flash": 45,
        "gpt-4.1": 120,
        "claude-sonnet-4.5": 95,
    }


class SimulatorProfile(FrozenModel):
    """Settings of a simulator. The default one is fast, unlimited, faultless and open to all.

    Shares are probabilities of a fault per request, 0 to 1; together they are at most 1.
    """

    seed: int = Field(default=0, ge=0, lt=2**63)
    """Another seed, other faults, latencies and texts."""

    latency_ms: Amount | None = None
    """The same latency for every request instead of a spread; 0 answers at once."""
    model_latency_ms: Mapping[str, Amount] = Field(default_factory=_reported_latencies)
    """Mean latency by model, as HolySheep reports it."""
    other_latency_ms: Amount = 50
    """Mean latency of every model that is not listed."""
    latency_scale: Amount = 1
    """Multiplies the mean latencies, not `latency_ms`."""
    latency_sigma: Annotated[float, Field(ge=0, le=3)] = 0.25
    """Spread of the lognormal latency: the standard deviation of its logarithm."""

    rpm: PerMinute | None = None
    """Requests per minute; more are refused with a 429."""
    tpm: PerMinute | None = None
    """Tokens per minute, input and output."""
    burst_s: Amount = 1
    """How many seconds' worth of a limit may be used at once; never less than one request."""
    retry_after: RetryAfter = RetryAfter.SECONDS
    """How a 429 says when to come again."""
    retry_after_s: Amount = 1
    """What a `rate_limited` fault asks for; a real limit asks for what is needed."""

    rate_limited: Share = 0
    """Share of requests answered with a 429."""
    server_error: Share = 0
    """Share answered with a 500."""
    timeout: Share = 0
    """Share answered with silence."""
    reset: Share = 0
    """Share answered with a connection reset."""
    truncated: Share = 0
    """Share answered with half a body."""
    html: Share = 0
    """Share answered with an HTML error page."""
    empty: Share = 0
    """Share answered with no choices."""
    hang_s: Amount = 600
    """How long a `timeout` fault holds the connection before it answers 504."""

    sloppy: Share = 0
    """Share of texts that break a rule of copy: too long, with a figure nobody gave, in another
    language, begun like all others, with talk around it, or as broken JSON. Of the answers to a
    complaint most are right. No fault of the connection, so not counted among those."""
    echo: bool = False
    """Reply with the last user message, unlabelled, instead of a text of its own."""
    require_key: str | None = Field(default=None, min_length=1, repr=False)
    """The only bearer key accepted; any other, or none, gets a 401."""
    models: tuple[str, ...] | None = None
    """The models served; any other gets a 404. If not given, every name is served."""

    @model_validator(mode="after")
    def _shares_fit(self) -> Self:
        total = sum(self.shares().values())
        if total > 1 + 1e-9:
            raise ValueError(
                f"the fault shares add up to {total:g}; together they can be 1 at most"
            )
        return self

    def shares(self) -> Mapping[SimulatedFault, float]:
        """The share of each fault, in the order in which they are drawn."""
        return {fault: getattr(self, fault.value) for fault in SimulatedFault}

    def latency_s(self, model: str, quantile: float) -> float:
        """Seconds until `model` answers, at a quantile (above 0, below 1) of its spread.

        Lognormal with the model's mean: exp(N(ln mean - sigma²/2, sigma²)).
        """
        if self.latency_ms is not None:
            return self.latency_ms / 1000
        mean = self.model_latency_ms.get(model, self.other_latency_ms) * self.latency_scale
        sigma = self.latency_sigma
        return mean / 1000 * math.exp(sigma * _SPREAD.inv_cdf(quantile) - sigma * sigma / 2)
