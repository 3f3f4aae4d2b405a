"""The words every part of copygen shares. Frozen values only; nothing here does anything.

`Prompt` goes in, one `Result` comes out. Between them a provider answers each attempt with a
`Completion` or an `ApiError`; both are values, because a failed request is an expected outcome.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

JsonValue: TypeAlias = Any
"""Whatever JSON can hold. The values come from users' files and travel through untouched."""

Item: TypeAlias = Mapping[str, JsonValue]
"""One row of input: variable name → value, in column order."""


class Status(StrEnum):
    """How a prompt ended. Every prompt ends in exactly one of these."""

    OK = "ok"
    """A usable text."""
    REJECTED = "rejected"
    """A text that breaks a rule: kept, because it was paid for, but not fit to publish."""
    FAILED = "failed"
    """No usable text."""
    SKIPPED = "skipped"
    """Never sent."""
    CANCELLED = "cancelled"
    """In flight when the run was cut short; may have been billed."""


class Kind(StrEnum):
    """What went wrong. What follows from it is one table, in `copygen.engine.retry`."""

    RATE_LIMITED = "rate_limited"
    """429: slow down."""
    TIMEOUT = "timeout"
    """The attempt's deadline passed after the request was sent."""
    CONNECTION = "connection"
    """Refused, unreachable, DNS, or no connection in time: nothing was sent."""
    INTERRUPTED = "interrupted"
    """The connection broke after the request was sent."""
    SERVER = "server"
    """5xx, 408, 409, 425, or an error the provider itself calls temporary."""
    BAD_REPLY = "bad_reply"
    """A 2xx whose body is cut off or not what the API promises."""
    EMPTY = "empty"
    """A well-formed reply without any text."""
    TRUNCATED = "truncated"
    """The model ran out of output tokens."""
    CONTENT_FILTER = "content_filter"
    """The provider filtered the request or the reply."""
    REFUSAL = "refusal"
    """The model declined."""
    INVALID_REQUEST = "invalid_request"
    """400 or 422: this prompt as sent is not acceptable."""
    UNSUPPORTED_PARAMETER = "unsupported_parameter"
    """400 that names a parameter the model does not take."""
    TOO_LARGE = "too_large"
    """413, context length exceeded, or a single request over the token limit."""
    AUTH = "auth"
    """401: the key is not accepted."""
    BILLING = "billing"
    """402, or a quota that will not refill by waiting."""
    PERMISSION = "permission"
    """403: the key may not do this."""
    MODEL_NOT_FOUND = "model_not_found"
    """404: no such model here."""
    WRONG_URL = "wrong_url"
    """A redirect, a web page, or a path that is no API: the base URL is off."""
    TLS = "tls"
    """The server's certificate could not be verified."""
    INPUT = "input"
    """The row itself is faulty; nothing was sent."""
    CANCELLED = "cancelled"
    """The run was cut short while this prompt was in flight."""


class Source(NamedTuple):
    """Where a row was read: for messages a person can click."""

    path: str
    """As the user named it; `<stdin>` for standard input."""
    line: int
    """1-based."""
    column: int = 1
    """1-based, in characters."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: str
    content: JsonValue
    """Text, or the list of content parts of a complete prompt taken from JSONL."""


@dataclass(frozen=True, slots=True)
class OutputSchema:
    """What a reply must be as JSON. The prompt says so in words, too."""

    name: str
    """Letters, digits, `_` and `-`."""
    schema: Mapping[str, JsonValue]
    """JSON Schema, strict: every property required, no others."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One item x one matrix cell x one variant, rendered: what one request sends."""

    id: str
    """Stable across runs, unique within one."""
    key: str
    """Hash of provider, model, messages, parameters and variant: of all that is sent, and
    nothing volatile. Same key, same request."""
    messages: tuple[Message, ...]
    model: str
    params: Mapping[str, JsonValue]
    """What else says how the reply is made, by the names the wire knows (`temperature`, ...),
    defaults already merged in."""
    input: Item
    """Every column of the item, and its matrix and `--set` variables."""
    source: Source
    variant: int = 1
    """1-based."""
    max_output_tokens: int | None = None
    """The most tokens one text may have, hidden reasoning included; None: the model's own limit."""
    cap_names: tuple[str, ...] = ()
    """The names under which people gave that limit, for a wire that knows several."""
    schema: OutputSchema | None = None
    delivery: Mapping[str, JsonValue] = field(default_factory=dict)
    """What changes how the request is delivered and not what the reply says (`service_tier`,
    `metadata`, ...); no part of `key`."""
    earlier_keys: tuple[str, ...] = ()
    """Under which results of earlier versions of copygen have the same request."""
    row: int = 1
    """1-based number of its row in the table; of a group that of its first row."""
    recorded: Item | None = None
    """What of `input` the record keeps; None: all of it."""

    @property
    def keys(self) -> tuple[str, ...]:
        """`key`, and the earlier ones."""
        return (self.key, *self.earlier_keys)


