"""Request parameters as people write them: which names there are, of which type."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from copygen.documents import explain
from copygen.models import JsonValue

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
