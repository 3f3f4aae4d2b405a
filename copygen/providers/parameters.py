"""Parameters a model refuses: found in its error, then renamed or left out from then on.

OpenAI's newer models take `max_completion_tokens` instead of `max_tokens` and only the default
`temperature`; Gemini refuses every name it does not know. No list of models stays true for long,
so the first refusal teaches.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from copygen.models import JsonValue
from copygen.providers.fault import Fault

_TOKEN_CAPS = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
_KEPT = frozenset({"model", "messages", "response_format", "tools", "tool_choice"})
"""Without these the reply would be another one than asked for: the prompt fails instead."""

_NAME = r"[`'\"“]?(?P<name>[A-Za-z_][\w.\[\]]*?)[`'\"”]?"
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
_INSTEAD = re.compile(r"\buse [`'\"](?P<name>\w+)[`'\"] instead", re.IGNORECASE)
_PARAMETER_CODES = frozenset(
    {"unsupported_parameter", "unknown_parameter", "extra_forbidden", "unrecognized_parameter"}
)


@dataclass(frozen=True, slots=True)
class Refused:
    """A parameter the model does not take."""

    parameter: str
    """Its wire name, without what follows the first dot."""
    replacement: str | None
    """The name it goes by instead; None: leave it out."""


def refused_parameter(fault: Fault) -> Refused | None:
    """The parameter a 400 or 422 complains about as such; None for every other complaint.

    A value out of range is the user's to correct and is not meant, unless the model takes no
    value but the default.
    """
    if "unsupported_value" in fault.codes and fault.parameter:
        return _refused(fault.parameter, None)
    if match := _VALUE.search(fault.text):
        return _refused(match["name"], None)
    name = fault.parameter if not _PARAMETER_CODES.isdisjoint(fault.codes) else None
    if name is None:
        found = (match for pattern in _NAMES if (match := pattern.search(fault.text)))
        name = next((match["name"] for match in found), None)
    if name is None:
        return None
    instead = _INSTEAD.search(fault.text)
    return _refused(name, instead["name"] if instead else _TOKEN_CAPS.get(name))


def _refused(name: str, replacement: str | None) -> Refused | None:
    root = re.split(r"[.\[]", name, maxsplit=1)[0]
    return None if root in ("model", "messages", "") else Refused(root, replacement)


class Adaptations:
    """What each model has refused so far."""

    def __init__(self, spared: frozenset[str] = frozenset()) -> None:
        """`spared` may be left out though they shape the reply: the prompts say it in words."""
        self._kept = _KEPT - spared
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

    def learn(self, model: str, parameter: str, replacement: str | None) -> bool:
        """Remember a refusal; True when the next request no longer carries the parameter.

        Also True when that was learned from another request meanwhile: whoever sent before then
        may send again. The cap on output tokens is renamed but never left out, for it bounds
        the cost, and what shapes the reply (`response_format`, tools) is never left out either.
        """
        changes = self._changes.get(model, {})
        if parameter in changes:
            return True
        renamed_to_it = parameter in changes.values()
        if parameter in self._kept or (parameter in _TOKEN_CAPS and not replacement):
            return False
        if renamed_to_it and (parameter in _TOKEN_CAPS or replacement in changes):
            return False
        followed = {old: replacement if new == parameter else new for old, new in changes.items()}
        self._changes[model] = {**followed, parameter: replacement}
        return True
