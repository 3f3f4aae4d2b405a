"""Whether a limit on cost or tokens can be kept, asked before anything is sent."""

from collections.abc import Mapping

from copygen.config import ProviderConfig, Settings
from copygen.engine.purse import limit_of
from copygen.engine.worst_case import WorstCases
from copygen.errors import ConfigError, PromptError
from copygen.models import JsonValue, Message, Source
from copygen.prompts import Judge, PromptSource, Target


def can_be_bounded(
    source: PromptSource, target: Target, provider: ProviderConfig, settings: Settings
) -> Judge | None:
    """A judge of rows that raises for one whose cost nobody can bound; None without a limit.

    Raises ConfigError at once when the model of a stream has no price, or no cap on its output:
    nobody can read a stream's rows first, so those with models of their own are failed as they
    come.
    """
    limit = limit_of(settings)
    if not limit.exists:
        return None
    worst_cases = WorstCases(provider, limit)
    if source.is_stream:
        reason = worst_cases.refusal(target.default_model, source.default_params(target))
        if reason is not None:
            raise ConfigError(f"{reason}.")

    def judge(
        model: str, params: Mapping[str, JsonValue], messages: tuple[Message, ...], place: Source
    ) -> None:
        reason = worst_cases.refusal(model, params, messages)
        if reason is None:
            return
        if model == target.default_model and not messages:
            raise ConfigError(f"{reason}.")
        raise PromptError(f"{reason}.", place)

    return judge