@dataclass(frozen=True, slots=True)
class InputFault:
    """A row of a stream that cannot become a prompt; it ends as a `failed` record."""

    id: str
    source: Source
    message: str
    input: Item
    """What could be read of it."""
    row: int = 1
    """1-based number of the row in the table."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them."""

    input_tokens: int
    """Everything in the request, cached or not."""
    output_tokens: int
    """Everything generated, hidden reasoning included."""
    cached_tokens: int = 0
    """The part of `input_tokens` read from the provider's cache."""
    cache_write_tokens: int = 0
    """The part of `input_tokens` written to the provider's cache."""
    reasoning_tokens: int = 0
    """The part of `output_tokens` spent on hidden reasoning."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A reply that parsed and holds text."""

    text: str
    finish_reason: str
    """Normalised: `stop`, `length`, `content_filter`, `tool_calls`, or the provider's own word."""
    model: str
    """The model that answered, as the provider names it."""
    usage: Usage | None
    reported_cost_usd: Decimal | None = None
    """The provider's own figure, where it gives one; wins over any price table."""
    reasoning: str | None = None
    """What the model thought aloud, where it came with the text or in place of it."""
    notes: tuple[str, ...] = ()
    """What a person should know of the reply; the same words for every reply of a kind."""
    cost_doubt: str | None = None
    """Why what the reply says of its tokens or its cost cannot be: then neither is believed."""
    tier: str | None = None
    """The service tier that answered, where it is another than the standard one."""


@dataclass(frozen=True, slots=True)
class ApiError:
    """One attempt that gave no usable text. A value: the client decides by `kind`."""

    kind: Kind
    message: str
    """One line for people. Never holds a key."""
    status: int | None = None
    """HTTP status, where there was one."""
    retry_after_s: float | None = None
    """How long the provider asks us to wait; None when it does not say."""
    parameter: str | None = None
    """With UNSUPPORTED_PARAMETER: the one to drop, by wire name."""
    replacement: str | None = None
    """With UNSUPPORTED_PARAMETER: the name to send it under instead, if the provider says."""
    completion: Completion | None = None
    """A reply that was paid for but is not usable (truncated, filtered, empty)."""
    final: bool = False
    """Whether sending the same again would come to the same, and be paid again."""
    possibly_billed: bool = False
    """The provider may charge for it, beyond what `kind` says: it had begun to answer, or says so
    by its status."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """The `error` of a record."""

    kind: Kind
    message: str
    status: int | None = None


class Severity(StrEnum):
    """What follows from a violation."""

    ERROR = "error"
    """The text is not fit to publish."""
    WARNING = "warning"
    """A person should look; nothing is rejected for it."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one text breaks."""

    rule: str
    """Its dotted name: `length`, `grounding.number`, `pack.google_ads.exclamation`."""
    severity: Severity
    message: str
    """One sentence for people, with the measure: `34 of 30 width units`."""
    span: tuple[int, int] | None = None
    """Code point offsets into the text; None when it is the text as a whole."""
    field: str | None = None
    """The named field it is in, else None."""
    index: int | None = None
    """0-based number in a field with several texts."""
    fix: str | None = None
    """What to tell the model: `cut at least 4 width units`."""


