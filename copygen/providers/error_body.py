"""What an error body says, whatever its shape, and which parameter it refuses.

There is no standard. Errors come as an object, an array, a string or a page; flat or under
`error`, `errors` or `detail`; with another error as JSON text inside `message` or
`metadata.raw`; with codes that are words, HTTP statuses or a vendor's own numbers. They are all
read into one `ErrorBody`. What follows from it is `copygen.providers.classification`.

OpenAI's newer models take `max_completion_tokens` instead of `max_tokens` and only the default
`temperature`; Gemini refuses every name it does not know. No list of models stays true for long:
which parameter is refused is found in the error.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from copygen.config.prices import OUTPUT_CAPS
from copygen.models import JsonValue
from copygen.providers.decode import UNREADABLE, decode, decode_text, is_html, plain

_DEEPEST = 6
_MOST_ENTRIES = 8
"""Entries read of a list of errors: the first ones say what is wrong."""
_MOST_MESSAGES = 32
_MOST_CODES = 64
"""Of one body. With nested lists of errors there could be hundreds of thousands."""
_MOST_TEXT = 20_000
"""Characters of all messages together that the rules search."""
_LONGEST_CODE = 80

# Keys are compared in lower case: Tencent, AWS and Azure write `Code` and `Message`.
_CODE_KEYS = (
    *("code", "type", "status", "reason", "limit_source", "error_type", "error_code"),
    *("status_code", "errcode", "__type", "errortype"),
)
_STATUS_KEYS = ("code", "status", "status_code", "raw_status_code", "http_code", "httpstatus")
_MESSAGE_KEYS = (
    *("message", "msg", "detail", "error_description", "error_msg", "status_msg", "errmsg"),
    *("error_message", "errormessage", "title"),
)
_INNER_KEYS = (
    *("error", "errors", "metadata", "raw", "innererror", "details", "violations"),
    # MiniMax, Tencent, Spark; gateways that pass an upstream's body on
    *("base_resp", "response", "header", "upstreambody", "body"),
)
_ENVELOPE_WORDS = frozenset({"error", "success", "ok", "", "none", "null"})
_SAYS_NOTHING = frozenset({"provider returned error", "error", "bad request", "unknown error"})
_SAYS_SUCCESS = frozenset(
    {"success", "ok", "succeeded", "successful", "成功", "请求成功", "操作成功", "获取成功"}
)
_NO_ERROR_CODES = frozenset({"", "0", "200", "success", "ok", "none", "null"})
_VENDORS_OWN = range(1_000, 10_000_000)
"""Numbers that are codes of a vendor rather than HTTP statuses."""


@dataclass(frozen=True, slots=True)
class ErrorBody:
    """An error body, read."""

    message: str = ""
    """The most telling message, on one line. Not redacted."""
    codes: tuple[str, ...] = ()
    """Every code word of the body, in lower case, the outermost first."""
    status: int | None = None
    """An HTTP error status given inside the body."""
    parameter: str | None = None
    """The parameter the error points at."""
    retry_delay: str | None = None
    """Google's `RetryInfo`, as written (`37s`)."""
    text: str = ""
    """All messages together, for rules to search."""
    is_html: bool = False
    """A web page, not an API, answered."""


def fault_in_body(body: bytes) -> ErrorBody:
    """The fault in the body of a reply that is an error by its status."""
    value = decode(body)
    if value is UNREADABLE:
        text = body[:100_000].decode("utf-8", "replace")
        message = plain(text)
        return ErrorBody(message, text=message, is_html=is_html(text))
    return _collect(value).fault()


def fault_in_reply(reply: JsonValue) -> ErrorBody | None:
    """The fault in the body of a reply whose status says success; None when it holds none.

    An error object without message and code is what some gateways send with every success.
    """
    if isinstance(reply, list):
        reply = next((entry for entry in reply if isinstance(entry, dict)), None)
    if not isinstance(reply, dict):
        return None
    error = reply.get("error") or reply.get("errors")
    if not error and (reply.get("object") == "error" or not reply.get("choices")):
        error = reply
    elif isinstance(error, bool | int | float):
        error = {**reply, "code": error}
    return error_in(error)


