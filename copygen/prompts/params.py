"""Request parameters as people write them: which names there are, of which type, and which of them
say the same in every wire format.

People write the names of OpenAI's API, and of whatever server they use. `asked` sorts them by what
they are for; what a wire calls each of them is for the wire to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copygen.config.request_cost import OUTPUT_CAPS, output_cap
from copygen.documents import explain
from copygen.models import JsonValue, OutputSchema

REFUSED: Final[Mapping[str, str]] = {
    "n": "'n' is not sent; use `variants:` for several texts per item",
    "stream": "'stream' is not sent; copygen reads whole replies",
    "stream_options": "'stream_options' is not sent; copygen reads whole replies",
    "messages": "'messages' is no parameter; give it as a column of its own",
    "base_url": "'base_url' belongs in the settings file or in --base-url, not with the prompts",
    "api_key": "'api_key' must never stand in a prompt file; put the key in the environment",
    **{
        name: f"'{name}' belongs in the settings file: a prompt file has no say in keys"
        for name in ("key_env", "key_file", "key_command")
    },
}
"""Names that do not belong among the parameters → what to do instead."""

_LITERAL: Final = frozenset(
    ("model", "provider", "user", "reasoning_effort", "verbosity", "service_tier")
)
OWN_FORMAT: Final = "response_format"
"""By this name people say themselves what form the answer has."""
_CAP_TWINS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""One setting under several names, the last of which no wire format owns."""
_DELIVERY: Final = frozenset(
    (
        *("service_tier", "metadata", "store"),
        *("prompt_cache_key", "prompt_cache_retention", "cache_control"),
    )
)
"""What changes how a request is delivered, priced or kept, and not what the reply says."""

Text = Annotated[str, Field(min_length=1)]
Positive = Annotated[int, Field(ge=1)]


class RequestParams(BaseModel):
    """The parameters most APIs know, by wire name. Null means: do not send it."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, hide_input_in_errors=True)

    model: Text | None = None
    """Model of this item or file."""
    max_tokens: Positive | None = None
    """The most tokens of one reply; also bounds its cost."""
    max_completion_tokens: Positive | None = None
    """The same under the name that newer OpenAI models take."""
    temperature: float | None = None
    """How freely the model chooses its words; 0 is the least."""
    top_p: float | None = None
    """Share of the likeliest tokens that the model chooses from."""
    top_k: int | None = None
    """Number of the likeliest tokens that the model chooses from."""
    min_p: float | None = None
    """Least probability of a token, as a share of the likeliest one's."""
    stop: Text | list[Text] | None = None
    """Texts at which the reply ends."""
    seed: int | None = None
    """Asks for the same reply each time, where the model can."""
    presence_penalty: float | None = None
    """Makes words that were used less likely."""
    frequency_penalty: float | None = None
    """The same, the more the oftener they were used."""
    logit_bias: dict[str, float] | None = None
    """Token id → how much likelier it becomes."""
    response_format: dict[str, JsonValue] | None = None
    """The form of the answer; `fields` say it better."""
    reasoning_effort: Text | None = None
    """How long a reasoning model thinks: `low`, `medium`, `high`."""
    verbosity: Text | None = None
    """How long the answer is: `low`, `medium`, `high`."""
    thinking: dict[str, JsonValue] | None = None
    """Switches thinking on or off, as the API has it."""
    service_tier: Text | None = None
    """`flex`, `priority`: another speed at another price."""
    user: Text | None = None
    """Your own name for the end user, sent to the provider."""


class ParamError(Exception):
    """A parameter that cannot be sent as given. `str()` says why."""

    def __init__(self, message: str, loc: tuple[str | int, ...]) -> None:
        super().__init__(message)
        self.loc = loc
        """Where, below the mapping that was checked."""


def check_literal(params: Mapping[str, JsonValue]) -> None:
    """Raise ParamError for a template where none is rendered."""
    for name in _LITERAL & params.keys():
        if isinstance(params[name], str) and "{{" in params[name]:
            message = (
                f"'{name}' is sent as it is written, so '{params[name][:40]}' would be sent; give "
                f"the items that need another one `params: {{{name}: ...}}`"
            )
            raise ParamError(message, (name,))


def check_params(params: JsonValue) -> Mapping[str, JsonValue]:
    """Return `params` as given, if they can be sent; raises ParamError."""
    if not isinstance(params, dict):
        raise ParamError("'params' should be a mapping (name: value)", ())
    for name in params.keys() & REFUSED.keys():
        raise ParamError(REFUSED[name], (name,))
    for name in params:
        if " " in name.strip():
            message = f"'{name[:40]}' is no name of a parameter; is a ':' missing in it?"
            raise ParamError(message, (name,))
    check_literal(params)
    try:
        RequestParams.model_validate(params)
    except ValidationError as exc:
        problem = exc.errors(include_url=False)[0]
        raise ParamError(explain(problem, RequestParams), problem["loc"]) from exc
    return params


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for beside its messages, apart by what it is for."""

    written: Mapping[str, JsonValue]
    """All of it as content keys are made of it. Their form is that of the results files there are:
    the names that were written, and a schema as OpenAI's API takes it."""
    params: Mapping[str, JsonValue]
    max_output_tokens: int | None = None
    cap_names: tuple[str, ...] = ()
    schema: OutputSchema | None = None
    delivery: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def keyed(self) -> Mapping[str, JsonValue]:
        """`written` without what changes nothing about the reply."""
        if not self.delivery:
            return self.written
        return {name: value for name, value in self.written.items() if name not in self.delivery}


def asked(
    base: Mapping[str, JsonValue],
    over: Mapping[str, JsonValue],
    schema: OutputSchema | None = None,
) -> Asked:
    """`base` with `over` on it, sorted; null takes a parameter away.

    A `schema` stands with the base: an `over` that says itself what form the answer has wins.
    """
    if schema is not None:
        base = {**base, OWN_FORMAT: _as_keyed(schema)}
    return _sorted(_overlaid(base, over), schema)


def changed(before: Asked, over: Mapping[str, JsonValue]) -> Asked:
    """`before` with the parameters of one item on it."""
    written = _overlaid(before.written, over)
    written.pop("model", None)
    return _sorted(written, before.schema)


def _sorted(written: dict[str, JsonValue], schema: OutputSchema | None) -> Asked:
    written = {name: value for name, value in written.items() if value is not None}
    if schema is not None and written.get(OWN_FORMAT) != _as_keyed(schema):
        schema = None
    cap = output_cap(written)
    # One that says less under another name is nobody's cap: it goes out as it is written.
    caps = [name for name in OUTPUT_CAPS if cap is not None and written.get(name) == cap]
    delivery = {name: written[name] for name in written.keys() & _DELIVERY}
    apart = {*caps, *delivery, *([OWN_FORMAT] if schema else [])}
    params = {name: value for name, value in written.items() if name not in apart}
    return Asked(written, params, cap, tuple(caps), schema, delivery)


def _as_keyed(schema: OutputSchema) -> JsonValue:
    given = {"name": schema.name, "strict": True, "schema": schema.schema}
    return {"type": "json_schema", "json_schema": given}


def _overlaid(base: Mapping[str, JsonValue], over: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """`base` with `over` on it; a cap on output tokens goes by the name `base` uses.

    Newer models call it `max_completion_tokens` and refuse a request that has both.
    """
    merged = {**base, **over}
    ours = [name for name in _CAP_TWINS if name in base]
    theirs = [name for name in _CAP_TWINS if name in over]
    if len(ours) == len(theirs) == 1 and ours != theirs:
        merged[ours[0]] = merged.pop(theirs[0])
    return merged
