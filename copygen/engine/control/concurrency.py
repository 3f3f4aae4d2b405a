"""How many requests may be in flight at a time. Pure rules; `now` is an argument.

A number the user gave is kept to: the run begins with a few and adds one for each prompt that
succeeds, until it is reached. With `auto` the number is found:

* it doubles, one more for each success, as long as all of it is used and each doubling brings a
  good part of what it could bring in replies per second;
* a refusal (429) ends that: it falls to four fifths of what was in flight, once for all refusals
  of requests that were on the wire by then; from there it rises by one, two, four ... with each
  round in which nothing was refused, and faster up to what the pacer's pace needs: a refusal for
  too many requests a minute is no reason to keep few in flight;
* a provider that refuses nothing answers later instead: when a larger number brings no more
  replies per second, the one before was enough. That is kept for a few rounds; then a smaller one
  is tried, and a larger one, since capacity comes and goes;
* where answers come near their deadline it is too large, whatever it brings: it does not rise
  while they take a quarter of the time they may, and falls when they take half of it.

A small server (one to four at a time, the rest waits in line) must not be found by filling its
line: `first` requests are a handful, and after the first answer no more go out than would come back
in one deadline if it answered one at a time. When those are back, their number per second times
the quickest answer says how many it works on (Little's law). Where that is far less than what was
sent, so few are tried, and kept when they bring nearly as much.

A round is as many replies as there may be requests, after as many that were still under way when
the number changed. Latency itself is no measure: it grows with the length of a text, and a server
that works on many prompts at a time is slower with each and faster with all.
"""

import math
from enum import Enum, auto

from copygen.engine.control import Finished

CUT = 0.8
"""What a refusal leaves of the number in flight."""
FEWEST_REPLIES = 20
"""Of a round: fewer say nothing about replies per second."""
WORTH_IT = 0.25
"""A raise is kept when it brings at least this share of what it could bring."""
HELD_ROUNDS = 8
"""How long a number that was found is left alone."""
PROBE = 1.25
"""A trial raises the number by this, or lowers it by its inverse."""
HARMLESS = 0.05
"""A smaller number is kept when it costs no more than this share of the replies per second."""
FALLEN = 0.7
"""Below this share of what a number brought before, capacity has gone."""
USUAL = 1.4
"""A usual answer takes so much longer than the quickest of two."""
ESTIMATE_MARGIN = 1.25
"""The quickest answer is quicker than the usual one: so much more than Little's law says."""
ESTIMATE_BRINGS = 0.75
"""Share of the replies per second that so few must bring to be kept: more would bring twice."""
SMALL = 0.6
"""Of what was sent: a server that works on more is not taken for a small one."""
ESTIMATE_ROUND = 6
FEW, FEW_REPLIES = 2, 8
"""With so few in flight so many replies are a round: one more or less halves or doubles them."""
SMOOTHING = 0.05
"""Weight of the latest latency in their average."""
SLOW, TOO_SLOW = 0.25, 0.5
"""Shares of an attempt's deadline: past the first nothing is raised, past the second it is cut."""


class Phase(Enum):
    """What a limit is doing."""

    ESTIMATING = auto()
    """Finding out whether it is a small server."""
    ESTIMATED = auto()
    """It seems to be: trying the number it seems to work on."""
    DOUBLING = auto()
    RISING = auto()
    """By steps, each twice the last."""
    HELD = auto()
    LOWER = auto()
    """Trying whether a smaller number does as well."""