def error_in(error: JsonValue) -> ErrorBody | None:
    """The fault in the value of an `error` field; None when it is empty."""
    if not error:
        return None
    found = _collect(error)
    return found.fault() if found.messages or found.has_code else None


@dataclass
class _Findings:
    messages: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    status: int | None = None
    parameter: str | None = None
    retry_delay: str | None = None
    upstream: str = ""
    is_html: bool = False
    has_code: bool = False

    def fault(self) -> ErrorBody:
        telling = (m for m in self.messages if m.rstrip(".").lower() not in _SAYS_NOTHING)
        message = next(telling, self.messages[0] if self.messages else "")
        if self.upstream and message:
            message = f"{self.upstream}: {message}"
        return ErrorBody(
            message,
            tuple(dict.fromkeys(self.codes)),
            self.status,
            self.parameter,
            self.retry_delay,
            " ".join(self.messages)[:_MOST_TEXT],
            self.is_html,
        )


def _collect(value: JsonValue) -> _Findings:
    found = _Findings()
    _walk(value, found, 0)
    return found


def _walk(value: JsonValue, found: _Findings, depth: int) -> None:
    if depth > _DEEPEST or len(found.messages) >= _MOST_MESSAGES:
        return
    if isinstance(value, str):
        _read_text(value, found, depth)
    elif isinstance(value, list):
        for entry in value[:_MOST_ENTRIES]:
            _walk(entry, found, depth + 1)
    elif isinstance(value, dict):
        layer = {key.lower(): entry for key, entry in value.items() if len(key) < _LONGEST_CODE}
        _read_codes(layer, found)
        _read_pointers(layer, found)
        for key in (*_MESSAGE_KEYS, *_INNER_KEYS):
            if key in layer:
                _walk(layer[key], found, depth + 1)


def _read_text(text: str, found: _Findings, depth: int) -> None:
    stripped = text.strip()
    if stripped.startswith(("{", "[")):
        inner = decode_text(stripped)
        if isinstance(inner, dict | list):
            _walk(inner, found, depth + 1)
            return
    found.is_html = found.is_html or is_html(stripped)
    message = plain(stripped)
    if message.rstrip(".!").lower() in _SAYS_SUCCESS:
        return
    if message and message not in found.messages:
        found.messages.append(message)


def _read_codes(layer: Mapping[str, JsonValue], found: _Findings) -> None:
    if len(found.codes) < _MOST_CODES:
        found.codes += [word for key in _CODE_KEYS if (word := _code(layer.get(key)))]
    code = layer.get("code")
    if isinstance(code, str | int) and _short(code).lower() not in _NO_ERROR_CODES:
        found.has_code = True
    # `{"error": 429}` and `{"error": "unauthorized", "message": "..."}` put the code there.
    candidates = [layer.get(key) for key in (*_STATUS_KEYS, "error")]
    statuses = (status for value in candidates if (status := _http_error(value)) is not None)
    found.status = found.status or next(statuses, None)
    if layer.get("flagged_input") is not None:
        found.codes.append("moderation")
    if "perday" in _short(layer.get("quotaid", "")).lower():
        found.codes.append("daily_quota")


def _code(value: JsonValue) -> str | None:
    """A code word in lower case; None for what says nothing. AWS puts a namespace before it."""
    if type(value) is int:
        return str(value) if value in _VENDORS_OWN else None
    if not isinstance(value, str):
        return None
    word = value.strip().lower().rpartition("#")[2]
    return word if word not in _ENVELOPE_WORDS and len(word) <= _LONGEST_CODE else None


def _short(value: JsonValue) -> str:
    """What a number or a text begins with: Python refuses to write out a number of any length."""
    if isinstance(value, str):
        return value[:_LONGEST_CODE].strip()
    return str(value) if isinstance(value, int) and abs(value) < 2**63 else ""


