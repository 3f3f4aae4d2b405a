"""What the parameters of a request say about what it may cost. The one reader of them.

The limit on cost, the plan, the pace and the search for a cheaper model all go by these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from copygen.models import Prompt

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


def most_output(prompt: Prompt, model_cap: int | None = None) -> int | None:
    """The most output tokens a request with this prompt is charged for.

    `model_cap` is what the model can write at all, and counts where the prompt sets no cap; None
    when neither says.
    """
    cap = prompt.max_output_tokens
    cap = model_cap if cap is None else cap
    if cap is None or "n" not in prompt.params:
        return cap
    return cap * texts_asked(prompt.params)


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
