"""Token counts and costs, as the providers' various `usage` objects give them."""

from collections.abc import Mapping
from decimal import Decimal

from copygen.models import JsonValue, Usage

_MOST_TOKENS = 2**53
"""Beyond this a count is a fault, and would not survive JSON readers that use doubles."""
_MOST_USD = 1e6
"""Of one reply. Infinity and NaN fall outside too."""


def usage_of(reply: Mapping[str, JsonValue]) -> Usage | None:
    """The tokens of a reply; None when it does not give both sides.

    Hidden reasoning counts as output: where the total exceeds prompt and completion (Gemini,
    xAI), the difference was generated, and is billed as output.
    """
    usage = reply.get("usage")
    if type(usage) is not dict:
        return None
    given = _count(usage.get("prompt_tokens"))
    written = _count(usage.get("completion_tokens"))
    total = _count(usage.get("total_tokens"))
    if given is None and written is None and "input_tokens" in usage:
        return _anthropic(usage)
    if given is None and written is not None and total is not None:
        given = max(total - written, 0)
    if given is None or (written is None and total is None):
        return None
    output = max(written or 0, (total or 0) - given)
    hidden = output - written if written is not None else 0
    return _with_details(usage, given, output, hidden)


def reported_cost_usd(reply: Mapping[str, JsonValue]) -> Decimal | None:
    """OpenRouter's `usage.cost` in US dollars (its credits), if it is a finite amount."""
    usage = reply.get("usage")
    cost = usage.get("cost") if type(usage) is dict else None
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    return Decimal(str(cost)) if 0 <= cost < _MOST_USD else None


def _with_details(usage: Mapping[str, JsonValue], given: int, output: int, hidden: int) -> Usage:
    details = usage.get("prompt_tokens_details")
    cached = cache_write = reasoning = 0
    if type(details) is dict:
        cached = _count(details.get("cached_tokens")) or 0
        cache_write = _count(details.get("cache_write_tokens")) or 0
    if not cached:
        # DeepSeek counts hits and misses instead, at times without the details.
        cached = _count(usage.get("prompt_cache_hit_tokens")) or 0
    details = usage.get("completion_tokens_details")
    if type(details) is dict:
        reasoning = _count(details.get("reasoning_tokens")) or 0
    cached = min(cached, given)
    cache_write = min(cache_write, given - cached)
    return Usage(given, output, cached, cache_write, min(max(reasoning, hidden), output))


def _anthropic(usage: Mapping[str, JsonValue]) -> Usage | None:
    """Anthropic's names, which some gateways pass on: its input leaves out cached tokens."""
    given, output = _count(usage["input_tokens"]), _count(usage.get("output_tokens"))
    if given is None or output is None:
        return None
    read = _count(usage.get("cache_read_input_tokens")) or 0
    write = _count(usage.get("cache_creation_input_tokens")) or 0
    return Usage(given + read + write, output, read, write)


def _count(value: JsonValue) -> int | None:
    """A token count; None for anything else, true and false included."""
    if type(value) is int:
        return value if 0 <= value < _MOST_TOKENS else None
    if type(value) is float and value.is_integer() and 0 <= value < _MOST_TOKENS:
        return int(value)
    return None
