"""Rules that decide when requests go out, and how they learn from the answers. Pure: no waiting.

    admission ──(Start)──▶ wire ──(Finished)──▶ breaker · pacing · concurrency · retry budget
        ▲                                                    │
        └──────────── may it go, how soon, how many ─────────┘

Four loops listen to the same event, and each answers for one question only (a success, which is
what nearly every attempt is, is told to them by arguments, for that is cheaper):

* `breaker`: is anybody there? Stops sending to a host or a model that is down; its docstring says
  what that means. Reacts to failures, never to 429s.
* `pacing`: how many requests a second? From told limits, headers, and 429s. Reacts to refusals
  only: a timeout says nothing of a rate.
* `concurrency`: how many at a time? From refusals, timeouts, and whether more in flight bring more
  answers a second. It never raises the pace; a pace that needs more in flight raises it.
* the retry budget (`breaker.RetryBudget`): how many requests may be repeats? An empty one trips
  the breaker, for then the provider is in trouble, whatever each failure looked like.

How they do not get in each other's way:

* One refusal cuts pace and concurrency once: refusals of requests that were on the wire at the
  time of the cut belong to the same episode.
* What comes back while a breaker is open changes neither pace nor number: nothing is sent.
* After an outage the breaker spaces starts for five seconds; pace and concurrency begin where
  they were, so recovery takes one cool-down and not a new search.
* "Full" (503, 529) beside answers is heard by pace and concurrency, and by the breaker only if
  none of the answers still on their way is a success.
* A row's repeated failures are its own (`CircuitBreaker.is_of_row`); of its "full" answers the
  first two are passed on. So a faulty row slows nobody.
* The wait for Retry-After holds the pacer, not the breaker; it counts for giving up, since a
  provider that only ever asks to wait is not one that can be used.
"""

from typing import NamedTuple


class Start(NamedTuple):
    """One request that was sent."""

    at: float
    number: int
    """How many were sent up to and with it."""


class Finished(NamedTuple):
    """One request that has ended, as far as pace and concurrency care."""

    start: Start
    at: float
    in_flight: int
    """Others on the wire at that moment."""
    answered: bool
    """With a usable text."""
    refused: bool
    """For being one too many: a 429, or "full" beside answers."""
    timed_out: bool
    """For the first time, as far as its row goes."""
    retry_after_s: float | None
    reserved_tokens: float
    """With the pacer; 0 when tokens are not paced."""
    used_tokens: int | None
    """As the provider counted them; None when it did not say."""