def _read_pointers(layer: Mapping[str, JsonValue], found: _Findings) -> None:
    """What the error points at: a parameter, a waiting time, the provider behind a gateway."""
    pointer = layer.get("param") or layer.get("loc")
    if isinstance(pointer, list) and pointer:
        pointer = pointer[-1]
    if isinstance(pointer, str) and found.parameter is None:
        found.parameter = pointer
    delay = layer.get("retrydelay")
    if isinstance(delay, str):
        found.retry_delay = delay
    upstream = layer.get("provider_name")
    if isinstance(upstream, str):
        found.upstream = plain(upstream)[:40]


def _http_error(value: JsonValue) -> int | None:
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    return value if type(value) is int and 400 <= value < 600 else None


# The parameter an error complains about. Its patterns are compiled with the first error: together
# with those of the table that takes 20 ms, which a run without errors does not spend.

TOKEN_CAPS = {
    **dict.fromkeys(OUTPUT_CAPS, "max_completion_tokens"),
    "max_completion_tokens": "max_tokens",
}
"""The names of the cap on output, and the one to try instead."""

_NAME = r"[`'\"“]?(?P<name>[A-Za-z_][\w.\[\]]{0,60}?)[`'\"”]?"
_END = r"(?![\w\[]|\.\w)"
_VALUE = re.compile(rf"unsupported value:? {_NAME}{_END}", re.IGNORECASE)


@cache
def _naming_patterns() -> tuple[re.Pattern[str], ...]:
    """Words that name a refused parameter."""
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"unsupported param(?:eter)?s?:? {_NAME}{_END}",
            rf"unknown (?:name|parameter|field|argument)s?:? {_NAME}{_END}",
            rf"unrecognized (?:request )?arguments? supplied: {_NAME}{_END}",
            rf"does not support (?:the )?parameter {_NAME}{_END}",
            r"\bproperty [`'\"](?P<name>\w+)[`'\"] is (?:unsupported|not supported)",
            r"[`'\"](?P<name>\w+)[`'\"] is (?:deprecated|unsupported|not supported"
            r"|no longer supported) (?:for|with|by|on) this model",
            r"\b(?P<name>\w+): extra inputs are not permitted",
        )
    )


@cache
def _loose_patterns() -> tuple[re.Pattern[str], ...]:
    """Such words name many things: believed only of a parameter that was sent."""
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            # as LiteLLM says it
            rf"(?:n[o']t|cannot) support (?:the )?(?:parameter |param )?{_NAME}{_END}",
            # and Kimi
            rf"invalid {_NAME}: only .{{1,60}}? (?:is|are) (?:allowed|supported)",
            rf"only {_NAME} ?= ?\S{{1,20}} (?:is|are) (?:allowed|supported)",
            rf"{_NAME} (?:must|should|can only) be (?:set to |equal to )?\S{{1,20}}"
            r" (?:for|with|when|on) (?:this model|thinking|reasoning)",
            rf"(?:parameter|param|argument|field|option|property):? {_NAME}{_END},? (?:is |was )?"
            r"(?:not supported|unsupported|not allowed|not permitted|not recogni[sz]ed|unknown"
            r"|unexpected|deprecated)",
            rf"{_NAME}{_END} (?:is |was )?(?:not supported|unsupported|not allowed|not permitted"
            r"|deprecated)",
            rf"unexpected (?:keyword argument|field|parameter|property|argument):? {_NAME}{_END}",
            rf"unrecogni[sz]ed (?:key|field|parameter|argument|option)[^'\"`:]{{0,30}}:? ?"
            rf"{_NAME}{_END}",
            rf"additional properties are not allowed \({_NAME}{_END}",
            rf"extra (?:fields?|inputs?) (?:are )?not (?:permitted|allowed):? {_NAME}{_END}",
        )
    )


