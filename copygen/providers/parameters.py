"""Parameters a model refuses: found in its error, then renamed or left out from then on.

OpenAI's newer models take `max_completion_tokens` instead of `max_tokens` and only the default
`temperature`; Gemini refuses every name it does not know. No list of models stays true for long,
so the first refusal teaches.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from copygen.config.prices import OUTPUT_CAPS
from copygen.models import JsonValue
from copygen.providers.error_body import Fault

_TOKEN_CAPS = {
    **dict.fromkeys(OUTPUT_CAPS, "max_completion_tokens"),
    "max_completion_tokens": "max_tokens",
}
"""The names of the cap on output, and the one to try instead."""
_NO_NEW_NAME = frozenset(
    {*OUTPUT_CAPS, "n", "best_of", "service_tier", "speed", "models", "stream"}
)
"""What a refused parameter is never renamed to, whatever the server says: these decide how much is
paid for, and its value was not meant for them."""
_KEPT = frozenset({"model", "messages", "response_format", "tools", "tool_choice"})
"""Without these the reply would be another one than asked for: the prompt fails instead."""

_NAME = r"[`'\"“]?(?P<name>[A-Za-z_][\w.\[\]]{0,60}?)[`'\"”]?"
_END = r"(?![\w\[]|\.\w)"
_VALUE = re.compile(rf"unsupported value:? {_NAME}{_END}", re.IGNORECASE)
_NAMES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"unsupported param(?:eter)?s?:? {_NAME}{_END}",
        rf"unknown (?:name|parameter|field|argument)s?:? {_NAME}{_END}",
        rf"unrecognized (?:request )?arguments? supplied: {_NAME}{_END}",
        rf"does not support (?:the )?parameter {_NAME}{_END}",
        r"\bproperty [`'\"](?P<name>\w+)[`'\"] is (?:unsupported|not supported)",
        r"[`'\"](?P<name>\w+)[`'\"] is (?:deprecated|unsupported|not supported|no longer supported)"
        r" (?:for|with|by|on) this model",
        r"\b(?P<name>\w+): extra inputs are not permitted",
    )
)
_LOOSER = tuple(
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
"""Such words name many things: believed only of a parameter that was sent."""
_SCHEMA = re.compile(
    r"response_format.{0,100}?(?:input should be|unavailable|not supported|unsupported"
    r"|not available|not enabled)"
    r"|(?:json_schema|structured outputs?|json mode)[^.]{0,60}"
    r"(?:not supported|unsupported|unavailable|not available|not enabled)"
    r"|failed to parse grammar",
    re.IGNORECASE,
)
_SYSTEM_ROLE = re.compile(
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
    fault: Fault, status: int | None = 400, sent: Collection[str] | None = None
) -> Refused | None:
    """The parameter an error complains about as such; None for every other complaint.

    `sent` are the parameters of the request, where known: a name that is not among them was read
    out of prose. A value out of range is the user's to correct and is not meant, unless the model
    takes no value but the default.
    """
    if sent is not None and status in _BY_STATUS_OF_SCHEMAS:
        if SYSTEM_ROLE in sent and _SYSTEM_ROLE.search(fault.text):
            return Refused(SYSTEM_ROLE, None)
        if "response_format" in sent and _SCHEMA.search(fault.text):
            return Refused("response_format", None)
    if status not in _BY_STATUS:
        return None
    named = (_refused(name, fault) for name in _names_in(fault, loosely=sent is not None))
    return next((one for one in named if one and (sent is None or one.parameter in sent)), None)


def _names_in(fault: Fault, *, loosely: bool) -> Iterator[str]:
    """What may be the name of a refused parameter, the likeliest first."""
    codes = {"unsupported_value", *_PARAMETER_CODES}
    if fault.parameter and not codes.isdisjoint(fault.codes):
        yield fault.parameter
    for pattern in (_VALUE, *_NAMES, *(_LOOSER if loosely else ())):
        for match in pattern.finditer(fault.text):
            yield match["name"]


def _refused(name: str, fault: Fault) -> Refused | None:
    root = re.split(r"[.\[]", name, maxsplit=1)[0]
    if root in ("model", "messages", ""):
        return None
    if "unsupported_value" in fault.codes or _VALUE.search(fault.text):
        return Refused(root, None)
    instead = _INSTEAD.search(fault.text)
    return Refused(root, instead["name"] if instead else _TOKEN_CAPS.get(name))


class Adaptations:
    """What each model has refused so far."""

    def __init__(self) -> None:
        self._changes: dict[str, dict[str, str | None]] = {}

    def fit(self, model: str, params: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """`params` as `model` takes them. A parameter given under its new name already wins."""
        changes = self._changes.get(model)
        if changes is None:
            return params
        fitted: dict[str, JsonValue] = {}
        for name, value in params.items():
            if name not in changes:
                fitted[name] = value
            elif (new_name := changes[name]) is not None:
                fitted.setdefault(new_name, value)
        return fitted

    def learn(
        self,
        model: str,
        parameter: str,
        replacement: str | None,
        spared: Collection[str] = (),
    ) -> bool:
        """Remember a refusal; True when the next request no longer carries the parameter.

        Also True when that was learned from another request meanwhile: whoever sent before then
        may send again. The cap on output tokens bounds the cost: it goes by another known name
        that was not refused, or stays as it is. What shapes the reply (`response_format`, tools)
        is never left out either, but for what is `spared`: the prompts say it in words, too.
        """
        kept = _KEPT.difference(spared)
        changes = self._changes.get(model, {})
        if parameter in changes:
            return True
        if parameter in kept:
            return False
        if parameter in _TOKEN_CAPS:
            replacement = _other_cap(parameter, replacement, changes)
            if replacement is None:
                return False
        elif replacement in kept | _NO_NEW_NAME:
            replacement = None
        elif replacement in changes and parameter in changes.values():
            return False
        followed = {old: replacement if new == parameter else new for old, new in changes.items()}
        self._changes[model] = {**followed, parameter: replacement}
        return True


def _other_cap(refused: str, named: str | None, changes: Mapping[str, str | None]) -> str | None:
    """A known name for the cap on output that this model has not refused: the one that the server
    names if it is one, else the usual ones. None without a hint that the name is the fault.
    """
    if named is None:
        return None
    candidates = (named, "max_completion_tokens", "max_tokens")
    left = (name for name in candidates if name in _TOKEN_CAPS and name != refused)
    return next((name for name in left if name not in changes), None)
