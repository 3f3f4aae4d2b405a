"""The settings, frozen and validated: providers and their models, retries, the breaker, the run."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import parse_qsl, urlsplit

import pydantic

from copygen import system
from copygen.config.prices import Price, PriceSource
from copygen.documents import FrozenModel
from copygen.models import JsonValue

Share = Annotated[float, pydantic.Field(gt=0, le=1)]
Seconds = Annotated[float, pydantic.Field(gt=0, allow_inf_nan=False)]

MOST_IN_FLIGHT = 10_000
"""More requests at a time than any provider takes from one key."""

_SECRET_NAME = re.compile(r"key|token|secret|sig|pass|code|auth|credential", re.IGNORECASE)
"""Names in a query whose values must not stand in an address, which is shown and kept."""
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class ModelConfig(FrozenModel):
    """What is known of one model of a provider."""

    price: Price | None = None
    """What its tokens cost; without one the cost of its prompts is unknown."""
    reference: Price | None = None
    """What the same tokens would cost elsewhere; the summary shows the saving against it."""
    defaults: dict[str, JsonValue] = pydantic.Field(default_factory=dict)
    """Request parameters over the provider's own; null takes one away."""
    aliases: tuple[str, ...] = ()
    """Other names of the same model."""
    max_output_tokens: int | None = None
    """The most it can write in one reply; bounds the cost where a prompt has no `max_tokens`."""
    structured: bool | None = None
    """Whether it takes a JSON schema for its answer; as the provider says if not given."""
    counted: bool | None = None
    """Whether it takes `minItems` and `maxItems` in it; as the provider says if not given."""
    checked_on: date | None = None
    """When somebody last looked at the source. With `source`, instead of the provider's own."""
    source: str | None = None
    """Where its price comes from."""
    deprecated_on: date | None = None
    """The day the provider has named as the model's last."""
    successor: str | None = None
    """The model the provider recommends instead."""


