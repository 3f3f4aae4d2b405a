"""Prices as data, and what a request's parameters say about what it may cost.

Rates, and the conditions under which others apply; and the one reader of parameters that bear on
cost, by which the limit on cost, the plan, the pace and the search for a cheaper model all go.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Final

import pydantic

from copygen.documents import FrozenModel
from copygen.models import Prompt

Usd = Annotated[Decimal, pydantic.Field(ge=0, le=10**9, allow_inf_nan=False)]

_SPAN: Final = re.compile(
    r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII
)


class Weekday(StrEnum):
    """A day of the week, in UTC."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_WEEK: Final = tuple(Weekday)


class Rates(FrozenModel):
    """US dollars per million tokens."""

    input: Usd
    """Of what is sent."""
    output: Usd
    """Of what is generated, hidden reasoning included."""
    cached_input: Usd | None = None
    """Of tokens read from the cache; as `input` if not given."""
    cache_write: Usd | None = None
    """Of tokens written to the cache; as `input` if not given."""


class LongContext(Rates):
    """Rates of a request that is longer than so many tokens: of all of it, not of the excess."""

    above_input_tokens: int = pydantic.Field(gt=0)
    """The longest request that the rates before this one are for."""


class TimeOfDay(Rates):
    """Rates during certain hours."""

    utc: tuple[str, ...] = pydantic.Field(min_length=1)
    """Spans such as `01:00-04:00`; the end is not part of one."""
    days: tuple[Weekday, ...] = pydantic.Field(default=_WEEK, min_length=1)
    """UTC days on which they apply; every day if not given."""

    @pydantic.field_validator("utc", mode="before")
    @classmethod
    def _as_list(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @pydantic.field_validator("utc")
    @classmethod
    def _are_spans(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for span in value:
            if not _SPAN.fullmatch(span) or not _start(span) < (_end(span) or time.max):
                raise ValueError(
                    "takes spans such as '01:00-04:00', the later time last; one that passes "
                    "midnight is two: '22:00-24:00' and '00:00-02:00'"
                )
        return value

    def applies(self, at: datetime) -> bool:
        """Whether a moment falls into these hours. A time without a zone is taken as UTC."""
        moment = at.astimezone(UTC) if at.tzinfo else at
        if _WEEK[moment.weekday()] not in self.days:
            return False
        clock = moment.time()
        return any(
            _start(span) <= clock and ((end := _end(span)) is None or clock < end)
            for span in self.utc
        )


class Price(Rates):
    """What a model costs: the usual rates, and those that apply under a condition."""

    batch_factor: Decimal | None = pydantic.Field(default=None, gt=0, le=1)
    """What the provider's batch API charges, as a share of these rates."""
    long_context: tuple[LongContext, ...] = ()
    """Rates of long requests, in rising order of length."""
    time_of_day: tuple[TimeOfDay, ...] = ()
    """Rates of certain hours; the first that applies counts."""
    note: str | None = None
    """What a reader of the figure should know; travels into each record's `cost_note`."""

    @pydantic.model_validator(mode="after")
    def _tiers_are_complete(self) -> "Price":
        if self.long_context and self.time_of_day:
            raise ValueError("cannot have both long_context and time_of_day: which would win?")
        thresholds = [tier.above_input_tokens for tier in self.long_context]
        if thresholds != sorted(set(thresholds)):
            raise ValueError("long_context must be in rising order of above_input_tokens")
        for name in ("cached_input", "cache_write"):
            if getattr(self, name) is None:
                continue
            if any(getattr(tier, name) is None for tier in (*self.long_context, *self.time_of_day)):
                raise ValueError(f"has a {name} rate, so each of its tiers needs one, too")
        return self

    @property
    def charges(self) -> bool:
        """Whether any token costs anything."""
        return any(rates.input or rates.output for rates in (self, *self.time_of_day))

    def rates(self, input_tokens: int, at: datetime) -> Rates:
        """The rates of a request of so many tokens, answered at that moment."""
        for hours in self.time_of_day:
            if hours.applies(at):
                return hours
        for tier in reversed(self.long_context):
            if input_tokens > tier.above_input_tokens:
                return tier
        return self

    def all_rates(self, input_tokens: int) -> Iterator[Rates]:
        """Every set of rates that a request of up to so many tokens may be charged."""
        yield self
        yield from self.time_of_day
        for tier in self.long_context:
            if input_tokens > tier.above_input_tokens:
                yield tier


class PriceSource(FrozenModel):
    """Where a price comes from, and how old it is."""

    source: str | None = None
    checked_on: date | None = None

    def age_days(self, today: date) -> int | None:
        """Days since somebody looked; None when nobody says."""
        return None if self.checked_on is None else max(0, (today - self.checked_on).days)


_VERSION = re.compile(r"[-@:](?:v?\d[\d.-]*|latest|preview|exp(?:erimental)?|free|online|nitro)\Z")


def is_same_model(asked: str, answered: str) -> bool:
    """Whether a reply's name of its model is another way to write the one asked for.

    A vendor before it, a version or date behind it and dots for hyphens make no difference:
    `openai/gpt-4.1` and `gpt-4.1-2025-04-14` are one, `gpt-4.1-mini` is another.
    """
    return asked == answered or _family(asked) == _family(answered)


@lru_cache(maxsize=1024)
def _family(name: str) -> str:
    name = name[-200:].strip().lower().rpartition("/")[2]
    while (shorter := _VERSION.sub("", name)) != name and shorter:
        name = shorter
    return name.replace(".", "-").replace("_", "-")


def _start(span: str) -> time:
    return time.fromisoformat(span[:5])


def _end(span: str) -> time | None:
    """None: the end of the day."""
    return None if span.endswith("24:00") else time.fromisoformat(span[6:])


OUTPUT_CAPS: Final = (
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "max_new_tokens",
    "max_tokens_to_sample",
    "num_predict",
    "n_predict",
)
"""Every name by which an API is known to bound what a model writes."""

MAX_ENLARGEMENTS: Final = 3
"""How often the cap on output is doubled for one prompt whose text was cut off by it."""

STANDARD_TIERS: Final = frozenset({"default", "standard", "standard_only", "auto", "on_demand"})
CHEAPER_TIERS: Final = frozenset({"flex", "batch"})
"""Tiers of service that cost no more than the listed price; any other (`priority`) may."""
UNLISTED_TIER_FACTOR: Final = 2
"""What a reply from any other tier is taken to cost, in listed prices: a priority tier was seen to
cost twice as much."""

_PLAIN_VALUES: Final[Mapping[str, tuple[Any, ...]]] = {
    "speed": ("standard", "normal"),
    "modalities": (["text"],),
    "best_of": (1,),
    "models": ([],),
    "plugins": ([],),
    "prediction": (),
    "audio": (),
    "search_parameters": (),
    "web_search": (False,),
    "web_search_options": (),
    "enable_search": (False,),
}
"""Parameters by which a request is charged for more than its tokens at the model's listed price
(a faster mode, another medium, searches, other models in its place), unless they are null or have
one of these values."""


def output_cap(params: Mapping[str, Any]) -> int | None:
    """The most tokens one text may have with these parameters; None when they do not say.

    With several caps the largest counts: which of them a provider reads is its own affair.
    """
    caps = [cap for name in OUTPUT_CAPS if type(cap := params.get(name)) is int and cap > 0]
    return max(caps, default=None)


def texts_asked(params: Mapping[str, Any]) -> int:
    """How many texts one request with these parameters is charged for."""
    copies = params.get("n")
    return copies if type(copies) is int and copies > 0 else 1


@dataclass(frozen=True, slots=True)
class Asks:
    """How often one prompt may be asked, and so how much it may come to."""

    attempts: int = 1
    """Requests that may be paid for until one is answered."""
    judged: bool = False
    """Whether texts are held against rules: then one that is cut off is asked for again with twice
    the cap, up to `MAX_ENLARGEMENTS` times, and one that breaks a rule is corrected."""
    reasks: int = 0
    """Corrections at most."""

    def caps(self, cap: float, model_cap: int | None) -> tuple[float, ...]:
        """The caps of all answers to one prompt that each go on to their end, in order."""
        caps = [cap]
        while self.judged and cap and len(caps) <= MAX_ENLARGEMENTS:
            larger = 2 * cap if model_cap is None else min(2 * cap, model_cap)
            if larger <= cap:
                break
            caps.append(cap := larger)
        return (*caps, *[cap] * self.reasks)


ONCE: Final = Asks()


def unlisted_tier(tier: Any) -> str | None:
    """The name of a tier of service that may cost more than the listed price; else None."""
    if tier is None:
        return None
    word = str(tier).strip().lower()
    return None if not word or word in STANDARD_TIERS or word in CHEAPER_TIERS else word


def priced_apart(prompt: Prompt) -> str | None:
    """A parameter, as `name: value`, that makes a request cost more than its listed price."""
    params = prompt.params
    if prompt.delivery and (tier := unlisted_tier(prompt.delivery.get("service_tier"))) is not None:
        return f"service_tier: {tier}"
    for name in _PLAIN_VALUES.keys() & params.keys():
        value = params[name]
        if value is not None and value not in _PLAIN_VALUES[name]:
            return name
    tools = params.get("tools")
    if isinstance(tools, list) and any(_runs_there(tool) for tool in tools):
        return "tools"
    return None


def _runs_there(tool: Any) -> bool:
    """Whether a tool is one of the provider's own, which it runs and charges for by the use."""
    return isinstance(tool, dict) and tool.get("type", "function") != "function"
