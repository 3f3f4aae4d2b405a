"""A limit on what a run may spend: bounds, reservations, and the queue of those that do not fit.

Before a request is sent its worst case is reserved; when its real cost is known, that takes the
place of the reservation. At every moment

    spent + kept + reserved <= limit

so a limit holds at any concurrency, whatever the requests in flight come to. What can be learnt
from real usage must not weaken that: if each of the requests in flight came to its worst, a
reservation below the worst would have let them pass the limit. So a reservation is never below
the worst case, and what is learnt decides two other things: a request that does not fit beside
the reservations *waits* for them to settle instead of ending the run (real costs are a fraction
of the worst, so nearly all of what was reserved comes free again), and a provider that charges
more than the worst case makes later reservations larger.

`CostBounds` works out the worst case. Input: every token of a text stands for at least one byte of
its UTF-8, so a request has no more tokens than bytes; the JSON around the messages (28 bytes each
at least) pays for the handful of tokens with which a chat format marks where they begin and end.
Output: the request's own cap, else the most the model can write.

`CostGuard` reserves and settles. Requests that do not fit wait in one queue, in order, so a large
prompt is not starved by small ones. One that can never fit any more is left for the next run as
long as smaller ones may still fit; when nothing more can be bought, the run ends.
"""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any, Final, NamedTuple

from copygen import providers
from copygen.config import Price, ProviderConfig, Settings
from copygen.config.prices import UNLISTED_TIER_FACTOR, is_same_model, priced_apart
from copygen.engine.retry import may_be_billed
from copygen.engine.shutdown import LeftForNextRun, Shutdown, Wakeup
from copygen.errors import LimitReached
from copygen.models import ApiError, BudgetState, Completion, Kind, Prompt
from copygen.providers.pricing import PriceBook, ceiling_usd, most_output, price_of

utc_now: Final[Callable[[], datetime]] = partial(datetime.now, UTC)
"""The time of day, UTC. No function of its own: every prompt asks three times."""

PICOUSD_PER_USD = 10**12
"""One token at a price of $0.000001 per million tokens: integers of it are exact and fast."""


class Charge(NamedTuple):
    """What one request costs, or may cost."""

    picousd: int
    """Trillionths of a US dollar."""
    tokens: int
    """Input and output."""

    def __add__(self, other: "Charge") -> "Charge":  # type: ignore[override]  # sums, not joins
        return Charge(self.picousd + other.picousd, self.tokens + other.tokens)

    def __sub__(self, other: "Charge") -> "Charge":
        return Charge(self.picousd - other.picousd, self.tokens - other.tokens)

    def least(self, other: "Charge") -> "Charge":
        """The smaller of each."""
        return Charge(min(self.picousd, other.picousd), min(self.tokens, other.tokens))

    def most(self, other: "Charge") -> "Charge":
        """The larger of each."""
        return Charge(max(self.picousd, other.picousd), max(self.tokens, other.tokens))


NOTHING = Charge(0, 0)


class SpendingLimit(NamedTuple):
    """What all requests together may come to; None where there is no limit."""

    picousd: int | None = None
    tokens: int | None = None

    def holds(self, total: Charge) -> bool:
        """Whether `total` is within it."""
        return (self.picousd is None or total.picousd <= self.picousd) and (
            self.tokens is None or total.tokens <= self.tokens
        )

    @property
    def exists(self) -> bool:
        """Whether anything is limited at all."""
        return self != (None, None)


class Budget:
    """What is spent of a limit, and what is set aside for requests under way."""

    def __init__(self, limit: SpendingLimit) -> None:
        self.limit = limit
        self.spent = NOTHING
        """The real cost of what has settled."""
        self.kept = NOTHING
        """The worst case of what was sent, may have been billed, and will never be known."""
        self.reserved = NOTHING
        """The worst case of what is under way."""

    def reserve(self, worst: Charge) -> bool:
        """Set `worst` aside; False, and nothing changes, when it does not fit now."""
        if not self.limit.holds(self.spent + self.kept + self.reserved + worst):
            return False
        self.reserved += worst
        return True

    def may_fit_later(self, worst: Charge) -> bool:
        """Whether `worst` would fit if everything reserved came to nothing.

        Once false it stays false: what is spent only grows.
        """
        return self.limit.holds(self.spent + self.kept + worst)

    def settle(self, worst: Charge, real: Charge) -> None:
        """A reservation came to `real`."""
        self.reserved -= worst
        self.spent += real

    def keep(self, worst: Charge) -> None:
        """Nobody will say what a reservation came to, so it counts as spent."""
        self.reserved -= worst
        self.kept += worst

    def give_back(self, worst: Charge) -> None:
        """A reservation was not used: nothing was sent, or nothing of it is billed."""
        self.reserved -= worst