@cache
def _schema_pattern() -> re.Pattern[str]:
    """Words that refuse the form of the answer."""
    return re.compile(
        r"response_format.{0,100}?(?:input should be|unavailable|not supported|unsupported"
        r"|not available|not enabled)"
        r"|(?:json_schema|structured outputs?|json mode)[^.]{0,60}"
        r"(?:not supported|unsupported|unavailable|not available|not enabled)"
        r"|failed to parse grammar",
        re.IGNORECASE,
    )


@cache
def _system_role_pattern() -> re.Pattern[str]:
    """Words that refuse a system message."""
    return re.compile(
        r"(?:[`'\"](?:system|developer)[`'\"]"
        r"|(?:system|developer) (?:role|messages?|prompts?|instructions?)) ?(?:is|are)? ?"
        r"(?:not|un)[ -]?(?:supported|allowed|enabled|available|permitted)"
        r"|(?:not|n't) support (?:the |a )?[`'\"]?(?:system|developer)\b"
        r"|(?:invalid|unknown|unsupported|unexpected)[^.]{0,20} role:? ?[`'\"]?(?:system|developer)"
        r"|only (?:supports? )?[`'\"]?user[`'\"]? and [`'\"]?(?:assistant|model)[`'\"]? roles"
        r"|roles must alternate user/assistant",
        re.IGNORECASE,
    )


_INSTEAD = re.compile(r"\buse [`'\"](?P<name>\w+)[`'\"] instead", re.IGNORECASE)
_PARAMETER_CODES = frozenset(
    {"unsupported_parameter", "unknown_parameter", "extra_forbidden", "unrecognized_parameter"}
)


SYSTEM_ROLE = "role: system"
"""Stands among the parameters for the system message: a model may refuse that, too."""
_BY_STATUS = frozenset({400, 422, None})
_BY_STATUS_OF_SCHEMAS = frozenset({400, 422, 500, 501, None})
"""llama-cpp-python refuses a schema with 500, as llama.cpp does a role its template lacks."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A parameter the model does not take."""

    parameter: str
    """Its wire name, without what follows the first dot."""
    replacement: str | None
    """The name it goes by instead; None: leave it out."""


def refused_parameter(
    fault: ErrorBody, status: int | None = 400, sent: Collection[str] | None = None
) -> Refused | None:
    """The parameter an error complains about as such; None for every other complaint.

    `sent` are the parameters of the request, where known: a name that is not among them was read
    out of prose. A value out of range is the user's to correct and is not meant, unless the model
    takes no value but the default.
    """
    if sent is not None and status in _BY_STATUS_OF_SCHEMAS:
        if SYSTEM_ROLE in sent and _system_role_pattern().search(fault.text):
            return Refused(SYSTEM_ROLE, None)
        if "response_format" in sent and _schema_pattern().search(fault.text):
            return Refused("response_format", None)
    if status not in _BY_STATUS:
        return None
    named = (_refused(name, fault) for name in _names_in(fault, loosely=sent is not None))
    return next((one for one in named if one and (sent is None or one.parameter in sent)), None)


def _names_in(fault: ErrorBody, *, loosely: bool) -> Iterator[str]:
    """What may be the name of a refused parameter, the likeliest first."""
    codes = {"unsupported_value", *_PARAMETER_CODES}
    if fault.parameter and not codes.isdisjoint(fault.codes):
        yield fault.parameter
    for pattern in (_VALUE, *_naming_patterns(), *(_loose_patterns() if loosely else ())):
        for match in pattern.finditer(fault.text):
            yield match["name"]


def _refused(name: str, fault: ErrorBody) -> Refused | None:
    root = re.split(r"[.\[]", name, maxsplit=1)[0]
    if root in ("model", "messages", ""):
        return None
    if "unsupported_value" in fault.codes or _VALUE.search(fault.text):
        return Refused(root, None)
    instead = _INSTEAD.search(fault.text)
    return Refused(root, instead["name"] if instead else TOKEN_CAPS.get(name))
