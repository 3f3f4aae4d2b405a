"""Which kind of failure a status and an error body amount to: one ordered table, and the `ApiError`
that says what happened and what to do about it.

The status alone does not tell. A 429 may mean "slow down" or "no money", a 403 a filter, a bill
or a ban, a 404 a wrong model or a wrong address. Codes and messages decide first, the status
last. The words are in `copygen.providers.error_body`, a sample of each in
`tests/providers/golden`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from copygen.models import ApiError, Completion, Kind, Message
from copygen.providers import error_body
from copygen.providers.decode import decode, plain, sentence
from copygen.providers.error_body import Fault, fault_in_body
from copygen.providers.parameters import refused_parameter
from copygen.providers.ratelimits import (
    duration_s,
    limits_from,
    retry_after_s,
    server_time,
    wait_in_text_s,
)
from copygen.providers.redact import Redactor
from copygen.providers.usage import COST_HEADER, bill_of

PLAIN_HTTP_TO_TLS = (
    "plain http request was sent to https"
    "|speaking plain http to an ssl"
    "|sent an http request to an https server"
)
"""How nginx, Apache and Go say that the address should begin with https://."""
_PAGES_OF_GATEWAYS = frozenset({401, 403, 407, 408, 413, 425, 429, 451, *range(495, 600)})
"""Statuses that say something whatever stands on the page: a proxy or a CDN answers them itself.
Any other web page means that no API is at this address."""
_OF_AN_API = frozenset({Kind.MODEL_NOT_FOUND, Kind.TOO_LARGE, Kind.CONTENT_FILTER})
"""What the words of a web page cannot mean."""

