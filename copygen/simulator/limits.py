"""The simulator's rate limits: the generic cell rate algorithm, pure, with `now` passed in."""

import math
from datetime import datetime, timedelta
from email.utils import format_datetime

from copygen.simulator.profile import RetryAfter

_ROUNDING_S = 1e-9


class RateLimit:
    """At most `per_minute` units, of which `burst_s` seconds' worth at once.

    One instance for requests, another for tokens; `now` is in seconds of any steady clock.
    """

    def __init__(self, per_minute: int, burst_s: float) -> None:
        self.per_minute = per_minute
        self._interval_s = 60 / per_minute
        self._capacity = max(1.0, burst_s / self._interval_s)
        self._paid_until = -math.inf

    def wait_s(self, now: float, cost: float = 1) -> float:
        """Seconds until `cost` units fit; 0 when they fit now.

        A cost above the burst waits for a full burst: it could never be let in otherwise.
        """
        needed = min(cost, self._capacity) * self._interval_s
        wait = self.reset_s(now) + needed - self._capacity * self._interval_s
        return wait if wait > _ROUNDING_S else 0.0

    def take(self, now: float, cost: float = 1) -> None:
        """Use up `cost` units, into debt if there are fewer."""
        self._paid_until = max(self._paid_until, now) + cost * self._interval_s

    def remaining(self, now: float) -> int:
        """Whole units that fit now."""
        return max(0, int(self._capacity - self.reset_s(now) / self._interval_s + 1e-6))

    def reset_s(self, now: float) -> float:
        """Seconds until the limit is wholly unused again."""
        return max(0.0, self._paid_until - now)


class Limits:
    """Requests and tokens per minute together; either may be absent."""

    def __init__(self, rpm: int | None, tpm: int | None, burst_s: float) -> None:
        self._requests = RateLimit(rpm, burst_s) if rpm else None
        self._tokens = RateLimit(tpm, burst_s) if tpm else None

    def admit(self, now: float, tokens: int) -> float:
        """Take one request and `tokens` and return 0, or take nothing and return the seconds
        to wait."""
        costs = [
            (limit, cost) for limit, cost in ((self._requests, 1), (self._tokens, tokens)) if limit
        ]
        wait = max((limit.wait_s(now, cost) for limit, cost in costs), default=0.0)
        if not wait:
            for limit, cost in costs:
                limit.take(now, cost)
        return wait

    def charge(self, now: float, tokens: int) -> None:
        """Charge the tokens of a reply, known only once it is written."""
        if self._tokens:
            self._tokens.take(now, tokens)

    def headers(self, now: float) -> dict[str, str]:
        """The `x-ratelimit-*` headers in OpenAI's form; none where there is no limit."""
        return {
            name: value
            for unit, limit in (("requests", self._requests), ("tokens", self._tokens))
            if limit
            for name, value in (
                (f"x-ratelimit-limit-{unit}", str(limit.per_minute)),
                (f"x-ratelimit-remaining-{unit}", str(limit.remaining(now))),
                (f"x-ratelimit-reset-{unit}", go_duration(limit.reset_s(now))),
            )
        }


def go_duration(seconds: float) -> str:
    """Format seconds as OpenAI's reset headers do: `12ms`, `7.66s`, `6m0s`, `1h2m3s`."""
    ms = math.ceil(seconds * 1000 - 1e-6)
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    minutes, ms = divmod(ms, 60_000)
    text = f"{ms / 1000:g}s"
    if minutes >= 60:
        return f"{minutes // 60}h{minutes % 60}m{text}"
    return f"{minutes}m{text}" if minutes else text


def retry_after_headers(form: RetryAfter, wait_s: float, now: datetime) -> dict[str, str]:
    """Say `wait_s` in the given form; `now` is the wall clock, UTC, for the date form."""
    match form:
        case RetryAfter.SECONDS:
            return {"retry-after": str(math.ceil(wait_s))}
        case RetryAfter.MS:
            return {"retry-after-ms": str(math.ceil(wait_s * 1000))}
        case RetryAfter.DATE:
            # an HTTP date has no fraction, so the whole second after the moment is named
            moment = now + timedelta(seconds=wait_s)
            moment += timedelta(microseconds=-moment.microsecond % 1_000_000)
            return {"retry-after": format_datetime(moment, usegmt=True)}
        case RetryAfter.NONE:
            return {}
