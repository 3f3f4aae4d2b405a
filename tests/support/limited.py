"""A provider with a rate limit, in virtual time: a token bucket that answers 429 beyond it."""

import asyncio
import math
import random
from collections.abc import Sequence

import httpx


class Limited:
    """Accepts `rate` requests a second with a burst of `burst`; counts what it refused."""

    def __init__(
        self,
        rate: float = 200.0,
        burst: int = 20,
        *,
        form: str = "ms",
        latency_s: float = 0.02,
        changes: Sequence[tuple[float, float]] = (),
    ) -> None:
        """`form` of Retry-After: `ms` (exact), `s` (whole seconds) or `none`. `changes` are
        (from when, new rate).
        """
        self.rate, self.burst = rate, burst
        self.form = form
        self.latency_s = latency_s
        self.changes = list(changes)
        self.starts: list[float] = []
        self.refused = 0
        self._level = float(burst)
        self._at = 0.0
        self._rng = random.Random(1)

    async def __call__(self, _request: httpx.Request) -> httpx.Response:
        """One request."""
        now = asyncio.get_running_loop().time()
        while self.changes and now >= self.changes[0][0]:
            self.rate = self.changes.pop(0)[1]
        self.starts.append(now)
        self._level = min(self.burst, self._level + (now - self._at) * self.rate)
        self._at = now
        if self._level < 1:
            self.refused += 1
            await asyncio.sleep(0.005)
            return httpx.Response(429, headers=self._retry_after())
        self._level -= 1
        await asyncio.sleep(self.latency_s * self._rng.uniform(0.8, 1.2))
        return httpx.Response(200, content=b"text")

    def _retry_after(self) -> dict[str, str]:
        needed_s = (1 - self._level) / self.rate
        if self.form == "ms":
            return {"retry-after": f"{needed_s:.3f}"}
        return {"retry-after": str(math.ceil(needed_s))} if self.form == "s" else {}
