"""Leave to spend: reserves the worst case of each request, waits while others may free enough,
settles with the real cost, and ends the run when nothing more can be bought.

Who does not fit stands in one line and is served in order, so a large prompt is not starved by
small ones. One that can never fit any more is passed over (left for the next run) as long as
smaller ones may still fit.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from copygen.config import ProviderConfig, Settings
from copygen.engine.budget import (
    NOTHING,
    Budget,
    Charge,
    Limit,
    picousd_at_least,
    picousd_at_most,
    usd,
)
from copygen.engine.clock import utc_now
from copygen.engine.halt import Alarm, Halt, LeftForLater
from copygen.engine.retry import RULES
from copygen.engine.worst_case import Unbounded, WorstCases
from copygen.errors import LimitReached
from copygen.models import ApiError, BudgetState, Completion, Kind, Prompt
from copygen.providers.pricing import cost_of

PASSED_OVER_MAX = 100
"""Prompts in a row that no longer fit before the search for one that does is given up."""
_UNSTRETCHED = (Fraction(1), Fraction(1))


class OverBudget(LeftForLater):
    """This prompt does not fit the budget any more: it is left for the next run."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Money set aside for one request: hand it back with `Purse.settle`."""

    model: str
    bound: Charge
    """The worst case by the rules."""
    worst: Charge
    """What is set aside: the bound, stretched where the provider was seen to charge more."""


@dataclass(slots=True, eq=False)
class _Ticket:
    """A place in the line."""

    worst: Charge
    alarm: Alarm = field(default_factory=Alarm)
    granted: bool = False
    refused: bool = False
    left: bool = False
    """Given up: skipped when its turn comes, for a line cannot be searched cheaply."""


def limit_of(settings: Settings) -> Limit:
    """The limit the user set, if any."""
    cost = settings.max_cost_usd
    return Limit(None if cost is None else picousd_at_most(cost), settings.max_tokens_total)