class SecondCurrency(FrozenModel):
    """A currency the summary shows beside US dollars."""

    code: str = pydantic.Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217: `CNY`."""
    per_usd: Annotated[Decimal, pydantic.Field(gt=0)]
    """How much of it one US dollar is."""


class ProviderConfig(FrozenModel):
    """A provider: where it is, what it takes, what it costs."""

    name: str
    """How `--provider` calls it: the key under `providers`."""
    base_url: str | None = None
    """Where it is. Only the simulator, which is started when it is used, has none."""
    query: dict[str, str] = pydantic.Field(default_factory=dict, repr=False)
    """Added to the address of every request: `api-version`, say."""
    wire: str = pydantic.Field(default="openai", pattern=r"^[a-z_][a-z0-9_.]*$")
    """The wire format it speaks: `openai`, chat completions, as nearly all do. With a dot in it:
    a Python module of your own."""
    auth: str | None = pydantic.Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    """How the key goes out: `bearer`, or the header that carries it (`x-api-key`). As the wire
    format does by itself when left out."""
    headers: dict[str, str] = pydantic.Field(default_factory=dict, repr=False)
    """Sent with every request, over copygen's own. `{key}` in a value is the key, which then goes
    out there alone: `api-key: "{key}"`."""
    key_env: str | None = None
    """The environment variable that holds the key."""
    key_file: Path | None = None
    """A file that holds the key and nothing else, open to its owner only; after `key_env`."""
    key_command: tuple[str, ...] | None = None
    """A program and its arguments, or one text with both, whose first line of output is the key;
    after `key_file`. With neither of the three, no key is sent."""
    key_lifetime_s: Seconds | None = None
    """How long a key from `key_file` or `key_command` holds; a minute before that it is asked for
    again. A JSON web token says so itself. One that the provider refuses (401) is asked for again
    once, too."""
    key_prefixes: tuple[str, ...] = ()
    """How keys of this provider usually begin; another shape is worth a warning."""
    key_url: str | None = None
    """Where to get a key."""
    default_model: str
    """The model of prompts that name none."""
    defaults: dict[str, JsonValue] = pydantic.Field(default_factory=dict)
    """Request parameters sent unless the prompt sets its own."""
    models: dict[str, ModelConfig] = pydantic.Field(default_factory=dict)
    """What is known of each model, by the name that is sent."""
    structured: bool = False
    """Whether its models take a JSON schema for their answer, unless one says otherwise.
    Those that do not are asked in words only."""
    counted: bool = False
    """Whether they are held to `minItems` and `maxItems` of that schema. Several hosted APIs
    refuse a schema that has them; servers that write by a grammar keep to them."""
    rpm: int | None = pydantic.Field(default=None, gt=0)
    """Requests per minute at most."""
    tpm: int | None = pydantic.Field(default=None, gt=0)
    """Tokens per minute at most, input and output together."""
    second_currency: SecondCurrency | None = None
    """A currency the summary shows beside US dollars."""
    simulated: bool = False
    """Started inside copygen when it is used, unless it has a `base_url`."""
    simulation: dict[str, JsonValue] = pydantic.Field(default_factory=dict)
    """How the simulator behaves: the keys of its profile (`copygen simulate --help`)."""
    checked_on: date | None = None
    """The day somebody last looked at the prices."""
    source: str | None = None
    """Where the prices come from."""

    @pydantic.field_validator("base_url")
    @classmethod
    def _is_http(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                url = urlsplit(value)
                port = url.port
            except ValueError as exc:
                # Its own words would repeat the address, and with it what must not stand there.
                raise ValueError(
                    "cannot be read; it looks like https://host/v1, with a port up to 65535"
                ) from exc
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValueError("must begin with https:// (or http:// for a local server)")
            if port == 0:
                raise ValueError("must have a port from 1 to 65535, or none")
            if url.username or url.password:
                raise ValueError("must not carry a user name or a password")
            if any(_SECRET_NAME.search(name) for name, _ in parse_qsl(url.query)):
                raise ValueError("must not carry a key in its query; use key_env or headers")
        return value

    @pydantic.field_validator("key_command", mode="before")
    @classmethod
    def _as_words(cls, value: Any) -> Any:
        if isinstance(value, str):
            try:
                value = system.split_command(value)
            except ValueError as exc:
                raise ValueError(f"is no command line: {str(exc).lower()}") from exc
        if value is not None and not (value and isinstance(value, list | tuple) and value[0]):
            raise ValueError("should be a program with its arguments, as one text or as a list")
        return value

    def model(self, name: str) -> ModelConfig | None:
        """What is known of the model of that name or alias; None for a model not listed."""
        if name in self.models:
            return self.models[name]
        for model in self.models.values():
            if name in model.aliases:
                return model
        return None

    def evidence(self, name: str) -> PriceSource:
        """Where the price of that model comes from. A source without a date has none."""
        model = self.model(name)
        if model is not None and model.source is not None:
            return PriceSource(source=model.source, checked_on=model.checked_on)
        checked_on = (model and model.checked_on) or self.checked_on
        return PriceSource(source=self.source, checked_on=checked_on)

    def request_defaults(self, model: str) -> Mapping[str, JsonValue]:
        """The parameters a request to `model` carries when the prompt sets none."""
        known = self.model(model)
        merged = {**self.defaults, **(known.defaults if known else {})}
        return {name: value for name, value in merged.items() if value is not None}

    def takes_schema(self, model: str) -> bool:
        """Whether that model takes a JSON schema for its answer."""
        known = self.model(model)
        return self.structured if known is None or known.structured is None else known.structured

    def takes_counts(self, model: str) -> bool:
        """Whether that model takes `minItems` and `maxItems` in a JSON schema."""
        known = self.model(model)
        return self.counted if known is None or known.counted is None else known.counted

    @property
    def is_plain_http(self) -> bool:
        """Whether what is sent travels readable."""
        return self.base_url is not None and urlsplit(self.base_url).scheme == "http"

    @property
    def is_local(self) -> bool:
        """Whether the endpoint is on this machine."""
        return self.base_url is None or urlsplit(self.base_url).hostname in LOOPBACK_HOSTS


class RetrySettings(FrozenModel):
    """When a prompt is sent again. Waits are drawn from U(0, min(cap_s, base_s * 2^n))."""

    max_attempts: int = pydantic.Field(default=5, ge=1)
    """Of one prompt; 1 forbids retries. A 429 uses none up."""
    max_ambiguous: int = pydantic.Field(default=2, ge=0)
    """Retries of one prompt after failures that may have been billed."""
    base_s: Seconds = 1.0
    """The longest first wait; doubles with each retry."""
    cap_s: Seconds = 60.0
    """The longest wait of all."""
    max_retry_after_s: Seconds = 900.0
    """A provider that asks for a longer wait ends the run with exit code 5 instead."""
    budget_share: float = pydantic.Field(default=0.3, ge=0)
    """Retries of the whole run per prompt sent; past it the breaker opens."""
    budget_reserve: int = pydantic.Field(default=20, ge=1)
    """Retries allowed beside that share, plus one per request slot."""


class BreakerSettings(FrozenModel):
    """When sending stops because the provider is in trouble, and how it starts again."""

    timeouts_in_a_row: int = pydantic.Field(default=3, ge=1)
    """Opens after this many timeouts with no success between them."""
    connection_failures_in_a_row: int = pydantic.Field(default=10, ge=1)
    """Opens after this many failed connections with no success between them."""
    window: int = pydantic.Field(default=50, ge=1)
    """Finished calls the failure share is taken over."""
    min_calls: int = pydantic.Field(default=20, ge=1)
    """Calls the window must hold before its share counts."""
    failure_share: Share = 0.5
    """Opens when this share of the window failed."""
    slow_call_s: Seconds | None = None
    """A call that takes longer counts as failed, though its text is kept; not set: none."""
    cooldown_s: Seconds = 5.0
    """The first wait before a probe; doubles with each failed one."""
    cooldown_cap_s: Seconds = 60.0
    """The longest wait before a probe."""
    jitter: float = pydantic.Field(default=0.2, ge=0, lt=1)
    """Each cool-down is stretched or shrunk by up to this share."""
    give_up_after_s: Seconds = 900.0
    """Longest unbroken time without a success before the run ends with exit code 5."""

    @pydantic.model_validator(mode="after")
    def _bounds_agree(self) -> "BreakerSettings":
        if self.min_calls > self.window:
            raise ValueError("min_calls cannot be larger than window")
        if self.cooldown_s > self.cooldown_cap_s:
            raise ValueError("cooldown_s cannot be larger than cooldown_cap_s")
        return self


LEAST_LIMIT_USD: Final = Decimal("1e-9")
MOST_LIMIT_USD: Final = Decimal(10**9)
MOST_LIMIT_TOKENS: Final = 10**15
"""Limits on a run beyond these are slips of the hand; larger figures fit no JSON reader."""


class Settings(FrozenModel):
    """The user's settings file, and what flags and `--option` change of it."""

    default_provider: str = "holysheep"
    """The provider of runs that name none."""
    concurrency: Annotated[int, pydantic.Field(ge=1, le=MOST_IN_FLIGHT)] | Literal["auto"] = "auto"
    """Requests in flight at most; `auto`: as many as the provider can use."""
    auto_concurrency_max: int = pydantic.Field(default=256, ge=1, le=MOST_IN_FLIGHT)
    """The most that `auto` may come to."""
    timeout_s: Seconds = 30.0
    """Deadline of one attempt, from connecting to the last byte."""
    prompt_timeout_s: Seconds = 1800.0
    """No retry of a prompt begins later than this after its start."""
    run_timeout_s: Seconds | None = None
    """The run takes no more prompts after this; exit code 4."""
    max_cost_usd: (
        Annotated[
            Decimal, pydantic.Field(ge=LEAST_LIMIT_USD, le=MOST_LIMIT_USD, allow_inf_nan=False)
        ]
        | None
    ) = None
    """The most one run may cost; at the limit it takes no more prompts, exit code 4."""
    max_tokens_total: int | None = pydantic.Field(default=None, ge=1, le=MOST_LIMIT_TOKENS)
    """The same for tokens, input and output together: for models whose price nobody knows."""
    ca_file: Path | None = None
    """Certificates to trust beside the system's, PEM."""
    insecure_http: bool = False
    """Whether a key may go over plain http:// to another machine."""
    retry: RetrySettings = RetrySettings()
    """When a prompt is sent again."""
    breaker: BreakerSettings = BreakerSettings()
    """When sending stops because the provider is in trouble."""
    channels: tuple[Path, ...] = ()
    """Channel files of your own, beside those in `channels/` next to this file; a relative path
    begins at the settings file."""
    providers: dict[str, dict[str, Any]] = pydantic.Field(default_factory=dict)
    """Provider name → keys that add to or replace those of the preset of that name."""

    @pydantic.field_validator("concurrency", mode="before")
    @classmethod
    def _number_or_auto(cls, value: JsonValue) -> JsonValue:
        is_number = type(value) is int or (isinstance(value, str) and value.isdecimal())
        if not is_number and value != "auto":
            raise ValueError("should be a whole number or auto")
        return value

    @property
    def adapts(self) -> bool:
        """Whether the number of requests in flight is found by the run itself."""
        return self.concurrency == "auto"

    @property
    def most_in_flight(self) -> int:
        """Requests in flight at most, whatever happens."""
        return self.auto_concurrency_max if self.concurrency == "auto" else self.concurrency


NOTICE_DAYS = 60
"""How long before a model's last day people are warned."""


@dataclass(frozen=True, slots=True)
class Retirement:
    """A model whose end is near, or past."""

    model: str
    provider: str
    on: date
    days_left: int
    """Negative when it is past."""
    successor: str | None

    @property
    def is_past(self) -> bool:
        """Whether the last day is over."""
        return self.days_left < 0

    def __str__(self) -> str:
        if self.is_past:
            said = f"{self.model} was retired by {self.provider} on {self.on}"
        else:
            days = f"in {self.days_left} day{'' if self.days_left == 1 else 's'}"
            when = "today" if self.days_left == 0 else days
            said = f"{self.model} ends at {self.provider} on {self.on} ({when})"
        return f"{said}; use {self.successor} instead." if self.successor else f"{said}."


def retirement_of(provider: ProviderConfig, model: str, today: date) -> Retirement | None:
    """The model's end, if it is past or at most `NOTICE_DAYS` away; None otherwise."""
    known = provider.model(model)
    if known is None or known.deprecated_on is None:
        return None
    days_left = (known.deprecated_on - today).days
    if days_left > NOTICE_DAYS:
        return None
    return Retirement(model, provider.name, known.deprecated_on, days_left, known.successor)
