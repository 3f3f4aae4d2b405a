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
from typing import Any

from copygen.config import ProviderConfig, Settings
from copygen.config.prices import UNLISTED_TIER_FACTOR, is_same_model, most_output
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
from copygen.engine.retry import may_be_billed
from copygen.engine.worst_case import EXACTLY, Unbounded, WorstCases
from copygen.errors import LimitReached
from copygen.models import ApiError, BudgetState, Completion, Kind, Prompt
from copygen.providers.pricing import answering_price, cost_of

PASSED_OVER_MAX = 100
"""Prompts in a row that no longer fit before the search for one that does is given up."""
_UNSTRETCHED = (Fraction(1), Fraction(1))


class OverBudget(LeftForLater):
    """This prompt does not fit the budget any more: it is left for the next run."""


@dataclass(slots=True, eq=False)
class Hold:
    """Money for one request: hand it back with `Purse.settle`."""

    prompt: Prompt
    size_bytes: int
    """Of the request's body."""
    bound: Charge = NOTHING
    """The worst case by the rules."""
    worst: Charge = NOTHING
    """What is set aside: the bound, stretched where the provider was seen to charge more."""
    held: bool = False
    """Whether it is set aside at this moment."""
    refused: bool = False
    """It cannot fit any more."""
    left: bool = False
    """Given up: skipped when its turn comes, for a line cannot be searched cheaply."""
    alarm: Alarm = field(default_factory=Alarm)


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
        self._line: deque[Hold] = deque()
        self._waiting = 0
        self._overruns: dict[str, Fraction] = {}
        """How many times its cap a reply of a model had at most, where it was passed."""
        self._stretch: dict[str, tuple[Fraction, Fraction]] = {}
        self._widened: dict[str, str] = {}
        self._smallest: Charge | None = None
        self._refused_in_a_row = 0
        self._refused = 0
        self._never_fit = 0
        """Refused prompts that may cost more than the whole limit each."""
        self._needed = NOTHING
        """What the dearest of those may cost."""
        self._doubtful_picousd = 0
        self._unbounded = 0

    def hold_for(self, prompt: Prompt, size_bytes: int) -> Hold | ApiError:
        """What a request needs set aside: nothing is yet. An ApiError when nobody can say what
        its worst case is.
        """
        hold = Hold(prompt, size_bytes)
        unbounded = self._measure(hold)
        return hold if unbounded is None else ApiError(Kind.INPUT, unbounded.reason)

    def take(self, hold: Hold) -> bool:
        """Set it aside now; False when it does not fit, or others stand in line before it."""
        if self._line or not self._reserve(hold):
            return False
        self._refused_in_a_row = 0
        return True

    async def wait(self, hold: Hold) -> None:
        """Wait in line until it is set aside. Raises OverBudget when it cannot fit any more,
        Halted when the run is ending.
        """
        await self._stand_in_line(hold)
        self._refused_in_a_row = 0

    def settle(self, hold: Hold, answer: Completion | ApiError | None, *, sent: bool) -> None:
        """Put the real cost in the place of what was held, as far as it is known.

        `answer` None means that the attempt was cut short. What may have been billed without
        saying how much stays spent.
        """
        hold.held = False
        completion = answer.completion if isinstance(answer, ApiError) else answer
        if completion is not None:
            self._settle_reply(hold, completion)
        elif sent and (not isinstance(answer, ApiError) or may_be_billed(answer)):
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
            widened=tuple(self._widened.values()),
            **self._needed_for_more(),
        )

    def _needed_for_more(self) -> dict[str, Any]:
        """What the limit must be at least, where as it is it lets nothing of the rest through."""
        if not self._refused or self._never_fit < self._refused:
            return {}
        limit, needed = self._budget.limit, self._needed
        found: dict[str, Any] = {}
        if limit.picousd is not None and needed.picousd > limit.picousd:
            found["needed_usd"] = usd(needed.picousd)
        if limit.tokens is not None and needed.tokens > limit.tokens:
            found["needed_tokens"] = needed.tokens
        return found

    def _measure(self, hold: Hold) -> Unbounded | None:
        """Work out its worst case by what is known now; None unless nobody can say."""
        model = hold.prompt.model
        overrun = self._overruns.get(model, EXACTLY)
        bound = self._worst_cases.of(hold.prompt, hold.size_bytes, overrun)
        if isinstance(bound, Unbounded):
            return bound
        hold.bound, hold.worst = bound, self._stretched(model, bound)
        self._smallest = hold.worst.least(self._smallest or hold.worst)
        return None

    def _reserve(self, hold: Hold) -> bool:
        """Set it aside if it fits beside what is held, by what is known of its model by now."""
        self._measure(hold)
        hold.held = self._budget.reserve(hold.worst)
        return hold.held

    async def _stand_in_line(self, hold: Hold) -> None:
        self._line.append(hold)
        self._waiting += 1
        self._serve()
        try:
            if not hold.held and not hold.refused:
                await self._halt.pause(math.inf, hold.alarm)
            self._halt.check()
        except BaseException:
            self._leave_line(hold)
            raise
        finally:
            self._waiting -= 1
        if hold.refused:
            raise OverBudget

    def _leave_line(self, hold: Hold) -> None:
        hold.left = True
        if hold.held:
            hold.held = False
            self._budget.give_back(hold.worst)
        self._serve()

    def _serve(self) -> None:
        """Serve the line as far as it goes: in order, and nobody is overtaken."""
        while self._line and not self._halt.called:
            hold = self._line[0]
            if hold.left or self._reserve(hold):
                pass
            elif self._budget.may_fit_later(hold.worst):
                return
            else:
                hold.refused = True
                self._refuse(hold.worst)
            self._line.popleft()
            hold.alarm.ring()

    def _refuse(self, worst: Charge) -> None:
        self._refused += 1
        self._refused_in_a_row += 1
        if not self._budget.limit.holds(worst):
            self._never_fit += 1
            self._needed = self._needed.most(worst)
        smallest = self._smallest or NOTHING
        hopeless = not self._budget.may_fit_later(smallest)
        if hopeless or self._refused_in_a_row >= PASSED_OVER_MAX:
            self._halt.now(self._reached())

    def _settle_reply(self, hold: Hold, completion: Completion) -> None:
        usage, model, now = completion.usage, hold.prompt.model, self._clock()
        worst = self._worst_of(hold, completion, now)
        tokens = worst.tokens if usage is None else usage.input_tokens + usage.output_tokens
        cost = cost_of(completion, self._config, model, now).usd
        picousd = worst.picousd if cost is None else picousd_at_least(cost)
        self._budget.settle(hold.worst, Charge(picousd, tokens))
        if usage is not None:
            self._heed_overrun(hold.prompt, usage.output_tokens)
        if picousd > hold.worst.picousd or tokens > hold.worst.tokens:
            # It broke the rules the bound is made from, so from now on its bounds are wider.
            seen = self._stretch.get(model, _UNSTRETCHED)
            self._stretch[model] = (
                max(seen[0], Fraction(picousd, hold.bound.picousd or picousd or 1)),
                max(seen[1], Fraction(tokens, hold.bound.tokens or tokens or 1)),
            )
            self._widened.setdefault(
                model,
                f"{model} charged more than its worst case: its bounds are wider from here on, "
                "but what was in flight may pass the limit",
            )

    def _worst_of(self, hold: Hold, completion: Completion, now: datetime) -> Charge:
        """The most a reply can have cost that does not say it: more than what was set aside if
        another model or a dearer tier answered.
        """
        worst, model = hold.worst, hold.prompt.model
        if not is_same_model(model, completion.model) and self._limit_usd is not None:
            price, _ = answering_price(completion.model, self._config, model, now)
            other = self._worst_cases.of(hold.prompt, hold.size_bytes, EXACTLY, price)
            worst = worst if isinstance(other, Unbounded) else worst.most(other)
        if completion.tier is not None:
            worst = Charge(worst.picousd * UNLISTED_TIER_FACTOR, worst.tokens)
        return worst

    def _heed_overrun(self, prompt: Prompt, output_tokens: int) -> None:
        """Widen the bounds of a model whose reply is longer than the request allowed."""
        cap = most_output(prompt)
        if cap is None or output_tokens <= cap:
            return
        model = prompt.model
        self._overruns[model] = max(
            self._overruns.get(model, EXACTLY), Fraction(output_tokens, cap)
        )
        self._widened.setdefault(
            model,
            f"{model} wrote {output_tokens:,} tokens where {cap:,} were allowed: its bounds are "
            "wider from here on, but what was in flight may pass the limit",
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


def _times(amount: int, factor: Fraction) -> int:
    return math.ceil(amount * factor)