Statuses = frozenset[int | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: applies when the status fits and a code or the text does."""

    kind: Kind
    statuses: Statuses | None
    """None: every status. Among the statuses, None stands for "no status told"."""
    codes: frozenset[str] = frozenset()
    text: re.Pattern[str] | None = None
    on_html: bool = False

    def fits(self, status: int | None, fault: Fault) -> bool:
        """Whether this line decides the failure."""
        if self.statuses is not None and status not in self.statuses:
            return False
        if self.on_html and not fault.is_html:
            return False
        if not self.codes.isdisjoint(fault.codes):
            return True
        return self.text is not None and self.text.search(fault.text) is not None


def kind_of(status: int | None, fault: Fault) -> Kind:
    """The kind of a failure.

    `status` is that of the reply, or, for an error inside a success, the one the body names
    (see `status_in`); None when there is neither, which counts as temporary.
    """
    kind = next((rule.kind for rule in _RULES if rule.fits(status, fault)), None)
    if fault.is_html and kind in (None, *_OF_AN_API) and status not in _PAGES_OF_GATEWAYS:
        return Kind.WRONG_URL
    return kind or _kind_of_status(status)


def status_in(fault: Fault) -> int | None:
    """The HTTP status an error inside a successful reply stands for, if it tells."""
    if fault.status is not None:
        return fault.status
    return next((_STATUS_WORDS[code] for code in fault.codes if code in _STATUS_WORDS), None)


def _codes(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _text(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_REQUEST_ERRORS = frozenset({400, 403, 404, 410, 413, 422, 500, None})
_ALL_BUT_401 = frozenset({*range(400, 401), *range(402, 600), None})
"""A 401 is about the key, whatever else it says."""

_RULES = (
    Rule(
        Kind.PERMISSION,
        frozenset({400, 403, 429, 503}),
        text=_text("just a moment", "attention required"),
        on_html=True,
    ),
    Rule(
        Kind.TLS,
        frozenset({400}),
        text=_text("no required ssl certificate was sent", "the ssl certificate error"),
    ),
    Rule(Kind.WRONG_URL, frozenset({400}), text=_text(PLAIN_HTTP_TO_TLS)),
    # A day's quota does not refill within a run, whatever delay the reply names; one of zero
    # never does.
    Rule(
        Kind.BILLING,
        frozenset({429, None}),
        codes=_codes("daily_quota"),
        text=_text(
            "free-models-per-day",
            r"free_tier\w*, limit: 0\b",
            r"spend(?:ing)? cap|prepay\w* credits|credits are depleted",
        ),
    ),
    # Google words its per-minute limits like an exhausted account, but names the wait.
    Rule(
        Kind.RATE_LIMITED,
        frozenset({429, None}),
        codes=_codes("resource_exhausted"),
        text=_text(r"ai\.google\.dev/gemini-api/docs/rate-limits", r"\bretry in \d"),
    ),
    Rule(Kind.RATE_LIMITED, None, codes=_codes("openrouter_in_flight_budget")),
    Rule(Kind.BILLING, None, codes=_codes(error_body.BILLING_CODES)),
    Rule(Kind.BILLING, None, text=_text(*error_body.BILLING_ABROAD)),
    Rule(Kind.BILLING, _ALL_BUT_401, text=_text(*error_body.BILLING)),
    Rule(Kind.CONTENT_FILTER, None, codes=_codes(error_body.FILTER_CODES)),
    Rule(
        Kind.CONTENT_FILTER,
        frozenset({400, 403, 422, 446, 451, None}),
        text=_text(*error_body.FILTER),
    ),
    Rule(
        Kind.TOO_LARGE,
        None,
        codes=_codes(
            "context_length_exceeded exceed_context_size_error request_too_large "
            "string_above_max_length"
        ),
    ),
    Rule(
        Kind.TOO_LARGE,
        frozenset({429, None}),
        # "Too many tokens" alone is a rate: only a request that can never fit is too large.
        text=_text("request too large"),
    ),
    Rule(
        Kind.TOO_LARGE,
        frozenset({400, 413, 422, 500, None}),
        text=_text(
            r"context[ _-]?(?:length|window|size)",
            "(?:prompt|input|request) is too (?:long|large)",
            "reduce the length of the (?:messages|prompt)",
            "too many (?:input )?tokens",
            "maximum number of (?:input )?tokens",
            "range of input length should be",
            r"max(?:imum)? input (?:characters|length)",
            r"`inputs` tokens \+ `max_new_tokens` must be",
            "token数量超过|输入[^，。]{0,8}(?:过长|超长|超过)",
        ),
    ),
    # The gateway's own trouble with the provider behind it, some of it named like ours.
    Rule(
        Kind.SERVER,
        None,
        codes=_codes(
            "channel:invalid_key channel:no_available_key get_channel_failed "
            "insufficient_system_resource overloaded_error server_is_overloaded "
            "empty_response do_request_failed"
        ),
    ),
    Rule(Kind.AUTH, None, codes=_codes(error_body.AUTH_CODES)),
    Rule(Kind.PERMISSION, None, codes=_codes(error_body.SUSPENDED_CODES)),
    Rule(Kind.MODEL_NOT_FOUND, None, codes=_codes(error_body.MODEL_CODES)),
    Rule(
        Kind.MODEL_NOT_FOUND,
        frozenset({401, 403}),
        text=_text(
            "key not allowed to access model", r"(?:do not|don.t) have access to (?:the )?model"
        ),
    ),
    Rule(
        Kind.AUTH,
        frozenset({400, 403, 404, 412, 422, 429, 500, None}),
        text=_text(*error_body.AUTH),
    ),
    Rule(
        Kind.WRONG_URL,
        frozenset({400, 404, 405, None}),
        text=_text(
            r"invalid url \(",
            r"\bcannot (?:post|get) /",
            "404 page not found",
            "unknown (?:request )?(?:url|endpoint|path)",
            "no route",
            "please configure ai gateway",
        ),
    ),
    Rule(Kind.MODEL_NOT_FOUND, _REQUEST_ERRORS, text=_text(*error_body.MODEL)),
    Rule(
        Kind.MODEL_NOT_FOUND,
        frozenset({404, 410}),
        text=_text(r"\bmodels?\b", r"\bdeployment\b", "no endpoints found", "allowed providers"),
    ),
    Rule(
        Kind.PERMISSION,
        frozenset({400, 402, 403, 412, 422, 423, None}),
        text=_text(*error_body.SUSPENDED),
    ),
    Rule(
        Kind.PERMISSION,
        frozenset({429, 500}),
        text=_text(*error_body.SUSPENDED_FOR_SURE),
    ),
    Rule(
        Kind.PERMISSION,
        frozenset({400, None}),
        text=_text("location is not supported", "country, region", "no permission to"),
    ),
    Rule(
        Kind.RATE_LIMITED,
        frozenset({403, None}),
        codes=_codes(
            "rate_limit_exceeded rate_limit_error rate_limited token_concurrency_limit_reached"
        ),
    ),
    Rule(
        Kind.RATE_LIMITED,
        frozenset({400, 403, 500, None}),
        text=_text(*error_body.RATE),
    ),
)

_STATUS_KINDS = {
    # No answer to a POST: a cache in front has a bad moment.
    304: Kind.SERVER,
    401: Kind.AUTH,
    402: Kind.BILLING,
    403: Kind.PERMISSION,
    404: Kind.WRONG_URL,
    405: Kind.WRONG_URL,
    407: Kind.PERMISSION,
    408: Kind.SERVER,
    409: Kind.SERVER,
    410: Kind.WRONG_URL,
    413: Kind.TOO_LARGE,
    425: Kind.SERVER,
    429: Kind.RATE_LIMITED,
    451: Kind.PERMISSION,
    # nginx: the client's TLS, not the model's answer.
    495: Kind.TLS,
    496: Kind.TLS,
    # Groq's "flex tier full", and a proxy that thinks we hung up.
    498: Kind.SERVER,
    499: Kind.SERVER,
    501: Kind.INVALID_REQUEST,
    505: Kind.INVALID_REQUEST,
    511: Kind.PERMISSION,
    525: Kind.TLS,
    526: Kind.TLS,
}

_STATUS_WORDS = {
    # Google's names.
    "resource_exhausted": 429,
    "unavailable": 503,
    "deadline_exceeded": 504,
    "internal": 500,
    "invalid_argument": 400,
    "failed_precondition": 400,
    "permission_denied": 403,
    "unauthenticated": 401,
    "not_found": 404,
    # Anthropic's and OpenAI's.
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "rate_limited": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _kind_of_status(status: int | None) -> Kind:
    if status is None:
        return Kind.SERVER
    if status < 200:
        return Kind.BAD_REPLY
    if status < 400 and status not in _STATUS_KINDS:
        return Kind.WRONG_URL
    return _STATUS_KINDS.get(status, Kind.INVALID_REQUEST if status < 500 else Kind.SERVER)


CHECK_BASE_URL = "Check the base URL: most end in /v1."

_HINTS = {
    Kind.AUTH: "Check the key, and that it belongs to this provider.",
    Kind.BILLING: "Add credit or raise the limit, then run again.",
    Kind.MODEL_NOT_FOUND: "Check the model's name in the provider's list.",
    Kind.WRONG_URL: CHECK_BASE_URL,
    Kind.PERMISSION: "The key, the account or this network is not allowed to do this.",
    Kind.TLS: "A certificate on the provider's side is not valid.",
    Kind.TOO_LARGE: "Shorten the prompt or lower max_tokens.",
}
_REDIRECTS = frozenset({300, 301, 302, 303, 305, 306, 307, 308})
_STATUS_HINTS = {
    407: "The proxy wants a login: put it into HTTPS_PROXY.",
    524: "The model took over 100 s: lower max_tokens.",
}
_GIVEN_UP_LATE = frozenset({408, 499, 504, 524})
"""Somebody on the way gave up waiting, after the request had gone on to the model: some providers
charge for these (Azure says so of 408)."""
_BEGUN = frozenset({Kind.SERVER, Kind.BAD_REPLY, Kind.EMPTY, Kind.CONTENT_FILTER})
"""Failures that can come after the model began to write."""
UNKNOWN_FINISH = "unknown"
"""The finish reason of a reply that gives none."""
_PAGE_INSTEAD_OF_API = "A bot check or the network's own page answered: use another network."
_USE_HTTPS = "The base URL must begin with https:// here."
_PLAIN_HTTP = re.compile(PLAIN_HTTP_TO_TLS, re.IGNORECASE)
_NOT_FOLLOWED = "Redirects are not followed, so that the key stays here: correct the base URL."


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a reply besides its body."""

    status: int
    headers: Mapping[str, str]
    """Looked up in lower case."""
    now: datetime
    model: str
    """The model asked for."""
    redactor: Redactor
    params: Collection[str] | None = None
    """The names of the parameters that were sent; None: not known."""
    sent: tuple[Message, ...] = ()
    """What was asked, for its length."""

    @property
    def answered(self) -> bool:
        """Whether the provider took the request for one that it answers, and so may charge for."""
        return 200 <= self.status < 300 or self.status in _GIVEN_UP_LATE

    def error(
        self, kind: Kind, words: str, hint: str = "", completion: Completion | None = None
    ) -> ApiError:
        """An error in our own words."""
        message = sentence(words, hint, self.redactor)
        return ApiError(
            kind,
            message,
            self.status,
            completion=completion,
            possibly_billed=self.answered and kind in _BEGUN,
        )


def from_status(context: Context, body: bytes) -> ApiError:
    """The error of a reply whose status is not a success."""
    if context.status in _REDIRECTS:
        return context.error(Kind.WRONG_URL, _redirect(context.headers), _NOT_FOLLOWED)
    clean = context.redactor.redact_body(body)
    return _from_fault(context, fault_in_body(clean), context.status, _charged(context, clean))


def from_inside(context: Context, fault: Fault, completion: Completion | None) -> ApiError:
    """The error of a reply that succeeds by its status but holds `fault`."""
    return _from_fault(context, fault, status_in(fault), completion)


def _from_fault(
    context: Context, fault: Fault, status: int | None, completion: Completion | None
) -> ApiError:
    billed = completion is not None and completion.cost_doubt is not None
    refused = refused_parameter(fault, status, context.params)
    kind = Kind.UNSUPPORTED_PARAMETER if refused else kind_of(status, fault)
    return ApiError(
        kind,
        sentence(_words(fault, status), _hint(kind, fault, status), context.redactor),
        status or context.status,
        _wait_s(context, fault) if kind in (Kind.RATE_LIMITED, Kind.SERVER) else None,
        refused.parameter if refused else None,
        refused.replacement if refused else None,
        completion=completion,
        possibly_billed=billed or (context.answered and kind in _BEGUN),
    )


def _charged(context: Context, body: bytes) -> Completion | None:
    """What an error says it used, which will be on the bill: a reply without a text."""
    if b'"usage"' not in body and not context.headers.get(COST_HEADER):
        return None
    value = decode(body)
    inner = value.get("error") if isinstance(value, dict) else None
    layers = (layer for layer in (value, inner) if isinstance(layer, dict) and "usage" in layer)
    bill = bill_of(next(layers, {}), context.headers, "")
    used = bill.usage is not None and (bill.usage.input_tokens or bill.usage.output_tokens)
    if not used and not bill.reported_usd and bill.doubt is None:
        return None
    return Completion(
        "",
        UNKNOWN_FINISH,
        context.model,
        bill.usage,
        bill.reported_usd,
        cost_doubt=bill.doubt,
        tier=bill.tier,
    )


def _words(fault: Fault, status: int | None) -> str:
    if fault.message:
        return f"A web page answered: {fault.message}" if fault.is_html else fault.message
    if word := next((code for code in fault.codes if not code.isdecimal()), None):
        return f"The provider gives no reason but the code {plain(word)}"
    if status is None:
        return "The provider reports an error without a reason"
    phrase = next((f" {known.phrase}" for known in HTTPStatus if known == status), "")
    return f"HTTP {status}{phrase}, without a reason"


def _hint(kind: Kind, fault: Fault, status: int | None) -> str:
    if status in _STATUS_HINTS:
        return _STATUS_HINTS[status]
    if kind is Kind.PERMISSION and fault.is_html:
        return _PAGE_INSTEAD_OF_API
    if kind is Kind.WRONG_URL and _PLAIN_HTTP.search(fault.text):
        return _USE_HTTPS
    return _HINTS.get(kind, "")


def _wait_s(context: Context, fault: Fault) -> float | None:
    """The wait asked for: by header, in the body, or until a used-up limit is free again."""
    wait = retry_after_s(context.headers, context.now)
    if wait is None and fault.retry_delay is not None:
        wait = duration_s(fault.retry_delay, server_time(context.headers, context.now))
    if wait is None:
        wait = wait_in_text_s(fault.text)
    return limits_from(context.headers, context.now).exhausted_s if wait is None else wait


def _redirect(headers: Mapping[str, str]) -> str:
    try:
        host = urlsplit(headers.get("location", "")).hostname
    except ValueError:
        host = None
    return f"The server redirects to {plain(host)}" if host else "The server redirects elsewhere"