class Purse:
    """The money of one run."""

    def __init__(
        self,
        config: ProviderConfig,
        settings: Settings,
        halt: Halt,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clock = clock
        limit = limit_of(settings)
        self.limited = limit.exists
        """Whether there is a limit; without one, nothing needs to be held."""
        self._limit_usd = settings.max_cost_usd
        self._budget = Budget(limit)
        self._worst_cases = WorstCases(config, limit, clock)
        self._priced_cases = WorstCases(config, Limit(picousd=0), clock)
        self._config = config
        self._halt = halt
        self._line: deque[_Ticket] = deque()
        self._waiting = 0
        self._stretch: dict[str, tuple[Fraction, Fraction]] = {}
        self._smallest: Charge | None = None
        self._refused_in_a_row = 0
        self._refused = False
        self._doubtful_picousd = 0
        self._unbounded = 0

    def hold_for(self, prompt: Prompt, size_bytes: int) -> Hold | ApiError:
        """What a request needs set aside: nothing is yet. An ApiError when nobody can say what
        its worst case is.
        """
        bound = self._worst_cases.of(prompt, size_bytes)
        if isinstance(bound, Unbounded):
            return ApiError(Kind.INPUT, bound.reason)
        hold = Hold(prompt.model, bound, self._stretched(prompt.model, bound))
        self._smallest = hold.worst.least(self._smallest or hold.worst)
        return hold

    def take(self, hold: Hold) -> bool:
        """Set it aside now; False when it does not fit, or others stand in line before it."""
        if self._line or not self._budget.reserve(hold.worst):
            return False
        self._refused_in_a_row = 0
        return True

    async def wait(self, hold: Hold) -> None:
        """Wait in line until it is set aside. Raises OverBudget when it cannot fit any more,
        Halted when the run is ending.
        """
        await self._stand_in_line(_Ticket(hold.worst))
        self._refused_in_a_row = 0

    def settle(self, hold: Hold, answer: Completion | ApiError | None, *, sent: bool) -> None:
        """Put the real cost in the place of what was held, as far as it is known.

        `answer` None means that the attempt was cut short. What may have been billed without
        saying how much stays spent.
        """
        completion = answer.completion if isinstance(answer, ApiError) else answer
        if completion is not None:
            self._settle_reply(hold, completion)
        elif sent and _may_be_billed(answer):
            self._budget.keep(hold.worst)
        else:
            self._budget.give_back(hold.worst)
        self._serve()

    def doubt(self, prompt: Prompt, size_bytes: int) -> None:
        """Count what an attempt that may have been billed may have cost at most."""
        worst = self._priced_cases.of(prompt, size_bytes)
        if isinstance(worst, Unbounded):
            self._unbounded += 1
        else:
            self._doubtful_picousd += worst.picousd

    @property
    def doubtful_usd(self) -> Decimal | None:
        """The most that attempts which may have been billed cost; None when nobody knows."""
        return None if self._unbounded else usd(self._doubtful_picousd)

    def shortfall(self) -> LimitReached | None:
        """What to say at the end of a run in which something did not fit."""
        return self._reached() if self._refused else None

    def state(self) -> BudgetState | None:
        """How much of the limit is used; None without a limit."""
        if not self.limited:
            return None
        budget = self._budget
        return BudgetState(
            limit_usd=self._limit_usd,
            limit_tokens=budget.limit.tokens,
            spent_usd=usd(budget.spent.picousd),
            spent_tokens=budget.spent.tokens,
            kept_usd=usd(budget.kept.picousd),
            kept_tokens=budget.kept.tokens,
            reserved_usd=usd(budget.reserved.picousd),
            reserved_tokens=budget.reserved.tokens,
            waiting=self._waiting,
        )

    async def _stand_in_line(self, ticket: _Ticket) -> None:
        self._line.append(ticket)
        self._waiting += 1
        self._serve()
        try:
            if not ticket.granted and not ticket.refused:
                await self._halt.pause(math.inf, ticket.alarm)
            self._halt.check()
        except BaseException:
            self._leave_line(ticket)
            raise
        finally:
            self._waiting -= 1
        if ticket.refused:
            raise OverBudget

    def _leave_line(self, ticket: _Ticket) -> None:
        ticket.left = True
        if ticket.granted:
            self._budget.give_back(ticket.worst)
        self._serve()

    def _serve(self) -> None:
        """Serve the line as far as it goes: in order, and nobody is overtaken."""
        while self._line and not self._halt.called:
            ticket = self._line[0]
            if ticket.left:
                pass
            elif self._budget.reserve(ticket.worst):
                ticket.granted = True
            elif self._budget.may_fit_later(ticket.worst):
                return
            else:
                ticket.refused = True
                self._refuse()
            self._line.popleft()
            ticket.alarm.ring()

    def _refuse(self) -> None:
        self._refused = True
        self._refused_in_a_row += 1
        smallest = self._smallest or NOTHING
        hopeless = not self._budget.may_fit_later(smallest)
        if hopeless or self._refused_in_a_row >= PASSED_OVER_MAX:
            self._halt.now(self._reached())

    def _settle_reply(self, hold: Hold, completion: Completion) -> None:
        usage = completion.usage
        tokens = hold.worst.tokens if usage is None else usage.input_tokens + usage.output_tokens
        cost = cost_of(completion, self._config, hold.model, self._clock()).usd
        picousd = hold.worst.picousd if cost is None else picousd_at_least(cost)
        self._budget.settle(hold.worst, Charge(picousd, tokens))
        if picousd > hold.worst.picousd or tokens > hold.worst.tokens:
            # It broke the rules the bound is made from, so from now on its bounds are wider.
            seen = self._stretch.get(hold.model, _UNSTRETCHED)
            self._stretch[hold.model] = (
                max(seen[0], Fraction(picousd, hold.bound.picousd or picousd or 1)),
                max(seen[1], Fraction(tokens, hold.bound.tokens or tokens or 1)),
            )

    def _stretched(self, model: str, bound: Charge) -> Charge:
        factors = self._stretch.get(model)
        if factors is None:
            return bound
        return Charge(*map(_times, bound, factors))

    def _reached(self) -> LimitReached:
        words = []
        if self._limit_usd is not None:
            words.append(f"${self._limit_usd:,f} (--max-cost)")
        if self._budget.limit.tokens is not None:
            words.append(f"{self._budget.limit.tokens:,} tokens (--max-tokens-total)")
        return LimitReached(f"the run reached its limit of {' or '.join(words)}.")


def _may_be_billed(answer: Completion | ApiError | None) -> bool:
    return not isinstance(answer, ApiError) or RULES[answer.kind].possibly_billed


def _times(amount: int, factor: Fraction) -> int:
    return math.ceil(amount * factor)