class Concurrency:
    """The number of requests that may be in flight; read `limit` after each event."""

    def __init__(
        self,
        most: int,
        first: int,
        *,
        adaptive: bool,
        deadline_s: float = math.inf,
        burst: int = 0,
    ) -> None:
        """`deadline_s` is what an attempt may take, `burst` what may be in flight once the first
        answer is here; 0: `first` is known to do no harm.
        """
        self.limit = max(1, min(first, most))
        self._burst = min(burst, most)
        self._quickest_s = math.inf
        self._estimated: tuple[float, int] | None = None
        """Since when, and with how many in flight."""
        self.adaptive = adaptive
        self.is_final = not adaptive and self.limit == most
        """Whether nothing changes the limit any more: answers need not be told."""
        self._most = most
        self._deadline_s = deadline_s
        self._phase = Phase.ESTIMATING if self._burst else Phase.DOUBLING
        self._goal = min(2 * self.limit, most)
        """Of this doubling."""
        self._step = 1
        self._rounds_held = 0
        self._cut_at = -math.inf
        self._proven: tuple[int, float] | None = None
        """A limit, and the replies per second it gave."""
        self._to_settle = 0
        """Replies to requests from before the limit changed."""
        self._replies = self._slow = 0
        self._used_up = False
        """Whether the limit was reached in this round."""
        self._round_began_s = 0.0
        self._latency_s = 0.0
        """Lately, on average."""
        self._pace_per_s: float | None = None

    def sent(self, now: float, in_flight: int) -> None:
        """A request went out; `in_flight` are on the wire with it."""
        if in_flight == 1 and not self._replies:
            self._round_began_s = now  # a pause before it was nobody's slowness
        if in_flight >= self.limit:
            self._used_up = True

    def finished(self, event: Finished, pace_per_s: float | None) -> None:
        """A request has ended; `pace_per_s` is how many a second the pacer allows, if it paces."""
        if event.answered:
            self.answered(event.at, event.start.at, pace_per_s)
        elif event.refused or event.timed_out:
            self.refused(event.at, event.start.at, event.in_flight)

    def answered(self, now: float, began_at: float, pace_per_s: float | None = None) -> None:
        """A request that began at `began_at` was answered with a usable text.

        `pace_per_s` is how many requests per second the pacer allows, if it paces.
        """
        # One more for each answer doubles it once per round: 20 become 1 000 in six rounds, and no
        # server meets a thousand new connections at once.
        if not self.adaptive:
            self.limit = min(self.limit + 1, self._most)
            self.is_final = self.limit == self._most
            return
        latency_s = now - began_at
        self._latency_s += SMOOTHING * (latency_s - self._latency_s)
        self._pace_per_s = pace_per_s
        if self._phase is Phase.ESTIMATING:
            self._estimate(now, began_at)
            return
        # Half of the deadline: a spread of two around the usual answer would time out next.
        if latency_s > TOO_SLOW * self._deadline_s:
            self.refused(now, began_at, self.limit)
            return
        self._slow += latency_s > SLOW * self._deadline_s
        if self.limit < self._goal and self._used_up and not self._slow:
            self.limit += 1
            # Answers that were asked for at the old number say nothing of the new one.
            self._begin_round(now, to_settle=self.limit)
        elif self._to_settle > 0:
            self._to_settle -= 1
            self._round_began_s = now
        else:
            self._replies += 1
            if self._replies >= self._round:
                self._end_round(now)

    def refused(self, now: float, began_at: float, in_flight: int) -> None:
        """A request that began at `began_at` was refused, with `in_flight` others on the wire."""
        # Once per episode: fifty requests refused together are one message and not fifty.
        if not self.adaptive or began_at <= self._cut_at:
            return
        self._cut_at = now
        self._phase, self._step, self._proven = Phase.RISING, 1, None
        # Of what was in flight, for a limit that was not used up says nothing about what was
        # refused.
        self._set(max(1, int(CUT * min(self.limit, in_flight + 1))), now)

    @property
    def _round(self) -> int:
        """Replies that make one."""
        if self._phase is Phase.ESTIMATED:
            return max(self.limit, ESTIMATE_ROUND)
        return max(self.limit, FEW_REPLIES if self.limit <= FEW else FEWEST_REPLIES)

    def _estimate(self, now: float, began_at: float) -> None:
        """Take in a reply to one of the first requests."""
        self._quickest_s = min(self._quickest_s, now - began_at)
        if self._estimated is None:
            bearable = self._burst
            if self._quickest_s > 0:
                usual_s = USUAL * self._quickest_s
                bearable = int(min(self._burst, max(1.0, self._deadline_s / usual_s - 1)))
            self.limit = max(1, bearable)
            self._estimated = (now, self.limit)
            return
        since, sent = self._estimated
        if began_at >= since:
            self._replies += 1
        if self._replies < sent:
            return
        per_s = self._replies / max(now - since, 1e-9)
        works_on = round(per_s * self._quickest_s * ESTIMATE_MARGIN)
        if works_on > SMALL * sent:
            self._estimated = None
            # As many successes would have doubled it by now.
            self._phase = Phase.DOUBLING
            self._set(2 * sent, now)
            self._goal = min(3 * sent, self._most)
            self._used_up = True
            return
        self._phase, self._proven = Phase.ESTIMATED, (sent, per_s)
        self._set(works_on, now)

    def _set(self, limit: int, now: float) -> None:
        self.limit = self._goal = max(1, min(limit, self._most))
        self._begin_round(now, to_settle=self.limit)

    def _begin_round(self, now: float, *, to_settle: int) -> None:
        self._replies = self._slow = 0
        self._to_settle = to_settle
        self._round_began_s = now
        self._used_up = False

    def _end_round(self, now: float) -> None:
        per_s = self._replies / max(now - self._round_began_s, 1e-9)
        crowded = self._slow
        used_up = self._used_up
        self._begin_round(now, to_settle=0)
        # A round that did not use the number up measures the pace or the source, and not the
        # server.
        if not used_up:
            return
        if self._phase is Phase.ESTIMATED:
            self._judge_estimate(per_s, now)
        elif self._phase is Phase.HELD:
            self._hold(per_s, now)
        elif self._phase is Phase.LOWER:
            self._judge_lower(per_s, now)
        elif crowded:
            self._proven = (self.limit, per_s)
            self._phase = Phase.LOWER
            self._set(int(self.limit / PROBE), now)
        elif self._proven is None:
            self._proven = (self.limit, per_s)
            self._rise(now)
        else:
            self._judge_higher(per_s, now)

    def _rise(self, now: float) -> None:
        if self._phase is Phase.DOUBLING:
            self._goal = min(2 * self.limit, self._most)
        else:
            step, self._step = self._step, min(2 * self._step, self.limit)
            needed = int((self._pace_per_s or 0.0) * self._latency_s)
            self._set(max(self.limit + step, min(needed, 2 * self.limit)), now)

    def _judge_estimate(self, per_s: float, now: float) -> None:
        assert self._proven is not None
        before, rate_before = self._proven
        if per_s >= ESTIMATE_BRINGS * rate_before:
            # One round more, to be sure of what it brings; then one more at a time.
            self._proven = (self.limit, per_s)
            self._phase, self._rounds_held = Phase.HELD, HELD_ROUNDS - 1
            self._begin_round(now, to_settle=0)
            return
        self._estimated = None
        self._phase, self._proven = Phase.DOUBLING, None
        self._set(before, now)
        self._goal = min(2 * before, self._most)

    def _judge_higher(self, per_s: float, now: float) -> None:
        assert self._proven is not None
        before, rate_before = self._proven
        if self.limit < min(PROBE * before, self._most):
            self._rise(now)  # too small a difference to be told from chance
            return
        could_bring = self.limit / before - 1
        if could_bring and per_s / rate_before - 1 >= WORTH_IT * could_bring:
            self._proven = (self.limit, per_s)
            self._rise(now)
            return
        self._phase, self._rounds_held = Phase.HELD, 0
        self._set(before, now)

    def _hold(self, per_s: float, now: float) -> None:
        assert self._proven is not None
        limit, rate_before = self._proven
        # The latest rounds count most: what a number brings changes with the provider's load.
        self._proven = (limit, (rate_before + per_s) / 2)
        self._rounds_held += 1
        if per_s < FALLEN * rate_before:
            self._proven = (limit, per_s)
            self._phase = Phase.LOWER
            self._set(math.ceil(limit * per_s / rate_before * PROBE), now)
        elif self._rounds_held >= HELD_ROUNDS and self._estimated is not None:
            self._estimated = None
            self._phase, self._step = Phase.RISING, 1
            # A small server: one more at a time, where doubling would fill its queue again. Against
            # one to four slots the median latency stays within 1.26 of the best.
            self._set(limit + 1, now)
        elif self._rounds_held >= HELD_ROUNDS:
            self._phase = Phase.LOWER
            self._set(int(limit / PROBE), now)

    def _judge_lower(self, per_s: float, now: float) -> None:
        assert self._proven is not None
        before, rate_before = self._proven
        if self.limit < before and per_s >= (1 - HARMLESS) * rate_before:
            self._proven = (self.limit, max(per_s, rate_before))
            if self.limit > 1:
                self._set(int(self.limit / PROBE), now)
                return
        self._phase = Phase.RISING
        self._step = math.ceil(self._proven[0] * (PROBE - 1))
        self._set(self._proven[0] + self._step, now)