def picousd_at_most(usd: Decimal) -> int:
    """US dollars for a limit: a fraction of the unit is left off."""
    return math.floor(usd * PICOUSD_PER_USD)


def picousd_at_least(usd: Decimal) -> int:
    """US dollars for a cost: a fraction of the unit counts as one."""
    return math.ceil(usd * PICOUSD_PER_USD)


def usd(picousd: int) -> Decimal:
    """Back in US dollars, exact."""
    return Decimal(picousd) / PICOUSD_PER_USD


EXACTLY = Fraction(1)
_MODELS_KEPT = 1000
_WAY_OUT = "or use --max-tokens-total, which needs no price"


@dataclass(frozen=True, slots=True)
class Unbounded:
    """Why nobody can say what a request may cost, and what to do. `str()` is the sentence."""

    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class _ModelLimits:
    price: Price | None
    max_output_tokens: int | None


class CostBounds:
    """Worst cases at one provider, under one limit: with none on money, prices do not matter."""

    def __init__(
        self, config: ProviderConfig, limit: SpendingLimit, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """`clock` says which of several dated prices holds when a model is first met."""
        self._config = config
        self._clock = clock
        self._needs_price = limit.picousd is not None
        self._flag = "--max-cost" if self._needs_price else "--max-tokens-total"
        self._known: dict[str, _ModelLimits] = {}

    def of(
        self,
        prompt: Prompt,
        size_bytes: int,
        overrun: Fraction = EXACTLY,
        price: Price | None = None,
    ) -> Charge | Unbounded:
        """The most that sending `prompt`, as a request body of `size_bytes`, can come to.

        `overrun` is how many times its cap a reply of the model was seen to have; `price` that of
        another model which answers in its place.
        """
        bounds = self._bounds(prompt)
        if isinstance(bounds, Unbounded):
            return bounds
        output_tokens, own_price = bounds
        if overrun != EXACTLY:
            output_tokens = math.ceil(output_tokens * overrun)
        price = own_price if price is None or own_price is None else price
        tokens = size_bytes + output_tokens
        # Under a limit on tokens alone no price is needed.
        if price is None:
            return Charge(0, tokens)
        return Charge(picousd_at_least(ceiling_usd(size_bytes, output_tokens, price)), tokens)

    def refusal(self, prompt: Prompt) -> str | None:
        """Why prompts like this cannot be sent under the limit, if they cannot."""
        bounds = self._bounds(prompt)
        return str(bounds) if isinstance(bounds, Unbounded) else None

    def _bounds(self, prompt: Prompt) -> tuple[int, Price | None] | Unbounded:
        """The most output tokens, and the price unless it does not matter."""
        model = prompt.model
        # Looked up once per model: the search goes by names, aliases and dates.
        known = self._known.get(model) or self._look_up(model)
        if self._needs_price and known.price is None:
            return Unbounded(self._no_price(model))
        output_tokens = most_output(prompt, known.max_output_tokens)
        if output_tokens is None:
            return Unbounded(self._no_cap(model))
        if self._needs_price and (apart := priced_apart(prompt)) is not None:
            return Unbounded(
                f"--max-cost cannot bound what a request with '{apart}' costs: it is charged for "
                f"by more than the listed price; leave it out of the prompt file, {_WAY_OUT}"
            )
        for message in prompt.messages:
            content = message.content
            if content.__class__ is not str and not providers.is_text(self._config, content):
                return Unbounded(
                    f"{self._flag} cannot bound what parts other than text cost (images, audio, "
                    "files); run these prompts without it"
                )
        return output_tokens, known.price if self._needs_price else None

    def _look_up(self, model: str) -> _ModelLimits:
        found = self._config.model(model)
        price = price_of(self._config, model, self._clock())
        known = _ModelLimits(price, found.max_output_tokens if found else None)
        # A table may name a model of its own in each row, and memory must not grow with it.
        if len(self._known) < _MODELS_KEPT:
            self._known[model] = known
        return known

    def _no_price(self, model: str) -> str:
        name = self._config.name
        return (
            f"--max-cost needs a price for {model} at {name}, and there is none; set "
            f"providers.{name}.models.{model}.price (input and output, US dollars per million "
            f"tokens) in your settings file, {_WAY_OUT}"
        )

    def _no_cap(self, model: str) -> str:
        return (
            f"{self._flag} needs to know how much {model} may write at most; set max_tokens in "
            f"the prompt file, or providers.{self._config.name}.models.{model}.max_output_tokens "
            "in your settings file"
        )


PASSED_OVER_MAX = 100
"""Prompts in a row that no longer fit before the search for one that does is given up."""
_NO_OVERRUN = (Fraction(1), Fraction(1))


class OverBudget(LeftForNextRun):
    """This prompt does not fit the budget any more: it is left for the next run."""


@dataclass(slots=True, eq=False)
class Reservation:
    """Money for one request: hand it back with `CostGuard.settle`."""

    prompt: Prompt
    size_bytes: int
    """Of the request's body."""
    bound: Charge = NOTHING
    """The worst case by the rules."""
    amount: Charge = NOTHING
    """What is set aside: the bound, stretched where the provider was seen to charge more."""
    measured_at: int = -1
    """How many overruns were known when `bound` and `amount` were worked out."""
    held: bool = False
    """Whether it is set aside at this moment."""
    refused: bool = False
    """It cannot fit any more."""
    abandoned: bool = False
    """Given up: skipped when its turn comes, for a line cannot be searched cheaply."""
    wakeup: Wakeup | None = None
    """Of the prompt that waits for it."""


def spending_limit_of(settings: Settings) -> SpendingLimit:
    """The limit the user set, if any."""
    cost = settings.max_cost_usd
    return SpendingLimit(None if cost is None else picousd_at_most(cost), settings.max_tokens_total)


class CostGuard:
    """The money of one run, and the prompts that wait for it."""

    def __init__(
        self,
        config: ProviderConfig,
        settings: Settings,
        shutdown: Shutdown,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._clock = clock
        limit = spending_limit_of(settings)
        self.limited = limit.exists
        """Whether there is a limit; without one, nothing needs to be held."""
        self._limit_usd = settings.max_cost_usd
        self._budget = Budget(limit)
        self._bounds_to_reserve = CostBounds(config, limit, clock)
        self._bounds_in_usd = CostBounds(config, SpendingLimit(picousd=0), clock)
        self._prices = PriceBook(config)
        self._shutdown = shutdown
        self._queue: deque[Reservation] = deque()
        self._waiting = 0
        self._output_overruns: dict[str, Fraction] = {}
        """How many times its cap a reply of a model had at most, where it was passed."""
        self._charge_overruns: dict[str, tuple[Fraction, Fraction]] = {}
        self._overruns_seen = 0
        """Number of changes to the two above."""
        self._widened: dict[str, str] = {}
        self._smallest: Charge | None = None
        self._refused_in_a_row = 0
        self._refused = 0
        self._never_fit = 0
        """Refused prompts that may cost more than the whole limit each."""
        self._needed = NOTHING
        """The largest worst case among them."""
        self._possibly_billed_picousd = 0
        self._unbounded = 0

    def reservation_for(self, prompt: Prompt, size_bytes: int) -> Reservation | ApiError:
        """What a request needs set aside: nothing is yet. An ApiError when nobody can say what
        its worst case is.
        """
        reservation = Reservation(prompt, size_bytes)
        unbounded = self._measure(reservation)
        return reservation if unbounded is None else ApiError(Kind.INPUT, unbounded.reason)

    def try_reserve(self, reservation: Reservation) -> bool:
        """Set it aside now; False when it does not fit, or others wait before it."""
        # Nobody passes the queue, or many small prompts would keep a large one waiting for ever.
        if self._queue or not self._reserve(reservation):
            return False
        self._refused_in_a_row = 0
        return True

    async def wait_for_room(self, reservation: Reservation) -> None:
        """Wait in the queue until it is set aside. Raises OverBudget when it cannot fit any more,
        ShuttingDown when the run is ending.
        """
        await self._wait_in_queue(reservation)
        self._refused_in_a_row = 0

    def settle(
        self, reservation: Reservation, answer: Completion | ApiError | None, *, sent: bool
    ) -> None:
        """Put the real cost in the place of what was held, as far as it is known.

        `answer` None means that the attempt was cut short. What may have been billed without
        saying how much stays spent.
        """
        reservation.held = False
        completion = answer.completion if isinstance(answer, ApiError) else answer
        if completion is not None:
            self._settle_reply(reservation, completion)
        elif sent and (not isinstance(answer, ApiError) or may_be_billed(answer)):
            # Spent for all we know. Were it given back, a server that hangs up after billing would
            # be paid without end.
            self._budget.keep(reservation.amount)
        else:
            self._budget.give_back(reservation.amount)
        if self._queue:
            self._serve_queue()

    def count_possibly_billed(self, prompt: Prompt, size_bytes: int) -> None:
        """Count what an attempt that may have been billed may have cost at most."""
        worst = self._bounds_in_usd.of(prompt, size_bytes)
        if isinstance(worst, Unbounded):
            self._unbounded += 1
        else:
            self._possibly_billed_picousd += worst.picousd

    @property
    def possibly_billed_usd(self) -> Decimal | None:
        """The most that attempts which may have been billed cost; None when nobody knows."""
        return None if self._unbounded else usd(self._possibly_billed_picousd)

    def shortfall(self) -> LimitReached | None:
        """What to say at the end of a run in which something did not fit."""
        return self._limit_reached() if self._refused else None

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
            **self._limit_needed(),
        )

    def _limit_needed(self) -> dict[str, Any]:
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

    def _measure(self, reservation: Reservation) -> Unbounded | None:
        """Work out its worst case by what is known now; None unless nobody can say."""
        model = reservation.prompt.model
        overrun = self._output_overruns.get(model, EXACTLY)
        bound = self._bounds_to_reserve.of(reservation.prompt, reservation.size_bytes, overrun)
        if isinstance(bound, Unbounded):
            return bound
        # A provider that charged more than its own rules allow will do so again: a bound by those
        # rules would let the limit be passed by the same factor.
        amount = bound
        if (factors := self._charge_overruns.get(model)) is not None:
            picousd, tokens = factors
            amount = Charge(math.ceil(bound.picousd * picousd), math.ceil(bound.tokens * tokens))
        reservation.bound, reservation.amount = bound, amount
        reservation.measured_at = self._overruns_seen
        smallest = self._smallest or amount
        if amount.picousd < smallest.picousd or amount.tokens < smallest.tokens:
            smallest = amount.least(smallest)
        self._smallest = smallest
        return None

    def _reserve(self, reservation: Reservation) -> bool:
        """Set it aside if it fits beside what is held, by what is known of its model by now."""
        # A reply that overran while this one waited makes its worst case dearer, too.
        if reservation.measured_at != self._overruns_seen:
            self._measure(reservation)
        reservation.held = self._budget.reserve(reservation.amount)
        return reservation.held

    async def _wait_in_queue(self, reservation: Reservation) -> None:
        reservation.wakeup = Wakeup()
        self._queue.append(reservation)
        self._waiting += 1
        self._serve_queue()
        try:
            if not reservation.held and not reservation.refused:
                await self._shutdown.pause(math.inf, reservation.wakeup)
            self._shutdown.check()
        except BaseException:
            self._leave_queue(reservation)
            raise
        finally:
            self._waiting -= 1
        if reservation.refused:
            raise OverBudget

    def _leave_queue(self, reservation: Reservation) -> None:
        reservation.abandoned = True
        if reservation.held:
            reservation.held = False
            self._budget.give_back(reservation.amount)
        self._serve_queue()

    def _serve_queue(self) -> None:
        """Serve the line as far as it goes: in order, and nobody is overtaken."""
        while self._queue and not self._shutdown.called:
            reservation = self._queue[0]
            # One that was cancelled is skipped when its turn comes: searching the queue for it
            # costs more.
            if reservation.abandoned or self._reserve(reservation):
                pass
            # The head waits, and with it all others: in order, even where one behind it would fit.
            elif self._budget.may_fit_later(reservation.amount):
                return
            else:
                reservation.refused = True
                self._refuse(reservation.amount)
            self._queue.popleft()
            if reservation.wakeup is not None:
                reservation.wakeup.set()

    def _refuse(self, worst: Charge) -> None:
        self._refused += 1
        self._refused_in_a_row += 1
        if not self._budget.limit.holds(worst):
            self._never_fit += 1
            self._needed = self._needed.most(worst)
        smallest = self._smallest or NOTHING
        # Not even the smallest prompt seen so far: then further reading finds nothing either, or so
        # rarely that it is not worth a table of a million rows.
        hopeless = not self._budget.may_fit_later(smallest)
        if hopeless or self._refused_in_a_row >= PASSED_OVER_MAX:
            self._shutdown.now(self._limit_reached())

    def _settle_reply(self, reservation: Reservation, completion: Completion) -> None:
        usage, prompt, now = completion.usage, reservation.prompt, self._clock()
        cost_usd = self._prices.cost(completion, prompt.model, now).usd
        worst = reservation.amount
        if usage is None or cost_usd is None:
            worst = self._worst_of(reservation, completion, now)
        tokens = worst.tokens if usage is None else usage.input_tokens + usage.output_tokens
        picousd = worst.picousd if cost_usd is None else picousd_at_least(cost_usd)
        self._budget.settle(reservation.amount, Charge(picousd, tokens))
        cap = most_output(prompt)
        if usage is not None and cap is not None and usage.output_tokens > cap:
            self._widen_for_output(prompt.model, usage.output_tokens, cap)
        if picousd > reservation.amount.picousd or tokens > reservation.amount.tokens:
            self._widen_for_charge(prompt.model, reservation.bound, Charge(picousd, tokens))

    def _worst_of(self, reservation: Reservation, completion: Completion, now: datetime) -> Charge:
        """The most a reply can have cost that does not say it: more than what was set aside if
        another model or a dearer tier answered.
        """
        worst, model = reservation.amount, reservation.prompt.model
        # A gateway may answer with a dearer model than was asked for, and charge for that.
        if not is_same_model(model, completion.model) and self._limit_usd is not None:
            price = self._prices.answering(completion.model, model, now)
            other = self._bounds_to_reserve.of(
                reservation.prompt, reservation.size_bytes, EXACTLY, price
            )
            worst = worst if isinstance(other, Unbounded) else worst.most(other)
        if completion.tier is not None:
            worst = Charge(worst.picousd * UNLISTED_TIER_FACTOR, worst.tokens)
        return worst

    def _widen_for_output(self, model: str, output_tokens: int, cap: int) -> None:
        """Widen the bounds of a model whose reply is longer than the request allowed."""
        # Those who wait were measured before this: they are measured again (`_reserve`).
        self._overruns_seen += 1
        self._output_overruns[model] = max(
            self._output_overruns.get(model, EXACTLY), Fraction(output_tokens, cap)
        )
        self._widened.setdefault(
            model,
            f"{model} wrote {output_tokens:,} tokens where {cap:,} were allowed: its bounds are "
            "wider from here on, but what was in flight may pass the limit",
        )

    def _widen_for_charge(self, model: str, bound: Charge, real: Charge) -> None:
        """Widen the bounds of a model that charged more than the rules they are made from say."""
        self._overruns_seen += 1
        seen = self._charge_overruns.get(model, _NO_OVERRUN)
        self._charge_overruns[model] = (
            max(seen[0], Fraction(real.picousd, bound.picousd or real.picousd or 1)),
            max(seen[1], Fraction(real.tokens, bound.tokens or real.tokens or 1)),
        )
        self._widened.setdefault(
            model,
            f"{model} charged more than its worst case: its bounds are wider from here on, "
            "but what was in flight may pass the limit",
        )

    def _limit_reached(self) -> LimitReached:
        words = []
        if self._limit_usd is not None:
            words.append(f"${self._limit_usd:,f} (--max-cost)")
        if self._budget.limit.tokens is not None:
            words.append(f"{self._budget.limit.tokens:,} tokens (--max-tokens-total)")
        return LimitReached(f"the run reached its limit of {' or '.join(words)}.")
