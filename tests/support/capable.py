"""Providers with a capacity instead of a rate limit, in virtual time."""

import asyncio
import random
from collections.abc import Sequence

import httpx


class Capable:
    """Works on `capacity` requests at a time; more wait in line, or are refused if it `refuses`.

    `changes` are (from when, new capacity). A request with `x-model: huge` takes `huge_s`.
    """

    def __init__(
        self,
        capacity: int,
        *,
        latency_s: float = 1.0,
        refuses: bool = False,
        changes: Sequence[tuple[float, int]] = (),
        huge_s: float = 0.0,
        seed: int = 1,
    ) -> None:
        self.capacity = capacity
        self.latency_s = latency_s
        self.refuses = refuses
        self.changes = list(changes)
        self.huge_s = huge_s
        self.in_flight = 0
        self.refused = 0
        self.seen: list[tuple[float, int]] = []
        """(when, in flight) at each arrival."""
        self._working = 0
        self._line: list[asyncio.Future[None]] = []
        self._rng = random.Random(seed)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        """One request."""
        now = asyncio.get_running_loop().time()
        while self.changes and now >= self.changes[0][0]:
            self.capacity = self.changes.pop(0)[1]
        self.in_flight += 1
        self.seen.append((now, self.in_flight))
        try:
            if self.refuses and self._working >= self.capacity:
                self.refused += 1
                await asyncio.sleep(0.01)
                return httpx.Response(429)
            return await self._work(request)
        finally:
            self.in_flight -= 1

    async def _work(self, request: httpx.Request) -> httpx.Response:
        if self._working >= self.capacity or self._line:
            await self._turn()
        else:
            self._working += 1
        try:
            huge = request.headers.get("x-model") == "huge"
            seconds = self.huge_s if huge else self.latency_s * self._rng.uniform(0.7, 1.3)
            await asyncio.sleep(seconds)
        finally:
            self._working -= 1
            self._call_next()
        return httpx.Response(200, content=b"text")

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._line.append(turn)
        self._call_next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._working -= 1
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self._line and self._working < self.capacity:
            turn = self._line.pop(0)
            if not turn.done():
                self._working += 1
                turn.set_result(None)

    def in_flight_between(self, began_s: float, ended_s: float) -> float:
        """The mean number in flight at arrivals in that time."""
        seen = [number for at, number in self.seen if began_s <= at < ended_s]
        return sum(seen) / len(seen)