@dataclass(frozen=True, slots=True)
class Result:
    """The terminal record of one prompt; its fields are the fields of the JSONL line."""

    id: str
    key: str
    status: Status
    text: str | None
    input: Item = field(repr=False)
    provider: str
    model: str
    finish_reason: str | None
    usage: Usage | None
    cost_usd: Decimal | None
    """None when unknown; `cost_note` then says why."""
    cost_note: str | None
    latency_ms: float | None
    """Of the attempt that produced the text; None when none did."""
    total_ms: float
    """From taking the prompt to its end: waits, pacing and retries included."""
    attempts: int
    """HTTP requests sent for it."""
    error: ErrorInfo | None
    created_at: datetime
    """When it ended, UTC."""
    data: Mapping[str, JsonValue] | None = None
    """Named fields, each a text or a list of texts; None where one text was asked for."""
    violations: tuple[Violation, ...] = ()
    """What is wrong with the text; with an error among them it is `rejected`, unless the prompt
    file keeps such texts."""
    reasks: int = 0
    """How often the model was asked to correct the text."""
    reasoning: str | None = None
    """What the model thought aloud, taken out of the text."""
    notes: tuple[str, ...] = ()
    """What a person should know of the reply beside its text."""
    answered_by: str | None = None
    """The model that the reply names, which may be another than `model`; None without a reply."""
    template: str | None = None
    """File name of the template that a table's row was put into; the ledger writes it."""
    line: int | None = None
    """1-based line of the input that its row begins in."""
    row: int | None = None
    """1-based number of its row in the table."""
    same_as: str | None = None
    """The id of the prompt that was sent for it, where several were the same (`--unique`)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What went over the wire in this run, counted by the engine."""

    requests: int = 0
    """HTTP requests sent, retries included."""
    retries: int = 0
    """Requests that repeated an earlier one of the same prompt, 429s not included."""
    rate_limited: int = 0
    """429 answers."""
    breaker_openings: int = 0
    possibly_billed: int = 0
    """Attempts that failed after the request was sent: the provider may charge for them."""
    possibly_billed_usd: Decimal | None = Decimal(0)
    """The most those cost, beside what is known; None when nobody can say."""


@dataclass(frozen=True, slots=True)
class BudgetState:
    """How much of the user's limit on a run is used."""

    limit_usd: Decimal | None
    limit_tokens: int | None
    """Input and output together; None, as above, where there is no such limit."""
    spent_usd: Decimal
    """The real cost of all replies; the worst case of those that did not say their cost."""
    spent_tokens: int
    kept_usd: Decimal
    """The worst case of attempts that may have been billed; counts as spent."""
    kept_tokens: int
    reserved_usd: Decimal
    """The worst case of what is under way."""
    reserved_tokens: int
    waiting: int
    """Prompts that wait for what is reserved to come free."""
    widened: tuple[str, ...] = ()
    """For each model that broke the rules its worst cases are made from, what it did."""
    needed_usd: Decimal | None = None
    """With a limit that lets none of the prompts left through, however often the run is begun:
    what one of them may cost at most. None as long as some still fit."""
    needed_tokens: int | None = None
    """The same in tokens."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the engine is doing at this moment: for the progress display."""

    traffic: Traffic
    in_flight: int
    """Requests on the wire."""
    waiting: int
    """Prompts waiting for a retry, a permit or the breaker."""
    breaker: str
    """`closed`, `open` or `half-open`: the worst of all breakers."""
    breaker_wait_s: float
    """Seconds until the next probe; 0 unless open."""
    limit: int
    """The concurrency in force."""
    adapts: bool = False
    """Whether that is found by the run itself."""
    budget: BudgetState | None = None
    """None without a limit on cost or tokens."""
    held_s: float = 0.0
    """Seconds for which the provider has asked to be sent nothing more."""
