"""Token counts and costs, as the providers' various `usage` objects give them.

An impossible figure is "not said": zero tokens for a text, fewer tokens than the text has words,
more than any model can take, a zero for what has a price. It is never taken for good news.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final, NamedTuple

from copygen.config.prices import unlisted_tier
from copygen.models import JsonValue, Message, Usage

_MOST_TOKENS: Final = 10**8
"""Ten times what the widest context window takes: beyond this a count is a fault."""
_MOST_USD: Final = 10_000
"""Of one reply; infinity and NaN fall outside too."""
_LONGEST_AMOUNT: Final = 40
"""Characters of a figure in a header."""

COST_HEADER: Final = "x-litellm-response-cost"
"""LiteLLM's own figure for a reply, in US dollars."""

NO_OUTPUT = "the reply counts fewer tokens than its text has, which cannot be"
NO_INPUT = "the reply counts fewer tokens than the prompt has, which cannot be"
UNSAID_UPSTREAM = "the reply names the gateway's fee only, not what the model's provider charges"
FREE_UPSTREAM = "the reply says it cost nothing, and names what it cost upstream"


class Bill(NamedTuple):
    """What a reply says it used and cost, as far as that can be."""

    usage: Usage | None
    reported_usd: Decimal | None = None
    """All that will be charged for it: a gateway's fee and what is paid upstream."""
    doubt: str | None = None
    """Why a figure of it cannot be; then neither tokens nor cost are known."""
    tier: str | None = None
    """The tier that served it, where its price may be another than the listed one."""


NO_BILL: Final = Bill(None)


def bill_of(
    reply: Mapping[str, JsonValue],
    headers: Mapping[str, str],
    text: str,
    sent: Sequence[Message] = (),
) -> Bill:
    """Tokens and cost of a reply with that `text` to the messages `sent`.

    A figure in the body counts before that of the header, unless the header's is larger.
    """
    given = reply.get("usage")
    header_usd = _header_usd(headers)
    tier = unlisted_tier(reply.get("service_tier"))
    if type(given) is not dict:
        return (
            NO_BILL if header_usd is None and tier is None else Bill(None, header_usd, None, tier)
        )
    usage = usage_of(reply)
    doubt = None
    if usage is not None and (doubt := _impossible(usage, text, sent)) is not None:
        usage = None
    cost_usd, cost_doubt = reported_cost(given) if "cost" in given else (None, None)
    if cost_doubt is not None:
        doubt, cost_usd = cost_doubt, None
    elif header_usd is not None and (cost_usd is None or header_usd > cost_usd):
        cost_usd = header_usd
    return Bill(
        usage,
        cost_usd,
        None if cost_usd is not None else doubt,
        tier or unlisted_tier(given.get("service_tier")),
    )


def bill_of_usage(
    usage: Usage | None, headers: Mapping[str, str], text: str, sent: Sequence[Message] = ()
) -> Bill:
    """The same of a reply whose tokens another wire has read already."""
    doubt = None if usage is None else _impossible(usage, text, sent)
    header_usd = _header_usd(headers)
    known = usage if doubt is None else None
    return Bill(known, header_usd, None if header_usd is not None else doubt)


def usage_of(reply: Mapping[str, JsonValue]) -> Usage | None:
    """The tokens of a reply as it counts them; None when it does not give both sides.

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


def reported_cost(usage: Mapping[str, JsonValue]) -> tuple[Decimal | None, str | None]:
    """What OpenRouter and gateways like it say a reply cost, in US dollars (its credits).

    None and a reason when it cannot be told from what they say; None and None when they say
    nothing. With a key of the user's own (`is_byok`), `cost` is the gateway's fee alone and
    `cost_details.upstream_inference_cost` comes on top, on the bill of the model's provider.
    """
    cost = _usd(usage.get("cost"))
    details = usage.get("cost_details")
    upstream = _usd(details.get("upstream_inference_cost")) if type(details) is dict else None
    if cost is None:
        return None, None
    own_key = usage.get("is_byok")
    if own_key is True:
        return (cost + upstream, None) if upstream else (None, UNSAID_UPSTREAM)
    if upstream and not cost:
        return None, FREE_UPSTREAM
    if upstream and own_key is None and cost < upstream:
        return cost + upstream, None
    return cost, None


def _impossible(usage: Usage, text: str, sent: Sequence[Message]) -> str | None:
    """Why these counts cannot be those of that text and those messages, if they cannot."""
    if usage.output_tokens * 8 < len(text) and _too_few(usage.output_tokens, text):
        return NO_OUTPUT
    if not usage.input_tokens and (text or sent or usage.output_tokens):
        return NO_INPUT
    left = usage.input_tokens * 8
    for message in sent:
        left -= len(message.content) if type(message.content) is str else 0
    if left >= 0:
        return None
    texts = [message.content for message in sent if type(message.content) is str]
    return NO_INPUT if _too_few(usage.input_tokens, "\n".join(texts)) else None


def _too_few(tokens: int, text: str) -> bool:
    """Whether no vocabulary makes so few tokens of a text.

    A token hardly ever spans two words: half of the words is a bound that no honest count comes
    near. In scripts without spaces, and all but the Latin one, none holds sixteen letters.
    """
    words = len(text.split())
    letters = 0 if text.isascii() else sum(one.isalpha() and not one.isascii() for one in text)
    return tokens < max(words > 0, words // 2, letters // 16)


def _usd(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return Decimal(str(value)) if 0 <= value < _MOST_USD else None


def _header_usd(headers: Mapping[str, str]) -> Decimal | None:
    """The gateway's own figure; LiteLLM says 0 for models whose price it does not know."""
    written = headers.get(COST_HEADER)
    if written is None or len(written) > _LONGEST_AMOUNT:
        return None
    try:
        amount = Decimal(written.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < _MOST_USD else None


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
